// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What control wants workers to do. A command goes into its worker's ring, or, when the ring is
// full, into a queue of that worker's here that is retried at every turn of the loop. While a queue
// is not empty control takes no new events of its worker, only: what it is told by the others goes
// on, and what of that is for the one that is behind waits with the rest.
//
// A worker that stands still cannot hold up the others so, nor take all memory: when
// OUTBOX_WAITING_MAX commands wait for it, more are given up, and once it takes commands again it
// is told what is to be done about each connection and dialog that missed any (arrears.h). That
// many wait for no worker that runs: what one event causes is less by far.
//
// A turn of the control thread handles one event, timer or operator's line. Events for CSTA clients
// that arise in a turn are deferred to its end, so that the answer to the request that caused them
// always goes first (a client learns cross references and call ids from the answer).
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "control/arrears.h"
#include "dataplane/handoff/message.h"

struct outbox_item;

enum { OUTBOX_WAITING_MAX = 16384 }; // for one worker

struct outbox {
	// Gives the command to the ring of command->worker. False when it is full.
	bool (*push)(void *ctx, const struct command *command);
	void *ctx;
	STAILQ_HEAD(outbox_queue, outbox_item) deferred;
	struct outbox_queue waiting[HANDLE_WORKERS_MAX]; // by worker
	uint32_t nwaiting[HANDLE_WORKERS_MAX];
	uint32_t held; // a bit for each worker whose queue is not empty, or that is owed something
	struct arrears arrears;
	uint64_t waited;                       // commands that had to wait for ring room
	uint64_t given_up[HANDLE_WORKERS_MAX]; // and that could not even wait
	uint64_t time_us; // of the event being handled: stamped on every command
};

void outbox_init(struct outbox *outbox, bool (*push)(void *, const struct command *), void *ctx);
void outbox_fini(struct outbox *outbox);

// The worker is the owner in command->handle.
void outbox_send(struct outbox *outbox, struct command *command);

// The same, at the end of this turn, in the order of the calls.
void outbox_defer(struct outbox *outbox, struct command *command);

// End of a turn: sends what was deferred.
void outbox_turn(struct outbox *outbox);

// Tries the waiting queues again. True when nothing waits any more, for any worker.
bool outbox_flush(struct outbox *outbox);
// Tries again, and tells whose events are to be left alone for now: a bit for each worker for which
// something waits.
uint32_t outbox_held(struct outbox *outbox);

// To a phone. The message is stamped with what it names; the conn may be gone by then, which is no
// error.
void outbox_sccp(struct outbox *outbox, handle_t conn, const struct sccp_msg *msg);
void outbox_conn_close(struct outbox *outbox, handle_t conn);
// The same, when nobody is thought to be there: no waiting for the peer's word.
void outbox_conn_abort(struct outbox *outbox, handle_t conn);
