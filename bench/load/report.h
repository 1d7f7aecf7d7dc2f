// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What a load run tells: a line that goes on while it runs, and at its end text, JSON and a plot.
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "bench/load/load.h"

enum { REPORT_SAMPLES_MAX = 7200 };

// Counters whose rates are reported. X(enumerator, member of struct load_numbers, text)
#define REPORT_RATES(X) \
	X(REGISTERED, registered, "registrations") \
	X(KEEPALIVES, keepalives, "keepalives") \
	X(CALLS, calls, "calls") \
	X(EVENTS, events, "events") \
	X(ANSWERS, answers, "answers")

enum report_rate {
#define X(name, member, text) REPORT_##name,
	REPORT_RATES(X)
#undef X
		REPORT_NRATES,
};

enum report_latency { REPORT_EVENT, REPORT_ANSWER, REPORT_NLATENCIES };
enum report_part { REPORT_P50, REPORT_P90, REPORT_P99, REPORT_MAX, REPORT_NPARTS };

struct report_sample {
	double at_s;
	double per_s[REPORT_NRATES];
	double us[REPORT_NLATENCIES][REPORT_NPARTS]; // 0: nothing to measure
};

struct report {
	struct load *load;
	const struct wire *wire;
	const char *title;
	bool progress; // on standard error
	uint64_t began_ns;
	uint64_t last_ns;
	uint64_t every_ns;
	struct load_numbers last;
	struct hist last_hist[REPORT_NLATENCIES];
	struct report_sample *samples;
	unsigned nsamples;
};

// Returns 0 or -ENOMEM.
int report_init(struct report *report, struct load *load, const struct wire *wire,
	const char *title, uint64_t now_ns);
void report_fini(struct report *report);

// Takes a sample when its time has come. When there are too many every other is forgotten, and they
// come half as often.
void report_tick(struct report *report, uint64_t now_ns);

// What was measured so far was for warming up.
void report_restart_latencies(struct report *report);

void report_text(const struct report *report, FILE *out);
// With the whole distribution of the latencies: pairs of the largest value of a bucket, in us, and its count.
void report_json(const struct report *report, FILE *out);
// svg.c: rates above, latencies over time in the middle, how they are distributed below (both
// logarithmic).
void report_svg(const struct report *report, FILE *out);

// All of a kind since the start, or since report_restart_latencies().
const struct hist *report_hist(const struct report *report, enum report_latency latency);

const char *report_rate_text(enum report_rate rate);
const char *report_part_text(enum report_part part);
