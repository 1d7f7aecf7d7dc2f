// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The inside of an endpoint, shared by its parts: endpoint.c (messages and time), stream.c (TCP),
// uas.c (the peers' requests) with check.c and answer.c, uac.c (ours).
#pragma once

#include "dataplane/sip/build.h"
#include "dataplane/sip/dialog.h"
#include "dataplane/sip/endpoint.h"
#include "dataplane/sip/flows.h"
#include "dataplane/sip/transaction.h"

// The beginning of a message of a stream, or a whole one that its owner does not take yet.
struct sip_pending {
	uint32_t n;    // bytes here
	uint32_t need; // length of the message, 0: not known yet
	bool whole;
	char bytes[SIP_MESSAGE_MAX];
};

struct sip_endpoint {
	struct sip_config config;
	const struct sip_endpoint_ops *ops;
	void *ctx;
	struct sip_media_type accept; // config.accept, split
	bool accept_new;
	struct sip_counters counters;
	struct sip_txns txns;
	struct sip_dialogs dialogs;
	struct sip_flows flows;
	struct sip_pending *pendings;
	uint32_t *pendings_free; // the first `config.streams - streams_used` are free
	uint32_t streams_used;
	char echo[SIP_MESSAGE_MAX]; // what a stateless answer repeats, or kept bytes gathered
	char out[SIP_MESSAGE_MAX];  // the message being written
};

// A message under way through the endpoint.
struct sip_in {
	struct sip_endpoint *ep;
	const struct sip_msg *msg;
	const struct sip_flow *flow;
	struct sip_via via;
	struct sip_address from;
	struct sip_address to;
	uint64_t now_us;
	bool blocked; // its owner does not take it now
};

// endpoint.c. False: it was not taken, nothing happened.
bool sip_message(struct sip_endpoint *ep, const struct sip_flow *flow, const struct sip_msg *msg,
	enum sip_verdict verdict, uint64_t now_us);
bool sip_transmit(struct sip_endpoint *ep, const struct sip_flow *flow, struct span bytes);
bool sip_has_room(struct sip_endpoint *ep, const struct sip_flow *flow, size_t n);
void sip_indicate(struct sip_endpoint *ep, const struct sip_indication *indication);
// The message is another worker's: it is handed over and true returned.
bool sip_pass_on(struct sip_in *in, handle_t h);
// Ends a dialog on our side: its open requests are forgotten.
void sip_dialog_drop(struct sip_endpoint *ep, struct sip_dialog *dialog);

// answer.c
// The tag of answers outside any dialog: the same request gets the same one every time (8.2.7).
void sip_stateless_tag(const struct sip_in *in, char tag[SIP_TAG_SIZE]);
// What every answer repeats, in ep->echo. Empty: it is too long.
struct span sip_echo(const struct sip_in *in, const char *tag);
// Answers without a transaction (RFC 3261 8.2.7).
void sip_answer_stateless(const struct sip_in *in, unsigned status, const char *tag);
// The same with the stateless tag. An ACK gets no answer.
void sip_refuse(const struct sip_in *in, unsigned status);
void sip_refuse_counted(const struct sip_in *in, unsigned status);
void sip_refuse_full(const struct sip_in *in);

// check.c: the status to refuse with, or 0.
unsigned sip_check_request(const struct sip_in *in);
// Finds the body that control is to read; empty when there is none, or one that may be ignored.
unsigned sip_check_content(const struct sip_in *in, struct span *body);
// The peer knows RFC 4028.
bool sip_supports_timer(const struct sip_msg *msg);
// Reads Session-Expires and Min-SE of a request or an answer into the indication. False: malformed,
// nothing is read.
bool sip_read_timer(const struct sip_msg *msg, struct sip_indication *indication);
// The same of a request (RFC 4028 9).
unsigned sip_check_timer(const struct sip_in *in, struct sip_indication *indication);

// uas.c
void sip_uas_request(struct sip_in *in);
void sip_uas_due(
	struct sip_endpoint *ep, struct sip_txn *txn, enum sip_txn_due due, uint64_t now_us);

// uac.c
void sip_uac_response(struct sip_in *in);
void sip_uac_timeout(struct sip_endpoint *ep, struct sip_txn *txn);
