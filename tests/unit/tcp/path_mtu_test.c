// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Routers that cannot pass a segment on, and those who only pretend to be one.
#include "tests/unit/tcp/rig.h"

enum { MSS = 1000, HEAD = 40 };

static const struct tcp_counters *counters(const struct rig *r)
{
	return tcp_counters(r->stack);
}

static bool too_big(struct rig *r, uint32_t seq, uint32_t mtu)
{
	return tcp_path_mtu(r->stack, &r->us, &r->peer, seq, mtu);
}

static uint16_t mss_of(const struct rig *r)
{
	struct tcp_info info;

	assert_int_equal(tcp_info(r->stack, r->conn, &info), 0);
	return info.mss;
}

// Every byte from `from` to `end` comes out, right, in segments of at most `max`; the peer takes
// each at once.
static void take_all(struct rig *r, uint32_t from, uint32_t end, uint16_t max)
{
	for (uint32_t at = from; at != end;) {
		struct tcp_segment seg = rig_out(r);

		assert_int_equal(seg.seq, at);
		assert_in_range(seg.len, 1, max);
		assert_memory_equal(seg.payload, r->payload + (at - r->our), seg.len);
		at += seg.len;
		rig_in(r, TCP_ACK, r->their, at, 0);
	}
}

static void segments_become_smaller_and_go_again(void **state)
{
	struct rig *r = rig_open();

	(void)state;
	rig_write(r, 5500);
	for (int i = 0; i < 6; i++)
		rig_out(r);
	rig_in(r, TCP_ACK, r->their, r->our + 1000, 0);
	rig_quiet(r);
	assert_true(too_big(r, r->our + 1000, 340));
	assert_int_equal(mss_of(r), 300);
	rig_expect(r, TCP_ACK, r->our + 1000, r->their, 300);
	rig_quiet(r); // one, then as many more as come back
	rig_in(r, TCP_ACK, r->their, r->our + 1300, 0);
	take_all(r, r->our + 1300, r->our + 5500, 300);
	rig_quiet(r);
	rig_write(r, 1000);
	rig_in(r, TCP_ACK, r->their, r->our + 5500, 0);
	rig_expect(r, TCP_ACK, r->our + 5500, r->their, 300);
	assert_int_equal(counters(r)->path_mtu_lowered, 1);
	assert_int_equal(counters(r)->retransmit_timeouts, 0);
	rig_free(r);
}

static void timestamps_take_their_part(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_open_with(r, TCP_OPT_TIMESTAMP);
	rig_write(r, 900);
	rig_out(r);
	assert_true(too_big(r, r->our, 500));
	assert_int_equal(mss_of(r), 500 - HEAD - TCP_TS_OPTION_SIZE);
	rig_free(r);
}

static void only_what_is_under_way_is_believed(void **state)
{
	struct rig *r = rig_open();
	struct endpoint peer = r->peer;

	(void)state;
	assert_false(too_big(r, r->our, 500)); // nothing is
	rig_write(r, 3000);
	rig_out(r);
	rig_out(r);
	assert_false(too_big(r, r->our - 1, 500));
	assert_false(too_big(r, r->our + 2000, 500));
	r->peer.port++;
	assert_false(too_big(r, r->our, 500));
	r->peer = peer;
	assert_int_equal(counters(r)->path_mtu_refused, 4);
	assert_int_equal(mss_of(r), MSS);
	assert_true(too_big(r, r->our + 1999, 500));
	rig_free(r);
}

static void segments_never_become_larger(void **state)
{
	struct rig *r = rig_open();

	(void)state;
	rig_write(r, 3000);
	rig_out(r);
	assert_false(too_big(r, r->our, MSS + HEAD));
	assert_false(too_big(r, r->our, 65535));
	assert_false(too_big(r, r->our, UINT32_MAX));
	assert_true(too_big(r, r->our, 0)); // unsaid
	assert_int_equal(mss_of(r), 576 - HEAD);
	assert_false(too_big(r, r->our, 0));
	assert_true(too_big(r, r->our, 1));
	assert_int_equal(mss_of(r), TCP_MSS_FLOOR);
	assert_false(too_big(r, r->our, 1));
	assert_int_equal(counters(r)->path_mtu_lowered, 2);
	take_all(r, r->our, r->our + 3000, TCP_MSS_FLOOR);
	rig_free(r);
}

static void opening_is_not_disturbed(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	assert_int_equal(tcp_connect(r->stack, &r->us, &r->peer, 5, r->now_us, &r->conn), 0);
	r->our = rig_out(r).seq + 1;
	assert_false(too_big(r, r->our - 1, 100));
	rig_quiet(r);
	rig_free(r);
}

// With the peer's FIN and ours, sacked blocks, and a window that is shut in between.
static void fin_and_sacked_blocks_survive(void **state)
{
	struct rig *r = rig_new(rig_config());
	struct tcp_segment ack, seg;
	uint32_t seen = 0;

	(void)state;
	rig_open_with(r, TCP_OPT_SACK_OK);
	rig_write(r, 4000);
	tcp_close(r->stack, r->conn);
	for (int i = 0; i < 4; i++)
		seg = rig_out(r);
	assert_int_equal(seg.flags, TCP_ACK | TCP_PSH | TCP_FIN);
	ack = rig_segment(r, TCP_ACK, r->their, r->our + 500, 0); // half a segment
	ack.options.nsacks = 1;
	ack.options.sacks[0] = (struct tcp_sack){ r->our + 2000, r->our + 3000 };
	assert_int_equal(tcp_input(r->stack, &ack, r->now_us), TCP_OK);
	assert_true(too_big(r, r->our + 1000, 440));
	for (uint32_t at = r->our + 500; at != r->our + 4001;) {
		seg = rig_out(r);
		assert_true(seg.len <= 400);
		assert_true(seg.seq == at || (at == r->our + 2000 && seg.seq == r->our + 3000));
		assert_memory_equal(seg.payload, r->payload + (seg.seq - r->our), seg.len);
		at = seg.seq + seg.len + ((seg.flags & TCP_FIN) != 0);
		seen += seg.len;
		rig_in(r, TCP_ACK, r->their, at, 0);
	}
	assert_int_equal(seen, 2500); // the sacked thousand did not go again
	rig_free(r);
}

static void memory_may_lack(void **state)
{
	struct tcp_config config = rig_config();
	struct rig *r;
	void *block;
	unsigned kept = 0;
	static void *blocks[1 << 16];

	(void)state;
	config.buffer_bytes = 8 * SLAB_CHUNK_SIZE;
	r = rig_new(config);
	rig_open_with(r, 0);
	rig_write(r, 5000);
	for (int i = 0; i < 5; i++)
		rig_out(r);
	for (size_t n = SLAB_MAX; n >= 128; n /= 4) {
		while ((block = slab_take(&r->stack->slab, n)) != NULL)
			blocks[kept++] = block;
	}
	assert_true(too_big(r, r->our, 340));
	take_all(r, r->our, r->our + 5000, 300);
	while (kept > 0)
		slab_give(&r->stack->slab, blocks[--kept]);
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segments_become_smaller_and_go_again),
		cmocka_unit_test(timestamps_take_their_part),
		cmocka_unit_test(only_what_is_under_way_is_believed),
		cmocka_unit_test(segments_never_become_larger),
		cmocka_unit_test(opening_is_not_disturbed),
		cmocka_unit_test(fin_and_sacked_blocks_survive),
		cmocka_unit_test(memory_may_lack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
