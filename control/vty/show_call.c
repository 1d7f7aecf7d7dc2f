// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// show call active.
#include <inttypes.h>

#include "control/vty/objects.h"

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

static const struct rule list[] = {
	{ "show call active", "calls and who takes part in them", show_active, 0, NULL },
};

const struct shell_commands shell_call_commands = SHELL_COMMANDS(list);
