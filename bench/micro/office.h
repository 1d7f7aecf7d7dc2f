// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// An engine without workers, for timing: registered phones in pairs, and a CSTA client with a
// monitor on the line of each. What the engine commands is counted and, but for what the next event
// needs, forgotten.
#pragma once

#include "control/engine.h"

enum { OFFICE_NUMBER_SIZE = 8 };

struct office_phone {
	handle_t conn;
	handle_t dialog; // of the client of its line
	char number[OFFICE_NUMBER_SIZE];
	// OpenReceiveChannel that is to be acknowledged; party 0: none.
	uint32_t party;
	uint32_t call;
};

struct office {
	struct engine engine;
	struct config *config;
	struct office_phone *phones; // 2n calls 2n + 1
	uint32_t count;
	uint64_t time_us;
	struct event event; // to be given next
	uint32_t transaction;
	struct csta_msg response; // last
	uint64_t told[COMMAND_TYPES];
};

struct office *office_new(uint32_t phones);
void office_free(struct office *office);

// A message of a phone without fields, a digit, and its answer to OpenReceiveChannel.
void office_key(struct office *office, struct office_phone *phone, uint32_t id);
void office_digit(struct office *office, struct office_phone *phone, char digit);
void office_media(struct office *office, struct office_phone *phone);
// A request of the client of that phone's line. The message must lie in office_request().
void office_ask(struct office *office, struct office_phone *phone);
static inline struct csta_msg *office_request(struct office *office)
{
	return &office->event.csta_request.csta;
}

// Nothing is left of any call.
bool office_is_idle(const struct office *office);

// office_config.c: from text, or the end of the program.
struct config *office_config(const char *text, size_t n);
