// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// From a request to its answer: known service, fields, device, permission, call, connection, then
// the service's own handler. The first check that fails decides.
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

struct service {
	enum csta_type type;
	enum csta_services_bit feature; // of GetCSTAFeatures
	enum refusal (*serve)(struct request *request);
	// Where the request has its device in struct csta_msg, 0: nowhere, and what is said of it.
	uint16_t device;
	enum refusal no_device;
	enum refusal foreign;
	struct connection_field connection;
	struct connection_field held;
	bool exchanges; // who mistakes the active call for the held one is understood
};

#define IN(state) (uint8_t)(1u << CONNECTION_##state)
#define PROMPTED (uint8_t)(1u << CONNECTION_PROMPTED)
#define AT(member) offsetof(struct csta_msg, body.member)
#define OF_DEVICE(member) \
	.device = AT(member), .no_device = REFUSED_DEVICE, .foreign = REFUSED_PRIVILEGE
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
	{ CSTA_MAKE_CALL, CSTA_SERVICE_MAKE_CALL, serve_make_call,
		.device = AT(make_call.calling_device), .no_device = REFUSED_CALLING_DEVICE,
		.foreign = REFUSED_CALLING_PRIVILEGE },
	{ CSTA_ANSWER_CALL, CSTA_SERVICE_ANSWER_CALL, serve_answer_call,
		ONE(answer_call.connection, IN(ALERTING) | PROMPTED, REFUSED_NO_CALL_TO_ANSWER,
			REFUSED_NO_CALL_TO_ANSWER) },
	{ CSTA_CLEAR_CONNECTION, CSTA_SERVICE_CLEAR_CONNECTION, serve_clear_connection,
		ONE(clear_connection.connection, (uint8_t)~IN(NULL), REFUSED_NO_CONNECTION_TO_CLEAR,
			REFUSED_NO_CONNECTION_TO_CLEAR) },
	{ CSTA_CLEAR_CALL, CSTA_SERVICE_CLEAR_CALL, serve_clear_call,
		ONE(clear_call.connection, (uint8_t)~IN(NULL), REFUSED_NO_CALL_TO_CLEAR,
			REFUSED_NO_CALL_TO_CLEAR) },
	{ CSTA_HOLD_CALL, CSTA_SERVICE_HOLD_CALL, serve_hold_call,
		ONE(hold_call.connection, IN(CONNECTED), REFUSED_NO_ACTIVE_CALL,
			REFUSED_CONNECTION_STATE) },
	{ CSTA_RETRIEVE_CALL, CSTA_SERVICE_RETRIEVE_CALL, serve_retrieve_call,
		ONE(retrieve_call.connection, IN(HOLD), REFUSED_NO_HELD_CALL,
			REFUSED_NO_HELD_CALL) },
	{ CSTA_DEFLECT_CALL, CSTA_SERVICE_DEFLECT_CALL, serve_deflect_call,
		ONE(deflect_call.connection, IN(ALERTING), REFUSED_CONNECTION_STATE,
			REFUSED_CONNECTION_STATE) },
	{ CSTA_CONSULTATION_CALL, CSTA_SERVICE_CONSULTATION_CALL, serve_consultation_call,
		ONE(consultation_call.existing_call, IN(CONNECTED) | IN(HOLD),
			REFUSED_NO_ACTIVE_CALL, REFUSED_CONNECTION_STATE) },
	{ CSTA_ALTERNATE_CALL, CSTA_SERVICE_ALTERNATE_CALL, serve_alternate_call,
		HELD(alternate_call.held_call, IN(ALERTING) | IN(HOLD) | IN(QUEUED)),
		ACTIVE(alternate_call.active_call, IN(CONNECTED)) },
	{ CSTA_RECONNECT_CALL, CSTA_SERVICE_RECONNECT_CALL, serve_reconnect_call,
		HELD(reconnect_call.held_call, IN(HOLD)),
		ACTIVE(reconnect_call.active_call,
			IN(ALERTING) | IN(CONNECTED) | IN(FAIL) | IN(INITIATED) | IN(QUEUED)) },
	{ CSTA_TRANSFER_CALL, CSTA_SERVICE_TRANSFER_CALL, serve_transfer_call,
		HELD(transfer_call.held_call, IN(HOLD)),
		ACTIVE(transfer_call.active_call, IN(CONNECTED)), .exchanges = true },
	{ CSTA_SINGLE_STEP_TRANSFER_CALL, CSTA_SERVICE_SINGLE_STEP_TRANSFER,
		serve_single_step_transfer_call,
		ACTIVE(single_step_transfer_call.active_call, IN(CONNECTED)) },
	{ CSTA_GENERATE_DIGITS, CSTA_SERVICE_GENERATE_DIGITS, serve_generate_digits,
		ONE(generate_digits.connection, IN(CONNECTED), REFUSED_NO_ACTIVE_CALL,
			REFUSED_CONNECTION_STATE) },
	{ CSTA_GET_DO_NOT_DISTURB, CSTA_SERVICE_GET_DO_NOT_DISTURB, serve_get_do_not_disturb,
		OF_DEVICE(get_do_not_disturb.device) },
	{ CSTA_SET_DO_NOT_DISTURB, CSTA_SERVICE_SET_DO_NOT_DISTURB, serve_set_do_not_disturb,
		OF_DEVICE(set_do_not_disturb.device) },
	{ CSTA_GET_FORWARDING, CSTA_SERVICE_GET_FORWARDING, serve_get_forwarding,
		OF_DEVICE(get_forwarding.device) },
	{ CSTA_SET_FORWARDING, CSTA_SERVICE_SET_FORWARDING, serve_set_forwarding,
		OF_DEVICE(set_forwarding.device) },
	{ CSTA_GET_MESSAGE_WAITING_INDICATOR, CSTA_SERVICE_GET_MESSAGE_WAITING,
		serve_get_message_waiting, OF_DEVICE(get_message_waiting_indicator.device) },
	{ CSTA_SET_MESSAGE_WAITING_INDICATOR, CSTA_SERVICE_SET_MESSAGE_WAITING,
		serve_set_message_waiting, OF_DEVICE(set_message_waiting_indicator.device) },
	{ CSTA_CONFERENCE_CALL, CSTA_SERVICE_CONFERENCE_CALL, serve_conference_call,
		HELD(conference_call.held_call, IN(HOLD)),
		ACTIVE(conference_call.active_call, IN(CONNECTED)), .exchanges = true },
	{ CSTA_SINGLE_STEP_CONFERENCE_CALL, CSTA_SERVICE_SINGLE_STEP_CONFERENCE,
		serve_single_step_conference_call,
		ACTIVE(single_step_conference_call.active_call, IN(CONNECTED)) },
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
	struct dn *dn = device_resolve(request->engine, span_str(text), NULL, NULL);

	if (dn == NULL)
		return no_device;
	if (!dn_is_watched(request->engine, dn))
		return foreign;
	request->dn = dn;
	request->device = text;
	return REFUSED_NOT;
}

static bool is_fitting(const struct connection_field *field, const struct connection *connection)
{
	return (field->fitting & 1u << connection->state) != 0 ||
	       (connection->prompted && (field->fitting & PROMPTED) != 0);
}

// The one connection of the device in a fitting state.
static enum refusal connection_by_device(
	struct request *request, const struct connection_field *field, struct connection **out)
{
	struct connection *connection;

	TAILQ_FOREACH (connection, &request->dn->connections, at_dn) {
		if (!is_fitting(field, connection))
			continue;
		if (*out != NULL)
			return words[field->meant].no_connection;
		*out = connection;
	}
	return *out == NULL ? field->none : REFUSED_NOT;
}

// The connection that the ConnectionID names, whatever its state; without a device, the session's.
static enum refusal find_connection(
	struct request *request, const struct connection_field *field, struct connection **out)
{
	const struct csta_connection *id =
		(const struct csta_connection *)((const uint8_t *)request->msg + field->at);
	const struct words *said = &words[field->meant];
	enum refusal refusal = REFUSED_NOT;
	struct call *call;

	if (id->call_id[0] == '\0' && id->device_id[0] == '\0')
		return REFUSED_MISSING;
	request->dn = request->session->dn;
	request->device = request->session->line;
	if (id->device_id[0] != '\0')
		refusal = check_device(request, id->device_id, said->no_device, said->foreign);
	if (refusal != REFUSED_NOT)
		return refusal;
	if (id->call_id[0] == '\0')
		return connection_by_device(request, field, out);
	call = call_find(request->engine, span_str(id->call_id));
	if (call == NULL)
		return said->no_call;
	*out = call_connection(call, request->dn);
	return *out == NULL ? said->no_connection : REFUSED_NOT;
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

static enum refusal check_connections(struct request *request, const struct service *service)
{
	enum refusal refusal = REFUSED_NOT;

	if (service->held.at != 0)
		refusal = find_connection(request, &service->held, &request->held);
	if (refusal == REFUSED_NOT)
		refusal = find_connection(request, &service->connection, &request->connection);
	if (refusal != REFUSED_NOT)
		return refusal;
	if (request->held != NULL && request->held->dn != request->connection->dn)
		return REFUSED_NOT_SAME_DEVICE;
	if (request->held == request->connection)
		return REFUSED_HELD_CONNECTION;
	return check_states(request, service);
}

static enum refusal request_serve(struct request *request, const struct service *service)
{
	const uint8_t *base = (const uint8_t *)request->msg;
	enum refusal refusal = REFUSED_NOT;

	if (service->device != 0)
		refusal = check_device(request, (const char *)(base + service->device),
			service->no_device, service->foreign);
	else if (service->connection.at != 0)
		refusal = check_connections(request, service);
	return refusal == REFUSED_NOT ? service->serve(request) : refusal;
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
		debug_print(DEBUG_CTI_CALLCONTROL, "session %u: %s: %s", session->id,
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
