// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// ephone: a phone and its buttons.
#include <errno.h>
#include <stdio.h>

#include "control/config/command.h"
#include "control/config/phone_model.h"

static struct config_ephone *ephone_of(struct edit *edit)
{
	return edit->object;
}

static void touch(struct edit *edit)
{
	edit_touch(edit, TOUCH_EPHONE, ephone_of(edit)->tag);
}

// --- identity ------------------------------------------------------------------------------------

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

// Three groups of up to four hexadecimal digits.
static bool mac_read(struct span text, uint8_t mac[6])
{
	for (unsigned group = 0; group < 3; group++) {
		size_t n = span_find(text, '.');
		unsigned value = 0;

		if (n == 0 || n > 4 || (group < 2) != (n < text.n))
			return false;
		for (size_t i = 0; i < n; i++) {
			int digit = hex_digit(text.p[i]);

			if (digit < 0)
				return false;
			value = value << 4 | (unsigned)digit;
		}
		mac[2 * group] = (uint8_t)(value >> 8);
		mac[2 * group + 1] = (uint8_t)value;
		text = span_from(text, n + 1);
	}
	return true;
}

static void name_write(const uint8_t mac[6], char name[CONFIG_DEVICE_NAME_SIZE])
{
	snprintf(name, CONFIG_DEVICE_NAME_SIZE, "SEP%02X%02X%02X%02X%02X%02X", mac[0], mac[1],
		mac[2], mac[3], mac[4], mac[5]);
}

bool device_name(struct span text, char name[CONFIG_DEVICE_NAME_SIZE])
{
	uint8_t mac[6];

	if (!mac_read(text, mac))
		return false;
	name_write(mac, name);
	return true;
}

static int set_mac(void *ctx, struct args *args)
{
	struct edit *edit = ctx;
	struct config_ephone *ephone = ephone_of(edit), *other;
	struct config_index *index = &edit->config->ephone_by_name;
	char name[CONFIG_DEVICE_NAME_SIZE] = "";
	uint8_t mac[6] = { 0 };

	if (!args->negated && arg_given(args, 0)) {
		if (!mac_read(args->value[0], mac))
			return args_fail(
				args, 0, "a MAC address is written H.H.H, as in 001e.4a34.a35f");
		name_write(mac, name);
		other = config_ephone_by_name(edit->config, name);
		if (other != NULL && other != ephone)
			return args_fail(args, 0, "already the address of ephone %u", other->tag);
	}
	index_del(index, ephone->name, ephone);
	ephone->has_mac = name[0] != '\0';
	memcpy(ephone->mac, mac, sizeof(mac));
	strcpy(ephone->name, name);
	touch(edit);
	return ephone->has_mac ? index_put(index, ephone->name, ephone) : 0;
}

// True when the operator described this type in an `ephone-type`.
static bool is_own_type(const struct config *config, struct span type)
{
	for (unsigned place = 0; place < PLACES; place++)
		for (unsigned i = 0; i < config->kept[place].count; i++) {
			struct span head = span_str(config->kept[place].section[i].head);

			if (span_ieq(text_word(&head), SPAN("ephone-type")) &&
				span_ieq(text_word(&head), type))
				return true;
		}
	return false;
}

static int addon_check(struct args *args, unsigned i)
{
	if (arg_given(args, i) && phone_module_buttons(args->value[i]) == 0)
		return args_fail(
			args, i, "no such module: 7914, 7915-12, 7915-24, 7916-12 or 7916-24");
	return 0;
}

static int set_type(void *ctx, struct args *args)
{
	struct edit *edit = ctx;
	struct config_ephone *ephone = ephone_of(edit), trial = *ephone;
	struct span addon = SPAN_NONE;
	char modules[64] = "";

	if (!args->negated) {
		trial.model = phone_model_find(args->value[0]);
		if (trial.model == NULL && !is_own_type(edit->config, args->value[0]))
			return args_fail(args, 0, "no such type of phone");
		if (addon_check(args, 1) < 0 || addon_check(args, 2) < 0)
			return -EINVAL;
		if (arg_given(args, 1))
			snprintf(modules, sizeof(modules),
				arg_given(args, 2) ? "1 %.*s 2 %.*s" : "1 %.*s",
				SPAN_FMT(args->value[1]), SPAN_FMT(args->value[2]));
		trial.addon = modules;
		for (unsigned b = 0; b < ephone->button_count; b++)
			if (ephone->buttons[b].position > ephone_buttons(&trial))
				return args_fail(args, 0,
					"button %u is configured and the type has %u",
					ephone->buttons[b].position, ephone_buttons(&trial));
	}
	if (modules[0] != '\0')
		addon = span_str(modules);
	touch(edit);
	ephone->model = args->negated ? NULL : trial.model;
	if (text_set(&ephone->addon, addon) < 0)
		return -ENOMEM;
	return text_set(&ephone->type, args->negated           ? SPAN_NONE
				       : ephone->model != NULL ? span_str(ephone->model->name)
							       : args->value[0]);
}

// --- buttons -------------------------------------------------------------------------------------

// A button while it is read, with room for its tags.
struct new_button {
	uint8_t position;
	char separator;
	uint8_t overlay;
	uint8_t dn_count;
	uint32_t dn[CONFIG_OVERLAY_MAX];
};

struct button_list {
	struct new_button button[CONFIG_BUTTON_MAX]; // by position
	unsigned count;
};

static struct new_button *button_find(struct button_list *list, unsigned position)
{
	for (unsigned i = 0; i < list->count; i++)
		if (list->button[i].position == position)
			return &list->button[i];
	return NULL;
}

static void button_put(struct button_list *list, const struct new_button *button)
{
	unsigned at = 0;

	while (at < list->count && list->button[at].position < button->position)
		at++;
	if (at == list->count || list->button[at].position != button->position) {
		memmove(&list->button[at + 1], &list->button[at],
			(list->count - at) * sizeof(list->button[0]));
		list->count++;
	}
	list->button[at] = *button;
}

static void button_drop(struct button_list *list, unsigned position)
{
	struct new_button *button = button_find(list, position);

	if (button == NULL)
		return;
	list->count--;
	memmove(button, button + 1,
		(size_t)(&list->button[list->count] - button) * sizeof(*button));
}

static bool is_overlay(char separator)
{
	return separator == 'o' || separator == 'c';
}

// The DNs of a button: one, or for an overlay several of the same line mode.
static int dns_read(
	struct edit *edit, struct args *args, struct new_button *button, struct span rest)
{
	const struct config_dn *first, *dn;
	uint32_t tag;
	int error;

	while (rest.n > 0) {
		struct span one = span_head(rest, span_find(rest, ','));

		rest = span_from(rest, one.n + 1);
		if (!span_u32(one, &tag) || tag < 1 || tag > CONFIG_TAG_MAX)
			return args_fail_at(args, one, "a tag of an ephone-dn is expected");
		if (button->dn_count == CONFIG_OVERLAY_MAX)
			return args_fail_at(args, one, "more than %d ephone-dns on a button",
				CONFIG_OVERLAY_MAX);
		if (button->dn_count > 0 && !is_overlay(button->separator))
			return args_fail_at(args, one, "several ephone-dns only with o or c");
		error = args->negated ? 0 : edit_require(edit, args, one, REQUIRE_DN, tag, NULL);
		if (error < 0)
			return error;
		button->dn[button->dn_count++] = tag;
		first = config_dn_get(edit->config, button->dn[0]);
		dn = config_dn_get(edit->config, tag);
		if (first != NULL && dn != NULL && first->line_mode != dn->line_mode)
			return args_fail_at(
				args, one, "an overlay has single lines or dual lines, not both");
	}
	return 0;
}

// B SEP DN[,DN...] or BxO
static int button_read(
	struct edit *edit, struct args *args, struct span word, struct new_button *button)
{
	size_t n = 0;
	uint32_t number;

	*button = (struct new_button){ 0 };
	while (n < word.n && word.p[n] >= '0' && word.p[n] <= '9')
		n++;
	if (!span_u32(span_head(word, n), &number) || number < 1 || number > CONFIG_BUTTON_MAX)
		return args_fail_at(args, word, "a button begins with its position, 1 to %d",
			CONFIG_BUTTON_MAX);
	button->position = (uint8_t)number;
	if (n == word.n || strchr(":sbfmwocx", word.p[n]) == NULL || n + 1 == word.n)
		return args_fail_at(
			args, word, "a separator : s b f m w o c or x and a tag are expected");
	button->separator = word.p[n];
	if (button->separator != 'x')
		return dns_read(edit, args, button, span_from(word, n + 1));
	if (!span_u32(span_from(word, n + 1), &number) || number < 1 || number > CONFIG_BUTTON_MAX)
		return args_fail_at(
			args, word, "x is followed by the position of an overlay button");
	button->overlay = (uint8_t)number;
	return 0;
}

// An overlay's expansion needs the overlay; one with call waiting has none.
static int expansions_check(struct args *args, struct span word, struct button_list *list)
{
	for (unsigned i = 0; i < list->count; i++) {
		const struct new_button *button = &list->button[i], *overlay;

		if (button->separator != 'x')
			continue;
		overlay = button_find(list, button->overlay);
		if (overlay == NULL || overlay->separator != 'o')
			return args_fail_at(args, word,
				"button %u expands button %u, which is no overlay (o)",
				button->position, button->overlay);
	}
	return 0;
}

// One block: the buttons, then their tags. NULL without memory.
static struct config_button *buttons_new(const struct button_list *list)
{
	struct config_button *buttons;
	size_t tags = 0;
	uint32_t *dn;

	for (unsigned i = 0; i < list->count; i++)
		tags += list->button[i].dn_count;
	buttons = malloc(list->count * sizeof(*buttons) + tags * sizeof(*dn));
	if (buttons == NULL)
		return NULL;
	dn = (uint32_t *)(buttons + list->count);
	for (unsigned i = 0; i < list->count; i++) {
		const struct new_button *from = &list->button[i];

		buttons[i] = (struct config_button){ from->position, from->separator,
			from->overlay, from->dn_count, dn };
		memcpy(dn, from->dn, from->dn_count * sizeof(*dn));
		dn += from->dn_count;
	}
	return buttons;
}

static int buttons_store(struct config_ephone *ephone, const struct button_list *list)
{
	struct config_button *buttons = NULL;

	if (list->count > 0) {
		buttons = buttons_new(list);
		if (buttons == NULL)
			return -ENOMEM;
	}
	free(ephone->buttons);
	ephone->buttons = buttons;
	ephone->button_count = (uint8_t)list->count;
	return 0;
}

static void buttons_load(const struct config_ephone *ephone, struct button_list *list)
{
	list->count = ephone->button_count;
	for (unsigned i = 0; i < list->count; i++) {
		const struct config_button *from = &ephone->buttons[i];
		struct new_button *to = &list->button[i];

		*to = (struct new_button){ from->position, from->separator, from->overlay,
			from->dn_count };
		memcpy(to->dn, from->dn, from->dn_count * sizeof(to->dn[0]));
	}
}

static int set_buttons(void *ctx, struct args *args)
{
	struct edit *edit = ctx;
	struct config_ephone *ephone = ephone_of(edit);
	struct span rest = args->value[0], word, last = SPAN_NONE;
	struct button_list list;
	struct new_button button;
	int error;

	buttons_load(ephone, &list);
	if (!arg_given(args, 0))
		list.count = 0;
	while ((word = text_word(&rest)).n > 0) {
		last = word;
		error = button_read(edit, args, word, &button);
		if (error < 0)
			return error;
		if (args->negated) {
			button_drop(&list, button.position);
			continue;
		}
		error = edit_require(edit, args, word, REQUIRE_BUTTON, button.position, ephone);
		if (error < 0)
			return error;
		button_put(&list, &button);
	}
	error = expansions_check(args, last, &list);
	if (error < 0)
		return error;
	touch(edit);
	return buttons_store(ephone, &list);
}

// --- the rest ------------------------------------------------------------------------------------

static int set_logout_profile(void *ctx, struct args *args)
{
	struct edit *edit = ctx;
	uint32_t tag = args->negated ? 0 : arg_u32(args, 0, 0);
	int error = args->negated ? 0
				  : edit_require(edit, args, args->value[0], REQUIRE_LOGOUT_PROFILE,
					    tag, NULL);

	if (error < 0)
		return error;
	ephone_of(edit)->logout_profile = tag;
	touch(edit);
	return 0;
}

static int set_keepalive(void *ctx, struct args *args)
{
	ephone_of(ctx)->keepalive = args->negated ? 0 : arg_u32(args, 0, 0);
	touch(ctx);
	return 0;
}

static int set_username(void *ctx, struct args *args)
{
	struct config_ephone *ephone = ephone_of(ctx);

	if (text_set(&ephone->username, args->negated ? SPAN_NONE : args->value[0]) < 0)
		return -ENOMEM;
	touch(ctx);
	return text_set(&ephone->password, args->negated ? SPAN_NONE : args->value[1]);
}

static int set_pin(void *ctx, struct args *args)
{
	struct config_ephone *ephone = ephone_of(ctx);
	uint32_t pin;

	if (args->negated)
		return text_set(&ephone->pin, SPAN_NONE);
	if (args->value[0].n < 4 || args->value[0].n > 8 || !span_u32(args->value[0], &pin))
		return args_fail(args, 0, "a PIN has 4 to 8 digits");
	return text_set(&ephone->pin, args->value[0]);
}

static int set_description(void *ctx, struct args *args)
{
	touch(ctx);
	return text_set(&ephone_of(ctx)->description, args->negated ? SPAN_NONE : args->value[0]);
}

static int restart(void *ctx, struct args *args)
{
	(void)args;
	edit_touch(ctx, TOUCH_RESTART, ephone_of(ctx)->tag);
	return 0;
}

static int reset(void *ctx, struct args *args)
{
	(void)args;
	edit_touch(ctx, TOUCH_RESET, ephone_of(ctx)->tag);
	return 0;
}

static int keep(void *ctx, struct args *args)
{
	touch(ctx);
	return keep_line(&ephone_of(ctx)->kept, args);
}

static const struct rule ephone_list[] = {
	{ "mac-address [MAC [(reserved)]]", "the phone's address, H.H.H", set_mac, RULE_NO, NULL },
	{ "type TYPE [addon 1 MODULE [2 MODULE]]", "model and expansion modules", set_type, RULE_NO,
		NULL },
	{ "button .BUTTONS", "position, separator, ephone-dns: 1:1 2o3,4", set_buttons, RULE_NO,
		NULL },
	{ "logout-profile <1-1000000>", "a phone for extension mobility", set_logout_profile,
		RULE_NO, NULL },
	{ "keepalive <10-65535>", "keepalive interval, seconds", set_keepalive, RULE_NO, NULL },
	{ "username NAME [password PASSWORD]", "who may use the phone's applications", set_username,
		RULE_NO, NULL },
	{ "pin PIN", "overrides the blocking of calls", set_pin, RULE_NO, NULL },
	{ "description .TEXT", "whose phone it is", set_description, RULE_NO, NULL },
	{ "restart", "the phone reads its lines again", restart, 0, NULL },
	{ "reset", "the phone boots again", reset, 0, NULL },
	{ "after-hour exempt", "kept", keep, RULE_NO, NULL },
	{ "after-hours exempt", "kept", keep, RULE_NO, NULL },
	{ "auto-line [.TEXT]", "kept", keep, RULE_NO, NULL },
	{ "blf-speed-dial <1-75> .NUMBER", "kept", keep, RULE_NO, NULL },
	{ "busy-trigger-per-button <1-8>", "kept", keep, RULE_NO, NULL },
	{ "capf-ip-in-cnf", "kept", keep, RULE_NO, NULL },
	{ "codec .TEXT", "kept", keep, RULE_NO, NULL },
	{ "conference (add-mode|admin|drop-mode) [.TEXT]", "kept", keep, RULE_NO, NULL },
	{ "device-security-mode (authenticated|encrypted|none)", "kept", keep, RULE_NO, NULL },
	{ "emergency response location <1-2147483647>", "kept", keep, RULE_NO, NULL },
	{ "ephone-template <1-20>", "kept", keep, RULE_NO, NULL },
	{ "exclude .TEXT", "kept", keep, RULE_NO, NULL },
	{ "fastdial <1-100> .NUMBER", "kept", keep, RULE_NO, NULL },
	{ "feature-button <1-10> .TEXT", "kept", keep, RULE_NO, NULL },
	{ "keypad-normalize", "kept", keep, RULE_NO, NULL },
	{ "lpcor (type|incoming|outgoing) .TEXT", "kept", keep, RULE_NO, NULL },
	{ "max-calls-per-button <1-8>", "kept", keep, RULE_NO, NULL },
	{ "mtp", "kept", keep, RULE_NO, NULL },
	{ "multicast-moh", "kept", keep, RULE_NO, NULL },
	{ "mwi-line <1-34>", "kept", keep, RULE_NO, NULL },
	{ "network-locale <0-4>", "kept", keep, RULE_NO, NULL },
	{ "night-service bell", "kept", keep, RULE_NO, NULL },
	{ "paging-dn <1-1000000> [.TEXT]", "kept", keep, RULE_NO, NULL },
	{ "park reservation-group GROUP", "kept", keep, RULE_NO, NULL },
	{ "phone-ui .TEXT", "kept", keep, RULE_NO, NULL },
	{ "presence call-list", "kept", keep, RULE_NO, NULL },
	{ "privacy [(off|on)]", "kept", keep, RULE_NO, NULL },
	{ "privacy-button", "kept", keep, RULE_NO, NULL },
	{ "provision-tag <1-2147483647>", "kept", keep, RULE_NO, NULL },
	{ "service phone .TEXT", "kept", keep, RULE_NO, NULL },
	{ "speed-dial <1-33> .NUMBER", "kept", keep, RULE_NO, NULL },
	{ "ssh userid .TEXT", "kept", keep, RULE_NO, NULL },
	{ "transfer-park blocked", "kept", keep, RULE_NO, NULL },
	{ "transfer-pattern blocked", "kept", keep, RULE_NO, NULL },
	{ "user-locale <0-4>", "kept", keep, RULE_NO, NULL },
	{ "video", "kept", keep, RULE_NO, NULL },
	{ "vm-device-id NAME", "kept", keep, RULE_NO, NULL },
};

const struct rules ephone_commands = RULES_OF(ephone_list);

static void ephone_release(void *object)
{
	config_ephone_free(object);
}

void remove_ephone(struct edit *edit, struct config_ephone *ephone)
{
	edit_touch(edit, TOUCH_EPHONE, ephone->tag);
	index_del(&edit->config->ephone_by_name, ephone->name, ephone);
	table_del(&edit->config->ephones, ephone->tag);
	edit_bury(edit, ephone, ephone_release);
}
