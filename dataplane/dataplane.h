// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The packet engine as main and control see it: configuration in, workers running, commands in,
// events and numbers out. rte_eal_init() comes first. No function here is called from the packet
// path.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/siphash.h"
#include "dataplane/handoff/message.h"

struct dataplane;

enum {
	DATAPLANE_INTERFACES_MAX = 8,
	DATAPLANE_ROUTES_MAX = 64,
	DATAPLANE_PATTERNS_MAX = 64,
	DATAPLANE_NAME_SIZE = 32,
};

enum poll_mode {
	POLL_ADAPTIVE, // sleeps up to 500 us when there is no traffic
	POLL_BUSY,     // never sleeps: one core at 100 %, lowest delay
};

// Interfaces meet ports in order: the Nth of this list is DPDK port N.
struct dataplane_interface {
	char name[DATAPLANE_NAME_SIZE];
	uint32_t addr_net; // network order
	uint8_t prefix;    // bits, 0 to 32
	uint16_t mtu;      // bytes of an IP packet; 0: what the port has
};

struct dataplane_route {
	uint32_t net; // network order
	uint8_t prefix;
	uint32_t gateway_net; // network order; left out when it is in no subnet of a port that is up
	uint8_t distance;     // of routes to one net the nearest is used, of equal ones the first
};

// Zero in a number field means the default behind it.
struct dataplane_config {
	struct dataplane_interface interfaces[DATAPLANE_INTERFACES_MAX];
	unsigned ninterfaces;
	struct dataplane_route routes[DATAPLANE_ROUTES_MAX];
	unsigned nroutes;
	unsigned routes_left_out; // besides, by whoever made this configuration
	struct endpoint sip;  // family ADDR_NONE: any of our addresses; port 0: 5060
	struct endpoint sccp; // likewise; port 0: 2000
	enum poll_mode poll;
	unsigned workers;       // 1 to HANDLE_WORKERS_MAX: 1
	uint32_t phones;        // Skinny connections at a time: 1024
	uint32_t sip_conns;     // SIP over TCP connections at a time: 256
	uint32_t sessions;      // SIP dialogs at a time: 1024
	uint32_t transactions;  // SIP transactions at a time: 8 for each session
	uint32_t event_cells;   // of 64 bytes, a worker to control: 32768
	uint32_t command_cells; // of 64 bytes, control to a worker: 32768
	uint32_t mbufs;         // packet buffers: as many as ports, bursts and reassembly can hold
	uint32_t arp_entries;   // of a worker: 2048, or two for each phone and SIP connection that
				// subnets of ours have addresses for
	uint32_t reassemblies;  // IPv4 datagrams that a worker puts together at a time: 64
	uint32_t frame_bytes;   // the largest frame a port delivers: 4096
	bool key_given;         // false: the key is drawn from the system's random source
	struct siphash_key key; // of all names, tables and sequence numbers
	const char
		*patterns[DATAPLANE_PATTERNS_MAX]; // Hyperscan expressions: what matches is dropped
	unsigned npatterns;
	const char *product; // for SIP's Server field; NULL: none
};

// Takes the ports that exist, makes pools, tables and the workers. Returns 0 or -errno; then `error`
// holds one line that says what was wanted and what was missing. `now_us` is CLOCK_MONOTONIC's.
int dataplane_init(struct dataplane **dp, const struct dataplane_config *config, uint64_t now_us,
	char *error, size_t error_size);
// Stops the ports and frees everything. NULL is fine. No worker may run.
void dataplane_fini(struct dataplane *dp);

// Starts the ports and announces our addresses (gratuitous ARP). Returns 0 or -errno with `error`
// set.
int dataplane_start(struct dataplane *dp, char *error, size_t error_size);

// The poll loop of one worker on the calling thread: returns when dataplane_stop() was called and
// what had to be sent is sent, at most 2 s later.
unsigned dataplane_workers(const struct dataplane *dp);
void dataplane_run(struct dataplane *dp, unsigned worker);
// May be called from any thread and from a signal handler.
void dataplane_stop(struct dataplane *dp);

// What became of an interface of the configuration.
struct dataplane_port {
	const char *name; // of the configuration
	bool up;          // false: there was no port for it
	const char *device;
	uint8_t mac[6];
	uint16_t mtu;
	bool link;
	uint32_t speed_mbps; // 0: not known
	bool checksum_offload;
	bool hashes; // the port brings flows to the worker where they are at home
	uint16_t rx_queues;
	uint16_t tx_queues;
};

unsigned dataplane_ports(const struct dataplane *dp);
void dataplane_port(const struct dataplane *dp, unsigned index, struct dataplane_port *port);

// Configured routes that are not used: their gateway is in the subnet of no port that is up, or
// they were left out of the configuration.
unsigned dataplane_routes_left_out(const struct dataplane *dp);

// --- the rings, for the one control thread
// ------------------------------------------------------------

// Gives the command to the ring of the worker that owns command->handle. False when there is no
// room: try again later. Sets command->seq and command->worker.
bool dataplane_push_command(struct dataplane *dp, struct command *command);

// The next event, some of each worker in turn; those of the workers whose bit is set in `held` stay
// where they are. False when there is none.
bool dataplane_pop_event(struct dataplane *dp, uint32_t held, struct event *event);

// Before sleeping: true when nothing waits and the next event will make the descriptor readable;
// false: there is something to pop. Of the workers whose bit is set in `held` neither what waits
// counts nor what comes. After waking call dataplane_awake(), which also empties the descriptor.
bool dataplane_sleep(struct dataplane *dp, uint32_t held);
void dataplane_awake(struct dataplane *dp);
int dataplane_event_fd(const struct dataplane *dp);

// A worker's turns, which rise as long as it runs (at least every millisecond), where in its turn it is,
// and how much of what it tells waits for control. From any thread.
struct dataplane_pulse {
	uint64_t turns;
	const char *stage;
	uint64_t sheds;   // rises when it begins to refuse new SIP sessions, then odd, and when it ends that
	uint32_t backlog; // permille of the events ring in use
};

struct dataplane_pulse dataplane_pulse(const struct dataplane *dp, unsigned worker);

// --- numbers, from any thread
// -----------------------------------------------------------------------

struct dataplane_stat {
	const char *section;
	const char *name;
	const char *help;
	uint64_t value;
};

// Row `row` of a worker's numbers; false past the last. Published by the worker about every 100 ms.
// Counters only rise; the sections "now" and "load" hold gauges.
bool dataplane_stat(
	const struct dataplane *dp, unsigned worker, unsigned row, struct dataplane_stat *stat);
