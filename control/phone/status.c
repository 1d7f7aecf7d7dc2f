// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/phone/status.h"

#include <stdio.h>
#include <string.h>

#include "control/call/feature.h"
#include "control/phone/internal.h"
#include "control/phone/screen.h"

// --- the idle text -------------------------------------------------------------------------------

static const struct dn *phone_forwarded(const struct phone *phone)
{
	for (unsigned i = 0; i < phone->line_count; i++) {
		if (dn_is_forwarded(phone->lines[i].dn, FORWARD_ALL))
			return phone->lines[i].dn;
	}
	return NULL;
}

static bool phone_has_message(const struct phone *phone)
{
	for (unsigned i = 0; i < phone->line_count; i++) {
		if (phone->lines[i].dn->message_waiting)
			return true;
	}
	return false;
}

static const char *disturb_text(const struct phone *phone)
{
	return phone->do_not_disturb ? " active" : NULL;
}

static const char *forward_text(const struct phone *phone)
{
	const struct dn *dn = phone_forwarded(phone);

	return dn == NULL ? NULL : dn_forward_number(dn, FORWARD_ALL);
}

static const char *message_text(const struct phone *phone)
{
	return phone_has_message(phone) ? "" : NULL;
}

static const char *options_text(const struct phone *phone)
{
	(void)phone;
	return "";
}

// The first that has something to say says it.
static const struct {
	const char *(*text)(const struct phone *phone); // NULL: nothing
	uint32_t label;
} idle_rows[] = {
	{ disturb_text, SCCP_LABEL_DND },
	{ forward_text, SCCP_LABEL_FORWARDED_TO },
	{ message_text, SCCP_LABEL_YOU_HAVE_A_VOICE_MAIL },
	{ options_text, SCCP_LABEL_YOUR_CURRENT_OPTIONS },
};

const char *phone_idle_text(const struct phone *phone, uint32_t *label)
{
	const char *text = NULL;

	for (size_t i = 0; text == NULL; i++) {
		text = idle_rows[i].text(phone);
		*label = idle_rows[i].label;
	}
	return text;
}

uint32_t phone_idle_hash(const struct phone *phone)
{
	uint32_t label;
	const char *text = phone_idle_text(phone, &label);

	return ((uint32_t)siphash(&phone->engine->key, text, strlen(text)) ^ label) | 1;
}

// --- lines ---------------------------------------------------------------------------------------

void line_show_forward(struct line *line)
{
	struct sccp_msg msg;
	struct sccp_forward_stat_res *res = &msg.forward_stat_res;

	if (!phone_is_registered(line->phone) && !phone_is_registering(line->phone))
		return;
	sccp_msg_init(&msg, SCCP_FORWARD_STAT_RES);
	res->line = line->instance;
	snprintf(res->all_number, sizeof(res->all_number), "%.24s",
		dn_forward_number(line->dn, FORWARD_ALL));
	snprintf(res->busy_number, sizeof(res->busy_number), "%.24s",
		dn_forward_number(line->dn, FORWARD_BUSY));
	snprintf(res->no_answer_number, sizeof(res->no_answer_number), "%.24s",
		dn_forward_number(line->dn, FORWARD_NOAN));
	res->all_active = res->all_number[0] != '\0';
	res->busy_active = res->busy_number[0] != '\0';
	res->no_answer_active = res->no_answer_number[0] != '\0';
	res->active = res->all_active || res->busy_active || res->no_answer_active;
	phone_send(line->phone, &msg);
}

static void message_lamp_send(struct phone *phone, uint32_t instance, uint32_t mode)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_SET_LAMP);
	msg.set_lamp.stimulus = SCCP_STIMULUS_VOICE_MAIL;
	msg.set_lamp.instance = instance;
	msg.set_lamp.mode = mode;
	phone_send(phone, &msg);
}

// The DNs of a button stand side by side among the lines. Returns how many it has.
static unsigned button_message_show(struct phone *phone, unsigned first)
{
	struct line *line = &phone->lines[first];
	bool waiting = false;
	unsigned i = first;

	for (; i < phone->line_count && phone->lines[i].instance == line->instance; i++)
		waiting |= phone->lines[i].dn->message_waiting;
	if (line->message_lamp != waiting) {
		line->message_lamp = waiting;
		message_lamp_send(phone, line->instance, waiting ? SCCP_LAMP_ON : SCCP_LAMP_OFF);
	}
	return i - first;
}

static void message_lamps_show(struct phone *phone)
{
	uint32_t mode = phone_has_message(phone) ? SCCP_LAMP_ON : SCCP_LAMP_OFF;

	for (unsigned i = 0; i < phone->line_count;)
		i += button_message_show(phone, i);
	// Instance 0 is the light of the handset. It may still be lit from before the phone was
	// away.
	if (phone->message_lamp != mode) {
		phone->message_lamp = (uint8_t)mode;
		message_lamp_send(phone, 0, mode);
	}
}

// Whoever of the phone's lines is in use, or nobody can be there to be called.
static bool phone_is_in_use(const struct phone *phone)
{
	if (!phone_is_registered(phone) || phone->do_not_disturb)
		return true;
	for (unsigned i = 0; i < phone->line_count; i++) {
		if (dn_is_in_use(phone->lines[i].dn))
			return true;
	}
	return false;
}

static bool watched_is_in_use(const struct watch_button *watch)
{
	const struct line *line;

	if (dn_is_in_use(watch->dn))
		return true;
	TAILQ_FOREACH (line, &watch->dn->lines, at_dn) {
		if (watch->whole_phone && line == line->phone->lines &&
			phone_is_in_use(line->phone))
			return true;
	}
	return false;
}

static void watch_show(struct watch_button *watch)
{
	uint32_t mode = watched_is_in_use(watch) ? SCCP_LAMP_ON : SCCP_LAMP_OFF;
	struct sccp_msg msg;

	if (!phone_is_registered(watch->phone) || watch->lamp == mode)
		return;
	watch->lamp = (uint8_t)mode;
	sccp_msg_init(&msg, SCCP_SET_LAMP);
	msg.set_lamp.stimulus = SCCP_STIMULUS_LINE;
	msg.set_lamp.instance = watch->instance;
	msg.set_lamp.mode = mode;
	phone_send(watch->phone, &msg);
}

void dn_show_in_use(struct dn *dn)
{
	struct watch_button *watch;
	struct line *line;

	TAILQ_FOREACH (watch, &dn->watches, at_dn)
		watch_show(watch);
	// Of who watches the whole phone.
	TAILQ_FOREACH (line, &dn->lines, at_dn) {
		if (line->phone->lines->dn == dn)
			continue;
		TAILQ_FOREACH (watch, &line->phone->lines->dn->watches, at_dn)
			watch_show(watch);
	}
}

void phone_show_status(struct phone *phone)
{
	uint32_t label;

	if (!phone_is_registered(phone))
		return;
	message_lamps_show(phone);
	for (unsigned i = 0; i < phone->watch_count; i++)
		watch_show(&phone->watches[i]);
	// A phone that just came asks for its keys by itself, and shows the usual text then.
	phone_idle_text(phone, &label);
	if (phone->idle_shown == 0 && label == SCCP_LABEL_YOUR_CURRENT_OPTIONS)
		return;
	if (phone_own_call(phone) == NULL && phone->idle_shown != phone_idle_hash(phone))
		phone_show_idle_text(phone);
}
