// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What workers know of each other's SIP connections, so that a dialog can use one that is at home
// elsewhere as if it were its own: where it leads, whether its peer reads, how much of what was
// written is taken, when it is gone and whether all that was written had arrived.
//
// What is told is the state of a connection, not what happened to it: a connection with something
// new waits in a queue for each worker that has to hear of it, once, so that the queue never
// overflows however far behind that worker is. A connection has the same place in all tables, the
// number in its handle; when the next one with that number is told of, the one before is gone.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/handle.h"
#include "dataplane/sip/flow.h"
#include "dataplane/ways.h"

struct worker;

enum {
	// Bytes of requests on their way to the worker that has the connection, at most, unless it
	// is a single one: as long as they are there nobody knows whether the peer reads.
	FOREIGN_WINDOW = 8192,
};

enum foreign_flag {
	FOREIGN_OPEN = 1,
	FOREIGN_HALF = 2, // its peer sends no more
	FOREIGN_ROOM = 4, // it takes requests
	FOREIGN_UNDELIVERED = 8,
};

// Over the ring: one cell of it.
struct foreign_news {
	handle_t conn;
	uint32_t local_net; // network order
	uint32_t remote_net;
	uint16_t remote_port;
	uint16_t listens; // port, 0: not known
	uint32_t taken;   // bytes of requests of the listener, since the start; wraps
	uint32_t writes;  // of the listener taken so far, for all connections; wraps
	uint8_t flags;    // enum foreign_flag
	uint8_t zero[3];
};

// A connection of ours, as it is to be told.
struct foreign_share {
	handle_t conn;
	struct sip_flow flow;
	uint16_t listens;
	uint16_t queued;      // bits of the workers that have not heard of the last change
	uint16_t undelivered; // bits of those whose bytes the peer did not get
	uint8_t flags;
	uint32_t taken[HANDLE_WORKERS_MAX]; // bytes of requests, by the worker that wrote
};

// A connection of another worker, as it was told.
struct foreign_conn {
	handle_t conn; // 0: none
	struct sip_flow flow;
	uint32_t next[WAYS];
	uint16_t listens;
	bool half;
	bool room;
	bool wrote;     // we did, at all
	bool wanted;    // a request found no room
	bool listed;    // among those to look at again
	uint32_t given; // bytes of requests; wraps
	uint32_t taken;
	uint32_t last_write; // the number of the last write that was for it
	uint32_t list_next;  // one more than the index, 0: none
};

struct foreign_queue {
	uint32_t *indices;
	uint32_t first;
	uint32_t n;
};

struct foreign {
	uint32_t size; // connections of a worker; 0: there is one worker
	struct foreign_share *shares;
	struct foreign_queue queues[HANDLE_WORKERS_MAX]; // by the worker that is to hear
	struct foreign_conn *conns[HANDLE_WORKERS_MAX];  // by the worker that has them
	uint32_t listed[HANDLE_WORKERS_MAX];
	bool look[HANDLE_WORKERS_MAX]; // at the listed: something is new
};

// `conns`: connections that a worker has at most, the same for all. 0 or -ENOMEM.
int foreign_init(struct worker *worker, uint32_t conns);
void foreign_fini(struct worker *worker);

// --- of ours
// ------------------------------------------------------------------------------------------

void foreign_opened(struct worker *worker, const struct sip_flow *flow);
void foreign_listens(struct worker *worker, handle_t conn, uint16_t port);
void foreign_half(struct worker *worker, handle_t conn);
// It takes requests, or takes none.
void foreign_room(struct worker *worker, handle_t conn, bool room);
void foreign_closed(struct worker *worker, handle_t conn, bool undelivered);
// That worker's bytes of a request are out of the ring.
void foreign_took(struct worker *worker, unsigned from, handle_t conn, size_t n);
// And they, or those of an answer, will not get to the peer.
void foreign_refused(struct worker *worker, unsigned from, handle_t conn);

// Tells that worker all that is new. False: its ring is full, the rest goes another time.
bool foreign_tell(struct worker *worker, unsigned to);

// --- of others
// ----------------------------------------------------------------------------------------

void foreign_hear(struct worker *worker, unsigned from, const struct foreign_news *news);
// NULL: it is not known, or gone.
struct foreign_conn *foreign_find(const struct worker *worker, handle_t conn);
// Bytes were given to the ring as write number `number`; n counts when they are a request.
void foreign_wrote(struct foreign_conn *conn, uint32_t number, size_t n, bool request);
// Would it take a request of so many bytes? If not, its dialogs hear when it does
// (sip_flow_open()).
bool foreign_has_room(struct worker *worker, handle_t conn, size_t n);
// Once in a turn: looks again at those that had no room.
void foreign_look(struct worker *worker, unsigned from);

// Numbers of foreign connections begin behind those of streams (ways.h).
struct foreign_conn *foreign_at(const struct worker *worker, uint32_t object);
