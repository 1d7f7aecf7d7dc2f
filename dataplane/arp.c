// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/arp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_arp.h>
#include <rte_mbuf.h>

#include "dataplane/eth.h"
#include "dataplane/packet.h"
#include "dataplane/worker.h"

static const struct rte_ether_addr broadcast = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };

int arp_init(struct arp *arp, uint32_t entries, const struct siphash_key *key)
{
	uint32_t nbuckets = 1;

	while (nbuckets * ARP_WAYS < entries && nbuckets < 1 << 20)
		nbuckets *= 2;
	*arp = (struct arp){ .nbuckets = nbuckets, .key = *key };
	arp->entries = calloc((size_t)nbuckets * ARP_WAYS, sizeof(*arp->entries));
	arp->asked = calloc(ARP_ASKED, sizeof(*arp->asked));
	return arp->entries == NULL || arp->asked == NULL ? -ENOMEM : 0;
}

// Its packets are the caller's.
static unsigned waiting_take(struct arp *arp, struct arp_asked *asked)
{
	unsigned n = asked->nwaiting;

	arp->nwaiting -= n;
	asked->nwaiting = 0;
	return n;
}

static void waiting_free(struct arp *arp, struct arp_asked *asked)
{
	rte_pktmbuf_free_bulk(asked->waiting, waiting_take(arp, asked));
}

void arp_fini(struct arp *arp)
{
	for (uint32_t i = 0; arp->asked != NULL && i < ARP_ASKED; i++)
		waiting_free(arp, &arp->asked[i]);
	free(arp->entries);
	free(arp->asked);
	arp->entries = NULL;
	arp->asked = NULL;
}

// --- the tables
// -------------------------------------------------------------------------------------

static uint64_t hash_of(const struct arp *arp, uint32_t addr, unsigned port)
{
	uint32_t what[2] = { addr, port };

	return siphash(&arp->key, what, sizeof(what));
}

static struct arp_entry *bucket_of(struct arp *arp, uint32_t addr, unsigned port)
{
	return &arp->entries[(hash_of(arp, addr, port) & (arp->nbuckets - 1)) * ARP_WAYS];
}

static struct arp_asked *asked_bucket_of(struct arp *arp, uint32_t addr, unsigned port)
{
	return &arp->asked[hash_of(arp, addr, port) % (ARP_ASKED / ARP_WAYS) * ARP_WAYS];
}

struct arp_entry *arp_find(struct arp *arp, uint32_t addr, unsigned port)
{
	struct arp_entry *bucket = bucket_of(arp, addr, port);

	for (int i = 0; i < ARP_WAYS; i++) {
		if (bucket[i].state != ARP_FREE && bucket[i].addr == addr && bucket[i].port == port)
			return &bucket[i];
	}
	return NULL;
}

static struct arp_asked *asked_find(struct arp *arp, uint32_t addr, unsigned port)
{
	struct arp_asked *bucket = asked_bucket_of(arp, addr, port);

	for (int i = 0; i < ARP_WAYS; i++) {
		if (bucket[i].nwaiting > 0 && bucket[i].addr == addr && bucket[i].port == port)
			return &bucket[i];
	}
	return NULL;
}

static void entry_forget(struct worker *worker, struct arp_entry *entry)
{
	if (entry->state != ARP_FREE)
		worker->arp.known--;
	wheel_cancel(&worker->wheel, &entry->timer);
	entry->state = ARP_FREE;
}

static void asked_forget(struct worker *worker, struct arp_asked *asked, enum drop reason)
{
	worker->drops[reason] += asked->nwaiting;
	waiting_free(&worker->arp, asked);
	wheel_cancel(&worker->wheel, &asked->timer);
}

// A place for a new neighbour. Until something is sent to it, it is the first to go.
static struct arp_entry *entry_take(struct worker *worker, uint32_t addr, unsigned port)
{
	struct arp_entry *bucket = bucket_of(&worker->arp, addr, port);
	struct arp_entry *best = &bucket[0];

	for (int i = 0; i < ARP_WAYS && best->state != ARP_FREE; i++) {
		if (bucket[i].state == ARP_FREE || bucket[i].used_us < best->used_us)
			best = &bucket[i];
	}
	if (best->state != ARP_FREE) {
		entry_forget(worker, best);
		worker->n.arp_evicted++;
	}
	*best = (struct arp_entry){ .addr = addr, .port = (uint8_t)port };
	best->timer.kind = TIMER_ARP;
	return best;
}

// A place for an address to be asked for. NULL: there were too many lately.
static struct arp_asked *asked_take(struct worker *worker, uint32_t addr, unsigned port)
{
	struct arp_asked *bucket = asked_bucket_of(&worker->arp, addr, port);
	struct arp_asked *best = &bucket[0];

	if (!limiter_take(&worker->arp.limit, ARP_ASKED_PER_SECOND, ARP_ASKED, worker->now_us))
		return NULL;
	for (int i = 0; i < ARP_WAYS && best->nwaiting > 0; i++) {
		if (bucket[i].nwaiting == 0 || bucket[i].since_us < best->since_us)
			best = &bucket[i];
	}
	asked_forget(worker, best, DROP_ARP_TABLE_FULL);
	*best = (struct arp_asked){
		.addr = addr, .port = (uint8_t)port, .since_us = worker->now_us
	};
	best->timer.kind = TIMER_ARP_ASKED;
	return best;
}

// --- sending
// ----------------------------------------------------------------------------------------

static void arp_send(struct worker *worker, unsigned port, uint16_t opcode,
	const struct rte_ether_addr *to_mac, uint32_t from, uint32_t to)
{
	struct rte_mbuf *m = worker_mbuf(worker);
	struct rte_arp_hdr *arp;

	if (m == NULL)
		return;
	arp = (struct rte_arp_hdr *)rte_pktmbuf_append(m, sizeof(*arp));
	*arp = (struct rte_arp_hdr){
		.arp_hardware = htons(RTE_ARP_HRD_ETHER),
		.arp_protocol = htons(RTE_ETHER_TYPE_IPV4),
		.arp_hlen = RTE_ETHER_ADDR_LEN,
		.arp_plen = sizeof(uint32_t),
		.arp_opcode = htons(opcode),
	};
	arp->arp_data.arp_sha = worker->ports[port].mac;
	arp->arp_data.arp_sip = from;
	if (!rte_is_broadcast_ether_addr(to_mac))
		arp->arp_data.arp_tha = *to_mac;
	arp->arp_data.arp_tip = to;
	eth_output(worker, port, to_mac, RTE_ETHER_TYPE_ARP, m);
}

static void address_ask(struct worker *worker, unsigned port, uint32_t addr,
	const struct rte_ether_addr *to, struct wheel_node *timer)
{
	worker->n.arp_requests_out++;
	arp_send(worker, port, RTE_ARP_OP_REQUEST, to, worker->ports[port].addr, addr);
	wheel_arm(&worker->wheel, timer, worker->now_us + ARP_RETRY_US);
}

// A known station is asked in person first; only when it stays silent all are asked.
static void entry_ask(struct worker *worker, struct arp_entry *entry)
{
	const struct rte_ether_addr *to = entry->tries == 0 ? &entry->mac : &broadcast;

	entry->tries++;
	address_ask(worker, entry->port, entry->addr, to, &entry->timer);
}

static void asked_ask(struct worker *worker, struct arp_asked *asked)
{
	asked->tries++;
	address_ask(worker, asked->port, asked->addr, &broadcast, &asked->timer);
}

void arp_announce(struct worker *worker)
{
	for (unsigned i = 0; i < worker->nports; i++) {
		const struct port *port = &worker->ports[i];

		if (!port->up)
			continue;
		worker->n.arp_announced++;
		arp_send(worker, i, RTE_ARP_OP_REQUEST, &broadcast, port->addr, port->addr);
	}
	worker->arp.announced++;
	worker->arp.announce.kind = TIMER_ANNOUNCE;
	if (worker->arp.announced < ARP_ANNOUNCE_COUNT)
		wheel_arm(&worker->wheel, &worker->arp.announce, worker->now_us + ARP_ANNOUNCE_US);
}

void arp_announce_timer(struct worker *worker)
{
	arp_announce(worker);
}

// The packet waits for an answer; taken.
static void packet_wait(struct worker *worker, unsigned port, uint32_t addr, struct rte_mbuf *m)
{
	struct arp_asked *asked = asked_find(&worker->arp, addr, port);
	bool first = asked == NULL;

	if (first)
		asked = asked_take(worker, addr, port);
	if (asked == NULL || asked->nwaiting == ARP_WAITING) {
		drop(worker, asked == NULL ? DROP_ARP_LIMITED : DROP_ARP_QUEUE_FULL);
		rte_pktmbuf_free(m);
		return;
	}
	asked->waiting[asked->nwaiting++] = m;
	worker->arp.nwaiting++;
	if (first)
		asked_ask(worker, asked);
}

void arp_output(struct worker *worker, unsigned port, uint32_t addr, struct rte_mbuf *m)
{
	struct arp_entry *entry = arp_find(&worker->arp, addr, port);

	if (entry == NULL) {
		packet_wait(worker, port, addr, m);
		return;
	}
	entry->used_us = worker->now_us;
	if (entry->state == ARP_KNOWN && worker->now_us - entry->learned_us > ARP_FRESH_US) {
		entry->state = ARP_ASKING;
		entry->tries = 0;
		entry_ask(worker, entry);
	}
	eth_output(worker, port, &entry->mac, RTE_ETHER_TYPE_IPV4, m);
}

// --- receiving
// --------------------------------------------------------------------------------------

static void entry_learn(
	struct worker *worker, struct arp_entry *entry, const struct rte_ether_addr *mac)
{
	if (entry->state == ARP_FREE) {
		worker->n.arp_learned++;
		worker->arp.known++;
	}
	entry->state = ARP_KNOWN;
	entry->tries = 0;
	entry->mac = *mac;
	entry->learned_us = worker->now_us;
	wheel_arm(&worker->wheel, &entry->timer, worker->now_us + ARP_STALE_US);
}

// What waited for the address goes out.
static void waiting_send(struct worker *worker, struct arp_asked *asked, struct arp_entry *entry)
{
	unsigned n = waiting_take(&worker->arp, asked);

	wheel_cancel(&worker->wheel, &asked->timer);
	entry->used_us = worker->now_us;
	for (unsigned i = 0; i < n; i++)
		eth_output(
			worker, entry->port, &entry->mac, RTE_ETHER_TYPE_IPV4, asked->waiting[i]);
}

// RFC 826: who is in the table is updated; who asks for us is put there, for we will answer it
// soon.
static void arp_learn(struct worker *worker, const struct packet *pkt,
	const struct rte_arp_ipv4 *data, bool to_us)
{
	struct arp_entry *entry = arp_find(&worker->arp, data->arp_sip, pkt->port);
	struct arp_asked *asked = asked_find(&worker->arp, data->arp_sip, pkt->port);

	if (entry == NULL && (to_us || asked != NULL))
		entry = entry_take(worker, data->arp_sip, pkt->port);
	if (entry == NULL)
		return;
	entry_learn(worker, entry, &data->arp_sha);
	if (asked != NULL)
		waiting_send(worker, asked, entry);
}

static bool arp_header_good(const struct packet *pkt, const struct rte_arp_hdr *arp)
{
	return pkt->n >= sizeof(*arp) && arp->arp_hardware == htons(RTE_ARP_HRD_ETHER) &&
	       arp->arp_protocol == htons(RTE_ETHER_TYPE_IPV4) &&
	       arp->arp_hlen == RTE_ETHER_ADDR_LEN && arp->arp_plen == sizeof(uint32_t) &&
	       rte_is_valid_assigned_ether_addr(&arp->arp_data.arp_sha);
}

// A station of the port's subnet, which packets may be sent to. Who probes has no address yet (RFC
// 5227 2.1.1); who uses one of another subnet is answered like any other (RFC 826), by the address
// it gave.
static bool sender_is_neighbour(const struct port *port, const struct rte_arp_ipv4 *data)
{
	return data->arp_sip != 0 && ((data->arp_sip ^ port->addr) & port->mask) == 0;
}

void arp_input(struct worker *worker, const struct packet *pkt)
{
	const struct port *port = &worker->ports[pkt->port];
	const struct rte_arp_hdr *arp = (const struct rte_arp_hdr *)pkt->p;
	const struct rte_arp_ipv4 *data = &arp->arp_data;
	bool to_us, asks_us;

	if (!arp_header_good(pkt, arp)) {
		drop(worker, DROP_ARP_MALFORMED);
		return;
	}
	if (data->arp_sip == port->addr) {
		drop(worker, DROP_ARP_CONFLICT);
		return;
	}
	to_us = data->arp_tip == port->addr;
	asks_us = to_us && arp->arp_opcode == htons(RTE_ARP_OP_REQUEST);
	if (sender_is_neighbour(port, data)) {
		arp_learn(worker, pkt, data, to_us);
		if (!pkt->settled)
			relay_arp(worker, pkt);
	} else if (data->arp_sip != 0 && !asks_us) {
		drop(worker, DROP_ARP_SOURCE);
		return;
	}
	if (pkt->settled) // the worker that received it answers it
		return;
	if (arp->arp_opcode == htons(RTE_ARP_OP_REPLY))
		worker->n.arp_replies_in++;
	if (!asks_us)
		return;
	worker->n.arp_requests_in++;
	worker->n.arp_replies_out++;
	arp_send(worker, pkt->port, RTE_ARP_OP_REPLY, &data->arp_sha, port->addr, data->arp_sip);
}

static void entry_due(struct worker *worker, struct arp_entry *entry)
{
	// KNOWN and not used or confirmed for long, or ASKING without an answer.
	if (entry->state == ARP_KNOWN || entry->tries >= ARP_TRIES)
		entry_forget(worker, entry);
	else
		entry_ask(worker, entry);
}

static void asked_due(struct worker *worker, struct arp_asked *asked)
{
	if (asked->tries >= ARP_TRIES)
		asked_forget(worker, asked, DROP_ARP_UNRESOLVED);
	else
		asked_ask(worker, asked);
}

void arp_timer(struct worker *worker, struct wheel_node *node)
{
	char *object = (char *)node;

	if (node->kind == TIMER_ARP)
		entry_due(worker, (struct arp_entry *)(object - offsetof(struct arp_entry, timer)));
	else
		asked_due(worker, (struct arp_asked *)(object - offsetof(struct arp_asked, timer)));
}
