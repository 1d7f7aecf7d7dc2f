// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Inputs that end flush against a page that may not be touched: reading one byte too many ends the test.
#pragma once

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// Bytes of the readable pages that hold n bytes; at least one page.
static inline size_t guard_room(size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return n == 0 ? page : (n + page - 1) / page * page;
}

// A copy of n bytes whose end is the start of an unreadable page. guard_free() takes it back.
static inline void *guard_copy(const void *p, size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t room = guard_room(n);
	uint8_t *map = mmap(NULL, room + page, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int rc;

	assert(map != MAP_FAILED);
	rc = mprotect(map + room, page, PROT_NONE);
	assert(rc == 0);
	(void)rc;
	if (n > 0)
		memcpy(map + room - n, p, n);
	return map + room - n;
}

static inline void guard_free(void *copy, size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t room = guard_room(n);

	munmap((uint8_t *)copy + n - room, room + page);
}
