// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "xmlcodec/table.h"

// --- words ---------------------------------------------------------------------------------------

#define W_WORD(name, word) word,
#define V_WORD(name, word, other) word,
#define W_OTHER(name, word) NULL,
#define V_OTHER(name, word, other) other,
#define CSTA_L(list, WORDS, none) \
	static const char *const words_##list[] = { "", WORDS(W_WORD, V_WORD) }; \
	static const char *const others_##list[] = { NULL, WORDS(W_OTHER, V_OTHER) };
CSTA_WORD_LISTS(CSTA_L)
#undef CSTA_L

const struct csta_word_table csta_word_tables[CSTA_WORDS_COUNT] = {
#define CSTA_L(list, WORDS, none) \
	[CSTA_WORDS_##list] = { words_##list, others_##list, \
		sizeof(words_##list) / sizeof(words_##list[0]) },
	CSTA_WORD_LISTS(CSTA_L)
#undef CSTA_L
};

#define CSTA_L(list, WORDS, none) \
	const char *csta_##list##_name(enum csta_##list word) \
	{ \
		return csta_word(CSTA_WORDS_##list, word); \
	}
CSTA_WORD_LISTS(CSTA_L)
#undef CSTA_L

// --- bits ----------------------------------------------------------------------------------------

#define CSTA_B(name, path) path,
#define CSTA_L(list, BITS) \
	static const char *const bits_##list[] = { BITS(CSTA_B) }; \
	static_assert(CSTA_BITS_OF_##list <= 64, "a set is 64 bits");
CSTA_BIT_LISTS(CSTA_L)
#undef CSTA_L
#undef CSTA_B

const struct csta_bit_table csta_bit_tables[CSTA_BITS_COUNT] = {
#define CSTA_L(list, BITS) [CSTA_BITS_##list] = { bits_##list, CSTA_BITS_OF_##list },
	CSTA_BIT_LISTS(CSTA_L)
#undef CSTA_L
};

// --- rows ----------------------------------------------------------------------------------------

#define FIELD(S, kind, path, member, arg, occurs) \
	{ path, FIELD_##kind(S, member, arg), CSTA_OCCURS_##occurs, ARG_##kind(arg) },
#define PLACE(S, member) \
	offsetof(struct csta_##S, member), sizeof(((struct csta_##S *)NULL)->member)
#define FIELD_TEXT(S, member, arg) PLACE(S, member), CSTA_KIND_TEXT
#define FIELD_DEVICE(S, member, arg) PLACE(S, member), CSTA_KIND_DEVICE
#define FIELD_FLAG(S, member, arg) PLACE(S, member), CSTA_KIND_FLAG
#define FIELD_NUMBER(S, member, arg) PLACE(S, member), CSTA_KIND_NUMBER
#define FIELD_ENUM(S, member, arg) PLACE(S, member), CSTA_KIND_ENUM
#define FIELD_TYPE(S, member, arg) PLACE(S, member), CSTA_KIND_TYPE
#define FIELD_SUBJECT(S, member, arg) PLACE(S, member), CSTA_KIND_SUBJECT
#define FIELD_LIST(S, member, arg) PLACE(S, member), CSTA_KIND_LIST
#define FIELD_WORDS(S, member, arg) PLACE(S, member), CSTA_KIND_WORDS
#define FIELD_BITS(S, member, arg) PLACE(S, member), CSTA_KIND_BITS
#define FIELD_MARKS(S, member, arg) PLACE(S, member), CSTA_KIND_MARKS
#define FIELD_EMPTY(S, member, arg) 0, 0, CSTA_KIND_EMPTY
#define ARG_TEXT(arg) 0
#define ARG_DEVICE(arg) 0
#define ARG_FLAG(arg) 0
#define ARG_NUMBER(arg) 0
#define ARG_ENUM(arg) CSTA_WORDS_##arg
#define ARG_TYPE(arg) CSTA_PART_##arg
#define ARG_SUBJECT(arg) CSTA_PART_##arg
#define ARG_LIST(arg) CSTA_PART_##arg
#define ARG_WORDS(arg) CSTA_WORDS_##arg
#define ARG_BITS(arg) CSTA_BITS_##arg
#define ARG_MARKS(arg) CSTA_BITS_##arg
#define ARG_EMPTY(arg) 0

// The presence bits of n rows fill one word.
#define ROWS_OF(name) \
	static_assert(sizeof(rows_##name) / sizeof(rows_##name[0]) <= 32, "32 presence bits");

#define CSTA_P(name, ROWS, bare) \
	static const struct csta_field rows_##name[] = { ROWS(FIELD, name) }; \
	ROWS_OF(name)
#define CSTA_Q(name, ROWS, bare) \
	static const struct csta_field rows_##name[] = { ROWS(FIELD, subject) }; \
	ROWS_OF(name)
CSTA_PARTS(CSTA_P, CSTA_Q)
#undef CSTA_Q
#undef CSTA_P

#define CSTA_M(type, root, member, ROWS) \
	static const struct csta_field rows_##member[] = { ROWS(FIELD, member) }; \
	ROWS_OF(member)
#define CSTA_E(type, root)
CSTA_MESSAGES(CSTA_M, CSTA_E)
#undef CSTA_E
#undef CSTA_M

#define CSTA_I(item, most) \
	static_assert(offsetof(struct csta_##item##_list, items) == CSTA_LIST_ITEMS, \
		"one place for all"); \
	static_assert((sizeof(struct csta_##item##_list) - CSTA_LIST_ITEMS) / \
			sizeof(((struct csta_##item##_list *)0)->items[0]) == most, \
		"its size tells how many there may be");
CSTA_PART_LISTS(CSTA_I)
CSTA_ENUM_LISTS(CSTA_I)
#undef CSTA_I
static_assert(sizeof(enum csta_cause) == sizeof(uint32_t), "words are uint32_t to the codec");
static_assert(offsetof(struct csta_subject, kind) == 0, "lies where presence bits lie");

#define BARE true
#define PLAIN false
#define SHAPE(name, S, bare) \
	{ rows_##name, sizeof(struct csta_##S), sizeof(rows_##name) / sizeof(rows_##name[0]), bare }

const struct csta_shape csta_shapes[CSTA_SHAPES] = {
#define CSTA_P(name, ROWS, bare) [CSTA_PART_##name] = SHAPE(name, name, bare),
#define CSTA_Q(name, ROWS, bare) [CSTA_PART_##name] = SHAPE(name, subject, bare),
	CSTA_PARTS(CSTA_P, CSTA_Q)
#define CSTA_M(type, root, member, ROWS) [CSTA_PART_COUNT + type] = SHAPE(member, member, PLAIN),
#define CSTA_E(type, root)
	CSTA_MESSAGES(CSTA_M, CSTA_E)
};
