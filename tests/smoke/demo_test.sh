#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (c) 2026 the offhook authors
# scripts/demo itself: that it ends with 0 and shows its ladder, fails when an event does not come or a phone
# cannot be, and leaves nothing behind in any case; and the judges' word on what went over the wire.
# shellcheck source=tests/smoke/smoke.sh
source "$(dirname "$0")/smoke.sh"

# What a run in a world of that name may have left.
left() {
	ip netns list | grep -o "^$1[^ ]*" || true
	[[ ! -e /run/offhook/$1 ]] || echo "/run/offhook/$1"
	pgrep -f -- "--file-prefix=$1 " || true
	ip link show "$(world_if "$1")c" 2>/dev/null || true
}

# Runs the demo with these options; its output is in $work/out.
demo() { # STATUS [OPTION...]
	local status=0 what pid
	scripts/demo "${@:2}" >"$work/out" 2>&1 &
	pid=$!
	wait "$pid" || status=$?
	((status == $1)) || { cat "$work/out"; fail "scripts/demo ${*:2} ended with $status, not $1"; }
	what=$(left "oh-demo-$pid")
	[[ -z $what ]] || fail "scripts/demo left behind: $what"
}

says() {
	grep -q -e "$1" "$work/out" || { cat "$work/out"; fail "scripts/demo does not say: $1"; }
}

mkdir "$work/bodies"
demo 0 -w "$work/capture.pcapng" -x "$work/bodies"
for step in '201  - Register SEP' 'INFO MakeCall tel:201' '202  < CallState RingIn' 'INFO EstablishedEvent' \
	'201  < StartMediaTransmission' '< BYE -' '^demo: every event came, in order$'; do
	says "$step"
done
capture_check "$work/capture.pcapng" skinny sip
frames_need "$work/capture.pcapng" 'skinny.messageId == 0x008a' "no media was started"
frames_need "$work/capture.pcapng" 'sip.Method == "INFO"' "no INFO was captured"
xmllint --noout "$work"/bodies/*.xml
demo 0 -u

# An event that does not come, and one out of order.
mkdir "$work/broken"
cp scripts/demo.d/phones.script "$work/broken/"
sed 's/^expect 202 Delivered alerting/expect 202 Delivered connected/' scripts/demo.d/application.script \
	>"$work/broken/application.script"
demo 1 -d "$work/broken"
says '^demo: FAILED$'
cp scripts/demo.d/application.script "$work/broken/"
sed 's/^phone 202 SEP000F8FC7B681/phone 202 SEP000000000001/' scripts/demo.d/phones.script \
	>"$work/broken/phones.script"
demo 1 -d "$work/broken"
says '^demo: FAILED$'
demo 2 -z
