// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What phones show besides calls: the projection of the features of their DNs (forwarding, waiting
// messages, do not disturb) on lamps, icons and the text of an idle phone.
#pragma once

#include <stdint.h>

struct dn;
struct line;
struct phone;

// The forward icon and its text: ForwardStat.
void line_show_forward(struct line *line);

// The lamps of buttons that show whether the DN, or a phone with it, is in use.
void dn_show_in_use(struct dn *dn);

// Message lamps, those of watched numbers, and the idle text; sends what the phone was not told yet.
void phone_show_status(struct phone *phone);

// The text of a phone without calls, as label and what follows it.
const char *phone_idle_text(const struct phone *phone, uint32_t *label);
// What tells one such text from another; never 0.
uint32_t phone_idle_hash(const struct phone *phone);
