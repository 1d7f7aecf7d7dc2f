// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/skinny.h"

#include "dataplane/stream.h"
#include "dataplane/worker.h"
#include "sccp/sccp.h"

void skinny_opened(struct worker *worker, struct stream *stream, const struct tcp_event *event)
{
	struct event *out = worker_event(worker, EVENT_CONN_OPENED, stream->conn);

	out->conn_opened.remote = event->remote;
	out->conn_opened.local = event->local;
	worker_tell(worker, out);
}

static enum conn_close_reason close_reason(
	const struct stream *stream, const struct tcp_event *event)
{
	static const enum conn_close_reason reasons[TCP_NREASONS] = {
		[TCP_REASON_NORMAL] = CONN_CLOSE_PEER,
		[TCP_REASON_RESET] = CONN_CLOSE_RESET,
		[TCP_REASON_REFUSED] = CONN_CLOSE_RESET,
		[TCP_REASON_TIMEOUT] = CONN_CLOSE_TIMEOUT,
		[TCP_REASON_STALLED] = CONN_CLOSE_TIMEOUT,
		[TCP_REASON_KEEPALIVE] = CONN_CLOSE_TIMEOUT,
		[TCP_REASON_ABORT] = CONN_CLOSE_LOCAL,
	};

	if (stream->deaf)
		return CONN_CLOSE_GARBAGE;
	if (stream->failed)
		return CONN_CLOSE_TIMEOUT;
	if (stream->local && event->reason == TCP_REASON_NORMAL)
		return CONN_CLOSE_LOCAL;
	return reasons[event->reason % TCP_NREASONS];
}

void skinny_closed(struct worker *worker, struct stream *stream, const struct tcp_event *event)
{
	struct event *out = worker_event(worker, EVENT_CONN_CLOSED, stream->conn);

	out->conn_closed.reason = close_reason(stream, event);
	worker_tell(worker, out);
}

static void message_write(
	struct worker *worker, const struct stream *stream, const struct sccp_msg *msg)
{
	size_t n = sccp_encode(
		msg, sccp_version_server(stream->version), worker->body, sizeof(worker->body));

	if (n == 0) {
		drop(worker, DROP_ENCODE_FAILED);
		return;
	}
	if (stream_write(worker, stream->conn, worker->body, n, DROP_SKINNY_NOT_READING))
		worker->n.frames_encoded++;
}

// Answered here, and told to control together with others.
static void keepalive_take(struct worker *worker, const struct stream *stream)
{
	struct sccp_msg ack;

	sccp_msg_init(&ack, SCCP_KEEP_ALIVE_ACK);
	worker->n.keepalives++;
	message_write(worker, stream, &ack);
	worker_note_alive(worker, stream->conn);
}

// What is only fit for phones to hear is as unknown as what nobody knows.
static void frame_take(
	struct worker *worker, const struct stream *stream, const struct sccp_frame *frame)
{
	struct event *event = worker_event(worker, EVENT_SCCP, stream->conn);
	enum sccp_verdict verdict = sccp_decode(frame, &event->sccp);

	worker->sccp_verdicts[verdict]++;
	if (verdict == SCCP_UNKNOWN || (verdict == SCCP_OK && !sccp_from_phone(frame->id))) {
		worker->n.frames_unknown++;
		return;
	}
	if (verdict != SCCP_OK) {
		worker->n.frames_refused++;
		return;
	}
	worker->n.frames_decoded++;
	if (event->sccp.id == SCCP_KEEP_ALIVE)
		keepalive_take(worker, stream);
	else
		worker_tell(worker, event);
}

// Framing is lost for good: what came and what comes is worth nothing.
static void framing_lost(struct worker *worker, struct stream *stream)
{
	drop(worker, DROP_SKINNY_FRAMING);
	stream->deaf = true;
	stream_fail(worker, stream);
}

// Takes the first frame of the bytes. False: there is no whole one, or no credit for it, as `how`
// says.
static bool frame_next(struct worker *worker, struct stream *stream, enum stream_read *how)
{
	struct span bytes = tcp_peek(worker->tcp, stream->conn);
	struct sccp_frame frame;
	enum sccp_verdict verdict;

	*how = STREAM_READ_ALL;
	if (bytes.n == 0)
		return false;
	verdict = sccp_frame_next((const uint8_t *)bytes.p, bytes.n, &frame);
	if (verdict == SCCP_MORE)
		return false;
	if (verdict != SCCP_OK) {
		worker->sccp_verdicts[verdict]++;
		framing_lost(worker, stream);
		return false;
	}
	*how = STREAM_READ_MORE;
	if (!ring_has_credit(&worker->events, STREAM_CREDIT - 1))
		return false;
	frame_take(worker, stream, &frame);
	tcp_consume(worker->tcp, stream->conn, frame.size);
	return true;
}

enum stream_read skinny_read(struct worker *worker, struct stream *stream)
{
	enum stream_read how;
	unsigned frames = 0;

	while (frames < STREAM_BUDGET && frame_next(worker, stream, &how))
		frames++;
	stream_waits(worker, stream, frames > 0,
		how == STREAM_READ_ALL && tcp_peek(worker->tcp, stream->conn).n > 0);
	return how;
}

void skinny_send(struct worker *worker, const struct command *command)
{
	struct stream *stream = stream_of(worker, command->handle);

	if (stream == NULL || stream->kind != STREAM_SKINNY || stream->local) {
		drop(worker, DROP_COMMAND_STALE);
		return;
	}
	// The answer to Register settles the version of all that follows, itself included.
	if (command->sccp.id == SCCP_REGISTER_ACK) {
		stream->version = command->sccp.register_ack.version;
		stream_trust(worker, stream->conn);
	}
	message_write(worker, stream, &command->sccp);
}

void skinny_close(struct worker *worker, const struct command *command)
{
	struct stream *stream = stream_of(worker, command->handle);

	if (stream == NULL || tcp_close(worker->tcp, command->handle) < 0) {
		drop(worker, DROP_COMMAND_STALE);
		return;
	}
	stream->local = true;
}

void skinny_abort(struct worker *worker, const struct command *command)
{
	struct stream *stream = stream_of(worker, command->handle);

	if (stream == NULL || tcp_abort(worker->tcp, command->handle) < 0) {
		drop(worker, DROP_COMMAND_STALE);
		return;
	}
	stream->local = true;
}
