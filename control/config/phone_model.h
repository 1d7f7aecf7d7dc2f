// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What the types of phones are able to do.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

enum phone_face {
	PHONE_SOFT_KEYS, // prompts, and keys below them that change
	PHONE_TEXT,      // one text, and keys with a fixed meaning
	PHONE_BLIND,     // no display
};

struct phone_model {
	const char *name;
	uint32_t device;  // in Register; 0: not known
	uint8_t buttons;  // of the base unit that `button` may name
	uint8_t face;     // enum phone_face
	const char *keys; // of the base unit, a letter each (phone_model.def); NULL: `buttons` like any
	bool prompts;     // prompted make call works
	bool controlled;  // by CSTA clients
	bool is_type;     // `type` knows it; else only Register does
};

// By name, case folded, of those that `type` knows; NULL when there is no such type.
const struct phone_model *phone_model_find(struct span name);

// By the device type of a Register; NULL when nobody knows it.
const struct phone_model *phone_model_by_device(uint32_t device);

// Buttons that an expansion module adds; 0 when there is no such module.
unsigned phone_module_buttons(struct span name);

// Buttons with modules ("1 MODULE 2 MODULE"; NULL: none), at most CONFIG_BUTTON_MAX: so many when the
// model is not known (NULL).
unsigned phone_model_buttons(const struct phone_model *model, const char *modules);

// The same for all keys of the base unit and of the modules.
unsigned phone_model_keys(const struct phone_model *model, const char *modules);
