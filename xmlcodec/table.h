// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// elements.def and words.def as tables, for the reader, the writer and the printer. Not for others.
#pragma once

#include "xmlcodec/csta.h"

enum csta_kind {
	CSTA_KIND_TEXT,
	CSTA_KIND_DEVICE,
	CSTA_KIND_FLAG,
	CSTA_KIND_NUMBER,
	CSTA_KIND_ENUM,
	CSTA_KIND_TYPE,
	CSTA_KIND_SUBJECT,
	CSTA_KIND_LIST,
	CSTA_KIND_WORDS,
	CSTA_KIND_BITS,
	CSTA_KIND_MARKS,
	CSTA_KIND_EMPTY,
	CSTA_KINDS,
};

enum csta_occurs {
	CSTA_OCCURS_ONE,
	CSTA_OCCURS_OPT,
	CSTA_OCCURS_ALT,
	CSTA_OCCURS_ANY,
};

// A row.
struct csta_field {
	const char *path;
	uint16_t offset; // of the member in its structure
	uint16_t size;	 // of the member, bytes
	uint8_t kind;	 // enum csta_kind
	uint8_t occurs;	 // enum csta_occurs
	uint8_t arg;	 // enum csta_part, enum csta_words or enum csta_bits, as the kind has it
};

// A structure: the rows, the first 32 bits are its presence bits.
struct csta_shape {
	const struct csta_field *fields;
	uint16_t size; // of the structure, bytes
	uint8_t n;
	bool bare; // text without an element of its own is the first row's
};

// Parts, then [CSTA_PART_COUNT + enum csta_type].
enum csta_part {
#define CSTA_P(name, ROWS, bare) CSTA_PART_##name,
	CSTA_PARTS(CSTA_P, CSTA_P)
#undef CSTA_P
		CSTA_PART_COUNT,
	CSTA_SHAPES = CSTA_PART_COUNT + CSTA_TYPES,
};

extern const struct csta_shape csta_shapes[CSTA_SHAPES];

enum csta_words {
#define CSTA_L(list, WORDS, none) CSTA_WORDS_##list,
	CSTA_WORD_LISTS(CSTA_L)
#undef CSTA_L
		CSTA_WORDS_COUNT,
};

// An enumeration's words by value. words[0] is "", others[v] the other spelling or NULL.
struct csta_word_table {
	const char *const *words;
	const char *const *others;
	uint16_t n;
};

extern const struct csta_word_table csta_word_tables[CSTA_WORDS_COUNT];

enum csta_bits {
#define CSTA_L(list, BITS) CSTA_BITS_##list,
	CSTA_BIT_LISTS(CSTA_L)
#undef CSTA_L
		CSTA_BITS_COUNT,
};

struct csta_bit_table {
	const char *const *paths; // "element" or "group/element"
	uint16_t n;
};

extern const struct csta_bit_table csta_bit_tables[CSTA_BITS_COUNT];

static inline const struct csta_shape *csta_shape_of(enum csta_type type)
{
	return &csta_shapes[CSTA_PART_COUNT + type];
}

// Lists begin with their count; where their items begin is the same for all (asserted in table.c).
enum { CSTA_LIST_ITEMS = sizeof(uint64_t) };

static inline uint32_t csta_item_size(const struct csta_field *field)
{
	return field->kind == CSTA_KIND_LIST ? csta_shapes[field->arg].size : sizeof(uint32_t);
}

static inline uint32_t csta_list_room(const struct csta_field *field)
{
	return (field->size - CSTA_LIST_ITEMS) / csta_item_size(field);
}

// The list's count, never more than there is room for.
static inline uint32_t csta_list_count(const struct csta_field *field, const void *list)
{
	uint32_t count = *(const uint32_t *)list;
	uint32_t room = csta_list_room(field);

	return count < room ? count : room;
}

// The word of a value, or "".
static inline const char *csta_word(enum csta_words list, uint32_t value)
{
	const struct csta_word_table *t = &csta_word_tables[list];

	return value < t->n ? t->words[value] : "";
}
