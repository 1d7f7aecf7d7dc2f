// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Connections that keep the engine waiting, are half closed, get lost or are not read, and sessions
// that live on when theirs is gone.
#include "tests/component/rig.h"

#include "dataplane/tcp/tcb.h"

enum { TEXT = 70000, SECOND = 1000000 };

#define NS3 "http://www.ecma-international.org/standards/ecma-323/csta/ed3"
#define STATUS "<RequestSystemStatus xmlns=\"" NS3 "\"/>"

static char text[TEXT];

static int setup(void **state)
{
	(void)state;
	rig_config(&rig.config);
	rig_up();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_down();
	return 0;
}

static void forget_events(void)
{
	struct event event;

	while (dataplane_pop_event(rig.dp, 0, &event))
		;
}

// True when the peer's end of the connection was reset or closed.
static bool ended(handle_t conn)
{
	struct endpoint remote;
	struct tcp_event event;

	while (tcp_event_next(rig.tcp, &event))
		;
	return tcp_remote(rig.tcp, conn, &remote) < 0;
}

// --- waiting
// ----------------------------------------------------------------------------------------

static void test_silent_connections_are_ended(void **state)
{
	static const uint8_t keepalive[] = { 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	handle_t phone = rig_connect(40000, 2000);
	handle_t client = rig_connect(40001, 5060);
	handle_t backup = rig_connect(40002, 2000);
	handle_t pinging = rig_connect(40003, 5060);

	(void)state;
	// A phone at its second server says nothing but KeepAlives; a proxy may only ping.
	rig_write(backup, keepalive, sizeof(keepalive));
	rig_write(pinging, "\r\n\r\n", 4);
	rig_wait(58 * SECOND);
	forget_events();
	assert_false(ended(phone) || ended(client));
	rig_wait(10 * SECOND);
	assert_true(ended(phone) && ended(client));
	assert_false(ended(backup) || ended(pinging));
	rig_drops(STREAM_SILENT, 2);
	assert_int_equal(rig_event(EVENT_CONN_CLOSED)->conn_closed.reason, CONN_CLOSE_TIMEOUT);
}

// However slowly the bytes drip: what counts is when the message began.
static void test_half_messages_are_ended(void **state)
{
	static const uint8_t frame[] = { 40, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 'S', 'E', 'P' };
	handle_t phone = rig_connect(40000, 2000);
	handle_t client = rig_connect(40001, 5060);
	int n = rig_sip(text, sizeof(text), "OPTIONS", "", 1, "TCP", "", "");

	(void)state;
	forget_events();
	for (int i = 0; i < 10; i++) {
		rig_write(phone, frame + i, 1);
		rig_write(client, text + i, 1);
		rig_wait(2 * SECOND);
	}
	assert_false(ended(phone) || ended(client));
	rig_wait(17 * SECOND);
	assert_true(ended(phone) && ended(client));
	rig_drops(STREAM_HALF_MESSAGE, 2);
	assert_int_equal(sip_usage(rig.worker->sip).streams, 0);
	forget_events();
	// One that is completed in time starts anew.
	client = rig_connect(40002, 5060);
	for (int i = 0; i < 3; i++) {
		rig_write(client, text, 100);
		rig_wait(20 * SECOND);
		rig_write(client, text + 100, (size_t)n - 100);
		rig_wait(20 * SECOND);
	}
	assert_false(ended(client));
	rig_drops(STREAM_HALF_MESSAGE, 2);
}

// --- sessions on streams
// ----------------------------------------------------------------------------

static void request(handle_t peer, const char *method, const char *tag, unsigned cseq,
	const char *body)
{
	int n = rig_sip(text, sizeof(text), method, tag, cseq, "TCP", "", body);

	rig_write(peer, text, (size_t)n);
}

static const char *heard(handle_t peer)
{
	static char answer[TEXT];

	rig_read(peer, answer, sizeof(answer));
	return answer;
}

// A session over this connection that control accepts; returns its dialog, our tag in `tag`.
static handle_t session_open(handle_t peer, char *tag)
{
	struct command command = { .type = COMMAND_SESSION_ACCEPT };
	struct event *event;
	const char *answer;

	request(peer, "INVITE", "", 1, STATUS);
	event = rig_event(EVENT_SESSION_OPEN);
	command.handle = event->handle;
	command.session_accept.transaction = event->session_open.transaction;
	csta_msg_init(&command.session_accept.csta, CSTA_NONE);
	rig_command(&command);
	answer = heard(peer);
	assert_memory_equal(answer, "SIP/2.0 200 ", 12);
	strcpy(tag, rig_to_tag(answer));
	request(peer, "ACK", tag, 1, "");
	return command.handle;
}

static handle_t sip_conn(handle_t dialog)
{
	struct sip_flow flow;

	assert_true(sip_dialog_flow(rig.worker->sip, dialog, &flow));
	return flow.conn;
}

static void event_send(handle_t dialog)
{
	struct command command = { .type = COMMAND_CSTA_EVENT, .handle = dialog };

	csta_msg_init(&command.csta_event, CSTA_MONITOR_STOP);
	strcpy(command.csta_event.body.monitor_stop.cross_ref, "m1");
	rig_command(&command);
}

static void test_idle_connection_is_small(void **state)
{
	struct tcp_usage before, after;
	handle_t peer;
	char tag[64];

	(void)state;
	tcp_usage(rig.worker->tcp, &before);
	rig_connect(40000, 2000);
	peer = rig_connect(40001, 5060);
	rig_event(EVENT_CONN_OPENED);
	tcp_usage(rig.worker->tcp, &after);
	assert_int_equal(after.connections, before.connections + 2);
	assert_int_equal(after.buffer_bytes, before.buffer_bytes);
	// TCP's block and its places in pool and table, the stream and its place in the pool; no
	// buffer of SIP's. There is nothing else that is counted by connections.
	assert_true(rig.worker->tcp->conns.object_size + POOL_PLACE_BYTES +
			    2 * sizeof(struct tcp_slot) + rig.worker->streams.object_size +
			    POOL_PLACE_BYTES <=
		    320);
	assert_int_equal(sip_usage(rig.worker->sip).streams, 0);
	// Nor after it was used.
	session_open(peer, tag);
	rig_wait(SECOND);
	tcp_usage(rig.worker->tcp, &after);
	assert_int_equal(after.buffer_bytes, before.buffer_bytes);
	assert_int_equal(sip_usage(rig.worker->sip).streams, 0);
	forget_events();
}

// The peer says that it will send no more, and still hears all there is to hear.
static void test_half_closed_session(void **state)
{
	handle_t peer = rig_connect(41000, 5060);
	struct command bye = { .type = COMMAND_SESSION_BYE };
	char tag[64];

	(void)state;
	bye.handle = session_open(peer, tag);
	tcp_close(rig.tcp, peer);
	rig_wait(20 * SECOND);
	assert_int_equal(rig.worker->nstreams[STREAM_SIP], 1);
	event_send(bye.handle);
	assert_memory_equal(heard(peer), "INFO sip:app@", 13);
	rig_command(&bye);
	assert_memory_equal(heard(peer), "BYE sip:app@", 12);
	rig_wait(10 * SECOND); // now it has no use
	assert_int_equal(rig.worker->nstreams[STREAM_SIP], 0);
	rig_no_event();
}

// The connection breaks, the client listens where its Contact says: the events come there.
static void test_session_survives(void **state)
{
	struct endpoint listen = { addr_ipv4(rig_ip(RIG_PEER)), 5060 };
	handle_t peer = rig_connect(41000, 5060);
	struct tcp_event event;
	handle_t dialog;
	char tag[64];

	(void)state;
	dialog = session_open(peer, tag);
	tcp_abort(rig.tcp, peer);
	rig_settle();
	while (tcp_event_next(rig.tcp, &event))
		;
	rig_no_event();
	assert_int_equal(tcp_listen(rig.tcp, &listen, 0), 0);
	event_send(dialog);
	event_send(dialog);
	assert_true(tcp_event_next(rig.tcp, &event));
	assert_true(event.events & TCP_EVENT_OPENED);
	assert_true(event.remote.port >= 49152);
	heard(event.conn);
	assert_int_equal(tcp_counters(rig.worker->tcp)->opened_active, 1);
	assert_int_equal(sip_counters(rig.worker->sip)->requests_lost, 0);
	// The other way round, it serves like any other.
	request(event.conn, "INFO", tag, 7, "");
	assert_memory_equal(heard(event.conn), "SIP/2.0 200 ", 12);
	rig_no_event();
}

// Nobody listens there: the events wait for the connection, are lost with it, and when the client is
// back it is told how many.
static void test_lost_events_are_told(void **state)
{
	handle_t peer = rig_connect(41000, 5060);
	handle_t dialog;
	char tag[64];

	(void)state;
	dialog = session_open(peer, tag);
	tcp_abort(rig.tcp, peer);
	rig_settle();
	for (int i = 0; i < 3; i++)
		event_send(dialog);
	rig_wait(15 * SECOND);
	assert_int_equal(tcp_counters(rig.worker->tcp)->closed_refused, 1);
	assert_int_equal(rig.worker->nstreams[STREAM_SIP], 0);
	rig_no_event();
	peer = rig_connect(41001, 5060);
	request(peer, "INFO", tag, 7, "");
	heard(peer);
	rig_wait(2 * SECOND);
	assert_int_equal(rig_event(EVENT_SESSION_LOST)->session_lost.messages, 3);
	rig_wait(20 * SECOND);
	rig_no_event();
	event_send(dialog);
	assert_memory_equal(heard(peer), "INFO sip:app@", 13);
}

// No answer at all: the attempt ends after the time of a request.
static void test_no_answer_to_our_syn(void **state)
{
	handle_t peer = rig_connect(41000, 5060);
	handle_t dialog;
	char tag[64];

	(void)state;
	dialog = session_open(peer, tag);
	tcp_abort(rig.tcp, peer);
	rig_settle();
	rig.tcp_off = true;
	event_send(dialog);
	rig_wait(18 * SECOND);
	assert_int_equal(rig.worker->nstreams[STREAM_SIP], 1);
	rig_wait(5 * SECOND);
	assert_int_equal(rig.worker->nstreams[STREAM_SIP], 0);
	rig_drops(STREAM_NOT_OPENED, 1);
	assert_int_equal(sip_counters(rig.worker->sip)->requests_lost, 1);
}

// --- peers that do not read
// -------------------------------------------------------------------------

static uint32_t missed(handle_t dialog)
{
	struct event event;
	uint32_t n = 0;

	while (dataplane_pop_event(rig.dp, 0, &event)) {
		assert_int_equal(event.type, EVENT_SESSION_LOST);
		assert_true(event.handle == dialog);
		n += event.session_lost.messages;
	}
	return n;
}

static uint32_t infos_heard(handle_t peer)
{
	uint32_t n = 0;

	for (const char *at = heard(peer); (at = strstr(at, "INFO sip:app@")) != NULL; at++)
		n++;
	return n;
}

// Events for a client that does not read are bounded and, once it reads, told as missing; another
// client on another connection gets all of its own meanwhile.
static void test_slow_client(void **state)
{
	enum { EVENTS = 400 };
	handle_t slow_peer = rig_connect(41000, 5060);
	handle_t peer = rig_connect(41001, 5060);
	uint32_t told, got = 0;
	handle_t slow, quick;
	char tag[64];

	(void)state;
	slow = session_open(slow_peer, tag);
	quick = session_open(peer, tag);
	for (int i = 0; i < EVENTS; i++) {
		event_send(slow);
		event_send(quick);
		assert_memory_equal(heard(peer), "INFO sip:app@", 13);
		rig_wait(SECOND / 100);
	}
	assert_true(sip_counters(rig.worker->sip)->no_room > 0);
	assert_true(tcp_queued(rig.worker->tcp, sip_conn(slow)) <= 131072);
	rig_wait(5 * SECOND);
	told = missed(slow);
	rig_wait(5 * SECOND);
	assert_int_equal(missed(slow), 0); // it still does not read
	for (int round = 0; round < 100; round++) {
		got += infos_heard(slow_peer);
		rig_wait(SECOND / 2);
	}
	told += missed(slow);
	assert_true(told > 0);
	assert_int_equal(got + told, EVENTS);
	rig_drops(SIP_NOT_READING, 0);
}

// Requests of a client that does not read the answers stay unread themselves; none is lost.
static void test_requests_wait_for_reading(void **state)
{
	enum { REQUESTS = 1000 };
	handle_t peer = rig_connect(41000, 5060);
	uint32_t sent = 0, answered = 0;

	(void)state;
	for (int round = 0; round < 2000 && answered < REQUESTS; round++) {
		while (sent < REQUESTS) {
			int n = rig_sip(text, sizeof(text), "OPTIONS", "", sent + 1, "TCP", "", "");

			if (tcp_write(rig.tcp, peer, text, (size_t)n, rig.now_us) < 0)
				break;
			sent++;
		}
		rig_wait(100000);
		if (round < 20)
			continue; // it does not read
		for (const char *at = heard(peer); (at = strstr(at, "SIP/2.0 200 ")) != NULL; at++)
			answered++;
	}
	assert_int_equal(answered, REQUESTS);
	assert_true(rig.worker->n.pauses > 0);
	rig_drops(SIP_NOT_READING, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_idle_connection_is_small),
		TEST(test_silent_connections_are_ended),
		TEST(test_half_messages_are_ended),
		TEST(test_half_closed_session),
		TEST(test_session_survives),
		TEST(test_lost_events_are_told),
		TEST(test_no_answer_to_our_syn),
		TEST(test_slow_client),
		TEST(test_requests_wait_for_reading),
	};

	return cmocka_run_group_tests(tests, rig_group_setup, NULL);
}
