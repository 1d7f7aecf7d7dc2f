// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What the face of the packet engine (dataplane.h) is made of. For dataplane/ and its tests.
#pragma once

#include "dataplane/dataplane.h"
#include "dataplane/worker.h"

struct dataplane {
	struct dataplane_config config;
	struct port ports[DATAPLANE_INTERFACES_MAX];
	unsigned nports; // interfaces of the configuration
	unsigned nup;    // the first so many have a port
	unsigned routes_left_out;
	struct rte_mempool *pool;
	struct classify *classify;
	struct home home;
	struct worker *workers[HANDLE_WORKERS_MAX];
	unsigned nworkers;
	unsigned turn;      // whose events are taken now
	unsigned turn_left; // how many more of them
	int event_fd;
};
