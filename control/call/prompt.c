// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Prompted calls (ECMA-269, Make Call, auto originate): the phone rings for its own user, and when
// the handset is lifted the call is made. Until then the connection is initiated and has no line.
#include <stdio.h>

#include "control/call/model.h"
#include "control/phone/phone.h"

enum call_result call_prompt(struct dn *dn, const char *number, struct connection **out)
{
	struct line *line = dn_prompting_line(dn);
	enum call_result result;

	if (line == NULL)
		return dn_client_line(dn) == NULL ? CALL_OUT_OF_SERVICE : CALL_NO_PROMPT;
	if (phone_active(line->phone) != NULL)
		return CALL_BAD_STATE;
	result = line_open(line, DIAL_CALL, out);
	if (result != CALL_OK)
		return result;
	(*out)->prompted = true;
	(*out)->call->called = party_of(dn->engine, number);
	snprintf((*out)->digits, sizeof((*out)->digits), "%s", number);
	call_transition(&(struct transition){
		.kind = TRANSITION_SERVICE_INITIATED,
		.cause = CSTA_CAUSE_MAKE_CALL,
		.subject = *out,
		.acting = dn,
	});
	connection_arm(*out, TIMER_PROMPT);
	return CALL_OK;
}

enum call_result connection_proceed(struct connection *connection, struct line *line)
{
	char number[DIGITS_SIZE];

	memcpy(number, connection->digits, sizeof(number));
	connection->digits[0] = '\0';
	connection->prompted = false;
	connection->line = line;
	call_show(connection->call);
	connection_arm(connection, TIMER_INTERDIGIT);
	return number[0] != '\0' ? connection_dial(connection, number) : CALL_OK;
}

void connection_prompt_timeout(struct connection *connection)
{
	connection_clear(connection, CSTA_CAUSE_CALL_NOT_ANSWERED);
}
