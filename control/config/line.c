// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The lines of operators, in IOS's words: `line con 0` is the control socket. Its mode is kept as
// it is written; what counts here is read from there.
#include "control/config/command.h"

enum {
	TIMEOUT_MINUTES = 10, // IOS's default
	MINUTES_MAX = 35791,
	SECONDS_MAX = 2147483,
};

static bool number_read(struct span word, uint32_t max, uint32_t *number)
{
	return span_u32(word, number) && *number <= max;
}

// exec-timeout MINUTES [SECONDS]; its `no` is none at all. Returns false when it is not understood.
static bool timeout_read(struct span rest, bool negated, uint32_t *seconds)
{
	struct span minutes = text_word(&rest), more = text_word(&rest);
	uint32_t m = 0, s = 0;

	*seconds = 0;
	if (negated)
		return minutes.n == 0 || number_read(minutes, MINUTES_MAX, &m);
	if (!number_read(minutes, MINUTES_MAX, &m) || text_word(&rest).n > 0 ||
		(more.n > 0 && !number_read(more, SECONDS_MAX, &s)))
		return false;
	*seconds = m * 60 + s;
	return true;
}

// True when the line is an exec-timeout; `rest` is then what follows the word.
static bool is_timeout(struct span line, struct span *rest, bool *negated)
{
	struct span word = text_word(&line);

	*negated = span_ieq(word, SPAN("no"));
	if (*negated)
		word = text_word(&line);
	*rest = line;
	return span_ieq(word, SPAN("exec-timeout"));
}

// line con 0, however much of `console` is written.
static bool is_console(struct span head)
{
	struct span line = text_word(&head), kind = text_word(&head);

	return span_ieq(line, SPAN("line")) && kind.n > 0 && kind.n <= strlen("console") &&
	       span_ieq(kind, span_head(SPAN("console"), kind.n));
}

static bool is_line(const char *head)
{
	struct span text = span_str(head);

	return span_ieq(text_word(&text), SPAN("line"));
}

bool line_is_sound(const char *head, struct span line)
{
	struct span rest;
	uint32_t seconds;
	bool negated;

	return !is_line(head) || !is_timeout(line, &rest, &negated) ||
	       timeout_read(rest, negated, &seconds);
}

bool line_replaces(const char *head, struct span line, struct span old)
{
	struct span rest;
	uint32_t seconds;
	bool negated;

	return is_line(head) && is_timeout(old, &rest, &negated) &&
	       is_timeout(line, &rest, &negated) && timeout_read(rest, negated, &seconds);
}

static void section_timeout(const struct config_section *section, uint32_t *seconds)
{
	for (unsigned i = 0; i < section->lines.count; i++) {
		struct span rest;
		uint32_t given;
		bool negated;

		if (is_timeout(span_str(section->lines.text[i]), &rest, &negated) &&
			timeout_read(rest, negated, &given))
			*seconds = given;
	}
}

uint32_t config_exec_timeout(const struct config *config)
{
	uint32_t seconds = TIMEOUT_MINUTES * 60;

	for (unsigned place = 0; place < PLACES; place++)
		for (unsigned i = 0; i < config->kept[place].count; i++)
			if (is_console(span_str(config->kept[place].section[i].head)))
				section_timeout(&config->kept[place].section[i], &seconds);
	return seconds;
}
