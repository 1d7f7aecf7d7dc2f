// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Applications come and go, with them their monitors, and the operator decides whom they may watch.
#include <stdio.h>
#include <string.h>

#include "bench/request.h"
#include "control/csta/csta.h"
#include "tests/unit/control/walk.h"

// Those of the keepers first; two of them keep the same one.
static const char *const lines[] = { "201", "202", "203", "204", "205", "207", "201", "208" };

enum {
	LINES = sizeof(lines) / sizeof(lines[0]),
	NAMES_MAX = 3,
	MOBILE_PHONE = 8,
	STATE_LINE_MAX = 400
};

static const char *line_any(struct walk *walk)
{
	return lines[walk_below(walk, LINES)];
}

static unsigned app_number(const struct walk *walk, const struct walk_app *app)
{
	return (unsigned)(app - walk->apps);
}

struct walk_app *app_any(struct walk *walk)
{
	unsigned first = walk_below(walk, WALK_APPS);

	for (unsigned i = 0; i < WALK_APPS; i++) {
		struct walk_app *app = &walk->apps[(first + i) % WALK_APPS];

		if (app->open)
			return app;
	}
	return NULL;
}

// --- requests ------------------------------------------------------------------------------------

static void states_compare(const char *before, const char *after)
{
	while (*before != '\0' || *after != '\0') {
		int n = (int)strcspn(before, "\n"), k = (int)strcspn(after, "\n");

		if (n != k || memcmp(before, after, (size_t)n) != 0)
			fail_msg("refused, but of\n%.*s\nit made\n%.*s",
				OSMO_MIN(n, STATE_LINE_MAX), before, OSMO_MIN(k, STATE_LINE_MAX),
				after);
		before += n + (before[n] != '\0');
		after += k + (after[k] != '\0');
	}
}

bool app_ask(struct walk *walk, struct walk_app *app, const char *xml)
{
	static char before[WALK_STATE_SIZE], after[WALK_STATE_SIZE];
	size_t commands = walk->rig->command_count;

	walk_state(walk, before);
	if (strncmp(client_ask(&app->client, xml), "CSTAErrorCode", 13) != 0)
		return true;
	walk->counts->refusals++;
	walk_state(walk, after);
	states_compare(before, after);
	assert_int_equal(walk->rig->command_count, commands + 1);
	return false;
}

static struct picture *picture_free(struct walk *walk)
{
	for (unsigned i = 0; i < WALK_PICTURES; i++) {
		if (!picture_is_used(&walk->pictures[i]))
			return &walk->pictures[i];
	}
	return NULL;
}

// Of a ConnectionID without a call the only one of its device is meant.
static const char *object_call(struct walk *walk, const char *object)
{
	const char *call = strchr(object, '@') + 1;
	char number[NUMBER_SIZE];

	if (*call != '\0')
		return call;
	snprintf(number, sizeof(number), "%.*s", (int)(call - 1 - object), object);
	return TAILQ_FIRST(&dn_find(&walk->rig->engine, number)->connections)->call->id;
}

bool app_monitor(struct walk *walk, struct walk_app *app, const char *object)
{
	struct picture *picture = picture_free(walk);
	char xml[512], service[] = "MonitorStart", name[64];
	char *words[] = { service, name };
	const struct rig *rig = walk->rig;

	if (picture == NULL)
		return false;
	snprintf(name, sizeof(name), "%s", object);
	assert_true(request_write(words, 2, xml, sizeof(xml)));
	if (!app_ask(walk, app, xml))
		return false;
	picture->client = &app->client;
	picture->fresh = true;
	snprintf(picture->cross_ref, sizeof(picture->cross_ref), "%s",
		rig->commands[rig->command_count - 1]
			->csta_response.csta.body.monitor_start_response.cross_ref);
	if (strchr(object, '@') == NULL)
		snprintf(picture->device, sizeof(picture->device), "tel:%s", object);
	else
		picture_follow(picture, object_call(walk, object));
	return true;
}

// --- sessions ------------------------------------------------------------------------------------

static void app_open(struct walk *walk, struct walk_app *app, const char *line)
{
	unsigned number = app_number(walk, app);
	char uri[64];

	snprintf(uri, sizeof(uri), "tel:%s", line);
	client_init(&app->client, walk->rig, &walk->tokens, number, uri);
	app->open = strncmp(client_invite(&app->client, "<RequestSystemStatus/>"), "200 ", 4) == 0;
	if (!app->open) {
		client_fini(&app->client);
		return;
	}
	walk->counts->opens++;
	app_monitor(walk, app, line);
}

static void app_close(struct walk *walk, struct walk_app *app)
{
	client_bye(&app->client);
	for (unsigned i = 0; i < WALK_PICTURES; i++) {
		if (walk->pictures[i].client == &app->client)
			memset(&walk->pictures[i], 0, sizeof(walk->pictures[i]));
	}
	client_fini(&app->client);
	app->open = false;
}

void apps_begin(struct walk *walk)
{
	for (unsigned i = 0; i < WALK_KEEPERS; i++) {
		app_open(walk, &walk->apps[i], lines[i]);
		assert_true(walk->apps[i].open);
	}
}

void apps_end(struct walk *walk)
{
	for (unsigned i = 0; i < WALK_APPS; i++) {
		if (walk->apps[i].open)
			app_close(walk, &walk->apps[i]);
	}
}

void app_comes(struct walk *walk, struct sim_phone *phone)
{
	unsigned first = walk_below(walk, WALK_APPS);
	const char *line = line_any(walk);

	(void)phone;
	for (unsigned i = 0; i < WALK_APPS; i++) {
		unsigned number = (first + i) % WALK_APPS;

		if (walk->apps[number].open)
			continue;
		if (number < WALK_KEEPERS)
			line = lines[number];
		walk_says(walk, "application %u comes for %s", number, line);
		app_open(walk, &walk->apps[number], line);
		return;
	}
}

void app_goes(struct walk *walk, struct sim_phone *phone)
{
	struct walk_app *app = app_any(walk);

	(void)phone;
	if (app == NULL || app_number(walk, app) < WALK_KEEPERS || walk_below(walk, 2) != 0)
		return;
	walk_says(walk, "application %u goes", app_number(walk, app));
	app_close(walk, app);
}

// --- monitors ------------------------------------------------------------------------------------

void app_monitors(struct walk *walk, struct sim_phone *phone)
{
	struct walk_app *app = app_any(walk);
	const char *line = line_any(walk);

	(void)phone;
	if (app == NULL)
		return;
	walk_says(walk, "application %u monitors %s", app_number(walk, app), line);
	app_monitor(walk, app, line);
}

// The first monitor of a keeper is left as it is.
static struct picture *picture_any(struct walk *walk)
{
	unsigned first = walk_below(walk, WALK_PICTURES);

	for (unsigned i = 0; i < WALK_PICTURES; i++) {
		struct picture *picture = &walk->pictures[(first + i) % WALK_PICTURES];
		bool kept = false;

		if (!picture_is_used(picture))
			continue;
		for (unsigned k = 0; k < WALK_KEEPERS; k++)
			kept |= picture->client == &walk->apps[k].client &&
				strcmp(picture->device + 4, lines[k]) == 0;
		if (!kept)
			return picture;
	}
	return NULL;
}

static bool picture_ask_about(
	struct walk *walk, struct picture *picture, const char *service, const char *rest)
{
	char xml[1024];

	snprintf(xml, sizeof(xml), "<%s><monitorCrossRefID>%s</monitorCrossRefID>%s</%s>", service,
		picture->cross_ref, rest, service);
	for (unsigned i = 0; i < WALK_APPS; i++) {
		if (picture->client == &walk->apps[i].client)
			return app_ask(walk, &walk->apps[i], xml);
	}
	return false;
}

void app_stops(struct walk *walk, struct sim_phone *phone)
{
	struct picture *picture = picture_any(walk);

	(void)phone;
	if (picture == NULL)
		return;
	walk_says(walk, "monitor %u is stopped", (unsigned)(picture - walk->pictures));
	assert_true(picture_ask_about(walk, picture, "MonitorStop", ""));
	memset(picture, 0, sizeof(*picture));
	walk->counts->stops++;
}

// Events by the names of their roots, and of their bits in filters.
static const struct {
	const char *event;
	const char *group;
	const char *bit;
} filters[] = {
	{ "ServiceInitiated", "callcontrol", "serviceInitiated" },
	{ "Originated", "callcontrol", "originated" },
	{ "Delivered", "callcontrol", "delivered" },
	{ "Established", "callcontrol", "established" },
	{ "Held", "callcontrol", "held" },
	{ "Retrieved", "callcontrol", "retrieved" },
	{ "Diverted", "callcontrol", "diverted" },
	{ "Failed", "callcontrol", "failed" },
	{ "Transfered", "callcontrol", "transferred" },
	{ "Conferenced", "callcontrol", "conferenced" },
	{ "ConnectionCleared", "callcontrol", "connectionCleared" },
	{ "CallCleared", "callcontrol", "callCleared" },
	{ "DigitsGenerated", "callAssociated", "digitsGenerated" },
	{ "MessageWaiting", "physicalDeviceFeature", "messageWaiting" },
	{ "DoNotDisturb", "logicalDeviceFeature", "doNotDisturb" },
	{ "Forwarding", "logicalDeviceFeature", "forwarding" },
	{ "BackInService", "maintenance", "backInService" },
	{ "OutOfService", "maintenance", "outOfService" },
};

// None: the filter is taken away, and a client takes snapshots. Who followed a call without being
// told all does not know which.
void app_filters(struct walk *walk, struct sim_phone *phone)
{
	struct picture *picture = picture_any(walk);
	char suppressed[STORY_SIZE] = "", xml[768] = "<requestedFilterList>";
	unsigned names = walk_below(walk, NAMES_MAX + 1);
	size_t n = 0, at = strlen(xml);

	(void)phone;
	if (picture == NULL || (picture->device[0] == '\0' && names == 0))
		return;
	for (unsigned i = 0; i < names; i++) {
		unsigned f = walk_below(walk, sizeof(filters) / sizeof(filters[0]));

		n += (size_t)snprintf(
			suppressed + n, sizeof(suppressed) - n, " %s ", filters[f].event);
		at += (size_t)snprintf(xml + at, sizeof(xml) - at, "<%s><%s>true</%s></%s>",
			filters[f].group, filters[f].bit, filters[f].bit, filters[f].group);
	}
	snprintf(xml + at, sizeof(xml) - at, "</requestedFilterList>");
	walk_says(
		walk, "monitor %u suppresses%s", (unsigned)(picture - walk->pictures), suppressed);
	assert_true(picture_ask_about(walk, picture, "ChangeMonitorFilter", xml));
	picture->fresh = picture_is_blind(picture) && names == 0;
	strcpy(picture->suppressed, suppressed);
}

// --- the operator --------------------------------------------------------------------------------

static void configure(struct walk *walk, const char *line)
{
	walk->configured = true;
	assert_true(rig_configure(walk->rig, line));
}

// `cti watch` is given back sooner than it is taken away.
void operator_turns_watch(struct walk *walk, struct sim_phone *phone)
{
	const char *number = line_any(walk);
	struct dn *dn = dn_find(&walk->rig->engine, number);
	bool watched = config_cti_watch(walk->rig->config, dn->config);
	char line[32];

	(void)phone;
	if (watched && walk_below(walk, 8) != 0)
		return;
	walk_says(walk, "%s %scti watch", number, watched ? "no " : "");
	snprintf(line, sizeof(line), "ephone-dn %u", dn->tag);
	configure(walk, line);
	configure(walk, watched ? " no cti watch" : " cti watch");
}

void operator_clears(struct walk *walk, struct sim_phone *phone)
{
	struct walk_app *app = app_any(walk);
	struct engine *engine = &walk->rig->engine;
	struct session *session;
	uint32_t cursor = 0;

	(void)phone;
	if (app == NULL || walk_below(walk, 8) != 0)
		return;
	walk_says(walk, "clear cti session of application %u", app_number(walk, app));
	walk->configured = true;
	while ((session = session_next(engine, &cursor)) != NULL) {
		if (session->dialog != app->client.dialog)
			continue;
		assert_int_equal(session_clear(engine, session->id), 0);
		return;
	}
	fail_msg("application %u has no session", app_number(walk, app));
}

// `cti shutdown` does not last.
void operator_shuts(struct walk *walk, struct sim_phone *phone)
{
	bool down = walk->rig->config->voice_service.cti_shutdown;

	(void)phone;
	if (!down && walk_below(walk, 32) != 0)
		return;
	walk_says(walk, "%scti shutdown", down ? "no " : "");
	configure(walk, "voice service voip");
	configure(walk, down ? " no cti shutdown" : " cti shutdown");
}

// Extension mobility: the user comes to the one phone that is for users, or leaves it.
void operator_moves(struct walk *walk, struct sim_phone *phone)
{
	struct engine *engine = &walk->rig->engine;
	bool login = walk_below(walk, 2) == 0;

	(void)phone;
	if (walk_below(walk, 4) != 0)
		return;
	walk_says(walk, "user208 logs %s", login ? "in" : "out");
	walk->configured = true;
	if (login)
		phone_em_login(engine, "user208", MOBILE_PHONE);
	else
		phone_em_logout(engine, "user208");
}
