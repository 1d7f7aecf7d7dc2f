// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Services that replace a party of a call, and the events at all three monitors, to the letter:
// 202 has two channels and talks to 201; 206 is the one it asks.
#include <stdio.h>
#include <string.h>

#include "control/csta/csta.h"
#include "tests/unit/control/client.h"

#define ID(call, device) "<callID>" call "</callID><deviceID>" device "</deviceID>"
#define CONSULT(existing, to) \
	"<ConsultationCall><existingCall>" existing "</existingCall><consultedDevice>" to \
	"</consultedDevice></ConsultationCall>"
#define TWO(service, held, active) \
	"<" service "><heldCall>" held "</heldCall><activeCall>" active "</activeCall></" service ">"
#define RECONNECT(active, held) \
	"<ReconnectCall><activeCall>" active "</activeCall><heldCall>" held \
	"</heldCall></ReconnectCall>"
#define SINGLE(active, to) \
	"<SingleStepTransferCall><activeCall>" active "</activeCall><transferredTo>" to \
	"</transferredTo></SingleStepTransferCall>"
#define DEFLECT(call, to) \
	"<DeflectCall><callToBeDiverted>" call "</callToBeDiverted><newDestination>" to \
	"</newDestination></DeflectCall>"

#define PARTIES(calling, called, last) \
	" callingDevice={" calling " } calledDevice={" called " } lastRedirectionDevice={" last " }"
#define LOCAL(local, cause) " localConnectionInfo=" local " cause=" cause "\n"
#define ONE(name, m, role, call, at, device, local, cause) \
	name "Event " m " " role "Connection={" call " " at " } " device "={" at " }" \
		LOCAL(local, cause)
#define HELD(m, call, at, local, cause) \
	ONE("Held", m, "held", call, at, "holdingDevice", local, cause)
#define RETRIEVED(m, call, at, local, cause) \
	ONE("Retrieved", m, "retrieved", call, at, "retrievingDevice", local, cause)
#define INITIATED(m, call, at, cause) \
	ONE("ServiceInitiated", m, "initiated", call, at, "initiatingDevice", "initiated", cause)
#define ORIGINATED(m, call, at, called, cause) \
	"OriginatedEvent " m " originatedConnection={" call " " at " } callingDevice={" at \
	" } calledDevice={" called " }" LOCAL("connected", cause)
#define DELIVERED(m, call, at, parties, local, cause) \
	"DeliveredEvent " m " connection={" call " " at " } alertingDevice={" at " }" parties \
		LOCAL(local, cause)
#define ESTABLISHED(m, call, at, parties, local, cause) \
	"EstablishedEvent " m " establishedConnection={" call " " at " } answeringDevice={" at \
	" }" parties LOCAL(local, cause)
#define CLEARED(m, call, at, by, local, cause) \
	"ConnectionClearedEvent " m " droppedConnection={" call " " at " } releasingDevice={" by \
	" }" LOCAL(local, cause)
#define ITEM(call, old, at) \
	"{ newConnection={" call " " at " } oldConnection={" old " " at " } endpoint={ " at \
	" } }"
#define TRANSFERRED(m, old, to, list, local, cause) \
	"TransferedEvent " m " " old " transferringDevice={tel:202 } transferredToDevice={" to \
	" } transferredConnections=[ " list " ]" LOCAL(local, cause)
#define BOTH_OLD "primaryOldCall={C1 tel:202 } secondaryOldCall={C2 tel:202 }"
#define REST ITEM("C1", "C1", "tel:201") " " ITEM("C1", "C2", "tel:206")

// M1 of 201, M2 of 202, M3 of 206; 201 and 202 talk in C1.
static void begin(struct office *o)
{
	office_monitor(o);
	snprintf(o->cc.open.to_uri, URI_TEXT_SIZE, "sip:206@10.0.0.1");
	client_open(&o->cc);
	assert_string_equal(client_ask(&o->cc, "<MonitorStart><monitorObject><deviceObject>tel:206"
					       "</deviceObject></monitorObject></MonitorStart>"),
		"MonitorStartResponse M3 monitorExistingCalls=true");
	office_talk(o);
	o->ca.seen = 0; // the first event names C1
	client_hear(&o->ca);
}

static void told(struct office *o, const char *a, const char *b, const char *c)
{
	client_told(&o->ca, a);
	client_told(&o->cb, b);
	client_told(&o->cc, c);
}

static void deaf(struct office *o)
{
	o->ca.seen = o->cb.seen = o->cc.seen = o->rig->command_count;
}

static void asks(struct client *client, const char *request, const char *answer)
{
	assert_string_equal(client_ask(client, request), answer);
}

static void consult(struct office *o)
{
	asks(&o->cb, CONSULT(ID("C1", "tel:202"), "tel:206"),
		"ConsultationCallResponse initiatedCall={C2 tel:202 }");
}

// Consultation, 206 answers, transfer.
static void two_steps(void **state)
{
	struct office *o = *state;

	begin(o);
	consult(o);
	told(o, HELD("M1", "C1", "tel:202", "connected", "consultation"),
		HELD("M2", "C1", "tel:202", "hold", "consultation")
		INITIATED("M2", "C2", "tel:202", "consultation")
		ORIGINATED("M2", "C2", "tel:202", "tel:206", "consultation")
		DELIVERED("M2", "C2", "tel:206", PARTIES("tel:202", "tel:206", " notRequired"),
			"connected", "newCall"),
		DELIVERED("M3", "C2", "tel:206", PARTIES("tel:202", "tel:206", " notRequired"),
			"alerting", "newCall"));
	sim_off_hook(o->d);
	told(o, "",
		ESTABLISHED("M2", "C2", "tel:206", PARTIES("tel:202", "tel:206", " notRequired"),
			"connected", "newCall"),
		ESTABLISHED("M3", "C2", "tel:206", PARTIES("tel:202", "tel:206", " notRequired"),
			"connected", "newCall"));
	asks(&o->cb, TWO("TransferCall", ID("C1", "tel:202"), ID("C2", "tel:202")),
		"TransferCallResponse transferredCall={C1 tel:206 } connections=[ " REST " ]");
	told(o, TRANSFERRED("M1", BOTH_OLD, "tel:206", REST, "connected", "transfer"),
		TRANSFERRED("M2", BOTH_OLD, "tel:206", REST, "null", "transfer"),
		TRANSFERRED("M3", BOTH_OLD, "tel:206", REST, "connected", "transfer"));
	asks(&o->ca, "<SnapshotDevice><snapshotObject>tel:201</snapshotObject></SnapshotDevice>",
		"SnapshotDeviceResponse crossRefIDorSnapshotData=[ { connectionIdentifier="
		"{C1 tel:201 } localCallState=[ connected connected ] } ]");
	sim_on_hook(o->a);
	told(o, CLEARED("M1", "C1", "tel:201", "tel:201", "null", "normalClearing"), "",
		CLEARED("M3", "C1", "tel:201", "tel:201", "connected", "normalClearing")
		CLEARED("M3", "C1", "tel:206", "tel:201", "null", "normalClearing"));
}

// While 206 still rings; the roles may be exchanged, and the calls named alone.
static void two_steps_blind(void **state)
{
	struct office *o = *state;

	begin(o);
	consult(o);
	deaf(o);
	asks(&o->cb, TWO("TransferCall", "<callID>C2</callID>", "<callID>C1</callID>"),
		"TransferCallResponse transferredCall={C1 tel:206 } connections=[ " REST " ]");
	told(o, TRANSFERRED("M1", BOTH_OLD, "tel:206", REST, "connected", "transfer"),
		TRANSFERRED("M2", BOTH_OLD, "tel:206", REST, "null", "transfer"),
		TRANSFERRED("M3", BOTH_OLD, "tel:206", REST, "alerting", "transfer"));
	sim_off_hook(o->d);
	told(o,
		ESTABLISHED("M1", "C1", "tel:206", PARTIES("tel:201", "tel:206", " notRequired"),
			"connected", "transfer"),
		"",
		ESTABLISHED("M3", "C1", "tel:206", PARTIES("tel:201", "tel:206", " notRequired"),
			"connected", "transfer"));
}

static void single_step(void **state)
{
	struct office *o = *state;

	begin(o);
	asks(&o->cb, SINGLE(ID("C1", "tel:202"), "tel:206"),
		"SingleStepTransferCallResponse transferredCall={C1 tel:206 } connections=[ " ITEM(
			"C1", "C1", "tel:201") " ]");
	told(o,
		TRANSFERRED("M1", "primaryOldCall={C1 tel:202 }", "tel:206",
			ITEM("C1", "C1", "tel:201"), "connected", "singleStepTransfer")
		DELIVERED("M1", "C1", "tel:206", PARTIES("tel:201", "tel:206", " notRequired"),
			"connected", "singleStepTransfer"),
		TRANSFERRED("M2", "primaryOldCall={C1 tel:202 }", "tel:206",
			ITEM("C1", "C1", "tel:201"), "null", "singleStepTransfer"),
		DELIVERED("M3", "C1", "tel:206", PARTIES("tel:201", "tel:206", " notRequired"),
			"alerting", "singleStepTransfer"));
	sim_off_hook(o->d);
	told(o,
		ESTABLISHED("M1", "C1", "tel:206", PARTIES("tel:201", "tel:206", " notRequired"),
			"connected", "singleStepTransfer"),
		"",
		ESTABLISHED("M3", "C1", "tel:206", PARTIES("tel:201", "tel:206", " notRequired"),
			"connected", "singleStepTransfer"));
}

static void alternate_and_reconnect(void **state)
{
	struct office *o = *state;

	begin(o);
	consult(o);
	sim_off_hook(o->d);
	deaf(o);
	asks(&o->cb, TWO("AlternateCall", ID("C1", "tel:202"), ID("C2", "tel:202")),
		"AlternateCallResponse");
	told(o, RETRIEVED("M1", "C1", "tel:202", "connected", "alternate"),
		HELD("M2", "C2", "tel:202", "hold", "alternate")
		RETRIEVED("M2", "C1", "tel:202", "connected", "alternate"),
		HELD("M3", "C2", "tel:202", "connected", "alternate"));
	asks(&o->cb, TWO("AlternateCall", ID("C2", "tel:202"), ID("C1", "tel:202")),
		"AlternateCallResponse");
	deaf(o);
	asks(&o->cb, RECONNECT(ID("C2", "tel:202"), ID("C1", "tel:202")), "ReconnectCallResponse");
	told(o, RETRIEVED("M1", "C1", "tel:202", "connected", "normal"),
		CLEARED("M2", "C2", "tel:202", "tel:202", "null", "normalClearing")
		RETRIEVED("M2", "C1", "tel:202", "connected", "normal"),
		CLEARED("M3", "C2", "tel:202", "tel:202", "connected", "normalClearing")
		CLEARED("M3", "C2", "tel:206", "tel:202", "null", "normalClearing"));
}

static void deflect(void **state)
{
	struct office *o = *state;

	begin(o);
	sim_on_hook(o->a);
	rig_forget(o->rig);
	deaf(o);
	sim_enbloc(o->a, "202");
	client_hear(&o->ca);
	deaf(o);
	asks(&o->cb, DEFLECT(ID("C2", "tel:202"), "tel:206"), "DeflectCallResponse");
	told(o,
		"DivertedEvent M1 connection={C2 tel:202 } divertingDevice={tel:202 }"
		" newDestination={tel:206 }" PARTIES("tel:201", "tel:202", " notRequired")
			LOCAL("connected", "redirected")
		DELIVERED("M1", "C2", "tel:206", PARTIES("tel:201", "tel:202", "tel:202"),
			"connected", "redirected"),
		"DivertedEvent M2 connection={C2 tel:202 } divertingDevice={tel:202 }"
		" newDestination={tel:206 }" PARTIES("tel:201", "tel:202", " notRequired")
			LOCAL("null", "redirected"),
		DELIVERED("M3", "C2", "tel:206", PARTIES("tel:201", "tel:202", "tel:202"),
			"alerting", "redirected"));
}

static void clear_call(void **state)
{
	struct office *o = *state;

	begin(o);
	asks(&o->cb, "<ClearCall><callToBeCleared>" ID("C1", "tel:202")
		"</callToBeCleared></ClearCall>", "ClearCallResponse");
	told(o,
		CLEARED("M1", "C1", "tel:202", "tel:202", "connected", "normalClearing")
		CLEARED("M1", "C1", "tel:201", "tel:202", "null", "normalClearing"),
		CLEARED("M2", "C1", "tel:202", "tel:202", "null", "normalClearing"), "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, office_open, office_close)
	const struct CMUnitTest tests[] = {
		TEST(two_steps),
		TEST(two_steps_blind),
		TEST(single_step),
		TEST(alternate_and_reconnect),
		TEST(deflect),
		TEST(clear_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
