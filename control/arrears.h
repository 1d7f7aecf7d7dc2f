// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What connections and dialogs are owed because commands for them had to be given up: their worker
// stood still for so long that no more could wait. A phone that missed a message shows something
// else than what is: its connection is reset, and it registers anew. A client that missed events is
// told so. A dialog whose end was missed is ended. Each is owed one thing, however much it missed,
// so there are never more of them than connections and dialogs of workers that stand still.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "dataplane/handoff/message.h"

enum { ARREARS_BUCKETS = 256 };

struct arrear {
	TAILQ_ENTRY(arrear) link; // of its worker, the oldest first
	SLIST_ENTRY(arrear) bucket;
	handle_t handle;
	enum command_type type; // what will be said
	uint32_t messages;      // missed
};

TAILQ_HEAD(arrear_list, arrear);
SLIST_HEAD(arrear_bucket, arrear);

struct arrears {
	struct arrear_list workers[HANDLE_WORKERS_MAX];
	struct arrear_bucket buckets[ARREARS_BUCKETS]; // by handle
};

void arrears_init(struct arrears *arrears);
void arrears_fini(struct arrears *arrears);

// This command was given up. Answers are owed nothing: who asked asks again, or gives up himself.
void arrears_note(struct arrears *arrears, const struct command *command);

// The next thing to say to a worker. False: it is owed nothing.
bool arrears_next(const struct arrears *arrears, unsigned worker, struct command *command);
// That was said.
void arrears_said(struct arrears *arrears, unsigned worker);
