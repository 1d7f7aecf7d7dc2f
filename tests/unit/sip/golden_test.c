// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Messages of ours, to the byte. The files hold LF for CRLF. GOLDEN_DIR is the folder they lie in;
// with GOLDEN_WRITE in the environment they are written instead of compared.
#include "tests/unit/sip/rig.h"

static void golden_compare(const struct rig_sent *sent, const char *name)
{
	char path[512], want[8192], got[8192];
	size_t n = 0;
	bool writing = getenv("GOLDEN_WRITE") != NULL;
	FILE *file;

	for (size_t i = 0; i < sent->n; i++)
		if (sent->text[i] != '\r')
			got[n++] = sent->text[i];
	got[n] = '\0';
	snprintf(path, sizeof(path), "%s/%s.txt", GOLDEN_DIR, name);
	file = fopen(path, writing ? "w" : "r");
	assert_non_null(file);
	if (writing) {
		assert_int_equal(fwrite(got, 1, n, file), n);
	} else {
		want[fread(want, 1, sizeof(want) - 1, file)] = '\0';
		assert_string_equal(got, want);
	}
	fclose(file);
}

// One session over TCP behind a proxy, the client's branch missing as it does in life.
static void golden_session(void **state)
{
	struct rig *r = rig_new(rig_config());
	struct sip_reply reply = {
		.session_expires = 1800,
		.refresher = SIP_REFRESHER_UAC,
		.body = SPAN("<RequestSystemStatusResponse/>\n"),
	};

	(void)state;
	rig_use_tcp(r);
	r->branch = NULL;
	rig_in(r, &r->tcp,
		rig_message(r, "INVITE", 1,
			RIG_CONTACT
			"Supported: timer\r\nRecord-Route: <sip:proxy.example.com;lr>\r\n",
			RIG_BODY));
	r->dialog = rig_hear(r, SIP_IND_INVITE)->ind.dialog;
	rig_advance(r, 300000);
	golden_compare(rig_take(r), "trying");
	assert_int_equal(sip_respond(r->ep, r->txn, 200, &reply, r->now_us), 0);
	rig_tag_learn(r, &r->sent[r->sent_first]);
	golden_compare(rig_take(r), "invite-ok");
	rig_in(r, &r->tcp, rig_message(r, "ACK", 1, "", ""));
	rig_hear(r, SIP_IND_ACK);
	rig_in(r, &r->tcp, rig_message(r, "INFO", 2, "", "<MonitorStart/>"));
	rig_hear(r, SIP_IND_INFO);
	reply = (struct sip_reply){ .body = SPAN("<MonitorStartResponse/>\n") };
	assert_int_equal(sip_respond(r->ep, r->txn, 200, &reply, r->now_us), 0);
	golden_compare(rig_take(r), "info-ok");
	assert_int_equal(sip_request(r->ep, r->dialog, SIP_INFO, SPAN_NONE,
				 SPAN("<DeliveredEvent/>\n"), 0, r->now_us),
		0);
	golden_compare(rig_take(r), "info");
	rig_in(r, &r->tcp, rig_message(r, "INFO", 3, "Content-Type: text/plain\r\n", "?"));
	golden_compare(rig_take(r), "unsupported-type");
	assert_int_equal(sip_refresh(r->ep, r->dialog, 1800, 300, 0, r->now_us), 0);
	golden_compare(rig_take(r), "update");
	assert_int_equal(sip_bye(r->ep, r->dialog, 0, r->now_us), 0);
	golden_compare(rig_take(r), "bye");
	rig_free(r);
}

static void golden_outside(void **state)
{
	struct rig *r = rig_new(rig_config());

	(void)state;
	r->via = "SIP/2.0/UDP 192.168.1.2:5060;rport";
	rig_in(r, &r->udp, rig_message(r, "OPTIONS", 1, "", ""));
	golden_compare(rig_take(r), "options-ok");
	rig_in(r, &r->udp,
		rig_message(
			r, "INVITE", 2, RIG_CONTACT "k: timer\r\nSession-Expires: 30\r\n", "<X/>"));
	golden_compare(rig_take(r), "interval-too-small");
	sip_accept_new(r->ep, false);
	rig_in(r, &r->udp, rig_message(r, "INVITE", 3, RIG_CONTACT, "<X/>"));
	golden_compare(rig_take(r), "overload");
	rig_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_session),
		cmocka_unit_test(golden_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
