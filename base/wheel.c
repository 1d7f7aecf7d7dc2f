// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "base/wheel.h"

static void list_init(struct wheel_link *head)
{
	head->next = head;
	head->prev = head;
}

static void list_add_tail(struct wheel_link *head, struct wheel_link *link)
{
	link->next = head;
	link->prev = head->prev;
	head->prev->next = link;
	head->prev = link;
}

static void list_remove(struct wheel_link *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
	link->next = NULL;
	link->prev = NULL;
}

static struct wheel_node *node_of(struct wheel_link *link)
{
	return (struct wheel_node *)((char *)link - offsetof(struct wheel_node, link));
}

void wheel_init(struct wheel *wheel, uint64_t now_us)
{
	*wheel = (struct wheel){ .tick = now_us / WHEEL_TICK_US };
	for (int i = 0; i < WHEEL_INNER_SLOTS; i++)
		list_init(&wheel->inner[i]);
	for (int i = 0; i < WHEEL_SLOTS; i++)
		list_init(&wheel->outer[i]);
	list_init(&wheel->due);
}

// Rounded up, so that a timer never fires early.
static uint64_t due_tick(const struct wheel_node *node)
{
	return node->due_us / WHEEL_TICK_US + 1;
}

// Turns of the inner ring are counted as ticks are; this one's and the next one's nodes have slots
// there.
static void node_place(struct wheel *wheel, struct wheel_node *node)
{
	uint64_t tick = due_tick(node), turn, now = wheel->tick / WHEEL_SLOTS;

	if (tick < wheel->tick)
		tick = wheel->tick;
	turn = tick / WHEEL_SLOTS;
	if (turn <= now + 1) {
		list_add_tail(&wheel->inner[tick % WHEEL_INNER_SLOTS], &node->link);
		return;
	}
	if (turn > now + WHEEL_SLOTS - 1)
		turn = now + WHEEL_SLOTS - 1;
	node->outer = turn % WHEEL_SLOTS + 1;
	wheel->waiting[turn % WHEEL_SLOTS]++;
	list_add_tail(&wheel->outer[turn % WHEEL_SLOTS], &node->link);
}

static void node_remove(struct wheel *wheel, struct wheel_node *node)
{
	if (node->outer != 0)
		wheel->waiting[node->outer - 1]--;
	node->outer = 0;
	list_remove(&node->link);
}

void wheel_arm(struct wheel *wheel, struct wheel_node *node, uint64_t due_us)
{
	wheel_cancel(wheel, node);
	node->due_us = due_us;
	node_place(wheel, node);
	wheel->armed++;
}

void wheel_cancel(struct wheel *wheel, struct wheel_node *node)
{
	if (!wheel_is_armed(node))
		return;
	node_remove(wheel, node);
	wheel->armed--;
}

// This tick's share of the outer slot whose turn comes next: at the last tick before it, all that is
// left.
static void outer_move(struct wheel *wheel)
{
	uint64_t next = (wheel->tick / WHEEL_SLOTS + 1) % WHEEL_SLOTS;
	uint64_t ticks_left = WHEEL_SLOTS - wheel->tick % WHEEL_SLOTS;
	uint64_t share = (wheel->waiting[next] + ticks_left - 1) / ticks_left;

	for (; share > 0; share--) {
		struct wheel_node *node = node_of(wheel->outer[next].next);

		node_remove(wheel, node);
		node_place(wheel, node);
	}
}

// The slot's nodes move as one, however many they are.
static void slot_take(struct wheel *wheel, struct wheel_link *slot)
{
	if (slot->next == slot)
		return;
	slot->next->prev = wheel->due.prev;
	slot->prev->next = &wheel->due;
	wheel->due.prev->next = slot->next;
	wheel->due.prev = slot->prev;
	list_init(slot);
}

struct wheel_node *wheel_expire(struct wheel *wheel, uint64_t now_us)
{
	uint64_t now = now_us / WHEEL_TICK_US;
	struct wheel_link *link;

	if (wheel->armed == 0 && wheel->tick <= now)
		wheel->tick = now + 1;
	while (wheel->due.next == &wheel->due && wheel->tick <= now) {
		outer_move(wheel);
		slot_take(wheel, &wheel->inner[wheel->tick % WHEEL_INNER_SLOTS]);
		wheel->tick++;
	}
	link = wheel->due.next;
	if (link == &wheel->due)
		return NULL;
	list_remove(link);
	wheel->armed--;
	return node_of(link);
}

struct wheel_node *wheel_due(const struct wheel *wheel)
{
	return wheel->due.next == &wheel->due ? NULL : node_of(wheel->due.next);
}

uint64_t wheel_next_us(const struct wheel *wheel)
{
	if (wheel->due.next != &wheel->due)
		return 0;
	if (wheel->armed == 0)
		return UINT64_MAX;
	for (uint64_t tick = wheel->tick; tick < wheel->tick + WHEEL_SLOTS; tick++) {
		const struct wheel_link *slot = &wheel->inner[tick % WHEEL_INNER_SLOTS];

		if (slot->next != slot || tick % WHEEL_SLOTS == 0)
			return tick * WHEEL_TICK_US;
	}
	return (wheel->tick + WHEEL_SLOTS) * WHEEL_TICK_US;
}
