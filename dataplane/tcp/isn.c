// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What is derived from the four-tuple and the stack's key. The purpose is part of the hash: a table
// position that leaks says nothing about a sequence number.
#include "dataplane/tcp/tcb.h"

enum hash_purpose {
	HASH_TABLE = 1,
	HASH_ISN,
	HASH_TIMESTAMP,
	HASH_COOKIE,
	HASH_SOURCE,
};

enum { TUPLE_MAX = 38 };

static size_t tuple_bytes(uint8_t bytes[TUPLE_MAX], enum hash_purpose purpose,
	const struct endpoint *local, const struct endpoint *remote)
{
	size_t n = local->addr.family == ADDR_IPV6 ? 16 : 4;

	bytes[0] = (uint8_t)purpose;
	bytes[1] = local->addr.family;
	memcpy(bytes + 2, &local->port, 2);
	memcpy(bytes + 4, &remote->port, 2);
	memcpy(bytes + 6, local->addr.bytes, n);
	memcpy(bytes + 6 + n, remote->addr.bytes, n);
	return 6 + 2 * n;
}

static uint64_t tuple_hash(const struct tcp_stack *stack, enum hash_purpose purpose,
	const struct endpoint *local, const struct endpoint *remote)
{
	uint8_t bytes[TUPLE_MAX];

	return siphash(&stack->key, bytes, tuple_bytes(bytes, purpose, local, remote));
}

uint64_t tcp_hash(const struct tcp_stack *stack, const struct endpoint *local,
	const struct endpoint *remote)
{
	uint64_t hash = tuple_hash(stack, HASH_TABLE, local, remote);

	return hash == 0 ? 1 : hash; // 0 marks a TIME_WAIT record given up
}

uint32_t tcp_isn(const struct tcp_stack *stack, const struct endpoint *local,
	const struct endpoint *remote, uint64_t now_us)
{
	return (uint32_t)(now_us / 4) + (uint32_t)tuple_hash(stack, HASH_ISN, local, remote);
}

uint32_t tcp_ts_offset(const struct tcp_stack *stack, const struct endpoint *local,
	const struct endpoint *remote)
{
	return (uint32_t)tuple_hash(stack, HASH_TIMESTAMP, local, remote);
}

uint64_t tcp_cookie_hash(const struct tcp_stack *stack, const struct endpoint *local,
	const struct endpoint *remote, uint64_t epoch, uint64_t rest)
{
	uint8_t bytes[TUPLE_MAX + 16];
	size_t n = tuple_bytes(bytes, HASH_COOKIE, local, remote);

	memcpy(bytes + n, &epoch, 8);
	memcpy(bytes + n + 8, &rest, 8);
	return siphash(&stack->key, bytes, n + 16);
}

uint32_t tcp_source_hash(const struct tcp_stack *stack, const struct addr *source)
{
	size_t n = source->family == ADDR_IPV6 ? 8 : 4; // a site has a whole /64
	uint8_t bytes[1 + 8];

	bytes[0] = HASH_SOURCE;
	memcpy(bytes + 1, source->bytes, n);
	return (uint32_t)siphash(&stack->key, bytes, 1 + n);
}
