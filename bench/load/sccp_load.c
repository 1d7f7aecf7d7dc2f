// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// offhook-sccp-load: phones by the thousand, that register, stay and call each other.
#include "bench/load/cli.h"

int main(int argc, char **argv)
{
	static const struct cli defaults = {
		.name = "offhook-sccp-load",
		.intro = "Phones that register and call each other; with -S also CSTA clients that "
			 "watch them.\n",
		.load = { .phones = 100,
			.first_number = 100000,
			.first_mac = 1,
			.register_slots = 64,
			.monitors = 1,
			.watchers = 1,
			.patience_ms = 10000,
			.full_every = 16 },
		.calls = { .rate = 10, .slots = 64, .answered_percent = 100 },
	};

	return cli_main(argc, argv, &defaults);
}
