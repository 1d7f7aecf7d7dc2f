// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// SIP alone. sip_parse() finds the fields and leaves their insides alone; the second case also
// looks into those that a dialog needs, which is nearer to what other parsers do at once.
#include "bench/micro/bench.h"
#include "bench/micro/message.h"
#include "dataplane/sip/sip.h"

struct sip_job {
	char text[MESSAGE_SIZE];
	size_t n;
	struct sip_msg msg;
	struct sip_uri uri;
	struct sip_via via;
	struct sip_address from, to, contact;
	struct sip_media_type type;
};

static bool fields_parse(struct sip_job *job)
{
	const struct sip_msg *msg = &job->msg;

	return sip_uri_parse(msg->uri, &job->uri) && sip_via_top(msg, &job->via) &&
	       sip_address_parse(sip_value(msg, SIP_H_FROM), &job->from) &&
	       sip_address_parse(sip_value(msg, SIP_H_TO), &job->to) &&
	       sip_address_parse(sip_value(msg, SIP_H_CONTACT), &job->contact) &&
	       sip_media_type_parse(sip_value(msg, SIP_H_CONTENT_TYPE), &job->type);
}

static void *setup(const struct bench_case *c)
{
	struct sip_job *job = bench_alloc(sizeof(*job));

	(void)c;
	job->n = message_info(job->text, "0300000100000000f764992bfd61", message_monitor_start);
	bench_require(sip_parse(&job->msg, job->text, job->n) == SIP_OK);
	bench_require(job->msg.method == SIP_INFO && job->msg.cseq.number == MESSAGE_CSEQ_FIRST);
	bench_require(span_eq(job->msg.body, message_monitor_start));
	bench_require(fields_parse(job));
	bench_require(span_eq(job->from.tag, SPAN("8f2d6c1a97")));
	bench_require(span_eq(job->to.tag, SPAN("0300000100000000f764992bfd61")));
	bench_require(job->via.port == 49712 && job->uri.port == 5060);
	bench_require(span_eq(job->type.subtype, SPAN("csta+xml")));
	return job;
}

static void run_parse(void *state, uint64_t rounds)
{
	struct sip_job *job = state;
	uint64_t good = 0;

	for (uint64_t i = 0; i < rounds; i++)
		good += sip_parse(&job->msg, job->text, job->n) == SIP_OK;
	bench_require(good == rounds);
}

static void run_fields(void *state, uint64_t rounds)
{
	struct sip_job *job = state;
	uint64_t good = 0;

	for (uint64_t i = 0; i < rounds; i++)
		good += sip_parse(&job->msg, job->text, job->n) == SIP_OK && fields_parse(job);
	bench_require(good == rounds);
}

static const struct bench_case cases[] = {
	{ "sip_parse_ns", "sip_parse() of an INFO, 1.3 KB", setup, run_parse, free },
	{ "sip_parse_fields_ns", "and its URI, Via, From, To, Contact, Content-Type", setup,
		run_fields, free },
};

const struct bench_group sip_group = { cases, BENCH_COUNT(cases) };
