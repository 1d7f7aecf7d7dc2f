// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "tests/scenarios/view.h"

#include <stdio.h>
#include <string.h>

static const char idle_prompt[] = "Your current options";

void view_reset(struct view *view)
{
	memset(view->calls, 0, sizeof(view->calls));
	memset(view->lamps, 0, sizeof(view->lamps));
	memset(view->forwards, 0, sizeof(view->forwards));
	memset(view->features, 0, sizeof(view->features));
	view->conn = view->phone->conn;
	view->keys = SCCP_SOFTKEY_SET_ON_HOOK;
	view->keys_call = 0;
	view->keys_off = 0;
	view->ring = SCCP_RING_OFF;
	view->speaker = false;
	view->text[0] = '\0';
	snprintf(view->prompt, sizeof(view->prompt), "%s", idle_prompt);
}

void view_init(struct view *view, struct sim_phone *phone, const char *name)
{
	memset(view, 0, sizeof(*view));
	view->phone = phone;
	snprintf(view->name, sizeof(view->name), "%s", name);
	view_reset(view);
}

void view_check_conn(struct view *view)
{
	if (!view->phone->open || view->conn != view->phone->conn)
		view_reset(view);
}

static void note(struct view *view, const char *word, const char *text)
{
	char *to = view->notes[view->note_count];

	assert_true(view->note_count < VIEW_NOTES);
	view->note_count++;
	if (text == NULL)
		snprintf(to, sizeof(view->notes[0]), "%s", word);
	else
		snprintf(to, sizeof(view->notes[0]), "%s \"%s\"", word, text);
}

// --- messages ------------------------------------------------------------------------------------

static struct view_call *reference_find(struct view *view, uint32_t reference)
{
	for (unsigned i = 0; i < VIEW_CALLS; i++) {
		if (view->calls[i].reference == reference && reference != 0)
			return &view->calls[i];
	}
	return NULL;
}

static void take_call_state(struct view *view, const struct sccp_msg *msg)
{
	struct view_call *call = reference_find(view, msg->call_state.call);

	for (unsigned i = 0; call == NULL && i < VIEW_CALLS; i++) {
		if (view->calls[i].reference == 0)
			call = &view->calls[i];
	}
	assert_non_null(call);
	if (msg->call_state.state == SCCP_CALL_STATE_ON_HOOK) {
		memset(call, 0, sizeof(*call));
		return;
	}
	call->reference = msg->call_state.call;
	call->line = msg->call_state.line;
	call->state = msg->call_state.state;
}

// Tones that end by themselves.
static bool is_beep(uint32_t tone)
{
	bool digit = tone >= SCCP_TONE_DTMF1 && tone <= SCCP_TONE_DTMF_D;

	return digit || tone == SCCP_TONE_CALL_WAITING || tone == SCCP_TONE_CONFIRMATION ||
	       tone == SCCP_TONE_ZIP || tone == SCCP_TONE_ZIP_ZIP || tone == SCCP_TONE_BEEP_BONK;
}

static void take_tone(struct view *view, const struct sccp_msg *msg)
{
	struct view_call *call = reference_find(view, msg->start_tone.call);

	if (call != NULL && !is_beep(msg->start_tone.tone))
		call->tone = msg->start_tone.tone;
	else
		note(view, sccp_tone_name(msg->start_tone.tone), NULL);
}

static void take_stop_tone(struct view *view, const struct sccp_msg *msg)
{
	struct view_call *call = reference_find(view, msg->stop_tone.call);

	if (call != NULL)
		call->tone = 0;
}

static void take_prompt(struct view *view, const struct sccp_msg *msg)
{
	const struct sccp_display_prompt_status *status = &msg->display_prompt_status;
	struct view_call *call = reference_find(view, status->call);
	char *to = call != NULL ? call->prompt : view->prompt;

	sccp_label_expand(status->text, to, sizeof(view->prompt));
}

static void take_clear_prompt(struct view *view, const struct sccp_msg *msg)
{
	struct view_call *call = reference_find(view, msg->clear_prompt_status.call);

	if (call != NULL)
		call->prompt[0] = '\0';
	else if (msg->clear_prompt_status.call == 0)
		view->prompt[0] = '\0';
}

static void take_text(struct view *view, const struct sccp_msg *msg)
{
	sccp_label_expand(msg->display_text.text, view->text, sizeof(view->text));
}

static void take_clear_text(struct view *view, const struct sccp_msg *msg)
{
	(void)msg;
	view->text[0] = '\0';
}

static int party_print(char *text, size_t size, const char *number, const char *name)
{
	char shown[64];

	sccp_label_expand(name, shown, sizeof(shown));
	if (name[0] == '\0' || strcmp(name, number) == 0)
		return snprintf(text, size, "%s", number);
	return snprintf(text, size, "%s(%s)", number, shown);
}

// "201>202", "201>203 first=202 via=202".
static int redirection_print(
	char *text, size_t size, const char *role, const char *number, uint32_t reason)
{
	return snprintf(text, size, " %s=%s:%s", role, number, sccp_redirect_reason_name(reason));
}

static void take_call_info(struct view *view, const struct sccp_msg *msg)
{
	const struct sccp_call_info *info = &msg->call_info;
	struct view_call *call = reference_find(view, info->call);
	size_t size = sizeof(call->info);
	char *text;
	int n;

	if (call == NULL)
		return;
	text = call->info;
	n = info->type == SCCP_CALL_TYPE_FORWARD ? snprintf(text, size, "forwarded ") : 0;
	n += party_print(text + n, size - (size_t)n, info->calling_number, info->calling_name);
	n += snprintf(text + n, size - (size_t)n, ">");
	n += party_print(text + n, size - (size_t)n, info->called_number, info->called_name);
	if (strcmp(info->original_number, info->called_number) != 0)
		n += redirection_print(text + n, size - (size_t)n, "first", info->original_number,
			info->original_reason);
	if (info->redirecting_number[0] != '\0')
		redirection_print(text + n, size - (size_t)n, "via", info->redirecting_number,
			info->redirecting_reason);
}

static void take_dialled(struct view *view, const struct sccp_msg *msg)
{
	struct view_call *call = reference_find(view, msg->dialed_number.call);

	if (call != NULL)
		snprintf(call->dialled, sizeof(call->dialled), "%s", msg->dialed_number.number);
}

// The call's stream with this party id, or a new one; NULL when the call is unknown.
static struct view_stream *stream_of(struct view *view, uint32_t reference, uint32_t party)
{
	struct view_call *call = reference_find(view, reference);
	struct view_stream *unused = NULL;

	for (unsigned i = 0; call != NULL && i < VIEW_STREAMS; i++) {
		struct view_stream *stream = &call->streams[i];

		if (stream->party == party)
			return stream;
		if (unused == NULL && !stream->receiving && !stream->sending)
			unused = stream;
	}
	if (unused != NULL)
		unused->party = party;
	return unused;
}

static void take_receive(struct view *view, const struct sccp_msg *msg)
{
	const struct sccp_open_receive_channel *open = &msg->open_receive_channel;
	struct view_stream *stream = stream_of(view, open->call, open->party);

	if (stream == NULL)
		return;
	stream->receiving = true;
	stream->payload = open->payload;
}

static void take_close_receive(struct view *view, const struct sccp_msg *msg)
{
	const struct sccp_stop_media *close = &msg->close_receive_channel;
	struct view_stream *stream = stream_of(view, close->call, close->party);

	if (stream != NULL)
		stream->receiving = false;
}

static void take_send(struct view *view, const struct sccp_msg *msg)
{
	const struct sccp_start_media_transmission *start = &msg->start_media_transmission;
	struct view_stream *stream = stream_of(view, start->call, start->party);

	if (stream == NULL)
		return;
	stream->sending = true;
	stream->to = (struct endpoint){ .addr = start->addr, .port = (uint16_t)start->port };
}

static void take_stop_send(struct view *view, const struct sccp_msg *msg)
{
	const struct sccp_stop_media *stop = &msg->stop_media_transmission;
	struct view_stream *stream = stream_of(view, stop->call, stop->party);

	if (stream != NULL)
		stream->sending = false;
}

static void take_keys(struct view *view, const struct sccp_msg *msg)
{
	view->keys = msg->select_soft_keys.set;
	view->keys_call = msg->select_soft_keys.call;
	view->keys_off = ~msg->select_soft_keys.valid_keys & UINT16_MAX;
}

static void take_ringer(struct view *view, const struct sccp_msg *msg)
{
	view->ring = msg->set_ringer.mode;
}

static void take_speaker(struct view *view, const struct sccp_msg *msg)
{
	view->speaker = msg->set_speaker_mode.mode == SCCP_SWITCH_ON;
}

static void take_lamp(struct view *view, const struct sccp_msg *msg)
{
	const struct sccp_set_lamp *set = &msg->set_lamp;

	for (unsigned i = 0; i < VIEW_LAMPS; i++) {
		struct view_lamp *lamp = &view->lamps[i];

		if (lamp->mode != 0 &&
			(lamp->stimulus != set->stimulus || lamp->instance != set->instance))
			continue;
		*lamp = (struct view_lamp){ set->stimulus, set->instance, set->mode };
		return;
	}
	fail_msg("too many lamps");
}

static void take_forward(struct view *view, const struct sccp_msg *msg)
{
	const struct sccp_forward_stat_res *res = &msg->forward_stat_res;
	struct view_feature *forward;
	int n = 0;

	if (res->line == 0 || res->line > CONFIG_BUTTON_MAX)
		return;
	forward = &view->forwards[res->line - 1];
	forward->text[0] = '\0';
	forward->instance = res->line;
	if (res->all_active)
		n += snprintf(forward->text, sizeof(forward->text), "all:%s,", res->all_number);
	if (res->busy_active)
		n += snprintf(forward->text + n, sizeof(forward->text) - (size_t)n, "busy:%s,",
			res->busy_number);
	if (res->no_answer_active)
		n += snprintf(forward->text + n, sizeof(forward->text) - (size_t)n, "noan:%s,",
			res->no_answer_number);
	if (n > 0)
		forward->text[n - 1] = '\0';
}

static void take_feature(struct view *view, const struct sccp_msg *msg)
{
	const struct sccp_feature_stat_res *res = &msg->feature_stat_res;

	if (res->instance == 0 || res->instance > CONFIG_BUTTON_MAX)
		return;
	view->features[res->instance - 1].instance = res->instance;
	snprintf(view->features[res->instance - 1].text, sizeof(view->features[0].text), "%u",
		res->status);
}

static void take_notify(struct view *view, const struct sccp_msg *msg)
{
	char text[64];

	sccp_label_expand(msg->display_notify.text, text, sizeof(text));
	note(view, "notify", text);
}

static void take_pri_notify(struct view *view, const struct sccp_msg *msg)
{
	char text[64];

	sccp_label_expand(msg->display_pri_notify.text, text, sizeof(text));
	note(view, "notify", text);
}

// Of each call that ends: only scenarios about lists want to see it. That one is kept out of them
// is for all.
static void take_history(struct view *view, const struct sccp_msg *msg)
{
	if (view->lists || msg->call_history_info.disposition == SCCP_DISPOSITION_IGNORE)
		note(view, "history", sccp_disposition_name(msg->call_history_info.disposition));
}

static void take_nothing(struct view *view, const struct sccp_msg *msg)
{
	(void)view;
	(void)msg;
}

static const struct {
	uint32_t id;
	void (*take)(struct view *view, const struct sccp_msg *msg);
} messages[] = {
	{ SCCP_CALL_STATE, take_call_state },
	{ SCCP_START_TONE, take_tone },
	{ SCCP_STOP_TONE, take_stop_tone },
	{ SCCP_DISPLAY_PROMPT_STATUS, take_prompt },
	{ SCCP_CLEAR_PROMPT_STATUS, take_clear_prompt },
	{ SCCP_DISPLAY_TEXT, take_text },
	{ SCCP_CLEAR_DISPLAY, take_clear_text },
	{ SCCP_CALL_INFO, take_call_info },
	{ SCCP_DIALED_NUMBER, take_dialled },
	{ SCCP_OPEN_RECEIVE_CHANNEL, take_receive },
	{ SCCP_CLOSE_RECEIVE_CHANNEL, take_close_receive },
	{ SCCP_START_MEDIA_TRANSMISSION, take_send },
	{ SCCP_STOP_MEDIA_TRANSMISSION, take_stop_send },
	{ SCCP_SELECT_SOFT_KEYS, take_keys },
	{ SCCP_SET_RINGER, take_ringer },
	{ SCCP_SET_SPEAKER_MODE, take_speaker },
	{ SCCP_SET_LAMP, take_lamp },
	{ SCCP_FORWARD_STAT_RES, take_forward },
	{ SCCP_FEATURE_STAT_RES, take_feature },
	{ SCCP_DISPLAY_NOTIFY, take_notify },
	{ SCCP_DISPLAY_PRI_NOTIFY, take_pri_notify },
	{ SCCP_CALL_HISTORY_INFO, take_history },
	// Nothing of these is to be seen.
	{ SCCP_ACTIVATE_CALL_PLANE, take_nothing },
	{ SCCP_DEFINE_TIME_DATE, take_nothing },
	{ SCCP_KEEP_ALIVE_ACK, take_nothing },
	{ SCCP_REGISTER_ACK, take_nothing },
	{ SCCP_CAPABILITIES_REQ, take_nothing },
	{ SCCP_BUTTON_TEMPLATE_RES, take_nothing },
	{ SCCP_SOFT_KEY_TEMPLATE_RES, take_nothing },
	{ SCCP_SOFT_KEY_SET_RES, take_nothing },
	{ SCCP_CONFIG_STAT_RES, take_nothing },
	{ SCCP_LINE_STAT_RES, take_nothing },
	{ SCCP_SPEED_DIAL_STAT_RES, take_nothing },
	{ SCCP_CONNECTION_STATISTICS_REQ, take_nothing },
};

void view_take(struct view *view, const struct sccp_msg *msg)
{
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		if (messages[i].id == msg->id) {
			messages[i].take(view, msg);
			return;
		}
	}
	note(view, sccp_message_name(msg->id), NULL);
}

// --- lines ---------------------------------------------------------------------------------------

struct text {
	char chars[VIEW_LINE_SIZE];
	int n;
};

static void add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct text *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text->n += vsnprintf(
		text->chars + text->n, sizeof(text->chars) - (size_t)text->n, format, args);
	va_end(args);
	assert_true(text->n < VIEW_LINE_SIZE);
}

static void lamp_print(struct text *text, const struct view_lamp *lamp)
{
	if (lamp->mode == 0 || lamp->mode == SCCP_LAMP_OFF)
		return;
	if (lamp->stimulus == SCCP_STIMULUS_LINE)
		add(text, " lamp%u=", lamp->instance);
	else
		add(text, " %s%u=", sccp_stimulus_name(lamp->stimulus), lamp->instance);
	add(text, "%s", sccp_lamp_name(lamp->mode));
}

static unsigned place_of(const struct view *view, uint32_t reference)
{
	for (unsigned i = 0; i < VIEW_CALLS; i++) {
		if (view->calls[i].reference == reference)
			return i + 1;
	}
	return 0;
}

static void phone_print(const struct view *view, struct text *text)
{
	add(text, "%s", view->name);
	if (!view->phone->open) {
		add(text, " away");
		return;
	}
	if (view->keys_call != 0)
		add(text, " keys=%s/%u", sccp_softkey_set_name(view->keys),
			place_of(view, view->keys_call));
	else if (view->keys != SCCP_SOFTKEY_SET_ON_HOOK || view->keys_off != 0)
		add(text, " keys=%s", sccp_softkey_set_name(view->keys));
	for (unsigned place = 1; place <= 16; place++) {
		if ((view->keys_off & 1u << (place - 1)) != 0)
			add(text, "-%u", place);
	}
	if (strcmp(view->prompt, idle_prompt) != 0)
		add(text, " \"%s\"", view->prompt);
	if (view->text[0] != '\0')
		add(text, " text=\"%s\"", view->text);
	for (unsigned i = 0; i < VIEW_LAMPS; i++)
		lamp_print(text, &view->lamps[i]);
	if (view->ring != SCCP_RING_OFF)
		add(text, " ring=%s", sccp_ring_name(view->ring));
	if (view->speaker)
		add(text, " speaker");
	for (unsigned i = 0; i < CONFIG_BUTTON_MAX; i++) {
		if (view->forwards[i].text[0] != '\0')
			add(text, " forward%u=%s", i + 1, view->forwards[i].text);
		if (view->features[i].text[0] != '\0' && view->features[i].text[0] != '0')
			add(text, " feature%u=%s", i + 1, view->features[i].text);
	}
	if (text->n == (int)strlen(view->name))
		add(text, " idle");
}

static const char *peer_name(const struct endpoint *to, const struct view *all, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (all[i].phone->rtp_port == to->port ||
			all[i].phone->rtp_port + SIM_SECOND_PORT == to->port)
			return all[i].name;
	}
	return "nobody";
}

static void stream_print(
	const struct view_stream *stream, const struct view *all, unsigned count, struct text *text)
{
	if (stream->receiving && stream->sending)
		add(text, " rtp=%s", peer_name(&stream->to, all, count));
	else if (stream->sending)
		add(text, " sends=%s", peer_name(&stream->to, all, count));
	else if (stream->receiving)
		add(text, " listens");
	if (stream->receiving && stream->payload != SCCP_PAYLOAD_G711_ULAW_64K)
		add(text, " %s", sccp_payload_name(stream->payload));
}

static void call_print(const struct view *view, unsigned place, const struct view *all,
	unsigned count, struct text *text)
{
	const struct view_call *call = &view->calls[place - 1];

	add(text, "%s/%u", view->name, place);
	if (call->reference == 0) {
		add(text, " gone");
		return;
	}
	add(text, " %s \"%s\"", sccp_call_state_name(call->state), call->prompt);
	if (call->line != 1)
		add(text, " line=%u", call->line);
	if (call->tone != 0)
		add(text, " tone=%s", sccp_tone_name(call->tone));
	if (call->info[0] != '\0')
		add(text, " %s", call->info);
	if (call->dialled[0] != '\0')
		add(text, " dialled=%s", call->dialled);
	for (unsigned i = 0; i < VIEW_STREAMS; i++)
		stream_print(&call->streams[i], all, count, text);
}

static void say_changed(
	char *printed, const struct text *text, void (*say)(void *ctx, const char *line), void *ctx)
{
	if (strcmp(printed, text->chars) == 0)
		return;
	memcpy(printed, text->chars, (size_t)text->n + 1);
	say(ctx, text->chars);
}

void view_print(struct view *view, const struct view *all, unsigned count,
	void (*say)(void *ctx, const char *line), void *ctx)
{
	struct text text = { .n = 0 };

	phone_print(view, &text);
	say_changed(view->printed[0], &text, say, ctx);
	for (unsigned place = 1; place <= VIEW_CALLS; place++) {
		text.n = 0;
		text.chars[0] = '\0';
		if (view->calls[place - 1].reference != 0 || view->printed[place][0] != '\0')
			call_print(view, place, all, count, &text);
		say_changed(view->printed[place], &text, say, ctx);
		// Told once that it is gone.
		if (view->calls[place - 1].reference == 0)
			view->printed[place][0] = '\0';
	}
	for (unsigned i = 0; i < view->note_count; i++) {
		text.n = 0;
		add(&text, "%s %s", view->name, view->notes[i]);
		say(ctx, text.chars);
	}
	view->note_count = 0;
}

const struct view_call *view_call(const struct view *view, unsigned place)
{
	if (place == 0 || place > VIEW_CALLS || view->calls[place - 1].reference == 0)
		return NULL;
	return &view->calls[place - 1];
}
