// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Device identifiers as CSTA clients write them (ECMA-323 DeviceID text), and the numbers inside.
// Pure.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "control/call/call.h"

// The ways to write a device. X(enumerator, what stands before a number written in that way)
// A client that names its line by a SIP URI knows nobody else's: others are given to it as tel
// URIs.
#define DEVICE_FORMS(X) \
	X(DEVICE_PLAIN, "") \
	X(DEVICE_TEL, "tel:") \
	X(DEVICE_SIP, "tel:")

enum device_form {
#define X(name, prefix) name,
	DEVICE_FORMS(X)
#undef X
};

// What a device identifier says, without its decoration.
struct device_id {
	char number[NUMBER_SIZE]; // visual separators and a leading '+' taken off; never empty
	bool plus;                // it began with '+': E.164
	uint8_t form;             // enum device_form
};

// Reads tel:, sip: and sips: URIs, user@host, N<number>name and bare digits; an ext= parameter wins
// over the number before it. False when no number is left, or one that is too long.
bool device_id_read(struct span text, struct device_id *id);

// One `dialplan-pattern`: which extensions have which full numbers.
struct dialplan {
	const char *pattern;           // digits, '.' for any; a leading '+' counts for nothing
	const char *extension_pattern; // NULL: the last `length` places of the pattern
	unsigned length;               // of the extensions
};

// The full number of an extension, without '+'. False when the pattern does not cover it.
bool dialplan_expand(const struct dialplan *plan, const char *extension, char full[NUMBER_SIZE]);

// The extension of a full number (no '+'). False when it is not of this pattern.
bool dialplan_demote(const struct dialplan *plan, const char *full, char extension[NUMBER_SIZE]);
