// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// TIME-WAIT (RFC 9293 3.6.1, RFC 1337, RFC 6191): what is left of a connection for 2 MSL.
#include <errno.h>
#include <stdlib.h>

#include "dataplane/tcp/tcb.h"

int time_wait_init(struct time_waits *waits, uint32_t capacity)
{
	*waits = (struct time_waits){ .capacity = capacity };
	waits->records = calloc(capacity, sizeof(*waits->records));
	if (waits->records == NULL)
		return -ENOMEM;
	return tcp_table_init(&waits->table, capacity);
}

void time_wait_fini(struct time_waits *waits)
{
	free(waits->records);
	tcp_table_fini(&waits->table);
	*waits = (struct time_waits){ 0 };
}

static struct time_wait *oldest(const struct time_waits *waits)
{
	return &waits->records[waits->head];
}

// The record gives up its place in the table; its place in the ring comes free when it is the
// oldest.
static void record_drop(struct time_waits *waits, struct time_wait *wait)
{
	if (wait->hash == 0)
		return;
	tcp_table_remove(&waits->table, (uint32_t)wait->hash, (uint32_t)(wait - waits->records));
	wait->hash = 0;
	waits->live--;
}

static void oldest_drop(struct time_waits *waits)
{
	record_drop(waits, oldest(waits));
	waits->head = (waits->head + 1) % waits->capacity;
	waits->count--;
}

static void record_add(struct tcp_stack *stack, struct time_wait record, uint64_t now_us)
{
	struct time_waits *waits = &stack->waits;
	uint32_t index;

	if (waits->count == waits->capacity) {
		stack->counters.time_wait_evicted += oldest(waits)->hash != 0;
		oldest_drop(waits);
	}
	index = (waits->head + waits->count) % waits->capacity;
	record.due_ms = tcp_deadline(now_us, stack->config.time_wait_ms);
	waits->records[index] = record;
	waits->count++;
	waits->live++;
	tcp_table_insert(&waits->table, (uint32_t)record.hash, index);
}

static void time_wait_ack(struct tcp_stack *stack, const struct time_wait *wait,
	const struct endpoint *local, const struct endpoint *remote, uint64_t now_us)
{
	struct tcp_segment ack = {
		.local = *local,
		.remote = *remote,
		.seq = wait->snd_nxt,
		.ack = wait->rcv_nxt,
		.wnd = wait->wnd,
		.flags = TCP_ACK,
	};

	if (wait->timestamps) {
		ack.options.present = TCP_OPT_TIMESTAMP;
		ack.options.ts_value = tcp_ms(now_us) + tcp_ts_offset(stack, local, remote);
		ack.options.ts_echo = wait->ts_recent;
	}
	tcp_reply(stack, &ack);
}

// The peer's FIN is acknowledged from here when the connection has not done so.
void time_wait_enter(struct tcp_stack *stack, const struct tcb *tcb, uint64_t now_us)
{
	struct time_wait record = {
		.hash = tcp_hash(stack, &tcb->local, &tcb->remote),
		.snd_nxt = tcb->snd_max,
		.rcv_nxt = tcb->rcv_nxt,
		.ts_recent = tcb->ts_recent,
		.wnd = (uint16_t)(tcp_receive_window(stack, tcb) >> tcb->rcv_scale),
		.timestamps = tcb_has(tcb, TCB_TIMESTAMPS),
	};

	record_add(stack, record, now_us);
	if (tcb->acks_owed > 0)
		time_wait_ack(stack, &record, &tcb->local, &tcb->remote, now_us);
}

struct time_wait *time_wait_find(const struct tcp_stack *stack, uint64_t hash)
{
	const struct time_waits *waits = &stack->waits;
	uint32_t cursor = (uint32_t)hash;
	uint32_t index;

	while ((index = tcp_table_next(&waits->table, (uint32_t)hash, &cursor)) != TCP_TABLE_NONE) {
		if (waits->records[index].hash == hash)
			return &waits->records[index];
	}
	return NULL;
}

// RFC 6191 2, RFC 9293 3.10.7.4: a SYN that cannot be an old one may open the connection anew.
static bool syn_is_new(const struct time_wait *wait, const struct tcp_segment *seg)
{
	if ((seg->flags & (TCP_SYN | TCP_ACK)) != TCP_SYN)
		return false;
	if (wait->timestamps && (seg->options.present & TCP_OPT_TIMESTAMP) &&
		seq_gt(seg->options.ts_value, wait->ts_recent))
		return true;
	return seq_gt(seg->seq, wait->rcv_nxt);
}

enum tcp_verdict time_wait_input(struct tcp_stack *stack, struct time_wait *wait,
	const struct tcp_segment *seg, uint64_t now_us)
{
	const struct tcp_listener *listener = tcp_listener_find(stack, &seg->local);
	struct time_wait old = *wait;

	if (seg->flags & TCP_RST)
		return TCP_IN_TIME_WAIT; // RFC 1337 3: it must not end the wait
	if (listener != NULL && syn_is_new(wait, seg)) {
		record_drop(&stack->waits, wait);
		stack->counters.time_wait_reused++;
		return syn_arrived(stack, listener, seg, &old.snd_nxt, now_us);
	}
	if (seg->len == 0 && (seg->flags & (TCP_SYN | TCP_FIN)) == 0 && seg->seq == wait->rcv_nxt)
		return TCP_IN_TIME_WAIT;
	if (seg->flags & TCP_FIN) {
		record_drop(&stack->waits, wait);
		record_add(stack, old, now_us);
	}
	if (tcp_challenge_allowed(stack, now_us))
		time_wait_ack(stack, &old, &seg->local, &seg->remote, now_us);
	return TCP_IN_TIME_WAIT;
}

static bool oldest_due(const struct time_waits *waits, uint64_t now_us)
{
	return waits->count > 0 &&
		(oldest(waits)->hash == 0 || seq_le(oldest(waits)->due_ms, tcp_ms(now_us)));
}

bool time_wait_expire(struct tcp_stack *stack, uint64_t now_us, uint32_t budget)
{
	struct time_waits *waits = &stack->waits;

	for (uint32_t n = 0; n < budget && oldest_due(waits, now_us); n++)
		oldest_drop(waits);
	return oldest_due(waits, now_us);
}

bool time_wait_next(const struct tcp_stack *stack, uint32_t *due_ms)
{
	if (stack->waits.count == 0)
		return false;
	*due_ms = oldest(&stack->waits)->due_ms;
	return true;
}
