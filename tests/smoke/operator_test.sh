#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (c) 2026 the offhook authors
# The operator's side with a running engine: one-shot commands and their exit codes, the session cleared
# from the shell, CTI shut down and up again, debug output, the configuration written and loaded again.
# shellcheck source=tests/smoke/smoke.sh
source "$(dirname "$0")/smoke.sh"

world_up "$world"
engine_start "$config"

ctl show version | grep -q offhook || fail "show version"
ctl show running-config >"$work/running"
grep -q '^hostname sdatar-2811s' "$work/running" || fail "show running-config has no hostname"
ctl show nonsense >/dev/null 2>&1 && fail "a wrong command must not exit 0"
"$BUILD_DIR/control/ctl/offhookctl" -s "$work/none.sock" show version >/dev/null 2>&1 && fail "no socket, yet exit 0"
ctl show dataplane >/dev/null || fail "show dataplane"
ctl clear cti session id 77 >/dev/null 2>&1 && fail "there is no session 77"

# What is written loads again, and is the same then.
engine_stop
engine_start "$work/running"
ctl show running-config >"$work/again"
diff "$work/running" "$work/again" || fail "show running-config does not load as the same"

# 204 is on no phone but `cti notify`: a session is possible; 999 does not exist; 203 has no phone now.
cat >"$work/session" <<'S'
rejected 404 999
rejected 480 203
open 204
features
monitor 204
refused operation invalidDeviceID monitor 999
refresh invite
refresh update
closed
S
csta -t 20 "$work/session" >"$work/csta" &
client=$!
for _ in $(seq 100); do
	ctl show cti session | grep -q 204 && break
	sleep 0.1
done
sleep 1
id=$(ctl show cti session | awk '/204/ { print $1; exit }')
ctl clear cti session id "$id" || fail "clear cti session id $id"
wait "$client" || { cat "$work/csta"; fail "the client was not told"; }
expect_empty

# Refusals are acknowledged, over UDP too.
printf 'rejected 404 999\nrejected 480 203\nopen 204\nbye\n' | csta -q -u || fail "refusals over UDP"
sleep 0.2 # numbers are published ten times a second
[[ $(dataplane_number stray_acks) == 0 ]] || fail "ACKs that acknowledge nothing"

# CTI down: refused; up again: accepted.
printf 'configure terminal\nvoice service voip\ncti shutdown\nend\n' >"$work/down"
printf 'configure terminal\nvoice service voip\nno cti shutdown\nend\n' >"$work/up"
ctl -f "$work/down" >/dev/null || fail "cti shutdown"
printf 'rejected 403 204\n' | csta || fail "CTI is shut down, yet a session was not refused with 403"
ctl -f "$work/up" >/dev/null || fail "no cti shutdown"
printf 'open 204\nbye\n' | csta || fail "CTI is up again, yet no session"

# debug streams to the one who asked, until it is told to end. One signal and no more: timeout(1) sends SIGCONT
# after it, which can cancel the stop that the leak checker waits for.
"$BUILD_DIR/control/ctl/offhookctl" -s "$(world_dir "$world")/ctl.sock" debug cti all >"$work/debug" &
debugger=$!
for _ in $(seq 100); do
	[[ -s $work/debug ]] && break
	sleep 0.1
done
printf 'open 204\nbye\n' | csta -q
for _ in $(seq 100); do
	grep -q '//CTI/' "$work/debug" && break
	sleep 0.1
done
kill -TERM "$debugger"
wait "$debugger" || fail "debug cti all did not end well"
grep -q '//CTI/' "$work/debug" || { cat "$work/debug"; fail "debug cti all said nothing"; }
engine_stop
