// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A network address of either family. Only IPv4 is spoken today; the type is wide enough for IPv6.
#pragma once

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/span.h"

enum addr_family {
	ADDR_NONE = 0,
	ADDR_IPV4 = 4,
	ADDR_IPV6 = 6,
};

struct addr {
	uint8_t bytes[16]; // network order; IPv4 uses the first four, the others are zero
	uint8_t family;	   // enum addr_family
};

struct endpoint {
	struct addr addr;
	uint16_t port; // host order
};

enum { ADDR_TEXT_SIZE = 46, ENDPOINT_TEXT_SIZE = 56 };

static inline struct addr addr_ipv4(uint32_t net)
{
	struct addr a = { .family = ADDR_IPV4 };

	memcpy(a.bytes, &net, 4);
	return a;
}

// The IPv4 address in network order.
static inline uint32_t addr_ipv4_net(const struct addr *a)
{
	uint32_t net;

	memcpy(&net, a->bytes, 4);
	return net;
}

static inline bool addr_eq(const struct addr *a, const struct addr *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

// One host, not a group, nor this one or nobody (RFC 1122 3.2.1.3). Of IPv4 only: others are none.
static inline bool addr_is_host(const struct addr *a)
{
	return a->family == ADDR_IPV4 && a->bytes[0] != 0 && a->bytes[0] != 127 &&
	       a->bytes[0] < 224;
}

static inline bool endpoint_eq(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && addr_eq(&a->addr, &b->addr);
}

// "10.0.0.1", "2001:db8::1"; "-" for none. Returns text.
const char *addr_text(const struct addr *a, char text[ADDR_TEXT_SIZE]);
// "10.0.0.1:5060", "[2001:db8::1]:5060". Returns text.
const char *endpoint_text(const struct endpoint *e, char text[ENDPOINT_TEXT_SIZE]);

// An address as text, nothing before or behind it (RFC 3986 3.2.2, without brackets). False, and *a none: it is
// no address.
bool addr_read(struct span text, struct addr *a);
