// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// An engine and its load in one process: the worker polls one end of a wire of rings on the calling
// thread (EAL's main lcore); control and the generator at the other end take turns on a thread of
// their own. Nobody waits for a time slice of somebody else's.
#pragma once

#include <stdio.h>

#include "bench/load/load.h"
#include "bench/site.h"

struct inproc;

struct inproc_config {
	struct site site;
	struct load_config load; // addresses are filled in
	int control_cpu;         // -1: where the calling thread may run
};

// What one side of the process did between two looks.
struct inproc_usage {
	uint64_t wall_ns;
	uint64_t worker_ns;    // CPU time of turns with work
	uint64_t control_ns;   // likewise
	uint64_t generator_ns; // likewise
};

// Makes the engine, runs `scenario` on the thread of control and generator and ends both. The
// scenario turns them by inproc_turn(). Returns what it returns; -errno when the engine could not
// be made.
int inproc_run(const struct inproc_config *config,
	int (*scenario)(struct inproc *inproc, void *arg), void *arg);

struct load *inproc_load(struct inproc *inproc);
// Control and the generator once each.
void inproc_turn(struct inproc *inproc);
// Since the last call.
void inproc_usage(struct inproc *inproc, struct inproc_usage *usage);
// A number of the worker by name; published about every 100 ms.
uint64_t inproc_stat(const struct inproc *inproc, const char *name);
// All numbers of the workers that are not zero, for people.
void inproc_print(const struct inproc *inproc, FILE *out);
