// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Floods on a whole engine: phones that are registered stay and are heard, new ones get in, memory
// has its bounds, and the numbers tell what is going on.
#include "tests/component/rig.h"

#include <netinet/in.h>

#include <rte_ip.h>

#include "dataplane/tcp/tcb.h"
#include "sccp/sccp.h"

enum { PHONES = 10, EVERY = 500, FLOOD = 20000, SECOND = 1000000 };

struct phone {
	handle_t peer;
	handle_t conn; // the engine's name of it
	uint16_t port;
};

static struct phone phones[PHONES];
static uint64_t rng;
static uint16_t next_port;

static uint32_t draw(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (uint32_t)(rng >> 16);
}

// --- phones
// -----------------------------------------------------------------------------------------

static void message_write(handle_t peer, uint32_t id, uint32_t key)
{
	uint8_t frame[SCCP_FRAME_MAX];
	struct sccp_msg msg;
	size_t n;

	assert_true(sccp_msg_init(&msg, id));
	if (id == SCCP_KEYPAD_BUTTON)
		msg.keypad_button.button = key;
	n = sccp_encode(&msg, sccp_version_server(11), frame, sizeof(frame));
	rig_write(peer, frame, n);
}

// The next event of a message; what is told of strangers' connections is passed over.
static struct event *message_event(void)
{
	static struct event event;

	while (dataplane_pop_event(rig.dp, 0, &event)) {
		if (event.type == EVENT_SCCP)
			return &event;
	}
	fail_msg("no message came");
	return NULL;
}

static struct phone phone_new(void)
{
	struct phone phone = { .port = next_port++ };
	struct command command = { .type = COMMAND_SCCP };
	uint8_t bytes[SCCP_FRAME_MAX];

	phone.peer = rig_connect(phone.port, 2000);
	message_write(phone.peer, SCCP_REGISTER, 0);
	phone.conn = message_event()->handle;
	assert_true(sccp_msg_init(&command.sccp, SCCP_REGISTER_ACK));
	command.sccp.register_ack.version = 11;
	command.handle = phone.conn;
	rig_command(&command);
	assert_true(rig_read(phone.peer, bytes, sizeof(bytes)) > 0);
	return phone;
}

static void phone_end(const struct phone *phone)
{
	tcp_abort(rig.tcp, phone->peer);
	rig_settle();
}

// Every phone is heard, and hears.
static void phones_work(uint32_t key)
{
	struct command command = { .type = COMMAND_SCCP };
	uint8_t bytes[SCCP_FRAME_MAX];

	for (unsigned i = 0; i < PHONES; i++) {
		struct event *event;

		message_write(phones[i].peer, SCCP_KEYPAD_BUTTON, key + i);
		event = message_event();
		assert_true(event->handle == phones[i].conn);
		assert_int_equal(event->sccp.keypad_button.button, key + i);
		assert_true(sccp_msg_init(&command.sccp, SCCP_CALL_INFO));
		command.handle = phones[i].conn;
		rig_command(&command);
		assert_true(rig_read(phones[i].peer, bytes, sizeof(bytes)) > 0);
	}
}

static void newcomer_gets_in(void)
{
	struct phone phone = phone_new();

	phone_end(&phone);
}

static int setup(void **state)
{
	(void)state;
	rng = 88172645463325252u;
	next_port = 40000;
	rig_config(&rig.config);
	rig_up();
	for (unsigned i = 0; i < PHONES; i++)
		phones[i] = phone_new();
	return 0;
}

static int teardown(void **state)
{
	struct event event;

	(void)state;
	phones_work(1000);
	while (dataplane_pop_event(rig.dp, 0, &event))
		;
	rig_down();
	return 0;
}

// --- floods
// -----------------------------------------------------------------------------------------

static void segment_throw(const char *src, struct tcp_segment *seg)
{
	struct rig_ip4 ip = { .src = src, .dst = RIG_ENGINE, .protocol = IPPROTO_TCP };
	uint8_t frame[RIG_FRAME], l4[RIG_FRAME];
	size_t n = tcp_segment_write(seg, l4, sizeof(l4));
	uint16_t sum;

	rig_ip4_make(frame, &ip, l4, n);
	sum = rte_ipv4_udptcp_cksum((struct rte_ipv4_hdr *)(frame + 14), l4);
	memcpy(l4 + 16, &sum, sizeof(sum));
	rig_ip4(&ip, l4, n);
}

// A segment from anywhere in 172.16.0.0/12.
static void stranger_throws(uint8_t flags, uint16_t port)
{
	char src[16];
	uint32_t at = draw();
	struct tcp_segment seg = {
		.local.port = (uint16_t)(1024 + draw() % 60000),
		.remote.port = port,
		.seq = draw(),
		.ack = flags & TCP_ACK ? draw() : 0,
		.wnd = 1000,
		.flags = flags,
	};

	snprintf(src, sizeof(src), "172.%u.%u.%u", 16 + (at >> 16) % 16, at >> 8 & 255, 1 + at % 254);
	segment_throw(src, &seg);
}

static uint64_t number(const char *name)
{
	struct dataplane_stat stat;

	rig_wait(SECOND / 5);
	for (unsigned row = 0; dataplane_stat(rig.dp, 0, row, &stat); row++) {
		if (strcmp(stat.name, name) == 0)
			return stat.value;
	}
	fail_msg("no number %s", name);
	return 0;
}

static void test_syn_flood(void **state)
{
	struct tcp_usage usage;

	(void)state;
	for (uint32_t i = 0; i < FLOOD; i++) {
		stranger_throws(TCP_SYN, i % 2 ? 2000 : 5060);
		if (i % 32 == 0)
			rig_wait(1000); // 32,000 a second
		if (i % EVERY != 0)
			continue;
		phones_work(i);
		newcomer_gets_in();
	}
	tcp_usage(rig.worker->tcp, &usage);
	assert_true(usage.half_open <= 4096 && usage.connections <= PHONES + 2);
	assert_true(usage.buffer_bytes < 1 << 20);
	assert_true(number("cookies_sent") > FLOOD / 2);
	assert_true(number("cookies_accepted") > 0);
}

static int setup_subnet(void **state)
{
	(void)state;
	rng = 88172645463325252u;
	next_port = 40000;
	rig_config(&rig.config);
	rig.config.interfaces[0].prefix = 16;
	rig.config.interfaces[1].addr_net = rig_ip("10.1.0.1");
	rig.config.arp_entries = 64;
	rig_up();
	rig.alone = true;
	for (unsigned i = 0; i < PHONES; i++)
		phones[i] = phone_new();
	return 0;
}

// SYNs from all over the phones' own subnet, from addresses that nobody has: asking for them pushes
// out no neighbour, and is no flood of its own.
static void test_syn_flood_of_the_subnet(void **state)
{
	const uint64_t begin_us = rig.now_us;

	(void)state;
	for (uint32_t i = 0; i < FLOOD; i++) {
		struct tcp_segment seg = {
			.local.port = (uint16_t)(1024 + draw() % 60000),
			.remote.port = i % 2 ? 2000 : 5060,
			.seq = draw(),
			.wnd = 1000,
			.flags = TCP_SYN,
		};
		char src[16];

		snprintf(src, sizeof(src), "10.0.%u.%u", 1 + draw() % 255, draw() & 255);
		segment_throw(src, &seg);
		if (i % 10 == 0)
			rig_wait(1000); // 10,000 a second
		if (i % EVERY != 0)
			continue;
		phones_work(i);
		newcomer_gets_in();
		assert_true(rig.worker->arp.nwaiting <= ARP_ASKED * ARP_WAITING);
	}
	assert_int_equal(number("arp_evicted"), 0);
	assert_true(number("arp_limited") > 0);
	assert_true(rig.arp_requests <
		    ARP_ASKED + 2 * ARP_ASKED_PER_SECOND * (rig.now_us - begin_us) / SECOND);
}

// Guesses at the phones' connections, and segments of connections that never were.
static void test_reset_and_ack_flood(void **state)
{
	static const uint8_t kinds[] = { TCP_RST, TCP_RST | TCP_ACK, TCP_ACK, TCP_SYN,
		TCP_FIN | TCP_ACK, TCP_ACK | TCP_PSH };

	(void)state;
	for (uint32_t i = 0; i < FLOOD; i++) {
		struct tcp_segment seg = {
			.local.port = phones[i % PHONES].port,
			.remote.port = 2000,
			.seq = draw(),
			.ack = draw(),
			.wnd = (uint16_t)draw(),
			.flags = kinds[draw() % sizeof(kinds)],
			.options.present = TCP_OPT_TIMESTAMP,
			.options.ts_value = draw(),
		};

		if (i % 2)
			segment_throw(RIG_PEER, &seg);
		else
			stranger_throws(kinds[draw() % sizeof(kinds)], i % 4 ? 2000 : 9);
		if (i % 32 == 0)
			rig_wait(1000);
		if (i % EVERY != 0)
			continue;
		phones_work(i);
		newcomer_gets_in();
	}
	assert_true(number("challenge_acks") > 0);
	assert_true(number("challenge_limited") > 0);
	assert_true(number("resets_limited") > 0);
	assert_int_equal(number("closed_reset"), (FLOOD + EVERY - 1) / EVERY); // the newcomers
}

// More connections than there are places, whose owners say nothing.
static void test_half_open_flood(void **state)
{
	struct tcp_usage usage;

	(void)state;
	for (uint16_t i = 0; i < 1000; i++) {
		rig_connect((uint16_t)(10000 + i), i % 2 ? 2000 : 5060);
		if (i % 100 != 0)
			continue;
		phones_work(i);
		newcomer_gets_in();
	}
	tcp_usage(rig.worker->tcp, &usage);
	assert_true(usage.connections <= 64 + 16 + 2);
	assert_true(number("stream_displaced") > 800);
	assert_int_equal(number("streams_full"), 0);
}

// Peers that ask without end and never read an answer.
static void test_peers_that_never_read(void **state)
{
	static const uint8_t keepalive[] = { 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
	handle_t peers[40];
	uint8_t questions[2400];
	char text[2000];
	struct tcp_usage usage;
	int n = rig_sip(text, sizeof(text), "OPTIONS", "", 1, "TCP", "", "");

	(void)state;
	for (size_t at = 0; at < sizeof(questions); at += sizeof(keepalive))
		memcpy(questions + at, keepalive, sizeof(keepalive));
	for (unsigned i = 0; i < 40; i++)
		peers[i] = rig_connect((uint16_t)(10000 + i), i < 30 ? 2000 : 5060);
	for (unsigned round = 0; round < 100; round++) {
		struct event event;

		for (unsigned i = 0; i < 40; i++) {
			if (i < 30)
				tcp_write(rig.tcp, peers[i], questions, sizeof(questions), rig.now_us);
			else
				tcp_write(rig.tcp, peers[i], text, (size_t)n, rig.now_us);
			rig_settle();
			while (dataplane_pop_event(rig.dp, 0, &event))
				;
		}
		rig_wait(SECOND / 20);
		while (dataplane_pop_event(rig.dp, 0, &event))
			;
		if (round % 10 != 0)
			continue;
		phones_work(round);
		newcomer_gets_in();
	}
	tcp_usage(rig.worker->tcp, &usage);
	assert_true(usage.buffer_bytes <= usage.buffer_cap / 2 + (1 << 18));
	assert_true(number("tcp_buffer_bytes") <= number("tcp_buffer_cap"));
}

// --- a start anew
// -----------------------------------------------------------------------------------

enum { OFFICE = 20000, KEEPALIVE_S = 30 };

static int setup_office(void **state)
{
	(void)state;
	rig_config(&rig.config);
	rig.config.phones = OFFICE;
	rig_up();
	return 0;
}

static int teardown_office(void **state)
{
	(void)state;
	rig_down();
	return 0;
}

// All phones have connections that the engine knows nothing of. Each says KeepAlive in its time,
// and once more before the answer is there: each is told at once.
static void test_phones_of_the_engine_before(void **state)
{
	static const uint8_t keepalive[] = { 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };

	(void)state;
	for (uint32_t i = 0; i < OFFICE; i++) {
		struct tcp_segment seg = {
			.local.port = (uint16_t)(10000 + i),
			.remote.port = 2000,
			.seq = 1000 + i,
			.ack = 2000 + i,
			.wnd = 1000,
			.flags = TCP_ACK | TCP_PSH,
			.payload = keepalive,
			.len = sizeof(keepalive),
		};

		segment_throw(RIG_PEER, &seg);
		segment_throw(RIG_PEER, &seg);
		if (i % 100 == 0)
			rig_wait((uint64_t)100 * KEEPALIVE_S * SECOND / OFFICE);
	}
	assert_int_equal(number("resets_out"), 2 * OFFICE);
	assert_int_equal(number("resets_limited"), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_syn_flood),
		cmocka_unit_test_setup_teardown(
			test_syn_flood_of_the_subnet, setup_subnet, teardown),
		TEST(test_reset_and_ack_flood),
		TEST(test_half_open_flood),
		TEST(test_peers_that_never_read),
		cmocka_unit_test_setup_teardown(
			test_phones_of_the_engine_before, setup_office, teardown_office),
	};

	return cmocka_run_group_tests(tests, rig_group_setup, NULL);
}
