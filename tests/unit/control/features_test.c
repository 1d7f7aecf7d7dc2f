// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Do not disturb, forwarding, waiting messages and digits in a call: set by keys, by clients and by
// the operator; what phones show, what callers meet, what monitors are told.
#include <stdlib.h>
#include <string.h>

#include "control/call/feature.h"
#include "control/phone/phone.h"
#include "tests/unit/control/client.h"

#define OPERATION(word) "CSTAErrorCode operation=" word
#define STATE(word) "CSTAErrorCode stateIncompatibility=" word
#define RESOURCE(word) "CSTAErrorCode systemResourceAvailibility=" word
#define MONITOR(device) \
	"<MonitorStart><monitorObject><deviceObject>" device "</deviceObject></monitorObject>" \
	"</MonitorStart>"
#define GET_DND(device) "<GetDoNotDisturb><device>" device "</device></GetDoNotDisturb>"
#define SET_DND(device, on) \
	"<SetDoNotDisturb><device>" device "</device><doNotDisturbOn>" on \
	"</doNotDisturbOn></SetDoNotDisturb>"
#define GET_FORWARD(device) "<GetForwarding><device>" device "</device></GetForwarding>"
#define SET_FORWARD(device, rest) \
	"<SetForwarding><device>" device "</device>" rest "</SetForwarding>"
#define TO(type, number) \
	"<forwardingType>" type "</forwardingType><activateForward>true</activateForward>" \
	"<forwardDN>" number "</forwardDN>"
#define OFF(type) \
	"<forwardingType>" type "</forwardingType><activateForward>false</activateForward>"
#define SET_MWI(device, on) \
	"<SetMessageWaitingIndicator><device>" device "</device><messageWaitingOn>" on \
	"</messageWaitingOn></SetMessageWaitingIndicator>"
#define GET_MWI(device) \
	"<GetMessageWaitingIndicator><device>" device "</device></GetMessageWaitingIndicator>"
#define DIGITS(call, device, rest) \
	"<GenerateDigits><connectionToSendDigits><callID>" call "</callID><deviceID>" device \
	"</deviceID></connectionToSendDigits>" rest "</GenerateDigits>"
#define CHARACTERS(text) "<charactersToSend>" text "</charactersToSend>"

static void asks(struct client *client, const char *request, const char *answer)
{
	const char *got = client_ask(client, request);

	if (strcmp(got, answer) != 0)
		fail_msg("%s\nanswered: %s\nexpected: %s", request, got, answer);
}

static struct phone *phone_of(struct office *o, const struct sim_phone *phone)
{
	return phone_find(&o->rig->engine, phone->name);
}

// --- do not disturb ------------------------------------------------------------------------------

static void disturb_by_client(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	asks(&o->ca, GET_DND("tel:201"), "GetDoNotDisturbResponse doNotDisturbOn=false");
	rig_forget(o->rig);
	o->ca.seen = o->cb.seen = 0;
	asks(&o->ca, SET_DND("tel:201", "true"), "SetDoNotDisturbResponse");
	client_told(&o->ca, "DoNotDisturbEvent M1 device={tel:201 } doNotDisturbOn=true\n");
	client_told(&o->cb, "");
	sim_log_is(o->a, "DisplayPromptStatus DND active\n");
	// So already: accepted, and nobody is told.
	asks(&o->cb, SET_DND("tel:201", "true"), "SetDoNotDisturbResponse");
	client_told(&o->ca, "");
	asks(&o->cb, GET_DND("tel:201"), "GetDoNotDisturbResponse doNotDisturbOn=true");
	asks(&o->ca, SET_DND("tel:201", "false"), "SetDoNotDisturbResponse");
	client_told(&o->ca, "DoNotDisturbEvent M1 device={tel:201 } doNotDisturbOn=false\n");
	sim_log_is(o->a, "DisplayPromptStatus Your current options\n");
}

static void disturb_refused(void **state)
{
	struct office *o = *state;

	client_open(&o->ca);
	asks(&o->ca, SET_DND("tel:201", "perhaps"), OPERATION("invalidDoNotDisturb"));
	asks(&o->ca, SET_DND("tel:999", "true"), OPERATION("invalidDeviceID"));
	asks(&o->ca, SET_DND("tel:203", "true"), OPERATION("privilegeViolationSpecifiedDevice"));
	asks(&o->ca, GET_DND("tel:203"), OPERATION("privilegeViolationSpecifiedDevice"));
	asks(&o->ca, "<SetDoNotDisturb><device>tel:201</device></SetDoNotDisturb>",
		OPERATION("atLeastOneConditionalParameterNotProvided"));
	// No phone that could keep it.
	asks(&o->ca, SET_DND("tel:205", "true"), RESOURCE("deviceOutOfService"));
	// A phone that is away has it when it comes.
	asks(&o->ca, SET_DND("tel:204", "true"), "SetDoNotDisturbResponse");
	asks(&o->ca, GET_DND("tel:204"), "GetDoNotDisturbResponse doNotDisturbOn=true");
	asks(&o->ca,
		"<SetDoNotDisturb><device>tel:201</device><doNotDisturbOn>true</doNotDisturbOn>"
		"<callOrigination><internal>true</internal><external>false</external>"
		"</callOrigination></SetDoNotDisturb>",
		OPERATION("parameterNotSupported"));
	// Whoever calls: not for some alone.
	asks(&o->ca,
		"<SetDoNotDisturb><device>tel:201</device><doNotDisturbOn>true</doNotDisturbOn>"
		"<callingDeviceList><device>tel:202</device></callingDeviceList></SetDoNotDisturb>",
		OPERATION("parameterNotSupported"));
	asks(&o->ca, GET_DND("tel:201"), "GetDoNotDisturbResponse doNotDisturbOn=false");
}

// The key is a switch; the DN's caller hears busy tone and his client the reason.
static void disturb_by_key(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	sim_soft_key(o->b, SCCP_SOFTKEY_DND);
	client_told(&o->cb, "DoNotDisturbEvent M2 device={tel:202 } doNotDisturbOn=true\n");
	rig_forget(o->rig);
	o->ca.seen = o->cb.seen = 0;
	sim_enbloc(o->a, "202");
	client_hear(&o->ca);
	assert_non_null(strstr(o->ca.text,
		"FailedEvent M1 failedConnection={C1 tel:202 } failingDevice={tel:202 } "
		"callingDevice={tel:201 } calledDevice={tel:202 } lastRedirectionDevice={ notRequired }"
		" localConnectionInfo=connected cause=doNotDisturb\n"));
	client_told(&o->cb, "");
	assert_string_equal(o->b->log, "");
	assert_true(sim_log_has(o->a, "StartTone LineBusyTone\nCallState Busy\n"));
	sim_on_hook(o->a);
	// It keeps it while it is away.
	sim_disconnect(o->b, CONN_CLOSE_PEER);
	rig_forget(o->rig);
	sim_start(o->b);
	assert_true(phone_of(o, o->b)->do_not_disturb);
	assert_true(sim_log_has(o->b, "DisplayPromptStatus DND active\n"));
	sim_stimulus(o->b, SCCP_STIMULUS_DO_NOT_DISTURB, 0);
	assert_false(phone_of(o, o->b)->do_not_disturb);
	sim_enbloc(o->a, "202");
	assert_non_null(sim_call_in(o->b, SCCP_CALL_STATE_RING_IN));
	sim_on_hook(o->a);
}

// Pressed while a call rings it sends that call away and sets nothing.
static void disturb_while_ringing(void **state)
{
	struct office *o = *state;

	sim_enbloc(o->a, "202");
	sim_soft_key(o->b, SCCP_SOFTKEY_DND);
	assert_int_equal(sim_call_count(o->b), 0);
	assert_non_null(sim_call_in(o->a, SCCP_CALL_STATE_BUSY));
	assert_false(phone_of(o, o->b)->do_not_disturb);
	sim_on_hook(o->a);
	// 206 forwards what nobody answers to 203: at once.
	sim_enbloc(o->a, "206");
	assert_non_null(sim_call_in(o->d, SCCP_CALL_STATE_RING_IN));
	sim_soft_key(o->d, SCCP_SOFTKEY_DND);
	assert_int_equal(sim_call_count(o->d), 0);
	assert_non_null(sim_call_in(o->c, SCCP_CALL_STATE_RING_IN));
	sim_on_hook(o->a);
	// And so it goes while the phone does not want to be disturbed.
	sim_soft_key(o->d, SCCP_SOFTKEY_DND);
	sim_enbloc(o->a, "206");
	assert_int_equal(sim_call_count(o->d), 0);
	assert_non_null(sim_call_in(o->c, SCCP_CALL_STATE_RING_IN));
	sim_on_hook(o->a);
}

// --- forwarding ----------------------------------------------------------------------------------

static void forward_by_client(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	asks(&o->ca, GET_FORWARD("tel:201"),
		"GetForwardingResponse forwardingList=[ { forwardingType="
		"forwardImmediate forwardStatus=false } ]");
	rig_forget(o->rig);
	o->ca.seen = o->cb.seen = 0;
	asks(&o->ca, SET_FORWARD("tel:201", TO("forwardImmediate", "tel:202")),
		"SetForwardingResponse");
	client_told(&o->ca, "ForwardingEvent M1 device={tel:201 } forwardingType=forwardImmediate "
			    "forwardStatus=true forwardTo=tel:202\n");
	sim_log_is(o->a, "ForwardStatRes\n"
			 "DisplayPromptStatus Forwarded to 202\n");
	sim_enbloc(o->c, "201");
	assert_non_null(sim_call_in(o->b, SCCP_CALL_STATE_RING_IN));
	sim_on_hook(o->c);
	client_hear(&o->ca);
	client_hear(&o->cb);
	// Off, and on again without saying where.
	asks(&o->ca, SET_FORWARD("tel:201", "<activateForward>false</activateForward>"),
		"SetForwardingResponse");
	client_told(&o->ca, "ForwardingEvent M1 device={tel:201 } forwardingType=forwardImmediate "
			    "forwardStatus=false forwardTo=tel:202\n");
	asks(&o->ca, GET_FORWARD("tel:201"),
		"GetForwardingResponse forwardingList=[ { forwardingType="
		"forwardImmediate forwardStatus=false forwardDN=tel:202 } ]");
	asks(&o->ca, SET_FORWARD("tel:201", "<activateForward>true</activateForward>"),
		"SetForwardingResponse");
	client_told(&o->ca, "ForwardingEvent M1 device={tel:201 } forwardingType=forwardImmediate "
			    "forwardStatus=true forwardTo=tel:202\n");
	// As it is already: nobody is told.
	asks(&o->ca, SET_FORWARD("tel:201", TO("forwardImmediate", "tel:202")),
		"SetForwardingResponse");
	client_told(&o->ca, "");
}

static void forward_kinds(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	asks(&o->ca, SET_FORWARD("tel:201", TO("forwardBusy", "tel:202")), "SetForwardingResponse");
	asks(&o->ca,
		SET_FORWARD("tel:201",
			TO("forwardNoAns", "302") "<ringDuration>12</ringDuration>"),
		"SetForwardingResponse");
	client_told(&o->ca, "ForwardingEvent M1 device={tel:201 } forwardingType=forwardBusy "
			    "forwardStatus=true forwardTo=tel:202\n"
			    "ForwardingEvent M1 device={tel:201 } forwardingType=forwardNoAns "
			    "forwardStatus=true forwardTo=tel:302 ringDuration=12\n");
	asks(&o->ca, GET_FORWARD("tel:201"),
		"GetForwardingResponse forwardingList=[ { forwardingType="
		"forwardImmediate forwardStatus=false } { forwardingType=forwardBusy "
		"forwardStatus=true forwardDN=tel:202 } { forwardingType=forwardNoAns "
		"forwardStatus=true forwardDN=tel:302 ringDuration=12 } ]");
	// Unanswered for twelve seconds.
	sim_enbloc(o->c, "201");
	rig_wait(o->rig, 11);
	assert_non_null(sim_call_in(o->a, SCCP_CALL_STATE_RING_IN));
	rig_wait(o->rig, 1);
	assert_int_equal(sim_call_count(o->a), 0);
	assert_non_null(sim_call_in(o->b, SCCP_CALL_STATE_RING_IN));
	sim_on_hook(o->c);
	// Busy.
	sim_off_hook(o->a);
	sim_enbloc(o->c, "201");
	assert_non_null(sim_call_in(o->b, SCCP_CALL_STATE_RING_IN));
	sim_on_hook(o->c);
	sim_on_hook(o->a);
	client_hear(&o->ca);
	// Each has its own switch.
	asks(&o->ca, SET_FORWARD("tel:201", OFF("forwardBusy")), "SetForwardingResponse");
	client_told(&o->ca, "ForwardingEvent M1 device={tel:201 } forwardingType=forwardBusy "
			    "forwardStatus=false forwardTo=tel:202\n");
	assert_true(dn_is_forwarded(dn_by_tag(&o->rig->engine, 1), FORWARD_NOAN));
}

static void forward_refused(void **state)
{
	struct office *o = *state;

	client_open(&o->ca);
	asks(&o->ca, SET_FORWARD("tel:201", TO("forwardImmediate", "tel:999")),
		OPERATION("invalidForwardingDestination"));
	asks(&o->ca, SET_FORWARD("tel:201", TO("forwardImmediate", "tel:201")),
		OPERATION("invalidForwardingDestination"));
	asks(&o->ca, SET_FORWARD("tel:202", TO("forwardImmediate", "tel:302")),
		OPERATION("invalidForwardingDestination"));
	asks(&o->ca, SET_FORWARD("tel:201", "<activateForward>true</activateForward>"),
		OPERATION("invalidForwardingDestination"));
	asks(&o->ca, SET_FORWARD("tel:201", "<activateForward>2</activateForward>"),
		OPERATION("invalidForwardingFlag"));
	asks(&o->ca, SET_FORWARD("tel:201", TO("immediate", "tel:202")),
		OPERATION("invalidForwardingType"));
	asks(&o->ca, SET_FORWARD("tel:201", TO("forwardDND", "tel:202")),
		OPERATION("invalidForwardingType"));
	asks(&o->ca,
		SET_FORWARD("tel:201", TO("forwardNoAns", "tel:202") "<ringDuration>0</ringDuration>"),
		OPERATION("valueOutOfRange"));
	asks(&o->ca,
		SET_FORWARD("tel:201",
			TO("forwardNoAns", "tel:202") "<ringCount>4000000000</ringCount>"),
		OPERATION("valueOutOfRange"));
	asks(&o->ca,
		SET_FORWARD("tel:201", TO("forwardNoAns", "tel:202") "<ringCount>101</ringCount>"),
		OPERATION("valueOutOfRange"));
	asks(&o->ca,
		SET_FORWARD("tel:201",
			TO("forwardNoAns", "tel:202") "<ringCount>0</ringCount>"
						      "<ringDuration>9</ringDuration>"),
		OPERATION("valueOutOfRange"));
	asks(&o->ca, SET_FORWARD("tel:203", TO("forwardImmediate", "tel:202")),
		OPERATION("privilegeViolationSpecifiedDevice"));
	asks(&o->ca, GET_FORWARD("tel:999"), OPERATION("invalidDeviceID"));
	asks(&o->ca, GET_FORWARD("tel:201"),
		"GetForwardingResponse forwardingList=[ { forwardingType="
		"forwardImmediate forwardStatus=false } ]");
}

static void forward_by_key(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	rig_forget(o->rig);
	o->ca.seen = o->cb.seen = 0;
	sim_soft_key(o->a, SCCP_SOFTKEY_CFWD_ALL);
	sim_log_is(o->a, "SetSpeakerMode On\n"
			 "SetLamp 1 On\n"
			 "CallState OffHook\n"
			 "SelectSoftKeys OffHook\n"
			 "DisplayPromptStatus Enter number\n"
			 "ActivateCallPlane\n"
			 "StartTone InsideDialTone\n"
			 "SelectSoftKeys Digits\n"
			 "DisplayPromptStatus Enter number\n");
	sim_digits(o->a, "20");
	sim_log_is(o->a, "StopTone\nSelectSoftKeys Digits\n");
	sim_digits(o->a, "2");
	sim_log_is(o->a, "ForwardStatRes\n"
			 "StopTone\n"
			 "SetLamp 1 Off\n"
			 "ClearPromptStatus\n"
			 "CallState OnHook\n"
			 "SelectSoftKeys OnHook\n"
			 "DisplayPromptStatus Forwarded to 202\n"
			 "DefineTimeDate\n"
			 "SetSpeakerMode Off\n");
	assert_non_null(strstr(client_hear(&o->ca),
		"ForwardingEvent M1 device={tel:201 } forwardingType=forwardImmediate "
		"forwardStatus=true forwardTo=tel:202\n"));
	rig_is_idle(o->rig);
	sim_enbloc(o->c, "201");
	assert_non_null(sim_call_in(o->b, SCCP_CALL_STATE_RING_IN));
	sim_on_hook(o->c);
	client_hear(&o->ca);
	// The same key ends it.
	rig_forget(o->rig);
	o->ca.seen = o->cb.seen = 0;
	sim_stimulus(o->a, SCCP_STIMULUS_FORWARD_ALL, 1);
	sim_log_is(o->a, "ForwardStatRes\n"
			 "DisplayPromptStatus Your current options\n");
	client_told(&o->ca, "ForwardingEvent M1 device={tel:201 } forwardingType=forwardImmediate "
			    "forwardStatus=false forwardTo=tel:202\n");
}

// The operator's line, the key's and the client's setting are one.
static void forward_by_operator(void **state)
{
	struct office *o = *state;
	struct config_dn *dn = config_dn_get(o->rig->config, 1);

	office_monitor(o);
	assert_int_equal(config_forward_set(dn, FORWARD_ALL, "203", 0), 0);
	engine_dn_changed(&o->rig->engine, 1);
	client_told(&o->ca, "ForwardingEvent M1 device={tel:201 } forwardingType=forwardImmediate "
			    "forwardStatus=true forwardTo=tel:203\n");
	assert_true(sim_log_has(o->a, "DisplayPromptStatus Forwarded to 203\n"));
	engine_dn_changed(&o->rig->engine, 1);
	client_told(&o->ca, "");
	sim_soft_key(o->a, SCCP_SOFTKEY_CFWD_ALL);
	assert_true(dn->own.forward[FORWARD_ALL].off);
}

static void forward_given_up(void **state)
{
	struct office *o = *state;
	struct engine *engine = &o->rig->engine;
	struct config_dn *dn = config_dn_get(o->rig->config, 1);

	// By the key, by the hook, by EndCall, by waiting.
	sim_soft_key(o->a, SCCP_SOFTKEY_CFWD_ALL);
	sim_soft_key(o->a, SCCP_SOFTKEY_CFWD_ALL);
	rig_is_idle(o->rig);
	sim_soft_key(o->a, SCCP_SOFTKEY_CFWD_ALL);
	sim_on_hook(o->a);
	rig_is_idle(o->rig);
	sim_soft_key(o->a, SCCP_SOFTKEY_CFWD_ALL);
	sim_digits(o->a, "2");
	sim_soft_key(o->a, SCCP_SOFTKEY_BACK_SPACE);
	sim_soft_key(o->a, SCCP_SOFTKEY_END_CALL);
	rig_is_idle(o->rig);
	sim_soft_key(o->a, SCCP_SOFTKEY_CFWD_ALL);
	rig_wait(o->rig, 20);
	rig_is_idle(o->rig);
	// A number that is nobody's, or its own.
	sim_soft_key(o->a, SCCP_SOFTKEY_CFWD_ALL);
	sim_digits(o->a, "999#");
	assert_non_null(sim_call_in(o->a, SCCP_CALL_STATE_INVALID_NUMBER));
	sim_on_hook(o->a);
	sim_soft_key(o->a, SCCP_SOFTKEY_CFWD_ALL);
	sim_digits(o->a, "201");
	assert_non_null(sim_call_in(o->a, SCCP_CALL_STATE_INVALID_NUMBER));
	sim_on_hook(o->a);
	assert_false(dn_is_forwarded(dn_by_tag(engine, 1), FORWARD_ALL));
	// Longer than the operator lets it be, then not at all.
	dn->own.has_forward_max_length = true;
	dn->own.forward_max_length = 2;
	sim_soft_key(o->a, SCCP_SOFTKEY_CFWD_ALL);
	sim_digits(o->a, "202");
	assert_non_null(sim_call_in(o->a, SCCP_CALL_STATE_INVALID_NUMBER));
	sim_on_hook(o->a);
	dn->own.forward_max_length = 0;
	rig_forget(o->rig);
	sim_soft_key(o->a, SCCP_SOFTKEY_CFWD_ALL);
	assert_string_equal(o->a->log, "");
	// A client's call does not go into the number that is being entered.
	dn->own.has_forward_max_length = false;
	client_open(&o->ca);
	sim_soft_key(o->a, SCCP_SOFTKEY_CFWD_ALL);
	client_ask(&o->ca, "<MakeCall><callingDevice>tel:201</callingDevice>"
			   "<calledDirectoryNumber>tel:202</calledDirectoryNumber></MakeCall>");
	assert_non_null(sim_call_in(o->b, SCCP_CALL_STATE_RING_IN));
	assert_false(dn_is_forwarded(dn_by_tag(engine, 1), FORWARD_ALL));
	sim_on_hook(o->a);
}

// --- message waiting -----------------------------------------------------------------------------

static void message_waiting(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	asks(&o->ca, GET_MWI("tel:201"),
		"GetMessageWaitingIndicatorResponse messageWaitingOn=false lampIsPresent=true");
	rig_forget(o->rig);
	o->ca.seen = o->cb.seen = 0;
	asks(&o->ca, SET_MWI("tel:201", "true"), "SetMessageWaitingIndicatorResponse");
	client_told(&o->ca, "MessageWaitingEvent M1 targetDevice={tel:201 } messageWaitingOn=true\n");
	sim_log_is(o->a, "SetLamp VoiceMail 1 On\nSetLamp VoiceMail 0 On\n"
			 "DisplayPromptStatus You Have a VoiceMail\n");
	asks(&o->ca, SET_MWI("tel:201", "true"), "SetMessageWaitingIndicatorResponse");
	client_told(&o->ca, "");
	asks(&o->ca, GET_MWI("tel:201"),
		"GetMessageWaitingIndicatorResponse messageWaitingOn=true lampIsPresent=true");
	// A phone that comes back is told.
	sim_disconnect(o->a, CONN_CLOSE_RESET);
	client_told(&o->ca, "OutOfServiceEvent M1 device={tel:201 }\n");
	rig_forget(o->rig);
	o->ca.seen = o->cb.seen = 0;
	sim_start(o->a);
	client_told(&o->ca, "BackInServiceEvent M1 device={tel:201 }\n");
	assert_true(sim_log_has(o->a, "SetLamp VoiceMail 1 On\nSetLamp VoiceMail 0 On\n"));
	rig_forget(o->rig);
	o->ca.seen = o->cb.seen = 0;
	asks(&o->ca, SET_MWI("tel:201", "false"), "SetMessageWaitingIndicatorResponse");
	client_told(&o->ca, "MessageWaitingEvent M1 targetDevice={tel:201 } messageWaitingOn=false\n");
	sim_log_is(o->a, "SetLamp VoiceMail 1 Off\nSetLamp VoiceMail 0 Off\n"
			 "DisplayPromptStatus Your current options\n");
	// One that kept its light on while it was away is told too.
	sim_disconnect(o->a, CONN_CLOSE_RESET);
	rig_forget(o->rig);
	sim_start(o->a);
	assert_true(sim_log_has(o->a, "SetLamp VoiceMail 0 Off\n"));
	assert_false(sim_log_has(o->a, "SetLamp VoiceMail 1"));
	o->ca.seen = o->cb.seen = 0;
	rig_forget(o->rig);
	asks(&o->ca, SET_MWI("tel:201", "maybe"), OPERATION("invalidMessageWaitingSetting"));
	asks(&o->ca, SET_MWI("tel:203", "true"), OPERATION("privilegeViolationSpecifiedDevice"));
	asks(&o->ca, GET_MWI("tel:205"),
		"GetMessageWaitingIndicatorResponse messageWaitingOn=false lampIsPresent=false");
}

#define SET_MWI_FOR(device, on, other) \
	"<SetMessageWaitingIndicator><device>" device "</device><messageWaitingOn>" on \
	"</messageWaitingOn><deviceForMessage>" other \
	"</deviceForMessage></SetMessageWaitingIndicator>"

// Whom a message is for is told to each client in its style; one that is nobody's number as it
// stands.
static void message_for_another(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	asks(&o->cb,
		"<MonitorStart><monitorObject><deviceObject>201</deviceObject></monitorObject>"
		"</MonitorStart>",
		"MonitorStartResponse M3 monitorExistingCalls=true");
	asks(&o->ca, SET_MWI_FOR("tel:201", "true", "+4085550206"),
		"SetMessageWaitingIndicatorResponse");
	client_told(&o->ca,
		"MessageWaitingEvent M1 targetDevice={tel:201 } deviceForMessage=tel:206"
		" messageWaitingOn=true\n");
	client_told(&o->cb, "MessageWaitingEvent M3 targetDevice={201 } deviceForMessage=206"
			    " messageWaitingOn=true\n");
	asks(&o->ca, GET_MWI("tel:201"),
		"GetMessageWaitingIndicatorResponse messageWaitingOn=true deviceForMessage=tel:206"
		" lampIsPresent=true");
	asks(&o->ca, SET_MWI_FOR("tel:201", "true", "tel:206"),
		"SetMessageWaitingIndicatorResponse");
	asks(&o->ca, SET_MWI_FOR("tel:201", "true", "mailbox 7"),
		"SetMessageWaitingIndicatorResponse");
	asks(&o->ca, SET_MWI_FOR("tel:201", "true", "mailbox 7"),
		"SetMessageWaitingIndicatorResponse");
	client_told(&o->ca, "MessageWaitingEvent M1 targetDevice={tel:201 }"
			    " deviceForMessage=mailbox 7 messageWaitingOn=true\n");
	asks(&o->ca, SET_MWI("tel:201", "true"), "SetMessageWaitingIndicatorResponse");
	client_told(
		&o->ca, "MessageWaitingEvent M1 targetDevice={tel:201 } messageWaitingOn=true\n");
	asks(&o->ca, SET_MWI_FOR("tel:201", "false", "tel:206"),
		"SetMessageWaitingIndicatorResponse");
	client_told(
		&o->ca, "MessageWaitingEvent M1 targetDevice={tel:201 } messageWaitingOn=false\n");
	asks(&o->ca, GET_MWI("tel:201"),
		"GetMessageWaitingIndicatorResponse messageWaitingOn=false lampIsPresent=true");
}

// --- digits --------------------------------------------------------------------------------------

// The simulated time in between is whole seconds: tones of 100 ms with pauses of 80.
static void digits_by_client(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	sim_off_hook(o->a);
	sim_digits(o->a, "202");
	client_hear(&o->ca);
	asks(&o->ca, DIGITS("C1", "tel:201", CHARACTERS("1")), STATE("invalidObjectState"));
	asks(&o->ca,
		"<GenerateDigits><connectionToSendDigits><deviceID>tel:201</deviceID>"
		"</connectionToSendDigits><charactersToSend>1</charactersToSend></GenerateDigits>",
		STATE("invalidObjectState"));
	sim_off_hook(o->b);
	client_hear(&o->ca);
	client_hear(&o->cb);
	rig_forget(o->rig);
	o->ca.seen = o->cb.seen = 0;
	asks(&o->ca,
		"<GenerateDigits><connectionToSendDigits><deviceID>tel:201</deviceID>"
		"</connectionToSendDigits><charactersToSend>1*0,D</charactersToSend>"
		"</GenerateDigits>",
		"GenerateDigitsResponse");
	client_told(&o->ca, "DigitsGeneratedEvent M1 connection={C1 tel:201 } "
			    "digitGeneratedList=1*0,D\n");
	client_told(&o->cb, "DigitsGeneratedEvent M2 connection={C1 tel:201 } "
			    "digitGeneratedList=1*0,D\n");
	assert_string_equal(o->a->log, "");
	rig_wait(o->rig, 12);
	sim_log_is(o->b, "StartTone Dtmf1\nStopTone\nStartTone DtmfStar\nStopTone\n"
			 "StartTone Dtmf0\nStopTone\nStartTone DtmfD\nStopTone\n");
	asks(&o->ca, DIGITS("1", "tel:201", CHARACTERS("1")), OPERATION("invalidCallID"));
	asks(&o->ca,
		"<GenerateDigits><connectionToSendDigits><deviceID>tel:201</deviceID>"
		"</connectionToSendDigits><charactersToSend>1x</charactersToSend></GenerateDigits>",
		OPERATION("toneCharacterOutOfRange"));
	asks(&o->ca,
		"<GenerateDigits><connectionToSendDigits><deviceID>tel:201</deviceID>"
		"</connectionToSendDigits><digitMode>rotaryPulse</digitMode>"
		"<charactersToSend>1</charactersToSend></GenerateDigits>",
		OPERATION("digitModeNotSupported"));
	// The call ends before they are through.
	asks(&o->cb,
		"<GenerateDigits><connectionToSendDigits><deviceID>tel:202</deviceID>"
		"</connectionToSendDigits><charactersToSend>0123456789</charactersToSend>"
		"</GenerateDigits>",
		"GenerateDigitsResponse");
	sim_on_hook(o->a);
	rig_forget(o->rig);
	rig_wait(o->rig, 5);
	assert_string_equal(o->a->log, "");
	asks(&o->ca,
		"<GenerateDigits><connectionToSendDigits><deviceID>tel:201</deviceID>"
		"</connectionToSendDigits><charactersToSend>1</charactersToSend></GenerateDigits>",
		STATE("noActiveCall"));
	o->ca.seen = o->cb.seen = o->cc.seen = o->rig->command_count;
}

static void digits_by_hand(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	office_talk(o);
	rig_forget(o->rig);
	o->ca.seen = o->cb.seen = 0;
	sim_digits(o->b, "5#");
	client_told(&o->ca, "DigitsGeneratedEvent M1 connection={C1 tel:202 } digitGeneratedList=5\n"
			    "DigitsGeneratedEvent M1 connection={C1 tel:202 } digitGeneratedList=#\n");
	rig_wait(o->rig, 4);
	sim_log_is(o->a, "StartTone Dtmf5\nStopTone\nStartTone DtmfPound\nStopTone\n");
	// Nobody listens while the call is held.
	sim_soft_key(o->a, SCCP_SOFTKEY_HOLD);
	rig_forget(o->rig);
	o->ca.seen = o->cb.seen = 0;
	for (int i = 0; i < 300; i++)
		sim_digits(o->b, "1");
	rig_wait(o->rig, 2);
	assert_string_equal(o->a->log, "");
	// Who types faster than tones are played is not heard in full.
	sim_soft_key(o->a, SCCP_SOFTKEY_RESUME);
	for (int i = 0; i < 300; i++)
		sim_digits(o->b, "1");
	sim_on_hook(o->a);
	o->ca.seen = o->cb.seen = o->cc.seen = o->rig->command_count;
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, office_open, office_close)
	const struct CMUnitTest tests[] = {
		T(disturb_by_client),
		T(disturb_refused),
		T(disturb_by_key),
		T(disturb_while_ringing),
		T(forward_by_client),
		T(forward_kinds),
		T(forward_refused),
		T(forward_by_key),
		T(forward_by_operator),
		T(forward_given_up),
		T(message_waiting),
		T(message_for_another),
		T(digits_by_client),
		T(digits_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
