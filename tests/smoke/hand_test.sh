#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (c) 2026 the offhook authors
# Calls made by hand: every way to answer and to end, busy, unknown number, abandoned dialling, a phone that is
# not configured.
# shellcheck source=tests/smoke/smoke.sh
source "$(dirname "$0")/smoke.sh"

world_up "$world"
engine_start "$config"
capture_start "$work/capture.pcapng"

cat >"$work/script" <<'S'
phone 201 SEP001E4A34A35F 7961
phone 202 SEP000F8FC7B681 7960
phone 203 SEP0019E7FF1E30 7961
phone stranger SEP00000000BEEF 7960
rejected stranger
stranger expect RegisterReject
register 201
register 202
register 203

# handset answers, caller hangs up
201 offhook
201 expect StartTone InsideDialTone
201 dial 202
201 expect CallState Proceed
202 expect CallState RingIn
202 expect SetRinger Inside
201 expect CallState RingOut
202 answer
202 expect CallState Connected
201 expect CallState Connected
201 expect StartMediaTransmission
202 expect StartMediaTransmission
201 onhook
201 expect CallState OnHook
202 expect CallState OnHook

# soft key answers, called party hangs up; digits at once
202 forget
201 forget
201 enbloc 202
202 expect CallState RingIn
202 key Answer
201 expect CallState Connected
202 key EndCall
201 expect CallState OnHook

# busy
201 offhook
201 dial 202
202 expect CallState RingIn
202 answer
202 expect CallState Connected
203 offhook
203 dial 202
203 expect StartTone LineBusyTone
203 onhook
203 expect CallState OnHook
202 onhook
201 expect CallState OnHook

# a number that nobody has
201 offhook
201 dial 999#
201 expect CallState InvalidNumber
201 onhook
201 expect CallState OnHook

# abandoned while ringing
202 forget
201 key NewCall
201 expect SetSpeakerMode On
201 dial 202
202 expect CallState RingIn
201 onhook
202 expect CallState OnHook

# leaves in good order
203 unregister
203 expect UnregisterAck
sleep 300
S
phone "$work/script" >"$work/phones" || { tail -40 "$work/phones"; fail "script"; }
expect_empty
capture_stop
capture_check "$work/capture.pcapng" skinny
engine_stop
