// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The send queue: every byte from snd_una to snd_end, in slab blocks of at most one segment each.
#include <errno.h>

#include "dataplane/tcp/tcb.h"

static uint32_t block_end(const struct send_block *block)
{
	return block->seq + block->len;
}

static struct send_block *block_new(struct tcp_stack *stack, const struct tcb *tcb, size_t n)
{
	size_t want = n < tcb->mss ? n : tcb->mss;
	struct send_block *block = tcp_spare_block(stack, tcb, sizeof(*block) + want);
	size_t room;

	if (block == NULL)
		return NULL;
	room = slab_block_size(&stack->slab, block) - sizeof(*block);
	*block = (struct send_block){ .room = (uint16_t)(room < tcb->mss ? room : tcb->mss) };
	return block;
}

static void block_fill(struct tcb *tcb, struct send_block *block, const uint8_t *bytes, size_t n)
{
	memcpy(block->bytes + block->len, bytes, n);
	block->len = (uint16_t)(block->len + n);
	block->sacked = false; // of what it held before: at worst sent again
	tcb->snd_end += (uint32_t)n;
}

static void block_link(struct tcb *tcb, struct send_block *block)
{
	block->seq = tcb->snd_end;
	if (tcb->send_tail == NULL)
		tcb->send_head = block;
	else
		tcb->send_tail->next = block;
	tcb->send_tail = block;
}

// The block before the tail; NULL when the tail is the only one.
static struct send_block *before_tail(const struct tcb *tcb)
{
	struct send_block *block = tcb->send_head;

	if (block == tcb->send_tail)
		return NULL;
	while (block->next != tcb->send_tail)
		block = block->next;
	return block;
}

// Moves a small tail into a bigger block, so that short writes still share a segment.
static void tail_grow(struct tcp_stack *stack, struct tcb *tcb, size_t n)
{
	struct send_block *old = tcb->send_tail;
	struct send_block *block, *before;

	if (old == NULL || old->room >= tcb->mss || n <= (size_t)(old->room - old->len))
		return;
	block = block_new(stack, tcb, old->len + n);
	if (block == NULL || block->room <= old->room) {
		slab_give(&stack->slab, block);
		return;
	}
	memcpy(block->bytes, old->bytes, old->len);
	block->len = old->len;
	block->seq = old->seq;
	block->resent = old->resent;
	before = before_tail(tcb);
	if (before == NULL)
		tcb->send_head = block;
	else
		before->next = block;
	tcb->send_tail = block;
	slab_give(&stack->slab, old);
}

static void blocks_give(struct tcp_stack *stack, struct send_block *block)
{
	while (block != NULL) {
		struct send_block *next = block->next;

		slab_give(&stack->slab, block);
		block = next;
	}
}

// Enough empty blocks for n bytes, or NULL and nothing taken.
static struct send_block *blocks_reserve(struct tcp_stack *stack, const struct tcb *tcb, size_t n)
{
	struct send_block *list = NULL;
	struct send_block **last = &list;

	while (n > 0) {
		struct send_block *block = block_new(stack, tcb, n);

		if (block == NULL) {
			blocks_give(stack, list);
			return NULL;
		}
		*last = block;
		last = &block->next;
		n -= n < block->room ? n : block->room;
	}
	return list;
}

int sendq_append(struct tcp_stack *stack, struct tcb *tcb, const uint8_t *bytes, size_t n)
{
	struct send_block *list, *tail;
	size_t first = 0;

	tail_grow(stack, tcb, n);
	tail = tcb->send_tail;
	if (tail != NULL)
		first = (size_t)(tail->room - tail->len) < n ? (size_t)(tail->room - tail->len) : n;
	list = blocks_reserve(stack, tcb, n - first);
	if (list == NULL && n > first)
		return -ENOBUFS;
	if (first > 0)
		block_fill(tcb, tail, bytes, first);
	bytes += first;
	n -= first;
	while (list != NULL) {
		struct send_block *block = list;
		size_t part = n < block->room ? n : block->room;

		list = block->next;
		block->next = NULL;
		block_link(tcb, block);
		block_fill(tcb, block, bytes, part);
		bytes += part;
		n -= part;
	}
	return 0;
}

void sendq_acked(struct tcp_stack *stack, struct tcb *tcb, uint32_t ack)
{
	while (tcb->send_head != NULL && seq_le(block_end(tcb->send_head), ack)) {
		struct send_block *block = tcb->send_head;

		tcb->send_head = block->next;
		slab_give(&stack->slab, block);
	}
	if (tcb->send_head == NULL)
		tcb->send_tail = NULL;
}

// Moves the end of a block, what exceeds whole segments, into one of its own.
static bool block_cut(struct tcp_stack *stack, struct tcb *tcb, struct send_block *block)
{
	uint16_t part = (uint16_t)((block->len - 1) % tcb->mss + 1);
	struct send_block *rest = block_new(stack, tcb, part);

	if (rest == NULL)
		return false;
	block->len = (uint16_t)(block->len - part);
	memcpy(rest->bytes, block->bytes + block->len, part);
	rest->seq = block_end(block);
	rest->len = part;
	rest->sacked = block->sacked;
	rest->next = block->next;
	block->next = rest;
	if (tcb->send_tail == block)
		tcb->send_tail = rest;
	return true;
}

void sendq_cut(struct tcp_stack *stack, struct tcb *tcb)
{
	for (struct send_block *b = tcb->send_head; b != NULL; b = b->next) {
		while (b->len > tcb->mss) {
			if (!block_cut(stack, tcb, b))
				return;
		}
		b->room = b->room < tcb->mss ? b->room : tcb->mss;
	}
	sendq_acked(stack, tcb, tcb->snd_una);
}

void sendq_drop(struct tcp_stack *stack, struct tcb *tcb)
{
	blocks_give(stack, tcb->send_head);
	tcb->send_head = NULL;
	tcb->send_tail = NULL;
}

struct send_block *sendq_find(const struct tcb *tcb, uint32_t seq)
{
	struct send_block *block = tcb->send_tail;

	if (block == NULL || seq_ge(seq, block_end(block)))
		return NULL;
	if (seq_ge(seq, block->seq))
		return block;
	block = tcb->send_head;
	while (block != NULL && seq_le(block_end(block), seq))
		block = block->next;
	return block;
}

// A SACK block must lie within what was sent (RFC 2018; anything else is noise or malice).
static bool sack_plausible(const struct tcb *tcb, const struct tcp_sack *sack)
{
	return seq_lt(sack->left, sack->right) && seq_gt(sack->left, tcb->snd_una) &&
		seq_le(sack->right, tcb->snd_max);
}

bool sendq_mark(struct tcb *tcb, const struct tcp_options *options)
{
	bool news = false;

	for (uint8_t i = 0; i < options->nsacks; i++) {
		const struct tcp_sack *sack = &options->sacks[i];

		if (!sack_plausible(tcb, sack))
			continue;
		for (struct send_block *b = tcb->send_head; b != NULL; b = b->next) {
			if (seq_ge(b->seq, sack->right))
				break;
			if (b->sacked || seq_lt(b->seq, sack->left) ||
				seq_gt(block_end(b), sack->right))
				continue;
			b->sacked = true;
			news = true;
		}
	}
	return news;
}

void sendq_unmark(struct tcb *tcb, bool sacked)
{
	for (struct send_block *b = tcb->send_head; b != NULL; b = b->next) {
		b->resent = false;
		if (sacked)
			b->sacked = false;
	}
}

// --- RFC 6675 ------------------------------------------------------------------------------------

// What SACK says arrived, above some place of the queue.
struct above {
	uint32_t bytes;
	uint32_t runs; // not adjacent to each other
};

static bool run_ends(const struct send_block *block)
{
	return block->sacked && (block->next == NULL || !block->next->sacked);
}

static struct above above_all(const struct tcb *tcb)
{
	struct above above = { 0 };

	for (const struct send_block *b = tcb->send_head; b != NULL && seq_lt(b->seq, tcb->snd_max);
		b = b->next) {
		above.bytes += b->sacked ? b->len : 0;
		above.runs += run_ends(b);
	}
	return above;
}

// RFC 6675 4, IsLost()
static bool is_lost(const struct tcb *tcb, const struct above *above)
{
	return above->runs >= TCP_DUPACKS_LOST ||
		above->bytes > (TCP_DUPACKS_LOST - 1) * (uint32_t)tcb->mss;
}

static uint32_t sent_bytes(const struct tcb *tcb, const struct send_block *block)
{
	return seq_min(block_end(block), tcb->snd_max) - seq_max(block->seq, tcb->snd_una);
}

struct sack_view sendq_view(const struct tcb *tcb)
{
	struct above above = above_all(tcb);
	struct sack_view view = { 0 };

	for (struct send_block *b = tcb->send_head; b != NULL && seq_lt(b->seq, tcb->snd_max);
		b = b->next) {
		bool lost = is_lost(tcb, &above);

		if (b->sacked) {
			above.bytes -= b->len;
			above.runs -= run_ends(b);
			continue;
		}
		view.pipe += (lost ? 0 : sent_bytes(tcb, b)) + (b->resent ? sent_bytes(tcb, b) : 0);
		if (b->resent || above.runs == 0)
			continue;
		if (view.hole == NULL)
			view.hole = b;
		if (view.lost == NULL && lost)
			view.lost = b;
	}
	return view;
}

bool sendq_head_lost(const struct tcb *tcb)
{
	struct above above = above_all(tcb);

	return tcb->send_head != NULL && !tcb->send_head->sacked && is_lost(tcb, &above);
}
