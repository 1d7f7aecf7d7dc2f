// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Registration in every order, and keys that make no sense.
#include "tests/unit/control/harness.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/phone/phone.h"

static const char office[] = "hostname lab\n"
			     "telephony-service\n"
			     " max-ephones 10\n"
			     " max-dn 20\n"
			     " ip source-address 10.0.0.1 port 2000\n"
			     " keepalive 20\n"
			     "voice logout-profile 1\n"
			     " number 203 type normal\n"
			     "voice user-profile 1\n"
			     " user user204 password cisco\n"
			     " number 204 type normal\n"
			     "ephone-dn 1\n"
			     " number 201\n"
			     " label Front\n"
			     " name Alic\303\251\n"
			     " call-forward noan 299 timeout 15\n"
			     "ephone-dn 2 dual-line\n"
			     " number 202\n"
			     "ephone-dn 3\n"
			     " number 203\n"
			     "ephone-dn 4\n"
			     " number 204\n"
			     " cti notify\n"
			     "ephone-dn 5 octo-line\n"
			     " number 205\n"
			     "ephone 1\n"
			     " mac-address 0000.0000.0001\n"
			     " type 7960\n"
			     " username anna password secret\n"
			     " button 1:1 3:2\n"
			     "ephone 2\n"
			     " mac-address 0000.0000.0002\n"
			     " type 7970\n"
			     " logout-profile 1\n"
			     "ephone 3\n"
			     " mac-address 0000.0000.0003\n"
			     " button 1:2 2:5\n"
			     "ephone 4\n"
			     " mac-address 0000.0000.0004\n"
			     " button 1:1 2:5\n"
			     "ephone 5\n"
			     " mac-address 0000.0000.0005\n"
			     " logout-profile 1\n";

struct world {
	struct rig *rig;
	struct engine *engine;
	struct sim_phone *a;  // ephone 1: 201 and 202
	struct sim_phone *em; // ephone 2: extension mobility
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	w->rig = rig_new(office);
	w->engine = &w->rig->engine;
	w->a = sim_new(w->rig, "SEP000000000001");
	w->em = sim_new(w->rig, "SEP000000000002");
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	rig_free(w->rig);
	free(w);
	return 0;
}

static const char *state_of(struct world *w, const char *name)
{
	return phone_state_name(phone_find(w->engine, name));
}

#define A_IS(text) assert_string_equal(state_of(w, "SEP000000000001"), text)

static const struct sccp_msg *ask(
	struct world *w, struct sim_phone *phone, uint32_t id, uint32_t index)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, id);
	if (msg.size >= sizeof(uint32_t))
		msg.line_stat_req.line = index;
	rig_forget(w->rig);
	sim_send(phone, &msg);
	assert_true(rig_command_count(w->rig, COMMAND_SCCP) > 0);
	return &rig_command(w->rig, COMMAND_SCCP, 0)->sccp;
}

static void dialogue(void **state)
{
	struct world *w = *state;
	const struct sccp_msg *msg;

	A_IS("UNREGISTERED");
	assert_false(dn_is_up(dn_by_tag(w->engine, 1)));
	sim_connect(w->a);
	sim_send_empty(w->a, SCCP_ALARM);
	sim_register(w->a);
	A_IS("REGISTERING");
	sim_log_is(w->a, "RegisterAck\nCapabilitiesReq\n");
	msg = &rig_command(w->rig, COMMAND_SCCP, 0)->sccp;
	assert_int_equal(msg->register_ack.keepalive_s, 20);
	assert_int_equal(msg->register_ack.version, 11);
	assert_string_equal(msg->register_ack.date_template, "M/D/YA");

	msg = ask(w, w->a, SCCP_BUTTON_TEMPLATE_REQ, 0);
	assert_int_equal(msg->button_template_res.total, 3);
	assert_int_equal(msg->button_template_res.buttons[0].instance, 1);
	assert_int_equal(msg->button_template_res.buttons[0].type, SCCP_BUTTON_LINE);
	assert_int_equal(msg->button_template_res.buttons[1].type, SCCP_BUTTON_UNDEFINED);
	assert_int_equal(msg->button_template_res.buttons[2].instance, 2);
	assert_int_equal(msg->button_template_res.buttons[2].type, SCCP_BUTTON_LINE);
	msg = ask(w, w->a, SCCP_LINE_STAT_REQ, 1);
	assert_string_equal(msg->line_stat_res.number, "201");
	assert_string_equal(msg->line_stat_res.label, "Front");
	assert_string_equal(msg->line_stat_res.display_name, "Alic\351");
	msg = ask(w, w->a, SCCP_LINE_STAT_REQ, 2);
	assert_string_equal(msg->line_stat_res.number, "202");
	msg = ask(w, w->a, SCCP_FORWARD_STAT_REQ, 1);
	assert_int_equal(msg->forward_stat_res.active, 1);
	assert_string_equal(msg->forward_stat_res.no_answer_number, "299");
	msg = ask(w, w->a, SCCP_CONFIG_STAT_REQ, 0);
	assert_string_equal(msg->config_stat_res.name, "SEP000000000001");
	assert_string_equal(msg->config_stat_res.user_name, "anna");
	assert_int_equal(msg->config_stat_res.lines, 2);
	msg = ask(w, w->a, SCCP_SERVER_REQ, 0);
	assert_string_equal(msg->server_res.names[0].name, "lab");
	assert_int_equal(msg->server_res.ports[0].port, 2000);
	msg = ask(w, w->a, SCCP_CALL_COUNT_REQ, 0);
	assert_int_equal(msg->call_count_res.lines[1].max_calls, 2);
	msg = ask(w, w->a, SCCP_SOFT_KEY_TEMPLATE_REQ, 0);
	assert_int_equal(msg->soft_key_template_res.keys[8].event, SCCP_SOFTKEY_END_CALL);
	assert_int_equal((uint8_t)msg->soft_key_template_res.keys[8].label[0], 0x80);
	assert_int_equal(msg->soft_key_template_res.keys[8].label[1], 9);
	rig_forget(w->rig);
	sim_send_empty(w->a, SCCP_SOFT_KEY_SET_REQ);
	sim_log_is(w->a, "SoftKeySetRes\n"
			 "SelectSoftKeys OnHook\n"
			 "DisplayPromptStatus Your current options\n");
	msg = &rig_command(w->rig, COMMAND_SCCP, 0)->sccp;
	assert_int_equal(msg->soft_key_set_res.sets[1].template_index[0], 3);
	assert_int_equal(msg->soft_key_set_res.sets[1].info_index[0], 303);
	assert_int_equal(msg->soft_key_set_res.sets[8].template_index[0], 0);
	assert_int_equal(msg->soft_key_set_res.sets[8].template_index[1], 9);
	A_IS("REGISTERING");
	assert_false(dn_is_up(dn_by_tag(w->engine, 1)));
	msg = ask(w, w->a, SCCP_TIME_DATE_REQ, 0);
	assert_true(msg->define_time_date.year > 2000);
	A_IS("REGISTERED");
	assert_true(dn_is_up(dn_by_tag(w->engine, 1)));
	assert_true(dn_is_up(dn_by_tag(w->engine, 4))); // cti notify
	assert_false(dn_has_phone(dn_by_tag(w->engine, 4)));
}

// Every question by itself, as the first after Register, for indices that are not there.
static void any_question_first(void **state)
{
	static const struct {
		uint32_t question;
		uint32_t answer;
	} rows[] = {
		{ SCCP_BUTTON_TEMPLATE_REQ, SCCP_BUTTON_TEMPLATE_RES },
		{ SCCP_SOFT_KEY_TEMPLATE_REQ, SCCP_SOFT_KEY_TEMPLATE_RES },
		{ SCCP_CONFIG_STAT_REQ, SCCP_CONFIG_STAT_RES },
		{ SCCP_LINE_STAT_REQ, SCCP_LINE_STAT_RES },
		{ SCCP_SPEED_DIAL_STAT_REQ, SCCP_SPEED_DIAL_STAT_RES },
		{ SCCP_FORWARD_STAT_REQ, SCCP_FORWARD_STAT_RES },
		{ SCCP_FEATURE_STAT_REQ, SCCP_FEATURE_STAT_RES },
		{ SCCP_SERVICE_URL_STAT_REQ, SCCP_SERVICE_URL_STAT_RES },
		{ SCCP_VERSION_REQ, SCCP_VERSION_RES },
		{ SCCP_SERVER_REQ, SCCP_SERVER_RES },
		{ SCCP_TIME_DATE_REQ, SCCP_DEFINE_TIME_DATE },
		{ SCCP_CALL_COUNT_REQ, SCCP_CALL_COUNT_RES },
		{ SCCP_SUBSCRIPTION_STAT_REQ, SCCP_SUBSCRIPTION_STAT_RES },
	};
	static const uint32_t indices[] = { 0, 3, 99, UINT32_MAX };
	struct world *w = *state;

	sim_connect(w->a);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sim_register(w->a);
		for (size_t k = 0; k < sizeof(indices) / sizeof(indices[0]); k++) {
			const struct sccp_msg *msg = ask(w, w->a, rows[i].question, indices[k]);

			assert_int_equal(msg->id, rows[i].answer);
			if (rows[i].question == SCCP_LINE_STAT_REQ) {
				assert_int_equal(msg->line_stat_res.line, indices[k]);
				assert_string_equal(msg->line_stat_res.number, "");
			}
		}
	}
}

static void fallback_timer(void **state)
{
	struct world *w = *state;

	sim_connect(w->a);
	sim_register(w->a);
	rig_wait(w->rig, 9);
	A_IS("REGISTERING");
	rig_wait(w->rig, 1);
	A_IS("REGISTERED");
}

static void keepalive_lost(void **state)
{
	struct world *w = *state;

	sim_start(w->a);
	w->a->silent = true;
	rig_wait(w->rig, 59);
	A_IS("REGISTERED");
	sim_keep_alive(w->a);
	assert_int_equal(phone_find(w->engine, w->a->name)->keepalives, 1);
	rig_wait(w->rig, 59);
	A_IS("REGISTERED");
	assert_true(w->a->open);
	rig_wait(w->rig, 1);
	A_IS("DECEASED");
	assert_false(w->a->open); // the conn is closed from here
	assert_int_equal(w->engine->stations.used, 0);
	sim_start(w->a);
	A_IS("REGISTERED");
	sim_disconnect(w->a, CONN_CLOSE_PEER);
	A_IS("UNREGISTERED");
}

static void rejected(void **state)
{
	struct world *w = *state;
	struct sim_phone *stranger = sim_new(w->rig, "SEP0000000000FF");

	sim_connect(stranger);
	sim_register(stranger);
	sim_log_is(stranger, "RegisterReject\n");
	assert_string_equal(rig_command(w->rig, COMMAND_SCCP, 0)->sccp.register_reject.text,
		"Phone not configured");
	assert_false(stranger->open);
	// Too late: the conn is unknown here.
	sim_send_empty(stranger, SCCP_OFF_HOOK);
	assert_int_equal(w->engine->ignored[IGNORED_CONN], 1);
	assert_int_equal(w->engine->stations.used, 0);
	// Names that are no names.
	stranger->name[0] = '\0';
	sim_connect(stranger);
	sim_register(stranger);
	assert_false(stranger->open);
}

static void patience(void **state)
{
	struct world *w = *state;

	sim_connect(w->a);
	sim_connect(w->em);
	sim_keep_alive(w->em);
	w->a->silent = true;
	rig_wait(w->rig, 30);
	assert_false(w->a->open);
	assert_true(w->em->open);
	rig_wait(w->rig, 3600); // KeepAlives and nothing else, for hours
	assert_true(w->em->open);
}

static void too_many_conns(void **state)
{
	struct world *w = *state;
	struct event event = { .type = EVENT_CONN_OPENED };
	unsigned room = w->engine->stations.capacity;

	for (unsigned i = 0; i < room; i++) {
		event.handle = handle_make(1, 1, i + 1);
		rig_event(w->rig, &event);
	}
	assert_int_equal(rig_command_count(w->rig, COMMAND_CONN_CLOSE), 0);
	event.handle = handle_make(1, 1, room + 1);
	rig_event(w->rig, &event);
	assert_int_equal(rig_command_count(w->rig, COMMAND_CONN_CLOSE), 1);
	rig_wait(w->rig, 30);
	assert_int_equal(w->engine->stations.used, 0);
}

static void registers_twice(void **state)
{
	struct world *w = *state;
	struct sim_phone *twin = sim_new(w->rig, "SEP000000000001");

	sim_start(w->a);
	sim_off_hook(w->a);
	rig_forget(w->rig);
	sim_start(twin);
	// The newer lives, the older is closed and its call is over.
	assert_false(w->a->open);
	assert_true(twin->open);
	rig_story_is(w->rig, "ConnectionCleared 201 null destOutOfOrder\n");
	A_IS("REGISTERED");
	rig_is_idle(w->rig);
	sim_off_hook(twin);
	assert_int_equal(sim_call_count(twin), 1);
	// Again on the same conn: the dialogue begins anew.
	rig_forget(w->rig);
	sim_register(twin);
	A_IS("REGISTERING");
	assert_int_equal(w->engine->calls.used, 0);
	assert_true(twin->open);
	sim_log_is(twin, "RegisterAck\nCapabilitiesReq\n");
	// Another phone's name on this conn.
	strcpy(twin->name, "SEP000000000002");
	sim_start(twin);
	A_IS("UNREGISTERED");
	assert_string_equal(state_of(w, "SEP000000000002"), "REGISTERED");
}

static void unregisters(void **state)
{
	struct world *w = *state;

	sim_start(w->a);
	sim_off_hook(w->a);
	rig_forget(w->rig);
	sim_send_empty(w->a, SCCP_UNREGISTER);
	assert_int_equal(rig_command(w->rig, COMMAND_SCCP, 0)->sccp.unregister_ack.status,
		SCCP_UNREGISTER_NAK);
	A_IS("REGISTERED");
	sim_on_hook(w->a);
	rig_forget(w->rig);
	sim_send_empty(w->a, SCCP_UNREGISTER);
	assert_int_equal(rig_command(w->rig, COMMAND_SCCP, 0)->sccp.unregister_ack.status,
		SCCP_UNREGISTER_OK);
	assert_false(w->a->open);
	A_IS("UNREGISTERED");
}

static void tokens(void **state)
{
	struct world *w = *state;
	struct sccp_msg msg;

	sim_connect(w->a);
	sccp_msg_init(&msg, SCCP_REGISTER_TOKEN_REQ);
	strcpy(msg.register_token_req.name, "SEP000000000001");
	sim_send(w->a, &msg);
	strcpy(msg.register_token_req.name, "SEP0000000000EE");
	sim_send(w->a, &msg);
	sccp_msg_init(&msg, SCCP_SPCP_REGISTER_TOKEN_REQ);
	strcpy(msg.spcp_register_token_req.name, "SEP000000000001");
	sim_send(w->a, &msg);
	sim_log_is(w->a, "RegisterTokenAck\nRegisterTokenReject\nSPCPRegisterTokenAck\n");
}

// Each message of a phone, before Register: nothing but what is allowed has an effect.
static void before_register(void **state)
{
	struct world *w = *state;
	struct sim_phone *p = w->a;

	for (uint32_t id = 0; id <= 0x0160; id++) {
		bool allowed = id == SCCP_REGISTER || id == SCCP_UNREGISTER ||
			       id == SCCP_REGISTER_TOKEN_REQ;

		if (!sccp_known(id) || !sccp_from_phone(id) || allowed)
			continue;
		if (!p->open)
			sim_connect(p);
		rig_forget(w->rig);
		sim_send_empty(p, id);
		assert_string_equal(p->log, "");
		assert_true(p->open);
	}
	assert_int_equal(w->engine->calls.used, 0);
	A_IS("UNREGISTERED");
}

static void extension_mobility(void **state)
{
	struct world *w = *state;
	const struct sccp_msg *msg;

	assert_int_equal(phone_em_login(w->engine, "nobody", 2), -ENOENT);
	assert_int_equal(phone_em_login(w->engine, "user204", 9), -ENOENT);
	assert_int_equal(phone_em_login(w->engine, "user204", 1), -EINVAL);
	assert_int_equal(phone_em_login(w->engine, "user204", 2), -ENOTCONN);
	sim_start(w->em);
	msg = ask(w, w->em, SCCP_LINE_STAT_REQ, 1);
	assert_string_equal(msg->line_stat_res.number, "203");
	assert_true(dn_has_phone(dn_by_tag(w->engine, 3)));
	rig_forget(w->rig);
	assert_int_equal(phone_em_login(w->engine, "user204", 2), 0);
	sim_log_is(w->em, "Reset\n");
	// Once more, by an application.
	rig_forget(w->rig);
	assert_int_equal(phone_em_login(w->engine, "user204", 2), 0);
	sim_log_is(w->em, "");
	msg = ask(w, w->em, SCCP_LINE_STAT_REQ, 1);
	assert_string_equal(msg->line_stat_res.number, "204");
	msg = ask(w, w->em, SCCP_CONFIG_STAT_REQ, 1);
	assert_string_equal(msg->config_stat_res.user_name, "user204");
	assert_false(dn_has_phone(dn_by_tag(w->engine, 3)));
	// Logout in a call waits for its end.
	sim_start(w->em);
	sim_off_hook(w->em);
	rig_forget(w->rig);
	assert_int_equal(phone_em_logout(w->engine, "user204"), 0);
	assert_false(sim_log_has(w->em, "Reset"));
	sim_on_hook(w->em);
	assert_true(sim_log_has(w->em, "Reset"));
	msg = ask(w, w->em, SCCP_LINE_STAT_REQ, 1);
	assert_string_equal(msg->line_stat_res.number, "203");
	assert_int_equal(phone_em_logout(w->engine, "user204"), -EALREADY);
	assert_int_equal(phone_em_logout(w->engine, "nobody"), -ENOENT);
	// By who must know the password: whether there is such a phone is told to nobody else.
	assert_int_equal(phone_em_login_with(w->engine, "nobody", "cisco", 2), -EACCES);
	assert_int_equal(phone_em_login_with(w->engine, "user204", "", 2), -EACCES);
	assert_int_equal(phone_em_login_with(w->engine, "user204", "cisco2", 9), -EACCES);
	assert_int_equal(phone_em_login_with(w->engine, "user204", "cisco", 9), -ENOENT);
	assert_int_equal(phone_em_login_with(w->engine, "user204", "cisco", 2), 0);
}

static void user_moves(void **state)
{
	struct world *w = *state;
	struct sim_phone *other = sim_new(w->rig, "SEP000000000005");

	sim_start(w->em);
	sim_start(other);
	assert_int_equal(phone_em_login(w->engine, "user204", 2), 0);
	assert_int_equal(phone_em_login(w->engine, "user204", 5), 0);
	assert_null(phone_find(w->engine, w->em->name)->em_user);
	assert_string_equal(
		phone_find(w->engine, w->em->name)->lines[0].dn->numbers[DN_PRIMARY].text, "203");
	assert_string_equal(
		phone_find(w->engine, other->name)->lines[0].dn->numbers[DN_PRIMARY].text, "204");
}

// A DN on a phone that comes into service while it rings elsewhere rings there too.
static void rings_at_newcomer(void **state)
{
	struct world *w = *state;
	struct sim_phone *c = sim_new(w->rig, "SEP000000000003");
	struct sim_phone *d = sim_new(w->rig, "SEP000000000004");

	sim_start(w->a);
	sim_start(c);
	sim_enbloc(c, "201");
	assert_non_null(sim_call_in(w->a, SCCP_CALL_STATE_RING_IN));
	sim_start(d);
	assert_non_null(sim_call_in(d, SCCP_CALL_STATE_RING_IN));
	sim_off_hook(d);
	assert_null(sim_call_in(w->a, SCCP_CALL_STATE_RING_IN));
	sim_on_hook(c);
	rig_is_idle(w->rig);
}

static void codecs(void **state)
{
	static const uint32_t offers[][2] = { { SCCP_PAYLOAD_G729, SCCP_PAYLOAD_G711_ALAW_64K },
		{ SCCP_PAYLOAD_G711_ALAW_64K, SCCP_PAYLOAD_G722_64K } };
	struct world *w = *state;
	struct sim_phone *phones[2] = { sim_new(w->rig, "SEP000000000003"), w->a };

	for (int i = 0; i < 2; i++) {
		struct sccp_msg msg;

		sim_start(phones[i]);
		sccp_msg_init(&msg, SCCP_CAPABILITIES_RES);
		msg.capabilities_res.count = 2;
		msg.capabilities_res.entries[0].payload = offers[i][0];
		msg.capabilities_res.entries[1].payload = offers[i][1];
		sim_send(phones[i], &msg);
	}
	sim_enbloc(phones[0], "201");
	sim_off_hook(phones[1]);
	assert_true(sim_log_has(phones[0], "OpenReceiveChannel G711Alaw64k"));
	assert_true(sim_log_has(phones[1], "OpenReceiveChannel G711Alaw64k"));
	sim_on_hook(phones[0]);
	rig_is_idle(w->rig);
}

// Nothing in common: the call ends as soon as it is answered, and says why.
static void no_codec(void **state)
{
	struct world *w = *state;
	struct sim_phone *c = sim_new(w->rig, "SEP000000000003");
	struct sccp_msg msg;

	sim_start(w->a);
	sim_start(c);
	sccp_msg_init(&msg, SCCP_CAPABILITIES_RES);
	msg.capabilities_res.count = 1;
	msg.capabilities_res.entries[0].payload = SCCP_PAYLOAD_G729;
	sim_send(w->a, &msg);
	msg.capabilities_res.entries[0].payload = SCCP_PAYLOAD_G722_64K;
	sim_send(c, &msg);
	sim_enbloc(c, "201");
	rig_forget(w->rig);
	sim_off_hook(w->a);
	rig_story_is(w->rig, "Established 201 connected newCall\n"
			     "ConnectionCleared 202 null resourcesNotAvailable\n"
			     "ConnectionCleared 201 null resourcesNotAvailable by 202\n");
	assert_false(sim_log_has(c, "OpenReceiveChannel"));
	rig_is_idle(w->rig);
	sim_send(w->a, &msg);
	sim_enbloc(c, "201");
	sim_off_hook(w->a);
	assert_true(sim_log_has(c, "OpenReceiveChannel G722"));
	sim_on_hook(c);
	rig_is_idle(w->rig);
}

// Keys that make no sense now are counted and leave everything as it was.
static void wrong_order(void **state)
{
	static const uint32_t references[] = { 1, 77, UINT32_MAX };
	struct world *w = *state;
	struct sccp_msg msg;
	struct sim_call *call;

	sim_start(w->a);
	rig_forget(w->rig);
	sim_on_hook(w->a);
	sim_digits(w->a, "2");
	for (uint32_t key = 0; key < 40; key++) {
		if (key != SCCP_SOFTKEY_NEW_CALL && key != SCCP_SOFTKEY_CFWD_ALL &&
			key != SCCP_SOFTKEY_DND && key != SCCP_SOFTKEY_REDIAL)
			sim_soft_key(w->a, key);
		for (int i = 0; i < 3; i++)
			sim_soft_key_at(w->a, key, 1, references[i]);
	}
	sim_soft_key(w->a, UINT32_MAX);
	sim_enbloc(w->a, "");
	sim_enbloc(w->a, "20\x01");
	sim_stimulus(w->a, SCCP_STIMULUS_LINE, 0);
	sim_stimulus(w->a, SCCP_STIMULUS_LINE, 99);
	sim_stimulus(w->a, SCCP_STIMULUS_HOLD, 1);
	sim_stimulus(w->a, UINT32_MAX, 1);
	sim_send_empty(w->a, SCCP_START_MEDIA_TRANSMISSION_ACK);
	sccp_msg_init(&msg, SCCP_OPEN_RECEIVE_CHANNEL_ACK);
	msg.open_receive_channel_ack.status = SCCP_MEDIA_UNKNOWN;
	sim_send(w->a, &msg);
	assert_string_equal(w->a->log, "");
	assert_string_equal(w->rig->story, "");
	assert_int_equal(w->engine->calls.used, 0);

	sim_off_hook(w->a);
	sim_off_hook(w->a);
	assert_int_equal(sim_call_count(w->a), 1);
	sccp_msg_init(&msg, SCCP_KEYPAD_BUTTON);
	msg.keypad_button.button = 17;
	sim_send(w->a, &msg);
	msg.keypad_button.button = UINT32_MAX;
	sim_send(w->a, &msg);
	sim_soft_key(w->a, SCCP_SOFTKEY_RESUME);
	sim_soft_key(w->a, SCCP_SOFTKEY_ANSWER);
	sim_soft_key(w->a, SCCP_SOFTKEY_HOLD);
	sim_soft_key(w->a, SCCP_SOFTKEY_TRANSFER);
	assert_non_null(sim_call_in(w->a, SCCP_CALL_STATE_OFF_HOOK));
	for (int i = 0; i < 1000; i++)
		sim_digits(w->a, "9");
	call = sim_call_in(w->a, SCCP_CALL_STATE_INVALID_NUMBER);
	assert_non_null(call);
	// A reference to a call that is no more.
	sccp_msg_init(&msg, SCCP_ON_HOOK);
	msg.on_hook.call = call->reference + 1000;
	sim_send(w->a, &msg);
	assert_int_equal(sim_call_count(w->a), 1);
	msg.on_hook.call = call->reference;
	sim_send(w->a, &msg);
	rig_is_idle(w->rig);
	for (int i = 0; i < 50; i++)
		sim_soft_key(w->a, SCCP_SOFTKEY_END_CALL);
	rig_is_idle(w->rig);
}

static void bad_media_acks(void **state)
{
	static const struct {
		uint32_t port;
		uint32_t addr;
	} rows[] = { { 0, 0x0a000001 }, { 65536, 0x0a000001 }, { 20000, 0 } };
	struct world *w = *state;
	struct sim_phone *c = sim_new(w->rig, "SEP000000000003");

	sim_start(w->a);
	sim_start(c);
	c->lazy = true;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sccp_msg msg;

		sim_enbloc(w->a, "205");
		sim_off_hook(c);
		sccp_msg_init(&msg, SCCP_OPEN_RECEIVE_CHANNEL_ACK);
		msg.open_receive_channel_ack.party = c->acks[c->ack_count - 1].party;
		msg.open_receive_channel_ack.port = rows[i].port;
		msg.open_receive_channel_ack.addr = addr_ipv4(htonl(rows[i].addr));
		sim_send(c, &msg);
		assert_non_null(strstr(w->rig->story, "resourcesNotAvailable"));
		rig_is_idle(w->rig);
		rig_forget(w->rig);
	}
}

// The operator takes a DN, then a phone away under a call, and brings them back.
static void configuration_changes(void **state)
{
	struct world *w = *state;
	struct sim_phone *c = sim_new(w->rig, "SEP000000000003");

	sim_start(w->a);
	sim_start(c);
	sim_enbloc(w->a, "205");
	sim_off_hook(c);
	rig_forget(w->rig);
	// As the editor does it: the object is out of the table, its memory still there.
	struct config_dn *gone = w->rig->config->dns.slot[5];
	struct config_ephone *phone = w->rig->config->ephones.slot[3];

	w->rig->config->dns.slot[5] = NULL;
	engine_dn_changed(w->engine, 5);
	rig_story_is(w->rig, "ConnectionCleared 205 null destOutOfOrder\n"
			     "ConnectionCleared 201 null destOutOfOrder by 205\n");
	rig_is_idle(w->rig);
	assert_null(dn_find(w->engine, "205"));
	w->rig->config->dns.slot[5] = gone;
	engine_dn_changed(w->engine, 5);
	assert_non_null(dn_find(w->engine, "205"));

	sim_enbloc(w->a, "205");
	w->rig->config->ephones.slot[3] = NULL;
	engine_ephone_changed(w->engine, 3);
	assert_false(c->open);
	assert_int_equal(sim_call_count(c), 0);
	sim_on_hook(w->a);
	rig_is_idle(w->rig);
	w->rig->config->ephones.slot[3] = phone;
	engine_ephone_changed(w->engine, 3);
	sim_start(c);
	assert_true(c->open);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(dialogue),
		T(any_question_first),
		T(fallback_timer),
		T(keepalive_lost),
		T(rejected),
		T(patience),
		T(too_many_conns),
		T(registers_twice),
		T(unregisters),
		T(tokens),
		T(before_register),
		T(extension_mobility),
		T(user_moves),
		T(rings_at_newcomer),
		T(codecs),
		T(no_codec),
		T(wrong_order),
		T(bad_media_acks),
		T(configuration_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
