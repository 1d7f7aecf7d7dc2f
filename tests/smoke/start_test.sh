#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (c) 2026 the offhook authors
# Starting: without huge pages, with both examples, and what is said when something is wrong.
# shellcheck source=tests/smoke/smoke.sh
source "$(dirname "$0")/smoke.sh"
offhookd=$BUILD_DIR/control/daemon/offhookd

# wrong ARGS...: must fail and say PATTERN.
wrong() {
	local pattern=$1
	shift
	if "$offhookd" "$@" >"$work/out" 2>&1; then
		fail "$* must not succeed"
	fi
	grep -q "$pattern" "$work/out" || { cat "$work/out"; fail "$* must say $pattern"; }
}

"$offhookd" --version | grep -q '^offhookd ' || fail "--version"
"$offhookd" --help | grep -q usage || fail "--help"
for file in tests/configs/*.cfg; do
	"$offhookd" --check -c "$file" >/dev/null || fail "--check $file"
done
printf 'hostname x\nephone-dn 1\n number 20x!\n' >"$work/bad.cfg"
wrong 'bad.cfg:[0-9]*:[0-9]*:' --check -c "$work/bad.cfg"
wrong 'none.cfg' --check -c "$work/none.cfg"
wrong usage --no-such-option
wrong 'no port' --no-pci --no-huge -m 64 --file-prefix="$world" --log-level=error -l 0 -- -c "$config"

world_up "$world"
# shellcheck disable=SC2046
if ip netns exec "$world-engine" "$offhookd" $(world_cores) --no-pci --no-huge -m 8 --iova-mode=va --file-prefix="$world" \
	--log-level=error --vdev="$(world_port "$(world_if "$world")e")" -- -c "$config" --socket "$work/ctl.sock" \
	>"$work/out" 2>&1; then
	fail "8 MiB must not be enough"
fi
grep -Eq '^offhookd: packet engine: [0-9]+ packet buffers of [0-9]+ bytes need [0-9]+ MiB of packet memory: .*huge pages, or -m' \
	"$work/out" || { cat "$work/out"; fail "it must say how much memory is missing"; }

WORLD_HUGE=no engine_start "$config"
printf 'open 204\nbye\n' | csta -q || fail "no session without huge pages"
ctl show running-config >/dev/null
# the second interface of the example finds no port: down, with a warning, and the engine runs
grep -qi 'FastEthernet0/1' "$(world_dir "$world")/engine.log" || fail "no warning about FastEthernet0/1"
# An idle engine must not burn a core: what it takes beside what busy polling takes in the same time here.
idle_ticks() {
	local stat before
	stat=/proc/$(cat "$(world_dir "$world")/engine.pid")/stat
	before=$(awk '{ print $14 + $15 }' "$stat")
	sleep 2
	echo $(($(awk '{ print $14 + $15 }' "$stat") - before))
}
adaptive=$(idle_ticks)
engine_stop
WORLD_HUGE=no engine_start "$config" --poll busy
busy=$(idle_ticks)
((adaptive * 4 < busy)) || fail "idle, adaptive polling used $adaptive ticks, busy polling $busy"
engine_stop
WORLD_HUGE=no engine_start "$config"
world_exec "$world" ping -c 3 -i 0.2 -W 2 "$engine" >/dev/null || fail "no answer to ping"

# phones learn at once that the engine ends
printf 'phone 201 SEP001E4A34A35F 7961\nregister all\nserve 60\n' >"$work/phones.script"
phones_start "$work/phones.script" "$work/phones" 1
connections() { world_exec "$world" ss -Htn state established dport = :2000 | wc -l; }
(($(connections) == 1)) || fail "the phone has $(connections) connections"
engine_stop
for _ in {1..50}; do
	(($(connections) == 0)) && break
	sleep 0.1
done
(($(connections) == 0)) || fail "the phone still holds its connection"
phones_stop

# without --socket: the default one, in a /run where its directory is not yet
: >"$work/default.log"
# shellcheck disable=SC2016,SC2046
ip netns exec "$world-engine" unshare -m sh -c 'mount -t tmpfs tmpfs /run && exec "$@"' - \
	"$offhookd" $(world_cores) --no-pci --no-huge -m 512 --iova-mode=va --file-prefix="$world" --log-level=error \
	--vdev="$(world_port "$(world_if "$world")e")" -- -c "$config" >"$work/default.log" 2>&1 &
pid=$!
for _ in $(seq 300); do
	grep -q '^offhookd: ready' "$work/default.log" && break
	kill -0 "$pid" 2>/dev/null || break
	sleep 0.1
done
"$BUILD_DIR/control/ctl/offhookctl" -s "/proc/$pid/root/run/offhook/ctl.sock" show version |
	grep -q offhook || { cat "$work/default.log"; fail "no default control socket"; }
kill -TERM "$pid"
wait "$pid" || fail "the engine did not exit 0"
