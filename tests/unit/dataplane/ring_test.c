// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "dataplane/handoff/ring.h"

enum { MESSAGES = 10000, BODY_MAX = 1500 };

// A message whose size and contents follow from its number.
static void event_make(struct event *event, uint32_t number)
{
	uint32_t body = number * 7919 % BODY_MAX;

	*event = (struct event){ .type = EVENT_SCCP, .handle = number, .time_us = number };
	event->sccp.id = number;
	event->sccp.size = (uint16_t)body;
	memset((uint8_t *)&event->sccp + offsetof(struct sccp_msg, register_req), (int)number,
		body);
}

static void event_check(const struct event *event, uint32_t number)
{
	struct event expected;

	event_make(&expected, number);
	expected.seq = number;
	assert_int_equal(event_size(event), event_size(&expected));
	assert_memory_equal(event, &expected, event_size(&expected));
}

// The smallest ring there is: room for four of the largest messages.
static void test_smallest(void **state)
{
	struct ring ring;
	static struct event event;

	(void)state;
	assert_int_equal(ring_init_events(&ring, 0, -1), 0);
	assert_true(ring_credit(&ring) >= 4);
	assert_int_equal(ring_free(&ring), ring.size);
	event_make(&event, 1);
	event.sccp.size = (uint16_t)(sizeof(event.sccp) - offsetof(struct sccp_msg, register_req));
	while (ring_push_event(&ring, &event))
		;
	assert_int_equal(ring_credit(&ring), 0);
	assert_int_equal(ring.refused, 1);
	assert_true(ring.pushed >= 4);
	ring_wake(&ring);
	assert_int_equal(ring.high_water, ring_used(&ring));
	ring_fini(&ring);
}

static void test_credit_is_a_promise(void **state)
{
	struct ring ring;
	static struct event event;

	(void)state;
	assert_int_equal(ring_init_events(&ring, 0, -1), 0);
	event = (struct event){ .type = EVENT_SCCP };
	event.sccp.size = UINT16_MAX; // clamped to what there is
	for (uint32_t credit = ring_credit(&ring); credit > 0; credit = ring_credit(&ring))
		assert_true(ring_push_event(&ring, &event));
	ring_fini(&ring);
}

static void test_refused_push_changes_nothing(void **state)
{
	struct ring ring;
	static struct event event;
	uint32_t pushed = 0;

	(void)state;
	assert_int_equal(ring_init_events(&ring, 0, -1), 0);
	for (event_make(&event, 0); ring_push_event(&ring, &event); event_make(&event, pushed))
		pushed++;
	assert_int_equal(ring.pushed, pushed);
	for (uint32_t i = 0; i < pushed; i++) {
		assert_true(ring_pop_event(&ring, &event));
		event_check(&event, i);
	}
	assert_false(ring_pop_event(&ring, &event));
	assert_int_equal(ring.gaps, 0);
	assert_int_equal(ring_used(&ring), 0);
	ring_fini(&ring);
}

// The reader stands still, then takes a few, in turn: all come through in order, wrapped around the
// end of the ring at every possible cell.
static void test_stopped_reader(void **state)
{
	struct ring ring;
	static struct event event;
	uint32_t in = 0;
	uint32_t out = 0;

	(void)state;
	assert_int_equal(ring_init_events(&ring, 0, -1), 0);
	while (out < MESSAGES) {
		for (event_make(&event, in); in < MESSAGES && ring_credit(&ring) > 0;
			event_make(&event, in)) {
			assert_true(ring_push_event(&ring, &event));
			in++;
		}
		for (int i = 0; i < 3 && ring_pop_event(&ring, &event); i++)
			event_check(&event, out++);
	}
	assert_int_equal(ring.gaps, 0);
	assert_int_equal(ring.refused, 0);
	ring_fini(&ring);
}

static void test_gap_is_seen(void **state)
{
	struct ring ring;
	struct command command = { .type = COMMAND_SESSION_BYE };

	(void)state;
	assert_int_equal(ring_init_commands(&ring, 0, -1), 0);
	assert_true(ring_push_command(&ring, &command));
	ring.next_seq++;
	assert_true(ring_push_command(&ring, &command));
	assert_true(ring_pop_command(&ring, &command));
	assert_int_equal(ring.gaps, 0);
	assert_true(ring_pop_command(&ring, &command));
	assert_int_equal(ring.gaps, 1);
	ring_fini(&ring);
}

// Messages of any kind, given in two parts, of every length up to the largest; each comes out whole
// however it wraps around the end.
static void test_two_parts(void **state)
{
	enum { HEAD_BYTES = 12, MAX = 300 };
	uint8_t head[HEAD_BYTES], body[MAX], out[MAX];
	struct ring ring;

	(void)state;
	assert_int_equal(ring_init(&ring, 0, MAX, -1), 0);
	assert_true(ring_credit(&ring) >= 4);
	assert_int_equal(ring_pop(&ring, out), 0);
	for (size_t n = 0; n <= MAX - HEAD_BYTES; n++) {
		uint32_t used = ring_used(&ring);

		memset(head, (int)n, sizeof(head));
		memset(body, (int)(n + 1), sizeof(body));
		assert_true(ring_push(&ring, head, sizeof(head), body, n));
		assert_int_equal(ring_used(&ring) - used, ring_cells(sizeof(head) + n));
		assert_int_equal(ring_pop(&ring, out), sizeof(head) + n);
		assert_memory_equal(out, head, sizeof(head));
		assert_memory_equal(out + sizeof(head), body, n);
	}
	ring_fini(&ring);
}

static bool readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void test_wake(void **state)
{
	int fd = eventfd(0, EFD_NONBLOCK);
	struct ring ring;
	struct event event = { .type = EVENT_CONN_CLOSED };

	(void)state;
	assert_int_equal(ring_init_events(&ring, 0, fd), 0);
	// A reader that is awake costs no system call.
	assert_true(ring_push_event(&ring, &event));
	ring_wake(&ring);
	assert_false(readable(fd));
	// It may not sleep while something lies there.
	assert_false(ring_sleep(&ring));
	assert_true(ring_pop_event(&ring, &event));
	assert_true(ring_sleep(&ring));
	// Nothing pushed, nobody woken.
	ring_wake(&ring);
	assert_false(readable(fd));
	assert_true(ring_push_event(&ring, &event));
	assert_true(ring_push_event(&ring, &event));
	ring_wake(&ring);
	assert_true(readable(fd));
	assert_int_equal(ring.wakes, 1);
	ring_awake(&ring);
	assert_false(readable(fd));
	ring_fini(&ring);
	close(fd);
}

struct pair {
	struct ring ring;
	int fd;
};

static void *produce(void *arg)
{
	struct pair *pair = arg;
	static struct event event;

	for (uint32_t i = 0; i < MESSAGES; i++) {
		event_make(&event, i);
		while (ring_credit(&pair->ring) == 0)
			sched_yield();
		if (!ring_push_event(&pair->ring, &event))
			return (void *)1;
		ring_wake(&pair->ring);
	}
	return NULL;
}

// Two threads; the reader sleeps whenever it may. A lost wake-up would be waited for in vain.
static void test_two_threads(void **state)
{
	struct pair *pair = aligned_alloc(64, (sizeof(*pair) + 63) / 64 * 64);
	static struct event event;
	pthread_t thread;
	void *result;

	(void)state;
	pair->fd = eventfd(0, EFD_NONBLOCK);
	assert_int_equal(ring_init_events(&pair->ring, 0, pair->fd), 0);
	assert_int_equal(pthread_create(&thread, NULL, produce, pair), 0);
	for (uint32_t i = 0; i < MESSAGES;) {
		struct pollfd p = { .fd = pair->fd, .events = POLLIN };

		if (ring_pop_event(&pair->ring, &event)) {
			event_check(&event, i++);
			continue;
		}
		if (!ring_sleep(&pair->ring))
			continue;
		assert_int_equal(poll(&p, 1, 60000), 1);
		ring_awake(&pair->ring);
	}
	pthread_join(thread, &result);
	assert_null(result);
	assert_int_equal(pair->ring.gaps, 0);
	ring_fini(&pair->ring);
	close(pair->fd);
	free(pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_smallest),
		cmocka_unit_test(test_credit_is_a_promise),
		cmocka_unit_test(test_refused_push_changes_nothing),
		cmocka_unit_test(test_stopped_reader),
		cmocka_unit_test(test_gap_is_seen),
		cmocka_unit_test(test_two_parts),
		cmocka_unit_test(test_wake),
		cmocka_unit_test(test_two_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
