// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The table of services, and from a request to its answer: known service, the checks, then the
// service's own handler, which has nothing left to refuse but what the tables of the engine have no
// room for.
#include <stddef.h>

#include "control/csta/checks.h"
#include "control/csta/session.h"
#include "control/vty/debug.h"

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
		.check = connection_check_consult, .wants = ABLE_TO_HOLD_TWO,
		PERMITTED(CONSULTATION_CALL) },
	{ CSTA_ALTERNATE_CALL, CSTA_SERVICE_ALTERNATE_CALL, serve_alternate_call,
		values_alternate_call,
		HELD(alternate_call.held_call, IN(ALERTING) | IN(HOLD) | IN(QUEUED)),
		ACTIVE(alternate_call.active_call, IN(CONNECTED)),
		.check_two = connections_check_alternate, .wants = ABLE_TO_HOLD_TWO,
		PERMITTED(ALTERNATE_CALL) },
	{ CSTA_RECONNECT_CALL, CSTA_SERVICE_RECONNECT_CALL, serve_reconnect_call,
		HELD(reconnect_call.held_call, IN(HOLD)),
		ACTIVE(reconnect_call.active_call,
			IN(ALERTING) | IN(CONNECTED) | IN(FAIL) | IN(INITIATED) | IN(QUEUED)),
		.check_two = connections_check_reconnect, .wants = ABLE_TO_HOLD_TWO,
		PERMITTED(RECONNECT_CALL) },
	{ CSTA_TRANSFER_CALL, CSTA_SERVICE_TRANSFER_CALL, serve_transfer_call,
		HELD(transfer_call.held_call, IN(HOLD)),
		ACTIVE(transfer_call.active_call, IN(CONNECTED)), .exchanges = true,
		.check_two = connections_check_transfer, .wants = ABLE_TO_HOLD_TWO,
		PERMITTED(TRANSFER_CALL) },
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
		.check_two = connections_check_conference, .wants = ABLE_TO_HOLD_TWO | ABLE_TO_MIX,
		PERMITTED(CONFERENCE_CALL) },
	{ CSTA_SINGLE_STEP_CONFERENCE_CALL, CSTA_SERVICE_SINGLE_STEP_CONFERENCE,
		serve_single_step_conference_call, values_single_step_conference_call,
		ACTIVE(single_step_conference_call.active_call, IN(CONNECTED)),
		TO(TO_NEWCOMER, single_step_conference_call.device_to_join,
			REFUSED_DESTINATION_DEVICE),
		.check = connection_check_join, .wants = ABLE_TO_MIX,
		PERMITTED(SINGLE_STEP_CONFERENCE) },
};

static const struct service *service_find(unsigned type)
{
	for (size_t i = 0; i < ARRAY_SIZE(services); i++) {
		if (services[i].type == type)
			return &services[i];
	}
	return NULL;
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
	refusal = service_check(service, request);
	return refusal == REFUSED_NOT ? service->serve(request) : refusal;
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

static bool is_wanted_there(const struct service *service, unsigned sets)
{
	for (unsigned able = 0; able < ABILITY_SETS; able++) {
		if ((sets & 1u << able) != 0 && (able & service->wants) == service->wants)
			return true;
	}
	return service->wants == 0;
}

uint64_t services_supported(unsigned sets)
{
	// Services of which the engine is the one that asks.
	static const enum csta_services_bit asked[] = {
		CSTA_SERVICE_DEVICES,
		CSTA_SERVICE_SYSTEM_REGISTER_ABORT,
		CSTA_SERVICE_CAPABILITIES_CHANGED,
		CSTA_SERVICE_DEVICES_CHANGED,
	};
	uint64_t supported = 0;

	for (size_t i = 0; i < ARRAY_SIZE(services); i++) {
		if (is_wanted_there(&services[i], sets))
			supported |= CSTA_BIT(services[i].feature);
	}
	for (size_t i = 0; i < ARRAY_SIZE(asked); i++)
		supported |= CSTA_BIT(asked[i]);
	return supported;
}

void permitted_fill(const struct connection *connection, struct csta_permitted *permitted)
{
	// The rest of it is told at once.
	if (connection->call->ending)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(services); i++) {
		const struct csta_permitted *own = &services[i].permitted;

		if ((own->call_control | own->call_associated) == 0 ||
			!service_permits(&services[i], connection))
			continue;
		permitted->call_control |= own->call_control;
		permitted->call_associated |= own->call_associated;
	}
}
