// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The lists of messages.def and fields.def as tables, for the codec and the printer. Not for users
// of sccp/sccp.h.
#pragma once

#include "sccp/sccp.h"

// What a field is to the codec and the printer. The kinds of fields.def that behave alike share
// one.
enum field_kind {
	FIELD_NUMBER, // U8 U16 U32 ENUM8 ENUM MODE
	FIELD_COUNT,  // COUNT LENGTH: a number that governs a later field
	FIELD_FIXED,  // STR CUT
	FIELD_ZSTR,
	FIELD_DATA,
	FIELD_TEXT,
	FIELD_BYTES,
	FIELD_WORDS, // U16S
	FIELD_ADDR,  // IP4 ADDR
	FIELD_ARRAY,
	FIELD_LIST,
	FIELD_SLOTS,
	FIELD_PAD,
	FIELD_GAP,
	FIELD_KINDS,
};

struct field {
	const char *name;
	const struct layout *element; // of ARRAY, LIST, SLOTS
	uint16_t offset;              // of the member in its struct
	uint16_t governor;            // offset of the COUNT or LENGTH of an ARRAY, LIST or DATA
	uint16_t wire;                // bytes on the wire up to version 17; elements for arrays
	uint16_t wire_new;            // bytes from version 18; from 17 for addresses
	uint16_t keep; // bytes of the member that hold the value (texts: without NUL)
	uint8_t kind;  // enum field_kind
	uint8_t since; // first version whose layout has the field
	uint8_t names; // enum sccp_names of an enumeration
};

struct layout {
	const struct field *fields;
	const char *filler; // wire bytes of an empty slot, or NULL for zeros
	uint16_t count;
	uint16_t size; // of the struct
};

enum direction { FROM_PHONE, TO_PHONE };

struct row {
	const char *name;
	struct layout layout; // count 0: no body
	uint32_t id;
	uint16_t min; // shortest body that still says something
	uint8_t direction;
};

extern const struct row sccp_rows[];
extern const size_t sccp_row_count;

// The row of a message id, or NULL.
const struct row *sccp_row_find(uint32_t id);

// Bytes of a field in the layout of a version; not for arrays, ZSTR, DATA and TEXT.
static inline size_t field_wire(const struct field *f, unsigned version)
{
	unsigned change = f->kind == FIELD_ADDR ? 17 : 18;

	return version >= change ? f->wire_new : f->wire;
}

static inline size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

// The number that an ENUM, COUNT and so on has in the struct at `base`.
uint32_t field_number(const struct field *f, const void *base);

// The COUNT or LENGTH that governs an ARRAY, LIST or DATA.
uint32_t field_governor(const struct field *f, const void *base);

// Bytes of an array's element on the wire. Elements hold neither arrays nor texts of variable size.
size_t layout_wire(const struct layout *element, unsigned version);

// Texts and data at the end of a body are padded to a whole number of words.
bool layout_padded(const struct layout *layout);
