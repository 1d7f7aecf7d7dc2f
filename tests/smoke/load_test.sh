#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (c) 2026 the offhook authors
# The load generators against a whole engine: over the kernel's sockets through a veth pair, and with our
# own TCP on a packet socket. They fail by themselves on anything lost or out of order.
# shellcheck source=tests/smoke/smoke.sh
source "$(dirname "$0")/smoke.sh"

world_up "$world"
site 40 >"$work/site.cfg"
engine_start "$work/site.cfg"

load sccp -n 40 -c 50 --call-count 60 --answered 75 --hold 20 -S 40 -j "$work/sccp.json" -g "$work/sccp.svg" ||
	fail "calls over the kernel's sockets, sessions over TCP"
load sccp -n 20 -c 50 --call-count 20 -S 10 -m 2 -u || fail "sessions over UDP"
# Sessions make the calls in place of the phones, three of them watching each number.
load sccp -n 20 -c 50 --call-count 40 --answered 75 --hold 20 -S 30 -m 2 --watchers 3 --csta-calls -j "$work/by_csta.json" ||
	fail "calls by CSTA"
load sccp -n 8 -c 20 --call-count 8 -S 8 --watchers 2 -m 2 --csta-calls -u || fail "calls by CSTA over UDP"
expect_empty

# Our own TCP at both ends; the phones are behind a router as the engine sees it.
world_exec "$world" "$BUILD_DIR/bench/load/offhook-sccp-load" -l 0 --no-pci --no-huge -m 128 --no-shconf \
	--no-telemetry --log-level=error --vdev="net_af_packet0,iface=$(world_if "$world")c" -- \
	-s "$engine" --station 10.0.0.3 -n 20 -c 50 --call-count 20 -S 20 -q || fail "calls over a DPDK port"
expect_empty

# Applications alone watch phones that others work.
world_spawn "$world" "$BUILD_DIR/bench/load/offhook-sccp-load" -n 10 -c 20 -t 3 -s "$engine" -q >"$work/phones" 2>&1
phones_pid=$world_pid
for _ in $(seq 50); do
	[[ $(ctl show ephone registered | grep -c REGISTERED) == 10 ]] && break
	sleep 0.1
done
load csta -S 10 -r 200 --services snapshot,monitor,status,features -t 1 -j "$work/csta.json" || fail "services"
wait "$phones_pid" || { cat "$work/phones"; fail "phones beside them"; }
phones_pid=
expect_empty

grep -q '"errors": 0' "$work/sccp.json" || fail "errors in the report"
grep -q '"calls": 62,' "$work/sccp.json" || fail "60 calls and one of each kind to learn from"
grep -q '"calls": 42,' "$work/by_csta.json" || fail "40 calls by CSTA and one of each kind"
# Three times nine events of 31 calls that were answered, and seven of 11 that were not.
grep -q '"events": 1068,' "$work/by_csta.json" || fail "not all sessions were told of all events"
grep -q '"events": [1-9]' "$work/csta.json" || fail "the applications were told of no event"
grep -q '<polyline' "$work/sccp.svg" || fail "an empty plot"
grep -q 'latency histogram' "$work/sccp.svg" || fail "no histogram"
xmllint --noout "$work/sccp.svg" || fail "no plot"
engine_stop
