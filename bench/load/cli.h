// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What offhook-sccp-load and offhook-csta-load have in common: options, the run, the report.
#pragma once

#include "bench/load/load.h"

struct cli {
	const char *name;
	const char *intro;
	struct load_config load;
	struct load_calls calls;       // slots 0: none
	struct load_requests requests; // services 0: none
};

// main() of a load program: what the words do not say stands in `defaults`. Returns the exit
// status.
int cli_main(int argc, char **argv, const struct cli *defaults);
