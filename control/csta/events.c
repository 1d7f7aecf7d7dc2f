// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What monitors are told: one event for each transition at each monitor whose device takes part in
// the call, or whose call it is (ECMA-269, call control events). The events differ in which devices
// they name and where those stand; the table says so, one row an event.
#include <stddef.h>

#include "control/csta/service.h"
#include "control/csta/session.h"
#include "control/vty/debug.h"

// Devices that an event may name.
enum role {
	ROLE_SUBJECT, // whose connection changed
	ROLE_ACTING,  // who did it
	ROLE_CALLING,
	ROLE_CALLED,
	ROLE_REDIRECTING,
	ROLE_DESTINATION, // where a diverted or transferred call goes
	ROLES,
};

// Offsets into struct csta_msg; a role of 0 is not named.
struct event_form {
	enum csta_type type;
	enum csta_filter_bit filter;
	enum csta_events_bit feature; // of GetCSTAFeatures
	uint16_t cross_ref;
	uint16_t connection;
	uint16_t local;
	uint16_t cause;
	uint16_t permitted;
	uint32_t local_row;
	uint32_t permitted_row;
	uint16_t gcid; // 0: it has no place for it
	uint32_t gcid_row;
	uint16_t roles[ROLES];
	// What else it says; NULL: nothing.
	void (*rest)(const struct monitor *monitor, const struct transition *transition,
		struct csta_msg *msg);
};

void connection_list_add(struct csta_connection_item_list *list, const struct viewer *viewer,
	const struct connection *connection, const char *now, const char *before)
{
	struct csta_connection_item *item = &list->items[list->count];
	char device[CSTA_DEVICE_SIZE];

	if (list->count == ARRAY_SIZE(list->items))
		return;
	list->count++;
	device_write(connection->call->engine, viewer, connection->dn, "", device);
	item->has.new_connection = true;
	item->has.old_connection = true;
	item->has.endpoint = true;
	csta_connection_set(&item->new_connection, now, device);
	csta_connection_set(&item->old_connection, before, device);
	csta_subject_set(&item->endpoint, device);
}

// The id of the call it was in when a transfer or conference, if this is one, began.
static const char *old_call(const struct connection *connection)
{
	return connection->joined_from != NULL ? connection->joined_from->id : connection->call->id;
}

// A call that goes on took the other in: the primary old call is the one that the connection of the
// acting device was in which joined from nowhere, whichever of the two that is.
static const struct connection *primary_of(const struct transition *transition)
{
	const struct connection *secondary = transition->secondary;

	return secondary != NULL && secondary->joined_from == NULL ? secondary : transition->subject;
}

static const struct connection *secondary_of(const struct transition *transition)
{
	return primary_of(transition) == transition->subject ? transition->secondary
							     : transition->subject;
}

static void old_connection_fill(const struct monitor *monitor, const struct connection *connection,
	struct csta_connection *out)
{
	struct viewer viewer = viewer_of_monitor(monitor);
	char device[CSTA_DEVICE_SIZE];

	device_write(monitor->session->engine, &viewer, connection->dn, "", device);
	csta_connection_set(out, old_call(connection), device);
}

static bool merge_linkages_fill(
	const struct transition *transition, struct csta_linkages *linkages)
{
	const struct call *call = transition->subject->call;

	return linkages_fill(call,
		transition->secondary != NULL ? secondary_of(transition)->joined_from : call,
		linkages);
}

// The calls that became one, and each connection before and after.
static void merge_fill(const struct monitor *monitor, const struct transition *transition,
	struct csta_connection *secondary, struct csta_connection_item_list *list)
{
	const struct call *call = transition->subject->call;
	struct viewer viewer = viewer_of_monitor(monitor);
	const struct connection *c;

	if (transition->secondary != NULL)
		old_connection_fill(monitor, secondary_of(transition), secondary);
	TAILQ_FOREACH (c, &call->connections, in_call) {
		if (c->state != CONNECTION_NULL && !c->onlooker)
			connection_list_add(list, &viewer, c, call->id, old_call(c));
	}
}

static void transferred_fill(
	const struct monitor *monitor, const struct transition *transition, struct csta_msg *msg)
{
	struct csta_transferred_event *event = &msg->body.transferred_event;

	event->has.secondary_old_call = transition->secondary != NULL;
	merge_fill(monitor, transition, &event->secondary_old_call, &event->connections);
	event->has.linkages = merge_linkages_fill(transition, &event->linkages);
}

#define AT(member) offsetof(struct csta_msg, body.member)
#define ANY_FORM(NAME, member, subject, gcid, gcid_row, fill, ...) \
	[TRANSITION_##NAME] = { \
		CSTA_##NAME##_EVENT, \
		CSTA_FILTER_##NAME, \
		CSTA_EVENT_##NAME, \
		AT(member.cross_ref), \
		AT(member.subject), \
		AT(member.local), \
		AT(member.cause), \
		AT(member.permitted), \
		CSTA_ROW(member, local), \
		CSTA_ROW(member, permitted), \
		gcid, \
		gcid_row, \
		{ __VA_ARGS__ }, \
		fill, \
	}
#define FORM(NAME, member, ...) \
	ANY_FORM(NAME, member, connection, AT(member.gcid), CSTA_ROW(member, gcid), NULL, \
		__VA_ARGS__)
#define MERGE_FORM(NAME, member, subject, fill, ...) \
	ANY_FORM(NAME, member, subject, 0, 0, fill, __VA_ARGS__)
#define PARTIES(member) \
	[ROLE_CALLING] = AT(member.calling_device), [ROLE_CALLED] = AT(member.called_device), \
	[ROLE_REDIRECTING] = AT(member.last_redirection)

static void conferenced_fill(
	const struct monitor *monitor, const struct transition *transition, struct csta_msg *msg)
{
	struct csta_conferenced_event *event = &msg->body.conferenced_event;

	event->has.secondary_old_call = transition->secondary != NULL;
	merge_fill(monitor, transition, &event->secondary_old_call, &event->connections);
	event->has.linkages = merge_linkages_fill(transition, &event->linkages);
}

static const struct event_form forms[TRANSITION_KINDS] = {
	FORM(SERVICE_INITIATED, service_initiated_event,
		[ROLE_SUBJECT] = AT(service_initiated_event.initiating_device)),
	FORM(ORIGINATED, originated_event, [ROLE_CALLING] = AT(originated_event.calling_device),
		[ROLE_CALLED] = AT(originated_event.called_device)),
	FORM(DELIVERED, delivered_event, [ROLE_SUBJECT] = AT(delivered_event.alerting_device),
		PARTIES(delivered_event)),
	FORM(ESTABLISHED,
		established_event, [ROLE_SUBJECT] = AT(established_event.answering_device),
		PARTIES(established_event)),
	FORM(HELD, held_event, [ROLE_ACTING] = AT(held_event.holding_device)),
	FORM(RETRIEVED, retrieved_event, [ROLE_ACTING] = AT(retrieved_event.retrieving_device)),
	FORM(DIVERTED, diverted_event, [ROLE_ACTING] = AT(diverted_event.diverting_device),
		[ROLE_DESTINATION] = AT(diverted_event.new_destination), PARTIES(diverted_event)),
	FORM(FAILED, failed_event, [ROLE_SUBJECT] = AT(failed_event.failing_device),
		PARTIES(failed_event)),
	MERGE_FORM(TRANSFERRED, transferred_event, primary_old_call,
		transferred_fill, [ROLE_ACTING] = AT(transferred_event.transferring_device),
		[ROLE_DESTINATION] = AT(transferred_event.transferred_to)),
	MERGE_FORM(CONFERENCED, conferenced_event, primary_old_call,
		conferenced_fill, [ROLE_ACTING] = AT(conferenced_event.conferencing_device),
		[ROLE_DESTINATION] = AT(conferenced_event.added_party)),
	FORM(CONNECTION_CLEARED, connection_cleared_event,
		[ROLE_ACTING] = AT(connection_cleared_event.releasing_device)),
};

uint64_t events_supported(void)
{
	uint64_t events = 0;

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		events |= CSTA_BIT(forms[i].feature);
	return events | CSTA_BIT(CSTA_EVENT_CALL_CLEARED);
}

// Who plays the role. An empty number and no DN: nobody, or nobody known.
static struct party role_party(const struct transition *transition, enum role role)
{
	const struct call *call = transition->subject->call;

	switch (role) {
	case ROLE_ACTING:
		return (struct party){ .dn = transition->acting };
	case ROLE_CALLING:
		return call->calling;
	case ROLE_CALLED:
		return call->called;
	case ROLE_REDIRECTING:
		return call->redirecting;
	case ROLE_DESTINATION:
		return transition->destination;
	default:
		return (struct party){ .dn = transition->subject->dn };
	}
}

static void role_write(const struct monitor *monitor, const struct transition *transition,
	enum role role, struct csta_subject *out)
{
	struct party party = role_party(transition, role);
	struct viewer viewer = viewer_of_monitor(monitor);
	char device[CSTA_DEVICE_SIZE];

	if (role == ROLE_REDIRECTING && party.dn == NULL && party.number[0] == '\0') {
		out->kind = CSTA_SUBJECT_NOT_REQUIRED;
		return;
	}
	device_write(monitor->session->engine, &viewer, party.dn, party.number, device);
	csta_subject_set(out, device);
}

// What only clients of the advanced mode are told: the services that fit the state of the device's
// own connection (NULL: of a call), and the Global Call ID.
static void extras_fill(const struct monitor *monitor, const struct transition *transition,
	const struct connection *own, struct csta_msg *msg)
{
	const struct event_form *form = &forms[transition->kind];
	bool basic = monitor->session->engine->config->voice_service.cti_basic_mode;
	uint8_t *base = (uint8_t *)msg;
	uint32_t *present = (uint32_t *)&msg->body;

	if (own != NULL && !basic) {
		permitted_fill(own, (struct csta_permitted *)(base + form->permitted));
		*present |= form->permitted_row;
	}
	if (form->gcid != 0 &&
		linkage_fill(transition->subject->call, (char *)base + form->gcid))
		*present |= form->gcid_row;
}

// `own` is the device's connection; NULL at a monitor of a call, which has no local state.
static void event_fill(const struct monitor *monitor, const struct transition *transition,
	const struct connection *own, struct csta_msg *msg)
{
	const struct event_form *form = &forms[transition->kind];
	uint8_t *base = (uint8_t *)msg;

	monitor_message_init(monitor, form->type, form->cross_ref, msg);
	old_connection_fill(monitor, primary_of(transition),
		(struct csta_connection *)(base + form->connection));
	for (unsigned role = 0; role < ROLES; role++) {
		if (form->roles[role] != 0)
			role_write(monitor, transition, (enum role)role,
				(struct csta_subject *)(base + form->roles[role]));
	}
	if (own != NULL) {
		*(uint32_t *)&msg->body |= form->local_row;
		*(enum csta_connection_state *)(base + form->local) =
			state_word((enum connection_state)own->state);
	}
	*(enum csta_cause *)(base + form->cause) = transition->cause;
	if (form->rest != NULL)
		form->rest(monitor, transition, msg);
	extras_fill(monitor, transition, own, msg);
}

static void monitor_report(struct monitor *monitor, const struct transition *transition,
	const struct connection *own)
{
	struct command command;

	monitor->cause = (uint8_t)transition->cause;
	if ((monitor->suppressed & CSTA_BIT(forms[transition->kind].filter)) != 0)
		return;
	event_fill(monitor, transition, own, &command.csta_event);
	monitor_send_event(monitor, &command);
}

// --- monitors of calls ---------------------------------------------------------------------------

// A monitor goes with its call: to the one that takes its parties in.
static void monitors_follow(struct call *from, struct call *to)
{
	struct monitor *monitor;

	while ((monitor = TAILQ_FIRST(&from->monitors)) != NULL) {
		TAILQ_REMOVE(&from->monitors, monitor, at_call);
		TAILQ_INSERT_TAIL(&to->monitors, monitor, at_call);
		monitor->call = to;
	}
}

static void call_report(const struct transition *transition)
{
	struct call *call = transition->subject->call;
	const struct connection *connection;
	struct monitor *monitor;

	TAILQ_FOREACH (connection, &call->connections, in_call) {
		if (connection->joined_from != NULL)
			monitors_follow(connection->joined_from, call);
	}
	TAILQ_FOREACH (monitor, &call->monitors, at_call)
		monitor_report(monitor, transition, NULL);
}

static void call_cleared_report(struct monitor *monitor)
{
	struct csta_call_cleared_event *event;
	struct command command;

	if ((monitor->suppressed & CSTA_BIT(CSTA_FILTER_CALL_CLEARED)) != 0)
		return;
	monitor_message_init(monitor, CSTA_CALL_CLEARED_EVENT,
		offsetof(struct csta_msg, body.call_cleared_event.cross_ref), &command.csta_event);
	event = &command.csta_event.body.call_cleared_event;
	csta_connection_set(&event->connection, monitor->call->id, monitor->device);
	event->cause = (enum csta_cause)monitor->cause;
	event->has.gcid = linkage_fill(monitor->call, event->gcid);
	monitor_send_event(monitor, &command);
}

void monitors_call_cleared(struct call *call)
{
	struct monitor *monitor;

	while ((monitor = TAILQ_FIRST(&call->monitors)) != NULL) {
		call_cleared_report(monitor);
		monitor_end(monitor);
	}
}

// --- monitors of devices -------------------------------------------------------------------------

static void device_report(const struct transition *transition, const struct connection *own)
{
	struct monitor *monitor;

	TAILQ_FOREACH (monitor, &own->dn->monitors, at_dn)
		monitor_report(monitor, transition, own);
}

// A device is told of all connections of its call for as long as it has one itself; the event that
// ends its own is its last. An onlooker never had one, and a device that leaves two calls at a time
// is told by the first of its connections.
void monitors_report(struct engine *engine, const struct transition *transition)
{
	const struct connection *subject = transition->subject;
	struct call *call = subject->call;
	const struct connection *own;

	(void)engine;
	debug_print(DEBUG_CTI_CALLMON, "%s %s: %s --> %s, %s, cause %s", call->gcid,
		transition_name(transition->kind), call->calling.number, call->called.number,
		connection_state_name(subject->state), csta_cause_name(transition->cause));
	TAILQ_FOREACH (own, &call->connections, in_call) {
		if ((own == subject || own == transition->secondary ||
			    own->state != CONNECTION_NULL) &&
			call_connection(call, own->dn) == own)
			device_report(transition, own);
	}
	call_report(transition);
}
