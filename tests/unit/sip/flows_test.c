// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Dialogs whose connection is lost: another one is used, or opened; and what could not be sent is
// told when the peer can hear it.
#include "tests/unit/sip/rig.h"

#include "dataplane/sip/peek.h"

enum { SECOND = 1000000 };

static const struct sip_counters *counters(const struct rig *r)
{
	return sip_counters(r->ep);
}

// A dialog over TCP, whose Contact is 10.0.0.9:5062, and no connection.
static struct rig *rig_alone(void)
{
	struct rig *r = rig_new(rig_config());

	rig_use_tcp(r);
	rig_open(r, &r->tcp, "");
	sip_flow_lost(r->ep, r->tcp.conn);
	return r;
}

static void expect_lost(struct rig *r, uint32_t messages)
{
	rig_advance(r, 2 * SECOND);
	assert_int_equal(rig_hear(r, SIP_IND_LOST)->ind.lost, messages);
	rig_advance(r, 2 * SECOND);
	assert_int_equal(r->told_first, r->told_next); // once
}

// A connection from the peer's side.
static struct sip_flow way_up(struct rig *r, uint8_t host, uint16_t port)
{
	struct sip_flow flow = { SIP_OVER_TCP, rig_address(1, 5060), rig_address(host, port),
		(handle_t)port };

	assert_true(r->nways < 4);
	r->ways[r->nways++].flow = flow;
	return flow;
}

static void options_by(struct rig *r, const struct sip_flow *flow)
{
	struct sip_stream stream = { 0 };
	char *text = r->text;

	rig_message(r, "OPTIONS", 7, "", "");
	// Outside the dialog: another Call-ID, no tag.
	memcpy(strstr(text, "call-1"), "call-2", 6);
	*strstr(text, ";tag=them") = ' ';
	sip_stream_input(r->ep, &stream, flow, text, strlen(text), 9, r->now_us);
	rig_take(r);
}

static void a_new_connection_is_opened(void **state)
{
	struct rig *r = rig_alone();
	const struct rig_sent *sent;

	(void)state;
	r->reachable = true;
	assert_int_equal(rig_info(r, 0), 0);
	sent = rig_request(r, "INFO ");
	assert_int_equal(sent->flow.conn, 1000);
	assert_true(endpoint_eq(
		&sent->flow.remote, &(struct endpoint){ rig_address(9, 0).addr, 5062 }));
	assert_has(sent, "Via: SIP/2.0/TCP 10.0.0.1:5060;");
	// It is the dialog's from now on.
	assert_int_equal(rig_info(r, 0), 0);
	assert_int_equal(rig_request(r, "INFO ")->flow.conn, 1000);
	assert_int_equal(r->calls, 1);
	rig_free(r);
}

static void one_that_leads_there_is_used(void **state)
{
	struct rig *r = rig_alone();

	(void)state;
	way_up(r, 9, 5062); // from the very port that the Contact names
	assert_int_equal(rig_info(r, 0), 0);
	assert_int_equal(rig_request(r, "INFO ")->flow.conn, 5062);
	assert_int_equal(r->calls, 0);
	rig_free(r);
}

// The sender of a request says in its Via where it listens.
static void one_whose_sender_listens_there_is_used(void **state)
{
	struct rig *r = rig_alone();
	struct sip_flow other = way_up(r, 9, 41000);

	(void)state;
	r->via = "SIP/2.0/TCP 10.0.0.9:5062";
	options_by(r, &other);
	assert_int_equal(rig_info(r, 0), 0);
	assert_int_equal(rig_request(r, "INFO ")->flow.conn, 41000);
	rig_free(r);
}

// Not so when it speaks for somebody else.
static void a_stranger_gets_nothing(void **state)
{
	struct rig *r = rig_alone();
	struct sip_flow other = way_up(r, 66, 41000);

	(void)state;
	r->via = "SIP/2.0/TCP 10.0.0.9:5062;alias";
	options_by(r, &other);
	assert_int_equal(r->ways[0].listens, 0);
	assert_int_equal(rig_info(r, 0), -ENOTCONN);
	assert_int_equal(r->calls, 1);
	rig_free(r);
}

// The peer comes back by itself; what it missed is told, once, with how much it was.
static void messages_lost_are_told(void **state)
{
	struct rig *r = rig_alone();
	struct sip_flow again = { SIP_OVER_TCP, rig_address(1, 5060), rig_address(9, 40001), 78 };

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(rig_info(r, 0), -ENOTCONN);
	assert_int_equal(r->calls, 1); // attempts have a limit in time
	rig_advance(r, 20 * SECOND);
	assert_int_equal(rig_info(r, 0), -ENOTCONN);
	assert_int_equal(r->calls, 2);
	assert_int_equal(counters(r)->no_flow, 4);
	assert_int_equal(counters(r)->requests_lost, 4);
	rig_quiet(r);
	r->answer = 200;
	rig_in(r, &again, rig_message(r, "INFO", 8, "", RIG_BODY));
	rig_hear(r, SIP_IND_INFO);
	rig_answer(r, 200, "8 INFO");
	expect_lost(r, 4);
	assert_int_equal(rig_info(r, 0), 0);
	assert_int_equal(rig_request(r, "INFO ")->flow.conn, 78);
	rig_free(r);
}

// A connection that dies with bytes unsent: what was not answered on it is not known to be heard.
static void what_died_with_its_connection_is_told(void **state)
{
	struct rig *r = rig_alone();

	(void)state;
	r->reachable = true;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(rig_info(r, 0), 0);
		rig_request(r, "INFO ");
	}
	sip_flow_undelivered(r->ep, 1000);
	sip_flow_lost(r->ep, 1000);
	rig_advance(r, 20 * SECOND);
	rig_quiet(r);
	assert_int_equal(rig_info(r, 0), 0);
	assert_int_equal(rig_request(r, "INFO ")->flow.conn, 1001);
	sip_flow_open(r->ep, 1001);
	expect_lost(r, 2);
	rig_free(r);
}

static void a_full_flow_takes_no_requests(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_use_tcp(r);
	rig_open(r, &r->tcp, "");
	r->full = true;
	assert_int_equal(rig_info(r, 0), -EAGAIN);
	assert_int_equal(rig_info(r, 0), -EAGAIN);
	assert_int_equal(counters(r)->no_room, 2);
	sip_flow_open(r->ep, r->tcp.conn); // a false alarm
	rig_advance(r, 2 * SECOND);
	rig_quiet(r);
	r->full = false;
	sip_flow_open(r->ep, r->tcp.conn);
	expect_lost(r, 2);
	rig_free(r);
}

// Over UDP only silence tells: of a peer that used to answer.
static void unanswered_datagrams_are_told(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_open(r, &r->udp, "");
	rig_info(r, 0);
	rig_reply(r, &r->udp, rig_request(r, "INFO "), 200);
	rig_info(r, 0);
	rig_advance(r, 33 * SECOND);
	r->sent_first = r->sent_next; // eleven times in vain
	rig_quiet(r);
	rig_info(r, 0);
	rig_reply(r, &r->udp, rig_request(r, "INFO "), 200);
	expect_lost(r, 1);
	rig_free(r);
}

static void clients_that_never_answer_miss_nothing(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_open(r, &r->udp, "");
	rig_info(r, 0);
	rig_advance(r, 33 * SECOND);
	r->sent_first = r->sent_next;
	r->answer = 200;
	rig_in(r, &r->udp, rig_message(r, "INFO", 8, "", RIG_BODY));
	rig_hear(r, SIP_IND_INFO);
	rig_answer(r, 200, "8 INFO");
	rig_advance(r, 2 * SECOND);
	rig_quiet(r);
	rig_free(r);
}

// The client transaction that a request of ours names in its Via.
static handle_t txn_of(const struct rig_sent *sent)
{
	const struct siphash_key key = rig_config().key;

	return sip_peek_sent(&key, span_of(sent->text, sent->n));
}

// The network says that nobody is there: nothing is repeated, what is open counts as lost, and for
// a while nothing is tried but to say goodbye. A sign of life ends that.
static void an_unreachable_peer_is_left_alone(void **state)
{
	struct rig *r = rig_new(rig_config());
	struct endpoint elsewhere = rig_address(8, 5062), there;
	const struct rig_sent *sent;
	handle_t txn;

	(void)state;
	rig_open(r, &r->udp, "");
	rig_info(r, 0);
	rig_request(r, "INFO ");
	rig_info(r, 7);
	sent = rig_request(r, "INFO ");
	txn = txn_of(sent);
	there = sent->flow.remote;
	assert_int_not_equal(txn, 0);
	assert_false(sip_unreachable(r->ep, txn, &elsewhere, r->now_us));
	assert_false(sip_unreachable(r->ep, txn + 1, &there, r->now_us));
	assert_true(sip_unreachable(r->ep, txn, &there, r->now_us));
	assert_false(sip_unreachable(r->ep, txn, &there, r->now_us)); // it is gone
	assert_int_equal(rig_hear(r, SIP_IND_REQUEST_DONE)->ind.status, 0);
	assert_int_equal(counters(r)->requests_lost, 2);
	assert_int_equal(sip_usage(r->ep).transactions, 1); // the INVITE's
	rig_advance(r, 9 * SECOND);
	assert_int_equal(rig_info(r, 0), -ENOTCONN);
	rig_quiet(r);
	rig_advance(r, SECOND);
	assert_int_equal(rig_info(r, 0), 0);
	rig_reply(r, &r->udp, rig_request(r, "INFO "), 200);
	expect_lost(r, 3);
	// The peer itself says something sooner.
	rig_info(r, 0);
	sent = rig_request(r, "INFO ");
	assert_true(sip_unreachable(r->ep, txn_of(sent), &there, r->now_us));
	rig_in(r, &r->udp, rig_message(r, "INFO", 8, "", ""));
	rig_answer(r, 200, "8 INFO");
	expect_lost(r, 1);
	rig_info(r, 0);
	sent = rig_request(r, "INFO ");
	assert_true(sip_unreachable(r->ep, txn_of(sent), &there, r->now_us));
	assert_int_equal(sip_bye(r->ep, r->dialog, 0, r->now_us), 0);
	sent = rig_request(r, "BYE ");
	assert_true(sip_unreachable(r->ep, txn_of(sent), &there, r->now_us));
	rig_free(r);
}

static bool answer_unreachable(struct rig *r, const struct rig_sent *answer, size_t n)
{
	return sip_answer_unreachable(r->ep, span_of(answer->text, n), &answer->flow.remote);
}

// The same of an answer. An INVITE's, which is repeated by itself, is no more; who opened a dialog
// that way and is gone is told of as one that never acknowledges.
static void an_answer_that_bounces_is_not_repeated(void **state)
{
	struct rig *r = rig_new(rig_config());
	struct endpoint elsewhere = rig_address(8, 5060);
	const struct rig_sent *sent;
	size_t enough;

	(void)state;
	rig_in(r, &r->udp, rig_message(r, "INVITE", 1, RIG_CONTACT, RIG_BODY));
	r->dialog = rig_hear(r, SIP_IND_INVITE)->ind.dialog;
	rig_respond(r, 200);
	sent = rig_answer(r, 200, "1 INVITE");
	enough = (size_t)(strstr(sent->text, "1 INVITE") - sent->text) + strlen("1 INVITE\r\nA");
	assert_false(answer_unreachable(r, sent, enough - 2)); // the line may go on
	assert_false(sip_answer_unreachable(r->ep, span_of(sent->text, sent->n), &elsewhere));
	assert_true(answer_unreachable(r, sent, enough));
	assert_true(rig_hear(r, SIP_IND_ACK_TIMEOUT)->ind.dialog == r->dialog);
	assert_false(answer_unreachable(r, sent, sent->n)); // it is over
	rig_advance(r, 40 * SECOND);
	rig_quiet(r);
	sip_dialog_close(r->ep, r->dialog);
	// One that is refused.
	rig_in(r, &r->udp, rig_message(r, "INVITE", 1, RIG_CONTACT, RIG_BODY));
	rig_hear(r, SIP_IND_INVITE);
	rig_respond(r, 404);
	sent = rig_answer(r, 404, "1 INVITE");
	assert_true(answer_unreachable(r, sent, sent->n));
	rig_advance(r, 40 * SECOND);
	assert_int_equal(counters(r)->answers_unreachable, 2);
	rig_free(r);
}

// In a session: it goes on, and what was asked for is not done again when it is asked for again.
static void an_answer_that_bounces_ends_no_session(void **state)
{
	struct rig *r = rig_new(rig_config());
	const struct rig_sent *sent;

	(void)state;
	rig_open(r, &r->udp, "");
	r->branch = "z9hG4bKsame";
	rig_in(r, &r->udp, rig_message(r, "INFO", 2, "", RIG_BODY));
	rig_hear(r, SIP_IND_INFO);
	rig_respond(r, 200);
	sent = rig_answer(r, 200, "2 INFO");
	assert_true(answer_unreachable(r, sent, sent->n));
	rig_in(r, &r->udp, rig_message(r, "INFO", 2, "", RIG_BODY));
	rig_answer(r, 200, "2 INFO");
	rig_in(r, &r->udp, rig_message(r, "INVITE", 3, RIG_CONTACT, ""));
	rig_hear(r, SIP_IND_REINVITE);
	rig_respond(r, 200);
	sent = rig_answer(r, 200, "3 INVITE");
	assert_true(answer_unreachable(r, sent, sent->n));
	rig_advance(r, 40 * SECOND);
	assert_int_equal(rig_info(r, 0), 0);
	rig_reply(r, &r->udp, rig_request(r, "INFO "), 200);
	rig_free(r);
}

// What never came as far as here counts like what could not be sent.
static void what_others_gave_up_is_told(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_open(r, &r->udp, "");
	assert_int_equal(sip_missed(r->ep, r->dialog, 7), 0);
	expect_lost(r, 7);
	assert_int_equal(sip_missed(r->ep, r->dialog + 1, 7), -ESTALE);
	rig_free(r);
}

// RFC 3261 18.2.2: where the Via says, at the address the request came from.
static void answers_find_another_way(void **state)
{
	struct rig *r = rig_new(rig_config());
	const struct rig_sent *sent;

	(void)state;
	rig_use_tcp(r);
	rig_open(r, &r->tcp, "");
	r->via = "SIP/2.0/TCP 192.168.5.5:5070";
	rig_in(r, &r->tcp, rig_message(r, "INFO", 8, "", RIG_BODY));
	rig_hear(r, SIP_IND_INFO);
	sip_flow_lost(r->ep, r->tcp.conn);
	r->reachable = true;
	r->refuse_conn = r->tcp.conn;
	rig_respond(r, 200);
	sent = rig_answer(r, 200, "8 INFO");
	assert_int_equal(sent->flow.conn, 1000);
	assert_true(addr_eq(&sent->flow.remote.addr, &r->tcp.remote.addr));
	assert_int_equal(sent->flow.remote.port, 5070);
	rig_free(r);
}

// Many dialogs on one connection whose peer answers nothing: what is open on it is bounded, and the
// oldest of who asks next goes.
static void a_connection_has_a_limit_of_open_requests(void **state)
{
	struct sip_config config = rig_config();
	struct rig *r;

	(void)state;
	config.conn_requests = 3;
	r = rig_new(config);
	rig_use_tcp(r);
	rig_open(r, &r->tcp, "");
	for (int i = 0; i < 5; i++) {
		assert_int_equal(rig_info(r, 0), 0);
		rig_request(r, "INFO ");
	}
	assert_int_equal(sip_usage(r->ep).transactions, 3);
	assert_int_equal(counters(r)->requests_forgotten, 2);
	// But not one that somebody waits for.
	assert_int_equal(sip_refresh(r->ep, r->dialog, 1800, 90, 7, r->now_us), 0);
	rig_request(r, "UPDATE ");
	assert_int_equal(counters(r)->requests_forgotten, 3);
	rig_reply(r, &r->tcp, &r->sent[(r->sent_first - 1) % RIG_QUEUE], 200);
	assert_int_equal(rig_hear(r, SIP_IND_REQUEST_DONE)->ind.status, 200);
	// What was not answered when the connection dies is told all the same.
	sip_flow_undelivered(r->ep, r->tcp.conn);
	assert_int_equal(counters(r)->requests_lost, 5);
	rig_free(r);
}

// What is owed to connections of a worker, whose number their handles carry.
static void answers_owed_are_counted(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_use_tcp(r);
	r->tcp.conn = handle_make(5, 1, 7);
	rig_open(r, &r->tcp, "");
	assert_int_equal(sip_owed(r->ep, 5), 0);
	rig_in(r, &r->tcp, rig_message(r, "INFO", 8, "", RIG_BODY));
	rig_hear(r, SIP_IND_INFO);
	assert_int_equal(sip_owed(r->ep, 5), 1);
	rig_respond(r, 200);
	rig_answer(r, 200, "8 INFO");
	assert_int_equal(sip_owed(r->ep, 5), 0);
	rig_in(r, &r->tcp, rig_message(r, "INFO", 9, "", RIG_BODY));
	rig_hear(r, SIP_IND_INFO);
	rig_advance(r, 33 * SECOND); // given up
	assert_int_equal(sip_owed(r->ep, 5), 0);
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_connection_is_opened),
		cmocka_unit_test(one_that_leads_there_is_used),
		cmocka_unit_test(one_whose_sender_listens_there_is_used),
		cmocka_unit_test(a_stranger_gets_nothing),
		cmocka_unit_test(messages_lost_are_told),
		cmocka_unit_test(what_died_with_its_connection_is_told),
		cmocka_unit_test(a_full_flow_takes_no_requests),
		cmocka_unit_test(unanswered_datagrams_are_told),
		cmocka_unit_test(clients_that_never_answer_miss_nothing),
		cmocka_unit_test(an_unreachable_peer_is_left_alone),
		cmocka_unit_test(an_answer_that_bounces_is_not_repeated),
		cmocka_unit_test(an_answer_that_bounces_ends_no_session),
		cmocka_unit_test(what_others_gave_up_is_told),
		cmocka_unit_test(answers_find_another_way),
		cmocka_unit_test(a_connection_has_a_limit_of_open_requests),
		cmocka_unit_test(answers_owed_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
