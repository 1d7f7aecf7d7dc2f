// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Writing configurations, which read back as the same, and changing them line by line.
#include "tests/unit/control/config_rig.h"

// --- writing -------------------------------------------------------------------------------------

// Loading what is written gives what is written.
static void check_round_trip(const struct config *config)
{
	char *first = written(config), *second;
	struct config *again = load_good(first);

	second = written(again);
	assert_string_equal(first, second);
	free(first);
	free(second);
	config_free(again);
}

static void test_round_trip_examples(void **state)
{
	static const char *const names[] = { "moc-client.cfg", "session-manager.cfg" };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct load_report report;
		struct config *config = load_example(names[i], &report);

		check_round_trip(config);
		load_report_fini(&report);
		config_free(config);
	}
}

// Lines of a router that mean nothing here come back as they were.
static void test_router_lines(void **state)
{
	static const char *const texts[] = {
		"voice service voip\n no cti shutdown\n fax protocol t38\n sip\n"
		"  bind control source-interface FastEthernet0/0\n"
		"  bind media source-interface FastEthernet0/0\n  no update-callerid\n"
		"  min-se 90 session-expires 1800\n  registrar server\n",
		"banner motd ^C\nWelcome.\n\n! no comment\n  do not touch\nend\nexit\n\ttab ^C\n"
		"banner exec #one line#\nbanner login ^Cdo not^C\n",
		"interface Gi0/0\n ip address 10.0.0.1 255.255.255.0\n"
		" ip address 10.0.1.1 255.255.255.0 secondary\n"
		" ip address 10.0.2.1 255.255.255.0 secondary\n ip tcp adjust-mss 1360\n",
		"interface Gi0/1\n ip address dhcp\n!\ninterface Gi0/2\n no ip address\n",
		"track 1 ip sla 1 reachability\n delay down 10 up 20\n",
		"event manager applet RELOAD\n event timer cron cron-entry \"0 3 * * *\"\n"
		" action 1.0 cli command \"enable\"\n",
		"object-group network PHONES\n host 1.1.1.1\n 10.0.0.0 255.255.255.0\n",
		"ip access-list extended VOICE\n permit udp any any range 16384 32767\n",
		"crypto pki certificate chain TP\n certificate self-signed 01\n  3082022B "
		"30820194\n"
		"  quit\n",
		"vrf definition MGMT\n rd 1:1\n address-family ipv4\n exit-address-family\n",
		"time-range NIGHT\n periodic daily 22:00 to 23:59\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct config *config = load_good(texts[i]);
		struct span rest = span_str(texts[i]);
		char *text = written(config);

		while (rest.n > 0) {
			struct span line = span_head(rest, span_find(rest, '\n'));
			char whole[128];

			rest = span_from(rest, line.n + 1);
			snprintf(whole, sizeof(whole), "\n%.*s\n", SPAN_FMT(line));
			if (strstr(text, whole) == NULL)
				fail_msg("%s is not in:\n%s", whole, text);
		}
		free(text);
		check_round_trip(config);
		config_free(config);
	}
}

// An unindented line of such a mode is none of ours either.
static void test_unindented_lines(void **state)
{
	struct config *config =
		load_good("hostname keep\nobject-group network PHONES\nhost 1.1.1.1\n"
			  "track 2 interface Gi0/0 line-protocol\ndelay up 5\n"
			  "ip access-list standard 7\npermit any\n");

	(void)state;
	assert_string_equal(config->hostname, "keep");
	assert_int_equal(section(config, "object-group network PHONES")->lines.count, 1);
	assert_int_equal(section(config, "ip access-list standard 7")->lines.count, 1);
	check_round_trip(config);
	config_free(config);
}

// Every command that is stored, and some that are kept.
static const char everything[] =
	"hostname all\n"
	"no ip domain lookup\n"
	"voice service voip\n gcid\n callmonitor\n allow-connections h323 to h323\n"
	" allow-connections h323 to sip\n allow-connections sip to h323\n allow-connections sip to "
	"sip\n"
	" no supplementary-service sip handle-replaces\n no cti shutdown\n cti csta mode basic\n"
	" cti message device-id suppress-conversion\n cti timeout make-call-prompt 20\n"
	" fax protocol t38\n sip\n  registrar server\n"
	"voice register global\n mode cme\n source-address 10.0.0.1 port 5061 secondary 10.0.0.2\n"
	" keepalive 130\n max-pool 7\n"
	"voice register session-server 1\n register-id A-1_b\n"
	"voice register session-server 8\n keepalive 3600\n cti-aware\n"
	"voice logout-profile 3\n user out password secret\n number 201 type silent-ring\n"
	" number 202,203 type overlay\n speed-dial 2 911 label Help me\n privacy-button\n"
	"voice user-profile 7\n user in password 6 ABCDEF\n pin 12345678\n max-idle-time 30\n"
	" number 204 type cw-overlay\n"
	"interface Gi0/1\n description to the core\n ip address 10.0.0.1 255.255.255.252\n mtu "
	"1400\n ip mtu 1300\n"
	" some-future-line x\n"
	"ip route 10.1.0.0 255.255.0.0 10.0.0.2 200\n"
	"ip route 10.2.0.0 255.255.0.0 Gi0/1 10.0.0.2 200 tag 3 name far permanent\n"
	"ip route 10.3.0.0 255.255.0.0 Null0 track 4\n"
	"dial-peer voice 5 voip\n destination-pattern 9T\n session target ipv4:10.0.0.9\n"
	"ephone-type custom\n num-buttons 4\n"
	"telephony-service\n max-ephones 50\n max-dn 100 preference 3 no-reg primary\n"
	" ip source-address 10.0.0.1 port 2001 secondary 10.0.0.2 rehome 60 strict-match\n"
	" cnf-file location tftp://10.0.0.5\n cnf-file perphonetype\n create cnf-files\n"
	" max-conferences 16 gain 3\n transfer-system full-consult dss\n transfer-pattern 9.T "
	"blind\n"
	" transfer-pattern 8...\n em logout 01:00 12:30 24:00\n em external\n em keep-history\n"
	" url services http://my_application/menu.html root\n url directories http://d\n"
	" xml user axl password axlpw 15\n xml user two password 0 pw 1\n keepalive 60\n"
	" timeouts interdigit 0\n timeouts ringing 60\n timeouts busy 0\n timeouts transfer-recall "
	"30\n"
	" timeouts night-service-bell 20\n time-format 24\n date-format dd-mm-yy\n max-redirect 5\n"
	" dialplan-pattern 1 4085550... extension-length 3 no-reg\n"
	" dialplan-pattern 10 51.... extension-length 4 extension-pattern 1... demote\n"
	" voicemail 6800\n moh music-on-hold.au\n load 7960-7940 P00307020200\n load 7961 SCCP41\n"
	" system message offhook\n web admin system name a password b\n dn-webedit\n time-webedit\n"
	" authentication credential app pw\n service phone webAccess 0\n restart all\n no "
	"auto-reg-ephone\n"
	"ephone-dn-template 15\n cti watch\n allow watch\n call-forward busy 299 primary "
	"dialplan-pattern\n"
	"ephone-dn 1\n number 201 secondary 4085550201 no-reg both\n label Reception\n"
	" description Front desk\n name Ann Lee\n preference 1 secondary 2\n ephone-dn-template "
	"15\n"
	" no cti watch\n cti notify\n session-server 1,8\n call-forward all 299\n"
	" call-forward noan 298 timeout 20 secondary\n call-forward night-service 297\n"
	" call-forward max-length 8\n no huntstop\n huntstop channel 4\n timeouts transfer-recall "
	"10\n"
	" pickup-group 5\n mwi on\n call-waiting beep\n translate called 1\n translation-profile "
	"incoming p\n"
	" corlist incoming inside\n caller-id local\n hold-alert 30 idle\n transfer-mode consult\n"
	"ephone-dn 2 dual-line\n number 202\n preference 3\n ephone-dn-template 15\n"
	" no call-forward busy\n"
	"ephone-dn 3 octo-line\n number 203 no-reg\n"
	"ephone-dn 4\n number A*#1\nephone-dn 5 dual-line\n number 5...\n"
	"ephone 1\n description Ann\n mac-address 1.2.3\n type 7960 addon 1 7914 2 7916-24\n"
	" button 1:1 2s2 3b2 4f2 5m2 6w2 7o2,5 8x7 44c1,4\n keepalive 100\n username a password b\n"
	" pin 1234\n logout-profile 3\n speed-dial 1 911 label Help\n fastdial 1 912\n paging-dn "
	"4\n"
	" auto-line 1\n codec g729r8\n ephone-template 2\n park reservation-group 3\n"
	" device-security-mode none\n"
	"ephone 2\n type custom\n username only\n"
	"ephone 3\n mac-address\n type ata\n button 1:2\n";

static void test_everything(void **state)
{
	struct config *config = load_good(everything);
	const struct config_ephone *ephone = config_ephone_get(config, 1);
	char *text = written(config);

	(void)state;
	assert_int_equal(ephone->button_count, 9);
	assert_int_equal(ephone->buttons[6].dn_count, 2);
	assert_int_equal(ephone->buttons[7].overlay, 7);
	assert_string_equal(ephone->addon, "1 7914 2 7916-24");
	assert_int_equal(config_ephone_keepalive(config, ephone), 100);
	assert_int_equal(config_ephone_keepalive(config, config_ephone_get(config, 2)), 60);
	assert_string_equal(config_dn_by_number(config, "4085550201")->name, "Ann Lee");
	assert_string_equal(
		config->telephony.url[URL_SERVICES], "http://my_application/menu.html root");
	assert_string_equal(config_profile_by_user(config, "in")->password, "6 ABCDEF");
	assert_int_equal(config->telephony.kept.count, 10);
	assert_string_equal(config->telephony.voicemail, "6800");
	assert_non_null(strstr(text, "\n no auto-reg-ephone\n"));
	assert_non_null(strstr(text, "\n some-future-line x\n"));
	assert_non_null(strstr(text, "\n button  1:1 2s2 3b2 4f2 5m2 6w2 7o2,5 8x7 44c1,4\n"));
	free(text);
	check_round_trip(config);
	config_free(config);
}

static void test_save(void **state)
{
	char path[] = "/tmp/offhook-config-XXXXXX", *first, *second;
	int fd = mkstemp(path);
	struct config *config = load_good(everything), *again;
	struct load_report report;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(config_save(config, path), 0);
	again = config_load(path, &report);
	assert_non_null(again);
	first = written(config);
	second = written(again);
	assert_string_equal(first, second);
	assert_true(config_save(config, "/nonexistent/x/y") < 0);
	free(first);
	free(second);
	load_report_fini(&report);
	config_free(config);
	config_free(again);
	remove(path);
}

enum { MANY = 50000 };

static void test_many_objects(void **state)
{
	char *text = NULL, number[16];
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	struct config *config;

	(void)state;
	fprintf(out, "telephony-service\n max-ephones %d\n max-dn %d\n", MANY, MANY);
	// Buttons first: each names a DN that comes later.
	for (unsigned i = 1; i <= MANY; i++)
		fprintf(out, "ephone %u\n mac-address 1.%x.%x\n type 7961\n button 1:%u\n", i,
			i >> 16, i & 0xffff, i);
	for (unsigned i = MANY; i > 0; i--)
		fprintf(out, "ephone-dn %u\n number %u\n cti watch\n", i, 1000000 + i);
	fclose(out);
	config = load_good(text);
	free(text);
	assert_int_equal(config->ephones.count, MANY);
	assert_int_equal(config->dns.count, MANY);
	assert_int_equal(config_dn_by_number(config, "1049999")->tag, 49999);
	snprintf(number, sizeof(number), "%u", 1000000 + MANY + 1);
	assert_null(config_dn_by_number(config, number));
	assert_int_equal(config_ephone_by_name(config, "SEP00010000C350")->tag, MANY);
	check_round_trip(config);
	config_free(config);
}

// --- a live configuration ------------------------------------------------------------------------

struct told {
	char text[1024];
};

static void touched(void *ctx, enum touch what, unsigned tag)
{
	static const char *const names[] = { "cti", "dn", "ephone", "profile" };
	struct told *told = ctx;
	size_t used = strlen(told->text);

	snprintf(told->text + used, sizeof(told->text) - used, "%s%u ", names[what], tag);
}

// Does the lines; the last must end so.
static void edit_text(struct edit *edit, const char *text, enum edit_result expected)
{
	struct span rest = span_str(text);
	enum edit_result result = EDIT_NOTHING;

	while (rest.n > 0) {
		struct span line = span_head(rest, span_find(rest, '\n'));

		rest = span_from(rest, line.n + 1);
		result = edit_line(edit, line);
		if (result == EDIT_WRONG && (rest.n > 0 || expected != EDIT_WRONG))
			fail_msg("%.*s: %s", SPAN_FMT(line), edit->complaint.reason);
	}
	assert_int_equal(result, expected);
}

static void test_edit(void **state)
{
	struct config *config = load_good(MINIMUM
		"ephone-dn 1\n number 201\nephone-dn 2\n number 202\n"
		"ephone 1\n mac-address 1.2.3\n button 1o1,2 2x1 3:2\nephone 2\n button 1:1\n");
	struct told told = { "" };
	struct edit edit;
	char *before = written(config), *after;

	(void)state;
	assert_int_equal(edit_init(&edit, config), 0);
	edit.touched = touched;
	edit.ctx = &told;

	// What fails changes nothing and tells nobody.
	edit_text(&edit, "ephone 1\nbutton 1:1 2:9", EDIT_WRONG);
	edit_text(&edit, "ephone-dn 1\nnumber 20x", EDIT_WRONG);
	edit_text(&edit, "exit\nephone-dn 101", EDIT_WRONG);
	edit_text(&edit, "telephony-service\nmax-dn 1", EDIT_WRONG);
	after = written(config);
	assert_string_equal(before, after);
	assert_string_equal(told.text, "");
	free(after);

	edit_text(&edit, "ephone-dn 3 dual-line\nnumber 203\ncti watch", EDIT_DONE);
	assert_string_equal(told.text, "dn3 dn3 dn3 ");
	assert_int_equal(edit.mode, MODE_DN);
	told.text[0] = '\0';
	edit_text(&edit, "number 204", EDIT_DONE);
	assert_null(config_dn_by_number(config, "203"));
	assert_non_null(config_dn_by_number(config, "204"));
	edit_text(&edit, "no number", EDIT_DONE);
	assert_null(config_dn_by_number(config, "204"));
	told.text[0] = '\0';
	edit_text(&edit, "voice service voip\nno cti shutdown", EDIT_DONE);
	assert_string_equal(told.text, "cti0 ");
	told.text[0] = '\0';

	// A DN that goes takes its buttons with it, and an overlay's expansion.
	edit_text(&edit, "no ephone-dn 2", EDIT_DONE);
	assert_string_equal(told.text, "ephone1 dn2 ");
	assert_int_equal(config_ephone_get(config, 1)->button_count, 2);
	edit_text(&edit, "no ephone-dn 1", EDIT_DONE);
	assert_int_equal(config_ephone_get(config, 1)->button_count, 0);
	assert_int_equal(config_ephone_get(config, 2)->button_count, 0);
	edit_text(&edit, "no ephone 1", EDIT_DONE);
	assert_null(config_ephone_by_name(config, "SEP000100020003"));
	edit_text(&edit, "no ephone 1", EDIT_WRONG);
	edit_text(&edit, "no telephony-service", EDIT_DONE);
	assert_int_equal(config->dns.count + config->ephones.count, 0);
	assert_false(config->telephony.present);
	edit_text(&edit, "sip-ua\nend", EDIT_EXIT);
	assert_int_equal(edit.mode, MODE_GLOBAL);
	free(before);
	edit_fini(&edit);
	config_free(config);
}

// A banner's lines are its text, one takes the place of the one before, and none stays without an
// end.
static void test_banner(void **state)
{
	struct config *config = load_good("banner #old#\nbanner login #stays#\n");
	struct edit edit;
	char *text;

	(void)state;
	assert_int_equal(edit_init(&edit, config), 0);
	edit_text(&edit, "ephone-dn-template 1\nbanner motd ^C\n! text\n\nno banner login\n^Cx",
		EDIT_DONE);
	assert_int_equal(edit.mode, MODE_GLOBAL);
	text = written(config);
	assert_null(strstr(text, "old"));
	assert_non_null(strstr(text, "\nbanner motd ^C\n! text\n\nno banner login\n^Cx\n"));
	assert_non_null(strstr(text, "\nbanner login #stays#\n"));
	free(text);
	check_round_trip(config);
	edit_text(&edit, "no banner motd\nno banner login", EDIT_DONE);
	text = written(config);
	assert_null(strstr(text, "banner"));
	free(text);
	edit_text(&edit, "banner exec %\nnever ends", EDIT_DONE);
	assert_true(edit_exit(&edit)); // its author is gone
	assert_int_equal(edit.mode, MODE_GLOBAL);
	text = written(config);
	assert_non_null(strstr(text, "\nbanner exec %\nnever ends\n%\n"));
	free(text);
	check_round_trip(config);
	edit_fini(&edit);
	config_free(config);
}

static void count_waits(void *ctx, enum config_note kind, struct span at, const char *text)
{
	unsigned *count = ctx;

	(void)at;
	if (kind == NOTE_WARNING && strcmp(text, "takes effect at the next start") == 0)
		++*count;
}

// What the running engine does not follow is told, what changes nothing is not.
static void test_waits(void **state)
{
	static const char start[] = "interface a\n ip address 10.0.0.1 255.0.0.0\n"
				    "interface b\n ip address 14.0.0.1 255.0.0.0\n"
				    "interface off\n ip address 11.0.0.1 255.0.0.0\n shutdown\n"
				    "ip route 12.0.0.0 255.0.0.0 10.0.0.2\n"
				    "voice register global\n source-address 10.0.0.1\n" MINIMUM
				    " ip source-address 10.0.0.1\n";
	static const struct {
		const char *text;
		unsigned waits;
	} changes[] = {
		{ "interface a\nip address 10.0.0.2 255.0.0.0", 1 },
		{ "interface a\nip address 10.0.0.1 255.255.0.0", 1 },
		{ "interface a\nip address 10.0.0.1 255.0.0.0", 0 },
		{ "interface a\nno ip address", 1 },
		{ "interface a\nshutdown", 1 },
		{ "interface a\nno shutdown", 0 },
		{ "interface a\nmtu 1400", 1 },
		{ "interface a\nno ip mtu", 0 },
		{ "interface off\nip mtu 1400", 0 },
		{ "no interface a", 1 },
		{ "interface off\nip address 10.0.0.2 255.0.0.0", 0 },
		{ "interface off\nno shutdown", 1 },
		{ "no interface off", 0 },
		{ "ip route 13.0.0.0 255.0.0.0 10.0.0.2", 1 },
		{ "ip route 12.0.0.0 255.0.0.0 10.0.0.2", 0 },
		{ "no ip route 12.0.0.0 255.0.0.0 10.0.0.2", 1 },
		{ "ip route 12.0.0.0 255.0.0.0 10.0.0.2 9", 1 },
		{ "ip route 12.0.0.0 255.0.0.0 10.0.0.2 name x", 0 },
		{ "voice register global\nsource-address 14.0.0.1", 1 },
		{ "voice register global\nsource-address 10.0.0.1 port 5061", 1 },
		{ "voice register global\nsource-address 10.0.0.1 port 5060", 0 },
		{ "voice register global\nno source-address", 1 },
		{ "telephony-service\nip source-address 10.0.0.1 port 2001", 1 },
		{ "telephony-service\nip source-address 10.0.0.1 port 2000 strict-match", 0 },
		{ "telephony-service\nno ip source-address", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct load_report report;
		struct config *config = load(start, &report);
		unsigned waits = 0;
		struct edit edit;

		assert_int_equal(report.note_count, 0);
		load_report_fini(&report);
		assert_int_equal(edit_init(&edit, config), 0);
		edit.note = count_waits;
		edit.ctx = &waits;
		edit_text(&edit, changes[i].text, EDIT_DONE);
		if (waits != changes[i].waits)
			fail_msg("%u remarks: %s", waits, changes[i].text);
		edit_fini(&edit);
		config_free(config);
	}
}

// In the shell an interface that overlaps is refused, whichever line makes it so, and stays as it
// was.
static void test_overlap(void **state)
{
	static const char *const changes[] = {
		"interface a\nip address 14.0.0.2 255.255.255.0",
		"interface b\nip address 10.0.0.2 255.255.255.0",
		"interface off\nno shutdown",
		"interface c\nip address 10.255.255.255 255.0.0.0",
	};
	struct config *config = load_good(
		"interface a\n ip address 10.0.0.1 255.0.0.0\ninterface b\n ip address 14.0.0.1 "
		"255.0.0.0\ninterface c\ninterface off\n ip address 10.0.0.9 255.0.0.0\n "
		"shutdown\n");
	struct edit edit;
	char *before = written(config), *after;

	(void)state;
	assert_int_equal(edit_init(&edit, config), 0);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		edit_text(&edit, changes[i], EDIT_WRONG);
	after = written(config);
	assert_string_equal(before, after);
	edit_text(&edit, "interface a\nshutdown\ninterface off\nno shutdown", EDIT_DONE);
	free(before);
	free(after);
	edit_fini(&edit);
	config_free(config);
}

// `configure terminal` leads to global mode from anywhere, a cut word means what it means there.
static void test_configure(void **state)
{
	struct config *config = load_good(MINIMUM "ephone-dn 1\n number 201\n");
	struct edit edit;

	(void)state;
	assert_int_equal(edit_init(&edit, config), 0);
	edit_text(&edit, "voice service voip\nsip\nconfigure terminal", EDIT_DONE);
	assert_int_equal(edit.mode, MODE_GLOBAL);
	edit_text(&edit, "configure terminal\nconf t\nconfigure", EDIT_DONE);
	edit_text(&edit, "ephone-dn 1\nconfigure network", EDIT_WRONG);
	assert_int_equal(edit.mode, MODE_DN);
	edit_fini(&edit);
	config_free(config);
}

// The `no` form of each kind of line takes back what the line did.
static void test_no_forms(void **state)
{
	static const char *const pairs[][3] = {
		{ "", "hostname x", "no hostname" },
		{ "", "ip route 1.0.0.0 255.0.0.0 2.0.0.1",
			"no ip route 1.0.0.0 255.0.0.0 2.0.0.1" },
		{ "", "voice service voip", "no voice service voip" },
		{ "", "voice user-profile 3", "no voice user-profile 3" },
		{ "", "interface lo9", "no interface lo9" },
		{ "voice service voip\n", "gcid", "no gcid" },
		{ "voice service voip\n", "allow-connections sip to sip",
			"no allow-connections sip to sip" },
		{ "voice service voip\n", "no supplementary-service sip refer",
			"supplementary-service sip refer" },
		{ "voice register session-server 2\n", "keepalive 77", "no keepalive" },
		{ "voice service voip\nsip\n", "bind all source-interface Gi0",
			"no bind all source-interface Gi0" },
		{ "voice service voip\n", "sip\nbind all source-interface Gi0\nexit", "no sip" },
		{ "interface lo9\n", "ip address 10.0.0.9 255.0.0.0 secondary",
			"no ip address 10.0.0.9 255.0.0.0 secondary" },
		{ "interface lo9\n", "ip address dhcp", "no ip address" },
		{ "telephony-service\n", "max-redirect 7", "no max-redirect" },
		{ "telephony-service\n", "keepalive 77", "no keepalive 77" },
		{ "telephony-service\n", "em logout 1:00", "no em logout" },
		{ "telephony-service\n", "url services http://x", "no url services" },
		{ "telephony-service\n", "xml user a password b 3", "no xml user a" },
		{ "telephony-service\n", "dialplan-pattern 1 1.. extension-length 2",
			"no dialplan-pattern 1" },
		{ "telephony-service\n", "voicemail 99", "no voicemail" },
		{ "telephony-service\n", "load 7960 x", "no load 7960" },
		{ "telephony-service\n", "transfer-pattern 1..", "no transfer-pattern 1.." },
		{ "ephone-dn 1\n", "number 300", "no number 300" },
		{ "ephone-dn 1\n", "cti watch", "no cti watch" },
		{ "ephone-dn 1\n", "call-forward noan 2 timeout 9", "no call-forward noan" },
		{ "ephone-dn 1\n", "name A B", "no name" },
		{ "ephone-dn 1\n", "pickup-group 4", "no pickup-group 4" },
		{ "ephone 1\n", "mac-address 1.2.4", "no mac-address" },
		{ "ephone 1\n", "type 7960", "no type" },
		{ "ephone 1\n", "button 1:1", "no button 1:1" },
		{ "ephone 1\n", "button 1:1", "no button" },
		{ "ephone 1\n", "speed-dial 3 911", "no speed-dial 3" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct config *config = load_good(MINIMUM "ephone-dn 1\nephone 1\n");
		char *before, *between, *after;
		struct edit edit;

		assert_int_equal(edit_init(&edit, config), 0);
		edit_text(&edit, pairs[i][0], pairs[i][0][0] == '\0' ? EDIT_NOTHING : EDIT_DONE);
		before = written(config);
		edit_text(&edit, pairs[i][1], EDIT_DONE);
		between = written(config);
		edit_text(&edit, pairs[i][2], EDIT_DONE);
		after = written(config);
		if (strcmp(before, between) == 0)
			fail_msg("no effect: %s", pairs[i][1]);
		if (strcmp(before, after) != 0)
			fail_msg("%s does not take back %s:\n%s", pairs[i][2], pairs[i][1], after);
		free(before);
		free(between);
		free(after);
		edit_fini(&edit);
		config_free(config);
	}
}

// A line kept twice is kept once; one with the same key takes its place.
static void test_kept_lines(void **state)
{
	struct config *config = load_good("telephony-service\n time-zone 1\n moh a\n time-zone 2\n"
					  "ip cef\nip cef\nno ip cef\ndial-peer voice 1 voip\n "
					  "port 1\ndial-peer voice 1 voip\n port 1\n");

	(void)state;
	assert_int_equal(config->telephony.kept.count, 2);
	assert_string_equal(config->telephony.kept.text[0], "time-zone 2");
	assert_null(section(config, "ip cef"));
	assert_non_null(section(config, "dial-peer voice 1 voip"));
	check_round_trip(config);
	config_free(config);
}

// A kept line that looks like one of the mode before it is written so that it is not taken for one.
static void test_lookalikes(void **state)
{
	struct config *config = load_good("voice service voip\n sip\n  registrar server\nexit\nexit\n"
					  "no ip address\n"
					  "sip-ua\nexit\npresence\n watcher all\n");
	char *text = written(config);

	(void)state;
	assert_non_null(strstr(text, "\nexit\nexit\nno ip address\n"));
	assert_non_null(strstr(text, "\nsip-ua\nexit\npresence\n watcher all\n"));
	free(text);
	check_round_trip(config);
	config_free(config);
	// Where lines of a mode are indented, the next that is not is none of them.
	config = load_good("sip-ua\n presence enable\npresence\n watcher all\n");
	assert_int_equal(section(config, "sip-ua")->lines.count, 1);
	assert_int_equal(section(config, "presence")->lines.count, 1);
	config_free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip_examples),
		cmocka_unit_test(test_router_lines),
		cmocka_unit_test(test_unindented_lines),
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_save),
		cmocka_unit_test(test_many_objects),
		cmocka_unit_test(test_edit),
		cmocka_unit_test(test_banner),
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_configure),
		cmocka_unit_test(test_no_forms),
		cmocka_unit_test(test_kept_lines),
		cmocka_unit_test(test_lookalikes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
