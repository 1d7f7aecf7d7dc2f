// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "bench/load/inproc_config.h"

#include <stdio.h>
#include <stdlib.h>

#include "control/config/load.h"

struct config *inproc_config(const struct site *site)
{
	struct load_report report;
	struct config *config;
	char *text = site_text(site);

	if (text == NULL)
		return NULL;
	config = config_load_text(span_str(text), "site", &report);
	load_report_errors(&report, stderr);
	load_report_fini(&report);
	free(text);
	return config;
}

void inproc_config_free(struct config *config)
{
	config_free(config);
}
