// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include <assert.h>

#include "control/call/model.h"
#include "control/phone/screen.h"
#include "control/vty/debug.h"

enum { SAME_STATE = 0xff };

// From which states (a mask) into which state: ECMA-269 6.1.5.
struct rule {
	uint8_t from;
	uint8_t to;
};

#define IN(state) (1u << CONNECTION_##state)

static const struct rule rules[TRANSITION_KINDS] = {
	[TRANSITION_SERVICE_INITIATED] = { IN(NULL), CONNECTION_INITIATED },
	[TRANSITION_ORIGINATED] = { IN(NULL) | IN(INITIATED), CONNECTION_CONNECTED },
	[TRANSITION_DELIVERED] = { IN(NULL), CONNECTION_ALERTING },
	[TRANSITION_ESTABLISHED] = { IN(ALERTING), CONNECTION_CONNECTED },
	[TRANSITION_HELD] = { IN(CONNECTED), CONNECTION_HOLD },
	[TRANSITION_RETRIEVED] = { IN(HOLD), CONNECTION_CONNECTED },
	[TRANSITION_DIVERTED] = { IN(NULL) | IN(ALERTING), CONNECTION_NULL },
	[TRANSITION_FAILED] = { IN(NULL) | IN(INITIATED) | IN(ALERTING) | IN(CONNECTED),
		CONNECTION_FAIL },
	[TRANSITION_TRANSFERRED] = { IN(CONNECTED) | IN(HOLD), CONNECTION_NULL },
	[TRANSITION_CONFERENCED] = { IN(CONNECTED) | IN(HOLD), SAME_STATE },
	[TRANSITION_CONNECTION_CLEARED] = { IN(INITIATED) | IN(ALERTING) | IN(CONNECTED) |
						    IN(HOLD) | IN(FAIL),
		CONNECTION_NULL },
};

static const char *const state_names[] = {
#define X(name, text) [name] = text,
	CONNECTION_STATES(X)
#undef X
};

static const char *const kind_names[] = {
#define X(name, text) [name] = text,
	TRANSITIONS(X)
#undef X
};

static const char *const result_names[] = {
#define X(name, text) [name] = text,
	CALL_RESULTS(X)
#undef X
};

const char *connection_state_name(enum connection_state state)
{
	return state_names[state];
}

const char *transition_name(enum transition_kind kind)
{
	return kind_names[kind];
}

const char *call_result_name(enum call_result result)
{
	return result_names[result];
}

void call_show(struct call *call)
{
	screens_show(call);
}

static void connection_remove(struct connection *connection)
{
	struct engine *engine = connection->call->engine;

	assert(TAILQ_EMPTY(&connection->appearances)); // a null connection is shown nowhere
	connection_unlink(connection);
	TAILQ_REMOVE(&connection->call->connections, connection, in_call);
	if (!connection->onlooker)
		TAILQ_REMOVE(&connection->dn->connections, connection, at_dn);
	connection_disarm(connection);
	pool_give(&engine->connections, connection);
}

enum call_result call_transition(const struct transition *transition)
{
	struct connection *subject = transition->subject;
	const struct rule *rule = &rules[transition->kind];
	struct engine *engine = subject->call->engine;

	if ((rule->from & 1u << subject->state) == 0)
		return CALL_BAD_STATE;
	if (rule->to != SAME_STATE)
		subject->state = rule->to;
	subject->cause = (uint8_t)transition->cause;
	connection_disarm(subject);
	if (transition->secondary != NULL)
		transition->secondary->state = CONNECTION_NULL;
	// One that is diverted makes room for another.
	if (subject->state == CONNECTION_NULL && transition->kind != TRANSITION_DIVERTED)
		conference_shrunk(subject->call);
	debug_print(DEBUG_CTI_CALLCONTROL, "call %s: %s %s, now %s, %s", subject->call->id,
		transition_name(transition->kind), subject->dn->numbers[DN_PRIMARY].text,
		state_names[subject->state], csta_cause_name(transition->cause));
	call_show(subject->call);
	engine->report(engine, transition);
	if (subject->state == CONNECTION_NULL)
		connection_remove(subject);
	if (transition->secondary != NULL)
		connection_remove(transition->secondary);
	return CALL_OK;
}
