// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The configuration of a site of any size: phones with a line each, open to CSTA clients.
#pragma once

#include <stdint.h>

struct site {
	uint32_t phones;
	uint32_t first_number; // of the first phone's DN, the others follow
	uint32_t first_mac;    // likewise, the low 32 bits
	unsigned keepalive_s;
	const char *address; // the engine's, in a /24
	const char *gateway; // of the default route
};

// The text, to be freed. NULL: no memory.
char *site_text(const struct site *site);
