// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What a datagram is, before any parser looks at it.
#include "dataplane/classify.h"

#include <string.h>

#include "bench/micro/bench.h"
#include "bench/micro/message.h"

enum { RTP_SIZE = 172 }; // a packet of G.711, 20 ms

struct classify_job {
	struct classify *classify;
	struct hs_scratch *scratch;
	char text[MESSAGE_SIZE];
	size_t n;
	enum classify_start expected;
};

static void *setup(const struct bench_case *c)
{
	struct classify_job *job = bench_alloc(sizeof(*job));
	char error[256];

	bench_require(classify_new(&job->classify, NULL, 0, error, sizeof(error)) == 0);
	job->scratch = classify_scratch_new(job->classify);
	bench_require(job->scratch != NULL);
	job->expected = *(const enum classify_start *)c->arg;
	job->n = RTP_SIZE;
	if (job->expected == CLASSIFY_REQUEST)
		job->n = message_info(job->text, "tag", message_monitor_start);
	else
		memset(job->text, 0x80, RTP_SIZE);
	bench_require(classify_body(job->classify, job->scratch, message_monitor_start.p,
			      message_monitor_start.n) == CSTA_MONITOR_START);
	return job;
}

static void teardown(void *state)
{
	struct classify_job *job = state;

	classify_scratch_free(job->scratch);
	classify_free(job->classify);
	free(job);
}

static void run_start(void *state, uint64_t rounds)
{
	struct classify_job *job = state;
	uint64_t good = 0;

	for (uint64_t i = 0; i < rounds; i++)
		good += classify_start(job->classify, job->scratch, job->text, job->n).start ==
			job->expected;
	bench_require(good == rounds);
}

static void run_body(void *state, uint64_t rounds)
{
	const struct span body = message_monitor_start;
	struct classify_job *job = state;
	uint64_t good = 0;

	for (uint64_t i = 0; i < rounds; i++)
		good += classify_body(job->classify, job->scratch, body.p, body.n) ==
			CSTA_MONITOR_START;
	bench_require(good == rounds);
}

static const enum classify_start request = CLASSIFY_REQUEST;
static const enum classify_start noise = CLASSIFY_NOISE;

static const struct bench_case cases[] = {
	{ "classify_sip_ns", "classify_start() of that INFO", setup, run_start, teardown,
		&request },
	{ "classify_noise_ns", "classify_start() of an RTP packet", setup, run_start, teardown,
		&noise },
	{ "classify_body_ns", "classify_body() of that MonitorStart", setup, run_body, teardown,
		&request },
};

const struct bench_group classify_group = { cases, BENCH_COUNT(cases) };
