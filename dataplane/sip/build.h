// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// SIP messages written. A message that does not fit its writer leaves `fail` set and is not sent.
#pragma once

#include "base/cursor.h"
#include "base/span.h"
#include "dataplane/sip/flow.h"
#include "dataplane/sip/sip.h"

struct sip_dialog;
struct sip_reply;

enum {
	SIP_TAG_SIZE = 32,     // our To tag with its terminator
	SIP_BRANCH_COOKIE = 7, // length of "z9hG4bK"
};

#define SIP_ALLOW "INVITE, ACK, CANCEL, BYE, INFO, UPDATE, OPTIONS"
#define SIP_MAGIC_COOKIE "z9hG4bK"

void sip_put_text(struct writer *w, const char *text);
void sip_put_span(struct writer *w, struct span span);
void sip_put_number(struct writer *w, uint32_t number);
// A field's value as somebody else wrote it: every CR and LF becomes a blank, so that nobody's
// value can start a line of ours.
void sip_put_value(struct writer *w, struct span value);

// The port of its sent-by, or the default.
static inline uint16_t sip_via_port(const struct sip_via *via)
{
	return via->port == 0 ? SIP_PORT : via->port;
}

// Where the answer to a request goes: the flow it came by; over UDP without rport, to the port of
// the top Via (RFC 3261 18.2.2, RFC 3581 4).
struct sip_flow sip_answer_flow(const struct sip_flow *from, const struct sip_via *via);

// The fields that every answer to this request repeats: Via (the top one with received and rport
// filled in), Record-Route (of an INVITE: the dialog's and, for clients that read it anew, the
// re-INVITE's), From, To with `tag` unless it has one, Call-ID, CSeq, Timestamp. Fields that are
// missing are left out: a malformed request gets an answer too.
void sip_build_echo(struct writer *w, const struct sip_msg *msg, const struct sip_via *via,
	const struct sip_flow *from, const char *tag);

// What an answer has beside the echo.
struct sip_answer {
	unsigned status;
	enum sip_method method; // of the request
	struct span echo;
	const struct sip_flow *flow;   // for Contact
	const struct sip_reply *reply; // never NULL
	bool supports_timer;           // the peer does
	const struct sip_msg *refused; // 420: the request whose Require has to be told back
	const char *accept;
	const char *product;
};

void sip_build_answer(struct writer *w, const struct sip_answer *answer);

// A request inside a dialog.
struct sip_outgoing {
	enum sip_method method;
	uint32_t cseq;
	const char *branch; // token, without the cookie
	struct span content_type;
	struct span body;
	const char *product;
	uint32_t session_expires; // UPDATE: seconds, we refresh; 0: no session timer
	uint32_t min_se;          // UPDATE: seconds; 0: none
};

void sip_build_request(
	struct writer *w, const struct sip_dialog *dialog, const struct sip_outgoing *request);

// "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK", to be followed by a token.
void sip_build_via(struct writer *w, const struct sip_flow *flow);
// "Contact: <sip:192.0.2.1:5060;transport=udp>" and the line end.
void sip_build_contact(struct writer *w, const struct sip_flow *flow);
