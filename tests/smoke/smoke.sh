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
	[[ -z ${capture_pid:-} ]] || kill "$capture_pid" 2>/dev/null || true
	world_down "$world" 2>/dev/null || true
	rm -rf "$work"
	exit "$status"
}
trap cleanup EXIT

fail() {
	echo "FAILED: $*" >&2
	exit 1
}

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
capture_start() {
	: >"$work/tshark.err"
	world_spawn "$world" tshark -q -i "$(world_if "$world")c" -w "$1" 2>"$work/tshark.err"
	capture_pid=$world_pid
	for _ in $(seq 100); do
		grep -q '^Capturing on' "$work/tshark.err" && [[ -s $1 ]] && return 0
		sleep 0.1
	done
	fail "tshark does not capture"
}

capture_stop() {
	sleep 1 # the capture is written in blocks
	kill -TERM "$capture_pid"
	wait "$capture_pid" || true
	capture_pid=
}

# Frames of FILE that match a display filter.
frames() {
	tshark -r "$1" -d tcp.port==2000,skinny -o skinny.desegment:TRUE -o tcp.try_heuristic_first:FALSE \
		-Y "$2" 2>/dev/null
}

# Both protocols decode without a complaint, and there is something of each to decode.
capture_check() {
	local file=$1 bad
	bad=$(frames "$file" '_ws.malformed || (_ws.expert.severity == error)')
	[[ -z $bad ]] || fail "malformed frames:"$'\n'"$bad"
	bad=$(frames "$file" 'tcp.port == 2000 && tcp.len > 1 && !skinny && !tcp.analysis.keep_alive && !tcp.analysis.retransmission' |
		grep -v 'segment of a reassembled PDU' || true)
	[[ -z $bad ]] || fail "not Skinny:"$'\n'"$bad"
	bad=$(frames "$file" 'skinny' | grep -i 'unknown' || true)
	[[ -z $bad ]] || fail "unknown Skinny messages:"$'\n'"$bad"
	bad=$(frames "$file" 'tcp.analysis.lost_segment')
	[[ -z $bad ]] || fail "the clean link lost something:"$'\n'"$bad"
}

# The numbers of `show dataplane all` under a name, added up over the workers.
dataplane_number() {
	ctl show dataplane all | awk -v name="$1" '{ for (i = 1; i < NF; i++) if ($i == name) { n += $(i + 1); seen = 1 } } END { if (!seen) exit 1; print n }' ||
		fail "show dataplane has no $1"
}

# Nothing is left of calls, connections, sessions and monitors once all clients are gone.
expect_empty() {
	local what
	for _ in $(seq 50); do
		what=
		ctl show call active | grep -q '^Calls: 0$' || what="calls"
		ctl show cti session | grep -q 'no active CTI session' || what="$what sessions"
		what="$what $(ctl show memory | awk '/^(calls|connections|appearances|sessions|monitors) / && $2 != 0 { print $1 }')"
		[[ -z ${what// /} ]] && return 0
		sleep 0.1
	done
	ctl show call active
	ctl show cti session
	ctl show memory
	fail "left over: $what"
}
