// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Passive opens: listeners, and the bounded cache of handshakes under way. A connection block is
// taken with the third packet only. When three quarters of the cache are in use, or a source has
// its share of it, a SYN is answered by a cookie and leaves nothing here (cookie.c); so a handshake
// under way makes room for another only when a connection in TIME-WAIT opens anew, which a cookie
// cannot do.
#include <errno.h>
#include <stdlib.h>

#include "dataplane/tcp/tcb.h"

int tcp_listen(struct tcp_stack *stack, const struct endpoint *local, uint32_t user)
{
	for (uint32_t i = 0; i < stack->nlisteners; i++) {
		if (endpoint_eq(&stack->listeners[i].local, local))
			return -EADDRINUSE;
	}
	if (stack->nlisteners == TCP_LISTENERS_MAX)
		return -ENOSPC;
	stack->listeners[stack->nlisteners++] = (struct tcp_listener){ *local, user };
	return 0;
}

int tcp_unlisten(struct tcp_stack *stack, const struct endpoint *local)
{
	for (uint32_t i = 0; i < stack->nlisteners; i++) {
		if (!endpoint_eq(&stack->listeners[i].local, local))
			continue;
		stack->listeners[i] = stack->listeners[--stack->nlisteners];
		return 0;
	}
	return -ENOENT;
}

// A listener of the very address comes before one of any address.
const struct tcp_listener *tcp_listener_find(const struct tcp_stack *stack,
	const struct endpoint *local)
{
	const struct tcp_listener *any = NULL;

	for (uint32_t i = 0; i < stack->nlisteners; i++) {
		const struct tcp_listener *listener = &stack->listeners[i];

		if (listener->local.port != local->port)
			continue;
		if (addr_eq(&listener->local.addr, &local->addr))
			return listener;
		if (listener->local.addr.family == ADDR_NONE)
			any = listener;
	}
	return any;
}

// What we take of the options in the peer's SYN: all that we know (RFC 9293 3.7.1, RFC 7323, RFC
// 2018).
struct tcp_agreed tcp_agree(const struct tcp_stack *stack, const struct tcp_segment *seg)
{
	const struct tcp_options *options = &seg->options;
	uint16_t mss = options->present & TCP_OPT_MSS ? options->mss : TCP_MSS_DEFAULT;

	mss = mss < TCP_MSS_FLOOR ? TCP_MSS_FLOOR : mss;
	return (struct tcp_agreed){
		.ts_recent = options->ts_value,
		.mss = mss < stack->config.mss ? mss : stack->config.mss,
		.wnd = seg->wnd,
		.snd_scale = options->wscale > 14 ? 14 : options->wscale, // RFC 7323 2.3
		.options = options->present,
	};
}

// --- the cache -----------------------------------------------------------------------------------

int syn_cache_init(struct syn_cache *cache, uint32_t capacity)
{
	int err;

	*cache = (struct syn_cache){ .free = TCP_NONE, .capacity = capacity };
	err = tcp_table_init(&cache->table, capacity);
	if (err < 0)
		return err;
	cache->sources = calloc((size_t)cache->table.mask + 1, sizeof(*cache->sources));
	cache->records = calloc(capacity, sizeof(*cache->records));
	if (cache->records == NULL || cache->sources == NULL)
		return -ENOMEM;
	for (uint32_t i = capacity; i > 0; i--) {
		cache->records[i - 1].next = cache->free;
		cache->free = i - 1;
	}
	for (int i = 0; i < TCP_SYN_TRIES; i++)
		cache->fifos[i] = (struct syn_fifo){ TCP_NONE, TCP_NONE };
	return 0;
}

void syn_cache_fini(struct syn_cache *cache)
{
	free(cache->records);
	free(cache->sources);
	tcp_table_fini(&cache->table);
	*cache = (struct syn_cache){ 0 };
}

static uint32_t record_index(const struct syn_cache *cache, const struct syn_record *record)
{
	return (uint32_t)(record - cache->records);
}

static void fifo_push(struct syn_cache *cache, struct syn_record *record)
{
	struct syn_fifo *fifo = &cache->fifos[record->tries];
	uint32_t index = record_index(cache, record);

	record->next = TCP_NONE;
	record->prev = fifo->tail;
	if (fifo->tail == TCP_NONE)
		fifo->head = index;
	else
		cache->records[fifo->tail].next = index;
	fifo->tail = index;
}

static void fifo_remove(struct syn_cache *cache, struct syn_record *record)
{
	struct syn_fifo *fifo = &cache->fifos[record->tries];

	if (record->prev == TCP_NONE)
		fifo->head = record->next;
	else
		cache->records[record->prev].next = record->next;
	if (record->next == TCP_NONE)
		fifo->tail = record->prev;
	else
		cache->records[record->next].prev = record->prev;
}

static void record_free(struct syn_cache *cache, struct syn_record *record)
{
	uint32_t index = record_index(cache, record);

	fifo_remove(cache, record);
	tcp_table_remove(&cache->table, record->tag, index);
	cache->sources[record->source]--;
	record->next = cache->free;
	cache->free = index;
	cache->used--;
}

// The handshake least likely to complete: most tries, then oldest.
static void record_evict(struct syn_cache *cache)
{
	for (int i = TCP_SYN_TRIES - 1; i >= 0; i--) {
		if (cache->fifos[i].head == TCP_NONE)
			continue;
		record_free(cache, &cache->records[cache->fifos[i].head]);
		return;
	}
}

static uint32_t source_of(const struct tcp_stack *stack, const struct endpoint *remote)
{
	return tcp_source_hash(stack, &remote->addr) & stack->syns.table.mask;
}

static bool syn_crowded(const struct tcp_stack *stack, const struct endpoint *remote)
{
	const struct syn_cache *cache = &stack->syns;
	uint32_t share = cache->capacity / TCP_SYN_SHARE;

	if (cache->used >= cache->capacity - cache->capacity / 4)
		return true;
	return cache->sources[source_of(stack, remote)] >=
		(share > TCP_SYN_SHARE_MIN ? share : TCP_SYN_SHARE_MIN);
}

static struct syn_record *record_new(struct tcp_stack *stack, const struct endpoint *remote)
{
	struct syn_cache *cache = &stack->syns;
	struct syn_record *record;

	if (cache->free == TCP_NONE) {
		record_evict(cache);
		stack->counters.syn_evicted++;
	}
	record = &cache->records[cache->free];
	cache->free = record->next;
	cache->used++;
	record->source = source_of(stack, remote);
	cache->sources[record->source]++;
	return record;
}

static struct syn_record *record_find(const struct tcp_stack *stack, uint64_t hash,
	const struct endpoint *local, const struct endpoint *remote)
{
	const struct syn_cache *cache = &stack->syns;
	uint32_t cursor = (uint32_t)hash;
	uint32_t index;

	while ((index = tcp_table_next(&cache->table, (uint32_t)hash, &cursor)) != TCP_TABLE_NONE) {
		struct syn_record *record = &cache->records[index];

		if (endpoint_eq(&record->remote, remote) && endpoint_eq(&record->local, local))
			return record;
	}
	return NULL;
}

bool syn_known(const struct tcp_stack *stack, uint64_t hash, const struct endpoint *local,
	const struct endpoint *remote)
{
	return record_find(stack, hash, local, remote) != NULL;
}

// --- the handshake -------------------------------------------------------------------------------

uint32_t tcp_first_window(const struct tcp_stack *stack)
{
	uint32_t cap = stack->config.receive_cap;

	return cap > UINT16_MAX ? UINT16_MAX : cap; // not scaled in a SYN (RFC 7323 2.2)
}

void syn_ack_send(struct tcp_stack *stack, const struct syn_record *record, uint32_t ts_value)
{
	struct tcp_segment seg = {
		.local = record->local,
		.remote = record->remote,
		.seq = record->iss,
		.ack = record->irs + 1,
		.wnd = (uint16_t)tcp_first_window(stack),
		.flags = TCP_SYN | TCP_ACK,
		.options.present = TCP_OPT_MSS | record->agreed.options,
		.options.mss = stack->config.mss,
		.options.wscale = stack->config.window_scale,
	};

	if (seg.options.present & TCP_OPT_TIMESTAMP) {
		seg.options.ts_value = ts_value;
		seg.options.ts_echo = record->agreed.ts_recent;
	}
	tcp_reply(stack, &seg);
}

static void record_answer(struct tcp_stack *stack, const struct syn_record *record, uint64_t now_us)
{
	uint32_t offset = tcp_ts_offset(stack, &record->local, &record->remote);

	syn_ack_send(stack, record, tcp_ms(now_us) + offset);
}

static void record_wait(struct tcp_stack *stack, struct syn_record *record, uint64_t now_us)
{
	record->due_ms = tcp_deadline(now_us, stack->config.rto_initial_ms << record->tries);
	fifo_push(&stack->syns, record);
}

enum tcp_verdict syn_arrived(struct tcp_stack *stack, const struct tcp_listener *listener,
	const struct tcp_segment *seg, const uint32_t *iss_floor, uint64_t now_us)
{
	struct syn_record *record;

	stack->counters.syn_in++;
	if (iss_floor == NULL && syn_crowded(stack, &seg->remote))
		return cookie_send(stack, seg, now_us);
	record = record_new(stack, &seg->remote);
	record->local = seg->local;
	record->remote = seg->remote;
	record->iss = tcp_isn(stack, &seg->local, &seg->remote, now_us);
	if (iss_floor != NULL && seq_le(record->iss, *iss_floor))
		record->iss = *iss_floor + 1; // RFC 9293 3.6.1: above all it used before
	record->irs = seg->seq;
	record->agreed = tcp_agree(stack, seg);
	record->tag = (uint32_t)tcp_hash(stack, &seg->local, &seg->remote);
	record->user = listener->user;
	record->tries = 0;
	record_wait(stack, record, now_us);
	tcp_table_insert(&stack->syns.table, record->tag, record_index(&stack->syns, record));
	record_answer(stack, record, now_us);
	return TCP_OK;
}

static enum tcp_verdict syn_again(struct tcp_stack *stack, struct syn_record *record,
	const struct tcp_segment *seg, uint64_t now_us)
{
	const struct tcp_listener *listener = tcp_listener_find(stack, &seg->local);

	if (seg->flags & TCP_ACK)
		return TCP_SYN_INVALID;
	if (seg->seq == record->irs) {
		record_answer(stack, record, now_us);
		return TCP_OK;
	}
	// RFC 9293 3.10.7.4: back to LISTEN.
	record_free(&stack->syns, record);
	return listener == NULL ? TCP_NO_LISTENER :
				  syn_arrived(stack, listener, seg, NULL, now_us);
}

static enum tcp_verdict third_check(const struct tcp_stack *stack, const struct syn_record *record,
	const struct tcp_segment *seg)
{
	if (!seq_in(seg->seq, record->irs + 1, tcp_first_window(stack) + 1))
		return TCP_OUT_OF_WINDOW;
	if ((record->agreed.options & TCP_OPT_TIMESTAMP) == 0)
		return TCP_OK;
	if ((seg->options.present & TCP_OPT_TIMESTAMP) == 0)
		return TCP_NO_TIMESTAMP;
	return seq_lt(seg->options.ts_value, record->agreed.ts_recent) ? TCP_PAWS : TCP_OK;
}

struct tcb *syn_open(struct tcp_stack *stack, const struct syn_record *record,
	const struct tcp_segment *seg, uint64_t now_us)
{
	struct tcb *tcb = tcb_new(stack, &record->local, &record->remote, record->user, now_us);

	if (tcb == NULL) {
		stack->counters.no_connection++;
		tcp_reply_reset(stack, seg, now_us);
		return NULL;
	}
	tcb_agree(stack, tcb, &record->agreed);
	if (record->tries > 0)
		tcb_syn_lost(stack, tcb);
	tcb->snd_una = record->iss + 1;
	tcb->snd_nxt = tcb->snd_una;
	tcb->snd_max = tcb->snd_una;
	tcb->snd_end = tcb->snd_una;
	tcb->recover = tcb->snd_una;
	tcb->rtt_seq = tcb->snd_una;
	tcb->snd_wnd = (uint32_t)seg->wnd << tcb->snd_scale;
	tcb->snd_wnd_max = tcb->snd_wnd;
	tcb->snd_wl1 = record->irs + 1;
	tcb->snd_wl2 = seg->ack;
	tcb->rcv_nxt = record->irs + 1;
	tcb->rcv_adv = tcb->rcv_nxt + tcp_first_window(stack);
	tcb->last_ack = tcb->rcv_nxt;
	tcb->state = TCP_STATE_ESTABLISHED;
	stack->counters.opened_passive++;
	tcb_event(stack, tcb, TCP_EVENT_OPENED);
	return tcb;
}

// It may answer a cookie that its SYN got before there was room for the record that the same SYN,
// sent again, has got.
static enum tcp_verdict other_third(struct tcp_stack *stack, struct syn_record *record,
	const struct tcp_segment *seg, uint64_t now_us, struct tcb **tcb)
{
	enum tcp_verdict verdict = cookie_input(stack, seg, now_us, tcb);

	if (verdict == TCP_OK)
		record_free(&stack->syns, record);
	if (verdict != TCP_NO_CONN)
		return verdict;
	tcp_reply_reset(stack, seg, now_us);
	return TCP_ACK_INVALID;
}

enum tcp_verdict syn_input(struct tcp_stack *stack, const struct tcp_segment *seg, uint64_t hash,
	uint64_t now_us, struct tcb **tcb)
{
	struct syn_record *record = record_find(stack, hash, &seg->local, &seg->remote);
	enum tcp_verdict verdict;

	if (record == NULL)
		return TCP_NO_CONN;
	if (seg->flags & TCP_RST) {
		if (seg->seq != record->irs + 1)
			return TCP_RESET_INVALID; // RFC 5961 3
		record_free(&stack->syns, record);
		return TCP_OK;
	}
	if (seg->flags & TCP_SYN)
		return syn_again(stack, record, seg, now_us);
	if ((seg->flags & TCP_ACK) == 0)
		return TCP_ACK_MISSING;
	if (seg->ack != record->iss + 1)
		return other_third(stack, record, seg, now_us, tcb);
	verdict = third_check(stack, record, seg);
	if (verdict != TCP_OK)
		return verdict;
	*tcb = syn_open(stack, record, seg, now_us);
	record_free(&stack->syns, record);
	return *tcb != NULL ? TCP_OK : TCP_NO_ROOM;
}

static void record_expire(struct tcp_stack *stack, struct syn_record *record, uint64_t now_us)
{
	if (record->tries + 1 == TCP_SYN_TRIES) {
		record_free(&stack->syns, record);
		stack->counters.syn_expired++;
		return;
	}
	fifo_remove(&stack->syns, record);
	record->tries++;
	record_wait(stack, record, now_us);
	record_answer(stack, record, now_us);
	stack->counters.syn_ack_retransmitted++;
}

// The head of a FIFO when it is due. What finds no place among the replies stays due.
static struct syn_record *record_due(const struct tcp_stack *stack, int fifo, uint64_t now_us)
{
	const struct syn_cache *cache = &stack->syns;
	uint32_t head = cache->fifos[fifo].head;

	if (head == TCP_NONE || stack->replies_count == TCP_REPLIES_MAX ||
		seq_gt(cache->records[head].due_ms, tcp_ms(now_us)))
		return NULL;
	return &cache->records[head];
}

bool syn_expire(struct tcp_stack *stack, uint64_t now_us, uint32_t budget)
{
	uint32_t left = budget;

	for (int i = TCP_SYN_TRIES - 1; i >= 0; i--) {
		struct syn_record *record;

		while ((record = record_due(stack, i, now_us)) != NULL) {
			if (left-- == 0)
				return true;
			record_expire(stack, record, now_us);
		}
	}
	return false;
}

bool syn_next(const struct tcp_stack *stack, uint32_t *due_ms)
{
	bool found = false;

	for (int i = 0; i < TCP_SYN_TRIES; i++) {
		uint32_t head = stack->syns.fifos[i].head;
		uint32_t due;

		if (head == TCP_NONE)
			continue;
		due = stack->syns.records[head].due_ms;
		*due_ms = found ? seq_min(*due_ms, due) : due;
		found = true;
	}
	return found;
}
