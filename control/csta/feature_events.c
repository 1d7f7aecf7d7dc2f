// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What monitors are told about devices as such: their features and their service (ECMA-269, device
// feature and maintenance events), and digits sent into calls. One row an event.
#include <stdio.h>

#include "control/call/feature.h"
#include "control/csta/service.h"
#include "control/csta/session.h"

#define AT(member) offsetof(struct csta_msg, body.member)

// Offsets into struct csta_msg; 0: the event has no such field.
struct feature_form {
	enum csta_type type;
	enum csta_filter_bit filter;
	enum csta_events_bit feature; // of GetCSTAFeatures
	uint16_t cross_ref;
	uint16_t device;
	uint16_t on;
	// What only this event has.
	void (*fill)(
		const struct monitor *monitor, const struct notice *notice, struct csta_msg *msg);
};

enum csta_forwarding_type forwarding_type(enum config_forward_kind kind)
{
	static const enum csta_forwarding_type types[FORWARD_NIGHT] = {
		[FORWARD_ALL] = CSTA_FORWARD_IMMEDIATE,
		[FORWARD_BUSY] = CSTA_FORWARD_BUSY,
		[FORWARD_NOAN] = CSTA_FORWARD_NO_ANS,
	};

	return types[kind];
}

static void forwarding_fill(
	const struct monitor *monitor, const struct notice *notice, struct csta_msg *msg)
{
	struct csta_forwarding_event *event = &msg->body.forwarding_event;
	struct engine *engine = monitor->session->engine;
	const struct config_forward *last =
		config_forward_last(engine->config, notice->dn->config, notice->forward);
	struct viewer viewer = viewer_of_monitor(monitor);

	event->has.type = true;
	event->type = forwarding_type(notice->forward);
	event->has.destination = last->number[0] != '\0';
	device_write(engine, &viewer, dn_find(engine, last->number), last->number,
		event->destination);
	event->has.ring_duration_s = notice->forward == FORWARD_NOAN && notice->on;
	event->ring_duration_s = last->timeout;
}

static void message_waiting_fill(
	const struct monitor *monitor, const struct notice *notice, struct csta_msg *msg)
{
	struct csta_message_waiting_event *event = &msg->body.message_waiting_event;
	struct viewer viewer = viewer_of_monitor(monitor);

	event->has.for_device = notice->dn->message_for != NULL;
	if (event->has.for_device)
		device_rewrite(monitor->session->engine, &viewer, notice->dn->message_for,
			event->for_device);
}

static void digits_fill(
	const struct monitor *monitor, const struct notice *notice, struct csta_msg *msg)
{
	struct csta_digits_generated_event *event = &msg->body.digits_generated_event;
	struct viewer viewer = viewer_of_monitor(monitor);
	char device[CSTA_DEVICE_SIZE];

	device_write(monitor->session->engine, &viewer, notice->dn, "", device);
	csta_connection_set(&event->connection, notice->connection->call->id, device);
	snprintf(event->digits, sizeof(event->digits), "%s", notice->digits);
}

static const struct feature_form forms[NOTICE_KINDS] = {
	[NOTICE_DO_NOT_DISTURB] = { CSTA_DO_NOT_DISTURB_EVENT, CSTA_FILTER_DO_NOT_DISTURB,
		CSTA_EVENT_DO_NOT_DISTURB, AT(do_not_disturb_event.cross_ref),
		AT(do_not_disturb_event.device), AT(do_not_disturb_event.on), NULL },
	[NOTICE_FORWARDING] = { CSTA_FORWARDING_EVENT, CSTA_FILTER_FORWARDING,
		CSTA_EVENT_FORWARDING, AT(forwarding_event.cross_ref), AT(forwarding_event.device),
		AT(forwarding_event.on), forwarding_fill },
	[NOTICE_MESSAGE_WAITING] = { CSTA_MESSAGE_WAITING_EVENT, CSTA_FILTER_MESSAGE_WAITING,
		CSTA_EVENT_MESSAGE_WAITING, AT(message_waiting_event.cross_ref),
		AT(message_waiting_event.device), AT(message_waiting_event.on),
		message_waiting_fill },
	[NOTICE_DIGITS_GENERATED] = { CSTA_DIGITS_GENERATED_EVENT, CSTA_FILTER_DIGITS_GENERATED,
		CSTA_EVENT_DIGITS_GENERATED, AT(digits_generated_event.cross_ref), 0, 0,
		digits_fill },
	[NOTICE_OUT_OF_SERVICE] = { CSTA_OUT_OF_SERVICE_EVENT, CSTA_FILTER_OUT_OF_SERVICE,
		CSTA_EVENT_OUT_OF_SERVICE, AT(out_of_service_event.cross_ref),
		AT(out_of_service_event.device), 0, NULL },
	[NOTICE_BACK_IN_SERVICE] = { CSTA_BACK_IN_SERVICE_EVENT, CSTA_FILTER_BACK_IN_SERVICE,
		CSTA_EVENT_BACK_IN_SERVICE, AT(back_in_service_event.cross_ref),
		AT(back_in_service_event.device), 0, NULL },
};

uint64_t feature_events_supported(void)
{
	uint64_t events = 0;

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		events |= CSTA_BIT(forms[i].feature);
	return events;
}

static void event_fill(
	const struct monitor *monitor, const struct notice *notice, struct csta_msg *msg)
{
	const struct feature_form *form = &forms[notice->kind];
	struct viewer viewer = viewer_of_monitor(monitor);
	char device[CSTA_DEVICE_SIZE];
	uint8_t *base = (uint8_t *)msg;

	monitor_message_init(monitor, form->type, form->cross_ref, msg);
	if (form->device != 0) {
		device_write(monitor->session->engine, &viewer, notice->dn, "", device);
		csta_subject_set((struct csta_subject *)(base + form->device), device);
	}
	if (form->on != 0)
		*(bool *)(base + form->on) = notice->on;
	if (form->fill != NULL)
		form->fill(monitor, notice, msg);
}

static void monitor_notify(struct monitor *monitor, const struct notice *notice)
{
	struct command command;

	if ((monitor->suppressed & CSTA_BIT(forms[notice->kind].filter)) != 0)
		return;
	event_fill(monitor, notice, &command.csta_event);
	monitor_send_event(monitor, &command);
}

static void device_notify(const struct dn *dn, const struct notice *notice)
{
	struct monitor *monitor;

	TAILQ_FOREACH (monitor, &dn->monitors, at_dn)
		monitor_notify(monitor, notice);
}

// A feature is its device's own business; digits are heard by all in the call.
void monitors_notify(struct engine *engine, const struct notice *notice)
{
	const struct connection *connection;
	struct monitor *monitor;

	(void)engine;
	if (notice->kind == NOTICE_BACK_IN_SERVICE || notice->kind == NOTICE_OUT_OF_SERVICE)
		device_trace(notice->dn);
	if (notice->connection == NULL) {
		device_notify(notice->dn, notice);
		return;
	}
	TAILQ_FOREACH (monitor, &notice->connection->call->monitors, at_call)
		monitor_notify(monitor, notice);
	TAILQ_FOREACH (connection, &notice->connection->call->connections, in_call) {
		if (!connection->onlooker && connection->state != CONNECTION_NULL)
			device_notify(connection->dn, notice);
	}
}
