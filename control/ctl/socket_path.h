// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Where the engine and its operator meet when nobody says otherwise.
#pragma once

#define CTL_SOCKET_DEFAULT "/run/offhook/ctl.sock"
