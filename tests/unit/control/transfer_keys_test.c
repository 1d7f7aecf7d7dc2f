// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Transfer and conference by the keys of a phone: which keys it is offered when, and what it shows.
#include "tests/unit/control/harness.h"

#include <stdlib.h>

static const char office[] = "telephony-service\n"
			     " max-ephones 10\n"
			     " max-dn 20\n"
			     " ip source-address 10.0.0.1 port 2000\n"
			     "ephone-dn 1 dual-line\n"
			     " number 201\n"
			     "ephone-dn 2 dual-line\n"
			     " number 202\n"
			     "ephone-dn 3 dual-line\n"
			     " number 203\n"
			     "ephone-dn 4\n"
			     " number 204\n"
			     "ephone-dn 5\n"
			     " number 205\n"
			     "ephone-dn 6\n"
			     " number 206\n"
			     "ephone 1\n"
			     " mac-address 0000.0000.0001\n"
			     " button 1:1\n"
			     "ephone 2\n"
			     " mac-address 0000.0000.0002\n"
			     " button 1:2\n"
			     "ephone 3\n"
			     " mac-address 0000.0000.0003\n"
			     " button 1:3\n"
			     "ephone 4\n"
			     " mac-address 0000.0000.0004\n"
			     " button 1:4 2:5\n"
			     "ephone 5\n"
			     " mac-address 0000.0000.0005\n"
			     " button 1:6\n";

struct world {
	struct rig *rig;
	struct sim_phone *a; // 201
	struct sim_phone *b; // 202
	struct sim_phone *c; // 203
	struct sim_phone *d; // 204 and 205, single lines
	struct sim_phone *e; // 206, a single line
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	w->rig = rig_new(office);
	w->a = sim_new(w->rig, "SEP000000000001");
	w->b = sim_new(w->rig, "SEP000000000002");
	w->c = sim_new(w->rig, "SEP000000000003");
	w->d = sim_new(w->rig, "SEP000000000004");
	w->e = sim_new(w->rig, "SEP000000000005");
	w->a->mixes = true;
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

static void talk(struct world *w, struct sim_phone *from, const char *number, struct sim_phone *to)
{
	sim_enbloc(from, number);
	sim_soft_key(to, SCCP_SOFTKEY_ANSWER);
	assert_non_null(sim_call_in(from, SCCP_CALL_STATE_CONNECTED));
	rig_forget(w->rig);
}

static void consult_and_transfer(void **state)
{
	struct world *w = *state;

	talk(w, w->a, "202", w->b);
	sim_soft_key(w->a, SCCP_SOFTKEY_TRANSFER);
	rig_story_is(w->rig, "Held 201 hold consultation\n"
			     "ServiceInitiated 201 initiated consultation\n");
	sim_log_is(w->a, "ConnectionStatisticsReq\n"
			 "CloseReceiveChannel\n"
			 "StopMediaTransmission\n"
			 "SetLamp 1 Wink\n"
			 "CallState Hold\n"
			 "SelectSoftKeys OnHold\n"
			 "DisplayPromptStatus Hold\n"
			 "CallInfo Outbound 201>202\n"
			 "SetSpeakerMode Off\n"
			 "SetSpeakerMode On\n"
			 "SetLamp 1 On\n"
			 "CallState OffHook\n"
			 "SelectSoftKeys OffHookFeatures\n"
			 "DisplayPromptStatus Enter number\n"
			 "StartTone InsideDialTone\n");
	sim_digits(w->a, "203");
	assert_int_equal(w->a->keys, SCCP_SOFTKEY_SET_CONNECTED_TRANSFER);
	sim_off_hook(w->c);
	assert_int_equal(w->a->keys, SCCP_SOFTKEY_SET_CONNECTED_TRANSFER);
	rig_forget(w->rig);
	sim_soft_key(w->a, SCCP_SOFTKEY_TRANSFER);
	rig_story_is(w->rig, "Transferred 201 null transfer and 201 to 203\n");
	assert_int_equal(sim_call_count(w->a), 0);
	assert_int_equal(w->a->keys, SCCP_SOFTKEY_SET_ON_HOOK);
	assert_true(sim_log_has(w->b, "CallInfo"));
	assert_true(sim_call_in(w->b, SCCP_CALL_STATE_CONNECTED)->streams[0].sending);
	assert_true(sim_call_in(w->c, SCCP_CALL_STATE_CONNECTED)->streams[0].sending);
	assert_int_equal(
		sim_call_in(w->b, SCCP_CALL_STATE_CONNECTED)->streams[0].to.port, w->c->rtp_port);
	sim_on_hook(w->b);
	rig_is_idle(w->rig);
}

// Joined while the far end still rings.
static void blind(void **state)
{
	struct world *w = *state;

	talk(w, w->a, "202", w->b);
	sim_stimulus(w->a, SCCP_STIMULUS_TRANSFER, 1);
	sim_digits(w->a, "203");
	rig_forget(w->rig);
	sim_soft_key(w->a, SCCP_SOFTKEY_TRANSFER);
	rig_story_is(w->rig, "Transferred 201 null transfer and 201 to 203\n");
	assert_int_equal(sim_call_count(w->a), 0);
	assert_non_null(sim_call_in(w->b, SCCP_CALL_STATE_RING_OUT));
	sim_off_hook(w->c);
	assert_int_equal(
		sim_call_in(w->b, SCCP_CALL_STATE_CONNECTED)->streams[0].to.port, w->c->rtp_port);
	sim_on_hook(w->c);
	rig_is_idle(w->rig);
}

static void given_up(void **state)
{
	struct world *w = *state;

	talk(w, w->a, "202", w->b);
	// In dial tone, while dialling, to a number that nobody has.
	for (int i = 0; i < 3; i++) {
		static const char *const digits[] = { "", "2", "999#" };

		sim_soft_key(w->a, SCCP_SOFTKEY_TRANSFER);
		sim_digits(w->a, digits[i]);
		// Not a call yet, or none any more: the key means nothing.
		rig_forget(w->rig);
		sim_soft_key(w->a, SCCP_SOFTKEY_TRANSFER);
		assert_string_equal(w->rig->story, "");
		sim_soft_key(w->a, SCCP_SOFTKEY_END_CALL);
		assert_non_null(sim_call_in(w->a, SCCP_CALL_STATE_HOLD));
		assert_int_equal(w->a->keys, SCCP_SOFTKEY_SET_ON_HOLD);
		sim_soft_key(w->a, SCCP_SOFTKEY_RESUME);
		assert_int_equal(w->a->keys, SCCP_SOFTKEY_SET_CONNECTED);
	}
	// Who was held hangs up.
	sim_soft_key(w->a, SCCP_SOFTKEY_TRANSFER);
	sim_digits(w->a, "203");
	sim_on_hook(w->b);
	sim_off_hook(w->c);
	assert_int_equal(w->a->keys, SCCP_SOFTKEY_SET_CONNECTED);
	sim_on_hook(w->a);
	rig_is_idle(w->rig);
}

// A phone of single lines consults on its other one; where there is none, or no room, it transfers
// blind.
static void without_a_second_channel(void **state)
{
	struct world *w = *state;

	talk(w, w->d, "202", w->b);
	sim_soft_key(w->d, SCCP_SOFTKEY_TRANSFER);
	assert_int_equal(sim_call_in(w->d, SCCP_CALL_STATE_OFF_HOOK)->line, 2);
	sim_digits(w->d, "203");
	sim_off_hook(w->c);
	sim_soft_key(w->d, SCCP_SOFTKEY_TRANSFER);
	assert_int_equal(sim_call_count(w->d), 0);
	assert_int_equal(
		sim_call_in(w->b, SCCP_CALL_STATE_CONNECTED)->streams[0].to.port, w->c->rtp_port);
	sim_on_hook(w->b);
	talk(w, w->e, "202", w->b);
	sim_soft_key(w->e, SCCP_SOFTKEY_TRANSFER);
	assert_non_null(sim_call_in(w->e, SCCP_CALL_STATE_HOLD));
	assert_int_equal(w->e->keys, SCCP_SOFTKEY_SET_OFF_HOOK_FEATURES);
	// Not a call: pressed again the key means nothing. The one channel is that of the held
	// call.
	sim_soft_key(w->e, SCCP_SOFTKEY_TRANSFER);
	rig_story_is(w->rig, "Held 206 hold consultation\n"
			     "ServiceInitiated 206 initiated consultation\n");
	rig_forget(w->rig);
	sim_digits(w->e, "203");
	rig_story_is(w->rig, "ConnectionCleared 206 null normalClearing\n"
			     "Transferred 206 null singleStepTransfer to 203\n"
			     "Delivered 203 alerting singleStepTransfer\n");
	assert_int_equal(sim_call_count(w->e), 0);
	assert_int_equal(w->e->keys, SCCP_SOFTKEY_SET_ON_HOOK);
	assert_int_equal(w->e->speaker, SCCP_SWITCH_OFF);
	sim_off_hook(w->c);
	assert_int_equal(
		sim_call_in(w->b, SCCP_CALL_STATE_CONNECTED)->streams[0].to.port, w->c->rtp_port);
	sim_on_hook(w->b);
	rig_is_idle(w->rig);
}

static void vanishes(void **state)
{
	struct world *w = *state;

	talk(w, w->a, "202", w->b);
	sim_soft_key(w->a, SCCP_SOFTKEY_TRANSFER);
	sim_digits(w->a, "203");
	sim_disconnect(w->a, CONN_CLOSE_TIMEOUT);
	assert_int_equal(sim_call_count(w->b), 0);
	assert_int_equal(sim_call_count(w->c), 0);
	rig_is_idle(w->rig);
	// Registers anew in the middle, on the same conn.
	sim_start(w->a);
	talk(w, w->a, "202", w->b);
	sim_soft_key(w->a, SCCP_SOFTKEY_TRANSFER);
	sim_digits(w->a, "203");
	sim_off_hook(w->c);
	sim_start(w->a);
	assert_int_equal(sim_call_count(w->b), 0);
	assert_int_equal(sim_call_count(w->c), 0);
	rig_is_idle(w->rig);
}

static void conference(void **state)
{
	struct world *w = *state;

	talk(w, w->a, "202", w->b);
	sim_soft_key(w->a, SCCP_SOFTKEY_CONFERENCE);
	rig_story_is(w->rig, "Held 201 hold consultation\n"
			     "ServiceInitiated 201 initiated consultation\n");
	sim_digits(w->a, "203");
	// Nobody is there yet to be added.
	rig_forget(w->rig);
	sim_soft_key(w->a, SCCP_SOFTKEY_CONFERENCE);
	sim_log_is(w->a, "StartTone BeepBonk\nDisplayPriNotify\n");
	sim_off_hook(w->c);
	rig_forget(w->rig);
	sim_stimulus(w->a, SCCP_STIMULUS_CONFERENCE, 1);
	rig_story_is(w->rig, "Conferenced 201 connected conference and 201 to 203\n");
	assert_int_equal(w->a->keys, SCCP_SOFTKEY_SET_CONNECTED_CONFERENCE);
	assert_int_equal(sim_call_count(w->a), 1);
	// Three are enough.
	sim_soft_key(w->b, SCCP_SOFTKEY_CONFERENCE);
	sim_soft_key(w->b, SCCP_SOFTKEY_REMOVE_LAST);
	rig_story_is(w->rig, "");
	sim_soft_key(w->a, SCCP_SOFTKEY_REMOVE_LAST);
	rig_story_is(w->rig, "ConnectionCleared 203 null normalClearing by 201\n");
	assert_int_equal(w->a->keys, SCCP_SOFTKEY_SET_CONNECTED);
	sim_on_hook(w->a);
	rig_is_idle(w->rig);
}

// Asked C, back to B, and then the key: B gets C, no fourth party is asked for.
static void swapped_back(void **state)
{
	struct world *w = *state;
	uint32_t first;

	talk(w, w->a, "202", w->b);
	first = sim_call_in(w->a, SCCP_CALL_STATE_CONNECTED)->reference;
	sim_soft_key(w->a, SCCP_SOFTKEY_TRANSFER);
	sim_digits(w->a, "203");
	sim_off_hook(w->c);
	sim_soft_key_at(w->a, SCCP_SOFTKEY_RESUME, 1, first);
	assert_int_equal(sim_call_in(w->a, SCCP_CALL_STATE_CONNECTED)->reference, first);
	rig_forget(w->rig);
	sim_soft_key(w->a, SCCP_SOFTKEY_TRANSFER);
	assert_int_equal(sim_call_count(w->a), 0);
	assert_int_equal(
		sim_call_in(w->b, SCCP_CALL_STATE_CONNECTED)->streams[0].to.port, w->c->rtp_port);
	sim_on_hook(w->b);
	// Nor for a conference.
	talk(w, w->a, "202", w->b);
	first = sim_call_in(w->a, SCCP_CALL_STATE_CONNECTED)->reference;
	sim_soft_key(w->a, SCCP_SOFTKEY_CONFERENCE);
	sim_digits(w->a, "203");
	sim_off_hook(w->c);
	sim_soft_key_at(w->a, SCCP_SOFTKEY_RESUME, 1, first);
	sim_soft_key(w->a, SCCP_SOFTKEY_CONFERENCE);
	assert_int_equal(w->rig->engine.conferences, 1);
	assert_int_equal(sim_call_count(w->a), 1);
	sim_on_hook(w->a);
	// The one that was asked is gone: the key asks for another.
	talk(w, w->a, "202", w->b);
	first = sim_call_in(w->a, SCCP_CALL_STATE_CONNECTED)->reference;
	sim_soft_key(w->a, SCCP_SOFTKEY_TRANSFER);
	sim_digits(w->a, "203");
	sim_off_hook(w->c);
	sim_soft_key_at(w->a, SCCP_SOFTKEY_RESUME, 1, first);
	sim_on_hook(w->c);
	sim_soft_key(w->a, SCCP_SOFTKEY_TRANSFER);
	assert_non_null(sim_call_in(w->a, SCCP_CALL_STATE_OFF_HOOK));
	sim_on_hook(w->a);
	sim_on_hook(w->b);
	rig_is_idle(w->rig);
}

// A phone that cannot mix says so before anything happens.
static void without_a_mixer(void **state)
{
	struct world *w = *state;

	talk(w, w->e, "202", w->b);
	sim_soft_key(w->e, SCCP_SOFTKEY_CONFERENCE);
	sim_log_is(w->e, "StartTone BeepBonk\nDisplayPriNotify\n");
	rig_story_is(w->rig, "");
	sim_on_hook(w->e);
	rig_is_idle(w->rig);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(consult_and_transfer),
		T(blind),
		T(given_up),
		T(without_a_second_channel),
		T(vanishes),
		T(conference),
		T(swapped_back),
		T(without_a_mixer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
