// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Skinny phones: registration, keys, and what they show.
#pragma once

#include "control/config/phone_model.h"
#include "control/engine.h"
#include "control/phone/statistics.h"

enum { PHONE_NAME_SIZE = 17 };

enum { STREAMS_MAX = 2 }; // of a phone that mixes a conference of three

enum stream_state {
	STREAM_CLOSED,
	STREAM_OPENING,   // OpenReceiveChannel sent
	STREAM_RECEIVING, // acknowledged: rtp is known
	STREAM_HOPELESS,  // the two phones have no codec in common
};

// The media of an appearance with one other party.
struct stream {
	uint32_t peer;       // call reference of that party's appearance
	uint32_t party;      // what the phone calls it; 0: not open
	uint8_t state;       // enum stream_state
	bool sending;        // the phone was told where to send
	struct media_format format; // when it was opened
	struct endpoint rtp; // where the phone receives, once it told us
};
struct digit_player;

// One showing of a connection on a line of a phone. A DN that several phones carry is shown on
// each.
struct appearance {
	TAILQ_ENTRY(appearance) in_connection;
	TAILQ_ENTRY(appearance) at_phone;
	struct connection *connection;
	struct line *line;
	uint32_t call_reference; // what the phone calls it
	uint32_t call_state;     // enum sccp_call_state_code that the phone was told last
	uint32_t keys;           // appearance_keys() that the phone was told last
	uint8_t shown;           // enum screen: what the phone shows now
	uint8_t party_changes;   // of the call, when it last named the parties
	uint8_t entry;           // enum sccp_disposition_code for the phone's lists; 0: none so far
	bool declined; // its user does not want it: the phone shows it no more while it rings
	struct stream streams[STREAMS_MAX];
	struct media_format format; // of the stream opened last; payload 0: none was
	uint64_t connected_us;      // when the first was opened
	struct media_statistics statistics;
	bool hold_tone;              // it plays, as the far end holds
	struct digit_player *player; // plays digits (control/phone/digits.c); NULL: none
};

// A TCP connection of the Skinny port. It becomes a phone's when that registers; one that only
// sends KeepAlives (a phone whose primary server is another) stays as it is.
struct station {
	struct hlist_node by_conn;
	struct engine *engine;
	handle_t conn;
	struct endpoint remote;
	struct endpoint local;
	struct phone *phone;        // NULL: nobody registered on it
	struct wheel_node patience; // until Register
};

struct phone {
	struct hlist_node by_name;
	struct hlist_node by_tag;
	TAILQ_ENTRY(phone) all;
	TAILQ_ENTRY(phone) waiting;
	TAILQ_HEAD(, appearance) appearances; // oldest first
	struct engine *engine;
	const struct config_ephone *config;
	struct station *station;   // NULL: none
	handle_t conn;             // 0: none
	struct endpoint remote;
	struct line *lines; // line_count of them
	struct watch_button *watches; // watch_count of them
	uint16_t line_count;
	uint8_t watch_count;
	uint8_t state; // of its registration: control/phone/station_fsm.c
	uint8_t protocol_version; // of the messages, as settled
	uint8_t own_version;      // the highest that the phone knows
	uint8_t codec_count;
	uint8_t ringer;   // enum sccp_ring_code that the phone was told last
	uint8_t plane;    // line whose call plane is active, 0: none
	uint8_t redial_line; // instance of the line where `redial` was dialled
	bool off_hook;    // lifted, or its speaker key pressed
	bool speaker;     // we switched its speaker on
	bool do_not_disturb; // set by its user or for him
	uint8_t message_lamp; // enum sccp_lamp_code, of the handset, told last; 0: never
	bool mixes;          // it offered to host a conference when it registered
	bool waits;          // to be idle: then its lines are made anew, or it is reset
	uint8_t reset; // enum sccp_reset_code: what it is told then; 0: what its lines ask for
	uint8_t event_payload; // RTP payload type of RFC 2833, as the phone has it; 0: it has none
	uint8_t frames[PHONE_CODECS_MAX];     // most in a packet of each codec; 0: it did not say
	uint16_t codecs[PHONE_CODECS_MAX];    // enum sccp_payload_code, codec_count of them
	uint32_t device_type;                 // as the phone says, enum sccp_device_code
	const struct phone_model *found;      // by that; NULL: nobody knows it
	unsigned tag;                         // of the ephone
	const struct config_profile *em_user; // logged in by extension mobility; NULL: nobody
	char *redial;                         // NUMBER_SIZE, dialled last; NULL: nothing yet
	uint32_t keepalives;
	uint32_t idle_shown; // hash of the idle text that the phone was told last; 0: none
	uint32_t text_shown; // the same of a PHONE_TEXT, whatever it is about
	uint64_t registered_us;
	uint64_t heard_us;          // the last sign of life
	struct wheel_node patience; // for the next one
	char name[PHONE_NAME_SIZE]; // SEP and the MAC address
};

// What it is: as configured, else as it said when it registered last. NULL: nobody knows.
const struct phone_model *phone_model(const struct phone *phone);
// By CSTA clients: no analog port or gateway. One of which nobody knows what it is may be.
bool phone_is_controlled(const struct phone *phone);
// enum phone_face of what it is; one that nobody knows has soft keys.
enum phone_face phone_face(const struct phone *phone);

// Registration states for `show ephone`: REGISTERED, UNREGISTERED, DECEASED ...
const char *phone_state_name(const struct phone *phone);
bool phone_is_registered(const struct phone *phone);
// Told to come anew, and still there.
bool phone_is_resetting(const struct phone *phone);

struct phone *phone_find(struct engine *engine, const char *name);
struct phone *phone_by_tag(struct engine *engine, unsigned tag);

// An event of a Skinny connection: opened, closed, message.
void phones_event(struct engine *engine, const struct event *event);
// EVENT_CONNS_ALIVE.
void phones_alive(struct engine *engine, const struct event *event);

// Brings the phone of this tag in line with the configuration: makes, changes, removes. 0 or
// -ENOMEM.
int phone_changed(struct engine *engine, unsigned tag);
void phone_free(struct phone *phone);

// This was dialled last on the line's phone.
void line_dialled(struct line *line, const char *number);

// DNs or profiles changed: whose lines are others now?
void phones_recheck(struct engine *engine);

// Restarts or resets a phone, as soon as it is idle: by Reset, then it has some seconds to leave
// before its conn is closed (TOUCH_RESTART, TOUCH_RESET).
void phone_wanted_anew(struct engine *engine, enum touch what, unsigned tag);
// The phones that have a profile which the operator said to reset.
void phones_reset_by_profile(struct engine *engine);
// The same for all that are registered, one after the other (TOUCH_RESTART_ALL and what follows
// it).
void phones_wanted_anew(struct engine *engine, enum touch what, unsigned interval_s);
void resets_init(struct engine *engine);
void resets_fini(struct engine *engine);

// What phones waited for that are idle now.
void phones_settle(struct engine *engine);

// The waits of phones and conns, none at first.
void patience_init(struct engine *engine);
void patience_fini(struct engine *engine);
