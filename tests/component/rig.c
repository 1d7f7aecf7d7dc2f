// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "tests/component/rig.h"

#include <netinet/in.h>

#include <rte_arp.h>
#include <rte_eal.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_icmp.h>
#include <rte_mbuf.h>
#include <rte_ring.h>
#include <rte_udp.h>

struct rig rig;

static struct rte_ring *to_engine[RIG_PORTS][RIG_QUEUES];
static struct rte_ring *from_engine[RIG_PORTS][RIG_QUEUES];
static struct rte_mempool *peer_pool;

static struct rte_ring *wire_new(const char *what, unsigned port, unsigned queue)
{
	char name[32];

	snprintf(name, sizeof(name), "%s%u.%u", what, port, queue);
	return rte_ring_create(name, 2048, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
}

int rig_group_setup(void **state)
{
	char *args[] = { "component", "--no-pci", "--no-huge", "-m", "64", "--no-shconf",
		"--no-telemetry", "--log-level=error", "-l", "0", NULL };
	char name[32];

	(void)state;
	if (rte_eal_init(10, args) < 0)
		return -1;
	peer_pool = rte_pktmbuf_pool_create("peer", 4095, 0, 0, 2304, SOCKET_ID_ANY);
	for (unsigned i = 0; i < RIG_PORTS; i++) {
		for (unsigned q = 0; q < RIG_QUEUES; q++) {
			to_engine[i][q] = wire_new("to", i, q);
			from_engine[i][q] = wire_new("from", i, q);
		}
		snprintf(name, sizeof(name), "wire%u", i);
		if (rte_eth_from_rings(name, to_engine[i], RIG_QUEUES, from_engine[i], RIG_QUEUES,
			    SOCKET_ID_ANY) < 0)
			return -1;
	}
	return peer_pool == NULL ? -1 : 0;
}

uint32_t rig_ip(const char *text)
{
	return inet_addr(text);
}

void rig_config(struct dataplane_config *config)
{
	*config = (struct dataplane_config){
		.interfaces = { { "FastEthernet0/0", rig_ip(RIG_ENGINE), 24, 0 },
			{ "FastEthernet0/1", rig_ip("10.0.1.1"), 24, 0 } },
		.ninterfaces = 2,
		.routes = { { 0, 0, rig_ip("10.0.0.254") } },
		.nroutes = 1,
		.phones = 64,
		.sip_conns = 16,
		.sessions = 64,
		.mbufs = 4095,
		.key_given = true,
		.key = { 1, 2 },
	};
}

static void peer_up(void)
{
	struct tcp_config config = tcp_config_default();
	struct siphash_key key = { 3, 4 };

	config.connections = 100;
	config.buffer_bytes = 32 << 20;
	config.send_cap = 65536;
	assert_int_equal(tcp_stack_init(&rig.tcp, &config, 9, &key, rig.now_us), 0);
}

void rig_up(void)
{
	char error[200] = "";

	rig.now_us = 1000000;
	rig.answers_arp = true;
	rig.alone = false;
	rig.tcp_off = false;
	rig.still = 0;
	rig.first = rig.next = 0;
	rig.arp_requests = 0;
	rig.announcements = 0;
	assert_int_equal(dataplane_init(&rig.dp, &rig.config, rig.now_us, error, sizeof(error)), 0);
	assert_string_equal(error, "");
	rig.worker = rig.dp->workers[0];
	rig.queue_next = 0;
	rig.found = 0;
	rig.call_id = "one@10.0.0.2";
	assert_int_equal(dataplane_start(rig.dp, error, sizeof(error)), 0);
	peer_up();
	rig_settle();
}

void rig_down(void)
{
	struct event event;

	while (dataplane_pop_event(rig.dp, 0, &event))
		;
	rig.answers_arp = false;
	rig.tcp_off = true;
	// Whatever waits for fragments, addresses or timers is given up.
	rig_wait(10000000);
	for (unsigned i = 0; i < rig.dp->nworkers; i++)
		assert_int_equal(rig.dp->workers[i]->events.gaps, 0);
	rig_drops_sum(EVENT_LOST, 0);
	assert_int_equal(rte_mempool_in_use_count(rig.dp->pool), 0);
	tcp_stack_fini(rig.tcp);
	dataplane_fini(rig.dp);
	assert_int_equal(rte_mempool_in_use_count(peer_pool), 0);
}

// --- onto the wire
// ----------------------------------------------------------------------------------

static unsigned queue_home(const void *frame, size_t n)
{
	const struct rte_ether_hdr *eth = frame;
	const struct rte_ipv4_hdr *ip = (const struct rte_ipv4_hdr *)(eth + 1);
	const uint16_t *ports = (const uint16_t *)(ip + 1);

	if (n < sizeof(*eth) + sizeof(*ip) + 4 || eth->ether_type != htons(RTE_ETHER_TYPE_IPV4) ||
		ip->next_proto_id != IPPROTO_TCP)
		return rig.dp->nworkers - 1;
	return home_of_flow(&rig.dp->home, ip->src_addr, ip->dst_addr, ports[0], ports[1]);
}

static unsigned queue_of(const void *frame, size_t n)
{
	if (rig.spread == RIG_SPREAD_HOME)
		return queue_home(frame, n);
	return rig.spread == RIG_SPREAD_ROUND ? rig.queue_next++ % RIG_QUEUES : 0;
}

void rig_frame(unsigned port, const void *frame, size_t n)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(peer_pool);

	assert_non_null(m);
	memcpy(rte_pktmbuf_append(m, (uint16_t)n), frame, n);
	m->ol_flags = rig.found;
	assert_int_equal(rte_ring_enqueue(to_engine[port][queue_of(frame, n)], m), 0);
}

// A station's MAC ends in its address's last byte.
static void station_mac(uint32_t addr, uint8_t *mac)
{
	memcpy(mac, "\x02\x00\x00\x00\x00", 5);
	mac[5] = (uint8_t)(ntohl(addr) & 0xff);
}

size_t rig_ip4_make(uint8_t *frame, const struct rig_ip4 *ip, const void *l4, size_t n)
{
	struct rte_ether_hdr *eth = (struct rte_ether_hdr *)frame;
	struct rte_ipv4_hdr *header = (struct rte_ipv4_hdr *)(eth + 1);
	size_t head = sizeof(*header) + ip->noptions;

	eth->dst_addr = rig.worker->ports[0].mac;
	station_mac(rig_ip(ip->src), eth->src_addr.addr_bytes);
	eth->ether_type = htons(RTE_ETHER_TYPE_IPV4);
	*header = (struct rte_ipv4_hdr){
		.version_ihl = (uint8_t)(0x40 | head / 4),
		.total_length = htons((uint16_t)(head + n)),
		.packet_id = htons(ip->id != 0 ? ip->id : (uint16_t)++rig.ids),
		.fragment_offset = htons(ip->fragment),
		.time_to_live = 1,
		.next_proto_id = ip->protocol,
		.src_addr = rig_ip(ip->src),
		.dst_addr = rig_ip(ip->dst),
	};
	memcpy(header + 1, ip->options, ip->noptions);
	memcpy((uint8_t *)header + head, l4, n);
	header->hdr_checksum = (uint16_t)(rte_ipv4_cksum(header) + ip->bad);
	return sizeof(*eth) + head + n;
}

void rig_ip4(const struct rig_ip4 *ip, const void *l4, size_t n)
{
	uint8_t frame[RIG_FRAME];

	rig_frame(0, frame, rig_ip4_make(frame, ip, l4, n));
}

size_t rig_udp_make(uint8_t *l4, const char *src, const char *dst, uint16_t sport, uint16_t dport,
	const void *payload, size_t n)
{
	struct rte_udp_hdr *udp = (struct rte_udp_hdr *)l4;
	struct rte_ipv4_hdr pseudo = {
		.version_ihl = RTE_IPV4_VHL_DEF,
		.total_length = htons((uint16_t)(sizeof(pseudo) + sizeof(*udp) + n)),
		.next_proto_id = IPPROTO_UDP,
		.src_addr = rig_ip(src),
		.dst_addr = rig_ip(dst),
	};

	*udp = (struct rte_udp_hdr){
		.src_port = htons(sport),
		.dst_port = htons(dport),
		.dgram_len = htons((uint16_t)(sizeof(*udp) + n)),
	};
	memcpy(udp + 1, payload, n);
	udp->dgram_cksum = rte_ipv4_udptcp_cksum(&pseudo, udp);
	return sizeof(*udp) + n;
}

void rig_udp(const char *src, uint16_t sport, uint16_t dport, const void *payload, size_t n)
{
	struct rig_ip4 ip = { .src = src, .dst = RIG_ENGINE, .protocol = IPPROTO_UDP };
	uint8_t l4[RIG_FRAME];

	rig_ip4(&ip, l4, rig_udp_make(l4, src, RIG_ENGINE, sport, dport, payload, n));
}

static void peer_transmit(void)
{
	struct tcp_segment segment;

	while (!rig.tcp_off && tcp_output_next(rig.tcp, rig.now_us, &segment)) {
		uint8_t frame[RIG_FRAME];
		uint8_t l4[RIG_FRAME];
		size_t n = tcp_segment_write(&segment, l4, sizeof(l4));
		struct rig_ip4 ip = { .src = RIG_PEER, .dst = RIG_ENGINE, .protocol = IPPROTO_TCP };
		uint16_t sum;

		rig_ip4_make(frame, &ip, l4, n);
		sum = rte_ipv4_udptcp_cksum((struct rte_ipv4_hdr *)(frame + 14), l4);
		memcpy(l4 + 16, &sum, sizeof(sum));
		rig_ip4(&ip, l4, n);
	}
}

// --- off the wire
// -----------------------------------------------------------------------------------

static bool on_arp(unsigned port, const struct rig_frame *frame)
{
	uint8_t answer[42];
	const struct rte_arp_hdr *arp = (const struct rte_arp_hdr *)(frame->bytes + 14);
	struct rte_arp_hdr *reply = (struct rte_arp_hdr *)(answer + 14);

	if (arp->arp_opcode != htons(RTE_ARP_OP_REQUEST))
		return false;
	if (arp->arp_data.arp_sip == arp->arp_data.arp_tip) {
		rig.announcements++;
		return true;
	}
	rig.arp_requests++;
	if (!rig.answers_arp || (rig.alone && arp->arp_data.arp_tip != rig_ip(RIG_PEER)))
		return true;
	memcpy(answer, frame->bytes, sizeof(answer));
	memcpy(answer, frame->bytes + 6, 6);
	station_mac(arp->arp_data.arp_tip, answer + 6);
	reply->arp_opcode = htons(RTE_ARP_OP_REPLY);
	memcpy(&reply->arp_data.arp_sha, answer + 6, 6);
	reply->arp_data.arp_sip = arp->arp_data.arp_tip;
	reply->arp_data.arp_tha = arp->arp_data.arp_sha;
	reply->arp_data.arp_tip = arp->arp_data.arp_sip;
	rig_frame(port, answer, sizeof(answer));
	return true;
}

static bool on_tcp(const struct rig_frame *frame)
{
	const struct rte_ipv4_hdr *ip = (const struct rte_ipv4_hdr *)(frame->bytes + 14);
	struct addr local = addr_ipv4(ip->dst_addr);
	struct addr remote = addr_ipv4(ip->src_addr);
	struct tcp_segment segment;
	size_t n = ntohs(ip->total_length) - 20u;

	if (ip->next_proto_id != IPPROTO_TCP)
		return false;
	assert_int_equal(rte_raw_cksum(ip, 20), 0xffff);
	assert_true(l4_checksum_good(ip->src_addr, ip->dst_addr, IPPROTO_TCP, ip + 1, n));
	assert_int_equal(
		tcp_parse((const uint8_t *)(ip + 1), n, &local, &remote, &segment), TCP_OK);
	rig.tcp_frame = *frame;
	if (!rig.tcp_off && ip->dst_addr == rig_ip(RIG_PEER)) {
		tcp_input(rig.tcp, &segment, rig.now_us);
		tcp_input_done(rig.tcp);
	}
	return true;
}

// True: there was a frame.
static bool wire_drain(unsigned port, unsigned queue)
{
	struct rig_frame *frame = &rig.queue[rig.next % RIG_QUEUE];
	struct rte_mbuf *m;
	uint16_t type;

	if (rte_ring_dequeue(from_engine[port][queue], (void **)&m) < 0)
		return false;
	assert_int_equal(m->nb_segs, 1);
	assert_true(rte_pktmbuf_pkt_len(m) <= RIG_MTU + 14);
	frame->port = port;
	frame->flags = m->ol_flags;
	frame->l2 = m->l2_len;
	frame->l3 = m->l3_len;
	frame->n = rte_pktmbuf_pkt_len(m);
	memcpy(frame->bytes, rte_pktmbuf_mtod(m, const void *), frame->n);
	rte_pktmbuf_free(m);
	memcpy(&type, frame->bytes + 12, 2);
	if (type == htons(RTE_ETHER_TYPE_ARP) ? on_arp(port, frame) : on_tcp(frame))
		return true;
	rig.next++;
	assert_true(rig.next - rig.first <= RIG_QUEUE);
	return true;
}

bool rig_pump(void)
{
	bool moved = false;

	peer_transmit();
	for (unsigned i = 0; i < RIG_PORTS * RIG_QUEUES; i++) {
		while (wire_drain(i / RIG_QUEUES, i % RIG_QUEUES))
			moved = true;
	}
	return moved;
}

void rig_settle(void)
{
	bool moved = true;

	while (moved) {
		peer_transmit();
		moved = false;
		for (unsigned i = 0; i < rig.dp->nworkers; i++)
			moved |= (rig.still >> i & 1) == 0 &&
				 worker_turn(rig.dp->workers[i], rig.now_us) > 0;
		moved |= rig_pump();
	}
}

void rig_wait(uint64_t us)
{
	const uint64_t until = rig.now_us + us;

	while (rig.now_us < until) {
		rig.now_us += until - rig.now_us < 10000 ? until - rig.now_us : 10000;
		tcp_expire(rig.tcp, rig.now_us);
		rig_settle();
	}
}

const struct rig_frame *rig_out(void)
{
	return rig.first == rig.next ? NULL : &rig.queue[rig.first++ % RIG_QUEUE];
}

const char *rig_out_udp(void)
{
	static char text[RIG_FRAME];
	const struct rig_frame *frame = rig_out();
	const struct rte_ipv4_hdr *ip;
	size_t n;

	if (frame == NULL)
		return NULL;
	ip = (const struct rte_ipv4_hdr *)(frame->bytes + 14);
	n = ntohs(ip->total_length) - 20u;
	assert_int_equal(ip->next_proto_id, IPPROTO_UDP);
	assert_int_equal(rte_raw_cksum(ip, 20), 0xffff);
	assert_true(l4_checksum_good(ip->src_addr, ip->dst_addr, IPPROTO_UDP, ip + 1, n));
	memcpy(text, (const uint8_t *)(ip + 1) + 8, n - 8);
	text[n - 8] = '\0';
	return text;
}

uint64_t rig_drop_sum(enum drop reason)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < rig.dp->nworkers; i++)
		n += rig.dp->workers[i]->drops[reason];
	return n;
}

// --- control's side
// ---------------------------------------------------------------------------------

struct event *rig_event(enum event_type type)
{
	static struct event event;

	assert_true(dataplane_pop_event(rig.dp, 0, &event));
	assert_string_equal(event_name(event.type), event_name(type));
	return &event;
}

void rig_no_event(void)
{
	struct event event;

	assert_false(dataplane_pop_event(rig.dp, 0, &event));
}

void rig_command(struct command *command)
{
	assert_true(dataplane_push_command(rig.dp, command));
	rig_settle();
}

// --- the peer's TCP
// ---------------------------------------------------------------------------------

handle_t rig_connect(uint16_t local_port, uint16_t port)
{
	struct endpoint local = { addr_ipv4(rig_ip(RIG_PEER)), local_port };
	struct endpoint remote = { addr_ipv4(rig_ip(RIG_ENGINE)), port };
	struct tcp_event event;
	handle_t conn;

	assert_int_equal(tcp_connect(rig.tcp, &local, &remote, 0, rig.now_us, &conn), 0);
	rig_settle();
	do {
		assert_true(tcp_event_next(rig.tcp, &event));
	} while (event.conn != conn); // old news of others
	assert_true(event.events & TCP_EVENT_OPENED);
	return conn;
}

void rig_write(handle_t conn, const void *bytes, size_t n)
{
	assert_int_equal(tcp_write(rig.tcp, conn, bytes, n, rig.now_us), 0);
	rig_settle();
}

size_t rig_read(handle_t conn, void *bytes, size_t size)
{
	struct span unread = tcp_peek(rig.tcp, conn);
	size_t n = unread.n < size - 1 ? unread.n : size - 1;

	if (n > 0)
		memcpy(bytes, unread.p, n);
	((char *)bytes)[n] = '\0';
	tcp_consume(rig.tcp, conn, n);
	rig_settle();
	return n;
}

// --- SIP
// --------------------------------------------------------------------------------------------

int rig_sip(char *text, size_t size, const char *method, const char *to_tag, unsigned cseq,
	const char *transport, const char *head, const char *body)
{
	return snprintf(text, size,
		"%s sip:201@10.0.0.1 SIP/2.0\r\n"
		"Via: SIP/2.0/%s 10.0.0.2:5060;branch=z9hG4bK%s%u\r\n"
		"From: <sip:app@10.0.0.2>;tag=app\r\n"
		"To: <sip:201@10.0.0.1>%s%s\r\n"
		"Call-ID: %s\r\n"
		"CSeq: %u %s\r\n"
		"Contact: <sip:app@10.0.0.2:5060;transport=%s>\r\n"
		"Max-Forwards: 70\r\n"
		"%s%s"
		"Content-Length: %zu\r\n\r\n%s",
		method, transport, method, cseq, to_tag[0] ? ";tag=" : "", to_tag, rig.call_id,
		cseq, method, transport, head, body[0] ? "Content-Type: application/csta+xml\r\n" : "",
		strlen(body), body);
}

const char *rig_field(const char *message, const char *name)
{
	static char value[300];
	char start[64];
	const char *at;

	snprintf(start, sizeof(start), "\r\n%s: ", name);
	at = strstr(message, start);
	if (at == NULL)
		return "";
	at += strlen(start);
	snprintf(value, sizeof(value), "%.*s", (int)strcspn(at, "\r"), at);
	return value;
}

const char *rig_to_tag(const char *message)
{
	const char *tag = strstr(rig_field(message, "To"), ";tag=");

	return tag == NULL ? "" : tag + 5;
}
