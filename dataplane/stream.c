// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/stream.h"

#include <errno.h>

#include "dataplane/ip4.h"
#include "dataplane/sip_shell.h"
#include "dataplane/skinny.h"
#include "dataplane/worker.h"

static const struct {
	// The stream is new: the peer opened it, or we are about to.
	void (*opened)(struct worker *worker, struct stream *stream, const struct tcp_event *event);
	enum stream_read (*read)(struct worker *worker, struct stream *stream);
	// It takes bytes, for the first time or again. May be NULL.
	void (*writable)(struct worker *worker, struct stream *stream);
	// Has it a use when the peer sends no more? May be NULL: no.
	bool (*used)(const struct worker *worker, const struct stream *stream);
	// The peer sends no more. May be NULL.
	void (*half)(struct worker *worker, struct stream *stream);
	void (*closed)(struct worker *worker, struct stream *stream, const struct tcp_event *event);
} kinds[STREAM_KINDS] = {
	[STREAM_SKINNY] = { .opened = skinny_opened, .read = skinny_read, .closed = skinny_closed },
	[STREAM_SIP] = {
		.opened = sip_stream_opened,
		.read = sip_stream_read,
		.writable = sip_stream_writable,
		.used = sip_stream_used,
		.half = sip_stream_half,
		.closed = sip_stream_closed,
	},
};

static struct stream *stream_at(const struct worker *worker, uint32_t user)
{
	uint32_t index = user - STREAM_FIRST;

	return user < STREAM_FIRST || index >= worker->streams.capacity
		       ? NULL
		       : (struct stream *)(worker->streams.objects +
					   index * worker->streams.object_size);
}

void stream_expect(const struct worker *worker, uint32_t user)
{
	__builtin_prefetch(stream_at(worker, user));
}

uint32_t stream_index(const struct worker *worker, const struct stream *stream)
{
	return (uint32_t)((size_t)((const uint8_t *)stream - worker->streams.objects) /
			  worker->streams.object_size);
}

struct stream *stream_of(const struct worker *worker, handle_t conn)
{
	uint32_t user;

	return tcp_user(worker->tcp, conn, &user) < 0 ? NULL : stream_at(worker, user);
}

// --- places
// -----------------------------------------------------------------------------------------

static uint32_t now_ms(const struct worker *worker)
{
	return (uint32_t)(worker->now_us / 1000);
}

static void stream_wait(struct worker *worker, struct stream *stream, enum stream_wait wait)
{
	stream->wait = wait;
	stream->since_ms = now_ms(worker);
}

// A stranger's place for a new connection. The hand goes round, so that those who came lately are
// reached last.
static void place_make(struct worker *worker, uint8_t kind)
{
	for (unsigned i = 0; i < STREAM_LOOKS && i < worker->streams.capacity; i++) {
		struct stream *stream = pool_at(&worker->streams, worker->stream_hand);

		worker->stream_hand = (worker->stream_hand + 1) % worker->streams.capacity;
		if (stream == NULL || stream->kind != kind || stream->trusted || stream->displaced)
			continue;
		stream->displaced = true;
		worker->nstreams[kind]--;
		drop(worker, DROP_STREAM_DISPLACED);
		tcp_abort(worker->tcp, stream->conn);
		return;
	}
}

static struct stream *stream_new(struct worker *worker, uint8_t kind, uint32_t *index)
{
	struct stream *stream = NULL;
	handle_t h;

	if (worker->nstreams[kind] < worker->streams_max[kind])
		stream = pool_take(&worker->streams, &h);
	if (stream == NULL) {
		drop(worker, DROP_STREAMS_FULL);
		return NULL;
	}
	worker->nstreams[kind]++;
	stream->kind = kind;
	*index = handle_index(h);
	return stream;
}

static struct stream *stream_open(struct worker *worker, const struct tcp_event *event)
{
	uint8_t kind = (uint8_t)event->user;
	struct stream *stream;
	uint32_t index;

	if (worker->nstreams[kind] >= worker->streams_max[kind])
		place_make(worker, kind);
	stream = stream_new(worker, kind, &index);
	if (stream == NULL) {
		tcp_abort(worker->tcp, event->conn);
		return NULL;
	}
	stream->conn = event->conn;
	tcp_set_user(worker->tcp, event->conn, STREAM_FIRST + index);
	stream_wait(worker, stream, STREAM_WAIT_FIRST);
	kinds[kind].opened(worker, stream, event);
	return stream;
}

void stream_park(struct worker *worker, struct stream *stream)
{
	if (stream->parked)
		return;
	stream->parked = true;
	worker->parked[worker->nparked++] = stream_index(worker, stream);
}

static void stream_unpark(struct worker *worker, struct stream *stream)
{
	uint32_t index = stream_index(worker, stream), i = 0;

	if (!stream->parked)
		return;
	stream->parked = false;
	while (worker->parked[i] != index)
		i++;
	worker->parked[i] = worker->parked[--worker->nparked];
}

static void stream_closed(
	struct worker *worker, struct stream *stream, const struct tcp_event *event)
{
	stream_unpark(worker, stream);
	kinds[stream->kind].closed(worker, stream, event);
	if (!stream->displaced)
		worker->nstreams[stream->kind]--;
	pool_give(&worker->streams, stream);
}

void stream_trust(struct worker *worker, handle_t conn)
{
	struct stream *stream = stream_of(worker, conn);

	if (stream == NULL)
		return;
	stream->trusted = true;
	tcp_trust(worker->tcp, conn);
}

// --- opening
// ----------------------------------------------------------------------------------------

enum {
	PORT_FIRST = 49152, // RFC 6335 6
	PORT_COUNT = 16384,
	PORT_TRIES = 256,
};

static uint16_t port_next(struct worker *worker)
{
	uint64_t n = worker->ports_used++;

	return (uint16_t)(PORT_FIRST + siphash(&worker->key, &n, sizeof(n)) % PORT_COUNT);
}

static bool comes_here(const struct worker *worker, const struct tcp_event *event)
{
	return home_of_flow(worker->home, addr_ipv4_net(&event->remote.addr),
		       addr_ipv4_net(&event->local.addr), htons(event->remote.port),
		       htons(event->local.port)) == worker->index;
}

static bool conn_open(struct worker *worker, struct tcp_event *event)
{
	for (int i = 0; i < PORT_TRIES; i++) {
		int status;

		event->local.port = port_next(worker);
		if (!comes_here(worker, event))
			continue;
		status = tcp_connect(worker->tcp, &event->local, &event->remote, event->user,
			worker->now_us, &event->conn);
		if (status != -EADDRINUSE)
			return status == 0;
	}
	return false;
}

struct stream *stream_connect(struct worker *worker, enum stream_kind kind,
	const struct addr *local, const struct endpoint *remote)
{
	struct tcp_event event = { .local.addr = *local, .remote = *remote };
	struct stream *stream;
	struct hop hop;
	uint32_t index;

	if (remote->addr.family != ADDR_IPV4 || remote->port == 0 ||
		ip4_is_ours(worker, addr_ipv4_net(&remote->addr)) ||
		!route_find(&worker->routes, addr_ipv4_net(&remote->addr), &hop))
		return NULL;
	if (local->family != ADDR_IPV4 || !ip4_is_ours(worker, addr_ipv4_net(local)))
		event.local.addr = addr_ipv4(worker->ports[hop.port].addr);
	stream = stream_new(worker, (uint8_t)kind, &index);
	if (stream == NULL)
		return NULL;
	event.user = STREAM_FIRST + index;
	if (!conn_open(worker, &event)) {
		drop(worker, DROP_STREAM_NO_PORT);
		worker->nstreams[kind]--;
		pool_give(&worker->streams, stream);
		return NULL;
	}
	stream->conn = event.conn;
	stream->ours = true;
	stream_wait(worker, stream, STREAM_WAIT_OPEN);
	stream_trust(worker, event.conn);
	kinds[kind].opened(worker, stream, &event);
	return stream;
}

// --- news
// -------------------------------------------------------------------------------------------

static void stream_drain(struct worker *worker, const struct stream *stream)
{
	tcp_consume(worker->tcp, stream->conn, tcp_peek(worker->tcp, stream->conn).n);
}

// The peer said all and it was heard, or we opened the connection: unless it still has a use, what is
// queued goes out, then our FIN.
static void stream_end(struct worker *worker, const struct stream *stream)
{
	if (kinds[stream->kind].used == NULL || !kinds[stream->kind].used(worker, stream))
		tcp_close(worker->tcp, stream->conn);
}

static void stream_read(struct worker *worker, struct stream *stream)
{
	enum stream_read how = STREAM_READ_ALL;

	if (!stream->deaf)
		how = kinds[stream->kind].read(worker, stream);
	if (how == STREAM_READ_MORE)
		tcp_read_again(worker->tcp, stream->conn);
	if (how != STREAM_READ_ALL)
		return;
	if (stream->deaf || stream->eof)
		stream_drain(worker, stream);
	if (stream->eof)
		stream_end(worker, stream);
}

// From the last to the first: one that parks again takes the place that it had, or one that was
// looked at already.
void streams_resume(struct worker *worker)
{
	worker->resume |= worker->nparked > 0 && relay_reopened(worker);
	if (!worker->resume)
		return;
	for (uint32_t i = worker->nparked; i-- > 0;) {
		struct stream *stream = pool_at(&worker->streams, worker->parked[i]);

		if (!ring_has_credit(&worker->events, STREAM_CREDIT))
			return;
		stream_unpark(worker, stream);
		stream_read(worker, stream);
	}
	worker->resume = false;
}

static void stream_writable(struct worker *worker, struct stream *stream)
{
	if (kinds[stream->kind].writable != NULL)
		kinds[stream->kind].writable(worker, stream);
	stream_read(worker, stream);
}

static void stream_half(struct worker *worker, struct stream *stream)
{
	stream->eof = true;
	if (kinds[stream->kind].half != NULL)
		kinds[stream->kind].half(worker, stream);
}

static void stream_event(struct worker *worker, const struct tcp_event *event)
{
	struct stream *stream = stream_at(worker, event->user);
	const unsigned writable = TCP_EVENT_OPENED | TCP_EVENT_WRITABLE;

	if (stream != NULL && stream->wait == STREAM_WAIT_OPEN)
		stream->wait = STREAM_WAIT_NOTHING;
	// Opened and closed can come together. One that was refused has no stream and only ends.
	if (stream == NULL && (event->events & TCP_EVENT_OPENED) != 0)
		stream = stream_open(worker, event);
	else if (stream != NULL && (event->events & writable) != 0)
		stream_writable(worker, stream);
	if (stream == NULL)
		return;
	if ((event->events & TCP_EVENT_EOF) != 0 && !stream->eof)
		stream_half(worker, stream);
	if ((event->events & (TCP_EVENT_READABLE | TCP_EVENT_EOF)) != 0)
		stream_read(worker, stream);
	if ((event->events & TCP_EVENT_CLOSED) != 0)
		stream_closed(worker, stream, event);
}

void stream_waits(struct worker *worker, struct stream *stream, bool whole, bool begun)
{
	if (begun && (whole || stream->wait != STREAM_WAIT_REST))
		stream_wait(worker, stream, STREAM_WAIT_REST);
	else if (!begun && (whole || stream->wait == STREAM_WAIT_REST))
		stream->wait = STREAM_WAIT_NOTHING;
}

// --- ends
// -------------------------------------------------------------------------------------------

void stream_fail(struct worker *worker, struct stream *stream)
{
	if (stream->failed || worker->nfailing == STREAM_FAILING_MAX)
		return;
	stream->failed = true;
	worker->failing[worker->nfailing++] = stream->conn;
}

bool stream_write(
	struct worker *worker, handle_t conn, const void *bytes, size_t n, unsigned reason)
{
	struct stream *stream = stream_of(worker, conn);
	int status = tcp_write(worker->tcp, conn, bytes, n, worker->now_us);

	if (status == 0)
		return true;
	if (status != -ENOTCONN && stream != NULL) {
		drop(worker, reason);
		stream_fail(worker, stream);
	}
	return false;
}

static void fail_all(struct worker *worker)
{
	for (unsigned i = 0; i < worker->nfailing; i++)
		tcp_abort(worker->tcp, worker->failing[i]);
	worker->nfailing = 0;
}

static bool buffers_short(const struct worker *worker)
{
	struct tcp_usage usage;

	tcp_usage(worker->tcp, &usage);
	return usage.buffer_bytes > usage.buffer_cap / 8 * 7;
}

static void wait_check(struct worker *worker, struct stream *stream, bool tight)
{
	static const struct {
		uint32_t ms;
		enum drop reason;
	} limits[STREAM_NWAITS] = {
#define X(name, ms, reason) { ms, reason },
		STREAM_WAITS(X)
#undef X
	};
	uint32_t limit = limits[stream->wait].ms;

	if ((stream->eof || stream->ours) && !stream->local && stream->wait != STREAM_WAIT_OPEN)
		stream_end(worker, stream);
	if (stream->wait == STREAM_WAIT_NOTHING || stream->failed)
		return;
	if (tight && !stream->trusted)
		limit = STREAM_WAIT_TIGHT;
	if (now_ms(worker) - stream->since_ms < limit)
		return;
	if (worker->nfailing == STREAM_FAILING_MAX)
		fail_all(worker);
	drop(worker, limits[stream->wait].reason);
	stream_fail(worker, stream);
}

void streams_sweep(struct worker *worker)
{
	uint32_t capacity = worker->streams.capacity;
	bool tight = buffers_short(worker);
	uint32_t n = capacity / (tight ? STREAM_SWEEPS_TIGHT : STREAM_SWEEPS) + 1;

	if (worker->stalled) // it is control that keeps them waiting
		return;
	while (n-- > 0) {
		struct stream *stream = pool_at(&worker->streams, worker->stream_swept);

		worker->stream_swept = (worker->stream_swept + 1) % capacity;
		if (stream != NULL)
			wait_check(worker, stream, tight);
	}
}

void streams_run(struct worker *worker)
{
	struct tcp_event event;

	fail_all(worker);
	while (ring_has_credit(&worker->events, STREAM_CREDIT)) {
		if (!tcp_event_next(worker->tcp, &event))
			return;
		stream_event(worker, &event);
		fail_all(worker);
	}
	worker->stalled = true;
}
