// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "bench/load/sip_client.h"

#include <stdio.h>
#include <string.h>

enum { BODY_SIZE = 1024, T1_MS = 500, T2_MS = 4000, TRIES_MAX = 10 };

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
#define ED3 " xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">\r\n"
#define TAG "oh-load-"
#define CSTA_TYPE \
	"Content-Disposition: signal;handling=required\r\n" \
	"Content-Type: application/csta+xml\r\n"

static uint32_t index_of(const struct load *load, const struct client *client)
{
	return (uint32_t)(client - load->clients);
}

static uint32_t line_of(const struct load *load, const struct client *client)
{
	return load_phone_number(load, load_client_phone(load, client));
}

// --- names ---------------------------------------------------------------------------------------

struct names {
	const char *transport;
	char host[ENDPOINT_TEXT_SIZE];
	char tag[32];
	char to[80];
	char call_id[48];
};

static void names_write(const struct load *load, const struct client *client, struct names *names)
{
	struct endpoint local = load->wire->udp;
	char engine[ADDR_TEXT_SIZE];
	uint32_t i = index_of(load, client);

	names->transport = load->config.udp ? "UDP" : "TCP";
	if (!load->config.udp && load->config.client_base != 0)
		local = (struct endpoint){ addr_ipv4(htonl(load->config.client_base + i)), 5060 };
	endpoint_text(&local, names->host);
	snprintf(names->tag, sizeof(names->tag), TAG "%u", i);
	snprintf(names->to, sizeof(names->to), "sip:%u@%s", line_of(load, client),
		addr_text(&load->config.sip.addr, engine));
	snprintf(names->call_id, sizeof(names->call_id), "%u-%u-%llx", i, client->opened,
		(unsigned long long)load->began_us);
}

bool sip_client_index(struct span line, uint32_t *index)
{
	struct span tag = sip_text_tag(line), lead = SPAN(TAG);

	return tag.n > lead.n && memcmp(tag.p, lead.p, lead.n) == 0 &&
	       span_u32(span_from(tag, lead.n), index);
}

// --- bodies --------------------------------------------------------------------------------------

static int body_monitor(
	const struct load *load, const struct client *client, char *body, unsigned number)
{
	(void)load;
	(void)client;
	return snprintf(body, BODY_SIZE,
		XML "<MonitorStart" ED3 "  <monitorObject>\r\n"
		    "    <deviceObject>tel:%u;phone-context=dialstring</deviceObject>\r\n"
		    "  </monitorObject>\r\n"
		    "  <monitorType>device</monitorType>\r\n"
		    "</MonitorStart>\r\n",
		number);
}

static int body_connection(const struct load *load, const struct client_request *request,
	const char *service, const char *connection, char *body)
{
	return snprintf(body, BODY_SIZE,
		XML "<%s" ED3 "  <%s>\r\n"
		    "    <callID>%s</callID>\r\n"
		    "    <deviceID>tel:%u</deviceID>\r\n"
		    "  </%s>\r\n"
		    "</%s>\r\n",
		service, connection, request->call_id, load_phone_number(load, request->phone),
		connection, service);
}

static int body_make_call(const struct load *load, const struct client_request *request, char *body)
{
	unsigned number = load_phone_number(load, request->phone);

	return snprintf(body, BODY_SIZE,
		XML "<MakeCall" ED3
		    "  <callingDevice>tel:%u;phone-context=dialstring</callingDevice>\r\n"
		    "  <calledDirectoryNumber>tel:%u</calledDirectoryNumber>\r\n"
		    "  <autoOriginate>doNotPrompt</autoOriginate>\r\n"
		    "</MakeCall>\r\n",
		number, number + 1);
}

static int body_write(const struct load *load, const struct client *client,
	const struct client_request *request, char *body)
{
	unsigned line = line_of(load, client);

	switch (request->service) {
	case SERVICE_CALL + CALL_MAKE:
		return body_make_call(load, request, body);
	case SERVICE_CALL + CALL_ANSWER:
		return body_connection(load, request, "AnswerCall", "callToBeAnswered", body);
	case SERVICE_CALL + CALL_CLEAR:
		return body_connection(
			load, request, "ClearConnection", "connectionToBeCleared", body);
	case SERVICE_INVITE:
	case LOAD_SERVICE_STATUS:
		return snprintf(body, BODY_SIZE,
			XML "<RequestSystemStatus" ED3 "</RequestSystemStatus>\r\n");
	case SERVICE_OWN_MONITOR:
		return body_monitor(load, client, body, line + client->monitors);
	case LOAD_SERVICE_MONITOR:
		if (!client->extra)
			return body_monitor(load, client, body, line);
		return snprintf(body, BODY_SIZE,
			XML "<MonitorStop" ED3
			    "  <monitorCrossRefID>%s</monitorCrossRefID>\r\n</MonitorStop>\r\n",
			client->extra_ref);
	case LOAD_SERVICE_SNAPSHOT:
		return snprintf(body, BODY_SIZE,
			XML "<SnapshotDevice" ED3
			    "  <snapshotObject>tel:%u;phone-context=dialstring</snapshotObject>\r\n"
			    "</SnapshotDevice>\r\n",
			line);
	case LOAD_SERVICE_FEATURES:
		return snprintf(
			body, BODY_SIZE, XML "<GetCSTAFeatures" ED3 "</GetCSTAFeatures>\r\n");
	default:
		return 0;
	}
}

struct span sip_client_answer_root(const struct client *client, uint8_t service)
{
	static const struct span roots[SERVICES] = {
		[LOAD_SERVICE_SNAPSHOT] = { "SnapshotDeviceResponse", 22 },
		[LOAD_SERVICE_MONITOR] = { "MonitorStartResponse", 20 },
		[LOAD_SERVICE_STATUS] = { "RequestSystemStatusResponse", 27 },
		[LOAD_SERVICE_FEATURES] = { "GetCSTAFeaturesResponse", 23 },
		[SERVICE_CALL + CALL_MAKE] = { "MakeCallResponse", 16 },
		[SERVICE_CALL + CALL_ANSWER] = { "AnswerCallResponse", 18 },
		[SERVICE_CALL + CALL_CLEAR] = { "ClearConnectionResponse", 23 },
		[SERVICE_INVITE] = { "RequestSystemStatusResponse", 27 },
		[SERVICE_OWN_MONITOR] = { "MonitorStartResponse", 20 },
		[SERVICE_BYE] = { NULL, 0 },
	};

	if (service == LOAD_SERVICE_MONITOR && client->extra)
		return SPAN("MonitorStopResponse");
	return roots[service];
}

// --- messages ------------------------------------------------------------------------------------

static bool put(struct load *load, struct client *client, const char *p, size_t n)
{
	if (load->config.udp)
		return wire_datagram(load->wire, &load->config.sip, p, n) == 0;
	return wire_write(load->wire, client->conn, p, n) == 0;
}

// INVITE, ACK, BYE: seldom enough for printf.
static bool plain_send(struct load *load, struct client *client, const char *method, uint32_t cseq,
	const char *body, int body_n)
{
	char *text = load->out;
	struct names names;
	int n;

	names_write(load, client, &names);
	n = snprintf(text, sizeof(load->out),
		"%s %s SIP/2.0\r\n"
		"Via: SIP/2.0/%s %s;branch=z9hG4bK%u-%u-%s%s;rport\r\n"
		"Max-Forwards: 70\r\n"
		"From: <sip:load%u@%s>;tag=%s\r\n"
		"To: <%s>%s%s\r\n"
		"Call-ID: %s\r\n"
		"CSeq: %u %s\r\n"
		"Contact: <sip:load@%s;transport=%s>\r\n"
		"%sContent-Length: %d\r\n\r\n%.*s",
		method, client->to_tag[0] == '\0' ? names.to : client->target, names.transport,
		names.host, index_of(load, client), cseq, method, load->filler,
		index_of(load, client), names.host, names.tag, names.to,
		client->to_tag[0] == '\0' ? "" : ";tag=", client->to_tag, names.call_id, cseq,
		method, names.host, load->config.udp ? "udp" : "tcp", body_n > 0 ? CSTA_TYPE : "",
		body_n, body_n, body);
	return n > 0 && (size_t)n < sizeof(load->out) && put(load, client, text, (size_t)n);
}

void sip_client_ack(struct load *load, struct client *client)
{
	plain_send(load, client, "ACK", client->invite_cseq, "", 0);
}

// The head of all INFOs to come, with room left out for the numbers.
static void head_make(struct load *load, struct client *client)
{
	struct names names;
	char *head = client->head;
	int n;

	names_write(load, client, &names);
	n = snprintf(head, CLIENT_HEAD_SIZE,
		"INFO %s SIP/2.0\r\nVia: SIP/2.0/%s %s;branch=z9hG4bK%u-", client->target,
		names.transport, names.host, index_of(load, client));
	client->head_branch = (uint16_t)n;
	n += snprintf(head + n, CLIENT_HEAD_SIZE - (size_t)n,
		";rport\r\n"
		"Max-Forwards: 70\r\n"
		"From: <sip:load%u@%s>;tag=%s\r\n"
		"To: <%s>;tag=%s\r\n"
		"Call-ID: %s\r\n"
		"CSeq: ",
		index_of(load, client), names.host, names.tag, names.to, client->to_tag,
		names.call_id);
	client->head_cseq = (uint16_t)n;
	n += snprintf(head + n, CLIENT_HEAD_SIZE - (size_t)n,
		" INFO\r\n"
		"Contact: <sip:load@%s;transport=%s>\r\n"
		"User-Agent: a client with telephony control\r\n"
		"Supported: timer\r\n" CSTA_TYPE "Content-Length: ",
		names.host, load->config.udp ? "udp" : "tcp");
	client->head_size = (uint16_t)(n < CLIENT_HEAD_SIZE ? n : CLIENT_HEAD_SIZE - 1);
}

void sip_client_learn(struct load *load, struct client *client, const struct sip_text *answer)
{
	struct span contact = answer->contact;
	size_t open = span_find(contact, '<');

	contact = span_from(contact, open + 1);
	span_copy(span_head(contact, span_find(contact, '>')), client->target,
		sizeof(client->target));
	span_copy(sip_text_tag(answer->to), client->to_tag, sizeof(client->to_tag));
	head_make(load, client);
}

static char *put_bytes(char *to, const char *from, size_t n)
{
	memcpy(to, from, n);
	return to + n;
}

static char *put_number(char *to, uint32_t number)
{
	char digits[10];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	return put_bytes(to, digits + at, sizeof(digits) - at);
}

static bool info_send(
	struct load *load, struct client *client, uint32_t cseq, const char *body, int n)
{
	char *text = load->out;
	char *at = put_bytes(text, client->head, client->head_branch);

	at = put_number(at, cseq);
	at = put_bytes(at, load->filler, strlen(load->filler));
	at = put_bytes(at, client->head + client->head_branch,
		(size_t)(client->head_cseq - client->head_branch));
	at = put_number(at, cseq);
	at = put_bytes(at, client->head + client->head_cseq,
		(size_t)(client->head_size - client->head_cseq));
	at = put_number(at, (uint32_t)n);
	at = put_bytes(at, "\r\n\r\n", 4);
	at = put_bytes(at, body, (size_t)n);
	return put(load, client, text, (size_t)(at - text));
}

bool sip_client_request(
	struct load *load, struct client *client, const struct client_request *request)
{
	char body[BODY_SIZE] = "";
	int n = body_write(load, client, request, body);
	uint32_t cseq = request->cseq;

	if (request->service == SERVICE_INVITE) {
		client->invite_cseq = cseq;
		return plain_send(load, client, "INVITE", cseq, body, n);
	}
	if (request->service == SERVICE_BYE)
		return plain_send(load, client, "BYE", cseq, body, n);
	return info_send(load, client, cseq, body, n);
}

void sip_client_arm(struct load *load, struct client *client)
{
	uint32_t ms = load->config.udp ? T1_MS : load->config.patience_ms;

	wheel_arm(&load->wheel, &client->timer, load->now_us + ms * UINT64_C(1000));
}

// When try n is due, counted from the first: 0, 0.5, 1.5, 3.5, 7.5, 11.5 s ...
static uint64_t due_ms(unsigned tries)
{
	uint64_t due = 0, gap = T1_MS;

	for (unsigned i = 0; i < tries && i < TRIES_MAX; i++) {
		due += gap;
		gap = gap * 2 < T2_MS ? gap * 2 : T2_MS;
	}
	return due;
}

void sip_client_repeat(struct load *load, struct client *client, struct client_request *request)
{
	if (!load->config.udp || load->now_ns - request->sent_ns < due_ms(request->tries) * 1000000)
		return;
	request->tries++;
	load->n.resent++;
	sip_client_request(load, client, request);
}

void sip_client_answer(struct load *load, struct client *client, const struct sip_text *request)
{
	char *text = load->out;
	const struct span lines[] = { request->vias, request->from, request->to, request->call_id,
		request->cseq_line };
	char *at = put_bytes(text, "SIP/2.0 200 OK\r\n", 16);

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (lines[i].n + 64 > (size_t)(text + sizeof(load->out) - at))
			return;
		at = put_bytes(at, lines[i].p, lines[i].n);
		at = put_bytes(at, "\r\n", 2);
	}
	at = put_bytes(at, "Content-Length: 0\r\n\r\n", 21);
	if (!put(load, client, text, (size_t)(at - text)))
		load_fail(load, LOAD_SEND_FAILED, "session %u: an answer", index_of(load, client));
}
