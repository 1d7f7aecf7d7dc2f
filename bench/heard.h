// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The calls that an application heard of, so that scripts can name them C1, C2 ... in that order.
#pragma once

#include "xmlcodec/csta.h"

enum { HEARD_CALLS_MAX = 64 };

struct heard {
	unsigned count;
	char calls[HEARD_CALLS_MAX][CSTA_CALL_ID_SIZE];
};

// Adds the calls that the message names and that are new. More than there is room for stay
// nameless.
void heard_take(struct heard *heard, const struct csta_msg *msg);

// Copies the word, 201@C2 with the second call's id in place of C2. False when there is none.
bool heard_word(const struct heard *heard, const char *word, char *out, size_t size);
