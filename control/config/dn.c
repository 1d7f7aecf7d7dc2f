// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// ephone-dn and ephone-dn-template.
#include <errno.h>
#include <stdio.h>

#include "control/config/command.h"

static struct config_dn *dn_of(struct edit *edit)
{
	return edit->object;
}

// What the line is about: the DN's own settings or the template's.
static struct config_dn_settings *settings_of(struct edit *edit)
{
	return edit->mode == MODE_DN ? &dn_of(edit)->own : edit->object;
}

// The DN, or all that have the template.
static void touch(struct edit *edit)
{
	const struct config_dn *dn;

	if (edit->touched == NULL)
		return;
	if (edit->mode == MODE_DN) {
		edit_touch(edit, TOUCH_DN, dn_of(edit)->tag);
		return;
	}
	for (unsigned tag = 0; (dn = config_dn_next(edit->config, tag)) != NULL; tag = dn->tag)
		if (dn->template != 0 &&
			&edit->config->dn_templates[dn->template - 1].own == edit->object)
			edit_touch(edit, TOUCH_DN, dn->tag);
}

// The `no` form of a setting: what the template says counts for nothing, where there is a template.
static uint8_t setting_of(const struct edit *edit, const struct args *args)
{
	const struct config_dn *dn = edit->object;

	if (!args->negated)
		return SETTING_ON;
	return edit->mode == MODE_DN && dn->template != 0 ? SETTING_OFF : SETTING_UNSET;
}

// --- numbers -------------------------------------------------------------------------------------

// Digits, letters of numbers that the router dials, '.' for any digit.
static bool is_number(struct span text)
{
	for (size_t i = 0; i < text.n; i++)
		if (strchr("0123456789.*#+ABCDabcd", text.p[i]) == NULL || text.p[i] == '\0')
			return false;
	return text.n > 0;
}

static int number_check(struct args *args, unsigned i, char number[CONFIG_NUMBER_SIZE])
{
	number[0] = '\0';
	if (!arg_given(args, i))
		return 0;
	if (!span_copy(args->value[i], number, CONFIG_NUMBER_SIZE))
		return args_fail(args, i, "longer than %d characters", CONFIG_NUMBER_SIZE - 1);
	if (!is_number(args->value[i]))
		return args_fail(args, i, "digits, *, #, +, A to D and . only");
	return 0;
}

// Equal numbers are tried one after the other; more often they are a slip.
static void note_equal(struct edit *edit, const struct args *args, unsigned i, const char *number)
{
	const struct config_index *index = &edit->config->dn_by_number;
	const struct config_dn *other = index_get(index, number);

	if (other == dn_of(edit))
		other = index_next(index, number, other);
	if (other != NULL)
		edit_note(edit, NOTE_WARNING, args->value[i],
			"'%s': also the number of ephone-dn %u", number, other->tag);
}

static void numbers_forget(struct edit *edit, struct config_dn *dn)
{
	index_del(&edit->config->dn_by_number, dn->number, dn);
	index_del(&edit->config->dn_by_number, dn->secondary, dn);
	dn->number[0] = dn->secondary[0] = '\0';
}

static int set_number(void *ctx, struct args *args)
{
	struct edit *edit = ctx;
	struct config_dn *dn = dn_of(edit);
	struct config_index *index = &edit->config->dn_by_number;
	char number[CONFIG_NUMBER_SIZE], secondary[CONFIG_NUMBER_SIZE];
	struct span no_reg = SPAN_NONE;

	if (!args->negated &&
		(number_check(args, 0, number) < 0 || number_check(args, 1, secondary) < 0))
		return -EINVAL;
	if (args->negated) {
		touch(edit);
		numbers_forget(edit, dn);
		return text_set(&dn->no_reg, SPAN_NONE);
	}
	if (strcmp(number, secondary) == 0)
		return args_fail(args, 1, "the same as the primary number");
	touch(edit);
	if (arg_given(args, 2))
		no_reg = arg_given(args, 3) ? args->value[3] : SPAN("");
	if (text_set(&dn->no_reg, no_reg) < 0)
		return -ENOMEM;
	numbers_forget(edit, dn);
	strcpy(dn->number, number);
	strcpy(dn->secondary, secondary);
	if (index_put(index, dn->number, dn) < 0 ||
		(secondary[0] != '\0' && index_put(index, dn->secondary, dn) < 0))
		return -ENOMEM;
	note_equal(edit, args, 0, number);
	note_equal(edit, args, 1, secondary);
	return 0;
}

static int set_preference(void *ctx, struct args *args)
{
	struct config_dn *dn = dn_of(ctx);

	dn->preference = (uint8_t)(args->negated ? 0 : arg_u32(args, 0, 0));
	dn->secondary_preference = (uint8_t)(args->negated ? 9 : arg_u32(args, 1, 9));
	touch(ctx);
	return 0;
}

void dn_template_drop(struct config_dn *dn)
{
	uint8_t *const settings[] = { &dn->own.cti_watch, &dn->own.cti_notify,
		&dn->own.allow_watch };

	dn->template = 0;
	for (unsigned i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (*settings[i] == SETTING_OFF)
			*settings[i] = SETTING_UNSET;
	for (unsigned kind = 0; kind < FORWARD_KINDS && dn->own.forward != NULL; kind++)
		if (dn->own.forward[kind].number[0] == '\0')
			dn->own.forward[kind].off = false;
}

static int set_template(void *ctx, struct args *args)
{
	struct config_dn *dn = dn_of(ctx);

	if (args->negated)
		dn_template_drop(dn);
	else
		dn->template = (uint8_t)arg_u32(args, 0, 0);
	touch(ctx);
	return 0;
}

// --- texts ---------------------------------------------------------------------------------------

static int set_name(void *ctx, struct args *args)
{
	touch(ctx);
	return text_set(&dn_of(ctx)->name, args->negated ? SPAN_NONE : args->value[0]);
}

static int set_label(void *ctx, struct args *args)
{
	touch(ctx);
	return text_set(&dn_of(ctx)->label, args->negated ? SPAN_NONE : args->value[0]);
}

static int set_description(void *ctx, struct args *args)
{
	touch(ctx);
	return text_set(&dn_of(ctx)->description, args->negated ? SPAN_NONE : args->value[0]);
}

// --- CTI -----------------------------------------------------------------------------------------

static int cti_watch(void *ctx, struct args *args)
{
	settings_of(ctx)->cti_watch = setting_of(ctx, args);
	touch(ctx);
	return 0;
}

static int cti_notify(void *ctx, struct args *args)
{
	settings_of(ctx)->cti_notify = setting_of(ctx, args);
	touch(ctx);
	return 0;
}

static int allow_watch(void *ctx, struct args *args)
{
	settings_of(ctx)->allow_watch = setting_of(ctx, args);
	touch(ctx);
	return 0;
}

static int session_server(void *ctx, struct args *args)
{
	struct config_dn_settings *settings = settings_of(ctx);
	uint8_t tags[CONFIG_SESSION_SERVERS], count = 0;
	struct span rest = args->value[0];
	uint32_t tag;

	while (!args->negated && rest.n > 0) {
		struct span one = span_head(rest, span_find(rest, ','));

		rest = span_from(rest, one.n + 1);
		if (!span_u32(one, &tag) || tag < 1 || tag > CONFIG_SESSION_SERVERS)
			return args_fail_at(
				args, one, "a tag is from 1 to %d", CONFIG_SESSION_SERVERS);
		if (count == CONFIG_SESSION_SERVERS)
			return args_fail_at(args, one, "more than %d tags", CONFIG_SESSION_SERVERS);
		tags[count++] = (uint8_t)tag;
	}
	memcpy(settings->session_servers, tags, count);
	settings->session_server_count = count;
	touch(ctx);
	return 0;
}

// --- forwarding, hunting, timers -----------------------------------------------------------------

// Arguments: number, then for no answer the time, then what follows as text.
static int forward_set(struct edit *edit, struct args *args, enum config_forward_kind kind,
	int timeout, int option)
{
	struct config_forward set = { .off = setting_of(edit, args) == SETTING_OFF };
	struct config_forward *forward;

	if (!args->negated) {
		if (!span_copy(args->value[0], set.number, sizeof(set.number)))
			return args_fail(
				args, 0, "longer than %zu characters", sizeof(set.number) - 1);
		if (!is_number(args->value[0]))
			return args_fail(args, 0, "digits, *, #, +, A to D and . only");
		if (timeout >= 0)
			set.timeout = arg_u32(args, (unsigned)timeout, 0);
		for (int i = option; i >= 0 && i < option + 2; i++)
			if (arg_given(args, (unsigned)i))
				snprintf(set.option + strlen(set.option),
					sizeof(set.option) - strlen(set.option), "%s%.*s",
					set.option[0] == '\0' ? "" : " ", SPAN_FMT(args->value[i]));
	}
	forward = settings_forward(settings_of(edit), kind);
	if (forward == NULL)
		return -ENOMEM;
	*forward = set;
	touch(edit);
	return 0;
}

static int forward_all(void *ctx, struct args *args)
{
	return forward_set(ctx, args, FORWARD_ALL, -1, -1);
}

static int forward_busy(void *ctx, struct args *args)
{
	return forward_set(ctx, args, FORWARD_BUSY, -1, 1);
}

static int forward_noan(void *ctx, struct args *args)
{
	return forward_set(ctx, args, FORWARD_NOAN, 1, 2);
}

static int forward_night(void *ctx, struct args *args)
{
	return forward_set(ctx, args, FORWARD_NIGHT, -1, -1);
}

static int forward_max_length(void *ctx, struct args *args)
{
	struct config_dn_settings *settings = settings_of(ctx);

	settings->has_forward_max_length = !args->negated;
	settings->forward_max_length = (uint8_t)(args->negated ? 0 : arg_u32(args, 0, 0));
	touch(ctx);
	return 0;
}

static int huntstop(void *ctx, struct args *args)
{
	settings_of(ctx)->huntstop = args->negated ? SETTING_OFF : SETTING_ON;
	touch(ctx);
	return 0;
}

static int huntstop_channel(void *ctx, struct args *args)
{
	uint8_t none = setting_of(ctx, args) == SETTING_OFF ? CONFIG_CHANNELS_MAX : 0;

	settings_of(ctx)->huntstop_channel = args->negated ? none : (uint8_t)arg_u32(args, 0, 1);
	touch(ctx);
	return 0;
}

static int transfer_recall(void *ctx, struct args *args)
{
	settings_of(ctx)->transfer_recall = args->negated ? 0 : arg_u32(args, 0, 0);
	touch(ctx);
	return 0;
}

static int transfer_mode(void *ctx, struct args *args)
{
	uint8_t mode = args->choice[0] == 0 ? TRANSFER_MODE_BLIND : TRANSFER_MODE_CONSULT;

	settings_of(ctx)->transfer_mode = args->negated ? TRANSFER_MODE_UNSET : mode;
	touch(ctx);
	return 0;
}

static int keep(void *ctx, struct args *args)
{
	touch(ctx);
	return keep_line(&settings_of(ctx)->kept, args);
}

#define SETTING_COMMANDS \
	{ "cti watch", "CSTA clients may monitor and control it", cti_watch, RULE_NO, NULL }, \
		{ "cti notify", "always up for CTI, with or without a phone", cti_notify, RULE_NO, \
			NULL }, \
		{ "allow watch", "may be watched by presence", allow_watch, RULE_NO, NULL }, \
		{ "call-forward all NUMBER", "forward every call", forward_all, RULE_NO, NULL }, \
		{ "call-forward busy NUMBER [(primary|secondary)] [(dialplan-pattern)]", \
			"forward while busy", forward_busy, RULE_NO, NULL }, \
		{ "call-forward noan NUMBER timeout <3-60000> [(primary|secondary)] " \
		  "[(dialplan-pattern)]", \
			"forward when nobody answers", forward_noan, RULE_NO, NULL }, \
		{ "call-forward night-service NUMBER", "forward at night", forward_night, RULE_NO, \
			NULL }, \
		{ "call-forward max-length <0-16>", "longest number that a user may forward to", \
			forward_max_length, RULE_NO, NULL }, \
		{ "huntstop", "a busy number is not hunted on", huntstop, RULE_NO, NULL }, \
		{ "huntstop channel [<1-8>]", "channels open to calls that come in", \
			huntstop_channel, RULE_NO, NULL }, \
		{ "timeouts transfer-recall <1-1800>", "a transferred call comes back, seconds", \
			transfer_recall, RULE_NO, NULL }, \
		{ "transfer-mode (blind|consult)", "how its user transfers calls", transfer_mode, \
			RULE_NO, NULL }, \
		{ "session-server TAGS", "session managers of the number", session_server, \
			RULE_NO, NULL }, \
		{ "call-waiting (beep|ring) [.TEXT]", "kept", keep, RULE_NO, NULL }, \
		{ "caller-id (block|local|passthrough) [.TEXT]", "kept", keep, RULE_NO, NULL }, \
		{ "corlist (incoming|outgoing) NAME", "kept", keep, RULE_NO, NULL }, \
		{ "hold-alert .TEXT", "kept", keep, RULE_NO, NULL }, \
		{ "moh-group .TEXT", "kept", keep, RULE_NO, NULL }, \
		{ "mwi (off|on|on-off|qsig|sip|reply) [.TEXT]", "kept", keep, RULE_NO, NULL }, \
		{ "night-service bell", "kept", keep, RULE_NO, NULL }, \
		{ "pickup-call [.TEXT]", "kept", keep, RULE_NO, NULL }, \
		{ "pickup-group GROUP", "kept", keep, RULE_NO, NULL }, \
		{ "ring (external|internal|feature) [.TEXT]", "kept", keep, RULE_NO, NULL }, \
		{ "transfer max-length <3-16>", "kept", keep, RULE_NO, NULL }, \
		{ "translate (called|calling) <1-2147483647>", "kept", keep, RULE_NO, NULL }, \
	{ \
		"translation-profile (incoming|outgoing) NAME", "kept", keep, RULE_NO, NULL \
	}

static const struct rule dn_list[] = {
	{ "number NUMBER [secondary NUMBER] [(no-reg) [(both|primary)]]", "the number", set_number,
		RULE_NO, NULL },
	{ "ephone-dn-template <1-15>", "settings it shares with others", set_template, RULE_NO,
		NULL },
	{ "name .NAME", "caller's name", set_name, RULE_NO, NULL },
	{ "label .TEXT", "what the phone shows beside the button", set_label, RULE_NO, NULL },
	{ "description .TEXT", "what the phone shows in its header", set_description, RULE_NO,
		NULL },
	{ "preference <0-10> [secondary <0-10>]", "order among equal numbers, 0 first",
		set_preference, RULE_NO, NULL },
	{ "feed ip .TEXT", "kept", keep, RULE_NO, NULL },
	{ "fwd-local-calls", "kept", keep, RULE_NO, NULL },
	{ "intercom .TEXT", "kept", keep, RULE_NO, NULL },
	{ "loopback-dn .TEXT", "kept", keep, RULE_NO, NULL },
	{ "moh .TEXT", "kept", keep, RULE_NO, NULL },
	{ "conference [.TEXT]", "kept", keep, RULE_NO, NULL },
	{ "paging [.TEXT]", "kept", keep, RULE_NO, NULL },
	{ "park-slot [.TEXT]", "kept", keep, RULE_NO, NULL },
	{ "snr .TEXT", "kept", keep, RULE_NO, NULL },
	{ "trunk .TEXT", "kept", keep, RULE_NO, NULL },
	{ "after-hour exempt", "kept", keep, RULE_NO, NULL },
	SETTING_COMMANDS,
};

static const struct rule dn_template_list[] = { SETTING_COMMANDS };

const struct rules dn_commands = RULES_OF(dn_list);
const struct rules dn_template_commands = RULES_OF(dn_template_list);

// --- removal -------------------------------------------------------------------------------------

static void dn_release(void *object)
{
	config_dn_free(object);
}

static void button_take_out(struct config_ephone *ephone, unsigned b)
{
	ephone->button_count--;
	memmove(&ephone->buttons[b], &ephone->buttons[b + 1],
		(ephone->button_count - b) * sizeof(*ephone->buttons));
}

// Expansions of an overlay that is gone go too.
static void expansions_without(struct config_ephone *ephone, unsigned position)
{
	for (unsigned b = ephone->button_count; b-- > 0;)
		if (ephone->buttons[b].separator == 'x' && ephone->buttons[b].overlay == position)
			button_take_out(ephone, b);
}

// Takes the DN off one button: an overlay goes on without it, another button goes away.
static bool button_without(struct config_ephone *ephone, unsigned b, unsigned tag)
{
	struct config_button *button = &ephone->buttons[b];
	unsigned left = 0, position = button->position;

	for (unsigned i = 0; i < button->dn_count; i++)
		if (button->dn[i] != tag)
			button->dn[left++] = button->dn[i];
	if (left == button->dn_count)
		return false;
	button->dn_count = (uint8_t)left;
	if (left == 0) {
		button_take_out(ephone, b);
		expansions_without(ephone, position);
	}
	return true;
}

static bool buttons_without(struct config_ephone *ephone, unsigned tag)
{
	bool changed = false;

	for (unsigned b = 0; b < ephone->button_count;) {
		unsigned count = ephone->button_count;

		changed = button_without(ephone, b, tag) || changed;
		b = ephone->button_count < count ? 0 : b + 1;
	}
	return changed;
}

void remove_dn(struct edit *edit, struct config_dn *dn)
{
	struct config_ephone *ephone;

	for (unsigned tag = 0; (ephone = config_ephone_next(edit->config, tag)) != NULL;
		tag = ephone->tag)
		if (buttons_without(ephone, dn->tag))
			edit_touch(edit, TOUCH_EPHONE, ephone->tag);
	edit_touch(edit, TOUCH_DN, dn->tag);
	index_del(&edit->config->dn_by_number, dn->number, dn);
	index_del(&edit->config->dn_by_number, dn->secondary, dn);
	table_del(&edit->config->dns, dn->tag);
	edit_bury(edit, dn, dn_release);
}
