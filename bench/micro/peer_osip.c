// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// GNU oSIP at the job of sip_parse().
#include "bench/micro/bench.h"

#ifdef WITH_OSIP

#include <osipparser2/osip_message.h>
#include <osipparser2/osip_parser.h>
#include <string.h>

#include "bench/micro/message.h"

struct osip_job {
	char text[MESSAGE_SIZE];
	size_t n;
};

static bool parse(const struct osip_job *job)
{
	osip_message_t *msg;
	osip_body_t *body;
	bool good;

	if (osip_message_init(&msg) != 0)
		return false;
	good = osip_message_parse(msg, job->text, job->n) == 0 && msg->sip_method != NULL &&
	       strcmp(msg->sip_method, "INFO") == 0 && osip_message_get_body(msg, 0, &body) == 0 &&
	       body->length == message_monitor_start.n;
	osip_message_free(msg);
	return good;
}

static void *setup(const struct bench_case *c)
{
	struct osip_job *job = bench_alloc(sizeof(*job));

	(void)c;
	bench_require(parser_init() == 0);
	job->n = message_info(job->text, "0300000100000000f764992bfd61", message_monitor_start);
	bench_require(parse(job));
	return job;
}

static void run(void *state, uint64_t rounds)
{
	uint64_t good = 0;

	for (uint64_t i = 0; i < rounds; i++)
		good += parse(state);
	bench_require(good == rounds);
}

#define CASE(setup, run) setup, run, free
#else
#define CASE(setup, run) NULL, NULL, NULL
#endif

static const struct bench_case cases[] = {
	{ "osip_parse_ns", "osip_message_parse() of that INFO", CASE(setup, run), NULL,
		"libosip2 when it is built" },
};

const struct bench_group osip_peer_group = { cases, BENCH_COUNT(cases) };
