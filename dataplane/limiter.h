// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A token bucket: a burst, then so many a second. All zero is full.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct limiter {
	uint64_t full_us; // when the bucket would be full again
};

static inline bool limiter_take(
	struct limiter *limiter, uint32_t per_second, uint32_t burst, uint64_t now_us)
{
	const uint64_t step = 1000000 / per_second;

	if (limiter->full_us < now_us)
		limiter->full_us = now_us;
	if (limiter->full_us - now_us > (burst - 1) * step)
		return false;
	limiter->full_us += step;
	return true;
}
