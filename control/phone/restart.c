// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Phones that are to come anew: their lines are others now, or the operator wants it. Never under
// the hands of their users: when the last call is over.
#include "control/phone/buttons.h"
#include "control/phone/internal.h"
#include "control/phone/screen.h"

enum {
	RESETS_PER_STEP = 64, // before events get their chance again
	BACK_S = 240,         // `reset sequence-all` waits for a phone no longer
};

// --- one phone -----------------------------------------------------------------------------------

void phone_settled(struct phone *phone)
{
	if (phone->waits)
		TAILQ_REMOVE(&phone->engine->waiting_phones, phone, waiting);
	phone->waits = false;
	phone->reset = 0;
}

static void phone_wait(struct phone *phone)
{
	if (!phone->waits)
		TAILQ_INSERT_TAIL(&phone->engine->waiting_phones, phone, waiting);
	phone->waits = true;
}

static void reset_send(struct phone *phone, enum sccp_reset_code type)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_RESET);
	msg.reset.type = type;
	phone_send(phone, &msg);
}

// It is out of service before its lines change, and is told when it has them: it may ask at once.
static void come_anew(struct phone *phone, bool rebuild)
{
	uint8_t type = phone->reset != 0 ? phone->reset : SCCP_RESET_RESTART;
	bool tell = phone->conn != 0 && !phone_is_resetting(phone);

	station_fsm_reset(phone);
	if (rebuild) {
		if (!buttons_build(phone)) {
			phone_wait(phone);
			return;
		}
		phone->engine->lines_changed = true;
	}
	phone_settled(phone);
	if (tell)
		reset_send(phone, (enum sccp_reset_code)type);
}

void phone_rebuild(struct phone *phone)
{
	bool rebuild = !buttons_are_right(phone);

	if (!rebuild && phone->reset == 0)
		phone_settled(phone);
	else if (phone_own_call(phone) != NULL)
		phone_wait(phone);
	else
		come_anew(phone, rebuild);
}

void phones_settle(struct engine *engine)
{
	struct phone *phone, *next;

	engine->phones_stale = false;
	for (phone = TAILQ_FIRST(&engine->waiting_phones); phone != NULL; phone = next) {
		next = TAILQ_NEXT(phone, waiting);
		phone_rebuild(phone);
	}
}

// One that is not there will ask for everything when it comes.
static void phone_reset(struct phone *phone, enum sccp_reset_code type)
{
	if (!phone_is_registered(phone) && !phone_is_registering(phone))
		return;
	// A reset is a restart too.
	if (phone->reset != SCCP_RESET_RESET)
		phone->reset = (uint8_t)type;
	phone_rebuild(phone);
}

static enum sccp_reset_code type_of(enum touch what)
{
	return what == TOUCH_RESTART || what == TOUCH_RESTART_ALL ? SCCP_RESET_RESTART
								  : SCCP_RESET_RESET;
}

void phone_wanted_anew(struct engine *engine, enum touch what, unsigned tag)
{
	struct phone *phone = phone_by_tag(engine, tag);

	if (phone != NULL)
		phone_reset(phone, type_of(what));
}

static void profiles_are_reset(struct config *config)
{
	struct config_profile *profile = NULL;

	while ((profile = config_user_profile_next(config, profile == NULL ? 0 : profile->tag)) !=
		NULL)
		profile->reset = false;
	while ((profile = config_logout_profile_next(config, profile == NULL ? 0 : profile->tag)) !=
		NULL)
		profile->reset = false;
}

void phones_reset_by_profile(struct engine *engine)
{
	struct phone *phone;

	TAILQ_FOREACH (phone, &engine->phones, all) {
		const struct config_profile *profile = phone_profile(phone);

		if (profile != NULL && profile->reset)
			phone_reset(phone, SCCP_RESET_RESET);
	}
	profiles_are_reset(engine->config);
}

// --- all phones ----------------------------------------------------------------------------------

static void wait_s(struct reset_run *run, unsigned seconds)
{
	osmo_timer_schedule(&run->timer, (int)seconds, 0);
}

// The next that is there and had no turn yet; NULL: none is left.
static struct phone *run_next(struct engine *engine)
{
	struct reset_run *run = &engine->resets;
	const struct config_ephone *ephone;

	while ((ephone = config_ephone_next(engine->config, run->tag)) != NULL) {
		struct phone *phone = phone_by_tag(engine, ephone->tag);

		run->tag = ephone->tag;
		if (phone != NULL && phone_is_registered(phone))
			return phone;
	}
	return NULL;
}

// The one that had its turn is back, or has had time enough to be.
static bool run_may_go_on(struct engine *engine)
{
	struct reset_run *run = &engine->resets;
	const struct phone *phone = phone_by_tag(engine, run->tag);

	if (run->kind != TOUCH_RESET_EACH || phone == NULL || run->waited_s >= BACK_S)
		return true;
	return phone_is_registered(phone) && !phone->waits;
}

static void run_step(struct engine *engine)
{
	struct reset_run *run = &engine->resets;
	unsigned turns =
		run->kind != TOUCH_RESET_EACH && run->interval_s == 0 ? RESETS_PER_STEP : 1;
	struct phone *phone;

	if (!run_may_go_on(engine)) {
		run->waited_s++;
		wait_s(run, 1);
		return;
	}
	run->waited_s = 0;
	for (unsigned i = 0; i < turns; i++) {
		phone = run_next(engine);
		if (phone == NULL)
			return;
		phone_reset(phone, type_of(run->kind));
	}
	wait_s(run, run->kind == TOUCH_RESET_EACH ? 1 : run->interval_s);
}

static void run_due(void *data)
{
	struct engine *engine = data;

	run_step(engine);
	engine_turn(engine);
}

void phones_wanted_anew(struct engine *engine, enum touch what, unsigned interval_s)
{
	osmo_timer_del(&engine->resets.timer);
	if (what == TOUCH_RESET_NONE)
		return;
	engine->resets.kind = what;
	engine->resets.interval_s = interval_s;
	engine->resets.tag = 0;
	engine->resets.waited_s = 0;
	run_step(engine);
}

void resets_init(struct engine *engine)
{
	osmo_timer_setup(&engine->resets.timer, run_due, engine);
}

void resets_fini(struct engine *engine)
{
	osmo_timer_del(&engine->resets.timer);
}
