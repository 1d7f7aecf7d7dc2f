// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Neighbours (RFC 826, RFC 1122 2.3.2), in two bounded tables, both in buckets. Those that are
// known: a newcomer that finds its bucket full takes the place of the entry that was of no use for
// the longest time; an entry that is used when it is old is asked for again while it goes on
// serving. And addresses that were asked for, with a few packets each that wait: they become known
// by an answer only, so that addresses nobody has, as floods name them, push out no neighbour.
// There the oldest makes room, for an answer comes at once or not at all.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_ether.h>

#include "base/siphash.h"
#include "base/wheel.h"
#include "dataplane/limiter.h"

struct packet;
struct rte_mbuf;
struct worker;

enum {
	ARP_WAYS = 8,
	ARP_ASKED = 256, // addresses asked for at a time
	ARP_WAITING = 4, // packets that wait for one of them
	ARP_TRIES = 3,
	ARP_RETRY_US = 1000000,      // RFC 1122 2.3.2.1: at most one request a second
	ARP_ASKED_PER_SECOND = 1000, // new ones: each is a broadcast to all stations
	ARP_FRESH_US = 60000000,     // then it is asked for again when used
	ARP_STALE_US = 1200000000,   // then it is forgotten
	ARP_ANNOUNCE_COUNT = 2,      // RFC 5227 3
	ARP_ANNOUNCE_US = 2000000,
};

enum arp_state {
	ARP_FREE,
	ARP_KNOWN,
	ARP_ASKING, // known, asked for again
};

struct arp_entry {
	struct wheel_node timer;
	uint64_t used_us; // 0: never
	uint64_t learned_us;
	uint32_t addr; // network order
	uint8_t state; // enum arp_state
	uint8_t port;
	uint8_t tries;
	struct rte_ether_addr mac;
};

// An address that is not known yet.
struct arp_asked {
	struct wheel_node timer;
	uint64_t since_us;
	uint32_t addr; // network order
	uint8_t port;
	uint8_t tries;
	uint8_t nwaiting;                      // 0: the place is free
	struct rte_mbuf *waiting[ARP_WAITING]; // IPv4 packets, without Ethernet header
};

struct arp {
	struct arp_entry *entries;
	struct arp_asked *asked;
	struct limiter limit;
	struct siphash_key key; // a peer cannot aim at a bucket
	uint32_t nbuckets;      // power of two
	uint32_t nwaiting;
	uint32_t known;
	uint8_t announced; // how often
	struct wheel_node announce;
};

// Room for at least `entries`. Returns 0 or -ENOMEM.
int arp_init(struct arp *arp, uint32_t entries, const struct siphash_key *key);
// Waiting packets are freed.
void arp_fini(struct arp *arp);

// Tells all stations our addresses, now and once more (RFC 5227 3).
void arp_announce(struct worker *worker);

void arp_input(struct worker *worker, const struct packet *pkt);

// Sends an IPv4 packet to a station of the port's subnet, now or when its address is known. Taken.
void arp_output(struct worker *worker, unsigned port, uint32_t addr, struct rte_mbuf *m);

// A timer of ours, by its node, is due.
void arp_timer(struct worker *worker, struct wheel_node *node);
void arp_announce_timer(struct worker *worker);

// The entry of a known address, or NULL.
struct arp_entry *arp_find(struct arp *arp, uint32_t addr, unsigned port);
