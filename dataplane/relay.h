// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What one worker hands to another: packets whose home is there, and what SIP dialogs need that
// live on another worker than the TCP connection they are reached by. Four single-producer
// single-consumer rings for each ordered pair of workers:
//
// packets	may be dropped when there is no room (counted): their senders repeat them.
// messages	of SIP, for a dialog or transaction of the taker. One off a TCP connection that
// finds
//		no room stays unread there. The taker leaves them until there is credit for the
//events 		and for the answers that they may cause.
// writes	bytes for a TCP connection of the taker, which always takes them: nobody waits for
//		somebody here who waits himself. Requests of ours are written only while there is
//		room (relay_has_room()); an answer that finds none is kept and goes before all that
//		comes later. How many may be kept is bounded by the credit that messages were taken
//		for.
// news		of TCP connections (foreign.h).
//
// So a worker that stands still keeps from going on only what is meant for it.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/handle.h"
#include "dataplane/handoff/ring.h"
#include "dataplane/home.h"
#include "dataplane/sip/flow.h"
#include "dataplane/sip/sip.h"

struct foreign_news;
struct packet;
struct rte_mbuf;
struct rte_ring;
struct worker;

enum {
	RELAY_PACKETS = 512, // room of a ring; a power of two
	RELAY_NEWS = 256,    // cells
	RELAY_KEPT = 16,     // answers of the largest size that can be kept, at least
	RELAY_BURST = 32,
	RELAY_ANSWERS = 2, // at most, to one message besides the one owed to its transaction
};

enum relay_kind {
	RELAY_IP,    // from its IPv4 header on, checked: whole, or a fragment
	RELAY_ARP,   // a neighbour said something, to be remembered
	RELAY_FRAME, // to be sent by a port whose transmit queue only the other worker has
};

struct relay_packet {
	struct rte_mbuf *m;
	uint8_t kind; // enum relay_kind
	uint8_t port;
	bool l4_checked;
	uint8_t zero[5];
};

// Before the bytes of a message and of a write.
struct relay_sip {
	struct sip_flow flow;
};

struct relay_write {
	handle_t conn;
	bool request;
	uint8_t zero[7];
};

// The rings from one worker to another.
struct relay_pair {
	struct rte_ring *packets;
	struct ring messages;
	struct ring writes;
	struct ring news;
	struct ring kept; // the giver's alone: writes that found no room
	uint32_t nwrites; // the giver's: writes given and kept; wraps
	bool refused;     // the giver's: a message found no room
};

struct relay {
	struct relay_pair *in[HANDLE_WORKERS_MAX];  // by the worker that gives
	struct relay_pair *out[HANDLE_WORKERS_MAX]; // by the worker that takes
	uint32_t writes_taken[HANDLE_WORKERS_MAX];  // by the worker that gave; wraps
	// The message or write that is being taken.
	_Alignas(8) uint8_t taken[sizeof(struct relay_sip) + SIP_MESSAGE_MAX];
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

// Hands over a SIP message, and before it what is new of connections. False: no room. Of a datagram
// that is the end (counted); for a stream see relay_reopened().
bool relay_message(struct worker *worker, unsigned to, const struct sip_flow *flow,
	const void *bytes, size_t n);
// Once after messages were refused: there is room again in one of the rings that had none.
bool relay_reopened(struct worker *worker);

// Is there room for a request to any connection of that worker, besides what answers need?
bool relay_has_room(const struct worker *worker, unsigned to);
// Bytes for a connection of another worker. False: the connection is not known any more, or there
// is no room even for what is kept (counted).
bool relay_write(struct worker *worker, handle_t conn, bool request, const void *bytes, size_t n);
bool relay_news(struct worker *worker, unsigned to, const struct foreign_news *news);

// Takes what others gave, and gives what was kept. Returns how many.
unsigned relay_poll(struct worker *worker);
// Everything written has been taken.
bool relay_drained(const struct worker *worker);
