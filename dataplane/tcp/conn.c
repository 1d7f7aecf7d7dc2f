// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Connection blocks: birth, death, the two lists they wait in, and the application's calls.
#include <errno.h>

#include "dataplane/tcp/tcb.h"

struct tcb *tcb_find(const struct tcp_stack *stack, uint64_t hash, const struct endpoint *local,
	const struct endpoint *remote)
{
	uint32_t cursor = (uint32_t)hash;
	uint32_t index;

	while ((index = tcp_table_next(&stack->table, (uint32_t)hash, &cursor)) != TCP_TABLE_NONE) {
		struct tcb *tcb = tcb_at(stack, index);

		if (endpoint_eq(&tcb->remote, remote) && endpoint_eq(&tcb->local, local))
			return tcb;
	}
	return NULL;
}

uint32_t tcp_expect(const struct tcp_stack *stack, const struct endpoint *local,
	const struct endpoint *remote)
{
	uint32_t tag = (uint32_t)tcp_hash(stack, local, remote);

	__builtin_prefetch(&stack->table.slots[tag & stack->table.mask]);
	return tag;
}

static_assert(TCP_TABLE_NONE == TCP_EXPECT_NONE, "no block either way");

uint32_t tcp_expect_block(const struct tcp_stack *stack, uint32_t tag)
{
	uint32_t cursor = tag;
	uint32_t index = tcp_table_next(&stack->table, tag, &cursor);

	if (index != TCP_TABLE_NONE)
		tcb_prefetch(tcb_at(stack, index));
	return index;
}

uint32_t tcp_expect_links(const struct tcp_stack *stack, uint32_t block)
{
	const struct tcb *tcb = tcb_at(stack, block);

	wheel_prefetch(&tcb->timer);
	return tcb->user;
}

struct tcb *tcb_new(struct tcp_stack *stack, const struct endpoint *local,
	const struct endpoint *remote, uint32_t user, uint64_t now_us)
{
	struct tcb *tcb = pool_take(&stack->conns, NULL);

	if (tcb == NULL)
		return NULL;
	tcb->local = *local;
	tcb->remote = *remote;
	tcb->user = user;
	tcb->output_next = TCP_NONE;
	tcb->output_prev = TCP_NONE;
	tcb->event_next = TCP_NONE;
	tcb->heard_ms = tcp_ms(now_us);
	tcb->ts_offset = tcp_ts_offset(stack, local, remote);
	rto_init(tcb, &stack->config);
	tcp_table_insert(&stack->table, (uint32_t)tcp_hash(stack, local, remote),
		tcb_index(stack, tcb));
	return tcb;
}

void tcb_agree(struct tcp_stack *stack, struct tcb *tcb, const struct tcp_agreed *agreed)
{
	tcb->mss = agreed->mss;
	tcb->ts_recent = agreed->ts_recent;
	tcb->agreed = agreed->options;
	if (agreed->options & TCP_OPT_TIMESTAMP) {
		tcb_set(tcb, TCB_TIMESTAMPS);
		tcb->mss = (uint16_t)(tcb->mss - TCP_TS_OPTION_SIZE); // RFC 9293 3.7.1
	}
	if (agreed->options & TCP_OPT_SACK_OK)
		tcb_set(tcb, TCB_SACK);
	if (agreed->options & TCP_OPT_WSCALE) {
		tcb->snd_scale = agreed->snd_scale;
		tcb->rcv_scale = stack->config.window_scale;
	}
	cc_init(tcb);
}

void tcb_syn_lost(struct tcp_stack *stack, struct tcb *tcb)
{
	tcb->cwnd = tcb->mss;
	rto_restart(tcb, &stack->config);
}

// --- lists ---------------------------------------------------------------------------------------

void tcb_output(struct tcp_stack *stack, struct tcb *tcb)
{
	uint32_t index = tcb_index(stack, tcb);

	if (tcb_has(tcb, TCB_ON_OUTPUT))
		return;
	tcb_set(tcb, TCB_ON_OUTPUT);
	tcb->output_next = TCP_NONE;
	tcb->output_prev = stack->output.tail;
	if (stack->output.tail == TCP_NONE)
		stack->output.head = index;
	else
		tcb_at(stack, stack->output.tail)->output_next = index;
	stack->output.tail = index;
}

void tcb_output_done(struct tcp_stack *stack, struct tcb *tcb)
{
	if (!tcb_has(tcb, TCB_ON_OUTPUT))
		return;
	tcb_clear(tcb, TCB_ON_OUTPUT);
	if (tcb->output_prev == TCP_NONE)
		stack->output.head = tcb->output_next;
	else
		tcb_at(stack, tcb->output_prev)->output_next = tcb->output_next;
	if (tcb->output_next == TCP_NONE)
		stack->output.tail = tcb->output_prev;
	else
		tcb_at(stack, tcb->output_next)->output_prev = tcb->output_prev;
}

void tcb_event(struct tcp_stack *stack, struct tcb *tcb, uint8_t events)
{
	uint32_t index = tcb_index(stack, tcb);

	tcb->events |= events;
	if (tcb_has(tcb, TCB_ON_EVENTS))
		return;
	tcb_set(tcb, TCB_ON_EVENTS);
	tcb->event_next = TCP_NONE;
	if (stack->events.tail == TCP_NONE)
		stack->events.head = index;
	else
		tcb_at(stack, stack->events.tail)->event_next = index;
	stack->events.tail = index;
}

// The first of the list whose news are not stale, taken off it.
static struct tcb *event_take(struct tcp_stack *stack)
{
	while (stack->events.head != TCP_NONE) {
		struct tcb *tcb = tcb_at(stack, stack->events.head);

		stack->events.head = tcb->event_next;
		if (stack->events.head == TCP_NONE)
			stack->events.tail = TCP_NONE;
		tcb_clear(tcb, TCB_ON_EVENTS);
		if (tcb->events != 0)
			return tcb;
	}
	return NULL;
}

bool tcp_event_next(struct tcp_stack *stack, struct tcp_event *event)
{
	struct tcb *tcb = event_take(stack);

	if (tcb == NULL)
		return false;
	*event = (struct tcp_event){
		.conn = pool_handle(&stack->conns, tcb),
		.user = tcb->user,
		.events = tcb->events,
		.reason = tcb->reason,
		.undelivered = tcb_has(tcb, TCB_UNDELIVERED),
		.local = tcb->local,
		.remote = tcb->remote,
	};
	tcb->events = 0;
	if (event->events & TCP_EVENT_CLOSED)
		pool_give(&stack->conns, tcb);
	return true;
}

// --- the end -------------------------------------------------------------------------------------

static void count_closed(struct tcp_counters *counters, enum tcp_reason reason)
{
	uint64_t *const by_reason[TCP_NREASONS] = {
		[TCP_REASON_NORMAL] = &counters->closed_normal,
		[TCP_REASON_RESET] = &counters->closed_reset,
		[TCP_REASON_REFUSED] = &counters->closed_refused,
		[TCP_REASON_TIMEOUT] = &counters->closed_timeout,
		[TCP_REASON_STALLED] = &counters->closed_stalled,
		[TCP_REASON_KEEPALIVE] = &counters->closed_keepalive,
		[TCP_REASON_ABORT] = &counters->closed_abort,
	};

	++*by_reason[reason];
}

// The connection is over for TCP. The block stays until CLOSED is fetched.
void tcb_kill(struct tcp_stack *stack, struct tcb *tcb, enum tcp_reason reason)
{
	tcb->state = TCP_STATE_CLOSED;
	tcb->reason = (uint8_t)reason;
	tcp_table_remove(&stack->table, (uint32_t)tcp_hash(stack, &tcb->local, &tcb->remote),
		tcb_index(stack, tcb));
	wheel_cancel(&stack->wheel, &tcb->timer);
	if (tcb->send_head != NULL)
		tcb_set(tcb, TCB_UNDELIVERED);
	sendq_drop(stack, tcb);
	pieces_drop(stack, tcb);
	tcb_output_done(stack, tcb);
	if (reason != TCP_REASON_NORMAL) {
		recvq_drop(stack, tcb);
		tcb->events &= (uint8_t)~(TCP_EVENT_READABLE | TCP_EVENT_EOF);
	}
	tcb->events &= (uint8_t)~TCP_EVENT_WRITABLE;
	count_closed(&stack->counters, reason);
	tcb_recv_emptied(stack, tcb);
}

void tcb_kill_with_reset(struct tcp_stack *stack, struct tcb *tcb, enum tcp_reason reason)
{
	tcp_reset_conn(stack, tcb);
	tcb_kill(stack, tcb, reason);
}

void tcb_recv_emptied(struct tcp_stack *stack, struct tcb *tcb)
{
	if (tcb->state == TCP_STATE_CLOSED && tcb->recv_len == 0)
		tcb_event(stack, tcb, TCP_EVENT_CLOSED);
}

// --- the application's calls ---------------------------------------------------------------------

int tcp_connect(struct tcp_stack *stack, const struct endpoint *local,
	const struct endpoint *remote, uint32_t user, uint64_t now_us, handle_t *h)
{
	uint64_t hash = tcp_hash(stack, local, remote);
	struct tcb *tcb;

	if (tcb_find(stack, hash, local, remote) != NULL || time_wait_find(stack, hash) != NULL ||
		syn_known(stack, hash, local, remote))
		return -EADDRINUSE;
	tcb = tcb_new(stack, local, remote, user, now_us);
	if (tcb == NULL)
		return -ENOBUFS;
	tcb->state = TCP_STATE_SYN_SENT;
	tcb->snd_una = tcp_isn(stack, local, remote, now_us);
	tcb->snd_nxt = tcb->snd_una;
	tcb->snd_max = tcb->snd_una;
	tcb->snd_end = tcb->snd_una + 1;
	tcb->recover = tcb->snd_una;
	tcb->mss = stack->config.mss; // until the peer has said
	tcb_set(tcb, TCB_SEND_SYN);
	tcb_output(stack, tcb);
	*h = pool_handle(&stack->conns, tcb);
	return 0;
}

struct span tcp_peek(const struct tcp_stack *stack, handle_t h)
{
	const struct tcb *tcb = pool_get(&stack->conns, h);

	if (tcb == NULL || tcb->recv_len == 0)
		return SPAN_NONE;
	if (stack->borrower == tcb)
		return span_of((const char *)stack->borrowed, tcb->recv_len);
	return span_of((const char *)tcb->recv_block + tcb->recv_off, tcb->recv_len);
}

// RFC 9293 3.8.6.2.2: tell the peer when the window has opened by a useful amount.
static void window_opened(struct tcp_stack *stack, struct tcb *tcb)
{
	uint32_t told = seq_gt(tcb->rcv_adv, tcb->rcv_nxt) ? tcb->rcv_adv - tcb->rcv_nxt : 0;
	uint32_t window = tcp_receive_space(stack, tcb);
	uint32_t mss = stack->config.mss;
	uint32_t gain = window > told ? window - told : 0;

	if (gain < 2 * mss && gain < stack->config.receive_cap / 2 &&
		!(told < mss && window >= mss))
		return;
	tcb_ack(stack, tcb);
}

int tcp_consume(struct tcp_stack *stack, handle_t h, size_t n)
{
	struct tcb *tcb = pool_get(&stack->conns, h);

	if (tcb == NULL)
		return -ENOTCONN;
	if (n > tcb->recv_len)
		return -EINVAL;
	if (n == 0)
		return 0;
	recvq_consume(stack, tcb, (uint32_t)n);
	if (tcb->recv_len == 0)
		tcb->events &= (uint8_t)~TCP_EVENT_READABLE;
	if (tcb->state == TCP_STATE_CLOSED)
		tcb_recv_emptied(stack, tcb);
	else
		window_opened(stack, tcb);
	return 0;
}

void tcp_read_again(struct tcp_stack *stack, handle_t h)
{
	struct tcb *tcb = pool_get(&stack->conns, h);

	if (tcb != NULL && tcb->recv_len > 0)
		tcb_event(stack, tcb, TCP_EVENT_READABLE);
}

static bool tcb_writable(const struct tcb *tcb)
{
	return !tcb_has(tcb, TCB_CLOSING) &&
		(tcb->state == TCP_STATE_ESTABLISHED || tcb->state == TCP_STATE_CLOSE_WAIT ||
			tcb_opening(tcb));
}

// WRITABLE will come with an acknowledgement; when none can come, the timer tries: what is awaited is a
// buffer of ours, not the peer.
static int write_refused(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us)
{
	enum { TRY_AGAIN_MS = 200 };

	tcb_set(tcb, TCB_WANT_WRITE);
	if (tcb->snd_una == tcb->snd_end) {
		tcb->resend_ms = tcp_deadline(now_us, TRY_AGAIN_MS);
		timer_update(stack, tcb, now_us);
	}
	return -ENOBUFS;
}

// Without our SYN and our FIN, which have numbers but are no bytes.
static uint32_t queued(const struct tcb *tcb)
{
	const struct send_block *head = tcb->send_head;

	return head == NULL ? 0 : tcb->snd_end - seq_max(head->seq, tcb->snd_una);
}

// However many peers let their queues grow, an eighth of what is free stays for the next one.
static uint64_t send_limit(const struct tcp_stack *stack, const struct tcb *tcb)
{
	uint64_t kept = tcp_kept_chunks(stack, tcb);
	uint64_t all = (stack->slab.nchunks - kept) * SLAB_CHUNK_SIZE;
	uint64_t used = stack->slab.used_bytes;
	uint64_t share = used < all ? (all - used) / 8 : 0;

	return share < stack->config.send_cap ? share : stack->config.send_cap;
}

uint32_t tcp_queued(const struct tcp_stack *stack, handle_t h)
{
	const struct tcb *tcb = pool_get(&stack->conns, h);

	return tcb == NULL ? 0 : queued(tcb);
}

uint32_t tcp_room(const struct tcp_stack *stack, handle_t h)
{
	const struct tcb *tcb = pool_get(&stack->conns, h);
	uint64_t limit;

	if (tcb == NULL || !tcb_writable(tcb))
		return 0;
	limit = send_limit(stack, tcb);
	return queued(tcb) < limit ? (uint32_t)limit - queued(tcb) : 0;
}

void tcp_want_room(struct tcp_stack *stack, handle_t h, uint64_t now_us)
{
	struct tcb *tcb = pool_get(&stack->conns, h);

	if (tcb != NULL && tcb_writable(tcb))
		write_refused(stack, tcb, now_us);
}

void tcp_trust(struct tcp_stack *stack, handle_t h)
{
	struct tcb *tcb = pool_get(&stack->conns, h);

	if (tcb != NULL)
		tcb_set(tcb, TCB_TRUSTED);
}

int tcp_write(struct tcp_stack *stack, handle_t h, const void *bytes, size_t n, uint64_t now_us)
{
	struct tcb *tcb = pool_get(&stack->conns, h);

	if (tcb == NULL || !tcb_writable(tcb))
		return -ENOTCONN;
	if (n > stack->config.send_cap)
		return -EMSGSIZE;
	if (queued(tcb) + n > send_limit(stack, tcb)) {
		stack->counters.send_full++;
		return write_refused(stack, tcb, now_us);
	}
	if (sendq_append(stack, tcb, bytes, n) < 0) {
		stack->counters.send_no_memory++;
		return write_refused(stack, tcb, now_us);
	}
	if (n > 0)
		tcb_output(stack, tcb);
	return 0;
}

int tcp_close(struct tcp_stack *stack, handle_t h)
{
	struct tcb *tcb = pool_get(&stack->conns, h);

	if (tcb == NULL)
		return -ENOTCONN;
	if (tcb->state == TCP_STATE_CLOSED || tcb_has(tcb, TCB_CLOSING))
		return 0;
	if (tcb_opening(tcb))
		return tcp_abort(stack, h);
	tcb_set(tcb, TCB_CLOSING);
	tcb_clear(tcb, TCB_WANT_WRITE);
	tcb->state = tcb->state == TCP_STATE_CLOSE_WAIT ? TCP_STATE_LAST_ACK : TCP_STATE_FIN_WAIT_1;
	tcb_output(stack, tcb);
	return 0;
}

int tcp_abort(struct tcp_stack *stack, handle_t h)
{
	struct tcb *tcb = pool_get(&stack->conns, h);

	if (tcb == NULL)
		return -ENOTCONN;
	if (tcb->state == TCP_STATE_CLOSED) {
		recvq_drop(stack, tcb);
		tcb->events &= (uint8_t)~TCP_EVENT_READABLE;
		tcb_recv_emptied(stack, tcb);
	} else if (tcb->state == TCP_STATE_SYN_SENT) {
		tcb_kill(stack, tcb, TCP_REASON_ABORT);
	} else {
		tcb_kill_with_reset(stack, tcb, TCP_REASON_ABORT);
	}
	return 0;
}

int tcp_remote(const struct tcp_stack *stack, handle_t h, struct endpoint *remote)
{
	const struct tcb *tcb = pool_get(&stack->conns, h);

	if (tcb == NULL)
		return -ENOTCONN;
	*remote = tcb->remote;
	return 0;
}

int tcp_local(const struct tcp_stack *stack, handle_t h, struct endpoint *local)
{
	const struct tcb *tcb = pool_get(&stack->conns, h);

	if (tcb == NULL)
		return -ENOTCONN;
	*local = tcb->local;
	return 0;
}

int tcp_user(const struct tcp_stack *stack, handle_t h, uint32_t *user)
{
	const struct tcb *tcb = pool_get(&stack->conns, h);

	if (tcb == NULL)
		return -ENOTCONN;
	*user = tcb->user;
	return 0;
}

int tcp_set_user(struct tcp_stack *stack, handle_t h, uint32_t user)
{
	struct tcb *tcb = pool_get(&stack->conns, h);

	if (tcb == NULL)
		return -ENOTCONN;
	tcb->user = user;
	return 0;
}
