// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "bench/micro/measure.h"

#include <time.h>

enum { CALIBRATION_NS = 1000000, CALIBRATION_TRIES = 3, WARM_UP_PART = 8 };

static uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t clock_cycles(void)
{
#if defined(__x86_64__)
	return __builtin_ia32_rdtsc();
#else
	return 0;
#endif
}

bool measure_open(struct measure *m, const struct bench_case *c)
{
	*m = (struct measure){ .c = c };
	if (c->setup != NULL)
		m->state = c->setup(c);
	return m->state != NULL;
}

void measure_close(struct measure *m)
{
	if (m->state != NULL)
		m->c->teardown(m->state);
	m->state = NULL;
}

// The least of a few tries: the first may be in bad company, or wait for a thread to start.
static uint64_t least_ns(struct measure *m, uint64_t rounds)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < CALIBRATION_TRIES; i++) {
		uint64_t start = clock_ns(), elapsed;

		m->c->run(m->state, rounds);
		elapsed = clock_ns() - start;
		if (elapsed < least)
			least = elapsed;
	}
	return least;
}

void measure_calibrate(struct measure *m, unsigned us)
{
	uint64_t rounds = 1, elapsed;

	while ((elapsed = least_ns(m, rounds)) < CALIBRATION_NS)
		rounds *= 2;
	m->rounds = (uint64_t)((double)rounds * us * 1000 / (double)elapsed);
	if (m->rounds == 0)
		m->rounds = 1;
}

void measure_rep(struct measure *m)
{
	uint64_t start_ns, start_cycles, cycles, ns;

	m->c->run(m->state, m->rounds / WARM_UP_PART + 1);
	start_ns = clock_ns();
	start_cycles = clock_cycles();
	m->c->run(m->state, m->rounds);
	cycles = clock_cycles() - start_cycles;
	ns = clock_ns() - start_ns;
	m->ns[m->reps] = (double)ns / (double)m->rounds;
	m->cycles[m->reps] = (double)cycles / (double)m->rounds;
	m->reps++;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void measure_sort(struct measure *m)
{
	qsort(m->ns, m->reps, sizeof(m->ns[0]), compare);
	qsort(m->cycles, m->reps, sizeof(m->cycles[0]), compare);
}
