// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "tests/unit/control/picture.h"

#include <stdio.h>
#include <string.h>

#include "control/call/feature.h"

enum { STATE_WORDS = CSTA_STATE_NULL + CONNECTION_FAIL + 1 };

// --- reading an event ----------------------------------------------------------------------------

// `key`{ callID=X deviceID=Y } somewhere in `text`. Returns what follows, or NULL.
static const char *connection_after(
	const char *text, const char *key, struct told_connection *connection)
{
	const char *at = strstr(text, key);

	if (at == NULL)
		return NULL;
	at += strlen(key);
	assert_int_equal(
		sscanf(at, "{ callID=%39s deviceID=%127s", connection->call, connection->device),
		2);
	return at;
}

static void connections_read(struct told *told, const char *line)
{
	const char *at = line;

	connection_after(line, "secondaryOldCall=", &told->second);
	while ((at = connection_after(at, "newConnection=", &told->now[told->count])) != NULL) {
		at = connection_after(at, "oldConnection=", &told->before[told->count]);
		assert_non_null(at);
		assert_string_equal(told->now[told->count].call, told->now[0].call);
		assert_true(++told->count < PICTURE_PARTIES);
	}
}

// Leaves out what each monitor is told for itself.
static void story_write(const char *line, char story[STORY_SIZE])
{
	static const char *const own[] = {
		"monitorCrossRefID=", "localConnectionInfo=", "servicesPermitted="
	};
	const char *end;

	for (; *line != '\0'; line = end) {
		bool leave_out = false;

		for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
			leave_out |= strncmp(line, own[i], strlen(own[i])) == 0;
		end = line + strcspn(line, " ");
		if (leave_out && end[-1] == '{')
			end = strchr(end, '}') + 1;
		end += *end == ' ';
		if (leave_out)
			continue;
		memcpy(story, line, (size_t)(end - line));
		story += end - line;
	}
	story -= story[-1] == ' ';
	*story = '\0';
}

bool told_read(struct told *told, const struct csta_msg *msg)
{
	char line[STORY_SIZE];
	const char *at;

	assert_true(csta_print(msg, line, sizeof(line)) < STORY_SIZE);
	memset(told, 0, offsetof(struct told, story));
	told->msg = msg;
	at = strstr(line, "Event ");
	if (at == NULL)
		return false;
	snprintf(told->name, sizeof(told->name), "%.*s", (int)(at - line), line);
	assert_int_equal(sscanf(at, "Event monitorCrossRefID=%39s", told->cross_ref), 1);
	at = strstr(line, "localConnectionInfo=");
	if (at != NULL)
		sscanf(at, "localConnectionInfo=%31s", told->local);
	if (connection_after(line, "primaryOldCall=", &told->one) != NULL)
		connections_read(told, line);
	else if (connection_after(line, "onnection=", &told->one) == NULL &&
		 connection_after(line, "clearedCall=", &told->one) == NULL)
		assert_int_equal(sscanf(strstr(line, "evice={"), "evice={ deviceIdentifier=%127s",
					 told->device),
			1);
	story_write(line, told->story);
	return true;
}

// --- the calls -----------------------------------------------------------------------------------

static struct picture_call *call_known(struct picture *picture, const char *id)
{
	for (unsigned i = 0; i < picture->count; i++) {
		if (strcmp(picture->calls[i].id, id) == 0)
			return &picture->calls[i];
	}
	return NULL;
}

static struct picture_call *call_add(struct picture *picture, const char *id)
{
	struct picture_call *call = &picture->calls[picture->count++];

	assert_true(picture->count < PICTURE_CALLS);
	*call = (struct picture_call){ 0 };
	snprintf(call->id, sizeof(call->id), "%s", id);
	return call;
}

static void call_forget(struct picture *picture, const char *id)
{
	struct picture_call *call = call_known(picture, id);

	if (call != NULL)
		*call = picture->calls[--picture->count];
}

void picture_follow(struct picture *picture, const char *call)
{
	call_add(picture, call);
}

// "null" is what is said of who has no part in a call; NULL: nothing was told.
static const char *party_state(const struct picture_call *call, const char *device)
{
	for (unsigned i = 0; call != NULL && i < call->count; i++) {
		if (strcmp(call->parties[i].device, device) == 0)
			return call->parties[i].state;
	}
	return call != NULL && call->whole ? "null" : NULL;
}

static void party_set(struct picture_call *call, const char *device, const char *state)
{
	unsigned i = 0;

	while (i < call->count && strcmp(call->parties[i].device, device) != 0)
		i++;
	if (strcmp(state, "null") == 0) {
		if (i < call->count)
			call->parties[i] = call->parties[--call->count];
		return;
	}
	if (i == call->count)
		assert_true(++call->count <= PICTURE_PARTIES);
	snprintf(call->parties[i].device, sizeof(call->parties[i].device), "%s", device);
	snprintf(call->parties[i].state, sizeof(call->parties[i].state), "%s", state);
}

// --- what an event does to them ------------------------------------------------------------------

// From one of these states of its connection into that one (ECMA-269, connection states).
static const struct change {
	const char *name;
	const char *from;
	const char *to; // NULL: as it was
} changes[] = {
	{ "ServiceInitiated", "null", "initiated" },
	{ "Originated", "null initiated", "connected" },
	{ "Delivered", "null", "alerting" },
	{ "Established", "alerting", "connected" },
	{ "Held", "connected", "hold" },
	{ "Retrieved", "hold", "connected" },
	{ "Diverted", "null alerting", "null" },
	{ "Failed", "null initiated alerting connected", "fail" },
	{ "ConnectionCleared", "initiated alerting connected hold fail", "null" },
	{ "DigitsGenerated", "connected", NULL },
};

static const struct change *change_of(const struct told *told)
{
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		if (strcmp(changes[i].name, told->name) == 0)
			return &changes[i];
	}
	return NULL;
}

static bool is_of_call(const struct picture *picture)
{
	return picture->device[0] == '\0';
}

// The event that has the device take part, were it for this moment alone.
static bool begins(const struct picture *picture, const struct told *told)
{
	const struct change *change = change_of(told);

	return change != NULL && strncmp(change->from, "null", 4) == 0 &&
	       strcmp(change->to, "fail") != 0 && strcmp(told->one.device, picture->device) == 0;
}

bool picture_wants(const struct picture *picture, const struct told *told)
{
	struct picture *known = (struct picture *)picture;

	if (told->device[0] != '\0')
		return strcmp(told->device, picture->device) == 0;
	return call_known(known, told->one.call) != NULL ||
	       (told->second.call[0] != '\0' && call_known(known, told->second.call) != NULL) ||
	       (!is_of_call(picture) && begins(picture, told));
}

static void changed(struct picture *picture, const struct told *told, const struct change *change)
{
	struct picture_call *call = call_known(picture, told->one.call);
	const char *state;

	if (call == NULL) {
		call = call_add(picture, told->one.call);
		call->whole = strcmp(told->name, "ServiceInitiated") == 0;
	}
	state = party_state(call, told->one.device);
	if (state != NULL && strstr(change->from, state) == NULL)
		fail_msg("of who is %s: %.600s", state, told->story);
	if (change->to != NULL)
		party_set(call, told->one.device, change->to);
}

// Two calls become one, or one gets other parties. The connection that was held is that of the talk
// from now on where its device brought the two together.
static void merged(struct picture *picture, const struct told *told)
{
	struct picture_call after = { .whole = true };
	bool conference = strcmp(told->name, "Conferenced") == 0 && told->second.call[0] != '\0';

	for (unsigned i = 0; i < told->count; i++) {
		const char *state = party_state(
			call_known(picture, told->before[i].call), told->before[i].device);

		if (conference && strcmp(told->now[i].device, told->second.device) == 0)
			state = "connected";
		if (state == NULL)
			after.whole = false;
		else if (strcmp(state, "null") == 0)
			fail_msg("of who has no part: %.600s", told->story);
		else
			party_set(&after, told->now[i].device, state);
	}
	assert_true(told->count > 0);
	call_forget(picture, told->one.call);
	call_forget(picture, told->second.call);
	strcpy(after.id, told->now[0].call);
	*call_add(picture, after.id) = after;
}

// The device's own connection is as the event says; a call in which it has none is no longer told
// of.
static void local_check(struct picture *picture, const struct told *told, const char *id)
{
	const struct picture_call *call = call_known(picture, id);
	const char *state = party_state(call, picture->device);

	if (is_of_call(picture)) {
		assert_string_equal(told->local, "");
		return;
	}
	if (strcmp(told->name, "DigitsGenerated") != 0 &&
		strcmp(told->local, state != NULL ? state : "null") != 0)
		fail_msg("%s is %s: %.600s [%s]", picture->device,
			state != NULL ? state : "not in it", told->story, told->local);
	if (state == NULL || strcmp(state, "null") == 0)
		call_forget(picture, id);
}

static void feature_take(struct picture *picture, const struct told *told)
{
	static const enum csta_forwarding_type kinds[FORWARD_NIGHT] = {
		[FORWARD_ALL] = CSTA_FORWARD_IMMEDIATE,
		[FORWARD_BUSY] = CSTA_FORWARD_BUSY,
		[FORWARD_NOAN] = CSTA_FORWARD_NO_ANS,
	};
	const struct csta_forwarding_event *forwarding = &told->msg->body.forwarding_event;

	switch (told->msg->type) {
	case CSTA_DO_NOT_DISTURB_EVENT:
		assert_int_not_equal(
			picture->do_not_disturb, told->msg->body.do_not_disturb_event.on);
		picture->do_not_disturb = told->msg->body.do_not_disturb_event.on;
		return;
	case CSTA_MESSAGE_WAITING_EVENT:
		assert_int_not_equal(
			picture->message_waiting, told->msg->body.message_waiting_event.on);
		picture->message_waiting = told->msg->body.message_waiting_event.on;
		return;
	case CSTA_BACK_IN_SERVICE_EVENT:
	case CSTA_OUT_OF_SERVICE_EVENT:
		assert_int_equal(picture->in_service, told->msg->type == CSTA_OUT_OF_SERVICE_EVENT);
		picture->in_service = !picture->in_service;
		return;
	default:
		assert_int_equal(told->msg->type, CSTA_FORWARDING_EVENT);
		break;
	}
	for (unsigned i = 0; i < FORWARD_NIGHT; i++) {
		struct picture_forward *forward = &picture->forwards[i];

		if (kinds[i] != forwarding->type)
			continue;
		forward->on = forwarding->on;
		snprintf(forward->to, sizeof(forward->to), "%s",
			forwarding->has.destination ? forwarding->destination : "");
		forward->seconds =
			forwarding->has.ring_duration_s ? forwarding->ring_duration_s : 0;
	}
}

void picture_take(struct picture *picture, const struct told *told)
{
	const struct change *change = change_of(told);
	char name[WORD_SIZE + 2];

	snprintf(name, sizeof(name), " %s ", told->name);
	if (strstr(picture->suppressed, name) != NULL)
		fail_msg("suppressed: %.600s", told->story);
	if (picture->suppressed[0] != '\0')
		return;
	if (!picture_wants(picture, told))
		fail_msg("not for %s: %.600s", is_of_call(picture) ? "this call" : picture->device,
			told->story);
	if (told->device[0] != '\0') {
		feature_take(picture, told);
	} else if (change != NULL) {
		changed(picture, told, change);
		local_check(picture, told, told->one.call);
	} else if (told->count > 0) {
		merged(picture, told);
		local_check(picture, told, told->now[0].call);
	} else {
		assert_string_equal(told->name, "CallCleared");
		assert_true(is_of_call(picture));
		picture->cleared = true;
	}
}

// --- what the engine holds -----------------------------------------------------------------------

static void connection_settle(const struct picture *picture, struct picture_call *call,
	const struct connection *connection)
{
	const char *state = connection_state_name((enum connection_state)connection->state);
	char device[CSTA_DEVICE_SIZE];
	const char *told;

	snprintf(device, sizeof(device), "tel:%s", connection->dn->numbers[DN_PRIMARY].text);
	told = party_state(call, device);
	if (told == NULL)
		party_set(call, device, state);
	else if (strcmp(told, state) != 0)
		fail_msg("%s in call %s is %s, %s was told %s", device, call->id, state,
			is_of_call(picture) ? "its monitor" : picture->device, told);
}

static void call_settle(
	const struct picture *picture, struct picture_call *call, struct engine *engine)
{
	const struct call *held = call_find(engine, span_str(call->id));
	const struct connection *connection;
	unsigned parties = 0;

	if (held == NULL) {
		fail_msg("%s was told of call %s, which is no more", picture->device, call->id);
		return;
	}
	TAILQ_FOREACH (connection, &held->connections, in_call) {
		connection_settle(picture, call, connection);
		parties++;
	}
	if (parties != call->count)
		fail_msg("call %s has %u parties, %s was told of %u", call->id, parties,
			picture->device, call->count);
	call->whole = true;
}

static struct dn *device_dn(const struct picture *picture, struct engine *engine)
{
	return dn_find(engine, picture->device + sizeof("tel:") - 1);
}

static void calls_settle(struct picture *picture, struct engine *engine)
{
	const struct connection *own;
	unsigned count = 0;

	TAILQ_FOREACH (own, &device_dn(picture, engine)->connections, at_dn) {
		if (picture->fresh)
			call_add(picture, own->call->id);
		count++;
	}
	if (count != picture->count)
		fail_msg("%s has %u calls, told was of %u", picture->device, count, picture->count);
}

static void features_settle(struct picture *picture, struct engine *engine)
{
	const struct dn *dn = device_dn(picture, engine);

	if (picture->fresh) {
		picture->do_not_disturb = dn_do_not_disturb(dn);
		picture->message_waiting = dn->message_waiting;
		picture->in_service = dn_has_phone(dn);
	}
	assert_int_equal(picture->do_not_disturb, dn_do_not_disturb(dn));
	assert_int_equal(picture->message_waiting, dn->message_waiting);
	assert_int_equal(picture->in_service, dn_has_phone(dn));
	for (unsigned i = 0; i < FORWARD_NIGHT; i++) {
		enum config_forward_kind kind = (enum config_forward_kind)i;
		const struct config_forward *last =
			config_forward_last(engine->config, dn->config, kind);
		struct picture_forward *forward = &picture->forwards[i];
		char to[CSTA_DEVICE_SIZE];

		snprintf(to, sizeof(to), "%s%s",
			last->number[0] == '\0' ? "" : "tel:", last->number);
		if (picture->fresh) {
			forward->on = dn_is_forwarded(dn, kind);
			strcpy(forward->to, to);
			forward->seconds = last->timeout;
		}
		assert_int_equal(forward->on, dn_is_forwarded(dn, kind));
		assert_string_equal(forward->to, to);
		if (forward->on && kind == FORWARD_NOAN)
			assert_int_equal(forward->seconds, last->timeout);
	}
}

void picture_settle(struct picture *picture, struct engine *engine)
{
	if (picture->suppressed[0] != '\0')
		return;
	if (!is_of_call(picture)) {
		if (picture->fresh)
			picture->count = 0;
		calls_settle(picture, engine);
		features_settle(picture, engine);
	}
	picture->fresh = false;
	for (unsigned i = 0; i < picture->count; i++)
		call_settle(picture, &picture->calls[i], engine);
}

// --- what a client is answered -------------------------------------------------------------------

static const struct csta_msg *answer_to(const struct picture *picture, const char *request)
{
	const struct rig *rig = picture->client->rig;

	client_ask(picture->client, request);
	return &rig->commands[rig->command_count - 1]->csta_response.csta;
}

static void ask_snapshot_call(const struct picture *picture, const struct picture_call *call)
{
	const struct csta_snapshot_call_item_list *list;
	const struct csta_msg *answer;
	char request[512];

	snprintf(request, sizeof(request),
		"<SnapshotCall><snapshotObject><callID>%s</callID></snapshotObject></SnapshotCall>",
		call->id);
	answer = answer_to(picture, request);
	// One that nobody may watch any more.
	if (answer->type == CSTA_ERROR_CODE && is_of_call(picture))
		return;
	assert_int_equal(answer->type, CSTA_SNAPSHOT_CALL_RESPONSE);
	list = &answer->body.snapshot_call_response.connections;
	assert_int_equal(list->count, call->count);
	for (unsigned i = 0; i < list->count; i++) {
		const struct csta_snapshot_call_item *item = &list->items[i];

		assert_string_equal(item->connection.call_id, call->id);
		assert_string_equal(item->connection.device_id, item->device.device);
		assert_string_equal(csta_connection_state_name(item->state),
			party_state(call, item->device.device));
	}
}

static void ask_calls(const struct picture *picture)
{
	for (unsigned i = 0; i < picture->count; i++)
		ask_snapshot_call(picture, &picture->calls[i]);
}

// The device's own state first, then those of all others in any order.
static void compound_check(const struct picture *picture, const struct picture_call *call,
	const struct csta_connection_state_list *states)
{
	int more[STATE_WORDS] = { 0 };

	assert_int_equal(states->count, call->count);
	assert_string_equal(
		csta_connection_state_name(states->items[0]), party_state(call, picture->device));
	for (unsigned i = 0; i < call->count; i++) {
		for (unsigned word = 0; word < STATE_WORDS; word++)
			more[word] +=
				strcmp(csta_connection_state_name((enum csta_connection_state)word),
					call->parties[i].state) == 0;
		more[states->items[i]]--;
	}
	for (unsigned word = 0; word < STATE_WORDS; word++)
		assert_int_equal(more[word], 0);
}

static void ask_snapshot(const struct picture *picture)
{
	const struct csta_snapshot_device_item_list *list;
	char request[256];

	snprintf(request, sizeof(request),
		"<SnapshotDevice><snapshotObject>%s</snapshotObject></SnapshotDevice>",
		picture->device);
	list = &answer_to(picture, request)->body.snapshot_device_response.connections;
	assert_int_equal(list->count, picture->count);
	for (unsigned i = 0; i < list->count; i++) {
		const struct csta_snapshot_device_item *item = &list->items[i];
		const struct picture_call *call =
			call_known((struct picture *)picture, item->connection.call_id);

		assert_non_null(call);
		assert_string_equal(item->connection.device_id, picture->device);
		compound_check(picture, call, &item->states);
	}
}

static const struct csta_msg *ask_device(const struct picture *picture, const char *service)
{
	char request[256];

	snprintf(request, sizeof(request), "<%s><device>%s</device></%s>", service, picture->device,
		service);
	return answer_to(picture, request);
}

static void ask_do_not_disturb(const struct picture *picture)
{
	const struct csta_msg *answer = ask_device(picture, "GetDoNotDisturb");

	assert_int_equal(answer->type, CSTA_GET_DO_NOT_DISTURB_RESPONSE);
	assert_int_equal(answer->body.get_do_not_disturb_response.on, picture->do_not_disturb);
}

static void ask_message_waiting(const struct picture *picture)
{
	const struct csta_msg *answer = ask_device(picture, "GetMessageWaitingIndicator");

	assert_int_equal(answer->type, CSTA_GET_MESSAGE_WAITING_INDICATOR_RESPONSE);
	assert_int_equal(
		answer->body.get_message_waiting_indicator_response.on, picture->message_waiting);
}

// Immediate forwarding is always there, the others where they are or were set.
static void ask_forwarding(const struct picture *picture)
{
	static const enum config_forward_kind kinds[] = {
		[CSTA_FORWARD_IMMEDIATE] = FORWARD_ALL,
		[CSTA_FORWARD_BUSY] = FORWARD_BUSY,
		[CSTA_FORWARD_NO_ANS] = FORWARD_NOAN,
	};
	const struct csta_msg *answer = ask_device(picture, "GetForwarding");
	const struct csta_forward_item_list *list = &answer->body.get_forwarding_response.items;
	unsigned on = 0;

	assert_int_equal(answer->type, CSTA_GET_FORWARDING_RESPONSE);
	for (unsigned i = 0; i < list->count; i++) {
		const struct csta_forward_item *item = &list->items[i];
		const struct picture_forward *told = &picture->forwards[kinds[item->type]];

		assert_int_equal(item->on, told->on);
		assert_string_equal(item->has.destination ? item->destination : "", told->to);
		if (told->on && kinds[item->type] == FORWARD_NOAN)
			assert_int_equal(item->ring_duration_s, told->seconds);
		on += item->on;
	}
	for (unsigned i = 0; i < FORWARD_NIGHT; i++)
		on -= picture->forwards[i].on;
	assert_int_equal(on, 0);
}

void picture_ask(const struct picture *picture, unsigned question)
{
	static void (*const of_device[PICTURE_QUESTIONS])(const struct picture *picture) = {
		ask_snapshot,
		ask_calls,
		ask_do_not_disturb,
		ask_message_waiting,
		ask_forwarding,
	};

	if (picture->suppressed[0] != '\0')
		return;
	(is_of_call(picture) ? ask_calls : of_device[question])(picture);
}
