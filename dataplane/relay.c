// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/relay.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_mbuf.h>
#include <rte_ring.h>
#include <rte_ring_elem.h>

#include "dataplane/arp.h"
#include "dataplane/ip4.h"
#include "dataplane/packet.h"
#include "dataplane/sip_shell.h"
#include "dataplane/worker.h"

enum { ITEM = sizeof(struct relay_item) };

// --- rings
// ------------------------------------------------------------------------------------------

static struct rte_ring *ring_new(const char *name, unsigned room)
{
	ssize_t bytes = rte_ring_get_memsize_elem(ITEM, room);
	struct rte_ring *ring = NULL;

	if (bytes > 0)
		ring = aligned_alloc(
			RTE_CACHE_LINE_SIZE, RTE_ALIGN_CEIL((size_t)bytes, RTE_CACHE_LINE_SIZE));
	if (ring != NULL)
		rte_ring_init(ring, name, room, RING_F_SP_ENQ | RING_F_SC_DEQ);
	return ring;
}

int relay_init(struct worker *const *workers, unsigned n)
{
	for (unsigned i = 0; i < n * n; i++) {
		unsigned from = i / n, to = i % n;
		struct relay *giver = &workers[from]->relay;
		struct relay *taker = &workers[to]->relay;

		if (from == to)
			continue;
		taker->packets_in[from] = ring_new("packets", RELAY_PACKETS);
		taker->messages_in[from] = ring_new("messages", RELAY_MESSAGES);
		giver->packets_out[to] = taker->packets_in[from];
		giver->messages_out[to] = taker->messages_in[from];
		if (taker->packets_in[from] == NULL || taker->messages_in[from] == NULL)
			return -ENOMEM;
	}
	return 0;
}

static void ring_free_all(struct rte_ring *ring)
{
	struct relay_item item;

	while (ring != NULL && rte_ring_dequeue_elem(ring, &item, ITEM) == 0)
		rte_pktmbuf_free(item.m);
	free(ring);
}

void relay_fini(struct worker *worker)
{
	for (unsigned i = 0; i < HANDLE_WORKERS_MAX; i++) {
		ring_free_all(worker->relay.packets_in[i]);
		ring_free_all(worker->relay.messages_in[i]);
	}
}

// --- giving
// -----------------------------------------------------------------------------------------

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

// The item's buffer is given or freed.
static bool give(struct worker *worker, struct rte_ring *ring, const struct relay_item *item)
{
	if (rte_ring_enqueue_elem(ring, (void *)(uintptr_t)item, ITEM) == 0)
		return true;
	drop(worker, DROP_RELAY_FULL);
	rte_pktmbuf_free(item->m);
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
	struct relay_item item = {
		.m = buffer_take(pkt),
		.kind = RELAY_IP,
		.port = (uint8_t)pkt->port,
		.l4_checked = pkt->l4_checked,
	};

	if (item.m == NULL)
		item.m = bytes_copy(worker, pkt->p, pkt->n);
	if (item.m != NULL && give(worker, worker->relay.packets_out[to], &item))
		worker->n.packets_given++;
}

void relay_arp(struct worker *worker, const struct packet *pkt)
{
	struct relay_item item = { .kind = RELAY_ARP, .port = (uint8_t)pkt->port };

	for (unsigned to = 0; to < worker->home->workers; to++) {
		if (to == worker->index)
			continue;
		item.m = bytes_copy(worker, pkt->p, pkt->n);
		if (item.m != NULL)
			give(worker, worker->relay.packets_out[to], &item);
	}
}

void relay_frame(struct worker *worker, unsigned to, unsigned port, struct rte_mbuf *m)
{
	struct relay_item item = { .m = m, .kind = RELAY_FRAME, .port = (uint8_t)port };

	give(worker, worker->relay.packets_out[to], &item);
}

unsigned relay_room(const struct worker *worker)
{
	unsigned least = RELAY_MESSAGES;

	for (unsigned to = 0; to < worker->home->workers; to++) {
		unsigned room = to == worker->index
					? RELAY_MESSAGES
					: rte_ring_free_count(worker->relay.messages_out[to]);

		if (room < least)
			least = room;
	}
	return least > RELAY_RESERVE ? least - RELAY_RESERVE : 0;
}

static bool message_give(struct worker *worker, unsigned to, const struct relay_item *item)
{
	if (!give(worker, worker->relay.messages_out[to], item))
		return false;
	worker->n.messages_given++;
	return true;
}

bool relay_sip(struct worker *worker, unsigned to, const struct sip_flow *flow, const void *bytes,
	size_t n)
{
	struct relay_item item = {
		.m = bytes_copy(worker, bytes, n),
		.conn = flow->conn,
		.local = flow->local,
		.remote = flow->remote,
		.kind = RELAY_SIP,
		.proto = flow->proto,
	};

	return item.m != NULL && message_give(worker, to, &item);
}

bool relay_write(struct worker *worker, handle_t conn, const void *bytes, size_t n)
{
	struct relay_item item = { .conn = conn, .kind = RELAY_WRITE };

	if (handle_owner(conn) >= worker->home->workers)
		return false;
	item.m = bytes_copy(worker, bytes, n);
	return item.m != NULL && message_give(worker, handle_owner(conn), &item);
}

void relay_lost(struct worker *worker, handle_t conn, bool undelivered)
{
	struct relay_item item = {
		.conn = conn,
		.kind = RELAY_LOST,
		.undelivered = undelivered,
	};

	for (unsigned to = 0; to < worker->home->workers; to++) {
		if (to != worker->index)
			message_give(worker, to, &item);
	}
}

// --- taking
// -----------------------------------------------------------------------------------------

static void take_ip(struct worker *worker, const struct relay_item *item, struct packet *pkt)
{
	pkt->l4_checked = item->l4_checked;
	ip4_relayed(worker, pkt);
}

static void take_arp(struct worker *worker, const struct relay_item *item, struct packet *pkt)
{
	(void)item;
	arp_input(worker, pkt);
}

static void take_sip(struct worker *worker, const struct relay_item *item, struct packet *pkt)
{
	struct sip_flow flow = {
		.proto = item->proto,
		.local = item->local,
		.remote = item->remote,
		.conn = item->conn,
	};

	sip_relayed(worker, &flow, pkt->p, pkt->n);
}

static void take_write(struct worker *worker, const struct relay_item *item, struct packet *pkt)
{
	sip_relayed_write(worker, item->conn, pkt->p, pkt->n);
}

// Reads the item's bytes and hands them on; the buffer is freed unless it was handed on itself.
static void take(struct worker *worker, const struct relay_item *item)
{
	static void (*const takers[])(
		struct worker * worker, const struct relay_item *item, struct packet *pkt) = {
		[RELAY_IP] = take_ip,
		[RELAY_ARP] = take_arp,
		[RELAY_SIP] = take_sip,
		[RELAY_WRITE] = take_write,
	};
	uint32_t n = rte_pktmbuf_pkt_len(item->m);
	struct packet pkt = {
		.p = rte_pktmbuf_read(item->m, 0, n, worker->frame),
		.n = n,
		.port = item->port,
		.m = item->m,
		.settled = true,
	};

	takers[item->kind](worker, item, &pkt);
	rte_pktmbuf_free(pkt.m);
}

static unsigned packets_take(struct worker *worker, struct rte_ring *ring)
{
	struct relay_item items[RELAY_BURST];
	unsigned n = rte_ring_dequeue_burst_elem(ring, items, ITEM, RELAY_BURST, NULL);

	worker->n.packets_taken += n;
	for (unsigned i = 0; i < n; i++) {
		if (items[i].kind == RELAY_FRAME)
			port_send(worker, items[i].port, items[i].m);
		else
			take(worker, &items[i]);
	}
	return n;
}

// What a message may cause in events must find room: else it stays, and the stream it came by with
// it.
static unsigned messages_take(struct worker *worker, struct rte_ring *ring)
{
	struct relay_item item;
	unsigned n = 0;

	while (n < RELAY_BURST && ring_has_credit(&worker->events, STREAM_CREDIT) &&
		rte_ring_dequeue_elem(ring, &item, ITEM) == 0) {
		n++;
		if (item.kind == RELAY_LOST)
			sip_relayed_lost(worker, item.conn, item.undelivered);
		else
			take(worker, &item);
	}
	worker->n.messages_taken += n;
	return n;
}

unsigned relay_poll(struct worker *worker)
{
	unsigned n = 0;

	for (unsigned from = 0; from < worker->home->workers; from++) {
		if (from == worker->index)
			continue;
		n += packets_take(worker, worker->relay.packets_in[from]);
		n += messages_take(worker, worker->relay.messages_in[from]);
	}
	return n;
}
