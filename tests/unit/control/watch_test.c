// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Workers that stand still, and what the operator sees of the packet engine.
#include "tests/unit/control/operator.h"

#include <stdio.h>
#include <string.h>

#include "control/watch.h"

static void test_goes_on(void **state)
{
	struct watch watch = { .n = 1 };

	(void)state;
	assert_int_equal(watch_passed(&watch, 5000000), 0);
	for (uint64_t turns = 1; turns < 100; turns++) {
		uint64_t passed = watch_passed(&watch, 5000000 + turns * WATCH_PERIOD_US);

		assert_int_equal(passed, WATCH_PERIOD_US);
		assert_int_equal(watch_look(&watch.workers[0], turns, "x", passed), WATCH_NOTHING);
	}
	assert_int_equal(watch.workers[0].stalls, 0);
}

static void test_stands_still(void **state)
{
	struct watch_worker worker = { 0 };
	const unsigned looks = WATCH_STALL_US / WATCH_PERIOD_US;

	(void)state;
	assert_int_equal(watch_look(&worker, 7, "timers", WATCH_PERIOD_US), WATCH_NOTHING);
	for (unsigned i = 1; i < looks; i++)
		assert_int_equal(watch_look(&worker, 7, "timers", WATCH_PERIOD_US), WATCH_NOTHING);
	assert_int_equal(watch_look(&worker, 7, "timers", WATCH_PERIOD_US), WATCH_STALLED);
	// Told once.
	for (unsigned i = 0; i < looks; i++)
		assert_int_equal(watch_look(&worker, 7, "timers", WATCH_PERIOD_US), WATCH_NOTHING);
	assert_true(worker.stalled);
	assert_string_equal(worker.stage, "timers");
	assert_int_equal(worker.longest_us, 2 * WATCH_STALL_US);
	assert_int_equal(watch_look(&worker, 8, "timers", WATCH_PERIOD_US), WATCH_RECOVERED);
	assert_int_equal(watch_look(&worker, 9, "timers", WATCH_PERIOD_US), WATCH_NOTHING);
	assert_false(worker.stalled);
	assert_int_equal(worker.stalls, 1);
	assert_int_equal(worker.longest_us, 2 * WATCH_STALL_US);
}

// Control itself was away: that says nothing about a worker that nobody looked at.
static void test_control_was_away(void **state)
{
	struct watch watch = { .n = 1 };
	uint64_t passed;

	(void)state;
	watch_passed(&watch, 1000000);
	watch_look(&watch.workers[0], 5, "x", 0);
	passed = watch_passed(&watch, 60000000);
	assert_int_equal(watch_look(&watch.workers[0], 5, "x", passed), WATCH_NOTHING);
}

// --- load ----------------------------------------------------------------------------------------

static void test_load_of_a_worker(void **state)
{
	struct watch_worker worker = { 0 };

	(void)state;
	assert_int_equal(watch_load_of(&worker, 0, 0), LOAD_NORMAL);
	assert_int_equal(watch_load_of(&worker, 0, WATCH_BACKLOG - 1), LOAD_NORMAL);
	assert_int_equal(watch_load_of(&worker, 0, WATCH_BACKLOG), LOAD_NEAR);
	assert_int_equal(watch_load_of(&worker, 1, 900), LOAD_REACHED);
	assert_int_equal(watch_load_of(&worker, 1, 0), LOAD_REACHED);
	assert_int_equal(watch_load_of(&worker, 2, 0), LOAD_REACHED); // until a moment ago
	assert_int_equal(watch_load_of(&worker, 2, 0), LOAD_NORMAL);
	assert_int_equal(watch_load_of(&worker, 4, 0), LOAD_REACHED); // between two looks
	assert_int_equal(watch_load_of(&worker, 4, 0), LOAD_NORMAL);
}

// So many looks with this load; true when the last one, and none before, made it another one.
static bool looks(struct watch *watch, enum watch_load most, unsigned n)
{
	for (unsigned i = 1; i < n; i++) {
		if (watch_weigh(watch, most, WATCH_PERIOD_US))
			return false;
	}
	return watch_weigh(watch, most, WATCH_PERIOD_US);
}

static void test_load_changes(void **state)
{
	const unsigned near = WATCH_NEAR_US / WATCH_PERIOD_US;
	const unsigned calm = WATCH_CALM_US / WATCH_PERIOD_US;
	struct watch watch = { .n = 1 };

	(void)state;
	assert_false(looks(&watch, LOAD_NORMAL, 2 * calm));
	// A backlog that does not last.
	assert_false(looks(&watch, LOAD_NEAR, near - 1));
	assert_false(looks(&watch, LOAD_NORMAL, 1));
	assert_false(looks(&watch, LOAD_NEAR, near - 1));
	assert_true(looks(&watch, LOAD_NEAR, 1));
	assert_int_equal(watch.load, LOAD_NEAR);
	assert_false(looks(&watch, LOAD_NEAR, 2 * near)); // told once
	assert_true(looks(&watch, LOAD_REACHED, 1));
	assert_int_equal(watch.load, LOAD_REACHED);
	// Not over while it comes back, nor when it is near again.
	assert_false(looks(&watch, LOAD_NORMAL, calm - 1));
	assert_false(looks(&watch, LOAD_REACHED, 1));
	assert_false(looks(&watch, LOAD_NORMAL, calm - 1));
	assert_false(looks(&watch, LOAD_NEAR, 2 * near));
	assert_true(looks(&watch, LOAD_NORMAL, calm));
	assert_int_equal(watch.load, LOAD_NORMAL);
	assert_false(looks(&watch, LOAD_NORMAL, 2 * calm));
	// At once.
	assert_true(looks(&watch, LOAD_REACHED, 1));
}

// --- show
// -------------------------------------------------------------------------------------------

static unsigned two(const struct dataplane *dataplane)
{
	(void)dataplane;
	return 2;
}

static unsigned three_left_out(const struct dataplane *dataplane)
{
	(void)dataplane;
	return 3;
}

static bool stat_row(const struct dataplane *dataplane, unsigned worker, unsigned row,
	struct dataplane_stat *stat)
{
	static const struct dataplane_stat rows[] = {
		{ "port", "frames_in", "frames received", 100 },
		{ "relay", "packets_given", "given", 7 },
		{ "now", "busy_permille", "busy", 123 },
		{ "now", "dialogs", "dialogs", 40 },
		{ "now", "dialogs_max", "dialogs in all", 1000 },
		{ "now", "mbufs", "buffers", 0 },
	};

	(void)dataplane;
	if (row >= sizeof(rows) / sizeof(rows[0]))
		return false;
	*stat = rows[row];
	stat->value += stat->value > 0 ? worker : 0;
	return true;
}

static void port_row(const struct dataplane *dataplane, unsigned index, struct dataplane_port *port)
{
	(void)dataplane;
	*port = (struct dataplane_port){
		.name = index == 0 ? "FastEthernet0/0" : "FastEthernet0/1",
		.up = index == 0,
		.device = "net_x",
		.link = true,
		.mtu = 1500,
		.rx_queues = 2,
		.tx_queues = 1,
	};
}

static const struct shell_dataplane fake = { two, stat_row, two, port_row, three_left_out };

static struct watch watched = { .n = 2 };

static int shown_open(void **state)
{
	int status = operator_office_open(state);

	shell_setup_get()->ops = &fake;
	shell_setup_get()->watch = &watched;
	return status;
}

// The line of the text that begins with `start`.
static const char *line_of(const char *text, const char *start)
{
	static char line[256];
	const char *at = strstr(text, start);

	if (at == NULL)
		fail_msg("no '%s' in:\n%s", start, text);
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
	return line;
}

static void test_show(void **state)
{
	struct operator* op = operator_new(*state);
	unsigned worker, in, out, phones, conns, dialogs, given;
	double busy;

	operator_batch(op);
	memset(watched.workers, 0, sizeof(watched.workers));
	assert_true(operator_run(op, "show dataplane"));
	assert_string_equal(line_of(op->text, "FastEthernet0/0"),
		"FastEthernet0/0: net_x, link up, MTU 1500, queues 2 in 1 out, "
		"flows are sorted by the workers, checksums by the workers");
	assert_string_equal(line_of(op->text, "FastEthernet0/1"),
		"FastEthernet0/1: down, there is no port for it");
	assert_non_null(strstr(line_of(op->text, "routes left out"), ": 3"));
	assert_int_equal(sscanf(strstr(op->text, "\n     1 "), "%u %lf %u %u %u %u %u %u", &worker,
				 &busy, &in, &out, &phones, &conns, &dialogs, &given),
		8);
	assert_int_equal(worker, 1);
	assert_int_equal(busy * 10, 124);
	assert_int_equal(in, 101);
	assert_int_equal(dialogs, 41);
	assert_int_equal(given, 8);
	assert_null(strstr(op->text, "stands still"));
	assert_null(strstr(op->text, "  mbufs "));
	// A section has the numbers alone.
	assert_true(operator_run(op, "show dataplane relay"));
	assert_null(strstr(op->text, "FastEthernet"));
	assert_non_null(strstr(op->text, "packets_given"));
	assert_false(operator_run(op, "show dataplane rilay"));
	assert_string_equal(op->text, "% word 'rilay': there is no such section\n");
	operator_free(op);
}

static void test_show_stall(void **state)
{
	struct operator* op = operator_new(*state);

	operator_batch(op);
	watched.workers[1] = (struct watch_worker){
		.still_us = 2500000,
		.longest_us = 4000000,
		.stalls = 2,
		.stage = "timers",
		.stalled = true,
	};
	assert_true(operator_run(op, "show dataplane"));
	assert_string_equal(line_of(op->text, "worker 1 stands"),
		"worker 1 stands still since 2.5 s, last seen at: timers");
	assert_string_equal(line_of(op->text, "worker 1 stood"),
		"worker 1 stood still: times 2, longest 4.0 s");
	watched.workers[1].stalled = false;
	watched.load = LOAD_REACHED;
	assert_true(operator_run(op, "show dataplane"));
	assert_null(strstr(op->text, "stands still"));
	assert_non_null(strstr(op->text, "overload: new sessions are refused\n"));
	watched.load = LOAD_NORMAL;
	assert_true(operator_run(op, "show dataplane"));
	assert_null(strstr(op->text, "overload:"));
	operator_free(op);
}

// Memory of the packet engine is shown for all workers together.
static void test_show_memory(void **state)
{
	struct operator* op = operator_new(*state);
	unsigned in_use, in_all;

	operator_batch(op);
	assert_true(operator_run(op, "show memory"));
	assert_int_equal(
		sscanf(line_of(op->text, "SIP dialogs"), "SIP dialogs %u %u", &in_use, &in_all), 2);
	assert_int_equal(in_use, 40 + 41);
	assert_int_equal(in_all, 1000 + 1001);
	operator_free(op);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, shown_open, operator_office_close)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_goes_on),
		cmocka_unit_test(test_stands_still),
		cmocka_unit_test(test_control_was_away),
		cmocka_unit_test(test_load_of_a_worker),
		cmocka_unit_test(test_load_changes),
		T(test_show),
		T(test_show_stall),
		T(test_show_memory),
	};

	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
