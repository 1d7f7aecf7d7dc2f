// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// CSTA clients: a session each, monitors in it, and services asked for. Every event is answered by
// 200.
#include <stdlib.h>
#include <string.h>

#include "bench/load/internal.h"
#include "bench/load/sip_client.h"
#include "bench/load/sip_text.h"

enum {
	FIRST_PORT = 20000,
	PORTS = 30000,
	OPENING_MAX = 64, // at a time
	OPENS_A_STEP = 16,
	REQUESTS_A_STEP = 32,
};

static uint32_t index_of(const struct load *load, const struct client *client)
{
	return (uint32_t)(client - load->clients);
}

uint32_t load_client_phone(const struct load *load, const struct client *client)
{
	return index_of(load, client) / load->config.watchers * load->config.monitors;
}

// The first of the sessions that watch the phone.
static uint64_t first_watcher(const struct load *load, uint32_t phone)
{
	return (uint64_t)(phone / load->config.monitors) * load->config.watchers;
}

uint8_t load_phone_watchers(const struct load *load, uint32_t phone)
{
	uint64_t first = first_watcher(load, phone);
	uint8_t watchers = 0;

	for (unsigned i = 0; i < load->config.watchers && first + i < load->config.sessions; i++)
		if (load->clients[first + i].step == CLIENT_OPEN)
			watchers |= (uint8_t)(1 << i);
	return watchers;
}

static void patience(struct load *load, struct client *client)
{
	wheel_arm(&load->wheel, &client->timer,
		load->now_us + load->config.patience_ms * UINT64_C(1000));
}

static void client_down(struct load *load, struct client *client)
{
	if (client->step == CLIENT_OPEN)
		load->clients_open--;
	else if (client->step == CLIENT_ENDING)
		load->clients_ending--;
	else if (client->step == CLIENT_CONNECTING || client->step == CLIENT_INVITING ||
		 client->step == CLIENT_MONITORING)
		load->clients_opening--;
	for (unsigned i = 0; i < CLIENT_REQUESTS; i++)
		load->outstanding -= client->requests[i].cseq != 0;
	memset(client->requests, 0, sizeof(client->requests));
	client->step = CLIENT_DOWN;
	wheel_cancel(&load->wheel, &client->timer);
}

// --- requests ------------------------------------------------------------------------------------

// Over TCP a request is given up after the patience; over UDP it is repeated before.
static bool request_put(struct load *load, struct client *client, unsigned slot,
	const struct client_request *request)
{
	if (!sip_client_request(load, client, request))
		return load_fail(load, LOAD_SEND_FAILED, "session %u", index_of(load, client));
	client->cseq = request->cseq;
	client->requests[slot] = *request;
	load->outstanding++;
	load->n.requests++;
	if (!wheel_is_armed(&client->timer))
		sip_client_arm(load, client);
	return true;
}

static bool request_send(struct load *load, struct client *client, unsigned slot, uint8_t service)
{
	struct client_request request = { load->now_ns, client->cseq + 1, service, 1 };

	return request_put(load, client, slot, &request);
}

// They take turns: call by call another.
static struct client *watcher_pick(struct load *load, uint32_t phone)
{
	uint8_t watchers = load_phone_watchers(load, phone);

	for (unsigned i = 0; i < load->config.watchers && watchers != 0; i++) {
		unsigned at = (unsigned)((load->n.calls_begun + i) % load->config.watchers);

		if (watchers & 1u << at)
			return &load->clients[first_watcher(load, phone) + at];
	}
	return NULL;
}

void load_client_serve(
	struct load *load, const struct call *call, unsigned side, enum call_service service)
{
	uint32_t phone = call->side[side].phone;
	struct client *client = watcher_pick(load, phone);
	struct client_request request = {
		.sent_ns = load->now_ns,
		.service = (uint8_t)(SERVICE_CALL + service),
		.tries = 1,
		.phone = phone,
	};
	unsigned slot = 1; // the first is the mix's

	while (client != NULL && slot < CLIENT_REQUESTS && client->requests[slot].cseq != 0)
		slot++;
	if (client == NULL || slot == CLIENT_REQUESTS) {
		load_fail(load, LOAD_SEND_FAILED, "phone %u: no session can ask for it", phone);
		return;
	}
	memcpy(request.call_id, call->id, sizeof(request.call_id));
	request.cseq = client->cseq + 1;
	request_put(load, client, slot, &request);
}

static void monitor_next(struct load *load, struct client *client)
{
	if (client->monitors < load->config.monitors) {
		client->step = CLIENT_MONITORING;
		request_send(load, client, 0, SERVICE_OWN_MONITOR);
		return;
	}
	client->step = CLIENT_OPEN;
	load->clients_opening--;
	load->clients_open++;
}

static void answer_opening(
	struct load *load, struct client *client, uint8_t service, const struct sip_text *text)
{
	if (service == SERVICE_INVITE) {
		sip_client_learn(load, client, text);
		sip_client_ack(load, client);
	} else {
		span_copy(xml_text(text->body, SPAN("monitorCrossRefID")),
			client->cross_ref[client->monitors++], CROSS_REF_SIZE);
	}
	monitor_next(load, client);
}

// Answers and events come in order: when the second monitor ends, both have told the same.
static void pair_end(struct load *load, struct client *client)
{
	if (client->npair > 0)
		load_fail(load, LOAD_EVENT_PAIR, "session %u: %u events of %s monitor alone",
			index_of(load, client), client->npair,
			client->pair_extra ? "the second" : "its own");
	client->npair = 0;
}

static void answer_extra(struct load *load, struct client *client, const struct sip_text *text)
{
	client->extra = !client->extra;
	pair_end(load, client);
	client->extra_ref[0] = '\0';
	if (client->extra)
		span_copy(xml_text(text->body, SPAN("monitorCrossRefID")), client->extra_ref,
			CROSS_REF_SIZE);
}

static struct client_request *request_find(struct client *client, uint32_t cseq)
{
	for (unsigned i = 0; i < CLIENT_REQUESTS; i++) {
		if (client->requests[i].cseq == cseq && cseq != 0)
			return &client->requests[i];
	}
	return NULL;
}

static void answer_take(struct load *load, struct client *client, const struct sip_text *text)
{
	struct client_request *request = request_find(client, text->cseq);
	struct span root = xml_root(text->body);
	uint8_t service;

	if (text->status < 200)
		return;
	if (request == NULL) {
		// Over UDP the answer to what was repeated comes twice.
		if (!load->config.udp)
			load_fail(load, LOAD_ANSWER_STRAY, "session %u: CSeq %u",
				index_of(load, client), text->cseq);
		return;
	}
	service = request->service;
	if (service < SERVICE_INVITE)
		hist_add(&load->answer_latency, load->now_ns - request->sent_ns);
	request->cseq = 0;
	load->outstanding--;
	load->n.answers++;
	if (client->step == CLIENT_ENDING) {
		pair_end(load, client);
		if (!load->config.udp)
			wire_close(load->wire, client->conn, false);
		client_down(load, client);
		return;
	}
	if (text->status != 200) {
		load_fail(load, LOAD_ANSWER_STATUS, "session %u: %u", index_of(load, client),
			text->status);
		return;
	}
	if (!span_eq(root, sip_client_answer_root(client, service))) {
		load_fail(load, LOAD_ANSWER_BODY, "session %u: %.*s", index_of(load, client),
			SPAN_FMT(root));
		return;
	}
	if (service >= SERVICE_INVITE)
		answer_opening(load, client, service, text);
	else if (service == LOAD_SERVICE_MONITOR)
		answer_extra(load, client, text);
}

// --- events --------------------------------------------------------------------------------------

// The full decoder must see the same.
static void event_compare(
	struct load *load, const struct sip_text *text, const struct seen_event *event)
{
	const struct csta_msg *msg = &load->decoded;
	char print[1024];

	if (csta_read(&load->reader, text->body.p, text->body.n, &load->decoded) != CSTA_READ_OK) {
		load_fail(load, LOAD_EVENT_UNLIKE, "%.*s cannot be read", SPAN_FMT(event->name));
		return;
	}
	csta_print(msg, print, sizeof(print));
	if (!span_eq(span_str(csta_type_name((enum csta_type)msg->type)), event->name) ||
		memmem(print, strlen(print), event->call_id.p, event->call_id.n) == NULL ||
		memmem(print, strlen(print), event->cross_ref.p, event->cross_ref.n) == NULL ||
		memmem(print, strlen(print), event->local.p, event->local.n) == NULL)
		load_fail(load, LOAD_EVENT_UNLIKE, "%.*s: %s", SPAN_FMT(event->name), print);
}

static void monitor_event(struct load *load, const struct client *client, unsigned monitor,
	const struct seen_event *event)
{
	uint32_t phone = load_client_phone(load, client) + monitor, index = index_of(load, client);

	if (phone < load->config.phones)
		load_call_event(load, phone, index % load->config.watchers, event);
	else
		load_watch_event(load, index * load->config.monitors + monitor, event);
}

static uint64_t span_hash(uint64_t hash, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		hash = (hash ^ (uint8_t)s.p[i]) * 0x100000001b3;
	return hash * 0x100000001b3; // where one ends and the next begins
}

// Two monitors of one device: whatever one tells the other tells too, in the same order, once. What
// only one has told so far waits for the other.
static void pair_event(
	struct load *load, struct client *client, const struct seen_event *event, bool extra)
{
	uint64_t told = span_hash(0xcbf29ce484222325, event->name);

	told = span_hash(span_hash(told, event->call_id), event->device);
	told = span_hash(told, event->local);
	if (client->npair == 0 || client->pair_extra == extra) {
		client->pair_extra = extra;
		if (client->npair == PAIR_MAX)
			pair_end(load, client);
		client->pair[client->npair++] = told;
		return;
	}
	if (client->pair[0] != told)
		load_fail(load, LOAD_EVENT_PAIR, "session %u: %.*s of %s monitor, not of the other",
			index_of(load, client), SPAN_FMT(event->name),
			extra ? "the second" : "its own");
	client->npair--;
	memmove(client->pair, client->pair + 1, client->npair * sizeof(client->pair[0]));
}

static void event_take(struct load *load, struct client *client, const struct sip_text *text)
{
	uint32_t i = index_of(load, client);
	struct seen_event event;

	load->n.events++;
	if (!event_text_read(text->body, &event)) {
		// Events about devices, not calls, are of no interest here.
		if (xml_text(text->body, SPAN("monitorCrossRefID")).n == 0)
			load_fail(load, LOAD_EVENT_BAD, "session %u", i);
		return;
	}
	if (load->config.full_every != 0 && load->n.events % load->config.full_every == 0)
		event_compare(load, text, &event);
	for (unsigned m = 0; m < client->monitors; m++) {
		if (span_eq(event.cross_ref, span_str(client->cross_ref[m]))) {
			monitor_event(load, client, m, &event);
			if (m == 0 && client->extra)
				pair_event(load, client, &event, false);
			return;
		}
	}
	if (client->extra && span_eq(event.cross_ref, span_str(client->extra_ref)))
		pair_event(load, client, &event, true);
	else
		load_fail(load, LOAD_EVENT_STRAY, "session %u: monitor %.*s", i,
			SPAN_FMT(event.cross_ref));
}

static void request_take(struct load *load, struct client *client, const struct sip_text *text)
{
	bool again = text->cseq <= client->engine_cseq;

	sip_client_answer(load, client, text);
	if (again) {
		load->n.events_repeated++;
		return;
	}
	if (client->engine_cseq != 0 && text->cseq != client->engine_cseq + 1)
		load_fail(load, LOAD_EVENT_GAP, "session %u: CSeq %u after %u",
			index_of(load, client), text->cseq, client->engine_cseq);
	client->engine_cseq = text->cseq;
	if (span_eq(text->method, SPAN("INFO")))
		event_take(load, client, text);
	else if (span_eq(text->method, SPAN("BYE"))) {
		load_fail(load, LOAD_CONN_LOST, "session %u: BYE", index_of(load, client));
		client_down(load, client);
	}
}

// --- in ------------------------------------------------------------------------------------------

static void message_take(struct load *load, const struct sip_text *text)
{
	uint32_t index;

	if (!sip_client_index(text->status != 0 ? text->from : text->to, &index) ||
		index >= load->config.sessions) {
		load_fail(load, LOAD_SIP_BAD, "%.*s of no session", SPAN_FMT(text->method));
		return;
	}
	if (text->status != 0)
		answer_take(load, &load->clients[index], text);
	else
		request_take(load, &load->clients[index], text);
}

size_t load_client_bytes(struct load *load, uint32_t index, const uint8_t *p, size_t n)
{
	struct sip_text text;
	size_t at = 0;
	int got;

	while (at < n && (got = sip_text_read((const char *)p + at, n - at, &text)) != 0) {
		if (got < 0) {
			load_fail(load, LOAD_SIP_BAD, "session %u", index);
			return n;
		}
		at += text.size;
		message_take(load, &text);
	}
	return at;
}

void load_client_datagram(struct load *load, const uint8_t *p, size_t n)
{
	struct sip_text text;

	if (sip_text_read((const char *)p, n, &text) != 1)
		load_fail(load, LOAD_SIP_BAD, "a datagram of %zu bytes", n);
	else
		message_take(load, &text);
}

void load_client_closed(struct load *load, uint32_t index, const char *why)
{
	struct client *client = &load->clients[index];

	if (client->step == CLIENT_DOWN)
		return;
	load_fail(load, LOAD_CONN_LOST, "session %u: %s", index, why);
	client_down(load, client);
}

// --- out -----------------------------------------------------------------------------------------

void load_client_opened(struct load *load, uint32_t index)
{
	struct client *client = &load->clients[index];

	client->step = CLIENT_INVITING;
	request_send(load, client, 0, SERVICE_INVITE);
	sip_client_arm(load, client);
}

static void client_open(struct load *load, struct client *client)
{
	struct endpoint local = { { .family = ADDR_NONE }, 0 };
	uint32_t i = index_of(load, client);
	int status;

	load->clients_opening++;
	client->step = CLIENT_CONNECTING;
	client->cseq = 0;
	client->engine_cseq = 0;
	client->monitors = 0;
	client->extra = false;
	client->npair = 0;
	client->opened++;
	client->to_tag[0] = '\0';
	if (load->config.udp) {
		load_client_opened(load, i);
		return;
	}
	if (load->config.client_base != 0)
		local = (struct endpoint){ addr_ipv4(htonl(load->config.client_base + i)),
			(uint16_t)(FIRST_PORT + client->port++ % PORTS) };
	status =
		wire_connect(load->wire, &local, &load->config.sip, USER_CLIENT | i, &client->conn);
	if (status < 0) {
		load_fail(load, LOAD_SEND_FAILED, "session %u cannot connect: %d", i, status);
		client_down(load, client);
		return;
	}
	load->conns++;
	patience(load, client);
}

void load_client_timer(struct load *load, struct client *client)
{
	uint64_t late_ns = load->config.patience_ms * UINT64_C(1000000);
	bool waits = client->step == CLIENT_CONNECTING;

	for (unsigned i = 0; i < CLIENT_REQUESTS; i++) {
		struct client_request *request = &client->requests[i];

		if (request->cseq == 0)
			continue;
		waits = true;
		if (load->now_ns - request->sent_ns < late_ns) {
			sip_client_repeat(load, client, request);
			continue;
		}
		load_fail(load, LOAD_REQUEST_LATE, "session %u: CSeq %u", index_of(load, client),
			request->cseq);
		request->cseq = 0;
		load->outstanding--;
	}
	if (waits)
		sip_client_arm(load, client);
}

static uint8_t service_next(struct load *load, struct client *client)
{
	do {
		client->service = (uint8_t)((client->service + 1) % LOAD_NSERVICES);
	} while ((load->requests_config.services & 1u << client->service) == 0);
	return client->service;
}

// A session asks for one thing at a time but for what it may pipeline: MonitorStart and MonitorStop
// of the mix depend on each other.
static bool client_ask(struct load *load, struct client *client)
{
	if (client->step != CLIENT_OPEN || client->requests[0].cseq != 0)
		return false;
	request_send(load, client, 0, service_next(load, client));
	return true;
}

static unsigned requests_step(struct load *load)
{
	const struct load_requests *config = &load->requests_config;
	unsigned n = 0;

	while (load->requesting && n < REQUESTS_A_STEP && load->outstanding < config->slots &&
		(config->count == 0 || load->request_pace.begun < config->count) &&
		pace_may(&load->request_pace, load->now_us)) {
		struct client *client = &load->clients[load->next_client];

		load->next_client = (load->next_client + 1) % load->config.sessions;
		if (!client_ask(load, client)) {
			load->request_pace.begun--;
			break;
		}
		n++;
	}
	return n;
}

unsigned clients_step(struct load *load)
{
	unsigned n = 0;

	// A line must be up before a session for it may begin: its phones come first.
	while (load->opening && load->wire->ready && n < OPENS_A_STEP &&
		load->next_open < load->config.sessions && load->clients_opening < OPENING_MAX &&
		load->phones_up == load->config.phones) {
		struct client *client = &load->clients[load->next_open++];

		if (client->step == CLIENT_DOWN)
			client_open(load, client);
		n++;
	}
	return n + requests_step(load);
}

void load_set_requests(struct load *load, const struct load_requests *requests)
{
	load->requesting = requests != NULL && load->config.sessions > 0;
	if (!load->requesting)
		return;
	load->requests_config = *requests;
	pace_start(&load->request_pace, requests->rate, 0, load->now_us);
}

uint32_t load_sessions_open(const struct load *load)
{
	return load->clients_open;
}

int clients_init(struct load *load)
{
	load->clients = calloc(load->config.sessions + 1, sizeof(load->clients[0]));
	load->watches =
		calloc(load->config.sessions * load->config.monitors + 1, sizeof(load->watches[0]));
	if (load->clients == NULL || load->watches == NULL)
		return -1;
	for (uint32_t i = 0; i < load->config.sessions; i++)
		load->clients[i].timer.kind = TIMER_CLIENT;
	csta_init();
	return csta_reader_init(&load->reader);
}

void clients_fini(struct load *load)
{
	csta_reader_fini(&load->reader);
	free(load->clients);
	free(load->watches);
}

void clients_end(struct load *load)
{
	for (uint32_t i = 0; i < load->config.sessions; i++) {
		struct client *client = &load->clients[i];

		if (client->step != CLIENT_OPEN)
			continue;
		load->clients_open--;
		load->clients_ending++;
		client->step = CLIENT_ENDING;
		request_send(load, client, 0, SERVICE_BYE);
	}
}
