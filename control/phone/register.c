// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Conns of the Skinny port and who registers on them.
#include <ctype.h>
#include <osmocom/core/hashtable.h>
#include <stdio.h>
#include <string.h>

#include "control/phone/internal.h"

enum {
	PATIENCE_S = 30, // of a conn that sends neither Register nor KeepAlive
	KEEPALIVES_MISSED = 3,
	TOKEN_WAIT_S = 60, // until a refused phone may ask for a token again
};

struct station *station_find(struct engine *engine, handle_t conn)
{
	struct station *station;

	hash_for_each_possible (engine->station_by_conn, station, by_conn, conn) {
		if (station->conn == conn)
			return station;
	}
	return NULL;
}

void station_open(struct engine *engine, handle_t conn, const struct event_conn_opened *opened)
{
	struct station *station = pool_take(&engine->stations, NULL);

	if (station == NULL) {
		outbox_conn_close(&engine->outbox, conn);
		return;
	}
	station->engine = engine;
	station->conn = conn;
	station->remote = opened->remote;
	station->local = opened->local;
	hash_add(engine->station_by_conn, &station->by_conn, conn);
	patience_begin(engine, &station->patience, PATIENCE_STATION, PATIENCE_S);
}

static void station_detach(struct station *station, bool lost)
{
	struct phone *phone = station->phone;

	if (phone == NULL)
		return;
	station->phone = NULL;
	phone->station = NULL;
	phone->conn = 0;
	station_fsm_gone(phone, lost);
}

void station_close(struct station *station, bool lost)
{
	station_detach(station, lost);
	patience_end(station->engine, &station->patience);
	hash_del(&station->by_conn);
	pool_give(&station->engine->stations, station);
}

void station_hang_up(struct station *station, bool lost)
{
	outbox_conn_close(&station->engine->outbox, station->conn);
	station_close(station, lost);
}

void station_abort(struct station *station, bool lost)
{
	outbox_conn_abort(&station->engine->outbox, station->conn);
	station_close(station, lost);
}

static void station_send(struct station *station, const struct sccp_msg *msg)
{
	outbox_sccp(&station->engine->outbox, station->conn, msg);
}

static void reject(struct station *station, const char *reason)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_REGISTER_REJECT);
	snprintf(msg.register_reject.text, sizeof(msg.register_reject.text), "%s", reason);
	station_send(station, &msg);
	station_hang_up(station, false);
}

// The configured order of day, month and year as the phone wants it: "M/D/YA", A for a 12 hour
// clock.
static void date_template_write(const struct config_telephony *telephony, char *text, size_t size)
{
	const char *format = telephony->date_format != NULL ? telephony->date_format : "mm-dd-yy";
	size_t n = 0;

	for (const char *p = format; *p != '\0' && n + 3 < size; p++) {
		if (p != format && p[-1] != '-')
			continue;
		if (n > 0)
			text[n++] = '/';
		text[n++] = (char)toupper((unsigned char)*p);
	}
	if (telephony->time_format == 12)
		text[n++] = 'A';
	text[n] = '\0';
}

// Feature bytes by protocol version.
static void features_write(uint8_t version, uint8_t features[3])
{
	static const uint8_t basic[3] = { 0x20, 0x00, 0xfe }, dynamic[3] = { 0x20, 0xf1, 0xff };

	if (version >= 11)
		memcpy(features, dynamic, 3);
	else if (version > 3)
		memcpy(features, basic, 3);
}

static void acknowledge(struct phone *phone)
{
	const struct config *config = phone->engine->config;
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_REGISTER_ACK);
	msg.register_ack.keepalive_s = config_ephone_keepalive(config, phone->config);
	msg.register_ack.secondary_keepalive_s = msg.register_ack.keepalive_s;
	date_template_write(&config->telephony, msg.register_ack.date_template,
		sizeof(msg.register_ack.date_template));
	msg.register_ack.version = phone->protocol_version;
	features_write(phone->protocol_version, msg.register_ack.features);
	phone_send(phone, &msg);
	sccp_msg_init(&msg, SCCP_CAPABILITIES_REQ);
	phone_send(phone, &msg);
}

static void attach(struct station *station, struct phone *phone)
{
	// A second conn of the same phone: the newer one is the one that lives. After an outage nobody is at
	// the other end of the older: it must not wait for an answer and take up room.
	if (phone->station != NULL && phone->station != station)
		station_abort(phone->station, false);
	if (station->phone != phone)
		station_detach(station, false);
	patience_end(station->engine, &station->patience);
	station->phone = phone;
	phone->station = station;
	phone->conn = station->conn;
	phone->remote = station->remote;
}

void register_req(struct station *station, const struct sccp_msg *msg)
{
	const struct sccp_register_req *req = &msg->register_req;
	struct engine *engine = station->engine;
	struct phone *phone = phone_find(engine, req->name);

	if (engine->config->telephony.source.addr.family == ADDR_NONE) {
		reject(station, "No telephony service");
		return;
	}
	if (phone == NULL) {
		reject(station, "Phone not configured");
		return;
	}
	attach(station, phone);
	phone->protocol_version = sccp_version_settle(req->version);
	phone->own_version = req->version;
	phone_offers_nothing(phone, req->features);
	// Older phones do not tell how many streams they bear.
	phone->mixes = req->max_conferences > 0 &&
		       (req->max_streams == 0 || req->max_streams >= STREAMS_MAX);
	phone->keepalives = 0;
	phone->registered_us = engine_now_us();
	station_fsm_register(phone);
	phone_identify(phone, req->device_type);
	acknowledge(phone);
}

void unregister_req(struct station *station, const struct sccp_msg *msg)
{
	bool refused = station->phone != NULL && phone_active(station->phone) != NULL;
	struct sccp_msg ack;

	(void)msg;
	sccp_msg_init(&ack, SCCP_UNREGISTER_ACK);
	ack.unregister_ack.status = refused ? SCCP_UNREGISTER_NAK : SCCP_UNREGISTER_OK;
	station_send(station, &ack);
	if (!refused)
		station_hang_up(station, false);
}

void register_token_req(struct station *station, const struct sccp_msg *msg)
{
	bool known = phone_find(station->engine, msg->register_token_req.name) != NULL;
	struct sccp_msg answer;

	sccp_msg_init(&answer, known ? SCCP_REGISTER_TOKEN_ACK : SCCP_REGISTER_TOKEN_REJECT);
	if (!known)
		answer.register_token_reject.wait_s = TOKEN_WAIT_S;
	station_send(station, &answer);
}

void spcp_token_req(struct station *station, const struct sccp_msg *msg)
{
	bool known = phone_find(station->engine, msg->spcp_register_token_req.name) != NULL;
	struct sccp_msg answer;

	sccp_msg_init(
		&answer, known ? SCCP_SPCP_REGISTER_TOKEN_ACK : SCCP_SPCP_REGISTER_TOKEN_REJECT);
	if (known)
		answer.spcp_register_token_ack.features = 0xffff;
	else
		answer.spcp_register_token_reject.wait_s = TOKEN_WAIT_S;
	station_send(station, &answer);
}

// KeepAlive has been answered already (dataplane): here it only shows that somebody is there.
void station_alive(struct station *station)
{
	unsigned interval_s = station->engine->config->telephony.keepalive;
	struct phone *phone = station->phone;

	if (phone == NULL) {
		patience_begin(station->engine, &station->patience, PATIENCE_STATION,
			interval_s * KEEPALIVES_MISSED);
		return;
	}
	phone->keepalives++;
	station_fsm_alive(phone);
}
