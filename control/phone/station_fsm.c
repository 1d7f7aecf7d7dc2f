// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Registration of a phone as a state machine. Its states are what `show
// ephone` calls them. There is one for each phone, most of them idle: it is a byte and a timer of the
// phone, not an object.
#include <stdio.h>

#include "control/call/feature.h"
#include "control/phone/internal.h"
#include "control/phone/screen.h"
#include "control/phone/status.h"
#include "control/vty/debug.h"

enum station_state {
	ST_UNREGISTERED, // never seen, or gone with a word: waits for Register
	ST_DECEASED,     // gone without a word: waits for Register
	ST_REGISTERING,  // Register accepted: the phone asks for what it needs to know
	ST_REGISTERED,   // in service: heard from at least every three keepalive intervals
	ST_RESETTING,    // told to come anew: waits for it to leave
};

enum station_event {
	EV_REGISTER,
	EV_READY,
	EV_RESET,
	EV_GONE,
	EV_LOST,
};

enum {
	DIALOGUE_S = 10, // a phone that asks for nothing more is as ready as it will be
	KEEPALIVES_MISSED = 3,
	RESET_S = 5, // a phone that is told to come anew leaves at once, or does not heed it
};

static uint64_t keepalive_limit_s(const struct phone *phone)
{
	return (uint64_t)KEEPALIVES_MISSED *
	       config_ephone_keepalive(phone->engine->config, phone->config);
}

static void out_of_service(struct phone *phone)
{
	patience_end(phone->engine, &phone->patience);
	phone_lost(phone);
}

static void in_dialogue(struct phone *phone)
{
	patience_begin(phone->engine, &phone->patience, PATIENCE_PHONE, DIALOGUE_S);
	phone_lost(phone);
}

static void in_reset(struct phone *phone)
{
	patience_begin(phone->engine, &phone->patience, PATIENCE_PHONE, RESET_S);
	phone_lost(phone);
}

static void in_service(struct phone *phone)
{
	patience_begin(
		phone->engine, &phone->patience, PATIENCE_PHONE, keepalive_limit_s(phone));
	// What rings at its lines rings here too from now on.
	phone_show(phone);
	phone_show_status(phone);
	phone_refresh(phone);
}

static const struct {
	const char *name;
	void (*enter)(struct phone *phone);
} states[] = {
	[ST_UNREGISTERED] = { "UNREGISTERED", out_of_service },
	[ST_DECEASED] = { "DECEASED", out_of_service },
	[ST_REGISTERING] = { "REGISTERING", in_dialogue },
	[ST_REGISTERED] = { "REGISTERED", in_service },
	[ST_RESETTING] = { "RESETTING", in_reset },
};

// What is not here changes nothing.
static const struct {
	uint8_t from; // enum station_state
	uint8_t event;
	uint8_t to;
} transitions[] = {
	{ ST_UNREGISTERED, EV_REGISTER, ST_REGISTERING },
	{ ST_DECEASED, EV_REGISTER, ST_REGISTERING },
	{ ST_REGISTERING, EV_REGISTER, ST_REGISTERING },
	{ ST_REGISTERING, EV_READY, ST_REGISTERED },
	{ ST_REGISTERING, EV_GONE, ST_UNREGISTERED },
	{ ST_REGISTERING, EV_LOST, ST_DECEASED },
	{ ST_REGISTERING, EV_RESET, ST_RESETTING },
	{ ST_REGISTERED, EV_REGISTER, ST_REGISTERING },
	{ ST_REGISTERED, EV_RESET, ST_RESETTING },
	{ ST_REGISTERED, EV_GONE, ST_UNREGISTERED },
	{ ST_REGISTERED, EV_LOST, ST_DECEASED },
	{ ST_RESETTING, EV_REGISTER, ST_REGISTERING },
	{ ST_RESETTING, EV_GONE, ST_UNREGISTERED },
	{ ST_RESETTING, EV_LOST, ST_DECEASED },
};

static void trace(const struct phone *phone, uint8_t previous)
{
	char tag[32];

	snprintf(tag, sizeof(tag), "ephone-%u", phone->tag);
	debug_print(DEBUG_EPHONE_REGISTER, "%s: %s, was %s",
		phone->name[0] != '\0' ? phone->name : tag, phone_state_name(phone),
		states[previous].name);
}

static void station_fsm_take(struct phone *phone, enum station_event event)
{
	uint8_t previous = phone->state;

	for (size_t i = 0; i < sizeof(transitions) / sizeof(transitions[0]); i++) {
		if (transitions[i].from != previous || transitions[i].event != event)
			continue;
		phone->state = transitions[i].to;
		if (debug_on(DEBUG_EPHONE_REGISTER))
			trace(phone, previous);
		states[phone->state].enter(phone);
		phone->engine->claims_stale = true;
		return;
	}
}

// A sign of life is only noted: the timer, when it ends, goes on for what is left.
void station_fsm_expired(struct phone *phone, uint64_t now_us)
{
	uint64_t limit_us = keepalive_limit_s(phone) * 1000000;

	if (phone->state == ST_REGISTERING)
		station_fsm_take(phone, EV_READY);
	else if (phone->state == ST_REGISTERED && now_us < phone->heard_us + limit_us)
		patience_until(phone->engine, &phone->patience, phone->heard_us + limit_us);
	else
		station_abort(phone->station, true);
}

void station_fsm_register(struct phone *phone)
{
	station_fsm_take(phone, EV_REGISTER);
}

void station_fsm_ready(struct phone *phone)
{
	station_fsm_take(phone, EV_READY);
}

void station_fsm_reset(struct phone *phone)
{
	station_fsm_take(phone, EV_RESET);
}

void station_fsm_alive(struct phone *phone)
{
	phone->heard_us = engine_now_us();
}

void station_fsm_gone(struct phone *phone, bool lost)
{
	station_fsm_take(phone, lost ? EV_LOST : EV_GONE);
}

bool phone_is_registering(const struct phone *phone)
{
	return phone->state == ST_REGISTERING;
}

bool phone_is_resetting(const struct phone *phone)
{
	return phone->state == ST_RESETTING;
}

bool phone_is_registered(const struct phone *phone)
{
	return phone->state == ST_REGISTERED;
}

const char *phone_state_name(const struct phone *phone)
{
	return states[phone->state].name;
}
