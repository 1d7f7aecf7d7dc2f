// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// offhook-csta-load: CSTA clients by the thousand, with monitors and services.
#include "bench/load/cli.h"

int main(int argc, char **argv)
{
	static const struct cli defaults = {
		.name = "offhook-csta-load",
		.intro = "CSTA clients that watch phones and ask for services; with -n also the "
			 "phones.\n",
		.load = { .sessions = 10,
			.first_number = 100000,
			.first_mac = 1,
			.register_slots = 64,
			.monitors = 1,
			.watchers = 1,
			.patience_ms = 10000,
			.full_every = 16 },
		.calls = { .answered_percent = 100 },
		.requests = { .rate = 100, .slots = 64, .services = 1 << LOAD_SERVICE_SNAPSHOT },
	};

	return cli_main(argc, argv, &defaults);
}
