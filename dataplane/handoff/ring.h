// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// One direction between a worker and control, or between two workers: one producer thread, one
// consumer thread, no lock. A message takes as many 64-byte cells in a row as its size needs, all
// or none. Each side keeps what it saw last of the other's position and looks again only when that
// does not suffice: a position that the other side moves with each message costs a cache miss. The
// producer asks for credit before it does work whose result must fit. An eventfd wakes a consumer
// that sleeps; one that polls needs none.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataplane/handoff/message.h"

enum { RING_CELL = 64 };

struct ring {
	uint8_t *cells;
	uint32_t size;          // cells, a power of two
	uint32_t message_cells; // the largest message
	size_t message_max;     // bytes, the largest message
	int fd;                 // eventfd, -1: the consumer polls

	// producer's
	_Alignas(64) uint32_t read_seen; // of `read`
	uint32_t next_seq;
	bool wake_owed;      // pushed since the last ring_wake()
	uint32_t high_water; // cells in use at most, as seen by ring_wake()
	uint64_t pushed;
	uint64_t refused; // pushes that found no room
	uint64_t wakes;

	// consumer's
	_Alignas(64) uint32_t written_seen; // of `written`
	uint32_t expect_seq;
	uint64_t popped;
	uint64_t gaps; // sequence numbers that were not the next: always 0

	// what each tells the other: cells since the start
	_Alignas(64) _Atomic uint32_t written;
	_Alignas(64) _Atomic uint32_t read;
	_Alignas(64) atomic_bool armed; // the consumer sleeps, or is about to
};

// Room for at least `cells` cells, but no less than four of the largest messages, which have
// `message_max` bytes. `fd`: the eventfd that wakes the consumer, borrowed; -1 when it polls.
// Returns 0 or -errno.
int ring_init(struct ring *ring, uint32_t cells, size_t message_max, int fd);
int ring_init_events(struct ring *ring, uint32_t cells, int fd);
int ring_init_commands(struct ring *ring, uint32_t cells, int fd);
void ring_fini(struct ring *ring);

// Producer: how many messages of the largest size are sure to fit now.
uint32_t ring_credit(const struct ring *ring);
// Producer: cells free now.
uint32_t ring_free(const struct ring *ring);
// Producer: are there as many cells, is there credit for as many messages? Cheaper than to count
// them.
bool ring_has_room(struct ring *ring, uint32_t cells);
bool ring_has_credit(struct ring *ring, uint32_t messages);

// Producer: copies a message of `bytes` bytes into the ring, and behind it, as part of the same
// message, `nmore` bytes of `more`; together no more than the largest. False: no room, nothing
// happened (counted).
bool ring_push(
	struct ring *ring, const void *message, size_t bytes, const void *more, size_t nmore);
// The same with the next sequence number.
bool ring_push_event(struct ring *ring, struct event *event);
bool ring_push_command(struct ring *ring, struct command *command);

// Producer: wakes a sleeping consumer if anything was pushed since the last call. One system call
// at most, and only when the consumer sleeps.
void ring_wake(struct ring *ring);

// Consumer: takes the oldest message; bytes beyond its size are left as they were. Returns how many
// bytes it has, 0 when the ring is empty.
size_t ring_pop(struct ring *ring, void *message);
// The same, with a look at its sequence number. False: empty.
bool ring_pop_event(struct ring *ring, struct event *event);
bool ring_pop_command(struct ring *ring, struct command *command);

// Consumer: true when the ring is empty and the next ring_wake() will signal fd. False: there is
// something.
bool ring_sleep(struct ring *ring);
// Consumer: awake again; empties the descriptor.
void ring_awake(struct ring *ring);

// Cells that a message of so many bytes takes.
uint32_t ring_cells(size_t bytes);

// Either side: cells in use.
uint32_t ring_used(const struct ring *ring);
