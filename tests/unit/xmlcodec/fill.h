// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Messages with chance content, made from the tables: whatever is legal for a type comes up.
#pragma once

#include "xmlcodec/csta.h"

// A message of this type; the same seed gives the same one. All bytes of it are defined, and those
// after csta_msg_size() are zero.
void fill_msg(struct csta_msg *msg, enum csta_type type, uint64_t *seed);

uint32_t fill_random(uint64_t *seed, uint32_t below);
