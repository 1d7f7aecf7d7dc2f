// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The event sequences of ECMA-269, to the letter, at the monitors of both parties.
#include <stdio.h>
#include <string.h>

#include "control/csta/csta.h"
#include "tests/unit/control/client.h"

// The events of a call from 201 as a monitor tells them: M1 or M2, the state of its device, the
// cause.
#define INITIATED(m, cause) \
	"ServiceInitiatedEvent " m " initiatedConnection={C1 tel:201 } initiatingDevice={tel:201 }" \
	" localConnectionInfo=initiated cause=" cause "\n"
#define ORIGINATED(m, called) \
	"OriginatedEvent " m " originatedConnection={C1 tel:201 } callingDevice={tel:201 }" \
	" calledDevice={" called " } localConnectionInfo=connected cause=newCall\n"
#define PARTIES(called, last) \
	" callingDevice={tel:201 } calledDevice={" called " } lastRedirectionDevice={" last " }"
#define DELIVERED(m, at, called, last, local, cause) \
	"DeliveredEvent " m " connection={C1 " at " } alertingDevice={" at " }" \
		PARTIES(called, last) " localConnectionInfo=" local " cause=" cause "\n"
#define ESTABLISHED(m, at, called, last, local, cause) \
	"EstablishedEvent " m " establishedConnection={C1 " at " } answeringDevice={" at " }" \
		PARTIES(called, last) " localConnectionInfo=" local " cause=" cause "\n"
#define FAILED(m, at, called, local, cause) \
	"FailedEvent " m " failedConnection={C1 " at " } failingDevice={" at " }" \
		PARTIES(called, " notRequired") " localConnectionInfo=" local " cause=" cause "\n"
#define CLEARED(m, dropped, releasing, local, cause) \
	"ConnectionClearedEvent " m " droppedConnection={C1 " dropped " } releasingDevice={" \
	releasing " } localConnectionInfo=" local " cause=" cause "\n"
#define HELD(m, at, local, cause) \
	"HeldEvent " m " heldConnection={C1 " at " } holdingDevice={" at " }" \
	" localConnectionInfo=" local " cause=" cause "\n"
#define RETRIEVED(m, at, local, cause) \
	"RetrievedEvent " m " retrievedConnection={C1 " at " } retrievingDevice={" at " }" \
	" localConnectionInfo=" local " cause=" cause "\n"

static void told(struct office *o, const char *a, const char *b)
{
	client_told(&o->ca, a);
	client_told(&o->cb, b);
}

// 6.1
static void basic_call(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	sim_off_hook(o->a);
	told(o, INITIATED("M1", "newCall"), "");
	sim_digits(o->a, "202");
	told(o,
		ORIGINATED("M1", "tel:202")
		DELIVERED("M1", "tel:202", "tel:202", " notRequired", "connected", "newCall"),
		DELIVERED("M2", "tel:202", "tel:202", " notRequired", "alerting", "newCall"));
	sim_off_hook(o->b);
	told(o, ESTABLISHED("M1", "tel:202", "tel:202", " notRequired", "connected", "newCall"),
		ESTABLISHED("M2", "tel:202", "tel:202", " notRequired", "connected", "newCall"));
	// 6.2: A hangs up.
	sim_on_hook(o->a);
	told(o, CLEARED("M1", "tel:201", "tel:201", "null", "normalClearing"),
		CLEARED("M2", "tel:201", "tel:201", "connected", "normalClearing")
		CLEARED("M2", "tel:202", "tel:201", "null", "normalClearing"));
}

// 6.2, the letters exchanged.
static void called_party_hangs_up(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	office_talk(o);
	sim_on_hook(o->b);
	told(o,
		CLEARED("M1", "tel:202", "tel:202", "connected", "normalClearing")
		CLEARED("M1", "tel:201", "tel:202", "null", "normalClearing"),
		CLEARED("M2", "tel:202", "tel:202", "null", "normalClearing"));
}

// 6.2 by ClearConnection, with the ids of an event.
static void cleared_by_client(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	sim_off_hook(o->a);
	sim_digits(o->a, "202");
	sim_off_hook(o->b);
	o->cb.seen = o->rig->command_count;
	client_told(&o->ca,
		INITIATED("M1", "newCall")
		ORIGINATED("M1", "tel:202")
		DELIVERED("M1", "tel:202", "tel:202", " notRequired", "connected", "newCall")
		ESTABLISHED("M1", "tel:202", "tel:202", " notRequired", "connected", "newCall"));
	assert_string_equal(client_ask(&o->ca, "<ClearConnection><connectionToBeCleared>"
		"<callID>C1</callID><deviceID>tel:201</deviceID>"
		"</connectionToBeCleared></ClearConnection>"), "ClearConnectionResponse");
	told(o, CLEARED("M1", "tel:201", "tel:201", "null", "normalClearing"),
		CLEARED("M2", "tel:201", "tel:201", "connected", "normalClearing")
		CLEARED("M2", "tel:202", "tel:201", "null", "normalClearing"));
}

// 6.3 doNotPrompt, 9.4 AnswerCall, 6.7 hold and retrieve, as a client runs a whole call.
static void call_run_by_clients(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	assert_string_equal(client_ask(&o->ca, "<MakeCall><callingDevice>tel:201</callingDevice>"
		"<calledDirectoryNumber>tel:202</calledDirectoryNumber>"
		"<autoOriginate>doNotPrompt</autoOriginate></MakeCall>"),
		"MakeCallResponse callingDevice={C1 tel:201 }");
	told(o,
		INITIATED("M1", "makeCall")
		ORIGINATED("M1", "tel:202")
		DELIVERED("M1", "tel:202", "tel:202", " notRequired", "connected", "newCall"),
		DELIVERED("M2", "tel:202", "tel:202", " notRequired", "alerting", "newCall"));
	assert_string_equal(client_ask(&o->cb, "<AnswerCall><callToBeAnswered><callID>C1</callID>"
		"<deviceID>tel:202</deviceID></callToBeAnswered></AnswerCall>"),
		"AnswerCallResponse");
	told(o, ESTABLISHED("M1", "tel:202", "tel:202", " notRequired", "connected", "newCall"),
		ESTABLISHED("M2", "tel:202", "tel:202", " notRequired", "connected", "newCall"));
	assert_string_equal(client_ask(&o->ca, "<HoldCall><callToBeHeld><callID>C1</callID>"
		"</callToBeHeld></HoldCall>"), "HoldCallResponse");
	told(o, HELD("M1", "tel:201", "hold", "normal"), HELD("M2", "tel:201", "connected", "normal"));
	assert_string_equal(client_ask(&o->cb, "<HoldCall><callToBeHeld><callID>C1</callID>"
		"</callToBeHeld></HoldCall>"), "HoldCallResponse");
	told(o, HELD("M1", "tel:202", "hold", "normal"), HELD("M2", "tel:202", "hold", "normal"));
	assert_string_equal(client_ask(&o->ca, "<RetrieveCall><callToBeRetrieved>"
		"<deviceID>tel:201</deviceID></callToBeRetrieved></RetrieveCall>"),
		"RetrieveCallResponse");
	told(o, RETRIEVED("M1", "tel:201", "connected", "normal"),
		RETRIEVED("M2", "tel:201", "hold", "normal"));
	assert_string_equal(client_ask(&o->cb, "<RetrieveCall><callToBeRetrieved>"
		"<callID>C1</callID></callToBeRetrieved></RetrieveCall>"), "RetrieveCallResponse");
	told(o, RETRIEVED("M1", "tel:202", "connected", "normal"),
		RETRIEVED("M2", "tel:202", "connected", "normal"));
	assert_string_equal(client_ask(&o->cb, "<ClearConnection><connectionToBeCleared>"
		"<deviceID>tel:202</deviceID><callID>C1</callID>"
		"</connectionToBeCleared></ClearConnection>"), "ClearConnectionResponse");
	told(o,
		CLEARED("M1", "tel:202", "tel:202", "connected", "normalClearing")
		CLEARED("M1", "tel:201", "tel:202", "null", "normalClearing"),
		CLEARED("M2", "tel:202", "tel:202", "null", "normalClearing"));
}

// 6.7 by the phone's keys gives the same events.
static void held_by_hand(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	office_talk(o);
	sim_soft_key(o->a, SCCP_SOFTKEY_HOLD);
	told(o, HELD("M1", "tel:201", "hold", "normal"), HELD("M2", "tel:201", "connected", "normal"));
	sim_soft_key(o->a, SCCP_SOFTKEY_RESUME);
	told(o, RETRIEVED("M1", "tel:201", "connected", "normal"),
		RETRIEVED("M2", "tel:201", "connected", "normal"));
}

// 6.4: B is busy and not in the call; the tone ends by itself or by A.
static void busy(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	sim_off_hook(o->c);
	o->ca.seen = o->cb.seen = o->rig->command_count;
	sim_off_hook(o->a);
	sim_digits(o->a, "203");
	told(o,
		INITIATED("M1", "newCall")
		ORIGINATED("M1", "tel:203")
		FAILED("M1", "tel:203", "tel:203", "connected", "busy"), "");
	sim_on_hook(o->a);
	told(o, CLEARED("M1", "tel:201", "tel:201", "null", "normalClearing"), "");
}

// The busy party's own monitor hears nothing of that call.
static void busy_party_is_not_told(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	office_talk(o);
	sim_off_hook(o->c);
	sim_digits(o->c, "201");
	told(o, "", "");
	sim_on_hook(o->c);
	told(o, "", "");
}

// 6.4: the number plan does not have it.
static void unknown_number(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	sim_off_hook(o->a);
	sim_digits(o->a, "999#");
	told(o,
		INITIATED("M1", "newCall")
		ORIGINATED("M1", "tel:999")
		FAILED("M1", "tel:201", "tel:999", "fail", "numberUnallocated"), "");
	sim_on_hook(o->a);
	told(o, CLEARED("M1", "tel:201", "tel:201", "null", "normalClearing"), "");
}

// 6.4: A gives up while B rings.
static void abandoned(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	sim_off_hook(o->a);
	sim_digits(o->a, "202");
	o->ca.seen = o->cb.seen = o->rig->command_count;
	sim_on_hook(o->a);
	told(o, CLEARED("M1", "tel:201", "tel:201", "null", "callCancelled"),
		CLEARED("M2", "tel:201", "tel:201", "alerting", "callCancelled")
		CLEARED("M2", "tel:202", "tel:201", "null", "callCancelled"));
}

// 6.4: B refuses, with a client's ClearConnection.
static void refused(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	sim_off_hook(o->a);
	sim_digits(o->a, "202");
	o->ca.seen = o->rig->command_count;
	client_told(&o->cb,
		DELIVERED("M2", "tel:202", "tel:202", " notRequired", "alerting", "newCall"));
	assert_string_equal(client_ask(&o->cb, "<ClearConnection><connectionToBeCleared>"
		"<deviceID>tel:202</deviceID></connectionToBeCleared></ClearConnection>"),
		"ClearConnectionResponse");
	told(o,
		FAILED("M1", "tel:202", "tel:202", "connected", "busy")
		CLEARED("M1", "tel:202", "tel:202", "connected", "busy"),
		FAILED("M2", "tel:202", "tel:202", "fail", "busy")
		CLEARED("M2", "tel:202", "tel:202", "null", "busy"));
	sim_on_hook(o->a);
	told(o, CLEARED("M1", "tel:201", "tel:201", "null", "normalClearing"), "");
}

// 6.4: nobody answers and the engine gives up.
static void not_answered(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	o->rig->config->telephony.timeout_ringing = 20;
	sim_off_hook(o->a);
	sim_digits(o->a, "202");
	o->ca.seen = o->cb.seen = o->rig->command_count;
	rig_wait(o->rig, 21);
	told(o,
		FAILED("M1", "tel:202", "tel:202", "connected", "callNotAnswered")
		CLEARED("M1", "tel:202", "tel:202", "connected", "callNotAnswered"),
		FAILED("M2", "tel:202", "tel:202", "fail", "callNotAnswered")
		CLEARED("M2", "tel:202", "tel:202", "null", "callNotAnswered"));
}

// 6.4: B's phone is away.
static void out_of_service(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	sim_off_hook(o->a);
	sim_digits(o->a, "204");
	told(o,
		INITIATED("M1", "newCall")
		ORIGINATED("M1", "tel:204")
		FAILED("M1", "tel:204", "tel:204", "connected", "destOutOfOrder"), "");
}

// 6.13: a phone that is lost ends its calls.
static void phone_lost(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	office_talk(o);
	sim_disconnect(o->b, CONN_CLOSE_RESET);
	told(o,
		CLEARED("M1", "tel:202", "tel:202", "connected", "destOutOfOrder")
		CLEARED("M1", "tel:201", "tel:202", "null", "destOutOfOrder"),
		"OutOfServiceEvent M2 device={tel:202 }\n"
		CLEARED("M2", "tel:202", "tel:202", "null", "destOutOfOrder"));
	sim_start(o->b);
	told(o, "", "BackInServiceEvent M2 device={tel:202 }\n");
}

// 6.6: no answer at B, on to C.
static void forwarded_unanswered(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	snprintf(o->cc.open.to_uri, URI_TEXT_SIZE, "sip:206@10.0.0.1");
	client_open(&o->cc);
	client_ask(&o->cc, "<MonitorStart><monitorObject><deviceObject>tel:206</deviceObject>"
		"</monitorObject></MonitorStart>");
	sim_off_hook(o->a);
	sim_digits(o->a, "206");
	o->ca.seen = o->cc.seen = o->rig->command_count;
	rig_wait(o->rig, 11);
	client_told(&o->ca,
		"DivertedEvent M1 connection={C1 tel:206 } divertingDevice={tel:206 }"
		" newDestination={tel:203 }" PARTIES("tel:206", " notRequired")
		" localConnectionInfo=connected cause=callForwardNoAnswer\n"
		DELIVERED("M1", "tel:203", "tel:206", "tel:206", "connected", "callForwardNoAnswer"));
	client_told(&o->cc,
		"DivertedEvent M3 connection={C1 tel:206 } divertingDevice={tel:206 }"
		" newDestination={tel:203 }" PARTIES("tel:206", " notRequired")
		" localConnectionInfo=null cause=callForwardNoAnswer\n");
	sim_off_hook(o->c);
	told(o, ESTABLISHED("M1", "tel:203", "tel:206", "tel:206", "connected",
		"callForwardNoAnswer"), "");
}

// 6.6: forwarded at once, B never rings.
static void forwarded_at_once(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	snprintf(o->cc.open.to_uri, URI_TEXT_SIZE, "sip:207@10.0.0.1");
	client_open(&o->cc);
	client_ask(&o->cc, "<MonitorStart><monitorObject><deviceObject>207</deviceObject>"
		"</monitorObject></MonitorStart>");
	sim_off_hook(o->a);
	o->ca.seen = o->cc.seen = o->rig->command_count;
	sim_digits(o->a, "207");
	client_told(&o->ca,
		"OriginatedEvent M1 originatedConnection={C1 tel:201 } callingDevice={tel:201 }"
		" calledDevice={tel:207 } localConnectionInfo=connected cause=newCall\n"
		"DivertedEvent M1 connection={C1 tel:207 } divertingDevice={tel:207 }"
		" newDestination={tel:203 }" PARTIES("tel:207", " notRequired")
		" localConnectionInfo=connected cause=callForwardImmediate\n"
		DELIVERED("M1", "tel:203", "tel:207", "tel:207", "connected",
			"callForwardImmediate"));
	client_told(&o->cc,
		"DivertedEvent M3 connection={C1 207 } divertingDevice={207 }"
		" newDestination={203 } callingDevice={201 } calledDevice={207 }"
		" lastRedirectionDevice={ notRequired } localConnectionInfo=null"
		" cause=callForwardImmediate\n");
}

// A device that calls itself has one connection and is told of that.
static void calls_itself(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	sim_off_hook(o->a);
	sim_digits(o->a, "201");
	told(o,
		INITIATED("M1", "newCall")
		ORIGINATED("M1", "tel:201")
		FAILED("M1", "tel:201", "tel:201", "fail", "busy"), "");
	sim_on_hook(o->a);
	told(o, CLEARED("M1", "tel:201", "tel:201", "null", "normalClearing"), "");
}

// The same with call-forward busy: its call goes on, and its connection is the one it has.
static void calls_itself_and_forwards(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	assert_int_equal(
		config_forward_set(config_dn_get(o->rig->config, 1), FORWARD_BUSY, "203", 0), 0);
	sim_off_hook(o->a);
	sim_digits(o->a, "201");
	told(o,
		INITIATED("M1", "newCall")
		ORIGINATED("M1", "tel:201")
		DELIVERED("M1", "tel:203", "tel:201", "tel:201", "connected", "callForwardBusy"), "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, office_open, office_close)
	const struct CMUnitTest tests[] = {
		TEST(basic_call), TEST(called_party_hangs_up), TEST(cleared_by_client),
		TEST(call_run_by_clients), TEST(held_by_hand), TEST(busy),
		TEST(busy_party_is_not_told), TEST(unknown_number), TEST(abandoned), TEST(refused),
		TEST(not_answered), TEST(out_of_service), TEST(phone_lost),
		TEST(forwarded_unanswered), TEST(forwarded_at_once),
		TEST(calls_itself), TEST(calls_itself_and_forwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
