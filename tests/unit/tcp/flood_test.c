// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Floods from addresses that may all be forged: who is honest gets in, who is in stays in, and
// neither memory nor answers grow with the flood.
#include <malloc.h>

#include "tests/unit/tcp/rig.h"

enum { FLOOD = 100000, REAL_EACH = 50, REAL_DELAY = 20, REAL = FLOOD / REAL_EACH };

static const struct tcp_counters *counters(const struct rig *r)
{
	return tcp_counters(r->stack);
}

static uint32_t draw(uint64_t *rng)
{
	*rng ^= *rng << 13;
	*rng ^= *rng >> 7;
	*rng ^= *rng << 17;
	return (uint32_t)(*rng >> 16);
}

static struct endpoint stranger(uint64_t *rng)
{
	return (struct endpoint){ .addr = addr_ipv4(draw(rng) | 0x80),
		.port = (uint16_t)(1024 + draw(rng) % 60000) };
}

static struct endpoint friend(uint32_t i)
{
	return (struct endpoint){ .addr = addr_ipv4(htonl(0x0a010000u + i)), .port = 2001 };
}

static struct rig *rig_flooded(void)
{
	struct tcp_config config = rig_config();

	config.connections = REAL + 10;
	config.syn_cache = 4096;
	return rig_new(config);
}

struct honest {
	uint32_t ack;
	uint32_t ts_echo;
};

// The SYN of honest peer i; its answer may be a cookie or not.
static struct honest honest_syn(struct rig *r, uint32_t i)
{
	struct tcp_segment seg;

	r->peer = friend(i);
	r->ts = 1000;
	rig_syn(r, TCP_OPT_SACK_OK | TCP_OPT_TIMESTAMP);
	seg = rig_out(r);
	return (struct honest){ seg.seq + 1, seg.options.ts_value };
}

static void honest_ack(struct rig *r, uint32_t i, const struct honest *h)
{
	struct tcp_info info;

	r->peer = friend(i);
	r->ts = 1000;
	r->ts_echo = h->ts_echo;
	assert_int_equal(rig_in(r, TCP_ACK, r->their, h->ack, 20), TCP_OK);
	assert_int_equal(rig_event(r), TCP_EVENT_OPENED | TCP_EVENT_READABLE);
	assert_int_equal(tcp_info(r->stack, r->conn, &info), 0);
	assert_true(info.sack && info.timestamps);
	assert_int_equal(tcp_consume(r->stack, r->conn, 20), 0);
}

// 10,000 SYNs a second for ten seconds; every 50th from a peer that completes its handshake 20 ms
// later.
static void honest_peers_get_in_during_a_syn_flood(void **state)
{
	struct rig *r = rig_flooded();
	static struct honest honest[REAL];
	uint64_t rng = 88172645463325252u;
	struct tcp_usage usage;
	size_t heap = mallinfo2().uordblks;

	(void)state;
	for (uint32_t i = 0; i < FLOOD; i++) {
		struct tcp_segment out;

		r->peer = stranger(&rng);
		r->ts = 0;
		rig_syn(r, draw(&rng) & (TCP_OPT_SACK_OK | TCP_OPT_WSCALE));
		assert_int_equal(rig_out(r).flags, TCP_SYN | TCP_ACK);
		if (i % REAL_EACH == 0)
			honest[i / REAL_EACH] = honest_syn(r, i / REAL_EACH);
		if (i % REAL_EACH == 0 && i / REAL_EACH >= 4)
			honest_ack(r, i / REAL_EACH - 4, &honest[i / REAL_EACH - 4]);
		r->now_us += 100;
		if (i % 100 == 0) {
			tcp_expire(r->stack, r->now_us);
			while (tcp_output_next(r->stack, r->now_us, &out))
				;
		}
		tcp_usage(r->stack, &usage);
		assert_true(usage.half_open <= 3072);
	}
	assert_int_equal(usage.connections, REAL - 4);
	assert_int_equal(mallinfo2().uordblks, heap);
	assert_int_equal(counters(r)->syn_evicted, 0);
	assert_true(counters(r)->cookies_sent > FLOOD / 2);
	assert_in_range(counters(r)->cookies_accepted, REAL / 2, REAL);
	assert_int_equal(counters(r)->replies_lost, 0);
	rig_free(r);
}

static void forged_acks_open_nothing(void **state)
{
	struct rig *r = rig_flooded();
	uint64_t rng = 7776665554443332221u;
	uint64_t resets = 0;
	struct tcp_usage usage;

	(void)state;
	r->stack->cookies_until_us = UINT64_MAX;
	for (uint32_t i = 0; i < 10 * FLOOD; i++) {
		struct tcp_segment out;

		r->peer = i & 1 ? friend(1) : stranger(&rng); // one target of many guesses
		rig_in(r, TCP_ACK, i & 1 ? r->their : draw(&rng), draw(&rng), 0);
		while (tcp_output_next(r->stack, r->now_us, &out))
			resets++;
	}
	tcp_usage(r->stack, &usage);
	assert_int_equal(usage.connections, 0);
	assert_int_equal(counters(r)->cookies_accepted, 0);
	assert_int_equal(counters(r)->cookies_refused, 10 * FLOOD);
	assert_in_range(resets, 1, 2 * r->config.resets_per_second);
	rig_free(r);
}

// Who floods from one address falls back on cookies; the others do not notice.
static void one_source_has_its_share_only(void **state)
{
	struct rig *r = rig_flooded();
	struct endpoint loud = rig_endpoint(99, 1);

	(void)state;
	for (uint32_t i = 0; i < 10000; i++) {
		loud.port = (uint16_t)(1 + i);
		r->peer = loud;
		rig_syn(r, 0);
		rig_out(r);
	}
	assert_int_equal(r->stack->syns.used, 4096 / TCP_SYN_SHARE);
	assert_int_equal(counters(r)->cookies_sent, 10000 - 4096 / TCP_SYN_SHARE);
	for (uint32_t i = 0; i < 50; i++) {
		struct honest h = honest_syn(r, i);

		honest_ack(r, i, &h);
	}
	assert_int_equal(counters(r)->cookies_accepted, 0);
	// Its handshakes over, the share is free again.
	rig_run_drain(r, 20000);
	assert_int_equal(r->stack->syns.used, 0);
	for (uint32_t i = 0; i <= r->stack->syns.table.mask; i++)
		assert_int_equal(r->stack->syns.sources[i], 0);
	rig_free(r);
}

// The attacker knows the endpoints, not the numbers.
static void blind_segment(struct rig *r, uint64_t *rng, uint32_t conn)
{
	static const uint8_t flags[] = { TCP_RST, TCP_ACK, TCP_SYN, TCP_RST | TCP_ACK,
		TCP_ACK | TCP_FIN };
	struct tcp_segment seg;

	r->peer = friend(conn);
	r->ts = 1 + draw(rng);
	seg = rig_segment(r, flags[draw(rng) % 5], draw(rng), draw(rng), 0);
	seg.payload = r->payload;
	if (seg.seq == r->their + 20)
		seg.seq += 100; // the one number it may not guess
	tcp_input(r->stack, &seg, r->now_us);
	tcp_input_done(r->stack);
}

enum { CONNS = 64 };

static void open_connections_survive_all_floods(void **state)
{
	struct rig *r = rig_flooded();
	uint64_t rng = 1234567890123456789u;
	uint64_t answers = 0;
	struct tcp_usage usage;

	(void)state;
	for (uint32_t i = 0; i < CONNS; i++) {
		struct honest h = honest_syn(r, i);

		honest_ack(r, i, &h);
	}
	rig_run_drain(r, 1000);
	for (uint32_t i = 0; i < FLOOD; i++) {
		struct tcp_segment out;

		blind_segment(r, &rng, i % CONNS);
		r->peer = stranger(&rng);
		rig_in(r, i & 1 ? TCP_RST : TCP_ACK, draw(&rng), draw(&rng), 0);
		while (tcp_output_next(r->stack, r->now_us, &out))
			answers++;
	}
	// All in one second: challenges and resets have a limit each, within half of its mean; what
	// could be old bytes has one for each connection.
	assert_in_range(answers, 1,
		3 * (r->config.challenge_per_second + r->config.resets_per_second) / 2 +
			CONNS * TCP_CHALLENGES_MAX);
	assert_true(counters(r)->challenge_limited > 0 && counters(r)->resets_limited > 0);
	tcp_usage(r->stack, &usage);
	assert_int_equal(usage.connections, CONNS);
	assert_int_equal(usage.buffer_bytes, 0);
	assert_int_equal(rig_event(r), 0);
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(honest_peers_get_in_during_a_syn_flood),
		cmocka_unit_test(forged_acks_open_nothing),
		cmocka_unit_test(one_source_has_its_share_only),
		cmocka_unit_test(open_connections_survive_all_floods),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
