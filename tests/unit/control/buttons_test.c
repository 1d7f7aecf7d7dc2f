// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Buttons that are no plain lines: speed dials, watched numbers, overlays.
#include <stdlib.h>

#include "control/csta/csta.h"
#include "control/phone/phone.h"
#include "tests/unit/control/client.h"

static const char config[] = "voice service voip\n"
			     " no cti shutdown\n"
			     "telephony-service\n"
			     " max-ephones 10\n"
			     " max-dn 20\n"
			     " ip source-address 10.0.0.1 port 2000\n"
			     "voice logout-profile 1\n"
			     " number 206 type normal\n"
			     " speed-dial 3 203 label Third floor\n"
			     "ephone-dn 1 dual-line\n"
			     " number 201\n"
			     " cti watch\n"
			     "ephone-dn 2\n"
			     " number 202\n"
			     " name Bob\n"
			     " label Workshop\n"
			     " cti watch\n"
			     "ephone-dn 3\n"
			     " number 203\n"
			     " cti watch\n"
			     "ephone-dn 4\n"
			     " number 204\n"
			     " cti watch\n"
			     "ephone-dn 5\n"
			     " number 205\n"
			     " cti watch\n"
			     "ephone-dn 6\n"
			     " number 206\n"
			     "ephone 1\n"
			     " mac-address 0000.0000.0001\n"
			     " type 7960\n"
			     " button 1:1 3m2 4w3\n"
			     " speed-dial 2 202 label Bob in the workshop\n"
			     " speed-dial 1 203\n"
			     " speed-dial 9 999\n"
			     "ephone 2\n"
			     " mac-address 0000.0000.0002\n"
			     " button 1:2\n"
			     "ephone 3\n"
			     " mac-address 0000.0000.0003\n"
			     " button 1:3\n"
			     "ephone 4\n"
			     " mac-address 0000.0000.0004\n"
			     " button 1o4,5\n"
			     "ephone 5\n"
			     " mac-address 0000.0000.0005\n"
			     " type 7960\n"
			     " logout-profile 1\n";

struct world {
	struct rig *rig;
	struct sim_phone *a; // 201; shows 202, and the phone of 203; speed dials
	struct sim_phone *b; // 202
	struct sim_phone *c; // 203
	struct sim_phone *d; // 204 and 205 on one button
	struct sim_phone *e; // 206 by a profile
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	w->rig = rig_new(config);
	w->a = sim_new(w->rig, "SEP000000000001");
	w->b = sim_new(w->rig, "SEP000000000002");
	w->c = sim_new(w->rig, "SEP000000000003");
	w->d = sim_new(w->rig, "SEP000000000004");
	w->e = sim_new(w->rig, "SEP000000000005");
	rig_start(w->rig);
	rig_forget(w->rig);
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

static const struct sccp_msg *ask(
	struct world *w, struct sim_phone *phone, uint32_t id, uint32_t index)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, id);
	if (msg.size >= sizeof(uint32_t))
		msg.line_stat_req.line = index;
	rig_forget(w->rig);
	sim_send(phone, &msg);
	return &rig_command(w->rig, COMMAND_SCCP, 0)->sccp;
}

static void button_is(const struct sccp_msg *msg, unsigned place, uint32_t type, unsigned instance)
{
	const struct sccp_button *button = &msg->button_template_res.buttons[place - 1];

	assert_int_equal(button->type, type);
	assert_int_equal(button->instance, instance);
}

static void template(void **state)
{
	struct world *w = *state;
	const struct sccp_msg *msg = ask(w, w->a, SCCP_BUTTON_TEMPLATE_REQ, 0);

	// A 7960 has six buttons: what no line is on is a speed dial, by tag.
	assert_int_equal(msg->button_template_res.total, 6);
	button_is(msg, 1, SCCP_BUTTON_LINE, 1);
	button_is(msg, 2, SCCP_BUTTON_SPEED_DIAL, 1);
	button_is(msg, 3, SCCP_BUTTON_LINE, 2);
	button_is(msg, 4, SCCP_BUTTON_LINE, 3);
	button_is(msg, 5, SCCP_BUTTON_SPEED_DIAL, 2);
	button_is(msg, 6, SCCP_BUTTON_SPEED_DIAL, 9);
	msg = ask(w, w->a, SCCP_CONFIG_STAT_REQ, 0);
	assert_int_equal(msg->config_stat_res.lines, 3);
	assert_int_equal(msg->config_stat_res.speed_dials, 3);
	msg = ask(w, w->a, SCCP_LINE_STAT_REQ, 2);
	assert_string_equal(msg->line_stat_res.number, "202");
	assert_string_equal(msg->line_stat_res.label, "Workshop");
	msg = ask(w, w->a, SCCP_CALL_COUNT_REQ, 0);
	assert_int_equal(msg->call_count_res.count, 3);
	assert_int_equal(msg->call_count_res.lines[0].max_calls, 2);
	assert_int_equal(msg->call_count_res.lines[1].max_calls, 0);
	msg = ask(w, w->a, SCCP_SPEED_DIAL_STAT_REQ, 1);
	assert_string_equal(msg->speed_dial_stat_res.number, "203");
	assert_string_equal(msg->speed_dial_stat_res.label, "203");
	msg = ask(w, w->a, SCCP_SPEED_DIAL_STAT_REQ, 2);
	assert_string_equal(msg->speed_dial_stat_res.number, "202");
	assert_string_equal(msg->speed_dial_stat_res.label, "Bob in the workshop");
	msg = ask(w, w->a, SCCP_SPEED_DIAL_STAT_REQ, 3);
	assert_int_equal(msg->speed_dial_stat_res.instance, 3);
	assert_string_equal(msg->speed_dial_stat_res.number, "");
	msg = ask(w, w->e, SCCP_SPEED_DIAL_STAT_REQ, 3);
	assert_string_equal(msg->speed_dial_stat_res.label, "Third floor");
}

static void speed_dials(void **state)
{
	struct world *w = *state;

	sim_stimulus(w->a, SCCP_STIMULUS_SPEED_DIAL, 2);
	assert_non_null(sim_call_in(w->b, SCCP_CALL_STATE_RING_IN));
	assert_int_equal(w->a->speaker, SCCP_SWITCH_ON);
	sim_on_hook(w->a);
	// Into the dial tone that is there; in a consultation too.
	sim_off_hook(w->a);
	sim_stimulus(w->a, SCCP_STIMULUS_SPEED_DIAL, 2);
	sim_off_hook(w->b);
	assert_int_equal(sim_call_count(w->a), 1);
	sim_soft_key(w->a, SCCP_SOFTKEY_TRANSFER);
	sim_stimulus(w->a, SCCP_STIMULUS_SPEED_DIAL, 1);
	assert_non_null(sim_call_in(w->c, SCCP_CALL_STATE_RING_IN));
	sim_soft_key(w->a, SCCP_SOFTKEY_TRANSFER);
	assert_int_equal(sim_call_count(w->a), 0);
	sim_on_hook(w->b);
	// A number that nobody has, and buttons that are not there.
	sim_stimulus(w->a, SCCP_STIMULUS_SPEED_DIAL, 9);
	assert_non_null(sim_call_in(w->a, SCCP_CALL_STATE_INVALID_NUMBER));
	sim_on_hook(w->a);
	rig_forget(w->rig);
	sim_stimulus(w->a, SCCP_STIMULUS_SPEED_DIAL, 0);
	sim_stimulus(w->a, SCCP_STIMULUS_SPEED_DIAL, 3);
	sim_stimulus(w->a, SCCP_STIMULUS_SPEED_DIAL, UINT32_MAX);
	assert_string_equal(w->a->log, "");
	// Where to forward to.
	sim_soft_key(w->a, SCCP_SOFTKEY_CFWD_ALL);
	sim_stimulus(w->a, SCCP_STIMULUS_SPEED_DIAL, 1);
	assert_string_equal(dn_forward_number(dn_by_tag(&w->rig->engine, 1), FORWARD_ALL), "203");
	rig_is_idle(w->rig);
}

static void watched(void **state)
{
	struct world *w = *state;

	// 202 by itself.
	sim_off_hook(w->b);
	assert_true(sim_log_has(w->a, "SetLamp 2 On\n"));
	rig_forget(w->rig);
	sim_on_hook(w->b);
	sim_log_is(w->a, "SetLamp 2 Off\n");
	// The phone of 203: in use, not to be disturbed, gone.
	sim_off_hook(w->c);
	sim_log_is(w->a, "SetLamp 3 On\n");
	sim_on_hook(w->c);
	sim_log_is(w->a, "SetLamp 3 Off\n");
	sim_soft_key(w->c, SCCP_SOFTKEY_DND);
	sim_log_is(w->a, "SetLamp 3 On\n");
	sim_soft_key(w->c, SCCP_SOFTKEY_DND);
	sim_log_is(w->a, "SetLamp 3 Off\n");
	sim_disconnect(w->c, CONN_CLOSE_PEER);
	sim_log_is(w->a, "SetLamp 3 On\n");
	// One that comes is told how it is.
	sim_start(w->a);
	assert_true(sim_log_has(w->a, "SetLamp 3 On\n"));
	assert_false(sim_log_has(w->a, "SetLamp 2 On\n"));
	sim_start(w->c);
	// No calls are at such a button; pressed, it calls the number.
	sim_enbloc(w->c, "202");
	assert_int_equal(sim_call_count(w->a), 0);
	sim_on_hook(w->c);
	sim_stimulus(w->a, SCCP_STIMULUS_LINE, 2);
	assert_non_null(sim_call_in(w->b, SCCP_CALL_STATE_RING_IN));
	sim_on_hook(w->a);
	rig_is_idle(w->rig);
}

static void overlay(void **state)
{
	struct world *w = *state;
	const struct sccp_msg *msg = ask(w, w->d, SCCP_BUTTON_TEMPLATE_REQ, 0);
	struct token_names names = { 0 };
	struct client client;

	assert_int_equal(msg->button_template_res.total, 1);
	msg = ask(w, w->d, SCCP_LINE_STAT_REQ, 1);
	assert_string_equal(msg->line_stat_res.number, "204");
	// Either number rings; the button answers.
	sim_enbloc(w->a, "205");
	assert_int_equal(sim_call_in(w->d, SCCP_CALL_STATE_RING_IN)->line, 1);
	sim_stimulus(w->d, SCCP_STIMULUS_LINE, 1);
	assert_non_null(sim_call_in(w->d, SCCP_CALL_STATE_CONNECTED));
	sim_enbloc(w->b, "204");
	assert_non_null(sim_call_in(w->d, SCCP_CALL_STATE_RING_IN));
	sim_on_hook(w->b);
	assert_true(sim_log_has(w->d, "SetLamp 1 On\n"));
	assert_false(sim_log_has(w->d, "SetLamp 1 Off\n"));
	sim_on_hook(w->a);
	// It calls with the first that is free.
	sim_enbloc(w->a, "204");
	sim_off_hook(w->d);
	sim_soft_key(w->d, SCCP_SOFTKEY_HOLD);
	sim_soft_key(w->d, SCCP_SOFTKEY_NEW_CALL);
	assert_false(dn_has_channel(dn_by_tag(&w->rig->engine, 5)));
	sim_on_hook(w->d);
	sim_on_hook(w->a);
	rig_is_idle(w->rig);
	// No client may have such a number.
	client_init(&client, w->rig, &names, 1, "sip:205@10.0.0.1");
	assert_string_equal(client_invite(&client, "<RequestSystemStatus/>"), "403");
	client_fini(&client);
	client_init(&client, w->rig, &names, 1, "sip:201@10.0.0.1");
	client_open(&client);
	assert_string_equal(client_ask(&client, "<SnapshotDevice><snapshotObject>tel:204"
						"</snapshotObject></SnapshotDevice>"),
		"CSTAErrorCode operation=privilegeViolationSpecifiedDevice");
	client_bye(&client);
	client_fini(&client);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(template),
		T(speed_dials),
		T(watched),
		T(overlay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
