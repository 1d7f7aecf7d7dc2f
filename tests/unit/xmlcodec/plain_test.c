// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The reader of plain documents beside libxml2: where it takes a document, both say the same.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/unit/guard.h"
#include "xmlcodec/plain.h"

enum { EDITS = 400 }; // of each document

static const char *folder;
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

static bool is_plain(struct span body)
{
	static struct csta_msg msg;

	reader.parse->out = &msg;
	csta_walk_begin(reader.parse);
	return csta_plain_read(reader.parse, body);
}

// Reads both ways. What is left of the body's page may not be touched.
static void assert_same(struct span text)
{
	static struct csta_msg msg, other;
	struct span body = span_of(guard_copy(text.p, text.n), text.n);
	enum csta_verdict verdict = csta_read(&reader, body.p, body.n, &msg);
	struct csta_reader was = reader;
	enum csta_verdict expected;
	char ns[128];

	assert_true(span_copy(reader.ns, ns, sizeof(ns)));
	expected = csta_xml_read(&reader, body, &other);
	if (expected != verdict)
		print_error("not so: %s: %.*s\n", csta_verdict_name(verdict), SPAN_FMT(text));
	assert_int_equal(verdict, expected);
	assert_int_equal(csta_msg_size(&msg), csta_msg_size(&other));
	assert_memory_equal(&msg, &other, csta_msg_size(&msg));
	assert_true(span_eq(reader.ns, span_str(ns)));
	assert_string_equal(reader.bad_element, was.bad_element);
	assert_int_equal(reader.skipped, was.skipped);
	guard_free((void *)(uintptr_t)body.p, body.n);
}

static size_t load(enum csta_type type, char *text, size_t size)
{
	char path[512];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s.xml", folder, csta_type_name(type));
	file = fopen(path, "r");
	assert_non_null(file);
	n = fread(text, 1, size, file);
	fclose(file);
	assert_true(n > 0 && n < size);
	return n;
}

static uint32_t draw(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (uint32_t)((uint64_t)*seed * below >> 32);
}

// Overwrites, takes out or doubles a few bytes somewhere: with what markup is made of, mostly.
static size_t edit(char *text, size_t n, uint32_t *seed)
{
	static const char spice[] = "<>/&=\"'? !-[]\r\n\t:;aZ0_.\x7f\x80\xe4\x01#";
	size_t at = draw(seed, (uint32_t)n), k = 1 + draw(seed, 12);

	k = k < n - at ? k : n - at;
	switch (draw(seed, 4)) {
	case 0:
		memmove(text + at, text + at + k, n - at - k);
		return n - k;
	case 1:
		memmove(text + at + k, text + at, n - at);
		return n + k;
	case 2:
		text[at] = (char)(text[at] ^ 0x20);
		return n;
	default:
		text[at] = spice[draw(seed, sizeof(spice))];
		return n;
	}
}

// What comes back from the writer, and nearly all of the documents for people, is plain.
static void documents(void **state)
{
	static char text[CSTA_BODY_MAX];
	struct csta_msg msg;
	int plain = 0;

	(void)state;
	for (int type = CSTA_UNKNOWN + 1; type < CSTA_TYPES; type++) {
		size_t n = load((enum csta_type)type, text, sizeof(text));
		ssize_t written;

		plain += is_plain(span_of(text, n));
		assert_same(span_of(text, n));
		assert_int_equal(csta_read(&reader, text, n, &msg), CSTA_READ_OK);
		written = csta_write(&msg, NULL, text, sizeof(text));
		assert_true(written > 0);
		assert_same(span_of(text, (size_t)written));
	}
	assert_true(plain * 10 >= (CSTA_TYPES - CSTA_UNKNOWN - 1) * 9);
}

static void edited(void **state)
{
	static char text[CSTA_BODY_MAX], changed[CSTA_BODY_MAX];
	uint32_t seed = 1;

	(void)state;
	for (int type = CSTA_UNKNOWN + 1; type < CSTA_TYPES; type++) {
		size_t n = load((enum csta_type)type, text, sizeof(text) / 2);

		for (int i = 0; i < EDITS; i++) {
			size_t m = n;

			memcpy(changed, text, n);
			for (uint32_t edits = 1 + draw(&seed, 2); edits > 0 && m > 0; edits--)
				m = edit(changed, m, &seed);
			assert_same(span_of(changed, m));
		}
	}
}

#define NS "http://www.ecma-international.org/standards/ecma-323/csta/ed3"
#define PLAIN(literal) \
	assert_true(is_plain(SPAN(literal))); \
	assert_same(SPAN(literal))
#define OTHER(literal) \
	assert_false(is_plain(SPAN(literal))); \
	assert_same(SPAN(literal))

static void limits_of_plain(void **state)
{
	(void)state;
	PLAIN("<MonitorStop/>");
	PLAIN(" \r\n<?xml version=\"1.0\"?><HoldCallResponse xmlns=\"" NS "\"\t/>\r\n");
	PLAIN("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<HoldCallResponse ></HoldCallResponse >");
	PLAIN("<monitorstop><x>a b</x><MonitorCrossRefID> 7 </MonitorCrossRefID></monitorstop>");
	PLAIN("<Nothing><deviceObject>201</deviceObject></Nothing>");
	PLAIN("<MonitorStart><monitorObject><deviceObject>2<b/>\n<b/>0</deviceObject></monitorObject>"
	      "</MonitorStart>");
	OTHER("<MonitorStart><monitorObject><deviceObject>2<b/>\r\n<b/>0</deviceObject>"
	      "</monitorObject></MonitorStart>");
	OTHER("<MonitorStop></monitorStop>");
	OTHER("<MonitorStop>&amp;</MonitorStop>");
	OTHER("<MonitorStop>]]></MonitorStop>");
	OTHER("<MonitorStop>\xc3\xbc</MonitorStop>");
	OTHER("<MonitorStop a=\"1\"/>");
	OTHER("<MonitorStop xmlns=\"urn:x\"/>");
	OTHER("<MonitorStop xmlns=\"\"/>");
	OTHER("<MonitorStop xmlns=\"" NS);
	OTHER("<MonitorStop xmlns=\"" NS "\"");
	OTHER("<a:MonitorStop xmlns:a=\"" NS "\"/>");
	OTHER("<MonitorStop><monitorCrossRefID xmlns=\"" NS "\">7</monitorCrossRefID></MonitorStop>");
	OTHER("<1/>");
	OTHER("<MonitorStop><!-- --></MonitorStop>");
	OTHER("<MonitorStop/><MonitorStop/>");
	OTHER("<MonitorStop/>\v");
	OTHER("<?xml version=\"1.1\"?><MonitorStop/>");
	OTHER("<?xml version=\"1.0\" encoding=\"UTF-16\"?><MonitorStop/>");
	OTHER("<?xml version=\"1.0\" standalone=\"yes\"?><MonitorStop/>");
	OTHER("<");
	OTHER("<a");
	OTHER("<a/");
	OTHER("");
}

// Depth, elements and equals signs at their limits and one beyond.
static void counts(void **state)
{
	static char text[CSTA_BODY_MAX + 1];

	(void)state;
	for (int n = CSTA_DEPTH_MAX - 1; n <= CSTA_DEPTH_MAX + 1; n++) {
		char *at = text;

		for (int i = 0; i < n; i++)
			at = stpcpy(at, "<a>");
		for (int i = 0; i < n; i++)
			at = stpcpy(at, "</a>");
		assert_same(span_str(text));
	}
	for (int n = CSTA_ELEMENTS_MAX - 2; n <= CSTA_ELEMENTS_MAX; n++) {
		char *at = stpcpy(text, "<MonitorStop>");

		for (int i = 0; i < n; i++)
			at = stpcpy(at, "<a/>");
		stpcpy(at, "</MonitorStop>");
		assert_same(span_str(text));
	}
	for (int n = CSTA_ATTRIBUTES_MAX - 4; n <= CSTA_ATTRIBUTES_MAX + 1; n++) {
		char *at = stpcpy(text, "<MonitorStop xmlns=\"" NS "\">");

		memset(at, '=', (size_t)n);
		stpcpy(at + n, "</MonitorStop>");
		assert_same(span_str(text));
	}
	memset(text, ' ', sizeof(text));
	memcpy(text, "<HoldCallResponse/>", 19);
	assert_same(span_of(text, sizeof(text) - 1));
	assert_same(span_of(text, sizeof(text)));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents),
		cmocka_unit_test(edited),
		cmocka_unit_test(limits_of_plain),
		cmocka_unit_test(counts),
	};

	if (argc != 2) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	folder = argv[1];
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
