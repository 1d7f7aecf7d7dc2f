// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Bodies that are refused, and what is said about them.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fill.h"
#include "tests/unit/guard.h"
#include "xmlcodec/csta.h"

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

static enum csta_verdict read_bytes(const char *xml, size_t n)
{
	char *body = guard_copy(xml, n);
	enum csta_verdict verdict = csta_read(&reader, body, n, &msg);

	guard_free(body, n);
	return verdict;
}

static void assert_verdict(enum csta_verdict expected, const char *xml, size_t n)
{
	enum csta_verdict verdict = read_bytes(xml, n);

	if (verdict != expected)
		print_error("%s, not %s: %.*s\n", csta_verdict_name(verdict),
			csta_verdict_name(expected), (int)(n < 200 ? n : 200), xml);
	assert_int_equal(verdict, expected);
	if (expected < CSTA_READ_UNKNOWN_SERVICE) {
		assert_int_equal(msg.type, CSTA_NONE);
		assert_int_equal(reader.ns.n, 0);
		assert_string_equal(reader.bad_element, "");
	}
	// Whatever it was, the next body is read.
	assert_int_equal(read_bytes("<HoldCallResponse/>", 19), CSTA_READ_OK);
	assert_int_equal(msg.type, CSTA_HOLD_CALL_RESPONSE);
}

#define REFUSED(verdict, literal) assert_verdict(verdict, literal, sizeof(literal) - 1)

static void not_well_formed(void **state)
{
	(void)state;
	REFUSED(CSTA_READ_NOT_XML, "");
	REFUSED(CSTA_READ_NOT_XML, " \r\n");
	REFUSED(CSTA_READ_NOT_XML, "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\n");
	REFUSED(CSTA_READ_NOT_XML, "<");
	REFUSED(CSTA_READ_NOT_XML, "<a");
	REFUSED(CSTA_READ_NOT_XML, "<MonitorStop>");
	REFUSED(CSTA_READ_NOT_XML, "<HoldCallResponse/><HoldCallResponse/>");
	REFUSED(CSTA_READ_NOT_XML, "<HoldCallResponse/>x");
	REFUSED(CSTA_READ_NOT_XML, "<HoldCallResponse></holdCallResponse>");
	REFUSED(CSTA_READ_NOT_XML, "<HoldCallResponse a='1' a='2'/>");
	REFUSED(CSTA_READ_NOT_XML, "<HoldCallResponse a=1/>");
	REFUSED(CSTA_READ_NOT_XML, "<HoldCallResponse>a & b</HoldCallResponse>");
	REFUSED(CSTA_READ_NOT_XML, "<HoldCallResponse>&#0;</HoldCallResponse>");
	REFUSED(CSTA_READ_NOT_XML, "<HoldCallResponse>\x01</HoldCallResponse>");
	REFUSED(CSTA_READ_NOT_XML, "<HoldCallResponse>a\0b</HoldCallResponse>");
	REFUSED(CSTA_READ_NOT_XML, "<HoldCallResponse>\xff\xfe</HoldCallResponse>");
	REFUSED(CSTA_READ_NOT_XML, "<HoldCallResponse>J\xfcrg</HoldCallResponse>");
}

static void entities(void **state)
{
	(void)state;
	REFUSED(CSTA_READ_NOT_XML, "<HoldCallResponse>&x;</HoldCallResponse>");
	REFUSED(CSTA_READ_NOT_XML, "<HoldCallResponse a='&x;'/>");
	REFUSED(CSTA_READ_DTD, "<!DOCTYPE HoldCallResponse><HoldCallResponse/>");
	REFUSED(CSTA_READ_DTD, "<!DOCTYPE a SYSTEM 'http://127.0.0.1/a.dtd'><HoldCallResponse/>");
	REFUSED(CSTA_READ_DTD,
		"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
		"<GetForwarding><device>&x;</device></GetForwarding>");
	REFUSED(CSTA_READ_DTD,
		"<!DOCTYPE a [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>"
		"<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;'>]>"
		"<GetForwarding><device>&d;</device></GetForwarding>");
	REFUSED(CSTA_READ_DTD, "<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://127.0.0.1/p'> %p;]><a/>");
	REFUSED(CSTA_READ_NOT_XML, "<HoldCallResponse/><!DOCTYPE a>");
}

static void prefixes(void **state)
{
	(void)state;
	REFUSED(CSTA_READ_NOT_XML, "<q:HoldCallResponse/>");
	REFUSED(CSTA_READ_NOT_XML, "<HoldCallResponse><q:x/></HoldCallResponse>");
	REFUSED(CSTA_READ_NOT_XML, "<HoldCallResponse q:x='1'/>");
	// A prefix that a broken body declared is not known to the next.
	assert_int_equal(read_bytes("<a xmlns:q='urn:q'><b>", 22), CSTA_READ_NOT_XML);
	assert_int_equal(read_bytes("<q:HoldCallResponse/>", 21), CSTA_READ_NOT_XML);
	assert_int_equal(read_bytes("<a xmlns:q='urn:q'/>", 20), CSTA_READ_UNKNOWN_SERVICE);
	assert_int_equal(read_bytes("<q:HoldCallResponse/>", 21), CSTA_READ_NOT_XML);
}

static void encodings(void **state)
{
	(void)state;
	REFUSED(CSTA_READ_BAD_ENCODING, "<?xml version='1.0' encoding='UTF-16'?><a/>");
	REFUSED(CSTA_READ_BAD_ENCODING, "<?xml version='1.0' encoding='UTF-7'?><a/>");
	REFUSED(CSTA_READ_BAD_ENCODING, "<?xml version='1.0' encoding\n=\n\"EBCDIC-CP-US\"?><a/>");
	REFUSED(CSTA_READ_BAD_ENCODING, "<\0a\0/\0>\0");
	REFUSED(CSTA_READ_NOT_XML, "\xff\xfe<\0a\0/\0>\0");
	REFUSED(CSTA_READ_NOT_XML, "\xfe\xff\0<\0a\0/\0>");
	REFUSED(CSTA_READ_NOT_XML, "\x4c\x6f\xa7\x94\x93");
	REFUSED(CSTA_READ_NOT_XML, "<?xml version='1.0' encoding='UTF-8'?><a>J\xfcrg</a>");
	REFUSED(CSTA_READ_NOT_XML, "<?xml version='1.0' encoding='US-ASCII'?><a>J\xfcrg</a>");
	REFUSED(CSTA_READ_NOT_XML, "<?xml version='?>' encoding='UTF-7'?><a/>");
}

// head, then `times` times the unit, then tail.
static enum csta_verdict read_repeated(const char *head, const char *unit, size_t times,
	const char *tail)
{
	size_t n = strlen(head) + times * strlen(unit) + strlen(tail);
	char *xml = malloc(n + 1);
	char *p = stpcpy(xml, head);
	enum csta_verdict verdict;

	while (times-- > 0)
		p = stpcpy(p, unit);
	stpcpy(p, tail);
	verdict = read_bytes(xml, n);
	free(xml);
	return verdict;
}

static void limits(void **state)
{
	char tail[8 * CSTA_DEPTH_MAX + 1] = "";

	(void)state;
	// As many as may be, then one more.
	for (int i = 0; i < CSTA_DEPTH_MAX; i++)
		strcat(tail, "</a>");
	assert_int_equal(read_repeated("", "<a>", CSTA_DEPTH_MAX, tail), CSTA_READ_UNKNOWN_SERVICE);
	strcat(tail, "</a>");
	assert_int_equal(read_repeated("", "<a>", CSTA_DEPTH_MAX + 1, tail), CSTA_READ_TOO_DEEP);
	assert_int_equal(read_repeated("", "<a>", 20000, ""), CSTA_READ_TOO_DEEP);
	assert_int_equal(read_repeated("<MakeCallResponse><callingDevice>", "<callID>", 20, ""),
		CSTA_READ_NOT_XML);
	assert_int_equal(read_repeated("<HoldCallResponse>", "<a/>", CSTA_ELEMENTS_MAX - 1,
				 "</HoldCallResponse>"), CSTA_READ_OK);
	assert_int_equal(read_repeated("<HoldCallResponse>", "<a/>", CSTA_ELEMENTS_MAX,
				 "</HoldCallResponse>"), CSTA_READ_TOO_MANY_ELEMENTS);
	assert_int_equal(read_repeated("<HoldCallResponse>", "<a/>", 10000, "</HoldCallResponse>"),
		CSTA_READ_TOO_MANY_ELEMENTS);
	assert_int_equal(read_repeated("<HoldCallResponse>", "<a b=''/>", CSTA_ATTRIBUTES_MAX,
				 "</HoldCallResponse>"), CSTA_READ_OK);
	assert_int_equal(read_repeated("<HoldCallResponse>", "<a b=''/>", CSTA_ATTRIBUTES_MAX + 1,
				 "</HoldCallResponse>"), CSTA_READ_TOO_MANY_ATTRIBUTES);
	assert_int_equal(read_repeated("<HoldCallResponse>", "x", CSTA_BODY_MAX - 37,
				 "</HoldCallResponse>"), CSTA_READ_OK);
	assert_int_equal(read_repeated("<HoldCallResponse>", "x", CSTA_BODY_MAX - 36,
				 "</HoldCallResponse>"), CSTA_READ_TOO_LARGE);
}

static void long_text(void **state)
{
	(void)state;
	assert_int_equal(read_repeated("<GetForwarding><device>", "1", CSTA_DEVICE_SIZE - 1,
				 "</device></GetForwarding>"), CSTA_READ_OK);
	assert_int_equal(strlen(msg.body.get_forwarding.device), CSTA_DEVICE_SIZE - 1);
	assert_int_equal(read_repeated("<GetForwarding><device>", "1", CSTA_DEVICE_SIZE,
				 "</device></GetForwarding>"), CSTA_READ_TEXT_TOO_LONG);
	assert_string_equal(reader.bad_element, "device");
	assert_string_equal(msg.body.get_forwarding.device, "");
	assert_int_equal(read_repeated("<GetForwarding><device>", "&lt;", 5000,
				 "</device></GetForwarding>"), CSTA_READ_TEXT_TOO_LONG);
	assert_int_equal(read_repeated("<HoldCall><callToBeHeld>", "1", 60000,
				 "</callToBeHeld></HoldCall>"), CSTA_READ_TEXT_TOO_LONG);
	assert_int_equal(read_repeated("<SystemStatus><systemStatus>", "1", 300,
				 "</systemStatus></SystemStatus>"), CSTA_READ_TEXT_TOO_LONG);
	assert_int_equal(msg.type, CSTA_SYSTEM_STATUS);
	// 64 blanks inside a text count as text.
	assert_int_equal(read_repeated("<GetForwarding><device>1", " ", 400,
				 "2</device></GetForwarding>"), CSTA_READ_TEXT_TOO_LONG);
}

struct fault {
	enum csta_verdict verdict;
	enum csta_type type;
	const char *bad_element;
	const char *xml;
};

static const struct fault faults[] = {
	{ CSTA_READ_UNKNOWN_SERVICE, CSTA_UNKNOWN, "ParkCall",
		"<ParkCall xmlns='urn:x'><parking>1</parking></ParkCall>" },
	{ CSTA_READ_UNKNOWN_SERVICE, CSTA_UNKNOWN, "callID", "<callID>1</callID>" },
	{ CSTA_READ_MISSING_ELEMENT, CSTA_MAKE_CALL, "callingDevice", "<MakeCall/>" },
	{ CSTA_READ_MISSING_ELEMENT, CSTA_MAKE_CALL, "calledDirectoryNumber",
		"<MakeCall><callingDevice>1</callingDevice></MakeCall>" },
	{ CSTA_READ_MISSING_ELEMENT, CSTA_MONITOR_START, "monitorObject", "<MonitorStart/>" },
	{ CSTA_READ_MISSING_ELEMENT, CSTA_MONITOR_START, "monitorObject",
		"<MonitorStart><monitorObject><x>1</x></monitorObject></MonitorStart>" },
	{ CSTA_READ_MISSING_ELEMENT, CSTA_TRANSFER_CALL, "activeCall",
		"<TransferCall><heldCall>1</heldCall></TransferCall>" },
	{ CSTA_READ_MISSING_ELEMENT, CSTA_HOLD_CALL, "callToBeHeld",
		"<HoldCall><callToBeHeld> </callToBeHeld></HoldCall>" },
	{ CSTA_READ_MISSING_ELEMENT, CSTA_SET_DO_NOT_DISTURB, "doNotDisturbOn",
		"<SetDoNotDisturb><device>1</device><doNotDisturbOn/></SetDoNotDisturb>" },
	{ CSTA_READ_MISSING_ELEMENT, CSTA_SNAPSHOT_DEVICE_RESPONSE, "crossRefIDorSnapshotData",
		"<SnapshotDeviceResponse/>" },
	{ CSTA_READ_MISSING_ELEMENT, CSTA_ERROR_CODE, "CSTAErrorCode", "<CSTAErrorCode/>" },
	{ CSTA_READ_BAD_VALUE, CSTA_SET_DO_NOT_DISTURB, "doNotDisturbOn",
		"<SetDoNotDisturb><device>1</device><doNotDisturbOn>on</doNotDisturbOn>"
		"</SetDoNotDisturb>" },
	{ CSTA_READ_BAD_VALUE, CSTA_SET_FORWARDING, "forwardingType",
		"<SetForwarding><device>1</device><forwardingType>immediate</forwardingType>"
		"<activateForward>true</activateForward></SetForwarding>" },
	{ CSTA_READ_BAD_VALUE, CSTA_SET_FORWARDING, "ringCount",
		"<SetForwarding><device>1</device><activateForward>true</activateForward>"
		"<ringCount>-1</ringCount></SetForwarding>" },
	{ CSTA_READ_BAD_VALUE, CSTA_MONITOR_START, "requestedMonitorFilter",
		"<MonitorStart><monitorObject>1</monitorObject><requestedMonitorFilter><callcontrol>"
		"<held>yes</held></callcontrol></requestedMonitorFilter></MonitorStart>" },
	{ CSTA_READ_BAD_VALUE, CSTA_MONITOR_START, "requestedMonitorFilter",
		"<MonitorStart><monitorObject>1</monitorObject><requestedMonitorFilter><callcontrol>"
		"<held/></callcontrol></requestedMonitorFilter></MonitorStart>" },
	{ CSTA_READ_BAD_VALUE, CSTA_MONITOR_START, "monitorObject",
		"<MonitorStart><monitorObject><deviceObject>1</deviceObject><callObject>2"
		"</callObject></monitorObject></MonitorStart>" },
	{ CSTA_READ_BAD_VALUE, CSTA_ERROR_CODE, "operation",
		"<CSTAErrorCode><operation>busy</operation></CSTAErrorCode>" },
	// What is missing comes before what is wrong, wherever it stands.
	{ CSTA_READ_MISSING_ELEMENT, CSTA_SET_FORWARDING, "activateForward",
		"<SetForwarding><device>1</device><forwardingType>immediate</forwardingType>"
		"</SetForwarding>" },
	{ CSTA_READ_BAD_VALUE, CSTA_GET_FORWARDING_RESPONSE, "forwardingList",
		"<GetForwardingResponse><forwardingList>"
		"<forwardListItem><forwardStatus>1</forwardStatus></forwardListItem>"
		"<forwardListItem><forwardStatus>1</forwardStatus></forwardListItem>"
		"<forwardListItem><forwardStatus>1</forwardStatus></forwardListItem>"
		"<forwardListItem><forwardStatus>1</forwardStatus></forwardListItem>"
		"<forwardListItem><forwardStatus>1</forwardStatus></forwardListItem>"
		"<forwardListItem><forwardStatus>1</forwardStatus></forwardListItem>"
		"<forwardListItem><forwardStatus>1</forwardStatus></forwardListItem>"
		"</forwardingList></GetForwardingResponse>" },
};

static void faults_of_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		const struct fault *f = &faults[i];
		enum csta_verdict verdict = read_bytes(f->xml, strlen(f->xml));

		if (verdict != f->verdict)
			print_error("%s: %s\n", csta_verdict_name(verdict), f->xml);
		assert_int_equal(verdict, f->verdict);
		assert_int_equal(msg.type, f->type);
		assert_string_equal(reader.bad_element, f->bad_element);
	}
}

// Documents with bytes changed, left out and put in: never a fault of memory, and what is read can
// be written and read again.
static void spoilt(void **state)
{
	static char xml[CSTA_BODY_MAX];
	static char again[CSTA_BODY_MAX];
	uint64_t seed = 0x5eed;
	unsigned ok = 0;

	(void)state;
	for (int i = 0; i < 12000; i++) {
		enum csta_type type = CSTA_UNKNOWN + 1 +
			fill_random(&seed, CSTA_TYPES - CSTA_UNKNOWN - 1);
		size_t n;

		fill_msg(&msg, type, &seed);
		n = (size_t)csta_write(&msg, NULL, xml, sizeof(xml));
		for (uint32_t k = 1 + fill_random(&seed, 3); k > 0; k--) {
			size_t at = fill_random(&seed, (uint32_t)n);

			switch (fill_random(&seed, 3)) {
			case 0:
				xml[at] = "<>/&;=\"' a\x80\0"[fill_random(&seed, 12)];
				break;
			case 1:
				memmove(xml + at, xml + at + 1, --n - at);
				break;
			case 2:
				xml[at] = (char)fill_random(&seed, 256);
				break;
			}
		}
		if (read_bytes(xml, n) != CSTA_READ_OK)
			continue;
		ok++;
		assert_true(csta_write(&msg, NULL, again, sizeof(again)) > 0);
	}
	assert_true(ok > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(not_well_formed),
		cmocka_unit_test(entities),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(encodings),
		cmocka_unit_test(limits),
		cmocka_unit_test(long_text),
		cmocka_unit_test(faults_of_messages),
		cmocka_unit_test(spoilt),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
