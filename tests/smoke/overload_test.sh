#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (c) 2026 the offhook authors
# Control is kept from running while a phone talks without end: a new session is refused, and when control goes on
# the application that registered for it is told of the overload, and later that it is over.
# shellcheck source=tests/smoke/smoke.sh
source "$(dirname "$0")/smoke.sh"

# KeypadButton, 262144 times: more than the ring to control and a socket of the kernel hold.
printf '\x10\0\0\0\0\0\0\0\x03\0\0\0\x01\0\0\0\x01\0\0\0\0\0\0\0' >"$work/keys"
for _ in {1..18}; do
	cat "$work/keys" "$work/keys" >"$work/twice"
	mv "$work/twice" "$work/keys"
done

wait_for() { # TEXT
	for _ in $(seq 200); do
		grep -q "$1" "$work/csta" && return 0
		sleep 0.1
	done
	cat "$work/csta"
	fail "the application was not told $1"
}

world_up "$world"
engine_start "$config"
printf 'phone 201 SEP001E4A34A35F 7961\nregister all\nserve 60\n' >"$work/phones.script"
phones_start "$work/phones.script" "$work/phones" 1
cat >"$work/session" <<'S'
open 201
ask SystemRegister requestTypes/systemStatus=true
closed
S
csta -t 50 "$work/session" >"$work/csta" &
client=$!
wait_for SystemRegisterResponse

for task in /proc/"$(cat "$(world_dir "$world")/engine.pid")"/task/*; do
	[[ $(cat "$task/comm") == control ]] && tid=${task##*/}
done
[[ -n ${tid:-} ]] || fail "no thread is named control"
"$BUILD_DIR/tests/smoke/hold-thread" "$tid" 6 &
holder=$!
# shellcheck disable=SC2016
world_spawn "$world" bash -c 'exec cat "$2" >"/dev/tcp/$1/2000"' - "$engine" "$work/keys"
written() { awk '/^wchar/ { print $2 }' "/proc/$world_pid/io" 2>/dev/null || echo 0; }
for _ in $(seq 50); do # until the engine takes no more
	before=$(written)
	sleep 0.3
	((before > 100000 && $(written) == before)) && stuck=1 && break
done
[[ -n ${stuck:-} ]] || fail "the phone never had to wait"
printf 'rejected 503 201\n' | csta -q -u -t 2 || fail "no new session was refused"
wait "$holder" || fail "control was not held"

wait_for overloadReached
wait_for overloadRelieved
printf 'open 201\nbye\n' | csta -q || fail "no session after the overload"
ctl clear cti session id 1 || { ctl show cti session; fail "clear cti session"; }
wait "$client" || { cat "$work/csta"; fail "the application's session did not end well"; }
grep -q 'overload: new sessions are refused' "$(world_dir "$world")/engine.log" || fail "the operator was not told"
phones_stop
expect_empty
engine_stop
