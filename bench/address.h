// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// "address" or "address:port", as the bundled clients take it.
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

// False: not an IPv4 address, or no port after the colon.
bool address_parse(const char *text, uint16_t default_port, struct sockaddr_in *address);
