// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The life of CSTA sessions: who gets one, how long it lasts, what ends it.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/config/phone_model.h"
#include "control/csta/csta.h"
#include "control/vty/debug.h"
#include "tests/unit/control/client.h"

#define STATUS "<RequestSystemStatus/>"
#define NORMAL "RequestSystemStatusResponse systemStatus=normal"
#define LINE(text) \
	"<RequestSystemStatus " \
	"xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">" \
	"<extensions><privateData><private><lcs:line " \
	"xmlns:lcs=\"http://schemas.microsoft.com/Lcs/" \
	"2005/04/RCCExtension\">" text "</lcs:line></private></privateData></extensions>" \
	"</RequestSystemStatus>"
#define MONITOR(device) \
	"<MonitorStart><monitorObject><deviceObject>" device "</deviceObject></monitorObject>" \
	"</MonitorStart>"

static struct session *only_session(struct office *o)
{
	uint32_t cursor = 0;
	struct session *session = session_next(&o->rig->engine, &cursor);

	assert_non_null(session);
	assert_null(session_next(&o->rig->engine, &cursor));
	return session;
}

static unsigned sessions(struct office *o)
{
	return o->rig->engine.sessions.used;
}

static void opens_and_fills_in(void **state)
{
	struct office *o = *state;
	struct session *session;

	client_open(&o->ca);
	session = only_session(o);
	assert_int_equal(session->id, 1);
	assert_string_equal(session->line, "sip:201@10.0.0.1");
	assert_string_equal(session->user, "sip:user1@example.com");
	assert_string_equal(session->agent, "client 1");
	assert_string_equal(session_state_name(session), "ACTIVE");
	assert_int_equal(session->transport, TRANSPORT_TCP);
	assert_true(endpoint_eq(&session->remote, &o->ca.open.remote));
	assert_ptr_equal(session->dn, dn_find(&o->rig->engine, "201"));
	assert_int_equal(session->expires_us - session->started_us, 1800 * UINT64_C(1000000));
	client_bye(&o->ca);
	assert_int_equal(sessions(o), 0);
	client_told(&o->ca, "");
}

// Who is refused, and how. To and the Request-URI, the body, the answer.
static const struct {
	const char *to;
	const char *request_uri;
	const char *body;
	const char *answer;
} invites[] = {
	// The line: private data before To before the Request-URI.
	{ "sip:201@10.0.0.1", "sip:x@10.0.0.1", STATUS, "200 1800 " NORMAL },
	{ "sip:cme@10.0.0.1", "sip:201@10.0.0.1", STATUS, "200 1800 " NORMAL },
	{ "sip:cme@10.0.0.1", "sip:cme@10.0.0.1", LINE("tel:201;phone-context=dialstring"),
		"200 1800 " NORMAL },
	{ "sip:201@10.0.0.1", "sip:201@10.0.0.1", LINE("tel:999"), "404" },
	{ "tel:+4085550201", "sip:10.0.0.1", STATUS, "200 1800 " NORMAL },
	{ "sip:302@10.0.0.1", "sip:10.0.0.1", STATUS, "200 1800 " NORMAL },
	{ "sip:205@10.0.0.1", "sip:10.0.0.1", STATUS, "200 1800 " NORMAL }, // cti notify
	{ "sip:999@10.0.0.1", "sip:10.0.0.1", STATUS, "404" },
	{ "sip:10.0.0.1", "sip:10.0.0.1:5060", STATUS, "200 1800 " NORMAL }, // no line yet
	{ "sips:cme.example.com;transport=tls", "sip:10.0.0.1", STATUS, "200 1800 " NORMAL },
	{ "sip:10.0.0.1", "sip:201@10.0.0.1", STATUS, "200 1800 " NORMAL },
	{ "sip:10.0.0.1", "sip:cme@10.0.0.1", STATUS, "404" },
	{ "sip:cme@10.0.0.1", "sip:10.0.0.1", STATUS, "404" },
	{ "sip:10.0.0.1", "sip:10.0.0.1", LINE("tel:999"), "404" },
	{ "sip:201", "sip:201", STATUS, "200 1800 " NORMAL }, // a host
	{ "tel:999", "sip:10.0.0.1", STATUS, "404" },
	{ "", "", STATUS, "404" },
	{ "sip:203@10.0.0.1", "sip:203@10.0.0.1", STATUS, "403" }, // no cti watch
	{ "sip:204@10.0.0.1", "sip:204@10.0.0.1", STATUS, "480" }, // phone away
	{ "sip:201@10.0.0.1", "sip:201@10.0.0.1", NULL, "488" },
	{ "sip:201@10.0.0.1", "sip:201@10.0.0.1", "<GetCSTAFeatures/>", "400" },
	{ "sip:201@10.0.0.1", "sip:201@10.0.0.1", "<Nonsense/>", "400" },
	{ "sip:999@10.0.0.1", "sip:999@10.0.0.1", NULL, "488" },
};

static void refuses_and_accepts(void **state)
{
	struct office *o = *state;

	for (size_t i = 0; i < sizeof(invites) / sizeof(invites[0]); i++) {
		snprintf(o->ca.open.to_uri, URI_TEXT_SIZE, "%s", invites[i].to);
		snprintf(o->ca.open.request_uri, URI_TEXT_SIZE, "%s", invites[i].request_uri);
		assert_string_equal(client_invite(&o->ca, invites[i].body), invites[i].answer);
		assert_int_equal(sessions(o), strncmp(invites[i].answer, "200", 3) == 0);
		client_bye(&o->ca);
	}
}

// Opened by the gateway's address alone: the first device that is monitored is its line.
static void first_monitor_names_the_line(void **state)
{
	struct office *o = *state;

	snprintf(o->ca.open.to_uri, URI_TEXT_SIZE, "sip:10.0.0.1");
	snprintf(o->ca.open.request_uri, URI_TEXT_SIZE, "sip:10.0.0.1");
	client_open(&o->ca);
	assert_null(only_session(o)->dn);
	engine_cti_changed(&o->rig->engine);
	assert_string_equal(client_ask(&o->ca, MONITOR("tel:203")),
		"CSTAErrorCode operation=privilegeViolationSpecifiedDevice");
	sim_enbloc(o->a, "202");
	client_open(&o->cb);
	client_ask(&o->cb, MONITOR("202"));
	sim_off_hook(o->b);
	client_hear(&o->cb);
	assert_string_equal(
		client_ask(&o->ca,
			"<HoldCall><callToBeHeld><callID>C1</callID></callToBeHeld></HoldCall>"),
		"CSTAErrorCode operation=invalidConnectionID");
	client_bye(&o->cb);
	assert_null(only_session(o)->dn);
	client_ask(&o->ca, MONITOR("tel:201;ext=201"));
	assert_ptr_equal(only_session(o)->dn, dn_find(&o->rig->engine, "201"));
	assert_string_equal(only_session(o)->line, "tel:201;ext=201");
	client_ask(&o->ca, MONITOR("tel:202"));
	assert_string_equal(only_session(o)->line, "tel:201;ext=201");
	config_dn_get(o->rig->config, 1)->own.cti_watch = SETTING_OFF;
	engine_dn_changed(&o->rig->engine, 1);
	client_told(&o->ca, "MonitorStop M2\nMonitorStop M3\nBYE\n");
	sim_on_hook(o->a);
	sim_on_hook(o->b);
}

static void cti_shut_down_refuses_all(void **state)
{
	struct office *o = *state;

	o->rig->config->voice_service.cti_shutdown = true;
	assert_string_equal(client_invite(&o->ca, STATUS), "403");
	assert_string_equal(client_invite(&o->ca, NULL), "403");
}

// RFC 4028: what the client asks for, whether it supports timers, what it gets.
static const struct {
	uint32_t asked_s;
	uint32_t min_se_s;
	uint8_t refresher;
	bool supports;
	const char *answer;
} intervals[] = {
	{ 0, 0, REFRESHER_UNSET, true, "200 1800 " NORMAL },
	{ 600, 0, REFRESHER_UNSET, true, "200 600 " NORMAL },
	{ 600, 0, REFRESHER_UAC, true, "200 600 " NORMAL },
	{ 600, 0, REFRESHER_UAS, true, "200 600/uas " NORMAL },
	{ 90, 0, REFRESHER_UNSET, true, "200 90 " NORMAL },
	{ 89, 0, REFRESHER_UNSET, true, "422 min-se 90" },
	{ 1, 0, REFRESHER_UNSET, true, "422 min-se 90" },
	{ 4294967295u, 0, REFRESHER_UNSET, true, "200 86400 " NORMAL },
	// Not below the client's own minimum; none at all when that is more than we give.
	{ 0, 3600, REFRESHER_UNSET, true, "200 3600 " NORMAL },
	{ 600, 90, REFRESHER_UNSET, true, "200 600 " NORMAL },
	{ 100000, 86400, REFRESHER_UNSET, true, "200 86400 " NORMAL },
	{ 4294967295u, 86401, REFRESHER_UNSET, true, "200 0 " NORMAL },
	// Clients without the extension need not refresh, and know no 422.
	{ 0, 0, REFRESHER_UNSET, false, "200 1800/uas " NORMAL },
	{ 600, 0, REFRESHER_UNSET, false, "200 600/uas " NORMAL },
	{ 600, 0, REFRESHER_UAC, false, "200 600/uas " NORMAL },
	{ 60, 0, REFRESHER_UNSET, false, "200 90/uas " NORMAL },
};

static void negotiates_the_timer(void **state)
{
	struct office *o = *state;

	for (size_t i = 0; i < sizeof(intervals) / sizeof(intervals[0]); i++) {
		o->ca.open.session_expires_s = intervals[i].asked_s;
		o->ca.open.min_se_s = intervals[i].min_se_s;
		o->ca.open.refresher = intervals[i].refresher;
		o->ca.open.supports_timer = intervals[i].supports;
		assert_string_equal(client_invite(&o->ca, STATUS), intervals[i].answer);
		client_bye(&o->ca);
	}
}

// Given up 32 s before the end, or a third of a short interval.
static void expires_without_refresh(void **state)
{
	struct office *o = *state;

	client_open(&o->ca);
	client_ask(&o->ca, MONITOR("tel:201"));
	rig_wait(o->rig, 1800 - 32 - 1);
	assert_int_equal(sessions(o), 1);
	rig_wait(o->rig, 1);
	assert_int_equal(sessions(o), 0);
	assert_int_equal(o->rig->engine.monitors.used, 0);
	client_told(&o->ca, "BYE\n");
	o->ca.open.session_expires_s = 90;
	assert_string_equal(client_invite(&o->ca, STATUS), "200 90 " NORMAL);
	rig_wait(o->rig, 59);
	assert_int_equal(sessions(o), 1);
	rig_wait(o->rig, 1);
	assert_int_equal(sessions(o), 0);
	client_told(&o->ca, "BYE\n");
	rig_wait(o->rig, 3600);
	client_told(&o->ca, "");
}

// UPDATE without a body and re-INVITE with one, both alike; monitors live on.
static void refreshes_keep_it(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	rig_wait(o->rig, 1700);
	assert_string_equal(client_refresh(&o->ca, 0, STATUS), "200 1800 " NORMAL);
	assert_string_equal(client_refresh(&o->cb, 0, NULL), "200 1800 -");
	rig_wait(o->rig, 1700);
	assert_int_equal(sessions(o), 2);
	assert_string_equal(client_refresh(&o->ca, 300, STATUS), "200 300 " NORMAL);
	assert_string_equal(client_refresh(&o->cb, 0, NULL), "200 1800 -");
	rig_wait(o->rig, 267);
	assert_int_equal(sessions(o), 2);
	rig_wait(o->rig, 1);
	assert_int_equal(sessions(o), 1);
	client_told(&o->ca, "BYE\n");
	sim_off_hook(o->b);
	client_told(&o->cb, "ServiceInitiatedEvent M2 initiatedConnection={C1 tel:202 }"
			    " initiatingDevice={tel:202 } localConnectionInfo=initiated"
			    " cause=newCall\n");
}

// A refresh that is refused changes nothing: the session stays and its timer runs on.
static void refused_refresh_changes_nothing(void **state)
{
	struct office *o = *state;

	client_open(&o->ca);
	rig_wait(o->rig, 1000);
	assert_string_equal(client_refresh(&o->ca, 30, STATUS), "422 min-se 90");
	assert_string_equal(client_refresh(&o->ca, 0, "<MonitorStop/>"), "400");
	assert_int_equal(only_session(o)->interval_s, 1800);
	rig_wait(o->rig, 767);
	assert_int_equal(sessions(o), 1);
	rig_wait(o->rig, 1);
	assert_int_equal(sessions(o), 0);
}

// --- refreshes of the engine ---------------------------------------------------------------------

static void open_old(struct client *client)
{
	client->open.supports_timer = false;
	assert_string_equal(client_invite(client, STATUS), "200 1800/uas " NORMAL);
}

// With the extension, for 600 s, asking the engine to refresh.
static void open_served(struct client *client, uint32_t min_se_s)
{
	client->open.session_expires_s = 600;
	client->open.refresher = REFRESHER_UAS;
	client->open.min_se_s = min_se_s;
	assert_string_equal(client_invite(client, STATUS), "200 600/uas " NORMAL);
}

static void answer(struct client *client, unsigned status)
{
	client_answer(client, &(struct event_session_answered){ .status = (uint16_t)status });
}

// Nothing for so many seconds, and this in the next one.
static void told_after(struct client *client, unsigned seconds, const char *text)
{
	rig_wait(client->rig, seconds - 1);
	client_told(client, "");
	rig_wait(client->rig, 1);
	client_told(client, text);
}

// A client without the extension that says nothing any more: asked at half of the interval and at
// three quarters, gone at its end.
static void silent_client_ends(void **state)
{
	struct office *o = *state;

	open_old(&o->ca);
	client_ask(&o->ca, MONITOR("tel:201"));
	told_after(&o->ca, 900, "UPDATE 0\n");
	told_after(&o->ca, 450, "UPDATE 0\n");
	told_after(&o->ca, 450, "BYE\n");
	assert_int_equal(sessions(o), 0);
	assert_int_equal(o->rig->engine.monitors.used, 0);
}

static const struct {
	unsigned status;
	bool lives;
} answers[] = {
	{ 200, true },
	{ 202, true },
	{ 302, true },
	{ 400, true },
	{ 401, true },
	{ 405, true },
	{ 420, true },
	{ 422, true },
	{ 488, true },
	{ 491, true },
	{ 500, true },
	{ 501, true },
	{ 603, true },
	{ 404, false },
	{ 410, false },
	{ 430, false },
	{ 480, false },
	{ 502, false },
	{ 503, false },
	{ 504, false },
	{ 604, false },
};

static void every_answer_but_a_proxys_is_life(void **state)
{
	struct office *o = *state;

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		open_old(&o->ca);
		rig_wait(o->rig, 901);
		client_told(&o->ca, "UPDATE 0\n");
		answer(&o->ca, answers[i].status);
		rig_wait(o->rig, 450); // too late for the end
		answer(&o->ca, 404);
		rig_wait(o->rig, 450);
		if ((sessions(o) == 1) != answers[i].lives)
			fail_msg("%u: %u sessions", answers[i].status, sessions(o));
		client_bye(&o->ca);
		client_hear(&o->ca);
	}
}

static void answered_refreshes_go_on(void **state)
{
	struct office *o = *state;

	open_old(&o->ca);
	for (unsigned i = 0; i < 5; i++) {
		told_after(&o->ca, 900, "UPDATE 0\n");
		answer(&o->ca, i % 2 == 0 ? 200 : 501);
	}
	told_after(&o->ca, 900, "UPDATE 0\n");
	told_after(&o->ca, 450, "UPDATE 0\n");
	answer(&o->ca, 200);
	told_after(&o->ca, 900, "UPDATE 0\n");
}

// A client that answers no request of ours, but has some of its own.
static void requests_renew_the_interval(void **state)
{
	struct office *o = *state;

	open_old(&o->ca);
	rig_wait(o->rig, 800);
	client_ask(&o->ca, MONITOR("tel:201"));
	told_after(&o->ca, 900, "UPDATE 0\n");
	rig_wait(o->rig, 100);
	client_ask(&o->ca, "<GetCSTAFeatures/>");
	told_after(&o->ca, 900, "UPDATE 0\n");
	told_after(&o->ca, 450, "UPDATE 0\n");
	told_after(&o->ca, 450, "BYE\n");
}

// Of what control does not see, pings and answers in INFO, it hears when a refresh had no answer.
static void unseen_requests_count(void **state)
{
	struct office *o = *state;
	struct event_session_answered none = { 0 };

	open_old(&o->ca);
	rig_wait(o->rig, 890);
	none.heard_us = engine_now_us();
	told_after(&o->ca, 10, "UPDATE 0\n");
	rig_wait(o->rig, 32);
	client_answer(&o->ca, &none);
	told_after(&o->ca, 890 + 900 - 932, "UPDATE 0\n");
	client_answer(&o->ca, &none); // nothing new
	told_after(&o->ca, 450, "UPDATE 0\n");
	told_after(&o->ca, 450, "BYE\n"); // an interval after it
}

// A client that refreshes by itself is held to it (RFC 4028: only INVITE and UPDATE count).
static void requests_do_not_renew_a_clients_timer(void **state)
{
	struct office *o = *state;

	client_open(&o->ca);
	rig_wait(o->rig, 1000);
	client_ask(&o->ca, "<GetCSTAFeatures/>");
	told_after(&o->ca, 768, "BYE\n");
}

// The client has a timer too: it is refreshed however much the client asks, and again when an
// answer did not refresh it.
static void refresher_uas_is_served(void **state)
{
	struct office *o = *state;
	const struct event_session_answered ok = {
		.status = 200, .refresher = REFRESHER_UAC, .session_expires_s = 600
	};

	open_served(&o->ca, 0);
	rig_wait(o->rig, 200);
	client_ask(&o->ca, MONITOR("tel:201"));
	told_after(&o->ca, 100, "UPDATE 600\n");
	client_answer(&o->ca, &ok);
	told_after(&o->ca, 300, "UPDATE 600\n");
	answer(&o->ca, 500);
	told_after(&o->ca, 150, "UPDATE 600\n");
	client_answer(&o->ca, &ok);
	told_after(&o->ca, 300, "UPDATE 600\n");
	client_ask(&o->ca, "<GetCSTAFeatures/>");
	told_after(&o->ca, 150, "UPDATE 600\n");
	told_after(&o->ca, 150, "UPDATE 600\n");
	told_after(&o->ca, 150, "UPDATE 600\n");
	told_after(&o->ca, 150, "BYE\n");
}

static void least_interval_is_kept(void **state)
{
	struct office *o = *state;

	open_served(&o->ca, 500);
	told_after(&o->ca, 300, "UPDATE 600 min-se 500\n");
	o->ca.open.min_se_s = 0;
	assert_string_equal(client_refresh(&o->ca, 120, NULL), "200 500/uas -");
	told_after(&o->ca, 250, "UPDATE 500 min-se 500\n");
	client_answer(&o->ca,
		&(struct event_session_answered){
			.status = 200, .refresher = REFRESHER_UAC, .session_expires_s = 100 });
	told_after(&o->ca, 250, "UPDATE 500 min-se 500\n");
	// A proxy wants more, and then less.
	client_answer(&o->ca, &(struct event_session_answered){ .status = 422, .min_se_s = 800 });
	told_after(&o->ca, 1, "UPDATE 800 min-se 800\n");
	client_answer(&o->ca, &(struct event_session_answered){ .status = 422, .min_se_s = 700 });
	told_after(&o->ca, 200, "UPDATE 800 min-se 800\n");
	client_answer(
		&o->ca, &(struct event_session_answered){ .status = 422, .min_se_s = 100000 });
	told_after(&o->ca, 1, "UPDATE 0\n");
	answer(&o->ca, 200);
	told_after(&o->ca, 43200, "UPDATE 0\n");
}

static void answer_shortens_and_takes_over(void **state)
{
	struct office *o = *state;

	open_served(&o->ca, 0);
	told_after(&o->ca, 300, "UPDATE 600\n");
	client_answer(&o->ca,
		&(struct event_session_answered){
			.status = 200, .refresher = REFRESHER_UAC, .session_expires_s = 200 });
	told_after(&o->ca, 100, "UPDATE 200\n");
	client_answer(&o->ca,
		&(struct event_session_answered){
			.status = 200, .refresher = REFRESHER_UAS, .session_expires_s = 4000 });
	told_after(&o->ca, 200 - 32, "BYE\n");
}

// Refreshes that meet: the client is asked again a second later, but not for ever.
static void glare_is_tried_again(void **state)
{
	struct office *o = *state;

	open_served(&o->ca, 0);
	told_after(&o->ca, 300, "UPDATE 600\n");
	answer(&o->ca, 491);
	told_after(&o->ca, 1, "UPDATE 600\n");
	answer(&o->ca, 491);
	told_after(&o->ca, 150, "UPDATE 600\n");
	answer(&o->ca, 491);
	told_after(&o->ca, 150, "UPDATE 600\n");
	answer(&o->ca, 200);
	told_after(&o->ca, 300, "UPDATE 600\n");
	answer(&o->ca, 491);
	told_after(&o->ca, 1, "UPDATE 600\n");
	answer(&o->ca, 491);
	o->ca.open.refresher = REFRESHER_UNSET;
	assert_string_equal(client_refresh(&o->ca, 0, NULL), "200 600/uas -");
	told_after(&o->ca, 300, "UPDATE 600\n");
}

// What the client's own refresh agreed on is not undone by its answer to ours that it met.
static void clients_refresh_wins(void **state)
{
	struct office *o = *state;

	open_served(&o->ca, 0);
	told_after(&o->ca, 300, "UPDATE 600\n");
	o->ca.open.refresher = REFRESHER_UAC;
	assert_string_equal(client_refresh(&o->ca, 1200, NULL), "200 1200 -");
	client_answer(&o->ca,
		&(struct event_session_answered){
			.status = 200, .refresher = REFRESHER_UAC, .session_expires_s = 600 });
	assert_int_equal(only_session(o)->interval_s, 1200);
	told_after(&o->ca, 1200 - 32, "BYE\n");
	answer(&o->ca, 200);
}

// The other way round: one that no longer supports timers, as after a change of the client.
static void refreshing_changes_hands(void **state)
{
	struct office *o = *state;

	client_open(&o->ca);
	o->ca.open.supports_timer = false;
	assert_string_equal(client_refresh(&o->ca, 0, STATUS), "200 1800/uas " NORMAL);
	told_after(&o->ca, 900, "UPDATE 0\n");
	o->ca.open.supports_timer = true;
	assert_string_equal(client_refresh(&o->ca, 0, NULL), "200 1800/uas -");
	told_after(&o->ca, 900, "UPDATE 1800\n");
	o->ca.open.refresher = REFRESHER_UAC;
	assert_string_equal(client_refresh(&o->ca, 0, NULL), "200 1800 -");
	told_after(&o->ca, 1768, "BYE\n");
}

static void unknown_dialog_is_481(void **state)
{
	struct office *o = *state;

	assert_string_equal(client_refresh(&o->ca, 0, STATUS), "481");
	assert_string_equal(client_ask(&o->ca, "<GetCSTAFeatures/>"), "481");
	client_bye(&o->ca);
}

// Several sessions of one line, each with its id; ids rise and skip those in use when they begin
// anew.
static void several_sessions_of_a_line(void **state)
{
	struct office *o = *state;
	struct engine *engine = &o->rig->engine;
	uint32_t cursor = 0;

	client_open(&o->ca);
	client_open(&o->cb);
	engine->next_session_id = SESSION_ID_MAX;
	client_open(&o->cc);
	assert_int_equal(session_next(engine, &cursor)->id, 1);
	assert_int_equal(session_next(engine, &cursor)->id, 2);
	assert_int_equal(session_next(engine, &cursor)->id, SESSION_ID_MAX);
	client_ask(&o->ca, MONITOR("tel:201"));
	client_ask(&o->cc, MONITOR("201"));
	sim_off_hook(o->a);
	client_told(&o->ca, "ServiceInitiatedEvent M1 initiatedConnection={C1 tel:201 }"
			    " initiatingDevice={tel:201 } localConnectionInfo=initiated"
			    " cause=newCall\n");
	client_told(&o->cc, "ServiceInitiatedEvent M2 initiatedConnection={C1 201 }"
			    " initiatingDevice={201 } localConnectionInfo=initiated"
			    " cause=newCall\n");
	client_bye(&o->cb);
	client_open(&o->cb);
	cursor = 0;
	assert_int_equal(session_next(engine, &cursor)->id, 1);
	assert_int_equal(session_next(engine, &cursor)->id, 2);
}

static void operator_clears(void **state)
{
	struct office *o = *state;
	struct engine *engine = &o->rig->engine;

	office_monitor(o);
	assert_int_equal(session_clear(engine, 3), -ENOENT);
	assert_int_equal(session_clear(engine, 0), -ENOENT);
	assert_int_equal(session_clear(engine, 1), 0);
	client_told(&o->ca, "BYE\n");
	client_told(&o->cb, "");
	assert_int_equal(sessions(o), 1);
	assert_int_equal(engine->monitors.used, 1);
	assert_int_equal(session_clear(engine, 1), -ENOENT);
}

static void cti_shutdown_ends_all(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	o->rig->config->voice_service.cti_shutdown = true;
	engine_cti_changed(&o->rig->engine);
	client_told(&o->ca, "SystemStatus systemStatus=disabled\nBYE\n");
	client_told(&o->cb, "SystemStatus systemStatus=disabled\nBYE\n");
	assert_int_equal(sessions(o), 0);
	assert_string_equal(client_refresh(&o->ca, 0, STATUS), "481");
}

static void lost_watch_ends_the_line(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	engine_cti_changed(&o->rig->engine);
	client_told(&o->ca, "");
	config_dn_get(o->rig->config, 1)->own.cti_watch = SETTING_OFF;
	engine_dn_changed(&o->rig->engine, 1);
	client_told(&o->ca, "MonitorStop M1\nBYE\n");
	client_told(&o->cb, "");
	assert_int_equal(sessions(o), 1);
	assert_string_equal(client_invite(&o->ca, STATUS), "403");
}

static void changed_number_ends_the_line(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	snprintf(config_dn_get(o->rig->config, 2)->number, CONFIG_NUMBER_SIZE, "299");
	engine_dn_changed(&o->rig->engine, 2);
	client_told(&o->ca, "");
	client_told(&o->cb, "MonitorStop M2\nBYE\n");
	assert_string_equal(client_invite(&o->cb, STATUS), "404");
}

// Lines as the user's phone carries them decide too: when it is idle and carries them so.
static void overlay_ends_the_line(void **state)
{
	struct office *o = *state;
	struct config_button *button = &config_ephone_get(o->rig->config, 1)->buttons[0];

	office_monitor(o);
	sim_off_hook(o->a);
	client_hear(&o->ca);
	button->separator = 'o';
	engine_ephone_changed(&o->rig->engine, 1);
	client_told(&o->ca, "");
	sim_on_hook(o->a);
	client_told(&o->ca, "ConnectionClearedEvent M1 droppedConnection={C1 tel:201 }"
			    " releasingDevice={tel:201 } localConnectionInfo=null"
			    " cause=normalClearing\nOutOfServiceEvent M1 device={tel:201 }\n"
			    "MonitorStop M1\nBYE\n");
	client_told(&o->cb, "");
	assert_string_equal(client_invite(&o->ca, STATUS), "403");
	sim_start(o->a);
}

static void another_model_ends_the_line(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	config_ephone_get(o->rig->config, 2)->model = phone_model_find(SPAN("ATA"));
	engine_ephone_changed(&o->rig->engine, 2);
	client_told(&o->ca, "");
	client_told(&o->cb, "MonitorStop M2\nBYE\n");
}

static void engine_shuts_down(void **state)
{
	struct office *o = *state;

	client_open(&o->ca);
	sessions_shutdown(&o->rig->engine);
	client_told(&o->ca, "SystemStatus systemStatus=disabled\nBYE\n");
	assert_int_equal(sessions(o), 0);
}

// An engine that goes with sessions open leaves no timer behind: the sanitizer would see it fire.
static void engine_goes_with_sessions(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	sessions_forget(&o->rig->engine);
	assert_int_equal(sessions(o), 0);
	client_told(&o->ca, "");
	rig_wait(o->rig, 1800);
}

// What a client missed is said at once, to it alone; a dialog that is no more is nobody's.
static void lost_messages_are_told(void **state)
{
	struct office *o = *state;

	client_lose(&o->ca, 3);
	office_monitor(o);
	client_lose(&o->ca, 3);
	client_told(&o->ca, "SystemStatus systemStatus=messagesLost\n");
	client_told(&o->cb, "");
	client_lose(&o->ca, 3);
	client_told(&o->ca, "SystemStatus systemStatus=messagesLost\n");
	client_bye(&o->cb);
	assert_int_equal(only_session(o)->lost, 6);
}

static void full_table_asks_to_come_again(void **state)
{
	struct office *o = *state;
	struct client *crowd = calloc(400, sizeof(*crowd));
	unsigned opened = 0;

	for (; opened < 399; opened++) {
		client_init(&crowd[opened], o->rig, &o->names, 100 + opened, "sip:201@10.0.0.1");
		if (strcmp(client_invite(&crowd[opened], STATUS), "200 1800 " NORMAL) != 0)
			break;
	}
	assert_in_range(opened, 1, 398);
	assert_string_equal(crowd[opened].text, "503 retry-after 10");
	client_bye(&crowd[0]);
	assert_string_equal(client_invite(&crowd[opened], STATUS), "200 1800 " NORMAL);
	for (unsigned i = 0; i <= opened; i++) {
		client_bye(&crowd[i]);
		client_fini(&crowd[i]);
	}
	free(crowd);
}

static void nobody_waits(void *ctx)
{
	(void)ctx;
}

static bool traced(const struct debug_sink *sink, const char *text)
{
	return memmem(sink->buffer, sink->head, text, strlen(text)) != NULL;
}

// `debug cti ...`: each module tells its part of one story, and nothing when nobody asked.
static void debug_tells_the_story(void **state)
{
	struct office *o = *state;
	struct debug_sink sink;

	debug_sink_add(&sink, nobody_waits, NULL);
	client_open(&o->ca);
	assert_null(sink.buffer);
	assert_int_equal(debug_sink_want(&sink, ~0u), 0);
	client_ask(&o->ca, MONITOR("tel:201"));
	client_ask(&o->ca, MONITOR("tel:999"));
	sim_off_hook(o->a);
	client_refresh(&o->ca, 30, STATUS);
	session_clear(&o->rig->engine, 1);
	assert_true(traced(&sink, "//CTI/CORE: session 1: MonitorStart: invalidDeviceID"));
	assert_true(traced(&sink, "//CTI/XML: session 1 <- MonitorStart monitorObject="));
	assert_true(traced(&sink, "//CTI/XML: session 1 -> ServiceInitiatedEvent"));
	assert_true(traced(&sink, "ServiceInitiated: 201 --> , initiated, cause newCall"));
	assert_true(traced(&sink, "of 201 ends after 1 events"));
	assert_true(traced(&sink, "//CTI/PI: dialog "));
	assert_true(traced(&sink, ": 422\r\n"));
	assert_true(traced(&sink, "//CTI/SM: session 1: the operator ends it"));
	debug_sink_del(&sink);
}

// What `debug cti` of these words says, and nothing else.
static void told_of(struct office *o, uint32_t wanted, struct debug_sink *sink)
{
	debug_sink_add(sink, nobody_waits, NULL);
	client_open(&o->ca);
	assert_int_equal(debug_sink_want(sink, wanted), 0);
	client_refresh(&o->ca, 0, STATUS);
	client_ask(&o->ca, MONITOR("tel:201"));
	client_ask(&o->ca, MONITOR("sip:203@x"));
	client_ask(&o->ca, MONITOR("tel:999"));
	client_ask(&o->ca, "<Dance/>");
	sim_disconnect(o->a, CONN_CLOSE_PEER);
	config_dn_get(o->rig->config, 1)->own.cti_watch = SETTING_OFF;
	engine_dn_changed(&o->rig->engine, 1);
	assert_int_equal(sessions(o), 0);
}

static void heard(struct debug_sink *sink, const char *const *lines)
{
	const char *at = sink->buffer, *end = sink->buffer + sink->head;

	for (; *lines != NULL; lines++) {
		const char *stop = memchr(at, '\r', (size_t)(end - at));

		assert_non_null(stop);
		at += strlen("Mon DD HH:MM:SS.mmm: ");
		if ((size_t)(stop - at) != strlen(*lines) ||
			memcmp(at, *lines, strlen(*lines)) != 0)
			fail_msg("%.*s instead of %s", (int)(stop - at), at, *lines);
		at = stop + 2;
	}
	if (at != end)
		fail_msg("more: %.*s", (int)(end - at), at);
	debug_sink_del(sink);
}

static void debug_core_tells_of_services(void **state)
{
	static const char *const lines[] = {
		"//CTI/CORE: session 1: RequestSystemStatus: done",
		"//CTI/CORE: session 1: MonitorStart: done",
		"//CTI/CORE: session 1: MonitorStart: privilegeViolationSpecifiedDevice",
		"//CTI/CORE: session 1: MonitorStart: invalidDeviceID",
		"//CTI/CORE: session 1: unknown: serviceNotSupported",
		"//CTI/CORE: session 1: asks MonitorStop",
		NULL,
	};
	struct debug_sink sink;

	told_of(*state, 1u << DEBUG_CTI_CORE, &sink);
	heard(&sink, lines);
}

static void debug_dmgr_tells_of_devices(void **state)
{
	static const char *const lines[] = {
		"//CTI/DMGR: session 1: tel:201 is 201",
		"//CTI/DMGR: device 201: watched, in service, monitors 1",
		"//CTI/DMGR: session 1: sip:203@x is 203",
		"//CTI/DMGR: session 1: tel:999 is no device",
		"//CTI/DMGR: device 201: watched, out of service, monitors 1",
		"//CTI/DMGR: device 201: not watched, out of service, monitors 1",
		"//CTI/DMGR: device 201: not watched, out of service, monitors 0",
		NULL,
	};
	struct debug_sink sink;

	told_of(*state, 1u << DEBUG_CTI_DMGR, &sink);
	heard(&sink, lines);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, office_open, office_close)
	const struct CMUnitTest tests[] = {
		TEST(opens_and_fills_in),
		TEST(refuses_and_accepts),
		TEST(first_monitor_names_the_line),
		TEST(cti_shut_down_refuses_all),
		TEST(negotiates_the_timer),
		TEST(expires_without_refresh),
		TEST(refreshes_keep_it),
		TEST(refused_refresh_changes_nothing),
		TEST(silent_client_ends),
		TEST(every_answer_but_a_proxys_is_life),
		TEST(answered_refreshes_go_on),
		TEST(requests_renew_the_interval),
		TEST(unseen_requests_count),
		TEST(requests_do_not_renew_a_clients_timer),
		TEST(refresher_uas_is_served),
		TEST(least_interval_is_kept),
		TEST(answer_shortens_and_takes_over),
		TEST(glare_is_tried_again),
		TEST(clients_refresh_wins),
		TEST(refreshing_changes_hands),
		TEST(unknown_dialog_is_481),
		TEST(several_sessions_of_a_line),
		TEST(operator_clears),
		TEST(cti_shutdown_ends_all),
		TEST(lost_watch_ends_the_line),
		TEST(changed_number_ends_the_line),
		TEST(overlay_ends_the_line),
		TEST(another_model_ends_the_line),
		TEST(engine_shuts_down),
		TEST(engine_goes_with_sessions),
		TEST(lost_messages_are_told),
		TEST(full_table_asks_to_come_again),
		TEST(debug_tells_the_story),
		TEST(debug_core_tells_of_services),
		TEST(debug_dmgr_tells_of_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
