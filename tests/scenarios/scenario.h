// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Scenarios: files of text, described in tests/scenarios/README.md.
#pragma once

#include <stdio.h>

#include "bench/script.h"
#include "tests/unit/control/harness.h"

enum { SCENARIO_NAME_SIZE = 100, SCENARIOS_PER_FILE = 32 };

struct scenario_file {
	char name[64]; // without the folder
	struct script script;
	char **raw; // the lines as they stand in the file
	unsigned count;
	struct scenario {
		const struct scenario_file *file;
		char name[SCENARIO_NAME_SIZE];
		int first; // line after the name
		int end;
	} scenarios[SCENARIOS_PER_FILE];
};

// Returns false, with a message on stderr, when there is no such file or when it has no scenario.
bool scenario_file_load(struct scenario_file *file, const char *path);
void scenario_file_free(struct scenario_file *file);

// Plays it. Returns how many views were not as they should be; a line that means nothing is one
// too. Says on `report` what differed, and where.
unsigned scenario_play(const struct scenario *scenario, const char *office, FILE *report);
// The same with an engine elsewhere, which must have the configuration that the scenario wants.
unsigned scenario_play_elsewhere(const struct scenario *scenario, const char *office,
	events_elsewhere *events, FILE *report);

// Writes that configuration: of the office, and what the scenario has `with` it.
void scenario_config(const struct scenario *scenario, const char *office, FILE *out);

// Plays all of the file and writes it anew with the views as they are.
unsigned scenario_file_print(const struct scenario_file *file, const char *office, FILE *out);
