// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// From a file to a configuration, all of it or none.
#pragma once

#include <stdio.h>

#include "control/config/edit.h"

enum {
	LOAD_ERRORS_MAX = 100, // told in full; the rest is counted
	LOAD_NOTES_MAX = 1000,
	LOAD_TEXT_SIZE = 240,
};

// Something about a line of the file.
struct load_remark {
	unsigned line;
	unsigned column;
	uint8_t kind; // enum config_note, of notes only
	char text[LOAD_TEXT_SIZE];
};

struct load_report {
	char name[256]; // of the file
	struct load_remark *errors;
	unsigned error_count; // all of them; LOAD_ERRORS_MAX are kept at most
	struct load_remark *notes;
	unsigned note_count; // likewise LOAD_NOTES_MAX
	unsigned lines;
};

// NULL when a line is wrong, with every wrong line in the report, or without memory. The report
// must be given back with load_report_fini() in either case.
struct config *config_load_text(struct span text, const char *name, struct load_report *report);

// The same from a file, of at most 256 MB. One that cannot be read is an error at line 0.
struct config *config_load(const char *path, struct load_report *report);

void load_report_fini(struct load_report *report);

// FILE:LINE:COLUMN: word 'x': reason
void load_report_errors(const struct load_report *report, FILE *out);
// FILE:LINE:COLUMN: liberty: how it was read
void load_report_notes(const struct load_report *report, FILE *out);
