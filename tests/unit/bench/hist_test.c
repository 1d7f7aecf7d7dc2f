// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/load/hist.h"

static void near(uint64_t value, uint64_t wanted)
{
	assert_in_range(value, wanted, wanted + wanted / 30 + 1);
}

static void test_empty(void **state)
{
	struct hist hist = { 0 };

	(void)state;
	assert_int_equal(hist_quantile_ns(&hist, 0.5), 0);
	assert_true(hist_mean_ns(&hist) == 0);
}

static void test_one_value(void **state)
{
	const uint64_t values[] = { 0, 1, 63, 64, 65, 127, 128, 1000, 123456789, HIST_MAX_NS };

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct hist hist = { 0 };

		hist_add(&hist, values[i]);
		// No bucket tells more than was ever measured.
		assert_int_equal(hist_quantile_ns(&hist, 0.5), values[i]);
		assert_int_equal(hist_quantile_ns(&hist, 1), values[i]);
	}
}

static void test_quantiles(void **state)
{
	struct hist hist = { 0 };

	(void)state;
	for (uint64_t ns = 1; ns <= 100000; ns++)
		hist_add(&hist, ns);
	near(hist_quantile_ns(&hist, 0.5), 50000);
	near(hist_quantile_ns(&hist, 0.9), 90000);
	near(hist_quantile_ns(&hist, 0.99), 99000);
	assert_int_equal(hist_quantile_ns(&hist, 1), 100000);
	assert_true(hist_mean_ns(&hist) == 50000.5);
}

static void test_buckets_are_all_there(void **state)
{
	struct hist hist = { 0 };
	uint64_t top_ns, count, sum = 0, last_ns = 0;
	unsigned cursor = 0;

	(void)state;
	for (uint64_t ns = 10; ns <= 100000; ns++)
		hist_add(&hist, ns);
	while (hist_next(&hist, &cursor, &top_ns, &count)) {
		assert_true(sum == 0 ? top_ns == 10 : top_ns > last_ns);
		assert_true(count > 0);
		sum += count;
		// What was counted so far are the values up to here, and no others.
		assert_true(sum == (top_ns < 100000 ? top_ns - 9 : hist.count));
		last_ns = top_ns;
	}
	assert_true(last_ns >= 100000);
	assert_int_equal(sum, hist.count);
}

static void test_too_long(void **state)
{
	struct hist hist = { 0 };

	(void)state;
	hist_add(&hist, UINT64_C(1) << 50);
	assert_int_equal(hist.count, 1);
	assert_int_equal(hist.max_ns, UINT64_C(1) << 50);
	assert_int_equal(hist_quantile_ns(&hist, 0.5), HIST_MAX_NS);
}

static void test_since(void **state)
{
	struct hist hist = { 0 }, before, since;

	(void)state;
	hist_add(&hist, 1000000);
	before = hist;
	hist_add(&hist, 10);
	hist_add(&hist, 20);
	hist_since(&since, &hist, &before);
	assert_int_equal(since.count, 2);
	assert_int_equal(hist_quantile_ns(&since, 0.5), 10);
	assert_int_equal(hist_quantile_ns(&since, 1), 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_one_value),
		cmocka_unit_test(test_quantiles),
		cmocka_unit_test(test_buckets_are_all_there),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_since),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
