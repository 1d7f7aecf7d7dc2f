// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The ACK field of an acceptable segment (RFC 9293 3.10.7.4, fifth step) and what follows from it
// for our sending side.
#include "dataplane/tcp/tcb.h"

static enum tcp_verdict complete_handshake(struct tcp_stack *stack, struct tcb *tcb,
	const struct arrival *in)
{
	const struct tcp_segment *seg = in->seg;

	if (!seq_in(seg->ack, tcb->snd_una + 1, tcb->snd_max - tcb->snd_una)) {
		tcp_reply_reset(stack, seg, in->now_us);
		return TCP_ACK_INVALID;
	}
	if (tcb->backoff > 0)
		tcb_syn_lost(stack, tcb);
	tcb->state = TCP_STATE_ESTABLISHED;
	tcb->snd_wnd = (uint32_t)seg->wnd << tcb->snd_scale;
	tcb->snd_wl1 = in->seq;
	tcb->snd_wl2 = seg->ack;
	stack->counters.opened_active++;
	tcb_event(stack, tcb, TCP_EVENT_OPENED);
	return TCP_OK;
}

enum tcp_verdict check_ack(struct tcp_stack *stack, struct tcb *tcb, struct arrival *in)
{
	uint32_t ack = in->seg->ack;

	if ((in->flags & TCP_ACK) == 0)
		return TCP_ACK_MISSING;
	if (tcb->state == TCP_STATE_SYN_RECEIVED)
		return complete_handshake(stack, tcb, in);
	// RFC 5961 5.2
	if (seq_gt(ack, tcb->snd_max) || seq_lt(ack, tcb->snd_una - tcb->snd_wnd_max)) {
		tcp_challenge(stack, tcb, in->now_us);
		return TCP_ACK_INVALID;
	}
	return TCP_OK;
}

// RFC 7323 4.3 with timestamps, once a round trip, or at once when the timeout has grown; else one
// timed segment at a time that was sent once (Karn).
static void measure(struct tcp_stack *stack, struct tcb *tcb, const struct arrival *in)
{
	const struct tcp_options *options = &in->seg->options;
	uint32_t ack = in->seg->ack;
	uint32_t ms;

	if (tcb_has(tcb, TCB_TIMESTAMPS)) {
		if ((seq_lt(ack, tcb->rtt_seq) && tcb->backoff == 0) || options->ts_echo == 0)
			return;
		ms = tcp_ms(in->now_us) + tcb->ts_offset - options->ts_echo;
		if (ms > stack->config.rto_max_ms)
			return;
		rto_sample(tcb, &stack->config, ms * 1000);
		tcb->rtt_seq = tcb->snd_max;
	} else if (tcb_has(tcb, TCB_RTT_TIMING) && seq_ge(ack, tcb->rtt_seq)) {
		tcb_clear(tcb, TCB_RTT_TIMING);
		rto_sample(tcb, &stack->config, (uint32_t)in->now_us - tcb->rtt_us);
	}
}

static void head_lost(struct tcp_stack *stack, struct tcb *tcb)
{
	if (tcb->send_head != NULL) {
		if (tcb->send_head->resent)
			return;
		tcb->send_head->resent = true;
	}
	tcb_set(tcb, TCB_SEND_HEAD);
	tcb_output(stack, tcb);
}

static void our_fin_acked(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us)
{
	if (tcb->state == TCP_STATE_FIN_WAIT_1) {
		tcb->state = TCP_STATE_FIN_WAIT_2;
		tcb->idle_ms = tcp_deadline(now_us, stack->config.fin_wait_ms);
	} else if (tcb->state == TCP_STATE_CLOSING) {
		time_wait_enter(stack, tcb, now_us);
		tcb_kill(stack, tcb, TCP_REASON_NORMAL);
	} else if (tcb->state == TCP_STATE_LAST_ACK) {
		tcb_kill(stack, tcb, TCP_REASON_NORMAL);
	}
}

// snd_una is already the new one.
static void congestion(struct tcp_stack *stack, struct tcb *tcb, uint32_t acked)
{
	if (!tcb_has(tcb, TCB_RECOVERY)) {
		cc_acked(tcb, acked);
	} else if (seq_ge(tcb->snd_una, tcb->recover)) {
		cc_recovered(tcb);
		sendq_unmark(tcb, false);
	} else {
		cc_partial(tcb, acked);
		head_lost(stack, tcb);
	}
}

static void ack_advanced(struct tcp_stack *stack, struct tcb *tcb, const struct arrival *in)
{
	uint32_t ack = in->seg->ack;
	uint32_t acked = ack - tcb->snd_una;
	bool fin = tcb_fin_sent(tcb) && ack == tcb->snd_end + 1;

	measure(stack, tcb, in);
	tcb->backoff = 0; // progress; the timeout itself stays grown until there is a sample
	tcb->snd_una = ack;
	tcb->snd_nxt = seq_max(tcb->snd_nxt, ack);
	sendq_acked(stack, tcb, seq_min(ack, tcb->snd_end));
	congestion(stack, tcb, acked);
	// RFC 6298 5.2 and 5.3; output arms it again when something unsent waits.
	tcb->resend_ms = tcb->snd_una == tcb->snd_max ?
				 0 :
				 tcp_deadline(in->now_us, tcb->rto_us / 1000);
	if (tcb_has(tcb, TCB_WANT_WRITE) &&
		tcb->snd_end - tcb->snd_una <= stack->config.send_cap / 2) {
		tcb_clear(tcb, TCB_WANT_WRITE);
		tcb_event(stack, tcb, TCP_EVENT_WRITABLE);
	}
	if (fin)
		our_fin_acked(stack, tcb, in->now_us);
	else if (!tcb_has(tcb, TCB_CLOSING) ? tcb->snd_nxt != tcb->snd_end :
					      seq_le(tcb->snd_nxt, tcb->snd_end))
		tcb_output(stack, tcb);
}

// RFC 5681 2, definition of a duplicate acknowledgement; with SACK, news of arrived bytes is one
// too.
static bool is_duplicate(const struct tcb *tcb, const struct arrival *in)
{
	if (tcb->snd_una == tcb->snd_max || tcb->snd_wnd == 0)
		return false;
	if (in->new_sack)
		return true;
	return in->seg->len == 0 && (in->flags & TCP_FIN) == 0 &&
		(uint32_t)in->seg->wnd << tcb->snd_scale == tcb->snd_wnd;
}

static void ack_repeated(struct tcp_stack *stack, struct tcb *tcb, const struct arrival *in)
{
	bool lost;

	if (!is_duplicate(tcb, in))
		return;
	stack->counters.duplicate_acks++;
	lost = tcb_has(tcb, TCB_SACK) && !tcb_has(tcb, TCB_RECOVERY) && sendq_head_lost(tcb);
	if (cc_duplicate(tcb, lost)) {
		stack->counters.fast_retransmits++;
		sendq_unmark(tcb, false);
		head_lost(stack, tcb);
	}
	tcb_output(stack, tcb);
}

enum tcp_verdict process_ack(struct tcp_stack *stack, struct tcb *tcb, struct arrival *in)
{
	uint32_t ack = in->seg->ack;

	if (tcb_has(tcb, TCB_SACK))
		in->new_sack = sendq_mark(tcb, &in->seg->options);
	if (seq_gt(ack, tcb->snd_una))
		ack_advanced(stack, tcb, in);
	else if (ack == tcb->snd_una)
		ack_repeated(stack, tcb, in);
	return TCP_OK;
}

// RFC 9293 3.10.7.4: only from a segment newer than the one the window came from.
enum tcp_verdict update_window(struct tcp_stack *stack, struct tcb *tcb, struct arrival *in)
{
	uint32_t wnd = (uint32_t)in->seg->wnd << tcb->snd_scale;
	uint32_t ack = in->seg->ack;
	uint32_t old = tcb->snd_wnd;

	if (seq_lt(ack, tcb->snd_una) || seq_lt(in->seq, tcb->snd_wl1) ||
		(in->seq == tcb->snd_wl1 && seq_lt(ack, tcb->snd_wl2)))
		return TCP_OK;
	tcb->snd_wnd = wnd;
	tcb->snd_wl1 = in->seq;
	tcb->snd_wl2 = ack;
	if (wnd > tcb->snd_wnd_max)
		tcb->snd_wnd_max = wnd;
	if (wnd <= old)
		return TCP_OK;
	if (old == 0) {
		// The window was shut: what was sent into it goes again, at once.
		rto_compute(tcb, &stack->config);
		tcb->resend_ms = 0;
		tcb->snd_nxt = tcb->snd_una;
		tcb_clear(tcb, TCB_RTT_TIMING);
	}
	tcb_output(stack, tcb);
	return TCP_OK;
}
