// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/config/grammar.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "control/config/syntax.h"

enum { EXPECTED_MAX = 12 }; // texts named in a complaint

// How well a word was understood: more is better.
enum fit {
	FIT_NONE,
	FIT_WORD,
	FIT_TYPED,
	FIT_PREFIX,
	FIT_EXACT,
};

// What was looked for at the word that was reached last.
struct expectations {
	unsigned depth;
	const struct grammar_token *token[EXPECTED_MAX];
	unsigned count;
};

struct match {
	const struct grammar_syntax *syntax;
	const struct words *line;
	struct args *args;
	bool exact; // no keyword may be cut short
	struct expectations *expected;
	uint8_t fit[LINE_WORDS_MAX];
	struct span keyword[LINE_WORDS_MAX]; // that the word stands for
};

// --- tables and lines ----------------------------------------------------------------------------

int grammar_init(struct grammar *grammar, const struct rule *rules, unsigned count)
{
	*grammar = (struct grammar){ rules, count, calloc(count, sizeof(*grammar->syntax)) };
	if (grammar->syntax == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < count; i++)
		if (syntax_read(&grammar->syntax[i], rules[i].syntax) < 0) {
			grammar_fini(grammar);
			return -ENOMEM;
		}
	return 0;
}

void grammar_fini(struct grammar *grammar)
{
	for (unsigned i = 0; grammar->syntax != NULL && i < grammar->count; i++)
		free(grammar->syntax[i].tokens);
	free(grammar->syntax);
	*grammar = (struct grammar){ 0 };
}

struct span text_word(struct span *text)
{
	struct span word;
	size_t n = 0;

	while (text->n > 0 && span_is_blank(text->p[0]))
		*text = span_from(*text, 1);
	while (n < text->n && !span_is_blank(text->p[n]))
		n++;
	word = span_head(*text, n);
	*text = span_from(*text, n);
	return word;
}

void words_split(struct words *line, struct span text)
{
	struct span rest, word;

	while (text.n > 0 && span_is_blank(text.p[text.n - 1]))
		text.n--;
	line->text = text;
	line->count = 0;
	rest = text;
	while (line->count < LINE_WORDS_MAX && (word = text_word(&rest)).n > 0)
		line->word[line->count++] = word;
}

unsigned words_column(const struct words *line, struct span word)
{
	if (word.n == 0)
		return (unsigned)line->text.n + 1;
	return (unsigned)(word.p - line->text.p) + 1;
}

// --- matching ------------------------------------------------------------------------------------

static void expect(struct expectations *expected, unsigned depth, const struct grammar_token *token)
{
	if (depth < expected->depth)
		return;
	if (depth > expected->depth)
		*expected = (struct expectations){ .depth = depth };
	for (unsigned i = 0; token != NULL && i < expected->count; i++)
		if (span_eq(expected->token[i]->text, token->text))
			return;
	if (token != NULL && expected->count < EXPECTED_MAX)
		expected->token[expected->count++] = token;
}

static enum fit keyword_fit(struct span keyword, struct span word, bool exact)
{
	if (span_ieq(keyword, word))
		return FIT_EXACT;
	if (!exact && word.n < keyword.n && span_ieq(span_head(keyword, word.n), word))
		return FIT_PREFIX;
	return FIT_NONE;
}

// A choice: the exact one, or the only one that begins so.
static enum fit choice_fit(const struct grammar_token *token, struct span word, bool exact,
	struct span *keyword, uint8_t *which)
{
	struct span rest = token->text;
	enum fit best = FIT_NONE;
	bool many = false;

	for (uint8_t i = 0; rest.n > 0; i++) {
		struct span one = span_head(rest, span_find(rest, '|'));
		enum fit fit = keyword_fit(one, word, exact);

		rest = span_from(rest, one.n + 1);
		many = many || (fit == FIT_PREFIX && best == FIT_PREFIX);
		if (fit <= best)
			continue;
		best = fit;
		*keyword = one;
		*which = i;
	}
	return many && best == FIT_PREFIX ? FIT_NONE : best;
}

static bool is_address(struct span word)
{
	char text[ADDR_TEXT_SIZE];
	struct in_addr address;

	return span_copy(word, text, sizeof(text)) && inet_pton(AF_INET, text, &address) == 1;
}

static enum fit token_fit(struct match *m, const struct grammar_token *token, unsigned w)
{
	struct span word = m->line->word[w];
	uint32_t number;
	enum fit fit;

	switch (token->kind) {
	case KEYWORD:
		m->keyword[w] = token->text;
		return keyword_fit(token->text, word, m->exact);
	case CHOICE:
		fit = choice_fit(
			token, word, m->exact, &m->keyword[w], &m->args->choice[token->slot]);
		break;
	case NUMBER:
		fit = span_u32(word, &number) && number >= token->min && number <= token->max
			      ? FIT_TYPED
			      : FIT_NONE;
		break;
	case ADDRESS:
		fit = is_address(word) ? FIT_TYPED : FIT_NONE;
		break;
	default:
		fit = FIT_WORD;
		break;
	}
	if (fit != FIT_NONE)
		m->args->value[token->slot] = word;
	return fit;
}

// Forgets the arguments of a group that turned out not to be there.
static void forget(struct match *m, unsigned from, unsigned to)
{
	for (unsigned t = from; t < to; t++)
		if (m->syntax->tokens[t].kind >= CHOICE && m->syntax->tokens[t].kind <= TEXT)
			m->args->value[m->syntax->tokens[t].slot] = SPAN_NONE;
}

static bool match_text(struct match *m, const struct grammar_token *token, unsigned w)
{
	const char *start = m->line->word[w].p;

	m->fit[w] = FIT_WORD;
	m->args->value[token->slot] =
		span_of(start, (size_t)(m->line->text.p + m->line->text.n - start));
	return true;
}

// Matches tokens from t on against words from w on. Depth of recursion: the groups of the syntax.
static bool match_from(struct match *m, unsigned t, unsigned w)
{
	const struct grammar_token *tokens = m->syntax->tokens;

	for (; t < m->syntax->count; t++) {
		if (tokens[t].kind == CLOSE)
			continue;
		if (tokens[t].kind == OPEN) {
			if (match_from(m, t + 1, w))
				return true;
			forget(m, t, tokens[t].close);
			t = tokens[t].close;
			continue;
		}
		if (w >= m->line->count) {
			if (m->args->negated && t >= m->syntax->lead)
				return true;
			expect(m->expected, w, &tokens[t]);
			return false;
		}
		if (tokens[t].kind == TEXT)
			return match_text(m, &tokens[t], w);
		m->fit[w] = (uint8_t)token_fit(m, &tokens[t], w);
		if (m->fit[w] == FIT_NONE) {
			expect(m->expected, w, &tokens[t]);
			return false;
		}
		w++;
	}
	if (w == m->line->count)
		return true;
	expect(m->expected, w, NULL);
	return false;
}

// Which of two commands that both match is meant: more than 0 the first, less than 0 the second. An
// abbreviation that stands for different words in both: *ambiguous.
static int match_compare(const struct match *a, const struct match *b, bool *ambiguous)
{
	for (unsigned w = a->args->negated ? 1 : 0; w < a->line->count; w++) {
		if (a->fit[w] != b->fit[w])
			return a->fit[w] - b->fit[w];
		if (a->fit[w] == FIT_PREFIX && !span_eq(a->keyword[w], b->keyword[w])) {
			*ambiguous = true;
			a->args->complaint.depth = w;
			a->args->complaint.at = a->line->word[w];
			return 1;
		}
	}
	return 1;
}

static void note_liberties(const struct match *m)
{
	for (unsigned w = m->args->negated ? 1 : 0; w < m->line->count; w++) {
		if (m->fit[w] < FIT_PREFIX)
			continue;
		if (m->fit[w] == FIT_PREFIX && m->args->abbreviated.n == 0)
			m->args->abbreviated = m->line->word[w];
		if (m->args->folded.n == 0 &&
			!span_eq(span_head(m->keyword[w], m->line->word[w].n), m->line->word[w]))
			m->args->folded = m->line->word[w];
	}
}

// --- complaints ----------------------------------------------------------------------------------

static void token_name(const struct grammar_token *token, char *text, size_t size)
{
	switch (token->kind) {
	case NUMBER:
		snprintf(text, size, "a number from %u to %u", token->min, token->max);
		break;
	case ADDRESS:
		snprintf(text, size, "an address A.B.C.D");
		break;
	case WORD:
	case TEXT:
		snprintf(text, size, "%.*s", SPAN_FMT(span_from(token->text, token->kind == TEXT)));
		break;
	default:
		snprintf(text, size, "'%.*s'", SPAN_FMT(token->text));
		break;
	}
}

// What might have stood there.
static void expectations_print(const struct expectations *expected, char *text, size_t size)
{
	size_t used = 0;

	for (unsigned i = 0; i < expected->count && used < size; i++) {
		char name[REASON_SIZE];

		token_name(expected->token[i], name, sizeof(name));
		used += (size_t)snprintf(
			text + used, size - used, "%s%s", used == 0 ? "" : " or ", name);
	}
}

static void complain(struct complaint *complaint, const struct words *line,
	const struct expectations *expected, unsigned first)
{
	char names[REASON_SIZE - 40] = "";

	complaint->depth = expected->depth;
	complaint->at = expected->depth < line->count ? line->word[expected->depth] : SPAN_NONE;
	expectations_print(expected, names, sizeof(names));
	if (expected->depth <= first && complaint->at.n > 0)
		snprintf(complaint->reason, REASON_SIZE, "unknown command");
	else if (expected->count == 0)
		snprintf(complaint->reason, REASON_SIZE, "nothing may follow here");
	else if (complaint->at.n == 0)
		snprintf(complaint->reason, REASON_SIZE, "the line is incomplete, %s is missing",
			names);
	else
		snprintf(complaint->reason, REASON_SIZE, "expected %s", names);
}

// A first word that some command has in full is no abbreviation of another's.
static bool has_first_word(const struct grammar *grammar, const struct words *line, bool negated)
{
	for (unsigned i = 0; negated < line->count && i < grammar->count; i++)
		if (span_ieq(grammar->syntax[i].tokens[0].text, line->word[negated]))
			return true;
	return false;
}

enum match_result grammar_match(
	const struct grammar *grammar, const struct words *line, struct args *args)
{
	bool negated = line->count > 0 && span_ieq(line->word[0], SPAN("no"));
	struct expectations expected = { .depth = negated };
	struct match best = { 0 }, match;
	struct args trial;
	bool found = false, ambiguous = false, full = has_first_word(grammar, line, negated);

	*args = (struct args){ .words = line, .negated = negated };
	for (unsigned i = 0; i < grammar->count; i++) {
		const struct rule *rule = &grammar->rules[i];

		if (negated ? !(rule->flags & (RULE_NO | RULE_NO_ONLY))
			    : (rule->flags & RULE_NO_ONLY) != 0)
			continue;
		if (negated < line->count && keyword_fit(grammar->syntax[i].tokens[0].text,
						     line->word[negated], full) == FIT_NONE)
			continue;
		trial = (struct args){ .rule = rule, .words = line, .negated = negated };
		match = (struct match){ .syntax = &grammar->syntax[i],
			.line = line,
			.args = &trial,
			.exact = rule->canonical != NULL,
			.expected = &expected };
		if (!match_from(&match, 0, negated))
			continue;
		if (found && match_compare(&best, &match, &ambiguous) > 0)
			continue;
		ambiguous = false;
		found = true;
		*args = trial;
		best = match;
		best.args = args;
	}
	if (!found) {
		complain(&args->complaint, line, &expected, negated);
		return MATCH_NONE;
	}
	if (ambiguous) {
		args->complaint.ambiguous = true;
		snprintf(args->complaint.reason, REASON_SIZE, "ambiguous: too few letters");
		return MATCH_AMBIGUOUS;
	}
	note_liberties(&best);
	return MATCH_OK;
}

// --- arguments -----------------------------------------------------------------------------------

uint32_t arg_u32(const struct args *args, unsigned i, uint32_t otherwise)
{
	uint32_t number = otherwise;

	if (arg_given(args, i))
		span_u32(args->value[i], &number);
	return number;
}

struct addr arg_addr(const struct args *args, unsigned i)
{
	char text[ADDR_TEXT_SIZE];
	struct in_addr address;

	if (!arg_given(args, i) || !span_copy(args->value[i], text, sizeof(text)) ||
		inet_pton(AF_INET, text, &address) != 1)
		return (struct addr){ 0 };
	return addr_ipv4(address.s_addr);
}

__attribute__((format(printf, 3, 0))) static int fail(
	struct args *args, struct span word, const char *format, va_list list)
{
	args->complaint.at = word;
	args->complaint.depth = LINE_WORDS_MAX;
	vsnprintf(args->complaint.reason, REASON_SIZE, format, list);
	return -EINVAL;
}

int args_fail(struct args *args, unsigned i, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	fail(args, args->value[i], format, list);
	va_end(list);
	return -EINVAL;
}

int args_fail_at(struct args *args, struct span word, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	fail(args, word, format, list);
	va_end(list);
	return -EINVAL;
}
