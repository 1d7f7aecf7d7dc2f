// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "bench/micro/event.h"

#include <string.h>

#include "bench/micro/bench.h"

static const char cross_ref[] = "ff0000010000000084d1c9a3b7e2";
static const char call_id[] = "ff0000030000001c5b1f20c49a7d";

void event_delivered(struct csta_msg *msg)
{
	struct csta_delivered_event *event = &msg->body.delivered_event;

	csta_msg_init(msg, CSTA_DELIVERED_EVENT);
	msg->ns = (uint8_t)csta_ns_find(span_str(csta_ns_string(CSTA_NS_NONE)));
	strcpy(event->cross_ref, cross_ref);
	bench_require(csta_connection_set(&event->connection, call_id, "tel:202"));
	csta_subject_set(&event->alerting_device, "tel:202");
	csta_subject_set(&event->calling_device, "tel:201");
	csta_subject_set(&event->called_device, "tel:202");
	event->last_redirection.kind = CSTA_SUBJECT_NOT_REQUIRED;
	event->local = CSTA_STATE_ALERTING;
	event->cause = CSTA_CAUSE_NEW_CALL;
}

void event_monitor_started(struct csta_msg *msg)
{
	struct csta_monitor_start_response *response = &msg->body.monitor_start_response;

	csta_msg_init(msg, CSTA_MONITOR_START_RESPONSE);
	msg->ns = (uint8_t)csta_ns_find(span_str(csta_ns_string(CSTA_NS_NONE)));
	strcpy(response->cross_ref, cross_ref);
	response->has.existing_calls = true;
	response->existing_calls = true;
}
