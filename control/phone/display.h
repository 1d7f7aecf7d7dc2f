// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// One part of a screen each: what an appearance shows now, told to its phone. Where a phone has
// only one of a thing (ringer, speaker, a line's lamp) it is what all its appearances together ask
// for, and nothing is sent when it is so already.
#pragma once

#include "control/phone/screen.h"

// A key that cannot do what it is for: says so on the phone.
void show_refused(struct appearance *appearance, uint32_t label);
// The same for a key that is about no call.
void phone_show_refused(struct phone *phone, uint32_t label);

typedef void show_part(struct appearance *appearance);

enum { SCREEN_PARTS_MAX = 12 };

// Whom a prompt names behind its label.
enum prompt_names {
	NAMES_NOBODY,
	NAMES_CALLING,
	NAMES_CALLED,
};

// What a screen is made of, and in which order it is sent.
struct screen_row {
	uint8_t call_state; // enum sccp_call_state_code
	uint8_t keys;       // enum sccp_softkey_set_code
	uint8_t consult_keys; // the same, for a call made for the sake of another; 0: as above
	uint8_t lamp;       // enum sccp_lamp_code
	uint8_t tone;       // enum sccp_tone_code
	uint8_t label;      // enum sccp_label_code: the prompt
	uint8_t names;      // enum prompt_names
	uint8_t entry;      // enum sccp_disposition_code: in which list it ends that got here; 0: none
	bool active;        // it has the audio path
	bool remote;        // of a call that another phone of the DN handles
	show_part *parts[SCREEN_PARTS_MAX];
};

const struct screen_row *screen_row(enum screen screen);

show_part show_state, show_off_hook_state, show_keys, show_prompt, show_clear_prompt, show_banner,
	show_call_info, show_dialled_number, show_plane, show_tone, show_unlogged, show_history,
	show_stop_tone, show_waiting_tone, show_ringer, show_lamp, show_speaker, show_idle;

// What plays in the ear at the appearance's call: enum sccp_tone_code.
void tone_start(struct appearance *a, uint32_t sound);
void tone_stop(struct appearance *a);
