// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What is sent: cut, repeated, probed, given up.
#include <errno.h>

#include "tests/unit/tcp/rig.h"

enum { MSS = 1000 };

static const struct tcp_counters *counters(const struct rig *r)
{
	return tcp_counters(r->stack);
}

static void queue_is_cut_into_segments(void **state)
{
	struct rig *r = rig_open();
	struct tcp_segment seg;

	(void)state;
	rig_write(r, 2500);
	seg = rig_out(r);
	assert_int_equal(seg.len, MSS);
	assert_memory_equal(seg.payload, r->payload, MSS);
	rig_expect(r, TCP_ACK, r->our + 1000, r->their, MSS);
	seg = rig_out(r);
	assert_int_equal(seg.len, 500);
	assert_memory_equal(seg.payload, r->payload + 2000, 500);
	rig_quiet(r);
	assert_int_equal(rig_in(r, TCP_ACK, r->their, r->our + 2500, 0), TCP_OK);
	assert_int_equal(r->stack->slab.used_bytes, 0);
	rig_free(r);
}

static void send_queue_is_bounded_and_tells_of_room(void **state)
{
	struct tcp_config config = rig_config();
	struct rig *r;

	(void)state;
	config.send_cap = 4000;
	r = rig_new(config);
	rig_open_with(r, 0);
	rig_write(r, 3000);
	assert_int_equal(tcp_write(r->stack, r->conn, r->payload, 4001, r->now_us), -EMSGSIZE);
	assert_int_equal(tcp_write(r->stack, r->conn, r->payload, 1001, r->now_us), -ENOBUFS);
	rig_write(r, 1000);
	while (rig_out(r).seq != r->our + 3000)
		;
	rig_in(r, TCP_ACK, r->their, r->our + 1000, 0);
	assert_int_equal(rig_event(r), 0);
	rig_in(r, TCP_ACK, r->their, r->our + 2000, 0);
	assert_int_equal(rig_event(r), TCP_EVENT_WRITABLE);
	rig_free(r);
}

// However much strangers let queue and do not read, those that are known have room.
static void those_who_do_not_read_leave_room(void **state)
{
	struct tcp_config config = rig_config();
	struct tcp_usage usage;
	struct rig *r;

	(void)state;
	config.buffer_bytes = 1 << 20;
	r = rig_new(config);
	for (unsigned i = 0; i < config.connections - 1; i++) {
		rig_open_with(r, 0);
		while (tcp_write(r->stack, r->conn, r->payload, 200, r->now_us) == 0)
			assert_true(tcp_queued(r->stack, r->conn) <= config.send_cap);
		rig_run_drain(r, 10);
		r->peer.port++;
	}
	tcp_usage(r->stack, &usage);
	assert_true(usage.buffer_bytes <= usage.buffer_cap / 2);
	rig_open_with(r, 0);
	tcp_trust(r->stack, r->conn);
	for (int i = 0; i < 20; i++)
		rig_write(r, 1000);
	rig_free(r);
}

static void timeout_sends_again_and_backs_off(void **state)
{
	struct rig *r = rig_open();

	(void)state;
	rig_write(r, 100);
	rig_out(r);
	assert_int_equal(rig_run_drain(r, 980), 0);
	rig_run(r, 40);
	rig_expect(r, TCP_ACK | TCP_PSH, r->our, r->their, 100);
	assert_int_equal(rig_run_drain(r, 1960), 0);
	assert_int_equal(rig_run_drain(r, 60), 1);
	rig_in(r, TCP_ACK, r->their, r->our + 100, 0);
	assert_int_equal(rig_run_drain(r, 10000), 0);
	assert_int_equal(counters(r)->retransmit_timeouts, 2);
	rig_free(r);
}

static void silent_peer_is_given_up(void **state)
{
	struct rig *r = rig_open();

	(void)state;
	rig_write(r, 100);
	rig_run_drain(r, 200000);
	assert_int_equal(rig_event(r), TCP_EVENT_CLOSED);
	assert_int_equal(r->reason, TCP_REASON_TIMEOUT);
	assert_int_equal(tcp_write(r->stack, r->conn, "x", 1, r->now_us), -ENOTCONN);
	assert_int_equal(counters(r)->resets_out, 1);
	rig_free(r);
}

static void three_duplicates_send_again_at_once(void **state)
{
	struct rig *r = rig_open();

	(void)state;
	rig_write(r, 6000);
	for (int i = 0; i < 6; i++)
		rig_expect(r, i < 5 ? TCP_ACK : TCP_ACK | TCP_PSH, r->our + i * MSS, r->their, MSS);
	rig_in(r, TCP_ACK, r->their, r->our + 1000, 0);
	rig_in(r, TCP_ACK, r->their, r->our + 1000, 0);
	rig_in(r, TCP_ACK, r->their, r->our + 1000, 0);
	rig_quiet(r);
	rig_in(r, TCP_ACK, r->their, r->our + 1000, 0);
	rig_expect(r, TCP_ACK, r->our + 1000, r->their, MSS);
	rig_quiet(r);
	rig_in(r, TCP_ACK, r->their, r->our + 3000, 0); // partial: the next hole at once
	rig_expect(r, TCP_ACK, r->our + 3000, r->their, MSS);
	rig_in(r, TCP_ACK, r->their, r->our + 6000, 0);
	rig_quiet(r);
	assert_int_equal(counters(r)->fast_retransmits, 1);
	assert_int_equal(counters(r)->retransmit_timeouts, 0);
	rig_free(r);
}

static void sacked_segments_are_not_sent_again(void **state)
{
	struct rig *r = rig_new(rig_config());
	struct tcp_segment ack;

	(void)state;
	rig_open_with(r, TCP_OPT_SACK_OK);
	rig_write(r, 6000);
	for (int i = 0; i < 6; i++)
		rig_out(r);
	// 0 and 2 are lost, 1, 3, 4, 5 arrive.
	for (int i = 1; i < 5; i++) {
		ack = rig_segment(r, TCP_ACK, r->their, r->our, 0);
		ack.options.nsacks = 2;
		ack.options.sacks[0] = (struct tcp_sack){ r->our + 3000,
			r->our + 3000 + (uint32_t)i * 1000 - 1000 };
		ack.options.sacks[1] = (struct tcp_sack){ r->our + 1000, r->our + 2000 };
		assert_int_equal(tcp_input(r->stack, &ack, r->now_us), TCP_OK);
	}
	rig_expect(r, TCP_ACK, r->our, r->their, MSS);
	rig_expect(r, TCP_ACK, r->our + 2000, r->their, MSS);
	rig_quiet(r);
	rig_in(r, TCP_ACK, r->their, r->our + 6000, 0);
	rig_quiet(r);
	rig_free(r);
}

static void shut_window_is_probed(void **state)
{
	struct rig *r = rig_open();
	unsigned probes;

	(void)state;
	r->wnd = 0;
	rig_in(r, TCP_ACK, r->their, r->our, 1);
	rig_write(r, 100);
	rig_quiet(r);
	rig_run(r, 1020);
	rig_expect(r, TCP_ACK, r->our, r->their + 1, 1);
	rig_in(r, TCP_ACK, r->their + 1, r->our, 0);
	probes = rig_run_drain(r, 20000);
	assert_in_range(probes, 2, 6);
	r->wnd = 1000;
	rig_in(r, TCP_ACK, r->their + 1, r->our, 0);
	rig_expect(r, TCP_ACK | TCP_PSH, r->our, r->their + 1, 100);
	rig_in(r, TCP_ACK, r->their + 1, r->our + 100, 0);
	rig_free(r);
}

static void peer_that_never_reads_is_given_up(void **state)
{
	struct rig *r = rig_open();
	struct tcp_segment seg;

	(void)state;
	r->wnd = 0;
	rig_in(r, TCP_ACK, r->their, r->our, 1);
	rig_write(r, 100);
	for (int i = 0; i < 40000 && rig_event(r) != TCP_EVENT_CLOSED; i++) {
		rig_run(r, 10);
		while (tcp_output_next(r->stack, r->now_us, &seg)) {
			if (seg.len > 0)
				rig_in(r, TCP_ACK, r->their + 1, r->our, 0);
		}
	}
	assert_int_equal(r->reason, TCP_REASON_STALLED);
	assert_in_range(r->now_us, 1300000000, 1380000000);
	rig_free(r);
}

static void handful_below_the_window_waits_then_goes(void **state)
{
	struct rig *r = rig_open();

	(void)state;
	r->wnd = 300; // of a peer that once had 65535: not worth a segment at once
	rig_in(r, TCP_ACK, r->their, r->our, 1);
	rig_write(r, 500);
	rig_run(r, 50);
	rig_expect(r, TCP_ACK, r->our, r->their + 1, 0);
	rig_quiet(r);
	rig_run(r, 1020);
	rig_expect(r, TCP_ACK, r->our, r->their + 1, 300);
	rig_free(r);
}

static void window_scale_counts(void **state)
{
	struct rig *r = rig_new(rig_config());
	struct tcp_info info;

	(void)state;
	r->wnd = 1000;
	rig_open_with(r, TCP_OPT_WSCALE);
	assert_int_equal(tcp_info(r->stack, r->conn, &info), 0);
	assert_int_equal(info.send_window, 4000);
	rig_free(r);
}

static void dead_peer_is_found_by_keepalives(void **state)
{
	struct tcp_config config = rig_config();
	struct rig *r;

	(void)state;
	config.keepalive_idle_ms = 10000;
	config.keepalive_interval_ms = 1000;
	config.keepalive_count = 3;
	r = rig_new(config);
	rig_open_with(r, 0);
	assert_int_equal(rig_run_drain(r, 9980), 0);
	rig_run(r, 40);
	rig_expect(r, TCP_ACK, r->our - 1, r->their, 0);
	rig_in(r, TCP_ACK, r->their, r->our, 0); // alive
	assert_int_equal(rig_run_drain(r, 9980), 0);
	assert_int_equal(rig_run_drain(r, 2500), 3);
	rig_run(r, 1000);
	assert_int_equal(rig_event(r), TCP_EVENT_CLOSED);
	assert_int_equal(r->reason, TCP_REASON_KEEPALIVE);
	rig_free(r);
}

static void idle_timer_is_not_moved_by_traffic(void **state)
{
	struct rig *r = rig_open();
	const struct tcb *tcb;
	uint64_t due;

	(void)state;
	tcb = pool_get(&r->stack->conns, r->conn);
	due = tcb->timer.due_us;
	for (uint32_t i = 0; i < 10; i++) {
		r->now_us += 1000000;
		rig_in(r, TCP_ACK, r->their, r->our, 0);
		assert_int_equal(tcb->timer.due_us, due);
	}
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queue_is_cut_into_segments),
		cmocka_unit_test(send_queue_is_bounded_and_tells_of_room),
		cmocka_unit_test(those_who_do_not_read_leave_room),
		cmocka_unit_test(timeout_sends_again_and_backs_off),
		cmocka_unit_test(silent_peer_is_given_up),
		cmocka_unit_test(three_duplicates_send_again_at_once),
		cmocka_unit_test(sacked_segments_are_not_sent_again),
		cmocka_unit_test(shut_window_is_probed),
		cmocka_unit_test(peer_that_never_reads_is_given_up),
		cmocka_unit_test(handful_below_the_window_waits_then_goes),
		cmocka_unit_test(window_scale_counts),
		cmocka_unit_test(dead_peer_is_found_by_keepalives),
		cmocka_unit_test(idle_timer_is_not_moved_by_traffic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
