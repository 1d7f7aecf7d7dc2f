// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// From a message of a conn to the function that knows it. What comes too early, too late or for
// nothing is counted and has no other effect.
#include "control/phone/internal.h"
#include "control/phone/media.h"
#include "control/vty/debug.h"

enum need {
	NEED_NOTHING,
	NEED_PHONE,   // Register was accepted
	NEED_SERVICE, // a key: a phone that sends keys has all it needs
};

static void nothing(struct station *station, const struct sccp_msg *msg)
{
	(void)station;
	(void)msg;
}

static const struct message_row {
	uint32_t id;
	enum need need;
	station_handler *handle;
} rows[] = {
	{ SCCP_REGISTER, NEED_NOTHING, register_req },
	{ SCCP_UNREGISTER, NEED_NOTHING, unregister_req },
	{ SCCP_REGISTER_TOKEN_REQ, NEED_NOTHING, register_token_req },
	{ SCCP_SPCP_REGISTER_TOKEN_REQ, NEED_NOTHING, spcp_token_req },
	{ SCCP_ALARM, NEED_NOTHING, nothing },
	{ SCCP_ENHANCED_ALARM, NEED_NOTHING, nothing },
	{ SCCP_IP_PORT, NEED_NOTHING, nothing },
	{ SCCP_LOCATION_INFO, NEED_NOTHING, nothing },
	{ SCCP_CAPABILITIES_RES, NEED_PHONE, capabilities_res },
	{ SCCP_UPDATE_CAPABILITIES, NEED_PHONE, update_capabilities },
	{ SCCP_UPDATE_CAPABILITIES_V2, NEED_PHONE, update_capabilities },
	{ SCCP_UPDATE_CAPABILITIES_V3, NEED_PHONE, update_capabilities },
	{ SCCP_BUTTON_TEMPLATE_REQ, NEED_PHONE, button_template_req },
	{ SCCP_SOFT_KEY_TEMPLATE_REQ, NEED_PHONE, soft_key_template_req },
	{ SCCP_SOFT_KEY_SET_REQ, NEED_PHONE, soft_key_set_req },
	{ SCCP_CONFIG_STAT_REQ, NEED_PHONE, config_stat_req },
	{ SCCP_LINE_STAT_REQ, NEED_PHONE, line_stat_req },
	{ SCCP_SPEED_DIAL_STAT_REQ, NEED_PHONE, speed_dial_stat_req },
	{ SCCP_FORWARD_STAT_REQ, NEED_PHONE, forward_stat_req },
	{ SCCP_FEATURE_STAT_REQ, NEED_PHONE, feature_stat_req },
	{ SCCP_SERVICE_URL_STAT_REQ, NEED_PHONE, service_url_stat_req },
	{ SCCP_VERSION_REQ, NEED_PHONE, version_req },
	{ SCCP_SERVER_REQ, NEED_PHONE, server_req },
	{ SCCP_TIME_DATE_REQ, NEED_PHONE, time_date_req },
	{ SCCP_CALL_COUNT_REQ, NEED_PHONE, call_count_req },
	{ SCCP_SUBSCRIPTION_STAT_REQ, NEED_PHONE, subscription_stat_req },
	{ SCCP_REGISTER_AVAILABLE_LINES, NEED_PHONE, nothing },
	{ SCCP_HEADSET_STATUS, NEED_PHONE, nothing },
	{ SCCP_MEDIA_PATH_EVENT, NEED_PHONE, nothing },
	{ SCCP_MEDIA_PATH_CAPABILITY, NEED_PHONE, nothing },
	{ SCCP_MEDIA_RESOURCE_NOTIFICATION, NEED_PHONE, nothing },
	{ SCCP_CONNECTION_STATISTICS_RES, NEED_PHONE, statistics_res },
	{ SCCP_START_MEDIA_TRANSMISSION_ACK, NEED_PHONE, nothing },
	{ SCCP_OPEN_RECEIVE_CHANNEL_ACK, NEED_SERVICE, media_ack },
	{ SCCP_OFF_HOOK, NEED_SERVICE, off_hook },
	{ SCCP_OFF_HOOK_CALLING, NEED_SERVICE, off_hook_calling },
	{ SCCP_ON_HOOK, NEED_SERVICE, on_hook },
	{ SCCP_KEYPAD_BUTTON, NEED_SERVICE, keypad_button },
	{ SCCP_ENBLOC_CALL, NEED_SERVICE, enbloc_call },
	{ SCCP_STIMULUS, NEED_SERVICE, stimulus },
	{ SCCP_SOFT_KEY_EVENT, NEED_SERVICE, soft_key_event },
};

static const struct message_row *row_find(uint32_t id)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].id == id)
			return &rows[i];
	}
	return NULL;
}

static const char *station_name(const struct station *station)
{
	return station->phone != NULL ? station->phone->name : "unregistered";
}

static void message_trace(const struct station *station, const struct sccp_msg *msg)
{
	char text[1024];

	if (!debug_on(DEBUG_EPHONE_MESSAGE))
		return;
	sccp_print(msg, text, sizeof(text));
	debug_write(DEBUG_EPHONE_MESSAGE, "%s > %s", station_name(station), text);
}

static void message(struct station *station, const struct sccp_msg *msg)
{
	const struct message_row *row = row_find(msg->id);
	struct engine *engine = station->engine;

	message_trace(station, msg);
	if (station->phone != NULL)
		station_fsm_alive(station->phone);
	if (row == NULL) {
		engine->ignored[IGNORED_MESSAGE]++;
		return;
	}
	if (row->need != NEED_NOTHING && station->phone == NULL) {
		engine->ignored[IGNORED_UNREGISTERED]++;
		return;
	}
	if (row->need == NEED_SERVICE)
		station_fsm_ready(station->phone);
	// The station may be gone on return.
	row->handle(station, msg);
}

static void conn_alive(struct engine *engine, handle_t conn)
{
	struct station *station = station_find(engine, conn);

	if (station == NULL) {
		engine->ignored[IGNORED_CONN]++;
		return;
	}
	debug_print(DEBUG_EPHONE_KEEPALIVE, "%s > KeepAlive", station_name(station));
	station_alive(station);
}

void phones_alive(struct engine *engine, const struct event *event)
{
	const struct event_conns_alive *alive = &event->conns_alive;

	for (uint32_t i = 0; i < alive->count; i++)
		conn_alive(engine, alive->conns[i]);
}

void phones_event(struct engine *engine, const struct event *event)
{
	struct station *station = station_find(engine, event->handle);
	bool lost;

	if (event->type == EVENT_CONN_OPENED) {
		if (station == NULL)
			station_open(engine, event->handle, &event->conn_opened);
		return;
	}
	if (station == NULL) {
		engine->ignored[IGNORED_CONN]++;
		return;
	}
	if (event->type == EVENT_CONN_CLOSED) {
		lost = event->conn_closed.reason == CONN_CLOSE_TIMEOUT;
		station_close(station, lost);
		return;
	}
	message(station, &event->sccp);
}
