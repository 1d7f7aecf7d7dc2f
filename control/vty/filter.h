// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Output modifiers: `show ... | include X`, exclude, begin, count.
#pragma once

#include <regex.h>
#include <stdio.h>

#include "base/span.h"

enum filter_kind {
	FILTER_NONE,
	FILTER_INCLUDE,
	FILTER_EXCLUDE,
	FILTER_BEGIN,
	FILTER_COUNT,
};

struct filter {
	enum filter_kind kind;
	bool has_regex;
	regex_t regex;
};

// Takes the modifier off the end of a line. NULL, or what is wrong with it.
const char *filter_read(struct filter *filter, struct span *line);
void filter_apply(struct filter *filter, struct span text, FILE *out);
void filter_fini(struct filter *filter);
