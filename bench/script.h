// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The little language that drives the bundled clients: one command a line, words separated by blanks
// ('single quotes' keep blanks), `#` starts a comment, `repeat N` … `end` runs the lines between N times.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { SCRIPT_LINE_SIZE = 4096, SCRIPT_WORDS_MAX = 64, SCRIPT_DEPTH_MAX = 8 };

struct script_line {
	char *text; // owned; the words point into it
	char *words[SCRIPT_WORDS_MAX];
	int count;
	int number; // in the file, from 1
};

struct script {
	struct script_line *lines;
	int count;
	int next;
	struct {
		int first; // line after `repeat`
		uint32_t left;
	} loops[SCRIPT_DEPTH_MAX];
	int depth;
};

// Reads all lines. Returns 0, or -EINVAL with a message on stderr that names the line, or -ENOMEM.
int script_load(struct script *script, FILE *file, const char *name);
void script_free(struct script *script);

// The next command to run, loops already followed; NULL at the end.
const struct script_line *script_next(struct script *script);
