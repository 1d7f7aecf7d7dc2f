// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Soft keys: the template that phones fetch once, and the sets they are switched between.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct appearance;
struct phone;

void softkeys_template_answer(struct phone *phone);
void softkeys_sets_answer(struct phone *phone);

// The set (enum sccp_softkey_set_code) offers the key (enum sccp_softkey_code) for this call, or,
// with NULL, for the phone as such.
bool softkeys_offer(
	const struct phone *phone, const struct appearance *a, uint32_t set, uint32_t key);

// The set's keys that work now: bit n is the n-th place.
uint32_t softkeys_mask(const struct phone *phone, const struct appearance *a, uint32_t set);
