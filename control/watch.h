// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Do the workers go on, and does control keep up with them? Control looks at them now and then. A worker
// whose count of turns does not move for WATCH_STALL_US stands still: told once, and once more when it
// goes on. The load of the whole is that of its most loaded worker; it takes a while to be near
// overload, and a longer one to be over it.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/handle.h"

enum {
	WATCH_PERIOD_US = 100000, // between two looks
	// A worker's turn takes microseconds and its longest sleep half a millisecond; a machine
	// that is shared with others may keep it from its core for some hundred milliseconds.
	WATCH_STALL_US = 1000000,
	WATCH_BACKLOG = 500,     // permille of what a worker may have waiting for control
	WATCH_NEAR_US = 300000,  // of such a backlog: overload is near
	WATCH_CALM_US = 5000000, // without one: the overload is over
};

enum watch_load {
	LOAD_NORMAL,
	LOAD_NEAR,    // a backlog builds up
	LOAD_REACHED, // new sessions are refused, or were since the last look
};

struct watch_worker {
	uint64_t turns;    // at the last look
	uint64_t still_us; // since they last moved, as far as we looked
	uint64_t stalls;
	uint64_t longest_us; // of the stalls
	const char *stage;   // what it was doing when last seen; static
	uint64_t sheds;      // as struct dataplane_pulse has them, at the last look
	bool stalled;
};

struct watch {
	struct watch_worker workers[HANDLE_WORKERS_MAX];
	unsigned n;
	uint64_t looked_us; // 0: never
	enum watch_load load;
	uint64_t near_us; // not calm, as far as we looked
	uint64_t calm_us;
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

// What a worker's pulse says of its load since the last look.
enum watch_load watch_load_of(struct watch_worker *worker, uint64_t sheds, uint32_t backlog);

// The most that watch_load_of() said in a look at all workers. True: watch->load is another one.
bool watch_weigh(struct watch *watch, enum watch_load most, uint64_t passed_us);
