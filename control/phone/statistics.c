// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/phone/statistics.h"

#include <stdio.h>

#include "control/phone/internal.h"

void statistics_ask(const struct appearance *a)
{
	struct sccp_msg msg;
	struct sccp_connection_statistics_req *req = &msg.connection_statistics_req;

	sccp_msg_init(&msg, SCCP_CONNECTION_STATISTICS_REQ);
	snprintf(req->number, sizeof(req->number), "%.24s", a->line->dn->numbers[DN_PRIMARY].text);
	req->call = a->call_reference;
	req->mode = SCCP_STATS_CLEAR;
	phone_send(a->line->phone, &msg);
}

bool appearance_had_media(const struct appearance *a)
{
	return a->format.payload != 0;
}

void history_add(const struct appearance *a)
{
	struct engine *engine = a->line->phone->engine;
	const struct call *call = a->connection->call;
	struct call_record *record = &engine->history.records[engine->history.count % HISTORY_MAX];

	if (!appearance_had_media(a))
		return;
	*record = (struct call_record){
		.call_reference = a->call_reference,
		.ephone = a->line->phone->tag,
		.instance = a->line->instance,
		.outbound = a->connection->outbound,
		.talk_us = engine_now_us() - a->connected_us,
		.ended = time(NULL),
		.format = a->format,
		.statistics = a->statistics,
	};
	snprintf(record->calling, sizeof(record->calling), "%s", call->calling.number);
	snprintf(record->called, sizeof(record->called), "%s", call->called.number);
	engine->history.count++;
}

static uint64_t first_kept(const struct call_history *history)
{
	return history->count > HISTORY_MAX ? history->count - HISTORY_MAX : 0;
}

const struct call_record *history_get(const struct engine *engine, unsigned n)
{
	uint64_t at = first_kept(&engine->history) + n;

	return at < engine->history.count ? &engine->history.records[at % HISTORY_MAX] : NULL;
}

// The answer comes when the call is over: among the last ones.
static struct media_statistics *statistics_of(struct phone *phone, uint32_t call_reference)
{
	struct appearance *a = phone_appearance(phone, call_reference);
	struct call_history *history = &phone->engine->history;

	if (a != NULL)
		return &a->statistics;
	for (uint64_t at = history->count; at > first_kept(history); at--) {
		struct call_record *record = &history->records[(at - 1) % HISTORY_MAX];

		if (record->call_reference == call_reference && record->ephone == phone->tag)
			return &record->statistics;
	}
	return NULL;
}

void statistics_res(struct station *station, const struct sccp_msg *msg)
{
	const struct sccp_connection_statistics_res *res = &msg->connection_statistics_res;
	struct media_statistics *sum = statistics_of(station->phone, res->call);

	if (sum == NULL) {
		phone_ignore(station->phone, IGNORED_STALE);
		return;
	}
	sum->packets_sent += res->packets_sent;
	sum->octets_sent += res->octets_sent;
	sum->packets_received += res->packets_received;
	sum->octets_received += res->octets_received;
	sum->packets_lost += res->packets_lost;
	sum->jitter = res->jitter;
	sum->latency = res->latency;
	sum->answers++;
}
