// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/dataplane.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "dataplane/private.h"
#include "dataplane/sip_shell.h"
#include "dataplane/telemetry.h"

enum {
	// Handshakes, connections being refused and those that end beside the ones in use.
	SPARE_CONNECTIONS = 256,
	BUFFER_BYTES_A_CONNECTION = 2048,
	BUFFER_BYTES_MIN = 4 << 20,
	MBUF_CACHE = 256,
	FRAME_BYTES_MIN = 2048,
	ARP_ENTRIES_MIN = 2048,
	EVENTS_IN_TURN = 16, // of one worker before the next gets its chance
	TCP_MSS_MAX = 8000,
	TCP_RESEND_MS = 200, // at the earliest: no phone is to wait a second for a tone
	// A phone sends a KeepAlive every 30 s unless told otherwise, so these probe only peers that
	// are gone, or say little by nature: a dead one is found out after two minutes.
	TCP_PROBE_AFTER_MS = 60000,
	TCP_PROBE_EVERY_MS = 15000,
	TCP_PROBES = 4,
	// Phones whose connections an engine before this one had are told by a reset. All say
	// KeepAlive within 30 s, most more than once, and a second's limit may be half of its mean:
	// so there is one for each connection in this time.
	TCP_RESETS_S = 4,
};

// Phones and applications may all be in our subnets, as far as those have addresses: twice as many
// places, so that few of them meet in a bucket.
static uint32_t neighbours(const struct dataplane_config *config)
{
	uint64_t peers = (uint64_t)config->phones + config->sip_conns, stations = 0;

	for (unsigned i = 0; i < config->ninterfaces; i++)
		stations += (uint64_t)1 << (32 - config->interfaces[i].prefix);
	if (peers > stations)
		peers = stations;
	return peers < ARP_ENTRIES_MIN / 2 ? ARP_ENTRIES_MIN : 2 * (uint32_t)peers;
}

static void defaults(struct dataplane_config *config)
{
	const struct {
		uint32_t *value;
		uint32_t fallback;
	} numbers[] = {
		{ &config->phones, 1024 },
		{ &config->sip_conns, 256 },
		{ &config->sessions, 1024 },
		{ &config->event_cells, 32768 },
		{ &config->command_cells, 32768 },
		{ &config->reassemblies, 64 },
		{ &config->frame_bytes, PORT_FRAME_BYTES },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (*numbers[i].value == 0)
			*numbers[i].value = numbers[i].fallback;
	}
	if (config->workers == 0)
		config->workers = 1;
	if (config->arp_entries == 0)
		config->arp_entries = neighbours(config);
	if (config->transactions == 0)
		config->transactions = 8 * config->sessions;
	if (config->sip.port == 0)
		config->sip.port = 5060;
	if (config->sccp.port == 0)
		config->sccp.port = SCCP_PORT;
}

// --- buffers
// ----------------------------------------------------------------------------------------

// Looks at the ports that will be used: how many queues they have, and whether frames of ours are
// larger than all of them will ever deliver (net_af_xdp takes no buffer larger than a page).
static uint32_t ports_survey(struct dataplane *dp)
{
	struct rte_eth_dev_info info;
	struct rte_eth_conf conf;
	struct port port = { 0 };
	uint32_t queues = 0, frame = FRAME_BYTES_MIN;
	unsigned used = 0;
	uint16_t id;

	RTE_ETH_FOREACH_DEV(id)
	{
		if (used++ == dp->config.ninterfaces || rte_eth_dev_info_get(id, &info) < 0)
			break;
		port_plan(&port, &info, &dp->home, &conf);
		queues += port.rx_queues + port.tx_queues;
		frame = RTE_MAX(frame, (uint32_t)info.max_mtu + RTE_ETHER_HDR_LEN);
	}
	dp->config.frame_bytes = RTE_MIN(dp->config.frame_bytes, frame);
	return queues;
}

// All that can hold a buffer at the same time, so that none of it starves another.
static uint32_t mbufs_wanted(const struct dataplane *dp, uint32_t queues)
{
	const struct dataplane_config *config = &dp->config;
	uint32_t workers = config->workers;
	uint32_t pairs = workers * (workers - 1);

	if (config->mbufs != 0)
		return config->mbufs;
	return queues * (PORT_DESCRIPTORS + PORT_TX_QUEUE + PORT_BURST) +
	       workers * (ARP_ASKED * ARP_WAITING + MBUF_CACHE + 512) + pairs * RELAY_PACKETS;
}

static int pool_make(struct dataplane *dp, char *error, size_t size)
{
	uint32_t n = mbufs_wanted(dp, ports_survey(dp));
	uint16_t room = (uint16_t)(dp->config.frame_bytes + RTE_PKTMBUF_HEADROOM);

	dp->pool = rte_pktmbuf_pool_create("offhook_mbufs", n, MBUF_CACHE, 0, room, SOCKET_ID_ANY);
	if (dp->pool != NULL)
		return 0;
	snprintf(error, size,
		"%u packet buffers of %u bytes need %u MiB of packet memory: %s (give more huge "
		"pages, or -m)",
		n, room,
		(unsigned)(((uint64_t)n * (room + sizeof(struct rte_mbuf) + 64) >> 20) + 1),
		rte_strerror(rte_errno));
	return rte_errno == 0 ? -ENOMEM : -rte_errno;
}

// --- ports
// ------------------------------------------------------------------------------------------

static int ports_init(struct dataplane *dp, char *error, size_t size)
{
	unsigned have = rte_eth_dev_count_avail();
	unsigned n = dp->config.ninterfaces;
	uint16_t id;
	int status;

	if (have == 0 || n == 0) {
		snprintf(error, size, "no %s", have == 0 ? "port" : "interface with an address");
		return -ENODEV;
	}
	status = pool_make(dp, error, size);
	if (status < 0)
		return status;
	dp->nports = n;
	for (unsigned i = 0; i < n; i++)
		dp->ports[i].interface = &dp->config.interfaces[i];
	RTE_ETH_FOREACH_DEV(id)
	{
		struct port *port = &dp->ports[dp->nup];

		if (dp->nup == n)
			break;
		status = port_init(
			port, port->interface, id, &dp->home, dp->pool, error, size);
		if (status < 0)
			return status;
		if (port->mtu > dp->config.frame_bytes - RTE_ETHER_HDR_LEN)
			port->mtu = (uint16_t)(dp->config.frame_bytes - RTE_ETHER_HDR_LEN);
		dp->nup++;
	}
	return 0;
}

static uint16_t smallest_mtu(const struct dataplane *dp)
{
	uint16_t mtu = UINT16_MAX;

	for (unsigned i = 0; i < dp->nup; i++) {
		if (dp->ports[i].mtu < mtu)
			mtu = dp->ports[i].mtu;
	}
	return mtu;
}

// --- a worker
// ---------------------------------------------------------------------------------------

// What a worker of several has room for when all together serve n and hashing spreads them: its
// part and six standard deviations of it.
static uint32_t share_of(const struct dataplane *dp, uint32_t n)
{
	uint64_t part = n / dp->nworkers + 64, root = 0;

	while (root * root < n)
		root++;
	part += 6 * root;
	return part < n ? (uint32_t)part : n;
}

static int tcp_start(struct dataplane *dp, struct worker *worker)
{
	const struct dataplane_config *config = &dp->config;
	uint32_t phones = share_of(dp, config->phones);
	uint32_t sip_conns = share_of(dp, config->sip_conns);
	struct tcp_config tcp = tcp_config_default();
	unsigned mss = smallest_mtu(dp) - 40u;
	uint64_t bytes;
	int status;

	tcp.connections = phones + sip_conns + SPARE_CONNECTIONS;
	bytes = (uint64_t)tcp.connections * BUFFER_BYTES_A_CONNECTION;
	tcp.buffer_bytes = bytes < BUFFER_BYTES_MIN ? BUFFER_BYTES_MIN : bytes;
	tcp.rto_min_ms = TCP_RESEND_MS;
	tcp.keepalive_idle_ms = TCP_PROBE_AFTER_MS;
	tcp.keepalive_interval_ms = TCP_PROBE_EVERY_MS;
	tcp.keepalive_count = TCP_PROBES;
	tcp.mss = (uint16_t)(mss < TCP_MSS_MAX ? mss : TCP_MSS_MAX);
	if (tcp.resets_per_second < tcp.connections / TCP_RESETS_S)
		tcp.resets_per_second = tcp.connections / TCP_RESETS_S;
	status = tcp_stack_init(&worker->tcp, &tcp, worker->index, &worker->key, worker->now_us);
	if (status == 0)
		status = tcp_listen(worker->tcp, &config->sccp, STREAM_SKINNY);
	if (status == 0)
		status = tcp_listen(worker->tcp, &config->sip, STREAM_SIP);
	if (status < 0)
		return status;
	worker->streams_max[STREAM_SKINNY] = phones;
	worker->streams_max[STREAM_SIP] = sip_conns;
	status = pool_init(&worker->streams, worker->index, phones + sip_conns + STREAM_SPARE,
		sizeof(struct stream));
	if (status < 0)
		return status;
	worker->parked = calloc(worker->streams.capacity, sizeof(*worker->parked));
	if (worker->parked == NULL)
		return -ENOMEM;
	status = ways_init(&worker->ways, 2 * sip_conns, &worker->key);
	return status < 0 ? status : foreign_init(worker, tcp.connections);
}

// Roots of messages that answer one of ours.
static void answers_mark(struct worker *worker)
{
	for (unsigned type = CSTA_UNKNOWN + 1; type < CSTA_TYPES; type++) {
		enum csta_type answer = csta_response_type((enum csta_type)type);

		if (answer != CSTA_NONE)
			worker->csta_answers[answer] = true;
	}
	worker->csta_answers[CSTA_ERROR_CODE] = true;
}

static int rings_init(struct dataplane *dp, struct worker *worker)
{
	int status = ring_init_events(&worker->events, dp->config.event_cells, dp->event_fd);

	return status < 0 ? status
			  : ring_init_commands(&worker->commands, dp->config.command_cells, -1);
}

static int worker_init(struct dataplane *dp, struct worker *worker, uint64_t now_us)
{
	int status;

	worker->now_us = now_us;
	worker->pool = dp->pool;
	worker->ports = dp->ports;
	worker->nports = dp->nports;
	worker->poll = dp->config.poll;
	worker->classify = dp->classify;
	worker->home = &dp->home;
	worker->workers = dp->workers;
	worker->key = dp->config.key;
	worker->sip_listen = dp->config.sip;
	// Apart from the others', so that two workers' datagrams to one host are told apart.
	worker->ip_id = (uint16_t)(worker->key.k0 + worker->index * (65536 / dp->nworkers));
	wheel_init(&worker->wheel, now_us);
	answers_mark(worker);
	worker->scratch = classify_scratch_new(dp->classify);
	if (worker->scratch == NULL)
		return -ENOMEM;
	status = arp_init(&worker->arp, dp->config.arp_entries, &worker->key);
	if (status == 0)
		status = reassembly_init(&worker->pieces, dp->config.reassemblies);
	if (status == 0)
		status = tcp_start(dp, worker);
	if (status == 0)
		status = sip_shell_init(worker, &dp->config);
	if (status == 0)
		status = rings_init(dp, worker);
	return status;
}

static void worker_fini(struct worker *worker)
{
	for (unsigned i = 0; i < worker->nports; i++)
		rte_pktmbuf_free_bulk(worker->queues[i].frames, worker->queues[i].n);
	relay_fini(worker);
	sip_shell_fini(worker);
	tcp_stack_fini(worker->tcp);
	pool_fini(&worker->streams);
	free(worker->parked);
	ways_fini(&worker->ways);
	foreign_fini(worker);
	reassembly_fini(&worker->pieces);
	arp_fini(&worker->arp);
	ring_fini(&worker->events);
	ring_fini(&worker->commands);
	classify_scratch_free(worker->scratch);
	free(worker);
}

// --- the whole
// --------------------------------------------------------------------------------------

static int keys_draw(struct dataplane_config *config)
{
	return config->key_given ? 0 : siphash_key_random(&config->key);
}

static int workers_init(struct dataplane *dp, uint64_t now_us)
{
	int status = 0;

	dp->nworkers = dp->config.workers;
	for (unsigned i = 0; i < dp->nworkers && status == 0; i++) {
		struct worker *worker = aligned_alloc(RTE_CACHE_LINE_SIZE, sizeof(*worker));

		if (worker == NULL)
			return -ENOMEM;
		memset(worker, 0, sizeof(*worker));
		worker->index = (uint8_t)i;
		dp->workers[i] = worker;
		dp->routes_left_out = routes_build(&worker->routes, dp->ports, dp->nports,
			dp->config.routes, dp->config.nroutes);
		status = worker_init(dp, worker, now_us);
	}
	return status < 0 ? status : relay_init(dp->workers, dp->nworkers);
}

static int parts_init(struct dataplane *dp, uint64_t now_us, char *error, size_t size)
{
	int status = keys_draw(&dp->config);

	if (status < 0)
		return status;
	home_init(&dp->home, dp->config.workers, &dp->config.key);
	dp->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (dp->event_fd < 0)
		return -errno;
	csta_init();
	status =
		classify_new(&dp->classify, dp->config.patterns, dp->config.npatterns, error, size);
	if (status < 0)
		return status;
	status = ports_init(dp, error, size);
	if (status < 0)
		return status;
	return workers_init(dp, now_us);
}

int dataplane_init(struct dataplane **out, const struct dataplane_config *config, uint64_t now_us,
	char *error, size_t error_size)
{
	struct dataplane *dp = calloc(1, sizeof(*dp));
	int status;

	error[0] = '\0';
	if (dp == NULL)
		return -ENOMEM;
	dp->config = *config;
	dp->event_fd = -1;
	defaults(&dp->config);
	if (dp->config.workers > HANDLE_WORKERS_MAX) {
		snprintf(error, error_size, "%u workers, and %d are the most", dp->config.workers,
			HANDLE_WORKERS_MAX);
		free(dp);
		return -EINVAL;
	}
	status = parts_init(dp, now_us, error, error_size);
	if (status < 0) {
		if (error[0] == '\0')
			snprintf(error, error_size, "packet engine: %s", strerror(-status));
		dataplane_fini(dp);
		return status;
	}
	for (unsigned i = 0; i < dp->nworkers; i++)
		stats_init(dp->workers[i]);
	telemetry_publish(dp);
	*out = dp;
	return 0;
}

void dataplane_fini(struct dataplane *dp)
{
	if (dp == NULL)
		return;
	telemetry_publish(NULL);
	for (unsigned i = 0; i < dp->nup; i++)
		port_stop(&dp->ports[i]);
	for (unsigned i = 0; i < dp->nworkers; i++) {
		if (dp->workers[i] != NULL)
			worker_fini(dp->workers[i]);
	}
	classify_free(dp->classify);
	rte_mempool_free(dp->pool);
	if (dp->event_fd >= 0)
		close(dp->event_fd);
	free(dp);
}

int dataplane_start(struct dataplane *dp, char *error, size_t error_size)
{
	for (unsigned i = 0; i < dp->nup; i++) {
		int status = port_start(&dp->ports[i], &dp->home, error, error_size);

		if (status < 0)
			return status;
	}
	arp_announce(dp->workers[0]);
	return 0;
}

unsigned dataplane_workers(const struct dataplane *dp)
{
	return dp->nworkers;
}

void dataplane_run(struct dataplane *dp, unsigned worker)
{
	worker_run(dp->workers[worker]);
}

void dataplane_stop(struct dataplane *dp)
{
	for (unsigned i = 0; i < dp->nworkers; i++)
		atomic_store_explicit(&dp->workers[i]->stop, true, memory_order_release);
}

unsigned dataplane_ports(const struct dataplane *dp)
{
	return dp->nports;
}

void dataplane_port(const struct dataplane *dp, unsigned index, struct dataplane_port *port)
{
	port_describe(&dp->ports[index], port);
}

unsigned dataplane_routes_left_out(const struct dataplane *dp)
{
	return dp->routes_left_out + dp->config.routes_left_out;
}

// --- rings and numbers
// ------------------------------------------------------------------------------

bool dataplane_push_command(struct dataplane *dp, struct command *command)
{
	command->worker = handle_owner(command->handle);
	assert(command->worker < dp->nworkers);
	return ring_push_command(&dp->workers[command->worker]->commands, command);
}

bool dataplane_pop_event(struct dataplane *dp, uint32_t held, struct event *event)
{
	for (unsigned tries = 0; tries <= dp->nworkers; tries++) {
		if (dp->turn_left > 0 && (held >> dp->turn & 1) == 0 &&
			ring_pop_event(&dp->workers[dp->turn]->events, event)) {
			dp->turn_left--;
			return true;
		}
		dp->turn = (dp->turn + 1) % dp->nworkers;
		dp->turn_left = EVENTS_IN_TURN;
	}
	return false;
}

bool dataplane_sleep(struct dataplane *dp, uint32_t held)
{
	for (unsigned i = 0; i < dp->nworkers; i++) {
		if ((held >> i & 1) == 0 && !ring_sleep(&dp->workers[i]->events)) {
			dataplane_awake(dp);
			return false;
		}
	}
	return true;
}

void dataplane_awake(struct dataplane *dp)
{
	for (unsigned i = 0; i < dp->nworkers; i++)
		ring_awake(&dp->workers[i]->events);
}

int dataplane_event_fd(const struct dataplane *dp)
{
	return dp->event_fd;
}

struct dataplane_pulse dataplane_pulse(const struct dataplane *dp, unsigned worker)
{
	static const char *const stages[WORKER_STAGES_COUNT] = {
#define X(name, text) [STAGE_##name] = text,
		WORKER_STAGES(X)
#undef X
	};
	struct worker *w = dp->workers[worker];

	return (struct dataplane_pulse){
		.turns = atomic_load_explicit(&w->pulse, memory_order_relaxed),
		.stage = stages[atomic_load_explicit(&w->stage, memory_order_relaxed)],
		.sheds = atomic_load_explicit(&w->sheds, memory_order_relaxed),
		.backlog = (uint32_t)((uint64_t)ring_used(&w->events) * 1000 / w->events.size),
	};
}

bool dataplane_stat(
	const struct dataplane *dp, unsigned worker, unsigned row, struct dataplane_stat *stat)
{
	return worker < dp->nworkers && stats_row(dp->workers[worker], row, stat);
}
