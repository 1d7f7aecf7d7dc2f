// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Where a SIP message came from and where one goes to.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/handle.h"

// The values are those of the treaty's transport field.
enum sip_proto {
	SIP_OVER_UDP,
	SIP_OVER_TCP,
};

struct sip_flow {
	uint8_t proto; // enum sip_proto
	struct endpoint local;
	struct endpoint remote;
	handle_t conn; // TCP only: names the connection, its owner is the worker that holds it
};

static inline bool sip_flow_eq(const struct sip_flow *a, const struct sip_flow *b)
{
	return a->proto == b->proto && a->conn == b->conn && endpoint_eq(&a->local, &b->local) &&
	       endpoint_eq(&a->remote, &b->remote);
}
