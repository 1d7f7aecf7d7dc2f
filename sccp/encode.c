// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// One loop writes the body of every message, over the fields of sccp/table.h. Every byte of a frame
// is written: what lies behind a text's end is zero, never what the memory held before.
#include "base/cursor.h"
#include "sccp/table.h"

struct encoder {
	struct writer w;
	unsigned layout;
	uint8_t *governor; // where the last COUNT or LENGTH lies in the frame
};

static void encode_fields(struct encoder *e, const struct layout *layout, const uint8_t *base);

static void le32_put(uint8_t *p, uint32_t value)
{
	value = htole32(value);
	memcpy(p, &value, sizeof(value));
}

static void encode_number(struct encoder *e, const struct field *f, const uint8_t *base)
{
	uint32_t value = htole32(field_number(f, base));

	writer_bytes(&e->w, &value, field_wire(f, e->layout));
}

static void encode_governor(struct encoder *e, const struct field *f, const uint8_t *base)
{
	e->governor = e->w.p;
	encode_number(e, f, base);
}

// The count or length as far as the struct backs it; the word already written is put right.
static size_t governed(struct encoder *e, const struct field *f, const uint8_t *base, size_t max)
{
	uint32_t value = (uint32_t)min_size(field_governor(f, base), max);

	if (!e->w.fail)
		le32_put(e->governor, value);
	return value;
}

// Always with at least one NUL: phones read on behind a full field.
static void encode_fixed(struct encoder *e, const struct field *f, const uint8_t *base)
{
	const char *text = (const char *)base + f->offset;
	size_t wire = field_wire(f, e->layout);
	size_t n = strnlen(text, min_size(wire - 1, f->keep));

	writer_bytes(&e->w, text, n);
	writer_zero(&e->w, wire - n);
}

static void encode_zstr(struct encoder *e, const struct field *f, const uint8_t *base)
{
	const char *text = (const char *)base + f->offset;

	writer_bytes(&e->w, text, strnlen(text, f->keep));
	writer_u8(&e->w, 0);
}

static void encode_data(struct encoder *e, const struct field *f, const uint8_t *base)
{
	writer_bytes(&e->w, base + f->offset, governed(e, f, base, f->keep));
}

static void encode_bytes(struct encoder *e, const struct field *f, const uint8_t *base)
{
	writer_bytes(&e->w, base + f->offset, f->keep);
}

static void encode_words(struct encoder *e, const struct field *f, const uint8_t *base)
{
	for (size_t i = 0; i < f->keep; i++) {
		uint16_t word;

		memcpy(&word, base + f->offset + 2 * i, 2);
		writer_le16(&e->w, word);
	}
}

static void encode_addr(struct encoder *e, const struct field *f, const uint8_t *base)
{
	static const uint8_t none[16];
	struct addr addr;

	memcpy(&addr, base + f->offset, sizeof(addr));
	if (field_wire(f, e->layout) == 4) {
		writer_bytes(&e->w, addr.family == ADDR_IPV4 ? addr.bytes : none, 4);
		return;
	}
	writer_le32(&e->w, addr.family == ADDR_IPV6 ? SCCP_ADDRESS_IPV6 : SCCP_ADDRESS_IPV4);
	writer_bytes(&e->w, addr.family == ADDR_NONE ? none : addr.bytes, 16);
}

static void encode_elements(struct encoder *e, const struct field *f, const uint8_t *base, size_t n)
{
	for (size_t i = 0; i < n; i++)
		encode_fields(e, f->element, base + f->offset + i * f->element->size);
}

static void encode_list(struct encoder *e, const struct field *f, const uint8_t *base)
{
	encode_elements(e, f, base, governed(e, f, base, f->wire));
}

static void encode_array(struct encoder *e, const struct field *f, const uint8_t *base)
{
	size_t wire = layout_wire(f->element, e->layout);
	size_t n = governed(e, f, base, f->wire);

	encode_elements(e, f, base, n);
	for (size_t i = n; i < f->wire; i++) {
		if (f->element->filler == NULL)
			writer_zero(&e->w, wire);
		else
			writer_bytes(&e->w, f->element->filler, wire);
	}
}

static void encode_slots(struct encoder *e, const struct field *f, const uint8_t *base)
{
	encode_elements(e, f, base, f->wire);
}

static void encode_pad(struct encoder *e, const struct field *f, const uint8_t *base)
{
	(void)base;
	writer_zero(&e->w, f->wire);
}

static void encode_gap(struct encoder *e, const struct field *f, const uint8_t *base)
{
	(void)e;
	(void)f;
	(void)base;
}

static void (*const encode_kind[FIELD_KINDS])(
	struct encoder *, const struct field *, const uint8_t *) = {
	[FIELD_NUMBER] = encode_number,
	[FIELD_COUNT] = encode_governor,
	[FIELD_FIXED] = encode_fixed,
	[FIELD_ZSTR] = encode_zstr,
	[FIELD_DATA] = encode_data,
	[FIELD_TEXT] = encode_zstr,
	[FIELD_BYTES] = encode_bytes,
	[FIELD_WORDS] = encode_words,
	[FIELD_ADDR] = encode_addr,
	[FIELD_ARRAY] = encode_array,
	[FIELD_LIST] = encode_list,
	[FIELD_SLOTS] = encode_slots,
	[FIELD_PAD] = encode_pad,
	[FIELD_GAP] = encode_gap,
};

static void encode_fields(struct encoder *e, const struct layout *layout, const uint8_t *base)
{
	for (size_t i = 0; i < layout->count; i++) {
		const struct field *f = &layout->fields[i];

		if (f->since <= e->layout)
			encode_kind[f->kind](e, f, base);
	}
}

size_t sccp_encode(
	const struct sccp_msg *msg, struct sccp_version version, uint8_t *out, size_t size)
{
	const struct row *row = sccp_row_find(msg->id);
	struct encoder e = { .w = writer_of(out, size), .layout = version.layout };
	size_t used;

	if (row == NULL)
		return 0;
	writer_le32(&e.w, 0);
	writer_le32(&e.w, version.header);
	writer_le32(&e.w, msg->id);
	encode_fields(&e, &row->layout, (const uint8_t *)&msg->register_req);
	if (layout_padded(&row->layout))
		writer_zero(&e.w, -writer_used(&e.w) % 4);
	if (e.w.fail)
		return 0;
	used = writer_used(&e.w);
	le32_put(out, (uint32_t)(used - SCCP_HEADER_SIZE + SCCP_LENGTH_MIN));
	return used;
}

struct sccp_version sccp_version_server(uint8_t pv)
{
	return (struct sccp_version){ .layout = pv < SCCP_VERSION_CAP ? pv : SCCP_VERSION_CAP };
}

struct sccp_version sccp_version_equal(uint8_t pv)
{
	return (struct sccp_version){ .layout = pv, .header = pv < 10 ? 0 : pv };
}

uint8_t sccp_version_settle(uint8_t offered)
{
	if (offered < SCCP_VERSION_FLOOR)
		return SCCP_VERSION_FLOOR;
	return offered < SCCP_VERSION_CAP ? offered : SCCP_VERSION_CAP;
}
