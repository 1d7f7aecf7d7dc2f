// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Peers' texts reach the operator's terminal: nothing in them may steer it, nor end an answer of
// the control socket.
#pragma once

#include <stddef.h>

enum { PEER_TEXT_SIZE = 256 };

// Makes a dot of each byte of a control character, ends of lines included; tabs stay.
void controls_hide(char *text, size_t size);

// A peer's text as it is shown, for a line of other words. Returns the copy.
const char *peer_text(const char *text, char copy[PEER_TEXT_SIZE]);
