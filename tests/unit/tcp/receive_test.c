// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What arrives: in place, out of order, twice, too much.
#include <errno.h>

#include "tests/unit/tcp/rig.h"

enum { MSS = 1000 };

static struct span peek(const struct rig *r)
{
	return tcp_peek(r->stack, r->conn);
}

static const struct tcp_counters *counters(const struct rig *r)
{
	return tcp_counters(r->stack);
}

static void bytes_are_read_in_place(void **state)
{
	struct rig *r = rig_open();
	struct tcp_segment seg = rig_segment(r, TCP_ACK, r->their, r->our, 100);
	struct tcp_usage usage;

	(void)state;
	assert_int_equal(tcp_input(r->stack, &seg, r->now_us), TCP_OK);
	assert_int_equal(rig_event(r), TCP_EVENT_READABLE);
	assert_ptr_equal(peek(r).p, seg.payload);
	assert_int_equal(peek(r).n, 100);
	assert_int_equal(tcp_consume(r->stack, r->conn, 60), 0);
	assert_ptr_equal(peek(r).p, seg.payload + 60);
	tcp_input_done(r->stack);
	assert_ptr_not_equal(peek(r).p, seg.payload + 60);
	assert_int_equal(peek(r).n, 40);
	assert_memory_equal(peek(r).p, seg.payload + 60, 40);
	assert_int_equal(tcp_consume(r->stack, r->conn, 41), -EINVAL);
	assert_int_equal(tcp_consume(r->stack, r->conn, 40), 0);
	tcp_usage(r->stack, &usage);
	assert_int_equal(usage.buffer_bytes, 0); // idle: no buffer
	assert_int_equal(counters(r)->copied_bytes, 40);
	rig_free(r);
}

static void message_in_many_segments_is_contiguous(void **state)
{
	struct rig *r = rig_open();

	(void)state;
	for (uint32_t i = 0; i < 4000; i += 40)
		assert_int_equal(rig_in(r, TCP_ACK, r->their + i, r->our, 40), TCP_OK);
	assert_int_equal(peek(r).n, 4000);
	assert_memory_equal(peek(r).p, r->payload, 4000);
	rig_free(r);
}

static void lone_segment_is_acked_late_every_second_at_once(void **state)
{
	struct rig *r = rig_open();

	(void)state;
	rig_in(r, TCP_ACK, r->their, r->our, MSS);
	rig_quiet(r);
	assert_int_equal(rig_run_drain(r, 30), 0);
	rig_run(r, 30);
	rig_expect(r, TCP_ACK, r->our, r->their + MSS, 0);
	rig_in(r, TCP_ACK, r->their + MSS, r->our, MSS);
	rig_quiet(r);
	rig_in(r, TCP_ACK, r->their + 2 * MSS, r->our, MSS);
	rig_expect(r, TCP_ACK, r->our, r->their + 3 * MSS, 0);
	rig_free(r);
}

static void answer_carries_the_ack(void **state)
{
	struct rig *r = rig_open();

	(void)state;
	rig_in(r, TCP_ACK, r->their, r->our, 10);
	rig_write(r, 5);
	rig_write(r, 6);
	rig_expect(r, TCP_ACK | TCP_PSH, r->our, r->their + 10, 11); // replies coalesce
	rig_quiet(r);
	assert_int_equal(rig_run_drain(r, 100), 0);
	rig_free(r);
}

static void order_is_restored(void **state)
{
	struct rig *r = rig_new(rig_config());
	struct tcp_segment ack;

	(void)state;
	rig_open_with(r, TCP_OPT_SACK_OK);
	rig_in(r, TCP_ACK, r->their + 200, r->our, 100);
	ack = rig_out(r);
	assert_int_equal(ack.ack, r->their);
	assert_int_equal(ack.options.nsacks, 1);
	assert_int_equal(ack.options.sacks[0].left, r->their + 200);
	assert_int_equal(ack.options.sacks[0].right, r->their + 300);
	rig_in(r, TCP_ACK, r->their + 400, r->our, 100);
	ack = rig_out(r);
	assert_int_equal(ack.options.nsacks, 2);
	assert_int_equal(ack.options.sacks[0].left, r->their + 400); // the latest first
	assert_int_equal(ack.options.sacks[1].left, r->their + 200);
	assert_int_equal(rig_event(r), 0);
	rig_in(r, TCP_ACK, r->their, r->our, 200);
	rig_expect(r, TCP_ACK, r->our, r->their + 300, 0);
	rig_in(r, TCP_ACK, r->their + 300, r->our, 100);
	rig_expect(r, TCP_ACK, r->our, r->their + 500, 0);
	assert_int_equal(rig_event(r), TCP_EVENT_READABLE);
	assert_int_equal(peek(r).n, 500);
	assert_memory_equal(peek(r).p, r->payload, 500);
	rig_free(r);
}

static void overlaps_are_cut(void **state)
{
	// offset, length; the stream is whole after the last
	static const uint16_t rows[][2] = { { 50, 50 }, { 20, 100 }, { 60, 20 }, { 110, 90 },
		{ 20, 300 }, { 0, 30 }, { 0, 320 } };
	struct rig *r = rig_open();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		rig_in(r, TCP_ACK, r->their + rows[i][0], r->our, rows[i][1]);
	assert_int_equal(peek(r).n, 320);
	assert_memory_equal(peek(r).p, r->payload, 320);
	rig_free(r);
}

static void pieces_are_bounded(void **state)
{
	struct rig *r = rig_open();
	struct tcp_info info;

	(void)state;
	for (uint32_t i = 1; i < 30; i++)
		rig_in(r, TCP_ACK, r->their + 20 * i, r->our, 10);
	assert_int_equal(tcp_info(r->stack, r->conn, &info), 0);
	assert_int_equal(info.out_of_order_bytes, TCP_PIECES_MAX * 10);
	assert_int_equal(counters(r)->out_of_order_dropped, 29 - TCP_PIECES_MAX);
	for (uint32_t i = 0; i < 30; i++)
		rig_in(r, TCP_ACK, r->their + 1000 + 2000 * i, r->our, 2000);
	assert_int_equal(tcp_info(r->stack, r->conn, &info), 0);
	assert_true(info.out_of_order_bytes <= TCP_PIECE_BYTES);
	rig_free(r);
}

static void duplicates_are_acked_and_dropped(void **state)
{
	struct rig *r = rig_open();

	(void)state;
	rig_in(r, TCP_ACK, r->their, r->our, 100);
	assert_int_equal(rig_in(r, TCP_ACK, r->their, r->our, 100), TCP_OUT_OF_WINDOW);
	rig_expect(r, TCP_ACK, r->our, r->their + 100, 0);
	assert_int_equal(rig_in(r, TCP_ACK, r->their + 90, r->our, 30), TCP_OK);
	assert_int_equal(peek(r).n, 120);
	assert_memory_equal(peek(r).p, r->payload, 120);
	rig_free(r);
}

static void window_closes_and_opens(void **state)
{
	struct tcp_config config = rig_config();
	struct rig *r;

	(void)state;
	config.receive_cap = 4000;
	config.mss = 1000;
	r = rig_new(config);
	rig_open_with(r, 0);
	for (uint32_t i = 0; i < 4000; i += 1000)
		assert_int_equal(rig_in(r, TCP_ACK, r->their + i, r->our, 1000), TCP_OK);
	// One ACK for all, or they would look like duplicates.
	rig_expect(r, TCP_ACK, r->our, r->their + 4000, 0);
	rig_quiet(r);
	// A probe is answered, its byte not taken; the ACK it carries is heard.
	rig_write(r, 50);
	rig_out(r);
	assert_int_equal(rig_in(r, TCP_ACK, r->their + 4000, r->our + 50, 1), TCP_OK);
	rig_expect(r, TCP_ACK, r->our + 50, r->their + 4000, 0);
	assert_int_equal(peek(r).n, 4000);
	// No silly windows: a small gain is not told.
	assert_int_equal(tcp_consume(r->stack, r->conn, 500), 0);
	rig_quiet(r);
	assert_int_equal(tcp_consume(r->stack, r->conn, 1500), 0);
	assert_int_equal(rig_out(r).wnd, 2000);
	assert_int_equal(rig_in(r, TCP_ACK, r->their + 4000, r->our + 50, 2000), TCP_OK);
	assert_int_equal(peek(r).n, 4000);
	assert_memory_equal(peek(r).p, r->payload + 2000, 2000);
	rig_free(r);
}

static void no_buffer_no_acceptance(void **state)
{
	struct rig *r = rig_open();
	void *blocks[65];
	int n = 0;

	(void)state;
	while ((blocks[n] = slab_take(&r->stack->slab, SLAB_MAX)) != NULL)
		n++;
	rig_in(r, TCP_ACK, r->their, r->our, 10);
	rig_expect(r, TCP_ACK, r->our, r->their, 0);
	assert_int_equal(rig_event(r), 0);
	assert_int_equal(tcp_write(r->stack, r->conn, "x", 1, r->now_us), -ENOBUFS);
	while (n > 0)
		slab_give(&r->stack->slab, blocks[--n]);
	rig_run(r, 300);
	assert_int_equal(rig_event(r), TCP_EVENT_WRITABLE);
	rig_in(r, TCP_ACK, r->their, r->our, 10);
	assert_int_equal(rig_event(r), TCP_EVENT_READABLE);
	rig_free(r);
}

static void order_comes_before_what_is_out_of_order(void **state)
{
	struct rig *r = rig_open();
	void *blocks[65];
	struct tcp_info info;
	int n = 0;

	(void)state;
	rig_in(r, TCP_ACK, r->their + 1000, r->our, 5000); // holds a chunk of 8192-byte blocks
	while ((blocks[n] = slab_take(&r->stack->slab, SLAB_MAX)) != NULL)
		n++;
	assert_int_equal(rig_in(r, TCP_ACK, r->their, r->our, 100), TCP_OK);
	assert_int_equal(rig_event(r), TCP_EVENT_READABLE);
	assert_int_equal(peek(r).n, 100);
	assert_int_equal(tcp_info(r->stack, r->conn, &info), 0);
	assert_int_equal(info.out_of_order_bytes, 0);
	while (n > 0)
		slab_give(&r->stack->slab, blocks[--n]);
	rig_free(r);
}

static void window_promised_is_kept_when_scaled(void **state)
{
	struct tcp_config config = rig_config();
	struct rig *r;

	(void)state;
	config.receive_cap = 4000;
	config.window_scale = 2;
	r = rig_new(config);
	rig_open_with(r, TCP_OPT_WSCALE);
	rig_in(r, TCP_ACK, r->their, r->our, 1);
	rig_run(r, 60);
	assert_int_equal(rig_out(r).wnd, 3999 / 4); // rounded down: the edge seems to move back
	assert_int_equal(rig_in(r, TCP_ACK, r->their + 1, r->our, 3999), TCP_OK);
	assert_int_equal(peek(r).n, 4000);
	rig_free(r);
}

static void reading_again_can_be_asked_for(void **state)
{
	struct rig *r = rig_open();

	(void)state;
	tcp_read_again(r->stack, r->conn);
	assert_int_equal(rig_event(r), 0);
	rig_in(r, TCP_ACK, r->their, r->our, 10);
	assert_int_equal(rig_event(r), TCP_EVENT_READABLE);
	assert_int_equal(rig_event(r), 0);
	tcp_read_again(r->stack, r->conn);
	assert_int_equal(rig_event(r), TCP_EVENT_READABLE);
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_read_in_place),
		cmocka_unit_test(message_in_many_segments_is_contiguous),
		cmocka_unit_test(lone_segment_is_acked_late_every_second_at_once),
		cmocka_unit_test(answer_carries_the_ack),
		cmocka_unit_test(order_is_restored),
		cmocka_unit_test(overlaps_are_cut),
		cmocka_unit_test(pieces_are_bounded),
		cmocka_unit_test(duplicates_are_acked_and_dropped),
		cmocka_unit_test(window_closes_and_opens),
		cmocka_unit_test(no_buffer_no_acceptance),
		cmocka_unit_test(order_comes_before_what_is_out_of_order),
		cmocka_unit_test(window_promised_is_kept_when_scaled),
		cmocka_unit_test(reading_again_can_be_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
