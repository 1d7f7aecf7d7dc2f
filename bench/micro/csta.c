// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// CSTA XML both ways, and together with the SIP around it.
#include <string.h>

#include "bench/micro/bench.h"
#include "bench/micro/event.h"
#include "bench/micro/message.h"
#include "dataplane/sip/sip.h"
#include "xmlcodec/csta.h"

struct read_job {
	char text[MESSAGE_SIZE];
	size_t n;
	struct span body;
	struct sip_msg sip;
	struct csta_reader reader;
	struct csta_msg msg;
};

static void *setup_read(const struct bench_case *c)
{
	struct read_job *job = bench_alloc(sizeof(*job));
	const struct csta_make_call *make = &job->msg.body.make_call;
	const struct csta_monitor_start *start = &job->msg.body.monitor_start;

	csta_init();
	bench_require(csta_reader_init(&job->reader) == 0);
	job->body = *(const struct span *)c->arg;
	job->n = message_info(job->text, "0300000100000000f764992bfd61", job->body);
	bench_require(csta_read(&job->reader, job->body.p, job->body.n, &job->msg) == CSTA_READ_OK);
	bench_require(job->msg.ns == csta_ns_find(span_str(csta_ns_string(CSTA_NS_NONE))));
	if (job->msg.type == CSTA_MAKE_CALL) {
		bench_require(strcmp(make->called_number, "tel:202") == 0);
		bench_require(make->auto_originate == CSTA_AUTO_ORIGINATE_DO_NOT_PROMPT);
	} else {
		bench_require(job->msg.type == CSTA_MONITOR_START);
		bench_require(start->filter & CSTA_BIT(CSTA_FILTER_BRIDGED));
		bench_require(
			strcmp(start->object.device, "tel:201;phone-context=dialstring") == 0);
	}
	return job;
}

static void teardown_read(void *state)
{
	struct read_job *job = state;

	csta_reader_fini(&job->reader);
	free(job);
}

static void run_read(void *state, uint64_t rounds)
{
	struct read_job *job = state;
	uint64_t good = 0;

	for (uint64_t i = 0; i < rounds; i++)
		good += csta_read(&job->reader, job->body.p, job->body.n, &job->msg) ==
			CSTA_READ_OK;
	bench_require(good == rounds);
}

static bool decode(struct read_job *job)
{
	return sip_parse(&job->sip, job->text, job->n) == SIP_OK &&
	       csta_read(&job->reader, job->sip.body.p, job->sip.body.n, &job->msg) == CSTA_READ_OK;
}

static void run_decode(void *state, uint64_t rounds)
{
	struct read_job *job = state;
	uint64_t good = 0;

	for (uint64_t i = 0; i < rounds; i++)
		good += decode(job);
	bench_require(good == rounds);
}

struct write_job {
	struct csta_msg msg;
	ssize_t n;
	char text[MESSAGE_SIZE];
};

// What is written must say the same when it is read.
static void written_check(const struct write_job *job)
{
	char before[MESSAGE_SIZE], after[MESSAGE_SIZE];
	struct csta_reader reader;
	struct csta_msg copy;

	bench_require(job->n > 0);
	bench_require(csta_reader_init(&reader) == 0);
	bench_require(csta_read(&reader, job->text, (size_t)job->n, &copy) == CSTA_READ_OK);
	csta_print(&job->msg, before, sizeof(before));
	csta_print(&copy, after, sizeof(after));
	bench_require(strcmp(before, after) == 0);
	csta_reader_fini(&reader);
}

static void *setup_write(const struct bench_case *c)
{
	void (*fill)(struct csta_msg *) = *(void (*const *)(struct csta_msg *))c->arg;
	struct write_job *job = bench_alloc(sizeof(*job));

	csta_init();
	fill(&job->msg);
	job->n = csta_write(&job->msg, NULL, job->text, sizeof(job->text));
	written_check(job);
	return job;
}

static void run_write(void *state, uint64_t rounds)
{
	struct write_job *job = state;
	uint64_t good = 0;

	for (uint64_t i = 0; i < rounds; i++)
		good += csta_write(&job->msg, NULL, job->text, sizeof(job->text)) == job->n;
	bench_require(good == rounds);
}

static void (*const delivered)(struct csta_msg *) = event_delivered;
static void (*const started)(struct csta_msg *) = event_monitor_started;

static const struct bench_case cases[] = {
	{ "csta_read_ns", "csta_read() of its MonitorStart, 0.6 KB", setup_read, run_read,
		teardown_read, &message_monitor_start },
	{ "csta_read_make_call_ns", "csta_read() of a MakeCall, 0.3 KB", setup_read, run_read,
		teardown_read, &message_make_call },
	{ "csta_decode_ns", "sip_parse() and csta_read() of that INFO", setup_read, run_decode,
		teardown_read, &message_monitor_start },
	{ "csta_write_event_ns", "csta_write() of a DeliveredEvent", setup_write, run_write, free,
		&delivered },
	{ "csta_write_response_ns", "csta_write() of a MonitorStartResponse", setup_write,
		run_write, free, &started },
};

const struct bench_group csta_group = { cases, BENCH_COUNT(cases) };
