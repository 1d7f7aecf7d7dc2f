// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What somebody in front of a phone sees and hears, made of the messages that the phone got: a line
// for the phone, a line for each call on it.
//	201 keys=Connected/1 lamp1=On speaker
//	201/1 Connected "Connected" 201>202 dialled=202 rtp=202
#pragma once

#include "tests/unit/control/harness.h"

enum {
	VIEW_CALLS = 12,
	VIEW_LINE_SIZE = 512,
	VIEW_LAMPS = 16,
	VIEW_NOTES = 16,
	VIEW_STREAMS = 2,
};

struct view_call {
	uint32_t reference; // 0: no call
	uint32_t line;
	uint32_t state; // enum sccp_call_state_code
	uint32_t tone;  // enum sccp_tone_code; 0: none
	// With one party, or with two when the phone mixes a conference.
	struct view_stream {
		uint32_t party; // 0: not in use
		uint32_t payload;
		bool receiving;
		bool sending;
		struct endpoint to;
	} streams[VIEW_STREAMS];
	char prompt[64];
	char info[160];
	char dialled[32];
};

struct view {
	struct sim_phone *phone;
	handle_t conn; // the conn it was made on
	char name[16];
	bool lists; // its lists of calls are looked at
	struct view_call calls[VIEW_CALLS];
	uint32_t keys; // soft key set
	uint32_t keys_call;
	uint32_t keys_off; // places of the set that the phone shall not show
	uint32_t ring;
	bool speaker;
	char prompt[64]; // with no call
	char text[64];   // the only one, of phones without prompts
	struct view_lamp {
		uint32_t stimulus;
		uint32_t instance;
		uint32_t mode;
	} lamps[VIEW_LAMPS];
	struct view_feature {
		uint32_t instance;
		char text[48];
	} forwards[CONFIG_BUTTON_MAX], features[CONFIG_BUTTON_MAX];
	// What passes and does not stay.
	unsigned note_count;
	char notes[VIEW_NOTES][96];
	// As they were printed last; the phone first, then the calls.
	char printed[1 + VIEW_CALLS][VIEW_LINE_SIZE];
};

void view_init(struct view *view, struct sim_phone *phone, const char *name);

// The phone starts anew: nothing on its screen, all lamps off.
void view_reset(struct view *view);
// A phone without its server shows nothing; one with a new conn begins anew.
void view_check_conn(struct view *view);

// One more message arrived at the phone.
void view_take(struct view *view, const struct sccp_msg *msg);

// The lines that are others than those printed last, and the notes: calls `say` for each.
// Whoever receives at an endpoint is found among `all`.
void view_print(struct view *view, const struct view *all, unsigned count,
	void (*say)(void *ctx, const char *line), void *ctx);

// The call in this place of the phone's screen, from 1; NULL when there is none.
const struct view_call *view_call(const struct view *view, unsigned place);
