// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/steer.h"

#include <netinet/in.h>

#include <rte_icmp.h>
#include <rte_ip.h>
#include <rte_udp.h>

#include "dataplane/packet.h"
#include "dataplane/relay.h"
#include "dataplane/sip/peek.h"
#include "dataplane/udp.h"
#include "dataplane/worker.h"

enum { ICMP_HEADER = 8, PORTS = 4 };

static uint16_t half(const uint8_t *p)
{
	uint16_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

// Each of these gets what follows the IPv4 header and says whose it is.
typedef unsigned home_finder(
	const struct worker *worker, const struct packet *pkt, const uint8_t *l4, size_t n);

static unsigned home_of_tcp(
	const struct worker *worker, const struct packet *pkt, const uint8_t *l4, size_t n)
{
	if (n < PORTS)
		return worker->index;
	return home_of_flow(worker->home, pkt->src, pkt->dst, half(l4), half(l4 + 2));
}

static unsigned home_of_peek(const struct worker *worker, const struct sip_peek *peek)
{
	if (peek->owner != 0 && handle_owner(peek->owner) < worker->home->workers)
		return handle_owner(peek->owner);
	return peek->call_id.n > 0 ? home_of_name(worker->home, peek->call_id) : worker->index;
}

static unsigned home_of_udp(
	const struct worker *worker, const struct packet *pkt, const uint8_t *l4, size_t n)
{
	struct endpoint local = { addr_ipv4(pkt->dst), 0 };
	struct sip_peek peek;

	if (n < UDP_HEADER)
		return worker->index;
	local.port = ntohs(half(l4 + 2));
	if (!listens(&worker->sip_listen, &local))
		return worker->index;
	peek = sip_peek(&worker->key, span_of((const char *)l4 + UDP_HEADER, n - UDP_HEADER));
	return home_of_peek(worker, &peek);
}

// A message of ours names its owner itself.
static unsigned home_of_quoted_udp(const struct worker *worker, const uint8_t *l4, size_t n)
{
	struct sip_peek peek = { 0 };

	if (n > UDP_HEADER)
		peek = sip_peek_quoted(
			&worker->key, span_of((const char *)l4 + UDP_HEADER, n - UDP_HEADER));
	return home_of_peek(worker, &peek);
}

// An error quotes the packet of ours that it is about (RFC 792): its flow, seen from the other
// side.
static unsigned home_of_icmp(
	const struct worker *worker, const struct packet *pkt, const uint8_t *l4, size_t n)
{
	const struct rte_ipv4_hdr *quoted = (const struct rte_ipv4_hdr *)(l4 + ICMP_HEADER);
	const uint8_t *ports;
	size_t header;

	(void)pkt;
	if (n < ICMP_HEADER + sizeof(*quoted) || l4[0] == RTE_IP_ICMP_ECHO_REQUEST)
		return worker->index;
	header = rte_ipv4_hdr_len(quoted);
	if (header < sizeof(*quoted) || n < ICMP_HEADER + header + PORTS)
		return worker->index;
	ports = l4 + ICMP_HEADER + header;
	if (quoted->next_proto_id == IPPROTO_UDP)
		return home_of_quoted_udp(worker, ports, n - ICMP_HEADER - header);
	if (quoted->next_proto_id != IPPROTO_TCP)
		return worker->index;
	return home_of_flow(
		worker->home, quoted->dst_addr, quoted->src_addr, half(ports + 2), half(ports));
}

static bool relayed(struct worker *worker, struct packet *pkt, unsigned home)
{
	if (home == worker->index)
		return false;
	relay_packet(worker, home, pkt);
	return true;
}

bool steer_away(struct worker *worker, struct packet *pkt)
{
	static home_finder *const finders[] = {
		[IPPROTO_TCP] = home_of_tcp,
		[IPPROTO_UDP] = home_of_udp,
		[IPPROTO_ICMP] = home_of_icmp,
	};
	const struct rte_ipv4_hdr *ip = (const struct rte_ipv4_hdr *)pkt->p;
	size_t header = rte_ipv4_hdr_len(ip);
	uint8_t protocol = ip->next_proto_id;

	if (worker->home->workers == 1 || protocol >= RTE_DIM(finders) || finders[protocol] == NULL)
		return false;
	return relayed(
		worker, pkt, finders[protocol](worker, pkt, pkt->p + header, pkt->n - header));
}

bool steer_piece_away(struct worker *worker, struct packet *pkt)
{
	const struct rte_ipv4_hdr *ip = (const struct rte_ipv4_hdr *)pkt->p;

	if (worker->home->workers == 1)
		return false;
	return relayed(worker, pkt,
		home_of_pieces(worker->home, pkt->src, pkt->dst, ip->packet_id, ip->next_proto_id));
}
