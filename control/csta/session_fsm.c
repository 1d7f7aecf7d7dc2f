// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The life of a session: OPENING while its INVITE is looked at, ACTIVE while the client shows that
// it lives, ENDED for the moment in which it is taken down.
#include <stdio.h>

#include "control/csta/session.h"
#include "control/vty/debug.h"

enum session_state {
	STATE_OPENING,
	STATE_ACTIVE,
	STATE_ENDED,
};

// The number of the session timer in the machine: the RFC that defines it.
enum { T_SESSION = 4028 };

#define STATE(name) (1u << STATE_##name)
#define SIGNAL(name) (1u << SESSION_##name)

static const char *const signal_texts[] = {
#define X(name, text) [name] = text,
	SESSION_SIGNALS(X)
#undef X
};

// Until there is something to do for its timer.
static void session_activate(struct osmo_fsm_inst *fi)
{
	uint64_t due_us = session_timer_due_us(fi->priv), now_us = engine_now_us();
	uint64_t wait_us = due_us > now_us ? due_us - now_us : 0;

	osmo_fsm_inst_state_chg_ms(
		fi, STATE_ACTIVE, OSMO_MAX(1, (wait_us + 999) / 1000), T_SESSION);
}

static void session_end(struct osmo_fsm_inst *fi)
{
	osmo_fsm_inst_state_chg(fi, STATE_ENDED, 0, 0);
}

static void opening_action(struct osmo_fsm_inst *fi, uint32_t signal, void *data)
{
	struct session *session = fi->priv;
	const struct event *event = data;
	unsigned status = session_open_status(session, event);

	debug_print(DEBUG_CTI_SESSION, "session %u: %s: %s for %s: %u", session->id,
		signal_texts[signal], event->session_open.from_uri, event->session_open.to_uri,
		status == 0 ? 200 : status);
	if (status != 0) {
		session_reject(
			session->engine, event->handle, event->session_open.transaction, status);
		session_end(fi);
		return;
	}
	session_accept(session, event->session_open.transaction, &event->session_open.csta);
	session_activate(fi);
}

static void active_refresh(struct osmo_fsm_inst *fi, const struct event *event)
{
	struct session *session = fi->priv;
	unsigned status = session_refresh_status(session, event);

	if (status != 0) {
		session_reject(
			session->engine, event->handle, event->session_refresh.transaction, status);
		return;
	}
	session_accept(session, event->session_refresh.transaction, &event->session_refresh.csta);
	session_activate(fi);
}

static void active_answered(struct osmo_fsm_inst *fi, const struct event *event)
{
	struct session *session = fi->priv;

	debug_print(DEBUG_CTI_PROTOIF, "session %u: UPDATE answered %u (0: not at all)",
		session->id, event->session_answered.status);
	session_timer_answered(session, &event->session_answered, event->time_us);
	session_activate(fi);
}

static void active_action(struct osmo_fsm_inst *fi, uint32_t signal, void *data)
{
	struct session *session = fi->priv;

	debug_print(DEBUG_CTI_SESSION, "session %u: %s", session->id, signal_texts[signal]);
	switch (signal) {
	case SESSION_REFRESH:
		active_refresh(fi, data);
		return;
	case SESSION_ANSWERED:
		active_answered(fi, data);
		return;
	case SESSION_WITHDRAW:
		session_drop_monitors(session, true);
		session_abort_registrations(session);
		break;
	case SESSION_SHUTDOWN:
		session_send_status(session, CSTA_STATUS_DISABLED);
		break;
	default:
		break;
	}
	if (signal != SESSION_GONE)
		session_bye(session);
	session_end(fi);
}

static void ended_enter(struct osmo_fsm_inst *fi, uint32_t before)
{
	(void)before;
	osmo_fsm_inst_term(fi, OSMO_FSM_TERM_REGULAR, NULL);
}

static const struct osmo_fsm_state session_states[] = {
	[STATE_OPENING] = {
		.name = "OPENING",
		.in_event_mask = SIGNAL(OPEN),
		.out_state_mask = STATE(ACTIVE) | STATE(ENDED),
		.action = opening_action,
	},
	[STATE_ACTIVE] = {
		.name = "ACTIVE",
		.in_event_mask = SIGNAL(REFRESH) | SIGNAL(ANSWERED) | SIGNAL(GONE) | SIGNAL(CLEAR) |
			SIGNAL(WITHDRAW) | SIGNAL(SHUTDOWN),
		.out_state_mask = STATE(ACTIVE) | STATE(ENDED),
		.action = active_action,
	},
	[STATE_ENDED] = {
		.name = "ENDED",
		.onenter = ended_enter,
	},
};

// A turn of its own. 0: the machine looks after itself.
static int session_due(struct osmo_fsm_inst *fi)
{
	struct session *session = fi->priv;
	struct engine *engine = session->engine;

	if (session_timer_run(session, engine_now_us())) {
		session_activate(fi);
		return 0;
	}
	debug_print(DEBUG_CTI_SESSION, "session %u: no sign of life in time", session->id);
	session_bye(session);
	session_end(fi);
	engine_turn(engine);
	return 0;
}

static void session_cleanup(struct osmo_fsm_inst *fi, enum osmo_fsm_term_cause cause)
{
	(void)cause;
	session_free(fi->priv);
}

static const struct value_string session_signal_names[] = {
#define X(name, text) { name, #name },
	SESSION_SIGNALS(X)
#undef X
		{ 0, NULL },
};

static struct osmo_fsm session_fsm = {
	.name = "session",
	.states = session_states,
	.num_states = ARRAY_SIZE(session_states),
	.timer_cb = session_due,
	.cleanup = session_cleanup,
	.log_subsys = DLGLOBAL,
	.event_names = session_signal_names,
};

static __attribute__((constructor)) void session_fsm_register(void)
{
	OSMO_ASSERT(osmo_fsm_register(&session_fsm) == 0);
}

struct osmo_fsm_inst *session_fsm_new(struct session *session)
{
	char id[16];

	snprintf(id, sizeof(id), "%u", session->id);
	return osmo_fsm_inst_alloc(&session_fsm, NULL, session, LOGL_DEBUG, id);
}

const char *session_state_name(const struct session *session)
{
	return osmo_fsm_inst_state_name(session->fsm);
}
