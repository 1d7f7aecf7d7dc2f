// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/vty/keys.h"

#include <arpa/telnet.h>

enum telnet_at {
	TELNET_TEXT,
	TELNET_VERB,   // after IAC
	TELNET_OPTION, // after WILL, WONT, DO, DONT
	TELNET_SUB,    // in a subnegotiation
	TELNET_SUB_VERB,
};

static uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void option_end(struct keys *keys)
{
	if (keys->option_size != KEYS_WINDOW || keys->option[0] != TELOPT_NAWS)
		return;
	keys->columns = be16(keys->option + 1);
	keys->rows = be16(keys->option + 3);
}

static void option_byte(struct keys *keys, uint8_t byte)
{
	if (keys->option_size < KEYS_WINDOW)
		keys->option[keys->option_size] = byte;
	if (keys->option_size <= KEYS_WINDOW) // one more: too long
		keys->option_size++;
}

static uint8_t verb(struct keys *keys, uint8_t byte)
{
	keys->option_size = 0;
	if (byte == SB)
		return TELNET_SUB;
	return byte >= WILL && byte <= DONT ? TELNET_OPTION : TELNET_TEXT;
}

// True when the byte belongs to a command of telnet. IAC twice, a byte of text, is no key.
static bool is_telnet(struct keys *keys, uint8_t byte)
{
	switch ((enum telnet_at)keys->telnet) {
	case TELNET_TEXT:
		keys->telnet = byte == IAC ? TELNET_VERB : TELNET_TEXT;
		return byte == IAC;
	case TELNET_VERB:
		keys->telnet = verb(keys, byte);
		break;
	case TELNET_OPTION:
		keys->telnet = TELNET_TEXT;
		break;
	case TELNET_SUB:
		if (byte == IAC)
			keys->telnet = TELNET_SUB_VERB;
		else
			option_byte(keys, byte);
		break;
	case TELNET_SUB_VERB:
		keys->telnet = byte == SE ? TELNET_TEXT : TELNET_SUB;
		if (byte == SE)
			option_end(keys);
		else
			option_byte(keys, byte);
		break;
	}
	return true;
}

struct span keys_clean(struct keys *keys, char *bytes, size_t count)
{
	size_t left = 0;

	for (size_t i = 0; i < count; i++) {
		bool same_end;

		if (is_telnet(keys, (uint8_t)bytes[i]))
			continue;
		same_end = keys->returned && (bytes[i] == '\n' || bytes[i] == '\0');
		keys->returned = bytes[i] == '\r';
		if (!same_end)
			bytes[left++] = bytes[i];
	}
	return span_of(bytes, left);
}

static bool stands_alone(char key)
{
	return key_is_end(key) || key == KEY_CTRL_D || key == KEY_CTRL_Z;
}

struct span keys_piece(struct span *rest)
{
	struct span piece;
	size_t n = 0;

	while (n < rest->n && !stands_alone(rest->p[n]))
		n++;
	piece = span_head(*rest, n == 0 && rest->n > 0 ? 1 : n);
	*rest = span_from(*rest, piece.n);
	return piece;
}
