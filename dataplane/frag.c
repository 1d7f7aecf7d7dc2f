// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/frag.h"

#include <rte_ip.h>

#include "dataplane/ip4.h"
#include "dataplane/packet.h"
#include "dataplane/worker.h"

static void whole_deliver(
	struct worker *worker, const struct packet *piece, uint8_t *bytes, size_t n)
{
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)bytes;
	struct packet whole = {
		.p = bytes,
		.n = n,
		.port = piece->port,
		.src = piece->src,
		.dst = piece->dst,
	};

	ip->hdr_checksum = 0;
	ip->hdr_checksum = (uint16_t)~rte_raw_cksum(ip, rte_ipv4_hdr_len(ip));
	worker->n.reassembled++;
	ip4_deliver(worker, &whole);
}

void frag_input(struct worker *worker, struct packet *pkt)
{
	static const enum drop reasons[] = {
		[PIECE_KEPT] = DROP_REASONS,
		[PIECE_WHOLE] = DROP_REASONS,
		[PIECE_REPEATED] = DROP_FRAGMENT_REPEATED,
		[PIECE_BAD] = DROP_FRAGMENT_BAD,
		[PIECE_OVERLAP] = DROP_FRAGMENT_OVERLAP,
		[PIECE_SPOILED] = DROP_FRAGMENT_SPOILED,
	};
	const struct rte_ipv4_hdr *ip = (const struct rte_ipv4_hdr *)pkt->p;
	uint16_t field = ntohs(ip->fragment_offset);
	size_t header = rte_ipv4_hdr_len(ip);
	struct reassembly_piece piece = {
		.key = { pkt->src, pkt->dst, ip->packet_id, ip->next_proto_id },
		.header = pkt->p,
		.header_n = header,
		.payload = pkt->p + header,
		.n = pkt->n - header,
		.offset = (size_t)(field & RTE_IPV4_HDR_OFFSET_MASK) * 8,
		.more = (field & RTE_IPV4_HDR_MF_FLAG) != 0,
	};
	enum reassembly_verdict verdict;
	uint8_t *whole;
	size_t n;

	worker->n.fragments_in++;
	verdict = reassembly_take(&worker->pieces, &piece, worker->now_us, &whole, &n);
	if (reasons[verdict] != DROP_REASONS)
		drop(worker, reasons[verdict]);
	else if (verdict == PIECE_WHOLE)
		whole_deliver(worker, pkt, whole, n);
	worker->drops[DROP_FRAGMENT_EVICTED] = worker->pieces.evicted;
}

void frag_expire(struct worker *worker)
{
	reassembly_expire(&worker->pieces, worker->now_us);
	worker->drops[DROP_FRAGMENT_MISSING] = worker->pieces.expired;
}
