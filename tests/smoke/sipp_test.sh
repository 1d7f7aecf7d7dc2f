#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (c) 2026 the offhook authors
# SIPp as the CSTA client, a thousand sessions with a call in each: sipp_test.sh u1 (UDP) or t1 (TCP). Over TCP
# it never answers the engine's events, as some clients do (and as SIPp must: it cannot send an answer while
# the next request is in its buffer).
# shellcheck source=tests/smoke/smoke.sh
source "$(dirname "$0")/smoke.sh"
transport=${1:?u1 or t1}
calls=${CALLS:-1000}
scenario=$work/csta.xml
if [[ $transport == t1 ]]; then
	sed '/<!-- answer -->/,/<!-- \/answer -->/d' tests/smoke/sipp/csta.xml >"$scenario"
else
	cp tests/smoke/sipp/csta.xml "$scenario"
fi

world_up "$world"
engine_start "$config"

cat >"$work/phones.script" <<'S'
phone 201 SEP001E4A34A35F 7961
phone 202 SEP000F8FC7B681 7960
202 auto on
register all
serve 600
S
phones_start "$work/phones.script" "$work/phones"

sipp_run "$transport" "$scenario" "$calls"
phones_stop
expect_all_over
engine_stop
