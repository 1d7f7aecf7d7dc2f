// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "bench/phone.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/addr.h"

bool phone_verbose = true;

static void phone_print(const struct sim_phone *phone, char direction, const char *text)
{
	uint64_t now = loop_now_us();

	if (phone_verbose)
		printf("%llu.%06llu %s %c %s\n", (unsigned long long)(now / 1000000),
			(unsigned long long)(now % 1000000), phone->name, direction, text);
}

// --- out ----------------------------------------------------------------------------------------------

static void phone_flush(struct sim_phone *phone)
{
	const uint8_t *p = phone->out;

	while (phone->pending > 0 && phone->source.fd >= 0) {
		ssize_t put = send(phone->source.fd, p, phone->pending, MSG_NOSIGNAL);

		if (put < 0 && errno == EAGAIN) {
			usleep(1000);
			continue;
		}
		if (put < 0)
			break;
		p += put;
		phone->pending -= (uint32_t)put;
	}
	phone->pending = 0;
}

static void phone_queue(struct sim_phone *phone, const struct sccp_msg *msg)
{
	char text[SCCP_TEXT_SIZE];
	size_t n;

	if (sizeof(phone->out) - phone->pending < 1024)
		phone_flush(phone);
	n = sccp_encode(msg, sccp_version_server(phone->version), phone->out + phone->pending,
		sizeof(phone->out) - phone->pending);
	phone->pending += (uint32_t)n;
	if (phone_verbose) {
		sccp_print(msg, text, sizeof(text));
		phone_print(phone, '>', text);
	}
}

static void phone_send(struct sim_phone *phone, const struct sccp_msg *msg)
{
	phone_queue(phone, msg);
	phone_flush(phone);
}

static void phone_queue_empty(struct sim_phone *phone, uint32_t id)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, id);
	phone_queue(phone, &msg);
}

// --- in -----------------------------------------------------------------------------------------------

static void answer_capabilities(struct sim_phone *phone)
{
	static const uint32_t payloads[] = { SCCP_PAYLOAD_G711_ULAW_64K, SCCP_PAYLOAD_G711_ALAW_64K,
		SCCP_PAYLOAD_G729 };
	static const uint32_t requests[] = { SCCP_BUTTON_TEMPLATE_REQ, SCCP_SOFT_KEY_TEMPLATE_REQ,
		SCCP_SOFT_KEY_SET_REQ, SCCP_CONFIG_STAT_REQ };
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_CAPABILITIES_RES);
	msg.capabilities_res.count = sizeof(payloads) / sizeof(payloads[0]);
	for (uint32_t i = 0; i < msg.capabilities_res.count; i++) {
		msg.capabilities_res.entries[i].payload = payloads[i];
		msg.capabilities_res.entries[i].max_frames = 40;
	}
	phone_queue(phone, &msg);
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		phone_queue_empty(phone, requests[i]);
	phone_flush(phone);
}

// When all pieces of the template are there.
static void ask_for_lines(struct sim_phone *phone, const struct sccp_msg *template)
{
	struct sccp_msg msg;
	const struct sccp_button_template_res *piece = &template->button_template_res;

	if (piece->offset == 0)
		phone->lines = 0;
	for (uint32_t i = 0; i < piece->count; i++)
		phone->lines += piece->buttons[i].type == SCCP_BUTTON_LINE;
	if (piece->offset + piece->count < piece->total)
		return;
	for (uint32_t line = 1; line <= phone->lines; line++) {
		sccp_msg_init(&msg, SCCP_LINE_STAT_REQ);
		msg.line_stat_req.line = line;
		phone_queue(phone, &msg);
		sccp_msg_init(&msg, SCCP_FORWARD_STAT_REQ);
		msg.forward_stat_req.line = line;
		phone_queue(phone, &msg);
	}
	phone_queue_empty(phone, SCCP_REGISTER_AVAILABLE_LINES);
	phone_queue_empty(phone, SCCP_TIME_DATE_REQ);
	phone_flush(phone);
}

static void answer_channel(struct sim_phone *phone, const struct sccp_msg *open)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_OPEN_RECEIVE_CHANNEL_ACK);
	msg.open_receive_channel_ack.addr = addr_ipv4(phone->local.sin_addr.s_addr);
	msg.open_receive_channel_ack.port = phone->rtp_port;
	msg.open_receive_channel_ack.party = open->open_receive_channel.party;
	msg.open_receive_channel_ack.call = open->open_receive_channel.call;
	phone_send(phone, &msg);
}

// It has sent and heard nothing.
static void answer_statistics(struct sim_phone *phone, const struct sccp_msg *req)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_CONNECTION_STATISTICS_RES);
	memcpy(msg.connection_statistics_res.number, req->connection_statistics_req.number,
		sizeof(msg.connection_statistics_res.number));
	msg.connection_statistics_res.call = req->connection_statistics_req.call;
	msg.connection_statistics_res.mode = req->connection_statistics_req.mode;
	phone_send(phone, &msg);
}

static void follow_call(struct sim_phone *phone, const struct sccp_msg *msg)
{
	uint32_t call = msg->call_state.call;

	if (msg->call_state.state == SCCP_CALL_STATE_ON_HOOK) {
		if (phone->call == call)
			phone->call = 0;
		return;
	}
	phone->call = call;
	phone->call_line = msg->call_state.line;
	if (msg->call_state.state == SCCP_CALL_STATE_RING_IN && phone->auto_answer)
		phone_soft_key(phone, SCCP_SOFTKEY_ANSWER);
}

static void phone_act(struct sim_phone *phone, const struct sccp_msg *msg)
{
	switch (msg->id) {
	case SCCP_REGISTER_ACK:
		phone->keepalive_s = msg->register_ack.keepalive_s;
		phone->next_keepalive_us = loop_now_us() + phone->keepalive_s * 1000000ull;
		break;
	case SCCP_REGISTER_REJECT:
		phone->step = PHONE_REJECTED;
		break;
	case SCCP_CAPABILITIES_REQ:
		answer_capabilities(phone);
		break;
	case SCCP_BUTTON_TEMPLATE_RES:
		ask_for_lines(phone, msg);
		break;
	case SCCP_DEFINE_TIME_DATE:
		if (phone->step == PHONE_REGISTERING)
			phone->step = PHONE_REGISTERED;
		break;
	case SCCP_OPEN_RECEIVE_CHANNEL:
		answer_channel(phone, msg);
		break;
	case SCCP_CONNECTION_STATISTICS_REQ:
		answer_statistics(phone, msg);
		break;
	case SCCP_CALL_STATE:
		follow_call(phone, msg);
		break;
	case SCCP_UNREGISTER_ACK:
		if (msg->unregister_ack.status == SCCP_UNREGISTER_OK)
			phone_drop(phone);
		break;
	case SCCP_RESET:
		phone_unregister(phone);
		break;
	default:
		break; // shown, not acted upon
	}
}

static void phone_remember(struct sim_phone *phone, const char *text)
{
	uint32_t slot;

	if (phone->seen_count == SEEN_MAX) {
		phone->seen_first = (phone->seen_first + 1) % SEEN_MAX;
		phone->seen_count--;
	}
	slot = (phone->seen_first + phone->seen_count++) % SEEN_MAX;
	snprintf(phone->seen[slot], SEEN_TEXT, "%.*s", SEEN_TEXT - 1, text);
}

static void phone_frame(struct sim_phone *phone, const struct sccp_frame *frame)
{
	char text[SCCP_TEXT_SIZE];
	struct sccp_msg msg;
	bool known;

	phone->received++;
	known = sccp_decode(frame, &msg) == SCCP_OK;
	if (known)
		sccp_print(&msg, text, sizeof(text));
	else
		snprintf(text, sizeof(text), "unknown message %#x", frame->id);
	phone_remember(phone, text);
	phone_print(phone, '<', text);
	if (known)
		phone_act(phone, &msg);
}

static void phone_ready(struct loop_source *source)
{
	struct sim_phone *phone = (struct sim_phone *)source;
	struct sccp_frame frame;
	uint32_t used = 0;
	ssize_t got = recv(source->fd, phone->in + phone->have, sizeof(phone->in) - phone->have, 0);

	if (got < 0 && errno == EAGAIN)
		return;
	if (got <= 0) {
		phone_drop(phone);
		if (phone->step != PHONE_REJECTED)
			phone->step = PHONE_LOST;
		return;
	}
	phone->have += (uint32_t)got;
	while (sccp_frame_next(phone->in + used, phone->have - used, &frame) == SCCP_OK) {
		used += (uint32_t)frame.size;
		phone_frame(phone, &frame);
		if (source->fd < 0)
			return;
	}
	phone->have -= used;
	memmove(phone->in, phone->in + used, phone->have);
}

// --- registration -------------------------------------------------------------------------------------

static void send_register(struct sim_phone *phone)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_REGISTER);
	snprintf(msg.register_req.name, sizeof(msg.register_req.name), "%s", phone->device);
	msg.register_req.instance = 1;
	msg.register_req.addr = addr_ipv4(phone->local.sin_addr.s_addr);
	msg.register_req.device_type = phone->type;
	msg.register_req.version = phone->version;
	msg.register_req.max_streams = 2; // it could mix a conference of three
	msg.register_req.max_conferences = 1;
	memcpy(msg.register_req.features, "\x00\x60\x85", 3);
	phone_queue(phone, &msg);
	sccp_msg_init(&msg, SCCP_IP_PORT);
	msg.ip_port.rtp_port = phone->rtp_port;
	phone_queue(phone, &msg);
	phone_flush(phone);
}

int phone_connect(struct sim_phone *phone, const struct sockaddr_in *server)
{
	socklen_t size = sizeof(phone->local);
	int one = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if ((connect(fd, (const struct sockaddr *)server, sizeof(*server)) != 0 &&
		    errno != EINPROGRESS) ||
		getsockname(fd, (struct sockaddr *)&phone->local, &size) != 0) {
		int error = errno;

		close(fd);
		return -error;
	}
	phone->source = (struct loop_source){ fd, phone_ready };
	return 0;
}

int phone_register(struct sim_phone *phone)
{
	phone->have = 0;
	phone->pending = 0;
	phone->call = 0;
	phone->step = PHONE_REGISTERING;
	send_register(phone);
	return loop_add(&phone->source);
}

void phone_unregister(struct sim_phone *phone)
{
	phone_queue_empty(phone, SCCP_UNREGISTER);
	phone_flush(phone);
}

void phone_drop(struct sim_phone *phone)
{
	if (phone->source.fd < 0)
		return;
	loop_remove(&phone->source);
	close(phone->source.fd);
	phone->source.fd = -1;
	phone->call = 0;
	if (phone->step != PHONE_REJECTED)
		phone->step = PHONE_IDLE;
}

void phone_tick(struct sim_phone *phone, uint64_t now_us)
{
	if (phone->source.fd < 0 || phone->keepalive_s == 0 || now_us < phone->next_keepalive_us)
		return;
	phone->next_keepalive_us = now_us + phone->keepalive_s * 1000000ull;
	phone_queue_empty(phone, SCCP_KEEP_ALIVE);
	phone_flush(phone);
}

// --- keys ---------------------------------------------------------------------------------------------

void phone_off_hook(struct sim_phone *phone)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_OFF_HOOK);
	msg.off_hook.line = phone->call != 0 ? phone->call_line : 0;
	msg.off_hook.call = phone->call;
	phone_send(phone, &msg);
}

void phone_on_hook(struct sim_phone *phone)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_ON_HOOK);
	msg.on_hook.line = phone->call != 0 ? phone->call_line : 0;
	msg.on_hook.call = phone->call;
	phone_send(phone, &msg);
}

void phone_soft_key(struct sim_phone *phone, uint32_t key)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_SOFT_KEY_EVENT);
	msg.soft_key_event.event = key;
	msg.soft_key_event.line = phone->call != 0 ? phone->call_line : 0;
	msg.soft_key_event.call = phone->call;
	phone_send(phone, &msg);
}

void phone_line_key(struct sim_phone *phone, uint32_t instance)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_STIMULUS);
	msg.stimulus.stimulus = SCCP_STIMULUS_LINE;
	msg.stimulus.instance = instance;
	phone_send(phone, &msg);
}

bool phone_dial(struct sim_phone *phone, const char *digits)
{
	static const char keys[] = "0123456789ABCD*#";
	struct sccp_msg msg;

	for (; *digits != '\0'; digits++) {
		const char *key = strchr(keys, *digits);

		if (key == NULL)
			return false;
		sccp_msg_init(&msg, SCCP_KEYPAD_BUTTON);
		msg.keypad_button.button = (uint32_t)(key - keys);
		msg.keypad_button.line = phone->call_line;
		msg.keypad_button.call = phone->call;
		phone_send(phone, &msg);
	}
	return true;
}

void phone_enbloc(struct sim_phone *phone, const char *number)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_ENBLOC_CALL);
	snprintf(msg.enbloc_call.number, sizeof(msg.enbloc_call.number), "%s", number);
	phone_send(phone, &msg);
}

static bool text_matches(const char *text, char *const *words, int count)
{
	for (int i = 0; i < count; i++) {
		if (strstr(text, words[i]) == NULL)
			return false;
	}
	return true;
}

bool phone_seen(struct sim_phone *phone, char *const *words, int count)
{
	for (uint32_t i = 0; i < phone->seen_count; i++) {
		if (!text_matches(phone->seen[(phone->seen_first + i) % SEEN_MAX], words, count))
			continue;
		phone->seen_first = (phone->seen_first + i + 1) % SEEN_MAX;
		phone->seen_count -= i + 1;
		return true;
	}
	return false;
}
