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
	bool blocked;
};

static struct sip_pending *pending_of(const struct feed *feed)
{
	return &feed->ep->pendings[feed->stream->pending - 1];
}

static bool buffer_take(struct sip_endpoint *ep, struct sip_stream *stream)
{
	uint32_t i;

	if (ep->streams_used == ep->config.streams)
		return false;
	ep->streams_used++;
	i = ep->pendings_free[ep->config.streams - ep->streams_used];
	ep->pendings[i].n = 0;
	ep->pendings[i].need = 0;
	ep->pendings[i].whole = false;
	stream->pending = i + 1;
	return true;
}

static void buffer_give(struct sip_endpoint *ep, struct sip_stream *stream)
{
	if (stream->pending == 0)
		return;
	ep->pendings_free[ep->config.streams - ep->streams_used] = stream->pending - 1;
	ep->streams_used--;
	stream->pending = 0;
}

void sip_stream_close(struct sip_endpoint *ep, struct sip_stream *stream)
{
	buffer_give(ep, stream);
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
	if (verdict == SIP_OK && msg->request)
		sip_stream_alias(feed->ep, feed->stream, feed->flow, msg);
	feed->blocked = !sip_message(feed->ep, feed->flow, msg, verdict, feed->now_us);
	if (feed->blocked)
		return;
	feed->budget--;
	feed->close = framing_lost(verdict, msg);
	if (feed->close)
		feed->ep->counters.stream_bad++;
}

// How many of the next bytes belong to the pending message for sure: up to its length when that is
// known, else up to the next line end.
static size_t pending_wants(const struct sip_pending *pending, struct span rest)
{
	size_t room = sizeof(pending->bytes) - pending->n, wants;

	if (pending->need > 0)
		wants = pending->need - pending->n;
	else
		wants = span_find(rest, '\n') + 1;
	if (wants > room)
		wants = room;
	return wants < rest.n ? wants : rest.n;
}

static bool head_is_whole(const struct sip_pending *pending)
{
	struct span p = span_of(pending->bytes, pending->n);

	return (p.n >= 2 && memcmp(p.p + p.n - 2, "\n\n", 2) == 0) ||
	       (p.n >= 3 && memcmp(p.p + p.n - 3, "\n\r\n", 3) == 0);
}

static bool pending_is_read(const struct sip_pending *pending)
{
	if (pending->need > 0)
		return pending->n == pending->need;
	return head_is_whole(pending) || pending->n == sizeof(pending->bytes);
}

static void pending_deliver(struct feed *feed)
{
	struct sip_pending *pending = pending_of(feed);
	struct sip_msg msg;
	enum sip_verdict verdict = sip_parse(&msg, pending->bytes, pending->n);

	if (verdict == SIP_MORE) {
		pending->need = (uint32_t)msg.head.n + msg.content_length;
		return;
	}
	message_deliver(feed, &msg, verdict);
	pending->whole = true;
	if (!feed->blocked)
		buffer_give(feed->ep, feed->stream);
}

static void pending_grow(struct feed *feed)
{
	struct sip_pending *pending = pending_of(feed);
	size_t n = pending->whole ? 0 : pending_wants(pending, feed->rest);

	memcpy(pending->bytes + pending->n, feed->rest.p, n);
	pending->n += (uint32_t)n;
	feed->rest = span_from(feed->rest, n);
	if (pending->whole || pending_is_read(pending))
		pending_deliver(feed);
}

static void pending_start(struct feed *feed)
{
	if (buffer_take(feed->ep, feed->stream))
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
	if (!feed->blocked)
		feed->rest = span_from(feed->rest, msg.bytes.n);
}

// There is something that can be looked at.
static bool feed_goes_on(const struct feed *feed)
{
	if (feed->budget == 0 || feed->close || feed->blocked)
		return false;
	return feed->rest.n > 0 || (feed->stream->pending != 0 && pending_of(feed)->whole);
}

struct sip_stream_result sip_stream_input(struct sip_endpoint *ep, struct sip_stream *stream,
	const struct sip_flow *flow, const void *bytes, size_t n, unsigned budget, uint64_t now_us)
{
	struct feed feed = { ep, stream, flow, span_of(bytes, n), now_us, budget, false, false };

	while (feed_goes_on(&feed)) {
		if (stream->pending == 0)
			blanks_skip(&feed);
		if (stream->pending != 0)
			pending_grow(&feed);
		else if (feed.rest.n > 0)
			message_in_place(&feed);
	}
	if (feed.close)
		buffer_give(ep, stream);
	return (struct sip_stream_result){
		.consumed = feed.close ? n : n - feed.rest.n,
		.messages = budget - feed.budget,
		.close = feed.close,
		.blocked = feed.blocked,
	};
}
