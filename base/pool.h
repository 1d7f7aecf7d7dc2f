// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A pool of equal objects, all allocated at start, named by handles (base/handle.h). One thread owns it.
// Objects are zeroed when taken. No allocation after pool_init(); what never was in use costs
// addresses only.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/handle.h"

enum { POOL_PLACE_BYTES = 2 * sizeof(uint32_t) }; // beside each object

struct pool {
	uint8_t *objects;
	uint32_t *generations; // odd: in use, even: free; the handle carries generation / 2 + 1
	uint32_t *free;	       // stack of the indices given back: fresh - used of them
	size_t object_size;
	uint32_t capacity;
	uint32_t used;
	uint32_t fresh; // indices from here on were never in use: their memory was never touched
	uint8_t owner;
};

// Returns 0 or -ENOMEM. object_size is rounded up to 16 bytes. pool_fini() frees everything.
int pool_init(struct pool *pool, uint8_t owner, uint32_t capacity, size_t object_size);
void pool_fini(struct pool *pool);

static inline bool pool_is_full(const struct pool *pool)
{
	return pool->used == pool->capacity;
}

// A zeroed object and its handle, or NULL when all are in use.
void *pool_take(struct pool *pool, handle_t *h);

// The object that the handle names, or NULL when the handle is stale, foreign or zero.
void *pool_get(const struct pool *pool, handle_t h);

// The object back to the pool: its handle is stale from now on. Asserts that it was in use.
void pool_give(struct pool *pool, void *object);

// The handle of an object in use.
handle_t pool_handle(const struct pool *pool, const void *object);

// The object at this place, or NULL when it is free or beyond the end.
void *pool_at(const struct pool *pool, uint32_t index);

// Walks the objects in use: start with *cursor = 0, ends with NULL.
void *pool_next(const struct pool *pool, uint32_t *cursor);
