// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/tcp/table.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

int tcp_table_init(struct tcp_table *table, uint32_t capacity)
{
	uint32_t n = 16;

	// Seven eighths full at the most. That is when all connections there may be are there; as many as are
	// usual leave more than half of it free.
	while ((uint64_t)n * 7 / 8 < capacity && n < 1u << 31)
		n *= 2;
	*table = (struct tcp_table){ .mask = n - 1, .capacity = capacity };
	table->slots = malloc(n * sizeof(*table->slots));
	if (table->slots == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++)
		table->slots[i].index = TCP_TABLE_NONE;
	return 0;
}

void tcp_table_fini(struct tcp_table *table)
{
	free(table->slots);
	*table = (struct tcp_table){ 0 };
}

uint32_t tcp_table_next(const struct tcp_table *table, uint32_t tag, uint32_t *cursor)
{
	// Ends at a free slot; there always is one.
	for (;;) {
		const struct tcp_slot *slot = &table->slots[*cursor & table->mask];

		if (slot->index == TCP_TABLE_NONE)
			return TCP_TABLE_NONE;
		++*cursor;
		if (slot->tag == tag)
			return slot->index;
	}
}

void tcp_table_insert(struct tcp_table *table, uint32_t tag, uint32_t index)
{
	uint32_t i = tag & table->mask;

	assert(table->used < table->capacity);
	while (table->slots[i].index != TCP_TABLE_NONE)
		i = (i + 1) & table->mask;
	table->slots[i] = (struct tcp_slot){ .tag = tag, .index = index };
	table->used++;
}

static uint32_t slot_find(const struct tcp_table *table, uint32_t tag, uint32_t index)
{
	uint32_t i = tag & table->mask;

	while (table->slots[i].tag != tag || table->slots[i].index != index) {
		assert(table->slots[i].index != TCP_TABLE_NONE);
		i = (i + 1) & table->mask;
	}
	return i;
}

void tcp_table_remove(struct tcp_table *table, uint32_t tag, uint32_t index)
{
	uint32_t hole = slot_find(table, tag, index);

	// Entries after the hole move up when the hole lies on their way from home: no tombstones.
	for (uint32_t i = (hole + 1) & table->mask; table->slots[i].index != TCP_TABLE_NONE;
		i = (i + 1) & table->mask) {
		uint32_t home = table->slots[i].tag & table->mask;

		if (((i - home) & table->mask) < ((i - hole) & table->mask))
			continue;
		table->slots[hole] = table->slots[i];
		hole = i;
	}
	table->slots[hole].index = TCP_TABLE_NONE;
	table->used--;
}
