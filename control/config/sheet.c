// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/config/sheet.h"

#include <inttypes.h>

void write_lines(FILE *out, const char *before, const struct config_lines *lines)
{
	for (unsigned i = 0; i < lines->count; i++)
		fprintf(out, "%s%s\n", before, lines->text[i]);
}

void write_flag(FILE *out, bool on, const char *text)
{
	if (on)
		fprintf(out, " %s\n", text);
}

void write_text(FILE *out, const char *keyword, const char *text)
{
	if (text != NULL && text[0] != '\0')
		fprintf(out, " %s %s\n", keyword, text);
}

void write_number(FILE *out, const char *keyword, uint32_t number, uint32_t otherwise)
{
	if (number != otherwise)
		fprintf(out, " %s %" PRIu32 "\n", keyword, number);
}

FILE *object_begin(struct sheet *sheet, enum config_mode mode)
{
	if (sheet->loose)
		fputs("!\n", sheet->out);
	sheet->loose = false;
	sheet->mode = mode;
	sheet->section = NULL;
	return sheet->out;
}
