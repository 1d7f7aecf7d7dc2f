// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/csta/checks.h"

#include "control/csta/session.h"

// What is said of a ConnectionID that names no connection.
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

// NULL: of a call that is gone. Its connections are null, whoever had them.
static bool is_fitting(const struct connection_field *field, const struct connection *connection)
{
	if (connection == NULL)
		return false;
	return (field->fitting & 1u << connection->state) != 0 ||
	       (connection->prompted && (field->fitting & 1u << CONNECTION_PROMPTED) != 0);
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

// The connection of the device that the ConnectionID names, whatever its state; NULL: of a call
// that is gone.
static enum refusal find_connection(const struct request *request,
	const struct connection_field *field, struct dn *dn, struct connection **out)
{
	const struct csta_connection *id = connection_id(request, field);
	struct call *call;

	if (id->call_id[0] == '\0')
		return connection_by_device(field, dn, out);
	call = call_find(request->engine, span_str(id->call_id));
	if (call == NULL)
		return call_is_gone(request->engine, span_str(id->call_id))
			       ? REFUSED_NOT
			       : words[field->meant].no_call;
	*out = call_connection_or_failed(call, dn);
	return *out == NULL ? words[field->meant].no_connection : REFUSED_NOT;
}

// Both ConnectionIDs name the same connection, one that is no more included.
static bool is_twice(const struct request *request, const struct service *service)
{
	const struct csta_connection *held = connection_id(request, &service->held);
	const struct csta_connection *connection = connection_id(request, &service->connection);

	if (request->held != request->connection)
		return false;
	return request->held != NULL || strcmp(held->call_id, connection->call_id) == 0;
}

static enum refusal find_connections(struct request *request, const struct service *service)
{
	enum refusal refusal = REFUSED_NOT;

	if (service->held.at != 0)
		refusal =
			find_connection(request, &service->held, request->holding, &request->held);
	if (refusal == REFUSED_NOT)
		refusal = find_connection(
			request, &service->connection, request->dn, &request->connection);
	if (refusal != REFUSED_NOT || service->held.at == 0)
		return refusal;
	if (request->holding != request->dn)
		return REFUSED_NOT_SAME_DEVICE;
	return is_twice(request, service) ? REFUSED_HELD_CONNECTION : REFUSED_NOT;
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
	if (service->destination.kind == TO_NEWCOMER && request->connection != NULL &&
		connection_check_target(request->connection, request->number) != CALL_OK)
		return REFUSED_DESTINATION;
	refusal = check_states(request, service);
	if (refusal != REFUSED_NOT)
		return refusal;
	return refusal_of_result(check_moment(service, request->held, request->connection),
		REFUSED_OBJECT_STATE, REFUSED_OUT_OF_SERVICE);
}

enum refusal service_check(const struct service *service, struct request *request)
{
	enum refusal refusal = service->values != NULL ? service->values(request) : REFUSED_NOT;

	if (refusal == REFUSED_NOT)
		refusal = check_devices(request, service);
	if (refusal == REFUSED_NOT && service->destination.at != 0)
		refusal = check_destination(request, &service->destination);
	if (refusal == REFUSED_NOT && service->connection.at != 0)
		refusal = check_connections(request, service);
	return refusal;
}

// --- what is permitted ---------------------------------------------------------------------------

static bool permits_of(const struct service *service, const struct connection *held,
	const struct connection *connection)
{
	return is_fitting(&service->connection, connection) &&
	       (held == NULL || is_fitting(&service->held, held)) &&
	       check_moment(service, held, connection) == CALL_OK;
}

bool service_permits(const struct service *service, const struct connection *connection)
{
	const struct connection *other;

	if (service->held.at == 0)
		return permits_of(service, NULL, connection);
	TAILQ_FOREACH (other, &connection->dn->connections, at_dn) {
		if (other != connection && (permits_of(service, other, connection) ||
						   permits_of(service, connection, other)))
			return true;
	}
	return false;
}
