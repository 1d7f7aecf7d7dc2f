// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Four phones for calls of three parties, and what is asked of the model without keys or services.
#pragma once

#include "tests/unit/control/harness.h"

// All but 204 and 206 have two channels.
struct parties {
	struct rig *rig;
	struct sim_phone *a; // 201 and 206; it mixes
	struct sim_phone *b; // 202
	struct sim_phone *c; // 203
	struct sim_phone *d; // 204, and 205, which forwards to it
};

// For cmocka_unit_test_setup_teardown(); *state is the parties.
int parties_open(void **state);
int parties_close(void **state);

// The connection of this number in this state; fails the test when there is none.
struct connection *parties_at(struct parties *w, const char *number, enum connection_state state);

// The result of something asked, after the phones had time to follow.
void parties_expect(struct parties *w, enum call_result result, enum call_result expected);

// A call by hand, answered; the story so far is forgotten.
void parties_talk(
	struct parties *w, struct sim_phone *from, const char *number, struct sim_phone *to);

// Each sends to where the other receives; neither does.
void parties_hear(struct sim_phone *one, struct sim_phone *other);
void parties_deaf(struct sim_phone *one, struct sim_phone *other);

// Everybody, until nothing is left.
void parties_hang_up(struct parties *w);
