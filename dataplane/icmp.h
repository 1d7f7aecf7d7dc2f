// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// ICMP as a host needs it (RFC 792, RFC 1122 3.2.2): echo answered, unreachable sent within a rate
// limit, "fragmentation needed" given to TCP, "unreachable" to SIP over UDP (RFC 3261 18.4), other
// errors counted: what they say, TCP finds out by its timers (RFC 5927 5.2).
#pragma once

#include <stdint.h>

struct packet;
struct worker;

enum icmp_unreachable {
	ICMP_PROTOCOL_UNREACHABLE = 2,
	ICMP_PORT_UNREACHABLE = 3,
};

enum {
	ICMP_PER_SECOND = 100,
	ICMP_BURST = 20,
};

void icmp_input(struct worker *worker, const struct packet *pkt);

// Destination unreachable about a packet just received, whose IPv4 header is known.
void icmp_unreachable(struct worker *worker, const struct packet *pkt, enum icmp_unreachable code);
