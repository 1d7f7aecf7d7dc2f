# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (c) 2026 the offhook authors
# Sourced by the smoke tests: a world of its own for each, removed at the end whatever happens. Exit 77 is
# "skipped" to the test runner: these tests need root for namespaces.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
BUILD_DIR=${BUILD_DIR:-build}
# shellcheck source=scripts/world.sh
source scripts/world.sh

((EUID == 0)) || exit 77

# An instrumented engine tells of its own leaks, not of libxdp's.
export LSAN_OPTIONS=suppressions=$PWD/tests/smoke/lsan.supp:print_suppressions=0

world=oh-test-$$
work=$(mktemp -d)
engine=10.0.0.1
config=tests/configs/moc-client.cfg

cleanup() {
	local status=$?
	if ((status != 0 && status != 77)); then
		echo "--- engine:"
		cat "$(world_dir "$world")/engine.log" 2>/dev/null || true
	fi
	[[ -z ${phones_pid:-} ]] || kill "$phones_pid" 2>/dev/null || true
	world_down "$world" 2>/dev/null || true
	rm -rf "$work"
	exit "$status"
}
trap cleanup EXIT

fail() {
	echo "FAILED: $*" >&2
	exit 1
}

# The engine with a configuration and more options, and what it holds before anybody comes.
engine_start() { # CONFIG [OPTION...]
	world_engine "$world" "$@"
	mbufs_at_start=$(dataplane_number mbufs)
}

engine_stop() { world_engine_stop "$world" || fail "the engine did not exit 0"; }

# The phones of a script in the background until phones_stop; their output goes to FILE.
phones_start() { # SCRIPT FILE [HOW_MANY]
	world_spawn "$world" "$BUILD_DIR/bench/offhook-phone" -t 20 -s "$engine" "$1" >"$2" 2>&1
	phones_pid=$world_pid
	for _ in $(seq 100); do
		[[ $(ctl show ephone registered | grep -c REGISTERED) == "${3:-2}" ]] && return 0
		sleep 0.1
	done
	fail "the phones did not register"
}

phones_stop() {
	kill "$phones_pid"
	wait "$phones_pid" 2>/dev/null || true
	phones_pid=
}

phone() { world_exec "$world" "$BUILD_DIR/bench/offhook-phone" -s "$engine" "$@"; }
csta() { world_exec "$world" "$BUILD_DIR/bench/offhook-csta" -s "$engine" "$@"; }
ctl() { world_ctl "$world" "$@"; }

# A configuration for the load generators: so many phones, the DNs from 100000 on open to applications.
site() { # PHONES
	cat <<-S
		interface FastEthernet0/0
		 ip address $engine 255.255.255.0
		ip route 0.0.0.0 0.0.0.0 10.0.0.3
		voice service voip
		 no cti shutdown
		telephony-service
		 max-ephones 1000
		 max-dn 1000
		 ip source-address $engine port 2000
	S
	for ((i = 1; i <= $1; i++)); do
		printf 'ephone-dn %d\n number %d\n cti watch\nephone %d\n mac-address 0000.0000.%04x\n button 1:%d\n' \
			"$i" $((99999 + i)) "$i" "$i" "$i"
	done
}

load() { world_exec "$world" "$BUILD_DIR/bench/load/offhook-$1-load" "${@:2}" -s "$engine" -q; }
load_start() { world_spawn "$world" "$BUILD_DIR/bench/load/offhook-$1-load" "${@:2}" -s "$engine" -q; } # its output: the caller's

# SIPp plays a scenario so many times, one after the other. NAME keeps several that run at once apart.
sipp_run() { # u1|t1 SCENARIO SESSIONS [NAME]
	local out=$work/sipp${4:+-$4}
	world_exec "$world" sipp "$engine:5060" -t "$1" -i "$world_client" -sf "$2" \
		-m "$3" -l 1 -r 1000 -nostdin -timeout 120s -recv_timeout 5000 -trace_err -error_file "$out.err" \
		>"$out.out" 2>&1 || {
		tail -60 "$out.out"
		head -60 "$out.err" 2>/dev/null
		fail "SIPp"
	}
}

# capture_start FILE: what the clients' side of the wire sees from now on.
capture_start() { world_capture "$world" "$1" || fail "tshark does not capture"; }
capture_stop() { world_capture_end "$world" || fail "tshark did not capture to the end"; }

# Frames of FILE that match a display filter, in $frames. Fails when tshark does, or complains.
frames_find() {
	frames=$(tshark -r "$1" -d tcp.port==2000,skinny -o skinny.desegment:TRUE -o tcp.try_heuristic_first:FALSE \
		-Y "$2" 2>"$work/tshark.err") || { cat "$work/tshark.err"; fail "tshark -Y '$2'"; }
	! grep -v '^Running as user' "$work/tshark.err" || fail "tshark -Y '$2' complained"
}

# There must be frames like that, or none, but for those that match a pattern of grep.
frames_need() { # FILE FILTER WHAT_IT_MEANS_WHEN_THERE_IS_NONE
	frames_find "$1" "$2"
	[[ -n $frames ]] || fail "$3"
}

frames_none() { # FILE FILTER WHAT_IT_MEANS_WHEN_THERE_IS_ONE [EXCEPT]
	frames_find "$1" "$2"
	[[ -z ${4:-} ]] || frames=$(grep -v "$4" <<<"$frames" || true)
	[[ -z $frames ]] || fail "$3:"$'\n'"$frames"
}

# These protocols were decoded, without a complaint.
capture_check() { # FILE PROTOCOL...
	local file=$1 protocol
	shift
	for protocol in "$@"; do
		frames_need "$file" "$protocol" "nothing of $protocol was decoded"
	done
	frames_none "$file" '_ws.malformed || (_ws.expert.severity == error)' "malformed frames"
	frames_none "$file" \
		'tcp.port == 2000 && tcp.len > 1 && !skinny && !tcp.analysis.keep_alive && !tcp.analysis.retransmission' \
		"not Skinny" 'segment of a reassembled PDU'
	frames_find "$file" skinny
	! grep -i 'unknown' <<<"$frames" || fail "unknown Skinny messages"
	frames_none "$file" 'tcp.analysis.lost_segment' "the clean link lost something"
}

# The numbers of `show dataplane all` under a name, added up over the workers.
dataplane_number() {
	ctl show dataplane all | awk -v name="$1" '{ for (i = 1; i < NF; i++) if ($i == name) { n += $(i + 1); seen = 1 } } END { if (!seen) exit 1; print n }' ||
		fail "show dataplane has no $1"
}

# What is in use of control's pools and of the workers' when it should be nothing.
left_over() {
	ctl show memory >"$work/memory"
	awk '/^(calls|connections|appearances|stations|sessions|monitors) / && $2 != 0 { print $1 }' "$work/memory"
	ctl show call active | grep -q '^Calls: 0$' || echo "active calls"
	ctl show cti session | grep -q 'no active CTI session' || echo "CTI sessions"
	for name in tcp_connections dialogs "$@"; do
		[[ $(dataplane_number "$name") == 0 ]] || echo "$name"
	done
	(($(dataplane_number mbufs) <= mbufs_at_start)) || echo "mbufs"
}

# Nothing is left once all clients are gone, within so many seconds; more names of `show dataplane` may be given.
expect_empty() { # [SECONDS [NAME...]]
	local what tries=$((${1:-5} * 10))
	for _ in $(seq "$tries"); do
		what=$(left_over "${@:2}")
		[[ -z $what ]] && return 0
		sleep 0.1
	done
	cat "$work/memory"
	ctl show call active
	ctl show cti session
	ctl show dataplane
	fail "left over: ${what//$'\n'/, }"
}

# The same, and no transaction: the last ones wait for 64*T1 (RFC 3261 17).
expect_all_over() { expect_empty 40 transactions; }
