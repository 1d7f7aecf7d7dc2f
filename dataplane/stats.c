// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// One walk over everything that is counted, used twice: at start it writes down the names, later
// the values, in the same order.
#include "dataplane/stats.h"

#include <ctype.h>
#include <stdio.h>

#include <rte_mempool.h>

#include "dataplane/worker.h"

struct walk {
	struct stats *stats;
	unsigned at;
	bool naming;
};

static void name_write(char *to, const char *name)
{
	size_t i;

	for (i = 0; name[i] != '\0' && i < STATS_NAME_SIZE - 1; i++)
		to[i] = (char)tolower((unsigned char)name[i]);
	to[i] = '\0';
}

static void put(
	struct walk *walk, const char *section, const char *name, const char *help, uint64_t value)
{
	struct stats *stats = walk->stats;
	unsigned at = walk->at++;

	if (at >= STATS_MAX)
		return;
	if (walk->naming) {
		stats->rows[at].section = section;
		stats->rows[at].help = help;
		name_write(stats->rows[at].name, name);
		stats->n = at + 1;
	}
	atomic_store_explicit(&stats->values[at], value, memory_order_relaxed);
}

static void walk_worker(struct walk *walk, const struct worker *worker)
{
#define X(section, name, text) put(walk, #section, #name, text, worker->n.name);
#include "dataplane/counters.def"
#undef X
#define X(name, id, text) put(walk, "drop", #id, text, worker->drops[DROP_##name]);
#include "dataplane/drops.def"
#undef X
}

static void walk_tcp(struct walk *walk, const struct worker *worker)
{
	const struct tcp_counters *counters = tcp_counters(worker->tcp);

#define COUNTER(name, text) put(walk, "tcp", #name, text, counters->name);
#include "dataplane/tcp/counters.def"
#undef COUNTER
#define VERDICT(name, text) put(walk, "tcp segments", #name, text, counters->verdicts[TCP_##name]);
#include "dataplane/tcp/verdicts.def"
#undef VERDICT
}

static void walk_sip(struct walk *walk, const struct worker *worker)
{
	const struct sip_counters *counters = sip_counters(worker->sip);

#define X(name, text) put(walk, "sip", #name, text, counters->name);
#include "dataplane/sip/counters.def"
#undef X
#define X(name, status, text) put(walk, "sip messages", #name, text, counters->verdict[SIP_##name]);
	SIP_VERDICTS(X)
#undef X
	for (unsigned i = 1; i < SIP_METHOD_COUNT; i++)
		put(walk, "sip methods", sip_method_name(i), "requests seen by the classifier",
			worker->methods[i]);
}

static void walk_codecs(struct walk *walk, const struct worker *worker)
{
	put(walk, "classifier", "noise", "none of the others", worker->starts[CLASSIFY_NOISE]);
	put(walk, "classifier", "request", "SIP request of a known method",
		worker->starts[CLASSIFY_REQUEST]);
#define X(name, expression) \
	put(walk, "classifier", #name, expression, worker->starts[CLASSIFY_##name]);
	CLASSIFY_STARTS(X)
#undef X
#define SCCP_VERDICT(name, text) \
	put(walk, "skinny frames", #name, text, worker->sccp_verdicts[SCCP_##name]);
	SCCP_VERDICTS(SCCP_VERDICT)
#undef SCCP_VERDICT
#define X(name, text) \
	put(walk, "csta bodies", &#name[sizeof("CSTA_READ")], text, worker->csta_verdicts[name]);
	CSTA_VERDICTS(X)
#undef X
	for (unsigned i = CSTA_UNKNOWN; i < CSTA_TYPES; i++)
		put(walk, "csta services", csta_type_name(i), "bodies read", worker->csta_types[i]);
}

static void walk_now(struct walk *walk, const struct worker *worker)
{
	struct sip_usage sip = sip_usage(worker->sip);
	struct tcp_usage tcp;

	tcp_usage(worker->tcp, &tcp);
	put(walk, "now", "busy_permille", "of the last second, thousandths spent on work",
		worker->load.permille);
	put(walk, "now", "tcp_connections", "TCP connections", tcp.connections);
	put(walk, "now", "tcp_connections_max", "TCP connections in all", tcp.connections_max);
	put(walk, "now", "tcp_half_open", "TCP handshakes under way", tcp.half_open);
	put(walk, "now", "tcp_time_wait", "TCP connections in TIME-WAIT", tcp.time_wait);
	put(walk, "now", "tcp_buffer_bytes", "bytes of TCP buffers in use", tcp.buffer_bytes);
	put(walk, "now", "tcp_buffer_cap", "bytes of TCP buffers in all", tcp.buffer_cap);
	put(walk, "now", "skinny_conns", "Skinny connections", worker->nstreams[STREAM_SKINNY]);
	put(walk, "now", "sip_conns", "SIP connections over TCP", worker->nstreams[STREAM_SIP]);
	put(walk, "now", "dialogs", "SIP dialogs", sip.dialogs);
	put(walk, "now", "dialogs_max", "SIP dialogs in all", sip.dialogs_max);
	put(walk, "now", "transactions", "SIP transactions", sip.transactions);
	put(walk, "now", "transactions_max", "SIP transactions in all", sip.transactions_max);
	put(walk, "now", "sip_chunks", "SIP message store, KiB in use", sip.chunks);
	put(walk, "now", "sip_chunks_max", "SIP message store, KiB in all", sip.chunks_max);
	put(walk, "now", "neighbours", "addresses known by ARP", worker->arp.known);
	put(walk, "now", "arp_waiting", "packets that wait for an address", worker->arp.nwaiting);
	// One pool for all: the first worker tells of it, so that sums over workers are right.
	put(walk, "now", "mbufs", "packet buffers in use, by all workers",
		worker->index == 0 ? rte_mempool_in_use_count(worker->pool) : 0);
	put(walk, "now", "mbufs_max", "packet buffers in all",
		worker->index == 0 ? worker->pool->size : 0);
	put(walk, "now", "events_used", "cells of the events ring in use",
		ring_used(&worker->events));
	put(walk, "now", "events_high", "most cells of the events ring ever in use",
		worker->events.high_water);
	put(walk, "now", "events_max", "cells of the events ring", worker->events.size);
	put(walk, "now", "commands_used", "cells of the commands ring in use",
		ring_used(&worker->commands));
	put(walk, "now", "commands_max", "cells of the commands ring", worker->commands.size);
	put(walk, "now", "commands_gaps", "commands missing from the ring: must be zero",
		worker->commands.gaps);
}

static void walk_all(struct worker *worker, bool naming)
{
	struct walk walk = { .stats = &worker->stats, .naming = naming };

	walk_worker(&walk, worker);
	walk_tcp(&walk, worker);
	walk_sip(&walk, worker);
	walk_codecs(&walk, worker);
	walk_now(&walk, worker);
}

void stats_init(struct worker *worker)
{
	walk_all(worker, true);
}

void stats_publish(struct worker *worker)
{
	walk_all(worker, false);
}

bool stats_row(const struct worker *worker, unsigned row, struct dataplane_stat *stat)
{
	const struct stats *stats = &worker->stats;

	if (row >= stats->n)
		return false;
	*stat = (struct dataplane_stat){
		.section = stats->rows[row].section,
		.name = stats->rows[row].name,
		.help = stats->rows[row].help,
		.value = atomic_load_explicit(&stats->values[row], memory_order_relaxed),
	};
	return true;
}
