// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// SIP and CSTA through a whole engine, over datagrams and streams.
#include "tests/component/rig.h"

#include <netinet/in.h>

#include <rte_ip.h>

enum { TEXT = 8192 };

#define NS3 "http://www.ecma-international.org/standards/ecma-323/csta/ed3"
#define STATUS "<RequestSystemStatus xmlns=\"" NS3 "\"/>"
#define MONITOR \
	"<MonitorStart xmlns=\"" NS3 "\"><monitorObject><deviceObject>tel:201" \
	"</deviceObject></monitorObject></MonitorStart>"

static char text[TEXT];

static int setup(void **state)
{
	(void)state;
	rig_config(&rig.config);
	rig.config.patterns[0] = "friendly-scanner";
	rig.config.npatterns = 1;
	rig_up();
	return 0;
}

static int setup_narrow(void **state)
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
	rig_down();
	return 0;
}

static void datagram(
	const char *method, const char *to_tag, unsigned cseq, const char *head, const char *body)
{
	int n = rig_sip(text, sizeof(text), method, to_tag, cseq, "UDP", head, body);

	rig_udp(RIG_PEER, 5060, 5060, text, (size_t)n);
	rig_settle();
}

// The next datagram must be an answer with this status.
static const char *expect_status(unsigned status)
{
	const char *answer = rig_out_udp();
	unsigned got = 0;

	assert_non_null(answer);
	assert_int_equal(sscanf(answer, "SIP/2.0 %u ", &got), 1);
	assert_int_equal(got, status);
	return answer;
}

// A session that control accepts; returns its dialog, our tag in `tag`.
static handle_t session_open(char *tag)
{
	struct command command = { .type = COMMAND_SESSION_ACCEPT };
	struct event *event;

	datagram("INVITE", "", 1, "Supported: timer\r\n", STATUS);
	event = rig_event(EVENT_SESSION_OPEN);
	command.handle = event->handle;
	command.session_accept.transaction = event->session_open.transaction;
	command.session_accept.session_expires_s = 1800;
	command.session_accept.refresher = REFRESHER_UAC;
	csta_msg_init(&command.session_accept.csta, CSTA_REQUEST_SYSTEM_STATUS_RESPONSE);
	command.session_accept.csta.body.request_system_status_response.status = CSTA_STATUS_NORMAL;
	command.session_accept.csta.ns = event->session_open.csta.ns;
	rig_command(&command);
	strcpy(tag, rig_to_tag(expect_status(200)));
	assert_int_equal(strlen(tag), TOKEN_SIZE - 1);
	datagram("ACK", tag, 1, "", "");
	return command.handle;
}

static void test_options(void **state)
{
	const char *answer;

	(void)state;
	datagram("OPTIONS", "", 1, "", "");
	answer = expect_status(200);
	assert_non_null(strstr(rig_field(answer, "Accept"), "application/csta+xml"));
	rig_no_event();
}

static void test_session(void **state)
{
	struct command command = { .type = COMMAND_CSTA_RESPONSE };
	struct csta_monitor_start_response *started;
	struct event *event;
	char tag[64];
	handle_t dialog;
	const char *message;

	(void)state;
	dialog = session_open(tag);
	datagram("INFO", tag, 2, "", MONITOR);
	event = rig_event(EVENT_CSTA_REQUEST);
	assert_true(event->handle == dialog);
	assert_int_equal(event->csta_request.verdict, CSTA_READ_OK);
	assert_int_equal(event->csta_request.csta.type, CSTA_MONITOR_START);
	assert_string_equal(event->csta_request.csta.body.monitor_start.object.device, "tel:201");

	command.handle = dialog;
	command.csta_response.transaction = event->csta_request.transaction;
	csta_msg_init(&command.csta_response.csta, CSTA_MONITOR_START_RESPONSE);
	started = &command.csta_response.csta.body.monitor_start_response;
	strcpy(started->cross_ref, "m1");
	rig_command(&command);
	message = expect_status(200);
	assert_string_equal(rig_field(message, "CSeq"), "2 INFO");
	assert_non_null(strstr(message, "<monitorCrossRefID>m1</monitorCrossRefID>"));
	assert_non_null(strstr(message, NS3));
	// The same command once more answers a transaction that has its answer.
	rig_command(&command);
	rig_drops(COMMAND_STALE, 1);
	assert_null(rig_out());

	// A service request of ours.
	command = (struct command){ .type = COMMAND_CSTA_EVENT, .handle = dialog };
	csta_msg_init(&command.csta_event, CSTA_MONITOR_STOP);
	strcpy(command.csta_event.body.monitor_stop.cross_ref, "m1");
	rig_command(&command);
	message = rig_out_udp();
	assert_non_null(message);
	assert_memory_equal(message, "INFO sip:app@10.0.0.2:5060", 26);
	assert_non_null(strstr(message, "<MonitorStop xmlns=\"" NS3 "\">"));

	datagram("BYE", tag, 3, "", "");
	expect_status(200);
	event = rig_event(EVENT_SESSION_CLOSED);
	assert_true(event->handle == dialog);
	assert_int_equal(event->session_closed.reason, SESSION_CLOSE_BYE);
	// The dialog is gone: commands for it are refused.
	rig_command(&command);
	rig_drops(COMMAND_STALE, 2);
	rig_no_event();
}

static void test_open_tells_all(void **state)
{
	struct event *event;
	struct event_session_open *open;

	(void)state;
	datagram("INVITE", "", 1,
		"Supported: timer\r\nSession-Expires: 900;refresher=uas\r\nUser-Agent: "
		"tester/1\r\n",
		STATUS);
	event = rig_event(EVENT_SESSION_OPEN);
	open = &event->session_open;
	assert_int_equal(open->csta.type, CSTA_REQUEST_SYSTEM_STATUS);
	assert_string_equal(open->request_uri, "sip:201@10.0.0.1");
	assert_string_equal(open->from_uri, "sip:app@10.0.0.2");
	assert_string_equal(open->to_uri, "sip:201@10.0.0.1");
	assert_string_equal(open->user_agent, "tester/1");
	assert_int_equal(open->session_expires_s, 900);
	assert_int_equal(open->refresher, REFRESHER_UAS);
	assert_true(open->supports_timer);
	assert_int_equal(open->transport, TRANSPORT_UDP);
	assert_int_equal(open->remote.port, 5060);
}

static void test_reject_and_cancel(void **state)
{
	struct command command = { .type = COMMAND_SESSION_REJECT };
	struct event *event;

	(void)state;
	datagram("INVITE", "", 1, "", STATUS);
	event = rig_event(EVENT_SESSION_OPEN);
	command.handle = event->handle;
	command.session_reject.transaction = event->session_open.transaction;
	command.session_reject.status = 404;
	rig_command(&command);
	expect_status(404);
	datagram("ACK", "", 1, "", "");

	datagram("INVITE", "", 5, "", STATUS);
	event = rig_event(EVENT_SESSION_OPEN);
	command.handle = event->handle;
	command.session_reject.transaction = event->session_open.transaction;
	while (rig_out() != NULL)
		;
	// CANCEL has the branch of its INVITE.
	rig_sip(text, sizeof(text), "INVITE", "", 5, "UDP", "", "");
	memcpy(text, "CANCEL", 6);
	memcpy(strstr(text, "5 INVITE"), "5 CANCEL", 8);
	rig_udp(RIG_PEER, 5060, 5060, text, strlen(text));
	rig_settle();
	event = rig_event(EVENT_SESSION_CLOSED);
	assert_true(event->handle == command.handle);
	assert_int_equal(event->session_closed.reason, SESSION_CLOSE_CANCELLED);
	rig_drops(COMMAND_STALE, 0);
	rig_command(&command); // control's answer crosses the CANCEL
	rig_drops(COMMAND_STALE, 1);
}

static void test_refresh(void **state)
{
	struct command command = { .type = COMMAND_SESSION_ACCEPT };
	struct event *event;
	char tag[64];
	handle_t dialog;

	(void)state;
	dialog = session_open(tag);
	datagram("UPDATE", tag, 2, "Supported: timer\r\n", "");
	event = rig_event(EVENT_SESSION_REFRESH);
	assert_true(event->handle == dialog);
	assert_int_equal(event->session_refresh.csta.type, CSTA_NONE);
	command.handle = dialog;
	command.session_accept.transaction = event->session_refresh.transaction;
	command.session_accept.session_expires_s = 600;
	command.session_accept.refresher = REFRESHER_UAC;
	csta_msg_init(&command.session_accept.csta, CSTA_NONE);
	rig_command(&command);
	assert_string_equal(rig_field(expect_status(200), "Session-Expires"), "600;refresher=uac");
	command = (struct command){ .type = COMMAND_SESSION_BYE, .handle = dialog };
	rig_command(&command);
	assert_memory_equal(rig_out_udp(), "BYE sip:app@", 12);
}

// The peer's answer to a request of ours: what an answer repeats, and more lines.
static void reply(const char *request, unsigned status, const char *head)
{
	static const char *const fields[] = { "Via", "From", "To", "Call-ID", "CSeq" };
	size_t n = (size_t)snprintf(text, sizeof(text), "SIP/2.0 %u Some\r\n", status);

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s: %s\r\n", fields[i],
			rig_field(request, fields[i]));
	n += (size_t)snprintf(text + n, sizeof(text) - n, "%sContent-Length: 0\r\n\r\n", head);
	rig_udp(RIG_PEER, 5060, 5060, text, n);
	rig_settle();
}

// Control refreshes; it hears the answers, that there was none and when the peer asked something
// last, and that the peer knows no such dialog.
static void test_refresh_of_ours(void **state)
{
	struct command command = { .type = COMMAND_SESSION_REFRESH };
	const struct event_session_answered *answered;
	const char *update;
	struct event *event;
	unsigned copies = 0;
	uint64_t opened_us;
	char tag[64];

	(void)state;
	command.handle = session_open(tag);
	opened_us = rig.now_us;
	command.session_refresh.session_expires_s = 600;
	command.session_refresh.min_se_s = 300;
	rig_command(&command);
	update = rig_out_udp();
	assert_memory_equal(update, "UPDATE sip:app@10.0.0.2:5060", 28);
	assert_string_equal(rig_field(update, "Session-Expires"), "600;refresher=uac");
	assert_string_equal(rig_field(update, "Min-SE"), "300");
	assert_string_equal(rig_field(update, "Contact"), "<sip:10.0.0.1:5060;transport=udp>");
	reply(update, 200, "Session-Expires: 400;refresher=uac\r\n");
	event = rig_event(EVENT_SESSION_ANSWERED);
	assert_true(event->handle == command.handle);
	answered = &event->session_answered;
	assert_int_equal(answered->status, 200);
	assert_int_equal(answered->session_expires_s, 400);
	assert_int_equal(answered->refresher, REFRESHER_UAC);

	command.session_refresh = (struct command_session_refresh){ 0 };
	rig_command(&command);
	update = rig_out_udp();
	assert_string_equal(rig_field(update, "Session-Expires"), "");
	reply(update, 422, "Min-SE: 1000\r\n");
	assert_int_equal(rig_event(EVENT_SESSION_ANSWERED)->session_answered.min_se_s, 1000);

	rig_command(&command);
	rig_wait(35000000);
	while (rig_out_udp() != NULL)
		copies++;
	assert_int_equal(copies, 11);
	answered = &rig_event(EVENT_SESSION_ANSWERED)->session_answered;
	assert_int_equal(answered->status, 0);
	assert_true(answered->heard_us <= opened_us);
	rig_command(&command);
	rig_wait(20000000);
	datagram("INFO", tag, 2, "", ""); // a ping, which control does not see
	opened_us = rig.now_us;
	rig_wait(15000000);
	while (rig_out_udp() != NULL)
		;
	answered = &rig_event(EVENT_SESSION_ANSWERED)->session_answered;
	assert_true(answered->heard_us > opened_us - 1000000 && answered->heard_us <= opened_us);
	rig_command(&command);
	reply(rig_out_udp(), 481, "");
	event = rig_event(EVENT_SESSION_CLOSED);
	assert_int_equal(event->session_closed.reason, SESSION_CLOSE_UNKNOWN);
	rig_no_event();
	rig_command(&command);
	rig_drops(COMMAND_STALE, 1);
}

static void test_refused_bodies(void **state)
{
	char tag[64];

	(void)state;
	datagram("INVITE", "", 1, "", "");
	expect_status(488);
	datagram("INVITE", "", 2, "", "<RequestSystemStatus>");
	expect_status(400);
	datagram("INVITE", "", 3, "",
		"<!DOCTYPE a [<!ENTITY x 'y'>]><RequestSystemStatus>&x;</RequestSystemStatus>");
	expect_status(400);
	assert_int_equal(rig.worker->n.bodies_bad, 2);
	rig_no_event();
	session_open(tag);
	datagram("INFO", tag, 2, "", "");
	expect_status(200);
	datagram("INFO", tag, 3, "", "<MonitorStart");
	expect_status(400);
	datagram("INFO", tag, 4, "", "<SystemStatusResponse xmlns=\"" NS3 "\"/>");
	expect_status(200);
	assert_int_equal(rig.worker->n.answers_in_info, 1);
	rig_no_event();
	// Well-formed, but no service: control answers it.
	datagram("INFO", tag, 5, "", "<Dance/>");
	assert_int_equal(rig_event(EVENT_CSTA_REQUEST)->csta_request.csta.type, CSTA_UNKNOWN);
	datagram("INFO", tag, 6, "", "<MonitorStart/>");
	assert_int_equal(
		rig_event(EVENT_CSTA_REQUEST)->csta_request.verdict, CSTA_READ_MISSING_ELEMENT);
}

// The client's namespace comes back, also one that nobody has heard of.
static void test_namespace(void **state)
{
	struct command command = { .type = COMMAND_CSTA_RESPONSE };
	struct event *event;
	char tag[64];

	(void)state;
	command.handle = session_open(tag);
	datagram("INFO", tag, 2, "",
		"<MonitorStop "
		"xmlns=\"urn:strange\"><monitorCrossRefID>x</monitorCrossRefID></MonitorStop>");
	event = rig_event(EVENT_CSTA_REQUEST);
	assert_int_equal(event->csta_request.csta.ns, CSTA_NS_OTHER);
	command.csta_response.transaction = event->csta_request.transaction;
	csta_msg_init(&command.csta_response.csta, CSTA_MONITOR_STOP_RESPONSE);
	command.csta_response.csta.ns = CSTA_NS_OTHER;
	rig_command(&command);
	assert_non_null(strstr(expect_status(200), "<MonitorStopResponse xmlns=\"urn:strange\""));
}

// What cannot be written is our fault: 500, and control learns that there is no session.
static void test_unwritable_answer(void **state)
{
	struct command command = { .type = COMMAND_SESSION_ACCEPT };
	struct event *event;

	(void)state;
	datagram("INVITE", "", 1, "", STATUS);
	event = rig_event(EVENT_SESSION_OPEN);
	command.handle = event->handle;
	command.session_accept.transaction = event->session_open.transaction;
	csta_msg_init(&command.session_accept.csta, CSTA_UNKNOWN);
	rig_command(&command);
	expect_status(500);
	rig_drops(ENCODE_FAILED, 1);
	assert_int_equal(
		rig_event(EVENT_SESSION_CLOSED)->session_closed.reason, SESSION_CLOSE_UNKNOWN);
}

// A body longer than the MTU leaves in fragments with one checksum over all.
static void test_large_body(void **state)
{
	struct command command = { .type = COMMAND_CSTA_EVENT };
	struct csta_snapshot_device_response *snapshot;
	uint8_t whole[TEXT] = { 0 };
	const struct rig_frame *frame;
	unsigned frames = 0;
	size_t total = 0;
	char tag[64];

	(void)state;
	command.handle = session_open(tag);
	csta_msg_init(&command.csta_event, CSTA_SNAPSHOT_DEVICE_RESPONSE);
	snapshot = &command.csta_event.body.snapshot_device_response;
	snapshot->connections.count = 8;
	for (int i = 0; i < 8; i++) {
		struct csta_snapshot_device_item *item = &snapshot->connections.items[i];
		char device[121];

		memset(device, '0' + i, 120);
		device[120] = '\0';
		item->has.states = true;
		item->states.count = 1;
		item->states.items[0] = CSTA_STATE_CONNECTED;
		item->has.connection = true;
		assert_true(csta_connection_set(&item->connection, "c1", device));
	}
	snapshot->has.connections = true;
	rig_command(&command);
	rig_drops(ENCODE_FAILED, 0);
	while ((frame = rig_out()) != NULL) {
		const struct rte_ipv4_hdr *ip = (const struct rte_ipv4_hdr *)(frame->bytes + 14);
		size_t at = (ntohs(ip->fragment_offset) & 0x1fff) * 8u;

		assert_int_equal(rte_raw_cksum(ip, 20), 0xffff);
		memcpy(whole + at, ip + 1, ntohs(ip->total_length) - 20u);
		total += ntohs(ip->total_length) - 20u;
		frames++;
	}
	assert_true(frames >= 2);
	assert_true(
		l4_checksum_good(rig_ip(RIG_ENGINE), rig_ip(RIG_PEER), IPPROTO_UDP, whole, total));
	assert_non_null(strstr((char *)whole + 8, "</SnapshotDeviceResponse>"));
}

// --- noise
// ------------------------------------------------------------------------------------------

static void test_noise(void **state)
{
	(void)state;
	rig_udp(RIG_PEER, 5060, 5060, "\x00\x01\x00\x00\x21\x12\xa4\x42", 8);
	rig_udp(RIG_PEER, 5060, 5060, "\x16\x03\x01\x00\x00", 5);
	rig_udp(RIG_PEER, 5060, 5060, "GET / HTTP/1.0\r\n\r\n", 18);
	rig_udp(RIG_PEER, 5060, 5060, "junk", 4);
	rig_udp(RIG_PEER, 5060, 5060, "", 0);
	datagram("OPTIONS", "", 1, "User-Agent: friendly-scanner\r\n", "");
	rig_drops(NOISE_STUN, 1);
	rig_drops(NOISE_TLS, 1);
	rig_drops(NOISE_HTTP, 1);
	rig_drops(NOISE_OTHER, 2);
	rig_drops(BLOCKED, 1);
	assert_int_equal(sip_counters(rig.worker->sip)->messages_in, 0); // no parser saw them
	assert_null(rig_out());
}

static void test_noise_on_a_stream(void **state)
{
	handle_t peer = rig_connect(41000, 5060);
	struct tcp_event event;

	(void)state;
	rig_write(peer, "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\x55\x55\x55\x55", 15);
	rig_drops(NOISE_TLS, 1);
	assert_true(tcp_event_next(rig.tcp, &event));
	assert_true(event.events & TCP_EVENT_CLOSED);
	assert_int_equal(rig.worker->nstreams[STREAM_SIP], 0);
}

// --- streams
// ----------------------------------------------------------------------------------------

static void test_stream(void **state)
{
	struct command command = { .type = COMMAND_SESSION_REJECT };
	handle_t peer = rig_connect(41000, 5060);
	struct event *event;
	char answer[TEXT];
	int n;

	(void)state;
	// Two requests in one segment, the second cut in the middle.
	n = rig_sip(text, sizeof(text), "OPTIONS", "", 1, "TCP", "", "");
	n += rig_sip(text + n, sizeof(text) - (size_t)n, "INVITE", "", 2, "TCP", "", STATUS);
	rig_write(peer, text, (size_t)n - 30);
	rig_no_event();
	rig_read(peer, answer, sizeof(answer));
	assert_memory_equal(answer, "SIP/2.0 200 ", 12);
	rig_write(peer, text + n - 30, 30);
	event = rig_event(EVENT_SESSION_OPEN);
	assert_int_equal(event->session_open.transport, TRANSPORT_TCP);
	assert_int_equal(event->session_open.remote.port, 41000);
	command.handle = event->handle;
	command.session_reject.transaction = event->session_open.transaction;
	command.session_reject.status = 403;
	rig_command(&command);
	rig_read(peer, answer, sizeof(answer));
	assert_memory_equal(answer + strlen(answer) - 4, "\r\n\r\n", 4);
	assert_non_null(strstr(answer, "SIP/2.0 403 "));
}

// A client that says all it has to say and closes its side still hears the answer.
static void test_half_closed(void **state)
{
	handle_t peer = rig_connect(41000, 5060);
	char answer[TEXT];
	int n = rig_sip(text, sizeof(text), "OPTIONS", "", 1, "TCP", "", "");

	(void)state;
	assert_int_equal(tcp_write(rig.tcp, peer, text, (size_t)n, rig.now_us), 0);
	tcp_close(rig.tcp, peer);
	rig_settle();
	rig_read(peer, answer, sizeof(answer));
	assert_memory_equal(answer, "SIP/2.0 200 ", 12);
	assert_int_equal(rig.worker->nstreams[STREAM_SIP], 0);
}

// A length that cannot be read: the request is refused, and nobody knows where the next one begins.
static void test_stream_framing_lost(void **state)
{
	handle_t peer = rig_connect(41000, 5060);
	int n = rig_sip(text, sizeof(text), "OPTIONS", "", 1, "TCP", "", "");
	struct tcp_event event = { 0 };
	char answer[TEXT];

	(void)state;
	*(strstr(text, "Content-Length: 0") + 16) = 'x';
	strcpy(text + n, "and more");
	rig_write(peer, text, (size_t)n + 8);
	assert_int_equal(sip_counters(rig.worker->sip)->stream_bad, 1);
	rig_read(peer, answer, sizeof(answer));
	assert_memory_equal(answer, "SIP/2.0 400 ", 12);
	assert_true(tcp_event_next(rig.tcp, &event));
	assert_true(event.events & TCP_EVENT_EOF);
	tcp_close(rig.tcp, peer);
	rig_settle();
	assert_int_equal(rig.worker->nstreams[STREAM_SIP], 0);
}

// --- overload
// ---------------------------------------------------------------------------------------

// Control stands still: first new sessions are answered 503, then datagrams stay with their
// senders; what was taken is told in order, and all is well again when control goes on.
static void test_overload(void **state)
{
	unsigned refused = 0;
	unsigned told = 0;
	const char *answer;
	struct event event;

	(void)state;
	for (unsigned i = 1; i < 2000 && refused < 5; i++) {
		datagram("INVITE", "", i, "", STATUS);
		while ((answer = rig_out_udp()) != NULL)
			refused += strncmp(answer, "SIP/2.0 503", 11) == 0;
	}
	rig_drops(NO_CREDIT, 0);
	assert_int_equal(refused, 5);
	assert_int_equal(rig.worker->n.overloads, 1);
	while (dataplane_pop_event(rig.dp, 0, &event))
		told += event.type == EVENT_SESSION_OPEN;
	assert_int_equal(told, rig.worker->n.events);
	assert_int_equal(rig.worker->drops[DROP_EVENT_LOST], 0);
	rig_settle();
	assert_int_equal(dataplane_pulse(rig.dp, 0).sheds % 2, 0);
	datagram("INVITE", "", 5000, "", STATUS);
	rig_event(EVENT_SESSION_OPEN);
}

static void test_no_credit(void **state)
{
	static struct event filler = { .type = EVENT_SCCP };
	char tag[64];

	(void)state;
	session_open(tag);
	while (ring_push_event(&rig.worker->events, &filler))
		;
	datagram("INFO", tag, 2, "", MONITOR);
	rig_drops(NO_CREDIT, 1);
	assert_null(rig_out());
	for (struct event event; dataplane_pop_event(rig.dp, 0, &event);)
		;
	// The client's repetition finds room.
	datagram("INFO", tag, 2, "", MONITOR);
	rig_event(EVENT_CSTA_REQUEST);
}

static void test_transactions_end(void **state)
{
	char tag[64];

	(void)state;
	session_open(tag);
	datagram("BYE", tag, 2, "", "");
	expect_status(200);
	rig_event(EVENT_SESSION_CLOSED);
	rig_wait(70000000);
	assert_int_equal(sip_usage(rig.worker->sip).transactions, 0);
	assert_int_equal(sip_usage(rig.worker->sip).dialogs, 0);
}

// --- where datagrams go
// --------------------------------------------------------------------------------------------

static uint32_t out_dst(const struct rig_frame *frame)
{
	return ((const struct rte_ipv4_hdr *)(frame->bytes + 14))->dst_addr;
}

static void test_maddr(void **state)
{
	struct command command = { .type = COMMAND_CSTA_EVENT };
	const struct rig_frame *frame;
	const char *at;
	char tag[64];
	int n;

	(void)state;
	command.handle = session_open(tag);
	// In the Via: where the answer goes (RFC 3261 18.2.2).
	n = rig_sip(text, sizeof(text), "INFO", tag, 2, "UDP", "", "");
	at = strstr(text, ";branch=");
	memmove(text + (at - text) + 17, at, (size_t)(text + n + 1 - at));
	memcpy(text + (at - text), ";maddr=10.0.0.207", 17);
	rig_udp(RIG_PEER, 5060, 5060, text, (size_t)n + 17);
	rig_settle();
	frame = rig_out();
	assert_non_null(frame);
	assert_int_equal(out_dst(frame), rig_ip("10.0.0.207"));
	// In the Contact: where requests go (19.1.1).
	n = rig_sip(text, sizeof(text), "UPDATE", tag, 3, "UDP", "", "");
	at = strstr(text, ";transport=UDP>");
	memcpy(text + (at - text), ";maddr=10.0.1.9", 15);
	memmove(text + (at - text) + 16, at + 15, (size_t)(text + n + 1 - at - 15));
	text[at - text + 15] = '>';
	rig_udp(RIG_PEER, 5060, 5060, text, (size_t)n + 1);
	rig_settle();
	rig_event(EVENT_SESSION_REFRESH);
	csta_msg_init(&command.csta_event, CSTA_MONITOR_STOP);
	strcpy(command.csta_event.body.monitor_stop.cross_ref, "m1");
	rig_command(&command);
	frame = rig_out();
	assert_non_null(frame);
	assert_int_equal(out_dst(frame), rig_ip("10.0.1.9"));
	assert_int_equal(frame->port, 1);
}

// ICMP from `src` that quotes the first n bytes of a packet of ours.
static void icmp_quote(
	const char *src, uint8_t type, uint8_t code, const struct rig_frame *frame, size_t n)
{
	struct rig_ip4 ip = { src, RIG_ENGINE, IPPROTO_ICMP };
	uint8_t icmp[RIG_FRAME] = { type, code };
	uint16_t sum;

	if (n > frame->n - 14)
		n = frame->n - 14;
	memcpy(icmp + 8, frame->bytes + 14, n);
	sum = (uint16_t)~rte_raw_cksum(icmp, 8 + n);
	memcpy(icmp + 2, &sum, sizeof(sum));
	rig_ip4(&ip, icmp, 8 + n);
	rig_settle();
}

static struct rig_frame event_frame(handle_t dialog)
{
	struct command command = { .type = COMMAND_CSTA_EVENT, .handle = dialog };
	const struct rig_frame *frame;

	csta_msg_init(&command.csta_event, CSTA_MONITOR_STOP);
	strcpy(command.csta_event.body.monitor_stop.cross_ref, "m1");
	rig_command(&command);
	frame = rig_out();
	assert_non_null(frame);
	return *frame;
}

static uint64_t requests_lost(void)
{
	return sip_counters(rig.worker->sip)->requests_lost;
}

// The client's port is closed, says its host: the event is not repeated, no more are sent for a
// while, and when the client is back it is told what it missed (RFC 3261 17.1.4, 18.4).
static void test_port_unreachable(void **state)
{
	enum { QUOTE = 548 };
	struct rig_frame frame;
	handle_t dialog;
	char tag[64];

	(void)state;
	dialog = session_open(tag);
	frame = event_frame(dialog);
	// Not believed: only the ports, which anybody may know; a time exceeded, which may pass;
	// another packet.
	icmp_quote(RIG_PEER, 3, 3, &frame, 28);
	icmp_quote(RIG_PEER, 11, 0, &frame, QUOTE);
	frame.bytes[14 + 19]++; // another destination
	icmp_quote(RIG_PEER, 3, 3, &frame, QUOTE);
	frame.bytes[14 + 19]--;
	rig_drops(ICMP_QUOTE, 2);
	assert_int_equal(requests_lost(), 0);
	rig_wait(600000);
	assert_non_null(rig_out_udp()); // repeated
	icmp_quote(RIG_PEER, 3, 3, &frame, QUOTE);
	rig_wait(8000000);
	assert_null(rig_out());
	assert_int_equal(requests_lost(), 1);
	rig_no_event();
	datagram("INFO", tag, 2, "", "");
	expect_status(200);
	rig_wait(2000000);
	assert_int_equal(rig_event(EVENT_SESSION_LOST)->session_lost.messages, 1);
	// Every kind of unreachable, and a parameter problem.
	for (uint8_t code = 0; code < 5; code++) {
		frame = event_frame(dialog);
		icmp_quote("10.0.0.254", code < 4 ? 3 : 12, code < 4 ? code : 0, &frame, QUOTE);
		assert_int_equal(requests_lost(), 2u + code);
		datagram("INFO", tag, 3u + code, "", "");
		expect_status(200);
	}
	rig_wait(2000000);
	assert_int_equal(rig_event(EVENT_SESSION_LOST)->session_lost.messages, 5);
}

// So does an answer of ours that finds nobody: what opened the session has no ACK to wait for.
static void test_answer_unreachable(void **state)
{
	enum { QUOTE = 548 };
	struct command command = { .type = COMMAND_SESSION_ACCEPT };
	struct rig_frame frame;
	const struct event *event;

	(void)state;
	datagram("INVITE", "", 1, "", STATUS);
	event = rig_event(EVENT_SESSION_OPEN);
	command.handle = event->handle;
	command.session_accept.transaction = event->session_open.transaction;
	csta_msg_init(&command.session_accept.csta, CSTA_REQUEST_SYSTEM_STATUS_RESPONSE);
	command.session_accept.csta.body.request_system_status_response.status = CSTA_STATUS_NORMAL;
	rig_command(&command);
	frame = *rig_out();
	icmp_quote(RIG_PEER, 3, 3, &frame, 28 + 60); // too little to tell which
	rig_drops(ICMP_ANSWER, 1);
	rig_wait(600000);
	expect_status(200); // repeated
	icmp_quote(RIG_PEER, 3, 3, &frame, QUOTE);
	assert_int_equal(
		rig_event(EVENT_SESSION_CLOSED)->session_closed.reason, SESSION_CLOSE_NO_ACK);
	assert_memory_equal(rig_out_udp(), "BYE ", 4);
	icmp_quote(RIG_PEER, 3, 3, &frame, QUOTE);
	rig_drops(ICMP_ANSWER, 2);
	rig_drops(ICMP_QUOTE, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define NARROW(f) cmocka_unit_test_setup_teardown(f, setup_narrow, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_options),
		TEST(test_session),
		TEST(test_open_tells_all),
		TEST(test_reject_and_cancel),
		TEST(test_refresh),
		TEST(test_refresh_of_ours),
		TEST(test_refused_bodies),
		TEST(test_namespace),
		TEST(test_unwritable_answer),
		TEST(test_large_body),
		TEST(test_noise),
		TEST(test_noise_on_a_stream),
		TEST(test_stream),
		TEST(test_half_closed),
		TEST(test_stream_framing_lost),
		NARROW(test_overload),
		NARROW(test_no_credit),
		TEST(test_transactions_end),
		TEST(test_maddr),
		TEST(test_port_unreachable),
		TEST(test_answer_unreachable),
	};

	return cmocka_run_group_tests(tests, rig_group_setup, NULL);
}
