// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The configuration as text that the loader reads back to the same objects.
#pragma once

#include <stdio.h>

#include "control/config/config.h"

// What `show running-config` shows, from the first `!` to `end`.
void config_write(const struct config *config, FILE *out);
// The part of telephony-service alone.
void config_write_telephony(const struct config *config, FILE *out);

// Replaces the file at once: what is there is the old text or the new one, whatever happens. 0 or
// -errno.
int config_save(const struct config *config, const char *path);
