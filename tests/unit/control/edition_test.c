// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Editions of ECMA-323: each request is answered in the one it is written in, events come in that of
// their MonitorStart, what the engine says of itself in that of the session's last request.
#include <stdio.h>
#include <string.h>

#include "control/csta/csta.h"
#include "tests/unit/control/client.h"

#define BODY "<monitorObject><deviceObject>tel:201</deviceObject></monitorObject>"

// Asks in this namespace; client_ask() sees to it that the answer is in the same.
static const char *ask_in(struct client *client, enum csta_ns ns, const char *root, const char *body)
{
	char request[512];

	if (ns == CSTA_NS_NONE)
		snprintf(request, sizeof(request), "<%s>%s</%s>", root, body, root);
	else
		snprintf(request, sizeof(request), "<x:%s xmlns:x=\"%s\">%s</x:%s>", root,
			csta_ns_string(ns), body, root);
	return client_ask(client, request);
}

static enum csta_ns told_in(const struct office *o, unsigned n)
{
	const struct command *command = rig_command(o->rig, COMMAND_CSTA_EVENT, n);

	assert_non_null(command);
	return (enum csta_ns)command->csta_event.ns;
}

// A session that writes all editions at once, and one after the other.
static void each_in_its_own(void **state)
{
	struct office *o = *state;
	unsigned monitors = 0;

	client_open(&o->ca);
	for (enum csta_ns ns = CSTA_NS_NONE; ns < CSTA_NS_OTHER; ns++) {
		assert_string_equal(ask_in(&o->ca, ns, "RequestSystemStatus", ""),
			"RequestSystemStatusResponse systemStatus=normal");
		assert_memory_equal(
			ask_in(&o->ca, ns, "GetCSTAFeatures", ""), "GetCSTAFeaturesResponse ", 24);
		assert_string_equal(ask_in(&o->ca, ns, "Nonsense", ""),
			"CSTAErrorCode operation=serviceNotSupported");
		assert_memory_equal(
			ask_in(&o->ca, ns, "MonitorStart", BODY), "MonitorStartResponse M", 22);
		rig_forget(o->rig);
		sim_off_hook(o->a);
		assert_int_equal(rig_command_count(o->rig, COMMAND_CSTA_EVENT), ++monitors);
		for (unsigned i = 0; i < monitors; i++)
			assert_int_equal(told_in(o, i), CSTA_NS_NONE + i);
		sim_on_hook(o->a);
	}
	assert_in_range(monitors, 6, SESSION_MONITORS_MAX);
}

static void of_itself_in_the_last(void **state)
{
	struct office *o = *state;

	client_open(&o->ca);
	ask_in(&o->ca, CSTA_NS_ED5, "GetCSTAFeatures", "");
	rig_forget(o->rig);
	sessions_shutdown(&o->rig->engine);
	assert_int_equal(told_in(o, 0), CSTA_NS_ED5);
	// A refresh is a request as well.
	client_open(&o->cb);
	client_refresh(&o->cb, 0,
		"<RequestSystemStatus"
		" xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed4\"/>");
	client_refresh(&o->cb, 0, NULL);
	rig_forget(o->rig);
	sessions_shutdown(&o->rig->engine);
	assert_int_equal(told_in(o, 0), CSTA_NS_ED4);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, office_open, office_close)
	const struct CMUnitTest tests[] = {
		TEST(each_in_its_own),
		TEST(of_itself_in_the_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
