// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Ethernet II frames without tags.
#pragma once

#include <stdint.h>

#include <rte_ether.h>

struct packet;
struct rte_mbuf;
struct worker;

// A frame as it came off the port; pkt->p and pkt->n hold all of it.
void eth_input(struct worker *worker, struct packet *pkt);

// Puts the header in front and sends. The packet is taken.
void eth_output(struct worker *worker, unsigned port, const struct rte_ether_addr *to,
	uint16_t type, struct rte_mbuf *m);
