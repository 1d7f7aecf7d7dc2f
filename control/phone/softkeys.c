// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The event numbers 1 to 18 are those that all servers use, and equal the codes of the labels and
// the places in the template; others are the template's own. Sets hold only keys that work here.
#include "control/phone/softkeys.h"

#include "control/phone/internal.h"

enum {
	SETS = 16,
	SET_KEYS = 16,
	LABEL_PREFIX = 0x80, // the code of a text of the phone's own follows
	INFO_BASE = 300,
};

// By place in the template, from 1.
static const struct {
	uint8_t label;
	uint8_t event;
} template[] = {
	{ SCCP_LABEL_REDIAL, SCCP_SOFTKEY_REDIAL },
	{ SCCP_LABEL_NEW_CALL, SCCP_SOFTKEY_NEW_CALL },
	{ SCCP_LABEL_HOLD, SCCP_SOFTKEY_HOLD },
	{ SCCP_LABEL_TRANSFER, SCCP_SOFTKEY_TRANSFER },
	{ SCCP_LABEL_CFWD_ALL, SCCP_SOFTKEY_CFWD_ALL },
	{ SCCP_LABEL_CFWD_BUSY, SCCP_SOFTKEY_CFWD_BUSY },
	{ SCCP_LABEL_CFWD_NO_ANSWER, SCCP_SOFTKEY_CFWD_NO_ANSWER },
	{ SCCP_LABEL_BACK_SPACE, SCCP_SOFTKEY_BACK_SPACE },
	{ SCCP_LABEL_END_CALL, SCCP_SOFTKEY_END_CALL },
	{ SCCP_LABEL_RESUME, SCCP_SOFTKEY_RESUME },
	{ SCCP_LABEL_ANSWER, SCCP_SOFTKEY_ANSWER },
	{ SCCP_LABEL_INFO, SCCP_SOFTKEY_INFO },
	{ SCCP_LABEL_CONFRN, SCCP_SOFTKEY_CONFERENCE },
	{ SCCP_LABEL_PARK, SCCP_SOFTKEY_PARK },
	{ SCCP_LABEL_JOIN, SCCP_SOFTKEY_JOIN },
	{ SCCP_LABEL_MEET_ME, SCCP_SOFTKEY_MEET_ME },
	{ SCCP_LABEL_PICK_UP, SCCP_SOFTKEY_PICK_UP },
	{ SCCP_LABEL_GRP_PICKUP, SCCP_SOFTKEY_GROUP_PICK_UP },
	{ SCCP_LABEL_REMOVE_LAST, SCCP_SOFTKEY_REMOVE_LAST },
	{ SCCP_LABEL_DND, SCCP_SOFTKEY_DND },
};

enum { TEMPLATE_KEYS = sizeof(template) / sizeof(template[0]) };

// 0 is an empty place: it keeps the keys behind it where the user expects them.
static const uint8_t sets[SETS][SET_KEYS] = {
	[SCCP_SOFTKEY_SET_ON_HOOK] = { SCCP_SOFTKEY_REDIAL, SCCP_SOFTKEY_NEW_CALL,
		SCCP_SOFTKEY_CFWD_ALL, SCCP_SOFTKEY_DND },
	[SCCP_SOFTKEY_SET_CONNECTED] = { SCCP_SOFTKEY_HOLD, SCCP_SOFTKEY_END_CALL,
		SCCP_SOFTKEY_TRANSFER, SCCP_SOFTKEY_CONFERENCE },
	[SCCP_SOFTKEY_SET_ON_HOLD] = { SCCP_SOFTKEY_RESUME, SCCP_SOFTKEY_NEW_CALL },
	[SCCP_SOFTKEY_SET_RING_IN] = { SCCP_SOFTKEY_ANSWER, SCCP_SOFTKEY_DND },
	[SCCP_SOFTKEY_SET_OFF_HOOK] = { SCCP_SOFTKEY_REDIAL, SCCP_SOFTKEY_END_CALL,
		SCCP_SOFTKEY_CFWD_ALL },
	[SCCP_SOFTKEY_SET_CONNECTED_TRANSFER] = { SCCP_SOFTKEY_HOLD, SCCP_SOFTKEY_END_CALL,
		SCCP_SOFTKEY_TRANSFER, SCCP_SOFTKEY_CONFERENCE },
	[SCCP_SOFTKEY_SET_DIGITS] = { SCCP_SOFTKEY_BACK_SPACE, SCCP_SOFTKEY_END_CALL,
		SCCP_SOFTKEY_CFWD_ALL },
	[SCCP_SOFTKEY_SET_CONNECTED_CONFERENCE] = { 0, SCCP_SOFTKEY_END_CALL,
		SCCP_SOFTKEY_REMOVE_LAST },
	[SCCP_SOFTKEY_SET_RING_OUT] = { 0, SCCP_SOFTKEY_END_CALL },
	[SCCP_SOFTKEY_SET_OFF_HOOK_FEATURES] = { SCCP_SOFTKEY_REDIAL, SCCP_SOFTKEY_END_CALL },
	[SCCP_SOFTKEY_SET_IN_USE_HINT] = { SCCP_SOFTKEY_NEW_CALL },
	[SCCP_SOFTKEY_SET_ON_HOOK_STEALABLE] = { SCCP_SOFTKEY_RESUME, SCCP_SOFTKEY_NEW_CALL },
};

// --- keys that a set has, but not always -----------------------------------------------------------

static bool forward_works(const struct phone *phone, const struct appearance *a)
{
	const struct line *line;

	if (phone->line_count == 0)
		return false;
	if (a != NULL && a->connection->digits[0] != '\0' && a->connection->purpose != DIAL_FORWARD)
		return false;
	line = a != NULL ? a->line : &phone->lines[0];
	return config_forward_max_length(phone->engine->config, line->dn->config) > 0;
}

static bool hold_works(const struct phone *phone, const struct appearance *a)
{
	(void)phone;
	return a != NULL && connection_is_talking(a->connection);
}

// Who is leaving does not count.
static unsigned parties(const struct call *call)
{
	const struct connection *connection;
	unsigned n = 0;

	TAILQ_FOREACH (connection, &call->connections, in_call)
		n += !connection->onlooker && connection->state != CONNECTION_NULL;
	return n;
}

// It takes two to be transferred, and a call that can be heard to be transferred to.
static bool transfer_works(const struct phone *phone, const struct appearance *a)
{
	const struct connection *own = a != NULL ? a->connection : NULL;

	(void)phone;
	if (own == NULL || own->state != CONNECTION_CONNECTED ||
		own->call->failure != CSTA_CAUSE_NONE || parties(own->call) != 2)
		return false;
	return own->consults_for != NULL || connection_is_talking(own);
}

// Another phone of a shared line may not be able to go on mixing.
static bool resume_works(const struct phone *phone, const struct appearance *a)
{
	return a != NULL && (a->connection->call->mixer != a->connection || phone->mixes);
}

static bool remove_last_works(const struct phone *phone, const struct appearance *a)
{
	(void)phone;
	return a != NULL && a->connection->call->mixer == a->connection;
}

static const struct {
	uint8_t key;
	bool (*works)(const struct phone *phone, const struct appearance *a);
} conditions[] = {
	{ SCCP_SOFTKEY_HOLD, hold_works },
	{ SCCP_SOFTKEY_RESUME, resume_works },
	{ SCCP_SOFTKEY_CFWD_ALL, forward_works },
	{ SCCP_SOFTKEY_TRANSFER, transfer_works },
	{ SCCP_SOFTKEY_CONFERENCE, transfer_works },
	{ SCCP_SOFTKEY_REMOVE_LAST, remove_last_works },
};

static bool key_works(const struct phone *phone, const struct appearance *a, uint32_t key)
{
	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
		if (conditions[i].key == key)
			return conditions[i].works(phone, a);
	}
	return true;
}

uint32_t softkeys_mask(const struct phone *phone, const struct appearance *a, uint32_t set)
{
	uint32_t mask = UINT32_MAX;

	for (int i = 0; i < SET_KEYS; i++) {
		if (sets[set][i] != 0 && !key_works(phone, a, sets[set][i]))
			mask &= ~(1u << i);
	}
	return mask;
}

bool softkeys_offer(
	const struct phone *phone, const struct appearance *a, uint32_t set, uint32_t key)
{
	if (set >= SETS || key == 0)
		return false;
	for (int i = 0; i < SET_KEYS; i++) {
		if (sets[set][i] == key)
			return key_works(phone, a, key);
	}
	return false;
}

void softkeys_template_answer(struct phone *phone)
{
	struct sccp_msg msg;
	struct sccp_soft_key_template_res *res = &msg.soft_key_template_res;

	sccp_msg_init(&msg, SCCP_SOFT_KEY_TEMPLATE_RES);
	res->count = TEMPLATE_KEYS;
	res->total = TEMPLATE_KEYS;
	for (uint32_t i = 0; i < TEMPLATE_KEYS; i++) {
		res->keys[i].label[0] = (char)LABEL_PREFIX;
		res->keys[i].label[1] = (char)template[i].label;
		res->keys[i].event = template[i].event;
	}
	phone_send(phone, &msg);
}

// The place of a key in the template.
static uint8_t template_place(uint8_t key)
{
	uint8_t place = 1;

	while (template[place - 1].event != key)
		place++;
	return place;
}

void softkeys_sets_answer(struct phone *phone)
{
	struct sccp_msg msg;
	struct sccp_soft_key_set_res *res = &msg.soft_key_set_res;

	sccp_msg_init(&msg, SCCP_SOFT_KEY_SET_RES);
	res->count = SETS;
	res->total = SETS;
	for (int set = 0; set < SETS; set++) {
		for (int i = 0; i < SET_KEYS; i++) {
			if (sets[set][i] == 0)
				continue;
			res->sets[set].template_index[i] = template_place(sets[set][i]);
			res->sets[set].info_index[i] = (uint16_t)(INFO_BASE + sets[set][i]);
		}
	}
	phone_send(phone, &msg);
}
