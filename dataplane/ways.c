// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/ways.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/foreign.h"
#include "dataplane/sip_shell.h"
#include "dataplane/stream.h"
#include "dataplane/worker.h"

int ways_init(struct ways *ways, uint32_t conns, const struct siphash_key *key)
{
	uint32_t buckets = 16;

	while (buckets < conns)
		buckets *= 2;
	*ways = (struct ways){ .mask = buckets - 1, .key = *key };
	ways->buckets = calloc(buckets, sizeof(*ways->buckets));
	return ways->buckets == NULL ? -ENOMEM : 0;
}

void ways_fini(struct ways *ways)
{
	free(ways->buckets);
}

static uint32_t *bucket_of(const struct ways *ways, const struct endpoint *at)
{
	uint8_t bytes[sizeof(at->addr.bytes) + sizeof(at->port)];

	memcpy(bytes, at->addr.bytes, sizeof(at->addr.bytes));
	memcpy(bytes + sizeof(at->addr.bytes), &at->port, sizeof(at->port));
	return &ways->buckets[siphash(&ways->key, bytes, sizeof(bytes)) & ways->mask];
}

static struct stream *own(const struct worker *worker, uint32_t object)
{
	return object < worker->streams.capacity
		       ? (struct stream *)(worker->streams.objects +
					   object * worker->streams.object_size)
		       : NULL;
}

static uint32_t *next_of(struct worker *worker, uint32_t ref)
{
	uint32_t object = (ref - 1) / WAYS, way = (ref - 1) % WAYS;
	struct stream *stream = own(worker, object);

	return stream != NULL ? &stream->next[way] : &foreign_at(worker, object)->next[way];
}

void ways_add(struct worker *worker, uint32_t object, enum way way, const struct endpoint *at)
{
	uint32_t *bucket = bucket_of(&worker->ways, at);
	uint32_t ref = 1 + WAYS * object + way;

	*next_of(worker, ref) = *bucket;
	*bucket = ref;
}

void ways_remove(struct worker *worker, uint32_t object, enum way way, const struct endpoint *at)
{
	uint32_t *link = bucket_of(&worker->ways, at);
	uint32_t ref = 1 + WAYS * object + way;

	while (*link != 0 && *link != ref)
		link = next_of(worker, *link);
	if (*link == ref)
		*link = *next_of(worker, ref);
}

// How good a way this reference is to `to`; 0: none.
static unsigned rank(
	struct worker *worker, uint32_t ref, const struct endpoint *to, struct sip_flow *flow)
{
	uint32_t object = (ref - 1) / WAYS;
	const struct stream *stream = own(worker, object);
	const struct foreign_conn *conn = stream == NULL ? foreign_at(worker, object) : NULL;
	struct endpoint at;
	bool half;

	if (stream != NULL && !sip_stream_flow(worker, stream, flow))
		return 0;
	if (conn != NULL)
		*flow = conn->flow;
	at = flow->remote;
	if ((ref - 1) % WAYS == WAY_LISTENS)
		at.port = stream != NULL ? stream->sip.listens : conn->listens;
	if (!endpoint_eq(&at, to))
		return 0;
	half = stream != NULL ? stream->eof : conn->half;
	return 1 + (stream != NULL) + 2 * !half;
}

bool ways_find(struct worker *worker, const struct endpoint *to, struct sip_flow *flow)
{
	unsigned best = 0;

	for (uint32_t ref = *bucket_of(&worker->ways, to); ref != 0; ref = *next_of(worker, ref)) {
		struct sip_flow found;
		unsigned value = rank(worker, ref, to, &found);

		if (value <= best)
			continue;
		best = value;
		*flow = found;
	}
	return best > 0;
}
