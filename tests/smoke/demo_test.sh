#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (c) 2026 the offhook authors
# The demo itself, and the judges' word on what went over the wire.
# shellcheck source=tests/smoke/smoke.sh
source "$(dirname "$0")/smoke.sh"

world_up "$world"
engine_start "$config"
capture_start "$work/capture.pcapng"
mkdir "$work/bodies"

phones_start scripts/demo.d/phones.script "$work/phones"
csta -x "$work/bodies" scripts/demo.d/application.script
csta -u -x "$work/bodies" scripts/demo.d/application.script # and once more over UDP
phones_stop
expect_empty
capture_stop
capture_check "$work/capture.pcapng" skinny sip
frames_need "$work/capture.pcapng" 'skinny.messageId == 0x008a' "no media was started"
frames_need "$work/capture.pcapng" 'sip.Method == "INFO"' "no INFO was captured"
xmllint --noout "$work"/bodies/*.xml
engine_stop
