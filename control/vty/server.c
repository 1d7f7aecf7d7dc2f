// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/vty/server.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <osmocom/core/select.h>
#include <osmocom/core/talloc.h>
#include <osmocom/core/timer.h>

#include "control/vty/controls.h"
#include "control/vty/interactive.h"

enum {
	LISTEN_BACKLOG = 8,
	BATCH_LINE_MAX = 64 * 1024, // a longer line of a program ends its session
};

// After each command of a batch session: this, '0' or '1' for right or wrong, and the end of a
// line.
#define BATCH_MARK "\x1e"

static struct {
	struct osmo_fd listener;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct llist_head sessions;
	unsigned session_count;
	void *tall;
} server = { .listener = { .fd = -1 } };

// --- output --------------------------------------------------------------------------------------

// People's terminals want a carriage return too.
void session_print(struct shell_session *session, struct span text)
{
	struct vty *vty = session->telnet.vty;

	while (text.n > 0) {
		size_t end = span_find(text, '\n');

		buffer_put(vty->obuf, text.p, end);
		if (end < text.n)
			buffer_put(
				vty->obuf, session->batch ? "\n" : "\r\n", session->batch ? 1 : 2);
		text = span_from(text, end + 1);
	}
	osmo_fd_write_enable(&session->telnet.fd);
}

// Of all but the ends of lines, which a text may have from another system.
static void lines_hide_controls(char *text, size_t size)
{
	for (size_t at = 0, n; at < size; at += n + 1) {
		n = span_find(span_of(text + at, size - at), '\n');
		controls_hide(text + at, n > 0 && text[at + n - 1] == '\r' ? n - 1 : n);
	}
}

// --- idle sessions -------------------------------------------------------------------------------

// Waits for the end of the time that a terminal may be idle. Programs have none: they know when
// they are done.
static void idle_wait(struct shell_session *session)
{
	uint32_t seconds = config_exec_timeout(shell_setup_get()->engine->config);
	struct timeval allowed = { .tv_sec = seconds }, now, end, left = { 0 };

	osmo_timer_del(&session->idle_timer);
	if (seconds == 0 || session->batch)
		return;
	osmo_gettimeofday(&now, NULL);
	timeradd(&session->heard, &allowed, &end);
	if (timercmp(&now, &end, <))
		timersub(&end, &now, &left);
	osmo_timer_schedule(&session->idle_timer, (int)left.tv_sec, (int)left.tv_usec);
}

static void idle_heard(struct shell_session *session)
{
	osmo_gettimeofday(&session->heard, NULL);
	idle_wait(session);
}

// One that shows traces is looked at, not idle.
static void idle_expired(void *ctx)
{
	struct shell_session *session = ctx;
	struct vty *vty = session->telnet.vty;

	if (session->sink.wanted != 0) {
		idle_heard(session);
		return;
	}
	session_print(session, SPAN("\n% Line timeout expired\n"));
	buffer_flush_available(vty->obuf, vty->fd);
	vty_close(vty);
}

// An operator may have changed how long that is, for all.
static void idle_changed(void)
{
	struct shell_session *session;

	llist_for_each_entry (session, &server.sessions, telnet.entry)
		idle_wait(session);
}

// --- lines ---------------------------------------------------------------------------------------

static bool session_do(struct shell_session *session, struct span text)
{
	bool configures = session->level == LEVEL_CONFIGURE;
	char *out = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&out, &size);
	bool good;

	if (stream == NULL)
		return false;
	good = shell_line(session, text, stream);
	if (configures)
		idle_changed();
	if (fclose(stream) == 0) {
		lines_hide_controls(out, size);
		session_print(session, span_of(out, size));
	}
	free(out);
	return good;
}

int vty_session_line(struct vty *vty)
{
	struct shell_session *session = vty->priv;
	bool good;

	vty->fd = session->telnet.fd.fd; // to be closed, perhaps
	good = session_do(session, span_str(vty->buf));
	vty->node = shell_line_node(session);
	if (session->leaving)
		vty->status = VTY_CLOSE;
	return good ? CMD_SUCCESS : CMD_WARNING;
}

static void sink_ready(void *ctx)
{
	struct shell_session *session = ctx;

	osmo_fd_write_enable(&session->telnet.fd);
}

// Sends traces, once all other output is gone.
static void session_flush_traces(struct shell_session *session)
{
	const char *bytes;
	size_t count;
	ssize_t sent;

	while ((count = debug_sink_peek(&session->sink, &bytes)) > 0) {
		if (session->at_prompt) {
			session->at_prompt = false;
			session_print(session, SPAN("\n"));
			return;
		}
		sent = send(session->telnet.fd.fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent <= 0)
			return;
		debug_sink_took(&session->sink, (size_t)sent);
	}
	osmo_fd_write_disable(&session->telnet.fd);
}

// --- programs ------------------------------------------------------------------------------------

static void batch_mark(struct shell_session *session, bool good)
{
	session_print(session, good ? SPAN(BATCH_MARK "0\n") : SPAN(BATCH_MARK "1\n"));
}

static bool output_waits(const struct shell_session *session)
{
	return !buffer_empty(session->telnet.vty->obuf);
}

// Does the whole lines that have come, for as long as their output is taken. False when the session
// is over.
static bool batch_lines(struct shell_session *session)
{
	struct span rest = span_of(session->line, session->line_size);
	struct vty *vty = session->telnet.vty;
	size_t end;

	while (!session->leaving && !output_waits(session) &&
		(end = span_find(rest, '\n')) < rest.n) {
		bool good = session_do(session, span_head(rest, end));

		batch_mark(session, good);
		if (buffer_flush_available(vty->obuf, vty->fd) == BUFFER_ERROR)
			return false;
		rest = span_from(rest, end + 1);
	}
	if (rest.n > 0)
		memmove(session->line, rest.p, rest.n);
	session->line_size = rest.n;
	return !session->leaving && (rest.n < BATCH_LINE_MAX || span_find(rest, '\n') < rest.n);
}

// Room for as much as is read at a time. -ENOMEM.
static int batch_room(struct shell_session *session)
{
	char *grown;

	if (session->line_room - session->line_size >= VTY_READ_BUFSIZ)
		return 0;
	grown = talloc_realloc_size(session, session->line, session->line_room + 4096);
	if (grown == NULL)
		return -ENOMEM;
	session->line = grown;
	session->line_room += 4096;
	return 0;
}

static int read_batch(struct shell_session *session)
{
	ssize_t count;

	if (batch_room(session) < 0)
		return -ENOMEM;
	count = read(session->telnet.fd.fd, session->line + session->line_size,
		session->line_room - session->line_size);
	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (count <= 0)
		return -EPIPE;
	session->line_size += (size_t)count;
	return batch_lines(session) ? 0 : -EPIPE;
}

// A terminal turned into a program: the rest of what it sent is the program's.
static int batch_begin(struct shell_session *session, struct span rest)
{
	buffer_reset(session->telnet.vty->obuf);
	batch_mark(session, true);
	if (batch_room(session) < 0)
		return -ENOMEM;
	memcpy(session->line, rest.p, rest.n);
	session->line_size = rest.n;
	return batch_lines(session) ? 0 : -EPIPE;
}

static int read_interactive(struct shell_session *session)
{
	char bytes[VTY_READ_BUFSIZ];
	struct span rest = SPAN_NONE;
	int error = interactive_read(session, bytes, &rest);

	if (error == 0) {
		idle_heard(session);
		session->at_prompt = !session->batch;
		error = session->batch ? batch_begin(session, rest) : 0;
	}
	explicit_bzero(bytes, sizeof(bytes)); // there may have been a password
	return error;
}

// Sends what waits, then the traces. -EPIPE.
static int session_flush(struct shell_session *session)
{
	struct vty *vty = session->telnet.vty;
	buffer_status_t status = buffer_flush_available(vty->obuf, vty->fd);

	if (status == BUFFER_EMPTY)
		session_flush_traces(session);
	return status == BUFFER_ERROR ? -EPIPE : 0;
}

// Reads and does what came. While output waits nothing is read: who does not listen is not served.
static int session_read(struct shell_session *session, bool readable)
{
	int error = 0;

	if (session->batch && !output_waits(session) && session->line_size > 0)
		error = batch_lines(session) ? 0 : -EPIPE;
	if (error < 0)
		return error;
	if (output_waits(session)) {
		osmo_fd_read_disable(&session->telnet.fd);
		return 0;
	}
	if (readable)
		error = session->batch ? read_batch(session) : read_interactive(session);
	if (error == 0)
		osmo_fd_read_enable(&session->telnet.fd);
	return error;
}

static int session_ready(struct osmo_fd *fd, unsigned int what)
{
	struct shell_session *session = fd->data;
	int error = 0;

	if (what & OSMO_FD_WRITE)
		error = session_flush(session);
	if (error == 0)
		error = session_read(session, (what & OSMO_FD_READ) != 0);
	if (error < 0 && error != -EBADF) // libosmovty closed it then
		vty_close(session->telnet.vty);
	return error < 0 ? -EBADF : 0;
}

// --- sessions ------------------------------------------------------------------------------------

// Called by talloc when libosmovty frees the session.
static int session_gone(struct shell_session *session)
{
	osmo_timer_del(&session->idle_timer);
	shell_forget(session);
	explicit_bzero(session->password, sizeof(session->password));
	debug_sink_del(&session->sink);
	server.session_count--;
	return 0;
}

// Who can read the configuration, and the engine's memory, anyway.
static bool is_trusted(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	       (peer.uid == 0 || peer.uid == geteuid());
}

static int session_start(int fd)
{
	struct shell_session *session = talloc_zero(server.tall, struct shell_session);

	if (session == NULL)
		return -ENOMEM;
	osmo_fd_setup(&session->telnet.fd, fd, OSMO_FD_READ, session_ready, session, 0);
	if (osmo_fd_register(&session->telnet.fd) != 0) {
		talloc_free(session);
		return -ENOMEM;
	}
	session->at_prompt = true;
	session->trusted = is_trusted(fd);
	llist_add_tail(&session->telnet.entry, &server.sessions);
	debug_sink_add(&session->sink, sink_ready, session);
	osmo_timer_setup(&session->idle_timer, idle_expired, session);
	talloc_set_destructor(session, session_gone);
	server.session_count++;
	session->telnet.vty = vty_create(fd, session);
	idle_heard(session);
	return 0;
}

int vty_server_accept(int fd)
{
	static const char full[] = "% Too many sessions\r\n";
	int error;

	if (server.session_count >= VTY_SESSIONS_MAX) {
		if (send(fd, full, sizeof(full) - 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
			error = -errno;
		close(fd);
		return -ENOSPC;
	}
	error = fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0 ? -errno
									: session_start(fd);
	if (error < 0)
		close(fd);
	return error;
}

static int listener_ready(struct osmo_fd *fd, unsigned int what)
{
	int connected = accept4(fd->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)what;
	return connected < 0 ? -errno : vty_server_accept(connected);
}

// --- the socket ----------------------------------------------------------------------------------

// True when somebody answers on the socket.
static bool is_served(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool served =
		fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0;

	if (fd >= 0)
		close(fd);
	return served;
}

// The directory of the socket; what is above it must be there.
static int directory_make(const char *path)
{
	char copy[sizeof(server.path)];

	strcpy(copy, path);
	return mkdir(dirname(copy), 0755) == 0 || errno == EEXIST ? 0 : -errno;
}

// Takes away a socket that nobody serves any more, and nothing else: the path may be a slip.
static int leftover_remove(const struct sockaddr_un *address)
{
	struct stat st;

	if (lstat(address->sun_path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	if (is_served(address))
		return -EADDRINUSE;
	return unlink(address->sun_path) == 0 ? 0 : -errno;
}

// Listens at an address where nothing is.
static int socket_listen(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), error = 0;
	mode_t mask;

	if (fd < 0)
		return -errno;
	mask = umask(0117); // 0660 from the first moment on
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
		error = -errno;
	umask(mask);
	if (error == 0 && listen(fd, LISTEN_BACKLOG) < 0)
		error = -errno;
	if (error == 0)
		return fd;
	close(fd);
	return error;
}

static int socket_open(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, error;

	if (!span_copy(span_str(path), address.sun_path, sizeof(address.sun_path)))
		return -ENAMETOOLONG;
	error = directory_make(path);
	if (error == 0)
		error = leftover_remove(&address);
	fd = error < 0 ? error : socket_listen(&address);
	if (fd >= 0)
		strcpy(server.path, path);
	return fd;
}

int vty_server_open(const struct shell_setup *setup, const char *socket_path)
{
	int fd, error = shell_init(setup);

	if (error < 0)
		return error;
	signal(SIGPIPE, SIG_IGN); // libosmovty writes to sessions that may be gone
	error = interactive_init();
	if (error < 0)
		return error;
	if (server.tall == NULL) {
		server.tall = talloc_named_const(NULL, 0, "vty sessions");
		INIT_LLIST_HEAD(&server.sessions);
	}
	if (socket_path == NULL)
		return 0;
	fd = socket_open(socket_path);
	if (fd < 0)
		return fd;
	osmo_fd_setup(&server.listener, fd, OSMO_FD_READ, listener_ready, NULL, 0);
	if (osmo_fd_register(&server.listener) != 0) {
		osmo_fd_close(&server.listener);
		unlink(server.path);
		return -ENOMEM;
	}
	return 0;
}

void vty_server_stop(void)
{
	while (server.tall != NULL && !llist_empty(&server.sessions)) {
		struct telnet_connection *telnet =
			llist_first_entry(&server.sessions, struct telnet_connection, entry);

		vty_close(telnet->vty);
	}
	talloc_free(server.tall);
	server.tall = NULL;
	interactive_fini();
	if (server.listener.fd < 0)
		return;
	osmo_fd_unregister(&server.listener);
	close(server.listener.fd);
	server.listener.fd = -1;
	unlink(server.path);
}
