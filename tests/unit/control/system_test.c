// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// System status both ways, and the registrations for it.
#include <stdio.h>
#include <string.h>

#include "control/csta/csta.h"
#include "tests/unit/control/client.h"

#define OPERATION(word) "CSTAErrorCode operation=" word
#define REGISTER(types, filter) \
	"<SystemRegister><requestTypes>" types "</requestTypes>" filter "</SystemRegister>"
#define CANCEL(id) \
	"<SystemRegisterCancel><sysStatRegisterID>" id "</sysStatRegisterID></SystemRegisterCancel>"
#define STATUS "<systemStatus>true</systemStatus>"

static void asks(struct client *client, const char *request, const char *answer)
{
	assert_string_equal(client_ask(client, request), answer);
}

// Each registration is told under its id what its filter lets through; without any the status comes
// as such.
static void status_to_registrations(void **state)
{
	struct office *o = *state;

	client_open(&o->ca);
	client_lose(&o->ca, 1);
	client_told(&o->ca, "SystemStatus systemStatus=messagesLost\n");
	asks(&o->ca, REGISTER(STATUS, ""), "SystemRegisterResponse sysStatRegisterID=s1-1");
	asks(&o->ca,
		REGISTER(STATUS, "<requestedStatusFilter><messageLost>true</messageLost>"
				 "</requestedStatusFilter>"),
		"SystemRegisterResponse sysStatRegisterID=s1-2 actualStatusFilter=messageLost");
	client_lose(&o->ca, 1);
	client_told(&o->ca, "SystemStatus sysStatRegisterID=s1-1 systemStatus=messagesLost\n");
	asks(&o->ca, REGISTER(STATUS, ""),
		"CSTAErrorCode systemResourceAvailibility=registrationLimitExceeded");
	asks(&o->ca, CANCEL("s1-1"), "SystemRegisterCancelResponse");
	client_lose(&o->ca, 1);
	client_told(&o->ca, "");
	asks(&o->ca, CANCEL("s1-1"), OPERATION("sysStatRegIDNotSupported"));
	asks(&o->ca, REGISTER(STATUS, ""), "SystemRegisterResponse sysStatRegisterID=s1-3");
	sessions_shutdown(&o->rig->engine);
	client_told(&o->ca, "SystemStatus sysStatRegisterID=s1-3 systemStatus=disabled\n"
			    "SystemStatus sysStatRegisterID=s1-2 systemStatus=disabled\nBYE\n");
}

// Who registered is told of overload, who only has a session is not; sessions are opened as ever.
static void overload_is_told(void **state)
{
	struct office *o = *state;
	struct engine *engine = &o->rig->engine;

	client_open(&o->ca);
	asks(&o->ca, REGISTER(STATUS, ""), "SystemRegisterResponse sysStatRegisterID=s1-1");
	asks(&o->ca,
		REGISTER(STATUS, "<requestedStatusFilter><overloadImminent>true</overloadImminent>"
				 "</requestedStatusFilter>"),
		"SystemRegisterResponse sysStatRegisterID=s1-2 "
		"actualStatusFilter=overloadImminent");
	sessions_load_changed(engine, CSTA_STATUS_OVERLOAD_IMMINENT);
	engine_turn(engine);
	client_told(&o->ca, "SystemStatus sysStatRegisterID=s1-1 systemStatus=overloadImminent\n");
	asks(&o->ca, "<RequestSystemStatus/>",
		"RequestSystemStatusResponse systemStatus=overloadImminent");
	assert_string_equal(client_invite(&o->cb, "<RequestSystemStatus/>"),
		"200 1800 RequestSystemStatusResponse systemStatus=normal");
	sessions_load_changed(engine, CSTA_STATUS_OVERLOAD_REACHED);
	engine_turn(engine);
	client_told(&o->ca, "SystemStatus sysStatRegisterID=s1-1 systemStatus=overloadReached\n"
			    "SystemStatus sysStatRegisterID=s1-2 systemStatus=overloadReached\n");
	client_told(&o->cb, "");
	sessions_load_changed(engine, CSTA_STATUS_OVERLOAD_RELIEVED);
	engine_turn(engine);
	client_told(&o->ca, "SystemStatus sysStatRegisterID=s1-1 systemStatus=overloadRelieved\n"
			    "SystemStatus sysStatRegisterID=s1-2 systemStatus=overloadRelieved\n");
	asks(&o->ca, "<RequestSystemStatus/>", "RequestSystemStatusResponse systemStatus=normal");
}

static void ids_are_checked(void **state)
{
	struct office *o = *state;

	client_open(&o->ca);
	asks(&o->ca, "<RequestSystemStatus><sysStatRegisterID>s1-1</sysStatRegisterID>"
		     "</RequestSystemStatus>",
		OPERATION("sysStatRegIDNotSupported"));
	asks(&o->ca, REGISTER(STATUS, ""), "SystemRegisterResponse sysStatRegisterID=s1-1");
	asks(&o->ca, "<RequestSystemStatus><sysStatRegisterID>s1-1</sysStatRegisterID>"
		     "</RequestSystemStatus>",
		"RequestSystemStatusResponse systemStatus=normal");
	asks(&o->ca, "<SystemStatus><sysStatRegisterID>s1-1</sysStatRegisterID>"
		     "<systemStatus>normal</systemStatus></SystemStatus>",
		"SystemStatusResponse");
	asks(&o->ca, "<SystemStatus><sysStatRegisterID>x</sysStatRegisterID>"
		     "<systemStatus>normal</systemStatus></SystemStatus>",
		OPERATION("sysStatRegIDNotSupported"));
	asks(&o->ca, "<SystemStatus><systemStatus>odd</systemStatus></SystemStatus>",
		OPERATION("invalidParameterValue"));
	asks(&o->ca, REGISTER("", ""), OPERATION("atLeastOneConditionalParameterNotProvided"));
	asks(&o->ca, "<SystemRegister/>", OPERATION("atLeastOneConditionalParameterNotProvided"));
	// Somebody else's.
	client_open(&o->cb);
	asks(&o->cb, CANCEL("s1-1"), OPERATION("sysStatRegIDNotSupported"));
}

// Who wants to be asked is, for as long as it stays registered; the answer is welcome in an INFO.
static void clients_are_asked(void **state)
{
	struct office *o = *state;

	client_open(&o->ca);
	asks(&o->ca, REGISTER("<requestSystemStatus>true</requestSystemStatus>", ""),
		"SystemRegisterResponse sysStatRegisterID=s1-1");
	rig_wait(o->rig, 179);
	client_told(&o->ca, "");
	rig_wait(o->rig, 1);
	client_told(&o->ca, "RequestSystemStatus sysStatRegisterID=s1-1\n");
	asks(&o->ca, "<RequestSystemStatusResponse><systemStatus>normal</systemStatus>"
		     "</RequestSystemStatusResponse>",
		"-");
	rig_wait(o->rig, 180);
	client_told(&o->ca, "RequestSystemStatus sysStatRegisterID=s1-1\n");
	// It asked for no status: that comes without a registration's id.
	client_lose(&o->ca, 1);
	client_told(&o->ca, "SystemStatus systemStatus=messagesLost\n");
	asks(&o->ca, CANCEL("s1-1"), "SystemRegisterCancelResponse");
	rig_wait(o->rig, 400);
	client_told(&o->ca, "");
}

// Other devices than before: said once, and not when a change made no difference.
static void devices_change(void **state)
{
	struct office *o = *state;

	client_open(&o->ca);
	asks(&o->ca,
		REGISTER("<switchingFunctionDevicesChanged>true"
			 "</switchingFunctionDevicesChanged>",
			""),
		"SystemRegisterResponse sysStatRegisterID=s1-1");
	engine_dn_changed(&o->rig->engine, 2);
	client_told(&o->ca, "");
	config_dn_get(o->rig->config, 2)->own.cti_watch = SETTING_OFF;
	engine_dn_changed(&o->rig->engine, 2);
	client_told(&o->ca, "SwFunctionDevicesChanged sysStatRegisterID=s1-1\n");
	engine_dn_changed(&o->rig->engine, 2);
	client_told(&o->ca, "");
	// Its own line: the registration goes with the session.
	config_dn_get(o->rig->config, 1)->own.cti_watch = SETTING_OFF;
	engine_dn_changed(&o->rig->engine, 1);
	client_told(&o->ca, "SystemRegisterAbort sysStatRegisterID=s1-1\nBYE\n");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, office_open, office_close)
	const struct CMUnitTest tests[] = {
		TEST(status_to_registrations),
		TEST(overload_is_told),
		TEST(ids_are_checked),
		TEST(clients_are_asked),
		TEST(devices_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
