// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// show dataplane: the packet engine's ports, its workers side by side, and all they count.
#include <inttypes.h>

#include "control/vty/shell.h"

// --- ports and routes
// -------------------------------------------------------------------------------

static void show_port(struct shell_call *call, const struct dataplane_port *port)
{
	if (!port->up) {
		fprintf(call->out, "%s: down, there is no port for it\n", port->name);
		return;
	}
	fprintf(call->out, "%s: %s, link %s, MTU %u, queues %u in %u out, %s, %s\n", port->name,
		port->device, port->link ? "up" : "down", port->mtu, port->rx_queues,
		port->tx_queues,
		port->hashes ? "brings flows to their workers" : "flows are sorted by the workers",
		port->checksum_offload ? "checksums by the port" : "checksums by the workers");
}

static void show_ports(struct shell_call *call)
{
	const struct shell_setup *setup = call->setup;
	unsigned left_out = setup->ops->routes_left_out(setup->dataplane);
	struct dataplane_port port;

	for (unsigned i = 0; i < setup->ops->ports(setup->dataplane); i++) {
		setup->ops->port(setup->dataplane, i, &port);
		show_port(call, &port);
	}
	if (left_out > 0)
		fprintf(call->out, "routes left out, `offhookd --check` says why: %u\n", left_out);
}

// --- the balance
// ------------------------------------------------------------------------------------

static uint64_t number(
	const struct shell_setup *setup, unsigned worker, const char *section, const char *name)
{
	struct dataplane_stat stat;

	for (unsigned row = 0; setup->ops->stat(setup->dataplane, worker, row, &stat); row++) {
		if (strcmp(stat.section, section) == 0 && strcmp(stat.name, name) == 0)
			return stat.value;
	}
	return 0;
}

static const struct {
	const char *head;
	const char *section;
	const char *name;
} columns[] = {
	{ "packets in", "port", "frames_in" },
	{ "packets out", "port", "frames_out" },
	{ "phones", "now", "skinny_conns" },
	{ "SIP conns", "now", "sip_conns" },
	{ "dialogs", "now", "dialogs" },
	{ "given", "relay", "packets_given" },
	{ "taken", "relay", "packets_taken" },
	{ "events", "handoff", "events" },
};

enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static void show_balance(struct shell_call *call, unsigned workers)
{
	const struct shell_setup *setup = call->setup;

	fprintf(call->out, "%-6s %6s", "worker", "busy %");
	for (unsigned i = 0; i < COLUMNS; i++)
		fprintf(call->out, " %11s", columns[i].head);
	fputc('\n', call->out);
	for (unsigned worker = 0; worker < workers; worker++) {
		uint64_t busy = number(setup, worker, "now", "busy_permille");

		fprintf(call->out, "%6u %4" PRIu64 ".%" PRIu64, worker, busy / 10, busy % 10);
		for (unsigned i = 0; i < COLUMNS; i++)
			fprintf(call->out, " %11" PRIu64,
				number(setup, worker, columns[i].section, columns[i].name));
		fputc('\n', call->out);
	}
}

static void show_watch(struct shell_call *call, const struct watch *watch)
{
	static const char *const loads[] = {
		[LOAD_NEAR] = "overload is near\n",
		[LOAD_REACHED] = "overload: new sessions are refused\n",
	};

	if (watch != NULL && watch->load != LOAD_NORMAL)
		fputs(loads[watch->load], call->out);
	for (unsigned i = 0; watch != NULL && i < watch->n; i++) {
		const struct watch_worker *worker = &watch->workers[i];

		if (worker->stalled)
			fprintf(call->out,
				"worker %u stands still since %.1f s, last seen at: %s\n", i,
				(double)worker->still_us / 1e6, worker->stage);
		if (worker->stalls > 0)
			fprintf(call->out,
				"worker %u stood still: times %" PRIu64 ", longest %.1f s\n", i,
				worker->stalls, (double)worker->longest_us / 1e6);
	}
}

static void show_outbox(struct shell_call *call, const struct outbox *outbox)
{
	for (unsigned i = 0; i < HANDLE_WORKERS_MAX; i++) {
		if (outbox->nwaiting[i] + outbox->given_up[i] > 0)
			fprintf(call->out,
				"worker %u commands waiting %" PRIu32 ", given up %" PRIu64 "\n", i,
				outbox->nwaiting[i], outbox->given_up[i]);
	}
}

// --- all numbers
// ------------------------------------------------------------------------------------

// False when there is no such section.
static bool show_worker(struct shell_call *call, unsigned worker, struct span section, bool all)
{
	const struct shell_setup *setup = call->setup;
	struct dataplane_stat stat;
	const char *last = NULL;
	bool found = false;

	for (unsigned row = 0; setup->ops->stat(setup->dataplane, worker, row, &stat); row++) {
		if (section.n > 0 && !span_ieq(span_str(stat.section), section))
			continue;
		found = true;
		if (!all && stat.value == 0)
			continue;
		if (last == NULL || strcmp(last, stat.section) != 0)
			fprintf(call->out, "worker %u %s\n", worker, stat.section);
		last = stat.section;
		fprintf(call->out, "  %-32s %20" PRIu64 "  %s\n", stat.name, stat.value,
			stat.help == NULL ? "" : stat.help);
	}
	return found;
}

static bool show(struct shell_call *call, struct span section, bool all)
{
	const struct shell_setup *setup = call->setup;
	unsigned workers = setup->ops == NULL ? 0 : setup->ops->workers(setup->dataplane);
	bool found = false;

	if (workers > 0 && section.n == 0) {
		show_ports(call);
		show_balance(call, workers);
		show_watch(call, setup->watch);
		show_outbox(call, &setup->engine->outbox);
	}
	for (unsigned worker = 0; worker < workers; worker++)
		found = show_worker(call, worker, section, all) || found;
	return found;
}

static int show_dataplane(void *ctx, struct args *args)
{
	bool found = show(ctx, args->value[0], arg_given(args, 0));

	return found || !arg_given(args, 0) ? 0 : args_fail(args, 0, "there is no such section");
}

static int show_dataplane_all(void *ctx, struct args *args)
{
	(void)args;
	show(ctx, SPAN_NONE, true);
	return 0;
}

static const struct rule list[] = {
	{ "show dataplane [SECTION]",
		"ports and workers of the packet engine, and its numbers that are not zero",
		show_dataplane, EXEC_USER, NULL },
	{ "show dataplane all", "all numbers of the packet engine", show_dataplane_all, EXEC_USER,
		NULL },
};

const struct shell_commands shell_dataplane_commands = SHELL_COMMANDS(list);
