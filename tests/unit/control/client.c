// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "tests/unit/control/client.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- names for tokens ----------------------------------------------------------------------------

static unsigned name_number(const struct token_names *names, unsigned index)
{
	unsigned n = 0;

	for (unsigned i = 0; i <= index; i++)
		n += names->kinds[i] == names->kinds[index];
	return n;
}

static unsigned name_find(struct token_names *names, const char *token, char kind)
{
	unsigned i;

	for (i = 0; i < names->count; i++) {
		if (strncmp(names->tokens[i], token, TOKEN_SIZE - 1) == 0)
			return i;
	}
	assert_true(i < TOKEN_NAMES_MAX);
	memcpy(names->tokens[i], token, TOKEN_SIZE - 1);
	names->kinds[i] = kind;
	return names->count++;
}

static bool is_token(const char *p)
{
	return strspn(p, "0123456789abcdef") == TOKEN_SIZE - 1;
}

static bool is_gcid(const char *p)
{
	return strspn(p, "0123456789ABCDEF") == CSTA_GCID_SIZE - 1;
}

// Copies with tokens named and with the words left out that say nothing.
static void text_name(struct token_names *names, const char *from, char *to, size_t size)
{
	static const char *const fillers[] = { "monitorCrossRefID=", "{ callID=", " deviceID=",
		"{ deviceIdentifier=", "{ numberDialed=" };
	static const char *const kept[] = { "", "{", " ", "{", "{" };
	const char *start = from;
	char *end = to + size - 16;

	while (*from != '\0' && to < end) {
		size_t i;

		for (i = 0; i < 5 && strncmp(from, fillers[i], strlen(fillers[i])) != 0; i++)
			;
		if (i < 5) {
			to += sprintf(to, "%s", kept[i]);
			from += strlen(fillers[i]);
		} else if (is_token(from)) {
			bool call = from - start >= 7 && memcmp(from - 7, "callID=", 7) == 0;
			unsigned name = name_find(names, from, call ? 'C' : 'M');

			to += sprintf(to, "%c%u", names->kinds[name], name_number(names, name));
			from += TOKEN_SIZE - 1;
		} else if (is_gcid(from)) {
			to += sprintf(to, "G%u", name_number(names, name_find(names, from, 'G')));
			from += CSTA_GCID_SIZE - 1;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
}

// Copies with >C1< and >M1< replaced by what they name.
static void text_unname(const struct token_names *names, const char *from, char *to)
{
	while (*from != '\0') {
		bool named = from[0] == '>' && (from[1] == 'C' || from[1] == 'M') &&
			     isdigit((unsigned char)from[2]);
		char *rest = NULL;
		unsigned n = named ? (unsigned)strtoul(from + 2, &rest, 10) : 0;

		for (unsigned i = 0; named && i < names->count; i++) {
			if (*rest == '<' && names->kinds[i] == from[1] &&
				name_number(names, i) == n) {
				to += sprintf(to, ">%.*s", TOKEN_SIZE - 1, names->tokens[i]);
				from = rest;
				named = false;
			}
		}
		*to++ = *from++;
	}
	*to = '\0';
}

// --- the client ----------------------------------------------------------------------------------

void client_init(struct client *client, struct rig *rig, struct token_names *names, unsigned number,
	const char *to_uri)
{
	memset(client, 0, sizeof(*client));
	client->rig = rig;
	client->names = names;
	client->dialog = handle_make((uint8_t)(number % 2), 7, 1000 + number);
	csta_init();
	assert_int_equal(csta_reader_init(&client->reader), 0);
	client->open.transport = TRANSPORT_TCP;
	client->open.supports_timer = true;
	client->open.remote.addr = addr_ipv4(htonl(0x0a000064));
	client->open.remote.port = (uint16_t)(30000 + number);
	snprintf(client->open.from_uri, URI_TEXT_SIZE, "sip:user%u@example.com", number);
	snprintf(client->open.to_uri, URI_TEXT_SIZE, "%s", to_uri);
	snprintf(client->open.request_uri, URI_TEXT_SIZE, "%s", to_uri);
	snprintf(client->open.user_agent, AGENT_TEXT_SIZE, "client %u", number);
}

void client_fini(struct client *client)
{
	csta_reader_fini(&client->reader);
}

static enum csta_verdict body_read(struct client *client, const char *body, struct csta_msg *msg)
{
	char xml[CLIENT_TEXT_SIZE];

	if (body == NULL) {
		csta_msg_init(msg, CSTA_NONE);
		return CSTA_READ_OK;
	}
	text_unname(client->names, body, xml);
	return csta_read(&client->reader, xml, strlen(xml), msg);
}

// As text, after making sure that it can be written and says the same when read again.
static void msg_print(struct client *client, const struct csta_msg *msg, char *text, size_t size)
{
	char line[CLIENT_TEXT_SIZE], again[CLIENT_TEXT_SIZE], xml[CLIENT_TEXT_SIZE];
	struct csta_msg copy;
	ssize_t n;

	if (msg->type == CSTA_NONE) {
		snprintf(text, size, "-");
		return;
	}
	n = csta_write(msg, NULL, xml, sizeof(xml));
	assert_true(n > 0);
	assert_int_equal(csta_read(&client->reader, xml, (size_t)n, &copy), CSTA_READ_OK);
	csta_print(msg, line, sizeof(line));
	csta_print(&copy, again, sizeof(again));
	assert_string_equal(line, again);
	text_name(client->names, line, text, size);
}

static uint64_t now_us(void)
{
	return engine_now_us();
}

// `transaction` comes first in all three.
static bool is_answer(const struct command *command, handle_t transaction)
{
	return (command->type == COMMAND_CSTA_RESPONSE || command->type == COMMAND_SESSION_ACCEPT ||
		       command->type == COMMAND_SESSION_REJECT) &&
	       command->csta_response.transaction == transaction;
}

// The turn of this event; returns the one command that answers its transaction, which goes before
// all that any client is told.
static const struct command *turn(struct client *client, struct event *event, handle_t transaction)
{
	const struct command *answer = NULL;
	struct rig *rig = client->rig;
	size_t first = rig->command_count;

	event->handle = client->dialog;
	event->time_us = now_us();
	rig_event(rig, event);
	for (size_t i = first; i < rig->command_count; i++) {
		const struct command *command = rig->commands[i];

		if (is_answer(command, transaction)) {
			assert_null(answer);
			answer = command;
		} else if (answer == NULL) {
			assert_int_not_equal(command->type, COMMAND_CSTA_EVENT);
			assert_int_not_equal(command->type, COMMAND_SESSION_BYE);
		}
	}
	assert_non_null(answer);
	assert_int_equal(answer->handle, client->dialog);
	assert_int_equal(answer->worker, handle_owner(client->dialog));
	assert_int_equal(answer->time_us, event->time_us);
	return answer;
}

static const char *session_answer(struct client *client, const struct command *command)
{
	int n;

	if (command->type == COMMAND_SESSION_REJECT) {
		n = snprintf(
			client->text, sizeof(client->text), "%u", command->session_reject.status);
		if (command->session_reject.min_se_s != 0)
			snprintf(client->text + n, 32, " min-se %u",
				command->session_reject.min_se_s);
		if (command->session_reject.retry_after_s != 0)
			snprintf(client->text + n, 32, " retry-after %u",
				command->session_reject.retry_after_s);
		return client->text;
	}
	assert_int_equal(command->type, COMMAND_SESSION_ACCEPT);
	n = snprintf(client->text, sizeof(client->text), "200 %u%s ",
		command->session_accept.session_expires_s,
		command->session_accept.refresher == REFRESHER_UAS ? "/uas" : "");
	assert_int_equal(command->session_accept.refresher == REFRESHER_UNSET,
		command->session_accept.session_expires_s == 0);
	msg_print(client, &command->session_accept.csta, client->text + n,
		sizeof(client->text) - (size_t)n);
	return client->text;
}

static handle_t transaction_new(void)
{
	static uint32_t count;

	return handle_make(0, 1, ++count);
}

const char *client_invite(struct client *client, const char *body)
{
	struct event event = { .type = EVENT_SESSION_OPEN };

	client->open.transaction = transaction_new();
	event.session_open = client->open;
	body_read(client, body, &event.session_open.csta);
	return session_answer(client, turn(client, &event, client->open.transaction));
}

void client_open(struct client *client)
{
	assert_string_equal(client_invite(client, "<RequestSystemStatus/>"),
		"200 1800 RequestSystemStatusResponse systemStatus=normal");
}

const char *client_refresh(struct client *client, uint32_t expires_s, const char *body)
{
	struct event event = { .type = EVENT_SESSION_REFRESH };
	struct event_session_refresh *refresh = &event.session_refresh;

	refresh->transaction = transaction_new();
	refresh->remote = client->open.remote;
	refresh->transport = client->open.transport;
	refresh->supports_timer = client->open.supports_timer;
	refresh->session_expires_s = expires_s;
	refresh->refresher = client->open.refresher;
	refresh->min_se_s = client->open.min_se_s;
	body_read(client, body, &refresh->csta);
	return session_answer(client, turn(client, &event, refresh->transaction));
}

void client_answer(struct client *client, const struct event_session_answered *answered)
{
	struct event event = {
		.type = EVENT_SESSION_ANSWERED,
		.handle = client->dialog,
		.time_us = now_us(),
		.session_answered = *answered,
	};

	rig_event(client->rig, &event);
}

void client_bye(struct client *client)
{
	struct event event = { .type = EVENT_SESSION_CLOSED, .handle = client->dialog };

	event.session_closed.reason = SESSION_CLOSE_BYE;
	rig_event(client->rig, &event);
}

void client_lose(struct client *client, uint32_t messages)
{
	struct event event = { .type = EVENT_SESSION_LOST, .handle = client->dialog };

	event.session_lost.messages = messages;
	rig_event(client->rig, &event);
}

const char *client_ask(struct client *client, const char *body)
{
	struct event event = { .type = EVENT_CSTA_REQUEST };
	struct event_csta_request *request = &event.csta_request;
	const struct command *command;

	request->transaction = transaction_new();
	request->verdict = (uint16_t)body_read(client, body, &request->csta);
	if (request->verdict != CSTA_READ_OK)
		memcpy(request->bad_element, client->reader.bad_element,
			sizeof(request->bad_element));
	command = turn(client, &event, request->transaction);
	if (command->type != COMMAND_CSTA_RESPONSE)
		return session_answer(client, command);
	assert_int_equal(command->csta_response.csta.ns, request->csta.ns);
	msg_print(client, &command->csta_response.csta, client->text, sizeof(client->text));
	return client->text;
}

// What the client is told by this command; nothing when it is an answer.
static bool command_text(
	struct client *client, const struct command *command, char *text, size_t size)
{
	const struct command_session_refresh *refresh = &command->session_refresh;
	int n;

	switch (command->type) {
	case COMMAND_CSTA_EVENT:
		msg_print(client, &command->csta_event, text, size);
		return true;
	case COMMAND_SESSION_BYE:
		snprintf(text, size, "BYE");
		return true;
	case COMMAND_SESSION_REFRESH:
		n = snprintf(text, size, "UPDATE %u", refresh->session_expires_s);
		if (refresh->min_se_s != 0)
			snprintf(text + n, size - (size_t)n, " min-se %u", refresh->min_se_s);
		return true;
	default:
		return false;
	}
}

const char *client_hear(struct client *client)
{
	struct rig *rig = client->rig;
	size_t n = 0;

	client->text[0] = '\0';
	for (; client->seen < rig->command_count; client->seen++) {
		const struct command *command = rig->commands[client->seen];
		char line[CLIENT_TEXT_SIZE];

		if (command->handle != client->dialog ||
			!command_text(client, command, line, sizeof(line)))
			continue;
		n += (size_t)snprintf(client->text + n, sizeof(client->text) - n, "%s\n", line);
	}
	return client->text;
}

void client_told(struct client *client, const char *expected)
{
	assert_string_equal(client_hear(client), expected);
}
