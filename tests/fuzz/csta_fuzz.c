// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Any bytes as a CSTA body. What is read can be written, and reads as the same; the reader of plain
// documents says what libxml2 would.
#include <stdlib.h>
#include <string.h>

#include "xmlcodec/walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct csta_reader *reader_once(void)
{
	static struct csta_reader reader;

	if (reader.parse == NULL) {
		csta_init();
		if (csta_reader_init(&reader) != 0)
			abort();
	}
	return &reader;
}

static void check(bool holds)
{
	if (!holds)
		abort();
}

static enum csta_verdict read_both(struct csta_reader *reader, struct span body,
	struct csta_msg *msg)
{
	enum csta_verdict verdict = csta_read(reader, body.p, body.n, msg);
	char ns[CSTA_BODY_MAX], bad[CSTA_ELEMENT_SIZE];
	uint32_t skipped = reader->skipped;
	bool fits = span_copy(reader->ns, ns, sizeof(ns));
	struct csta_msg other;

	check(fits);
	memcpy(bad, reader->bad_element, sizeof(bad));
	check(csta_xml_read(reader, body, &other) == verdict);
	check(csta_msg_size(msg) == csta_msg_size(&other));
	check(memcmp(msg, &other, csta_msg_size(msg)) == 0);
	check(span_eq(reader->ns, span_str(ns)) && strcmp(reader->bad_element, bad) == 0);
	check(reader->skipped == skipped);
	return verdict;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char first[8 * CSTA_BODY_MAX];
	static char second[8 * CSTA_BODY_MAX];
	static char line[512];
	struct csta_reader *reader = reader_once();
	struct csta_msg msg;
	ssize_t n;
	ssize_t again;

	if (read_both(reader, span_of((const char *)data, size), &msg) != CSTA_READ_OK)
		return 0;
	check(csta_msg_size(&msg) <= sizeof(msg));
	check(csta_print(&msg, line, sizeof(line)) > 0);
	n = csta_write(&msg, NULL, first, sizeof(first));
	check(n > 0);
	check(csta_read(reader, first, (size_t)n, &msg) == CSTA_READ_OK);
	again = csta_write(&msg, NULL, second, sizeof(second));
	check(again == n && memcmp(first, second, (size_t)n) == 0);
	return 0;
}
