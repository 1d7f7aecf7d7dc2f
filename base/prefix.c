// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "base/prefix.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { BITS_FIRST = 6 };

struct prefix_entry {
	uint64_t hash; // 0: free
	uint32_t count;
};

void prefixes_init(struct prefixes *set, const struct siphash_key *key)
{
	*set = (struct prefixes){ .key = *key };
}

void prefixes_fini(struct prefixes *set)
{
	free(set->entries);
	*set = (struct prefixes){ .key = set->key };
}

static uint64_t prefix_hash(const struct prefixes *set, const char *text, size_t n)
{
	uint64_t hash = siphash(&set->key, text, n);

	return hash == 0 ? 1 : hash;
}

// The entry of this hash, or the free one where it belongs: at most half of them are taken.
static struct prefix_entry *entry_at(const struct prefixes *set, uint64_t hash)
{
	uint32_t mask = (UINT32_C(1) << set->bits) - 1;
	uint32_t i = (uint32_t)hash & mask;

	while (set->entries[i].hash != 0 && set->entries[i].hash != hash)
		i = (i + 1) & mask;
	return &set->entries[i];
}

static uint32_t live_count(const struct prefixes *set)
{
	uint32_t live = 0;

	for (uint32_t i = 0; set->entries != NULL && i < UINT32_C(1) << set->bits; i++)
		live += set->entries[i].count > 0;
	return live;
}

// Room for so many more, without those that count nothing any more.
static int prefixes_reserve(struct prefixes *set, uint32_t more)
{
	struct prefixes bigger = { .bits = BITS_FIRST, .key = set->key };
	uint32_t live;

	if (set->entries != NULL && (set->used + more) * 2 <= UINT32_C(1) << set->bits)
		return 0;
	live = live_count(set);
	// A quarter full at first, so that the next time is not near.
	while ((live + more) * 4 > UINT32_C(1) << bigger.bits)
		bigger.bits++;
	bigger.entries = calloc((size_t)1 << bigger.bits, sizeof(*bigger.entries));
	if (bigger.entries == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; set->entries != NULL && i < UINT32_C(1) << set->bits; i++) {
		const struct prefix_entry *entry = &set->entries[i];

		if (entry->count > 0)
			*entry_at(&bigger, entry->hash) = *entry;
	}
	bigger.used = live;
	free(set->entries);
	*set = bigger;
	return 0;
}

int prefixes_add(struct prefixes *set, const char *text)
{
	size_t n = strlen(text);

	if (prefixes_reserve(set, (uint32_t)n) != 0)
		return -ENOMEM;
	for (size_t i = 1; i < n; i++) {
		uint64_t hash = prefix_hash(set, text, i);
		struct prefix_entry *entry = entry_at(set, hash);

		set->used += entry->hash == 0;
		entry->hash = hash;
		entry->count++;
	}
	return 0;
}

void prefixes_remove(struct prefixes *set, const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 1; i < n; i++) {
		struct prefix_entry *entry = entry_at(set, prefix_hash(set, text, i));

		assert(entry->count > 0);
		entry->count--;
	}
}

bool prefixes_go_on(const struct prefixes *set, const char *text, size_t n)
{
	return set->entries != NULL && entry_at(set, prefix_hash(set, text, n))->count > 0;
}
