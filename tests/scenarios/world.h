// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What a scenario plays in: an engine with simulated phones and applications on a clock of its own.
#pragma once

#include "bench/script.h"
#include "tests/scenarios/view.h"
#include "tests/scenarios/words.h"
#include "tests/unit/control/client.h"

enum { WORLD_APPS = 10, WORLD_LINES = 512, WORLD_LINE_SIZE = 3072, CONFIG_SIZE = 16384 };

struct app {
	char name[16];
	bool open;
	struct client client;
};

struct phone_names {
	char names[RIG_PHONES_MAX][16];
	unsigned count;
};

struct world {
	struct rig *rig;
	events_elsewhere *elsewhere; // NULL: it is in here
	char config[CONFIG_SIZE];    // of the office and of this scenario
	size_t config_size;
	struct phone_names away;   // do not register at once
	struct phone_names mixing; // offer to mix conferences
	struct phone_names lists;  // their lists of calls are looked at
	struct phone_names old;    // of a protocol before CallHistoryInfo
	struct view views[RIG_PHONES_MAX];
	unsigned view_count;
	struct app apps[WORLD_APPS];
	unsigned app_count;
	struct token_names tokens;
	struct aliases aliases;
	size_t seen; // commands of the rig
	// What happened since the last check.
	char (*lines)[WORLD_LINE_SIZE];
	unsigned line_count;
};

// Without the engine: `with` and `away` come first.
struct world *world_new(const char *office, events_elsewhere *elsewhere);
void world_free(struct world *world);

// The engine and the phones of the configuration, each named by the digits of its MAC address.
void world_begin(struct world *world);
// Phones and applications go away; nothing of them may be left in the engine.
void world_end(struct world *world);

// Does what the line says. Returns what is wrong with the line, NULL when nothing is.
const char *world_act(struct world *world, const struct script_line *line);

// Takes what applications were told into world->lines, and lets phones have what they got.
void world_hear(struct world *world);
// The same, and adds what changed at the phones.
void world_look(struct world *world);
// Forgets it.
void world_forget(struct world *world);

void world_say(struct world *world, const char *line);
struct view *world_phone(struct world *world, const char *name);
struct app *world_app(struct world *world, const char *name);
