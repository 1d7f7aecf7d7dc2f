// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Bodies in the shapes in which clients are known to send them.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/unit/guard.h"
#include "xmlcodec/csta.h"
#include "xmlcodec/walk.h"

#define ED3 "http://www.ecma-international.org/standards/ecma-323/csta/ed3"
#define ED4 "http://www.ecma-international.org/standards/ecma-323/csta/ed4"

static struct csta_reader reader;
static struct csta_msg msg;

static int set_up(void **state)
{
	(void)state;
	csta_init();
	return csta_reader_init(&reader);
}

static int tear_down(void **state)
{
	(void)state;
	csta_reader_fini(&reader);
	return 0;
}

static enum csta_verdict read_body(const char *xml)
{
	size_t n = strlen(xml);
	char *body = guard_copy(xml, n);
	enum csta_verdict verdict = csta_read(&reader, body, n, &msg);

	guard_free(body, n);
	return verdict;
}

static void assert_read(enum csta_type type, const char *xml)
{
	enum csta_verdict verdict = read_body(xml);

	if (verdict != CSTA_READ_OK)
		print_error("%s at %s: %s\n", csta_verdict_name(verdict), reader.bad_element, xml);
	assert_int_equal(verdict, CSTA_READ_OK);
	assert_int_equal(msg.type, type);
}

static void namespaces(void **state)
{
	(void)state;
	assert_read(CSTA_MONITOR_STOP,
		"<ns3:MonitorStop xmlns:ns3=\"" ED4 "\"><ns3:monitorCrossRefID>43"
		"</ns3:monitorCrossRefID></ns3:MonitorStop>");
	assert_string_equal(msg.body.monitor_stop.cross_ref, "43");
	assert_int_equal(msg.ns, CSTA_NS_ED4);
	assert_read(CSTA_MONITOR_STOP,
		"<MonitorStop><monitorCrossRefID>43</monitorCrossRefID></MonitorStop>");
	assert_int_equal(msg.ns, CSTA_NS_NONE);
	assert_string_equal(csta_ns_string(msg.ns), ED3);
	assert_read(CSTA_MONITOR_STOP,
		"<MonitorStop xmlns=\"http://www.ecmainternational.org/standards/ecma-323/csta/ed5\">"
		"<monitorCrossRefID>43</monitorCrossRefID></MonitorStop>");
	assert_int_equal(msg.ns, CSTA_NS_ED5_NO_HYPHEN);
	assert_read(CSTA_MONITOR_STOP,
		"<MonitorStop xmlns=\"" ED3 "/priv7\">"
		"<monitorCrossRefID>43</monitorCrossRefID></MonitorStop>");
	assert_int_equal(msg.ns, CSTA_NS_ED3_PRIV7);
	assert_read(CSTA_MONITOR_STOP,
		"<MonitorStop xmlns=\"urn:x\"><monitorCrossRefID>43</monitorCrossRefID></MonitorStop>");
	assert_int_equal(msg.ns, CSTA_NS_OTHER);
	assert_true(span_eq(reader.ns, SPAN("urn:x")));
	assert_read(CSTA_SYSTEM_STATUS,
		"<SystemStatus xmlns=\"" ED3 "\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
		" xsi:schemaLocation=\"" ED3 " system-status.xsd\" version='1'/>");
	assert_int_equal(msg.ns, CSTA_NS_ED3);
	for (int ns = CSTA_NS_ED3; ns < CSTA_NS_OTHER; ns++)
		assert_int_equal(csta_ns_find(span_str(csta_ns_string((enum csta_ns)ns))), ns);
}

static void white_space(void **state)
{
	(void)state;
	assert_read(CSTA_MAKE_CALL,
		"\r\n<?xml version=\"1.0\"?>\r\n<!-- dial --><?go now?>\r\n<MakeCall>\r\n"
		"\t<callingDevice>\r\n\t\ttel:201\r\n\t</callingDevice>\r\n"
		"\t<calledDirectoryNumber> </calledDirectoryNumber>\r\n"
		"\t<autoOriginate>\r\n\t\tdoNotPrompt\r\n\t</autoOriginate>\r\n</MakeCall>\r\n\r\n");
	assert_string_equal(msg.body.make_call.calling_device, "tel:201");
	assert_string_equal(msg.body.make_call.called_number, "");
	assert_int_equal(msg.body.make_call.auto_originate, CSTA_AUTO_ORIGINATE_DO_NOT_PROMPT);
	assert_read(CSTA_GET_FORWARDING,
		"\xef\xbb\xbf<GetForwarding><device><![CDATA[N<3021>]]>;noa=nk</device>"
		"</GetForwarding>");
	assert_string_equal(msg.body.get_forwarding.device, "N<3021>;noa=nk");
	assert_read(CSTA_GET_FORWARDING,
		"<GetForwarding><device>N&lt;3021&gt;&#59;a<!-- -->&amp;&#x62;</device>"
		"</GetForwarding>");
	assert_string_equal(msg.body.get_forwarding.device, "N<3021>;a&b");
}

// A long run of blanks is no long text.
static void long_white_space(void **state)
{
	char xml[4096] = "<MonitorStop><monitorCrossRefID>";
	size_t n = strlen(xml);

	(void)state;
	memset(xml + n, ' ', 1000);
	strcpy(xml + n + 1000, "m0007");
	n = strlen(xml);
	memset(xml + n, '\n', 1000);
	strcpy(xml + n + 1000, "</monitorCrossRefID></MonitorStop>");
	assert_read(CSTA_MONITOR_STOP, xml);
	assert_string_equal(msg.body.monitor_stop.cross_ref, "m0007");
}

static void order(void **state)
{
	(void)state;
	assert_read(CSTA_TRANSFER_CALL,
		"<TransferCall><activeCall><deviceID>201</deviceID><callID>2</callID></activeCall>"
		"<heldCall><deviceID typeOfNumber='other' mediaClass='voice'>201</deviceID>"
		"<callID>1</callID></heldCall></TransferCall>");
	assert_string_equal(msg.body.transfer_call.held_call.call_id, "1");
	assert_string_equal(msg.body.transfer_call.held_call.device_id, "201");
	assert_string_equal(msg.body.transfer_call.active_call.call_id, "2");
	assert_read(CSTA_SET_FORWARDING,
		"<SetForwarding><forwardDN>tel:210</forwardDN><activateForward> 1 </activateForward>"
		"<device>201</device></SetForwarding>");
	assert_true(msg.body.set_forwarding.on);
	assert_false(msg.body.set_forwarding.has.type);
	assert_true(msg.body.set_forwarding.has.destination);
}

static void bare_text(void **state)
{
	(void)state;
	assert_read(CSTA_HOLD_CALL, "<HoldCall><callToBeHeld> 17 </callToBeHeld></HoldCall>");
	assert_string_equal(msg.body.hold_call.connection.call_id, "17");
	assert_false(msg.body.hold_call.connection.has.device_id);
	assert_read(CSTA_DO_NOT_DISTURB_EVENT,
		"<DoNotDisturbEvent><monitorCrossRefID>1</monitorCrossRefID><device>201</device>"
		"<doNotDisturbOn>0</doNotDisturbOn></DoNotDisturbEvent>");
	assert_int_equal(msg.body.do_not_disturb_event.device.kind, CSTA_SUBJECT_DEVICE);
	assert_string_equal(msg.body.do_not_disturb_event.device.device, "201");
	assert_read(CSTA_DEFLECT_CALL,
		"<DeflectCall><callToBeDiverted><callID>1</callID></callToBeDiverted>"
		"<newDestination>\n <device>\n  <x>203</x></device>\n</newDestination></DeflectCall>");
	assert_string_equal(msg.body.deflect_call.new_destination, "203");
	assert_read(CSTA_MONITOR_START,
		"<MonitorStart><monitorObject>201</monitorObject></MonitorStart>");
	assert_string_equal(msg.body.monitor_start.object.device, "201");
}

static void unknown_elements(void **state)
{
	(void)state;
	assert_read(CSTA_MAKE_CALL,
		"<MakeCall><privateErrorCode><callingDevice>9</callingDevice></privateErrorCode>"
		"<callingDevice>201</callingDevice><subjectOfCall>hello<b>you</b></subjectOfCall>"
		"<calledDirectoryNumber>202</calledDirectoryNumber><userData><string>00</string>"
		"</userData><correlatorData><string>0a</string></correlatorData></MakeCall>");
	assert_string_equal(msg.body.make_call.calling_device, "201");
	assert_string_equal(msg.body.make_call.correlator, "0a");
	assert_int_equal(reader.skipped, 6);
	assert_read(CSTA_HOLD_CALL,
		"<HoldCall><callToBeHeld><callID>1<junk>2</junk>3</callID><more>4</more>"
		"</callToBeHeld></HoldCall>");
	assert_string_equal(msg.body.hold_call.connection.call_id, "13");
	assert_read(CSTA_HOLD_CALL_RESPONSE,
		"<HoldCallResponse>x<callID>1</callID></HoldCallResponse>");
}

static void private_line(void **state)
{
	static const char *const roots[] = { "GetCSTAFeatures", "RequestSystemStatus" };
	char xml[512];

	(void)state;
	for (int i = 0; i < 2; i++) {
		snprintf(xml, sizeof(xml),
			"<?xml version=\"1.0\"?><%s xmlns=\"" ED3 "\"><extensions><privateData><private>"
			"<lcs:line xmlns:lcs=\"http://schemas.microsoft.com/Lcs/2005/04/RCCExtension\">"
			"tel:73124;phone-context=dialstring;partition=BE_BRS_INT</lcs:line>"
			"</private></privateData></extensions></%s>", roots[i], roots[i]);
		assert_int_equal(read_body(xml), CSTA_READ_OK);
		assert_int_equal(reader.skipped, 0);
		assert_string_equal(i == 0 ? msg.body.get_csta_features.line :
					     msg.body.request_system_status.line,
			"tel:73124;phone-context=dialstring;partition=BE_BRS_INT");
	}
	assert_true(msg.body.request_system_status.has.line);
	assert_false(msg.body.request_system_status.has.register_id);
}

static void spellings(void **state)
{
	struct csta_connection_item *item;

	(void)state;
	assert_read(CSTA_ERROR_CODE,
		"<CSTAErrorCode><systemResourceAvailability>resourceBusy"
		"</systemResourceAvailability></CSTAErrorCode>");
	assert_int_equal(msg.body.error_code.resource, CSTA_RESOURCE_RESOURCE_BUSY);
	assert_read(CSTA_ERROR_CODE,
		"<CSTAErrorCode><operation>invalidMonitorCrossReferenceID</operation></CSTAErrorCode>");
	assert_int_equal(msg.body.error_code.operation,
		CSTA_OPERATION_INVALID_MONITOR_CROSS_REF_ID);
	assert_read(CSTA_ERROR_CODE, "<CSTAErrorCode><unspecified/></CSTAErrorCode>");
	assert_true(msg.body.error_code.has.unspecified);
	assert_read(CSTA_SINGLE_STEP_CONFERENCE_CALL,
		"<SingleStepConference><activeCall>1</activeCall><deviceToJoin>203</deviceToJoin>"
		"</SingleStepConference>");
	for (int i = 0; i < 2; i++) {
		const char *root = i == 0 ? "TransferedEvent" : "TransferredEvent";
		char xml[1024];

		snprintf(xml, sizeof(xml),
			"<%s><monitorCrossRefID>1</monitorCrossRefID><primaryOldCall>1</primaryOldCall>"
			"<transferringDevice><notKnown/></transferringDevice><transferredToDevice>"
			"<deviceID>203</deviceID></transferredToDevice><transferredConnections>"
			"<connectionListItem/><connectionListItem><endpoint><deviceIdentifier>9"
			"</deviceIdentifier></endpoint></connectionListItem></transferredConnections>"
			"<localConnectionInfo>null</localConnectionInfo><cause>transfer</cause></%s>",
			root, root);
		assert_read(CSTA_TRANSFERRED_EVENT, xml);
	}
	assert_int_equal(msg.body.transferred_event.transferring_device.kind,
		CSTA_SUBJECT_NOT_KNOWN);
	assert_int_equal(msg.body.transferred_event.connections.count, 2);
	item = &msg.body.transferred_event.connections.items[0];
	assert_int_equal(item->present, 0);
	assert_string_equal(item[1].endpoint.device, "9");
}

// In lastRedirectionDevice the device is numberDialed in any case, or deviceIdentifier.
static void last_redirection(void **state)
{
	static const char *const names[] = { "numberDialed", "numberdialed", "deviceIdentifier" };
	char xml[1024];

	(void)state;
	for (int i = 0; i < 3; i++) {
		snprintf(xml, sizeof(xml),
			"<EstablishedEvent><monitorCrossRefID>1</monitorCrossRefID>"
			"<establishedConnection>1</establishedConnection><answeringDevice>202"
			"</answeringDevice><callingDevice><restricted/></callingDevice><calledDevice>202"
			"</calledDevice><lastRedirectionDevice><%s>204</%s></lastRedirectionDevice>"
			"<localConnectionInfo>connected</localConnectionInfo><cause>badURI</cause>"
			"</EstablishedEvent>", names[i], names[i]);
		assert_read(CSTA_ESTABLISHED_EVENT, xml);
		assert_int_equal(msg.body.established_event.last_redirection.kind,
			CSTA_SUBJECT_DEVICE);
		assert_string_equal(msg.body.established_event.last_redirection.device, "204");
		assert_int_equal(msg.body.established_event.cause, CSTA_CAUSE_BAD_URI);
	}
}

static void filters(void **state)
{
	(void)state;
	assert_read(CSTA_MONITOR_START,
		"<MonitorStart><requestedMonitorFilter><callControl><delivered>1</delivered>"
		"<held>false</held><future>true</future></callControl><callAssociated>"
		"<dTMFDigitsDetected>true</dTMFDigitsDetected></callAssociated><voiceUnit>"
		"<play>true</play></voiceUnit><maintenance/></requestedMonitorFilter>"
		"<monitorType>device</monitorType><requestedMonitorMediaClass><voice>true</voice>"
		"</requestedMonitorMediaClass><monitorObject><deviceObject>1</deviceObject>"
		"</monitorObject></MonitorStart>");
	assert_true(msg.body.monitor_start.filter ==
		(CSTA_BIT(CSTA_FILTER_DELIVERED) | CSTA_BIT(CSTA_FILTER_DIGITS_GENERATED)));
	assert_int_equal(msg.body.monitor_start.monitor_type, CSTA_MONITOR_TYPE_DEVICE);
	assert_true(msg.body.monitor_start.media_class == CSTA_BIT(CSTA_MEDIA_VOICE));
	assert_int_equal(reader.skipped, 3);
}

static void other_encodings(void **state)
{
	(void)state;
	assert_read(CSTA_GET_FORWARDING,
		"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"
		"<GetForwarding><device>J\xfcrg</device></GetForwarding>");
	assert_string_equal(msg.body.get_forwarding.device, "J\xc3\xbcrg");
	// The next body is not read with the encoding of the last.
	assert_read(CSTA_GET_FORWARDING,
		"<GetForwarding><device>J\xc3\xbcrg</device></GetForwarding>");
	assert_string_equal(msg.body.get_forwarding.device, "J\xc3\xbcrg");
	assert_read(CSTA_GET_FORWARDING,
		"<?xml version='1.0' encoding = 'utf-8' standalone='yes'?>"
		"<GetForwarding><device>1</device></GetForwarding>");
}

// A second element of the same name takes the first one's place.
static void repeated(void **state)
{
	(void)state;
	assert_read(CSTA_HOLD_CALL,
		"<HoldCall><callToBeHeld><callID>1</callID><deviceID>2</deviceID></callToBeHeld>"
		"<callToBeHeld><callID>3</callID></callToBeHeld></HoldCall>");
	assert_string_equal(msg.body.hold_call.connection.call_id, "3");
	assert_false(msg.body.hold_call.connection.has.device_id);
	assert_string_equal(msg.body.hold_call.connection.device_id, "");
}

// More distinct names than a context may keep: it is made anew and goes on reading.
static void names_do_not_pile_up(void **state)
{
	char xml[4096];

	(void)state;
	for (int i = 0; i < 400; i++) {
		size_t n = (size_t)snprintf(xml, sizeof(xml),
			"<HoldCall><callToBeHeld>1</callToBeHeld>");

		for (int k = 0; k < 30; k++)
			n += (size_t)snprintf(xml + n, sizeof(xml) - n, "<n%dx%d a%d='1'/>", i, k,
				k);
		snprintf(xml + n, sizeof(xml) - n, "</HoldCall>");
		assert_read(CSTA_HOLD_CALL, xml);
		assert_int_equal(reader.skipped, 30);
		assert_true(xmlDictSize(reader.parse->ctxt->dict) < 5000);
	}
}

static void long_names_do_not_pile_up(void **state)
{
	static char xml[40000];

	(void)state;
	for (int i = 0; i < 300; i++) {
		size_t n = (size_t)snprintf(xml, sizeof(xml), "<HoldCallResponse><n%d", i);

		memset(xml + n, 'n', 30000);
		strcpy(xml + n + 30000, "/></HoldCallResponse>");
		assert_read(CSTA_HOLD_CALL_RESPONSE, xml);
		// 9 MB of names in all; a dictionary grows fourfold at a time.
		assert_true(xmlDictGetUsage(reader.parse->ctxt->dict) < 4 * 1024 * 1024);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(namespaces),
		cmocka_unit_test(white_space),
		cmocka_unit_test(long_white_space),
		cmocka_unit_test(order),
		cmocka_unit_test(bare_text),
		cmocka_unit_test(unknown_elements),
		cmocka_unit_test(private_line),
		cmocka_unit_test(spellings),
		cmocka_unit_test(last_redirection),
		cmocka_unit_test(filters),
		cmocka_unit_test(other_encodings),
		cmocka_unit_test(repeated),
		cmocka_unit_test(names_do_not_pile_up),
		cmocka_unit_test(long_names_do_not_pile_up),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
