// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// offhook-csta: a CSTA client (computing function) with one session, told by a script what to ask for and
// which events to expect. Events are matched strictly: each monitor's in order, none left out.
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/heard.h"
#include "bench/loop.h"
#include "bench/request.h"
#include "bench/script.h"
#include "bench/sip_ua.h"
#include "xmlcodec/csta.h"

static const char usage[] =
	"usage: offhook-csta [-q] [-u] [-m] [-d FORMAT] [-x DIR] [-t SECONDS] -s ADDRESS[:PORT] [SCRIPT]\n"
	"Runs one CSTA session by the commands of SCRIPT (standard input when there is none):\n"
	"  open LINE                            INVITE with RequestSystemStatus\n"
	"  refresh invite|update                session refresh\n"
	"  features | status                    GetCSTAFeatures, RequestSystemStatus\n"
	"  monitor DEVICE | stop DEVICE\n"
	"  make DEVICE NUMBER                   MakeCall, doNotPrompt\n"
	"  answer|clear|hold|retrieve DEVICE    the DEVICE's connection in its last call\n"
	"  ask SERVICE ARGUMENT ...             any service, as ECMA-269 names it: HoldCall 201@C2, where C2\n"
	"                                       is the second call heard of; MakeCall 201 202 name=text\n"
	"  snapshot DEVICE [STATE ...]          SnapshotDevice; the connection states expected\n"
	"  refused CATEGORY WORD COMMAND ...    the command must be answered by this CSTAErrorCode\n"
	"  rejected STATUS LINE                 open must be answered by this SIP status\n"
	"  expect DEVICE EVENT [STATE [CAUSE]]  the next event of that device's monitor\n"
	"  quiet DEVICE MS                      no event of that device for so long\n"
	"  sleep MS | bye | closed              closed: wait for the engine's BYE\n"
	"  repeat N ... end\n"
	"Options: -q print no messages; -u UDP instead of TCP; -m never answer events (as some clients do);\n"
	"  -d FORMAT of device identifiers, %s is the number (tel:%s;phone-context=dialstring);\n"
	"  -x write every body that comes as a file of its own into DIR;\n"
	"  -t give up waiting after so many seconds (5).\n"
	"Exit status: 0 all went as the script said, 1 not, 2 usage or script error.\n";

enum { DEVICES_MAX = 64, EVENTS_MAX = 4096, BODY_MAX = 16384 };

// A number that the script named: its monitor and what is known of its calls.
struct device {
	char number[32];
	char id[CSTA_DEVICE_SIZE];
	char cross_ref[CSTA_CROSS_REF_SIZE]; // empty: not monitored
	char call_id[CSTA_CALL_ID_SIZE];     // its last call
};

// What an event says, as far as scripts ask.
struct seen_event {
	char cross_ref[CSTA_CROSS_REF_SIZE];
	enum csta_type type;
	enum csta_connection_state state;
	enum csta_cause cause;
};

static struct {
	struct loop_source source; // first: the loop hands it back
	struct sip_ua ua;
	struct csta_reader reader;
	const char *server;
	const char *format;
	const char *body_dir; // NULL: bodies are not kept
	unsigned bodies;
	bool udp, verbose, mute;
	bool refusal_wanted; // inside `refused`: a failure is what we want
	int timeout_ms;
	const struct script_line *line;
	struct device devices[DEVICES_MAX];
	int device_count;
	const struct device *own_line; // of the session
	bool misnamed;                 // an event named a device in other words than we did
	struct seen_event events[EVENTS_MAX];
	uint32_t event_first, event_count;
	uint32_t answered;    // CSeq of the last answer
	int answer_status;    // its SIP status
	struct csta_msg answer; // and its body; CSTA_NONE without one
	struct heard heard;
	bool ended;	      // BYE came
	int broken;	      // -errno of the socket, or 0
} run = { .format = "tel:%s;phone-context=dialstring", .verbose = true, .timeout_ms = 5000 };

static bool fail(const char *what)
{
	if (run.refusal_wanted)
		return false;
	fprintf(stderr, "line %d:", run.line->number);
	for (int i = 0; i < run.line->count; i++)
		fprintf(stderr, " %s", run.line->words[i]);
	fprintf(stderr, ": %s\n", what);
	return false;
}

static void show(char direction, const char *what, const struct csta_msg *msg)
{
	char text[4096] = "";
	uint64_t now = loop_now_us();

	if (!run.verbose)
		return;
	if (msg != NULL && msg->type != CSTA_NONE)
		csta_print(msg, text, sizeof(text));
	printf("%llu.%06llu app %c %s%s%s\n", (unsigned long long)(now / 1000000),
		(unsigned long long)(now % 1000000), direction, what, text[0] != '\0' ? " " : "", text);
}

static struct device *device_of(const char *number)
{
	struct device *device;

	for (int i = 0; i < run.device_count; i++) {
		if (strcmp(run.devices[i].number, number) == 0)
			return &run.devices[i];
	}
	if (run.device_count == DEVICES_MAX)
		return &run.devices[0];
	device = &run.devices[run.device_count++];
	snprintf(device->number, sizeof(device->number), "%s", number);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(device->id, sizeof(device->id), run.format, number); // checked in main()
#pragma GCC diagnostic pop
	return device;
}

// --- events -------------------------------------------------------------------------------------------

// Where the call control events keep what all of them have.
static bool event_read(const struct csta_msg *msg, struct seen_event *event,
	const struct csta_connection **connection)
{
#define EVENT(type_name, member, field) \
	case type_name: \
		*connection = &msg->body.member.field; \
		snprintf(event->cross_ref, sizeof(event->cross_ref), "%s", \
			msg->body.member.cross_ref); \
		event->state = msg->body.member.local; \
		event->cause = msg->body.member.cause; \
		return true
// Those that are not about a call.
#define FEATURE(type_name, member) \
	case type_name: \
		snprintf(event->cross_ref, sizeof(event->cross_ref), "%s", \
			msg->body.member.cross_ref); \
		return true
	*event = (struct seen_event){ .type = msg->type };
	*connection = NULL;
	switch (msg->type) {
		EVENT(CSTA_SERVICE_INITIATED_EVENT, service_initiated_event, connection);
		EVENT(CSTA_ORIGINATED_EVENT, originated_event, connection);
		EVENT(CSTA_DELIVERED_EVENT, delivered_event, connection);
		EVENT(CSTA_ESTABLISHED_EVENT, established_event, connection);
		EVENT(CSTA_CONNECTION_CLEARED_EVENT, connection_cleared_event, connection);
		EVENT(CSTA_FAILED_EVENT, failed_event, connection);
		EVENT(CSTA_HELD_EVENT, held_event, connection);
		EVENT(CSTA_RETRIEVED_EVENT, retrieved_event, connection);
		EVENT(CSTA_DIVERTED_EVENT, diverted_event, connection);
		EVENT(CSTA_TRANSFERRED_EVENT, transferred_event, primary_old_call);
		EVENT(CSTA_CONFERENCED_EVENT, conferenced_event, primary_old_call);
		FEATURE(CSTA_DIGITS_GENERATED_EVENT, digits_generated_event);
		FEATURE(CSTA_DO_NOT_DISTURB_EVENT, do_not_disturb_event);
		FEATURE(CSTA_FORWARDING_EVENT, forwarding_event);
		FEATURE(CSTA_MESSAGE_WAITING_EVENT, message_waiting_event);
	default:
		return false;
	}
#undef EVENT
#undef FEATURE
}

static void event_take(const struct csta_msg *msg)
{
	const struct csta_connection *connection;
	struct seen_event event;

	if (!event_read(msg, &event, &connection))
		return;
	for (int i = 0; i < run.device_count; i++) {
		struct device *device = &run.devices[i];

		if (connection != NULL && strcmp(device->cross_ref, event.cross_ref) == 0)
			snprintf(device->call_id, sizeof(device->call_id), "%s", connection->call_id);
	}
	if (run.event_count < EVENTS_MAX)
		run.events[(run.event_first + run.event_count++) % EVENTS_MAX] = event;
}

// The oldest event of that monitor; the others keep their places.
static bool event_pop(const char *cross_ref, struct seen_event *event)
{
	for (uint32_t i = 0; i < run.event_count; i++) {
		struct seen_event *at = &run.events[(run.event_first + i) % EVENTS_MAX];

		if (strcmp(at->cross_ref, cross_ref) != 0)
			continue;
		*event = *at;
		for (; i > 0; i--)
			run.events[(run.event_first + i) % EVENTS_MAX] =
				run.events[(run.event_first + i - 1) % EVENTS_MAX];
		run.event_first = (run.event_first + 1) % EVENTS_MAX;
		run.event_count--;
		return true;
	}
	return false;
}

// The number in a device identifier.
static struct span number_in(struct span id)
{
	struct span number = span_from(id, span_find(id, ':') + 1);

	number = span_head(number, span_find(number, ';'));
	return span_head(number, span_find(number, '@'));
}

// The engine must name devices as we did in this session: those with a monitor, and the session's
// line.
static void id_check(struct span id)
{
	for (int i = 0; i < run.device_count; i++) {
		const struct device *device = &run.devices[i];

		if ((device->cross_ref[0] == '\0' && device != run.own_line) ||
			!span_eq(number_in(id), span_str(device->number)) ||
			span_eq(id, span_str(device->id)))
			continue;
		fprintf(stderr, "an event names %s as %.*s\n", device->id, SPAN_FMT(id));
		run.misnamed = true;
	}
}

// Device identifiers are the texts with a scheme, as our own have one.
static void names_check(struct span body)
{
	while (body.n > 0) {
		struct span text = span_head(body, span_find(body, '<'));

		if (span_find(text, ':') < text.n)
			id_check(text);
		body = span_from(body, text.n);
		body = span_from(body, span_find(body, '>') + 1);
	}
}

// --- messages -----------------------------------------------------------------------------------------

static void body_keep(struct span body)
{
	char path[512];
	FILE *file;

	if (run.body_dir == NULL)
		return;
	snprintf(path, sizeof(path), "%s/%06u.xml", run.body_dir, ++run.bodies);
	file = fopen(path, "w");
	if (file == NULL)
		return;
	fwrite(body.p, 1, body.n, file);
	fclose(file);
}

static void body_read(const struct sip_ua_message *message, struct csta_msg *msg)
{
	csta_msg_init(msg, CSTA_NONE);
	if (message->body.n == 0)
		return;
	body_keep(message->body);
	if (csta_read(&run.reader, message->body.p, message->body.n, msg) == CSTA_READ_OK)
		heard_take(&run.heard, msg);
}

static void request_take(const struct sip_ua_message *message)
{
	struct csta_msg msg;
	char what[32];

	snprintf(what, sizeof(what), "%.*s", SPAN_FMT(message->method));
	body_read(message, &msg);
	show('<', what, &msg);
	if (!run.mute || !span_eq(message->method, SPAN("INFO")))
		sip_ua_answer(&run.ua, message, 200);
	if (span_eq(message->method, SPAN("BYE")))
		run.ended = true;
	names_check(message->body);
	event_take(&msg);
}

static void answer_take(const struct sip_ua_message *message)
{
	char what[32];

	if (message->status < 200)
		return;
	body_read(message, &run.answer);
	run.answered = message->cseq;
	run.answer_status = message->status;
	snprintf(what, sizeof(what), "%d", message->status);
	show('<', what, &run.answer);
}

static void ua_ready(struct loop_source *source)
{
	struct sip_ua_message message;
	int got;

	while ((got = sip_ua_next(&run.ua, &message)) > 0) {
		if (message.status == 0)
			request_take(&message);
		else
			answer_take(&message);
	}
	if (got < 0 && run.broken == 0) {
		run.broken = got;
		loop_remove(source);
	}
}

static void tick(uint64_t now_us)
{
	if (run.ua.fd >= 0 && sip_ua_retransmit(&run.ua, now_us) != 0 && run.broken == 0)
		run.broken = -ETIMEDOUT;
}

static bool is_answered(void *arg)
{
	return run.broken != 0 || run.answered == *(uint32_t *)arg;
}

// Sends a request and waits for its final answer, which is then in run.answer.
static bool ask(const char *method, const struct csta_msg *msg)
{
	char body[BODY_MAX];
	ssize_t n = 0;
	uint32_t cseq;
	int sent;

	if (msg != NULL && (n = csta_write(msg, NULL, body, sizeof(body))) < 0)
		return fail("cannot be written");
	show('>', method, msg);
	sent = sip_ua_request(&run.ua, method, span_of(body, (size_t)n));
	if (sent < 0)
		return fail("cannot be sent");
	cseq = (uint32_t)sent;
	if (!loop_run(is_answered, &cseq, run.timeout_ms))
		return fail("no answer");
	return run.broken == 0 || fail(strerror(-run.broken));
}

// The same for a service, which must be answered positively.
static bool ask_service(const struct csta_msg *msg)
{
	if (!ask("INFO", msg))
		return false;
	if (run.answer_status != 200)
		return fail("refused by SIP");
	return run.answer.type == csta_response_type(msg->type) || fail("not the response");
}

// --- commands -----------------------------------------------------------------------------------------

static bool open_session(const char *line)
{
	struct csta_msg msg;

	if (run.ua.fd >= 0 && run.ua.cseq > 0) {
		loop_remove(&run.source);
		sip_ua_close(&run.ua);
	}
	if (sip_ua_open(&run.ua, run.server, !run.udp, "app", line) != 0)
		return fail("cannot connect");
	run.source = (struct loop_source){ run.ua.fd, ua_ready };
	run.ended = false;
	run.answered = 0;
	run.broken = 0;
	if (loop_add(&run.source) != 0)
		return fail("cannot poll");
	csta_msg_init(&msg, CSTA_REQUEST_SYSTEM_STATUS);
	msg.ns = CSTA_NS_ED3;
	msg.body.request_system_status.has.line = true;
	run.own_line = device_of(line);
	snprintf(msg.body.request_system_status.line, CSTA_DEVICE_SIZE, "%s", run.own_line->id);
	if (!ask("INVITE", &msg))
		return false;
	show('>', "ACK", NULL);
	return sip_ua_request(&run.ua, "ACK", SPAN_NONE) >= 0;
}

static bool cmd_open(int count, char *const *words)
{
	if (count != 2)
		return fail("wants a line");
	if (!open_session(words[1]))
		return false;
	if (run.answer_status != 200 || run.answer.type != CSTA_REQUEST_SYSTEM_STATUS_RESPONSE)
		return fail("not accepted");
	return run.answer.body.request_system_status_response.status == CSTA_STATUS_NORMAL ||
	       fail("system status is not normal");
}

static bool cmd_rejected(int count, char *const *words)
{
	char text[32];

	if (count != 3)
		return fail("wants a status and a line");
	if (!open_session(words[2]))
		return false;
	snprintf(text, sizeof(text), "answered %d", run.answer_status);
	return run.answer_status == atoi(words[1]) || fail(text);
}

static bool cmd_refresh(int count, char *const *words)
{
	struct csta_msg msg;

	if (count == 2 && strcmp(words[1], "update") == 0)
		return ask("UPDATE", NULL) && (run.answer_status == 200 || fail("refused"));
	csta_msg_init(&msg, CSTA_REQUEST_SYSTEM_STATUS);
	if (!ask("INVITE", &msg))
		return false;
	sip_ua_request(&run.ua, "ACK", SPAN_NONE);
	return run.answer_status == 200 || fail("refused");
}

static bool cmd_features(int count, char *const *words)
{
	struct csta_msg msg;

	(void)count;
	csta_msg_init(&msg, strcmp(words[0], "features") == 0 ? CSTA_GET_CSTA_FEATURES :
								CSTA_REQUEST_SYSTEM_STATUS);
	return ask_service(&msg);
}

static bool cmd_monitor(int count, char *const *words)
{
	struct device *device;
	struct csta_msg msg;

	if (count != 2)
		return fail("wants a device");
	device = device_of(words[1]);
	csta_msg_init(&msg, CSTA_MONITOR_START);
	msg.ns = CSTA_NS_ED3;
	msg.body.monitor_start.object.has.device = true;
	snprintf(msg.body.monitor_start.object.device, CSTA_DEVICE_SIZE, "%s", device->id);
	if (!ask_service(&msg))
		return false;
	snprintf(device->cross_ref, sizeof(device->cross_ref), "%s",
		run.answer.body.monitor_start_response.cross_ref);
	return true;
}

static bool cmd_stop(int count, char *const *words)
{
	struct device *device;
	struct csta_msg msg;

	if (count != 2)
		return fail("wants a device");
	device = device_of(words[1]);
	csta_msg_init(&msg, CSTA_MONITOR_STOP);
	snprintf(msg.body.monitor_stop.cross_ref, CSTA_CROSS_REF_SIZE, "%s", device->cross_ref);
	device->cross_ref[0] = '\0';
	return ask_service(&msg);
}

static bool cmd_make(int count, char *const *words)
{
	const struct csta_connection *connection = &run.answer.body.make_call_response.connection;
	struct device *device;
	struct csta_msg msg;

	if (count != 3)
		return fail("wants a device and a number");
	device = device_of(words[1]);
	csta_msg_init(&msg, CSTA_MAKE_CALL);
	msg.ns = CSTA_NS_ED3;
	snprintf(msg.body.make_call.calling_device, CSTA_DEVICE_SIZE, "%s", device->id);
	snprintf(msg.body.make_call.called_number, CSTA_DEVICE_SIZE, "tel:%s", words[2]);
	msg.body.make_call.has.auto_originate = true;
	msg.body.make_call.auto_originate = CSTA_AUTO_ORIGINATE_DO_NOT_PROMPT;
	if (!ask_service(&msg))
		return false;
	if (strcmp(connection->device_id, device->id) != 0)
		return fail("the device identifier does not come back as it was given");
	snprintf(device->call_id, sizeof(device->call_id), "%s", connection->call_id);
	return true;
}

// Services that name one connection: they all lie at the same place of their bodies' structures.
static bool cmd_connection(int count, char *const *words)
{
	static const struct {
		const char *word;
		enum csta_type type;
	} services[] = {
		{ "answer", CSTA_ANSWER_CALL },
		{ "clear", CSTA_CLEAR_CONNECTION },
		{ "hold", CSTA_HOLD_CALL },
		{ "retrieve", CSTA_RETRIEVE_CALL },
	};
	struct device *device;
	struct csta_msg msg;

	if (count != 2)
		return fail("wants a device");
	device = device_of(words[1]);
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		if (strcmp(services[i].word, words[0]) == 0)
			csta_msg_init(&msg, services[i].type);
	}
	msg.ns = CSTA_NS_ED3;
	if (msg.type == CSTA_ANSWER_CALL)
		csta_connection_set(&msg.body.answer_call.connection, device->call_id, device->id);
	else if (msg.type == CSTA_CLEAR_CONNECTION)
		csta_connection_set(&msg.body.clear_connection.connection, device->call_id, device->id);
	else if (msg.type == CSTA_HOLD_CALL)
		csta_connection_set(&msg.body.hold_call.connection, device->call_id, device->id);
	else
		csta_connection_set(&msg.body.retrieve_call.connection, device->call_id, device->id);
	return ask_service(&msg);
}

static bool cmd_ask(int count, char *const *words)
{
	char text[SCRIPT_WORDS_MAX][128], xml[BODY_MAX];
	char *named[SCRIPT_WORDS_MAX];
	struct csta_msg msg;

	for (int i = 1; i < count; i++) {
		if (!heard_word(&run.heard, words[i], text[i], sizeof(text[i])))
			return fail("names a call that was not heard of");
		named[i - 1] = text[i];
	}
	if (count < 2 || !request_write(named, count - 1, xml, sizeof(xml)) ||
		csta_read(&run.reader, xml, strlen(xml), &msg) != CSTA_READ_OK)
		return fail("no such service, or not with such arguments");
	msg.ns = CSTA_NS_ED3;
	return ask_service(&msg);
}

static bool cmd_snapshot(int count, char *const *words)
{
	const struct csta_snapshot_device_item_list *list;
	struct csta_msg msg;

	if (count < 2)
		return fail("wants a device");
	csta_msg_init(&msg, CSTA_SNAPSHOT_DEVICE);
	snprintf(msg.body.snapshot_device.device, CSTA_DEVICE_SIZE, "%s", device_of(words[1])->id);
	if (!ask_service(&msg))
		return false;
	list = &run.answer.body.snapshot_device_response.connections;
	if ((int)list->count != count - 2)
		return fail("other number of connections");
	for (uint32_t i = 0; i < list->count; i++) {
		const char *state = csta_connection_state_name(list->items[i].states.items[0]);

		if (strcmp(state, words[2 + i]) != 0)
			return fail(state);
	}
	return true;
}

static bool has_event(void *arg)
{
	const struct device *device = arg;

	for (uint32_t i = 0; i < run.event_count; i++) {
		if (strcmp(run.events[(run.event_first + i) % EVENTS_MAX].cross_ref,
			    device->cross_ref) == 0)
			return true;
	}
	return run.broken != 0;
}

static bool cmd_expect(int count, char *const *words)
{
	struct seen_event event;
	struct device *device;
	char wanted[64];

	if (count < 3)
		return fail("wants a device and an event");
	if (run.misnamed)
		return fail("a device identifier does not come back as it was given");
	device = device_of(words[1]);
	if (!loop_run(has_event, device, run.timeout_ms) || !event_pop(device->cross_ref, &event))
		return fail("no event");
	snprintf(wanted, sizeof(wanted), "%sEvent", words[2]);
	if (strcmp(csta_type_name(event.type), wanted) != 0)
		return fail(csta_type_name(event.type));
	if (count > 3 && strcmp(csta_connection_state_name(event.state), words[3]) != 0)
		return fail(csta_connection_state_name(event.state));
	if (count > 4 && strcmp(csta_cause_name(event.cause), words[4]) != 0)
		return fail(csta_cause_name(event.cause));
	return true;
}

static bool cmd_quiet(int count, char *const *words)
{
	if (count != 3)
		return fail("wants a device and a time");
	return !loop_run(has_event, device_of(words[1]), atoi(words[2])) || fail("an event came");
}

static bool cmd_sleep(int count, char *const *words)
{
	loop_sleep(count == 2 ? atoi(words[1]) : 0);
	return true;
}

static bool cmd_bye(int count, char *const *words)
{
	(void)count;
	(void)words;
	return ask("BYE", NULL) && (run.answer_status == 200 || fail("refused"));
}

static bool is_ended(void *arg)
{
	(void)arg;
	return run.ended;
}

static bool cmd_closed(int count, char *const *words)
{
	(void)count;
	(void)words;
	return loop_run(is_ended, NULL, run.timeout_ms) || fail("no BYE");
}

static bool run_words(int count, char *const *words);

static bool cmd_refused(int count, char *const *words)
{
	char text[256];
	bool positive;

	if (count < 4)
		return fail("wants a category, a word and a command");
	run.refusal_wanted = true;
	positive = run_words(count - 3, words + 3);
	run.refusal_wanted = false;
	if (positive || run.answer_status != 200 || run.answer.type != CSTA_ERROR_CODE)
		return fail("not answered by CSTAErrorCode");
	csta_print(&run.answer, text, sizeof(text));
	return (strstr(text, words[1]) != NULL && strstr(text, words[2]) != NULL) || fail(text);
}

static bool run_words(int count, char *const *words)
{
	static const struct {
		const char *word;
		bool (*run)(int count, char *const *words);
	} commands[] = {
		{ "open", cmd_open },	      { "rejected", cmd_rejected },
		{ "refresh", cmd_refresh },   { "features", cmd_features },
		{ "status", cmd_features },   { "monitor", cmd_monitor },
		{ "stop", cmd_stop },	      { "make", cmd_make },
		{ "answer", cmd_connection }, { "clear", cmd_connection },
		{ "hold", cmd_connection },   { "retrieve", cmd_connection },
		{ "snapshot", cmd_snapshot }, { "refused", cmd_refused },
		{ "expect", cmd_expect },     { "quiet", cmd_quiet },
		{ "sleep", cmd_sleep },	      { "bye", cmd_bye },
		{ "closed", cmd_closed },     { "ask", cmd_ask },
	};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].word, words[0]) == 0)
			return commands[i].run(count, words);
	}
	return fail("no such command");
}

static int run_script(FILE *file, const char *name)
{
	const struct script_line *line;
	struct script script;
	int status = 0;

	if (script_load(&script, file, name) != 0)
		return 2;
	csta_init();
	if (csta_reader_init(&run.reader) != 0)
		return 2;
	run.ua.fd = -1;
	loop_on_tick(tick);
	while (status == 0 && (line = script_next(&script)) != NULL) {
		run.line = line;
		status = run_words(line->count, line->words) ? 0 : 1;
	}
	sip_ua_close(&run.ua);
	csta_reader_fini(&run.reader);
	script_free(&script);
	return status;
}

// One %s and no other conversion.
static bool format_is_safe(const char *format)
{
	const char *first = strchr(format, '%');

	return first != NULL && first[1] == 's' && strchr(first + 1, '%') == NULL;
}

int main(int argc, char **argv)
{
	FILE *file = stdin;
	int option, status;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((option = getopt(argc, argv, "qumd:t:s:x:h")) != -1) {
		if (option == 'q')
			run.verbose = false;
		else if (option == 'u')
			run.udp = true;
		else if (option == 'm')
			run.mute = true;
		else if (option == 'd' && format_is_safe(optarg))
			run.format = optarg;
		else if (option == 't')
			run.timeout_ms = atoi(optarg) * 1000;
		else if (option == 'x')
			run.body_dir = optarg;
		else if (option == 's')
			run.server = optarg;
		else
			break;
	}
	if (option != -1 || run.server == NULL || argc - optind > 1) {
		fputs(usage, option == 'h' ? stdout : stderr);
		return option == 'h' ? 0 : 2;
	}
	if (optind < argc && (file = fopen(argv[optind], "r")) == NULL) {
		perror(argv[optind]);
		return 2;
	}
	status = run_script(file, optind < argc ? argv[optind] : "stdin");
	if (file != stdin)
		fclose(file);
	return status;
}
