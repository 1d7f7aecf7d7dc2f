// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/csta/numbers.h"

#include <ctype.h>

#include "control/config/config.h"

// --- device identifiers --------------------------------------------------------------------------

static const struct {
	const char *text;
	enum device_form form;
} schemes[] = {
	{ "tel:", DEVICE_TEL },
	{ "sip:", DEVICE_SIP },
	{ "sips:", DEVICE_SIP },
};

// Takes the scheme off. user@host without one is a SIP URI as well.
static struct span scheme_strip(struct span text, uint8_t *form)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		struct span scheme = span_str(schemes[i].text);

		if (span_ieq(span_head(text, scheme.n), scheme)) {
			*form = (uint8_t)schemes[i].form;
			return span_from(text, scheme.n);
		}
	}
	*form = span_find(text, '@') < text.n ? DEVICE_SIP : DEVICE_PLAIN;
	return text;
}

// The switching function representation N<number>name: what stands between the brackets, or the
// text as it is.
static struct span brackets_strip(struct span text)
{
	size_t open = span_find(text, '<');
	struct span inside = span_from(text, open + 1);

	return open == text.n ? text : span_head(inside, span_find(inside, '>'));
}

// The value of the parameter ext=, wherever it stands behind the number (RFC 3966: in the tel URI
// or in the user part of a SIP URI). Empty when there is none.
static struct span extension_find(struct span text)
{
	const struct span key = SPAN("ext=");

	for (struct span rest = text; rest.n > 0;) {
		struct span parameter;

		rest = span_from(rest, span_find(rest, ';') + 1);
		parameter = span_head(rest, span_find(rest, ';'));
		parameter = span_head(parameter, span_find(parameter, '@'));
		if (span_ieq(span_head(parameter, key.n), key))
			return span_from(parameter, key.n);
	}
	return SPAN_NONE;
}

// Copies without the visual separators of RFC 3966 and blanks. False when nothing is left, or too
// much.
static bool digits_copy(struct span from, char number[NUMBER_SIZE])
{
	size_t n = 0;

	for (size_t i = 0; i < from.n; i++) {
		char c = from.p[i];

		if (memchr("-.() \t", c, 6) != NULL)
			continue;
		if (!isgraph((unsigned char)c) || n == NUMBER_SIZE - 1)
			return false;
		number[n++] = c;
	}
	number[n] = '\0';
	return n > 0;
}

bool device_id_read(struct span text, struct device_id *id)
{
	struct span number = scheme_strip(brackets_strip(span_trim(text)), &id->form);
	struct span extension = extension_find(number);

	number = span_head(number, span_find(number, ';'));
	number = span_trim(span_head(number, span_find(number, '@')));
	id->plus = number.n > 0 && number.p[0] == '+';
	if (id->plus)
		number = span_from(number, 1);
	return digits_copy(extension.n > 0 ? extension : number, id->number);
}

// --- dialplan-pattern ----------------------------------------------------------------------------

static struct span plan_full(const struct dialplan *plan)
{
	return span_str(plan->pattern[0] == '+' ? plan->pattern + 1 : plan->pattern);
}

static struct span plan_extension(const struct dialplan *plan)
{
	struct span full = plan_full(plan);

	if (plan->extension_pattern != NULL)
		return span_str(plan->extension_pattern);
	return plan->length < full.n ? span_from(full, full.n - plan->length) : full;
}

// Writes `to` with its dots filled, the last first, from the digits that stand at the dots of
// `from` in `number`, which matches it. False when `from` has too few.
static bool pattern_fill(
	struct span from, const char *number, struct span to, char out[NUMBER_SIZE])
{
	size_t dot = from.n;

	if (to.n >= NUMBER_SIZE)
		return false;
	out[to.n] = '\0';
	for (size_t i = to.n; i-- > 0;) {
		out[i] = to.p[i];
		if (to.p[i] != '.')
			continue;
		do {
			if (dot == 0)
				return false;
			dot--;
		} while (from.p[dot] != '.');
		out[i] = number[dot];
	}
	return true;
}

bool dialplan_expand(const struct dialplan *plan, const char *extension, char full[NUMBER_SIZE])
{
	struct span from = plan_extension(plan);

	return from.n == plan->length && config_pattern_matches(from, extension) &&
	       pattern_fill(from, extension, plan_full(plan), full);
}

bool dialplan_demote(const struct dialplan *plan, const char *full, char extension[NUMBER_SIZE])
{
	struct span to = plan_extension(plan);

	return to.n == plan->length && config_pattern_matches(plan_full(plan), full) &&
	       pattern_fill(plan_full(plan), full, to, extension);
}
