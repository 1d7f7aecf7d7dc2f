// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The writer: walks the rows of a message in schema order and copies out the tags made at start.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "xmlcodec/index.h"

struct out {
	char *p;
	char *end;
	int rc; // 0, or the first -errno; nothing is written after it
};

static void put(struct out *o, const char *p, size_t n)
{
	if (o->rc != 0)
		return;
	if ((size_t)(o->end - o->p) < n) {
		o->rc = -ENOBUFS;
		return;
	}
	memcpy(o->p, p, n);
	o->p += n;
}

static void put_str(struct out *o, const char *s)
{
	put(o, s, strlen(s));
}

static void put_tag(struct out *o, const struct csta_tag *tag)
{
	put(o, tag->text, tag->n);
}

static void put_invalid(struct out *o)
{
	if (o->rc == 0)
		o->rc = -EINVAL;
}

// --- text ----------------------------------------------------------------------------------------

// Length of the UTF-8 sequence at p that is a character of XML 1.0 (section 2.2), or 0. Not for
// ASCII.
static size_t utf8_length(const uint8_t *p, const uint8_t *end)
{
	uint32_t c;
	size_t n = span_utf8(span_of((const char *)p, (size_t)(end - p)), &c);

	return n > 0 && (c & ~1u) == 0xfffe ? 0 : n;
}

static bool is_plain(uint8_t c)
{
	return c >= 0x20 && c < 0x7f && c != '&' && c != '<' && c != '>' && c != '"';
}

// One byte that is not plain, or one UTF-8 sequence. Returns the bytes consumed.
static size_t put_special(struct out *o, const uint8_t *p, const uint8_t *end)
{
	size_t n;

	switch (*p) {
	case '&':
		put(o, "&amp;", 5);
		return 1;
	case '<':
		put(o, "&lt;", 4);
		return 1;
	case '>':
		put(o, "&gt;", 4);
		return 1;
	case '"':
		put(o, "&quot;", 6);
		return 1;
	case '\t': // in an attribute a reader would make spaces of these three (XML 1.0, 3.3.3)
		put(o, "&#9;", 4);
		return 1;
	case '\n':
		put(o, "&#10;", 5);
		return 1;
	case '\r':
		put(o, "&#13;", 5);
		return 1;
	}
	n = *p < 0x80 ? *p == 0x7f : utf8_length(p, end);
	if (n == 0) {
		put(o, "?", 1); // no XML document can hold it
		return 1;
	}
	put(o, (const char *)p, n);
	return n;
}

// The one place where text becomes XML.
static void put_text(struct out *o, const char *text, size_t n)
{
	const uint8_t *p = (const uint8_t *)text;
	const uint8_t *end = p + n;

	while (p < end) {
		const uint8_t *run = p;

		while (p < end && is_plain(*p))
			p++;
		put(o, (const char *)run, (size_t)(p - run));
		if (p < end)
			p += put_special(o, p, end);
	}
}

// --- values --------------------------------------------------------------------------------------

static void put_shape(struct out *o, unsigned shape, const void *base);

static void put_chars(struct out *o, const struct csta_field *f, const void *v)
{
	put_text(o, v, strnlen(v, f->size));
}

static void put_flag(struct out *o, const struct csta_field *f, const void *v)
{
	(void)f;
	put_str(o, *(const bool *)v ? "true" : "false");
}

static void put_number(struct out *o, const struct csta_field *f, const void *v)
{
	char text[11];

	(void)f;
	put(o, text, (size_t)snprintf(text, sizeof(text), "%u", *(const uint32_t *)v));
}

static void put_word(struct out *o, enum csta_words list, uint32_t value)
{
	const char *word = csta_word(list, value);

	if (word[0] == '\0')
		put_invalid(o);
	put_str(o, word);
}

static void put_enum(struct out *o, const struct csta_field *f, const void *v)
{
	put_word(o, f->arg, *(const uint32_t *)v);
}

static void put_type(struct out *o, const struct csta_field *f, const void *v)
{
	put_shape(o, f->arg, v);
}

static void put_step(struct out *o, const char *before, struct span name, const char *after)
{
	put_str(o, before);
	put(o, name.p, name.n);
	put_str(o, after);
}

// Bits of one group stand together, each group in an element of its own.
static void put_bits(struct out *o, const struct csta_field *f, const void *v)
{
	const struct csta_bit_table *t = &csta_bit_tables[f->arg];
	struct span group = SPAN(""); // the one that is open
	uint64_t set = *(const uint64_t *)v;

	for (unsigned bit = 0; bit < t->n; bit++) {
		struct span path = span_str(t->paths[bit]);
		struct span head = span_head(path, span_find(path, '/'));
		bool grouped = head.n < path.n;
		struct span name = grouped ? span_from(path, head.n + 1) : path;

		if ((set & CSTA_BIT(bit)) == 0)
			continue;
		if (grouped && !span_eq(group, head)) {
			if (group.n > 0)
				put_step(o, "</", group, ">");
			put_step(o, "<", head, ">");
			group = head;
		}
		put_step(o, "<", name, f->kind == CSTA_KIND_MARKS ? "/>" : ">true");
		if (f->kind == CSTA_KIND_BITS)
			put_step(o, "</", name, ">");
	}
	if (group.n > 0)
		put_step(o, "</", group, ">");
}

static void put_nothing(struct out *o, const struct csta_field *f, const void *v)
{
	(void)o;
	(void)f;
	(void)v;
}

static void (*const put_one[CSTA_KINDS])(struct out *, const struct csta_field *, const void *) = {
	[CSTA_KIND_TEXT] = put_chars,
	[CSTA_KIND_DEVICE] = put_chars,
	[CSTA_KIND_FLAG] = put_flag,
	[CSTA_KIND_NUMBER] = put_number,
	[CSTA_KIND_ENUM] = put_enum,
	[CSTA_KIND_TYPE] = put_type,
	[CSTA_KIND_SUBJECT] = put_type,
	[CSTA_KIND_BITS] = put_bits,
	[CSTA_KIND_MARKS] = put_bits,
	[CSTA_KIND_EMPTY] = put_nothing,
};

static void put_items(struct out *o, const struct csta_field *f, const struct csta_tags *tags,
	const uint8_t *list)
{
	const uint8_t *item = list + CSTA_LIST_ITEMS;

	for (uint32_t i = csta_list_count(f, list); i > 0; i--, item += csta_item_size(f)) {
		put_tag(o, &tags->item_open);
		if (f->kind == CSTA_KIND_LIST)
			put_shape(o, f->arg, item);
		else
			put_enum(o, f, item);
		put_tag(o, &tags->item_close);
	}
}

static void put_field(struct out *o, const struct csta_field *f, const struct csta_tags *tags,
	const uint8_t *base)
{
	put_tag(o, &tags->open);
	if (f->kind == CSTA_KIND_LIST || f->kind == CSTA_KIND_WORDS)
		put_items(o, f, tags, base + f->offset);
	else
		put_one[f->kind](o, f, base + f->offset);
	put_tag(o, &tags->close);
}

static void put_shape(struct out *o, unsigned shape, const void *base)
{
	const struct csta_shape *s = &csta_shapes[shape];
	const struct csta_plan *plan = &csta_plans[shape];
	uint32_t present = s->n == 0 ? 0 : *(const uint32_t *)base;

	if ((plan->alt != 0 && __builtin_popcount(present & plan->alt) != 1) ||
		(plan->any != 0 && (present & plan->any) == 0))
		put_invalid(o);
	present |= plan->one;
	for (int bit = 0; bit < s->n; bit++) {
		if (present & UINT32_C(1) << bit)
			put_field(o, &s->fields[bit], &plan->tags[bit], base);
	}
}

ssize_t csta_write(const struct csta_msg *msg, const char *ns, char *buf, size_t size)
{
	static const char declaration[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<";
	struct out o = { buf, buf + size, 0 };
	const char *root;

	csta_index_check();
	if (msg->type <= CSTA_UNKNOWN || msg->type >= CSTA_TYPES)
		return -EINVAL;
	root = csta_type_name(msg->type);
	ns = ns != NULL ? ns : csta_ns_string(msg->ns);
	put(&o, declaration, sizeof(declaration) - 1);
	put_str(&o, root);
	put_str(&o, " xmlns=\"");
	put_text(&o, ns, strlen(ns));
	if (csta_shape_of(msg->type)->n == 0) {
		put_str(&o, "\"/>");
	} else {
		put_str(&o, "\">");
		put_shape(&o, CSTA_PART_COUNT + msg->type, &msg->body);
		put_str(&o, "</");
		put_str(&o, root);
		put_str(&o, ">");
	}
	return o.rc != 0 ? o.rc : o.p - buf;
}
