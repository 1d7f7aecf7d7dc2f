// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Several workers behind ports that put every frame into another queue: connections, dialogs,
// neighbours and the pieces of datagrams must all the same be one worker's.
#include "tests/component/rig.h"

#include <netinet/in.h>

#include <rte_arp.h>
#include <rte_mbuf.h>

#include "sccp/sccp.h"

enum { TEXT = 8192, CONNS = 24, DIALOGS = 24, NAME = 32 };

#define NS3 "http://www.ecma-international.org/standards/ecma-323/csta/ed3"
#define STATUS "<RequestSystemStatus xmlns=\"" NS3 "\"/>"

static char text[TEXT];
static unsigned workers;

// *state: how many workers.
static int setup(void **state)
{
	workers = *(const unsigned *)*state;
	rig_config(&rig.config);
	rig.config.workers = workers;
	rig.spread = RIG_SPREAD_ROUND;
	rig_up();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	rig_down();
	rig.spread = RIG_SPREAD_NONE;
	return 0;
}

static struct worker *worker(unsigned i)
{
	return rig.dp->workers[i];
}

// Each worker of several must have some of them, and together they are `n`.
#define spread_is(n, expression) \
	do { \
		unsigned sum = 0; \
		for (unsigned i = 0; i < workers; i++) { \
			const struct worker *w = worker(i); \
			assert_true((expression) > 0); \
			sum += (unsigned)(expression); \
		} \
		assert_int_equal(sum, n); \
	} while (0)

// --- phones
// -----------------------------------------------------------------------------------------

static void phone_says(handle_t peer, handle_t conn, uint32_t button)
{
	uint8_t frame[SCCP_FRAME_MAX];
	struct sccp_msg msg;
	struct event *event;
	size_t n;

	assert_true(sccp_msg_init(&msg, SCCP_KEYPAD_BUTTON));
	msg.keypad_button.button = button;
	n = sccp_encode(&msg, sccp_version_server(11), frame, sizeof(frame));
	// In two segments, which come by two queues.
	rig_write(peer, frame, 5);
	rig_write(peer, frame + 5, n - 5);
	event = rig_event(EVENT_SCCP);
	assert_true(event->handle == conn);
	assert_int_equal(event->worker, handle_owner(conn));
	assert_int_equal(event->sccp.keypad_button.button, button);
}

static void test_phones(void **state)
{
	handle_t peers[CONNS], conns[CONNS];
	struct command command = { .type = COMMAND_SCCP };
	uint8_t answer[SCCP_FRAME_MAX];

	(void)state;
	for (unsigned i = 0; i < CONNS; i++) {
		struct event *event;

		peers[i] = rig_connect((uint16_t)(40000 + i), 2000);
		event = rig_event(EVENT_CONN_OPENED);
		conns[i] = event->handle;
		assert_int_equal(handle_owner(conns[i]),
			home_of_flow(&rig.dp->home, rig_ip(RIG_PEER), rig_ip(RIG_ENGINE),
				htons((uint16_t)(40000 + i)), htons(2000)));
	}
	spread_is(CONNS, w->nstreams[STREAM_SKINNY]);
	for (unsigned i = 0; i < CONNS; i++) {
		phone_says(peers[i], conns[i], i % 10);
		command.handle = conns[i];
		assert_true(sccp_msg_init(&command.sccp, SCCP_KEEP_ALIVE_ACK));
		rig_command(&command);
		assert_true(rig_read(peers[i], answer, sizeof(answer)) > 0);
	}
	for (unsigned i = 0; i < CONNS; i++) {
		tcp_close(rig.tcp, peers[i]);
		rig_settle();
		assert_true(rig_event(EVENT_CONN_CLOSED)->handle == conns[i]);
	}
	for (unsigned i = 0; i < workers; i++) {
		const struct tcp_counters *counters = tcp_counters(worker(i)->tcp);

		assert_int_equal(counters->resets_out, 0);
		assert_int_equal(counters->segments_retransmitted, 0);
		assert_int_equal(worker(i)->n.packets_taken > 0, workers > 1);
	}
	rig_drops_sum(RELAY_FULL, 0);
}

// --- SIP
// --------------------------------------------------------------------------------------------

static const char *call_name(unsigned i)
{
	static char name[NAME];

	snprintf(name, sizeof(name), "call-%u@10.0.0.2", i);
	return name;
}

static void datagram(const char *method, const char *to_tag, unsigned cseq, const char *body)
{
	int n = rig_sip(text, sizeof(text), method, to_tag, cseq, "UDP", "", body);

	rig_udp(RIG_PEER, 5060, 5060, text, (size_t)n);
	rig_settle();
}

static void stream_message(
	handle_t peer, const char *method, const char *to_tag, unsigned cseq, const char *body)
{
	int n = rig_sip(text, sizeof(text), method, to_tag, cseq, "TCP", "", body);

	rig_write(peer, text, (size_t)n);
}

// Control accepts the session that an INVITE just opened.
static handle_t session_accept(void)
{
	struct command command = { .type = COMMAND_SESSION_ACCEPT };
	struct event *event = rig_event(EVENT_SESSION_OPEN);

	command.handle = event->handle;
	command.session_accept.transaction = event->session_open.transaction;
	csta_msg_init(&command.session_accept.csta, CSTA_REQUEST_SYSTEM_STATUS_RESPONSE);
	command.session_accept.csta.body.request_system_status_response.status = CSTA_STATUS_NORMAL;
	rig_command(&command);
	return command.handle;
}

static void answer_push(const struct event *event)
{
	struct command command = { .type = COMMAND_CSTA_RESPONSE, .handle = event->handle };

	command.csta_response.transaction = event->csta_request.transaction;
	csta_msg_init(&command.csta_response.csta, CSTA_REQUEST_SYSTEM_STATUS_RESPONSE);
	command.csta_response.csta.body.request_system_status_response.status = CSTA_STATUS_NORMAL;
	assert_true(dataplane_push_command(rig.dp, &command));
}

static void csta_event(handle_t dialog)
{
	struct command command = { .type = COMMAND_CSTA_EVENT, .handle = dialog };

	csta_msg_init(&command.csta_event, CSTA_MONITOR_STOP);
	strcpy(command.csta_event.body.monitor_stop.cross_ref, "m1");
	rig_command(&command);
}

// A request inside the dialog reaches it, and so does control's answer the peer.
static void info_request(handle_t dialog, const char *tag, unsigned cseq)
{
	struct event *event;

	datagram("INFO", tag, cseq, STATUS);
	event = rig_event(EVENT_CSTA_REQUEST);
	assert_true(event->handle == dialog);
	answer_push(event);
	rig_settle();
	assert_memory_equal(rig_out_udp(), "SIP/2.0 200 ", 12);
}

// The peer's 200 to a request of ours, which names us by the branch of its Via alone.
static void answer_request(const char *request)
{
	char via[300], cseq[40], call_id[60];
	int n;

	strcpy(via, rig_field(request, "Via"));
	strcpy(cseq, rig_field(request, "CSeq"));
	strcpy(call_id, rig_field(request, "Call-ID"));
	n = snprintf(text, sizeof(text),
		"SIP/2.0 200 OK\r\nVia: %s\r\nFrom: <sip:a@b>;tag=x\r\nTo: <sip:c@d>;tag=y\r\n"
		"Call-ID: %s\r\nCSeq: %s\r\nContent-Length: 0\r\n\r\n",
		via, call_id, cseq);
	rig_udp(RIG_PEER, 5060, 5060, text, (size_t)n);
	rig_settle();
}

static void test_dialogs(void **state)
{
	char tags[DIALOGS][TOKEN_SIZE];
	handle_t dialogs[DIALOGS];

	(void)state;
	// One proxy's address, many dialogs.
	for (unsigned i = 0; i < DIALOGS; i++) {
		rig.call_id = call_name(i);
		datagram("INVITE", "", 1, STATUS);
		datagram("INVITE", "", 1, STATUS); // repeated: absorbed where the first went
		dialogs[i] = session_accept();
		strcpy(tags[i], rig_to_tag(rig_out_udp()));
		if (tags[i][0] == '\0') // it was the 100 to the repeated one
			strcpy(tags[i], rig_to_tag(rig_out_udp()));
		while (rig_out_udp() != NULL)
			;
		datagram("ACK", tags[i], 1, "");
	}
	spread_is(DIALOGS, sip_usage(w->sip).dialogs);
	for (unsigned i = 0; i < DIALOGS; i++) {
		rig.call_id = call_name(i);
		info_request(dialogs[i], tags[i], 2);
		csta_event(dialogs[i]);
		answer_request(rig_out_udp());
		datagram("BYE", tags[i], 3, "");
		assert_memory_equal(rig_out_udp(), "SIP/2.0 200 ", 12);
		assert_true(rig_event(EVENT_SESSION_CLOSED)->handle == dialogs[i]);
	}
	for (unsigned i = 0; i < workers; i++) {
		assert_int_equal(sip_usage(worker(i)->sip).dialogs, 0);
		assert_int_equal(sip_counters(worker(i)->sip)->stray_responses, 0);
		assert_int_equal(sip_counters(worker(i)->sip)->foreign, 0);
	}
}

// CANCEL has no tag of ours: it goes where its INVITE went.
static void test_cancel(void **state)
{
	(void)state;
	for (unsigned i = 0; i < DIALOGS; i++) {
		handle_t dialog;

		rig.call_id = call_name(i);
		datagram("INVITE", "", 1, STATUS);
		dialog = rig_event(EVENT_SESSION_OPEN)->handle;
		snprintf(text, sizeof(text),
			"CANCEL sip:201@10.0.0.1 SIP/2.0\r\n"
			"Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKINVITE1\r\n"
			"f: <sip:app@10.0.0.2>;tag=app\r\nt: <sip:201@10.0.0.1>\r\n"
			"i: %s\r\nCSeq: 1 CANCEL\r\nl: 0\r\n\r\n",
			rig.call_id);
		rig_udp(RIG_PEER, 5060, 5060, text, strlen(text));
		rig_settle();
		assert_true(rig_event(EVENT_SESSION_CLOSED)->handle == dialog);
		while (rig_out_udp() != NULL)
			;
	}
}

// --- dialogs and connections of different workers
// ------------------------------------------------------------------------------------------

// Opens a connection to the SIP port whose home is this worker; *port goes up.
static handle_t connect_home(uint16_t *port, unsigned home)
{
	while (home_of_flow(&rig.dp->home, rig_ip(RIG_PEER), rig_ip(RIG_ENGINE), htons(*port),
		       htons(5060)) != home)
		++*port;
	return rig_connect((*port)++, 5060);
}

static const char *heard(handle_t peer)
{
	static char answer[8 * TEXT];

	rig_read(peer, answer, sizeof(answer));
	return answer;
}

static unsigned count(const char *message, const char *what)
{
	unsigned n = 0;

	for (const char *at = message; (at = strstr(at, what)) != NULL; at++)
		n++;
	return n;
}

struct pair {
	uint16_t port;
	char tag[TOKEN_SIZE];
	handle_t dialog;
	unsigned owner; // of the dialog
	unsigned other; // of the connection that its last request came by
	handle_t peer;  // that connection
};

// A dialog that one worker has and that is spoken to by a connection of another one.
static void pair_up(struct pair *p)
{
	handle_t first;

	*p = (struct pair){ .port = 41000, .owner = 0, .other = 1 % workers };
	first = connect_home(&p->port, p->owner);
	stream_message(first, "INVITE", "", 1, STATUS);
	p->dialog = session_accept();
	assert_int_equal(handle_owner(p->dialog), p->owner);
	strcpy(p->tag, rig_to_tag(heard(first)));
	stream_message(first, "ACK", p->tag, 1, "");
	p->peer = connect_home(&p->port, p->other);
	stream_message(p->peer, "INFO", p->tag, 2, STATUS);
	answer_push(rig_event(EVENT_CSTA_REQUEST));
	rig_settle();
	assert_memory_equal(heard(p->peer), "SIP/2.0 200 ", 12);
	tcp_abort(rig.tcp, first);
	rig_settle();
}

static const struct sip_counters *owner_counters(const struct pair *p)
{
	return sip_counters(worker(p->owner)->sip);
}

static void test_dialog_changes_connection(void **state)
{
	struct pair p;

	(void)state;
	pair_up(&p);
	csta_event(p.dialog);
	assert_memory_equal(heard(p.peer), "INFO sip:app@10.0.0.2:5060", 26);
	assert_int_equal(owner_counters(&p)->transmit_failed, 0);

	// The connection is lost: so is the flow of the dialog that another worker keeps.
	tcp_abort(rig.tcp, p.peer);
	rig_settle();
	assert_false(sip_dialog_flow(worker(p.owner)->sip, p.dialog, &(struct sip_flow){ 0 }));
	csta_event(p.dialog);
	assert_int_equal(owner_counters(&p)->flows_opened, 1);
}

// A connection that leads to where the dialog's peer listens serves, whoever has it (RFC 3261 18).
static void test_connection_of_another_is_used(void **state)
{
	handle_t spare;
	struct pair p;

	(void)state;
	pair_up(&p);
	spare = connect_home(&p.port, workers - 1);
	stream_message(spare, "OPTIONS", "", 7, ""); // its Via says 5060
	heard(spare);
	tcp_abort(rig.tcp, p.peer);
	rig_settle();
	csta_event(p.dialog);
	assert_memory_equal(heard(spare), "INFO sip:app@10.0.0.2:5060", 26);
	assert_int_equal(owner_counters(&p)->flows_reused, 1);
	assert_int_equal(owner_counters(&p)->flows_opened, 0);
	// And it is not forgotten when its peer says that it will send no more.
	tcp_close(rig.tcp, spare);
	rig_wait(20000000);
	csta_event(p.dialog);
	assert_memory_equal(heard(spare), "INFO sip:app@10.0.0.2:5060", 26);
}

static uint32_t missed(handle_t dialog)
{
	struct event event;
	uint32_t n = 0;

	while (dataplane_pop_event(rig.dp, 0, &event)) {
		assert_int_equal(event.type, EVENT_SESSION_LOST);
		assert_true(event.handle == dialog);
		n += event.session_lost.messages;
	}
	return n;
}

// A client that does not read the events of a dialog that another worker has: it misses some and is
// told how many; its connection stays.
static void test_slow_client_of_another(void **state)
{
	enum { EVENTS = 400 };
	uint32_t told, got = 0;
	struct pair p;

	(void)state;
	pair_up(&p);
	for (int i = 0; i < EVENTS; i++) {
		csta_event(p.dialog);
		rig_wait(10000);
	}
	assert_true(owner_counters(&p)->no_room > 0);
	rig_wait(5000000);
	told = missed(p.dialog);
	for (int round = 0; round < 100 && got + told < EVENTS; round++) {
		got += count(heard(p.peer), "INFO sip:app@");
		rig_wait(500000);
		told += missed(p.dialog);
	}
	rig_wait(2000000);
	got += count(heard(p.peer), "INFO sip:app@");
	told += missed(p.dialog);
	assert_true(told > 0 && got > 0);
	assert_int_equal(got + told, EVENTS);
	assert_int_equal(worker(p.other)->nstreams[STREAM_SIP], 1);
	rig_drops_sum(SIP_NOT_READING, 0);
	rig_drops_sum(RELAY_REFUSED, 0);
}

// What a worker wrote to a connection of another that was gone by then is lost, and told as such.
static void test_written_to_a_connection_that_is_gone(void **state)
{
	struct command event = { .type = COMMAND_CSTA_EVENT };
	struct pair p;

	(void)state;
	pair_up(&p);
	csta_msg_init(&event.csta_event, CSTA_MONITOR_STOP);
	strcpy(event.csta_event.body.monitor_stop.cross_ref, "m1");
	event.handle = p.dialog;
	// The connection's worker closes it, and only after that sees what the dialog's one wrote.
	rig.still = 1u << p.owner;
	tcp_abort(rig.tcp, p.peer);
	rig_settle();
	rig.still = 1u << p.other;
	assert_true(dataplane_push_command(rig.dp, &event));
	worker_turn(worker(p.owner), rig.now_us);
	rig.still = 0;
	rig_settle();
	p.peer = connect_home(&p.port, p.owner);
	stream_message(p.peer, "INFO", p.tag, 3, "");
	rig_wait(2000000);
	assert_int_equal(missed(p.dialog), 1);
}

// --- one that stands still
// ------------------------------------------------------------------------------------------

// Fills the ring for bytes from one worker to another with such as are for nobody.
static void writes_fill(unsigned from, unsigned to)
{
	static const char nothing[20000];
	struct ring *ring = &worker(from)->relay.out[to]->writes;
	struct relay_write head = { .conn = 0 };

	while (ring_push(ring, &head, sizeof(head), nothing, sizeof(nothing)))
		;
	while (ring_push(ring, &head, sizeof(head), NULL, 0))
		;
}

// Answers that find no room to the worker that has their connection wait, in order; events find
// none and are told as missing.
static void test_answers_wait_for_room(void **state)
{
	enum { REQUESTS = 12 };
	struct event events[REQUESTS];
	unsigned cseq = 2, answered = 0;
	struct pair p;

	(void)state;
	pair_up(&p);
	for (unsigned i = 0; i < REQUESTS; i++) {
		stream_message(p.peer, "INFO", p.tag, ++cseq, STATUS);
		events[i] = *rig_event(EVENT_CSTA_REQUEST);
	}
	rig.still = 1u << p.other;
	writes_fill(p.owner, p.other);
	for (unsigned i = 0; i < REQUESTS; i++)
		answer_push(&events[i]);
	csta_event(p.dialog);
	assert_int_equal(worker(p.owner)->n.writes_kept, REQUESTS);
	assert_int_equal(owner_counters(&p)->no_room, 1);
	assert_int_equal(owner_counters(&p)->transmit_failed, 0);
	rig.still = 0;
	for (int round = 0; round < 100 && answered < REQUESTS; round++) {
		const char *text_heard = heard(p.peer);
		char cseq_text[20];

		for (; (text_heard = strstr(text_heard, "CSeq: ")) != NULL; text_heard++) {
			snprintf(cseq_text, sizeof(cseq_text), "CSeq: %u INFO", 3 + answered++);
			assert_memory_equal(text_heard, cseq_text, strlen(cseq_text));
		}
		rig_wait(10000);
	}
	assert_int_equal(answered, REQUESTS);
	rig_wait(2000000);
	assert_int_equal(missed(p.dialog), 1);
	csta_event(p.dialog);
	assert_memory_equal(heard(p.peer), "INFO sip:app@10.0.0.2:5060", 26);
	rig_drops_sum(RELAY_FULL, 0);
}

// While one worker stands still the others' phones, sessions and connections go on; what is for it
// waits on its own connection and arrives when it goes on.
static void test_one_stands_still(void **state)
{
	enum { MANY = 1200, PHONE = 43000 };
	unsigned sent = 0, seen = 0, home, cseq = 2;
	struct event event;
	handle_t phone, conn, other;
	struct pair p;

	(void)state;
	rig.spread = RIG_SPREAD_HOME;
	pair_up(&p);
	for (home = PHONE; home_of_flow(&rig.dp->home, rig_ip(RIG_PEER), rig_ip(RIG_ENGINE),
				   htons((uint16_t)home), htons(2000)) != p.other;
		home++)
		;
	phone = rig_connect((uint16_t)home, 2000);
	conn = rig_event(EVENT_CONN_OPENED)->handle;
	rig.still = 1u << p.owner;
	while (sent < MANY) {
		int n = rig_sip(text, sizeof(text), "INFO", p.tag, ++cseq, "TCP", "", STATUS);

		if (tcp_write(rig.tcp, p.peer, text, (size_t)n, rig.now_us) < 0)
			break;
		sent++;
		rig_settle();
	}
	rig_wait(1000000);
	assert_int_equal(worker(p.other)->nparked, 1);
	// Those of the other worker go on: a phone, a session.
	phone_says(phone, conn, 5);
	other = connect_home(&p.port, p.other);
	rig.call_id = "two@10.0.0.2";
	stream_message(other, "INVITE", "", 1, STATUS);
	assert_int_equal(handle_owner(session_accept()), p.other);
	assert_memory_equal(heard(other), "SIP/2.0 200 ", 12);
	rig_no_event();
	rig.still = 0;
	for (int round = 0; round < 400 && seen < sent; round++) {
		rig_settle();
		while (dataplane_pop_event(rig.dp, 0, &event)) {
			assert_int_equal(event.type, EVENT_CSTA_REQUEST);
			assert_true(event.handle == p.dialog);
			answer_push(&event);
			seen++;
		}
		heard(p.peer);
		rig_wait(10000);
	}
	assert_int_equal(seen, sent);
	assert_int_equal(worker(p.other)->nparked, 0);
	rig_drops_sum(RELAY_FULL, 0);
}

// Control may sleep while there is something of a worker that it leaves alone, and of no other.
static void test_control_sleeps(void **state)
{
	uint16_t port = 44000;
	unsigned home;

	(void)state;
	assert_true(dataplane_sleep(rig.dp, 0));
	dataplane_awake(rig.dp);
	home = home_of_flow(
		&rig.dp->home, rig_ip(RIG_PEER), rig_ip(RIG_ENGINE), htons(port), htons(2000));
	rig_connect(port, 2000);
	assert_false(dataplane_sleep(rig.dp, 0));
	assert_false(dataplane_sleep(rig.dp, 1u << ((home + 1) % workers)));
	assert_true(dataplane_sleep(rig.dp, 1u << home));
	dataplane_awake(rig.dp);
	rig_event(EVENT_CONN_OPENED);
}

// However many connections come and go while a worker stands still, what it is to hear of them
// takes no more room; and then it knows those that are there.
static void test_news_wait(void **state)
{
	enum { ROUNDS = 60, AT_A_TIME = 8 };
	handle_t peers[AT_A_TIME];
	struct worker *still = worker(0);
	unsigned known = 0;

	(void)state;
	rig.spread = RIG_SPREAD_HOME;
	rig.still = 1;
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint16_t port = (uint16_t)(20000 + round * 100);

		for (unsigned i = 0; i < AT_A_TIME; i++)
			peers[i] = connect_home(&port, 1);
		for (unsigned i = 0; i < AT_A_TIME && round < ROUNDS - 1; i++)
			tcp_abort(rig.tcp, peers[i]);
		rig_settle();
	}
	assert_true(worker(1)->foreign.queues[0].n > 0);
	rig.still = 0;
	rig_settle();
	assert_int_equal(worker(1)->foreign.queues[0].n, 0);
	for (uint32_t i = 0; i < still->foreign.size; i++)
		known += still->foreign.conns[1][i].conn != 0;
	assert_int_equal(known, AT_A_TIME);
}

// While control takes no events a message for another worker's dialog stays unread on its
// connection; none is lost.
static void test_messages_wait_for_credit(void **state)
{
	enum { MANY = 400 };
	handle_t first = rig_connect(41000, 5060), dialog;
	char tag[TOKEN_SIZE], answer[TEXT];
	unsigned seen = 0, cseq = 1;
	struct event event;

	(void)state;
	stream_message(first, "INVITE", "", 1, STATUS);
	dialog = session_accept();
	rig_read(first, answer, sizeof(answer));
	strcpy(tag, rig_to_tag(answer));
	stream_message(first, "ACK", tag, 1, "");
	for (uint16_t port = 41001; port < 41009; port++) {
		handle_t peer = rig_connect(port, 5060);

		for (unsigned i = 0; i < MANY / 8; i++)
			stream_message(peer, "INFO", tag, ++cseq, STATUS);
	}
	do {
		rig_settle();
		while (dataplane_pop_event(rig.dp, 0, &event)) {
			assert_int_equal(event.type, EVENT_CSTA_REQUEST);
			assert_true(event.handle == dialog);
			answer_push(&event);
			seen++;
		}
		rig_wait(300000);
	} while (seen < MANY && rig.now_us < 60000000);
	assert_int_equal(seen, MANY);
	rig_drops_sum(RELAY_FULL, 0);
}

static int setup_narrow(void **state)
{
	workers = *(const unsigned *)*state;
	rig_config(&rig.config);
	rig.config.workers = workers;
	rig.config.event_cells = 1;
	rig.spread = RIG_SPREAD_ROUND;
	rig_up();
	return 0;
}

// --- neighbours, pieces, ports
// -----------------------------------------------------------------------

static void test_neighbours(void **state)
{
	uint8_t frame[60] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 7, 0x08, 0x06 };
	struct rte_arp_hdr *arp = (struct rte_arp_hdr *)(frame + 14);

	(void)state;
	arp->arp_hardware = htons(RTE_ARP_HRD_ETHER);
	arp->arp_protocol = htons(RTE_ETHER_TYPE_IPV4);
	arp->arp_hlen = 6;
	arp->arp_plen = 4;
	arp->arp_opcode = htons(RTE_ARP_OP_REQUEST);
	memcpy(&arp->arp_data.arp_sha, frame + 6, 6);
	arp->arp_data.arp_sip = rig_ip("10.0.0.7");
	arp->arp_data.arp_tip = rig_ip(RIG_ENGINE);
	rig_frame(0, frame, sizeof(frame));
	rig_settle();
	// One answer, and all know who asked.
	assert_non_null(rig_out());
	assert_null(rig_out());
	for (unsigned i = 0; i < workers; i++)
		assert_non_null(arp_find(&worker(i)->arp, rig_ip("10.0.0.7"), 0));
}

// A datagram in pieces, each by another queue, whose dialog is whichever worker's.
static void test_pieces(void **state)
{
	enum { PIECE = 256 };

	(void)state;
	for (unsigned i = 0; i < DIALOGS; i++) {
		struct rig_ip4 ip = { RIG_PEER, RIG_ENGINE, IPPROTO_UDP, (uint16_t)(100 + i) };
		uint8_t l4[RIG_FRAME];
		size_t n;

		rig.call_id = call_name(i);
		n = (size_t)rig_sip(text, sizeof(text), "INVITE", "", 1, "UDP", "", STATUS);
		n = rig_udp_make(l4, RIG_PEER, RIG_ENGINE, 5060, 5060, text, n);
		for (size_t at = 0; at < n; at += PIECE) {
			size_t part = n - at < PIECE ? n - at : PIECE;

			ip.fragment = (uint16_t)(at / 8 | (at + part < n ? 0x2000 : 0));
			rig_ip4(&ip, l4 + at, part);
			rig_settle();
		}
		rig_event(EVENT_SESSION_OPEN);
	}
	spread_is(DIALOGS, w->n.reassembled);
	spread_is(DIALOGS, sip_usage(w->sip).dialogs);
}

// A port with one transmit queue: the others' frames go out through the worker that has it.
static void test_one_transmit_queue(void **state)
{
	handle_t peer, conn;

	rig.dp->ports[0].tx_queues = 1;
	for (unsigned i = 0; i < CONNS; i++) {
		peer = rig_connect((uint16_t)(42000 + i), 2000);
		conn = rig_event(EVENT_CONN_OPENED)->handle;
		phone_says(peer, conn, 1);
	}
	for (unsigned i = 1; i < workers; i++)
		assert_int_equal(worker(i)->n.frames_out, 0);
	(void)state;
}

// What ICMP says about a connection is heard by the worker that has it.
static void test_unreachable_comes_home(void **state)
{
	(void)state;
	for (unsigned i = 0; i < CONNS; i++) {
		struct rig_ip4 ip = { RIG_PEER, RIG_ENGINE, IPPROTO_ICMP };
		uint8_t icmp[8 + 28] = { 3, 1 };
		struct rte_ipv4_hdr *quoted = (struct rte_ipv4_hdr *)(icmp + 8);
		uint16_t ports[2] = { htons(2000), htons((uint16_t)(43000 + i)) };
		unsigned home = home_of_flow(
			&rig.dp->home, rig_ip(RIG_PEER), rig_ip(RIG_ENGINE), ports[1], ports[0]);
		uint64_t before = worker(home)->n.errors_in;
		uint16_t sum;

		*quoted = (struct rte_ipv4_hdr){
			.version_ihl = RTE_IPV4_VHL_DEF,
			.next_proto_id = IPPROTO_TCP,
			.src_addr = rig_ip(RIG_ENGINE),
			.dst_addr = rig_ip(RIG_PEER),
		};
		memcpy(quoted + 1, ports, sizeof(ports));
		sum = (uint16_t)~rte_raw_cksum(icmp, sizeof(icmp));
		memcpy(icmp + 2, &sum, sizeof(sum));
		rig_ip4(&ip, icmp, sizeof(icmp));
		rig_settle();
		assert_int_equal(worker(home)->n.errors_in, before + 1);
	}
}

// "Port unreachable" about a datagram of ours.
static void icmp_about(const struct rig_frame *frame)
{
	struct rig_ip4 ip = { RIG_PEER, RIG_ENGINE, IPPROTO_ICMP };
	uint8_t icmp[8 + 400] = { 3, 3 };
	uint16_t sum;

	memcpy(icmp + 8, frame->bytes + 14, sizeof(icmp) - 8);
	sum = (uint16_t)~rte_raw_cksum(icmp, sizeof(icmp));
	memcpy(icmp + 2, &sum, sizeof(sum));
	rig_ip4(&ip, icmp, sizeof(icmp));
	rig_settle();
}

// And about a datagram, by the worker whose request or answer it was, which that names itself.
static void test_unreachable_datagram_comes_home(void **state)
{
	(void)state;
	for (unsigned i = 0; i < DIALOGS; i++) {
		struct rig_frame answer;
		handle_t dialog;

		rig.call_id = call_name(i);
		datagram("INVITE", "", 1, STATUS);
		dialog = session_accept();
		answer = *rig_out();
		csta_event(dialog);
		icmp_about(rig_out());
		icmp_about(&answer);
		rig_event(EVENT_SESSION_CLOSED);
		assert_non_null(rig_out()); // BYE
	}
	spread_is(DIALOGS, sip_counters(w->sip)->unreachable);
	spread_is(DIALOGS, sip_counters(w->sip)->answers_unreachable);
	rig_drops_sum(ICMP_QUOTE, 0);
	rig_drops_sum(ICMP_ANSWER, 0);
}

static const unsigned counts[] = { 1, 2, 3, 4 };

int main(void)
{
#define T1(test, up, n) \
	{ \
#test " with " #n " workers", test, up, teardown, (void *)&counts[(n)-1] \
	}
#define T(test) T1(test, setup, 2), T1(test, setup, 3)
	const struct CMUnitTest tests[] = {
		T1(test_phones, setup, 1),
		T1(test_phones, setup, 4),
		T(test_phones),
		T1(test_dialogs, setup, 1),
		T1(test_dialogs, setup, 4),
		T(test_dialogs),
		T(test_cancel),
		T(test_dialog_changes_connection),
		T(test_connection_of_another_is_used),
		T(test_slow_client_of_another),
		T(test_written_to_a_connection_that_is_gone),
		T(test_answers_wait_for_room),
		T(test_one_stands_still),
		T(test_control_sleeps),
		T(test_news_wait),
		T1(test_messages_wait_for_credit, setup_narrow, 1),
		T1(test_messages_wait_for_credit, setup_narrow, 4),
		T(test_neighbours),
		T(test_pieces),
		T(test_one_transmit_queue),
		T(test_unreachable_comes_home),
		T(test_unreachable_datagram_comes_home),
	};

	return cmocka_run_group_tests_name("workers", tests, rig_group_setup, NULL);
}
