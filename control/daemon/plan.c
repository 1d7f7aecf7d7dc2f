// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/daemon/plan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
	SPARE_PHONES = 64, // connections of phones that are about to be refused
	SIP_CONNS_MIN = 1024,
	SIP_CONN_DNS = 4, // DNs for each SIP connection over TCP
	SESSIONS_MIN = 256,
	SESSIONS_PER_DN = 2,
	// An answer over UDP is kept for 32 s (RFC 3261 17.2.2): some hundred requests a second.
	TRANSACTIONS_MIN = 32768,
	TRANSACTIONS_PER_SESSION = 8,
	DISTANCE_DEFAULT = 1, // of a static route
};

// 255.255.255.0 is 24; -1 when the ones are not together.
static int mask_bits(const struct addr *mask)
{
	uint32_t bits = ntohl(addr_ipv4_net(mask));
	int n = __builtin_popcount(bits);

	return n == 0 || bits == UINT32_MAX << (32 - n) ? n : -1;
}

static int plan_interface(const struct config_interface *from, struct dataplane_config *plan,
	char *error, size_t error_size)
{
	struct dataplane_interface *to = &plan->interfaces[plan->ninterfaces];
	int bits = mask_bits(&from->mask);

	if (plan->ninterfaces == DATAPLANE_INTERFACES_MAX) {
		snprintf(error, error_size, "more than %d interfaces with an address",
			DATAPLANE_INTERFACES_MAX);
		return -EINVAL;
	}
	if (bits < 0) {
		snprintf(error, error_size, "interface %s: not a subnet mask", from->name);
		return -EINVAL;
	}
	snprintf(to->name, sizeof(to->name), "%.*s", DATAPLANE_NAME_SIZE - 1, from->name);
	to->addr_net = addr_ipv4_net(&from->address);
	to->prefix = (uint8_t)bits;
	plan->ninterfaces++;
	return 0;
}

// Whether an interface reaches the gateway is the packet engine's to see: it leaves out what it cannot use.
static void plan_route(const struct config_route *from, struct dataplane_config *plan)
{
	struct dataplane_route *to = &plan->routes[plan->nroutes];
	int bits = mask_bits(&from->mask);

	if (bits < 0 || plan->nroutes == DATAPLANE_ROUTES_MAX)
		return;
	to->net = addr_ipv4_net(&from->network);
	to->prefix = (uint8_t)bits;
	to->gateway_net = addr_ipv4_net(&from->gateway);
	to->distance = from->distance == 0 ? DISTANCE_DEFAULT : from->distance;
	plan->nroutes++;
}

static uint32_t at_least(uint32_t value, uint32_t least)
{
	return value < least ? least : value;
}

static void plan_sizes(const struct config *config, struct dataplane_config *plan)
{
	uint32_t phones = config->ephones.count;
	uint32_t dns = config->dns.count;

	// After an outage each comes again before its old connection is known to be dead.
	plan->phones = 2 * phones + SPARE_PHONES;
	// Some clients come by themselves, most by way of a proxy.
	plan->sip_conns = at_least(dns / SIP_CONN_DNS, SIP_CONNS_MIN);
	plan->sessions = at_least(dns * SESSIONS_PER_DN, SESSIONS_MIN);
	plan->transactions =
		at_least(plan->sessions * TRANSACTIONS_PER_SESSION, TRANSACTIONS_MIN);
}

int plan_from_config(const struct config *config, unsigned workers, struct dataplane_config *plan,
	char *error, size_t error_size)
{
	*plan = (struct dataplane_config){ .product = "offhook", .workers = workers };
	for (unsigned i = 0; i < config->interface_count; i++) {
		const struct config_interface *interface = &config->interfaces[i];

		if (interface->shutdown || interface->address.family != ADDR_IPV4)
			continue;
		if (plan_interface(interface, plan, error, error_size) != 0)
			return -EINVAL;
	}
	if (plan->ninterfaces == 0) {
		snprintf(error, error_size, "no interface has an address and is not shut down");
		return -EINVAL;
	}
	for (unsigned i = 0; i < config->route_count; i++)
		plan_route(&config->routes[i], plan);
	plan->sip = config->voice_register.source;
	plan->sccp = config->telephony.source;
	plan_sizes(config, plan);
	return 0;
}
