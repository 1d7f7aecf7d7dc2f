// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Headers and options, both ways.
#include "tests/unit/guard.h"
#include "tests/unit/tcp/rig.h"

static const struct addr *us(void)
{
	static struct addr a;

	a = rig_endpoint(1, 0).addr;
	return &a;
}

static enum tcp_verdict parse(const void *bytes, size_t n, struct tcp_segment *seg)
{
	uint8_t *copy = guard_copy(bytes, n);
	enum tcp_verdict verdict = tcp_parse(copy, n, us(), us(), seg);

	guard_free(copy, n);
	return verdict;
}

// A header with these options and no payload.
static enum tcp_verdict parse_options(uint8_t flags, const uint8_t *options, size_t n,
	struct tcp_segment *seg)
{
	uint8_t bytes[60] = { 0x9c, 0x40, 0x07, 0xd0 };
	size_t words = (n + 3) / 4;

	bytes[12] = (uint8_t)((5 + words) << 4);
	bytes[13] = flags;
	memcpy(bytes + 20, options, n);
	return parse(bytes, 20 + 4 * words, seg);
}

static void header_fields(void **state)
{
	static const uint8_t bytes[] = { 0x9c, 0x40, 0x07, 0xd0, 1, 2, 3, 4, 5, 6, 7, 8, 0x50, 0x18,
		0x12, 0x34, 0xff, 0xff, 0, 0, 'h', 'i' };
	struct tcp_segment seg;

	(void)state;
	assert_int_equal(tcp_parse(bytes, sizeof(bytes), us(), us(), &seg), TCP_OK);
	assert_int_equal(seg.remote.port, 40000);
	assert_int_equal(seg.local.port, 2000);
	assert_int_equal(seg.seq, 0x01020304);
	assert_int_equal(seg.ack, 0x05060708);
	assert_int_equal(seg.flags, TCP_ACK | TCP_PSH);
	assert_int_equal(seg.wnd, 0x1234);
	assert_ptr_equal(seg.payload, bytes + 20);
	assert_int_equal(seg.len, 2);
}

static void broken_headers(void **state)
{
	static const struct {
		uint8_t at;
		uint8_t value;
		enum tcp_verdict verdict;
	} rows[] = {
		{ 12, 0x40, TCP_BAD_OFFSET }, { 12, 0x60, TCP_BAD_OFFSET },
		{ 12, 0xf0, TCP_BAD_OFFSET }, { 13, TCP_SYN | TCP_FIN, TCP_BAD_FLAGS },
		{ 13, TCP_SYN | TCP_RST, TCP_BAD_FLAGS }, { 13, 0, TCP_BAD_FLAGS },
		{ 13, TCP_PSH | TCP_URG, TCP_BAD_FLAGS }, { 13, TCP_SYN, TCP_OK },
		{ 13, TCP_FIN | TCP_ACK, TCP_OK }, { 13, TCP_RST | TCP_ACK, TCP_OK },
	};
	struct tcp_segment seg;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t bytes[20] = { 1, 1, 1, 1, [12] = 0x50, [13] = TCP_ACK };

		bytes[rows[i].at] = rows[i].value;
		assert_int_equal(parse(bytes, sizeof(bytes), &seg), rows[i].verdict);
	}
	for (size_t n = 0; n < 20; n++)
		assert_int_equal(parse((uint8_t[20]){ 1, 1, 1, 1 }, n, &seg), TCP_SHORT);
	assert_int_equal(parse((uint8_t[20]){ 0, 0, 1, 1, [12] = 0x50, [13] = TCP_ACK }, 20, &seg),
		TCP_BAD_PORT);
	assert_int_equal(parse((uint8_t[20]){ 1, 1, 0, 0, [12] = 0x50, [13] = TCP_ACK }, 20, &seg),
		TCP_BAD_PORT);
}

static void option_lengths(void **state)
{
	static const struct {
		uint8_t n;
		uint8_t bytes[12];
		enum tcp_verdict verdict;
		uint8_t present;
	} rows[] = {
		{ 4, { 2, 4, 5, 0xb4 }, TCP_OK, TCP_OPT_MSS },
		{ 4, { 2, 0, 5, 0xb4 }, TCP_BAD_OPTION, 0 },
		{ 4, { 2, 1, 5, 0xb4 }, TCP_BAD_OPTION, 0 },
		{ 4, { 2, 5, 5, 0xb4 }, TCP_BAD_OPTION, 0 },
		{ 4, { 2, 3, 5, 1 }, TCP_OK, 0 }, // not its own length: skipped
		{ 4, { 1, 1, 1, 3 }, TCP_BAD_OPTION, 0 }, // no length byte
		{ 4, { 1, 3, 3, 9 }, TCP_OK, TCP_OPT_WSCALE },
		{ 4, { 0, 3, 0, 0 }, TCP_OK, 0 }, // nothing counts after the end
		{ 4, { 254, 4, 1, 2 }, TCP_OK, 0 }, // unknown
		{ 4, { 4, 2, 0, 0 }, TCP_OK, TCP_OPT_SACK_OK },
		{ 12, { 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2 }, TCP_OK, TCP_OPT_TIMESTAMP },
		{ 12, { 1, 1, 8, 11, 0, 0, 0, 1, 0, 0, 0, 2 }, TCP_BAD_OPTION, 0 },
	};
	struct tcp_segment seg;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(parse_options(TCP_SYN, rows[i].bytes, rows[i].n, &seg),
			rows[i].verdict);
		if (rows[i].verdict == TCP_OK)
			assert_int_equal(seg.options.present, rows[i].present);
	}
}

static void syn_options_count_in_a_syn_only(void **state)
{
	static const uint8_t bytes[] = { 2, 4, 5, 0xb4, 4, 2, 1, 3, 3, 2, 1, 1 };
	struct tcp_segment seg;

	(void)state;
	assert_int_equal(parse_options(TCP_ACK, bytes, sizeof(bytes), &seg), TCP_OK);
	assert_int_equal(seg.options.present, 0);
}

static void what_is_written_is_read(void **state)
{
	struct tcp_segment seg = {
		.local = rig_endpoint(1, 2000),
		.remote = rig_endpoint(1, 40000),
		.seq = 0xfffffff0,
		.ack = 0x80000000,
		.wnd = 4096,
		.payload = (const uint8_t *)"payload",
		.len = 7,
	};
	uint8_t bytes[80], part[80];

	(void)state;
	for (unsigned present = 0; present < 16; present++) {
		bool syn = (present & ~TCP_OPT_TIMESTAMP) != 0;
		struct tcp_segment back;
		size_t n;

		seg.flags = syn ? TCP_SYN : TCP_ACK;
		seg.options = (struct tcp_options){
			.present = (uint8_t)present,
			.mss = present & TCP_OPT_MSS ? 1460 : 0,
			.wscale = present & TCP_OPT_WSCALE ? 7 : 0,
			.ts_value = present & TCP_OPT_TIMESTAMP ? 1234567890 : 0,
			.ts_echo = present & TCP_OPT_TIMESTAMP ? 987654321 : 0,
			.nsacks = syn ? 0 : 3,
		};
		for (uint32_t i = 0; i < seg.options.nsacks; i++)
			seg.options.sacks[i] = (struct tcp_sack){ i * 100, i * 100 + 50 };
		n = tcp_segment_write(&seg, bytes, sizeof(bytes));
		assert_int_equal(n, tcp_segment_size(&seg));
		assert_int_equal(n % 4, 3);
		// The peer's view: local and remote change places.
		assert_int_equal(tcp_parse(bytes, n, us(), us(), &back), TCP_OK);
		assert_int_equal(back.remote.port, 2000);
		assert_int_equal(back.seq, seg.seq);
		assert_int_equal(back.ack, seg.ack);
		assert_int_equal(back.flags, seg.flags);
		assert_memory_equal(&back.options, &seg.options, sizeof(seg.options));
		assert_int_equal(back.len, 7);
		assert_memory_equal(back.payload, "payload", 7);
		for (size_t room = 0; room < n; room++)
			assert_int_equal(tcp_segment_write(&seg, part, room), 0);
		// Every prefix: refused, or a shorter payload.
		for (size_t k = 0; k < n; k++) {
			enum tcp_verdict v = parse(bytes, k, &back);

			if (k < n - 7)
				assert_true(v == TCP_SHORT || v == TCP_BAD_OFFSET);
			else
				assert_true(v == TCP_OK && back.len == k - (n - 7));
		}
	}
}

static void texts_exist(void **state)
{
	(void)state;
	for (int i = 0; i < TCP_NVERDICTS; i++)
		assert_true(strlen(tcp_verdict_text(i)) > 0);
	for (int i = 0; i < TCP_NSTATES; i++)
		assert_true(strlen(tcp_state_text(i)) > 0);
	for (int i = 0; i < TCP_NREASONS; i++)
		assert_true(strlen(tcp_reason_text(i)) > 0);
	assert_int_equal(tcp_ncounters * sizeof(uint64_t), offsetof(struct tcp_counters, verdicts));
	for (size_t i = 0; i < tcp_ncounters; i++)
		assert_int_equal(tcp_counter_texts[i].offset, i * sizeof(uint64_t));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_fields),
		cmocka_unit_test(broken_headers),
		cmocka_unit_test(option_lengths),
		cmocka_unit_test(syn_options_count_in_a_syn_only),
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(texts_exist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
