// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "xmlcodec/plain.h"

#include "xmlcodec/index.h"

// What is known of a byte in a text. Whatever has no bit at all needs libxml2: markup, references,
// control characters, all beyond ASCII.
enum {
	TEXT = 1,
	BLANK = 2,
	RETURN = 4, // libxml2 turns CR LF into LF
	EQUALS = 8,
	NAME = 16, // also in an element's name
};

static uint8_t bytes[256];

void csta_plain_init(void)
{
	for (int c = ' '; c < 0x7f; c++)
		bytes[c] = TEXT;
	for (int c = '0'; c <= '9'; c++)
		bytes[c] |= NAME;
	for (int c = 'A'; c <= 'Z'; c++)
		bytes[c] = bytes[c | 0x20] = TEXT | NAME;
	// `>` may stand in a text, but not after `]]`.
	bytes['<'] = bytes['>'] = bytes['&'] = 0;
	bytes['='] |= EQUALS;
	bytes[' '] |= BLANK;
	bytes['\t'] = bytes['\n'] = TEXT | BLANK;
	bytes['\r'] = TEXT | BLANK | RETURN;
}

struct plain {
	struct csta_parse *p;
	const char *at;
	const char *end;
	uint32_t equals; // met so far in texts
	struct span open[CSTA_DEPTH_MAX]; // names of the open elements
};

static inline bool take(struct plain *d, struct span text)
{
	if ((size_t)(d->end - d->at) < text.n || memcmp(d->at, text.p, text.n) != 0)
		return false;
	d->at += text.n;
	return true;
}

static void take_blanks(struct plain *d)
{
	while (d->at < d->end && (bytes[(uint8_t)*d->at] & BLANK) != 0)
		d->at++;
}

// Empty when there is none.
static struct span take_name(struct plain *d)
{
	const char *from = d->at;

	if (d->at == d->end || (*d->at >= '0' && *d->at <= '9'))
		return SPAN_NONE;
	while (d->at < d->end && (bytes[(uint8_t)*d->at] & NAME) != 0)
		d->at++;
	return span_of(from, (size_t)(d->at - from));
}

// The text up to the next tag. Blanks before anything else never matter.
static bool take_text(struct plain *d)
{
	const char *from = d->at;
	uint8_t all = BLANK, any = 0, bits;

	for (; d->at < d->end && (bits = bytes[(uint8_t)*d->at]) != 0; d->at++) {
		all &= bits;
		any |= bits;
		d->equals += (bits & EQUALS) != 0;
	}
	if (d->p->text_n == 0 && (all & BLANK) != 0)
		return true;
	if ((any & RETURN) != 0)
		return false;
	csta_walk_text(d->p, span_of(from, (size_t)(d->at - from)));
	return true;
}

// ` xmlns="..."` of one of the namespaces we know, or nothing.
static bool take_namespace(struct plain *d, struct span *ns)
{
	enum csta_ns known;
	size_t n;

	*ns = SPAN_NONE;
	if (!take(d, SPAN(" xmlns=\"")))
		return true;
	n = span_find(span_of(d->at, (size_t)(d->end - d->at)), '"');
	known = csta_ns_find(span_of(d->at, n));
	if (known == CSTA_NS_NONE || known == CSTA_NS_OTHER)
		return false;
	*ns = span_str(csta_ns_string(known));
	d->at += n;
	return take(d, SPAN("\""));
}

static bool open_tag(struct plain *d)
{
	struct span name = take_name(d), ns = SPAN_NONE;
	bool empty;

	if (name.n == 0 || (d->p->depth == 0 && !take_namespace(d, &ns)))
		return false;
	take_blanks(d);
	empty = take(d, SPAN("/"));
	if (!take(d, SPAN(">")) ||
		csta_walk_start(d->p, csta_name_find(name), name, ns) != CSTA_READ_OK)
		return false;
	if (empty)
		csta_walk_end(d->p, name);
	else
		d->open[d->p->depth - 1] = name; // within bounds: the walk checks the depth
	return true;
}

static bool close_tag(struct plain *d)
{
	struct span name = d->open[d->p->depth - 1];

	if (!take(d, name))
		return false;
	take_blanks(d);
	if (!take(d, SPAN(">")))
		return false;
	csta_walk_end(d->p, name);
	return true;
}

static bool take_declaration(struct plain *d)
{
	if (!take(d, SPAN("<?xml")))
		return true;
	if (!take(d, SPAN(" version=\"1.0\"")))
		return false;
	if (!take(d, SPAN(" encoding=\"UTF-8\"")))
		take(d, SPAN(" encoding=\"utf-8\""));
	return take(d, SPAN("?>"));
}

bool csta_plain_read(struct csta_parse *p, struct span body)
{
	struct plain d;

	body = span_trim(body);
	d.p = p;
	d.at = body.p;
	d.end = body.p + body.n;
	d.equals = 0;
	if (body.n == 0 || !take_declaration(&d))
		return false;
	take_blanks(&d);
	if (!take(&d, SPAN("<")) || !open_tag(&d))
		return false;
	while (p->depth > 0) {
		if (!take_text(&d) || !take(&d, SPAN("<")))
			return false;
		if (take(&d, SPAN("/")) ? !close_tag(&d) : !open_tag(&d))
			return false;
	}
	// So many that they could be attributes; three are in the declaration and the root.
	return d.at == d.end && d.equals + 3 <= CSTA_ATTRIBUTES_MAX;
}
