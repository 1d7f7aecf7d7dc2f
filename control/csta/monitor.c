// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Monitors: a client's subscriptions to the events of a DN, or of a call.
#include <stddef.h>
#include <stdio.h>

#include "control/csta/service.h"
#include "control/csta/session.h"
#include "control/vty/debug.h"

// --- the table -----------------------------------------------------------------------------------

// Of this call, or (NULL) of this DN.
static struct monitor *monitor_new(struct session *session, struct dn *dn, struct call *call)
{
	struct engine *engine = session->engine;
	handle_t handle;
	struct monitor *monitor = pool_take(&engine->monitors, &handle);

	if (monitor == NULL)
		return NULL;
	monitor->session = session;
	monitor->dn = dn;
	monitor->call = call;
	monitor->handle = handle;
	token_write(&engine->key, TOKEN_MONITOR, handle, monitor->cross_ref);
	TAILQ_INSERT_TAIL(&session->monitors, monitor, in_session);
	if (call != NULL)
		TAILQ_INSERT_TAIL(&call->monitors, monitor, at_call);
	else
		TAILQ_INSERT_TAIL(&dn->monitors, monitor, at_dn);
	session->monitor_count++;
	if (call == NULL)
		device_trace(dn);
	return monitor;
}

const char *monitor_object(const struct monitor *monitor)
{
	return monitor->call != NULL ? monitor->call->id : monitor->dn->numbers[DN_PRIMARY].text;
}

static void monitor_free(struct monitor *monitor)
{
	struct session *session = monitor->session;

	debug_print(DEBUG_CTI_LM, "session %u: monitor %s of %s ends after %llu events",
		session->id, monitor->cross_ref, monitor_object(monitor),
		(unsigned long long)monitor->events);
	TAILQ_REMOVE(&session->monitors, monitor, in_session);
	if (monitor->call != NULL)
		TAILQ_REMOVE(&monitor->call->monitors, monitor, at_call);
	else
		TAILQ_REMOVE(&monitor->dn->monitors, monitor, at_dn);
	if (monitor->call == NULL)
		device_trace(monitor->dn);
	session->monitor_count--;
	pool_give(&session->engine->monitors, monitor);
}

static struct monitor *monitor_find(struct session *session, const char *cross_ref)
{
	struct engine *engine = session->engine;
	struct monitor *monitor;
	handle_t handle;

	if (!token_read(&engine->key, TOKEN_MONITOR, span_str(cross_ref), &handle))
		return NULL;
	monitor = pool_get(&engine->monitors, handle);
	return monitor != NULL && monitor->session == session ? monitor : NULL;
}

void monitor_message_init(
	const struct monitor *monitor, enum csta_type type, size_t cross_ref, struct csta_msg *msg)
{
	csta_msg_init(msg, type);
	msg->ns = monitor->ns;
	memcpy((uint8_t *)msg + cross_ref, monitor->cross_ref, sizeof(monitor->cross_ref));
}

void monitor_send_event(struct monitor *monitor, struct command *command)
{
	monitor->events++;
	session_send(monitor->session, command);
}

// MonitorStop as a service of ours: it goes both ways.
static void monitor_tell_stop(struct monitor *monitor)
{
	struct command command;

	monitor_message_init(monitor, CSTA_MONITOR_STOP,
		offsetof(struct csta_msg, body.monitor_stop.cross_ref), &command.csta_event);
	session_invoke(monitor->session, &command);
}

void monitor_end(struct monitor *monitor)
{
	monitor_tell_stop(monitor);
	monitor_free(monitor);
}

void session_drop_monitors(struct session *session, bool tell)
{
	struct monitor *monitor;

	while ((monitor = TAILQ_FIRST(&session->monitors)) != NULL) {
		if (tell)
			monitor_tell_stop(monitor);
		monitor_free(monitor);
	}
}

// The first party that may be watched, or NULL.
static struct dn *watched_party(const struct engine *engine, const struct call *call)
{
	const struct connection *connection;

	TAILQ_FOREACH (connection, &call->connections, in_call) {
		if (dn_is_watched(engine, connection->dn))
			return connection->dn;
	}
	return NULL;
}

// A call may be monitored for as long as a device that may be takes part in it.
static bool monitor_is_allowed(const struct monitor *monitor)
{
	struct engine *engine = monitor->session->engine;

	if (monitor->call != NULL)
		return watched_party(engine, monitor->call) != NULL;
	return dn_is_watched(engine, monitor->dn) &&
	       device_resolve(engine, span_str(monitor->device), NULL, NULL) == monitor->dn;
}

void session_recheck_monitors(struct session *session)
{
	struct monitor *monitor, *next;

	for (monitor = TAILQ_FIRST(&session->monitors); monitor != NULL; monitor = next) {
		next = TAILQ_NEXT(monitor, in_session);
		if (!monitor_is_allowed(monitor))
			monitor_end(monitor);
	}
}

// --- services ------------------------------------------------------------------------------------

static enum refusal find_device(struct request *request, const char *text, struct call_seen *out)
{
	out->dn = device_asked(request->session, text);
	out->device = text;
	if (out->dn == NULL)
		return REFUSED_DEVICE;
	return dn_is_watched(request->engine, out->dn) ? REFUSED_NOT : REFUSED_PRIVILEGE;
}

// The one call of a device, whatever its state.
static enum refusal find_only_call(struct call_seen *out)
{
	const struct connection *connection = TAILQ_FIRST(&out->dn->connections);

	if (connection == NULL || TAILQ_NEXT(connection, at_dn) != NULL)
		return REFUSED_CONNECTION;
	out->call = connection->call;
	return REFUSED_NOT;
}

enum refusal find_call(
	struct request *request, const struct csta_connection *id, struct call_seen *out)
{
	bool has_device = id->device_id[0] != '\0';
	enum refusal refusal = REFUSED_NOT;

	if (has_device)
		refusal = find_device(request, id->device_id, out);
	if (refusal != REFUSED_NOT)
		return refusal;
	if (id->call_id[0] == '\0')
		return has_device ? find_only_call(out) : REFUSED_MISSING;
	out->call = call_find(request->engine, span_str(id->call_id));
	if (out->call == NULL)
		return REFUSED_CALL;
	if (has_device)
		return call_connection(out->call, out->dn) != NULL ? REFUSED_NOT
								   : REFUSED_CONNECTION;
	return watched_party(request->engine, out->call) != NULL ? REFUSED_NOT : REFUSED_PRIVILEGE;
}

// Devices are monitored as devices and calls as calls (ECMA-269 6.7.2).
static enum refusal find_object(struct request *request, struct call_seen *out)
{
	const struct csta_monitor_start *start = &request->msg->body.monitor_start;
	const struct csta_monitor_object *object = &start->object;
	enum csta_monitor_type natural =
		object->has.call ? CSTA_MONITOR_TYPE_CALL : CSTA_MONITOR_TYPE_DEVICE;

	if (!object->has.call && !object->has.device)
		return REFUSED_MONITOR_OBJECT;
	if (start->has.monitor_type && start->monitor_type != natural)
		return REFUSED_MONITOR_TYPE;
	if (start->has.media_class && (start->media_class & CSTA_BIT(CSTA_MEDIA_VOICE)) == 0)
		return REFUSED_MEDIA;
	return object->has.call ? find_call(request, &object->call, out)
				: find_device(request, object->device, out);
}

// A call that is named by its id alone is seen by the session's line or, where that takes no part
// in it, by the first party that may be watched, which is written to `device`.
static void find_viewer(
	struct request *request, struct call_seen *out, char device[CSTA_DEVICE_SIZE])
{
	const struct csta_monitor_object *object = &request->msg->body.monitor_start.object;
	struct viewer line = viewer_of_request(request);

	if (!object->has.call || object->call.device_id[0] != '\0' ||
		call_connection(out->call, request->dn) != NULL)
		return;
	out->dn = watched_party(request->engine, out->call);
	device_write(request->engine, &line, out->dn, "", device);
	out->device = device;
}

static void start_answer(const struct request *request, const struct monitor *monitor)
{
	const struct csta_monitor_start *start = &request->msg->body.monitor_start;
	struct csta_monitor_start_response *answer = &request->answer->body.monitor_start_response;

	memcpy(answer->cross_ref, monitor->cross_ref, sizeof(monitor->cross_ref));
	answer->has.filter = start->has.filter;
	answer->filter = monitor->suppressed;
	answer->has.media_class = start->has.media_class;
	answer->media_class = CSTA_BIT(CSTA_MEDIA_VOICE);
	answer->has.existing_calls = true;
	answer->existing_calls = true;
}

// No other monitor of this call, or else of this device.
static bool object_is_full(const struct call_seen *object)
{
	const struct monitor *monitor;
	unsigned n = 0;

	if (object->call != NULL) {
		TAILQ_FOREACH (monitor, &object->call->monitors, at_call)
			n++;
	} else {
		TAILQ_FOREACH (monitor, &object->dn->monitors, at_dn)
			n++;
	}
	return n >= OBJECT_MONITORS_MAX;
}

// A second monitor of the same object has its own cross reference and tells everything again. Calls
// that exist already are reported from their next event on.
enum refusal serve_monitor_start(struct request *request)
{
	const struct csta_monitor_start *start = &request->msg->body.monitor_start;
	struct session *session = request->session;
	struct call_seen object = { .dn = session->dn, .device = session->line };
	enum refusal refusal = find_object(request, &object);
	char device[CSTA_DEVICE_SIZE];
	struct monitor *monitor;

	if (refusal != REFUSED_NOT)
		return refusal;
	if (object_is_full(&object))
		return REFUSED_MONITORS_OF_OBJECT;
	if (session->monitor_count >= SESSION_MONITORS_MAX)
		return REFUSED_MONITORS_FULL;
	find_viewer(request, &object, device);
	monitor = monitor_new(session, object.dn, object.call);
	if (monitor == NULL)
		return REFUSED_MONITORS_FULL;
	monitor->ns = request->msg->ns;
	device_resolve(request->engine, span_str(object.device), &monitor->style, NULL);
	snprintf(monitor->device, sizeof(monitor->device), "%s", object.device);
	if (session->dn == NULL && object.call == NULL)
		session_line_set(session, monitor->device);
	if (start->has.filter)
		monitor->suppressed = start->filter;
	debug_print(DEBUG_CTI_LM, "session %u: monitor %s of %s, as %s", session->id,
		monitor->cross_ref, monitor_object(monitor), monitor->device);
	start_answer(request, monitor);
	return REFUSED_NOT;
}

enum refusal serve_monitor_stop(struct request *request)
{
	struct monitor *monitor =
		monitor_find(request->session, request->msg->body.monitor_stop.cross_ref);

	if (monitor == NULL)
		return REFUSED_CROSS_REF;
	monitor_free(monitor);
	return REFUSED_NOT;
}

// The filter asked for takes the place of the one before.
enum refusal serve_change_monitor_filter(struct request *request)
{
	const struct csta_change_monitor_filter *change = &request->msg->body.change_monitor_filter;
	struct csta_change_monitor_filter_response *answer =
		&request->answer->body.change_monitor_filter_response;
	struct monitor *monitor = monitor_find(request->session, change->cross_ref);

	if (monitor == NULL)
		return REFUSED_CROSS_REF;
	monitor->suppressed = change->filter;
	answer->has.filter = true;
	answer->filter = change->filter;
	return REFUSED_NOT;
}
