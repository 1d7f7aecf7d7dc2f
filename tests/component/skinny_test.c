// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Phones' connections: TCP, framing, events and commands through a whole engine.
#include "tests/component/rig.h"

#include <errno.h>
#include <stdlib.h>

#include "dataplane/tcp_shell.h"
#include "sccp/sccp.h"

static int setup(void **state)
{
	(void)state;
	rig_config(&rig.config);
	rig_up();
	return 0;
}

// The smallest events ring: room for four of the largest messages.
static int setup_narrow(void **state)
{
	(void)state;
	rig_config(&rig.config);
	rig.config.event_cells = 1;
	rig_up();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_down();
	return 0;
}

static size_t frame_make(uint8_t *frame, struct sccp_msg *msg)
{
	size_t n = sccp_encode(msg, sccp_version_server(11), frame, SCCP_FRAME_MAX);

	assert_true(n > 0);
	return n;
}

static size_t register_make(uint8_t *frame)
{
	struct sccp_msg msg;

	assert_true(sccp_msg_init(&msg, SCCP_REGISTER));
	strcpy(msg.register_req.name, "SEP001122334455");
	msg.register_req.version = 11;
	return frame_make(frame, &msg);
}

static size_t key_make(uint8_t *frame, uint32_t key)
{
	struct sccp_msg msg;

	assert_true(sccp_msg_init(&msg, SCCP_KEYPAD_BUTTON));
	msg.keypad_button.button = key;
	return frame_make(frame, &msg);
}

// The engine's name of the connection.
static handle_t opened(uint16_t port)
{
	struct event *event = rig_event(EVENT_CONN_OPENED);

	assert_int_equal(event->conn_opened.remote.port, port);
	assert_int_equal(addr_ipv4_net(&event->conn_opened.remote.addr), rig_ip(RIG_PEER));
	assert_int_equal(event->conn_opened.local.port, 2000);
	return event->handle;
}

static void closed(handle_t conn, enum conn_close_reason reason)
{
	struct event *event = rig_event(EVENT_CONN_CLOSED);

	assert_true(event->handle == conn);
	assert_int_equal(event->conn_closed.reason, reason);
}

static struct command command_sccp(handle_t conn, uint32_t id)
{
	static struct command command;

	command = (struct command){ .type = COMMAND_SCCP, .handle = conn };
	assert_true(sccp_msg_init(&command.sccp, id));
	return command;
}

// What the engine wrote must be one frame of this id.
static void expect_frame(handle_t conn, uint32_t id, struct sccp_msg *msg)
{
	uint8_t bytes[SCCP_FRAME_MAX];
	size_t n = rig_read(conn, bytes, sizeof(bytes));
	struct sccp_frame frame;

	assert_int_equal(sccp_frame_next(bytes, n, &frame), SCCP_OK);
	assert_int_equal(frame.size, n);
	assert_int_equal(frame.id, id);
	assert_int_equal(sccp_decode(&frame, msg), SCCP_OK);
}

static void test_register(void **state)
{
	uint8_t frame[SCCP_FRAME_MAX];
	size_t n = register_make(frame);
	handle_t peer = rig_connect(40000, 2000);
	handle_t conn = opened(40000);
	struct command command;
	struct event *event;
	struct sccp_msg msg;

	(void)state;
	rig_write(peer, frame, 5);
	rig_write(peer, frame + 5, n - 6);
	rig_no_event();
	rig_write(peer, frame + n - 1, 1);
	event = rig_event(EVENT_SCCP);
	assert_true(event->handle == conn);
	assert_int_equal(event->time_us, rig.now_us);
	assert_int_equal(event->sccp.id, SCCP_REGISTER);
	assert_string_equal(event->sccp.register_req.name, "SEP001122334455");

	command = command_sccp(conn, SCCP_REGISTER_ACK);
	command.sccp.register_ack.keepalive_s = 30;
	command.sccp.register_ack.version = 11;
	rig_command(&command);
	expect_frame(peer, SCCP_REGISTER_ACK, &msg);
	assert_int_equal(msg.register_ack.version, 11);
	// From now on the layouts are those of version 11: StopTone has grown a field.
	command = command_sccp(conn, SCCP_STOP_TONE);
	rig_command(&command);
	assert_int_equal(rig_read(peer, frame, sizeof(frame)), 12 + 12);
}

// Cut anywhere, the same message comes out.
static void test_every_split(void **state)
{
	uint8_t frame[SCCP_FRAME_MAX];
	size_t n = register_make(frame);
	handle_t peer = rig_connect(40000, 2000);
	handle_t conn = opened(40000);

	(void)state;
	for (size_t cut = 1; cut < n; cut++) {
		struct event *event;

		rig_write(peer, frame, cut);
		rig_no_event();
		rig_write(peer, frame + cut, n - cut);
		event = rig_event(EVENT_SCCP);
		assert_true(event->handle == conn);
		assert_string_equal(event->sccp.register_req.name, "SEP001122334455");
		rig_no_event();
	}
}

static void test_many_in_one_segment(void **state)
{
	uint8_t bytes[8 * SCCP_FRAME_MAX];
	handle_t peer = rig_connect(40000, 2000);
	size_t n = 0;

	(void)state;
	opened(40000);
	for (uint32_t key = 0; key < 8; key++)
		n += key_make(bytes + n, key);
	rig_write(peer, bytes, n);
	for (uint32_t key = 0; key < 8; key++)
		assert_int_equal(rig_event(EVENT_SCCP)->sccp.keypad_button.button, key);
	rig_no_event();
}

static void test_keepalive_is_answered(void **state)
{
	handle_t peer = rig_connect(40000, 2000);
	struct sccp_msg msg;
	uint8_t frame[SCCP_FRAME_MAX];

	(void)state;
	opened(40000);
	assert_true(sccp_msg_init(&msg, SCCP_KEEP_ALIVE));
	rig_write(peer, frame, frame_make(frame, &msg));
	expect_frame(peer, SCCP_KEEP_ALIVE_ACK, &msg);
	assert_int_equal(rig_event(EVENT_CONNS_ALIVE)->conns_alive.count, 1);
}

// They share an event as far as one takes them, and are told before what came after.
static void test_keepalives_are_told_together(void **state)
{
	handle_t conns[CONNS_ALIVE_MAX + 3], peer = 0;
	const unsigned n = sizeof(conns) / sizeof(conns[0]);
	const struct event_conns_alive *alive;
	uint8_t frame[SCCP_FRAME_MAX];

	(void)state;
	for (unsigned i = 0; i < n; i++) {
		peer = rig_connect((uint16_t)(40000 + i), 2000);
		conns[i] = opened((uint16_t)(40000 + i));
	}
	for (unsigned i = 0; i < n; i++)
		worker_note_alive(rig.worker, conns[i]);
	rig_write(peer, frame, key_make(frame, 5));
	alive = &rig_event(EVENT_CONNS_ALIVE)->conns_alive;
	assert_int_equal(alive->count, CONNS_ALIVE_MAX);
	assert_memory_equal(alive->conns, conns, sizeof(alive->conns));
	alive = &rig_event(EVENT_CONNS_ALIVE)->conns_alive;
	assert_int_equal(alive->count, 3);
	assert_memory_equal(alive->conns, &conns[CONNS_ALIVE_MAX], 3 * sizeof(conns[0]));
	assert_int_equal(rig_event(EVENT_SCCP)->sccp.id, SCCP_KEYPAD_BUTTON);
	rig_no_event();
}

static void test_unknown_and_wrong_way(void **state)
{
	static const uint8_t unknown[] = { 4, 0, 0, 0, 0, 0, 0, 0, 0x34, 0x12, 0, 0 };
	handle_t peer = rig_connect(40000, 2000);
	struct sccp_msg msg;
	uint8_t frame[SCCP_FRAME_MAX];
	size_t n;

	(void)state;
	opened(40000);
	rig_write(peer, unknown, sizeof(unknown));
	assert_true(sccp_msg_init(&msg, SCCP_REGISTER_ACK)); // for phones to hear, not to say
	n = frame_make(frame, &msg);
	rig_write(peer, frame, n);
	assert_int_equal(rig.worker->n.frames_unknown, 2);
	rig_no_event();
	rig_write(peer, frame, key_make(frame, 5));
	assert_int_equal(rig_event(EVENT_SCCP)->sccp.id, SCCP_KEYPAD_BUTTON);
}

static void test_garbage(void **state)
{
	handle_t peer = rig_connect(40000, 2000);
	handle_t conn = opened(40000);
	struct command command = command_sccp(conn, SCCP_KEEP_ALIVE_ACK);
	struct tcp_event event;

	(void)state;
	rig_write(peer, "GET / HTTP/1.1\r\n\r\n", 18);
	closed(conn, CONN_CLOSE_GARBAGE);
	rig_drops(SKINNY_FRAMING, 1);
	assert_true(tcp_event_next(rig.tcp, &event));
	assert_int_equal(event.reason, TCP_REASON_RESET);
	// The handle is stale.
	rig_command(&command);
	rig_drops(COMMAND_STALE, 1);
	command.type = COMMAND_CONN_CLOSE;
	rig_command(&command);
	rig_drops(COMMAND_STALE, 2);
	command.handle = handle_make(0, 77, 5000000);
	rig_command(&command);
	command.handle = 0;
	rig_command(&command);
	rig_drops(COMMAND_STALE, 4);
	command.type = 999;
	rig_command(&command);
	rig_drops(COMMAND_UNKNOWN, 1);
}

static void test_closed_by_control(void **state)
{
	handle_t peer = rig_connect(40000, 2000);
	handle_t conn = opened(40000);
	struct command command = command_sccp(conn, SCCP_RESET);
	struct tcp_event event;
	struct sccp_msg msg;

	(void)state;
	assert_true(dataplane_push_command(rig.dp, &command));
	command = (struct command){ .type = COMMAND_CONN_CLOSE, .handle = conn };
	rig_command(&command);
	expect_frame(peer, SCCP_RESET, &msg); // what was written goes first
	assert_true(tcp_event_next(rig.tcp, &event));
	assert_true(event.events & TCP_EVENT_EOF);
	tcp_close(rig.tcp, peer);
	rig_settle();
	closed(conn, CONN_CLOSE_LOCAL);
	assert_int_equal(rig.worker->nstreams[STREAM_SKINNY], 0);
}

// An engine that ends waits until the phone knows: a FIN may be lost on the wire.
static void test_close_is_waited_for(void **state)
{
	handle_t peer = rig_connect(40000, 2000);
	struct command command = { .type = COMMAND_CONN_CLOSE, .handle = opened(40000) };
	struct tcp_event event;

	(void)state;
	assert_true(tcp_shell_drained(rig.worker));
	rig.tcp_off = true;
	rig_command(&command);
	assert_false(tcp_shell_drained(rig.worker));
	rig.tcp_off = false;
	rig_wait(2000000);
	assert_true(tcp_event_next(rig.tcp, &event));
	assert_true(event.events & TCP_EVENT_EOF);
	assert_true(tcp_shell_drained(rig.worker));
	tcp_close(rig.tcp, peer);
	rig_settle();
}

// What was written before is not waited for, nor is the peer's word.
static void test_reset_by_control(void **state)
{
	handle_t peer = rig_connect(40000, 2000);
	handle_t conn = opened(40000);
	struct command command = { .type = COMMAND_CONN_ABORT, .handle = conn };
	struct tcp_event event;

	(void)state;
	(void)peer;
	rig_command(&command);
	assert_true(tcp_event_next(rig.tcp, &event));
	assert_true(event.events & TCP_EVENT_CLOSED);
	assert_int_equal(event.reason, TCP_REASON_RESET);
	closed(conn, CONN_CLOSE_LOCAL);
	assert_int_equal(rig.worker->nstreams[STREAM_SKINNY], 0);
	rig_command(&command);
	rig_drops(COMMAND_STALE, 1);
}

static void test_closed_by_peer(void **state)
{
	handle_t peer = rig_connect(40000, 2000);
	handle_t conn = opened(40000);
	uint8_t frame[SCCP_FRAME_MAX];
	size_t n = key_make(frame, 3);

	(void)state;
	memcpy(frame + n, frame, 7); // half a message more
	assert_int_equal(tcp_write(rig.tcp, peer, frame, n + 7, rig.now_us), 0);
	tcp_close(rig.tcp, peer);
	rig_settle();
	assert_int_equal(rig_event(EVENT_SCCP)->sccp.keypad_button.button, 3);
	closed(conn, CONN_CLOSE_PEER);
	// And one that is reset.
	peer = rig_connect(40001, 2000);
	conn = opened(40001);
	tcp_abort(rig.tcp, peer);
	rig_settle();
	closed(conn, CONN_CLOSE_RESET);
}

static void test_dead_peer(void **state)
{
	handle_t peer = rig_connect(40000, 2000);
	handle_t conn = opened(40000);
	struct command command = command_sccp(conn, SCCP_KEEP_ALIVE_ACK);

	(void)state;
	(void)peer;
	rig.tcp_off = true;
	rig_command(&command);
	rig_wait(150000000);
	closed(conn, CONN_CLOSE_TIMEOUT);
}

// A phone that never reads costs a bounded amount and is let go.
static void test_phone_that_never_reads(void **state)
{
	handle_t peer = rig_connect(40000, 2000);
	handle_t conn = opened(40000);
	struct command command = command_sccp(conn, SCCP_CALL_INFO);

	(void)state;
	(void)peer;
	for (int i = 0; i < 2000 && rig.worker->drops[DROP_SKINNY_NOT_READING] == 0; i++)
		rig_command(&command);
	rig_drops(SKINNY_NOT_READING, 1);
	closed(conn, CONN_CLOSE_TIMEOUT);
}

// A phone connects and is registered.
static handle_t registered(uint16_t port)
{
	handle_t peer = rig_connect(port, 2000);
	struct command command = command_sccp(opened(port), SCCP_REGISTER_ACK);
	struct sccp_msg msg;

	command.sccp.register_ack.version = 11;
	rig_command(&command);
	expect_frame(peer, SCCP_REGISTER_ACK, &msg);
	return peer;
}

static void test_too_many(void **state)
{
	struct tcp_event event;
	handle_t conn;
	struct endpoint local = { addr_ipv4(rig_ip(RIG_PEER)), 50000 };
	struct endpoint remote = { addr_ipv4(rig_ip(RIG_ENGINE)), 2000 };

	(void)state;
	for (uint16_t i = 0; i < 64; i++)
		registered((uint16_t)(40000 + i));
	assert_int_equal(tcp_connect(rig.tcp, &local, &remote, 0, rig.now_us, &conn), 0);
	rig_settle();
	rig_drops(STREAMS_FULL, 1);
	rig_no_event();
	assert_true(tcp_event_next(rig.tcp, &event));
	assert_true(event.events & TCP_EVENT_CLOSED);
	assert_int_equal(rig.worker->nstreams[STREAM_SKINNY], 64);
}

// Those who have not registered give up their places, those who have do not.
static void test_strangers_give_way(void **state)
{
	unsigned closings = 0;
	struct event event;

	(void)state;
	for (uint16_t i = 0; i < 10; i++)
		registered((uint16_t)(40000 + i));
	for (uint16_t i = 0; i < 500; i++) {
		rig_connect((uint16_t)(41000 + i), 2000);
		while (dataplane_pop_event(rig.dp, 0, &event))
			closings += event.type == EVENT_CONN_CLOSED;
	}
	registered(50000);
	assert_int_equal(rig.worker->nstreams[STREAM_SKINNY], 64);
	assert_int_equal(closings, 500 - 54);
	rig_drops(STREAM_DISPLACED, 500 - 54 + 1);
	rig_drops(STREAMS_FULL, 0);
	for (uint16_t i = 0; i < 10; i++) {
		struct endpoint local = { addr_ipv4(rig_ip(RIG_PEER)), (uint16_t)(40000 + i) };
		struct endpoint remote = { addr_ipv4(rig_ip(RIG_ENGINE)), 2000 };
		handle_t h;

		assert_int_equal(tcp_connect(rig.tcp, &local, &remote, 0, rig.now_us, &h),
			-EADDRINUSE); // still open
	}
}

// As many keys as the phone's TCP takes, numbered on from *sent; then some time passes.
static void keys_write(handle_t peer, uint32_t *sent, uint32_t most)
{
	uint8_t frame[SCCP_FRAME_MAX];

	while (*sent < most &&
		tcp_write(rig.tcp, peer, frame, key_make(frame, *sent), rig.now_us) == 0)
		(*sent)++;
	rig_wait(1000000);
}

// Control stands still: the ring fills, the window closes, the phone's own queue fills. Then
// control goes on, and every message comes, once and in order.
static void test_full_ring_loses_nothing(void **state)
{
	enum { MESSAGES = 10000 };
	handle_t peer = rig_connect(40000, 2000);
	struct tcp_info info;
	uint32_t sent = 0;
	uint32_t seen = 0;

	(void)state;
	opened(40000);
	for (int round = 0; round < 4; round++)
		keys_write(peer, &sent, MESSAGES);
	assert_true(sent < MESSAGES);
	assert_int_equal(tcp_info(rig.tcp, peer, &info), 0);
	assert_true(info.send_window < 1460);
	assert_true(ring_credit(&rig.worker->events) < STREAM_CREDIT);
	assert_true(rig.worker->n.stalls > 0);
	for (int round = 0; round < 10000 && seen < MESSAGES; round++) {
		for (struct event event; dataplane_pop_event(rig.dp, 0, &event); seen++)
			assert_int_equal(event.sccp.keypad_button.button, seen);
		keys_write(peer, &sent, MESSAGES);
	}
	assert_int_equal(seen, MESSAGES);
}

// News of connections wait for room like messages do.
static void test_full_ring_keeps_openings_and_closings(void **state)
{
	enum { PEERS = 40 };
	handle_t peers[PEERS];
	uint8_t frame[SCCP_FRAME_MAX];
	size_t n = key_make(frame, 1);
	unsigned openings = 0;
	unsigned closings = 0;
	struct event event;

	(void)state;
	peers[0] = rig_connect(40000, 2000);
	opened(40000);
	while (ring_credit(&rig.worker->events) >= STREAM_CREDIT)
		rig_write(peers[0], frame, n);
	for (uint16_t i = 1; i < PEERS; i++)
		peers[i] = rig_connect((uint16_t)(40000 + i), 2000);
	for (unsigned i = 0; i < PEERS; i += 2)
		tcp_abort(rig.tcp, peers[i]);
	rig_settle();
	for (int round = 0; round < 1000; round++) {
		rig_settle();
		if (!dataplane_pop_event(rig.dp, 0, &event))
			break;
		openings += event.type == EVENT_CONN_OPENED;
		closings += event.type == EVENT_CONN_CLOSED;
	}
	assert_int_equal(openings, PEERS - 1);
	assert_int_equal(closings, PEERS / 2);
	assert_int_equal(rig.worker->nstreams[STREAM_SKINNY], PEERS / 2);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define NARROW(f) cmocka_unit_test_setup_teardown(f, setup_narrow, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_register),
		TEST(test_every_split),
		TEST(test_many_in_one_segment),
		TEST(test_keepalive_is_answered),
		TEST(test_keepalives_are_told_together),
		TEST(test_unknown_and_wrong_way),
		TEST(test_garbage),
		TEST(test_closed_by_control),
		TEST(test_close_is_waited_for),
		TEST(test_reset_by_control),
		TEST(test_closed_by_peer),
		TEST(test_dead_peer),
		TEST(test_phone_that_never_reads),
		TEST(test_too_many),
		TEST(test_strangers_give_way),
		NARROW(test_full_ring_loses_nothing),
		NARROW(test_full_ring_keeps_openings_and_closings),
	};

	return cmocka_run_group_tests(tests, rig_group_setup, NULL);
}
