// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What the types of phones are able to do.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct phone_model {
	const char *name;
	uint8_t buttons;
	bool prompts;    // prompted make call works
	bool controlled; // by CSTA clients
};

// By name, case folded; NULL when there is no such type.
const struct phone_model *phone_model_find(struct span name);

// Buttons that an expansion module adds; 0 when there is no such module.
unsigned phone_module_buttons(struct span name);
