// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A rule's syntax text, cut into tokens. For this folder alone.
#pragma once

#include "control/config/grammar.h"

enum token_kind {
	KEYWORD,
	CHOICE,
	NUMBER,
	ADDRESS,
	WORD,
	TEXT,
	OPEN,
	CLOSE,
};

struct grammar_token {
	uint8_t kind;
	uint8_t slot;  // of arguments
	uint8_t close; // of OPEN: where its group ends
	struct span text;
	uint32_t min;
	uint32_t max;
};

struct grammar_syntax {
	struct grammar_token *tokens;
	unsigned count;
	unsigned lead; // keywords before the first argument
};

// Reads a syntax text, which it goes on pointing to. Asserts that it is well formed. -ENOMEM.
int syntax_read(struct grammar_syntax *syntax, const char *text);
