// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What people and applications may do: sensible things more often than others, but those too.
#include <stdio.h>
#include <string.h>

#include "bench/request.h"
#include "control/phone/phone.h"
#include "control/phone/softkeys.h"
#include "tests/unit/control/walk.h"

#define PICK(walk, list) (list)[walk_below(walk, sizeof(list) / sizeof((list)[0]))]

enum { SOFT_KEYS = 22, TRIES = 8 };

static const char *const numbers[] = { "201", "202", "203", "204", "205", "206", "207", "208",
	"209", "210", "211", "201", "202", "203", "209", "210", "20", "999#", "#", "5" };

// --- hands ---------------------------------------------------------------------------------------

static uint32_t any_reference(struct walk *walk, const struct sim_phone *phone)
{
	return walk_below(walk, 8) == 0 ? walk_below(walk, 1000)
					: phone->calls[walk_below(walk, 4)].reference;
}

static void off_hook(struct walk *walk, struct sim_phone *phone)
{
	walk_says(walk, "%s off hook", phone->name);
	sim_off_hook(phone);
}

static void on_hook(struct walk *walk, struct sim_phone *phone)
{
	if (walk_below(walk, 3) != 0)
		return;
	walk_says(walk, "%s on hook", phone->name);
	sim_on_hook(phone);
}

static void press_soft_key(struct walk *walk, struct sim_phone *phone)
{
	uint32_t key = walk_below(walk, 24), line = walk_below(walk, 4);
	uint32_t call = any_reference(walk, phone);

	walk_says(walk, "%s soft key %s line %u call %u", phone->name, sccp_softkey_name(key), line,
		call);
	sim_soft_key_at(phone, key, line, call);
}

// One of those that the phone offers now.
static void press_offered_key(struct walk *walk, struct sim_phone *phone)
{
	const struct phone *offering = phone_find(&walk->rig->engine, phone->name);
	uint32_t key = 1 + walk_below(walk, SOFT_KEYS);

	for (unsigned tries = 0; tries < SOFT_KEYS; tries++) {
		if (softkeys_offer(offering, NULL, phone->keys, key))
			break;
		key = key % SOFT_KEYS + 1;
	}
	// Calls that end at once lead nowhere.
	if (key == SCCP_SOFTKEY_END_CALL && walk_below(walk, 4) != 0)
		return;
	walk_says(walk, "%s soft key %s", phone->name, sccp_softkey_name(key));
	sim_soft_key(phone, key);
}

static void press_button(struct walk *walk, struct sim_phone *phone)
{
	static const uint32_t stimuli[] = { SCCP_STIMULUS_LINE, SCCP_STIMULUS_LINE,
		SCCP_STIMULUS_HOLD, SCCP_STIMULUS_LAST_NUMBER_REDIAL, SCCP_STIMULUS_END_CALL,
		SCCP_STIMULUS_NEW_CALL, SCCP_STIMULUS_TRANSFER, SCCP_STIMULUS_CONFERENCE,
		SCCP_STIMULUS_FORWARD_ALL, SCCP_STIMULUS_DO_NOT_DISTURB, SCCP_STIMULUS_SPEED_DIAL,
		SCCP_STIMULUS_VOICE_MAIL };
	uint32_t stimulus = PICK(walk, stimuli), instance = walk_below(walk, 5);

	walk_says(walk, "%s button %s %u", phone->name, sccp_stimulus_name(stimulus), instance);
	sim_stimulus(phone, stimulus, instance);
}

static void dial_somebody(struct walk *walk, struct sim_phone *phone)
{
	bool lift = walk_below(walk, 2) == 0, enbloc = walk_below(walk, 3) == 0;
	const char *number = PICK(walk, numbers);

	walk_says(walk, "%s dials %s%s%s", phone->name, number, lift ? " off hook" : "",
		enbloc ? " at once" : "");
	if (lift)
		sim_off_hook(phone);
	if (enbloc)
		sim_enbloc(phone, number);
	else
		sim_digits(phone, number);
}

static void hook_with_reference(struct walk *walk, struct sim_phone *phone)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, walk_below(walk, 4) == 0 ? SCCP_ON_HOOK : SCCP_OFF_HOOK);
	msg.on_hook.line = walk_below(walk, 3);
	msg.on_hook.call = any_reference(walk, phone);
	walk_says(walk, "%s %s line %u call %u", phone->name, sccp_message_name(msg.id),
		msg.on_hook.line, msg.on_hook.call);
	sim_send(phone, &msg);
}

static void come_back(struct walk *walk, struct sim_phone *phone)
{
	walk_says(walk, "%s comes back", phone->name);
	phone->silent = false;
	sim_start(phone);
}

static void go_away(struct walk *walk, struct sim_phone *phone)
{
	enum conn_close_reason reason = (enum conn_close_reason)walk_below(walk, 3);

	walk_says(walk, "%s goes away", phone->name);
	walk->counts->absences++;
	sim_disconnect(phone, reason);
}

static void fall_silent(struct walk *walk, struct sim_phone *phone)
{
	walk_says(walk, "%s falls silent", phone->name);
	phone->silent = true;
}

// On the connection that it has, or on a new one while that is still there; it may be another phone
// by now, with other keys and another display.
static void register_anew(struct walk *walk, struct sim_phone *phone)
{
	static const struct {
		uint32_t device;
		bool plain;
	} models[] = { { SCCP_DEVICE_7960, false }, { SCCP_DEVICE_7940, false },
		{ SCCP_DEVICE_7910, true }, { SCCP_DEVICE_12SP_PLUS, true },
		{ SCCP_DEVICE_7902, true } };
	bool same = walk_below(walk, 2) == 0;
	unsigned model = walk_below(walk, sizeof(models) / sizeof(models[0]));

	// The mobile user may have fewer lines there.
	walk->configured = true;
	phone->device = models[model].device;
	phone->plain = models[model].plain;
	walk_says(walk, "%s registers anew as a %s%s", phone->name, sccp_device_name(phone->device),
		same ? "" : ", on a new connection");
	walk->counts->takeovers++;
	phone->open = same;
	sim_start(phone);
}

static void come_and_go(struct walk *walk, struct sim_phone *phone)
{
	static void (*const ways[])(struct walk * walk, struct sim_phone * phone) = {
		go_away,
		go_away,
		fall_silent,
		register_anew,
		register_anew,
	};

	if (phone->open && walk_below(walk, 10) == 0)
		PICK(walk, ways)(walk, phone);
}

static void refuse_media(struct walk *walk, struct sim_phone *phone)
{
	phone->media_status = walk_below(walk, 8) == 0 ? SCCP_MEDIA_UNKNOWN : SCCP_MEDIA_OK;
	walk_says(walk, "%s %s media", phone->name,
		phone->media_status == SCCP_MEDIA_OK ? "takes" : "refuses");
}

// From now on it takes its time for them, or does no longer.
static void acknowledge_later(struct walk *walk, struct sim_phone *phone)
{
	phone->lazy = !phone->lazy;
	walk_says(walk, "%s acknowledges channels %s", phone->name,
		phone->lazy ? "later" : "at once");
	while (!phone->lazy && phone->open && sim_acknowledge(phone))
		walk->counts->late++;
}

// One of a phone that is late, whatever became of the call meanwhile.
static void acknowledge(struct walk *walk, struct sim_phone *phone)
{
	if (!phone->lazy || !phone->open || !sim_acknowledge(phone))
		return;
	walk->counts->late++;
	walk_says(walk, "%s acknowledges a channel", phone->name);
}

static void wait_a_little(struct walk *walk, struct sim_phone *phone)
{
	unsigned seconds = 1 + walk_below(walk, 4);

	walk_says(walk, "%u s pass", seconds);
	rig_wait(phone->rig, seconds);
}

// --- applications --------------------------------------------------------------------------------

#define IN(state) (1u << CONNECTION_##state)
#define TWO 0x100

// c: a connection, l: that of its call that came last, which may have failed, o: another of the same
// device, n: a number, b: true or false, d: the device of the connection, t: digits, p: the user is
// asked first. `fits`: states of c, TWO when the device needs another call; 0: no call is needed.
static const struct {
	const char *service;
	const char *args;
	unsigned fits;
} services[] = {
	{ "MakeCall", "dn", 0 },
	{ "MakeCall", "dnp", 0 },
	{ "MonitorStart", "c", IN(ALERTING) },
	{ "MonitorStart", "c", IN(HOLD) },
	{ "AnswerCall", "c", IN(ALERTING) },
	{ "AnswerCall", "c", IN(ALERTING) },
	{ "AnswerCall", "c", IN(ALERTING) },
	{ "ClearConnection", "c", IN(FAIL) },
	{ "ClearConnection", "l", IN(CONNECTED) },
	{ "ClearCall", "c", IN(FAIL) },
	{ "HoldCall", "c", IN(CONNECTED) },
	{ "RetrieveCall", "c", IN(HOLD) },
	{ "DeflectCall", "cn", IN(ALERTING) },
	{ "ConsultationCall", "cn", IN(CONNECTED) | IN(HOLD) },
	{ "ConsultationCall", "cn", IN(CONNECTED) | IN(HOLD) },
	{ "ConsultationCall", "cn", IN(CONNECTED) | IN(HOLD) },
	{ "AlternateCall", "co", IN(HOLD) | TWO },
	{ "ReconnectCall", "oc", IN(HOLD) | TWO },
	{ "TransferCall", "co", IN(HOLD) | TWO },
	{ "ConferenceCall", "co", IN(HOLD) | TWO },
	{ "ConferenceCall", "co", IN(HOLD) | TWO },
	{ "SingleStepTransferCall", "cn", IN(CONNECTED) },
	{ "SingleStepConferenceCall", "cn", IN(CONNECTED) },
	{ "GenerateDigits", "ct", IN(CONNECTED) },
	{ "SnapshotDevice", "d", 0 },
	{ "SnapshotCall", "c", IN(ALERTING) },
	{ "GetDoNotDisturb", "d", 0 },
	{ "SetDoNotDisturb", "db", 0 },
	{ "GetForwarding", "d", 0 },
	{ "SetForwarding", "dbn", 0 },
	{ "SetForwarding", "db", 0 },
	{ "SetMessageWaitingIndicator", "db", 0 },
	{ "GetMessageWaitingIndicator", "d", 0 },
};

enum { SERVICES = sizeof(services) / sizeof(services[0]) };
_Static_assert((int)SERVICES <= (int)WALK_SERVICES, "counts");

static struct dn *any_dn(struct walk *walk)
{
	unsigned n = walk_below(walk, 8);
	struct dn *dn = TAILQ_FIRST(&walk->rig->engine.dns);

	while (n-- > 0 && TAILQ_NEXT(dn, all) != NULL)
		dn = TAILQ_NEXT(dn, all);
	return dn;
}

// The n-th connection of the device, round and round; NULL when it has none.
static const struct connection *connection_of(const struct dn *dn, unsigned n)
{
	const struct connection *connection = TAILQ_FIRST(&dn->connections);

	while (n-- > 0 && connection != NULL) {
		connection = TAILQ_NEXT(connection, at_dn);
		if (connection == NULL)
			connection = TAILQ_FIRST(&dn->connections);
	}
	return connection;
}

static void connection_word(
	struct walk *walk, const struct dn *dn, unsigned n, char *word, size_t size)
{
	const struct connection *connection = connection_of(dn, n);
	const char *number = dn->numbers[DN_PRIMARY].text;

	if (connection == NULL || walk_below(walk, 16) == 0)
		snprintf(word, size, "%s@%s", number, walk_below(walk, 2) == 0 ? "" : "123");
	else if (walk_below(walk, 16) == 0)
		snprintf(word, size, "@%s", connection->call->id);
	else
		snprintf(word, size, "%s@%s", number, connection->call->id);
}

static void last_word(const struct dn *dn, unsigned n, char *word, size_t size)
{
	const struct connection *connection = connection_of(dn, n);

	if (connection != NULL)
		connection = TAILQ_LAST(&connection->call->connections, connections);
	snprintf(word, size, "%s@%s",
		(connection != NULL ? connection->dn : dn)->numbers[DN_PRIMARY].text,
		connection != NULL ? connection->call->id : "");
}

static void word_write(
	struct walk *walk, char kind, const struct dn *dn, unsigned n, char *word, size_t size)
{
	switch (kind) {
	case 'c':
		connection_word(walk, dn, n, word, size);
		break;
	case 'l':
		last_word(dn, n, word, size);
		break;
	case 'o':
		connection_word(walk, dn, n + 1, word, size);
		break;
	case 'd':
		snprintf(word, size, "%s", dn->numbers[DN_PRIMARY].text);
		break;
	case 'b':
		snprintf(word, size, "%s", walk_below(walk, 6) == 0 ? "true" : "false");
		break;
	case 'p':
		snprintf(word, size, "autoOriginate=prompt");
		break;
	case 't':
		snprintf(word, size, "%s", walk_below(walk, 8) == 0 ? "x" : "12#");
		break;
	default:
		snprintf(word, size, "%s", PICK(walk, numbers));
		break;
	}
}

static void ask(struct walk *walk, unsigned row, const struct dn *dn, unsigned n)
{
	struct walk_app *app = app_any(walk);
	char xml[2048], service[48], text[3][64] = { "", "", "" };
	char *words[] = { service, text[0], text[1], text[2] };
	struct walk_permitted permitted;
	unsigned count = 1;
	bool accepted;

	if (app == NULL)
		return;
	snprintf(service, sizeof(service), "%s", services[row].service);
	for (const char *arg = services[row].args; *arg != '\0'; arg++, count++)
		word_write(walk, *arg, dn, n, text[count - 1], sizeof(text[0]));
	walk_says(walk, "asks %s %s %s %s", service, text[0], text[1], text[2]);
	assert_true(request_write(words, (int)count, xml, sizeof(xml)));
	walk_permitted(walk, app, service, words + 1, &permitted);
	accepted = strcmp(service, "MonitorStart") == 0 ? app_monitor(walk, app, text[0])
							: app_ask(walk, app, xml);
	walk_permitted_check(walk, app, service, words + 1, &permitted);
	walk->counts->done[row] += accepted;
}

static void ask_anything(struct walk *walk, struct sim_phone *phone)
{
	(void)phone;
	ask(walk, walk_below(walk, SERVICES), any_dn(walk), walk_below(walk, 8));
}

// Who has two calls does something with both.
static bool is_fitting(unsigned row, const struct connection *connection)
{
	bool needs_two = (services[row].fits & TWO) != 0;
	const struct connection *first = TAILQ_FIRST(&connection->dn->connections);
	bool has_two = TAILQ_NEXT(first, at_dn) != NULL && connection->state != CONNECTION_ALERTING;

	return (services[row].fits & 1u << connection->state) != 0 && has_two == needs_two;
}

// Some connection there is, and some service that goes with its state.
static void ask_something_fitting(struct walk *walk, struct sim_phone *phone)
{
	const struct dn *dn = any_dn(walk);
	unsigned n = walk_below(walk, 8), row = walk_below(walk, SERVICES);
	const struct connection *connection;

	(void)phone;
	for (unsigned tries = 0; tries < SERVICES && TAILQ_EMPTY(&dn->connections); tries++)
		dn = any_dn(walk);
	connection = connection_of(dn, n);
	for (unsigned tries = 0; connection != NULL && tries < 4 * SERVICES; tries++) {
		if (is_fitting(row, connection))
			break;
		row = walk_below(walk, SERVICES);
	}
	ask(walk, row, dn, n);
}

unsigned walk_services(void)
{
	return SERVICES;
}

const char *walk_service(unsigned row)
{
	return services[row].service;
}

// --- all of it -----------------------------------------------------------------------------------

static const struct {
	void (*act)(struct walk *walk, struct sim_phone *phone);
	unsigned weight;
} acts[] = {
	{ off_hook, 5 },
	{ on_hook, 3 },
	{ press_soft_key, 3 },
	{ press_offered_key, 10 },
	{ press_button, 3 },
	{ dial_somebody, 6 },
	{ hook_with_reference, 3 },
	{ come_and_go, 3 },
	{ refuse_media, 3 },
	{ acknowledge_later, 1 },
	{ acknowledge, 8 },
	{ wait_a_little, 3 },
	{ ask_anything, 6 },
	{ ask_something_fitting, 16 },
	{ app_comes, 2 },
	{ app_goes, 1 },
	{ app_monitors, 1 },
	{ app_stops, 1 },
	{ app_filters, 1 },
	{ operator_turns_watch, 1 },
	{ operator_clears, 1 },
	{ operator_shuts, 1 },
	{ operator_moves, 1 },
};

static void act_once(struct walk *walk, struct sim_phone *phone)
{
	unsigned sum = 0, i = 0, chosen;

	for (size_t k = 0; k < sizeof(acts) / sizeof(acts[0]); k++)
		sum += acts[k].weight;
	for (chosen = walk_below(walk, sum); chosen >= acts[i].weight; i++)
		chosen -= acts[i].weight;
	acts[i].act(walk, phone);
}

void walk_act(struct walk *walk)
{
	struct sim_phone *phone = &walk->rig->phones[walk_below(walk, walk->rig->phone_count)];

	if (!phone->open && walk_below(walk, 3) == 0)
		come_back(walk, phone);
	// Not all of them have something to do.
	for (unsigned tries = 0; tries < TRIES && !walk_said(walk); tries++)
		act_once(walk, phone);
}
