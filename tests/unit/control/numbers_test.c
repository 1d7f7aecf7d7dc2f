// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Device identifiers as clients write them, and the two directions of dialplan-pattern.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "control/csta/numbers.h"
#include "tests/unit/guard.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

// The forms of ECMA-323 DeviceID that were seen on wires, and what must come of each. number NULL:
// refused.
static const struct {
	const char *text;
	const char *number;
	bool plus;
	enum device_form form;
} ids[] = {
	{ "201", "201", false, DEVICE_PLAIN },
	{ " 201\r\n", "201", false, DEVICE_PLAIN },
	{ "tel:201", "201", false, DEVICE_TEL },
	{ "TEL:201", "201", false, DEVICE_TEL },
	{ "tel:201;phone-context=dialstring", "201", false, DEVICE_TEL },
	{ "tel:73124;phone-context=dialstring;partition=BE_BRS_INT", "73124", false, DEVICE_TEL },
	{ "tel:201;phone-context=dialstring;device=SEP0002FD3BB5C5", "201", false, DEVICE_TEL },
	{ "tel:+19728131000", "19728131000", true, DEVICE_TEL },
	{ "tel:+1 (972) 813-10.00", "19728131000", true, DEVICE_TEL },
	{ "tel:+19728131000;ext=1000", "1000", true, DEVICE_TEL },
	{ "tel:+19728131000;EXT=1000;phone-context=x", "1000", true, DEVICE_TEL },
	{ "tel:+19728131000;isub=1;ext=1000", "1000", true, DEVICE_TEL },
	{ "tel:201;text=9", "201", false, DEVICE_TEL },
	{ "tel:201;ext=", "201", false, DEVICE_TEL },
	{ "sip:201@10.0.0.1", "201", false, DEVICE_SIP },
	{ "sips:201@10.0.0.1:5061;transport=tls", "201", false, DEVICE_SIP },
	{ "sip:201@host:5060;tel=201", "201", false, DEVICE_SIP },
	{ "sip:+19728131000;ext=1000@host;user=phone", "1000", true, DEVICE_SIP },
	{ "455455@host", "455455", false, DEVICE_SIP },
	{ "N<3021>Smith;noa=nk", "3021", false, DEVICE_PLAIN },
	{ "N<tel:3021>", "3021", false, DEVICE_TEL },
	{ "N<3021", "3021", false, DEVICE_PLAIN },
	{ "A0001", "A0001", false, DEVICE_PLAIN },
	{ "*72#", "*72#", false, DEVICE_PLAIN },
	{ "12345678901234567890123456789012", "12345678901234567890123456789012", false,
		DEVICE_PLAIN },
	{ "123456789012345678901234567890123", NULL },
	{ "", NULL },
	{ "   ", NULL },
	{ "tel:", NULL },
	{ "tel:;ext=", NULL },
	{ "sip:@host", NULL },
	{ "+", NULL },
	{ "N<>", NULL },
	{ "()-.", NULL },
	{ "20\x01"
	  "1",
		NULL },
	{ "20\xc3\xa4"
	  "1",
		NULL },
};

static void reads_every_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(ids); i++) {
		size_t n = strlen(ids[i].text);
		char *text = guard_copy(ids[i].text, n);
		struct device_id id;
		bool good = device_id_read(span_of(text, n), &id);

		guard_free(text, n);
		if (good != (ids[i].number != NULL))
			fail_msg("\"%s\" was %s", ids[i].text, good ? "read" : "refused");
		if (!good)
			continue;
		assert_string_equal(id.number, ids[i].number);
		if (id.plus != ids[i].plus || id.form != ids[i].form)
			fail_msg("\"%s\": plus %d form %d", ids[i].text, id.plus, id.form);
	}
}

static void reads_every_prefix_without_reading_over(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(ids); i++) {
		for (size_t n = 0; n <= strlen(ids[i].text); n++) {
			char *text = guard_copy(ids[i].text, n);
			struct device_id id;

			if (device_id_read(span_of(text, n), &id))
				assert_in_range(strlen(id.number), 1, NUMBER_SIZE - 1);
			guard_free(text, n);
		}
	}
}

struct plan_row {
	struct dialplan plan;
	const char *from;
	const char *to; // NULL: the pattern does not cover it
};

static const struct plan_row expansions[] = {
	{ { "40855502..", NULL, 3 }, "201", "4085550201" },
	{ { "+140855502..", NULL, 3 }, "299", "14085550299" },
	{ { "4155550...", NULL, 4 }, "0123", "4155550123" },
	{ { "51055501..", "4..", 3 }, "444", "5105550144" },
	{ { "4085550100", NULL, 3 }, "100", "4085550100" },
	{ { "...", NULL, 3 }, "201", "201" },
	{ { "408555....", NULL, 3 }, "201", NULL }, // which thousand?
	{ { "40855502..", NULL, 3 }, "301", NULL },
	{ { "40855502..", NULL, 3 }, "2011", NULL },
	{ { "40855502..", NULL, 3 }, "2a1", NULL },
	{ { "51055501..", "4..", 4 }, "444", NULL },
	{ { "2..", NULL, 5 }, "201", NULL },
	{ { "12345678901234567890123456789012...", NULL, 3 }, "201", NULL },
};

static const struct plan_row demotions[] = {
	{ { "40855502..", NULL, 3 }, "4085550201", "201" },
	{ { "+140855502..", NULL, 3 }, "14085550299", "299" },
	{ { "408555....", NULL, 3 }, "4085557201", "201" },
	{ { "51055501..", "4..", 3 }, "5105550144", "444" },
	{ { "40855502..", NULL, 3 }, "4085550301", NULL },
	{ { "40855502..", NULL, 3 }, "408555020", NULL },
	{ { "51055501..", "4...", 4 }, "5105550144", NULL },
	{ { "51055501..", "4..", 4 }, "5105550144", NULL },
	{ { "", NULL, 0 }, "1", NULL },
};

static void plan_check(const struct plan_row *rows, size_t n,
	bool (*apply)(const struct dialplan *, const char *, char *))
{
	for (size_t i = 0; i < n; i++) {
		char out[NUMBER_SIZE];
		bool good = apply(&rows[i].plan, rows[i].from, out);

		if (good != (rows[i].to != NULL))
			fail_msg("%s of %s: %d", rows[i].from, rows[i].plan.pattern, good);
		if (good)
			assert_string_equal(out, rows[i].to);
	}
}

static void expands_extensions(void **state)
{
	(void)state;
	plan_check(expansions, ROWS(expansions), dialplan_expand);
}

static void demotes_full_numbers(void **state)
{
	(void)state;
	plan_check(demotions, ROWS(demotions), dialplan_demote);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_form),
		cmocka_unit_test(reads_every_prefix_without_reading_over),
		cmocka_unit_test(expands_extensions),
		cmocka_unit_test(demotes_full_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
