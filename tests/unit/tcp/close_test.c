// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Closing from either side, and TIME_WAIT.
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

static void peer_closes_first(void **state)
{
	struct rig *r = rig_open();

	(void)state;
	rig_in(r, TCP_ACK | TCP_FIN, r->their, r->our, 10);
	assert_int_equal(rig_event(r), TCP_EVENT_READABLE | TCP_EVENT_EOF);
	assert_int_equal(state_of(r), TCP_STATE_CLOSE_WAIT);
	rig_expect(r, TCP_ACK, r->our, r->their + 11, 0);
	rig_write(r, 20); // half-closed: we may still talk
	assert_int_equal(tcp_close(r->stack, r->conn), 0);
	assert_int_equal(tcp_write(r->stack, r->conn, "x", 1, r->now_us), -ENOTCONN);
	rig_expect(r, TCP_ACK | TCP_PSH | TCP_FIN, r->our, r->their + 11, 20);
	assert_int_equal(state_of(r), TCP_STATE_LAST_ACK);
	rig_in(r, TCP_ACK, r->their + 11, r->our + 21, 0);
	assert_int_equal(rig_event(r), 0); // ten bytes are unread
	assert_int_equal(peek(r).n, 10);
	assert_int_equal(tcp_consume(r->stack, r->conn, 10), 0);
	assert_int_equal(rig_event(r), TCP_EVENT_CLOSED);
	assert_int_equal(r->reason, TCP_REASON_NORMAL);
	rig_free(r);
}

static void we_close_first(struct rig *r)
{
	assert_int_equal(tcp_close(r->stack, r->conn), 0);
	assert_int_equal(tcp_close(r->stack, r->conn), 0);
	rig_expect(r, TCP_ACK | TCP_FIN, r->our, r->their, 0);
	rig_in(r, TCP_ACK, r->their, r->our + 1, 0);
	assert_int_equal(state_of(r), TCP_STATE_FIN_WAIT_2);
	rig_in(r, TCP_ACK, r->their, r->our + 1, 10); // the other half still talks
	assert_int_equal(rig_event(r), TCP_EVENT_READABLE);
	assert_int_equal(tcp_consume(r->stack, r->conn, 10), 0);
	rig_in(r, TCP_ACK | TCP_FIN, r->their + 10, r->our + 1, 0);
	assert_int_equal(rig_event(r), TCP_EVENT_EOF | TCP_EVENT_CLOSED);
	rig_expect(r, TCP_ACK, r->our + 1, r->their + 11, 0);
}

static void time_wait_answers_and_ends(void **state)
{
	struct rig *r = rig_open();
	struct tcp_usage usage;

	(void)state;
	we_close_first(r);
	tcp_usage(r->stack, &usage);
	assert_int_equal(usage.connections, 0);
	assert_int_equal(usage.time_wait, 1);
	rig_run(r, 30000);
	assert_int_equal(rig_in(r, TCP_RST, r->their + 11, 0, 0), TCP_IN_TIME_WAIT);
	assert_int_equal(rig_in(r, TCP_ACK | TCP_FIN, r->their + 10, r->our + 1, 0),
		TCP_IN_TIME_WAIT);
	rig_expect(r, TCP_ACK, r->our + 1, r->their + 11, 0);
	rig_run(r, 50000); // the FIN started it anew
	tcp_usage(r->stack, &usage);
	assert_int_equal(usage.time_wait, 1);
	rig_run(r, 11000);
	tcp_usage(r->stack, &usage);
	assert_int_equal(usage.time_wait, 0);
	rig_free(r);
}

static void new_syn_reuses_time_wait(void **state)
{
	struct rig *r = rig_open();
	uint32_t last;

	(void)state;
	we_close_first(r);
	last = r->our + 1;
	rig_in(r, TCP_SYN, r->their + 5, 0, 0); // an old one
	rig_expect(r, TCP_ACK, last, r->their + 11, 0);
	assert_int_equal(rig_in(r, TCP_SYN, r->their + 500, 0, 0), TCP_OK);
	r->our = rig_out(r).seq + 1;
	assert_true(seq_gt(r->our, last));
	assert_int_equal(rig_in(r, TCP_ACK, r->their + 501, r->our, 0), TCP_OK);
	assert_int_equal(rig_event(r), TCP_EVENT_OPENED);
	assert_int_equal(counters(r)->time_wait_reused, 1);
	rig_free(r);
}

static void newer_timestamp_reuses_time_wait(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_open_with(r, TCP_OPT_TIMESTAMP);
	we_close_first(r);
	r->ts++;
	assert_int_equal(rig_in(r, TCP_SYN, r->their - 3000, 0, 0), TCP_OK);
	assert_int_equal(rig_out(r).flags, TCP_SYN | TCP_ACK);
	rig_free(r);
}

static void time_wait_is_bounded(void **state)
{
	struct rig *r = rig_new(rig_config());
	struct tcp_usage usage;

	(void)state;
	for (int i = 0; i < 20; i++) {
		r->peer.port++;
		rig_open_with(r, 0);
		we_close_first(r);
	}
	tcp_usage(r->stack, &usage);
	assert_int_equal(usage.time_wait, r->config.time_wait_records);
	assert_int_equal(counters(r)->time_wait_evicted, 20 - r->config.time_wait_records);
	rig_free(r);
}

static void both_close_at_once(void **state)
{
	struct rig *r = rig_open();
	struct tcp_usage usage;

	(void)state;
	tcp_close(r->stack, r->conn);
	rig_expect(r, TCP_ACK | TCP_FIN, r->our, r->their, 0);
	rig_in(r, TCP_ACK | TCP_FIN, r->their, r->our, 0);
	assert_int_equal(state_of(r), TCP_STATE_CLOSING);
	rig_expect(r, TCP_ACK, r->our + 1, r->their + 1, 0);
	rig_in(r, TCP_ACK, r->their + 1, r->our + 1, 0);
	assert_int_equal(rig_event(r), TCP_EVENT_EOF | TCP_EVENT_CLOSED);
	tcp_usage(r->stack, &usage);
	assert_int_equal(usage.time_wait, 1);
	rig_free(r);
}

static void fin_is_sent_again(void **state)
{
	struct rig *r = rig_open();

	(void)state;
	rig_write(r, 10);
	rig_out(r);
	tcp_close(r->stack, r->conn);
	rig_expect(r, TCP_ACK | TCP_FIN, r->our + 10, r->their, 0);
	rig_in(r, TCP_ACK, r->their, r->our + 10, 0);
	rig_run(r, 1020);
	rig_expect(r, TCP_ACK | TCP_FIN, r->our + 10, r->their, 0);
	rig_free(r);
}

static void peer_that_keeps_its_half_open_is_cut(void **state)
{
	struct rig *r = rig_open();

	(void)state;
	tcp_close(r->stack, r->conn);
	rig_out(r);
	for (int i = 0; i < 7; i++) {
		rig_in(r, TCP_ACK, r->their, r->our + 1, 0);
		rig_run_drain(r, 10000);
	}
	assert_int_equal(rig_event(r), TCP_EVENT_CLOSED);
	assert_int_equal(r->reason, TCP_REASON_TIMEOUT);
	rig_free(r);
}

static void abort_resets_and_tells(void **state)
{
	struct rig *r = rig_open();

	(void)state;
	rig_in(r, TCP_ACK, r->their, r->our, 10);
	rig_write(r, 10);
	assert_int_equal(tcp_abort(r->stack, r->conn), 0);
	rig_expect(r, TCP_RST | TCP_ACK, r->our, r->their + 10, 0);
	rig_quiet(r);
	assert_int_equal(rig_event(r), TCP_EVENT_CLOSED);
	assert_int_equal(r->reason, TCP_REASON_ABORT);
	assert_int_equal(tcp_abort(r->stack, r->conn), -ENOTCONN);
	assert_int_equal(peek(r).n, 0);
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peer_closes_first),
		cmocka_unit_test(time_wait_answers_and_ends),
		cmocka_unit_test(new_syn_reuses_time_wait),
		cmocka_unit_test(newer_timestamp_reuses_time_wait),
		cmocka_unit_test(time_wait_is_bounded),
		cmocka_unit_test(both_close_at_once),
		cmocka_unit_test(fin_is_sent_again),
		cmocka_unit_test(peer_that_keeps_its_half_open_is_cut),
		cmocka_unit_test(abort_resets_and_tells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
