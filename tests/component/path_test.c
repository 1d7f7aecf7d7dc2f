// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Routers that cannot pass on what the engine sends: "fragmentation needed" (RFC 1191), true and
// forged.
#include "tests/component/rig.h"

#include <netinet/in.h>

#include <rte_ip.h>
#include <rte_tcp.h>

#include "sccp/sccp.h"

enum { ETH = 14, IP = 20, ROUTER_MTU = 200 };

static handle_t engine_conn;

// A phone whose answers get lost, and a long message to it under way.
static int setup(void **state)
{
	static struct command command;

	(void)state;
	rig_config(&rig.config);
	rig_up();
	rig_connect(40000, 2000);
	engine_conn = rig_event(EVENT_CONN_OPENED)->handle;
	rig.tcp_off = true;
	command = (struct command){ .type = COMMAND_SCCP, .handle = engine_conn };
	assert_true(sccp_msg_init(&command.sccp, SCCP_SOFT_KEY_TEMPLATE_RES));
	command.sccp.soft_key_template_res.total = 32;
	command.sccp.soft_key_template_res.count = 32;
	rig_command(&command);
	assert_true(rig.tcp_frame.n > ETH + ROUTER_MTU);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_event(EVENT_CONN_CLOSED);
	rig_down();
	return 0;
}

// What a router quotes: the IP header and eight bytes.
struct quote {
	struct rte_ipv4_hdr ip;
	uint8_t tcp[8];
} __attribute__((packed));

static struct quote quote_good(void)
{
	struct quote quote;

	memcpy(&quote, rig.tcp_frame.bytes + ETH, sizeof(quote));
	return quote;
}

static void router_says(const struct quote *quote, uint16_t mtu)
{
	struct rig_ip4 ip = { .src = "10.0.0.254", .dst = RIG_ENGINE, .protocol = IPPROTO_ICMP };
	uint8_t icmp[8 + sizeof(*quote)] = { 3, 4 };
	uint16_t sum;

	icmp[6] = (uint8_t)(mtu >> 8);
	icmp[7] = (uint8_t)mtu;
	memcpy(icmp + 8, quote, sizeof(*quote));
	sum = (uint16_t)~rte_raw_cksum(icmp, sizeof(icmp));
	memcpy(icmp + 2, &sum, 2);
	rig_ip4(&ip, icmp, sizeof(icmp));
	rig_settle();
}

static uint16_t mss(void)
{
	struct tcp_info info;

	assert_int_equal(tcp_info(rig.worker->tcp, engine_conn, &info), 0);
	return info.mss;
}

static void end(void)
{
	tcp_abort(rig.worker->tcp, engine_conn);
	rig_settle();
}

static void test_segments_are_not_to_be_cut(void **state)
{
	const struct quote quote = quote_good();

	(void)state;
	assert_int_equal(ntohs(quote.ip.fragment_offset), RTE_IPV4_HDR_DF_FLAG);
	end();
}

static void test_segments_become_smaller(void **state)
{
	const struct quote quote = quote_good();

	(void)state;
	router_says(&quote, ROUTER_MTU);
	assert_true(mss() <= ROUTER_MTU - IP - 20);
	// It went again at once, in pieces that pass.
	assert_true(rig.tcp_frame.n <= ETH + ROUTER_MTU);
	assert_int_equal(tcp_counters(rig.worker->tcp)->path_mtu_lowered, 1);
	rig_drops(ICMP_QUOTE, 0);
	end();
}

static void test_forgeries_change_nothing(void **state)
{
	const struct quote good = quote_good();
	const uint16_t before = mss();
	struct quote quote = good;

	(void)state;
	quote.ip.dst_addr = rig_ip("10.0.0.77"); // no such connection
	router_says(&quote, ROUTER_MTU);
	quote = good;
	quote.tcp[4] ^= 0x40; // nothing under way there
	router_says(&quote, ROUTER_MTU);
	assert_int_equal(tcp_counters(rig.worker->tcp)->path_mtu_refused, 2);
	rig_drops(ICMP_QUOTE, 0);
	quote = good;
	quote.ip.src_addr = rig_ip("10.0.0.3"); // not of ours
	router_says(&quote, ROUTER_MTU);
	quote = good;
	quote.ip.next_proto_id = IPPROTO_UDP;
	router_says(&quote, ROUTER_MTU);
	quote = good;
	quote.ip.fragment_offset = 0; // it could have been cut
	router_says(&quote, ROUTER_MTU);
	quote = good;
	quote.ip.version_ihl = 0x4f; // a header longer than the quote
	router_says(&quote, ROUTER_MTU);
	router_says(&good, 1500); // would have passed
	rig_drops(ICMP_QUOTE, 5);
	assert_int_equal(mss(), before);
	end();
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_segments_are_not_to_be_cut),
		TEST(test_segments_become_smaller),
		TEST(test_forgeries_change_nothing),
	};

	return cmocka_run_group_tests(tests, rig_group_setup, NULL);
}
