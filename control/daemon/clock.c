// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// libosmocore's timers read the time of day through this function, which may be set back or forth while calls
// are up. The program's own definition takes the library's place and gives them the clock that only goes on.
#include <osmocom/core/timer.h>

#include <time.h>

int osmo_gettimeofday(struct timeval *tv, struct timezone *tz)
{
	struct timespec now;

	(void)tz;
	clock_gettime(CLOCK_MONOTONIC, &now);
	tv->tv_sec = now.tv_sec;
	tv->tv_usec = now.tv_nsec / 1000;
	return 0;
}
