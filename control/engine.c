// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/engine.h"

#include <errno.h>
#include <osmocom/core/timer.h>
#include <string.h>
#include <time.h>

#include "control/call/dn.h"
#include "control/call/model.h"
#include "control/csta/csta.h"
#include "control/phone/media.h"
#include "control/phone/phone.h"

enum {
	SPARE_CHANNELS = 64,  // for DNs that are configured later
	SPARE_STATIONS = 128, // conns of phones that are not (yet) registered
	SESSIONS_PER_DN = 4,  // clients that watch one DN at a time
	MONITORS_PER_SESSION = 2,
};

uint64_t engine_now_us(void)
{
	struct timespec now;

	osmo_clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

// An overlay button is a line for each of its DNs. Its calls are shown once, expanded or not.
static unsigned ephone_lines(const struct config_ephone *ephone)
{
	unsigned lines = 0;

	for (unsigned i = 0; i < ephone->button_count; i++)
		lines += ephone->buttons[i].dn_count;
	return lines;
}

// Of the profile that has most.
static unsigned profile_lines(const struct config *config)
{
	struct config_profile *(*const next[])(const struct config *,
		unsigned) = { config_user_profile_next, config_logout_profile_next };
	unsigned most = 0;

	for (int kind = 0; kind < 2; kind++) {
		const struct config_profile *profile = NULL;

		while ((profile = next[kind](config, profile == NULL ? 0 : profile->tag)) != NULL) {
			unsigned lines = 0;

			for (unsigned i = 0; i < profile->number_count; i++)
				lines += profile->numbers[i].count;
			most = OSMO_MAX(most, lines);
		}
	}
	return most;
}

// A channel of a DN is one connection, shown on as many phones as carry the DN.
static int pools_init(struct engine *engine)
{
	const struct config *config = engine->config;
	uint32_t channels = SPARE_CHANNELS, shown = SPARE_CHANNELS, phones = 0, dns = 0;
	uint32_t of_profiles = profile_lines(config);
	const struct config_ephone *ephone;
	const struct config_dn *dn;
	int error;

	for (dn = config_dn_next(config, 0); dn != NULL; dn = config_dn_next(config, dn->tag)) {
		channels += config_dn_channels(dn);
		dns++;
	}
	for (ephone = config_ephone_next(config, 0); ephone != NULL;
		ephone = config_ephone_next(config, ephone->tag)) {
		shown += CONFIG_CHANNELS_MAX *
			 (ephone->logout_profile != 0 ? of_profiles : ephone_lines(ephone));
		phones++;
	}
	// Each call may have an onlooker besides its parties, and one that is being passed on.
	error = pool_init(&engine->calls, HANDLE_OWNER_CONTROL, channels, sizeof(struct call));
	if (error == 0)
		error = pool_init(&engine->connections, HANDLE_OWNER_CONTROL, channels * 2,
			sizeof(struct connection));
	if (error == 0)
		error = pool_init(&engine->appearances, HANDLE_OWNER_CONTROL, shown,
			sizeof(struct appearance));
	if (error == 0)
		error = pool_init(&engine->stations, HANDLE_OWNER_CONTROL,
			phones * 2 + SPARE_STATIONS, sizeof(struct station));
	if (error == 0)
		error = pool_init(&engine->sessions, HANDLE_OWNER_CONTROL,
			(dns + SPARE_CHANNELS) * SESSIONS_PER_DN, sizeof(struct session));
	if (error == 0)
		error = pool_init(&engine->monitors, HANDLE_OWNER_CONTROL,
			(dns + SPARE_CHANNELS) * SESSIONS_PER_DN * MONITORS_PER_SESSION,
			sizeof(struct monitor));
	return error;
}

static int objects_init(struct engine *engine)
{
	const struct config *config = engine->config;
	const struct config_ephone *ephone;
	const struct config_dn *dn;
	int error = 0;

	for (dn = config_dn_next(config, 0); dn != NULL && error == 0;
		dn = config_dn_next(config, dn->tag))
		error = dn_changed(engine, dn->tag);
	for (ephone = config_ephone_next(config, 0); ephone != NULL && error == 0;
		ephone = config_ephone_next(config, ephone->tag))
		error = phone_changed(engine, ephone->tag);
	return error;
}

int engine_init(struct engine *engine, struct config *config)
{
	int error;

	memset(engine, 0, sizeof(*engine));
	engine->config = config;
	engine->report = monitors_report;
	engine->notify = monitors_notify;
	// Rising from one start to the next: phones dislike references lower than those in their
	// call history.
	engine->next_call_reference = (uint32_t)time(NULL) << 3;
	engine->next_session_id = 1;
	TAILQ_INIT(&engine->active_calls);
	TAILQ_INIT(&engine->dns);
	TAILQ_INIT(&engine->phones);
	TAILQ_INIT(&engine->waiting_phones);
	hash_init(engine->dn_by_tag);
	hash_init(engine->dn_by_number);
	hash_init(engine->phone_by_tag);
	hash_init(engine->phone_by_name);
	hash_init(engine->station_by_conn);
	hash_init(engine->session_by_dialog);
	hash_init(engine->session_by_id);
	outbox_init(&engine->outbox, NULL, NULL);
	patience_init(engine);
	resets_init(engine);
	error = siphash_key_random(&engine->key);
	prefixes_init(&engine->dn_prefixes, &engine->key);
	if (error == 0)
		error = pools_init(engine);
	if (error == 0)
		error = objects_init(engine);
	if (error != 0)
		engine_fini(engine);
	return error;
}

void engine_fini(struct engine *engine)
{
	struct phone *phone;
	struct dn *dn;

	sessions_forget(engine);
	while ((phone = TAILQ_FIRST(&engine->phones)) != NULL)
		phone_free(phone);
	while ((dn = TAILQ_FIRST(&engine->dns)) != NULL)
		dn_free(dn);
	prefixes_fini(&engine->dn_prefixes);
	patience_fini(engine);
	resets_fini(engine);
	outbox_fini(&engine->outbox);
	pool_fini(&engine->calls);
	pool_fini(&engine->connections);
	pool_fini(&engine->appearances);
	pool_fini(&engine->stations);
	pool_fini(&engine->sessions);
	pool_fini(&engine->monitors);
}

void engine_turn(struct engine *engine)
{
	if (engine->media_stale)
		media_settle(engine);
	if (engine->phones_stale)
		phones_settle(engine);
	if (engine->lines_changed)
		sessions_recheck(engine);
	if (engine->claims_stale)
		sessions_recheck_claims(engine);
	outbox_turn(&engine->outbox);
	engine->outbox.time_us = 0;
}

void engine_event(struct engine *engine, const struct event *event)
{
	static void (*const handlers[EVENT_TYPES])(struct engine *, const struct event *) = {
		[EVENT_CONN_OPENED] = phones_event,
		[EVENT_CONN_CLOSED] = phones_event,
		[EVENT_SCCP] = phones_event,
		[EVENT_CONNS_ALIVE] = phones_alive,
		[EVENT_SESSION_OPEN] = sessions_event,
		[EVENT_SESSION_REFRESH] = sessions_event,
		[EVENT_SESSION_ANSWERED] = sessions_event,
		[EVENT_SESSION_CLOSED] = sessions_event,
		[EVENT_CSTA_REQUEST] = sessions_event,
		[EVENT_SESSION_LOST] = sessions_event,
	};

	engine->outbox.time_us = event->time_us;
	if (event->type < EVENT_TYPES && handlers[event->type] != NULL)
		handlers[event->type](engine, event);
	engine_turn(engine);
}

static void touched_dn(struct engine *engine, enum touch what, unsigned tag)
{
	(void)what;
	dn_changed(engine, tag);
	device_reconfigured(engine, tag);
	phones_recheck(engine);
	sessions_recheck(engine);
}

static void touched_ephone(struct engine *engine, enum touch what, unsigned tag)
{
	(void)what;
	phone_changed(engine, tag);
	sessions_recheck(engine);
}

static void touched_profile(struct engine *engine, enum touch what, unsigned tag)
{
	(void)what;
	(void)tag;
	phones_recheck(engine);
	phones_reset_by_profile(engine);
}

static void touched_cti(struct engine *engine, enum touch what, unsigned tag)
{
	(void)what;
	(void)tag;
	sessions_recheck(engine);
}

void engine_touched(struct engine *engine, enum touch what, unsigned tag)
{
	static void (*const handlers[TOUCHES])(struct engine *, enum touch, unsigned) = {
		[TOUCH_CTI] = touched_cti,
		[TOUCH_DN] = touched_dn,
		[TOUCH_EPHONE] = touched_ephone,
		[TOUCH_PROFILE] = touched_profile,
		[TOUCH_RESTART] = phone_wanted_anew,
		[TOUCH_RESET] = phone_wanted_anew,
		[TOUCH_RESTART_ALL] = phones_wanted_anew,
		[TOUCH_RESET_ALL] = phones_wanted_anew,
		[TOUCH_RESET_EACH] = phones_wanted_anew,
		[TOUCH_RESET_NONE] = phones_wanted_anew,
	};

	handlers[what](engine, what, tag);
	engine_turn(engine);
}
