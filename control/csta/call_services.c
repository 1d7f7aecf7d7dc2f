// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Call control services. The requests' devices, connections and moments are checked already.
#include "control/csta/service.h"

// The connection's own state fits (the table of services): what else may be wrong with the moment.
static enum refusal result_of(enum call_result result)
{
	return refusal_of_result(result, REFUSED_OBJECT_STATE, REFUSED_OUT_OF_SERVICE);
}

static bool is_to_prompt(const struct csta_make_call *make_call)
{
	return make_call->has.auto_originate &&
	       make_call->auto_originate == CSTA_AUTO_ORIGINATE_PROMPT;
}

// Clients of the basic mode are not to prompt.
enum refusal values_make_call(const struct request *request)
{
	bool basic = request->engine->config->voice_service.cti_basic_mode;

	return basic && is_to_prompt(&request->msg->body.make_call) ? REFUSED_PARAMETER
								    : REFUSED_NOT;
}

// Without autoOriginate the phone goes off hook by itself, as with doNotPrompt. Once it is off
// hook, or rings for its user, the request has succeeded; all else is told by events.
enum refusal serve_make_call(struct request *request)
{
	struct csta_make_call_response *answer = &request->answer->body.make_call_response;
	bool prompt = is_to_prompt(&request->msg->body.make_call);
	const char *number = request->number;
	struct connection *connection;
	enum call_result result;

	result = prompt ? call_prompt(request->dn, number, &connection)
			: call_originate(
				  request->engine, request->dn, CSTA_CAUSE_MAKE_CALL, &connection);
	if (result != CALL_OK)
		return refusal_of_result(
			result, REFUSED_CALLING_STATE, REFUSED_CALLING_OUT_OF_SERVICE);
	csta_connection_set(&answer->connection, connection->call->id, request->device);
	answer->has.gcid = linkage_fill(connection->call, answer->gcid);
	if (number[0] != '\0' && !prompt)
		connection_dial(connection, number);
	return REFUSED_NOT;
}

enum refusal serve_answer_call(struct request *request)
{
	return result_of(connection_answer(request->connection));
}

enum refusal serve_clear_connection(struct request *request)
{
	return result_of(connection_clear(request->connection, CSTA_CAUSE_NORMAL_CLEARING));
}

enum refusal serve_hold_call(struct request *request)
{
	return result_of(connection_hold(request->connection, CSTA_CAUSE_NORMAL));
}

enum refusal serve_retrieve_call(struct request *request)
{
	return result_of(connection_retrieve(request->connection, CSTA_CAUSE_NORMAL));
}

enum refusal serve_clear_call(struct request *request)
{
	call_clear(request->connection->call, request->dn, CSTA_CAUSE_NORMAL_CLEARING);
	return REFUSED_NOT;
}

// --- calls that go to somebody else --------------------------------------------------------------

// Those who stay, with their connections before and after.
static void list_fill(struct csta_connection_item_list *list, const struct request *request,
	const struct connection *leaving, const char *now)
{
	struct viewer viewer = viewer_of_request(request);
	const struct connection *c;

	TAILQ_FOREACH (c, &leaving->call->connections, in_call) {
		if (c != leaving && !c->onlooker)
			connection_list_add(list, &viewer, c, now, c->call->id);
	}
}

static void id_fill(
	struct csta_connection *id, const struct request *request, const char *call, struct dn *dn)
{
	struct viewer viewer = viewer_of_request(request);
	char device[CSTA_DEVICE_SIZE];

	device_write(request->engine, &viewer, dn, "", device);
	csta_connection_set(id, call, device);
}

enum refusal serve_deflect_call(struct request *request)
{
	return result_of(connection_deflect(request->connection, request->number));
}

// The answer names the connection to the device that the call goes to, and who stays in it.
enum refusal serve_single_step_transfer_call(struct request *request)
{
	struct csta_single_step_transfer_call_response *answer =
		&request->answer->body.single_step_transfer_call_response;
	struct connection *connection = request->connection;

	answer->has.connections = true;
	list_fill(&answer->connections, request, connection, connection->call->id);
	id_fill(&answer->connection, request, connection->call->id,
		dn_find(request->engine, request->number));
	answer->has.linkages = linkages_fill(connection->call, connection->call, &answer->linkages);
	return result_of(connection_transfer_single_step(connection, request->number));
}

enum refusal serve_transfer_call(struct request *request)
{
	struct csta_transfer_call_response *answer = &request->answer->body.transfer_call_response;
	struct connection *held = request->held, *active = request->connection;
	const struct connection *joins = connection_peer(active);

	answer->has.connections = true;
	list_fill(&answer->connections, request, held, held->call->id);
	list_fill(&answer->connections, request, active, held->call->id);
	if (joins != NULL)
		id_fill(&answer->connection, request, held->call->id, joins->dn);
	answer->has.linkages = linkages_fill(held->call, active->call, &answer->linkages);
	return result_of(connections_transfer(held, active));
}

enum refusal serve_conference_call(struct request *request)
{
	struct csta_conference_call_response *answer =
		&request->answer->body.conference_call_response;
	struct connection *held = request->held, *active = request->connection;
	struct viewer viewer = viewer_of_request(request);
	const char *id = held->call->id;

	csta_connection_set(&answer->connection, id, request->device);
	answer->has.connections = true;
	connection_list_add(&answer->connections, &viewer, held, id, id);
	list_fill(&answer->connections, request, held, id);
	list_fill(&answer->connections, request, active, id);
	answer->has.linkages = linkages_fill(held->call, active->call, &answer->linkages);
	return result_of(connections_conference(held, active));
}

// The device that is called in takes part like all others, or not at all.
enum refusal values_single_step_conference_call(const struct request *request)
{
	const struct csta_single_step_conference_call *join =
		&request->msg->body.single_step_conference_call;

	return join->has.participation && join->participation != CSTA_PARTICIPATION_ACTIVE
		       ? REFUSED_PARAMETER
		       : REFUSED_NOT;
}

enum refusal serve_single_step_conference_call(struct request *request)
{
	struct csta_single_step_conference_call_response *answer =
		&request->answer->body.single_step_conference_call_response;
	struct connection *connection = request->connection;

	id_fill(&answer->connection, request, connection->call->id,
		dn_find(request->engine, request->number));
	answer->has.linkages = linkages_fill(connection->call, connection->call, &answer->linkages);
	return result_of(connection_join(connection, request->number));
}

// --- two calls of one device ---------------------------------------------------------------------

// What becomes of a consultation is not restricted beforehand.
static enum refusal check_options(bool given, enum csta_consult_options options)
{
	return given && options != CSTA_CONSULT_UNRESTRICTED ? REFUSED_PARAMETER : REFUSED_NOT;
}

enum refusal values_consultation_call(const struct request *request)
{
	const struct csta_consultation_call *consult = &request->msg->body.consultation_call;

	return check_options(consult->has.consult_options, consult->consult_options);
}

// Without a number the user dials.
enum refusal serve_consultation_call(struct request *request)
{
	struct csta_consultation_call_response *answer =
		&request->answer->body.consultation_call_response;
	const char *number = request->number[0] != '\0' ? request->number : NULL;
	struct connection *consultation;
	enum refusal refusal =
		result_of(connection_consult(request->connection, number, &consultation));

	if (refusal != REFUSED_NOT)
		return refusal;
	csta_connection_set(&answer->connection, consultation->call->id, request->device);
	answer->has.gcid = linkage_fill(consultation->call, answer->gcid);
	return REFUSED_NOT;
}

enum refusal values_alternate_call(const struct request *request)
{
	const struct csta_alternate_call *alternate = &request->msg->body.alternate_call;

	return check_options(alternate->has.consult_options, alternate->consult_options);
}

enum refusal serve_alternate_call(struct request *request)
{
	return result_of(connections_alternate(request->held, request->connection));
}

enum refusal serve_reconnect_call(struct request *request)
{
	return result_of(connections_reconnect(request->held, request->connection));
}
