// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Addresses as text. Every SIP message names some, so those of IPv4 go without the C library, which
// prints them with printf and looks through strings for each digit.
#include "base/addr.h"

enum { DECIMAL_MAX = 10 };

static char *decimal_write(char *to, uint32_t value)
{
	char digits[DECIMAL_MAX];
	size_t at = DECIMAL_MAX;

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	memcpy(to, digits + at, DECIMAL_MAX - at);
	return to + DECIMAL_MAX - at;
}

static char *ipv4_write(char *to, const uint8_t bytes[4])
{
	for (int i = 0; i < 4; i++) {
		if (i > 0)
			*to++ = '.';
		to = decimal_write(to, bytes[i]);
	}
	return to;
}

const char *addr_text(const struct addr *a, char text[ADDR_TEXT_SIZE])
{
	if (a->family == ADDR_IPV4)
		*ipv4_write(text, a->bytes) = '\0';
	else if (a->family == ADDR_NONE ||
		 inet_ntop(AF_INET6, a->bytes, text, ADDR_TEXT_SIZE) == NULL)
		strcpy(text, "-");
	return text;
}

const char *endpoint_text(const struct endpoint *e, char text[ENDPOINT_TEXT_SIZE])
{
	bool brackets = e->addr.family == ADDR_IPV6;
	char *to = text;

	if (brackets)
		*to++ = '[';
	addr_text(&e->addr, to);
	to += strlen(to);
	if (brackets)
		*to++ = ']';
	*to++ = ':';
	*decimal_write(to, e->port) = '\0';
	return text;
}

// One to three digits up to 255, without a zero in front.
static bool octet_read(struct span *text, uint8_t *octet)
{
	unsigned value = 0;
	size_t n = 0;

	while (n < text->n && n < 3 && text->p[n] >= '0' && text->p[n] <= '9')
		value = value * 10 + (unsigned)(text->p[n++] - '0');
	if (n == 0 || value > UINT8_MAX || (n > 1 && text->p[0] == '0'))
		return false;
	*octet = (uint8_t)value;
	*text = span_from(*text, n);
	return true;
}

static bool ipv4_read(struct span text, uint8_t bytes[4])
{
	for (int i = 0; i < 4; i++) {
		if (i > 0) {
			if (text.n == 0 || text.p[0] != '.')
				return false;
			text = span_from(text, 1);
		}
		if (!octet_read(&text, &bytes[i]))
			return false;
	}
	return text.n == 0;
}

static bool ipv6_read(struct span text, uint8_t bytes[16])
{
	char terminated[ADDR_TEXT_SIZE];

	if (text.n >= sizeof(terminated) || memchr(text.p, ':', text.n) == NULL ||
		memchr(text.p, 0, text.n) != NULL)
		return false;
	memcpy(terminated, text.p, text.n);
	terminated[text.n] = '\0';
	return inet_pton(AF_INET6, terminated, bytes) == 1;
}

bool addr_read(struct span text, struct addr *a)
{
	*a = (struct addr){ 0 };
	if (text.n == 0)
		return false;
	if (ipv4_read(text, a->bytes))
		a->family = ADDR_IPV4;
	else if (ipv6_read(text, a->bytes))
		a->family = ADDR_IPV6;
	else
		*a = (struct addr){ 0 };
	return a->family != ADDR_NONE;
}
