// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A walk without a plan through all that people and applications can do. Each step is made from the
// seed and its own number alone; after each everything must agree.
#pragma once

#include "tests/unit/control/client.h"
#include "tests/unit/control/picture.h"

enum {
	WALK_KEEPERS = 7, // applications that keep their session and their monitor
	WALK_APPS = 12,
	WALK_PICTURES = 48,
	WALK_TRAIL = 24,
	WALK_TEXT = 160,
	WALK_SERVICES = 40, // rows of walk_acts.c
	WALK_STATE_SIZE = 32768,
};

// X(member, what happened so often): walks in which something of these never does prove little.
#define WALK_COUNTS(X) \
	X(events, "events") \
	X(refusals, "refusals") \
	X(permitted, "requests that were said to be permitted") \
	X(permitted_told, "events that said what is permitted, as it is") \
	X(merges, "transfers and conferences told") \
	X(call_events, "events at monitors of calls") \
	X(calls_cleared, "ends of calls told") \
	X(features, "events of features") \
	X(twins, "events told at several monitors") \
	X(filtered, "events kept from a monitor by its filter") \
	X(stops, "monitors stopped by their clients") \
	X(ends, "monitors ended by the engine") \
	X(opens, "sessions opened") \
	X(byes, "sessions ended by the engine") \
	X(absences, "phones that went away") \
	X(takeovers, "phones that registered anew while registered") \
	X(late, "channels acknowledged late") \
	X(unshown, "calls that an overlay had no button for")

struct walk_counts {
#define X(member, text) uint64_t member;
	WALK_COUNTS(X)
#undef X
	uint64_t done[WALK_SERVICES]; // requests accepted
};

struct walk_app {
	struct client client;
	bool open;
};

struct walk {
	struct rig *rig;
	struct token_names tokens;
	struct walk_app apps[WALK_APPS];
	struct picture pictures[WALK_PICTURES]; // of the applications' monitors
	uint64_t seed;
	uint64_t random; // of the step being made
	uint64_t step;
	bool configured; // in this step: monitors and sessions may end
	// The event being told, and to which monitors it is to be told and is.
	struct told told;
	unsigned hearers;
	bool wanted[WALK_PICTURES];
	bool heard[WALK_PICTURES];
	struct walk_counts *counts; // added to
	unsigned refreshed_s;
	bool trace; // print each step before it is made
	// What the last steps were.
	char trail[WALK_TRAIL][WALK_TEXT];
};

struct walk *walk_new(uint64_t seed, struct walk_counts *counts);
// Everybody hangs up and leaves: nothing may be left.
void walk_end(struct walk *walk);
// One step and all checks.
void walk_step(struct walk *walk);
// The last steps, on stderr: for a walk that failed.
void walk_report(const struct walk *walk);

// Less than n, for the step being made.
unsigned walk_below(struct walk *walk, unsigned n);
// Says what the step is.
void walk_says(struct walk *walk, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Something was said of this step.
bool walk_said(const struct walk *walk);

// What a step may be (walk_acts.c).
void walk_act(struct walk *walk);
// The services that applications ask for, by number.
unsigned walk_services(void);
const char *walk_service(unsigned row);

// Applications as such, and the operator (walk_apps.c): each is something that a step may be.
void app_comes(struct walk *walk, struct sim_phone *phone);
void app_goes(struct walk *walk, struct sim_phone *phone);
void app_monitors(struct walk *walk, struct sim_phone *phone);
void app_stops(struct walk *walk, struct sim_phone *phone);
void app_filters(struct walk *walk, struct sim_phone *phone);
void operator_turns_watch(struct walk *walk, struct sim_phone *phone);
void operator_clears(struct walk *walk, struct sim_phone *phone);
void operator_shuts(struct walk *walk, struct sim_phone *phone);
void operator_moves(struct walk *walk, struct sim_phone *phone);
// All keepers open their sessions.
void apps_begin(struct walk *walk);
void apps_end(struct walk *walk);
// An open application, any; NULL: there is none.
struct walk_app *app_any(struct walk *walk);
// Asks for a monitor and, when it is accepted, keeps a picture of it.
bool app_monitor(struct walk *walk, struct walk_app *app, const char *object);
// Asks; a refusal must have no effect. False when it was refused.
bool app_ask(struct walk *walk, struct walk_app *app, const char *xml);

// What a snapshot says of a request's connections before it is made (walk_permitted.c).
struct walk_permitted {
	bool known;
	bool two;
	bool said;
	unsigned calls; // of the device
};

// `words` are the request's, of which the first, or both, name connections.
void walk_permitted(struct walk *walk, struct walk_app *app, const char *service, char *words[2],
	struct walk_permitted *out);
// The answer came: it agrees with what was said.
void walk_permitted_check(struct walk *walk, struct walk_app *app, const char *service,
	char *words[2], const struct walk_permitted *before);

// What the last events of this step said is permitted, of devices with one call, is so now.
void walk_permitted_told(struct walk *walk);

// What the monitors were told in this step goes into their pictures: one event for all whom it
// concerns, and for nobody else (walk_story.c).
void story_take(struct walk *walk);
bool picture_is_used(const struct picture *picture);
bool picture_is_blind(const struct picture *picture);

// Everything that a client could find changed, as text (walk_check.c).
void walk_state(struct walk *walk, char text[WALK_STATE_SIZE]);
// The call model, its screens and what monitors were told agree.
void walk_check(struct walk *walk);
