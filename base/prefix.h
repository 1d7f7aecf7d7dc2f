// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// How many texts of a set begin with a prefix, found without looking at the texts: for numbers that
// are dialled digit by digit. Only hashes of the prefixes are kept, 64 keyed bits each: two that
// have the same would be taken for one.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/siphash.h"

struct prefix_entry;

struct prefixes {
	struct prefix_entry *entries; // open addressing; NULL while there are none
	uint32_t bits;		      // 2^bits entries
	uint32_t used;		      // of them, those that count nothing any more included
	struct siphash_key key;
};

// All zero but for the key is an empty set. prefixes_fini() frees what it holds.
void prefixes_init(struct prefixes *set, const struct siphash_key *key);
void prefixes_fini(struct prefixes *set);

// The prefixes of the text that are shorter than itself, the empty one not among them. Returns 0, or
// -ENOMEM and nothing is added.
int prefixes_add(struct prefixes *set, const char *text);
// Of a text that was added.
void prefixes_remove(struct prefixes *set, const char *text);

// True when a text of the set begins with these n bytes and goes on after them.
bool prefixes_go_on(const struct prefixes *set, const char *text, size_t n);
