// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The buttons of a phone: lines, numbers that it only watches, speed dials. Built from the ephone or
// from the profile that is in force on it.
#pragma once

#include "control/config/speed_dial.h"
#include "control/phone/phone.h"

// Its lines and watched numbers are what the configuration says.
bool buttons_are_right(const struct phone *phone);
// Makes them so; the phone must be idle. False without memory: nothing happened.
bool buttons_build(struct phone *phone);
void buttons_drop(struct phone *phone);

// The profile in force; NULL: the ephone's own buttons are.
const struct config_profile *phone_profile(const struct phone *phone);

// Line buttons: an overlay is one.
unsigned phone_instances(const struct phone *phone);
struct watch_button *phone_watch(struct phone *phone, uint32_t instance);

// Speed dials by tag, like config_speed_dial_next().
bool phone_speed_dial_next(const struct phone *phone, unsigned tag, struct config_speed_dial *out);
bool phone_speed_dial(const struct phone *phone, uint32_t tag, struct config_speed_dial *out);

// How many buttons it has, with its modules.
unsigned phone_buttons(const struct phone *phone);
