// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What phones say of the media of their calls when it ends, and the last calls that had media.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "control/call/call.h"
#include "control/phone/format.h"
#include "sccp/sccp.h"

enum { HISTORY_MAX = 128 };

// Summed up over the times that the media was open; jitter and latency of the last one, in the
// phone's own units. All of it is the phone's word.
struct media_statistics {
	uint64_t packets_sent, octets_sent;
	uint64_t packets_received, octets_received;
	uint64_t packets_lost;
	uint32_t jitter, latency;
	uint32_t answers; // 0: the phone has said nothing
};

// A party's part in a call that is over.
struct call_record {
	uint32_t call_reference; // as its phone knew it
	unsigned ephone;         // tag
	uint8_t instance;        // of its line
	bool outbound;
	char calling[NUMBER_SIZE], called[NUMBER_SIZE];
	uint64_t talk_us; // from when it was first connected
	time_t ended;
	struct media_format format;
	struct media_statistics statistics;
};

// The last ones, the oldest overwritten by the next.
struct call_history {
	struct call_record records[HISTORY_MAX];
	uint64_t count; // ever
};

struct appearance;
struct engine;
struct station;

// Its media ends: asks the phone how it was.
void statistics_ask(const struct appearance *appearance);

// Its phone opened a channel for it, and may have closed it since.
bool appearance_had_media(const struct appearance *appearance);

// The appearance is no more: it is kept when it had media.
void history_add(const struct appearance *appearance);

// The n-th of those that are kept, from 0, the oldest; NULL at the end.
const struct call_record *history_get(const struct engine *engine, unsigned n);

// ConnectionStatisticsRes, to be had with the next turn or never.
void statistics_res(struct station *station, const struct sccp_msg *msg);
