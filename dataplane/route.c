// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/route.h"

#include "dataplane/port.h"

uint32_t prefix_mask(uint8_t prefix)
{
	return prefix == 0 ? 0 : htonl(UINT32_MAX << (32 - (prefix > 32 ? 32 : prefix)));
}

static bool route_before(const struct route *a, const struct route *b)
{
	if (a->mask != b->mask)
		return ntohl(a->mask) > ntohl(b->mask);
	return a->distance < b->distance;
}

// Behind those that are as good: the first of two equal routes stays the better one.
static void route_insert(struct routes *routes, const struct route *route)
{
	unsigned at = 0;

	if (routes->n == ROUTES_MAX)
		return;
	while (at < routes->n && !route_before(route, &routes->list[at]))
		at++;
	for (unsigned i = routes->n; i > at; i--)
		routes->list[i] = routes->list[i - 1];
	routes->list[at] = *route;
	routes->n++;
}

static bool route_through(const struct routes *connected, uint32_t gateway, unsigned *port)
{
	struct hop hop;

	if (!route_find(connected, gateway, &hop))
		return false;
	*port = hop.port;
	return true;
}

unsigned routes_build(struct routes *routes, const struct port *ports, unsigned nports,
	const struct dataplane_route *list, unsigned n)
{
	struct routes connected;
	unsigned left_out = 0;

	routes->n = 0;
	for (unsigned i = 0; i < nports; i++) {
		struct route route = {
			.net = ports[i].addr & ports[i].mask,
			.mask = ports[i].mask,
			.port = i,
		};

		if (ports[i].up)
			route_insert(routes, &route);
	}
	connected = *routes;
	for (unsigned i = 0; i < n; i++) {
		uint32_t mask = prefix_mask(list[i].prefix);
		struct route route = {
			.net = list[i].net & mask,
			.mask = mask,
			.gateway = list[i].gateway_net,
			.distance = list[i].distance,
		};

		if (route_through(&connected, route.gateway, &route.port))
			route_insert(routes, &route);
		else
			left_out++;
	}
	return left_out;
}

bool route_find(const struct routes *routes, uint32_t dst, struct hop *hop)
{
	for (unsigned i = 0; i < routes->n; i++) {
		const struct route *route = &routes->list[i];

		if ((dst & route->mask) != route->net)
			continue;
		hop->addr = route->gateway == 0 ? dst : route->gateway;
		hop->port = route->port;
		return true;
	}
	return false;
}
