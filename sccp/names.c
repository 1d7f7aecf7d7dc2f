// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "sccp/sccp.h"

struct name {
	uint32_t value;
	const char *text;
};

#define NAME(constant, value, text) { value, text },
#define NAMES(e) static const struct name names_##e[] = { SCCP_ENUM_##e(NAME) };
SCCP_ENUMS(NAMES)

static const struct {
	const struct name *names;
	size_t count;
} enumerations[SCCP_NAMES_COUNT] = {
#define ENUMERATION(e) [SCCP_NAMES_##e] = { names_##e, sizeof(names_##e) / sizeof(struct name) },
	SCCP_ENUMS(ENUMERATION)
};

const char *sccp_enum_name(enum sccp_names names, uint32_t value)
{
	if ((unsigned)names >= SCCP_NAMES_COUNT)
		return NULL;
	for (size_t i = 0; i < enumerations[names].count; i++) {
		if (enumerations[names].names[i].value == value)
			return enumerations[names].names[i].text;
	}
	return NULL;
}

const char *sccp_verdict_text(enum sccp_verdict verdict)
{
	static const char *const texts[] = {
#define TEXT(NAME, text) text,
		SCCP_VERDICTS(TEXT)
	};

	return (unsigned)verdict < SCCP_VERDICT_COUNT ? texts[verdict] : "?";
}
