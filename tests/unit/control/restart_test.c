// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Phones that are told to come anew: Reset, one or all, when they are idle, and what becomes of
// those that do not heed it.
#include <string.h>

#include "control/phone/phone.h"
#include "tests/unit/control/harness.h"

static const char config[] = "telephony-service\n"
			     " max-ephones 10\n"
			     " max-dn 20\n"
			     " ip source-address 10.0.0.1 port 2000\n"
			     "ephone-dn 1 dual-line\n"
			     " number 201\n"
			     "ephone-dn 2 dual-line\n"
			     " number 202\n"
			     "ephone-dn 3\n"
			     " number 203\n"
			     "voice logout-profile 1\n"
			     " number 203 type normal\n"
			     "ephone 1\n"
			     " mac-address 0000.0000.0001\n"
			     " button 1:1\n"
			     "ephone 2\n"
			     " mac-address 0000.0000.0002\n"
			     " button 1:2\n"
			     "ephone 3\n"
			     " mac-address 0000.0000.0003\n"
			     " logout-profile 1\n"
			     "ephone 4\n"
			     " mac-address 0000.0000.0004\n"
			     " button 1:1\n";

enum { PHONES = 3 };

struct world {
	struct rig *rig;
	struct sim_phone *phones[PHONES]; // of ephones 1 to 3; 4 never comes
};

static int setup(void **state)
{
	static const char *const names[PHONES] = { "SEP000000000001", "SEP000000000002",
		"SEP000000000003" };
	struct world *w = calloc(1, sizeof(*w));

	w->rig = rig_new(config);
	for (int i = 0; i < PHONES; i++)
		w->phones[i] = sim_new(w->rig, names[i]);
	rig_start(w->rig);
	rig_forget(w->rig);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	rig_is_idle(w->rig);
	for (int i = 0; i < PHONES; i++)
		assert_int_equal(w->phones[i]->violations, 0);
	rig_free(w->rig);
	free(w);
	return 0;
}

static void says(struct world *w, const char *mode, const char *line)
{
	assert_true(rig_configure(w->rig, mode));
	assert_true(rig_configure(w->rig, line));
}

static const char *state_of(const struct world *w, int i)
{
	return phone_state_name(phone_find((struct engine *)&w->rig->engine, w->phones[i]->name));
}

// What a phone was told last: "-" for nothing, else "restart" or "reset".
static void was_told(const struct world *w, int i, const char *expected)
{
	const char *type = "-";

	for (size_t k = 0; k < w->rig->command_count; k++) {
		const struct command *command = w->rig->commands[k];

		if (command->type != COMMAND_SCCP || command->handle != w->phones[i]->conn ||
			command->sccp.id != SCCP_RESET)
			continue;
		type = command->sccp.reset.type == SCCP_RESET_RESTART ? "restart" : "reset";
	}
	assert_string_equal(type, expected);
}

// What a phone does that is told so.
static void leave(struct sim_phone *phone)
{
	sim_send_empty(phone, SCCP_UNREGISTER);
	assert_true(sim_log_has(phone, "UnregisterAck\n"));
	assert_false(phone->open);
}

static void one_phone(void **state)
{
	struct world *w = *state;

	says(w, "ephone 1", "restart");
	was_told(w, 0, "restart");
	was_told(w, 1, "-");
	assert_string_equal(state_of(w, 0), "RESETTING");
	assert_false(dn_has_phone(dn_by_tag(&w->rig->engine, 1)));
	leave(w->phones[0]);
	assert_string_equal(state_of(w, 0), "UNREGISTERED");
	sim_start(w->phones[0]);
	assert_string_equal(state_of(w, 0), "REGISTERED");
	rig_forget(w->rig);
	says(w, "ephone 1", "reset");
	was_told(w, 0, "reset");
	// It may register anew without leaving first.
	sim_start(w->phones[0]);
	assert_string_equal(state_of(w, 0), "REGISTERED");
	rig_wait(w->rig, 30);
	assert_true(w->phones[0]->open);
	// By address; one that is not there is told nothing.
	rig_forget(w->rig);
	says(w, "telephony-service", "reset 0000.0000.0002");
	was_told(w, 1, "reset");
	says(w, "telephony-service", "restart 0000.0000.0004");
	assert_false(rig_configure(w->rig, "restart 0000.0000.0009"));
	assert_false(rig_configure(w->rig, "restart everybody"));
	sim_start(w->phones[1]);
}

// It is out of service from then on: nobody calls it, nothing is called from it, until the conn is
// closed.
static void one_that_does_not_heed(void **state)
{
	struct world *w = *state;

	says(w, "ephone 1", "restart");
	sim_enbloc(w->phones[1], "201");
	assert_non_null(sim_call_in(w->phones[1], SCCP_CALL_STATE_CONGESTION));
	assert_int_equal(sim_call_count(w->phones[0]), 0);
	sim_on_hook(w->phones[1]);
	sim_off_hook(w->phones[0]);
	assert_int_equal(sim_call_count(w->phones[0]), 0);
	// Signs of life are no answer.
	for (int i = 0; i < 4; i++) {
		rig_wait(w->rig, 1);
		sim_keep_alive(w->phones[0]);
	}
	assert_true(w->phones[0]->open);
	rig_wait(w->rig, 2);
	assert_false(w->phones[0]->open);
	assert_string_equal(state_of(w, 0), "DECEASED");
	sim_start(w->phones[0]);
	sim_enbloc(w->phones[1], "201");
	assert_non_null(sim_call_in(w->phones[0], SCCP_CALL_STATE_RING_IN));
	sim_on_hook(w->phones[1]);
}

static void not_in_a_call(void **state)
{
	struct world *w = *state;

	sim_enbloc(w->phones[0], "202");
	sim_off_hook(w->phones[1]);
	rig_forget(w->rig);
	says(w, "ephone 1", "restart");
	says(w, "ephone 1", "reset");
	says(w, "ephone 1", "restart");
	sim_soft_key(w->phones[0], SCCP_SOFTKEY_HOLD);
	was_told(w, 0, "-");
	sim_soft_key(w->phones[0], SCCP_SOFTKEY_RESUME);
	sim_on_hook(w->phones[0]);
	was_told(w, 0, "reset");
	assert_string_equal(state_of(w, 0), "RESETTING");
	sim_start(w->phones[0]);
	// One that left meanwhile has done what it was to do.
	sim_enbloc(w->phones[0], "202");
	says(w, "ephone 1", "restart");
	sim_disconnect(w->phones[0], CONN_CLOSE_PEER);
	rig_forget(w->rig);
	sim_start(w->phones[0]);
	was_told(w, 0, "-");
	assert_string_equal(state_of(w, 0), "REGISTERED");
}

// Other lines, and not to be told twice.
static void other_lines(void **state)
{
	struct world *w = *state;

	assert_true(rig_configure(w->rig, "ephone 1"));
	assert_true(rig_configure(w->rig, "button 2:3"));
	was_told(w, 0, "restart");
	rig_forget(w->rig);
	says(w, "ephone 1", "restart");
	was_told(w, 0, "-");
	leave(w->phones[0]);
	sim_start(w->phones[0]);
	sim_enbloc(w->phones[1], "203");
	assert_int_equal(sim_call_in(w->phones[0], SCCP_CALL_STATE_RING_IN)->line, 2);
	sim_on_hook(w->phones[1]);
}

// So many seconds apart.
static void all_of_them(void **state)
{
	struct world *w = *state;

	says(w, "telephony-service", "restart all 10");
	was_told(w, 0, "restart");
	was_told(w, 1, "-");
	sim_start(w->phones[0]);
	rig_wait(w->rig, 9);
	was_told(w, 1, "-");
	rig_wait(w->rig, 1);
	was_told(w, 1, "restart");
	sim_start(w->phones[1]);
	was_told(w, 2, "-");
	rig_wait(w->rig, 10);
	was_told(w, 2, "restart");
	sim_start(w->phones[2]);
	rig_forget(w->rig);
	rig_wait(w->rig, 60);
	was_told(w, 0, "-");
	// Without waiting.
	says(w, "telephony-service", "reset all 0");
	for (int i = 0; i < PHONES; i++) {
		was_told(w, i, "reset");
		sim_start(w->phones[i]);
	}
	// Given up in between.
	rig_forget(w->rig);
	says(w, "telephony-service", "reset all");
	was_told(w, 0, "reset");
	sim_start(w->phones[0]);
	says(w, "telephony-service", "reset cancel");
	rig_wait(w->rig, 60);
	was_told(w, 1, "-");
}

// Each when the one before is back, or has not come for so long.
static void one_after_the_other(void **state)
{
	struct world *w = *state;

	says(w, "telephony-service", "reset sequence-all");
	was_told(w, 0, "reset");
	leave(w->phones[0]);
	rig_wait(w->rig, 30);
	was_told(w, 1, "-");
	sim_start(w->phones[0]);
	rig_wait(w->rig, 1);
	was_told(w, 1, "reset");
	leave(w->phones[1]);
	rig_wait(w->rig, 200);
	was_told(w, 2, "-");
	rig_wait(w->rig, 60);
	was_told(w, 2, "reset");
	sim_start(w->phones[1]);
	sim_start(w->phones[2]);
}

static void of_a_profile(void **state)
{
	struct world *w = *state;

	says(w, "voice logout-profile 1", "reset");
	was_told(w, 2, "reset");
	was_told(w, 0, "-");
	sim_start(w->phones[2]);
	rig_forget(w->rig);
	says(w, "voice logout-profile 1", "pin 1234");
	was_told(w, 2, "-");
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(one_phone),
		T(one_that_does_not_heed),
		T(not_in_a_call),
		T(other_lines),
		T(all_of_them),
		T(one_after_the_other),
		T(of_a_profile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
