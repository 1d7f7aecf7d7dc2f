// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Do the workers go on? Control looks at their count of turns now and then: a worker whose count
// does not move for WATCH_STALL_US stands still. Told once, and once more when it goes on.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/handle.h"

enum {
	WATCH_PERIOD_US = 100000, // between two looks
	// A worker's turn takes microseconds and its longest sleep half a millisecond; a machine
	// that is shared with others may keep it from its core for some hundred milliseconds.
	WATCH_STALL_US = 1000000,
};

struct watch_worker {
	uint64_t turns;    // at the last look
	uint64_t still_us; // since they last moved, as far as we looked
	uint64_t stalls;
	uint64_t longest_us; // of the stalls
	const char *stage;   // what it was doing when last seen; static
	bool stalled;
};

struct watch {
	struct watch_worker workers[HANDLE_WORKERS_MAX];
	unsigned n;
	uint64_t looked_us; // 0: never
};

enum watch_news {
	WATCH_NOTHING,
	WATCH_STALLED,
	WATCH_RECOVERED,
};

// How long to count for the time since the last look. When control itself was kept from looking,
// what the workers did meanwhile is not known: it counts for two periods at most.
uint64_t watch_passed(struct watch *watch, uint64_t now_us);

// A look at a worker: its turns and stage, and what watch_passed() said.
enum watch_news watch_look(
	struct watch_worker *worker, uint64_t turns, const char *stage, uint64_t passed_us);
