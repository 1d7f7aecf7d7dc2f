// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// voice logout-profile and voice user-profile: who may log in to a phone and which lines follow.
#include <ctype.h>
#include <errno.h>

#include "control/config/command.h"

static const char number_separators[] = {
#define X(name, keyword, separator) separator,
	CONFIG_NUMBER_TYPES(X)
#undef X
};

static struct config_profile *profile_of(struct edit *edit)
{
	return edit->object;
}

static bool is_alphanumeric(struct span text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!isalnum((unsigned char)text.p[i]))
			return false;
	return true;
}

static int set_user(void *ctx, struct args *args)
{
	struct edit *edit = ctx;
	struct config_profile *profile = profile_of(edit), *other;
	char user[CONFIG_USER_SIZE];
	bool encrypted = arg_given(args, 1) && args->choice[1] == 1;

	if (args->negated) {
		index_del(&edit->config->profile_by_user, profile->user, profile);
		profile->user[0] = '\0';
		edit_touch(edit, TOUCH_PROFILE, 0);
		return text_set(&profile->password, SPAN_NONE);
	}
	if (!span_copy(args->value[0], user, sizeof(user)))
		return args_fail(args, 0, "longer than %d characters", CONFIG_USER_SIZE - 1);
	if (!is_alphanumeric(args->value[0]))
		return args_fail(args, 0, "letters and digits only");
	other = config_profile_by_user(edit->config, user);
	if (other != NULL && other != profile)
		return args_fail(args, 0, "already the user of voice %s-profile %u",
			other->is_user ? "user" : "logout", other->tag);
	// An encrypted password stays as it is, with the digit that says so.
	if (text_set(&profile->password,
		    encrypted ? span_of(args->value[1].p,
					args->value[2].n +
						(size_t)(args->value[2].p - args->value[1].p))
			      : args->value[2]) < 0)
		return -ENOMEM;
	index_del(&edit->config->profile_by_user, profile->user, profile);
	strcpy(profile->user, user);
	edit_touch(edit, TOUCH_PROFILE, 0);
	return index_put(&edit->config->profile_by_user, profile->user, profile);
}

// Reads N[,N...] into a list of the heap.
static int numbers_read(struct edit *edit, struct args *args, struct config_profile_number *number)
{
	struct span rest = args->value[0];

	number->numbers = calloc(CONFIG_OVERLAY_MAX, sizeof(*number->numbers));
	if (number->numbers == NULL)
		return -ENOMEM;
	while (rest.n > 0) {
		struct span one = span_head(rest, span_find(rest, ','));
		int error;

		if (one.n == 0 || one.n == rest.n - 1)
			return args_fail(args, 0, "a number is missing beside the comma");
		rest = span_from(rest, one.n + 1);
		if (number->count == CONFIG_OVERLAY_MAX)
			return args_fail_at(args, one, "more than %d numbers", CONFIG_OVERLAY_MAX);
		if (!span_copy(one, number->numbers[number->count], CONFIG_NUMBER_SIZE))
			return args_fail_at(
				args, one, "longer than %d characters", CONFIG_NUMBER_SIZE - 1);
		error = edit_require(edit, args, one, REQUIRE_NUMBER, 0, NULL);
		if (error < 0)
			return error;
		number->count++;
	}
	return 0;
}

static bool same_numbers(
	const struct config_profile_number *a, const struct config_profile_number *b)
{
	return a->count == b->count &&
	       memcmp(a->numbers, b->numbers, a->count * sizeof(*a->numbers)) == 0;
}

static void number_remove(struct config_profile *profile, unsigned at)
{
	free(profile->numbers[at].numbers);
	profile->number_count--;
	memmove(&profile->numbers[at], &profile->numbers[at + 1],
		(profile->number_count - at) * sizeof(*profile->numbers));
}

static int number_store(
	struct args *args, struct config_profile *profile, struct config_profile_number number)
{
	struct config_profile_number *grown;
	unsigned at = 0;

	while (at < profile->number_count && !same_numbers(&profile->numbers[at], &number))
		at++;
	if (args->negated) {
		free(number.numbers);
		if (at == profile->number_count)
			return args_fail(args, 0, "there is no such line");
		number_remove(profile, at);
		return 0;
	}
	if (at < profile->number_count) {
		free(number.numbers);
		profile->numbers[at].type = number.type;
		return 0;
	}
	grown = realloc(profile->numbers, (profile->number_count + 1) * sizeof(*grown));
	if (grown == NULL) {
		free(number.numbers);
		return -ENOMEM;
	}
	profile->numbers = grown;
	grown[profile->number_count++] = number;
	return 0;
}

static int set_number(void *ctx, struct args *args)
{
	struct edit *edit = ctx;
	struct config_profile *profile = profile_of(edit);
	struct config_profile_number number = { .type = arg_given(args, 1) ? args->choice[1] : 0 };
	char separator = number_separators[number.type];
	int error;

	if (!arg_given(args, 0))
		return args_fail(args, 0, "which number is missing");
	error = numbers_read(edit, args, &number);
	if (error == 0 && number.count > 1 && separator != 'o' && separator != 'c' &&
		!args->negated)
		error = args_fail(args, 0, "several numbers on one line only as an overlay");
	if (error < 0) {
		free(number.numbers);
		return error;
	}
	edit_touch(edit, TOUCH_PROFILE, 0);
	return number_store(args, profile, number);
}

static int set_pin(void *ctx, struct args *args)
{
	struct config_profile *profile = profile_of(ctx);
	uint32_t pin;

	if (args->negated)
		return text_set(&profile->pin, SPAN_NONE);
	if (args->value[0].n < 4 || args->value[0].n > 8 || !span_u32(args->value[0], &pin))
		return args_fail(args, 0, "a PIN has 4 to 8 digits");
	return text_set(&profile->pin, args->value[0]);
}

static int set_max_idle(void *ctx, struct args *args)
{
	profile_of(ctx)->max_idle_min = args->negated ? 0 : arg_u32(args, 0, 0);
	return 0;
}

static int set_privacy(void *ctx, struct args *args)
{
	profile_of(ctx)->privacy_button = !args->negated;
	return 0;
}

static int profile_keep(void *ctx, struct args *args)
{
	return keep_line(&profile_of(ctx)->kept, args);
}

static int profile_reset(void *ctx, struct args *args)
{
	(void)args;
	profile_of(ctx)->reset = true;
	edit_touch(ctx, TOUCH_PROFILE, 0);
	return 0;
}

#define PROFILE_COMMANDS \
	{ "user NAME password [(0|6)] PASSWORD", "who logs in", set_user, RULE_NO, NULL }, \
		{ "number NUMBERS [type (normal|silent-ring|beep-ring|feature-ring|monitor-ring|" \
		  "overlay|cw-overlay)]", \
			"a line", set_number, RULE_NO, NULL }, \
		{ "speed-dial <1-36> .NUMBER", "a speed dial", profile_keep, RULE_NO, NULL }, \
		{ "pin PIN", "overrides the blocking of calls", set_pin, RULE_NO, NULL }, \
		{ "privacy-button", "a privacy key for octo lines", set_privacy, RULE_NO, NULL }, \
	{ \
		"reset", "reset the phones that have the profile", profile_reset, 0, NULL \
	}

static const struct rule logout_profile_list[] = { PROFILE_COMMANDS };

static const struct rule user_profile_list[] = {
	PROFILE_COMMANDS,
	{ "max-idle-time <1-9999>", "log out after so many idle minutes", set_max_idle, RULE_NO,
		NULL },
};

const struct rules logout_profile_commands = RULES_OF(logout_profile_list);
const struct rules user_profile_commands = RULES_OF(user_profile_list);

static void profile_release(void *object)
{
	config_profile_free(object);
}

static void profile_remove(
	struct edit *edit, struct config_table *table, struct config_profile *profile)
{
	edit_touch(edit, TOUCH_PROFILE, 0);
	index_del(&edit->config->profile_by_user, profile->user, profile);
	table_del(table, profile->tag);
	edit_bury(edit, profile, profile_release);
}

void remove_user_profile(struct edit *edit, struct config_profile *profile)
{
	profile_remove(edit, &edit->config->user_profiles, profile);
}

void remove_logout_profile(struct edit *edit, struct config_profile *profile)
{
	struct config_ephone *ephone;

	profile_remove(edit, &edit->config->logout_profiles, profile);
	for (unsigned tag = 0; (ephone = config_ephone_next(edit->config, tag)) != NULL;
		tag = ephone->tag)
		if (ephone->logout_profile == profile->tag) {
			ephone->logout_profile = 0;
			edit_touch(edit, TOUCH_EPHONE, ephone->tag);
		}
}
