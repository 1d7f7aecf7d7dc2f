// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "bench/micro/office.h"

#include <osmocom/core/logging.h>
#include <string.h>

#include "bench/micro/bench.h"

enum { FIRST_NUMBER = 100001, DN_TEXT_SIZE = 160 };

// --- what the engine commands ------------------------------------------------------------------

// Conns and dialogs are numbered like the phones, from 1.
static struct office_phone *phone_of(struct office *office, handle_t h)
{
	return &office->phones[handle_index(h) - 1];
}

static void on_message(struct office *office, const struct command *command)
{
	const struct sccp_open_receive_channel *open = &command->sccp.open_receive_channel;
	struct office_phone *phone;

	if (command->sccp.id != SCCP_OPEN_RECEIVE_CHANNEL)
		return;
	phone = phone_of(office, command->handle);
	phone->party = open->party;
	phone->call = open->call;
}

static bool take(void *ctx, const struct command *command)
{
	struct office *office = ctx;

	office->told[command->type]++;
	if (command->type == COMMAND_SCCP)
		on_message(office, command);
	if (command->type == COMMAND_CSTA_RESPONSE)
		memcpy(&office->response, &command->csta_response.csta,
			csta_msg_size(&command->csta_response.csta));
	return true;
}

// --- what phones and clients do ----------------------------------------------------------------

static void give(struct office *office, enum event_type type, handle_t handle)
{
	struct event *event = &office->event;

	event->type = (uint16_t)type;
	event->handle = handle;
	event->time_us = office->time_us;
	engine_event(&office->engine, event);
}

void office_key(struct office *office, struct office_phone *phone, uint32_t id)
{
	sccp_msg_init(&office->event.sccp, id);
	give(office, EVENT_SCCP, phone->conn);
}

void office_digit(struct office *office, struct office_phone *phone, char digit)
{
	sccp_msg_init(&office->event.sccp, SCCP_KEYPAD_BUTTON);
	office->event.sccp.keypad_button.button = (uint32_t)(digit - '0');
	give(office, EVENT_SCCP, phone->conn);
}

void office_media(struct office *office, struct office_phone *phone)
{
	struct sccp_open_receive_channel_ack *ack = &office->event.sccp.open_receive_channel_ack;

	sccp_msg_init(&office->event.sccp, SCCP_OPEN_RECEIVE_CHANNEL_ACK);
	ack->addr = addr_ipv4(htonl(0x0a000063));
	ack->port = 20000;
	ack->party = phone->party;
	ack->call = phone->call;
	phone->party = 0;
	give(office, EVENT_SCCP, phone->conn);
}

void office_ask(struct office *office, struct office_phone *phone)
{
	struct event_csta_request *request = &office->event.csta_request;

	request->transaction = handle_make(0, 1, ++office->transaction);
	request->verdict = CSTA_READ_OK;
	request->bad_element[0] = '\0';
	give(office, EVENT_CSTA_REQUEST, phone->dialog);
}

bool office_is_idle(const struct office *office)
{
	return office->engine.calls.used == 0 && office->engine.connections.used == 0 &&
	       office->engine.appearances.used == 0;
}

// --- opening -----------------------------------------------------------------------------------

static struct config *office_config_new(uint32_t phones)
{
	static const char head[] = "voice service voip\n"
				   " no cti shutdown\n"
				   " cti csta mode basic\n"
				   "telephony-service\n"
				   " max-ephones 100000\n"
				   " max-dn 100000\n"
				   " ip source-address 10.0.0.1 port 2000\n";
	size_t size = sizeof(head) + (size_t)phones * DN_TEXT_SIZE, n = sizeof(head) - 1;
	char *text = bench_alloc(size);
	struct config *config;

	memcpy(text, head, n);
	for (uint32_t i = 0; i < phones; i++)
		n += (size_t)snprintf(text + n, size - n,
			"ephone-dn %u\n"
			" number %u\n"
			" name Phone %u\n"
			" cti watch\n",
			i + 1, FIRST_NUMBER + i, i + 1);
	for (uint32_t i = 0; i < phones; i++)
		n += (size_t)snprintf(text + n, size - n,
			"ephone %u\n"
			" mac-address 0000.%04x.%04x\n"
			" button 1:%u\n",
			i + 1, (i + 1) >> 16, (i + 1) & 0xffff, i + 1);
	bench_require(n < size);
	config = office_config(text, n);
	free(text);
	return config;
}

static void phone_register(struct office *office, struct office_phone *phone, uint32_t i)
{
	static const uint32_t questions[] = {
		SCCP_BUTTON_TEMPLATE_REQ,
		SCCP_SOFT_KEY_TEMPLATE_REQ,
		SCCP_SOFT_KEY_SET_REQ,
		SCCP_LINE_STAT_REQ,
		SCCP_REGISTER_AVAILABLE_LINES,
		SCCP_TIME_DATE_REQ,
	};
	struct event_conn_opened *opened = &office->event.conn_opened;
	struct sccp_register_req *message = &office->event.sccp.register_req;

	phone->conn = handle_make(0, 1, i + 1);
	snprintf(phone->number, sizeof(phone->number), "%u", FIRST_NUMBER + i);
	opened->remote = (struct endpoint){ addr_ipv4(htonl(0x0a010000 + i)), 49152 };
	opened->local = (struct endpoint){ addr_ipv4(htonl(0x0a000001)), SCCP_PORT };
	give(office, EVENT_CONN_OPENED, phone->conn);
	sccp_msg_init(&office->event.sccp, SCCP_REGISTER);
	snprintf(message->name, sizeof(message->name), "SEP0000%08X", i + 1);
	message->version = 17;
	message->device_type = 7;
	give(office, EVENT_SCCP, phone->conn);
	for (size_t q = 0; q < BENCH_COUNT(questions); q++)
		office_key(office, phone, questions[q]);
}

static void client_open(struct office *office, struct office_phone *phone, uint32_t i)
{
	struct event_session_open *open = &office->event.session_open;
	struct csta_monitor_start *start = &office_request(office)->body.monitor_start;

	phone->dialog = handle_make(0, 1, i + 1);
	*open = (struct event_session_open){
		.transaction = handle_make(0, 1, ++office->transaction),
		.transport = TRANSPORT_TCP,
		.remote = { addr_ipv4(htonl(0x0a000064)), 49712 },
	};
	snprintf(open->from_uri, URI_TEXT_SIZE, "sip:user%u@example.com", i);
	snprintf(open->to_uri, URI_TEXT_SIZE, "sip:%s@10.0.0.1", phone->number);
	strcpy(open->request_uri, open->to_uri);
	csta_msg_init(&open->csta, CSTA_REQUEST_SYSTEM_STATUS);
	give(office, EVENT_SESSION_OPEN, phone->dialog);
	csta_msg_init(office_request(office), CSTA_MONITOR_START);
	start->object.has.device = true;
	snprintf(start->object.device, CSTA_DEVICE_SIZE, "tel:%s", phone->number);
	office_ask(office, phone);
	bench_require(office->response.type == CSTA_MONITOR_START_RESPONSE);
}

struct office *office_new(uint32_t phones)
{
	static const struct log_info no_categories;
	static bool logging;
	struct office *office = bench_alloc(sizeof(*office));

	if (!logging)
		log_init(&no_categories, NULL);
	logging = true;
	csta_init();
	office->config = office_config_new(phones);
	bench_require(engine_init(&office->engine, office->config) == 0);
	outbox_init(&office->engine.outbox, take, office);
	office->phones = bench_alloc(phones * sizeof(office->phones[0]));
	office->count = phones;
	office->time_us = engine_now_us();
	for (uint32_t i = 0; i < phones; i++)
		phone_register(office, &office->phones[i], i);
	for (uint32_t i = 0; i < phones; i++)
		client_open(office, &office->phones[i], i);
	bench_require(office->told[COMMAND_SESSION_ACCEPT] == phones);
	bench_require(office->engine.monitors.used == phones);
	return office;
}

void office_free(struct office *office)
{
	engine_fini(&office->engine);
	config_free(office->config);
	free(office->phones);
	free(office);
}
