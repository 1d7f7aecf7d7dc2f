// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Buttons that are no plain lines: speed dials, watched numbers, overlays.
#include <stdio.h>
#include <stdlib.h>

#include "control/call/feature.h"
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
			     " button 1c4,5\n"
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

// --- many buttons --------------------------------------------------------------------------------

// An ephone whose buttons 1 to `last` have DNs of their own.
static struct rig *rig_of_many(unsigned last, const char *type)
{
	char text[16384];
	int n = snprintf(text, sizeof(text),
		"telephony-service\n max-ephones 10\n max-dn 100\n"
		" ip source-address 10.0.0.1 port 2000\n");

	for (unsigned i = 1; i <= last; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "ephone-dn %u\n number %u\n", i,
			1000 + i);
	n += snprintf(text + n, sizeof(text) - (size_t)n,
		"ephone 1\n mac-address 0000.0000.0001\n%s", type);
	for (unsigned i = 1; i <= last; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, " button %u:%u\n", i, i);
	assert_true((size_t)n < sizeof(text));
	return rig_new(text);
}

// The piece of the template, or of another answer in pieces, that came n-th.
static const struct sccp_msg *piece(struct rig *rig, unsigned n)
{
	const struct command *command = rig_command(rig, COMMAND_SCCP, n);

	return command == NULL ? NULL : &command->sccp;
}

static void more_than_a_message_has_room_for(void **state)
{
	struct rig *rig =
		rig_of_many(56, " type 7970 addon 1 7916-24 2 7916-24\n speed-dial 1 1001\n");
	struct sim_phone *phone = sim_new(rig, "SEP000000000001");
	const struct sccp_msg *msg;

	(void)state;
	rig_start(rig);
	rig_forget(rig);
	sim_send_empty(phone, SCCP_BUTTON_TEMPLATE_REQ);
	msg = piece(rig, 0);
	assert_int_equal(msg->button_template_res.offset, 0);
	assert_int_equal(msg->button_template_res.count, 42);
	assert_int_equal(msg->button_template_res.total, 56);
	button_is(msg, 1, SCCP_BUTTON_LINE, 1);
	button_is(msg, 42, SCCP_BUTTON_LINE, 42);
	msg = piece(rig, 1);
	assert_int_equal(msg->button_template_res.offset, 42);
	assert_int_equal(msg->button_template_res.count, 14);
	assert_int_equal(msg->button_template_res.total, 56);
	button_is(msg, 1, SCCP_BUTTON_LINE, 43);
	button_is(msg, 14, SCCP_BUTTON_LINE, 56);
	assert_null(piece(rig, 2));
	rig_forget(rig);
	sim_send_empty(phone, SCCP_CALL_COUNT_REQ);
	assert_int_equal(piece(rig, 0)->call_count_res.count, 42);
	assert_int_equal(piece(rig, 1)->call_count_res.first_line, 43);
	assert_int_equal(piece(rig, 1)->call_count_res.count, 14);
	assert_int_equal(piece(rig, 1)->call_count_res.lines[13].max_calls, 1);
	// The last of them is a line like any other.
	rig_forget(rig);
	sim_stimulus(phone, SCCP_STIMULUS_LINE, 56);
	assert_int_equal(sim_call_in(phone, SCCP_CALL_STATE_OFF_HOOK)->line, 56);
	sim_digits(phone, "1013");
	assert_int_equal(sim_call_in(phone, SCCP_CALL_STATE_RING_IN)->line, 13);
	sim_on_hook(phone);
	rig_is_idle(rig);
	rig_free(rig);
}

// All that are configured, while nobody said what the phone is.
static void more_lines_than_twelve(void **state)
{
	struct rig *rig = rig_of_many(30, "");
	struct sim_phone *phone = sim_new(rig, "SEP000000000001");

	(void)state;
	rig_start(rig);
	rig_forget(rig);
	sim_send_empty(phone, SCCP_CONFIG_STAT_REQ);
	assert_int_equal(piece(rig, 0)->config_stat_res.lines, 30);
	rig_forget(rig);
	sim_send_empty(phone, SCCP_BUTTON_TEMPLATE_REQ);
	assert_int_equal(piece(rig, 0)->button_template_res.total, 30);
	assert_null(piece(rig, 1));
	assert_true(rig_configure(rig, "ephone 1"));
	assert_true(rig_configure(rig, "no button 29:29 30:30"));
	assert_int_equal(phone_find(&rig->engine, phone->name)->line_count, 28);
	rig_free(rig);
}

// --- overlays ------------------------------------------------------------------------------------

static const char overlay_config[] = "telephony-service\n"
				     " max-ephones 10\n"
				     " max-dn 20\n"
				     " ip source-address 10.0.0.1 port 2000\n"
				     "ephone-dn 1 octo-line\n"
				     " number 201\n"
				     "ephone-dn 2\n"
				     " number 202\n"
				     "ephone-dn 3\n"
				     " number 203\n"
				     "ephone-dn 4\n"
				     " number 204\n"
				     "ephone-dn 5\n"
				     " number 205\n"
				     "ephone-dn 6 octo-line\n"
				     " number 206\n"
				     "ephone 1\n"
				     " mac-address 0000.0000.0001\n"
				     " button 1:1\n"
				     "ephone 2\n"
				     " mac-address 0000.0000.0002\n"
				     " button 1:6\n"
				     "ephone 3\n"
				     " mac-address 0000.0000.0003\n"
				     " button %s\n"
				     "ephone 4\n"
				     " mac-address 0000.0000.0004\n"
				     " button 1:4\n";

struct overlay {
	struct rig *rig;
	struct sim_phone *a, *b; // callers, of many calls at a time
	struct sim_phone *o;     // 202 to 205 by overlays
	struct sim_phone *d;     // has 204 too
};

static struct overlay overlay_new(const char *buttons)
{
	char text[sizeof(overlay_config) + 64];
	struct overlay w;

	snprintf(text, sizeof(text), overlay_config, buttons);
	w.rig = rig_new(text);
	w.a = sim_new(w.rig, "SEP000000000001");
	w.b = sim_new(w.rig, "SEP000000000002");
	w.o = sim_new(w.rig, "SEP000000000003");
	w.d = sim_new(w.rig, "SEP000000000004");
	rig_start(w.rig);
	rig_forget(w.rig);
	return w;
}

static void overlay_free(struct overlay *w)
{
	for (int i = 0; i < 4; i++) {
		sim_on_hook(w->a);
		sim_on_hook(w->b);
		sim_on_hook(w->o);
		sim_on_hook(w->d);
	}
	rig_is_idle(w->rig);
	assert_int_equal(w->o->violations, 0);
	rig_free(w->rig);
}

// The number called at the phone's call of this state and line, if its CallInfo said so.
static void rings_at(struct sim_phone *phone, uint32_t line)
{
	struct sim_call *call = sim_call_in(phone, SCCP_CALL_STATE_RING_IN);

	assert_non_null(call);
	assert_int_equal(call->line, line);
}

// o: one call at a time, the next when the button is free; the phones that have the DN too ring on.
static void without_call_waiting(void **state)
{
	struct overlay w = overlay_new("1o2,3,4");

	(void)state;
	sim_enbloc(w.a, "203");
	rings_at(w.o, 1);
	sim_stimulus(w.o, SCCP_STIMULUS_LINE, 1);
	assert_non_null(sim_call_in(w.o, SCCP_CALL_STATE_CONNECTED));
	rig_forget(w.rig);
	sim_enbloc(w.b, "204");
	assert_non_null(sim_call_in(w.b, SCCP_CALL_STATE_RING_OUT));
	sim_log_is(w.o, "");
	rings_at(w.d, 1);
	// Held, the call is at the button all the same.
	sim_soft_key(w.o, SCCP_SOFTKEY_HOLD);
	assert_int_equal(sim_call_count(w.o), 1);
	sim_soft_key(w.o, SCCP_SOFTKEY_RESUME);
	rig_forget(w.rig);
	sim_on_hook(w.o);
	rings_at(w.o, 1);
	assert_true(sim_log_has(w.o, "CallInfo Inbound 206>204\n"));
	assert_true(sim_log_has(w.o, "SetRinger Inside\n"));
	// Answered elsewhere it makes room: in use there, it is not at the button.
	sim_off_hook(w.d);
	assert_null(sim_call_in(w.o, SCCP_CALL_STATE_RING_IN));
	sim_on_hook(w.a);
	sim_enbloc(w.a, "202");
	rings_at(w.o, 1);
	overlay_free(&w);
}

// Of several that wait for the button the first DN's goes first.
static void leftmost_first(void **state)
{
	struct overlay w = overlay_new("1o2,3,4");

	(void)state;
	sim_off_hook(w.o);
	sim_enbloc(w.a, "203");
	sim_soft_key(w.b, SCCP_SOFTKEY_NEW_CALL);
	sim_enbloc(w.b, "204");
	assert_int_equal(sim_call_count(w.o), 1);
	rig_forget(w.rig);
	sim_on_hook(w.o);
	assert_int_equal(sim_call_count(w.o), 1);
	assert_true(sim_log_has(w.o, "CallInfo Inbound 201>203\n"));
	rig_forget(w.rig);
	sim_on_hook(w.a);
	assert_true(sim_log_has(w.o, "CallInfo Inbound 206>204\n"));
	overlay_free(&w);
}

// c: the second call waits beside the first.
static void with_call_waiting(void **state)
{
	struct overlay w = overlay_new("1c2,3,4");

	(void)state;
	sim_enbloc(w.a, "203");
	sim_off_hook(w.o);
	rig_forget(w.rig);
	sim_enbloc(w.b, "202");
	rings_at(w.o, 1);
	assert_true(sim_log_has(w.o, "StartTone CallWaitingTone\n"));
	sim_soft_key(w.o, SCCP_SOFTKEY_ANSWER);
	assert_non_null(sim_call_in(w.o, SCCP_CALL_STATE_HOLD));
	assert_int_equal(sim_call_in(w.o, SCCP_CALL_STATE_CONNECTED)->line, 1);
	overlay_free(&w);
}

// x: the overlay's second call has a button of its own, the third waits again.
static void expanded(void **state)
{
	struct overlay w = overlay_new("1o2,3,4,5 2x1");
	struct sccp_msg msg;

	(void)state;
	sim_send_empty(w.o, SCCP_BUTTON_TEMPLATE_REQ);
	assert_int_equal(piece(w.rig, 0)->button_template_res.total, 2);
	button_is(piece(w.rig, 0), 2, SCCP_BUTTON_LINE, 2);
	rig_forget(w.rig);
	sccp_msg_init(&msg, SCCP_LINE_STAT_REQ);
	msg.line_stat_req.line = 2;
	sim_send(w.o, &msg);
	assert_string_equal(piece(w.rig, 0)->line_stat_res.number, "202");
	sim_enbloc(w.a, "203");
	rings_at(w.o, 1);
	sim_enbloc(w.b, "202");
	assert_int_equal(sim_call_count(w.o), 2);
	sim_stimulus(w.o, SCCP_STIMULUS_LINE, 1);
	rings_at(w.o, 2);
	sim_soft_key(w.b, SCCP_SOFTKEY_HOLD);
	sim_stimulus(w.o, SCCP_STIMULUS_LINE, 2);
	assert_int_equal(sim_call_in(w.o, SCCP_CALL_STATE_CONNECTED)->line, 2);
	assert_int_equal(sim_call_in(w.o, SCCP_CALL_STATE_HOLD)->line, 1);
	sim_soft_key(w.a, SCCP_SOFTKEY_NEW_CALL);
	sim_enbloc(w.a, "204");
	assert_int_equal(sim_call_count(w.o), 2);
	rings_at(w.d, 1);
	// The first that is free takes it.
	sim_on_hook(w.o);
	rings_at(w.o, 2);
	sim_stimulus(w.o, SCCP_STIMULUS_LINE, 1);
	assert_int_equal(sim_call_in(w.o, SCCP_CALL_STATE_CONNECTED)->line, 1);
	overlay_free(&w);
}

// The phone's own calls: the pressed button's, else the first button that is free.
static void calls_out_of_an_overlay(void **state)
{
	struct overlay w = overlay_new("1o2,3 2x1");

	(void)state;
	sim_enbloc(w.o, "201");
	sim_off_hook(w.a);
	assert_int_equal(sim_call_in(w.o, SCCP_CALL_STATE_CONNECTED)->line, 1);
	sim_soft_key(w.o, SCCP_SOFTKEY_HOLD);
	sim_soft_key(w.o, SCCP_SOFTKEY_NEW_CALL);
	assert_int_equal(sim_call_in(w.o, SCCP_CALL_STATE_OFF_HOOK)->line, 2);
	sim_on_hook(w.o);
	sim_soft_key(w.o, SCCP_SOFTKEY_RESUME);
	sim_on_hook(w.o);
	sim_on_hook(w.a);
	sim_stimulus(w.o, SCCP_STIMULUS_LINE, 2);
	assert_int_equal(sim_call_in(w.o, SCCP_CALL_STATE_OFF_HOOK)->line, 2);
	sim_enbloc(w.a, "203");
	rings_at(w.o, 1);
	overlay_free(&w);
}

static void a_message_for_one_of_several(void **state)
{
	struct overlay w = overlay_new("1o2,3");
	struct engine *engine = &w.rig->engine;

	(void)state;
	dn_set_message_waiting(dn_by_tag(engine, 3), true, "");
	assert_true(sim_log_has(w.o, "SetLamp VoiceMail 1 On\n"));
	rig_forget(w.rig);
	dn_set_message_waiting(dn_by_tag(engine, 2), true, "");
	dn_set_message_waiting(dn_by_tag(engine, 2), false, "");
	assert_false(sim_log_has(w.o, "SetLamp VoiceMail 1 Off\n"));
	dn_set_message_waiting(dn_by_tag(engine, 3), false, "");
	assert_true(sim_log_has(w.o, "SetLamp VoiceMail 1 Off\n"));
	overlay_free(&w);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(template),
		T(speed_dials),
		T(watched),
		T(overlay),
		cmocka_unit_test(more_than_a_message_has_room_for),
		cmocka_unit_test(more_lines_than_twelve),
		cmocka_unit_test(without_call_waiting),
		cmocka_unit_test(leftmost_first),
		cmocka_unit_test(with_call_waiting),
		cmocka_unit_test(expanded),
		cmocka_unit_test(calls_out_of_an_overlay),
		cmocka_unit_test(a_message_for_one_of_several),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
