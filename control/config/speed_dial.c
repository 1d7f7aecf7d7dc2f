// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/config/speed_dial.h"

#include "control/config/grammar.h"

// Keywords may be cut short.
static bool is_keyword(struct span word, struct span keyword)
{
	return word.n > 0 && word.n <= keyword.n && span_ieq(word, span_head(keyword, word.n));
}

// speed-dial TAG NUMBER [label TEXT] [blf]
static bool line_read(const char *line, struct config_speed_dial *out)
{
	struct span rest = span_str(line), number;
	uint32_t tag;

	if (!is_keyword(text_word(&rest), SPAN("speed-dial")) || !span_u32(text_word(&rest), &tag))
		return false;
	number = text_word(&rest);
	if (tag < 1 || tag > SPEED_DIALS_MAX || number.n == 0 ||
		!span_copy(number, out->number, sizeof(out->number)))
		return false;
	out->tag = tag;
	if (!is_keyword(text_word(&rest), SPAN("label")))
		rest = number;
	rest = span_trim(rest);
	if (rest.n >= sizeof(out->label))
		rest = span_head(rest, sizeof(out->label) - 1);
	span_copy(rest, out->label, sizeof(out->label));
	return true;
}

bool config_speed_dial_next(
	const struct config_lines *kept, unsigned tag, struct config_speed_dial *out)
{
	struct config_speed_dial one;
	bool found = false;

	for (uint32_t i = 0; i < kept->count; i++) {
		if (!line_read(kept->text[i], &one) || one.tag <= tag ||
			(found && one.tag >= out->tag))
			continue;
		*out = one;
		found = true;
	}
	return found;
}
