// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The plot of a run, read back.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/load/report.h"

static struct {
	struct wire wire;
	struct load *load;
	struct report report;
	char *text;
	size_t n;
} plot;

static int setup(void **state)
{
	const struct load_config config = { .patience_ms = 500 };

	(void)state;
	memset(&plot, 0, sizeof(plot));
	plot.load = load_new(&config, &plot.wire, 1000000000);
	assert_non_null(plot.load);
	return report_init(&plot.report, plot.load, &plot.wire, "a run", 1000000000);
}

static int teardown(void **state)
{
	(void)state;
	report_fini(&plot.report);
	load_free(plot.load);
	free(plot.text);
	return 0;
}

static const char *draw(void)
{
	FILE *out = open_memstream(&plot.text, &plot.n);

	assert_non_null(out);
	report_svg(&plot.report, out);
	fclose(out);
	return plot.text;
}

static unsigned count(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

// The steps of the first line after `title`: how high each is above the first point, and where it
// begins. Returns how many there are.
static unsigned steps_read(const char *text, const char *title, double *heights, double *at)
{
	const char *line = strstr(text, title);
	double x, y, base = 0, last = 0;
	unsigned points = 0, steps = 0;
	int used;

	assert_non_null(line);
	line = strstr(line, "points=\"");
	assert_non_null(line);
	for (line += 8; sscanf(line, "%lf,%lf %n", &x, &y, &used) == 2; line += used) {
		if (points++ == 0)
			base = last = y;
		if (y != last && y != base) {
			heights[steps] = base - y;
			at[steps++] = x;
		}
		last = y;
	}
	return steps;
}

// Nine of ten values lie at 100 us, one at 5 ms: two steps, the first nine times as high.
static void test_histogram(void **state)
{
	double heights[8], at[8];
	const char *text;

	(void)state;
	for (int i = 0; i < 900; i++)
		hist_add(load_event_latency(plot.load), 101000);
	for (int i = 0; i < 100; i++)
		hist_add(load_event_latency(plot.load), 5010000);
	text = draw();
	assert_non_null(strstr(text, ">100 us<"));
	assert_non_null(strstr(text, ">1e+04 us<"));
	assert_null(strstr(text, ">1e+05 us<"));
	assert_int_equal(steps_read(text, "latency histogram", heights, at), 2);
	assert_true(heights[0] > 8.8 * heights[1] && heights[0] < 9.2 * heights[1]);
	// 100 us lie at the left end of two decades, 5 ms at 1.7 of them.
	assert_true(at[0] >= 80 && at[0] < 120);
	assert_true(at[1] > 80 + 680 * 0.82 && at[1] < 80 + 680 * 0.88);
}

// Nothing of what was not measured; both kinds when there are both, the longest there can be too.
static void test_what_there_is(void **state)
{
	const char *text = draw();

	(void)state;
	assert_null(strstr(text, "latency histogram"));
	assert_int_equal(count(text, "<polyline"), 0);
	free(plot.text);
	hist_add(load_event_latency(plot.load), 1);
	hist_add(load_answer_latency(plot.load), UINT64_MAX / 2);
	text = draw();
	assert_int_equal(count(text, "<polyline"), 2);
	assert_int_equal(count(text, "nan") + count(text, "inf"), 0);
	assert_non_null(strstr(text, "</svg>"));
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_histogram),
		T(test_what_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
