// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The server as offhookd starts it: the numbers come from the packet engine of this process.
#include "control/vty/server.h"

int vty_server_start(struct engine *engine, const struct dataplane *dataplane,
	const struct watch *watch, const char *config_path, const char *socket_path)
{
	static const struct shell_dataplane ops = {
		.workers = dataplane_workers,
		.stat = dataplane_stat,
		.ports = dataplane_ports,
		.port = dataplane_port,
		.routes_left_out = dataplane_routes_left_out,
	};
	struct shell_setup setup = {
		.engine = engine,
		.config_path = config_path,
		.dataplane = dataplane,
		.ops = dataplane == NULL ? NULL : &ops,
		.watch = watch,
	};

	return vty_server_open(&setup, socket_path);
}
