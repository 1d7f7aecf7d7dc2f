// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Snapshots: the calls of a device and the parties of a call as they are now.
#include "control/csta/service.h"

static void state_add(struct csta_snapshot_device_item *item, const struct connection *connection)
{
	if (item->states.count < ARRAY_SIZE(item->states.items))
		item->states.items[item->states.count++] =
			state_word((enum connection_state)connection->state);
}

// The device's own state first, then those of the others.
static void snapshot_add(struct request *request, struct csta_snapshot_device_item *item,
	const struct connection *own)
{
	const struct connection *other;

	csta_connection_set(&item->connection, own->call->id, request->device);
	item->has.states = true;
	state_add(item, own);
	TAILQ_FOREACH (other, &own->call->connections, in_call) {
		if (other != own && other->state != CONNECTION_NULL)
			state_add(item, other);
	}
	item->has.permitted = !request->engine->config->voice_service.cti_basic_mode;
	if (item->has.permitted)
		permitted_fill(own, &item->permitted);
	item->has.gcid = linkage_fill(own->call, item->gcid);
}

enum refusal serve_snapshot_device(struct request *request)
{
	struct csta_snapshot_device_item_list *list =
		&request->answer->body.snapshot_device_response.connections;
	const struct connection *own;

	TAILQ_FOREACH (own, &request->dn->connections, at_dn) {
		if (list->count == ARRAY_SIZE(list->items))
			break;
		snapshot_add(request, &list->items[list->count++], own);
	}
	return REFUSED_NOT;
}

static void party_write(const struct request *request, const struct viewer *viewer,
	const struct party *party, struct csta_subject *out)
{
	char device[CSTA_DEVICE_SIZE];

	device_write(request->engine, viewer, party->dn, party->number, device);
	csta_subject_set(out, device);
}

// All parties, those that failed among them, each with its connection and state.
enum refusal serve_snapshot_call(struct request *request)
{
	struct csta_snapshot_call_response *answer = &request->answer->body.snapshot_call_response;
	struct call_seen seen = { .dn = request->dn, .device = request->device };
	enum refusal refusal = find_call(request, &request->msg->body.snapshot_call.call, &seen);
	struct viewer viewer = viewer_of_text(request->session, seen.dn, seen.device);
	const struct connection *connection;

	if (refusal != REFUSED_NOT)
		return refusal;
	TAILQ_FOREACH (connection, &seen.call->connections, in_call) {
		struct csta_snapshot_call_item *item;
		struct party party = { .dn = connection->dn };

		if (answer->connections.count == ARRAY_SIZE(answer->connections.items))
			break;
		item = &answer->connections.items[answer->connections.count++];
		party_write(request, &viewer, &party, &item->device);
		item->has.connection = true;
		csta_connection_set(&item->connection, seen.call->id, item->device.device);
		item->has.state = true;
		item->state = state_word((enum connection_state)connection->state);
	}
	answer->has.calling_device = true;
	party_write(request, &viewer, &seen.call->calling, &answer->calling_device);
	answer->has.called_device = true;
	party_write(request, &viewer, &seen.call->called, &answer->called_device);
	answer->has.gcid = linkage_fill(seen.call, answer->gcid);
	return REFUSED_NOT;
}
