// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/vty/controls.h"

#include "base/span.h"

// C0 and C1. Bytes that are no UTF-8 count for themselves, as in ISO 8859; the last is telnet's.
static bool is_control(uint32_t c)
{
	return (c < 0x20 && c != '\t') || (c >= 0x7f && c < 0xa0);
}

void controls_hide(char *text, size_t size)
{
	size_t n;

	for (size_t at = 0; at < size; at += n) {
		uint32_t c;
		bool alone;

		n = span_utf8(span_of(text + at, size - at), &c);
		alone = n == 0;
		if (alone) {
			c = (unsigned char)text[at];
			n = 1;
		}
		if (is_control(c) || (alone && c == 0xff))
			memset(text + at, '.', n);
	}
}

const char *peer_text(const char *text, char copy[PEER_TEXT_SIZE])
{
	controls_hide(copy, span_fit(span_str(text), copy, PEER_TEXT_SIZE));
	return copy;
}
