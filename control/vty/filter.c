// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/vty/filter.h"

#include <stdlib.h>

#include "control/config/grammar.h"

static const char *const words[] = {
	[FILTER_INCLUDE] = "include",
	[FILTER_EXCLUDE] = "exclude",
	[FILTER_BEGIN] = "begin",
	[FILTER_COUNT] = "count",
};

static enum filter_kind kind_of(struct span word)
{
	for (enum filter_kind kind = FILTER_INCLUDE; word.n > 0 && kind <= FILTER_COUNT; kind++)
		if (span_ieq(span_head(span_str(words[kind]), word.n), word))
			return kind;
	return FILTER_NONE;
}

// Where " | " begins, or the length of the line.
static size_t bar_find(struct span line)
{
	for (size_t i = 1; i + 1 < line.n; i++)
		if (line.p[i] == '|' && span_is_blank(line.p[i - 1]))
			return i;
	return line.n;
}

const char *filter_read(struct filter *filter, struct span *line)
{
	size_t bar = bar_find(*line);
	struct span rest = span_from(*line, bar + 1);
	char *pattern;
	int error;

	*filter = (struct filter){ 0 };
	if (bar == line->n)
		return NULL;
	*line = span_head(*line, bar);
	filter->kind = kind_of(text_word(&rest));
	rest = span_trim(rest);
	if (filter->kind == FILTER_NONE)
		return "after '|' comes include, exclude, begin or count";
	if (rest.n == 0)
		return filter->kind == FILTER_COUNT ? NULL : "the text to look for is missing";
	pattern = strndup(rest.p, rest.n);
	error = pattern == NULL || regcomp(&filter->regex, pattern, REG_EXTENDED | REG_NOSUB) != 0;
	free(pattern);
	filter->has_regex = !error;
	return error ? "the text to look for is no regular expression" : NULL;
}

static bool line_matches(const struct filter *filter, struct span line)
{
	char *text = strndup(line.p, line.n);
	bool matches = text != NULL &&
		       (!filter->has_regex || regexec(&filter->regex, text, 0, NULL, 0) == 0);

	free(text);
	return matches;
}

void filter_apply(struct filter *filter, struct span text, FILE *out)
{
	unsigned long count = 0;
	bool begun = false;

	if (filter->kind == FILTER_NONE) {
		fwrite(text.p, 1, text.n, out);
		return;
	}
	while (text.n > 0) {
		struct span line = span_head(text, span_find(text, '\n'));
		bool matches = begun || line_matches(filter, line);

		text = span_from(text, line.n + 1);
		count += matches;
		begun = filter->kind == FILTER_BEGIN && matches;
		if (filter->kind != FILTER_COUNT && matches != (filter->kind == FILTER_EXCLUDE))
			fprintf(out, "%.*s\n", SPAN_FMT(line));
	}
	if (filter->kind == FILTER_COUNT)
		fprintf(out, "Number of lines: %lu\n", count);
}

void filter_fini(struct filter *filter)
{
	if (filter->has_regex)
		regfree(&filter->regex);
	*filter = (struct filter){ 0 };
}
