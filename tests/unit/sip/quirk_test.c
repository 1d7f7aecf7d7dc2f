// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A client that keeps few of the rules, as they exist: no branch, no answer to any INFO of ours, a
// CSeq that starts anew, an ACK with another CSeq, requests sent without waiting for answers,
// connections that break.
#include "tests/unit/sip/rig.h"

enum { S = 1000000 };

static struct rig *client_new(void)
{
	struct rig *r = rig_new(rig_config());

	rig_use_tcp(r);
	r->branch = NULL;
	return r;
}

// One session as such a client runs it, refresh included.
static void session_of_the_client(void **state)
{
	struct rig *r = client_new();

	(void)state;
	rig_open(r, &r->tcp, "Supported: timer\r\n");
	rig_in(r, &r->tcp, rig_message(r, "INFO", 2, "", "<GetCSTAFeatures/>"));
	rig_hear(r, SIP_IND_INFO);
	rig_respond(r, 200);
	rig_answer(r, 200, "2 INFO");
	for (int refresh = 0; refresh < 2; refresh++) {
		rig_in(r, &r->tcp, rig_message(r, "INVITE", 3, RIG_CONTACT, RIG_BODY));
		rig_hear(r, SIP_IND_REINVITE);
		rig_respond(r, 200);
		rig_answer(r, 200, "3 INVITE");
		rig_in(r, &r->tcp, rig_message(r, "ACK", 1, "", "")); // not 3
		rig_hear(r, SIP_IND_ACK);
		rig_in(r, &r->tcp, rig_message(r, "INFO", 2, "", "<MakeCall/>")); // 2 again
		assert_string_equal(rig_hear(r, SIP_IND_INFO)->body, "<MakeCall/>");
		rig_respond(r, 200);
		rig_answer(r, 200, "2 INFO");
		rig_advance(r, 40 * S); // no 2xx is repeated
		rig_quiet(r);
	}
	assert_int_equal(sip_counters(r->ep)->cseq_went_back, 2);
	rig_in(r, &r->tcp, rig_message(r, "BYE", 3, "", ""));
	rig_answer(r, 200, "3 BYE");
	rig_hear(r, SIP_IND_BYE);
	rig_free(r);
}

// The same over UDP: without a branch a repeated request is known by the rules of RFC 2543.
static void no_branch_over_udp(void **state)
{
	struct rig *r = rig_new(rig_config());
	const char *first;

	(void)state;
	r->branch = NULL;
	rig_in(r, &r->udp, rig_message(r, "INVITE", 1, RIG_CONTACT, RIG_BODY));
	r->dialog = rig_hear(r, SIP_IND_INVITE)->ind.dialog;
	rig_in(r, &r->udp, r->text);
	rig_answer(r, 100, "1 INVITE");
	rig_respond(r, 200);
	first = rig_answer(r, 200, "1 INVITE")->text;
	rig_in(r, &r->udp, r->text);
	assert_string_equal(rig_take(r)->text, first);
	rig_tag_learn(r, &r->sent[1]);
	rig_in(r, &r->udp, rig_message(r, "ACK", 1, "", ""));
	rig_hear(r, SIP_IND_ACK);
	rig_in(r, &r->udp, rig_message(r, "INFO", 2, "", "<X/>"));
	rig_hear(r, SIP_IND_INFO);
	rig_respond(r, 200);
	first = rig_answer(r, 200, "2 INFO")->text;
	rig_in(r, &r->udp, r->text);
	assert_string_equal(rig_take(r)->text, first);
	rig_free(r);
}

// A CANCEL and an ACK of a refusal find their INVITE without a branch.
static void no_branch_cancel(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	r->branch = NULL;
	rig_in(r, &r->udp, rig_message(r, "INVITE", 1, RIG_CONTACT, RIG_BODY));
	rig_hear(r, SIP_IND_INVITE);
	rig_in(r, &r->udp, rig_message(r, "CANCEL", 1, "", ""));
	rig_answer(r, 200, "1 CANCEL");
	rig_tag_learn(r, rig_answer(r, 487, "1 INVITE"));
	rig_hear(r, SIP_IND_CANCEL);
	rig_in(r, &r->udp, rig_message(r, "ACK", 1, "", ""));
	rig_advance(r, 10 * S);
	rig_free(r);
}

// A branch that is the same in every request does not make them one.
static void constant_branch(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	r->branch = "z9hG4bKalways";
	rig_open(r, &r->udp, "");
	for (unsigned i = 2; i < 6; i++) {
		char cseq[16];

		rig_in(r, &r->udp, rig_message(r, "INFO", i, "", "<X/>"));
		rig_hear(r, SIP_IND_INFO);
		rig_respond(r, 200);
		snprintf(cseq, sizeof(cseq), "%u INFO", i);
		rig_answer(r, 200, cseq);
	}
	rig_free(r);
}

// It acknowledges a refused refresh with another CSeq as well.
static void refused_refresh_acknowledged(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	r->branch = NULL;
	rig_open(r, &r->udp, "");
	rig_in(r, &r->udp, rig_message(r, "INVITE", 5, RIG_CONTACT, RIG_BODY));
	rig_hear(r, SIP_IND_REINVITE);
	rig_respond(r, 500);
	rig_answer(r, 500, "5 INVITE");
	rig_in(r, &r->udp, rig_message(r, "ACK", 1, "", ""));
	rig_advance(r, 10 * S);
	rig_free(r);
}

// Two requests in one segment; the answers may be given in any order.
static void pipelined(void **state)
{
	struct rig *r = client_new();
	char both[4096];
	handle_t first;

	(void)state;
	rig_open(r, &r->tcp, "");
	strcpy(both, rig_message(r, "INFO", 2, "", "<GetCSTAFeatures/>"));
	strcat(both, rig_message(r, "INFO", 3, "", "<MonitorStart/>"));
	rig_in(r, &r->tcp, both);
	first = rig_hear(r, SIP_IND_INFO)->ind.txn;
	assert_string_equal(rig_hear(r, SIP_IND_INFO)->body, "<MonitorStart/>");
	rig_respond(r, 200);
	rig_answer(r, 200, "3 INFO");
	r->txn = first;
	rig_respond(r, 200);
	rig_answer(r, 200, "2 INFO");
	rig_free(r);
}

// MonitorStop and BYE back to back: the first is answered although the dialog is gone.
static void stop_and_bye(void **state)
{
	struct rig *r = client_new();
	char both[4096];

	(void)state;
	rig_open(r, &r->tcp, "");
	strcpy(both, rig_message(r, "INFO", 2, "", "<MonitorStop/>"));
	strcat(both, rig_message(r, "BYE", 3, "", ""));
	rig_in(r, &r->tcp, both);
	rig_hear(r, SIP_IND_INFO);
	rig_hear(r, SIP_IND_BYE);
	rig_answer(r, 200, "3 BYE");
	rig_respond(r, 200);
	rig_answer(r, 200, "2 INFO");
	rig_free(r);
}

// Events are never answered: the dialog lives, requests of ours stay bounded, later ones go out at
// once.
static void events_never_answered(void **state)
{
	struct rig *r = client_new();

	(void)state;
	rig_open(r, &r->tcp, "");
	for (unsigned i = 0; i < 1000; i++) {
		assert_int_equal(rig_info(r, 0), 0);
		rig_request(r, "INFO ");
		assert_true(sip_usage(r->ep).transactions <= 8);
	}
	assert_int_equal(sip_counters(r->ep)->requests_forgotten, 1000 - 8);
	rig_advance(r, 40 * S);
	assert_int_equal(sip_counters(r->ep)->requests_timed_out, 8);
	assert_int_equal(sip_usage(r->ep).transactions, 0);
	assert_int_equal(sip_usage(r->ep).dialogs, 1);
	assert_int_equal(rig_info(r, 0), 0);
	assert_has(rig_request(r, "INFO "), "\r\nCSeq: 1001 INFO\r\n");
	rig_free(r);
}

// With a cookie, what is pushed out is told like what was never answered.
static void forgotten_is_told(void **state)
{
	struct rig *r = client_new();

	(void)state;
	rig_open(r, &r->tcp, "");
	for (unsigned i = 1; i <= 9; i++) {
		assert_int_equal(rig_info(r, i), 0);
		rig_request(r, "INFO ");
	}
	assert_int_equal(rig_hear(r, SIP_IND_REQUEST_DONE)->ind.cookie, 1);
	rig_free(r);
}

// The connection breaks: the dialog waits for the peer, and events go where it comes back.
static void connection_lost(void **state)
{
	struct rig *r = client_new();
	struct sip_flow other = r->tcp, now;

	(void)state;
	rig_open(r, &r->tcp, "");
	sip_flow_lost(r->ep, 78); // somebody else's
	assert_int_equal(rig_info(r, 1), 0);
	rig_request(r, "INFO ");
	sip_flow_lost(r->ep, r->tcp.conn);
	assert_int_equal(rig_info(r, 2), -ENOTCONN);
	assert_int_equal(sip_counters(r->ep)->no_flow, 1);
	assert_false(sip_dialog_flow(r->ep, r->dialog, &now));
	rig_advance(r, 40 * S);
	assert_int_equal(rig_hear(r, SIP_IND_REQUEST_DONE)->ind.status, 0);
	assert_int_equal(sip_usage(r->ep).dialogs, 1);
	other.conn = 79;
	other.remote.port = 40001;
	rig_in(r, &other, rig_message(r, "INVITE", 7, RIG_CONTACT, RIG_BODY));
	rig_hear(r, SIP_IND_REINVITE);
	rig_respond(r, 200);
	assert_true(rig_answer(r, 200, "7 INVITE")->flow.conn == 79);
	assert_int_equal(rig_info(r, 0), 0);
	assert_true(rig_request(r, "INFO ")->flow.conn == 79);
	rig_in(r, &other, rig_message(r, "ACK", 7, "", ""));
	rig_hear(r, SIP_IND_ACK);
	rig_free(r);
}

// Many dialogs on one connection, moved and closed in any order.
static void connection_shared(void **state)
{
	struct rig *r = client_new();
	struct sip_flow other = r->tcp;
	handle_t dialogs[4];
	char tags[4][64];

	(void)state;
	other.conn = 79;
	for (unsigned i = 0; i < 4; i++) {
		r->tag[0] = '\0';
		r->branch = "";
		rig_open(r, &r->tcp, "");
		dialogs[i] = r->dialog;
		strcpy(tags[i], r->tag);
	}
	strcpy(r->tag, tags[1]);
	rig_in(r, &other, rig_message(r, "INFO", 5, "", ""));
	rig_answer(r, 200, "5 INFO");
	assert_int_equal(sip_counters(r->ep)->flow_moves, 1);
	sip_dialog_close(r->ep, dialogs[2]);
	sip_flow_lost(r->ep, r->tcp.conn);
	for (unsigned i = 0; i < 4; i++) {
		struct sip_flow flow;

		assert_int_equal(sip_dialog_flow(r->ep, dialogs[i], &flow), i == 1);
		sip_dialog_close(r->ep, dialogs[i]);
	}
	rig_free(r);
}

// A lost connection takes the flow of its own dialogs only, also of those that share its place in
// the table.
static void connections_apart(void **state)
{
	struct rig *r = client_new();
	handle_t dialogs[16];
	struct sip_flow flow;

	(void)state;
	r->branch = "";
	for (unsigned i = 0; i < 16; i++) {
		r->tag[0] = '\0';
		r->tcp.conn = 100 + i;
		rig_open(r, &r->tcp, "");
		dialogs[i] = r->dialog;
	}
	for (unsigned i = 0; i < 16; i++) {
		sip_flow_lost(r->ep, 100 + i);
		for (unsigned j = 0; j < 16; j++)
			assert_int_equal(sip_dialog_flow(r->ep, dialogs[j], &flow), j > i);
	}
	for (unsigned i = 0; i < 16; i++)
		sip_dialog_close(r->ep, dialogs[i]);
	rig_free(r);
}

// A connection that takes nothing more is no reason to lose the dialog either.
static void transmit_refused(void **state)
{
	struct rig *r = client_new();

	(void)state;
	rig_open(r, &r->tcp, "");
	rig_in(r, &r->tcp, rig_message(r, "INFO", 2, "", "<X/>"));
	rig_hear(r, SIP_IND_INFO);
	r->refuse = true;
	assert_int_equal(rig_info(r, 5), -ENOTCONN);
	assert_int_equal(
		sip_respond(r->ep, r->txn, 200, &(struct sip_reply){ 0 }, r->now_us), -ENOTCONN);
	assert_int_equal(sip_counters(r->ep)->transmit_failed, 2);
	r->refuse = false;
	assert_int_equal(sip_usage(r->ep).transactions, 0);
	assert_int_equal(rig_info(r, 0), 0);
	assert_has(rig_request(r, "INFO "), "\r\nCSeq: 1 INFO\r\n"); // no number is lost
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(session_of_the_client),
		cmocka_unit_test(no_branch_over_udp),
		cmocka_unit_test(no_branch_cancel),
		cmocka_unit_test(constant_branch),
		cmocka_unit_test(refused_refresh_acknowledged),
		cmocka_unit_test(pipelined),
		cmocka_unit_test(stop_and_bye),
		cmocka_unit_test(events_never_answered),
		cmocka_unit_test(forgotten_is_told),
		cmocka_unit_test(connection_lost),
		cmocka_unit_test(connection_shared),
		cmocka_unit_test(connections_apart),
		cmocka_unit_test(transmit_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
