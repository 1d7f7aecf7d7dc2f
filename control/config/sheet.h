// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What the writers of the configuration share. For this folder alone.
#pragma once

#include <stdio.h>

#include "control/config/edit.h"

// A `!` stands between kept lines and the next object.
struct sheet {
	FILE *out;
	bool loose;            // the last line was a kept one
	enum config_mode mode; // in which a reader is after the last object
	const char *section;   // the head of a section without lines that came last; NULL: none did
};

// Where to write an object after which a reader is in this mode.
FILE *object_begin(struct sheet *sheet, enum config_mode mode);

void write_lines(FILE *out, const char *before, const struct config_lines *lines);
// A line that is there or not.
void write_flag(FILE *out, bool on, const char *text);
// A keyword and a text; nothing when the text is NULL or empty.
void write_text(FILE *out, const char *keyword, const char *text);
// A number that differs from its default.
void write_number(FILE *out, const char *keyword, uint32_t number, uint32_t otherwise);

// Telephony-service, directory numbers and phones: control/config/write_phones.c
void write_telephony(const struct config *config, struct sheet *sheet);
void write_dn_templates(const struct config *config, struct sheet *sheet);
void write_dns(const struct config *config, struct sheet *sheet);
void write_ephones(const struct config *config, struct sheet *sheet);
