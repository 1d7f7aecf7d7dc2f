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

// 0 or -errno. The engine has so many seconds to take a line, and as many for each piece of an answer;
// then what waits for it fails with -ETIMEDOUT. 0: any time.
int link_open(struct link *link, const char *path, unsigned wait_s);
void link_close(struct link *link);

// Turns the session into one for programs and makes it privileged, if the engine lets it. What the
// engine has against it goes to `out`. -ECONNREFUSED when it said why and hung up, -EPIPE when it only
// hung up, -ETIMEDOUT.
int link_begin(struct link *link, FILE *out);

// Has the line done; all that comes back goes to `out`. 1: right, 0: wrong, -EPIPE: the engine is
// gone, -ETIMEDOUT: it does not answer. Whether `out` took it all is for the caller to ask.
int link_run(struct link *link, const char *line, FILE *out);

// Passes on what the engine says by itself, for however long. 0 when *stop ended it, which handlers of
// signals set that the caller has blocked; -EPIPE: the engine did; -errno of `out`.
int link_follow(struct link *link, const volatile bool *stop, FILE *out);
