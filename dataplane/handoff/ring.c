// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/handoff/ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A message lies in consecutive cells behind its length, and goes on at the first cell after the
// last. Both sides count cells from the start for ever; 32 bits wrap without harm, the size being a
// power of two.
struct cell_head {
	uint64_t bytes;
};

enum { HEAD = sizeof(struct cell_head), CACHE_LINE = 64 };

uint32_t ring_cells(size_t bytes)
{
	return (uint32_t)((bytes + HEAD + RING_CELL - 1) / RING_CELL);
}

static uint32_t power_of_two(uint32_t n)
{
	uint32_t p = 1;

	while (p < n && p < 1u << 31)
		p *= 2;
	return p;
}

int ring_init(struct ring *ring, uint32_t cells, size_t message_max, int fd)
{
	*ring = (struct ring){
		.message_max = message_max,
		.message_cells = ring_cells(message_max),
		.fd = fd,
	};
	if (cells < 4 * ring->message_cells)
		cells = 4 * ring->message_cells;
	ring->size = power_of_two(cells);
	ring->cells = aligned_alloc(CACHE_LINE, (size_t)ring->size * RING_CELL);
	return ring->cells == NULL ? -ENOMEM : 0;
}

int ring_init_events(struct ring *ring, uint32_t cells, int fd)
{
	return ring_init(ring, cells, sizeof(struct event), fd);
}

int ring_init_commands(struct ring *ring, uint32_t cells, int fd)
{
	return ring_init(ring, cells, sizeof(struct command), fd);
}

void ring_fini(struct ring *ring)
{
	free(ring->cells);
	ring->cells = NULL;
}

uint32_t ring_used(const struct ring *ring)
{
	// In this order a consumer in between makes it less, never more than the size.
	uint32_t read = atomic_load_explicit(&ring->read, memory_order_acquire);

	return atomic_load_explicit(&ring->written, memory_order_acquire) - read;
}

uint32_t ring_free(const struct ring *ring)
{
	return ring->size - ring_used(ring);
}

uint32_t ring_credit(const struct ring *ring)
{
	return ring_free(ring) / ring->message_cells;
}

bool ring_has_room(struct ring *ring, uint32_t cells)
{
	uint32_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);

	if (ring->size - (written - ring->read_seen) >= cells)
		return true;
	ring->read_seen = atomic_load_explicit(&ring->read, memory_order_acquire);
	return ring->size - (written - ring->read_seen) >= cells;
}

bool ring_has_credit(struct ring *ring, uint32_t messages)
{
	return ring_has_room(ring, messages * ring->message_cells);
}

// Byte `at` of the message that begins at a cell.
static size_t place(const struct ring *ring, uint32_t cell, size_t at)
{
	return ((size_t)cell * RING_CELL + at) & ((size_t)ring->size * RING_CELL - 1);
}

static void cells_write(struct ring *ring, uint32_t cell, size_t at, const void *bytes, size_t n)
{
	size_t from = place(ring, cell, at);
	size_t left = (size_t)ring->size * RING_CELL - from;
	size_t part = n < left ? n : left;

	memcpy(ring->cells + from, bytes, part);
	if (part < n)
		memcpy(ring->cells, (const uint8_t *)bytes + part, n - part);
}

static void cells_read(const struct ring *ring, uint32_t cell, size_t at, void *bytes, size_t n)
{
	size_t from = place(ring, cell, at);
	size_t left = (size_t)ring->size * RING_CELL - from;
	size_t part = n < left ? n : left;

	memcpy(bytes, ring->cells + from, part);
	if (part < n)
		memcpy((uint8_t *)bytes + part, ring->cells, n - part);
}

bool ring_push(struct ring *ring, const void *message, size_t bytes, const void *more, size_t nmore)
{
	struct cell_head head = { .bytes = bytes + nmore };
	uint32_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
	uint32_t cells = ring_cells(head.bytes);

	if (!ring_has_room(ring, cells)) {
		ring->refused++;
		return false;
	}
	cells_write(ring, written, 0, &head, HEAD);
	cells_write(ring, written, HEAD, message, bytes);
	if (nmore > 0)
		cells_write(ring, written, HEAD + bytes, more, nmore);
	atomic_store_explicit(&ring->written, written + cells, memory_order_release);
	ring->next_seq++;
	ring->pushed++;
	ring->wake_owed = true;
	return true;
}

bool ring_push_event(struct ring *ring, struct event *event)
{
	event->seq = ring->next_seq;
	return ring_push(ring, event, event_size(event), NULL, 0);
}

bool ring_push_command(struct ring *ring, struct command *command)
{
	command->seq = ring->next_seq;
	return ring_push(ring, command, command_size(command), NULL, 0);
}

// Is there a message?
static bool arrived(struct ring *ring, uint32_t read)
{
	if (ring->written_seen == read)
		ring->written_seen = atomic_load_explicit(&ring->written, memory_order_acquire);
	return ring->written_seen != read;
}

size_t ring_pop(struct ring *ring, void *message)
{
	uint32_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);
	struct cell_head head;

	if (!arrived(ring, read))
		return 0;
	cells_read(ring, read, 0, &head, HEAD);
	cells_read(ring, read, HEAD, message, head.bytes);
	read += ring_cells(head.bytes);
	atomic_store_explicit(&ring->read, read, memory_order_release);
	ring->popped++;
	if (ring->written_seen != read) // the next one, while this one is looked at
		__builtin_prefetch(ring->cells + place(ring, read, 0));
	return head.bytes;
}

static void check_seq(struct ring *ring, uint32_t seq)
{
	if (seq != ring->expect_seq)
		ring->gaps++;
	ring->expect_seq = seq + 1;
}

bool ring_pop_event(struct ring *ring, struct event *event)
{
	if (ring_pop(ring, event) == 0)
		return false;
	check_seq(ring, event->seq);
	return true;
}

bool ring_pop_command(struct ring *ring, struct command *command)
{
	if (ring_pop(ring, command) == 0)
		return false;
	check_seq(ring, command->seq);
	return true;
}

// The consumer says that it sleeps and then looks at the ring; the producer fills the ring and then
// looks whether the consumer sleeps. With a full fence between the two steps on both sides one of
// them sees the other: no message can lie there while nobody is woken.
void ring_wake(struct ring *ring)
{
	uint64_t one = 1;
	uint32_t used;

	if (!ring->wake_owed)
		return;
	ring->wake_owed = false;
	used = ring_used(ring);
	if (used > ring->high_water)
		ring->high_water = used;
	atomic_thread_fence(memory_order_seq_cst);
	if (ring->fd < 0 || !atomic_load_explicit(&ring->armed, memory_order_relaxed))
		return;
	if (!atomic_exchange_explicit(&ring->armed, false, memory_order_acq_rel))
		return;
	ring->wakes++;
	if (write(ring->fd, &one, sizeof(one)) < 0)
		ring->wakes--; // the counter of the descriptor is full: it is readable already
}

bool ring_sleep(struct ring *ring)
{
	atomic_store_explicit(&ring->armed, true, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
	if (ring_used(ring) == 0)
		return true;
	atomic_store_explicit(&ring->armed, false, memory_order_relaxed);
	return false;
}

void ring_awake(struct ring *ring)
{
	uint64_t count;

	atomic_store_explicit(&ring->armed, false, memory_order_relaxed);
	if (ring->fd >= 0 && read(ring->fd, &count, sizeof(count)) < 0)
		return; // it was not this ring that woke us
}
