// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/ip4.h"

#include <netinet/in.h>

#include <rte_ip.h>
#include <rte_mbuf.h>

#include "dataplane/arp.h"
#include "dataplane/frag.h"
#include "dataplane/icmp.h"
#include "dataplane/packet.h"
#include "dataplane/steer.h"
#include "dataplane/tcp_shell.h"
#include "dataplane/udp.h"
#include "dataplane/worker.h"

// --- in
// ---------------------------------------------------------------------------------------------

bool ip4_is_ours(const struct worker *worker, uint32_t addr)
{
	for (unsigned i = 0; i < worker->nports; i++) {
		if (worker->ports[i].up && worker->ports[i].addr == addr)
			return true;
	}
	return false;
}

static bool is_broadcast(const struct worker *worker, uint32_t addr)
{
	if (addr == INADDR_BROADCAST)
		return true;
	for (unsigned i = 0; i < worker->nports; i++) {
		const struct port *port = &worker->ports[i];

		if (port->up && ntohl(port->mask) < 0xfffffffe &&
			addr == (port->addr | ~port->mask))
			return true;
	}
	return false;
}

// RFC 1122 3.2.1.3: what may not be a source, and ourselves, whom we never hear from a wire.
static bool source_good(const struct worker *worker, uint32_t addr)
{
	uint32_t host = ntohl(addr);

	return host >> 24 != 0 && host >> 24 != 127 && host < 0xe0000000 &&
	       !ip4_is_ours(worker, addr) && !is_broadcast(worker, addr);
}

// Options are skipped, with two exceptions: malformed ones, and source routes (RFC 7126 4.3).
static bool options_good(const uint8_t *options, size_t n)
{
	size_t at = 0;

	while (at < n && options[at] != RTE_IPV4_HDR_OPT_EOL) {
		uint8_t kind = options[at];

		if (kind == RTE_IPV4_HDR_OPT_NOP) {
			at++;
			continue;
		}
		if (n - at < 2 || options[at + 1] < 2 || options[at + 1] > n - at)
			return false;
		if (kind == 0x83 || kind == 0x89) // loose, strict source route
			return false;
		at += options[at + 1];
	}
	return true;
}

// The first fault of the header, or DROP_REASONS when there is none. Cuts the padding off.
static enum drop header_fault(struct packet *pkt)
{
	const struct rte_ipv4_hdr *ip = (const struct rte_ipv4_hdr *)pkt->p;
	size_t header;

	if (pkt->n < IP4_HEADER)
		return DROP_IP_SHORT;
	if (ip->version_ihl >> 4 != 4)
		return DROP_IP_VERSION;
	header = rte_ipv4_hdr_len(ip);
	if (header < IP4_HEADER || header > pkt->n || ntohs(ip->total_length) < header)
		return DROP_IP_HEADER_LENGTH;
	if (ntohs(ip->total_length) > pkt->n)
		return DROP_IP_CUT;
	if (!pkt->ip_checked && rte_raw_cksum(ip, header) != 0xffff)
		return DROP_IP_CHECKSUM;
	if (!options_good(pkt->p + IP4_HEADER, header - IP4_HEADER))
		return DROP_IP_OPTION;
	pkt->n = ntohs(ip->total_length);
	pkt->src = ip->src_addr;
	pkt->dst = ip->dst_addr;
	return DROP_REASONS;
}

static enum drop address_fault(const struct worker *worker, const struct packet *pkt)
{
	if (!source_good(worker, pkt->src))
		return DROP_IP_SOURCE;
	if (is_broadcast(worker, pkt->dst))
		return DROP_IP_BROADCAST;
	// RFC 1122 3.3.6: a unicast packet in a broadcast frame is not for us.
	if (pkt->group || !ip4_is_ours(worker, pkt->dst))
		return DROP_IP_NOT_OURS;
	return DROP_REASONS;
}

static bool is_piece(const struct rte_ipv4_hdr *ip)
{
	return (ip->fragment_offset & htons(RTE_IPV4_HDR_MF_FLAG | RTE_IPV4_HDR_OFFSET_MASK)) != 0;
}

void ip4_input(struct worker *worker, struct packet *pkt)
{
	const struct rte_ipv4_hdr *ip = (const struct rte_ipv4_hdr *)pkt->p;
	enum drop fault = header_fault(pkt);

	// The time to live is no concern of the destination (RFC 1122 3.2.1.7).
	if (fault == DROP_REASONS)
		fault = address_fault(worker, pkt);
	if (fault != DROP_REASONS) {
		drop(worker, fault);
		return;
	}
	worker->n.ip_packets_in++;
	if (!is_piece(ip))
		ip4_deliver(worker, pkt);
	else if (!steer_piece_away(worker, pkt))
		frag_input(worker, pkt);
}

void ip4_relayed(struct worker *worker, struct packet *pkt)
{
	const struct rte_ipv4_hdr *ip = (const struct rte_ipv4_hdr *)pkt->p;

	pkt->src = ip->src_addr;
	pkt->dst = ip->dst_addr;
	if (is_piece(ip)) {
		pkt->settled = false; // what it becomes a part of may be at home elsewhere again
		frag_input(worker, pkt);
	} else {
		ip4_deliver(worker, pkt);
	}
}

void ip4_deliver(struct worker *worker, struct packet *pkt)
{
	const struct rte_ipv4_hdr *ip = (const struct rte_ipv4_hdr *)pkt->p;
	size_t header = rte_ipv4_hdr_len(ip);

	if (!pkt->settled && steer_away(worker, pkt))
		return;
	pkt->ip = pkt->p;
	pkt->ip_n = pkt->n;
	pkt->protocol = ip->next_proto_id;
	pkt->p += header;
	pkt->n -= header;
	switch (pkt->protocol) {
	case IPPROTO_TCP:
		tcp_shell_input(worker, pkt);
		break;
	case IPPROTO_UDP:
		udp_input(worker, pkt);
		break;
	case IPPROTO_ICMP:
		icmp_input(worker, pkt);
		break;
	default:
		drop(worker, DROP_IP_PROTOCOL);
		icmp_unreachable(worker, pkt, ICMP_PROTOCOL_UNREACHABLE);
	}
}

// --- out
// --------------------------------------------------------------------------------------------

static uint16_t *checksum_of(uint8_t protocol, void *l4)
{
	if (protocol == IPPROTO_TCP)
		return (uint16_t *)((uint8_t *)l4 + 16);
	if (protocol == IPPROTO_UDP)
		return (uint16_t *)((uint8_t *)l4 + 6);
	return NULL;
}

static struct rte_ipv4_hdr header_make(
	struct worker *worker, const struct ip4_head *head, size_t payload)
{
	return (struct rte_ipv4_hdr){
		.version_ihl = RTE_IPV4_VHL_DEF,
		.total_length = htons((uint16_t)(IP4_HEADER + payload)),
		// Not unique for long, and it need not be: reassembly times out first (RFC
		// 6864 4.3).
		.packet_id = htons(worker->ip_id++),
		.fragment_offset = htons(head->whole ? RTE_IPV4_HDR_DF_FLAG : 0),
		.time_to_live = IP4_TTL,
		.next_proto_id = head->protocol,
		.src_addr = head->src,
		.dst_addr = head->dst,
	};
}

// The port fills in the checksums when it can; else we do.
static void checksums(const struct port *port, struct rte_mbuf *m, struct rte_ipv4_hdr *ip)
{
	uint8_t *l4 = (uint8_t *)(ip + 1);
	uint16_t *sum = checksum_of(ip->next_proto_id, l4);

	m->l3_len = IP4_HEADER;
	if (!port->tx_checksums) {
		ip->hdr_checksum = rte_ipv4_cksum(ip);
		if (sum != NULL)
			*sum = rte_ipv4_udptcp_cksum(ip, l4);
		return;
	}
	m->ol_flags |= RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM;
	if (sum == NULL)
		return;
	m->ol_flags |= ip->next_proto_id == IPPROTO_TCP ? RTE_MBUF_F_TX_TCP_CKSUM
							: RTE_MBUF_F_TX_UDP_CKSUM;
	*sum = rte_ipv4_phdr_cksum(ip, m->ol_flags);
}

static bool hop_find(struct worker *worker, uint32_t dst, struct hop *hop)
{
	if (!ip4_is_ours(worker, dst) && !is_broadcast(worker, dst) &&
		route_find(&worker->routes, dst, hop))
		return true;
	drop(worker, DROP_IP_NO_ROUTE);
	return false;
}

static void send_whole(struct worker *worker, const struct ip4_head *head, const struct hop *hop,
	struct rte_mbuf *m)
{
	size_t payload = rte_pktmbuf_data_len(m);
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)rte_pktmbuf_prepend(m, IP4_HEADER);

	*ip = header_make(worker, head, payload);
	checksums(&worker->ports[hop->port], m, ip);
	worker->n.ip_packets_out++;
	arp_output(worker, hop->port, hop->addr, m);
}

static bool send_piece(struct worker *worker, const struct rte_ipv4_hdr *model,
	const struct hop *hop, const uint8_t *bytes, size_t n, uint16_t offset_field)
{
	struct rte_mbuf *m = worker_mbuf(worker);
	struct rte_ipv4_hdr *ip;

	if (m == NULL)
		return false;
	ip = (struct rte_ipv4_hdr *)rte_pktmbuf_append(m, (uint16_t)(IP4_HEADER + n));
	*ip = *model;
	ip->total_length = htons((uint16_t)(IP4_HEADER + n));
	ip->fragment_offset = htons(offset_field);
	ip->hdr_checksum = rte_ipv4_cksum(ip);
	memcpy(ip + 1, bytes, n);
	worker->n.fragments_out++;
	arp_output(worker, hop->port, hop->addr, m);
	return true;
}

// RFC 791 2.3: all pieces but the last are a multiple of eight bytes. The checksum is over the
// whole.
static void send_pieces(struct worker *worker, const struct ip4_head *head, const struct hop *hop,
	uint8_t *l4, size_t n)
{
	struct rte_ipv4_hdr model = header_make(worker, head, n);
	size_t most = (worker->ports[hop->port].mtu - IP4_HEADER) & ~(size_t)7;
	uint16_t *sum = checksum_of(head->protocol, l4);

	if (sum != NULL) {
		*sum = 0;
		*sum = rte_ipv4_udptcp_cksum(&model, l4);
	}
	worker->n.ip_packets_out++;
	for (size_t at = 0; at < n; at += most) {
		size_t piece = n - at < most ? n - at : most;
		uint16_t more = at + piece < n ? RTE_IPV4_HDR_MF_FLAG : 0;

		if (!send_piece(worker, &model, hop, l4 + at, piece, (uint16_t)(at / 8 | more)))
			return;
	}
}

void ip4_output(struct worker *worker, const struct ip4_head *head, struct rte_mbuf *m)
{
	struct hop hop;

	if (!hop_find(worker, head->dst, &hop)) {
		rte_pktmbuf_free(m);
		return;
	}
	if (rte_pktmbuf_data_len(m) + IP4_HEADER <= worker->ports[hop.port].mtu) {
		send_whole(worker, head, &hop, m);
		return;
	}
	send_pieces(worker, head, &hop, rte_pktmbuf_mtod(m, uint8_t *), rte_pktmbuf_data_len(m));
	rte_pktmbuf_free(m);
}

void ip4_output_bytes(struct worker *worker, const struct ip4_head *head, uint8_t *l4, size_t n)
{
	struct rte_mbuf *m;
	struct hop hop;

	if (n > IP4_PAYLOAD_MAX) {
		drop(worker, DROP_IP_TOO_LONG);
		return;
	}
	if (!hop_find(worker, head->dst, &hop))
		return;
	if (n + IP4_HEADER > worker->ports[hop.port].mtu) {
		send_pieces(worker, head, &hop, l4, n);
		return;
	}
	m = worker_mbuf(worker);
	if (m == NULL)
		return;
	memcpy(rte_pktmbuf_append(m, (uint16_t)n), l4, n);
	send_whole(worker, head, &hop, m);
}
