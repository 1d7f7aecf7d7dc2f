// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "base/handle.h"

#include <stdio.h>

enum { HANDLE_DIGITS = 16, CHECK_DIGITS = 12 };

static uint64_t token_check(const struct siphash_key *key, enum token_kind kind, handle_t h)
{
	uint64_t words[2] = { h, kind };

	return siphash(key, words, sizeof(words)) >> (64 - 4 * CHECK_DIGITS);
}

void token_write(const struct siphash_key *key, enum token_kind kind, handle_t h,
	char text[TOKEN_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	uint64_t check = token_check(key, kind, h);
	handle_t rest = h;

	for (int i = HANDLE_DIGITS - 1; i >= 0; i--, rest >>= 4)
		text[i] = digits[rest & 15];
	for (int i = HANDLE_DIGITS + CHECK_DIGITS - 1; i >= HANDLE_DIGITS; i--, check >>= 4)
		text[i] = digits[check & 15];
	text[TOKEN_SIZE - 1] = '\0';
}

static bool hex_read(struct span text, uint64_t *out)
{
	uint64_t value = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c >= '0' && c <= '9')
			value = value << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (uint64_t)(c - 'a' + 10);
		else
			return false;
	}
	*out = value;
	return true;
}

bool token_read(const struct siphash_key *key, enum token_kind kind, struct span text, handle_t *h)
{
	uint64_t value, check;

	if (text.n != HANDLE_DIGITS + CHECK_DIGITS)
		return false;
	if (!hex_read(span_head(text, HANDLE_DIGITS), &value) ||
		!hex_read(span_from(text, HANDLE_DIGITS), &check))
		return false;
	if (check != token_check(key, kind, value))
		return false;
	*h = value;
	return true;
}
