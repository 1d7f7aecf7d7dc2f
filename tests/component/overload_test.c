// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Control stands still, behind a ring with room for four messages, while phones and clients go on
// talking; then it goes on. Every message comes once and in order, memory stays what it was, and
// who wants a new session meanwhile is told when to try again.
#include "tests/component/rig.h"

#include "sccp/sccp.h"

enum { PHONES = 3, CLIENTS = 3, KEYS = 8000, REQUESTS = 300, TEXT = 70000, SECOND = 1000000 };

#define NS3 "http://www.ecma-international.org/standards/ecma-323/csta/ed3"
#define STATUS "<RequestSystemStatus xmlns=\"" NS3 "\"/>"

struct phone {
	handle_t peer;
	handle_t conn; // the engine's name of it
	uint32_t sent;
	uint32_t seen;
};

// The last one speaks UDP and repeats a request until it is answered, as RFC 3261 17.1.2 has it.
struct client {
	handle_t peer; // 0: UDP
	handle_t dialog;
	const char *call_id;
	char tag[64];
	uint32_t sent;
	uint32_t told;
	uint32_t answered;
};

static struct phone phones[PHONES];
static struct client clients[CLIENTS];
static char text[TEXT];

static int setup(void **state)
{
	(void)state;
	rig_config(&rig.config);
	rig.config.event_cells = 1;
	rig_up();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig.call_id = NULL;
	rig_down();
	return 0;
}

static const char *heard(handle_t peer)
{
	rig_read(peer, text, sizeof(text));
	return text;
}

static int request_make(const struct client *client, const char *method, uint32_t cseq,
	const char *body)
{
	rig.call_id = client->call_id;
	return rig_sip(text, sizeof(text), method, client->tag, cseq,
		client->peer != 0 ? "TCP" : "UDP", "", body);
}

static void client_open(struct client *client, uint16_t port, const char *call_id)
{
	struct command command = { .type = COMMAND_SESSION_ACCEPT };
	struct event *event;
	int n;

	*client = (struct client){ .call_id = call_id };
	if (port != 0)
		client->peer = rig_connect(port, 5060);
	n = request_make(client, "INVITE", 1, STATUS);
	if (port != 0)
		rig_write(client->peer, text, (size_t)n);
	else
		rig_udp(RIG_PEER, 5060, 5060, text, (size_t)n);
	rig_settle();
	event = rig_event(EVENT_SESSION_OPEN);
	client->dialog = command.handle = event->handle;
	command.session_accept.transaction = event->session_open.transaction;
	csta_msg_init(&command.session_accept.csta, CSTA_NONE);
	rig_command(&command);
	strcpy(client->tag, rig_to_tag(port != 0 ? heard(client->peer) : rig_out_udp()));
	n = request_make(client, "ACK", 1, "");
	if (port != 0)
		rig_write(client->peer, text, (size_t)n);
	else
		rig_udp(RIG_PEER, 5060, 5060, text, (size_t)n);
	rig_settle();
}

static void all_open(void)
{
	for (unsigned i = 0; i < PHONES; i++) {
		phones[i] = (struct phone){ .peer = rig_connect((uint16_t)(40000 + i), 2000) };
		phones[i].conn = rig_event(EVENT_CONN_OPENED)->handle;
	}
	client_open(&clients[0], 41000, "first@10.0.0.2");
	client_open(&clients[1], 41001, "second@10.0.0.2");
	client_open(&clients[2], 0, "third@10.0.0.2");
}

// --- they talk
// --------------------------------------------------------------------------------------

static void phone_talk(struct phone *phone)
{
	uint8_t frame[SCCP_FRAME_MAX];
	struct sccp_msg msg;
	size_t n;

	assert_true(sccp_msg_init(&msg, SCCP_KEYPAD_BUTTON));
	do {
		msg.keypad_button.button = phone->sent;
		n = sccp_encode(&msg, sccp_version_server(11), frame, sizeof(frame));
	} while (phone->sent < KEYS &&
		 tcp_write(rig.tcp, phone->peer, frame, n, rig.now_us) == 0 && ++phone->sent);
}

static void client_talk(struct client *client)
{
	int n;

	if (client->peer == 0) { // one at a time
		if (client->answered == REQUESTS)
			return;
		client->sent = client->answered + 1;
		n = request_make(client, "INFO", client->sent + 1, STATUS);
		rig_udp(RIG_PEER, 5060, 5060, text, (size_t)n);
		return;
	}
	while (client->sent < REQUESTS) {
		n = request_make(client, "INFO", client->sent + 2, STATUS);
		if (tcp_write(rig.tcp, client->peer, text, (size_t)n, rig.now_us) < 0)
			return;
		client->sent++;
	}
}

static void all_talk(void)
{
	for (unsigned i = 0; i < PHONES; i++)
		phone_talk(&phones[i]);
	for (unsigned i = 0; i < CLIENTS; i++)
		client_talk(&clients[i]);
	rig_wait(SECOND / 2);
}

// --- they listen
// ------------------------------------------------------------------------------------

static void answer_check(struct client *client, const char *answer)
{
	char cseq[32];

	assert_memory_equal(answer, "SIP/2.0 200 ", 12);
	snprintf(cseq, sizeof(cseq), "%u INFO", client->answered + 2);
	assert_string_equal(rig_field(answer, "CSeq"), cseq);
	client->answered++;
}

static void clients_listen(void)
{
	const char *answer;

	for (unsigned i = 0; i < CLIENTS; i++) {
		struct client *client = &clients[i];

		if (client->peer == 0) {
			while ((answer = rig_out_udp()) != NULL) {
				// The repetition of one that was answered is answered again.
				if (client->answered < client->sent)
					answer_check(client, answer);
			}
			continue;
		}
		for (answer = heard(client->peer); (answer = strstr(answer, "SIP/2.0 ")) != NULL;
			answer++)
			answer_check(client, answer);
	}
}

// --- control
// ----------------------------------------------------------------------------------------

static void on_key(const struct event *event)
{
	for (unsigned i = 0; i < PHONES; i++) {
		if (phones[i].conn == event->handle)
			assert_int_equal(event->sccp.keypad_button.button, phones[i].seen++);
	}
}

static void on_request(const struct event *event)
{
	struct command command = { .type = COMMAND_CSTA_RESPONSE, .handle = event->handle };

	for (unsigned i = 0; i < CLIENTS; i++)
		clients[i].told += clients[i].dialog == event->handle;
	command.csta_response.transaction = event->csta_request.transaction;
	csta_msg_init(&command.csta_response.csta, CSTA_REQUEST_SYSTEM_STATUS_RESPONSE);
	command.csta_response.csta.body.request_system_status_response.status = CSTA_STATUS_NORMAL;
	command.csta_response.csta.ns = event->csta_request.csta.ns;
	assert_true(dataplane_push_command(rig.dp, &command));
}

static void control_goes_on(void)
{
	struct event event;

	for (int n = 0; n < 40 && dataplane_pop_event(rig.dp, 0, &event); n++) {
		if (event.type == EVENT_SCCP)
			on_key(&event);
		else if (event.type == EVENT_CSTA_REQUEST)
			on_request(&event);
		else
			fail_msg("%s", event_name(event.type));
		rig_settle();
	}
}

static bool all_done(void)
{
	for (unsigned i = 0; i < PHONES; i++) {
		if (phones[i].seen < KEYS)
			return false;
	}
	for (unsigned i = 0; i < CLIENTS; i++) {
		if (clients[i].answered < REQUESTS)
			return false;
	}
	return true;
}

static void test_stopped_reader(void **state)
{
	struct client late = { .call_id = "late@10.0.0.2" };
	struct tcp_usage usage;
	const char *answer;
	int n;

	(void)state;
	all_open();
	assert_int_equal(rig.worker->events.size / rig.worker->events.message_cells, 4);
	for (int round = 0; round < 30; round++) {
		all_talk();
		tcp_usage(rig.worker->tcp, &usage);
		assert_true(usage.buffer_bytes <= (PHONES + CLIENTS) * 65536 + 65536);
	}
	// Phones and clients on TCP wait before a shut window; in dialogs there is room for datagrams.
	for (unsigned i = 0; i < PHONES; i++)
		assert_true(phones[i].sent < KEYS);
	assert_true(dataplane_pulse(rig.dp, 0).sheds % 2 != 0);
	assert_true(dataplane_pulse(rig.dp, 0).backlog > 0);
	while (rig_out_udp() != NULL)
		;
	n = request_make(&late, "INVITE", 1, STATUS);
	rig_udp(RIG_PEER, 5060, 5060, text, (size_t)n);
	rig_settle();
	answer = rig_out_udp();
	assert_non_null(answer);
	assert_memory_equal(answer, "SIP/2.0 503 ", 12);
	assert_true(atoi(rig_field(answer, "Retry-After")) > 0);

	for (int round = 0; round < 20000 && !all_done(); round++) {
		control_goes_on();
		clients_listen();
		all_talk();
	}
	assert_true(all_done());
	for (unsigned i = 0; i < CLIENTS; i++)
		assert_int_equal(clients[i].told, REQUESTS); // none twice
	assert_true(dataplane_pulse(rig.dp, 0).sheds > 0);
	assert_int_equal(dataplane_pulse(rig.dp, 0).sheds % 2, 0);
	assert_int_equal(dataplane_pulse(rig.dp, 0).backlog, 0);
	assert_int_equal(rig.worker->events.gaps, 0);
	rig_drops(EVENT_LOST, 0);
	rig_drops(SIP_NOT_READING, 0);
	assert_int_equal(sip_counters(rig.worker->sip)->requests_lost, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_stopped_reader),
	};

	return cmocka_run_group_tests(tests, rig_group_setup, NULL);
}
