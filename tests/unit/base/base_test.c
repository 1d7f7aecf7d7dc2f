// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/addr.h"
#include "base/cursor.h"
#include "base/handle.h"
#include "base/pool.h"
#include "base/prefix.h"
#include "base/siphash.h"
#include "base/span.h"
#include "base/wheel.h"

static void span_numbers(void **state)
{
	uint32_t v = 7;

	(void)state;
	assert_true(span_u32(SPAN("0"), &v));
	assert_int_equal(v, 0);
	assert_true(span_u32(SPAN("4294967295"), &v));
	assert_int_equal(v, UINT32_MAX);
	assert_false(span_u32(SPAN("4294967296"), &v));
	assert_false(span_u32(SPAN("99999999999"), &v));
	assert_false(span_u32(SPAN(""), &v));
	assert_false(span_u32(SPAN("1x"), &v));
	assert_false(span_u32(SPAN("-1"), &v));
	assert_int_equal(v, UINT32_MAX);
}

static void span_text(void **state)
{
	char field[4];

	(void)state;
	assert_true(span_eq(span_trim(SPAN(" \t ab \r\n")), SPAN("ab")));
	assert_int_equal(span_trim(SPAN("  ")).n, 0);
	assert_true(span_ieq(SPAN("Call-ID"), SPAN("call-id")));
	assert_false(span_ieq(SPAN("Call-ID"), SPAN("call-i")));
	assert_int_equal(span_find(SPAN("abc"), 'c'), 2);
	assert_int_equal(span_find(SPAN("abc"), 'x'), 3);
	assert_int_equal(span_from(SPAN("abc"), 9).n, 0);
	assert_true(span_copy(SPAN("abc"), field, sizeof(field)));
	assert_string_equal(field, "abc");
	assert_false(span_copy(SPAN("abcd"), field, sizeof(field)));
	assert_string_equal(field, "");
	assert_int_equal(span_fit(SPAN("abcd"), field, sizeof(field)), 3);
	assert_string_equal(field, "abc");
	assert_int_equal(span_fit(SPAN_NONE, field, sizeof(field)), 0);
	assert_string_equal(field, "");
}

static void span_characters(void **state)
{
	static const struct {
		struct span text;
		size_t n;
		uint32_t c;
	} cases[] = {
		{ { "", 0 }, 0, 0 },
		{ { "a\xc3", 2 }, 1, 'a' },
		{ { "\x7f", 1 }, 1, 0x7f },
		{ { "\xc3\x9bx", 3 }, 2, 0xdb },
		{ { "\xc2\x80", 2 }, 2, 0x80 },
		{ { "\xe2\x82\xac", 3 }, 3, 0x20ac },
		{ { "\xf4\x8f\xbf\xbf", 4 }, 4, 0x10ffff },
		{ { "\x80", 1 }, 0, 0 },             // goes on with nothing
		{ { "\xc3", 1 }, 0, 0 },             // ends too early
		{ { "\xc3x", 2 }, 0, 0 },            // is not gone on with
		{ { "\xc1\xbf", 2 }, 0, 0 },         // longer than it must be
		{ { "\xe0\x9f\xbf", 3 }, 0, 0 },     // likewise
		{ { "\xed\xa0\x80", 3 }, 0, 0 },     // a surrogate
		{ { "\xf4\x90\x80\x80", 4 }, 0, 0 }, // beyond the last
		{ { "\xff", 1 }, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t c = 0;

		assert_int_equal(span_utf8(cases[i].text, &c), cases[i].n);
		if (cases[i].n > 0)
			assert_int_equal(c, cases[i].c);
	}
}

static void cursor_bounds(void **state)
{
	uint8_t bytes[7] = { 1, 2, 3, 4, 5, 6, 7 };
	struct reader r = reader_of(bytes, sizeof(bytes));
	struct writer w = writer_of(bytes, 4);

	(void)state;
	assert_int_equal(reader_le32(&r), 0x04030201);
	assert_int_equal(reader_be16(&r), 0x0506);
	assert_int_equal(reader_le16(&r), 0);
	assert_true(r.fail);
	assert_int_equal(reader_u8(&r), 0); // the error sticks although a byte is left
	writer_be16(&w, 0x0102);
	writer_le16(&w, 0x0102);
	assert_false(w.fail);
	assert_memory_equal(bytes, "\1\2\2\1", 4);
	writer_u8(&w, 9);
	assert_true(w.fail);
	assert_int_equal(bytes[4], 5);
}

// The first, the ninth and the last vector of the reference implementation's table (key 00..0f).
static void siphash_vectors(void **state)
{
	uint8_t key_bytes[16], in[63];
	struct siphash_key key;

	(void)state;
	for (int i = 0; i < 16; i++)
		key_bytes[i] = (uint8_t)i;
	for (int i = 0; i < 63; i++)
		in[i] = (uint8_t)i;
	memcpy(&key, key_bytes, sizeof(key));
	assert_true(siphash(&key, in, 0) == 0x726fdb47dd0e0e31);
	assert_true(siphash(&key, in, 8) == 0x93f5f5799a932462);
	assert_true(siphash(&key, in, 63) == 0x958a324ceb064572);
}

static void token_round_trip(void **state)
{
	struct siphash_key key = { 1, 2 }, other = { 1, 3 };
	handle_t h = handle_make(3, 77, 123456), got = 0;
	char text[TOKEN_SIZE];

	(void)state;
	token_write(&key, TOKEN_DIALOG, h, text);
	assert_int_equal(strlen(text), TOKEN_SIZE - 1);
	assert_true(token_read(&key, TOKEN_DIALOG, span_str(text), &got));
	assert_true(got == h);
	assert_false(token_read(&other, TOKEN_DIALOG, span_str(text), &got));
	assert_false(token_read(&key, TOKEN_CALL, span_str(text), &got));
	assert_false(token_read(&key, TOKEN_DIALOG, span_of(text, TOKEN_SIZE - 2), &got));
	for (size_t i = 0; i < TOKEN_SIZE - 1; i++) {
		char c = text[i];

		text[i] = c == '0' ? '1' : '0';
		assert_false(token_read(&key, TOKEN_DIALOG, span_str(text), &got));
		text[i] = 'G';
		assert_false(token_read(&key, TOKEN_DIALOG, span_str(text), &got));
		text[i] = c;
	}
}

static void pool_life(void **state)
{
	struct pool pool;
	handle_t h[3], again;
	void *object[3];
	uint32_t cursor = 0;

	(void)state;
	assert_int_equal(pool_init(&pool, 5, 3, 20), 0);
	for (int i = 0; i < 3; i++) {
		object[i] = pool_take(&pool, &h[i]);
		assert_non_null(object[i]);
		assert_ptr_equal(pool_get(&pool, h[i]), object[i]);
		assert_true(pool_handle(&pool, object[i]) == h[i]);
		assert_int_equal(handle_owner(h[i]), 5);
	}
	assert_null(pool_take(&pool, NULL));
	assert_null(pool_get(&pool, 0));
	assert_null(pool_get(&pool, handle_make(5, 1, 3)));
	assert_null(pool_get(&pool, handle_make(4, 1, 0)));
	memset(object[1], 0xff, 20);
	pool_give(&pool, object[1]);
	assert_null(pool_get(&pool, h[1]));
	assert_int_equal(pool.used, 2);
	assert_ptr_equal(pool_take(&pool, &again), object[1]);
	assert_true(again != h[1]);
	assert_null(pool_get(&pool, h[1]));
	assert_int_equal(((uint8_t *)object[1])[19], 0);
	for (int i = 0; i < 3; i++)
		assert_ptr_equal(pool_next(&pool, &cursor), object[i]);
	assert_null(pool_next(&pool, &cursor));
	pool_fini(&pool);
}

static void wheel_order(void **state)
{
	static struct wheel wheel;
	struct wheel_node node[4] = { 0 };
	uint64_t start = 123456789;

	(void)state;
	wheel_init(&wheel, start);
	assert_true(wheel_next_us(&wheel) == UINT64_MAX);
	wheel_arm(&wheel, &node[0], start + 40000);
	wheel_arm(&wheel, &node[1], start + 5000000);
	wheel_arm(&wheel, &node[2], start - 1);
	wheel_arm(&wheel, &node[3], start + 60000);
	wheel_cancel(&wheel, &node[3]);
	wheel_cancel(&wheel, &node[3]);
	assert_ptr_equal(wheel_expire(&wheel, start + 10000), &node[2]);
	assert_null(wheel_expire(&wheel, start + 39999));
	assert_ptr_equal(wheel_expire(&wheel, start + 60000), &node[0]);
	assert_null(wheel_expire(&wheel, start + 4999999));
	assert_ptr_equal(wheel_expire(&wheel, start + 5020000), &node[1]);
	assert_null(wheel_expire(&wheel, start + 900000000));
	assert_int_equal(wheel.armed, 0);
}

// Random delays up to three hours, uneven steps: nothing early, nothing later than two ticks after
// the step that reached it, nothing lost.
static void wheel_random(void **state)
{
	enum { NODES = 2000 };
	static struct wheel wheel;
	static struct wheel_node node[NODES];
	uint64_t now = 987654321, before = now, fired = 0;

	(void)state;
	srand(42);
	memset(node, 0, sizeof(node));
	wheel_init(&wheel, now);
	for (int i = 0; i < NODES; i++)
		wheel_arm(&wheel, &node[i], now + (uint64_t)rand() * 5 % 10800000000);
	while (wheel.armed > 0) {
		struct wheel_node *n, *due = NULL;
		uint64_t next = wheel_next_us(&wheel);

		before = now;
		now += 1 + (uint64_t)rand() % 3000000;
		while ((n = wheel_expire(&wheel, now)) != NULL) {
			assert_true(due == NULL || due == n);
			due = wheel_due(&wheel);
			assert_true(n->due_us <= now);
			assert_true(n->due_us + 2 * WHEEL_TICK_US >= before);
			assert_true(next <= now);
			assert_false(wheel_is_armed(n));
			fired++;
		}
		for (int k = 0; k < 3 && wheel.armed > 0; k++) {
			struct wheel_node *moved = &node[rand() % NODES];

			if (wheel_is_armed(moved))
				wheel_arm(&wheel, moved, now + (uint64_t)rand() % 700000000);
		}
	}
	assert_int_equal(fired, NODES);
}

// Thousands of timers of one moment cost no tick much more than another.
static void wheel_burst(void **state)
{
	enum { NODES = 10000, TICKS = 6200 };
	static struct wheel wheel;
	static struct wheel_node node[NODES];
	uint64_t start = 5000000, due = start + 60000000;
	uint32_t fired = 0;

	(void)state;
	memset(node, 0, sizeof(node));
	wheel_init(&wheel, start);
	for (int i = 0; i < NODES; i++)
		wheel_arm(&wheel, &node[i], due + (uint64_t)i % 1000 * 1000);
	for (uint64_t tick = 0; tick < TICKS; tick++) {
		uint64_t now = start + tick * WHEEL_TICK_US, waited = 0, waits = 0;
		struct wheel_node *n;

		for (int i = 0; i < WHEEL_SLOTS; i++)
			waited += wheel.waiting[i];
		for (; (n = wheel_expire(&wheel, now)) != NULL; fired++)
			assert_in_range(now - n->due_us, 0, 2 * WHEEL_TICK_US);
		for (int i = 0; i < WHEEL_SLOTS; i++)
			waits += wheel.waiting[i];
		assert_in_range(waited - waits, 0, NODES / WHEEL_SLOTS + 1);
	}
	assert_int_equal(fired, NODES);
}

static void addresses(void **state)
{
	struct endpoint e = { addr_ipv4(htonl(0x0a000001)), 5060 };
	char text[ENDPOINT_TEXT_SIZE];

	(void)state;
	assert_string_equal(endpoint_text(&e, text), "10.0.0.1:5060");
	assert_true(endpoint_eq(&e, &(struct endpoint){ addr_ipv4(htonl(0x0a000001)), 5060 }));
	assert_false(endpoint_eq(&e, &(struct endpoint){ addr_ipv4(htonl(0x0a000001)), 5061 }));
	assert_string_equal(addr_text(&(struct addr){ 0 }, text), "-");
	e.addr = (struct addr){ .bytes = { 0x20, 1, 0xd, 0xb8, [15] = 1 }, .family = ADDR_IPV6 };
	assert_string_equal(endpoint_text(&e, text), "[2001:db8::1]:5060");
}

// The C library is the judge, but for what is cut off at the end.
static void address_texts(void **state)
{
	static const char *const odd[] = { "", ".", "1", "1.2.3", "1.2.3.4", "1.2.3.4.",
		"1.2.3.4.5", "01.2.3.4", "0.0.0.0", "255.255.255.255", "256.1.1.1", "1.2.3.999",
		"1.2.3.4 ", " 1.2.3.4", "1..3.4", "1.2.3.-4", "1.2.3.0004", "a.b.c.d", "::", "::1",
		"2001:db8::1", "1::2::3", "::ffff:10.0.0.1", ":", "12345::", "[::1]",
		"fe80::1%eth0", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9" };
	uint32_t random = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		uint8_t bytes[16] = { 0 };
		bool four = inet_pton(AF_INET, odd[i], bytes) == 1;
		bool six = !four && inet_pton(AF_INET6, odd[i], bytes) == 1;
		struct addr a;

		assert_int_equal(addr_read(span_str(odd[i]), &a), four || six);
		assert_int_equal(a.family, four ? ADDR_IPV4 : six ? ADDR_IPV6 : ADDR_NONE);
		assert_memory_equal(a.bytes, bytes, four || six ? 16 : 0);
	}
	for (int i = 0; i < 10000; i++) {
		char text[ADDR_TEXT_SIZE], expected[ADDR_TEXT_SIZE];
		struct addr a = addr_ipv4(random), b;

		random = random * 1664525 + 1013904223;
		assert_string_equal(addr_text(&a, text),
			inet_ntop(AF_INET, a.bytes, expected, sizeof(expected)));
		assert_true(addr_read(span_str(text), &b));
		assert_true(addr_eq(&a, &b));
	}
	assert_true(addr_read(span_of("10.0.0.12", 8), &(struct addr){ 0 }));
	assert_false(addr_read(span_of("10.0.0.1\0", 9), &(struct addr){ 0 }));
	assert_false(addr_read(span_of("::1\0", 4), &(struct addr){ 0 }));
}

// Against a set of texts that is looked through.
static void prefixes_random(void **state)
{
	enum { TEXTS = 300, DIGITS = 6 };
	const struct siphash_key key = { 1, 2 };
	char texts[TEXTS][DIGITS + 1] = { 0 };
	struct prefixes set;

	(void)state;
	srand(7);
	prefixes_init(&set, &key);
	assert_false(prefixes_go_on(&set, "1", 1));
	for (int round = 0; round < 20000; round++) {
		char *text = texts[rand() % TEXTS], asked[DIGITS + 1] = { 0 };
		bool expected = false;

		if (text[0] != '\0')
			prefixes_remove(&set, text);
		memset(text, 0, DIGITS + 1);
		for (int i = rand() % (DIGITS + 1); i > 0; i--)
			text[i - 1] = (char)('0' + rand() % 4);
		if (text[0] != '\0')
			assert_int_equal(prefixes_add(&set, text), 0);
		for (int i = 1 + rand() % DIGITS; i > 0; i--)
			asked[i - 1] = (char)('0' + rand() % 4);
		for (int i = 0; i < TEXTS; i++)
			expected |= strlen(texts[i]) > strlen(asked) &&
				    strncmp(texts[i], asked, strlen(asked)) == 0;
		assert_int_equal(prefixes_go_on(&set, asked, strlen(asked)), expected);
	}
	prefixes_fini(&set);
	assert_false(prefixes_go_on(&set, "1", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(span_numbers),
		cmocka_unit_test(span_text),
		cmocka_unit_test(span_characters),
		cmocka_unit_test(cursor_bounds),
		cmocka_unit_test(siphash_vectors),
		cmocka_unit_test(token_round_trip),
		cmocka_unit_test(pool_life),
		cmocka_unit_test(wheel_order),
		cmocka_unit_test(wheel_random),
		cmocka_unit_test(addresses),
		cmocka_unit_test(address_texts),
		cmocka_unit_test(prefixes_random),
		cmocka_unit_test(wheel_burst),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
