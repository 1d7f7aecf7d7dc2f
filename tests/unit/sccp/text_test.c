// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sccp/table.h"

static void assert_expands(const char *from, const char *want)
{
	char text[128];

	assert_int_equal(sccp_label_expand(from, text, sizeof(text)), strlen(want));
	assert_string_equal(text, want);
}

static void labels(void **state)
{
	char small[5];

	(void)state;
	assert_expands("", "");
	assert_expands("plain", "plain");
	assert_expands("\200\0271002", "From 1002");
	assert_expands("\x80\x17 1002", "From 1002");
	assert_expands("\x80\x13", "Your current options");
	assert_expands("\x80\xc9", "Dial");
	assert_expands("\x1e\x39", "DND Is Active");
	assert_expands("a\x80", "a.");
	assert_expands("\200\376b", ".\303\276b");
	assert_expands("tab\there\x7f", "tab.here.");
	assert_expands("M\xfcller", "M\xc3\xbcller");
	assert_int_equal(sccp_label_expand("\200\0271002", small, sizeof(small)), 4);
	assert_string_equal(small, "From");
	assert_int_equal(sccp_label_expand("x", small, 1), 0);
	assert_string_equal(small, "");
	assert_int_equal(sccp_label_expand("x", NULL, 0), 0);
}

static void lines(void **state)
{
	char text[SCCP_TEXT_SIZE];
	struct sccp_msg msg;

	(void)state;
	sccp_msg_init(&msg, SCCP_DISPLAY_PROMPT_STATUS);
	strcpy(msg.display_prompt_status.text, "\200\0271002");
	msg.display_prompt_status.line = 1;
	msg.display_prompt_status.call = 7;
	sccp_print(&msg, text, sizeof(text));
	assert_string_equal(
		text, "DisplayPromptStatus timeout_s=0 text=\"From 1002\" line=1 call=7");
	sccp_msg_init(&msg, SCCP_SET_LAMP);
	msg.set_lamp.stimulus = SCCP_STIMULUS_LINE;
	msg.set_lamp.mode = 77;
	sccp_print(&msg, text, sizeof(text));
	assert_string_equal(text, "SetLamp stimulus=Line instance=0 mode=77");
	sccp_msg_init(&msg, SCCP_CAPABILITIES_RES);
	msg.capabilities_res.count = 2;
	msg.capabilities_res.entries[0].payload = SCCP_PAYLOAD_G729;
	sccp_print(&msg, text, sizeof(text));
	assert_string_equal(text, "CapabilitiesRes count=2 entries=[{payload=G729 max_frames=0 "
				  "parameters=0000000000000000} {payload=0 max_frames=0 "
				  "parameters=0000000000000000}]");
	sccp_msg_init(&msg, SCCP_KEEP_ALIVE);
	msg.flags = SCCP_LONG;
	sccp_print(&msg, text, sizeof(text));
	assert_string_equal(text, "KeepAlive (long)");
	msg.id = 0x7777;
	sccp_print(&msg, text, sizeof(text));
	assert_string_equal(text, "Unknown id=0x7777");
}

// Every message fits the text size, is one line, and is cut cleanly by every smaller size.
static void every_row_prints(void **state)
{
	char text[SCCP_TEXT_SIZE], part[SCCP_TEXT_SIZE];
	struct sccp_msg msg;

	(void)state;
	for (size_t i = 0; i < sccp_row_count; i++) {
		size_t n;

		memset(&msg, 0x0a, sizeof(msg));
		msg.id = sccp_rows[i].id;
		for (size_t k = 0; k < sccp_rows[i].layout.count; k++) {
			const struct field *f = &sccp_rows[i].layout.fields[k];

			if (f->kind == FIELD_FIXED || f->kind == FIELD_ZSTR ||
				f->kind == FIELD_DATA || f->kind == FIELD_TEXT)
				((char *)&msg.register_req)[f->offset + f->keep] = '\0';
		}
		if (sccp_rows[i].id == SCCP_SOFT_KEY_TEMPLATE_RES ||
			sccp_rows[i].id == SCCP_SERVER_RES)
			continue; // texts within elements
		n = sccp_print(&msg, text, sizeof(text));
		assert_int_equal(n, strlen(text));
		assert_null(strchr(text, '\n'));
		for (size_t size = 1; size < n; size += 13) {
			assert_int_equal(sccp_print(&msg, part, size), size - 1);
			assert_memory_equal(part, text, size - 1);
		}
	}
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(sccp_call_state_name(SCCP_CALL_STATE_RING_IN), "RingIn");
	assert_string_equal(sccp_call_state_name(99), "?");
	assert_string_equal(sccp_tone_name(0x21), "InsideDialTone");
	assert_string_equal(sccp_device_name(SCCP_DEVICE_7960), "7960");
	assert_string_equal(sccp_device_name(30018), "7961");
	assert_null(sccp_enum_name(SCCP_NAMES_none, 0));
	for (int v = 0; v < SCCP_VERDICT_COUNT; v++)
		assert_true(strlen(sccp_verdict_text((enum sccp_verdict)v)) > 1);
}

static void set_is(const char *text, size_t size, const char *wanted)
{
	char field[16];

	assert_true(size <= sizeof(field));
	memset(field, 'x', sizeof(field));
	sccp_text_set(field, size, text);
	assert_string_equal(field, wanted);
}

// What phones show is ISO 8859-1, and a byte of 0x80 in it would be the first half of a code.
static void text_for_phones(void **state)
{
	(void)state;
	set_is("M\303\274ller", 16, "M\374ller");
	set_is("\303\200 \303\277 \302\240", 16, "\300 \377 \240");
	// Not in it: one sign for one character.
	set_is("\304\200\342\202\254\360\237\230\200.", 16, "???.");
	set_is("\302\200\302\237", 16, "??");
	set_is("a\tb\036\001\177", 16, "a?b???");
	// No UTF-8: a file in ISO 8859-1, or cut in the middle of a character.
	set_is("M\374ller", 16, "M\374ller");
	set_is("\303", 16, "\303");
	set_is("\342\202", 16, "\342?");
	set_is("\300\200\201", 16, "\300??");
	// Cut between characters, whatever their length was.
	set_is("\303\274\303\274\303\274", 3, "\374\374");
	set_is("abc", 1, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels),
		cmocka_unit_test(lines),
		cmocka_unit_test(every_row_prints),
		cmocka_unit_test(names),
		cmocka_unit_test(text_for_phones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
