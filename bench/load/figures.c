// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// offhook-figures: what an engine does under load, measured with engine and generator in one
// process (inproc.h). Each stage loads it in one way and adds its figures; docs/performance.md says
// what they mean.
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>

#include "bench/load/drive.h"
#include "bench/load/inproc.h"

static const char usage[] =
	"usage: offhook-figures [OPTIONS] STAGE ...\n"
	"Stages, in the order given: calls latency requests interval keepalives storm\n"
	"  -n, --phones N        registered before the first stage (1000)\n"
	"  -s, --sessions N      CSTA sessions (as many as phones)\n"
	"  -m, --monitors N      of a session, each on a phone of its own (1)\n"
	"  -u, --udp             sessions over UDP\n"
	"  -f, --filler N        bytes more in each request and its answer (0)\n"
	"  -t, --seconds S       of a stage, beside a tenth to warm up (2)\n"
	"  -k, --slots N         calls or requests under way at a time (64)\n"
	"  -c, --worker-cpu N    the control thread and the generator take another one (1)\n"
	"  -j, --json FILE       write the figures there\n"
	"  -q, --quiet           no text\n"
	"Exit status: 0 all that was checked was right, 1 not, 2 usage.\n";

enum { REGISTER_S = 120, WINDOW_TRIES = 40, END_S = 10, FIGURES_MAX = 64, NAME_SIZE = 40, STAGES_MAX = 8 };

enum {
	PACKET = 1500,         // bytes; longer datagrams go in pieces
	KEPT_BYTES = 32 << 20, // of answers that an engine keeps
};

// Calls begin evenly: when the generator did not get its core they do not come in a heap afterwards.
enum { CALLS_OWED = 2 };

#define INTERVAL_PART 1.1 // of a keepalive interval

struct figure {
	char name[NAME_SIZE];
	double value;
};

static struct {
	struct inproc_config config;
	double seconds;
	unsigned slots;
	int worker_cpu;
	const char *json;
	bool quiet;
	const char *stages[STAGES_MAX];
	int nstages;
	double calls_per_s; // of the stage `calls`
	struct figure figures[FIGURES_MAX];
	unsigned nfigures;
	struct drive drive;
} run = {
	.config = {
		.site = { .phones = 1000, .first_number = 100000, .first_mac = 1, .keepalive_s = 30 },
		.load = { .register_slots = 256, .monitors = 1, .patience_ms = 10000, .full_every = 256 },
	},
	.seconds = 2,
	.slots = 64,
	.worker_cpu = 1,
};

static void figure_add(const char *name, double value)
{
	struct figure *figure = &run.figures[run.nfigures];

	if (run.nfigures == FIGURES_MAX)
		return;
	run.nfigures++;
	snprintf(figure->name, sizeof(figure->name), "%s", name);
	figure->value = value;
	if (!run.quiet)
		printf("%-28s %12.2f\n", name, value);
}

// --- turning -------------------------------------------------------------------------------------

static void turn(void *ctx)
{
	inproc_turn(ctx);
}

// What one thing cost, over a window with as many of them as `count` counts.
struct window {
	double n;
	double per_s;
	double worker_us; // each, as the next
	double control_us;
	double generator_us;
};

static struct window window_turn(struct inproc *inproc, const uint64_t *count)
{
	struct inproc_usage used;
	struct window window;
	uint64_t before;

	drive_for(&run.drive, run.seconds / 10);
	inproc_usage(inproc, &used);
	hist_clear(load_event_latency(inproc_load(inproc)));
	hist_clear(load_answer_latency(inproc_load(inproc)));
	before = *count;
	// A window in which nothing was done says nothing: a slow machine gets more time, within bounds.
	for (unsigned i = 0; i < WINDOW_TRIES && *count == before; i++)
		drive_for(&run.drive, run.seconds);
	inproc_usage(inproc, &used);
	window.n = (double)(*count - before);
	window.per_s = window.n * 1e9 / (double)used.wall_ns;
	window.worker_us = (double)used.worker_ns / 1e3 / window.n;
	window.control_us = (double)used.control_ns / 1e3 / window.n;
	window.generator_us = (double)used.generator_ns / 1e3 / window.n;
	return window;
}

static void window_add(const struct window *window, const char *rate, const char *what)
{
	char name[NAME_SIZE];

	figure_add(rate, window->per_s);
	snprintf(name, sizeof(name), "%s_worker_us", what);
	figure_add(name, window->worker_us);
	snprintf(name, sizeof(name), "%s_control_us", what);
	figure_add(name, window->control_us);
	snprintf(name, sizeof(name), "%s_generator_us", what);
	figure_add(name, window->generator_us);
}

static void latency_add(const char *what, const struct hist *hist)
{
	static const struct {
		const char *name;
		double part;
	} parts[] = { { "p50", 0.5 }, { "p90", 0.9 }, { "p99", 0.99 }, { "p999", 0.999 } };
	char name[NAME_SIZE];

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		snprintf(name, sizeof(name), "%s_latency_us_%s", what, parts[i].name);
		figure_add(name, (double)hist_quantile_ns(hist, parts[i].part) / 1e3);
	}
}

// --- stages --------------------------------------------------------------------------------------

static bool register_all(struct inproc *inproc)
{
	struct load *load = inproc_load(inproc);
	uint64_t begin = drive_now_ns();

	load_register(load);
	if (!drive_until(&run.drive, load_is_registered, REGISTER_S)) {
		fprintf(stderr, "%u of %u phones and %u of %u sessions in %d s\n",
			load_phones_registered(load), run.config.site.phones,
			load_sessions_open(load), run.config.load.sessions, REGISTER_S);
		return false;
	}
	figure_add("register_s", (double)(drive_now_ns() - begin) / 1e9);
	figure_add("phones_registered", load_phones_registered(load));
	figure_add("dns_monitored", (double)load_sessions_open(load) * run.config.load.monitors);
	drive_settle(&run.drive);
	return true;
}

static bool calls_run(struct inproc *inproc, const struct load_calls *calls, struct window *window)
{
	struct load *load = inproc_load(inproc);
	bool idle;

	load_count_mark(load);
	load_set_calls(load, calls);
	*window = window_turn(inproc, &load_numbers(load)->calls);
	load_set_calls(load, NULL);
	idle = drive_settle(&run.drive);
	load_count_check(load);
	return idle;
}

static bool stage_calls(struct inproc *inproc)
{
	const struct load_calls calls = { .slots = run.slots, .answered_percent = 100 };
	struct window window;

	if (!drive_learn(&run.drive, false, true) || !calls_run(inproc, &calls, &window))
		return false;
	run.calls_per_s = window.per_s;
	window_add(&window, "calls_per_s", "call");
	figure_add("call_cpu_us", window.worker_us + window.control_us);
	return true;
}

static bool stage_latency(struct inproc *inproc)
{
	const struct load_calls calls = {
		.rate = run.calls_per_s / 2, .owed = CALLS_OWED, .slots = run.slots, .answered_percent = 100
	};
	struct window window;

	if (run.calls_per_s == 0) {
		fprintf(stderr, "latency: half of what? the stage `calls` must come before\n");
		return false;
	}
	if (!calls_run(inproc, &calls, &window))
		return false;
	figure_add("event_latency_calls_per_s", window.per_s);
	latency_add("event", load_event_latency(inproc_load(inproc)));
	return true;
}

// Requests are longer than a packet, and go in fragments.
static bool are_in_pieces(void)
{
	return run.config.load.udp && run.config.load.filler > PACKET;
}

// Answers over UDP are kept for 32 s (RFC 3261 17.2.2): of long ones no more than half of what the
// engine has room for. 0: no end.
static uint64_t requests_most(void)
{
	return are_in_pieces() ? KEPT_BYTES / run.config.load.filler : 0;
}

static bool stage_requests(struct inproc *inproc)
{
	struct load *load = inproc_load(inproc);
	const struct load_requests requests = { .slots = run.slots,
		.count = requests_most(),
		.services = 1 << LOAD_SERVICE_SNAPSHOT };
	struct window window;

	load_set_requests(load, &requests);
	window = window_turn(inproc, &load_numbers(load)->answers);
	load_set_requests(load, NULL);
	window_add(&window, "csta_requests_per_s", "request");
	figure_add("request_worker_ns", window.worker_us * 1e3);
	latency_add("request", load_answer_latency(load));
	if (are_in_pieces() &&
		inproc_stat(inproc, "reassembled") < load_numbers(load)->requests / 2) {
		fprintf(stderr, "requests: long ones, but they came in one piece\n");
		return false;
	}
	return drive_settle(&run.drive);
}

// A whole interval of KeepAlives, and a little more: each phone sends its own and is answered, or it is an error.
static bool stage_interval(struct inproc *inproc)
{
	struct load *load = inproc_load(inproc);
	uint64_t before = load_numbers(load)->keepalives;

	drive_for(&run.drive, run.config.site.keepalive_s * INTERVAL_PART);
	if (load_numbers(load)->keepalives - before < run.config.site.phones) {
		fprintf(stderr, "interval: %llu KeepAlives of %u phones\n",
			(unsigned long long)(load_numbers(load)->keepalives - before),
			run.config.site.phones);
		return false;
	}
	figure_add("phones_kept", load_phones_registered(load));
	return true;
}

static bool stage_keepalives(struct inproc *inproc)
{
	struct load *load = inproc_load(inproc);
	struct window window;

	load_set_keepalives(load, 4 * run.slots);
	window = window_turn(inproc, &load_numbers(load)->keepalives);
	load_set_keepalives(load, 0);
	window_add(&window, "keepalives_per_s", "keepalive");
	return drive_settle(&run.drive);
}

static bool stage_storm(struct inproc *inproc)
{
	struct load *load = inproc_load(inproc);
	uint64_t begin = drive_now_ns();

	load_reregister(load);
	if (!drive_until(&run.drive, load_is_registered, REGISTER_S)) {
		fprintf(stderr, "storm: %u of %u phones came back\n", load_phones_registered(load),
			run.config.site.phones);
		return false;
	}
	figure_add("reregister_s", (double)(drive_now_ns() - begin) / 1e9);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(struct inproc *inproc);
} stages[] = {
	{ "calls", stage_calls },
	{ "latency", stage_latency },
	{ "requests", stage_requests },
	{ "interval", stage_interval },
	{ "keepalives", stage_keepalives },
	{ "storm", stage_storm },
};

enum { NSTAGES = sizeof(stages) / sizeof(stages[0]) };

static bool stage_run(struct inproc *inproc, const char *name)
{
	for (unsigned i = 0; i < NSTAGES; i++) {
		if (strcmp(stages[i].name, name) == 0)
			return stages[i].run(inproc);
	}
	return false;
}

// --- the run -------------------------------------------------------------------------------------

static void errors_print(const struct load_numbers *numbers)
{
	for (unsigned i = 0; i < LOAD_NERRORS; i++) {
		if (numbers->error[i] != 0)
			fprintf(stderr, "%llu %s\n", (unsigned long long)numbers->error[i],
				load_error_text((enum load_error)i));
	}
}

static int scenario(struct inproc *inproc, void *arg)
{
	const struct load_numbers *numbers = load_numbers(inproc_load(inproc));
	bool good;

	(void)arg;
	run.drive = (struct drive){ inproc_load(inproc), turn, inproc, NULL };
	good = register_all(inproc);
	for (int i = 0; i < run.nstages && good; i++)
		good = stage_run(inproc, run.stages[i]);
	// With the connections gone the worker has nothing to wait for at its end.
	load_end(inproc_load(inproc));
	drive_until(&run.drive, load_is_over, END_S);
	figure_add("errors", (double)numbers->errors);
	if (!good || numbers->errors > 0) {
		errors_print(numbers);
		inproc_print(inproc, stderr);
	}
	return good && numbers->errors == 0 ? 0 : -1;
}

static bool json_write(void)
{
	FILE *out = fopen(run.json, "w");

	if (out == NULL) {
		perror(run.json);
		return false;
	}
	for (unsigned i = 0; i < run.nfigures; i++)
		fprintf(out, "%s\"%s\": %.9g", i == 0 ? "{ " : ",\n  ", run.figures[i].name,
			run.figures[i].value);
	fprintf(out, " }\n");
	return fclose(out) == 0;
}

static bool stages_known(int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		unsigned at = 0;

		while (at < NSTAGES && strcmp(stages[at].name, argv[i]) != 0)
			at++;
		if (at == NSTAGES || run.nstages == STAGES_MAX)
			return false;
		run.stages[run.nstages++] = argv[i];
	}
	return true;
}

static bool options_read(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "phones", required_argument, NULL, 'n' },
		{ "sessions", required_argument, NULL, 's' },
		{ "monitors", required_argument, NULL, 'm' },
		{ "udp", no_argument, NULL, 'u' },
		{ "filler", required_argument, NULL, 'f' },
		{ "seconds", required_argument, NULL, 't' },
		{ "slots", required_argument, NULL, 'k' },
		{ "worker-cpu", required_argument, NULL, 'c' },
		{ "json", required_argument, NULL, 'j' },
		{ "quiet", no_argument, NULL, 'q' },
		{ NULL, 0, NULL, 0 },
	};
	struct load_config *load = &run.config.load;
	bool sessions_given = false;
	int option;

	while ((option = getopt_long(argc, argv, "n:s:m:uf:t:k:c:j:q", longs, NULL)) != -1) {
		unsigned value = optarg == NULL ? 0 : (unsigned)strtoul(optarg, NULL, 10);

		if (option == 'n')
			run.config.site.phones = value;
		else if (option == 's')
			load->sessions = value;
		else if (option == 'm')
			load->monitors = value;
		else if (option == 'u')
			load->udp = true;
		else if (option == 'f')
			load->filler = value;
		else if (option == 't')
			run.seconds = strtod(optarg, NULL);
		else if (option == 'k')
			run.slots = value;
		else if (option == 'c')
			run.worker_cpu = (int)value;
		else if (option == 'j')
			run.json = optarg;
		else if (option == 'q')
			run.quiet = true;
		else
			return false;
		sessions_given |= option == 's';
	}
	if (!sessions_given)
		load->sessions =
			run.config.site.phones / (load->monitors == 0 ? 1 : load->monitors);
	return run.config.site.phones >= 2 && load->monitors >= 1 && run.seconds > 0 &&
	       run.slots > 0 && load->sessions * load->monitors <= run.config.site.phones &&
	       stages_known(argc - optind, argv + optind);
}

int main(int argc, char **argv)
{
	char cpu[12];
	char *eal[] = { argv[0], "--no-pci", "--no-huge", "-m", "512", "--no-shconf",
		"--no-telemetry", "--log-level=error", "-l", cpu, NULL };
	int status;

	if (!options_read(argc, argv)) {
		fputs(usage, stderr);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	snprintf(cpu, sizeof(cpu), "%d", run.worker_cpu);
	run.config.control_cpu = run.worker_cpu == 0 ? 1 : 0;
	if (rte_eal_init((int)(sizeof(eal) / sizeof(eal[0])) - 1, eal) < 0)
		return 1;
	status = inproc_run(&run.config, scenario, NULL);
	if (run.json != NULL && !json_write())
		status = -1;
	return status == 0 ? 0 : 1;
}
