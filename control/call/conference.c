// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Calls of three parties (ECMA-269, Conference Call, Single Step Conference Call). The phone of the
// party that brings them together mixes; the media of the others goes to it alone.
#include "control/call/model.h"
#include "control/phone/phone.h"

static unsigned parties_up(const struct call *call)
{
	const struct connection *connection;
	unsigned n = 0;

	TAILQ_FOREACH (connection, &call->connections, in_call)
		n += connection_is_up(connection);
	return n;
}

bool call_is_conference(const struct call *call)
{
	return call->mixer != NULL && parties_up(call) >= CONFERENCE_PARTIES;
}

void call_set_mixer(struct call *call, struct connection *mixer)
{
	struct engine *engine = call->engine;

	if (mixer != NULL && call->mixer == NULL)
		engine->conferences++;
	if (mixer == NULL && call->mixer != NULL)
		engine->conferences--;
	call->mixer = mixer;
}

// `max-conferences` counts those that are being made too.
bool connection_can_mix(const struct connection *connection)
{
	const struct engine *engine = connection->call->engine;
	uint32_t most = engine->config->telephony.max_conferences;

	return connection->line != NULL && connection->line->phone->mixes &&
	       (most == 0 || engine->conferences < most);
}

// The far end of a talk of two; NULL: it is something else.
static struct connection *partner(const struct connection *connection)
{
	struct connection *peer = connection_peer(connection);

	return connection_is_talking(connection) && call_members(connection->call) == 2 ? peer
											: NULL;
}

static enum call_result check_conference(
	const struct connection *held, const struct connection *active)
{
	const struct connection *first = partner(held), *second = partner(active);

	if (held->call == active->call || held->state != CONNECTION_HOLD ||
		active->state != CONNECTION_CONNECTED || held->line->phone != active->line->phone)
		return CALL_BAD_STATE;
	if (call_members(held->call) >= CONFERENCE_PARTIES ||
		call_members(active->call) >= CONFERENCE_PARTIES)
		return CALL_TOO_MANY;
	if (first == NULL || second == NULL)
		return CALL_BAD_STATE;
	if (first->dn == second->dn)
		return CALL_SAME_DEVICE;
	return connection_can_mix(active) ? CALL_OK : CALL_NO_MIXER;
}

enum call_result connections_check_conference(
	const struct connection *held, const struct connection *active)
{
	return connections_are_exchanged(held, active) ? check_conference(active, held)
						       : check_conference(held, active);
}

// The device's two connections: the one that is connected, with its phone's audio, stands for the
// held one from now on, which leaves with the id of the call that ended. Two devices of one phone
// each keep what they are: the one that is connected is the party from now on.
static void change_places(struct connection *held, struct connection *active)
{
	struct call *call = held->call;

	if (held->dn == active->dn) {
		held->joined_from = active->joined_from;
		active->joined_from = NULL;
	}
	active->outbound = held->outbound;
	TAILQ_REMOVE(&call->connections, active, in_call);
	TAILQ_INSERT_BEFORE(held, active, in_call);
	TAILQ_REMOVE(&call->connections, held, in_call);
	TAILQ_INSERT_TAIL(&call->connections, held, in_call);
}

// Who called whom among the two that the joined call had.
static void added_set(struct call *call, const struct connection *own, struct connection *added)
{
	struct party near = call_party(own->call, own), far = call_party(added->call, added);
	bool calls = added->dn == added->call->calling.dn;

	call->added_calling = calls ? far : near;
	call->added_called = calls ? near : far;
	added->added = true;
}

static void confer(struct connection *held, struct connection *active)
{
	struct call *call = held->call, *other = active->call;
	struct party added = party_of_dn(partner(active)->dn);

	added_set(call, active, partner(active));
	call_merge(call, other, CSTA_CAUSE_CONFERENCE);
	change_places(held, active);
	call_set_mixer(call, active);
	call->party_changes++;
	call_transition(&(struct transition){
		.kind = TRANSITION_CONFERENCED,
		.cause = CSTA_CAUSE_CONFERENCE,
		.subject = active,
		.secondary = held,
		.acting = active->dn,
		.destination = added,
	});
	call_merged(call, other);
}

enum call_result connections_conference(struct connection *held, struct connection *active)
{
	enum call_result result = connections_check_conference(held, active);

	if (result != CALL_OK)
		return result;
	if (connections_are_exchanged(held, active))
		confer(active, held);
	else
		confer(held, active);
	return CALL_OK;
}

// The first party of a call that is not this one, and has not left.
static struct connection *party_but(const struct call *call, const struct connection *but)
{
	struct connection *connection;

	TAILQ_FOREACH (connection, &call->connections, in_call) {
		if (connection != but && !connection->onlooker &&
			connection->state != CONNECTION_NULL)
			return connection;
	}
	return NULL;
}

// Of two who talk in a call one is the calling and one the called party, in the places they had.
static void pair_up(struct call *call, const struct connection *one, const struct connection *two)
{
	const struct connection *calls =
		one->dn == call->called.dn || two->dn == call->calling.dn ? two : one;
	struct party calling = call_party(call, calls);

	call->called = call_party(call, calls == one ? two : one);
	call->calling = calling;
	// Who diverted the third party, or their own call before, is of no concern any more.
	call->redirecting = (struct party){ 0 };
	call->party_changes++;
}

enum call_result connection_check_join(const struct connection *connection)
{
	const struct call *call = connection->call;
	enum call_result result = connection_check_talk(connection);

	if (result != CALL_OK)
		return result;
	if (call_members(call) >= CONFERENCE_PARTIES)
		return CALL_TOO_MANY;
	if (!connection_can_mix(connection))
		return CALL_NO_MIXER;
	// One is enough: each device that the call is brought to has its connection when that of
	// the one before is gone.
	return pool_is_full(&call->engine->connections) ? CALL_NO_MEMORY : CALL_OK;
}

enum call_result connection_join(struct connection *connection, const char *number)
{
	struct call *call = connection->call;
	struct party to = party_of(call->engine, number);
	enum call_result result = connection_check_target(connection, number);

	if (result == CALL_OK)
		result = connection_check_join(connection);
	if (result != CALL_OK)
		return result;
	if (call->redirecting.number[0] != '\0')
		pair_up(call, connection, connection_peer(connection));
	call->added_calling = call_party(call, connection);
	call->added_called = to;
	call_set_mixer(call, connection);
	call->redirections = 0;
	call_offer(call, &to, CSTA_CAUSE_SINGLE_STEP_CONFERENCE);
	return CALL_OK;
}

void connection_joined(struct connection *connection)
{
	struct call *call = connection->call;

	if (!call_is_conference(call))
		return;
	call->party_changes++;
	call_transition(&(struct transition){
		.kind = TRANSITION_CONFERENCED,
		.cause = CSTA_CAUSE_SINGLE_STEP_CONFERENCE,
		.subject = call->mixer,
		.acting = call->mixer->dn,
		.destination = party_of_dn(connection->dn),
	});
}

static struct connection *last_but(const struct call *call, const struct connection *mixer)
{
	struct connection *connection;

	TAILQ_FOREACH_REVERSE(connection, &call->connections, connections, in_call)
	{
		if (connection != mixer && !connection->onlooker)
			return connection;
	}
	return NULL;
}

enum call_result conference_remove_last(struct connection *mixer)
{
	struct call *call = mixer->call;

	if (call->mixer != mixer)
		return CALL_BAD_STATE;
	return connection_drop(last_but(call, mixer), mixer->dn, CSTA_CAUSE_NORMAL_CLEARING);
}

// The third party and one of the others are left: the call is that in which it was reached, also at
// their phones. While it rings it is the called one, of whoever is left, and who diverted the call
// to it is still named.
static void added_stays(struct call *call, struct connection *other, struct connection *added)
{
	call->called = call->added_called;
	call->calling = call->added_calling;
	if (added->state == CONNECTION_ALERTING)
		call->calling = call_party(call, other);
	else
		pair_up(call, other, added);
	other->outbound = call->calling.dn == other->dn;
	added->outbound = !other->outbound;
	added->added = false;
	call->party_changes++;
}

void conference_shrunk(struct call *call)
{
	struct connection *one, *two;

	if (call->mixer == NULL || call_members(call) >= CONFERENCE_PARTIES)
		return;
	call_set_mixer(call, NULL);
	if (call_members(call) != 2)
		return;
	one = party_but(call, NULL);
	two = party_but(call, one);
	if (two->added)
		added_stays(call, one, two);
	else
		pair_up(call, one, two);
}
