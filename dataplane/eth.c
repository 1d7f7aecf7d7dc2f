// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/eth.h"

#include <rte_mbuf.h>

#include "dataplane/arp.h"
#include "dataplane/ip4.h"
#include "dataplane/packet.h"
#include "dataplane/worker.h"

void eth_input(struct worker *worker, struct packet *pkt)
{
	const struct rte_ether_hdr *eth = (const struct rte_ether_hdr *)pkt->p;

	if (pkt->n < sizeof(*eth)) {
		drop(worker, DROP_ETH_SHORT);
		return;
	}
	pkt->group = rte_is_broadcast_ether_addr(&eth->dst_addr);
	if (!pkt->group && !rte_is_same_ether_addr(&eth->dst_addr, &worker->ports[pkt->port].mac)) {
		drop(worker, DROP_ETH_OTHER);
		return;
	}
	pkt->p += sizeof(*eth);
	pkt->n -= sizeof(*eth);
	switch (ntohs(eth->ether_type)) {
	case RTE_ETHER_TYPE_IPV4:
		ip4_input(worker, pkt);
		break;
	case RTE_ETHER_TYPE_ARP:
		arp_input(worker, pkt);
		break;
	default:
		drop(worker, DROP_ETH_TYPE);
	}
}

void eth_output(struct worker *worker, unsigned port, const struct rte_ether_addr *to,
	uint16_t type, struct rte_mbuf *m)
{
	struct rte_ether_hdr *eth = (struct rte_ether_hdr *)rte_pktmbuf_prepend(m, sizeof(*eth));

	eth->dst_addr = *to;
	eth->src_addr = worker->ports[port].mac;
	eth->ether_type = htons(type);
	m->l2_len = sizeof(*eth);
	port_send(worker, port, m);
}
