// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// One stack and a peer played by hand: segments in, segments and events out, a clock that the test
// turns. Sequence numbers on the peer's side start at RIG_IRS; `r->our` is the first number the
// stack sends.
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/tcp/tcb.h"

enum { RIG_IRS = 5000, RIG_USER = 77 };

struct rig {
	struct tcp_stack *stack;
	struct tcp_config config;
	uint64_t now_us;
	struct endpoint us;
	struct endpoint peer;
	handle_t conn;
	uint32_t our;	// first byte the stack sends
	uint32_t their; // first byte the peer sends
	uint16_t wnd;	// the peer's window field
	uint32_t ts;	// the peer's timestamp, 0 for none
	uint32_t ts_echo;
	uint8_t reason; // of the last CLOSED
	uint8_t payload[9000];
};

static inline struct endpoint rig_endpoint(uint8_t last, uint16_t port)
{
	struct endpoint e = { .addr = addr_ipv4(htonl(0x0a000000u | last)), .port = port };

	return e;
}

static inline struct tcp_config rig_config(void)
{
	struct tcp_config config = tcp_config_default();

	config.connections = 64;
	config.syn_cache = 16;
	config.time_wait_records = 8;
	config.buffer_bytes = 4 << 20;
	return config;
}

static inline struct rig *rig_new(struct tcp_config config)
{
	const struct siphash_key key = { 0x0123456789abcdef, 0xfedcba9876543210 };
	struct rig *r = calloc(1, sizeof(*r));
	struct endpoint any = { .port = 2000 };

	assert_non_null(r);
	r->config = config;
	r->now_us = 1000000000;
	r->us = rig_endpoint(1, 2000);
	r->peer = rig_endpoint(2, 40000);
	r->wnd = 65535;
	r->their = RIG_IRS + 1;
	assert_int_equal(tcp_stack_init(&r->stack, &config, 3, &key, r->now_us), 0);
	assert_int_equal(tcp_listen(r->stack, &any, RIG_USER), 0);
	for (size_t i = 0; i < sizeof(r->payload); i++)
		r->payload[i] = (uint8_t)(i * 7 + i / 256);
	return r;
}

static inline struct tcp_segment rig_segment(const struct rig *r, uint8_t flags, uint32_t seq,
	uint32_t ack, uint16_t len)
{
	struct tcp_segment seg = {
		.local = r->us,
		.remote = r->peer,
		.seq = seq,
		.ack = ack,
		.wnd = r->wnd,
		.flags = flags,
		.payload = r->payload + (seq - r->their) % 4096,
		.len = len,
	};

	if (r->ts != 0) {
		seg.options.present |= TCP_OPT_TIMESTAMP;
		seg.options.ts_value = r->ts;
		seg.options.ts_echo = r->ts_echo;
	}
	return seg;
}

static inline enum tcp_verdict rig_in(struct rig *r, uint8_t flags, uint32_t seq, uint32_t ack,
	uint16_t len)
{
	struct tcp_segment seg = rig_segment(r, flags, seq, ack, len);
	enum tcp_verdict verdict = tcp_input(r->stack, &seg, r->now_us);

	tcp_input_done(r->stack);
	return verdict;
}

// The next segment the stack sends; there must be one.
static inline struct tcp_segment rig_out(struct rig *r)
{
	struct tcp_segment seg;

	assert_true(tcp_output_next(r->stack, r->now_us, &seg));
	if (seg.options.present & TCP_OPT_TIMESTAMP)
		r->ts_echo = seg.options.ts_value;
	return seg;
}

static inline void rig_quiet(struct rig *r)
{
	struct tcp_segment seg;

	assert_false(tcp_output_next(r->stack, r->now_us, &seg));
}

#define rig_expect(r, flags_, seq_, ack_, len_)                                                    \
	do {                                                                                       \
		struct tcp_segment out_ = rig_out(r);                                              \
		assert_int_equal(out_.flags, (flags_));                                            \
		assert_int_equal(out_.seq, (uint32_t)(seq_));                                      \
		assert_int_equal(out_.ack, (uint32_t)(ack_));                                      \
		assert_int_equal(out_.len, (len_));                                                \
	} while (0)

// The news of the one connection with news; 0 when there are none.
static inline uint8_t rig_event(struct rig *r)
{
	struct tcp_event event;

	if (!tcp_event_next(r->stack, &event))
		return 0;
	r->conn = event.conn;
	r->reason = event.reason;
	return event.events;
}

static inline void rig_run(struct rig *r, uint32_t ms)
{
	for (uint32_t i = 0; i < ms; i += 10) {
		r->now_us += 10000;
		tcp_expire(r->stack, r->now_us);
	}
}

// What comes out during so many milliseconds is thrown away.
static inline unsigned rig_run_drain(struct rig *r, uint32_t ms)
{
	struct tcp_segment seg;
	unsigned n = 0;

	for (uint32_t i = 0; i < ms; i += 10) {
		rig_run(r, 10);
		while (tcp_output_next(r->stack, r->now_us, &seg))
			n++;
	}
	return n;
}

static inline void rig_syn(struct rig *r, uint8_t options)
{
	struct tcp_segment seg = rig_segment(r, TCP_SYN, RIG_IRS, 0, 0);

	seg.options.present |= options | TCP_OPT_MSS;
	seg.options.mss = 1000;
	seg.options.wscale = 2;
	assert_int_equal(tcp_input(r->stack, &seg, r->now_us), TCP_OK);
}

// A connection opened by the peer with an MSS of 1000 and these options.
static inline void rig_open_with(struct rig *r, uint8_t options)
{
	struct tcp_segment seg;

	if (options & TCP_OPT_TIMESTAMP)
		r->ts = 1000;
	rig_syn(r, options);
	seg = rig_out(r);
	assert_int_equal(seg.flags, TCP_SYN | TCP_ACK);
	assert_int_equal(seg.ack, r->their);
	r->our = seg.seq + 1;
	assert_int_equal(rig_in(r, TCP_ACK, r->their, r->our, 0), TCP_OK);
	assert_int_equal(rig_event(r), TCP_EVENT_OPENED);
	rig_quiet(r);
}

static inline struct rig *rig_open(void)
{
	struct rig *r = rig_new(rig_config());

	rig_open_with(r, 0);
	return r;
}

static inline void rig_write(struct rig *r, size_t n)
{
	assert_int_equal(tcp_write(r->stack, r->conn, r->payload, n, r->now_us), 0);
}

static inline void rig_assert_empty(const struct tcp_stack *stack)
{
	struct tcp_usage usage;

	tcp_usage(stack, &usage);
	assert_int_equal(usage.connections, 0);
	assert_int_equal(usage.half_open, 0);
	assert_int_equal(usage.time_wait, 0);
	assert_int_equal(usage.out_of_order_bytes, 0);
	assert_int_equal(usage.buffer_bytes, 0);
	assert_int_equal(stack->wheel.armed, 0);
	assert_int_equal(stack->table.used, 0);
	assert_int_equal(stack->syns.table.used, 0);
	assert_int_equal(stack->waits.table.used, 0);
	assert_int_equal(stack->output.head, TCP_NONE);
	assert_int_equal(stack->events.head, TCP_NONE);
	assert_null(stack->borrower);
}

// Ends the connections that are left and checks that nothing is held any more.
static inline void rig_free(struct rig *r)
{
	struct tcp_segment seg;
	struct tcp_info info;
	uint32_t cursor = 0;

	while (tcp_info_next(r->stack, &cursor, &info))
		tcp_abort(r->stack, info.conn);
	while (rig_event(r) != 0)
		;
	while (tcp_output_next(r->stack, r->now_us, &seg))
		;
	rig_run_drain(r, 20000 + r->config.time_wait_ms);
	rig_assert_empty(r->stack);
	tcp_stack_fini(r->stack);
	free(r);
}
