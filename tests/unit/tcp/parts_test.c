// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The small parts: sequence numbers, timeout, congestion window, table.
#include <errno.h>

#include "tests/unit/tcp/rig.h"

static void sequence_numbers_wrap(void **state)
{
	static const uint32_t bases[] = { 0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff };

	(void)state;
	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		uint32_t a = bases[i];

		assert_true(seq_lt(a, a + 1) && !seq_lt(a + 1, a) && !seq_lt(a, a));
		assert_true(seq_lt(a, a + 0x7fffffff) && seq_gt(a, a + 0x80000001));
		assert_true(seq_le(a, a) && seq_ge(a, a) && seq_le(a, a + 1) && !seq_ge(a, a + 1));
		assert_int_equal(seq_max(a, a + 5), a + 5);
		assert_int_equal(seq_min(a, a + 5), a);
		assert_true(seq_in(a, a, 1) && !seq_in(a, a, 0) && !seq_in(a + 1, a, 1));
		assert_true(seq_in(a + 9, a, 10) && !seq_in(a + 10, a, 10));
		assert_false(seq_in(a - 1, a, 10));
	}
}

static void timeout_follows_rfc_6298(void **state)
{
	// round trip in us -> mean, variance, timeout, by the RFC's own arithmetic
	static const uint32_t rows[][4] = {
		{ 500000, 500000, 250000, 1500000 },
		{ 500000, 500000, 187500, 1250000 },
		{ 900000, 550000, 240625, 1512500 },
		{ 1, 481250, 317968, 1753122 },
	};
	struct tcp_config config = rig_config();
	struct tcb tcb = { 0 };

	(void)state;
	rto_init(&tcb, &config);
	assert_int_equal(tcb.rto_us, 1000000);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rto_sample(&tcb, &config, rows[i][0]);
		assert_int_equal(tcb.srtt_us, rows[i][1]);
		assert_int_equal(tcb.rttvar_us, rows[i][2]);
		assert_int_equal(tcb.rto_us, rows[i][3]);
	}
	rto_back_off(&tcb, &config);
	assert_int_equal(tcb.rto_us, 2 * 1753122);
	for (int i = 0; i < 300; i++)
		rto_back_off(&tcb, &config);
	assert_int_equal(tcb.rto_us, 60000000);
	rto_compute(&tcb, &config);
	assert_int_equal(tcb.rto_us, 1753122);
	for (int i = 0; i < 100; i++)
		rto_sample(&tcb, &config, 100);
	assert_int_equal(tcb.rto_us, 1000000); // 2.4
	config.rto_min_ms = 200;
	rto_compute(&tcb, &config);
	assert_int_equal(tcb.rto_us, 200000);
	rto_sample(&tcb, &config, UINT32_MAX);
	assert_true(tcb.rto_us <= 60000000);
}

static void congestion_window_follows_rfc_5681(void **state)
{
	struct tcb tcb = { .mss = 1000, .snd_una = 100, .snd_max = 100 + 20000 };

	(void)state;
	cc_init(&tcb);
	assert_int_equal(tcb.cwnd, 10000);
	cc_acked(&tcb, 2500); // slow start: a segment an ACK
	assert_int_equal(tcb.cwnd, 11000);
	cc_acked(&tcb, 10);
	assert_int_equal(tcb.cwnd, 11010);
	tcb.cwnd = 20000;
	tcb.recover = 100;
	assert_false(cc_duplicate(&tcb, false));
	assert_int_equal(cc_window(&tcb), 21000); // limited transmit
	assert_false(cc_duplicate(&tcb, false));
	assert_int_equal(cc_window(&tcb), 22000);
	assert_true(cc_duplicate(&tcb, false));
	assert_int_equal(tcb.ssthresh, 10000);
	assert_int_equal(tcb.cwnd, 13000);
	assert_int_equal(tcb.recover, tcb.snd_max);
	assert_false(cc_duplicate(&tcb, false));
	assert_int_equal(tcb.cwnd, 14000);
	cc_partial(&tcb, 3000);
	assert_int_equal(tcb.cwnd, 12000);
	tcb.snd_una = tcb.snd_max;
	cc_recovered(&tcb);
	assert_int_equal(tcb.cwnd, 2000);
	tcb.cwnd = 10000;
	cc_acked(&tcb, 1000); // avoidance: a segment a window
	assert_int_equal(tcb.cwnd, 10100);
	tcb.snd_max += 8000;
	cc_timeout(&tcb);
	assert_int_equal(tcb.cwnd, 1000);
	assert_int_equal(tcb.ssthresh, 4000);
	tcb.backoff = 1;
	tcb.snd_max += 90000;
	cc_timeout(&tcb);
	assert_int_equal(tcb.ssthresh, 4000); // halved once only
}

static void table_keeps_what_it_is_told(void **state)
{
	enum { N = 500 };
	static uint32_t tags[N];
	static bool in[N];
	struct tcp_table table;
	uint64_t rng = 42;

	(void)state;
	assert_int_equal(tcp_table_init(&table, N), 0);
	assert_int_equal((table.mask + 1) % 1024, 0); // at most half full
	for (int turn = 0; turn < 20000; turn++) {
		uint32_t i, cursor, found;

		rng = rng * 6364136223846793005u + 1442695040888963407u;
		i = (uint32_t)(rng >> 33) % N;
		if (in[i]) {
			tcp_table_remove(&table, tags[i], i);
		} else {
			// Few homes and equal tags: long runs, and the end of the table wraps.
			tags[i] = (uint32_t)(rng >> 20) % 7 + table.mask - 3;
			tcp_table_insert(&table, tags[i], i);
		}
		in[i] = !in[i];
		i = (i * 7) % N;
		cursor = tags[i];
		do
			found = tcp_table_next(&table, tags[i], &cursor);
		while (found != TCP_TABLE_NONE && found != i);
		assert_int_equal(found == i, in[i]);
	}
	for (uint32_t i = 0; i < N; i++) {
		if (in[i])
			tcp_table_remove(&table, tags[i], i);
	}
	assert_int_equal(table.used, 0);
	for (uint32_t i = 0; i <= table.mask; i++)
		assert_int_equal(table.slots[i].index, TCP_TABLE_NONE);
	tcp_table_fini(&table);
}

static void sequence_numbers_are_keyed_and_rise(void **state)
{
	struct rig *r = rig_new(rig_config());
	uint32_t isn = tcp_isn(r->stack, &r->us, &r->peer, 1000000);

	(void)state;
	assert_int_equal(tcp_isn(r->stack, &r->us, &r->peer, 1000000 + 400) - isn, 100);
	r->peer.port++;
	assert_int_not_equal(tcp_isn(r->stack, &r->us, &r->peer, 1000000), isn);
	r->peer.port--;
	r->stack->key.k0++;
	assert_int_not_equal(tcp_isn(r->stack, &r->us, &r->peer, 1000000), isn);
	rig_free(r);
}

static void senseless_configurations_are_refused(void **state)
{
	const struct siphash_key key = { 1, 2 };
	struct tcp_stack *stack = NULL;
	struct tcp_config config;

	(void)state;
#define REFUSED(member, value)                                                                     \
	config = rig_config();                                                                     \
	config.member = (value);                                                                   \
	assert_int_equal(tcp_stack_init(&stack, &config, 0, &key, 0), -EINVAL)
	REFUSED(connections, 0);
	REFUSED(receive_cap, 65537);
	REFUSED(receive_cap, 0);
	REFUSED(mss, 63);
	REFUSED(mss, 8001);
	REFUSED(window_scale, 15);
	REFUSED(rto_min_ms, 0);
	REFUSED(delayed_ack_ms, 500);
	REFUSED(syn_cache, 0);
	REFUSED(buffer_bytes, 65536);
#undef REFUSED
	assert_null(stack);
}

static void listeners_have_an_order(void **state)
{
	struct rig *r = rig_new(rig_config());
	struct endpoint more = { .port = 1 };
	int n = 0;

	(void)state;
	assert_int_equal(tcp_listen(r->stack, &r->us, 5), 0);
	assert_int_equal(tcp_listen(r->stack, &r->us, 6), -EADDRINUSE);
	assert_int_equal(tcp_listener_find(r->stack, &r->us)->user, 5);
	assert_int_equal(tcp_unlisten(r->stack, &r->us), 0);
	assert_int_equal(tcp_unlisten(r->stack, &r->us), -ENOENT);
	assert_int_equal(tcp_listener_find(r->stack, &r->us)->user, RIG_USER);
	while (tcp_listen(r->stack, &more, 0) == 0) {
		more.port++;
		n++;
	}
	assert_int_equal(n, TCP_LISTENERS_MAX - 1);
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sequence_numbers_wrap),
		cmocka_unit_test(timeout_follows_rfc_6298),
		cmocka_unit_test(congestion_window_follows_rfc_5681),
		cmocka_unit_test(table_keeps_what_it_is_told),
		cmocka_unit_test(sequence_numbers_are_keyed_and_rise),
		cmocka_unit_test(senseless_configurations_are_refused),
		cmocka_unit_test(listeners_have_an_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
