// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A segment arrives: RFC 9293 3.10.7, its steps in its order.
#include "dataplane/tcp/tcb.h"

enum { PAWS_IDLE_MS = 24 * 24 * 3600 * 1000 }; // RFC 7323 5.5: after that TS.Recent means nothing

static uint32_t window_told(const struct tcb *tcb)
{
	return seq_gt(tcb->rcv_adv, tcb->rcv_nxt) ? tcb->rcv_adv - tcb->rcv_nxt : 0;
}

// RFC 7323 5.3, R1. Resets are exempt.
static enum tcp_verdict check_timestamp(const struct tcb *tcb, const struct arrival *in)
{
	const struct tcp_options *options = &in->seg->options;

	if (!tcb_has(tcb, TCB_TIMESTAMPS) || (in->flags & TCP_RST))
		return TCP_OK;
	if ((options->present & TCP_OPT_TIMESTAMP) == 0)
		return TCP_NO_TIMESTAMP;
	if (seq_ge(options->ts_value, tcb->ts_recent) ||
		tcp_ms(in->now_us) - tcb->heard_ms > PAWS_IDLE_MS)
		return TCP_OK;
	return TCP_PAWS;
}

// RFC 9293 3.4, table 6; and two mercies: an empty segment at the right edge, and one with bytes
// for a shut window, so that its ACK is heard (3.10.7.4: "special allowance").
static bool in_window(const struct tcb *tcb, const struct arrival *in)
{
	uint32_t n = in->len + ((in->flags & TCP_SYN) != 0) + ((in->flags & TCP_FIN) != 0);
	uint32_t wnd = window_told(tcb);

	if (n == 0)
		return seq_in(in->seq, tcb->rcv_nxt, wnd + 1);
	if (wnd == 0)
		return in->seq == tcb->rcv_nxt;
	return seq_in(in->seq, tcb->rcv_nxt, wnd) || seq_in(in->seq + n - 1, tcb->rcv_nxt, wnd);
}

// Leaves what lies in the window.
static void trim(struct tcp_stack *stack, struct tcb *tcb, struct arrival *in)
{
	uint32_t edge = tcb->rcv_nxt + window_told(tcb);
	uint32_t old;

	if (in->flags & TCP_SYN)
		return; // will not pass check_syn()
	if (seq_lt(in->seq, tcb->rcv_nxt)) {
		old = tcb->rcv_nxt - in->seq;
		in->payload += old;
		in->len -= old;
		in->seq += old;
	}
	if (seq_gt(in->seq + in->len, edge)) {
		in->len = edge - in->seq;
		in->flags &= (uint8_t)~TCP_FIN;
		tcb_ack_again(stack, tcb);
	}
}

// Bytes sent again, or into a shut window, are always answered, though not each by itself when
// there are many: whoever sends them may only know the endpoints. So is a keepalive (RFC 9293
// 3.8.4), which stands right before the window. Other empty segments share the limit of all
// challenges, or confused ends would answer each other for ever.
static void refuse(struct tcp_stack *stack, struct tcb *tcb, const struct arrival *in)
{
	if (in->flags & TCP_RST)
		return;
	if (in->len == 0 && (in->flags & TCP_FIN) == 0 && in->seq + 1 != tcb->rcv_nxt)
		tcp_challenge(stack, tcb, in->now_us);
	else if (tcb_challenge_allowed(tcb, in->now_us))
		tcb_ack_again(stack, tcb);
	else if (tcb->ack_ms == 0)
		tcb->ack_ms = tcp_deadline(in->now_us, stack->config.delayed_ack_ms);
}

static enum tcp_verdict check_sequence(struct tcp_stack *stack, struct tcb *tcb,
	struct arrival *in)
{
	const struct tcp_options *options = &in->seg->options;
	enum tcp_verdict verdict = check_timestamp(tcb, in);

	if (verdict == TCP_NO_TIMESTAMP)
		return verdict; // RFC 7323 3.2
	if (verdict == TCP_OK && !in_window(tcb, in))
		verdict = TCP_OUT_OF_WINDOW;
	if (verdict != TCP_OK) {
		refuse(stack, tcb, in);
		return verdict;
	}
	if (tcb_has(tcb, TCB_TIMESTAMPS) && (in->flags & TCP_RST) == 0 &&
		seq_le(in->seq, tcb->last_ack))
		tcb->ts_recent = options->ts_value; // RFC 7323 4.3 (2)
	trim(stack, tcb, in);
	return TCP_OK;
}

// RFC 5961 3.2
static enum tcp_verdict check_rst(struct tcp_stack *stack, struct tcb *tcb, struct arrival *in)
{
	if ((in->flags & TCP_RST) == 0)
		return TCP_OK;
	if (in->seg->seq != tcb->rcv_nxt) {
		tcp_challenge(stack, tcb, in->now_us);
		return TCP_RESET_INVALID;
	}
	tcb_kill(stack, tcb,
		tcb->state == TCP_STATE_SYN_RECEIVED ? TCP_REASON_REFUSED : TCP_REASON_RESET);
	return TCP_OK;
}

// RFC 5961 4.2
static enum tcp_verdict check_syn(struct tcp_stack *stack, struct tcb *tcb, struct arrival *in)
{
	if ((in->flags & TCP_SYN) == 0)
		return TCP_OK;
	tcp_challenge(stack, tcb, in->now_us);
	return TCP_SYN_INVALID;
}

static enum tcp_verdict note_heard(struct tcp_stack *stack, struct tcb *tcb, struct arrival *in)
{
	tcb->heard_ms = tcp_ms(in->now_us);
	tcb->keepalives = 0;
	if (tcb->state != TCP_STATE_FIN_WAIT_2 && stack->config.keepalive_idle_ms > 0)
		tcb->idle_ms = tcp_deadline(in->now_us, stack->config.keepalive_idle_ms);
	return TCP_OK;
}

static bool peer_may_send(const struct tcb *tcb)
{
	return tcb->state == TCP_STATE_ESTABLISHED || tcb->state == TCP_STATE_FIN_WAIT_1 ||
		tcb->state == TCP_STATE_FIN_WAIT_2;
}

// RFC 9293 3.8.6.3: at least every second full segment, and within the delay.
static void ack_later(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us)
{
	if (tcb->rcv_nxt - tcb->last_ack > tcb->mss)
		tcb_ack(stack, tcb);
	else if (tcb->ack_ms == 0)
		tcb->ack_ms = tcp_deadline(now_us, stack->config.delayed_ack_ms);
}

// The FIN that came before is next: as if this segment had carried it.
static void fin_next(struct tcb *tcb, struct arrival *in)
{
	in->flags |= TCP_FIN;
	in->seq = tcb->rcv_nxt;
	in->len = 0;
}

static void take_in_order(struct tcp_stack *stack, struct tcb *tcb, struct arrival *in)
{
	if (!recvq_take(stack, tcb, in->payload, in->len)) {
		stack->counters.receive_no_memory++;
		tcb_ack_again(stack, tcb);
		return;
	}
	tcb->rcv_nxt += in->len;
	if (tcb->acks_owed > 1)
		tcb->acks_owed = 1; // duplicates of a number that is past
	stack->counters.bytes_in += in->len;
	tcb_event(stack, tcb, TCP_EVENT_READABLE);
	if (tcb->pieces != NULL) {
		if (pieces_join(stack, tcb))
			fin_next(tcb, in);
		tcb_ack(stack, tcb); // RFC 5681 4.2: a gap is filled
	} else {
		ack_later(stack, tcb, in->now_us);
	}
	if (tcb->state == TCP_STATE_FIN_WAIT_2)
		tcb->idle_ms = tcp_deadline(in->now_us, stack->config.fin_wait_ms);
}

static enum tcp_verdict take_data(struct tcp_stack *stack, struct tcb *tcb, struct arrival *in)
{
	bool fin = (in->flags & TCP_FIN) != 0;

	if ((in->len == 0 && !fin) || !peer_may_send(tcb))
		return TCP_OK;
	if (in->seq == tcb->rcv_nxt) {
		if (in->len > 0)
			take_in_order(stack, tcb, in);
		return TCP_OK;
	}
	pieces_keep(stack, tcb, in->seq, in->payload, in->len, fin);
	tcb_ack_again(stack, tcb); // RFC 5681 4.2: at once
	return TCP_OK;
}

// One that came before some of the bytes waits with the pieces.
static enum tcp_verdict check_fin(struct tcp_stack *stack, struct tcb *tcb, struct arrival *in)
{
	if ((in->flags & TCP_FIN) == 0 || in->seq + in->len != tcb->rcv_nxt || !peer_may_send(tcb))
		return TCP_OK;
	tcb->rcv_nxt++;
	pieces_drop(stack, tcb);
	tcb_ack(stack, tcb);
	tcb_event(stack, tcb, TCP_EVENT_EOF);
	if (tcb->state == TCP_STATE_ESTABLISHED) {
		tcb->state = TCP_STATE_CLOSE_WAIT;
	} else if (tcb->state == TCP_STATE_FIN_WAIT_1) {
		tcb->state = TCP_STATE_CLOSING;
	} else {
		time_wait_enter(stack, tcb, in->now_us);
		tcb_kill(stack, tcb, TCP_REASON_NORMAL);
	}
	return TCP_OK;
}

// --- SYN-SENT (RFC 9293 3.10.7.3) ----------------------------------------------------------------

static void syn_sent_opened(struct tcp_stack *stack, struct tcb *tcb, struct arrival *in)
{
	const struct tcp_segment *seg = in->seg;
	struct tcp_agreed agreed = tcp_agree(stack, seg);

	tcb_agree(stack, tcb, &agreed);
	tcb->rcv_nxt = seg->seq + 1;
	tcb->last_ack = tcb->rcv_nxt;
	tcb->rcv_adv = tcb->rcv_nxt + tcp_first_window(stack);
	tcb->snd_wnd = seg->wnd; // not scaled in a SYN
	tcb->snd_wnd_max = tcb->snd_wnd;
	tcb->snd_wl1 = seg->seq;
	tcb->snd_wl2 = seg->ack;
	note_heard(stack, tcb, in);
	if ((seg->flags & TCP_ACK) == 0) {
		// Both sides opened at once.
		tcb->state = TCP_STATE_SYN_RECEIVED;
		tcb_set(tcb, TCB_SEND_SYN);
		tcb_output(stack, tcb);
		return;
	}
	tcb->snd_una = seg->ack;
	tcb->snd_nxt = seg->ack;
	tcb->rtt_seq = seg->ack;
	tcb->resend_ms = 0;
	sendq_cut(stack, tcb); // what was written before the MSS was known
	if (tcb->backoff > 0)
		tcb_syn_lost(stack, tcb);
	tcb->state = TCP_STATE_ESTABLISHED;
	stack->counters.opened_active++;
	tcb_ack(stack, tcb);
	tcb_event(stack, tcb, TCP_EVENT_OPENED);
}

static enum tcp_verdict syn_sent_input(struct tcp_stack *stack, struct tcb *tcb,
	struct arrival *in)
{
	const struct tcp_segment *seg = in->seg;
	bool acked = (seg->flags & TCP_ACK) != 0;

	if (acked && (seg->ack != tcb->snd_max || tcb->snd_una == tcb->snd_max)) {
		tcp_reply_reset(stack, seg, in->now_us);
		return TCP_ACK_INVALID;
	}
	if (seg->flags & TCP_RST) {
		if (!acked)
			return TCP_RESET_INVALID;
		tcb_kill(stack, tcb, TCP_REASON_REFUSED);
		return TCP_OK;
	}
	if ((seg->flags & TCP_SYN) == 0)
		return TCP_ACK_INVALID;
	syn_sent_opened(stack, tcb, in);
	return TCP_OK;
}

// --- all of it -----------------------------------------------------------------------------------

static enum tcp_verdict conn_input(struct tcp_stack *stack, struct tcb *tcb,
	const struct tcp_segment *seg, uint64_t now_us)
{
	static enum tcp_verdict (*const steps[])(struct tcp_stack *, struct tcb *,
		struct arrival *) = {
		check_sequence, check_rst,     check_syn, check_ack, note_heard,
		process_ack,	update_window, take_data, check_fin,
	};
	struct arrival in = {
		.seg = seg,
		.now_us = now_us,
		.seq = seg->seq,
		.payload = seg->payload,
		.len = seg->len,
		.flags = seg->flags,
	};
	enum tcp_verdict verdict = TCP_OK;

	if (tcb->state == TCP_STATE_SYN_SENT) {
		verdict = syn_sent_input(stack, tcb, &in);
	} else {
		for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
			verdict = steps[i](stack, tcb, &in);
			if (verdict != TCP_OK || tcb->state == TCP_STATE_CLOSED)
				break;
		}
	}
	if (tcb->state != TCP_STATE_CLOSED)
		timer_update(stack, tcb, now_us);
	return verdict;
}

// RFC 9293 3.10.7.1 and 3.10.7.2
static enum tcp_verdict stray_input(struct tcp_stack *stack, const struct tcp_segment *seg,
	uint64_t now_us)
{
	const struct tcp_listener *listener = tcp_listener_find(stack, &seg->local);

	if (seg->flags & TCP_RST)
		return TCP_NO_CONN;
	if (listener != NULL && (seg->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
		return syn_arrived(stack, listener, seg, NULL, now_us);
	tcp_reply_reset(stack, seg, now_us);
	return listener == NULL ? TCP_NO_LISTENER : TCP_NO_CONN;
}

static enum tcp_verdict route(struct tcp_stack *stack, const struct tcp_segment *seg,
	uint64_t now_us)
{
	uint64_t hash = tcp_hash(stack, &seg->local, &seg->remote);
	struct tcb *tcb = tcb_find(stack, hash, &seg->local, &seg->remote);
	struct time_wait *wait;
	enum tcp_verdict verdict;

	if (tcb != NULL)
		return conn_input(stack, tcb, seg, now_us);
	wait = time_wait_find(stack, hash);
	if (wait != NULL)
		return time_wait_input(stack, wait, seg, now_us);
	verdict = syn_input(stack, seg, hash, now_us, &tcb);
	if (verdict == TCP_NO_CONN)
		verdict = cookie_input(stack, seg, now_us, &tcb);
	if (verdict == TCP_NO_CONN)
		return stray_input(stack, seg, now_us);
	if (verdict == TCP_OK && tcb != NULL)
		return conn_input(stack, tcb, seg, now_us);
	return verdict;
}

enum tcp_verdict tcp_input(struct tcp_stack *stack, const struct tcp_segment *seg, uint64_t now_us)
{
	enum tcp_verdict verdict;

	recvq_settle(stack);
	stack->counters.segments_in++;
	verdict = route(stack, seg, now_us);
	stack->counters.verdicts[verdict]++;
	return verdict;
}

void tcp_input_done(struct tcp_stack *stack)
{
	recvq_settle(stack);
}

void tcp_count_verdict(struct tcp_stack *stack, enum tcp_verdict verdict)
{
	stack->counters.segments_in++;
	stack->counters.verdicts[verdict]++;
}
