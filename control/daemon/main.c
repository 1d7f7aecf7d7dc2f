// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// offhookd: start order, and who runs on which thread. Each of EAL's lcores becomes a worker, the main
// thread the first; control gets a thread of its own.
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <osmocom/core/application.h>
#include <osmocom/core/logging.h>
#include <osmocom/core/select.h>
#include <osmocom/core/talloc.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include "control/config/load.h"
#include "control/csta/csta.h"
#include "control/daemon/loop.h"
#include "control/daemon/plan.h"
#include "control/vty/server.h"

static const char usage[] =
	"usage: offhookd [EAL ARGUMENTS] -- -c FILE [OPTIONS]\n"
	"       offhookd --check -c FILE | --version | --help\n"
	"  -c, --config FILE     the configuration, in IOS form\n"
	"  -s, --socket PATH     the operator's control socket (" VTY_SOCKET_DEFAULT ")\n"
	"  -p, --poll MODE       adaptive: sleep when there is nothing to do (default); busy: never\n"
	"      --control CPU     where the control thread runs; else where no worker does, if there is such\n"
	"      --check           load the configuration, say what is wrong with it, and end\n"
	"Words before `--` go to DPDK's EAL, as in: -l 1 --no-pci --vdev=net_af_packet0,iface=eth1\n"
	"Each core of its -l is a worker: -l 2-5 makes four.\n";

struct options {
	const char *config;
	const char *socket;
	bool busy;
	bool check;
	int control_cpu; // -1: not given
};

struct daemon {
	struct options options;
	struct config *config;
	struct dataplane *dataplane;
	struct engine engine;
	int status;
};

// Words for EAL end at `--`; without it, all are ours.
static int split_arguments(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0)
			return i;
	}
	return 0;
}

// The number of a CPU that is there.
static bool cpu_read(const char *text, int *cpu)
{
	uint32_t n;

	if (!span_u32(span_str(text), &n) || n >= CPU_SETSIZE || n >= sysconf(_SC_NPROCESSORS_CONF))
		return false;
	*cpu = (int)n;
	return true;
}

static int wrong_option(const char *option, const char *text, const char *must)
{
	fprintf(stderr, "offhookd: %s %s: not %s; --help tells what there is\n", option, text, must);
	return 3;
}

// Returns 0, or the exit status plus one.
static int parse_options(int argc, char **argv, struct options *options)
{
	enum { CHECK = 256, VERSION, CONTROL };
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' }, { "socket", required_argument, NULL, 's' },
		{ "poll", required_argument, NULL, 'p' },   { "check", no_argument, NULL, CHECK },
		{ "control", required_argument, NULL, CONTROL },
		{ "version", no_argument, NULL, VERSION },  { "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "c:s:p:h", longs, NULL)) != -1) {
		if (option == 'c') {
			options->config = optarg;
		} else if (option == 's') {
			options->socket = optarg;
		} else if (option == CHECK) {
			options->check = true;
		} else if (option == CONTROL) {
			if (!cpu_read(optarg, &options->control_cpu))
				return wrong_option("--control", optarg, "the number of a CPU here");
		} else if (option == 'p') {
			options->busy = strcmp(optarg, "busy") == 0;
			if (!options->busy && strcmp(optarg, "adaptive") != 0)
				return wrong_option("--poll", optarg, "adaptive or busy");
		} else if (option == VERSION) {
			puts("offhookd " OFFHOOK_VERSION);
			return 1;
		} else {
			fputs(usage, option == 'h' ? stdout : stderr);
			return option == 'h' ? 1 : 3;
		}
	}
	if (optind != argc)
		return wrong_option("word", argv[optind], "an option");
	if (options->config == NULL) {
		fputs("offhookd: --config is missing; --help tells what there is\n", stderr);
		return 3;
	}
	return 0;
}

static void complain(const char *what, const char *why)
{
	fprintf(stderr, "offhookd: %s: %s\n", what, why);
}

// The ring of the worker that the command's handle names.
static bool push_command(void *ctx, const struct command *command)
{
	return dataplane_push_command(ctx, (struct command *)command);
}

static void plan_warning(void *ctx, const char *what, const char *why)
{
	(void)ctx;
	fprintf(stderr, "offhookd: %s: warning: %s\n", what, why);
}

static int make_plan(struct daemon *daemon, unsigned workers, struct dataplane_config *plan)
{
	static const struct plan_listener listener = { .warn = plan_warning };
	char error[256];
	int status =
		plan_from_config(daemon->config, workers, &listener, plan, error, sizeof(error));

	if (status != 0)
		complain(daemon->options.config, error);
	return status;
}

static int start_dataplane(struct daemon *daemon)
{
	struct dataplane_config plan;
	char error[256];

	if (make_plan(daemon, rte_lcore_count(), &plan) != 0)
		return -EINVAL;
	plan.poll = daemon->options.busy ? POLL_BUSY : POLL_ADAPTIVE;
	if (dataplane_init(&daemon->dataplane, &plan, engine_now_us(), error, sizeof(error)) != 0 ||
		dataplane_start(daemon->dataplane, error, sizeof(error)) != 0) {
		complain("packet engine", error);
		return -EIO;
	}
	for (unsigned i = 0; i < dataplane_ports(daemon->dataplane); i++) {
		struct dataplane_port port;

		dataplane_port(daemon->dataplane, i, &port);
		if (!port.up)
			complain(port.name, "warning: there is no port for this interface, it is down");
	}
	return 0;
}

static bool cpu_has_worker(int cpu)
{
	unsigned lcore;

	RTE_LCORE_FOREACH(lcore)
	{
		rte_cpuset_t own = rte_lcore_cpuset(lcore);

		if (CPU_ISSET(cpu, &own))
			return true;
	}
	return false;
}

// The control thread must not share the CPUs on which workers poll, when there are others; it must not
// stay on the first worker's either, whose place it was born in.
static void control_place(int wanted)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t all, idle;

	CPU_ZERO(&all);
	CPU_ZERO(&idle);
	for (int cpu = 0; cpu < CPU_SETSIZE && cpu < online; cpu++) {
		if (wanted < 0 || cpu == wanted)
			CPU_SET(cpu, &all);
		if (wanted < 0 && !cpu_has_worker(cpu))
			CPU_SET(cpu, &idle);
	}
	pthread_setaffinity_np(
		pthread_self(), sizeof(all), CPU_COUNT(&idle) > 0 ? &idle : &all);
}

static int control_start(struct daemon *daemon, struct loop *loop)
{
	struct engine *engine = &daemon->engine;
	int status = engine_init(engine, daemon->config);

	if (status < 0) {
		complain("control", strerror(-status));
		return status;
	}
	outbox_init(&engine->outbox, push_command, daemon->dataplane);
	engine->report = monitors_report;
	status = loop_init(loop, engine, daemon->dataplane, daemon->options.busy);
	if (status < 0) {
		complain("control", strerror(-status));
		return status;
	}
	status = vty_server_start(engine, daemon->dataplane, &loop->watch, daemon->options.config,
		daemon->options.socket);
	if (status < 0)
		complain(daemon->options.socket, strerror(-status));
	return status;
}

static void *control_main(void *arg)
{
	struct daemon *daemon = arg;
	void *log_memory;
	struct loop loop;

	pthread_setname_np(pthread_self(), "control"); // for top and debuggers
	control_place(daemon->options.control_cpu);
	// libosmocore keeps timers, descriptors and scratch memory by thread.
	osmo_ctx_init("control");
	osmo_select_init();
	log_memory = talloc_named_const(NULL, 0, "log");
	osmo_init_logging2(log_memory, NULL);
	daemon->status = control_start(daemon, &loop);
	if (daemon->status == 0) {
		printf("offhookd: ready on %s, control socket %s\n", daemon->options.config,
			daemon->options.socket);
		fflush(stdout);
		loop_run(&loop);
		vty_server_stop();
		loop_fini(&loop);
		engine_fini(&daemon->engine);
	}
	dataplane_stop(daemon->dataplane);
	log_fini();
	talloc_free(log_memory);
	talloc_free(OTC_GLOBAL);
	return NULL;
}

// NULL when a line is wrong.
static struct config *load(const char *path, bool tell_liberties)
{
	struct load_report report;
	struct config *config = config_load(path, &report);

	load_report_errors(&report, stderr);
	if (config != NULL && tell_liberties)
		load_report_notes(&report, stdout);
	else if (config != NULL && report.note_count > 0)
		printf("%s: %u liberties taken, --check tells them\n", path, report.note_count);
	load_report_fini(&report);
	return config;
}

static int worker_main(void *arg)
{
	struct daemon *daemon = arg;

	dataplane_run(daemon->dataplane, (unsigned)rte_lcore_index((int)rte_lcore_id()));
	return 0;
}

static int run(struct daemon *daemon)
{
	pthread_t control;
	int status = start_dataplane(daemon);

	if (status == 0)
		status = -pthread_create(&control, NULL, control_main, daemon);
	if (status == 0) {
		rte_eal_mp_remote_launch(worker_main, daemon, CALL_MAIN);
		rte_eal_mp_wait_lcore();
		pthread_join(control, NULL);
		status = daemon->status;
	}
	dataplane_fini(daemon->dataplane);
	return status;
}

int main(int argc, char **argv)
{
	static struct daemon daemon = { .options = { .socket = VTY_SOCKET_DEFAULT, .control_cpu = -1 } };
	int split = split_arguments(argc, argv);
	int status;

	status = parse_options(argc - split, argv + split, &daemon.options);
	if (status != 0)
		return status - 1;
	daemon.config = load(daemon.options.config, daemon.options.check);
	if (daemon.config == NULL)
		return 1;
	if (daemon.options.check) {
		struct dataplane_config plan;

		status = make_plan(&daemon, 1, &plan);
		if (status == 0)
			printf("%s: no errors\n", daemon.options.config);
		config_free(daemon.config);
		return status == 0 ? 0 : 1;
	}
	loop_block_signals();
	argv[split] = argv[0];
	if (rte_eal_init(split == 0 ? 1 : split, argv) < 0) {
		complain("EAL", rte_strerror(rte_errno));
		return 1;
	}
	csta_init();
	status = run(&daemon);
	config_free(daemon.config);
	rte_eal_cleanup();
	return status == 0 ? 0 : 1;
}
