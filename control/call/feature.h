// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Features of a device (ECMA-269, logical and physical device features, device maintenance, call
// associated features): what a DN is set to by its user's keys, by a client or by the operator.
// Whoever changes something changes it here; monitors and phones learn of it from here alone.
#pragma once

#include "control/engine.h"

// One for each event of ECMA-269 that is about a device. X(enumerator, text)
#define NOTICES(X) \
	X(NOTICE_DO_NOT_DISTURB, "DoNotDisturb") \
	X(NOTICE_FORWARDING, "Forwarding") \
	X(NOTICE_MESSAGE_WAITING, "MessageWaiting") \
	X(NOTICE_DIGITS_GENERATED, "DigitsGenerated") \
	X(NOTICE_OUT_OF_SERVICE, "OutOfService") \
	X(NOTICE_BACK_IN_SERVICE, "BackInService")

enum notice_kind {
#define X(name, text) name,
	NOTICES(X)
#undef X
		NOTICE_KINDS,
};

struct notice {
	enum notice_kind kind;
	struct dn *dn;
	bool on;                          // DoNotDisturb, Forwarding, MessageWaiting
	enum config_forward_kind forward; // Forwarding: which; the target is the DN's
	struct connection *connection;    // DigitsGenerated: whose
	const char *digits;
};

enum {
	TONE_MS = 100, // of a digit, where the client does not say
	PAUSE_MS = 80, // between two
	TONE_MS_MAX = 5000,
};

// Tells the DN's monitors and phones what is no longer as they were told. To be called after
// everything that may change a DN's features or its service; does nothing when nothing changed.
void dn_refresh(struct dn *dn);
// The same for all DNs of a phone: it came, went, or was set to something.
void phone_refresh(struct phone *phone);

// Do not disturb is a setting of phones: the DN has it when no phone in service would ring for it.
// Lines with feature ring ring all the same.
bool dn_do_not_disturb(const struct dn *dn);
// Calls at this line do not ring.
bool line_is_quiet(const struct line *line);
// Sets it at the phones whose first line it is, or at the only one that carries it; at others for
// this line alone. CALL_OUT_OF_SERVICE: the DN is on no phone; CALL_BAD_STATE: only on lines with
// feature ring.
enum call_result dn_set_do_not_disturb(struct dn *dn, bool on);
void phone_set_do_not_disturb(struct phone *phone, bool on);

// Forwards the DN; an empty number means where it was forwarded to before. `seconds` counts for
// FORWARD_NOAN, 0: as before. CALL_BAD_NUMBER: nobody's number, the DN's own, or none was given
// and none is known.
enum call_result dn_set_forward(
	struct dn *dn, enum config_forward_kind kind, const char *number, unsigned seconds);
enum call_result dn_end_forward(struct dn *dn, enum config_forward_kind kind);
// Takes the line off hook for its user to dial where FORWARD_ALL goes.
enum call_result line_enter_forward(struct line *line);
bool dn_is_forwarded(const struct dn *dn, enum config_forward_kind kind);

// `for_device`: whom the message is for, a number or whatever the client named; empty: it did not
// say.
enum call_result dn_set_message_waiting(struct dn *dn, bool on, const char *for_device);

// Sends digits of [0-9*#A-D,] (a comma is a pause) from this connection into its call: the phones
// of the others play them. CALL_BAD_STATE: nobody is there to hear them.
enum call_result connection_send_digits(
	struct connection *connection, const char *digits, unsigned tone_ms, unsigned pause_ms);

// The user does not want this alerting call: it goes where unanswered calls go, else where those of
// a busy DN go, else it is refused. Nor a prompted one: it is over, with callCancelled.
enum call_result connection_decline(struct connection *connection);

const char *notice_name(enum notice_kind kind);
