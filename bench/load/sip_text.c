// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "bench/load/sip_text.h"

#include "bench/load/internal.h"

enum { SIP_SIZE_MAX = 65536 };

static bool starts(struct span s, struct span with)
{
	return s.n >= with.n && memcmp(s.p, with.p, with.n) == 0;
}

static bool names(struct span line, struct span name, struct span *value)
{
	if (line.n <= name.n || line.p[name.n] != ':' || !span_ieq(span_head(line, name.n), name))
		return false;
	*value = span_trim(span_from(line, name.n + 1));
	return true;
}

static bool start_read(struct span line, struct sip_text *text)
{
	struct span version = SPAN("SIP/2.0 ");

	if (starts(line, version))
		return span_u32(span_head(span_from(line, version.n), 3), &text->status);
	text->method = span_head(line, span_find(line, ' '));
	return text->method.n > 0 && text->method.n < line.n;
}

static bool cseq_read(struct span value, struct sip_text *text)
{
	size_t blank = span_find(value, ' ');

	text->method = span_trim(span_from(value, blank));
	return span_u32(span_head(value, blank), &text->cseq);
}

// By the first letter: most lines are none of ours.
static bool line_read(struct span line, struct sip_text *text, uint32_t *length)
{
	struct span value;

	switch (line.p[0] | 0x20) {
	case 'v':
		if (names(line, SPAN("Via"), &value)) {
			if (text->vias.n == 0)
				text->vias.p = line.p;
			text->vias.n = (size_t)(line.p + line.n - text->vias.p);
		}
		return true;
	case 'f':
		if (names(line, SPAN("From"), &value))
			text->from = line;
		return true;
	case 't':
		if (names(line, SPAN("To"), &value))
			text->to = line;
		return true;
	case 'c':
		if (names(line, SPAN("Call-ID"), &value)) {
			text->call_id = line;
		} else if (names(line, SPAN("CSeq"), &value)) {
			text->cseq_line = line;
			return cseq_read(value, text);
		} else if (names(line, SPAN("Content-Length"), &value)) {
			return span_u32(value, length);
		} else if (names(line, SPAN("Contact"), &value)) {
			text->contact = value;
		}
		return true;
	default:
		return true;
	}
}

int sip_text_read(const char *p, size_t n, struct sip_text *text)
{
	struct span all = span_of(p, n);
	uint32_t length = 0;
	bool first = true;

	*text = (struct sip_text){ 0 };
	for (;;) {
		size_t eol = span_find(all, '\n');
		struct span line = span_head(all, eol);

		if (eol == all.n)
			return n < SIP_SIZE_MAX ? 0 : -1;
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		all = span_from(all, eol + 1);
		if (line.n == 0 && !first)
			break;
		if (line.n == 0) // an empty line before a message keeps a connection alive
			continue;
		if (first ? !start_read(line, text) : !line_read(line, text, &length))
			return -1;
		first = false;
	}
	if (length > all.n)
		return length < SIP_SIZE_MAX ? 0 : -1;
	text->body = span_head(all, length);
	text->size = (size_t)(all.p - p) + length;
	return 1;
}

struct span sip_text_tag(struct span line)
{
	const char *hit = line.n == 0 ? NULL : memmem(line.p, line.n, ";tag=", 5);
	struct span tag;

	if (hit == NULL)
		return SPAN_NONE;
	tag = span_from(line, (size_t)(hit - line.p) + 5);
	return span_head(tag, span_find(tag, ';'));
}

// The next start tag's name and the text behind it, up to the next tag. False at the end.
static bool xml_next(struct span *rest, struct span *name, struct span *text)
{
	for (;;) {
		size_t open = span_find(*rest, '<'), close, end = 0;

		*rest = span_from(*rest, open + 1);
		if (rest->n == 0)
			return false;
		if (rest->p[0] == '/' || rest->p[0] == '?' || rest->p[0] == '!')
			continue;
		close = span_find(*rest, '>');
		*name = span_head(*rest, close);
		while (end < name->n && name->p[end] != ' ' && name->p[end] != '/')
			end++;
		*rest = span_from(*rest, close + 1);
		*name = span_head(*name, end);
		*text = span_head(*rest, span_find(*rest, '<'));
		return true;
	}
}

struct span xml_root(struct span body)
{
	struct span name, text;

	return xml_next(&body, &name, &text) ? name : SPAN_NONE;
}

struct span xml_text(struct span body, struct span wanted)
{
	struct span name, text;

	while (xml_next(&body, &name, &text)) {
		if (span_eq(name, wanted))
			return text;
	}
	return SPAN_NONE;
}

bool event_text_read(struct span body, struct seen_event *event)
{
	const struct {
		struct span name;
		struct span *out;
	} members[] = {
		{ SPAN("monitorCrossRefID"), &event->cross_ref },
		{ SPAN("callID"), &event->call_id },
		{ SPAN("deviceID"), &event->device },
		{ SPAN("localConnectionInfo"), &event->local },
	};
	const size_t count = sizeof(members) / sizeof(members[0]);
	struct span name, text;
	size_t found = 0;

	if (!xml_next(&body, &event->name, &text))
		return false;
	// The writer keeps the order of the schema, in which they come one after the other.
	while (found < count && xml_next(&body, &name, &text)) {
		if (span_eq(name, members[found].name))
			*members[found++].out = text;
	}
	return found == count;
}
