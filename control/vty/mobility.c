// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// emadmin: an application logs a user in to a phone that is enabled for extension mobility.
#include <errno.h>
#include <string.h>

#include "control/config/secret.h"
#include "control/vty/shell.h"

// What stood in the way of a login.
static int login_end(struct shell_call *call, struct args *args, int error)
{
	static const struct {
		int error;
		unsigned word; // of the line that is to blame
		const char *reason;
	} reasons[] = {
		{ -EACCES, 0, "no voice user-profile has this user and password" },
		{ -ENOENT, 1, "there is no such ephone" },
		{ -EINVAL, 1, "the phone is not enabled for extension mobility" },
		{ -ENOTCONN, 1, "the phone is not registered" },
		{ -EBUSY, 1, "another user is logged in there" },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i].error == error)
			return args_fail(args, reasons[i].word, "%s", reasons[i].reason);
	}
	return error == 0 ? 0 : shell_fail(call, "login: %s", strerror(-error));
}

static int login(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;
	struct engine *engine = call->setup->engine;
	char user[CONFIG_USER_SIZE];
	const struct config_profile *profile = NULL;

	if (span_copy(args->value[0], user, sizeof(user)))
		profile = config_profile_by_user(engine->config, user);
	if (profile == NULL || !profile->is_user)
		return args_fail(args, 0, "no voice user-profile has this user");
	return login_end(call, args, phone_em_login(engine, user, arg_u32(args, 1, 0)));
}

// By who knows the password, which takes no privilege.
static int login_with(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;
	char user[CONFIG_USER_SIZE], password[SECRET_PASSWORD_SIZE];
	int error = -EACCES;

	if (span_copy(args->value[0], user, sizeof(user)) &&
		span_copy(args->value[2], password, sizeof(password)))
		error = phone_em_login_with(
			call->setup->engine, user, password, arg_u32(args, 1, 0));
	explicit_bzero(password, sizeof(password));
	return login_end(call, args, error);
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
	{ "emadmin login NAME <1-1000000> password PASSWORD",
		"the same as the user, who names the password", login_with, EXEC_USER, NULL },
	{ "emadmin logout NAME", "log a user out", logout, RULE_NO, NULL },
};

const struct shell_commands shell_mobility_commands = SHELL_COMMANDS(list);
