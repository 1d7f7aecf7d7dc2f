// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The fuzz target's hostile peers, played from seeds. STORM_SEEDS sets how many.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void storms_leave_nothing_behind(void **state)
{
	static uint8_t bytes[6000];
	const char *text = getenv("STORM_SEEDS");
	uint64_t seeds = text == NULL ? 1000 : strtoull(text, NULL, 10);

	(void)state;
	for (uint64_t seed = 1; seed <= seeds; seed++) {
		uint64_t rng = seed * 0x9e3779b97f4a7c15;

		for (size_t i = 0; i < sizeof(bytes); i++) {
			rng ^= rng << 13;
			rng ^= rng >> 7;
			rng ^= rng << 17;
			bytes[i] = (uint8_t)(rng >> 24);
		}
		assert_int_equal(LLVMFuzzerTestOneInput(bytes, sizeof(bytes)), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(storms_leave_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
