// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Three parties in one call: who is told, who hears whom, and how it becomes two again.
#include <stdlib.h>
#include <string.h>

#include "control/call/feature.h"
#include "tests/unit/control/parties.h"

static enum call_result confer(struct parties *w)
{
	return connections_conference(
		parties_at(w, "201", CONNECTION_HOLD), parties_at(w, "201", CONNECTION_CONNECTED));
}

// 201 talks to 202 and asks 203.
static void consult(struct parties *w)
{
	struct connection *out;

	parties_talk(w, w->a, "202", w->b);
	parties_expect(w,
		connection_consult(parties_at(w, "201", CONNECTION_CONNECTED), "203", &out),
		CALL_OK);
	sim_off_hook(w->c);
	rig_forget(w->rig);
}

static void conference(struct parties *w)
{
	consult(w);
	parties_expect(w, confer(w), CALL_OK);
}

static void bringing_together(void **state)
{
	struct parties *w = *state;
	char id[TOKEN_SIZE];

	consult(w);
	memcpy(id, parties_at(w, "201", CONNECTION_HOLD)->call->id, sizeof(id));
	parties_expect(w, confer(w), CALL_OK);
	rig_story_is(w->rig, "Conferenced 201 connected conference and 201 to 203\n");
	assert_int_equal(w->rig->engine.calls.used, 1);
	assert_string_equal(parties_at(w, "203", CONNECTION_CONNECTED)->call->id, id);
	assert_string_equal(parties_at(w, "201", CONNECTION_CONNECTED)->call->id, id);
	// The mixer talks to both, they to it alone.
	parties_hear(w->a, w->b);
	parties_hear(w->a, w->c);
	parties_deaf(w->b, w->c);
	assert_int_equal(sim_call_count(w->a), 1);
	assert_int_equal(w->a->keys, SCCP_SOFTKEY_SET_CONNECTED_CONFERENCE);
	assert_true(sim_log_has(w->b, "DisplayPromptStatus Conference"));
	parties_hang_up(w);
}

// One of those who do not mix leaves: it is an ordinary call again.
static void leaving(void **state)
{
	struct parties *w = *state;

	conference(w);
	rig_forget(w->rig);
	sim_on_hook(w->c);
	rig_story_is(w->rig, "ConnectionCleared 203 null normalClearing\n");
	parties_hear(w->a, w->b);
	assert_int_equal(w->a->keys, SCCP_SOFTKEY_SET_CONNECTED);
	assert_true(sim_log_has(w->a, "CallInfo Outbound 201>202"));
	assert_int_equal(w->rig->engine.conferences, 0);
	sim_on_hook(w->b);
	rig_is_idle(w->rig);
	// The other one.
	conference(w);
	rig_forget(w->rig);
	sim_on_hook(w->b);
	rig_story_is(w->rig, "ConnectionCleared 202 null normalClearing\n");
	parties_hear(w->a, w->c);
	assert_true(sim_log_has(w->a, "CallInfo Outbound 201>203"));
	assert_true(sim_log_has(w->c, "CallInfo Inbound 201>203"));
	sim_on_hook(w->a);
	rig_is_idle(w->rig);
}

// Without the mixer nobody hears anybody: all leave.
static void mixer_leaves(void **state)
{
	struct parties *w = *state;

	conference(w);
	rig_forget(w->rig);
	sim_on_hook(w->a);
	rig_story_is(w->rig, "ConnectionCleared 201 null normalClearing\n"
			     "ConnectionCleared 202 null normalClearing by 201\n"
			     "ConnectionCleared 203 null normalClearing by 201\n");
	rig_is_idle(w->rig);
	assert_int_equal(w->rig->engine.conferences, 0);
}

static void mixer_lost(void **state)
{
	struct parties *w = *state;

	conference(w);
	sim_disconnect(w->a, CONN_CLOSE_RESET);
	assert_int_equal(sim_call_count(w->b), 0);
	assert_int_equal(sim_call_count(w->c), 0);
	rig_is_idle(w->rig);
}

static void party_lost(void **state)
{
	struct parties *w = *state;

	conference(w);
	rig_forget(w->rig);
	sim_disconnect(w->b, CONN_CLOSE_RESET);
	rig_story_is(w->rig, "ConnectionCleared 202 null destOutOfOrder\n");
	parties_hear(w->a, w->c);
	parties_hang_up(w);
}

static void last_is_removed(void **state)
{
	struct parties *w = *state;

	conference(w);
	rig_forget(w->rig);
	parties_expect(w, conference_remove_last(parties_at(w, "202", CONNECTION_CONNECTED)),
		CALL_BAD_STATE);
	parties_expect(
		w, conference_remove_last(parties_at(w, "201", CONNECTION_CONNECTED)), CALL_OK);
	rig_story_is(w->rig, "ConnectionCleared 203 null normalClearing by 201\n");
	parties_hear(w->a, w->b);
	parties_expect(w, conference_remove_last(parties_at(w, "201", CONNECTION_CONNECTED)),
		CALL_BAD_STATE);
	parties_hang_up(w);
}

static void holding(void **state)
{
	struct parties *w = *state;

	conference(w);
	rig_forget(w->rig);
	sim_soft_key(w->b, SCCP_SOFTKEY_HOLD);
	rig_story_is(w->rig, "Held 202 hold normal\n");
	parties_deaf(w->a, w->b);
	parties_hear(w->a, w->c);
	parties_expect(w,
		connection_hold(parties_at(w, "201", CONNECTION_CONNECTED), CSTA_CAUSE_NORMAL),
		CALL_OK);
	parties_deaf(w->a, w->c);
	parties_deaf(w->b, w->c);
	sim_soft_key(w->b, SCCP_SOFTKEY_RESUME);
	sim_soft_key(w->a, SCCP_SOFTKEY_RESUME);
	parties_hear(w->a, w->b);
	parties_hear(w->a, w->c);
	assert_int_equal(w->a->keys, SCCP_SOFTKEY_SET_CONNECTED_CONFERENCE);
	parties_hang_up(w);
}

// A held party gone, two are left of which one holds.
static void held_party_leaves(void **state)
{
	struct parties *w = *state;

	conference(w);
	sim_soft_key(w->b, SCCP_SOFTKEY_HOLD);
	sim_on_hook(w->c);
	parties_deaf(w->a, w->b);
	sim_soft_key(w->b, SCCP_SOFTKEY_RESUME);
	parties_hear(w->a, w->b);
	parties_hang_up(w);
}

static void refusing(void **state)
{
	struct parties *w = *state;
	struct connection *out;

	// The far end has not answered.
	parties_talk(w, w->a, "202", w->b);
	parties_expect(w,
		connection_consult(parties_at(w, "201", CONNECTION_CONNECTED), "203", &out),
		CALL_OK);
	parties_expect(w, confer(w), CALL_BAD_STATE);
	// 202 is on both ends.
	sim_on_hook(w->a);
	parties_expect(
		w, connection_consult(parties_at(w, "201", CONNECTION_HOLD), "202", &out), CALL_OK);
	sim_soft_key(w->b, SCCP_SOFTKEY_ANSWER);
	parties_expect(w, confer(w), CALL_SAME_DEVICE);
	parties_hang_up(w);
}

static void nobody_mixes(void **state)
{
	struct parties *w = *state;
	struct connection *out;

	parties_talk(w, w->b, "201", w->a);
	parties_expect(w,
		connection_consult(parties_at(w, "202", CONNECTION_CONNECTED), "203", &out),
		CALL_OK);
	sim_off_hook(w->c);
	rig_forget(w->rig);
	parties_expect(w,
		connections_conference(parties_at(w, "202", CONNECTION_HOLD),
			parties_at(w, "202", CONNECTION_CONNECTED)),
		CALL_NO_MIXER);
	parties_expect(w, connection_join(parties_at(w, "202", CONNECTION_CONNECTED), "204"),
		CALL_NO_MIXER);
	rig_story_is(w->rig, "");
	parties_hang_up(w);
}

static void no_more_conferences(void **state)
{
	struct parties *w = *state;

	w->rig->config->telephony.max_conferences = 1;
	w->rig->engine.conferences = 1;
	consult(w);
	parties_expect(w, confer(w), CALL_NO_MIXER);
	w->rig->engine.conferences = 0;
	parties_expect(w, confer(w), CALL_OK);
	parties_hang_up(w);
}

static void fourth_party(void **state)
{
	struct parties *w = *state;
	struct connection *out;

	conference(w);
	parties_expect(w, connection_join(parties_at(w, "201", CONNECTION_CONNECTED), "204"),
		CALL_TOO_MANY);
	parties_expect(w,
		connection_transfer_single_step(parties_at(w, "201", CONNECTION_CONNECTED), "204"),
		CALL_BAD_STATE);
	parties_expect(w,
		connection_consult(parties_at(w, "201", CONNECTION_CONNECTED), "204", &out),
		CALL_OK);
	sim_off_hook(w->d);
	parties_expect(w, confer(w), CALL_TOO_MANY);
	parties_expect(w,
		connections_transfer(parties_at(w, "201", CONNECTION_HOLD),
			parties_at(w, "201", CONNECTION_CONNECTED)),
		CALL_BAD_STATE);
	parties_expect(
		w, connections_reconnect(parties_at(w, "201", CONNECTION_HOLD), out), CALL_OK);
	parties_hear(w->a, w->b);
	parties_hear(w->a, w->c);
	parties_hang_up(w);
}

// The second talk is on another line of the phone.
static void between_lines(void **state)
{
	struct parties *w = *state;
	struct connection *first, *out;

	parties_talk(w, w->a, "202", w->b);
	first = parties_at(w, "201", CONNECTION_CONNECTED);
	parties_expect(w,
		connection_consult_at(
			first, TAILQ_FIRST(&dn_find(&w->rig->engine, "206")->lines), &out),
		CALL_OK);
	sim_digits(w->a, "203");
	sim_off_hook(w->c);
	rig_forget(w->rig);
	parties_expect(w, connections_conference(first, out), CALL_OK);
	rig_story_is(w->rig, "Conferenced 206 connected conference and 201 to 203\n");
	parties_hear(w->a, w->b);
	parties_hear(w->a, w->c);
	sim_on_hook(w->c);
	parties_hear(w->a, w->b);
	assert_true(sim_log_has(w->a, "CallInfo Outbound 206>202"));
	parties_hang_up(w);
}

// The phone says that it mixes, but cannot: the party that it cannot hear goes.
static void second_stream_refused(void **state)
{
	struct parties *w = *state;

	consult(w);
	w->a->media_status = SCCP_MEDIA_NOT_ENOUGH_CHANNELS;
	parties_expect(w, confer(w), CALL_OK);
	rig_story_is(w->rig, "Conferenced 201 connected conference and 201 to 203\n"
			     "ConnectionCleared 202 null resourcesNotAvailable by 201\n");
	parties_hear(w->a, w->c);
	w->a->media_status = SCCP_MEDIA_OK;
	parties_hang_up(w);
}

// --- in one step ---------------------------------------------------------------------------------

static void joining(void **state)
{
	struct parties *w = *state;

	parties_talk(w, w->a, "202", w->b);
	parties_expect(
		w, connection_join(parties_at(w, "201", CONNECTION_CONNECTED), "203"), CALL_OK);
	rig_story_is(w->rig, "Delivered 203 alerting singleStepConference\n");
	parties_hear(w->a, w->b);
	sim_off_hook(w->c);
	rig_story_is(w->rig, "Established 203 connected singleStepConference\n"
			     "Conferenced 201 connected singleStepConference to 203\n");
	parties_hear(w->a, w->b);
	parties_hear(w->a, w->c);
	parties_deaf(w->b, w->c);
	parties_hang_up(w);
}

// It does not come: the two talk on, and each may leave meanwhile.
static void not_joining(void **state)
{
	struct parties *w = *state;

	parties_talk(w, w->a, "202", w->b);
	parties_expect(
		w, connection_join(parties_at(w, "201", CONNECTION_CONNECTED), "203"), CALL_OK);
	rig_forget(w->rig);
	parties_expect(w,
		connection_clear(
			parties_at(w, "203", CONNECTION_ALERTING), CSTA_CAUSE_NORMAL_CLEARING),
		CALL_OK);
	rig_story_is(w->rig, "Failed 203 fail busy\nConnectionCleared 203 null busy\n");
	parties_hear(w->a, w->b);
	assert_int_equal(w->rig->engine.conferences, 0);
	// Busy, by way of forwarding.
	parties_talk(w, w->d, "203", w->c);
	parties_expect(
		w, connection_join(parties_at(w, "201", CONNECTION_CONNECTED), "205"), CALL_OK);
	rig_story_is(w->rig, "Diverted 205 null callForwardImmediate to 204\n"
			     "Failed 204 fail busy onlooker\n"
			     "ConnectionCleared 204 null busy onlooker\n");
	parties_hear(w->a, w->b);
	assert_int_equal(w->rig->engine.conferences, 0);
	rig_wait(w->rig, 30);
	parties_hear(w->a, w->b);
	parties_hang_up(w);
}

// Whoever was told that it is called in is told that it does not come.
static void joining_nobody(void **state)
{
	struct parties *w = *state;
	struct dn *d = dn_find(&w->rig->engine, "204");

	// The way leads back to a party.
	parties_talk(w, w->a, "202", w->b);
	assert_int_equal(dn_set_forward(d, FORWARD_ALL, "202", 0), CALL_OK);
	rig_forget(w->rig);
	parties_expect(
		w, connection_join(parties_at(w, "201", CONNECTION_CONNECTED), "204"), CALL_OK);
	rig_story_is(w->rig, "Diverted 204 null callForwardImmediate to 202\n"
			     "Failed 204 fail busy onlooker\n"
			     "ConnectionCleared 204 null busy onlooker\n");
	parties_hear(w->a, w->b);
	assert_int_equal(w->rig->engine.conferences, 0);
	assert_int_equal(dn_end_forward(d, FORWARD_ALL), CALL_OK);
	parties_hang_up(w);
}

static void no_room_to_join(void **state)
{
	struct parties *w = *state;
	struct pool *pool = &w->rig->engine.connections;
	void **taken = calloc(pool->capacity, sizeof(taken[0]));
	unsigned count = 0;

	parties_talk(w, w->a, "202", w->b);
	while (!pool_is_full(pool))
		taken[count++] = pool_take(pool, NULL);
	parties_expect(w, connection_join(parties_at(w, "201", CONNECTION_CONNECTED), "203"),
		CALL_NO_MEMORY);
	rig_story_is(w->rig, "");
	assert_int_equal(w->rig->engine.conferences, 0);
	while (count > 0)
		pool_give(pool, taken[--count]);
	free(taken);
	parties_hear(w->a, w->b);
	parties_hang_up(w);
}

static void leaving_before_it_joins(void **state)
{
	struct parties *w = *state;

	parties_talk(w, w->a, "202", w->b);
	parties_expect(
		w, connection_join(parties_at(w, "201", CONNECTION_CONNECTED), "203"), CALL_OK);
	sim_on_hook(w->a);
	assert_non_null(sim_call_in(w->b, SCCP_CALL_STATE_RING_OUT));
	sim_off_hook(w->c);
	parties_hear(w->b, w->c);
	assert_int_equal(w->rig->engine.conferences, 0);
	parties_hang_up(w);
	// The other one.
	parties_talk(w, w->a, "202", w->b);
	parties_expect(
		w, connection_join(parties_at(w, "201", CONNECTION_CONNECTED), "203"), CALL_OK);
	sim_on_hook(w->b);
	assert_non_null(sim_call_in(w->a, SCCP_CALL_STATE_RING_OUT));
	sim_off_hook(w->c);
	parties_hear(w->a, w->c);
	parties_hang_up(w);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, parties_open, parties_close)
	const struct CMUnitTest tests[] = {
		T(bringing_together),
		T(leaving),
		T(mixer_leaves),
		T(mixer_lost),
		T(party_lost),
		T(last_is_removed),
		T(holding),
		T(held_party_leaves),
		T(refusing),
		T(nobody_mixes),
		T(no_more_conferences),
		T(fourth_party),
		T(between_lines),
		T(second_stream_refused),
		T(joining),
		T(not_joining),
		T(joining_nobody),
		T(no_room_to_join),
		T(leaving_before_it_joins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
