// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/call/call.h"

#include <stdio.h>

#include "control/call/model.h"
#include "control/csta/csta.h"

// Global Call ID: 128 bits that nobody else mints, printed as four groups.
static void gcid_write(struct call *call)
{
	struct engine *engine = call->engine;
	uint64_t words[3] = { call->handle, call->started_us, 0 };
	uint64_t high = siphash(&engine->key, words, sizeof(words));
	uint64_t low;

	words[2] = 1;
	low = siphash(&engine->key, words, sizeof(words));
	snprintf(call->gcid, sizeof(call->gcid), "%08X-%08X-%08X-%08X", (uint32_t)(high >> 32),
		(uint32_t)high, (uint32_t)(low >> 32), (uint32_t)low);
}

struct call *call_new(struct engine *engine)
{
	handle_t handle;
	struct call *call = pool_take(&engine->calls, &handle);

	if (call == NULL)
		return NULL;
	call->engine = engine;
	call->handle = handle;
	call->started_us = engine_now_us();
	TAILQ_INIT(&call->connections);
	TAILQ_INIT(&call->monitors);
	TAILQ_INSERT_TAIL(&engine->active_calls, call, active);
	token_write(&engine->key, TOKEN_CALL, handle, call->id);
	gcid_write(call);
	return call;
}

void call_release(struct call *call)
{
	struct engine *engine = call->engine;
	struct connection *connection;

	TAILQ_FOREACH (connection, &call->connections, in_call) {
		if (!connection->onlooker)
			return;
	}
	while ((connection = TAILQ_FIRST(&call->connections)) != NULL) {
		TAILQ_REMOVE(&call->connections, connection, in_call);
		pool_give(&engine->connections, connection);
	}
	monitors_call_cleared(call);
	TAILQ_REMOVE(&engine->active_calls, call, active);
	pool_give(&engine->calls, call);
}

struct connection *connection_add(struct call *call, struct dn *dn, bool onlooker)
{
	struct connection *connection = pool_take(&call->engine->connections, NULL);

	if (connection == NULL)
		return NULL;
	connection->call = call;
	connection->dn = dn;
	connection->onlooker = onlooker;
	TAILQ_INIT(&connection->appearances);
	TAILQ_INSERT_TAIL(&call->connections, connection, in_call);
	if (!onlooker)
		TAILQ_INSERT_TAIL(&dn->connections, connection, at_dn);
	return connection;
}

struct call *call_find(struct engine *engine, struct span id)
{
	handle_t handle;

	if (!token_read(&engine->key, TOKEN_CALL, id, &handle))
		return NULL;
	return pool_get(&engine->calls, handle);
}

// Nobody else can mint such a token.
bool call_is_gone(const struct engine *engine, struct span id)
{
	handle_t handle;

	return token_read(&engine->key, TOKEN_CALL, id, &handle) &&
	       pool_get(&engine->calls, handle) == NULL;
}

struct connection *call_connection(struct call *call, const struct dn *dn)
{
	struct connection *connection;

	TAILQ_FOREACH (connection, &call->connections, in_call) {
		if (connection->dn == dn && !connection->onlooker)
			return connection;
	}
	return NULL;
}

struct connection *call_connection_or_failed(struct call *call, const struct dn *dn)
{
	struct connection *connection = call_connection(call, dn);

	if (connection != NULL)
		return connection;
	TAILQ_FOREACH (connection, &call->connections, in_call) {
		if (connection->dn == dn)
			return connection;
	}
	return NULL;
}

struct connection *connection_peer(const struct connection *connection)
{
	struct connection *other;

	TAILQ_FOREACH (other, &connection->call->connections, in_call) {
		if (other != connection && other->state != CONNECTION_NULL)
			return other;
	}
	return NULL;
}

bool connection_rings(const struct connection *connection)
{
	return connection->state == CONNECTION_ALERTING || connection->prompted;
}

bool connection_takes_channel(const struct connection *connection)
{
	bool leaves = connection->state == CONNECTION_NULL && connection->cause != CSTA_CAUSE_NONE;

	return connection->purpose != DIAL_BLIND_TRANSFER && !leaves;
}

bool connection_is_up(const struct connection *connection)
{
	return connection->state == CONNECTION_CONNECTED || connection->state == CONNECTION_HOLD;
}

bool connection_is_talking(const struct connection *connection)
{
	const struct connection *other;

	if (!connection_is_up(connection))
		return false;
	TAILQ_FOREACH (other, &connection->call->connections, in_call) {
		if (other != connection && connection_is_up(other))
			return true;
	}
	return false;
}

unsigned call_members(const struct call *call)
{
	const struct connection *connection;
	unsigned n = 0;

	TAILQ_FOREACH (connection, &call->connections, in_call)
		n += !connection->onlooker && connection->state != CONNECTION_NULL;
	return n;
}

void call_merge(struct call *into, struct call *from, enum csta_cause cause)
{
	struct connection *connection;

	while ((connection = TAILQ_FIRST(&from->connections)) != NULL) {
		TAILQ_REMOVE(&from->connections, connection, in_call);
		TAILQ_INSERT_TAIL(&into->connections, connection, in_call);
		connection->call = into;
		connection->joined_from = from;
		if (connection->state == CONNECTION_ALERTING)
			connection->cause = (uint8_t)cause;
	}
}

void call_merged(struct call *into, struct call *from)
{
	struct connection *connection;

	TAILQ_FOREACH (connection, &into->connections, in_call)
		connection->joined_from = NULL;
	call_release(from);
}

bool connection_is_active(const struct connection *connection)
{
	switch (connection->state) {
	case CONNECTION_INITIATED:
	case CONNECTION_CONNECTED:
	case CONNECTION_FAIL:
		return connection->line != NULL;
	default:
		return false;
	}
}
