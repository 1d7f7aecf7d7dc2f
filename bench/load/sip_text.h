// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What a load generator needs to see of SIP and of CSTA's XML, by plain search: it shares no code
// with the engine's parsers, so that the two check each other, and costs a fraction of what they
// do.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct sip_text {
	uint32_t status; // 0: a request
	struct span method;
	uint32_t cseq;
	struct span vias; // the lines, in a row
	struct span from; // the whole line, as the next two and cseq_line
	struct span to;
	struct span call_id;
	struct span cseq_line;
	struct span contact; // the value
	struct span body;
	size_t size;
};

// The message at the head of a stream or datagram. 1; 0: more bytes are needed; -1: it is no SIP.
int sip_text_read(const char *p, size_t n, struct sip_text *text);

// The value of ";tag=" in a line; empty: none.
struct span sip_text_tag(struct span line);

// Text of the first element of that name, without its children's; empty: none.
struct span xml_text(struct span body, struct span name);
// Name of the root element.
struct span xml_root(struct span body);

struct seen_event;
// One pass over an event. False: it lacks one of the members.
bool event_text_read(struct span body, struct seen_event *event);
