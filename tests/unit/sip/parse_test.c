// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dataplane/sip/sip.h"
#include "tests/unit/guard.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

// The fields that every message needs.
#define MUST \
	"Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK1\r\n" \
	"From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x@y\r\n"

static void assert_span(struct span got, const char *want)
{
	if (!span_eq(got, span_str(want)))
		fail_msg("got \"%.*s\", want \"%s\"", SPAN_FMT(got), want);
}

// Parses a copy that ends at an unreadable page; the spans are looked at by `look`.
static enum sip_verdict parse_guarded(const char *text, size_t n, void (*look)(struct sip_msg *))
{
	char *copy = guard_copy(text, n);
	struct sip_msg msg;
	enum sip_verdict verdict = sip_parse(&msg, copy, n);

	if (look != NULL)
		look(&msg);
	guard_free(copy, n);
	return verdict;
}

// Touches everything a reader may ask for: nothing of it may look beyond the message.
static void look_everywhere(struct sip_msg *msg)
{
	struct sip_session_expires se;
	struct sip_media_type type;
	struct sip_address address;
	struct span element;
	struct sip_via via;
	struct sip_uri uri;
	uint32_t number;

	for (int id = 0; id < SIP_H_COUNT; id++) {
		struct sip_walk walk = sip_walk_of(msg, (enum sip_header_id)id);
		struct span value = sip_value(msg, (enum sip_header_id)id);

		while (sip_walk_next(&walk, &element)) {
			sip_via_parse(element, &via);
			if (sip_address_parse(element, &address))
				sip_uri_parse(address.uri, &uri);
		}
		sip_session_expires_parse(value, &se);
		sip_media_type_parse(value, &type);
		sip_handling_optional(value);
		sip_number_parse(value, &number);
	}
	sip_uri_parse(msg->uri, &uri);
}

// --- whole messages
// ---------------------------------------------------------------------------------

static const char client_invite[] = "INVITE sip:gateway.example.com SIP/2.0\r\n"
				    "Via: SIP/2.0/TCP 192.0.2.7:49201\r\n"
				    "From: <sip:alice@example.com>;tag=8439208;epid=aa01\r\n"
				    "To: <sip:201@gateway.example.com>\r\n"
				    "Max-Forwards: 70\r\n"
				    "CSeq: 1 INVITE\r\n"
				    "User-Agent: client/1.0\r\n"
				    "Call-ID: 0A1Bg2C3\r\n"
				    "Contact: <sip:alice@192.0.2.7:49201;transport=tcp>\r\n"
				    "Supported: timer\r\n"
				    "Content-Disposition: signal;handling=required\r\n"
				    "Content-Type: application/csta+xml\r\n"
				    "Content-Length: 22\r\n"
				    "\r\n"
				    "<RequestSystemStatus/>";

static void parse_client_invite(void **state)
{
	struct sip_address address;
	struct sip_msg msg;
	struct sip_via via;

	(void)state;
	assert_int_equal(sip_parse(&msg, client_invite, sizeof(client_invite) - 1), SIP_OK);
	assert_true(msg.request);
	assert_int_equal(msg.method, SIP_INVITE);
	assert_span(msg.uri, "sip:gateway.example.com");
	assert_int_equal(msg.cseq.number, 1);
	assert_span(msg.body, "<RequestSystemStatus/>");
	assert_int_equal(msg.bytes.n, sizeof(client_invite) - 1);
	assert_true(sip_via_top(&msg, &via));
	assert_span(via.transport, "TCP");
	assert_span(via.host, "192.0.2.7");
	assert_int_equal(via.port, 49201);
	assert_int_equal(via.branch.n, 0);
	assert_true(sip_address_parse(sip_value(&msg, SIP_H_FROM), &address));
	assert_span(address.uri, "sip:alice@example.com");
	assert_span(address.tag, "8439208");
	assert_span(sip_value(&msg, SIP_H_USER_AGENT), "client/1.0");
	assert_true(sip_has_option(&msg, SIP_H_SUPPORTED, SPAN("Timer")));
	assert_false(sip_has_option(&msg, SIP_H_REQUIRE, SPAN("timer")));
	assert_false(sip_handling_optional(sip_value(&msg, SIP_H_CONTENT_DISPOSITION)));
}

// Compact forms, folds, blanks before colons, bare line feeds, repeated and joined fields at once.
static const char odd_but_valid[] =
	"OPTIONS sip:c@[2001:db8::1]:5070;transport=udp SIP/2.0\n"
	"v : SIP / 2.0 / UDP\r\n  10.0.0.1 : 5061 ; branch = z9hG4bKa ; rport , SIP/2.0/TCP "
	"[2001:db8::9]:99\r\n"
	"VIA: SIP/2.0/SCTP host.example;received=10.9.9.9;branch=old\r\n"
	"f: \"A, \\\"<B>\\\"\" <sip:a@b>;x=\"1;2\";tag=t1\r\n"
	"t:\r\n c@d.example ;tag=t2\r\n"
	"i:  weird!%*call@id  \r\n"
	"cseq:\t0000007\r\n OPTIONS\r\n"
	"m: \"a\\\", b\" <sip:a@1.2.3.4;x=1,2>;q=1, sip:b@5.6.7.8;q=0.5\r\n"
	"k: 100rel,, timer\r\n"
	"Supported: path\r\n"
	"x: 1800 ; refresher=UAS\r\n"
	"MIN-se: 90;generic\r\n"
	"X-Unknown: anything : at, all\r\n"
	"c: Application / CSTA+xml ; charset=UTF-8\r\n"
	"l: 3\r\n"
	"\n"
	"abcdef";

static void parse_odd_but_valid(void **state)
{
	struct sip_session_expires se;
	struct sip_media_type type;
	struct sip_address address;
	struct sip_walk walk;
	struct span element;
	struct sip_msg msg;
	struct sip_via via;
	struct sip_uri uri;

	(void)state;
	assert_int_equal(sip_parse(&msg, odd_but_valid, sizeof(odd_but_valid) - 1), SIP_OK);
	assert_span(msg.body, "abc");
	assert_int_equal(msg.bytes.n, sizeof(odd_but_valid) - 1 - 3);
	assert_int_equal(msg.cseq.number, 7);
	assert_true(sip_uri_parse(msg.uri, &uri));
	assert_span(uri.host, "2001:db8::1");
	assert_int_equal(uri.port, 5070);
	walk = sip_walk_of(&msg, SIP_H_VIA);
	assert_true(sip_walk_next(&walk, &element) && sip_via_parse(element, &via));
	assert_span(via.host, "10.0.0.1");
	assert_int_equal(via.port, 5061);
	assert_span(via.branch, "z9hG4bKa");
	assert_true(via.rport);
	assert_true(sip_walk_next(&walk, &element) && sip_via_parse(element, &via));
	assert_true(via.bracketed);
	assert_span(via.host, "2001:db8::9");
	assert_int_equal(via.port, 99);
	assert_true(sip_walk_next(&walk, &element) && sip_via_parse(element, &via));
	assert_span(via.host, "host.example");
	assert_false(sip_walk_next(&walk, &element));
	assert_true(sip_address_parse(sip_value(&msg, SIP_H_FROM), &address));
	assert_span(address.uri, "sip:a@b");
	assert_span(address.tag, "t1");
	assert_true(sip_address_parse(sip_value(&msg, SIP_H_TO), &address));
	assert_span(address.uri, "c@d.example");
	assert_span(address.tag, "t2");
	assert_span(sip_value(&msg, SIP_H_CALL_ID), "weird!%*call@id");
	walk = sip_walk_of(&msg, SIP_H_CONTACT);
	assert_true(sip_walk_next(&walk, &element) && sip_address_parse(element, &address));
	assert_span(address.uri, "sip:a@1.2.3.4;x=1,2");
	assert_true(sip_walk_next(&walk, &element) && sip_address_parse(element, &address));
	assert_span(address.uri, "sip:b@5.6.7.8");
	assert_true(sip_has_option(&msg, SIP_H_SUPPORTED, SPAN("timer")));
	assert_true(sip_has_option(&msg, SIP_H_SUPPORTED, SPAN("path")));
	assert_true(sip_session_expires_parse(sip_value(&msg, SIP_H_SESSION_EXPIRES), &se));
	assert_int_equal(se.seconds, 1800);
	assert_int_equal(se.refresher, SIP_REFRESHER_UAS);
	assert_true(sip_media_type_parse(sip_value(&msg, SIP_H_CONTENT_TYPE), &type));
	assert_span(type.type, "Application");
	assert_span(type.subtype, "CSTA+xml");
}

static void parse_response(void **state)
{
	static const char text[] = "SIP/2.0 200  Fine, \xc3\xbc\r\n" MUST "CSeq: 3 INFO\r\n\r\n";
	static const char bare[] = "SIP/2.0 481\r\n" MUST "CSeq: 3 INFO\r\n\r\n";
	struct sip_msg msg;

	(void)state;
	assert_int_equal(sip_parse(&msg, text, sizeof(text) - 1), SIP_OK);
	assert_false(msg.request);
	assert_int_equal(msg.status, 200);
	assert_span(msg.reason, "Fine, \xc3\xbc");
	assert_int_equal(msg.method, SIP_INFO);
	assert_false(msg.has_length);
	assert_int_equal(sip_parse(&msg, bare, sizeof(bare) - 1), SIP_OK);
	assert_int_equal(msg.status, 481);
	assert_int_equal(msg.reason.n, 0);
}

static void every_prefix(const char *text, size_t whole, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		enum sip_verdict verdict = parse_guarded(text, i, look_everywhere);

		assert_int_equal(verdict, i < whole ? SIP_MORE : SIP_OK);
	}
}

static void parse_every_prefix(void **state)
{
	(void)state;
	every_prefix(client_invite, sizeof(client_invite) - 1, sizeof(client_invite) - 1);
	every_prefix(odd_but_valid, sizeof(odd_but_valid) - 4, sizeof(odd_but_valid) - 1);
}

// A byte changed at every place: any verdict will do, but no fault and no read beyond the end.
static void parse_every_change(void **state)
{
	static const char changes[] = { 0, '\n', '\r', ' ', ':', ';', ',', '"', '<', '>', '[', '\\',
		(char)0xff };
	char text[sizeof(odd_but_valid)];

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		for (size_t j = 0; j < sizeof(changes); j++) {
			memcpy(text, odd_but_valid, sizeof(text));
			text[i] = changes[j];
			parse_guarded(text, sizeof(text) - 1, look_everywhere);
		}
}

// --- verdicts
// ---------------------------------------------------------------------------------------

static const struct {
	const char *what;
	const char *text;
	enum sip_verdict verdict;
} verdicts[] = {
	{ "nothing", "", SIP_MORE },
	{ "line ends only", "\r\n\r\n\r\n", SIP_MORE },
	{ "another protocol", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", SIP_NOT_SIP },
	{ "noise", "\x16\x03\x01\x02\n\x01\n\n", SIP_NOT_SIP },
	{ "version 1", "INFO sip:a SIP/1.0\r\n" MUST "CSeq: 1 INFO\r\n\r\n", SIP_BAD_VERSION },
	{ "version 7", "SIP/7.0 200 OK\r\n" MUST "CSeq: 1 INFO\r\n\r\n", SIP_BAD_VERSION },
	{ "lower case version", "INFO sip:a sip/2.0\r\n" MUST "CSeq: 1 INFO\r\n\r\n", SIP_OK },
	{ "two blanks", "INFO  sip:a SIP/2.0\r\n" MUST "CSeq: 1 INFO\r\n\r\n", SIP_BAD_START_LINE },
	{ "blank in the URI", "INFO sip:a; b SIP/2.0\r\n" MUST "CSeq: 1 INFO\r\n\r\n",
		SIP_BAD_START_LINE },
	{ "no URI", "INFO SIP/2.0\r\n" MUST "CSeq: 1 INFO\r\n\r\n", SIP_BAD_START_LINE },
	{ "blank at the end", "INFO sip:a SIP/2.0 \r\n" MUST "CSeq: 1 INFO\r\n\r\n",
		SIP_BAD_START_LINE },
	{ "method is no token", "IN<FO sip:a SIP/2.0\r\n" MUST "CSeq: 1 INFO\r\n\r\n",
		SIP_BAD_START_LINE },
	{ "status of two digits", "SIP/2.0 20 OK\r\n" MUST "CSeq: 1 INFO\r\n\r\n",
		SIP_BAD_START_LINE },
	{ "status out of range", "SIP/2.0 700 OK\r\n" MUST "CSeq: 1 INFO\r\n\r\n",
		SIP_BAD_START_LINE },
	{ "status too large", "SIP/2.0 4294967301 OK\r\n" MUST "CSeq: 1 INFO\r\n\r\n",
		SIP_BAD_START_LINE },
	{ "field without colon", "INFO sip:a SIP/2.0\r\n" MUST "CSeq: 1 INFO\r\nnonsense\r\n\r\n",
		SIP_BAD_HEADER },
	{ "field without name", "INFO sip:a SIP/2.0\r\n" MUST "CSeq: 1 INFO\r\n: x\r\n\r\n",
		SIP_BAD_HEADER },
	{ "no To",
		"INFO sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: a\r\nCall-ID: x\r\nCSeq: 1 "
		"INFO\r\n\r\n",
		SIP_MISSING_HEADER },
	{ "no CSeq", "INFO sip:a SIP/2.0\r\n" MUST "\r\n", SIP_MISSING_HEADER },
	{ "empty Call-ID",
		"INFO sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: a\r\nTo: b\r\nCall-ID: "
		"\r\nCSeq: 1 INFO\r\n\r\n",
		SIP_MISSING_HEADER },
	{ "two From", "INFO sip:a SIP/2.0\r\n" MUST "From: <sip:z@z>\r\nCSeq: 1 INFO\r\n\r\n",
		SIP_REPEATED_HEADER },
	{ "two lengths",
		"INFO sip:a SIP/2.0\r\n" MUST "CSeq: 1 INFO\r\nContent-Length: 0\r\nl: 0\r\n\r\n",
		SIP_REPEATED_HEADER },
	{ "negative length", "INFO sip:a SIP/2.0\r\n" MUST "CSeq: 1 INFO\r\nl: -1\r\n\r\n",
		SIP_BAD_LENGTH },
	{ "empty length", "INFO sip:a SIP/2.0\r\n" MUST "CSeq: 1 INFO\r\nl:\r\n\r\n",
		SIP_BAD_LENGTH },
	{ "huge length", "INFO sip:a SIP/2.0\r\n" MUST "CSeq: 1 INFO\r\nl: 4294967295\r\n\r\n",
		SIP_TOO_LONG },
	{ "length beyond 32 bits",
		"INFO sip:a SIP/2.0\r\n" MUST "CSeq: 1 INFO\r\nl: 99999999999\r\n\r\n",
		SIP_BAD_LENGTH },
	{ "body short", "INFO sip:a SIP/2.0\r\n" MUST "CSeq: 1 INFO\r\nl: 5\r\n\r\nabc", SIP_MORE },
	{ "another method in CSeq", "INFO sip:a SIP/2.0\r\n" MUST "CSeq: 1 info\r\n\r\n",
		SIP_BAD_CSEQ },
	{ "CSeq without method", "INFO sip:a SIP/2.0\r\n" MUST "CSeq: 1\r\n\r\n", SIP_BAD_CSEQ },
	{ "CSeq of 2^31", "INFO sip:a SIP/2.0\r\n" MUST "CSeq: 2147483648 INFO\r\n\r\n",
		SIP_BAD_CSEQ },
	{ "CSeq below 2^31", "INFO sip:a SIP/2.0\r\n" MUST "CSeq: 2147483647 INFO\r\n\r\n",
		SIP_OK },
	{ "unknown method", "DANCE sip:a SIP/2.0\r\n" MUST "CSeq: 1 DANCE\r\n\r\n", SIP_OK },
	{ "line ends first", "\r\n\n\r\nINFO sip:a SIP/2.0\r\n" MUST "CSeq: 1 INFO\r\n\r\n",
		SIP_OK },
	{ "name that only looks like one",
		"INFO sip:a SIP/2.0\r\nCell-Id: q\r\n" MUST "CSeq: 1 INFO\r\n\r\n", SIP_OK },
};

static void parse_verdicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(verdicts); i++) {
		enum sip_verdict got =
			parse_guarded(verdicts[i].text, strlen(verdicts[i].text), look_everywhere);

		if (got != verdicts[i].verdict)
			fail_msg("%s: %s, want %s", verdicts[i].what, sip_verdict_name(got),
				sip_verdict_name(verdicts[i].verdict));
	}
}

static void parse_too_many(void **state)
{
	char text[8192] = "INFO sip:a SIP/2.0\r\n" MUST "CSeq: 1 INFO\r\n";
	struct sip_msg msg;

	(void)state;
	for (int i = 0; i < SIP_HEADERS_MAX - 5; i++)
		strcat(text, "Route: <sip:r;lr>\r\n");
	strcat(text, "\r\n");
	assert_int_equal(sip_parse(&msg, text, strlen(text)), SIP_OK);
	text[strlen(text) - 2] = '\0';
	strcat(text, "Route: <sip:r;lr>\r\n\r\n");
	assert_int_equal(sip_parse(&msg, text, strlen(text)), SIP_TOO_MANY_HEADERS);
	assert_int_equal(msg.header_count, SIP_HEADERS_MAX);
}

static void parse_size_limit(void **state)
{
	static char text[SIP_MESSAGE_MAX + 100];
	static const char start[] = "INFO sip:a SIP/2.0\r\n" MUST "CSeq: 1 INFO\r\nX: ";
	struct sip_msg msg;

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(sip_parse(&msg, text, sizeof(text)), SIP_NOT_SIP); // no line end at all
	memcpy(text, start, sizeof(start) - 1);
	assert_int_equal(sip_parse(&msg, text, SIP_MESSAGE_MAX - 1), SIP_MORE);
	assert_int_equal(sip_parse(&msg, text, sizeof(text)), SIP_TOO_LONG);
	memcpy(text + 60000, "\r\n\r\n", 4);
	assert_int_equal(sip_parse(&msg, text, SIP_MESSAGE_MAX), SIP_OK);
	assert_int_equal(msg.bytes.n, SIP_MESSAGE_MAX);
	assert_int_equal(sip_parse(&msg, text, sizeof(text)), SIP_OK); // what is beyond is not read
	assert_int_equal(msg.bytes.n, SIP_MESSAGE_MAX);
}

// --- fields
// -----------------------------------------------------------------------------------------

static const struct {
	const char *text;
	bool ok;
	enum sip_scheme scheme;
	const char *user;
	const char *host;
	uint16_t port;
	const char *params;
} uris[] = {
	{ "sip:h", true, SIP_SCHEME_SIP, "", "h", 0, "" },
	{ "SIP:u:pw@h.example:5061;transport=tcp?x=y", true, SIP_SCHEME_SIP, "u", "h.example", 5061,
		";transport=tcp" },
	{ "sips:u;a=b@[::1]", true, SIP_SCHEME_SIPS, "u;a=b", "::1", 0, "" },
	{ "tel:+1-201;phone-context=dialstring", true, SIP_SCHEME_TEL, "+1-201", "", 0,
		";phone-context=dialstring" },
	{ "http://h/", true, SIP_SCHEME_OTHER, "//h/", "", 0, "" },
	{ "nobodyKnowsThisScheme:totally", true, SIP_SCHEME_OTHER, "totally", "", 0, "" },
	{ "sip:", false, SIP_SCHEME_SIP, "", "", 0, "" },
	{ "sip:@h", false, SIP_SCHEME_SIP, "", "", 0, "" },
	{ "sip:u@", false, SIP_SCHEME_SIP, "", "", 0, "" },
	{ "sip:u@h:", false, SIP_SCHEME_SIP, "", "", 0, "" },
	{ "sip:u@h:0", false, SIP_SCHEME_SIP, "", "", 0, "" },
	{ "sip:u@h:65536", false, SIP_SCHEME_SIP, "", "", 0, "" },
	{ "sip:u@[::1", false, SIP_SCHEME_SIP, "", "", 0, "" },
	{ "sip:u@h x", false, SIP_SCHEME_SIP, "", "", 0, "" },
	{ "sip:u@h>", false, SIP_SCHEME_SIP, "", "", 0, "" },
	{ "1sip:u@h", false, SIP_SCHEME_OTHER, "", "", 0, "" },
	{ "h", false, SIP_SCHEME_OTHER, "", "", 0, "" },
	{ ":h", false, SIP_SCHEME_OTHER, "", "", 0, "" },
	{ "", false, SIP_SCHEME_OTHER, "", "", 0, "" },
	{ "tel:;x", false, SIP_SCHEME_TEL, "", "", 0, "" },
};

static void field_uri(void **state)
{
	struct sip_uri uri;

	(void)state;
	for (size_t i = 0; i < COUNT(uris); i++) {
		char *copy = guard_copy(uris[i].text, strlen(uris[i].text));

		if (sip_uri_parse(span_of(copy, strlen(uris[i].text)), &uri) != uris[i].ok)
			fail_msg("\"%s\" is not judged right", uris[i].text);
		assert_int_equal(uri.scheme, uris[i].scheme);
		if (uris[i].ok) {
			assert_span(uri.user, uris[i].user);
			assert_span(uri.host, uris[i].host);
			assert_int_equal(uri.port, uris[i].port);
			assert_span(uri.params, uris[i].params);
		}
		guard_free(copy, strlen(uris[i].text));
	}
}

static const struct {
	const char *text;
	bool ok;
	const char *host;
	uint16_t port;
	const char *branch;
	bool rport;
} vias[] = {
	{ "SIP/2.0/UDP h", true, "h", 0, "", false },
	{ "SIP/2.0/TLS h:1;branch=z9hG4bK;rport=77", true, "h", 1, "z9hG4bK", true },
	{ "SIP/2.0/UDP [fe80::1]:5060;BRANCH=\"q\"", true, "fe80::1", 5060, "q", false },
	{ "SIP/2.0/UDP h;x;branch=1;branch=2", true, "h", 0, "1", false },
	{ "SIP/2.0/UDP", false, "", 0, "", false },
	{ "SIP/2.0/ h", false, "", 0, "", false },
	{ "SIP/3.0/UDP h", false, "", 0, "", false },
	{ "HTTP/2.0/UDP h", false, "", 0, "", false },
	{ "SIP/2.0/UDP h:x", false, "", 0, "", false },
	{ "SIP/2.0/UDP h junk", false, "", 0, "", false },
	{ "SIP/2.0/UDP h;;", false, "", 0, "", false },
	{ "SIP/2.0/UDP [fe80::1", false, "", 0, "", false },
	{ "SIP/2.0/UDP [x y]", false, "", 0, "", false },
	{ "", false, "", 0, "", false },
};

static void field_via(void **state)
{
	struct sip_via via;

	(void)state;
	for (size_t i = 0; i < COUNT(vias); i++) {
		char *copy = guard_copy(vias[i].text, strlen(vias[i].text));

		if (sip_via_parse(span_of(copy, strlen(vias[i].text)), &via) != vias[i].ok)
			fail_msg("\"%s\" is not judged right", vias[i].text);
		if (vias[i].ok) {
			assert_span(via.host, vias[i].host);
			assert_int_equal(via.port, vias[i].port);
			assert_span(via.branch, vias[i].branch);
			assert_int_equal(via.rport, vias[i].rport);
		}
		guard_free(copy, strlen(vias[i].text));
	}
}

static const struct {
	const char *text;
	bool ok;
	const char *display;
	const char *uri;
	const char *tag;
} addresses[] = {
	{ "sip:a@b", true, "", "sip:a@b", "" },
	{ "<sip:a@b>;epid=1", true, "", "sip:a@b", "" },
	{ "<sip:a@b>;tag=t;epid=1", true, "", "sip:a@b", "t" },
	{ "sip:a@b;tag=x", true, "", "sip:a@b", "x" },
	{ "<sip:a@b;tag=no>;tag=yes", true, "", "sip:a@b;tag=no", "yes" },
	{ "Alice Smith <sip:a@b> ; tag = t", true, "Alice Smith", "sip:a@b", "t" },
	{ "\"<sip:x@y>;tag=1\" <sip:a@b>", true, "\"<sip:x@y>;tag=1\"", "sip:a@b", "" },
	{ "\"a\\\"\" <sip:a@b>", true, "\"a\\\"\"", "sip:a@b", "" },
	{ "<>", false, "", "", "" },
	{ "", false, "", "", "" },
	{ "<sip:a@b", false, "", "", "" },
	{ "\"open <sip:a@b", false, "", "", "" },
	{ "<sip:a@b> junk", false, "", "", "" },
	{ "<sip:a@b>;", false, "", "", "" },
};

static void field_address(void **state)
{
	struct sip_address address;

	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++) {
		char *copy = guard_copy(addresses[i].text, strlen(addresses[i].text));
		struct span text = span_of(copy, strlen(addresses[i].text));

		if (sip_address_parse(text, &address) != addresses[i].ok)
			fail_msg("\"%s\" is not judged right", addresses[i].text);
		if (addresses[i].ok) {
			assert_span(address.display, addresses[i].display);
			assert_span(address.uri, addresses[i].uri);
			assert_span(address.tag, addresses[i].tag);
		}
		guard_free(copy, strlen(addresses[i].text));
	}
}

static void field_numbers(void **state)
{
	struct sip_session_expires se;
	struct sip_media_type type;
	uint32_t number = 7;

	(void)state;
	assert_true(sip_number_parse(SPAN(" 70 "), &number));
	assert_int_equal(number, 70);
	assert_true(sip_number_parse(SPAN("90;lr"), &number));
	assert_false(sip_number_parse(SPAN("90 x"), &number));
	assert_false(sip_number_parse(SPAN("-1"), &number));
	assert_false(sip_number_parse(SPAN("4294967296"), &number));
	assert_false(sip_number_parse(SPAN_NONE, &number));
	assert_true(sip_session_expires_parse(SPAN("90;x=y;refresher=uac"), &se));
	assert_int_equal(se.refresher, SIP_REFRESHER_UAC);
	assert_true(sip_session_expires_parse(SPAN("90"), &se));
	assert_int_equal(se.refresher, SIP_REFRESHER_UNSET);
	assert_false(sip_session_expires_parse(SPAN("soon"), &se));
	assert_false(sip_media_type_parse(SPAN("application"), &type));
	assert_false(sip_media_type_parse(SPAN("application/"), &type));
	assert_false(sip_media_type_parse(SPAN("a/b c"), &type));
	assert_true(sip_handling_optional(SPAN("render;handling=OPTIONAL")));
	assert_false(sip_handling_optional(SPAN("render")));
}

static void names(void **state)
{
	(void)state;
	for (int m = SIP_METHOD_NONE + 1; m < SIP_METHOD_COUNT; m++)
		assert_int_equal(sip_method_of(span_str(sip_method_name((enum sip_method)m))), m);
	assert_int_equal(sip_method_of(SPAN("invite")), SIP_METHOD_NONE);
	assert_string_equal(sip_status_text(481), "Call/Transaction Does Not Exist");
	assert_string_equal(sip_status_text(499), "Request Failure");
	assert_string_equal(sip_status_text(9999), "Unknown");
	assert_int_equal(sip_verdict_status(SIP_BAD_VERSION), 505);
}

// Every row of headers.def is found by its name in any case and by its compact form.
static void headers_found(void **state)
{
	static const struct {
		const char *name;
		char compact;
		enum sip_header_id id;
	} rows[] = {
#define X(id, name, first, last, compact, repeat, list) { name, compact, SIP_H_##id },
#include "dataplane/sip/headers.def"
#undef X
	};
	struct sip_msg msg;
	char text[128];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char upper[32] = "";

		for (size_t j = 0; rows[i].name[j] != '\0'; j++)
			upper[j] = (char)(rows[i].name[j] >= 'a' && rows[i].name[j] <= 'z'
						  ? rows[i].name[j] - 32
						  : rows[i].name[j]);
		snprintf(text, sizeof(text), "INFO sip:a SIP/2.0\r\n%s: v\r\n\r\n", upper);
		sip_parse(&msg, text, strlen(text));
		assert_span(sip_value(&msg, rows[i].id), "v");
		if (rows[i].compact == 0)
			continue;
		snprintf(
			text, sizeof(text), "INFO sip:a SIP/2.0\r\n%c: v\r\n\r\n", rows[i].compact);
		sip_parse(&msg, text, strlen(text));
		assert_span(sip_value(&msg, rows[i].id), "v");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_client_invite),
		cmocka_unit_test(parse_odd_but_valid),
		cmocka_unit_test(parse_response),
		cmocka_unit_test(parse_every_prefix),
		cmocka_unit_test(parse_every_change),
		cmocka_unit_test(parse_verdicts),
		cmocka_unit_test(parse_too_many),
		cmocka_unit_test(parse_size_limit),
		cmocka_unit_test(field_uri),
		cmocka_unit_test(field_via),
		cmocka_unit_test(field_address),
		cmocka_unit_test(field_numbers),
		cmocka_unit_test(names),
		cmocka_unit_test(headers_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
