// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The wire between a scenario and an engine that runs elsewhere: each event goes out as what a
// worker would have made it of, over kernel sockets, and what comes back becomes the commands that
// a worker would have been given. After each event it waits until the engine has no more to say to
// anybody, by asking every phone's and every session's connection for an answer; not by a time.
#pragma once

#include "tests/unit/control/harness.h"

struct wire_options {
	const char *server; // address of the engine, ports 2000 and 5060
	bool udp;           // SIP
	bool gates; // says when the first session comes, and when it ends, and waits for a line
		    // each
	const char *bodies; // folder for each body that comes, a file of its own; NULL: not kept
};

// From here on wire_event() can be given to a rig; one at a time. The options are borrowed.
void wire_open(const struct wire_options *options);
// Closes what is still open.
void wire_close(void);

// Fails the test when the engine is not there, or does not answer.
void wire_event(struct rig *rig, const struct event *event);
