// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "bench/load/wire.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_arp.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_ip.h>
#include <rte_mbuf.h>
#include <rte_udp.h>

#include "dataplane/reassembly.h"
#include "dataplane/tcp/tcp.h"

enum {
	BURST = 32,
	MBUF_BYTES = 2304,
	MBUFS = 16383,
	MSS = 1460,
	BUFFER_BYTES = 2048, // of a connection, on average
	BUFFER_BYTES_MIN = 16 << 20,
	TIMERS_US = 5000,
	PIECE = 1480,         // bytes of a fragment, a multiple of eight
	DATAGRAM_MAX = 65507, // bytes that a UDP datagram carries
	REASSEMBLIES = 256,   // all of one engine: a quarter is what it may have
	REASSEMBLY_US = 1000000,
	ARP_RETRY_US = 100000,
	HEADERS = RTE_ETHER_HDR_LEN + sizeof(struct rte_ipv4_hdr),
};

struct wire_port {
	struct wire wire; // first
	struct wire_port_config config;
	struct rte_mempool *pool;
	struct tcp_stack *tcp;
	struct rte_ether_addr mac;
	struct rte_ether_addr engine_mac;
	struct rte_mbuf *out[BURST];
	unsigned nout;
	uint64_t timers_us;
	uint64_t arp_us;
	uint64_t pieces_us;
	uint64_t now_us;
	uint16_t ip_id;
	struct reassembly pieces;
	_Alignas(8) uint8_t datagram[sizeof(struct rte_udp_hdr) + DATAGRAM_MAX]; // going out
};

// --- out -----------------------------------------------------------------------------------------

// What the port does not take now waits for the next time.
static void out_flush(struct wire_port *w)
{
	uint16_t sent;

	if (w->nout == 0)
		return;
	sent = rte_eth_tx_burst(w->config.port, 0, w->out, (uint16_t)w->nout);
	w->wire.n.frames_out += sent;
	w->wire.n.full += sent < w->nout;
	w->nout -= sent;
	memmove(w->out, w->out + sent, w->nout * sizeof(w->out[0]));
}

static bool out_has_room(struct wire_port *w)
{
	if (w->nout == BURST)
		out_flush(w);
	return w->nout < BURST;
}

// There is room.
static void out_send(struct wire_port *w, struct rte_mbuf *m)
{
	w->wire.n.bytes_out += rte_pktmbuf_pkt_len(m);
	w->out[w->nout++] = m;
}

static void eth_write(struct wire_port *w, void *frame, uint16_t type)
{
	struct rte_ether_hdr *eth = frame;

	eth->dst_addr = w->engine_mac;
	eth->src_addr = w->mac;
	eth->ether_type = htons(type);
}

// Ethernet and IPv4 before the n bytes that follow; NULL: no buffer. The caller counts ip_id up.
static struct rte_mbuf *packet_new(struct wire_port *w, uint32_t src, uint32_t dst,
	uint8_t protocol, uint16_t fragment, size_t n)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(w->pool);
	struct rte_ipv4_hdr *ip;
	void *frame;

	if (m == NULL)
		return NULL;
	frame = rte_pktmbuf_append(m, (uint16_t)(HEADERS + n));
	if (frame == NULL) {
		rte_pktmbuf_free(m);
		return NULL;
	}
	eth_write(w, frame, RTE_ETHER_TYPE_IPV4);
	ip = rte_pktmbuf_mtod_offset(m, struct rte_ipv4_hdr *, RTE_ETHER_HDR_LEN);
	*ip = (struct rte_ipv4_hdr){
		.version_ihl = RTE_IPV4_VHL_DEF,
		.total_length = htons((uint16_t)(sizeof(*ip) + n)),
		.packet_id = htons(w->ip_id),
		.fragment_offset = htons(fragment),
		.time_to_live = 64,
		.next_proto_id = protocol,
		.src_addr = src,
		.dst_addr = dst,
	};
	ip->hdr_checksum = rte_ipv4_cksum(ip);
	return m;
}

static void segment_send(struct wire_port *w, const struct tcp_segment *segment)
{
	size_t n = tcp_segment_size(segment);
	struct rte_mbuf *m = packet_new(w, addr_ipv4_net(&segment->local.addr),
		addr_ipv4_net(&segment->remote.addr), IPPROTO_TCP, 0, n);
	uint8_t *l4;
	uint16_t sum;

	w->ip_id++;
	if (m == NULL) {
		w->wire.n.full++;
		return;
	}
	l4 = rte_pktmbuf_mtod_offset(m, uint8_t *, HEADERS);
	tcp_segment_write(segment, l4, n);
	sum = rte_ipv4_udptcp_cksum((struct rte_ipv4_hdr *)(l4 - sizeof(struct rte_ipv4_hdr)), l4);
	memcpy(l4 + 16, &sum, sizeof(sum));
	out_send(w, m);
}

static void port_flush(struct wire *wire, uint64_t now_us)
{
	struct wire_port *w = (struct wire_port *)wire;
	struct tcp_segment segment;

	while (out_has_room(w) && tcp_output_next(w->tcp, now_us, &segment))
		segment_send(w, &segment);
	out_flush(w);
}

// The datagram with its header and checksum, in w->datagram. Returns its length.
static size_t datagram_make(struct wire_port *w, const struct endpoint *to, const void *p, size_t n)
{
	struct rte_udp_hdr *udp = (struct rte_udp_hdr *)w->datagram;
	struct rte_ipv4_hdr pseudo = {
		.version_ihl = RTE_IPV4_VHL_DEF,
		.total_length = htons((uint16_t)(sizeof(pseudo) + sizeof(*udp) + n)),
		.next_proto_id = IPPROTO_UDP,
		.src_addr = addr_ipv4_net(&w->wire.udp.addr),
		.dst_addr = addr_ipv4_net(&to->addr),
	};

	*udp = (struct rte_udp_hdr){
		.src_port = htons(w->wire.udp.port),
		.dst_port = htons(to->port),
		.dgram_len = htons((uint16_t)(sizeof(*udp) + n)),
	};
	memcpy(udp + 1, p, n);
	udp->dgram_cksum = rte_ipv4_udptcp_cksum(&pseudo, udp);
	return sizeof(*udp) + n;
}

static bool piece_send(struct wire_port *w, uint32_t dst, size_t at, size_t n, bool more)
{
	uint16_t fragment = (uint16_t)(at / 8 | (more ? RTE_IPV4_HDR_MF_FLAG : 0));
	struct rte_mbuf *m = out_has_room(w) ? packet_new(w, addr_ipv4_net(&w->wire.udp.addr), dst,
						       IPPROTO_UDP, fragment, n)
					     : NULL;

	if (m == NULL)
		return false;
	memcpy(rte_pktmbuf_mtod_offset(m, uint8_t *, HEADERS), w->datagram + at, n);
	out_send(w, m);
	return true;
}

// What went of a datagram whose rest finds no room is lost: it will be sent again.
static int port_datagram(struct wire *wire, const struct endpoint *to, const void *p, size_t n)
{
	struct wire_port *w = (struct wire_port *)wire;
	size_t all;

	if (n > DATAGRAM_MAX)
		return -EMSGSIZE;
	all = datagram_make(w, to, p, n);
	w->ip_id++;
	for (size_t at = 0; at < all; at += PIECE) {
		size_t part = all - at < PIECE ? all - at : PIECE;

		if (!piece_send(w, addr_ipv4_net(&to->addr), at, part, at + part < all))
			return -ENOBUFS;
	}
	return 0;
}

static void arp_send(
	struct wire_port *w, uint16_t op, const struct rte_ether_addr *to, uint32_t target)
{
	struct rte_mbuf *m = out_has_room(w) ? rte_pktmbuf_alloc(w->pool) : NULL;
	struct rte_ether_hdr *eth;
	struct rte_arp_hdr *arp;

	if (m == NULL)
		return;
	eth = (struct rte_ether_hdr *)rte_pktmbuf_append(m, sizeof(*eth) + sizeof(*arp));
	arp = (struct rte_arp_hdr *)(eth + 1);
	eth_write(w, eth, RTE_ETHER_TYPE_ARP);
	eth->dst_addr = *to;
	*arp = (struct rte_arp_hdr){
		.arp_hardware = htons(RTE_ARP_HRD_ETHER),
		.arp_protocol = htons(RTE_ETHER_TYPE_IPV4),
		.arp_hlen = RTE_ETHER_ADDR_LEN,
		.arp_plen = 4,
		.arp_opcode = htons(op),
		.arp_data = { w->mac, w->config.station_net, *to, target },
	};
	out_send(w, m);
}

static void arp_ask(struct wire_port *w)
{
	static const struct rte_ether_addr all = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };

	w->arp_us = w->now_us + ARP_RETRY_US;
	arp_send(w, RTE_ARP_OP_REQUEST, &all, w->config.engine_net);
}

// --- in ------------------------------------------------------------------------------------------

static void arp_input(struct wire_port *w, const uint8_t *p, size_t n)
{
	const struct rte_arp_hdr *arp = (const struct rte_arp_hdr *)p;

	if (n < sizeof(*arp) || arp->arp_data.arp_sip != w->config.engine_net)
		return;
	w->engine_mac = arp->arp_data.arp_sha;
	w->wire.ready = true;
	if (arp->arp_opcode == htons(RTE_ARP_OP_REQUEST) &&
		arp->arp_data.arp_tip == w->config.station_net)
		arp_send(w, RTE_ARP_OP_REPLY, &w->engine_mac, w->config.engine_net);
}

static const char *close_reason(const struct tcp_event *event)
{
	return tcp_reason_text((enum tcp_reason)event->reason);
}

static void conn_read(struct wire_port *w, const struct tcp_event *event)
{
	struct wire_hearer *h = &w->wire.hearer;
	size_t took;

	do {
		struct span bytes = tcp_peek(w->tcp, event->conn);

		if (bytes.n == 0)
			return;
		took = h->bytes(h->ctx, event->user, (const uint8_t *)bytes.p, bytes.n);
	} while (took > 0 && tcp_consume(w->tcp, event->conn, took) == 0);
}

static void conn_event(struct wire_port *w, const struct tcp_event *event)
{
	struct wire_hearer *h = &w->wire.hearer;

	if (event->events & TCP_EVENT_OPENED)
		h->opened(h->ctx, event->user);
	if (event->events & TCP_EVENT_READABLE)
		conn_read(w, event);
	if (event->events & TCP_EVENT_EOF)
		tcp_close(w->tcp, event->conn);
	if (event->events & TCP_EVENT_CLOSED)
		h->closed(h->ctx, event->user, close_reason(event));
}

static void events_run(struct wire_port *w)
{
	struct tcp_event event;

	while (tcp_event_next(w->tcp, &event))
		conn_event(w, &event);
}

static bool checksum_good(const struct rte_ipv4_hdr *ip, const void *l4, size_t n)
{
	uint32_t sum = (uint32_t)rte_raw_cksum(l4, n) + rte_ipv4_phdr_cksum(ip, 0);

	return ((sum >> 16) + (sum & 0xffff)) == 0xffff;
}

static bool tcp_take(
	struct wire_port *w, const struct rte_ipv4_hdr *ip, const uint8_t *l4, size_t n)
{
	struct addr local = addr_ipv4(ip->dst_addr), remote = addr_ipv4(ip->src_addr);
	struct tcp_segment segment;

	if (tcp_parse(l4, n, &local, &remote, &segment) != TCP_OK)
		return false;
	tcp_input(w->tcp, &segment, w->now_us);
	events_run(w);
	tcp_input_done(w->tcp);
	return true;
}

static bool udp_take(struct wire_port *w, const uint8_t *l4, size_t n)
{
	const struct rte_udp_hdr *udp = (const struct rte_udp_hdr *)l4;
	struct wire_hearer *h = &w->wire.hearer;

	if (n < sizeof(*udp) || ntohs(udp->dgram_len) != n)
		return false;
	h->datagram(h->ctx, l4 + sizeof(*udp), n - sizeof(*udp));
	return true;
}

// A whole packet with a header of 20 bytes.
static bool whole_input(struct wire_port *w, const uint8_t *p)
{
	const struct rte_ipv4_hdr *ip = (const struct rte_ipv4_hdr *)p;
	size_t l4 = ntohs(ip->total_length) - sizeof(*ip);

	if (!checksum_good(ip, ip + 1, l4))
		return false;
	switch (ip->next_proto_id) {
	case IPPROTO_TCP:
		return tcp_take(w, ip, p + sizeof(*ip), l4);
	case IPPROTO_UDP:
		return udp_take(w, p + sizeof(*ip), l4);
	default:
		return false;
	}
}

static bool piece_input(struct wire_port *w, const uint8_t *p)
{
	const struct rte_ipv4_hdr *ip = (const struct rte_ipv4_hdr *)p;
	uint16_t field = ntohs(ip->fragment_offset);
	const struct reassembly_piece piece = {
		.key = { ip->src_addr, ip->dst_addr, ip->packet_id, ip->next_proto_id },
		.header = p,
		.header_n = sizeof(*ip),
		.payload = p + sizeof(*ip),
		.n = ntohs(ip->total_length) - sizeof(*ip),
		.offset = (size_t)(field & RTE_IPV4_HDR_OFFSET_MASK) * RTE_IPV4_HDR_OFFSET_UNITS,
		.more = (field & RTE_IPV4_HDR_MF_FLAG) != 0,
	};
	uint8_t *whole;
	size_t n;

	switch (reassembly_take(&w->pieces, &piece, w->now_us, &whole, &n)) {
	case PIECE_KEPT:
		return true;
	case PIECE_WHOLE:
		w->wire.n.reassembled++;
		return whole_input(w, whole);
	default: // the engine sends each piece once, and none that contradicts another
		return false;
	}
}

// The engine's packets have no options.
static bool ip_input(struct wire_port *w, const uint8_t *p, size_t n)
{
	const struct rte_ipv4_hdr *ip = (const struct rte_ipv4_hdr *)p;

	if (n < sizeof(*ip) || ip->version_ihl != RTE_IPV4_VHL_DEF || ntohs(ip->total_length) > n ||
		ntohs(ip->total_length) < sizeof(*ip) || rte_raw_cksum(ip, sizeof(*ip)) != 0xffff)
		return false;
	if ((ip->fragment_offset & htons(RTE_IPV4_HDR_OFFSET_MASK | RTE_IPV4_HDR_MF_FLAG)) != 0)
		return piece_input(w, p);
	return whole_input(w, p);
}

static void frame_input(struct wire_port *w, const struct rte_mbuf *m)
{
	const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
	size_t n = rte_pktmbuf_data_len(m);
	const struct rte_ether_hdr *eth = (const struct rte_ether_hdr *)p;
	bool good = true;

	w->wire.n.frames_in++;
	w->wire.n.bytes_in += n;
	if (n < sizeof(*eth) || m->nb_segs != 1)
		good = false;
	else if (eth->ether_type == htons(RTE_ETHER_TYPE_ARP))
		arp_input(w, p + sizeof(*eth), n - sizeof(*eth));
	else if (eth->ether_type == htons(RTE_ETHER_TYPE_IPV4))
		good = ip_input(w, p + sizeof(*eth), n - sizeof(*eth));
	if (!good)
		w->wire.n.bad++;
}

static unsigned port_poll(struct wire *wire, uint64_t now_us)
{
	struct wire_port *w = (struct wire_port *)wire;
	struct rte_mbuf *burst[BURST];
	uint16_t n;

	w->now_us = now_us;
	n = rte_eth_rx_burst(w->config.port, 0, burst, BURST);
	for (uint16_t i = 0; i < n; i++)
		frame_input(w, burst[i]);
	rte_pktmbuf_free_bulk(burst, n);
	if (now_us >= w->timers_us) {
		w->timers_us = now_us + TIMERS_US;
		tcp_expire(w->tcp, now_us);
		wire->n.retransmitted = tcp_counters(w->tcp)->segments_retransmitted;
	}
	if (now_us >= w->pieces_us) {
		w->pieces_us = now_us + REASSEMBLY_US;
		reassembly_expire(&w->pieces, now_us);
	}
	events_run(w); // of timers, and of what was closed since
	if (!wire->ready && now_us >= w->arp_us)
		arp_ask(w);
	return n;
}

// --- connections ---------------------------------------------------------------------------------

static int port_connect(struct wire *wire, const struct endpoint *local,
	const struct endpoint *remote, uint32_t user, uint64_t *conn)
{
	struct wire_port *w = (struct wire_port *)wire;

	return tcp_connect(w->tcp, local, remote, user, w->now_us, conn);
}

static int port_write(struct wire *wire, uint64_t conn, const void *p, size_t n)
{
	struct wire_port *w = (struct wire_port *)wire;

	return tcp_write(w->tcp, conn, p, n, w->now_us);
}

static void port_close(struct wire *wire, uint64_t conn, bool reset)
{
	struct wire_port *w = (struct wire_port *)wire;

	if (reset)
		tcp_abort(w->tcp, conn);
	else
		tcp_close(w->tcp, conn);
}

static void port_free(struct wire *wire)
{
	struct wire_port *w = (struct wire_port *)wire;

	if (w->nout > 0)
		rte_pktmbuf_free_bulk(w->out, w->nout);
	(void)rte_eth_dev_stop(w->config.port);
	tcp_stack_fini(w->tcp);
	rte_mempool_free(w->pool);
	reassembly_fini(&w->pieces);
	free(w);
}

static const struct wire_ops port_ops = {
	.connect = port_connect,
	.write = port_write,
	.close = port_close,
	.datagram = port_datagram,
	.poll = port_poll,
	.flush = port_flush,
	.free = port_free,
};

// Locally administered, ending in the station's address: ports of rings all have the same of their
// own.
static void mac_make(struct wire_port *w)
{
	w->mac = (struct rte_ether_addr){ { 0x02, 0x4f } };
	memcpy(w->mac.addr_bytes + 2, &w->config.station_net, 4);
}

static int port_open(struct wire_port *w)
{
	const struct rte_eth_conf conf = { 0 };
	uint16_t id = w->config.port, rx = 1024, tx = 1024;
	int status = rte_eth_dev_configure(id, 1, 1, &conf);

	if (status == 0)
		status = rte_eth_dev_adjust_nb_rx_tx_desc(id, &rx, &tx);
	if (status == 0)
		status = rte_eth_rx_queue_setup(
			id, 0, rx, (unsigned)rte_eth_dev_socket_id(id), NULL, w->pool);
	if (status == 0)
		status = rte_eth_tx_queue_setup(
			id, 0, tx, (unsigned)rte_eth_dev_socket_id(id), NULL);
	if (status == 0)
		status = rte_eth_dev_start(id);
	if (status == 0)
		(void)rte_eth_promiscuous_enable(id);
	return status;
}

static int tcp_open(struct wire_port *w, uint64_t now_us)
{
	struct tcp_config config = tcp_config_default();
	struct siphash_key key;
	uint64_t bytes = (uint64_t)w->config.connections * BUFFER_BYTES;
	int status = siphash_key_random(&key);

	config.connections = w->config.connections;
	config.buffer_bytes = bytes < BUFFER_BYTES_MIN ? BUFFER_BYTES_MIN : bytes;
	config.mss = MSS;
	config.rto_min_ms = 200; // as kernels have it
	config.challenge_per_second = 1000000; // as many as many hosts would
	config.resets_per_second = 1000000;
	return status < 0 ? status : tcp_stack_init(&w->tcp, &config, 0, &key, now_us);
}

int wire_port_new(struct wire **wire, const struct wire_port_config *config, uint64_t now_us,
	char *error, size_t size)
{
	struct wire_port *w = calloc(1, sizeof(*w));
	int status = w == NULL ? -ENOMEM : 0;

	if (status == 0) {
		w->wire.ops = &port_ops;
		w->wire.udp = (struct endpoint){ addr_ipv4(config->station_net), config->udp_port };
		w->config = *config;
		w->now_us = now_us;
		mac_make(w);
		w->pool = rte_pktmbuf_pool_create("load", MBUFS, 256, 0, MBUF_BYTES, SOCKET_ID_ANY);
		status = w->pool == NULL ? -rte_errno : tcp_open(w, now_us);
	}
	if (status == 0)
		status = reassembly_init(&w->pieces, REASSEMBLIES);
	if (status == 0)
		status = port_open(w);
	if (status < 0) {
		snprintf(error, size, "port %u: %s", config->port, strerror(-status));
		if (w != NULL) {
			tcp_stack_fini(w->tcp);
			rte_mempool_free(w->pool);
			reassembly_fini(&w->pieces);
			free(w);
		}
		return status;
	}
	*wire = &w->wire;
	return 0;
}
