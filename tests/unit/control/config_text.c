// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The loader alone in a file: its headers name things that the engine names too.
#include "tests/unit/control/config_text.h"

#include "control/config/load.h"

struct config *config_of_text(const char *text)
{
	struct load_report report;
	struct config *config = config_load_text(span_str(text), "test", &report);

	if (config == NULL)
		load_report_errors(&report, stderr);
	load_report_fini(&report);
	return config;
}
