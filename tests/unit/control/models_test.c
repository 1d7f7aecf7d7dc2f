// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What phones are, as configured or as they register: their buttons, keys and displays.
#include <stdio.h>
#include <string.h>

#include "control/phone/phone.h"
#include "tests/unit/control/harness.h"

// --- the table -----------------------------------------------------------------------------------

static const struct {
	uint32_t device;
	const char *name;
} devices[] = {
#define DEVICE(constant, value, name) { constant, name },
	SCCP_ENUM_device(DEVICE)
#undef DEVICE
};

// Numbers whose phone goes by another name.
static const char *const others[][2] = {
	{ "12SP+", "12SP" },
	{ "12", "12SP" },
	{ "ATA 186", "ata" },
	{ "ATA 188", "ata" },
	{ "VGC", "vgc-phone" },
	{ "VGC Virtual Phone", "vgc-phone" },
	{ "SCCP Gateway Phone", "vgc-phone" },
	{ "Analog Phone", "anl" },
	{ "ISDN BRI Phone", "bri" },
	{ "IP STE", "IPSTE" },
};

static const char *model_name(const char *device)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (strcmp(others[i][0], device) == 0)
			return others[i][1];
	}
	return device;
}

static unsigned places(const char *keys)
{
	unsigned n = 0;

	for (; *keys != '\0'; keys++) {
		assert_non_null(strchr("LSrhtfcvpd", *keys));
		n += *keys == 'L' || *keys == 'S';
	}
	return n;
}

static void the_table(void **state)
{
	unsigned known = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		const struct phone_model *model = phone_model_by_device(devices[i].device);

		if (model == NULL)
			continue;
		known++;
		assert_string_equal(model->name, model_name(devices[i].name));
		assert_true(model->buttons > 0);
		if (model->keys != NULL)
			assert_true(model->buttons <= places(model->keys));
	}
	assert_true(known > 40);
	assert_null(phone_model_by_device(0));
	assert_null(phone_model_by_device(0xffffffff));
	// What `type` does not know is known by number only.
	assert_null(phone_model_find(SPAN("30VIP")));
	assert_int_equal(phone_model_buttons(phone_model_find(SPAN("7970")), "1 7916-24 2 7914"),
		8 + 24 + 14);
	assert_int_equal(phone_model_keys(phone_model_find(SPAN("7911")), NULL), 11);
	assert_int_equal(phone_model_buttons(NULL, "1 7914"), CONFIG_BUTTON_MAX);
}

// --- templates -----------------------------------------------------------------------------------

static const char config[] = "telephony-service\n"
			     " max-ephones 10\n"
			     " max-dn 20\n"
			     " ip source-address 10.0.0.1 port 2000\n"
			     " voicemail 209\n"
			     "ephone-dn 1 dual-line\n"
			     " number 201\n"
			     "ephone-dn 2 dual-line\n"
			     " number 202\n"
			     "ephone-dn 3\n"
			     " number 203\n"
			     "ephone-dn 4\n"
			     " number 209\n"
			     "voice logout-profile 1\n"
			     " number 201 type normal\n"
			     " number 203 type normal\n"
			     " number 202 type normal\n"
			     "ephone 1\n"
			     " mac-address 0000.0000.0001\n"
			     " %s"
			     " button 1:1 2:3\n"
			     " speed-dial 1 202\n"
			     " speed-dial 2 203\n"
			     " speed-dial 3 209\n"
			     "ephone 2\n"
			     " mac-address 0000.0000.0002\n"
			     " button 1:2\n"
			     "ephone 3\n"
			     " mac-address 0000.0000.0003\n"
			     " button 1:4\n"
			     "ephone 4\n"
			     " mac-address 0000.0000.0004\n"
			     " logout-profile 1\n";

static struct rig *rig_with(const char *type)
{
	char text[sizeof(config) + 64];

	snprintf(text, sizeof(text), config, type);
	return rig_new(text);
}

// A letter of the model's table and an instance for each key: "L1 h L2 S1"; '-' is none.
static void template_is(struct rig *rig, struct sim_phone *phone, const char *expected)
{
	static const char letters[256] = {
		[SCCP_BUTTON_LINE] = 'L',
		[SCCP_BUTTON_SPEED_DIAL] = 'S',
		[SCCP_BUTTON_LAST_NUMBER_REDIAL] = 'r',
		[SCCP_BUTTON_HOLD] = 'h',
		[SCCP_BUTTON_TRANSFER] = 't',
		[SCCP_BUTTON_FORWARD_ALL] = 'f',
		[SCCP_BUTTON_DISPLAY] = 'd',
		[SCCP_BUTTON_VOICE_MAIL] = 'v',
		[SCCP_BUTTON_CONFERENCE] = 'c',
		[SCCP_BUTTON_CALL_PARK] = 'p',
		[SCCP_BUTTON_UNDEFINED] = '-',
	};
	const struct sccp_button_template_res *res;
	char text[512] = "";
	size_t n = 0;

	rig_forget(rig);
	sim_send_empty(phone, SCCP_BUTTON_TEMPLATE_REQ);
	res = &rig_command(rig, COMMAND_SCCP, 0)->sccp.button_template_res;
	assert_int_equal(res->count, res->total);
	for (uint32_t i = 0; i < res->count; i++) {
		const struct sccp_button *button = &res->buttons[i];

		n += (size_t)snprintf(text + n, sizeof(text) - n,
			button->instance > 0 ? "%s%c%u" : "%s%c", i > 0 ? " " : "",
			letters[button->type], button->instance);
	}
	assert_string_equal(text, expected);
}

static const struct {
	uint32_t device;
	const char *type;
	const char *keys;
} templates[] = {
	{ SCCP_DEVICE_12SP_PLUS, "", "L1 L2 r S1 S2 S3 h t f p v c" },
	{ SCCP_DEVICE_7902, "", "L1 h t d v c f L2 S1 S2 S3 r" },
	{ SCCP_DEVICE_7910, "", "L1 h t d v c f L2 S1 r" },
	{ SCCP_DEVICE_7911, "", "L1 h L2 S1 S2 S3" },
	{ SCCP_DEVICE_30VIP, "", "L1 L2 S1 S2 S3 - - - - - - - - v f c p" },
	{ SCCP_DEVICE_8945, "", "L1 L2 S1 S2 S3" },
	{ SCCP_DEVICE_7940, "", "L1 L2" },
	{ SCCP_DEVICE_7960, "", "L1 L2 S1 S2 S3" },
	{ 0xffffffff, "", "L1 L2 S1 S2 S3" },
	// What is configured goes before what the phone says.
	{ SCCP_DEVICE_7960, "type 7940\n", "L1 L2" },
	{ SCCP_DEVICE_7940, "type 7940 addon 1 7914\n", "L1 L2 S1 S2 S3" },
	{ SCCP_DEVICE_7911, "type 12SP\n", "L1 L2 r S1 S2 S3 h t f p v c" },
};

static void keys_in_their_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(templates) / sizeof(templates[0]); i++) {
		struct rig *rig = rig_with(templates[i].type);
		struct sim_phone *phone = sim_new(rig, "SEP000000000001");

		phone->device = templates[i].device;
		rig_start(rig);
		template_is(rig, phone, templates[i].keys);
		rig_free(rig);
	}
}

// A profile fills as many buttons as the phone has, whichever phone it is this time.
static void another_phone_at_the_same_address(void **state)
{
	struct rig *rig = rig_with("");
	struct sim_phone *phone = sim_new(rig, "SEP000000000004");

	(void)state;
	phone->device = SCCP_DEVICE_7940;
	rig_start(rig);
	template_is(rig, phone, "L1 L2");
	phone->device = SCCP_DEVICE_7960;
	rig_forget(rig);
	sim_start(phone);
	assert_false(sim_log_has(phone, "Reset\n"));
	template_is(rig, phone, "L1 L2 L3");
	phone->device = SCCP_DEVICE_7940;
	sim_start(phone);
	template_is(rig, phone, "L1 L2");
	rig_free(rig);
}

// Not for applications, whatever the configuration leaves open.
static void an_analog_port(void **state)
{
	struct rig *rig = rig_with("");
	struct sim_phone *phone = sim_new(rig, "SEP000000000003");
	struct dn *dn = dn_by_tag(&rig->engine, 4);

	(void)state;
	assert_true(dn_is_controllable(dn));
	phone->device = SCCP_DEVICE_ANALOG_PHONE;
	phone->plain = true;
	rig_start(rig);
	assert_false(dn_is_controllable(dn));
	rig_free(rig);
}

// --- displays ------------------------------------------------------------------------------------

struct office {
	struct rig *rig;
	struct sim_phone *phone; // without soft keys
	struct sim_phone *b, *c;
};

static struct office office_of(uint32_t device)
{
	struct office o = { .rig = rig_with("") };

	o.phone = sim_new(o.rig, "SEP000000000001");
	o.b = sim_new(o.rig, "SEP000000000002");
	o.c = sim_new(o.rig, "SEP000000000003");
	o.phone->device = device;
	o.phone->plain = true;
	o.phone->mixes = true;
	rig_start(o.rig);
	rig_forget(o.rig);
	return o;
}

static void office_close(struct office *o)
{
	for (int i = 0; i < 3; i++) {
		sim_on_hook(o->phone);
		sim_on_hook(o->b);
		sim_on_hook(o->c);
	}
	rig_is_idle(o->rig);
	assert_int_equal(o->phone->violations, 0);
	assert_int_equal(o->b->violations, 0);
	rig_free(o->rig);
}

// The texts it was told since rig_forget().
static void texts_are(struct office *o, const char *expected)
{
	char texts[1024] = "", *line, *save, *log = strdup(o->phone->log);

	for (line = strtok_r(log, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		if (strncmp(line, "DisplayText ", 12) == 0)
			strcat(strcat(texts, line + 12), "\n");
		if (strcmp(line, "ClearDisplay") == 0)
			strcat(texts, "-\n");
	}
	free(log);
	assert_string_equal(texts, expected);
	rig_forget(o->rig);
}

static void one_text(void **state)
{
	struct office o = office_of(SCCP_DEVICE_12SP_PLUS);

	(void)state;
	sim_enbloc(o.b, "201");
	texts_are(&o, "From 202\n");
	sim_off_hook(o.phone);
	texts_are(&o, "Connected\n");
	// Who waits is named; gone, the talk is there again.
	sim_enbloc(o.c, "201");
	texts_are(&o, "From 209\n");
	sim_on_hook(o.c);
	texts_are(&o, "Connected\n");
	sim_stimulus(o.phone, SCCP_STIMULUS_HOLD, 1);
	texts_are(&o, "Hold\n");
	sim_stimulus(o.phone, SCCP_STIMULUS_HOLD, 1);
	texts_are(&o, "Connected\n");
	sim_on_hook(o.phone);
	texts_are(&o, "-\n");
	sim_off_hook(o.phone);
	sim_digits(o.phone, "999#");
	texts_are(&o, "Enter number\nCall Proceed\nUnknown Number\n");
	sim_on_hook(o.phone);
	texts_are(&o, "-\n");
	sim_stimulus(o.phone, SCCP_STIMULUS_DO_NOT_DISTURB, 1);
	texts_are(&o, "DND active\n");
	sim_start(o.phone);
	texts_are(&o, "DND active\n");
	office_close(&o);
}

static void no_display_at_all(void **state)
{
	struct office o = office_of(SCCP_DEVICE_7902);

	(void)state;
	sim_enbloc(o.b, "201");
	assert_true(sim_log_has(o.phone, "SetRinger Inside\n"));
	assert_true(sim_log_has(o.phone, "SetLamp 1 Blink\n"));
	sim_off_hook(o.phone);
	assert_non_null(sim_call_in(o.phone, SCCP_CALL_STATE_CONNECTED));
	texts_are(&o, "");
	office_close(&o);
}

// What soft keys do elsewhere.
static void fixed_keys(void **state)
{
	struct office o = office_of(SCCP_DEVICE_7910);

	(void)state;
	sim_off_hook(o.phone);
	sim_digits(o.phone, "202");
	sim_off_hook(o.b);
	// Transfer, to be asked first.
	sim_stimulus(o.phone, SCCP_STIMULUS_TRANSFER, 1);
	sim_digits(o.phone, "209");
	sim_off_hook(o.c);
	sim_stimulus(o.phone, SCCP_STIMULUS_TRANSFER, 1);
	assert_int_equal(sim_call_count(o.phone), 0);
	assert_non_null(sim_call_in(o.b, SCCP_CALL_STATE_CONNECTED));
	sim_on_hook(o.b);
	sim_on_hook(o.phone);
	// Redial what was dialled last; a conference with a third.
	sim_stimulus(o.phone, SCCP_STIMULUS_LAST_NUMBER_REDIAL, 1);
	sim_off_hook(o.c);
	sim_stimulus(o.phone, SCCP_STIMULUS_CONFERENCE, 1);
	sim_digits(o.phone, "202");
	sim_off_hook(o.b);
	sim_stimulus(o.phone, SCCP_STIMULUS_CONFERENCE, 1);
	assert_int_equal(sim_call_count(o.phone), 1);
	assert_int_equal(o.rig->engine.conferences, 1);
	sim_on_hook(o.phone);
	sim_stimulus(o.phone, SCCP_STIMULUS_VOICE_MAIL, 1);
	assert_non_null(sim_call_in(o.c, SCCP_CALL_STATE_RING_IN));
	sim_on_hook(o.phone);
	sim_stimulus(o.phone, SCCP_STIMULUS_DISPLAY, 1);
	office_close(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table),
		cmocka_unit_test(keys_in_their_order),
		cmocka_unit_test(another_phone_at_the_same_address),
		cmocka_unit_test(an_analog_port),
		cmocka_unit_test(one_text),
		cmocka_unit_test(no_display_at_all),
		cmocka_unit_test(fixed_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
