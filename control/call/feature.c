// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/call/feature.h"

#include <stdlib.h>
#include <string.h>

#include "control/call/model.h"
#include "control/phone/digits.h"
#include "control/phone/phone.h"
#include "control/phone/status.h"
#include "control/vty/debug.h"

enum { NOAN_S = 18 }; // three rings, where neither client nor operator said how long

static const char *const notice_names[] = {
#define X(name, text) [name] = text,
	NOTICES(X)
#undef X
};

const char *notice_name(enum notice_kind kind)
{
	return notice_names[kind];
}

static void notify(const struct notice *notice)
{
	debug_print(DEBUG_CTI_CALLMON, "%s: %s", notice->dn->numbers[DN_PRIMARY].text,
		notice_names[notice->kind]);
	notice->dn->engine->notify(notice->dn->engine, notice);
}

// --- what changed --------------------------------------------------------------------------------

static uint32_t text_hash(const struct engine *engine, const char *text)
{
	return (uint32_t)siphash(&engine->key, text, strlen(text));
}

static uint32_t forward_hash(const struct dn *dn, enum config_forward_kind kind)
{
	const struct config_forward *forward = config_forward(dn->engine->config, dn->config, kind);

	return text_hash(dn->engine, forward->number) ^ forward->timeout;
}

static void service_refresh(struct dn *dn)
{
	bool now = dn_has_phone(dn);

	if (dn->told.in_service == now)
		return;
	dn->told.in_service = now;
	notify(&(struct notice){
		.kind = now ? NOTICE_BACK_IN_SERVICE : NOTICE_OUT_OF_SERVICE, .dn = dn });
}

static void do_not_disturb_refresh(struct dn *dn)
{
	bool now = dn_do_not_disturb(dn);

	if (dn->told.do_not_disturb == now)
		return;
	dn->told.do_not_disturb = now;
	notify(&(struct notice){ .kind = NOTICE_DO_NOT_DISTURB, .dn = dn, .on = now });
}

static void message_waiting_refresh(struct dn *dn)
{
	uint32_t hash = dn->message_for == NULL ? 0 : text_hash(dn->engine, dn->message_for);

	if (dn->told.message_waiting == dn->message_waiting && dn->told.message_for == hash)
		return;
	dn->told.message_waiting = dn->message_waiting;
	dn->told.message_for = hash;
	notify(&(struct notice){
		.kind = NOTICE_MESSAGE_WAITING, .dn = dn, .on = dn->message_waiting });
}

static bool forwards_refresh(struct dn *dn)
{
	bool changed = false;

	for (unsigned i = 0; i < FORWARD_NIGHT; i++) {
		enum config_forward_kind kind = (enum config_forward_kind)i;
		bool now = dn_is_forwarded(dn, kind);
		uint32_t hash = now ? forward_hash(dn, kind) : 0;

		if (dn->told.forwarded[i] == now && dn->told.forward[i] == hash)
			continue;
		dn->told.forwarded[i] = now;
		dn->told.forward[i] = hash;
		changed = true;
		notify(&(struct notice){
			.kind = NOTICE_FORWARDING, .dn = dn, .on = now, .forward = kind });
	}
	return changed;
}

void dn_refresh(struct dn *dn)
{
	struct line *line;
	bool forwards;

	service_refresh(dn);
	do_not_disturb_refresh(dn);
	message_waiting_refresh(dn);
	forwards = forwards_refresh(dn);
	TAILQ_FOREACH (line, &dn->lines, at_dn) {
		if (forwards)
			line_show_forward(line);
		phone_show_status(line->phone);
	}
	dn_show_in_use(dn);
}

void phone_refresh(struct phone *phone)
{
	for (unsigned i = 0; i < phone->line_count; i++)
		dn_refresh(phone->lines[i].dn);
}

// --- do not disturb ------------------------------------------------------------------------------

// It is the phone's first line, or on no other phone: what is set for the DN is set at that phone.
// Otherwise the phone is somebody else's, who has lines of his own.
static bool line_is_own(const struct line *line)
{
	return line == line->phone->lines ||
	       (TAILQ_FIRST(&line->dn->lines) == line && TAILQ_NEXT(line, at_dn) == NULL);
}

bool line_is_quiet(const struct line *line)
{
	if (line->ring == SCCP_RING_FEATURE)
		return false;
	return line->phone->do_not_disturb || (line->dn->quiet_elsewhere && !line_is_own(line));
}

bool dn_do_not_disturb(const struct dn *dn)
{
	bool in_service = dn_has_phone(dn);
	const struct line *line;
	bool on = false;

	TAILQ_FOREACH (line, &dn->lines, at_dn) {
		if (in_service && !phone_is_registered(line->phone))
			continue;
		if (!line_is_quiet(line))
			return false;
		on = true;
	}
	return on;
}

void phone_set_do_not_disturb(struct phone *phone, bool on)
{
	phone->do_not_disturb = on;
	// Who wants to be called again is called again at the phones of others too.
	if (!on && phone->line_count > 0)
		phone->lines[0].dn->quiet_elsewhere = false;
	phone_refresh(phone);
	phone_show_status(phone);
}

enum call_result dn_set_do_not_disturb(struct dn *dn, bool on)
{
	enum call_result result = CALL_OUT_OF_SERVICE;
	struct line *line;

	dn->quiet_elsewhere = on;
	TAILQ_FOREACH (line, &dn->lines, at_dn) {
		if (line->ring == SCCP_RING_FEATURE) {
			if (result != CALL_OK)
				result = CALL_BAD_STATE;
			continue;
		}
		if (line_is_own(line))
			phone_set_do_not_disturb(line->phone, on);
		result = CALL_OK;
	}
	if (result != CALL_OK)
		dn->quiet_elsewhere = false;
	dn_refresh(dn);
	return result;
}

// --- forwarding ----------------------------------------------------------------------------------

bool dn_is_forwarded(const struct dn *dn, enum config_forward_kind kind)
{
	return dn_forward_number(dn, kind)[0] != '\0';
}

// The configuration is the one place that knows where a DN is forwarded to, so that the operator
// sees and saves what the user did. NULL: the DN is configured no more.
static struct config_dn *dn_config(const struct dn *dn)
{
	return config_dn_get(dn->engine->config, dn->tag);
}

enum call_result dn_set_forward(
	struct dn *dn, enum config_forward_kind kind, const char *number, unsigned seconds)
{
	struct config_dn *config = dn_config(dn);
	const struct config_forward *last;
	char target[NUMBER_SIZE];
	struct dn *to;

	if (config == NULL)
		return CALL_BAD_STATE;
	last = config_forward_last(dn->engine->config, config, kind);
	if (number[0] == '\0')
		number = last->number;
	if (seconds == 0)
		seconds = last->timeout != 0 ? last->timeout : NOAN_S;
	to = dn_find(dn->engine, number);
	if (to == NULL || to == dn || strlen(number) >= sizeof(target))
		return CALL_BAD_NUMBER;
	// It may lie in what is written.
	strcpy(target, number);
	if (config_forward_set(config, kind, target, seconds) != 0)
		return CALL_BAD_NUMBER;
	dn_refresh(dn);
	return CALL_OK;
}

enum call_result dn_end_forward(struct dn *dn, enum config_forward_kind kind)
{
	struct config_dn *config = dn_config(dn);

	if (config == NULL)
		return CALL_BAD_STATE;
	if (config_forward_end(config, kind) != 0)
		return CALL_NO_MEMORY;
	dn_refresh(dn);
	return CALL_OK;
}

enum call_result line_enter_forward(struct line *line)
{
	struct connection *connection;
	enum call_result result = line_originate(line, CSTA_CAUSE_NEW_CALL, &connection);

	if (result != CALL_OK)
		return result;
	connection->purpose = DIAL_FORWARD;
	call_show(connection->call);
	return CALL_OK;
}

// --- messages, digits ----------------------------------------------------------------------------

enum call_result dn_set_message_waiting(struct dn *dn, bool on, const char *for_device)
{
	char *copy = NULL;

	if (on && for_device[0] != '\0' && (copy = strdup(for_device)) == NULL)
		return CALL_NO_MEMORY;
	free(dn->message_for);
	dn->message_for = copy;
	dn->message_waiting = on;
	dn_refresh(dn);
	return CALL_OK;
}

enum call_result connection_send_digits(
	struct connection *connection, const char *digits, unsigned tone_ms, unsigned pause_ms)
{
	enum call_result result = connection_check_talk(connection);
	struct connection *other;

	if (result != CALL_OK)
		return result;
	TAILQ_FOREACH (other, &connection->call->connections, in_call) {
		if (other != connection && other->state == CONNECTION_CONNECTED)
			digits_play(other, digits, tone_ms, pause_ms);
	}
	notify(&(struct notice){ .kind = NOTICE_DIGITS_GENERATED,
		.dn = connection->dn,
		.connection = connection,
		.digits = digits });
	return CALL_OK;
}
