// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A packet engine on simulated wires (net_ring ports), turned by hand with a virtual clock. On the
// other end of the wire: stations that answer ARP, one of them with a TCP of its own (our core,
// opening actively). What the engine sends besides ARP's questions and TCP lies in a queue for the
// test to look at.
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/private.h"
#include "dataplane/tcp/tcp.h"

enum {
	RIG_PORTS = 2,
	RIG_QUEUES = 4, // of a port, each way
	RIG_QUEUE = 1024,
	RIG_FRAME = 2048,
	RIG_MTU = 1500,
};

// Addresses: the engine is .1 in 10.0.0.0/24 (port 0) and 10.0.1.0/24 (port 1), the peer 10.0.0.2.
#define RIG_ENGINE "10.0.0.1"
#define RIG_PEER "10.0.0.2"

struct rig_frame {
	unsigned port;
	uint64_t flags; // what the port is asked to do: RTE_MBUF_F_TX_…
	unsigned l2, l3; // bytes of the headers, for it
	size_t n;
	uint8_t bytes[RIG_FRAME];
};

// Which of its receive queues the simulated port puts a frame into.
enum rig_spread {
	RIG_SPREAD_NONE,  // all into the first
	RIG_SPREAD_ROUND, // each into the next: no flow keeps its queue
	RIG_SPREAD_HOME,  // TCP into its home's, as a port does that hashes; all else into the last
};

struct rig {
	struct dataplane *dp;
	struct worker *worker; // the first
	enum rig_spread spread;
	unsigned queue_next;
	const char *call_id; // of rig_sip()
	uint64_t found;      // by the port, of what it delivers: RTE_MBUF_F_RX_…
	struct dataplane_config config;
	struct tcp_stack *tcp; // the peer's
	uint64_t now_us;
	bool answers_arp;
	bool alone;            // of the stations only the peer is there
	bool tcp_off;          // the peer's TCP neither hears nor sends
	unsigned still;        // bits of the workers that stand still
	unsigned arp_requests; // seen on the wires
	unsigned announcements;
	struct rig_frame tcp_frame; // the last TCP segment that the engine sent
	struct rig_frame queue[RIG_QUEUE];
	unsigned first, next;
	uint32_t ids; // of IP packets
};

extern struct rig rig;

// Group: the EAL and the ports, once. Test: an engine with rig.config, which rig_config() fills in.
int rig_group_setup(void **state);
void rig_config(struct dataplane_config *config);
void rig_up(void);
// Ends all; fails when a packet buffer of the engine is not back.
void rig_down(void);

uint32_t rig_ip(const char *text);

// Raw frames onto a wire; IPv4 packets with good or given checksums from a source with the MAC of
// rig_mac().
void rig_frame(unsigned port, const void *frame, size_t n);
struct rig_ip4 {
	const char *src;
	const char *dst;
	uint8_t protocol;
	uint16_t id;
	uint16_t fragment; // flags and offset in units of 8 bytes
	uint8_t options[40];
	unsigned noptions;
	int bad; // added to the header checksum
};
size_t rig_ip4_make(uint8_t *frame, const struct rig_ip4 *ip, const void *l4, size_t n);
void rig_ip4(const struct rig_ip4 *ip, const void *l4, size_t n);
// Writes header and payload with its checksum; returns the length.
size_t rig_udp_make(uint8_t *l4, const char *src, const char *dst, uint16_t sport, uint16_t dport,
	const void *payload, size_t n);
void rig_udp(const char *src, uint16_t sport, uint16_t dport, const void *payload, size_t n);

// Turns the engine until nothing moves any more. Time stands still; rig_wait() lets it pass in
// steps.
void rig_settle(void);
void rig_wait(uint64_t us);
// Moves what is on the wires, once, for a test whose workers have threads of their own. True: there
// was something.
bool rig_pump(void);

// The oldest frame of the queue; NULL: none. Valid until the next call.
const struct rig_frame *rig_out(void);
// The oldest frame, which must be a UDP datagram: its payload, terminated. NULL: none.
const char *rig_out_udp(void);

// A drop counter must have this value, in the first worker or in all together.
#define rig_drops(reason, n) assert_int_equal(rig.worker->drops[DROP_##reason], n)
#define rig_drops_sum(reason, n) assert_int_equal(rig_drop_sum(DROP_##reason), n)
uint64_t rig_drop_sum(enum drop reason);

// The next event, which must be of this type.
struct event *rig_event(enum event_type type);
void rig_no_event(void);
void rig_command(struct command *command);

// The peer's TCP: opens a connection to a port of the engine and waits until it is open.
handle_t rig_connect(uint16_t local_port, uint16_t port);
void rig_write(handle_t conn, const void *bytes, size_t n);
// What the engine wrote so far, consumed; terminated, up to size - 1 bytes. Returns how many.
size_t rig_read(handle_t conn, void *bytes, size_t size);

// A SIP request from the peer. `head`: further header lines.
int rig_sip(char *text, size_t size, const char *method, const char *to_tag, unsigned cseq,
	const char *transport, const char *head, const char *body);
// The value of a field of a message, in a buffer of its own, "" when it is not there.
const char *rig_field(const char *message, const char *name);
const char *rig_to_tag(const char *message);
