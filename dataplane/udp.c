// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/udp.h"

#include <netinet/in.h>
#include <string.h>

#include <rte_ip.h>
#include <rte_udp.h>

#include "dataplane/icmp.h"
#include "dataplane/ip4.h"
#include "dataplane/packet.h"
#include "dataplane/sip_shell.h"
#include "dataplane/worker.h"

static bool checksum_good(const struct packet *pkt, const struct rte_udp_hdr *udp, size_t n)
{
	if (udp->dgram_cksum == 0 || pkt->l4_checked) // RFC 768: zero means none
		return true;
	return l4_checksum_good(pkt->src, pkt->dst, IPPROTO_UDP, pkt->p, n);
}

void udp_input(struct worker *worker, const struct packet *pkt)
{
	const struct rte_udp_hdr *udp = (const struct rte_udp_hdr *)pkt->p;
	struct endpoint local = { addr_ipv4(pkt->dst), 0 };
	struct endpoint remote = { addr_ipv4(pkt->src), 0 };
	size_t n;

	if (pkt->n < UDP_HEADER || ntohs(udp->dgram_len) < UDP_HEADER ||
		ntohs(udp->dgram_len) > pkt->n || udp->src_port == 0) {
		drop(worker, DROP_UDP_MALFORMED);
		return;
	}
	n = ntohs(udp->dgram_len);
	if (!checksum_good(pkt, udp, n)) {
		drop(worker, DROP_UDP_CHECKSUM);
		return;
	}
	worker->n.datagrams_in++;
	local.port = ntohs(udp->dst_port);
	remote.port = ntohs(udp->src_port);
	if (!listens(&worker->sip_listen, &local)) {
		drop(worker, DROP_UDP_NO_LISTENER);
		icmp_unreachable(worker, pkt, ICMP_PORT_UNREACHABLE);
		return;
	}
	sip_datagram(worker, &local, &remote, pkt->p + UDP_HEADER, n - UDP_HEADER);
}

bool udp_output(struct worker *worker, const struct endpoint *local, const struct endpoint *remote,
	const void *bytes, size_t n)
{
	struct rte_udp_hdr *udp = (struct rte_udp_hdr *)worker->datagram;
	struct ip4_head head = {
		.src = addr_ipv4_net(&local->addr),
		.dst = addr_ipv4_net(&remote->addr),
		.protocol = IPPROTO_UDP,
	};

	if (n > UDP_PAYLOAD_MAX || local->addr.family != ADDR_IPV4 ||
		remote->addr.family != ADDR_IPV4)
		return false;
	*udp = (struct rte_udp_hdr){
		.src_port = htons(local->port),
		.dst_port = htons(remote->port),
		.dgram_len = htons((uint16_t)(UDP_HEADER + n)),
	};
	memcpy(worker->datagram + UDP_HEADER, bytes, n);
	worker->n.datagrams_out++;
	ip4_output_bytes(worker, &head, worker->datagram, UDP_HEADER + n);
	return true;
}
