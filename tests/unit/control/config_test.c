// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Reading configurations: the two example files give exactly the objects they should, every liberty
// is taken and told, every wrong line is named with its place.
#include "tests/unit/control/config_rig.h"

#include <sys/wait.h>
#include <unistd.h>

static void assert_addr(const struct addr *addr, const char *expected)
{
	char text[ADDR_TEXT_SIZE];

	assert_string_equal(addr_text(addr, text), expected);
}

static bool has_note(const struct load_report *report, unsigned line, enum config_note kind)
{
	for (unsigned i = 0; i < report->note_count && i < LOAD_NOTES_MAX; i++)
		if (report->notes[i].line == line && report->notes[i].kind == kind)
			return true;
	return false;
}

// --- the examples --------------------------------------------------------------------------------

static void check_telephony(const struct config *config)
{
	const struct config_telephony *telephony = &config->telephony;

	assert_true(telephony->present);
	assert_int_equal(telephony->em_logout_count, 1);
	assert_int_equal(telephony->em_logout[0], 60);
	assert_int_equal(telephony->max_ephones, 10);
	assert_int_equal(telephony->max_dn, 100);
	assert_addr(&telephony->source.addr, "10.0.0.1");
	assert_int_equal(telephony->source.port, 2000);
	assert_string_equal(telephony->cnf_location, "flash:");
	assert_string_equal(telephony->cnf_option, "perphone");
	assert_int_equal(telephony->max_conferences, 8);
	assert_int_equal(telephony->conference_gain, -6);
	assert_int_equal(telephony->transfer_system, TRANSFER_FULL_CONSULT);
	assert_string_equal(telephony->cnf_stamp, "Jan 01 2002 00:00:00");
	assert_int_equal(telephony->keepalive, 30);
	assert_int_equal(telephony->timeout_interdigit, 10);
	assert_int_equal(telephony->timeout_ringing, 180);
	assert_int_equal(telephony->max_redirect, 10);
	assert_false(telephony->em_external);
	assert_int_equal(telephony->kept.count, 0);
}

static void check_numbers(const struct config *config)
{
	static const char *const numbers[] = { "201", "202", "203", "204" };

	assert_int_equal(config->dns.count, 4);
	for (unsigned i = 0; i < 4; i++) {
		const struct config_dn *dn = config_dn_get(config, i + 1);

		assert_non_null(dn);
		assert_string_equal(dn->number, numbers[i]);
		assert_string_equal(dn->secondary, "");
		assert_int_equal(dn->line_mode, LINE_SINGLE);
		assert_int_equal(config_dn_channels(dn), 1);
		assert_true(config_cti_watch(config, dn));
		assert_int_equal(config_cti_notify(config, dn), i == 3);
		assert_true(config_huntstop(config, dn));
		assert_ptr_equal(config_dn_by_number(config, numbers[i]), dn);
	}
}

static void check_phones(const struct config *config)
{
	static const char *const names[] = { "SEP001E4A34A35F", "SEP000F8FC7B681",
		"SEP0019E7FF1E30" };
	static const char *const types[] = { "7961", "7960", "7961" };

	assert_int_equal(config->ephones.count, 3);
	for (unsigned i = 0; i < 3; i++) {
		const struct config_ephone *ephone = config_ephone_by_name(config, names[i]);

		assert_non_null(ephone);
		assert_int_equal(ephone->tag, i + 1);
		assert_ptr_equal(config_ephone_get(config, i + 1), ephone);
		assert_string_equal(ephone->type, types[i]);
		assert_string_equal(ephone->model->name, types[i]);
		assert_int_equal(ephone->button_count, i < 2);
		assert_int_equal(ephone->logout_profile, i < 2 ? 0 : 1);
		if (i == 2)
			continue;
		assert_int_equal(ephone->buttons[0].position, 1);
		assert_int_equal(ephone->buttons[0].separator, ':');
		assert_int_equal(ephone->buttons[0].dn_count, 1);
		assert_int_equal(ephone->buttons[0].dn[0], i + 1);
	}
}

static void check_profiles(const struct config *config, const char *password)
{
	const struct config_profile *logout = config_logout_profile_get(config, 1);
	const struct config_profile *user = config_profile_by_user(config, "user204");

	assert_non_null(logout);
	assert_non_null(user);
	assert_ptr_equal(config_user_profile_get(config, 1), user);
	assert_false(logout->is_user);
	assert_true(user->is_user);
	assert_int_equal(logout->number_count, 1);
	assert_string_equal(logout->numbers[0].numbers[0], "203");
	assert_int_equal(logout->numbers[0].type, NUMBER_NORMAL);
	assert_string_equal(user->password, password);
	assert_int_equal(user->number_count, 1);
	assert_string_equal(user->numbers[0].numbers[0], "204");
	assert_int_equal(user->numbers[0].type, NUMBER_NORMAL);
}

static void check_router(const struct config *config)
{
	static const char *const heads[] = { "version 12.4",
		"service timestamps debug datetime msec", "no service password-encryption",
		"boot-start-marker", "boot system flash c2800nm-ipvoice-mz.oct_20090510",
		"boot-end-marker", "logging message-counter syslog", "no aaa new-model",
		"ip source-route", "ip cef", "no ipv6 cef", "multilink bundle-name authenticated",
		"voice-card 0", "ip forward-protocol nd", "ip http server", "control-plane",
		"voice-port 0/0/0", "voice-port 0/0/3", "mgcp fax t38 ecm", "sip-ua",
		"ixi transport http", "ixi application cme" };
	const struct config_section *kept;

	assert_string_equal(config->hostname, "sdatar-2811s");
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		assert_non_null(section(config, heads[i]));
	kept = section(config, "ip dhcp pool test");
	assert_int_equal(kept->lines.count, 3);
	assert_string_equal(kept->lines.text[1], "option 150 ip 10.0.0.1");
	kept = section(config, "archive");
	assert_int_equal(kept->lines.count, 2);
	assert_string_equal(kept->lines.text[0], "log config");
	assert_string_equal(kept->lines.text[1], " hidekeys");
	assert_int_equal(section(config, "ixi transport http")->lines.count, 4);
	assert_int_equal(config->interface_count, 3);
	assert_string_equal(config->interfaces[0].name, "FastEthernet0/0");
	assert_addr(&config->interfaces[0].address, "10.0.0.1");
	assert_addr(&config->interfaces[0].mask, "255.255.255.0");
	assert_false(config->interfaces[0].shutdown);
	assert_true(config->interfaces[1].shutdown);
	assert_int_equal(config->interfaces[1].address.family, ADDR_NONE);
	assert_int_equal(config->route_count, 2);
	assert_addr(&config->routes[0].gateway, "10.1.43.254");
}

static void test_moc_client(void **state)
{
	struct load_report report;
	struct config *config = load_example("moc-client.cfg", &report);
	const struct config_voice_service *service = &config->voice_service;

	(void)state;
	assert_true(service->present);
	assert_false(service->cti_shutdown);
	assert_true(service->cti_basic_mode);
	assert_true(service->allow_sip_to_sip);
	assert_false(service->allow_h323_to_sip);
	assert_false(service->moved_temporarily);
	assert_false(service->refer);
	assert_true(service->handle_replaces);
	assert_false(service->registrar.on);
	assert_false(service->callmonitor);
	assert_false(service->gcid);
	assert_false(config->voice_register.present);
	for (unsigned i = 0; i < CONFIG_SESSION_SERVERS; i++)
		assert_false(config->session_servers[i].present);
	check_telephony(config);
	check_numbers(config);
	check_phones(config);
	check_profiles(config, "psswr");
	check_router(config);
	assert_true(has_note(&report, 32, NOTE_CASE));        // Voice service voip
	assert_true(has_note(&report, 112, NOTE_TIME));       // em logout 1:0
	assert_true(has_note(&report, 115, NOTE_EMPTY_LINE)); // inside telephony-service
	assert_true(has_note(&report, 116, NOTE_INDENT));     // ip source-address
	assert_true(has_note(&report, 54, NOTE_NESTING));     // hidekeys
	assert_true(has_note(&report, 2, NOTE_TRAILING));
	load_report_fini(&report);
	config_free(config);
}

static void test_session_manager(void **state)
{
	struct load_report report;
	struct config *config = load_example("session-manager.cfg", &report);
	const struct config_voice_service *service = &config->voice_service;
	const struct config_session_server *server = &config->session_servers[0];

	(void)state;
	assert_false(service->cti_shutdown);
	assert_true(service->cti_basic_mode);
	assert_false(service->allow_sip_to_sip);
	assert_true(service->moved_temporarily);
	assert_true(service->refer);
	assert_true(service->registrar.on);
	assert_int_equal(service->registrar.max, 120);
	assert_int_equal(service->registrar.min, 60);
	assert_true(config->voice_register.present);
	assert_int_equal(config->voice_register.mode, REGISTER_MODE_CME);
	assert_addr(&config->voice_register.source.addr, "10.0.0.1");
	assert_int_equal(config->voice_register.source.port, 5060);
	assert_true(server->present);
	assert_int_equal(server->keepalive, 60);
	assert_string_equal(server->register_id, "apps");
	assert_true(server->cti_aware);
	assert_false(config->session_servers[1].present);
	check_telephony(config);
	check_numbers(config);
	check_phones(config);
	check_profiles(config, "cisco");
	check_router(config);
	assert_true(has_note(&report, 36, NOTE_SPELLING)); // csta cti mode basic
	assert_true(has_note(&report, 38, NOTE_RANGE));    // registrar ... max 120
	assert_true(has_note(&report, 38, NOTE_NESTING));  // registrar beside sip
	assert_true(has_note(&report, 140, NOTE_INDENT));  // number 202
	load_report_fini(&report);
	config_free(config);
}

// --- liberties -----------------------------------------------------------------------------------

struct liberty {
	const char *text;
	const char *line; // that must be in what is written
	enum config_note kind;
};

#define VOICE "voice service voip\n "

static const struct liberty liberties[] = {
	{ "VOICE Service VoIP\n no CTI shutdown\n", " no cti shutdown\n", NOTE_CASE },
	{ VOICE "allow-connections sip-to-sip\n", " allow-connections sip to sip\n",
		NOTE_SPELLING },
	{ VOICE "no supplementary-service sip moved-temporary\n",
		" no supplementary-service sip moved-temporarily\n", NOTE_SPELLING },
	{ VOICE "no supplementary-service sip moved\n",
		" no supplementary-service sip moved-temporarily\n", NOTE_ABBREVIATION },
	{ VOICE "no supplementary-service sip-refer\n", " no supplementary-service sip refer\n",
		NOTE_SPELLING },
	{ VOICE "csta cti mode basic\n", " cti csta mode basic\n", NOTE_SPELLING },
	{ VOICE "cti callmonitor\n", " callmonitor\n", NOTE_SPELLING },
	{ VOICE "sip\n  registrar server expires max 120 min 60\n",
		"  registrar server expires max 120 min 60\n", NOTE_RANGE },
	{ "voice register session-server 1\n register appl\n", " register-id appl\n",
		NOTE_ABBREVIATION },
	{ "voice register session-server 1\n cti aware\n", " cti-aware\n", NOTE_SPELLING },
	{ "telephony-service\n em logout 1:0 23:5\n", " em logout 01:00 23:05\n", NOTE_TIME },
	{ "telephony-service\nip source-address 10.0.0.1 port 2000\n",
		" ip source-address 10.0.0.1 port 2000\n", NOTE_INDENT },
	{ "telephony-service\n max-dn 7\n\n max-ephones 9\n", " max-ephones 9\n", NOTE_EMPTY_LINE },
	{ VOICE "sip\n registrar server\n", "  registrar server\n", NOTE_NESTING },
	{ "archive\n log config\n hidekeys\n", "  hidekeys\n", NOTE_NESTING },
	{ "voice register global\n mode cme\n configure terminal\nhostname x\n", "hostname x\n",
		NOTE_LEVEL },
	{ "archive\nlog config\nhidekeys\n", "  hidekeys\n", NOTE_INDENT },
	{ "telephony-service\n max-dn 7 \t \n", " max-dn 7\n", NOTE_TRAILING },
	{ "!  \n!\ntelephony-service\n!\n!   \n max-dn 7\n!\n sh\n", NULL, 0 },
};

static void test_liberties(void **state)
{
	(void)state;
	for (size_t i = 0; i + 1 < sizeof(liberties) / sizeof(liberties[0]); i++) {
		struct load_report report;
		struct config *config = load(liberties[i].text, &report);
		bool told = false;
		char *text;

		if (config == NULL)
			load_report_errors(&report, stderr);
		assert_non_null(config);
		text = written(config);
		if (strstr(text, liberties[i].line) == NULL)
			fail_msg("%s is not in:\n%s", liberties[i].line, text);
		for (unsigned n = 0; n < report.note_count; n++)
			told = told || report.notes[n].kind == liberties[i].kind;
		if (!told)
			fail_msg("nothing told about:\n%s", liberties[i].text);
		free(text);
		load_report_fini(&report);
		config_free(config);
	}
}

// A line that is written as it should be is not remarked on.
static void test_no_remarks(void **state)
{
	struct load_report report;
	struct config *config =
		load("hostname a\r\n!\r\n" VOICE "no cti shutdown\r\n!\r\n" MINIMUM
		     "!\nephone-dn 1\n number 201\n!\nend\nnonsense after the end\n",
			&report);

	(void)state;
	assert_non_null(config);
	assert_int_equal(report.note_count, 0);
	load_report_fini(&report);
	config_free(config);
}

// The current mode is tried first, then those above it; an abbreviation there gives way to a word
// in full.
static void test_modes(void **state)
{
	struct config *config = load_good(MINIMUM
		"ip source-address 10.0.0.2\n"
		"ip route 0.0.0.0 0.0.0.0 10.0.0.9\n" // global: telephony-service has no such line
		"ephone-dn-template 1\n cti watch\n"
		"ephone-dn 1\n number 201\n ephone-dn-temp 1\n"
		"ephone 1\n button 1:1\n"
		"ephone 2\n"
		"exit\n"
		"voice service voip\n sip\n registrar server\n gcid\n exit\n"
		"ip dhcp pool a\n network 10.0.0.0 255.255.255.0\nip cef\n");

	(void)state;
	assert_addr(&config->telephony.source.addr, "10.0.0.2");
	assert_int_equal(config->route_count, 1);
	assert_int_equal(config_dn_get(config, 1)->template, 1);
	assert_non_null(config_ephone_get(config, 2));
	assert_true(config->voice_service.registrar.on);
	assert_true(config->voice_service.gcid);
	assert_int_equal(section(config, "ip dhcp pool a")->lines.count, 1);
	assert_non_null(section(config, "ip cef"));
	config_free(config);
}

// Where phones and applications come to, before and after the interface, and ports that were
// exchanged.
static void test_sources(void **state)
{
	static const char *const good[] = {
		INTERFACE "telephony-service\n ip source-address 10.0.0.1 port 2001\n",
		"telephony-service\n ip source-address 10.0.0.1\n" INTERFACE,
		"telephony-service\n ip source-address 10.9.9.9\n", // no interface at all
		"telephony-service\n ip source-address 10.0.0.1 port 5060\n"
		"voice register global\n source-address 10.0.0.1 port 2000\n",
		INTERFACE "interface b\n ip address 10.0.1.1 255.255.255.0\n"
			  "telephony-service\n ip source-address 10.0.0.1 port 5060\n"
			  "voice register global\n source-address 10.0.1.1\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		config_free(load_good(good[i]));
}

// Subnets that touch, one of two stations, and equal ones of which one is off.
static void test_subnets(void **state)
{
	static const char *const good[] = {
		INTERFACE "interface b\n ip address 10.0.1.1 255.255.255.0\n",
		"interface a\n ip address 10.0.0.0 255.255.255.254\n"
		"interface b\n ip address 10.0.0.3 255.255.255.254\n",
		INTERFACE "interface b\n ip address 10.0.0.1 255.255.255.0\n shutdown\n",
		INTERFACE " shutdown\ninterface b\n ip address 10.0.0.2 255.255.0.0\n",
		INTERFACE "interface b\n ip address 10.0.0.2 255.255.0.0\nno interface a\n",
		"interface a\n ip address 10.0.0.1 255.255.0.0\n"
		" ip address 10.1.0.1 255.255.0.0\ninterface b\n ip address 10.0.0.1 255.255.0.0\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		config_free(load_good(good[i]));
}

// The forms of a static route, and how they are written again.
static void test_routes(void **state)
{
	static const struct {
		const char *given, *written;
		unsigned notes;
	} forms[] = {
		{ "10.0.0.2", "10.0.0.2", 0 },
		{ "10.0.0.2 250", "10.0.0.2 250", 0 },
		{ "10.0.0.2 name uplink", "10.0.0.2 name uplink", 0 },
		{ "10.0.0.2 250 name x permanent", "10.0.0.2 250 name x permanent", 0 },
		{ "10.0.0.2 permanent tag 7 name x 9", "10.0.0.2 9 tag 7 name x permanent", 0 },
		{ "FastEthernet0/0 10.0.0.2 9", "FastEthernet0/0 10.0.0.2 9", 0 },
		{ "FastEthernet 0/0 10.0.0.2", "FastEthernet0/0 10.0.0.2", 0 },
		{ "Null0 254", "Null0 254", 1 },
		{ "10.0.0.2 track 3", "10.0.0.2 track 3", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct load_report report;
		struct config *config;
		char text[200], *out;

		snprintf(text, sizeof(text), "ip route 0.0.0.0 0.0.0.0 %s\n", forms[i].given);
		config = load(text, &report);
		assert_non_null(config);
		assert_int_equal(config->route_count, 1);
		assert_int_equal(report.note_count, forms[i].notes);
		load_report_fini(&report);
		out = written(config);
		snprintf(text, sizeof(text), "ip route 0.0.0.0 0.0.0.0 %s\n", forms[i].written);
		assert_non_null(strstr(out, text));
		free(out);
		config_free(config);
	}
}

// What this host does not do with an interface is told.
static void test_other_addresses(void **state)
{
	struct load_report report;
	struct config *config = load("interface a\n ip address 10.0.0.1 255.255.255.0\n"
				     " ip address 10.0.1.1 255.255.255.0 secondary\n"
				     "interface b\n ip address dhcp\n",
		&report);

	(void)state;
	assert_non_null(config);
	assert_addr(&config->interfaces[0].address, "10.0.0.1");
	assert_int_equal(config->interfaces[1].address.family, ADDR_NONE);
	assert_int_equal(report.note_count, 2);
	assert_true(has_note(&report, 3, NOTE_WARNING));
	assert_true(has_note(&report, 5, NOTE_WARNING));
	load_report_fini(&report);
	config_free(config);
}

// Equal numbers are told. The one preferred most is found, whatever the order of the lines.
static void test_equal_numbers(void **state)
{
	struct load_report report;
	struct config *config =
		load(MINIMUM "ephone-dn 1\n number 201 secondary 301\n preference 2\n"
			     "ephone-dn 2\n number 301\nephone-dn 3\n number 201\n"
			     "ephone-dn 4\n number 201\n",
			&report);

	(void)state;
	assert_non_null(config);
	assert_int_equal(report.note_count, 3);
	assert_true(has_note(&report, 8, NOTE_WARNING));
	assert_true(has_note(&report, 10, NOTE_WARNING));
	assert_true(has_note(&report, 12, NOTE_WARNING));
	assert_int_equal(config_dn_by_number(config, "201")->tag, 3);
	assert_int_equal(config_dn_by_number(config, "301")->tag, 2); // 9 of a secondary number
	load_report_fini(&report);
	config_free(config);
}

// --- wrong lines ---------------------------------------------------------------------------------

struct wrong {
	const char *text;  // one wrong line
	const char *error; // LINE:COLUMN: and how the reason begins
};

#define PHONE MINIMUM "ephone-dn 1\n number 201\nephone-dn 2 dual-line\n number 202\nephone 1\n "

static const struct wrong wrongs[] = {
	{ "nonsense\n", "1:1: word 'nonsense': unknown command" },
	{ "  telefony-service\n", "1:3: word 'telefony-service': unknown command" },
	{ "voice servise voip\n", "1:7: word 'servise': expected" },
	{ "hostname\n", "1:9: word '': the line is incomplete, NAME is missing" },
	{ "hostname 9a\n", "1:10: word '9a': a host name begins with a letter" },
	{ "hostname a b\n", "1:12: word 'b': nothing may follow here" },
	{ VOICE "cti sh\n "
		"cti\n",
		"3:5: word '': the line is incomplete" },
	{ VOICE "allow-connections sip to isdn\n", "2:27: word 'isdn': expected 'h323|sip'" },
	{ VOICE "sip\n  registrar server expires max 119\n",
		"3:32: word '119': expected a number from 120 to 86400" },
	{ VOICE "sip\n  registrar server expires max 120 min 59\n", "3:40: word '59': expected" },
	{ VOICE "sip\n  registrar server expires max 120 min 121\n",
		"3:40: word '121': more than" },
	{ "voice register session-server 9\n", "1:31: word '9': expected a number from 1 to 8" },
	{ "voice register session-server 1\n keepalive 59\n",
		"2:12: word '59': expected a number from 60 to 3600" },
	{ "voice register session-server 1\n register-id a!b\n", "2:14: word 'a!b': letters" },
	{ "voice register session-server 1\n register-id 1234567890123456789012345678901\n",
		"2:14: word '1234567890123456789012345678901': longer than 30" },
	{ "voice register global\n source-address 10.0.0.1 port 1999\n",
		"2:31: word '1999': expected" },
	{ "voice register global\n source-address 10.0.0\n",
		"2:17: word '10.0.0': expected an address" },
	{ "voice user-profile 1\n user ab-c password x\n", "2:7: word 'ab-c': letters and digits" },
	{ "voice user-profile 1\n user a234567890123456 password x\n",
		"2:7: word 'a234567890123456': longer" },
	{ "voice logout-profile 1\n user u password x\nvoice user-profile 1\n user u password y\n",
		"4:7: word 'u': already the user of voice logout-profile 1" },
	{ "voice user-profile 1\n number 201,202 type normal\n",
		"2:9: word '201,202': several numbers" },
	{ "voice user-profile 1\n number 201 type loud\n", "2:18: word 'loud': expected" },
	{ "voice user-profile 1\n pin 123\n", "2:6: word '123': a PIN has 4 to 8 digits" },
	{ "voice user-profile 1\n max-idle-time 10000\n", "2:16: word '10000': expected" },
	{ "voice logout-profile 1\n max-idle-time 10\n",
		"2:2: word 'max-idle-time': unknown command" },
	{ "telephony-service\n ip source-address ten\n", "2:20: word 'ten': expected an address" },
	{ "banner motd ^C\nexit\n", "1:1: word 'banner': its text has no end" },
	{ VOICE "sip\n  bind signaling source-interface Gi0\n", "3:8: word 'signaling': expected" },
	{ "interface a\n ip address 10.0.0.1\n", "2:21: word '': the line is incomplete" },
	{ "interface a\n ip address 10.0.0.1 255.0.255.0\n", "2:22: word '255.0.255.0': a mask" },
	{ "ip route 1.0.0.0 255.0.0.0 10.0.0.2 256\n", "1:37: word '256': expected a number from" },
	{ "ip route 1.0.0.0 255.0.0.0 10.0.0.2 2 3\n", "1:39: word '3': expected a number from" },
	{ "ip route 1.0.0.0 255.0.0.0 10.0.0.2 tag 0\n",
		"1:41: word '0': expected a number from 1" },
	{ "ip route 1.0.0.0 255.0.0.0 10.0.0.2 name\n", "1:41: word '': the line is incomplete" },
	{ "ip route 1.0.0.0 255.0.0.0 10.0.0\n", "1:28: word '10.0.0': expected an address" },
	{ "ip route 1.0.0.0 255.0.255.0 Gi0/0 10.0.0.2\n", "1:18: word '255.0.255.0': a mask" },
	{ "interface a\n ip address 10.0.0.0 255.255.255.0\n",
		"2:22: word '255.255.255.0': Bad mask /24 for address 10.0.0.0" },
	{ "interface a\n ip address 10.0.0.255 255.255.255.0\n",
		"2:24: word '255.255.255.0': Bad mask /24 for address 10.0.0.255" },
	{ "interface a\n ip address 10.0.0.1 0.0.0.0\n", "2:22: word '0.0.0.0': Bad mask /0" },
	{ "interface a\n ip address 0.0.0.0 0.0.0.0\n",
		"2:13: word '0.0.0.0': Not a valid host address - 0.0.0.0" },
	{ "interface a\n ip address 224.0.0.1 255.255.255.0\n",
		"2:13: word '224.0.0.1': Not a valid host address - 224.0.0.1" },
	{ "interface a\n ip address 127.0.0.1 255.0.0.0\n",
		"2:13: word '127.0.0.1': Not a valid host address" },
	{ INTERFACE "interface b\n ip address 10.0.0.1 255.255.255.0\n",
		"4:13: word '10.0.0.1': 10.0.0.0 overlaps with a" },
	{ INTERFACE "interface b\n ip address 10.0.9.1 255.255.0.0\n",
		"4:13: word '10.0.9.1': 10.0.0.0 overlaps with a" },
	{ INTERFACE " shutdown\ninterface b\n ip address 10.0.0.2 255.255.255.0\n"
		    "interface a\n no shutdown\n",
		"5:13: word '10.0.0.2': 10.0.0.0 overlaps with a" },
	{ "telephony-service\n ip source-address 10.0.0.1 port 5060\n",
		"2:34: word '5060': phones and applications cannot share a port" },
	{ "telephony-service\n ip source-address 10.0.0.1 port 5061\n"
	  "voice register global\n source-address 10.0.0.1 port 5061\n",
		"4:31: word '5061': phones and applications" },
	{ "voice register global\n source-address 10.0.0.1 port 2000\n",
		"2:31: word '2000': phones and applications" },
	{ "telephony-service\n keepalive 9\n",
		"2:12: word '9': expected a number from 10 to 65535" },
	{ "telephony-service\n timeouts interdigit 1\n", "2:22: word '1': 2 to 120 seconds" },
	{ "telephony-service\n timeouts ringing 4\n", "2:19: word '4': expected" },
	{ "telephony-service\n timeouts busy 31\n", "2:16: word '31': expected" },
	{ "telephony-service\n time-format 13\n", "2:14: word '13': expected '12|24'" },
	{ "telephony-service\n max-redirect 4\n",
		"2:15: word '4': expected a number from 5 to 20" },
	{ "telephony-service\n max-conferences 8 gain -5\n", "2:25: word '-5': expected" },
	{ "telephony-service\n em logout 24:01\n", "2:12: word '24:01': a time is written" },
	{ "telephony-service\n em logout 1:60\n", "2:12: word '1:60': a time is written" },
	{ "telephony-service\n transfer-system blind dss\n",
		"2:24: word 'dss': only after full-consult" },
	{ "telephony-service\n dialplan-pattern 11 1.. extension-length 2\n",
		"2:19: word '11': expected" },
	{ "telephony-service\n dialplan-pattern 1 40.. extension-length 5\n",
		"2:43: word '5': longer than the pattern" },
	{ "telephony-service\n xml user u password p 16\n", "2:24: word '16': expected" },
	{ "telephony-service\n url music http://x\n", "2:6: word 'music': expected" },
	{ "ephone-dn 1\n", "1:11: word '1': the tag is beyond max-dn" },
	{ MINIMUM "ephone-dn 101\n", "4:11: word '101': the tag is beyond max-dn" },
	{ MINIMUM "ephone-dn 0\n", "4:11: word '0': expected a number from 1" },
	{ MINIMUM "ephone 11\n", "4:8: word '11': the tag is beyond max-ephones" },
	{ MINIMUM "ephone-dn 1\n number 12345678901234567\n",
		"5:9: word '12345678901234567': longer" },
	{ MINIMUM "ephone-dn 1\n number 20x\n", "5:9: word '20x': digits" },
	{ MINIMUM "ephone-dn 1\n number 201 secondary 201\n", "5:23: word '201': the same" },
	{ MINIMUM "ephone-dn 1\nephone-dn 1 dual-line\n",
		"5:13: word 'dual-line': the line mode changes" },
	{ MINIMUM "ephone-dn 1\n n 201\n", "5:2: word 'n': ambiguous" },
	{ MINIMUM "ephone-dn 1\n call-forward noan 202\n",
		"5:23: word '': the line is incomplete" },
	{ MINIMUM "ephone-dn 1\n call-forward noan 202 timeout 2\n", "5:32: word '2': expected" },
	{ MINIMUM "ephone-dn 1\n session-server 1,9\n", "5:19: word '9': a tag is from 1 to 8" },
	{ MINIMUM "ephone-dn 1\n ephone-dn-template 16\n", "5:21: word '16': expected" },
	{ PHONE "mac-address 001E.4A34\n", "9:14: word '001E.4A34': a MAC address" },
	{ PHONE "mac-address 001E.4A34.A35G\n", "9:14: word '001E.4A34.A35G': a MAC address" },
	{ PHONE "mac-address 1.2.3\nephone 2\n mac-address 0001.0002.0003\n",
		"11:14: word '0001.0002.0003': already the address of ephone 1" },
	{ PHONE "type 7999\n", "9:7: word '7999': no such type of phone" },
	{ PHONE "type 7960 addon 1 7913\n", "9:20: word '7913': no such module" },
	{ PHONE "button 1:3\n", "9:11: word '3': there is no such ephone-dn" },
	{ PHONE "button 1:1 2:x\n", "9:15: word 'x': a tag of an ephone-dn" },
	{ PHONE "button a:1\n", "9:9: word 'a:1': a button begins with its position" },
	{ PHONE "button 1/1\n", "9:9: word '1/1': a separator" },
	{ PHONE "button 1:1,2\n", "9:13: word '2': several ephone-dns only with o or c" },
	{ PHONE "button 1o1,2\n", "9:13: word '2': an overlay has single lines or dual lines" },
	{ PHONE "button 1:1 2x1\n", "9:13: word '2x1': button 2 expands button 1" },
	{ PHONE "button 1c1 2x1\n", "9:13: word '2x1': button 2 expands button 1" },
	{ PHONE "button 3:1\n type 7940\n", "10:7: word '7940': button 3 is configured" },
	{ PHONE "type 7940\n button 3:1\n",
		"10:9: word '3:1': the phone's type has no such button" },
	{ PHONE "logout-profile 4\n", "9:17: word '4': there is no such voice logout-profile" },
	{ PHONE "keepalive 70000\n", "9:12: word '70000': expected" },
	{ PHONE "no restart\n", "9:5: word 'restart': unknown command" },
};

static void test_wrong_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		struct load_report report;
		struct config *config = load(wrongs[i].text, &report);
		char told[LOAD_TEXT_SIZE + 32] = "";

		if (report.error_count > 0)
			snprintf(told, sizeof(told), "%u:%u: %s", report.errors[0].line,
				report.errors[0].column, report.errors[0].text);
		if (config != NULL || report.error_count != 1 ||
			strncmp(told, wrongs[i].error, strlen(wrongs[i].error)) != 0)
			fail_msg("%u errors for\n%sexpected %s\ntold     %s", report.error_count,
				wrongs[i].text, wrongs[i].error, told);
		load_report_fini(&report);
		config_free(config);
	}
}

// Where nobody could come to: a warning, as an interface may be shut down or changed later than
// the line. What makes the engine not start is told by the plan.
static void test_unreachable_source(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
	} sources[] = {
		{ INTERFACE "telephony-service\n ip source-address 10.9.9.9 port 2000\n", 4 },
		{ "telephony-service\n ip source-address 10.9.9.9\n" INTERFACE, 2 },
		{ INTERFACE " shutdown\ninterface b\n ip address 10.0.1.1 255.255.255.0\n"
			    "voice register global\n source-address 10.0.0.1\n",
			7 },
		{ INTERFACE "interface Lo0\n ip address 1.1.1.1 255.255.255.255\n"
			    "telephony-service\n ip source-address 1.1.1.1\n",
			6 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		struct load_report report;
		struct config *config = load(sources[i].text, &report);

		assert_non_null(config);
		assert_true(has_note(&report, sources[i].line, NOTE_WARNING));
		load_report_fini(&report);
		config_free(config);
	}
}

// All wrong lines are named, in order, whenever they were found.
static void test_all_wrong_lines(void **state)
{
	char expected[] =
		"test.cfg:2:5: word '': the line is incomplete, 'shutdown' or 'callmonitor'";
	struct load_report report;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_null(load(VOICE "cti\nbad one\n" MINIMUM "ephone 1\n button 1:9\n type 1\nbad two\n",
		&report));
	assert_int_equal(report.error_count, 5);
	assert_int_equal(report.errors[1].line, 3);
	assert_int_equal(report.errors[2].line, 8);
	assert_int_equal(report.errors[2].column, 11);
	assert_int_equal(report.errors[3].line, 9);
	assert_int_equal(report.errors[4].line, 10);
	load_report_errors(&report, out);
	fclose(out);
	expected[sizeof("test.cfg:2:5: word '': the line is incomplete") - 1] = '\0';
	assert_memory_equal(text, expected, strlen(expected));
	free(text);
	load_report_fini(&report);
}

static void test_many_errors(void **state)
{
	struct load_report report;
	char text[LOAD_ERRORS_MAX * 8], *p = text;

	(void)state;
	for (unsigned i = 0; i < LOAD_ERRORS_MAX + 5; i++)
		p += sprintf(p, "bad%u\n", i % 10);
	assert_null(load(text, &report));
	assert_int_equal(report.error_count, LOAD_ERRORS_MAX + 5);
	assert_int_equal(report.errors[LOAD_ERRORS_MAX - 1].line, LOAD_ERRORS_MAX);
	load_report_fini(&report);
}

static void test_no_file(void **state)
{
	struct load_report report;

	(void)state;
	assert_null(config_load("/nonexistent/offhook.cfg", &report));
	assert_int_equal(report.error_count, 1);
	load_report_fini(&report);
}

static void test_directory(void **state)
{
	struct load_report report;

	(void)state;
	assert_null(config_load("/", &report));
	assert_string_equal(report.errors[0].text, "word '': Is a directory");
	load_report_fini(&report);
}

// A pipe has no size, and this one is read in several pieces.
static void test_pipe(void **state)
{
	static const char line[] = "version 12.4\n";
	struct load_report report;
	char path[32];
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	snprintf(path, sizeof(path), "/dev/fd/%d", fds[0]);
	if (fork() == 0) {
		close(fds[0]);
		for (unsigned i = 0; i < 20000; i++)
			if (write(fds[1], line, strlen(line)) < 0)
				_exit(1);
		_exit(write(fds[1], "nonsense\n", 9) != 9);
	}
	close(fds[1]);
	assert_null(config_load(path, &report));
	assert_int_equal(report.error_count, 1);
	assert_int_equal(report.errors[0].line, 20001);
	load_report_fini(&report);
	close(fds[0]);
	wait(NULL);
}

static void test_long_line(void **state)
{
	char text[CONFIG_LINE_MAX + 64];
	struct load_report report;

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, "version ", 8);
	text[CONFIG_LINE_MAX] = '\0';
	config_free(load_good(text));
	text[CONFIG_LINE_MAX] = 'x';
	text[CONFIG_LINE_MAX + 1] = '\0';
	assert_null(load(text, &report));
	load_report_fini(&report);
}

// What may come later in the file is looked for at its end.
static void test_forward_references(void **state)
{
	struct config *config =
		load_good("voice logout-profile 1\n number 201\n"
			  "ephone 1\n type 7960\n button 1:1 2f2\n logout-profile 2\n"
			  "ephone-dn 1\n number 201\nephone-dn 2\n number 202\n"
			  "voice logout-profile 2\n number 299\n" MINIMUM);
	struct load_report report;

	(void)state;
	assert_int_equal(config_ephone_get(config, 1)->button_count, 2);
	config_free(config);
	// A profile may name a number that does not exist: it is told.
	config = load("voice logout-profile 2\n number 299\n", &report);
	assert_non_null(config);
	assert_true(has_note(&report, 2, NOTE_WARNING));
	load_report_fini(&report);
	config_free(config);
}

// --- templates -----------------------------------------------------------------------------------

static void test_templates(void **state)
{
	struct config *config = load_good(
		MINIMUM "ephone-dn-template 3\n cti watch\n cti notify\n call-forward "
			"all 299\n no huntstop\n huntstop channel 3\n"
			"ephone-dn 1\n number 201\n ephone-dn-template 3\n"
			"ephone-dn 2 octo-line\n number 202\n ephone-dn-template 3\n no cti "
			"notify\n call-forward all 298\n"
			" huntstop\n no huntstop channel\n"
			"ephone-dn 3\n number 203\n no cti watch\n"
			"ephone-dn 4\n number 204\n ephone-dn-template 3\n no "
			"call-forward all\n"
			"ephone-dn 5 dual-line\n huntstop channel\n"
			"ephone-dn 6 octo-line\n number 206\n ephone-dn-template 3\n");
	const struct config_dn *dn = config_dn_get(config, 1);

	(void)state;
	assert_true(config_cti_watch(config, dn));
	assert_true(config_cti_notify(config, dn));
	assert_false(config_huntstop(config, dn));
	assert_string_equal(config_forward(config, dn, FORWARD_ALL)->number, "299");
	assert_int_equal(config_open_channels(config, dn), 1);
	dn = config_dn_get(config, 2);
	assert_true(config_cti_watch(config, dn));
	assert_false(config_cti_notify(config, dn));
	assert_true(config_huntstop(config, dn));
	assert_int_equal(config_open_channels(config, dn), 8);
	assert_string_equal(config_forward(config, dn, FORWARD_ALL)->number, "298");
	// Its user or a client switches it off, and on again.
	config_forward_end(config_dn_get(config, 2), FORWARD_ALL);
	assert_string_equal(config_forward(config, dn, FORWARD_ALL)->number, "");
	assert_string_equal(config_forward_last(config, dn, FORWARD_ALL)->number, "298");
	assert_int_equal(config_forward_set(config_dn_get(config, 2), FORWARD_ALL, "203", 0), 0);
	assert_string_equal(config_forward(config, dn, FORWARD_ALL)->number, "203");
	dn = config_dn_get(config, 4);
	assert_string_equal(config_forward(config, dn, FORWARD_ALL)->number, "");
	assert_string_equal(config_forward_last(config, dn, FORWARD_ALL)->number, "299");
	dn = config_dn_get(config, 3);
	assert_false(config_cti_watch(config, dn));
	assert_string_equal(config_forward(config, dn, FORWARD_ALL)->number, "");
	assert_int_equal(config_open_channels(config, config_dn_get(config, 5)), 1);
	assert_int_equal(config_open_channels(config, config_dn_get(config, 6)), 3);
	config_free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moc_client),
		cmocka_unit_test(test_session_manager),
		cmocka_unit_test(test_liberties),
		cmocka_unit_test(test_no_remarks),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_subnets),
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_other_addresses),
		cmocka_unit_test(test_equal_numbers),
		cmocka_unit_test(test_wrong_lines),
		cmocka_unit_test(test_unreachable_source),
		cmocka_unit_test(test_all_wrong_lines),
		cmocka_unit_test(test_many_errors),
		cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_directory),
		cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_forward_references),
		cmocka_unit_test(test_templates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
