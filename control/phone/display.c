// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The messages that screens are made of. Phones without soft keys get neither those nor prompts:
// some have one text instead, some nothing but lamps and tones.
#include "control/phone/display.h"

#include <string.h>

#include "control/call/feature.h"
#include "control/phone/internal.h"
#include "control/phone/softkeys.h"
#include "control/phone/status.h"

enum {
	LABEL_PREFIX = 0x80, // the code of a text of the phone's own follows
	LABEL_TEXT_MAX = 24, // of what stands behind it
	BANNER_S = 10,       // as CallManager shows the ringing banner
	BANNER_PRIORITY = 5,
	HISTORY_VERSION = 15, // the first whose phones know CallHistoryInfo
};

static void state_send(struct appearance *a, uint32_t call_state)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_CALL_STATE);
	msg.call_state.state = call_state;
	msg.call_state.line = a->line->instance;
	msg.call_state.call = a->call_reference;
	msg.call_state.precedence = SCCP_PRECEDENCE_ROUTINE;
	phone_send(a->line->phone, &msg);
	a->call_state = call_state;
}

void show_state(struct appearance *a)
{
	if (a->call_state != screen_row(a->shown)->call_state)
		state_send(a, screen_row(a->shown)->call_state);
}

// An answered call goes through OffHook: a 7911 has no audio otherwise. So does one that is new to
// the phone: its user had declined it, and it was answered for him.
void show_off_hook_state(struct appearance *a)
{
	if (a->call_state == SCCP_CALL_STATE_RING_IN || a->call_state == SCCP_CALL_STATE_IDLE)
		state_send(a, SCCP_CALL_STATE_OFF_HOOK);
}

// `a`: NULL for a phone without calls.
static void keys_send(struct phone *phone, const struct appearance *a, uint32_t set)
{
	struct sccp_msg msg;

	if (phone_face(phone) != PHONE_SOFT_KEYS)
		return;
	sccp_msg_init(&msg, SCCP_SELECT_SOFT_KEYS);
	msg.select_soft_keys.line = a == NULL ? 0 : a->line->instance;
	msg.select_soft_keys.call = a == NULL ? 0 : a->call_reference;
	msg.select_soft_keys.set = set;
	msg.select_soft_keys.valid_keys = softkeys_mask(phone, a, set);
	phone_send(phone, &msg);
}

void show_keys(struct appearance *a)
{
	keys_send(a->line->phone, a, appearance_soft_keys(a));
	a->keys = appearance_keys(a);
}

// A text in the phone's own language and what follows it.
static void label_write(char *field, size_t size, uint32_t label, const char *text)
{
	field[0] = (char)LABEL_PREFIX;
	field[1] = (char)label;
	span_fit(span_head(span_str(text), LABEL_TEXT_MAX), field + 2, size - 2);
}

static void prompt_send(
	struct phone *phone, uint32_t line, uint32_t call, uint32_t label, const char *text)
{
	struct sccp_msg msg;

	if (phone_face(phone) != PHONE_SOFT_KEYS)
		return;
	sccp_msg_init(&msg, SCCP_DISPLAY_PROMPT_STATUS);
	label_write(msg.display_prompt_status.text, sizeof(msg.display_prompt_status.text), label,
		text);
	msg.display_prompt_status.line = line;
	msg.display_prompt_status.call = call;
	phone_send(phone, &msg);
}

// Behind its label.
static const char *prompt_text(const struct appearance *a)
{
	const struct call *call = a->connection->call;

	switch ((enum prompt_names)screen_row(a->shown)->names) {
	case NAMES_CALLING:
		return call->calling.number;
	case NAMES_CALLED: // whom the user is about to call
		return call->called.number;
	case NAMES_NOBODY:
		break;
	}
	return "";
}

void show_prompt(struct appearance *a)
{
	prompt_send(a->line->phone, a->line->instance, a->call_reference,
		screen_row(a->shown)->label, prompt_text(a));
}

// --- phones with one text ------------------------------------------------------------------------

static unsigned text_urgency(const struct appearance *a)
{
	const struct screen_row *row = screen_row(a->shown);

	if (a->shown == SCREEN_NONE || a->shown == SCREEN_CLEARED || row->remote)
		return 0;
	if (row->lamp == SCCP_LAMP_BLINK)
		return 3;
	return row->active ? 2 : 1;
}

static const struct appearance *text_call(const struct phone *phone)
{
	const struct appearance *a, *most = NULL;

	TAILQ_FOREACH (a, &phone->appearances, at_phone) {
		if (text_urgency(a) > (most == NULL ? 0 : text_urgency(most)))
			most = a;
	}
	return most;
}

// Such phones know no labels: the words themselves. Idle, they have nothing to say of keys that
// they have not.
void phone_show_text(struct phone *phone)
{
	const struct appearance *a = text_call(phone);
	char coded[64], words[sizeof(coded) * 2];
	uint32_t label = 0, hash;
	const char *text;
	struct sccp_msg msg;

	if (phone_face(phone) != PHONE_TEXT || !phone_is_registered(phone))
		return;
	text = a != NULL ? prompt_text(a) : phone_idle_text(phone, &label);
	label_write(coded, sizeof(coded), a != NULL ? screen_row(a->shown)->label : label, text);
	sccp_label_expand(coded, words, sizeof(words));
	hash = label == SCCP_LABEL_YOUR_CURRENT_OPTIONS
		       ? 0
		       : (uint32_t)siphash(&phone->engine->key, words, strlen(words)) | 1;
	if (phone->text_shown == hash)
		return;
	phone->text_shown = hash;
	sccp_msg_init(&msg, hash == 0 ? SCCP_CLEAR_DISPLAY : SCCP_DISPLAY_TEXT);
	if (hash != 0)
		span_fit(span_str(words), msg.display_text.text, sizeof(msg.display_text.text));
	phone_send(phone, &msg);
}

void show_clear_prompt(struct appearance *a)
{
	struct sccp_msg msg;

	if (phone_face(a->line->phone) != PHONE_SOFT_KEYS)
		return;
	sccp_msg_init(&msg, SCCP_CLEAR_PROMPT_STATUS);
	msg.clear_prompt_status.line = a->line->instance;
	msg.clear_prompt_status.call = a->call_reference;
	phone_send(a->line->phone, &msg);
}

static void tone_send(struct phone *phone, uint32_t line, uint32_t call, uint32_t sound)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_START_TONE);
	msg.start_tone.tone = sound;
	msg.start_tone.line = line;
	msg.start_tone.call = call;
	phone_send(phone, &msg);
}

void tone_start(struct appearance *a, uint32_t sound)
{
	tone_send(a->line->phone, a->line->instance, a->call_reference, sound);
}

static void banner_send(struct phone *phone, uint32_t label, const char *text)
{
	struct sccp_msg msg;

	if (phone_face(phone) != PHONE_SOFT_KEYS)
		return;
	sccp_msg_init(&msg, SCCP_DISPLAY_PRI_NOTIFY);
	msg.display_pri_notify.timeout_s = BANNER_S;
	msg.display_pri_notify.priority = BANNER_PRIORITY;
	label_write(msg.display_pri_notify.text, sizeof(msg.display_pri_notify.text), label, text);
	phone_send(phone, &msg);
}

void show_banner(struct appearance *a)
{
	banner_send(a->line->phone, SCCP_LABEL_FROM, a->connection->call->calling.number);
}

void show_refused(struct appearance *a, uint32_t label)
{
	tone_start(a, SCCP_TONE_BEEP_BONK);
	banner_send(a->line->phone, label, "");
}

void phone_show_refused(struct phone *phone, uint32_t label)
{
	tone_send(phone, 0, 0, SCCP_TONE_BEEP_BONK);
	banner_send(phone, label, "");
}

static bool knows_history(const struct phone *phone)
{
	return phone->own_version >= HISTORY_VERSION;
}

static void entry_send(struct appearance *a, uint32_t disposition)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_CALL_HISTORY_INFO);
	msg.call_history_info.disposition = disposition;
	msg.call_history_info.line = a->line->instance;
	msg.call_history_info.call = a->call_reference;
	phone_send(a->line->phone, &msg);
}

// A call that somebody else of the DN answered was not missed. Phones that know no CallHistoryInfo
// list none that was connected.
void show_unlogged(struct appearance *a)
{
	if (a->call_state != SCCP_CALL_STATE_RING_IN)
		return;
	a->entry = 0;
	if (knows_history(a->line->phone))
		entry_send(a, SCCP_DISPOSITION_IGNORE);
	else
		state_send(a, SCCP_CALL_STATE_CONNECTED);
}

// It rang here and was answered at another button.
static bool is_taken_beside(const struct appearance *a)
{
	return a->connection->line != NULL && a->connection->line != a->line;
}

// The call is over: which of the phone's lists is it for? Phones that know no CallHistoryInfo go by
// the states that they were told. Nobody called who is only asked to make a call.
void show_history(struct appearance *a)
{
	if (a->connection->prompted || is_taken_beside(a))
		show_unlogged(a);
	if (a->entry != 0 && knows_history(a->line->phone))
		entry_send(a, a->entry);
}

static uint32_t redirect_reason(uint8_t cause)
{
	switch (cause) {
	case CSTA_CAUSE_CALL_FORWARD_BUSY:
		return SCCP_REDIRECT_BUSY;
	case CSTA_CAUSE_CALL_FORWARD_NO_ANSWER:
		return SCCP_REDIRECT_NO_ANSWER;
	case CSTA_CAUSE_CALL_FORWARD_IMMEDIATE:
		return SCCP_REDIRECT_ALL;
	case CSTA_CAUSE_REDIRECTED:
		return SCCP_REDIRECT_DEFLECTED;
	default:
		return SCCP_REDIRECT_NONE;
	}
}

static uint32_t call_instance(const struct appearance *a)
{
	const struct appearance *other;
	uint32_t n = 1;

	TAILQ_FOREACH (other, &a->line->phone->appearances, at_phone) {
		if (other == a)
			break;
		n += other->line == a->line && other->shown != SCREEN_NONE;
	}
	return n;
}

static const char *party_name(const struct party *party)
{
	return party->dn != NULL ? dn_name(party->dn) : party->number;
}

#define FIELD_COPY(field, text) span_fit(span_str(text), field, sizeof(field))
#define NAME_SET(field, text) sccp_text_set(field, sizeof(field), text)

// How an end of a call is called on a display.
struct end {
	const char *name;
	const char *number;
	uint8_t label; // enum sccp_label_code: instead of a name; 0: none
};

static struct end end_of(const struct party *party)
{
	return (struct end){ party_name(party), party->number, 0 };
}

#define END_WRITE(name_field, number_field, end) \
	end_write(name_field, sizeof(name_field), number_field, sizeof(number_field), end)

static void end_write(
	char *name, size_t name_size, char *number, size_t number_size, const struct end *end)
{
	if (end->label != 0)
		label_write(name, name_size, end->label, "");
	else
		sccp_text_set(name, name_size, end->name);
	span_fit(span_str(end->number), number, number_size);
}

// The called end: by the number that was called or, where the call was diverted, the device that it
// came to.
static struct end called_end_of(const struct call *call, const struct connection *connection)
{
	if (call->redirecting.number[0] == '\0' || connection == NULL)
		return end_of(&call->called);
	return (struct end){ dn_name(connection->dn), connection->dn->numbers[DN_PRIMARY].text, 0 };
}

// Who was called, who diverted the call last, and why it was diverted at first and at last. Where
// somebody was called into a talk, that is how he was reached: the talk was with somebody else.
static void redirection_fill(struct sccp_call_info *info, const struct call *call)
{
	struct end original = end_of(&call->called);

	if (call->redirecting.number[0] == '\0')
		return;
	if (call->mixer == NULL)
		END_WRITE(info->original_name, info->original_number, &original);
	NAME_SET(info->redirecting_name, party_name(&call->redirecting));
	FIELD_COPY(info->redirecting_number, call->redirecting.number);
	info->original_reason = redirect_reason(call->first_redirection);
	info->redirecting_reason = redirect_reason(call->last_redirection);
}

// A transfer may have made a called party the calling one: for the phone a talk stays one that came
// in, and the other way round; how the far end was reached is nothing to it then. In a conference
// the far end is nobody in particular.
void show_call_info(struct appearance *a)
{
	const struct connection *own = a->connection;
	const struct call *call = own->call;
	bool outbound = own->outbound, conference = call_is_conference(call);
	bool calls = own->dn == call->calling.dn;
	const struct party self = call_party(call, own);
	struct end calling = end_of(&call->calling);
	struct end called = called_end_of(call, calls ? connection_peer(own) : own);
	struct end near = call->mixer != NULL ? end_of(&self) : calls ? calling : called;
	struct end far = calls ? called : calling;
	struct sccp_msg msg;
	struct sccp_call_info *info = &msg.call_info;

	if (conference)
		far = (struct end){ "", "", SCCP_LABEL_CONFERENCE };
	sccp_msg_init(&msg, SCCP_CALL_INFO);
	info->line = a->line->instance;
	info->call = a->call_reference;
	info->type = outbound ? SCCP_CALL_TYPE_OUTBOUND : SCCP_CALL_TYPE_INBOUND;
	info->call_instance = call_instance(a);
	END_WRITE(info->calling_name, info->calling_number, outbound ? &near : &far);
	END_WRITE(info->called_name, info->called_number, outbound ? &far : &near);
	FIELD_COPY(info->original_name, info->called_name);
	FIELD_COPY(info->original_number, info->called_number);
	if (!conference && outbound == calls)
		redirection_fill(info, call);
	phone_send(a->line->phone, &msg);
}

void show_dialled_number(struct appearance *a)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_DIALED_NUMBER);
	FIELD_COPY(msg.dialed_number.number, a->connection->call->called.number);
	msg.dialed_number.line = a->line->instance;
	msg.dialed_number.call = a->call_reference;
	phone_send(a->line->phone, &msg);
}

void show_plane(struct appearance *a)
{
	struct sccp_msg msg;

	if (a->line->phone->plane == a->line->instance)
		return;
	a->line->phone->plane = a->line->instance;
	sccp_msg_init(&msg, SCCP_ACTIVATE_CALL_PLANE);
	msg.activate_call_plane.line = a->line->instance;
	phone_send(a->line->phone, &msg);
}

void show_tone(struct appearance *a)
{
	tone_start(a, screen_row(a->shown)->tone);
}

void tone_stop(struct appearance *a)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_STOP_TONE);
	msg.stop_tone.line = a->line->instance;
	msg.stop_tone.call = a->call_reference;
	phone_send(a->line->phone, &msg);
}

void show_stop_tone(struct appearance *a)
{
	// A call that only rang has no tone.
	if (a->shown != SCREEN_CLEARED || a->call_state != SCCP_CALL_STATE_RING_IN)
		tone_stop(a);
}

// In the ear of who talks; who dials or waits hears his own tone. Not from a silent line, and not
// to who does not want to be disturbed.
void show_waiting_tone(struct appearance *a)
{
	struct appearance *other;

	if (a->line->silent || line_is_quiet(a->line))
		return;

	TAILQ_FOREACH (other, &a->line->phone->appearances, at_phone) {
		if (screen_is_talk((enum screen)other->shown))
			tone_start(other, SCCP_TONE_CALL_WAITING);
	}
}

// Where another phone of the DN takes calls, one that does not want to be disturbed shows them
// without a sound.
static uint32_t ring_of(const struct line *line)
{
	return line_is_quiet(line) ? SCCP_RING_FLASH_ONLY : line->ring;
}

static uint32_t ring_wanted(const struct phone *phone)
{
	const struct appearance *a;
	uint32_t ring = SCCP_RING_OFF;

	TAILQ_FOREACH (a, &phone->appearances, at_phone) {
		if (a->shown == SCREEN_RING_IN || a->shown == SCREEN_PROMPT)
			return ring_of(a->line);
		if (a->shown == SCREEN_CALL_WAITING || a->shown == SCREEN_PROMPT_WAITING)
			ring = SCCP_RING_FLASH_ONLY;
	}
	return ring;
}

void show_ringer(struct appearance *a)
{
	struct phone *phone = a->line->phone;
	uint32_t ring = ring_wanted(phone);
	bool once = ring == SCCP_RING_FLASH_ONLY;
	struct sccp_msg msg;

	if (phone->ringer == ring)
		return;
	phone->ringer = (uint8_t)ring;
	sccp_msg_init(&msg, SCCP_SET_RINGER);
	msg.set_ringer.mode = ring;
	msg.set_ringer.duration = once ? SCCP_RING_DURATION_SINGLE : SCCP_RING_DURATION_NORMAL;
	msg.set_ringer.line = a->line->instance;
	msg.set_ringer.call = a->call_reference;
	phone_send(phone, &msg);
}

// The most urgent of the line's calls lights the lamp.
static uint32_t lamp_wanted(const struct line *line)
{
	static const uint8_t urgency[] = {
		[SCCP_LAMP_OFF] = 0,
		[SCCP_LAMP_WINK] = 1,
		[SCCP_LAMP_ON] = 2,
		[SCCP_LAMP_BLINK] = 3,
	};
	const struct appearance *a;
	uint32_t mode = SCCP_LAMP_OFF;

	TAILQ_FOREACH (a, &line->phone->appearances, at_phone) {
		if (a->line->instance == line->instance && a->shown != SCREEN_NONE &&
			urgency[screen_row(a->shown)->lamp] > urgency[mode])
			mode = screen_row(a->shown)->lamp;
	}
	return mode;
}

void show_lamp(struct appearance *a)
{
	// The lines of an overlay have one button.
	struct line *first = phone_line(a->line->phone, a->line->instance);
	uint32_t mode = lamp_wanted(a->line);
	struct sccp_msg msg;

	if (first->lamp == mode)
		return;
	first->lamp = (uint8_t)mode;
	sccp_msg_init(&msg, SCCP_SET_LAMP);
	msg.set_lamp.stimulus = SCCP_STIMULUS_LINE;
	msg.set_lamp.instance = a->line->instance;
	msg.set_lamp.mode = mode;
	phone_send(a->line->phone, &msg);
}

static void speaker_send(struct phone *phone, bool on)
{
	struct sccp_msg msg;

	phone->speaker = on;
	sccp_msg_init(&msg, SCCP_SET_SPEAKER_MODE);
	msg.set_speaker_mode.mode = on ? SCCP_SWITCH_ON : SCCP_SWITCH_OFF;
	phone_send(phone, &msg);
}

static bool has_audio(const struct phone *phone)
{
	const struct appearance *a;

	TAILQ_FOREACH (a, &phone->appearances, at_phone) {
		if (screen_row(a->shown)->active)
			return true;
	}
	return false;
}

// A phone that is off hook by itself needs no switching.
void show_speaker(struct appearance *a)
{
	struct phone *phone = a->line->phone;
	bool wanted = has_audio(phone);

	if (wanted && !phone->off_hook && !phone->speaker)
		speaker_send(phone, true);
	else if (!wanted && phone->speaker)
		speaker_send(phone, false);
}

struct appearance *phone_own_call(struct phone *phone)
{
	struct appearance *a;

	TAILQ_FOREACH (a, &phone->appearances, at_phone) {
		if (a->shown != SCREEN_CLEARED && a->shown != SCREEN_NONE &&
			!screen_row(a->shown)->remote)
			return a;
	}
	return NULL;
}

void phone_show_idle_text(struct phone *phone)
{
	uint32_t label;
	const char *text = phone_idle_text(phone, &label);

	prompt_send(phone, 0, 0, label, text);
	phone_show_text(phone);
	phone->idle_shown = phone_idle_hash(phone);
}

void phone_show_idle_keys(struct phone *phone)
{
	keys_send(phone, NULL, SCCP_SOFTKEY_SET_ON_HOOK);
	phone_show_idle_text(phone);
}

void phone_show_idle(struct phone *phone)
{
	phone_show_idle_keys(phone);
	phone_send_time(phone);
	phone->plane = 0;
	// Also what the user switched on: nothing is left to listen to.
	if (phone->off_hook || phone->speaker)
		speaker_send(phone, false);
	phone->off_hook = false;
}

// After a call: either the phone is idle now, or the keys are those of the call that is left.
void show_idle(struct appearance *a)
{
	struct appearance *left = phone_own_call(a->line->phone);

	if (left == NULL) {
		phone_show_idle(a->line->phone);
		return;
	}
	show_keys(left);
	show_speaker(left);
}
