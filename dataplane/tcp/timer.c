// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Deadlines. A block holds up to three and one node on the wheel for the earliest. A deadline that
// moves later touches nothing: the node comes early, finds nothing due and goes back.
#include "dataplane/tcp/tcb.h"

static bool earliest(const struct tcb *tcb, uint32_t *due_ms)
{
	const uint32_t deadlines[] = { tcb->resend_ms, tcb->ack_ms, tcb->idle_ms };
	bool found = false;

	for (size_t i = 0; i < sizeof(deadlines) / sizeof(deadlines[0]); i++) {
		if (deadlines[i] == 0)
			continue;
		*due_ms = found ? seq_min(*due_ms, deadlines[i]) : deadlines[i];
		found = true;
	}
	return found;
}

static uint64_t ms_to_us(uint32_t due_ms, uint64_t now_us)
{
	int32_t left = (int32_t)(due_ms - tcp_ms(now_us));

	return left <= 0 ? now_us : (now_us / 1000 + (uint32_t)left) * 1000;
}

void timer_update(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us)
{
	uint32_t due_ms = 0;
	uint64_t due_us;

	if (!earliest(tcb, &due_ms))
		return;
	due_us = ms_to_us(due_ms, now_us);
	if (!wheel_is_armed(&tcb->timer) || due_us < tcb->timer.due_us)
		wheel_arm(&stack->wheel, &tcb->timer, due_us);
}

static bool give_up(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us)
{
	const struct tcp_config *config = &stack->config;
	bool shut = tcb->snd_wnd == 0 && !tcb_opening(tcb);
	uint32_t limit = shut ? config->stalled_ms : config->give_up_ms;

	if (tcb_opening(tcb))
		limit = config->open_ms;
	if (tcb->backoff == 0) {
		tcb->stalled_ms = tcp_ms(now_us);
		return false;
	}
	if (tcp_ms(now_us) - tcb->stalled_ms < limit)
		return false;
	if (tcb->state == TCP_STATE_SYN_SENT)
		tcb_kill(stack, tcb, TCP_REASON_TIMEOUT);
	else
		tcb_kill_with_reset(stack, tcb, shut ? TCP_REASON_STALLED : TCP_REASON_TIMEOUT);
	return true;
}

// RFC 6298 5.4 to 5.6; RFC 2018 8: what SACK said is forgotten.
static void resend_all(struct tcp_stack *stack, struct tcb *tcb)
{
	stack->counters.retransmit_timeouts++;
	cc_timeout(tcb);
	sendq_unmark(tcb, true);
	tcb->snd_nxt = tcb->snd_una;
	tcb_clear(tcb, TCB_RTT_TIMING | TCB_SEND_HEAD);
	tcb_set(tcb, TCB_FORCE);
}

// Nothing of ours is under way and a writer waits for memory: it may try again.
static void writer_wakes(struct tcp_stack *stack, struct tcb *tcb)
{
	if (!tcb_has(tcb, TCB_WANT_WRITE))
		return;
	tcb_clear(tcb, TCB_WANT_WRITE);
	tcb_event(stack, tcb, TCP_EVENT_WRITABLE);
}

static void resend_due(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us)
{
	bool opening = tcb_opening(tcb);

	if (tcb->snd_una == tcb->snd_max && tcb->snd_nxt == tcb->snd_end && !opening) {
		writer_wakes(stack, tcb);
		return;
	}
	if (give_up(stack, tcb, now_us))
		return;
	if (opening)
		tcb_set(tcb, TCB_SEND_SYN);
	else if (tcb->snd_wnd == 0)
		tcb_set(tcb, TCB_SEND_PROBE);
	else if (tcb->snd_una != tcb->snd_max)
		resend_all(stack, tcb);
	else
		tcb_set(tcb, TCB_FORCE);
	rto_back_off(tcb, &stack->config);
	tcb->resend_ms = tcp_deadline(now_us, tcb->rto_us / 1000);
	tcb_output(stack, tcb);
}

static void ack_due(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us)
{
	(void)now_us;
	stack->counters.delayed_acks++;
	tcb_ack(stack, tcb);
}

// RFC 9293 3.8.4; and the end of our patience with a peer that does not close its half.
static void idle_due(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us)
{
	const struct tcp_config *config = &stack->config;

	if (tcb->state == TCP_STATE_FIN_WAIT_2) {
		tcb_kill_with_reset(stack, tcb, TCP_REASON_TIMEOUT);
		return;
	}
	if (config->keepalive_idle_ms == 0)
		return;
	tcb->idle_ms = tcp_deadline(now_us, config->keepalive_interval_ms);
	if (tcb->snd_una != tcb->snd_max || tcb->state == TCP_STATE_SYN_RECEIVED)
		return; // retransmission finds out sooner
	if (tcb->keepalives >= config->keepalive_count) {
		tcb_kill_with_reset(stack, tcb, TCP_REASON_KEEPALIVE);
		return;
	}
	tcb->keepalives++;
	tcb_set(tcb, TCB_SEND_KEEPALIVE);
	tcb_output(stack, tcb);
}

static void fire(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us)
{
	const struct {
		uint32_t *deadline;
		void (*due)(struct tcp_stack *, struct tcb *, uint64_t);
	} rows[] = {
		{ &tcb->resend_ms, resend_due },
		{ &tcb->ack_ms, ack_due },
		{ &tcb->idle_ms, idle_due },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (*rows[i].deadline == 0 || seq_gt(*rows[i].deadline, tcp_ms(now_us)))
			continue;
		*rows[i].deadline = 0;
		rows[i].due(stack, tcb, now_us);
		if (tcb->state == TCP_STATE_CLOSED)
			return;
	}
	timer_update(stack, tcb, now_us);
}

static struct tcb *tcb_waiting(struct wheel_node *node)
{
	return (struct tcb *)((char *)node - offsetof(struct tcb, timer));
}

// True when the budget did not suffice, as far as can be seen without looking.
static bool conns_expire(struct tcp_stack *stack, uint64_t now_us, uint32_t budget)
{
	for (uint32_t n = 0; n < budget; n++) {
		struct wheel_node *node = wheel_expire(&stack->wheel, now_us), *next;

		if (node == NULL)
			return false;
		next = wheel_due(&stack->wheel);
		if (next != NULL)
			tcb_prefetch(tcb_waiting(next));
		fire(stack, tcb_waiting(node), now_us);
	}
	return wheel_next_us(&stack->wheel) <= now_us;
}

bool tcp_expire_some(struct tcp_stack *stack, uint64_t now_us, uint32_t budget)
{
	bool conns = conns_expire(stack, now_us, budget);
	bool syns = syn_expire(stack, now_us, budget);
	bool waits = time_wait_expire(stack, now_us, budget);

	return conns || syns || waits;
}

void tcp_expire(struct tcp_stack *stack, uint64_t now_us)
{
	tcp_expire_some(stack, now_us, UINT32_MAX);
}

uint64_t tcp_next_us(const struct tcp_stack *stack, uint64_t now_us)
{
	uint64_t next = wheel_next_us(&stack->wheel);
	uint32_t due_ms = 0;
	uint64_t due_us;

	if (syn_next(stack, &due_ms) && (due_us = ms_to_us(due_ms, now_us)) < next)
		next = due_us;
	if (time_wait_next(stack, &due_ms) && (due_us = ms_to_us(due_ms, now_us)) < next)
		next = due_us;
	return next;
}
