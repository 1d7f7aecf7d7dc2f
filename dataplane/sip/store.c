// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/sip/store.h"

#include <errno.h>
#include <stdlib.h>

int sip_store_init(struct sip_store *store, uint32_t chunks)
{
	*store = (struct sip_store){ .capacity = chunks };
	store->chunks = calloc(chunks, sizeof(*store->chunks));
	return store->chunks == NULL ? -ENOMEM : 0;
}

void sip_store_fini(struct sip_store *store)
{
	free(store->chunks);
	*store = (struct sip_store){ 0 };
}

static uint32_t chunks_for(size_t n)
{
	return (uint32_t)((n + SIP_CHUNK_SIZE - 1) / SIP_CHUNK_SIZE);
}

// There is a free one. Those never used come last: until then they are addresses and no memory.
static struct sip_chunk *chunk_take(struct sip_store *store)
{
	struct sip_chunk *chunk = store->free;

	if (chunk == NULL)
		chunk = &store->chunks[store->fresh++];
	else
		store->free = chunk->next;
	store->used++;
	return chunk;
}

bool sip_store_keep(struct sip_store *store, struct sip_kept *kept, struct span bytes)
{
	struct sip_chunk **link = &kept->first;
	struct span rest = bytes;

	sip_store_drop(store, kept);
	if (store->capacity - store->used < chunks_for(bytes.n))
		return false;
	while (rest.n > 0) {
		struct span part = span_head(rest, SIP_CHUNK_SIZE);
		struct sip_chunk *chunk = chunk_take(store);

		memcpy(chunk->bytes, part.p, part.n);
		chunk->next = NULL;
		*link = chunk;
		link = &chunk->next;
		rest = span_from(rest, part.n);
	}
	kept->n = (uint32_t)bytes.n;
	return true;
}

void sip_store_drop(struct sip_store *store, struct sip_kept *kept)
{
	while (kept->first != NULL) {
		struct sip_chunk *chunk = kept->first;

		kept->first = chunk->next;
		chunk->next = store->free;
		store->free = chunk;
		store->used--;
	}
	kept->n = 0;
}

struct span sip_kept_bytes(const struct sip_kept *kept, char *scratch)
{
	size_t at = 0;

	if (kept->n == 0)
		return SPAN("");
	if (kept->n <= SIP_CHUNK_SIZE)
		return span_of(kept->first->bytes, kept->n);
	for (const struct sip_chunk *chunk = kept->first; chunk != NULL; chunk = chunk->next) {
		size_t left = kept->n - at;
		size_t part = left < SIP_CHUNK_SIZE ? left : SIP_CHUNK_SIZE;

		memcpy(scratch + at, chunk->bytes, part);
		at += part;
	}
	return span_of(scratch, kept->n);
}
