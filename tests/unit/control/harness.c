// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "tests/unit/control/harness.h"

#include <osmocom/core/logging.h>
#include <osmocom/core/timer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/call/feature.h"
#include "control/phone/phone.h"
#include "tests/unit/control/config_text.h"

// --- the record --------------------------------------------------------------------------------

static void log_add(char *log, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void log_add(char *log, const char *format, ...)
{
	size_t n = strlen(log);
	va_list args;

	va_start(args, format);
	vsnprintf(log + n, SIM_LOG_SIZE - n, format, args);
	va_end(args);
}

static void report(struct engine *engine, const struct transition *t)
{
	struct rig *rig = (struct rig *)((char *)engine - offsetof(struct rig, engine));

	log_add(rig->story, "%s %s %s %s", transition_name(t->kind),
		t->subject->dn->numbers[DN_PRIMARY].text,
		connection_state_name((enum connection_state)t->subject->state),
		csta_cause_name(t->cause));
	if (t->acting != t->subject->dn)
		log_add(rig->story, " by %s", t->acting->numbers[DN_PRIMARY].text);
	if (t->subject->onlooker)
		log_add(rig->story, " onlooker");
	if (t->secondary != NULL)
		log_add(rig->story, " and %s", t->secondary->dn->numbers[DN_PRIMARY].text);
	if (t->kind == TRANSITION_DIVERTED || t->kind == TRANSITION_TRANSFERRED ||
		t->kind == TRANSITION_CONFERENCED)
		log_add(rig->story, " to %s", t->destination.number);
	log_add(rig->story, "\n");
}

static void notify(struct engine *engine, const struct notice *notice)
{
	struct rig *rig = (struct rig *)((char *)engine - offsetof(struct rig, engine));

	log_add(rig->notices, "%s %s", notice_name(notice->kind),
		notice->dn->numbers[DN_PRIMARY].text);
	if (notice->kind == NOTICE_FORWARDING)
		log_add(rig->notices, " %u", notice->forward);
	if (notice->kind == NOTICE_DIGITS_GENERATED)
		log_add(rig->notices, " %s", notice->digits);
	else if (notice->on)
		log_add(rig->notices, " on");
	log_add(rig->notices, "\n");
}

static void record(struct rig *rig, const struct command *command)
{
	size_t size = command_size(command);

	if (rig->command_count == rig->command_room) {
		rig->command_room = rig->command_room == 0 ? 256 : rig->command_room * 2;
		rig->commands =
			realloc(rig->commands, rig->command_room * sizeof(rig->commands[0]));
		assert_non_null(rig->commands);
	}
	rig->commands[rig->command_count] = calloc(1, sizeof(*command));
	memcpy(rig->commands[rig->command_count++], command, size);
}

// --- what a phone understands ------------------------------------------------------------------

static struct sim_call *call_find_reference(struct sim_phone *phone, uint32_t reference)
{
	for (int i = 0; i < SIM_CALLS_MAX; i++) {
		if (reference != 0 && phone->calls[i].reference == reference)
			return &phone->calls[i];
	}
	return NULL;
}

// Every message but the CallState that introduces it names a call that the phone knows.
static struct sim_call *call_known(struct sim_phone *phone, uint32_t reference)
{
	struct sim_call *call = call_find_reference(phone, reference);

	if (call == NULL && reference != 0)
		phone->violations++;
	return call;
}

static void on_call_state(struct sim_phone *phone, const struct sccp_call_state *state)
{
	struct sim_call *call = call_find_reference(phone, state->call);

	log_add(phone->log, "CallState %s\n", sccp_call_state_name(state->state));
	for (int i = 0; call == NULL && i < SIM_CALLS_MAX; i++) {
		if (phone->calls[i].reference == 0)
			call = &phone->calls[i];
	}
	assert_non_null(call);
	if (state->line == 0 || state->call == 0)
		phone->violations++;
	if (state->state == SCCP_CALL_STATE_ON_HOOK) {
		for (int i = 0; i < SIM_STREAMS; i++)
			phone->violations += call->streams[i].receiving || call->streams[i].sending;
		*call = (struct sim_call){ 0 };
		return;
	}
	call->reference = state->call;
	call->line = state->line;
	call->state = state->state;
}

static struct sim_stream *stream_find(struct sim_call *call, uint32_t party)
{
	for (int i = 0; call != NULL && i < SIM_STREAMS; i++) {
		if (call->streams[i].party == party)
			return &call->streams[i];
	}
	return NULL;
}

static void on_open(struct sim_phone *phone, const struct sccp_open_receive_channel *open)
{
	struct sim_call *call = call_known(phone, open->call);
	struct sim_stream *stream = stream_find(call, open->party);
	unsigned place = 0;

	log_add(phone->log, "OpenReceiveChannel %s\n", sccp_payload_name(open->payload));
	while (call != NULL && place < SIM_STREAMS &&
		(call->streams[place].receiving || call->streams[place].sending))
		place++;
	if (call == NULL || stream != NULL || open->party == 0 || place == SIM_STREAMS ||
		(place > 0 && !phone->mixes)) {
		phone->violations++;
		return;
	}
	call->streams[place] = (struct sim_stream){ .party = open->party, .receiving = true };
	assert_true(phone->ack_count < SIM_ACKS_MAX);
	phone->acks[phone->ack_count++] = (struct sim_ack){ open->party, open->call,
		(uint16_t)(phone->rtp_port + place * SIM_SECOND_PORT) };
}

static void on_close(struct sim_phone *phone, const struct sccp_stop_media *close)
{
	struct sim_call *call = call_find_reference(phone, close->call);
	struct sim_stream *stream = stream_find(call, close->party);

	log_add(phone->log, "CloseReceiveChannel\n");
	phone->violations += call != NULL && (stream == NULL || !stream->receiving);
	if (stream != NULL)
		stream->receiving = false;
}

static void on_start_media(struct sim_phone *phone, const struct sccp_start_media_transmission *m)
{
	struct endpoint to = { .addr = m->addr, .port = (uint16_t)m->port };
	struct sim_stream *stream = stream_find(call_known(phone, m->call), m->party);
	char text[ENDPOINT_TEXT_SIZE];

	log_add(phone->log, "StartMediaTransmission %s %s\n", endpoint_text(&to, text),
		sccp_payload_name(m->payload));
	if (stream == NULL || !stream->receiving || stream->sending) {
		phone->violations++;
		return;
	}
	stream->sending = true;
	stream->to = to;
}

static void on_stop_media(struct sim_phone *phone, const struct sccp_stop_media *stop)
{
	struct sim_call *call = call_find_reference(phone, stop->call);
	struct sim_stream *stream = stream_find(call, stop->party);

	log_add(phone->log, "StopMediaTransmission\n");
	phone->violations += call != NULL && stream == NULL;
	if (stream != NULL)
		stream->sending = false;
}

static void on_message(struct sim_phone *phone, const struct sccp_msg *msg)
{
	char label[128];

	switch (msg->id) {
	case SCCP_CALL_STATE:
		on_call_state(phone, &msg->call_state);
		return;
	case SCCP_OPEN_RECEIVE_CHANNEL:
		on_open(phone, &msg->open_receive_channel);
		return;
	case SCCP_CLOSE_RECEIVE_CHANNEL:
		on_close(phone, &msg->close_receive_channel);
		return;
	case SCCP_START_MEDIA_TRANSMISSION:
		on_start_media(phone, &msg->start_media_transmission);
		return;
	case SCCP_STOP_MEDIA_TRANSMISSION:
		on_stop_media(phone, &msg->stop_media_transmission);
		return;
	case SCCP_DISPLAY_TEXT:
		log_add(phone->log, "DisplayText %s\n", msg->display_text.text);
		phone->violations += !phone->plain;
		return;
	case SCCP_CLEAR_DISPLAY:
		log_add(phone->log, "ClearDisplay\n");
		phone->violations += !phone->plain;
		return;
	case SCCP_SELECT_SOFT_KEYS:
		phone->violations += phone->plain;
		log_add(phone->log, "SelectSoftKeys %s\n",
			sccp_softkey_set_name(msg->select_soft_keys.set));
		call_known(phone, msg->select_soft_keys.call);
		phone->keys = msg->select_soft_keys.set;
		return;
	case SCCP_START_TONE:
		log_add(phone->log, "StartTone %s\n", sccp_tone_name(msg->start_tone.tone));
		call_known(phone, msg->start_tone.call);
		return;
	case SCCP_SET_RINGER:
		log_add(phone->log, "SetRinger %s\n", sccp_ring_name(msg->set_ringer.mode));
		phone->ringer = msg->set_ringer.mode;
		return;
	case SCCP_SET_LAMP:
		log_add(phone->log, "SetLamp %s%u %s\n",
			msg->set_lamp.stimulus == SCCP_STIMULUS_VOICE_MAIL ? "VoiceMail " : "",
			msg->set_lamp.instance, sccp_lamp_name(msg->set_lamp.mode));
		return;
	case SCCP_SET_SPEAKER_MODE:
		log_add(phone->log, "SetSpeakerMode %s\n",
			sccp_switch_name(msg->set_speaker_mode.mode));
		phone->speaker = msg->set_speaker_mode.mode;
		return;
	case SCCP_DISPLAY_PROMPT_STATUS:
		phone->violations += phone->plain;
		sccp_label_expand(msg->display_prompt_status.text, label, sizeof(label));
		log_add(phone->log, "DisplayPromptStatus %s\n", label);
		call_known(phone, msg->display_prompt_status.call);
		return;
	case SCCP_CALL_INFO:
		log_add(phone->log, "CallInfo %s %s>%s\n", sccp_call_type_name(msg->call_info.type),
			msg->call_info.calling_number, msg->call_info.called_number);
		call_known(phone, msg->call_info.call);
		return;
	case SCCP_DIALED_NUMBER:
		log_add(phone->log, "DialedNumber %s\n", msg->dialed_number.number);
		call_known(phone, msg->dialed_number.call);
		return;
	default:
		log_add(phone->log, "%s\n", sccp_message_name(msg->id));
		return;
	}
}

bool rig_take(struct rig *rig, const struct command *command)
{
	if (rig->full)
		return false;
	record(rig, command);
	for (unsigned i = 0; i < rig->phone_count; i++) {
		struct sim_phone *phone = &rig->phones[i];

		if (phone->conn != command->handle || !phone->open)
			continue;
		if (command->type == COMMAND_SCCP)
			on_message(phone, &command->sccp);
		if (command->type == COMMAND_CONN_CLOSE || command->type == COMMAND_CONN_ABORT)
			sim_disconnect(phone, CONN_CLOSE_LOCAL);
	}
	return true;
}

static bool take(void *ctx, const struct command *command)
{
	return rig_take(ctx, command);
}

// --- the rig -----------------------------------------------------------------------------------

// What the operator's shell does (control/vty/shell.c).
static void touched(void *ctx, enum touch what, unsigned tag)
{
	engine_touched(&((struct rig *)ctx)->engine, what, tag);
}

struct rig *rig_new(const char *config)
{
	static const struct log_info no_categories;
	static bool logging;
	struct rig *rig = calloc(1, sizeof(*rig));

	assert_non_null(rig);
	if (!logging)
		log_init(&no_categories, NULL);
	logging = true;
	// Timers of libosmocore 1.7 go by the time of day.
	osmo_gettimeofday_override = true;
	osmo_clock_override_enable(CLOCK_MONOTONIC, true);
	rig->config = config_of_text(config);
	assert_non_null(rig->config);
	assert_int_equal(engine_init(&rig->engine, rig->config), 0);
	outbox_init(&rig->engine.outbox, take, rig);
	rig->engine.report = report;
	rig->engine.notify = notify;
	assert_int_equal(edit_init(&rig->edit, rig->config), 0);
	rig->edit.touched = touched;
	rig->edit.ctx = rig;
	return rig;
}

bool rig_configure(struct rig *rig, const char *line)
{
	return edit_line(&rig->edit, span_str(line)) == EDIT_DONE;
}

void rig_forget(struct rig *rig)
{
	for (size_t i = 0; i < rig->command_count; i++)
		free(rig->commands[i]);
	rig->command_count = 0;
	rig->story[0] = '\0';
	rig->notices[0] = '\0';
	for (unsigned i = 0; i < rig->phone_count; i++)
		rig->phones[i].log[0] = '\0';
}

void rig_free(struct rig *rig)
{
	edit_fini(&rig->edit);
	engine_fini(&rig->engine);
	config_free(rig->config);
	rig_forget(rig);
	free(rig->commands);
	free(rig);
}

bool sim_acknowledge(struct sim_phone *phone)
{
	struct sim_ack first = phone->acks[0];
	struct sccp_msg msg;
	struct sccp_open_receive_channel_ack *ack = &msg.open_receive_channel_ack;

	if (phone->ack_count == 0)
		return false;
	memmove(phone->acks, phone->acks + 1, --phone->ack_count * sizeof(phone->acks[0]));
	sccp_msg_init(&msg, SCCP_OPEN_RECEIVE_CHANNEL_ACK);
	ack->status = phone->media_status;
	ack->addr = addr_ipv4(htonl(0x0a000000u + phone->rtp_port % 256));
	ack->port = first.port;
	ack->party = first.party;
	ack->call = first.reference;
	sim_send(phone, &msg);
	return true;
}

void rig_event(struct rig *rig, const struct event *event)
{
	if (rig->elsewhere != NULL)
		rig->elsewhere(rig, event);
	else
		engine_event(&rig->engine, event);
	for (unsigned i = 0; i < rig->phone_count; i++) {
		while (!rig->phones[i].lazy && sim_acknowledge(&rig->phones[i]))
			;
	}
}

void sim_keep_alive(struct sim_phone *phone)
{
	struct event event = { .type = EVENT_CONNS_ALIVE };

	event.conns_alive.count = 1;
	event.conns_alive.conns[0] = phone->conn;
	rig_event(phone->rig, &event);
}

static void keep_alive_all(struct rig *rig)
{
	for (unsigned i = 0; i < rig->phone_count; i++) {
		if (rig->phones[i].open && !rig->phones[i].silent)
			sim_keep_alive(&rig->phones[i]);
	}
}

void rig_wait(struct rig *rig, unsigned seconds)
{
	struct event nothing = { .type = EVENT_NONE };

	for (unsigned i = 0; i < seconds; i++) {
		osmo_gettimeofday_override_add(1, 0);
		osmo_clock_override_add(CLOCK_MONOTONIC, 1, 0);
		osmo_timers_prepare();
		osmo_timers_update();
		rig_event(rig, &nothing);
		if (++rig->seconds % 30 == 0)
			keep_alive_all(rig);
	}
}

const struct command *rig_command(const struct rig *rig, enum command_type type, unsigned n)
{
	for (size_t i = 0; i < rig->command_count; i++) {
		if (rig->commands[i]->type == type && n-- == 0)
			return rig->commands[i];
	}
	return NULL;
}

unsigned rig_command_count(const struct rig *rig, enum command_type type)
{
	unsigned n = 0;

	for (size_t i = 0; i < rig->command_count; i++)
		n += rig->commands[i]->type == type;
	return n;
}

void rig_story_is(struct rig *rig, const char *expected)
{
	assert_string_equal(rig->story, expected);
	rig->story[0] = '\0';
}

void rig_notices_are(struct rig *rig, const char *expected)
{
	assert_string_equal(rig->notices, expected);
	rig->notices[0] = '\0';
}

void rig_is_idle(struct rig *rig)
{
	assert_int_equal(rig->engine.calls.used, 0);
	assert_int_equal(rig->engine.connections.used, 0);
	assert_int_equal(rig->engine.appearances.used, 0);
	for (unsigned i = 0; i < rig->phone_count; i++) {
		assert_int_equal(rig->phones[i].violations, 0);
		assert_int_equal(sim_call_count(&rig->phones[i]), 0);
	}
}

// --- phones ------------------------------------------------------------------------------------

struct sim_phone *sim_new(struct rig *rig, const char *name)
{
	struct sim_phone *phone = &rig->phones[rig->phone_count];

	assert_true(rig->phone_count < RIG_PHONES_MAX);
	phone->rig = rig;
	phone->device = SCCP_DEVICE_7960;
	phone->version = 17;
	phone->rtp_port = (uint16_t)(20001 + rig->phone_count++);
	snprintf(phone->name, sizeof(phone->name), "%s", name);
	return phone;
}

void sim_connect(struct sim_phone *phone)
{
	struct event event = { .type = EVENT_CONN_OPENED };

	phone->conn = handle_make(0, 1, ++phone->rig->next_conn);
	phone->open = true;
	event.handle = phone->conn;
	event.conn_opened.remote.addr = addr_ipv4(htonl(0x0a000063));
	event.conn_opened.local.addr = addr_ipv4(htonl(0x0a000001));
	event.conn_opened.local.port = SCCP_PORT;
	rig_event(phone->rig, &event);
}

// A phone without its server shows no calls.
void sim_disconnect(struct sim_phone *phone, enum conn_close_reason reason)
{
	struct event event = { .type = EVENT_CONN_CLOSED, .handle = phone->conn };

	phone->open = false;
	phone->ack_count = 0;
	memset(phone->calls, 0, sizeof(phone->calls));
	if (reason == CONN_CLOSE_LOCAL)
		return;
	event.conn_closed.reason = reason;
	rig_event(phone->rig, &event);
}

void sim_send(struct sim_phone *phone, const struct sccp_msg *msg)
{
	struct event event = { .type = EVENT_SCCP, .handle = phone->conn };

	memcpy(&event.sccp, msg, sccp_msg_size(msg));
	rig_event(phone->rig, &event);
}

void sim_send_empty(struct sim_phone *phone, uint32_t id)
{
	struct sccp_msg msg;

	assert_true(sccp_msg_init(&msg, id));
	sim_send(phone, &msg);
}

void sim_register(struct sim_phone *phone)
{
	struct sccp_msg msg;

	// A phone that registers has no calls any more, and does not ring.
	memset(phone->calls, 0, sizeof(phone->calls));
	phone->ack_count = 0;
	phone->ringer = SCCP_RING_OFF;
	sccp_msg_init(&msg, SCCP_REGISTER);
	snprintf(msg.register_req.name, sizeof(msg.register_req.name), "%s", phone->name);
	msg.register_req.version = phone->version;
	msg.register_req.device_type = phone->device;
	msg.register_req.max_streams = phone->mixes ? 2 : 0;
	msg.register_req.max_conferences = phone->mixes;
	sim_send(phone, &msg);
}

void sim_start(struct sim_phone *phone)
{
	static const uint32_t soft_keys[] = { SCCP_SOFT_KEY_TEMPLATE_REQ, SCCP_SOFT_KEY_SET_REQ };
	static const uint32_t questions[] = {
		SCCP_CONFIG_STAT_REQ,
		SCCP_LINE_STAT_REQ,
		SCCP_FORWARD_STAT_REQ,
		SCCP_SPEED_DIAL_STAT_REQ,
		SCCP_REGISTER_AVAILABLE_LINES,
		SCCP_TIME_DATE_REQ,
	};

	if (!phone->open)
		sim_connect(phone);
	sim_register(phone);
	sim_send_empty(phone, SCCP_BUTTON_TEMPLATE_REQ);
	for (size_t i = 0; !phone->plain && i < sizeof(soft_keys) / sizeof(soft_keys[0]); i++)
		sim_send_empty(phone, soft_keys[i]);
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		sim_send_empty(phone, questions[i]);
}

void rig_start(struct rig *rig)
{
	for (unsigned i = 0; i < rig->phone_count; i++)
		sim_start(&rig->phones[i]);
}

void sim_off_hook(struct sim_phone *phone)
{
	sim_send_empty(phone, SCCP_OFF_HOOK);
}

void sim_on_hook(struct sim_phone *phone)
{
	sim_send_empty(phone, SCCP_ON_HOOK);
}

void sim_digits(struct sim_phone *phone, const char *digits)
{
	static const char keys[] = "0123456789ABCD*#+";

	for (; *digits != '\0'; digits++) {
		struct sccp_msg msg;

		sccp_msg_init(&msg, SCCP_KEYPAD_BUTTON);
		msg.keypad_button.button = (uint32_t)(strchr(keys, *digits) - keys);
		sim_send(phone, &msg);
	}
}

void sim_enbloc(struct sim_phone *phone, const char *number)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_ENBLOC_CALL);
	snprintf(msg.enbloc_call.number, sizeof(msg.enbloc_call.number), "%s", number);
	sim_send(phone, &msg);
}

void sim_stimulus(struct sim_phone *phone, uint32_t stimulus, uint32_t instance)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_STIMULUS);
	msg.stimulus.stimulus = stimulus;
	msg.stimulus.instance = instance;
	sim_send(phone, &msg);
}

void sim_soft_key(struct sim_phone *phone, uint32_t key)
{
	sim_soft_key_at(phone, key, 0, 0);
}

void sim_soft_key_at(struct sim_phone *phone, uint32_t key, uint32_t line, uint32_t call)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_SOFT_KEY_EVENT);
	msg.soft_key_event.event = key;
	msg.soft_key_event.line = line;
	msg.soft_key_event.call = call;
	sim_send(phone, &msg);
}

struct sim_call *sim_call_in(struct sim_phone *phone, uint32_t state)
{
	for (int i = 0; i < SIM_CALLS_MAX; i++) {
		if (phone->calls[i].reference != 0 && phone->calls[i].state == state)
			return &phone->calls[i];
	}
	return NULL;
}

unsigned sim_call_count(const struct sim_phone *phone)
{
	unsigned n = 0;

	for (int i = 0; i < SIM_CALLS_MAX; i++)
		n += phone->calls[i].reference != 0;
	return n;
}

void sim_log_is(struct sim_phone *phone, const char *expected)
{
	assert_string_equal(phone->log, expected);
	phone->log[0] = '\0';
}

bool sim_log_has(const struct sim_phone *phone, const char *line)
{
	return strstr(phone->log, line) != NULL;
}
