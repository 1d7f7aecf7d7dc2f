#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (c) 2026 the offhook authors
# What users do with their own keys while an application watches: consult and transfer, transfer to a phone
# that rings, hold and resume, do not disturb and forwarding by key, digits in a talk.
# shellcheck source=tests/smoke/smoke.sh
source "$(dirname "$0")/smoke.sh"

sed 's/^ephone-dn *[0-9]*/& dual-line/' "$config" >"$work/office.cfg"
mkdir "$work/bodies"
world_up "$world"
engine_start "$work/office.cfg"
capture_start "$work/capture.pcapng"

cat >"$work/application.script" <<'S'
open 201
monitor 201
monitor 202
monitor 203
ask SetMessageWaitingIndicator 202 true
expect 202 MessageWaiting

# 202 calls 201, who transfers to 203
expect 202 ServiceInitiated initiated newCall
expect 202 Originated connected newCall
expect 202 Delivered connected newCall
expect 201 Delivered alerting newCall
expect 202 Established connected newCall
expect 201 Established connected newCall
expect 201 DigitsGenerated
expect 202 DigitsGenerated
expect 201 Held hold consultation
expect 202 Held connected consultation
expect 201 ServiceInitiated initiated consultation
expect 201 Originated connected consultation
expect 201 Delivered connected newCall
expect 203 Delivered alerting newCall
expect 201 Established connected newCall
expect 203 Established connected newCall
expect 201 Transfered null transfer
expect 202 Transfered connected transfer
expect 203 Transfered connected transfer

# 203 holds and resumes, then sends 202 to 201, which still rings
expect 202 Held connected normal
expect 203 Held hold normal
expect 202 Retrieved connected normal
expect 203 Retrieved connected normal
expect 202 Held connected consultation
expect 203 Held hold consultation
expect 203 ServiceInitiated initiated consultation
expect 203 Originated connected consultation
expect 203 Delivered connected newCall
expect 201 Delivered alerting newCall
expect 203 Transfered null transfer
expect 202 Transfered connected transfer
expect 201 Transfered alerting transfer
expect 202 Established connected transfer
expect 201 Established connected transfer
expect 202 ConnectionCleared null normalClearing
expect 201 ConnectionCleared connected normalClearing
expect 201 ConnectionCleared null normalClearing

# keys that are about the phone
expect 203 DoNotDisturb
expect 203 DoNotDisturb
quiet 202 100
bye
S
cat >"$work/phones.script" <<'S'
phone 201 SEP001E4A34A35F 7961
phone 202 SEP000F8FC7B681 7960
phone 203 SEP0019E7FF1E30 7961
register all
# the application's sign that it watches
202 expect SetLamp VoiceMail mode=On
202 offhook
202 dial 201
201 expect CallState RingIn
201 offhook
201 expect CallState Connected
202 expect CallState Connected
201 dial 7
202 expect StartTone Dtmf7
201 key Transfer
201 expect CallState Hold
201 expect SelectSoftKeys OffHookFeatures
201 dial 203
203 expect CallState RingIn
203 offhook
201 expect SelectSoftKeys ConnectedTransfer
201 forget
202 forget
203 expect StartMediaTransmission
203 forget
201 key Transfer
201 expect CallState OnHook
203 expect CallInfo 202
203 expect StartMediaTransmission
202 expect StartMediaTransmission
201 onhook

203 forget
203 key Hold
203 expect CallState Hold
203 key Resume
203 expect CallState Connected
201 forget
203 forget
203 key Transfer
203 expect SelectSoftKeys OffHookFeatures
203 dial 201
201 expect CallState RingIn
203 key Transfer
203 expect CallState OnHook
203 onhook
201 forget
201 offhook
201 expect CallState Connected
201 expect StartMediaTransmission
202 onhook
201 expect CallState OnHook
201 onhook

203 forget
203 key DND
203 expect DisplayPromptStatus DND
203 key DND
sleep 300
S
phones_start "$work/phones.script" "$work/phones" 3
csta -t 30 -x "$work/bodies" "$work/application.script" >"$work/application" 2>&1 || {
	tail -40 "$work/phones"
	tail -20 "$work/application"
	fail "application"
}
wait "$phones_pid" || {
	tail -40 "$work/phones"
	fail "phones"
}
phones_pid=
expect_empty
capture_stop
capture_check "$work/capture.pcapng" skinny sip
xmllint --noout "$work"/bodies/*.xml
engine_stop
