#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (c) 2026 the offhook authors
# The lab with a configuration of one's own: another subnet, files named from where the user stands, and the
# memory it took given back at the end.
# shellcheck source=tests/smoke/smoke.sh
source "$(dirname "$0")/smoke.sh"
top=$PWD
lab() { LAB=$world "$top/scripts/lab" "$@"; }

cd "$work"
cat >site.cfg <<'S'
interface FastEthernet0/0
 ip address 172.16.0.1 255.255.0.0
 shutdown
interface FastEthernet0/1
 ip address 192.168.5.2 255.255.255.252
S
pages=$(cat /proc/sys/vm/nr_hugepages)
lab up -c site.cfg >said || { cat said; fail "lab up -c site.cfg"; }
grep -q 'engine on 192.168.5.2, clients in namespace .* on 192.168.5.1,' said || { cat said; fail "addresses"; }
lab exec ping -c 3 -i 0.2 -W 2 192.168.5.2 >/dev/null || fail "no answer to ping"
lab exec test -f site.cfg || fail "exec does not stand where the user does"
echo 'show version' >commands
lab ctl -f commands | grep -q offhook || fail "ctl -f with a file of the user's"
lab log | grep -q 'ready on' || fail "lab log"
lab down || fail "lab down"
[[ $(cat /proc/sys/vm/nr_hugepages) == "$pages" ]] || fail "huge pages: $pages before, $(cat /proc/sys/vm/nr_hugepages) after"
[[ ! -e $(world_dir "$world") ]] || fail "$(world_dir "$world") is left"
