// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Directory numbers: which there are, what they are set to, and whether they can take a call.
#include "control/call/dn.h"

#include <errno.h>
#include <osmocom/core/hashtable.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/call/feature.h"
#include "control/call/model.h"
#include "control/phone/phone.h"

static uint32_t number_hash(const struct engine *engine, const char *number)
{
	return (uint32_t)siphash(&engine->key, number, strlen(number));
}

// The first DN of this number; the next one after a DN that has it.
static struct dn *dn_after(struct engine *engine, const char *number, const struct dn *after)
{
	struct dn_number *entry;
	struct dn *first = NULL;

	hash_for_each_possible (engine->dn_by_number, entry, by_number, number_hash(engine, number)) {
		const struct config_dn *config = entry->dn->config;

		if (strcmp(entry->text, number) != 0 ||
			(after != NULL && !config_dn_before(after->config, config, number)))
			continue;
		if (first == NULL || config_dn_before(config, first->config, number))
			first = entry->dn;
	}
	return first;
}

struct dn *dn_find(struct engine *engine, const char *number)
{
	return number[0] == '\0' ? NULL : dn_after(engine, number, NULL);
}

// A busy DN that forwards takes the call, and passes it on.
static bool dn_takes_calls(const struct dn *dn)
{
	return !dn_is_busy(dn) || dn_forward_number(dn, FORWARD_ALL)[0] != '\0' ||
	       dn_forward_number(dn, FORWARD_BUSY)[0] != '\0';
}

struct dn *dn_hunt(struct engine *engine, const char *number)
{
	struct dn *found = dn_find(engine, number), *dn;

	for (dn = found; dn != NULL; dn = dn_after(engine, number, dn)) {
		if (!dn_is_up(dn))
			continue;
		found = dn;
		if (dn_takes_calls(dn) || config_huntstop(engine->config, dn->config))
			break;
	}
	return found;
}

struct dn *dn_by_tag(struct engine *engine, unsigned tag)
{
	struct dn *dn;

	hash_for_each_possible (engine->dn_by_tag, dn, by_tag, tag) {
		if (dn->tag == tag)
			return dn;
	}
	return NULL;
}

bool dn_number_is_complete(struct engine *engine, const char *digits)
{
	return !prefixes_go_on(&engine->dn_prefixes, digits, strlen(digits)) &&
	       dn_find(engine, digits) != NULL;
}

static void number_clear(struct dn *dn, int which)
{
	struct dn_number *entry = &dn->numbers[which];

	if (entry->text[0] == '\0')
		return;
	hash_del(&entry->by_number);
	prefixes_remove(&dn->engine->dn_prefixes, entry->text);
	entry->text[0] = '\0';
}

static int number_set(struct dn *dn, int which, const char *text)
{
	struct dn_number *entry = &dn->numbers[which];

	if (strcmp(entry->text, text) == 0)
		return 0;
	number_clear(dn, which);
	entry->dn = dn;
	if (text[0] == '\0')
		return 0;
	if (prefixes_add(&dn->engine->dn_prefixes, text) != 0)
		return -ENOMEM;
	snprintf(entry->text, sizeof(entry->text), "%s", text);
	hash_add(dn->engine->dn_by_number, &entry->by_number,
		number_hash(dn->engine, entry->text));
	return 0;
}

static struct dn *dn_new(struct engine *engine, unsigned tag)
{
	struct dn *dn = calloc(1, sizeof(*dn));

	if (dn == NULL)
		return NULL;
	dn->engine = engine;
	dn->tag = tag;
	TAILQ_INIT(&dn->connections);
	TAILQ_INIT(&dn->lines);
	TAILQ_INIT(&dn->watches);
	TAILQ_INIT(&dn->monitors);
	TAILQ_INSERT_TAIL(&engine->dns, dn, all);
	hash_add(engine->dn_by_tag, &dn->by_tag, tag);
	return dn;
}

void dn_free(struct dn *dn)
{
	number_clear(dn, DN_PRIMARY);
	number_clear(dn, DN_SECONDARY);
	hash_del(&dn->by_tag);
	TAILQ_REMOVE(&dn->engine->dns, dn, all);
	free(dn->message_for);
	free(dn);
}

// What failed for the DN in somebody's call, or NULL.
static struct connection *dn_failed(const struct dn *dn)
{
	struct connection *connection;
	struct call *call;

	TAILQ_FOREACH (call, &dn->engine->active_calls, active) {
		connection = call_connection_or_failed(call, dn);
		if (connection != NULL)
			return connection;
	}
	return NULL;
}

// Clients name its connections by its number: none outlives that.
static void dn_clear(struct dn *dn)
{
	struct connection *connection;

	while ((connection = TAILQ_FIRST(&dn->connections)) != NULL ||
		(connection = dn_failed(dn)) != NULL)
		connection_clear(connection, CSTA_CAUSE_DEST_OUT_OF_ORDER);
}

// Sessions and monitors may still point to a DN that is no longer configured: it stays as one
// without numbers and rights, until its tag is configured again.
static void dn_retire(struct dn *dn)
{
	static const struct config_dn nothing;

	dn_clear(dn);
	dn->config = &nothing;
	dn->quiet_elsewhere = false;
	dn->message_waiting = false;
	free(dn->message_for);
	dn->message_for = NULL;
	number_clear(dn, DN_PRIMARY);
	number_clear(dn, DN_SECONDARY);
}

int dn_changed(struct engine *engine, unsigned tag)
{
	const struct config_dn *config = config_dn_get(engine->config, tag);
	struct dn *dn = dn_by_tag(engine, tag);

	if (config == NULL) {
		if (dn != NULL)
			dn_retire(dn);
		return 0;
	}
	if (dn == NULL)
		dn = dn_new(engine, tag);
	if (dn == NULL)
		return -ENOMEM;
	dn->config = config;
	dn->channels = (uint8_t)config_dn_channels(config);
	if (strcmp(dn->numbers[DN_PRIMARY].text, config->number) != 0)
		dn_clear(dn);
	if (number_set(dn, DN_PRIMARY, config->number) != 0 ||
		number_set(dn, DN_SECONDARY, config->secondary) != 0)
		return -ENOMEM;
	dn_refresh(dn);
	return 0;
}

bool dn_has_phone(const struct dn *dn)
{
	const struct line *line;

	TAILQ_FOREACH (line, &dn->lines, at_dn) {
		if (phone_is_registered(line->phone))
			return true;
	}
	return false;
}

bool dn_is_up(const struct dn *dn)
{
	return dn_has_phone(dn) || config_cti_notify(dn->engine->config, dn->config);
}

// The same for one that prompts.
static bool phone_prompts(const struct phone *phone)
{
	const struct phone_model *model = phone_model(phone);

	return model == NULL || model->prompts;
}

bool dn_is_controllable(const struct dn *dn)
{
	bool controlled = TAILQ_EMPTY(&dn->lines);
	const struct line *line;

	TAILQ_FOREACH (line, &dn->lines, at_dn) {
		if (line->overlay)
			return false;
		controlled |= phone_is_controlled(line->phone);
	}
	return controlled;
}

// The first line whose phone is in service and fits: of those that are in no call, where there are
// any, so that nobody is interrupted at another.
static struct line *first_line(struct dn *dn, bool (*fits)(const struct phone *phone))
{
	struct line *line, *first = NULL;

	TAILQ_FOREACH (line, &dn->lines, at_dn) {
		if (!phone_is_registered(line->phone) || !fits(line->phone))
			continue;
		if (phone_active(line->phone) == NULL)
			return line;
		if (first == NULL)
			first = line;
	}
	return first;
}

struct line *dn_line(struct dn *dn)
{
	return first_line(dn, phone_is_registered);
}

static bool phone_mixes(const struct phone *phone)
{
	return phone->mixes;
}

struct line *dn_mixing_line(struct dn *dn)
{
	return first_line(dn, phone_mixes);
}

struct line *dn_client_line(struct dn *dn)
{
	return first_line(dn, phone_is_controlled);
}

struct line *dn_dialling_line(struct dn *dn)
{
	struct line *line;

	TAILQ_FOREACH (line, &dn->lines, at_dn) {
		if (phone_is_registered(line->phone) && phone_is_controlled(line->phone) &&
			line_leaves_channel(line))
			return line;
	}
	return dn_client_line(dn);
}

struct line *dn_prompting_line(struct dn *dn)
{
	return first_line(dn, phone_prompts);
}

bool dn_is_in_use(const struct dn *dn)
{
	const struct connection *connection;

	TAILQ_FOREACH (connection, &dn->connections, at_dn) {
		if (connection->state != CONNECTION_NULL)
			return true;
	}
	return false;
}

static unsigned channels_taken(const struct dn *dn)
{
	const struct connection *connection;
	unsigned taken = 0;

	TAILQ_FOREACH (connection, &dn->connections, at_dn)
		taken += connection_takes_channel(connection);
	return taken;
}

bool dn_has_channel(const struct dn *dn)
{
	return channels_taken(dn) < dn->channels;
}

bool dn_is_busy(const struct dn *dn)
{
	return channels_taken(dn) >= config_open_channels(dn->engine->config, dn->config);
}

const char *dn_forward_number(const struct dn *dn, enum config_forward_kind kind)
{
	return config_forward(dn->engine->config, dn->config, kind)->number;
}

unsigned dn_forward_noan_s(const struct dn *dn)
{
	return config_forward(dn->engine->config, dn->config, FORWARD_NOAN)->timeout;
}

const char *dn_name(const struct dn *dn)
{
	return dn->config->name != NULL ? dn->config->name : dn->numbers[DN_PRIMARY].text;
}
