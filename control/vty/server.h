// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The operator's shell on a Unix stream socket, inside libosmocore's select loop of the control
// thread.
#pragma once

#include "control/ctl/socket_path.h"
#include "control/vty/shell.h"

#define VTY_SOCKET_DEFAULT CTL_SOCKET_DEFAULT

enum { VTY_SESSIONS_MAX = 16 }; // more are told so and closed

// Opens the socket (mode 0660), in place of one that nobody serves any more, and makes its
// directory. The texts are borrowed; the dataplane and the watch may be NULL. -EADDRINUSE when
// another process serves it, -EEXIST when the path is no socket's, -errno.
int vty_server_start(struct engine *engine, const struct dataplane *dataplane,
	const struct watch *watch, const char *config_path, const char *socket_path);

// The same with the numbers of the packet engine from elsewhere.
int vty_server_open(const struct shell_setup *setup, const char *socket_path);

// Closes all sessions and removes the socket.
void vty_server_stop(void);

// A session on a connected socket of the caller's: -ENOSPC when there are too many, -errno. The
// session owns the descriptor from here on, and closes it when it fails.
int vty_server_accept(int fd);

// libosmovty took a line of this session: does it. CMD_SUCCESS or CMD_WARNING.
int vty_session_line(struct vty *vty);
