// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// SipHash-2-4 (Aumasson and Bernstein, 2012): the one keyed function of the engine. It guards names we
// mint, table slots that a peer could aim at, and TCP's initial sequence numbers (RFC 6528).
#pragma once

#include <stddef.h>
#include <stdint.h>

struct siphash_key {
	uint64_t k0;
	uint64_t k1;
};

uint64_t siphash(const struct siphash_key *key, const void *bytes, size_t n);

// Fills the key from the system's random source. Returns 0 or -errno.
int siphash_key_random(struct siphash_key *key);
