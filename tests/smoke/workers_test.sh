#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (c) 2026 the offhook authors
# Two workers behind one port: each has its part of the sessions and of the phones, whatever queue the kernel
# puts a packet into; and one of them that stands still is told of and does not hold up the other, whose phones and
# sessions go on.
WORLD_WORKERS=2
# shellcheck source=tests/smoke/smoke.sh
source "$(dirname "$0")/smoke.sh"

# The number of one worker: SECTION NAME WORKER.
worker_number() {
	ctl show dataplane "$1" | awk -v name="$2" -v worker="$3" \
		'$1 == "worker" { here = $2 == worker } here && $1 == name { print $2; found = 1 } END { if (!found) print 0 }'
}

# The overview has a line like this.
dataplane_says() {
	ctl show dataplane >"$work/overview"
	grep -q "$1" "$work/overview"
}

world_up "$world"
engine_start "$config"
printf 'phone 201 SEP001E4A34A35F 7961\nphone 202 SEP000F8FC7B681 7960\n202 auto on\nregister all\nserve 600\n' >"$work/phones.script"
phones_start "$work/phones.script" "$work/phones"

sessions() { # HOW MANY
	world_exec "$world" sipp "$engine:5060" -t u1 -i "$world_client" -sf tests/smoke/sipp/csta.xml \
		-m "$1" -l 1 -r 1000 -nostdin -timeout 120s -recv_timeout 5000 >"$work/sipp.out" 2>&1 || {
		tail -60 "$work/sipp.out"
		fail "SIPp"
	}
}

sessions 100
sleep 0.2 # numbers are published ten times a second
for worker in 0 1; do
	opened=$(worker_number sip dialogs_opened "$worker")
	((opened >= 20)) || fail "worker $worker had $opened of 100 sessions"
done
(($(worker_number relay packets_given 0) + $(worker_number relay packets_given 1) > 0)) || fail "nothing was handed over"
dataplane_says 'queues 2 in 2 out' || fail "show dataplane does not show the port's queues"

sessions 50
phones_stop
expect_empty
engine_stop

# Phones and applications on all kinds of ways: some of them need nothing of the second worker.
site 64 >"$work/site.cfg"
engine_start "$work/site.cfg"
load_start sccp -n 64 --keepalive 4 --register-rate 20 --call-slots 0 -t 12 >"$work/phones" 2>&1
phones_pid=$world_pid
for _ in $(seq 100); do
	[[ $(ctl show ephone registered | grep -c REGISTERED) == 64 ]] && break
	sleep 0.1
done
load_start csta -S 48 -r 200 --request-slots 4000 --services snapshot,features -t 6 >"$work/applications" 2>&1
applications_pid=$world_pid
for _ in $(seq 50); do
	(($(ctl show cti session | grep -c 10.0.0.2) >= 48)) && break
	sleep 0.1
done

# It stands still for three seconds.
pid=$(cat "$(world_dir "$world")/engine.pid")
tid=
for task in /proc/"$pid"/task/*; do
	[[ $(cat "$task/comm") == *worker-1 ]] && tid=${task##*/}
done
[[ -n $tid ]] || fail "the second worker has no thread"
"$BUILD_DIR/tests/smoke/hold-thread" "$tid" 3 &
held=$!
for _ in $(seq 40); do
	dataplane_says '^worker 1 stands still' && seen=1 && break
	sleep 0.05
done
[[ -n ${seen:-} ]] || fail "nobody noticed that a worker stands still"

# The other one's phones and sessions go on, and control with them.
others() { # what the first worker has done for: phones that live, applications that ask, phones told of it
	echo "$(worker_number skinny keepalives 0) $(worker_number csta bodies_read 0) $(worker_number skinny frames_encoded 0)"
}
read -r alive asked told < <(others)
moved=
for _ in $(seq 20); do
	read -r alive_now asked_now told_now < <(others)
	((alive_now > alive && asked_now > asked + 5 && told_now > told)) && moved=1 && break
	sleep 0.05
done
dataplane_says '^worker 1 stands still' || fail "too slow to look while it stands still"
[[ -n $moved ]] || fail "the first worker: $alive $asked $told, now $alive_now $asked_now $told_now"

wait "$held" || fail "the thread could not be held"
for _ in $(seq 40); do
	grep -q 'worker 1 goes on' "$(world_dir "$world")/engine.log" && break
	sleep 0.05
done
grep -c 'worker 1 stands still' "$(world_dir "$world")/engine.log" | grep -qx 1 || fail "not told once"
grep -q 'worker 1 goes on' "$(world_dir "$world")/engine.log" || fail "it is not said that it goes on"
dataplane_says '^worker 1 stood still: times 1' || fail "the stall is forgotten"

# And what was for it had only waited.
wait "$applications_pid" || { cat "$work/applications"; fail "an application missed something"; }
wait "$phones_pid" || { cat "$work/phones"; fail "a phone missed something"; }
phones_pid=
expect_empty
engine_stop
