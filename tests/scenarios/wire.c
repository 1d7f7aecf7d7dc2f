// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "tests/scenarios/wire.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/address.h"
#include "bench/sip_ua.h"

enum {
	CONNS_MAX = 2 * RIG_PHONES_MAX, // a phone may have an old one beside its own
	SESSIONS_MAX = 16,
	ANSWER_MS = 10000,
	ROUNDS_MAX = 100,
};

// Others who want to see it all come before the first session, and leave before the first ends.
enum gate { GATE_BEFORE, GATE_AFTER, GATES };

// A phone's connection.
struct wire_conn {
	handle_t handle;
	int fd; // -1: not in use
	uint8_t version;
	bool registered;
	bool asked; // it owes an answer
	size_t have;
	uint8_t in[2 * SCCP_FRAME_MAX];
};

struct wire_session {
	handle_t handle; // the dialog; 0: not in use
	uint32_t cseq;   // of the request that is to be answered; 0: none
	bool barrier;    // that request was none of the application's
	struct sip_ua ua;
};

static struct {
	const struct wire_options *options;
	struct rig *rig;
	const struct event *event; // that is being served
	struct csta_reader reader;
	unsigned bodies;
	bool passed[GATES];
	bool heard; // something came that was no answer to a question of ours
	struct wire_conn conns[CONNS_MAX];
	struct wire_session sessions[SESSIONS_MAX];
} wire;

void wire_open(const struct wire_options *options)
{
	memset(&wire, 0, sizeof(wire));
	wire.options = options;
	for (int i = 0; i < CONNS_MAX; i++)
		wire.conns[i].fd = -1;
	csta_init();
	assert_int_equal(csta_reader_init(&wire.reader), 0);
}

static void conn_drop(struct wire_conn *conn)
{
	close(conn->fd);
	*conn = (struct wire_conn){ .fd = -1 };
}

static void session_drop(struct wire_session *session)
{
	sip_ua_close(&session->ua);
	session->handle = 0;
	session->cseq = 0;
}

void wire_close(void)
{
	for (int i = 0; i < CONNS_MAX; i++) {
		if (wire.conns[i].fd >= 0)
			conn_drop(&wire.conns[i]);
	}
	for (int i = 0; i < SESSIONS_MAX; i++) {
		if (wire.sessions[i].handle != 0)
			session_drop(&wire.sessions[i]);
	}
	csta_reader_fini(&wire.reader);
}

// --- phones --------------------------------------------------------------------------------------

static struct wire_conn *conn_find(handle_t handle)
{
	for (int i = 0; i < CONNS_MAX; i++) {
		if (wire.conns[i].fd >= 0 && wire.conns[i].handle == handle)
			return &wire.conns[i];
	}
	return NULL;
}

static void conn_opened(const struct event *event)
{
	struct wire_conn *conn = wire.conns;
	struct sockaddr_in server;
	int one = 1;

	while (conn->fd >= 0)
		assert_true(++conn < wire.conns + CONNS_MAX);
	assert_true(address_parse(wire.options->server, SCCP_PORT, &server));
	conn->handle = event->handle;
	conn->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(conn->fd >= 0);
	setsockopt(conn->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(conn->fd, (const struct sockaddr *)&server, sizeof(server)) != 0)
		fail_msg("a phone cannot connect: %s", strerror(errno));
}

static void conn_send(struct wire_conn *conn, const struct sccp_msg *msg)
{
	uint8_t frame[SCCP_FRAME_MAX];
	size_t n = sccp_encode(msg, sccp_version_server(conn->version), frame, sizeof(frame));

	assert_true(n > 0);
	assert_int_equal(send(conn->fd, frame, n, MSG_NOSIGNAL), n);
}

static void conn_sccp(const struct event *event)
{
	struct wire_conn *conn = conn_find(event->handle);
	const struct sccp_msg *msg = &event->sccp;

	if (conn == NULL)
		return; // the engine closed it
	if (msg->id == SCCP_REGISTER) {
		conn->version = msg->register_req.version;
		conn->registered = false;
		conn->asked = true;
	}
	conn_send(conn, msg);
}

// One that vanishes leaves a reset behind: the engine's own word that a phone is gone comes after a
// minute and more.
static void conn_closed(const struct event *event)
{
	struct linger reset = { .l_onoff = 1 };
	struct wire_conn *conn = conn_find(event->handle);

	if (conn == NULL)
		return;
	if (event->conn_closed.reason != CONN_CLOSE_PEER)
		setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	conn_drop(conn);
}

static void command_init(struct command *command, enum command_type type, handle_t handle)
{
	memset(command, 0, sizeof(*command));
	command->type = (uint16_t)type;
	command->worker = handle_owner(handle);
	command->handle = handle;
	command->time_us = wire.event->time_us;
}

// Version of the server: asked by nobody else in scenarios.
static bool answers_us(struct wire_conn *conn, uint32_t id)
{
	bool answer = conn->asked && conn->registered && id == SCCP_VERSION_RES;

	if (id == SCCP_REGISTER_ACK)
		conn->registered = true;
	if (answer || id == SCCP_REGISTER_ACK || id == SCCP_REGISTER_REJECT)
		conn->asked = false;
	return answer;
}

static void frame_take(struct wire_conn *conn, const struct sccp_frame *frame)
{
	struct command command;

	command_init(&command, COMMAND_SCCP, conn->handle);
	assert_int_equal(sccp_decode(frame, &command.sccp), SCCP_OK);
	if (answers_us(conn, command.sccp.id))
		return;
	wire.heard = true;
	rig_take(wire.rig, &command);
}

static void conn_gone(struct wire_conn *conn)
{
	struct command command;

	command_init(&command, COMMAND_CONN_CLOSE, conn->handle);
	conn_drop(conn);
	wire.heard = true;
	rig_take(wire.rig, &command);
}

static void conn_read(struct wire_conn *conn)
{
	struct sccp_frame frame;
	size_t used = 0;
	ssize_t got =
		recv(conn->fd, conn->in + conn->have, sizeof(conn->in) - conn->have, MSG_DONTWAIT);

	if (got <= 0) {
		conn_gone(conn);
		return;
	}
	conn->have += (size_t)got;
	while (sccp_frame_next(conn->in + used, conn->have - used, &frame) == SCCP_OK) {
		frame_take(conn, &frame);
		used += frame.size;
	}
	conn->have -= used;
	memmove(conn->in, conn->in + used, conn->have);
}

// --- applications --------------------------------------------------------------------------------

static struct wire_session *session_find(handle_t handle)
{
	for (int i = 0; i < SESSIONS_MAX; i++) {
		if (wire.sessions[i].handle == handle)
			return &wire.sessions[i];
	}
	return NULL;
}

static void body_keep(struct span body)
{
	char path[512];
	FILE *file;

	if (wire.options->bodies == NULL || body.n == 0)
		return;
	snprintf(path, sizeof(path), "%s/%06u.xml", wire.options->bodies, ++wire.bodies);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(body.p, 1, body.n, file), body.n);
	fclose(file);
}

static void body_read(struct span body, struct csta_msg *msg)
{
	body_keep(body);
	csta_msg_init(msg, CSTA_NONE);
	if (body.n > 0)
		assert_int_equal(csta_read(&wire.reader, body.p, body.n, msg), CSTA_READ_OK);
}

static void session_send(
	struct wire_session *session, const char *method, const struct csta_msg *msg, bool barrier)
{
	struct csta_msg named = *msg;
	char xml[CSTA_BODY_MAX / 4];
	ssize_t n = 0;
	int cseq;

	named.ns = CSTA_NS_ED3;
	if (msg->type != CSTA_NONE)
		n = csta_write(&named, NULL, xml, sizeof(xml));
	assert_true(n >= 0);
	cseq = sip_ua_request(&session->ua, method, span_of(xml, (size_t)n));
	if (cseq < 0)
		fail_msg("%s cannot be sent: %s", method, strerror(-cseq));
	session->cseq = (uint32_t)cseq;
	session->barrier = barrier;
}

// "user" of sip:user@host.
static void uri_user(const char *uri, char *user, size_t size)
{
	struct span rest = span_str(uri + strcspn(uri, ":") + 1);

	span_copy(span_head(rest, span_find(rest, '@')), user, size);
}

static void gate_pass(enum gate gate)
{
	static const char *const signs[GATES] = { "phones are there", "all was played" };
	int c;

	if (!wire.options->gates || wire.passed[gate])
		return;
	wire.passed[gate] = true;
	puts(signs[gate]);
	fflush(stdout);
	while ((c = getchar()) != '\n')
		assert_int_not_equal(c, EOF);
}

static void session_opened(const struct event *event)
{
	struct wire_session *session = session_find(0);
	char user[64], line[64];
	int status;

	assert_non_null(session);
	gate_pass(GATE_BEFORE);
	uri_user(event->session_open.from_uri, user, sizeof(user));
	uri_user(event->session_open.to_uri, line, sizeof(line));
	status = sip_ua_open(&session->ua, wire.options->server, !wire.options->udp, user, line);
	if (status != 0)
		fail_msg("an application cannot connect: %s", strerror(-status));
	session->handle = event->handle;
	session_send(session, "INVITE", &event->session_open.csta, false);
}

static void session_asks(const struct event *event)
{
	struct wire_session *session = session_find(event->handle);

	assert_non_null(session);
	session_send(session, "INFO", &event->csta_request.csta, false);
}

static void session_closed(const struct event *event)
{
	struct wire_session *session = session_find(event->handle);
	struct csta_msg nothing;

	gate_pass(GATE_AFTER);
	csta_msg_init(&nothing, CSTA_NONE);
	if (session != NULL)
		session_send(session, "BYE", &nothing, false);
}

// The engine asks or tells.
static void request_take(struct wire_session *session, const struct sip_ua_message *message)
{
	bool bye = span_eq(message->method, SPAN("BYE"));
	struct command command;

	command_init(&command, bye ? COMMAND_SESSION_BYE : COMMAND_CSTA_EVENT, session->handle);
	if (!bye)
		body_read(message->body, &command.csta_event);
	sip_ua_answer(&session->ua, message, 200);
	wire.heard = true;
	rig_take(wire.rig, &command);
}

static void invite_answered(struct wire_session *session, const struct sip_ua_message *message)
{
	bool accepted = message->status < 300;
	struct command command;

	sip_ua_request(&session->ua, "ACK", SPAN_NONE);
	command_init(&command, accepted ? COMMAND_SESSION_ACCEPT : COMMAND_SESSION_REJECT,
		session->handle);
	if (accepted) {
		command.session_accept.transaction = wire.event->session_open.transaction;
		command.session_accept.session_expires_s = message->session_expires_s;
		if (message->session_expires_s != 0)
			command.session_accept.refresher = REFRESHER_UAC;
		body_read(message->body, &command.session_accept.csta);
	} else {
		command.session_reject.transaction = wire.event->session_open.transaction;
		command.session_reject.status = (uint16_t)message->status;
		session_drop(session);
	}
	rig_take(wire.rig, &command);
}

static void info_answered(struct wire_session *session, const struct sip_ua_message *message)
{
	const struct event_csta_request *request = &wire.event->csta_request;
	struct command command;

	if (message->status != 200)
		fail_msg("INFO was answered by %d", message->status);
	command_init(&command, COMMAND_CSTA_RESPONSE, session->handle);
	command.csta_response.transaction = request->transaction;
	body_read(message->body, &command.csta_response.csta);
	// The answer is in the edition of the request, which on the wire must have one.
	assert_int_equal(command.csta_response.csta.ns, CSTA_NS_ED3);
	command.csta_response.csta.ns = request->csta.ns;
	rig_take(wire.rig, &command);
}

static void answer_take(struct wire_session *session, const struct sip_ua_message *message)
{
	bool ours = session->barrier;

	if (message->status < 200 || message->cseq != session->cseq)
		return;
	session->cseq = 0;
	if (span_eq(message->method, SPAN("INVITE")))
		invite_answered(session, message);
	else if (span_eq(message->method, SPAN("BYE")))
		session_drop(session);
	else if (!ours)
		info_answered(session, message);
	else if (message->status == 200)
		body_keep(message->body);
}

static void session_read(struct wire_session *session)
{
	struct sip_ua_message message;
	int got = 0;

	while (session->handle != 0 && (got = sip_ua_next(&session->ua, &message)) > 0) {
		if (message.status == 0)
			request_take(session, &message);
		else
			answer_take(session, &message);
	}
	if (session->handle != 0 && got < 0)
		session_drop(session);
}

// --- until all is said
// -----------------------------------------------------------------------------

// Reads what comes to the one session, or to everybody.
static void wire_read(struct wire_session *only)
{
	struct pollfd polls[CONNS_MAX + SESSIONS_MAX];

	for (int i = 0; i < CONNS_MAX; i++)
		polls[i] = (struct pollfd){ only == NULL ? wire.conns[i].fd : -1, POLLIN, 0 };
	for (int i = 0; i < SESSIONS_MAX; i++) {
		struct wire_session *session = &wire.sessions[i];
		bool wanted = session->handle != 0 && (only == NULL || only == session);

		polls[CONNS_MAX + i] = (struct pollfd){ wanted ? session->ua.fd : -1, POLLIN, 0 };
	}
	if (poll(polls, CONNS_MAX + SESSIONS_MAX, ANSWER_MS) <= 0)
		fail_msg("the engine does not answer");
	for (int i = 0; i < CONNS_MAX; i++) {
		if (polls[i].revents != 0 && wire.conns[i].fd >= 0)
			conn_read(&wire.conns[i]);
	}
	for (int i = 0; i < SESSIONS_MAX; i++) {
		if (polls[CONNS_MAX + i].revents != 0 && wire.sessions[i].handle != 0)
			session_read(&wire.sessions[i]);
	}
}

static void everybody_asks(void)
{
	struct csta_msg status;
	struct sccp_msg version;

	sccp_msg_init(&version, SCCP_VERSION_REQ);
	csta_msg_init(&status, CSTA_REQUEST_SYSTEM_STATUS);
	for (int i = 0; i < CONNS_MAX; i++) {
		struct wire_conn *conn = &wire.conns[i];

		if (conn->fd < 0 || !conn->registered)
			continue;
		conn->asked = true;
		conn_send(conn, &version);
	}
	for (int i = 0; i < SESSIONS_MAX; i++) {
		if (wire.sessions[i].handle != 0)
			session_send(&wire.sessions[i], "INFO", &status, true);
	}
}

static bool somebody_waits(void)
{
	for (int i = 0; i < CONNS_MAX; i++) {
		if (wire.conns[i].asked)
			return true;
	}
	for (int i = 0; i < SESSIONS_MAX; i++) {
		if (wire.sessions[i].cseq != 0)
			return true;
	}
	return false;
}

// The engine takes its work in the order of arrival, and each connection keeps its own: when all
// have been answered, what went before has been said. An INFO may wait for the answer to another,
// so the questions go round until nothing else came.
static void settle(void)
{
	for (int round = 0; round < ROUNDS_MAX; round++) {
		wire.heard = false;
		while (somebody_waits())
			wire_read(NULL);
		everybody_asks();
		while (somebody_waits())
			wire_read(NULL);
		if (!wire.heard)
			return;
	}
	fail_msg("the engine has always more to say");
}

static const struct {
	uint16_t type;
	void (*send)(const struct event *event);
} events[] = {
	{ EVENT_CONN_OPENED, conn_opened },
	{ EVENT_CONN_CLOSED, conn_closed },
	{ EVENT_SCCP, conn_sccp },
	{ EVENT_SESSION_OPEN, session_opened },
	{ EVENT_SESSION_CLOSED, session_closed },
	{ EVENT_CSTA_REQUEST, session_asks },
};

void wire_event(struct rig *rig, const struct event *event)
{
	struct wire_session *session;

	wire.rig = rig;
	wire.event = event;
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		if (events[i].type != event->type)
			continue;
		events[i].send(event);
		// Its answer must come before all that the same session is told.
		session = event->handle != 0 ? session_find(event->handle) : NULL;
		while (session != NULL && session->cseq != 0)
			wire_read(session);
		settle();
		return;
	}
	fail_msg("nothing on a wire is a %s", event_name(event->type));
}
