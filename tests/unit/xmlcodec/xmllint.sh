#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Copyright (c) 2026 the offhook authors
# Is every golden CSTA document well-formed to somebody else's eyes? xmllint.sh FOLDER
command -v xmllint >/dev/null || exit 77
exec xmllint --noout "$1"/*.xml
