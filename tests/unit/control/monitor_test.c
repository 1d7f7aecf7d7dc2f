// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Monitors of calls, several monitors of one device, filters, what the two modes add.
#include <stdio.h>
#include <string.h>

#include "control/call/model.h"
#include "control/csta/csta.h"
#include "tests/unit/control/client.h"

#define OPERATION(word) "CSTAErrorCode operation=" word
#define ID(call, device) "<callID>" call "</callID><deviceID>" device "</deviceID>"
#define START(object, rest) \
	"<MonitorStart><monitorObject>" object "</monitorObject>" rest "</MonitorStart>"
#define DEVICE(device, rest) START("<deviceObject>" device "</deviceObject>", rest)
#define CALL(id, rest) START("<callObject>" id "</callObject>", rest)
#define STARTED(name) "MonitorStartResponse " name " monitorExistingCalls=true"
#define CLEAR(id) \
	"<ClearConnection><connectionToBeCleared>" id "</connectionToBeCleared></ClearConnection>"
#define HOLD(id) "<HoldCall><callToBeHeld>" id "</callToBeHeld></HoldCall>"

// The first line that begins so has this in it.
static bool line_has(const char *text, const char *begin, const char *part)
{
	const char *line = strstr(text, begin), *found;

	assert_non_null(line);
	found = strstr(line, part);
	return found != NULL && found < strchr(line, '\n');
}

static void asks(struct client *client, const char *request, const char *answer)
{
	assert_string_equal(client_ask(client, request), answer);
}

static struct connection *connection_at(struct office *o, const char *number, unsigned which)
{
	struct dn *dn = dn_find(&o->rig->engine, number);
	struct connection *connection = TAILQ_FIRST(&dn->connections);

	while (which-- > 0)
		connection = TAILQ_NEXT(connection, at_dn);
	assert_non_null(connection);
	return connection;
}

// The client hears of the call though it monitors no device, to its end, of which it is told; no
// device is its own, so no state is local.
static void a_call_from_the_side(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	snprintf(o->cc.open.to_uri, URI_TEXT_SIZE, "sip:206@10.0.0.1");
	client_open(&o->cc);
	sim_off_hook(o->a);
	client_hear(&o->ca); // learns C1
	asks(&o->cc, CALL(ID("C1", "tel:201"), ""), STARTED("M3"));
	sim_digits(o->a, "202");
	client_told(&o->cc,
		"OriginatedEvent M3 originatedConnection={C1 tel:201 } callingDevice={tel:201 }"
		" calledDevice={tel:202 } cause=newCall\n"
		"DeliveredEvent M3 connection={C1 tel:202 } alertingDevice={tel:202 }"
		" callingDevice={tel:201 } calledDevice={tel:202 }"
		" lastRedirectionDevice={ notRequired } cause=newCall\n");
	sim_off_hook(o->b);
	client_hear(&o->cc);
	sim_on_hook(o->a);
	client_told(&o->cc,
		"ConnectionClearedEvent M3 droppedConnection={C1 tel:201 }"
		" releasingDevice={tel:201 } cause=normalClearing\n"
		"ConnectionClearedEvent M3 droppedConnection={C1 tel:202 }"
		" releasingDevice={tel:201 } cause=normalClearing\n"
		"CallClearedEvent M3 clearedCall={C1 tel:201 } cause=normalClearing\n"
		"MonitorStop M3\n");
	assert_int_equal(o->rig->engine.monitors.used, 2);
	asks(&o->cc, "<MonitorStop><monitorCrossRefID>M3</monitorCrossRefID></MonitorStop>",
		OPERATION("invalidMonitorCrossRefID"));
}

// By its id alone a call is seen by the session's line; by its device alone it is that device's
// only one.
static void ways_to_name_a_call(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	asks(&o->ca, CALL("<deviceID>tel:201</deviceID>", ""), OPERATION("invalidConnectionID"));
	office_talk(o);
	o->ca.seen = 0;
	client_hear(&o->ca);
	asks(&o->ca, CALL("<callID>C1</callID>", "<monitorType>call</monitorType>"),
		STARTED("M3"));
	asks(&o->ca, CALL("<deviceID>202</deviceID>", ""), STARTED("M4"));
	asks(&o->ca, CALL("C1", ""), STARTED("M5"));
	o->ca.seen = o->rig->command_count;
	asks(&o->ca, HOLD(ID("C1", "tel:201")), "HoldCallResponse");
	client_told(&o->ca,
		"HeldEvent M1 heldConnection={C1 tel:201 } holdingDevice={tel:201 }"
		" localConnectionInfo=hold cause=normal\n"
		"HeldEvent M3 heldConnection={C1 sip:201@10.0.0.1 }"
		" holdingDevice={sip:201@10.0.0.1 } cause=normal\n"
		"HeldEvent M4 heldConnection={C1 tel:201 } holdingDevice={tel:201 } cause=normal\n"
		"HeldEvent M5 heldConnection={C1 sip:201@10.0.0.1 }"
		" holdingDevice={sip:201@10.0.0.1 } cause=normal\n");
	// Calls are monitored as calls, devices as devices.
	asks(&o->ca, CALL("<callID>C1</callID>", "<monitorType>device</monitorType>"),
		OPERATION("monitorTypeNotSupported"));
	asks(&o->ca, DEVICE("tel:201", "<monitorType>call</monitorType>"),
		OPERATION("monitorTypeNotSupported"));
	asks(&o->ca, CALL("", ""), OPERATION("atLeastOneConditionalParameterNotProvided"));
	asks(&o->ca, CALL("<callID>77</callID>", ""), OPERATION("invalidCallID"));
	asks(&o->ca, CALL(ID("C1", "tel:206"), ""), OPERATION("invalidConnectionID"));
	asks(&o->ca, CALL(ID("C1", "tel:203"), ""),
		OPERATION("privilegeViolationSpecifiedDevice"));
	asks(&o->ca, CALL(ID("C1", "tel:999"), ""), OPERATION("invalidDeviceID"));
}

// The session's line takes no part in the call that is named by its id alone: the first party
// stands for it, in the line's form.
static void a_call_of_others(void **state)
{
	struct office *o = *state;
	const char *heard;

	office_monitor(o);
	office_talk(o);
	o->ca.seen = 0;
	client_hear(&o->ca);
	snprintf(o->cc.open.to_uri, URI_TEXT_SIZE, "tel:+4085550206");
	client_open(&o->cc);
	asks(&o->cc, CALL("<callID>C1</callID>", ""), STARTED("M3"));
	sim_on_hook(o->a);
	heard = client_hear(&o->cc);
	assert_true(line_has(
		heard, "ConnectionClearedEvent M3", "droppedConnection={C1 tel:+4085550201 }"));
	assert_true(line_has(heard, "CallClearedEvent M3", "clearedCall={C1 tel:+4085550201 }"));
}

// A call of devices that may not be watched is nobody's; one that becomes such is given up.
static void a_call_that_may_not_be_watched(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	sim_off_hook(o->c);
	sim_digits(o->c, "201");
	client_hear(&o->ca);
	asks(&o->cb, CALL("<callID>C1</callID>", ""), STARTED("M3"));
	config_dn_get(o->rig->engine.config, 1)->own.cti_watch = SETTING_OFF;
	engine_dn_changed(&o->rig->engine, 1);
	client_told(&o->cb, "MonitorStop M3\n");
	asks(&o->cb, CALL("<callID>C1</callID>", ""),
		OPERATION("privilegeViolationSpecifiedDevice"));
}

// Both calls of a transfer are monitored: their monitors go on in the call that is left, of which
// they are told by the event that joins it.
static void a_call_across_a_transfer(void **state)
{
	struct office *o = *state;
	struct connection *held, *active;
	const char *heard;

	office_monitor(o);
	office_talk(o);
	o->cb.seen = 0;
	client_hear(&o->cb);
	held = connection_at(o, "202", 0);
	assert_int_equal(connection_consult(held, "206", &active), CALL_OK);
	engine_turn(&o->rig->engine);
	client_hear(&o->cb);
	asks(&o->ca, CALL("<callID>C1</callID>", ""), STARTED("M3"));
	asks(&o->ca, CALL(ID("C2", "tel:206"), ""), STARTED("M4"));
	o->ca.seen = o->rig->command_count;
	assert_int_equal(connections_transfer(held, active), CALL_OK);
	engine_turn(&o->rig->engine);
	heard = client_hear(&o->ca);
	assert_non_null(strstr(heard, "TransferedEvent M1 primaryOldCall={C1 tel:202 }"));
	assert_non_null(strstr(heard, "TransferedEvent M3 primaryOldCall={C1 tel:202 }"
				      " secondaryOldCall={C2 tel:202 }"));
	assert_non_null(strstr(heard, "TransferedEvent M4 primaryOldCall={C1 tel:202 }"));
	assert_null(strstr(heard, "MonitorStop"));
	sim_off_hook(o->d);
	client_told(&o->ca,
		"EstablishedEvent M1 establishedConnection={C1 tel:206 }"
		" answeringDevice={tel:206 } callingDevice={tel:201 } calledDevice={tel:206 }"
		" lastRedirectionDevice={ notRequired } localConnectionInfo=connected"
		" cause=transfer\n"
		"EstablishedEvent M3 establishedConnection={C1 tel:206 }"
		" answeringDevice={tel:206 } callingDevice={sip:201@10.0.0.1 }"
		" calledDevice={tel:206 } lastRedirectionDevice={ notRequired } cause=transfer\n"
		"EstablishedEvent M4 establishedConnection={C1 tel:206 }"
		" answeringDevice={tel:206 } callingDevice={tel:201 } calledDevice={tel:206 }"
		" lastRedirectionDevice={ notRequired } cause=transfer\n");
	sim_on_hook(o->d);
	heard = client_hear(&o->ca);
	assert_non_null(strstr(heard, "CallClearedEvent M3 clearedCall={C1 sip:201@10.0.0.1 }"
				      " cause=normalClearing\nMonitorStop M3\n"));
	assert_non_null(strstr(heard, "CallClearedEvent M4 clearedCall={C1 tel:206 }"
				      " cause=normalClearing\nMonitorStop M4\n"));
}

// Of calls on two lines of a phone the one that was held is the primary, whichever line it is on.
static void a_conference_of_two_lines(void **state)
{
	struct office *o = *state;
	struct connection *first, *second;
	const char *heard;

	o->d->mixes = true;
	sim_start(o->d);
	office_monitor(o);
	sim_off_hook(o->a);
	sim_digits(o->a, "206");
	sim_off_hook(o->d);
	first = connection_at(o, "206", 0);
	assert_int_equal(connection_consult_at(first,
				 TAILQ_FIRST(&dn_find(&o->rig->engine, "207")->lines), &second),
		CALL_OK);
	assert_int_equal(connection_dial(second, "202"), CALL_OK);
	sim_off_hook(o->b);
	assert_int_equal(connection_retrieve(first, CSTA_CAUSE_NORMAL), CALL_OK);
	engine_turn(&o->rig->engine);
	client_hear(&o->ca);
	client_hear(&o->cb);
	assert_int_equal(connections_conference(first, second), CALL_OK);
	engine_turn(&o->rig->engine);
	heard = client_hear(&o->ca);
	assert_true(line_has(heard, "ConferencedEvent M1", "primaryOldCall={C2 tel:207 }"));
	assert_true(line_has(heard, "ConferencedEvent M1", "secondaryOldCall={C1 tel:206 }"));
	assert_true(line_has(heard, "ConferencedEvent M1", "conferencingDevice={tel:206 }"));
	assert_true(line_has(heard, "ConferencedEvent M1",
		"newConnection={C2 tel:206 } oldConnection={C1 tel:206 }"));
	sim_on_hook(o->d);
}

#define TWO(service, held, active) \
	"<" service "><heldCall>" held "</heldCall><activeCall>" active "</activeCall></" service ">"

// The same of a conference, which goes on when one party leaves it.
static void a_call_across_a_conference(void **state)
{
	struct office *o = *state;
	struct connection *active;
	const char *heard;

	o->b->mixes = true;
	sim_start(o->b);
	office_monitor(o);
	office_talk(o);
	o->cb.seen = 0;
	client_hear(&o->cb);
	assert_int_equal(
		connection_consult(connection_at(o, "202", 0), "206", &active), CALL_OK);
	engine_turn(&o->rig->engine);
	sim_off_hook(o->d);
	client_hear(&o->cb);
	asks(&o->ca, CALL("<callID>C1</callID>", ""), STARTED("M3"));
	asks(&o->ca, CALL(ID("C2", "tel:206"), ""), STARTED("M4"));
	o->ca.seen = o->rig->command_count;
	heard = client_ask(&o->cb, TWO("ConferenceCall", ID("C1", "tel:202"), ID("C2", "tel:202")));
	assert_non_null(strstr(heard, "ConferenceCallResponse conferenceCall={C1 tel:202 }"));
	heard = client_hear(&o->ca);
	assert_true(line_has(heard, "ConferencedEvent M1", "localConnectionInfo=connected"));
	assert_true(line_has(heard, "ConferencedEvent M3", "secondaryOldCall={C2 tel:202 }"));
	assert_false(line_has(heard, "ConferencedEvent M3", "localConnectionInfo="));
	assert_true(line_has(heard, "ConferencedEvent M4", "primaryOldCall={C1 tel:202 }"));
	sim_on_hook(o->d);
	heard = client_hear(&o->ca);
	assert_true(line_has(
		heard, "ConnectionClearedEvent M4", "droppedConnection={C1 tel:206 }"));
	assert_null(strstr(heard, "CallClearedEvent"));
	sim_on_hook(o->a);
	heard = client_hear(&o->ca);
	assert_true(line_has(heard, "CallClearedEvent M3", "clearedCall={C1"));
	assert_true(line_has(heard, "CallClearedEvent M4", "clearedCall={C1"));
	assert_non_null(strstr(heard, "MonitorStop M4\n"));
}

// Several monitors of one device, in one session and in two: each tells everything that its filter
// lets through.
static void several_monitors_and_filters(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	client_open(&o->cc);
	asks(&o->ca,
		DEVICE("tel:201", "<requestedMonitorFilter><callcontrol>"
				  "<serviceInitiated>true</serviceInitiated><held>false</held>"
				  "<originated>1</originated></callcontrol>"
				  "<maintenance><outOfService>true</outOfService></maintenance>"
				  "</requestedMonitorFilter>"),
		"MonitorStartResponse M3 actualMonitorFilter=originated,serviceInitiated,"
		"outOfService monitorExistingCalls=true");
	asks(&o->cc, DEVICE("201", ""), STARTED("M4"));
	sim_off_hook(o->a);
	client_told(&o->ca, "ServiceInitiatedEvent M1 initiatedConnection={C1 tel:201 }"
			    " initiatingDevice={tel:201 } localConnectionInfo=initiated"
			    " cause=newCall\n");
	client_told(&o->cc, "ServiceInitiatedEvent M4 initiatedConnection={C1 201 }"
			    " initiatingDevice={201 } localConnectionInfo=initiated"
			    " cause=newCall\n");
	// What is asked for later takes the place of what was; an empty list lets all through.
	asks(&o->ca,
		"<ChangeMonitorFilter><monitorCrossRefID>M1</monitorCrossRefID>"
		"<requestedFilterList><callcontrol><connectionCleared>true</connectionCleared>"
		"</callcontrol></requestedFilterList></ChangeMonitorFilter>",
		"ChangeMonitorFilterResponse actualFilterList=connectionCleared");
	sim_on_hook(o->a);
	client_told(&o->ca, "ConnectionClearedEvent M3 droppedConnection={C1 tel:201 }"
			    " releasingDevice={tel:201 } localConnectionInfo=null"
			    " cause=normalClearing\n");
	asks(&o->ca,
		"<ChangeMonitorFilter><monitorCrossRefID>M3</monitorCrossRefID>"
		"<requestedFilterList/></ChangeMonitorFilter>",
		"ChangeMonitorFilterResponse actualFilterList=");
	client_hear(&o->cc);
	sim_off_hook(o->a);
	assert_non_null(strstr(client_hear(&o->ca), "ServiceInitiatedEvent M3"));
	asks(&o->ca,
		"<ChangeMonitorFilter><monitorCrossRefID>M4</monitorCrossRefID>"
		"<requestedFilterList/></ChangeMonitorFilter>",
		OPERATION("invalidMonitorCrossRefID"));
	asks(&o->ca,
		"<ChangeMonitorFilter><monitorCrossRefID>M3</monitorCrossRefID>"
		"<requestedFilterList><callcontrol><held>x</held></callcontrol>"
		"</requestedFilterList></ChangeMonitorFilter>",
		OPERATION("invalidMonitorFilter"));
	asks(&o->ca,
		"<ChangeMonitorFilter><monitorCrossRefID>M3</monitorCrossRefID>"
		"</ChangeMonitorFilter>",
		OPERATION("atLeastOneConditionalParameterNotProvided"));
}

// Calls are audio: who wants voice among others gets that, who wants none of it nothing.
static void media_classes(void **state)
{
	struct office *o = *state;

	client_open(&o->ca);
	asks(&o->ca,
		DEVICE("tel:201", "<requestedMonitorMediaClass><voice>true</voice>"
				  "<im>true</im></requestedMonitorMediaClass>"),
		"MonitorStartResponse M1 actualMonitorMediaClass=voice"
		" monitorExistingCalls=true");
	asks(&o->ca,
		DEVICE("tel:201", "<requestedMonitorMediaClass><im>true</im>"
				  "</requestedMonitorMediaClass>"),
		OPERATION("requestIncompatibleWithMedia"));
}

static void limits(void **state)
{
	struct office *o = *state;

	client_open(&o->ca);
	for (int i = 0; i < SESSION_MONITORS_MAX; i++)
		assert_memory_equal(client_ask(&o->ca, DEVICE("tel:201", "")),
			"MonitorStartResponse", 20);
	asks(&o->ca, DEVICE("tel:202", ""),
		"CSTAErrorCode systemResourceAvailibility=overallMonitorLimitExceeded");
	asks(&o->ca, "<MonitorStop><monitorCrossRefID>M1</monitorCrossRefID></MonitorStop>",
		"MonitorStopResponse");
	asks(&o->ca, DEVICE("tel:202", ""), STARTED("M17"));
}

#define TOO_MANY_OF_OBJECT \
	"CSTAErrorCode subscribedResourceAvailability=objectMonitorLimitExceeded"

// A device has so many monitors, in however many sessions; those of its calls are not among them.
static void limits_of_a_device(void **state)
{
	struct office *o = *state;

	client_open(&o->ca);
	client_open(&o->cb);
	client_open(&o->cc);
	for (int i = 0; i < OBJECT_MONITORS_MAX; i++)
		assert_memory_equal(client_ask(i % 2 == 0 ? &o->ca : &o->cb, DEVICE("tel:201", "")),
			"MonitorStartResponse", 20);
	asks(&o->cc, DEVICE("tel:201", ""), TOO_MANY_OF_OBJECT);
	asks(&o->cc, DEVICE("tel:202", ""), STARTED("M33"));
	sim_off_hook(o->a);
	client_hear(&o->ca);
	asks(&o->cc, CALL(ID("C1", "tel:201"), ""), STARTED("M34"));
	asks(&o->ca, "<MonitorStop><monitorCrossRefID>M1</monitorCrossRefID></MonitorStop>",
		"MonitorStopResponse");
	asks(&o->cc, DEVICE("tel:201", ""), STARTED("M35"));
	asks(&o->cc, DEVICE("tel:201", ""), TOO_MANY_OF_OBJECT);
}

static void limits_of_a_call(void **state)
{
	struct office *o = *state;

	client_open(&o->ca);
	client_open(&o->cb);
	client_open(&o->cc);
	asks(&o->ca, DEVICE("tel:201", ""), STARTED("M1"));
	sim_off_hook(o->a);
	client_hear(&o->ca);
	asks(&o->ca, "<MonitorStop><monitorCrossRefID>M1</monitorCrossRefID></MonitorStop>",
		"MonitorStopResponse");
	for (int i = 0; i < OBJECT_MONITORS_MAX; i++)
		assert_memory_equal(client_ask(i % 2 == 0 ? &o->ca : &o->cb,
					    CALL(ID("C1", "tel:201"), "")),
			"MonitorStartResponse", 20);
	asks(&o->cc, CALL(ID("C1", "tel:201"), ""), TOO_MANY_OF_OBJECT);
	assert_memory_equal(client_ask(&o->cc, DEVICE("tel:201", "")), "MonitorStartResponse", 20);
}

// The advanced mode adds what may be asked for next and, with `gcid`, the Global Call ID; a monitor
// of a call has no device to ask for.
static void advanced_mode(void **state)
{
	struct office *o = *state;
	struct config_voice_service *service = &o->rig->config->voice_service;
	const char *heard;

	service->cti_basic_mode = false;
	office_monitor(o);
	sim_off_hook(o->a);
	client_told(&o->ca,
		"ServiceInitiatedEvent M1 initiatedConnection={C1 tel:201 }"
		" initiatingDevice={tel:201 } localConnectionInfo=initiated cause=newCall"
		" servicesPermitted={ callControlServices=clearCall,clearConnection"
		" callAssociatedServices= mediaAttachementServices routeingServices"
		" voiceServices }\n");
	service->gcid = true;
	asks(&o->ca, CALL("<callID>C1</callID>", ""), STARTED("M3"));
	sim_digits(o->a, "202");
	heard = client_hear(&o->ca);
	assert_true(line_has(heard, "OriginatedEvent M1", "servicesPermitted="));
	assert_true(line_has(heard, "OriginatedEvent M1", "callLinkageData="));
	assert_false(line_has(heard, "OriginatedEvent M3", "servicesPermitted="));
	assert_true(line_has(heard, "OriginatedEvent M3", "callLinkageData="));
	heard = client_hear(&o->cb);
	assert_non_null(strstr(heard, "servicesPermitted={ callControlServices=answerCall,"));
	assert_non_null(strstr(heard, "callLinkageData="));
	sim_off_hook(o->b);
	heard = client_hear(&o->cb);
	assert_non_null(strstr(heard, "holdCall"));
	assert_null(strstr(heard, "answerCall"));
	sim_on_hook(o->a);
	heard = client_hear(&o->ca);
	assert_true(line_has(heard, "CallClearedEvent M3", "callLinkageData="));
	service->cti_basic_mode = true;
	sim_off_hook(o->a);
	heard = client_hear(&o->ca);
	assert_null(strstr(heard, "callLinkageData="));
	assert_null(strstr(heard, "servicesPermitted="));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, office_open, office_close)
	const struct CMUnitTest tests[] = {
		TEST(a_call_from_the_side),
		TEST(ways_to_name_a_call),
		TEST(a_call_of_others),
		TEST(a_call_that_may_not_be_watched),
		TEST(a_call_across_a_transfer),
		TEST(a_conference_of_two_lines),
		TEST(a_call_across_a_conference),
		TEST(several_monitors_and_filters),
		TEST(media_classes),
		TEST(limits),
		TEST(limits_of_a_device),
		TEST(limits_of_a_call),
		TEST(advanced_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
