// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Lines of a router's configuration that mean nothing here: kept as they are, at their place.
#include <errno.h>
#include <stdio.h>

#include "control/config/command.h"

// Global lines that are known for harmless. Lines of the mode that one opens are known by being
// indented; the inner words are for those that are not.
struct head {
	const char *words;
	const char *inner;  // a|b|c; NULL: none known
	const char *nested; // a line that opens a mode inside the mode; NULL: none does
	const char *deep;   // lines in there
};

static const struct head heads[] = {
#define HEAD(words, inner) { words, inner, NULL, NULL },
#define HEAD_NESTED(words, inner, nested, deep) { words, inner, nested, deep },
#include "control/config/section.def"
#undef HEAD
#undef HEAD_NESTED
};

// True when the line begins with these words. `no` in front counts for nothing.
static bool begins_with(const struct words *line, const char *words)
{
	struct span rest = span_str(words), word;
	unsigned w = line->count > 0 && span_ieq(line->word[0], SPAN("no"));

	while ((word = text_word(&rest)).n > 0) {
		if (w >= line->count || !span_ieq(line->word[w], word))
			return false;
		w++;
	}
	return true;
}

// One of several, written a|b|c.
static bool begins_with_any(const struct words *line, const char *alternatives)
{
	struct span rest = span_str(alternatives == NULL ? "" : alternatives);
	char words[64];

	while (rest.n > 0) {
		struct span one = span_head(rest, span_find(rest, '|'));

		rest = span_from(rest, one.n + 1);
		if (span_copy(one, words, sizeof(words)) && begins_with(line, words))
			return true;
	}
	return false;
}

static const struct head *head_find(const struct words *line)
{
	const struct head *best = NULL;

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (begins_with(line, heads[i].words) &&
			(best == NULL || strlen(heads[i].words) > strlen(best->words)))
			best = &heads[i];
	return best;
}

// What follows the `no` of a line, if it has one.
static struct span without_no(struct span text)
{
	struct span rest = text;

	return span_ieq(text_word(&rest), SPAN("no")) ? span_trim(rest) : text;
}

bool is_start_of(struct span text, struct span whole)
{
	return text.n <= whole.n && span_ieq(text, span_head(whole, text.n)) &&
	       (text.n == whole.n || span_is_blank(whole.p[text.n]));
}

static int sections_add(struct config_sections *sections, struct span head)
{
	struct config_section *grown =
		realloc(sections->section, (sections->count + 1) * sizeof(*grown));
	char *copy = strndup(head.p, head.n);

	if (grown != NULL)
		sections->section = grown;
	if (grown == NULL || copy == NULL) {
		free(copy);
		return -ENOMEM;
	}
	grown[sections->count++] = (struct config_section){ .head = copy };
	return 0;
}

static void sections_del(struct config_sections *sections, unsigned at)
{
	free(sections->section[at].head);
	lines_free(&sections->section[at].lines);
	sections->count--;
	memmove(&sections->section[at], &sections->section[at + 1],
		(sections->count - at) * sizeof(*sections->section));
}

// How a kept head and a new line may meet.
enum meeting {
	MEET_SAME,       // the same line
	MEET_TAKES_BACK, // the new line is `no` and the first words of the head
	MEET_TAKEN_BACK, // the head is `no` and the first words of the new line
};

static bool heads_meet(enum meeting how, struct span head, struct span text)
{
	struct span bare_head = without_no(head), bare = without_no(text);

	if (how == MEET_SAME)
		return span_ieq(text, head);
	if (how == MEET_TAKES_BACK)
		return bare.n < text.n && bare_head.n == head.n && is_start_of(bare, head);
	return bare.n == text.n && bare_head.n < head.n && is_start_of(bare_head, text);
}

static bool section_find(struct edit *edit, enum meeting how, struct span text,
	struct config_sections **in, unsigned *at)
{
	for (unsigned place = 0; place < PLACES; place++) {
		*in = &edit->config->kept[place];
		for (*at = 0; *at < (*in)->count; ++*at)
			if (heads_meet(how, span_str((*in)->section[*at].head), text))
				return true;
	}
	return false;
}

static void section_enter(struct edit *edit, enum config_place place, const struct head *head,
	struct config_section *section)
{
	edit_enter(edit, MODE_SECTION, section, place);
	edit->section_head = head;
	edit->lines_indent = SIZE_MAX;
}

// An operator's single line is no mode to be in.
static void leave_single(struct edit *edit, const struct head *head)
{
	if (!edit->loading && head->inner == NULL)
		edit_exit(edit);
}

// --- banners -------------------------------------------------------------------------------------

// A mark, the text, and the mark again, as in `banner motd ^C`. The mark is one character, or a
// control character written as two. The text may go over many lines, which are nobody's commands.
struct banner {
	unsigned kind; // one of each may be
	struct span mark;
	struct span text;
};

static const char *const banner_kinds[] = { "motd", "exec", "incoming", "login", "prompt-timeout",
	"slip-ppp" };

static bool banner_read(struct span line, struct banner *banner)
{
	struct span rest = line, after, word;

	*banner = (struct banner){ 0 };
	if (!span_ieq(text_word(&rest), SPAN("banner")))
		return false;
	after = rest;
	word = text_word(&after);
	for (unsigned i = 0; i < sizeof(banner_kinds) / sizeof(banner_kinds[0]); i++) {
		if (!span_ieq(word, span_str(banner_kinds[i])))
			continue;
		banner->kind = i;
		rest = after;
	}
	rest = span_trim(rest);
	if (rest.n == 0)
		return false;
	banner->mark = span_head(rest, rest.p[0] == '^' ? 2 : 1);
	banner->text = span_from(rest, banner->mark.n);
	return true;
}

static bool has_mark(struct span text, struct span mark)
{
	return text.n > 0 && memmem(text.p, text.n, mark.p, mark.n) != NULL;
}

// One takes the place of the one before.
static void banner_drop(struct edit *edit, unsigned kind)
{
	struct banner banner;

	for (unsigned place = 0; place < PLACES; place++)
		for (unsigned at = edit->config->kept[place].count; at-- > 0;) {
			struct config_sections *in = &edit->config->kept[place];

			if (banner_read(span_str(in->section[at].head), &banner) &&
				banner.kind == kind)
				sections_del(in, at);
		}
}

static void banner_enter(
	struct edit *edit, const struct banner *banner, struct config_section *section)
{
	section->verbatim = true;
	if (!has_mark(banner->text, banner->mark))
		edit_enter(edit, MODE_BANNER, section, edit->place);
}

int banner_line(struct edit *edit, struct span line)
{
	struct config_section *section = edit->object;
	struct banner banner;

	while (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	if (lines_add(&section->lines, line) < 0)
		return -ENOMEM;
	if (banner_read(span_str(section->head), &banner) && has_mark(line, banner.mark))
		edit->mode = MODE_GLOBAL;
	return 0;
}

void banner_end(struct edit *edit)
{
	const struct config_section *section = edit->object;
	struct banner banner;

	if (banner_read(span_str(section->head), &banner))
		banner_line(edit, banner.mark);
}

// --- heads ---------------------------------------------------------------------------------------

bool section_keep(struct edit *edit, const struct words *line)
{
	const struct head *head = head_find(line);
	struct span text = span_trim(line->text);
	struct config_sections *in;
	struct banner banner;
	bool took_back = false, is_banner = banner_read(text, &banner);
	unsigned at;

	if (head == NULL)
		return false;
	if (is_banner)
		banner_drop(edit, banner.kind);
	if (section_find(edit, MEET_SAME, text, &in, &at)) {
		section_enter(
			edit, (enum config_place)(in - edit->config->kept), head, &in->section[at]);
		leave_single(edit, head);
		return true;
	}
	while (section_find(edit, MEET_TAKES_BACK, text, &in, &at)) {
		sections_del(in, at);
		took_back = true;
	}
	edit->mode = MODE_GLOBAL; // what the editor was in may be gone
	if (took_back)
		return true;
	while (section_find(edit, MEET_TAKEN_BACK, text, &in, &at))
		sections_del(in, at);
	in = &edit->config->kept[edit->place];
	if (sections_add(in, text) < 0)
		return false;
	if (is_banner) {
		banner_enter(edit, &banner, &in->section[in->count - 1]);
		return true;
	}
	section_enter(edit, edit->place, head, &in->section[in->count - 1]);
	leave_single(edit, head);
	return true;
}

// The level of a line inside its section: below a line that opens a mode of its own, one more.
static unsigned line_level(struct edit *edit, const struct words *line)
{
	const struct head *head = edit->section_head;

	if (edit->lines_indent == SIZE_MAX)
		edit->lines_indent = edit->indent;
	if (begins_with_any(line, head->nested)) {
		edit->nested = true;
		return 0;
	}
	if (edit->indent > edit->lines_indent)
		return 1;
	edit->nested = edit->nested && begins_with_any(line, head->deep);
	return edit->nested;
}

// Words by which an unindented line is known to belong to a section.
static bool is_inner(const struct head *head, const struct words *line, bool nested)
{
	return begins_with_any(line, head->inner) || begins_with_any(line, head->nested) ||
	       (nested && begins_with_any(line, head->deep));
}

bool section_takes(const char *head, struct span text)
{
	struct words head_words, line;
	const struct head *known;

	words_split(&head_words, span_str(head));
	words_split(&line, text);
	known = head_find(&head_words);
	return known != NULL && is_inner(known, &line, false);
}

bool section_line(struct edit *edit, const struct words *line, bool force)
{
	const struct head *head = edit->section_head;
	struct config_section *section = edit->object;
	struct span text = span_trim(line->text), bare = without_no(text);
	bool indented = edit->indent > edit->entry_indent[MODE_SECTION];
	unsigned level;
	char kept[CONFIG_LINE_MAX + 8];

	// Where lines are indented, one that is not belongs elsewhere.
	if (edit->lines_indent != SIZE_MAX &&
		edit->lines_indent > edit->entry_indent[MODE_SECTION] && !indented && !force)
		return false;
	if (!indented && !force && !is_inner(head, line, edit->nested))
		return false;
	level = line_level(edit, line);
	for (unsigned i = section->lines.count; i-- > 0 && !edit->loading;) {
		struct span is = span_trim(span_str(section->lines.text[i]));

		if (span_ieq(is, text))
			return true;
		if (span_ieq(without_no(is), bare) || (bare.n < text.n && is_start_of(bare, is)) ||
			line_replaces(section->head, text, is))
			lines_del(&section->lines, i);
	}
	if (level == 1 && edit->nested && edit->indent <= edit->lines_indent && edit->loading)
		edit_note(edit, NOTE_NESTING, line->word[0], "inner mode of '%s'", section->head);
	if (!line_is_sound(section->head, text))
		edit_note(edit, NOTE_WARNING, text, "kept, but not understood: without effect");
	if (!indented && edit->loading)
		edit_note(edit, NOTE_INDENT, line->word[0], "belongs to '%s'", section->head);
	snprintf(kept, sizeof(kept), "%*s%.*s", (int)level, "", SPAN_FMT(text));
	return lines_add(&section->lines, span_str(kept)) == 0;
}

bool interface_line(struct edit *edit, const struct words *line)
{
	struct config_interface *interface = edit->object;

	if (edit->indent <= edit->entry_indent[MODE_INTERFACE])
		return false;
	return lines_add(&interface->kept, span_trim(line->text)) == 0;
}

// --- lines kept inside a mode that is known ------------------------------------------------------

// The words of a kept line that say what it is about: its keywords, and its first argument when
// there are more.
static unsigned key_words(const struct args *args)
{
	const char *p = args->rule->syntax;
	unsigned words = 0, arguments = 0;
	struct span rest = span_str(p), word;

	while ((word = text_word(&rest)).n > 0) {
		bool keyword = word.p[0] >= 'a' && word.p[0] <= 'z';

		if (keyword && arguments == 0)
			words++;
		if (!keyword)
			arguments++;
	}
	return words + (arguments > 1);
}

// True when the first n words of the kept line are those of this line.
static bool same_key(const char *kept, const struct words *line, unsigned first, unsigned n)
{
	struct span rest = without_no(span_str(kept)), word;

	for (unsigned i = 0; i < n && first + i < line->count; i++) {
		word = text_word(&rest);
		if (!span_ieq(word, line->word[first + i]))
			return false;
	}
	return true;
}

int keep_line(struct config_lines *lines, struct args *args)
{
	unsigned words = key_words(args), place = lines->count;
	bool dropped = false;

	for (unsigned i = lines->count; i-- > 0;) {
		if (!same_key(lines->text[i], args->words, args->negated, words))
			continue;
		lines_del(lines, i);
		place = i;
		dropped = true;
	}
	if (args->negated && dropped)
		return 0;
	return lines_insert(lines, place, span_trim(args->words->text));
}

void drop_lines(struct config_lines *lines, struct span words)
{
	for (unsigned i = lines->count; i-- > 0;)
		if (is_start_of(words, span_str(lines->text[i])))
			lines_del(lines, i);
}
