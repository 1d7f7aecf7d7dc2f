// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A worker: one thread that polls its ports and runs every packet to its end. All it touches hangs
// here; two workers share nothing but what is read-only after the start (ports, routes,
// classifier), the pool of packet buffers, and the rings between them (relay.h). No memory is
// allocated, nothing printed and no system call made on the road of a packet, but for the port's own
// and the wake-up of a control thread that sleeps.
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_ip.h>

#include "base/pool.h"
#include "base/wheel.h"
#include "dataplane/arp.h"
#include "dataplane/classify.h"
#include "dataplane/dataplane.h"
#include "dataplane/foreign.h"
#include "dataplane/frag.h"
#include "dataplane/handoff/ring.h"
#include "dataplane/home.h"
#include "dataplane/icmp.h"
#include "dataplane/limiter.h"
#include "dataplane/port.h"
#include "dataplane/reassembly.h"
#include "dataplane/relay.h"
#include "dataplane/route.h"
#include "dataplane/sip/endpoint.h"
#include "dataplane/stats.h"
#include "dataplane/stream.h"
#include "dataplane/tcp/tcp.h"
#include "sccp/sccp.h"
#include "xmlcodec/csta.h"

struct dialog_ns;
struct rte_mbuf;
struct rte_mempool;

enum drop {
#define X(name, id, text) DROP_##name,
#include "dataplane/drops.def"
#undef X
	DROP_REASONS,
};

// Where in a turn a worker is, for whoever finds that it stands still. X(name, text)
#define WORKER_STAGES(X) \
	X(REST, "between turns") \
	X(PORTS, "packets from ports") \
	X(RELAY, "packets from other workers") \
	X(COMMANDS, "commands of control") \
	X(TIMERS, "timers") \
	X(STREAMS, "connections' news") \
	X(OUTPUT, "packets to ports")

enum worker_stage {
#define X(name, text) STAGE_##name,
	WORKER_STAGES(X)
#undef X
		WORKER_STAGES_COUNT,
};

struct counters {
#define X(section, name, text) uint64_t name;
#include "dataplane/counters.def"
#undef X
};

// What a node in worker->wheel lies in.
enum timer_kind {
	TIMER_ARP = 1,
	TIMER_ARP_ASKED,
	TIMER_ANNOUNCE,
};

enum {
	WORKER_MESSAGE_BYTES = 65536,
	WORKER_COMMANDS = 64,     // taken in a turn
	WORKER_TIMERS_US = 5000,  // how often timers are looked at
	WORKER_TCP_TIMERS = 1024, // connections looked at in a turn whose time has come
	WORKER_STATS_US = 100000, // how often numbers are published
	WORKER_LOAD_US = 1000000, // over how long the share of work is measured
	WORKER_SPIN = 1000,       // turns without work before the first sleep
	WORKER_NAP_US = 50,       // a short sleep: 20 % of a core, 40 us more delay
	WORKER_SLEEP_US = 500,    // after WORKER_QUIET_US: 3 % of a core
	WORKER_QUIET_US = 10000,
	WORKER_DRAIN_US = 2000000,
};

// The part of time spent on work, over the last full second.
struct load_share {
	uint64_t since_us;
	uint64_t busy_us; // of the counters, then
	uint64_t idle_us;
	uint32_t permille;
};

struct worker {
	// The turn.
	uint64_t now_us;
	uint8_t index;
	bool stalled;    // connections wait for room in the events ring
	bool complained;
	uint16_t ip_id;
	uint64_t timers_us; // when timers are next looked at
	uint64_t frags_us;
	uint64_t stats_us;
	atomic_bool stop;
	atomic_bool drained; // stopping, and nothing left to send
	_Atomic uint64_t pulse; // turns begun, for control to see that we go on
	_Atomic uint64_t sheds; // rises with every change: odd while new SIP sessions are refused
	_Atomic uint8_t stage;  // enum worker_stage

	// The other workers, and what is at home where.
	const struct home *home;
	struct worker *const *workers; // of them only `drained` is looked at
	struct relay relay;
	struct foreign foreign;

	// Ports and addresses.
	const struct port *ports;
	unsigned nports;
	struct port_queue queues[DATAPLANE_INTERFACES_MAX];
	struct rte_mempool *pool;
	struct routes routes;
	struct arp arp;
	struct reassembly pieces;
	struct limiter icmp_limit;
	struct wheel wheel;

	// TCP and what runs on it.
	struct tcp_stack *tcp;
	struct pool streams;
	struct ways ways; // of those that speak SIP
	uint32_t *parked; // numbers of streams whose next message waits for another worker
	uint32_t nparked;
	bool resume;             // some of them are to be read now
	uint32_t stream_hand;    // the next that may have to give up its place
	uint32_t stream_swept;   // the next of the sweep
	uint64_t ports_used;     // connections opened by us: makes their ports
	uint32_t nstreams[STREAM_KINDS];
	uint32_t streams_max[STREAM_KINDS];
	handle_t failing[STREAM_FAILING_MAX];
	unsigned nfailing;

	// SIP and CSTA.
	struct endpoint sip_listen;
	struct sip_endpoint *sip;
	struct csta_reader reader;
	struct dialog_ns *namespaces;
	uint32_t nnamespaces;
	const struct classify *classify;
	struct hs_scratch *scratch;
	bool csta_answers[CSTA_TYPES];

	// The rings. events: we produce; commands: we consume.
	struct ring events;
	struct ring commands;
	struct event alive; // KeepAlives that control is not told of yet; the rest of it is unused
	enum poll_mode poll;
	struct siphash_key key;

	// Numbers.
	uint64_t drops[DROP_REASONS + 1]; // the last one is never counted
	struct counters n;
	uint64_t starts[CLASSIFY_STARTS_COUNT];
	uint64_t methods[SIP_METHOD_COUNT];
	uint64_t sccp_verdicts[SCCP_VERDICT_COUNT];
	uint64_t csta_verdicts[CSTA_READ_VERDICTS];
	uint64_t csta_types[CSTA_TYPES];
	struct load_share load;
	struct stats stats;

	// Scratch.
	struct event event;
	struct command command;
	uint8_t frame[WORKER_MESSAGE_BYTES];    // a chained frame, made contiguous
	uint8_t datagram[WORKER_MESSAGE_BYTES]; // of UDP and ICMP, going out
	uint8_t body[WORKER_MESSAGE_BYTES];     // CSTA or Skinny, going out
};

static inline void drop(struct worker *worker, enum drop reason)
{
	worker->drops[reason]++;
}

// An empty packet buffer with room in front for all headers, or NULL (counted).
struct rte_mbuf *worker_mbuf(struct worker *worker);

// UDP and TCP: the checksum over pseudo header and payload (RFC 9293 3.1). Addresses in network
// order.
static inline bool l4_checksum_good(
	uint32_t src, uint32_t dst, uint8_t protocol, const void *l4, size_t n)
{
	struct rte_ipv4_hdr pseudo = {
		.version_ihl = RTE_IPV4_VHL_DEF,
		.total_length = htons((uint16_t)(sizeof(pseudo) + n)),
		.next_proto_id = protocol,
		.src_addr = src,
		.dst_addr = dst,
	};
	uint32_t sum = (uint32_t)rte_raw_cksum(l4, n) + rte_ipv4_phdr_cksum(&pseudo, 0);

	return ((sum >> 16) + (sum & 0xffff)) == 0xffff;
}

// Does the listener want what comes to this address and port?
static inline bool listens(const struct endpoint *listener, const struct endpoint *local)
{
	return listener->port == local->port &&
	       (listener->addr.family == ADDR_NONE || addr_eq(&listener->addr, &local->addr));
}

// The event under construction, with its head filled in. There is one: tell it before the next
// begins.
struct event *worker_event(struct worker *worker, enum event_type type, handle_t handle);
// Gives it to control, after the KeepAlives noted before. False (and counted) when there is no room: credit should have prevented it.
bool worker_tell(struct worker *worker, struct event *event);

// The phone of this connection sent a KeepAlive.
void worker_note_alive(struct worker *worker, handle_t conn);

// One line in the log, once in the life of a worker: for faults that are our own.
void worker_complain(struct worker *worker, const char *what, int status);

// One turn of the loop at the time given. Returns how much work there was.
unsigned worker_turn(struct worker *worker, uint64_t now_us);

// A frame as from the port, contiguous. ol_flags: what the port found out about checksums.
void worker_frame(
	struct worker *worker, unsigned port, const void *frame, size_t n, uint64_t ol_flags);

// The loop, until worker->stop is set and all is sent, at most WORKER_DRAIN_US later.
void worker_run(struct worker *worker);

uint64_t worker_clock_us(void);
