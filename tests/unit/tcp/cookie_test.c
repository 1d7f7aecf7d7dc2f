// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// SYN cookies: when they are sent, what they carry, what is refused.
#include "tests/unit/tcp/rig.h"

enum { ALL = TCP_OPT_TIMESTAMP | TCP_OPT_WSCALE | TCP_OPT_SACK_OK, EPOCH_S = 64 };

static const struct tcp_counters *counters(const struct rig *r)
{
	return tcp_counters(r->stack);
}

static struct tcp_info info_of(const struct rig *r)
{
	struct tcp_info info;

	assert_int_equal(tcp_info(r->stack, r->conn, &info), 0);
	return info;
}

// A rig whose peer address has used up its share of the SYN cache.
static struct rig *rig_crowded(void)
{
	struct rig *r = rig_new(rig_config());
	uint16_t port = r->peer.port;

	for (int i = 0; i < TCP_SYN_SHARE_MIN; i++) {
		r->peer.port = (uint16_t)(1000 + i);
		rig_syn(r, 0);
		rig_out(r);
	}
	assert_int_equal(counters(r)->cookies_sent, 0);
	r->peer.port = port;
	return r;
}

// A SYN that has to be answered by a cookie.
static struct tcp_segment cookie_get(struct rig *r, uint8_t options)
{
	uint64_t sent = counters(r)->cookies_sent;
	struct tcp_segment seg;

	r->ts = options & TCP_OPT_TIMESTAMP ? 1000 : 0;
	rig_syn(r, options);
	seg = rig_out(r);
	assert_int_equal(seg.flags, TCP_SYN | TCP_ACK);
	assert_int_equal(seg.ack, r->their);
	assert_int_equal(counters(r)->cookies_sent, sent + 1);
	r->our = seg.seq + 1;
	return seg;
}

static void options_come_back_in_the_timestamp(void **state)
{
	static const uint8_t offers[] = { ALL, TCP_OPT_TIMESTAMP,
		TCP_OPT_TIMESTAMP | TCP_OPT_WSCALE, TCP_OPT_TIMESTAMP | TCP_OPT_SACK_OK };

	(void)state;
	for (size_t i = 0; i < sizeof(offers); i++) {
		struct rig *r = rig_crowded();
		struct tcp_info info;

		r->wnd = 1000;
		assert_int_equal(cookie_get(r, offers[i]).options.present, offers[i] | TCP_OPT_MSS);
		assert_int_equal(rig_in(r, TCP_ACK, r->their, r->our, 0), TCP_OK);
		assert_int_equal(rig_event(r), TCP_EVENT_OPENED);
		info = info_of(r);
		assert_int_equal(info.user, RIG_USER);
		assert_true(info.timestamps);
		assert_int_equal(info.sack, (offers[i] & TCP_OPT_SACK_OK) != 0);
		assert_int_equal(info.send_window, offers[i] & TCP_OPT_WSCALE ? 4000 : 1000);
		assert_int_equal(info.mss, 536 - TCP_TS_OPTION_SIZE); // the step below 1000
		assert_int_equal(counters(r)->cookies_accepted, 1);
		rig_free(r);
	}
}

static void options_are_lost_without_timestamps(void **state)
{
	struct rig *r = rig_crowded();

	(void)state;
	r->wnd = 1000;
	assert_int_equal(cookie_get(r, TCP_OPT_WSCALE | TCP_OPT_SACK_OK).options.present,
		TCP_OPT_MSS);
	assert_int_equal(rig_in(r, TCP_ACK, r->their, r->our, 0), TCP_OK);
	assert_int_equal(rig_event(r), TCP_EVENT_OPENED);
	assert_false(info_of(r).sack);
	assert_false(info_of(r).timestamps);
	assert_int_equal(info_of(r).send_window, 1000);
	assert_int_equal(info_of(r).mss, 536);
	rig_free(r);
}

static void mss_is_a_step_not_above_the_peers(void **state)
{
	static const struct {
		uint16_t offered, used;
	} rows[] = { { 10, 64 }, { 64, 64 }, { 215, 64 }, { 216, 216 }, { 1380, 1300 },
		{ 1400, 1400 }, { 1459, 1440 }, { 1460, 1460 }, { 9000, 1460 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = rig_crowded();
		struct tcp_segment seg = rig_segment(r, TCP_SYN, RIG_IRS, 0, 0);

		seg.options.present = TCP_OPT_MSS;
		seg.options.mss = rows[i].offered;
		assert_int_equal(tcp_input(r->stack, &seg, r->now_us), TCP_OK);
		r->our = rig_out(r).seq + 1;
		assert_int_equal(rig_in(r, TCP_ACK, r->their, r->our, 0), TCP_OK);
		assert_int_equal(rig_event(r), TCP_EVENT_OPENED);
		assert_int_equal(info_of(r).mss, rows[i].used);
		rig_free(r);
	}
}

// The clock that the peer sees must not run back: neither after the SYN-ACK nor in it.
static void timestamp_never_runs_ahead(void **state)
{
	(void)state;
	for (uint32_t ms = 0; ms < 64; ms++) {
		struct rig *r = rig_crowded();
		uint32_t first, clock;

		r->now_us += ms * 1000;
		clock = tcp_ms(r->now_us) + tcp_ts_offset(r->stack, &r->us, &r->peer);
		first = cookie_get(r, ALL).options.ts_value;
		assert_true(seq_le(first, clock));
		assert_true(clock - first < 32);
		rig_in(r, TCP_ACK, r->their, r->our, 0);
		rig_event(r);
		rig_write(r, 10);
		assert_true(seq_ge(rig_out(r).options.ts_value, first));
		rig_free(r);
	}
}

static void third_packet_may_carry_data_and_fin(void **state)
{
	struct rig *r = rig_crowded();

	(void)state;
	cookie_get(r, 0);
	assert_int_equal(rig_in(r, TCP_ACK | TCP_FIN, r->their, r->our, 30), TCP_OK);
	assert_int_equal(rig_event(r), TCP_EVENT_OPENED | TCP_EVENT_READABLE | TCP_EVENT_EOF);
	assert_int_equal(tcp_peek(r->stack, r->conn).n, 30);
	rig_expect(r, TCP_ACK, r->our, r->their + 31, 0);
	rig_free(r);
}

static void later_segment_waits_for_the_third_packet(void **state)
{
	struct rig *r = rig_crowded();

	(void)state;
	cookie_get(r, 0);
	assert_int_equal(rig_in(r, TCP_ACK, r->their + 30, r->our, 30), TCP_OUT_OF_WINDOW);
	rig_quiet(r); // no reset
	assert_int_equal(rig_in(r, TCP_ACK, r->their, r->our, 30), TCP_OK);
	assert_int_equal(rig_event(r), TCP_EVENT_OPENED | TCP_EVENT_READABLE);
	rig_free(r);
}

static void cookie_lives_for_two_epochs(void **state)
{
	static const struct {
		uint32_t wait_s;
		enum tcp_verdict verdict;
	} rows[] = { { 0, TCP_OK }, { EPOCH_S - 1, TCP_OK }, { 2 * EPOCH_S, TCP_NO_CONN },
		{ 3 * EPOCH_S, TCP_NO_CONN } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = rig_crowded();
		uint32_t cookie;

		cookie_get(r, 0);
		cookie = r->our;
		r->now_us += rows[i].wait_s * 1000000ull;
		// Another one keeps cookies in use; it does not lengthen the life of the first.
		r->peer.port++;
		cookie_get(r, 0);
		r->peer.port--;
		assert_int_equal(rig_in(r, TCP_ACK, r->their, cookie, 0), rows[i].verdict);
		rig_free(r);
	}
}

static void cookie_of_something_else_is_refused(void **state)
{
	struct rig *r = rig_crowded();
	struct endpoint peer = r->peer;

	(void)state;
	cookie_get(r, ALL);
	assert_int_equal(rig_in(r, TCP_ACK, r->their + 1, r->our, 0), TCP_OUT_OF_WINDOW);
	r->ts_echo ^= 1; // another scale
	assert_int_equal(rig_in(r, TCP_ACK, r->their, r->our, 0), TCP_OUT_OF_WINDOW);
	r->ts_echo ^= 1;
	r->ts = 0; // no timestamps after all
	assert_int_equal(rig_in(r, TCP_ACK, r->their, r->our, 0), TCP_OUT_OF_WINDOW);
	r->ts = 1000;
	assert_int_equal(rig_in(r, TCP_ACK, r->their, r->our + (1u << 28), 0), TCP_OUT_OF_WINDOW);
	rig_quiet(r);
	r->peer.port++;
	assert_int_equal(rig_in(r, TCP_ACK, r->their, r->our, 0), TCP_NO_CONN);
	rig_expect(r, TCP_RST, r->our, 0, 0);
	r->peer = rig_endpoint(3, peer.port);
	assert_int_equal(rig_in(r, TCP_ACK, r->their, r->our, 0), TCP_NO_CONN);
	rig_expect(r, TCP_RST, r->our, 0, 0);
	assert_int_equal(counters(r)->cookies_refused, 6);
	r->peer = peer;
	assert_int_equal(rig_in(r, TCP_RST, r->their, 0, 0), TCP_NO_CONN);
	assert_int_equal(rig_in(r, TCP_ACK, r->their, r->our, 0), TCP_OK);
	rig_free(r);
}

static void no_cookie_is_taken_when_none_was_sent(void **state)
{
	struct rig *r = rig_crowded();
	uint32_t cookie;

	(void)state;
	cookie_get(r, 0);
	cookie = r->our;
	r->stack->cookies_until_us = 0;
	assert_int_equal(rig_in(r, TCP_ACK, r->their, cookie, 0), TCP_NO_CONN);
	assert_int_equal(counters(r)->cookies_refused, 0);
	rig_free(r);
}

static void same_syn_may_get_a_cookie_and_a_record(void **state)
{
	struct rig *r = rig_crowded();
	struct tcp_usage usage;
	uint32_t cookie;

	(void)state;
	cookie_get(r, 0);
	cookie = r->our;
	rig_run_drain(r, 20000); // the others are forgotten
	rig_syn(r, 0);
	assert_int_not_equal(rig_out(r).seq + 1, cookie);
	tcp_usage(r->stack, &usage);
	assert_int_equal(usage.half_open, 1);
	assert_int_equal(rig_in(r, TCP_ACK, r->their, cookie, 0), TCP_OK);
	assert_int_equal(rig_event(r), TCP_EVENT_OPENED);
	tcp_usage(r->stack, &usage);
	assert_int_equal(usage.half_open, 0);
	rig_free(r);
}

static void full_house_refuses_cookies_too(void **state)
{
	struct tcp_config config = rig_config();
	struct rig *r;

	(void)state;
	config.connections = 1;
	config.syn_cache = 1;
	r = rig_new(config);
	rig_open_with(r, 0);
	r->peer.port++;
	rig_syn(r, 0);
	rig_out(r);
	r->peer.port++;
	cookie_get(r, 0);
	assert_int_equal(rig_in(r, TCP_ACK, r->their, r->our, 0), TCP_NO_ROOM);
	rig_expect(r, TCP_RST, r->our, 0, 0);
	assert_int_equal(counters(r)->cookies_accepted, 0);
	rig_free(r);
}

// Its first number has to lie above what the old connection used: no cookie can promise that.
static void time_wait_is_reused_by_a_record(void **state)
{
	struct rig *r = rig_open();
	uint32_t last;

	(void)state;
	tcp_close(r->stack, r->conn);
	rig_out(r);
	rig_in(r, TCP_ACK | TCP_FIN, r->their, r->our + 1, 0);
	rig_event(r);
	rig_out(r);
	last = r->our + 1;
	for (uint8_t i = 0; r->stack->syns.used < 12; i++) {
		r->peer = rig_endpoint((uint8_t)(10 + i), 40000);
		rig_syn(r, 0);
		rig_out(r);
	}
	r->peer = rig_endpoint(2, 40000);
	assert_int_equal(rig_in(r, TCP_SYN, RIG_IRS + 1000, 0, 0), TCP_OK);
	assert_true(seq_gt(rig_out(r).seq, last));
	assert_int_equal(counters(r)->cookies_sent, 0);
	assert_int_equal(r->stack->syns.used, 13);
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_come_back_in_the_timestamp),
		cmocka_unit_test(options_are_lost_without_timestamps),
		cmocka_unit_test(mss_is_a_step_not_above_the_peers),
		cmocka_unit_test(timestamp_never_runs_ahead),
		cmocka_unit_test(third_packet_may_carry_data_and_fin),
		cmocka_unit_test(later_segment_waits_for_the_third_packet),
		cmocka_unit_test(cookie_lives_for_two_epochs),
		cmocka_unit_test(cookie_of_something_else_is_refused),
		cmocka_unit_test(no_cookie_is_taken_when_none_was_sent),
		cmocka_unit_test(same_syn_may_get_a_cookie_and_a_record),
		cmocka_unit_test(full_house_refuses_cookies_too),
		cmocka_unit_test(time_wait_is_reused_by_a_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
