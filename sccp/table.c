// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "sccp/table.h"

// clang-format off
#define AT(S, m) (uint16_t)offsetof(struct sccp_##S, m)
#define SIZE(S, m) (uint16_t)sizeof(((struct sccp_##S *)0)->m)
#define NUMBER(S, m, wire_bytes, wire_bytes_new, s, enumeration) \
	{ .name = #m, .kind = FIELD_NUMBER, .offset = AT(S, m), .keep = SIZE(S, m), \
	  .wire = wire_bytes, .wire_new = wire_bytes_new, .since = s, .names = enumeration },
#define GOVERNOR(S, m, s) \
	{ .name = #m, .kind = FIELD_COUNT, .offset = AT(S, m), .keep = 4, .wire = 4, \
	  .wire_new = 4, .since = s },
#define SIMPLE(S, m, k, bytes, bytes_new, bytes_kept, s) \
	{ .name = #m, .kind = k, .offset = AT(S, m), .keep = bytes_kept, .wire = bytes, \
	  .wire_new = bytes_new, .since = s },
#define ELEMENTS(S, m, k, of, n, governed_by, s) \
	{ .name = #m, .kind = k, .element = &layout_##of, .offset = AT(S, m), \
	  .governor = governed_by, .wire = n, .since = s },

#define FIELD(S, kind, member, a, b, since) KIND_##kind(S, member, a, b, since)
#define KIND_U8(S, m, a, b, s) NUMBER(S, m, 1, 1, s, SCCP_NAMES_none)
#define KIND_U16(S, m, a, b, s) NUMBER(S, m, 2, 2, s, SCCP_NAMES_none)
#define KIND_U32(S, m, a, b, s) NUMBER(S, m, 4, 4, s, SCCP_NAMES_none)
#define KIND_ENUM8(S, m, a, b, s) NUMBER(S, m, 1, 1, s, SCCP_NAMES_##a)
#define KIND_ENUM(S, m, a, b, s) NUMBER(S, m, 4, 4, s, SCCP_NAMES_##a)
#define KIND_MODE(S, m, a, b, s) NUMBER(S, m, 4, 1, s, SCCP_NAMES_##a)
#define KIND_LENGTH(S, m, a, b, s) GOVERNOR(S, m, s)
#define KIND_COUNT(S, m, a, b, s) GOVERNOR(S, m, s)
#define KIND_STR(S, m, a, b, s) SIMPLE(S, m, FIELD_FIXED, a, b, b, s)
#define KIND_CUT(S, m, a, b, s) SIMPLE(S, m, FIELD_FIXED, a, a, b, s)
#define KIND_ZSTR(S, m, a, b, s) SIMPLE(S, m, FIELD_ZSTR, 0, 0, a - 1, s)
#define KIND_TEXT(S, m, a, b, s) SIMPLE(S, m, FIELD_TEXT, 0, 0, a, s)
#define KIND_BYTES(S, m, a, b, s) SIMPLE(S, m, FIELD_BYTES, a, a, a, s)
#define KIND_U16S(S, m, a, b, s) SIMPLE(S, m, FIELD_WORDS, 2 * a, 2 * a, a, s)
#define KIND_IP4(S, m, a, b, s) SIMPLE(S, m, FIELD_ADDR, 4, 4, 0, s)
#define KIND_ADDR(S, m, a, b, s) SIMPLE(S, m, FIELD_ADDR, 4, 20, 0, s)
#define KIND_DATA(S, m, a, b, s) \
	{ .name = #m, .kind = FIELD_DATA, .offset = AT(S, m), .governor = AT(S, length), \
	  .keep = a, .since = s },
#define KIND_ARRAY(S, m, a, b, s) ELEMENTS(S, m, FIELD_ARRAY, a, b, AT(S, count), s)
#define KIND_LIST(S, m, a, b, s) ELEMENTS(S, m, FIELD_LIST, a, b, AT(S, count), s)
#define KIND_SLOTS(S, m, a, b, s) ELEMENTS(S, m, FIELD_SLOTS, a, b, 0, s)
#define KIND_PAD(S, m, a, b, s) \
	{ .name = #m, .kind = FIELD_PAD, .wire = a, .wire_new = a, .since = s },
#define KIND_GAP(S, m, a, b, s) \
	{ .name = #m, .kind = FIELD_GAP, .wire = a, .wire_new = a, .since = s },

#define TABLE(list, S) static const struct field fields_##list[] = { SCCP_FIELDS_##list(FIELD, S) }
#define LAYOUT(list, S, fill) \
	{ .fields = fields_##list, .count = sizeof(fields_##list) / sizeof(struct field), \
	  .size = sizeof(struct sccp_##S), .filler = fill }

#define ELEMENT_TABLE(s, fill) \
	TABLE(s, s); \
	static const struct layout layout_##s = LAYOUT(s, s, fill);
SCCP_ELEMENTS(ELEMENT_TABLE)

#define STRUCT_TABLE(s) TABLE(s, s);
SCCP_STRUCTS(STRUCT_TABLE)

// The lists that share a struct with another one.
TABLE(update_capabilities, capabilities);
TABLE(update_capabilities_v2, capabilities);
TABLE(update_capabilities_v3, capabilities);

const struct row sccp_rows[] = {
#define ROW_M(ID, NAME, member, text, dir, MIN) \
	ROW_S(ID, NAME, member, member, member, text, dir, MIN)
#define ROW_S(ID, NAME, member, S, list, text, dir, MIN) \
	{ .name = text, .layout = LAYOUT(list, S, NULL), .id = ID, .min = MIN, .direction = dir },
#define ROW_E(ID, NAME, text, dir) { .name = text, .id = ID, .direction = dir },
	SCCP_MESSAGES(ROW_M, ROW_S, ROW_E)
};

const size_t sccp_row_count = sizeof(sccp_rows) / sizeof(sccp_rows[0]);

// Ids are dense below 0x161; the three of the SPCP phones follow behind. Slot 0 is for all others.
enum { SLOT_DENSE = 0x161, SLOT_COUNT = SLOT_DENSE + 4 };

#define SLOT(id) \
	((id) < SLOT_DENSE     ? (id) + 1 : \
	(id) == 0x8000         ? SLOT_DENSE + 1 : \
	((id) | 1u) == 0x8101u ? SLOT_DENSE + 2 + ((id) & 1) : 0)

enum row_index {
#define INDEX_M(id, NAME, member, text, dir, min) INDEX_##NAME,
#define INDEX_S(id, NAME, member, S, list, text, dir, min) INDEX_##NAME,
#define INDEX_E(id, NAME, text, dir) INDEX_##NAME,
	SCCP_MESSAGES(INDEX_M, INDEX_S, INDEX_E)
};

// Index of the row plus 1.
static const uint8_t slots[SLOT_COUNT] = {
#define SLOT_M(id, NAME, member, text, dir, min) [SLOT(id)] = INDEX_##NAME + 1,
#define SLOT_S(id, NAME, member, S, list, text, dir, min) [SLOT(id)] = INDEX_##NAME + 1,
#define SLOT_E(id, NAME, text, dir) [SLOT(id)] = INDEX_##NAME + 1,
	SCCP_MESSAGES(SLOT_M, SLOT_S, SLOT_E)
};
// clang-format on

const struct row *sccp_row_find(uint32_t id)
{
	unsigned row = slots[SLOT(id)];

	return row == 0 ? NULL : &sccp_rows[row - 1];
}

uint32_t field_number(const struct field *f, const void *base)
{
	const uint8_t *p = (const uint8_t *)base + f->offset;
	uint16_t two;
	uint32_t four;

	if (f->keep == 1)
		return *p;
	if (f->keep == 2) {
		memcpy(&two, p, 2);
		return two;
	}
	memcpy(&four, p, 4);
	return four;
}

uint32_t field_governor(const struct field *f, const void *base)
{
	uint32_t value;

	memcpy(&value, (const uint8_t *)base + f->governor, 4);
	return value;
}

size_t layout_wire(const struct layout *element, unsigned version)
{
	size_t size = 0;

	for (size_t i = 0; i < element->count; i++)
		size += field_wire(&element->fields[i], version);
	return size;
}

bool layout_padded(const struct layout *layout)
{
	uint8_t kind = layout->count == 0 ? FIELD_NUMBER : layout->fields[layout->count - 1].kind;

	return kind == FIELD_ZSTR || kind == FIELD_DATA || kind == FIELD_TEXT;
}

bool sccp_known(uint32_t id)
{
	return sccp_row_find(id) != NULL;
}

bool sccp_from_phone(uint32_t id)
{
	const struct row *row = sccp_row_find(id);

	return row != NULL && row->direction == FROM_PHONE;
}

const char *sccp_message_name(uint32_t id)
{
	const struct row *row = sccp_row_find(id);

	return row == NULL ? "?" : row->name;
}

bool sccp_msg_init(struct sccp_msg *msg, uint32_t id)
{
	const struct row *row = sccp_row_find(id);

	msg->id = id;
	msg->flags = 0;
	msg->size = row == NULL ? 0 : row->layout.size;
	memset(&msg->register_req, 0, msg->size);
	return row != NULL;
}
