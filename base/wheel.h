// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A timer wheel for one thread: an outer ring of 256 slots of 2.56 s, about 11 minutes in all, and an
// inner one of slots of 10 ms for this turn of it and the next. What an outer slot holds moves into the
// inner ring bit by bit during the turn before, as much at each tick, however much it is; what lies
// farther than the outer ring is put back there. Arm and cancel cost O(1).
// A timer never fires early and fires within two ticks after its time when wheel_expire() is called
// in time. Time is an argument: the wheel reads no clock.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WHEEL_SLOTS = 256, WHEEL_INNER_SLOTS = 2 * WHEEL_SLOTS, WHEEL_TICK_US = 10000 };

struct wheel_link {
	struct wheel_link *next;
	struct wheel_link *prev;
};

// Part of the object that waits. All zero is a valid idle node.
struct wheel_node {
	struct wheel_link link; // link.next is NULL when the node is idle
	uint64_t due_us;
	uint32_t kind;  // the owner's: which sort of object this node lies in
	uint32_t outer; // the outer slot it lies in, plus 1; 0: none
};

struct wheel {
	struct wheel_link inner[WHEEL_INNER_SLOTS];
	struct wheel_link outer[WHEEL_SLOTS];
	uint32_t waiting[WHEEL_SLOTS]; // nodes in each outer slot
	struct wheel_link due; // taken off the rings, not yet handed out
	uint64_t tick;	       // every slot before this tick is empty
	uint32_t armed;
};

void wheel_init(struct wheel *wheel, uint64_t now_us);

// Arms or re-arms. A time in the past fires at the next wheel_expire().
void wheel_arm(struct wheel *wheel, struct wheel_node *node, uint64_t due_us);

// Idle nodes are left alone.
void wheel_cancel(struct wheel *wheel, struct wheel_node *node);

static inline bool wheel_is_armed(const struct wheel_node *node)
{
	return node->link.next != NULL;
}

// Takes one node whose time has come, or returns NULL when none is left. Call it until NULL, or for as
// many as there is time for: what is not taken stays due. The node returned is idle.
struct wheel_node *wheel_expire(struct wheel *wheel, uint64_t now_us);

// The node that wheel_expire() gives next if its time has come already, to fetch its object meanwhile; or NULL.
struct wheel_node *wheel_due(const struct wheel *wheel);

// Arming or cancelling the node is going to touch its neighbours: fetches them.
static inline void wheel_prefetch(const struct wheel_node *node)
{
	__builtin_prefetch(node->link.next, 1);
	__builtin_prefetch(node->link.prev, 1);
}

// A time before which nothing is due, for a caller that wants to sleep; UINT64_MAX when nothing is armed.
uint64_t wheel_next_us(const struct wheel *wheel);
