// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Is the load a judge? Two phones and two CSTA clients at a stub of an engine that knows one call
// by heart, and that loses, swaps or repeats what it is told to.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/load/load.h"
#include "bench/load/sip_text.h"
#include "sccp/sccp.h"

enum {
	PHONES = 2,
	WATCHERS = 2, // of a phone, at most
	CLIENTS = PHONES * WATCHERS,
	QUEUE = 512,
	BYTES = 1500,
	DIGITS = 6,
	CLIENT = 1 << 30,
	STEPS = 2000,
	STEP_NS = 1000000
};

// What goes wrong with event number `at` of the run, from 1; 0: nothing.
enum fault {
	FAULT_NONE,
	FAULT_LOST,
	FAULT_GAP,
	FAULT_SWAPPED,
	FAULT_TWICE,
	FAULT_OTHER_CALL,
	// Of the second monitor, when there is one.
	FAULT_SECOND_LOST,
	FAULT_SECOND_TWICE,
	FAULT_SECOND_OTHER,
	FAULT_SECOND_FIRST, // no fault: it is told before the other
};

struct packet {
	uint32_t user;
	size_t n;
	uint8_t bytes[BYTES];
};

static struct {
	struct wire wire;
	struct load *load;
	struct packet queue[QUEUE];
	unsigned first, next;
	uint64_t now_ns;
	unsigned digits;
	unsigned watchers;      // of each phone
	uint32_t cseq[CLIENTS]; // of the engine's requests
	unsigned events;
	enum fault fault;
	unsigned at;
	char kept[BYTES]; // the event that the next one overtakes
	uint32_t kept_for;
	uint32_t dropped_id; // message to phones that is lost, once
	bool busy;           // the call states come in another order
	unsigned monitors[CLIENTS];
	bool second[CLIENTS]; // a second monitor of the client's phone is up
	bool udp;
	unsigned deaf;      // datagrams that are lost
	unsigned datagrams; // that came
	unsigned asked[3];  // MakeCall, AnswerCall, ClearConnection
} stub;

// --- out of the stub -----------------------------------------------------------------------------

static struct packet *packet_new(uint32_t user)
{
	struct packet *packet = &stub.queue[stub.next++ % QUEUE];

	assert_true(stub.next - stub.first <= QUEUE);
	packet->user = user;
	return packet;
}

static void sccp_put(uint32_t phone, const struct sccp_msg *msg)
{
	struct packet *packet;

	if (msg->id == stub.dropped_id) {
		stub.dropped_id = 0;
		return;
	}
	packet = packet_new(phone);
	packet->n = sccp_encode(msg, sccp_version_server(11), packet->bytes, sizeof(packet->bytes));
	assert_true(packet->n > 0);
}

static void say(uint32_t phone, uint32_t id)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, id);
	if (id == SCCP_OPEN_RECEIVE_CHANNEL)
		msg.open_receive_channel.call = 10 + phone;
	if (id == SCCP_REGISTER_ACK)
		msg.register_ack.keepalive_s = 30;
	sccp_put(phone, &msg);
}

static void show(uint32_t phone, uint32_t state)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_CALL_STATE);
	msg.call_state.state = state;
	msg.call_state.line = 1;
	msg.call_state.call = 10 + phone;
	sccp_put(phone, &msg);
}

static void say_all(uint32_t phone, const uint32_t *ids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		say(phone, ids[i]);
}

#define SAY(phone, ...) \
	say_all(phone, (const uint32_t[]){ __VA_ARGS__ }, \
		sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

static void sip_put(uint32_t client, const char *text)
{
	struct packet *packet = packet_new(CLIENT | client);

	packet->n = strlen(text);
	memcpy(packet->bytes, text, packet->n);
}

static void tell_by(char monitor, enum fault fault, uint32_t client, const char *name,
	uint32_t subject, const char *local)
{
	char body[600], text[BYTES];

	stub.cseq[client] += fault == FAULT_GAP ? 2 : 1;
	snprintf(body, sizeof(body),
		"<?xml version=\"1.0\"?><%sEvent "
		"xmlns=\"x\"><monitorCrossRefID>%c%u</monitorCrossRefID>"
		"<connection><callID>%s</callID><deviceID>tel:10000%u</deviceID></connection>"
		"<localConnectionInfo>%s</localConnectionInfo></%sEvent>",
		name, monitor, client, fault == FAULT_OTHER_CALL ? "7" : "c1", subject, local,
		name);
	snprintf(text, sizeof(text),
		"INFO sip:x SIP/2.0\r\nVia: SIP/2.0/TCP e;branch=z9hG4bK1\r\nFrom: "
		"<sip:e>;tag=e\r\n"
		"To: <sip:x>;tag=oh-load-%u\r\nCall-ID: c\r\nCSeq: %u INFO\r\nContent-Length: "
		"%zu\r\n\r\n%s",
		client, stub.cseq[client], strlen(body), body);
	if (fault == FAULT_SWAPPED) {
		memcpy(stub.kept, text, sizeof(text));
		stub.kept_for = client + 1;
		return;
	}
	sip_put(client, text);
	if (fault == FAULT_TWICE)
		sip_put(client, text);
	if (stub.kept_for == client + 1) {
		sip_put(client, stub.kept);
		stub.kept_for = 0;
	}
}

static void tell_second(
	enum fault fault, uint32_t client, const char *name, uint32_t subject, const char *local)
{
	if (!stub.second[client] || fault == FAULT_SECOND_LOST)
		return;
	if (fault == FAULT_SECOND_OTHER)
		local = "hold";
	tell_by('s', FAULT_NONE, client, name, subject, local);
	if (fault == FAULT_SECOND_TWICE)
		tell_by('s', FAULT_NONE, client, name, subject, local);
}

static void tell_client(
	enum fault fault, uint32_t client, const char *name, uint32_t subject, const char *local)
{
	if (fault == FAULT_LOST)
		return;
	if (fault == FAULT_SECOND_FIRST)
		tell_second(FAULT_NONE, client, name, subject, local);
	tell_by('m', fault, client, name, subject, local);
	if (fault != FAULT_SECOND_FIRST)
		tell_second(fault, client, name, subject, local);
}

// Of those that watch a phone the last one is told wrongly.
static void tell(uint32_t phone, const char *name, uint32_t subject, const char *local)
{
	enum fault fault = ++stub.events == stub.at ? stub.fault : FAULT_NONE;

	for (unsigned i = 0; i < stub.watchers; i++)
		tell_client(i + 1 == stub.watchers ? fault : FAULT_NONE, phone * stub.watchers + i,
			name, subject, local);
}

// --- the one call --------------------------------------------------------------------------------

static void off_hook(uint32_t phone)
{
	if (phone == 0) {
		show(0, SCCP_CALL_STATE_OFF_HOOK);
		SAY(0, SCCP_SET_LAMP, SCCP_START_TONE);
		tell(0, "ServiceInitiated", 0, "initiated");
		return;
	}
	for (uint32_t i = 0; i < PHONES; i++) {
		if (i == 1)
			show(1, stub.busy ? SCCP_CALL_STATE_BUSY : SCCP_CALL_STATE_OFF_HOOK);
		show(i, SCCP_CALL_STATE_CONNECTED);
		say(i, SCCP_OPEN_RECEIVE_CHANNEL);
		tell(i, "Established", 1, "connected");
	}
}

static void dialled(void)
{
	SAY(0, SCCP_STOP_TONE);
	show(0, SCCP_CALL_STATE_PROCEED);
	SAY(0, SCCP_SELECT_SOFT_KEYS, SCCP_CALL_INFO, SCCP_DIALED_NUMBER,
		SCCP_DISPLAY_PROMPT_STATUS);
	show(0, SCCP_CALL_STATE_RING_OUT);
	show(1, SCCP_CALL_STATE_RING_IN);
	SAY(1, SCCP_SELECT_SOFT_KEYS, SCCP_CALL_INFO, SCCP_DISPLAY_PROMPT_STATUS, SCCP_SET_LAMP,
		SCCP_SET_RINGER);
	tell(0, "Originated", 0, "connected");
	tell(0, "Delivered", 1, "connected");
	tell(1, "Delivered", 1, "alerting");
}

static void cleared(void)
{
	for (uint32_t i = 0; i < PHONES; i++) {
		SAY(i, SCCP_CLOSE_RECEIVE_CHANNEL, SCCP_STOP_MEDIA_TRANSMISSION);
		show(i, SCCP_CALL_STATE_ON_HOOK);
	}
	tell(0, "ConnectionCleared", 0, "null");
	tell(1, "ConnectionCleared", 0, "connected");
	tell(1, "ConnectionCleared", 1, "null");
}

static void phone_says(uint32_t phone, uint32_t id)
{
	static const uint32_t answers[][2] = {
		{ SCCP_BUTTON_TEMPLATE_REQ, SCCP_BUTTON_TEMPLATE_RES },
		{ SCCP_SOFT_KEY_TEMPLATE_REQ, SCCP_SOFT_KEY_TEMPLATE_RES },
		{ SCCP_SOFT_KEY_SET_REQ, SCCP_SOFT_KEY_SET_RES },
		{ SCCP_CONFIG_STAT_REQ, SCCP_CONFIG_STAT_RES },
		{ SCCP_LINE_STAT_REQ, SCCP_LINE_STAT_RES },
		{ SCCP_FORWARD_STAT_REQ, SCCP_FORWARD_STAT_RES },
		{ SCCP_TIME_DATE_REQ, SCCP_DEFINE_TIME_DATE },
		{ SCCP_REGISTER, SCCP_REGISTER_ACK },
		{ SCCP_IP_PORT, SCCP_CAPABILITIES_REQ },
	};

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (answers[i][0] == id)
			say(phone, answers[i][1]);
	}
	if (id == SCCP_OFF_HOOK)
		off_hook(phone);
	else if (id == SCCP_KEYPAD_BUTTON && ++stub.digits == DIGITS)
		dialled();
	else if (id == SCCP_OPEN_RECEIVE_CHANNEL_ACK)
		say(1 - phone, SCCP_START_MEDIA_TRANSMISSION);
	else if (id == SCCP_ON_HOOK && phone == 0)
		cleared();
}

// What sessions do in place of phones, once it is answered.
static void call_service(struct span root)
{
	if (span_eq(root, SPAN("MakeCall"))) {
		stub.asked[0]++;
		off_hook(0);
		dialled();
	} else if (span_eq(root, SPAN("AnswerCall"))) {
		stub.asked[1]++;
		off_hook(1);
	} else if (span_eq(root, SPAN("ClearConnection"))) {
		stub.asked[2]++;
		cleared();
	}
}

static void client_says(uint32_t client, const struct sip_text *text)
{
	const char *answer = "RequestSystemStatusResponse";
	struct span root = xml_root(text->body);
	char named[64];
	char body[200], out[BYTES];

	if (text->status != 0 || span_eq(text->method, SPAN("ACK")))
		return;
	if (span_eq(xml_root(text->body), SPAN("MonitorStart"))) {
		answer = "MonitorStartResponse";
		stub.second[client] = ++stub.monitors[client] > 1;
	} else if (span_eq(xml_root(text->body), SPAN("MonitorStop"))) {
		answer = "MonitorStopResponse";
		stub.second[client] = false;
	} else if (root.n > 0 && !span_eq(root, SPAN("RequestSystemStatus"))) {
		snprintf(named, sizeof(named), "%.*sResponse", SPAN_FMT(root));
		answer = named;
	}
	snprintf(body, sizeof(body), "<%s><monitorCrossRefID>%c%u</monitorCrossRefID></%s>", answer,
		stub.second[client] ? 's' : 'm', client, answer);
	snprintf(out, sizeof(out),
		"SIP/2.0 200 OK\r\n%.*s\r\n%.*s;tag=e\r\n%.*s\r\n%.*s\r\nContact: <sip:e>\r\n"
		"Content-Length: %zu\r\n\r\n%s",
		SPAN_FMT(text->from), SPAN_FMT(text->to), SPAN_FMT(text->call_id),
		SPAN_FMT(text->cseq_line), strlen(body), body);
	sip_put(client, out);
	call_service(root);
}

// --- the wire ------------------------------------------------------------------------------------

static int stub_connect(struct wire *wire, const struct endpoint *local,
	const struct endpoint *remote, uint32_t user, uint64_t *conn)
{
	(void)wire;
	(void)local;
	(void)remote;
	*conn = user;
	packet_new(user)->n = 0; // opened
	return 0;
}

static int stub_write(struct wire *wire, uint64_t conn, const void *p, size_t n)
{
	struct sccp_frame frame;
	struct sip_text text;

	(void)wire;
	if (conn & CLIENT) {
		assert_int_equal(sip_text_read(p, n, &text), 1);
		client_says((uint32_t)conn & ~(uint32_t)CLIENT, &text);
		return 0;
	}
	for (size_t at = 0; at < n; at += frame.size) {
		assert_int_equal(sccp_frame_next((const uint8_t *)p + at, n - at, &frame), SCCP_OK);
		phone_says((uint32_t)conn, frame.id);
	}
	return 0;
}

static int stub_datagram(struct wire *wire, const struct endpoint *to, const void *p, size_t n)
{
	struct sip_text text;

	(void)wire;
	(void)to;
	stub.datagrams++;
	if (stub.deaf > 0) {
		stub.deaf--;
		return 0;
	}
	assert_int_equal(sip_text_read(p, n, &text), 1);
	client_says(0, &text);
	return 0;
}

static void stub_close(struct wire *wire, uint64_t conn, bool reset)
{
	(void)wire;
	(void)conn;
	(void)reset;
}

static unsigned stub_poll(struct wire *wire, uint64_t now_us)
{
	struct wire_hearer *h = &wire->hearer;
	unsigned n = 0;

	(void)now_us;
	for (unsigned end = stub.next; stub.first != end; n++) {
		const struct packet *packet = &stub.queue[stub.first++ % QUEUE];

		if (packet->n == 0)
			h->opened(h->ctx, packet->user);
		else if (stub.udp)
			h->datagram(h->ctx, packet->bytes, packet->n);
		else
			assert_int_equal(h->bytes(h->ctx, packet->user, packet->bytes, packet->n),
				packet->n);
	}
	return n;
}

static void stub_flush(struct wire *wire, uint64_t now_us)
{
	(void)wire;
	(void)now_us;
}

static void turns(unsigned n)
{
	while (n-- > 0) {
		stub.now_ns += STEP_NS;
		load_step(stub.load, stub.now_ns);
	}
}

static const struct wire_ops ops = {
	.connect = stub_connect,
	.write = stub_write,
	.datagram = stub_datagram,
	.close = stub_close,
	.poll = stub_poll,
	.flush = stub_flush,
};

static void setup_watched(unsigned watchers)
{
	const struct load_config config = {
		.phones = PHONES,
		.first_number = 100000,
		.first_mac = 1,
		.register_slots = 2,
		.sessions = PHONES * watchers,
		.monitors = 1,
		.watchers = watchers,
		.patience_ms = 500,
	};

	memset(&stub, 0, sizeof(stub));
	stub.watchers = watchers;
	stub.wire = (struct wire){ .ops = &ops, .ready = true };
	stub.now_ns = 1000000000;
	stub.load = load_new(&config, &stub.wire, stub.now_ns);
	assert_non_null(stub.load);
	load_register(stub.load);
	turns(100);
	assert_true(load_is_registered(stub.load));
}

static int setup(void **state)
{
	(void)state;
	setup_watched(1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	load_free(stub.load);
	return 0;
}

static void call_by(bool by_csta)
{
	const struct load_calls one = {
		.slots = 1, .count = 1, .answered_percent = 100, .by_csta = by_csta
	};

	stub.digits = 0;
	load_set_calls(stub.load, &one);
	turns(STEPS);
	assert_true(load_is_idle(stub.load));
}

static void call_once(void)
{
	call_by(false);
}

static uint64_t errors_of(enum load_error error)
{
	return load_numbers(stub.load)->error[error];
}

// --- tests ---------------------------------------------------------------------------------------

static void test_all_right(void **state)
{
	const struct load_numbers *numbers = load_numbers(stub.load);

	(void)state;
	call_once();
	assert_int_equal(numbers->errors, 0);
	assert_int_equal(numbers->calls, 1);
	assert_int_equal(numbers->answered, 1);
	assert_int_equal(numbers->events, 9);
	assert_int_equal(load_event_latency(stub.load)->count, 9);
}

static void test_event_faults(void **state)
{
	static const struct {
		enum fault fault;
		unsigned at;
		enum load_error error;
	} cases[] = {
		{ FAULT_LOST, 1, LOAD_EVENT_ORDER },
		{ FAULT_LOST, 3, LOAD_EVENT_ORDER },
		{ FAULT_LOST, 9,
			LOAD_CALL_LATE }, // the last of its monitor: nothing comes after it
		{ FAULT_GAP, 2, LOAD_EVENT_GAP },
		{ FAULT_SWAPPED, 2, LOAD_EVENT_ORDER },
		{ FAULT_SWAPPED, 8, LOAD_EVENT_GAP },
		{ FAULT_OTHER_CALL, 5, LOAD_EVENT_ORDER },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		stub.fault = cases[i].fault;
		stub.at = cases[i].at;
		call_once();
		assert_int_not_equal(errors_of(cases[i].error), 0);
		teardown(state);
		setup(state);
	}
}

// Each session that watches a phone is told all of it, whatever the other is told.
static void test_watchers(void **state)
{
	static const struct {
		enum fault fault;
		unsigned at;
		enum load_error error;
	} cases[] = {
		{ FAULT_LOST, 3, LOAD_EVENT_ORDER },
		{ FAULT_LOST, 9, LOAD_CALL_LATE },
		{ FAULT_OTHER_CALL, 5, LOAD_EVENT_ORDER },
		{ FAULT_GAP, 2, LOAD_EVENT_GAP },
	};

	teardown(state);
	setup_watched(WATCHERS);
	call_once();
	assert_int_equal(load_numbers(stub.load)->errors, 0);
	assert_int_equal(load_numbers(stub.load)->events, 18);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		teardown(state);
		setup_watched(WATCHERS);
		stub.fault = cases[i].fault;
		stub.at = cases[i].at;
		call_once();
		assert_int_not_equal(errors_of(cases[i].error), 0);
	}
}

// Sessions make, answer and clear the call; the phones do nothing but what they are told.
static void test_calls_by_csta(void **state)
{
	teardown(state);
	setup_watched(WATCHERS);
	call_by(true);
	assert_int_equal(load_numbers(stub.load)->errors, 0);
	assert_int_equal(load_numbers(stub.load)->calls, 1);
	assert_int_equal(load_numbers(stub.load)->events, 18);
	assert_int_equal(load_answer_latency(stub.load)->count, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(stub.asked[i], 1);
	assert_int_equal(stub.digits, 0);
	teardown(state);
	setup_watched(1);
	stub.fault = FAULT_LOST;
	stub.at = 2;
	call_by(true);
	assert_int_not_equal(errors_of(LOAD_EVENT_ORDER), 0);
}

// A retransmission is answered, counted and nothing more.
static void test_event_twice(void **state)
{
	(void)state;
	stub.fault = FAULT_TWICE;
	stub.at = 4;
	call_once();
	assert_int_equal(load_numbers(stub.load)->errors, 0);
	assert_int_equal(load_numbers(stub.load)->events_repeated, 1);
}

// A second monitor of each phone, started and stopped between calls.
static void second_toggle(void)
{
	const struct load_requests one = {
		.slots = PHONES, .count = PHONES, .services = 1 << LOAD_SERVICE_MONITOR
	};

	load_set_requests(stub.load, &one);
	turns(50);
	load_set_requests(stub.load, NULL);
}

// It tells what the first one tells, no more, no less and nothing else.
static void test_second_monitor(void **state)
{
	static const struct {
		enum fault fault;
		bool wrong;
	} cases[] = {
		{ FAULT_NONE, false },
		{ FAULT_SECOND_FIRST, false },
		{ FAULT_SECOND_LOST, true },
		{ FAULT_SECOND_TWICE, true },
		{ FAULT_SECOND_OTHER, true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (unsigned at = 1; at <= 9; at++) {
			second_toggle();
			assert_true(stub.second[0] && stub.second[1]);
			stub.fault = cases[i].fault;
			stub.at = at;
			call_once();
			second_toggle();
			assert_false(stub.second[0] || stub.second[1]);
			assert_int_equal(errors_of(LOAD_EVENT_PAIR) > 0, cases[i].wrong);
			assert_int_equal(
				load_numbers(stub.load)->errors, errors_of(LOAD_EVENT_PAIR));
			teardown(state);
			setup(state);
		}
	}
	// After it was stopped, and before there was one.
	tell_by('s', FAULT_NONE, 0, "Delivered", 1, "alerting");
	turns(10);
	assert_int_equal(errors_of(LOAD_EVENT_STRAY), 1);
	second_toggle();
	second_toggle();
	tell_by('s', FAULT_NONE, 0, "Delivered", 1, "alerting");
	turns(10);
	assert_int_equal(errors_of(LOAD_EVENT_STRAY), 2);
}

// Over UDP what is not answered is sent again, from the first INVITE on.
static void test_datagrams_lost(void **state)
{
	const struct load_config config = {
		.sessions = 1,
		.monitors = 1,
		.udp = true,
		.filler = 2000,
		.patience_ms = 10000,
	};

	teardown(state);
	stub.udp = true;
	stub.deaf = 2;
	stub.load = load_new(&config, &stub.wire, stub.now_ns);
	load_register(stub.load);
	turns(2000);
	assert_int_equal(load_sessions_open(stub.load), 1);
	assert_int_equal(load_numbers(stub.load)->resent, 2);
	assert_int_equal(stub.datagrams, 2 + 3); // INVITE, ACK, MonitorStart
	assert_int_equal(load_numbers(stub.load)->errors, 0);
}

static void test_event_of_no_call(void **state)
{
	(void)state;
	tell(0, "Delivered", 1, "alerting");
	turns(10);
	assert_int_equal(errors_of(LOAD_EVENT_STRAY), 1);
}

static void test_state_order(void **state)
{
	(void)state;
	stub.busy = true;
	call_once();
	assert_int_not_equal(errors_of(LOAD_STATE_ORDER), 0);
	assert_int_equal(errors_of(LOAD_CALL_LATE), 1);
}

static void test_state_of_no_call(void **state)
{
	(void)state;
	show(1, SCCP_CALL_STATE_RING_IN);
	turns(10);
	assert_int_equal(errors_of(LOAD_STATE_STRAY), 1);
}

static void test_message_lost(void **state)
{
	(void)state;
	stub.dropped_id = SCCP_DIALED_NUMBER;
	call_once();
	assert_int_equal(errors_of(LOAD_MESSAGE_MISSING), 1);
}

// One of two of the same kind: only their number tells.
static void test_message_count(void **state)
{
	(void)state;
	load_count_mark(stub.load);
	call_once();
	load_count_learn(stub.load, true);
	load_count_mark(stub.load);
	call_once();
	load_count_check(stub.load);
	assert_int_equal(errors_of(LOAD_MESSAGE_COUNT), 0);
	say(0, SCCP_SET_LAMP);
	turns(10);
	load_count_check(stub.load);
	assert_int_equal(errors_of(LOAD_MESSAGE_COUNT), 1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_all_right),
		TEST(test_event_faults),
		TEST(test_watchers),
		TEST(test_calls_by_csta),
		TEST(test_event_twice),
		TEST(test_second_monitor),
		TEST(test_datagrams_lost),
		TEST(test_event_of_no_call),
		TEST(test_state_order),
		TEST(test_state_of_no_call),
		TEST(test_message_lost),
		TEST(test_message_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
