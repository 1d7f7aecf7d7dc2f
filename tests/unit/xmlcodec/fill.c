// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "fill.h"

#include <string.h>

#include "xmlcodec/index.h"

// xorshift64
uint32_t fill_random(uint64_t *seed, uint32_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (uint32_t)(*seed >> 32) % below;
}

// Text without blanks at its ends, as it comes out of a reader that trims.
static void fill_text(char *text, size_t size, uint64_t *seed)
{
	static const char *const pieces[] = { "tel:", "201", "&", "<", ">", "\"", "'", "\xc3\xbc",
		"\xe2\x82\xac", "\xf0\x9f\x93\x9e", ";phone-context=dialstring", "&amp;", "]]>",
		"<!--", "N<3021>;noa=nk", "a b", "a\tb", "x\ny", "x\r\ny", "0" };
	size_t most = fill_random(seed, 4) == 0 ? size - 1 : fill_random(seed, (uint32_t)size);
	size_t n = 0;

	for (int i = 0; i < 64; i++) {
		const char *piece = pieces[fill_random(seed, sizeof(pieces) / sizeof(pieces[0]))];
		size_t k = strlen(piece);

		if (n + k > most)
			continue;
		memcpy(text + n, piece, k);
		n += k;
	}
	while (n < most && most == size - 1)
		text[n++] = '7';
}

static void fill_shape(uint8_t *base, unsigned shape, uint64_t *seed);

static void fill_items(uint8_t *list, const struct csta_field *f, uint64_t *seed)
{
	uint32_t count = fill_random(seed, csta_list_room(f) + 1);
	uint8_t *item = list + CSTA_LIST_ITEMS;

	*(uint32_t *)list = count;
	for (; count > 0; count--, item += csta_item_size(f)) {
		if (f->kind == CSTA_KIND_LIST)
			fill_shape(item, f->arg, seed);
		else
			*(uint32_t *)item = 1 + fill_random(seed, csta_word_tables[f->arg].n - 1u);
	}
}

static void fill_value(uint8_t *v, const struct csta_field *f, uint64_t *seed)
{
	uint64_t set = (uint64_t)fill_random(seed, UINT32_MAX) << 32 |
		fill_random(seed, UINT32_MAX);

	switch ((enum csta_kind)f->kind) {
	case CSTA_KIND_TEXT:
	case CSTA_KIND_DEVICE:
		fill_text((char *)v, f->size, seed);
		break;
	case CSTA_KIND_FLAG:
		*(bool *)v = fill_random(seed, 2) == 1;
		break;
	case CSTA_KIND_NUMBER:
		*(uint32_t *)v = fill_random(seed, UINT32_MAX);
		break;
	case CSTA_KIND_ENUM:
		*(uint32_t *)v = 1 + fill_random(seed, csta_word_tables[f->arg].n - 1u);
		break;
	case CSTA_KIND_TYPE:
	case CSTA_KIND_SUBJECT:
		fill_shape(v, f->arg, seed);
		break;
	case CSTA_KIND_LIST:
	case CSTA_KIND_WORDS:
		fill_items(v, f, seed);
		break;
	case CSTA_KIND_BITS:
	case CSTA_KIND_MARKS:
		*(uint64_t *)v = set & (CSTA_BIT(csta_bit_tables[f->arg].n) - 1);
		break;
	case CSTA_KIND_EMPTY:
	case CSTA_KINDS:
		break;
	}
}

// Mandatory rows, one of the alternatives, some of the rest and at least one of any.
static uint32_t choose(unsigned shape, uint64_t *seed)
{
	const struct csta_plan *plan = &csta_plans[shape];
	uint32_t rows = csta_shapes[shape].n;
	uint32_t optional = UINT32_MAX >> (32 - rows) & ~plan->alt & ~plan->one;
	uint32_t chosen = plan->one | (fill_random(seed, UINT32_MAX) & optional);
	uint32_t bit;

	while (plan->any != 0 && (chosen & plan->any) == 0)
		chosen |= UINT32_C(1) << fill_random(seed, rows) & plan->any;
	if (plan->alt == 0)
		return chosen;
	do {
		bit = UINT32_C(1) << fill_random(seed, rows) & plan->alt;
	} while (bit == 0);
	return chosen | bit;
}

static void fill_shape(uint8_t *base, unsigned shape, uint64_t *seed)
{
	const struct csta_shape *s = &csta_shapes[shape];
	uint32_t chosen;

	if (s->n == 0)
		return;
	chosen = choose(shape, seed);
	*(uint32_t *)base = chosen;
	for (int bit = 0; bit < s->n; bit++) {
		if (chosen & UINT32_C(1) << bit)
			fill_value(base + s->fields[bit].offset, &s->fields[bit], seed);
	}
}

void fill_msg(struct csta_msg *msg, enum csta_type type, uint64_t *seed)
{
	memset(msg, 0, sizeof(*msg));
	csta_msg_init(msg, type);
	msg->ns = (uint8_t)(CSTA_NS_ED3 + fill_random(seed, CSTA_NS_OTHER - CSTA_NS_ED3));
	fill_shape((uint8_t *)&msg->body, CSTA_PART_COUNT + type, seed);
}
