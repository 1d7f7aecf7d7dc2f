// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Two calls of one device: consultation, and switching between the two (ECMA-269, Consultation
// Call, Alternate Call, Reconnect Call).
#include "control/call/model.h"
#include "control/phone/phone.h"

bool connections_are_together(const struct connection *a, const struct connection *b)
{
	if (a->onlooker || b->onlooker)
		return false;
	if (a->dn == b->dn)
		return true;
	return a->line != NULL && b->line != NULL && a->line->phone == b->line->phone;
}

bool connections_are_exchanged(const struct connection *held, const struct connection *active)
{
	return held->state == CONNECTION_CONNECTED && active->state == CONNECTION_HOLD;
}

// It is a call like any other from now on.
static void consultation_release(struct connection *consultation)
{
	consultation->consults_for = NULL;
	consultation->purpose = DIAL_CALL;
}

void connection_unlink(struct connection *connection)
{
	if (connection->consultation != NULL)
		consultation_release(connection->consultation);
	if (connection->consults_for != NULL)
		connection->consults_for->consultation = NULL;
	connection->consultation = NULL;
	connection->consults_for = NULL;
}

static void link_up(struct connection *existing, struct connection *consultation)
{
	if (existing->consultation != NULL)
		consultation_release(existing->consultation);
	existing->consultation = consultation;
	consultation->consults_for = existing;
}

// Dial tone that is there for this already: by a key of the phone, or an application without a
// number.
static struct connection *consultation_begun(
	const struct connection *existing, const struct line *line)
{
	struct connection *fresh = line_fresh(line);

	return fresh != NULL && fresh->consults_for == existing ? fresh : NULL;
}

static enum call_result check_consult(
	const struct connection *existing, const struct line *line, enum dial_purpose purpose)
{
	// Of a held call some other one of the phone may be in the way.
	enum call_result result = existing->state == CONNECTION_HOLD
					  ? line_check_way(line)
					  : connection_check_talk(existing);

	if (result == CALL_OK && !phone_is_registered(line->phone))
		return CALL_OUT_OF_SERVICE;
	if (result == CALL_OK && line_leaves_channel(line))
		return CALL_OK;
	return result == CALL_OK ? line_check_open(line, purpose) : result;
}

static enum call_result consult(struct connection *existing, struct line *line,
	enum dial_purpose purpose, struct connection **out)
{
	enum call_result result = check_consult(existing, line, purpose);
	struct connection *consultation = consultation_begun(existing, line);

	if (result == CALL_OK && consultation != NULL && purpose != DIAL_BLIND_TRANSFER) {
		consultation->purpose = (uint8_t)purpose;
		*out = consultation;
		return CALL_OK;
	}
	if (result == CALL_OK && line_leaves_channel(line))
		line_make_way(line);
	if (result == CALL_OK)
		result = line_open(line, purpose, &consultation);
	if (result != CALL_OK)
		return result;
	if (existing->state == CONNECTION_HOLD)
		line_make_way(line);
	else
		connection_hold(existing, CSTA_CAUSE_CONSULTATION);
	link_up(existing, consultation);
	connection_initiate(consultation, line, CSTA_CAUSE_CONSULTATION);
	*out = consultation;
	return CALL_OK;
}

enum call_result connection_consult_at(
	struct connection *existing, struct line *line, struct connection **out)
{
	return consult(existing, line, DIAL_CALL, out);
}

enum call_result connection_begin_transfer(struct connection *existing, struct line *line)
{
	bool blind = line == NULL ||
		     config_transfers_blind(existing->dn->engine->config, existing->dn->config);
	struct connection *consultation;

	return blind ? consult(existing, existing->line, DIAL_BLIND_TRANSFER, &consultation)
		     : consult(existing, line, DIAL_TRANSFER, &consultation);
}

enum call_result connection_check_consult(const struct connection *existing)
{
	return existing->line == NULL ? CALL_BAD_STATE
				      : check_consult(existing, existing->line, DIAL_CALL);
}

enum call_result connection_consult(
	struct connection *existing, const char *number, struct connection **out)
{
	enum call_result result;

	if (existing->line == NULL)
		return CALL_BAD_STATE;
	result = connection_consult_at(existing, existing->line, out);
	if (result == CALL_OK && number != NULL)
		connection_dial(*out, number);
	return result;
}

static bool are_two_calls(const struct connection *a, const struct connection *b)
{
	return a->call != b->call && connections_are_together(a, b);
}

// Where the held call goes on: at the phone of the other one, of a shared line too.
static struct line *line_of_both(const struct connection *held, const struct connection *other)
{
	return held->dn == other->dn && other->line != NULL ? other->line : held->line;
}

enum call_result connections_check_alternate(
	const struct connection *held, const struct connection *active)
{
	const struct line *line = line_of_both(held, active);
	enum call_result result;

	if (!are_two_calls(held, active) || line == NULL)
		return CALL_BAD_STATE;
	result = held->state == CONNECTION_ALERTING
			 ? connection_check_answer_at(held, line)
			 : connection_check_retrieve_at(held, line, active);
	return result == CALL_OK ? connection_check_talk(active) : result;
}

enum call_result connections_alternate(struct connection *held, struct connection *active)
{
	struct line *line = line_of_both(held, active);
	enum call_result result = connections_check_alternate(held, active);

	if (result != CALL_OK)
		return result;
	held->call->engine->answering = held;
	connection_hold(active, CSTA_CAUSE_ALTERNATE);
	held->call->engine->answering = NULL;
	return held->state == CONNECTION_ALERTING
		       ? connection_answer_at(held, line)
		       : connection_retrieve_at(held, line, CSTA_CAUSE_ALTERNATE);
}

enum call_result connections_check_reconnect(
	const struct connection *held, const struct connection *active)
{
	if (!are_two_calls(held, active) || active->state == CONNECTION_HOLD ||
		held->state != CONNECTION_HOLD)
		return CALL_BAD_STATE;
	return connection_check_retrieve_at(held, line_of_both(held, active), active);
}

enum call_result connections_reconnect(struct connection *held, struct connection *active)
{
	struct line *line = line_of_both(held, active);
	enum call_result result = connections_check_reconnect(held, active);

	if (result != CALL_OK)
		return result;
	connection_clear(active, CSTA_CAUSE_NORMAL_CLEARING);
	return connection_retrieve_at(held, line, CSTA_CAUSE_NORMAL);
}
