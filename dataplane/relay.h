// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What one worker hands to another: packets whose home is there, and what SIP dialogs need that
// live on another worker than the TCP connection they are reached by. Two single-producer
// single-consumer rings for each ordered pair of workers. Packets that find no room are dropped and
// counted, for their senders repeat them; messages come off a TCP connection, where nobody repeats
// them, so the giver asks for room before it reads and the taker leaves them there while it has no
// credit.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/handle.h"
#include "dataplane/home.h"

struct packet;
struct rte_mbuf;
struct rte_ring;
struct sip_flow;
struct worker;

enum {
	RELAY_PACKETS = 512, // room of a ring; a power of two
	RELAY_MESSAGES = 256,
	RELAY_BURST = 32,
	RELAY_RESERVE = 32, // messages that answers and notices may always use
};

enum relay_kind {
	// In the ring of packets.
	RELAY_IP,    // from its IPv4 header on, checked: whole, or a fragment
	RELAY_ARP,   // a neighbour said something, to be remembered
	RELAY_FRAME, // to be sent by a port whose transmit queue only the other worker has
	// In the ring of messages.
	RELAY_SIP,   // for a dialog or transaction of the other worker
	RELAY_WRITE, // bytes for a TCP connection of the other worker
	RELAY_LOST,  // a TCP connection of the giver is gone
};

struct relay_item {
	struct rte_mbuf *m; // NULL: of RELAY_LOST
	handle_t conn;
	struct endpoint local;
	struct endpoint remote;
	uint8_t kind;  // enum relay_kind
	uint8_t proto; // enum sip_proto
	uint8_t port;
	bool l4_checked;
	bool undelivered; // of RELAY_LOST
	uint8_t zero[3];
};

_Static_assert(sizeof(struct relay_item) == 64, "one cache line");

struct relay {
	struct rte_ring *packets_in[HANDLE_WORKERS_MAX]; // by the worker that gives
	struct rte_ring *messages_in[HANDLE_WORKERS_MAX];
	struct rte_ring *packets_out[HANDLE_WORKERS_MAX]; // by the worker that takes
	struct rte_ring *messages_out[HANDLE_WORKERS_MAX];
};

// The rings between these workers. Returns 0 or -ENOMEM.
int relay_init(struct worker *const *workers, unsigned n);
// Frees the rings that come to this worker, with what lies in them.
void relay_fini(struct worker *worker);

// The packet, whose p and n are at its IPv4 header, goes to that worker: its buffer is taken, or
// its bytes are copied.
void relay_packet(struct worker *worker, unsigned to, struct packet *pkt);
// The ARP packet, p and n at its header, goes to all others.
void relay_arp(struct worker *worker, const struct packet *pkt);
// A frame ready for the wire; taken.
void relay_frame(struct worker *worker, unsigned to, unsigned port, struct rte_mbuf *m);

// How many messages are sure to find room, whoever they are for. Ask before reading a stream.
unsigned relay_room(const struct worker *worker);
// Hands over a SIP message; false (counted): no room.
bool relay_sip(struct worker *worker, unsigned to, const struct sip_flow *flow, const void *bytes,
	size_t n);
// Bytes for a connection of another worker. False (counted): no room.
bool relay_write(struct worker *worker, handle_t conn, const void *bytes, size_t n);
// A connection of ours that others may know is gone; perhaps with bytes that its peer never got.
void relay_lost(struct worker *worker, handle_t conn, bool undelivered);

// Takes what others gave. Returns how many.
unsigned relay_poll(struct worker *worker);
