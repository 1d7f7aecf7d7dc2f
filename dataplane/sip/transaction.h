// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Transactions (RFC 3261 17, RFC 6026 for the accepted INVITE): a table with timers that knows
// nothing of what the messages mean. One wheel node each: what it is armed for follows from the
// state.
#pragma once

#include "base/pool.h"
#include "base/siphash.h"
#include "base/wheel.h"
#include "dataplane/sip/flow.h"
#include "dataplane/sip/sip.h"
#include "dataplane/sip/store.h"

// Microseconds, RFC 3261 table 4.
enum {
	SIP_T1 = 500000,
	SIP_T2 = 4000000,
	SIP_T4 = 5000000,
	SIP_TRYING = 200000,    // 17.2.1: a 100 when the user has not answered an INVITE by then
	SIP_64T1 = 64 * SIP_T1, // timers B, F, H, J, L
};

enum { SIP_CONN_BUCKETS = 4096 };

enum sip_txn_kind {
	TXN_SERVER_INVITE,
	TXN_SERVER,
	TXN_CLIENT, // never INVITE
};

enum sip_txn_state {
	TXN_PROCEEDING, // no final answer yet
	TXN_COMPLETED,  // final answer sent; an INVITE's waits for its ACK
	TXN_ACCEPTED,   // 2xx to an INVITE sent, waits for its ACK
	TXN_CONFIRMED,  // ACK is here; absorbs what is still under way
};

// What makes two messages one transaction. `via` covers branch and sent-by when the branch has the
// magic cookie, otherwise the whole top Via and the Request-URI (17.2.3). `call` covers Call-ID,
// From tag and CSeq number: it is part of both rules, so that clients whose branch never changes
// are served too.
struct sip_txn_key {
	uint64_t call;
	uint64_t via;
};

struct sip_txn {
	struct wheel_node timer;
	struct sip_txn *hash_next;
	struct sip_txn
		*prev; // server: among the finished; client: among the dialog's open requests
	struct sip_txn *next;
	struct sip_txn_key key;
	struct sip_flow flow;    // where answers or the request go
	struct sip_flow contact; // server: the flow the request came by, which our Contact names
	struct sip_kept
		kept;    // server: the echo, then the final answer; client over UDP: the request
	handle_t dialog; // 0: none, or gone
	uint64_t cookie; // client
	uint64_t give_up_us;
	uint32_t interval_us; // of the next retransmission, 0: no more
	uint32_t cseq;
	uint16_t sent_by; // server: the port in the top Via, for answers whose connection is lost
	uint16_t status; // server: last status sent; client: unused
	uint8_t kind;
	uint8_t state;
	uint8_t method;
	uint8_t owed_to;     // server without final answer: one more than the worker whose
			     // connection it came by; 0: none
	bool counted;        // client: among those of its connection
	bool initial;        // INVITE that made its dialog
	bool supports_timer; // the peer of a server transaction does
};

struct sip_txn_list {
	struct sip_txn *first;
	struct sip_txn *last;
	uint32_t n;
};

struct sip_txns {
	struct pool pool;
	struct wheel wheel;
	struct sip_store store;
	struct siphash_key hash_key;
	struct sip_txn **buckets; // by key.call
	uint32_t mask;
	struct sip_txn_list finished; // server transactions other than INVITE, oldest first
	uint32_t owed[HANDLE_WORKERS_MAX]; // final answers, by whose connection they will go
	// Client transactions open on a connection. Two whose names have the same hash share a
	// number: no harm, for it is an upper bound that is asked for.
	uint32_t on_conn[SIP_CONN_BUCKETS];
};

// 0 or -ENOMEM.
int sip_txns_init(struct sip_txns *txns, uint8_t owner, uint32_t capacity, uint32_t chunks,
	const struct siphash_key *key, uint64_t now_us);
void sip_txns_fini(struct sip_txns *txns);

struct sip_txn_key sip_txn_key_of(const struct sip_txns *txns, const struct sip_msg *msg,
	const struct sip_via *via, struct span from_tag);

// The server transaction of this key and method, or NULL. *merged tells that the same request has
// come by another way (8.2.2.2).
struct sip_txn *sip_txn_find(
	const struct sip_txns *txns, struct sip_txn_key key, enum sip_method method, bool *merged);

// A server transaction that waits for its answer, with the echo kept. NULL: the table or the store
// is full.
struct sip_txn *sip_txn_serve(struct sip_txns *txns, struct sip_txn_key key, enum sip_method method,
	struct span echo, uint64_t now_us);

// The answer will be owed to the flow of the transaction, until it is given or given up.
void sip_txn_owe(struct sip_txns *txns, struct sip_txn *txn);

// Client transactions open on this connection, or a few more.
uint32_t sip_txns_on(const struct sip_txns *txns, handle_t conn);

// A client transaction just sent. NULL: the table is full. *h names it, for the branch.
struct sip_txn *sip_txn_call(struct sip_txns *txns, enum sip_method method, handle_t *h);
// Over UDP the request is kept for retransmission; without room for it, it is sent once.
void sip_txn_called(
	struct sip_txns *txns, struct sip_txn *txn, struct span request, uint64_t now_us);

// The final answer was sent. Frees the transaction when nothing can follow. False: the answer could
// not be kept.
bool sip_txn_answered(struct sip_txns *txns, struct sip_txn *txn, unsigned status,
	struct span response, uint64_t now_us);
// The ACK came.
void sip_txn_acked(struct sip_txns *txns, struct sip_txn *txn, uint64_t now_us);

// What a due timer asks for.
enum sip_txn_due {
	TXN_DUE_TRYING,     // send 100
	TXN_DUE_RETRANSMIT, // send what is kept; the timer is armed again
	TXN_DUE_GIVE_UP,    // it waited for an answer or an ACK in vain; the timer is idle
	TXN_DUE_END,        // its time is over; the timer is idle
};

enum sip_txn_due sip_txn_due(struct sip_txns *txns, struct sip_txn *txn, uint64_t now_us);

void sip_txn_free(struct sip_txns *txns, struct sip_txn *txn);

// Gives the oldest finished transaction back when no duplicate of its request can be under way any
// more (T4 after the answer). False: there is none.
bool sip_txn_recycle(struct sip_txns *txns, uint64_t now_us);

void sip_txn_list_add(struct sip_txn_list *list, struct sip_txn *txn);
void sip_txn_list_remove(struct sip_txn_list *list, struct sip_txn *txn);
