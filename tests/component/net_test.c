// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Ethernet, ARP, IPv4, fragments, ICMP, UDP through a whole engine.
#include "tests/component/rig.h"

#include <netinet/in.h>

#include <rte_arp.h>
#include <rte_icmp.h>
#include <rte_mbuf.h>
#include <rte_udp.h>

enum { ETH = 14, IP = 20 };

static int setup(void **state)
{
	(void)state;
	rig_config(&rig.config);
	rig_up();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_down();
	return 0;
}

// --- ARP
// --------------------------------------------------------------------------------------------

static void arp_send(unsigned port, uint16_t opcode, const char *from, const char *to)
{
	uint8_t frame[60] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 2, 0x08, 0x06 };
	struct rte_arp_hdr *arp = (struct rte_arp_hdr *)(frame + ETH);

	arp->arp_hardware = htons(RTE_ARP_HRD_ETHER);
	arp->arp_protocol = htons(RTE_ETHER_TYPE_IPV4);
	arp->arp_hlen = 6;
	arp->arp_plen = 4;
	arp->arp_opcode = htons(opcode);
	memcpy(&arp->arp_data.arp_sha, frame + 6, 6);
	arp->arp_data.arp_sip = rig_ip(from);
	arp->arp_data.arp_tip = rig_ip(to);
	rig_frame(port, frame, sizeof(frame));
	rig_settle();
}

static void test_arp_answers(void **state)
{
	const struct rig_frame *frame;
	const struct rte_arp_hdr *arp;

	(void)state;
	arp_send(0, RTE_ARP_OP_REQUEST, RIG_PEER, RIG_ENGINE);
	frame = rig_out();
	assert_non_null(frame);
	assert_int_equal(frame->port, 0);
	assert_memory_equal(frame->bytes, "\x02\x00\x00\x00\x00\x02", 6);
	arp = (const struct rte_arp_hdr *)(frame->bytes + ETH);
	assert_int_equal(arp->arp_opcode, htons(RTE_ARP_OP_REPLY));
	assert_int_equal(arp->arp_data.arp_sip, rig_ip(RIG_ENGINE));
	assert_int_equal(arp->arp_data.arp_tip, rig_ip(RIG_PEER));
	// Who asked is known now.
	assert_non_null(arp_find(&rig.worker->arp, rig_ip(RIG_PEER), 0));
	assert_null(rig_out());
}

static void test_arp_probe_is_answered_not_learned(void **state)
{
	(void)state;
	arp_send(0, RTE_ARP_OP_REQUEST, "0.0.0.0", RIG_ENGINE);
	assert_non_null(rig_out());
	assert_null(arp_find(&rig.worker->arp, 0, 0));
}

// The sender uses an address of another interface of its own: it gets its answer, and no place.
static void test_arp_stranger_is_answered_not_learned(void **state)
{
	const struct rte_arp_hdr *arp;
	const struct rig_frame *frame;

	(void)state;
	arp_send(0, RTE_ARP_OP_REQUEST, "172.30.0.1", RIG_ENGINE);
	frame = rig_out();
	assert_non_null(frame);
	arp = (const struct rte_arp_hdr *)(frame->bytes + ETH);
	assert_int_equal(arp->arp_opcode, htons(RTE_ARP_OP_REPLY));
	assert_int_equal(arp->arp_data.arp_sip, rig_ip(RIG_ENGINE));
	assert_int_equal(arp->arp_data.arp_tip, rig_ip("172.30.0.1"));
	assert_memory_equal(frame->bytes, &arp->arp_data.arp_tha, 6); // to the station itself
	assert_null(rig_out());
	assert_int_equal(rig.worker->arp.known, 0);
	rig_drops(ARP_SOURCE, 0);
}

static void test_arp_refuses(void **state)
{
	uint8_t cut[30] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 2, 0x08, 0x06, 0,
		1 };

	(void)state;
	arp_send(0, RTE_ARP_OP_REQUEST, "10.0.9.9", "10.0.0.77"); // not of that subnet
	arp_send(0, RTE_ARP_OP_REPLY, "10.0.9.9", RIG_ENGINE);
	rig_drops(ARP_SOURCE, 2);
	arp_send(0, RTE_ARP_OP_REPLY, RIG_ENGINE, RIG_ENGINE); // claims our address
	rig_drops(ARP_CONFLICT, 1);
	rig_frame(0, cut, sizeof(cut));
	rig_settle();
	rig_drops(ARP_MALFORMED, 1);
	arp_send(0, RTE_ARP_OP_REQUEST, RIG_PEER, "10.0.0.77"); // for somebody else
	arp_send(0, RTE_ARP_OP_REPLY, "10.0.0.55", RIG_PEER);   // not asked for, not for us
	assert_null(rig_out());
	assert_int_equal(rig.worker->arp.known, 0);
}

static void ping(const char *src, uint16_t n)
{
	struct rig_ip4 ip = { .src = src, .dst = RIG_ENGINE, .protocol = IPPROTO_ICMP };
	uint8_t icmp[RIG_FRAME] = { 8 };
	uint16_t sum;

	for (uint16_t i = 4; i < n; i++)
		icmp[i] = (uint8_t)i;
	sum = (uint16_t)~rte_raw_cksum(icmp, n);
	memcpy(icmp + 2, &sum, 2);
	rig_ip4(&ip, icmp, n);
	rig_settle();
}

static void test_arp_gives_up(void **state)
{
	(void)state;
	rig.answers_arp = false;
	for (int i = 0; i < ARP_WAITING + 2; i++)
		ping("10.0.0.66", 64);
	assert_int_equal(rig.arp_requests, 1); // RFC 1122: not one for each packet
	rig_drops(ARP_QUEUE_FULL, 2);
	rig_wait(5000000);
	assert_int_equal(rig.arp_requests, ARP_TRIES);
	rig_drops(ARP_UNRESOLVED, ARP_WAITING);
	assert_null(rig_out());
	assert_null(arp_find(&rig.worker->arp, rig_ip("10.0.0.66"), 0));
}

static void test_arp_ages(void **state)
{
	(void)state;
	ping(RIG_PEER, 64);
	assert_int_equal(rig.arp_requests, 1);
	rig_wait(ARP_FRESH_US / 2);
	ping(RIG_PEER, 64);
	assert_int_equal(rig.arp_requests, 1);
	rig_wait(ARP_FRESH_US);
	ping(RIG_PEER, 64); // used when old: asked for again, and served meanwhile
	assert_int_equal(rig.arp_requests, 2);
	for (int i = 0; i < 3; i++)
		assert_non_null(rig_out());
	// A station that has gone is forgotten.
	rig.answers_arp = false;
	rig_wait(ARP_FRESH_US + 1000000);
	ping(RIG_PEER, 64);
	assert_non_null(rig_out());
	rig_wait(5000000);
	assert_null(arp_find(&rig.worker->arp, rig_ip(RIG_PEER), 0));
}

static void test_arp_table_is_bounded(void **state)
{
	char addr[20];

	(void)state;
	for (int i = 2; i < 250; i++) {
		snprintf(addr, sizeof(addr), "10.0.0.%d", i);
		arp_send(0, RTE_ARP_OP_REQUEST, addr, RIG_ENGINE);
		rig_out();
	}
	assert_true(rig.worker->n.arp_evicted > 0);
	assert_true(rig.worker->arp.known <= 64);
	assert_int_equal(rig.worker->arp.known + rig.worker->n.arp_evicted, 248);
}

// Of stations that nothing was sent to yet, and of those alone, the newest takes the place.
static void test_arp_keeps_who_is_used(void **state)
{
	char addr[20];

	(void)state;
	ping(RIG_PEER, 64);
	for (int i = 3; i < 250; i++) {
		snprintf(addr, sizeof(addr), "10.0.0.%d", i);
		arp_send(0, RTE_ARP_OP_REQUEST, addr, RIG_ENGINE);
		rig_out();
	}
	assert_true(rig.worker->n.arp_evicted > 0);
	assert_non_null(arp_find(&rig.worker->arp, rig_ip(RIG_PEER), 0));
}

// Asked for in vain, the oldest makes room for the newest.
static void test_arp_asked_is_bounded(void **state)
{
	enum { ASKED = 4 * ARP_ASKED };
	char addr[20];

	(void)state;
	rig.alone = true;
	for (int i = 0; i < ASKED; i++) {
		snprintf(addr, sizeof(addr), "10.0.%d.%d", 1 + i / 200, 1 + i % 200);
		ping(addr, 64);
		rig_wait(10000);
	}
	assert_true(rig.worker->arp.nwaiting <= ARP_ASKED);
	assert_int_equal(rig.worker->drops[DROP_ARP_TABLE_FULL] + rig.worker->arp.nwaiting +
				 rig.worker->drops[DROP_ARP_UNRESOLVED],
		ASKED);
	assert_true(rig.worker->drops[DROP_ARP_TABLE_FULL] > 0);
	rig_drops(ARP_LIMITED, 0);
	ping(RIG_PEER, 64);
	assert_non_null(rig_out());
}

// All phones of an office in one subnet are known at a time.
static void test_arp_has_room_for_the_office(void **state)
{
	enum { OFFICE = 10000 };
	char addr[20];

	(void)state;
	for (int i = 0; i < OFFICE; i++) {
		snprintf(addr, sizeof(addr), "10.0.%d.%d", 1 + i / 200, 1 + i % 200);
		arp_send(0, RTE_ARP_OP_REQUEST, addr, RIG_ENGINE);
		rig_out();
	}
	assert_true(rig.worker->arp.known > OFFICE - OFFICE / 100);
}

static int setup_flat(void **state)
{
	(void)state;
	rig_config(&rig.config);
	rig.config.interfaces[0].prefix = 16;
	rig.config.interfaces[1].addr_net = rig_ip("10.1.0.1");
	rig.config.phones = 10000;
	rig_up();
	return 0;
}

static int setup_small_arp(void **state)
{
	(void)state;
	rig_config(&rig.config);
	rig.config.arp_entries = 64;
	rig_up();
	return 0;
}

static void test_announces(void **state)
{
	struct dataplane_stat stat;
	bool found = false;

	(void)state;
	assert_int_equal(rig.announcements, 2); // both ports
	rig_wait(ARP_ANNOUNCE_US + 20000);
	assert_int_equal(rig.announcements, 4);
	rig_wait(3 * ARP_ANNOUNCE_US);
	assert_int_equal(rig.announcements, 4);
	// The same number as others see it.
	for (unsigned row = 0; dataplane_stat(rig.dp, 0, row, &stat); row++) {
		if (strcmp(stat.name, "arp_announced") == 0) {
			assert_int_equal(stat.value, 4);
			found = true;
		}
	}
	assert_true(found);
	assert_false(dataplane_stat(rig.dp, 1, 0, &stat));
}

// --- ICMP
// -------------------------------------------------------------------------------------------

static void test_echo(void **state)
{
	const struct rig_frame *frame;
	const struct rte_ipv4_hdr *ip;

	(void)state;
	ping(RIG_PEER, 64);
	frame = rig_out();
	assert_non_null(frame);
	assert_int_equal(frame->n, ETH + IP + 64);
	assert_memory_equal(frame->bytes, "\x02\x00\x00\x00\x00\x02", 6);
	ip = (const struct rte_ipv4_hdr *)(frame->bytes + ETH);
	assert_int_equal(rte_raw_cksum(ip, IP), 0xffff);
	assert_int_equal(ip->dst_addr, rig_ip(RIG_PEER));
	assert_int_equal(rte_raw_cksum(ip + 1, 64), 0xffff);
	assert_int_equal(frame->bytes[ETH + IP], 0);
	for (int i = 4; i < 64; i++)
		assert_int_equal(frame->bytes[ETH + IP + i], i);
}

// By way of the default gateway.
static void test_echo_from_afar(void **state)
{
	const struct rig_frame *frame;

	(void)state;
	ping("192.168.7.7", 64);
	frame = rig_out();
	assert_non_null(frame);
	assert_memory_equal(frame->bytes, "\x02\x00\x00\x00\x00\xfe", 6);
}

static void test_unreachable(void **state)
{
	const struct rig_frame *frame;
	struct rig_ip4 ip = { .src = RIG_PEER, .dst = RIG_ENGINE, .protocol = 132 };

	(void)state;
	rig_udp(RIG_PEER, 4000, 4001, "hello", 5);
	rig_settle();
	frame = rig_out();
	assert_non_null(frame);
	assert_int_equal(frame->bytes[ETH + IP], 3);
	assert_int_equal(frame->bytes[ETH + IP + 1], 3);
	assert_int_equal(frame->n, ETH + IP + 8 + IP + 8); // their header and eight bytes
	assert_int_equal(rte_raw_cksum(frame->bytes + ETH + IP, 8 + IP + 8), 0xffff);
	rig_ip4(&ip, "abcdefgh", 8);
	rig_settle();
	frame = rig_out();
	assert_non_null(frame);
	assert_int_equal(frame->bytes[ETH + IP], 3);
	assert_int_equal(frame->bytes[ETH + IP + 1], 2);
	rig_drops(UDP_NO_LISTENER, 1);
	rig_drops(IP_PROTOCOL, 1);
}

static void test_unreachable_is_limited(void **state)
{
	unsigned answers = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		rig_udp(RIG_PEER, 4000, 4001, "hello", 5);
	rig_settle();
	while (rig_out() != NULL)
		answers++;
	// The first few wait for the peer's address, of which some are dropped.
	assert_int_equal(rig.worker->n.unreachables_out, ICMP_BURST);
	assert_true(answers > 0 && answers <= ICMP_BURST);
	rig_drops(ICMP_LIMITED, 100 - ICMP_BURST);
	rig_wait(1000000);
	rig_udp(RIG_PEER, 4000, 4001, "hello", 5);
	rig_settle();
	assert_non_null(rig_out());
}

// --- bad packets
// ------------------------------------------------------------------------------------

static void test_bad_ip(void **state)
{
	static const struct rig_ip4 good = { .src = RIG_PEER, .dst = RIG_ENGINE, .protocol = 17 };
	struct rig_ip4 ip;
	uint8_t frame[RIG_FRAME];
	size_t n;

	(void)state;
	ip = good;
	ip.bad = 1;
	rig_ip4(&ip, "12345678", 8);
	ip = good;
	ip.dst = "10.0.0.99";
	rig_ip4(&ip, "12345678", 8);
	ip.dst = "10.0.0.255";
	rig_ip4(&ip, "12345678", 8);
	ip.dst = "255.255.255.255";
	rig_ip4(&ip, "12345678", 8);
	ip = good;
	ip.src = "127.0.0.1";
	rig_ip4(&ip, "12345678", 8);
	ip.src = RIG_ENGINE;
	rig_ip4(&ip, "12345678", 8);
	ip.src = "224.0.0.1";
	rig_ip4(&ip, "12345678", 8);
	n = rig_ip4_make(frame, &good, "12345678", 8);
	rig_frame(0, frame, n - 1); // cut short
	rig_frame(0, frame, ETH + 19);
	rig_frame(0, frame, ETH - 1);
	frame[ETH] = 0x65;
	rig_frame(0, frame, n);
	frame[ETH] = 0x44;
	rig_frame(0, frame, n);
	frame[ETH] = 0x4f;
	rig_frame(0, frame, n);
	rig_settle();
	rig_drops(IP_CHECKSUM, 1);
	rig_drops(IP_NOT_OURS, 1);
	rig_drops(IP_BROADCAST, 2);
	rig_drops(IP_SOURCE, 3);
	rig_drops(IP_CUT, 1);
	rig_drops(IP_SHORT, 1);
	rig_drops(ETH_SHORT, 1);
	rig_drops(IP_VERSION, 1);
	rig_drops(IP_HEADER_LENGTH, 2);
	assert_null(rig_out());
}

static void test_ip_options(void **state)
{
	static const struct {
		uint8_t bytes[8];
		unsigned n;
		bool good;
	} rows[] = {
		{ { 1, 1, 1, 0 }, 4, true },
		{ { 0x94, 4, 0, 0 }, 4, true },             // router alert
		{ { 0x44, 8, 5, 0, 0, 0, 0, 0 }, 8, true }, // timestamp
		{ { 0, 0xff, 0xff, 0xff }, 4, true },       // behind the end
		{ { 0x44, 0, 0, 0 }, 4, false },
		{ { 0x44, 1, 0, 0 }, 4, false },
		{ { 0x44, 5, 0, 0 }, 4, false },
		{ { 1, 1, 1, 0x44 }, 4, false },
		{ { 0x83, 4, 4, 0 }, 4, false }, // loose source route
		{ { 0x89, 4, 4, 0 }, 4, false },
	};
	unsigned bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rig_ip4 ip = {
			.src = RIG_PEER, .dst = RIG_ENGINE, .protocol = IPPROTO_ICMP
		};
		uint8_t icmp[8] = { 8, 0, 0xf7, 0xff };

		memcpy(ip.options, rows[i].bytes, rows[i].n);
		ip.noptions = rows[i].n;
		rig_ip4(&ip, icmp, sizeof(icmp));
		rig_settle();
		bad += !rows[i].good;
		rig_drops(IP_OPTION, bad);
		assert_int_equal(rig_out() != NULL, rows[i].good);
	}
}

static void test_bad_transport(void **state)
{
	struct rig_ip4 ip = { .src = RIG_PEER, .dst = RIG_ENGINE, .protocol = IPPROTO_UDP };
	uint8_t l4[100];
	size_t n = rig_udp_make(l4, RIG_PEER, RIG_ENGINE, 5060, 5060, "OPTIONS ", 8);

	(void)state;
	rig_ip4(&ip, l4, 7);
	l4[5]++; // longer than there is
	rig_ip4(&ip, l4, n);
	l4[5] = 7;
	rig_ip4(&ip, l4, n);
	l4[5] = (uint8_t)n;
	l4[10] ^= 1;
	rig_ip4(&ip, l4, n);
	ip.protocol = IPPROTO_TCP;
	rig_ip4(&ip, l4, n);
	ip.protocol = IPPROTO_ICMP;
	rig_ip4(&ip, l4, n);
	rig_ip4(&ip, l4, 3);
	rig_settle();
	rig_drops(UDP_MALFORMED, 3);
	rig_drops(UDP_CHECKSUM, 1);
	rig_drops(TCP_CHECKSUM, 1);
	rig_drops(ICMP_MALFORMED, 2);
	assert_null(rig_out());
}

static void test_padding_is_cut(void **state)
{
	uint8_t frame[RIG_FRAME] = { 0 };
	struct rig_ip4 ip = { .src = RIG_PEER, .dst = RIG_ENGINE, .protocol = IPPROTO_ICMP };
	uint8_t icmp[8] = { 8, 0, 0xf7, 0xff };

	(void)state;
	rig_ip4_make(frame, &ip, icmp, sizeof(icmp));
	rig_frame(0, frame, 60);
	rig_settle();
	assert_int_equal(rig_out()->n, ETH + IP + 8);
}

static void test_for_others(void **state)
{
	uint8_t frame[60] = { 2, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0, 2, 0x08, 0x00 };

	(void)state;
	rig_frame(0, frame, sizeof(frame)); // another station
	memcpy(frame, "\x01\x00\x5e\x00\x00\x01", 6);
	rig_frame(0, frame, sizeof(frame)); // a group
	memset(frame, 0xff, 6);
	memcpy(frame + 12, "\x86\xdd", 2);
	rig_frame(0, frame, sizeof(frame)); // IPv6
	rig_settle();
	rig_drops(ETH_OTHER, 2);
	rig_drops(ETH_TYPE, 1);
}

// --- fragments
// --------------------------------------------------------------------------------------

// An echo request of big_n bytes; pieces of it go out in any order.
static uint8_t big[65515];
static size_t big_n;

static void big_make_of(size_t n)
{
	uint16_t sum;

	memset(big, 0, sizeof(big));
	big_n = n;
	big[0] = 8;
	for (size_t i = 4; i < n; i++)
		big[i] = (uint8_t)(i * 31 >> 3);
	sum = (uint16_t)~rte_raw_cksum(big, n);
	memcpy(big + 2, &sum, 2);
}

static void big_make(void)
{
	big_make_of(3000);
}

static void piece(uint16_t id, size_t from, size_t n)
{
	struct rig_ip4 ip = {
		.src = RIG_PEER,
		.dst = RIG_ENGINE,
		.protocol = IPPROTO_ICMP,
		.id = id,
		.fragment = (uint16_t)(from / 8 | (from + n < big_n ? 0x2000 : 0)),
	};

	rig_ip4(&ip, big + from, n);
	rig_settle();
}

// The answer comes in fragments too, which together say what was asked.
static void expect_big_answer(void)
{
	static uint8_t whole[sizeof(big)];
	size_t total = 0;
	const struct rig_frame *frame;

	memset(whole, 0, sizeof(whole));
	while ((frame = rig_out()) != NULL) {
		const struct rte_ipv4_hdr *ip = (const struct rte_ipv4_hdr *)(frame->bytes + ETH);
		size_t at = (ntohs(ip->fragment_offset) & 0x1fff) * 8u;
		size_t n = ntohs(ip->total_length) - (size_t)IP;

		assert_int_equal(rte_raw_cksum(ip, IP), 0xffff);
		assert_true(at + n <= big_n);
		assert_int_equal((ntohs(ip->fragment_offset) & 0x2000) != 0, at + n < big_n);
		memcpy(whole + at, ip + 1, n);
		total += n;
	}
	assert_int_equal(total, big_n);
	assert_int_equal(rte_raw_cksum(whole, big_n), 0xffff);
	assert_memory_equal(whole + 4, big + 4, big_n - 4);
}

static void test_fragments(void **state)
{
	(void)state;
	big_make();
	piece(7, 0, 1480);
	piece(7, 1480, 1480);
	assert_null(rig_out());
	piece(7, 2960, 40);
	expect_big_answer();
	assert_int_equal(rig.worker->n.reassembled, 1);
	// In any other order, and two datagrams at a time.
	piece(8, 2960, 40);
	piece(9, 1480, 1480);
	piece(8, 0, 1480);
	piece(9, 2960, 40);
	piece(8, 1480, 1480);
	expect_big_answer();
	piece(9, 0, 1480);
	expect_big_answer();
	assert_int_equal(rig.worker->n.reassembled, 3);
}

// The largest datagram IPv4 can carry, both ways, the last piece first.
static void test_fragments_largest(void **state)
{
	enum { STEP = 1480 };

	(void)state;
	ping(RIG_PEER, 8); // only a few packets wait for an address to be known
	assert_non_null(rig_out());
	big_make_of(sizeof(big));
	for (size_t at = big_n / STEP * STEP;; at -= STEP) {
		piece(9, at, big_n - at < STEP ? big_n - at : STEP);
		if (at == 0)
			break;
	}
	expect_big_answer();
	assert_int_equal(rig.worker->n.fragments_in, 45);
	assert_int_equal(rig.worker->n.fragments_out, 45);
}

static void test_fragments_overlap(void **state)
{
	(void)state;
	big_make();
	piece(7, 0, 1480);
	piece(7, 1400, 1560); // over the first
	piece(7, 2960, 40);
	assert_null(rig_out()); // never put together wrongly
	rig_drops(FRAGMENT_OVERLAP, 1);
	rig_drops(FRAGMENT_SPOILED, 1);
	assert_int_equal(rig.worker->n.echo_replies, 0);
	rig_wait(REASSEMBLY_TIMEOUT_US + 2 * FRAG_SWEEP_US);
	assert_int_equal(rte_mempool_in_use_count(rig.dp->pool), 0);
}

static void test_fragment_missing(void **state)
{
	(void)state;
	big_make();
	for (uint16_t id = 1; id <= 200; id++) // more than the table holds
		piece(id, 0, 1480);
	assert_int_equal(rte_mempool_in_use_count(rig.dp->pool), 0); // memory of its own
	assert_int_equal(rig.worker->pieces.used, 16); // a source has a quarter of the places
	rig_wait(REASSEMBLY_TIMEOUT_US + 2 * FRAG_SWEEP_US);
	rig_drops(FRAGMENT_EVICTED, 200 - 16);
	rig_drops(FRAGMENT_MISSING, 16);
	piece(500, 0, 1480);
	piece(500, 1480, 1480);
	piece(500, 2960, 40);
	expect_big_answer();
}

static void test_fragments_malformed(void **state)
{
	struct rig_ip4 ip = { .src = RIG_PEER, .dst = RIG_ENGINE, .protocol = 1, .id = 3 };

	(void)state;
	big_make();
	ip.fragment = 0x2000;
	rig_ip4(&ip, big, 13); // not a multiple of eight
	rig_ip4(&ip, big, 0);
	ip.fragment = 0x1fff; // ends beyond 64 KiB
	rig_ip4(&ip, big, 100);
	rig_settle();
	rig_drops(FRAGMENT_BAD, 3);
	assert_int_equal(rte_mempool_in_use_count(rig.dp->pool), 0);
}

// --- what ports can do
// ------------------------------------------------------------------------------

// A port that fills in checksums gets the sum over the pseudo header and is told where all lies.
static void test_checksums_out_by_the_port(void **state)
{
	static const char options[] = "OPTIONS sip:a@10.0.0.1 SIP/2.0\r\n"
				      "Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK1\r\n"
				      "From: <sip:a@b>;tag=1\r\nTo: <sip:a@10.0.0.1>\r\n"
				      "Call-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";
	const struct rig_frame *frame;
	const struct rte_ipv4_hdr *ip;
	const struct rte_udp_hdr *udp;

	(void)state;
	rig.dp->ports[0].tx_checksums = true;
	rig_udp(RIG_PEER, 5060, 5060, options, strlen(options));
	rig_settle();
	frame = rig_out();
	assert_non_null(frame);
	ip = (const struct rte_ipv4_hdr *)(frame->bytes + ETH);
	udp = (const struct rte_udp_hdr *)(ip + 1);
	assert_true(frame->flags ==
		    (RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_UDP_CKSUM));
	assert_int_equal(frame->l2, ETH);
	assert_int_equal(frame->l3, IP);
	assert_int_equal(ip->hdr_checksum, 0);
	assert_int_equal(udp->dgram_cksum, rte_ipv4_phdr_cksum(ip, frame->flags));
	// ICMP's the port knows nothing of.
	ping(RIG_PEER, 64);
	frame = rig_out();
	assert_non_null(frame);
	assert_true(frame->flags == (RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM));
	assert_int_equal(rte_raw_cksum(frame->bytes + ETH + IP, frame->n - ETH - IP), 0xffff);
}

// What a port found good is not looked at again; what it found bad is, for it may be wrong.
static void test_checksums_in_by_the_port(void **state)
{
	struct rig_ip4 ip = { .src = RIG_PEER, .dst = RIG_ENGINE, .protocol = IPPROTO_UDP };
	uint8_t l4[64];
	size_t n = rig_udp_make(l4, RIG_PEER, RIG_ENGINE, 5060, 5060, "\r\n\r\n", 4);

	(void)state;
	l4[6] ^= 1;
	ip.bad = 1;
	rig.found = RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	rig_ip4(&ip, l4, n);
	rig_settle();
	assert_int_equal(rig.worker->n.datagrams_in, 1);
	rig.found = RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_BAD;
	rig_ip4(&ip, l4, n);
	rig_settle();
	rig_drops(UDP_CHECKSUM, 1);
	rig.found = RTE_MBUF_F_RX_IP_CKSUM_BAD | RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	rig_ip4(&ip, l4, n);
	rig_settle();
	rig_drops(IP_CHECKSUM, 1);
	l4[6] ^= 1;
	ip.bad = 0;
	rig.found = RTE_MBUF_F_RX_IP_CKSUM_BAD | RTE_MBUF_F_RX_L4_CKSUM_BAD;
	rig_ip4(&ip, l4, n);
	rig_settle();
	assert_int_equal(rig.worker->n.datagrams_in, 2);
}

// --- configuration
// ----------------------------------------------------------------------------------

static void test_more_interfaces_than_ports(void **state)
{
	struct dataplane_port port;

	(void)state;
	assert_int_equal(dataplane_ports(rig.dp), 3);
	dataplane_port(rig.dp, 0, &port);
	assert_true(port.up);
	assert_string_equal(port.name, "FastEthernet0/0");
	assert_int_equal(port.mtu, 1500);
	assert_false(port.checksum_offload);
	dataplane_port(rig.dp, 2, &port);
	assert_false(port.up);
	assert_string_equal(port.name, "FastEthernet1/0");
	assert_int_equal(dataplane_routes_left_out(rig.dp), 1);
	ping(RIG_PEER, 64);
	assert_non_null(rig_out());
}

// The interface's MTU, smaller than its port's, is what packets leave with.
static void test_interface_mtu(void **state)
{
	const struct rig_frame *frame;
	struct dataplane_port port;

	(void)state;
	dataplane_port(rig.dp, 0, &port);
	assert_int_equal(port.mtu, 1300);
	ping(RIG_PEER, 1400);
	for (int i = 0; i < 2; i++) {
		frame = rig_out();
		assert_non_null(frame);
		assert_true(frame->n <= ETH + 1300);
	}
	assert_null(rig_out());
}

static int setup_mtu(void **state)
{
	(void)state;
	rig_config(&rig.config);
	rig.config.interfaces[0].mtu = 1300;
	rig_up();
	return 0;
}

static int setup_three(void **state)
{
	(void)state;
	rig_config(&rig.config);
	rig.config.interfaces[2] =
		(struct dataplane_interface){ "FastEthernet1/0", rig_ip("10.0.2.1"), 24, 0 };
	rig.config.ninterfaces = 3;
	rig.config.routes[1] =
		(struct dataplane_route){ rig_ip("172.16.0.0"), 12, rig_ip("10.0.2.9") };
	rig.config.nroutes = 2;
	rig_up();
	return 0;
}

static void test_too_large_for_the_memory(void **state)
{
	struct dataplane_config config;
	struct dataplane *dp = NULL;
	char error[200];

	(void)state;
	rig_config(&config);
	config.mbufs = 262143;
	assert_true(dataplane_init(&dp, &config, 1, error, sizeof(error)) < 0);
	assert_null(dp);
	assert_non_null(strstr(error, "262143 packet buffers"));
	assert_non_null(strstr(error, "MiB"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_arp_answers),
		TEST(test_arp_probe_is_answered_not_learned),
		TEST(test_arp_stranger_is_answered_not_learned),
		TEST(test_arp_refuses),
		TEST(test_arp_gives_up),
		TEST(test_arp_ages),
		cmocka_unit_test_setup_teardown(
			test_arp_table_is_bounded, setup_small_arp, teardown),
		cmocka_unit_test_setup_teardown(
			test_arp_keeps_who_is_used, setup_small_arp, teardown),
		cmocka_unit_test_setup_teardown(test_arp_asked_is_bounded, setup_flat, teardown),
		cmocka_unit_test_setup_teardown(
			test_arp_has_room_for_the_office, setup_flat, teardown),
		TEST(test_announces),
		TEST(test_echo),
		TEST(test_echo_from_afar),
		TEST(test_unreachable),
		TEST(test_unreachable_is_limited),
		TEST(test_bad_ip),
		TEST(test_ip_options),
		TEST(test_bad_transport),
		TEST(test_padding_is_cut),
		TEST(test_for_others),
		TEST(test_fragments),
		TEST(test_fragments_largest),
		TEST(test_fragments_overlap),
		TEST(test_fragment_missing),
		TEST(test_fragments_malformed),
		TEST(test_checksums_out_by_the_port),
		TEST(test_checksums_in_by_the_port),
		cmocka_unit_test_setup_teardown(test_interface_mtu, setup_mtu, teardown),
		cmocka_unit_test_setup_teardown(
			test_more_interfaces_than_ports, setup_three, teardown),
		cmocka_unit_test(test_too_large_for_the_memory),
	};

	return cmocka_run_group_tests(tests, rig_group_setup, NULL);
}
