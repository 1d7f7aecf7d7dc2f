// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// One endpoint, a peer played by hand and a clock that the test turns. What the endpoint sends and
// tells lies in queues; a test takes each entry, and rig_free() fails when one is left.
#pragma once

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/sip/endpoint.h"

enum { RIG_QUEUE = 256, RIG_TEXT = 70000 };

#define RIG_XML "application/csta+xml"
#define RIG_BODY "<RequestSystemStatus/>"

struct rig_sent {
	struct sip_flow flow;
	char *text; // terminated
	size_t n;
};

struct rig_told {
	struct sip_indication ind; // msg and flow are not valid any more
	char body[256];
};

// A connection, where it leads and where its peer says that it listens.
struct rig_way {
	struct sip_flow flow;
	uint16_t listens;
};

struct rig {
	struct sip_endpoint *ep;
	uint64_t now_us;
	struct rig_sent sent[RIG_QUEUE];
	unsigned sent_first, sent_next;
	struct rig_told told[RIG_QUEUE];
	unsigned told_first, told_next;
	unsigned foreign; // messages passed on
	uint8_t foreign_owner;
	bool refuse;     // transmit fails
	handle_t refuse_conn; // on this connection it does
	bool full;       // flows have room for nothing but answers
	bool reachable;  // the peer accepts connections
	unsigned calls;  // connections asked for
	unsigned nopened;       // those that it accepted: 1000, 1001 ...
	struct rig_way ways[4]; // open connections of the peer
	unsigned nways;
	bool owner_full; // the worker that foreign messages go to takes none
	unsigned answer; // the status to answer every INVITE, INFO and UPDATE with at once, 0: none
	struct sip_flow udp;
	struct sip_flow tcp;
	const char *via;    // "SIP/2.0/UDP 10.0.0.9" or the like
	const char *branch; // NULL: none; "" : a fresh one each time
	unsigned branches;
	char tag[64]; // of the dialog, "" before its first answer
	handle_t dialog;
	handle_t txn; // of the last indication
	char text[RIG_TEXT];
};

static inline struct endpoint rig_address(uint8_t last, uint16_t port)
{
	struct endpoint e = { .addr = addr_ipv4(htonl(0x0a000000u | last)), .port = port };

	return e;
}

static inline bool rig_transmit(void *ctx, const struct sip_flow *flow, const void *bytes, size_t n)
{
	struct rig *r = ctx;
	struct rig_sent *sent = &r->sent[r->sent_next % RIG_QUEUE];

	if (r->refuse || (flow->conn != 0 && flow->conn == r->refuse_conn))
		return false;
	assert_true(r->sent_next - r->sent_first < RIG_QUEUE);
	free(sent->text);
	sent->flow = *flow;
	sent->text = malloc(n + 1);
	assert_non_null(sent->text);
	memcpy(sent->text, bytes, n);
	sent->text[n] = '\0';
	sent->n = n;
	r->sent_next++;
	return true;
}

static inline void rig_indicate(void *ctx, const struct sip_indication *ind)
{
	static const struct sip_reply nothing;
	struct rig *r = ctx;
	struct rig_told *told = &r->told[r->told_next % RIG_QUEUE];

	assert_true(r->told_next - r->told_first < RIG_QUEUE);
	told->ind = *ind;
	span_copy(ind->body, told->body, sizeof(told->body));
	r->told_next++;
	if (ind->txn != 0)
		r->txn = ind->txn;
	if (r->answer != 0 && ind->txn != 0 && ind->kind != SIP_IND_CANCEL)
		sip_respond(r->ep, ind->txn, r->answer, &nothing, r->now_us);
}

static inline bool rig_foreign(
	void *ctx, uint8_t owner, const struct sip_flow *flow, const void *bytes, size_t n)
{
	struct rig *r = ctx;

	(void)flow;
	(void)bytes;
	(void)n;
	if (r->owner_full)
		return false;
	r->foreign++;
	r->foreign_owner = owner;
	return true;
}

static inline bool rig_find(void *ctx, const struct endpoint *to, struct sip_flow *flow)
{
	const struct rig *r = ctx;

	for (unsigned i = 0; i < r->nways; i++) {
		const struct rig_way *way = &r->ways[i];

		if (!addr_eq(&way->flow.remote.addr, &to->addr) ||
			(way->flow.remote.port != to->port && way->listens != to->port))
			continue;
		*flow = way->flow;
		return true;
	}
	return false;
}

static inline void rig_listens(void *ctx, const struct sip_flow *flow, uint16_t port)
{
	struct rig *r = ctx;

	for (unsigned i = 0; i < r->nways; i++) {
		if (r->ways[i].flow.conn == flow->conn)
			r->ways[i].listens = port;
	}
}

static inline bool rig_connect(void *ctx, const struct sip_flow *before, const struct endpoint *to,
	struct sip_flow *flow)
{
	struct rig *r = ctx;

	r->calls++;
	if (!r->reachable)
		return false;
	*flow = (struct sip_flow){ SIP_OVER_TCP, before->local, *to, 1000 + r->nopened++ };
	return true;
}

static inline bool rig_has_room(void *ctx, const struct sip_flow *flow, size_t n)
{
	const struct rig *r = ctx;

	(void)flow;
	(void)n;
	return !r->full;
}

static const struct sip_endpoint_ops rig_ops = {
	.transmit = rig_transmit,
	.indicate = rig_indicate,
	.find = rig_find,
	.connect = rig_connect,
	.listens = rig_listens,
	.has_room = rig_has_room,
	.foreign = rig_foreign,
};

static inline struct sip_config rig_config(void)
{
	return (struct sip_config){
		.owner = 3,
		.key = { 0x0123456789abcdef, 0xfedcba9876543210 },
		.dialogs = 16,
		.transactions = 64,
		.chunks = 256,
		.streams = 4,
		.dialog_requests = 8,
		.product = "offhook",
	};
}

static inline struct rig *rig_new(struct sip_config config)
{
	struct rig *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	r->now_us = 1000000;
	r->ep = sip_endpoint_new(&config, &rig_ops, r, r->now_us);
	assert_non_null(r->ep);
	r->udp = (struct sip_flow){ SIP_OVER_UDP, rig_address(1, 5060), rig_address(9, 5060), 0 };
	r->tcp = (struct sip_flow){ SIP_OVER_TCP, rig_address(1, 5060), rig_address(9, 40000), 77 };
	r->via = "SIP/2.0/UDP 10.0.0.9";
	r->branch = "";
	return r;
}

static inline void rig_use_tcp(struct rig *r)
{
	r->via = "SIP/2.0/TCP 10.0.0.9:40000";
}

// The next message sent; it stays valid until the rig is freed or its place comes round again.
static inline const struct rig_sent *rig_take(struct rig *r)
{
	assert_true(r->sent_first < r->sent_next);
	return &r->sent[r->sent_first++ % RIG_QUEUE];
}

static inline void rig_quiet(const struct rig *r)
{
	if (r->sent_first != r->sent_next)
		fail_msg("sent unasked: %s", r->sent[r->sent_first % RIG_QUEUE].text);
	assert_int_equal(r->told_first, r->told_next);
}

static inline const struct rig_told *rig_hear(struct rig *r, enum sip_indication_kind kind)
{
	const struct rig_told *told = &r->told[r->told_first % RIG_QUEUE];

	assert_true(r->told_first < r->told_next);
	assert_string_equal(sip_indication_name(told->ind.kind), sip_indication_name(kind));
	r->told_first++;
	return told;
}

static inline void assert_has(const struct rig_sent *sent, const char *part)
{
	if (strstr(sent->text, part) == NULL)
		fail_msg("no \"%s\" in:\n%s", part, sent->text);
}

static inline void assert_lacks(const struct rig_sent *sent, const char *part)
{
	if (strstr(sent->text, part) != NULL)
		fail_msg("\"%s\" in:\n%s", part, sent->text);
}

// The next message sent is this answer to that CSeq.
static inline const struct rig_sent *rig_answer(struct rig *r, unsigned status, const char *cseq)
{
	const struct rig_sent *sent = rig_take(r);
	char line[64];

	snprintf(line, sizeof(line), "SIP/2.0 %u ", status);
	if (strncmp(sent->text, line, strlen(line)) != 0)
		fail_msg("not a %u:\n%s", status, sent->text);
	snprintf(line, sizeof(line), "\r\nCSeq: %s\r\n", cseq);
	assert_has(sent, line);
	return sent;
}

// The next message sent is a request that starts like this.
static inline const struct rig_sent *rig_request(struct rig *r, const char *start)
{
	const struct rig_sent *sent = rig_take(r);

	if (strncmp(sent->text, start, strlen(start)) != 0)
		fail_msg("not %s:\n%s", start, sent->text);
	return sent;
}

static inline void rig_advance(struct rig *r, uint64_t us)
{
	uint64_t end = r->now_us + us;

	while (r->now_us < end) {
		r->now_us += end - r->now_us < 10000 ? end - r->now_us : 10000;
		while (sip_expire(r->ep, 4, r->now_us) == 4)
			;
	}
}

static inline void rig_in(struct rig *r, const struct sip_flow *flow, const char *text)
{
	struct sip_stream stream = { 0 };
	struct sip_stream_result result;

	if (flow->proto == SIP_OVER_UDP) {
		sip_input(r->ep, flow, text, strlen(text), r->now_us);
		return;
	}
	result = sip_stream_input(r->ep, &stream, flow, text, strlen(text), 64, r->now_us);
	assert_int_equal(result.consumed, strlen(text));
	assert_int_equal(stream.pending, 0);
}

// A request of the peer: From tag "them", Call-ID "call-1", To with the dialog's tag if there is
// one. `extra` is header lines; a body gets its Content-Type unless extra names one.
static inline const char *rig_message(
	struct rig *r, const char *method, unsigned cseq, const char *extra, const char *body)
{
	char branch[64] = "";

	if (r->branch != NULL && r->branch[0] != '\0')
		snprintf(branch, sizeof(branch), ";branch=%s", r->branch);
	else if (r->branch != NULL)
		snprintf(branch, sizeof(branch), ";branch=z9hG4bKpeer%u", ++r->branches);
	snprintf(r->text, sizeof(r->text),
		"%s sip:201@10.0.0.1 SIP/2.0\r\n"
		"Via: %s%s\r\n"
		"From: <sip:user@example.com>;tag=them\r\n"
		"To: <sip:201@example.com>%s%s\r\n"
		"Call-ID: call-1\r\n"
		"CSeq: %u %s\r\n"
		"Max-Forwards: 70\r\n"
		"%s%s"
		"Content-Length: %zu\r\n"
		"\r\n"
		"%s",
		method, r->via, branch, r->tag[0] == '\0' ? "" : ";tag=", r->tag, cseq, method,
		extra,
		body[0] != '\0' && strstr(extra, "Content-Type") == NULL ? "Content-Type: " RIG_XML
									   "\r\n"
									 : "",
		strlen(body), body);
	return r->text;
}

#define RIG_CONTACT "Contact: <sip:user@10.0.0.9:5062>\r\n"

static inline void rig_tag_learn(struct rig *r, const struct rig_sent *answer)
{
	const char *to = strstr(answer->text, "\r\nTo: ");
	const char *tag = to == NULL ? NULL : strstr(to, ";tag=");

	assert_non_null(tag);
	assert_int_equal(sscanf(tag, ";tag=%63[0-9a-f]", r->tag), 1);
}

static inline void rig_respond(struct rig *r, unsigned status)
{
	static const struct sip_reply nothing;

	assert_int_equal(sip_respond(r->ep, r->txn, status, &nothing, r->now_us), 0);
}

// INVITE, 200, ACK. `extra` is more header lines of the INVITE, RIG_CONTACT not among them.
static inline void rig_open(struct rig *r, const struct sip_flow *flow, const char *extra)
{
	char lines[2048];

	snprintf(lines, sizeof(lines), RIG_CONTACT "%s", extra);
	rig_in(r, flow, rig_message(r, "INVITE", 1, lines, RIG_BODY));
	r->dialog = rig_hear(r, SIP_IND_INVITE)->ind.dialog;
	rig_respond(r, 200);
	rig_tag_learn(r, rig_answer(r, 200, "1 INVITE"));
	rig_in(r, flow, rig_message(r, "ACK", 1, "", ""));
	rig_hear(r, SIP_IND_ACK);
	rig_quiet(r);
}

static inline int rig_info(struct rig *r, uint64_t cookie)
{
	return sip_request(
		r->ep, r->dialog, SIP_INFO, SPAN_NONE, SPAN("<Event/>"), cookie, r->now_us);
}

// Answers a request of ours by copying the fields an answer repeats. `extra` is more header lines.
static inline void rig_reply_with(struct rig *r, const struct sip_flow *flow,
	const struct rig_sent *to, unsigned status, const char *extra)
{
	static const char *const fields[] = { "Via: ", "From: ", "To: ", "Call-ID: ", "CSeq: " };
	size_t at = (size_t)snprintf(r->text, sizeof(r->text), "SIP/2.0 %u Whatever\r\n", status);

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const char *line = strstr(to->text, fields[i]);

		assert_non_null(line);
		at += (size_t)snprintf(r->text + at, sizeof(r->text) - at, "%.*s\r\n",
			(int)strcspn(line, "\r"), line);
	}
	snprintf(r->text + at, sizeof(r->text) - at, "%sContent-Length: 0\r\n\r\n", extra);
	rig_in(r, flow, r->text);
}

static inline void rig_reply(
	struct rig *r, const struct sip_flow *flow, const struct rig_sent *to, unsigned status)
{
	rig_reply_with(r, flow, to, status, "");
}

// Everything must have been taken, and after every timer has run no pool may hold anything.
static inline void rig_free(struct rig *r)
{
	struct sip_usage usage;

	rig_quiet(r);
	sip_dialog_close(r->ep, r->dialog);
	rig_advance(r, 100 * 1000000ull);
	usage = sip_usage(r->ep);
	assert_int_equal(usage.dialogs, 0);
	assert_int_equal(usage.transactions, 0);
	assert_int_equal(usage.chunks, 0);
	assert_int_equal(usage.streams, 0);
	assert_true(sip_next_us(r->ep) == UINT64_MAX);
	sip_endpoint_free(r->ep);
	for (unsigned i = 0; i < RIG_QUEUE; i++)
		free(r->sent[i].text);
	free(r);
}
