// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Datagrams out of their pieces: in any order, of any size; and what must not become one.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/reassembly.h"

enum { BIGGEST = 65515, STEP = 1480, TABLE = 8 };

static struct reassembly table;
static uint8_t source[BIGGEST];
static uint8_t *whole;
static size_t whole_n;

static int setup(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(source); i++)
		source[i] = (uint8_t)(i * 31 >> 3);
	return reassembly_init(&table, TABLE);
}

static int teardown(void **state)
{
	(void)state;
	reassembly_fini(&table);
	return 0;
}

// A piece of `source`, in a buffer of exactly its size.
static enum reassembly_verdict take_at(uint32_t src, uint16_t id, size_t from, size_t n, bool more,
	size_t header_n, uint64_t now_us)
{
	uint8_t header[64] = { (uint8_t)(0x40 | header_n / 4), 0, 0, 0, 0, 0, 0x20, 0x07 };
	uint8_t *payload = malloc(n == 0 ? 1 : n);
	struct reassembly_piece piece = {
		.key = { src, 1, id, 17 },
		.header = header,
		.header_n = header_n,
		.payload = payload,
		.n = n,
		.offset = from,
		.more = more,
	};
	enum reassembly_verdict verdict;

	assert_non_null(payload);
	if (from < sizeof(source))
		memcpy(payload, source + from,
			n < sizeof(source) - from ? n : sizeof(source) - from);
	verdict = reassembly_take(&table, &piece, now_us, &whole, &whole_n);
	free(payload);
	return verdict;
}

static enum reassembly_verdict take(uint16_t id, size_t from, size_t n, bool more)
{
	return take_at(7, id, from, n, more, 20, 1000);
}

static void whole_is(size_t header_n, size_t n)
{
	assert_int_equal(whole_n, header_n + n);
	assert_memory_equal(whole + header_n, source, n);
	assert_int_equal(whole[2] << 8 | whole[3], header_n + n);
	assert_int_equal(whole[6], 0);
	assert_int_equal(whole[7], 0);
}

static void test_in_order(void **state)
{
	(void)state;
	assert_int_equal(take(1, 0, STEP, true), PIECE_KEPT);
	assert_int_equal(take(1, STEP, 3, false), PIECE_WHOLE);
	whole_is(20, STEP + 3);
	assert_int_equal(table.used, 0);
}

// The largest datagram there is, in as many pieces as an Ethernet makes of it, in a seeded random
// order, with another one in between.
static void test_largest_in_any_order(void **state)
{
	enum { PIECES = (BIGGEST + STEP - 1) / STEP };
	unsigned order[PIECES];
	uint32_t random = 12345;

	(void)state;
	for (unsigned round = 0; round < 20; round++) {
		for (unsigned i = 0; i < PIECES; i++) {
			unsigned j;

			random = random * 1664525 + 1013904223;
			j = (random >> 16) % (i + 1);
			order[i] = order[j];
			order[j] = i;
		}
		for (unsigned i = 0; i < PIECES; i++) {
			size_t from = (size_t)order[i] * STEP;
			bool last = order[i] == PIECES - 1;
			enum reassembly_verdict verdict =
				take((uint16_t)round, from, last ? BIGGEST - from : STEP, !last);

			assert_int_equal(verdict, i == PIECES - 1 ? PIECE_WHOLE : PIECE_KEPT);
			if (i == PIECES / 2)
				take((uint16_t)(1000 + round % 2), 0, 800, true);
		}
		whole_is(20, BIGGEST);
	}
}

// The smallest pieces: more of them than any fixed list would hold.
static void test_tiny_pieces(void **state)
{
	(void)state;
	for (size_t at = 8; at + 8 < 60000; at += 8)
		assert_int_equal(take(1, at, 8, true), PIECE_KEPT);
	assert_int_equal(take(1, 59992, 5, false), PIECE_KEPT);
	assert_int_equal(take(1, 0, 8, true), PIECE_WHOLE);
	whole_is(20, 59997);
}

static void test_repeated(void **state)
{
	(void)state;
	assert_int_equal(take(1, 0, STEP, true), PIECE_KEPT);
	assert_int_equal(take(1, 0, STEP, true), PIECE_REPEATED);
	assert_int_equal(take(1, STEP, 100, false), PIECE_WHOLE);
	whole_is(20, STEP + 100);
	// Once more after the end: the beginning of another.
	assert_int_equal(take(1, STEP, 100, false), PIECE_KEPT);
}

static void test_overlap(void **state)
{
	(void)state;
	assert_int_equal(take(1, 0, STEP, true), PIECE_KEPT);
	assert_int_equal(take(1, STEP - 8, 100, false), PIECE_OVERLAP);
	// It stays spoiled, however good the rest is.
	assert_int_equal(take(1, STEP, 100, false), PIECE_SPOILED);
	assert_int_equal(take(1, 0, STEP, true), PIECE_SPOILED);
	// The same place, other bytes.
	assert_int_equal(take(2, 0, STEP, true), PIECE_KEPT);
	source[5] ^= 1;
	assert_int_equal(take(2, 0, STEP, true), PIECE_OVERLAP);
	source[5] ^= 1;
	// Inside another, and around another.
	assert_int_equal(take_at(8, 3, 0, STEP, true, 20, 1000), PIECE_KEPT);
	source[805] ^= 1;
	assert_int_equal(take_at(8, 3, 800, 8, true, 20, 1000), PIECE_OVERLAP);
	source[805] ^= 1;
	assert_int_equal(take_at(9, 4, 800, 8, true, 20, 1000), PIECE_KEPT);
	assert_int_equal(take_at(9, 4, 0, STEP, true, 20, 1000), PIECE_OVERLAP);
}

static void test_ends_disagree(void **state)
{
	(void)state;
	assert_int_equal(take(1, 800, 100, false), PIECE_KEPT);
	assert_int_equal(take(1, 904, 100, false), PIECE_OVERLAP);
	assert_int_equal(take(2, 1600, 80, true), PIECE_KEPT);
	assert_int_equal(take(2, 800, 100, false), PIECE_OVERLAP);
	assert_int_equal(take_at(8, 3, 800, 100, false, 20, 1000), PIECE_KEPT);
	assert_int_equal(take_at(8, 3, 904, 8, true, 20, 1000), PIECE_OVERLAP);
}

static void test_bad(void **state)
{
	(void)state;
	assert_int_equal(take(1, 0, 0, true), PIECE_BAD);
	assert_int_equal(take(1, 0, 0, false), PIECE_BAD);
	assert_int_equal(take(1, 0, 13, true), PIECE_BAD);
	assert_int_equal(take(1, 65512, 4, false), PIECE_BAD);
	assert_int_equal(take(1, 65528, 1000, false), PIECE_BAD);
	assert_int_equal(table.used, 0);
	// Each is short enough, but not with the options of the first.
	assert_int_equal(take(2, 8, 65496, true), PIECE_KEPT);
	assert_int_equal(take(2, 65504, 11, false), PIECE_KEPT);
	assert_int_equal(take_at(7, 2, 0, 8, true, 60, 1000), PIECE_BAD);
	assert_int_equal(table.used, 0);
}

static void test_options(void **state)
{
	(void)state;
	assert_int_equal(take(1, 800, 100, false), PIECE_KEPT);
	assert_int_equal(take_at(7, 1, 0, 800, true, 60, 1000), PIECE_WHOLE);
	whole_is(60, 900);
}

static void test_timeout(void **state)
{
	(void)state;
	assert_int_equal(take_at(7, 1, 0, 800, true, 20, 1000), PIECE_KEPT);
	reassembly_expire(&table, 1000 + REASSEMBLY_TIMEOUT_US - 1);
	assert_int_equal(table.used, 1);
	// A piece that comes late does not give it more time.
	assert_int_equal(
		take_at(7, 1, 1600, 800, true, 20, 1000 + REASSEMBLY_TIMEOUT_US - 1), PIECE_KEPT);
	reassembly_expire(&table, 1000 + REASSEMBLY_TIMEOUT_US);
	assert_int_equal(table.used, 0);
	assert_int_equal(table.expired, 1);
	assert_int_equal(take_at(7, 1, 800, 800, false, 20, 9000000), PIECE_KEPT);
}

// One source has a quarter of the places: its newest push out its oldest, nobody else's.
static void test_one_source(void **state)
{
	(void)state;
	assert_int_equal(take_at(1, 1, 0, 800, true, 20, 1000), PIECE_KEPT);
	for (uint16_t id = 1; id <= 100; id++)
		assert_int_equal(take_at(7, id, 0, 800, true, 20, 1000u + id), PIECE_KEPT);
	assert_int_equal(table.used, 1 + TABLE / 4);
	assert_int_equal(table.evicted, 100 - TABLE / 4);
	assert_int_equal(take_at(7, 100, 800, 8, false, 20, 2000), PIECE_WHOLE);
	assert_int_equal(take_at(7, 99, 800, 8, false, 20, 2000), PIECE_WHOLE);
	assert_int_equal(take_at(1, 1, 800, 8, false, 20, 2000), PIECE_WHOLE);
}

// Many sources fill the table: the oldest makes room, one that is spoiled before it.
static void test_table_full(void **state)
{
	(void)state;
	for (uint32_t src = 1; src <= TABLE; src++)
		assert_int_equal(take_at(src, 1, 0, 800, true, 20, 1000u + src), PIECE_KEPT);
	assert_int_equal(take_at(5, 1, 792, 800, true, 20, 2000), PIECE_OVERLAP);
	assert_int_equal(take_at(50, 1, 0, 800, true, 20, 3000), PIECE_KEPT);
	assert_int_equal(take_at(51, 1, 0, 800, true, 20, 3001), PIECE_KEPT);
	assert_int_equal(table.used, TABLE);
	assert_int_equal(table.evicted, 2);
	// The spoiled one and the oldest are gone: these begin anew.
	for (uint32_t src = 2; src <= TABLE; src++) {
		if (src != 5)
			assert_int_equal(take_at(src, 1, 800, 8, false, 20, 4000), PIECE_WHOLE);
	}
	assert_int_equal(take_at(1, 1, 800, 8, false, 20, 4000), PIECE_KEPT);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_in_order),
		T(test_largest_in_any_order),
		T(test_tiny_pieces),
		T(test_repeated),
		T(test_overlap),
		T(test_ends_disagree),
		T(test_bad),
		T(test_options),
		T(test_timeout),
		T(test_one_source),
		T(test_table_full),
	};

	return cmocka_run_group_tests_name("reassembly", tests, NULL, NULL);
}
