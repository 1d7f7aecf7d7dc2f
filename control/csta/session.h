// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Between the files of the CSTA side: a session's life and what it sends.
#pragma once

#include <osmocom/core/fsm.h>

#include "control/csta/csta.h"

// X(enumerator, what it means): what may happen to a session.
#define SESSION_SIGNALS(X) \
	X(SESSION_OPEN, "the client asks for it") \
	X(SESSION_REFRESH, "the client refreshes it") \
	X(SESSION_ANSWERED, "the client answers our refresh") \
	X(SESSION_GONE, "its dialog is no more") \
	X(SESSION_CLEAR, "the operator ends it") \
	X(SESSION_WITHDRAW, "its line may no longer be controlled") \
	X(SESSION_SHUTDOWN, "the interface goes down")

enum session_signal {
#define X(name, text) name,
	SESSION_SIGNALS(X)
#undef X
};

// A session in state OPENING, or NULL when there is no room. The state machine frees it.
struct session *session_new(struct engine *engine, handle_t dialog);
void session_free(struct session *session);

// The machine of a new session, or NULL without memory; it ends itself in ENDED and frees the
// session.
struct osmo_fsm_inst *session_fsm_new(struct session *session);

// The status with which an INVITE is refused, or 0 when it is accepted; the session is then filled
// in:
//	403 CTI is shut down, or the line is no `cti watch` number
//	488 no CSTA body
//	400 another service than RequestSystemStatus
//	404 no such line; an address without a user part is no line yet
//	480 the line is not up: no registered phone, no `cti notify`
//	422 session timer under Min-SE
unsigned session_open_status(struct session *session, const struct event *event);

// Makes the session one of the line that the text names. False, and the session has none: there is
// no such line.
bool session_line_set(struct session *session, const char *text);

// The same for a refresh, whose body is RequestSystemStatus or nothing: 400 or 422.
unsigned session_refresh_status(struct session *session, const struct event *event);

// Answers to INVITE and UPDATE.
void session_accept(struct session *session, handle_t transaction, const struct csta_msg *request);
void session_reject(struct engine *engine, handle_t dialog, handle_t transaction, unsigned status);

// --- the session timer ---------------------------------------------------------------------------

// What an INVITE or UPDATE of the client says of it.
struct timer_offer {
	bool supports;      // RFC 4028 at all
	uint8_t refresher;  // enum session_refresher
	uint32_t expires_s; // 0: it names no interval
	uint32_t min_se_s;  // 0: none
};

// RFC 4028 9: false when the interval is too small and the client knows what 422 means.
bool session_timer_is_fair(const struct timer_offer *offer);
// The interval begins anew, of the length and with the refresher that the offer asks for.
void session_timer_take(struct session *session, const struct timer_offer *offer, uint64_t now_us);
// What the 200 to the offer says of it.
void session_timer_tell(const struct session *session, struct command_session_accept *accept);
// The client made a request at this time, which may be some time ago: a sign of life where it need
// not refresh.
void session_timer_heard(struct session *session, uint64_t heard_us);
// An answer to a refresh of ours, or none.
void session_timer_answered(
	struct session *session, const struct event_session_answered *answered, uint64_t now_us);
// When there is something to do next. It may only have become later since the last call, unless
// one of the functions above other than session_timer_heard() was called.
uint64_t session_timer_due_us(const struct session *session);
// Does it: a refresh of ours. False: the session's time is over.
bool session_timer_run(struct session *session, uint64_t now_us);

// Requests and events of ours: at the end of the turn, after the answer to what caused them.
void session_send(struct session *session, struct command *command);
// The same of a service that we ask of the client.
void session_invoke(struct session *session, struct command *command);
// SystemStatus, to each registration that wants it; to who has none for it, as such.
void session_send_status(struct session *session, enum csta_status status);
void session_bye(struct session *session);

// True when a CSTA client may monitor and control the DN: `cti watch`, on phones that let it.
bool dn_is_watched(const struct engine *engine, const struct dn *dn);

// Ends the monitors of DNs that may no longer be watched, or that the client's name no longer
// means, and says MonitorStop for each.
void session_recheck_monitors(struct session *session);

// Tells registrations that asked for it that there are other devices now.
void session_recheck_devices(struct session *session);

// Tells registrations of all sessions that asked for it that the engine is able to do other things
// now, if it is.
void sessions_tell_claims(struct engine *engine);

// Ends all registrations and says so.
void session_abort_registrations(struct session *session);

// What is monitored, for people: a number or a callID.
const char *monitor_object(const struct monitor *monitor);

// Begins a message about the monitor: type, namespace, and the cross reference, which stands at
// `cross_ref` in struct csta_msg.
void monitor_message_init(
	const struct monitor *monitor, enum csta_type type, size_t cross_ref, struct csta_msg *msg);

// Counts the event and sends it.
void monitor_send_event(struct monitor *monitor, struct command *command);

// Tells the client that the monitor is no more (MonitorStop) and frees it.
void monitor_end(struct monitor *monitor);

// Unlinks and frees all monitors; with `tell`, says MonitorStop for each.
void session_drop_monitors(struct session *session, bool tell);

// A message to or from the client, for `debug cti xml`.
void session_trace(const struct session *session, const char *way, const struct csta_msg *msg);
