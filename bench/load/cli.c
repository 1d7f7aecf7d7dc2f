// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "bench/load/cli.h"

#include <arpa/inet.h>
#include <getopt.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <rte_eal.h>

#include "bench/load/drive.h"
#include "bench/load/report.h"
#include "bench/load/wire.h"

static const char options_text[] =
	"usage: %s [EAL ARGUMENTS --] [OPTIONS] -s ADDRESS\n"
	"%s"
	"With words before `--` (there may be none but it) the first port of DPDK is the wire and "
	"TCP our own;\n"
	"else the kernel's sockets are.\n"
	"  -s, --server ADDRESS     the engine's\n"
	"  -n, --phones N           that register and stay; phone i calls phone i + 1 for even i\n"
	"      --first-number N     the DN of the first, the others follow (100000)\n"
	"      --first-mac HEX      the low 32 bits of its MAC address, likewise (1)\n"
	"      --register-rate R    a second (0: as fast as it goes)\n"
	"      --keepalive S        (0: as the engine says)\n"
	"  -c, --calls R            a second (0: whenever there is room)\n"
	"      --call-slots N       at a time (0: no calls)\n"
	"      --call-count N       then no more (0: no end)\n"
	"      --ring MS --hold MS  until the answer, until it ends\n"
	"      --answered PERCENT   the others are given up after ringing\n"
	"      --csta-calls         sessions make, answer and clear the calls of the phones they "
	"watch\n"
	"  -S, --sessions N         of CSTA clients\n"
	"  -m, --monitors N         of a session; session i watches the phones from i * N on (1)\n"
	"      --watchers N         sessions watch the same phones, then the next N the next ones "
	"(1)\n"
	"  -u, --udp                sessions over UDP\n"
	"      --filler N           bytes more in each request and its answer (0): over UDP they "
	"go in pieces\n"
	"  -r, --requests R         a second (0: whenever there is room)\n"
	"      --request-slots N    at a time (0: none)\n"
	"      --request-count N    then no more (0: no end)\n"
	"      --services LIST      of snapshot,monitor,status,features\n"
	"  -t, --seconds S          of calls and requests (10)\n"
	"      --patience MS        for what must come (10000)\n"
	"      --decode-every N     every so manyth event is read by a full decoder too (16)\n"
	"      --station ADDRESS    DPDK: our own, the engine's route to the next two (10.0.0.2)\n"
	"      --phone-base ADDRESS of the first phone, the others follow (10.128.0.0)\n"
	"      --client-base ADDRESS of the first CSTA client likewise (10.64.0.0)\n"
	"  -j, --json FILE          the report, with a sample for each half second\n"
	"  -g, --svg FILE           a plot of them\n"
	"  -q, --quiet              no line that goes on\n"
	"  -h, --help               this text\n"
	"Exit status: 0 all that came was right and all came, 1 not, 2 usage.\n";

enum {
	REGISTER_S = 300,
	EMPTY_TURNS = 1000, // then a pause
	PAUSE_US = 50,
	CONNS_SPARE = 256,
	EXIT_USAGE = 2,
};

static const double end_s = 2; // for the last words

static struct {
	struct cli cli;
	struct endpoint server;
	struct addr station;
	struct addr phone_base;
	struct addr client_base;
	double seconds;
	const char *json;
	const char *svg;
	bool quiet;
	bool help;
	bool dpdk;
	struct wire *wire;
	struct load *load;
	struct report report;
	struct drive drive;
	unsigned empty;
} run = { .seconds = 10 };

static volatile int stopped;

static void on_signal(int number)
{
	(void)number;
	stopped = 1;
}

// --- options -------------------------------------------------------------------------------------

enum option_type {
	OPTION_U32,
	OPTION_U64,
	OPTION_RATE,
	OPTION_HEX,
	OPTION_ADDR,
	OPTION_TEXT,
	OPTION_FLAG,
	OPTION_SERVICES
};

struct load_option {
	const char *name;
	char letter; // 0: none
	enum option_type type;
	void *out;
	uint32_t min; // of a U32
	uint32_t max; // 0: what fits
};

static const struct load_option options[] = {
	{ "server", 's', OPTION_ADDR, &run.server.addr },
	{ "phones", 'n', OPTION_U32, &run.cli.load.phones },
	{ "first-number", 0, OPTION_U32, &run.cli.load.first_number },
	{ "first-mac", 0, OPTION_HEX, &run.cli.load.first_mac },
	{ "register-rate", 0, OPTION_RATE, &run.cli.load.register_rate },
	{ "keepalive", 0, OPTION_U32, &run.cli.load.keepalive_ms },
	{ "calls", 'c', OPTION_RATE, &run.cli.calls.rate },
	{ "call-slots", 0, OPTION_U32, &run.cli.calls.slots },
	{ "call-count", 0, OPTION_U64, &run.cli.calls.count },
	{ "ring", 0, OPTION_U32, &run.cli.calls.ring_ms },
	{ "hold", 0, OPTION_U32, &run.cli.calls.hold_ms },
	{ "answered", 0, OPTION_U32, &run.cli.calls.answered_percent, 0, 100 },
	{ "csta-calls", 0, OPTION_FLAG, &run.cli.calls.by_csta },
	{ "sessions", 'S', OPTION_U32, &run.cli.load.sessions },
	{ "monitors", 'm', OPTION_U32, &run.cli.load.monitors, 1, LOAD_MONITORS_MAX },
	{ "watchers", 0, OPTION_U32, &run.cli.load.watchers, 1, LOAD_WATCHERS_MAX },
	{ "udp", 'u', OPTION_FLAG, &run.cli.load.udp },
	{ "filler", 0, OPTION_U32, &run.cli.load.filler, 0, LOAD_FILLER_MAX },
	{ "requests", 'r', OPTION_RATE, &run.cli.requests.rate },
	{ "request-slots", 0, OPTION_U32, &run.cli.requests.slots },
	{ "request-count", 0, OPTION_U64, &run.cli.requests.count },
	{ "services", 0, OPTION_SERVICES, &run.cli.requests.services },
	{ "seconds", 't', OPTION_RATE, &run.seconds },
	{ "patience", 0, OPTION_U32, &run.cli.load.patience_ms, 1 },
	{ "decode-every", 0, OPTION_U32, &run.cli.load.full_every },
	{ "station", 0, OPTION_ADDR, &run.station },
	{ "phone-base", 0, OPTION_ADDR, &run.phone_base },
	{ "client-base", 0, OPTION_ADDR, &run.client_base },
	{ "json", 'j', OPTION_TEXT, &run.json },
	{ "svg", 'g', OPTION_TEXT, &run.svg },
	{ "quiet", 'q', OPTION_FLAG, &run.quiet },
};

enum { OPTIONS = sizeof(options) / sizeof(options[0]) };

static bool services_read(const char *text, uint32_t *services)
{
	*services = 0;
	while (*text != '\0') {
		size_t n = strcspn(text, ",");
		unsigned i = 0;

		while (i < LOAD_NSERVICES &&
			(strlen(load_service_word((enum load_service)i)) != n ||
				strncmp(load_service_word((enum load_service)i), text, n) != 0))
			i++;
		if (i == LOAD_NSERVICES)
			return false;
		*services |= 1u << i;
		text += n + (text[n] == ',');
	}
	return *services != 0;
}

static bool number_read(const char *text, int base, uint64_t *out)
{
	char *end;

	*out = strtoull(text, &end, base);
	return end != text && *end == '\0' && text[0] != '-';
}

static uint32_t option_max(const struct load_option *option)
{
	return option->max == 0 ? UINT32_MAX : option->max;
}

static bool option_read(const struct load_option *option, const char *text)
{
	uint64_t number = 0;
	char *end;

	switch (option->type) {
	case OPTION_U32:
	case OPTION_HEX:
		if (!number_read(text, option->type == OPTION_HEX ? 16 : 10, &number) ||
			number < option->min || number > option_max(option))
			return false;
		*(uint32_t *)option->out = (uint32_t)number;
		return true;
	case OPTION_U64:
		return number_read(text, 10, option->out);
	case OPTION_RATE:
		*(double *)option->out = strtod(text, &end);
		return end != text && *end == '\0' && *(double *)option->out >= 0;
	case OPTION_ADDR:
		return inet_pton(AF_INET, text, &number) == 1 &&
		       (*(struct addr *)option->out = addr_ipv4((uint32_t)number), true);
	case OPTION_TEXT:
		*(const char **)option->out = text;
		return true;
	case OPTION_FLAG:
		*(bool *)option->out = true;
		return true;
	case OPTION_SERVICES:
		return services_read(text, option->out);
	}
	return false;
}

static int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

// One line on what is wrong. Returns the exit status of wrong usage.
static int complain(const char *format, ...)
{
	va_list list;

	fprintf(stderr, "%s: ", run.cli.name);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputs("; --help tells what there is\n", stderr);
	return EXIT_USAGE;
}

// What the option takes, told to who gave it something else.
static int option_wrong(const struct load_option *option, const char *text)
{
	static const char *const kinds[] = {
		[OPTION_U64] = "a number",
		[OPTION_RATE] = "a number, which may have a fraction",
		[OPTION_HEX] = "a number of 32 bits in hexadecimal",
		[OPTION_ADDR] = "an IPv4 address",
		[OPTION_SERVICES] = "a list of services",
	};

	if (option->type == OPTION_U32)
		return complain("--%s %s: not a number from %u to %u", option->name, text,
			option->min, option_max(option));
	return complain("--%s %s: not %s", option->name, text, kinds[option->type]);
}

// 0, or the exit status.
static int options_read(int argc, char **argv)
{
	struct option longs[OPTIONS + 2] = { 0 };
	char letters[2 * OPTIONS + 2];
	size_t n = 0;
	int letter;

	for (int i = 0; i < OPTIONS; i++) {
		bool flag = options[i].type == OPTION_FLAG;

		longs[i] = (struct option){ options[i].name, flag ? no_argument : required_argument,
			NULL, 256 + i };
		if (options[i].letter == 0)
			continue;
		letters[n++] = options[i].letter;
		if (!flag)
			letters[n++] = ':';
	}
	longs[OPTIONS] = (struct option){ "help", no_argument, NULL, 'h' };
	letters[n++] = 'h';
	letters[n] = '\0';
	while ((letter = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		int i = letter - 256;

		run.help |= letter == 'h';
		for (int at = 0; letter < 256 && at < OPTIONS; at++)
			i = options[at].letter == letter ? at : i;
		if (run.help)
			return 0;
		if (i < 0) // getopt said which
			return EXIT_USAGE;
		if (!option_read(&options[i], optarg))
			return option_wrong(&options[i], optarg);
	}
	return optind == argc ? 0 : complain("%s: no option", argv[optind]);
}

// What options say together. 0, or the exit status.
static int options_check(void)
{
	const struct load_config *load = &run.cli.load;
	uint64_t watched;

	if (run.server.addr.family == ADDR_NONE)
		return complain("--server is missing");
	if (load->phones + load->sessions == 0)
		return complain("--phones 0 --sessions 0: nobody to make a load");
	watched = (load->sessions + (uint64_t)load->watchers - 1) / load->watchers * load->monitors;
	if (load->phones > 0 && watched > load->phones)
		return complain(
			"--sessions %u --monitors %u --watchers %u: more than --phones %u to watch",
			load->sessions, load->monitors, load->watchers, load->phones);
	if (run.cli.calls.by_csta && watched < 2)
		return complain("--csta-calls: there are no two phones that --sessions watch");
	return 0;
}

// --- the run -------------------------------------------------------------------------------------

static void turn(void *ctx)
{
	uint64_t now_ns = drive_now_ns();

	(void)ctx;
	run.empty = load_step(run.load, now_ns) > 0 ? 0 : run.empty + 1;
	report_tick(&run.report, now_ns);
	if (run.empty > EMPTY_TURNS)
		usleep(PAUSE_US);
}

static bool calls_ready(void)
{
	return run.cli.calls.slots == 0 || run.cli.load.phones < 2 ||
	       (drive_learn(&run.drive, run.cli.calls.by_csta, false) &&
		       drive_learn(&run.drive, run.cli.calls.by_csta, true));
}

static bool work(void)
{
	load_register(run.load);
	if (!drive_until(&run.drive, load_is_registered, REGISTER_S)) {
		fprintf(stderr, "\n%u of %u phones and %u of %u sessions are there\n",
			load_phones_registered(run.load), run.cli.load.phones,
			load_sessions_open(run.load), run.cli.load.sessions);
		return false;
	}
	drive_settle(&run.drive);
	if (!calls_ready())
		return false;
	report_restart_latencies(&run.report);
	load_count_mark(run.load);
	load_set_calls(run.load, run.cli.calls.slots > 0 ? &run.cli.calls : NULL);
	load_set_requests(run.load, run.cli.requests.slots > 0 ? &run.cli.requests : NULL);
	drive_until(&run.drive, load_is_done, run.seconds);
	load_set_calls(run.load, NULL);
	load_set_requests(run.load, NULL);
	stopped = 0; // what is under way is waited for
	if (!drive_settle(&run.drive))
		return false;
	load_count_check(run.load);
	return true;
}

static bool file_write(const char *path, void (*write)(const struct report *report, FILE *out))
{
	FILE *out;

	if (path == NULL)
		return true;
	out = fopen(path, "w");
	if (out == NULL) {
		perror(path);
		return false;
	}
	write(&run.report, out);
	return fclose(out) == 0;
}

static int wire_open(void)
{
	struct load_config *load = &run.cli.load;
	uint32_t connections = load->phones + load->phones / 8 + load->sessions + CONNS_SPARE;
	struct wire_port_config port = {
		.station_net = addr_ipv4_net(&run.station),
		.engine_net = addr_ipv4_net(&run.server.addr),
		.connections = connections,
		.udp_port = 5060,
	};
	struct endpoint sip = { run.server.addr, 5060 };
	struct rlimit files = { connections + 64, connections + 64 };
	char error[200] = "";
	int status;

	if (run.dpdk) {
		status = wire_port_new(
			&run.wire, &port, drive_now_ns() / 1000, error, sizeof(error));
	} else {
		(void)setrlimit(RLIMIT_NOFILE, &files);
		status = wire_kernel_new(&run.wire, &sip, connections);
	}
	if (status < 0)
		fprintf(stderr, "%s\n", error[0] != '\0' ? error : strerror(-status));
	return status;
}

static void config_finish(void)
{
	struct load_config *load = &run.cli.load;

	load->sccp = (struct endpoint){ run.server.addr, 2000 };
	load->sip = (struct endpoint){ run.server.addr, 5060 };
	load->keepalive_ms *= 1000;
	if (run.dpdk) {
		load->phone_base = ntohl(addr_ipv4_net(&run.phone_base));
		load->client_base = ntohl(addr_ipv4_net(&run.client_base));
	}
}

static bool run_all(void)
{
	bool good;

	if (wire_open() < 0)
		return false;
	run.load = load_new(&run.cli.load, run.wire, drive_now_ns());
	if (run.load == NULL ||
		report_init(&run.report, run.load, run.wire, run.cli.name, drive_now_ns()) < 0)
		return false;
	run.report.progress = !run.quiet;
	run.drive = (struct drive){ run.load, turn, NULL, &stopped };
	good = work();
	load_end(run.load);
	drive_until(&run.drive, load_is_over, end_s);
	report_text(&run.report, stdout);
	good = file_write(run.json, report_json) && good;
	good = file_write(run.svg, report_svg) && good;
	good = good && load_numbers(run.load)->errors == 0;
	report_fini(&run.report);
	load_free(run.load);
	return good;
}

// Words before `--` are EAL's.
static int eal_start(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") != 0)
			continue;
		run.dpdk = true;
		argv[i] = argv[0];
		return rte_eal_init(i, argv) < 0 ? -1 : i;
	}
	return 0;
}

int cli_main(int argc, char **argv, const struct cli *defaults)
{
	int split, status;
	bool good;

	run.cli = *defaults;
	run.station = addr_ipv4(inet_addr("10.0.0.2"));
	run.phone_base = addr_ipv4(inet_addr("10.128.0.0"));
	run.client_base = addr_ipv4(inet_addr("10.64.0.0"));
	split = eal_start(argc, argv);
	if (split < 0)
		return 1;
	status = options_read(argc - split, argv + split);
	if (run.help) {
		printf(options_text, defaults->name, defaults->intro);
		return 0;
	}
	if (status == 0)
		status = options_check();
	if (status != 0)
		return status;
	config_finish();
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	good = run_all();
	wire_free(run.wire);
	if (run.dpdk)
		rte_eal_cleanup();
	return good ? 0 : 1;
}
