// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#pragma once

#include "bench/micro/bench.h"

enum { MEASURE_REPS_MAX = 101 };

// One case and what was found out about it.
struct measure {
	const struct bench_case *c;
	void *state;
	uint64_t rounds;                 // of one repetition
	unsigned reps;                   // done so far
	double ns[MEASURE_REPS_MAX];     // a round, by repetition
	double cycles[MEASURE_REPS_MAX]; // of the time stamp counter; 0: the machine has none
};

// Sets the case up. False: it is absent here.
bool measure_open(struct measure *m, const struct bench_case *c);
void measure_close(struct measure *m);

// Finds how many rounds fill about `us` microseconds.
void measure_calibrate(struct measure *m, unsigned us);
// One repetition: an eighth of the rounds to warm up, then all of them against the clock.
void measure_rep(struct measure *m);
// Puts the repetitions in order of size: [0] is the least, [reps / 2] the median.
void measure_sort(struct measure *m);
