// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The CSTA side of control: sessions (a client's SIP dialog), their monitors, the services they ask
// for and the events they are told.
#pragma once

#include "control/engine.h"

enum {
	SESSION_MONITORS_MAX = 16,
	OBJECT_MONITORS_MAX = 32, // of a device, of a call: each hears all that happens to it
	SESSION_REGISTRATIONS_MAX = 2,
	SESSION_INTERVAL_DEFAULT_S = 1800, // RFC 4028 4.2
	SESSION_INTERVAL_MIN_S = 90,       // RFC 4028 5: Min-SE
	SESSION_INTERVAL_MAX_S = 86400,
	SESSION_ID_MAX = 0x7fffffff,
	CLAIMS_TIMER_S = 1, // from a phone's coming or going until clients are told what that changes
	SYSTEM_STATUS_TIMER_S = 180, // a client's status is asked for so often: the longest there is
};

// How a client writes its line, and so how others are written to it.
struct device_style {
	uint8_t form;  // enum device_form
	bool expanded; // the full number of a dialplan-pattern instead of the extension
	bool plus;     // with a leading '+'
};

// What is claimed to clients (control/csta/claims.h): sets of enum csta_services_bit and of enum
// csta_events_bit, and that users can be prompted.
struct claims {
	uint64_t services;
	uint64_t events;
	bool prompts;
};

// What a client registered for (SystemRegister).
struct registration {
	struct claims claims; // when it was told last that there are others
	uint64_t devices; // sum over the devices it was told of last
	uint32_t number;  // in the session; rising
	uint16_t filter;  // set of enum csta_status_filter_bit: not wanted
	uint8_t types;    // set of enum csta_request_types_bit; 0: not in use
};

// A list of devices on its way to a client (SwitchingFunctionDevices), a few at a time.
struct listing {
	struct dn *next; // NULL: there is none on its way
	uint32_t number; // of the list, in the session; rising
	uint32_t segment;
};

// A CSTA client's session: one SIP dialog, opened for one line. The line is watched (`cti watch`)
// for as long as the session lives. A session that was opened by our address alone has no line
// until its first monitor of a device.
struct session {
	struct hlist_node by_dialog;
	struct hlist_node by_id;
	TAILQ_HEAD(, monitor) monitors;
	struct engine *engine;
	struct osmo_fsm_inst *fsm; // control/csta/session_fsm.c
	handle_t dialog;
	handle_t handle;
	uint32_t id; // what `show cti session` prints and `clear cti session id` takes
	uint32_t monitor_count;
	struct dn *dn; // its line; NULL: it has none yet
	struct endpoint remote;
	uint8_t transport; // enum sip_transport
	uint8_t ns;        // enum csta_ns of its last request
	struct device_style style;
	char line[CSTA_DEVICE_SIZE]; // as the client writes it, echoed to the letter; empty: none
				     // yet
	char user[URI_TEXT_SIZE];    // From
	char agent[AGENT_TEXT_SIZE];
	uint64_t started_us;
	// The session timer (control/csta/session_timer.c).
	uint64_t expires_us; // end of the interval, in the time of the events
	uint64_t refresh_us; // the next refresh of ours, where `refreshes`
	uint32_t interval_s;
	uint32_t min_se_s;   // the largest Min-SE that the client named; 0: none
	bool supports_timer; // the client knows RFC 4028
	bool refreshes;      // we do, the client need not
	bool asked;          // a refresh of ours is open, and the client made none since
	bool glared;         // it met one of the client's, and was put off
	uint64_t lost;       // INFOs that the client could not be sent
	struct registration registrations[SESSION_REGISTRATIONS_MAX];
	uint32_t next_registration;
	struct listing listing;
};

// Of a device, or of a call, which it follows to the call that this one is joined to. The device of
// a monitor of a call is the one by which the client named the call: who it is as a viewer.
struct monitor {
	TAILQ_ENTRY(monitor) in_session;
	TAILQ_ENTRY(monitor) at_dn;   // of a device
	TAILQ_ENTRY(monitor) at_call; // of a call
	struct session *session;
	struct dn *dn;
	struct call *call; // NULL: of a device
	handle_t handle;
	char cross_ref[TOKEN_SIZE]; // monitorCrossRefID
	uint8_t ns;
	struct device_style style;
	char device[CSTA_DEVICE_SIZE]; // the device as its MonitorStart wrote it
	uint64_t suppressed;           // set of enum csta_filter_bit: events it does not want
	uint64_t events;               // told so far
	uint8_t cause;                 // of a call: enum csta_cause of what it was told last
};

void sessions_event(struct engine *engine, const struct event *event);
void monitors_report(struct engine *engine, const struct transition *transition);
void monitors_notify(struct engine *engine, const struct notice *notice);
// The call is over: CallCleared to its monitors, which end with it.
void monitors_call_cleared(struct call *call);

// What a session is doing, for people: OPENING, ACTIVE, ENDED.
const char *session_state_name(const struct session *session);

// Each session in turn: start with *cursor 0. The one returned may be ended.
struct session *session_next(struct engine *engine, uint32_t *cursor);

// The operator's `clear cti session id N`: BYE, then gone. A turn of its own. -ENOENT when there is
// none.
int session_clear(struct engine *engine, uint32_t id);
// The engine's load is another one: overloadImminent, overloadReached or overloadRelieved, told to all
// who registered for the system's status. Part of a turn.
void sessions_load_changed(struct engine *engine, enum csta_status status);
// The engine shuts down: SystemStatus disabled and BYE to all. A turn of its own.
void sessions_shutdown(struct engine *engine);

// Part of a turn of the configuration: CTI was shut down, a DN lost `cti watch`, its number or
// itself, or phones carry other DNs or are other ones. Ends what is no longer allowed: MonitorStop for each monitor, then BYE; at `cti shutdown`
// as above.
void sessions_recheck(struct engine *engine);

// Phones came or went: who registered for it is told when the claims are others by that, once for all
// that do so within CLAIMS_TIMER_S. Part of a turn.
void sessions_recheck_claims(struct engine *engine);

// The DN of this tag is configured otherwise, or is new: for `debug cti dmgr`.
void device_reconfigured(struct engine *engine, unsigned tag);

// Frees all sessions and tells nobody: the last thing before the engine is gone.
void sessions_forget(struct engine *engine);
