// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// `speed-dial` lines of ephones and profiles, which are kept as they were written.
#pragma once

#include "control/config/config.h"

enum { SPEED_DIALS_MAX = 36, SPEED_DIAL_LABEL_SIZE = 40 };

struct config_speed_dial {
	unsigned tag;    // from 1
	char number[33]; // as dialled
	char label[SPEED_DIAL_LABEL_SIZE]; // the number where none was given
};

// The first in tag order after `tag`: begin with 0. False at the end.
bool config_speed_dial_next(
	const struct config_lines *kept, unsigned tag, struct config_speed_dial *out);
