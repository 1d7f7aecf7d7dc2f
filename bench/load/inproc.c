// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "bench/load/inproc.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <osmocom/core/application.h>
#include <osmocom/core/logging.h>
#include <osmocom/core/select.h>
#include <osmocom/core/talloc.h>

#include <rte_eal.h>
#include <rte_eth_ring.h>
#include <rte_lcore.h>
#include <rte_ring.h>

#include "bench/load/drive.h"
#include "bench/load/inproc_config.h"
#include "control/csta/csta.h"
#include "control/daemon/loop.h"
#include "control/daemon/plan.h"

enum {
	WIRE_FRAMES = 2048, // in each direction
	ENGINE_MBUFS = 8191,
	SPARE_CONNS = 1024, // of the generator: those that end beside those that begin
};

#define ENGINE_ADDRESS "10.0.0.1"
#define STATION_ADDRESS "10.0.0.2"

struct inproc {
	struct inproc_config config;
	struct config *engine_config;
	struct dataplane *dataplane;
	struct engine engine;
	struct loop loop;
	struct wire *wire;
	struct load *load;
	int (*scenario)(struct inproc *inproc, void *arg);
	void *arg;
	int status;
	pthread_t worker;
	uint64_t control_ns; // wall time of turns with work, since the last look
	uint64_t generator_ns;
	uint64_t seen_wall_ns, seen_worker_ns, seen_own_ns, seen_busy_us, seen_idle_us;
};

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t worker_cpu_ns(const struct inproc *inproc)
{
	clockid_t clock;

	return pthread_getcpuclockid(inproc->worker, &clock) == 0 ? clock_ns(clock) : 0;
}

uint64_t inproc_stat(const struct inproc *inproc, const char *name)
{
	struct dataplane_stat stat;
	uint64_t sum = 0;

	for (unsigned w = 0; w < dataplane_workers(inproc->dataplane); w++) {
		for (unsigned row = 0; dataplane_stat(inproc->dataplane, w, row, &stat); row++)
			sum += strcmp(stat.name, name) == 0 ? stat.value : 0;
	}
	return sum;
}

void inproc_print(const struct inproc *inproc, FILE *out)
{
	struct dataplane_stat stat;

	for (unsigned w = 0; w < dataplane_workers(inproc->dataplane); w++) {
		for (unsigned row = 0; dataplane_stat(inproc->dataplane, w, row, &stat); row++) {
			if (stat.value != 0)
				fprintf(out, "worker %u %s %s %llu\n", w, stat.section, stat.name,
					(unsigned long long)stat.value);
		}
	}
}

// The clocks count turns of the wall; what the scheduler gave to others in between is taken out by
// the threads' own CPU time.
void inproc_usage(struct inproc *inproc, struct inproc_usage *usage)
{
	uint64_t wall = drive_now_ns(), worker = worker_cpu_ns(inproc),
		 own = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	uint64_t busy = inproc_stat(inproc, "busy_us"), idle = inproc_stat(inproc, "idle_us");
	double turned = (double)(busy - inproc->seen_busy_us + idle - inproc->seen_idle_us);
	double part = turned > 0 ? (double)(busy - inproc->seen_busy_us) / turned : 0;
	double got = (double)(own - inproc->seen_own_ns) / (double)(wall - inproc->seen_wall_ns);

	*usage = (struct inproc_usage){
		.wall_ns = wall - inproc->seen_wall_ns,
		.worker_ns = (uint64_t)((double)(worker - inproc->seen_worker_ns) * part),
		.control_ns = (uint64_t)((double)inproc->control_ns * got),
		.generator_ns = (uint64_t)((double)inproc->generator_ns * got),
	};
	inproc->control_ns = inproc->generator_ns = 0;
	inproc->seen_wall_ns = wall;
	inproc->seen_worker_ns = worker;
	inproc->seen_own_ns = own;
	inproc->seen_busy_us = busy;
	inproc->seen_idle_us = idle;
}

void inproc_turn(struct inproc *inproc)
{
	uint64_t begin = drive_now_ns(), middle;

	if (loop_turn(&inproc->loop) > 0) {
		middle = drive_now_ns();
		inproc->control_ns += middle - begin;
	} else {
		middle = begin;
	}
	if (load_step(inproc->load, middle) > 0)
		inproc->generator_ns += drive_now_ns() - middle;
}

struct load *inproc_load(struct inproc *inproc)
{
	return inproc->load;
}

// --- the engine ----------------------------------------------------------------------------------

static struct rte_ring *wire_ring(const char *name)
{
	return rte_ring_create(name, WIRE_FRAMES, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
}

// Port 0 is the engine's end, port 1 the generator's.
static int wire_make(void)
{
	struct rte_ring *in = wire_ring("to_engine"), *out = wire_ring("from_engine");

	if (in == NULL || out == NULL ||
		rte_eth_from_rings("engine", &in, 1, &out, 1, SOCKET_ID_ANY) < 0 ||
		rte_eth_from_rings("load", &out, 1, &in, 1, SOCKET_ID_ANY) < 0)
		return -ENOMEM;
	return 0;
}

static bool push_command(void *ctx, const struct command *command)
{
	return dataplane_push_command(ctx, (struct command *)command);
}

static int complain(const char *what, int status)
{
	fprintf(stderr, "%s: %s\n", what, strerror(-status));
	return status;
}

static int control_open(struct inproc *inproc)
{
	int status = engine_init(&inproc->engine, inproc->engine_config);

	if (status < 0)
		return complain("control", status);
	outbox_init(&inproc->engine.outbox, push_command, inproc->dataplane);
	inproc->engine.report = monitors_report;
	status = loop_init(&inproc->loop, &inproc->engine, inproc->dataplane, true);
	if (status < 0) {
		engine_fini(&inproc->engine);
		return complain("loop", status);
	}
	return 0;
}

static int load_open(struct inproc *inproc)
{
	struct load_config *config = &inproc->config.load;
	struct wire_port_config port = {
		.port = 1,
		.station_net = inet_addr(STATION_ADDRESS),
		.engine_net = inet_addr(ENGINE_ADDRESS),
		.connections = config->phones + config->phones / 8 + config->sessions + SPARE_CONNS,
		.udp_port = 5060,
	};
	char error[200];
	uint64_t now_ns = drive_now_ns();

	if (wire_port_new(&inproc->wire, &port, now_ns / 1000, error, sizeof(error)) < 0) {
		fprintf(stderr, "%s\n", error);
		return -EIO;
	}
	inproc->load = load_new(config, inproc->wire, now_ns);
	return inproc->load == NULL ? -ENOMEM : 0;
}

static void *control_main(void *arg)
{
	struct inproc *inproc = arg;
	void *log_memory = talloc_named_const(NULL, 0, "log");

	rte_thread_register(); // packet buffers by way of a cache
	osmo_ctx_init("control");
	osmo_select_init();
	osmo_init_logging2(log_memory, NULL);
	inproc->status = control_open(inproc);
	if (inproc->status == 0) {
		inproc->status = load_open(inproc);
		if (inproc->status == 0)
			inproc->status = inproc->scenario(inproc, inproc->arg);
		loop_fini(&inproc->loop);
		engine_fini(&inproc->engine);
	}
	dataplane_stop(inproc->dataplane);
	log_fini();
	talloc_free(log_memory);
	talloc_free(OTC_GLOBAL);
	return NULL;
}

static int dataplane_open(struct inproc *inproc)
{
	struct dataplane_config plan;
	char error[256];

	if (plan_from_config(inproc->engine_config, 1, NULL, &plan, error, sizeof(error)) != 0) {
		fprintf(stderr, "%s\n", error);
		return -EINVAL;
	}
	plan.poll = POLL_BUSY;
	plan.mbufs = ENGINE_MBUFS;
	if (dataplane_init(
		    &inproc->dataplane, &plan, drive_now_ns() / 1000, error, sizeof(error)) != 0 ||
		dataplane_start(inproc->dataplane, error, sizeof(error)) != 0) {
		fprintf(stderr, "%s\n", error);
		return -EIO;
	}
	return 0;
}

static void addresses_fill(struct inproc *inproc)
{
	struct load_config *load = &inproc->config.load;
	struct site *site = &inproc->config.site;
	struct addr engine = addr_ipv4(inet_addr(ENGINE_ADDRESS));

	site->address = ENGINE_ADDRESS;
	site->gateway = STATION_ADDRESS;
	load->phones = site->phones;
	load->first_number = site->first_number;
	load->first_mac = site->first_mac;
	load->sccp = (struct endpoint){ engine, 2000 };
	load->sip = (struct endpoint){ engine, 5060 };
	load->phone_base = ntohl(inet_addr("10.128.0.0"));
	load->client_base = ntohl(inet_addr("10.64.0.0"));
}

// On its CPU from the start: where it would be born the worker may already spin.
static int control_start(struct inproc *inproc, pthread_t *thread)
{
	int cpu = inproc->config.control_cpu, status;
	pthread_attr_t attributes;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((unsigned)(cpu < 0 ? 0 : cpu), &set);
	pthread_attr_init(&attributes);
	if (cpu >= 0)
		pthread_attr_setaffinity_np(&attributes, sizeof(set), &set);
	status = -pthread_create(thread, &attributes, control_main, inproc);
	pthread_attr_destroy(&attributes);
	return status;
}

int inproc_run(const struct inproc_config *config,
	int (*scenario)(struct inproc *inproc, void *arg), void *arg)
{
	static struct inproc inproc; // the engine is large
	pthread_t control;
	int status;

	inproc = (struct inproc){ .config = *config, .scenario = scenario, .arg = arg };
	addresses_fill(&inproc);
	inproc.engine_config = inproc_config(&inproc.config.site);
	status = inproc.engine_config == NULL ? -EINVAL : wire_make();
	if (status == 0)
		status = dataplane_open(&inproc);
	if (status < 0) {
		dataplane_fini(inproc.dataplane);
		inproc_config_free(inproc.engine_config);
		return status;
	}
	inproc.worker = pthread_self();
	status = control_start(&inproc, &control);
	if (status == 0) {
		dataplane_run(inproc.dataplane, 0);
		pthread_join(control, NULL);
		status = inproc.status;
	}
	load_free(inproc.load);
	wire_free(inproc.wire);
	dataplane_fini(inproc.dataplane);
	inproc_config_free(inproc.engine_config);
	return status;
}
