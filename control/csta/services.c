// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// From a request to its answer: known service, values, devices, permission, call, connection, the
// moment, then the service's own handler, which has nothing left to refuse but what the tables of
// the engine have no room for. The first check that fails decides. What is said to be permitted
// comes from the same checks.
#include "control/csta/service.h"

#include <stddef.h>

#include "control/csta/session.h"
#include "control/vty/debug.h"

// What is said of a ConnectionID that names no connection, by what it is in its request.
enum meant { MEANT_ONE, MEANT_ACTIVE, MEANT_HELD };

static const struct words {
	enum refusal no_device;
	enum refusal foreign; // the device lacks `cti watch`
	enum refusal no_call;
	enum refusal no_connection; // the device has no part in the call
} words[] = {
	[MEANT_ONE] = { REFUSED_DEVICE, REFUSED_PRIVILEGE, REFUSED_CALL, REFUSED_CONNECTION },
	[MEANT_ACTIVE] = { REFUSED_ACTIVE_DEVICE, REFUSED_ACTIVE_PRIVILEGE, REFUSED_ACTIVE_CALL,
		REFUSED_ACTIVE_CONNECTION },
	[MEANT_HELD] = { REFUSED_HELD_DEVICE, REFUSED_HELD_PRIVILEGE, REFUSED_HELD_CALL,
		REFUSED_HELD_CONNECTION },
};

// A ConnectionID of a request, and the connection states in which its service may be asked for
// (ECMA-269, call control services, "initial state").
struct connection_field {
	uint16_t at; // where in struct csta_msg; 0: there is none
	uint8_t meant;
	// The states, as a set. A ConnectionID without a call means the one connection of its
	// device that is in one of them.
	uint8_t fitting;
	enum refusal none;  // without a call, and the device has none of those
	enum refusal state; // the connection is in another state
};

// Beside the states: initiated, with a user who is asked to lift the handset.
enum { CONNECTION_PROMPTED = CONNECTION_FAIL + 1 };

// Whom a call is to go to.
enum destination_kind {
	TO_ANYBODY,
	TO_ANOTHER,  // than the device that asks
	TO_NEWCOMER, // who takes no part in the call yet
};

struct destination_field {
	uint16_t at; // where in struct csta_msg; 0: there is none
	enum destination_kind kind;
	enum refusal unknown;
	bool may_lack; // the user dials
};

struct service {
	enum csta_type type;
	enum csta_services_bit feature; // of GetCSTAFeatures
	enum refusal (*serve)(struct request *request);
	// What is wrong with the values of the request that name nobody; NULL: nothing can be.
	enum refusal (*values)(const struct request *request);
	// Where the request has its device in struct csta_msg, 0: nowhere, and what is said of it.
	uint16_t device;
	enum refusal no_device;
	enum refusal foreign;
	struct destination_field destination;
	struct connection_field connection;
	struct connection_field held;
	bool exchanges; // who mistakes the active call for the held one is understood
	// Whether the moment is right, of connections whose states fit; of two the held one first.
	enum call_result (*check)(const struct connection *connection);
	enum call_result (*check_two)(
		const struct connection *held, const struct connection *active);
	struct csta_permitted permitted; // the service's own bit there
};

#define IN(state) (uint8_t)(1u << CONNECTION_##state)
#define PROMPTED (uint8_t)(1u << CONNECTION_PROMPTED)
#define AT(member) offsetof(struct csta_msg, body.member)
#define OF_DEVICE(member) \
	.device = AT(member), .no_device = REFUSED_DEVICE, .foreign = REFUSED_PRIVILEGE
#define TO(kind, member, unknown) .destination = { AT(member), kind, unknown, false }
#define TO_OR_DIALLED(kind, member, unknown) .destination = { AT(member), kind, unknown, true }
#define PERMITTED(name) .permitted = { .call_control = CSTA_BIT(CSTA_PERMITTED_##name) }
#define PERMITTED_ASSOCIATED(name) \
	.permitted = { .call_associated = CSTA_BIT(CSTA_PERMITTED_##name) }
#define ONE(member, fitting, none, state) \
	.connection = { AT(member), MEANT_ONE, fitting, none, state }
#define ACTIVE(member, fitting) \
	.connection = { AT(member), MEANT_ACTIVE, fitting, REFUSED_NO_ACTIVE_CALL, \
		REFUSED_ACTIVE_STATE }
#define HELD(member, fitting) \
	.held = { AT(member), MEANT_HELD, fitting, REFUSED_NO_HELD_CALL, REFUSED_HELD_STATE }

static const struct service services[] = {
	{ CSTA_GET_CSTA_FEATURES, CSTA_SERVICE_GET_CSTA_FEATURES, serve_get_csta_features },
	{ CSTA_GET_LOGICAL_DEVICE_INFORMATION, CSTA_SERVICE_GET_LOGICAL_DEVICE,
		serve_get_logical_device_information,
		OF_DEVICE(get_logical_device_information.device) },
	{ CSTA_GET_PHYSICAL_DEVICE_INFORMATION, CSTA_SERVICE_GET_PHYSICAL_DEVICE,
		serve_get_physical_device_information,
		OF_DEVICE(get_physical_device_information.device) },
	{ CSTA_GET_SWITCHING_FUNCTION_CAPABILITIES, CSTA_SERVICE_GET_CAPS,
		serve_get_switching_function_capabilities },
	{ CSTA_GET_SWITCHING_FUNCTION_DEVICES, CSTA_SERVICE_GET_DEVICES,
		serve_get_switching_function_devices },
	{ CSTA_REQUEST_SYSTEM_STATUS, CSTA_SERVICE_REQUEST_SYSTEM_STATUS,
		serve_request_system_status },
	{ CSTA_SYSTEM_STATUS, CSTA_SERVICE_SYSTEM_STATUS, serve_system_status },
	{ CSTA_SYSTEM_REGISTER, CSTA_SERVICE_SYSTEM_REGISTER, serve_system_register },
	{ CSTA_SYSTEM_REGISTER_CANCEL, CSTA_SERVICE_SYSTEM_REGISTER_CANCEL,
		serve_system_register_cancel },
	{ CSTA_MONITOR_START, CSTA_SERVICE_MONITOR_START, serve_monitor_start },
	{ CSTA_MONITOR_STOP, CSTA_SERVICE_MONITOR_STOP, serve_monitor_stop },
	{ CSTA_CHANGE_MONITOR_FILTER, CSTA_SERVICE_CHANGE_FILTER, serve_change_monitor_filter },
	{ CSTA_SNAPSHOT_DEVICE, CSTA_SERVICE_SNAPSHOT_DEVICE, serve_snapshot_device,
		OF_DEVICE(snapshot_device.device) },
	{ CSTA_SNAPSHOT_CALL, CSTA_SERVICE_SNAPSHOT_CALL, serve_snapshot_call },
	{ CSTA_MAKE_CALL, CSTA_SERVICE_MAKE_CALL, serve_make_call, values_make_call,
		.device = AT(make_call.calling_device), .no_device = REFUSED_CALLING_DEVICE,
		.foreign = REFUSED_CALLING_PRIVILEGE,
		TO_OR_DIALLED(TO_ANYBODY, make_call.called_number, REFUSED_CALLED_DEVICE) },
	{ CSTA_ANSWER_CALL, CSTA_SERVICE_ANSWER_CALL, serve_answer_call,
		ONE(answer_call.connection, IN(ALERTING) | PROMPTED, REFUSED_NO_CALL_TO_ANSWER,
			REFUSED_NO_CALL_TO_ANSWER),
		.check = connection_check_answer, PERMITTED(ANSWER_CALL) },
	{ CSTA_CLEAR_CONNECTION, CSTA_SERVICE_CLEAR_CONNECTION, serve_clear_connection,
		ONE(clear_connection.connection, (uint8_t)~IN(NULL), REFUSED_NO_CONNECTION_TO_CLEAR,
			REFUSED_NO_CONNECTION_TO_CLEAR),
		.check = connection_check_clear, PERMITTED(CLEAR_CONNECTION) },
	{ CSTA_CLEAR_CALL, CSTA_SERVICE_CLEAR_CALL, serve_clear_call,
		ONE(clear_call.connection, (uint8_t)~IN(NULL), REFUSED_NO_CALL_TO_CLEAR,
			REFUSED_NO_CALL_TO_CLEAR),
		.check = connection_check_clear, PERMITTED(CLEAR_CALL) },
	{ CSTA_HOLD_CALL, CSTA_SERVICE_HOLD_CALL, serve_hold_call,
		ONE(hold_call.connection, IN(CONNECTED), REFUSED_NO_ACTIVE_CALL,
			REFUSED_CONNECTION_STATE),
		.check = connection_check_talk, PERMITTED(HOLD_CALL) },
	{ CSTA_RETRIEVE_CALL, CSTA_SERVICE_RETRIEVE_CALL, serve_retrieve_call,
		ONE(retrieve_call.connection, IN(HOLD), REFUSED_NO_HELD_CALL, REFUSED_NO_HELD_CALL),
		.check = connection_check_retrieve, PERMITTED(RETRIEVE_CALL) },
	{ CSTA_DEFLECT_CALL, CSTA_SERVICE_DEFLECT_CALL, serve_deflect_call,
		ONE(deflect_call.connection, IN(ALERTING), REFUSED_CONNECTION_STATE,
			REFUSED_CONNECTION_STATE),
		TO(TO_NEWCOMER, deflect_call.new_destination, REFUSED_DESTINATION_DEVICE),
		.check = connection_check_deflect, PERMITTED(DEFLECT_CALL) },
	{ CSTA_CONSULTATION_CALL, CSTA_SERVICE_CONSULTATION_CALL, serve_consultation_call,
		values_consultation_call,
		ONE(consultation_call.existing_call, IN(CONNECTED) | IN(HOLD),
			REFUSED_NO_ACTIVE_CALL, REFUSED_CONNECTION_STATE),
		TO_OR_DIALLED(
			TO_ANOTHER, consultation_call.consulted_device, REFUSED_DESTINATION_DEVICE),
		.check = connection_check_consult, PERMITTED(CONSULTATION_CALL) },
	{ CSTA_ALTERNATE_CALL, CSTA_SERVICE_ALTERNATE_CALL, serve_alternate_call,
		values_alternate_call,
		HELD(alternate_call.held_call, IN(ALERTING) | IN(HOLD) | IN(QUEUED)),
		ACTIVE(alternate_call.active_call, IN(CONNECTED)),
		.check_two = connections_check_alternate, PERMITTED(ALTERNATE_CALL) },
	{ CSTA_RECONNECT_CALL, CSTA_SERVICE_RECONNECT_CALL, serve_reconnect_call,
		HELD(reconnect_call.held_call, IN(HOLD)),
		ACTIVE(reconnect_call.active_call,
			IN(ALERTING) | IN(CONNECTED) | IN(FAIL) | IN(INITIATED) | IN(QUEUED)),
		.check_two = connections_check_reconnect, PERMITTED(RECONNECT_CALL) },
	{ CSTA_TRANSFER_CALL, CSTA_SERVICE_TRANSFER_CALL, serve_transfer_call,
		HELD(transfer_call.held_call, IN(HOLD)),
		ACTIVE(transfer_call.active_call, IN(CONNECTED)), .exchanges = true,
		.check_two = connections_check_transfer, PERMITTED(TRANSFER_CALL) },
	{ CSTA_SINGLE_STEP_TRANSFER_CALL, CSTA_SERVICE_SINGLE_STEP_TRANSFER,
		serve_single_step_transfer_call,
		ACTIVE(single_step_transfer_call.active_call, IN(CONNECTED)),
		TO(TO_NEWCOMER, single_step_transfer_call.transferred_to,
			REFUSED_DESTINATION_DEVICE),
		.check = connection_check_transfer_single_step, PERMITTED(SINGLE_STEP_TRANSFER) },
	{ CSTA_GENERATE_DIGITS, CSTA_SERVICE_GENERATE_DIGITS, serve_generate_digits,
		values_generate_digits,
		ONE(generate_digits.connection, IN(CONNECTED), REFUSED_NO_ACTIVE_CALL,
			REFUSED_CONNECTION_STATE),
		.check = connection_check_talk, PERMITTED_ASSOCIATED(GENERATE_DIGITS) },
	{ CSTA_GET_DO_NOT_DISTURB, CSTA_SERVICE_GET_DO_NOT_DISTURB, serve_get_do_not_disturb,
		OF_DEVICE(get_do_not_disturb.device) },
	{ CSTA_SET_DO_NOT_DISTURB, CSTA_SERVICE_SET_DO_NOT_DISTURB, serve_set_do_not_disturb,
		values_set_do_not_disturb, OF_DEVICE(set_do_not_disturb.device) },
	{ CSTA_GET_FORWARDING, CSTA_SERVICE_GET_FORWARDING, serve_get_forwarding,
		OF_DEVICE(get_forwarding.device) },
	{ CSTA_SET_FORWARDING, CSTA_SERVICE_SET_FORWARDING, serve_set_forwarding,
		values_set_forwarding, OF_DEVICE(set_forwarding.device) },
	{ CSTA_GET_MESSAGE_WAITING_INDICATOR, CSTA_SERVICE_GET_MESSAGE_WAITING,
		serve_get_message_waiting, OF_DEVICE(get_message_waiting_indicator.device) },
	{ CSTA_SET_MESSAGE_WAITING_INDICATOR, CSTA_SERVICE_SET_MESSAGE_WAITING,
		serve_set_message_waiting, OF_DEVICE(set_message_waiting_indicator.device) },
	{ CSTA_CONFERENCE_CALL, CSTA_SERVICE_CONFERENCE_CALL, serve_conference_call,
		HELD(conference_call.held_call, IN(HOLD)),
		ACTIVE(conference_call.active_call, IN(CONNECTED)), .exchanges = true,
		.check_two = connections_check_conference, PERMITTED(CONFERENCE_CALL) },
	{ CSTA_SINGLE_STEP_CONFERENCE_CALL, CSTA_SERVICE_SINGLE_STEP_CONFERENCE,
		serve_single_step_conference_call, values_single_step_conference_call,
		ACTIVE(single_step_conference_call.active_call, IN(CONNECTED)),
		TO(TO_NEWCOMER, single_step_conference_call.device_to_join,
			REFUSED_DESTINATION_DEVICE),
		.check = connection_check_join, PERMITTED(SINGLE_STEP_CONFERENCE) },
};

static const struct service *service_find(unsigned type)
{
	for (size_t i = 0; i < ARRAY_SIZE(services); i++) {
		if (services[i].type == type)
			return &services[i];
	}
	return NULL;
}

// --- the checks ----------------------------------------------------------------------------------

// Any number that may be watched may be asked about and controlled, whichever line opened the
// session.
static enum refusal check_device(
	struct request *request, const char *text, enum refusal no_device, enum refusal foreign)
{
	struct dn *dn = device_asked(request->session, text);

	if (dn == NULL)
		return no_device;
	if (!dn_is_watched(request->engine, dn))
		return foreign;
	request->dn = dn;
	request->device = text;
	return REFUSED_NOT;
}

static const struct csta_connection *connection_id(
	const struct request *request, const struct connection_field *field)
{
	return (const struct csta_connection *)((const uint8_t *)request->msg + field->at);
}

// Without a device it is the session's.
static enum refusal check_connection_device(
	struct request *request, const struct connection_field *field)
{
	const struct csta_connection *id = connection_id(request, field);
	const struct words *said = &words[field->meant];

	request->dn = request->session->dn;
	request->device = request->session->line;
	if (id->device_id[0] != '\0')
		return check_device(request, id->device_id, said->no_device, said->foreign);
	return id->call_id[0] == '\0' ? REFUSED_MISSING : REFUSED_NOT;
}

static enum refusal check_devices(struct request *request, const struct service *service)
{
	const uint8_t *base = (const uint8_t *)request->msg;
	enum refusal refusal = REFUSED_NOT;

	if (service->device != 0)
		return check_device(request, (const char *)(base + service->device),
			service->no_device, service->foreign);
	if (service->held.at != 0)
		refusal = check_connection_device(request, &service->held);
	request->holding = request->dn;
	if (refusal == REFUSED_NOT && service->connection.at != 0)
		refusal = check_connection_device(request, &service->connection);
	return refusal;
}

// The number in the form in which the number plan has it; empty when the user is to dial.
static enum refusal check_destination(
	struct request *request, const struct destination_field *field)
{
	struct span text = span_trim(span_str((const char *)request->msg + field->at));
	const struct dn *dn;

	if (text.n == 0 && field->may_lack)
		return REFUSED_NOT;
	dn = device_resolve(request->engine, text, NULL, request->number);
	if (dn == NULL)
		return field->unknown;
	return dn == request->dn && field->kind != TO_ANYBODY ? REFUSED_DESTINATION : REFUSED_NOT;
}

static bool is_fitting(const struct connection_field *field, const struct connection *connection)
{
	return (field->fitting & 1u << connection->state) != 0 ||
	       (connection->prompted && (field->fitting & PROMPTED) != 0);
}

// The one connection of the device in a fitting state.
static enum refusal connection_by_device(
	const struct connection_field *field, struct dn *dn, struct connection **out)
{
	struct connection *connection;

	TAILQ_FOREACH (connection, &dn->connections, at_dn) {
		if (!is_fitting(field, connection))
			continue;
		if (*out != NULL)
			return words[field->meant].no_connection;
		*out = connection;
	}
	return *out == NULL ? field->none : REFUSED_NOT;
}

// The connection of the device that the ConnectionID names, whatever its state.
static enum refusal find_connection(const struct request *request,
	const struct connection_field *field, struct dn *dn, struct connection **out)
{
	const struct csta_connection *id = connection_id(request, field);
	struct call *call;

	if (id->call_id[0] == '\0')
		return connection_by_device(field, dn, out);
	call = call_find(request->engine, span_str(id->call_id));
	if (call == NULL)
		return words[field->meant].no_call;
	*out = call_connection(call, dn);
	return *out == NULL ? words[field->meant].no_connection : REFUSED_NOT;
}

static enum refusal find_connections(struct request *request, const struct service *service)
{
	enum refusal refusal = REFUSED_NOT;

	if (service->held.at != 0)
		refusal = find_connection(
			request, &service->held, request->holding, &request->held);
	if (refusal == REFUSED_NOT)
		refusal = find_connection(
			request, &service->connection, request->dn, &request->connection);
	if (refusal != REFUSED_NOT)
		return refusal;
	if (service->held.at != 0 && request->holding != request->dn)
		return REFUSED_NOT_SAME_DEVICE;
	return request->held == request->connection ? REFUSED_HELD_CONNECTION : REFUSED_NOT;
}

static enum refusal check_states(struct request *request, const struct service *service)
{
	if (service->exchanges && is_fitting(&service->held, request->connection) &&
		is_fitting(&service->connection, request->held)) {
		struct connection *active = request->held;

		request->held = request->connection;
		request->connection = active;
	}
	if (!is_fitting(&service->connection, request->connection))
		return service->connection.state;
	if (service->held.at != 0 && !is_fitting(&service->held, request->held))
		return service->held.state;
	return REFUSED_NOT;
}

static enum call_result check_moment(const struct service *service, const struct connection *held,
	const struct connection *connection)
{
	return service->held.at != 0 ? service->check_two(held, connection)
				     : service->check(connection);
}

static enum refusal check_connections(struct request *request, const struct service *service)
{
	enum refusal refusal = find_connections(request, service);

	if (refusal != REFUSED_NOT)
		return refusal;
	if (service->destination.kind == TO_NEWCOMER &&
		connection_check_target(request->connection, request->number) != CALL_OK)
		return REFUSED_DESTINATION;
	refusal = check_states(request, service);
	if (refusal != REFUSED_NOT)
		return refusal;
	return refusal_of_result(check_moment(service, request->held, request->connection),
		REFUSED_OBJECT_STATE, REFUSED_OUT_OF_SERVICE);
}

static enum refusal request_serve(struct request *request, const struct service *service)
{
	enum refusal refusal = service->values != NULL ? service->values(request) : REFUSED_NOT;

	if (refusal == REFUSED_NOT)
		refusal = check_devices(request, service);
	if (refusal == REFUSED_NOT && service->destination.at != 0)
		refusal = check_destination(request, &service->destination);
	if (refusal == REFUSED_NOT && service->connection.at != 0)
		refusal = check_connections(request, service);
	return refusal == REFUSED_NOT ? service->serve(request) : refusal;
}

// --- what is permitted ---------------------------------------------------------------------------

static bool is_permitted_of(const struct service *service, const struct connection *held,
	const struct connection *connection)
{
	return is_fitting(&service->connection, connection) &&
	       (held == NULL || is_fitting(&service->held, held)) &&
	       check_moment(service, held, connection) == CALL_OK;
}

// Of a service for two calls: in one of the two roles, with another call of the device in the
// other.
static bool is_permitted(const struct service *service, const struct connection *connection)
{
	const struct connection *other;

	if (service->held.at == 0)
		return is_permitted_of(service, NULL, connection);
	TAILQ_FOREACH (other, &connection->dn->connections, at_dn) {
		if (other != connection && (is_permitted_of(service, other, connection) ||
						   is_permitted_of(service, connection, other)))
			return true;
	}
	return false;
}

void permitted_fill(const struct connection *connection, struct csta_permitted *permitted)
{
	// The rest of it is told at once.
	if (connection->call->ending)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(services); i++) {
		const struct csta_permitted *own = &services[i].permitted;

		if ((own->call_control | own->call_associated) == 0 ||
			!is_permitted(&services[i], connection))
			continue;
		permitted->call_control |= own->call_control;
		permitted->call_associated |= own->call_associated;
	}
}

// --- the answer ----------------------------------------------------------------------------------

// A response to a request of ours, or no body at all: the INFO wants its 200 and nothing else.
static bool wants_nothing(const struct csta_msg *msg)
{
	return msg->type == CSTA_NONE || msg->type == CSTA_SYSTEM_STATUS_RESPONSE ||
	       msg->type == CSTA_REQUEST_SYSTEM_STATUS_RESPONSE ||
	       msg->type == CSTA_MONITOR_STOP_RESPONSE || msg->type == CSTA_ERROR_CODE;
}

static enum refusal request_answer(struct request *request, const struct event_csta_request *event)
{
	const struct service *service = service_find(request->msg->type);
	struct span element = span_of(
		event->bad_element, strnlen(event->bad_element, sizeof(event->bad_element)));
	enum refusal refusal = refusal_of_verdict((enum csta_verdict)event->verdict, element);

	if (service == NULL)
		return REFUSED_SERVICE;
	if (refusal != REFUSED_NOT)
		return refusal;
	csta_msg_init(request->answer, csta_response_type(service->type));
	return request_serve(request, service);
}

void service_request(struct session *session, const struct event_csta_request *event)
{
	struct command command;
	struct request request = {
		.engine = session->engine,
		.session = session,
		.msg = &event->csta,
		.answer = &command.csta_response.csta,
		.dn = session->dn,
		.device = session->line,
	};

	command.type = COMMAND_CSTA_RESPONSE;
	command.handle = session->dialog;
	command.csta_response.transaction = event->transaction;
	session_trace(session, "<-", &event->csta);
	if (wants_nothing(&event->csta)) {
		csta_msg_init(request.answer, CSTA_NONE);
	} else {
		enum refusal refusal = request_answer(&request, event);

		if (refusal != REFUSED_NOT)
			refusal_write(refusal, request.answer);
		debug_print(DEBUG_CTI_CORE, "session %u: %s: %s", session->id,
			csta_type_name((enum csta_type)event->csta.type),
			refusal == REFUSED_NOT ? "done" : refusal_name(refusal));
		session->ns = event->csta.ns;
	}
	request.answer->ns = event->csta.ns;
	session_trace(session, "->", request.answer);
	outbox_send(&session->engine->outbox, &command);
}

// --- the whole table -----------------------------------------------------------------------------

uint64_t services_supported(void)
{
	// Services of which the engine is the one that asks.
	static const enum csta_services_bit asked[] = {
		CSTA_SERVICE_DEVICES,
		CSTA_SERVICE_SYSTEM_REGISTER_ABORT,
		CSTA_SERVICE_DEVICES_CHANGED,
	};
	uint64_t supported = 0;

	for (size_t i = 0; i < ARRAY_SIZE(services); i++)
		supported |= CSTA_BIT(services[i].feature);
	for (size_t i = 0; i < ARRAY_SIZE(asked); i++)
		supported |= CSTA_BIT(asked[i]);
	return supported;
}
