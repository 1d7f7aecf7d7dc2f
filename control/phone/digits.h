// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Digits that a phone's user hears from the other end of a call. The media goes from phone to
// phone, so the far phone plays them itself.
#pragma once

struct appearance;
struct connection;

// Plays digits of [0-9*#A-D,] to who handles this connection, after those that still wait. What is
// too much is not heard.
void digits_play(struct connection *connection, const char *digits, unsigned tone_ms,
	unsigned pause_ms);

// The call is no longer on the line.
void digits_stop(struct appearance *appearance);
