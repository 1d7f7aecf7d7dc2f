// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Two calls of one device, and calls whose parties are replaced: consultation, alternation,
// transfer, deflection, as keys and services ask them of the model.
#include <string.h>

#include "tests/unit/control/parties.h"

// 201 and 202 talk, and 201 asks 203, which rings.
static void consult_ringing(struct parties *w)
{
	struct connection *out;

	parties_talk(w, w->a, "202", w->b);
	parties_expect(w, connection_consult(parties_at(w, "201", CONNECTION_CONNECTED), "203", &out), CALL_OK);
}

static void consult(struct parties *w)
{
	consult_ringing(w);
	sim_off_hook(w->c);
	rig_forget(w->rig);
}

static enum call_result transfer(struct parties *w)
{
	return connections_transfer(
		parties_at(w, "201", CONNECTION_HOLD), parties_at(w, "201", CONNECTION_CONNECTED));
}

// --- consultation --------------------------------------------------------------------------------

static void consulting(void **state)
{
	struct parties *w = *state;
	struct connection *held, *second;

	consult_ringing(w);
	rig_story_is(w->rig, "Held 201 hold consultation\n"
			     "ServiceInitiated 201 initiated consultation\n"
			     "Originated 201 connected consultation\n"
			     "Delivered 203 alerting newCall\n");
	held = parties_at(w, "201", CONNECTION_HOLD);
	second = parties_at(w, "201", CONNECTION_CONNECTED);
	assert_ptr_equal(held->consultation, second);
	assert_ptr_equal(second->consults_for, held);
	assert_int_equal(sim_call_count(w->a), 2);
	// The far end hangs up: the first call is still there, and alone.
	sim_off_hook(w->c);
	sim_on_hook(w->c);
	assert_null(held->consultation);
	sim_soft_key(w->a, SCCP_SOFTKEY_RESUME);
	parties_hear(w->a, w->b);
	parties_hang_up(w);
}

static void consulting_by_hand(void **state)
{
	struct parties *w = *state;
	struct connection *out;

	parties_talk(w, w->a, "202", w->b);
	parties_expect(w, connection_consult(parties_at(w, "201", CONNECTION_CONNECTED), NULL, &out), CALL_OK);
	sim_digits(w->a, "203");
	rig_story_is(w->rig, "Held 201 hold consultation\n"
			     "ServiceInitiated 201 initiated consultation\n"
			     "Originated 201 connected consultation\n"
			     "Delivered 203 alerting newCall\n");
	parties_hang_up(w);
}

// What has no effect leaves no trace.
static void consulting_refused(void **state)
{
	struct parties *w = *state;
	struct connection *out;

	parties_talk(w, w->d, "201", w->a);
	parties_expect(w, connection_consult(parties_at(w, "204", CONNECTION_CONNECTED), "203", &out), CALL_NO_LINE);
	sim_enbloc(w->b, "201");
	rig_forget(w->rig);
	parties_expect(w, connection_consult(parties_at(w, "201", CONNECTION_CONNECTED), "203", &out), CALL_NO_LINE);
	parties_expect(w, connection_consult(parties_at(w, "201", CONNECTION_ALERTING), "203", &out), CALL_BAD_STATE);
	// It rings at the far end.
	parties_expect(w, connection_consult(parties_at(w, "202", CONNECTION_CONNECTED), "203", &out), CALL_BAD_STATE);
	rig_story_is(w->rig, "");
	assert_int_equal(w->rig->engine.calls.used, 2);
	assert_int_equal(w->rig->engine.connections.used, 4);
	sim_on_hook(w->b);
	parties_hang_up(w);
}

// One of the calls is held already: it stays so, and the other one too.
static void consulting_from_hold(void **state)
{
	struct parties *w = *state;
	struct connection *out;

	parties_talk(w, w->a, "202", w->b);
	sim_soft_key(w->a, SCCP_SOFTKEY_HOLD);
	rig_forget(w->rig);
	parties_expect(w, connection_consult(parties_at(w, "201", CONNECTION_HOLD), "203", &out), CALL_OK);
	rig_story_is(w->rig, "ServiceInitiated 201 initiated consultation\n"
			     "Originated 201 connected consultation\n"
			     "Delivered 203 alerting newCall\n");
	sim_off_hook(w->c);
	parties_expect(w, transfer(w), CALL_OK);
	parties_hear(w->b, w->c);
	parties_hang_up(w);
}

static void alternating(void **state)
{
	struct parties *w = *state;

	consult(w);
	parties_expect(w,
		connections_alternate(
			parties_at(w, "201", CONNECTION_HOLD), parties_at(w, "201", CONNECTION_CONNECTED)),
		CALL_OK);
	rig_story_is(w->rig, "Held 201 hold alternate\nRetrieved 201 connected alternate\n");
	parties_hear(w->a, w->b);
	parties_expect(w,
		connections_alternate(
			parties_at(w, "201", CONNECTION_CONNECTED), parties_at(w, "201", CONNECTION_HOLD)),
		CALL_BAD_STATE);
	parties_expect(w,
		connections_alternate(
			parties_at(w, "201", CONNECTION_CONNECTED), parties_at(w, "202", CONNECTION_CONNECTED)),
		CALL_BAD_STATE);
	rig_story_is(w->rig, "");
	parties_hang_up(w);
}

// The call that waits is answered.
static void alternating_with_a_waiting_call(void **state)
{
	struct parties *w = *state;

	parties_talk(w, w->a, "202", w->b);
	sim_enbloc(w->c, "201");
	rig_forget(w->rig);
	parties_expect(w,
		connections_alternate(
			parties_at(w, "201", CONNECTION_ALERTING), parties_at(w, "201", CONNECTION_CONNECTED)),
		CALL_OK);
	rig_story_is(w->rig, "Held 201 hold alternate\nEstablished 201 connected newCall\n");
	parties_hear(w->a, w->c);
	parties_hang_up(w);
}

static void reconnecting(void **state)
{
	struct parties *w = *state;
	struct connection *out;

	consult_ringing(w);
	rig_forget(w->rig);
	parties_expect(w,
		connections_reconnect(
			parties_at(w, "201", CONNECTION_CONNECTED), parties_at(w, "201", CONNECTION_HOLD)),
		CALL_BAD_STATE);
	parties_expect(w,
		connections_reconnect(
			parties_at(w, "201", CONNECTION_HOLD), parties_at(w, "201", CONNECTION_CONNECTED)),
		CALL_OK);
	rig_story_is(w->rig, "ConnectionCleared 201 null callCancelled\n"
			     "ConnectionCleared 203 null callCancelled by 201\n"
			     "Retrieved 201 connected normal\n");
	parties_hear(w->a, w->b);
	// From dial tone.
	parties_expect(w, connection_consult(parties_at(w, "201", CONNECTION_CONNECTED), NULL, &out), CALL_OK);
	rig_forget(w->rig);
	parties_expect(w, connections_reconnect(parties_at(w, "201", CONNECTION_HOLD), out), CALL_OK);
	rig_story_is(w->rig, "ConnectionCleared 201 null normalClearing\n"
			     "Retrieved 201 connected normal\n");
	parties_hang_up(w);
}

// --- transfer ------------------------------------------------------------------------------------

static void transferring(void **state)
{
	struct parties *w = *state;
	char id[TOKEN_SIZE];

	consult(w);
	memcpy(id, parties_at(w, "201", CONNECTION_HOLD)->call->id, sizeof(id));
	parties_expect(w, transfer(w), CALL_OK);
	rig_story_is(w->rig, "Transferred 201 null transfer and 201 to 203\n");
	assert_string_equal(parties_at(w, "203", CONNECTION_CONNECTED)->call->id, id);
	assert_int_equal(w->rig->engine.calls.used, 1);
	assert_int_equal(sim_call_count(w->a), 0);
	assert_int_equal(w->a->keys, SCCP_SOFTKEY_SET_ON_HOOK);
	parties_hear(w->b, w->c);
	// For both the call is one that came in.
	assert_true(sim_log_has(w->b, "CallInfo Inbound 203>202"));
	assert_true(sim_log_has(w->c, "CallInfo Inbound 202>203"));
	sim_on_hook(w->b);
	rig_story_is(w->rig, "ConnectionCleared 202 null normalClearing\n"
			     "ConnectionCleared 203 null normalClearing by 202\n");
	rig_is_idle(w->rig);
}

// A late key of the one that left finds nothing.
static void transferred_phone_is_idle(void **state)
{
	struct parties *w = *state;

	consult(w);
	parties_expect(w, transfer(w), CALL_OK);
	rig_forget(w->rig);
	sim_on_hook(w->a);
	rig_story_is(w->rig, "");
	sim_enbloc(w->a, "204");
	assert_non_null(sim_call_in(w->d, SCCP_CALL_STATE_RING_IN));
	parties_hang_up(w);
}

// While it still rings: the one that stays hears that.
static void transferring_blind(void **state)
{
	struct parties *w = *state;

	consult_ringing(w);
	rig_forget(w->rig);
	parties_expect(w, transfer(w), CALL_OK);
	rig_story_is(w->rig, "Transferred 201 null transfer and 201 to 203\n");
	sim_log_is(w->b, "StopTone\n"
			 "CallState Proceed\n"
			 "SelectSoftKeys RingOut\n"
			 "CallInfo Outbound 202>203\n"
			 "DialedNumber 203\n"
			 "DisplayPromptStatus Call Proceed\n"
			 "CallState RingOut\n"
			 "StartTone AlertingTone\n"
			 "DisplayPromptStatus Ring out\n"
			 "CallInfo Outbound 202>203\n");
	sim_log_is(w->c, "DisplayPromptStatus From 202\nCallInfo Inbound 202>203\n");
	sim_off_hook(w->c);
	rig_story_is(w->rig, "Established 203 connected transfer\n");
	parties_hear(w->b, w->c);
	parties_hang_up(w);
}

static void transferred_call_is_not_answered(void **state)
{
	struct parties *w = *state;

	consult_ringing(w);
	parties_expect(w, transfer(w), CALL_OK);
	rig_forget(w->rig);
	rig_wait(w->rig, 20);
	rig_story_is(w->rig, "Failed 203 fail callNotAnswered\n"
			     "ConnectionCleared 203 null callNotAnswered\n");
	assert_non_null(sim_call_in(w->b, SCCP_CALL_STATE_CONGESTION));
	rig_wait(w->rig, 11);
	rig_story_is(w->rig, "ConnectionCleared 202 null normalClearing\n");
	rig_is_idle(w->rig);
}

// The one that stays holds the call itself: it hears nothing until it takes it back.
static void transferring_a_holder(void **state)
{
	struct parties *w = *state;

	consult_ringing(w);
	sim_soft_key(w->b, SCCP_SOFTKEY_HOLD);
	parties_expect(w, transfer(w), CALL_OK);
	rig_wait(w->rig, 20);
	rig_forget(w->rig);
	sim_soft_key(w->b, SCCP_SOFTKEY_RESUME);
	rig_story_is(w->rig, "Retrieved 202 connected normal\n");
	assert_non_null(sim_call_in(w->b, SCCP_CALL_STATE_CONGESTION));
	rig_wait(w->rig, 11);
	rig_is_idle(w->rig);
}

// The held call is the one that rings: the one that joins waits for it.
static void transferring_the_other_way(void **state)
{
	struct parties *w = *state;

	consult_ringing(w);
	parties_expect(w, transfer(w), CALL_OK);
	// 202 waits for 203 and is called by 204, which it transfers there.
	sim_soft_key(w->b, SCCP_SOFTKEY_HOLD);
	assert_null(sim_call_in(w->b, SCCP_CALL_STATE_HOLD));
	sim_enbloc(w->d, "202");
	parties_expect(w,
		connections_transfer(
			parties_at(w, "202", CONNECTION_CONNECTED), parties_at(w, "202", CONNECTION_ALERTING)),
		CALL_BAD_STATE);
	parties_hang_up(w);
}

static void transferring_a_caller(void **state)
{
	struct parties *w = *state;

	// 202 called 201; 203 too, whose call waited: 201 brings them together.
	parties_talk(w, w->b, "201", w->a);
	sim_enbloc(w->c, "201");
	sim_soft_key(w->a, SCCP_SOFTKEY_ANSWER);
	rig_forget(w->rig);
	parties_expect(w, transfer(w), CALL_OK);
	rig_story_is(w->rig, "Transferred 201 null transfer and 201 to 203\n");
	assert_true(sim_log_has(w->b, "CallInfo Outbound 202>203"));
	assert_true(sim_log_has(w->c, "CallInfo Outbound 203>202"));
	parties_hear(w->b, w->c);
	parties_hang_up(w);
}

// Its phone's other line has the second call.
static void transferring_between_lines(void **state)
{
	struct parties *w = *state;
	struct connection *out, *first;

	parties_talk(w, w->a, "202", w->b);
	first = parties_at(w, "201", CONNECTION_CONNECTED);
	parties_expect(w,
		connection_consult_at(
			first, TAILQ_FIRST(&dn_find(&w->rig->engine, "206")->lines), &out),
		CALL_OK);
	sim_digits(w->a, "203");
	sim_off_hook(w->c);
	rig_forget(w->rig);
	parties_expect(w, connections_transfer(out, first), CALL_OK); // the roles go by the states
	rig_story_is(w->rig, "Transferred 201 null transfer and 206 to 203\n");
	parties_hear(w->b, w->c);
	parties_hang_up(w);
}

static void transfer_refused(void **state)
{
	struct parties *w = *state;
	struct connection *out;

	// To busy.
	parties_talk(w, w->c, "204", w->d);
	parties_talk(w, w->a, "202", w->b);
	parties_expect(w, connection_consult(parties_at(w, "201", CONNECTION_CONNECTED), "204", &out), CALL_OK);
	assert_non_null(sim_call_in(w->a, SCCP_CALL_STATE_BUSY));
	parties_expect(w, transfer(w), CALL_BAD_STATE);
	sim_on_hook(w->a);
	// To the party it talks to already: a device is in a call once.
	parties_expect(w, connection_consult(parties_at(w, "201", CONNECTION_HOLD), "202", &out), CALL_OK);
	parties_expect(w, transfer(w), CALL_SAME_DEVICE);
	// With nothing dialled yet.
	sim_on_hook(w->a);
	parties_expect(w, connection_consult(parties_at(w, "201", CONNECTION_HOLD), NULL, &out), CALL_OK);
	parties_expect(w, connections_transfer(parties_at(w, "201", CONNECTION_HOLD), out), CALL_BAD_STATE);
	parties_expect(w, connections_transfer(out, out), CALL_BAD_STATE);
	parties_hang_up(w);
}

// --- single step and deflection ------------------------------------------------------------------

static void single_step(void **state)
{
	struct parties *w = *state;

	parties_talk(w, w->a, "202", w->b);
	parties_expect(w, connection_transfer_single_step(parties_at(w, "201", CONNECTION_CONNECTED), "203"), CALL_OK);
	rig_story_is(w->rig, "Transferred 201 null singleStepTransfer to 203\n"
			     "Delivered 203 alerting singleStepTransfer\n");
	assert_int_equal(sim_call_count(w->a), 0);
	assert_non_null(sim_call_in(w->b, SCCP_CALL_STATE_RING_OUT));
	assert_int_equal(w->b->keys, SCCP_SOFTKEY_SET_RING_OUT);
	sim_off_hook(w->c);
	rig_story_is(w->rig, "Established 203 connected singleStepTransfer\n");
	parties_hear(w->b, w->c);
	parties_hang_up(w);
}

static void single_step_to_busy(void **state)
{
	struct parties *w = *state;

	parties_talk(w, w->c, "204", w->d);
	parties_talk(w, w->a, "202", w->b);
	parties_expect(w, connection_transfer_single_step(parties_at(w, "201", CONNECTION_CONNECTED), "204"), CALL_OK);
	rig_story_is(w->rig, "Transferred 201 null singleStepTransfer to 204\n"
			     "Failed 204 fail busy onlooker\n");
	assert_non_null(sim_call_in(w->b, SCCP_CALL_STATE_BUSY));
	rig_wait(w->rig, 11);
	rig_story_is(w->rig, "ConnectionCleared 202 null normalClearing\n");
	parties_hang_up(w);
}

static void single_step_to_forwarded(void **state)
{
	struct parties *w = *state;

	parties_talk(w, w->a, "202", w->b);
	parties_expect(w, connection_transfer_single_step(parties_at(w, "201", CONNECTION_CONNECTED), "205"), CALL_OK);
	rig_story_is(w->rig, "Transferred 201 null singleStepTransfer to 205\n"
			     "Diverted 205 null callForwardImmediate to 204\n"
			     "Delivered 204 alerting callForwardImmediate\n");
	sim_off_hook(w->d);
	parties_hear(w->b, w->d);
	parties_hang_up(w);
}

static void single_step_refused(void **state)
{
	struct parties *w = *state;

	sim_enbloc(w->a, "202");
	rig_forget(w->rig);
	parties_expect(w, connection_transfer_single_step(parties_at(w, "201", CONNECTION_CONNECTED), "203"),
		CALL_BAD_STATE);
	sim_off_hook(w->b);
	rig_forget(w->rig);
	parties_expect(w, connection_transfer_single_step(parties_at(w, "201", CONNECTION_CONNECTED), "999"),
		CALL_BAD_NUMBER);
	parties_expect(w, connection_transfer_single_step(parties_at(w, "201", CONNECTION_CONNECTED), "201"),
		CALL_SAME_DEVICE);
	parties_expect(w, connection_transfer_single_step(parties_at(w, "201", CONNECTION_CONNECTED), "202"),
		CALL_SAME_DEVICE);
	rig_story_is(w->rig, "");
	parties_hang_up(w);
}

static void deflecting(void **state)
{
	struct parties *w = *state;

	sim_enbloc(w->a, "202");
	rig_forget(w->rig);
	parties_expect(w, connection_deflect(parties_at(w, "202", CONNECTION_ALERTING), "999"), CALL_BAD_NUMBER);
	parties_expect(w, connection_deflect(parties_at(w, "202", CONNECTION_ALERTING), "202"), CALL_SAME_DEVICE);
	parties_expect(w, connection_deflect(parties_at(w, "202", CONNECTION_ALERTING), "201"), CALL_SAME_DEVICE);
	parties_expect(w, connection_deflect(parties_at(w, "201", CONNECTION_CONNECTED), "203"), CALL_BAD_STATE);
	rig_story_is(w->rig, "");
	parties_expect(w, connection_deflect(parties_at(w, "202", CONNECTION_ALERTING), "203"), CALL_OK);
	rig_story_is(w->rig, "Diverted 202 null redirected to 203\n"
			     "Delivered 203 alerting redirected\n");
	assert_int_equal(sim_call_count(w->b), 0);
	assert_int_equal(w->b->ringer, SCCP_RING_OFF);
	sim_off_hook(w->c);
	rig_story_is(w->rig, "Established 203 connected redirected\n");
	parties_hear(w->a, w->c);
	parties_hang_up(w);
}

// To and fro, as often as calls may be diverted.
static void deflecting_in_circles(void **state)
{
	struct parties *w = *state;
	unsigned n = 0;

	sim_enbloc(w->a, "202");
	while (connection_deflect(parties_at(w, n % 2 == 0 ? "202" : "203", CONNECTION_ALERTING),
		       n % 2 == 0 ? "203" : "202") == CALL_OK)
		n++;
	assert_int_equal(n, w->rig->config->telephony.max_redirect);
	parties_expect(w, connection_deflect(parties_at(w, "202", CONNECTION_ALERTING), "203"), CALL_LOOP);
	parties_hang_up(w);
}

// --- clearing ------------------------------------------------------------------------------------

static void clearing_a_call(void **state)
{
	struct parties *w = *state;

	sim_enbloc(w->a, "202");
	rig_forget(w->rig);
	call_clear(parties_at(w, "202", CONNECTION_ALERTING)->call, dn_find(&w->rig->engine, "202"),
		CSTA_CAUSE_NORMAL_CLEARING);
	rig_story_is(w->rig, "ConnectionCleared 202 null normalClearing\n"
			     "ConnectionCleared 201 null normalClearing by 202\n");
	rig_is_idle(w->rig);
}

// The phone that consults goes: both its calls end.
static void consulting_phone_lost(void **state)
{
	struct parties *w = *state;

	consult(w);
	sim_disconnect(w->a, CONN_CLOSE_RESET);
	assert_int_equal(sim_call_count(w->b), 0);
	assert_int_equal(sim_call_count(w->c), 0);
	rig_is_idle(w->rig);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, parties_open, parties_close)
	const struct CMUnitTest tests[] = {
		T(consulting),
		T(consulting_by_hand),
		T(consulting_refused),
		T(consulting_from_hold),
		T(alternating),
		T(alternating_with_a_waiting_call),
		T(reconnecting),
		T(transferring),
		T(transferred_phone_is_idle),
		T(transferring_blind),
		T(transferred_call_is_not_answered),
		T(transferring_a_holder),
		T(transferring_the_other_way),
		T(transferring_a_caller),
		T(transferring_between_lines),
		T(transfer_refused),
		T(single_step),
		T(single_step_to_busy),
		T(single_step_to_forwarded),
		T(single_step_refused),
		T(deflecting),
		T(deflecting_in_circles),
		T(clearing_a_call),
		T(consulting_phone_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
