// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Which worker a thing belongs to, when there are several: a function of its name and the boot key
// that all workers share, so that none has to ask another. For flows it is the Toeplitz hash with
// which ports spread packets over their queues (Microsoft, "Introduction to Receive Side Scaling"):
// a port that takes our key and our table brings a flow to the worker where it is at home, and what
// another port brings elsewhere is handed over. Whoever does not know the key cannot aim at a
// worker.
#pragma once

#include <stdint.h>

#include "base/handle.h"
#include "base/siphash.h"
#include "base/span.h"

enum {
	HOME_KEY_BYTES = 52,   // the longest that ports ask for; 40 are the usual
	HOME_TUPLE_BYTES = 12, // two IPv4 addresses, two ports
	HOME_BUCKETS = 64,     // the smallest redirection table that ports have
};

struct home {
	unsigned workers;
	struct siphash_key names;
	uint8_t key[HOME_KEY_BYTES];           // of the Toeplitz hash, for ports
	uint32_t table[HOME_TUPLE_BYTES][256]; // the hash of each byte at its place
};

// workers: 1 to HANDLE_WORKERS_MAX.
void home_init(struct home *home, unsigned workers, const struct siphash_key *key);

// The entry of a port's redirection table: what a bucket's flows have as their home.
static inline unsigned home_of_bucket(const struct home *home, uint32_t bucket)
{
	return bucket % HOME_BUCKETS % home->workers;
}

// The hash as a port computes it. Addresses and ports in network order, as in the packet.
uint32_t home_hash(
	const struct home *home, uint32_t src, uint32_t dst, uint16_t sport, uint16_t dport);

// A packet's flow, TCP or UDP.
static inline unsigned home_of_flow(
	const struct home *home, uint32_t src, uint32_t dst, uint16_t sport, uint16_t dport)
{
	return home_of_bucket(home, home_hash(home, src, dst, sport, dport));
}

// The pieces of one datagram (RFC 791 3.2: addresses, protocol, identification) are put together at
// one place.
static inline unsigned home_of_pieces(
	const struct home *home, uint32_t src, uint32_t dst, uint16_t id, uint8_t protocol)
{
	return home_of_flow(home, src, dst, id, protocol);
}

// A thing that has only a name, such as a Call-ID before there is a dialog.
unsigned home_of_name(const struct home *home, struct span name);
