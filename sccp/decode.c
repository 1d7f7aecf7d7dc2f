// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// One loop reads the body of every message, over the fields of sccp/table.h. A field takes no more
// than the body has, so the reader never fails; arrays hold no arrays, so the depth is two.
#include "base/cursor.h"
#include "sccp/table.h"

struct decoder {
	struct reader r;
	unsigned layout;
	unsigned required; // fields of later versions may be missing without a word
	uint16_t flags;
};

static void decode_fields(struct decoder *d, const struct layout *layout, uint8_t *base);

static void number_put(const struct field *f, uint8_t *base, uint32_t value)
{
	uint8_t one = (uint8_t)value;
	uint16_t two = (uint16_t)value;

	if (f->keep == 1)
		memcpy(base + f->offset, &one, 1);
	else if (f->keep == 2)
		memcpy(base + f->offset, &two, 2);
	else
		memcpy(base + f->offset, &value, 4);
}

// The bytes of a field, or NULL (and the field stays zero) when the body ends before its end.
static const uint8_t *decode_whole(struct decoder *d, const struct field *f)
{
	size_t n = field_wire(f, d->layout);

	if (reader_left(&d->r) >= n)
		return reader_take(&d->r, n);
	reader_take(&d->r, reader_left(&d->r));
	d->flags |= SCCP_SHORT;
	return NULL;
}

static void decode_number(struct decoder *d, const struct field *f, uint8_t *base)
{
	const uint8_t *p = decode_whole(d, f);
	uint32_t value = 0;

	if (p != NULL)
		memcpy(&value, p, field_wire(f, d->layout));
	number_put(f, base, le32toh(value));
}

// Copies a text of n bytes, cut to what the member holds.
static void text_put(
	struct decoder *d, const struct field *f, uint8_t *base, const uint8_t *p, size_t n)
{
	size_t kept = min_size(n, f->keep);

	memcpy(base + f->offset, p, kept);
	base[f->offset + kept] = '\0';
	if (kept < n)
		d->flags |= SCCP_CUT;
}

static void decode_fixed(struct decoder *d, const struct field *f, uint8_t *base)
{
	size_t n = min_size(field_wire(f, d->layout), reader_left(&d->r));
	const uint8_t *p = reader_take(&d->r, n);

	if (n < field_wire(f, d->layout))
		d->flags |= SCCP_SHORT;
	text_put(d, f, base, p, strnlen((const char *)p, n));
}

static void decode_zstr(struct decoder *d, const struct field *f, uint8_t *base)
{
	size_t left = reader_left(&d->r);
	const uint8_t *p = d->r.p;
	size_t n = strnlen((const char *)p, left);

	if (n == left)
		d->flags |= SCCP_SHORT;
	reader_take(&d->r, min_size(n + 1, left));
	text_put(d, f, base, p, n);
}

static void decode_data(struct decoder *d, const struct field *f, uint8_t *base)
{
	uint32_t length = field_governor(f, base);
	size_t n = min_size(length, reader_left(&d->r));
	uint32_t kept = (uint32_t)min_size(n, f->keep);

	if (n < length)
		d->flags |= SCCP_CUT;
	text_put(d, f, base, reader_take(&d->r, n), n);
	memcpy(base + f->governor, &kept, 4);
}

static void decode_text(struct decoder *d, const struct field *f, uint8_t *base)
{
	size_t n = reader_left(&d->r);
	const uint8_t *p = reader_take(&d->r, n);

	text_put(d, f, base, p, strnlen((const char *)p, n));
}

static void decode_bytes(struct decoder *d, const struct field *f, uint8_t *base)
{
	const uint8_t *p = decode_whole(d, f);

	if (p != NULL)
		memcpy(base + f->offset, p, f->keep);
}

static void decode_words(struct decoder *d, const struct field *f, uint8_t *base)
{
	const uint8_t *p = decode_whole(d, f);

	for (size_t i = 0; p != NULL && i < f->keep; i++) {
		uint16_t word = (uint16_t)(p[2 * i + 1] << 8 | p[2 * i]);

		memcpy(base + f->offset + 2 * i, &word, 2);
	}
}

// ip4, or from version 17 a type and 16 bytes. A type other than IPv4 and IPv6 gives no address.
static void decode_addr(struct decoder *d, const struct field *f, uint8_t *base)
{
	const uint8_t *p = decode_whole(d, f);
	struct addr addr = { .family = ADDR_NONE };

	if (p == NULL)
		return;
	if (field_wire(f, d->layout) == 4) {
		addr.family = ADDR_IPV4;
		memcpy(addr.bytes, p, 4);
	} else if (memcmp(p, "\x00\x00\x00\x00", 4) == 0) {
		addr.family = ADDR_IPV4;
		memcpy(addr.bytes, p + 4, 4);
	} else if (memcmp(p, "\x01\x00\x00\x00", 4) == 0) {
		addr.family = ADDR_IPV6;
		memcpy(addr.bytes, p + 4, 16);
	}
	memcpy(base + f->offset, &addr, sizeof(addr));
}

// Reads what the count says, at most what the struct holds and the body has; the count says then
// how many there are.
static void decode_array(struct decoder *d, const struct field *f, uint8_t *base)
{
	size_t wire = layout_wire(f->element, d->layout);
	uint32_t said = field_governor(f, base);
	uint32_t n = (uint32_t)min_size(min_size(said, f->wire), reader_left(&d->r) / wire);

	if (n < said)
		d->flags |= SCCP_CUT;
	for (uint32_t i = 0; i < n; i++)
		decode_fields(d, f->element, base + f->offset + i * f->element->size);
	memcpy(base + f->governor, &n, 4);
	if (f->kind == FIELD_ARRAY)
		reader_take(&d->r, min_size((f->wire - n) * wire, reader_left(&d->r)));
}

static void decode_slots(struct decoder *d, const struct field *f, uint8_t *base)
{
	for (size_t i = 0; i < f->wire; i++)
		decode_fields(d, f->element, base + f->offset + i * f->element->size);
}

static void decode_pad(struct decoder *d, const struct field *f, uint8_t *base)
{
	(void)base;
	reader_take(&d->r, min_size(f->wire, reader_left(&d->r)));
}

// There when the body has more left than the word behind it needs.
static void decode_gap(struct decoder *d, const struct field *f, uint8_t *base)
{
	if (reader_left(&d->r) >= f->wire + sizeof(uint32_t))
		decode_pad(d, f, base);
}

static void (*const decode_kind[FIELD_KINDS])(struct decoder *, const struct field *, uint8_t *) = {
	[FIELD_NUMBER] = decode_number,
	[FIELD_COUNT] = decode_number,
	[FIELD_FIXED] = decode_fixed,
	[FIELD_ZSTR] = decode_zstr,
	[FIELD_DATA] = decode_data,
	[FIELD_TEXT] = decode_text,
	[FIELD_BYTES] = decode_bytes,
	[FIELD_WORDS] = decode_words,
	[FIELD_ADDR] = decode_addr,
	[FIELD_ARRAY] = decode_array,
	[FIELD_LIST] = decode_array,
	[FIELD_SLOTS] = decode_slots,
	[FIELD_PAD] = decode_pad,
	[FIELD_GAP] = decode_gap,
};

// The fields at `base` are zero. Those behind the end of the body stay so.
static void decode_fields(struct decoder *d, const struct layout *layout, uint8_t *base)
{
	for (size_t i = 0; i < layout->count; i++) {
		const struct field *f = &layout->fields[i];
		uint16_t flags = d->flags;

		if (f->since > d->layout)
			continue;
		decode_kind[f->kind](d, f, base);
		if (f->since > d->required)
			d->flags = flags | (d->flags & ~SCCP_SHORT);
	}
}

// Bodies whose length says which layout they have, whatever the header version: phones that were
// told a low version keep sending long numbers, and Register has header 0 at every version.
static const struct {
	uint32_t id;
	uint16_t min;
	uint16_t max;
	uint16_t layout;
} layout_by_size[] = {
	{ SCCP_REGISTER, 73, SCCP_LENGTH_MAX, 17 },
	{ SCCP_ENBLOC_CALL, 24, 28, 11 },
	{ SCCP_ENBLOC_CALL, 29, 29, 18 }, // 25 digits and the line
	{ SCCP_ENBLOC_CALL, 32, 32, 18 }, // the same, aligned
	{ SCCP_OFF_HOOK_CALLING, 52, 52, 11 },
	{ SCCP_OFF_HOOK_CALLING, 54, 54, 18 },
	{ SCCP_OPEN_RECEIVE_CHANNEL_ACK, 16, 20, 11 },
	{ SCCP_OPEN_RECEIVE_CHANNEL_ACK, 36, 36, 17 },
	{ SCCP_START_MEDIA_TRANSMISSION_ACK, 24, 24, 11 },
	{ SCCP_START_MEDIA_TRANSMISSION_ACK, 40, 40, 17 },
	{ SCCP_MEDIA_TRANSMISSION_FAILURE, 20, 20, 11 },
	{ SCCP_MEDIA_TRANSMISSION_FAILURE, 36, 36, 17 },
};

// Up to version 11 layouts grew at their end only, so all header versions below it, 0 among them,
// are read with the layout of 11.
static unsigned layout_of(const struct sccp_frame *frame)
{
	size_t n = frame->body_size;

	for (size_t i = 0; i < sizeof(layout_by_size) / sizeof(layout_by_size[0]); i++) {
		if (layout_by_size[i].id == frame->id && n >= layout_by_size[i].min &&
			n <= layout_by_size[i].max)
			return layout_by_size[i].layout;
	}
	return frame->header < 11 ? 11 : frame->header;
}

enum sccp_verdict sccp_decode(const struct sccp_frame *frame, struct sccp_msg *msg)
{
	const struct row *row = sccp_row_find(frame->id);
	struct decoder d = { .r = reader_of(frame->body, frame->body_size) };

	msg->id = frame->id;
	msg->size = 0;
	msg->flags = 0;
	if (row == NULL)
		return SCCP_UNKNOWN;
	if (frame->header > SCCP_VERSION_MAX)
		return SCCP_BAD_VERSION;
	if (frame->body_size < row->min)
		return SCCP_TOO_SHORT;
	d.layout = layout_of(frame);
	d.required = frame->header;
	sccp_msg_init(msg, frame->id);
	decode_fields(&d, &row->layout, (uint8_t *)&msg->register_req);
	if (reader_left(&d.r) > (layout_padded(&row->layout) ? 3 : 0))
		d.flags |= SCCP_LONG;
	msg->flags = d.flags;
	return SCCP_OK;
}
