// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What a terminal sends, taken apart before libosmovty sees it: telnet's commands are taken out, an
// end of a line is one byte whatever the terminal sends for it, and the rest is cut where somebody
// else has to act.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum {
	KEY_CTRL_C = 'C' - '@',
	KEY_CTRL_D = 'D' - '@',
	KEY_CTRL_H = 'H' - '@',
	KEY_CTRL_U = 'U' - '@',
	KEY_CTRL_Z = 'Z' - '@',
	KEY_DELETE = 0x7f,
	KEYS_WINDOW = 5, // bytes of telnet's window size: its name, columns, rows
};

// What a session keeps of what has come so far. All zero at start.
struct keys {
	uint8_t telnet;      // where in a command of telnet the next byte is
	uint8_t option_size; // bytes that came of a subnegotiation
	uint8_t option[KEYS_WINDOW];
	bool returned;    // the last byte was a carriage return
	uint16_t columns; // of the window; 0: not told
	uint16_t rows;
};

// Takes out what is for nobody, in place: telnet's commands (RFC 854; RFC 1073 sets columns and
// rows), and what follows a carriage return as part of the same end. Returns what is left.
struct span keys_clean(struct keys *keys, char *bytes, size_t count);

// Takes a piece off the front: one line end, Ctrl-D or Ctrl-Z, or all up to the next of these.
struct span keys_piece(struct span *rest);

static inline bool key_is_end(char key)
{
	return key == '\n' || key == '\r';
}
