// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/phone/buttons.h"

#include <osmocom/core/utils.h>
#include <stdlib.h>
#include <string.h>

#include "control/call/feature.h"

// How a button rings, by its separator. Those that only watch (m, w) are no lines.
static uint8_t ring_of(char separator)
{
	switch (separator) {
	case ':':
	case 'o':
	case 'c':
	case 'x':
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

// What the phone's buttons should be: as many lines as its overlays have DNs together.
struct plan {
	struct line *lines;
	struct watch_button *watches;
	unsigned count;
	unsigned watch_count;
	uint8_t instances;
};

static const uint8_t overlays[] = {
	['o'] = OVERLAY_ONE_CALL,
	['c'] = OVERLAY_WAITING,
	['x'] = OVERLAY_EXPANSION,
};

// A button as far as it is the same for all its DNs.
struct place {
	char separator;
	uint8_t position;
	uint8_t instance;
	uint8_t overlay; // instance of the overlay's first button; 0: none
};

static void plan_line(struct plan *plan, struct dn *dn, const struct place *place)
{
	size_t overlay = (size_t)place->separator;

	plan->lines[plan->count++] = (struct line){
		.dn = dn,
		.instance = place->instance,
		.position = place->position,
		.ring = ring_of(place->separator),
		.overlay = overlay < sizeof(overlays) ? overlays[overlay] : OVERLAY_NONE,
		.overlay_instance = place->overlay,
		.silent = place->separator == 's',
		.lamp = SCCP_LAMP_OFF,
	};
}

static void plan_watch(struct plan *plan, struct dn *dn, const struct place *place)
{
	plan->watches[plan->watch_count++] = (struct watch_button){
		.dn = dn,
		.instance = place->instance,
		.position = place->position,
		.whole_phone = place->separator == 'w',
		.lamp = SCCP_LAMP_OFF,
	};
}

static void plan_add(struct plan *plan, struct dn *dn, const struct place *place)
{
	if (dn == NULL)
		return;
	if (place->separator == 'm' || place->separator == 'w')
		plan_watch(plan, dn, place);
	else
		plan_line(plan, dn, place);
}

// Room for so many DNs. False without memory.
static bool plan_room(struct plan *plan, size_t lines, size_t watches)
{
	*plan = (struct plan){ 0 };
	if (lines > 0)
		plan->lines = calloc(lines, sizeof(*plan->lines));
	if (watches > 0)
		plan->watches = calloc(watches, sizeof(*plan->watches));
	if ((lines == 0 || plan->lines != NULL) && (watches == 0 || plan->watches != NULL))
		return true;
	free(plan->lines);
	free(plan->watches);
	return false;
}

static void plan_drop(struct plan *plan)
{
	free(plan->lines);
	free(plan->watches);
}

// --- of an ephone --------------------------------------------------------------------------------

// The button whose DNs this one has: itself, or the overlay that it expands. NULL: there is none.
static const struct config_button *button_source(
	const struct config_ephone *config, const struct config_button *button)
{
	if (button->separator != 'x')
		return button;
	for (unsigned i = 0; i < config->button_count; i++) {
		if (config->buttons[i].position == button->overlay)
			return &config->buttons[i];
	}
	return NULL;
}

static bool button_is_empty(struct engine *engine, const struct config_button *source)
{
	for (unsigned k = 0; source != NULL && k < source->dn_count; k++) {
		if (dn_by_tag(engine, source->dn[k]) != NULL)
			return false;
	}
	return true;
}

// Line instances of the buttons that have DNs, by position: in the order of the positions.
static void instances_set(struct plan *plan, struct engine *engine,
	const struct config_ephone *config, uint8_t instances[CONFIG_BUTTON_MAX + 1])
{
	for (unsigned i = 0; i < config->button_count; i++) {
		const struct config_button *button = &config->buttons[i];

		instances[button->position] = button_is_empty(engine, button_source(config, button))
						      ? 0
						      : ++plan->instances;
	}
}

static void plan_button(struct plan *plan, struct engine *engine,
	const struct config_ephone *config, const struct config_button *button,
	const uint8_t instances[CONFIG_BUTTON_MAX + 1])
{
	const struct config_button *source = button_source(config, button);
	const struct place place = {
		.separator = button->separator,
		.position = button->position,
		.instance = instances[button->position],
		.overlay = strchr("ocx", button->separator) != NULL && source != NULL
				   ? instances[source->position]
				   : 0,
	};

	for (unsigned k = 0; source != NULL && k < source->dn_count; k++)
		plan_add(plan, dn_by_tag(engine, source->dn[k]), &place);
}

// Expansions come behind the lines that they expand.
static bool plan_buttons(
	struct plan *plan, struct engine *engine, const struct config_ephone *config)
{
	uint8_t instances[CONFIG_BUTTON_MAX + 1] = { 0 };
	const struct config_button *source;
	size_t dns = 0;

	for (unsigned i = 0; i < config->button_count; i++) {
		source = button_source(config, &config->buttons[i]);
		dns += source != NULL ? source->dn_count : 0;
	}
	if (!plan_room(plan, dns, config->button_count))
		return false;
	instances_set(plan, engine, config, instances);
	for (int expansions = 0; expansions <= 1; expansions++) {
		for (unsigned i = 0; i < config->button_count; i++) {
			if ((config->buttons[i].separator == 'x') == (expansions == 1))
				plan_button(plan, engine, config, &config->buttons[i], instances);
		}
	}
	return true;
}

// --- of a profile --------------------------------------------------------------------------------

// The next button, of one number or of an overlay of several.
static void plan_number(struct plan *plan, struct engine *engine, char separator,
	const struct config_profile_number *number, unsigned position)
{
	struct place place = { .separator = separator, .position = (uint8_t)position };

	for (unsigned k = 0; k < number->count; k++) {
		struct dn *dn = dn_find(engine, number->numbers[k]);

		if (dn != NULL && place.instance == 0)
			place.instance = ++plan->instances;
		place.overlay = separator == 'o' || separator == 'c' ? place.instance : 0;
		plan_add(plan, dn, &place);
	}
}

// Profiles fill the buttons by type, in the order of the types.
static bool plan_profile(struct plan *plan, struct engine *engine,
	const struct config_profile *profile, unsigned buttons)
{
	static const char separators[NUMBER_TYPES] = {
#define X(name, keyword, separator) [name] = separator,
		CONFIG_NUMBER_TYPES(X)
#undef X
	};
	unsigned position = 1;
	size_t dns = 0;

	for (unsigned i = 0; i < profile->number_count; i++)
		dns += profile->numbers[i].count;
	if (!plan_room(plan, dns, dns))
		return false;
	for (int type = 0; type < NUMBER_TYPES; type++) {
		for (unsigned i = 0; i < profile->number_count && position <= buttons; i++) {
			const struct config_profile_number *number = &profile->numbers[i];

			if (number->type != type || number->count == 0)
				continue;
			plan_number(plan, engine, separators[type], number, position);
			position++;
		}
	}
	return true;
}

// --- of a phone ----------------------------------------------------------------------------------

const struct config_profile *phone_profile(const struct phone *phone)
{
	if (phone->config->logout_profile == 0 || phone->em_user != NULL)
		return phone->em_user;
	return config_logout_profile_get(phone->engine->config, phone->config->logout_profile);
}

// False without memory.
static bool plan_make(struct plan *plan, const struct phone *phone)
{
	const struct config_profile *profile = phone_profile(phone);

	if (phone->config->logout_profile == 0)
		return plan_buttons(plan, phone->engine, phone->config);
	if (profile != NULL)
		return plan_profile(plan, phone->engine, profile, phone_buttons(phone));
	return plan_room(plan, 0, 0);
}

static bool lines_are_right(const struct plan *plan, const struct phone *phone)
{
	if (plan->count != phone->line_count)
		return false;
	for (unsigned i = 0; i < plan->count; i++) {
		const struct line *wanted = &plan->lines[i], *line = &phone->lines[i];

		if (wanted->dn != line->dn || wanted->position != line->position ||
			wanted->instance != line->instance || wanted->ring != line->ring ||
			wanted->overlay != line->overlay ||
			wanted->overlay_instance != line->overlay_instance ||
			wanted->silent != line->silent)
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
	bool right;

	if (!plan_make(&plan, phone))
		return false;
	right = lines_are_right(&plan, phone) && watches_are_right(&plan, phone);
	plan_drop(&plan);
	return right;
}

// What it had, which is the caller's now.
static struct plan buttons_remove(struct phone *phone)
{
	struct plan before = { .lines = phone->lines,
		.watches = phone->watches,
		.count = phone->line_count,
		.watch_count = phone->watch_count };

	for (unsigned i = 0; i < before.count; i++)
		TAILQ_REMOVE(&before.lines[i].dn->lines, &before.lines[i], at_dn);
	for (unsigned i = 0; i < before.watch_count; i++)
		TAILQ_REMOVE(&before.watches[i].dn->watches, &before.watches[i], at_dn);
	phone->lines = NULL;
	phone->watches = NULL;
	phone->line_count = 0;
	phone->watch_count = 0;
	return before;
}

static void buttons_set(struct phone *phone, const struct plan *plan)
{
	phone->lines = plan->lines;
	phone->line_count = (uint16_t)plan->count;
	for (unsigned i = 0; i < plan->count; i++) {
		plan->lines[i].phone = phone;
		TAILQ_INSERT_TAIL(&plan->lines[i].dn->lines, &plan->lines[i], at_dn);
	}
	phone->watches = plan->watches;
	phone->watch_count = (uint8_t)plan->watch_count;
	for (unsigned i = 0; i < plan->watch_count; i++) {
		plan->watches[i].phone = phone;
		TAILQ_INSERT_TAIL(&plan->watches[i].dn->watches, &plan->watches[i], at_dn);
	}
}

static void plan_refresh(const struct plan *plan)
{
	for (unsigned i = 0; i < plan->count; i++)
		dn_refresh(plan->lines[i].dn);
}

bool buttons_build(struct phone *phone)
{
	struct plan plan, before;

	if (!plan_make(&plan, phone))
		return false;
	before = buttons_remove(phone);
	buttons_set(phone, &plan);
	plan_refresh(&before);
	phone_refresh(phone);
	plan_drop(&before);
	return true;
}

void buttons_drop(struct phone *phone)
{
	struct plan before = buttons_remove(phone);

	plan_refresh(&before);
	plan_drop(&before);
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

unsigned phone_buttons(const struct phone *phone)
{
	return phone_model_buttons(phone_model(phone), phone->config->addon);
}
