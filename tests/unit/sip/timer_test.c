// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Transactions against a clock (RFC 3261 17, table 4).
#include "tests/unit/sip/rig.h"

enum { MS = 1000, S = 1000000 };

// Counts what is sent in the next `us` microseconds; all of it must be the same message.
static unsigned sent_within(struct rig *r, uint64_t us, const char *text)
{
	unsigned n = 0;

	rig_advance(r, us);
	for (; r->sent_first < r->sent_next; n++)
		assert_string_equal(rig_take(r)->text, text);
	return n;
}

// 100 after 200 ms of silence, once; a repeated INVITE gets it again.
static void invite_trying(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	r->branch = "z9hG4bKone";
	rig_in(r, &r->udp, rig_message(r, "INVITE", 1, RIG_CONTACT, RIG_BODY));
	rig_hear(r, SIP_IND_INVITE);
	rig_advance(r, 150 * MS);
	rig_quiet(r);
	rig_advance(r, 100 * MS);
	assert_lacks(rig_answer(r, 100, "1 INVITE"), "Contact");
	rig_advance(r, 10 * S);
	rig_quiet(r);
	rig_in(r, &r->udp, r->text);
	rig_answer(r, 100, "1 INVITE");
	rig_respond(r, 180);
	rig_answer(r, 180, "1 INVITE");
	rig_in(r, &r->udp, r->text);
	rig_answer(r, 180, "1 INVITE");
	rig_respond(r, 486);
	rig_answer(r, 486, "1 INVITE");
	rig_in(r, &r->udp, rig_message(r, "ACK", 1, "", ""));
	rig_free(r);
}

// 13.3.1.4: T1, doubled up to T2, for 64 T1: 0.5 1.5 3.5 7.5 11.5 15.5 19.5 23.5 27.5 31.5 s.
static void accepted_without_ack(void **state)
{
	struct rig *r = rig_new(rig_config());
	const char *ok;

	(void)state;
	rig_in(r, &r->udp, rig_message(r, "INVITE", 1, RIG_CONTACT, RIG_BODY));
	r->dialog = rig_hear(r, SIP_IND_INVITE)->ind.dialog;
	rig_respond(r, 200);
	ok = rig_answer(r, 200, "1 INVITE")->text;
	rig_advance(r, 490 * MS);
	rig_quiet(r);
	assert_int_equal(sent_within(r, 100 * MS, ok), 1);
	assert_int_equal(sent_within(r, 900 * MS, ok), 0);
	assert_int_equal(sent_within(r, 100 * MS + 50 * MS, ok), 1);
	assert_int_equal(sent_within(r, 30 * S, ok), 8);
	assert_int_equal(sent_within(r, S, ok), 0);
	assert_true(rig_hear(r, SIP_IND_ACK_TIMEOUT)->ind.dialog == r->dialog);
	assert_int_equal(sip_usage(r->ep).dialogs, 1); // control ends it
	assert_int_equal(sip_bye(r->ep, r->dialog, 0, r->now_us), 0);
	rig_reply(r, &r->udp, rig_request(r, "BYE "), 200);
	rig_free(r);
}

static void accepted_then_ack(void **state)
{
	struct rig *r = rig_new(rig_config());
	const char *ok;

	(void)state;
	r->branch = "z9hG4bKone";
	rig_in(r, &r->udp, rig_message(r, "INVITE", 1, RIG_CONTACT, RIG_BODY));
	r->dialog = rig_hear(r, SIP_IND_INVITE)->ind.dialog;
	rig_respond(r, 200);
	ok = rig_answer(r, 200, "1 INVITE")->text;
	rig_in(r, &r->udp, r->text); // the INVITE again: the answer again
	assert_string_equal(rig_take(r)->text, ok);
	rig_tag_learn(r, &r->sent[0]);
	r->branch = "z9hG4bKtwo"; // the ACK of a 2xx is a transaction of its own
	rig_in(r, &r->udp, rig_message(r, "ACK", 1, "", ""));
	rig_hear(r, SIP_IND_ACK);
	rig_in(r, &r->udp, r->text); // a second ACK says nothing new
	rig_advance(r, 40 * S);
	rig_free(r);
}

// Whoever asks for a refresh has had the answer before; and nobody waits for the ACK of a closed
// dialog.
static void accepted_then_refresh(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_in(r, &r->udp, rig_message(r, "INVITE", 1, RIG_CONTACT, RIG_BODY));
	r->dialog = rig_hear(r, SIP_IND_INVITE)->ind.dialog;
	rig_respond(r, 200);
	rig_tag_learn(r, rig_answer(r, 200, "1 INVITE"));
	rig_in(r, &r->udp, rig_message(r, "INVITE", 2, RIG_CONTACT, RIG_BODY));
	rig_hear(r, SIP_IND_REINVITE);
	rig_respond(r, 200);
	rig_answer(r, 200, "2 INVITE");
	rig_advance(r, 600 * MS);
	rig_answer(r, 200, "2 INVITE");
	rig_quiet(r);
	sip_dialog_close(r->ep, r->dialog);
	rig_advance(r, 40 * S);
	rig_quiet(r);
	rig_free(r);
}

// Timer G and H: a refusal is repeated until its ACK, over UDP.
static void refused_without_ack(void **state)
{
	struct rig *r = rig_new(rig_config());
	const char *busy;

	(void)state;
	r->branch = "z9hG4bKone";
	rig_in(r, &r->udp, rig_message(r, "INVITE", 1, RIG_CONTACT, RIG_BODY));
	rig_hear(r, SIP_IND_INVITE);
	rig_respond(r, 486);
	busy = rig_answer(r, 486, "1 INVITE")->text;
	assert_int_equal(sent_within(r, 33 * S, busy), 10);
	assert_int_equal(sip_usage(r->ep).transactions, 0);
	rig_free(r);
}

static void refused_then_ack(void **state)
{
	struct rig *r = rig_new(rig_config());
	const char *busy;

	(void)state;
	r->branch = "z9hG4bKone";
	rig_in(r, &r->udp, rig_message(r, "INVITE", 1, RIG_CONTACT, RIG_BODY));
	rig_hear(r, SIP_IND_INVITE);
	rig_respond(r, 486);
	busy = rig_answer(r, 486, "1 INVITE")->text;
	assert_int_equal(sent_within(r, 600 * MS, busy), 1);
	rig_in(r, &r->udp, rig_message(r, "ACK", 1, "", ""));
	assert_int_equal(sent_within(r, 3 * S, busy), 0);
	rig_in(r, &r->udp, rig_message(r, "INVITE", 1, RIG_CONTACT, RIG_BODY)); // late: absorbed
	rig_quiet(r);
	assert_int_equal(sip_usage(r->ep).transactions, 1);
	rig_advance(r, 1500 * MS);
	assert_int_equal(sip_usage(r->ep).transactions, 1);
	rig_advance(r, 600 * MS); // timer I is over: 5 s after the ACK
	assert_int_equal(sip_usage(r->ep).transactions, 0);
	rig_free(r);
}

// On a stream a refusal goes out once and the ACK ends its transaction at once; a 2xx is repeated.
static void stream_invite(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_use_tcp(r);
	r->branch = "z9hG4bKone";
	rig_in(r, &r->tcp, rig_message(r, "INVITE", 1, RIG_CONTACT, RIG_BODY));
	rig_hear(r, SIP_IND_INVITE);
	rig_respond(r, 486);
	rig_answer(r, 486, "1 INVITE");
	rig_advance(r, 10 * S);
	rig_quiet(r);
	rig_in(r, &r->tcp, rig_message(r, "ACK", 1, "", ""));
	assert_int_equal(sip_usage(r->ep).transactions, 0);
	r->branch = "z9hG4bKtwo";
	rig_in(r, &r->tcp, rig_message(r, "INVITE", 2, RIG_CONTACT, RIG_BODY));
	r->dialog = rig_hear(r, SIP_IND_INVITE)->ind.dialog;
	rig_respond(r, 200);
	rig_tag_learn(r, rig_answer(r, 200, "2 INVITE"));
	rig_advance(r, 600 * MS);
	rig_answer(r, 200, "2 INVITE");
	rig_in(r, &r->tcp, rig_message(r, "ACK", 2, "", ""));
	rig_hear(r, SIP_IND_ACK);
	assert_int_equal(sip_usage(r->ep).transactions, 0);
	rig_free(r);
}

// Timer J: 32 s over UDP, none on a stream.
static void info_repeated(void **state)
{
	struct rig *r = rig_new(rig_config());
	const char *ok;

	(void)state;
	rig_open(r, &r->udp, "");
	rig_advance(r, 6 * S);
	r->branch = "z9hG4bKsame";
	rig_in(r, &r->udp, rig_message(r, "INFO", 2, "", "<X/>"));
	rig_hear(r, SIP_IND_INFO);
	rig_in(r, &r->udp, r->text); // not answered yet: absorbed
	rig_quiet(r);
	rig_respond(r, 200);
	ok = rig_answer(r, 200, "2 INFO")->text;
	rig_advance(r, 31 * S);
	rig_in(r, &r->udp, r->text);
	assert_string_equal(rig_take(r)->text, ok);
	assert_int_equal(sip_counters(r->ep)->retransmissions_in, 2);
	rig_advance(r, 2 * S);
	assert_int_equal(sip_usage(r->ep).transactions, 0);
	rig_free(r);
}

static void info_on_stream_is_forgotten(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_use_tcp(r);
	rig_open(r, &r->tcp, "");
	rig_in(r, &r->tcp, rig_message(r, "INFO", 2, "", "<X/>"));
	rig_hear(r, SIP_IND_INFO);
	assert_int_equal(sip_usage(r->ep).transactions, 1);
	rig_respond(r, 200);
	rig_answer(r, 200, "2 INFO");
	assert_int_equal(sip_usage(r->ep).transactions, 0);
	rig_free(r);
}

// What control never answers does not stay for ever.
static void control_silent(void **state)
{
	struct rig *r = rig_new(rig_config());
	const struct rig_told *told;

	(void)state;
	rig_open(r, &r->udp, "");
	rig_in(r, &r->udp, rig_message(r, "INFO", 2, "", "<X/>"));
	rig_hear(r, SIP_IND_INFO);
	rig_advance(r, 33 * S);
	assert_int_equal(sip_counters(r->ep)->unanswered, 1);
	assert_int_equal(
		sip_respond(r->ep, r->txn, 200, &(struct sip_reply){ 0 }, r->now_us), -ESTALE);
	r->tag[0] = '\0';
	r->branch = "z9hG4bKlast";
	rig_in(r, &r->udp, rig_message(r, "INVITE", 9, RIG_CONTACT, RIG_BODY));
	rig_hear(r, SIP_IND_INVITE);
	rig_advance(r, 33 * S);
	rig_answer(r, 100, "9 INVITE");
	rig_answer(r, 500, "9 INVITE");
	told = rig_hear(r, SIP_IND_CANCEL);
	assert_true(told->ind.initial);
	assert_int_equal(sip_usage(r->ep).dialogs, 1); // only the first one
	rig_answer(r, 500, "9 INVITE");
	rig_in(r, &r->udp, rig_message(r, "ACK", 9, "", ""));
	rig_free(r);
}

// --- our requests
// -----------------------------------------------------------------------------------

// Timer E: as above; timer F: 32 s, and then nothing has come.
static void request_unanswered(void **state)
{
	struct rig *r = rig_new(rig_config());
	const struct rig_told *told;
	const char *info;

	(void)state;
	rig_open(r, &r->udp, "");
	assert_int_equal(rig_info(r, 42), 0);
	info = rig_request(r, "INFO ")->text;
	assert_int_equal(sent_within(r, 600 * MS, info), 1);
	assert_int_equal(sent_within(r, 31200 * MS, info), 9);
	rig_quiet(r);
	rig_advance(r, 300 * MS);
	told = rig_hear(r, SIP_IND_REQUEST_DONE);
	assert_int_equal(told->ind.cookie, 42);
	assert_int_equal(told->ind.status, 0);
	assert_int_equal(sip_usage(r->ep).dialogs, 1);
	rig_free(r);
}

static void request_answered(void **state)
{
	struct rig *r = rig_new(rig_config());
	const struct rig_sent *info;

	(void)state;
	rig_open(r, &r->udp, "");
	assert_int_equal(rig_info(r, 42), 0);
	info = rig_request(r, "INFO ");
	rig_reply(r, &r->udp, info, 100);
	assert_int_equal(sent_within(r, 3900 * MS, info->text), 1); // armed before the 100 came
	assert_int_equal(sent_within(r, 4100 * MS, info->text), 1); // every T2 (17.1.2.2)
	rig_reply(r, &r->udp, info, 200);
	assert_int_equal(rig_hear(r, SIP_IND_REQUEST_DONE)->ind.status, 200);
	rig_reply(r, &r->udp, info, 200); // again: stray
	assert_int_equal(sip_counters(r->ep)->stray_responses, 1);
	rig_advance(r, 40 * S);
	rig_free(r);
}

static void request_on_stream(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_use_tcp(r);
	rig_open(r, &r->tcp, "");
	assert_int_equal(rig_info(r, 42), 0);
	rig_request(r, "INFO ");
	rig_advance(r, 31 * S);
	rig_quiet(r);
	rig_advance(r, 2 * S);
	assert_int_equal(rig_hear(r, SIP_IND_REQUEST_DONE)->ind.status, 0);
	rig_free(r);
}

// Answers that fit no request: another CSeq, another method, a server transaction's handle.
static void request_wrong_answer(void **state)
{
	struct rig *r = rig_new(rig_config());
	struct sip_config config = rig_config();
	const struct rig_sent *info;
	struct rig_sent changed;
	char token[TOKEN_SIZE];
	char *at;

	(void)state;
	rig_open(r, &r->udp, "");
	assert_int_equal(rig_info(r, 42), 0);
	info = rig_request(r, "INFO ");
	changed = *info;
	changed.text = strdup(info->text);
	at = strstr(changed.text, "CSeq: 1 INFO");
	at[6] = '2';
	rig_reply(r, &r->udp, &changed, 200);
	memcpy(at, "CSeq: 1 BYE ", 12);
	rig_reply(r, &r->udp, &changed, 200);
	rig_in(r, &r->udp, rig_message(r, "INFO", 2, "", "<X/>"));
	rig_hear(r, SIP_IND_INFO);
	token_write(&config.key, TOKEN_BRANCH, r->txn, token);
	memcpy(at, "CSeq: 1 INFO", 12);
	memcpy(strstr(changed.text, "z9hG4bK") + 7, token, TOKEN_SIZE - 1);
	rig_reply(r, &r->udp, &changed, 200);
	assert_int_equal(sip_counters(r->ep)->stray_responses, 3);
	rig_quiet(r);
	rig_respond(r, 200);
	rig_answer(r, 200, "2 INFO");
	rig_reply(r, &r->udp, info, 200);
	rig_hear(r, SIP_IND_REQUEST_DONE);
	free(changed.text);
	rig_free(r);
}

// 12.2.1.2: the peer knows nothing of the dialog.
static void dialog_unknown_to_peer(void **state)
{
	static const unsigned statuses[] = { 481, 408 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct rig *r = rig_new(rig_config());
		const struct rig_told *told;
		const struct rig_sent *first;

		rig_open(r, &r->udp, "");
		assert_int_equal(rig_info(r, 1), 0);
		assert_int_equal(rig_info(r, 2), 0);
		first = rig_request(r, "INFO ");
		rig_request(r, "INFO ");
		rig_reply(r, &r->udp, first, statuses[i]);
		assert_int_equal(rig_hear(r, SIP_IND_REQUEST_DONE)->ind.cookie, 1);
		told = rig_hear(r, SIP_IND_DIALOG_GONE);
		assert_true(told->ind.dialog == r->dialog);
		assert_int_equal(told->ind.status, statuses[i]);
		assert_int_equal(sip_usage(r->ep).dialogs, 0);
		rig_free(r);
	}
}

static void other_failures_end_nothing(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_open(r, &r->udp, "");
	assert_int_equal(rig_info(r, 0), 0);
	rig_reply(r, &r->udp, rig_request(r, "INFO "), 500);
	assert_int_equal(sip_usage(r->ep).dialogs, 1);
	rig_free(r);
}

static void bye_of_ours(void **state)
{
	struct rig *r = rig_new(rig_config());
	const struct rig_sent *bye;

	(void)state;
	rig_open(r, &r->udp, "");
	rig_in(r, &r->udp, rig_message(r, "INFO", 2, "", "<X/>"));
	rig_hear(r, SIP_IND_INFO);
	assert_int_equal(rig_info(r, 1), 0);
	rig_request(r, "INFO ");
	assert_int_equal(sip_bye(r->ep, r->dialog, 7, r->now_us), 0);
	bye = rig_request(r, "BYE ");
	assert_has(bye, "\r\nCSeq: 2 BYE\r\n");
	assert_int_equal(sip_usage(r->ep).dialogs, 0);
	rig_respond(r, 200); // the request that still waits
	rig_answer(r, 200, "2 INFO");
	assert_int_equal(sent_within(r, 600 * MS, bye->text), 1); // the BYE only
	rig_reply(r, &r->udp, bye, 481);
	assert_int_equal(rig_hear(r, SIP_IND_REQUEST_DONE)->ind.cookie, 7);
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(invite_trying),
		cmocka_unit_test(accepted_without_ack),
		cmocka_unit_test(accepted_then_ack),
		cmocka_unit_test(accepted_then_refresh),
		cmocka_unit_test(refused_without_ack),
		cmocka_unit_test(refused_then_ack),
		cmocka_unit_test(stream_invite),
		cmocka_unit_test(info_repeated),
		cmocka_unit_test(info_on_stream_is_forgotten),
		cmocka_unit_test(control_silent),
		cmocka_unit_test(request_unanswered),
		cmocka_unit_test(request_answered),
		cmocka_unit_test(request_on_stream),
		cmocka_unit_test(request_wrong_answer),
		cmocka_unit_test(dialog_unknown_to_peer),
		cmocka_unit_test(other_failures_end_nothing),
		cmocka_unit_test(bye_of_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
