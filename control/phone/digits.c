// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/phone/digits.h"

#include <stdlib.h>
#include <string.h>

#include "control/phone/display.h"
#include "control/phone/internal.h"
#include "control/phone/media.h"

enum { COMMA_MS = 1000, WAITING_MAX = 128 };

// Made for the first digit, gone after the last.
struct digit_player {
	struct osmo_timer_list timer;
	struct appearance *appearance;
	unsigned tone_ms, pause_ms;
	uint8_t next, count;
	bool sounding;
	char digits[WAITING_MAX];
};

// In tones 0 is the tenth digit; 0: no tone.
static uint32_t tone_of(char digit)
{
	if (digit == '0')
		return SCCP_TONE_DTMF0;
	if (digit >= '1' && digit <= '9')
		return (uint32_t)(SCCP_TONE_DTMF1 + digit - '1');
	if (digit >= 'A' && digit <= 'D')
		return (uint32_t)(SCCP_TONE_DTMF_A + digit - 'A');
	if (digit == '*')
		return SCCP_TONE_DTMF_STAR;
	return digit == '#' ? SCCP_TONE_DTMF_POUND : 0;
}

static void player_wait(struct digit_player *player, unsigned ms)
{
	osmo_timer_schedule(&player->timer, (int)(ms / 1000), (int)(ms % 1000 * 1000));
}

static void player_step(struct digit_player *player)
{
	uint32_t sound;

	if (player->sounding) {
		player->sounding = false;
		tone_stop(player->appearance);
		player_wait(player, player->pause_ms);
		return;
	}
	if (player->next == player->count) {
		digits_stop(player->appearance);
		return;
	}
	sound = tone_of(player->digits[player->next++]);
	if (sound == 0) {
		player_wait(player, COMMA_MS);
		return;
	}
	player->sounding = true;
	tone_start(player->appearance, sound);
	player_wait(player, player->tone_ms);
}

static void step_timer(void *data)
{
	struct digit_player *player = data;
	struct engine *engine = player->appearance->line->phone->engine;

	player_step(player);
	engine_turn(engine);
}

void digits_stop(struct appearance *appearance)
{
	struct digit_player *player = appearance->player;

	if (player == NULL)
		return;
	osmo_timer_del(&player->timer);
	appearance->player = NULL;
	free(player);
}

static void player_add(struct digit_player *player, const char *digits)
{
	size_t waiting = (size_t)(player->count - player->next), n = strlen(digits);

	memmove(player->digits, player->digits + player->next, waiting);
	if (n > sizeof(player->digits) - waiting)
		n = sizeof(player->digits) - waiting;
	memcpy(player->digits + waiting, digits, n);
	player->next = 0;
	player->count = (uint8_t)(waiting + n);
}

static struct digit_player *player_new(struct appearance *a)
{
	struct digit_player *player = calloc(1, sizeof(*player));

	if (player == NULL)
		return NULL;
	player->appearance = a;
	a->player = player;
	osmo_timer_setup(&player->timer, step_timer, player);
	return player;
}

void digits_play(struct connection *connection, const char *digits, unsigned tone_ms,
	unsigned pause_ms)
{
	struct appearance *a = connection_appearance(connection);
	bool silent;

	if (a == NULL)
		return;
	silent = a->player == NULL;
	if (silent && player_new(a) == NULL)
		return;
	a->player->tone_ms = tone_ms;
	a->player->pause_ms = pause_ms;
	player_add(a->player, digits);
	if (silent)
		player_step(a->player);
}
