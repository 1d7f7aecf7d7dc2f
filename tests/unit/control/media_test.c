// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Media of two phones: what they send each other, the tone of who is held, and what they say of it
// when it is over.
#include <string.h>

#include "control/phone/phone.h"
#include "tests/unit/control/harness.h"

static const char config[] = "telephony-service\n"
			     " max-ephones 10\n"
			     " max-dn 20\n"
			     " ip source-address 10.0.0.1 port 2000\n"
			     "ephone-dn 1 dual-line\n"
			     " number 201\n"
			     "ephone-dn 2 dual-line\n"
			     " number 202\n"
			     "ephone-dn 3 dual-line\n"
			     " number 203\n"
			     "ephone 1\n"
			     " mac-address 0000.0000.0001\n"
			     " button 1:1\n"
			     "ephone 2\n"
			     " mac-address 0000.0000.0002\n"
			     " button 1:2\n"
			     "ephone 3\n"
			     " mac-address 0000.0000.0003\n"
			     " button 1:3\n";

struct world {
	struct rig *rig;
	struct sim_phone *a; // 201
	struct sim_phone *b; // 202
	struct sim_phone *c; // 203
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	w->rig = rig_new(config);
	w->a = sim_new(w->rig, "SEP000000000001");
	w->b = sim_new(w->rig, "SEP000000000002");
	w->c = sim_new(w->rig, "SEP000000000003");
	rig_start(w->rig);
	rig_forget(w->rig);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	rig_is_idle(w->rig);
	assert_int_equal(w->a->violations + w->b->violations + w->c->violations, 0);
	rig_free(w->rig);
	free(w);
	return 0;
}

static void talk(struct world *w, struct sim_phone *from, const char *number, struct sim_phone *to)
{
	sim_enbloc(from, number);
	sim_off_hook(to);
	assert_non_null(sim_call_in(from, SCCP_CALL_STATE_CONNECTED));
	(void)w;
}

// The first message of this id to the phone since rig_forget(), or NULL.
static const struct sccp_msg *got(const struct world *w, const struct sim_phone *phone, uint32_t id)
{
	for (size_t i = 0; i < w->rig->command_count; i++) {
		const struct command *command = w->rig->commands[i];

		if (command->type == COMMAND_SCCP && command->handle == phone->conn &&
			command->sccp.id == id)
			return &command->sccp;
	}
	return NULL;
}

// --- formats -------------------------------------------------------------------------------------

struct offer {
	uint32_t payload, max_frames;
	uint8_t event_payload; // of RFC2833_DYN_PAYLOAD
};

#define ULAW SCCP_PAYLOAD_G711_ULAW_64K
#define ALAW SCCP_PAYLOAD_G711_ALAW_64K
#define DIGITS(payload) \
	{ \
		SCCP_PAYLOAD_RFC2833_DYN_PAYLOAD, 1, payload \
	}

static const struct {
	const char *what;
	struct offer a[4], b[4];
	uint32_t a_payload, b_payload; // as each is told
	uint32_t packet_ms;
	uint32_t a_events, b_events; // that it receives
} formats[] = {
	{ "nothing was said", { { 0 } }, { { 0 } }, ULAW, ULAW, 20, 0, 0 },
	{ "the usual", { { ULAW, 40 }, { ALAW, 40 } }, { { ALAW, 40 }, { ULAW, 40 } }, ULAW, ULAW,
		20, 0, 0 },
	{ "G.729 and its Annex A", { { SCCP_PAYLOAD_G729, 6 } },
		{ { SCCP_PAYLOAD_G729_ANNEX_A, 6 } }, SCCP_PAYLOAD_G729, SCCP_PAYLOAD_G729_ANNEX_A,
		20, 0, 0 },
	{ "the same Annex where both have it",
		{ { SCCP_PAYLOAD_G729, 6 }, { SCCP_PAYLOAD_G729_ANNEX_A, 6 } },
		{ { SCCP_PAYLOAD_G729_ANNEX_A, 6 } }, SCCP_PAYLOAD_G729_ANNEX_A,
		SCCP_PAYLOAD_G729_ANNEX_A, 20, 0, 0 },
	{ "Annex B", { { SCCP_PAYLOAD_G729_ANNEX_B, 6 } },
		{ { SCCP_PAYLOAD_G729_ANNEX_A_ANNEX_B, 6 } }, SCCP_PAYLOAD_G729_ANNEX_B,
		SCCP_PAYLOAD_G729_ANNEX_A_ANNEX_B, 20, 0, 0 },
	{ "Annex B is not for who has it not", { { SCCP_PAYLOAD_G729_ANNEX_B, 6 }, { ALAW, 40 } },
		{ { SCCP_PAYLOAD_G729, 6 }, { ALAW, 40 } }, ALAW, ALAW, 20, 0, 0 },
	{ "GSM by two numbers", { { SCCP_PAYLOAD_GSM, 2 } }, { { SCCP_PAYLOAD_GSM_FULL_RATE, 1 } },
		SCCP_PAYLOAD_GSM, SCCP_PAYLOAD_GSM_FULL_RATE, 20, 0, 0 },
	{ "short packets of one end", { { ULAW, 40 } }, { { ULAW, 10 } }, ULAW, ULAW, 10, 0, 0 },
	{ "short packets of the other", { { ULAW, 10 } }, { { ULAW, 0 } }, ULAW, ULAW, 10, 0, 0 },
	{ "packets of whole frames", { { ULAW, 15 } }, { { ULAW, 40 } }, ULAW, ULAW, 10, 0, 0 },
	{ "no shorter than one", { { ULAW, 1 } }, { { ULAW, 40 } }, ULAW, ULAW, 10, 0, 0 },
	{ "one frame of G.729", { { SCCP_PAYLOAD_G729, 1 } }, { { SCCP_PAYLOAD_G729, 6 } },
		SCCP_PAYLOAD_G729, SCCP_PAYLOAD_G729, 10, 0, 0 },
	{ "more than any packet has", { { ULAW, UINT32_MAX } }, { { ULAW, UINT32_MAX } }, ULAW,
		ULAW, 20, 0, 0 },
	{ "digits in the stream", { { ULAW, 40 }, DIGITS(97) }, { { ULAW, 40 }, DIGITS(118) }, ULAW,
		ULAW, 20, 97, 118 },
	{ "digits without a number", { { ULAW, 40 }, DIGITS(0) }, { { ULAW, 40 }, DIGITS(18) },
		ULAW, ULAW, 20, 101, 101 },
	{ "digits of one end", { { ULAW, 40 }, DIGITS(97) }, { { ULAW, 40 } }, ULAW, ULAW, 20, 0,
		0 },
};

static void offers(struct sim_phone *phone, const struct offer list[4])
{
	struct sccp_msg msg;
	struct sccp_capabilities *res = &msg.capabilities_res;

	sccp_msg_init(&msg, SCCP_CAPABILITIES_RES);
	for (; res->count < 4 && list[res->count].payload != 0; res->count++) {
		struct sccp_capability *entry = &res->entries[res->count];

		entry->payload = list[res->count].payload;
		entry->max_frames = list[res->count].max_frames;
		entry->parameters[1] = list[res->count].event_payload;
	}
	sim_send(phone, &msg);
}

static void end_is(const struct world *w, struct sim_phone *phone, uint32_t payload,
	uint32_t packet_ms, uint32_t events_in, uint32_t events_out)
{
	const struct sccp_msg *open = got(w, phone, SCCP_OPEN_RECEIVE_CHANNEL);
	const struct sccp_msg *start = got(w, phone, SCCP_START_MEDIA_TRANSMISSION);

	assert_int_equal(open->open_receive_channel.payload, payload);
	assert_int_equal(open->open_receive_channel.packet_ms, packet_ms);
	assert_int_equal(open->open_receive_channel.rfc2833_payload, events_in);
	assert_int_equal(start->start_media_transmission.payload, payload);
	assert_int_equal(start->start_media_transmission.packet_ms, packet_ms);
	assert_int_equal(start->start_media_transmission.rfc2833_payload, events_out);
}

// Whoever calls.
static void what_both_can_do(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		print_message("%s\n", formats[i].what);
		for (int turned = 0; turned <= 1; turned++) {
			sim_start(w->a);
			sim_start(w->b);
			offers(w->a, formats[i].a);
			offers(w->b, formats[i].b);
			rig_forget(w->rig);
			if (turned)
				talk(w, w->b, "201", w->a);
			else
				talk(w, w->a, "202", w->b);
			end_is(w, w->a, formats[i].a_payload, formats[i].packet_ms,
				formats[i].a_events, formats[i].b_events);
			end_is(w, w->b, formats[i].b_payload, formats[i].packet_ms,
				formats[i].b_events, formats[i].a_events);
			sim_on_hook(w->a);
		}
	}
}

// Register's feature bytes say as much while no capability does.
static void digits_by_register(void **state)
{
	struct world *w = *state;
	struct sim_phone *phones[] = { w->a, w->b };
	struct sccp_msg msg;

	for (int i = 0; i < 2; i++) {
		sccp_msg_init(&msg, SCCP_REGISTER);
		strcpy(msg.register_req.name, phones[i]->name);
		msg.register_req.version = 11;
		memcpy(msg.register_req.features, "\x00\x60\x85", 3);
		sim_send(phones[i], &msg);
		sim_send_empty(phones[i], SCCP_TIME_DATE_REQ);
	}
	rig_forget(w->rig);
	talk(w, w->a, "202", w->b);
	end_is(w, w->a, ULAW, 20, 101, 101);
	sim_on_hook(w->a);
}

// --- hold ----------------------------------------------------------------------------------------

static void tone_of_who_is_held(void **state)
{
	struct world *w = *state;

	talk(w, w->a, "202", w->b);
	rig_forget(w->rig);
	sim_soft_key(w->a, SCCP_SOFTKEY_HOLD);
	assert_int_equal(got(w, w->b, SCCP_START_TONE)->start_tone.tone, SCCP_TONE_HOLD);
	assert_null(got(w, w->a, SCCP_START_TONE));
	rig_forget(w->rig);
	sim_soft_key(w->a, SCCP_SOFTKEY_RESUME);
	assert_non_null(got(w, w->b, SCCP_STOP_TONE));
	// Transferred to a phone that rings he hears that it rings.
	sim_soft_key(w->a, SCCP_SOFTKEY_TRANSFER);
	sim_digits(w->a, "203");
	rig_forget(w->rig);
	sim_soft_key(w->a, SCCP_SOFTKEY_TRANSFER);
	assert_true(sim_log_has(w->b, "StartTone AlertingTone\n"));
	assert_null(strstr(strstr(w->b->log, "StartTone"), "StopTone"));
	sim_off_hook(w->c);
	// It ends with the call.
	sim_soft_key(w->c, SCCP_SOFTKEY_HOLD);
	rig_forget(w->rig);
	sim_on_hook(w->b);
	assert_true(sim_log_has(w->b, "StopTone\n"));
}

// --- statistics ----------------------------------------------------------------------------------

static void answers(const struct sccp_msg *req, struct sim_phone *phone, uint32_t n)
{
	struct sccp_msg msg;
	struct sccp_connection_statistics_res *res = &msg.connection_statistics_res;

	sccp_msg_init(&msg, SCCP_CONNECTION_STATISTICS_RES);
	strcpy(res->number, req->connection_statistics_req.number);
	res->call = req->connection_statistics_req.call;
	res->packets_sent = n;
	res->octets_sent = 160 * n;
	res->packets_received = n - 1;
	res->octets_received = 160 * (n - 1);
	res->packets_lost = 1;
	res->jitter = 3;
	res->latency = 10 * n;
	sim_send(phone, &msg);
}

static void asked_and_kept(void **state)
{
	struct world *w = *state;
	struct engine *engine = &w->rig->engine;
	const struct sccp_msg *req;
	const struct call_record *record;
	uint32_t reference;

	talk(w, w->a, "202", w->b);
	reference = sim_call_in(w->a, SCCP_CALL_STATE_CONNECTED)->reference;
	rig_wait(w->rig, 7);
	rig_forget(w->rig);
	sim_soft_key(w->a, SCCP_SOFTKEY_HOLD);
	req = got(w, w->a, SCCP_CONNECTION_STATISTICS_REQ);
	assert_string_equal(req->connection_statistics_req.number, "201");
	assert_int_equal(req->connection_statistics_req.call, reference);
	assert_int_equal(req->connection_statistics_req.mode, SCCP_STATS_CLEAR);
	answers(req, w->a, 100);
	sim_soft_key(w->a, SCCP_SOFTKEY_RESUME);
	rig_forget(w->rig);
	sim_on_hook(w->b);
	req = got(w, w->a, SCCP_CONNECTION_STATISTICS_REQ);
	// Over before the phone has answered.
	answers(req, w->a, 50);
	assert_int_equal(engine->history.count, 2);
	for (unsigned n = 0; (record = history_get(engine, n)) != NULL; n++) {
		if (record->ephone == 1)
			break;
	}
	assert_non_null(record);
	assert_int_equal(record->call_reference, reference);
	assert_string_equal(record->calling, "201");
	assert_string_equal(record->called, "202");
	assert_true(record->outbound);
	assert_int_equal(record->talk_us, 7000000);
	assert_int_equal(record->format.payload, ULAW);
	assert_int_equal(record->statistics.answers, 2);
	assert_int_equal(record->statistics.packets_sent, 150);
	assert_int_equal(record->statistics.octets_sent, 160 * 150);
	assert_int_equal(record->statistics.packets_received, 148);
	assert_int_equal(record->statistics.packets_lost, 2);
	assert_int_equal(record->statistics.jitter, 3);
	assert_int_equal(record->statistics.latency, 500);
	// Not of another phone's call, and of no call.
	answers(req, w->b, 1);
	assert_int_equal(engine->ignored[IGNORED_STALE], 1);
	assert_int_equal(record->statistics.answers, 2);
}

// Calls without media are not kept, and of the others the last.
static void the_last_ones(void **state)
{
	struct world *w = *state;
	struct engine *engine = &w->rig->engine;
	unsigned kept = 0;

	sim_enbloc(w->a, "202");
	rig_forget(w->rig);
	sim_on_hook(w->a);
	assert_null(got(w, w->a, SCCP_CONNECTION_STATISTICS_REQ));
	assert_null(history_get(engine, 0));
	for (int i = 0; i < HISTORY_MAX; i++) {
		talk(w, w->a, "202", w->b);
		sim_on_hook(w->a);
		rig_forget(w->rig);
	}
	assert_int_equal(engine->history.count, 2 * HISTORY_MAX);
	while (history_get(engine, kept) != NULL)
		kept++;
	assert_int_equal(kept, HISTORY_MAX);
	assert_true(history_get(engine, 0)->call_reference <
		    history_get(engine, HISTORY_MAX - 1)->call_reference);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(what_both_can_do),
		T(digits_by_register),
		T(tone_of_who_is_held),
		T(asked_and_kept),
		T(the_last_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
