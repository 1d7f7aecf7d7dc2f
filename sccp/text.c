// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Messages as a line of text, for `debug` and the bench phone.
#include <stdarg.h>
#include <stdio.h>

#include "sccp/table.h"

// Text that stops growing when it is full; always terminated.
struct text {
	char *p;
	size_t size;
	size_t used;
};

static void text_char(struct text *t, char c)
{
	if (t->used + 1 >= t->size)
		return;
	t->p[t->used++] = c;
	t->p[t->used] = '\0';
}

static void text_string(struct text *t, const char *s)
{
	while (*s != '\0')
		text_char(t, *s++);
}

static void __attribute__((format(printf, 2, 3)))
text_format(struct text *t, const char *format, ...)
{
	char piece[64];
	va_list args;

	va_start(args, format);
	vsnprintf(piece, sizeof(piece), format, args);
	va_end(args);
	text_string(t, piece);
}

static struct text text_of(char *p, size_t size)
{
	if (size > 0)
		p[0] = '\0';
	return (struct text){ p, size, 0 };
}

// A character of ISO 8859-1, which phones up to version 11 speak, as UTF-8.
static void text_latin1(struct text *t, uint8_t c)
{
	if (c >= 0xa0) {
		text_char(t, (char)(0xc0 | c >> 6));
		text_char(t, (char)(0x80 | (c & 0x3f)));
	} else {
		text_char(t, c < 0x20 || c >= 0x7f ? '.' : (char)c);
	}
}

// The length of the UTF-8 sequence of more than one byte that a text goes on with; 1: it is none.
static size_t utf8_length(const uint8_t *s)
{
	size_t n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;

	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 1;
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 1;
	}
	return n;
}

// The next character in ISO 8859-1. Its control characters would be taken for codes of texts.
static uint8_t to_latin1(const uint8_t *s, size_t n)
{
	uint8_t c = s[0];

	if (n == 2 && c < 0xc4)
		c = (uint8_t)(c << 6 | (s[1] & 0x3f));
	else if (n > 1)
		return '?';
	return c < 0x20 || (c >= 0x7f && c < 0xa0) ? '?' : c;
}

void sccp_text_set(char *field, size_t size, const char *text)
{
	const uint8_t *s = (const uint8_t *)text;
	size_t used = 0, n;

	for (; *s != 0 && used + 1 < size; s += n) {
		n = utf8_length(s);
		field[used++] = (char)to_latin1(s, n);
	}
	field[used] = '\0';
}

// The words behind a prefix and a code, or NULL when the pair is none.
static const char *label_find(uint8_t prefix, uint8_t code)
{
	if (prefix == 0x80)
		return sccp_enum_name(SCCP_NAMES_label, code);
	return prefix == 0x1e ? sccp_enum_name(SCCP_NAMES_label2, code) : NULL;
}

static void text_expand(struct text *t, const char *from)
{
	const uint8_t *s = (const uint8_t *)from;

	while (*s != 0) {
		const char *label = label_find(s[0], s[1]);

		if (label == NULL) {
			text_latin1(t, *s++);
			continue;
		}
		text_string(t, label);
		s += 2;
		if (*s != 0 && *s != ' ')
			text_char(t, ' ');
	}
}

size_t sccp_label_expand(const char *from, char *text, size_t size)
{
	struct text t = text_of(text, size);

	text_expand(&t, from);
	return t.used;
}

static void print_fields(struct text *t, const struct layout *layout, const uint8_t *base);

static void print_number(struct text *t, const struct field *f, const uint8_t *base)
{
	uint32_t value = field_number(f, base);
	const char *name = sccp_enum_name((enum sccp_names)f->names, value);

	if (name != NULL)
		text_string(t, name);
	else
		text_format(t, "%u", value);
}

static void print_text(struct text *t, const struct field *f, const uint8_t *base)
{
	text_char(t, '"');
	text_expand(t, (const char *)base + f->offset);
	text_char(t, '"');
}

static void print_bytes(struct text *t, const struct field *f, const uint8_t *base)
{
	for (size_t i = 0; i < f->keep; i++)
		text_format(t, "%02x", base[f->offset + i]);
}

static void print_words(struct text *t, const struct field *f, const uint8_t *base)
{
	for (size_t i = 0; i < f->keep; i++) {
		uint16_t word;

		memcpy(&word, base + f->offset + 2 * i, 2);
		text_format(t, i == 0 ? "%u" : ",%u", word);
	}
}

static void print_addr(struct text *t, const struct field *f, const uint8_t *base)
{
	char text[ADDR_TEXT_SIZE];
	struct addr addr;

	memcpy(&addr, base + f->offset, sizeof(addr));
	text_string(t, addr_text(&addr, text));
}

static void print_elements(struct text *t, const struct field *f, const uint8_t *base)
{
	size_t n = f->kind == FIELD_SLOTS ? f->wire : min_size(field_governor(f, base), f->wire);

	text_char(t, '[');
	for (size_t i = 0; i < n; i++) {
		text_string(t, i == 0 ? "{" : " {");
		print_fields(t, f->element, base + f->offset + i * f->element->size);
		text_char(t, '}');
	}
	text_char(t, ']');
}

static void (*const print_kind[FIELD_KINDS])(
	struct text *, const struct field *, const uint8_t *) = {
	[FIELD_NUMBER] = print_number,
	[FIELD_COUNT] = print_number,
	[FIELD_FIXED] = print_text,
	[FIELD_ZSTR] = print_text,
	[FIELD_DATA] = print_text,
	[FIELD_TEXT] = print_text,
	[FIELD_BYTES] = print_bytes,
	[FIELD_WORDS] = print_words,
	[FIELD_ADDR] = print_addr,
	[FIELD_ARRAY] = print_elements,
	[FIELD_LIST] = print_elements,
	[FIELD_SLOTS] = print_elements, // pads and gaps have nothing to show
};

static void print_fields(struct text *t, const struct layout *layout, const uint8_t *base)
{
	const char *before = "";

	for (size_t i = 0; i < layout->count; i++) {
		const struct field *f = &layout->fields[i];

		if (print_kind[f->kind] == NULL)
			continue;
		text_string(t, before);
		text_string(t, f->name);
		text_char(t, '=');
		print_kind[f->kind](t, f, base);
		before = " ";
	}
}

size_t sccp_print(const struct sccp_msg *msg, char *text, size_t size)
{
	const struct row *row = sccp_row_find(msg->id);
	struct text t = text_of(text, size);

	if (row == NULL) {
		text_format(&t, "Unknown id=0x%x", msg->id);
		return t.used;
	}
	text_string(&t, row->name);
	if (row->layout.count > 0)
		text_char(&t, ' ');
	print_fields(&t, &row->layout, (const uint8_t *)&msg->register_req);
	if (msg->flags & SCCP_SHORT)
		text_string(&t, " (short)");
	if (msg->flags & SCCP_LONG)
		text_string(&t, " (long)");
	if (msg->flags & SCCP_CUT)
		text_string(&t, " (cut)");
	return t.used;
}
