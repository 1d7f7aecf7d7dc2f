// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Byte blocks of five sizes out of one bounded arena, for one thread. The arena is cut into chunks
// of 64 KiB; a chunk serves one size while any of its blocks is in use and is free for every size
// again after that. Take and give cost O(1); nothing is allocated after slab_init().
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { SLAB_CHUNK_SIZE = 65536, SLAB_CLASSES = 5, SLAB_MAX = SLAB_CHUNK_SIZE };

struct slab_chunk {
	uint32_t next; // in the list of its class's chunks with a block to give, or of free chunks
	uint32_t prev;
	uint16_t used;	// blocks handed out
	uint16_t fresh; // blocks before this one were handed out at least once
	uint16_t free;	// the first block given back, plus 1; 0 for none
	uint8_t class;
};

struct slab {
	uint8_t *arena;
	struct slab_chunk *chunks;
	uint32_t nchunks;
	uint32_t free_chunks;		// list
	uint32_t nfree;			// chunks in it
	uint32_t partial[SLAB_CLASSES]; // lists
	uint64_t used_bytes;		// whole blocks handed out
};

// `bytes` is rounded down to whole chunks. Returns 0, -EINVAL for less than one chunk, or -ENOMEM.
int slab_init(struct slab *slab, uint64_t bytes);
void slab_fini(struct slab *slab);

// An uninitialised block of at least n bytes, 64-byte aligned, or NULL when none is left or n >
// SLAB_MAX.
void *slab_take(struct slab *slab, size_t n);

// The same for uses that must leave room for others: NULL rather than cutting one of the last
// `keep` free chunks.
void *slab_take_sparing(struct slab *slab, size_t n, uint32_t keep);

// The block back. NULL is ignored.
void slab_give(struct slab *slab, void *block);

// The size of the block: 128, 512, 2048, 8192 or 65536.
size_t slab_block_size(const struct slab *slab, const void *block);
