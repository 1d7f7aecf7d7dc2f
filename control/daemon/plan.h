// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What the operator's configuration asks of the packet engine.
#pragma once

#include "control/config/config.h"
#include "dataplane/dataplane.h"

// What of the configuration the engine will go without: told one by one, `what` as it is
// configured, `why` a text. NULL: nobody wants to know.
struct plan_listener {
	void (*warn)(void *ctx, const char *what, const char *why);
	void *ctx;
};

// Fills *plan: the physical interfaces that have an address and are not shut down, in the
// configuration's order (the Nth meets port N), routes, addresses and ports to listen on, and table
// sizes for that many phones and DNs, `workers` of EAL's cores. `plan` keeps no pointer into
// `config`. Returns 0, or -EINVAL with one line in `error`.
int plan_from_config(const struct config *config, unsigned workers,
	const struct plan_listener *listener, struct dataplane_config *plan, char *error,
	size_t error_size);
