// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/sip_shell.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_udp.h>

#include "dataplane/dataplane.h"
#include "dataplane/foreign.h"
#include "dataplane/packet.h"
#include "dataplane/relay.h"
#include "dataplane/sip/peek.h"
#include "dataplane/stream.h"
#include "dataplane/udp.h"
#include "dataplane/worker.h"

enum {
	TIMERS_A_TURN = 256,
	RESERVE_MESSAGES = 3,
	ANSWER_BYTES = 1024, // room kept for the answer to a message before it is read
	CREDIT = 2,          // what a datagram or a timer may cost in events, at most
	REFRESH_COOKIE = 1,
};

int sip_shell_init(struct worker *worker, const struct dataplane_config *config)
{
	struct sip_config sip = {
		.owner = worker->index,
		.key = worker->key,
		.dialogs = config->sessions,
		.transactions = config->transactions,
		.streams = config->sip_conns,
		.product = config->product,
	};

	worker->nnamespaces = config->sessions;
	worker->namespaces = calloc(config->sessions, sizeof(*worker->namespaces));
	if (worker->namespaces == NULL || csta_reader_init(&worker->reader) < 0)
		return -ENOMEM;
	worker->sip = sip_endpoint_new(&sip, &sip_shell_ops, worker, worker->now_us);
	return worker->sip == NULL ? -ENOMEM : 0;
}

void sip_shell_fini(struct worker *worker)
{
	sip_endpoint_free(worker->sip);
	csta_reader_fini(&worker->reader);
	free(worker->namespaces);
}

// --- in
// ---------------------------------------------------------------------------------------------

// What is to be dropped before any parser sees it; DROP_REASONS for what may go on.
static enum drop noise(struct worker *worker, const uint8_t *p, size_t n)
{
	static const enum drop reasons[CLASSIFY_STARTS_COUNT] = {
		[CLASSIFY_NOISE] = DROP_NOISE_OTHER,
		[CLASSIFY_REQUEST] = DROP_REASONS,
		[CLASSIFY_REQUEST_OTHER] = DROP_REASONS,
		[CLASSIFY_RESPONSE] = DROP_REASONS,
		[CLASSIFY_PING] = DROP_REASONS,
		[CLASSIFY_STUN] = DROP_NOISE_STUN,
		[CLASSIFY_TLS] = DROP_NOISE_TLS,
		[CLASSIFY_HTTP] = DROP_NOISE_HTTP,
	};
	struct classify_verdict verdict = classify_start(worker->classify, worker->scratch, p, n);

	worker->starts[verdict.start]++;
	worker->methods[verdict.method]++;
	if (reasons[verdict.start] == DROP_REASONS &&
		classify_blocked(worker->classify, worker->scratch, p, n))
		return DROP_BLOCKED;
	return reasons[verdict.start];
}

void sip_datagram(struct worker *worker, const struct endpoint *local,
	const struct endpoint *remote, const uint8_t *p, size_t n)
{
	struct sip_flow flow = { .proto = SIP_OVER_UDP, .local = *local, .remote = *remote };
	enum drop reason = noise(worker, p, n);

	if (reason == DROP_REASONS && !ring_has_credit(&worker->events, CREDIT))
		reason = DROP_NO_CREDIT;
	if (reason != DROP_REASONS) {
		drop(worker, reason);
		return;
	}
	sip_input(worker->sip, &flow, p, n, worker->now_us);
}

void sip_unreachable_quoted(struct worker *worker, const struct packet *quoted)
{
	const struct rte_udp_hdr *udp = (const struct rte_udp_hdr *)quoted->p;
	struct endpoint to = { addr_ipv4(quoted->dst), ntohs(udp->dst_port) };
	// The quote is eight bytes long at least.
	struct span beginning =
		span_of((const char *)quoted->p + UDP_HEADER, quoted->n - UDP_HEADER);
	handle_t txn;

	if (sip_peek_is_response(beginning)) {
		if (!sip_answer_unreachable(worker->sip, beginning, &to))
			drop(worker, DROP_ICMP_ANSWER);
		return;
	}
	txn = sip_peek_sent(&worker->key, beginning);
	if (txn == 0 || !sip_unreachable(worker->sip, txn, &to, worker->now_us))
		drop(worker, DROP_ICMP_QUOTE);
}

void sip_relayed(
	struct worker *worker, const struct sip_flow *flow, const uint8_t *p, size_t n)
{
	sip_input(worker->sip, flow, p, n, worker->now_us);
}

// Our end of a connection that we opened has a port of its own; where we are to be reached is the
// port that we listen on.
static struct sip_flow flow_of(const struct worker *worker, handle_t conn,
	const struct endpoint *local, const struct endpoint *remote)
{
	return (struct sip_flow){
		.proto = SIP_OVER_TCP,
		.local = { local->addr, worker->sip_listen.port },
		.remote = *remote,
		.conn = conn,
	};
}

bool sip_stream_flow(
	const struct worker *worker, const struct stream *stream, struct sip_flow *flow)
{
	struct endpoint local, remote;

	if (tcp_local(worker->tcp, stream->conn, &local) < 0 ||
		tcp_remote(worker->tcp, stream->conn, &remote) < 0)
		return false;
	*flow = flow_of(worker, stream->conn, &local, &remote);
	return true;
}

void sip_stream_opened(struct worker *worker, struct stream *stream, const struct tcp_event *event)
{
	struct sip_flow flow = flow_of(worker, event->conn, &event->local, &event->remote);

	ways_add(worker, stream_index(worker, stream), WAY_REMOTE, &event->remote);
	foreign_opened(worker, &flow);
}

// The beginning of a stream, once there is enough of it to tell. What is shorter than that goes to
// the parser, which sees everything.
static bool begins_badly(struct worker *worker, struct stream *stream, struct span bytes)
{
	enum drop reason;

	if (stream->begun)
		return false;
	stream->begun = true;
	if (bytes.n < sizeof("SUBSCRIBE "))
		return false;
	reason = noise(worker, (const uint8_t *)bytes.p, bytes.n);
	if (reason == DROP_REASONS)
		return false;
	drop(worker, reason);
	return true;
}

// Half of what the connection may queue is for answers: requests of ours take no more than the
// other half, and while they and the answers fill that, the peer's requests stay unread.
static bool room_for(const struct worker *worker, handle_t conn, size_t n)
{
	size_t queued = tcp_queued(worker->tcp, conn);

	return queued + n <= (queued + tcp_room(worker->tcp, conn)) / 2;
}

// What other workers are told after the connection took bytes or sent them.
static void room_tell(struct worker *worker, handle_t conn)
{
	bool room;

	if (worker->foreign.size == 0)
		return;
	room = room_for(worker, conn, 0);
	foreign_room(worker, conn, room);
	if (!room)
		tcp_want_room(worker->tcp, conn, worker->now_us);
}

static bool conn_write(struct worker *worker, handle_t conn, const void *bytes, size_t n)
{
	bool written = stream_write(worker, conn, bytes, n, DROP_SIP_NOT_READING);

	room_tell(worker, conn);
	return written;
}

// The giver may not know yet that the connection is gone. A request of its that came when others
// had filled the queue is given up: its dialog hears of it.
void sip_relayed_write(struct worker *worker, unsigned from, const struct relay_write *write,
	const uint8_t *p, size_t n)
{
	struct stream *stream = stream_of(worker, write->conn);
	bool full = write->request && tcp_room(worker->tcp, write->conn) < n;

	if (stream != NULL)
		stream->shared = true;
	if (stream == NULL || full) {
		drop(worker, DROP_RELAY_REFUSED);
		foreign_refused(worker, from, write->conn);
		room_tell(worker, write->conn);
	} else if (!conn_write(worker, write->conn, p, n)) {
		foreign_refused(worker, from, write->conn);
	}
	foreign_took(worker, from, write->conn, write->request ? n : 0);
}

// Messages to read at a time: as many as there is credit for, and room for short answers.
static unsigned read_budget(const struct worker *worker, const struct stream *stream)
{
	size_t answers = tcp_room(worker->tcp, stream->conn) / ANSWER_BYTES;
	size_t credit = ring_credit(&worker->events) - (STREAM_CREDIT - 1);

	if (credit > answers)
		credit = answers;
	return (unsigned)(credit < STREAM_BUDGET ? credit : STREAM_BUDGET);
}

enum stream_read sip_stream_read(struct worker *worker, struct stream *stream)
{
	struct span bytes = tcp_peek(worker->tcp, stream->conn);
	struct sip_stream_result result;
	struct sip_flow flow;

	if ((bytes.n == 0 && !stream->parked) || !sip_stream_flow(worker, stream, &flow))
		return STREAM_READ_ALL;
	if (begins_badly(worker, stream, bytes)) {
		stream->deaf = true;
		stream_fail(worker, stream);
		return STREAM_READ_ALL;
	}
	if (!ring_has_credit(&worker->events, STREAM_CREDIT))
		return STREAM_READ_MORE;
	if (!room_for(worker, stream->conn, ANSWER_BYTES)) {
		worker->n.pauses++;
		stream_waits(worker, stream, true, false); // it is for the peer to read
		tcp_want_room(worker->tcp, stream->conn, worker->now_us);
		return STREAM_READ_PAUSED;
	}
	result = sip_stream_input(worker->sip, &stream->sip, &flow, bytes.p, bytes.n,
		read_budget(worker, stream), worker->now_us);
	tcp_consume(worker->tcp, stream->conn, result.consumed);
	if (result.blocked) { // it is for another worker to take it
		stream_waits(worker, stream, true, false);
		stream_park(worker, stream);
		return STREAM_READ_PARKED;
	}
	// A ping is as good as a message.
	stream_waits(worker, stream,
		result.messages > 0 || (result.consumed > 0 && stream->sip.pending == 0),
		stream->sip.pending != 0);
	if (result.close) {
		stream->deaf = true;
		stream->local = true;
		tcp_close(worker->tcp, stream->conn);
		return STREAM_READ_ALL;
	}
	return result.consumed < bytes.n ? STREAM_READ_MORE : STREAM_READ_ALL;
}

void sip_stream_writable(struct worker *worker, struct stream *stream)
{
	room_tell(worker, stream->conn);
	sip_flow_open(worker->sip, stream->conn);
}

bool sip_stream_used(const struct worker *worker, const struct stream *stream)
{
	return stream->shared || sip_flow_used(worker->sip, stream->conn);
}

void sip_relayed_lost(struct worker *worker, handle_t conn, bool undelivered)
{
	if (undelivered)
		sip_flow_undelivered(worker->sip, conn);
	sip_flow_lost(worker->sip, conn);
}

void sip_stream_half(struct worker *worker, struct stream *stream)
{
	foreign_half(worker, stream->conn);
}

void sip_stream_closed(struct worker *worker, struct stream *stream, const struct tcp_event *event)
{
	struct endpoint listener = { event->remote.addr, stream->sip.listens };
	uint32_t index = stream_index(worker, stream);

	sip_stream_close(worker->sip, &stream->sip);
	ways_remove(worker, index, WAY_REMOTE, &event->remote);
	ways_remove(worker, index, WAY_LISTENS, &listener);
	sip_relayed_lost(worker, stream->conn, event->undelivered);
	foreign_closed(worker, stream->conn, event->undelivered);
}

static void shed(struct worker *worker, bool on)
{
	atomic_fetch_add_explicit(&worker->sheds, 1, memory_order_relaxed);
	worker->n.overloads += on;
	sip_accept_new(worker->sip, !on);
}

void sip_overload(struct worker *worker)
{
	bool sheds = atomic_load_explicit(&worker->sheds, memory_order_relaxed) % 2 != 0;
	struct ring *ring = &worker->events;
	// An eighth is kept for dialogs that exist; of a small ring, a few messages.
	uint32_t eighth = ring->size / 8;
	uint32_t reserve = RESERVE_MESSAGES * ring->message_cells;

	if (reserve < eighth)
		reserve = eighth;
	if (!sheds && !ring_has_room(ring, reserve))
		shed(worker, true);
	else if (sheds && ring_has_room(ring, reserve + eighth + 1))
		shed(worker, false);
}

void sip_timers(struct worker *worker)
{
	uint32_t credit = ring_credit(&worker->events);

	if (credit < CREDIT)
		return;
	credit--;
	sip_expire(worker->sip, credit < TIMERS_A_TURN ? credit : TIMERS_A_TURN, worker->now_us);
}

// --- out
// --------------------------------------------------------------------------------------------

static bool is_answer(const void *bytes, size_t n)
{
	return n > 4 && memcmp(bytes, "SIP/", 4) == 0; // RFC 3261 7.2
}

static bool transmit(void *ctx, const struct sip_flow *flow, const void *bytes, size_t n)
{
	struct worker *worker = ctx;

	if (flow->proto == SIP_OVER_UDP)
		return udp_output(worker, &flow->local, &flow->remote, bytes, n);
	if (handle_owner(flow->conn) != worker->index)
		return relay_write(worker, flow->conn, !is_answer(bytes, n), bytes, n);
	return conn_write(worker, flow->conn, bytes, n);
}

static bool find(void *ctx, const struct endpoint *to, struct sip_flow *flow)
{
	return ways_find(ctx, to, flow);
}

static void listens_at(void *ctx, const struct sip_flow *flow, uint16_t port)
{
	struct worker *worker = ctx;
	struct endpoint at = { flow->remote.addr, port };
	struct stream *stream = stream_of(worker, flow->conn);

	if (stream == NULL)
		return;
	stream->sip.listens = port;
	ways_add(worker, stream_index(worker, stream), WAY_LISTENS, &at);
	foreign_listens(worker, flow->conn, port);
}

static bool connect_to(void *ctx, const struct sip_flow *before, const struct endpoint *to,
	struct sip_flow *flow)
{
	const struct stream *stream = stream_connect(ctx, STREAM_SIP, &before->local.addr, to);

	return stream != NULL && sip_stream_flow(ctx, stream, flow);
}

static bool has_room(void *ctx, const struct sip_flow *flow, size_t n)
{
	struct worker *worker = ctx;

	if (flow->proto != SIP_OVER_TCP)
		return true;
	if (handle_owner(flow->conn) != worker->index)
		return foreign_has_room(worker, flow->conn, n);
	if (room_for(worker, flow->conn, n))
		return true;
	tcp_want_room(worker->tcp, flow->conn, worker->now_us);
	return false;
}

// --- indications
// ------------------------------------------------------------------------------------

static void answer(struct worker *worker, const struct sip_indication *ind, unsigned status)
{
	struct sip_reply reply = { 0 };

	sip_respond(worker->sip, ind->txn, status, &reply, worker->now_us);
}

// A namespace that is none of the table's is kept with the dialog.
static void ns_keep(struct worker *worker, handle_t dialog, const struct csta_msg *csta)
{
	struct dialog_ns *slot = &worker->namespaces[handle_index(dialog) % worker->nnamespaces];

	if (csta->ns != CSTA_NS_OTHER)
		return;
	slot->dialog = span_copy(worker->reader.ns, slot->ns, sizeof(slot->ns)) ? dialog : 0;
}

// NULL: the namespace that the message names itself.
static const char *ns_of(const struct worker *worker, handle_t dialog, const struct csta_msg *csta)
{
	const struct dialog_ns *slot =
		&worker->namespaces[handle_index(dialog) % worker->nnamespaces];

	return csta->ns == CSTA_NS_OTHER && slot->dialog == dialog ? slot->ns : NULL;
}

// Reads the body into *csta. False: it is no XML, the request was answered 400.
static bool body_read(struct worker *worker, const struct sip_indication *ind,
	struct csta_msg *csta, enum csta_verdict *verdict)
{
	*verdict = csta_read(&worker->reader, ind->body.p, ind->body.n, csta);
	worker->csta_verdicts[*verdict]++;
	worker->n.bodies_read++;
	if (csta->type == CSTA_NONE) {
		worker->n.bodies_bad++;
		answer(worker, ind, 400);
		return false;
	}
	if (*verdict != CSTA_READ_OK)
		worker->n.bodies_invalid++;
	worker->csta_types[csta->type]++;
	ns_keep(worker, ind->dialog, csta);
	return true;
}

// The URI of a From or To field, empty when it is malformed or longer than the field.
static void uri_copy(const struct sip_msg *msg, enum sip_header_id id, char *to)
{
	struct sip_address address;

	to[0] = '\0';
	if (sip_address_parse(sip_value(msg, id), &address))
		span_copy(address.uri, to, URI_TEXT_SIZE);
}

// A connection that serves a session is no stranger's.
static void flow_trust(struct worker *worker, const struct sip_flow *flow)
{
	if (flow->proto == SIP_OVER_TCP)
		stream_trust(worker, flow->conn);
}

static void tell_or_refuse(
	struct worker *worker, const struct sip_indication *ind, struct event *event)
{
	if (!worker_tell(worker, event))
		answer(worker, ind, 503);
}

static void on_invite(struct worker *worker, const struct sip_indication *ind)
{
	struct event *event = worker_event(worker, EVENT_SESSION_OPEN, ind->dialog);
	struct event_session_open *open = &event->session_open;
	enum csta_verdict verdict;

	if (!body_read(worker, ind, &open->csta, &verdict))
		return;
	open->transaction = ind->txn;
	open->remote = ind->flow->remote;
	open->transport = ind->flow->proto;
	open->refresher = ind->refresher;
	open->supports_timer = ind->supports_timer;
	open->session_expires_s = ind->session_expires;
	open->min_se_s = ind->min_se;
	span_copy(ind->msg->uri, open->request_uri, sizeof(open->request_uri));
	uri_copy(ind->msg, SIP_H_FROM, open->from_uri);
	uri_copy(ind->msg, SIP_H_TO, open->to_uri);
	span_copy(span_head(sip_value(ind->msg, SIP_H_USER_AGENT), AGENT_TEXT_SIZE - 1),
		open->user_agent, sizeof(open->user_agent));
	tell_or_refuse(worker, ind, event);
}

static void on_refresh(struct worker *worker, const struct sip_indication *ind)
{
	struct event *event = worker_event(worker, EVENT_SESSION_REFRESH, ind->dialog);
	struct event_session_refresh *refresh = &event->session_refresh;
	enum csta_verdict verdict;

	csta_msg_init(&refresh->csta, CSTA_NONE);
	if (ind->body.n > 0 && !body_read(worker, ind, &refresh->csta, &verdict))
		return;
	refresh->transaction = ind->txn;
	refresh->remote = ind->flow->remote;
	refresh->transport = ind->flow->proto;
	refresh->refresher = ind->refresher;
	refresh->supports_timer = ind->supports_timer;
	refresh->session_expires_s = ind->session_expires;
	refresh->min_se_s = ind->min_se;
	tell_or_refuse(worker, ind, event);
}

static void on_info(struct worker *worker, const struct sip_indication *ind)
{
	struct event *event = worker_event(worker, EVENT_CSTA_REQUEST, ind->dialog);
	struct event_csta_request *request = &event->csta_request;
	enum csta_type root =
		classify_body(worker->classify, worker->scratch, ind->body.p, ind->body.n);
	enum csta_verdict verdict;

	flow_trust(worker, ind->flow);
	// A client that answers a service of ours in a request of its own, or refuses it.
	if (worker->csta_answers[root]) {
		worker->n.answers_in_info++;
		answer(worker, ind, 200);
		return;
	}
	if (!body_read(worker, ind, &request->csta, &verdict))
		return;
	request->transaction = ind->txn;
	request->verdict = (uint16_t)verdict;
	span_copy(span_str(worker->reader.bad_element), request->bad_element,
		sizeof(request->bad_element));
	tell_or_refuse(worker, ind, event);
}

static void session_closed(struct worker *worker, handle_t dialog, enum session_close_reason reason)
{
	struct event *event = worker_event(worker, EVENT_SESSION_CLOSED, dialog);

	event->session_closed.reason = reason;
	worker_tell(worker, event);
}

static void on_bye(struct worker *worker, const struct sip_indication *ind)
{
	session_closed(worker, ind->dialog, SESSION_CLOSE_BYE);
}

static void on_cancel(struct worker *worker, const struct sip_indication *ind)
{
	// A refresh that was cancelled is nothing to control: its answer will find no transaction.
	if (ind->initial)
		session_closed(worker, ind->dialog, SESSION_CLOSE_CANCELLED);
}

static void on_ack_timeout(struct worker *worker, const struct sip_indication *ind)
{
	sip_bye(worker->sip, ind->dialog, 0, worker->now_us);
	session_closed(worker, ind->dialog, SESSION_CLOSE_NO_ACK);
}

static void on_gone(struct worker *worker, const struct sip_indication *ind)
{
	session_closed(worker, ind->dialog, SESSION_CLOSE_UNKNOWN);
}

static void on_lost(struct worker *worker, const struct sip_indication *ind)
{
	struct event *event = worker_event(worker, EVENT_SESSION_LOST, ind->dialog);

	event->session_lost.messages = ind->lost;
	worker_tell(worker, event);
}

// Of our requests control wants to hear how refreshes end. 408 and 481 come again as the end of the
// dialog. That there was no answer may be told from within a command, which has no credit: control
// can do without.
static void on_request_done(struct worker *worker, const struct sip_indication *ind)
{
	struct event *event;

	if (ind->cookie != REFRESH_COOKIE || ind->heard_us == 0 || ind->status == 408 ||
		ind->status == 481)
		return;
	if (ind->status == 0 && !ring_has_credit(&worker->events, CREDIT))
		return;
	event = worker_event(worker, EVENT_SESSION_ANSWERED, ind->dialog);
	event->session_answered = (struct event_session_answered){
		.status = ind->status,
		.refresher = ind->refresher,
		.session_expires_s = ind->session_expires,
		.min_se_s = ind->min_se,
		.heard_us = ind->heard_us,
	};
	worker_tell(worker, event);
}

static void on_nothing(struct worker *worker, const struct sip_indication *ind)
{
	(void)worker;
	(void)ind;
}

static void indicate(void *ctx, const struct sip_indication *ind)
{
	static void (*const handlers[SIP_IND_COUNT])(
		struct worker * worker, const struct sip_indication *ind) = {
		[SIP_IND_INVITE] = on_invite,
		[SIP_IND_REINVITE] = on_refresh,
		[SIP_IND_UPDATE] = on_refresh,
		[SIP_IND_INFO] = on_info,
		[SIP_IND_BYE] = on_bye,
		[SIP_IND_ACK] = on_nothing,
		[SIP_IND_ACK_TIMEOUT] = on_ack_timeout,
		[SIP_IND_CANCEL] = on_cancel,
		[SIP_IND_REQUEST_DONE] = on_request_done,
		[SIP_IND_DIALOG_GONE] = on_gone,
		[SIP_IND_LOST] = on_lost,
	};

	handlers[ind->kind](ctx, ind);
}

// A message for a dialog or transaction of another worker: by a connection that is not at home
// there, or in a datagram whose owner only the parser saw.
static bool foreign(
	void *ctx, uint8_t owner, const struct sip_flow *flow, const void *bytes, size_t n)
{
	struct worker *worker = ctx;
	struct stream *stream =
		flow->proto == SIP_OVER_TCP ? stream_of(worker, flow->conn) : NULL;

	if (owner >= worker->home->workers) // minted by an engine with more workers than this one
		return true;
	if (stream != NULL) {
		stream->shared = true;
		stream_trust(worker, flow->conn); // the token in the message is one of ours
	}
	return relay_message(worker, owner, flow, bytes, n);
}

const struct sip_endpoint_ops sip_shell_ops = {
	.transmit = transmit,
	.indicate = indicate,
	.foreign = foreign,
	.find = find,
	.connect = connect_to,
	.listens = listens_at,
	.has_room = has_room,
};

// --- commands
// ---------------------------------------------------------------------------------------

// The body of a message of ours, in worker->body. Returns false when it cannot be written: our own
// fault.
static bool body_write(
	struct worker *worker, handle_t dialog, const struct csta_msg *csta, struct span *body)
{
	ssize_t n;

	*body = SPAN_NONE;
	if (csta->type == CSTA_NONE)
		return true;
	n = csta_write(
		csta, ns_of(worker, dialog, csta), (char *)worker->body, sizeof(worker->body));
	if (n < 0) {
		drop(worker, DROP_ENCODE_FAILED);
		worker_complain(worker, csta_type_name(csta->type), (int)n);
		return false;
	}
	worker->n.bodies_written++;
	*body = span_of((const char *)worker->body, (size_t)n);
	return true;
}

static void respond(
	struct worker *worker, handle_t txn, unsigned status, const struct sip_reply *reply)
{
	int result = sip_respond(worker->sip, txn, status, reply, worker->now_us);

	if (result == -ESTALE || result == -EALREADY)
		drop(worker, DROP_COMMAND_STALE);
}

// 200 with a body. False: the body cannot be written, it became a 500.
static bool respond_csta(struct worker *worker, handle_t dialog, handle_t txn,
	struct sip_reply *reply, const struct csta_msg *csta)
{
	const struct sip_reply none = { 0 };

	if (!body_write(worker, dialog, csta, &reply->body)) {
		respond(worker, txn, 500, &none);
		return false;
	}
	respond(worker, txn, 200, reply);
	return true;
}

void sip_session_accept(struct worker *worker, const struct command *command)
{
	const struct command_session_accept *accept = &command->session_accept;
	struct sip_reply reply = {
		.session_expires = accept->session_expires_s,
		.refresher = accept->refresher,
	};
	struct sip_flow flow;

	if (sip_dialog_flow(worker->sip, command->handle, &flow))
		flow_trust(worker, &flow);
	if (respond_csta(worker, command->handle, accept->transaction, &reply, &accept->csta))
		return;
	// A session that could not be answered must not live on in control.
	sip_bye(worker->sip, command->handle, 0, worker->now_us);
	session_closed(worker, command->handle, SESSION_CLOSE_UNKNOWN);
}

void sip_session_reject(struct worker *worker, const struct command *command)
{
	const struct command_session_reject *reject = &command->session_reject;
	struct sip_reply reply = { .min_se = reject->min_se_s,
		.retry_after = reject->retry_after_s };

	respond(worker, reject->transaction, reject->status, &reply);
}

void sip_session_refresh(struct worker *worker, const struct command *command)
{
	const struct command_session_refresh *refresh = &command->session_refresh;

	if (sip_refresh(worker->sip, command->handle, refresh->session_expires_s, refresh->min_se_s,
		    REFRESH_COOKIE, worker->now_us) == -ESTALE)
		drop(worker, DROP_COMMAND_STALE);
}

void sip_csta_response(struct worker *worker, const struct command *command)
{
	const struct command_csta_response *response = &command->csta_response;
	struct sip_reply reply = { 0 };

	respond_csta(worker, command->handle, response->transaction, &reply, &response->csta);
}

void sip_csta_event(struct worker *worker, const struct command *command)
{
	struct span body;

	if (!body_write(worker, command->handle, &command->csta_event, &body))
		return;
	// Nobody waits for the answer: known clients never give one.
	if (sip_request(worker->sip, command->handle, SIP_INFO, SPAN_NONE, body, 0,
		    worker->now_us) == -ESTALE)
		drop(worker, DROP_COMMAND_STALE);
}

void sip_session_missed(struct worker *worker, const struct command *command)
{
	if (sip_missed(worker->sip, command->handle, command->session_missed.messages) == -ESTALE)
		drop(worker, DROP_COMMAND_STALE);
}

void sip_session_bye(struct worker *worker, const struct command *command)
{
	if (sip_bye(worker->sip, command->handle, 0, worker->now_us) == -ESTALE)
		drop(worker, DROP_COMMAND_STALE);
}
