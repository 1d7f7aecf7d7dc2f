// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include <string.h>

#include "tests/unit/control/walk.h"

bool picture_is_used(const struct picture *picture)
{
	return picture->client != NULL;
}

// Its filter keeps something from it: what it is told does not add up.
bool picture_is_blind(const struct picture *picture)
{
	return picture->suppressed[0] != '\0';
}

static bool suppresses(const struct picture *picture, const struct told *told)
{
	char name[WORD_SIZE + 2];

	snprintf(name, sizeof(name), " %s ", told->name);
	return strstr(picture->suppressed, name) != NULL;
}

// Another monitor of the same device that is told everything; NULL: there is none.
static const struct picture *twin_find(const struct walk *walk, const struct picture *picture)
{
	for (unsigned i = 0; i < WALK_PICTURES; i++) {
		const struct picture *twin = &walk->pictures[i];

		if (picture_is_used(twin) && !picture_is_blind(twin) && twin->device[0] != '\0' &&
			strcmp(twin->device, picture->device) == 0)
			return twin;
	}
	return NULL;
}

// --- one event at all monitors -------------------------------------------------------------------

static void event_end(struct walk *walk)
{
	for (unsigned i = 0; walk->hearers > 0 && i < WALK_PICTURES; i++) {
		const struct picture *picture = &walk->pictures[i];
		bool knows = picture_is_used(picture) &&
			     (!picture_is_blind(picture) || twin_find(walk, picture) != NULL);

		if (knows && walk->heard[i] != walk->wanted[i])
			fail_msg("monitor %u of %s was %s: %.600s", i,
				picture->device[0] != '\0' ? picture->device : "a call",
				walk->heard[i] ? "told" : "not told", walk->told.story);
	}
	walk->counts->twins += walk->hearers > 1;
	walk->hearers = 0;
}

static void event_begin(struct walk *walk, const struct told *told)
{
	event_end(walk);
	walk->told = *told;
	for (unsigned i = 0; i < WALK_PICTURES; i++) {
		const struct picture *picture = &walk->pictures[i];
		bool blind = picture_is_blind(picture);
		const struct picture *sees = blind ? twin_find(walk, picture) : picture;

		walk->heard[i] = false;
		walk->wanted[i] =
			picture_is_used(picture) && sees != NULL && picture_wants(sees, told);
		if (!walk->wanted[i] || !suppresses(picture, told))
			continue;
		walk->wanted[i] = false;
		walk->counts->filtered++;
	}
}

static unsigned picture_named(
	const struct walk *walk, const struct client *client, const char *cross_ref)
{
	for (unsigned i = 0; i < WALK_PICTURES; i++) {
		if (walk->pictures[i].client == client &&
			strcmp(walk->pictures[i].cross_ref, cross_ref) == 0)
			return i;
	}
	fail_msg("a message for no monitor: %s", cross_ref);
	return 0;
}

static void event_take(struct walk *walk, const struct client *client, const struct told *told)
{
	unsigned i = picture_named(walk, client, told->cross_ref);
	struct picture *picture = &walk->pictures[i];

	if (walk->hearers == 0 || walk->heard[i] || strcmp(walk->told.story, told->story) != 0)
		event_begin(walk, told);
	walk->hearers++;
	walk->heard[i] = true;
	walk->counts->events++;
	walk->counts->merges += told->count > 0;
	walk->counts->features += told->device[0] != '\0';
	walk->counts->call_events += picture->device[0] == '\0';
	picture_take(picture, told);
}

// --- the others ----------------------------------------------------------------------------------

// Each monitor of a call is told its end, and then its own.
static void cleared_take(struct walk *walk, const struct client *client, const struct told *told)
{
	event_end(walk);
	walk->counts->calls_cleared++;
	picture_take(&walk->pictures[picture_named(walk, client, told->cross_ref)], told);
}

static void stop_take(struct walk *walk, const struct client *client, const struct csta_msg *msg)
{
	struct picture *picture =
		&walk->pictures[picture_named(walk, client, msg->body.monitor_stop.cross_ref)];

	event_end(walk);
	assert_true(walk->configured || picture->cleared ||
		    (picture->device[0] == '\0' && picture_is_blind(picture)));
	memset(picture, 0, sizeof(*picture));
	walk->counts->ends++;
}

static void bye_take(struct walk *walk, struct walk_app *app)
{
	event_end(walk);
	assert_true(walk->configured);
	for (unsigned i = 0; i < WALK_PICTURES; i++) {
		if (walk->pictures[i].client == &app->client)
			memset(&walk->pictures[i], 0, sizeof(walk->pictures[i]));
	}
	app->open = false;
	client_fini(&app->client);
	walk->counts->byes++;
}

static void message_take(struct walk *walk, struct walk_app *app, const struct csta_msg *msg)
{
	struct told told;

	if (msg->type == CSTA_MONITOR_STOP)
		stop_take(walk, &app->client, msg);
	else if (msg->type == CSTA_CALL_CLEARED_EVENT && told_read(&told, msg))
		cleared_take(walk, &app->client, &told);
	else if (told_read(&told, msg))
		event_take(walk, &app->client, &told);
	else if (msg->type != CSTA_SYSTEM_STATUS || !walk->configured)
		fail_msg("nobody asked for %s", csta_type_name((enum csta_type)msg->type));
}

static struct walk_app *app_of(struct walk *walk, handle_t dialog)
{
	for (unsigned i = 0; i < WALK_APPS; i++) {
		if (walk->apps[i].open && walk->apps[i].client.dialog == dialog)
			return &walk->apps[i];
	}
	fail_msg("a message for nobody");
	return NULL;
}

void story_take(struct walk *walk)
{
	const struct rig *rig = walk->rig;

	for (size_t i = 0; i < rig->command_count; i++) {
		const struct command *command = rig->commands[i];

		if (command->type == COMMAND_CSTA_EVENT)
			message_take(walk, app_of(walk, command->handle), &command->csta_event);
		else if (command->type == COMMAND_SESSION_BYE)
			bye_take(walk, app_of(walk, command->handle));
	}
	event_end(walk);
}
