// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The loader alone in a file: its headers name things that the engine names too.
#include "bench/micro/bench.h"
#include "control/config/load.h"

struct config *office_config(const char *text, size_t n);

struct config *office_config(const char *text, size_t n)
{
	struct load_report report;
	struct config *config = config_load_text(span_of(text, n), "office", &report);

	load_report_errors(&report, stderr);
	load_report_fini(&report);
	bench_require(config != NULL);
	return config;
}
