// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "bench/heard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_known(const struct heard *heard, const char *call)
{
	for (unsigned i = 0; i < heard->count; i++) {
		if (strcmp(heard->calls[i], call) == 0)
			return true;
	}
	return false;
}

void heard_take(struct heard *heard, const struct csta_msg *msg)
{
	static const char key[] = "callID=";
	char text[8192];
	const char *at = text;

	csta_print(msg, text, sizeof(text));
	while ((at = strstr(at, key)) != NULL) {
		char call[CSTA_CALL_ID_SIZE];

		at += sizeof(key) - 1;
		snprintf(call, sizeof(call), "%.*s", (int)strcspn(at, " }"), at);
		if (heard->count < HEARD_CALLS_MAX && !is_known(heard, call))
			memcpy(heard->calls[heard->count++], call, sizeof(call));
	}
}

bool heard_word(const struct heard *heard, const char *word, char *out, size_t size)
{
	const char *name = strstr(word, "@C");
	unsigned long n = name != NULL ? strtoul(name + 2, NULL, 10) : 0;

	if (name == NULL)
		return (size_t)snprintf(out, size, "%s", word) < size;
	return n >= 1 && n <= heard->count &&
	       (size_t)snprintf(
		       out, size, "%.*s@%s", (int)(name - word), word, heard->calls[n - 1]) < size;
}
