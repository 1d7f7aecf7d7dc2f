// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The SIP of one CSTA session of the load: what it sends, and what it learns from answers.
#pragma once

#include "bench/load/internal.h"
#include "bench/load/sip_text.h"

// What a request is for, beside enum load_service.
enum {
	SERVICE_CALL = LOAD_NSERVICES, // and enum call_service
	SERVICE_INVITE = SERVICE_CALL + CALL_CLEAR + 1,
	SERVICE_OWN_MONITOR,
	SERVICE_BYE,
	SERVICES,
};

// Sends it, once. False: it did not go out.
bool sip_client_request(
	struct load *load, struct client *client, const struct client_request *request);
// Over UDP: sends it again when its time has come (RFC 3261 17.1.2.2).
void sip_client_repeat(struct load *load, struct client *client, struct client_request *request);
// The timer of the requests under way: repetition over UDP, else the patience.
void sip_client_arm(struct load *load, struct client *client);
void sip_client_ack(struct load *load, struct client *client);
// 200 without a body.
void sip_client_answer(struct load *load, struct client *client, const struct sip_text *request);

// The dialog, from the answer to INVITE.
void sip_client_learn(struct load *load, struct client *client, const struct sip_text *answer);

// Which session a From or To line with our tag belongs to.
bool sip_client_index(struct span line, uint32_t *index);

// The root element of the positive answer; empty: no body.
struct span sip_client_answer_root(const struct client *client, uint8_t service);
