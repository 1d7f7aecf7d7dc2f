// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Session refreshes of ours (RFC 4028, RFC 3311): what they carry, what their answers tell.
#include "tests/unit/sip/rig.h"

enum { COOKIE = 77 };

static int refresh(struct rig *r, uint32_t session_expires, uint32_t min_se)
{
	return sip_refresh(r->ep, r->dialog, session_expires, min_se, COOKIE, r->now_us);
}

static const struct rig_sent *refreshed(struct rig *r, uint32_t session_expires, uint32_t min_se)
{
	assert_int_equal(refresh(r, session_expires, min_se), 0);
	return rig_request(r, "UPDATE sip:user@10.0.0.9:5062 SIP/2.0\r\n");
}

static const struct sip_indication *done(struct rig *r, unsigned status)
{
	const struct sip_indication *ind = &rig_hear(r, SIP_IND_REQUEST_DONE)->ind;

	assert_int_equal(ind->status, status);
	assert_int_equal(ind->cookie, COOKIE);
	assert_true(ind->dialog == r->dialog);
	return ind;
}

static void carries_timer_and_target(void **state)
{
	struct rig *r = rig_new(rig_config());
	const struct rig_sent *sent;

	(void)state;
	rig_open(r, &r->udp, "");
	sent = refreshed(r, 600, 300);
	assert_has(sent, "\r\nCSeq: 1 UPDATE\r\n");
	assert_has(sent, "\r\nContact: <sip:10.0.0.1:5060;transport=udp>\r\n");
	assert_has(sent, "\r\nSupported: timer\r\n");
	assert_has(sent, "\r\nSession-Expires: 600;refresher=uac\r\n");
	assert_has(sent, "\r\nMin-SE: 300\r\n");
	assert_has(sent, "\r\nContent-Length: 0\r\n\r\n");
	assert_lacks(sent, "Content-Type");
	rig_reply(r, &r->udp, sent, 200);
	done(r, 200);
	sent = refreshed(r, 0, 0);
	assert_has(sent, "\r\nCSeq: 2 UPDATE\r\n");
	assert_lacks(sent, "Session-Expires");
	assert_lacks(sent, "Min-SE");
	rig_reply(r, &r->udp, sent, 200);
	done(r, 200);
	assert_int_equal(rig_info(r, 0), 0);
	sent = rig_request(r, "INFO ");
	assert_lacks(sent, "Contact:");
	assert_lacks(sent, "Supported:");
	rig_reply(r, &r->udp, sent, 200);
	rig_free(r);
}

static void answers_tell_their_timer(void **state)
{
	static const struct {
		unsigned status;
		const char *extra;
		uint32_t session_expires;
		uint8_t refresher;
		uint32_t min_se;
	} rows[] = {
		{ 200, "Session-Expires: 120;refresher=uac\r\nRequire: timer\r\n", 120,
			SIP_REFRESHER_UAC, 0 },
		{ 200, "x: 100;refresher=uas\r\n", 100, SIP_REFRESHER_UAS, 0 },
		{ 200, "", 0, SIP_REFRESHER_UNSET, 0 },
		{ 422, "Min-SE: 3600\r\n", 0, SIP_REFRESHER_UNSET, 3600 },
		{ 200, "Session-Expires: soon\r\nMin-SE: 90\r\n", 0, SIP_REFRESHER_UNSET, 0 },
		{ 501, "", 0, SIP_REFRESHER_UNSET, 0 },
	};
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_open(r, &r->udp, "");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct sip_indication *ind;

		rig_reply_with(r, &r->udp, refreshed(r, 600, 0), rows[i].status, rows[i].extra);
		ind = done(r, rows[i].status);
		assert_int_equal(ind->session_expires, rows[i].session_expires);
		assert_int_equal(ind->refresher, rows[i].refresher);
		assert_int_equal(ind->min_se, rows[i].min_se);
	}
	rig_free(r);
}

// A 2xx moves the target, any other answer does not.
static void answer_moves_the_target(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_open(r, &r->udp, "");
	rig_reply_with(
		r, &r->udp, refreshed(r, 0, 0), 500, "Contact: <sip:user@10.0.0.40:5070>\r\n");
	done(r, 500);
	rig_reply_with(
		r, &r->udp, refreshed(r, 0, 0), 200, "Contact: <sip:user@10.0.0.41:5071>\r\n");
	done(r, 200);
	assert_int_equal(rig_info(r, 0), 0);
	rig_reply_with(r, &r->udp, rig_request(r, "INFO sip:user@10.0.0.41:5071 "), 200,
		"Contact: <sip:user@10.0.0.42:5072>\r\n");
	assert_int_equal(rig_info(r, 0), 0);
	rig_reply(r, &r->udp, rig_request(r, "INFO sip:user@10.0.0.41:5071 "), 200);
	rig_free(r);
}

static void no_such_dialog_ends_it(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		unsigned status = i == 0 ? 481 : 408;

		r->tag[0] = '\0';
		rig_open(r, &r->udp, "");
		rig_reply(r, &r->udp, refreshed(r, 600, 0), status);
		done(r, status);
		assert_int_equal(rig_hear(r, SIP_IND_DIALOG_GONE)->ind.status, status);
		assert_int_equal(refresh(r, 600, 0), -ESTALE);
		rig_advance(r, 40000000);
	}
	rig_free(r);
}

// Silence ends nothing, and a refresh that got lost is none of the messages that the peer missed.
static void silence_is_told_and_not_lost(void **state)
{
	struct rig *r = rig_new(rig_config());
	unsigned copies = 0;

	(void)state;
	rig_open(r, &r->udp, "");
	rig_reply(r, &r->udp, refreshed(r, 600, 0), 200); // it answers
	done(r, 200);
	refreshed(r, 600, 0);
	rig_advance(r, 33000000);
	for (; r->sent_first < r->sent_next; copies++)
		rig_request(r, "UPDATE ");
	assert_int_equal(copies, 10); // timer E up to timer F
	done(r, 0);
	assert_int_equal(sip_counters(r->ep)->requests_lost, 0);
	r->refuse = true;
	assert_int_equal(refresh(r, 600, 0), -ENOTCONN);
	r->refuse = false;
	r->full = true;
	assert_int_equal(refresh(r, 600, 0), -EAGAIN);
	r->full = false;
	assert_int_equal(sip_counters(r->ep)->requests_lost, 0);
	rig_advance(r, 5000000);
	rig_free(r);
}

static void refresh_dies_with_its_connection(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_use_tcp(r);
	rig_open(r, &r->tcp, "");
	refreshed(r, 600, 0);
	assert_int_equal(rig_info(r, 0), 0);
	rig_request(r, "INFO ");
	sip_flow_undelivered(r->ep, r->tcp.conn);
	sip_flow_lost(r->ep, r->tcp.conn);
	assert_int_equal(sip_counters(r->ep)->requests_lost, 1); // the INFO
	r->reachable = true;
	assert_int_equal(refreshed(r, 600, 0)->flow.conn, 1000);
	rig_advance(r, 40000000);
	done(r, 0);
	done(r, 0);
	rig_free(r);
}

// Whatever the peer asks in the dialog is remembered for who waits for its answer.
static void requests_are_heard(void **state)
{
	static const char *const methods[] = { "INFO", "OPTIONS" };
	struct rig *r = rig_new(rig_config());
	uint64_t opened;

	(void)state;
	opened = r->now_us;
	rig_open(r, &r->udp, "");
	rig_advance(r, 1000000);
	for (unsigned i = 0; i < 2; i++) {
		rig_reply(r, &r->udp, refreshed(r, 600, 0), 200);
		assert_true(done(r, 200)->heard_us == opened);
		rig_advance(r, 1000000);
		rig_in(r, &r->udp, rig_message(r, methods[i], 2 + i, "", ""));
		rig_take(r);
		opened = r->now_us;
	}
	rig_free(r);
}

// A refresh of the peer's while ours is open: both are served, as neither makes an offer (RFC 3311
// 5.2).
static void glare_is_no_refusal(void **state)
{
	struct rig *r = rig_new(rig_config());
	const struct rig_sent *ours;

	(void)state;
	rig_open(r, &r->udp, "");
	ours = refreshed(r, 600, 0);
	rig_in(r, &r->udp, rig_message(r, "UPDATE", 2, "Supported: timer\r\n", ""));
	rig_hear(r, SIP_IND_UPDATE);
	rig_respond(r, 200);
	rig_answer(r, 200, "2 UPDATE");
	rig_reply(r, &r->udp, ours, 491);
	done(r, 491);
	rig_free(r);
}

// What the answer to an INVITE says when we are to refresh.
static void answer_names_us(void **state)
{
	static const struct {
		const char *supported;
		const char *line;
	} rows[] = {
		{ "Supported: timer\r\n",
			"\r\nRequire: timer\r\nSession-Expires: 600;refresher=uas\r\n" },
		{ "", "\r\nSession-Expires: 600;refresher=uas\r\n" },
	};
	struct sip_reply reply = { .session_expires = 600, .refresher = SIP_REFRESHER_UAS };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig *r = rig_new(rig_config());
		const struct rig_sent *sent;
		char lines[256];

		snprintf(lines, sizeof(lines), RIG_CONTACT "%s", rows[i].supported);
		rig_in(r, &r->udp, rig_message(r, "INVITE", 1, lines, RIG_BODY));
		r->dialog = rig_hear(r, SIP_IND_INVITE)->ind.dialog;
		assert_int_equal(sip_respond(r->ep, r->txn, 200, &reply, r->now_us), 0);
		sent = rig_answer(r, 200, "1 INVITE");
		assert_has(sent, rows[i].line);
		if (rows[i].supported[0] == '\0')
			assert_lacks(sent, "Require:");
		rig_tag_learn(r, sent);
		rig_in(r, &r->udp, rig_message(r, "ACK", 1, "", ""));
		rig_hear(r, SIP_IND_ACK);
		rig_free(r);
	}
}

// RFC 4028 9: whom a 422 would tell nothing gets none.
static void short_interval_of_a_proxy(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	rig_in(r, &r->udp,
		rig_message(r, "INVITE", 1, RIG_CONTACT "Session-Expires: 60\r\n", RIG_BODY));
	assert_int_equal(rig_hear(r, SIP_IND_INVITE)->ind.session_expires, 60);
	rig_respond(r, 480);
	rig_answer(r, 480, "1 INVITE");
	rig_in(r, &r->udp, rig_message(r, "ACK", 1, "", ""));
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carries_timer_and_target),
		cmocka_unit_test(answers_tell_their_timer),
		cmocka_unit_test(answer_moves_the_target),
		cmocka_unit_test(no_such_dialog_ends_it),
		cmocka_unit_test(silence_is_told_and_not_lost),
		cmocka_unit_test(refresh_dies_with_its_connection),
		cmocka_unit_test(requests_are_heard),
		cmocka_unit_test(glare_is_no_refusal),
		cmocka_unit_test(answer_names_us),
		cmocka_unit_test(short_interval_of_a_proxy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
