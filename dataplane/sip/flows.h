// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What an endpoint knows of the ways to its peers (flows.c).
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/sip/flow.h"
#include "dataplane/sip/sip.h"

struct sip_dialog;
struct sip_endpoint;
struct sip_msg;
struct sip_stream;

// Between two attempts of a dialog to open a connection, or, over UDP, to reach a peer of which it
// was said that it is not there.
enum { SIP_REOPEN_US = 10000000 };

struct sip_flows {
	struct sip_dialog *lost_first; // dialogs to be told that they missed messages
	struct sip_dialog *lost_last;
	uint64_t tell_us; // not before
};

// The first request on a stream may tell where its sender listens.
void sip_stream_alias(struct sip_endpoint *ep, struct sip_stream *stream,
	const struct sip_flow *flow, const struct sip_msg *request);

// A connection that leads to `to`, or a new one, for what went by `before`. False: there is none.
bool sip_flow_to(struct sip_endpoint *ep, const struct sip_flow *before, const struct endpoint *to,
	struct sip_flow *flow);

// The dialog has a flow, or gets one. False: none can be had now.
bool sip_dialog_reach(struct sip_endpoint *ep, struct sip_dialog *dialog, uint64_t now_us);

// Counts messages that the peer of the dialog will not get.
void sip_lost_note(struct sip_endpoint *ep, struct sip_dialog *dialog, uint32_t messages);
// The peer takes messages: it will be told of what it missed, if anything.
void sip_lost_tell(struct sip_endpoint *ep, struct sip_dialog *dialog);
// The dialog ends.
void sip_lost_forget(struct sip_endpoint *ep, struct sip_dialog *dialog);
// Tells at most `budget` dialogs. Returns how many.
unsigned sip_lost_run(struct sip_endpoint *ep, unsigned budget, uint64_t now_us);
