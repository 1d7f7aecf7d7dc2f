// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// show callmon: what the call monitor knows, by number, by Global Call ID and by who is told.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "control/csta/csta.h"
#include "control/phone/phone.h"
#include "control/vty/controls.h"
#include "control/vty/objects.h"

void show_filter(FILE *out, const struct monitor *monitor)
{
	char text[1024];
	struct csta_msg msg;
	const char *words;

	if (monitor->suppressed == 0)
		return;
	csta_msg_init(&msg, CSTA_CHANGE_MONITOR_FILTER_RESPONSE);
	msg.body.change_monitor_filter_response.has.filter = true;
	msg.body.change_monitor_filter_response.filter = monitor->suppressed;
	csta_print(&msg, text, sizeof(text));
	words = strchr(text, '=');
	fprintf(out, ", not %s", words != NULL ? words + 1 : text);
}

// --- show callmon call ---------------------------------------------------------------------------

static void show_subscribers(struct shell_call *call, const struct dn *dn)
{
	const struct monitor *monitor;

	TAILQ_FOREACH (monitor, &dn->monitors, at_dn)
		fprintf(call->out, "%" PRIu32 ",", monitor->session->id);
	if (TAILQ_EMPTY(&dn->monitors))
		fputc('-', call->out);
}

static int show_calls(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;
	struct engine *engine = call->setup->engine;
	const struct dn *dn;

	(void)args;
	fputs("line dn           number of call instance  sub_id\n"
	      "================  =======================  ======\n",
		call->out);
	TAILQ_FOREACH (dn, &engine->dns, all) {
		if (TAILQ_EMPTY(&dn->connections) && TAILQ_EMPTY(&dn->monitors))
			continue;
		fprintf(call->out, "%-17s %-24u ", dn->numbers[DN_PRIMARY].text,
			dn_instances(dn));
		show_subscribers(call, dn);
		fputc('\n', call->out);
		show_instances(call->out, dn);
	}
	return 0;
}

// --- show callmon gcid ---------------------------------------------------------------------------

static int show_gcids(void *ctx, struct args *args)
{
	static const char none[] = "00000000-00000000-00000000-00000000";
	struct shell_call *call = ctx;
	const struct call *active;
	const struct connection *connection;

	(void)args;
	fputs("GCID                                 callIDs(active_entry_id)\n"
	      "===================================  ========================\n",
		call->out);
	TAILQ_FOREACH (active, &call->setup->engine->active_calls, active) {
		bool conference = call_is_conference(active);

		fprintf(call->out, "%-35s  ", active->gcid);
		TAILQ_FOREACH (connection, &active->connections, in_call)
			fprintf(call->out, "%" PRIu32 "(%" PRIX32 "), ",
				connection_call_id(connection), connection_call_id(connection));
		fprintf(call->out, "\n    isConfGcid:%s gcid_conf:%s\n",
			conference ? "TRUE" : "FALSE", conference ? active->gcid : none);
	}
	if (TAILQ_EMPTY(&call->setup->engine->active_calls))
		fputs("no active GCID\n", call->out);
	return 0;
}

// --- show callmon subscription -------------------------------------------------------------------

static unsigned show_monitors(struct shell_call *call, const struct session *session)
{
	const struct monitor *monitor;
	char device[PEER_TEXT_SIZE];
	unsigned count = 0;

	TAILQ_FOREACH (monitor, &session->monitors, in_session) {
		fprintf(call->out, "%-10" PRIu32 " %s %-6s %-28s %" PRIu64 " events", session->id,
			monitor->cross_ref, monitor->call != NULL ? "call" : "device",
			monitor->call != NULL ? monitor->call->id
					      : peer_text(monitor->device, device),
			monitor->events);
		show_filter(call->out, monitor);
		fputc('\n', call->out);
		count++;
	}
	return count;
}

static int show_subscriptions(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;
	const struct session *session;
	uint32_t cursor = 0;
	unsigned count = 0;

	(void)args;
	fputs("sub_id     monitor                      type   object                       told\n"
	      "========== ============================ ====== ============================ ====\n",
		call->out);
	while ((session = session_next(call->setup->engine, &cursor)) != NULL)
		count += show_monitors(call, session);
	fprintf(call->out, "Monitors: %u\n", count);
	return 0;
}

static const struct rule list[] = {
	{ "show callmon call", "calls of numbers that are called or monitored", show_calls, 0, NULL },
	{ "show callmon gcid", "Global Call IDs and conferences", show_gcids, 0, NULL },
	{ "show callmon subscription", "who monitors what", show_subscriptions, 0, NULL },
};

const struct shell_commands shell_callmon_commands = SHELL_COMMANDS(list);
