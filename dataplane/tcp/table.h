// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Open addressing with linear probing: 8-byte slots of a 32-bit tag and an index, at most seven eighths of
// them in use, so that a look-up is mostly one cache line. The tag is part of a keyed hash; the
// caller compares the real key behind the index. Nothing is allocated after init.
#pragma once

#include <stdint.h>

#define TCP_TABLE_NONE UINT32_MAX

struct tcp_slot {
	uint32_t tag;
	uint32_t index; // TCP_TABLE_NONE: free
};

struct tcp_table {
	struct tcp_slot *slots;
	uint32_t mask;
	uint32_t used;
	uint32_t capacity;
};

// Returns 0 or -ENOMEM. At most `capacity` entries will be inserted: the caller's promise,
// asserted.
int tcp_table_init(struct tcp_table *table, uint32_t capacity);
void tcp_table_fini(struct tcp_table *table);

// The indices under a tag, one a call, then TCP_TABLE_NONE. Start with *cursor = tag.
uint32_t tcp_table_next(const struct tcp_table *table, uint32_t tag, uint32_t *cursor);

void tcp_table_insert(struct tcp_table *table, uint32_t tag, uint32_t index);
// The entry must be there.
void tcp_table_remove(struct tcp_table *table, uint32_t tag, uint32_t index);
