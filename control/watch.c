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
