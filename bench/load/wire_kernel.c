// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "bench/load/wire.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	EVENTS = 64,
	BUFFER_MIN = 4096,
	BUFFER_MAX = 1 << 20,
	DATAGRAM_MAX = 65536,
	DATAGRAMS_A_POLL = 64,
	SOCKET_BUFFER = 4 << 20,
};

// What waits to be read by the hearer, or to be sent.
struct buffer {
	uint8_t *p;
	size_t n;
	size_t size;
};

struct socket_conn {
	int fd; // -1: free
	uint32_t user;
	bool open;
	bool closing; // closed() is told at the next poll
	bool writing; // epoll tells when there is room
	struct buffer in;
	struct buffer out;
};

struct wire_kernel {
	struct wire wire; // first
	int epoll;
	int udp; // -1: none
	struct socket_conn *conns;
	uint32_t nconns;
	uint32_t next;    // where a free one is looked for
	uint32_t closing; // how many are
	uint8_t datagram[DATAGRAM_MAX];
};

enum { UDP_ENTRY = INT32_MAX }; // among the numbers of connections

static bool buffer_room(struct buffer *buffer, size_t more)
{
	size_t size = buffer->size == 0 ? BUFFER_MIN : buffer->size;
	uint8_t *grown;

	while (size < buffer->n + more)
		size *= 2;
	if (size == buffer->size)
		return true;
	grown = size > BUFFER_MAX ? NULL : realloc(buffer->p, size);
	if (grown == NULL)
		return false;
	buffer->p = grown;
	buffer->size = size;
	return true;
}

static void buffer_take(struct buffer *buffer, size_t n)
{
	buffer->n -= n;
	memmove(buffer->p, buffer->p + n, buffer->n);
}

static void watch(struct wire_kernel *w, uint32_t i, int op, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.u32 = i };

	epoll_ctl(w->epoll, op, w->conns[i].fd, &event);
}

static void conn_fail(struct wire_kernel *w, struct socket_conn *conn)
{
	w->closing += !conn->closing;
	conn->closing = true;
}

// --- out -----------------------------------------------------------------------------------------

static void conn_push(struct wire_kernel *w, uint32_t i)
{
	struct socket_conn *conn = &w->conns[i];
	ssize_t put;

	if (conn->out.n == 0 || !conn->open)
		return;
	put = send(conn->fd, conn->out.p, conn->out.n, MSG_NOSIGNAL);
	if (put < 0 && errno != EAGAIN) {
		conn_fail(w, conn);
		return;
	}
	if (put > 0) {
		w->wire.n.frames_out++;
		w->wire.n.bytes_out += (size_t)put;
		buffer_take(&conn->out, (size_t)put);
	}
	w->wire.n.full += conn->out.n > 0;
	if (conn->writing != (conn->out.n > 0)) {
		conn->writing = conn->out.n > 0;
		watch(w, i, EPOLL_CTL_MOD, conn->writing ? EPOLLIN | EPOLLOUT : EPOLLIN);
	}
}

static int kernel_write(struct wire *wire, uint64_t h, const void *p, size_t n)
{
	struct wire_kernel *w = (struct wire_kernel *)wire;
	struct socket_conn *conn = &w->conns[h];

	if (conn->fd < 0 || conn->closing)
		return -ENOTCONN;
	if (!buffer_room(&conn->out, n))
		return -ENOBUFS;
	memcpy(conn->out.p + conn->out.n, p, n);
	conn->out.n += n;
	if (!conn->writing)
		conn_push(w, (uint32_t)h);
	return 0;
}

static int kernel_datagram(struct wire *wire, const struct endpoint *to, const void *p, size_t n)
{
	struct wire_kernel *w = (struct wire_kernel *)wire;

	(void)to; // the socket is connected
	if (send(w->udp, p, n, MSG_NOSIGNAL) < 0)
		return -errno;
	wire->n.frames_out++;
	wire->n.bytes_out += n;
	return 0;
}

static void kernel_flush(struct wire *wire, uint64_t now_us)
{
	(void)wire;
	(void)now_us;
}

// --- connections ---------------------------------------------------------------------------------

static struct sockaddr_in sockaddr_of(const struct endpoint *endpoint)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(endpoint->port),
		.sin_addr.s_addr = addr_ipv4_net(&endpoint->addr),
	};
}

static int socket_open(const struct endpoint *local, const struct endpoint *remote)
{
	struct sockaddr_in from = sockaddr_of(local), to = sockaddr_of(remote);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0)
		return -errno;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if ((local->addr.family != ADDR_NONE &&
		    bind(fd, (struct sockaddr *)&from, sizeof(from)) != 0) ||
		(connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0 && errno != EINPROGRESS)) {
		int error = errno;

		close(fd);
		return -error;
	}
	return fd;
}

static int kernel_connect(struct wire *wire, const struct endpoint *local,
	const struct endpoint *remote, uint32_t user, uint64_t *h)
{
	struct wire_kernel *w = (struct wire_kernel *)wire;
	uint32_t i = 0;
	int fd;

	while (i < w->nconns && w->conns[(w->next + i) % w->nconns].fd >= 0)
		i++;
	if (i == w->nconns)
		return -ENOBUFS;
	i = (w->next + i) % w->nconns;
	fd = socket_open(local, remote);
	if (fd < 0)
		return fd;
	w->next = i + 1;
	w->conns[i].fd = fd;
	w->conns[i].user = user;
	w->conns[i].writing = true; // until it is open
	watch(w, i, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
	*h = i;
	return 0;
}

static void kernel_close(struct wire *wire, uint64_t h, bool reset)
{
	struct wire_kernel *w = (struct wire_kernel *)wire;
	const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	if (w->conns[h].fd < 0)
		return;
	if (reset)
		setsockopt(w->conns[h].fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	conn_fail(w, &w->conns[h]);
}

static void conn_end(struct wire_kernel *w, struct socket_conn *conn)
{
	struct wire_hearer *h = &w->wire.hearer;
	int error = 0;
	socklen_t size = sizeof(error);

	getsockopt(conn->fd, SOL_SOCKET, SO_ERROR, &error, &size);
	close(conn->fd);
	conn->fd = -1;
	conn->open = conn->closing = conn->writing = false;
	conn->in.n = conn->out.n = 0;
	w->closing--;
	h->closed(h->ctx, conn->user, error == 0 ? "closed" : strerror(error));
}

static void conns_end(struct wire_kernel *w)
{
	for (uint32_t i = 0; i < w->nconns && w->closing > 0; i++) {
		if (w->conns[i].closing)
			conn_end(w, &w->conns[i]);
	}
}

// --- in ------------------------------------------------------------------------------------------

static void conn_read(struct wire_kernel *w, struct socket_conn *conn)
{
	struct wire_hearer *h = &w->wire.hearer;
	ssize_t got;
	size_t took;

	if (!buffer_room(&conn->in, BUFFER_MIN)) {
		conn_fail(w, conn);
		return;
	}
	got = recv(conn->fd, conn->in.p + conn->in.n, conn->in.size - conn->in.n, 0);
	if (got < 0 && errno == EAGAIN)
		return;
	if (got <= 0) {
		conn_fail(w, conn);
		return;
	}
	w->wire.n.frames_in++;
	w->wire.n.bytes_in += (size_t)got;
	conn->in.n += (size_t)got;
	took = h->bytes(h->ctx, conn->user, conn->in.p, conn->in.n);
	buffer_take(&conn->in, took);
}

static void conn_event(struct wire_kernel *w, uint32_t i, uint32_t events)
{
	struct socket_conn *conn = &w->conns[i];
	struct wire_hearer *h = &w->wire.hearer;

	if (conn->fd < 0 || conn->closing)
		return;
	if (!conn->open && (events & (EPOLLERR | EPOLLHUP)) != 0) {
		conn_fail(w, conn);
		return;
	}
	if (!conn->open && (events & EPOLLOUT) != 0) {
		conn->open = true;
		conn->writing = false;
		watch(w, i, EPOLL_CTL_MOD, EPOLLIN);
		h->opened(h->ctx, conn->user);
	} else if ((events & EPOLLOUT) != 0) {
		conn_push(w, i);
	}
	if (conn->open && (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0)
		conn_read(w, conn);
}

static unsigned udp_read(struct wire_kernel *w)
{
	struct wire_hearer *h = &w->wire.hearer;
	unsigned n = 0;

	for (; n < DATAGRAMS_A_POLL; n++) {
		ssize_t got = recv(w->udp, w->datagram, sizeof(w->datagram), 0);

		if (got < 0)
			break;
		w->wire.n.frames_in++;
		w->wire.n.bytes_in += (size_t)got;
		h->datagram(h->ctx, w->datagram, (size_t)got);
	}
	return n;
}

static unsigned kernel_poll(struct wire *wire, uint64_t now_us)
{
	struct wire_kernel *w = (struct wire_kernel *)wire;
	struct epoll_event events[EVENTS];
	int n = epoll_wait(w->epoll, events, EVENTS, 0);

	(void)now_us;
	for (int i = 0; i < n; i++) {
		if (events[i].data.u32 == UDP_ENTRY)
			udp_read(w);
		else
			conn_event(w, events[i].data.u32, events[i].events);
	}
	conns_end(w);
	return n > 0 ? (unsigned)n : 0;
}

// --- beginning and end ---------------------------------------------------------------------------

static void kernel_free(struct wire *wire)
{
	struct wire_kernel *w = (struct wire_kernel *)wire;

	for (uint32_t i = 0; i < w->nconns && w->conns != NULL; i++) {
		if (w->conns[i].fd >= 0)
			close(w->conns[i].fd);
		free(w->conns[i].in.p);
		free(w->conns[i].out.p);
	}
	if (w->udp >= 0)
		close(w->udp);
	if (w->epoll >= 0)
		close(w->epoll);
	free(w->conns);
	free(w);
}

// Connected, so that our own address towards the engine is known.
static int udp_open(struct wire_kernel *w, const struct endpoint *engine)
{
	struct sockaddr_in to = sockaddr_of(engine), own;
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = UDP_ENTRY };
	socklen_t size = sizeof(own);
	int bytes = SOCKET_BUFFER;

	w->udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (w->udp < 0)
		return -errno;
	setsockopt(w->udp, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	if (connect(w->udp, (struct sockaddr *)&to, sizeof(to)) != 0 ||
		getsockname(w->udp, (struct sockaddr *)&own, &size) != 0 ||
		epoll_ctl(w->epoll, EPOLL_CTL_ADD, w->udp, &event) != 0)
		return -errno;
	w->wire.udp = (struct endpoint){ addr_ipv4(own.sin_addr.s_addr), ntohs(own.sin_port) };
	return 0;
}

int wire_kernel_new(struct wire **wire, const struct endpoint *engine, uint32_t connections)
{
	static const struct wire_ops ops = {
		.connect = kernel_connect,
		.write = kernel_write,
		.close = kernel_close,
		.datagram = kernel_datagram,
		.poll = kernel_poll,
		.flush = kernel_flush,
		.free = kernel_free,
	};
	struct wire_kernel *w = calloc(1, sizeof(*w));
	int status;

	if (w == NULL)
		return -ENOMEM;
	w->wire.ops = &ops;
	w->wire.ready = true;
	w->udp = -1;
	w->nconns = connections;
	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	w->conns = calloc(connections + 1, sizeof(w->conns[0]));
	for (uint32_t i = 0; w->conns != NULL && i < connections; i++)
		w->conns[i].fd = -1;
	status = w->epoll < 0 ? -errno : w->conns == NULL ? -ENOMEM : udp_open(w, engine);
	if (status < 0) {
		kernel_free(&w->wire);
		return status;
	}
	*wire = &w->wire;
	return 0;
}
