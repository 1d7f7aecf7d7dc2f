// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "bench/address.h"

#include <arpa/inet.h>

#include "base/span.h"

bool address_parse(const char *text, uint16_t default_port, struct sockaddr_in *address)
{
	struct span all = span_str(text);
	size_t colon = span_find(all, ':');
	uint32_t port = default_port;
	char host[INET_ADDRSTRLEN];

	if (!span_copy(span_head(all, colon), host, sizeof(host)))
		return false;
	if (colon < all.n && (!span_u32(span_from(all, colon + 1), &port) || port > 65535))
		return false;
	*address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	return inet_pton(AF_INET, host, &address->sin_addr) == 1;
}
