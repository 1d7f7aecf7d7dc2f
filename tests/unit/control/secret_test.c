// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// enable password and enable secret in the configuration: types, what is written, what matches.
#include "tests/unit/control/config_rig.h"

static const struct {
	const char *line;
	const char *right; // NULL: there is none
	const char *wrong;
	const char *written; // NULL: the same
} secrets[] = {
	{ "enable password cisco", "cisco", "Cisco", NULL },
	{ "enable password 0 cisco", "cisco", "0 cisco", "enable password cisco" },
	{ "enable password two  words", "two  words", "two words", NULL },
	{ "enable password 5 o'clock", "5 o'clock", "o'clock", "enable password 0 5 o'clock" },
	{ "enable password 7 02050D480809", "cisco", "cisc", NULL },
	{ "enable password 7 0822455D0A16", "cisco", "ciscos", NULL },
	{ "enable password level 15 7 0822455d0a16", "cisco", "",
		"enable password 7 0822455d0a16" },
	{ "enable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0", "cisco", "cisco ", NULL },
	{ "enable secret level 15 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0", "cisco", "class",
		"enable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0" },
	{ "enable secret 9 $9$abc", NULL, "$9$abc", NULL },
};

static void types_match(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		struct config *config = load_good(secrets[i].line);
		const struct config_secret *secret = config_enable_secret(config);
		char *text = written(config), line[128];

		assert_non_null(secret);
		if (secrets[i].right != NULL && !secret_matches(secret, secrets[i].right))
			fail_msg("%s: not %s", secrets[i].line, secrets[i].right);
		assert_false(secret_matches(secret, secrets[i].wrong));
		assert_false(secret_matches(secret, ""));
		snprintf(line, sizeof(line), "\n%s\n",
			secrets[i].written != NULL ? secrets[i].written : secrets[i].line);
		if (strstr(text, line) == NULL)
			fail_msg("no %s in\n%s", line, text);
		free(text);
		config_free(config);
	}
}

// A secret is not kept as it was typed, and no two are alike.
static void plain_secret_is_hashed(void **state)
{
	struct config *config = load_good("enable secret cisco"), *again;
	char *text = written(config);

	(void)state;
	assert_int_equal(config->enable_secret.type, SECRET_MD5);
	assert_null(strstr(text, "cisco"));
	again = load_good(text);
	assert_string_equal(again->enable_secret.text, config->enable_secret.text);
	assert_true(secret_matches(config_enable_secret(again), "cisco"));
	config_free(again);
	again = load_good("enable secret 0 cisco");
	assert_string_not_equal(again->enable_secret.text, config->enable_secret.text);
	assert_true(secret_matches(config_enable_secret(again), "cisco"));
	config_free(again);
	free(text);
	config_free(config);
}

static void secret_goes_before(void **state)
{
	struct config *config = load_good(
		"enable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0\nenable password other\n");

	(void)state;
	assert_ptr_equal(config_enable_secret(config), &config->enable_secret);
	config_free(config);
	config = load_good("enable secret a\nenable password other\nno enable secret\n");
	assert_true(secret_matches(config_enable_secret(config), "other"));
	config_free(config);
	config = load_good(
		"enable secret a\nenable password b\nno enable password\nno enable secret 5 $1$");
	assert_null(config_enable_secret(config));
	config_free(config);
}

// Other levels, and what is more than we know, come back as they were.
static void others_are_kept(void **state)
{
	static const char *const lines[] = {
		"enable password level 7 lower",
		"enable secret level 2 5 $1$x$y",
		"enable algorithm-type scrypt secret cisco",
		"enable last-resort password",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct config *config = load_good(lines[i]);

		assert_null(config_enable_secret(config));
		assert_non_null(section(config, lines[i]));
		config_free(config);
	}
}

static void unsound_ones_are_refused(void **state)
{
	static const char *const lines[] = {
		"enable password 7 0",
		"enable password 7 0822455D0A1",
		"enable password 7 9922455D0A16",
		"enable password 7 0822455D0A1G",
		"enable secret 5 cisco",
		"enable secret 5 $1$mERr$short",
		"enable secret 5 $1$morethan8$hx5rVt7rPNoS4wqbXKX7m0",
		"enable secret 5 $6$mERr$hx5rVt7rPNoS4wqbXKX7m0",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct load_report report;
		struct config *config = load(lines[i], &report);

		if (config != NULL)
			fail_msg("%s is good", lines[i]);
		load_report_fini(&report);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_match),
		cmocka_unit_test(plain_secret_is_hashed),
		cmocka_unit_test(secret_goes_before),
		cmocka_unit_test(others_are_kept),
		cmocka_unit_test(unsound_ones_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
