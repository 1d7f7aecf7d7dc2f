// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/relay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>
#include <rte_ring.h>
#include <rte_ring_elem.h>

#include "dataplane/arp.h"
#include "dataplane/foreign.h"
#include "dataplane/ip4.h"
#include "dataplane/packet.h"
#include "dataplane/sip_shell.h"
#include "dataplane/worker.h"

enum { PACKET = sizeof(struct relay_packet) };

// --- rings
// ------------------------------------------------------------------------------------------

static struct rte_ring *packets_new(void)
{
	ssize_t bytes = rte_ring_get_memsize_elem(PACKET, RELAY_PACKETS);
	struct rte_ring *ring = NULL;

	if (bytes > 0)
		ring = aligned_alloc(
			RTE_CACHE_LINE_SIZE, RTE_ALIGN_CEIL((size_t)bytes, RTE_CACHE_LINE_SIZE));
	if (ring != NULL)
		rte_ring_init(ring, "packets", RELAY_PACKETS, RING_F_SP_ENQ | RING_F_SC_DEQ);
	return ring;
}

static int pair_rings(struct relay_pair *pair)
{
	const size_t message = sizeof(struct relay_sip) + SIP_MESSAGE_MAX;
	const size_t write = sizeof(struct relay_write) + SIP_MESSAGE_MAX;
	int status = ring_init(&pair->messages, 0, message, -1);

	if (status == 0)
		status = ring_init(&pair->writes, 0, write, -1);
	if (status == 0)
		status = ring_init(&pair->news, RELAY_NEWS, sizeof(struct foreign_news), -1);
	if (status == 0)
		status = ring_init(&pair->kept, RELAY_KEPT * ring_cells(write), write, -1);
	pair->packets = packets_new();
	return pair->packets == NULL ? -ENOMEM : status;
}

int relay_init(struct worker *const *workers, unsigned n)
{
	for (unsigned i = 0; i < n * n; i++) {
		unsigned from = i / n, to = i % n;
		struct relay_pair *pair;
		int status;

		if (from == to)
			continue;
		pair = aligned_alloc(RTE_CACHE_LINE_SIZE, sizeof(*pair));
		if (pair == NULL)
			return -ENOMEM;
		memset(pair, 0, sizeof(*pair));
		workers[to]->relay.in[from] = pair;
		workers[from]->relay.out[to] = pair;
		status = pair_rings(pair);
		if (status < 0)
			return status;
	}
	return 0;
}

static void pair_free(struct relay_pair *pair)
{
	struct relay_packet packet;

	if (pair == NULL)
		return;
	while (pair->packets != NULL && rte_ring_dequeue_elem(pair->packets, &packet, PACKET) == 0)
		rte_pktmbuf_free(packet.m);
	free(pair->packets);
	ring_fini(&pair->messages);
	ring_fini(&pair->writes);
	ring_fini(&pair->news);
	ring_fini(&pair->kept);
	free(pair);
}

void relay_fini(struct worker *worker)
{
	for (unsigned i = 0; i < HANDLE_WORKERS_MAX; i++)
		pair_free(worker->relay.in[i]);
}

// --- packets
// ----------------------------------------------------------------------------------------

// The bytes in buffers of ours, chained when one is too small. NULL: there are none (counted).
static struct rte_mbuf *bytes_copy(struct worker *worker, const uint8_t *bytes, size_t n)
{
	struct rte_mbuf *head = NULL, *last = NULL;
	size_t done = 0;

	while (head == NULL || done < n) {
		struct rte_mbuf *m = worker_mbuf(worker);
		uint16_t part;

		if (m == NULL) {
			rte_pktmbuf_free(head);
			return NULL;
		}
		part = (uint16_t)RTE_MIN(n - done, (size_t)rte_pktmbuf_tailroom(m));
		memcpy(rte_pktmbuf_append(m, part), bytes + done, part);
		done += part;
		if (head == NULL) {
			head = m;
		} else {
			last->next = m;
			head->nb_segs++;
			head->pkt_len += part;
		}
		last = m;
	}
	return head;
}

// The buffer is given or freed.
static bool give(struct worker *worker, unsigned to, const struct relay_packet *packet)
{
	struct rte_ring *ring = worker->relay.out[to]->packets;

	if (rte_ring_enqueue_elem(ring, (void *)(uintptr_t)packet, PACKET) == 0)
		return true;
	drop(worker, DROP_RELAY_FULL);
	rte_pktmbuf_free(packet->m);
	return false;
}

// The buffer that the packet lies in, cut to the packet; NULL when it cannot be had whole.
static struct rte_mbuf *buffer_take(struct packet *pkt)
{
	struct rte_mbuf *m = pkt->m;
	size_t front;

	if (m == NULL || m->nb_segs != 1)
		return NULL;
	front = (size_t)(pkt->p - rte_pktmbuf_mtod(m, const uint8_t *));
	rte_pktmbuf_adj(m, (uint16_t)front);
	rte_pktmbuf_trim(m, (uint16_t)(rte_pktmbuf_data_len(m) - pkt->n));
	pkt->m = NULL;
	return m;
}

void relay_packet(struct worker *worker, unsigned to, struct packet *pkt)
{
	struct relay_packet item = {
		.m = buffer_take(pkt),
		.kind = RELAY_IP,
		.port = (uint8_t)pkt->port,
		.l4_checked = pkt->l4_checked,
	};

	if (item.m == NULL)
		item.m = bytes_copy(worker, pkt->p, pkt->n);
	if (item.m != NULL && give(worker, to, &item))
		worker->n.packets_given++;
}

void relay_arp(struct worker *worker, const struct packet *pkt)
{
	struct relay_packet item = { .kind = RELAY_ARP, .port = (uint8_t)pkt->port };

	for (unsigned to = 0; to < worker->home->workers; to++) {
		if (to == worker->index)
			continue;
		item.m = bytes_copy(worker, pkt->p, pkt->n);
		if (item.m != NULL)
			give(worker, to, &item);
	}
}

void relay_frame(struct worker *worker, unsigned to, unsigned port, struct rte_mbuf *m)
{
	struct relay_packet item = { .m = m, .kind = RELAY_FRAME, .port = (uint8_t)port };

	give(worker, to, &item);
}

static void take_ip(struct worker *worker, const struct relay_packet *item, struct packet *pkt)
{
	pkt->l4_checked = item->l4_checked;
	ip4_relayed(worker, pkt);
}

// Reads the item's bytes and hands them on; the buffer is freed unless it was handed on itself.
static void packet_take(struct worker *worker, const struct relay_packet *item)
{
	uint32_t n = rte_pktmbuf_pkt_len(item->m);
	struct packet pkt = {
		.p = rte_pktmbuf_read(item->m, 0, n, worker->frame),
		.n = n,
		.port = item->port,
		.m = item->m,
		.settled = true,
	};

	if (item->kind == RELAY_IP)
		take_ip(worker, item, &pkt);
	else
		arp_input(worker, &pkt);
	rte_pktmbuf_free(pkt.m);
}

static unsigned packets_take(struct worker *worker, unsigned from)
{
	struct relay_packet items[RELAY_BURST];
	unsigned n = rte_ring_dequeue_burst_elem(
		worker->relay.in[from]->packets, items, PACKET, RELAY_BURST, NULL);

	worker->n.packets_taken += n;
	for (unsigned i = 0; i < n; i++) {
		if (items[i].kind == RELAY_FRAME)
			port_send(worker, items[i].port, items[i].m);
		else
			packet_take(worker, &items[i]);
	}
	return n;
}

// --- news of connections
// ----------------------------------------------------------------------------

bool relay_news(struct worker *worker, unsigned to, const struct foreign_news *news)
{
	return ring_push(&worker->relay.out[to]->news, news, sizeof(*news), NULL, 0);
}

static unsigned news_take(struct worker *worker, unsigned from)
{
	struct foreign_news news;
	unsigned n = 0;

	while (n < RELAY_NEWS && ring_pop(&worker->relay.in[from]->news, &news) > 0) {
		foreign_hear(worker, from, &news);
		n++;
	}
	return n;
}

// --- messages
// ---------------------------------------------------------------------------------------

bool relay_message(struct worker *worker, unsigned to, const struct sip_flow *flow,
	const void *bytes, size_t n)
{
	struct relay_pair *pair = worker->relay.out[to];
	struct relay_sip head = { .flow = *flow };

	if (foreign_tell(worker, to) && ring_has_credit(&pair->messages, 1) &&
		ring_push(&pair->messages, &head, sizeof(head), bytes, n)) {
		worker->n.messages_given++;
		return true;
	}
	if (flow->proto == SIP_OVER_UDP)
		drop(worker, DROP_RELAY_FULL);
	else
		pair->refused = true;
	return false;
}

bool relay_reopened(struct worker *worker)
{
	bool reopened = false;

	for (unsigned to = 0; to < worker->home->workers; to++) {
		struct relay_pair *pair = worker->relay.out[to];

		if (pair == NULL || !pair->refused || !ring_has_credit(&pair->messages, 1) ||
			!foreign_tell(worker, to))
			continue;
		pair->refused = false;
		reopened = true;
	}
	return reopened;
}

// What a message may cause must find room: events to control, and answers to its connection even if
// the worker that has it stands still from now on. Else it stays, and the stream it came by with
// it.
static bool message_may_come(struct worker *worker, unsigned from)
{
	return ring_has_credit(&worker->events, STREAM_CREDIT) &&
	       ring_has_credit(&worker->relay.out[from]->kept,
		       sip_owed(worker->sip, (uint8_t)from) + 1 + RELAY_ANSWERS);
}

static unsigned messages_take(struct worker *worker, unsigned from)
{
	struct ring *ring = &worker->relay.in[from]->messages;
	struct relay *relay = &worker->relay;
	const struct relay_sip *head = (const struct relay_sip *)relay->taken;
	unsigned n = 0;

	while (n < RELAY_BURST && message_may_come(worker, from)) {
		size_t bytes = ring_pop(ring, relay->taken);

		if (bytes == 0)
			break;
		// What was told before it was given is there now.
		news_take(worker, from);
		sip_relayed(
			worker, &head->flow, relay->taken + sizeof(*head), bytes - sizeof(*head));
		n++;
	}
	worker->n.messages_taken += n;
	return n;
}

// --- writes
// -----------------------------------------------------------------------------------------

bool relay_has_room(const struct worker *worker, unsigned to)
{
	struct relay_pair *pair = worker->relay.out[to];

	return ring_used(&pair->kept) == 0 && ring_has_credit(&pair->writes, 2);
}

bool relay_write(struct worker *worker, handle_t conn, bool request, const void *bytes, size_t n)
{
	struct relay_write head = { .conn = conn, .request = request };
	struct foreign_conn *known = foreign_find(worker, conn);
	struct relay_pair *pair;
	bool kept;

	if (known == NULL)
		return false;
	pair = worker->relay.out[handle_owner(conn)];
	kept = ring_used(&pair->kept) > 0 ||
	       !ring_push(&pair->writes, &head, sizeof(head), bytes, n);
	if (kept && !ring_push(&pair->kept, &head, sizeof(head), bytes, n)) {
		drop(worker, DROP_RELAY_FULL);
		return false;
	}
	worker->n.writes_given++;
	worker->n.writes_kept += kept;
	foreign_wrote(known, ++pair->nwrites, n, request);
	return true;
}

static unsigned kept_give(struct worker *worker, unsigned to)
{
	struct relay_pair *pair = worker->relay.out[to];
	unsigned n = 0;
	size_t bytes;

	while (ring_used(&pair->kept) > 0 && ring_has_credit(&pair->writes, 1)) {
		bytes = ring_pop(&pair->kept, worker->relay.taken);
		ring_push(&pair->writes, worker->relay.taken, bytes, NULL, 0);
		n++;
	}
	return n;
}

static unsigned writes_take(struct worker *worker, unsigned from)
{
	struct ring *ring = &worker->relay.in[from]->writes;
	struct relay *relay = &worker->relay;
	const struct relay_write *head = (const struct relay_write *)relay->taken;
	unsigned n = 0;
	size_t bytes;

	while (n < RELAY_BURST && (bytes = ring_pop(ring, relay->taken)) > 0) {
		relay->writes_taken[from]++;
		sip_relayed_write(
			worker, from, head, relay->taken + sizeof(*head), bytes - sizeof(*head));
		n++;
	}
	worker->n.writes_taken += n;
	return n;
}

// --- the turn
// ---------------------------------------------------------------------------------------

unsigned relay_poll(struct worker *worker)
{
	unsigned n = 0;

	for (unsigned other = 0; other < worker->home->workers; other++) {
		if (other == worker->index)
			continue;
		n += packets_take(worker, other);
		n += news_take(worker, other);
		n += writes_take(worker, other);
		n += messages_take(worker, other);
		n += kept_give(worker, other);
		foreign_look(worker, other);
		foreign_tell(worker, other);
	}
	return n;
}

bool relay_drained(const struct worker *worker)
{
	for (unsigned to = 0; to < worker->home->workers; to++) {
		const struct relay_pair *pair = worker->relay.out[to];

		if (pair != NULL && ring_used(&pair->kept) + ring_used(&pair->writes) > 0)
			return false;
	}
	return true;
}
