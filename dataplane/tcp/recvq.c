// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The receive queue: unread in-order bytes in one slab block, so that a message is contiguous; and
// the pieces that came too early. An idle connection has neither.
//
// Bytes that find an empty queue are borrowed from the segment: the block that would hold them is
// taken at once, so that they can be acknowledged, but filled only if some are still unread in the
// end.
#include "dataplane/tcp/tcb.h"

static bool is_borrower(const struct tcp_stack *stack, const struct tcb *tcb)
{
	return stack->borrower == tcb;
}

static void block_drop(struct tcp_stack *stack, struct tcb *tcb)
{
	slab_give(&stack->slab, tcb->recv_block);
	tcb->recv_block = NULL;
	tcb->recv_off = 0;
}

void recvq_settle(struct tcp_stack *stack)
{
	struct tcb *tcb = stack->borrower;

	if (tcb == NULL)
		return;
	stack->borrower = NULL;
	if (tcb->recv_len == 0)
		return;
	memcpy(tcb->recv_block, stack->borrowed, tcb->recv_len);
	stack->counters.copied_bytes += tcb->recv_len;
}

// Room for n more bytes behind the unread ones.
static bool block_room(struct tcp_stack *stack, struct tcb *tcb, uint32_t n)
{
	uint8_t *block;
	size_t size;

	if (tcb->recv_block != NULL) {
		size = slab_block_size(&stack->slab, tcb->recv_block);
		if (tcb->recv_off + (size_t)tcb->recv_len + n <= size)
			return true;
		if ((size_t)tcb->recv_len + n <= size) {
			memmove(tcb->recv_block, tcb->recv_block + tcb->recv_off, tcb->recv_len);
			tcb->recv_off = 0;
			return true;
		}
	}
	block = slab_take(&stack->slab, (size_t)tcb->recv_len + n);
	if (block == NULL)
		return false;
	if (tcb->recv_len > 0)
		memcpy(block, tcb->recv_block + tcb->recv_off, tcb->recv_len);
	block_drop(stack, tcb);
	tcb->recv_block = block;
	return true;
}

static bool recvq_append(struct tcp_stack *stack, struct tcb *tcb, const uint8_t *bytes,
	uint32_t n)
{
	if (is_borrower(stack, tcb))
		recvq_settle(stack);
	if (!block_room(stack, tcb, n))
		return false;
	memcpy(tcb->recv_block + tcb->recv_off + tcb->recv_len, bytes, n);
	tcb->recv_len += n;
	stack->counters.copied_bytes += n;
	return true;
}

static bool take_once(struct tcp_stack *stack, struct tcb *tcb, const uint8_t *bytes, uint32_t n)
{
	if (tcb->recv_len > 0)
		return recvq_append(stack, tcb, bytes, n);
	if (!block_room(stack, tcb, n))
		return false;
	stack->borrower = tcb;
	stack->borrowed = bytes;
	tcb->recv_len = n;
	return true;
}

bool recvq_take(struct tcp_stack *stack, struct tcb *tcb, const uint8_t *bytes, uint32_t n)
{
	if (take_once(stack, tcb, bytes, n))
		return true;
	pieces_drop(stack, tcb); // RFC 2018 8 lets us, and the peer will send them again
	return take_once(stack, tcb, bytes, n);
}

void recvq_consume(struct tcp_stack *stack, struct tcb *tcb, uint32_t n)
{
	tcb->recv_len -= n;
	if (tcb->recv_len == 0) {
		recvq_drop(stack, tcb);
		return;
	}
	if (is_borrower(stack, tcb))
		stack->borrowed += n;
	else
		tcb->recv_off += n;
}

void recvq_drop(struct tcp_stack *stack, struct tcb *tcb)
{
	if (is_borrower(stack, tcb))
		stack->borrower = NULL;
	tcb->recv_len = 0;
	block_drop(stack, tcb);
}

static uint32_t piece_end(const struct recv_piece *piece)
{
	return piece->seq + piece->len;
}

uint32_t pieces_bytes(const struct tcb *tcb)
{
	uint32_t n = 0;

	for (const struct recv_piece *p = tcb->pieces; p != NULL; p = p->next)
		n += p->len;
	return n;
}

static struct recv_piece *piece_insert(struct tcp_stack *stack, struct tcb *tcb,
	struct recv_piece **at, uint32_t seq, const uint8_t *bytes, uint32_t n)
{
	struct recv_piece *piece;

	if (tcb->pieces_count >= TCP_PIECES_MAX || pieces_bytes(tcb) + n > TCP_PIECE_BYTES ||
		stack->piece_bytes + n > stack->config.out_of_order_bytes)
		return NULL;
	piece = tcp_spare_block(stack, tcb, sizeof(*piece) + n);
	if (piece == NULL)
		return NULL;
	*piece = (struct recv_piece){ .next = *at, .seq = seq, .len = (uint16_t)n };
	memcpy(piece->bytes, bytes, n);
	*at = piece;
	tcb->pieces_count++;
	tcb->piece_last = seq;
	stack->piece_bytes += n;
	return piece;
}

// The FIN that ends the peer's stream: with the bytes before it when they are here, else alone. One
// in the midst of bytes that came is not believed.
static bool fin_keep(struct tcp_stack *stack, struct tcb *tcb, uint32_t end)
{
	struct recv_piece **at = &tcb->pieces;
	struct recv_piece *piece = NULL;

	while (*at != NULL && seq_le((*at)->seq, end)) {
		piece = *at;
		at = &piece->next;
	}
	if (piece != NULL && seq_gt(piece_end(piece), end))
		return true;
	if (piece == NULL || piece_end(piece) != end)
		piece = piece_insert(stack, tcb, at, end, NULL, 0);
	if (piece == NULL)
		return false;
	piece->fin = true;
	return true;
}

// Keeps what the pieces do not hold already; what came first stays.
void pieces_keep(struct tcp_stack *stack, struct tcb *tcb, uint32_t seq, const uint8_t *bytes,
	uint32_t n, bool fin)
{
	struct recv_piece **at = &tcb->pieces;
	uint32_t end = seq + n;
	bool kept = true;

	while (kept && seq_lt(seq, end)) {
		struct recv_piece *piece = *at;
		uint32_t stop = piece == NULL ? end : seq_min(end, piece->seq);

		if (seq_lt(seq, stop)) {
			kept = piece_insert(stack, tcb, at, seq, bytes, stop - seq) != NULL;
			bytes += stop - seq;
			seq = stop;
		} else {
			uint32_t skip = seq_min(end, seq_max(seq, piece_end(piece))) - seq;

			bytes += skip;
			seq += skip;
			at = &piece->next;
		}
	}
	if (kept && fin)
		kept = fin_keep(stack, tcb, end);
	if (kept)
		stack->counters.out_of_order++;
	else
		stack->counters.out_of_order_dropped++;
}

static void piece_free(struct tcp_stack *stack, struct tcb *tcb)
{
	struct recv_piece *piece = tcb->pieces;

	tcb->pieces = piece->next;
	tcb->pieces_count--;
	stack->piece_bytes -= piece->len;
	slab_give(&stack->slab, piece);
}

bool pieces_join(struct tcp_stack *stack, struct tcb *tcb)
{
	bool fin = false;

	while (!fin && tcb->pieces != NULL && seq_le(tcb->pieces->seq, tcb->rcv_nxt)) {
		const struct recv_piece *piece = tcb->pieces;
		uint32_t old = tcb->rcv_nxt - piece->seq;

		if (old < piece->len) {
			uint32_t n = piece->len - old;

			if (!recvq_append(stack, tcb, piece->bytes + old, n)) {
				stack->counters.receive_no_memory++;
				return false; // the peer will send these bytes again
			}
			tcb->rcv_nxt += n;
			stack->counters.bytes_in += n;
		}
		fin = piece->fin && piece_end(piece) == tcb->rcv_nxt;
		piece_free(stack, tcb);
	}
	return fin;
}

void pieces_drop(struct tcp_stack *stack, struct tcb *tcb)
{
	while (tcb->pieces != NULL)
		piece_free(stack, tcb);
}

// Adjacent pieces are one block to the peer. A FIN has a number of its own.
static const struct recv_piece *range_next(const struct recv_piece *piece, struct tcp_sack *range)
{
	*range = (struct tcp_sack){ piece->seq, piece_end(piece) + piece->fin };
	for (piece = piece->next; piece != NULL && piece->seq == range->right; piece = piece->next)
		range->right = piece_end(piece) + piece->fin;
	return piece;
}

uint8_t pieces_sacks(const struct tcb *tcb, struct tcp_sack *sacks, uint8_t max)
{
	const struct recv_piece *piece = tcb->pieces;
	uint8_t n = 0;

	while (piece != NULL) {
		struct tcp_sack range;

		piece = range_next(piece, &range);
		if (seq_in(tcb->piece_last, range.left, range.right - range.left)) {
			// The range of the latest segment comes first; the last one makes room.
			uint8_t keep = n < max ? n : (uint8_t)(max - 1);

			if (max == 0)
				return 0;
			memmove(sacks + 1, sacks, keep * sizeof(*sacks));
			sacks[0] = range;
			n = (uint8_t)(keep + 1);
		} else if (n < max) {
			sacks[n++] = range;
		}
	}
	return n;
}
