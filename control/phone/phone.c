// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Phones: made from ephones, found by name and tag; extension mobility.
#include "control/phone/phone.h"

#include <errno.h>
#include <osmocom/core/hashtable.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/call/feature.h"
#include "control/config/secret.h"
#include "control/phone/buttons.h"
#include "control/phone/internal.h"
#include "control/phone/screen.h"
#include "control/vty/debug.h"

static uint32_t name_hash(const struct engine *engine, const char *name)
{
	return (uint32_t)siphash(&engine->key, name, strlen(name));
}

struct phone *phone_find(struct engine *engine, const char *name)
{
	struct phone *phone;

	if (name[0] == '\0')
		return NULL;
	hash_for_each_possible (engine->phone_by_name, phone, by_name, name_hash(engine, name)) {
		if (strcmp(phone->name, name) == 0)
			return phone;
	}
	return NULL;
}

struct phone *phone_by_tag(struct engine *engine, unsigned tag)
{
	struct phone *phone;

	hash_for_each_possible (engine->phone_by_tag, phone, by_tag, tag) {
		if (phone->tag == tag)
			return phone;
	}
	return NULL;
}

const struct phone_model *phone_model(const struct phone *phone)
{
	return phone->config->model != NULL ? phone->config->model : phone->found;
}

enum phone_face phone_face(const struct phone *phone)
{
	const struct phone_model *model = phone_model(phone);

	return model == NULL ? PHONE_SOFT_KEYS : (enum phone_face)model->face;
}

bool phone_is_controlled(const struct phone *phone)
{
	const struct phone_model *model = phone_model(phone);

	return model == NULL || model->controlled;
}

struct line *phone_line(struct phone *phone, uint32_t instance)
{
	for (unsigned i = 0; i < phone->line_count; i++) {
		if (phone->lines[i].instance == instance)
			return &phone->lines[i];
	}
	return NULL;
}

struct appearance *phone_appearance(struct phone *phone, uint32_t call_reference)
{
	struct appearance *a;

	TAILQ_FOREACH (a, &phone->appearances, at_phone) {
		if (a->call_reference == call_reference)
			return a;
	}
	return NULL;
}

void phone_send(struct phone *phone, const struct sccp_msg *msg)
{
	char text[1024];

	if (phone->conn == 0)
		return;
	if (debug_on(DEBUG_EPHONE_MESSAGE)) {
		sccp_print(msg, text, sizeof(text));
		debug_write(DEBUG_EPHONE_MESSAGE, "%s < %s", phone->name, text);
	}
	outbox_sccp(&phone->engine->outbox, phone->conn, msg);
}

void phone_ignore(struct phone *phone, enum phone_ignored reason)
{
	phone->engine->ignored[reason]++;
}

static bool is_declined_at(const struct connection *connection, const struct phone *phone)
{
	const struct appearance *a;

	TAILQ_FOREACH (a, &connection->appearances, in_connection) {
		if (a->line->phone == phone && a->declined)
			return true;
	}
	return false;
}

// A call that rings at none of the phones that are left, as their users declined it; or NULL.
static struct connection *declined_by_all(const struct dn *dn)
{
	struct connection *connection;
	const struct line *line;

	TAILQ_FOREACH (connection, &dn->connections, at_dn) {
		if (!connection_rings(connection) || TAILQ_EMPTY(&connection->appearances))
			continue;
		TAILQ_FOREACH (line, &dn->lines, at_dn) {
			if (phone_is_registered(line->phone) &&
				!is_declined_at(connection, line->phone))
				break;
		}
		if (line == NULL)
			return connection;
	}
	return NULL;
}

void phone_lost(struct phone *phone)
{
	struct connection *declined;

	phone_forget(phone);
	phone_refresh(phone);
	for (unsigned i = 0; i < phone->line_count; i++) {
		calls_line_lost(&phone->lines[i]);
		// Each time the DN has one less that rings.
		while ((declined = declined_by_all(phone->lines[i].dn)) != NULL)
			connection_decline(declined);
	}
}

// --- lines -------------------------------------------------------------------------------------

void phone_identify(struct phone *phone, uint32_t device_type)
{
	bool controlled = phone_is_controlled(phone);

	phone->device_type = device_type;
	phone->found = phone_model_by_device(device_type);
	if (phone_is_controlled(phone) != controlled)
		phone->engine->lines_changed = true;
	// It asks for its buttons next: there is no need to tell it.
	if (!buttons_are_right(phone)) {
		if (!buttons_build(phone))
			return;
		phone->engine->lines_changed = true;
	}
	if (phone->reset != SCCP_RESET_RESET)
		phone_settled(phone);
}

static bool profile_exists(const struct config *config, const struct config_profile *profile)
{
	const struct config_profile *p = NULL;

	for (p = config_user_profile_next(config, 0); p != NULL;
		p = config_user_profile_next(config, p->tag)) {
		if (p == profile)
			return true;
	}
	return false;
}

void phones_recheck(struct engine *engine)
{
	struct phone *phone;

	TAILQ_FOREACH (phone, &engine->phones, all) {
		if (phone->em_user != NULL && !profile_exists(engine->config, phone->em_user))
			phone->em_user = NULL;
		phone_rebuild(phone);
	}
}

// --- ephones -----------------------------------------------------------------------------------

static void name_set(struct phone *phone, const char *name)
{
	if (phone->name[0] != '\0')
		hash_del(&phone->by_name);
	snprintf(phone->name, sizeof(phone->name), "%s", name);
	if (phone->name[0] != '\0')
		hash_add(phone->engine->phone_by_name, &phone->by_name,
			name_hash(phone->engine, phone->name));
}

static struct phone *phone_new(struct engine *engine, const struct config_ephone *config)
{
	struct phone *phone = calloc(1, sizeof(*phone));

	if (phone == NULL)
		return NULL;
	phone->engine = engine;
	phone->config = config;
	phone->tag = config->tag;
	TAILQ_INIT(&phone->appearances);
	name_set(phone, config->name);
	phone_forget(phone);
	TAILQ_INSERT_TAIL(&engine->phones, phone, all);
	hash_add(engine->phone_by_tag, &phone->by_tag, phone->tag);
	return phone;
}

// Room for the number is made with the first.
void line_dialled(struct line *line, const char *number)
{
	struct phone *phone = line->phone;

	if (phone->redial == NULL)
		phone->redial = malloc(NUMBER_SIZE);
	if (phone->redial == NULL)
		return;
	span_fit(span_str(number), phone->redial, NUMBER_SIZE);
	phone->redial_line = line->instance;
}

static void redial_forget(struct phone *phone)
{
	free(phone->redial);
	phone->redial = NULL;
}

void phone_free(struct phone *phone)
{
	if (phone->station != NULL)
		station_hang_up(phone->station, false);
	phone_settled(phone);
	buttons_drop(phone);
	name_set(phone, "");
	patience_end(phone->engine, &phone->patience);
	hash_del(&phone->by_tag);
	TAILQ_REMOVE(&phone->engine->phones, phone, all);
	redial_forget(phone);
	free(phone);
}

int phone_changed(struct engine *engine, unsigned tag)
{
	const struct config_ephone *config = config_ephone_get(engine->config, tag);
	struct phone *phone = phone_by_tag(engine, tag);

	// Another device name is another phone.
	if (phone != NULL && (config == NULL || strcmp(config->name, phone->name) != 0)) {
		phone_free(phone);
		phone = NULL;
	}
	if (config == NULL)
		return 0;
	if (phone == NULL)
		phone = phone_new(engine, config);
	if (phone == NULL)
		return -ENOMEM;
	phone->config = config;
	if (config->logout_profile == 0)
		phone->em_user = NULL;
	phone_rebuild(phone);
	return 0;
}

// --- extension mobility ------------------------------------------------------------------------

static struct phone *phone_of_user(struct engine *engine, const struct config_profile *user)
{
	struct phone *phone;

	TAILQ_FOREACH (phone, &engine->phones, all) {
		if (phone->em_user == user)
			return phone;
	}
	return NULL;
}

static const struct config_profile *user_find(struct engine *engine, const char *user)
{
	const struct config_profile *profile = config_profile_by_user(engine->config, user);

	return profile != NULL && profile->is_user ? profile : NULL;
}

static void user_set(struct phone *phone, const struct config_profile *user)
{
	phone->em_user = user;
	if (!phone->engine->config->telephony.em_keep_history)
		redial_forget(phone);
	phone_rebuild(phone);
}

int phone_em_login(struct engine *engine, const char *user, unsigned ephone_tag)
{
	const struct config_profile *profile = user_find(engine, user);
	struct phone *phone = phone_by_tag(engine, ephone_tag);
	struct phone *before;

	if (profile == NULL || phone == NULL)
		return -ENOENT;
	if (phone->config->logout_profile == 0)
		return -EINVAL;
	if (!phone_is_registered(phone) && !phone_is_resetting(phone))
		return -ENOTCONN;
	// Who logged in at the phone itself and the application share one login.
	if (phone->em_user == profile)
		return 0;
	if (phone->em_user != NULL)
		return -EBUSY;
	// A user is at one phone only: the last one.
	before = phone_of_user(engine, profile);
	if (before != NULL)
		user_set(before, NULL);
	user_set(phone, profile);
	engine_turn(engine);
	return 0;
}

// One in the hidden form of type 6 is nobody's, as its key is not here.
static bool is_password(const struct config_profile *profile, const char *password)
{
	struct config_secret secret = { .text = profile->password };

	if (secret.text != NULL && strchr(secret.text, ' ') != NULL)
		return false;
	return secret_matches(&secret, password);
}

int phone_em_login_with(
	struct engine *engine, const char *user, const char *password, unsigned ephone_tag)
{
	const struct config_profile *profile = user_find(engine, user);

	// It is not told which of the two was wrong.
	if (profile == NULL || !is_password(profile, password))
		return -EACCES;
	return phone_em_login(engine, user, ephone_tag);
}

int phone_em_logout(struct engine *engine, const char *user)
{
	const struct config_profile *profile = user_find(engine, user);
	struct phone *phone = profile == NULL ? NULL : phone_of_user(engine, profile);

	if (profile == NULL)
		return -ENOENT;
	if (phone == NULL)
		return -EALREADY;
	user_set(phone, NULL);
	engine_turn(engine);
	return 0;
}
