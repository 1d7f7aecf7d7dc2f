// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A person at a terminal: libosmovty edits the line, completes and helps, and gets each piece of
// what was typed in the node where it belongs; the password is read past it.
#pragma once

#include "control/vty/shell.h"

// What is shared by all sessions. -errno.
int interactive_init(void);
void interactive_fini(void);

// Reads what the terminal sent, into `bytes`, and does it. When that made the session one for a
// program, *rest is what the program sent behind it. 0; -EPIPE: the session is over; -EBADF: it is
// closed and freed.
int interactive_read(struct shell_session *session, char bytes[VTY_READ_BUFSIZ], struct span *rest);

// server.c: for the terminal or the program; people's terminals want a carriage return too.
void session_print(struct shell_session *session, struct span text);
