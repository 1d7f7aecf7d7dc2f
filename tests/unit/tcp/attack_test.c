// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Segments from somebody who guesses.
#include <errno.h>

#include "tests/unit/tcp/rig.h"

static void reset_must_hit_the_number(void **state)
{
	struct rig *r = rig_open();

	(void)state;
	assert_int_equal(rig_in(r, TCP_RST, r->their + 70000, 0, 0), TCP_OUT_OF_WINDOW);
	rig_quiet(r);
	assert_int_equal(rig_in(r, TCP_RST, r->their + 1, 0, 0), TCP_RESET_INVALID);
	rig_expect(r, TCP_ACK, r->our, r->their, 0);
	rig_in(r, TCP_ACK, r->their, r->our, 5);
	assert_int_equal(rig_in(r, TCP_RST, r->their + 5, 0, 0), TCP_OK);
	assert_int_equal(rig_event(r), TCP_EVENT_CLOSED);
	assert_int_equal(r->reason, TCP_REASON_RESET);
	rig_free(r);
}

static void syn_and_wild_acks_are_challenged_within_limits(void **state)
{
	struct rig *r = rig_open();
	unsigned acks;

	(void)state;
	assert_int_equal(rig_in(r, TCP_SYN, r->their, 0, 0), TCP_SYN_INVALID);
	rig_expect(r, TCP_ACK, r->our, r->their, 0);
	assert_int_equal(rig_in(r, TCP_ACK, r->their, r->our + 1, 5), TCP_ACK_INVALID);
	rig_expect(r, TCP_ACK, r->our, r->their, 0);
	assert_int_equal(rig_in(r, TCP_ACK, r->their, r->our - 70000, 5), TCP_ACK_INVALID);
	rig_expect(r, TCP_ACK, r->our, r->their, 0);
	for (int i = 0; i < 100; i++)
		rig_in(r, TCP_SYN, r->their, 0, 0);
	for (acks = 0; acks < 100; acks++) {
		struct tcp_segment seg;

		if (!tcp_output_next(r->stack, r->now_us, &seg))
			break;
	}
	assert_int_equal(acks, TCP_CHALLENGES_MAX - 3);
	r->now_us += 1000000;
	rig_in(r, TCP_SYN, r->their, 0, 0);
	rig_expect(r, TCP_ACK, r->our, r->their, 0);
	assert_int_equal(rig_event(r), 0);
	rig_free(r);
}

static void resets_are_limited_in_all(void **state)
{
	struct rig *r = rig_new(rig_config());
	unsigned resets = 0;

	(void)state;
	r->us.port = 9;
	for (int i = 0; i < 5000; i++) {
		struct tcp_segment seg;

		rig_in(r, TCP_ACK, 1, 1, 0);
		resets += tcp_output_next(r->stack, r->now_us, &seg);
	}
	assert_in_range(resets, 500, 1500);
	rig_free(r);
}

// A peer that has not heard our ACK and sends again is answered, but not each time at once.
static void old_bytes_are_answered_within_limits(void **state)
{
	struct rig *r = rig_open();
	struct tcp_segment seg;
	unsigned acks = 0;

	(void)state;
	rig_in(r, TCP_ACK, r->their, r->our, 10);
	rig_run_drain(r, 100);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(rig_in(r, TCP_ACK, r->their, r->our, 10), TCP_OUT_OF_WINDOW);
	while (tcp_output_next(r->stack, r->now_us, &seg))
		acks++;
	assert_int_equal(acks, TCP_CHALLENGES_MAX);
	rig_in(r, TCP_ACK, r->their, r->our, 10);
	assert_int_equal(rig_run_drain(r, 100), 1);
	rig_free(r);
}

// Nobody can use up the answers that keep the others' connections alive.
static void keepalives_are_answered_during_a_flood(void **state)
{
	struct rig *r = rig_open();
	struct endpoint peer = r->peer;
	uint32_t our = r->our;
	struct tcp_segment seg;

	(void)state;
	for (uint16_t i = 0; i < 60; i++) {
		r->peer.port = (uint16_t)(1000 + i);
		rig_open_with(r, 0);
	}
	r->stack->challenge_limit = (struct tcp_limit){ .second = r->now_us / 1000000 };
	for (uint16_t i = 0; i < 600; i++) {
		r->peer.port = (uint16_t)(1000 + i % 60);
		assert_int_equal(rig_in(r, TCP_ACK, r->their + 70000, r->our, 0),
			TCP_OUT_OF_WINDOW);
	}
	assert_false(tcp_output_next(r->stack, r->now_us, &seg));
	r->peer = peer;
	assert_int_equal(rig_in(r, TCP_ACK, r->their - 1, our, 0), TCP_OUT_OF_WINDOW);
	rig_expect(r, TCP_ACK, our, r->their, 0);
	rig_free(r);
}

static void old_timestamps_are_refused(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_open_with(r, TCP_OPT_TIMESTAMP);
	r->ts += 10;
	assert_int_equal(rig_in(r, TCP_ACK, r->their, r->our, 10), TCP_OK);
	rig_run_drain(r, 100);
	r->ts -= 5;
	assert_int_equal(rig_in(r, TCP_ACK, r->their + 10, r->our, 10), TCP_PAWS);
	assert_int_equal(rig_out(r).options.ts_echo, 1010);
	r->ts = 0;
	assert_int_equal(rig_in(r, TCP_ACK, r->their + 10, r->our, 10), TCP_NO_TIMESTAMP);
	assert_int_equal(rig_in(r, TCP_RST, r->their + 10, 0, 0), TCP_OK);
	assert_int_equal(rig_event(r), TCP_EVENT_CLOSED);
	rig_free(r);
}

static void stale_handles_are_refused(void **state)
{
	struct rig *r = rig_open();
	handle_t old = r->conn;
	struct endpoint e;
	uint32_t user;

	(void)state;
	tcp_abort(r->stack, old);
	assert_int_equal(rig_event(r), TCP_EVENT_CLOSED);
	rig_out(r);
	rig_open_with(r, 0);
	assert_int_equal(handle_index(r->conn), handle_index(old));
	assert_int_equal(tcp_write(r->stack, old, "x", 1, r->now_us), -ENOTCONN);
	assert_int_equal(tcp_consume(r->stack, old, 0), -ENOTCONN);
	assert_int_equal(tcp_close(r->stack, old), -ENOTCONN);
	assert_int_equal(tcp_remote(r->stack, old, &e), -ENOTCONN);
	assert_int_equal(tcp_local(r->stack, old, &e), -ENOTCONN);
	assert_int_equal(tcp_user(r->stack, old, &user), -ENOTCONN);
	assert_int_equal(tcp_set_user(r->stack, r->conn, 9), 0);
	assert_int_equal(tcp_remote(r->stack, r->conn, &e), 0);
	assert_true(endpoint_eq(&e, &r->peer));
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reset_must_hit_the_number),
		cmocka_unit_test(syn_and_wild_acks_are_challenged_within_limits),
		cmocka_unit_test(resets_are_limited_in_all),
		cmocka_unit_test(old_bytes_are_answered_within_limits),
		cmocka_unit_test(keepalives_are_answered_during_a_flood),
		cmocka_unit_test(old_timestamps_are_refused),
		cmocka_unit_test(stale_handles_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
