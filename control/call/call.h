// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The call model of ECMA-269 6.1: a call joins connections, a connection is one device's (DN's)
// part in one call and has a state. All that happens is a transition of a connection. What phones
// show (control/phone/screen.c) and what monitors are told (control/csta/events.c) are projections
// of the same transition; nobody else sends either.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include <osmocom/core/timer.h>

#include "base/handle.h"
#include "xmlcodec/csta.h"

struct appearance;
struct call;
struct connection;
struct dn;
struct engine;
struct line;
struct monitor;
struct phone;

enum { NUMBER_SIZE = 33, DIGITS_SIZE = NUMBER_SIZE, GCID_SIZE = 36 };
// A phone mixes itself and two others.
enum { CONFERENCE_PARTIES = 3 };

// ECMA-269 6.1.5, table of connection states. X(enumerator, text as in CSTA)
#define CONNECTION_STATES(X) \
	X(CONNECTION_NULL, "null") \
	X(CONNECTION_INITIATED, "initiated") \
	X(CONNECTION_ALERTING, "alerting") \
	X(CONNECTION_CONNECTED, "connected") \
	X(CONNECTION_HOLD, "hold") \
	X(CONNECTION_QUEUED, "queued") \
	X(CONNECTION_FAIL, "fail")

enum connection_state {
#define X(name, text) name,
	CONNECTION_STATES(X)
#undef X
};

// One transition for each call control event of ECMA-269. X(enumerator, text)
#define TRANSITIONS(X) \
	X(TRANSITION_SERVICE_INITIATED, "ServiceInitiated") \
	X(TRANSITION_ORIGINATED, "Originated") \
	X(TRANSITION_DELIVERED, "Delivered") \
	X(TRANSITION_ESTABLISHED, "Established") \
	X(TRANSITION_HELD, "Held") \
	X(TRANSITION_RETRIEVED, "Retrieved") \
	X(TRANSITION_DIVERTED, "Diverted") \
	X(TRANSITION_FAILED, "Failed") \
	X(TRANSITION_TRANSFERRED, "Transferred") \
	X(TRANSITION_CONFERENCED, "Conferenced") \
	X(TRANSITION_CONNECTION_CLEARED, "ConnectionCleared")

enum transition_kind {
#define X(name, text) name,
	TRANSITIONS(X)
#undef X
		TRANSITION_KINDS,
};

// Somebody named in a call, present in it or not.
struct party {
	struct dn *dn;            // NULL: no DN of ours
	char number[NUMBER_SIZE]; // empty: not known
};

struct call {
	TAILQ_HEAD(connections, connection) connections; // in the order in which they joined
	TAILQ_HEAD(, monitor) monitors;                  // of clients that follow the call itself
	TAILQ_ENTRY(call) active;
	struct engine *engine;
	handle_t handle;
	char id[TOKEN_SIZE];  // callID
	char gcid[GCID_SIZE]; // Global Call ID
	struct party calling;
	struct party called;
	// Whose phone mixes for all, in a call that has three parties or is to have them. NULL:
	// none.
	struct connection *mixer;
	// While there is one that mixes: who called whom where its third party came from, which is
	// the call that was joined to this one, or how it was called into the talk.
	struct party added_calling, added_called;
	struct party redirecting; // who diverted it last; number empty: never diverted
	uint64_t started_us;      // CLOCK_MONOTONIC
	uint8_t redirections;
	// enum csta_cause of its first diversion and of the last one, where `redirecting` names
	// somebody.
	uint8_t first_redirection, last_redirection;
	uint8_t party_changes; // times that it got other parties: displays are renewed
	bool ending;     // its last parties are leaving
	uint8_t failure; // enum csta_cause of the Failed that left the caller alone;
			 // CSTA_CAUSE_NONE: none
};

// What the number is for that is dialled on a connection.
enum dial_purpose {
	DIAL_CALL,           // somebody to call
	DIAL_FORWARD,        // where the DN is forwarded to
	DIAL_TRANSFER,       // somebody to ask first, then to transfer a call to
	DIAL_BLIND_TRANSFER, // somebody to transfer a call to at once
};

struct connection {
	TAILQ_ENTRY(connection) in_call;
	TAILQ_ENTRY(connection) at_dn;
	TAILQ_HEAD(, appearance) appearances; // the phones' lines that show it
	struct call *call;
	struct dn *dn;
	// The button it is handled at: who went off hook or answered, also while it is held. NULL
	// while it only rings, then on every line of the DN.
	struct line *line;
	// Two calls of one device of which the second was made for the sake of the first: each
	// knows the other. NULL: none.
	struct connection *consultation; // made for this one
	struct connection *consults_for; // this one was made for
	struct call *joined_from; // while a transfer or conference is told: the call it was in
	uint8_t state; // enum connection_state
	uint8_t cause; // enum csta_cause of the last transition
	// A failed far device that never took part: its own monitors are told nothing, it takes no
	// channel and is not among its DN's connections.
	bool onlooker;
	bool outbound;      // it began the call it is in, or was in before a transfer
	bool added;         // the third party of a call that is mixed, or to be
	bool prompted;      // initiated, but its user has yet to lift the handset; `digits` is whom to call
	uint8_t purpose;    // enum dial_purpose
	uint8_t timer_kind; // enum connection_timer
	struct osmo_timer_list timer;
	char digits[DIGITS_SIZE]; // dialled so far
};

// What just happened, for the projections. The states already are the new ones; a cleared
// connection is still linked, with state null.
struct transition {
	enum transition_kind kind;
	enum csta_cause cause;
	struct connection *subject; // the connection that changed
	// Transferred, Conferenced: the other connection of the device that leaves or conferences,
	// of the call that is joined to the subject's and is empty by now. NULL: there was one call
	// only.
	struct connection *secondary;
	struct dn *acting;        // releasing, holding, diverting ... device
	struct party destination; // Diverted, Transferred: where to; Conferenced: who was added
};

// What a connection waits for; one at a time.
enum connection_timer {
	TIMER_NONE,
	TIMER_INTERDIGIT, // the next digit
	TIMER_NO_ANSWER,  // call-forward noan
	TIMER_RINGING,    // ringing without end
	TIMER_CUT,        // end of busy and reorder tone
	TIMER_PROMPT,     // the user lifts the handset for a prompted call
};

// Why a request could not be done. X(enumerator, text)
#define CALL_RESULTS(X) \
	X(CALL_OK, "done") \
	X(CALL_BAD_NUMBER, "no such number") \
	X(CALL_BAD_STATE, "wrong state") \
	X(CALL_SAME_DEVICE, "takes part already") \
	X(CALL_LOOP, "diverted too often") \
	X(CALL_TOO_MANY, "too many parties") \
	X(CALL_NO_MIXER, "nobody to mix") \
	X(CALL_NO_PROMPT, "phone cannot prompt its user") \
	X(CALL_OUT_OF_SERVICE, "phone not registered") \
	X(CALL_NO_LINE, "no free line or channel") \
	X(CALL_NO_MEMORY, "call table full")

enum call_result {
#define X(name, text) name,
	CALL_RESULTS(X)
#undef X
};

// --- what may be asked of the model; by keys of the phone and by CSTA services alike -----------

// Takes the DN's phone off hook (speaker) and gives it a new call: ServiceInitiated with `cause`.
// *out is the new connection. Nothing is dialled yet. Of several phones that clients may control it
// is one whose user is about to dial, else one that is in no call, else the first.
enum call_result call_originate(
	struct engine *engine, struct dn *dn, enum csta_cause cause, struct connection **out);

// The same at this line.
enum call_result line_originate(struct line *line, enum csta_cause cause, struct connection **out);

// Rings for the DN's own user, who is to lift the handset; then the number (empty: the user dials)
// is called: ServiceInitiated with makeCall at once. CALL_BAD_STATE where all phones that prompt
// are in calls, which are not disturbed.
enum call_result call_prompt(struct dn *dn, const char *number, struct connection **out);

// One more digit of [0-9*#+A-D] by hand: dials when the number is complete ('#', or the one DN it
// can be), otherwise waits for the next one, not longer than `timeouts interdigit`.
enum call_result connection_digit(struct connection *connection, char digit);
// Takes the last digit back.
enum call_result connection_backspace(struct connection *connection);

// Dials a complete number on an initiated connection: Originated, then Delivered, Diverted or
// Failed. The number may be any text; one that does not exist ends in Failed, as if dialled by
// hand.
enum call_result connection_dial(struct connection *connection, const char *number);

// Answers a connection that rings, at one of its phones that clients may control and that is in no
// call, else at the first, whose active call is held first.
enum call_result connection_answer(struct connection *connection);
// The same at this line of the connection's DN.
enum call_result connection_answer_at(struct connection *connection, struct line *line);

// Clears one connection with this cause; a call left with fewer than two parties, or of three
// without the one whose phone mixes, ends with it. An alerting connection that is cleared normally
// has refused the call: Failed goes first, the caller hears busy tone. An onlooker takes its call
// with it.
enum call_result connection_clear(struct connection *connection, enum csta_cause cause);

enum call_result connection_hold(struct connection *connection, enum csta_cause cause);
enum call_result connection_retrieve(struct connection *connection, enum csta_cause cause);
// The same at this line of the connection's DN, whichever of its phones held it.
enum call_result connection_retrieve_at(
	struct connection *connection, struct line *line, enum csta_cause cause);

// Ends a call for all its parties, as this device's wish.
void call_clear(struct call *call, struct dn *releasing, enum csta_cause cause);

// Makes a second call from the line of an existing one that talks, which is held first (one that is
// held already stays so), and dials the number; NULL: the user dials. *out is the new connection;
// the two know each other. CALL_NO_LINE when the DN has no free channel.
enum call_result connection_consult(
	struct connection *existing, const char *number, struct connection **out);
// The same from this line of the same phone, nothing dialled.
enum call_result connection_consult_at(
	struct connection *existing, struct line *line, struct connection **out);

// The same as its user's wish to transfer this talk: whoever is called next is asked first. Nobody
// is where the DN transfers blind, or no line of the phone has a free channel (NULL): the talk goes
// to the number that is dialled, and that takes no channel.
enum call_result connection_begin_transfer(struct connection *existing, struct line *line);

// Holds the active call and goes on with the one that is held or rings.
enum call_result connections_alternate(struct connection *held, struct connection *active);
// Ends the active call and retrieves the one that is held.
enum call_result connections_reconnect(struct connection *held, struct connection *active);

// One device's two calls of two parties each, one of them held, become one of those whom it leaves
// to each other. The call of the held one, which is the primary whichever it is here, goes on. At
// least one of the two has answered; the other may still ring. CALL_SAME_DEVICE when both are one
// device.
enum call_result connections_transfer(struct connection *primary, struct connection *secondary);

// One device's two talks, one of them held, become one of three parties that its phone mixes. The
// call of the held one goes on, at the place of the active one. Both are handled at the same phone.
// CALL_TOO_MANY when one has three parties already; CALL_NO_MIXER when the phone did not offer to
// mix when it registered, or `max-conferences` are going on.
enum call_result connections_conference(struct connection *held, struct connection *active);

// Calls this number into a talk: it rings, and when it answers the phone of this connection mixes.
// Results as above and below.
enum call_result connection_join(struct connection *connection, const char *number);

// The party that joined last leaves, as the mixing one wishes.
enum call_result conference_remove_last(struct connection *mixer);

// Leaves the place in a talk to this number, which then rings. CALL_BAD_NUMBER when there is no
// such number, CALL_SAME_DEVICE when it takes part already.
enum call_result connection_transfer_single_step(struct connection *connection, const char *number);

// Sends an alerting connection's call on to this number. Results as above; CALL_LOOP when it was
// diverted `max-redirect` times already.
enum call_result connection_deflect(struct connection *connection, const char *number);

// --- whether it could be done now ---------------------------------------------------------------

// CALL_OK, or what the request of that name would be refused with; nothing happens. Those of requests
// with a number answer for a number that can be called, connection_check_target() for the number:
// CALL_BAD_NUMBER, CALL_SAME_DEVICE when it takes part already.
enum call_result connection_check_answer(const struct connection *connection);
enum call_result connection_check_clear(const struct connection *connection);
enum call_result connection_check_retrieve(const struct connection *connection);
enum call_result connection_check_consult(const struct connection *existing);
enum call_result connections_check_alternate(
	const struct connection *held, const struct connection *active);
enum call_result connections_check_reconnect(
	const struct connection *held, const struct connection *active);
enum call_result connections_check_transfer(
	const struct connection *held, const struct connection *active);
enum call_result connections_check_conference(
	const struct connection *held, const struct connection *active);
enum call_result connection_check_join(const struct connection *connection);
enum call_result connection_check_transfer_single_step(const struct connection *connection);
enum call_result connection_check_deflect(const struct connection *connection);
enum call_result connection_check_target(const struct connection *connection, const char *number);
// Of connection_hold() and connection_send_digits(): it is connected, and some other party is there.
enum call_result connection_check_talk(const struct connection *connection);

// --- what there is ------------------------------------------------------------------------------

// The call whose id this is, or NULL.
struct call *call_find(struct engine *engine, struct span id);

// There was a call of this id since the engine runs, and it is no more.
bool call_is_gone(const struct engine *engine, struct span id);

// The DN's own connection in the call, or NULL; onlookers are not found.
struct connection *call_connection(struct call *call, const struct dn *dn);
// The same, or the onlooker that failed for it.
struct connection *call_connection_or_failed(struct call *call, const struct dn *dn);

// The other party of a two-party call, onlookers included, or NULL.
struct connection *connection_peer(const struct connection *connection);

// Its phones ring: a call comes in, or its user is prompted.
bool connection_rings(const struct connection *connection);

// All do but one on which a number to transfer to is dialled, and one whose end is being told.
bool connection_takes_channel(const struct connection *connection);

// It takes part: connected or hold.
bool connection_is_up(const struct connection *connection);

// It and some other party take part.
bool connection_is_talking(const struct connection *connection);

// Parties of the call, onlookers left out.
unsigned call_members(const struct call *call);

// Its phone offered to mix a conference, and one more may be made.
bool connection_can_mix(const struct connection *connection);

// Who the connection's device is in the call, by the number that was dialled for it.
struct party call_party(const struct call *call, const struct connection *connection);

// Three parties take part.
bool call_is_conference(const struct call *call);

// Both belong to one device, or are handled at one phone; an onlooker is at none.
bool connections_are_together(const struct connection *a, const struct connection *b);

// It has the audio path of its phone: off hook in any way but not held.
bool connection_is_active(const struct connection *connection);

// The active connection of the phone, or NULL; never more than one.
struct connection *phone_active(struct phone *phone);

// The line's phone is out of service: ends what the line takes part in, with destOutOfOrder.
void calls_line_lost(struct line *line);

const char *connection_state_name(enum connection_state state);
const char *transition_name(enum transition_kind kind);
const char *call_result_name(enum call_result result);
