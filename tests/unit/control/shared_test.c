// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Lines that several phones share: what the others show, who may resume, who leaves.
#include "tests/unit/control/harness.h"

#include <stdio.h>
#include <stdlib.h>

#include "control/call/feature.h"
#include "control/phone/phone.h"

static const char office[] = "telephony-service\n"
			     " max-ephones 10\n"
			     " max-dn 20\n"
			     " ip source-address 10.0.0.1 port 2000\n"
			     "ephone-dn 1 octo-line\n"
			     " number 201\n"
			     "ephone-dn 2 dual-line\n"
			     " number 202\n"
			     "ephone-dn 3\n"
			     " number 203\n"
			     "ephone 1\n"
			     " mac-address 0000.0000.0001\n"
			     " button 1:1 2:3\n"
			     "ephone 2\n"
			     " mac-address 0000.0000.0002\n"
			     " button 1s1\n"
			     "ephone 3\n"
			     " mac-address 0000.0000.0003\n"
			     " button 1:2\n";

struct world {
	struct rig *rig;
	struct sim_phone *a; // 201 and, alone, 203
	struct sim_phone *b; // 201, without a sound
	struct sim_phone *c; // 202
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	w->rig = rig_new(office);
	w->a = sim_new(w->rig, "SEP000000000001");
	w->b = sim_new(w->rig, "SEP000000000002");
	w->c = sim_new(w->rig, "SEP000000000003");
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

static void in_use_elsewhere(void **state)
{
	struct world *w = *state;

	sim_off_hook(w->a);
	sim_log_is(w->b, "SetLamp 1 On\n"
			 "CallState CallRemoteMultiline\n"
			 "SelectSoftKeys InUseHint\n"
			 "DisplayPromptStatus In Use Remote\n"
			 "CallInfo Outbound 201>\n");
	// Keys of the other phone leave that call alone.
	sim_soft_key_at(w->b, SCCP_SOFTKEY_END_CALL, 1,
		sim_call_in(w->b, SCCP_CALL_STATE_REMOTE_MULTILINE)->reference);
	sim_on_hook(w->b);
	sim_digits(w->b, "2");
	assert_non_null(sim_call_in(w->a, SCCP_CALL_STATE_OFF_HOOK));
	sim_digits(w->a, "202");
	sim_off_hook(w->c);
	assert_non_null(sim_call_in(w->b, SCCP_CALL_STATE_REMOTE_MULTILINE));
	assert_null(sim_call_in(w->b, SCCP_CALL_STATE_CONNECTED));
	// It may use another channel of the line meanwhile.
	sim_enbloc(w->b, "203");
	assert_non_null(sim_call_in(w->a, SCCP_CALL_STATE_RING_IN));
	sim_soft_key(w->b, SCCP_SOFTKEY_END_CALL);
	rig_forget(w->rig);
	sim_on_hook(w->a);
	sim_log_is(w->b, "StopTone\n"
			 "SetLamp 1 Off\n"
			 "ClearPromptStatus\n"
			 "CallState OnHook\n"
			 "SelectSoftKeys OnHook\n"
			 "DisplayPromptStatus Your current options\n"
			 "DefineTimeDate\n");
	rig_is_idle(w->rig);
}

static void answered_elsewhere(void **state)
{
	struct world *w = *state;

	sim_enbloc(w->c, "201");
	assert_int_equal(w->a->ringer, SCCP_RING_INSIDE);
	assert_int_equal(w->b->ringer, SCCP_RING_FLASH_ONLY);
	rig_forget(w->rig);
	sim_off_hook(w->a);
	rig_story_is(w->rig, "Established 201 connected newCall\n");
	// Not a missed call there.
	sim_log_is(w->b, "CallHistoryInfo\n"
			 "SetRinger Off\n"
			 "SetLamp 1 On\n"
			 "CallState CallRemoteMultiline\n"
			 "SelectSoftKeys InUseHint\n"
			 "DisplayPromptStatus In Use Remote\n"
			 "CallInfo Inbound 202>201\n");
	sim_on_hook(w->c);
	rig_is_idle(w->rig);
}

// What older phones know: a call that was connected is none that was missed.
static void answered_elsewhere_than_at_an_old_phone(void **state)
{
	struct world *w = *state;
	char log[256];

	for (w->b->version = 11; w->b->version <= 15; w->b->version++) {
		sim_start(w->b);
		sim_enbloc(w->c, "201");
		rig_forget(w->rig);
		sim_off_hook(w->a);
		snprintf(log, sizeof(log),
			"%s\n"
			"SetRinger Off\n"
			"SetLamp 1 On\n"
			"CallState CallRemoteMultiline\n"
			"SelectSoftKeys InUseHint\n"
			"DisplayPromptStatus In Use Remote\n"
			"CallInfo Inbound 202>201\n",
			w->b->version < 15 ? "CallState Connected" : "CallHistoryInfo");
		sim_log_is(w->b, log);
		sim_on_hook(w->c);
		sim_on_hook(w->a);
		rig_is_idle(w->rig);
	}
}

static void resumed_elsewhere(void **state)
{
	struct world *w = *state;
	struct endpoint before;

	sim_enbloc(w->c, "201");
	sim_off_hook(w->a);
	before = sim_call_in(w->c, SCCP_CALL_STATE_CONNECTED)->streams[0].to;
	rig_forget(w->rig);
	sim_soft_key(w->a, SCCP_SOFTKEY_HOLD);
	rig_story_is(w->rig, "Held 201 hold normal\n");
	sim_log_is(w->b, "SetLamp 1 Wink\n"
			 "CallState Hold\n"
			 "SelectSoftKeys OnHookStealable\n"
			 "DisplayPromptStatus Hold\n"
			 "CallInfo Inbound 202>201\n");
	sim_soft_key(w->b, SCCP_SOFTKEY_RESUME);
	rig_story_is(w->rig, "Retrieved 201 connected normal\n");
	assert_non_null(sim_call_in(w->b, SCCP_CALL_STATE_CONNECTED));
	assert_non_null(sim_call_in(w->a, SCCP_CALL_STATE_REMOTE_MULTILINE));
	assert_true(sim_call_in(w->b, SCCP_CALL_STATE_CONNECTED)->streams[0].sending);
	// The far phone sends to the other one now.
	assert_int_not_equal(
		sim_call_in(w->c, SCCP_CALL_STATE_CONNECTED)->streams[0].to.port, before.port);
	// And back by the line button.
	sim_soft_key(w->b, SCCP_SOFTKEY_HOLD);
	sim_stimulus(w->a, SCCP_STIMULUS_LINE, 1);
	assert_non_null(sim_call_in(w->a, SCCP_CALL_STATE_CONNECTED));
	sim_on_hook(w->a);
	rig_is_idle(w->rig);
}

// A held call outlives the phone that held it; a talk does not.
static void holder_vanishes(void **state)
{
	struct world *w = *state;

	sim_enbloc(w->c, "201");
	sim_off_hook(w->a);
	sim_soft_key(w->a, SCCP_SOFTKEY_HOLD);
	rig_forget(w->rig);
	sim_disconnect(w->a, CONN_CLOSE_TIMEOUT);
	rig_story_is(w->rig, "");
	rig_notices_are(w->rig, "OutOfService 203\n");
	sim_soft_key(w->b, SCCP_SOFTKEY_RESUME);
	rig_story_is(w->rig, "Retrieved 201 connected normal\n");
	sim_start(w->a);
	assert_non_null(sim_call_in(w->a, SCCP_CALL_STATE_REMOTE_MULTILINE));
	sim_disconnect(w->b, CONN_CLOSE_TIMEOUT);
	rig_story_is(w->rig, "ConnectionCleared 201 null destOutOfOrder\n"
			     "ConnectionCleared 202 null destOutOfOrder by 201\n");
	rig_is_idle(w->rig);
}

// One of the two does not want to be disturbed: it sees calls and does not hear them; when both do
// not, the caller is told.
static void one_is_quiet(void **state)
{
	struct world *w = *state;

	sim_soft_key(w->a, SCCP_SOFTKEY_DND);
	rig_notices_are(w->rig, "DoNotDisturb 203 on\n");
	sim_enbloc(w->c, "201");
	assert_int_equal(w->a->ringer, SCCP_RING_FLASH_ONLY);
	assert_non_null(sim_call_in(w->a, SCCP_CALL_STATE_RING_IN));
	sim_on_hook(w->c);
	sim_soft_key(w->b, SCCP_SOFTKEY_DND);
	rig_notices_are(w->rig, "DoNotDisturb 201 on\n");
	sim_enbloc(w->c, "201");
	assert_non_null(sim_call_in(w->c, SCCP_CALL_STATE_BUSY));
	sim_on_hook(w->c);
	// A phone that comes and wants calls.
	sim_disconnect(w->b, CONN_CLOSE_PEER);
	assert_int_equal(dn_set_do_not_disturb(dn_by_tag(&w->rig->engine, 1), false), CALL_OK);
	rig_notices_are(w->rig, "DoNotDisturb 201\nDoNotDisturb 203\n");
	rig_is_idle(w->rig);
}

// The key that refuses does so at its own phone while the other rings on.
static void refused_at_one(void **state)
{
	struct world *w = *state;
	uint32_t refused;

	sim_enbloc(w->c, "201");
	refused = sim_call_in(w->a, SCCP_CALL_STATE_RING_IN)->reference;
	rig_forget(w->rig);
	sim_soft_key(w->a, SCCP_SOFTKEY_DND);
	rig_story_is(w->rig, "");
	assert_int_equal(sim_call_count(w->a), 0);
	assert_int_equal(w->a->ringer, SCCP_RING_OFF);
	assert_true(sim_log_has(w->a, "SetLamp 1 Off\n"));
	sim_log_is(w->b, "");
	assert_non_null(sim_call_in(w->c, SCCP_CALL_STATE_RING_OUT));
	// It is for do not disturb again, and the handset for a call of its own.
	sim_soft_key(w->a, SCCP_SOFTKEY_DND);
	assert_true(phone_find(&w->rig->engine, w->a->name)->do_not_disturb);
	sim_soft_key(w->a, SCCP_SOFTKEY_DND);
	sim_off_hook(w->a);
	assert_non_null(sim_call_in(w->a, SCCP_CALL_STATE_OFF_HOOK));
	sim_on_hook(w->a);
	// In use at the other it is shown again, as another call.
	sim_off_hook(w->b);
	assert_non_null(sim_call_in(w->c, SCCP_CALL_STATE_CONNECTED));
	assert_int_not_equal(
		sim_call_in(w->a, SCCP_CALL_STATE_REMOTE_MULTILINE)->reference, refused);
	sim_on_hook(w->c);
	// Refused by all it is refused.
	sim_enbloc(w->c, "201");
	sim_soft_key(w->b, SCCP_SOFTKEY_DND);
	rig_forget(w->rig);
	sim_stimulus(w->a, SCCP_STIMULUS_DO_NOT_DISTURB, 1);
	rig_story_is(w->rig, "Failed 201 fail busy\nConnectionCleared 201 null busy\n");
	assert_non_null(sim_call_in(w->c, SCCP_CALL_STATE_BUSY));
	sim_on_hook(w->c);
	// Or where the one that still rang is gone.
	sim_enbloc(w->c, "201");
	sim_soft_key(w->a, SCCP_SOFTKEY_DND);
	assert_non_null(sim_call_in(w->c, SCCP_CALL_STATE_RING_OUT));
	sim_disconnect(w->b, CONN_CLOSE_PEER);
	assert_non_null(sim_call_in(w->c, SCCP_CALL_STATE_BUSY));
	sim_on_hook(w->c);
	assert_int_equal(w->a->violations + w->b->violations, 0);
	rig_is_idle(w->rig);
}

// Eight channels, several phones: all end when all hang up at once.
static void many_channels(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 2; i++) {
		sim_enbloc(w->c, "201");
		sim_soft_key(i == 0 ? w->a : w->b, SCCP_SOFTKEY_ANSWER);
	}
	assert_int_equal(sim_call_count(w->a), 2);
	assert_int_equal(sim_call_count(w->b), 2);
	assert_non_null(sim_call_in(w->a, SCCP_CALL_STATE_CONNECTED));
	assert_non_null(sim_call_in(w->a, SCCP_CALL_STATE_REMOTE_MULTILINE));
	assert_non_null(sim_call_in(w->c, SCCP_CALL_STATE_HOLD));
	sim_on_hook(w->a);
	sim_on_hook(w->b);
	sim_on_hook(w->c);
	rig_is_idle(w->rig);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(in_use_elsewhere),
		T(answered_elsewhere),
		T(answered_elsewhere_than_at_an_old_phone),
		T(resumed_elsewhere),
		T(holder_vanishes),
		T(one_is_quiet),
		T(refused_at_one),
		T(many_channels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
