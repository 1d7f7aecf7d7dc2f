// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Workers on threads of their own, with this one as control and as the wire's other end: phones and
// sessions through all of the rings at once. What a sanitizer is to look at.
#include "tests/component/rig.h"

#include <pthread.h>
#include <unistd.h>

#include "sccp/sccp.h"

enum {
	WORKERS = 3,
	CONNS = 12,
	KEYS = 20,
	DIALOGS = 12,
	STREAMS = 6,
	ROUNDS = 8,
	HEARD = 1 << 20,
	TEXT = 4096,
	PATIENCE_US = 30000000
};

#define STATUS \
	"<RequestSystemStatus " \
	"xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\"/>"

static struct {
	pthread_t threads[WORKERS];
	unsigned opened; // as control heard
	unsigned keys;
	unsigned sessions;
	unsigned ended;
	unsigned peer_opened;
	size_t peer_bytes; // read by the peers
	unsigned accepted; // 200 to INVITE
	uint64_t turns;
	unsigned requests; // in dialogs
	uint32_t lost;     // events that control was told of as missed
} seen;

// SIP connections of the peer and all that came by them.
static struct {
	handle_t conn;
	char *text;
	size_t n;
	char tag[TOKEN_SIZE]; // of the dialog that was opened on it
} streams[STREAMS];

static void *worker_main(void *arg)
{
	dataplane_run(rig.dp, (unsigned)(uintptr_t)arg);
	return NULL;
}

static int setup(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	rig_config(&rig.config);
	rig.config.workers = WORKERS;
	rig.spread = RIG_SPREAD_ROUND;
	rig_up();
	rig.now_us = worker_clock_us();
	for (uintptr_t i = 0; i < WORKERS; i++)
		assert_int_equal(pthread_create(&seen.threads[i], NULL, worker_main, (void *)i), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dataplane_stop(rig.dp);
	for (unsigned i = 0; i < WORKERS; i++)
		pthread_join(seen.threads[i], NULL);
	while (rig_out() != NULL)
		;
	rig.now_us = worker_clock_us();
	rig_down();
	rig.spread = RIG_SPREAD_NONE;
	return 0;
}

static void command_push(struct command *command)
{
	while (!dataplane_push_command(rig.dp, command))
		usleep(100);
}

static void key_answer(const struct event *event)
{
	struct command command = { .type = COMMAND_SCCP, .handle = event->handle };

	seen.keys++;
	sccp_msg_init(&command.sccp, SCCP_KEEP_ALIVE_ACK);
	command_push(&command);
}

static void session_answer(const struct event *event)
{
	struct command command = { .type = COMMAND_SESSION_ACCEPT, .handle = event->handle };

	seen.sessions++;
	command.session_accept.transaction = event->session_open.transaction;
	csta_msg_init(&command.session_accept.csta, CSTA_REQUEST_SYSTEM_STATUS_RESPONSE);
	command.session_accept.csta.body.request_system_status_response.status = CSTA_STATUS_NORMAL;
	command_push(&command);
}

// An answer, and an event by the same way.
static void request_answer(const struct event *event)
{
	struct command command = { .type = COMMAND_CSTA_RESPONSE, .handle = event->handle };

	seen.requests++;
	command.csta_response.transaction = event->csta_request.transaction;
	csta_msg_init(&command.csta_response.csta, CSTA_REQUEST_SYSTEM_STATUS_RESPONSE);
	command.csta_response.csta.body.request_system_status_response.status = CSTA_STATUS_NORMAL;
	command_push(&command);
	command = (struct command){ .type = COMMAND_CSTA_EVENT, .handle = event->handle };
	csta_msg_init(&command.csta_event, CSTA_MONITOR_STOP);
	strcpy(command.csta_event.body.monitor_stop.cross_ref, "m1");
	command_push(&command);
}

static void control_round(void)
{
	static struct event event;

	while (dataplane_pop_event(rig.dp, 0, &event)) {
		seen.opened += event.type == EVENT_CONN_OPENED;
		seen.ended += event.type == EVENT_SESSION_CLOSED;
		if (event.type == EVENT_SCCP)
			key_answer(&event);
		if (event.type == EVENT_SESSION_OPEN)
			session_answer(&event);
		if (event.type == EVENT_CSTA_REQUEST)
			request_answer(&event);
		if (event.type == EVENT_SESSION_LOST)
			seen.lost += event.session_lost.messages;
	}
}

// Numbers are read while the workers count.
static void operator_round(void)
{
	struct dataplane_stat stat;

	seen.turns = 0;
	for (unsigned i = 0; i < WORKERS; i++) {
		seen.turns += dataplane_pulse(rig.dp, i).turns;
		for (unsigned row = 0; dataplane_stat(rig.dp, i, row, &stat); row++)
			;
	}
}

static void peer_read(handle_t conn)
{
	struct span bytes = tcp_peek(rig.tcp, conn);

	seen.peer_bytes += bytes.n;
	for (unsigned i = 0; i < STREAMS; i++) {
		if (streams[i].conn != conn || streams[i].text == NULL)
			continue;
		assert_true(streams[i].n + bytes.n < HEARD);
		memcpy(streams[i].text + streams[i].n, bytes.p, bytes.n);
		streams[i].n += bytes.n;
		streams[i].text[streams[i].n] = '\0';
	}
	tcp_consume(rig.tcp, conn, bytes.n);
}

// Answers to INVITE are acknowledged and the session ended at once.
static void datagram_take(const char *message)
{
	char text[TEXT], tag[TOKEN_SIZE], call[64];

	if (strncmp(message, "SIP/2.0 200 ", 12) != 0 ||
		strstr(rig_field(message, "CSeq"), "INVITE") == NULL)
		return;
	seen.accepted++;
	snprintf(call, sizeof(call), "%s", rig_field(message, "Call-ID"));
	snprintf(tag, sizeof(tag), "%s", rig_to_tag(message));
	rig.call_id = call;
	rig_sip(text, sizeof(text), "ACK", tag, 1, "UDP", "", "");
	rig_udp(RIG_PEER, 5060, 5060, text, strlen(text));
	rig_sip(text, sizeof(text), "BYE", tag, 2, "UDP", "", "");
	rig_udp(RIG_PEER, 5060, 5060, text, strlen(text));
}

static void peer_round(void)
{
	struct tcp_event event;
	const char *message;

	rig.now_us = worker_clock_us();
	tcp_expire(rig.tcp, rig.now_us);
	rig_pump();
	while (tcp_event_next(rig.tcp, &event)) {
		seen.peer_opened += (event.events & TCP_EVENT_OPENED) != 0;
		if ((event.events & TCP_EVENT_READABLE) != 0)
			peer_read(event.conn);
	}
	while ((message = rig_out_udp()) != NULL)
		datagram_take(message);
}

// Rounds until the number is reached; the test fails when that never happens.
#define until(number, n) \
	do { \
		uint64_t end_us = worker_clock_us() + PATIENCE_US; \
		while ((number) < (n) && worker_clock_us() < end_us) { \
			peer_round(); \
			control_round(); \
			operator_round(); \
			usleep(100); \
		} \
		assert_int_equal(number, n); \
	} while (0)

static void test_all_at_once(void **state)
{
	struct endpoint local = { addr_ipv4(rig_ip(RIG_PEER)), 0 };
	const struct endpoint remote = { addr_ipv4(rig_ip(RIG_ENGINE)), 2000 };
	uint8_t frame[SCCP_FRAME_MAX], answer[SCCP_FRAME_MAX];
	handle_t conns[CONNS];
	struct sccp_msg msg;
	char text[TEXT], call[32];
	size_t n, ack_n;

	(void)state;
	for (unsigned i = 0; i < CONNS; i++) {
		local.port = (uint16_t)(40000 + i);
		assert_int_equal(
			tcp_connect(rig.tcp, &local, &remote, 0, rig.now_us, &conns[i]), 0);
	}
	until(seen.peer_opened, CONNS);
	until(seen.opened, CONNS);
	sccp_msg_init(&msg, SCCP_KEYPAD_BUTTON);
	n = sccp_encode(&msg, sccp_version_server(11), frame, sizeof(frame));
	sccp_msg_init(&msg, SCCP_KEEP_ALIVE_ACK);
	ack_n = sccp_encode(&msg, sccp_version_server(0), answer, sizeof(answer));
	for (unsigned i = 0; i < CONNS * KEYS; i++)
		assert_int_equal(tcp_write(rig.tcp, conns[i % CONNS], frame, n, rig.now_us), 0);
	for (unsigned i = 0; i < DIALOGS; i++) {
		snprintf(call, sizeof(call), "%u@10.0.0.2", i);
		rig.call_id = call;
		rig_sip(text, sizeof(text), "INVITE", "", 1, "UDP", "", STATUS);
		rig_udp(RIG_PEER, 5060, 5060, text, strlen(text));
	}
	until(seen.keys, CONNS * KEYS);
	until(seen.peer_bytes, CONNS * KEYS * ack_n);
	until(seen.sessions, DIALOGS);
	until(seen.ended, DIALOGS);
	assert_true(seen.accepted >= DIALOGS);
	assert_true(seen.turns > 0);
}

static unsigned heard(const char *what)
{
	unsigned n = 0;

	for (unsigned i = 0; i < STREAMS; i++) {
		for (const char *at = streams[i].text; (at = strstr(at, what)) != NULL; at++)
			n++;
	}
	return n;
}

static void stream_say(
	unsigned i, unsigned dialog, const char *method, unsigned cseq, const char *body)
{
	char text[TEXT], call[32];
	int n;

	snprintf(call, sizeof(call), "%u@10.0.0.2", dialog);
	rig.call_id = call;
	n = rig_sip(text, sizeof(text), method, streams[dialog].tag, cseq, "TCP", "", body);
	while (tcp_write(rig.tcp, streams[i].conn, text, (size_t)n, rig.now_us) < 0) {
		peer_round();
		control_round();
	}
}

// Dialogs of all workers, each spoken to by connections of all workers: messages, answers, events
// and the news of connections go both ways between each two of them.
static void test_dialogs_on_all_connections(void **state)
{
	struct endpoint local = { addr_ipv4(rig_ip(RIG_PEER)), 0 };
	const struct endpoint remote = { addr_ipv4(rig_ip(RIG_ENGINE)), 5060 };
	const unsigned requests = STREAMS * STREAMS * ROUNDS;
	unsigned cseq = 1, homes = 0;

	(void)state;
	for (unsigned i = 0; i < STREAMS; i++) {
		local.port = (uint16_t)(41000 + i);
		homes |= 1u << home_of_flow(&rig.dp->home, rig_ip(RIG_PEER), rig_ip(RIG_ENGINE),
				 htons(local.port), htons(5060));
		streams[i].n = 0;
		streams[i].tag[0] = '\0';
		streams[i].text = calloc(1, HEARD);
		assert_non_null(streams[i].text);
		assert_int_equal(
			tcp_connect(rig.tcp, &local, &remote, 0, rig.now_us, &streams[i].conn), 0);
	}
	assert_true((homes & (homes - 1)) != 0); // of several workers, or nothing is tried
	until(seen.peer_opened, STREAMS);
	for (unsigned i = 0; i < STREAMS; i++)
		stream_say(i, i, "INVITE", 1, STATUS);
	until(heard("SIP/2.0 200 "), STREAMS);
	for (unsigned i = 0; i < STREAMS; i++) {
		strcpy(streams[i].tag, rig_to_tag(strstr(streams[i].text, "SIP/2.0 200 ")));
		stream_say(i, i, "ACK", 1, "");
	}
	for (unsigned round = 0; round < ROUNDS; round++) {
		cseq++;
		for (unsigned i = 0; i < STREAMS * STREAMS; i++)
			stream_say(i / STREAMS, i % STREAMS, "INFO", cseq * STREAMS + i / STREAMS,
				STATUS);
	}
	until(seen.requests, requests);
	until(heard("SIP/2.0 200 "), requests + STREAMS);
	until(heard("INFO sip:app@") + seen.lost, requests);
	for (unsigned i = 0; i < STREAMS; i++)
		tcp_abort(rig.tcp, streams[i].conn);
	for (unsigned i = 0; i < STREAMS; i++) {
		free(streams[i].text);
		streams[i].text = NULL;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all_at_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dialogs_on_all_connections, setup, teardown),
	};

	return cmocka_run_group_tests_name("threads", tests, rig_group_setup, NULL);
}
