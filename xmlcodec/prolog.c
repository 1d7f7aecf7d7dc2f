// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "xmlcodec/prolog.h"

// Looks no farther than it must.
static bool has_more_than(struct span s, char c, size_t most)
{
	size_t at = span_find(s, c), found = 0;

	while (at < s.n && found <= most) {
		found++;
		s = span_from(s, at + 1);
		at = span_find(s, c);
	}
	return found > most;
}

// The value of the declaration's encoding, or "" when it has none. Whether the declaration is right
// is libxml2's business; here it need not miss one that libxml2 would find.
static struct span declared_encoding(struct span body)
{
	const struct span open = SPAN("<?xml");
	const struct span key = SPAN("encoding");
	struct span s;
	char quote;

	if (!span_eq(span_head(body, open.n), open))
		return SPAN("");
	s = span_head(body, span_find(body, '>'));
	while (s.n >= key.n && !span_eq(span_head(s, key.n), key))
		s = span_from(s, 1);
	if (s.n < key.n)
		return SPAN("");
	s = span_trim(span_from(s, key.n));
	if (s.n == 0 || s.p[0] != '=')
		return SPAN("");
	s = span_trim(span_from(s, 1));
	if (s.n == 0 || (s.p[0] != '"' && s.p[0] != '\''))
		return SPAN("");
	quote = s.p[0];
	s = span_from(s, 1);
	return span_head(s, span_find(s, quote));
}

static bool encoding_is_ours(struct span encoding)
{
	const struct span ours[] = {
		SPAN(""),
		SPAN("UTF-8"),
		SPAN("UTF8"),
		SPAN("US-ASCII"),
		SPAN("ASCII"),
		SPAN("ISO-8859-1"),
	};

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		if (span_ieq(encoding, ours[i]))
			return true;
	}
	return false;
}

enum csta_verdict prolog_check(struct span *body)
{
	const struct span bom = SPAN("\xef\xbb\xbf");

	if (body->n > CSTA_BODY_MAX)
		return CSTA_READ_TOO_LARGE;
	if (body->n == 0)
		return CSTA_READ_NOT_XML;
	if (span_eq(span_head(*body, bom.n), bom))
		*body = span_from(*body, bom.n);
	*body = span_trim(*body);
	if (body->n == 0)
		return CSTA_READ_NOT_XML;
	// UTF-16, UCS-4 and EBCDIC, which libxml2 would find by itself, start otherwise or have a
	// NUL among their first four bytes.
	if (body->p[0] != '<')
		return CSTA_READ_NOT_XML;
	if (memchr(body->p, '\0', body->n < 4 ? body->n : 4) != NULL ||
		!encoding_is_ours(declared_encoding(*body)))
		return CSTA_READ_BAD_ENCODING;
	if (has_more_than(*body, '=', CSTA_ATTRIBUTES_MAX))
		return CSTA_READ_TOO_MANY_ATTRIBUTES;
	return CSTA_READ_OK;
}
