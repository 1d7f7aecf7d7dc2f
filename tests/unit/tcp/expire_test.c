// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Thousands of timers due at once, taken in portions.
#include "tests/unit/tcp/rig.h"

enum { MANY = 3000, PORTION = 100 };

static struct rig *rig_many(void)
{
	struct tcp_config config = rig_config();

	config.connections = MANY;
	config.syn_cache = 8 * MANY;
	config.time_wait_records = MANY;
	config.keepalive_idle_ms = 10000;
	return rig_new(config);
}

static unsigned drain(struct rig *r)
{
	struct tcp_segment seg;
	unsigned n = 0;

	while (tcp_output_next(r->stack, r->now_us, &seg))
		n++;
	return n;
}

static void connections_expire_in_portions(void **state)
{
	struct rig *r = rig_many();
	unsigned calls = 1;
	unsigned probes = 0;

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		r->peer = rig_endpoint((uint8_t)(2 + i % 200), (uint16_t)(1000 + i));
		rig_open_with(r, 0);
	}
	r->now_us += 11000000;
	while (tcp_expire_some(r->stack, r->now_us, PORTION)) {
		unsigned n = drain(r);

		assert_true(n <= PORTION);
		assert_true(tcp_next_us(r->stack, r->now_us) <= r->now_us);
		probes += n;
		calls++;
	}
	probes += drain(r);
	assert_int_equal(probes, MANY);
	assert_in_range(calls, MANY / PORTION, MANY / PORTION + 1);
	assert_true(tcp_next_us(r->stack, r->now_us) > r->now_us);
	rig_free(r);
}

static void handshakes_expire_in_portions(void **state)
{
	struct rig *r = rig_many();
	unsigned again = 0;

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		r->peer = rig_endpoint((uint8_t)(2 + i % 200), (uint16_t)(1000 + i));
		rig_syn(r, 0);
		rig_out(r);
	}
	r->now_us += 1100000;
	while (tcp_expire_some(r->stack, r->now_us, PORTION)) {
		unsigned n = drain(r);

		assert_true(n <= PORTION);
		again += n;
	}
	again += drain(r);
	assert_int_equal(again, MANY);
	// Without anybody to send the answers what is due stays due, and the call ends.
	r->now_us += 2100000;
	assert_false(tcp_expire_some(r->stack, r->now_us, UINT32_MAX));
	assert_int_equal(drain(r), TCP_REPLIES_MAX);
	assert_true(tcp_expire_some(r->stack, r->now_us, PORTION));
	rig_free(r);
}

static void time_wait_expires_in_portions(void **state)
{
	struct rig *r = rig_many();
	struct tcp_usage usage;

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		r->peer = rig_endpoint((uint8_t)(2 + i % 200), (uint16_t)(1000 + i));
		rig_open_with(r, 0);
		tcp_close(r->stack, r->conn);
		rig_in(r, TCP_ACK | TCP_FIN, r->their, r->our, 0);
		rig_out(r);
		rig_in(r, TCP_ACK, r->their + 1, r->our + 1, 0);
		assert_int_equal(rig_event(r) & TCP_EVENT_CLOSED, TCP_EVENT_CLOSED);
		drain(r);
	}
	r->now_us += 61000000;
	for (unsigned left = MANY; left > 0; left -= PORTION) {
		tcp_usage(r->stack, &usage);
		assert_int_equal(usage.time_wait, left);
		assert_int_equal(tcp_expire_some(r->stack, r->now_us, PORTION), left > PORTION);
	}
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connections_expire_in_portions),
		cmocka_unit_test(handshakes_expire_in_portions),
		cmocka_unit_test(time_wait_expires_in_portions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
