// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// libxml2's fastest way through a body: one push parser that is reset for each, and handlers that
// do no more than count.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct xml_push;

struct xml_push *xml_push_new(void);
void xml_push_free(struct xml_push *push);
// False: not well-formed, or not `elements` of them.
bool xml_push_read(struct xml_push *push, const char *xml, size_t n, unsigned elements);

enum { MONITOR_START_ELEMENTS = 11 }; // in message_monitor_start
