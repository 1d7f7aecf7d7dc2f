// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/ctl/link.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

enum { MARK = 0x1e }; // stands before the verdict on a line: '0' is right

// What the last call on the socket found wrong; its time limit says EAGAIN.
static int link_error(void)
{
	return errno == EAGAIN ? -ETIMEDOUT : -errno;
}

static int link_connect(int fd, const struct sockaddr_un *address, unsigned wait_s)
{
	struct timeval limit = { .tv_sec = wait_s };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0 ||
		connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
		return link_error();
	return 0;
}

int link_open(struct link *link, const char *path, unsigned wait_s)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int error;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	*link = (struct link){ .fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	if (link->fd < 0)
		return -errno;
	error = link_connect(link->fd, &address, wait_s);
	if (error < 0)
		link_close(link);
	return error;
}

void link_close(struct link *link)
{
	close(link->fd);
	link->fd = -1;
}

// A line and its end, in one piece where the socket takes it.
static int send_line(struct link *link, const char *line)
{
	struct iovec pieces[] = { { (char *)line, strlen(line) }, { "\n", 1 } };
	struct msghdr message = { .msg_iov = pieces, .msg_iovlen = 2 };
	size_t left = pieces[0].iov_len + 1;

	while (left > 0) {
		ssize_t sent = sendmsg(link->fd, &message, MSG_NOSIGNAL);
		size_t of_line;

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return sent < 0 ? link_error() : -EPIPE;
		left -= (size_t)sent;
		of_line = (size_t)sent < pieces[0].iov_len ? (size_t)sent : pieces[0].iov_len;
		pieces[0].iov_base = (char *)pieces[0].iov_base + of_line;
		pieces[0].iov_len -= of_line;
	}
	return 0;
}

// More bytes. 0; -EPIPE at the end, -ETIMEDOUT.
static int fill(struct link *link)
{
	ssize_t count;

	do {
		count = read(link->fd, link->bytes, sizeof(link->bytes));
	} while (count < 0 && errno == EINTR);
	if (count <= 0)
		return count < 0 && errno == EAGAIN ? -ETIMEDOUT : -EPIPE;
	link->at = 0;
	link->count = (size_t)count;
	return 0;
}

// The next byte, or what fill() has against it.
static int next_byte(struct link *link)
{
	int error = link->at == link->count ? fill(link) : 0;

	return error < 0 ? error : (unsigned char)link->bytes[link->at++];
}

// Text up to the mark, which is not passed on, then the verdict.
static int take_answer(struct link *link, FILE *out)
{
	int byte, end;

	while ((byte = next_byte(link)) != MARK) {
		if (byte < 0)
			return byte;
		fputc(byte, out);
	}
	byte = next_byte(link);
	end = byte < 0 ? byte : next_byte(link);
	if (end < 0)
		return end;
	fflush(out);
	return byte == '0';
}

// One that takes no line may have said why before it hung up.
int link_run(struct link *link, const char *line, FILE *out)
{
	int error = send_line(link, line);

	if (error == -ETIMEDOUT)
		return error;
	return take_answer(link, out);
}

int link_begin(struct link *link, FILE *out)
{
	// What the session greets people with is of no interest, unless it is all that comes.
	char *said = NULL;
	size_t size = 0;
	FILE *greeting = open_memstream(&said, &size);
	int status = greeting == NULL ? -EPIPE : link_run(link, "terminal batch", greeting);

	if (greeting != NULL)
		fclose(greeting);
	if (status == -EPIPE && size > 0) {
		fwrite(said, 1, size, out);
		status = -ECONNREFUSED;
	}
	free(said);
	if (status >= 0)
		status = link_run(link, "enable", out);
	return status < 0 ? status : 0;
}

// Waits for bytes with all signals let in: they come here or not at all, so that *stop cannot be
// missed. False when it was set.
static bool wait_bytes(struct link *link, const volatile bool *stop)
{
	struct pollfd poll = { .fd = link->fd, .events = POLLIN };
	sigset_t none;
	int count;

	sigemptyset(&none);
	do {
		count = ppoll(&poll, 1, NULL, &none);
	} while (count < 0 && errno == EINTR && !*stop);
	return !*stop;
}

int link_follow(struct link *link, const volatile bool *stop, FILE *out)
{
	int error;

	do {
		fwrite(link->bytes + link->at, 1, link->count - link->at, out);
		link->at = link->count;
		if (fflush(out) != 0)
			return -errno;
		if (!wait_bytes(link, stop))
			return 0;
		error = fill(link);
	} while (error == 0);
	return error;
}
