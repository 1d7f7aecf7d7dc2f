// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What the tests of the configuration share.
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "control/config/load.h"
#include "control/config/phone_model.h"
#include "control/config/write.h"

#define MINIMUM "telephony-service\n max-ephones 10\n max-dn 100\n"
#define INTERFACE "interface a\n ip address 10.0.0.1 255.255.255.0\n"

static inline struct config *load(const char *text, struct load_report *report)
{
	return config_load_text(span_str(text), "test.cfg", report);
}

// A text without a wrong line.
static inline struct config *load_good(const char *text)
{
	struct load_report report;
	struct config *config = load(text, &report);

	if (config == NULL)
		load_report_errors(&report, stderr);
	assert_non_null(config);
	load_report_fini(&report);
	return config;
}

static inline struct config *load_example(const char *name, struct load_report *report)
{
	char path[512];
	struct config *config;

	snprintf(path, sizeof(path), "%s/%s", CONFIGS_DIR, name);
	config = config_load(path, report);
	if (config == NULL)
		load_report_errors(report, stderr);
	assert_non_null(config);
	return config;
}

static inline char *written(const struct config *config)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	config_write(config, out);
	fclose(out);
	return text;
}

// The kept line with this text, wherever it is; NULL when there is none.
static inline const struct config_section *section(const struct config *config, const char *head)
{
	for (unsigned place = 0; place < PLACES; place++)
		for (unsigned i = 0; i < config->kept[place].count; i++)
			if (strcmp(config->kept[place].section[i].head, head) == 0)
				return &config->kept[place].section[i];
	return NULL;
}
