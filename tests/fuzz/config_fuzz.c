// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A configuration file of any bytes. What loads must be written so that it loads as the same; and
// what an operator makes of a configuration by typing the lines, wrong ones or not, must do so too.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/config/load.h"
#include "control/config/write.h"

static char *written(const struct config *config)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		abort();
	config_write(config, out);
	fclose(out);
	return text;
}

static void check_round_trip(const struct config *config)
{
	char *first = written(config), *second;
	struct load_report report;
	struct config *again = config_load_text(span_str(first), "written", &report);

	if (again == NULL) {
		fputs(first, stderr);
		load_report_errors(&report, stderr);
		abort();
	}
	second = written(again);
	if (strcmp(first, second) != 0) {
		fprintf(stderr, "%s\n--- is read as ---\n%s\n", first, second);
		abort();
	}
	free(first);
	free(second);
	load_report_fini(&report);
	config_free(again);
}

static void touched(void *ctx, enum touch what, unsigned tag)
{
	(void)ctx;
	(void)what;
	(void)tag;
}

// Types the lines, twice: the second time everything is there already.
static void type(struct span text)
{
	struct config *config = config_new();
	struct edit edit;

	if (config == NULL || edit_init(&edit, config) < 0)
		abort();
	edit.touched = touched;
	for (unsigned round = 0; round < 2; round++) {
		struct span rest = text;

		while (rest.n > 0) {
			struct span line = span_head(rest, span_find(rest, '\n'));

			rest = span_from(rest, line.n + 1);
			edit_line(&edit, line);
		}
	}
	while (edit_exit(&edit))
		;
	check_round_trip(config);
	edit_fini(&edit);
	config_free(config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_of((const char *)data, size);
	struct load_report report;
	struct config *config = config_load_text(text, "fuzz", &report);

	load_report_fini(&report);
	if (config != NULL)
		check_round_trip(config);
	config_free(config);
	type(text);
	return 0;
}
