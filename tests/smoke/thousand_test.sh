#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (c) 2026 the offhook authors
# A thousand calls by hand, then a thousand by CSTA; nothing may be left of them.
# shellcheck source=tests/smoke/smoke.sh
source "$(dirname "$0")/smoke.sh"
calls=${CALLS:-1000}

world_up "$world"
engine_start "$config"

cat >"$work/hand" <<S
phone 201 SEP001E4A34A35F 7961
phone 202 SEP000F8FC7B681 7960
register all
repeat $calls
201 offhook
201 dial 202
202 expect CallState RingIn
202 key Answer
202 expect StartMediaTransmission
201 expect StartMediaTransmission
201 onhook
201 expect CallState OnHook
202 expect CallState OnHook
end
S
phone -q "$work/hand" || fail "calls by hand"
expect_empty

phones_start scripts/demo.d/phones.script "$work/phones"
cat >"$work/csta" <<S
open 201
monitor 201
monitor 202
repeat $calls
make 201 202
expect 201 ServiceInitiated initiated
expect 201 Originated connected
expect 201 Delivered connected
expect 202 Delivered alerting
answer 202
expect 201 Established connected
expect 202 Established connected
clear 202
expect 202 ConnectionCleared null
expect 201 ConnectionCleared connected
expect 201 ConnectionCleared null
end
snapshot 201
snapshot 202
stop 201
stop 202
bye
S
csta -q "$work/csta" || fail "calls by CSTA"
phones_stop
expect_all_over
engine_stop
