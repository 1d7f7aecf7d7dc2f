// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Messages of every row of the table with pseudo-random values that the given layout can carry.
#pragma once

#include "sccp/table.h"

struct sample {
	uint64_t seed;
	unsigned layout;
	bool named; // plausible: named enumeration values, small numbers, data in XML
};

static inline uint32_t sample_u32(struct sample *s)
{
	s->seed = s->seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(s->seed >> 32);
}

static inline uint32_t sample_number(struct sample *s, const struct field *f)
{
	size_t wire = field_wire(f, s->layout);
	uint32_t value = sample_u32(s);

	if (s->named && f->names == SCCP_NAMES_none)
		value %= 100;
	if (s->named && f->names != SCCP_NAMES_none) {
		do
			value = sample_u32(s) % 32;
		while (sccp_enum_name((enum sccp_names)f->names, value) == NULL);
	}
	return wire == 4 ? value : value & ((1u << 8 * wire) - 1);
}

static inline void sample_text(struct sample *s, char *text, size_t max)
{
	size_t n = sample_u32(s) % (max + 1);

	for (size_t i = 0; i < n; i++)
		text[i] = (char)('!' + sample_u32(s) % ('~' - '!'));
	text[n] = '\0';
}

// What applications send to each other: a dissector looks into it.
static inline void sample_data(struct sample *s, char *text, size_t max)
{
	size_t n = 1 + sample_u32(s) % (max - 7);

	if (!s->named) {
		sample_text(s, text, max);
		return;
	}
	memcpy(text, "<t>", 3);
	memset(text + 3, 'x', n);
	strcpy(text + 3 + n, "</t>");
}

static inline struct addr sample_addr(struct sample *s, const struct field *f)
{
	bool ipv6 = field_wire(f, s->layout) > 4 && !s->named && sample_u32(s) % 2 == 0;
	struct addr addr = { .family = ipv6 ? ADDR_IPV6 : ADDR_IPV4 };

	for (int i = 0; i < (ipv6 ? 16 : 4); i++)
		addr.bytes[i] = (uint8_t)sample_u32(s);
	return addr;
}

static inline void sample_fields(struct sample *s, const struct layout *layout, uint8_t *base);

static inline void sample_elements(struct sample *s, const struct field *f, uint8_t *base)
{
	uint32_t n = f->kind == FIELD_SLOTS ? f->wire : sample_u32(s) % (f->wire + 1u);

	for (uint32_t i = 0; i < n; i++)
		sample_fields(s, f->element, base + f->offset + i * f->element->size);
	if (f->kind != FIELD_SLOTS)
		memcpy(base + f->governor, &n, 4);
}

static inline void sample_value(struct sample *s, const struct field *f, uint8_t *base)
{
	uint8_t *p = base + f->offset;
	struct addr addr;
	uint32_t value;

	switch ((enum field_kind)f->kind) {
	case FIELD_NUMBER:
		value = sample_number(s, f);
		memcpy(p, &value, f->keep); // the low bytes, on a little-endian host
		break;
	case FIELD_FIXED:
		sample_text(s, (char *)p, min_size(f->keep, field_wire(f, s->layout) - 1));
		break;
	case FIELD_ZSTR:
		sample_text(s, (char *)p, f->keep);
		break;
	case FIELD_TEXT:
		sample_data(s, (char *)p, f->keep);
		break;
	case FIELD_DATA:
		sample_data(s, (char *)p, f->keep);
		value = (uint32_t)strlen((char *)p);
		memcpy(base + f->governor, &value, 4);
		break;
	case FIELD_BYTES:
		for (size_t i = 0; i < f->keep; i++)
			p[i] = (uint8_t)sample_u32(s);
		break;
	case FIELD_WORDS:
		for (size_t i = 0; i < 2u * f->keep; i++)
			p[i] = (uint8_t)sample_u32(s);
		break;
	case FIELD_ADDR:
		addr = sample_addr(s, f);
		memcpy(p, &addr, sizeof(addr));
		break;
	case FIELD_ARRAY:
	case FIELD_LIST:
	case FIELD_SLOTS:
		sample_elements(s, f, base);
		break;
	case FIELD_COUNT:
	case FIELD_PAD:
	case FIELD_GAP:
	case FIELD_KINDS:
		break;
	}
}

static inline void sample_fields(struct sample *s, const struct layout *layout, uint8_t *base)
{
	for (size_t i = 0; i < layout->count; i++) {
		if (layout->fields[i].since <= s->layout)
			sample_value(s, &layout->fields[i], base);
	}
}

static inline void sample_message(struct sample *s, const struct row *row, struct sccp_msg *msg)
{
	sccp_msg_init(msg, row->id);
	sample_fields(s, &row->layout, (uint8_t *)&msg->register_req);
}
