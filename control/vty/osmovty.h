// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// libosmovty's headers. They call an enumeration `event`, the treaty between the planes calls a
// struct so: here theirs has another name.
#pragma once

#define event osmovty_event
#include <osmocom/vty/buffer.h>
#include <osmocom/vty/command.h>
#include <osmocom/vty/telnet_interface.h>
#include <osmocom/vty/vty.h>
#undef event
