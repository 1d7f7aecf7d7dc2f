// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "base/pool.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint32_t pool_index(const struct pool *pool, const void *object)
{
	return (uint32_t)(((const uint8_t *)object - pool->objects) / pool->object_size);
}

static handle_t handle_at(const struct pool *pool, uint32_t index)
{
	// 1 to HANDLE_GENERATION_MAX, then 1 again: never zero, so no handle is zero.
	uint32_t generation = pool->generations[index] / 2 % HANDLE_GENERATION_MAX + 1;

	return handle_make(pool->owner, generation, index);
}

int pool_init(struct pool *pool, uint8_t owner, uint32_t capacity, size_t object_size)
{
	*pool = (struct pool){
		.object_size = (object_size + 15) & ~(size_t)15,
		.capacity = capacity,
		.owner = owner,
	};
	pool->objects = calloc(capacity, pool->object_size);
	pool->generations = calloc(capacity, sizeof(*pool->generations));
	pool->free = calloc(capacity, sizeof(*pool->free));
	if (pool->objects == NULL || pool->generations == NULL || pool->free == NULL) {
		pool_fini(pool);
		return -ENOMEM;
	}
	return 0;
}

void pool_fini(struct pool *pool)
{
	free(pool->objects);
	free(pool->generations);
	free(pool->free);
	*pool = (struct pool){ 0 };
}

void *pool_take(struct pool *pool, handle_t *h)
{
	uint32_t index;
	void *object;

	if (pool_is_full(pool))
		return NULL;
	if (pool->fresh > pool->used)
		index = pool->free[pool->fresh - pool->used - 1];
	else
		index = pool->fresh++;
	pool->used++;
	pool->generations[index]++;
	object = pool->objects + (size_t)index * pool->object_size;
	memset(object, 0, pool->object_size);
	if (h != NULL)
		*h = handle_at(pool, index);
	return object;
}

void *pool_get(const struct pool *pool, handle_t h)
{
	uint32_t index = handle_index(h);

	if (index >= pool->fresh || pool->generations[index] % 2 == 0)
		return NULL;
	if (handle_at(pool, index) != h)
		return NULL;
	return pool->objects + (size_t)index * pool->object_size;
}

void pool_give(struct pool *pool, void *object)
{
	uint32_t index = pool_index(pool, object);

	assert(index < pool->fresh && pool->generations[index] % 2 == 1);
	pool->generations[index]++;
	pool->free[pool->fresh - pool->used] = index;
	pool->used--;
}

handle_t pool_handle(const struct pool *pool, const void *object)
{
	uint32_t index = pool_index(pool, object);

	assert(index < pool->fresh && pool->generations[index] % 2 == 1);
	return handle_at(pool, index);
}

void *pool_at(const struct pool *pool, uint32_t index)
{
	if (index >= pool->capacity || pool->generations[index] % 2 == 0)
		return NULL;
	return pool->objects + (size_t)index * pool->object_size;
}

void *pool_next(const struct pool *pool, uint32_t *cursor)
{
	while (*cursor < pool->fresh) {
		uint32_t index = (*cursor)++;

		if (pool->generations[index] % 2 == 1)
			return pool->objects + (size_t)index * pool->object_size;
	}
	return NULL;
}
