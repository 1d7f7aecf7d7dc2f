// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// show call active, show call history.
#include <inttypes.h>

#include "control/vty/objects.h"

static void show_media(
	FILE *out, const struct media_format *format, const struct media_statistics *statistics)
{
	fprintf(out, "    %s %u ms", sccp_payload_name(format->payload), format->packet_ms);
	if (statistics->answers == 0) {
		fputs(", no statistics\n", out);
		return;
	}
	fprintf(out,
		", sent %" PRIu64 " packets %" PRIu64 " octets, received %" PRIu64
		" packets %" PRIu64 " octets, lost %" PRIu64 ", jitter %" PRIu32
		", latency %" PRIu32 "\n",
		statistics->packets_sent, statistics->octets_sent, statistics->packets_received,
		statistics->octets_received, statistics->packets_lost, statistics->jitter,
		statistics->latency);
}

static void show_connections(struct shell_call *call, const struct call *active)
{
	const struct connection *connection;
	const struct appearance *appearance;

	TAILQ_FOREACH (connection, &active->connections, in_call) {
		fprintf(call->out, "  %-10" PRIu32 " %-12s %-10s on",
			connection_call_id(connection),
			connection->dn == NULL ? "-" : connection->dn->numbers[DN_PRIMARY].text,
			connection_state_name(connection->state));
		TAILQ_FOREACH (appearance, &connection->appearances, in_connection)
			fprintf(call->out, " %s line %u", appearance->line->phone->name,
				appearance->line->instance);
		fputs(TAILQ_EMPTY(&connection->appearances) ? " no phone\n" : "\n", call->out);
		TAILQ_FOREACH (appearance, &connection->appearances, in_connection)
			if (appearance_had_media(appearance))
				show_media(call->out, &appearance->format, &appearance->statistics);
	}
}

static int show_active(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;
	uint64_t now = engine_now_us();
	const struct call *active;
	unsigned count = 0;

	(void)args;
	TAILQ_FOREACH (active, &call->setup->engine->active_calls, active) {
		uint64_t age = now > active->started_us ? now - active->started_us : 0;

		fprintf(call->out, "%s  %s -> %s  %" PRIu64 ".%03" PRIu64 " s  callID %s\n",
			active->gcid,
			active->calling.number[0] == '\0' ? "?" : active->calling.number,
			active->called.number[0] == '\0' ? "?" : active->called.number,
			age / 1000000, age / 1000 % 1000, active->id);
		if (active->redirecting.number[0] != '\0')
			fprintf(call->out, "  redirected by %s\n", active->redirecting.number);
		show_connections(call, active);
		count++;
	}
	fprintf(call->out, "Calls: %u\n", count);
	return 0;
}

static void show_record(FILE *out, const struct call_record *record)
{
	char time[sizeof("hh:mm:ss")] = "";
	struct tm tm;

	localtime_r(&record->ended, &tm);
	strftime(time, sizeof(time), "%H:%M:%S", &tm);
	fprintf(out, "%s  %s -> %s  %" PRIu64 ".%03" PRIu64 " s  %s  at ephone %u line %u\n", time,
		record->calling[0] == '\0' ? "?" : record->calling,
		record->called[0] == '\0' ? "?" : record->called, record->talk_us / 1000000,
		record->talk_us / 1000 % 1000, record->outbound ? "outbound" : "inbound",
		record->ephone, record->instance);
	show_media(out, &record->format, &record->statistics);
}

static int show_history(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;
	const struct call_record *record;
	unsigned n = 0;

	(void)args;
	for (; (record = history_get(call->setup->engine, n)) != NULL; n++)
		show_record(call->out, record);
	fprintf(call->out, "Calls kept: %u of %" PRIu64 "\n", n,
		call->setup->engine->history.count);
	return 0;
}

static const struct rule list[] = {
	{ "show call active", "calls and who takes part in them", show_active, 0, NULL },
	{ "show call history", "the last calls that had media, and what phones say of it",
		show_history, 0, NULL },
};

const struct shell_commands shell_call_commands = SHELL_COMMANDS(list);
