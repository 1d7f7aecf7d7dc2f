// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// emadmin: an application logs a user in to a phone that is enabled for extension mobility.
#include <errno.h>
#include <string.h>

#include "control/vty/shell.h"

static int login(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;
	const struct config *config = call->setup->engine->config;
	char user[CONFIG_USER_SIZE];
	unsigned tag = arg_u32(args, 1, 0);
	const struct config_profile *profile = NULL;
	int error;

	if (span_copy(args->value[0], user, sizeof(user)))
		profile = config_profile_by_user(config, user);
	if (profile == NULL || !profile->is_user)
		return args_fail(args, 0, "no voice user-profile has this user");
	if (config_ephone_get(config, tag) == NULL)
		return args_fail(args, 1, "there is no such ephone");
	error = phone_em_login(call->setup->engine, user, tag);
	if (error == -EINVAL)
		return args_fail(args, 1, "the phone is not enabled for extension mobility");
	if (error == -ENOTCONN)
		return args_fail(args, 1, "the phone is not registered");
	if (error == -EBUSY)
		return args_fail(args, 1, "another user is logged in there");
	return error == 0 ? 0 : shell_fail(call, "login: %s", strerror(-error));
}

static int logout(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;
	char user[CONFIG_USER_SIZE];
	int error = -ENOENT;

	if (args->negated)
		return 0; // a form without effect
	if (span_copy(args->value[0], user, sizeof(user)))
		error = phone_em_logout(call->setup->engine, user);
	if (error < 0)
		return args_fail(args, 0, "this user is not logged in");
	return 0;
}

static const struct rule list[] = {
	{ "emadmin login NAME <1-1000000>", "log a user in to a phone, by user and ephone", login,
		0, NULL },
	{ "emadmin logout NAME", "log a user out", logout, RULE_NO, NULL },
};

const struct shell_commands shell_mobility_commands = SHELL_COMMANDS(list);
