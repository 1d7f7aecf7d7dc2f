// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// All that the control thread owns. One thread, no locks: everything reached from here is touched
// by the control thread alone.
#pragma once

#include <linux/types.h>
#include <osmocom/core/hashtable.h>
#include <osmocom/core/utils.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/pool.h"
#include "base/prefix.h"
#include "base/siphash.h"
#include "base/wheel.h"
#include "control/call/call.h"
#include "control/config/config.h"
#include "control/outbox.h"
#include "control/phone/statistics.h"

struct monitor;
struct notice;
struct session;

enum { TABLE_BITS = 16 };

enum { DN_PRIMARY, DN_SECONDARY, DN_NUMBERS };

// The features of a DN as its monitors and phones were told them last (control/call/feature.c).
struct dn_told {
	bool do_not_disturb;
	bool message_waiting;
	bool in_service;
	bool forwarded[FORWARD_NIGHT];  // active, by enum config_forward_kind
	uint32_t forward[FORWARD_NIGHT]; // hash of kind's number and time
	uint32_t message_for;            // hash
};

// One of the numbers that reach a DN.
struct dn_number {
	struct hlist_node by_number;
	struct dn *dn;
	char text[NUMBER_SIZE]; // empty: not in the table
};

// A directory number (ephone-dn). Lives as long as the configuration names it.
struct dn {
	struct dn_number numbers[DN_NUMBERS]; // by DN_PRIMARY, DN_SECONDARY
	struct hlist_node by_tag;
	TAILQ_ENTRY(dn) all;
	TAILQ_HEAD(, connection) connections;
	TAILQ_HEAD(, line) lines; // the buttons that carry it
	TAILQ_HEAD(, watch_button) watches; // those that show whether it is in use
	TAILQ_HEAD(, monitor) monitors;
	struct engine *engine;
	const struct config_dn *config;
	unsigned tag;     // of the ephone-dn
	uint8_t channels; // calls at a time: 1 single-line, 2 dual-line, 8 octo-line
	bool quiet_elsewhere; // do not disturb by a client: where it is on phones of others
	bool message_waiting;
	char *message_for; // the device that the message is for; NULL: nobody said
	struct dn_told told;
};

// How a button with several DNs (`o`, `c`) or one that expands it (`x`) presents calls that come in.
enum line_overlay {
	OVERLAY_NONE,
	OVERLAY_ONE_CALL,  // o: one call at a time; the next when the button is free
	OVERLAY_WAITING,   // c: others wait beside the one that is there
	OVERLAY_EXPANSION, // x: one call, when the buttons before it of the same overlay are taken
};

// A button of a phone that carries a DN. A button with several DNs is as many lines.
struct line {
	TAILQ_ENTRY(line) at_dn;
	struct phone *phone;
	struct dn *dn;
	uint8_t instance;         // 1 is the first line button
	uint8_t position;         // among the buttons, 1 is the first
	uint8_t ring;             // enum sccp_ring_code for calls that come in
	uint8_t lamp;             // enum sccp_lamp_code that the phone was told last
	bool message_lamp;        // the phone was told last
	uint8_t overlay;          // enum line_overlay
	uint8_t overlay_instance; // of the overlay's first button; 0: none
	bool silent;              // not even a beep when a call waits
};

// A button of a phone that shows whether a DN is in use, and dials it.
struct watch_button {
	TAILQ_ENTRY(watch_button) at_dn;
	struct phone *phone;
	struct dn *dn;
	uint8_t instance; // among the line buttons
	uint8_t position;
	uint8_t lamp;     // enum sccp_lamp_code that the phone was told last
	bool whole_phone; // all lines of the phone whose first line the DN is, and whether it is there
};

// Messages of phones that had no effect. X(enumerator, what they were)
#define PHONE_IGNORED(X) \
	X(IGNORED_CONN, "of a conn unknown here") \
	X(IGNORED_MESSAGE, "of no use here") \
	X(IGNORED_UNREGISTERED, "before Register") \
	X(IGNORED_STATE, "not possible now") \
	X(IGNORED_STALE, "about a call that is no more") \
	X(IGNORED_VALUE, "with a value that means nothing")

enum phone_ignored {
#define X(name, text) name,
	PHONE_IGNORED(X)
#undef X
		PHONE_IGNORED_REASONS,
};

// `reset all` and its like.
struct reset_run {
	struct osmo_timer_list timer;
	enum touch kind;
	unsigned tag;        // of the last ephone that had its turn
	unsigned interval_s; // to the next
	unsigned waited_s;   // for it to be back
};

struct engine {
	struct config *config;
	struct outbox outbox;
	struct siphash_key key; // of tokens this thread mints
	struct pool calls;
	struct pool connections;
	struct pool appearances;
	struct pool stations;
	struct pool sessions;
	struct pool monitors;
	TAILQ_HEAD(, call) active_calls;
	TAILQ_HEAD(, dn) dns;
	TAILQ_HEAD(, phone) phones;
	DECLARE_HASHTABLE(dn_by_tag, TABLE_BITS);
	DECLARE_HASHTABLE(dn_by_number, TABLE_BITS);
	struct prefixes dn_prefixes; // of the numbers in that table
	DECLARE_HASHTABLE(phone_by_tag, TABLE_BITS);
	DECLARE_HASHTABLE(phone_by_name, TABLE_BITS);
	DECLARE_HASHTABLE(station_by_conn, TABLE_BITS);
	DECLARE_HASHTABLE(session_by_dialog, TABLE_BITS);
	DECLARE_HASHTABLE(session_by_id, TABLE_BITS);
	// Every transition, after the states changed and before the turn ends. The CSTA side's
	// monitors_report(); tests put their own here.
	void (*report)(struct engine *engine, const struct transition *transition);
	// The same for what happens to devices and is no transition (control/call/feature.h).
	void (*notify)(struct engine *engine, const struct notice *notice);
	struct wheel patience; // control/phone/patience.c: it, what turns it, and when that comes next
	struct osmo_timer_list patience_timer;
	uint64_t patience_us;
	uint32_t next_call_reference; // of appearances on phones: rising, seeded from the clock
	uint32_t next_party;          // of the channels that phones open
	uint32_t next_session_id;
	bool media_stale;  // some talk has no codec: ends with the turn
	TAILQ_HEAD(, phone) waiting_phones; // to be idle (control/phone/restart.c)
	bool phones_stale;                  // some of them may be now
	struct reset_run resets;            // of all phones, one after the other
	bool lines_changed; // a phone carries other DNs: may sessions still have theirs?
	bool claims_stale;  // phones came or went: may clients be told of other capabilities?
	struct osmo_timer_list claims_timer;  // until clients are told (control/csta/system.c)
	struct osmo_timer_list ask_timer;     // clients are asked how they are (control/csta/system.c)
	struct osmo_timer_list listing_timer; // lists of devices go on (control/csta/information.c)
	// Rings, and is being answered: not louder while another call makes way. NULL: none.
	const struct connection *answering;
	uint32_t conferences; // calls with a mixer
	uint8_t overload;     // enum csta_status that clients were told; CSTA_STATUS_NONE: there is none
	struct call_history history;
	uint64_t ignored[PHONE_IGNORED_REASONS];
};

// Builds the objects that the configuration names. Returns 0 or -errno. The configuration is
// borrowed for the engine's life. The caller then gives the outbox its way out (outbox_init).
int engine_init(struct engine *engine, struct config *config);
void engine_fini(struct engine *engine);

// CLOCK_MONOTONIC as the timers see it.
uint64_t engine_now_us(void);

// Ends a turn that began with a timer or an operator's line.
void engine_turn(struct engine *engine);

// One turn for one event from a worker.
void engine_event(struct engine *engine, const struct event *event);

// The operator changed the configuration: brings the objects in line with it; or does what he wants
// done. Ends its own turn.
void engine_touched(struct engine *engine, enum touch what, unsigned tag);

// The DN that a dialled number or a device identifier's digits name (primary or secondary number),
// or NULL.
struct dn *dn_find(struct engine *engine, const char *number);
// Where a call to this number goes now: equal numbers are hunted in order, past those that are
// down, and past busy ones without huntstop.
struct dn *dn_hunt(struct engine *engine, const char *number);
struct dn *dn_by_tag(struct engine *engine, unsigned tag);

// Up: a registered phone has it on a line, or it is `cti notify`.
bool dn_is_up(const struct dn *dn);
// In service for calls: a registered phone has it on a line.
bool dn_has_phone(const struct dn *dn);

// False when some phone has it on a button with others, as then it is not known which of them a
// call is at; and when nothing but analog ports and gateways carry it.
bool dn_is_controllable(const struct dn *dn);

// It takes part in a call.
bool dn_is_in_use(const struct dn *dn);

// One of its channels is free for a call of its own.
bool dn_has_channel(const struct dn *dn);
// To who calls it: none is free of those that are open to calls that come in.
bool dn_is_busy(const struct dn *dn);

// Where the DN's calls go; empty: nowhere.
const char *dn_forward_number(const struct dn *dn, enum config_forward_kind kind);
// Seconds until FORWARD_NOAN.
unsigned dn_forward_noan_s(const struct dn *dn);

// Who it is, for displays: its name, else its number.
const char *dn_name(const struct dn *dn);

// Phones (control/phone/). A user that is logged in there stays so; one that is logged in elsewhere
// moves. Results: 0, or -ENOENT (no such user or phone), -EINVAL (phone not enabled for extension
// mobility), -ENOTCONN (phone not registered), -EBUSY (another user is logged in there), -EALREADY
// (not logged in).
int phone_em_login(struct engine *engine, const char *user, unsigned ephone_tag);
// The same on the word of somebody who must know the user's password: -EACCES when no voice
// user-profile has both.
int phone_em_login_with(
	struct engine *engine, const char *user, const char *password, unsigned ephone_tag);
int phone_em_logout(struct engine *engine, const char *user);
