// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/watch.h"

uint64_t watch_passed(struct watch *watch, uint64_t now_us)
{
	uint64_t passed_us = watch->looked_us == 0 ? 0 : now_us - watch->looked_us;

	watch->looked_us = now_us;
	return passed_us < 2 * WATCH_PERIOD_US ? passed_us : 2 * WATCH_PERIOD_US;
}

static enum watch_news moved(struct watch_worker *worker, uint64_t turns)
{
	bool was_stalled = worker->stalled;

	worker->turns = turns;
	worker->still_us = 0;
	worker->stalled = false;
	return was_stalled ? WATCH_RECOVERED : WATCH_NOTHING;
}

enum watch_news watch_look(
	struct watch_worker *worker, uint64_t turns, const char *stage, uint64_t passed_us)
{
	worker->stage = stage;
	if (turns != worker->turns)
		return moved(worker, turns);
	worker->still_us += passed_us;
	if (worker->still_us < WATCH_STALL_US)
		return WATCH_NOTHING;
	if (worker->still_us > worker->longest_us)
		worker->longest_us = worker->still_us;
	if (worker->stalled)
		return WATCH_NOTHING;
	worker->stalled = true;
	worker->stalls++;
	return WATCH_STALLED;
}

enum watch_load watch_load_of(struct watch_worker *worker, uint64_t sheds, uint32_t backlog)
{
	bool changed = worker->sheds != sheds;

	worker->sheds = sheds;
	if (changed || sheds % 2 != 0)
		return LOAD_REACHED;
	return backlog >= WATCH_BACKLOG ? LOAD_NEAR : LOAD_NORMAL;
}

static bool calms_down(struct watch *watch, uint64_t passed_us)
{
	watch->near_us = 0;
	watch->calm_us += passed_us;
	if (watch->load == LOAD_NORMAL || watch->calm_us < WATCH_CALM_US)
		return false;
	watch->load = LOAD_NORMAL;
	return true;
}

bool watch_weigh(struct watch *watch, enum watch_load most, uint64_t passed_us)
{
	if (most == LOAD_NORMAL)
		return calms_down(watch, passed_us);
	watch->calm_us = 0;
	watch->near_us += passed_us;
	if (most <= watch->load || (most == LOAD_NEAR && watch->near_us < WATCH_NEAR_US))
		return false;
	watch->load = most;
	return true;
}
