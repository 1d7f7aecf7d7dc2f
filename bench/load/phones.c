// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Phones: registration, keepalives, and the way of messages to the calls.
#include <stdio.h>
#include <stdlib.h>

#include "bench/load/internal.h"

enum {
	FIRST_PORT = 49152,
	PORTS = 16000,
	VERSION = 11,
	DEVICE_TYPE = 115, // 7941
	BATCH_SIZE = 1024,
	DROPS_A_STEP = 64,
	REGISTERS_A_STEP = 32,
	KEEPALIVES_A_STEP = 64,
	FIRST_SLOTS = 2, // until one is there: the engine may have to ask for our address first
};

// What a phone must be told to be in service; a bit each, in the order of the table.
static const uint32_t answers_wanted[] = {
	SCCP_REGISTER_ACK,
	SCCP_CAPABILITIES_REQ,
	SCCP_BUTTON_TEMPLATE_RES,
	SCCP_SOFT_KEY_TEMPLATE_RES,
	SCCP_SOFT_KEY_SET_RES,
	SCCP_CONFIG_STAT_RES,
	SCCP_LINE_STAT_RES,
	SCCP_FORWARD_STAT_RES,
	SCCP_DEFINE_TIME_DATE,
};

enum {
	ANSWERS = sizeof(answers_wanted) / sizeof(answers_wanted[0]),
	ALL_ANSWERS = (1 << ANSWERS) - 1
};

// Messages that are the same for all phones, as bytes: one segment each.
static struct batch {
	uint8_t bytes[BATCH_SIZE];
	size_t n;
} after_register, after_template, keepalive;

static void batch_add(struct batch *batch, const struct sccp_msg *msg)
{
	batch->n += sccp_encode(msg, sccp_version_server(VERSION), batch->bytes + batch->n,
		sizeof(batch->bytes) - batch->n);
}

static void batch_add_empty(struct batch *batch, uint32_t id)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, id);
	batch_add(batch, &msg);
}

static void batches_make(void)
{
	static const uint32_t payloads[] = { SCCP_PAYLOAD_G711_ULAW_64K, SCCP_PAYLOAD_G729 };
	struct sccp_msg msg;

	after_register.n = after_template.n = keepalive.n = 0;
	sccp_msg_init(&msg, SCCP_CAPABILITIES_RES);
	for (uint32_t i = 0; i < 2; i++) {
		msg.capabilities_res.entries[i].payload = payloads[i];
		msg.capabilities_res.entries[i].max_frames = 40;
	}
	msg.capabilities_res.count = 2;
	batch_add(&after_register, &msg);
	batch_add_empty(&after_register, SCCP_BUTTON_TEMPLATE_REQ);
	batch_add_empty(&after_register, SCCP_SOFT_KEY_TEMPLATE_REQ);
	batch_add_empty(&after_register, SCCP_SOFT_KEY_SET_REQ);
	batch_add_empty(&after_register, SCCP_CONFIG_STAT_REQ);
	sccp_msg_init(&msg, SCCP_LINE_STAT_REQ);
	msg.line_stat_req.line = 1;
	batch_add(&after_template, &msg);
	sccp_msg_init(&msg, SCCP_FORWARD_STAT_REQ);
	msg.forward_stat_req.line = 1;
	batch_add(&after_template, &msg);
	batch_add_empty(&after_template, SCCP_REGISTER_AVAILABLE_LINES);
	batch_add_empty(&after_template, SCCP_TIME_DATE_REQ);
	batch_add_empty(&keepalive, SCCP_KEEP_ALIVE);
}

static uint32_t index_of(const struct load *load, const struct phone *phone)
{
	return (uint32_t)(phone - load->phones);
}

// --- out -----------------------------------------------------------------------------------------

bool load_phone_write(struct load *load, struct phone *phone, const void *p, size_t n)
{
	int status = wire_write(load->wire, phone->conn, p, n);

	return status == 0 ||
	       load_fail(load, LOAD_SEND_FAILED, "phone %u: %d", index_of(load, phone), status);
}

bool load_phone_send(struct load *load, struct phone *phone, const struct sccp_msg *msg)
{
	uint8_t frame[512];
	size_t n = sccp_encode(msg, sccp_version_server(VERSION), frame, sizeof(frame));

	return load_phone_write(load, phone, frame, n);
}

static void register_send(struct load *load, struct phone *phone)
{
	uint32_t i = index_of(load, phone);
	struct batch batch = { .n = 0 };
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_REGISTER);
	snprintf(msg.register_req.name, sizeof(msg.register_req.name), "SEP%012X",
		load->config.first_mac + i);
	msg.register_req.instance = 1;
	msg.register_req.addr = load->config.phone_base == 0
					? load->wire->udp.addr
					: addr_ipv4(htonl(load->config.phone_base + i));
	msg.register_req.device_type = DEVICE_TYPE;
	msg.register_req.version = VERSION;
	batch_add(&batch, &msg);
	sccp_msg_init(&msg, SCCP_IP_PORT);
	msg.ip_port.rtp_port = 16384;
	batch_add(&batch, &msg);
	load_phone_write(load, phone, batch.bytes, batch.n);
}

static uint64_t patience_us(const struct load *load)
{
	return load->now_us + load->config.patience_ms * UINT64_C(1000);
}

// --- registration --------------------------------------------------------------------------------

static void phone_connect(struct load *load, struct phone *phone)
{
	struct endpoint local = { { .family = ADDR_NONE }, 0 };
	uint32_t i = index_of(load, phone);
	int status;

	if (load->config.phone_base != 0)
		local = (struct endpoint){ addr_ipv4(htonl(load->config.phone_base + i)),
			(uint16_t)(FIRST_PORT + phone->port++ % PORTS) };
	status = wire_connect(load->wire, &local, &load->config.sccp, i, &phone->conn);
	if (status < 0) {
		load_fail(load, LOAD_SEND_FAILED, "phone %u cannot connect: %d", i, status);
		return;
	}
	load->conns++;
	phone->step = PHONE_CONNECTING;
	phone->answers = 0;
	load->registering++;
	wheel_arm(&load->wheel, &phone->timer, patience_us(load));
}

void load_phone_opened(struct load *load, uint32_t index)
{
	struct phone *phone = &load->phones[index];

	phone->step = PHONE_REGISTERING;
	register_send(load, phone);
}

// We reset the connection; its end will be told.
static void drop(struct load *load, struct phone *phone)
{
	if (phone->dropping)
		return;
	phone->dropping = true;
	load->dropping++;
	wire_close(load->wire, phone->conn, true);
}

static void phone_down(struct load *load, struct phone *phone)
{
	if (phone->step == PHONE_UP)
		load->phones_up--;
	else if (phone->step != PHONE_DOWN)
		load->registering--;
	load->keepalives_out -= phone->flooding;
	phone->flooding = false;
	load->dropping -= phone->dropping;
	phone->dropping = false;
	phone->acked = true;
	phone->step = PHONE_DOWN;
	wheel_cancel(&load->wheel, &phone->timer);
}

void load_phone_closed(struct load *load, uint32_t index, const char *why)
{
	struct phone *phone = &load->phones[index];

	if (!phone->dropping)
		load_fail(load, LOAD_CONN_LOST, "phone %u: %s", index, why);
	phone_down(load, phone);
}

static void keepalive_arm(struct load *load, struct phone *phone, uint32_t after_ms)
{
	wheel_arm(&load->wheel, &phone->timer, load->now_us + after_ms * UINT64_C(1000));
}

static void phone_up(struct load *load, struct phone *phone)
{
	phone->step = PHONE_UP;
	phone->acked = true;
	load->registering--;
	load->phones_up++;
	load->n.registered++;
	// Spread over the interval, as those of a grown site are.
	keepalive_arm(load, phone,
		1 + (uint32_t)(index_of(load, phone) * UINT64_C(2654435761) % load->keepalive_ms));
}

static void register_message(struct load *load, struct phone *phone, const struct sccp_frame *frame)
{
	struct sccp_msg msg;

	for (unsigned i = 0; i < ANSWERS; i++) {
		if (answers_wanted[i] == frame->id)
			phone->answers |= (uint16_t)(1 << i);
	}
	if (frame->id == SCCP_REGISTER_REJECT) {
		load_fail(load, LOAD_REGISTER_REJECTED, "phone %u", index_of(load, phone));
	} else if (frame->id == SCCP_REGISTER_ACK) {
		sccp_decode(frame, &msg);
		load->keepalive_ms = load->config.keepalive_ms != 0
					     ? load->config.keepalive_ms
					     : msg.register_ack.keepalive_s * 1000 + 1;
	} else if (frame->id == SCCP_CAPABILITIES_REQ) {
		load_phone_write(load, phone, after_register.bytes, after_register.n);
	} else if (frame->id == SCCP_BUTTON_TEMPLATE_RES) {
		load_phone_write(load, phone, after_template.bytes, after_template.n);
	}
	if (phone->answers == ALL_ANSWERS)
		phone_up(load, phone);
}

// --- in ------------------------------------------------------------------------------------------

static void keepalive_acked(struct load *load, struct phone *phone)
{
	load->n.keepalives++;
	load->keepalives_out -= phone->flooding;
	phone->flooding = false;
	phone->acked = true;
}

static void phone_message(struct load *load, struct phone *phone, const struct sccp_frame *frame)
{
	load->n.messages++;
	if (frame->id == SCCP_KEEP_ALIVE_ACK)
		keepalive_acked(load, phone);
	else if (phone->step == PHONE_REGISTERING)
		register_message(load, phone, frame);
	else
		load_call_message(load, phone, frame);
}

size_t load_phone_bytes(struct load *load, uint32_t index, const uint8_t *p, size_t n)
{
	struct phone *phone = &load->phones[index];
	struct sccp_frame frame;
	enum sccp_verdict verdict = SCCP_OK;
	size_t at = 0;

	while (at < n && (verdict = sccp_frame_next(p + at, n - at, &frame)) == SCCP_OK) {
		at += frame.size;
		if (!sccp_known(frame.id))
			load_fail(load, LOAD_FRAME_BAD, "phone %u: message %#x", index, frame.id);
		phone_message(load, phone, &frame);
	}
	if (verdict == SCCP_BAD_LENGTH) {
		load_fail(load, LOAD_FRAME_BAD, "phone %u: framing lost", index);
		wire_close(load->wire, phone->conn, true);
		return n;
	}
	return at;
}

// --- what is due ---------------------------------------------------------------------------------

static void keepalive_send(struct load *load, struct phone *phone)
{
	phone->acked = false;
	load_phone_write(load, phone, keepalive.bytes, keepalive.n);
}

void load_phone_timer(struct load *load, struct phone *phone)
{
	uint32_t i = index_of(load, phone);

	if (phone->step == PHONE_CONNECTING || phone->step == PHONE_REGISTERING) {
		load_fail(load, LOAD_REGISTER_LATE, "phone %u: has answers %#x", i, phone->answers);
		drop(load, phone);
		return;
	}
	if (phone->step != PHONE_UP)
		return;
	keepalive_arm(load, phone, load->keepalive_ms);
	if (load->keepalive_slots > 0 || phone->flooding)
		return;
	if (!phone->acked)
		load_fail(load, LOAD_KEEPALIVE_LATE, "phone %u", i);
	keepalive_send(load, phone);
}

static unsigned keepalives_step(struct load *load)
{
	unsigned n = 0;

	while (n < KEEPALIVES_A_STEP && load->keepalives_out < load->keepalive_slots) {
		struct phone *phone = &load->phones[load->keepalive_next];

		load->keepalive_next = (load->keepalive_next + 1) % load->config.phones;
		n++;
		if (phone->step != PHONE_UP || !phone->acked)
			continue;
		load->keepalives_out++;
		phone->flooding = true;
		keepalive_send(load, phone);
	}
	return n;
}

void load_set_keepalives(struct load *load, uint32_t slots)
{
	load->keepalive_slots = slots;
}

static void drops_step(struct load *load)
{
	for (unsigned n = 0; n < DROPS_A_STEP && load->next_drop < load->config.phones; n++) {
		struct phone *phone = &load->phones[load->next_drop++];

		if (phone->step == PHONE_DOWN)
			continue;
		drop(load, phone);
	}
}

static bool register_may(struct load *load)
{
	uint32_t slots = load->n.registered == 0 ? FIRST_SLOTS : load->config.register_slots;

	return load->opening && load->wire->ready && load->next_register < load->config.phones &&
	       load->registering < slots && load->phones[load->next_register].step == PHONE_DOWN &&
	       pace_may(&load->register_pace, load->now_us);
}

unsigned phones_step(struct load *load)
{
	unsigned n = 0;

	drops_step(load);
	// Those already up are passed over: registration may begin with some there.
	while (load->opening && load->next_register < load->next_drop &&
		load->phones[load->next_register].step == PHONE_UP &&
		!load->phones[load->next_register].dropping)
		load->next_register++;
	for (; n < REGISTERS_A_STEP && register_may(load); n++)
		phone_connect(load, &load->phones[load->next_register++]);
	return n + keepalives_step(load);
}

void load_register(struct load *load)
{
	load->opening = true;
	load->next_register = 0;
	load->next_open = 0;
	pace_start(&load->register_pace, load->config.register_rate, 0, load->now_us);
}

void load_reregister(struct load *load)
{
	load->next_drop = 0;
	load->next_register = 0;
	load->opening = true;
	pace_start(&load->register_pace, load->config.register_rate, 0, load->now_us);
}

uint32_t load_phones_registered(const struct load *load)
{
	return load->phones_up;
}

int phones_init(struct load *load)
{
	batches_make();
	load->next_drop = load->config.phones;
	load->keepalive_ms = load->config.keepalive_ms != 0 ? load->config.keepalive_ms : 30000;
	load->phones = calloc(load->config.phones + 1, sizeof(load->phones[0]));
	if (load->phones == NULL)
		return -1;
	for (uint32_t i = 0; i < load->config.phones; i++) {
		load->phones[i].timer.kind = TIMER_PHONE;
		load->phones[i].acked = true;
	}
	return 0;
}

void phones_fini(struct load *load)
{
	free(load->phones);
}

void phones_end(struct load *load)
{
	for (uint32_t i = 0; i < load->config.phones; i++) {
		if (load->phones[i].step != PHONE_DOWN)
			drop(load, &load->phones[i]);
	}
}
