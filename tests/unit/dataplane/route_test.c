// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dataplane/port.h"
#include "dataplane/route.h"

static uint32_t ip(const char *text)
{
	return inet_addr(text);
}

// Two ports that are up and one that is not.
static void ports_make(struct port *to)
{
	static const char *const addrs[] = { "10.0.0.1", "10.0.1.1", "10.0.2.1" };

	for (int i = 0; i < 3; i++)
		to[i] = (struct port){ .up = i < 2, .addr = ip(addrs[i]), .mask = prefix_mask(24) };
}

static void expect(const struct routes *routes, const char *dst, unsigned port, const char *next)
{
	struct hop hop;

	assert_true(route_find(routes, ip(dst), &hop));
	assert_int_equal(hop.port, port);
	assert_int_equal(hop.addr, ip(next));
}

static void test_masks(void **state)
{
	(void)state;
	assert_int_equal(prefix_mask(0), 0);
	assert_int_equal(prefix_mask(1), htonl(0x80000000));
	assert_int_equal(prefix_mask(24), htonl(0xffffff00));
	assert_int_equal(prefix_mask(32), 0xffffffff);
	assert_int_equal(prefix_mask(200), 0xffffffff);
}

static void test_longest_prefix(void **state)
{
	const struct dataplane_route list[] = {
		{ ip("0.0.0.0"), 0, ip("10.0.0.254") },
		{ ip("172.16.0.0"), 12, ip("10.0.1.9") },
		{ ip("172.16.5.0"), 24, ip("10.0.0.9") },
	};
	struct routes routes;
	struct port p[3];

	(void)state;
	ports_make(p);
	assert_int_equal(routes_build(&routes, p, 3, list, 3), 0);
	expect(&routes, "10.0.0.77", 0, "10.0.0.77");
	expect(&routes, "10.0.1.77", 1, "10.0.1.77");
	expect(&routes, "172.16.4.1", 1, "10.0.1.9");
	expect(&routes, "172.16.5.1", 0, "10.0.0.9");
	expect(&routes, "8.8.8.8", 0, "10.0.0.254");
	// The subnet of a port that is down is reached like any other.
	expect(&routes, "10.0.2.5", 0, "10.0.0.254");
}

// A floating route waits behind the nearer one, wherever it stands, and serves where that one
// cannot.
static void test_distance(void **state)
{
	const struct dataplane_route list[] = {
		{ ip("0.0.0.0"), 0, ip("10.0.0.50"), 250 }, { ip("0.0.0.0"), 0, ip("10.0.0.2"), 1 },
		{ ip("0.0.0.0"), 0, ip("10.0.0.3"), 1 },  // as near, but later
		{ ip("20.0.0.0"), 8, ip("10.0.2.9"), 1 }, // on a port that is down
		{ ip("20.0.0.0"), 8, ip("10.0.1.9"), 200 },
		{ ip("20.1.0.0"), 16, ip("10.0.0.4"), 255 }, // far, but longer
	};
	struct routes routes;
	struct port p[3];

	(void)state;
	ports_make(p);
	assert_int_equal(routes_build(&routes, p, 3, list, 6), 1);
	expect(&routes, "8.8.8.8", 0, "10.0.0.2");
	expect(&routes, "20.2.0.1", 1, "10.0.1.9");
	expect(&routes, "20.1.0.1", 0, "10.0.0.4");
}

static void test_gateway_must_be_near(void **state)
{
	const struct dataplane_route list[] = {
		{ ip("0.0.0.0"), 0, ip("192.168.1.1") },
		{ ip("172.16.0.0"), 12, ip("10.0.2.9") }, // on a port that is down
	};
	struct routes routes;
	struct port p[3];
	struct hop hop;

	(void)state;
	ports_make(p);
	assert_int_equal(routes_build(&routes, p, 3, list, 2), 2);
	assert_false(route_find(&routes, ip("8.8.8.8"), &hop));
	assert_false(route_find(&routes, ip("172.16.0.1"), &hop));
}

static void test_full(void **state)
{
	struct dataplane_route list[DATAPLANE_ROUTES_MAX];
	struct routes routes;
	struct port p[3];

	(void)state;
	ports_make(p);
	for (uint32_t i = 0; i < DATAPLANE_ROUTES_MAX; i++)
		list[i] = (struct dataplane_route){ htonl(0x14000000 + (i << 8)), 24,
			ip("10.0.0.9") };
	assert_int_equal(routes_build(&routes, p, 3, list, DATAPLANE_ROUTES_MAX), 0);
	expect(&routes, "20.0.63.1", 0, "10.0.0.9");
	expect(&routes, "20.0.0.1", 0, "10.0.0.9");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_masks),
		cmocka_unit_test(test_longest_prefix),
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_gateway_must_be_near),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
