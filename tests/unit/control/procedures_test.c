// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What phones are told in each procedure, every field of every message. Fields that are zero or
// empty are left out, so that one which is not there is one that must be zero. Calls and media
// channels are c1, p1 and so on, in the order in which the phone hears of them.
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "control/phone/phone.h"
#include "tests/unit/control/harness.h"

static const char config[] = "hostname office\n"
			     "telephony-service\n"
			     " max-ephones 10\n"
			     " max-dn 20\n"
			     " ip source-address 10.0.0.1 port 2000\n"
			     " date-format dd-mm-yy\n"
			     " time-format 24\n"
			     "ephone-dn 1 dual-line\n"
			     " number 201\n"
			     " name Alice\n"
			     "ephone-dn 2 dual-line\n"
			     " number 202\n"
			     " name Bob\n"
			     " label Workshop\n"
			     "ephone-dn 3 dual-line\n"
			     " number 203\n"
			     " call-forward busy 201\n"
			     "ephone 1\n"
			     " mac-address 0000.0000.0001\n"
			     " username alice password secret\n"
			     " speed-dial 1 202 label Bob\n"
			     " button 1:1\n"
			     "ephone 2\n"
			     " mac-address 0000.0000.0002\n"
			     " button 1:2\n"
			     "ephone 3\n"
			     " mac-address 0000.0000.0003\n"
			     " button 1:3\n"
			     "ephone 4\n"
			     " mac-address 0000.0000.0004\n"
			     " button 1:2\n";

enum { PHONES = 4, A = 0, B, C, D, NAMES_MAX = 8, TEXT_SIZE = 16384 };

// What a phone calls its calls or its channels, in the order in which it heard of them.
struct names {
	uint32_t value[NAMES_MAX];
	unsigned count;
};

struct world {
	struct rig *rig;
	struct sim_phone *phones[PHONES]; // D has the number of B
	struct names calls[PHONES], parties[PHONES];
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	w->rig = rig_new(config);
	for (int i = 0; i < PHONES; i++) {
		char name[16];

		snprintf(name, sizeof(name), "SEP00000000000%d", i + 1);
		w->phones[i] = sim_new(w->rig, name);
	}
	w->phones[A]->mixes = true;
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < PHONES; i++)
		assert_int_equal(w->phones[i]->violations, 0);
	rig_free(w->rig);
	free(w);
	return 0;
}

// --- messages as text ----------------------------------------------------------------------------

static unsigned name_of(struct names *names, uint32_t value)
{
	for (unsigned i = 0; i < names->count; i++) {
		if (names->value[i] == value)
			return i + 1;
	}
	assert_true(names->count < NAMES_MAX);
	names->value[names->count++] = value;
	return names->count;
}

static size_t value_length(const char *value)
{
	static const char opening[] = "\"[", closing[] = "\"]";
	const char *kind = *value != '\0' ? strchr(opening, *value) : NULL;
	const char *end = kind != NULL ? strchr(value + 1, closing[kind - opening]) : NULL;

	return end != NULL ? (size_t)(end - value) + 1 : strcspn(value, " ");
}

// Zero in any of the ways in which fields are printed.
static bool is_nothing(const char *value, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strchr("0.\"-", value[i]) == NULL)
			return false;
	}
	return true;
}

// Copies the field, or what it is called here.
static void field_put(struct world *w, int phone, char *out, const char *field, size_t key,
	const char *value, size_t n)
{
	uint32_t number = (uint32_t)strtoul(value, NULL, 10);

	out += strlen(out);
	if (strncmp(field, "call=", key) == 0 || strncmp(field, "conference=", key) == 0)
		sprintf(out, " %.*sc%u", (int)key, field, name_of(&w->calls[phone], number));
	else if (strncmp(field, "party=", key) == 0)
		sprintf(out, " %.*sp%u", (int)key, field, name_of(&w->parties[phone], number));
	else
		sprintf(out, " %.*s%.*s", (int)key, field, (int)n, value);
}

static void message_put(struct world *w, int phone, const struct sccp_msg *msg, char *out)
{
	char text[SCCP_TEXT_SIZE];
	const char *p = text;

	sccp_print(msg, text, sizeof(text));
	out += strlen(out);
	sprintf(out, "%.*s", (int)strcspn(p, " "), p);
	p += strcspn(p, " ");
	// The time is another each time: it has a test of its own.
	while (*p == ' ' && msg->id != SCCP_DEFINE_TIME_DATE) {
		const char *field = p + 1, *value = field + strcspn(field, "=") + 1;
		size_t n = value_length(value);

		if (!is_nothing(value, n))
			field_put(w, phone, out, field, (size_t)(value - field), value, n);
		p = value + n;
	}
	strcat(out, "\n");
}

// What the phone was told since rig_forget().
static const char *told(struct world *w, int phone)
{
	static char text[TEXT_SIZE];

	text[0] = '\0';
	for (size_t i = 0; i < w->rig->command_count; i++) {
		const struct command *command = w->rig->commands[i];

		if (command->type == COMMAND_SCCP && command->handle == w->phones[phone]->conn)
			message_put(w, phone, &command->sccp, text);
	}
	return text;
}

// --- what is done --------------------------------------------------------------------------------

// A step of a procedure. `phone` is the one whose user acts; `value`: a digit string, a soft key or
// a stimulus.
struct step {
	enum { END, REGISTER, LIFT, DIAL, KEY, BUTTON, HANG_UP } act;
	int phone;
	uint32_t value;
	const char *digits;
	bool known;               // another procedure says what is told
	const char *told[PHONES]; // NULL: nothing
};

static void step_make(struct world *w, const struct step *step)
{
	struct sim_phone *phone = w->phones[step->phone];

	switch (step->act) {
	case REGISTER:
		sim_connect(phone);
		sim_register(phone);
		break;
	case LIFT:
		sim_off_hook(phone);
		break;
	case DIAL:
		sim_digits(phone, step->digits);
		break;
	case KEY:
		sim_soft_key(phone, step->value);
		break;
	case BUTTON:
		sim_stimulus(phone, step->value, 1);
		break;
	case HANG_UP:
		sim_on_hook(phone);
		break;
	case END:
		break;
	}
}

static void procedure(struct world *w, const struct step *steps)
{
	for (unsigned n = 0; steps[n].act != END; n++) {
		rig_forget(w->rig);
		step_make(w, &steps[n]);
		for (int i = 0; i < PHONES; i++) {
			const char *expected = steps[n].told[i] != NULL ? steps[n].told[i] : "";
			const char *is = told(w, i);

			if (steps[n].known)
				continue;
			if (strcmp(is, expected) != 0)
				print_error("step %u, phone %c is told:\n%s", n + 1, 'A' + i, is);
			assert_string_equal(is, expected);
		}
	}
}

static void start(struct world *w)
{
	rig_start(w->rig);
	rig_forget(w->rig);
}

// --- registration (3.1) --------------------------------------------------------------------------

// Each question has its answer, in whatever order they come; what there is nothing for comes back
// with its index.
static const struct {
	uint32_t id;
	uint32_t index;
	const char *told;
} questions[] = {
	{ SCCP_BUTTON_TEMPLATE_REQ, 0,
		"ButtonTemplateRes count=2 total=2 buttons=[{instance=1 type=Line} {instance=1 "
		"type=SpeedDial}]\n" },
	{ SCCP_SOFT_KEY_TEMPLATE_REQ, 0,
		"SoftKeyTemplateRes count=20 total=20 keys=[{label=\"Redial\" event=Redial} "
		"{label=\"NewCall\" event=NewCall} {label=\"Hold\" event=Hold} "
		"{label=\"Transfer\" event=Transfer} {label=\"CfwdAll\" event=CFwdAll} "
		"{label=\"CfwdBusy\" event=CFwdBusy} {label=\"CfwdNoAnswer\" "
		"event=CFwdNoAnswer} {label=\"BackSpace\" event=BackSpace} {label=\"EndCall\" "
		"event=EndCall} {label=\"Resume\" event=Resume} {label=\"Answer\" event=Answer} "
		"{label=\"Info\" event=Info} {label=\"Confrn\" event=Confrn} {label=\"Park\" "
		"event=Park} {label=\"Join\" event=Join} {label=\"MeetMe\" event=MeetMe} "
		"{label=\"PickUp\" event=PickUp} {label=\"GrpPickup\" event=GPickUp} "
		"{label=\"RmLstC\" event=RmLstC} {label=\"DND\" event=DND}]\n" },
	{ SCCP_SOFT_KEY_SET_REQ, 0,
		"SoftKeySetRes count=16 total=16 "
		"sets=[{template_index=01020514000000000000000000000000 "
		"info_index=301,302,305,322,0,0,0,0,0,0,0,0,0,0,0,0} "
		"{template_index=0309040d000000000000000000000000 "
		"info_index=303,309,304,313,0,0,0,0,0,0,0,0,0,0,0,0} "
		"{template_index=0a020000000000000000000000000000 "
		"info_index=310,302,0,0,0,0,0,0,0,0,0,0,0,0,0,0} "
		"{template_index=0b140000000000000000000000000000 "
		"info_index=311,322,0,0,0,0,0,0,0,0,0,0,0,0,0,0} "
		"{template_index=01090500000000000000000000000000 "
		"info_index=301,309,305,0,0,0,0,0,0,0,0,0,0,0,0,0} "
		"{template_index=0309040d000000000000000000000000 "
		"info_index=303,309,304,313,0,0,0,0,0,0,0,0,0,0,0,0} "
		"{template_index=08090500000000000000000000000000 "
		"info_index=308,309,305,0,0,0,0,0,0,0,0,0,0,0,0,0} "
		"{template_index=00091300000000000000000000000000 "
		"info_index=0,309,319,0,0,0,0,0,0,0,0,0,0,0,0,0} "
		"{template_index=00090000000000000000000000000000 "
		"info_index=0,309,0,0,0,0,0,0,0,0,0,0,0,0,0,0} "
		"{template_index=01090000000000000000000000000000 "
		"info_index=301,309,0,0,0,0,0,0,0,0,0,0,0,0,0,0} "
		"{template_index=02000000000000000000000000000000 "
		"info_index=302,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0} "
		"{template_index=0a020000000000000000000000000000 "
		"info_index=310,302,0,0,0,0,0,0,0,0,0,0,0,0,0,0} "
		"{template_index=00000000000000000000000000000000 "
		"info_index=0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0} "
		"{template_index=00000000000000000000000000000000 "
		"info_index=0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0} "
		"{template_index=00000000000000000000000000000000 "
		"info_index=0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0} "
		"{template_index=00000000000000000000000000000000 "
		"info_index=0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}]\n"
		"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
		"DisplayPromptStatus text=\"Your current options\"\n" },
	{ SCCP_CONFIG_STAT_REQ, 0,
		"ConfigStatRes name=\"SEP000000000001\" instance=1 user_name=\"alice\" "
		"server_name=\"office\" lines=1 speed_dials=1\n" },
	{ SCCP_LINE_STAT_REQ, 1,
		"LineStatRes line=1 number=\"201\" display_name=\"Alice\" label=\"201\" "
		"options=15\n" },
	{ SCCP_LINE_STAT_REQ, 2, "LineStatRes line=2\n" },
	{ SCCP_FORWARD_STAT_REQ, 1, "ForwardStatRes line=1\n" },
	{ SCCP_SPEED_DIAL_STAT_REQ, 1,
		"SpeedDialStatRes instance=1 number=\"202\" label=\"Bob\"\n" },
	{ SCCP_SPEED_DIAL_STAT_REQ, 2, "SpeedDialStatRes instance=2\n" },
	{ SCCP_FEATURE_STAT_REQ, 3, "FeatureStatRes instance=3 feature=Unused\n" },
	{ SCCP_SERVICE_URL_STAT_REQ, 1, "ServiceURLStatRes instance=1\n" },
	{ SCCP_CALL_COUNT_REQ, 0,
		"CallCountRes configured_lines=1 first_line=1 count=1 lines=[{max_calls=2 "
		"busy_trigger=2}]\n" },
	{ SCCP_VERSION_REQ, 0, "VersionRes\n" },
	{ SCCP_SERVER_REQ, 0,
		"ServerRes names=[{name=\"office\"} {name=\"\"} {name=\"\"} {name=\"\"} "
		"{name=\"\"}] ports=[{port=2000} {port=0} {port=0} {port=0} {port=0}] "
		"addrs=[{addr=10.0.0.1} {addr=-} {addr=-} {addr=-} {addr=-}]\n" },
	{ SCCP_REGISTER_AVAILABLE_LINES, 0, "" },
	{ SCCP_TIME_DATE_REQ, 0,
		"DefineTimeDate\n"
		"SetLamp stimulus=VoiceMail mode=Off\n" },
	{ SCCP_UNREGISTER, 0, "UnregisterAck status=OK\n" },
};

static void registration(void **state)
{
	struct world *w = *state;

	procedure(w,
		(const struct step[]){
			{ REGISTER, A,
				.told = { [A] = "RegisterAck keepalive_s=30 "
						"date_template=\"D/M/Y\" secondary_keepalive_s=30 "
						"version=11 features=20f1ff\n"
						"CapabilitiesReq\n" } },
			{ END } });
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		struct sccp_msg msg;

		rig_forget(w->rig);
		sccp_msg_init(&msg, questions[i].id);
		if (msg.size >= sizeof(uint32_t))
			msg.line_stat_req.line = questions[i].index;
		sim_send(w->phones[A], &msg);
		assert_string_equal(told(w, A), questions[i].told);
	}
}

// The local time, as the phone is to show it.
static void the_time(void **state)
{
	const struct sccp_define_time_date *is;
	struct world *w = *state;
	time_t now;
	struct tm tm;

	start(w);
	sim_send_empty(w->phones[A], SCCP_TIME_DATE_REQ);
	is = &rig_command(w->rig, COMMAND_SCCP, 0)->sccp.define_time_date;
	now = (time_t)is->system_time;
	assert_true(now <= time(NULL) && now + 60 > time(NULL));
	localtime_r(&now, &tm);
	assert_int_equal(is->year, tm.tm_year + 1900);
	assert_int_equal(is->month, tm.tm_mon + 1);
	assert_int_equal(is->day_of_week, tm.tm_wday);
	assert_int_equal(is->day, tm.tm_mday);
	assert_int_equal(is->hour, tm.tm_hour);
	assert_int_equal(is->minute, tm.tm_min);
	assert_int_equal(is->second, tm.tm_sec);
	assert_true(is->millisecond < 1000);
}

// --- calls (3.4 to 3.13) -------------------------------------------------------------------------

// Handset up, dial tone, down again.
static const struct step off_hook_and_on_hook[] = {
	{ LIFT, A,
		.told = {
			[A] =
				"SetLamp stimulus=Line instance=1 mode=On\n"
				"CallState state=OffHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=OffHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Enter number\" line=1 call=c1\n"
				"ActivateCallPlane line=1\n"
				"StartTone tone=InsideDialTone direction=User line=1 call=c1\n",
		} },
	{ HANG_UP, A,
		.told = {
			[A] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"SetLamp stimulus=Line instance=1 mode=Off\n"
				"ClearPromptStatus line=1 call=c1\n"
				"CallState state=OnHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Your current options\"\n"
				"DefineTimeDate\n"
				"SetSpeakerMode mode=Off\n",
		} },
	{ END },
};

// The same by keys: the speaker is switched too.
static const struct step new_call_by_key[] = {
	{ KEY, A, .value = SCCP_SOFTKEY_NEW_CALL,
		.told = {
			[A] =
				"SetSpeakerMode mode=On\n"
				"SetLamp stimulus=Line instance=1 mode=On\n"
				"CallState state=OffHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=OffHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Enter number\" line=1 call=c1\n"
				"ActivateCallPlane line=1\n"
				"StartTone tone=InsideDialTone direction=User line=1 call=c1\n",
		} },
	{ KEY, A, .value = SCCP_SOFTKEY_END_CALL,
		.told = {
			[A] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"SetLamp stimulus=Line instance=1 mode=Off\n"
				"ClearPromptStatus line=1 call=c1\n"
				"CallState state=OnHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Your current options\"\n"
				"DefineTimeDate\n"
				"SetSpeakerMode mode=Off\n",
		} },
	{ END },
};

// The number digit by digit, ringing, answer by the handset, and who called hangs up.
static const struct step outgoing_and_incoming[] = {
	{ LIFT, A,
		.told = {
			[A] =
				"SetLamp stimulus=Line instance=1 mode=On\n"
				"CallState state=OffHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=OffHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Enter number\" line=1 call=c1\n"
				"ActivateCallPlane line=1\n"
				"StartTone tone=InsideDialTone direction=User line=1 call=c1\n",
		} },
	{ DIAL, A, .digits = "2",
		.told = {
			[A] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"SelectSoftKeys line=1 call=c1 set=Digits valid_keys=4294967291\n",
		} },
	{ DIAL, A, .digits = "02",
		.told = {
			[A] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"CallState state=Proceed line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=RingOut valid_keys=4294967295\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"Bob\" called_number=\"202\" line=1 call=c1 "
				"type=Outbound original_name=\"Bob\" original_number=\"202\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n"
				"DialedNumber number=\"202\" line=1 call=c1\n"
				"DisplayPromptStatus text=\"Call Proceed\" line=1 call=c1\n"
				"CallState state=RingOut line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"StartTone tone=AlertingTone direction=User line=1 call=c1\n"
				"DisplayPromptStatus text=\"Ring out\" line=1 call=c1\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"Bob\" called_number=\"202\" line=1 call=c1 "
				"type=Outbound original_name=\"Bob\" original_number=\"202\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n",
			[B] =
				"CallState state=RingIn line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=RingIn valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"From 201\" line=1 call=c1\n"
				"DisplayPriNotify timeout_s=10 priority=5 text=\"From 201\"\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"Bob\" called_number=\"202\" line=1 call=c1 "
				"type=Inbound original_name=\"Bob\" original_number=\"202\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n"
				"SetLamp stimulus=Line instance=1 mode=Blink\n"
				"SetRinger mode=Inside duration=Normal line=1 call=c1\n",
			[D] =
				"CallState state=RingIn line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=RingIn valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"From 201\" line=1 call=c1\n"
				"DisplayPriNotify timeout_s=10 priority=5 text=\"From 201\"\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"Bob\" called_number=\"202\" line=1 call=c1 "
				"type=Inbound original_name=\"Bob\" original_number=\"202\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n"
				"SetLamp stimulus=Line instance=1 mode=Blink\n"
				"SetRinger mode=Inside duration=Normal line=1 call=c1\n",
		} },
	{ LIFT, B,
		.told = {
			[A] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"OpenReceiveChannel conference=c1 party=p1 packet_ms=20 "
				"payload=G711Ulaw64k call=c1 encryption=None dtmf_type=10 "
				"address_type=IPv4\n"
				"CallState state=Connected line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=Connected "
				"valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Connected\" line=1 call=c1\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"Bob\" called_number=\"202\" line=1 call=c1 "
				"type=Outbound original_name=\"Bob\" original_number=\"202\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n"
				"StartMediaTransmission conference=c1 party=p1 addr=10.0.0.34 "
				"port=20002 packet_ms=20 payload=G711Ulaw64k dscp=184 call=c1 "
				"encryption=None dtmf_type=10\n",
			[B] =
				"SetRinger mode=Off duration=Normal line=1 call=c1\n"
				"SetLamp stimulus=Line instance=1 mode=On\n"
				"CallState state=OffHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"ActivateCallPlane line=1\n"
				"StopTone line=1 call=c1 tone=Silence\n"
				"OpenReceiveChannel conference=c1 party=p1 packet_ms=20 "
				"payload=G711Ulaw64k call=c1 encryption=None dtmf_type=10 "
				"address_type=IPv4\n"
				"CallState state=Connected line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=Connected "
				"valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Connected\" line=1 call=c1\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"Bob\" called_number=\"202\" line=1 call=c1 "
				"type=Inbound original_name=\"Bob\" original_number=\"202\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n"
				"StartMediaTransmission conference=c1 party=p1 addr=10.0.0.33 "
				"port=20001 packet_ms=20 payload=G711Ulaw64k dscp=184 call=c1 "
				"encryption=None dtmf_type=10\n",
			[D] =
				"CallHistoryInfo disposition=Ignore line=1 call=c1\n"
				"SetRinger mode=Off duration=Normal line=1 call=c1\n"
				"SetLamp stimulus=Line instance=1 mode=On\n"
				"CallState state=CallRemoteMultiline line=1 call=c1 "
				"visibility=Default precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=InUseHint "
				"valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"In Use Remote\" line=1 call=c1\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"Bob\" called_number=\"202\" line=1 call=c1 "
				"type=Inbound original_name=\"Bob\" original_number=\"202\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n",
		} },
	{ HANG_UP, A,
		.told = {
			[A] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"ConnectionStatisticsReq number=\"201\" call=c1 mode=Clear\n"
				"CloseReceiveChannel conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"StopMediaTransmission conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"SetLamp stimulus=Line instance=1 mode=Off\n"
				"ClearPromptStatus line=1 call=c1\n"
				"CallHistoryInfo disposition=Placed line=1 call=c1\n"
				"CallState state=OnHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Your current options\"\n"
				"DefineTimeDate\n"
				"SetSpeakerMode mode=Off\n",
			[B] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"ConnectionStatisticsReq number=\"202\" call=c1 mode=Clear\n"
				"CloseReceiveChannel conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"StopMediaTransmission conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"SetLamp stimulus=Line instance=1 mode=Off\n"
				"ClearPromptStatus line=1 call=c1\n"
				"CallHistoryInfo disposition=Received line=1 call=c1\n"
				"CallState state=OnHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Your current options\"\n"
				"DefineTimeDate\n"
				"SetSpeakerMode mode=Off\n",
			[D] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"SetLamp stimulus=Line instance=1 mode=Off\n"
				"ClearPromptStatus line=1 call=c1\n"
				"CallState state=OnHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Your current options\"\n"
				"DefineTimeDate\n",
		} },
	{ END },
};

// Answered by the key: the speaker is switched, the bell is off.
static const struct step answer_by_key[] = {
	{ LIFT, A, .known = true },
	{ DIAL, A, .digits = "203", .known = true },
	{ KEY, C, .value = SCCP_SOFTKEY_ANSWER,
		.told = {
			[A] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"OpenReceiveChannel conference=c1 party=p1 packet_ms=20 "
				"payload=G711Ulaw64k call=c1 encryption=None dtmf_type=10 "
				"address_type=IPv4\n"
				"CallState state=Connected line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=Connected "
				"valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Connected\" line=1 call=c1\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"203\" called_number=\"203\" line=1 call=c1 "
				"type=Outbound original_name=\"203\" original_number=\"203\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n"
				"StartMediaTransmission conference=c1 party=p1 addr=10.0.0.35 "
				"port=20003 packet_ms=20 payload=G711Ulaw64k dscp=184 call=c1 "
				"encryption=None dtmf_type=10\n",
			[C] =
				"SetRinger mode=Off duration=Normal line=1 call=c1\n"
				"SetSpeakerMode mode=On\n"
				"SetLamp stimulus=Line instance=1 mode=On\n"
				"CallState state=OffHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"ActivateCallPlane line=1\n"
				"StopTone line=1 call=c1 tone=Silence\n"
				"OpenReceiveChannel conference=c1 party=p1 packet_ms=20 "
				"payload=G711Ulaw64k call=c1 encryption=None dtmf_type=10 "
				"address_type=IPv4\n"
				"CallState state=Connected line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=Connected "
				"valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Connected\" line=1 call=c1\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"203\" called_number=\"203\" line=1 call=c1 "
				"type=Inbound original_name=\"203\" original_number=\"203\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n"
				"StartMediaTransmission conference=c1 party=p1 addr=10.0.0.33 "
				"port=20001 packet_ms=20 payload=G711Ulaw64k dscp=184 call=c1 "
				"encryption=None dtmf_type=10\n",
		} },
	{ KEY, C, .value = SCCP_SOFTKEY_END_CALL,
		.told = {
			[A] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"ConnectionStatisticsReq number=\"201\" call=c1 mode=Clear\n"
				"CloseReceiveChannel conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"StopMediaTransmission conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"SetLamp stimulus=Line instance=1 mode=Off\n"
				"ClearPromptStatus line=1 call=c1\n"
				"CallHistoryInfo disposition=Placed line=1 call=c1\n"
				"CallState state=OnHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Your current options\"\n"
				"DefineTimeDate\n"
				"SetSpeakerMode mode=Off\n",
			[C] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"ConnectionStatisticsReq number=\"203\" call=c1 mode=Clear\n"
				"CloseReceiveChannel conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"StopMediaTransmission conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"SetLamp stimulus=Line instance=1 mode=Off\n"
				"ClearPromptStatus line=1 call=c1\n"
				"CallHistoryInfo disposition=Received line=1 call=c1\n"
				"CallState state=OnHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Your current options\"\n"
				"DefineTimeDate\n"
				"SetSpeakerMode mode=Off\n",
		} },
	{ END },
};

// Who called hangs up before the answer.
static const struct step given_up[] = {
	{ LIFT, A, .known = true },
	{ DIAL, A, .digits = "203", .known = true },
	{ HANG_UP, A,
		.told = {
			[A] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"SetLamp stimulus=Line instance=1 mode=Off\n"
				"ClearPromptStatus line=1 call=c1\n"
				"CallHistoryInfo disposition=Placed line=1 call=c1\n"
				"CallState state=OnHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Your current options\"\n"
				"DefineTimeDate\n"
				"SetSpeakerMode mode=Off\n",
			[C] =
				"SetRinger mode=Off duration=Normal line=1 call=c1\n"
				"SetLamp stimulus=Line instance=1 mode=Off\n"
				"ClearPromptStatus line=1 call=c1\n"
				"CallHistoryInfo disposition=Missed line=1 call=c1\n"
				"CallState state=OnHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Your current options\"\n"
				"DefineTimeDate\n",
		} },
	{ END },
};

// A number that is nobody's; one that is the caller's own.
static const struct step failures[] = {
	{ LIFT, C, .known = true },
	{ DIAL, C, .digits = "9#",
		.told = {
			[C] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"SelectSoftKeys line=1 call=c1 set=Digits valid_keys=4294967291\n"
				"StopTone line=1 call=c1 tone=Silence\n"
				"CallState state=Proceed line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=RingOut valid_keys=4294967295\n"
				"CallInfo calling_name=\"203\" calling_number=\"203\" "
				"called_name=\"9\" called_number=\"9\" line=1 call=c1 "
				"type=Outbound original_name=\"9\" original_number=\"9\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n"
				"DialedNumber number=\"9\" line=1 call=c1\n"
				"DisplayPromptStatus text=\"Call Proceed\" line=1 call=c1\n"
				"StopTone line=1 call=c1 tone=Silence\n"
				"StartTone tone=ReorderTone direction=User line=1 call=c1\n"
				"CallState state=InvalidNumber line=1 call=c1 "
				"visibility=Default precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=RingOut valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Unknown Number\" line=1 call=c1\n",
		} },
	{ HANG_UP, C, .known = true },
	{ LIFT, A, .known = true },
	{ DIAL, A, .digits = "201",
		.told = {
			[A] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"SelectSoftKeys line=1 call=c1 set=Digits valid_keys=4294967291\n"
				"StopTone line=1 call=c1 tone=Silence\n"
				"CallState state=Proceed line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=RingOut valid_keys=4294967295\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"Alice\" called_number=\"201\" line=1 call=c1 "
				"type=Outbound original_name=\"Alice\" original_number=\"201\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n"
				"DialedNumber number=\"201\" line=1 call=c1\n"
				"DisplayPromptStatus text=\"Call Proceed\" line=1 call=c1\n"
				"StopTone line=1 call=c1 tone=Silence\n"
				"StartTone tone=LineBusyTone direction=User line=1 call=c1\n"
				"CallState state=Busy line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=RingOut valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Busy\" line=1 call=c1\n",
		} },
	{ HANG_UP, A, .known = true },
	{ END },
};

// By key, and by the fixed key.
static const struct step hold_and_resume[] = {
	{ LIFT, A, .known = true },
	{ DIAL, A, .digits = "203", .known = true },
	{ LIFT, C, .known = true },
	{ KEY, A, .value = SCCP_SOFTKEY_HOLD,
		.told = {
			[A] =
				"ConnectionStatisticsReq number=\"201\" call=c1 mode=Clear\n"
				"CloseReceiveChannel conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"StopMediaTransmission conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"SetLamp stimulus=Line instance=1 mode=Wink\n"
				"CallState state=Hold line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=OnHold valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Hold\" line=1 call=c1\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"203\" called_number=\"203\" line=1 call=c1 "
				"type=Outbound original_name=\"203\" original_number=\"203\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n",
			[C] =
				"ConnectionStatisticsReq number=\"203\" call=c1 mode=Clear\n"
				"CloseReceiveChannel conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"StopMediaTransmission conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"StartTone tone=HoldTone direction=User line=1 call=c1\n",
		} },
	{ BUTTON, A, .value = SCCP_STIMULUS_HOLD,
		.told = {
			[A] =
				"SetLamp stimulus=Line instance=1 mode=On\n"
				"StopTone line=1 call=c1 tone=Silence\n"
				"OpenReceiveChannel conference=c1 party=p2 packet_ms=20 "
				"payload=G711Ulaw64k call=c1 encryption=None dtmf_type=10 "
				"address_type=IPv4\n"
				"CallState state=Connected line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=Connected "
				"valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Connected\" line=1 call=c1\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"203\" called_number=\"203\" line=1 call=c1 "
				"type=Outbound original_name=\"203\" original_number=\"203\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n"
				"StartMediaTransmission conference=c1 party=p2 addr=10.0.0.35 "
				"port=20003 packet_ms=20 payload=G711Ulaw64k dscp=184 call=c1 "
				"encryption=None dtmf_type=10\n",
			[C] =
				"OpenReceiveChannel conference=c1 party=p2 packet_ms=20 "
				"payload=G711Ulaw64k call=c1 encryption=None dtmf_type=10 "
				"address_type=IPv4\n"
				"StopTone line=1 call=c1 tone=Silence\n"
				"StartMediaTransmission conference=c1 party=p2 addr=10.0.0.33 "
				"port=20001 packet_ms=20 payload=G711Ulaw64k dscp=184 call=c1 "
				"encryption=None dtmf_type=10\n",
		} },
	{ HANG_UP, C, .known = true },
	{ END },
};

// A second call for who talks: answered, the first is held.
static const struct step call_waiting[] = {
	{ LIFT, A, .known = true },
	{ DIAL, A, .digits = "203", .known = true },
	{ LIFT, C, .known = true },
	{ LIFT, B, .known = true },
	{ DIAL, B, .digits = "201",
		.told = {
			[A] =
				"StartTone tone=CallWaitingTone direction=User line=1 call=c1\n"
				"CallState state=RingIn line=1 call=c2 visibility=Default "
				"precedence=Routine\n"
				"CallInfo calling_name=\"Bob\" calling_number=\"202\" "
				"called_name=\"Alice\" called_number=\"201\" line=1 call=c2 "
				"type=Inbound original_name=\"Alice\" original_number=\"201\" "
				"original_reason=None redirecting_reason=None call_instance=2 "
				"security=Unknown\n"
				"DisplayPromptStatus text=\"From 202\" line=1 call=c2\n"
				"SelectSoftKeys line=1 call=c2 set=RingIn valid_keys=4294967295\n"
				"SetLamp stimulus=Line instance=1 mode=Blink\n"
				"SetRinger mode=FlashOnly duration=Single line=1 call=c2\n",
			[B] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"SelectSoftKeys line=1 call=c1 set=Digits valid_keys=4294967291\n"
				"StopTone line=1 call=c1 tone=Silence\n"
				"CallState state=Proceed line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=RingOut valid_keys=4294967295\n"
				"CallInfo calling_name=\"Bob\" calling_number=\"202\" "
				"called_name=\"Alice\" called_number=\"201\" line=1 call=c1 "
				"type=Outbound original_name=\"Alice\" original_number=\"201\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n"
				"DialedNumber number=\"201\" line=1 call=c1\n"
				"DisplayPromptStatus text=\"Call Proceed\" line=1 call=c1\n"
				"CallState state=RingOut line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"StartTone tone=AlertingTone direction=User line=1 call=c1\n"
				"DisplayPromptStatus text=\"Ring out\" line=1 call=c1\n"
				"CallInfo calling_name=\"Bob\" calling_number=\"202\" "
				"called_name=\"Alice\" called_number=\"201\" line=1 call=c1 "
				"type=Outbound original_name=\"Alice\" original_number=\"201\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n",
			[D] =
				"CallInfo calling_name=\"Bob\" calling_number=\"202\" "
				"called_name=\"Alice\" called_number=\"201\" line=1 call=c1 "
				"type=Outbound original_name=\"Alice\" original_number=\"201\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n",
		} },
	{ KEY, A, .value = SCCP_SOFTKEY_ANSWER,
		.told = {
			[A] =
				"ConnectionStatisticsReq number=\"201\" call=c1 mode=Clear\n"
				"CloseReceiveChannel conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"StopMediaTransmission conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"CallState state=Hold line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=OnHold valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Hold\" line=1 call=c1\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"203\" called_number=\"203\" line=1 call=c1 "
				"type=Outbound original_name=\"203\" original_number=\"203\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n"
				"SetRinger mode=Off duration=Normal line=1 call=c2\n"
				"SetLamp stimulus=Line instance=1 mode=On\n"
				"CallState state=OffHook line=1 call=c2 visibility=Default "
				"precedence=Routine\n"
				"StopTone line=1 call=c2 tone=Silence\n"
				"OpenReceiveChannel conference=c2 party=p2 packet_ms=20 "
				"payload=G711Ulaw64k call=c2 encryption=None dtmf_type=10 "
				"address_type=IPv4\n"
				"CallState state=Connected line=1 call=c2 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c2 set=Connected "
				"valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Connected\" line=1 call=c2\n"
				"CallInfo calling_name=\"Bob\" calling_number=\"202\" "
				"called_name=\"Alice\" called_number=\"201\" line=1 call=c2 "
				"type=Inbound original_name=\"Alice\" original_number=\"201\" "
				"original_reason=None redirecting_reason=None call_instance=2 "
				"security=Unknown\n"
				"StartMediaTransmission conference=c2 party=p2 addr=10.0.0.34 "
				"port=20002 packet_ms=20 payload=G711Ulaw64k dscp=184 call=c2 "
				"encryption=None dtmf_type=10\n",
			[B] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"OpenReceiveChannel conference=c1 party=p1 packet_ms=20 "
				"payload=G711Ulaw64k call=c1 encryption=None dtmf_type=10 "
				"address_type=IPv4\n"
				"CallState state=Connected line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=Connected "
				"valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Connected\" line=1 call=c1\n"
				"CallInfo calling_name=\"Bob\" calling_number=\"202\" "
				"called_name=\"Alice\" called_number=\"201\" line=1 call=c1 "
				"type=Outbound original_name=\"Alice\" original_number=\"201\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n"
				"StartMediaTransmission conference=c1 party=p1 addr=10.0.0.33 "
				"port=20001 packet_ms=20 payload=G711Ulaw64k dscp=184 call=c1 "
				"encryption=None dtmf_type=10\n",
			[C] =
				"ConnectionStatisticsReq number=\"203\" call=c1 mode=Clear\n"
				"CloseReceiveChannel conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"StopMediaTransmission conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"StartTone tone=HoldTone direction=User line=1 call=c1\n",
		} },
	{ HANG_UP, B,
		.told = {
			[A] =
				"StopTone line=1 call=c2 tone=Silence\n"
				"ConnectionStatisticsReq number=\"201\" call=c2 mode=Clear\n"
				"CloseReceiveChannel conference=c2 party=p2 call=c2 "
				"port_handling=Close\n"
				"StopMediaTransmission conference=c2 party=p2 call=c2 "
				"port_handling=Close\n"
				"SetLamp stimulus=Line instance=1 mode=Wink\n"
				"ClearPromptStatus line=1 call=c2\n"
				"CallHistoryInfo disposition=Received line=1 call=c2\n"
				"CallState state=OnHook line=1 call=c2 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=OnHold valid_keys=4294967295\n",
			[B] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"ConnectionStatisticsReq number=\"202\" call=c1 mode=Clear\n"
				"CloseReceiveChannel conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"StopMediaTransmission conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"SetLamp stimulus=Line instance=1 mode=Off\n"
				"ClearPromptStatus line=1 call=c1\n"
				"CallHistoryInfo disposition=Placed line=1 call=c1\n"
				"CallState state=OnHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Your current options\"\n"
				"DefineTimeDate\n"
				"SetSpeakerMode mode=Off\n",
			[D] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"SetLamp stimulus=Line instance=1 mode=Off\n"
				"ClearPromptStatus line=1 call=c1\n"
				"CallState state=OnHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Your current options\"\n"
				"DefineTimeDate\n",
		} },
	{ HANG_UP, C,
		.told = {
			[A] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"SetLamp stimulus=Line instance=1 mode=Off\n"
				"ClearPromptStatus line=1 call=c1\n"
				"CallHistoryInfo disposition=Placed line=1 call=c1\n"
				"CallState state=OnHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Your current options\"\n"
				"DefineTimeDate\n"
				"SetSpeakerMode mode=Off\n",
			[C] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"SetLamp stimulus=Line instance=1 mode=Off\n"
				"ClearPromptStatus line=1 call=c1\n"
				"CallHistoryInfo disposition=Received line=1 call=c1\n"
				"CallState state=OnHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Your current options\"\n"
				"DefineTimeDate\n"
				"SetSpeakerMode mode=Off\n",
		} },
	{ END },
};

// Consultation and transfer.
static const struct step transfer[] = {
	{ LIFT, B, .known = true },
	{ DIAL, B, .digits = "203", .known = true },
	{ LIFT, C, .known = true },
	{ KEY, B, .value = SCCP_SOFTKEY_TRANSFER,
		.told = {
			[B] =
				"ConnectionStatisticsReq number=\"202\" call=c1 mode=Clear\n"
				"CloseReceiveChannel conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"StopMediaTransmission conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"SetLamp stimulus=Line instance=1 mode=Wink\n"
				"CallState state=Hold line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=OnHold valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Hold\" line=1 call=c1\n"
				"CallInfo calling_name=\"Bob\" calling_number=\"202\" "
				"called_name=\"203\" called_number=\"203\" line=1 call=c1 "
				"type=Outbound original_name=\"203\" original_number=\"203\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n"
				"SetLamp stimulus=Line instance=1 mode=On\n"
				"CallState state=OffHook line=1 call=c2 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c2 set=OffHookFeatures "
				"valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Enter number\" line=1 call=c2\n"
				"StartTone tone=InsideDialTone direction=User line=1 call=c2\n",
			[C] =
				"ConnectionStatisticsReq number=\"203\" call=c1 mode=Clear\n"
				"CloseReceiveChannel conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"StopMediaTransmission conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"StartTone tone=HoldTone direction=User line=1 call=c1\n",
			[D] =
				"SetLamp stimulus=Line instance=1 mode=Wink\n"
				"CallState state=Hold line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=OnHookStealable "
				"valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Hold\" line=1 call=c1\n"
				"CallInfo calling_name=\"Bob\" calling_number=\"202\" "
				"called_name=\"203\" called_number=\"203\" line=1 call=c1 "
				"type=Outbound original_name=\"203\" original_number=\"203\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n"
				"SetLamp stimulus=Line instance=1 mode=On\n"
				"CallState state=CallRemoteMultiline line=1 call=c2 "
				"visibility=Default precedence=Routine\n"
				"SelectSoftKeys line=1 call=c2 set=InUseHint "
				"valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"In Use Remote\" line=1 call=c2\n"
				"CallInfo calling_name=\"Bob\" calling_number=\"202\" line=1 "
				"call=c2 type=Outbound original_reason=None "
				"redirecting_reason=None call_instance=2 security=Unknown\n",
		} },
	{ DIAL, B, .digits = "201",
		.told = {
			[A] =
				"CallState state=RingIn line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=RingIn valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"From 202\" line=1 call=c1\n"
				"DisplayPriNotify timeout_s=10 priority=5 text=\"From 202\"\n"
				"CallInfo calling_name=\"Bob\" calling_number=\"202\" "
				"called_name=\"Alice\" called_number=\"201\" line=1 call=c1 "
				"type=Inbound original_name=\"Alice\" original_number=\"201\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n"
				"SetLamp stimulus=Line instance=1 mode=Blink\n"
				"SetRinger mode=Inside duration=Normal line=1 call=c1\n",
			[B] =
				"StopTone line=1 call=c2 tone=Silence\n"
				"SelectSoftKeys line=1 call=c2 set=Digits valid_keys=4294967291\n"
				"StopTone line=1 call=c2 tone=Silence\n"
				"CallState state=Proceed line=1 call=c2 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c2 set=RingOut valid_keys=4294967295\n"
				"CallInfo calling_name=\"Bob\" calling_number=\"202\" "
				"called_name=\"Alice\" called_number=\"201\" line=1 call=c2 "
				"type=Outbound original_name=\"Alice\" original_number=\"201\" "
				"original_reason=None redirecting_reason=None call_instance=2 "
				"security=Unknown\n"
				"DialedNumber number=\"201\" line=1 call=c2\n"
				"DisplayPromptStatus text=\"Call Proceed\" line=1 call=c2\n"
				"CallState state=RingOut line=1 call=c2 visibility=Default "
				"precedence=Routine\n"
				"StartTone tone=AlertingTone direction=User line=1 call=c2\n"
				"DisplayPromptStatus text=\"Ring out\" line=1 call=c2\n"
				"CallInfo calling_name=\"Bob\" calling_number=\"202\" "
				"called_name=\"Alice\" called_number=\"201\" line=1 call=c2 "
				"type=Outbound original_name=\"Alice\" original_number=\"201\" "
				"original_reason=None redirecting_reason=None call_instance=2 "
				"security=Unknown\n"
				"SelectSoftKeys line=1 call=c2 set=ConnectedTransfer "
				"valid_keys=4294967294\n",
			[D] =
				"CallInfo calling_name=\"Bob\" calling_number=\"202\" "
				"called_name=\"Alice\" called_number=\"201\" line=1 call=c2 "
				"type=Outbound original_name=\"Alice\" original_number=\"201\" "
				"original_reason=None redirecting_reason=None call_instance=2 "
				"security=Unknown\n",
		} },
	{ LIFT, A,
		.told = {
			[A] =
				"SetRinger mode=Off duration=Normal line=1 call=c1\n"
				"SetLamp stimulus=Line instance=1 mode=On\n"
				"CallState state=OffHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"ActivateCallPlane line=1\n"
				"StopTone line=1 call=c1 tone=Silence\n"
				"OpenReceiveChannel conference=c1 party=p1 packet_ms=20 "
				"payload=G711Ulaw64k call=c1 encryption=None dtmf_type=10 "
				"address_type=IPv4\n"
				"CallState state=Connected line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=Connected "
				"valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Connected\" line=1 call=c1\n"
				"CallInfo calling_name=\"Bob\" calling_number=\"202\" "
				"called_name=\"Alice\" called_number=\"201\" line=1 call=c1 "
				"type=Inbound original_name=\"Alice\" original_number=\"201\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n"
				"StartMediaTransmission conference=c1 party=p1 addr=10.0.0.34 "
				"port=20002 packet_ms=20 payload=G711Ulaw64k dscp=184 call=c1 "
				"encryption=None dtmf_type=10\n",
			[B] =
				"StopTone line=1 call=c2 tone=Silence\n"
				"OpenReceiveChannel conference=c2 party=p2 packet_ms=20 "
				"payload=G711Ulaw64k call=c2 encryption=None dtmf_type=10 "
				"address_type=IPv4\n"
				"CallState state=Connected line=1 call=c2 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c2 set=ConnectedTransfer "
				"valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Connected\" line=1 call=c2\n"
				"CallInfo calling_name=\"Bob\" calling_number=\"202\" "
				"called_name=\"Alice\" called_number=\"201\" line=1 call=c2 "
				"type=Outbound original_name=\"Alice\" original_number=\"201\" "
				"original_reason=None redirecting_reason=None call_instance=2 "
				"security=Unknown\n"
				"StartMediaTransmission conference=c2 party=p2 addr=10.0.0.33 "
				"port=20001 packet_ms=20 payload=G711Ulaw64k dscp=184 call=c2 "
				"encryption=None dtmf_type=10\n",
		} },
	{ KEY, B, .value = SCCP_SOFTKEY_TRANSFER,
		.told = {
			[A] =
				"CallInfo calling_name=\"203\" calling_number=\"203\" "
				"called_name=\"Alice\" called_number=\"201\" line=1 call=c1 "
				"type=Inbound original_name=\"Alice\" original_number=\"201\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n"
				"ConnectionStatisticsReq number=\"201\" call=c1 mode=Clear\n"
				"CloseReceiveChannel conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"StopMediaTransmission conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"OpenReceiveChannel conference=c1 party=p2 packet_ms=20 "
				"payload=G711Ulaw64k call=c1 encryption=None dtmf_type=10 "
				"address_type=IPv4\n"
				"StartMediaTransmission conference=c1 party=p2 addr=10.0.0.35 "
				"port=20003 packet_ms=20 payload=G711Ulaw64k dscp=184 call=c1 "
				"encryption=None dtmf_type=10\n",
			[B] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"ClearPromptStatus line=1 call=c1\n"
				"CallHistoryInfo disposition=Placed line=1 call=c1\n"
				"CallState state=OnHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c2 set=ConnectedTransfer "
				"valid_keys=4294967282\n"
				"StopTone line=1 call=c2 tone=Silence\n"
				"ConnectionStatisticsReq number=\"202\" call=c2 mode=Clear\n"
				"CloseReceiveChannel conference=c2 party=p2 call=c2 "
				"port_handling=Close\n"
				"StopMediaTransmission conference=c2 party=p2 call=c2 "
				"port_handling=Close\n"
				"SetLamp stimulus=Line instance=1 mode=Off\n"
				"ClearPromptStatus line=1 call=c2\n"
				"CallHistoryInfo disposition=Placed line=1 call=c2\n"
				"CallState state=OnHook line=1 call=c2 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Your current options\"\n"
				"DefineTimeDate\n"
				"SetSpeakerMode mode=Off\n",
			[C] =
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"203\" called_number=\"203\" line=1 call=c1 "
				"type=Inbound original_name=\"203\" original_number=\"203\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n"
				"OpenReceiveChannel conference=c1 party=p2 packet_ms=20 "
				"payload=G711Ulaw64k call=c1 encryption=None dtmf_type=10 "
				"address_type=IPv4\n"
				"StopTone line=1 call=c1 tone=Silence\n"
				"StartMediaTransmission conference=c1 party=p2 addr=10.0.0.33 "
				"port=20001 packet_ms=20 payload=G711Ulaw64k dscp=184 call=c1 "
				"encryption=None dtmf_type=10\n",
			[D] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"ClearPromptStatus line=1 call=c1\n"
				"CallState state=OnHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Your current options\"\n"
				"DefineTimeDate\n"
				"StopTone line=1 call=c2 tone=Silence\n"
				"SetLamp stimulus=Line instance=1 mode=Off\n"
				"ClearPromptStatus line=1 call=c2\n"
				"CallState state=OnHook line=1 call=c2 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Your current options\"\n"
				"DefineTimeDate\n",
		} },
	{ HANG_UP, C, .known = true },
	{ END },
};

// Three, mixed by the phone that asks.
static const struct step conference[] = {
	{ LIFT, A, .known = true },
	{ DIAL, A, .digits = "203", .known = true },
	{ LIFT, C, .known = true },
	{ KEY, A, .value = SCCP_SOFTKEY_CONFERENCE,
		.told = {
			[A] =
				"ConnectionStatisticsReq number=\"201\" call=c1 mode=Clear\n"
				"CloseReceiveChannel conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"StopMediaTransmission conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"SetLamp stimulus=Line instance=1 mode=Wink\n"
				"CallState state=Hold line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=OnHold valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Hold\" line=1 call=c1\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"203\" called_number=\"203\" line=1 call=c1 "
				"type=Outbound original_name=\"203\" original_number=\"203\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n"
				"SetLamp stimulus=Line instance=1 mode=On\n"
				"CallState state=OffHook line=1 call=c2 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c2 set=OffHookFeatures "
				"valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Enter number\" line=1 call=c2\n"
				"StartTone tone=InsideDialTone direction=User line=1 call=c2\n",
			[C] =
				"ConnectionStatisticsReq number=\"203\" call=c1 mode=Clear\n"
				"CloseReceiveChannel conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"StopMediaTransmission conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"StartTone tone=HoldTone direction=User line=1 call=c1\n",
		} },
	{ DIAL, A, .digits = "202",
		.told = {
			[A] =
				"StopTone line=1 call=c2 tone=Silence\n"
				"SelectSoftKeys line=1 call=c2 set=Digits valid_keys=4294967291\n"
				"StopTone line=1 call=c2 tone=Silence\n"
				"CallState state=Proceed line=1 call=c2 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c2 set=RingOut valid_keys=4294967295\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"Bob\" called_number=\"202\" line=1 call=c2 "
				"type=Outbound original_name=\"Bob\" original_number=\"202\" "
				"original_reason=None redirecting_reason=None call_instance=2 "
				"security=Unknown\n"
				"DialedNumber number=\"202\" line=1 call=c2\n"
				"DisplayPromptStatus text=\"Call Proceed\" line=1 call=c2\n"
				"CallState state=RingOut line=1 call=c2 visibility=Default "
				"precedence=Routine\n"
				"StartTone tone=AlertingTone direction=User line=1 call=c2\n"
				"DisplayPromptStatus text=\"Ring out\" line=1 call=c2\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"Bob\" called_number=\"202\" line=1 call=c2 "
				"type=Outbound original_name=\"Bob\" original_number=\"202\" "
				"original_reason=None redirecting_reason=None call_instance=2 "
				"security=Unknown\n"
				"SelectSoftKeys line=1 call=c2 set=ConnectedTransfer "
				"valid_keys=4294967294\n",
			[B] =
				"CallState state=RingIn line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=RingIn valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"From 201\" line=1 call=c1\n"
				"DisplayPriNotify timeout_s=10 priority=5 text=\"From 201\"\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"Bob\" called_number=\"202\" line=1 call=c1 "
				"type=Inbound original_name=\"Bob\" original_number=\"202\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n"
				"SetLamp stimulus=Line instance=1 mode=Blink\n"
				"SetRinger mode=Inside duration=Normal line=1 call=c1\n",
			[D] =
				"CallState state=RingIn line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=RingIn valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"From 201\" line=1 call=c1\n"
				"DisplayPriNotify timeout_s=10 priority=5 text=\"From 201\"\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"Bob\" called_number=\"202\" line=1 call=c1 "
				"type=Inbound original_name=\"Bob\" original_number=\"202\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n"
				"SetLamp stimulus=Line instance=1 mode=Blink\n"
				"SetRinger mode=Inside duration=Normal line=1 call=c1\n",
		} },
	{ LIFT, B, .known = true },
	{ KEY, A, .value = SCCP_SOFTKEY_CONFERENCE,
		.told = {
			[A] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"ClearPromptStatus line=1 call=c1\n"
				"CallHistoryInfo disposition=Placed line=1 call=c1\n"
				"CallState state=OnHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c2 set=ConnectedTransfer "
				"valid_keys=4294967283\n"
				"StopTone line=1 call=c2 tone=Silence\n"
				"OpenReceiveChannel conference=c2 party=p3 packet_ms=20 "
				"payload=G711Ulaw64k call=c2 encryption=None dtmf_type=10 "
				"address_type=IPv4\n"
				"SelectSoftKeys line=1 call=c2 set=ConnectedConference "
				"valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Conference\" line=1 call=c2\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"Conference\" line=1 call=c2 type=Outbound "
				"original_name=\"Conference\" original_reason=None "
				"redirecting_reason=None call_instance=1 security=Unknown\n"
				"StartMediaTransmission conference=c2 party=p3 addr=10.0.0.35 "
				"port=20003 packet_ms=20 payload=G711Ulaw64k dscp=184 call=c2 "
				"encryption=None dtmf_type=10\n",
			[B] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"SelectSoftKeys line=1 call=c1 set=Connected "
				"valid_keys=4294967283\n"
				"DisplayPromptStatus text=\"Conference\" line=1 call=c1\n"
				"CallInfo calling_name=\"Conference\" called_name=\"Bob\" "
				"called_number=\"202\" line=1 call=c1 type=Inbound "
				"original_name=\"Bob\" original_number=\"202\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n",
			[C] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"OpenReceiveChannel conference=c1 party=p2 packet_ms=20 "
				"payload=G711Ulaw64k call=c1 encryption=None dtmf_type=10 "
				"address_type=IPv4\n"
				"SelectSoftKeys line=1 call=c1 set=Connected "
				"valid_keys=4294967283\n"
				"DisplayPromptStatus text=\"Conference\" line=1 call=c1\n"
				"CallInfo calling_name=\"Conference\" called_name=\"203\" "
				"called_number=\"203\" line=1 call=c1 type=Inbound "
				"original_name=\"203\" original_number=\"203\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n"
				"StopTone line=1 call=c1 tone=Silence\n"
				"StartMediaTransmission conference=c1 party=p2 addr=10.0.0.33 "
				"port=20101 packet_ms=20 payload=G711Ulaw64k dscp=184 call=c1 "
				"encryption=None dtmf_type=10\n",
			[D] =
				"CallInfo calling_name=\"Conference\" called_name=\"Bob\" "
				"called_number=\"202\" line=1 call=c1 type=Inbound "
				"original_name=\"Bob\" original_number=\"202\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n",
		} },
	{ HANG_UP, C,
		.told = {
			[A] =
				"StopTone line=1 call=c2 tone=Silence\n"
				"CloseReceiveChannel conference=c2 party=p3 call=c2 "
				"port_handling=Close\n"
				"StopMediaTransmission conference=c2 party=p3 call=c2 "
				"port_handling=Close\n"
				"SelectSoftKeys line=1 call=c2 set=Connected "
				"valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Connected\" line=1 call=c2\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"Bob\" called_number=\"202\" line=1 call=c2 "
				"type=Outbound original_name=\"Bob\" original_number=\"202\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n",
			[B] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"SelectSoftKeys line=1 call=c1 set=Connected "
				"valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Connected\" line=1 call=c1\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"Bob\" called_number=\"202\" line=1 call=c1 "
				"type=Inbound original_name=\"Bob\" original_number=\"202\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n",
			[C] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"ConnectionStatisticsReq number=\"203\" call=c1 mode=Clear\n"
				"CloseReceiveChannel conference=c1 party=p2 call=c1 "
				"port_handling=Close\n"
				"StopMediaTransmission conference=c1 party=p2 call=c1 "
				"port_handling=Close\n"
				"SetLamp stimulus=Line instance=1 mode=Off\n"
				"ClearPromptStatus line=1 call=c1\n"
				"CallHistoryInfo disposition=Received line=1 call=c1\n"
				"CallState state=OnHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Your current options\"\n"
				"DefineTimeDate\n"
				"SetSpeakerMode mode=Off\n",
			[D] =
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"Bob\" called_number=\"202\" line=1 call=c1 "
				"type=Inbound original_name=\"Bob\" original_number=\"202\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n",
		} },
	{ HANG_UP, A,
		.told = {
			[A] =
				"StopTone line=1 call=c2 tone=Silence\n"
				"ConnectionStatisticsReq number=\"201\" call=c2 mode=Clear\n"
				"CloseReceiveChannel conference=c2 party=p2 call=c2 "
				"port_handling=Close\n"
				"StopMediaTransmission conference=c2 party=p2 call=c2 "
				"port_handling=Close\n"
				"SetLamp stimulus=Line instance=1 mode=Off\n"
				"ClearPromptStatus line=1 call=c2\n"
				"CallHistoryInfo disposition=Placed line=1 call=c2\n"
				"CallState state=OnHook line=1 call=c2 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Your current options\"\n"
				"DefineTimeDate\n"
				"SetSpeakerMode mode=Off\n",
			[B] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"ConnectionStatisticsReq number=\"202\" call=c1 mode=Clear\n"
				"CloseReceiveChannel conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"StopMediaTransmission conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"SetLamp stimulus=Line instance=1 mode=Off\n"
				"ClearPromptStatus line=1 call=c1\n"
				"CallHistoryInfo disposition=Received line=1 call=c1\n"
				"CallState state=OnHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Your current options\"\n"
				"DefineTimeDate\n"
				"SetSpeakerMode mode=Off\n",
			[D] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"SetLamp stimulus=Line instance=1 mode=Off\n"
				"ClearPromptStatus line=1 call=c1\n"
				"CallState state=OnHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Your current options\"\n"
				"DefineTimeDate\n",
		} },
	{ END },
};

// D has the number of B: rings, in use elsewhere, held, resumed there.
static const struct step shared_line[] = {
	{ LIFT, A, .known = true },
	{ DIAL, A, .digits = "202", .known = true },
	{ LIFT, B, .known = true },
	{ KEY, B, .value = SCCP_SOFTKEY_HOLD,
		.told = {
			[A] =
				"ConnectionStatisticsReq number=\"201\" call=c1 mode=Clear\n"
				"CloseReceiveChannel conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"StopMediaTransmission conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"StartTone tone=HoldTone direction=User line=1 call=c1\n",
			[B] =
				"ConnectionStatisticsReq number=\"202\" call=c1 mode=Clear\n"
				"CloseReceiveChannel conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"StopMediaTransmission conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"SetLamp stimulus=Line instance=1 mode=Wink\n"
				"CallState state=Hold line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=OnHold valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Hold\" line=1 call=c1\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"Bob\" called_number=\"202\" line=1 call=c1 "
				"type=Inbound original_name=\"Bob\" original_number=\"202\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n",
			[D] =
				"SetLamp stimulus=Line instance=1 mode=Wink\n"
				"CallState state=Hold line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=OnHookStealable "
				"valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Hold\" line=1 call=c1\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"Bob\" called_number=\"202\" line=1 call=c1 "
				"type=Inbound original_name=\"Bob\" original_number=\"202\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n",
		} },
	{ BUTTON, D, .value = SCCP_STIMULUS_LINE,
		.told = {
			[A] =
				"OpenReceiveChannel conference=c1 party=p2 packet_ms=20 "
				"payload=G711Ulaw64k call=c1 encryption=None dtmf_type=10 "
				"address_type=IPv4\n"
				"StopTone line=1 call=c1 tone=Silence\n"
				"StartMediaTransmission conference=c1 party=p2 addr=10.0.0.36 "
				"port=20004 packet_ms=20 payload=G711Ulaw64k dscp=184 call=c1 "
				"encryption=None dtmf_type=10\n",
			[B] =
				"SetLamp stimulus=Line instance=1 mode=On\n"
				"CallState state=CallRemoteMultiline line=1 call=c1 "
				"visibility=Default precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=InUseHint "
				"valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"In Use Remote\" line=1 call=c1\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"Bob\" called_number=\"202\" line=1 call=c1 "
				"type=Inbound original_name=\"Bob\" original_number=\"202\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n",
			[D] =
				"SetSpeakerMode mode=On\n"
				"SetLamp stimulus=Line instance=1 mode=On\n"
				"ActivateCallPlane line=1\n"
				"StopTone line=1 call=c1 tone=Silence\n"
				"OpenReceiveChannel conference=c1 party=p1 packet_ms=20 "
				"payload=G711Ulaw64k call=c1 encryption=None dtmf_type=10 "
				"address_type=IPv4\n"
				"CallState state=Connected line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=Connected "
				"valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Connected\" line=1 call=c1\n"
				"CallInfo calling_name=\"Alice\" calling_number=\"201\" "
				"called_name=\"Bob\" called_number=\"202\" line=1 call=c1 "
				"type=Inbound original_name=\"Bob\" original_number=\"202\" "
				"original_reason=None redirecting_reason=None call_instance=1 "
				"security=Unknown\n"
				"StartMediaTransmission conference=c1 party=p1 addr=10.0.0.33 "
				"port=20001 packet_ms=20 payload=G711Ulaw64k dscp=184 call=c1 "
				"encryption=None dtmf_type=10\n",
		} },
	{ HANG_UP, D,
		.told = {
			[A] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"ConnectionStatisticsReq number=\"201\" call=c1 mode=Clear\n"
				"CloseReceiveChannel conference=c1 party=p2 call=c1 "
				"port_handling=Close\n"
				"StopMediaTransmission conference=c1 party=p2 call=c1 "
				"port_handling=Close\n"
				"SetLamp stimulus=Line instance=1 mode=Off\n"
				"ClearPromptStatus line=1 call=c1\n"
				"CallHistoryInfo disposition=Placed line=1 call=c1\n"
				"CallState state=OnHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Your current options\"\n"
				"DefineTimeDate\n"
				"SetSpeakerMode mode=Off\n",
			[B] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"SetLamp stimulus=Line instance=1 mode=Off\n"
				"ClearPromptStatus line=1 call=c1\n"
				"CallHistoryInfo disposition=Received line=1 call=c1\n"
				"CallState state=OnHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Your current options\"\n"
				"DefineTimeDate\n"
				"SetSpeakerMode mode=Off\n",
			[D] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"ConnectionStatisticsReq number=\"202\" call=c1 mode=Clear\n"
				"CloseReceiveChannel conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"StopMediaTransmission conference=c1 party=p1 call=c1 "
				"port_handling=Close\n"
				"SetLamp stimulus=Line instance=1 mode=Off\n"
				"ClearPromptStatus line=1 call=c1\n"
				"CallHistoryInfo disposition=Received line=1 call=c1\n"
				"CallState state=OnHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Your current options\"\n"
				"DefineTimeDate\n"
				"SetSpeakerMode mode=Off\n",
		} },
	{ END },
};

// By key, digits and key; ended by the key.
static const struct step forward_all[] = {
	{ KEY, C, .value = SCCP_SOFTKEY_CFWD_ALL,
		.told = {
			[C] =
				"SetSpeakerMode mode=On\n"
				"SetLamp stimulus=Line instance=1 mode=On\n"
				"CallState state=OffHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys line=1 call=c1 set=OffHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Enter number\" line=1 call=c1\n"
				"ActivateCallPlane line=1\n"
				"StartTone tone=InsideDialTone direction=User line=1 call=c1\n"
				"SelectSoftKeys line=1 call=c1 set=Digits valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Enter number\" line=1 call=c1\n",
		} },
	{ DIAL, C, .digits = "20",
		.told = {
			[C] =
				"StopTone line=1 call=c1 tone=Silence\n"
				"SelectSoftKeys line=1 call=c1 set=Digits valid_keys=4294967295\n",
		} },
	{ KEY, C, .value = SCCP_SOFTKEY_BACK_SPACE,
		.told = {
			[C] =
				"BackSpaceRes line=1 call=c1\n",
		} },
	{ DIAL, C, .digits = "01#",
		.told = {
			[C] =
				"ForwardStatRes active=1 line=1 all_active=1 all_number=\"201\" "
				"busy_active=1 busy_number=\"201\"\n"
				"StopTone line=1 call=c1 tone=Silence\n"
				"SetLamp stimulus=Line instance=1 mode=Off\n"
				"ClearPromptStatus line=1 call=c1\n"
				"CallState state=OnHook line=1 call=c1 visibility=Default "
				"precedence=Routine\n"
				"SelectSoftKeys set=OnHook valid_keys=4294967295\n"
				"DisplayPromptStatus text=\"Forwarded to 201\"\n"
				"DefineTimeDate\n"
				"SetSpeakerMode mode=Off\n",
		} },
	{ KEY, C, .value = SCCP_SOFTKEY_CFWD_ALL,
		.told = {
			[C] =
				"ForwardStatRes active=1 line=1 busy_active=1 "
				"busy_number=\"201\"\n"
				"DisplayPromptStatus text=\"Your current options\"\n",
		} },
	{ END },
};

static const struct step *const procedures[] = {
	off_hook_and_on_hook,
	new_call_by_key,
	outgoing_and_incoming,
	answer_by_key,
	given_up,
	failures,
	hold_and_resume,
	call_waiting,
	transfer,
	conference,
	shared_line,
	forward_all,
};

// Each from idle phones.
static void calls(void **state)
{
	struct world *w = *state;

	start(w);
	for (size_t i = 0; i < sizeof(procedures) / sizeof(procedures[0]); i++) {
		memset(w->calls, 0, sizeof(w->calls));
		memset(w->parties, 0, sizeof(w->parties));
		procedure(w, procedures[i]);
		rig_is_idle(w->rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(registration, setup, teardown),
		cmocka_unit_test_setup_teardown(the_time, setup, teardown),
		cmocka_unit_test_setup_teardown(calls, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
