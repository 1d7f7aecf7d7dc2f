// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What to send now: replies that belong to no block, then each connection of the output list until
// it has nothing more that its windows allow.
#include "dataplane/tcp/tcb.h"

void tcb_ack(struct tcp_stack *stack, struct tcb *tcb)
{
	if (tcb->acks_owed == 0)
		tcb->acks_owed = 1;
	tcb_output(stack, tcb);
}

void tcb_ack_again(struct tcp_stack *stack, struct tcb *tcb)
{
	if (tcb->acks_owed < UINT8_MAX)
		tcb->acks_owed++;
	tcb_output(stack, tcb);
}

// --- segments without a block --------------------------------------------------------------------

void tcp_reply(struct tcp_stack *stack, const struct tcp_segment *seg)
{
	uint32_t at;

	if (stack->replies_count == TCP_REPLIES_MAX) {
		stack->counters.replies_lost++;
		return;
	}
	at = (stack->replies_head + stack->replies_count++) % TCP_REPLIES_MAX;
	stack->replies[at] = *seg;
}

void tcp_reply_reset(struct tcp_stack *stack, const struct tcp_segment *seg, uint64_t now_us)
{
	struct tcp_segment reset = {
		.local = seg->local,
		.remote = seg->remote,
		.flags = TCP_RST,
	};

	if (seg->flags & TCP_RST)
		return;
	if (!tcp_reset_allowed(stack, now_us))
		return;
	if (seg->flags & TCP_ACK) {
		reset.seq = seg->ack;
	} else {
		reset.flags |= TCP_ACK;
		reset.ack = seg->seq + seg->len + ((seg->flags & TCP_SYN) != 0) +
			((seg->flags & TCP_FIN) != 0);
	}
	tcp_reply(stack, &reset);
}

void tcp_reset_conn(struct tcp_stack *stack, const struct tcb *tcb)
{
	struct tcp_segment reset = {
		.local = tcb->local,
		.remote = tcb->remote,
		.seq = tcb->snd_max,
		.ack = tcb->rcv_nxt,
		.flags = TCP_RST | TCP_ACK,
	};

	stack->counters.resets_out++;
	tcp_reply(stack, &reset);
}

// --- the receive window (RFC 9293 3.8.6.2.2) -----------------------------------------------------

uint32_t tcp_receive_space(const struct tcp_stack *stack, const struct tcb *tcb)
{
	uint32_t cap = stack->config.receive_cap;
	uint32_t most = (uint32_t)UINT16_MAX << tcb->rcv_scale;
	uint32_t space = tcb->recv_len < cap ? cap - tcb->recv_len : 0;

	return space < most ? space : most;
}

// What was promised stays promised, and the edge moves on only by a useful amount.
uint32_t tcp_receive_window(const struct tcp_stack *stack, const struct tcb *tcb)
{
	uint32_t told = seq_gt(tcb->rcv_adv, tcb->rcv_nxt) ? tcb->rcv_adv - tcb->rcv_nxt : 0;
	uint32_t space = tcp_receive_space(stack, tcb);
	uint32_t half = stack->config.receive_cap / 2;
	uint32_t useful = half < stack->config.mss ? half : stack->config.mss;

	return space < told + useful ? told : space;
}

// --- segments of a connection --------------------------------------------------------------------

static void add_sacks(const struct tcb *tcb, struct tcp_segment *seg)
{
	unsigned used = seg->options.present & TCP_OPT_TIMESTAMP ? TCP_TS_OPTION_SIZE : 0;
	unsigned max = (TCP_HEADER_MAX - TCP_HEADER_MIN - used - 4) / 8;

	if (!tcb_has(tcb, TCB_SACK) || tcb->pieces == NULL || seg->len > 0)
		return;
	seg->options.nsacks = pieces_sacks(tcb, seg->options.sacks,
		(uint8_t)(max > TCP_SACK_MAX ? TCP_SACK_MAX : max));
}

// Everything but the place and the payload. Whatever is sent acknowledges all that came.
static void segment_begin(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us,
	struct tcp_segment *seg, uint32_t seq, uint8_t flags)
{
	uint32_t wnd = tcp_receive_window(stack, tcb) >> tcb->rcv_scale;

	*seg = (struct tcp_segment){
		.local = tcb->local,
		.remote = tcb->remote,
		.seq = seq,
		.ack = tcb->rcv_nxt,
		.wnd = (uint16_t)(wnd > UINT16_MAX ? UINT16_MAX : wnd),
		.flags = flags | TCP_ACK,
	};
	if (tcb_has(tcb, TCB_TIMESTAMPS)) {
		seg->options.present = TCP_OPT_TIMESTAMP;
		seg->options.ts_value = tcp_ms(now_us) + tcb->ts_offset;
		seg->options.ts_echo = tcb->ts_recent;
	}
	tcb->rcv_adv = seq_max(tcb->rcv_adv, tcb->rcv_nxt + ((uint32_t)seg->wnd << tcb->rcv_scale));
	tcb->last_ack = tcb->rcv_nxt;
	tcb->ack_ms = 0;
	tcb->acks_owed = tcb->acks_owed > 0 ? tcb->acks_owed - 1 : 0;
}

static void resend_arm(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us)
{
	if (tcb->resend_ms != 0)
		return;
	tcb->resend_ms = tcp_deadline(now_us, tcb->rto_us / 1000);
	timer_update(stack, tcb, now_us);
}

// Books the numbers from `from` to `end` as sent.
static void book_sent(struct tcp_stack *stack, struct tcb *tcb, uint32_t from, uint32_t end,
	uint64_t now_us)
{
	if (seq_lt(from, tcb->snd_max)) {
		stack->counters.segments_retransmitted++;
		if (seq_lt(from, tcb->rtt_seq) && !tcb_has(tcb, TCB_TIMESTAMPS))
			tcb_clear(tcb, TCB_RTT_TIMING); // Karn
	} else if (!tcb_has(tcb, TCB_RTT_TIMING | TCB_TIMESTAMPS)) {
		tcb_set(tcb, TCB_RTT_TIMING);
		tcb->rtt_seq = end;
		tcb->rtt_us = (uint32_t)now_us;
	}
	tcb->snd_max = seq_max(tcb->snd_max, end);
	tcb->sent_ms = tcp_ms(now_us);
	resend_arm(stack, tcb, now_us);
}

// The end of a segment that reaches the end of the queue: PSH, and the FIN when it may go.
static uint32_t segment_end(struct tcb *tcb, struct tcp_segment *seg, bool fin)
{
	uint32_t end = seg->seq + seg->len;

	if (end != tcb->snd_end)
		return end;
	if (seg->len > 0)
		seg->flags |= TCP_PSH;
	if (!fin)
		return end;
	seg->flags |= TCP_FIN;
	return end + 1;
}

static void send_bytes(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us,
	struct tcp_segment *seg, const struct send_block *block, uint32_t seq, uint32_t n)
{
	segment_begin(stack, tcb, now_us, seg, seq, 0);
	seg->payload = block->bytes + (seq - block->seq);
	seg->len = (uint16_t)n;
	stack->counters.bytes_out += n;
}

// What one segment can hold of the block from seq on.
static uint32_t block_left(const struct tcb *tcb, const struct send_block *block, uint32_t seq)
{
	uint32_t n = block->seq + block->len - seq;

	return n < tcb->mss ? n : tcb->mss;
}

static bool sack_recovery(const struct tcb *tcb)
{
	return tcb_has(tcb, TCB_RECOVERY) && tcb_has(tcb, TCB_SACK);
}

// Sends again from seq: the rest of its block as far as it was sent before, or the FIN.
static bool send_again(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us,
	struct tcp_segment *seg, uint32_t seq)
{
	const struct send_block *block = sendq_find(tcb, seq);
	bool fin = tcb_fin_sent(tcb);
	uint32_t n;

	if (seq_ge(seq, tcb->snd_max))
		return false;
	if (block == NULL) {
		if (!fin || seq != tcb->snd_end)
			return false;
		segment_begin(stack, tcb, now_us, seg, seq, 0);
	} else {
		n = block_left(tcb, block, seq);
		if (n > tcb->snd_max - seq)
			n = tcb->snd_max - seq;
		send_bytes(stack, tcb, now_us, seg, block, seq, n);
	}
	book_sent(stack, tcb, seq, segment_end(tcb, seg, fin), now_us);
	return true;
}

static bool compose_head(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us,
	struct tcp_segment *seg)
{
	if (!tcb_has(tcb, TCB_SEND_HEAD))
		return false;
	tcb_clear(tcb, TCB_SEND_HEAD);
	return send_again(stack, tcb, now_us, seg, tcb->snd_una);
}

// RFC 6675 5, (C): while the window has room for one more segment in the network, NextSeg(): first
// what is lost, then what is new (compose_data()), then what may be lost.
static bool send_hole(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us,
	struct tcp_segment *seg, bool lost)
{
	struct send_block *hole = lost ? stack->view.lost : stack->view.hole;

	if (!sack_recovery(tcb) || hole == NULL || stack->view.pipe + tcb->mss > tcb->cwnd)
		return false;
	hole->resent = true;
	return send_again(stack, tcb, now_us, seg, seq_max(hole->seq, tcb->snd_una));
}

static bool compose_lost(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us,
	struct tcp_segment *seg)
{
	return send_hole(stack, tcb, now_us, seg, true);
}

static bool compose_hole(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us,
	struct tcp_segment *seg)
{
	return send_hole(stack, tcb, now_us, seg, false);
}

// RFC 9293 3.8.6.1: one byte beyond the window. snd_nxt stays: when the window opens it goes again.
static bool compose_probe(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us,
	struct tcp_segment *seg)
{
	const struct send_block *block;

	if (!tcb_has(tcb, TCB_SEND_PROBE))
		return false;
	tcb_clear(tcb, TCB_SEND_PROBE);
	block = sendq_find(tcb, tcb->snd_una);
	if (block == NULL)
		return send_again(stack, tcb, now_us, seg, tcb->snd_una);
	send_bytes(stack, tcb, now_us, seg, block, tcb->snd_una, 1);
	tcb->snd_max = seq_max(tcb->snd_max, tcb->snd_una + 1);
	stack->counters.window_probes++;
	return true;
}

static void skip_sacked(struct tcb *tcb)
{
	const struct send_block *block = sendq_find(tcb, tcb->snd_nxt);

	while (block != NULL && block->sacked && seq_lt(tcb->snd_nxt, tcb->snd_max)) {
		tcb->snd_nxt = block->seq + block->len;
		block = block->next;
	}
}

static uint32_t room_below(const struct tcb *tcb, uint32_t window)
{
	uint32_t edge = tcb->snd_una + window;

	return seq_lt(tcb->snd_nxt, edge) ? edge - tcb->snd_nxt : 0;
}

static uint32_t congestion_room(const struct tcp_stack *stack, const struct tcb *tcb)
{
	if (!sack_recovery(tcb))
		return room_below(tcb, cc_window(tcb));
	return stack->view.pipe < tcb->cwnd ? tcb->cwnd - stack->view.pipe : 0;
}

// How much of the block both windows let out; 0 when it should wait (RFC 9293 3.8.6.2.1, without
// Nagle: replies are gathered by the burst).
static uint32_t sendable(const struct tcp_stack *stack, const struct tcb *tcb,
	const struct send_block *block)
{
	uint32_t offered = room_below(tcb, tcb->snd_wnd);
	uint32_t network = congestion_room(stack, tcb);
	uint32_t room = offered < network ? offered : network;
	uint32_t n = block_left(tcb, block, tcb->snd_nxt);

	if (n <= room)
		return n;
	if (room < tcb->snd_wnd_max / 2 && room < tcb->mss && !tcb_has(tcb, TCB_FORCE))
		return 0;
	return room;
}

static bool compose_fin(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us,
	struct tcp_segment *seg)
{
	if (!tcb_has(tcb, TCB_CLOSING) || tcb->snd_nxt != tcb->snd_end)
		return false;
	segment_begin(stack, tcb, now_us, seg, tcb->snd_end, 0);
	book_sent(stack, tcb, tcb->snd_end, segment_end(tcb, seg, true), now_us);
	tcb->snd_nxt = tcb->snd_end + 1;
	return true;
}

static bool compose_data(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us,
	struct tcp_segment *seg)
{
	const struct send_block *block;
	uint32_t n, end;

	skip_sacked(tcb);
	if (tcb->snd_una == tcb->snd_max && tcp_ms(now_us) - tcb->sent_ms > tcb->rto_us / 1000)
		cc_idle(tcb);
	block = sendq_find(tcb, tcb->snd_nxt);
	if (block == NULL)
		return compose_fin(stack, tcb, now_us, seg);
	n = sendable(stack, tcb, block);
	if (n == 0) {
		resend_arm(stack, tcb, now_us);
		return false;
	}
	tcb_clear(tcb, TCB_FORCE);
	send_bytes(stack, tcb, now_us, seg, block, tcb->snd_nxt, n);
	end = segment_end(tcb, seg, tcb_has(tcb, TCB_CLOSING));
	book_sent(stack, tcb, tcb->snd_nxt, end, now_us);
	tcb->snd_nxt = end;
	return true;
}

// Where a segment without payload stands: RFC 9293 says SND.NXT; after a timeout that is behind
// what the peer has, and it would not listen.
static uint32_t empty_seq(const struct tcb *tcb)
{
	return tcb->snd_wnd == 0 ? tcb->snd_nxt : tcb->snd_max;
}

// RFC 9293 3.8.4: a number already acknowledged, so that the peer must answer.
static bool compose_keepalive(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us,
	struct tcp_segment *seg)
{
	if (!tcb_has(tcb, TCB_SEND_KEEPALIVE))
		return false;
	tcb_clear(tcb, TCB_SEND_KEEPALIVE);
	segment_begin(stack, tcb, now_us, seg, tcb->snd_una - 1, 0);
	stack->counters.keepalive_probes++;
	return true;
}

static bool compose_ack(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us,
	struct tcp_segment *seg)
{
	if (tcb->acks_owed == 0)
		return false;
	segment_begin(stack, tcb, now_us, seg, empty_seq(tcb), 0);
	add_sacks(tcb, seg);
	return true;
}

// Duplicate ACKs count for the peer only when they are empty, so all but one go by themselves.
static bool compose_duplicates(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us,
	struct tcp_segment *seg)
{
	return (tcb->acks_owed > 1 || (tcb->acks_owed == 1 && tcb->pieces != NULL)) &&
		compose_ack(stack, tcb, now_us, seg);
}

// A SYN offers all, the answer to one what that offered (RFC 2018 2, RFC 7323 2.2 and 3.2).
static bool compose_syn(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us,
	struct tcp_segment *seg)
{
	const uint8_t offered = TCP_OPT_WSCALE | TCP_OPT_SACK_OK | TCP_OPT_TIMESTAMP;
	bool answer = tcb->state == TCP_STATE_SYN_RECEIVED;

	if (!tcb_has(tcb, TCB_SEND_SYN))
		return false;
	tcb_clear(tcb, TCB_SEND_SYN);
	*seg = (struct tcp_segment){
		.local = tcb->local,
		.remote = tcb->remote,
		.seq = tcb->snd_una,
		.ack = answer ? tcb->rcv_nxt : 0,
		.wnd = (uint16_t)tcp_first_window(stack),
		.flags = answer ? TCP_SYN | TCP_ACK : TCP_SYN,
		.options.present = TCP_OPT_MSS | (answer ? tcb->agreed : offered),
		.options.mss = stack->config.mss,
		.options.wscale = stack->config.window_scale,
	};
	if (seg->options.present & TCP_OPT_TIMESTAMP) {
		seg->options.ts_value = tcp_ms(now_us) + tcb->ts_offset;
		seg->options.ts_echo = tcb->ts_recent;
	}
	tcb->snd_nxt = tcb->snd_una + 1;
	tcb->snd_max = tcb->snd_nxt;
	resend_arm(stack, tcb, now_us);
	return true;
}

static bool compose(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us,
	struct tcp_segment *seg)
{
	static bool (*const composers[])(struct tcp_stack *, struct tcb *, uint64_t,
		struct tcp_segment *) = {
		compose_duplicates, compose_head, compose_lost, compose_probe,
		compose_data,	    compose_hole, compose_ack,	compose_keepalive,
	};

	if (tcb_opening(tcb))
		return compose_syn(stack, tcb, now_us, seg) ||
			(tcb->state == TCP_STATE_SYN_RECEIVED &&
				compose_ack(stack, tcb, now_us, seg));
	if (sack_recovery(tcb))
		stack->view = sendq_view(tcb);
	for (size_t i = 0; i < sizeof(composers) / sizeof(composers[0]); i++) {
		if (composers[i](stack, tcb, now_us, seg))
			return true;
	}
	return false;
}

bool tcp_output_next(struct tcp_stack *stack, uint64_t now_us, struct tcp_segment *seg)
{
	if (stack->replies_count > 0) {
		*seg = stack->replies[stack->replies_head];
		stack->replies_head = (stack->replies_head + 1) % TCP_REPLIES_MAX;
		stack->replies_count--;
		stack->counters.segments_out++;
		return true;
	}
	while (stack->output.head != TCP_NONE) {
		struct tcb *tcb = tcb_at(stack, stack->output.head);

		if (compose(stack, tcb, now_us, seg)) {
			stack->counters.segments_out++;
			return true;
		}
		tcb_output_done(stack, tcb);
	}
	return false;
}
