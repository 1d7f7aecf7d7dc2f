// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Call linkage data (ECMA-269): the Global Call ID, by which clients know a call again.
#include "control/csta/service.h"

void gcid_fill(const struct call *call, char gcid[CSTA_GCID_SIZE])
{
	size_t n = 0;

	for (const char *p = call->gcid; *p != '\0' && n < CSTA_GCID_SIZE - 1; p++) {
		if (*p != '-')
			gcid[n++] = *p;
	}
	gcid[n] = '\0';
}
