// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Texts of elements as values of members.
#pragma once

#include "xmlcodec/table.h"

enum csta_value {
	CSTA_VALUE_OK,
	CSTA_VALUE_ABSENT, // nothing stands where a word, number or boolean should: as if not there
	CSTA_VALUE_BAD,
	CSTA_VALUE_TOO_LONG,
};

// xs:boolean: true, false, 1, 0.
enum csta_value csta_flag_read(struct span text, bool *value);

// Reads a trimmed text into the member of a row without rows of its own. Members keep their value
// unless the result is OK; a text that is too long leaves an empty one.
enum csta_value csta_value_read(const struct csta_field *field, struct span text, void *member);
