// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/config/syntax.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	TOKENS_MAX = 32,
	FORM_SIZE = 512,
};

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static void token_range(struct grammar_token *token)
{
	struct span inner = { token->text.p + 1, token->text.n - 2 };
	size_t dash = span_find(inner, '-');
	bool good = span_u32(span_head(inner, dash), &token->min) &&
		    span_u32(span_from(inner, dash + 1), &token->max);

	assert(good);
	(void)good;
}

static void token_read(struct grammar_token *token, struct span text)
{
	token->text = text;
	if (text.p[0] == '<') {
		token->kind = NUMBER;
		token_range(token);
	} else if (text.p[0] == '(') {
		token->kind = CHOICE;
		token->text = (struct span){ text.p + 1, text.n - 2 };
	} else if (text.p[0] == '.') {
		token->kind = TEXT;
	} else if (span_eq(text, SPAN("A.B.C.D"))) {
		token->kind = ADDRESS;
	} else {
		token->kind = is_upper(text.p[0]) ? WORD : KEYWORD;
	}
}

// The next piece of a syntax text: a bracket or a word.
static struct span piece_next(struct span *text)
{
	struct span piece = { text->p, 1 };

	while (text->n > 0 && text->p[0] == ' ')
		*text = span_from(*text, 1);
	piece.p = text->p;
	if (text->n == 0)
		return SPAN_NONE;
	if (text->p[0] != '[' && text->p[0] != ']')
		while (piece.n < text->n && strchr(" []", text->p[piece.n]) == NULL)
			piece.n++;
	*text = span_from(*text, piece.n);
	return piece;
}

int syntax_read(struct grammar_syntax *syntax, const char *text)
{
	struct grammar_token tokens[TOKENS_MAX];
	uint8_t open[TOKENS_MAX];
	unsigned count = 0, depth = 0, slots = 0;
	struct span rest = span_str(text), piece;

	while ((piece = piece_next(&rest)).n > 0) {
		struct grammar_token *token = &tokens[count];

		assert(count < TOKENS_MAX);
		*token = (struct grammar_token){ 0 };
		if (piece.p[0] == '[') {
			token->kind = OPEN;
			open[depth++] = (uint8_t)count;
		} else if (piece.p[0] == ']') {
			assert(depth > 0);
			token->kind = CLOSE;
			tokens[open[--depth]].close = (uint8_t)count;
		} else {
			token_read(token, piece);
			if (token->kind == KEYWORD && slots == 0 && depth == 0)
				syntax->lead++;
			if (token->kind != KEYWORD)
				token->slot = (uint8_t)slots++;
		}
		count++;
	}
	assert(depth == 0 && slots <= ARGS_MAX);
	syntax->tokens = malloc(count * sizeof(*tokens));
	if (syntax->tokens == NULL)
		return -ENOMEM;
	memcpy(syntax->tokens, tokens, count * sizeof(*tokens));
	syntax->count = count;
	return 0;
}

// --- forms without brackets ----------------------------------------------------------------------

struct expansion {
	const struct rule *rule;
	const struct grammar_syntax *syntax;
	int (*each)(void *ctx, const struct rule *rule, const char *form);
	void *ctx;
	char form[FORM_SIZE];
};

static int expand_from(struct expansion *expansion, unsigned t, size_t used)
{
	const struct grammar_token *token;
	int error;

	for (; t < expansion->syntax->count; t++) {
		token = &expansion->syntax->tokens[t];
		if (token->kind == CLOSE)
			continue;
		if (token->kind == OPEN) {
			error = expand_from(expansion, t + 1, used);
			if (error < 0)
				return error;
			t = token->close;
			continue;
		}
		assert(used + token->text.n + 4 < FORM_SIZE);
		used += (size_t)snprintf(expansion->form + used, FORM_SIZE - used,
			token->kind == CHOICE ? "%s(%.*s)" : "%s%.*s", used == 0 ? "" : " ",
			SPAN_FMT(token->text));
	}
	expansion->form[used] = '\0';
	return expansion->each(expansion->ctx, expansion->rule, expansion->form);
}

int grammar_expand(const struct rule *rule,
	int (*each)(void *ctx, const struct rule *rule, const char *form), void *ctx)
{
	struct grammar_syntax syntax = { 0 };
	struct expansion expansion = { .rule = rule, .syntax = &syntax, .each = each, .ctx = ctx };
	int error = syntax_read(&syntax, rule->syntax);

	if (error == 0)
		error = expand_from(&expansion, 0, 0);
	free(syntax.tokens);
	return error;
}
