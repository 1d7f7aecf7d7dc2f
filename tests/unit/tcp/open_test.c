// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Opening, by the peer, by us, by both at once.
#include <errno.h>

#include "tests/unit/tcp/rig.h"

static struct span peek(const struct rig *r)
{
	return tcp_peek(r->stack, r->conn);
}

static enum tcp_state state_of(const struct rig *r)
{
	struct tcp_info info;

	assert_int_equal(tcp_info(r->stack, r->conn, &info), 0);
	return info.state;
}

static const struct tcp_counters *counters(const struct rig *r)
{
	return tcp_counters(r->stack);
}

// What the steps of fetching find by the connection's addresses; TCP_EXPECT_NONE: no block.
static uint32_t expected_user(const struct rig *r, uint16_t port)
{
	struct endpoint remote = r->peer;
	uint32_t block;

	remote.port = port;
	block = tcp_expect_block(r->stack, tcp_expect(r->stack, &r->us, &remote));
	return block == TCP_EXPECT_NONE ? TCP_EXPECT_NONE : tcp_expect_links(r->stack, block);
}

static void peer_opens(void **state)
{
	struct rig *r = rig_new(rig_config());
	struct tcp_usage usage;
	uint32_t user;

	(void)state;
	rig_syn(r, TCP_OPT_SACK_OK);
	tcp_usage(r->stack, &usage);
	assert_int_equal(usage.connections, 0); // no block before the third packet
	assert_int_equal(usage.half_open, 1);
	r->our = rig_out(r).seq + 1;
	assert_int_equal(rig_event(r), 0);
	assert_int_equal(rig_in(r, TCP_ACK, r->their, r->our, 0), TCP_OK);
	assert_int_equal(rig_event(r), TCP_EVENT_OPENED);
	assert_int_equal(tcp_user(r->stack, r->conn, &user), 0);
	assert_int_equal(user, RIG_USER);
	assert_int_equal(expected_user(r, r->peer.port), RIG_USER);
	assert_int_equal(expected_user(r, (uint16_t)(r->peer.port + 1)), TCP_EXPECT_NONE);
	assert_int_equal(handle_owner(r->conn), 3);
	assert_int_equal(state_of(r), TCP_STATE_ESTABLISHED);
	rig_free(r);
}

static void syn_ack_mirrors_the_options_offered(void **state)
{
	static const uint8_t offers[] = { 0, TCP_OPT_SACK_OK, TCP_OPT_WSCALE,
		TCP_OPT_SACK_OK | TCP_OPT_WSCALE | TCP_OPT_TIMESTAMP };

	(void)state;
	for (size_t i = 0; i < sizeof(offers); i++) {
		struct rig *r = rig_new(rig_config());

		r->ts = offers[i] & TCP_OPT_TIMESTAMP ? 1 : 0;
		rig_syn(r, offers[i]);
		assert_int_equal(rig_out(r).options.present, offers[i] | TCP_OPT_MSS);
		rig_free(r);
	}
}

static void third_packet_may_carry_data_and_fin(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_syn(r, 0);
	r->our = rig_out(r).seq + 1;
	assert_int_equal(rig_in(r, TCP_ACK | TCP_FIN, r->their, r->our, 30), TCP_OK);
	assert_int_equal(rig_event(r), TCP_EVENT_OPENED | TCP_EVENT_READABLE | TCP_EVENT_EOF);
	assert_int_equal(peek(r).n, 30);
	rig_expect(r, TCP_ACK, r->our, r->their + 31, 0);
	rig_free(r);
}

static void syn_ack_is_repeated_then_forgotten(void **state)
{
	struct rig *r = rig_new(rig_config());
	struct tcp_usage usage;

	(void)state;
	rig_syn(r, 0);
	rig_out(r);
	assert_int_equal(rig_run_drain(r, 990), 0);
	assert_int_equal(rig_run_drain(r, 20), 1);
	assert_int_equal(rig_run_drain(r, 2020), 1);
	assert_int_equal(rig_run_drain(r, 4020), 1);
	assert_int_equal(rig_run_drain(r, 8020), 0);
	tcp_usage(r->stack, &usage);
	assert_int_equal(usage.half_open, 0);
	assert_int_equal(counters(r)->syn_expired, 1);
	rig_free(r);
}

static void wrong_third_packet_is_reset(void **state)
{
	struct rig *r = rig_new(rig_config());
	uint32_t iss;

	(void)state;
	rig_syn(r, 0);
	iss = rig_out(r).seq;
	assert_int_equal(rig_in(r, TCP_ACK, r->their, iss + 2, 0), TCP_ACK_INVALID);
	rig_expect(r, TCP_RST, iss + 2, 0, 0);
	assert_int_equal(rig_in(r, TCP_RST, r->their + 1, 0, 0), TCP_RESET_INVALID);
	assert_int_equal(rig_in(r, TCP_RST, r->their, 0, 0), TCP_OK);
	assert_int_equal(rig_in(r, TCP_ACK, r->their, iss + 1, 0), TCP_NO_CONN);
	rig_expect(r, TCP_RST, iss + 1, 0, 0);
	rig_free(r);
}

static void syn_flood_is_bounded(void **state)
{
	struct rig *r = rig_new(rig_config());
	struct tcp_usage usage;

	(void)state;
	for (uint16_t i = 0; i < 1000; i++) {
		r->peer = rig_endpoint((uint8_t)i, (uint16_t)(1000 + i));
		rig_syn(r, 0);
		rig_out(r);
	}
	tcp_usage(r->stack, &usage);
	assert_int_equal(usage.half_open, r->config.syn_cache * 3 / 4);
	assert_int_equal(counters(r)->cookies_sent, 1000 - r->config.syn_cache * 3 / 4);
	rig_open_with(r, 0);
	rig_free(r);
}

static void strangers_are_reset(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	r->us.port = 2001;
	assert_int_equal(rig_in(r, TCP_SYN, 100, 0, 0), TCP_NO_LISTENER);
	rig_expect(r, TCP_RST | TCP_ACK, 0, 101, 0);
	assert_int_equal(rig_in(r, TCP_ACK, 100, 900, 5), TCP_NO_LISTENER);
	rig_expect(r, TCP_RST, 900, 0, 0);
	assert_int_equal(rig_in(r, TCP_RST, 100, 0, 0), TCP_NO_CONN);
	rig_quiet(r);
	rig_free(r);
}

static void full_house_refuses(void **state)
{
	struct tcp_config config = rig_config();
	struct rig *r;

	(void)state;
	config.connections = 1;
	r = rig_new(config);
	rig_open_with(r, 0);
	r->peer.port++;
	rig_syn(r, 0);
	r->our = rig_out(r).seq + 1;
	assert_int_equal(rig_in(r, TCP_ACK, r->their, r->our, 0), TCP_NO_ROOM);
	rig_expect(r, TCP_RST, r->our, 0, 0);
	assert_int_equal(counters(r)->no_connection, 1);
	rig_free(r);
}

static void rig_connect(struct rig *r)
{
	assert_int_equal(tcp_connect(r->stack, &r->us, &r->peer, 5, r->now_us, &r->conn), 0);
	r->our = rig_out(r).seq + 1;
}

static void we_open(void **state)
{
	struct rig *r = rig_new(rig_config());
	handle_t again;

	(void)state;
	rig_connect(r);
	assert_int_equal(tcp_connect(r->stack, &r->us, &r->peer, 5, r->now_us, &again),
		-EADDRINUSE);
	assert_int_equal(rig_run_drain(r, 1020), 1); // the SYN again
	assert_int_equal(rig_in(r, TCP_ACK, RIG_IRS, r->our + 5, 0), TCP_ACK_INVALID);
	rig_expect(r, TCP_RST, r->our + 5, 0, 0);
	assert_int_equal(rig_in(r, TCP_SYN | TCP_ACK, RIG_IRS, r->our, 0), TCP_OK);
	assert_int_equal(rig_event(r), TCP_EVENT_OPENED);
	rig_expect(r, TCP_ACK, r->our, r->their, 0);
	rig_write(r, 10);
	rig_expect(r, TCP_ACK | TCP_PSH, r->our, r->their, 10);
	rig_free(r);
}

// What is written before the answer waits, and goes in segments of the size then agreed.
static void writes_before_it_is_open_wait(void **state)
{
	struct rig *r = rig_new(rig_config());
	struct tcp_segment seg;
	uint8_t bytes[400] = { 0 };

	(void)state;
	rig_connect(r);
	assert_int_equal(tcp_write(r->stack, r->conn, bytes, sizeof(bytes), r->now_us), 0);
	assert_int_equal(tcp_queued(r->stack, r->conn), 400);
	rig_quiet(r);
	seg = rig_segment(r, TCP_SYN | TCP_ACK, RIG_IRS, r->our, 0);
	seg.options.present = TCP_OPT_MSS;
	seg.options.mss = 300;
	assert_int_equal(tcp_input(r->stack, &seg, r->now_us), TCP_OK);
	assert_int_equal(rig_event(r), TCP_EVENT_OPENED);
	rig_expect(r, TCP_ACK, r->our, r->their, 300);
	rig_expect(r, TCP_ACK | TCP_PSH, r->our + 300, r->their, 100);
	assert_int_equal(rig_in(r, TCP_ACK, r->their, r->our + 400, 0), TCP_OK);
	assert_int_equal(tcp_queued(r->stack, r->conn), 0);
	rig_free(r);
}

// They are lost with it, and the application hears of it.
static void refused_with_bytes_waiting(void **state)
{
	struct rig *r = rig_new(rig_config());
	struct tcp_event event;

	(void)state;
	rig_connect(r);
	assert_int_equal(tcp_write(r->stack, r->conn, "x", 1, r->now_us), 0);
	assert_int_equal(rig_in(r, TCP_RST | TCP_ACK, 0, r->our, 0), TCP_OK);
	assert_true(tcp_event_next(r->stack, &event));
	assert_int_equal(event.reason, TCP_REASON_REFUSED);
	assert_true(event.undelivered);
	rig_free(r);
}

static void connect_is_refused_or_times_out(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_connect(r);
	assert_int_equal(rig_in(r, TCP_RST, 0, 0, 0), TCP_RESET_INVALID);
	assert_int_equal(rig_in(r, TCP_RST | TCP_ACK, 0, r->our, 0), TCP_OK);
	assert_int_equal(rig_event(r), TCP_EVENT_CLOSED);
	assert_int_equal(r->reason, TCP_REASON_REFUSED);
	rig_connect(r);
	rig_run_drain(r, 200000);
	assert_int_equal(rig_event(r), TCP_EVENT_CLOSED);
	assert_int_equal(r->reason, TCP_REASON_TIMEOUT);
	rig_free(r);
}

static void both_open_at_once(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_connect(r);
	assert_int_equal(rig_in(r, TCP_SYN, RIG_IRS, 0, 0), TCP_OK);
	assert_int_equal(state_of(r), TCP_STATE_SYN_RECEIVED);
	rig_expect(r, TCP_SYN | TCP_ACK, r->our - 1, r->their, 0);
	assert_int_equal(rig_in(r, TCP_ACK, r->their, r->our, 20), TCP_OK);
	assert_int_equal(rig_event(r), TCP_EVENT_OPENED | TCP_EVENT_READABLE);
	assert_int_equal(state_of(r), TCP_STATE_ESTABLISHED);
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peer_opens),
		cmocka_unit_test(syn_ack_mirrors_the_options_offered),
		cmocka_unit_test(third_packet_may_carry_data_and_fin),
		cmocka_unit_test(syn_ack_is_repeated_then_forgotten),
		cmocka_unit_test(wrong_third_packet_is_reset),
		cmocka_unit_test(syn_flood_is_bounded),
		cmocka_unit_test(strangers_are_reset),
		cmocka_unit_test(full_house_refuses),
		cmocka_unit_test(we_open),
		cmocka_unit_test(writes_before_it_is_open_wait),
		cmocka_unit_test(refused_with_bytes_waiting),
		cmocka_unit_test(connect_is_refused_or_times_out),
		cmocka_unit_test(both_open_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
