// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// UDP (RFC 768).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct packet;
struct worker;

enum { UDP_HEADER = 8, UDP_PAYLOAD_MAX = 65507 };

void udp_input(struct worker *worker, const struct packet *pkt);

// Sends a datagram, fragmented when it is longer than the MTU. False: longer than UDP can carry, or
// not between IPv4 endpoints.
bool udp_output(struct worker *worker, const struct endpoint *local, const struct endpoint *remote,
	const void *bytes, size_t n);
