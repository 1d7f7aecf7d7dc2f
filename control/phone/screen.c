// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/phone/screen.h"

#include "control/phone/digits.h"
#include "control/phone/display.h"
#include "control/phone/internal.h"
#include "control/phone/media.h"
#include "control/phone/softkeys.h"
#include "control/phone/status.h"
#include "control/vty/debug.h"

// CallState comes before everything that names a call the phone does not know yet
//.
#define SCREEN(state, softkeys, lamp_mode, text, ...) \
	{ .call_state = SCCP_CALL_STATE_##state, \
		.keys = SCCP_SOFTKEY_SET_##softkeys, \
		.lamp = SCCP_LAMP_##lamp_mode, \
		.label = SCCP_LABEL_##text, \
		__VA_ARGS__ }
#define CONSULT(softkeys) .consult_keys = SCCP_SOFTKEY_SET_##softkeys
#define TONE(sound) .tone = SCCP_TONE_##sound
#define ACTIVE .active = true
#define REMOTE .remote = true
#define NAMES(party) .names = NAMES_##party
#define LOG(disposition) .entry = SCCP_DISPOSITION_##disposition
#define PARTS(...) .parts = { __VA_ARGS__ }

static const struct screen_row rows[] = {
	[SCREEN_NONE] = { 0 },
	[SCREEN_DIAL_TONE] = SCREEN(OFF_HOOK, OFF_HOOK, ON, ENTER_NUMBER, ACTIVE,
		CONSULT(OFF_HOOK_FEATURES), TONE(INSIDE_DIAL),
		PARTS(show_ringer, show_speaker, show_lamp, show_state, show_keys, show_prompt,
			show_plane, show_tone)),
	[SCREEN_FORWARD_TO] =
		SCREEN(OFF_HOOK, DIGITS, ON, ENTER_NUMBER, ACTIVE, PARTS(show_keys, show_prompt)),
	[SCREEN_DIALLING] = SCREEN(
		OFF_HOOK, DIGITS, ON, ENTER_NUMBER, ACTIVE, PARTS(show_stop_tone, show_keys)),
	[SCREEN_PROCEEDING] = SCREEN(PROCEED, RING_OUT, ON, CALL_PROCEED, ACTIVE, LOG(PLACED),
		PARTS(show_stop_tone, show_state, show_keys, show_call_info, show_dialled_number,
			show_prompt)),
	[SCREEN_RING_OUT] =
		SCREEN(RING_OUT, RING_OUT, ON, RING_OUT, ACTIVE, CONSULT(CONNECTED_TRANSFER),
			TONE(ALERTING), PARTS(show_state, show_tone, show_prompt, show_call_info)),
	[SCREEN_PROMPT] = SCREEN(RING_IN, RING_IN, BLINK, RING_OUT, NAMES(CALLED),
		PARTS(show_state, show_keys, show_prompt, show_call_info, show_lamp, show_ringer)),
	[SCREEN_PROMPT_WAITING] = SCREEN(RING_IN, RING_IN, BLINK, RING_OUT, NAMES(CALLED),
		PARTS(show_state, show_keys, show_prompt, show_call_info, show_lamp, show_ringer)),
	[SCREEN_RING_IN] = SCREEN(RING_IN, RING_IN, BLINK, FROM, NAMES(CALLING), LOG(MISSED),
		PARTS(show_state, show_keys, show_prompt, show_banner, show_call_info, show_lamp,
			show_ringer)),
	[SCREEN_CALL_WAITING] = SCREEN(RING_IN, RING_IN, BLINK, FROM, NAMES(CALLING), LOG(MISSED),
		PARTS(show_waiting_tone, show_state, show_call_info, show_prompt, show_keys,
			show_lamp, show_ringer)),
	[SCREEN_CONNECTED] = SCREEN(CONNECTED, CONNECTED, ON, CONNECTED, ACTIVE, LOG(RECEIVED),
		CONSULT(CONNECTED_TRANSFER),
		PARTS(show_ringer, show_speaker, show_lamp, show_off_hook_state, show_plane,
			show_stop_tone, media_update, show_state, show_keys, show_prompt,
			show_call_info)),
	[SCREEN_CONFERENCE] =
		SCREEN(CONNECTED, CONNECTED_CONFERENCE, ON, CONFERENCE, ACTIVE, LOG(RECEIVED),
			PARTS(show_ringer, show_speaker, show_lamp, show_off_hook_state, show_plane,
				show_stop_tone, media_update, show_state, show_keys, show_prompt,
				show_call_info)),
	[SCREEN_IN_CONFERENCE] = SCREEN(CONNECTED, CONNECTED, ON, CONFERENCE, ACTIVE, LOG(RECEIVED),
		PARTS(show_ringer, show_speaker, show_lamp, show_off_hook_state, show_plane,
			show_stop_tone, media_update, show_state, show_keys, show_prompt,
			show_call_info)),
	[SCREEN_HELD] = SCREEN(HOLD, ON_HOLD, WINK, HOLD,
		PARTS(media_update, show_lamp, show_state, show_keys, show_prompt, show_call_info,
			show_speaker)),
	[SCREEN_REMOTE_IN_USE] = SCREEN(REMOTE_MULTILINE, IN_USE_HINT, ON, IN_USE_REMOTE, REMOTE,
		PARTS(show_unlogged, show_ringer, media_update, show_lamp, show_state, show_keys,
			show_prompt, show_call_info, show_speaker)),
	[SCREEN_REMOTE_HELD] = SCREEN(HOLD, ON_HOOK_STEALABLE, WINK, HOLD, REMOTE,
		PARTS(show_lamp, show_state, show_keys, show_prompt, show_call_info)),
	[SCREEN_BUSY] = SCREEN(BUSY, RING_OUT, ON, BUSY, ACTIVE, LOG(PLACED), TONE(LINE_BUSY),
		PARTS(show_stop_tone, show_tone, show_state, show_keys, show_prompt)),
	[SCREEN_REORDER] =
		SCREEN(CONGESTION, RING_OUT, ON, TEMP_FAIL, ACTIVE, LOG(PLACED), TONE(REORDER),
			PARTS(show_stop_tone, show_tone, show_state, show_keys, show_prompt)),
	[SCREEN_UNKNOWN_NUMBER] = SCREEN(INVALID_NUMBER, RING_OUT, ON, UNKNOWN_NUMBER, ACTIVE,
		LOG(PLACED), TONE(REORDER),
		PARTS(show_stop_tone, show_tone, show_state, show_keys, show_prompt)),
	[SCREEN_CLEARED] = { SCCP_CALL_STATE_ON_HOOK, SCCP_SOFTKEY_SET_ON_HOOK,
		.lamp = SCCP_LAMP_OFF,
		PARTS(show_ringer, show_stop_tone, media_update, show_lamp, show_clear_prompt,
			show_history, show_state, show_idle) },
};

static const char *const screen_names[] = {
#define X(name, text) [name] = text,
	SCREENS(X)
#undef X
};

const struct screen_row *screen_row(enum screen screen)
{
	return &rows[screen];
}

uint32_t appearance_keys(const struct appearance *a)
{
	uint32_t set = appearance_soft_keys(a);

	return set << 16 | (softkeys_mask(a->line->phone, a, set) & UINT16_MAX);
}

bool screen_is_talk(enum screen screen)
{
	return screen == SCREEN_CONNECTED || screen == SCREEN_CONFERENCE ||
	       screen == SCREEN_IN_CONFERENCE;
}

uint32_t appearance_soft_keys(const struct appearance *a)
{
	const struct screen_row *row = &rows[a->shown];

	return a->connection->consults_for != NULL && row->consult_keys != 0 ? row->consult_keys
									     : row->keys;
}

// --- what is wanted ----------------------------------------------------------------------------

static enum screen failure_screen(uint8_t failure)
{
	switch (failure) {
	case CSTA_CAUSE_BUSY:
	case CSTA_CAUSE_DO_NOT_DISTURB:
		return SCREEN_BUSY;
	case CSTA_CAUSE_NUMBER_UNALLOCATED:
		return SCREEN_UNKNOWN_NUMBER;
	default:
		return SCREEN_REORDER;
	}
}

static enum screen connected_screen(const struct connection *connection)
{
	if (connection->call->failure != CSTA_CAUSE_NONE)
		return failure_screen(connection->call->failure);
	if (call_is_conference(connection->call))
		return connection->call->mixer == connection ? SCREEN_CONFERENCE
							     : SCREEN_IN_CONFERENCE;
	if (connection_is_talking(connection))
		return SCREEN_CONNECTED;
	return connection_peer(connection) == NULL ? SCREEN_PROCEEDING : SCREEN_RING_OUT;
}

// Nobody is rung in the ear.
static bool is_waiting(const struct connection *connection, struct phone *phone)
{
	return phone_active(phone) != NULL || phone->engine->answering == connection;
}

static enum screen dialling_screen(const struct connection *connection, const struct line *line)
{
	if (connection->prompted)
		return is_waiting(connection, line->phone) ? SCREEN_PROMPT_WAITING : SCREEN_PROMPT;
	if (connection->digits[0] != '\0')
		return SCREEN_DIALLING;
	return connection->purpose == DIAL_FORWARD ? SCREEN_FORWARD_TO : SCREEN_DIAL_TONE;
}

// Another button of the same overlay shows it.
static bool is_shown_beside(const struct connection *connection, const struct line *line)
{
	return connection->line->phone == line->phone && line->overlay_instance != 0 &&
	       connection->line->overlay_instance == line->overlay_instance;
}

// At the DN's other phones. What expands an overlay is for the phone's own calls.
static enum screen remote_screen(const struct connection *connection, const struct line *line)
{
	if (line->overlay == OVERLAY_EXPANSION || is_shown_beside(connection, line))
		return SCREEN_CLEARED;
	switch ((enum connection_state)connection->state) {
	case CONNECTION_NULL:
		return SCREEN_CLEARED;
	case CONNECTION_HOLD:
		return SCREEN_REMOTE_HELD;
	default:
		return SCREEN_REMOTE_IN_USE;
	}
}

static enum screen screen_wanted(const struct connection *connection, const struct line *line)
{
	bool elsewhere = connection->line != NULL && connection->line != line;

	if (connection->call->ending)
		return SCREEN_CLEARED;
	if (elsewhere)
		return remote_screen(connection, line);
	switch ((enum connection_state)connection->state) {
	case CONNECTION_INITIATED:
		return dialling_screen(connection, line);
	case CONNECTION_ALERTING:
		return is_waiting(connection, line->phone) ? SCREEN_CALL_WAITING : SCREEN_RING_IN;
	case CONNECTION_CONNECTED:
		return connected_screen(connection);
	case CONNECTION_HOLD:
		return SCREEN_HELD;
	case CONNECTION_FAIL:
		// Nobody took part at this end: there is nobody to hear the tone.
		return connection->line == NULL ? SCREEN_CLEARED
						: failure_screen(connection->call->failure);
	case CONNECTION_QUEUED:
	case CONNECTION_NULL:
		break;
	}
	return SCREEN_CLEARED;
}

bool appearance_rings(const struct appearance *a)
{
	return connection_rings(a->connection) && !a->declined;
}

static enum screen appearance_wanted(const struct appearance *a)
{
	enum screen wanted = screen_wanted(a->connection, a->line);

	return wanted != SCREEN_CLEARED && connection_rings(a->connection) && a->declined
		       ? SCREEN_NONE
		       : wanted;
}

// --- the difference ----------------------------------------------------------------------------

// Before another tone begins. Most screens stop what plays by themselves.
static void hold_tone_end(struct appearance *a, const struct screen_row *row)
{
	bool stopped = !a->hold_tone;

	for (size_t i = 0; i < sizeof(row->parts) / sizeof(row->parts[0]); i++)
		stopped |= row->parts[i] == show_stop_tone;
	a->hold_tone = false;
	if (!stopped)
		tone_stop(a);
}

// What the call was at first, it stays: but for one that rang and was answered. Talk that began at
// another phone of the DN is a call to or from here all the same.
static void entry_note(struct appearance *a, uint8_t entry)
{
	if (entry == 0 || (a->entry != 0 && a->entry != SCCP_DISPOSITION_MISSED))
		return;
	a->entry = a->entry == 0 && entry == SCCP_DISPOSITION_RECEIVED && a->connection->outbound
			   ? SCCP_DISPOSITION_PLACED
			   : entry;
}

static void appearance_show(struct appearance *a, enum screen wanted)
{
	const struct screen_row *row = &rows[wanted];

	debug_print(DEBUG_EPHONE_STATE, "%s line %u call %u: %s", a->line->phone->name,
		a->line->instance, a->call_reference, screen_names[wanted]);
	a->shown = (uint8_t)wanted;
	entry_note(a, row->entry);
	if (!screen_is_talk(wanted)) {
		digits_stop(a);
		hold_tone_end(a, row);
	}
	for (size_t i = 0; i < sizeof(row->parts) / sizeof(row->parts[0]); i++) {
		if (row->parts[i] != NULL)
			row->parts[i](a);
	}
}

// Ringing at the far end follows proceeding, which brings the keys; who was left by a transfer has
// not been through it.
static void appearance_move(struct appearance *a, enum screen wanted)
{
	if (wanted == SCREEN_RING_OUT && screen_is_talk((enum screen)a->shown))
		appearance_show(a, SCREEN_PROCEEDING);
	appearance_show(a, wanted);
	a->party_changes = a->connection->call->party_changes;
}

// The same screen, but other parties than those that it names.
static void appearance_renew(struct appearance *a)
{
	a->party_changes = a->connection->call->party_changes;
	if (a->shown == SCREEN_RING_IN || a->shown == SCREEN_CALL_WAITING)
		show_prompt(a);
	show_call_info(a);
}

static void appearance_free(struct appearance *a)
{
	struct phone *phone = a->line->phone;

	digits_stop(a);
	history_add(a);
	TAILQ_REMOVE(&a->connection->appearances, a, in_connection);
	TAILQ_REMOVE(&phone->appearances, a, at_phone);
	pool_give(&phone->engine->appearances, a);
	phone->engine->phones_stale |= phone->waits;
}

static void appearances_clear(struct phone *phone)
{
	struct appearance *a, *next;

	for (a = TAILQ_FIRST(&phone->appearances); a != NULL; a = next) {
		next = TAILQ_NEXT(a, at_phone);
		if (appearance_wanted(a) != SCREEN_CLEARED)
			continue;
		if (a->shown != SCREEN_NONE)
			appearance_show(a, SCREEN_CLEARED);
		appearance_free(a);
	}
}

static bool is_shown_at(const struct connection *connection, const struct line *line)
{
	const struct appearance *a;

	TAILQ_FOREACH (a, &connection->appearances, in_connection) {
		if (a->line == line)
			return true;
	}
	return false;
}

bool line_is_taken(const struct line *line)
{
	const struct appearance *a;

	if (line->overlay != OVERLAY_ONE_CALL && line->overlay != OVERLAY_EXPANSION)
		return false;
	TAILQ_FOREACH (a, &line->phone->appearances, at_phone) {
		enum screen wanted = appearance_wanted(a);

		if (a->line->instance == line->instance && wanted != SCREEN_CLEARED &&
			wanted != SCREEN_NONE && !rows[wanted].remote)
			return true;
	}
	return false;
}

// Calls that ring at an overlay without call waiting are shown one for each of its buttons. The
// lines of a phone are asked in their order, so that the first DN goes first, and its first button.
static bool is_presented(const struct connection *connection, const struct line *line)
{
	const struct appearance *a;

	if (!connection_rings(connection) ||
		(line->overlay != OVERLAY_ONE_CALL && line->overlay != OVERLAY_EXPANSION))
		return true;
	TAILQ_FOREACH (a, &connection->appearances, in_connection) {
		if (a->line->phone == line->phone &&
			a->line->overlay_instance == line->overlay_instance)
			return false;
	}
	return !line_is_taken(line);
}

static uint32_t reference_next(struct engine *engine)
{
	if (++engine->next_call_reference == 0)
		engine->next_call_reference = 1;
	return engine->next_call_reference;
}

static void appearance_add(struct connection *connection, struct line *line)
{
	struct engine *engine = line->phone->engine;
	struct appearance *a = pool_take(&engine->appearances, NULL);

	if (a == NULL)
		return;
	a->connection = connection;
	a->line = line;
	a->call_reference = reference_next(engine);
	TAILQ_INSERT_TAIL(&connection->appearances, a, in_connection);
	TAILQ_INSERT_TAIL(&line->phone->appearances, a, at_phone);
}

static void appearances_add(struct line *line)
{
	struct connection *connection;

	TAILQ_FOREACH (connection, &line->dn->connections, at_dn) {
		if (!is_shown_at(connection, line) &&
			screen_wanted(connection, line) != SCREEN_CLEARED &&
			is_presented(connection, line))
			appearance_add(connection, line);
	}
}

void phone_show(struct phone *phone)
{
	struct appearance *a;

	if (!phone_is_registered(phone))
		return;
	appearances_clear(phone);
	for (unsigned i = 0; i < phone->line_count; i++)
		appearances_add(&phone->lines[i]);
	TAILQ_FOREACH (a, &phone->appearances, at_phone) {
		enum screen wanted = appearance_wanted(a);

		if (wanted == SCREEN_NONE)
			continue;
		if (a->shown != wanted)
			appearance_move(a, wanted);
		else if (a->party_changes != a->connection->call->party_changes)
			appearance_renew(a);
		if (a->keys != appearance_keys(a))
			show_keys(a);
		media_update(a);
		hold_tone_update(a);
	}
	phone_show_text(phone);
}

static bool rings_elsewhere(const struct appearance *a)
{
	const struct appearance *other;

	TAILQ_FOREACH (other, &a->connection->appearances, in_connection) {
		if (other->line->phone != a->line->phone && appearance_rings(other))
			return true;
	}
	return false;
}

// For the phone that call is over; if the phone must show it again, it is another call.
static void appearance_hide(struct appearance *a)
{
	a->declined = true;
	appearance_show(a, SCREEN_CLEARED);
	a->shown = SCREEN_NONE;
	a->call_state = SCCP_CALL_STATE_IDLE;
	a->keys = 0;
	a->entry = 0;
	a->call_reference = reference_next(a->line->phone->engine);
}

bool appearance_decline(struct appearance *declined)
{
	struct phone *phone = declined->line->phone;
	struct appearance *a;

	if (!rings_elsewhere(declined))
		return false;
	TAILQ_FOREACH (a, &declined->connection->appearances, in_connection) {
		if (a->line->phone == phone && appearance_rings(a))
			appearance_hide(a);
	}
	phone->engine->phones_stale |= phone->waits;
	// What an overlay did not show for it.
	phone_show(phone);
	return true;
}

void screens_show(struct call *call)
{
	struct connection *connection;
	struct line *line;

	TAILQ_FOREACH (connection, &call->connections, in_call) {
		if (connection->onlooker)
			continue;
		TAILQ_FOREACH (line, &connection->dn->lines, at_dn)
			phone_show(line->phone);
		dn_show_in_use(connection->dn);
	}
}

static void line_forget(struct line *line)
{
	line->lamp = SCCP_LAMP_OFF;
	line->message_lamp = false;
}

void phone_forget(struct phone *phone)
{
	struct appearance *a;

	while ((a = TAILQ_FIRST(&phone->appearances)) != NULL)
		appearance_free(a);
	for (unsigned i = 0; i < phone->line_count; i++)
		line_forget(&phone->lines[i]);
	for (unsigned i = 0; i < phone->watch_count; i++)
		phone->watches[i].lamp = SCCP_LAMP_OFF;
	phone->message_lamp = 0;
	phone->idle_shown = 0;
	phone->text_shown = 0;
	phone->ringer = SCCP_RING_OFF;
	phone->plane = 0;
	phone->off_hook = false;
	phone->speaker = false;
}
