// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/phone/buttons.h"

#include <osmocom/core/utils.h>
#include <stdlib.h>
#include <string.h>

#include "control/call/feature.h"
#include "control/config/grammar.h"

// How a button rings, by its separator. Those that only watch (m, w) are no lines, nor are those that
// widen another button (x).
static uint8_t ring_of(char separator)
{
	switch (separator) {
	case ':':
	case 'o':
	case 'c':
		return SCCP_RING_INSIDE;
	case 'f':
		return SCCP_RING_FEATURE;
	case 's':
	case 'b':
		return SCCP_RING_FLASH_ONLY;
	default:
		return 0;
	}
}

// What the phone's buttons should be.
struct plan {
	struct line lines[PHONE_LINES_MAX];
	struct watch_button watches[BUTTONS_MAX];
	uint8_t count;
	uint8_t watch_count;
	uint8_t instances;
};

static void plan_line(struct plan *plan, struct dn *dn, char separator, unsigned position)
{
	if (plan->count == PHONE_LINES_MAX)
		return;
	plan->lines[plan->count++] = (struct line){
		.dn = dn,
		.instance = plan->instances,
		.position = (uint8_t)position,
		.ring = ring_of(separator),
		.overlay = separator == 'o' || separator == 'c',
		.silent = separator == 's',
		.lamp = SCCP_LAMP_OFF,
	};
}

static void plan_watch(struct plan *plan, struct dn *dn, char separator, unsigned position)
{
	if (plan->watch_count == BUTTONS_MAX)
		return;
	plan->watches[plan->watch_count++] = (struct watch_button){
		.dn = dn,
		.instance = plan->instances,
		.position = (uint8_t)position,
		.whole_phone = separator == 'w',
		.lamp = SCCP_LAMP_OFF,
	};
}

// A button with one DN, or with the next of an overlay's.
static void plan_add(
	struct plan *plan, struct dn *dn, char separator, unsigned position, bool first)
{
	if (dn == NULL || separator == 'x')
		return;
	plan->instances += first;
	if (separator == 'm' || separator == 'w')
		plan_watch(plan, dn, separator, position);
	else
		plan_line(plan, dn, separator, position);
}

static void plan_buttons(
	struct plan *plan, struct engine *engine, const struct config_ephone *config)
{
	for (unsigned i = 0; i < config->button_count; i++) {
		const struct config_button *button = &config->buttons[i];
		uint8_t before = plan->instances;

		if (button->position < 1 || button->position > BUTTONS_MAX)
			continue;
		for (unsigned k = 0; k < button->dn_count; k++)
			plan_add(plan, dn_by_tag(engine, button->dn[k]), button->separator,
				button->position, plan->instances == before);
	}
}

// Profiles fill the buttons by type, in the order of the types.
static void plan_profile(struct plan *plan, struct engine *engine,
	const struct config_profile *profile, unsigned buttons)
{
	static const char separators[NUMBER_TYPES] = {
#define X(name, keyword, separator) [name] = separator,
		CONFIG_NUMBER_TYPES(X)
#undef X
	};
	unsigned position = 1;

	for (int type = 0; type < NUMBER_TYPES; type++) {
		for (unsigned i = 0; i < profile->number_count && position <= buttons; i++) {
			const struct config_profile_number *number = &profile->numbers[i];

			if (number->type != type || number->count == 0)
				continue;
			for (unsigned k = 0; k < number->count; k++)
				plan_add(plan, dn_find(engine, number->numbers[k]),
					separators[type], position, k == 0);
			position++;
		}
	}
}

// The profile in force; NULL: the ephone's own buttons are.
static const struct config_profile *phone_profile(const struct phone *phone)
{
	if (phone->config->logout_profile == 0 || phone->em_user != NULL)
		return phone->em_user;
	return config_logout_profile_get(phone->engine->config, phone->config->logout_profile);
}

static void plan_make(struct plan *plan, const struct phone *phone)
{
	const struct config_profile *profile = phone_profile(phone);

	memset(plan, 0, sizeof(*plan));
	if (phone->config->logout_profile == 0)
		plan_buttons(plan, phone->engine, phone->config);
	else if (profile != NULL)
		plan_profile(plan, phone->engine, profile, phone_buttons(phone));
}

static bool lines_are_right(const struct plan *plan, const struct phone *phone)
{
	if (plan->count != phone->line_count)
		return false;
	for (unsigned i = 0; i < plan->count; i++) {
		const struct line *wanted = &plan->lines[i], *line = &phone->lines[i];

		if (wanted->dn != line->dn || wanted->position != line->position ||
			wanted->instance != line->instance || wanted->ring != line->ring ||
			wanted->overlay != line->overlay || wanted->silent != line->silent)
			return false;
	}
	return true;
}

static bool watches_are_right(const struct plan *plan, const struct phone *phone)
{
	if (plan->watch_count != phone->watch_count)
		return false;
	for (unsigned i = 0; i < plan->watch_count; i++) {
		const struct watch_button *wanted = &plan->watches[i], *watch = &phone->watches[i];

		if (wanted->dn != watch->dn || wanted->position != watch->position ||
			wanted->instance != watch->instance ||
			wanted->whole_phone != watch->whole_phone)
			return false;
	}
	return true;
}

bool buttons_are_right(const struct phone *phone)
{
	struct plan plan;

	plan_make(&plan, phone);
	return lines_are_right(&plan, phone) && watches_are_right(&plan, phone);
}

// DNs in the order of the lines; returns how many.
static unsigned buttons_remove(struct phone *phone, struct dn *dns[PHONE_LINES_MAX])
{
	unsigned count = phone->line_count;

	for (unsigned i = 0; i < count; i++) {
		dns[i] = phone->lines[i].dn;
		TAILQ_REMOVE(&dns[i]->lines, &phone->lines[i], at_dn);
	}
	for (unsigned i = 0; i < phone->watch_count; i++)
		TAILQ_REMOVE(&phone->watches[i].dn->watches, &phone->watches[i], at_dn);
	free(phone->lines);
	free(phone->watches);
	phone->lines = NULL;
	phone->watches = NULL;
	phone->line_count = 0;
	phone->watch_count = 0;
	return count;
}

static void buttons_set(
	struct phone *phone, const struct plan *plan, struct line *lines, struct watch_button *watches)
{
	phone->lines = lines;
	phone->line_count = plan->count;
	for (unsigned i = 0; i < plan->count; i++) {
		lines[i] = plan->lines[i];
		lines[i].phone = phone;
		TAILQ_INSERT_TAIL(&lines[i].dn->lines, &lines[i], at_dn);
	}
	phone->watches = watches;
	phone->watch_count = plan->watch_count;
	for (unsigned i = 0; i < plan->watch_count; i++) {
		watches[i] = plan->watches[i];
		watches[i].phone = phone;
		TAILQ_INSERT_TAIL(&watches[i].dn->watches, &watches[i], at_dn);
	}
}

bool buttons_build(struct phone *phone)
{
	struct dn *before[PHONE_LINES_MAX];
	struct watch_button *watches = NULL;
	struct line *lines = NULL;
	struct plan plan;
	unsigned count;

	plan_make(&plan, phone);
	if (plan.count > 0)
		lines = calloc(plan.count, sizeof(*lines));
	if (plan.watch_count > 0)
		watches = calloc(plan.watch_count, sizeof(*watches));
	if ((plan.count > 0 && lines == NULL) || (plan.watch_count > 0 && watches == NULL)) {
		free(lines);
		free(watches);
		return false;
	}
	count = buttons_remove(phone, before);
	buttons_set(phone, &plan, lines, watches);
	for (unsigned i = 0; i < count; i++)
		dn_refresh(before[i]);
	phone_refresh(phone);
	return true;
}

void buttons_drop(struct phone *phone)
{
	struct dn *dns[PHONE_LINES_MAX];
	unsigned count = buttons_remove(phone, dns);

	for (unsigned i = 0; i < count; i++)
		dn_refresh(dns[i]);
}

// --- what there is -------------------------------------------------------------------------------

unsigned phone_instances(const struct phone *phone)
{
	unsigned most = 0;

	for (unsigned i = 0; i < phone->line_count; i++)
		most = OSMO_MAX(most, phone->lines[i].instance);
	for (unsigned i = 0; i < phone->watch_count; i++)
		most = OSMO_MAX(most, phone->watches[i].instance);
	return most;
}

struct watch_button *phone_watch(struct phone *phone, uint32_t instance)
{
	for (unsigned i = 0; i < phone->watch_count; i++) {
		if (phone->watches[i].instance == instance)
			return &phone->watches[i];
	}
	return NULL;
}

bool phone_speed_dial_next(const struct phone *phone, unsigned tag, struct config_speed_dial *out)
{
	const struct config_profile *profile = phone_profile(phone);

	return config_speed_dial_next(
		profile != NULL ? &profile->kept : &phone->config->kept, tag, out);
}

bool phone_speed_dial(const struct phone *phone, uint32_t tag, struct config_speed_dial *out)
{
	return tag >= 1 && tag <= SPEED_DIALS_MAX &&
	       phone_speed_dial_next(phone, tag - 1, out) && out->tag == tag;
}

// "1 MODULE 2 MODULE"
static unsigned module_buttons(const char *modules)
{
	struct span rest = modules != NULL ? span_str(modules) : SPAN_NONE;
	unsigned buttons = 0;

	for (struct span word = text_word(&rest); word.n > 0; word = text_word(&rest))
		buttons += phone_module_buttons(word);
	return buttons;
}

unsigned phone_buttons(const struct phone *phone)
{
	const struct config_ephone *config = phone->config;
	unsigned buttons = config->model != NULL ? config->model->buttons : BUTTONS_MAX;

	return OSMO_MIN(buttons + module_buttons(config->addon), (unsigned)BUTTONS_MAX);
}
