// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What the phones of a call show: the projection of connection states on screens. The screen that
// an appearance must show follows from the states of its call's connections alone; what differs
// from the screen it shows is sent, in an order that real phones accept.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct appearance;
struct call;
struct line;
struct phone;

// X(enumerator, what traces call it)
#define SCREENS(X) \
	X(SCREEN_NONE, "none") \
	X(SCREEN_DIAL_TONE, "dial tone") \
	X(SCREEN_FORWARD_TO, "forward to") \
	X(SCREEN_DIALLING, "dialling") \
	X(SCREEN_PROCEEDING, "proceeding") \
	X(SCREEN_RING_OUT, "ring out") \
	X(SCREEN_PROMPT, "prompt") \
	X(SCREEN_PROMPT_WAITING, "prompt waiting") \
	X(SCREEN_RING_IN, "ring in") \
	X(SCREEN_CALL_WAITING, "call waiting") \
	X(SCREEN_CONNECTED, "connected") \
	X(SCREEN_CONFERENCE, "conference") \
	X(SCREEN_IN_CONFERENCE, "in conference") \
	X(SCREEN_HELD, "held") \
	X(SCREEN_REMOTE_IN_USE, "in use elsewhere") \
	X(SCREEN_REMOTE_HELD, "held elsewhere") \
	X(SCREEN_BUSY, "busy") \
	X(SCREEN_REORDER, "reorder") \
	X(SCREEN_UNKNOWN_NUMBER, "unknown number") \
	X(SCREEN_CLEARED, "cleared")

enum screen {
#define X(name, text) name,
	SCREENS(X)
#undef X
};

// Brings every phone of the call's DNs up to date.
void screens_show(struct call *call);

// The same for one phone.
void phone_show(struct phone *phone);

// One of the calls that it handles, or that ring at it; NULL: what it shows, if anything, is at
// another phone of a DN, and it is idle.
struct appearance *phone_own_call(struct phone *phone);

// A call is at the line's button, which shows one at a time: an overlay without call waiting, or what
// expands it. False for other buttons.
bool line_is_taken(const struct line *line);

// An idle phone: soft keys, prompt, clock.
void phone_show_idle(struct phone *phone);

// Its soft keys and prompt alone, and its prompt alone.
void phone_show_idle_keys(struct phone *phone);
void phone_show_idle_text(struct phone *phone);

// The one text of a PHONE_TEXT: of the call that its user must know of first, or that of idle
// phones.
void phone_show_text(struct phone *phone);

// Forgets what a phone showed; nothing is sent: the phone is gone.
void phone_forget(struct phone *phone);

// It rings here: not where its user declined it.
bool appearance_rings(const struct appearance *appearance);

// A call that rings is no longer shown at this phone; other phones of the DN ring on. False: nobody
// would, and nothing was done. The appearance may be gone on return.
bool appearance_decline(struct appearance *appearance);

// The user speaks with somebody.
bool screen_is_talk(enum screen screen);

// The soft key set (enum sccp_softkey_set_code) of what it shows.
uint32_t appearance_soft_keys(const struct appearance *appearance);

// The set, and in the lower half those of its places that work.
uint32_t appearance_keys(const struct appearance *appearance);
