// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The timers of connections. A transition stops the timer of its connection.
#include "control/call/model.h"

static unsigned interdigit_s(const struct connection *connection)
{
	return connection->call->engine->config->telephony.timeout_interdigit;
}

static unsigned no_answer_s(const struct connection *connection)
{
	return dn_forward_noan_s(connection->dn);
}

static unsigned ringing_s(const struct connection *connection)
{
	return connection->call->engine->config->telephony.timeout_ringing;
}

static unsigned cut_s(const struct connection *connection)
{
	return connection->call->engine->config->telephony.timeout_busy;
}

enum { PROMPT_S = 30 };

static unsigned prompt_s(const struct connection *connection)
{
	unsigned set = connection->call->engine->config->voice_service.make_call_prompt;

	return set != 0 ? set : PROMPT_S;
}

static const struct timer_row {
	unsigned (*seconds)(const struct connection *connection);
	void (*expired)(struct connection *connection);
	bool zero_is_never;
} rows[] = {
	[TIMER_INTERDIGIT] = { interdigit_s, connection_dial_timeout, true },
	[TIMER_NO_ANSWER] = { no_answer_s, connection_forward, false },
	[TIMER_RINGING] = { ringing_s, connection_ring_timeout, false },
	[TIMER_CUT] = { cut_s, connection_cut, false },
	[TIMER_PROMPT] = { prompt_s, connection_prompt_timeout, false },
};

static void timer_expired(void *data)
{
	struct connection *connection = data;
	struct engine *engine = connection->call->engine;
	const struct timer_row *row = &rows[connection->timer_kind];

	connection->timer_kind = TIMER_NONE;
	row->expired(connection);
	engine_turn(engine);
}

void connection_arm(struct connection *connection, enum connection_timer kind)
{
	unsigned seconds = rows[kind].seconds(connection);

	connection_disarm(connection);
	if (seconds == 0 && rows[kind].zero_is_never)
		return;
	connection->timer_kind = (uint8_t)kind;
	osmo_timer_setup(&connection->timer, timer_expired, connection);
	osmo_timer_schedule(&connection->timer, (int)seconds, 0);
}

void connection_disarm(struct connection *connection)
{
	osmo_timer_del(&connection->timer);
	connection->timer_kind = TIMER_NONE;
}
