// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Call control services at the wrong moment: which word each says in each state of the connection
// it is asked for. 202, with two channels, is the device asked about, and C1 its call.
#include <stdio.h>
#include <string.h>

#include "control/csta/csta.h"
#include "tests/unit/control/client.h"

// States of 202's connection, with what lies behind them.
#define MOMENTS(X) \
	X(INITIATED, "dial tone") \
	X(ALERTING, "it rings") \
	X(RING_OUT, "connected, the far end rings") \
	X(CONNECTED, "a talk") \
	X(HOLD, "held") \
	X(BUSY_TONE, "connected, the far end is busy") \
	X(FAIL, "no such number")

enum moment {
#define X(name, text) name,
	MOMENTS(X)
#undef X
		MOMENT_COUNT,
};

static const char *const moment_names[] = {
#define X(name, text) text,
	MOMENTS(X)
#undef X
};

// Words of refusals, "" where the service does what it is asked for.
#define STATE(word) "CSTAErrorCode stateIncompatibility=" word
#define CONNECTION_STATE STATE("invalidConnectionState")
#define ACTIVE_STATE STATE("invalidActiveConnectionState")
#define HELD_STATE STATE("invalidHeldConnectionState")
#define OBJECT_STATE STATE("invalidObjectState")
#define NOT_ALERTING STATE("noCallToAnswer")
#define NOT_HELD STATE("noHeldCall")

#define IT "<callID>C1</callID><deviceID>tel:202</deviceID>"

static const struct {
	const char *request;
	const char *answers[MOMENT_COUNT];
} rows[] = {
	{ "<AnswerCall><callToBeAnswered>" IT "</callToBeAnswered></AnswerCall>",
		{ NOT_ALERTING, "", NOT_ALERTING, NOT_ALERTING, NOT_ALERTING, NOT_ALERTING,
			NOT_ALERTING } },
	{ "<HoldCall><callToBeHeld>" IT "</callToBeHeld></HoldCall>",
		{ CONNECTION_STATE, CONNECTION_STATE, OBJECT_STATE, "", CONNECTION_STATE,
			OBJECT_STATE, CONNECTION_STATE } },
	{ "<RetrieveCall><callToBeRetrieved>" IT "</callToBeRetrieved></RetrieveCall>",
		{ NOT_HELD, NOT_HELD, NOT_HELD, NOT_HELD, "", NOT_HELD, NOT_HELD } },
	{ "<DeflectCall><callToBeDiverted>" IT "</callToBeDiverted><newDestination>206"
	  "</newDestination></DeflectCall>",
		{ CONNECTION_STATE, "", CONNECTION_STATE, CONNECTION_STATE, CONNECTION_STATE,
			CONNECTION_STATE, CONNECTION_STATE } },
	{ "<ConsultationCall><existingCall>" IT "</existingCall><consultedDevice>206"
	  "</consultedDevice></ConsultationCall>",
		{ CONNECTION_STATE, CONNECTION_STATE, OBJECT_STATE, "", "", OBJECT_STATE,
			CONNECTION_STATE } },
	{ "<SingleStepTransferCall><activeCall>" IT "</activeCall><transferredTo>206"
	  "</transferredTo></SingleStepTransferCall>",
		{ ACTIVE_STATE, ACTIVE_STATE, OBJECT_STATE, "", ACTIVE_STATE, OBJECT_STATE,
			ACTIVE_STATE } },
	{ "<GenerateDigits><connectionToSendDigits>" IT "</connectionToSendDigits>"
	  "<charactersToSend>1</charactersToSend></GenerateDigits>",
		{ CONNECTION_STATE, CONNECTION_STATE, OBJECT_STATE, "", CONNECTION_STATE,
			OBJECT_STATE, CONNECTION_STATE } },
	// Nothing is wrong with these at any time.
	{ "<ClearConnection><connectionToBeCleared>" IT
	  "</connectionToBeCleared></ClearConnection>",
		{ "", "", "", "", "", "", "" } },
	{ "<ClearCall><callToBeCleared>" IT "</callToBeCleared></ClearCall>",
		{ "", "", "", "", "", "", "" } },
};

static void bring(struct office *o, enum moment moment)
{
	switch (moment) {
	case INITIATED:
		sim_off_hook(o->b);
		break;
	case ALERTING:
		sim_enbloc(o->a, "202");
		break;
	case RING_OUT:
		sim_enbloc(o->b, "201");
		break;
	case CONNECTED:
	case HOLD:
		sim_enbloc(o->b, "201");
		sim_off_hook(o->a);
		if (moment == HOLD)
			sim_soft_key(o->b, SCCP_SOFTKEY_HOLD);
		break;
	case BUSY_TONE:
		sim_off_hook(o->a);
		sim_enbloc(o->b, "201");
		break;
	case FAIL:
		sim_off_hook(o->b);
		sim_digits(o->b, "999#");
		break;
	case MOMENT_COUNT:
		break;
	}
}

static void end(struct office *o)
{
	struct call *call;

	while ((call = TAILQ_FIRST(&o->rig->engine.active_calls)) != NULL)
		call_clear(call, TAILQ_FIRST(&call->connections)->dn, CSTA_CAUSE_NORMAL_CLEARING);
	rig_is_idle(o->rig);
	o->names.count = 0;
	rig_forget(o->rig);
	o->ca.seen = o->cb.seen = o->cc.seen = 0;
}

// C1 is the call of 202's first connection.
static void name_call(struct office *o)
{
	const struct connection *first = TAILQ_FIRST(&dn_find(&o->rig->engine, "202")->connections);

	assert_non_null(first);
	memcpy(o->names.tokens[0], first->call->id, TOKEN_SIZE);
	o->names.kinds[0] = 'C';
	o->names.count = 1;
}

static void one_call(void **state)
{
	struct office *o = *state;

	client_open(&o->cb);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (unsigned moment = 0; moment < MOMENT_COUNT; moment++) {
			const char *expected = rows[i].answers[moment], *answer;
			bool refused;

			bring(o, (enum moment)moment);
			name_call(o);
			answer = client_ask(&o->cb, rows[i].request);
			refused = strncmp(answer, "CSTAErrorCode", 13) == 0;
			if (expected[0] == '\0' ? refused : strcmp(answer, expected) != 0)
				fail_msg("%s\n%s: %s, not %s", rows[i].request,
					moment_names[moment], answer, expected);
			end(o);
		}
	}
}

// --- two calls -----------------------------------------------------------------------------------

#define FIRST "<callID>C1</callID>"
#define SECOND "<callID>C2</callID>"
#define TWO(service, held, active) \
	"<" service "><heldCall>" held "</heldCall><activeCall>" active "</activeCall></" service \
	">"
#define OPERATION(word) "CSTAErrorCode operation=" word

struct exchange {
	const char *request;
	const char *answer;
};

// C1 is held, C2 rings at 206.
static const struct exchange held_and_ringing[] = {
	{ TWO("TransferCall", "", SECOND), OPERATION("atLeastOneConditionalParameterNotProvided") },
	{ TWO("TransferCall", "<callID>1</callID>", SECOND), OPERATION("invalidHeldCallID") },
	{ TWO("TransferCall", FIRST, "<callID>1</callID>"), OPERATION("invalidActiveCallID") },
	{ TWO("TransferCall", FIRST, "<callID>C2</callID><deviceID>tel:999</deviceID>"),
		OPERATION("invalidActiveDeviceID") },
	{ TWO("TransferCall", "<callID>C1</callID><deviceID>tel:999</deviceID>", SECOND),
		OPERATION("invalidHeldDeviceID") },
	{ TWO("TransferCall", FIRST, "<callID>C2</callID><deviceID>tel:203</deviceID>"),
		OPERATION("privilegeViolationActiveDevice") },
	{ TWO("TransferCall", "<callID>C1</callID><deviceID>tel:203</deviceID>", SECOND),
		OPERATION("privilegeViolationHeldDevice") },
	{ TWO("TransferCall", FIRST, "<callID>C2</callID><deviceID>tel:201</deviceID>"),
		OPERATION("invalidActiveConnectionID") },
	{ TWO("TransferCall", "<callID>C1</callID><deviceID>tel:206</deviceID>", SECOND),
		OPERATION("invalidHeldConnectionID") },
	{ TWO("TransferCall", "<callID>C1</callID><deviceID>tel:201</deviceID>", SECOND),
		OPERATION("notSameDevice") },
	{ TWO("TransferCall", FIRST, FIRST), OPERATION("invalidHeldConnectionID") },
	{ TWO("AlternateCall", SECOND, FIRST), ACTIVE_STATE },
	{ TWO("AlternateCall", FIRST, SECOND), OBJECT_STATE },
	{ TWO("ReconnectCall", SECOND, FIRST), ACTIVE_STATE },
	{ "<ConsultationCall><existingCall>" SECOND "</existingCall><consultedDevice>203"
	  "</consultedDevice></ConsultationCall>",
		OBJECT_STATE },
	// The call that rings out is in the way; besides there is no channel.
	{ "<ConsultationCall><existingCall>" FIRST "</existingCall><consultedDevice>203"
	  "</consultedDevice></ConsultationCall>",
		OBJECT_STATE },
	{ "<ConsultationCall><existingCall>" FIRST "</existingCall><consultedDevice>999"
	  "</consultedDevice></ConsultationCall>",
		OPERATION("invalidDestinationDeviceID") },
	{ "<ConsultationCall><existingCall>" FIRST "</existingCall><consultedDevice>202"
	  "</consultedDevice></ConsultationCall>",
		OPERATION("invalidDestination") },
	{ "<SingleStepTransferCall><activeCall>" SECOND "</activeCall><transferredTo>203"
	  "</transferredTo></SingleStepTransferCall>",
		OBJECT_STATE },
};

static void check(struct office *o, const struct exchange *rows_, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *answer = client_ask(&o->cb, rows_[i].request);

		if (strcmp(answer, rows_[i].answer) != 0)
			fail_msg("%s\nanswered: %s\nexpected: %s", rows_[i].request, answer,
				rows_[i].answer);
	}
}

static void two_calls(void **state)
{
	struct office *o = *state;
	size_t told;

	client_open(&o->cb);
	bring(o, CONNECTED);
	name_call(o);
	assert_string_equal(
		client_ask(&o->cb, "<ConsultationCall><existingCall>" FIRST "</existingCall>"
				   "<consultedDevice>206</consultedDevice></ConsultationCall>"),
		"ConsultationCallResponse initiatedCall={C2 sip:202@10.0.0.1 }");
	told = o->rig->command_count;
	check(o, held_and_ringing, sizeof(held_and_ringing) / sizeof(held_and_ringing[0]));
	// What was refused had no effect on any phone.
	assert_int_equal(o->rig->command_count - told,
		sizeof(held_and_ringing) / sizeof(held_and_ringing[0]));
	end(o);
}

static void both_held(void **state)
{
	struct office *o = *state;

	client_open(&o->cb);
	bring(o, CONNECTED);
	name_call(o);
	client_ask(&o->cb, "<ConsultationCall><existingCall>" FIRST "</existingCall>"
			   "<consultedDevice>206</consultedDevice></ConsultationCall>");
	sim_off_hook(o->d);
	sim_soft_key(o->b, SCCP_SOFTKEY_HOLD);
	assert_string_equal(client_ask(&o->cb, TWO("TransferCall", FIRST, SECOND)), ACTIVE_STATE);
	assert_string_equal(client_ask(&o->cb, TWO("AlternateCall", FIRST, SECOND)), ACTIVE_STATE);
	end(o);
}

// The destination of a deflection takes part already, or is the device itself, or is nobody.
static void destinations(void **state)
{
	static const struct {
		const char *to;
		const char *answer;
	} destinations[] = {
		{ "tel:999", OPERATION("invalidDestinationDeviceID") },
		{ "", OPERATION("invalidDestinationDeviceID") },
		{ "tel:202", OPERATION("invalidDestination") },
		{ "302", OPERATION("invalidDestination") },
		{ "tel:201", OPERATION("invalidDestination") },
		{ "tel:+4085550206", "DeflectCallResponse" },
	};
	struct office *o = *state;

	client_open(&o->cb);
	bring(o, ALERTING);
	name_call(o);
	for (size_t i = 0; i < sizeof(destinations) / sizeof(destinations[0]); i++) {
		char text[512];

		snprintf(text, sizeof(text),
			"<DeflectCall><callToBeDiverted>" FIRST
			"</callToBeDiverted><newDestination>%s</newDestination></DeflectCall>",
			destinations[i].to);
		assert_string_equal(client_ask(&o->cb, text), destinations[i].answer);
	}
	assert_non_null(sim_call_in(o->d, SCCP_CALL_STATE_RING_IN));
	end(o);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, office_open, office_close)
	const struct CMUnitTest tests[] = {
		TEST(one_call),
		TEST(two_calls),
		TEST(both_held),
		TEST(destinations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
