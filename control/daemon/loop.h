// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The control thread's loop: events from the workers, timers, the operator's shell, the signal to end.
#pragma once

#include <osmocom/core/select.h>
#include <osmocom/core/timer.h>
#include <stdbool.h>

#include "control/engine.h"
#include "control/watch.h"
#include "dataplane/dataplane.h"

struct loop {
	struct engine *engine;
	struct dataplane *dataplane;
	bool busy; // never sleep: lowest delay, a core at 100 %
	struct osmo_fd wake;
	struct osmo_fd signals;
	struct osmo_timer_list watch_timer;
	struct osmo_timer_list retry_timer; // while commands wait for room
	struct watch watch;
	bool ending;
	uint64_t ends_us;   // no later than this, once ending
	unsigned turns;
};

// Keeps SIGTERM and SIGINT from the calling thread and all that it makes from here on, EAL's own among them:
// the loop reads them from a descriptor.
void loop_block_signals(void);

// Registers with libosmocore's select loop of the calling thread. loop_block_signals() came first.
// Returns 0 or -errno.
int loop_init(struct loop *loop, struct engine *engine, struct dataplane *dataplane, bool busy);
void loop_fini(struct loop *loop);

// One round: some events, and when their time has come timers and sockets. Returns how many events it took.
unsigned loop_turn(struct loop *loop);

// Runs until a signal asked to end; then ends the sessions, hands what is left to the workers and stops them.
void loop_run(struct loop *loop);
