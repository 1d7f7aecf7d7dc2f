// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The SIP side of the bundled CSTA client: one dialog over a kernel socket. It shares no code with the
// engine's SIP, so that the two check each other, and does no more than a client of the engine needs:
// RFC 3261 requests inside one dialog, retransmission over UDP, answers to the engine's requests.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum { SIP_UA_BUFFER = 65536 };

struct sip_ua {
	int fd;
	bool tcp;
	char local[64];	   // address:port
	char server[64];   // address:port
	char user[64];	   // From
	char line[64];	   // user part of To
	char call_id[48];
	char tag[20];
	char to_tag[64];   // the engine's; empty before the first answer
	char target[160];  // its Contact
	uint32_t cseq;
	uint32_t invite_cseq; // for its ACK
	bool refused;	   // that INVITE: its ACK has the same branch (RFC 3261 17.1.1.3)
	char in[SIP_UA_BUFFER];
	size_t have;
	size_t used;	   // of the message handed out last
	char sent[SIP_UA_BUFFER]; // the last request, for retransmission over UDP
	size_t sent_size;
	uint64_t resend_at_us;
	uint32_t resend_after_us;
	uint32_t waiting;  // CSeq of that request, 0: answered
};

// One received message; valid until the next call on this client.
struct sip_ua_message {
	struct span method; // of the request, or of the request it answers
	int status;	    // 0: a request
	uint32_t cseq;
	uint32_t session_expires_s;
	struct span body;
	struct span raw;
};

// A connected socket and the names of one dialog to come. server is "address" or "address:port" (5060).
// Returns 0 or -errno.
int sip_ua_open(struct sip_ua *ua, const char *server, bool tcp, const char *user, const char *line);
void sip_ua_close(struct sip_ua *ua);

// Sends a request of the dialog; body may be empty. ACK takes the CSeq of the last INVITE. Returns the
// CSeq, or -errno.
int sip_ua_request(struct sip_ua *ua, const char *method, struct span body);

// Answers a request of the engine.
int sip_ua_answer(struct sip_ua *ua, const struct sip_ua_message *request, int status);

// Reads what the socket has (without waiting) and hands out the next whole message: 1, 0 when there is
// none yet, or -errno (-EPIPE: the engine closed the connection; -EBADMSG: not SIP).
int sip_ua_next(struct sip_ua *ua, struct sip_ua_message *message);

// Over UDP: repeats the last request when its time has come (RFC 3261 17.1.2.2). Returns 0, or
// -ETIMEDOUT after 32 s.
int sip_ua_retransmit(struct sip_ua *ua, uint64_t now_us);
