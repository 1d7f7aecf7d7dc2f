// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A run of bytes that belongs to somebody else: never terminated, never freed through the span.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

struct span {
	const char *p;
	size_t n;
};

#define SPAN(literal) ((struct span){ (literal), sizeof(literal) - 1 })
#define SPAN_NONE ((struct span){ NULL, 0 })
// For printf("%.*s", SPAN_FMT(s)).
#define SPAN_FMT(s) (int)(s).n, (s).p

static inline struct span span_of(const char *p, size_t n)
{
	return (struct span){ p, n };
}

static inline struct span span_str(const char *s)
{
	return (struct span){ s, strlen(s) };
}

static inline bool span_eq(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

// ASCII case folded comparison, as SIP header names and tokens want it (RFC 3261 7.3.1).
static inline bool span_ieq(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || strncasecmp(a.p, b.p, a.n) == 0);
}

// Everything from offset `from` on; empty when `from` lies beyond the end.
static inline struct span span_from(struct span s, size_t from)
{
	size_t skip = from < s.n ? from : s.n;

	// No arithmetic on the address of an empty span: it may be NULL.
	return (struct span){ skip > 0 ? s.p + skip : s.p, s.n - skip };
}

// The first `n` bytes, or all when there are fewer.
static inline struct span span_head(struct span s, size_t n)
{
	return (struct span){ s.p, n < s.n ? n : s.n };
}

// Offset of the first `c`, or s.n when there is none.
static inline size_t span_find(struct span s, char c)
{
	const char *hit = s.n == 0 ? NULL : memchr(s.p, c, s.n);

	return hit == NULL ? s.n : (size_t)(hit - s.p);
}

static inline bool span_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static inline struct span span_trim(struct span s)
{
	while (s.n > 0 && span_is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && span_is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

// Decimal number of 1 to 10 digits that fits 32 bits and nothing else. False leaves *out alone.
bool span_u32(struct span s, uint32_t *out);

// Copies into a terminated field of `size` bytes. False (and an empty field) when it does not fit.
bool span_copy(struct span s, char *field, size_t size);

// The same with as much of it as fits; size is not 0. Returns how much that is.
size_t span_fit(struct span s, char *field, size_t size);

// Bytes of the UTF-8 character that the span begins with, and which it is; 0 when it begins with
// none.
size_t span_utf8(struct span s, uint32_t *c);
