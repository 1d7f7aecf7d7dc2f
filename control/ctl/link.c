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

int link_open(struct link *link, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int error;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	*link = (struct link){ .fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	if (link->fd < 0)
		return -errno;
	if (connect(link->fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return 0;
	error = -errno;
	close(link->fd);
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
			return -EPIPE;
		left -= (size_t)sent;
		of_line = (size_t)sent < pieces[0].iov_len ? (size_t)sent : pieces[0].iov_len;
		pieces[0].iov_base = (char *)pieces[0].iov_base + of_line;
		pieces[0].iov_len -= of_line;
	}
	return 0;
}

// More bytes. False at the end.
static bool fill(struct link *link)
{
	ssize_t count;

	do {
		count = read(link->fd, link->bytes, sizeof(link->bytes));
	} while (count < 0 && errno == EINTR);
	if (count <= 0)
		return false;
	link->at = 0;
	link->count = (size_t)count;
	return true;
}

// The next byte, or -1 at the end.
static int next_byte(struct link *link)
{
	if (link->at == link->count && !fill(link))
		return -1;
	return (unsigned char)link->bytes[link->at++];
}

// Text up to the mark, which is not passed on, then the verdict.
static int take_answer(struct link *link, FILE *out)
{
	int byte;

	while ((byte = next_byte(link)) != MARK) {
		if (byte < 0)
			return -EPIPE;
		if (out != NULL)
			fputc(byte, out);
	}
	byte = next_byte(link);
	if (byte < 0 || next_byte(link) < 0)
		return -EPIPE;
	if (out != NULL)
		fflush(out);
	return byte == '0';
}

int link_run(struct link *link, const char *line, FILE *out)
{
	if (send_line(link, line) < 0)
		return -EPIPE;
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
	if (status < 0 && said != NULL && size > 0)
		fwrite(said, 1, size, out);
	free(said);
	if (status >= 0)
		status = link_run(link, "enable", out);
	return status >= 0 ? 0 : -EPROTO;
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

void link_follow(struct link *link, const volatile bool *stop, FILE *out)
{
	do {
		fwrite(link->bytes + link->at, 1, link->count - link->at, out);
		fflush(out);
		link->at = link->count;
	} while (wait_bytes(link, stop) && fill(link));
}
