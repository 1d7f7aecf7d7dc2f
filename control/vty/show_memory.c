// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// show memory: pools, all made at start; what is in use must return to nothing when it is quiet.
#include <inttypes.h>

#include "control/vty/shell.h"

// The sum over the workers of one of their numbers.
static uint64_t sum_of(const struct shell_setup *setup, const char *name)
{
	struct dataplane_stat stat;
	uint64_t sum = 0;

	for (unsigned worker = 0; worker < setup->ops->workers(setup->dataplane); worker++) {
		for (unsigned row = 0; setup->ops->stat(setup->dataplane, worker, row, &stat); row++) {
			if (strcmp(stat.section, "now") == 0 && strcmp(stat.name, name) == 0)
				sum += stat.value;
		}
	}
	return sum;
}

static void show_workers(struct shell_call *call)
{
	static const struct {
		const char *text;
		const char *used;
		const char *all;
	} rows[] = {
		{ "TCP connections", "tcp_connections", "tcp_connections_max" },
		{ "TCP buffer bytes", "tcp_buffer_bytes", "tcp_buffer_cap" },
		{ "SIP dialogs", "dialogs", "dialogs_max" },
		{ "SIP transactions", "transactions", "transactions_max" },
		{ "SIP store KiB", "sip_chunks", "sip_chunks_max" },
		{ "Packet buffers", "mbufs", "mbufs_max" },
	};
	const struct shell_setup *setup = call->setup;

	fprintf(call->out, "\n%-18s %10s %10s\n", "All workers", "in use", "in all");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		fprintf(call->out, "%-18s %10" PRIu64 " %10" PRIu64 "\n", rows[i].text,
			sum_of(setup, rows[i].used), sum_of(setup, rows[i].all));
}

static int show_memory(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;
	const struct engine *engine = call->setup->engine;
	const struct {
		const char *name;
		const struct pool *pool;
	} pools[] = {
		{ "calls", &engine->calls },
		{ "connections", &engine->connections },
		{ "appearances", &engine->appearances },
		{ "stations", &engine->stations },
		{ "sessions", &engine->sessions },
		{ "monitors", &engine->monitors },
	};

	(void)args;
	fprintf(call->out, "%-12s %10s %10s %12s\n", "Pool", "in use", "in all", "bytes");
	for (size_t i = 0; i < sizeof(pools) / sizeof(pools[0]); i++)
		fprintf(call->out, "%-12s %10u %10u %12zu\n", pools[i].name, pools[i].pool->used,
			pools[i].pool->capacity, pools[i].pool->capacity * pools[i].pool->object_size);
	if (call->setup->ops != NULL)
		show_workers(call);
	return 0;
}

static const struct rule list[] = {
	{ "show memory", "pools of control, and of all workers together: in use and in all",
		show_memory, EXEC_USER, NULL },
};

const struct shell_commands shell_memory_commands = SHELL_COMMANDS(list);
