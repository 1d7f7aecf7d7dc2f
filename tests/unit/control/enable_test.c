// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The way to the privileged level: the password that is asked for, who need not know it, and that
// nothing of it is shown; and what a terminal's bytes are taken for on the way.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "control/vty/keys.h"
#include "tests/unit/control/operator.h"

static void configure(struct office *office, const char *line)
{
	assert_true(rig_configure(office->rig, line));
}

static void assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("'%s' is not in:\n%s", part, text);
}

static void types(struct operator* op, const char *keys, const char *said)
{
	assert_string_equal(operator_type(op, keys), said);
}

static struct operator* operator_guarded(struct office *office, const char *line)
{
	struct operator* op = operator_new(office);

	configure(office, line);
	operator_type(op, "");
	return op;
}

static void the_password_opens(void **state)
{
	struct operator* op = operator_guarded(*state, "enable secret sesame");

	types(op, "enable\n", "enable\nPassword: ");
	types(op, "sesame", "");
	types(op, "\n", "\noffhook# ");
	types(op, "enable\n", "enable\noffhook# ");
	types(op, "disable\n", "disable\noffhook> ");
	types(op, "en\n", "en\nPassword: ");
	types(op, "sesame\n", "\noffhook# ");
	assert_null(strstr(operator_type(op, "show history\n"), "sesame"));
	operator_free(op);
}

static void three_tries(void **state)
{
	struct operator* op = operator_guarded(*state, "enable secret sesame");

	operator_type(op, "enable\n");
	types(op, "Sesame\n", "\nPassword: ");
	types(op, "\n", "\nPassword: ");
	types(op, "sesam\n", "\n% Bad secrets\n\noffhook> ");
	assert_has(operator_type(op, "show running-config\n"), "% word 'running-config': ");
	operator_type(op, "enable\n");
	types(op, "no\n", "\nPassword: ");
	types(op, "no\n", "\nPassword: ");
	types(op, "sesame\n", "\noffhook# ");
	configure(*state, "no enable secret");
	configure(*state, "enable password 7 0822455D0A16");
	operator_type(op, "disable\nenable\n");
	operator_type(op, "a\nb\n");
	types(op, "c\n", "\n% Bad passwords\n\noffhook> ");
	operator_type(op, "enable\n");
	types(op, "cisco\n", "\noffhook# ");
	operator_free(op);
}

// What is typed ahead is read where it arrives, in whatever pieces it comes.
static void typed_ahead(void **state)
{
	struct operator* op = operator_guarded(*state, "enable password sesame");
	const char *keys = "enable\r\nsesame\r\nconfigure terminal\r\nhostname here\r\n";

	assert_string_equal(operator_type(op, keys),
		"enable\nPassword: \noffhook# configure terminal\noffhook(config)# "
		"hostname here\nhere(config)# ");
	operator_type(op, "end\ndisable\n");
	for (const char *p = keys; *p != '\0'; p++)
		operator_type(op, (char[]){ *p, '\0' });
	types(op, "\r", "\nhere(config)# ");
	types(op, "\n", "");
	operator_free(op);
}

// Editing, and ways out of it.
static void keys_of_the_password(void **state)
{
	struct operator* op = operator_guarded(*state, "enable password ses?me");
	char longest[400];

	operator_type(op, "enable\n");
	types(op,
		"rubbish\x15ses?x\x7fmm\x08"
		"e\n",
		"\noffhook# ");
	operator_type(op, "disable\n");
	for (const char *way = "\x03\x04\x1a"; *way != '\0'; way++) {
		operator_type(op, "enable\nses");
		types(op, (char[]){ *way, '\0' }, "\noffhook> ");
		operator_type(op, "enable\n");
		types(op, "?me\n", "\nPassword: "); // nothing is left of it
		types(op, "\x7f\x7fses?me\n", "\noffhook# ");
		operator_type(op, "disable\n");
	}
	memset(longest, 'x', sizeof(longest));
	strcpy(longest + sizeof(longest) - 2, "\n");
	operator_type(op, "enable\n");
	types(op, longest, "\nPassword: ");
	operator_type(op, "\x03");
	// The longest, and one more.
	memset(longest, 'x', 16 + 255);
	memcpy(longest, "enable password ", 16);
	strcpy(longest + 16 + 255, "");
	configure(*state, longest);
	operator_type(op, "enable\n");
	strcpy(longest + 16 + 255, "x\n");
	types(op, longest + 16, "\nPassword: ");
	strcpy(longest + 16 + 255, "\n");
	types(op, longest + 16, "\noffhook# ");
	operator_type(op, "disable\nenable\na"); // it leaves in the middle
	operator_free(op);
}

// The window's size may hold the bytes of a line's end, and come when the password is waited for.
static void window_size_is_no_key(void **state)
{
	static const char size[] = "\xff\xfa\x1f\x0d\x0a\x0a\x0d\xff\xf0";
	static const char *const pieces[] = { "\xff", "\xfa\x1f\x0a", "\x0d\x0d", "\x0a\xff",
		"\xf0\xff\xfb", "\x1f" };
	struct operator* op = operator_guarded(*state, "enable secret sesame");

	types(op, size, "");
	operator_type(op, "enable\n");
	types(op, "ses", "");
	types(op, size, "");
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
		types(op, pieces[i], "");
	types(op, "ame\n", "\noffhook# ");
	operator_free(op);
}

static void keys_are_taken_apart(void **state)
{
	char bytes[] = "a\r\nb\n\r\n\xff\xff?\x04\xff\xfd\x01"
		       "c\x1a\xff\xfa\x1f\x01\x02\x03\x04\xff\xf0"
		       "d";
	static const char *const pieces[] = { "a", "\r", "b", "\n", "\r", "?", "\x04", "c", "\x1a",
		"d" };
	struct keys keys = { 0 };
	struct span rest = keys_clean(&keys, bytes, sizeof(bytes) - 1), piece;

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		piece = keys_piece(&rest);
		assert_true(span_eq(piece, span_str(pieces[i])));
	}
	assert_int_equal(rest.n, 0);
	assert_int_equal(keys.columns, 0x102);
	assert_int_equal(keys.rows, 0x304);
	// Another option, one that is too short and one too long change nothing.
	memcpy(bytes, "\xff\xfa\x01\x09\x09\x09\x09\xff\xf0", 9);
	assert_int_equal(keys_clean(&keys, bytes, 9).n, 0);
	memcpy(bytes, "\xff\xfa\x1f\x09\xff\xf0", 6);
	assert_int_equal(keys_clean(&keys, bytes, 6).n, 0);
	memcpy(bytes, "\xff\xfa\x1f\x09\x09\x09\x09\x09\xff\xf0", 10);
	assert_int_equal(keys_clean(&keys, bytes, 10).n, 0);
	assert_int_equal(keys.columns, 0x102);
}

// A secret taken away while it is asked for.
static void secret_goes_away(void **state)
{
	struct operator* op = operator_guarded(*state, "enable secret sesame");

	operator_type(op, "enable\n");
	configure(*state, "no enable secret");
	types(op, "\n", "\noffhook# ");
	operator_free(op);
}

// --- programs ------------------------------------------------------------------------------------

// Connects as another user. -1 when that cannot be.
static int connect_as(uid_t user, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	strcpy(address.sun_path, path);
	if (seteuid(user) < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		fd = -1;
	}
	assert_int_equal(seteuid(0), 0);
	return fd;
}

// Root's programs need no password, others' get the user's commands.
static void programs(void **state)
{
	struct office *office = *state;
	struct shell_setup setup = { .engine = &office->rig->engine,
		.config_path = "/nonexistent/offhook.cfg" };
	struct operator* op = operator_guarded(office, "enable secret sesame");
	char directory[] = "/tmp/offhook-enable-XXXXXX", path[64];

	operator_batch(op); // privileged
	assert_true(operator_run(op, "show running-config | include secret"));
	operator_free(op);
	if (geteuid() != 0)
		return;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/ctl", directory);
	assert_int_equal(vty_server_open(&setup, path), 0);
	assert_int_equal(chmod(directory, 0755) | chmod(path, 0666), 0);
	op = operator_new(office);
	close(op->fd);
	op->fd = connect_as(65534, path);
	assert_true(op->fd >= 0);
	operator_type(op, "terminal batch\n");
	assert_false(operator_run(op, "enable"));
	assert_string_equal(
		op->text, "% A password is set: privileged commands by a terminal only\n");
	assert_true(operator_run(op, "show version"));
	assert_false(operator_run(op, "show running-config"));
	configure(office, "no enable secret");
	assert_true(operator_run(op, "enable"));
	assert_true(operator_run(op, "show running-config"));
	operator_free(op);
	vty_server_stop();
	assert_int_equal(rmdir(directory), 0);
}

// A program's lines right behind the one that makes it one are the program's.
static void program_in_a_hurry(void **state)
{
	struct operator* op = operator_new(*state);

	operator_type(op, "");
	assert_string_equal(operator_type(op, "terminal batch\nenable\nshow cti ses"), "\x1e"
										       "0\n\x1e"
										       "0\n");
	assert_string_equal(operator_type(op, "sion\n"), "no active CTI session\n\x1e"
							 "0\n");
	operator_free(op);
}

#define IN_OFFICE(test) \
	cmocka_unit_test_setup_teardown(test, operator_office_open, operator_office_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_OFFICE(the_password_opens),
		IN_OFFICE(three_tries),
		IN_OFFICE(typed_ahead),
		IN_OFFICE(keys_of_the_password),
		IN_OFFICE(window_size_is_no_key),
		cmocka_unit_test(keys_are_taken_apart),
		IN_OFFICE(secret_goes_away),
		IN_OFFICE(programs),
		IN_OFFICE(program_in_a_hurry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
