// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Levels, the session's terminal, the configuration as a whole, the version.
#include <errno.h>
#include <string.h>

#include "control/config/write.h"
#include "control/vty/shell.h"

static int enable(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;

	(void)args;
	if (!shell_enable(call->session))
		return shell_fail(
			call, "A password is set: privileged commands by a terminal only");
	return 0;
}

static int disable(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;

	(void)args;
	shell_unconfigure(call->session);
	call->session->level = LEVEL_USER;
	return 0;
}

static int leave(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;

	(void)args;
	call->session->leaving = true;
	return 0;
}

static int configure(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;

	(void)args;
	if (!shell_configure(call->session))
		return shell_fail(call, "Another session is changing the configuration");
	return 0;
}

static int terminal_length(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;

	call->session->telnet.vty->lines = args->negated ? -1 : (int)arg_u32(args, 0, 0);
	return 0;
}

static int terminal_batch(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;

	(void)args;
	call->session->batch = true;
	return 0;
}

static int show_history(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;
	const struct vty *vty = call->session->telnet.vty;

	(void)args;
	for (int i = 0; i < VTY_MAXHIST; i++) {
		const char *line = vty->hist[(vty->hindex + i) % VTY_MAXHIST];

		if (line != NULL)
			fprintf(call->out, "  %s\n", line);
	}
	return 0;
}

static int show_version(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;

	(void)args;
	fprintf(call->out, "offhook %s, telephone control engine\n", OFFHOOK_VERSION);
	fprintf(call->out, "Configuration file is %s\n", call->setup->config_path);
	return 0;
}

static int show_running(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;

	(void)args;
	config_write(call->setup->engine->config, call->out);
	return 0;
}

static int show_startup(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;
	FILE *file = fopen(call->setup->config_path, "re");
	char bytes[4096];
	size_t count;

	(void)args;
	if (file == NULL)
		return shell_fail(call, "%s: %s", call->setup->config_path, strerror(errno));
	while ((count = fread(bytes, 1, sizeof(bytes), file)) > 0)
		fwrite(bytes, 1, count, call->out);
	fclose(file);
	return 0;
}

static int save(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;
	int error = config_save(call->setup->engine->config, call->setup->config_path);

	(void)args;
	if (error < 0)
		return shell_fail(call, "%s: %s", call->setup->config_path, strerror(-error));
	fputs("Building configuration...\n[OK]\n", call->out);
	return 0;
}

static const struct rule list[] = {
	{ "enable", "privileged commands", enable, EXEC_USER, NULL },
	{ "disable", "user commands only", disable, EXEC_USER, NULL },
	{ "exit", "leave", leave, EXEC_USER, NULL },
	{ "logout", "leave", leave, EXEC_USER, NULL },
	{ "quit", "leave", leave, EXEC_USER | EXEC_HIDDEN, NULL },
	{ "configure [(terminal)]", "change the configuration", configure, 0, NULL },
	{ "terminal length <0-512>", "lines of the screen, 0 for no limit", terminal_length,
		EXEC_USER | RULE_NO, NULL },
	{ "terminal batch", "for programs: no echo, no prompt, a mark after each command",
		terminal_batch, EXEC_USER | EXEC_HIDDEN, NULL },
	{ "show history", "last commands of this session", show_history, EXEC_USER, NULL },
	{ "show version", "version of this program", show_version, EXEC_USER, NULL },
	{ "show running-config", "the configuration as it is", show_running, 0, NULL },
	{ "show startup-config", "the configuration as it was saved", show_startup, 0, NULL },
	{ "write [(memory|file)]", "save the configuration", save, 0, NULL },
	{ "write terminal", "the configuration as it is", show_running, 0, NULL },
	{ "copy running-config startup-config", "save the configuration", save, 0, NULL },
};

const struct shell_commands shell_basic_commands = SHELL_COMMANDS(list);
