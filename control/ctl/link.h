// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A connection to the engine's control socket, for a program: lines out, text and a verdict back.
#pragma once

#include <stdbool.h>
#include <stdio.h>

struct link {
	int fd;
	char bytes[4096]; // read and not yet looked at
	size_t at;
	size_t count;
};

// 0 or -errno.
int link_open(struct link *link, const char *path);
void link_close(struct link *link);

// Turns the session into one for programs and makes it privileged, if the engine lets it. What the
// engine has against it goes to `out`. -EPROTO when it hung up.
int link_begin(struct link *link, FILE *out);

// Has the line done; all that comes back goes to `out`. 1: right, 0: wrong, -EPIPE: the engine is
// gone.
int link_run(struct link *link, const char *line, FILE *out);

// Passes on what the engine says by itself, until it or *stop ends it. *stop is set by handlers of signals
// that the caller has blocked.
void link_follow(struct link *link, const volatile bool *stop, FILE *out);
