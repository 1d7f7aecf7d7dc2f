// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What csta_init() makes of the tables: hashes that lead from an element's name to its row and from
// a word to its value, the masks of mandatory rows, and the tags that the writer copies out.
#pragma once

#include "xmlcodec/table.h"

enum csta_action {
	CSTA_ACTION_WRAP, // a wrapper on the way; `field` when it is the one around a list's items
	CSTA_ACTION_FIELD,
	CSTA_ACTION_BIT, // in a BITS or MARKS row
};

enum { CSTA_SCOPE_NONE = 0xffff, CSTA_NAME_UNKNOWN = 0 };

// From a scope (inside which element we are) and a name to what the element means there.
struct csta_edge {
	const struct csta_field *field;
	uint16_t scope;
	uint16_t name; // CSTA_NAME_UNKNOWN: the slot is free
	uint16_t next; // scope of what is inside
	uint8_t action;
	uint8_t bit; // of the row in its structure, or in the set
};

struct csta_tag {
	const char *text;
	uint16_t n;
};

// For each row: what goes before and after the value, and around each item of a list.
struct csta_tags {
	struct csta_tag open;
	struct csta_tag close;
	struct csta_tag item_open;
	struct csta_tag item_close;
};

struct csta_plan {
	const struct csta_tags *tags; // one for each row
	uint32_t one; // mandatory rows
	uint32_t alt; // exactly one of them
	uint32_t any; // at least one of them
};

extern struct csta_plan csta_plans[CSTA_SHAPES];

// Asserts that csta_init() was called.
void csta_index_check(void);

// The number of an element's name, without case; CSTA_NAME_UNKNOWN when no row has it.
uint16_t csta_name_find(struct span name);

// The message whose root has that name, or CSTA_UNKNOWN.
enum csta_type csta_root_find(uint16_t name);

// NULL when the name means nothing in this scope. The scope of a shape is its index.
const struct csta_edge *csta_edge_find(uint16_t scope, uint16_t name);

// The word's value, without case, or 0.
uint32_t csta_word_find(enum csta_words list, struct span word);
