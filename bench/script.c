// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "bench/script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"

static bool is_word(const struct script_line *line, const char *word)
{
	return line->count > 0 && strcmp(line->words[0], word) == 0;
}

// Cuts the text into words in place. False: too many words or an open quote.
static bool line_split(struct script_line *line)
{
	char *p = line->text;

	for (;;) {
		while (span_is_blank(*p))
			*p++ = '\0';
		if (*p == '\0' || *p == '#')
			break;
		if (line->count == SCRIPT_WORDS_MAX)
			return false;
		if (*p == '\'') {
			char *end = strchr(p + 1, '\'');

			if (end == NULL)
				return false;
			*end = '\0';
			line->words[line->count++] = p + 1;
			p = end + 1;
			continue;
		}
		line->words[line->count++] = p;
		while (*p != '\0' && !span_is_blank(*p))
			p++;
	}
	*p = '\0';
	return true;
}

static bool repeat_count(const struct script_line *line, uint32_t *count)
{
	return line->count == 2 && span_u32(span_str(line->words[1]), count) && *count > 0;
}

// Loops must nest and end.
static const char *script_check(const struct script *script, int *number)
{
	int depth = 0;
	uint32_t count;

	for (int i = 0; i < script->count; i++) {
		const struct script_line *line = &script->lines[i];

		*number = line->number;
		if (is_word(line, "repeat")) {
			if (!repeat_count(line, &count))
				return "repeat wants one number";
			if (++depth > SCRIPT_DEPTH_MAX)
				return "too many nested repeats";
		} else if (is_word(line, "end") && --depth < 0) {
			return "end without repeat";
		}
	}
	return depth == 0 ? NULL : "repeat without end";
}

static int script_add(struct script *script, char *text, int number)
{
	struct script_line *lines, *line;

	lines = realloc(script->lines, ((size_t)script->count + 1) * sizeof(*lines));
	if (lines == NULL)
		return -ENOMEM;
	script->lines = lines;
	line = &lines[script->count];
	*line = (struct script_line){ .text = strdup(text), .number = number };
	if (line->text == NULL)
		return -ENOMEM;
	script->count++;
	return line_split(line) ? 0 : -EINVAL;
}

int script_load(struct script *script, FILE *file, const char *name)
{
	char text[SCRIPT_LINE_SIZE];
	const char *wrong = NULL;
	int number = 0;
	int status = 0;

	*script = (struct script){ 0 };
	while (status == 0 && fgets(text, sizeof(text), file) != NULL)
		status = script_add(script, text, ++number);
	if (status == 0) {
		wrong = script_check(script, &number);
		status = wrong == NULL ? 0 : -EINVAL;
	}
	if (status != 0) {
		fprintf(stderr, "%s:%d: %s\n", name, number,
			wrong != NULL ? wrong : "too many words, or a quote left open");
		script_free(script);
	}
	return status;
}

void script_free(struct script *script)
{
	for (int i = 0; i < script->count; i++)
		free(script->lines[i].text);
	free(script->lines);
	*script = (struct script){ 0 };
}

const struct script_line *script_next(struct script *script)
{
	while (script->next < script->count) {
		const struct script_line *line = &script->lines[script->next++];

		if (line->count == 0)
			continue;
		if (is_word(line, "repeat")) {
			repeat_count(line, &script->loops[script->depth].left);
			script->loops[script->depth++].first = script->next;
		} else if (is_word(line, "end")) {
			if (--script->loops[script->depth - 1].left > 0)
				script->next = script->loops[script->depth - 1].first;
			else
				script->depth--;
		} else {
			return line;
		}
	}
	return NULL;
}
