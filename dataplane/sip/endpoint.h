// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The SIP layer of one worker: bytes come in with their flow, indications go up, calls come down,
// bytes go out. It owns transactions (RFC 3261 17) and dialogs (12), and answers by itself whatever
// needs no call control. No clock, no socket, no thread: every entry takes the time, in
// microseconds of one monotonic clock that starts anywhere above zero.
//
// The calls that go down must not be made from inside ops->transmit; from ops->indicate they may.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/handle.h"
#include "base/siphash.h"
#include "base/span.h"
#include "dataplane/sip/flow.h"
#include "dataplane/sip/sip.h"

struct sip_endpoint;

// X(name, what happened)
#define SIP_INDICATIONS(X) \
	X(INVITE, "a new dialog asks to be accepted") \
	X(REINVITE, "INVITE inside a dialog") \
	X(UPDATE, "UPDATE inside a dialog") \
	X(INFO, "INFO with a body of the accepted type") \
	X(BYE, "the peer ended the dialog; answered") \
	X(ACK, "the 2xx to an INVITE is acknowledged") \
	X(ACK_TIMEOUT, "the 2xx to an INVITE was never acknowledged") \
	X(CANCEL, "the INVITE was cancelled and answered 487") \
	X(REQUEST_DONE, "a request of ours has its final answer, or none") \
	X(DIALOG_GONE, "the peer does not know the dialog (481 or 408 to a request of ours)") \
	X(LOST, "requests of ours never reached the peer, which takes messages again")

enum sip_indication_kind {
#define X(name, text) SIP_IND_##name,
	SIP_INDICATIONS(X)
#undef X
		SIP_IND_COUNT,
};

// clang-format off
// Valid during the call only, as is everything it points to.
//
// kind          dialog                txn                    msg          also filled
// INVITE        new                   sip_respond() owed     the request  body, timer fields
// REINVITE      lives                 sip_respond() owed     the request  body, timer fields
// UPDATE        lives                 sip_respond() owed     the request  body, timer fields
// INFO          lives                 sip_respond() owed     the request  body
// BYE           stale on return       0                      the request
// ACK           lives                 0                      the request  body
// ACK_TIMEOUT   lives: sip_bye() it   0                      NULL
// CANCEL        stale when initial    the INVITE's, stale    the CANCEL   initial
// REQUEST_DONE  may be stale          0                      the answer   cookie, status,
//                                                            or NULL      timer fields,
//                                                                         heard_us
// DIALOG_GONE   stale on return       0                      the answer   status
// LOST          lives                 0                      NULL         lost
// clang-format on
struct sip_indication {
	enum sip_indication_kind kind;
	handle_t dialog;
	handle_t txn;
	const struct sip_msg *msg;
	const struct sip_flow *flow;
	struct span body; // of the accepted type, or empty
	bool initial;     // CANCEL: it was the dialog's first INVITE, the dialog is stale on return
	bool supports_timer;      // the peer knows RFC 4028
	uint8_t refresher;        // enum sip_refresher, as asked for
	uint32_t session_expires; // seconds, 0: not named
	uint32_t min_se;          // seconds, 0: not named
	uint16_t status;          // final status, 0: none came within 32 s
	uint64_t heard_us;        // when the peer made its last request in the dialog; 0: stale
	uint32_t lost;            // requests, since the last time this was told
	uint64_t cookie;
};

struct sip_endpoint_ops {
	// Sends n bytes, up to SIP_MESSAGE_MAX also over UDP. False: the flow is gone (a connection
	// that was lost) or takes nothing more; the message is then counted and given up.
	bool (*transmit)(void *ctx, const struct sip_flow *flow, const void *bytes, size_t n);
	void (*indicate)(void *ctx, const struct sip_indication *indication);
	// Finds a connection that leads to `to` (RFC 5923), whichever worker has it. False: there
	// is none. May be NULL: never.
	bool (*find)(void *ctx, const struct endpoint *to, struct sip_flow *flow);
	// Opens one, from the local address of `before` if it is still there; what is sent waits
	// until it is open. False: it cannot be. May be NULL: never.
	bool (*connect)(void *ctx, const struct sip_flow *before, const struct endpoint *to,
		struct sip_flow *flow);
	// The peer of this connection says in the Via of its first request that it listens at this
	// port of the address that it comes from. May be NULL.
	void (*listens)(void *ctx, const struct sip_flow *flow, uint16_t port);
	// Would the flow take a request of n bytes, and answers to its peer's requests after that?
	// May be NULL: always.
	bool (*has_room)(void *ctx, const struct sip_flow *flow, size_t n);
	// The message belongs to a dialog or a transaction of another worker. False: that one takes
	// nothing now; a message of a stream is kept until it does, a datagram is dropped. May be
	// NULL: it is then treated as one for an unknown dialog.
	bool (*foreign)(
		void *ctx, uint8_t owner, const struct sip_flow *flow, const void *bytes, size_t n);
};

// Zero in a number field means the default behind it.
struct sip_config {
	uint8_t owner;          // the worker's number, part of every handle
	struct siphash_key key; // shared by all workers: any of them can tell the owner of a token
	uint32_t dialogs;       // 4096
	uint32_t transactions;  // 16384, of either side
	uint32_t chunks;        // 65536 of 1 KiB: kept headers, requests and responses
	uint32_t streams;       // 128 buffers of 64 KiB for streams that stopped inside a message
	uint32_t dialog_requests; // 64: requests of ours open at once in a dialog; one more pushes
				  // the oldest out, of those with a cookie only when there is
				  // no other; it is told like one that had no answer
	uint32_t conn_requests;   // a quarter of the transactions: the same for all dialogs of a
				  // connection together
	uint32_t retry_after;     // 5 seconds, in a 503
	const char *accept;       // "application/csta+xml": the one type of bodies
	const char *product;      // for Server and User-Agent; NULL: these fields are left out
};

struct sip_counters {
#define X(name, text) uint64_t name;
#include "dataplane/sip/counters.def"
#undef X
	uint64_t verdict[SIP_VERDICT_COUNT]; // what the parser found, SIP_OK included
	uint64_t indication[SIP_IND_COUNT];
};

// How full the pools are.
struct sip_usage {
	uint32_t dialogs, dialogs_max;
	uint32_t transactions, transactions_max;
	uint32_t chunks, chunks_max;
	uint32_t streams, streams_max;
};

// NULL when memory is short. ops is kept by reference.
struct sip_endpoint *sip_endpoint_new(const struct sip_config *config,
	const struct sip_endpoint_ops *ops, void *ctx, uint64_t now_us);
void sip_endpoint_free(struct sip_endpoint *ep);

const struct sip_counters *sip_counters(const struct sip_endpoint *ep);
struct sip_usage sip_usage(const struct sip_endpoint *ep);
const char *sip_indication_name(enum sip_indication_kind kind);

// Overload switch, true at start. While false, an INVITE outside a dialog is answered 503 with
// Retry-After and leaves nothing behind; dialogs go on being served.
void sip_accept_new(struct sip_endpoint *ep, bool accept);

// --- up: messages
// -----------------------------------------------------------------------------------

// One datagram, or one whole message from elsewhere (such as another worker's foreign()).
void sip_input(struct sip_endpoint *ep, const struct sip_flow *flow, const void *bytes, size_t n,
	uint64_t now_us);

// What a TCP connection keeps for its SIP side: all zero at start. It holds a buffer of the
// endpoint's only while a message is incomplete.
struct sip_stream {
	uint32_t pending;   // one more than the buffer's number, 0: none
	uint16_t listens;   // for the caller: what ops->listens told, 0: nothing
	uint8_t blank;      // bytes of a ping seen since the last message
	bool via_known : 1; // the first request was looked at
};

struct sip_stream_result {
	size_t consumed; // less than n only when the budget ran out, or `blocked`
	unsigned messages;
	bool close; // framing is lost: close the connection when all is sent; nothing more is read
	bool blocked; // the worker that the next message belongs to takes nothing now: call again
		      // later, with what comes after the bytes consumed, be it nothing
};

// The next n bytes of a connection, in order. Reads at most `budget` messages. An unfinished tail
// is copied and counts as consumed.
struct sip_stream_result sip_stream_input(struct sip_endpoint *ep, struct sip_stream *stream,
	const struct sip_flow *flow, const void *bytes, size_t n, unsigned budget, uint64_t now_us);

// The connection ends: its buffer goes back.
void sip_stream_close(struct sip_endpoint *ep, struct sip_stream *stream);
// A connection of any worker was lost. Its dialogs look for another one when there is something to
// send: one that leads to the same place, or a new one.
void sip_flow_lost(struct sip_endpoint *ep, handle_t conn);
// To be called first when the peer did not acknowledge all that was sent: what had no answer on
// this connection counts as lost.
void sip_flow_undelivered(struct sip_endpoint *ep, handle_t conn);
// The connection takes messages, for the first time or again.
void sip_flow_open(struct sip_endpoint *ep, handle_t conn);
// A dialog uses the connection.
bool sip_flow_used(const struct sip_endpoint *ep, handle_t conn);

// --- down: answers and requests
// ---------------------------------------------------------------------

// What a response carries beside the fields that follow from its request. All zero: nothing.
struct sip_reply {
	uint32_t session_expires; // seconds, in a 2xx to INVITE or UPDATE. Left out when the peer
				  // does not know RFC 4028 and would be the refresher
	uint8_t refresher;        // enum sip_refresher
	uint32_t min_se;          // seconds
	uint32_t retry_after;     // seconds
	const char *reason;       // NULL: the RFC's
	struct span content_type; // empty with a body: the accepted type
	struct span body;
};

// Answers a request that was indicated. 1xx may come before the final answer. Returns 0; -ESTALE:
// the transaction is gone (cancelled, or given up after 32 s); -EALREADY: it has its final answer;
// -EMSGSIZE; -ENOTCONN: answered, but the flow did not take it. 300 and above to a dialog's first
// INVITE ends the dialog.
int sip_respond(struct sip_endpoint *ep, handle_t txn, unsigned status,
	const struct sip_reply *reply, uint64_t now_us);

// Sends a request inside a dialog, one that refreshes no target: INFO and its like. content_type
// may be empty: the accepted type. With cookie 0 nobody wants to hear how it ends; otherwise
// SIP_IND_REQUEST_DONE tells. An answer that never comes does not end the dialog. Returns 0,
// -ESTALE (no such dialog), -ENOTCONN (no flow, and none to be had), -EAGAIN (the flow is full),
// -EMSGSIZE, or -ENOBUFS (a pool is full). After all but the first of these errors the request
// counts as lost, which SIP_IND_LOST tells later; nothing else is indicated.
int sip_request(struct sip_endpoint *ep, handle_t dialog, enum sip_method method,
	struct span content_type, struct span body, uint64_t cookie, uint64_t now_us);

// Refreshes the session and our target by an UPDATE without a body (RFC 3311, RFC 4028 7.4), as its
// refresher: session_expires in seconds, 0 without a session timer; min_se in seconds, 0: none.
// SIP_IND_REQUEST_DONE tells how it ends, with the timer as the peer's answer names it. A 2xx moves
// the target where its Contact says. Returns as sip_request() does, but a refresh that fails is
// not told as lost.
int sip_refresh(struct sip_endpoint *ep, handle_t dialog, uint32_t session_expires, uint32_t min_se,
	uint64_t cookie, uint64_t now_us);

// Requests that the caller had for the dialog and gave up count as lost, which SIP_IND_LOST tells.
// Returns 0 or -ESTALE.
int sip_missed(struct sip_endpoint *ep, handle_t dialog, uint32_t requests);

// BYE. The dialog is gone on return whatever is returned; requests that wait for sip_respond() can
// still be answered.
int sip_bye(struct sip_endpoint *ep, handle_t dialog, uint64_t cookie, uint64_t now_us);

// Forgets the dialog without a word to the peer. Stale handles are ignored.
void sip_dialog_close(struct sip_endpoint *ep, handle_t dialog);

// The network says (ICMP) that what this client transaction sent over UDP does not get to its
// destination `to`: a transport error (RFC 3261 17.1.4, 18.4). What its dialog has open counts as
// lost, and nothing but BYE is sent to it for SIP_REOPEN_US or until the peer says something.
// False: it is none of ours, or sent elsewhere.
bool sip_unreachable(
	struct sip_endpoint *ep, handle_t txn, const struct endpoint *to, uint64_t now_us);

// The same of an answer, whose beginning ICMP quotes: a server transaction's transport error
// (17.2.4). What it sends by itself ends: an INVITE's transaction is over, and SIP_IND_ACK_TIMEOUT
// tells at once of a dialog that it opened. The answer to another request is kept: it is only sent
// when the request comes again, which must not be done twice. False: it names no transaction, or
// one whose answers go elsewhere.
bool sip_answer_unreachable(
	struct sip_endpoint *ep, struct span beginning, const struct endpoint *to);

// How many requests that came by connections of this worker wait for their final answer.
uint32_t sip_owed(const struct sip_endpoint *ep, uint8_t worker);

// The flow of a dialog for display. False: stale handle, or no flow now.
bool sip_dialog_flow(const struct sip_endpoint *ep, handle_t dialog, struct sip_flow *flow);

// --- time
// -------------------------------------------------------------------------------------------

// Runs at most `budget` timers that are due. Returns how many ran: equal to budget means more may
// wait.
unsigned sip_expire(struct sip_endpoint *ep, unsigned budget, uint64_t now_us);
// Nothing is due before this time; UINT64_MAX when no timer runs.
uint64_t sip_next_us(const struct sip_endpoint *ep);
