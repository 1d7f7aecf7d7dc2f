// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A party leaves its place in a call to somebody else: deflection before it answered, transfer
// after (ECMA-269, Deflect Call, Single Step Transfer Call, Transfer Call).
#include "control/call/model.h"

// Where a party that takes no part yet may be sent to.
static enum call_result check_target(struct call *call, const struct party *to)
{
	if (to->dn == NULL)
		return CALL_BAD_NUMBER;
	return call_connection(call, to->dn) != NULL ? CALL_SAME_DEVICE : CALL_OK;
}

enum call_result connection_check_target(const struct connection *connection, const char *number)
{
	struct party to = party_of(connection->call->engine, number);

	return check_target(connection->call, &to);
}

enum call_result connection_check_deflect(const struct connection *connection)
{
	if (connection->state != CONNECTION_ALERTING)
		return CALL_BAD_STATE;
	return call_may_divert(connection->call) ? CALL_OK : CALL_LOOP;
}

enum call_result connection_deflect(struct connection *connection, const char *number)
{
	struct call *call = connection->call;
	struct party to = party_of(call->engine, number);
	enum call_result result = check_target(call, &to);

	if (result == CALL_OK)
		result = connection_check_deflect(connection);
	if (result != CALL_OK)
		return result;
	connection_divert(connection, &to, CSTA_CAUSE_REDIRECTED);
	call_offer(call, &to, CSTA_CAUSE_REDIRECTED);
	return CALL_OK;
}

struct party call_party(const struct call *call, const struct connection *connection)
{
	if (connection->dn == call->calling.dn)
		return call->calling;
	return connection->dn == call->called.dn ? call->called : party_of_dn(connection->dn);
}

// The one other party of a call that can be transferred: of two parties, neither of which waits in
// vain. NULL: there is none.
static struct connection *transferee(const struct connection *connection)
{
	if (call_members(connection->call) != 2 || connection->call->failure != CSTA_CAUSE_NONE)
		return NULL;
	return connection_peer(connection);
}

static enum call_result check_single_step(const struct connection *connection)
{
	const struct connection *stays = transferee(connection);

	return connection_is_up(connection) && stays != NULL && connection_is_up(stays)
		       ? CALL_OK
		       : CALL_BAD_STATE;
}

// Whoever is left to wait for an answer calls from now on, also at its phone.
static void single_step(struct connection *connection, const struct party *to)
{
	struct connection *stays = transferee(connection);
	struct call *call = connection->call;

	stays->outbound = true;
	call->calling = call_party(call, stays);
	call->called = *to;
	call->redirecting = (struct party){ 0 };
	call->redirections = 0;
	call->party_changes++;
	call_transition(&(struct transition){
		.kind = TRANSITION_TRANSFERRED,
		.cause = CSTA_CAUSE_SINGLE_STEP_TRANSFER,
		.subject = connection,
		.acting = connection->dn,
		.destination = *to,
	});
	call_offer(call, to, CSTA_CAUSE_SINGLE_STEP_TRANSFER);
}

enum call_result connection_check_transfer_single_step(const struct connection *connection)
{
	return connection->state == CONNECTION_CONNECTED ? check_single_step(connection)
							 : CALL_BAD_STATE;
}

enum call_result connection_transfer_single_step(struct connection *connection, const char *number)
{
	struct party to = party_of(connection->call->engine, number);
	enum call_result result = check_target(connection->call, &to);

	if (result == CALL_OK)
		result = connection_check_transfer_single_step(connection);
	if (result == CALL_OK)
		single_step(connection, &to);
	return result;
}

enum call_result transfer_entered(struct connection *connection, const struct party *to)
{
	struct connection *held = connection->consults_for;
	enum call_result result;

	if (held->state != CONNECTION_HOLD || check_single_step(held) != CALL_OK)
		return CALL_BAD_STATE;
	result = check_target(held->call, to);
	if (result != CALL_OK)
		return result;
	connection_clear(connection, CSTA_CAUSE_NORMAL_CLEARING);
	single_step(held, to);
	return CALL_OK;
}

// One of the two calls the other in the call that is left: who was called in its own call keeps how
// it was reached, by whatever number and whoever diverted it.
static void parties_set(
	struct call *call, const struct connection *calls, const struct connection *called)
{
	struct party calling = call_party(calls->call, calls);
	const struct call *from = called->call;

	if (from->calling.dn == called->dn) {
		call->called = from->calling;
		call->redirecting = (struct party){ 0 };
		call->redirections = 0;
	} else {
		call->called = from->called;
		call->redirecting = from->redirecting;
		call->redirections = from->redirections;
		call->first_redirection = from->first_redirection;
		call->last_redirection = from->last_redirection;
	}
	call->calling = calling;
	call->party_changes++;
}

static enum call_result check_transfer(
	const struct connection *held, const struct connection *other)
{
	const struct connection *stays = transferee(held), *joins = transferee(other);

	if (held->call == other->call || !connections_are_together(held, other) ||
		held->state != CONNECTION_HOLD || !connection_is_up(other))
		return CALL_BAD_STATE;
	if (stays == NULL || joins == NULL ||
		(!connection_is_up(stays) && !connection_is_up(joins)))
		return CALL_BAD_STATE;
	return stays->dn == joins->dn ? CALL_SAME_DEVICE : CALL_OK;
}

enum call_result connections_check_transfer(
	const struct connection *held, const struct connection *active)
{
	return connections_are_exchanged(held, active) ? check_transfer(active, held)
						       : check_transfer(held, active);
}

static void transfer(struct connection *primary, struct connection *secondary)
{
	struct call *call = primary->call, *other = secondary->call;
	struct connection *stays = transferee(primary), *joins = transferee(secondary);
	struct connection *calls = connection_is_up(stays) ? stays : joins;
	struct connection *called = calls == stays ? joins : stays;
	struct party to = call_party(other, joins);

	calls->outbound |= !connection_is_up(called);
	parties_set(call, calls, called);
	call_merge(call, other, CSTA_CAUSE_TRANSFER);
	call_transition(&(struct transition){
		.kind = TRANSITION_TRANSFERRED,
		.cause = CSTA_CAUSE_TRANSFER,
		.subject = primary,
		.secondary = secondary,
		.acting = primary->dn,
		.destination = to,
	});
	call_merged(call, other);
}

enum call_result connections_transfer(struct connection *primary, struct connection *secondary)
{
	enum call_result result = connections_check_transfer(primary, secondary);

	if (result != CALL_OK)
		return result;
	if (connections_are_exchanged(primary, secondary))
		transfer(secondary, primary);
	else
		transfer(primary, secondary);
	return CALL_OK;
}
