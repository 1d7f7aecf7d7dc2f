// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// SYN cookies (RFC 4987 3.6): the handshake without a record. All that we have to remember goes out
// as our initial sequence number, and comes back with the third packet:
//	bit  31		the lowest bit of the epoch in which it was made
//	bits 28 to 30	the MSS, as an index
//	bits 16 to 27	keyed hash of tuple and epoch
//	bits 0 to 15	keyed hash of tuple, epoch, MSS, options and the peer's first number
// Who cannot see our SYN-ACK has one chance in 2^28 for each guess. The hash is in two parts
// because a segment behind the third packet may overtake it: its numbers prove the tuple but not
// the peer's first number, so that it is dropped, not reset, and the peer will send the first one
// again.
//
// The peer's window scale and SACK-permitted have no room there. They go into the low bits of our
// timestamp, which the peer echoes; without timestamps the connection does without both.
#include "dataplane/tcp/tcb.h"

enum {
	COOKIE_EPOCH_US = 64000000, // a cookie lives one to two of these
	CARRY_SCALE = 0x0f,
	CARRY_NO_SCALE = 0x0f, // RFC 7323 2.3: a scale is at most 14
	CARRY_SACK = 0x10,
	CARRY_MASK = 0x1f,
	CARRY_TIMESTAMPS = 0x20, // not carried: seen by the option
};

static const uint16_t mss_steps[8] = { TCP_MSS_FLOOR, 216, TCP_MSS_DEFAULT, 1200, 1300, 1400, 1440,
	1460 };

static uint8_t mss_index(uint16_t mss)
{
	uint8_t i = sizeof(mss_steps) / sizeof(mss_steps[0]) - 1;

	while (i > 0 && mss_steps[i] > mss)
		i--;
	return i;
}

static uint8_t carry_of(const struct tcp_agreed *agreed)
{
	uint8_t carry = CARRY_TIMESTAMPS | CARRY_NO_SCALE;

	if ((agreed->options & TCP_OPT_TIMESTAMP) == 0)
		return 0;
	if (agreed->options & TCP_OPT_WSCALE)
		carry = CARRY_TIMESTAMPS | agreed->snd_scale;
	return agreed->options & TCP_OPT_SACK_OK ? carry | CARRY_SACK : carry;
}

// The carried bits in the clock's place, never ahead of the clock: the next value must not be
// smaller.
static uint32_t carry_stamp(uint32_t clock, uint8_t carry)
{
	uint32_t stamp = (clock & ~(uint32_t)CARRY_MASK) | (carry & CARRY_MASK);

	return seq_gt(stamp, clock) ? stamp - CARRY_MASK - 1 : stamp;
}

// --- making --------------------------------------------------------------------------------------

static uint32_t tuple_bits(const struct tcp_stack *stack, const struct endpoint *local,
	const struct endpoint *remote, uint64_t epoch)
{
	return (uint32_t)tcp_cookie_hash(stack, local, remote, epoch, UINT64_MAX) & 0xfff;
}

static uint32_t proof_bits(const struct tcp_stack *stack, const struct endpoint *local,
	const struct endpoint *remote, uint64_t epoch, uint32_t irs, uint8_t mss, uint8_t carry)
{
	uint64_t rest = (uint64_t)irs << 32 | (uint64_t)mss << 8 | carry;

	return (uint32_t)tcp_cookie_hash(stack, local, remote, epoch, rest) & 0xffff;
}

enum tcp_verdict cookie_send(struct tcp_stack *stack, const struct tcp_segment *seg,
	uint64_t now_us)
{
	uint64_t epoch = now_us / COOKIE_EPOCH_US;
	struct syn_record handshake = {
		.local = seg->local,
		.remote = seg->remote,
		.irs = seg->seq,
		.agreed = tcp_agree(stack, seg),
	};
	uint8_t mss = mss_index(handshake.agreed.mss);
	uint8_t carry = carry_of(&handshake.agreed);
	uint32_t clock = tcp_ms(now_us) + tcp_ts_offset(stack, &seg->local, &seg->remote);

	handshake.iss = (uint32_t)(epoch & 1) << 31 | (uint32_t)mss << 28 |
		tuple_bits(stack, &seg->local, &seg->remote, epoch) << 16 |
		proof_bits(stack, &seg->local, &seg->remote, epoch, seg->seq, mss, carry);
	if (carry == 0)
		handshake.agreed.options &= TCP_OPT_MSS;
	stack->cookies_until_us = now_us + 2ull * COOKIE_EPOCH_US;
	stack->counters.cookies_sent++;
	syn_ack_send(stack, &handshake, carry_stamp(clock, carry));
	return TCP_OK;
}

// --- taking back ---------------------------------------------------------------------------------

static uint8_t carry_back(const struct tcp_segment *seg)
{
	if ((seg->options.present & TCP_OPT_TIMESTAMP) == 0)
		return 0;
	return CARRY_TIMESTAMPS | (seg->options.ts_echo & CARRY_MASK);
}

static struct tcp_agreed agreed_back(const struct tcp_stack *stack, const struct tcp_segment *seg,
	uint8_t mss, uint8_t carry)
{
	struct tcp_agreed agreed = {
		.ts_recent = seg->options.ts_value,
		.mss = mss_steps[mss] < stack->config.mss ? mss_steps[mss] : stack->config.mss,
		.options = TCP_OPT_MSS,
	};

	if (carry == 0)
		return agreed;
	agreed.options |= TCP_OPT_TIMESTAMP;
	if (carry & CARRY_SACK)
		agreed.options |= TCP_OPT_SACK_OK;
	if ((carry & CARRY_SCALE) != CARRY_NO_SCALE) {
		agreed.options |= TCP_OPT_WSCALE;
		agreed.snd_scale = carry & CARRY_SCALE;
	}
	return agreed;
}

// TCP_OK for our own cookie, TCP_OUT_OF_WINDOW when only the tuple is right, else TCP_NO_CONN.
static enum tcp_verdict cookie_check(const struct tcp_stack *stack, const struct tcp_segment *seg,
	uint64_t now_us)
{
	uint32_t cookie = seg->ack - 1;
	uint64_t epoch = now_us / COOKIE_EPOCH_US;
	uint8_t mss = cookie >> 28 & 7;

	if ((epoch & 1) != cookie >> 31)
		epoch--;
	if ((cookie >> 16 & 0xfff) != tuple_bits(stack, &seg->local, &seg->remote, epoch))
		return TCP_NO_CONN;
	if ((cookie & 0xffff) != proof_bits(stack, &seg->local, &seg->remote, epoch, seg->seq - 1,
					 mss, carry_back(seg)))
		return TCP_OUT_OF_WINDOW;
	return TCP_OK;
}

enum tcp_verdict cookie_input(struct tcp_stack *stack, const struct tcp_segment *seg,
	uint64_t now_us, struct tcb **tcb)
{
	const struct tcp_listener *listener = tcp_listener_find(stack, &seg->local);
	struct syn_record handshake = {
		.local = seg->local,
		.remote = seg->remote,
		.iss = seg->ack - 1,
		.irs = seg->seq - 1,
	};
	enum tcp_verdict verdict;

	if (listener == NULL || now_us >= stack->cookies_until_us ||
		(seg->flags & (TCP_SYN | TCP_RST | TCP_ACK)) != TCP_ACK)
		return TCP_NO_CONN;
	verdict = cookie_check(stack, seg, now_us);
	if (verdict != TCP_OK) {
		stack->counters.cookies_refused++;
		return verdict;
	}
	handshake.agreed = agreed_back(stack, seg, handshake.iss >> 28 & 7, carry_back(seg));
	handshake.user = listener->user;
	*tcb = syn_open(stack, &handshake, seg, now_us);
	if (*tcb == NULL)
		return TCP_NO_ROOM;
	stack->counters.cookies_accepted++;
	return TCP_OK;
}
