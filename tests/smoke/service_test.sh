#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (c) 2026 the offhook authors
# An application over TCP drives three real connections' worth of phones: hold and retrieve, consult,
# alternate, reconnect, transfer, single step transfer, deflect; then do not disturb, forwarding, message
# waiting and digits. The phones do nothing by themselves.
# shellcheck source=tests/smoke/smoke.sh
source "$(dirname "$0")/smoke.sh"

sed 's/^ephone-dn *[0-9]*/& dual-line/' "$config" >"$work/office.cfg"
mkdir "$work/bodies"
world_up "$world"
engine_start "$work/office.cfg"
capture_start "$work/capture.pcapng"

cat >"$work/phones.script" <<'S'
phone 201 SEP001E4A34A35F 7961
phone 202 SEP000F8FC7B681 7960
phone 203 SEP0019E7FF1E30 7961
register all
serve 60
S
phones_start "$work/phones.script" "$work/phones" 3

cat >"$work/application.script" <<'S'
open 201
monitor 201
monitor 202
monitor 203

# hold and retrieve
make 201 202
expect 201 ServiceInitiated initiated makeCall
expect 201 Originated connected newCall
expect 201 Delivered connected newCall
expect 202 Delivered alerting newCall
ask AnswerCall 202@C1
expect 201 Established connected newCall
expect 202 Established connected newCall
ask HoldCall 201@C1
expect 201 Held hold normal
expect 202 Held connected normal
refused stateIncompatibility invalidConnectionState ask HoldCall 201@C1
ask RetrieveCall 201@C1
expect 201 Retrieved connected normal
expect 202 Retrieved connected normal

# consult, alternate, reconnect
ask ConsultationCall 201@C1 203
expect 201 Held hold consultation
expect 202 Held connected consultation
expect 201 ServiceInitiated initiated consultation
expect 201 Originated connected consultation
expect 201 Delivered connected newCall
expect 203 Delivered alerting newCall
ask AnswerCall 203@C2
expect 201 Established connected newCall
expect 203 Established connected newCall
ask AlternateCall 201@C1 201@C2
expect 201 Held hold alternate
expect 203 Held connected alternate
expect 201 Retrieved connected alternate
expect 202 Retrieved connected alternate
snapshot 201 connected hold
ask ReconnectCall 201@C1 201@C2
expect 201 ConnectionCleared null normalClearing
expect 202 ConnectionCleared connected normalClearing
expect 202 ConnectionCleared null normalClearing
expect 201 Retrieved connected normal
expect 203 Retrieved connected normal

# consult again, and transfer: 203 talks to 202
ask ConsultationCall 201@C2 202
expect 201 Held hold consultation
expect 203 Held connected consultation
expect 201 ServiceInitiated initiated consultation
expect 201 Originated connected consultation
expect 201 Delivered connected newCall
expect 202 Delivered alerting newCall
ask AnswerCall 202@C3
expect 201 Established connected newCall
expect 202 Established connected newCall
ask TransferCall 201@C2 201@C3
expect 201 Transfered null transfer
expect 202 Transfered connected transfer
expect 203 Transfered connected transfer
snapshot 201
snapshot 203 connected

# digits, then single step transfer back to 201, which deflects to 202's second line
ask GenerateDigits 203@C2 42
expect 203 DigitsGenerated
expect 202 DigitsGenerated
ask SingleStepTransferCall 203@C2 201
expect 203 Transfered null singleStepTransfer
expect 202 Transfered connected singleStepTransfer
expect 202 Delivered connected singleStepTransfer
expect 201 Delivered alerting singleStepTransfer
ask DeflectCall 201@C2 203
expect 201 Diverted null redirected
expect 202 Diverted connected redirected
expect 202 Delivered connected redirected
expect 203 Delivered alerting redirected
ask ClearCall 202@C2
expect 202 ConnectionCleared null normalClearing
expect 203 ConnectionCleared alerting normalClearing
expect 203 ConnectionCleared null normalClearing

# a conference of the three, which 201's phone mixes
make 201 202
expect 201 ServiceInitiated initiated makeCall
expect 201 Originated connected newCall
expect 201 Delivered connected newCall
expect 202 Delivered alerting newCall
ask AnswerCall 202@C4
expect 201 Established connected newCall
expect 202 Established connected newCall
ask ConsultationCall 201@C4 203
expect 201 Held hold consultation
expect 202 Held connected consultation
expect 201 ServiceInitiated initiated consultation
expect 201 Originated connected consultation
expect 201 Delivered connected newCall
expect 203 Delivered alerting newCall
ask AnswerCall 203@C5
expect 201 Established connected newCall
expect 203 Established connected newCall
ask ConferenceCall 201@C4 201@C5
expect 201 Conferenced connected conference
expect 202 Conferenced connected conference
expect 203 Conferenced connected conference
ask ClearConnection 202@C4
expect 201 ConnectionCleared connected normalClearing
expect 202 ConnectionCleared null normalClearing
expect 203 ConnectionCleared connected normalClearing
ask ClearCall 203@C4
expect 203 ConnectionCleared null normalClearing
expect 201 ConnectionCleared connected normalClearing
expect 201 ConnectionCleared null normalClearing

# do not disturb, forwarding, message waiting
ask SetDoNotDisturb 202 true
expect 202 DoNotDisturb
make 201 202
expect 201 ServiceInitiated initiated makeCall
expect 201 Originated connected newCall
expect 201 Failed connected doNotDisturb
ask ClearConnection 201@C6
expect 201 ConnectionCleared null normalClearing
ask SetDoNotDisturb 202 false
expect 202 DoNotDisturb
ask SetForwarding 202 true 203
expect 202 Forwarding
make 201 202
expect 201 ServiceInitiated initiated makeCall
expect 201 Originated connected newCall
expect 201 Diverted connected callForwardImmediate
expect 202 Diverted null callForwardImmediate
expect 201 Delivered connected callForwardImmediate
expect 203 Delivered alerting callForwardImmediate
ask ClearConnection 201@C7
expect 201 ConnectionCleared null callCancelled
expect 203 ConnectionCleared alerting callCancelled
expect 203 ConnectionCleared null callCancelled
ask SetForwarding 202 false
expect 202 Forwarding
ask SetMessageWaitingIndicator 203 true
expect 203 MessageWaiting
ask SetMessageWaitingIndicator 203 false
expect 203 MessageWaiting
quiet 201 100
quiet 202 100
quiet 203 100
bye
S
csta -t 20 -x "$work/bodies" "$work/application.script" >"$work/application" || {
	tail -30 "$work/application"
	fail "application"
}
phones_stop
expect_empty
capture_stop
capture_check "$work/capture.pcapng" skinny sip
xmllint --noout "$work"/bodies/*.xml

# What the phones were told, in the judge's words.
shown() { frames_need "$work/capture.pcapng" "$1" "$2"; }
shown 'skinny.messageId == 0x0111 && skinny.callState == 8' "no phone showed a held call"
shown 'skinny.messageId == 0x0090 && skinny.forwardAllActive' "no phone showed that it forwards"
shown 'skinny.messageId == 0x0086 && skinny.stimulus == 15' "no message lamp was lit"
shown 'skinny.messageId == 0x0082 && skinny.tone == 4' "no phone heard a 4"
engine_stop
