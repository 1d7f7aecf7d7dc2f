// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Commands to workers of which one takes none for a while.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/outbox.h"

enum { STUCK = 1, FREE = 2, TAKEN_MAX = 64 };

static struct {
	unsigned room[HANDLE_WORKERS_MAX]; // commands that its ring takes
	unsigned counts[HANDLE_WORKERS_MAX];
	struct {
		uint16_t type;
		handle_t handle;
		uint32_t number; // of messages missed, or the id of a Skinny message
	} taken[TAKEN_MAX];      // by the worker that was stuck, the last ones
	unsigned n;
} rings;

static struct outbox outbox;

static bool push(void *ctx, const struct command *command)
{
	unsigned worker = handle_owner(command->handle);

	(void)ctx;
	assert_int_equal(command->worker, worker);
	if (rings.room[worker] == 0)
		return false;
	rings.room[worker]--;
	rings.counts[worker]++;
	if (worker != STUCK)
		return true;
	rings.taken[rings.n % TAKEN_MAX].type = command->type;
	rings.taken[rings.n % TAKEN_MAX].handle = command->handle;
	rings.taken[rings.n % TAKEN_MAX].number = command->type == COMMAND_SESSION_MISSED
							  ? command->session_missed.messages
						  : command->type == COMMAND_SCCP ? command->sccp.id
										  : 0;
	rings.n++;
	return true;
}

static int setup(void **state)
{
	(void)state;
	memset(&rings, 0, sizeof(rings));
	for (unsigned i = 0; i < HANDLE_WORKERS_MAX; i++)
		rings.room[i] = i == STUCK ? 0 : UINT32_MAX;
	outbox_init(&outbox, push, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	outbox_fini(&outbox);
	return 0;
}

static handle_t conn(unsigned worker, uint32_t index)
{
	return handle_make((uint8_t)worker, 1, index);
}

static void say(enum command_type type, handle_t handle, uint16_t number)
{
	struct command command = { .type = (uint16_t)type, .handle = handle };

	if (type == COMMAND_SCCP)
		command.sccp.id = number;
	if (type == COMMAND_CSTA_EVENT)
		csta_msg_init(&command.csta_event, CSTA_MONITOR_STOP);
	outbox_send(&outbox, &command);
}

static void phone_messages(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		say(COMMAND_SCCP, conn(STUCK, 0), (uint16_t)i);
}

// All but the one that takes nothing get theirs at once, and only its events are left alone.
static void only_its_own_wait(void **state)
{
	(void)state;
	assert_int_equal(outbox_held(&outbox), 0);
	for (unsigned i = 0; i < 100; i++) {
		phone_messages(1);
		say(COMMAND_SCCP, conn(FREE, 0), 0);
		assert_int_equal(outbox_held(&outbox), 1u << STUCK);
	}
	assert_int_equal(rings.counts[FREE], 100);
	assert_int_equal(rings.counts[STUCK], 0);
	assert_int_equal(outbox.nwaiting[STUCK], 100);
	assert_false(outbox_flush(&outbox));
	// Some room: some go, in order, and what comes now stays behind the rest.
	rings.room[STUCK] = 10;
	assert_int_equal(outbox_held(&outbox), 1u << STUCK);
	rings.room[STUCK] = 1000;
	say(COMMAND_SCCP, conn(STUCK, 0), 100);
	assert_int_equal(rings.counts[STUCK], 10);
	assert_int_equal(outbox_held(&outbox), 0);
	assert_int_equal(rings.n, 101);
	for (unsigned i = 101 - TAKEN_MAX; i < 101; i++)
		assert_int_equal(rings.taken[i % TAKEN_MAX].number, i < 100 ? 0 : 100);
	assert_true(outbox_flush(&outbox));
}

static void order_is_kept(void **state)
{
	(void)state;
	phone_messages(50);
	rings.room[STUCK] = 1000;
	outbox_flush(&outbox);
	for (unsigned i = 0; i < 50; i++)
		assert_int_equal(rings.taken[i].number, i);
}

// Also what is deferred to the end of a turn has its bound.
static void the_others_go_on_beyond_the_bound(void **state)
{
	struct command command = { .type = COMMAND_SCCP };

	(void)state;
	phone_messages(OUTBOX_WAITING_MAX + 1000);
	assert_int_equal(outbox.nwaiting[STUCK], OUTBOX_WAITING_MAX);
	assert_int_equal(outbox.given_up[STUCK], 1000);
	command.handle = conn(STUCK, 0);
	outbox_defer(&outbox, &command);
	command.handle = conn(FREE, 0);
	outbox_defer(&outbox, &command);
	outbox_turn(&outbox);
	assert_int_equal(outbox.nwaiting[STUCK], OUTBOX_WAITING_MAX);
	assert_int_equal(outbox.given_up[STUCK], 1001);
	assert_int_equal(outbox_held(&outbox), 1u << STUCK);
	assert_int_equal(rings.counts[FREE], 1);
}

static void taken_is(unsigned at, enum command_type type, handle_t handle, uint32_t number)
{
	assert_int_equal(rings.taken[at].type, type);
	assert_true(rings.taken[at].handle == handle);
	assert_int_equal(rings.taken[at].number, number);
}

// Phones that missed messages are reset, clients that missed events are told, dialogs whose end was
// missed end: each once, after all that waited, and until then the worker's events are left alone.
static void what_was_given_up_is_made_up_for(void **state)
{
	(void)state;
	phone_messages(OUTBOX_WAITING_MAX);
	for (unsigned i = 0; i < 5; i++) {
		say(COMMAND_SCCP, conn(STUCK, 7), 1);
		say(COMMAND_CSTA_EVENT, conn(STUCK, 7), 0); // a dialog of the same name
		say(COMMAND_CSTA_EVENT, conn(STUCK, 9), 0);
	}
	say(COMMAND_CONN_CLOSE, conn(STUCK, 8), 0);
	say(COMMAND_SESSION_BYE, conn(STUCK, 9), 0);
	say(COMMAND_CSTA_RESPONSE, conn(STUCK, 10), 0); // who asked asks again
	assert_int_equal(outbox.given_up[STUCK], 18);
	rings.room[STUCK] = OUTBOX_WAITING_MAX + 1;
	assert_int_equal(outbox_held(&outbox), 1u << STUCK);
	rings.n = 0;
	say(COMMAND_SCCP, conn(STUCK, 0), 77);
	rings.room[STUCK] = 100;
	assert_int_equal(outbox_held(&outbox), 0);
	assert_int_equal(rings.n, 4);
	taken_is(0, COMMAND_SCCP, conn(STUCK, 0), 77);
	taken_is(1, COMMAND_SESSION_MISSED, conn(STUCK, 7), 5);
	taken_is(2, COMMAND_SESSION_BYE, conn(STUCK, 9), 0);
	taken_is(3, COMMAND_CONN_ABORT, conn(STUCK, 8), 0);
	assert_int_equal(outbox_held(&outbox), 0);
	assert_int_equal(rings.n, 4);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(only_its_own_wait),
		T(order_is_kept),
		T(the_others_go_on_beyond_the_bound),
		T(what_was_given_up_is_made_up_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
