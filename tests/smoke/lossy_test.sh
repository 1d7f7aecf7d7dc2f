#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (c) 2026 the offhook authors
# Two hundred phones on the kernel's TCP make calls over a wire that loses 5 % of the segments each way and
# lets 5 % come late: every step of every call comes, and no phone has to register again. With "plain" the phones
# have neither SACK nor timestamps nor window scale, as real ones.
# shellcheck source=tests/smoke/smoke.sh
source "$(dirname "$0")/smoke.sh"
pairs=${PAIRS:-100} rounds=${ROUNDS:-2} seed=${SEED:-1}

# An office of that many phones, the same numbers on both sides.
{
	printf 'interface FastEthernet0/0\n ip address 10.0.0.1 255.255.255.0\n!\ntelephony-service\n'
	printf ' max-ephones %d\n max-dn %d\n ip source-address 10.0.0.1 port 2000\n!\n' $((2 * pairs)) $((2 * pairs))
	for i in $(seq $((2 * pairs))); do
		printf 'ephone-dn %d\n number %d\n!\nephone %d\n mac-address 0200.0000.%04X\n type 7960\n button 1:%d\n!\n' \
			"$i" $((1000 + i)) "$i" "$i" "$i"
	done
} >"$work/office.cfg"
callers=$(seq 1 "$pairs") called=$(seq $((pairs + 1)) $((2 * pairs)))
{
	echo "phones p $((2 * pairs)) SEP020000000001 7960"
	echo "register all"
	for _ in $(seq "$rounds"); do
		for i in $callers; do printf 'p%d forget\np%d forget\np%d offhook\n' "$i" $((i + pairs)) "$i"; done
		for i in $callers; do printf 'p%d enbloc %d\n' "$i" $((1000 + i + pairs)); done
		for i in $called; do printf 'p%d expect CallState RingIn\np%d answer\n' "$i" "$i"; done
		for i in $callers $called; do printf 'p%d expect StartMediaTransmission\n' "$i"; done
		for i in $callers; do printf 'p%d onhook\n' "$i"; done
		for i in $callers $called; do printf 'p%d expect CallState OnHook\n' "$i"; done
	done
} >"$work/script"

world_up "$world"
[[ ${1:-} != plain ]] ||
	world_exec "$world" sysctl -qw net.ipv4.tcp_sack=0 net.ipv4.tcp_timestamps=0 net.ipv4.tcp_window_scaling=0
world_middle "$world" "$BUILD_DIR/tests/smoke/lossy" "$seed" 5 5
engine_start "$work/office.cfg"
# Patience for a segment that is lost five times in a row: in two hundred phones there is one now and then.
phone -q -t 120 "$work/script" >"$work/phones" 2>&1 || { tail -5 "$work/phones"; fail "a call got stuck"; }
expect_empty
opened=$(dataplane_number opened_passive)
((opened == 2 * pairs)) || fail "$opened connections of $((2 * pairs)) phones"
((10#$(dataplane_number segments_retransmitted) > 0)) || fail "nothing was lost on the wire"
engine_stop
