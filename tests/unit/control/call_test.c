// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Calls by hand: what happens to the connections, in the order of ECMA-269, and what the phones
// show.
#include "tests/unit/control/harness.h"

#include <string.h>

static const char office[] = "telephony-service\n"
			     " max-ephones 10\n"
			     " max-dn 20\n"
			     " ip source-address 10.0.0.1 port 2000\n"
			     "ephone-dn 1\n"
			     " number 201\n"
			     " name Alice\n"
			     "ephone-dn 2\n"
			     " number 202\n"
			     "ephone-dn 3 dual-line\n"
			     " number 203\n"
			     "ephone-dn 4\n"
			     " number 204\n"
			     " call-forward all 203\n"
			     "ephone-dn 5\n"
			     " number 205\n"
			     " call-forward busy 203\n"
			     " call-forward noan 203 timeout 10\n"
			     "ephone-dn 6\n"
			     " number 206\n"
			     "ephone-dn 7\n"
			     " number 2077\n"
			     "ephone-dn 8\n"
			     " number 207\n"
			     "ephone-dn 9\n"
			     " number 209\n"
			     " call-forward all 210\n"
			     "ephone-dn 10\n"
			     " number 210\n"
			     " call-forward all 209\n"
			     "ephone 1\n"
			     " mac-address 0000.0000.0201\n"
			     " button 1:1\n"
			     "ephone 2\n"
			     " mac-address 0000.0000.0202\n"
			     " button 1:2\n"
			     "ephone 3\n"
			     " mac-address 0000.0000.0203\n"
			     " button 1:3\n"
			     "ephone 4\n"
			     " mac-address 0000.0000.0204\n"
			     " button 1:4 2:5\n"
			     "ephone 5\n"
			     " mac-address 0000.0000.0205\n"
			     " button 1:8\n"
			     "ephone 6\n"
			     " mac-address 0000.0000.0206\n"
			     " button 1:8 2:7\n";

struct world {
	struct rig *rig;
	struct sim_phone *a; // 201, single-line
	struct sim_phone *b; // 202, single-line
	struct sim_phone *c; // 203, dual-line
	struct sim_phone *d; // 204 and 205, which forward
	struct sim_phone *e; // 207
	struct sim_phone *f; // 207 and 2077
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	w->rig = rig_new(office);
	w->a = sim_new(w->rig, "SEP000000000201");
	w->b = sim_new(w->rig, "SEP000000000202");
	w->c = sim_new(w->rig, "SEP000000000203");
	w->d = sim_new(w->rig, "SEP000000000204");
	w->e = sim_new(w->rig, "SEP000000000205");
	w->f = sim_new(w->rig, "SEP000000000206");
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

static void call_up(
	struct world *w, struct sim_phone *from, const char *number, struct sim_phone *to)
{
	sim_off_hook(from);
	sim_digits(from, number);
	sim_off_hook(to);
	assert_non_null(sim_call_in(from, SCCP_CALL_STATE_CONNECTED));
	assert_non_null(sim_call_in(to, SCCP_CALL_STATE_CONNECTED));
	rig_forget(w->rig);
}

static void basic_handset(void **state)
{
	struct world *w = *state;

	sim_off_hook(w->a);
	sim_log_is(w->a, "SetLamp 1 On\n"
			 "CallState OffHook\n"
			 "SelectSoftKeys OffHook\n"
			 "DisplayPromptStatus Enter number\n"
			 "ActivateCallPlane\n"
			 "StartTone InsideDialTone\n");
	rig_story_is(w->rig, "ServiceInitiated 201 initiated newCall\n");
	sim_digits(w->a, "20");
	sim_log_is(w->a, "StopTone\nSelectSoftKeys Digits\n");
	sim_digits(w->a, "2");
	sim_log_is(w->a, "StopTone\n"
			 "CallState Proceed\n"
			 "SelectSoftKeys RingOut\n"
			 "CallInfo Outbound 201>202\n"
			 "DialedNumber 202\n"
			 "DisplayPromptStatus Call Proceed\n"
			 "CallState RingOut\n"
			 "StartTone AlertingTone\n"
			 "DisplayPromptStatus Ring out\n"
			 "CallInfo Outbound 201>202\n");
	rig_story_is(w->rig, "Originated 201 connected newCall\n"
			     "Delivered 202 alerting newCall\n");
	sim_log_is(w->b, "CallState RingIn\n"
			 "SelectSoftKeys RingIn\n"
			 "DisplayPromptStatus From 201\n"
			 "DisplayPriNotify\n"
			 "CallInfo Inbound 201>202\n"
			 "SetLamp 1 Blink\n"
			 "SetRinger Inside\n");
	sim_off_hook(w->b);
	rig_story_is(w->rig, "Established 202 connected newCall\n");
	sim_log_is(w->b, "SetRinger Off\n"
			 "SetLamp 1 On\n"
			 "CallState OffHook\n"
			 "ActivateCallPlane\n"
			 "StopTone\n"
			 "OpenReceiveChannel G711Ulaw64k\n"
			 "CallState Connected\n"
			 "SelectSoftKeys Connected\n"
			 "DisplayPromptStatus Connected\n"
			 "CallInfo Inbound 201>202\n"
			 "StartMediaTransmission 10.0.0.33:20001 G711Ulaw64k\n");
	sim_log_is(w->a, "StopTone\n"
			 "OpenReceiveChannel G711Ulaw64k\n"
			 "CallState Connected\n"
			 "SelectSoftKeys Connected\n"
			 "DisplayPromptStatus Connected\n"
			 "CallInfo Outbound 201>202\n"
			 "StartMediaTransmission 10.0.0.34:20002 G711Ulaw64k\n");
	sim_on_hook(w->a);
	rig_story_is(w->rig, "ConnectionCleared 201 null normalClearing\n"
			     "ConnectionCleared 202 null normalClearing by 201\n");
	sim_log_is(w->a, "StopTone\n"
			 "ConnectionStatisticsReq\n"
			 "CloseReceiveChannel\n"
			 "StopMediaTransmission\n"
			 "SetLamp 1 Off\n"
			 "ClearPromptStatus\n"
			 "CallHistoryInfo\n"
			 "CallState OnHook\n"
			 "SelectSoftKeys OnHook\n"
			 "DisplayPromptStatus Your current options\n"
			 "DefineTimeDate\n"
			 "SetSpeakerMode Off\n");
	rig_is_idle(w->rig);
	sim_on_hook(w->b); // late: the call is gone
	rig_story_is(w->rig, "");
	rig_is_idle(w->rig);
}

static void basic_keys(void **state)
{
	struct world *w = *state;

	sim_soft_key(w->a, SCCP_SOFTKEY_NEW_CALL);
	assert_true(sim_log_has(w->a, "SetSpeakerMode On\nSetLamp 1 On\nCallState OffHook\n"));
	sim_digits(w->a, "202");
	sim_soft_key(w->b, SCCP_SOFTKEY_ANSWER);
	assert_true(sim_log_has(w->b, "SetRinger Off\nSetSpeakerMode On\nSetLamp 1 On\n"
				      "CallState OffHook\n"));
	// The speaker key of the phone says off hook once more: the same audio path.
	sim_off_hook(w->b);
	assert_non_null(sim_call_in(w->b, SCCP_CALL_STATE_CONNECTED));
	sim_soft_key(w->b, SCCP_SOFTKEY_END_CALL);
	rig_story_is(w->rig, "ServiceInitiated 201 initiated newCall\n"
			     "Originated 201 connected newCall\n"
			     "Delivered 202 alerting newCall\n"
			     "Established 202 connected newCall\n"
			     "ConnectionCleared 202 null normalClearing\n"
			     "ConnectionCleared 201 null normalClearing by 202\n");
	assert_int_equal(w->a->speaker, SCCP_SWITCH_OFF);
	assert_int_equal(w->b->speaker, SCCP_SWITCH_OFF);
	rig_is_idle(w->rig);
}

static void line_key_answers(void **state)
{
	struct world *w = *state;

	sim_enbloc(w->a, "202");
	sim_stimulus(w->b, SCCP_STIMULUS_LINE, 1);
	assert_non_null(sim_call_in(w->a, SCCP_CALL_STATE_CONNECTED));
	sim_on_hook(w->a);
	rig_is_idle(w->rig);
	// Redial goes the same way.
	sim_soft_key(w->a, SCCP_SOFTKEY_REDIAL);
	assert_non_null(sim_call_in(w->b, SCCP_CALL_STATE_RING_IN));
	sim_on_hook(w->a);
	rig_is_idle(w->rig);
}

static void busy(void **state)
{
	struct world *w = *state;

	call_up(w, w->b, "203", w->c);
	sim_enbloc(w->a, "202");
	rig_story_is(w->rig, "ServiceInitiated 201 initiated newCall\n"
			     "Originated 201 connected newCall\n"
			     "Failed 202 fail busy onlooker\n");
	assert_true(sim_log_has(w->a, "StopTone\nStartTone LineBusyTone\nCallState Busy\n"
				      "SelectSoftKeys RingOut\nDisplayPromptStatus Busy\n"));
	sim_on_hook(w->a);
	rig_story_is(w->rig, "ConnectionCleared 201 null normalClearing\n");
	// Nobody hangs up: the tone ends by itself.
	sim_enbloc(w->a, "202");
	rig_forget(w->rig);
	rig_wait(w->rig, 9);
	rig_story_is(w->rig, "");
	rig_wait(w->rig, 2);
	rig_story_is(w->rig, "ConnectionCleared 201 null normalClearing\n");
	sim_on_hook(w->b);
	rig_is_idle(w->rig);
}

static void own_number_is_busy(void **state)
{
	struct world *w = *state;

	sim_enbloc(w->c, "203");
	assert_non_null(sim_call_in(w->c, SCCP_CALL_STATE_BUSY));
	sim_on_hook(w->c);
	rig_is_idle(w->rig);
}

static void unknown_number(void **state)
{
	struct world *w = *state;

	sim_off_hook(w->a);
	sim_digits(w->a, "999");
	rig_story_is(w->rig, "ServiceInitiated 201 initiated newCall\n");
	sim_digits(w->a, "#");
	rig_story_is(w->rig, "Originated 201 connected newCall\n"
			     "Failed 201 fail numberUnallocated\n");
	assert_non_null(sim_call_in(w->a, SCCP_CALL_STATE_INVALID_NUMBER));
	sim_on_hook(w->a);
	rig_story_is(w->rig, "ConnectionCleared 201 null normalClearing\n");
	rig_is_idle(w->rig);
}

static void out_of_service(void **state)
{
	struct world *w = *state;

	sim_enbloc(w->a, "206");
	rig_story_is(w->rig, "ServiceInitiated 201 initiated newCall\n"
			     "Originated 201 connected newCall\n"
			     "Failed 206 fail destOutOfOrder onlooker\n");
	assert_non_null(sim_call_in(w->a, SCCP_CALL_STATE_CONGESTION));
	sim_on_hook(w->a);
	rig_is_idle(w->rig);
}

static void no_answer(void **state)
{
	struct world *w = *state;

	sim_enbloc(w->a, "202");
	rig_forget(w->rig);
	rig_wait(w->rig, 179);
	rig_story_is(w->rig, "");
	rig_wait(w->rig, 1);
	rig_story_is(w->rig, "Failed 202 fail callNotAnswered\n"
			     "ConnectionCleared 202 null callNotAnswered\n");
	assert_int_equal(sim_call_count(w->b), 0);
	assert_int_equal(w->b->ringer, SCCP_RING_OFF);
	assert_true(sim_log_has(w->a, "StartTone ReorderTone"));
	sim_on_hook(w->a);
	rig_story_is(w->rig, "ConnectionCleared 201 null normalClearing\n");
	rig_is_idle(w->rig);
}

static void abandoned(void **state)
{
	struct world *w = *state;

	sim_enbloc(w->a, "202");
	rig_forget(w->rig);
	sim_on_hook(w->a);
	rig_story_is(w->rig, "ConnectionCleared 201 null callCancelled\n"
			     "ConnectionCleared 202 null callCancelled by 201\n");
	sim_log_is(w->b, "SetRinger Off\n"
			 "SetLamp 1 Off\n"
			 "ClearPromptStatus\n"
			 "CallHistoryInfo\n"
			 "CallState OnHook\n"
			 "SelectSoftKeys OnHook\n"
			 "DisplayPromptStatus Your current options\n"
			 "DefineTimeDate\n");
	rig_is_idle(w->rig);
	// Off hook and nothing else.
	sim_off_hook(w->a);
	rig_wait(w->rig, 10);
	rig_story_is(w->rig, "ServiceInitiated 201 initiated newCall\n"
			     "Failed 201 fail reorderTone\n");
	sim_on_hook(w->a);
	rig_story_is(w->rig, "ConnectionCleared 201 null normalClearing\n");
	sim_off_hook(w->a);
	sim_on_hook(w->a);
	rig_story_is(w->rig, "ServiceInitiated 201 initiated newCall\n"
			     "ConnectionCleared 201 null normalClearing\n");
	rig_is_idle(w->rig);
}

static void interdigit(void **state)
{
	struct world *w = *state;

	// 207 might become 2077.
	sim_off_hook(w->a);
	sim_digits(w->a, "207");
	assert_int_equal(sim_call_count(w->e), 0);
	rig_wait(w->rig, 9);
	assert_int_equal(sim_call_count(w->e), 0);
	rig_wait(w->rig, 1);
	assert_int_equal(sim_call_count(w->e), 1);
	sim_on_hook(w->a);
	sim_off_hook(w->a);
	sim_digits(w->a, "207#");
	assert_int_equal(sim_call_count(w->e), 1);
	sim_on_hook(w->a);
	sim_off_hook(w->a);
	sim_digits(w->a, "2077");
	assert_int_equal(sim_call_count(w->e), 0);
	assert_int_equal(sim_call_count(w->f), 1);
	sim_on_hook(w->a);
	rig_is_idle(w->rig);
}

static void back_space(void **state)
{
	struct world *w = *state;

	sim_off_hook(w->a);
	sim_digits(w->a, "91");
	rig_forget(w->rig);
	sim_soft_key(w->a, SCCP_SOFTKEY_BACK_SPACE);
	sim_log_is(w->a, "BackSpaceRes\n");
	sim_soft_key(w->a, SCCP_SOFTKEY_BACK_SPACE);
	assert_true(sim_log_has(w->a, "SelectSoftKeys OffHook"));
	assert_true(sim_log_has(w->a, "StartTone InsideDialTone"));
	sim_soft_key(w->a, SCCP_SOFTKEY_BACK_SPACE);
	sim_digits(w->a, "202");
	assert_non_null(sim_call_in(w->b, SCCP_CALL_STATE_RING_IN));
	sim_on_hook(w->a);
	rig_is_idle(w->rig);
}

static void forward_all(void **state)
{
	struct world *w = *state;

	sim_enbloc(w->a, "204");
	sim_off_hook(w->c);
	rig_story_is(w->rig, "ServiceInitiated 201 initiated newCall\n"
			     "Originated 201 connected newCall\n"
			     "Diverted 204 null callForwardImmediate to 203\n"
			     "Delivered 203 alerting callForwardImmediate\n"
			     "Established 203 connected callForwardImmediate\n");
	assert_int_equal(sim_call_count(w->d), 0);
	sim_on_hook(w->c);
	rig_is_idle(w->rig);
}

static void forward_busy(void **state)
{
	struct world *w = *state;

	sim_stimulus(w->d, SCCP_STIMULUS_LINE, 2);
	rig_forget(w->rig);
	sim_enbloc(w->a, "205");
	rig_story_is(w->rig, "ServiceInitiated 201 initiated newCall\n"
			     "Originated 201 connected newCall\n"
			     "Diverted 205 null callForwardBusy to 203\n"
			     "Delivered 203 alerting callForwardBusy\n");
	sim_on_hook(w->d);
	sim_on_hook(w->a);
	rig_is_idle(w->rig);
}

static void forward_no_answer(void **state)
{
	struct world *w = *state;

	sim_enbloc(w->a, "205");
	assert_int_equal(sim_call_count(w->d), 1);
	rig_forget(w->rig);
	rig_wait(w->rig, 10);
	rig_story_is(w->rig, "Diverted 205 null callForwardNoAnswer to 203\n"
			     "Delivered 203 alerting callForwardNoAnswer\n");
	assert_int_equal(sim_call_count(w->d), 0);
	sim_off_hook(w->c);
	assert_true(sim_log_has(w->a, "CallInfo Outbound 201>203"));
	sim_on_hook(w->a);
	rig_is_idle(w->rig);
}

static void forward_loop(void **state)
{
	struct world *w = *state;
	const char *p;
	unsigned hops = 0;

	sim_enbloc(w->a, "209");
	for (p = w->rig->story; (p = strstr(p, "Diverted")) != NULL; p++)
		hops++;
	assert_int_equal(hops, 10);
	assert_non_null(strstr(w->rig->story, "Failed 209 fail callForwardImmediate onlooker\n"));
	sim_on_hook(w->a);
	rig_is_idle(w->rig);
}

static void hold_and_resume(void **state)
{
	struct world *w = *state;
	struct sim_call *call;

	call_up(w, w->a, "202", w->b);
	sim_soft_key(w->a, SCCP_SOFTKEY_HOLD);
	rig_story_is(w->rig, "Held 201 hold normal\n");
	sim_log_is(w->a, "ConnectionStatisticsReq\n"
			 "CloseReceiveChannel\n"
			 "StopMediaTransmission\n"
			 "SetLamp 1 Wink\n"
			 "CallState Hold\n"
			 "SelectSoftKeys OnHold\n"
			 "DisplayPromptStatus Hold\n"
			 "CallInfo Outbound 201>202\n");
	sim_log_is(w->b, "ConnectionStatisticsReq\n"
			 "CloseReceiveChannel\n"
			 "StopMediaTransmission\n"
			 "StartTone HoldTone\n");
	// Both ends may hold.
	sim_stimulus(w->b, SCCP_STIMULUS_HOLD, 1);
	assert_true(sim_log_has(w->b, "StopTone\n"));
	rig_story_is(w->rig, "Held 202 hold normal\n");
	sim_soft_key(w->a, SCCP_SOFTKEY_RESUME);
	rig_story_is(w->rig, "Retrieved 201 connected normal\n");
	call = sim_call_in(w->a, SCCP_CALL_STATE_CONNECTED);
	assert_non_null(call);
	assert_false(call->streams[0].receiving);
	sim_stimulus(w->b, SCCP_STIMULUS_HOLD, 1);
	assert_true(call->streams[0].receiving && call->streams[0].sending);
	assert_int_equal(call->streams[0].to.port, w->b->rtp_port);
	// On hook with a held call only: it stays.
	sim_soft_key(w->a, SCCP_SOFTKEY_HOLD);
	sim_on_hook(w->a);
	assert_int_equal(sim_call_count(w->a), 1);
	sim_on_hook(w->b);
	rig_is_idle(w->rig);
}

// On hook for another call than the one that is talked in.
static void on_hook_for_another(void **state)
{
	struct world *w = *state;
	struct sccp_msg msg;
	uint32_t held;

	sim_enbloc(w->c, "201");
	sim_off_hook(w->a);
	held = sim_call_in(w->c, SCCP_CALL_STATE_CONNECTED)->reference;
	sim_soft_key(w->c, SCCP_SOFTKEY_HOLD);
	sim_soft_key(w->c, SCCP_SOFTKEY_NEW_CALL);
	sim_digits(w->c, "202");
	sim_off_hook(w->b);
	rig_forget(w->rig);
	sccp_msg_init(&msg, SCCP_ON_HOOK);
	msg.on_hook.line = 1;
	msg.on_hook.call = held;
	sim_send(w->c, &msg);
	rig_story_is(w->rig, "");
	assert_int_equal(w->rig->engine.ignored[IGNORED_STATE], 1);
	assert_int_equal(sim_call_count(w->c), 2);
	msg.on_hook.call = sim_call_in(w->c, SCCP_CALL_STATE_CONNECTED)->reference;
	sim_send(w->c, &msg);
	assert_int_equal(sim_call_count(w->c), 1);
	assert_int_equal(sim_call_in(w->c, SCCP_CALL_STATE_HOLD)->reference, held);
	sim_on_hook(w->a);
	rig_is_idle(w->rig);
}

static void call_waiting(void **state)
{
	struct world *w = *state;

	call_up(w, w->a, "203", w->c);
	sim_enbloc(w->b, "203");
	assert_true(sim_log_has(w->c, "StartTone CallWaitingTone\nCallState RingIn\n"));
	assert_int_equal(w->c->ringer, SCCP_RING_FLASH_ONLY);
	rig_forget(w->rig);
	sim_soft_key(w->c, SCCP_SOFTKEY_ANSWER);
	rig_story_is(w->rig, "Held 203 hold normal\n"
			     "Established 203 connected newCall\n");
	assert_int_equal(sim_call_count(w->c), 2);
	sim_soft_key(w->c, SCCP_SOFTKEY_END_CALL);
	assert_int_equal(sim_call_count(w->b), 0);
	assert_int_equal(w->c->keys, SCCP_SOFTKEY_SET_ON_HOLD);
	sim_soft_key(w->c, SCCP_SOFTKEY_RESUME);
	assert_non_null(sim_call_in(w->c, SCCP_CALL_STATE_CONNECTED));
	// The waiting call rings in earnest when the talk ends.
	sim_enbloc(w->b, "203");
	sim_on_hook(w->a);
	assert_int_equal(w->c->ringer, SCCP_RING_INSIDE);
	sim_on_hook(w->b);
	assert_int_equal(w->c->ringer, SCCP_RING_OFF);
	rig_is_idle(w->rig);
}

static void third_call_is_busy(void **state)
{
	struct world *w = *state;

	call_up(w, w->a, "203", w->c);
	sim_enbloc(w->b, "203");
	sim_enbloc(w->e, "203");
	assert_non_null(sim_call_in(w->e, SCCP_CALL_STATE_BUSY));
	sim_on_hook(w->e);
	sim_on_hook(w->b);
	sim_on_hook(w->a);
	rig_is_idle(w->rig);
}

static void second_call_holds_first(void **state)
{
	struct world *w = *state;

	call_up(w, w->c, "201", w->a);
	sim_soft_key_at(w->c, SCCP_SOFTKEY_NEW_CALL, 1, 0);
	sim_enbloc(w->c, "202");
	rig_story_is(w->rig, "Held 203 hold normal\n"
			     "ServiceInitiated 203 initiated newCall\n"
			     "Originated 203 connected newCall\n"
			     "Delivered 202 alerting newCall\n");
	assert_int_equal(sim_call_count(w->c), 2);
	sim_on_hook(w->c);
	assert_int_equal(sim_call_count(w->c), 1);
	assert_int_equal(sim_call_count(w->b), 0);
	sim_soft_key(w->c, SCCP_SOFTKEY_RESUME);
	sim_on_hook(w->c);
	rig_is_idle(w->rig);
}

static void shared_line(void **state)
{
	struct world *w = *state;

	sim_enbloc(w->a, "207");
	assert_non_null(sim_call_in(w->e, SCCP_CALL_STATE_RING_IN));
	assert_non_null(sim_call_in(w->f, SCCP_CALL_STATE_RING_IN));
	rig_forget(w->rig);
	sim_off_hook(w->f);
	rig_story_is(w->rig, "Established 207 connected newCall\n");
	assert_int_equal(sim_call_count(w->e), 1);
	assert_non_null(sim_call_in(w->e, SCCP_CALL_STATE_REMOTE_MULTILINE));
	assert_int_equal(w->e->ringer, SCCP_RING_OFF);
	sim_on_hook(w->a);
	rig_is_idle(w->rig);
	// One of the two phones goes away while both ring.
	sim_enbloc(w->a, "207");
	sim_disconnect(w->e, CONN_CLOSE_RESET);
	assert_non_null(sim_call_in(w->f, SCCP_CALL_STATE_RING_IN));
	rig_forget(w->rig);
	sim_disconnect(w->f, CONN_CLOSE_RESET);
	rig_story_is(w->rig, "Failed 207 fail destOutOfOrder\n"
			     "ConnectionCleared 207 null destOutOfOrder\n");
	sim_on_hook(w->a);
	rig_is_idle(w->rig);
}

static void both_ends_on_one_phone(void **state)
{
	struct world *w = *state;

	// 207 on the first button calls 2077 on the second: the phone cannot talk with itself.
	sim_enbloc(w->f, "2077");
	assert_int_equal(sim_call_count(w->f), 2);
	rig_forget(w->rig);
	sim_stimulus(w->f, SCCP_STIMULUS_LINE, 2);
	rig_story_is(w->rig, "");
	sim_on_hook(w->f);
	rig_is_idle(w->rig);
}

static void phone_lost(void **state)
{
	struct world *w = *state;

	call_up(w, w->a, "202", w->b);
	sim_disconnect(w->b, CONN_CLOSE_TIMEOUT);
	rig_story_is(w->rig, "ConnectionCleared 202 null destOutOfOrder\n"
			     "ConnectionCleared 201 null destOutOfOrder by 202\n");
	assert_int_equal(sim_call_count(w->a), 0);
	rig_is_idle(w->rig);
}

static void media_refused(void **state)
{
	struct world *w = *state;

	w->b->media_status = SCCP_MEDIA_NOT_ENOUGH_CHANNELS;
	sim_enbloc(w->a, "202");
	rig_forget(w->rig);
	sim_off_hook(w->b);
	rig_story_is(w->rig, "Established 202 connected newCall\n"
			     "ConnectionCleared 202 null resourcesNotAvailable\n"
			     "ConnectionCleared 201 null resourcesNotAvailable by 202\n");
	rig_is_idle(w->rig);
}

static void late_media_ack(void **state)
{
	struct world *w = *state;
	struct sccp_msg msg;
	uint32_t party;

	w->b->lazy = true;
	sim_enbloc(w->a, "202");
	sim_off_hook(w->b);
	party = w->b->acks[0].party;
	sim_on_hook(w->a);
	rig_forget(w->rig);
	sccp_msg_init(&msg, SCCP_OPEN_RECEIVE_CHANNEL_ACK);
	msg.open_receive_channel_ack.party = party;
	msg.open_receive_channel_ack.port = 20000;
	sim_send(w->b, &msg);
	sim_log_is(w->b, "CloseReceiveChannel\nStopMediaTransmission\n");
	rig_is_idle(w->rig);
}

// Held and resumed before the phone answered the first opening: what it says of that one, even that
// it failed, is not about the second, and the other phone sends to where the second one is.
static void late_media_ack_in_the_call(void **state)
{
	struct world *w = *state;
	struct sim_call *call;

	w->b->lazy = true;
	sim_enbloc(w->a, "202");
	sim_off_hook(w->b);
	sim_soft_key(w->b, SCCP_SOFTKEY_HOLD);
	sim_soft_key(w->b, SCCP_SOFTKEY_RESUME);
	assert_int_equal(w->b->ack_count, 2);
	assert_int_not_equal(w->b->acks[0].party, w->b->acks[1].party);
	call = sim_call_in(w->a, SCCP_CALL_STATE_CONNECTED);
	rig_forget(w->rig);
	w->b->media_status = SCCP_MEDIA_UNKNOWN;
	sim_acknowledge(w->b);
	assert_int_equal(w->rig->engine.ignored[IGNORED_STALE], 1);
	sim_log_is(w->b, "");
	rig_story_is(w->rig, "");
	assert_false(call->streams[0].sending);
	w->b->media_status = SCCP_MEDIA_OK;
	w->b->acks[0].port = 30000;
	sim_acknowledge(w->b);
	assert_true(call->streams[0].sending);
	assert_int_equal(call->streams[0].to.port, 30000);
	sim_on_hook(w->a);
	rig_is_idle(w->rig);
}

// With the call's reference, but of a channel that there is none of.
static void media_ack_of_another_channel(void **state)
{
	struct world *w = *state;
	uint32_t party;

	w->b->lazy = true;
	sim_enbloc(w->a, "202");
	sim_off_hook(w->b);
	party = w->b->acks[0].party;
	w->b->acks[0].party = party + 1000;
	rig_forget(w->rig);
	sim_acknowledge(w->b);
	assert_int_equal(w->rig->engine.ignored[IGNORED_STALE], 1);
	assert_string_equal(w->a->log, "");
	assert_string_equal(w->b->log, "");
	// An old phone names no call.
	w->b->acks[w->b->ack_count++] = (struct sim_ack){ party, 0, 20002 };
	sim_acknowledge(w->b);
	assert_non_null(strstr(w->a->log, "StartMediaTransmission"));
	sim_on_hook(w->a);
	rig_is_idle(w->rig);
}

// What an application asks goes the same way as the keys.
static void make_call(void **state)
{
	struct world *w = *state;
	struct engine *engine = &w->rig->engine;
	struct dn *dn = dn_find(engine, "203");
	struct connection *first, *second;

	assert_int_equal(
		call_originate(engine, dn_find(engine, "206"), CSTA_CAUSE_MAKE_CALL, &first),
		CALL_OUT_OF_SERVICE);
	assert_int_equal(call_originate(engine, dn, CSTA_CAUSE_MAKE_CALL, &first), CALL_OK);
	assert_ptr_equal(call_find(engine, span_str(first->call->id)), first->call);
	assert_int_equal(strlen(first->call->gcid), 35);
	assert_int_equal(connection_dial(first, "202"), CALL_OK);
	rig_story_is(w->rig, "ServiceInitiated 203 initiated makeCall\n"
			     "Originated 203 connected newCall\n"
			     "Delivered 202 alerting newCall\n");
	assert_int_equal(w->c->speaker, SCCP_SWITCH_ON);
	assert_int_equal(call_originate(engine, dn, CSTA_CAUSE_MAKE_CALL, &second), CALL_BAD_STATE);
	assert_int_equal(
		connection_answer(call_connection(first->call, dn_find(engine, "202"))), CALL_OK);
	assert_int_equal(call_originate(engine, dn, CSTA_CAUSE_MAKE_CALL, &second), CALL_OK);
	assert_int_equal(first->state, CONNECTION_HOLD);
	assert_int_equal(connection_retrieve(first, CSTA_CAUSE_NORMAL), CALL_OK);
	assert_int_equal(connection_hold(first, CSTA_CAUSE_NORMAL), CALL_OK);
	assert_int_equal(connection_hold(first, CSTA_CAUSE_NORMAL), CALL_BAD_STATE);
	assert_int_equal(connection_clear(first, CSTA_CAUSE_NORMAL_CLEARING), CALL_OK);
	rig_is_idle(w->rig);
	// A single line has no second channel.
	sim_enbloc(w->a, "202");
	sim_off_hook(w->b);
	dn = dn_find(engine, "201");
	assert_int_equal(call_originate(engine, dn, CSTA_CAUSE_MAKE_CALL, &second), CALL_NO_LINE);
	sim_on_hook(w->a);
	rig_is_idle(w->rig);
}

static void refused_by_service(void **state)
{
	struct world *w = *state;
	struct engine *engine = &w->rig->engine;
	struct connection *b;

	sim_enbloc(w->a, "202");
	rig_forget(w->rig);
	b = TAILQ_FIRST(&dn_find(engine, "202")->connections);
	assert_int_equal(connection_clear(b, CSTA_CAUSE_NORMAL_CLEARING), CALL_OK);
	rig_story_is(w->rig, "Failed 202 fail busy\nConnectionCleared 202 null busy\n");
	assert_non_null(sim_call_in(w->a, SCCP_CALL_STATE_BUSY));
	sim_on_hook(w->a);
	rig_is_idle(w->rig);
}

// A ring that is full for a while loses nothing and keeps the order.
static void full_ring(void **state)
{
	struct world *w = *state;

	w->rig->full = true;
	sim_off_hook(w->a);
	assert_int_equal(w->rig->command_count, 0);
	assert_false(outbox_flush(&w->rig->engine.outbox));
	w->rig->full = false;
	assert_true(outbox_flush(&w->rig->engine.outbox));
	sim_log_is(w->a, "SetLamp 1 On\n"
			 "CallState OffHook\n"
			 "SelectSoftKeys OffHook\n"
			 "DisplayPromptStatus Enter number\n"
			 "ActivateCallPlane\n"
			 "StartTone InsideDialTone\n");
	sim_on_hook(w->a);
	rig_is_idle(w->rig);
}

// Equal numbers are called in the order of preference. One that is down is passed over, one that is
// busy only without huntstop, and not when it forwards busy calls itself.
static void hunting(void **state)
{
	static const char config[] = "telephony-service\n max-ephones 10\n max-dn 20\n"
				     " ip source-address 10.0.0.1 port 2000\n"
				     "ephone-dn 1\n number 201\n"
				     "ephone-dn 2\n number 300\n preference 1\n"
				     "ephone-dn 3\n number 300\n"
				     "ephone 1\n mac-address 0000.0000.0201\n button 1:1\n"
				     "ephone 2\n mac-address 0000.0000.0202\n button 1:2\n"
				     "ephone 3\n mac-address 0000.0000.0203\n button 1:3\n";
	struct rig *rig = rig_new(config);
	struct sim_phone *a = sim_new(rig, "SEP000000000201");
	struct sim_phone *second = sim_new(rig, "SEP000000000202");
	struct sim_phone *first = sim_new(rig, "SEP000000000203");

	(void)state;
	rig_start(rig);
	sim_enbloc(a, "300");
	assert_non_null(sim_call_in(first, SCCP_CALL_STATE_RING_IN));
	assert_null(sim_call_in(second, SCCP_CALL_STATE_RING_IN));
	sim_on_hook(a);
	// Busy: huntstop is on by default.
	sim_off_hook(first);
	sim_enbloc(a, "300");
	assert_null(sim_call_in(second, SCCP_CALL_STATE_RING_IN));
	assert_non_null(sim_call_in(a, SCCP_CALL_STATE_BUSY));
	sim_on_hook(a);
	assert_true(rig_configure(rig, "ephone-dn 3"));
	assert_true(rig_configure(rig, "no huntstop"));
	sim_enbloc(a, "300");
	assert_non_null(sim_call_in(second, SCCP_CALL_STATE_RING_IN));
	sim_on_hook(a);
	// All are busy: the last is what the caller meets.
	sim_off_hook(second);
	sim_enbloc(a, "300");
	assert_non_null(sim_call_in(a, SCCP_CALL_STATE_BUSY));
	sim_on_hook(a);
	sim_on_hook(second);
	assert_true(rig_configure(rig, "call-forward busy 201"));
	sim_enbloc(a, "300");
	assert_null(sim_call_in(second, SCCP_CALL_STATE_RING_IN));
	sim_on_hook(a);
	sim_on_hook(first);
	sim_disconnect(first, CONN_CLOSE_PEER);
	sim_enbloc(a, "300");
	assert_non_null(sim_call_in(second, SCCP_CALL_STATE_RING_IN));
	sim_on_hook(a);
	rig_is_idle(rig);
	rig_free(rig);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(basic_handset),
		T(basic_keys),
		T(line_key_answers),
		T(busy),
		T(own_number_is_busy),
		T(unknown_number),
		T(out_of_service),
		T(no_answer),
		T(abandoned),
		T(interdigit),
		T(back_space),
		T(forward_all),
		T(forward_busy),
		T(forward_no_answer),
		T(forward_loop),
		T(hold_and_resume),
		T(on_hook_for_another),
		T(call_waiting),
		T(third_call_is_busy),
		T(second_call_holds_first),
		T(shared_line),
		T(both_ends_on_one_phone),
		T(phone_lost),
		T(media_refused),
		T(late_media_ack),
		T(late_media_ack_in_the_call),
		T(media_ack_of_another_channel),
		T(make_call),
		T(refused_by_service),
		T(full_ring),
		cmocka_unit_test(hunting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
