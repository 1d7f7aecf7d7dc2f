// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The long waits for signs of life, of each phone and each conn. They lie in a wheel that one timer of
// libosmocore turns: that library keeps its timers in one tree, where a hundred thousand would be in the
// way of those of the calls.
#include <osmocom/core/timer.h>

#include "control/phone/internal.h"

enum { WAITS_PER_TURN = 256 }; // before events get their chance again

static struct phone *phone_waiting(struct wheel_node *node)
{
	return (struct phone *)((char *)node - offsetof(struct phone, patience));
}

static struct station *station_waiting(struct wheel_node *node)
{
	return (struct station *)((char *)node - offsetof(struct station, patience));
}

// Sets the timer for what comes first, or for sooner than that.
static void timer_set(struct engine *engine, uint64_t due_us)
{
	uint64_t now_us = engine_now_us();
	uint64_t wait_us = due_us > now_us ? due_us - now_us : 0;

	engine->patience_us = due_us;
	osmo_timer_schedule(&engine->patience_timer, (int)(wait_us / 1000000),
		(int)(wait_us % 1000000));
}

static void expired(void *data)
{
	struct engine *engine = data;
	uint64_t now_us = engine_now_us();
	struct wheel_node *node;

	for (int i = 0; i < WAITS_PER_TURN; i++) {
		node = wheel_expire(&engine->patience, now_us);
		if (node == NULL)
			break;
		if (node->kind == PATIENCE_PHONE)
			station_fsm_expired(phone_waiting(node), now_us);
		else
			station_abort(station_waiting(node), true);
	}
	engine->patience_us = wheel_next_us(&engine->patience);
	if (engine->patience_us != UINT64_MAX)
		timer_set(engine, engine->patience_us);
	engine_turn(engine);
}

void patience_init(struct engine *engine)
{
	wheel_init(&engine->patience, engine_now_us());
	engine->patience_us = UINT64_MAX;
	osmo_timer_setup(&engine->patience_timer, expired, engine);
}

void patience_fini(struct engine *engine)
{
	osmo_timer_del(&engine->patience_timer);
}

void patience_until(struct engine *engine, struct wheel_node *node, uint64_t due_us)
{
	// Whole seconds are waited for: rather a tick too short than one too long.
	due_us -= WHEEL_TICK_US;
	wheel_arm(&engine->patience, node, due_us);
	if (due_us < engine->patience_us)
		timer_set(engine, due_us);
}

void patience_begin(
	struct engine *engine, struct wheel_node *node, enum patience_kind kind, uint64_t seconds)
{
	node->kind = kind;
	patience_until(engine, node, engine_now_us() + seconds * 1000000);
}

void patience_end(struct engine *engine, struct wheel_node *node)
{
	wheel_cancel(&engine->patience, node);
}
