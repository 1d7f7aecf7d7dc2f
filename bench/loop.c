// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "bench/loop.h"

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <time.h>

enum { TICK_US = 100000, BURST = 64 };

static int epoll_fd = -1;
static void (*on_tick)(uint64_t now_us);
static uint64_t next_tick_us;

uint64_t loop_now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

int loop_add(struct loop_source *source)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = source };

	if (epoll_fd < 0)
		epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, source->fd, &event) != 0)
		return -errno;
	return 0;
}

void loop_remove(struct loop_source *source)
{
	epoll_ctl(epoll_fd, EPOLL_CTL_DEL, source->fd, NULL);
}

void loop_on_tick(void (*tick)(uint64_t now_us))
{
	on_tick = tick;
}

static void loop_turn(int wait_ms)
{
	struct epoll_event events[BURST];
	int n = epoll_wait(epoll_fd, events, BURST, wait_ms);
	uint64_t now = loop_now_us();

	for (int i = 0; i < n; i++) {
		struct loop_source *source = events[i].data.ptr;

		source->ready(source);
	}
	if (on_tick != NULL && now >= next_tick_us) {
		next_tick_us = now + TICK_US;
		on_tick(now);
	}
}

bool loop_run(bool (*done)(void *arg), void *arg, int timeout_ms)
{
	uint64_t end = loop_now_us() + (uint64_t)timeout_ms * 1000;

	if (epoll_fd < 0)
		epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	while (!done(arg)) {
		uint64_t now = loop_now_us();

		if (now >= end)
			return false;
		loop_turn(end - now < TICK_US ? (int)((end - now) / 1000) + 1 : TICK_US / 1000);
	}
	return true;
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

void loop_sleep(int ms)
{
	loop_run(never, NULL, ms);
}
