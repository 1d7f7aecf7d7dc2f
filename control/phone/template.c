// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The button template: what each key of the phone is, in the order in which its model has them.
#include <string.h>

#include "control/phone/buttons.h"
#include "control/phone/internal.h"

// Keys with a meaning of their own, by their letter in the model's list.
static const struct {
	char letter;
	uint8_t type; // enum sccp_button_code
} fixed[] = {
	{ 'r', SCCP_BUTTON_LAST_NUMBER_REDIAL },
	{ 'h', SCCP_BUTTON_HOLD },
	{ 't', SCCP_BUTTON_TRANSFER },
	{ 'f', SCCP_BUTTON_FORWARD_ALL },
	{ 'd', SCCP_BUTTON_DISPLAY },
	{ 'v', SCCP_BUTTON_VOICE_MAIL },
	{ 'c', SCCP_BUTTON_CONFERENCE },
	{ 'p', SCCP_BUTTON_CALL_PARK },
};

struct template {
	struct sccp_button buttons[2 * CONFIG_BUTTON_MAX];
	const char *keys; // of the base unit; "": all may be anything
	unsigned base;    // how many those are
	unsigned total;   // that the phone has, with its modules
};

static bool is_free(const struct template *t, unsigned place)
{
	return t->buttons[place].type == SCCP_BUTTON_UNDEFINED;
}

// The n-th place for a line (from 1): among the line keys, then where speed dials may be, then on the
// modules, then where no key is.
static unsigned line_place(const struct template *t, unsigned n)
{
	for (const char *kind = "LS"; *kind != '\0'; kind++) {
		for (unsigned i = 0; i < t->base; i++) {
			if (t->keys[i] == *kind && --n == 0)
				return i;
		}
	}
	return t->base + n - 1;
}

static void button_put(
	struct template *t, unsigned place, uint32_t instance, enum sccp_button_code type)
{
	t->buttons[place] = (struct sccp_button){ (uint8_t)instance, (uint8_t)type };
}

static void fixed_put(struct template *t)
{
	for (unsigned i = 0; i < t->base; i++) {
		for (size_t k = 0; k < sizeof(fixed) / sizeof(fixed[0]); k++) {
			if (fixed[k].letter == t->keys[i])
				button_put(t, i, 0, (enum sccp_button_code)fixed[k].type);
		}
	}
}

// Keys that are nothing else are speed dials, in the order of their tags.
static void speed_dials_put(struct template *t, const struct phone *phone)
{
	struct config_speed_dial dial = { 0 };

	for (unsigned i = 0; i < t->total; i++) {
		if (!is_free(t, i))
			continue;
		if (!phone_speed_dial_next(phone, dial.tag, &dial))
			break;
		button_put(t, i, dial.tag, SCCP_BUTTON_SPEED_DIAL);
	}
}

static void template_make(struct template *t, const struct phone *phone)
{
	const struct phone_model *model = phone_model(phone);

	*t = (struct template){ .keys = model != NULL && model->keys != NULL ? model->keys : "" };
	t->base = (unsigned)strlen(t->keys);
	t->total = phone_model_keys(model, phone->config->addon);
	for (unsigned i = 0; i < sizeof(t->buttons) / sizeof(t->buttons[0]); i++)
		button_put(t, i, 0, SCCP_BUTTON_UNDEFINED);
	fixed_put(t);
	for (unsigned i = 0; i < phone->line_count; i++)
		button_put(t, line_place(t, phone->lines[i].position), phone->lines[i].instance,
			SCCP_BUTTON_LINE);
	for (unsigned i = 0; i < phone->watch_count; i++)
		button_put(t, line_place(t, phone->watches[i].position),
			phone->watches[i].instance, SCCP_BUTTON_LINE);
	speed_dials_put(t, phone);
}

// Up to the last that is something.
static uint32_t template_count(const struct template *t)
{
	uint32_t count = sizeof(t->buttons) / sizeof(t->buttons[0]);

	while (count > 0 && is_free(t, count - 1))
		count--;
	return count;
}

// A message has room for 42 of them: more go in several, each with its offset.
void button_template_req(struct station *station, const struct sccp_msg *req)
{
	struct template t;
	uint32_t total, offset = 0;
	struct sccp_msg msg;
	struct sccp_button_template_res *res = &msg.button_template_res;
	const uint32_t room = sizeof(res->buttons) / sizeof(res->buttons[0]);

	(void)req;
	template_make(&t, station->phone);
	total = template_count(&t);
	do {
		sccp_msg_init(&msg, SCCP_BUTTON_TEMPLATE_RES);
		res->offset = offset;
		res->count = OSMO_MIN(total - offset, room);
		res->total = total;
		memcpy(res->buttons, t.buttons + offset, res->count * sizeof(t.buttons[0]));
		phone_send(station->phone, &msg);
		offset += res->count;
	} while (offset < total);
}
