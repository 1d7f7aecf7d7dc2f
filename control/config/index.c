// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/config/index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct config_index_entry {
	struct config_index_entry *next;
	const char *name;
	void *object;
};

enum { INDEX_BITS_FIRST = 6 };

// FNV-1a
static uint64_t name_hash(const char *name)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *name != '\0'; name++)
		hash = (hash ^ (uint8_t)*name) * 0x100000001b3;
	return hash;
}

static struct config_index_entry **index_bucket(const struct config_index *index, const char *name)
{
	return &index->bucket[name_hash(name) >> (64 - index->bits)];
}

// Twice as many buckets, once there are as many entries as buckets.
static int index_grow(struct config_index *index)
{
	struct config_index bigger = { .bits = index->bits == 0 ? INDEX_BITS_FIRST
								: index->bits + 1 };

	if (index->bits != 0 && index->count < 1u << index->bits)
		return 0;
	bigger.bucket = calloc((size_t)1 << bigger.bits, sizeof(*bigger.bucket));
	if (bigger.bucket == NULL)
		return -ENOMEM;
	for (unsigned i = 0; index->bits != 0 && i < 1u << index->bits; i++) {
		struct config_index_entry *entry = index->bucket[i], *next;

		for (; entry != NULL; entry = next) {
			struct config_index_entry **at = index_bucket(&bigger, entry->name);

			next = entry->next;
			entry->next = *at;
			*at = entry;
		}
	}
	free(index->bucket);
	index->bucket = bigger.bucket;
	index->bits = bigger.bits;
	return 0;
}

static const struct config_index_entry *entry_find(
	const struct config_index_entry *entry, const char *name)
{
	while (entry != NULL && strcmp(entry->name, name) != 0)
		entry = entry->next;
	return entry;
}

static const struct config_index_entry *entry_first(
	const struct config_index *index, const char *name)
{
	return index->bits == 0 ? NULL : entry_find(*index_bucket(index, name), name);
}

void *index_get(const struct config_index *index, const char *name)
{
	const struct config_index_entry *entry = entry_first(index, name);

	return entry == NULL ? NULL : entry->object;
}

void *index_next(const struct config_index *index, const char *name, const void *object)
{
	const struct config_index_entry *entry = entry_first(index, name);

	while (entry != NULL && entry->object != object)
		entry = entry_find(entry->next, name);
	if (entry != NULL)
		entry = entry_find(entry->next, name);
	return entry == NULL ? NULL : entry->object;
}

int index_put(struct config_index *index, const char *name, void *object)
{
	struct config_index_entry *entry, **at;

	if (index_grow(index) < 0)
		return -ENOMEM;
	entry = malloc(sizeof(*entry));
	if (entry == NULL)
		return -ENOMEM;
	at = index_bucket(index, name);
	*entry = (struct config_index_entry){ *at, name, object };
	*at = entry;
	index->count++;
	return 0;
}

void index_del(struct config_index *index, const char *name, const void *object)
{
	struct config_index_entry **at, *entry;

	if (index->bits == 0)
		return;
	for (at = index_bucket(index, name); (entry = *at) != NULL; at = &entry->next) {
		if (entry->object != object || strcmp(entry->name, name) != 0)
			continue;
		*at = entry->next;
		free(entry);
		index->count--;
		return;
	}
}

void index_free(struct config_index *index)
{
	for (unsigned i = 0; index->bits != 0 && i < 1u << index->bits; i++) {
		struct config_index_entry *entry = index->bucket[i], *next;

		for (; entry != NULL; entry = next) {
			next = entry->next;
			free(entry);
		}
	}
	free(index->bucket);
	*index = (struct config_index){ 0 };
}

int table_put(struct config_table *table, unsigned tag, void *object)
{
	unsigned size = table->size == 0 ? 16 : table->size;
	void **slot;

	while (size <= tag)
		size *= 2;
	if (size != table->size) {
		slot = realloc(table->slot, size * sizeof(*slot));
		if (slot == NULL)
			return -ENOMEM;
		memset(slot + table->size, 0, (size - table->size) * sizeof(*slot));
		table->slot = slot;
		table->size = size;
	}
	table->slot[tag] = object;
	table->count++;
	return 0;
}

void table_del(struct config_table *table, unsigned tag)
{
	if (table_get(table, tag) == NULL)
		return;
	table->slot[tag] = NULL;
	table->count--;
}

void *table_get(const struct config_table *table, unsigned tag)
{
	return tag < table->size ? table->slot[tag] : NULL;
}

void *table_next(const struct config_table *table, unsigned *tag)
{
	for (unsigned i = *tag + 1; i < table->size; i++) {
		if (table->slot[i] == NULL)
			continue;
		*tag = i;
		return table->slot[i];
	}
	return NULL;
}

void table_free(struct config_table *table)
{
	free(table->slot);
	*table = (struct config_table){ 0 };
}

int lines_insert(struct config_lines *lines, unsigned at, struct span text)
{
	char *copy = strndup(text.n == 0 ? "" : text.p, text.n);
	char **grown = realloc(lines->text, (lines->count + 1) * sizeof(*grown));

	if (grown != NULL)
		lines->text = grown;
	if (copy == NULL || grown == NULL) {
		free(copy);
		return -ENOMEM;
	}
	memmove(&grown[at + 1], &grown[at], (lines->count - at) * sizeof(*grown));
	grown[at] = copy;
	lines->count++;
	return 0;
}

int lines_add(struct config_lines *lines, struct span text)
{
	return lines_insert(lines, lines->count, text);
}

void lines_del(struct config_lines *lines, unsigned at)
{
	free(lines->text[at]);
	lines->count--;
	memmove(&lines->text[at], &lines->text[at + 1], (lines->count - at) * sizeof(*lines->text));
}

void lines_free(struct config_lines *lines)
{
	for (unsigned i = 0; i < lines->count; i++)
		free(lines->text[i]);
	free(lines->text);
	*lines = (struct config_lines){ 0 };
}
