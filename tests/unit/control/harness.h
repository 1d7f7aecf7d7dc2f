// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// An engine without workers: simulated phones on the other side of the treaty, a clock that tests
// turn, and a record of all commands and transitions. One rig at a time.
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "control/config/edit.h"
#include "control/engine.h"

// SIM_SECOND_PORT: how far a phone's second stream is from its first.
enum {
	SIM_SECOND_PORT = 100,
	SIM_CALLS_MAX = 32,
	SIM_STREAMS = 2, // the second is to the third party of a conference
	SIM_ACKS_MAX = 32,
	SIM_LOG_SIZE = 65536,
	RIG_PHONES_MAX = 16,
};

struct sim_stream {
	uint32_t party;
	bool receiving; // OpenReceiveChannel without CloseReceiveChannel
	bool sending;
	struct endpoint to;
};

// An OpenReceiveChannel that is to be acknowledged.
struct sim_ack {
	uint32_t party;
	uint32_t reference;
	uint16_t port;
};

// A call reference as the phone sees it.
struct sim_call {
	uint32_t reference;
	uint32_t state; // enum sccp_call_state_code
	uint32_t line;
	struct sim_stream streams[SIM_STREAMS];
};

struct sim_phone {
	struct rig *rig;
	char name[16];
	uint32_t device; // enum sccp_device_code of its Register: a 7960
	uint8_t version; // of the protocol, in its Register: 17
	bool plain;      // it has neither soft keys nor prompts, and asks for none
	handle_t conn;
	uint16_t rtp_port;
	bool open;             // the conn, as far as the phone knows
	bool lazy;             // acknowledges media when sim_acknowledge() says so
	bool silent;           // sends no KeepAlive
	bool mixes;            // offers to host a conference when it registers
	uint32_t media_status; // what it acknowledges
	uint32_t ringer;
	uint32_t keys; // soft key set last selected
	uint32_t speaker;
	unsigned violations; // messages that a real phone would not bear
	struct sim_call calls[SIM_CALLS_MAX];
	struct sim_ack acks[SIM_ACKS_MAX]; // oldest first; of closed channels too
	unsigned ack_count;
	char log[SIM_LOG_SIZE]; // a line for each message received
};

struct rig;

// Takes the events for an engine that runs elsewhere, whose commands it hands to rig_take().
typedef void events_elsewhere(struct rig *rig, const struct event *event);

struct rig {
	struct engine engine;
	struct config *config;
	struct edit edit; // the operator's
	struct sim_phone phones[RIG_PHONES_MAX];
	unsigned phone_count;
	uint32_t next_conn;
	unsigned seconds;            // waited so far
	bool full;                   // the ring takes nothing
	events_elsewhere *elsewhere; // NULL: the engine is in here
	// All commands since rig_forget(), oldest first; those to phones too.
	struct command **commands;
	size_t command_count;
	size_t command_room;
	// A line for each transition: "Delivered 202 alerting newCall".
	char story[SIM_LOG_SIZE];
	// A line for each notice: "Forwarding 202 on".
	char notices[SIM_LOG_SIZE];
};

// The configuration is text as an operator would write it. Fails the test on any wrong line.
struct rig *rig_new(const char *config);
void rig_free(struct rig *rig);

// A line of the operator while the engine runs. False when it is a wrong one.
bool rig_configure(struct rig *rig, const char *line);

// The same for a change made behind the editor's back.
static inline void engine_dn_changed(struct engine *engine, unsigned tag)
{
	engine_touched(engine, TOUCH_DN, tag);
}

static inline void engine_ephone_changed(struct engine *engine, unsigned tag)
{
	engine_touched(engine, TOUCH_EPHONE, tag);
}

static inline void engine_cti_changed(struct engine *engine)
{
	engine_touched(engine, TOUCH_CTI, 0);
}

// One turn, and those that the phones' media acknowledgements cause.
void rig_event(struct rig *rig, const struct event *event);
// A command arrived: records it and lets the phone that it is for have it. False when the ring is
// full.
bool rig_take(struct rig *rig, const struct command *command);
// Lets the time pass second by second; phones send a KeepAlive every 30 seconds.
void rig_wait(struct rig *rig, unsigned seconds);
// Forgets commands, logs and story so far.
void rig_forget(struct rig *rig);
// The n-th command of this type since rig_forget(), NULL when there is none.
const struct command *rig_command(const struct rig *rig, enum command_type type, unsigned n);
unsigned rig_command_count(const struct rig *rig, enum command_type type);

void rig_story_is(struct rig *rig, const char *expected);
void rig_notices_are(struct rig *rig, const char *expected);

struct sim_phone *sim_new(struct rig *rig, const char *name);
void sim_connect(struct sim_phone *phone);
void sim_disconnect(struct sim_phone *phone, enum conn_close_reason reason);
// Register alone, and the whole dialogue of a 7960.
void sim_register(struct sim_phone *phone);
void sim_start(struct sim_phone *phone);
// All phones made so far, in that order.
void rig_start(struct rig *rig);

void sim_send(struct sim_phone *phone, const struct sccp_msg *msg);
void sim_send_empty(struct sim_phone *phone, uint32_t id);
void sim_keep_alive(struct sim_phone *phone);
void sim_off_hook(struct sim_phone *phone);
void sim_on_hook(struct sim_phone *phone);
void sim_digits(struct sim_phone *phone, const char *digits);
void sim_enbloc(struct sim_phone *phone, const char *number);
void sim_stimulus(struct sim_phone *phone, uint32_t stimulus, uint32_t instance);
// With line and call 0.
void sim_soft_key(struct sim_phone *phone, uint32_t key);
void sim_soft_key_at(struct sim_phone *phone, uint32_t key, uint32_t line, uint32_t call);

// Acknowledges the oldest OpenReceiveChannel that was not yet; false when there is none.
bool sim_acknowledge(struct sim_phone *phone);

// The call in this state, NULL when there is none.
struct sim_call *sim_call_in(struct sim_phone *phone, uint32_t state);
unsigned sim_call_count(const struct sim_phone *phone);
// What the phone received since rig_forget().
void sim_log_is(struct sim_phone *phone, const char *expected);
bool sim_log_has(const struct sim_phone *phone, const char *line);

// Nothing is left of any call.
void rig_is_idle(struct rig *rig);
