// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "tests/unit/control/parties.h"

#include <stdlib.h>

static const char office[] = "telephony-service\n"
			     " max-ephones 10\n"
			     " max-dn 20\n"
			     " ip source-address 10.0.0.1 port 2000\n"
			     " timeouts ringing 20\n"
			     "ephone-dn 1 dual-line\n"
			     " number 201\n"
			     "ephone-dn 2 dual-line\n"
			     " number 202\n"
			     "ephone-dn 3 dual-line\n"
			     " number 203\n"
			     "ephone-dn 4\n"
			     " number 204\n"
			     "ephone-dn 5\n"
			     " number 205\n"
			     " call-forward all 204\n"
			     "ephone-dn 6\n"
			     " number 206\n"
			     "ephone 1\n"
			     " mac-address 0000.0000.0201\n"
			     " button 1:1 2:6\n"
			     "ephone 2\n"
			     " mac-address 0000.0000.0202\n"
			     " button 1:2\n"
			     "ephone 3\n"
			     " mac-address 0000.0000.0203\n"
			     " button 1:3\n"
			     "ephone 4\n"
			     " mac-address 0000.0000.0204\n"
			     " button 1:4 2:5\n";

int parties_open(void **state)
{
	struct parties *w = calloc(1, sizeof(*w));

	w->rig = rig_new(office);
	w->a = sim_new(w->rig, "SEP000000000201");
	w->b = sim_new(w->rig, "SEP000000000202");
	w->c = sim_new(w->rig, "SEP000000000203");
	w->d = sim_new(w->rig, "SEP000000000204");
	w->a->mixes = true;
	rig_start(w->rig);
	rig_forget(w->rig);
	*state = w;
	return 0;
}

int parties_close(void **state)
{
	struct parties *w = *state;

	rig_free(w->rig);
	free(w);
	return 0;
}

// --- asking the model ----------------------------------------------------------------------------

struct connection *parties_at(struct parties *w, const char *number, enum connection_state state)
{
	struct connection *connection;

	TAILQ_FOREACH (connection, &dn_find(&w->rig->engine, number)->connections, at_dn) {
		if (connection->state == state)
			return connection;
	}
	fail_msg("%s has no connection that is %s", number, connection_state_name(state));
	return NULL;
}

void parties_expect(struct parties *w, enum call_result result, enum call_result expected)
{
	struct event nothing = { .type = EVENT_NONE };

	if (result != expected)
		fail_msg("%s, not %s", call_result_name(result), call_result_name(expected));
	rig_event(w->rig, &nothing);
}

void parties_talk(
	struct parties *w, struct sim_phone *from, const char *number, struct sim_phone *to)
{
	sim_off_hook(from);
	sim_digits(from, number);
	sim_off_hook(to);
	assert_non_null(sim_call_in(to, SCCP_CALL_STATE_CONNECTED));
	rig_forget(w->rig);
}

static bool stream_sends(const struct sim_stream *stream, const struct sim_phone *to)
{
	return stream->receiving && stream->sending &&
	       stream->to.port % SIM_SECOND_PORT == to->rtp_port % SIM_SECOND_PORT;
}

static bool sends(const struct sim_phone *from, const struct sim_phone *to)
{
	for (int i = 0; i < SIM_CALLS_MAX; i++) {
		for (int k = 0; k < SIM_STREAMS; k++) {
			if (stream_sends(&from->calls[i].streams[k], to))
				return true;
		}
	}
	return false;
}

void parties_hear(struct sim_phone *one, struct sim_phone *other)
{
	assert_true(sends(one, other));
	assert_true(sends(other, one));
}

void parties_deaf(struct sim_phone *one, struct sim_phone *other)
{
	assert_false(sends(one, other));
	assert_false(sends(other, one));
}

void parties_hang_up(struct parties *w)
{
	for (int round = 0; round < 2; round++) {
		for (unsigned i = 0; i < w->rig->phone_count; i++) {
			sim_on_hook(&w->rig->phones[i]);
			sim_soft_key(&w->rig->phones[i], SCCP_SOFTKEY_RESUME);
		}
	}
	for (unsigned i = 0; i < w->rig->phone_count; i++)
		sim_on_hook(&w->rig->phones[i]);
	rig_is_idle(w->rig);
}
