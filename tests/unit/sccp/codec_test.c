// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The codec over every row of the table: round trips, every prefix of every body against an
// unreadable page, sizes on the wire, the captured frames.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/guard.h"
#include "tests/unit/sccp/sample.h"

// Layout and header version. The first is what the engine sends, the others what newer peers would.
static const struct sccp_version versions[] = {
	{ 11, 0 },
	{ 0, 0 },
	{ 11, 11 },
	{ 17, 17 },
	{ 18, 18 },
	{ 20, 20 },
	{ 22, 22 },
};
enum { VERSION_COUNT = sizeof(versions) / sizeof(versions[0]) };

static struct sccp_frame frame_of(const uint8_t *p, size_t n)
{
	struct sccp_frame frame;

	assert_int_equal(sccp_frame_next(p, n, &frame), SCCP_OK);
	assert_int_equal(frame.size, n);
	return frame;
}

static void round_trip(const struct row *row, struct sccp_version version, struct sample *s)
{
	uint8_t wire[SCCP_FRAME_MAX], again[SCCP_FRAME_MAX];
	struct sccp_msg sent, got;
	struct sccp_frame frame;
	size_t n;

	sample_message(s, row, &sent);
	n = sccp_encode(&sent, version, wire, sizeof(wire));
	assert_true(n >= SCCP_HEADER_SIZE);
	frame = frame_of(wire, n);
	assert_int_equal(frame.header, version.header);
	memset(&got, 0xa5, sizeof(got));
	if (frame.body_size < row->min)
		return;
	assert_int_equal(sccp_decode(&frame, &got), SCCP_OK);
	assert_int_equal(sccp_msg_size(&got), sccp_msg_size(&sent));
	if (memcmp(&got, &sent, sccp_msg_size(&sent)) != 0) {
		char text[SCCP_TEXT_SIZE];

		sccp_print(&sent, text, sizeof(text));
		print_message(
			"layout %u header %u sent %s\n", version.layout, version.header, text);
		sccp_print(&got, text, sizeof(text));
		fail_msg("got %s", text);
	}
	assert_int_equal(sccp_encode(&got, version, again, sizeof(again)), n);
	assert_memory_equal(again, wire, n);
	// One byte of room less is too little, and nothing is written behind the room.
	memset(again, 0xa5, sizeof(again));
	assert_int_equal(sccp_encode(&got, version, again, n - 1), 0);
	assert_int_equal(again[n - 1], 0xa5);
}

static void every_row_round_trips(void **state)
{
	(void)state;
	for (size_t i = 0; i < sccp_row_count; i++) {
		for (size_t v = 0; v < VERSION_COUNT; v++) {
			struct sample s = { .seed = i * 100 + v, .layout = versions[v].layout };

			for (int k = 0; k < 50; k++)
				round_trip(&sccp_rows[i], versions[v], &s);
		}
	}
}

static void assert_texts_end(const struct layout *layout, const uint8_t *base)
{
	for (size_t i = 0; i < layout->count; i++) {
		const struct field *f = &layout->fields[i];

		if (f->kind == FIELD_FIXED || f->kind == FIELD_ZSTR || f->kind == FIELD_TEXT ||
			f->kind == FIELD_DATA)
			assert_non_null(memchr(base + f->offset, '\0', f->keep + 1u));
		if (f->kind == FIELD_ARRAY || f->kind == FIELD_LIST)
			assert_true(field_governor(f, base) <= f->wire);
		if (f->kind == FIELD_DATA)
			assert_true(field_governor(f, base) <= f->keep);
	}
}

// Decodes the first n bytes of a body as all there is; its end is the end of the readable memory.
static void decode_prefix(const struct row *row, struct sccp_frame frame, uint8_t *end, size_t n)
{
	char text[SCCP_TEXT_SIZE];
	uint8_t wire[SCCP_FRAME_MAX];
	size_t whole = frame.body_size;
	struct sccp_msg msg;

	memcpy(end - n, frame.body, n);
	frame.body = end - n;
	frame.body_size = n;
	memset(&msg, 0xa5, sizeof(msg));
	if (n < row->min) {
		assert_int_equal(sccp_decode(&frame, &msg), SCCP_TOO_SHORT);
		assert_int_equal(msg.size, 0);
		return;
	}
	assert_int_equal(sccp_decode(&frame, &msg), SCCP_OK);
	assert_int_equal(msg.size, row->layout.size);
	if (n == whole)
		assert_int_equal(msg.flags, 0);
	assert_texts_end(&row->layout, (uint8_t *)&msg.register_req);
	assert_true(sccp_print(&msg, text, sizeof(text)) < sizeof(text));
	assert_true(sccp_encode(&msg, sccp_version_server(11), wire, sizeof(wire)) > 0);
}

static void every_prefix_of_every_body(void **state)
{
	static const uint8_t zeros[SCCP_LENGTH_MAX];
	uint8_t *map = guard_copy(zeros, sizeof(zeros));
	uint8_t *end = map + sizeof(zeros);
	uint8_t wire[SCCP_FRAME_MAX];

	(void)state;
	for (size_t i = 0; i < sccp_row_count; i++) {
		for (size_t v = 0; v < VERSION_COUNT; v++) {
			struct sample s = { .seed = i, .layout = versions[v].layout };
			struct sccp_frame frame;
			struct sccp_msg msg;

			sample_message(&s, &sccp_rows[i], &msg);
			frame = frame_of(wire, sccp_encode(&msg, versions[v], wire, sizeof(wire)));
			for (size_t n = 0; n <= frame.body_size; n++)
				decode_prefix(&sccp_rows[i], frame, end, n);
		}
	}
	guard_free(map, sizeof(zeros));
}

// Encodes and decodes; false when the body is too short in this layout.
static bool there_and_back(
	const struct sccp_msg *msg, struct sccp_version version, struct sccp_msg *back)
{
	uint8_t wire[SCCP_FRAME_MAX];
	struct sccp_frame frame;

	frame = frame_of(wire, sccp_encode(msg, version, wire, sizeof(wire)));
	return sccp_decode(&frame, back) == SCCP_OK;
}

// Any bytes. The first way there and back may mend what the wire form cannot say; from then on the
// message stays as it is.
static void noise_is_harmless(void **state)
{
	struct sample s = { .seed = 4711 };
	uint8_t body[600];
	struct sccp_msg noise, first, second;

	(void)state;
	for (int k = 0; k < 20000; k++) {
		const struct row *row = &sccp_rows[sample_u32(&s) % sccp_row_count];
		struct sccp_version version = versions[sample_u32(&s) % VERSION_COUNT];
		struct sccp_frame frame = { .id = row->id, .header = version.header };
		enum sccp_verdict verdict;

		for (size_t i = 0; i < sizeof(body); i++)
			body[i] = sample_u32(&s) % 3 == 0 ? (uint8_t)sample_u32(&s) : 0;
		frame.body_size = sample_u32(&s) % sizeof(body);
		frame.body = guard_copy(body, frame.body_size);
		verdict = sccp_decode(&frame, &noise);
		guard_free((void *)frame.body, frame.body_size);
		if (verdict != SCCP_OK || !there_and_back(&noise, version, &first))
			continue;
		assert_true(there_and_back(&first, version, &second));
		assert_memory_equal(&first, &second, sccp_msg_size(&first));
	}
}

// tests/golden/sccp/sizes.txt: body sizes of empty messages in the layouts 0 11 17 18 20 22.
static void sizes_on_the_wire(void **state)
{
	static const uint8_t layouts[] = { 0, 11, 17, 18, 20, 22 };
	FILE *file = fopen(GOLDEN "/sizes.txt", "r");
	uint8_t wire[SCCP_FRAME_MAX];
	char line[256];
	size_t rows = 0;

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		struct sccp_msg msg;
		unsigned id, sizes[6];

		if (line[0] == '#')
			continue;
		assert_int_equal(sscanf(line, "%x %*s %u %u %u %u %u %u", &id, &sizes[0], &sizes[1],
					 &sizes[2], &sizes[3], &sizes[4], &sizes[5]),
			7);
		assert_true(sccp_msg_init(&msg, id));
		for (int i = 0; i < 6; i++) {
			struct sccp_version version = sccp_version_equal(layouts[i]);
			size_t n = sccp_encode(&msg, version, wire, sizeof(wire));

			if (n != SCCP_HEADER_SIZE + sizes[i])
				fail_msg("%s layout %u: %zu bytes, not %u", sccp_message_name(id),
					layouts[i], n - SCCP_HEADER_SIZE, sizes[i]);
		}
		rows++;
	}
	fclose(file);
	assert_int_equal(rows, sccp_row_count);
}

static size_t hex_read(const char *text, uint8_t *out, size_t size)
{
	size_t n = 0;
	unsigned byte;
	int used;

	while (n < size && sscanf(text, " %2x%n", &byte, &used) == 1) {
		out[n++] = (uint8_t)byte;
		text += used;
	}
	return n;
}

// A frame means what its line says, and the message gives the very same frame.
static void golden_frame(const uint8_t *wire, size_t n, char *meaning)
{
	char text[SCCP_TEXT_SIZE];
	uint8_t again[SCCP_FRAME_MAX];
	struct sccp_frame frame = frame_of(wire, n);
	struct sccp_version version;
	struct sccp_msg msg;

	assert_int_equal(sccp_decode(&frame, &msg), SCCP_OK);
	sccp_print(&msg, text, sizeof(text));
	meaning[strcspn(meaning, "\n")] = '\0';
	assert_string_equal(text, meaning);
	version = (struct sccp_version){ (uint8_t)frame.header, (uint8_t)frame.header };
	assert_int_equal(sccp_encode(&msg, version, again, sizeof(again)), n);
	assert_memory_equal(again, wire, n);
}

// tests/golden/sccp/frames.txt: lines of hexadecimal, then "= " and the message as sccp_print() has
// it.
static void golden_frames(void **state)
{
	FILE *file = fopen(GOLDEN "/frames.txt", "r");
	uint8_t wire[SCCP_FRAME_MAX];
	char line[4096];
	size_t n = 0, frames = 0;

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		if (line[0] == '#')
			continue;
		if (line[0] != '=') {
			n += hex_read(line, wire + n, sizeof(wire) - n);
			continue;
		}
		golden_frame(wire, n, line + 2);
		n = 0;
		frames++;
	}
	fclose(file);
	assert_int_equal(frames, 19);
}

// CallState as an example of a message by value: only the used bytes need to travel.
static void used_bytes_are_enough(void **state)
{
	struct sccp_msg msg, copy;
	uint8_t a[SCCP_FRAME_MAX], b[SCCP_FRAME_MAX];
	size_t n;

	(void)state;
	assert_true(sccp_msg_init(&msg, SCCP_CALL_STATE));
	msg.call_state.state = SCCP_CALL_STATE_RING_IN;
	msg.call_state.call = 256;
	assert_true(sccp_msg_size(&msg) < 64);
	memset(&copy, 0xa5, sizeof(copy));
	memcpy(&copy, &msg, sccp_msg_size(&msg));
	n = sccp_encode(&msg, sccp_version_server(11), a, sizeof(a));
	assert_int_equal(sccp_encode(&copy, sccp_version_server(11), b, sizeof(b)), n);
	assert_memory_equal(a, b, n);
	assert_false(sccp_msg_init(&msg, 0x7777));
	assert_int_equal(sccp_encode(&msg, sccp_version_server(11), a, sizeof(a)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_round_trips),
		cmocka_unit_test(every_prefix_of_every_body),
		cmocka_unit_test(noise_is_harmless),
		cmocka_unit_test(sizes_on_the_wire),
		cmocka_unit_test(golden_frames),
		cmocka_unit_test(used_bytes_are_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
