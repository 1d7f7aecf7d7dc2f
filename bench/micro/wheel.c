// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The timer wheel with 10,000 timers in it, due within half a minute.
#include "base/wheel.h"

#include "bench/micro/bench.h"

enum { TIMERS = 10000, DUE_MAX_US = 30000000, STEP_US = 100 };

struct wheel_job {
	struct wheel wheel;
	uint64_t now_us;
	uint64_t random;
	struct wheel_node nodes[TIMERS];
};

// xorshift64 (Marsaglia, 2003).
static uint64_t random_next(struct wheel_job *job)
{
	job->random ^= job->random << 13;
	job->random ^= job->random >> 7;
	job->random ^= job->random << 17;
	return job->random;
}

static void arm(struct wheel_job *job, struct wheel_node *node)
{
	wheel_arm(&job->wheel, node, job->now_us + random_next(job) % DUE_MAX_US);
}

static void *setup(const struct bench_case *c)
{
	struct wheel_job *job = bench_alloc(sizeof(*job));

	(void)c;
	job->now_us = 1000000;
	job->random = 88172645463325252;
	wheel_init(&job->wheel, job->now_us);
	for (int i = 0; i < TIMERS; i++)
		arm(job, &job->nodes[i]);
	return job;
}

static void run_arm(void *state, uint64_t rounds)
{
	struct wheel_job *job = state;

	for (uint64_t i = 0; i < rounds; i++)
		arm(job, &job->nodes[random_next(job) % TIMERS]);
	bench_require(job->wheel.armed == TIMERS);
}

static void run_expire(void *state, uint64_t rounds)
{
	struct wheel_job *job = state;
	struct wheel_node *node;
	uint64_t fired = 0, early = 0;

	while (fired < rounds) {
		job->now_us += STEP_US;
		while (fired < rounds && (node = wheel_expire(&job->wheel, job->now_us)) != NULL) {
			early += node->due_us > job->now_us;
			arm(job, node);
			fired++;
		}
	}
	bench_require(early == 0 && job->wheel.armed == TIMERS);
}

static const struct bench_case cases[] = {
	{ "wheel_arm_ns", "wheel_arm() of an armed timer, random time", setup, run_arm, free },
	{ "wheel_expire_ns", "wheel_expire() every 100 us, and armed again; for each that fired",
		setup, run_expire, free },
};

const struct bench_group wheel_group = { cases, BENCH_COUNT(cases) };
