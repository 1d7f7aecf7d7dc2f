// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What the engine claims to serve and to tell (GetCSTAFeatures and its kin): what has a row in the
// tables of services and events and is of use with the configuration and the phones that there are.
#pragma once

#include "control/csta/csta.h"

// What a device is able to do, as a set; services want some of it.
enum ability {
	ABLE_TO_HOLD_TWO = 1 << 0, // it has a channel for a second call
	ABLE_TO_MIX = 1 << 1,      // a phone in service mixes conferences
	ABILITY_SETS = 1 << 2,
};

// Set of enum ability.
unsigned dn_abilities(struct dn *dn);

struct claims claims_make(struct engine *engine);
bool claims_equal(const struct claims *a, const struct claims *b);

// Of enum csta_services_bit: what has a row in the table of services and finds a device that is
// able to do what it wants, and what the engine asks of clients itself. Bit n of `sets`: there is a
// device with the abilities n.
uint64_t services_supported(unsigned sets);

// Of enum csta_events_bit: what monitors are told (events.c, feature_events.c).
uint64_t events_supported(void);
uint64_t feature_events_supported(void);
