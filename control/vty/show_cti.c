// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// show cti session, call, gcid and line-node.
#include <inttypes.h>
#include <stdlib.h>

#include "control/csta/csta.h"
#include "control/phone/phone.h"
#include "control/vty/controls.h"
#include "control/vty/objects.h"

enum { US_PER_S = 1000000, TIME_SIZE = 24 };

// H:MM:SS, with days in front from one on.
static const char *duration(uint64_t us, char text[TIME_SIZE])
{
	unsigned long s = (unsigned long)(us / US_PER_S), days = s / 86400;

	if (days > 0)
		snprintf(text, TIME_SIZE, "%lud%02lu:%02lu:%02lu", days, s / 3600 % 24, s / 60 % 60,
			s % 60);
	else
		snprintf(text, TIME_SIZE, "%02lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
	return text;
}

// --- show cti session ----------------------------------------------------------------------------

static void show_one_session(struct shell_call *call, const struct session *session)
{
	char client[ENDPOINT_TEXT_SIZE], up[TIME_SIZE], line[PEER_TEXT_SIZE], peer[PEER_TEXT_SIZE];
	uint64_t now = engine_now_us();
	const struct monitor *monitor;
	uint64_t left = session->expires_us > now ? session->expires_us - now : 0;

	fprintf(call->out, "%-10" PRIu32 " %-12s %-8s %-21s %-4s %-8s", session->id,
		session->dn == NULL ? "-" : session->dn->numbers[DN_PRIMARY].text,
		session_state_name(session), endpoint_text(&session->remote, client),
		session->transport == TRANSPORT_TCP ? "TCP" : "UDP",
		call->setup->engine->config->voice_service.cti_basic_mode ? "basic" : "advanced");
	fprintf(call->out, " %-10s",
		duration(now > session->started_us ? now - session->started_us : 0, up));
	fprintf(call->out, " %" PRIu64 "\n           line %s user %s\n", left / US_PER_S,
		session->line[0] != '\0' ? peer_text(session->line, line) : "-",
		peer_text(session->user, peer));
	TAILQ_FOREACH (monitor, &session->monitors, in_session) {
		fprintf(call->out, "           monitor %s of %s%s, %" PRIu64 " events",
			monitor->cross_ref, monitor->call != NULL ? "call " : "",
			monitor->call != NULL ? monitor->call->id
					      : peer_text(monitor->device, peer),
			monitor->events);
		show_filter(call->out, monitor);
		fputc('\n', call->out);
	}
	for (size_t i = 0; i < SESSION_REGISTRATIONS_MAX; i++) {
		if (session->registrations[i].types != 0)
			fprintf(call->out, "           registration s%" PRIu32 "-%" PRIu32 "\n",
				session->id, session->registrations[i].number);
	}
	if (session->lost > 0)
		fprintf(call->out, "           %" PRIu64 " messages lost\n", session->lost);
}

static int show_session(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;
	const struct session *session;
	uint32_t cursor = 0;
	unsigned count = 0;

	(void)args;
	while ((session = session_next(call->setup->engine, &cursor)) != NULL) {
		if (count++ == 0)
			fputs("ID         Line         State    Client                Via  Mode    "
			      " "
			      "Up         Expires\n"
			      "========== ============ ======== ===================== ==== "
			      "======== "
			      "========== =======\n",
				call->out);
		show_one_session(call, session);
	}
	if (count == 0)
		fputs("no active CTI session\n", call->out);
	return 0;
}

// --- show cti call -------------------------------------------------------------------------------

static int compare_pointers(const void *a, const void *b)
{
	uintptr_t left = (uintptr_t) * (void *const *)a, right = (uintptr_t) * (void *const *)b;

	return left < right ? -1 : left > right;
}

// The DNs that have a session, sorted by address; of the heap.
static const void **session_dns(struct engine *engine, size_t *count)
{
	const void **list = calloc(engine->sessions.used + 1, sizeof(*list));
	const struct session *session;
	uint32_t cursor = 0;

	*count = 0;
	while (list != NULL && (session = session_next(engine, &cursor)) != NULL)
		if (session->dn != NULL && *count < engine->sessions.used)
			list[(*count)++] = session->dn;
	if (*count > 0)
		qsort(list, *count, sizeof(*list), compare_pointers);
	return list;
}

static void show_dn_calls(struct shell_call *call, const struct dn *dn)
{
	const struct connection *connection;

	fprintf(call->out, "%s\n", dn->numbers[DN_PRIMARY].text);
	TAILQ_FOREACH (connection, &dn->connections, at_dn)
		fprintf(call->out, "           %-10" PRIu32 " %-35s %-10s %-10s ACT\n",
			connection_call_id(connection), connection->call->gcid,
			connection->call->calling.number, connection->call->called.number);
}

static int show_call(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;
	struct engine *engine = call->setup->engine;
	const struct dn *dn;
	const void **list;
	size_t count;

	(void)args;
	fputs("DN         CallID     GCID                                Calling    Called     "
	      "State\n"
	      "========== ========== =================================== ========== ========== "
	      "=====\n",
		call->out);
	list = session_dns(engine, &count);
	TAILQ_FOREACH (dn, &engine->dns, all) {
		const void *key = dn;

		if (!TAILQ_EMPTY(&dn->connections) || !TAILQ_EMPTY(&dn->monitors) ||
			(count > 0 && bsearch(&key, list, count, sizeof(*list), compare_pointers) !=
					      NULL))
			show_dn_calls(call, dn);
	}
	free(list);
	return 0;
}

// --- show cti gcid -------------------------------------------------------------------------------

static int show_gcid(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;
	const struct call *active;
	const struct connection *connection;

	(void)args;
	fputs("GCID                                 callIDs\n"
	      "===================================  =================\n",
		call->out);
	TAILQ_FOREACH (active, &call->setup->engine->active_calls, active) {
		fprintf(call->out, "%-35s  ", active->gcid);
		TAILQ_FOREACH (connection, &active->connections, in_call)
			fprintf(call->out, "%" PRIu32 ", ", connection_call_id(connection));
		fputc('\n', call->out);
	}
	if (TAILQ_EMPTY(&call->setup->engine->active_calls))
		fputs("no active GCID\n", call->out);
	return 0;
}

// --- show cti line-node --------------------------------------------------------------------------

unsigned dn_instances(const struct dn *dn)
{
	const struct connection *connection;
	unsigned count = 0;

	TAILQ_FOREACH (connection, &dn->connections, at_dn)
		count++;
	return count;
}

void show_instances(FILE *out, const struct dn *dn)
{
	const struct connection *connection;

	TAILQ_FOREACH (connection, &dn->connections, at_dn) {
		const struct call *active = connection->call;
		bool calling = active->calling.dn == dn;

		fprintf(out, "    callID %" PRIu32 "(%" PRIX32 "),  %scg = %s, %scd = %s\n",
			connection_call_id(connection), connection_call_id(connection),
			calling ? "*" : "", active->calling.number, calling ? "" : "*",
			active->called.number);
	}
}

static void show_line_node(struct shell_call *call, const struct dn *dn)
{
	fprintf(call->out, "%-17s %u\n", dn->numbers[DN_PRIMARY].text, dn_instances(dn));
	show_instances(call->out, dn);
}

static int show_line_nodes(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;
	struct engine *engine = call->setup->engine;
	const struct dn *dn;

	(void)args;
	fputs("line dn           number of call instance\n"
	      "================  =======================\n",
		call->out);
	if (engine->config->voice_service.cti_shutdown)
		return 0;
	TAILQ_FOREACH (dn, &engine->dns, all)
		if (config_cti_watch(engine->config, dn->config) || !TAILQ_EMPTY(&dn->connections))
			show_line_node(call, dn);
	return 0;
}

static const struct rule list[] = {
	{ "show cti session", "sessions with CSTA clients", show_session, 0, NULL },
	{ "show cti call", "calls of the numbers that clients watch", show_call, 0, NULL },
	{ "show cti gcid", "Global Call IDs of calls", show_gcid, 0, NULL },
	{ "show cti line-node", "numbers that clients may watch", show_line_nodes, 0, NULL },
	{ "show cti line node", "numbers that clients may watch", show_line_nodes, 0, NULL },
};

const struct shell_commands shell_cti_commands = SHELL_COMMANDS(list);
