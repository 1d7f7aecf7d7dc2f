// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Bounded cursors over wire bytes. An access beyond the end moves nothing, sets `fail` and keeps it
// set: callers read or write a whole structure and look at the flag once.
#pragma once

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct reader {
	const uint8_t *p;
	const uint8_t *end;
	bool fail;
};

struct writer {
	uint8_t *p;
	uint8_t *start;
	uint8_t *end;
	bool fail;
};

static inline struct reader reader_of(const void *p, size_t n)
{
	return (struct reader){ p, (const uint8_t *)p + n, false };
}

static inline size_t reader_left(const struct reader *r)
{
	return (size_t)(r->end - r->p);
}

// The next n bytes, borrowed, or NULL.
static inline const uint8_t *reader_take(struct reader *r, size_t n)
{
	const uint8_t *p = r->p;

	if (r->fail || reader_left(r) < n) {
		r->fail = true;
		return NULL;
	}
	r->p += n;
	return p;
}

static inline uint8_t reader_u8(struct reader *r)
{
	const uint8_t *p = reader_take(r, 1);

	return p == NULL ? 0 : p[0];
}

static inline uint16_t reader_be16(struct reader *r)
{
	const uint8_t *p = reader_take(r, 2);

	return p == NULL ? 0 : (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t reader_be32(struct reader *r)
{
	const uint8_t *p = reader_take(r, 4);

	return p == NULL ? 0 :
			   (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint16_t reader_le16(struct reader *r)
{
	const uint8_t *p = reader_take(r, 2);

	return p == NULL ? 0 : (uint16_t)(p[1] << 8 | p[0]);
}

static inline uint32_t reader_le32(struct reader *r)
{
	const uint8_t *p = reader_take(r, 4);

	return p == NULL ? 0 :
			   (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline struct writer writer_of(void *p, size_t n)
{
	return (struct writer){ p, p, (uint8_t *)p + n, false };
}

static inline size_t writer_used(const struct writer *w)
{
	return (size_t)(w->p - w->start);
}

// Room for the next n bytes, to be filled by the caller, or NULL.
static inline uint8_t *writer_room(struct writer *w, size_t n)
{
	uint8_t *p = w->p;

	if (w->fail || (size_t)(w->end - w->p) < n) {
		w->fail = true;
		return NULL;
	}
	w->p += n;
	return p;
}

static inline void writer_bytes(struct writer *w, const void *bytes, size_t n)
{
	uint8_t *p = writer_room(w, n);

	if (p != NULL && n > 0)
		memcpy(p, bytes, n);
}

static inline void writer_zero(struct writer *w, size_t n)
{
	uint8_t *p = writer_room(w, n);

	if (p != NULL)
		memset(p, 0, n);
}

static inline void writer_u8(struct writer *w, uint8_t v)
{
	writer_bytes(w, &v, 1);
}

static inline void writer_be16(struct writer *w, uint16_t v)
{
	v = htobe16(v);
	writer_bytes(w, &v, sizeof(v));
}

static inline void writer_be32(struct writer *w, uint32_t v)
{
	v = htobe32(v);
	writer_bytes(w, &v, sizeof(v));
}

static inline void writer_le16(struct writer *w, uint16_t v)
{
	v = htole16(v);
	writer_bytes(w, &v, sizeof(v));
}

static inline void writer_le32(struct writer *w, uint32_t v)
{
	v = htole32(v);
	writer_bytes(w, &v, sizeof(v));
}
