// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// How scenarios write what applications say and are told.
#pragma once

#include <stddef.h>

enum { ALIASES_MAX = 24, ALIAS_SIZE = 24, WORDS_TEXT_SIZE = 16384 };

// The n-th monitor of a scenario (M1, M2 ... of its clients) by the name of what it watches: M201,
// MC1; a second one of the same object M201b, and so on.
struct aliases {
	unsigned count;
	char names[ALIASES_MAX][ALIAS_SIZE];
};

void alias_add(struct aliases *aliases, const char *object);

// The client's word for the monitor of that name, or 0: M3 is 3.
unsigned alias_find(const struct aliases *aliases, const char *name);

// A CSTA message as its client printed it, in the shorter words of scenarios: without tel:, without
// "Event", a ConnectionID {C1 tel:201 } as 201@C1, xxxDevice={tel:201 } as xxx=201, the local
// connection state as [state], the cause as a bare word, servicesPermitted as may=service,service.
void terse(const struct aliases *aliases, const char *from, char *to, size_t size);
