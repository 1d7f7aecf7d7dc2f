// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/vty/interactive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <osmocom/core/talloc.h>

static int feed[2] = { -1, -1 }; // a pipe: what libosmovty reads next

int interactive_init(void)
{
	return feed[0] < 0 && pipe2(feed, O_CLOEXEC) < 0 ? -errno : 0;
}

void interactive_fini(void)
{
	for (unsigned i = 0; i < 2; i++) {
		if (feed[i] >= 0)
			close(feed[i]);
		feed[i] = -1;
	}
}

// --- keys for libosmovty -------------------------------------------------------------------------

// libosmovty remembers each change of node and would only forget them on its own ways up.
static void forget_parents(struct vty *vty)
{
	struct vty_parent_node *parent, *next;

	llist_for_each_entry_safe (parent, next, &vty->parent_nodes, entry) {
		llist_del(&parent->entry);
		talloc_free(parent);
	}
}

// libosmovty reads by itself, from a descriptor and as much as there is. It is given the piece that
// it is to act on and no more, through a pipe, so that what comes behind a command is read where
// that led. -EBADF: it closed the session.
static int session_feed(struct shell_session *session, struct span piece, int node)
{
	struct vty *vty = session->telnet.vty;

	if (write(feed[1], piece.p, piece.n) != (ssize_t)piece.n)
		return -EIO;
	vty->node = node;
	vty->fd = feed[0];
	if (vty_read(vty) == -EBADF)
		return -EBADF;
	vty->fd = session->telnet.fd.fd;
	forget_parents(vty);
	return 0;
}

static void line_forget(struct vty *vty)
{
	vty->cp = vty->length = 0;
	vty->buf[0] = '\0';
}

// Ctrl-Z ends the configuration. libosmovty does that for its own nodes only.
static void end_configuration(struct shell_session *session)
{
	if (session->level != LEVEL_CONFIGURE)
		return;
	shell_unconfigure(session);
	line_forget(session->telnet.vty);
	session_print(session, SPAN("\n"));
	shell_prompt(session);
}

// Ctrl-D at the start of a line leads one mode up, and out where there is none; elsewhere it takes
// out a character.
static int go_up(struct shell_session *session, struct span key)
{
	if (session->telnet.vty->length > 0)
		return session_feed(session, key, shell_help_node(session));
	session_print(session, SPAN("\n"));
	if (!shell_up(session))
		return -EPIPE;
	shell_prompt(session);
	return 0;
}

static int keys_do(struct shell_session *session, struct span piece)
{
	switch (piece.p[0]) {
	case KEY_CTRL_Z:
		end_configuration(session);
		return 0;
	case KEY_CTRL_D:
		return go_up(session, piece);
	default:
		return session_feed(session, piece,
			key_is_end(piece.p[0]) ? shell_line_node(session)
					       : shell_help_node(session));
	}
}

// --- the password --------------------------------------------------------------------------------

static void password_end(struct shell_session *session, bool given)
{
	char *out = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&out, &size);

	if (session->password_size ==
		SHELL_PASSWORD_SIZE) // too long: no password has an end of a line
		session->password_size = (size_t)sprintf(session->password, "\n");
	session->password[session->password_size] = '\0';
	session_print(session, SPAN("\n"));
	if (!given)
		session->tries = 0;
	else if (stream != NULL)
		shell_password(session, stream);
	if (stream != NULL && fclose(stream) == 0)
		session_print(session, span_of(out, size));
	free(out);
	explicit_bzero(session->password, sizeof(session->password));
	session->password_size = 0;
	shell_prompt(session);
}

// Nothing of it is shown, nor kept.
static void password_key(struct shell_session *session, char key)
{
	switch (key) {
	case '\n':
	case '\r':
		password_end(session, true);
		break;
	case KEY_CTRL_C:
	case KEY_CTRL_D:
	case KEY_CTRL_Z:
		password_end(session, false);
		break;
	case KEY_CTRL_U:
		session->password_size = 0;
		break;
	case KEY_CTRL_H:
	case KEY_DELETE:
		session->password_size -= session->password_size > 0;
		break;
	default:
		if ((unsigned char)key >= ' ' && session->password_size < SHELL_PASSWORD_SIZE)
			session->password[session->password_size++] = key;
	}
}

// --- all of them ---------------------------------------------------------------------------------

int interactive_read(struct shell_session *session, char bytes[VTY_READ_BUFSIZ], struct span *rest)
{
	ssize_t count = read(session->telnet.fd.fd, bytes, VTY_READ_BUFSIZ);
	struct vty *vty = session->telnet.vty;
	int error = 0;

	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (count <= 0)
		return -EPIPE;
	*rest = keys_clean(&session->keys, bytes, (size_t)count);
	vty->width = session->keys.columns;
	vty->height = session->keys.rows;
	while (rest->n > 0 && error == 0 && !session->batch) {
		if (session->tries > 0) {
			password_key(session, rest->p[0]);
			*rest = span_from(*rest, 1);
			continue;
		}
		error = keys_do(session, keys_piece(rest));
	}
	return error;
}
