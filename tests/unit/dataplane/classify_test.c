// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/classify.h"
#include "tests/unit/guard.h"

static struct classify *classify;
static struct hs_scratch *scratch;

static int setup(void **state)
{
	static const char *const patterns[] = { "friendly-scanner", "^REGISTER sip:trap@" };
	char error[200];

	(void)state;
	csta_init();
	if (classify_new(&classify, patterns, 2, error, sizeof(error)) < 0)
		return -1;
	scratch = classify_scratch_new(classify);
	return scratch == NULL ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	classify_scratch_free(scratch);
	classify_free(classify);
	return 0;
}

static struct classify_verdict start_of(const void *p, size_t n)
{
	void *copy = guard_copy(p, n);
	struct classify_verdict verdict = classify_start(classify, scratch, copy, n);

	guard_free(copy, n);
	return verdict;
}

static void test_starts(void **state)
{
	static const struct {
		const char *p;
		size_t n;
		enum classify_start start;
	} rows[] = {
#define ROW(literal, start) { literal, sizeof(literal) - 1, start }
		ROW("SIP/2.0 200 OK\r\n", CLASSIFY_RESPONSE),
		ROW("SIP/2.0x", CLASSIFY_NOISE),
		ROW("DANCE sip:a@b SIP/2.0\r\n", CLASSIFY_REQUEST_OTHER),
		ROW("invite sip:a@b SIP/2.0\r\n", CLASSIFY_REQUEST_OTHER), // methods go by case
		ROW("DANCE TEL:201 SIP/2.0\r\n", CLASSIFY_REQUEST_OTHER),
		ROW("\r\n\r\n", CLASSIFY_PING),
		ROW("\0\0\0\0", CLASSIFY_PING),
		ROW("\x00\x01\x00\x08\x21\x12\xa4\x42", CLASSIFY_STUN),
		ROW("\x16\x03\x01\x02\x00\x01", CLASSIFY_TLS),
		ROW("GET / HTTP/1.1\r\n", CLASSIFY_HTTP),
		ROW("OPTIONS * HTTP/1.1\r\n", CLASSIFY_REQUEST), // the parser will see the version
		ROW("SSH-2.0-x\r\n", CLASSIFY_NOISE),
		ROW("", CLASSIFY_NOISE),
		ROW("I", CLASSIFY_NOISE),
		ROW(" INVITE sip:a SIP/2.0", CLASSIFY_NOISE),
		ROW("\xff\xff\xff\xff\xff\xff\xff", CLASSIFY_NOISE),
#undef ROW
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(start_of(rows[i].p, rows[i].n).start, rows[i].start);
}

static void test_every_method(void **state)
{
	char line[100];

	(void)state;
	for (unsigned method = 1; method < SIP_METHOD_COUNT; method++) {
		int n = snprintf(line, sizeof(line), "%s sip:201@10.0.0.1 SIP/2.0\r\n",
			sip_method_name(method));
		struct classify_verdict verdict = start_of(line, (size_t)n);

		assert_int_equal(verdict.start, CLASSIFY_REQUEST);
		assert_int_equal(verdict.method, method);
	}
}

// Only the first bytes count: a method far into the datagram is no start line.
static void test_looks_at_the_beginning(void **state)
{
	char line[4096];

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line + 2000, "\r\nINVITE sip:a SIP/2.0\r\n", 24);
	assert_int_equal(start_of(line, sizeof(line)).start, CLASSIFY_NOISE);
}

static enum csta_type body_of(const char *text)
{
	void *copy = guard_copy(text, strlen(text));
	enum csta_type type = classify_body(classify, scratch, copy, strlen(text));

	guard_free(copy, strlen(text));
	return type;
}

static void test_bodies(void **state)
{
	char body[300];

	(void)state;
	for (unsigned type = CSTA_UNKNOWN + 1; type < CSTA_TYPES; type++) {
		snprintf(body, sizeof(body),
			"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<%s xmlns=\"x\">",
			csta_type_name(type));
		assert_int_equal(body_of(body), type);
		snprintf(body, sizeof(body), "<%s/>", csta_type_name(type));
		assert_int_equal(body_of(body), type);
	}
	assert_int_equal(body_of("<ns3:MonitorStart xmlns:ns3=\"y\">"), CSTA_MONITOR_START);
	assert_int_equal(body_of("\xef\xbb\xbf<MakeCall>"), CSTA_MAKE_CALL);
	assert_int_equal(body_of("<monitorstart>"), CSTA_MONITOR_START);
	assert_int_equal(body_of("<MonitorStart\n\txmlns:a='b'>"), CSTA_MONITOR_START);
	assert_int_equal(body_of("<MonitorStart>tel:201"), CSTA_MONITOR_START);
	assert_int_equal(body_of("<?xml version='1.0'"), CSTA_NONE);
	assert_int_equal(body_of("<a:"), CSTA_NONE);
	assert_int_equal(body_of("<MonitorStarted>"), CSTA_NONE);
	assert_int_equal(body_of("<x><MonitorStart>"), CSTA_NONE); // not the root
	assert_int_equal(body_of("v=0\r\no=- 1 1 IN IP4 10.0.0.2\r\n"), CSTA_NONE);
	assert_int_equal(body_of(""), CSTA_NONE);
}

static void test_block_list(void **state)
{
	static const char bad[] =
		"OPTIONS sip:100@x SIP/2.0\r\nUser-Agent: friendly-scanner\r\n\r\n";
	static const char trap[] = "REGISTER sip:trap@x SIP/2.0\r\n\r\n";
	static const char good[] = "REGISTER sip:good@x SIP/2.0\r\n\r\n";

	(void)state;
	assert_true(classify_blocked(classify, scratch, bad, sizeof(bad) - 1));
	assert_true(classify_blocked(classify, scratch, trap, sizeof(trap) - 1));
	assert_false(classify_blocked(classify, scratch, good, sizeof(good) - 1));
	assert_false(classify_blocked(classify, scratch, good, 0));
}

static void test_wrong_pattern_is_named(void **state)
{
	static const char *const patterns[] = { "fine", "broken(" };
	struct classify *c = NULL;
	char error[200];

	(void)state;
	assert_int_equal(classify_new(&c, patterns, 2, error, sizeof(error)), -22);
	assert_null(c);
	assert_non_null(strstr(error, "broken("));
	assert_int_equal(classify_new(&c, NULL, 0, error, sizeof(error)), 0);
	classify_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starts),
		cmocka_unit_test(test_every_method),
		cmocka_unit_test(test_looks_at_the_beginning),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_block_list),
		cmocka_unit_test(test_wrong_pattern_is_named),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
