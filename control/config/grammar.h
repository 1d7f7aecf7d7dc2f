// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// IOS-like command lines: a table of rules, each with its syntax as text, and the match of a line
// against it. Keywords are case-folded and may be cut to a unique prefix.
//
// Syntax: words are keywords; (a|b) is one of several keywords; <2-9> a number in that range;
// A.B.C.D an address; another word in capitals any one word; .NAME the rest of the line, one word
// at least; [ ... ] may be missing, as a whole. All but plain keywords are arguments, numbered from
// 0 in the order of the text, whether they are given or not.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/span.h"

enum {
	LINE_WORDS_MAX = 64, // more only as the rest of a line
	ARGS_MAX = 8,
	REASON_SIZE = 160,
};

struct args;

enum rule_flags {
	RULE_NO = 1,      // has a `no` form, for which the arguments may be missing
	RULE_NO_ONLY = 2, // exists only so
};

struct rule {
	const char *syntax;
	const char *help;
	int (*run)(void *ctx, struct args *args); // 0 or a negative errno with args_fail()
	unsigned flags;
	const char *canonical; // set: an accepted other spelling of this; never cut short
};

struct words {
	struct span text; // as given: columns count from its start
	struct span word[LINE_WORDS_MAX];
	unsigned count;
};

// What is wrong with a line, and where.
struct complaint {
	unsigned depth; // words understood before it
	bool ambiguous; // it begins more than one command
	struct span at; // the word; empty at the end of the line
	char reason[REASON_SIZE];
};

struct args {
	const struct rule *rule;
	const struct words *words;
	struct span value[ARGS_MAX]; // p is NULL when it is not given
	uint8_t choice[ARGS_MAX];    // of (a|b): which, from 0
	bool negated;
	struct span abbreviated; // the first keyword that was cut short
	struct span folded;      // the first keyword written in another case
	struct complaint complaint;
};

struct grammar_token;

struct grammar {
	const struct rule *rules;
	unsigned count;
	struct grammar_syntax *syntax; // of each rule
};

enum match_result {
	MATCH_OK,
	MATCH_NONE,
	MATCH_AMBIGUOUS,
};

// Reads the table; it is borrowed. -ENOMEM; asserts that the syntax texts are well formed.
int grammar_init(struct grammar *grammar, const struct rule *rules, unsigned count);
void grammar_fini(struct grammar *grammar);

// Cuts into words; none: nothing but blanks. Words beyond LINE_WORDS_MAX are not told apart.
void words_split(struct words *line, struct span text);
// The column of a word, from 1; after the end for an empty one.
unsigned words_column(const struct words *line, struct span word);

// The rule that the line follows. A first word `no` asks for a `no` form. When there is none, the
// complaint is about the word that was understood least far.
enum match_result grammar_match(
	const struct grammar *grammar, const struct words *line, struct args *args);

static inline bool arg_given(const struct args *args, unsigned i)
{
	return args->value[i].p != NULL;
}

// The number, which was checked when the line was matched; `otherwise` when it is not given.
uint32_t arg_u32(const struct args *args, unsigned i, uint32_t otherwise);
struct addr arg_addr(const struct args *args, unsigned i);

// Records what is wrong with argument i (or, at the end of the line, with its absence). Always
// -EINVAL.
int args_fail(struct args *args, unsigned i, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
// The same for any word of the line.
int args_fail_at(struct args *args, struct span word, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

// Every form that the syntax allows, without brackets, given to `each` with a help text for each
// word. For those who cannot read brackets.
int grammar_expand(const struct rule *rule,
	int (*each)(void *ctx, const struct rule *rule, const char *form), void *ctx);

// The next word of a text, taken off its front; empty at the end.
struct span text_word(struct span *text);
