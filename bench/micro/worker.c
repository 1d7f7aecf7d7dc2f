// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What a worker does for a CSTA client between its TCP and its ring: the SIP endpoint with its
// transactions and one dialog, and the CSTA codec. No ports, no TCP, no ring.
#include <string.h>

#include "bench/micro/bench.h"
#include "bench/micro/event.h"
#include "bench/micro/message.h"
#include "dataplane/sip/endpoint.h"
#include "xmlcodec/csta.h"

enum { ROUND_US = 10, ROUNDS_BETWEEN_TIMERS = 64, TAG_SIZE = 64 };

struct worker_job {
	struct sip_endpoint *ep;
	struct sip_flow flow;
	struct sip_stream stream;
	uint64_t now_us;
	uint64_t round;
	handle_t dialog;
	char tag[TAG_SIZE]; // the dialog's on our side
	struct csta_reader reader;
	struct csta_msg request, response, event;
	char request_text[MESSAGE_SIZE]; // the next INFO of the client
	size_t request_n, cseq_at, branch_at;
	char sent[MESSAGE_SIZE]; // last
	size_t sent_n;
	uint64_t answered; // requests of the client
	uint64_t done;     // requests of ours
};

static bool transmit(void *ctx, const struct sip_flow *flow, const void *bytes, size_t n)
{
	struct worker_job *job = ctx;

	(void)flow;
	if (n >= sizeof(job->sent))
		return false;
	memcpy(job->sent, bytes, n);
	job->sent_n = n;
	return true;
}

static void on_info(struct worker_job *job, const struct sip_indication *ind)
{
	struct sip_reply reply = { 0 };
	char xml[MESSAGE_SIZE];
	ssize_t n;

	if (csta_read(&job->reader, ind->body.p, ind->body.n, &job->request) != CSTA_READ_OK)
		return;
	n = csta_write(&job->response, NULL, xml, sizeof(xml));
	if (n < 0)
		return;
	reply.body = span_of(xml, (size_t)n);
	job->answered += sip_respond(job->ep, ind->txn, 200, &reply, job->now_us) == 0;
}

static void indicate(void *ctx, const struct sip_indication *ind)
{
	static const struct sip_reply empty;
	struct worker_job *job = ctx;

	switch (ind->kind) {
	case SIP_IND_INVITE:
		job->dialog = ind->dialog;
		bench_require(sip_respond(job->ep, ind->txn, 200, &empty, job->now_us) == 0);
		return;
	case SIP_IND_INFO:
		on_info(job, ind);
		return;
	case SIP_IND_REQUEST_DONE:
		job->done += ind->status == 200;
		return;
	default:
		return;
	}
}

static const struct sip_endpoint_ops ops = { .transmit = transmit, .indicate = indicate };

static void feed(struct worker_job *job, const char *text, size_t n)
{
	sip_stream_input(job->ep, &job->stream, &job->flow, text, n, 1, job->now_us);
}

static void step(struct worker_job *job)
{
	job->now_us += ROUND_US;
	if (++job->round % ROUNDS_BETWEEN_TIMERS == 0)
		sip_expire(job->ep, ROUNDS_BETWEEN_TIMERS, job->now_us);
}

// INVITE or ACK: what differs is the method and what follows the fields of both.
static void dialog_send(struct worker_job *job, const char *method, const char *rest)
{
	char text[MESSAGE_SIZE];
	int n = snprintf(text, sizeof(text),
		"%s sip:201@10.0.0.1 SIP/2.0\r\n"
		"Via: SIP/2.0/TCP 10.0.0.100:49712;branch=z9hG4bK-%s\r\n"
		"Max-Forwards: 70\r\n"
		"From: <sip:alice@example.com>;tag=8f2d6c1a97\r\n"
		"To: <sip:201@cme.example.com>%s%s\r\n"
		"Call-ID: 5f0c3d2e9b8a4c71a6d4e0f1b2c3d4e5\r\n"
		"CSeq: 1 %s\r\n"
		"Contact: <sip:alice@10.0.0.100:49712;transport=tcp>\r\n"
		"%s",
		method, method, job->tag[0] == '\0' ? "" : ";tag=", job->tag, method, rest);

	bench_require(n > 0 && n < MESSAGE_SIZE);
	feed(job, text, (size_t)n);
}

// Learns the dialog's tag from the 200.
static void dialog_open(struct worker_job *job)
{
	struct sip_msg msg;
	struct sip_address to;

	dialog_send(job, "INVITE",
		"Content-Type: application/csta+xml\r\n"
		"Content-Length: 22\r\n\r\n"
		"<RequestSystemStatus/>");
	bench_require(sip_parse(&msg, job->sent, job->sent_n) == SIP_OK && msg.status == 200);
	bench_require(sip_address_parse(sip_value(&msg, SIP_H_TO), &to));
	bench_require(span_copy(to.tag, job->tag, sizeof(job->tag)));
	dialog_send(job, "ACK", "Content-Length: 0\r\n\r\n");
}

static struct endpoint address(uint32_t host, uint16_t port)
{
	return (struct endpoint){ .addr = addr_ipv4(htonl(host)), .port = port };
}

static void *setup(const struct bench_case *c)
{
	const struct sip_config config = { .owner = 1, .key = { 1, 2 }, .product = "offhook" };
	struct worker_job *job = bench_alloc(sizeof(*job));

	(void)c;
	csta_init();
	bench_require(csta_reader_init(&job->reader) == 0);
	job->now_us = 1000000;
	job->ep = sip_endpoint_new(&config, &ops, job, job->now_us);
	bench_require(job->ep != NULL);
	job->flow = (struct sip_flow){
		.proto = SIP_OVER_TCP,
		.local = address(0x0a000001, 5060),
		.remote = address(0x0a000064, 49712),
		.conn = handle_make(1, 1, 1),
	};
	dialog_open(job);
	event_monitor_started(&job->response);
	event_delivered(&job->event);
	job->request_n = message_info(job->request_text, job->tag, message_monitor_start);
	job->cseq_at = message_cseq_at(job->request_text);
	job->branch_at = message_branch_at(job->request_text);
	return job;
}

static void teardown(void *state)
{
	struct worker_job *job = state;

	sip_endpoint_free(job->ep);
	csta_reader_fini(&job->reader);
	free(job);
}

static void run_request(void *state, uint64_t rounds)
{
	struct worker_job *job = state;
	uint64_t before = job->answered;
	struct sip_msg msg;

	for (uint64_t i = 0; i < rounds; i++) {
		message_count(job->request_text + job->cseq_at);
		message_count(job->request_text + job->branch_at);
		feed(job, job->request_text, job->request_n);
		step(job);
	}
	bench_require(job->answered - before == rounds);
	bench_require(job->request.type == CSTA_MONITOR_START);
	bench_require(sip_parse(&msg, job->sent, job->sent_n) == SIP_OK && msg.status == 200);
	bench_require(msg.body.n > 0);
}

// The client's 200 repeats the fields between the request's first line and its body's.
static void client_answer(struct worker_job *job)
{
	static const char first[] = "SIP/2.0 200 OK";
	static const char last[] = "\r\nContent-Length: 0\r\n\r\n";
	char text[MESSAGE_SIZE];
	const char *from = memchr(job->sent, '\r', job->sent_n);
	const char *to = memmem(job->sent, job->sent_n, "\r\nContent-", 10);
	size_t n = (size_t)(to - from);

	memcpy(text, first, sizeof(first) - 1);
	memcpy(text + sizeof(first) - 1, from, n);
	n += sizeof(first) - 1;
	memcpy(text + n, last, sizeof(last) - 1);
	feed(job, text, n + sizeof(last) - 1);
}

static void run_event(void *state, uint64_t rounds)
{
	struct worker_job *job = state;
	uint64_t before = job->done;
	char xml[MESSAGE_SIZE];

	for (uint64_t i = 0; i < rounds; i++) {
		ssize_t n = csta_write(&job->event, NULL, xml, sizeof(xml));

		bench_require(n > 0);
		bench_require(sip_request(job->ep, job->dialog, SIP_INFO, SPAN_NONE,
				      span_of(xml, (size_t)n), 1, job->now_us) == 0);
		client_answer(job);
		step(job);
	}
	bench_require(job->done - before == rounds);
}

static const struct bench_case cases[] = {
	{ "csta_request_codec_ns", "INFO in, decoded, 200 with a response out (TCP stream)", setup,
		run_request, teardown },
	{ "csta_event_worker_ns", "DeliveredEvent out in an INFO, its 200 in (TCP stream)", setup,
		run_event, teardown },
};

const struct bench_group worker_group = { cases, BENCH_COUNT(cases) };
