// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// CSTA services: what is answered, what is refused and in which words.
#include <stdio.h>
#include <string.h>

#include "control/csta/csta.h"
#include "tests/unit/control/client.h"

#define OPERATION(word) "CSTAErrorCode operation=" word
#define STATE(word) "CSTAErrorCode stateIncompatibility=" word
#define RESOURCE(word) "CSTAErrorCode systemResourceAvailibility=" word
#define MONITOR(device) \
	"<MonitorStart><monitorObject><deviceObject>" device "</deviceObject></monitorObject>" \
	"</MonitorStart>"
#define MAKE_CALL(from, to) \
	"<MakeCall><callingDevice>" from "</callingDevice><calledDirectoryNumber>" to \
	"</calledDirectoryNumber><autoOriginate>doNotPrompt</autoOriginate></MakeCall>"
#define ID(call, device) "<callID>" call "</callID><deviceID>" device "</deviceID>"
#define ANSWER(id) "<AnswerCall><callToBeAnswered>" id "</callToBeAnswered></AnswerCall>"
#define CLEAR(id) \
	"<ClearConnection><connectionToBeCleared>" id "</connectionToBeCleared></ClearConnection>"
#define HOLD(id) "<HoldCall><callToBeHeld>" id "</callToBeHeld></HoldCall>"
#define RETRIEVE(id) "<RetrieveCall><callToBeRetrieved>" id "</callToBeRetrieved></RetrieveCall>"
#define SNAPSHOT(device) \
	"<SnapshotDevice><snapshotObject>" device "</snapshotObject></SnapshotDevice>"

struct exchange {
	const char *request;
	const char *answer;
};

static void exchanges_check(struct client *client, const struct exchange *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *answer = client_ask(client, rows[i].request);

		if (strcmp(answer, rows[i].answer) != 0)
			fail_msg("%s\nanswered: %s\nexpected: %s", rows[i].request, answer,
				rows[i].answer);
	}
}

#define CHECK(client, rows) exchanges_check(client, rows, sizeof(rows) / sizeof((rows)[0]))

// At an idle phone.
static const struct exchange idle[] = {
	// Answers of the client to services of ours, and an empty INFO.
	{ NULL, "-" },
	{ "<SystemStatusResponse/>", "-" },
	{ "<MonitorStopResponse/>", "-" },
	{ "<CSTAErrorCode><operation>generic</operation></CSTAErrorCode>", "-" },
	// System services.
	{ "<RequestSystemStatus/>", "RequestSystemStatusResponse systemStatus=normal" },
	{ "<SystemStatus><systemStatus>normal</systemStatus></SystemStatus>",
		"SystemStatusResponse" },
	{ "<SystemStatus><systemStatus/></SystemStatus>", "SystemStatusResponse" },
	// Known service: unknown words, and services that are not offered.
	{ "<Nonsense/>", OPERATION("serviceNotSupported") },
	{ "<ConferenceCallResponse/>", OPERATION("serviceNotSupported") },
	{ "<DeliveredEvent/>", OPERATION("serviceNotSupported") },
	{ "<MakeCallResponse/>", OPERATION("serviceNotSupported") },
	// Fields.
	{ "<MakeCall/>", OPERATION("atLeastOneConditionalParameterNotProvided") },
	{ "<MakeCall><callingDevice>tel:201</callingDevice></MakeCall>",
		OPERATION("atLeastOneConditionalParameterNotProvided") },
	{ "<AnswerCall/>", OPERATION("atLeastOneConditionalParameterNotProvided") },
	{ ANSWER(""), OPERATION("atLeastOneConditionalParameterNotProvided") },
	{ ANSWER(ID("", "")), OPERATION("atLeastOneConditionalParameterNotProvided") },
	{ "<SnapshotDevice/>", OPERATION("atLeastOneConditionalParameterNotProvided") },
	{ "<MonitorStop/>", OPERATION("atLeastOneConditionalParameterNotProvided") },
	{ "<MakeCall><callingDevice>tel:201</callingDevice><calledDirectoryNumber>tel:202"
	  "</calledDirectoryNumber><autoOriginate>maybe</autoOriginate></MakeCall>",
		OPERATION("invalidParameterValue") },
	// Monitors.
	{ "<MonitorStart/>", OPERATION("invalidMonitorObject") },
	{ "<MonitorStart><monitorObject/></MonitorStart>", OPERATION("invalidMonitorObject") },
	{ "<MonitorStart><monitorObject><callObject><callID>1</callID></callObject>"
	  "</monitorObject></MonitorStart>",
		OPERATION("invalidCallID") },
	{ "<MonitorStart><monitorObject><deviceObject>tel:201</deviceObject></monitorObject>"
	  "<monitorType>call</monitorType></MonitorStart>",
		OPERATION("monitorTypeNotSupported") },
	{ "<MonitorStart><monitorObject><deviceObject>tel:201</deviceObject></monitorObject>"
	  "<requestedMonitorFilter><callcontrol><held>x</held></callcontrol>"
	  "</requestedMonitorFilter></MonitorStart>",
		OPERATION("invalidMonitorFilter") },
	{ MONITOR("tel:999"), OPERATION("invalidDeviceID") },
	{ MONITOR(""), OPERATION("invalidDeviceID") },
	{ MONITOR("tel:203"), OPERATION("privilegeViolationSpecifiedDevice") },
	{ "<MonitorStop><monitorCrossRefID>m0007</monitorCrossRefID></MonitorStop>",
		OPERATION("invalidMonitorCrossRefID") },
	// Devices.
	{ SNAPSHOT("tel:999"), OPERATION("invalidDeviceID") },
	{ SNAPSHOT("tel:203"), OPERATION("privilegeViolationSpecifiedDevice") },
	{ SNAPSHOT("tel:201"), "SnapshotDeviceResponse crossRefIDorSnapshotData=[ ]" },
	{ MAKE_CALL("tel:999", "tel:202"), OPERATION("invalidCallingDeviceID") },
	{ MAKE_CALL("tel:203", "tel:201"), OPERATION("privilegeViolationCallingDevice") },
	{ MAKE_CALL("tel:201", "tel:999"), OPERATION("invalidCalledDeviceID") },
	{ MAKE_CALL("tel:999", "tel:999"), OPERATION("invalidCallingDeviceID") },
	{ "<MakeCall><callingDevice>tel:201</callingDevice><calledDirectoryNumber>tel:202"
	  "</calledDirectoryNumber><autoOriginate>prompt</autoOriginate></MakeCall>",
		OPERATION("parameterNotSupported") },
	// Calls, connections, states.
	{ ANSWER(ID("1", "tel:203")), OPERATION("privilegeViolationSpecifiedDevice") },
	{ ANSWER(ID("1", "tel:999")), OPERATION("invalidDeviceID") },
	{ ANSWER(ID("1", "tel:201")), OPERATION("invalidCallID") },
	{ ANSWER("1"), OPERATION("invalidCallID") },
	{ ANSWER("<callID>0123456789012345678901234567890123456789012345678901234567</callID>"),
		OPERATION("invalidCallID") },
	{ ANSWER("<deviceID>tel:201</deviceID>"), STATE("noCallToAnswer") },
	{ CLEAR("<deviceID>tel:201</deviceID>"), STATE("noConnectionToClear") },
	{ HOLD("<deviceID>tel:201</deviceID>"), STATE("noActiveCall") },
	{ RETRIEVE("<deviceID>tel:201</deviceID>"), STATE("noHeldCall") },
};

static void at_an_idle_phone(void **state)
{
	struct office *o = *state;

	client_open(&o->ca);
	CHECK(&o->ca, idle);
	client_told(&o->ca, "");
	assert_int_equal(o->rig->engine.monitors.used, 0);
	assert_int_equal(o->rig->engine.calls.used, 0);
}

// C1 rings at 202 and is connected at 201.
static const struct exchange ringing[] = {
	{ ANSWER(ID("C1", "tel:201")), STATE("noCallToAnswer") },
	{ ANSWER("<deviceID>tel:201</deviceID>"), STATE("noCallToAnswer") },
	{ HOLD("<callID>C1</callID>"), STATE("invalidObjectState") },
	{ RETRIEVE("<callID>C1</callID>"), STATE("noHeldCall") },
	{ CLEAR(ID("C1", "tel:203")), OPERATION("privilegeViolationSpecifiedDevice") },
	{ MAKE_CALL("tel:201", "tel:203"), STATE("invalidCallingDeviceState") },
	{ MONITOR("tel:201"), "MonitorStartResponse M3 monitorExistingCalls=true" },
	{ SNAPSHOT("tel:201;phone-context=dialstring"),
		"SnapshotDeviceResponse crossRefIDorSnapshotData=[ { connectionIdentifier="
		"{C1 tel:201;phone-context=dialstring } localCallState=[ connected alerting ] } "
		"]" },
};

// One session of 201's that monitors 202 as well and controls both. Either is named everywhere as
// its monitor named it.
static void two_devices_in_a_session(void **state)
{
	struct office *o = *state;

	client_open(&o->ca);
	assert_string_equal(client_ask(&o->ca, MONITOR("tel:201;ext=201")),
		"MonitorStartResponse M1 monitorExistingCalls=true");
	assert_string_equal(client_ask(&o->ca, MONITOR("tel:202;phone-context=dialstring")),
		"MonitorStartResponse M2 monitorExistingCalls=true");
	assert_string_equal(client_ask(&o->ca, MAKE_CALL("tel:201", "tel:202")),
		"MakeCallResponse callingDevice={C1 tel:201 }");
	client_hear(&o->ca);
	assert_string_equal(client_ask(&o->ca, HOLD(ID("C1", "tel:202"))),
		STATE("invalidConnectionState"));
	assert_string_equal(
		client_ask(&o->ca, ANSWER(ID("C1", "202"))), "AnswerCallResponse");
	client_told(&o->ca,
		"EstablishedEvent M1 establishedConnection={C1 tel:202;phone-context=dialstring }"
		" answeringDevice={tel:202;phone-context=dialstring } "
		"callingDevice={tel:201;ext=201 }"
		" calledDevice={tel:202;phone-context=dialstring } lastRedirectionDevice={ "
		"notRequired }"
		" localConnectionInfo=connected cause=newCall\n"
		"EstablishedEvent M2 establishedConnection={C1 tel:202;phone-context=dialstring }"
		" answeringDevice={tel:202;phone-context=dialstring } "
		"callingDevice={tel:201;ext=201 }"
		" calledDevice={tel:202;phone-context=dialstring } lastRedirectionDevice={ "
		"notRequired }"
		" localConnectionInfo=connected cause=newCall\n");
	assert_string_equal(client_ask(&o->ca, SNAPSHOT("sip:202@h")),
		"SnapshotDeviceResponse crossRefIDorSnapshotData=[ { connectionIdentifier="
		"{C1 sip:202@h } localCallState=[ connected connected ] } ]");
	// 202 may no longer be watched: its monitor ends, the session and the other one do not.
	config_dn_get(o->rig->engine.config, 2)->own.cti_watch = SETTING_OFF;
	engine_dn_changed(&o->rig->engine, 2);
	client_told(&o->ca, "MonitorStop M2\n");
	assert_string_equal(client_ask(&o->ca, CLEAR(ID("C1", "tel:202"))),
		OPERATION("privilegeViolationSpecifiedDevice"));
	assert_string_equal(
		client_ask(&o->ca, CLEAR(ID("C1", "tel:201"))), "ClearConnectionResponse");
	client_told(&o->ca, "ConnectionClearedEvent M1 droppedConnection={C1 tel:201;ext=201 }"
			    " releasingDevice={tel:201;ext=201 } localConnectionInfo=null "
			    "cause=normalClearing\n");
}

// The session's line is named as the session named it where no monitor did; a device that was named
// nowhere comes in the monitor's form.
static void line_is_named_as_the_session_did(void **state)
{
	struct office *o = *state;

	client_open(&o->ca);
	assert_string_equal(client_ask(&o->ca, MONITOR("202")),
		"MonitorStartResponse M1 monitorExistingCalls=true");
	sim_enbloc(o->a, "202");
	client_told(&o->ca, "DeliveredEvent M1 connection={C1 202 } alertingDevice={202 }"
			    " callingDevice={sip:201@10.0.0.1 } calledDevice={202 }"
			    " lastRedirectionDevice={ notRequired } localConnectionInfo=alerting "
			    "cause=newCall\n");
	sim_on_hook(o->a);
	client_hear(&o->ca);
	sim_enbloc(o->c, "202");
	client_told(&o->ca, "DeliveredEvent M1 connection={C2 202 } alertingDevice={202 }"
			    " callingDevice={203 } calledDevice={202 }"
			    " lastRedirectionDevice={ notRequired } localConnectionInfo=alerting "
			    "cause=newCall\n");
}

#define CONSULT(id, to, more) \
	"<ConsultationCall><existingCall>" id "</existingCall><consultedDevice>" to \
	"</consultedDevice>" more "</ConsultationCall>"
#define TWO(service, held, active) \
	"<" service "><heldCall>" held "</heldCall><activeCall>" active "</activeCall></" service \
	">"

// The devices in an answer are written as the request writes its own, whatever the session's line
// looks like.
static void answer_in_the_form_of_the_request(void **state)
{
	struct office *o = *state;

	client_open(&o->cb);
	sim_enbloc(o->b, "201");
	sim_off_hook(o->a);
	assert_string_equal(client_ask(&o->cb, SNAPSHOT("202")),
		"SnapshotDeviceResponse crossRefIDorSnapshotData=[ { connectionIdentifier={C1 202 }"
		" localCallState=[ connected connected ] } ]");
	assert_string_equal(client_ask(&o->cb, CONSULT(ID("C1", "+4085550202"), "206", "")),
		"ConsultationCallResponse initiatedCall={C2 +4085550202 }");
	sim_off_hook(o->d);
	assert_string_equal(client_ask(&o->cb, TWO("TransferCall", ID("C1", "+4085550202"),
						       ID("C2", "+4085550202"))),
		"TransferCallResponse transferredCall={C1 +4085550206 } connections=["
		" { newConnection={C1 +4085550201 } oldConnection={C1 +4085550201 }"
		" endpoint={ +4085550201 } }"
		" { newConnection={C1 +4085550206 } oldConnection={C2 +4085550206 }"
		" endpoint={ +4085550206 } } ]");
}

// A consultation is good for everything: one that is not to be is not offered.
static void consultation_is_unrestricted(void **state)
{
	struct office *o = *state;

	client_open(&o->cb);
	sim_enbloc(o->b, "201");
	sim_off_hook(o->a);
	assert_string_equal(client_ask(&o->cb, SNAPSHOT("202")),
		"SnapshotDeviceResponse crossRefIDorSnapshotData=[ { connectionIdentifier={C1 202 }"
		" localCallState=[ connected connected ] } ]");
	assert_string_equal(client_ask(&o->cb, CONSULT("<callID>C1</callID>", "206",
						       "<consultOptions>transferOnly"
						       "</consultOptions>")),
		OPERATION("parameterNotSupported"));
	assert_string_equal(client_ask(&o->cb, CONSULT("<callID>C1</callID>", "206",
						       "<consultOptions>some</consultOptions>")),
		OPERATION("invalidParameterValue"));
	assert_string_equal(client_ask(&o->cb, CONSULT("<callID>C1</callID>", "206",
						       "<consultOptions>unrestricted"
						       "</consultOptions>")),
		"ConsultationCallResponse initiatedCall={C2 sip:202@10.0.0.1 }");
	sim_off_hook(o->d);
	assert_string_equal(
		client_ask(&o->cb,
			"<AlternateCall><heldCall>C1</heldCall><activeCall>C2</activeCall>"
			"<consultOptions>consultOnly</consultOptions></AlternateCall>"),
		OPERATION("parameterNotSupported"));
	assert_string_equal(
		client_ask(&o->cb,
			"<AlternateCall><heldCall>C1</heldCall><activeCall>C2</activeCall>"
			"<consultOptions>unrestricted</consultOptions></AlternateCall>"),
		"AlternateCallResponse");
}

static void while_ringing(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	assert_string_equal(client_ask(&o->ca, MAKE_CALL("tel:201", "tel:202")),
		"MakeCallResponse callingDevice={C1 tel:201 }");
	CHECK(&o->ca, ringing);
	assert_string_equal(client_ask(&o->cb, SNAPSHOT("202")),
		"SnapshotDeviceResponse crossRefIDorSnapshotData=[ { connectionIdentifier={C1 202 }"
		" localCallState=[ alerting connected ] } ]");
	assert_string_equal(
		client_ask(&o->cb, HOLD("<deviceID>202</deviceID>")), STATE("noActiveCall"));
	// Somebody else's call.
	snprintf(o->cc.open.to_uri, URI_TEXT_SIZE, "sip:206@10.0.0.1");
	client_open(&o->cc);
	assert_string_equal(client_ask(&o->cc, ANSWER("<callID>C1</callID>")),
		OPERATION("invalidConnectionID"));
	assert_string_equal(client_ask(&o->cc, MAKE_CALL("206", "tel:202")),
		"MakeCallResponse callingDevice={C2 206 }");
	// Two of them ring at 202 now: the device alone says too little.
	assert_string_equal(client_ask(&o->cb, ANSWER("<deviceID>202</deviceID>")),
		OPERATION("invalidConnectionID"));
	assert_string_equal(
		client_ask(&o->cb, ANSWER("<callID>C2</callID>")), "AnswerCallResponse");
	assert_string_equal(
		client_ask(&o->cb, ANSWER("<callID>C2</callID>")), STATE("noCallToAnswer"));
	assert_string_equal(client_ask(&o->cb, SNAPSHOT("202")),
		"SnapshotDeviceResponse crossRefIDorSnapshotData=[ { connectionIdentifier={C1 202 }"
		" localCallState=[ alerting connected ] } { connectionIdentifier={C2 202 }"
		" localCallState=[ connected connected ] } ]");
	// The call that talks is held for the one that rings.
	assert_string_equal(
		client_ask(&o->cb, ANSWER("<deviceID>202</deviceID>")), "AnswerCallResponse");
	assert_string_equal(client_ask(&o->cb, SNAPSHOT("202")),
		"SnapshotDeviceResponse crossRefIDorSnapshotData=[ { connectionIdentifier={C1 202 }"
		" localCallState=[ connected connected ] } { connectionIdentifier={C2 202 }"
		" localCallState=[ hold connected ] } ]");
	assert_string_equal(client_ask(&o->cb, CLEAR("<deviceID>202</deviceID>")),
		OPERATION("invalidConnectionID"));
	assert_string_equal(client_ask(&o->cb, CLEAR("C2")), "ClearConnectionResponse");
	assert_string_equal(client_ask(&o->cb, CLEAR("C2")), STATE("noConnectionToClear"));
}

// The client's own strings, to the letter; other devices in the form of its line. 302 is the
// secondary number of 202 and has no full number.
static const struct {
	const char *device; // as it is monitored and calls
	const char *self;   // the same as text of an event
	const char *other;  // 202
	const char *called; // 302
	bool suppress;      // `cti message device-id suppress-conversion`
} forms[] = {
	{ "tel:201", "tel:201", "tel:202", "tel:302" },
	{ "201", "201", "202", "302" },
	{ "sip:201@10.0.0.1", "sip:201@10.0.0.1", "tel:202", "tel:302" },
	{ "tel:201;phone-context=dialstring", "tel:201;phone-context=dialstring", "tel:202",
		"tel:302" },
	{ "N&lt;201&gt;Alice", "N<201>Alice", "202", "302" },
	{ "tel:+4085550201", "tel:+4085550201", "tel:+4085550202", "tel:302" },
	{ "4085550201", "4085550201", "4085550202", "302" },
	{ "tel:+4085550201", "tel:+4085550201", "tel:202", "tel:302", true },
	{ "tel:+4085550201;ext=201", "tel:+4085550201;ext=201", "tel:202", "tel:302" },
};

static void devices_are_echoed(void **state)
{
	struct office *o = *state;

	client_open(&o->ca);
	for (unsigned i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		char text[1024];

		o->rig->config->voice_service.suppress_conversion = forms[i].suppress;
		snprintf(text, sizeof(text), MONITOR("%s"), forms[i].device);
		client_ask(&o->ca, text);
		snprintf(text, sizeof(text), MAKE_CALL("%s", "(302)"), forms[i].device);
		client_ask(&o->ca, text);
		snprintf(text, sizeof(text), "MakeCallResponse callingDevice={C%u %s }", i + 1,
			forms[i].self);
		assert_string_equal(o->ca.text, text);
		snprintf(text, sizeof(text),
			"DeliveredEvent M%u connection={C%u %s } alertingDevice={%s }"
			" callingDevice={%s } calledDevice={%s } lastRedirectionDevice={"
			" notRequired } localConnectionInfo=connected cause=newCall\n",
			i + 1, i + 1, forms[i].other, forms[i].other, forms[i].self,
			forms[i].called);
		if (strstr(client_hear(&o->ca), text) == NULL)
			fail_msg("%s\nis not in:\n%s", text, o->ca.text);
		snprintf(text, sizeof(text), CLEAR(ID("C%u", "%s")), i + 1, forms[i].device);
		assert_string_equal(client_ask(&o->ca, text), "ClearConnectionResponse");
		snprintf(text, sizeof(text),
			"<MonitorStop><monitorCrossRefID>M%u</monitorCrossRefID></MonitorStop>",
			i + 1);
		assert_string_equal(client_ask(&o->ca, text), "MonitorStopResponse");
		client_hear(&o->ca);
	}
}

// The forms of a called number that mean 202.
static void called_numbers_are_normalised(void **state)
{
	static const char *const numbers[] = { "tel:202", "202", "tel:+1 (202)", "tel:2-0.2",
		"sip:202@10.0.0.1;user=phone", "tel:+4085550202", "4085550202",
		"tel:202;phone-context=dialstring", "tel:+14085559999;ext=202" };
	struct office *o = *state;

	client_open(&o->ca);
	for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		bool good = strcmp(numbers[i], "tel:+1 (202)") != 0; // that is +1202
		char text[512];

		snprintf(text, sizeof(text), MAKE_CALL("tel:201", "%s"), numbers[i]);
		if (!good) {
			assert_string_equal(
				client_ask(&o->ca, text), OPERATION("invalidCalledDeviceID"));
			continue;
		}
		assert_memory_equal(client_ask(&o->ca, text), "MakeCallResponse", 16);
		assert_non_null(sim_call_in(o->b, SCCP_CALL_STATE_RING_IN));
		client_ask(&o->ca, CLEAR("<deviceID>tel:201</deviceID>"));
		assert_null(sim_call_in(o->b, SCCP_CALL_STATE_RING_IN));
	}
}

// Without a number the user dials; without autoOriginate the phone goes off hook by itself all the
// same.
static void make_call_lets_the_user_dial(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	assert_string_equal(client_ask(&o->ca, "<MakeCall><callingDevice>tel:201</callingDevice>"
					       "<calledDirectoryNumber/></MakeCall>"),
		"MakeCallResponse callingDevice={C1 tel:201 }");
	client_told(&o->ca, "ServiceInitiatedEvent M1 initiatedConnection={C1 tel:201 }"
			    " initiatingDevice={tel:201 } localConnectionInfo=initiated"
			    " cause=makeCall\n");
	assert_non_null(sim_call_in(o->a, SCCP_CALL_STATE_OFF_HOOK));
	sim_digits(o->a, "202");
	assert_non_null(sim_call_in(o->b, SCCP_CALL_STATE_RING_IN));
}

// The request succeeds once the phone is off hook; what fails after that is told by events.
static void make_call_to_a_busy_party(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	sim_off_hook(o->c);
	assert_string_equal(client_ask(&o->ca, MAKE_CALL("tel:201", "tel:203")),
		"MakeCallResponse callingDevice={C1 tel:201 }");
	assert_non_null(
		strstr(client_hear(&o->ca), "FailedEvent M1 failedConnection={C1 tel:203 }"));
}

static void phone_out_of_service(void **state)
{
	struct office *o = *state;

	snprintf(o->ca.open.to_uri, URI_TEXT_SIZE, "sip:205@10.0.0.1");
	client_open(&o->ca);
	assert_string_equal(client_ask(&o->ca, MONITOR("tel:205")),
		"MonitorStartResponse M1 monitorExistingCalls=true");
	assert_string_equal(client_ask(&o->ca, MAKE_CALL("tel:205", "tel:202")),
		RESOURCE("callingDeviceOutOfService"));
	client_told(&o->ca, "");
}

static void call_table_full(void **state)
{
	struct office *o = *state;
	struct pool *calls = &o->rig->engine.calls;
	uint32_t capacity = calls->capacity;
	void *taken[256];
	unsigned n = 0;

	assert_in_range(capacity, 1, 256);
	client_open(&o->ca);
	while (calls->used < capacity)
		taken[n++] = pool_take(calls, NULL);
	assert_string_equal(client_ask(&o->ca, MAKE_CALL("tel:201", "tel:202")),
		RESOURCE("resourceLimitExceeded"));
	while (n > 0)
		pool_give(calls, taken[--n]);
	assert_string_equal(client_ask(&o->ca, MAKE_CALL("tel:201", "tel:202")),
		"MakeCallResponse callingDevice={C1 tel:201 }");
}

// --- monitors ------------------------------------------------------------------------------------

static void filters_suppress(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	assert_string_equal(
		client_ask(&o->ca,
			"<MonitorStart><monitorObject><deviceObject>tel:201"
			"</deviceObject></monitorObject><requestedMonitorFilter><callcontrol>"
			"<delivered>true</delivered><originated>1</originated><held>false</held>"
			"</callcontrol></requestedMonitorFilter></MonitorStart>"),
		"MonitorStartResponse M3 actualMonitorFilter=delivered,originated"
		" monitorExistingCalls=true");
	assert_string_equal(client_ask(&o->ca, "<MonitorStop><monitorCrossRefID>M1"
					       "</monitorCrossRefID></MonitorStop>"),
		"MonitorStopResponse");
	sim_off_hook(o->a);
	sim_digits(o->a, "202");
	client_told(&o->ca, "ServiceInitiatedEvent M3 initiatedConnection={C1 tel:201 }"
			    " initiatingDevice={tel:201 } localConnectionInfo=initiated"
			    " cause=newCall\n");
}

// A monitor of the same line begins and ends without the other, also in the middle of a call.
static void second_monitor_is_its_own(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	office_talk(o);
	assert_string_equal(client_ask(&o->ca, MONITOR("201")),
		"MonitorStartResponse M3 monitorExistingCalls=true");
	client_told(&o->ca, "");
	sim_soft_key(o->a, SCCP_SOFTKEY_HOLD);
	client_told(&o->ca, "HeldEvent M1 heldConnection={C1 tel:201 } holdingDevice={tel:201 }"
			    " localConnectionInfo=hold cause=normal\n"
			    "HeldEvent M3 heldConnection={C1 201 } holdingDevice={201 }"
			    " localConnectionInfo=hold cause=normal\n");
	assert_string_equal(client_ask(&o->ca, "<MonitorStop><monitorCrossRefID>M1"
					       "</monitorCrossRefID></MonitorStop>"),
		"MonitorStopResponse");
	assert_string_equal(client_ask(&o->ca, "<MonitorStop><monitorCrossRefID>M1"
					       "</monitorCrossRefID></MonitorStop>"),
		OPERATION("invalidMonitorCrossRefID"));
	// Not of this session.
	assert_string_equal(client_ask(&o->cb, "<MonitorStop><monitorCrossRefID>M3"
					       "</monitorCrossRefID></MonitorStop>"),
		OPERATION("invalidMonitorCrossRefID"));
	sim_soft_key(o->a, SCCP_SOFTKEY_RESUME);
	client_told(&o->ca,
		"RetrievedEvent M3 retrievedConnection={C1 201 } retrievingDevice={201 }"
		" localConnectionInfo=connected cause=normal\n");
}

static void monitors_are_bounded(void **state)
{
	struct office *o = *state;
	struct pool *monitors = &o->rig->engine.monitors;
	void *taken[2048];
	unsigned n = 0;

	client_open(&o->ca);
	for (unsigned i = 0; i < SESSION_MONITORS_MAX; i++)
		assert_memory_equal(
			client_ask(&o->ca, MONITOR("tel:201")), "MonitorStartResponse", 20);
	assert_string_equal(
		client_ask(&o->ca, MONITOR("tel:201")), RESOURCE("overallMonitorLimitExceeded"));
	assert_in_range(monitors->capacity, 17, 2048);
	client_open(&o->cb);
	while (monitors->used < monitors->capacity)
		taken[n++] = pool_take(monitors, NULL);
	assert_string_equal(
		client_ask(&o->cb, MONITOR("tel:202")), RESOURCE("overallMonitorLimitExceeded"));
	while (n > 0)
		pool_give(monitors, taken[--n]);
}

// Answers and events are in the namespace of what they answer.
static void namespaces_are_kept(void **state)
{
	struct office *o = *state;

	client_open(&o->ca);
	client_ask(&o->ca, "<MonitorStart xmlns=\"http://www.ecma-international.org/standards/"
			   "ecma-323/csta/ed4\"><monitorObject><deviceObject>tel:201</deviceObject>"
			   "</monitorObject></MonitorStart>");
	assert_string_equal(
		client_ask(&o->ca, "<Nonsense xmlns=\"http://www.ecma-international.org/"
				   "standards/ecma-323/csta/ed5\"/>"),
		OPERATION("serviceNotSupported"));
	o->ca.seen = o->rig->command_count;
	sim_off_hook(o->a);
	for (size_t i = o->ca.seen; i < o->rig->command_count; i++) {
		if (o->rig->commands[i]->type == COMMAND_CSTA_EVENT)
			assert_int_equal(o->rig->commands[i]->csta_event.ns, CSTA_NS_ED4);
	}
}

// GetCSTAFeatures and MonitorStart back to back, MonitorStop and BYE back to back, with a call
// going on.
static void pipelining(void **state)
{
	struct office *o = *state;

	client_open(&o->ca);
	assert_memory_equal(
		client_ask(&o->ca, "<GetCSTAFeatures/>"), "GetCSTAFeaturesResponse", 23);
	client_ask(&o->ca, MONITOR("tel:201"));
	client_ask(&o->ca, MAKE_CALL("tel:201", "tel:202"));
	client_hear(&o->ca);
	assert_string_equal(client_ask(&o->ca, "<MonitorStop><monitorCrossRefID>M1"
					       "</monitorCrossRefID></MonitorStop>"),
		"MonitorStopResponse");
	client_bye(&o->ca);
	sim_off_hook(o->b);
	client_told(&o->ca, "");
	assert_non_null(sim_call_in(o->a, SCCP_CALL_STATE_CONNECTED));
}

static void a_thousand_calls_leave_nothing(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	for (unsigned i = 0; i < 1000; i++) {
		o->names.count = 0; // all are forgotten but the monitors, which are named anew
		assert_string_equal(client_ask(&o->ca, MAKE_CALL("tel:201", "tel:202")),
			"MakeCallResponse callingDevice={C1 tel:201 }");
		assert_string_equal(client_ask(&o->cb, ANSWER("C1")), "AnswerCallResponse");
		assert_string_equal(client_ask(i % 2 == 0 ? &o->ca : &o->cb, CLEAR("C1")),
			"ClearConnectionResponse");
		client_hear(&o->ca);
		client_hear(&o->cb);
		rig_is_idle(o->rig);
		rig_forget(o->rig);
		o->ca.seen = o->cb.seen = 0;
	}
	assert_int_equal(o->rig->engine.monitors.used, 2);
	assert_int_equal(o->rig->engine.sessions.used, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, office_open, office_close)
	const struct CMUnitTest tests[] = {
		TEST(at_an_idle_phone),
		TEST(two_devices_in_a_session),
		TEST(line_is_named_as_the_session_did),
		TEST(answer_in_the_form_of_the_request),
		TEST(consultation_is_unrestricted),
		TEST(while_ringing),
		TEST(devices_are_echoed),
		TEST(called_numbers_are_normalised),
		TEST(make_call_lets_the_user_dial),
		TEST(make_call_to_a_busy_party),
		TEST(phone_out_of_service),
		TEST(call_table_full),
		TEST(filters_suppress),
		TEST(second_monitor_is_its_own),
		TEST(monitors_are_bounded),
		TEST(namespaces_are_kept),
		TEST(pipelining),
		TEST(a_thousand_calls_leave_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
