// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What commands that show calls and numbers share.
#pragma once

#include "control/phone/phone.h"
#include "control/vty/shell.h"

// The number by which people know one party's part in a call: as its phone knows it, else by its
// place.
static inline uint32_t connection_call_id(const struct connection *connection)
{
	const struct appearance *appearance = TAILQ_FIRST(&connection->appearances);

	if (appearance != NULL)
		return appearance->call_reference;
	return handle_index(pool_handle(&connection->call->engine->connections, connection)) + 1;
}

// Calls of a number: how many, and a line for each that says who it is in it.
unsigned dn_instances(const struct dn *dn);
void show_instances(FILE *out, const struct dn *dn);

// The events that a monitor does not want; nothing when there are none.
void show_filter(FILE *out, const struct monitor *monitor);

// A DN that was taken out of the configuration stays as a shell without rights for those who still
// point to it: nothing to be shown.
static inline bool dn_is_configured(const struct dn *dn)
{
	return dn->config->tag != 0;
}
