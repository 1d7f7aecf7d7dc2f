// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Path MTU discovery (RFC 1191, RFC 8201): a router could not pass a segment on and says what it
// can.
#include "dataplane/tcp/tcb.h"

enum {
	IPV4_HEADER = 20,
	IPV6_HEADER = 40,
	MTU_UNSAID = 576, // RFC 1191 5: the router is too old to say
};

// The payload of a segment that fits; TCP_MSS_FLOOR at least.
static uint32_t mss_within(const struct tcb *tcb, uint32_t mtu)
{
	uint32_t head = (tcb->local.addr.family == ADDR_IPV6 ? IPV6_HEADER : IPV4_HEADER) +
		TCP_HEADER_MIN + (tcb_has(tcb, TCB_TIMESTAMPS) ? TCP_TS_OPTION_SIZE : 0);
	uint32_t size = mtu == 0 ? MTU_UNSAID : mtu;

	return size > head + TCP_MSS_FLOOR ? size - head : TCP_MSS_FLOOR;
}

// RFC 1191 6.4: all that is under way goes again, in slow start but without the penalty of a loss.
static void mss_lower(struct tcp_stack *stack, struct tcb *tcb, uint32_t mss)
{
	tcb->mss = (uint16_t)mss;
	sendq_cut(stack, tcb);
	sendq_unmark(tcb, false);
	tcb->snd_nxt = tcb->snd_una;
	tcb->recover = tcb->snd_max;
	tcb->dupacks = 0;
	tcb->cwnd = mss;
	tcb_clear(tcb, TCB_RECOVERY | TCB_RTT_TIMING | TCB_SEND_HEAD);
	tcb_output(stack, tcb);
}

bool tcp_path_mtu(struct tcp_stack *stack, const struct endpoint *local,
	const struct endpoint *remote, uint32_t seq, uint32_t mtu)
{
	struct tcb *tcb = tcb_find(stack, tcp_hash(stack, local, remote), local, remote);
	uint32_t mss;

	// RFC 5927 4.1: who cannot see the connection does not know what is under way.
	if (tcb == NULL || tcb_opening(tcb) || !seq_in(seq, tcb->snd_una, tcb->snd_max - tcb->snd_una)) {
		stack->counters.path_mtu_refused++;
		return false;
	}
	mss = mss_within(tcb, mtu);
	if (mss >= tcb->mss)
		return false;
	mss_lower(stack, tcb, mss);
	stack->counters.path_mtu_lowered++;
	return true;
}
