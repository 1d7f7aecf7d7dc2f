// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/tcp_shell.h"

#include <netinet/in.h>

#include <rte_mbuf.h>
#include <rte_prefetch.h>
#include <rte_tcp.h>

#include "dataplane/ip4.h"
#include "dataplane/packet.h"
#include "dataplane/stream.h"
#include "dataplane/worker.h"

// Whether it is one of TCP, as far as that is seen at once; what it really is comes out later.
static bool frame_flow(const struct rte_mbuf *m, struct endpoint *local, struct endpoint *remote)
{
	const struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *);
	const struct rte_ipv4_hdr *ip = (const struct rte_ipv4_hdr *)(eth + 1);
	const struct rte_tcp_hdr *tcp = (const struct rte_tcp_hdr *)(ip + 1);

	if (rte_pktmbuf_data_len(m) < sizeof(*eth) + sizeof(*ip) + sizeof(*tcp) ||
		eth->ether_type != htons(RTE_ETHER_TYPE_IPV4) ||
		ip->version_ihl != RTE_IPV4_VHL_DEF || ip->next_proto_id != IPPROTO_TCP)
		return false;
	*local = (struct endpoint){ addr_ipv4(ip->dst_addr), ntohs(tcp->dst_port) };
	*remote = (struct endpoint){ addr_ipv4(ip->src_addr), ntohs(tcp->src_port) };
	return true;
}

void tcp_shell_expect(const struct worker *worker, struct rte_mbuf *const *frames, unsigned n)
{
	struct endpoint local, remote;
	uint32_t names[PORT_BURST]; // tags, then blocks
	unsigned nnames = 0;

	for (unsigned i = 0; i < n; i++)
		rte_prefetch0(rte_pktmbuf_mtod(frames[i], const void *));
	for (unsigned i = 0; i < n; i++) {
		if (frame_flow(frames[i], &local, &remote))
			names[nnames++] = tcp_expect(worker->tcp, &local, &remote);
	}
	for (unsigned i = 0; i < nnames; i++)
		names[i] = tcp_expect_block(worker->tcp, names[i]);
	for (unsigned i = 0; i < nnames; i++) {
		if (names[i] != TCP_EXPECT_NONE)
			stream_expect(worker, tcp_expect_links(worker->tcp, names[i]));
	}
}

void tcp_shell_input(struct worker *worker, const struct packet *pkt)
{
	struct addr local = addr_ipv4(pkt->dst);
	struct addr remote = addr_ipv4(pkt->src);
	struct tcp_segment segment;
	enum tcp_verdict verdict;

	if (!pkt->l4_checked &&
		!l4_checksum_good(pkt->src, pkt->dst, IPPROTO_TCP, pkt->p, pkt->n)) {
		drop(worker, DROP_TCP_CHECKSUM);
		return;
	}
	verdict = tcp_parse(pkt->p, pkt->n, &local, &remote, &segment);
	if (verdict != TCP_OK) {
		tcp_count_verdict(worker->tcp, verdict);
		return;
	}
	tcp_input(worker->tcp, &segment, worker->now_us);
	// Read in place while the packet is there.
	streams_run(worker);
	tcp_input_done(worker->tcp);
}

// RFC 1191 6.1, with the cautions of RFC 5927 4.1 and 7: what the router quotes must be the head of
// a segment of ours that is under way; the core looks at its sequence number.
bool tcp_shell_too_long(struct worker *worker, const struct packet *quoted, uint32_t mtu)
{
	const struct rte_tcp_hdr *tcp = (const struct rte_tcp_hdr *)quoted->p;
	struct endpoint local = { addr_ipv4(quoted->src), ntohs(tcp->src_port) };
	struct endpoint remote = { addr_ipv4(quoted->dst), ntohs(tcp->dst_port) };

	return tcp_path_mtu(worker->tcp, &local, &remote, ntohl(tcp->sent_seq), mtu);
}

static void segment_send(struct worker *worker, const struct tcp_segment *segment)
{
	struct ip4_head head = {
		.src = addr_ipv4_net(&segment->local.addr),
		.dst = addr_ipv4_net(&segment->remote.addr),
		.protocol = IPPROTO_TCP,
		.whole = true,
	};
	struct rte_mbuf *m = worker_mbuf(worker);
	uint16_t n = (uint16_t)tcp_segment_size(segment);

	if (m == NULL)
		return;
	// mss is bounded by the buffer at start, so there is always room.
	tcp_segment_write(segment, (uint8_t *)rte_pktmbuf_append(m, n), n);
	ip4_output(worker, &head, m);
}

void tcp_shell_output(struct worker *worker)
{
	struct tcp_segment segment;

	while (tcp_output_next(worker->tcp, worker->now_us, &segment))
		segment_send(worker, &segment);
}

// Bytes or a FIN that the peer has not acknowledged.
static bool owes(const struct tcp_info *info)
{
	return info->unacked_bytes + info->unsent_bytes > 0 ||
	       info->state == TCP_STATE_FIN_WAIT_1 || info->state == TCP_STATE_CLOSING ||
	       info->state == TCP_STATE_LAST_ACK;
}

bool tcp_shell_drained(const struct worker *worker)
{
	struct tcp_info info;
	uint32_t cursor = 0;

	while (tcp_info_next(worker->tcp, &cursor, &info)) {
		if (owes(&info))
			return false;
	}
	return true;
}
