// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What a phone asks while it registers and later: each question is answered on its own, in whatever
// order they come. A question about something that is not there gets its index back and empty
// texts.
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "control/phone/buttons.h"
#include "control/phone/internal.h"
#include "control/phone/screen.h"
#include "control/phone/softkeys.h"
#include "control/phone/status.h"

enum {
	DISPLAY_OPTIONS = 15,
};

void soft_key_template_req(struct station *station, const struct sccp_msg *req)
{
	(void)req;
	softkeys_template_answer(station->phone);
}

void soft_key_set_req(struct station *station, const struct sccp_msg *req)
{
	(void)req;
	softkeys_sets_answer(station->phone);
	phone_show_idle_keys(station->phone);
}

void config_stat_req(struct station *station, const struct sccp_msg *req)
{
	struct phone *phone = station->phone;
	struct sccp_msg msg;
	struct sccp_config_stat_res *res = &msg.config_stat_res;
	struct config_speed_dial dial = { 0 };

	(void)req;
	sccp_msg_init(&msg, SCCP_CONFIG_STAT_RES);
	snprintf(res->name, sizeof(res->name), "%s", phone->name);
	res->instance = 1;
	sccp_text_set(res->user_name, sizeof(res->user_name),
		phone->em_user != NULL            ? phone->em_user->user
		: phone->config->username != NULL ? phone->config->username
						  : "");
	snprintf(res->server_name, sizeof(res->server_name), "%.40s",
		phone->engine->config->hostname);
	res->lines = phone_instances(phone);
	while (phone_speed_dial_next(phone, dial.tag, &dial))
		res->speed_dials++;
	phone_send(phone, &msg);
}

void line_stat_req(struct station *station, const struct sccp_msg *req)
{
	struct line *line = phone_line(station->phone, req->line_stat_req.line);
	struct watch_button *watch = phone_watch(station->phone, req->line_stat_req.line);
	const struct dn *dn = line != NULL ? line->dn : watch != NULL ? watch->dn : NULL;
	struct sccp_msg msg;
	struct sccp_line_stat_res *res = &msg.line_stat_res;

	sccp_msg_init(&msg, SCCP_LINE_STAT_RES);
	res->line = req->line_stat_req.line;
	if (dn != NULL) {
		const char *number = dn->numbers[DN_PRIMARY].text;
		const char *label = dn->config->label;

		snprintf(res->number, sizeof(res->number), "%.24s", number);
		sccp_text_set(res->display_name, sizeof(res->display_name), dn_name(dn));
		sccp_text_set(res->label, sizeof(res->label), label != NULL ? label : number);
		res->options = DISPLAY_OPTIONS;
	}
	phone_send(station->phone, &msg);
}

void speed_dial_stat_req(struct station *station, const struct sccp_msg *req)
{
	struct config_speed_dial dial;
	struct sccp_msg msg;
	struct sccp_speed_dial_stat_res *res = &msg.speed_dial_stat_res;

	sccp_msg_init(&msg, SCCP_SPEED_DIAL_STAT_RES);
	res->instance = req->speed_dial_stat_req.instance;
	if (phone_speed_dial(station->phone, res->instance, &dial)) {
		snprintf(res->number, sizeof(res->number), "%.*s",
			(int)sizeof(res->number) - 1, dial.number);
		sccp_text_set(res->label, sizeof(res->label), dial.label);
	}
	phone_send(station->phone, &msg);
}

void forward_stat_req(struct station *station, const struct sccp_msg *req)
{
	struct line *line = phone_line(station->phone, req->forward_stat_req.line);
	struct sccp_msg msg;

	if (line != NULL) {
		line_show_forward(line);
		return;
	}
	sccp_msg_init(&msg, SCCP_FORWARD_STAT_RES);
	msg.forward_stat_res.line = req->forward_stat_req.line;
	phone_send(station->phone, &msg);
}

void feature_stat_req(struct station *station, const struct sccp_msg *req)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_FEATURE_STAT_RES);
	msg.feature_stat_res.instance = req->feature_stat_req.instance;
	phone_send(station->phone, &msg);
}

void service_url_stat_req(struct station *station, const struct sccp_msg *req)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_SERVICE_URL_STAT_RES);
	msg.service_url_stat_res.instance = req->service_url_stat_req.instance;
	phone_send(station->phone, &msg);
}

// An empty load: the phone keeps the one it has.
void version_req(struct station *station, const struct sccp_msg *req)
{
	struct sccp_msg msg;

	(void)req;
	sccp_msg_init(&msg, SCCP_VERSION_RES);
	phone_send(station->phone, &msg);
}

void server_req(struct station *station, const struct sccp_msg *req)
{
	const struct config *config = station->engine->config;
	struct sccp_msg msg;
	struct sccp_server_res *res = &msg.server_res;

	(void)req;
	sccp_msg_init(&msg, SCCP_SERVER_RES);
	snprintf(res->names[0].name, sizeof(res->names[0].name), "%.48s", config->hostname);
	res->ports[0].port = station->local.port;
	res->addrs[0].addr = station->local.addr;
	phone_send(station->phone, &msg);
}

// Phones show the broken-down fields as they are, so they are in local time.
void phone_send_time(struct phone *phone)
{
	struct timespec now;
	struct sccp_msg msg;
	struct sccp_define_time_date *res = &msg.define_time_date;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	sccp_msg_init(&msg, SCCP_DEFINE_TIME_DATE);
	res->year = (uint32_t)tm.tm_year + 1900;
	res->month = (uint32_t)tm.tm_mon + 1;
	res->day_of_week = (uint32_t)tm.tm_wday;
	res->day = (uint32_t)tm.tm_mday;
	res->hour = (uint32_t)tm.tm_hour;
	res->minute = (uint32_t)tm.tm_min;
	res->second = (uint32_t)tm.tm_sec;
	res->millisecond = (uint32_t)(now.tv_nsec / 1000000);
	res->system_time = (uint32_t)now.tv_sec;
	phone_send(phone, &msg);
}

// The last question of most phones: they are usable from here on.
void time_date_req(struct station *station, const struct sccp_msg *req)
{
	(void)req;
	phone_send_time(station->phone);
	station_fsm_ready(station->phone);
}

static void call_count_fill(
	struct phone *phone, uint32_t instance, struct sccp_call_count_line *out)
{
	const struct line *line = phone_line(phone, instance);

	if (line == NULL)
		return;
	out->max_calls = line->dn->channels;
	out->busy_trigger = (uint16_t)config_open_channels(phone->engine->config, line->dn->config);
}

// In several messages, as the button template.
void call_count_req(struct station *station, const struct sccp_msg *req)
{
	struct phone *phone = station->phone;
	uint32_t total = phone_instances(phone), sent = 0;
	struct sccp_msg msg;
	struct sccp_call_count_res *res = &msg.call_count_res;
	const uint32_t room = sizeof(res->lines) / sizeof(res->lines[0]);

	(void)req;
	do {
		sccp_msg_init(&msg, SCCP_CALL_COUNT_RES);
		res->configured_lines = total;
		res->first_line = sent + 1;
		res->count = OSMO_MIN(total - sent, room);
		for (uint32_t i = 0; i < res->count; i++)
			call_count_fill(phone, sent + i + 1, &res->lines[i]);
		phone_send(phone, &msg);
		sent += res->count;
	} while (sent < total);
}

// Presence in call lists is not offered: the line is said to be unknown.
void subscription_stat_req(struct station *station, const struct sccp_msg *req)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_SUBSCRIPTION_STAT_RES);
	msg.subscription_stat_res.transaction = req->subscription_stat_req.transaction;
	msg.subscription_stat_res.feature = req->subscription_stat_req.feature;
	msg.subscription_stat_res.timer = req->subscription_stat_req.timer;
	msg.subscription_stat_res.cause = SCCP_SUBSCRIPTION_ROUTE_FAIL;
	phone_send(station->phone, &msg);
}

void capabilities_res(struct station *station, const struct sccp_msg *msg)
{
	phone_offers(station->phone, &msg->capabilities_res);
}

// All editions of the message share the audio part.
void update_capabilities(struct station *station, const struct sccp_msg *msg)
{
	phone_offers(station->phone, &msg->update_capabilities);
}
