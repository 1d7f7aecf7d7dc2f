// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/daemon/plan.h"

#include <errno.h>
#include <stdio.h>
#include <strings.h>

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
	IP_MTU_MIN = 68,      // RFC 791 3.2
};

// 255.255.255.0 is 24.
static unsigned mask_bits(const struct addr *mask)
{
	return (unsigned)__builtin_popcount(addr_ipv4_net(mask));
}

static void warn(const struct plan_listener *listener, const char *what, const char *why)
{
	if (listener != NULL)
		listener->warn(listener->ctx, what, why);
}

static void plan_interface(const struct config_interface *from,
	const struct plan_listener *listener, struct dataplane_config *plan)
{
	struct dataplane_interface *to = &plan->interfaces[plan->ninterfaces];

	if (!config_interface_is_physical(from)) {
		warn(listener, from->name, "no port stands for it, nobody reaches its address");
		return;
	}
	if (plan->ninterfaces == DATAPLANE_INTERFACES_MAX) {
		warn(listener, from->name, "it is down, there are ports for eight interfaces");
		return;
	}
	snprintf(to->name, sizeof(to->name), "%.*s", DATAPLANE_NAME_SIZE - 1, from->name);
	to->addr_net = addr_ipv4_net(&from->address);
	to->prefix = (uint8_t)mask_bits(&from->mask);
	to->mtu = (uint16_t)(from->ip_mtu != 0 ? from->ip_mtu : from->mtu);
	if (to->mtu != 0 && to->mtu < IP_MTU_MIN)
		to->mtu = IP_MTU_MIN;
	plan->ninterfaces++;
}

// The planned interface in whose subnet the address is; NULL: none.
static const struct dataplane_interface *interface_near(
	const struct dataplane_config *plan, uint32_t addr_net)
{
	for (unsigned i = 0; i < plan->ninterfaces; i++) {
		const struct dataplane_interface *interface = &plan->interfaces[i];
		uint32_t hosts = interface->prefix == 32 ? 0 : UINT32_MAX >> interface->prefix;

		if ((ntohl(interface->addr_net ^ addr_net) & ~hosts) == 0)
			return interface;
	}
	return NULL;
}

// Why the packet engine will not use it; NULL: it will, if the port is there.
static const char *route_fault(
	const struct config_route *route, const struct dataplane_config *plan)
{
	const struct dataplane_interface *near =
		interface_near(plan, addr_ipv4_net(&route->gateway));

	if (route->gateway.family == ADDR_NONE)
		return "left out, it has no gateway's address";
	if (near == NULL)
		return "left out, its gateway is in no interface's subnet";
	if (route->interface[0] != '\0' && strcasecmp(route->interface, near->name) != 0)
		return "left out, its gateway is not in the subnet of that interface";
	if (plan->nroutes == DATAPLANE_ROUTES_MAX)
		return "left out, there are too many";
	return NULL;
}

static void route_text(const struct config_route *route, char *text, size_t size)
{
	char network[ADDR_TEXT_SIZE], mask[ADDR_TEXT_SIZE], gateway[ADDR_TEXT_SIZE] = "";

	if (route->gateway.family != ADDR_NONE)
		addr_text(&route->gateway, gateway);
	snprintf(text, size, "ip route %s %s %s%s%s", addr_text(&route->network, network),
		addr_text(&route->mask, mask), route->interface,
		route->interface[0] != '\0' && gateway[0] != '\0' ? " " : "", gateway);
}

static void plan_route(const struct config_route *from, const struct plan_listener *listener,
	struct dataplane_config *plan)
{
	const char *fault = route_fault(from, plan);
	char text[160];

	if (fault != NULL) {
		route_text(from, text, sizeof(text));
		warn(listener, text, fault);
		plan->routes_left_out++;
		return;
	}
	plan->routes[plan->nroutes++] = (struct dataplane_route){
		.net = addr_ipv4_net(&from->network),
		.prefix = (uint8_t)mask_bits(&from->mask),
		.gateway_net = addr_ipv4_net(&from->gateway),
		.distance = from->distance == 0 ? DISTANCE_DEFAULT : from->distance,
	};
}

// The requirements of the configuration do not know how many interfaces there is room for.
static int plan_source(const struct endpoint *source, const char *command,
	const struct dataplane_config *plan, char *error, size_t error_size)
{
	char address[ADDR_TEXT_SIZE];

	for (unsigned i = 0; i < plan->ninterfaces; i++)
		if (plan->interfaces[i].addr_net == addr_ipv4_net(&source->addr))
			return 0;
	if (source->addr.family == ADDR_NONE)
		return 0;
	snprintf(error, error_size, "%s %s: no interface with a port that is up has this address",
		command, addr_text(&source->addr, address));
	return -EINVAL;
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

int plan_from_config(const struct config *config, unsigned workers,
	const struct plan_listener *listener, struct dataplane_config *plan, char *error,
	size_t error_size)
{
	*plan = (struct dataplane_config){ .product = "offhook", .workers = workers };
	for (unsigned i = 0; i < config->interface_count; i++)
		if (config_interface_is_up(&config->interfaces[i]))
			plan_interface(&config->interfaces[i], listener, plan);
	if (plan->ninterfaces == 0) {
		snprintf(error, error_size, "no interface has an address and is not shut down");
		return -EINVAL;
	}
	for (unsigned i = 0; i < config->route_count; i++)
		plan_route(&config->routes[i], listener, plan);
	plan->sip = config->voice_register.source;
	plan->sccp = config->telephony.source;
	plan_sizes(config, plan);
	if (plan_source(&plan->sccp, "ip source-address", plan, error, error_size) != 0)
		return -EINVAL;
	return plan_source(&plan->sip, "source-address", plan, error, error_size);
}
