// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The smallest pieces of the SIP grammar (RFC 3261 25.1). Each takes what it knows from the front
// of a span and leaves the span alone when it does not match. None of them looks beyond the span.
#pragma once

#include "base/span.h"

// LWS, folds included.
static inline void lex_blank(struct span *s)
{
	while (s->n > 0 && span_is_blank(s->p[0])) {
		s->p++;
		s->n--;
	}
}

// Takes the first n bytes.
static inline struct span lex_cut(struct span *s, size_t n)
{
	struct span taken = { s->p, n };

	if (n > 0) // an empty span may have no address to move
		s->p += n;
	s->n -= n;
	return taken;
}

// One character with blanks around it.
static inline bool lex_mark(struct span *s, char c)
{
	struct span after = *s;

	lex_blank(&after);
	if (after.n == 0 || after.p[0] != c)
		return false;
	lex_cut(&after, 1);
	lex_blank(&after);
	*s = after;
	return true;
}

static inline bool lex_is_token_char(char c)
{
	// alphanum and - . ! % * _ + ` ' ~ : one bit for each of the 128 characters
	static const uint32_t bits[4] = { 0, 0x03ff6ca2, 0x87fffffe, 0x47ffffff };
	uint8_t u = (uint8_t)c;

	return u < 128 && (bits[u / 32] >> (u % 32) & 1) != 0;
}

static inline bool lex_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

// May be empty.
static inline struct span lex_token(struct span *s)
{
	size_t n = 0;

	while (n < s->n && lex_is_token_char(s->p[n]))
		n++;
	return lex_cut(s, n);
}

// May be empty.
static inline struct span lex_digits(struct span *s)
{
	size_t n = 0;

	while (n < s->n && lex_is_digit(s->p[n]))
		n++;
	return lex_cut(s, n);
}

// Everything before a blank or before one of the two marks. May be empty.
static inline struct span lex_until(struct span *s, char a, char b)
{
	size_t n = 0;

	while (n < s->n && s->p[n] != a && s->p[n] != b &&
		(s->p[n] > ' ' || !span_is_blank(s->p[n])))
		n++;
	return lex_cut(s, n);
}

// A quoted string; *inside is what lies between the quotes, escapes kept. False: none, or it has no
// end.
bool lex_quoted(struct span *s, struct span *inside);

// Host, or "[IPv6]" (then without the brackets and *bracketed set), with an optional ":port" (0
// when absent).
bool lex_host_port(struct span *s, struct span *host, bool *bracketed, uint16_t *port);

// The next ";name" or ";name=value". *whole is the text from the name on, value is empty for a flag
// and without quotes for a quoted string. False at the end and at something else: s then tells
// which.
bool lex_param(struct span *s, struct span *name, struct span *value, struct span *whole);

// The next element of a comma list; commas in quotes and in brackets do not count. False at the
// end.
bool lex_element(struct span *s, struct span *element);
