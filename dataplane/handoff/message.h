// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The treaty between the planes: everything that may cross, by value. Workers tell events, control gives
// commands. Workers never see a phone or a call; control never sees a packet. Objects of the other side
// are named by handles only; a stale handle is refused by its owner and counted.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/handle.h"
#include "sccp/sccp.h"
#include "xmlcodec/csta.h"

enum {
	URI_TEXT_SIZE = 128,
	AGENT_TEXT_SIZE = 64,
	CONNS_ALIVE_MAX = 27, // four cells of the ring (ring.h)
};

enum sip_transport {
	TRANSPORT_UDP,
	TRANSPORT_TCP,
};

// Who sends the session refreshes (RFC 4028 section 4). UNSET: the peer did not say.
enum session_refresher {
	REFRESHER_UNSET,
	REFRESHER_UAC,
	REFRESHER_UAS,
};

// --- events: worker to control ----------------------------------------------------------------------

// X(enumerator, union member, what it tells)
#define EVENTS(X) \
	X(EVENT_CONN_OPENED, conn_opened, "a phone's TCP connection is up") \
	X(EVENT_CONN_CLOSED, conn_closed, "a phone's TCP connection is gone") \
	X(EVENT_SCCP, sccp, "a phone sent a message, and no KeepAlive") \
	X(EVENT_CONNS_ALIVE, conns_alive, "KeepAlives came; they have been answered") \
	X(EVENT_SESSION_OPEN, session_open, "INVITE outside a dialog with a CSTA body") \
	X(EVENT_SESSION_REFRESH, session_refresh, "re-INVITE or UPDATE inside a dialog") \
	X(EVENT_SESSION_ANSWERED, session_answered, "the answer to a refresh of ours") \
	X(EVENT_SESSION_CLOSED, session_closed, "the dialog is gone") \
	X(EVENT_CSTA_REQUEST, csta_request, "INFO with a CSTA service request") \
	X(EVENT_SESSION_LOST, session_lost, "the client missed INFOs of ours")

enum event_type {
	EVENT_NONE,
#define X(name, member, text) name,
	EVENTS(X)
#undef X
		EVENT_TYPES,
};

// The connection was accepted on the Skinny port; event.handle names it from now on.
struct event_conn_opened {
	struct endpoint remote;
	struct endpoint local;
};

enum conn_close_reason {
	CONN_CLOSE_PEER,    // FIN
	CONN_CLOSE_RESET,   // RST
	CONN_CLOSE_TIMEOUT, // retransmission or keepalive gave up
	CONN_CLOSE_LOCAL,   // control asked for it
	CONN_CLOSE_GARBAGE, // framing lost: bad length
};

struct event_conn_closed {
	enum conn_close_reason reason;
};

// Phones that sent a KeepAlive each since the event before, oldest first. Nothing else happens as often
// when there are many phones, so they share an event; event.handle is 0. Told no later than at the end of the
// worker's turn, and before any other event.
struct event_conns_alive {
	uint32_t count;
	handle_t conns[CONNS_ALIVE_MAX];
};

// A new dialog; event.handle names it. Control answers `transaction` with COMMAND_SESSION_ACCEPT or
// COMMAND_SESSION_REJECT. URIs are the text between the brackets, parameters included.
struct event_session_open {
	handle_t transaction;
	struct endpoint remote;
	uint8_t transport; // enum sip_transport
	uint8_t refresher; // enum session_refresher
	bool supports_timer;
	uint32_t session_expires_s; // 0: the client named none
	uint32_t min_se_s;          // the same
	char request_uri[URI_TEXT_SIZE];
	char from_uri[URI_TEXT_SIZE];
	char to_uri[URI_TEXT_SIZE];
	char user_agent[AGENT_TEXT_SIZE];
	struct csta_msg csta;
};

// Control answers with COMMAND_SESSION_ACCEPT. csta.type is CSTA_NONE when the request had no body.
struct event_session_refresh {
	handle_t transaction;
	struct endpoint remote;
	uint8_t transport;
	uint8_t refresher;
	bool supports_timer;
	uint32_t session_expires_s;
	uint32_t min_se_s;
	struct csta_msg csta;
};

// The final answer to a COMMAND_SESSION_REFRESH, of the client or of a proxy before it; 408 and 481
// are told as EVENT_SESSION_CLOSED. `refresher` is seen from our side: UAC means us.
struct event_session_answered {
	uint16_t status; // 0: there was none
	uint8_t refresher;
	uint32_t session_expires_s; // 0: none named
	uint32_t min_se_s;          // the same
	uint64_t heard_us; // the client's last request in the dialog, also one that is none to
			   // control
};

enum session_close_reason {
	SESSION_CLOSE_BYE,	  // the client said BYE; it has been answered
	SESSION_CLOSE_CANCELLED,  // CANCEL before the INVITE was answered
	SESSION_CLOSE_NO_ACK,	  // the 2xx was never acknowledged (RFC 3261 13.3.1.4)
	SESSION_CLOSE_UNKNOWN,	  // the client answered 481 or 408 to a request of ours
};

struct event_session_closed {
	enum session_close_reason reason;
};

// Control answers `transaction` with COMMAND_CSTA_RESPONSE: the service response or a CSTAErrorCode.
// csta.type is CSTA_UNKNOWN when the root element is no service we know; `verdict` (enum csta_verdict)
// and `bad_element` tell what was wrong when the body was well-formed XML but no valid request.
struct event_csta_request {
	handle_t transaction;
	uint16_t verdict;
	char bad_element[48];
	struct csta_msg csta;
};

// INFOs that control gave (COMMAND_CSTA_EVENT) could not be sent to the client of event.handle. The
// worker counts them in silence for as long as the client takes nothing and tells once for each gap:
// when it takes messages again, so that control can say SystemStatus `messagesLost` at once.
struct event_session_lost {
	uint32_t messages; // since the last time this was told, never 0
};

struct event {
	uint16_t type; // enum event_type
	uint8_t worker;
	uint8_t reserved;
	uint32_t seq;	  // per ring, one more each time: the reader checks that none is missing
	handle_t handle;  // conn or dialog; 0: several
	uint64_t time_us; // when the worker took the packet off the port
	union {
		struct event_conn_opened conn_opened;
		struct event_conn_closed conn_closed;
		struct sccp_msg sccp;
		struct event_conns_alive conns_alive;
		struct event_session_open session_open;
		struct event_session_refresh session_refresh;
		struct event_session_answered session_answered;
		struct event_session_closed session_closed;
		struct event_csta_request csta_request;
		struct event_session_lost session_lost;
	};
};

// --- commands: control to worker --------------------------------------------------------------------

#define COMMANDS(X) \
	X(COMMAND_SCCP, sccp, "send a message to a phone") \
	X(COMMAND_CONN_CLOSE, conn_close, "close a phone's TCP connection once all is sent") \
	X(COMMAND_CONN_ABORT, conn_abort, "reset a phone's TCP connection") \
	X(COMMAND_SESSION_ACCEPT, session_accept, "2xx to an INVITE or UPDATE") \
	X(COMMAND_SESSION_REJECT, session_reject, "final refusal of an INVITE or UPDATE") \
	X(COMMAND_SESSION_REFRESH, session_refresh, "refresh the session by UPDATE") \
	X(COMMAND_CSTA_RESPONSE, csta_response, "200 to an INFO with a CSTA body") \
	X(COMMAND_CSTA_EVENT, csta_event, "INFO with a CSTA event or request of ours") \
	X(COMMAND_SESSION_MISSED, session_missed, "events were not even given to the worker") \
	X(COMMAND_SESSION_BYE, session_bye, "end the dialog with BYE")

enum command_type {
	COMMAND_NONE,
#define X(name, member, text) name,
	COMMANDS(X)
#undef X
		COMMAND_TYPES,
};

// csta.type CSTA_NONE: no body. The dialog lives on from here (first INVITE) or goes on living.
struct command_session_accept {
	handle_t transaction;
	uint32_t session_expires_s; // 0: no session timer
	uint8_t refresher;	    // enum session_refresher, not UNSET when a timer is given
	struct csta_msg csta;
};

// Ends the dialog when the INVITE was its first.
struct command_session_reject {
	handle_t transaction;
	uint16_t status;	// 300 to 699
	uint16_t retry_after_s; // 0: none
	uint32_t min_se_s;	// 0: none
};

// EVENT_SESSION_ANSWERED tells the answer.
struct command_session_refresh {
	uint32_t session_expires_s; // we are the refresher; 0: no session timer
	uint32_t min_se_s;          // 0: none
};

struct command_csta_response {
	handle_t transaction;
	struct csta_msg csta;
};

// They count like those that the worker could not send: EVENT_SESSION_LOST will tell.
struct command_session_missed {
	uint32_t messages;
};

struct command {
	uint16_t type; // enum command_type
	uint8_t worker;
	uint8_t reserved;
	uint32_t seq;
	handle_t handle;  // conn or dialog
	uint64_t time_us; // of the event that caused it, for latency; 0 when a timer or the operator did
	union {
		struct sccp_msg sccp;
		struct command_session_accept session_accept;
		struct command_session_reject session_reject;
		struct command_session_refresh session_refresh;
		struct command_csta_response csta_response;
		struct csta_msg csta_event;
		struct command_session_missed session_missed;
	};
};

// Bytes in use: the head and as much of the union as this type and its message fill. Never more than
// sizeof; an unknown type counts as its head alone.
size_t event_size(const struct event *event);
size_t command_size(const struct command *command);

const char *event_name(enum event_type type);
const char *command_name(enum command_type type);

// One line for people, always terminated. Returns the length snprintf would have.
int event_print(const struct event *event, char *text, size_t size);
int command_print(const struct command *command, char *text, size_t size);
