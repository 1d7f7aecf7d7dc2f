// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "tests/unit/sip/rig.h"

#include "tests/unit/guard.h"

// Two OPTIONS, a ping between them, blanks before and after: three things to be answered.
static size_t traffic(struct rig *r, char *text, size_t size)
{
	size_t n = (size_t)snprintf(text, size, "\r\n%s",
		rig_message(r, "OPTIONS", 1, "Content-Disposition: x;handling=optional\r\n",
			"body\n\n!"));

	n += (size_t)snprintf(text + n, size - n, "\r\n\r\n");
	n += (size_t)snprintf(text + n, size - n, "%s\r\n", rig_message(r, "OPTIONS", 2, "", ""));
	return n;
}

static void expect_traffic(struct rig *r)
{
	const struct rig_sent *pong;

	rig_answer(r, 200, "1 OPTIONS");
	pong = rig_take(r);
	assert_string_equal(pong->text, "\r\n");
	rig_answer(r, 200, "2 OPTIONS");
	rig_quiet(r);
}

// Feeds a piece from memory that ends at an unreadable page.
static struct sip_stream_result feed(
	struct rig *r, struct sip_stream *stream, const char *p, size_t n, unsigned budget)
{
	void *copy = guard_copy(p, n);
	struct sip_stream_result result =
		sip_stream_input(r->ep, stream, &r->tcp, copy, n, budget, r->now_us);

	guard_free(copy, n);
	return result;
}

static void stream_every_split(void **state)
{
	struct rig *r = rig_new(rig_config());
	char text[4096];
	size_t n;

	(void)state;
	rig_use_tcp(r);
	n = traffic(r, text, sizeof(text));
	for (size_t cut = 0; cut <= n; cut++) {
		struct sip_stream stream = { 0 };

		assert_int_equal(feed(r, &stream, text, cut, 99).consumed, cut);
		assert_int_equal(feed(r, &stream, text + cut, n - cut, 99).consumed, n - cut);
		expect_traffic(r);
		assert_int_equal(stream.pending, 0);
	}
	rig_free(r);
}

static void stream_byte_by_byte(void **state)
{
	struct rig *r = rig_new(rig_config());
	struct sip_stream stream = { 0 };
	char text[4096];
	size_t n;

	(void)state;
	rig_use_tcp(r);
	n = traffic(r, text, sizeof(text));
	for (size_t i = 0; i < n; i++)
		assert_false(feed(r, &stream, text + i, 1, 1).close);
	expect_traffic(r);
	rig_free(r);
}

static void stream_budget(void **state)
{
	struct rig *r = rig_new(rig_config());
	struct sip_stream stream = { 0 };
	struct sip_stream_result result;
	char text[4096];
	size_t n, at = 0;

	(void)state;
	rig_use_tcp(r);
	n = traffic(r, text, sizeof(text));
	result = feed(r, &stream, text, n, 1);
	assert_true(result.consumed < n);
	rig_answer(r, 200, "1 OPTIONS");
	rig_quiet(r);
	at = result.consumed;
	result = feed(r, &stream, text + at, n - at, 0);
	assert_int_equal(result.consumed, 0);
	result = feed(r, &stream, text + at, n - at, 1);
	assert_string_equal(rig_take(r)->text, "\r\n");
	rig_answer(r, 200, "2 OPTIONS");
	rig_free(r);
}

// A lone CRLF is no ping, and bytes of a ping do not count across a message.
static void stream_half_pings(void **state)
{
	struct rig *r = rig_new(rig_config());
	struct sip_stream stream = { 0 };
	const char *text;

	(void)state;
	rig_use_tcp(r);
	feed(r, &stream, "\r\n", 2, 9);
	text = rig_message(r, "OPTIONS", 1, "", "");
	feed(r, &stream, text, strlen(text), 9);
	rig_answer(r, 200, "1 OPTIONS");
	feed(r, &stream, "\r\n", 2, 9);
	rig_quiet(r);
	feed(r, &stream, "\n\r\r\n\r", 5, 9);
	rig_quiet(r);
	feed(r, &stream, "\n", 1, 9);
	assert_string_equal(rig_take(r)->text, "\r\n");
	rig_free(r);
}

#define HEAD(line) \
	line " sip:201@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 10.0.0.9:40000;branch=z9hG4bKq\r\n" \
	     "From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 " line "\r\n"

static const struct {
	const char *text;
	const char *answer; // NULL: none
	bool close;
} faults[] = {
	{ HEAD("OPTIONS") "\r\n", "SIP/2.0 400 ", true }, // no Content-Length (18.3)
	{ HEAD("OPTIONS") "Content-Length: x\r\n\r\n", "SIP/2.0 400 ", true },
	{ HEAD("OPTIONS") "Content-Length: 0\r\nl: 5\r\n\r\n", "SIP/2.0 400 ", true },
	{ HEAD("OPTIONS") "nonsense\r\nContent-Length: 0\r\nl: 5\r\n\r\n", "SIP/2.0 400 ", true },
	{ HEAD("OPTIONS") "nonsense\r\nContent-Length: x\r\n\r\n", "SIP/2.0 400 ", true },
	{ HEAD("OPTIONS") "To: <sip:c@d>\r\nContent-Length: 0\r\n\r\n", "SIP/2.0 400 ", false },
	{ HEAD("OPTIONS") "Timestamp: 1\r\nTimestamp: 2\r\nContent-Length: 0\r\n\r\n",
		"SIP/2.0 400 ", false },
	{ HEAD("OPTIONS") "Content-Length: 65536\r\n\r\n", "SIP/2.0 513 ", true },
	{ HEAD("OPTIONS") "nonsense\r\nContent-Length: 2\r\n\r\nab", "SIP/2.0 400 ", false },
	{ HEAD("ACK") "nonsense\r\nContent-Length: 0\r\n\r\n", NULL, false },
	{ "GET / HTTP/1.1\r\n\r\n", NULL, true },
	{ "INFO sip:a SIP/2.0\r\nContent-Length: 0\r\n\r\n", NULL, false },
	{ "SIP/2.0 200 OK\r\n\r\n", NULL, true },
};

static void stream_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct rig *r = rig_new(rig_config());
		size_t n = strlen(faults[i].text);

		for (size_t cut = 0; cut < n; cut += 7) {
			struct sip_stream stream = { 0 };
			bool closed = feed(r, &stream, faults[i].text, cut, 99).close;

			if (!closed)
				closed = feed(r, &stream, faults[i].text + cut, n - cut, 99).close;
			assert_int_equal(closed, faults[i].close);
			if (faults[i].answer != NULL)
				rig_request(r, faults[i].answer);
			rig_quiet(r);
			assert_int_equal(stream.pending, 0);
		}
		rig_free(r);
	}
}

// A head that never ends is given up at the limit; buffers that are all taken close the next one.
static void stream_limits(void **state)
{
	struct rig *r = rig_new(rig_config());
	struct sip_stream streams[5] = { 0 };
	char filler[1000];
	size_t fed = 0;

	(void)state;
	memset(filler, 'x', sizeof(filler));
	for (int i = 0; i < 4; i++) {
		feed(r, &streams[i], HEAD("INFO"), strlen(HEAD("INFO")), 9);
		assert_int_not_equal(streams[i].pending, 0);
	}
	assert_true(feed(r, &streams[4], HEAD("INFO"), strlen(HEAD("INFO")), 9).close);
	assert_int_equal(sip_counters(r->ep)->stream_no_buffer, 1);
	while (fed < SIP_MESSAGE_MAX && !feed(r, &streams[0], filler, sizeof(filler), 9).close)
		fed += sizeof(filler);
	assert_true(fed > 60000 && fed < SIP_MESSAGE_MAX);
	assert_int_equal(streams[0].pending, 0);
	rig_request(r, "SIP/2.0 513 ");
	assert_int_equal(sip_usage(r->ep).streams, 3);
	for (int i = 1; i < 4; i++)
		sip_stream_close(r->ep, &streams[i]);
	rig_free(r);
}

// A message for another worker's dialog between two that are ours, however the stream is cut: while
// that worker takes nothing it and what comes after it waits, and nothing of it happens twice.
static void stream_waits_for_another_worker(void **state)
{
	struct rig *r = rig_new(rig_config());
	const struct siphash_key key = rig_config().key;
	char text[4096];
	size_t n, m;

	(void)state;
	rig_use_tcp(r);
	n = (size_t)snprintf(text, sizeof(text), "%s", rig_message(r, "OPTIONS", 1, "", ""));
	token_write(&key, TOKEN_DIALOG, handle_make(5, 1, 1), r->tag);
	n += (size_t)snprintf(text + n, sizeof(text) - n, "%s", rig_message(r, "INFO", 2, "", ""));
	r->tag[0] = '\0';
	m = n;
	n += (size_t)snprintf(
		text + n, sizeof(text) - n, "%s", rig_message(r, "OPTIONS", 3, "", ""));
	for (size_t cut = 0; cut <= n; cut++) {
		struct sip_stream stream = { 0 };
		struct sip_stream_result result;
		uint64_t before = sip_counters(r->ep)->messages_in;
		size_t at;

		r->foreign = 0;
		r->owner_full = true;
		at = feed(r, &stream, text, cut, 99).consumed;
		for (int i = 0; i < 3; i++) {
			result = feed(r, &stream, text + at, n - at, 99);
			at += result.consumed;
		}
		assert_true(result.blocked);
		assert_true(at <= m);
		rig_answer(r, 200, "1 OPTIONS");
		rig_quiet(r);
		r->owner_full = false;
		result = feed(r, &stream, text + at, n - at, 99);
		assert_false(result.blocked);
		assert_int_equal(result.consumed, n - at);
		assert_int_equal(r->foreign, 1);
		assert_int_equal(r->foreign_owner, 5);
		rig_answer(r, 200, "3 OPTIONS");
		assert_int_equal(sip_counters(r->ep)->messages_in, before + 3);
		assert_int_equal(stream.pending, 0);
	}
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stream_every_split),
		cmocka_unit_test(stream_byte_by_byte),
		cmocka_unit_test(stream_budget),
		cmocka_unit_test(stream_half_pings),
		cmocka_unit_test(stream_faults),
		cmocka_unit_test(stream_limits),
		cmocka_unit_test(stream_waits_for_another_worker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
