// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// MakeCall with a prompt: the phone rings for its own user first.
#include <stdio.h>
#include <string.h>

#include "control/csta/csta.h"
#include "control/phone/phone.h"
#include "tests/unit/control/client.h"

#define MAKE_CALL(from, to) \
	"<MakeCall><callingDevice>" from "</callingDevice><calledDirectoryNumber>" to \
	"</calledDirectoryNumber><autoOriginate>prompt</autoOriginate></MakeCall>"
#define MADE "MakeCallResponse callingDevice={C1 tel:201 }"
#define ON_201 "<callID>C1</callID><deviceID>tel:201</deviceID>"
#define ANSWER "<AnswerCall><callToBeAnswered>" ON_201 "</callToBeAnswered></AnswerCall>"
#define CLEAR \
	"<ClearConnection><connectionToBeCleared>" ON_201 \
	"</connectionToBeCleared></ClearConnection>"
#define INITIATED \
	"ServiceInitiatedEvent M1 initiatedConnection={C1 tel:201 }" \
	" initiatingDevice={tel:201 } localConnectionInfo=initiated cause=makeCall"
#define CLEARED(cause) \
	"ConnectionClearedEvent M1 droppedConnection={C1 tel:201 }" \
	" releasingDevice={tel:201 } localConnectionInfo=null cause=" cause

static void asks(struct client *client, const char *request, const char *answer)
{
	assert_string_equal(client_ask(client, request), answer);
}

// What the client is told, without what the advanced mode adds.
static void told(struct client *client, const char *expected)
{
	static char plain[CLIENT_TEXT_SIZE];
	const char *heard = client_hear(client);
	char *out = plain;

	while (*heard != '\0') {
		const char *extra = strstr(heard, " servicesPermitted=");
		const char *end = strchr(heard, '\n');
		const char *stop = extra != NULL && extra < end ? extra : end;

		out += sprintf(out, "%.*s\n", (int)(stop - heard), heard);
		heard = end + 1;
	}
	*out = '\0';
	assert_string_equal(plain, expected);
}

// An office in the advanced mode whose phone a is asked to prompt.
static void prompt(struct office *o)
{
	o->rig->config->voice_service.cti_basic_mode = false;
	office_monitor(o);
	rig_forget(o->rig);
	o->ca.seen = o->cb.seen = 0;
	asks(&o->ca, MAKE_CALL("tel:201", "tel:202"), MADE);
	told(&o->ca, INITIATED "\n");
	assert_int_equal(o->a->ringer, SCCP_RING_INSIDE);
	assert_non_null(sim_call_in(o->a, SCCP_CALL_STATE_RING_IN));
}

static void the_user_lifts(void **state)
{
	struct office *o = *state;

	prompt(o);
	sim_off_hook(o->a);
	assert_int_equal(o->a->ringer, SCCP_RING_OFF);
	assert_non_null(sim_call_in(o->a, SCCP_CALL_STATE_RING_OUT));
	told(&o->ca,
		"OriginatedEvent M1 originatedConnection={C1 tel:201 } callingDevice={tel:201 }"
		" calledDevice={tel:202 } localConnectionInfo=connected cause=newCall\n"
		"DeliveredEvent M1 connection={C1 tel:202 } alertingDevice={tel:202 }"
		" callingDevice={tel:201 } calledDevice={tel:202 }"
		" lastRedirectionDevice={ notRequired } localConnectionInfo=connected"
		" cause=newCall\n");
	sim_off_hook(o->b);
	assert_non_null(sim_call_in(o->a, SCCP_CALL_STATE_CONNECTED));
}

// The soft key and the service do what the handset does.
static void the_user_presses_answer(void **state)
{
	struct office *o = *state;

	prompt(o);
	sim_soft_key(o->a, SCCP_SOFTKEY_ANSWER);
	assert_non_null(sim_call_in(o->a, SCCP_CALL_STATE_RING_OUT));
	assert_int_equal(o->a->speaker, SCCP_SWITCH_ON);
}

static void the_client_answers(void **state)
{
	struct office *o = *state;

	prompt(o);
	asks(&o->ca, ANSWER, "AnswerCallResponse");
	assert_non_null(sim_call_in(o->a, SCCP_CALL_STATE_RING_OUT));
	asks(&o->ca, ANSWER, "CSTAErrorCode stateIncompatibility=noCallToAnswer");
}

static void nobody_lifts(void **state)
{
	struct office *o = *state;

	prompt(o);
	rig_wait(o->rig, 29);
	told(&o->ca, "");
	rig_wait(o->rig, 1);
	told(&o->ca, CLEARED("callNotAnswered") "\n");
	assert_int_equal(o->a->ringer, SCCP_RING_OFF);
	o->rig->config->voice_service.make_call_prompt = 5;
	client_ask(&o->ca, MAKE_CALL("tel:201", "tel:202"));
	client_hear(&o->ca);
	rig_wait(o->rig, 5);
	assert_non_null(strstr(client_hear(&o->ca), "cause=callNotAnswered"));
}

static void it_is_called_off(void **state)
{
	struct office *o = *state;

	prompt(o);
	asks(&o->ca, CLEAR, "ClearConnectionResponse");
	told(&o->ca, CLEARED("normalClearing") "\n");
	assert_int_equal(o->a->ringer, SCCP_RING_OFF);
	assert_int_equal(sim_call_count(o->a), 0);
}

static void the_phone_goes_away(void **state)
{
	struct office *o = *state;

	prompt(o);
	sim_disconnect(o->a, CONN_CLOSE_RESET);
	assert_non_null(strstr(client_hear(&o->ca), CLEARED("destOutOfOrder")));
	assert_int_equal(o->rig->engine.calls.used, 0);
	sim_start(o->a);
}

// Without a number the user dials once the handset is up.
static void the_user_dials(void **state)
{
	struct office *o = *state;

	o->rig->config->voice_service.cti_basic_mode = false;
	office_monitor(o);
	asks(&o->ca, MAKE_CALL("tel:201", ""), MADE);
	told(&o->ca, INITIATED "\n");
	sim_off_hook(o->a);
	told(&o->ca, "");
	assert_non_null(sim_call_in(o->a, SCCP_CALL_STATE_OFF_HOOK));
	sim_digits(o->a, "202");
	assert_non_null(sim_call_in(o->b, SCCP_CALL_STATE_RING_IN));
}

static void phones_that_do_not(void **state)
{
	struct office *o = *state;
	struct phone *phone = phone_find(&o->rig->engine, "SEP000000000201");
	struct config_ephone *config = config_ephone_get(o->rig->config, phone->tag);

	office_monitor(o);
	// Communicator and its like.
	asks(&o->ca, MAKE_CALL("tel:201", "tel:202"),
		"CSTAErrorCode operation=parameterNotSupported");
	o->rig->config->voice_service.cti_basic_mode = false;
	config->model = phone_model_find(SPAN("7921"));
	asks(&o->ca, MAKE_CALL("tel:201", "tel:202"),
		"CSTAErrorCode operation=requestIncompatibleWithCallingDevice");
	config->model = phone_model_find(SPAN("7960"));
	asks(&o->ca, MAKE_CALL("tel:204", "tel:202"),
		"CSTAErrorCode systemResourceAvailibility=callingDeviceOutOfService");
	sim_off_hook(o->a);
	asks(&o->ca, MAKE_CALL("tel:201", "tel:202"),
		"CSTAErrorCode stateIncompatibility=invalidCallingDeviceState");
	sim_on_hook(o->a);
	client_hear(&o->ca);
	client_ask(&o->ca, MAKE_CALL("tel:201", "tel:202"));
	asks(&o->ca, MAKE_CALL("tel:201", "tel:202"),
		"CSTAErrorCode systemResourceAvailibility=resourceBusy");
	sim_off_hook(o->a);
}

// The key that refuses calls; nobody is told of a missed one, as nobody called.
static void the_user_refuses(void **state)
{
	struct office *o = *state;

	prompt(o);
	rig_forget(o->rig);
	o->ca.seen = 0;
	sim_soft_key(o->a, SCCP_SOFTKEY_DND);
	told(&o->ca, CLEARED("callCancelled") "\n");
	assert_int_equal(o->a->ringer, SCCP_RING_OFF);
	assert_false(phone_find(&o->rig->engine, o->a->name)->do_not_disturb);
	assert_true(sim_log_has(o->a, "CallHistoryInfo\nCallState OnHook\n"));
}

// Of the phones' lists, told last.
static uint32_t last_entry(const struct office *o)
{
	uint32_t entry = SCCP_DISPOSITION_UNKNOWN;

	for (size_t i = 0; i < o->rig->command_count; i++) {
		const struct command *command = o->rig->commands[i];

		if (command->type == COMMAND_SCCP && command->handle == o->a->conn &&
			command->sccp.id == SCCP_CALL_HISTORY_INFO)
			entry = command->sccp.call_history_info.disposition;
	}
	return entry;
}

static void no_call_is_missed(void **state)
{
	struct office *o = *state;

	prompt(o);
	rig_forget(o->rig);
	o->ca.seen = 0;
	rig_wait(o->rig, 30);
	told(&o->ca, CLEARED("callNotAnswered") "\n");
	assert_int_equal(last_entry(o), SCCP_DISPOSITION_IGNORE);
	// A real one is.
	rig_forget(o->rig);
	sim_enbloc(o->b, "201");
	sim_on_hook(o->b);
	assert_true(sim_log_has(o->a, "CallState RingIn\n"));
	assert_int_equal(last_entry(o), SCCP_DISPOSITION_MISSED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, office_open, office_close)
	const struct CMUnitTest tests[] = {
		TEST(the_user_lifts),
		TEST(the_user_presses_answer),
		TEST(the_client_answers),
		TEST(nobody_lifts),
		TEST(the_user_refuses),
		TEST(no_call_is_missed),
		TEST(it_is_called_off),
		TEST(the_phone_goes_away),
		TEST(the_user_dials),
		TEST(phones_that_do_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
