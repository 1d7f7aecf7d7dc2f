// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/handoff/message.h"

static struct event event;
static struct command command;

static void test_sizes_stay_inside(void **state)
{
	(void)state;
	csta_init();
	for (unsigned type = 0; type < 100; type++) {
		memset(&event, 0xff,
			sizeof(event)); // sizes inside the codec's messages are nonsense
		event.type = (uint16_t)type;
		assert_true(event_size(&event) <= sizeof(event));
		assert_true(event_size(&event) >= offsetof(struct event, conn_opened));
		memset(&command, 0xff, sizeof(command));
		command.type = (uint16_t)type;
		assert_true(command_size(&command) <= sizeof(command));
		assert_true(command_size(&command) >= offsetof(struct command, sccp));
	}
}

static void test_unknown_is_its_head(void **state)
{
	(void)state;
	event.type = EVENT_TYPES;
	assert_int_equal(event_size(&event), offsetof(struct event, conn_opened));
	command.type = COMMAND_TYPES + 7;
	assert_int_equal(command_size(&command), offsetof(struct command, sccp));
	assert_string_equal(event_name(EVENT_TYPES), "EVENT_?");
	assert_string_equal(command_name(COMMAND_NONE), "COMMAND_?");
}

static void test_size_follows_the_message(void **state)
{
	size_t small;

	(void)state;
	event.type = EVENT_SCCP;
	assert_true(sccp_msg_init(&event.sccp, SCCP_KEEP_ALIVE));
	small = event_size(&event);
	assert_true(small < 64); // one cell
	assert_true(sccp_msg_init(&event.sccp, SCCP_REGISTER));
	assert_int_equal(event_size(&event), small + sizeof(event.sccp.register_req));
	event.type = EVENT_CONNS_ALIVE;
	event.conns_alive.count = CONNS_ALIVE_MAX;
	assert_int_equal(event_size(&event), offsetof(struct event, conns_alive) +
						     sizeof(event.conns_alive));
	event.conns_alive.count = 2;
	event.conns_alive.conns[1] = 0x1234;
	assert_int_equal(event_size(&event), offsetof(struct event, conns_alive.conns[2]));
	command.type = COMMAND_CSTA_EVENT;
	csta_msg_init(&command.csta_event, CSTA_DELIVERED_EVENT);
	assert_int_equal(command_size(&command),
		offsetof(struct command, csta_event) + csta_msg_size(&command.csta_event));
}

// Whatever room there is, the text is terminated, and the length is that of the whole.
static void test_print_truncates(void **state)
{
	char whole[1024];
	char part[1024];
	int n;

	(void)state;
	memset(&event, 0, sizeof(event));
	event.type = EVENT_SESSION_OPEN;
	event.handle = handle_make(0, 1, 5);
	event.session_open.remote = (struct endpoint){ addr_ipv4(htonl(0x0a000002)), 5060 };
	event.session_open.transport = TRANSPORT_TCP;
	event.session_open.session_expires_s = 1800;
	event.session_open.refresher = REFRESHER_UAC;
	strcpy(event.session_open.to_uri, "sip:201@10.0.0.1");
	csta_msg_init(&event.session_open.csta, CSTA_REQUEST_SYSTEM_STATUS);
	n = event_print(&event, whole, sizeof(whole));
	assert_int_equal(n, strlen(whole));
	assert_non_null(strstr(whole, "EVENT_SESSION_OPEN"));
	assert_non_null(strstr(whole, "10.0.0.2:5060/tcp"));
	assert_non_null(strstr(whole, "to <sip:201@10.0.0.1>"));
	assert_non_null(strstr(whole, "timer 1800s refresher uac"));
	assert_non_null(strstr(whole, "RequestSystemStatus"));
	for (int size = 1; size <= n; size++) {
		memset(part, 'x', sizeof(part));
		assert_int_equal(event_print(&event, part, (size_t)size), n);
		assert_int_equal(strlen(part), size - 1);
		assert_memory_equal(part, whole, (size_t)size - 1);
	}
}

static void test_print_all(void **state)
{
	char text[8192];

	(void)state;
	for (unsigned type = 0; type < EVENT_TYPES; type++) {
		memset(&event, 0, sizeof(event));
		event.type = (uint16_t)type;
		assert_true(event_print(&event, text, sizeof(text)) > 0);
		assert_non_null(strstr(text, event_name(type)));
	}
	for (unsigned type = 0; type < COMMAND_TYPES; type++) {
		memset(&command, 0, sizeof(command));
		command.type = (uint16_t)type;
		assert_true(command_print(&command, text, sizeof(text)) > 0);
		assert_non_null(strstr(text, command_name(type)));
	}
	event.type = EVENT_CONNS_ALIVE;
	event.conns_alive.count = UINT32_MAX;
	event.conns_alive.conns[CONNS_ALIVE_MAX - 1] = 0x1234;
	event_print(&event, text, sizeof(text));
	assert_non_null(strstr(text, " 0000000000001234"));
	command.type = COMMAND_SESSION_MISSED;
	command.session_missed.messages = 4;
	command_print(&command, text, sizeof(text));
	assert_non_null(strstr(text, "4 messages"));
	event.type = EVENT_SESSION_LOST;
	event.session_lost.messages = 3;
	event_print(&event, text, sizeof(text));
	assert_non_null(strstr(text, "3 messages"));
	event.type = EVENT_SESSION_ANSWERED;
	event.session_answered = (struct event_session_answered){ 422, REFRESHER_UNSET, 0, 300, 5 };
	event_print(&event, text, sizeof(text));
	assert_non_null(strstr(text, "status 422 min-se 300s heard 5"));
	command.type = COMMAND_SESSION_REFRESH;
	command.session_refresh = (struct command_session_refresh){ 600, 300 };
	command_print(&command, text, sizeof(text));
	assert_non_null(strstr(text, "timer 600s refresher uac min-se 300s"));
	command.type = COMMAND_SESSION_REJECT;
	command.session_reject = (struct command_session_reject){ 7, 422, 0, 90 };
	command_print(&command, text, sizeof(text));
	assert_non_null(strstr(text, "status 422 min-se 90s"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes_stay_inside),
		cmocka_unit_test(test_unknown_is_its_head),
		cmocka_unit_test(test_size_follows_the_message),
		cmocka_unit_test(test_print_truncates),
		cmocka_unit_test(test_print_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
