// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// enable password and enable secret: what opens the privileged level to an operator. Those of other
// levels, which have no commands here, are kept as they were written.
#include <errno.h>

#include "control/config/command.h"

enum { LEVEL_ALL = 15 };

static int secret_take(struct edit *edit, struct args *args, struct config_secret *secret,
	const int *types, unsigned first)
{
	bool hide = secret == &edit->config->enable_secret;
	int type = arg_given(args, first) ? types[args->choice[first]] : SECRET_PLAIN;
	struct span text = span_trim(args->value[first + 1]);

	edit->place = PLACE_ENABLE;
	edit->mode = MODE_GLOBAL;
	if (args->negated) {
		secret_clear(secret);
		return 0;
	}
	if (!secret_is_sound(type, text))
		return args_fail(args, first + 1, "no password of type %d", type);
	if (type != SECRET_PLAIN && type != SECRET_MD5 && type != SECRET_MASKED)
		edit_note(edit, NOTE_WARNING, text, "kept, but no password matches one of type %d",
			type);
	return secret_set(secret, type, text, hide);
}

static int password_take(struct edit *edit, struct args *args, unsigned first)
{
	static const int types[] = { SECRET_PLAIN, SECRET_MASKED };

	return secret_take(edit, args, &edit->config->enable_password, types, first);
}

static int secret_hashed_take(struct edit *edit, struct args *args, unsigned first)
{
	static const int types[] = { SECRET_PLAIN, 4, SECRET_MD5, 8, 9 };

	return secret_take(edit, args, &edit->config->enable_secret, types, first);
}

int set_enable_password(void *ctx, struct args *args)
{
	return password_take(ctx, args, 0);
}

int set_enable_secret(void *ctx, struct args *args)
{
	return secret_hashed_take(ctx, args, 0);
}

static bool is_other_level(const struct args *args)
{
	return arg_given(args, 0) && arg_u32(args, 0, 0) != LEVEL_ALL;
}

int set_enable_password_level(void *ctx, struct args *args)
{
	if (is_other_level(args))
		return section_keep(ctx, args->words) ? 0 : -ENOMEM;
	return password_take(ctx, args, 1);
}

int set_enable_secret_level(void *ctx, struct args *args)
{
	if (is_other_level(args))
		return section_keep(ctx, args->words) ? 0 : -ENOMEM;
	return secret_hashed_take(ctx, args, 1);
}

const struct config_secret *config_enable_secret(const struct config *config)
{
	if (config->enable_secret.text != NULL)
		return &config->enable_secret;
	return config->enable_password.text != NULL ? &config->enable_password : NULL;
}
