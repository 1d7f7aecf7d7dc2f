// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// System services (ECMA-269, system status services): how the engine is, told when asked for and,
// to those who registered for it, of itself; and how the client is, asked of those who want that.
#include <stdio.h>

#include "control/csta/service.h"
#include "control/csta/session.h"

// sysStatRegisterID: unique for as long as the engine runs.
static void id_write(
	const struct session *session, const struct registration *r, char id[CSTA_CROSS_REF_SIZE])
{
	snprintf(id, CSTA_CROSS_REF_SIZE, "s%u-%u", session->id, r->number);
}

static struct registration *registration_find(struct session *session, const char *id)
{
	for (size_t i = 0; i < SESSION_REGISTRATIONS_MAX; i++) {
		struct registration *r = &session->registrations[i];
		char known[CSTA_CROSS_REF_SIZE];

		id_write(session, r, known);
		if (r->types != 0 && strcmp(known, id) == 0)
			return r;
	}
	return NULL;
}

static bool wants(const struct registration *r, enum csta_request_types_bit type)
{
	return (r->types & CSTA_BIT(type)) != 0;
}

static enum refusal check_id(struct session *session, bool present, const char *id)
{
	return !present || registration_find(session, id) != NULL ? REFUSED_NOT
								  : REFUSED_REGISTRATION;
}

// Sessions that there are go on as ever under load, and clients give up one whose INVITE is
// answered with anything but `normal`; who asks inside it is told how it is.
enum refusal serve_request_system_status(struct request *request)
{
	const struct csta_request_system_status *asked = &request->msg->body.request_system_status;

	request->answer->body.request_system_status_response.status =
		request->engine->overload != CSTA_STATUS_NONE
			? (enum csta_status)request->engine->overload
			: CSTA_STATUS_NORMAL;
	return check_id(request->session, asked->has.register_id, asked->register_id);
}

// How the client is changes nothing: what it cannot take it will be told to have missed.
enum refusal serve_system_status(struct request *request)
{
	const struct csta_system_status *told = &request->msg->body.system_status;

	return check_id(request->session, told->has.register_id, told->register_id);
}

// --- what is told of itself ----------------------------------------------------------------------

// The messages about registrations begin with the id, and two are nothing more.
static void send_id(struct session *session, const struct registration *r, enum csta_type type)
{
	struct command command;

	csta_msg_init(&command.csta_event, type);
	command.csta_event.ns = session->ns;
	id_write(session, r, command.csta_event.body.system_register_abort.register_id);
	session_invoke(session, &command);
}

// Without a registration: NULL.
static void send_status(
	struct session *session, const struct registration *r, enum csta_status status)
{
	struct csta_system_status *told;
	struct command command;

	csta_msg_init(&command.csta_event, CSTA_SYSTEM_STATUS);
	command.csta_event.ns = session->ns;
	told = &command.csta_event.body.system_status;
	told->has.register_id = r != NULL;
	if (r != NULL)
		id_write(session, r, told->register_id);
	told->has.status = true;
	told->status = status;
	session_invoke(session, &command);
}

// False: it registered for no status.
static bool tell_registrations(struct session *session, enum csta_status status)
{
	// The filter's bits stand in the order of the statuses.
	uint64_t bit = CSTA_BIT(status - CSTA_STATUS_INITIALIZING);
	bool registered = false;

	for (size_t i = 0; i < SESSION_REGISTRATIONS_MAX; i++) {
		const struct registration *r = &session->registrations[i];

		if (!wants(r, CSTA_REGISTER_SYSTEM_STATUS))
			continue;
		registered = true;
		if ((r->filter & bit) == 0)
			send_status(session, r, status);
	}
	return registered;
}

void session_send_status(struct session *session, enum csta_status status)
{
	if (!tell_registrations(session, status))
		send_status(session, NULL, status);
}

void sessions_load_changed(struct engine *engine, enum csta_status status)
{
	struct session *session;
	uint32_t cursor = 0;

	engine->overload =
		(uint8_t)(status == CSTA_STATUS_OVERLOAD_RELIEVED ? CSTA_STATUS_NONE : status);
	while ((session = session_next(engine, &cursor)) != NULL)
		tell_registrations(session, status);
}

// Whatever says which devices there are: another sum, other devices.
static uint64_t devices_sum(struct engine *engine)
{
	const struct dn *dn;
	uint64_t sum = 0;

	TAILQ_FOREACH (dn, &engine->dns, all) {
		const char *number = dn->numbers[DN_PRIMARY].text;

		if (dn_is_watched(engine, dn))
			sum += siphash(&engine->key, number, strlen(number));
	}
	return sum;
}

void session_recheck_devices(struct session *session)
{
	for (size_t i = 0; i < SESSION_REGISTRATIONS_MAX; i++) {
		struct registration *r = &session->registrations[i];
		uint64_t sum;

		if (!wants(r, CSTA_REGISTER_DEVICES_CHANGED))
			continue;
		sum = devices_sum(session->engine);
		if (sum == r->devices)
			continue;
		r->devices = sum;
		send_id(session, r, CSTA_DEVICES_CHANGED);
	}
}

static void registration_tell_claims(
	struct session *session, struct registration *r, const struct claims *claims)
{
	if (claims_equal(claims, &r->claims))
		return;
	r->claims = *claims;
	send_id(session, r, CSTA_CAPS_CHANGED);
}

// They are worked out from all devices: once, and only if somebody wants them.
void sessions_tell_claims(struct engine *engine)
{
	struct claims claims;
	struct session *session;
	uint32_t cursor = 0;
	bool made = false;

	while ((session = session_next(engine, &cursor)) != NULL) {
		for (size_t i = 0; i < SESSION_REGISTRATIONS_MAX; i++) {
			struct registration *r = &session->registrations[i];

			if (!wants(r, CSTA_REGISTER_CAPS_CHANGED))
				continue;
			if (!made)
				claims = claims_make(engine);
			made = true;
			registration_tell_claims(session, r, &claims);
		}
	}
}

static void claims_expired(void *data)
{
	struct engine *engine = data;

	sessions_tell_claims(engine);
	engine_turn(engine);
}

void sessions_recheck_claims(struct engine *engine)
{
	engine->claims_stale = false;
	if (osmo_timer_pending(&engine->claims_timer))
		return;
	osmo_timer_setup(&engine->claims_timer, claims_expired, engine);
	osmo_timer_schedule(&engine->claims_timer, CLAIMS_TIMER_S, 0);
}

void session_abort_registrations(struct session *session)
{
	for (size_t i = 0; i < SESSION_REGISTRATIONS_MAX; i++) {
		struct registration *r = &session->registrations[i];

		if (r->types != 0)
			send_id(session, r, CSTA_SYSTEM_REGISTER_ABORT);
		r->types = 0;
	}
}

// --- asking the client ---------------------------------------------------------------------------

static bool session_ask(struct session *session)
{
	bool asked = false;

	for (size_t i = 0; i < SESSION_REGISTRATIONS_MAX; i++) {
		const struct registration *r = &session->registrations[i];
		struct csta_request_system_status *ask;
		struct command command;

		if (!wants(r, CSTA_REGISTER_REQUEST_SYSTEM_STATUS))
			continue;
		csta_msg_init(&command.csta_event, CSTA_REQUEST_SYSTEM_STATUS);
		command.csta_event.ns = session->ns;
		ask = &command.csta_event.body.request_system_status;
		ask->has.register_id = true;
		id_write(session, r, ask->register_id);
		session_invoke(session, &command);
		asked = true;
	}
	return asked;
}

// All at a time; while nobody wants it the timer rests.
static void ask_expired(void *data)
{
	struct engine *engine = data;
	struct session *session;
	uint32_t cursor = 0;
	bool asked = false;

	while ((session = session_next(engine, &cursor)) != NULL)
		asked |= session_ask(session);
	if (asked)
		osmo_timer_schedule(&engine->ask_timer, SYSTEM_STATUS_TIMER_S, 0);
	engine_turn(engine);
}

static void ask_start(struct engine *engine)
{
	if (osmo_timer_pending(&engine->ask_timer))
		return;
	osmo_timer_setup(&engine->ask_timer, ask_expired, engine);
	osmo_timer_schedule(&engine->ask_timer, SYSTEM_STATUS_TIMER_S, 0);
}

// --- registrations -------------------------------------------------------------------------------

enum refusal serve_system_register(struct request *request)
{
	const struct csta_system_register *asked = &request->msg->body.system_register;
	struct csta_system_register_response *answer =
		&request->answer->body.system_register_response;
	struct session *session = request->session;
	struct registration *r = session->registrations;

	if (asked->request_types == 0)
		return REFUSED_MISSING;
	while (r < session->registrations + SESSION_REGISTRATIONS_MAX && r->types != 0)
		r++;
	if (r == session->registrations + SESSION_REGISTRATIONS_MAX)
		return REFUSED_REGISTRATIONS_FULL;
	r->number = ++session->next_registration;
	r->types = (uint8_t)asked->request_types;
	r->filter = asked->has.filter ? (uint16_t)asked->filter : 0;
	r->devices = devices_sum(request->engine);
	r->claims = claims_make(request->engine);
	if (wants(r, CSTA_REGISTER_REQUEST_SYSTEM_STATUS))
		ask_start(request->engine);
	id_write(session, r, answer->register_id);
	answer->has.filter = asked->has.filter;
	answer->filter = r->filter;
	return REFUSED_NOT;
}

enum refusal serve_system_register_cancel(struct request *request)
{
	struct registration *r = registration_find(
		request->session, request->msg->body.system_register_cancel.register_id);

	if (r == NULL)
		return REFUSED_REGISTRATION;
	r->types = 0;
	return REFUSED_NOT;
}
