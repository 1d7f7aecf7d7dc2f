// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Turning a load until something has come about, for the programs that run one.
#pragma once

#include "bench/load/load.h"

struct drive {
	struct load *load;
	void (*turn)(void *ctx); // load_step(), and whatever else must go on
	void *ctx;
	const volatile int *stopped; // not zero: give up; NULL: never
};

// CLOCK_MONOTONIC.
uint64_t drive_now_ns(void);

// False: it did not come about in that time.
bool drive_until(const struct drive *drive, bool (*done)(const struct load *load), double seconds);
void drive_for(const struct drive *drive, double seconds);

// Until nothing is under way and no message of a call comes any more. False: something is left.
bool drive_settle(const struct drive *drive);

// Makes one call alone and learns how many messages its kind brings. False: it did not end.
bool drive_learn(const struct drive *drive, bool by_csta, bool answered);
