// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Sofia-SIP at the job of sip_parse(), alone and with libxml2 for the body.
#include "bench/micro/bench.h"

#ifdef WITH_SOFIA

#include <sofia-sip/msg.h>
#include <sofia-sip/sip.h>
#include <sofia-sip/sip_header.h>

#include "bench/micro/message.h"
#include "bench/micro/peer_xml.h"

struct sofia_job {
	char text[MESSAGE_SIZE];
	size_t n;
	struct xml_push *push;
};

// With its body's elements counted when `push` is given.
static bool parse(struct sofia_job *job, struct xml_push *push)
{
	msg_t *msg = msg_make(sip_default_mclass(), 0, job->text, (ssize_t)job->n);
	sip_t *sip = msg == NULL ? NULL : sip_object(msg);
	bool good = sip != NULL && sip->sip_error == NULL && sip->sip_cseq != NULL &&
		    sip->sip_cseq->cs_method == sip_method_info && sip->sip_payload != NULL &&
		    sip->sip_payload->pl_len == message_monitor_start.n;

	if (good && push != NULL)
		good = xml_push_read(push, sip->sip_payload->pl_data, sip->sip_payload->pl_len,
			MONITOR_START_ELEMENTS);
	msg_destroy(msg);
	return good;
}

static void *setup(const struct bench_case *c)
{
	struct sofia_job *job = bench_alloc(sizeof(*job));

	(void)c;
	job->push = xml_push_new();
	job->n = message_info(job->text, "0300000100000000f764992bfd61", message_monitor_start);
	bench_require(parse(job, NULL) && parse(job, job->push));
	return job;
}

static void teardown(void *state)
{
	struct sofia_job *job = state;

	xml_push_free(job->push);
	free(job);
}

static void run_parse(void *state, uint64_t rounds)
{
	uint64_t good = 0;

	for (uint64_t i = 0; i < rounds; i++)
		good += parse(state, NULL);
	bench_require(good == rounds);
}

static void run_decode(void *state, uint64_t rounds)
{
	struct sofia_job *job = state;
	uint64_t good = 0;

	for (uint64_t i = 0; i < rounds; i++)
		good += parse(job, job->push);
	bench_require(good == rounds);
}

#define CASE(run) setup, run, teardown
#else
#define CASE(run) NULL, NULL, NULL
#endif

static const struct bench_case cases[] = {
	{ "sofia_parse_ns", "msg_make() of that INFO", CASE(run_parse), NULL,
		"libsofia-sip-ua when it is built" },
	{ "peer_decode_ns", "msg_make() and libxml2's push parser of that INFO", CASE(run_decode),
		NULL, "libsofia-sip-ua when it is built" },
};

const struct bench_group sofia_peer_group = { cases, BENCH_COUNT(cases) };
