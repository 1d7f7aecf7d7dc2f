// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Which SIP connection leads where (RFC 3261 18, RFC 5923): to its other end, and to where its peer
// listens, if it said so in a Via. Connections of ours and, with several workers, those of the
// others. Nothing is kept for it but the links in what there is of a connection anyway.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/handle.h"
#include "base/siphash.h"

struct sip_flow;
struct stream;
struct worker;

enum way {
	WAY_REMOTE, // the other end
	WAY_LISTENS,
	WAYS,
};

struct ways {
	uint32_t *buckets; // of references: 0 is none, else one more than WAYS * object + way
	uint32_t mask;
	struct siphash_key key;
};

// Room for `conns` connections, more is no harm. 0 or -ENOMEM.
int ways_init(struct ways *ways, uint32_t conns, const struct siphash_key *key);
void ways_fini(struct ways *ways);

// An object is a connection by number: that of its stream when it is ours, foreign_object() for one
// of another worker. `at`: where this way leads.
void ways_add(struct worker *worker, uint32_t object, enum way way, const struct endpoint *at);
// Does nothing when it was not added.
void ways_remove(struct worker *worker, uint32_t object, enum way way, const struct endpoint *at);

// A connection that leads there: one of ours rather than another worker's, and one whose peer will
// not speak any more only when there is no other; of equals the newest.
bool ways_find(struct worker *worker, const struct endpoint *to, struct sip_flow *flow);
