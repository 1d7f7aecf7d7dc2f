// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/telemetry.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <rte_telemetry.h>

#include "dataplane/dataplane.h"

// The library gives its callbacks no context and cannot forget a command, so what it shows hangs
// here. The lock keeps the callback's thread away from an engine that is being freed.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const struct dataplane *shown;

static struct rte_tel_data *section_new(struct rte_tel_data *all, const char *name)
{
	struct rte_tel_data *section = rte_tel_data_alloc();

	if (section == NULL)
		return NULL;
	rte_tel_data_start_dict(section);
	if (rte_tel_data_add_dict_container(all, name, section, 0) == 0)
		return section;
	rte_tel_data_free(section);
	return NULL;
}

// Rows of one section stand together.
static void rows_add(const struct dataplane *dp, unsigned worker, struct rte_tel_data *all)
{
	struct rte_tel_data *section = NULL;
	struct dataplane_stat stat;
	const char *name = "";

	for (unsigned row = 0; dataplane_stat(dp, worker, row, &stat); row++) {
		if (strcmp(stat.section, name) != 0) {
			name = stat.section;
			section = section_new(all, name);
		}
		if (section != NULL)
			rte_tel_data_add_dict_u64(section, stat.name, stat.value);
	}
}

static int show_worker(const char *cmd, const char *params, struct rte_tel_data *data)
{
	unsigned worker = params == NULL ? 0 : (unsigned)strtoul(params, NULL, 10);
	int status = -ENODEV;

	(void)cmd;
	rte_tel_data_start_dict(data);
	pthread_mutex_lock(&lock);
	if (shown != NULL && worker < dataplane_workers(shown)) {
		rows_add(shown, worker, data);
		status = 0;
	}
	pthread_mutex_unlock(&lock);
	return status;
}

void telemetry_publish(const struct dataplane *dp)
{
	static bool registered;

	pthread_mutex_lock(&lock);
	shown = dp;
	pthread_mutex_unlock(&lock);
	if (registered || dp == NULL)
		return;
	registered = true;
	rte_telemetry_register_cmd("/offhook/worker", show_worker,
		"Numbers of a worker by section. Parameter: its index");
}
