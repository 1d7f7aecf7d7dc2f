// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/handoff/message.h"

#include <stdarg.h>
#include <stdio.h>

#define END_OF(type, member) (offsetof(struct type, member) + sizeof(((struct type *)0)->member))

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t with_conns(const struct event_conns_alive *alive)
{
	return offsetof(struct event, conns_alive.conns) +
	       smaller(alive->count, CONNS_ALIVE_MAX) * sizeof(alive->conns[0]);
}

// Bytes of a message whose last member is a codec's message, which knows its own size.
static size_t with_sccp(size_t at, const struct sccp_msg *msg)
{
	return at + smaller(sccp_msg_size(msg), sizeof(*msg));
}

static size_t with_csta(size_t at, const struct csta_msg *msg)
{
	return at + smaller(csta_msg_size(msg), sizeof(*msg));
}

size_t event_size(const struct event *event)
{
	switch ((enum event_type)event->type) {
	case EVENT_CONN_OPENED:
		return END_OF(event, conn_opened);
	case EVENT_CONN_CLOSED:
		return END_OF(event, conn_closed);
	case EVENT_SCCP:
		return with_sccp(offsetof(struct event, sccp), &event->sccp);
	case EVENT_CONNS_ALIVE:
		return with_conns(&event->conns_alive);
	case EVENT_SESSION_OPEN:
		return with_csta(
			offsetof(struct event, session_open.csta), &event->session_open.csta);
	case EVENT_SESSION_REFRESH:
		return with_csta(
			offsetof(struct event, session_refresh.csta), &event->session_refresh.csta);
	case EVENT_SESSION_ANSWERED:
		return END_OF(event, session_answered);
	case EVENT_SESSION_CLOSED:
		return END_OF(event, session_closed);
	case EVENT_CSTA_REQUEST:
		return with_csta(
			offsetof(struct event, csta_request.csta), &event->csta_request.csta);
	case EVENT_SESSION_LOST:
		return END_OF(event, session_lost);
	case EVENT_NONE:
	case EVENT_TYPES:
		break;
	}
	return offsetof(struct event, conn_opened);
}

size_t command_size(const struct command *command)
{
	switch ((enum command_type)command->type) {
	case COMMAND_SCCP:
		return with_sccp(offsetof(struct command, sccp), &command->sccp);
	case COMMAND_SESSION_ACCEPT:
		return with_csta(offsetof(struct command, session_accept.csta),
			&command->session_accept.csta);
	case COMMAND_SESSION_REJECT:
		return END_OF(command, session_reject);
	case COMMAND_SESSION_REFRESH:
		return END_OF(command, session_refresh);
	case COMMAND_SESSION_MISSED:
		return END_OF(command, session_missed);
	case COMMAND_CSTA_RESPONSE:
		return with_csta(
			offsetof(struct command, csta_response.csta), &command->csta_response.csta);
	case COMMAND_CSTA_EVENT:
		return with_csta(offsetof(struct command, csta_event), &command->csta_event);
	case COMMAND_CONN_CLOSE:
	case COMMAND_CONN_ABORT:
	case COMMAND_SESSION_BYE:
	case COMMAND_NONE:
	case COMMAND_TYPES:
		break;
	}
	return offsetof(struct command, sccp);
}

const char *event_name(enum event_type type)
{
	static const char *const names[EVENT_TYPES] = {
#define X(name, member, text) [name] = #name,
		EVENTS(X)
#undef X
	};

	return (unsigned)type < EVENT_TYPES && names[type] != NULL ? names[type] : "EVENT_?";
}

const char *command_name(enum command_type type)
{
	static const char *const names[COMMAND_TYPES] = {
#define X(name, member, text) [name] = #name,
		COMMANDS(X)
#undef X
	};

	return (unsigned)type < COMMAND_TYPES && names[type] != NULL ? names[type] : "COMMAND_?";
}

// --- printing
// ---------------------------------------------------------------------------------------

// Text that grows in a field of fixed size; `n` is what it would take in all.
struct line {
	char *text;
	size_t size;
	int n;
};

__attribute__((format(printf, 2, 3))) static void line_add(
	struct line *line, const char *format, ...)
{
	size_t used = smaller((size_t)line->n, line->size);
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(
		line->size > used ? line->text + used : NULL, line->size - used, format, args);
	va_end(args);
	line->n += n > 0 ? n : 0;
}

static void line_sccp(struct line *line, const struct sccp_msg *msg)
{
	char text[SCCP_TEXT_SIZE];

	sccp_print(msg, text, sizeof(text));
	line_add(line, " %s", text);
}

static void line_csta(struct line *line, const struct csta_msg *msg)
{
	char text[CSTA_MSG_MAX];

	csta_print(msg, text, sizeof(text));
	line_add(line, " %s", text);
}

static void line_timer(
	struct line *line, uint32_t session_expires_s, uint8_t refresher, bool supports_timer)
{
	static const char *const names[] = { "unset", "uac", "uas" };

	if (session_expires_s == 0 && !supports_timer)
		return;
	line_add(line, " timer %us refresher %s", session_expires_s,
		names[refresher <= REFRESHER_UAS ? refresher : REFRESHER_UNSET]);
}

static void line_min_se(struct line *line, uint32_t min_se_s)
{
	if (min_se_s != 0)
		line_add(line, " min-se %us", min_se_s);
}

static void line_session_open(struct line *line, const struct event_session_open *open)
{
	char remote[ENDPOINT_TEXT_SIZE];

	line_add(line, " transaction %016llx from %s/%s uri <%s> from <%s> to <%s> agent \"%s\"",
		(unsigned long long)open->transaction, endpoint_text(&open->remote, remote),
		open->transport == TRANSPORT_TCP ? "tcp" : "udp", open->request_uri, open->from_uri,
		open->to_uri, open->user_agent);
	line_timer(line, open->session_expires_s, open->refresher, open->supports_timer);
	line_min_se(line, open->min_se_s);
	line_csta(line, &open->csta);
}

static void line_session_refresh(struct line *line, const struct event_session_refresh *refresh)
{
	char remote[ENDPOINT_TEXT_SIZE];

	line_add(line, " transaction %016llx from %s/%s", (unsigned long long)refresh->transaction,
		endpoint_text(&refresh->remote, remote),
		refresh->transport == TRANSPORT_TCP ? "tcp" : "udp");
	line_timer(line, refresh->session_expires_s, refresh->refresher, refresh->supports_timer);
	line_min_se(line, refresh->min_se_s);
	line_csta(line, &refresh->csta);
}

static void line_answered(struct line *line, const struct event_session_answered *answered)
{
	line_add(line, " status %u", answered->status);
	line_timer(line, answered->session_expires_s, answered->refresher, false);
	line_min_se(line, answered->min_se_s);
	line_add(line, " heard %llu", (unsigned long long)answered->heard_us);
}

static void line_conn_opened(struct line *line, const struct event_conn_opened *opened)
{
	char remote[ENDPOINT_TEXT_SIZE];
	char local[ENDPOINT_TEXT_SIZE];

	line_add(line, " %s to %s", endpoint_text(&opened->remote, remote),
		endpoint_text(&opened->local, local));
}

static void line_conns(struct line *line, const struct event_conns_alive *alive)
{
	for (uint32_t i = 0; i < alive->count && i < CONNS_ALIVE_MAX; i++)
		line_add(line, " %016llx", (unsigned long long)alive->conns[i]);
}

static void line_csta_request(struct line *line, const struct event_csta_request *request)
{
	line_add(line, " transaction %016llx", (unsigned long long)request->transaction);
	if (request->verdict != CSTA_READ_OK)
		line_add(line, " (%s %s)", csta_verdict_name(request->verdict),
			request->bad_element);
	line_csta(line, &request->csta);
}

int event_print(const struct event *event, char *text, size_t size)
{
	static const char *const conn_reasons[] = {
		[CONN_CLOSE_PEER] = "peer",
		[CONN_CLOSE_RESET] = "reset",
		[CONN_CLOSE_TIMEOUT] = "timeout",
		[CONN_CLOSE_LOCAL] = "local",
		[CONN_CLOSE_GARBAGE] = "garbage",
	};
	static const char *const session_reasons[] = {
		[SESSION_CLOSE_BYE] = "bye",
		[SESSION_CLOSE_CANCELLED] = "cancelled",
		[SESSION_CLOSE_NO_ACK] = "no ack",
		[SESSION_CLOSE_UNKNOWN] = "unknown to the client",
	};
	struct line line = { text, size, 0 };

	line_add(&line, "%s %u.%u %016llx", event_name(event->type), event->worker, event->seq,
		(unsigned long long)event->handle);
	switch ((enum event_type)event->type) {
	case EVENT_CONN_OPENED:
		line_conn_opened(&line, &event->conn_opened);
		break;
	case EVENT_CONN_CLOSED:
		line_add(&line, " %s",
			conn_reasons[event->conn_closed.reason % (CONN_CLOSE_GARBAGE + 1)]);
		break;
	case EVENT_SCCP:
		line_sccp(&line, &event->sccp);
		break;
	case EVENT_CONNS_ALIVE:
		line_conns(&line, &event->conns_alive);
		break;
	case EVENT_SESSION_OPEN:
		line_session_open(&line, &event->session_open);
		break;
	case EVENT_SESSION_REFRESH:
		line_session_refresh(&line, &event->session_refresh);
		break;
	case EVENT_SESSION_ANSWERED:
		line_answered(&line, &event->session_answered);
		break;
	case EVENT_SESSION_CLOSED:
		line_add(&line, " %s",
			session_reasons[event->session_closed.reason %
					(SESSION_CLOSE_UNKNOWN + 1)]);
		break;
	case EVENT_CSTA_REQUEST:
		line_csta_request(&line, &event->csta_request);
		break;
	case EVENT_SESSION_LOST:
		line_add(&line, " %u messages", event->session_lost.messages);
		break;
	case EVENT_NONE:
	case EVENT_TYPES:
		break;
	}
	return line.n;
}

static void line_reject(struct line *line, const struct command_session_reject *reject)
{
	line_add(line, " transaction %016llx status %u", (unsigned long long)reject->transaction,
		reject->status);
	if (reject->retry_after_s != 0)
		line_add(line, " retry after %us", reject->retry_after_s);
	line_min_se(line, reject->min_se_s);
}

int command_print(const struct command *command, char *text, size_t size)
{
	struct line line = { text, size, 0 };

	line_add(&line, "%s %u.%u %016llx", command_name(command->type), command->worker,
		command->seq, (unsigned long long)command->handle);
	switch ((enum command_type)command->type) {
	case COMMAND_SCCP:
		line_sccp(&line, &command->sccp);
		break;
	case COMMAND_SESSION_ACCEPT:
		line_add(&line, " transaction %016llx",
			(unsigned long long)command->session_accept.transaction);
		line_timer(&line, command->session_accept.session_expires_s,
			command->session_accept.refresher, false);
		line_csta(&line, &command->session_accept.csta);
		break;
	case COMMAND_SESSION_REJECT:
		line_reject(&line, &command->session_reject);
		break;
	case COMMAND_SESSION_REFRESH:
		line_timer(&line, command->session_refresh.session_expires_s, REFRESHER_UAC, false);
		line_min_se(&line, command->session_refresh.min_se_s);
		break;
	case COMMAND_SESSION_MISSED:
		line_add(&line, " %u messages", command->session_missed.messages);
		break;
	case COMMAND_CSTA_RESPONSE:
		line_add(&line, " transaction %016llx",
			(unsigned long long)command->csta_response.transaction);
		line_csta(&line, &command->csta_response.csta);
		break;
	case COMMAND_CSTA_EVENT:
		line_csta(&line, &command->csta_event);
		break;
	case COMMAND_CONN_CLOSE:
	case COMMAND_CONN_ABORT:
	case COMMAND_SESSION_BYE:
	case COMMAND_NONE:
	case COMMAND_TYPES:
		break;
	}
	return line.n;
}
