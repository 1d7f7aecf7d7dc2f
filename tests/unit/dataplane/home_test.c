// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Which worker a flow and a message belong to, and what ports are told about it.
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <rte_ethdev.h>
#include <rte_thash.h>

#include "dataplane/home.h"
#include "dataplane/port.h"
#include "dataplane/sip/peek.h"

static const struct siphash_key key = { 11, 22 };

// --- flows
// ------------------------------------------------------------------------------------------

// The same as the library's, which is what ports compute.
static void test_hash_is_toeplitz(void **state)
{
	static struct home home;

	(void)state;
	home_init(&home, 4, &key);
	for (uint32_t i = 0; i < 1000; i++) {
		uint32_t src = 0x0a000002 + i * 77777, dst = 0x0a000001;
		uint16_t sport = (uint16_t)(i * 911), dport = 2000;
		uint32_t tuple[3] = { src, dst, (uint32_t)sport << 16 | dport };

		assert_int_equal(
			home_hash(&home, htonl(src), htonl(dst), htons(sport), htons(dport)),
			rte_softrss(tuple, 3, home.key));
	}
}

static void test_flows_are_spread(void **state)
{
	static struct home home;

	(void)state;
	for (unsigned workers = 1; workers <= HANDLE_WORKERS_MAX; workers++) {
		unsigned n[HANDLE_WORKERS_MAX] = { 0 };

		home_init(&home, workers, &key);
		for (uint32_t i = 0; i < 16000; i++) {
			unsigned at = home_of_flow(&home, htonl(0x0a000000 + i / 4), htonl(1),
				htons((uint16_t)(50000 + i % 4)), htons(2000));

			assert_true(at < workers);
			n[at]++;
		}
		for (unsigned i = 0; i < workers; i++)
			assert_in_range(n[i], 16000 / workers * 2 / 3, 16000 / workers * 3 / 2);
	}
}

static void test_names_are_spread(void **state)
{
	static struct home home;
	unsigned n[3] = { 0 };
	char name[32];

	(void)state;
	home_init(&home, 3, &key);
	for (unsigned i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "%u@proxy", i);
		n[home_of_name(&home, span_str(name))]++;
	}
	for (unsigned i = 0; i < 3; i++)
		assert_in_range(n[i], 900, 1100);
}

// --- ports
// ------------------------------------------------------------------------------------------

static const uint64_t all_rx = RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM |
			       RTE_ETH_RX_OFFLOAD_TCP_CKSUM | RTE_ETH_RX_OFFLOAD_VLAN_STRIP;
static const uint64_t all_tx =
	RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_CKSUM;

// A card that can do all that we use.
static struct rte_eth_dev_info card(void)
{
	return (struct rte_eth_dev_info){
		.max_rx_queues = 128,
		.max_tx_queues = 128,
		.rx_offload_capa = all_rx,
		.tx_offload_capa = all_tx,
		.flow_type_rss_offloads =
			RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_TCP | RTE_ETH_RSS_IPV6,
		.hash_key_size = 52,
		.reta_size = 512,
	};
}

static struct port planned(
	const struct rte_eth_dev_info *info, unsigned workers, struct rte_eth_conf *conf)
{
	static struct home home;
	struct port port = { 0 };

	home_init(&home, workers, &key);
	port_plan(&port, info, &home, conf);
	if (port.hashes)
		assert_memory_equal(conf->rx_adv_conf.rss_conf.rss_key, home.key,
			conf->rx_adv_conf.rss_conf.rss_key_len);
	return port;
}

static void test_port_that_hashes(void **state)
{
	struct rte_eth_dev_info info = card();
	struct rte_eth_conf conf;
	struct port port = planned(&info, 4, &conf);

	(void)state;
	assert_true(port.hashes);
	assert_int_equal(port.rx_queues, 4);
	assert_int_equal(port.tx_queues, 4);
	assert_int_equal(conf.rxmode.mq_mode, RTE_ETH_MQ_RX_RSS);
	assert_int_equal(conf.rx_adv_conf.rss_conf.rss_key_len, 52);
	assert_true(conf.rx_adv_conf.rss_conf.rss_hf ==
		    (RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_TCP));
	info.hash_key_size = 0; // it does not say
	planned(&info, 4, &conf);
	assert_int_equal(conf.rx_adv_conf.rss_conf.rss_key_len, 40);
	// One worker needs none of it.
	port = planned(&info, 1, &conf);
	assert_false(port.hashes);
	assert_int_equal(port.rx_queues, 1);
	assert_int_equal(conf.rxmode.mq_mode, RTE_ETH_MQ_RX_NONE);
}

// What cannot agree with our hash is not asked to.
static void test_port_that_hashes_otherwise(void **state)
{
	struct rte_eth_dev_info infos[5];
	struct rte_eth_conf conf;

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		infos[i] = card();
	infos[0].hash_key_size = 64;
	infos[1].reta_size = 0;
	infos[2].reta_size = 100;
	infos[3].flow_type_rss_offloads = RTE_ETH_RSS_IPV6;
	infos[4].max_rx_queues = 3;
	for (unsigned i = 0; i < 5; i++) {
		struct port port = planned(&infos[i], 4, &conf);

		assert_false(port.hashes);
		assert_int_equal(conf.rxmode.mq_mode, RTE_ETH_MQ_RX_NONE);
		assert_int_equal(port.rx_queues, i == 4 ? 3 : 4);
	}
}

// A port that spreads packets over its few queues by itself has all of them polled.
static void test_port_with_queues_of_its_own(void **state)
{
	struct rte_eth_dev_info info = { .max_rx_queues = 4, .max_tx_queues = 4 };
	struct rte_eth_conf conf;
	struct port port = planned(&info, 2, &conf);

	(void)state;
	assert_int_equal(port.rx_queues, 4);
	assert_int_equal(port.tx_queues, 2);
	info.max_rx_queues = info.max_tx_queues = 1;
	port = planned(&info, 3, &conf);
	assert_int_equal(port.rx_queues, 1);
	assert_int_equal(port.tx_queues, 1);
	info.max_rx_queues = info.max_tx_queues = 255; // as many as one likes
	port = planned(&info, 3, &conf);
	assert_int_equal(port.rx_queues, 3);
}

// All three checksums or none.
static void test_checksum_offload(void **state)
{
	struct rte_eth_dev_info info = card();
	struct rte_eth_conf conf;
	struct port port = planned(&info, 1, &conf);

	(void)state;
	assert_true(port.rx_checksums && port.tx_checksums);
	assert_true(conf.rxmode.offloads == (all_rx & ~RTE_ETH_RX_OFFLOAD_VLAN_STRIP));
	assert_true(conf.txmode.offloads == all_tx);
	info.rx_offload_capa &= ~RTE_ETH_RX_OFFLOAD_UDP_CKSUM;
	info.tx_offload_capa &= ~RTE_ETH_TX_OFFLOAD_IPV4_CKSUM;
	port = planned(&info, 1, &conf);
	assert_false(port.rx_checksums || port.tx_checksums);
	assert_true(conf.rxmode.offloads == 0 && conf.txmode.offloads == 0);
}

// --- messages
// ---------------------------------------------------------------------------------------

static char message[1024];

// `form` with the token in place of its "%s", not terminated.
static struct sip_peek peek(const char *form, const char *token)
{
	size_t before = (size_t)(strstr(form, "%s") - form);
	size_t n = strlen(token), rest = strlen(form) - before - 2;

	memset(message, 'x', sizeof(message));
	memcpy(message, form, before);
	memcpy(message + before, token, n);
	memcpy(message + before + n, form + before + 2, rest);
	return sip_peek(&key, span_of(message, before + n + rest));
}

static void test_peek_request(void **state)
{
	const handle_t h = handle_make(3, 9, 77);
	char tag[TOKEN_SIZE], branch[TOKEN_SIZE];
	static const char *const forms[] = {
		"INFO sip:a@b SIP/2.0\r\nVia: x\r\nTo: <sip:a@b>;tag=%s\r\nCall-ID: c\r\n\r\n",
		("INFO sip:a@b SIP/2.0\r\nCall-ID: c\r\n"
		 "t:\"Q;tag=no\" <sip:a@b;tag=1>;x;TAG=%s\r\n\r\n"),
		"INFO sip:a@b SIP/2.0\nTO \t:  <sip:a@b>;tag=%s;y=1\n\n",
		"INFO sip:a@b SIP/2.0\r\nTo: <sip:a@b>;tag=%s",
	};

	(void)state;
	token_write(&key, TOKEN_DIALOG, h, tag);
	token_write(&key, TOKEN_BRANCH, h, branch);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		assert_true(peek(forms[i], tag).owner == h);
	// Of another kind, cut, or with something behind it that belongs to it.
	assert_true(peek(forms[0], branch).owner == 0);
	tag[TOKEN_SIZE - 2] = '\0';
	assert_true(peek(forms[0], tag).owner == 0);
	assert_true(peek(forms[3], tag).owner == 0);
}

static void test_peek_call_id(void **state)
{
	static const char *const forms[] = {
		"INVITE sip:a@b SIP/2.0\r\nTo: <sip:a@b>\r\nCall-ID: 77@%s\r\n\r\n",
		"INVITE sip:a@b SIP/2.0\r\ni:77@%s \r\nTo: <sip:a@b>\r\n\r\n",
		"INVITE sip:a@b SIP/2.0\r\nTo: <sip:a@b>;tag=theirs\r\nCALL-ID : 77@%s",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct sip_peek found = peek(forms[i], "host");

		assert_true(found.owner == 0);
		assert_int_equal(found.call_id.n, strlen("77@host"));
	}
	// Nothing behind the head counts.
	assert_int_equal(peek("INVITE sip:a@b SIP/2.0\r\n\r\nCall-ID: %s\r\n", "x").call_id.n, 0);
	assert_int_equal(peek("%s", "").call_id.n, 0);
	assert_int_equal(peek("\r\n\r\n%s", "").call_id.n, 0);
}

static void test_peek_response(void **state)
{
	const handle_t h = handle_make(5, 1, 2);
	char branch[TOKEN_SIZE], tag[TOKEN_SIZE];
	static const char form[] = "SIP/2.0 200 OK\r\n"
				   "v: SIP/2.0/UDP a:1;branch=z9hG4bK%s;rport\r\n"
				   "Via: SIP/2.0/UDP b:1;branch=z9hG4bKx\r\nCall-ID: c\r\n\r\n";

	(void)state;
	token_write(&key, TOKEN_BRANCH, h, branch);
	token_write(&key, TOKEN_DIALOG, h, tag);
	assert_true(peek(form, branch).owner == h);
	assert_true(peek(form, tag).owner == 0);
	assert_true(peek(form, "other").owner == 0);
	assert_int_equal(peek(form, "other").call_id.n, 0);
}

// The beginning of a request of ours, cut anywhere: as soon as all of the branch is there.
static void test_peek_sent(void **state)
{
	const handle_t h = handle_make(2, 1, 3);
	char branch[TOKEN_SIZE], request[400];
	size_t whole;

	(void)state;
	token_write(&key, TOKEN_BRANCH, h, branch);
	snprintf(request, sizeof(request),
		"INFO sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP a:1;branch=z9hG4bK%s\r\n"
		"Via: SIP/2.0/UDP b:1;branch=z9hG4bKx\r\n",
		branch);
	whole = (size_t)(strstr(request, branch) - request) + strlen(branch);
	for (size_t n = 0; n <= strlen(request); n++)
		assert_true(sip_peek_sent(&key, span_of(request, n)) == (n < whole ? 0 : h));
	// Not when it stands below another's, as in a request of theirs.
	snprintf(request, sizeof(request),
		"INFO sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP b:1;branch=z9hG4bKx\r\n"
		"Via: SIP/2.0/UDP a:1;branch=z9hG4bK%s\r\n",
		branch);
	assert_true(sip_peek_sent(&key, span_str(request)) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hash_is_toeplitz),
		cmocka_unit_test(test_flows_are_spread),
		cmocka_unit_test(test_names_are_spread),
		cmocka_unit_test(test_port_that_hashes),
		cmocka_unit_test(test_port_that_hashes_otherwise),
		cmocka_unit_test(test_port_with_queues_of_its_own),
		cmocka_unit_test(test_checksum_offload),
		cmocka_unit_test(test_peek_request),
		cmocka_unit_test(test_peek_call_id),
		cmocka_unit_test(test_peek_response),
		cmocka_unit_test(test_peek_sent),
	};

	return cmocka_run_group_tests_name("home", tests, NULL, NULL);
}
