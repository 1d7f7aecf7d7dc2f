// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A handle names an object of one owner across threads and across the network: who owns it, where it
// lies, and which of the successive tenants of that place is meant. A stale one is refused, never
// followed. Zero is no handle: generations start at 1.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/siphash.h"
#include "base/span.h"

typedef uint64_t handle_t; // owner:8 | generation:24 | index:32

enum {
	HANDLE_WORKERS_MAX = 16, // owners 0 to 15 are workers
	HANDLE_OWNER_CONTROL = 0xff,
	HANDLE_GENERATION_MAX = 0xffffff,
	TOKEN_SIZE = 29, // 28 characters and the terminator
};

static inline handle_t handle_make(uint8_t owner, uint32_t generation, uint32_t index)
{
	return (handle_t)owner << 56 | (handle_t)(generation & HANDLE_GENERATION_MAX) << 32 | index;
}

static inline uint8_t handle_owner(handle_t h)
{
	return (uint8_t)(h >> 56);
}

static inline uint32_t handle_generation(handle_t h)
{
	return (uint32_t)(h >> 32) & HANDLE_GENERATION_MAX;
}

static inline uint32_t handle_index(handle_t h)
{
	return (uint32_t)h;
}

// What a token stands for is part of its keyed check: a To tag does not pass for a call.
enum token_kind {
	TOKEN_DIALOG = 1, // our To or From tag
	TOKEN_BRANCH,	  // the branch of a request we send
	TOKEN_MONITOR,	  // monitorCrossRefID
	TOKEN_CALL,	  // callID
};

// Writes the handle as 28 characters of [0-9a-f]: 16 for the handle, 12 (48 bits) for the keyed check.
void token_write(const struct siphash_key *key, enum token_kind kind, handle_t h,
	char text[TOKEN_SIZE]);

// Reads a token of exactly that form. False when it is malformed or was not minted with this key and
// kind; *h is then left alone.
bool token_read(const struct siphash_key *key, enum token_kind kind, struct span text, handle_t *h);
