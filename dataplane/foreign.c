// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/foreign.h"

#include <errno.h>
#include <stdlib.h>

#include "dataplane/relay.h"
#include "dataplane/sip_shell.h"
#include "dataplane/worker.h"

static_assert(HANDLE_WORKERS_MAX <= 16, "a bit for each worker");

// Tables are as long as all TCP connections, and zero: only what SIP uses of them becomes memory.
int foreign_init(struct worker *worker, uint32_t conns)
{
	struct foreign *foreign = &worker->foreign;

	if (worker->home->workers == 1)
		return 0;
	foreign->size = conns;
	foreign->shares = calloc(conns, sizeof(*foreign->shares));
	if (foreign->shares == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < worker->home->workers; i++) {
		if (i == worker->index)
			continue;
		foreign->conns[i] = calloc(conns, sizeof(*foreign->conns[i]));
		foreign->queues[i].indices = calloc(conns, sizeof(uint32_t));
		if (foreign->conns[i] == NULL || foreign->queues[i].indices == NULL)
			return -ENOMEM;
	}
	return 0;
}

void foreign_fini(struct worker *worker)
{
	struct foreign *foreign = &worker->foreign;

	for (unsigned i = 0; i < HANDLE_WORKERS_MAX; i++) {
		free(foreign->conns[i]);
		free(foreign->queues[i].indices);
	}
	free(foreign->shares);
}

// --- of ours
// ------------------------------------------------------------------------------------------

// NULL: it was never told, or its place is another's.
static struct foreign_share *share_of(const struct worker *worker, handle_t conn)
{
	const struct foreign *foreign = &worker->foreign;

	if (handle_index(conn) >= foreign->size || foreign->shares[handle_index(conn)].conn != conn)
		return NULL;
	return &foreign->shares[handle_index(conn)];
}

static void queue_add(struct worker *worker, struct foreign_share *share, unsigned to)
{
	struct foreign_queue *queue = &worker->foreign.queues[to];

	if (to == worker->index || (share->queued >> to & 1) != 0)
		return;
	share->queued |= (uint16_t)(1u << to);
	queue->indices[(queue->first + queue->n) % worker->foreign.size] =
		(uint32_t)(share - worker->foreign.shares);
	queue->n++;
}

static void queue_add_all(struct worker *worker, struct foreign_share *share)
{
	for (unsigned to = 0; to < worker->home->workers; to++)
		queue_add(worker, share, to);
}

void foreign_opened(struct worker *worker, const struct sip_flow *flow)
{
	struct foreign_share *share;
	uint16_t queued;

	if (worker->foreign.size == 0)
		return;
	share = &worker->foreign.shares[handle_index(flow->conn)];
	queued = share->queued;
	*share = (struct foreign_share){
		.conn = flow->conn,
		.flow = *flow,
		.queued = queued,
		.flags = FOREIGN_OPEN | FOREIGN_ROOM,
	};
	queue_add_all(worker, share);
}

void foreign_listens(struct worker *worker, handle_t conn, uint16_t port)
{
	struct foreign_share *share = share_of(worker, conn);

	if (share == NULL)
		return;
	share->listens = port;
	queue_add_all(worker, share);
}

static void flags_set(struct worker *worker, handle_t conn, uint8_t clear, uint8_t set)
{
	struct foreign_share *share = share_of(worker, conn);
	uint8_t flags;

	if (share == NULL)
		return;
	flags = (uint8_t)((share->flags & ~clear) | set);
	if (flags == share->flags)
		return;
	share->flags = flags;
	queue_add_all(worker, share);
}

void foreign_half(struct worker *worker, handle_t conn)
{
	flags_set(worker, conn, 0, FOREIGN_HALF);
}

void foreign_room(struct worker *worker, handle_t conn, bool room)
{
	flags_set(worker, conn, FOREIGN_ROOM, room ? FOREIGN_ROOM : 0);
}

void foreign_closed(struct worker *worker, handle_t conn, bool undelivered)
{
	flags_set(worker, conn, FOREIGN_OPEN | FOREIGN_ROOM, undelivered ? FOREIGN_UNDELIVERED : 0);
}

void foreign_took(struct worker *worker, unsigned from, handle_t conn, size_t n)
{
	struct foreign_share *share = share_of(worker, conn);

	if (share == NULL || n == 0)
		return;
	share->taken[from] += (uint32_t)n;
	queue_add(worker, share, from);
}

void foreign_refused(struct worker *worker, unsigned from, handle_t conn)
{
	struct foreign_share *share = share_of(worker, conn);

	if (share == NULL)
		return;
	share->undelivered |= (uint16_t)(1u << from);
	if ((share->flags & FOREIGN_OPEN) != 0)
		queue_add(worker, share, from);
}

static struct foreign_news news_of(
	const struct worker *worker, const struct foreign_share *share, unsigned to)
{
	bool undelivered = (share->undelivered >> to & 1) != 0;

	return (struct foreign_news){
		.conn = share->conn,
		.local_net = addr_ipv4_net(&share->flow.local.addr),
		.remote_net = addr_ipv4_net(&share->flow.remote.addr),
		.remote_port = share->flow.remote.port,
		.listens = share->listens,
		.taken = share->taken[to],
		.writes = worker->relay.writes_taken[to],
		.flags = (uint8_t)(share->flags | (undelivered ? FOREIGN_UNDELIVERED : 0)),
	};
}

bool foreign_tell(struct worker *worker, unsigned to)
{
	struct foreign_queue *queue = &worker->foreign.queues[to];

	while (queue->n > 0) {
		struct foreign_share *share = &worker->foreign.shares[queue->indices[queue->first]];
		struct foreign_news news = news_of(worker, share, to);

		if (!relay_news(worker, to, &news))
			return false;
		share->queued &= (uint16_t) ~(1u << to);
		share->undelivered &= (uint16_t) ~(1u << to);
		queue->first = (queue->first + 1) % worker->foreign.size;
		queue->n--;
	}
	return true;
}

// --- of others
// ----------------------------------------------------------------------------------------

static uint32_t object_of(const struct worker *worker, const struct foreign_conn *conn)
{
	unsigned owner = handle_owner(conn->conn);

	return worker->streams.capacity + owner * worker->foreign.size +
	       (uint32_t)(conn - worker->foreign.conns[owner]);
}

struct foreign_conn *foreign_at(const struct worker *worker, uint32_t object)
{
	uint32_t number = object - worker->streams.capacity;

	return &worker->foreign.conns[number / worker->foreign.size][number % worker->foreign.size];
}

struct foreign_conn *foreign_find(const struct worker *worker, handle_t conn)
{
	const struct foreign *foreign = &worker->foreign;
	unsigned owner = handle_owner(conn);

	if (conn == 0 || owner >= worker->home->workers || owner == worker->index ||
		handle_index(conn) >= foreign->size ||
		foreign->conns[owner][handle_index(conn)].conn != conn)
		return NULL;
	return &foreign->conns[owner][handle_index(conn)];
}

static struct endpoint listener_of(const struct foreign_conn *conn)
{
	return (struct endpoint){ conn->flow.remote.addr, conn->listens };
}

static void conn_listens(struct worker *worker, struct foreign_conn *conn, uint16_t port)
{
	struct endpoint at = listener_of(conn);

	if (port == conn->listens)
		return;
	if (conn->listens != 0)
		ways_remove(worker, object_of(worker, conn), WAY_LISTENS, &at);
	conn->listens = at.port = port;
	ways_add(worker, object_of(worker, conn), WAY_LISTENS, &at);
}

static void conn_open(
	struct worker *worker, struct foreign_conn *conn, const struct foreign_news *news)
{
	bool listed = conn->listed;
	uint32_t list_next = conn->list_next;

	*conn = (struct foreign_conn){
		.conn = news->conn,
		.flow = {
			.proto = SIP_OVER_TCP,
			.local = { addr_ipv4(news->local_net), worker->sip_listen.port },
			.remote = { addr_ipv4(news->remote_net), news->remote_port },
			.conn = news->conn,
		},
		.taken = news->taken,
		.given = news->taken,
		.listed = listed,
		.list_next = list_next,
	};
	ways_add(worker, object_of(worker, conn), WAY_REMOTE, &conn->flow.remote);
}

static void conn_gone(struct worker *worker, struct foreign_conn *conn, bool undelivered)
{
	handle_t h = conn->conn;
	struct endpoint at = listener_of(conn);

	ways_remove(worker, object_of(worker, conn), WAY_REMOTE, &conn->flow.remote);
	if (conn->listens != 0)
		ways_remove(worker, object_of(worker, conn), WAY_LISTENS, &at);
	conn->conn = 0;
	conn->wanted = false;
	sip_relayed_lost(worker, h, undelivered);
}

// What we wrote and its owner had not taken when it told is lost with it.
static bool more_written(const struct foreign_conn *conn, const struct foreign_news *news)
{
	return conn->wrote && (int32_t)(conn->last_write - news->writes) > 0;
}

void foreign_hear(struct worker *worker, unsigned from, const struct foreign_news *news)
{
	struct foreign_conn *conn = &worker->foreign.conns[from][handle_index(news->conn)];
	bool undelivered = (news->flags & FOREIGN_UNDELIVERED) != 0;

	worker->foreign.look[from] = true;
	// Its end was never told of by itself: nobody knows what its peer got.
	if (conn->conn != 0 && conn->conn != news->conn)
		conn_gone(worker, conn, true);
	if ((news->flags & FOREIGN_OPEN) == 0) {
		if (conn->conn != 0)
			conn_gone(worker, conn, undelivered || more_written(conn, news));
		return;
	}
	if (conn->conn == 0)
		conn_open(worker, conn, news);
	if (undelivered)
		sip_flow_undelivered(worker->sip, conn->conn);
	if (news->listens != 0)
		conn_listens(worker, conn, news->listens);
	conn->half = (news->flags & FOREIGN_HALF) != 0;
	conn->room = (news->flags & FOREIGN_ROOM) != 0;
	conn->taken = news->taken;
}

void foreign_wrote(struct foreign_conn *conn, uint32_t number, size_t n, bool request)
{
	conn->wrote = true;
	conn->last_write = number;
	if (request)
		conn->given += (uint32_t)n;
}

static bool takes(const struct worker *worker, const struct foreign_conn *conn, size_t n)
{
	uint32_t under_way = conn->given - conn->taken;

	return conn->room && (under_way == 0 || under_way + n <= FOREIGN_WINDOW) &&
	       relay_has_room(worker, handle_owner(conn->conn));
}

bool foreign_has_room(struct worker *worker, handle_t h, size_t n)
{
	struct foreign_conn *conn = foreign_find(worker, h);
	unsigned owner = handle_owner(h);

	if (conn == NULL)
		return false;
	if (takes(worker, conn, n))
		return true;
	conn->wanted = true;
	worker->foreign.look[owner] = true;
	if (!conn->listed) {
		conn->listed = true;
		conn->list_next = worker->foreign.listed[owner];
		worker->foreign.listed[owner] = 1 + (uint32_t)(conn - worker->foreign.conns[owner]);
	}
	return false;
}

void foreign_look(struct worker *worker, unsigned from)
{
	struct foreign *foreign = &worker->foreign;
	uint32_t *link = &foreign->listed[from];

	if (!foreign->look[from] || *link == 0 || !relay_has_room(worker, from))
		return;
	foreign->look[from] = false;
	while (*link != 0) {
		struct foreign_conn *conn = &foreign->conns[from][*link - 1];
		bool opens = conn->wanted && takes(worker, conn, 0);

		if (conn->wanted && !opens) {
			link = &conn->list_next;
			continue;
		}
		*link = conn->list_next;
		conn->listed = false;
		conn->wanted = false;
		if (opens)
			sip_flow_open(worker->sip, conn->conn);
	}
}
