// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// An operator in front of the shell of an office, in the same process: keys in, text out.
#pragma once

#include "control/vty/server.h"
#include "tests/unit/control/client.h"

enum { OPERATOR_TEXT_SIZE = 256 * 1024 };

struct operator
{
	struct office *office;
	int fd;
	bool batch;
	bool gone; // the shell hung up
	size_t size;
	char text[OPERATOR_TEXT_SIZE]; // what the shell said since the last time
};

// Opens an office and its shell, without a socket to connect to; *state is the office.
int operator_office_open(void **state);
int operator_office_close(void **state);

struct operator* operator_new(struct office *office);
void operator_free(struct operator* op);

// Lets the shell work until it has nothing to do.
void shell_pump(void);

// Types the keys; returns what the shell says to it, without telnet's commands and carriage
// returns.
const char *operator_type(struct operator* op, const char *keys);

// A batch session, privileged. The verdict on a line, whose output is then in op->text.
void operator_batch(struct operator* op);
bool operator_run(struct operator* op, const char *line);

// Runs the lines of a transcript: see tests/ctl/README.
void operator_play(struct office *office, const char *path);
