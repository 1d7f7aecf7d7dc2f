// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What a snapshot says is permitted is not refused, and what it does not say is. Of services for
// two calls it is said of both, and holds in one of the two roles.
#include <stdio.h>
#include <string.h>

#include "bench/request.h"
#include "control/phone/phone.h"
#include "tests/unit/control/walk.h"

static const struct {
	const char *service;
	uint64_t control;
	uint64_t associated;
	bool two;
} services[] = {
	{ "AlternateCall", CSTA_BIT(CSTA_PERMITTED_ALTERNATE_CALL), 0, true },
	{ "AnswerCall", CSTA_BIT(CSTA_PERMITTED_ANSWER_CALL), 0, false },
	{ "ClearCall", CSTA_BIT(CSTA_PERMITTED_CLEAR_CALL), 0, false },
	{ "ClearConnection", CSTA_BIT(CSTA_PERMITTED_CLEAR_CONNECTION), 0, false },
	{ "ConferenceCall", CSTA_BIT(CSTA_PERMITTED_CONFERENCE_CALL), 0, true },
	{ "ConsultationCall", CSTA_BIT(CSTA_PERMITTED_CONSULTATION_CALL), 0, false },
	{ "DeflectCall", CSTA_BIT(CSTA_PERMITTED_DEFLECT_CALL), 0, false },
	{ "GenerateDigits", 0, CSTA_BIT(CSTA_PERMITTED_GENERATE_DIGITS), false },
	{ "HoldCall", CSTA_BIT(CSTA_PERMITTED_HOLD_CALL), 0, false },
	{ "ReconnectCall", CSTA_BIT(CSTA_PERMITTED_RECONNECT_CALL), 0, true },
	{ "RetrieveCall", CSTA_BIT(CSTA_PERMITTED_RETRIEVE_CALL), 0, false },
	{ "SingleStepConferenceCall", CSTA_BIT(CSTA_PERMITTED_SINGLE_STEP_CONFERENCE), 0, false },
	{ "SingleStepTransferCall", CSTA_BIT(CSTA_PERMITTED_SINGLE_STEP_TRANSFER), 0, false },
	{ "TransferCall", CSTA_BIT(CSTA_PERMITTED_TRANSFER_CALL), 0, true },
};

enum { SERVICES = sizeof(services) / sizeof(services[0]) };

static const struct csta_msg *last_answer(const struct walk *walk)
{
	return &walk->rig->commands[walk->rig->command_count - 1]->csta_response.csta;
}

static const struct csta_snapshot_device_item *item_find(
	const struct csta_snapshot_device_item_list *list, const char *call)
{
	for (unsigned i = 0; i < list->count; i++) {
		if (strcmp(list->items[i].connection.call_id, call) == 0)
			return &list->items[i];
	}
	return NULL;
}

static bool says(const struct csta_snapshot_device_item *item, unsigned row)
{
	return ((item->permitted.call_control & services[row].control) |
		       (item->permitted.call_associated & services[row].associated)) != 0;
}

// A snapshot of the word's device; false when its connection is not there, or is not to be seen.
static bool look(struct walk *walk, struct walk_app *app, const char *word, unsigned row,
	struct walk_permitted *out)
{
	char number[16], request[128];
	const struct csta_snapshot_device_item_list *list;
	const struct csta_snapshot_device_item *item;
	const char *call = strchr(word, '@');

	if (call == NULL || call == word)
		return false;
	snprintf(number, sizeof(number), "%.*s", (int)(call - word), word);
	snprintf(request, sizeof(request),
		"<SnapshotDevice><snapshotObject>%s</snapshotObject></SnapshotDevice>", number);
	client_ask(&app->client, request);
	if (last_answer(walk)->type != CSTA_SNAPSHOT_DEVICE_RESPONSE)
		return false;
	list = &last_answer(walk)->body.snapshot_device_response.connections;
	item = item_find(list, call + 1);
	if (item == NULL || !item->has.permitted)
		return false;
	out->said = says(item, row);
	out->calls = list->count;
	return true;
}

void walk_permitted(struct walk *walk, struct walk_app *app, const char *service, char *words[2],
	struct walk_permitted *out)
{
	struct walk_permitted other = { 0 };

	memset(out, 0, sizeof(*out));
	for (unsigned row = 0; row < SERVICES; row++) {
		if (strcmp(services[row].service, service) != 0)
			continue;
		out->two = services[row].two;
		out->known = look(walk, app, words[0], row, out);
		if (!out->two || !out->known)
			return;
		out->known =
			strcmp(words[0], words[1]) != 0 && look(walk, app, words[1], row, &other);
		out->said &= other.said;
		return;
	}
}

// The same with the two calls in each other's place.
static void exchanged_check(
	struct walk *walk, struct walk_app *app, const char *service, char *words[2])
{
	char name[48], xml[2048];
	char *exchanged[] = { name, words[1], words[0] };

	snprintf(name, sizeof(name), "%s", service);
	assert_true(request_write(exchanged, 3, xml, sizeof(xml)));
	if (!app_ask(walk, app, xml))
		fail_msg("%s is permitted, but refused in both roles", service);
}

void walk_permitted_check(struct walk *walk, struct walk_app *app, const char *service,
	char *words[2], const struct walk_permitted *before)
{
	const struct csta_msg *answer;
	bool refused;

	// There may have been no request, so no answer.
	if (!before->known)
		return;
	answer = last_answer(walk);
	refused = answer->type == CSTA_ERROR_CODE;
	walk->counts->permitted += before->said;
	if (!refused && !before->said)
		fail_msg("%s is done, but was not permitted", service);
	if (!refused || !before->said)
		return;
	// Whom or what the request names besides may be at fault.
	if (!before->two && !answer->body.error_code.has.operation)
		fail_msg("%s is permitted, but refused", service);
	if (before->two && before->calls == 2)
		exchanged_check(walk, app, service, words);
}

// --- what events say -----------------------------------------------------------------------------

enum { MAY_SIZE = 512 };

// servicesPermitted as text; empty: it is not there.
static void may_text(const char *text, char may[MAY_SIZE])
{
	const char *start = strstr(text, "servicesPermitted={");
	size_t n = start != NULL ? strcspn(start, "}") : 0;

	assert_true(n < MAY_SIZE);
	memcpy(may, start != NULL ? start : "", n);
	may[n] = '\0';
}

static void event_may(const struct csta_msg *msg, char may[MAY_SIZE])
{
	static char text[CLIENT_TEXT_SIZE];

	csta_print(msg, text, sizeof(text));
	may_text(text, may);
}

// Calls on other lines of its phones change what may be done with the device's.
static bool is_alone(const struct picture *picture)
{
	const struct dn *dn = dn_find(&picture->client->rig->engine, picture->device + 4);
	const struct line *line;

	TAILQ_FOREACH (line, &dn->lines, at_dn) {
		for (unsigned i = 0; i < line->phone->line_count; i++) {
			const struct dn *other = line->phone->lines[i].dn;

			if (other != dn && !TAILQ_EMPTY(&other->connections))
				return false;
		}
	}
	return true;
}

// The device's only connection, in this call: what a snapshot says of it. False: it has none, or
// several.
static bool snapshot_may(struct picture *picture, const char *call, char may[MAY_SIZE])
{
	const struct rig *rig = picture->client->rig;
	const struct csta_msg *answer;
	char request[256];

	snprintf(request, sizeof(request),
		"<SnapshotDevice><snapshotObject>%s</snapshotObject></SnapshotDevice>",
		picture->device);
	client_ask(picture->client, request);
	answer = &rig->commands[rig->command_count - 1]->csta_response.csta;
	if (answer->type != CSTA_SNAPSHOT_DEVICE_RESPONSE ||
		answer->body.snapshot_device_response.connections.count != 1 ||
		strcmp(answer->body.snapshot_device_response.connections.items[0].connection.call_id,
			call) != 0)
		return false;
	event_may(answer, may);
	return true;
}

static void picture_may_check(struct walk *walk, struct picture *picture)
{
	size_t commands = walk->rig->command_count;
	char told_may[MAY_SIZE] = "", may[MAY_SIZE];
	struct told told, last = { 0 };

	for (size_t i = 0; i < commands; i++) {
		const struct command *command = walk->rig->commands[i];

		if (command->type != COMMAND_CSTA_EVENT ||
			command->handle != picture->client->dialog ||
			!told_read(&told, &command->csta_event) ||
			strcmp(told.cross_ref, picture->cross_ref) != 0 || told.local[0] == '\0')
			continue;
		last = told;
		event_may(&command->csta_event, told_may);
	}
	if (told_may[0] == '\0' || !is_alone(picture) || !snapshot_may(picture, last.one.call, may))
		return;
	walk->counts->permitted_told++;
	if (strcmp(told_may, may) != 0)
		fail_msg("%s of %s said\n%s, but now\n%s", last.name, picture->device, told_may,
			may);
}

void walk_permitted_told(struct walk *walk)
{
	for (unsigned i = 0; i < WALK_PICTURES; i++) {
		struct picture *picture = &walk->pictures[i];

		// What a filter keeps from it may have changed what is permitted.
		if (picture_is_used(picture) && !picture_is_blind(picture) &&
			picture->device[0] != '\0')
			picture_may_check(walk, picture);
	}
}
