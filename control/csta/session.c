// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Sessions: who may have one, for which line and how long, and what ends it.
#include "control/csta/session.h"

#include <errno.h>

#include "control/csta/devices.h"
#include "control/csta/service.h"
#include "control/vty/debug.h"

// Seconds after which a client that found no room may ask again.
enum { RETRY_AFTER_S = 10 };

// --- the table -----------------------------------------------------------------------------------

static struct session *session_by_id(struct engine *engine, uint32_t id)
{
	struct session *session;

	hash_for_each_possible (engine->session_by_id, session, by_id, id) {
		if (session->id == id)
			return session;
	}
	return NULL;
}

// Ids rise; after the last the first that is free comes again.
static uint32_t session_id_mint(struct engine *engine)
{
	uint32_t id;

	do {
		id = engine->next_session_id;
		engine->next_session_id = id % SESSION_ID_MAX + 1;
	} while (session_by_id(engine, id) != NULL);
	return id;
}

struct session *session_new(struct engine *engine, handle_t dialog)
{
	uint32_t id = session_id_mint(engine);
	handle_t handle;
	struct session *session = pool_take(&engine->sessions, &handle);

	if (session == NULL)
		return NULL;
	session->engine = engine;
	session->dialog = dialog;
	session->handle = handle;
	session->id = id;
	TAILQ_INIT(&session->monitors);
	session->fsm = session_fsm_new(session);
	if (session->fsm == NULL) {
		pool_give(&engine->sessions, session);
		return NULL;
	}
	hash_add(engine->session_by_dialog, &session->by_dialog, dialog);
	hash_add(engine->session_by_id, &session->by_id, id);
	return session;
}

void session_free(struct session *session)
{
	session_drop_monitors(session, false);
	hash_del(&session->by_dialog);
	hash_del(&session->by_id);
	pool_give(&session->engine->sessions, session);
}

static struct session *session_find(struct engine *engine, handle_t dialog)
{
	struct session *session;

	hash_for_each_possible (engine->session_by_dialog, session, by_dialog, dialog) {
		if (session->dialog == dialog)
			return session;
	}
	return NULL;
}

struct session *session_next(struct engine *engine, uint32_t *cursor)
{
	return pool_next(&engine->sessions, cursor);
}

// --- what an INVITE must bring -------------------------------------------------------------------

static bool cti_is_on(struct session *session, const struct event_session_open *open)
{
	(void)open;
	return !session->engine->config->voice_service.cti_shutdown;
}

static bool has_body(struct session *session, const struct event_session_open *open)
{
	(void)session;
	return open->csta.type != CSTA_NONE;
}

static bool asks_status(struct session *session, const struct event_session_open *open)
{
	(void)session;
	return open->csta.type == CSTA_REQUEST_SYSTEM_STATUS;
}

bool session_line_set(struct session *session, const char *text)
{
	session->dn = device_resolve(session->engine, span_str(text), &session->style, NULL);
	if (session->dn == NULL)
		return false;
	return span_copy(span_str(text), session->line, sizeof(session->line));
}

// A SIP URI without a user part: a host, which is this one, and no line.
static bool is_gateway(const char *uri)
{
	struct span text = span_str(uri);

	return (span_ieq(span_head(text, 4), SPAN("sip:")) ||
		       span_ieq(span_head(text, 5), SPAN("sips:"))) &&
	       span_find(text, '@') == text.n;
}

static bool line_try(struct session *session, const char *uri)
{
	return !is_gateway(uri) && session_line_set(session, uri);
}

// The line in the client's private data decides alone; without it the To header names the line, or,
// where To is the address of the gateway, the Request-URI. Where that is too, a monitor will.
static bool names_line(struct session *session, const struct event_session_open *open)
{
	const struct csta_request_system_status *request = &open->csta.body.request_system_status;

	if (request->has.line)
		return session_line_set(session, request->line);
	return line_try(session, open->to_uri) || line_try(session, open->request_uri) ||
	       (is_gateway(open->to_uri) && is_gateway(open->request_uri));
}

bool dn_is_watched(const struct engine *engine, const struct dn *dn)
{
	return dn->config != NULL && config_cti_watch(engine->config, dn->config) &&
	       dn_is_controllable(dn);
}

static bool line_is_watched(struct session *session, const struct event_session_open *open)
{
	(void)open;
	return session->dn == NULL || dn_is_watched(session->engine, session->dn);
}

static bool line_is_up(struct session *session, const struct event_session_open *open)
{
	(void)open;
	return session->dn == NULL || dn_is_up(session->dn);
}

static struct timer_offer offer_of_open(const struct event_session_open *open)
{
	return (struct timer_offer){
		.supports = open->supports_timer,
		.refresher = open->refresher,
		.expires_s = open->session_expires_s,
		.min_se_s = open->min_se_s,
	};
}

static struct timer_offer offer_of_refresh(const struct event_session_refresh *refresh)
{
	return (struct timer_offer){
		.supports = refresh->supports_timer,
		.refresher = refresh->refresher,
		.expires_s = refresh->session_expires_s,
		.min_se_s = refresh->min_se_s,
	};
}

static bool timer_is_fair(struct session *session, const struct event_session_open *open)
{
	struct timer_offer offer = offer_of_open(open);

	(void)session;
	return session_timer_is_fair(&offer);
}

static const struct {
	bool (*holds)(struct session *session, const struct event_session_open *open);
	unsigned status; // when it does not
} open_checks[] = {
	{ cti_is_on, 403 },
	{ has_body, 488 },
	{ asks_status, 400 },
	{ names_line, 404 },
	{ line_is_watched, 403 },
	{ line_is_up, 480 },
	{ timer_is_fair, 422 },
};

unsigned session_open_status(struct session *session, const struct event *event)
{
	const struct event_session_open *open = &event->session_open;
	struct timer_offer offer = offer_of_open(open);

	for (size_t i = 0; i < ARRAY_SIZE(open_checks); i++) {
		if (!open_checks[i].holds(session, open))
			return open_checks[i].status;
	}
	session->remote = open->remote;
	session->transport = open->transport;
	session->ns = open->csta.ns;
	session->started_us = event->time_us;
	memcpy(session->user, open->from_uri, sizeof(session->user));
	memcpy(session->agent, open->user_agent, sizeof(session->agent));
	session_timer_take(session, &offer, event->time_us);
	return 0;
}

unsigned session_refresh_status(struct session *session, const struct event *event)
{
	const struct event_session_refresh *refresh = &event->session_refresh;
	struct timer_offer offer = offer_of_refresh(refresh);

	if (refresh->csta.type != CSTA_NONE && refresh->csta.type != CSTA_REQUEST_SYSTEM_STATUS)
		return 400;
	if (!session_timer_is_fair(&offer))
		return 422;
	session->remote = refresh->remote;
	session->transport = refresh->transport;
	if (refresh->csta.type != CSTA_NONE)
		session->ns = refresh->csta.ns;
	session_timer_take(session, &offer, event->time_us);
	return 0;
}

// --- what it sends -------------------------------------------------------------------------------

void session_trace(const struct session *session, const char *way, const struct csta_msg *msg)
{
	char text[2048];

	if (!debug_on(DEBUG_CTI_XML))
		return;
	csta_print(msg, text, sizeof(text));
	debug_write(DEBUG_CTI_XML, "session %u %s %s", session->id, way, text);
}

void session_accept(struct session *session, handle_t transaction, const struct csta_msg *request)
{
	struct command command;
	struct command_session_accept *accept = &command.session_accept;

	command.type = COMMAND_SESSION_ACCEPT;
	command.handle = session->dialog;
	accept->transaction = transaction;
	session_timer_tell(session, accept);
	session_trace(session, "<-", request);
	csta_msg_init(&accept->csta, csta_response_type((enum csta_type)request->type));
	accept->csta.ns = request->ns;
	if (accept->csta.type == CSTA_REQUEST_SYSTEM_STATUS_RESPONSE)
		accept->csta.body.request_system_status_response.status = CSTA_STATUS_NORMAL;
	session_trace(session, "->", &accept->csta);
	if (request->type != CSTA_NONE)
		debug_print(DEBUG_CTI_CORE, "session %u: %s: done", session->id,
			csta_type_name((enum csta_type)request->type));
	debug_print(DEBUG_CTI_PROTOIF, "session %u: 200, interval %u s", session->id,
		session->interval_s);
	outbox_send(&session->engine->outbox, &command);
}

void session_reject(struct engine *engine, handle_t dialog, handle_t transaction, unsigned status)
{
	struct command command;

	debug_print(DEBUG_CTI_PROTOIF, "dialog %016llx: %u", (unsigned long long)dialog, status);
	command.type = COMMAND_SESSION_REJECT;
	command.handle = dialog;
	command.session_reject = (struct command_session_reject){
		.transaction = transaction,
		.status = (uint16_t)status,
		.retry_after_s = status == 503 ? RETRY_AFTER_S : 0,
		.min_se_s = status == 422 ? SESSION_INTERVAL_MIN_S : 0,
	};
	outbox_send(&engine->outbox, &command);
}

void session_send(struct session *session, struct command *command)
{
	command->type = COMMAND_CSTA_EVENT;
	command->handle = session->dialog;
	session_trace(session, "->", &command->csta_event);
	outbox_defer(&session->engine->outbox, command);
}

void session_invoke(struct session *session, struct command *command)
{
	debug_print(DEBUG_CTI_CORE, "session %u: asks %s", session->id,
		csta_type_name((enum csta_type)command->csta_event.type));
	session_send(session, command);
}

void session_bye(struct session *session)
{
	struct command command;

	debug_print(DEBUG_CTI_PROTOIF, "session %u: BYE", session->id);
	command.type = COMMAND_SESSION_BYE;
	command.handle = session->dialog;
	outbox_defer(&session->engine->outbox, &command);
}

// --- events --------------------------------------------------------------------------------------

static void on_open(struct engine *engine, const struct event *event)
{
	struct session *session = session_new(engine, event->handle);

	if (session == NULL) {
		session_reject(engine, event->handle, event->session_open.transaction, 503);
		return;
	}
	osmo_fsm_inst_dispatch(session->fsm, SESSION_OPEN, (void *)event);
}

// A session that was ended here while the client's request was on its way is known to nobody.
static void on_refresh(struct engine *engine, const struct event *event)
{
	struct session *session = session_find(engine, event->handle);

	if (session == NULL)
		session_reject(engine, event->handle, event->session_refresh.transaction, 481);
	else
		osmo_fsm_inst_dispatch(session->fsm, SESSION_REFRESH, (void *)event);
}

static void on_answered(struct engine *engine, const struct event *event)
{
	struct session *session = session_find(engine, event->handle);

	if (session != NULL)
		osmo_fsm_inst_dispatch(session->fsm, SESSION_ANSWERED, (void *)event);
}

static void on_closed(struct engine *engine, const struct event *event)
{
	struct session *session = session_find(engine, event->handle);

	if (session != NULL)
		osmo_fsm_inst_dispatch(session->fsm, SESSION_GONE, NULL);
}

static void on_request(struct engine *engine, const struct event *event)
{
	struct session *session = session_find(engine, event->handle);

	if (session == NULL) {
		session_reject(engine, event->handle, event->csta_request.transaction, 481);
		return;
	}
	session_timer_heard(session, event->time_us);
	service_request(session, &event->csta_request);
}

// The client must learn that its picture is wrong: it takes snapshots then (ECMA-269, System
// Status).
static void on_lost(struct engine *engine, const struct event *event)
{
	struct session *session = session_find(engine, event->handle);

	if (session == NULL)
		return;
	session->lost += event->session_lost.messages;
	debug_print(DEBUG_CTI_SESSION, "session %u: missed %u messages", session->id,
		event->session_lost.messages);
	session_send_status(session, CSTA_STATUS_MESSAGES_LOST);
}

void sessions_event(struct engine *engine, const struct event *event)
{
	static void (*const handlers[EVENT_TYPES])(struct engine *, const struct event *) = {
		[EVENT_SESSION_OPEN] = on_open,
		[EVENT_SESSION_REFRESH] = on_refresh,
		[EVENT_SESSION_ANSWERED] = on_answered,
		[EVENT_SESSION_CLOSED] = on_closed,
		[EVENT_CSTA_REQUEST] = on_request,
		[EVENT_SESSION_LOST] = on_lost,
	};

	if (event->type < EVENT_TYPES && handlers[event->type] != NULL)
		handlers[event->type](engine, event);
}

// --- the operator and the configuration ----------------------------------------------------------

int session_clear(struct engine *engine, uint32_t id)
{
	struct session *session = session_by_id(engine, id);

	if (session == NULL)
		return -ENOENT;
	osmo_fsm_inst_dispatch(session->fsm, SESSION_CLEAR, NULL);
	engine_turn(engine);
	return 0;
}

static void sessions_end(struct engine *engine, enum session_signal signal,
	bool (*ends)(const struct session *session))
{
	struct session *session;
	uint32_t cursor = 0;

	while ((session = session_next(engine, &cursor)) != NULL) {
		if (ends(session))
			osmo_fsm_inst_dispatch(session->fsm, signal, NULL);
	}
}

static bool is_any(const struct session *session)
{
	(void)session;
	return true;
}

// Also true when the client's name for its line means another DN by now, or none.
static bool is_out_of_bounds(const struct session *session)
{
	struct dn *dn = device_resolve(session->engine, span_str(session->line), NULL, NULL);

	return session->line[0] != '\0' &&
	       (dn != session->dn || !dn_is_watched(session->engine, dn));
}

void sessions_recheck(struct engine *engine)
{
	struct session *session;
	uint32_t cursor = 0;

	engine->lines_changed = false;
	if (engine->config->voice_service.cti_shutdown) {
		sessions_end(engine, SESSION_SHUTDOWN, is_any);
		return;
	}
	sessions_end(engine, SESSION_WITHDRAW, is_out_of_bounds);
	while ((session = session_next(engine, &cursor)) != NULL) {
		session_recheck_monitors(session);
		session_recheck_devices(session);
	}
	sessions_tell_claims(engine);
}

void sessions_shutdown(struct engine *engine)
{
	sessions_end(engine, SESSION_SHUTDOWN, is_any);
	engine_turn(engine);
}

void sessions_forget(struct engine *engine)
{
	sessions_end(engine, SESSION_GONE, is_any);
	osmo_timer_del(&engine->claims_timer);
	osmo_timer_del(&engine->ask_timer);
	osmo_timer_del(&engine->listing_timer);
}
