// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "bench/load/hist.h"

#include <string.h>

static unsigned bucket_of(uint64_t ns)
{
	unsigned octave;

	if (ns < HIST_LINEAR)
		return (unsigned)ns;
	octave = 63 - (unsigned)__builtin_clzll(ns) - 6; // 64 to 127 is the first
	return HIST_LINEAR + octave * HIST_PART +
	       (unsigned)((ns >> (octave + 1)) & (HIST_PART - 1));
}

// The largest value that falls into it.
static uint64_t bucket_top(unsigned bucket)
{
	unsigned octave, part;

	if (bucket < HIST_LINEAR)
		return bucket;
	octave = (bucket - HIST_LINEAR) / HIST_PART;
	part = (bucket - HIST_LINEAR) % HIST_PART;
	return ((uint64_t)(HIST_PART + part + 1) << (octave + 1)) - 1;
}

void hist_clear(struct hist *hist)
{
	memset(hist, 0, sizeof(*hist));
}

void hist_add(struct hist *hist, uint64_t ns)
{
	uint64_t kept = ns < HIST_MAX_NS ? ns : HIST_MAX_NS;

	hist->count++;
	hist->sum_ns += ns;
	if (ns > hist->max_ns)
		hist->max_ns = ns;
	hist->buckets[bucket_of(kept)]++;
}

bool hist_next(const struct hist *hist, unsigned *cursor, uint64_t *top_ns, uint64_t *count)
{
	while (*cursor < HIST_BUCKETS) {
		unsigned bucket = (*cursor)++;

		if (hist->buckets[bucket] == 0)
			continue;
		*top_ns = bucket_top(bucket);
		*count = hist->buckets[bucket];
		return true;
	}
	return false;
}

uint64_t hist_quantile_ns(const struct hist *hist, double part)
{
	uint64_t wanted = (uint64_t)(part * (double)hist->count);
	uint64_t below = 0;

	if (hist->count == 0)
		return 0;
	if (wanted == 0)
		wanted = 1;
	for (unsigned i = 0; i < HIST_BUCKETS; i++) {
		below += hist->buckets[i];
		if (below >= wanted)
			return bucket_top(i) < hist->max_ns ? bucket_top(i) : hist->max_ns;
	}
	return hist->max_ns;
}

double hist_mean_ns(const struct hist *hist)
{
	return hist->count == 0 ? 0 : (double)hist->sum_ns / (double)hist->count;
}

void hist_since(struct hist *out, const struct hist *now, const struct hist *before)
{
	*out = (struct hist){
		.count = now->count - before->count,
		.sum_ns = now->sum_ns - before->sum_ns,
	};
	for (unsigned i = 0; i < HIST_BUCKETS; i++) {
		out->buckets[i] = now->buckets[i] - before->buckets[i];
		if (out->buckets[i] != 0)
			out->max_ns = bucket_top(i) < now->max_ns ? bucket_top(i) : now->max_ns;
	}
}
