// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// debug, no debug, undebug, show debugging: what this session wants to be told.
#include <errno.h>

#include "control/vty/shell.h"

// The categories of a group that the word means; all of them for NULL or "all". Other spellings
// count.
static uint32_t categories_of(struct span group, struct span word)
{
	uint32_t set = 0;

	if (span_ieq(word, SPAN("line")))
		word = SPAN("lm");
	else if (span_ieq(word, SPAN("misc")))
		word = SPAN("core");
	for (unsigned i = 0; i < DEBUG_CATEGORY_COUNT; i++)
		if (span_eq(span_str(debug_category_group(i)), group) &&
			(word.n == 0 || span_ieq(word, SPAN("all")) ||
				span_ieq(word, span_str(debug_category_word(i)))))
			set |= 1u << i;
	return set;
}

static void category_name(unsigned category, char text[32])
{
	const char *group = debug_category_group(category), *word = debug_category_word(category);

	snprintf(text, 32, "%s %s", group[0] == 'c' ? "CTI" : "ephone", word);
}

// As IOS confirms it.
static void confirm(FILE *out, enum debug_category category, bool on)
{
	const char *title = debug_category_title(category);

	if (debug_category_group(category)[0] == 'c')
		fprintf(out, "%s CTI debug flags are %s\n", title, on ? "on" : "off");
	else
		fprintf(out, "EPHONE %s debugging is %s\n", title, on ? "enabled" : "disabled");
}

static int want(struct shell_call *call, uint32_t set, bool on)
{
	struct debug_sink *sink = &call->session->sink;

	if (debug_sink_want(sink, on ? sink->wanted | set : sink->wanted & ~set) < 0)
		return shell_fail(call, "out of memory");
	for (unsigned i = 0; i < DEBUG_CATEGORY_COUNT; i++) {
		if ((set & 1u << i) != 0)
			confirm(call->out, (enum debug_category)i, on);
	}
	return 0;
}

// The keyword that the choice stands for, whatever was typed.
static struct span chosen(const struct args *args, unsigned i, const char *const *keywords)
{
	return arg_given(args, i) ? span_str(keywords[args->choice[i]]) : SPAN_NONE;
}

#define CTI_WORDS "(all|callcontrol|callmon|core|dmgr|line|lm|misc|protoif|session|xml)"
#define EPHONE_WORDS "(all|keepalive|message|register|state)"

static const char *const cti_words[] = { "all", "callcontrol", "callmon", "core", "dmgr", "line",
	"lm", "misc", "protoif", "session", "xml" };
static const char *const ephone_words[] = { "all", "keepalive", "message", "register", "state" };

static int debug_cti(void *ctx, struct args *args)
{
	return want(ctx, categories_of(SPAN("cti"), chosen(args, 0, cti_words)), !args->negated);
}

static int undebug_cti(void *ctx, struct args *args)
{
	return want(ctx, categories_of(SPAN("cti"), chosen(args, 0, cti_words)), false);
}

static int debug_ephone(void *ctx, struct args *args)
{
	return want(
		ctx, categories_of(SPAN("ephone"), chosen(args, 0, ephone_words)), !args->negated);
}

static int undebug_ephone(void *ctx, struct args *args)
{
	return want(ctx, categories_of(SPAN("ephone"), chosen(args, 0, ephone_words)), false);
}

static int debug_callmonitor(void *ctx, struct args *args)
{
	return want(ctx, 1u << DEBUG_CTI_CALLMON, !args->negated);
}

static int undebug_all(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;

	(void)args;
	debug_sink_want(&call->session->sink, 0);
	fputs("All possible debugging has been turned off\n", call->out);
	return 0;
}

static int show_debugging(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;
	char name[32];

	(void)args;
	for (unsigned i = 0; i < DEBUG_CATEGORY_COUNT; i++) {
		if ((call->session->sink.wanted & 1u << i) == 0)
			continue;
		category_name(i, name);
		fprintf(call->out, "%-20s %s\n", name, debug_category_help(i));
	}
	return 0;
}

static const struct rule list[] = {
	{ "debug cti " CTI_WORDS, "CTI sessions, calls and monitors", debug_cti, RULE_NO, NULL },
	{ "debug ephone " EPHONE_WORDS, "phones", debug_ephone, RULE_NO, NULL },
	{ "debug callmonitor (all|core|detail|errors|events|hwconf|info|xml)", "the call monitor",
		debug_callmonitor, RULE_NO, NULL },
	{ "debug all", "everything", undebug_all, RULE_NO_ONLY, NULL },
	{ "undebug cti " CTI_WORDS, "CTI sessions, calls and monitors", undebug_cti, 0, NULL },
	{ "undebug ephone " EPHONE_WORDS, "phones", undebug_ephone, 0, NULL },
	{ "undebug all", "no traces any more", undebug_all, 0, NULL },
	{ "show debugging", "what this session traces", show_debugging, 0, NULL },
};

const struct shell_commands shell_debug_commands = SHELL_COMMANDS(list);
