// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "tests/unit/control/operator.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <osmocom/core/select.h>

enum { PUMP_ROUNDS = 64 };

int operator_office_open(void **state)
{
	struct shell_setup setup = { .config_path = "/nonexistent/offhook.cfg" };
	struct office *office;

	office_open(state);
	office = *state;
	setup.engine = &office->rig->engine;
	assert_int_equal(vty_server_open(&setup, NULL), 0);
	return 0;
}

int operator_office_close(void **state)
{
	vty_server_stop();
	return office_close(state);
}

void shell_pump(void)
{
	for (unsigned i = 0; i < PUMP_ROUNDS; i++)
		osmo_select_main(1);
}

struct operator* operator_new(struct office *office)
{
	struct operator* op = calloc(1, sizeof(*op));
	int fds[2];

	assert_non_null(op);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	assert_int_equal(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
	op->office = office;
	op->fd = fds[0];
	op->gone = vty_server_accept(fds[1]) < 0;
	return op;
}

void operator_free(struct operator* op)
{
	close(op->fd);
	free(op);
	shell_pump();
}

// Takes out carriage returns and telnet's three-byte commands.
static void tidy(char *text, size_t *size)
{
	size_t left = 0;

	for (size_t i = 0; i < *size; i++) {
		if ((unsigned char)text[i] == 0xff)
			i += 2;
		else if (text[i] != '\r')
			text[left++] = text[i];
	}
	text[left] = '\0';
	*size = left;
}

static void hear(struct operator* op)
{
	ssize_t count;

	do {
		shell_pump();
		count = read(op->fd, op->text + op->size, sizeof(op->text) - 1 - op->size);
		if (count > 0)
			op->size += (size_t)count;
	} while (count > 0 && op->size + 1 < sizeof(op->text));
	if (count == 0 || (count < 0 && errno != EAGAIN))
		op->gone = true;
	op->text[op->size] = '\0';
}

static void say(struct operator* op, const char *text)
{
	size_t left = strlen(text);

	op->size = 0;
	while (left > 0) {
		ssize_t count = send(op->fd, text, left, MSG_NOSIGNAL);

		if (count < 0 && errno == EAGAIN) {
			shell_pump();
			continue;
		}
		if (count <= 0)
			break;
		text += count;
		left -= (size_t)count;
	}
}

const char *operator_type(struct operator* op, const char *keys)
{
	say(op, keys);
	hear(op);
	tidy(op->text, &op->size);
	return op->text;
}

void operator_batch(struct operator* op)
{
	hear(op);
	say(op, "terminal batch\n");
	hear(op);
	assert_true(op->size >= 3 && strcmp(op->text + op->size - 3, "\x1e"
								     "0\n") == 0);
	op->batch = true;
	assert_true(operator_run(op, "enable"));
}

bool operator_run(struct operator* op, const char *line)
{
	char whole[4096];
	bool good;

	snprintf(whole, sizeof(whole), "%s\n", line);
	say(op, whole);
	hear(op);
	assert_true(op->size >= 3 && op->text[op->size - 3] == '\x1e');
	good = op->text[op->size - 2] == '0';
	op->size -= 3;
	op->text[op->size] = '\0';
	return good;
}

// --- transcripts ---------------------------------------------------------------------------------

// `*` stands for any text, all else for itself.
static bool glob(const char *pattern, const char *text)
{
	if (*pattern == '*') {
		for (;; text++) {
			if (glob(pattern + 1, text))
				return true;
			if (*text == '\0')
				return false;
		}
	}
	if (*pattern != *text)
		return false;
	return *pattern == '\0' || glob(pattern + 1, text + 1);
}

// What happens in the office.
static void act(struct office *office, const char *what)
{
	if (strcmp(what, "monitor") == 0)
		office_monitor(office);
	else if (strcmp(what, "talk") == 0)
		office_talk(office);
	else if (strcmp(what, "ring") == 0) {
		sim_off_hook(office->a);
		sim_digits(office->a, "202");
	} else if (strcmp(what, "hang up") == 0) {
		sim_on_hook(office->a);
		sim_on_hook(office->b);
	} else if (strcmp(what, "unplug") == 0)
		sim_disconnect(office->c, CONN_CLOSE_PEER);
	else
		fail_msg("transcript: unknown act %s", what);
}

// The output must be exhausted before the next command.
static void expect_end(const char *path, unsigned number, const char *output)
{
	if (*output != '\0')
		fail_msg("%s:%u: more was said: %s", path, number, output);
}

static void expect_line(const char *path, unsigned number, const char *pattern, char **output)
{
	char *line = *output;
	size_t n = strcspn(line, "\n");

	*output += n + (line[n] == '\n');
	line[n] = '\0';
	if (!glob(pattern, line))
		fail_msg("%s:%u: expected\n%s\nbut said\n%s", path, number, pattern, line);
}

void operator_play(struct office *office, const char *path)
{
	struct operator* op = operator_new(office);
	FILE *file = fopen(path, "re");
	char line[4096], *output = op->text;
	unsigned number = 0;

	if (file == NULL)
		fail_msg("%s: %s", path, strerror(errno));
	operator_batch(op);
	while (fgets(line, sizeof(line), file) != NULL) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#')
			continue;
		if (line[0] == '\0' || strchr(">!=", line[0]) == NULL || line[1] != ' ') {
			expect_line(path, number, line, &output);
			continue;
		}
		expect_end(path, number, output);
		if (line[0] == '=') {
			act(office, line + 2);
			continue;
		}
		if (operator_run(op, line + 2) != (line[0] == '>'))
			fail_msg("%s:%u: %s, but said\n%s", path, number,
				line[0] == '>' ? "should do" : "should be wrong", op->text);
		output = op->text;
	}
	expect_end(path, number, output);
	fclose(file);
	operator_free(op);
}
