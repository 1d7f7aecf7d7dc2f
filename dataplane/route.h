// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Where a packet goes: the subnets of our ports and the configured routes, longest prefix first,
// then by distance. A short list walked in order: an engine of this kind has a handful. Addresses
// are in network order.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/dataplane.h"

struct port;

enum { ROUTES_MAX = DATAPLANE_ROUTES_MAX + DATAPLANE_INTERFACES_MAX };

struct route {
	uint32_t net;
	uint32_t mask;
	uint32_t gateway; // 0: the destination itself is the next hop
	unsigned port;    // index
	uint8_t distance; // 0: connected
};

struct routes {
	struct route list[ROUTES_MAX];
	unsigned n;
};

struct hop {
	uint32_t addr;
	unsigned port;
};

// The mask of so many leading bits.
uint32_t prefix_mask(uint8_t prefix);

// Subnets of the ports that are up; then those of the given routes whose gateway lies in one of
// them, so that one with a greater distance serves where the nearer one cannot. Returns how many of
// `n` routes were left out for lack of such a subnet.
unsigned routes_build(struct routes *routes, const struct port *ports, unsigned nports,
	const struct dataplane_route *list, unsigned n);

// False: no route.
bool route_find(const struct routes *routes, uint32_t dst, struct hop *hop);
