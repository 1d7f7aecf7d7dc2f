// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What keys and CSTA services ask of the model: originate, answer, clear, hold, retrieve.
#include "control/call/model.h"
#include "control/phone/phone.h"

static enum call_result change(
	struct connection *subject, enum transition_kind kind, enum csta_cause cause)
{
	return call_transition(&(struct transition){
		.kind = kind,
		.cause = cause,
		.subject = subject,
		.acting = subject->dn,
	});
}

static struct connection *line_active(struct line *line)
{
	struct connection *connection;

	TAILQ_FOREACH (connection, &line->dn->connections, at_dn) {
		if (connection->line == line && connection_is_active(connection))
			return connection;
	}
	return NULL;
}

struct connection *phone_active(struct phone *phone)
{
	for (unsigned i = 0; i < phone->line_count; i++) {
		struct connection *active = line_active(&phone->lines[i]);

		if (active != NULL)
			return active;
	}
	return NULL;
}

// It dials or hears a failure tone: nothing is lost when it is cleared to make room.
static bool is_idling(const struct connection *connection)
{
	return connection->state != CONNECTION_CONNECTED ||
	       connection->call->failure != CSTA_CAUSE_NONE;
}

// It can be held or ended for the sake of another call.
static bool is_giving_way(const struct connection *active)
{
	return connection_is_talking(active) || is_idling(active);
}

struct connection *line_fresh(const struct line *line)
{
	struct connection *active = phone_active(line->phone);
	bool fresh = active != NULL && active->line == line &&
		     active->state == CONNECTION_INITIATED && active->digits[0] == '\0' &&
		     active->purpose != DIAL_FORWARD && active->purpose != DIAL_BLIND_TRANSFER;

	return fresh ? active : NULL;
}

bool line_leaves_channel(const struct line *line)
{
	const struct connection *active = phone_active(line->phone);

	return active != NULL && active->dn == line->dn && connection_takes_channel(active) &&
	       is_idling(active);
}

enum call_result line_check_way(const struct line *line)
{
	const struct connection *active = phone_active(line->phone);

	return active == NULL || is_giving_way(active) ? CALL_OK : CALL_BAD_STATE;
}

void line_make_way(struct line *line)
{
	struct connection *active = phone_active(line->phone);

	if (active == NULL)
		return;
	if (connection_is_talking(active))
		connection_hold(active, CSTA_CAUSE_NORMAL);
	else
		connection_clear(active, CSTA_CAUSE_NORMAL_CLEARING);
}

enum call_result line_check_open(const struct line *line, enum dial_purpose purpose)
{
	const struct engine *engine = line->dn->engine;

	if (purpose != DIAL_BLIND_TRANSFER && !dn_has_channel(line->dn))
		return CALL_NO_LINE;
	return pool_is_full(&engine->calls) || pool_is_full(&engine->connections) ? CALL_NO_MEMORY
										  : CALL_OK;
}

enum call_result line_open(struct line *line, enum dial_purpose purpose, struct connection **out)
{
	enum call_result result = line_check_open(line, purpose);
	struct call *call;

	if (result != CALL_OK)
		return result;
	call = call_new(line->dn->engine);
	if (call == NULL)
		return CALL_NO_MEMORY;
	call->calling = party_of_dn(line->dn);
	*out = connection_add(call, line->dn, false);
	if (*out == NULL) {
		call_release(call);
		return CALL_NO_MEMORY;
	}
	(*out)->outbound = true;
	(*out)->purpose = (uint8_t)purpose;
	return CALL_OK;
}

void connection_initiate(struct connection *connection, struct line *line, enum csta_cause cause)
{
	connection->line = line;
	change(connection, TRANSITION_SERVICE_INITIATED, cause);
	connection_arm(connection, TIMER_INTERDIGIT);
}

static enum call_result check_originate(const struct line *line)
{
	enum call_result result = line_check_way(line);

	if (!phone_is_registered(line->phone))
		return CALL_OUT_OF_SERVICE;
	if (line_fresh(line) != NULL || line_leaves_channel(line))
		return CALL_OK;
	return result == CALL_OK ? line_check_open(line, DIAL_CALL) : result;
}

enum call_result line_originate(struct line *line, enum csta_cause cause, struct connection **out)
{
	struct connection *fresh = line_fresh(line);
	enum call_result result = check_originate(line);

	if (result != CALL_OK)
		return result;
	if (fresh != NULL) {
		*out = fresh;
		return CALL_OK;
	}
	if (line_leaves_channel(line))
		line_make_way(line);
	result = line_open(line, DIAL_CALL, out);
	if (result != CALL_OK)
		return result;
	line_make_way(line);
	connection_initiate(*out, line, cause);
	return CALL_OK;
}

enum call_result call_originate(
	struct engine *engine, struct dn *dn, enum csta_cause cause, struct connection **out)
{
	struct line *line = dn_dialling_line(dn);

	(void)engine;
	return line == NULL ? CALL_OUT_OF_SERVICE : line_originate(line, cause, out);
}

enum call_result connection_check_answer_at(
	const struct connection *connection, const struct line *line)
{
	const struct connection *active = phone_active(line->phone);

	if (!connection_rings(connection))
		return CALL_BAD_STATE;
	if (!phone_is_registered(line->phone))
		return CALL_OUT_OF_SERVICE;
	// A phone that called its own second line cannot talk with itself.
	return active != NULL && active->call == connection->call ? CALL_BAD_STATE : CALL_OK;
}

enum call_result connection_answer_at(struct connection *connection, struct line *line)
{
	enum call_result result = connection_check_answer_at(connection, line);

	if (result != CALL_OK)
		return result;
	connection->call->engine->answering = connection;
	line_make_way(line);
	connection->call->engine->answering = NULL;
	if (connection->prompted)
		return connection_proceed(connection, line);
	connection->line = line;
	result = change(connection, TRANSITION_ESTABLISHED, (enum csta_cause)connection->cause);
	connection_joined(connection);
	return result;
}

enum call_result connection_check_answer(const struct connection *connection)
{
	const struct line *line = dn_client_line(connection->dn);

	return line == NULL ? CALL_OUT_OF_SERVICE : connection_check_answer_at(connection, line);
}

enum call_result connection_answer(struct connection *connection)
{
	struct line *line = dn_client_line(connection->dn);

	return line == NULL ? CALL_OUT_OF_SERVICE : connection_answer_at(connection, line);
}

enum call_result connection_check_talk(const struct connection *connection)
{
	return connection->state == CONNECTION_CONNECTED && connection_is_talking(connection)
		       ? CALL_OK
		       : CALL_BAD_STATE;
}

enum call_result connection_hold(struct connection *connection, enum csta_cause cause)
{
	enum call_result result = connection_check_talk(connection);

	return result == CALL_OK ? change(connection, TRANSITION_HELD, cause) : result;
}

enum call_result connection_check_retrieve_at(const struct connection *connection,
	const struct line *line, const struct connection *leaving)
{
	const struct connection *active = phone_active(line->phone);

	if (connection->state != CONNECTION_HOLD)
		return CALL_BAD_STATE;
	// Another phone of a shared line may not be able to go on mixing.
	if (connection->call->mixer == connection && !line->phone->mixes)
		return CALL_NO_MIXER;
	return active == leaving ? CALL_OK : line_check_way(line);
}

enum call_result connection_retrieve_at(
	struct connection *connection, struct line *line, enum csta_cause cause)
{
	enum call_result result = connection_check_retrieve_at(connection, line, NULL);

	if (result != CALL_OK)
		return result;
	line_make_way(line);
	connection->line = line;
	result = change(connection, TRANSITION_RETRIEVED, cause);
	// Its far end could not be reached meanwhile: the tone is not for ever.
	if (connection->call->failure != CSTA_CAUSE_NONE)
		connection_arm(connection, TIMER_CUT);
	return result;
}

enum call_result connection_check_retrieve(const struct connection *connection)
{
	if (connection->state != CONNECTION_HOLD)
		return CALL_BAD_STATE;
	return connection_check_retrieve_at(connection, connection->line, NULL);
}

enum call_result connection_retrieve(struct connection *connection, enum csta_cause cause)
{
	if (connection->state != CONNECTION_HOLD)
		return CALL_BAD_STATE;
	return connection_retrieve_at(connection, connection->line, cause);
}

static struct connection *call_member(struct call *call)
{
	struct connection *connection;

	TAILQ_FOREACH (connection, &call->connections, in_call) {
		if (!connection->onlooker)
			return connection;
	}
	return NULL;
}

static void drop(struct connection *connection, struct dn *releasing, enum csta_cause cause)
{
	call_transition(&(struct transition){
		.kind = TRANSITION_CONNECTION_CLEARED,
		.cause = cause,
		.subject = connection,
		.acting = releasing,
	});
}

enum call_result connection_drop(
	struct connection *connection, struct dn *releasing, enum csta_cause cause)
{
	const struct connection *peer = connection_peer(connection);
	struct call *call = connection->call;
	bool last_two = call_members(call) <= 2;

	if (last_two && peer != NULL && peer->state == CONNECTION_ALERTING &&
		cause == CSTA_CAUSE_NORMAL_CLEARING)
		cause = CSTA_CAUSE_CALL_CANCELLED;
	call->ending = last_two || (call->mixer == connection && call_is_conference(call));
	drop(connection, releasing, cause);
	while (call->ending && (connection = call_member(call)) != NULL)
		drop(connection, releasing, cause);
	call_release(call);
	return CALL_OK;
}

enum call_result connection_check_clear(const struct connection *connection)
{
	return connection->state == CONNECTION_NULL ? CALL_BAD_STATE : CALL_OK;
}

enum call_result connection_clear(struct connection *connection, enum csta_cause cause)
{
	if (connection_check_clear(connection) != CALL_OK)
		return CALL_BAD_STATE;
	if (connection->state != CONNECTION_ALERTING)
		return connection_drop(connection, connection->dn, cause);
	if (cause == CSTA_CAUSE_NORMAL_CLEARING)
		cause = CSTA_CAUSE_BUSY;
	connection_give_up(connection, cause);
	return CALL_OK;
}

void call_clear(struct call *call, struct dn *releasing, enum csta_cause cause)
{
	struct connection *own = call_connection_or_failed(call, releasing);

	call->ending = true;
	if (own != NULL)
		drop(own, releasing, cause);
	while ((own = call_member(call)) != NULL)
		drop(own, releasing, cause);
	call_release(call);
}

// Anything but ringing that is handled at this line.
static struct connection *line_involved(struct line *line)
{
	struct connection *connection;

	TAILQ_FOREACH (connection, &line->dn->connections, at_dn) {
		if (connection->line == line)
			return connection;
	}
	return NULL;
}

// Who goes on with this held connection at another phone of its line's DN, or NULL. A conference
// that nobody can mix any more could not be resumed.
static struct line *heir_of(const struct connection *connection)
{
	if (connection->state != CONNECTION_HOLD)
		return NULL;
	return connection->call->mixer == connection ? dn_mixing_line(connection->dn)
						     : dn_line(connection->dn);
}

static struct connection *dn_ringing(struct dn *dn)
{
	struct connection *connection;

	TAILQ_FOREACH (connection, &dn->connections, at_dn) {
		if (connection_rings(connection))
			return connection;
	}
	return NULL;
}

void calls_line_lost(struct line *line)
{
	struct connection *connection;
	struct line *heir;

	// Each round ends one connection, or leaves it to those who have the DN too: a held call
	// can be resumed by any of them.
	while ((connection = line_involved(line)) != NULL) {
		heir = heir_of(connection);
		if (heir == NULL) {
			connection_clear(connection, CSTA_CAUSE_DEST_OUT_OF_ORDER);
			continue;
		}
		connection->line = heir;
		call_show(connection->call);
	}
	while (!dn_has_phone(line->dn) && (connection = dn_ringing(line->dn)) != NULL)
		connection_clear(connection, CSTA_CAUSE_DEST_OUT_OF_ORDER);
}
