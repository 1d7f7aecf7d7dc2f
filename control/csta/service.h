// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Services: what a client may ask for inside its session. One row a service in services.c, which
// also says what the engine claims in GetCSTAFeatures.
#pragma once

#include <osmocom/core/utils.h>

#include "control/csta/claims.h"
#include "control/csta/csta.h"
#include "control/csta/devices.h"
#include "control/csta/errors.h"

// A request on its way through the checks. `dn` is the device asked for and `device` the client's
// text for it; where the request names none both are the session's.
struct request {
	struct engine *engine;
	struct session *session;
	const struct csta_msg *msg;
	struct csta_msg *answer; // the service's positive response, to be filled
	struct dn *dn;
	const char *device;
	char number[NUMBER_SIZE];      // whom a call is to go to; empty: nobody is named
	struct connection *connection; // the one asked for, where the service wants one
	struct dn *holding;            // the device of the second one
	struct connection *held;       // the second one, where it wants two; of the same device
};

// To whom the answer is written: the device asked for, as the request named it.
static inline struct viewer viewer_of_request(const struct request *request)
{
	return viewer_of_text(request->session, request->dn, request->device);
}

// A call and through whose eyes it is seen: the device by which the client named it.
struct call_seen {
	struct dn *dn;
	const char *device; // the client's text for it
	struct call *call;
};

// The call of a ConnectionID, of which either part may be missing; where the device is, *out keeps
// the one that it had. A call is shown when a device that may be watched takes part in it.
enum refusal find_call(
	struct request *request, const struct csta_connection *id, struct call_seen *out);

// Answers an INFO with a CSTA body, whatever it holds.
void service_request(struct session *session, const struct event_csta_request *event);

// The handlers. Each fills request->answer or says why not; those of services for connections are
// asked for what can be done.
enum refusal serve_request_system_status(struct request *request);
enum refusal serve_system_status(struct request *request);
enum refusal serve_system_register(struct request *request);
enum refusal serve_system_register_cancel(struct request *request);
enum refusal serve_get_csta_features(struct request *request);
enum refusal serve_get_logical_device_information(struct request *request);
enum refusal serve_get_physical_device_information(struct request *request);
enum refusal serve_get_switching_function_capabilities(struct request *request);
enum refusal serve_get_switching_function_devices(struct request *request);
enum refusal serve_monitor_start(struct request *request);
enum refusal serve_monitor_stop(struct request *request);
enum refusal serve_change_monitor_filter(struct request *request);
enum refusal serve_snapshot_device(struct request *request);
enum refusal serve_snapshot_call(struct request *request);
enum refusal serve_make_call(struct request *request);
enum refusal serve_answer_call(struct request *request);
enum refusal serve_clear_connection(struct request *request);
enum refusal serve_hold_call(struct request *request);
enum refusal serve_retrieve_call(struct request *request);
enum refusal serve_clear_call(struct request *request);
enum refusal serve_deflect_call(struct request *request);
enum refusal serve_consultation_call(struct request *request);
enum refusal serve_alternate_call(struct request *request);
enum refusal serve_reconnect_call(struct request *request);
enum refusal serve_transfer_call(struct request *request);
enum refusal serve_single_step_transfer_call(struct request *request);
enum refusal serve_conference_call(struct request *request);
enum refusal serve_single_step_conference_call(struct request *request);

// What is wrong with the values of a request, whomever it is about.
enum refusal values_make_call(const struct request *request);
enum refusal values_consultation_call(const struct request *request);
enum refusal values_alternate_call(const struct request *request);
enum refusal values_single_step_conference_call(const struct request *request);
enum refusal values_generate_digits(const struct request *request);
enum refusal values_set_do_not_disturb(const struct request *request);
enum refusal values_set_forwarding(const struct request *request);

// Adds a party of a call that was transferred or made a conference: its connection after and
// before, by their calls' ids.
void connection_list_add(struct csta_connection_item_list *list, const struct viewer *viewer,
	const struct connection *connection, const char *now, const char *before);
enum refusal serve_generate_digits(struct request *request);
enum refusal serve_get_do_not_disturb(struct request *request);
enum refusal serve_set_do_not_disturb(struct request *request);
enum refusal serve_get_forwarding(struct request *request);
enum refusal serve_set_forwarding(struct request *request);
enum refusal serve_get_message_waiting(struct request *request);
enum refusal serve_set_message_waiting(struct request *request);

// The state as the codec spells it: the same list, which begins with "none" there.
static inline enum csta_connection_state state_word(enum connection_state state)
{
	return (enum csta_connection_state)(CSTA_STATE_NULL + (unsigned)state);
}

// servicesPermitted: what would not be refused now if it were asked of this connection, about
// somebody who can be called where it needs one.
void permitted_fill(const struct connection *connection, struct csta_permitted *permitted);

// callLinkageData and callLinkageDataList: the Global Call IDs of a call, and of the call that goes
// on with the one that it took in (itself: there was one call only). False: clients are not told.
bool linkage_fill(const struct call *call, char gcid[CSTA_GCID_SIZE]);
bool linkages_fill(
	const struct call *now, const struct call *before, struct csta_linkages *linkages);

// A kind of forwarding as its type in messages.
enum csta_forwarding_type forwarding_type(enum config_forward_kind kind);
