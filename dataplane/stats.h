// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A worker's numbers as rows that other threads may read. The worker counts in plain words of its
// own and copies them out now and then: no other thread ever looks into its structures.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct dataplane_stat;
struct worker;

enum { STATS_MAX = 512, STATS_NAME_SIZE = 40 };

struct stats_row {
	const char *section;
	const char *help;
	char name[STATS_NAME_SIZE];
};

struct stats {
	struct stats_row rows[STATS_MAX]; // filled at start
	_Atomic uint64_t values[STATS_MAX];
	unsigned n;
};

// Names the rows. Before any other thread looks.
void stats_init(struct worker *worker);

// Copies the numbers out. The worker's thread only.
void stats_publish(struct worker *worker);

// From any thread. False: past the last row.
bool stats_row(const struct worker *worker, unsigned row, struct dataplane_stat *stat);
