// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Dialogs (RFC 3261 12), always as the side that was called. Our tag is a token of the dialog's
// handle. The parts of the requests that we will send are written once, when the dialog is made.
#pragma once

#include "base/handle.h"
#include "base/pool.h"
#include "dataplane/sip/flow.h"
#include "dataplane/sip/sip.h"
#include "dataplane/sip/transaction.h"

enum {
	SIP_DIALOG_TEXT = 2048, // From, To, Call-ID, route set and target of one dialog
	SIP_VIA_TEXT = 112,     // our Via up to the branch
};

struct sip_dialog {
	handle_t self;
	uint64_t id;                  // keyed hash of Call-ID and the peer's tag
	struct sip_dialog *conn_prev; // among the dialogs of the connections of one bucket
	struct sip_dialog *conn_next;
	struct sip_dialog *lost_prev; // among those that are to be told of what they missed
	struct sip_dialog *lost_next;
	struct sip_flow flow;    // the last request's
	struct endpoint hop;     // address of the first route or of the target, family 0: a name
	handle_t invite;         // server INVITE transaction that has no ACK yet, 0: none
	struct sip_txn_list requests; // ours that are open
	uint32_t local_cseq;
	uint32_t remote_cseq;
	uint32_t unsure;    // requests of ours on this connection that were never answered
	uint32_t lost;      // requests of ours that the peer will not get, not told yet
	uint64_t reopen_us; // no new connection before; over UDP no request: nobody was there
	uint64_t heard_us;  // the peer's last request
	bool lost_waits;    // it is on the list
	bool answers;       // the peer has answered a request of ours
	bool has_flow;
	bool routed;    // there is a route set
	bool strict;    // its first hop is a strict router: it goes into the Request-URI (12.2.1.1)
	bool symmetric; // the peer wants answers at its source port: requests go there too
	uint8_t via_n;
	// text[]: "Max-Forwards, From, To, Call-ID" | "Route" lines | strict router's URI | remote
	// target
	uint16_t fixed_n;
	uint16_t routes_n;
	uint16_t router_n;
	uint16_t target_n;
	char via[SIP_VIA_TEXT];
	char text[SIP_DIALOG_TEXT];
};

struct sip_dialogs {
	struct pool pool;
	struct siphash_key key;
	struct sip_dialog **buckets; // by connection
	uint32_t mask;
};

int sip_dialogs_init(struct sip_dialogs *dialogs, uint8_t owner, uint32_t capacity,
	const struct siphash_key *key);
void sip_dialogs_fini(struct sip_dialogs *dialogs);

// Our tag of the dialog.
void sip_dialog_tag(
	const struct sip_dialogs *dialogs, const struct sip_dialog *dialog, char tag[TOKEN_SIZE]);

uint64_t sip_dialog_id(const struct sip_dialogs *dialogs, struct span call_id, struct span tag);

// A dialog from an INVITE outside any (12.1.1). contact is the URI in its Contact. NULL and *status
// when it cannot be made: 503 the pool is full, 513 the fields to keep are too long, 400 a
// malformed Record-Route.
struct sip_dialog *sip_dialog_new(struct sip_dialogs *dialogs, const struct sip_msg *invite,
	struct span contact, unsigned *status);
void sip_dialog_free(struct sip_dialogs *dialogs, struct sip_dialog *dialog);

// The URI to reach the sender by, as its Contact says. False: there is none, or it is no SIP URI.
bool sip_contact_read(const struct sip_msg *msg, struct span *target);

// Replaces the remote target (12.2.2). False: it does not fit; the old one stays.
bool sip_dialog_retarget(struct sip_dialog *dialog, struct span uri);

// From now on our requests go by this flow. True when it was another one before.
bool sip_dialog_move(struct sip_dialogs *dialogs, struct sip_dialog *dialog,
	const struct sip_flow *flow, bool symmetric);
// Where our requests go over UDP.
struct endpoint sip_dialog_send_to(const struct sip_dialog *dialog);
// The next dialog after `after` on this connection; NULL: the first, and when there is none.
struct sip_dialog *sip_dialogs_on(
	const struct sip_dialogs *dialogs, handle_t conn, const struct sip_dialog *after);
// Every dialog on this connection is without a flow.
void sip_dialogs_lose(struct sip_dialogs *dialogs, handle_t conn);

// Pieces of the text.
struct span sip_dialog_fixed(const struct sip_dialog *dialog);
struct span sip_dialog_routes(const struct sip_dialog *dialog);
struct span sip_dialog_router(const struct sip_dialog *dialog);
struct span sip_dialog_target(const struct sip_dialog *dialog);
