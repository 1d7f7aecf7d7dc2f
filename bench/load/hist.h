// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A histogram of durations in nanoseconds: linear up to 64 ns, then 32 buckets for each power of
// two, so that a value is known to 3 %. What is longer than HIST_MAX_NS counts as that.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	HIST_LINEAR = 64,
	HIST_PART = 32, // buckets of an octave
	HIST_OCTAVES = 32,
	HIST_BUCKETS = HIST_LINEAR + HIST_OCTAVES * HIST_PART,
};

#define HIST_MAX_NS ((UINT64_C(1) << 38) - 1) // 4.6 minutes

struct hist {
	uint64_t count;
	uint64_t sum_ns;
	uint64_t max_ns;
	uint64_t buckets[HIST_BUCKETS];
};

void hist_clear(struct hist *hist);
void hist_add(struct hist *hist, uint64_t ns);

// The least value that `part` (0 to 1) of the values do not exceed, to the width of its bucket; 0
// when there are none.
uint64_t hist_quantile_ns(const struct hist *hist, double part);
double hist_mean_ns(const struct hist *hist);

// The buckets that hold something, one a call from *cursor 0 on: the largest value that falls into it and how many
// did. False: no more.
bool hist_next(const struct hist *hist, unsigned *cursor, uint64_t *top_ns, uint64_t *count);

// What was added to `now` after `before` was a copy of it. max_ns is then that of the whole bucket.
void hist_since(struct hist *out, const struct hist *now, const struct hist *before);
