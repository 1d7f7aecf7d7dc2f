// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The messages that parsers are timed with: what a client of a CTI session sends over TCP.
#pragma once

#include <stdint.h>

#include "base/span.h"

enum { MESSAGE_SIZE = 2048 };

// Numbers of ten digits, so that one can follow another in place.
#define MESSAGE_CSEQ_FIRST 1000000001

extern const struct span message_monitor_start; // XML
extern const struct span message_make_call;

// An INFO with that body inside the dialog whose To tag is `tag`. Returns its length.
size_t message_info(char text[MESSAGE_SIZE], const char *tag, struct span body);

// Where the first decimal digit of the CSeq number and of the branch's number stand.
size_t message_cseq_at(const char *text);
size_t message_branch_at(const char *text);
// Adds one to the ten digits.
void message_count(char *digits);
