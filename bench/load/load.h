// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Load for an engine: phones that register and call each other, CSTA clients that watch them and
// ask for services. All that comes back is checked against what must come: a call has a list of
// call states for each phone and a list of events for each monitor, and what is missing, too much
// or out of order is an error of the run. One thread; the caller turns it by load_step().
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/wheel.h"
#include "bench/load/hist.h"
#include "bench/load/wire.h"

// X(enumerator, what it was)
#define LOAD_ERRORS(X) \
	X(REGISTER_REJECTED, "registrations rejected") \
	X(REGISTER_LATE, "registrations not finished in time") \
	X(CONN_LOST, "connections lost") \
	X(KEEPALIVE_LATE, "keepalives not acknowledged in time") \
	X(FRAME_BAD, "messages to phones that cannot be read") \
	X(STATE_ORDER, "call states out of order") \
	X(STATE_STRAY, "call states of no call") \
	X(MESSAGE_MISSING, "messages of a call that did not come") \
	X(MESSAGE_COUNT, "messages of calls too many or too few") \
	X(CALL_LATE, "calls not finished in time") \
	X(SIP_BAD, "SIP messages that cannot be read") \
	X(EVENT_BAD, "events that cannot be read") \
	X(EVENT_ORDER, "events out of order") \
	X(EVENT_STRAY, "events of no call") \
	X(EVENT_PAIR, "events that one of two monitors of a device told, and not the other") \
	X(EVENT_GAP, "gaps in the numbers of a session's requests") \
	X(EVENT_UNLIKE, "events that another decoder reads differently") \
	X(ANSWER_STATUS, "requests answered by another status than 200") \
	X(ANSWER_BODY, "answers with the wrong body") \
	X(ANSWER_STRAY, "answers to no request") \
	X(REQUEST_LATE, "requests not answered in time") \
	X(SEND_FAILED, "messages that could not be sent")

enum load_error {
#define X(name, text) LOAD_##name,
	LOAD_ERRORS(X)
#undef X
		LOAD_NERRORS,
};

// The services that clients ask for in turn, as bits. X(enumerator, word, request)
#define LOAD_SERVICES(X) \
	X(SNAPSHOT, "snapshot", CSTA_SNAPSHOT_DEVICE) \
	X(MONITOR, "monitor", CSTA_MONITOR_START) \
	X(STATUS, "status", CSTA_REQUEST_SYSTEM_STATUS) \
	X(FEATURES, "features", CSTA_GET_CSTA_FEATURES)

enum load_service {
#define X(name, word, type) LOAD_SERVICE_##name,
	LOAD_SERVICES(X)
#undef X
		LOAD_NSERVICES,
};

enum {
	LOAD_FILLER_MAX = 30000,
	LOAD_MONITORS_MAX = 8, // of a session
	LOAD_WATCHERS_MAX = 8, // of a phone
};

struct load_config {
	struct endpoint sccp; // the engine's
	struct endpoint sip;
	uint32_t phone_base;  // address of phone 0 in host order, the others follow; 0: the wire's
			      // choice
	uint32_t client_base; // likewise, of CSTA clients
	uint32_t phones;
	uint32_t first_number;   // DN of phone 0, the others follow
	uint32_t first_mac;      // likewise, the low 32 bits
	double register_rate;    // a second; 0: as fast as it goes
	uint32_t register_slots; // under way at a time
	uint32_t keepalive_ms;   // 0: what the engine says
	uint32_t sessions;       // session i watches phones i / watchers * monitors and the next
	uint32_t monitors;       // of a session
	uint32_t watchers;       // sessions that watch the same phones; 0: one
	bool udp;                // sessions over UDP
	uint32_t filler;         // bytes that the Via of each request is longer, and each answer
				 // with it: LOAD_FILLER_MAX at most
	uint32_t patience_ms;    // for a registration, a call's next step, an answer
	uint32_t full_every;     // every so manyth event is read by csta_read() too; 0: none
};

// A mix of calls between phones 2n and 2n + 1.
struct load_calls {
	double rate;      // a second; 0: whenever there is room
	uint32_t owed;    // made up for at most when the generator itself was late; 0: all
	uint32_t slots;   // at a time
	uint64_t count;   // then no more; 0: no end
	uint32_t ring_ms; // until the answer, or until the caller gives up
	uint32_t hold_ms; // from answer to hanging up
	uint32_t answered_percent;
	bool by_csta; // sessions make, answer and clear them: all phones that call are watched
};

struct load_requests {
	double rate;       // a second; 0: whenever there is room
	uint32_t slots;    // under way at a time
	uint64_t count;    // 0: no end
	uint32_t services; // bits of enum load_service
};

// What was counted since the start.
struct load_numbers {
	uint64_t registered; // finished registrations
	uint64_t keepalives; // acknowledged
	uint64_t calls_begun;
	uint64_t calls; // finished
	uint64_t answered;
	uint64_t messages;      // to phones
	uint64_t call_messages; // those that are no part of registration or keepalive
	uint64_t events;
	uint64_t events_repeated; // retransmissions over UDP
	uint64_t requests;
	uint64_t answers;
	uint64_t resent; // requests of ours over UDP
	uint64_t errors;
	uint64_t error[LOAD_NERRORS];
};

struct load;

// The wire is borrowed. NULL: no memory.
struct load *load_new(const struct load_config *config, struct wire *wire, uint64_t now_ns);
void load_free(struct load *load);

// One turn: what came is read, what is due is done, all that was written goes out. Returns how much
// it was; 0: nothing to do. now_ns of CLOCK_MONOTONIC.
unsigned load_step(struct load *load, uint64_t now_ns);

// All phones not registered begin to register, all sessions not open begin to open, at the rates of
// the configuration. Starts once the wire is ready.
void load_register(struct load *load);
// True when all of them are.
bool load_is_registered(const struct load *load);
uint32_t load_phones_registered(const struct load *load);
uint32_t load_sessions_open(const struct load *load);
// All phones drop their connections (by a reset) and begin anew. No call may be going on.
void load_reregister(struct load *load);

// Begins a mix. NULL: begin nothing more. Each change takes effect at once.
void load_set_calls(struct load *load, const struct load_calls *calls);
void load_set_requests(struct load *load, const struct load_requests *requests);
// Keepalives without a pause, by `slots` phones at a time; 0: each phone in its interval.
void load_set_keepalives(struct load *load, uint32_t slots);
// No call and no request is going on.
bool load_is_idle(const struct load *load);
// As many calls and requests as the mixes allow were begun and are over; false for a mix without an
// end.
bool load_is_done(const struct load *load);
// How many messages calls bring. All calls of a kind bring the same number: after a call of each
// kind was made alone, between load_count_mark() and load_count_learn(), load_count_check() tells
// whether all calls since the last mark brought as many. Call them when nothing is under way any
// more.
void load_count_mark(struct load *load);
void load_count_learn(struct load *load, bool answered);
void load_count_check(struct load *load);

// Sessions end (BYE), phones hang up their connections without a word.
void load_end(struct load *load);
// Nothing of it is left.
bool load_is_over(const struct load *load);

const struct load_numbers *load_numbers(const struct load *load);
// Phone event to CSTA event; request to answer. To be cleared by whoever reads them.
struct hist *load_event_latency(struct load *load);
struct hist *load_answer_latency(struct load *load);
const char *load_error_text(enum load_error error);
const char *load_service_word(enum load_service service);
