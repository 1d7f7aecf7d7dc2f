// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Where our requests go and what they carry: targets, route sets, next hops. And every message of
// ours must be one that our own parser takes.
#include "tests/unit/sip/rig.h"

static const struct {
	const char *what;
	const char *record_route;
	const char *start;  // of our request
	const char *routes; // its Route lines, "" for none
	uint8_t hop;        // last byte of the address it goes to
	uint16_t port;
} routings[] = {
	{ "no route", "", "INFO sip:user@10.0.0.9:5062 SIP/2.0\r\n", "", 9, 5062 },
	{ "one loose router", "Record-Route: <sip:10.0.0.20;lr>\r\n",
		"INFO sip:user@10.0.0.9:5062 SIP/2.0\r\n", "Route: <sip:10.0.0.20;lr>\r\n", 20,
		5060 },
	{ "two in one line", "Record-Route: <sip:10.0.0.21:5070;lr>,\r\n <sip:b;lr=on>;x=y\r\n",
		"INFO sip:user@10.0.0.9:5062 SIP/2.0\r\n",
		"Route: <sip:10.0.0.21:5070;lr>\r\nRoute: <sip:b;lr=on>;x=y\r\n", 21, 5070 },
	{ "two lines", "Record-Route: <sip:a;lr>\r\nRecord-Route: <sip:10.0.0.22;lr>\r\n",
		"INFO sip:user@10.0.0.9:5062 SIP/2.0\r\n",
		"Route: <sip:a;lr>\r\nRoute: <sip:10.0.0.22;lr>\r\n", 9,
		5060 }, // a name: the source
	{ "a strict router", "Record-Route: <sip:10.0.0.23>, <sip:b;lr>\r\n",
		"INFO sip:10.0.0.23 SIP/2.0\r\n",
		"Route: <sip:b;lr>\r\nRoute: <sip:user@10.0.0.9:5062>\r\n", 23, 5060 },
	{ "strict and alone", "Record-Route: <sip:10.0.0.23>\r\n", "INFO sip:10.0.0.23 SIP/2.0\r\n",
		"Route: <sip:user@10.0.0.9:5062>\r\n", 23, 5060 },
	{ "lr in a name only", "Record-Route: <sip:lr@10.0.0.24;xlr>\r\n",
		"INFO sip:lr@10.0.0.24;xlr SIP/2.0\r\n", "Route: <sip:user@10.0.0.9:5062>\r\n", 24,
		5060 },
};

static void routes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(routings) / sizeof(routings[0]); i++) {
		struct rig *r = rig_new(rig_config());
		const struct rig_sent *info;
		char lines[256];

		rig_open(r, &r->udp, routings[i].record_route);
		assert_int_equal(rig_info(r, 0), 0);
		info = rig_request(r, routings[i].start);
		snprintf(lines, sizeof(lines), "\r\n%sMax-Forwards: 70\r\n", routings[i].routes);
		assert_has(info, lines);
		if (!endpoint_eq(&info->flow.remote,
			    &(struct endpoint){
				    rig_address(routings[i].hop, 0).addr, routings[i].port }))
			fail_msg("%s: another hop", routings[i].what);
		rig_reply(r, &r->udp, info, 200);
		rig_free(r);
	}
}

// The answer to an INVITE, first or not, brings the record of the route back unchanged.
static void record_route_echo(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_in(r, &r->udp,
		rig_message(r, "INVITE", 1,
			RIG_CONTACT
			"Record-Route: <sip:a;lr>, <sip:b;lr>\r\nRecord-Route: <sip:c;lr>\r\n",
			RIG_BODY));
	r->dialog = rig_hear(r, SIP_IND_INVITE)->ind.dialog;
	rig_respond(r, 200);
	assert_has(rig_answer(r, 200, "1 INVITE"),
		"\r\nRecord-Route: <sip:a;lr>, <sip:b;lr>\r\nRecord-Route: <sip:c;lr>\r\n");
	rig_tag_learn(r, &r->sent[0]);
	rig_in(r, &r->udp, rig_message(r, "ACK", 1, "", ""));
	rig_hear(r, SIP_IND_ACK);
	rig_in(r, &r->udp, rig_message(r, "INFO", 2, "Record-Route: <sip:z;lr>\r\n", ""));
	assert_lacks(rig_answer(r, 200, "2 INFO"), "Record-Route");
	assert_int_equal(rig_info(r, 0), 0);
	assert_lacks(rig_request(r, "INFO "), "sip:z"); // the route set stays (12.2)
	rig_free(r);
}

// INVITE and UPDATE move the target (12.2.2), INFO does not.
static void target_refresh(void **state)
{
	static const struct {
		const char *method;
		const char *contact;
		const char *start;
	} steps[] = {
		{ "INFO", "Contact: <sip:x@10.0.0.40>\r\n", "INFO sip:user@10.0.0.9:5062 " },
		{ "UPDATE", "Contact: <sip:longer-name-than-before@10.0.0.41:5063;ob>\r\n",
			"INFO sip:longer-name-than-before@10.0.0.41:5063;ob " },
		{ "UPDATE", "", "INFO sip:longer-name-than-before@10.0.0.41:5063;ob " },
		{ "UPDATE", "Contact: <mailto:x@y>\r\n",
			"INFO sip:longer-name-than-before@10.0.0.41:5063;ob " },
		{ "UPDATE", "Contact: sip:u@10.0.0.42\r\n", "INFO sip:u@10.0.0.42 " },
	};
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_open(r, &r->udp, "");
	r->answer = 200;
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		rig_in(r, &r->udp, rig_message(r, steps[i].method, i + 2, steps[i].contact, ""));
		rig_take(r);
		if (strcmp(steps[i].method, "UPDATE") == 0)
			rig_hear(r, SIP_IND_UPDATE);
		assert_int_equal(rig_info(r, 0), 0);
		rig_reply(r, &r->udp, rig_request(r, steps[i].start), 200);
	}
	rig_free(r);
}

// maddr of the target, or of the first route, says where requests go (RFC 3261 19.1.1); a name
// there is one that nobody here resolves.
static void target_maddr(void **state)
{
	static const struct {
		const char *contact;
		uint8_t host;
		uint16_t port;
	} steps[] = {
		{ "Contact: <sip:user@phone.example:5070;maddr=10.0.0.44>\r\n", 44, 5070 },
		{ "Contact: <sip:user@10.0.0.9;maddr=10.0.0.45;transport=udp>\r\n", 45, 5060 },
		{ "Contact: <sip:user@10.0.0.8:5070;maddr=phone.example>\r\n", 9, 5060 },
	};
	struct rig *r = rig_new(rig_config());
	struct endpoint to;

	(void)state;
	rig_open(r, &r->udp, "");
	r->answer = 200;
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		to = rig_address(steps[i].host, steps[i].port);
		rig_in(r, &r->udp, rig_message(r, "UPDATE", i + 2, steps[i].contact, ""));
		rig_take(r);
		rig_hear(r, SIP_IND_UPDATE);
		if (steps[i].host == 9) // it came from there
			continue;
		assert_int_equal(rig_info(r, 0), 0);
		assert_true(endpoint_eq(&rig_request(r, "INFO ")->flow.remote, &to));
	}
	rig_free(r);
	r = rig_new(rig_config());
	rig_open(r, &r->udp, "Record-Route: <sip:proxy.example;lr;maddr=10.0.0.46>\r\n");
	to = rig_address(46, 5060);
	assert_int_equal(rig_info(r, 0), 0);
	assert_true(endpoint_eq(&rig_request(r, "INFO ")->flow.remote, &to));
	r->sent_first = r->sent_next;
	sip_dialog_close(r->ep, r->dialog);
	rig_free(r);
}

// A peer that wants answers at its source port gets our requests there too.
static void symmetric_peer(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	r->via = "SIP/2.0/UDP 10.0.0.9;rport";
	r->udp.remote.port = 6000;
	rig_open(r, &r->udp, "");
	assert_int_equal(rig_info(r, 0), 0);
	assert_int_equal(rig_request(r, "INFO ")->flow.remote.port, 6000);
	r->udp.remote.port = 6001; // its NAT has moved it
	rig_in(r, &r->udp, rig_message(r, "INFO", 2, "", ""));
	rig_answer(r, 200, "2 INFO");
	assert_int_equal(sip_counters(r->ep)->flow_moves, 1);
	assert_int_equal(rig_info(r, 0), 0);
	assert_int_equal(rig_request(r, "INFO ")->flow.remote.port, 6001);
	rig_free(r);
}

static void text_limit(void **state)
{
	struct rig *r = rig_new(rig_config());
	char lines[4096] = RIG_CONTACT "Record-Route: <sip:10.0.0.20;lr;x=";
	size_t start = strlen(lines);

	(void)state;
	memset(lines + start, 'x', 2000);
	strcpy(lines + start + 2000, ">\r\n");
	rig_in(r, &r->udp, rig_message(r, "INVITE", 1, lines, RIG_BODY));
	rig_answer(r, 513, "1 INVITE");
	strcpy(lines + start + 1600, ">\r\n");
	rig_in(r, &r->udp, rig_message(r, "INVITE", 2, lines, RIG_BODY));
	r->dialog = rig_hear(r, SIP_IND_INVITE)->ind.dialog;
	rig_respond(r, 200);
	rig_tag_learn(r, rig_answer(r, 200, "2 INVITE"));
	rig_in(r, &r->udp, rig_message(r, "ACK", 2, "", ""));
	rig_hear(r, SIP_IND_ACK);
	memcpy(lines, "Contact: <sip:10.0.0.20;lr;x=", 29);
	memset(lines + 29, 'x', 700);
	strcpy(lines + 729, ">\r\n");
	rig_in(r, &r->udp, rig_message(r, "UPDATE", 3, lines, "")); // too long: the old one stays
	rig_hear(r, SIP_IND_UPDATE);
	rig_respond(r, 200);
	rig_answer(r, 200, "3 UPDATE");
	assert_int_equal(rig_info(r, 0), 0);
	rig_request(r, "INFO sip:user@10.0.0.9:5062 ");
	rig_free(r);
}

// A folded or oddly written field of the peer's cannot put a line of its own into ours.
static void no_line_of_theirs(void **state)
{
	struct rig *r = rig_new(rig_config());
	char text[2048];
	struct sip_msg msg;

	(void)state;
	snprintf(text, sizeof(text),
		"INVITE sip:201@10.0.0.1 SIP/2.0\r\n"
		"Via: SIP/2.0/UDP 10.0.0.9\r\n\t;branch=z9hG4bKq\r;x\r\n"
		"From: \"a\r\n b\" <sip:u@h>\r\n ;tag=them\r\n"
		"To: <sip:201@h>\r;x=y\r\n"
		"Call-ID: call\r-1\r\n"
		"CSeq: 1\r\n INVITE\r\n"
		"Contact: <sip:u@10.0.0.9>\r\n"
		"Content-Type: application/csta+xml\r\n"
		"\r\n<X/>");
	rig_in(r, &r->udp, text);
	r->dialog = rig_hear(r, SIP_IND_INVITE)->ind.dialog;
	rig_respond(r, 200);
	for (int i = 0; i < 2; i++) {
		const struct rig_sent *sent = rig_take(r);

		for (const char *p = sent->text; (p = strchr(p, '\r')) != NULL; p++)
			assert_int_equal(p[1], '\n');
		assert_lacks(sent, "\n ");
		assert_lacks(sent, "\n\t");
		assert_int_equal(sip_parse(&msg, sent->text, sent->n), SIP_OK);
		if (i == 0)
			assert_int_equal(rig_info(r, 0), 0);
	}
	rig_free(r);
}

// Whatever we send, we can read, and it says what it should.
static void round_trip(void **state)
{
	struct rig *r = rig_new(rig_config());
	struct sip_msg msg;
	struct sip_via via;

	(void)state;
	rig_open(r, &r->tcp, "Record-Route: <sip:p;lr>\r\n");
	assert_int_equal(rig_info(r, 0), 0);
	rig_in(r, &r->udp, rig_message(r, "OPTIONS", 2, "", ""));
	rig_in(r, &r->udp, rig_message(r, "INFO", 3, "Require: x\r\n", ""));
	assert_int_equal(sip_bye(r->ep, r->dialog, 0, r->now_us), 0);
	r->sent_first = 0; // the 200 of the INVITE too
	while (r->sent_first < r->sent_next) {
		const struct rig_sent *sent = rig_take(r);

		assert_int_equal(sip_parse(&msg, sent->text, sent->n), SIP_OK);
		assert_true(msg.has_length);
		assert_int_equal(msg.bytes.n, sent->n);
		assert_true(sip_via_top(&msg, &via));
		assert_true(via.branch.n > 7);
		if (msg.request)
			assert_true(span_eq(msg.uri, SPAN("sip:user@10.0.0.9:5062")));
	}
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes),
		cmocka_unit_test(record_route_echo),
		cmocka_unit_test(target_refresh),
		cmocka_unit_test(target_maddr),
		cmocka_unit_test(symmetric_peer),
		cmocka_unit_test(text_limit),
		cmocka_unit_test(no_line_of_theirs),
		cmocka_unit_test(round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
