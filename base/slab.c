// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "base/slab.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

static const uint32_t class_sizes[SLAB_CLASSES] = { 128, 512, 2048, 8192, 65536 };

static uint16_t class_blocks(uint8_t class)
{
	return (uint16_t)(SLAB_CHUNK_SIZE / class_sizes[class]);
}

static uint8_t *block_at(const struct slab *slab, uint32_t chunk, uint16_t block)
{
	return slab->arena + (size_t)chunk * SLAB_CHUNK_SIZE +
		(size_t)block * class_sizes[slab->chunks[chunk].class];
}

static uint32_t chunk_of(const struct slab *slab, const void *block)
{
	size_t chunk = (size_t)((const uint8_t *)block - slab->arena) / SLAB_CHUNK_SIZE;

	assert((const uint8_t *)block >= slab->arena && chunk < slab->nchunks);
	return (uint32_t)chunk;
}

static void list_push(struct slab *slab, uint32_t *head, uint32_t chunk)
{
	slab->chunks[chunk].prev = NONE;
	slab->chunks[chunk].next = *head;
	if (*head != NONE)
		slab->chunks[*head].prev = chunk;
	*head = chunk;
}

static void list_remove(struct slab *slab, uint32_t *head, uint32_t chunk)
{
	const struct slab_chunk *c = &slab->chunks[chunk];

	if (c->prev == NONE)
		*head = c->next;
	else
		slab->chunks[c->prev].next = c->next;
	if (c->next != NONE)
		slab->chunks[c->next].prev = c->prev;
}

int slab_init(struct slab *slab, uint64_t bytes)
{
	uint64_t nchunks = bytes / SLAB_CHUNK_SIZE;

	*slab = (struct slab){ .free_chunks = NONE };
	if (nchunks == 0 || nchunks >= NONE)
		return -EINVAL;
	for (int i = 0; i < SLAB_CLASSES; i++)
		slab->partial[i] = NONE;
	slab->nchunks = (uint32_t)nchunks;
	slab->arena = aligned_alloc(64, nchunks * SLAB_CHUNK_SIZE);
	slab->chunks = calloc(nchunks, sizeof(*slab->chunks));
	if (slab->arena == NULL || slab->chunks == NULL) {
		slab_fini(slab);
		return -ENOMEM;
	}
	for (uint32_t i = slab->nchunks; i > 0; i--)
		list_push(slab, &slab->free_chunks, i - 1);
	slab->nfree = slab->nchunks;
	return 0;
}

void slab_fini(struct slab *slab)
{
	free(slab->arena);
	free(slab->chunks);
	*slab = (struct slab){ 0 };
}

// A chunk of the class with a block to give, taken from the free ones when there is no other.
static uint32_t chunk_with_room(struct slab *slab, uint8_t class, uint32_t keep)
{
	uint32_t chunk = slab->partial[class];

	if (chunk != NONE)
		return chunk;
	if (slab->nfree <= keep)
		return NONE;
	chunk = slab->free_chunks;
	list_remove(slab, &slab->free_chunks, chunk);
	slab->nfree--;
	slab->chunks[chunk] = (struct slab_chunk){ .class = class };
	list_push(slab, &slab->partial[class], chunk);
	return chunk;
}

void *slab_take(struct slab *slab, size_t n)
{
	return slab_take_sparing(slab, n, 0);
}

void *slab_take_sparing(struct slab *slab, size_t n, uint32_t keep)
{
	uint8_t class = 0;
	struct slab_chunk *c;
	uint32_t chunk;
	uint8_t *block;

	while (class < SLAB_CLASSES && class_sizes[class] < n)
		class++;
	if (class == SLAB_CLASSES)
		return NULL;
	chunk = chunk_with_room(slab, class, keep);
	if (chunk == NONE)
		return NULL;
	c = &slab->chunks[chunk];
	if (c->free != 0) {
		block = block_at(slab, chunk, (uint16_t)(c->free - 1));
		memcpy(&c->free, block, sizeof(c->free));
	} else {
		block = block_at(slab, chunk, c->fresh++);
	}
	if (++c->used == class_blocks(class))
		list_remove(slab, &slab->partial[class], chunk);
	slab->used_bytes += class_sizes[class];
	return block;
}

void slab_give(struct slab *slab, void *block)
{
	struct slab_chunk *c;
	uint32_t chunk;
	size_t offset;

	if (block == NULL)
		return;
	chunk = chunk_of(slab, block);
	c = &slab->chunks[chunk];
	offset = (size_t)((uint8_t *)block - slab->arena) % SLAB_CHUNK_SIZE;
	assert(c->used > 0 && offset % class_sizes[c->class] == 0);
	memcpy(block, &c->free, sizeof(c->free));
	c->free = (uint16_t)(offset / class_sizes[c->class] + 1);
	if (c->used == class_blocks(c->class))
		list_push(slab, &slab->partial[c->class], chunk);
	slab->used_bytes -= class_sizes[c->class];
	if (--c->used > 0)
		return;
	list_remove(slab, &slab->partial[c->class], chunk);
	list_push(slab, &slab->free_chunks, chunk);
	slab->nfree++;
}

size_t slab_block_size(const struct slab *slab, const void *block)
{
	return class_sizes[slab->chunks[chunk_of(slab, block)].class];
}
