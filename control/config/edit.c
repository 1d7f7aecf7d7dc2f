// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/config/edit.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "control/config/command.h"
#include "control/config/phone_model.h"

struct edit_requirement {
	uint8_t kind; // enum requirement
	uint32_t value;
	unsigned ephone; // tag
	unsigned line;
	unsigned column;
	char word[CONFIG_NUMBER_SIZE * 2];
};

struct edit_touch {
	enum touch what;
	unsigned tag;
};

struct edit_grave {
	struct edit_grave *next;
	void *object;
	void (*free)(void *object);
};

enum { NOTE_SIZE = 200 };

static const enum config_mode modes_above[] = {
#define X(name, above, prompt) [name] = above,
	CONFIG_MODES(X)
#undef X
};

static const char *const mode_prompts[] = {
#define X(name, above, prompt) [name] = prompt,
	CONFIG_MODES(X)
#undef X
};

static const char *const note_names[] = {
#define X(name, text) [name] = text,
	CONFIG_NOTES(X)
#undef X
};

static const struct rules *const mode_commands[CONFIG_MODE_COUNT] = {
	[MODE_GLOBAL] = &global_commands,
	[MODE_VOICE_SERVICE] = &voice_service_commands,
	[MODE_VOICE_SIP] = &voice_sip_commands,
	[MODE_VOICE_REGISTER] = &voice_register_commands,
	[MODE_SESSION_SERVER] = &session_server_commands,
	[MODE_LOGOUT_PROFILE] = &logout_profile_commands,
	[MODE_USER_PROFILE] = &user_profile_commands,
	[MODE_INTERFACE] = &interface_commands,
	[MODE_TELEPHONY] = &telephony_commands,
	[MODE_DN_TEMPLATE] = &dn_template_commands,
	[MODE_DN] = &dn_commands,
	[MODE_EPHONE] = &ephone_commands,
};

// The tables, read. Built once for the process; the tables never change.
static struct grammar grammars[CONFIG_MODE_COUNT];

static int grammars_ready(void)
{
	for (unsigned mode = 0; mode < CONFIG_MODE_COUNT; mode++) {
		const struct rules *commands = mode_commands[mode];
		int error;

		if (commands == NULL || grammars[mode].syntax != NULL)
			continue;
		error = grammar_init(&grammars[mode], commands->list, commands->count);
		if (error < 0)
			return error;
	}
	return 0;
}

const struct grammar *config_mode_grammar(enum config_mode mode)
{
	return grammars_ready() < 0 ? NULL : &grammars[mode];
}

const char *config_mode_prompt(enum config_mode mode)
{
	return mode_prompts[mode];
}

enum config_mode config_mode_above(enum config_mode mode)
{
	return modes_above[mode];
}

const char *config_note_name(enum config_note kind)
{
	return note_names[kind];
}

int edit_init(struct edit *edit, struct config *config)
{
	*edit = (struct edit){ .config = config };
	return grammars_ready();
}

void edit_fini(struct edit *edit)
{
	free(edit->requirements);
	free(edit->touches);
	*edit = (struct edit){ 0 };
}

// --- what handlers need --------------------------------------------------------------------------

void edit_enter(struct edit *edit, enum config_mode mode, void *object, enum config_place place)
{
	edit->mode = mode;
	edit->object = object;
	edit->place = place;
	edit->entry_indent[mode] = edit->indent;
	edit->nested = false;
}

void edit_note(struct edit *edit, enum config_note kind, struct span at, const char *format, ...)
{
	char text[NOTE_SIZE];
	va_list list;

	if (edit->note == NULL)
		return;
	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	edit->note(edit->ctx, kind, at, text);
}

void edit_touch(struct edit *edit, enum touch what, unsigned tag)
{
	struct edit_touch *grown;

	if (edit->touched == NULL)
		return;
	if (edit->touch_count > 0 && edit->touches[edit->touch_count - 1].what == what &&
		edit->touches[edit->touch_count - 1].tag == tag)
		return;
	grown = realloc(edit->touches, (edit->touch_count + 1) * sizeof(*grown));
	if (grown == NULL)
		return;
	edit->touches = grown;
	grown[edit->touch_count++] = (struct edit_touch){ what, tag };
}

void edit_waits(struct edit *edit, const struct args *args)
{
	if (!edit->loading)
		edit_note(
			edit, NOTE_WARNING, args->words->word[0], "takes effect at the next start");
}

void edit_bury(struct edit *edit, void *object, void (*release)(void *object))
{
	struct edit_grave *grave = malloc(sizeof(*grave));

	if (grave == NULL)
		return; // without memory for the note the object itself is lost: no one may still
			// use it
	*grave = (struct edit_grave){ edit->graves, object, release };
	edit->graves = grave;
}

int text_set(char **text, struct span value)
{
	char *copy = NULL;

	if (value.p != NULL) {
		copy = strndup(value.p, value.n);
		if (copy == NULL)
			return -ENOMEM;
	}
	free(*text);
	*text = copy;
	return 0;
}

// --- what lines name -----------------------------------------------------------------------------

unsigned ephone_buttons(const struct config_ephone *ephone)
{
	return phone_model_buttons(ephone->model, ephone->addon);
}

static bool has_dn(const struct config *config, const struct edit_requirement *requirement)
{
	return config_dn_get(config, requirement->value) != NULL;
}

static bool has_logout_profile(
	const struct config *config, const struct edit_requirement *requirement)
{
	return config_logout_profile_get(config, requirement->value) != NULL;
}

static bool fits_max_dn(const struct config *config, const struct edit_requirement *requirement)
{
	return requirement->value <= config->telephony.max_dn;
}

static bool fits_max_ephones(
	const struct config *config, const struct edit_requirement *requirement)
{
	return requirement->value <= config->telephony.max_ephones;
}

static bool has_button(const struct config *config, const struct edit_requirement *requirement)
{
	const struct config_ephone *ephone = config_ephone_get(config, requirement->ephone);

	return ephone == NULL || requirement->value <= ephone_buttons(ephone);
}

// Before any interface is up every address will do: such a configuration is not ready in any case.
static bool has_interface(const struct config *config, const struct edit_requirement *requirement)
{
	const struct addr address = addr_ipv4(requirement->value);
	const struct config_interface *interface = config_interface_at(config, &address);

	if (interface != NULL)
		return config_interface_is_physical(interface);
	for (unsigned i = 0; i < config->interface_count; i++)
		if (config_interface_is_up(&config->interfaces[i]))
			return false;
	return true;
}

// In a file it is the later interface that is in the way of the earlier one.
static const struct config_interface *overlap(
	const struct config *config, const struct edit_requirement *requirement)
{
	unsigned before = requirement->line == 0 ? config->interface_count : requirement->value;

	if (requirement->value >= config->interface_count)
		return NULL;
	return config_interface_overlap(config, &config->interfaces[requirement->value], before);
}

static bool has_subnet(const struct config *config, const struct edit_requirement *requirement)
{
	return overlap(config, requirement) == NULL;
}

static bool has_own_port(const struct config *config, const struct edit_requirement *requirement)
{
	const struct endpoint *phones = &config->telephony.source;
	const struct endpoint *applications = &config->voice_register.source;

	(void)requirement;
	return phones->port != applications->port ||
	       (phones->addr.family != ADDR_NONE && applications->addr.family != ADDR_NONE &&
		       !addr_eq(&phones->addr, &applications->addr));
}

static bool has_number(const struct config *config, const struct edit_requirement *requirement)
{
	return config_dn_by_number(config, requirement->word) != NULL;
}

static const struct {
	bool (*met)(const struct config *config, const struct edit_requirement *requirement);
	unsigned flags; // enum requirement_flags
	const char *text;
} requirements[] = {
#define X(name, met, flags, text) [name] = { met, flags, text },
	REQUIREMENTS(X)
#undef X
};

// What is wrong; of overlapping subnets as IOS says it.
static const char *requirement_complaint(const struct config *config,
	const struct edit_requirement *requirement, char text[REASON_SIZE])
{
	const struct config_interface *interface, *other;
	char network[ADDR_TEXT_SIZE];
	struct addr net;

	if (requirement->kind != REQUIRE_SUBNET)
		return requirements[requirement->kind].text;
	interface = &config->interfaces[requirement->value];
	other = overlap(config, requirement);
	net = addr_ipv4(addr_ipv4_net(&interface->address) & addr_ipv4_net(&interface->mask));
	snprintf(text, REASON_SIZE, "%s overlaps with %s", addr_text(&net, network), other->name);
	return text;
}

static int remember(struct edit *edit, const struct edit_requirement *requirement)
{
	// A power of two of them, once there are any: full when the count is one.
	unsigned count = edit->requirement_count;

	if ((count & (count - 1)) == 0) {
		unsigned size = count == 0 ? 1 : 2 * count;
		void *grown = realloc(edit->requirements, size * sizeof(*edit->requirements));

		if (grown == NULL)
			return -ENOMEM;
		edit->requirements = grown;
	}
	edit->requirements[edit->requirement_count++] = *requirement;
	return 0;
}

int edit_require(struct edit *edit, struct args *args, struct span word, enum requirement kind,
	uint32_t value, const struct config_ephone *ephone)
{
	struct edit_requirement requirement = {
		.kind = (uint8_t)kind,
		.value = value,
		.ephone = ephone == NULL ? 0 : ephone->tag,
		.line = edit->line_number,
		.column = words_column(args->words, word),
	};
	char text[REASON_SIZE];
	const char *complaint;

	span_copy(span_head(word, sizeof(requirement.word) - 1), requirement.word,
		sizeof(requirement.word));
	if (edit->loading && (requirements[kind].flags & REQUIREMENT_LASTS) != 0)
		return remember(edit, &requirement);
	if (requirements[kind].met(edit->config, &requirement))
		return 0;
	if (edit->loading)
		return remember(edit, &requirement);
	complaint = requirement_complaint(edit->config, &requirement, text);
	if ((requirements[kind].flags & REQUIREMENT_WARNS) == 0)
		return args_fail_at(args, word, "%s", complaint);
	edit_note(edit, NOTE_WARNING, word, "'%s': %s", requirement.word, complaint);
	return 0;
}

int edit_require_source(struct edit *edit, struct args *args, const struct endpoint *source)
{
	int error = 0;

	if (source->addr.family == ADDR_IPV4)
		error = edit_require(edit, args, args->value[0], REQUIRE_INTERFACE,
			addr_ipv4_net(&source->addr), NULL);
	if (error == 0)
		error = edit_require(
			edit, args, args->value[arg_given(args, 1)], REQUIRE_OWN_PORT, 0, NULL);
	return error;
}

void edit_settle(struct edit *edit,
	void (*wrong)(
		void *ctx, unsigned line, unsigned column, const char *word, const char *text),
	void (*warn)(void *ctx, unsigned line, unsigned column, const char *word, const char *text),
	void *ctx)
{
	char text[REASON_SIZE];

	for (unsigned i = 0; i < edit->requirement_count; i++) {
		const struct edit_requirement *requirement = &edit->requirements[i];

		if (requirements[requirement->kind].met(edit->config, requirement))
			continue;
		((requirements[requirement->kind].flags & REQUIREMENT_WARNS) != 0 ? warn : wrong)(
			ctx, requirement->line, requirement->column, requirement->word,
			requirement_complaint(edit->config, requirement, text));
	}
}

// --- lines ---------------------------------------------------------------------------------------

static void tell(struct edit *edit)
{
	for (unsigned i = 0; i < edit->touch_count; i++)
		edit->touched(edit->ctx, edit->touches[i].what, edit->touches[i].tag);
	edit->touch_count = 0;
	while (edit->graves != NULL) {
		struct edit_grave *grave = edit->graves;

		edit->graves = grave->next;
		grave->free(grave->object);
		free(grave);
	}
}

// The object of a mode that is entered from below.
static void *object_above(const struct edit *edit, enum config_mode mode)
{
	return mode == MODE_VOICE_SERVICE ? &edit->config->voice_service : NULL;
}

// Remarks about how a line was written that was taken all the same.
static void note_liberties(struct edit *edit, const struct args *args, enum config_mode mode)
{
	struct span first = args->words->word[0];

	if (args->rule->canonical != NULL)
		edit_note(edit, NOTE_SPELLING, first, "read as '%s%s'", args->negated ? "no " : "",
			args->rule->canonical);
	if (args->abbreviated.n > 0)
		edit_note(edit, NOTE_ABBREVIATION, args->abbreviated, "read as '%s%s'",
			args->negated ? "no " : "", args->rule->syntax);
	if (args->folded.n > 0)
		edit_note(edit, NOTE_CASE, args->folded, "read as '%s'", args->rule->syntax);
	if (mode == MODE_GLOBAL || edit->indent > edit->entry_indent[mode])
		return;
	if (modes_above[mode] == MODE_GLOBAL)
		edit_note(edit, NOTE_INDENT, first, "belongs to (%s)", mode_prompts[mode]);
	else
		edit_note(edit, NOTE_NESTING, first, "belongs to (%s)", mode_prompts[mode]);
}

static enum edit_result run(struct edit *edit, enum config_mode mode, struct args *args)
{
	enum config_mode was_mode = edit->mode;
	void *was_object = edit->object;
	int error;

	if (mode != edit->mode) {
		edit->mode = mode;
		edit->object = object_above(edit, mode);
	}
	error = args->rule->run(edit, args);
	if (error == 0) {
		note_liberties(edit, args, mode);
		return EDIT_DONE;
	}
	edit->mode = was_mode;
	edit->object = was_object;
	edit->complaint = args->complaint;
	if (error == -ENOMEM)
		snprintf(edit->complaint.reason, REASON_SIZE, "out of memory");
	return EDIT_WRONG;
}

// Two words of it are those of a command here: it is that command, wrongly written, and nothing
// else.
static bool half_understood(const struct args *args)
{
	return args->complaint.depth >= 2u + args->negated;
}

// The command that the line is, in the innermost mode that has it. One whose words are written in
// full wins over one of an inner mode that is only abbreviated so: `ephone 1` enters a phone even
// in a mode that has an `ephone-dn-template`. False: args has the complaint. *kept: the line was
// kept as it is.
static bool command_find(struct edit *edit, const struct words *line, struct args *args,
	enum config_mode *mode, bool *kept)
{
	enum match_result result, best = MATCH_NONE;
	struct args trial;
	bool any = false;

	*kept = false;
	for (enum config_mode at = edit->mode;; at = modes_above[at]) {
		result = at == MODE_SECTION ? MATCH_NONE
					    : grammar_match(&grammars[at], line, &trial);
		if (result == MATCH_OK && trial.abbreviated.n == 0) {
			*args = trial;
			*mode = at;
			return true;
		}
		*kept = (at == MODE_SECTION && section_line(edit, line, false)) ||
			(at == MODE_INTERFACE && result == MATCH_NONE && !half_understood(&trial) &&
				interface_line(edit, line));
		if (*kept)
			return true;
		if (at != MODE_SECTION && best == MATCH_NONE &&
			(!any || result != MATCH_NONE ||
				trial.complaint.depth > args->complaint.depth)) {
			*args = trial;
			*mode = at;
			best = result;
			any = true;
		}
		if (at == MODE_GLOBAL)
			return best == MATCH_OK;
	}
}

bool mode_takes(enum config_mode mode, struct span text)
{
	struct words line;
	struct args args;

	words_split(&line, text);
	for (; mode != MODE_GLOBAL; mode = modes_above[mode])
		if (grammar_match(&grammars[mode], &line, &args) != MATCH_NONE ||
			half_understood(&args))
			return true;
	return false;
}

static enum edit_result try_modes(struct edit *edit, const struct words *line)
{
	enum config_mode mode = MODE_GLOBAL;
	struct args args;
	bool kept;

	if (command_find(edit, line, &args, &mode, &kept))
		return kept ? EDIT_DONE : run(edit, mode, &args);
	edit->complaint = args.complaint;
	if (args.complaint.ambiguous || (mode != MODE_GLOBAL && half_understood(&args)))
		return EDIT_WRONG;
	if (section_keep(edit, line))
		return EDIT_DONE;
	if (edit->mode == MODE_SECTION && !edit->loading && section_line(edit, line, true))
		return EDIT_DONE;
	return EDIT_WRONG;
}

bool edit_exit(struct edit *edit)
{
	if (edit->mode == MODE_GLOBAL)
		return false;
	if (edit->mode == MODE_BANNER)
		banner_end(edit);
	edit->mode = modes_above[edit->mode];
	edit->object = object_above(edit, edit->mode);
	return true;
}

// Of bearable length, and nothing that a terminal would act on.
static bool is_text(struct edit *edit, const struct words *line)
{
	struct span text = line->text;

	edit->complaint = (struct complaint){ .at = line->count > 0 ? line->word[0] : SPAN_NONE };
	if (text.n > CONFIG_LINE_MAX) {
		snprintf(edit->complaint.reason, REASON_SIZE,
			"the line is longer than %d characters", CONFIG_LINE_MAX);
		return false;
	}
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if ((c >= 0x20 || c == '\t') && c != 0x7f)
			continue;
		edit->complaint.at = span_of(text.p + i, 1);
		snprintf(edit->complaint.reason, REASON_SIZE, "character %u is no text", c);
		return false;
	}
	return true;
}

enum edit_result edit_line(struct edit *edit, struct span text)
{
	struct words line;
	enum edit_result result;

	words_split(&line, text);
	if (edit->mode != MODE_BANNER && (line.count == 0 || line.word[0].p[0] == '!'))
		return EDIT_NOTHING;
	if (!is_text(edit, &line))
		return EDIT_WRONG;
	if (edit->mode == MODE_BANNER)
		return banner_line(edit, text) == 0 ? EDIT_DONE : EDIT_WRONG;
	edit->indent = (size_t)(line.word[0].p - line.text.p);
	if (line.count == 1 && span_ieq(line.word[0], SPAN("exit")))
		return edit_exit(edit) ? EDIT_DONE : EDIT_EXIT;
	if (line.count == 1 && span_ieq(line.word[0], SPAN("end"))) {
		while (edit_exit(edit))
			;
		return EDIT_EXIT;
	}
	result = try_modes(edit, &line);
	tell(edit);
	return result;
}
