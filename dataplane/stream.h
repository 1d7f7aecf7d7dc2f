// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What our side of a TCP connection speaks, and its news. The TCP core keeps the list of
// connections with news; it is asked for the next one only while control's ring has room for what
// may come of it, so the list is also the list of those that wait for room.
//
// A sweep goes over all connections, a few each time, and ends those that keep us waiting. When all
// of a kind are in use the next one takes the place of one that has not shown who it is.
#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/pool.h"
#include "dataplane/sip/endpoint.h"
#include "dataplane/tcp/tcp.h"
#include "dataplane/ways.h"

struct worker;

// As the core's `user` word: of a listener, its kind; of a connection, STREAM_FIRST plus its index.
enum stream_kind {
	STREAM_SKINNY = 1,
	STREAM_SIP = 2,
	STREAM_KINDS = 3,
	STREAM_FIRST = 16,
};

enum {
	// What one connection's news may cost in events, at most: opened, one message, closed. The KeepAlives
	// told before them fit in too: credit is in messages of the largest size, which only one is.
	STREAM_CREDIT = 3,
	STREAM_BUDGET = 256, // messages of one connection at a time, so that others get their turn
	STREAM_FAILING_MAX = 64,
	STREAM_SPARE = 64, // connections that have lost their place and are not gone yet
	STREAM_SWEEPS = 1000, // to go over all connections: every five seconds
	STREAM_SWEEPS_TIGHT = 100, // when buffers are short: twice a second
	STREAM_LOOKS = 1024, // connections looked at for one to give up its place
};

// What a peer owes us, and how long we wait (milliseconds). What keeps us waiting longer is reset.
// X(name, milliseconds, drop counted)
#define STREAM_WAITS(X) \
	X(NOTHING, 0, DROP_REASONS) \
	X(OPEN, 20000, DROP_STREAM_NOT_OPENED) /* the answer to our SYN: sooner than to a request */ \
	X(FIRST, 60000, DROP_STREAM_SILENT) /* a message: phones send one at once, or KeepAlives */ \
	X(REST, 30000, DROP_STREAM_HALF_MESSAGE) /* of a message that has begun */

enum stream_wait {
#define X(name, ms, drop) STREAM_WAIT_##name,
	STREAM_WAITS(X)
#undef X
	STREAM_NWAITS,
};

enum { STREAM_WAIT_TIGHT = 1000 }; // for strangers, when buffers are short

struct stream {
	handle_t conn;
	struct sip_stream sip; // of a SIP connection
	uint32_t next[WAYS];   // likewise: among those that lead to the same place
	uint32_t since_ms;     // when the wait began, low 32 bits
	unsigned kind : 2;     // enum stream_kind
	unsigned wait : 2;     // enum stream_wait
	unsigned version : 8;  // protocol version that RegisterAck settled on
	bool begun : 1;        // the first bytes were looked at
	bool eof : 1;          // the peer sends no more
	bool deaf : 1;         // framing is lost: what still comes is thrown away
	bool local : 1;        // we are closing it
	bool failed : 1;       // to be reset: the peer does not read, or keeps us waiting
	bool trusted : 1;      // it registered a phone, or has a session
	bool ours : 1;         // we opened it
	bool displaced : 1;    // its place is another's now
	bool shared : 1;       // dialogs of other workers use it
	bool parked : 1;       // its next message waits for another worker
};

// An idle connection, of either kind: TCP's part, this, and its place in the pool. Nothing else is
// held for it; a connection that other workers know of has an entry with each (foreign.h).
enum { STREAM_IDLE_BYTES = TCP_CONN_BYTES + sizeof(struct stream) + POOL_PLACE_BYTES };

static_assert(STREAM_IDLE_BYTES <= 320, "an idle connection");

// How far a reader got.
enum stream_read {
	STREAM_READ_ALL,    // as far as whole messages go
	STREAM_READ_MORE,   // stopped for lack of credit, or to let others read
	STREAM_READ_PAUSED, // stopped until the peer reads; WRITABLE goes on
	STREAM_READ_PARKED, // stopped until another worker takes messages (stream_park())
};

// The connection's next message waits for another worker: it is read again once relay_reopened()
// says so.
void stream_park(struct worker *worker, struct stream *stream);
// Once in a turn: reads those on which somebody waits.
void streams_resume(struct worker *worker);

// Tells control of connections' news and reads what they sent, as long as there is credit.
void streams_run(struct worker *worker);
// The next few of the sweep. Call it every WORKER_TIMERS_US.
void streams_sweep(struct worker *worker);

// News of the connection with this user word are about to come: fetches its stream.
void stream_expect(const struct worker *worker, uint32_t user);

// The stream of a connection, or NULL: stale handle.
struct stream *stream_of(const struct worker *worker, handle_t conn);
// Its number.
uint32_t stream_index(const struct worker *worker, const struct stream *stream);

// Opens a connection (RFC 9293 3.10.1), from `local` if that is an address of ours, else from that of
// the port towards the peer; the port is one whose packets come to this worker (RFC 6056 3.3.1). What
// is written waits until it is open. NULL: there is no route, or no place.
struct stream *stream_connect(struct worker *worker, enum stream_kind kind,
	const struct addr *local, const struct endpoint *remote);

// The peer has shown who it is: it keeps its place, and its share of the buffers.
void stream_trust(struct worker *worker, handle_t conn);

// Readers say after reading whether whole messages came, and whether the beginning of another one is
// left.
void stream_waits(struct worker *worker, struct stream *stream, bool whole, bool begun);

// Resets the connection when the turn is over: it is being read, or written to, now.
void stream_fail(struct worker *worker, struct stream *stream);

// Bytes to the peer, all or none. A peer whose send queue is full does not read: `reason` is
// counted and the connection is given up. False: not written.
bool stream_write(
	struct worker *worker, handle_t conn, const void *bytes, size_t n, unsigned reason);
