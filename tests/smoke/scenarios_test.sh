#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (c) 2026 the offhook authors
# Ten of tests/scenarios by their names, over sockets: the files there are played as they are, phones over TCP and
# applications over SIP, on an engine with the configuration that each wants; every view in them must come, to the
# word. Where a scenario tells all that 201's monitor sees, SIPp watches 201 beside it. The table of the ten is in
# tests/scenarios/README.md.
# shellcheck source=tests/smoke/smoke.sh
source "$(dirname "$0")/smoke.sh"
folder=tests/scenarios

scenarios() { "$BUILD_DIR/tests/scenarios/scenarios" "$folder" "$@"; }

# "| Over sockets | SIP over | ... |": the rows of that table as NAME|udp.
ten() {
	awk -F ' *[|] *' '$2 == "Over sockets" { inside = 1; next } !/^\|/ { inside = 0 } inside && $2 !~ /^---/ { print $2 "|" tolower($3) }' \
		"$folder/README.md"
}

office() { # SCENARIO
	printf 'interface FastEthernet0/0\n ip address %s 255.255.255.0\n' "$engine"
	scenarios --config "$1"
}

# What the scenario has M201 told: EVENT STATE CAUSE a line; nothing when it forgets some of it.
events_of_201() { # SCENARIO
	awk -v head="scenario $1" '
		/^scenario / { inside = $0 == head; next }
		inside && /^forget/ { forgets = 1 }
		inside && $1 == "M201" {
			match($0, /\[[a-z]+\] [a-zA-Z]+/)
			events = events $2 " " substr($0, RSTART + 1, RLENGTH - 1) "\n"
		}
		END { if (!forgets) printf "%s", events }' "$folder"/*.txt | tr -d ']'
}

# A session and monitor of 201 from csta.xml, then these events in this order.
watcher() {
	local event state cause sipp=tests/smoke/sipp/csta.xml
	sed '/<!-- \/ask -->/,$d' "$sipp"
	while read -r event state cause; do
		sed -n '/<recv request="INFO">/,/<!-- \/answer -->/p;/<!-- \/answer -->/q' "$sipp" |
			sed "s/<ereg regexp=\"[^\"]*\"/<ereg regexp=\"${event}Event .*localConnectionInfo.$state\\..*cause.$cause\\.\"/"
	done
	sed -n '/<!-- leave -->/,$p' "$sipp" | sed 's/status,all,event/status,all,event,xref/'
}

# SIPp in the background, if there is something for it.
watch_start() { # SCENARIO u1|t1
	watch_pid=
	events_of_201 "$1" >"$work/events"
	[[ -s $work/events ]] || return 0
	watcher <"$work/events" >"$work/watcher.xml"
	# Over TCP events come before SIPp could send its answers.
	[[ $2 == u1 ]] || sed -i '/<!-- answer -->/,/<!-- \/answer -->/d' "$work/watcher.xml"
	sipp_run "$2" "$work/watcher.xml" 1 watcher &
	watch_pid=$!
	for _ in $(seq 100); do
		ctl show memory | grep -q '^monitors *1 ' && return 0
		sleep 0.1
	done
	fail "SIPp has no monitor"
}

watch_stop() {
	[[ -n $watch_pid ]] || return 0
	wait "$watch_pid" || {
		cat "$work/played"
		fail "SIPp was not told what the scenario says"
	}
	((watched += 1))
}

play() { # SCENARIO udp|tcp
	mkdir -p "$work/bodies/$played"
	office "$1" >"$work/office.cfg"
	engine_start "$work/office.cfg"
	exec 3<>"$work/gates" # neither end is ever without the other
	world_spawn "$world" "$BUILD_DIR/tests/scenarios/scenarios" "$folder" --wire "$1" "$engine" "$2" \
		"$work/bodies/$played" gates <"$work/gates" >"$work/played" 2>&1
	player_pid=$world_pid
	for _ in $(seq 100); do
		grep -q '^phones are there' "$work/played" && break
		sleep 0.1
	done
	watch_start "$1" "${2:0:1}1"
	echo >&3
	watch_stop
	echo >&3
	wait "$player_pid" || {
		cat "$work/played"
		fail "scenario \"$1\" over sockets"
	}
	exec 3>&-
	expect_empty
	engine_stop
}

played=0 watched=0
world_up "$world"
mkfifo "$work/gates"
capture_start "$work/capture.pcapng"
while IFS='|' read -r name transport; do
	play "$name" "$transport" </dev/null
	((played += 1))
done < <(ten)
((played == 10)) || fail "$played scenarios, not ten"
((watched >= 5)) || fail "SIPp watched $watched of them, not five"
capture_stop
capture_check "$work/capture.pcapng" skinny sip
find "$work/bodies" -name '*.xml' -exec xmllint --noout {} +

# What phones and applications were told, in the judge's words.
told() { frames_need "$work/capture.pcapng" "$1" "$2"; }
told 'skinny.messageId == 0x0111 && skinny.callState == 13' "no line was shown to be in use at another phone"
told 'frame contains "<autoOriginate>prompt<"' "no call was prompted"
told 'tcp.flags.reset == 1 && tcp.dstport == 2000' "no phone vanished"
told 'sip.Method == "INFO" && udp' "no application used UDP"
told 'sip.Method == "INFO" && tcp' "no application used TCP"
