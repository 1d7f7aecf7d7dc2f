// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/sip/sip.h"

#include "dataplane/sip/lex.h"

// One pass over a message. The first fault is kept and reading goes on, so that the fields an
// answer needs are there.
struct scan {
	struct sip_msg *msg;
	const char *p;
	const char *end;
	enum sip_verdict fault;
	bool two_lengths;
};

static const struct {
	struct span name;
	bool repeat;
} headers[SIP_H_COUNT] = {
#define X(id, text, first, last, compact, may_repeat, list) \
	[SIP_H_##id] = { { text, sizeof(text) - 1 }, may_repeat },
#include "dataplane/sip/headers.def"
#undef X
};

static void scan_fault(struct scan *scan, enum sip_verdict fault)
{
	if (scan->fault == SIP_OK)
		scan->fault = fault;
}

static unsigned char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 'a' - 'A') : (unsigned char)c;
}

static enum sip_header_id compact_id(char c)
{
	unsigned wanted = lower(c);

	switch (wanted) {
#define COMPACT(letter, id) ((letter) != 0 ? (letter) : 256 + SIP_H_##id)
#define X(id, name, first, last, letter, repeat, list) \
	case COMPACT(letter, id): \
		return SIP_H_##id;
#include "dataplane/sip/headers.def"
#undef X
#undef COMPACT
	default:
		return SIP_H_NONE;
	}
}

#define NAME_KEY(n, first, last) ((unsigned)(n) << 16 | (unsigned)(first) << 8 | (unsigned)(last))

static enum sip_header_id header_id(struct span name)
{
	enum sip_header_id id;

	if (name.n == 1)
		return compact_id(name.p[0]);
	switch (NAME_KEY(name.n, lower(name.p[0]), lower(name.p[name.n - 1]))) {
#define X(id_, text, first, last, compact, repeat, list) \
	case NAME_KEY(sizeof(text) - 1, first, last): \
		id = SIP_H_##id_; \
		break;
#include "dataplane/sip/headers.def"
#undef X
	default:
		return SIP_H_NONE;
	}
	// Nearly everyone writes the names as the RFCs do.
	if (memcmp(name.p, headers[id].name.p, name.n) == 0 || span_ieq(name, headers[id].name))
		return id;
	return SIP_H_NONE;
}

// The next line with its folds, without its end. False when its end, or the byte that tells whether
// a fold follows, is not there yet.
static bool line_take(struct scan *scan, struct span *line)
{
	const char *start = scan->p, *next = scan->p;

	do {
		next = memchr(next, '\n', (size_t)(scan->end - next));
		if (next == NULL || ++next == scan->end)
			return false;
	} while (*next == ' ' || *next == '\t');
	scan->p = next;
	*line = span_of(start, (size_t)(next - start) - 1);
	if (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

// Takes an empty line when one comes next.
static bool empty_line_take(struct scan *scan)
{
	size_t left = (size_t)(scan->end - scan->p);

	if (left >= 1 && scan->p[0] == '\n')
		scan->p += 1;
	else if (left >= 2 && scan->p[0] == '\r' && scan->p[1] == '\n')
		scan->p += 2;
	else
		return false;
	return true;
}

static bool version_read(struct scan *scan, struct span version)
{
	if (!span_ieq(span_head(version, 4), SPAN("SIP/")))
		return false;
	if (!span_ieq(version, SPAN("SIP/2.0")))
		scan_fault(scan, SIP_BAD_VERSION);
	return true;
}

static void request_line(struct scan *scan, struct span line)
{
	struct sip_msg *msg = scan->msg;
	struct span rest = line, method = lex_token(&rest);
	size_t last = rest.n;

	while (last > 0 && rest.p[last - 1] != ' ')
		last--;
	msg->request = true;
	msg->method_text = method;
	msg->method = (uint8_t)sip_method_of(method);
	if (!version_read(scan, span_from(rest, last))) {
		scan->fault = SIP_NOT_SIP;
		return;
	}
	// One blank each between method, URI and version (7.1).
	msg->uri = last < 2 ? SPAN_NONE : span_of(rest.p + 1, last - 2);
	if (method.n == 0 || last < 2 || rest.p[0] != ' ' || msg->uri.n == 0 ||
		span_find(msg->uri, ' ') < msg->uri.n)
		scan_fault(scan, SIP_BAD_START_LINE);
}

static void status_line(struct scan *scan, struct span line)
{
	struct sip_msg *msg = scan->msg;
	struct span rest = line;
	uint32_t status = 0;

	version_read(scan, lex_until(&rest, ' ', ' '));
	lex_blank(&rest);
	if (!span_u32(lex_digits(&rest), &status) || status < 100 || status > 699) {
		scan_fault(scan, SIP_BAD_START_LINE);
		return;
	}
	msg->status = (uint16_t)status;
	msg->reason = span_trim(rest);
}

static void start_line(struct scan *scan, struct span line)
{
	struct span trimmed = span_trim(line);

	if (span_ieq(span_head(trimmed, 4), SPAN("SIP/")))
		status_line(scan, trimmed);
	else
		request_line(scan, trimmed);
	if (trimmed.n != line.n)
		scan_fault(scan, SIP_BAD_START_LINE);
}

static void header_add(struct scan *scan, enum sip_header_id id, struct span value)
{
	struct sip_msg *msg = scan->msg;

	if (msg->first[id] != 0 && !headers[id].repeat) {
		scan->two_lengths |= id == SIP_H_CONTENT_LENGTH;
		scan_fault(scan, SIP_REPEATED_HEADER);
		return;
	}
	if (msg->header_count == SIP_HEADERS_MAX) {
		scan_fault(scan, SIP_TOO_MANY_HEADERS);
		return;
	}
	msg->header[msg->header_count++] = (struct sip_header){ value, (uint8_t)id, 0 };
	if (msg->first[id] == 0)
		msg->first[id] = msg->header_count;
	else
		msg->header[msg->last[id] - 1].next = msg->header_count;
	msg->last[id] = msg->header_count;
}

static void header_line(struct scan *scan, struct span line)
{
	size_t colon = span_find(line, ':');
	struct span name = span_trim(span_head(line, colon));
	enum sip_header_id id;

	if (colon == line.n || name.n == 0 || span_is_blank(line.p[0])) {
		scan_fault(scan, SIP_BAD_HEADER);
		return;
	}
	id = header_id(name);
	if (id != SIP_H_NONE)
		header_add(scan, id, span_trim(span_from(line, colon + 1)));
}

static void cseq_read(struct scan *scan)
{
	struct sip_msg *msg = scan->msg;

	if (!sip_cseq_parse(sip_value(msg, SIP_H_CSEQ), &msg->cseq)) {
		scan_fault(scan, SIP_BAD_CSEQ);
		return;
	}
	if (!msg->request)
		msg->method = (uint8_t)sip_method_of(msg->cseq.method);
	else if (!span_eq(msg->cseq.method, msg->method_text))
		scan_fault(scan, SIP_BAD_CSEQ);
}

static void mandatory_check(struct scan *scan)
{
	static const uint8_t mandatory[] = { SIP_H_VIA, SIP_H_FROM, SIP_H_TO, SIP_H_CALL_ID,
		SIP_H_CSEQ };

	for (size_t i = 0; i < sizeof(mandatory); i++)
		if (sip_value(scan->msg, mandatory[i]).n == 0)
			scan_fault(scan, SIP_MISSING_HEADER);
	if (sip_value(scan->msg, SIP_H_CSEQ).n > 0)
		cseq_read(scan);
}

// Finds the end of the message. False: it is not there yet.
static bool body_take(struct scan *scan)
{
	struct sip_msg *msg = scan->msg;
	size_t left = (size_t)(scan->end - scan->p);
	struct span told = sip_value(msg, SIP_H_CONTENT_LENGTH);
	uint32_t length = (uint32_t)left;

	if (span_u32(told, &length)) {
		msg->has_length = !scan->two_lengths;
	} else if (msg->first[SIP_H_CONTENT_LENGTH] != 0) {
		scan_fault(scan, SIP_BAD_LENGTH);
		length = (uint32_t)left;
	}
	msg->content_length = length;
	msg->body = span_of(scan->p, length < left ? length : left);
	if (msg->head.n + (uint64_t)length > SIP_MESSAGE_MAX) {
		scan->fault = SIP_TOO_LONG;
		return true;
	}
	msg->bytes.n = msg->head.n + msg->body.n;
	return length <= left;
}

enum sip_verdict sip_parse(struct sip_msg *msg, const void *p, size_t n)
{
	struct scan scan = { msg, p, (const char *)p + n, SIP_OK, false };
	struct span line;

	memset(msg, 0, offsetof(struct sip_msg, header));
	msg->bytes = span_of(p, n);
	if (n > SIP_MESSAGE_MAX) // so that no sum below wraps
		scan.end = scan.p + SIP_MESSAGE_MAX;
	while (empty_line_take(&scan)) // may come before a message (7.5)
		;
	if (!line_take(&scan, &line))
		return n < SIP_MESSAGE_MAX ? SIP_MORE : SIP_NOT_SIP;
	start_line(&scan, line);
	if (scan.fault == SIP_NOT_SIP)
		return SIP_NOT_SIP;
	while (!empty_line_take(&scan)) {
		if (!line_take(&scan, &line))
			return n < SIP_MESSAGE_MAX ? SIP_MORE : SIP_TOO_LONG;
		header_line(&scan, line);
	}
	msg->head = span_of(p, (size_t)(scan.p - (const char *)p));
	mandatory_check(&scan);
	if (!body_take(&scan))
		return SIP_MORE;
	return scan.fault;
}
