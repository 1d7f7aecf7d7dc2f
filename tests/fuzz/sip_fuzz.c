// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Bytes from a peer into a whole SIP endpoint. The first byte says how they come (bit 0: a stream,
// else a datagram; the rest: the length of the pieces), the others are the message. "@@" in them
// becomes the tag of a dialog that is open, so that mutations reach the inside of dialogs, "@!" one
// of another worker's, which takes a message only when it is offered again. At last the bytes are
// what ICMP quotes of a request of ours, and such a request is sent.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/sip/endpoint.h"
#include "dataplane/sip/peek.h"

struct fuzz {
	struct sip_endpoint *ep;
	uint64_t now_us;
	size_t sent;
	size_t requests;
	size_t offered; // to another worker
	char tag[32];
	char other[32];
};

static const char opening[] =
	"INVITE sip:201@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK0\r\n"
	"From: <sip:u@h>;tag=them\r\nTo: <sip:201@h>\r\nCall-ID: call-1\r\nCSeq: 1 INVITE\r\n"
	"Contact: <sip:u@10.0.0.9>\r\nContent-Type: application/csta+xml\r\n\r\n<X/>";

static bool transmit(void *ctx, const struct sip_flow *flow, const void *bytes, size_t n)
{
	struct fuzz *fuzz = ctx;
	struct sip_msg msg;

	(void)flow;
	fuzz->sent++;
	if (n == 2) // a pong
		return true;
	if (n > 5 && memcmp(bytes, "INFO ", 5) == 0 && fuzz->requests > 0)
		return true; // or sent again
	if (n == 0 || memcmp(bytes, "SIP/2.0 ", 8) != 0)
		abort(); // answers only: nothing else was asked for
	sip_parse(&msg, bytes, n);
	if (!msg.has_length || msg.bytes.n != n)
		abort();
	return true;
}

static void indicate(void *ctx, const struct sip_indication *ind)
{
	struct fuzz *fuzz = ctx;
	struct sip_reply reply = { .session_expires = 1800, .body = SPAN("<Ok/>") };

	if (ind->txn != 0 && ind->kind != SIP_IND_CANCEL && fuzz->sent % 3 != 2)
		sip_respond(fuzz->ep, ind->txn, 200, &reply, fuzz->now_us);
}

static bool foreign(
	void *ctx, uint8_t owner, const struct sip_flow *flow, const void *bytes, size_t n)
{
	struct fuzz *fuzz = ctx;
	struct sip_msg msg;

	(void)owner;
	(void)flow;
	sip_parse(&msg, bytes, n);
	if (msg.bytes.n != n)
		abort();
	return ++fuzz->offered % 2 == 0;
}

static const struct sip_endpoint_ops ops = {
	.transmit = transmit,
	.indicate = indicate,
	.foreign = foreign,
};

static void advance(struct fuzz *fuzz, uint64_t us)
{
	fuzz->now_us += us;
	sip_expire(fuzz->ep, 1000, fuzz->now_us);
}

static size_t expand(const struct fuzz *fuzz, const uint8_t *data, size_t n, char *out, size_t size)
{
	size_t at = 0;

	for (size_t i = 0; i < n && at + sizeof(fuzz->tag) < size; i++) {
		if (i + 1 < n && data[i] == '@' && (data[i + 1] == '@' || data[i + 1] == '!')) {
			memcpy(out + at, data[i + 1] == '@' ? fuzz->tag : fuzz->other,
				TOKEN_SIZE - 1);
			at += TOKEN_SIZE - 1;
			i++;
		} else {
			out[at++] = (char)data[i];
		}
	}
	return at;
}

static void feed(struct fuzz *fuzz, unsigned how, const char *p, size_t n)
{
	struct sip_flow flow = { .proto = how & 1, .conn = how & 1 ? 7 : 0 };
	struct sip_stream stream = { 0 };
	size_t piece = how / 2 + 1;

	flow.remote.addr.family = flow.local.addr.family = ADDR_IPV4;
	if (flow.proto == SIP_OVER_UDP) {
		for (int i = 0; i < 2; i++) // again: a retransmission
			sip_input(fuzz->ep, &flow, p, n, fuzz->now_us);
		return;
	}
	for (bool blocked = false; n > 0 || blocked;) {
		size_t part = n < piece ? n : piece;
		struct sip_stream_result result =
			sip_stream_input(fuzz->ep, &stream, &flow, p, part, 16, fuzz->now_us);

		if (result.close || (result.consumed == 0 && !result.blocked))
			break;
		if (result.blocked && blocked && result.messages == 0)
			abort(); // it was offered twice in a row
		blocked = result.blocked;
		p += result.consumed;
		n -= result.consumed;
	}
	sip_stream_close(fuzz->ep, &stream);
	sip_flow_lost(fuzz->ep, 7);
}

// The bytes as the beginning of a datagram of ours.
static void quote(struct fuzz *fuzz, const struct siphash_key *key, const char *text, size_t n)
{
	const struct endpoint nobody = { 0 };
	handle_t txn = sip_peek_sent(key, span_of(text, n));

	if (txn != 0)
		sip_unreachable(fuzz->ep, txn, &nobody, fuzz->now_us);
	fuzz->requests++;
	sip_request(
		fuzz->ep, handle_make(1, 1, 0), SIP_INFO, SPAN_NONE, SPAN("<X/>"), 0, fuzz->now_us);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[100000];
	struct sip_config config = { .owner = 1,
		.dialogs = 4,
		.transactions = 8,
		.chunks = 32,
		.streams = 1,
		.dialog_requests = 2 };
	struct fuzz fuzz = { .now_us = 1000000 };
	size_t n;

	if (size == 0)
		return 0;
	fuzz.ep = sip_endpoint_new(&config, &ops, &fuzz, fuzz.now_us);
	if (fuzz.ep == NULL)
		return 0;
	feed(&fuzz, 0, opening, sizeof(opening) - 1);
	token_write(&config.key, TOKEN_DIALOG, handle_make(1, 1, 0), fuzz.tag);
	token_write(&config.key, TOKEN_DIALOG, handle_make(2, 1, 0), fuzz.other);
	n = expand(&fuzz, data + 1, size - 1, text, sizeof(text));
	feed(&fuzz, data[0], text, n);
	quote(&fuzz, &config.key, text, n);
	for (int i = 0; i < 20; i++)
		advance(&fuzz, 5000000);
	if (sip_usage(fuzz.ep).transactions != 0 || sip_usage(fuzz.ep).chunks != 0 ||
		sip_usage(fuzz.ep).streams != 0)
		abort();
	sip_endpoint_free(fuzz.ep);
	return 0;
}
