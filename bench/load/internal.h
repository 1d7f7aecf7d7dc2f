// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What the parts of the load generator share. See load.h.
#pragma once

#include "base/span.h"
#include "bench/load/load.h"
#include "sccp/sccp.h"
#include "xmlcodec/csta.h"

enum {
	// The user word of a connection: whose it is.
	USER_CLIENT = 1 << 30,
	CROSS_REF_SIZE = 40,
	CLIENT_REQUESTS = 12, // of a client, under way: the mix's one, and those of calls
	CLIENT_HEAD_SIZE = 800,
	PAIR_MAX = 8,
	CALL_ID_SIZE = 40,
	ERRORS_SHOWN = 10,
};

enum timer_kind { TIMER_PHONE, TIMER_CALL, TIMER_CLIENT };

enum phone_step { PHONE_DOWN, PHONE_CONNECTING, PHONE_REGISTERING, PHONE_UP };

struct phone {
	struct wheel_node timer; // first: registration, then keepalive
	uint64_t conn;
	uint32_t call;    // index + 1; 0: none
	uint16_t port;    // of the next connection
	uint16_t answers; // bits of registration
	uint8_t step;     // enum phone_step
	uint8_t side;     // in the call
	bool dropping;    // we reset the connection ourselves
	bool acked;       // the last keepalive
	bool flooding;    // it was one of the flood
};

enum { CALLER, CALLEE, SIDES };

// What phones do that events follow from.
enum cause { CAUSE_OFF_HOOK, CAUSE_DIALLED, CAUSE_ANSWER, CAUSE_HANG_UP, CAUSES };

enum call_step {
	CALL_FREE,
	CALL_DIALLING,
	CALL_RINGING,
	CALL_ANSWERING,
	CALL_TALKING,
	CALL_CLEARING
};

struct call_side {
	uint32_t phone;
	uint32_t reference;                // 0: not known yet
	uint64_t seen;                     // kinds of messages that came, by bit
	uint8_t states;                    // call states that came
	uint8_t events[LOAD_WATCHERS_MAX]; // events that came to each session that watches
	uint8_t nevents;                   // events that must come to each
	uint8_t watchers;                  // sessions, by bit
};

struct call {
	struct wheel_node timer; // first
	struct call_side side[SIDES];
	uint64_t cause_ns[CAUSES];
	char id[CALL_ID_SIZE]; // callID; empty: no event yet
	uint8_t step;          // enum call_step
	bool answered;         // it is to be
	bool by_csta;          // sessions make, answer and clear it
};

enum client_step {
	CLIENT_DOWN,
	CLIENT_CONNECTING,
	CLIENT_INVITING,
	CLIENT_MONITORING,
	CLIENT_OPEN,
	CLIENT_ENDING
};

struct client_request {
	uint64_t sent_ns;
	uint32_t cseq; // 0: free
	uint8_t service;
	uint8_t tries;
	uint32_t phone;             // of a service of a call: whose connection
	char call_id[CALL_ID_SIZE]; // likewise
};

struct client {
	struct wheel_node timer; // first
	uint64_t conn;
	uint32_t cseq; // of our last request
	uint32_t invite_cseq;
	uint32_t engine_cseq; // of the engine's last
	uint32_t opened;      // how often
	uint16_t port;
	uint8_t step;     // enum client_step
	uint8_t monitors; // started
	uint8_t service;  // next
	bool extra;       // a monitor of the service mix is up: a second one of the first device
	bool pair_extra;  // it told what is in pair[], else the other did
	uint8_t npair;
	char to_tag[48];
	char target[96];
	char cross_ref[LOAD_MONITORS_MAX][CROSS_REF_SIZE];
	char extra_ref[CROSS_REF_SIZE];
	uint64_t pair[PAIR_MAX]; // events of one monitor that the other has not told yet
	struct client_request requests[CLIENT_REQUESTS];
	// INFO up to Content-Length, with the numbers left out between.
	char head[CLIENT_HEAD_SIZE];
	uint16_t head_branch; // where the branch's number goes
	uint16_t head_cseq;
	uint16_t head_size;
};

// What a monitor of a phone that is none of the load's was told last.
struct watch {
	char id[CALL_ID_SIZE]; // callID; empty: no call
	char state[16];
};

// A rate as tokens: so many may begin now.
struct pace {
	double rate;   // a second; 0: any number
	uint32_t owed; // what is late beyond that is let go; 0: all is made up for
	uint64_t from_us;
	uint64_t begun;
};

enum { CALL_KINDS = 2 }; // given up, answered

struct load {
	struct load_config config;
	struct wire *wire;
	struct wheel wheel;
	uint64_t now_ns;
	uint64_t now_us;
	uint64_t began_us;
	struct load_numbers n;

	struct phone *phones;
	uint32_t next_register;
	uint32_t registering;
	uint32_t conns; // of which the wire has not said that they are closed
	uint32_t phones_up;
	struct pace register_pace;
	bool opening;             // load_register() was called
	uint32_t keepalive_slots; // 0: each in its interval
	uint32_t keepalive_next;
	uint32_t keepalives_out;
	uint32_t keepalive_ms; // what the engine said, or the configuration
	uint32_t dropping;     // phones whose connection we reset
	uint32_t next_drop;    // phones from here on are still to drop their connection

	struct load_calls calls_config;
	bool calling;
	struct pace call_pace;
	struct call *calls;
	uint32_t *free_calls;
	uint32_t nfree;
	uint32_t slots;
	uint32_t next_pair;
	uint32_t active;
	uint64_t kind_calls[CALL_KINDS];
	uint64_t kind_messages[CALL_KINDS]; // of one, as learned; 0: not yet
	uint64_t counted_messages;
	uint64_t counted_calls[CALL_KINDS];

	char filler[LOAD_FILLER_MAX + 16]; // a parameter of Via, or empty
	char out[65536];                   // the SIP message being written
	struct client *clients;
	struct watch *watches; // by monitor
	uint32_t next_open;
	uint32_t clients_opening;
	uint32_t clients_open;
	uint32_t clients_ending;
	struct load_requests requests_config;
	bool requesting;
	struct pace request_pace;
	uint32_t next_client;
	uint32_t outstanding;
	struct csta_reader reader;
	struct csta_msg decoded;

	struct hist event_latency;
	struct hist answer_latency;
	unsigned shown; // errors told so far
};

// Counts, and tells the first ones. Returns false.
bool load_fail(struct load *load, enum load_error error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void pace_start(struct pace *pace, double rate, uint32_t owed, uint64_t now_us);
// One more may begin.
bool pace_may(struct pace *pace, uint64_t now_us);

// phones.c
int phones_init(struct load *load);
void phones_fini(struct load *load);
unsigned phones_step(struct load *load);
void phones_end(struct load *load);
void load_phone_opened(struct load *load, uint32_t index);
size_t load_phone_bytes(struct load *load, uint32_t index, const uint8_t *p, size_t n);
void load_phone_closed(struct load *load, uint32_t index, const char *why);
void load_phone_timer(struct load *load, struct phone *phone);
bool load_phone_write(struct load *load, struct phone *phone, const void *p, size_t n);
// One message.
bool load_phone_send(struct load *load, struct phone *phone, const struct sccp_msg *msg);
static inline uint32_t load_phone_number(const struct load *load, uint32_t index)
{
	return load->config.first_number + index;
}

// calls.c
int calls_init(struct load *load);
void calls_fini(struct load *load);
unsigned calls_step(struct load *load);
void load_call_timer(struct load *load, struct call *call);
// Something came: its next step, when it is due; counts and frees the call when all that must come
// has.
void load_call_goes_on(struct load *load, struct call *call);
// A message to a phone that takes part in a call, or, with call NULL, to one that does not.
void load_call_message(struct load *load, struct phone *phone, const struct sccp_frame *frame);

// What an event says, as far as it is checked; borrowed from its body.
struct seen_event {
	struct span name; // of the root element
	struct span cross_ref;
	struct span call_id;
	struct span device; // of the connection
	struct span local;
};

// expect.c: an event at the monitor that a session has of a phone; `watcher` tells the phone's
// sessions apart.
void load_call_event(
	struct load *load, uint32_t phone, unsigned watcher, const struct seen_event *event);
// The same at the monitor of a phone that is none of the load's: only what may follow on what is
// known.
void load_watch_event(struct load *load, uint32_t index, const struct seen_event *event);
// How many events a monitor of that side gets for a call of that kind.
unsigned load_call_events_expected(bool answered, unsigned side);

// clients.c
int clients_init(struct load *load);
void clients_fini(struct load *load);
unsigned clients_step(struct load *load);
void load_client_opened(struct load *load, uint32_t index);
size_t load_client_bytes(struct load *load, uint32_t index, const uint8_t *p, size_t n);
void load_client_closed(struct load *load, uint32_t index, const char *why);
void load_client_datagram(struct load *load, const uint8_t *p, size_t n);
void load_client_timer(struct load *load, struct client *client);
void clients_end(struct load *load);
// The sessions that watch the phone and are open, by bit.
uint8_t load_phone_watchers(const struct load *load, uint32_t phone);
// The first phone that the session watches.
uint32_t load_client_phone(const struct load *load, const struct client *client);
// What a session can do for a call, in place of a phone.
enum call_service { CALL_MAKE, CALL_ANSWER, CALL_CLEAR };
// One of those that watch the phone asks for it.
void load_client_serve(
	struct load *load, const struct call *call, unsigned side, enum call_service service);
