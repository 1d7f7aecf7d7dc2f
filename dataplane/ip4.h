// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// IPv4 as a host speaks it (RFC 791, RFC 1122 3.2): never a router.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct packet;
struct rte_mbuf;
struct worker;

enum {
	IP4_HEADER = 20,
	IP4_TTL = 64,            // RFC 1122 3.2.1.7
	IP4_PAYLOAD_MAX = 65515, // bytes behind a header without options
};

struct ip4_head {
	uint32_t src; // network order
	uint32_t dst;
	uint8_t protocol;
	bool whole; // "don't fragment": a router that cannot pass it on says so (RFC 1191 3)
};

// A packet off Ethernet; padding behind it is allowed.
void ip4_input(struct worker *worker, struct packet *pkt);
// A whole packet, checked, header in front: also what reassembly gives.
void ip4_deliver(struct worker *worker, struct packet *pkt);

// A packet that another worker received and checked: whole, or a fragment. Its p and n are at its
// header.
void ip4_relayed(struct worker *worker, struct packet *pkt);

// Sends what the buffer holds, UDP and TCP with their checksum field at zero: it is filled in here.
// Longer than the MTU is fragmented. The buffer is taken; it has room in front for our header and
// Ethernet's.
void ip4_output(struct worker *worker, const struct ip4_head *head, struct rte_mbuf *m);
// The same from contiguous bytes, which are copied; l4 is written to (the checksum).
void ip4_output_bytes(struct worker *worker, const struct ip4_head *head, uint8_t *l4, size_t n);

// Is it one of our addresses (network order)?
bool ip4_is_ours(const struct worker *worker, uint32_t addr);
