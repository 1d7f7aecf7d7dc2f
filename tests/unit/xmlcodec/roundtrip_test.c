// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fill.h"
#include "tests/unit/guard.h"
#include "xmlcodec/csta.h"

enum { ROUNDS = 60 };

static struct csta_reader reader;

static int set_up(void **state)
{
	(void)state;
	csta_init();
	return csta_reader_init(&reader);
}

static int tear_down(void **state)
{
	(void)state;
	csta_reader_fini(&reader);
	return 0;
}

// Only the bytes that csta_msg_size() counts are handed on, as between threads.
static void one_round(enum csta_type type, uint64_t *seed)
{
	static char xml[CSTA_BODY_MAX];
	struct csta_msg sent;
	struct csta_msg got;
	struct csta_msg *copy;
	enum csta_verdict verdict;
	size_t used;
	char *body;
	ssize_t n;

	fill_msg(&sent, type, seed);
	used = (csta_msg_size(&sent) + 7) / 8 * 8; // aligned
	copy = guard_copy(&sent, used);
	n = csta_write(copy, NULL, xml, sizeof(xml));
	guard_free(copy, used);
	assert_true(n > 0);
	body = guard_copy(xml, (size_t)n);
	memset(&got, 0xa5, sizeof(got));
	verdict = csta_read(&reader, body, (size_t)n, &got);
	guard_free(body, (size_t)n);
	if (verdict != CSTA_READ_OK)
		print_error("%s: %s at %s\n%.*s\n", csta_type_name(type),
			csta_verdict_name(verdict), reader.bad_element, (int)n, xml);
	assert_int_equal(verdict, CSTA_READ_OK);
	assert_int_equal(reader.skipped, 0);
	assert_int_equal(csta_msg_size(&got), csta_msg_size(&sent));
	assert_memory_equal(&got, &sent, csta_msg_size(&sent));
}

static void every_type(void **state)
{
	uint64_t seed = 0x6f6666686f6f6b21;

	(void)state;
	for (int type = CSTA_UNKNOWN + 1; type < CSTA_TYPES; type++) {
		for (int i = 0; i < ROUNDS; i++)
			one_round((enum csta_type)type, &seed);
	}
}

// Every buffer that is too small is refused, and nothing is written past its end.
static void every_buffer(void **state)
{
	static char xml[CSTA_BODY_MAX];
	uint64_t seed = 7;

	(void)state;
	for (int type = CSTA_UNKNOWN + 1; type < CSTA_TYPES; type++) {
		struct csta_msg msg;
		ssize_t n;

		fill_msg(&msg, (enum csta_type)type, &seed);
		n = csta_write(&msg, NULL, xml, sizeof(xml));
		assert_true(n > 0);
		for (size_t size = 0; size <= (size_t)n; size += 1 + fill_random(&seed, 40)) {
			char *buf = guard_copy(xml, size);
			ssize_t rc = csta_write(&msg, NULL, buf, size);

			assert_int_equal(rc, size == (size_t)n ? n : -ENOBUFS);
			guard_free(buf, size);
		}
	}
}

static void print_stays_in_bounds(void **state)
{
	uint64_t seed = 11;

	(void)state;
	for (int type = CSTA_NONE; type < CSTA_TYPES; type++) {
		struct csta_msg msg;
		char line[24];
		int n;

		if (type > CSTA_UNKNOWN)
			fill_msg(&msg, (enum csta_type)type, &seed);
		else
			csta_msg_init(&msg, (enum csta_type)type);
		memset(line, 'x', sizeof(line));
		n = csta_print(&msg, line, sizeof(line) - 1);
		assert_true(n > 0);
		assert_int_equal(line[sizeof(line) - 1], 'x');
		assert_true(strlen(line) < sizeof(line) - 1);
		for (size_t i = 0; i < strlen(line); i++)
			assert_true((unsigned char)line[i] >= 0x20);
		assert_int_equal(csta_print(&msg, line, 1), n);
		assert_string_equal(line, "");
	}
}

static void unset_is_refused(void **state)
{
	struct csta_msg msg;
	char xml[2048];

	(void)state;
	csta_msg_init(&msg, CSTA_NONE);
	assert_int_equal(csta_write(&msg, NULL, xml, sizeof(xml)), -EINVAL);
	csta_msg_init(&msg, CSTA_UNKNOWN);
	assert_int_equal(csta_write(&msg, NULL, xml, sizeof(xml)), -EINVAL);
	csta_msg_init(&msg, CSTA_REQUEST_SYSTEM_STATUS_RESPONSE); // mandatory word
	assert_int_equal(csta_write(&msg, NULL, xml, sizeof(xml)), -EINVAL);
	csta_msg_init(&msg, CSTA_ERROR_CODE); // no alternative
	assert_int_equal(csta_write(&msg, NULL, xml, sizeof(xml)), -EINVAL);
	msg.body.error_code.has.unspecified = true;
	assert_true(csta_write(&msg, NULL, xml, sizeof(xml)) > 0);
	msg.body.error_code.has.operation = true; // two
	msg.body.error_code.operation = CSTA_OPERATION_GENERIC;
	assert_int_equal(csta_write(&msg, NULL, xml, sizeof(xml)), -EINVAL);
	csta_msg_init(&msg, CSTA_HOLD_CALL); // neither call nor device
	assert_int_equal(csta_write(&msg, NULL, xml, sizeof(xml)), -EINVAL);
}

// What XML cannot hold becomes a question mark; the document stays well-formed.
static void text_no_xml_can_hold(void **state)
{
	static const char bad[] = "a\x01"
				  "b\xff"
				  "c\xed\xa0\x80"
				  "d\xc0\xaf"
				  "e\xef\xbf\xbf"
				  "f\xf4\x90\x80\x80"
				  "g\xe2\x82";
	struct csta_msg msg;
	struct csta_msg got;
	char xml[1024];
	ssize_t n;

	(void)state;
	csta_msg_init(&msg, CSTA_GET_FORWARDING);
	strcpy(msg.body.get_forwarding.device, bad);
	n = csta_write(&msg, "urn:a&b", xml, sizeof(xml));
	assert_true(n > 0);
	assert_int_equal(csta_read(&reader, xml, (size_t)n, &got), CSTA_READ_OK);
	assert_string_equal(got.body.get_forwarding.device, "a?b?c???d??e???f????g??");
	assert_true(span_eq(reader.ns, SPAN("urn:a&b")));
	assert_int_equal(got.ns, CSTA_NS_OTHER);
}

static void helpers(void **state)
{
	struct csta_connection connection;
	struct csta_subject subject;
	struct csta_msg msg;
	char text[200];

	(void)state;
	memset(text, '1', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_true(csta_connection_set(&connection, "7f01", "tel:201"));
	assert_true(connection.has.call_id && connection.has.device_id);
	assert_false(csta_connection_set(&connection, "7f01", text));
	assert_true(csta_subject_set(&subject, "tel:201"));
	assert_int_equal(subject.kind, CSTA_SUBJECT_DEVICE);
	assert_true(csta_subject_set(&subject, NULL));
	assert_int_equal(subject.kind, CSTA_SUBJECT_NOT_KNOWN);
	assert_false(csta_subject_set(&subject, text));
	csta_error_set(&msg, CSTA_ERROR_STATE, CSTA_INCOMPATIBLE_NO_CALL_TO_ANSWER);
	assert_true(msg.body.error_code.has.state);
	assert_int_equal(msg.body.error_code.state, CSTA_INCOMPATIBLE_NO_CALL_TO_ANSWER);
	csta_error_set(&msg, CSTA_ERROR_UNSPECIFIED, 0);
	assert_true(msg.body.error_code.has.unspecified);
	assert_int_equal(csta_response_type(CSTA_MAKE_CALL), CSTA_MAKE_CALL_RESPONSE);
	assert_int_equal(csta_response_type(CSTA_MAKE_CALL_RESPONSE), CSTA_NONE);
	assert_int_equal(csta_response_type(CSTA_HELD_EVENT), CSTA_NONE);
	assert_int_equal(csta_response_type(CSTA_ERROR_CODE), CSTA_NONE);
	assert_int_equal(csta_response_type(CSTA_UNKNOWN), CSTA_NONE);
	assert_string_equal(csta_cause_name(CSTA_CAUSE_NEW_CALL), "newCall");
	assert_string_equal(csta_cause_name(CSTA_CAUSE_UNKNOWN_OVERFLOW), "unknownOverflow");
	assert_string_equal(csta_cause_name((enum csta_cause)5000), "");
	assert_int_equal(CSTA_CAUSE_UNKNOWN_OVERFLOW, 120); // as many as the standard has
	assert_int_equal(CSTA_OPERATION_TONE_DURATION_OUT_OF_RANGE, 193);
	assert_int_equal(CSTA_INCOMPATIBLE_NOT_ABLE_TO_RESUME, 28);
	assert_int_equal(CSTA_RESOURCE_DURATION_EXCEEDED, 31);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type),
		cmocka_unit_test(every_buffer),
		cmocka_unit_test(print_stays_in_bounds),
		cmocka_unit_test(unset_is_refused),
		cmocka_unit_test(text_no_xml_can_hold),
		cmocka_unit_test(helpers),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
