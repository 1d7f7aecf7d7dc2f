// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/ctl/terminal.h"

#include <arpa/telnet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

// Where in a telnet command of the shell the next byte is: IAC, verb, option.
enum telnet_at {
	TELNET_TEXT,
	TELNET_VERB,
	TELNET_OPTION,
};

static volatile sig_atomic_t resized = 1;

static void on_resize(int signal)
{
	(void)signal;
	resized = 1;
}

// The size of the window (RFC 1073), for help texts.
static void tell_size(int fd)
{
	struct winsize size;
	uint8_t option[] = { IAC, SB, TELOPT_NAWS, 0, 0, 0, 0, IAC, SE };

	resized = 0;
	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0xff ||
		size.ws_row == 0xff)
		return;
	option[3] = (uint8_t)(size.ws_col >> 8);
	option[4] = (uint8_t)size.ws_col;
	option[5] = (uint8_t)(size.ws_row >> 8);
	option[6] = (uint8_t)size.ws_row;
	send(fd, option, sizeof(option), MSG_NOSIGNAL);
}

// Takes telnet commands out of what the shell says. Returns what is left.
static size_t strip_telnet(enum telnet_at *at, uint8_t *bytes, size_t count)
{
	size_t left = 0;

	for (size_t i = 0; i < count; i++) {
		if (*at == TELNET_OPTION)
			*at = TELNET_TEXT;
		else if (*at == TELNET_VERB)
			*at = bytes[i] >= WILL ? TELNET_OPTION : TELNET_TEXT;
		else if (bytes[i] == IAC)
			*at = TELNET_VERB;
		else
			bytes[left++] = bytes[i];
	}
	return left;
}

static bool pass(int to, const uint8_t *bytes, size_t count, bool to_socket)
{
	while (count > 0) {
		ssize_t done =
			to_socket ? send(to, bytes, count, MSG_NOSIGNAL) : write(to, bytes, count);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		bytes += done;
		count -= (size_t)done;
	}
	return true;
}

static void join(int fd)
{
	struct pollfd fds[] = { { STDIN_FILENO, POLLIN, 0 }, { fd, POLLIN, 0 } };
	enum telnet_at at = TELNET_TEXT;
	uint8_t bytes[4096];
	ssize_t count;

	for (;;) {
		if (resized)
			tell_size(fd);
		if (poll(fds, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			return;
		}
		if (fds[1].revents != 0) {
			count = read(fd, bytes, sizeof(bytes));
			if (count <= 0)
				return;
			count = (ssize_t)strip_telnet(&at, bytes, (size_t)count);
			if (!pass(STDOUT_FILENO, bytes, (size_t)count, false))
				return;
		}
		if (fds[0].revents != 0) {
			count = read(STDIN_FILENO, bytes, sizeof(bytes));
			if (count <= 0 || !pass(fd, bytes, (size_t)count, true))
				return;
		}
	}
}

int terminal_run(int fd, bool privileged)
{
	struct sigaction action = { .sa_handler = on_resize };
	struct termios saved, raw;

	if (tcgetattr(STDIN_FILENO, &saved) < 0)
		return -errno;
	raw = saved;
	cfmakeraw(&raw);
	if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) < 0)
		return -errno;
	sigaction(SIGWINCH, &action, NULL);
	if (privileged) // an engine that takes nothing says why
		send(fd, "enable\n", 7, MSG_NOSIGNAL);
	join(fd);
	tcsetattr(STDIN_FILENO, TCSANOW, &saved);
	return 0;
}
