// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/home.h"

#include <assert.h>
#include <string.h>

// 32 bits of the key from bit `at` on.
static uint32_t key_window(const uint8_t *key, unsigned at)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < 5; i++)
		bits = bits << 8 | key[at / 8 + i];
	return (uint32_t)(bits >> (8 - at % 8));
}

void home_init(struct home *home, unsigned workers, const struct siphash_key *key)
{
	assert(workers > 0 && workers <= HANDLE_WORKERS_MAX);
	home->workers = workers;
	home->names = *key;
	for (uint32_t i = 0; i < HOME_KEY_BYTES; i++)
		home->key[i] = (uint8_t)siphash(key, &i, sizeof(i));
	memset(home->table, 0, sizeof(home->table));
	for (unsigned at = 0; at < HOME_TUPLE_BYTES; at++) {
		for (unsigned value = 0; value < 256; value++) {
			for (unsigned bit = 0; bit < 8; bit++) {
				if ((value & 0x80u >> bit) != 0)
					home->table[at][value] ^=
						key_window(home->key, at * 8 + bit);
			}
		}
	}
}

uint32_t home_hash(
	const struct home *home, uint32_t src, uint32_t dst, uint16_t sport, uint16_t dport)
{
	uint8_t tuple[HOME_TUPLE_BYTES];
	uint32_t hash = 0;

	memcpy(tuple, &src, 4);
	memcpy(tuple + 4, &dst, 4);
	memcpy(tuple + 8, &sport, 2);
	memcpy(tuple + 10, &dport, 2);
	for (unsigned at = 0; at < HOME_TUPLE_BYTES; at++)
		hash ^= home->table[at][tuple[at]];
	return hash;
}

unsigned home_of_name(const struct home *home, struct span name)
{
	return (unsigned)(siphash(&home->names, name.p, name.n) % home->workers);
}
