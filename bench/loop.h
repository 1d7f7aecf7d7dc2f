// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The bundled clients' event loop: epoll, and a tick for whoever has timers.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct loop_source {
	int fd;
	void (*ready)(struct loop_source *source); // readable, closed or in error
};

// Microseconds of the monotonic clock.
uint64_t loop_now_us(void);

// The source is borrowed until loop_remove(). Return 0 or -errno.
int loop_add(struct loop_source *source);
void loop_remove(struct loop_source *source);

// Called about every 100 ms while the loop runs.
void loop_on_tick(void (*tick)(uint64_t now_us));

// Runs until done(arg) is true or `timeout_ms` has passed. Returns the last done(arg).
bool loop_run(bool (*done)(void *arg), void *arg, int timeout_ms);

// Serves the sources for so long.
void loop_sleep(int ms);
