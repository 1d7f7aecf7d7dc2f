// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The user's hands: hook, keypad, line buttons, soft keys. Each key says what it means by the call
// and the line it names and by what the phone shows; a key that makes no sense now is
// counted and has no effect. What the keys do is asked of the call model as an application would
// ask.
#include <string.h>

#include "control/call/feature.h"
#include "control/phone/buttons.h"
#include "control/phone/display.h"
#include "control/phone/internal.h"
#include "control/phone/screen.h"
#include "control/phone/softkeys.h"

// What a key is about.
struct key {
	struct phone *phone;
	struct line *line;    // NULL: none named; for a new call, the one to prefer
	struct appearance *a; // NULL: no call
};

static void key_done(const struct key *key, enum call_result result)
{
	if (result != CALL_OK)
		phone_ignore(key->phone, IGNORED_STATE);
}

// --- calls of a phone --------------------------------------------------------------------------

// At this button, or at any.
static bool is_at(const struct appearance *a, const struct line *line)
{
	return line == NULL || a->line->instance == line->instance;
}

static struct appearance *active_at(struct phone *phone, const struct line *line)
{
	struct appearance *a;

	TAILQ_FOREACH (a, &phone->appearances, at_phone) {
		if (connection_is_active(a->connection) && a->connection->line == a->line &&
			is_at(a, line))
			return a;
	}
	return NULL;
}

static struct appearance *in_state(
	struct phone *phone, const struct line *line, enum connection_state state)
{
	struct appearance *a;

	TAILQ_FOREACH (a, &phone->appearances, at_phone) {
		if (a->connection->state == state && is_at(a, line))
			return a;
	}
	return NULL;
}

static struct appearance *ringing(struct phone *phone, const struct line *line)
{
	struct appearance *a;

	TAILQ_FOREACH (a, &phone->appearances, at_phone) {
		if (appearance_rings(a) && is_at(a, line))
			return a;
	}
	return NULL;
}

static bool is_of_overlay(const struct line *line, const struct line *other)
{
	return line->overlay_instance != 0 && line->overlay_instance == other->overlay_instance;
}

// How well a new call fits this line, asked for at that button (NULL: at any); 0: not at all. An
// overlay has its next call at a button of its own that is free, when it has several.
static unsigned line_fits(const struct line *line, const struct line *at)
{
	bool here = at == NULL || line->instance == at->instance;

	if (!dn_has_channel(line->dn) || (!here && !is_of_overlay(line, at)))
		return 0;
	return 1 + here + 2 * !line_is_taken(line);
}

// The first of the phone's lines that fits best.
static struct line *open_line(struct phone *phone, const struct line *at)
{
	struct line *best = NULL;
	unsigned fit = 0;

	for (unsigned i = 0; i < phone->line_count; i++) {
		unsigned fits = line_fits(&phone->lines[i], at);

		if (fits > fit)
			best = &phone->lines[i];
		fit = OSMO_MAX(fit, fits);
	}
	return best;
}

// The line for a new call: where dial tone is already, else the preferred one, else the first with
// room, else the active one, of which nothing is lost when it has been no talk yet.
static struct line *new_call_line(struct phone *phone, const struct line *preferred)
{
	struct connection *active = phone_active(phone);
	struct line *line = NULL;

	if (active != NULL && active->state == CONNECTION_INITIATED && preferred == NULL)
		return active->line;
	if (preferred != NULL)
		line = open_line(phone, preferred);
	if (line == NULL)
		line = open_line(phone, NULL);
	return line == NULL && active != NULL ? active->line : line;
}

static enum call_result originate_at(
	const struct key *key, struct line *line, struct connection **out)
{
	enum call_result result =
		line == NULL ? CALL_NO_LINE : line_originate(line, CSTA_CAUSE_NEW_CALL, out);

	if (result == CALL_NO_LINE)
		phone_show_refused(key->phone, SCCP_LABEL_LINE_IN_USE);
	return result;
}

static enum call_result originate(const struct key *key, struct connection **out)
{
	return originate_at(key, new_call_line(key->phone, key->line), out);
}

// Dials the whole number at once, on the call in dial tone if there is one.
static enum call_result dial(const struct key *key, const char *number)
{
	struct appearance *active = active_at(key->phone, key->line);
	struct connection *connection;
	enum call_result result;

	if (active != NULL && active->connection->state == CONNECTION_INITIATED &&
		active->connection->digits[0] == '\0')
		return connection_dial(active->connection, number);
	result = originate(key, &connection);

	return result == CALL_OK ? connection_dial(connection, number) : result;
}

// --- soft keys and their fixed brothers --------------------------------------------------------

// What was dialled last, on the line where it was: if the user is about to dial on another, there.
static enum call_result key_redial(const struct key *key)
{
	struct phone *phone = key->phone;
	struct key at = *key;
	char number[NUMBER_SIZE];

	if (phone->redial == NULL) {
		phone_show_refused(phone, SCCP_LABEL_KEY_IS_NOT_ACTIVE);
		return CALL_BAD_NUMBER;
	}
	if (at.line == NULL && phone_active(phone) == NULL)
		at.line = phone_line(phone, phone->redial_line);
	memcpy(number, phone->redial, sizeof(number));
	return dial(&at, number);
}

static enum call_result key_new_call(const struct key *key)
{
	struct connection *connection;

	return originate(key, &connection);
}

// With a number dialled for it the key ends the number; pressed again it ends the forwarding.
static enum call_result key_forward_all(const struct key *key)
{
	struct line *line = key->line != NULL ? key->line : key->phone->lines;
	struct connection *entry = key->a != NULL ? key->a->connection : NULL;

	if (entry != NULL && entry->purpose == DIAL_FORWARD && entry->digits[0] != '\0')
		return connection_dial(entry, entry->digits);
	if (entry != NULL && entry->purpose == DIAL_FORWARD)
		return connection_clear(entry, CSTA_CAUSE_NORMAL_CLEARING);
	if (dn_is_forwarded(line->dn, FORWARD_ALL))
		return dn_end_forward(line->dn, FORWARD_ALL);
	return line_enter_forward(line);
}

// While a call rings the key sends that call away, from this phone if others ring on; otherwise it
// is a switch.
static enum call_result key_do_not_disturb(const struct key *key)
{
	if (key->a != NULL && connection_rings(key->a->connection))
		return appearance_decline(key->a) ? CALL_OK
						  : connection_decline(key->a->connection);
	phone_set_do_not_disturb(key->phone, !key->phone->do_not_disturb);
	return CALL_OK;
}

// The line for a second call: its own one, else another that has room.
static struct line *consult_line(const struct key *key)
{
	return dn_has_channel(key->a->line->dn) ? key->a->line : open_line(key->phone, NULL);
}

// The other one of two calls of which one was made for the sake of the other, whichever of them the
// user speaks in now; NULL: there is none, or it has not come so far.
static struct connection *consulted(const struct connection *own)
{
	struct connection *consultation = own->consultation;

	if (own->consults_for != NULL)
		return own->consults_for;
	return consultation != NULL && consultation->state == CONNECTION_HOLD ? consultation : NULL;
}

static enum call_result consult(const struct key *key)
{
	struct line *line = consult_line(key);
	struct connection *consultation;

	return line == NULL ? CALL_NO_LINE
			    : connection_consult_at(key->a->connection, line, &consultation);
}

// Pressed in a talk it asks for a number, which is called first or has the call at once. Pressed in
// that second call, or in the first when the user went back to it, it joins the two: also while the
// far end of the second still rings.
static enum call_result key_transfer(const struct key *key)
{
	struct connection *own = key->a->connection, *other = consulted(own);
	enum call_result result = other == NULL ? connection_begin_transfer(own, consult_line(key))
						: connections_transfer(other, own);

	if (result != CALL_OK)
		show_refused(key->a, SCCP_LABEL_CAN_NOT_COMPLETE_TRANSFER);
	return result;
}

// The same, for a conference that this phone mixes: one that cannot says so before anything
// happens.
static enum call_result key_conference(const struct key *key)
{
	struct connection *own = key->a->connection, *other = consulted(own);
	enum call_result result;

	if (other != NULL)
		result = connections_conference(other, own);
	else
		result = connection_can_mix(own) ? consult(key) : CALL_NO_MIXER;
	if (result == CALL_TOO_MANY)
		show_refused(key->a, SCCP_LABEL_EXCEED_MAXIMUM_PARTIES);
	else if (result == CALL_NO_MIXER)
		show_refused(key->a, SCCP_LABEL_NO_CONFERENCE_BRIDGE);
	else if (result != CALL_OK)
		show_refused(key->a, SCCP_LABEL_CAN_NOT_COMPLETE_CONFERENCE);
	return result;
}

static enum call_result key_remove_last(const struct key *key)
{
	return conference_remove_last(key->a->connection);
}

static enum call_result key_hold(const struct key *key)
{
	return connection_hold(key->a->connection, CSTA_CAUSE_NORMAL);
}

static enum call_result key_resume(const struct key *key)
{
	enum call_result result =
		connection_retrieve_at(key->a->connection, key->a->line, CSTA_CAUSE_NORMAL);

	if (result == CALL_NO_MIXER)
		show_refused(key->a, SCCP_LABEL_NO_CONFERENCE_BRIDGE);
	return result;
}

static enum call_result key_answer(const struct key *key)
{
	return connection_answer_at(key->a->connection, key->a->line);
}

static enum call_result key_end_call(const struct key *key)
{
	return connection_clear(key->a->connection, CSTA_CAUSE_NORMAL_CLEARING);
}

static enum call_result key_back_space(const struct key *key)
{
	struct sccp_msg msg;
	uint32_t line = key->a->line->instance, call = key->a->call_reference;
	enum call_result result = connection_backspace(key->a->connection);

	if (result != CALL_OK)
		return result;
	sccp_msg_init(&msg, SCCP_BACK_SPACE_RES);
	msg.back_space_res.line = line;
	msg.back_space_res.call = call;
	phone_send(key->phone, &msg);
	return CALL_OK;
}

// What each key does, and whether it is about a call.
static const struct key_row {
	enum call_result (*press)(const struct key *key);
	bool needs_call;
} key_rows[] = {
	[SCCP_SOFTKEY_REDIAL] = { key_redial, false },
	[SCCP_SOFTKEY_NEW_CALL] = { key_new_call, false },
	[SCCP_SOFTKEY_HOLD] = { key_hold, true },
	[SCCP_SOFTKEY_TRANSFER] = { key_transfer, true },
	[SCCP_SOFTKEY_CONFERENCE] = { key_conference, true },
	[SCCP_SOFTKEY_REMOVE_LAST] = { key_remove_last, true },
	[SCCP_SOFTKEY_CFWD_ALL] = { key_forward_all, false },
	[SCCP_SOFTKEY_BACK_SPACE] = { key_back_space, true },
	[SCCP_SOFTKEY_END_CALL] = { key_end_call, true },
	[SCCP_SOFTKEY_RESUME] = { key_resume, true },
	[SCCP_SOFTKEY_ANSWER] = { key_answer, true },
	[SCCP_SOFTKEY_DND] = { key_do_not_disturb, false },
};

static bool screen_offers(const struct appearance *a, uint32_t event)
{
	return softkeys_offer(
		a->line->phone, a, appearance_soft_keys(a), event);
}

// The call that a soft key without a call reference means: one whose keys include it, the active
// first.
static struct appearance *key_target(struct phone *phone, const struct line *line, uint32_t event)
{
	struct appearance *a = active_at(phone, line);

	if (a != NULL && screen_offers(a, event))
		return a;
	TAILQ_FOREACH (a, &phone->appearances, at_phone) {
		if (a->shown != SCREEN_NONE && screen_offers(a, event) && is_at(a, line))
			return a;
	}
	return NULL;
}

static void press(struct key *key, uint32_t event)
{
	const struct key_row *row = &key_rows[event];
	bool offered = key->a != NULL ? screen_offers(key->a, event)
				      : softkeys_offer(key->phone, NULL,
						SCCP_SOFTKEY_SET_ON_HOOK, event);

	if (!offered || (row->needs_call && key->a == NULL)) {
		phone_ignore(key->phone, IGNORED_STATE);
		return;
	}
	// Where another phone has the line there is nothing to go on with.
	if (key->line == NULL && key->a != NULL && !screen_row(key->a->shown)->remote)
		key->line = key->a->line;
	key_done(key, row->press(key));
}

void soft_key_event(struct station *station, const struct sccp_msg *msg)
{
	const struct sccp_soft_key_event *event = &msg->soft_key_event;
	struct phone *phone = station->phone;
	struct key key = { phone, phone_line(phone, event->line), NULL };

	if (event->event >= sizeof(key_rows) / sizeof(key_rows[0]) ||
		key_rows[event->event].press == NULL) {
		phone_ignore(phone, IGNORED_VALUE);
		return;
	}
	if (event->call == 0) {
		key.a = key_target(phone, key.line, event->event);
	} else {
		key.a = phone_appearance(phone, event->call);
		if (key.a == NULL) {
			phone_ignore(phone, IGNORED_STALE);
			return;
		}
	}
	press(&key, event->event);
}

// --- hook --------------------------------------------------------------------------------------

// The handset is up, or the speaker key pressed: answers, resumes, or begins a call; with a call
// that is active it is just another audio path.
static void lift(struct phone *phone, uint32_t instance, uint32_t call)
{
	struct key key = { phone, phone_line(phone, instance), phone_appearance(phone, call) };

	phone->off_hook = true;
	if (phone_active(phone) != NULL)
		return;
	if (key.a != NULL && key.a->shown == SCREEN_REMOTE_IN_USE)
		key.a = NULL;
	if (key.a == NULL)
		key.a = ringing(phone, key.line);
	if (key.a == NULL)
		key.a = ringing(phone, NULL);
	if (key.a == NULL)
		key_done(&key, key_new_call(&key));
	else if (connection_rings(key.a->connection))
		key_done(&key, key_answer(&key));
	else
		key_done(&key, key_resume(&key));
}

void off_hook(struct station *station, const struct sccp_msg *msg)
{
	lift(station->phone, msg->off_hook.line, msg->off_hook.call);
}

void off_hook_calling(struct station *station, const struct sccp_msg *msg)
{
	lift(station->phone, msg->off_hook_calling.line, 0);
}

// Ends the active call; calls that are held or ring stay, and so does the active one when another
// is named.
void on_hook(struct station *station, const struct sccp_msg *msg)
{
	struct phone *phone = station->phone;
	struct appearance *a = active_at(phone, NULL);
	uint32_t call = msg->on_hook.call;

	if (a != NULL && call != 0 && phone_appearance(phone, call) != NULL &&
		a->call_reference != call) {
		phone_ignore(phone, IGNORED_STATE);
		return;
	}
	if (call != 0 && phone_appearance(phone, call) == NULL) {
		phone->off_hook = false;
		phone_ignore(phone, IGNORED_STALE);
		return;
	}
	if (a == NULL) {
		phone->off_hook = false;
		phone_ignore(phone, IGNORED_STATE);
		return;
	}
	connection_clear(a->connection, CSTA_CAUSE_NORMAL_CLEARING);
	phone->off_hook = false;
}

// --- digits ------------------------------------------------------------------------------------

// Before the call is complete it dials, in the call it is for who hears it.
static void digit(const struct key *key, char c)
{
	struct connection *connection = key->a->connection;
	char digits[2] = { c };

	if (connection->line != key->a->line)
		key_done(key, CALL_BAD_STATE);
	else if (connection->state == CONNECTION_CONNECTED && c != '+')
		key_done(key, connection_send_digits(connection, digits, TONE_MS, PAUSE_MS));
	else
		key_done(key, connection_digit(connection, c));
}

void keypad_button(struct station *station, const struct sccp_msg *msg)
{
	static const char digits[] = "0123456789ABCD*#+"; // by enum sccp_keypad_code
	const struct sccp_keypad_button *button = &msg->keypad_button;
	struct phone *phone = station->phone;
	struct key key = { phone, phone_line(phone, button->line), NULL };

	if (button->button >= sizeof(digits) - 1) {
		phone_ignore(phone, IGNORED_VALUE);
		return;
	}
	key.a = button->call != 0 ? phone_appearance(phone, button->call)
				  : active_at(phone, key.line);
	if (key.a == NULL) {
		phone_ignore(phone, button->call != 0 ? IGNORED_STALE : IGNORED_STATE);
		return;
	}
	digit(&key, digits[button->button]);
}

void enbloc_call(struct station *station, const struct sccp_msg *msg)
{
	const char *number = msg->enbloc_call.number;
	struct phone *phone = station->phone;
	struct key key = { phone, phone_line(phone, msg->enbloc_call.line), NULL };

	if (number[0] == '\0' || strspn(number, "0123456789ABCD*#+") != strlen(number)) {
		phone_ignore(phone, IGNORED_VALUE);
		return;
	}
	key_done(&key, dial(&key, number));
}

// --- buttons -----------------------------------------------------------------------------------

static void speed_dial_button(struct phone *phone, uint32_t instance)
{
	struct key key = { phone, NULL, NULL };
	struct config_speed_dial speed_dial;

	if (!phone_speed_dial(phone, instance, &speed_dial))
		phone_ignore(phone, IGNORED_VALUE);
	else
		key_done(&key, dial(&key, speed_dial.number));
}

// Who is watched is called.
static void watch_button(struct phone *phone, const struct watch_button *watch)
{
	struct key key = { phone, NULL, NULL };

	key_done(&key, dial(&key, watch->dn->numbers[DN_PRIMARY].text));
}

static void messages_button(struct phone *phone, uint32_t instance)
{
	const char *number = phone->engine->config->telephony.voicemail;
	struct key key = { phone, NULL, NULL };

	(void)instance;
	if (number == NULL) {
		phone_show_refused(phone, SCCP_LABEL_KEY_IS_NOT_ACTIVE);
		phone_ignore(phone, IGNORED_STATE);
		return;
	}
	key_done(&key, dial(&key, number));
}

static void line_button(struct phone *phone, uint32_t instance)
{
	struct key key = { phone, phone_line(phone, instance), NULL };
	struct watch_button *watch = phone_watch(phone, instance);
	struct connection *connection;

	if (watch != NULL) {
		watch_button(phone, watch);
		return;
	}
	if (key.line == NULL) {
		phone_ignore(phone, IGNORED_VALUE);
		return;
	}
	key.a = ringing(phone, key.line);
	if (key.a != NULL) {
		key_done(&key, key_answer(&key));
		return;
	}
	// The line in use: nothing to switch to.
	if (active_at(phone, key.line) != NULL)
		return;
	key.a = in_state(phone, key.line, CONNECTION_HOLD);
	key_done(&key, key.a != NULL ? key_resume(&key)
				     : originate_at(&key, open_line(phone, key.line), &connection));
}

static void hold_button(struct phone *phone, uint32_t instance)
{
	struct key key = { phone, NULL, active_at(phone, NULL) };

	(void)instance;
	if (key.a != NULL) {
		key_done(&key, key_hold(&key));
		return;
	}
	key.a = in_state(phone, NULL, CONNECTION_HOLD);
	key_done(&key, key.a != NULL ? key_resume(&key) : CALL_BAD_STATE);
}

// Keys of their own, some of which a phone has several of.
static const struct {
	uint32_t stimulus;
	void (*press)(struct phone *phone, uint32_t instance);
} buttons[] = {
	{ SCCP_STIMULUS_LINE, line_button },
	{ SCCP_STIMULUS_SPEED_DIAL, speed_dial_button },
	{ SCCP_STIMULUS_HOLD, hold_button },
	{ SCCP_STIMULUS_VOICE_MAIL, messages_button },
};

// Fixed keys that do what a soft key does.
static const struct {
	uint32_t stimulus;
	uint32_t key;
} fixed_keys[] = {
	{ SCCP_STIMULUS_LAST_NUMBER_REDIAL, SCCP_SOFTKEY_REDIAL },
	{ SCCP_STIMULUS_TRANSFER, SCCP_SOFTKEY_TRANSFER },
	{ SCCP_STIMULUS_CONFERENCE, SCCP_SOFTKEY_CONFERENCE },
	{ SCCP_STIMULUS_REMOVE_LAST_PARTICIPANT, SCCP_SOFTKEY_REMOVE_LAST },
	{ SCCP_STIMULUS_FORWARD_ALL, SCCP_SOFTKEY_CFWD_ALL },
	{ SCCP_STIMULUS_DO_NOT_DISTURB, SCCP_SOFTKEY_DND },
	{ SCCP_STIMULUS_NEW_CALL, SCCP_SOFTKEY_NEW_CALL },
	{ SCCP_STIMULUS_END_CALL, SCCP_SOFTKEY_END_CALL },
};

void stimulus(struct station *station, const struct sccp_msg *msg)
{
	struct phone *phone = station->phone;
	uint32_t stimulus_code = msg->stimulus.stimulus;

	for (size_t i = 0; i < sizeof(buttons) / sizeof(buttons[0]); i++) {
		if (buttons[i].stimulus == stimulus_code) {
			buttons[i].press(phone, msg->stimulus.instance);
			return;
		}
	}
	for (size_t i = 0; i < sizeof(fixed_keys) / sizeof(fixed_keys[0]); i++) {
		if (fixed_keys[i].stimulus == stimulus_code) {
			struct key key = { phone, NULL,
				key_target(phone, NULL, fixed_keys[i].key) };

			press(&key, fixed_keys[i].key);
			return;
		}
	}
	phone_ignore(phone, IGNORED_MESSAGE);
}
