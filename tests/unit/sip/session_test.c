// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What an endpoint answers and tells: sessions, refusals, overload.
#include "tests/unit/sip/rig.h"

static void session_whole(void **state)
{
	struct rig *r = rig_new(rig_config());
	struct sip_reply reply = {
		.session_expires = 1800,
		.refresher = SIP_REFRESHER_UAC,
		.body = SPAN("<Ok/>"),
	};
	const struct rig_told *told;
	const struct rig_sent *sent;

	(void)state;
	rig_in(r, &r->udp,
		rig_message(r, "INVITE", 1,
			RIG_CONTACT "Supported: timer\r\nSession-Expires: 600;refresher=uac\r\n"
				    "Min-SE: 100\r\n",
			RIG_BODY));
	told = rig_hear(r, SIP_IND_INVITE);
	assert_string_equal(told->body, RIG_BODY);
	assert_int_equal(told->ind.session_expires, 600);
	assert_int_equal(told->ind.min_se, 100);
	assert_int_equal(told->ind.refresher, SIP_REFRESHER_UAC);
	assert_true(told->ind.supports_timer);
	assert_int_equal(handle_owner(told->ind.dialog), 3);
	r->dialog = told->ind.dialog;
	assert_int_equal(sip_respond(r->ep, r->txn, 200, &reply, r->now_us), 0);
	sent = rig_answer(r, 200, "1 INVITE");
	assert_has(sent, "\r\nContact: <sip:10.0.0.1:5060;transport=udp>\r\n");
	assert_has(sent, "\r\nRequire: timer\r\nSession-Expires: 1800;refresher=uac\r\n");
	assert_has(sent, "\r\nSupported: timer\r\n");
	assert_has(sent, "\r\nContent-Length: 5\r\n\r\n<Ok/>");
	rig_tag_learn(r, sent);
	assert_int_equal(sip_respond(r->ep, r->txn, 200, &reply, r->now_us), -EALREADY);
	rig_in(r, &r->udp, rig_message(r, "ACK", 1, "", ""));
	rig_hear(r, SIP_IND_ACK);

	rig_in(r, &r->udp, rig_message(r, "INFO", 2, "", "<MonitorStart/>"));
	told = rig_hear(r, SIP_IND_INFO);
	assert_string_equal(told->body, "<MonitorStart/>");
	assert_true(told->ind.dialog == r->dialog);
	rig_respond(r, 200);
	assert_lacks(rig_answer(r, 200, "2 INFO"), "Contact:");

	rig_in(r, &r->udp, rig_message(r, "UPDATE", 3, "Session-Expires: 900\r\n", ""));
	told = rig_hear(r, SIP_IND_UPDATE);
	assert_int_equal(told->ind.session_expires, 900);
	assert_false(told->ind.supports_timer);
	assert_int_equal(sip_respond(r->ep, r->txn, 200, &reply, r->now_us), 0);
	// This time the peer did not say that it knows the timer: it is not asked to refresh.
	assert_lacks(rig_answer(r, 200, "3 UPDATE"), "Session-Expires");

	rig_in(r, &r->udp, rig_message(r, "INVITE", 4, RIG_CONTACT, RIG_BODY));
	assert_true(rig_hear(r, SIP_IND_REINVITE)->ind.dialog == r->dialog);
	rig_respond(r, 200);
	rig_answer(r, 200, "4 INVITE");
	rig_in(r, &r->udp, rig_message(r, "ACK", 4, "", ""));
	rig_hear(r, SIP_IND_ACK);

	rig_in(r, &r->udp, rig_message(r, "BYE", 5, "", ""));
	rig_answer(r, 200, "5 BYE");
	assert_true(rig_hear(r, SIP_IND_BYE)->ind.dialog == r->dialog);
	assert_int_equal(sip_usage(r->ep).dialogs, 0);
	rig_in(r, &r->udp, rig_message(r, "INFO", 6, "", "<X/>"));
	rig_answer(r, 481, "6 INFO");
	rig_free(r);
}

static const struct {
	const char *method;
	const char *extra;
	const char *body;
	unsigned status;
	const char *has;
} outside[] = {
	{ "REGISTER", "", "", 405,
		"\r\nAllow: INVITE, ACK, CANCEL, BYE, INFO, UPDATE, OPTIONS\r\n" },
	{ "DANCE", "", "", 501, "\r\nAllow: " },
	{ "OPTIONS", "", "", 200, "\r\nAccept: application/csta+xml\r\n" },
	{ "OPTIONS", "", "", 200, "\r\nSupported: timer\r\n" },
	{ "OPTIONS", "Require: timer\r\n", "", 200, "" },
	{ "OPTIONS", "Require: timer, a\r\nRequire: b\r\n", "", 420,
		"\r\nUnsupported: a\r\nUnsupported: b\r\n" },
	{ "OPTIONS", "Max-Forwards: 0\r\n", "", 400, "" }, // a second one
	{ "INFO", "", "<X/>", 481, "" },
	{ "BYE", "", "", 481, "" },
	{ "UPDATE", "", "", 481, "" },
	{ "CANCEL", "", "", 481, "" },
	{ "INVITE", RIG_CONTACT, "", 488, "\r\nAccept: application/csta+xml\r\n" },
	{ "INVITE", RIG_CONTACT "Content-Type: application/sdp\r\n", "v=0", 488, "" },
	{ "INVITE", RIG_CONTACT "Content-Type: text/plain\r\n", "v=0", 415,
		"\r\nAccept: application/csta+xml\r\n" },
	{ "INVITE", RIG_CONTACT "Content-Type: application/csta+xml\r\nContent-Encoding: gzip\r\n",
		"zzz", 415, "\r\nAccept-Encoding: identity\r\n" },
	{ "INVITE",
		RIG_CONTACT "Content-Type: text/plain\r\n"
			    "Content-Disposition: x;handling=optional\r\n",
		"hi", 488, "" },
	{ "INVITE", RIG_CONTACT "Supported: timer\r\nSession-Expires: 89\r\n", "<X/>", 422,
		"\r\nMin-SE: 90\r\n" },
	{ "INVITE", RIG_CONTACT "Require: timer\r\nx: 89\r\n", "<X/>", 422, "" },
	{ "INVITE", RIG_CONTACT "x: tomorrow\r\n", "<X/>", 400, "" },
	{ "INVITE", "", "<X/>", 400, "" },
	{ "INVITE", "Contact: *\r\n", "<X/>", 400, "" },
	{ "INVITE", "Contact: <tel:201>\r\n", "<X/>", 400, "" },
	{ "INVITE", RIG_CONTACT "Record-Route: <sip:a b;lr>\r\n", "<X/>", 400, "" },
};

// Refusals leave nothing behind, and a repeated request gets the same answer, to the byte.
static void refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
		struct rig *r = rig_new(rig_config());
		const struct rig_sent *first, *second;
		char cseq[32];

		r->branch = "z9hG4bKsame";
		rig_in(r, &r->udp,
			rig_message(r, outside[i].method, 1, outside[i].extra, outside[i].body));
		snprintf(cseq, sizeof(cseq), "1 %s", outside[i].method);
		first = rig_answer(r, outside[i].status, cseq);
		assert_has(first, outside[i].has);
		assert_has(first, "\r\nTo: <sip:201@example.com>;tag=s");
		rig_in(r, &r->udp, r->text);
		second = rig_take(r);
		assert_string_equal(first->text, second->text);
		assert_int_equal(sip_usage(r->ep).transactions, 0);
		assert_int_equal(sip_usage(r->ep).dialogs, 0);
		rig_free(r);
	}
}

static void replace(char *text, const char *from, const char *to)
{
	char *at = strstr(text, from);

	assert_non_null(at);
	memmove(at + strlen(to), at + strlen(from), strlen(at + strlen(from)) + 1);
	memcpy(at, to, strlen(to));
}

static void refusals_malformed(void **state)
{
	static const struct {
		const char *from;
		const char *to;
		const char *answer; // NULL: none
	} changes[] = {
		{ "sip:201@10.0.0.1 SIP", "http://x/ SIP", "SIP/2.0 416 " },
		{ "sip:201@10.0.0.1 SIP", "sip:201@ SIP", "SIP/2.0 400 " },
		{ "sip:201@10.0.0.1 SIP", "tel:201 SIP", "SIP/2.0 200 " },
		{ "SIP/2.0\r\n", "SIP/3.0\r\n", "SIP/2.0 505 " },
		{ "Call-ID: call-1\r\n", "", "SIP/2.0 400 " },
		{ "From: <sip:user@example.com>", "From: <sip:user@example.com", "SIP/2.0 400 " },
		{ "Max-Forwards: 70", "Max-Forwards: many", "SIP/2.0 400 " },
		{ "Max-Forwards: 70", "Max-Forwards: 0", "SIP/2.0 200 " }, // it has arrived
		{ "Content-Length: 0", "Content-Length: 5", "SIP/2.0 400 " },
		{ "Via: ", "Bia: ", NULL },
		{ "SIP/2.0/UDP 10.0.0.9", "SIP/2.0/UDP", NULL },
		{ "SIP/2.0\r\n", "HTTP/1.1\r\n", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct rig *r = rig_new(rig_config());

		rig_message(r, "OPTIONS", 1, "", "");
		replace(r->text, changes[i].from, changes[i].to);
		rig_in(r, &r->udp, r->text);
		if (changes[i].answer != NULL)
			rig_request(r, changes[i].answer);
		rig_free(r);
	}
}

// Answers go to the source port with rport, else to the port of the top Via (RFC 3261 18.2.2, RFC
// 3581).
static void answer_address(void **state)
{
	struct rig *r = rig_new(rig_config());
	const struct rig_sent *sent;

	(void)state;
	r->udp.remote.port = 33333;
	rig_in(r, &r->udp, rig_message(r, "OPTIONS", 1, "", ""));
	sent = rig_answer(r, 200, "1 OPTIONS");
	assert_int_equal(sent->flow.remote.port, 5060);
	assert_lacks(sent, "received");
	r->via = "SIP/2.0/UDP phone.example:5099;rport";
	rig_in(r, &r->udp, rig_message(r, "OPTIONS", 2, "", ""));
	sent = rig_answer(r, 200, "2 OPTIONS");
	assert_int_equal(sent->flow.remote.port, 33333);
	assert_has(sent, "\r\nVia: SIP/2.0/UDP phone.example:5099;rport=33333;branch=z9hG4bKpeer2"
			 ";received=10.0.0.9\r\n");
	r->via = "SIP/2.0/UDP 10.0.0.9:5099;rport=4;x, SIP/2.0/TCP [2001:db8::1]\r\n"
		 "v: SIP/2.0/UDP last";
	r->branch = NULL;
	rig_in(r, &r->udp, rig_message(r, "OPTIONS", 3, "", ""));
	assert_has(rig_answer(r, 200, "3 OPTIONS"),
		"\r\nVia: SIP/2.0/UDP 10.0.0.9:5099;rport=33333;x;received=10.0.0.9, SIP/2.0/TCP "
		"[2001:db8::1]\r\nVia: SIP/2.0/UDP last\r\n");
	rig_free(r);
}

// maddr says where answers go, if it is a host's address (RFC 3261 18.2.2), and it does so before
// rport.
static void answer_maddr(void **state)
{
	static const struct {
		const char *via;
		uint8_t host;
		uint16_t port;
	} ways[] = {
		{ "SIP/2.0/UDP 10.0.0.9:5070;maddr=10.0.0.44", 44, 5070 },
		{ "SIP/2.0/UDP phone.example;MAddr=10.0.0.44;rport", 44, 5060 },
		{ "SIP/2.0/UDP 10.0.0.9:5070;maddr=239.1.2.3;ttl=16", 9, 5070 },
		{ "SIP/2.0/UDP 10.0.0.9:5070;maddr=127.0.0.1", 9, 5070 },
		{ "SIP/2.0/UDP 10.0.0.9:5070;maddr=phone.example", 9, 5070 },
		{ "SIP/2.0/UDP 10.0.0.9:5070;maddr=;rport", 9, 33333 },
	};
	struct rig *r = rig_new(rig_config());

	(void)state;
	r->udp.remote.port = 33333;
	for (unsigned i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct endpoint to = rig_address(ways[i].host, ways[i].port);
		const struct rig_sent *sent;

		r->via = ways[i].via;
		rig_in(r, &r->udp, rig_message(r, "OPTIONS", 1, "", ""));
		sent = rig_answer(r, 200, "1 OPTIONS");
		if (!endpoint_eq(&sent->flow.remote, &to))
			fail_msg("%s: elsewhere", ways[i].via);
	}
	// On a stream answers go back by it.
	r->via = "SIP/2.0/TCP 10.0.0.9:5070;maddr=10.0.0.44";
	rig_in(r, &r->tcp, rig_message(r, "OPTIONS", 1, "", ""));
	assert_true(sip_flow_eq(&rig_answer(r, 200, "1 OPTIONS")->flow, &r->tcp));
	rig_free(r);
}

static void cancel_pending(void **state)
{
	struct rig *r = rig_new(rig_config());
	const struct rig_told *told;

	(void)state;
	r->branch = "z9hG4bKone";
	rig_in(r, &r->udp, rig_message(r, "INVITE", 1, RIG_CONTACT, RIG_BODY));
	rig_hear(r, SIP_IND_INVITE);
	rig_in(r, &r->udp, rig_message(r, "CANCEL", 1, "", ""));
	rig_answer(r, 200, "1 CANCEL");
	rig_answer(r, 487, "1 INVITE");
	told = rig_hear(r, SIP_IND_CANCEL);
	assert_true(told->ind.initial);
	assert_true(told->ind.txn == r->txn);
	assert_int_equal(sip_usage(r->ep).dialogs, 0);
	assert_int_equal(
		sip_respond(r->ep, r->txn, 200, &(struct sip_reply){ 0 }, r->now_us), -EALREADY);
	rig_in(r, &r->udp, rig_message(r, "CANCEL", 1, "", "")); // again: no second 487
	rig_answer(r, 200, "1 CANCEL");
	rig_in(r, &r->udp, rig_message(r, "ACK", 1, "", ""));
	rig_free(r);
}

static void cancel_too_late(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	r->branch = "z9hG4bKone";
	rig_in(r, &r->udp, rig_message(r, "INVITE", 1, RIG_CONTACT, RIG_BODY));
	r->dialog = rig_hear(r, SIP_IND_INVITE)->ind.dialog;
	rig_respond(r, 200);
	rig_tag_learn(r, rig_answer(r, 200, "1 INVITE"));
	rig_in(r, &r->udp, rig_message(r, "CANCEL", 1, "", ""));
	assert_has(rig_answer(r, 200, "1 CANCEL"), r->tag); // 9.2: the INVITE's tag
	rig_in(r, &r->udp, rig_message(r, "ACK", 1, "", ""));
	rig_hear(r, SIP_IND_ACK);
	rig_free(r);
}

// BYE before the INVITE is answered ends both (15.1.2).
static void bye_before_answer(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_open(r, &r->udp, "");
	rig_in(r, &r->udp, rig_message(r, "INVITE", 2, RIG_CONTACT, RIG_BODY));
	rig_hear(r, SIP_IND_REINVITE);
	rig_in(r, &r->udp, rig_message(r, "INVITE", 3, RIG_CONTACT, RIG_BODY)); // 14.2
	assert_has(rig_answer(r, 500, "3 INVITE"), "Retry-After: ");
	rig_in(r, &r->udp, rig_message(r, "BYE", 4, "", ""));
	rig_answer(r, 200, "4 BYE");
	rig_answer(r, 487, "2 INVITE");
	rig_hear(r, SIP_IND_BYE);
	r->branch = "z9hG4bKpeer3";
	rig_in(r, &r->udp, rig_message(r, "ACK", 2, "", ""));
	rig_free(r);
}

static void refused_by_control(void **state)
{
	struct rig *r = rig_new(rig_config());
	struct sip_reply reply = { .reason = "No Such Line" };

	(void)state;
	r->branch = "z9hG4bKone";
	rig_in(r, &r->udp, rig_message(r, "INVITE", 1, RIG_CONTACT, RIG_BODY));
	rig_hear(r, SIP_IND_INVITE);
	assert_int_equal(sip_respond(r->ep, r->txn, 404, &reply, r->now_us), 0);
	rig_request(r, "SIP/2.0 404 No Such Line\r\n");
	assert_int_equal(sip_usage(r->ep).dialogs, 0);
	rig_in(r, &r->udp, rig_message(r, "ACK", 1, "", ""));
	r->branch = "z9hG4bKtwo";
	rig_in(r, &r->udp, rig_message(r, "INVITE", 2, RIG_CONTACT, RIG_BODY));
	rig_hear(r, SIP_IND_INVITE);
	rig_respond(r, 300);
	rig_answer(r, 300, "2 INVITE");
	assert_int_equal(sip_usage(r->ep).dialogs, 0);
	rig_in(r, &r->udp, rig_message(r, "ACK", 2, "", ""));
	rig_free(r);
}

// A refused re-INVITE leaves the dialog alone.
static void refused_refresh(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_open(r, &r->udp, "");
	r->branch = "z9hG4bKtwo";
	rig_in(r, &r->udp, rig_message(r, "INVITE", 2, RIG_CONTACT, RIG_BODY));
	rig_hear(r, SIP_IND_REINVITE);
	rig_respond(r, 500);
	rig_answer(r, 500, "2 INVITE");
	rig_in(r, &r->udp, rig_message(r, "ACK", 2, "", ""));
	assert_int_equal(rig_info(r, 0), 0);
	rig_reply(r, &r->udp, rig_request(r, "INFO "), 200);
	rig_free(r);
}

static void info_contents(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_open(r, &r->udp, "");
	rig_in(r, &r->udp, rig_message(r, "INFO", 2, "", ""));
	assert_lacks(rig_answer(r, 200, "2 INFO"), "Content-Type");
	rig_in(r, &r->udp, rig_message(r, "INFO", 3, "Content-Type: text/plain\r\n", "hi"));
	assert_has(rig_answer(r, 415, "3 INFO"), "\r\nAccept: application/csta+xml\r\n");
	rig_in(r, &r->udp,
		rig_message(r, "INFO", 4,
			"Content-Type: text/plain\r\nContent-Disposition: x;handling=optional\r\n",
			"hi"));
	rig_answer(r, 200, "4 INFO");
	rig_in(r, &r->udp, rig_message(r, "INFO", 5, "c: application/csta+xml\r\n", "<X/>"));
	rig_answer(r, 400, "5 INFO"); // two types: the rig adds one of its own
	rig_in(r, &r->udp,
		rig_message(r, "INFO", 6, "Content-Type: APPLICATION/csta+XML ;charset=UTF-8\r\n",
			"<X/>"));
	rig_hear(r, SIP_IND_INFO);
	rig_respond(r, 400);
	rig_answer(r, 400, "6 INFO");
	rig_free(r);
}

static void overload(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_open(r, &r->udp, "");
	sip_accept_new(r->ep, false);
	rig_in(r, &r->udp, rig_message(r, "INFO", 2, "", "<X/>"));
	rig_hear(r, SIP_IND_INFO);
	rig_respond(r, 200);
	rig_answer(r, 200, "2 INFO");
	r->tag[0] = '\0';
	rig_in(r, &r->udp, rig_message(r, "INVITE", 9, RIG_CONTACT, RIG_BODY));
	assert_has(rig_answer(r, 503, "9 INVITE"), "\r\nRetry-After: 5\r\n");
	assert_int_equal(sip_counters(r->ep)->refused_overload, 1);
	assert_int_equal(sip_usage(r->ep).dialogs, 1);
	sip_accept_new(r->ep, true);
	rig_in(r, &r->udp, rig_message(r, "INVITE", 10, RIG_CONTACT, RIG_BODY));
	rig_hear(r, SIP_IND_INVITE);
	rig_respond(r, 486);
	rig_answer(r, 486, "10 INVITE");
	rig_free(r);
}

static void pools_full(void **state)
{
	struct sip_config config = rig_config();
	struct rig *r;

	(void)state;
	config.transactions = 4;
	config.dialogs = 1;
	r = rig_new(config);
	rig_open(r, &r->udp, "");
	r->tag[0] = '\0';
	rig_in(r, &r->udp, rig_message(r, "INVITE", 2, RIG_CONTACT, RIG_BODY));
	rig_answer(r, 503, "2 INVITE"); // no dialog left
	rig_advance(r, 6000000);
	r->tag[0] = '\0';
	sip_dialog_close(r->ep, r->dialog);
	rig_open(r, &r->udp, "");
	rig_advance(r, 6000000);
	for (unsigned i = 0; i < 4; i++) {
		rig_in(r, &r->udp, rig_message(r, "INFO", 2 + i, "", "<X/>"));
		rig_hear(r, SIP_IND_INFO);
		if (i > 0)
			continue;
		rig_respond(r, 200);
		rig_answer(r, 200, "2 INFO");
	}
	rig_in(r, &r->udp, rig_message(r, "INFO", 6, "", "<X/>"));
	rig_answer(r, 503, "6 INFO"); // no transaction left
	assert_int_equal(rig_info(r, 0), -ENOBUFS);
	rig_advance(r, 6000000); // the answered one is old enough to be given up
	rig_hear(r, SIP_IND_LOST);
	rig_in(r, &r->udp, rig_message(r, "INFO", 7, "", "<X/>"));
	rig_hear(r, SIP_IND_INFO);
	assert_int_equal(sip_counters(r->ep)->recycled, 1);
	rig_in(r, &r->udp, rig_message(r, "BYE", 8, "", ""));
	rig_answer(r, 200, "8 BYE"); // never refused
	rig_hear(r, SIP_IND_BYE);
	rig_free(r);
}

static void store_full(void **state)
{
	struct sip_config config = rig_config();
	static char big[20000];
	struct sip_reply reply = { .body = { big, sizeof(big) } };
	struct rig *r;

	(void)state;
	memset(big, 'x', sizeof(big));
	config.chunks = 16;
	r = rig_new(config);
	rig_open(r, &r->udp, "");
	r->branch = "z9hG4bKbig";
	rig_in(r, &r->udp, rig_message(r, "INFO", 2, "", "<X/>"));
	rig_hear(r, SIP_IND_INFO);
	assert_int_equal(sip_respond(r->ep, r->txn, 200, &reply, r->now_us), 0);
	rig_answer(r, 200, "2 INFO");
	assert_int_equal(sip_counters(r->ep)->not_stored, 1);
	rig_in(r, &r->udp, rig_message(r, "INFO", 2, "", "<X/>")); // cannot be repeated
	reply.body = span_of(big, 12000); // more than a chunk: gathered when it is sent again
	r->branch = "z9hG4bKbig2";
	rig_in(r, &r->udp, rig_message(r, "INFO", 3, "", "<X/>"));
	rig_hear(r, SIP_IND_INFO);
	assert_int_equal(sip_respond(r->ep, r->txn, 200, &reply, r->now_us), 0);
	rig_in(r, &r->udp, rig_message(r, "INFO", 3, "", "<X/>"));
	assert_string_equal(rig_answer(r, 200, "3 INFO")->text, rig_answer(r, 200, "3 INFO")->text);
	rig_free(r);
}

static void too_long_out(void **state)
{
	struct rig *r = rig_new(rig_config());
	static char big[SIP_MESSAGE_MAX];
	struct sip_reply reply = { .body = { big, sizeof(big) } };

	(void)state;
	rig_open(r, &r->udp, "");
	rig_in(r, &r->udp, rig_message(r, "INFO", 2, "", "<X/>"));
	rig_hear(r, SIP_IND_INFO);
	assert_int_equal(sip_respond(r->ep, r->txn, 200, &reply, r->now_us), -EMSGSIZE);
	rig_respond(r, 500); // it can still be answered
	rig_answer(r, 500, "2 INFO");
	assert_int_equal(
		sip_request(r->ep, r->dialog, SIP_INFO, SPAN_NONE, reply.body, 1, r->now_us),
		-EMSGSIZE);
	rig_free(r);
}

static void merged_request(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_in(r, &r->udp, rig_message(r, "INVITE", 1, RIG_CONTACT, RIG_BODY));
	rig_hear(r, SIP_IND_INVITE);
	rig_in(r, &r->udp, rig_message(r, "INVITE", 1, RIG_CONTACT, RIG_BODY)); // another branch
	rig_answer(r, 482, "1 INVITE");
	rig_respond(r, 486);
	rig_answer(r, 486, "1 INVITE");
	r->branch = "z9hG4bKpeer1";
	rig_in(r, &r->udp, rig_message(r, "ACK", 1, "", ""));
	rig_free(r);
}

// What control does from within an indication.
static void answer_inside_indication(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	r->answer = 200;
	rig_in(r, &r->udp, rig_message(r, "INVITE", 1, RIG_CONTACT, RIG_BODY));
	rig_tag_learn(r, rig_answer(r, 200, "1 INVITE"));
	r->dialog = rig_hear(r, SIP_IND_INVITE)->ind.dialog;
	rig_in(r, &r->udp, rig_message(r, "ACK", 1, "", ""));
	rig_hear(r, SIP_IND_ACK);
	rig_in(r, &r->udp, rig_message(r, "INFO", 2, "", "<X/>"));
	rig_hear(r, SIP_IND_INFO);
	rig_answer(r, 200, "2 INFO");
	r->answer = 500;
	r->branch = "z9hG4bKinv";
	rig_in(r, &r->udp, rig_message(r, "INVITE", 3, RIG_CONTACT, RIG_BODY));
	rig_hear(r, SIP_IND_REINVITE);
	rig_answer(r, 500, "3 INVITE");
	rig_in(r, &r->udp, rig_message(r, "ACK", 3, "", ""));
	rig_free(r);
}

// Another worker's names are passed on; forged ones are not.
static void foreign_names(void **state)
{
	struct rig *r = rig_new(rig_config());
	struct sip_config config = rig_config();
	char token[TOKEN_SIZE];

	(void)state;
	token_write(&config.key, TOKEN_DIALOG, handle_make(5, 1, 0), r->tag);
	rig_in(r, &r->udp, rig_message(r, "INFO", 2, "", "<X/>"));
	assert_int_equal(r->foreign, 1);
	assert_int_equal(r->foreign_owner, 5);
	token_write(&config.key, TOKEN_BRANCH, handle_make(6, 1, 0), token);
	snprintf(r->text, sizeof(r->text),
		"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK%s\r\nFrom: "
		"<sip:a@b>\r\n"
		"To: <sip:a@b>\r\nCall-ID: x\r\nCSeq: 1 INFO\r\n\r\n",
		token);
	rig_in(r, &r->udp, r->text);
	assert_int_equal(r->foreign, 2);
	assert_int_equal(r->foreign_owner, 6);
	r->tag[20] = r->tag[20] == '0' ? '1' : '0';
	rig_in(r, &r->udp, rig_message(r, "INFO", 3, "", "<X/>"));
	assert_int_equal(r->foreign, 2);
	rig_answer(r, 481, "3 INFO");
	rig_free(r);
}

// Our tag alone does not make a request part of the dialog: Call-ID and the peer's tag must fit
// too.
static void dialog_identity(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_open(r, &r->udp, "");
	rig_message(r, "BYE", 2, "", "");
	replace(r->text, "call-1", "call-2");
	rig_in(r, &r->udp, r->text);
	rig_answer(r, 481, "2 BYE");
	rig_message(r, "BYE", 2, "", "");
	replace(r->text, "tag=them", "tag=they");
	rig_in(r, &r->udp, r->text);
	rig_answer(r, 481, "2 BYE");
	assert_int_equal(sip_usage(r->ep).dialogs, 1);
	rig_free(r);
}

static void strays(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_in(r, &r->udp, rig_message(r, "ACK", 1, "", ""));
	assert_int_equal(sip_counters(r->ep)->stray_acks, 1);
	rig_in(r, &r->udp, "\r\n\r\n");
	assert_int_equal(sip_counters(r->ep)->pings, 1);
	rig_in(r, &r->udp, "");
	rig_in(r, &r->udp, "x");
	assert_int_equal(sip_counters(r->ep)->malformed, 1);
	assert_int_equal(sip_respond(r->ep, 0, 200, &(struct sip_reply){ 0 }, r->now_us), -ESTALE);
	assert_int_equal(rig_info(r, 1), -ESTALE);
	assert_int_equal(sip_bye(r->ep, handle_make(3, 9, 9), 1, r->now_us), -ESTALE);
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(session_whole),
		cmocka_unit_test(refusals),
		cmocka_unit_test(refusals_malformed),
		cmocka_unit_test(answer_address),
		cmocka_unit_test(answer_maddr),
		cmocka_unit_test(cancel_pending),
		cmocka_unit_test(cancel_too_late),
		cmocka_unit_test(bye_before_answer),
		cmocka_unit_test(refused_by_control),
		cmocka_unit_test(refused_refresh),
		cmocka_unit_test(info_contents),
		cmocka_unit_test(overload),
		cmocka_unit_test(pools_full),
		cmocka_unit_test(store_full),
		cmocka_unit_test(too_long_out),
		cmocka_unit_test(merged_request),
		cmocka_unit_test(answer_inside_indication),
		cmocka_unit_test(foreign_names),
		cmocka_unit_test(dialog_identity),
		cmocka_unit_test(strays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
