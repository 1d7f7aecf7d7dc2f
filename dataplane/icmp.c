// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/icmp.h"

#include <netinet/in.h>
#include <string.h>

#include <rte_icmp.h>
#include <rte_ip.h>

#include "dataplane/ip4.h"
#include "dataplane/packet.h"
#include "dataplane/sip_shell.h"
#include "dataplane/tcp_shell.h"
#include "dataplane/worker.h"

enum {
	HEADER = 8,
	QUOTED = 8, // bytes behind the quoted IP header: for TCP, ports and sequence number
	TYPE_UNREACHABLE = 3,
	CODE_FRAGMENTATION_NEEDED = 4,
	TYPE_SOURCE_QUENCH = 4,
	TYPE_REDIRECT = 5,
	TYPE_TIME_EXCEEDED = 11,
	TYPE_PARAMETER = 12,
};

// The head of a packet of ours that is quoted: its IPv4 header and what follows it, as far as that
// goes. Whatever does not fit together is not believed.
static bool quote_read(const struct worker *worker, const struct packet *pkt, uint8_t protocol,
	struct packet *quoted)
{
	const struct rte_ipv4_hdr *ip = (const struct rte_ipv4_hdr *)(pkt->p + HEADER);
	size_t n = pkt->n - HEADER;
	size_t header;

	if (n < IP4_HEADER || ip->version_ihl >> 4 != 4)
		return false;
	header = rte_ipv4_hdr_len(ip);
	if (header < IP4_HEADER || n < header + QUOTED || ip->next_proto_id != protocol)
		return false;
	*quoted = (struct packet){ .p = pkt->p + HEADER + header,
		.n = n - header,
		.ip = pkt->p + HEADER,
		.src = ip->src_addr,
		.dst = ip->dst_addr };
	return quoted->src == pkt->dst && ip4_is_ours(worker, quoted->src);
}

// Fragmentation needed (RFC 1191 4).
static void too_long_input(struct worker *worker, const struct packet *pkt)
{
	uint32_t mtu = (uint32_t)pkt->p[6] << 8 | pkt->p[7];
	const struct rte_ipv4_hdr *ip;
	struct packet quoted;

	if (!quote_read(worker, pkt, IPPROTO_TCP, &quoted)) {
		drop(worker, DROP_ICMP_QUOTE);
		return;
	}
	ip = (const struct rte_ipv4_hdr *)quoted.ip;
	if (ip->fragment_offset == htons(RTE_IPV4_HDR_DF_FLAG) && mtu < ntohs(ip->total_length))
		tcp_shell_too_long(worker, &quoted, mtu);
	else
		drop(worker, DROP_ICMP_QUOTE);
}

// Host, network, port or protocol unreachable, or a parameter problem (RFC 3261 18.4).
static void error_input(struct worker *worker, const struct packet *pkt)
{
	struct packet quoted;

	if (quote_read(worker, pkt, IPPROTO_UDP, &quoted))
		sip_unreachable_quoted(worker, &quoted);
}

static void unreachable_input(struct worker *worker, const struct packet *pkt)
{
	worker->n.errors_in++;
	if (pkt->p[1] == CODE_FRAGMENTATION_NEEDED)
		too_long_input(worker, pkt);
	else if (pkt->p[1] < CODE_FRAGMENTATION_NEEDED)
		error_input(worker, pkt);
}

// worker->datagram holds n bytes of ICMP with a zero checksum.
static void icmp_send(struct worker *worker, uint32_t src, uint32_t dst, size_t n)
{
	struct ip4_head head = { .src = src, .dst = dst, .protocol = IPPROTO_ICMP };
	struct rte_icmp_hdr *icmp = (struct rte_icmp_hdr *)worker->datagram;

	icmp->icmp_cksum = (uint16_t)~rte_raw_cksum(worker->datagram, n);
	ip4_output_bytes(worker, &head, worker->datagram, n);
}

static void echo_reply(struct worker *worker, const struct packet *pkt)
{
	struct rte_icmp_hdr *icmp = (struct rte_icmp_hdr *)worker->datagram;

	memcpy(worker->datagram, pkt->p, pkt->n);
	icmp->icmp_type = RTE_IP_ICMP_ECHO_REPLY;
	icmp->icmp_cksum = 0;
	worker->n.echo_replies++;
	icmp_send(worker, pkt->dst, pkt->src, pkt->n);
}

void icmp_input(struct worker *worker, const struct packet *pkt)
{
	const struct rte_icmp_hdr *icmp = (const struct rte_icmp_hdr *)pkt->p;

	if (pkt->n < HEADER || pkt->n > IP4_PAYLOAD_MAX ||
		rte_raw_cksum(pkt->p, pkt->n) != 0xffff) {
		drop(worker, DROP_ICMP_MALFORMED);
		return;
	}
	switch (icmp->icmp_type) {
	case RTE_IP_ICMP_ECHO_REQUEST:
		echo_reply(worker, pkt);
		break;
	case TYPE_UNREACHABLE:
		unreachable_input(worker, pkt);
		break;
	case TYPE_SOURCE_QUENCH:
	case TYPE_REDIRECT:
	case TYPE_TIME_EXCEEDED:
		worker->n.errors_in++;
		break;
	case TYPE_PARAMETER:
		worker->n.errors_in++;
		error_input(worker, pkt);
		break;
	default:
		drop(worker, DROP_ICMP_IGNORED);
	}
}

// RFC 1122 3.2.2: nothing about broadcasts (they do not come here) and nothing about ICMP errors.
void icmp_unreachable(struct worker *worker, const struct packet *pkt, enum icmp_unreachable code)
{
	size_t header = rte_ipv4_hdr_len((const struct rte_ipv4_hdr *)pkt->ip);
	size_t quoted = pkt->ip_n < header + 8 ? pkt->ip_n : header + 8;

	if (!limiter_take(&worker->icmp_limit, ICMP_PER_SECOND, ICMP_BURST, worker->now_us)) {
		drop(worker, DROP_ICMP_LIMITED);
		return;
	}
	memset(worker->datagram, 0, HEADER);
	worker->datagram[0] = TYPE_UNREACHABLE;
	worker->datagram[1] = (uint8_t)code;
	memcpy(worker->datagram + HEADER, pkt->ip, quoted);
	worker->n.unreachables_out++;
	icmp_send(worker, pkt->dst, pkt->src, HEADER + quoted);
}
