// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Room for bytes that must outlive their packet: the fields an answer echoes, responses and
// requests that may have to be sent again. Equal chunks, all allocated at start; a message takes as
// many as it needs.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum { SIP_CHUNK_SIZE = 1024 - sizeof(void *) };

struct sip_chunk {
	struct sip_chunk *next;
	char bytes[SIP_CHUNK_SIZE];
};

struct sip_store {
	struct sip_chunk *chunks;
	struct sip_chunk *free; // of those used before
	uint32_t fresh;         // the first that never was
	uint32_t capacity;
	uint32_t used;
};

// All zero: nothing kept.
struct sip_kept {
	struct sip_chunk *first;
	uint32_t n;
};

// 0 or -ENOMEM.
int sip_store_init(struct sip_store *store, uint32_t chunks);
void sip_store_fini(struct sip_store *store);

// Keeps a copy of the bytes in place of what was kept. False when too few chunks are free: nothing
// is kept then. The bytes must not lie in the store.
bool sip_store_keep(struct sip_store *store, struct sip_kept *kept, struct span bytes);
void sip_store_drop(struct sip_store *store, struct sip_kept *kept);

// The kept bytes in one piece: in place when they fill one chunk, else gathered into the scratch,
// which has room for all of them.
struct span sip_kept_bytes(const struct sip_kept *kept, char *scratch);
