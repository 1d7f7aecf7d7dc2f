// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The verbs of scenarios: one table for what phones do, one for applications, one for the rest.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "bench/request.h"
#include "tests/scenarios/world.h"

enum { CODES_MAX = 256, WAIT_MAX_S = 3600 };

// The value of this name in an enumeration of the protocol, or CODES_MAX.
static uint32_t code_find(const char *(*name_of)(uint32_t), const char *name)
{
	uint32_t code = 0;

	while (code < CODES_MAX && strcmp(name_of(code), name) != 0)
		code++;
	return code;
}

static bool number_read(const char *word, uint32_t max, uint32_t *out)
{
	return span_u32(span_str(word), out) && *out <= max;
}

// --- phones --------------------------------------------------------------------------------------

typedef const char *phone_verb(struct view *view, char *const *args, int count);

static const char *phone_off_hook(struct view *view, char *const *args, int count)
{
	(void)args;
	(void)count;
	sim_off_hook(view->phone);
	return NULL;
}

static const char *phone_on_hook(struct view *view, char *const *args, int count)
{
	(void)args;
	(void)count;
	sim_on_hook(view->phone);
	return NULL;
}

static const char *phone_dial(struct view *view, char *const *args, int count)
{
	(void)count;
	if (strspn(args[0], "0123456789ABCD*#+") != strlen(args[0]))
		return "no such digits";
	sim_digits(view->phone, args[0]);
	return NULL;
}

static const char *phone_enbloc(struct view *view, char *const *args, int count)
{
	(void)count;
	sim_enbloc(view->phone, args[0]);
	return NULL;
}

static const char *phone_calls(struct view *view, char *const *args, int count)
{
	sim_off_hook(view->phone);
	return phone_dial(view, args, count);
}

static const char *phone_press(struct view *view, char *const *args, int count)
{
	uint32_t key = code_find(sccp_softkey_name, args[0]);
	const struct view_call *call;
	uint32_t place;

	if (key == CODES_MAX)
		return "no such soft key";
	if (count == 1) {
		sim_soft_key(view->phone, key);
		return NULL;
	}
	call = number_read(args[1], VIEW_CALLS, &place) ? view_call(view, place) : NULL;
	if (call == NULL)
		return "the phone does not show that call";
	sim_soft_key_at(view->phone, key, call->line, call->reference);
	return NULL;
}

static const char *phone_button(struct view *view, char *const *args, int count)
{
	uint32_t instance = 0;
	uint32_t code = SCCP_STIMULUS_LINE;

	if (!number_read(args[0], 64, &instance)) {
		code = code_find(sccp_stimulus_name, args[0]);
		if (count == 2 && !number_read(args[1], 64, &instance))
			return "no such button";
	}
	if (code == CODES_MAX)
		return "no such button";
	sim_stimulus(view->phone, code, instance);
	return NULL;
}

static const char *phone_registers(struct view *view, char *const *args, int count)
{
	(void)args;
	(void)count;
	view->phone->silent = false;
	view_reset(view);
	sim_start(view->phone);
	return NULL;
}

// On a new connection while the old one is still there.
static const char *phone_registers_again(struct view *view, char *const *args, int count)
{
	view->phone->open = false;
	return phone_registers(view, args, count);
}

static const char *phone_leaves(struct view *view, char *const *args, int count)
{
	(void)args;
	(void)count;
	sim_disconnect(view->phone, CONN_CLOSE_PEER);
	return NULL;
}

static const char *phone_vanishes(struct view *view, char *const *args, int count)
{
	(void)args;
	(void)count;
	sim_disconnect(view->phone, CONN_CLOSE_TIMEOUT);
	return NULL;
}

static const char *phone_falls_silent(struct view *view, char *const *args, int count)
{
	(void)args;
	(void)count;
	view->phone->silent = true;
	return NULL;
}

static const char *phone_media(struct view *view, char *const *args, int count)
{
	(void)count;
	view->phone->lazy = strcmp(args[0], "late") == 0;
	view->phone->media_status =
		strcmp(args[0], "refused") == 0 ? SCCP_MEDIA_UNKNOWN : SCCP_MEDIA_OK;
	return NULL;
}

static const char *phone_acknowledges(struct view *view, char *const *args, int count)
{
	(void)args;
	(void)count;
	return sim_acknowledge(view->phone) ? NULL : "nothing is left to be acknowledged";
}

static const struct {
	const char *word;
	int least;
	int most;
	phone_verb *act;
} phone_verbs[] = {
	{ "off-hook", 0, 0, phone_off_hook },
	{ "on-hook", 0, 0, phone_on_hook },
	{ "dials", 1, 1, phone_dial },
	{ "dials-at-once", 1, 1, phone_enbloc },
	{ "calls", 1, 1, phone_calls },
	{ "presses", 1, 2, phone_press },
	{ "button", 1, 2, phone_button },
	{ "registers", 0, 0, phone_registers },
	{ "registers-again", 0, 0, phone_registers_again },
	{ "leaves", 0, 0, phone_leaves },
	{ "vanishes", 0, 0, phone_vanishes },
	{ "falls-silent", 0, 0, phone_falls_silent },
	{ "media", 1, 1, phone_media },
	{ "acknowledges", 0, 0, phone_acknowledges },
};

static const char *phone_act(struct view *view, const struct script_line *line)
{
	int args = line->count - 2;

	for (size_t i = 0; i < sizeof(phone_verbs) / sizeof(phone_verbs[0]); i++) {
		if (strcmp(phone_verbs[i].word, line->words[1]) != 0)
			continue;
		if (args < phone_verbs[i].least || args > phone_verbs[i].most)
			return "wrong number of words";
		return phone_verbs[i].act(view, line->words + 2, args);
	}
	return "no phone does that";
}

// --- applications --------------------------------------------------------------------------------

static struct app *app_new(struct world *world, const char *name, const char *line)
{
	struct app *app = &world->apps[world->app_count];
	char uri[64];

	if (world->app_count == WORLD_APPS)
		return NULL;
	snprintf(app->name, sizeof(app->name), "%s", name);
	snprintf(uri, sizeof(uri), "sip:%s@10.0.0.1", line);
	client_init(&app->client, world->rig, &world->tokens, ++world->app_count, uri);
	app->client.seen = world->rig->command_count;
	return app;
}

static void answer_say(struct world *world, const struct app *app, const char *answer)
{
	char words[WORDS_TEXT_SIZE], line[WORDS_TEXT_SIZE + 32];

	terse(&world->aliases, answer, words, sizeof(words));
	snprintf(line, sizeof(line), "%s %s", app->name, words);
	world_say(world, line);
}

static const char *app_open(struct world *world, const char *name, const char *line)
{
	struct app *app = world_app(world, name);
	const char *answer;

	if (app == NULL)
		app = app_new(world, name, line);
	if (app == NULL || app->open)
		return "too many applications, or open already";
	answer = client_invite(&app->client, "<RequestSystemStatus/>");
	app->open = strncmp(answer, "200 ", 4) == 0;
	answer_say(world, app, answer);
	return NULL;
}

// 201@C3 before anybody heard of a third call.
static bool is_unheard(const struct world *world, const char *word)
{
	const char *call = strstr(word, "@C");
	unsigned heard = 0;

	for (unsigned i = 0; i < world->tokens.count; i++)
		heard += world->tokens.kinds[i] == 'C';
	return call != NULL && (unsigned)atoi(call + 2) > heard;
}

static const char *app_ask(struct world *world, struct app *app, char *const *words, int count)
{
	bool monitor = strcmp(words[0], "MonitorStart") == 0;
	unsigned number = count > 1 ? alias_find(&world->aliases, words[1]) : 0;
	char xml[CLIENT_TEXT_SIZE], name[16];
	char *named[SCRIPT_WORDS_MAX];
	const char *answer;

	for (int i = 1; i < count; i++) {
		if (is_unheard(world, words[i]))
			return "no application has heard of that call";
	}
	memcpy(named, words, (size_t)count * sizeof(named[0]));
	snprintf(name, sizeof(name), "M%u", number);
	if (number > 0)
		named[1] = name;
	if (!request_write(named, count, xml, sizeof(xml)))
		return "no such service, or not with such arguments";
	answer = client_ask(&app->client, xml);
	if (monitor && strncmp(answer, "MonitorStartResponse ", 21) == 0) {
		if (world->aliases.count == ALIASES_MAX)
			return "too many monitors";
		alias_add(&world->aliases, words[1]);
	}
	answer_say(world, app, answer);
	return NULL;
}

static const char *app_misses(struct app *app, const struct script_line *line)
{
	uint32_t messages;

	if (line->count != 3 || !number_read(line->words[2], UINT16_MAX, &messages))
		return "misses wants a number of messages";
	client_lose(&app->client, messages);
	return NULL;
}

static const char *app_act(struct world *world, const struct script_line *line)
{
	struct app *app = world_app(world, line->words[0]);

	if (strcmp(line->words[1], "opens") == 0)
		return line->count == 3 ? app_open(world, line->words[0], line->words[2])
					: "opens wants a line";
	if (app == NULL || !app->open)
		return "no such phone, and no application of that name has a session";
	if (strcmp(line->words[1], "leaves") == 0) {
		client_bye(&app->client);
		app->open = false;
		return NULL;
	}
	if (strcmp(line->words[1], "misses") == 0)
		return app_misses(app, line);
	return app_ask(world, app, line->words + 1, line->count - 1);
}

// --- the rest ------------------------------------------------------------------------------------

// Each of these numbers gets an application of its own with a monitor of it: app201, M201.
static const char *act_watch(struct world *world, const struct script_line *line)
{
	unsigned said = world->line_count;

	for (int i = 1; i < line->count; i++) {
		char name[16], service[] = "MonitorStart";
		char *words[] = { service, line->words[i] };
		const char *wrong;

		snprintf(name, sizeof(name), "app%.10s", line->words[i]);
		wrong = app_open(world, name, line->words[i]);
		if (wrong == NULL && !world_app(world, name)->open)
			wrong = "refused";
		if (wrong == NULL)
			wrong = app_ask(world, world_app(world, name), words, 2);
		if (wrong != NULL)
			return wrong;
	}
	world->line_count = said; // the answers, all good
	return NULL;
}

static const char *act_wait(struct world *world, const struct script_line *line)
{
	uint32_t seconds;

	if (line->count != 2 || !number_read(line->words[1], WAIT_MAX_S, &seconds))
		return "wait wants seconds";
	rig_wait(world->rig, seconds);
	return NULL;
}

// What led to the situation must have been done.
static const char *act_forget(struct world *world, const struct script_line *line)
{
	const char *wrong = NULL;

	(void)line;
	for (unsigned i = 0; i < world->line_count; i++) {
		if (strstr(world->lines[i], " CSTAErrorCode ") != NULL)
			wrong = "a refusal would be forgotten";
	}
	world_forget(world);
	return wrong;
}

// Extension mobility: `login USER PHONE-TAG [PASSWORD] [refused]`, `logout USER`.
static const char *act_login(struct world *world, const struct script_line *line)
{
	struct engine *engine = &world->rig->engine;
	int count = line->count;
	bool refused = count > 3 && strcmp(line->words[count - 1], "refused") == 0;
	uint32_t tag;
	int error;

	count -= refused;
	if (count < 3 || count > 4 || !number_read(line->words[2], UINT16_MAX, &tag))
		return "login wants a user and the tag of an ephone";
	error = count == 4 ? phone_em_login_with(engine, line->words[1], line->words[3], tag)
			   : phone_em_login(engine, line->words[1], tag);
	if (refused)
		return error != 0 ? NULL : "accepted";
	return error == 0 ? NULL : "refused";
}

static const char *act_logout(struct world *world, const struct script_line *line)
{
	if (line->count != 2)
		return "logout wants a user";
	return phone_em_logout(&world->rig->engine, line->words[1]) == 0 ? NULL : "refused";
}

// `configure SECTION: COMMAND`, as `with` before the office opens.
static const char *act_configure(struct world *world, const struct script_line *line)
{
	char text[CONFIG_LINE_MAX];

	for (int i = 1, n = 0; i < line->count; i++) {
		const char *word = line->words[i];
		size_t size = strlen(word);
		bool head = size > 0 && word[size - 1] == ':';

		n += snprintf(text + n, sizeof(text) - (size_t)n, " %.*s",
			(int)(head ? size - 1 : size), word);
		if (!head && i + 1 < line->count)
			continue;
		if (!rig_configure(world->rig, text))
			return "no such command";
		n = 0;
	}
	return line->count > 1 ? NULL : "configure wants a command";
}

static const struct {
	const char *word;
	const char *(*act)(struct world *world, const struct script_line *line);
	bool inside; // done to an engine in this program
} world_verbs[] = {
	{ "watch", act_watch, false },
	{ "wait", act_wait, true },
	{ "forget", act_forget, false },
	{ "login", act_login, true },
	{ "logout", act_logout, true },
	{ "configure", act_configure, true },
};

static bool names_add(struct phone_names *names, const struct script_line *line, const char *verb)
{
	if (strcmp(line->words[0], verb) != 0)
		return false;
	for (int i = 1; i < line->count && names->count < RIG_PHONES_MAX; i++)
		snprintf(names->names[names->count++], sizeof(names->names[0]), "%s",
			line->words[i]);
	return true;
}

// `with SECTION: COMMAND` adds to the office; the others name phones.
static const char *before_begin(struct world *world, const struct script_line *line, bool *done)
{
	*done = names_add(&world->away, line, "away") || names_add(&world->mixing, line, "mixes") ||
		names_add(&world->lists, line, "lists") || names_add(&world->old, line, "old");
	if (*done)
		return NULL;
	*done = strcmp(line->words[0], "with") == 0;
	if (!*done)
		return NULL;
	for (int i = 1; i < line->count; i++) {
		char *word = line->words[i];
		size_t n = strlen(word);
		bool head = n > 1 && word[n - 1] == ':';

		world->config_size += (size_t)snprintf(world->config + world->config_size,
			CONFIG_SIZE - world->config_size, "%.*s%s", (int)(head ? n - 1 : n), word,
			head || i + 1 == line->count ? "\n " : " ");
		if (world->config_size + 2 >= CONFIG_SIZE)
			return "too much configuration";
	}
	world->config[world->config_size - 1] = '\0';
	world->config_size--;
	return NULL;
}

const char *world_act(struct world *world, const struct script_line *line)
{
	const char *wrong = "not a verb, and a phone or an application wants one";
	struct view *view;
	bool done;

	if (world->rig == NULL) {
		wrong = before_begin(world, line, &done);
		if (done)
			return wrong;
		world_begin(world);
	}
	view = world_phone(world, line->words[0]);
	for (size_t i = 0; i < sizeof(world_verbs) / sizeof(world_verbs[0]); i++) {
		if (strcmp(world_verbs[i].word, line->words[0]) == 0) {
			if (world_verbs[i].inside && world->elsewhere != NULL)
				return "cannot be done to an engine elsewhere";
			wrong = world_verbs[i].act(world, line);
			if (wrong == NULL)
				world_hear(world);
			return wrong;
		}
	}
	if (line->count < 2)
		return "a phone or an application wants a verb";
	wrong = view != NULL ? phone_act(view, line) : app_act(world, line);
	// Calls get their names in the order in which they are heard of.
	world_hear(world);
	return wrong;
}
