// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// SIP over TCP: where one message ends and the next begins (RFC 3261 18.3, RFC 5626 3.5.1).
//
// A message that lies whole in what has come is read in place. Only an unfinished one is copied, up
// to its empty line first and then up to its length, so that every byte is looked at a fixed number
// of times however it was cut.
#include "dataplane/sip/core.h"

struct feed {
	struct sip_endpoint *ep;
	struct sip_stream *stream;
	const struct sip_flow *flow;
	struct span rest;
	uint64_t now_us;
	unsigned budget;
	bool close;
};

static char *buffer_take(struct sip_endpoint *ep)
{
	if (ep->streams_used == ep->config.streams)
		return NULL;
	ep->streams_used++;
	return ep->stream_free[ep->config.streams - ep->streams_used];
}

static void buffer_give(struct sip_endpoint *ep, struct sip_stream *stream)
{
	if (stream->pending == NULL)
		return;
	ep->stream_free[ep->config.streams - ep->streams_used] = stream->pending;
	ep->streams_used--;
	stream->pending = NULL;
	stream->n = 0;
	stream->need = 0;
}

void sip_stream_close(struct sip_endpoint *ep, struct sip_stream *stream)
{
	buffer_give(ep, stream);
	sip_stream_unname(ep, stream);
	stream->blank = 0;
}

// Line ends between messages. Four bytes of CRLF CRLF are a ping, which one CRLF answers.
static void blanks_skip(struct feed *feed)
{
	struct sip_stream *stream = feed->stream;

	for (; feed->rest.n > 0; feed->rest = span_from(feed->rest, 1)) {
		char c = feed->rest.p[0];
		char wanted = stream->blank % 2 == 0 ? '\r' : '\n';

		if (c != '\r' && c != '\n') {
			stream->blank = 0;
			return;
		}
		stream->blank = c == wanted ? stream->blank + 1 : c == '\r';
		if (stream->blank == 4) {
			stream->blank = 0;
			feed->ep->counters.pings++;
			sip_transmit(feed->ep, feed->flow, SPAN("\r\n"));
		}
	}
}

// After these nobody can tell where the next message begins.
static bool framing_lost(enum sip_verdict verdict, const struct sip_msg *msg)
{
	return verdict == SIP_NOT_SIP || verdict == SIP_TOO_LONG || !msg->has_length;
}

static void message_deliver(struct feed *feed, const struct sip_msg *msg, enum sip_verdict parsed)
{
	enum sip_verdict verdict = parsed;

	if (verdict == SIP_OK && !msg->has_length)
		verdict = SIP_NO_LENGTH;
	feed->close = framing_lost(verdict, msg);
	if (feed->close)
		feed->ep->counters.stream_bad++;
	feed->budget--;
	if (verdict == SIP_OK && msg->request)
		sip_stream_alias(feed->ep, feed->stream, msg);
	sip_message(feed->ep, feed->flow, msg, verdict, feed->now_us);
}

// How many of the next bytes belong to the pending message for sure: up to its length when that is
// known, else up to the next line end.
static size_t pending_wants(const struct sip_stream *stream, struct span rest)
{
	size_t room = SIP_STREAM_BUFFER - stream->n, wants;

	if (stream->need > 0)
		wants = stream->need - stream->n;
	else
		wants = span_find(rest, '\n') + 1;
	if (wants > room)
		wants = room;
	return wants < rest.n ? wants : rest.n;
}

static bool head_is_whole(const struct sip_stream *stream)
{
	struct span p = span_of(stream->pending, stream->n);

	return (p.n >= 2 && memcmp(p.p + p.n - 2, "\n\n", 2) == 0) ||
	       (p.n >= 3 && memcmp(p.p + p.n - 3, "\n\r\n", 3) == 0);
}

static void pending_deliver(struct feed *feed, const struct sip_msg *msg, enum sip_verdict verdict)
{
	message_deliver(feed, msg, verdict);
	buffer_give(feed->ep, feed->stream);
}

static void pending_grow(struct feed *feed)
{
	struct sip_stream *stream = feed->stream;
	size_t n = pending_wants(stream, feed->rest);
	enum sip_verdict verdict;
	struct sip_msg msg;

	memcpy(stream->pending + stream->n, feed->rest.p, n);
	stream->n += (uint32_t)n;
	feed->rest = span_from(feed->rest, n);
	if (stream->need > 0 ? stream->n < stream->need
			     : !head_is_whole(stream) && stream->n < SIP_STREAM_BUFFER)
		return;
	verdict = sip_parse(&msg, stream->pending, stream->n);
	if (verdict == SIP_MORE)
		stream->need = (uint32_t)msg.head.n + msg.content_length;
	else
		pending_deliver(feed, &msg, verdict);
}

static void pending_start(struct feed *feed)
{
	feed->stream->pending = buffer_take(feed->ep);
	if (feed->stream->pending != NULL)
		return;
	feed->ep->counters.stream_no_buffer++;
	feed->close = true;
}

static void message_in_place(struct feed *feed)
{
	struct sip_msg msg;
	enum sip_verdict verdict = sip_parse(&msg, feed->rest.p, feed->rest.n);

	if (verdict == SIP_MORE) {
		pending_start(feed);
		return;
	}
	message_deliver(feed, &msg, verdict);
	feed->rest = span_from(feed->rest, msg.bytes.n);
}

struct sip_stream_result sip_stream_input(struct sip_endpoint *ep, struct sip_stream *stream,
	const struct sip_flow *flow, const void *bytes, size_t n, unsigned budget, uint64_t now_us)
{
	struct feed feed = { ep, stream, flow, span_of(bytes, n), now_us, budget, false };

	while (feed.rest.n > 0 && feed.budget > 0 && !feed.close) {
		if (stream->pending == NULL)
			blanks_skip(&feed);
		if (feed.rest.n == 0)
			break;
		if (stream->pending != NULL)
			pending_grow(&feed);
		else
			message_in_place(&feed);
	}
	if (feed.close)
		buffer_give(ep, stream);
	return (struct sip_stream_result){
		.consumed = feed.close ? n : n - feed.rest.n,
		.messages = budget - feed.budget,
		.close = feed.close,
	};
}
