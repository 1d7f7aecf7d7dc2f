// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include <stdio.h>
#include <string.h>

#include "control/call/feature.h"
#include "control/csta/csta.h"
#include "control/phone/phone.h"
#include "control/phone/screen.h"
#include "tests/unit/control/walk.h"

// --- the call model ------------------------------------------------------------------------------

static bool is_at_dn(const struct connection *connection)
{
	const struct connection *other;

	TAILQ_FOREACH (other, &connection->dn->connections, at_dn) {
		if (other == connection)
			return true;
	}
	return false;
}

static void connection_check(const struct connection *connection, const struct call *call)
{
	assert_ptr_equal(connection->call, call);
	assert_int_not_equal(connection->state, CONNECTION_NULL);
	if (connection->onlooker) {
		assert_int_equal(connection->state, CONNECTION_FAIL);
		assert_true(TAILQ_EMPTY(&connection->appearances));
		return;
	}
	assert_true(is_at_dn(connection));
	assert_ptr_equal(call_connection(connection->call, connection->dn), connection);
	if (connection->state == CONNECTION_ALERTING)
		assert_ptr_not_equal(call->calling.dn, connection->dn);
	assert_null(connection->joined_from);
	if (connection->consultation != NULL)
		assert_ptr_equal(connection->consultation->consults_for, connection);
	if (connection->consults_for != NULL)
		assert_ptr_equal(connection->consults_for->consultation, connection);
	// Who rings has no line of his own yet; everybody else has, on a phone in service.
	if (connection->state == CONNECTION_ALERTING || connection->line == NULL)
		return;
	assert_ptr_equal(connection->line->dn, connection->dn);
	assert_true(phone_is_registered(connection->line->phone));
}

// Parties' states go together: somebody who rings is called by somebody who is not, nobody talks
// alone, and only who hears why is left alone.
static void call_check(const struct call *call, unsigned *connections)
{
	const struct connection *connection;
	unsigned parties = 0, up = 0, ringing = 0, failed = 0, initiated = 0;

	TAILQ_FOREACH (connection, &call->connections, in_call) {
		connection_check(connection, call);
		(*connections)++;
		if (connection->onlooker)
			continue;
		parties++;
		up += connection_is_up(connection);
		ringing += connection->state == CONNECTION_ALERTING;
		failed += connection->state == CONNECTION_FAIL;
		initiated += connection->state == CONNECTION_INITIATED;
	}
	assert_false(call->ending);
	assert_true(parties > 0);
	assert_int_equal(parties, up + ringing + failed + initiated);
	assert_true(ringing == 0 || up > 0 || initiated > 0);
	if (failed > 0)
		assert_int_equal(parties, 1);
	if (parties == 1 && up == 1)
		assert_int_not_equal(call->failure, CSTA_CAUSE_NONE);
	// A party of more than two is mixed by one of them.
	assert_true(parties <= 3);
	assert_int_equal(parties == 3, call->mixer != NULL);
	if (parties == 2)
		assert_non_null(call_connection((struct call *)call, call->calling.dn));
	if (call->mixer == NULL)
		return;
	assert_true(call->mixer->call == call && connection_is_up(call->mixer));
	// Held it can be resumed.
	assert_true(call->mixer->line->phone->mixes);
}

static void model_check(const struct engine *engine)
{
	const struct call *call;
	const struct dn *dn;
	unsigned calls = 0, connections = 0, conferences = 0;

	TAILQ_FOREACH (call, &engine->active_calls, active) {
		calls++;
		conferences += call->mixer != NULL;
		call_check(call, &connections);
	}
	assert_int_equal(calls, engine->calls.used);
	assert_int_equal(connections, engine->connections.used);
	assert_int_equal(conferences, engine->conferences);
	TAILQ_FOREACH (dn, &engine->dns, all) {
		const struct connection *connection;
		unsigned used = 0;

		TAILQ_FOREACH (connection, &dn->connections, at_dn)
			used += connection_takes_channel(connection);
		assert_true(used <= dn->channels);
	}
}

// --- the screens ---------------------------------------------------------------------------------

static struct sim_phone *sim_find(struct rig *rig, const struct phone *phone)
{
	for (unsigned i = 0; i < rig->phone_count; i++) {
		if (rig->phones[i].open && strcmp(rig->phones[i].name, phone->name) == 0)
			return &rig->phones[i];
	}
	return NULL;
}

static void appearance_check(const struct appearance *a, struct sim_phone *sim)
{
	const struct sim_call *shown = NULL;

	for (int i = 0; i < SIM_CALLS_MAX; i++) {
		if (sim->calls[i].reference == a->call_reference)
			shown = &sim->calls[i];
	}
	assert_non_null(shown);
	assert_int_equal(shown->state, a->call_state);
	assert_int_equal(shown->line, a->line->instance);
	for (int i = 0; i < SIM_STREAMS; i++)
		assert_true(!shown->streams[i].sending || shown->streams[i].receiving);
}

static bool hears(const struct sim_call *call)
{
	for (int i = 0; i < SIM_STREAMS; i++) {
		if (call->streams[i].receiving)
			return true;
	}
	return false;
}

// Each phone shows the calls that the engine thinks it shows, no other, and talks in one.
static void phone_check(struct rig *rig, const struct phone *phone)
{
	struct sim_phone *sim = sim_find(rig, phone);
	const struct appearance *a;
	unsigned active = 0, shown = 0, receiving = 0;

	TAILQ_FOREACH (a, &phone->appearances, at_phone) {
		assert_non_null(sim);
		// Declined here, it rings elsewhere.
		if (a->shown == SCREEN_NONE) {
			assert_true(a->declined && connection_rings(a->connection));
			continue;
		}
		appearance_check(a, sim);
		shown++;
		active += connection_is_active(a->connection) && a->connection->line == a->line;
	}
	assert_true(active <= 1);
	if (sim == NULL)
		return;
	for (int i = 0; i < SIM_CALLS_MAX; i++)
		receiving += hears(&sim->calls[i]);
	assert_true(receiving <= 1);
	assert_int_equal(sim->violations, 0);
	assert_int_equal(sim_call_count(sim), shown);
}

// --- buttons -------------------------------------------------------------------------------------

static void watches_check(const struct phone *phone)
{
	for (unsigned i = 0; i < phone->watch_count; i++) {
		const struct watch_button *watch = &phone->watches[i];

		if (dn_is_in_use(watch->dn))
			assert_int_equal(watch->lamp, SCCP_LAMP_ON);
		else if (!watch->whole_phone)
			assert_int_equal(watch->lamp, SCCP_LAMP_OFF);
	}
}

static bool is_one_call(const struct line *line)
{
	return line->overlay == OVERLAY_ONE_CALL || line->overlay == OVERLAY_EXPANSION;
}

// What rings at the line's button.
static unsigned ringing_at(const struct line *line)
{
	const struct appearance *a;
	unsigned n = 0;

	TAILQ_FOREACH (a, &line->phone->appearances, at_phone)
		n += a->line->instance == line->instance && appearance_rings(a);
	return n;
}

static bool is_shown_at(const struct connection *connection, const struct phone *phone)
{
	const struct appearance *a;

	TAILQ_FOREACH (a, &connection->appearances, in_connection) {
		if (a->line->phone == phone)
			return true;
	}
	return false;
}

// One call rings at a button of an overlay without call waiting; another is shown as soon as one of
// its buttons is free.
static void overlays_check(struct walk *walk, const struct phone *phone)
{
	const struct connection *connection;

	for (unsigned i = 0; i < phone->line_count; i++) {
		const struct line *line = &phone->lines[i];

		if (!is_one_call(line))
			continue;
		assert_true(ringing_at(line) <= 1);
		TAILQ_FOREACH (connection, &line->dn->connections, at_dn) {
			if (!connection_rings(connection) || is_shown_at(connection, phone))
				continue;
			assert_true(line_is_taken(line));
			walk->counts->unshown++;
		}
	}
}

static void buttons_check(struct walk *walk, const struct phone *phone)
{
	if (!phone_is_registered(phone))
		return;
	watches_check(phone);
	overlays_check(walk, phone);
}

// --- what monitors were told ---------------------------------------------------------------------

static void pictures_check(struct walk *walk)
{
	unsigned monitors = 0;

	for (unsigned i = 0; i < WALK_PICTURES; i++) {
		struct picture *picture = &walk->pictures[i];

		if (!picture_is_used(picture))
			continue;
		monitors++;
		picture_settle(picture, &walk->rig->engine);
	}
	assert_int_equal(walk->rig->engine.monitors.used, monitors);
}

void walk_check(struct walk *walk)
{
	struct engine *engine = &walk->rig->engine;
	const struct phone *phone;

	model_check(engine);
	TAILQ_FOREACH (phone, &engine->phones, all)
		phone_check(walk->rig, phone);
	TAILQ_FOREACH (phone, &engine->phones, all)
		buttons_check(walk, phone);
	pictures_check(walk);
}

// --- all of it as text ---------------------------------------------------------------------------

struct text {
	char *at;
	size_t left;
};

static void put(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct text *text, const char *format, ...)
{
	va_list args;
	size_t n;

	va_start(args, format);
	n = (size_t)vsnprintf(text->at, text->left, format, args);
	va_end(args);
	assert_true(n < text->left);
	text->at += n;
	text->left -= n;
}

static void put_connection(struct text *text, const struct connection *c)
{
	put(text, "  %s %s cause %s line %s/%u", c->dn->numbers[DN_PRIMARY].text,
		connection_state_name((enum connection_state)c->state),
		csta_cause_name((enum csta_cause)c->cause),
		c->line != NULL ? c->line->phone->name : "-",
		c->line != NULL ? c->line->instance : 0u);
	put(text, " onlooker %u outbound %u purpose %u prompted %u digits %s", c->onlooker,
		c->outbound, c->purpose, c->prompted, c->digits);
	put(text, " timer %u until %lld.%06ld consults %s for %s\n", c->timer_kind,
		(long long)c->timer.timeout.tv_sec, (long)c->timer.timeout.tv_usec,
		c->consultation != NULL ? c->consultation->call->id : "-",
		c->consults_for != NULL ? c->consults_for->call->id : "-");
}

static void put_call(struct text *text, const struct call *call)
{
	const struct connection *connection;
	const struct monitor *monitor;
	unsigned monitors = 0;

	TAILQ_FOREACH (monitor, &call->monitors, at_call)
		monitors++;
	put(text,
		"call %s %s %s>%s via %s redirections %u changes %u ending %u failure %u mixer %s "
		"monitors %u\n",
		call->id, call->gcid, call->calling.number, call->called.number,
		call->redirecting.number, call->redirections, call->party_changes, call->ending,
		call->failure,
		call->mixer != NULL ? call->mixer->dn->numbers[DN_PRIMARY].text : "-", monitors);
	TAILQ_FOREACH (connection, &call->connections, in_call)
		put_connection(text, connection);
}

static void put_dn(struct text *text, const struct engine *engine, const struct dn *dn)
{
	put(text, "dn %s message %u quiet %u", dn->numbers[DN_PRIMARY].text, dn->message_waiting,
		dn_do_not_disturb(dn));
	for (unsigned kind = 0; kind < FORWARD_NIGHT; kind++) {
		const struct config_forward *last = config_forward_last(
			engine->config, dn->config, (enum config_forward_kind)kind);

		put(text, " forward %u %s %u", dn_is_forwarded(dn, (enum config_forward_kind)kind),
			last->number, last->timeout);
	}
	put(text, "\n");
}

static void put_phone(struct text *text, const struct phone *phone)
{
	const struct appearance *a;

	put(text, "phone %s %s off hook %u speaker %u ringer %u plane %u quiet %u redial %s\n",
		phone->name, phone_state_name(phone), phone->off_hook, phone->speaker,
		phone->ringer, phone->plane, phone->do_not_disturb,
		phone->redial != NULL ? phone->redial : "-");
	TAILQ_FOREACH (a, &phone->appearances, at_phone)
		put(text, "  shows %u %u %u %u\n", a->call_reference, a->call_state, a->shown,
			a->streams[0].state);
}

static void put_session(struct text *text, const struct session *session)
{
	const struct monitor *monitor;

	put(text, "session %u of %s\n", session->id, session->line);
	TAILQ_FOREACH (monitor, &session->monitors, in_session)
		put(text, "  monitor %s of %s suppresses %llx told %llu\n", monitor->cross_ref,
			monitor->call != NULL ? monitor->call->id : monitor->device,
			(unsigned long long)monitor->suppressed,
			(unsigned long long)monitor->events);
}

void walk_state(struct walk *walk, char out[WALK_STATE_SIZE])
{
	struct engine *engine = &walk->rig->engine;
	struct text text = { out, WALK_STATE_SIZE };
	const struct call *call;
	const struct dn *dn;
	const struct phone *phone;
	const struct session *session;
	uint32_t cursor = 0;

	put(&text, "conferences %u\n", engine->conferences);
	TAILQ_FOREACH (call, &engine->active_calls, active)
		put_call(&text, call);
	TAILQ_FOREACH (dn, &engine->dns, all)
		put_dn(&text, engine, dn);
	TAILQ_FOREACH (phone, &engine->phones, all)
		put_phone(&text, phone);
	while ((session = session_next(engine, &cursor)) != NULL)
		put_session(&text, session);
}
