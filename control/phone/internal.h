// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Between the files of control/phone/.
#pragma once

#include "control/phone/phone.h"

// A message of a phone or of a conn that is nobody's yet.
typedef void station_handler(struct station *station, const struct sccp_msg *msg);

// --- station_fsm.c -----------------------------------------------------------------------------

// Register accepted: the dialogue begins on this station.
void station_fsm_register(struct phone *phone);
// The phone has all it asked for, or uses its keys already: in service.
void station_fsm_ready(struct phone *phone);
// Anything was heard from the phone.
void station_fsm_alive(struct phone *phone);
// The phone's wait is over.
void station_fsm_expired(struct phone *phone, uint64_t now_us);
// Unregistered or closed normally; lost: no sign of life.
void station_fsm_gone(struct phone *phone, bool lost);
// It is told to come anew.
void station_fsm_reset(struct phone *phone);
bool phone_is_registering(const struct phone *phone);

// --- patience.c --------------------------------------------------------------------------------

enum patience_kind {
	PATIENCE_PHONE,   // the end of the dialogue, then each sign of life
	PATIENCE_STATION, // the first sign of life
};

// Waits anew, whether it waited or not.
void patience_begin(
	struct engine *engine, struct wheel_node *node, enum patience_kind kind, uint64_t seconds);
// Goes on waiting.
void patience_until(struct engine *engine, struct wheel_node *node, uint64_t due_us);
// Nodes that do not wait are left alone.
void patience_end(struct engine *engine, struct wheel_node *node);

// --- register.c --------------------------------------------------------------------------------

// A new conn: waits for Register. Closed at once when there are too many.
void station_open(struct engine *engine, handle_t conn, const struct event_conn_opened *opened);
// The conn is gone: ends the phone's part. `lost`: without a word.
void station_close(struct station *station, bool lost);
// A KeepAlive came.
void station_alive(struct station *station);
// The same, and closes the conn.
void station_hang_up(struct station *station, bool lost);
// The same by a reset: the phone is gone, or elsewhere.
void station_abort(struct station *station, bool lost);
struct station *station_find(struct engine *engine, handle_t conn);

station_handler register_req, unregister_req, register_token_req, spcp_token_req;

// --- answers.c ---------------------------------------------------------------------------------

station_handler soft_key_template_req, soft_key_set_req, config_stat_req,
	line_stat_req, speed_dial_stat_req, forward_stat_req, feature_stat_req,
	service_url_stat_req, version_req, server_req, time_date_req, call_count_req,
	subscription_stat_req, capabilities_res, update_capabilities;

void phone_send_time(struct phone *phone);

// --- template.c --------------------------------------------------------------------------------

station_handler button_template_req;

// --- keys.c ------------------------------------------------------------------------------------

station_handler off_hook, off_hook_calling, on_hook, keypad_button, enbloc_call, stimulus,
	soft_key_event;

// --- restart.c ---------------------------------------------------------------------------------

// Its lines become what they should be, now or when it is idle.
void phone_rebuild(struct phone *phone);
// Nothing is to be done any more when it is idle.
void phone_settled(struct phone *phone);

// --- phone.c -----------------------------------------------------------------------------------

void phone_ignore(struct phone *phone, enum phone_ignored reason);
struct line *phone_line(struct phone *phone, uint32_t instance);
struct appearance *phone_appearance(struct phone *phone, uint32_t call_reference);
void phone_send(struct phone *phone, const struct sccp_msg *msg);

// Clears the phone's calls when it went out of service.
void phone_lost(struct phone *phone);

// It registers as this device: its buttons are what they should be before it asks for them.
void phone_identify(struct phone *phone, uint32_t device_type);
