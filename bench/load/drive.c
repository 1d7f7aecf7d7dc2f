// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "bench/load/drive.h"

#include <time.h>

static const double idle_s = 20;   // for what is under way
static const double quiet_s = 0.1; // without a message: then none comes any more
enum { QUIET_TRIES = 50 };

uint64_t drive_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

bool drive_until(const struct drive *drive, bool (*done)(const struct load *load), double seconds)
{
	uint64_t end = drive_now_ns() + (uint64_t)(seconds * 1e9);

	while (!done(drive->load)) {
		drive->turn(drive->ctx);
		if (drive_now_ns() > end || (drive->stopped != NULL && *drive->stopped))
			return false;
	}
	return true;
}

static bool never(const struct load *load)
{
	(void)load;
	return false;
}

void drive_for(const struct drive *drive, double seconds)
{
	drive_until(drive, never, seconds);
}

bool drive_settle(const struct drive *drive)
{
	const struct load_numbers *numbers = load_numbers(drive->load);
	uint64_t before;

	if (!drive_until(drive, load_is_idle, idle_s))
		return false;
	for (int i = 0; i < QUIET_TRIES; i++) {
		before = numbers->call_messages;
		drive_for(drive, quiet_s);
		if (numbers->call_messages == before)
			return true;
	}
	return false;
}

bool drive_learn(const struct drive *drive, bool by_csta, bool answered)
{
	const struct load_calls one = {
		.slots = 1,
		.count = 1,
		.answered_percent = answered ? 100 : 0,
		.by_csta = by_csta,
	};
	bool done;

	load_count_mark(drive->load);
	load_set_calls(drive->load, &one);
	done = drive_until(drive, load_is_done, idle_s) && drive_settle(drive);
	load_set_calls(drive->load, NULL);
	load_count_learn(drive->load, answered);
	return done;
}
