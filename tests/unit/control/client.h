// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A simulated CSTA client on the other side of the treaty. It writes XML and is shown what it is
// told as lines of text, in which call ids read C1, C2 ..., cross references M1, M2 ... and Global
// Call IDs G1, G2 ... in the order of their appearance; in what it writes >C1< and >M1< mean the
// same.
#pragma once

#include "tests/unit/control/harness.h"

enum { CLIENT_TEXT_SIZE = 16384, TOKEN_NAMES_MAX = 64 };

// The names are shared by all clients of one rig.
struct token_names {
	char tokens[TOKEN_NAMES_MAX][TOKEN_SIZE];
	char kinds[TOKEN_NAMES_MAX]; // 'C', 'M' or 'G'
	unsigned count;
};

struct client {
	struct rig *rig;
	struct token_names *names;
	handle_t dialog;
	struct event_session_open open; // its INVITE, to be changed before client_open()
	struct csta_reader reader;
	size_t seen; // commands of the rig
	char text[CLIENT_TEXT_SIZE];
};

// An INVITE over TCP with session timer support that names the line in the To header.
void client_init(struct client *client, struct rig *rig, struct token_names *names, unsigned number,
	const char *to_uri);
void client_fini(struct client *client);

// Sends INVITE; the body may be NULL. Returns the final answer: "200 1800
// RequestSystemStatusResponse ...", "200 1800/uas ..." when the engine is to refresh, or "403".
const char *client_invite(struct client *client, const char *body);
// The same with RequestSystemStatus; fails the test unless it is accepted.
void client_open(struct client *client);
// re-INVITE or UPDATE.
const char *client_refresh(struct client *client, uint32_t expires_s, const char *body);
// Answers an UPDATE of the engine.
void client_answer(struct client *client, const struct event_session_answered *answered);
void client_bye(struct client *client);

// So many messages of the engine did not reach it.
void client_lose(struct client *client, uint32_t messages);

// Sends INFO. Returns the body of its 200, "-" for none, or the status of another answer. There
// must be one, before all that any client is told.
const char *client_ask(struct client *client, const char *body);

// Takes what the client was told since the last time: a line for each event, "BYE" for that,
// "UPDATE 1800 min-se 300" for a refresh, whose numbers may be 0 and missing.
const char *client_hear(struct client *client);
// The same, which must be this.
void client_told(struct client *client, const char *expected);

// --- an office to run them in --------------------------------------------------------------------

// 201 on phone a, single-line; 202, also 302, on phone b, dual-line; 206 on phone d, forwarding no
// answer to 203 after 10 s; 207 on phone d too, forwarding all to 203: these are watched, and 204,
// whose phone is away, and 205, which has none but is `cti notify`. 203 on phone c is not.
// 40855502.. are their full numbers.
struct office {
	struct rig *rig;
	struct sim_phone *a;
	struct sim_phone *b;
	struct sim_phone *c;
	struct sim_phone *d;
	struct token_names names;
	struct client ca; // of sip:201@, not open yet
	struct client cb; // of sip:202@
	struct client cc;
};

// For cmocka_unit_test_setup_teardown(); *state is the office.
int office_open(void **state);
// Checks that no session, monitor, call or connection is left behind once the clients are gone.
int office_close(void **state);

// Opens ca and cb with a monitor each: M1 of tel:201, M2 of tel:202.
void office_monitor(struct office *o);
// A call from a to 202 by hand, talking, of which the clients have been told.
void office_talk(struct office *o);
