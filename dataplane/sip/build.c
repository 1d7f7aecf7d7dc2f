// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/sip/build.h"

#include "dataplane/sip/dialog.h"
#include "dataplane/sip/endpoint.h"

void sip_put_text(struct writer *w, const char *text)
{
	writer_bytes(w, text, strlen(text));
}

void sip_put_span(struct writer *w, struct span span)
{
	writer_bytes(w, span.p, span.n);
}

void sip_put_number(struct writer *w, uint32_t number)
{
	char digits[10];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	writer_bytes(w, digits + at, sizeof(digits) - at);
}

static void blank_out(char *p, size_t n, char c)
{
	char *hit = p;

	while ((hit = memchr(hit, c, n - (size_t)(hit - p))) != NULL)
		*hit++ = ' ';
}

void sip_put_value(struct writer *w, struct span value)
{
	char *p = (char *)writer_room(w, value.n);

	if (p == NULL || value.n == 0)
		return;
	memcpy(p, value.p, value.n);
	blank_out(p, value.n, '\r');
	blank_out(p, value.n, '\n');
}

static void put_field(struct writer *w, const char *name, struct span value)
{
	sip_put_text(w, name);
	sip_put_text(w, ": ");
	sip_put_value(w, value);
	sip_put_text(w, "\r\n");
}

static void put_number_field(struct writer *w, const char *name, uint32_t number)
{
	sip_put_text(w, name);
	sip_put_text(w, ": ");
	sip_put_number(w, number);
	sip_put_text(w, "\r\n");
}

struct sip_flow sip_answer_flow(const struct sip_flow *from, const struct sip_via *via)
{
	struct sip_flow to = *from;
	struct addr maddr;

	if (to.proto != SIP_OVER_UDP)
		return to;
	if (addr_read(via->maddr, &maddr) && addr_is_host(&maddr))
		to.remote = (struct endpoint){ maddr, sip_via_port(via) };
	else if (!via->rport)
		to.remote.port = sip_via_port(via);
	return to;
}

static void echo_top_via(struct writer *w, const struct sip_via *via, const struct sip_flow *from)
{
	struct span before = via->whole, after = SPAN_NONE;
	struct addr addr;
	char text[ADDR_TEXT_SIZE];

	if (via->rport) {
		before.n = (size_t)(via->rport_text.p - via->whole.p);
		after = span_from(via->whole, before.n + via->rport_text.n);
	}
	sip_put_value(w, before);
	if (via->rport) {
		sip_put_text(w, "rport=");
		sip_put_number(w, from->remote.port);
		sip_put_value(w, after);
	}
	// 18.2.1: told when sent-by is not the source; RFC 3581 4: always with rport.
	if (via->rport || !addr_read(via->host, &addr) || !addr_eq(&addr, &from->remote.addr)) {
		sip_put_text(w, ";received=");
		sip_put_text(w, addr_text(&from->remote.addr, text));
	}
}

static void echo_vias(struct writer *w, const struct sip_msg *msg, const struct sip_via *via,
	const struct sip_flow *from)
{
	for (unsigned at = msg->first[SIP_H_VIA]; at != 0; at = msg->header[at - 1].next) {
		struct span value = msg->header[at - 1].value;

		sip_put_text(w, "Via: ");
		if (at == msg->first[SIP_H_VIA]) {
			size_t top_end = (size_t)(via->whole.p + via->whole.n - value.p);

			echo_top_via(w, via, from);
			value = span_from(value, top_end);
		}
		sip_put_value(w, value);
		sip_put_text(w, "\r\n");
	}
}

static void echo_all(
	struct writer *w, const struct sip_msg *msg, enum sip_header_id id, const char *name)
{
	for (unsigned at = msg->first[id]; at != 0; at = msg->header[at - 1].next)
		put_field(w, name, msg->header[at - 1].value);
}

static void echo_to(struct writer *w, const struct sip_msg *msg, const char *tag)
{
	struct span to = sip_value(msg, SIP_H_TO);
	struct sip_address address;

	if (to.n == 0)
		return;
	sip_put_text(w, "To: ");
	sip_put_value(w, to);
	if (sip_address_parse(to, &address) && address.tag.n == 0) {
		sip_put_text(w, ";tag=");
		sip_put_text(w, tag);
	}
	sip_put_text(w, "\r\n");
}

void sip_build_echo(struct writer *w, const struct sip_msg *msg, const struct sip_via *via,
	const struct sip_flow *from, const char *tag)
{
	echo_vias(w, msg, via, from);
	if (msg->method == SIP_INVITE)
		echo_all(w, msg, SIP_H_RECORD_ROUTE, "Record-Route");
	echo_all(w, msg, SIP_H_FROM, "From");
	echo_to(w, msg, tag);
	echo_all(w, msg, SIP_H_CALL_ID, "Call-ID");
	echo_all(w, msg, SIP_H_CSEQ, "CSeq");
	echo_all(w, msg, SIP_H_TIMESTAMP, "Timestamp");
}

// --- answers
// ----------------------------------------------------------------------------------------

enum {
	WITH_CONTACT = 1,
	WITH_ALLOW = 2,
	WITH_ACCEPT = 4,
	WITH_SUPPORTED = 8,
	WITH_ENCODING = 16,
};

// Which fields of ours an answer has (RFC 3261 table 2 and 3, 8.2.1, 8.2.3, 11.2).
static const struct {
	uint8_t method; // SIP_METHOD_NONE: any
	uint16_t from;
	uint16_t to;
	unsigned fields;
} answer_fields[] = {
	{ SIP_INVITE, 200, 299, WITH_CONTACT | WITH_ALLOW | WITH_ACCEPT | WITH_SUPPORTED },
	{ SIP_INVITE, 101, 199, WITH_CONTACT },
	{ SIP_UPDATE, 200, 299, WITH_CONTACT | WITH_ALLOW | WITH_SUPPORTED },
	{ SIP_OPTIONS, 200, 299, WITH_ALLOW | WITH_ACCEPT | WITH_SUPPORTED | WITH_ENCODING },
	{ SIP_METHOD_NONE, 405, 405, WITH_ALLOW },
	{ SIP_METHOD_NONE, 501, 501, WITH_ALLOW },
	{ SIP_METHOD_NONE, 415, 415, WITH_ACCEPT | WITH_ENCODING },
	{ SIP_METHOD_NONE, 488, 488, WITH_ACCEPT },
};

static unsigned fields_of(const struct sip_answer *answer)
{
	for (size_t i = 0; i < sizeof(answer_fields) / sizeof(answer_fields[0]); i++) {
		bool method = answer_fields[i].method == SIP_METHOD_NONE ||
			      answer_fields[i].method == answer->method;

		if (method && answer->status >= answer_fields[i].from &&
			answer->status <= answer_fields[i].to)
			return answer_fields[i].fields;
	}
	return 0;
}

// RFC 4028 9: the timer goes into a 2xx. A peer that does not know it refreshes nothing, so it is
// not asked to; Require makes sure that one that does keeps to it, or watches that we do.
static void put_session_timer(struct writer *w, const struct sip_answer *answer)
{
	const struct sip_reply *reply = answer->reply;
	bool uac = reply->refresher != SIP_REFRESHER_UAS;

	if (reply->session_expires == 0 || answer->status / 100 != 2)
		return;
	if (uac && !answer->supports_timer)
		return;
	if (answer->supports_timer)
		sip_put_text(w, "Require: timer\r\n");
	sip_put_text(w, "Session-Expires: ");
	sip_put_number(w, reply->session_expires);
	sip_put_text(w, uac ? ";refresher=uac\r\n" : ";refresher=uas\r\n");
}

static void put_unsupported(struct writer *w, const struct sip_msg *refused)
{
	struct sip_walk walk = sip_walk_of(refused, SIP_H_REQUIRE);
	struct span option;

	while (sip_walk_next(&walk, &option))
		if (!span_ieq(option, SPAN("timer")))
			put_field(w, "Unsupported", option);
}

static void put_body(struct writer *w, struct span type, struct span body)
{
	if (body.n > 0) {
		sip_put_text(w, "Content-Disposition: signal;handling=required\r\n");
		put_field(w, "Content-Type", type);
	}
	put_number_field(w, "Content-Length", (uint32_t)body.n);
	sip_put_text(w, "\r\n");
	sip_put_span(w, body);
}

static void put_own_fields(struct writer *w, const struct sip_answer *answer)
{
	unsigned fields = fields_of(answer);

	if (fields & WITH_CONTACT)
		sip_build_contact(w, answer->flow);
	if (fields & WITH_ALLOW)
		sip_put_text(w, "Allow: " SIP_ALLOW "\r\n");
	if (fields & WITH_ACCEPT)
		put_field(w, "Accept", span_str(answer->accept));
	if (fields & WITH_ENCODING)
		sip_put_text(w, "Accept-Encoding: identity\r\n");
	if (fields & WITH_SUPPORTED)
		sip_put_text(w, "Supported: timer\r\n");
}

void sip_build_answer(struct writer *w, const struct sip_answer *answer)
{
	const struct sip_reply *reply = answer->reply;
	struct span type = reply->content_type;

	sip_put_text(w, "SIP/2.0 ");
	sip_put_number(w, answer->status);
	sip_put_text(w, " ");
	sip_put_text(w, reply->reason != NULL ? reply->reason : sip_status_text(answer->status));
	sip_put_text(w, "\r\n");
	sip_put_span(w, answer->echo);
	put_own_fields(w, answer);
	put_session_timer(w, answer);
	if (answer->refused != NULL)
		put_unsupported(w, answer->refused);
	if (reply->min_se > 0)
		put_number_field(w, "Min-SE", reply->min_se);
	if (reply->retry_after > 0)
		put_number_field(w, "Retry-After", reply->retry_after);
	if (answer->product != NULL)
		put_field(w, "Server", span_str(answer->product));
	put_body(w, type.n > 0 ? type : span_str(answer->accept), reply->body);
}

// --- requests
// ---------------------------------------------------------------------------------------

void sip_build_via(struct writer *w, const struct sip_flow *flow)
{
	char text[ENDPOINT_TEXT_SIZE];

	sip_put_text(w, flow->proto == SIP_OVER_TCP ? "SIP/2.0/TCP " : "SIP/2.0/UDP ");
	sip_put_text(w, endpoint_text(&flow->local, text));
	sip_put_text(w, ";branch=" SIP_MAGIC_COOKIE);
}

void sip_build_contact(struct writer *w, const struct sip_flow *flow)
{
	char text[ENDPOINT_TEXT_SIZE];

	sip_put_text(w, "Contact: <sip:");
	sip_put_text(w, endpoint_text(&flow->local, text));
	sip_put_text(
		w, flow->proto == SIP_OVER_TCP ? ";transport=tcp>\r\n" : ";transport=udp>\r\n");
}

// What an UPDATE has beside what every request has: it refreshes the target (RFC 3311 5.1) and the
// session, of which the side that sends it is the "uac" (RFC 4028 7.4).
static void put_refresh(
	struct writer *w, const struct sip_flow *flow, const struct sip_outgoing *request)
{
	sip_build_contact(w, flow);
	sip_put_text(w, "Supported: timer\r\n");
	if (request->session_expires > 0) {
		sip_put_text(w, "Session-Expires: ");
		sip_put_number(w, request->session_expires);
		sip_put_text(w, ";refresher=uac\r\n");
	}
	if (request->min_se > 0)
		put_number_field(w, "Min-SE", request->min_se);
}

void sip_build_request(
	struct writer *w, const struct sip_dialog *dialog, const struct sip_outgoing *request)
{
	const char *method = sip_method_name(request->method);

	sip_put_text(w, method);
	sip_put_text(w, " ");
	sip_put_span(w, dialog->strict ? sip_dialog_router(dialog) : sip_dialog_target(dialog));
	sip_put_text(w, " SIP/2.0\r\nVia: ");
	writer_bytes(w, dialog->via, dialog->via_n);
	sip_put_text(w, request->branch);
	sip_put_text(w, "\r\n");
	sip_put_span(w, sip_dialog_routes(dialog));
	if (dialog->strict) {
		sip_put_text(w, "Route: <");
		sip_put_span(w, sip_dialog_target(dialog));
		sip_put_text(w, ">\r\n");
	}
	sip_put_span(w, sip_dialog_fixed(dialog));
	sip_put_text(w, "CSeq: ");
	sip_put_number(w, request->cseq);
	sip_put_text(w, " ");
	sip_put_text(w, method);
	sip_put_text(w, "\r\n");
	if (request->method == SIP_UPDATE)
		put_refresh(w, &dialog->flow, request);
	if (request->product != NULL)
		put_field(w, "User-Agent", span_str(request->product));
	put_body(w, request->content_type, request->body);
}
