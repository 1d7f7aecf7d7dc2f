// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// SnapshotCall: the parties of a call as they are now.
#include "control/csta/csta.h"
#include "tests/unit/control/client.h"

#define SNAPSHOT_CALL(id) "<SnapshotCall><snapshotObject>" id "</snapshotObject></SnapshotCall>"
#define PARTY(device, state) \
	"{ deviceOnCall={" device " } callIdentifier={C1 " device " }" \
	" localConnectionState=" state " } "
#define PARTIES(list, calling, called) \
	"SnapshotCallResponse crossRefIDorSnapshotData=[ " list "] callingDevice={" calling " }" \
	" calledDevice={" called " }"

static void asks(struct client *client, const char *request, const char *answer)
{
	assert_string_equal(client_ask(client, request), answer);
}

// Each party with its own state, in the words of who asks; by call, by device, by both.
static void a_call_and_its_parties(void **state)
{
	struct office *o = *state;

	office_monitor(o);
	asks(&o->ca, SNAPSHOT_CALL("<callID>1</callID>"),
		"CSTAErrorCode operation=invalidCallID");
	asks(&o->ca, SNAPSHOT_CALL("<deviceID>tel:201</deviceID>"),
		"CSTAErrorCode operation=invalidConnectionID");
	sim_off_hook(o->a);
	client_hear(&o->ca);
	asks(&o->ca, SNAPSHOT_CALL("<callID>C1</callID>"),
		PARTIES(PARTY("sip:201@10.0.0.1", "initiated"), "sip:201@10.0.0.1", " notKnown"));
	sim_digits(o->a, "202");
	asks(&o->ca, SNAPSHOT_CALL("<callID>C1</callID><deviceID>tel:201</deviceID>"),
		PARTIES(PARTY("tel:201", "connected") PARTY("tel:202", "alerting"), "tel:201",
			"tel:202"));
	asks(&o->cb, SNAPSHOT_CALL("<deviceID>202</deviceID>"),
		PARTIES(PARTY("201", "connected") PARTY("202", "alerting"), "201", "202"));
	sim_on_hook(o->a);
	asks(&o->ca, SNAPSHOT_CALL("<callID>C1</callID>"),
		"CSTAErrorCode operation=invalidCallID");
	// A failed far device is a party until the caller has hung up.
	sim_off_hook(o->c);
	sim_off_hook(o->a);
	client_hear(&o->ca);
	sim_digits(o->a, "203");
	asks(&o->ca, SNAPSHOT_CALL("<deviceID>201</deviceID>"),
		"SnapshotCallResponse crossRefIDorSnapshotData=[ { deviceOnCall={201 }"
		" callIdentifier={C2 201 } localConnectionState=connected }"
		" { deviceOnCall={203 } callIdentifier={C2 203 } localConnectionState=fail } ]"
		" callingDevice={201 } calledDevice={203 }");
	asks(&o->ca, SNAPSHOT_CALL("<deviceID>203</deviceID>"),
		"CSTAErrorCode operation=privilegeViolationSpecifiedDevice");
	asks(&o->ca, SNAPSHOT_CALL(""),
		"CSTAErrorCode operation=atLeastOneConditionalParameterNotProvided");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_call_and_its_parties, office_open, office_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
