// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What a snapshot says is permitted is not refused, and what it does not say is. Of services for
// two calls it is said of both, and holds in one of the two roles.
#include <stdio.h>
#include <string.h>

#include "bench/request.h"
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
	struct walk_permitted other;

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
	const struct csta_msg *answer = last_answer(walk);
	bool refused = answer->type == CSTA_ERROR_CODE;

	if (!before->known)
		return;
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
