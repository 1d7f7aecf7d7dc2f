// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// clear cti session, and clear csta session for the same.
#include "control/csta/csta.h"
#include "control/vty/shell.h"

static int clear_session(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;
	uint32_t id = arg_u32(args, 1, 0); // argument 0 is the word cti or csta

	if (args->negated)
		return 0; // a form without effect
	if (session_clear(call->setup->engine, id) < 0)
		return args_fail(args, 1, "there is no such CTI session");
	return 0;
}

static int clear_all(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;
	const struct session *session;
	uint32_t cursor = 0;

	if (args->negated)
		return 0;
	while ((session = session_next(call->setup->engine, &cursor)) != NULL)
		session_clear(call->setup->engine, session->id);
	return 0;
}

static const struct rule list[] = {
	{ "clear (cti|csta) session id <1-2147483647>", "end a session with a client",
		clear_session, RULE_NO, NULL },
	{ "clear (cti|csta) session <1-2147483647>", "end a session with a client", clear_session,
		RULE_NO, NULL },
	{ "clear (cti|csta) session all", "end all sessions with clients", clear_all, RULE_NO,
		NULL },
};

const struct shell_commands shell_clear_commands = SHELL_COMMANDS(list);
