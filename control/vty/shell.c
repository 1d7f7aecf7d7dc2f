// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/vty/shell.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "control/vty/filter.h"
#include "control/vty/help.h"

static const struct shell_commands *const tables[] = {
	&shell_basic_commands,
	&shell_cti_commands,
	&shell_callmon_commands,
	&shell_phone_commands,
	&shell_call_commands,
	&shell_dataplane_commands,
	&shell_memory_commands,
	&shell_clear_commands,
	&shell_debug_commands,
	&shell_mobility_commands,
};

// One shell for the process: libosmovty's tables are the process's too.
static struct {
	struct shell_setup setup;
	struct rule *rules[LEVEL_CONFIGURE]; // of each level
	struct grammar grammar[LEVEL_CONFIGURE];
	struct edit edit;
	struct shell_session *configurer; // NULL: nobody is
	FILE *out;                        // of the line being done
} shell;

struct shell_setup *shell_setup_get(void)
{
	return &shell.setup;
}

// --- start ---------------------------------------------------------------------------------------

static unsigned rules_collect(enum shell_level level, struct rule *list)
{
	unsigned count = 0;

	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (unsigned i = 0; i < tables[t]->count; i++) {
			const struct rule *rule = &tables[t]->list[i];

			if (level == LEVEL_USER && !(rule->flags & EXEC_USER))
				continue;
			if (list != NULL)
				list[count] = *rule;
			count++;
		}
	return count;
}

static int level_init(enum shell_level level)
{
	unsigned count = rules_collect(level, NULL);

	shell.rules[level] = calloc(count, sizeof(*shell.rules[level]));
	if (shell.rules[level] == NULL)
		return -ENOMEM;
	rules_collect(level, shell.rules[level]);
	return grammar_init(&shell.grammar[level], shell.rules[level], count);
}

static void touched(void *ctx, enum touch what, unsigned tag)
{
	(void)ctx;
	engine_touched(shell.setup.engine, what, tag);
}

static void note(void *ctx, enum config_note kind, struct span at, const char *text)
{
	(void)ctx;
	(void)at;
	if (kind == NOTE_WARNING)
		fprintf(shell.out, "%% Warning: %s\n", text);
}

int shell_init(const struct shell_setup *setup)
{
	bool first = shell.rules[LEVEL_USER] == NULL;
	int error;

	shell.setup = *setup;
	shell.configurer = NULL;
	edit_fini(&shell.edit);
	error = edit_init(&shell.edit, setup->engine->config);
	shell.edit.touched = touched;
	shell.edit.note = note;
	for (enum shell_level level = LEVEL_USER; first && error == 0 && level < LEVEL_CONFIGURE;
		level++)
		error = level_init(level);
	if (error == 0 && first)
		error = help_init(&shell.grammar[LEVEL_USER], &shell.grammar[LEVEL_PRIVILEGED]);
	help_hostname(setup->engine->config->hostname);
	return error;
}

// --- levels --------------------------------------------------------------------------------------

bool shell_enable(struct shell_session *session)
{
	bool guarded = config_enable_secret(shell.setup.engine->config) != NULL;

	if (session->level != LEVEL_USER)
		return true;
	if (!guarded || (session->batch && session->trusted))
		session->level = LEVEL_PRIVILEGED;
	else if (session->batch)
		return false;
	else
		session->tries = SHELL_PASSWORD_TRIES;
	return true;
}

// The secret may have been taken out of the configuration since.
void shell_password(struct shell_session *session, FILE *out)
{
	const struct config *config = shell.setup.engine->config;
	const struct config_secret *secret = config_enable_secret(config);

	session->tries--;
	if (secret == NULL || secret_matches(secret, session->password)) {
		session->level = LEVEL_PRIVILEGED;
		session->tries = 0;
	} else if (session->tries == 0) {
		fprintf(out, "%% Bad %s\n\n",
			secret == &config->enable_secret ? "secrets" : "passwords");
	}
}

// --- modes ---------------------------------------------------------------------------------------

bool shell_configure(struct shell_session *session)
{
	if (shell.configurer != NULL)
		return shell.configurer == session;
	shell.configurer = session;
	session->level = LEVEL_CONFIGURE;
	return true;
}

void shell_forget(struct shell_session *session)
{
	if (shell.configurer != session)
		return;
	shell.configurer = NULL;
	while (edit_exit(&shell.edit))
		;
}

void shell_unconfigure(struct shell_session *session)
{
	if (shell.configurer != session)
		return;
	shell_forget(session);
	session->level = LEVEL_PRIVILEGED;
}

int shell_help_node(const struct shell_session *session)
{
	if (session->tries > 0)
		return help_password_node();
	return help_node(session->level, shell.edit.mode);
}

int shell_line_node(const struct shell_session *session)
{
	if (session->tries > 0)
		return help_password_node();
	return help_line_node(session->level, shell.edit.mode);
}

void shell_prompt(struct shell_session *session)
{
	help_prompt(session->telnet.vty, shell_help_node(session));
}

bool shell_up(struct shell_session *session)
{
	if (session->level != LEVEL_CONFIGURE)
		return false;
	if (!edit_exit(&shell.edit))
		shell_unconfigure(session);
	return true;
}

// --- lines ---------------------------------------------------------------------------------------

int shell_fail(struct shell_call *call, const char *format, ...)
{
	va_list list;

	fputs("% ", call->out);
	va_start(list, format);
	vfprintf(call->out, format, list);
	va_end(list);
	fputc('\n', call->out);
	return -EINVAL;
}

// Points at the word for people, and names it.
static void complain(const struct shell_session *session, const struct complaint *complaint,
	struct span line, FILE *out)
{
	size_t column = complaint->at.n == 0 ? line.n : (size_t)(complaint->at.p - line.p);

	if (!session->batch)
		fprintf(out, "%*s^\n", (int)(help_prompt_width(shell_help_node(session)) + column),
			"");
	if (complaint->at.n == 0)
		fprintf(out, "%% %s\n", complaint->reason);
	else
		fprintf(out, "%% word '%.*s': %s\n", SPAN_FMT(complaint->at), complaint->reason);
}

static bool run_command(
	struct shell_session *session, struct span whole, struct span text, FILE *out)
{
	enum shell_level level = session->level == LEVEL_USER ? LEVEL_USER : LEVEL_PRIVILEGED;
	struct shell_call call = { &shell.setup, session, out };
	struct words line;
	struct args args;
	int error;

	words_split(&line, text);
	if (line.count == 0 || line.word[0].p[0] == '!')
		return true;
	if (grammar_match(&shell.grammar[level], &line, &args) != MATCH_OK) {
		complain(session, &args.complaint, whole, out);
		return false;
	}
	error = args.rule->run(&call, &args);
	if (error < 0 && args.complaint.reason[0] != '\0')
		complain(session, &args.complaint, whole, out);
	return error == 0;
}

// A command whose output may go through a modifier.
static bool run_filtered(
	struct shell_session *session, struct span whole, struct span text, FILE *out)
{
	struct filter filter;
	const char *wrong = filter_read(&filter, &text);
	char *plain = NULL;
	size_t size = 0;
	FILE *stream;
	bool good;

	if (wrong != NULL) {
		fprintf(out, "%% %s\n", wrong);
		filter_fini(&filter);
		return false;
	}
	if (filter.kind == FILTER_NONE)
		return run_command(session, whole, text, out);
	stream = open_memstream(&plain, &size);
	good = stream != NULL && run_command(session, whole, text, stream);
	if (stream != NULL && fclose(stream) == 0) {
		if (good)
			filter_apply(&filter, span_of(plain, size), out);
		else
			fwrite(plain, 1, size, out);
	}
	free(plain);
	filter_fini(&filter);
	return good;
}

static bool run_configuration(struct shell_session *session, struct span text, FILE *out)
{
	enum edit_result result;

	shell.out = out;
	result = edit_line(&shell.edit, text);
	help_hostname(shell.setup.engine->config->hostname);
	if (result == EDIT_EXIT)
		shell_unconfigure(session);
	if (result == EDIT_WRONG)
		complain(session, &shell.edit.complaint, text, out);
	return result != EDIT_WRONG;
}

bool shell_line(struct shell_session *session, struct span text, FILE *out)
{
	struct span rest = text;

	if (session->level != LEVEL_CONFIGURE)
		return run_filtered(session, text, text, out);
	if (shell.edit.mode != MODE_BANNER && span_ieq(text_word(&rest), SPAN("do")))
		return run_filtered(session, text, rest, out);
	return run_configuration(session, text, out);
}
