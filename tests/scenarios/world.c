// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "tests/scenarios/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/config/phone_model.h"
#include "control/csta/csta.h"

enum { OLD_VERSION = 11 };

struct world *world_new(const char *office, events_elsewhere *elsewhere)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world->lines = calloc(WORLD_LINES, sizeof(world->lines[0]));
	assert_non_null(world->lines);
	world->elsewhere = elsewhere;
	world->config_size = (size_t)snprintf(world->config, sizeof(world->config), "%s", office);
	assert_true(world->config_size < sizeof(world->config));
	return world;
}

void world_free(struct world *world)
{
	free(world->lines);
	free(world);
}

static bool is_named(const struct phone_names *names, const char *name)
{
	for (unsigned i = 0; i < names->count; i++) {
		if (strcmp(names->names[i], name) == 0)
			return true;
	}
	return false;
}

// Registers as what its ephone is said to be, and has what that has.
static void model_set(struct world *world, struct sim_phone *phone)
{
	const struct config_ephone *ephone = config_ephone_next(world->rig->config, 0);

	while (ephone != NULL && strcmp(ephone->name, phone->name) != 0)
		ephone = config_ephone_next(world->rig->config, ephone->tag);
	if (ephone == NULL || ephone->model == NULL)
		return;
	if (ephone->model->device != 0)
		phone->device = ephone->model->device;
	phone->plain = ephone->model->face != PHONE_SOFT_KEYS;
}

// mac-address 0000.0000.0201 is phone 201.
static void phone_add(struct world *world, const char *mac)
{
	struct view *view = &world->views[world->view_count++];
	char digits[13] = "";
	char name[32];
	size_t n = 0;

	for (; n < 12 && strcspn(mac, "\r\n ") > 0; mac++) {
		if (*mac != '.')
			digits[n++] = *mac;
	}
	snprintf(name, sizeof(name), "SEP%s", digits);
	view_init(view, sim_new(world->rig, name), digits + strspn(digits, "0"));
	model_set(world, view->phone);
}

void world_begin(struct world *world)
{
	static const char key[] = " mac-address ";
	const char *at = world->config;

	world->rig = rig_new(world->config);
	world->rig->elsewhere = world->elsewhere;
	world->rig->engine.report = monitors_report;
	world->rig->engine.notify = monitors_notify;
	while ((at = strstr(at, key)) != NULL) {
		at += sizeof(key) - 1;
		phone_add(world, at);
	}
	for (unsigned i = 0; i < world->view_count; i++) {
		struct view *view = &world->views[i];

		view->phone->mixes = is_named(&world->mixing, view->name);
		view->lists = is_named(&world->lists, view->name);
		if (is_named(&world->old, view->name))
			view->phone->version = OLD_VERSION;
		if (!is_named(&world->away, view->name))
			sim_start(view->phone);
	}
	world_forget(world);
}

void world_end(struct world *world)
{
	for (unsigned i = 0; i < world->app_count; i++) {
		if (world->apps[i].open)
			client_bye(&world->apps[i].client);
	}
	assert_int_equal(world->rig->engine.sessions.used, 0);
	assert_int_equal(world->rig->engine.monitors.used, 0);
	for (unsigned i = 0; i < world->view_count; i++) {
		if (world->views[i].phone->open)
			sim_disconnect(world->views[i].phone, CONN_CLOSE_PEER);
	}
	rig_is_idle(world->rig);
	for (unsigned i = 0; i < world->app_count; i++)
		client_fini(&world->apps[i].client);
	rig_free(world->rig);
	world->rig = NULL;
}

struct view *world_phone(struct world *world, const char *name)
{
	for (unsigned i = 0; i < world->view_count; i++) {
		if (strcmp(world->views[i].name, name) == 0)
			return &world->views[i];
	}
	return NULL;
}

struct app *world_app(struct world *world, const char *name)
{
	for (unsigned i = 0; i < world->app_count; i++) {
		if (strcmp(world->apps[i].name, name) == 0)
			return &world->apps[i];
	}
	return NULL;
}

void world_say(struct world *world, const char *line)
{
	assert_true(world->line_count < WORLD_LINES);
	assert_true(strlen(line) < WORLD_LINE_SIZE);
	strcpy(world->lines[world->line_count++], line);
}

static void say(void *ctx, const char *line)
{
	world_say(ctx, line);
}

static void take(struct world *world)
{
	struct rig *rig = world->rig;

	for (unsigned i = 0; i < world->view_count; i++)
		view_check_conn(&world->views[i]);
	for (; world->seen < rig->command_count; world->seen++) {
		const struct command *command = rig->commands[world->seen];

		for (unsigned i = 0; i < world->view_count; i++) {
			struct view *view = &world->views[i];

			if (command->type == COMMAND_SCCP && view->phone->open &&
				command->handle == view->conn)
				view_take(view, &command->sccp);
		}
	}
}

static void app_look(struct world *world, struct app *app)
{
	const char *rest = client_hear(&app->client);
	char text[WORDS_TEXT_SIZE], line[WORDS_TEXT_SIZE];

	for (; *rest != '\0'; rest += strlen(text) + 1) {
		snprintf(text, sizeof(text), "%.*s", (int)strcspn(rest, "\n"), rest);
		if (strcmp(text, "BYE") == 0) {
			snprintf(line, sizeof(line), "%s BYE", app->name);
			app->open = false;
		} else {
			bool told = strstr(text, "Event ") == NULL &&
				    strncmp(text, "MonitorStop ", 12) != 0;
			int n = told ? snprintf(line, sizeof(line), "%s ", app->name) : 0;

			terse(&world->aliases, text, line + n, sizeof(line) - (size_t)n);
		}
		world_say(world, line);
	}
}

void world_hear(struct world *world)
{
	for (unsigned i = 0; i < world->app_count; i++)
		app_look(world, &world->apps[i]);
	take(world);
}

void world_look(struct world *world)
{
	world_hear(world);
	for (unsigned i = 0; i < world->view_count; i++)
		view_print(&world->views[i], world->views, world->view_count, say, world);
}

void world_forget(struct world *world)
{
	world_look(world);
	world->line_count = 0;
}
