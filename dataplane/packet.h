// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A received frame on its way up: contiguous bytes, narrowed by each stage to what it hands on.
// Addresses are in network order.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rte_mbuf;

struct packet {
	const uint8_t *p;
	size_t n;
	unsigned port;   // index into worker->ports
	bool group;      // the frame was for all stations
	bool ip_checked; // the port found the checksum good
	bool l4_checked;
	bool settled; // another worker received it and found that it is at home here
	uint8_t protocol;
	uint32_t src;
	uint32_t dst;
	const uint8_t *ip; // the IPv4 header with its options, for ICMP errors
	size_t ip_n;       // bytes readable from there
	struct rte_mbuf *m; // what it lies in, NULL: memory of ours. Who keeps the buffer clears it
};
