// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The capability exchange: nothing is claimed that is refused, nothing is served that is not
// claimed; what devices there are and what they are able to do.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/csta/csta.h"
#include "tests/unit/control/client.h"

#define OPERATION(word) "CSTAErrorCode operation=" word
#define DEVICES(rest) "<GetSwitchingFunctionDevices>" rest "</GetSwitchingFunctionDevices>"

static void asks(struct client *client, const char *request, const char *answer)
{
	assert_string_equal(client_ask(client, request), answer);
}

// --- GetCSTAFeatures -----------------------------------------------------------------------------

// Services that the list of features calls otherwise.
static const char *const short_names[][2] = {
	{ "GetSwitchingFunctionCapabilities", "getSwitchingFunctionCaps" },
	{ "SystemRegisterCancel", "systemStatusRegisterCancel" },
	{ "SingleStepTransferCall", "singleStepTransfer" },
	{ "SingleStepConferenceCall", "singleStepConference" },
};

static void feature_name(const char *service, char *name, size_t size)
{
	for (size_t i = 0; i < sizeof(short_names) / sizeof(short_names[0]); i++) {
		if (strcmp(service, short_names[i][0]) == 0) {
			snprintf(name, size, "%s", short_names[i][1]);
			return;
		}
	}
	snprintf(name, size, "%s", service);
	if (islower((unsigned char)name[1]))
		name[0] = (char)tolower((unsigned char)name[0]);
}

// Takes a word out of a list of "a,b,c". False when it is not there.
static bool list_take(char *list, const char *word)
{
	size_t n = strlen(word);

	for (char *p = list; p != NULL; p = strchr(p, ',') != NULL ? strchr(p, ',') + 1 : NULL) {
		if (strncmp(p, word, n) != 0 || (p[n] != ',' && p[n] != '\0'))
			continue;
		memmove(p, p + n + (p[n] == ','), strlen(p + n) + (p[n] == '\0'));
		return true;
	}
	return false;
}

static void claims(struct client *client, const char *what, char *list, size_t size)
{
	const char *answer = client_ask(client, "<GetCSTAFeatures/>");
	const char *begin = strstr(answer, what);

	assert_non_null(begin);
	begin += strlen(what);
	snprintf(list, size, "%.*s", (int)strcspn(begin, " "), begin);
}

// Every service that the codec knows is asked for with nothing in it: refused as not supported when
// it is not claimed, and in some other way or not at all when it is. What is left of the claims are
// the services that the engine itself asks for.
static void services_are_what_is_claimed(void **state)
{
	struct office *o = *state;
	char claimed[2048];

	o->b->mixes = true;
	sim_start(o->b);
	client_open(&o->ca);
	claims(&o->ca, "supportedServices=", claimed, sizeof(claimed));
	for (unsigned type = CSTA_UNKNOWN + 1; type < CSTA_TYPES; type++) {
		const char *name = csta_type_name((enum csta_type)type);
		char request[96], feature[64];
		bool refused;

		if (csta_response_type((enum csta_type)type) == CSTA_NONE)
			continue;
		snprintf(request, sizeof(request), "<%s/>", name);
		refused = strcmp(client_ask(&o->ca, request), OPERATION("serviceNotSupported")) == 0;
		feature_name(name, feature, sizeof(feature));
		if (list_take(claimed, feature) == refused)
			fail_msg("%s is %s", name, refused ? "claimed" : "not claimed");
	}
	while (claimed[0] != '\0' && claimed[strlen(claimed) - 1] == ',')
		claimed[strlen(claimed) - 1] = '\0';
	assert_string_equal(claimed,
		"switchingFunctionDevices,systemStatusRegisterAbort,"
		"swFunctionCapsChanged,swFunctionDevicesChanged");
}

// Nothing is claimed that no device is able to do, whatever it is that is missing: the phones that
// mix, or the second channels.
static void what_nobody_can_do_is_not_claimed(void **state)
{
	static const struct {
		const char *word;
		bool channel; // a second one is wanted
		bool mixer;
	} wanting[] = {
		{ "alternateCall", true, false },
		{ "conferenceCall", true, true },
		{ "consultationCall", true, false },
		{ "reconnectCall", true, false },
		{ "singleStepConference", false, true },
		{ "transferCall", true, false },
		{ "holdCall", false, false },
		{ "singleStepTransfer", false, false },
	};
	struct office *o = *state;
	struct dn *dn;

	client_open(&o->ca);
	for (unsigned round = 0; round < 4; round++) {
		bool mixer = round % 2 != 0, channel = round < 2;
		char services[2048], events[2048];

		o->b->mixes = mixer;
		sim_start(o->b);
		TAILQ_FOREACH (dn, &o->rig->engine.dns, all)
			dn->channels = channel ? 2 : 1;
		claims(&o->ca, "supportedServices=", services, sizeof(services));
		claims(&o->ca, "supportedEvents=", events, sizeof(events));
		for (size_t i = 0; i < sizeof(wanting) / sizeof(wanting[0]); i++)
			assert_int_equal(list_take(services, wanting[i].word),
				(channel || !wanting[i].channel) && (mixer || !wanting[i].mixer));
		assert_int_equal(list_take(events, "conferenced"), mixer);
	}
}

// --- devices -------------------------------------------------------------------------------------

#define LOGICAL(device) \
	"<GetLogicalDeviceInformation><device>" device "</device></GetLogicalDeviceInformation>"
#define PHYSICAL(device) \
	"<GetPhysicalDeviceInformation><device>" device "</device></GetPhysicalDeviceInformation>"

static void what_devices_are(void **state)
{
	struct office *o = *state;
	const char *answer;

	client_open(&o->ca);
	answer = client_ask(&o->ca, LOGICAL("tel:202"));
	assert_non_null(strstr(answer,
		"GetLogicalDeviceInformationResponse deviceCategory=station"
		" hasPhysicalElement=true acdModels appearanceAddressable=false"
		" appearanceType=selectedStandard maxActiveCalls=1 maxHeldCalls=2"));
	assert_non_null(strstr(answer, "logDevServList=getDoNotDisturb,getForwarding,"
				       "setDoNotDisturb,setForwarding"
				       " logDevEvtsList=doNotDisturb,forwarding"
				       " deviceMaintEvtsList=backInService,outOfService"));
	// `cti notify` alone: nobody's phone.
	answer = client_ask(&o->ca, LOGICAL("205"));
	assert_non_null(strstr(answer, "hasPhysicalElement=false"));
	asks(&o->ca, PHYSICAL("205"), OPERATION("requestIncompatibleWithDevice"));
	asks(&o->ca, PHYSICAL("202"),
		"GetPhysicalDeviceInformationResponse deviceCategory=station"
		" hasLogicalElement=true deviceModelName=7960 maxButtons=6 maxRingPatterns=3"
		" physDevServList=getMessageWaitingIndicator,setMessageWaitingIndicator"
		" physDevEvtsList=messageWaiting");
	asks(&o->ca, LOGICAL("tel:999"), OPERATION("invalidDeviceID"));
	asks(&o->ca, LOGICAL("tel:203"), OPERATION("privilegeViolationSpecifiedDevice"));
	asks(&o->ca, PHYSICAL("tel:203"), OPERATION("privilegeViolationSpecifiedDevice"));
}

// Every word of the lists inside "what={ a=b,c d=e }" of this answer, as "b,c,e".
static void listed(const char *answer, const char *what, char *list, size_t size)
{
	const char *p = strstr(answer, what);
	size_t n = 0;

	assert_non_null(p);
	for (p += strlen(what); *p != '\0' && *p != '}'; p += strcspn(p, " }")) {
		const char *value = strchr(p, '=');

		p += strspn(p, " ");
		if (*p == '}')
			break;
		assert_non_null(value);
		n += (size_t)snprintf(list + n, size - n, "%s%.*s", n > 0 ? "," : "",
			(int)strcspn(value + 1, " }"), value + 1);
		assert_true(n < size);
	}
}

// servEvtsList says the same as GetCSTAFeatures.
static void capabilities_are_the_features(void **state)
{
	static const char *const both[] = { "supportedServices=", "supportedEvents=" };
	struct office *o = *state;
	char lists[4096], features[4096];

	client_open(&o->ca);
	listed(client_ask(&o->ca, "<GetSwitchingFunctionCapabilities/>"), "servEvtsList={", lists,
		sizeof(lists));
	for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
		char *rest, *word;

		claims(&o->ca, both[i], features, sizeof(features));
		for (word = strtok_r(features, ",", &rest); word != NULL;
			word = strtok_r(NULL, ",", &rest)) {
			if (!list_take(lists, word))
				fail_msg("%s is no capability", word);
		}
	}
	assert_int_equal(strspn(lists, ","), strlen(lists));
}

static void what_the_engine_is(void **state)
{
	struct office *o = *state;
	const char *answer;

	client_open(&o->ca);
	answer = client_ask(&o->ca, "<GetSwitchingFunctionCapabilities/>");
	assert_non_null(strstr(answer,
		"GetSwitchingFunctionCapabilitiesResponse switchingSubDomainName=offhook"
		" manufacturerName=offhook profiles=minimalUaCSTACallControlProfile,"));
	assert_non_null(strstr(answer, "basicUaCSTADeviceFeatureProfile"));
	assert_non_null(strstr(answer, "ignoreUnsupportedParameters=ignoreParameters"));
	assert_non_null(strstr(answer, "connectionView=fixed"));
	snprintf(o->rig->config->hostname, sizeof(o->rig->config->hostname), "office");
	answer = client_ask(&o->ca, "<GetSwitchingFunctionCapabilities/>");
	assert_non_null(strstr(answer, "switchingSubDomainName=office"));
}

#define LISTED(ref, segment, last, items) \
	"SwitchingFunctionDevices serviceCrossRefID=" ref " segmentID=" segment \
	" lastSegment=" last " deviceList=[ " items "]\n"
// On a phone that said what it is when it registered, and on one that never did.
#define ITEM(device) "{ " device " deviceCategory=station deviceModelName=7960 } "
#define UNSEEN(device) "{ " device " deviceCategory=station } "

static void the_list_of_devices(void **state)
{
	struct office *o = *state;

	client_open(&o->ca);
	asks(&o->ca, "<GetSwitchingFunctionDevices/>",
		"GetSwitchingFunctionDevicesResponse serviceCrossRefID=d1-1");
	client_told(&o->ca,
		LISTED("d1-1", "1", "true", ITEM("sip:201@10.0.0.1") ITEM("tel:202")
			UNSEEN("tel:204") UNSEEN("tel:205") ITEM("tel:206") ITEM("tel:207")));
	asks(&o->ca, DEVICES("<requestedDeviceID>202</requestedDeviceID>"),
		"GetSwitchingFunctionDevicesResponse serviceCrossRefID=d1-2");
	client_told(&o->ca, LISTED("d1-2", "1", "true", ITEM("tel:202")));
	asks(&o->ca, DEVICES("<requestedDeviceCategory>acd</requestedDeviceCategory>"),
		"GetSwitchingFunctionDevicesResponse serviceCrossRefID=d1-3");
	client_told(&o->ca, LISTED("d1-3", "1", "true", ""));
	asks(&o->ca, DEVICES("<requestedDeviceID>999</requestedDeviceID>"),
		OPERATION("invalidDeviceID"));
	asks(&o->ca, DEVICES("<requestedDeviceID>203</requestedDeviceID>"),
		OPERATION("privilegeViolationSpecifiedDevice"));
}

enum { MANY = 150 };

// More devices than a message holds come in several, over several turns; meanwhile no other list is
// begun.
static void a_long_list(void **state)
{
	char *text = calloc(1, 64 * 1024), *p = text;
	struct token_names names = { 0 };
	struct client *client = calloc(1, sizeof(*client));
	struct rig *rig;
	unsigned devices = 0, last = 0;

	(void)state;
	p += sprintf(p, "voice service voip\n no cti shutdown\n cti csta mode basic\n"
			"telephony-service\n max-ephones 4\n max-dn 200\n"
			" ip source-address 10.0.0.1 port 2000\n");
	for (int i = 1; i <= MANY; i++)
		p += sprintf(p, "ephone-dn %d\n number %d\n cti watch\n cti notify\n", i, 1000 + i);
	rig = rig_new(text);
	rig->engine.report = monitors_report;
	client_init(client, rig, &names, 1, "sip:1001@10.0.0.1");
	client_open(client);
	client_ask(client, "<GetSwitchingFunctionDevices/>");
	asks(client, "<GetSwitchingFunctionDevices/>",
		"CSTAErrorCode subscribedResourceAvailability=outstandingReqLimitExceeded");
	asks(client,
		"<GetSwitchingFunctionDevices><requestedDeviceID>1</requestedDeviceID>"
		"</GetSwitchingFunctionDevices>",
		"CSTAErrorCode operation=invalidDeviceID");
	rig_wait(rig, 5);
	for (const char *at = client_hear(client); (at = strstr(at, "deviceCategory=")) != NULL; at++)
		devices++;
	for (const char *at = client->text; (at = strstr(at, "lastSegment=true")) != NULL; at++)
		last++;
	assert_int_equal(devices, MANY);
	assert_int_equal(last, 1);
	assert_memory_equal(client_ask(client, "<GetSwitchingFunctionDevices/>"),
		"GetSwitchingFunctionDevicesResponse", 35);
	// A client that goes away takes its list along.
	client_bye(client);
	rig_wait(rig, 5);
	client_fini(client);
	free(client);
	rig_free(rig);
	free(text);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, office_open, office_close)
	const struct CMUnitTest tests[] = {
		TEST(services_are_what_is_claimed),
		TEST(what_nobody_can_do_is_not_claimed),
		TEST(what_devices_are),
		TEST(what_the_engine_is),
		TEST(capabilities_are_the_features),
		TEST(the_list_of_devices),
		cmocka_unit_test(a_long_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
