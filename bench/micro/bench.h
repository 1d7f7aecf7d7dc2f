// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What is timed: a case is a job that can be done any number of times. All cases are set up before
// the first is timed, and each repetition goes through all of them, so that a slow moment of the
// machine meets contenders alike.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct bench_case {
	const char *key;  // as in the records; ends in _ns or _us, the unit of the figure
	const char *what; // is done once a round
	// Builds what the rounds work on and proves, once, that the job's result is right. Ends the
	// program when it is not. NULL: the case is not part of this build.
	void *(*setup)(const struct bench_case *c);
	// Does the job so many times; ends the program when any of them went wrong.
	void (*run)(void *state, uint64_t rounds);
	void (*teardown)(void *state);
	const void *arg;   // the case's own, for setup
	const char *needs; // why the case may be absent: setup is NULL or returned NULL
};

struct bench_group {
	const struct bench_case *cases;
	size_t count;
};

#define BENCH_COUNT(array) (sizeof(array) / sizeof((array)[0]))

// A benchmark of a wrong result is worth nothing.
#define bench_require(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			exit(2); \
		} \
	} while (0)

// Zeroed memory, or the end of the program.
static inline void *bench_alloc(size_t size)
{
	void *p = calloc(1, size);

	bench_require(p != NULL);
	return p;
}

// The CPU of the timed thread, and another one of this process; -1: there is none.
int bench_cpu(void);
int bench_other_cpu(void);

extern const struct bench_group sip_group;
extern const struct bench_group csta_group;
extern const struct bench_group sccp_group;
extern const struct bench_group worker_group;
extern const struct bench_group classify_group;
extern const struct bench_group tcp_group;
extern const struct bench_group wheel_group;
extern const struct bench_group ring_group;
extern const struct bench_group control_group;
extern const struct bench_group xml_peer_group;
extern const struct bench_group osip_peer_group;
extern const struct bench_group sofia_peer_group;
