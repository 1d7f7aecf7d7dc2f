// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Messages as one line for people: element=value, {} around what an element holds.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "xmlcodec/table.h"

struct line {
	char *text;
	size_t size;
	size_t n; // of the whole line, whether it fits or not
};

static void say(struct line *l, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct line *l, const char *format, ...)
{
	size_t at = l->n < l->size ? l->n : l->size;
	va_list args;
	int k;

	va_start(args, format);
	k = vsnprintf(l->text + at, l->size - at, format, args);
	va_end(args);
	l->n += k > 0 ? (size_t)k : 0;
}

// Peers write these texts: no control characters to a terminal.
static void say_chars(struct line *l, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		say(l, "%c", (uint8_t)text[i] < 0x20 || text[i] == 0x7f ? '.' : text[i]);
}

static void say_set(struct line *l, const struct csta_field *f, uint64_t set)
{
	const struct csta_bit_table *t = &csta_bit_tables[f->arg];
	const char *comma = "";

	for (unsigned bit = 0; bit < t->n; bit++) {
		const char *slash = strchr(t->paths[bit], '/');

		if ((set & CSTA_BIT(bit)) == 0)
			continue;
		say(l, "%s%s", comma, slash == NULL ? t->paths[bit] : slash + 1);
		comma = ",";
	}
}

static void say_shape(struct line *l, const struct csta_shape *shape, const uint8_t *base);

static void say_items(struct line *l, const struct csta_field *f, const uint8_t *list)
{
	const uint8_t *item = list + CSTA_LIST_ITEMS;

	for (uint32_t i = csta_list_count(f, list); i > 0; i--, item += csta_item_size(f)) {
		if (f->kind == CSTA_KIND_WORDS) {
			say(l, " %s", csta_word(f->arg, *(const uint32_t *)item));
			continue;
		}
		say(l, " {");
		say_shape(l, &csta_shapes[f->arg], item);
		say(l, " }");
	}
}

static void say_value(struct line *l, const struct csta_field *f, const uint8_t *v)
{
	switch ((enum csta_kind)f->kind) {
	case CSTA_KIND_TEXT:
	case CSTA_KIND_DEVICE:
		say_chars(l, (const char *)v, strnlen((const char *)v, f->size));
		break;
	case CSTA_KIND_FLAG:
		say(l, "%s", *(const bool *)v ? "true" : "false");
		break;
	case CSTA_KIND_NUMBER:
		say(l, "%u", *(const uint32_t *)v);
		break;
	case CSTA_KIND_ENUM:
		say(l, "%s", csta_word(f->arg, *(const uint32_t *)v));
		break;
	case CSTA_KIND_TYPE:
	case CSTA_KIND_SUBJECT:
		say(l, "{");
		say_shape(l, &csta_shapes[f->arg], v);
		say(l, " }");
		break;
	case CSTA_KIND_LIST:
	case CSTA_KIND_WORDS:
		say(l, "[");
		say_items(l, f, v);
		say(l, " ]");
		break;
	case CSTA_KIND_BITS:
	case CSTA_KIND_MARKS:
		say_set(l, f, *(const uint64_t *)v);
		break;
	case CSTA_KIND_EMPTY:
	case CSTA_KINDS:
		break;
	}
}

static void say_shape(struct line *l, const struct csta_shape *shape, const uint8_t *base)
{
	for (int bit = 0; bit < shape->n; bit++) {
		const struct csta_field *f = &shape->fields[bit];
		bool present = *(const uint32_t *)base >> bit & 1;

		if (!present && f->occurs != CSTA_OCCURS_ONE)
			continue;
		say(l, " %.*s%s", (int)strcspn(f->path, "/"), f->path,
			f->kind == CSTA_KIND_EMPTY ? "" : "=");
		say_value(l, f, base + f->offset);
	}
}

int csta_print(const struct csta_msg *msg, char *text, size_t size)
{
	struct line l = { text, size, 0 };

	say(&l, "%s", csta_type_name(msg->type));
	if (msg->type < CSTA_TYPES)
		say_shape(&l, csta_shape_of(msg->type), (const uint8_t *)&msg->body);
	return (int)l.n;
}
