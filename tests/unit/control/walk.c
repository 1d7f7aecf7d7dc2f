// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "tests/unit/control/walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/csta/csta.h"

// Single, dual and octo lines, shared ones, overlays of both kinds and what expands one, buttons
// that only watch, speed dials, forwarding of all kinds, one number that is nobody's to watch, one
// that comes and goes with its user.
static const char office[] = "voice service voip\n"
			     " no cti shutdown\n"
			     " %scti csta mode basic\n"
			     " gcid\n"
			     "telephony-service\n"
			     " max-ephones 10\n"
			     " max-dn 20\n"
			     " ip source-address 10.0.0.1 port 2000\n"
			     " timeouts ringing 20\n"
			     "ephone-dn 1\n"
			     " number 201\n"
			     " cti watch\n"
			     "ephone-dn 2 dual-line\n"
			     " number 202\n"
			     " cti watch\n"
			     " call-forward noan 203 timeout 5\n"
			     "ephone-dn 3 octo-line\n"
			     " number 203\n"
			     " cti watch\n"
			     " call-forward busy 201\n"
			     "ephone-dn 4\n"
			     " number 204\n"
			     " cti watch\n"
			     " call-forward busy 202\n"
			     "ephone-dn 5 dual-line\n"
			     " number 205\n"
			     " cti watch\n"
			     "ephone-dn 6\n"
			     " number 206\n"
			     " call-forward all 203\n"
			     "ephone-dn 7 dual-line\n"
			     " number 207\n"
			     " cti watch\n"
			     "ephone-dn 8 dual-line\n"
			     " number 208\n"
			     " cti watch\n"
			     "ephone-dn 9\n"
			     " number 209\n"
			     "ephone-dn 10\n"
			     " number 210\n"
			     " call-forward noan 203 timeout 7\n"
			     "ephone-dn 11\n"
			     " number 211\n"
			     " cti watch\n"
			     "voice logout-profile 1\n"
			     " number 206 type normal\n"
			     "voice user-profile 1\n"
			     " user user208 password secret\n"
			     " number 208 type normal\n"
			     "ephone 1\n"
			     " mac-address 0000.0000.0001\n"
			     " button 1:1 2:2 3w3 4m10\n"
			     " speed-dial 1 210\n"
			     " speed-dial 2 209\n"
			     "ephone 2\n"
			     " mac-address 0000.0000.0002\n"
			     " button 1:2\n"
			     "ephone 3\n"
			     " mac-address 0000.0000.0003\n"
			     " button 1:3 2:4\n"
			     "ephone 4\n"
			     " mac-address 0000.0000.0004\n"
			     " button 1:4\n"
			     "ephone 5\n"
			     " mac-address 0000.0000.0005\n"
			     " button 1:5 2:3 3:1\n"
			     "ephone 6\n"
			     " mac-address 0000.0000.0006\n"
			     " button 1:5\n"
			     "ephone 7\n"
			     " mac-address 0000.0000.0007\n"
			     " button 1:7 2:6\n"
			     "ephone 8\n"
			     " mac-address 0000.0000.0008\n"
			     " logout-profile 1\n"
			     "ephone 9\n"
			     " mac-address 0000.0000.0009\n"
			     " button 1o9,10,11 2x1 3m2 4w1\n"
			     " speed-dial 1 202\n"
			     "ephone 10\n"
			     " mac-address 0000.0000.000a\n"
			     " button 1c10,11 2:9\n";

enum { PHONES = 10, REFRESH_S = 600, ROUNDS_TO_HANG_UP = 12, PROMPT_S = 31 };

unsigned walk_below(struct walk *walk, unsigned n)
{
	// Knuth's MMIX generator: the same everywhere.
	walk->random = walk->random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)((walk->random >> 33) % n);
}

void walk_says(struct walk *walk, const char *format, ...)
{
	char *text = walk->trail[walk->step % WALK_TRAIL];
	va_list args;

	va_start(args, format);
	vsnprintf(text, WALK_TEXT, format, args);
	va_end(args);
	if (walk->trace)
		fprintf(stderr, "%llu: %s\n", (unsigned long long)walk->step, text);
}

bool walk_said(const struct walk *walk)
{
	return walk->trail[walk->step % WALK_TRAIL][0] != '\0';
}

void walk_report(const struct walk *walk)
{
	uint64_t first = walk->step < WALK_TRAIL ? 0 : walk->step - WALK_TRAIL + 1;

	fprintf(stderr, "seed %llu failed at step %llu; the last steps:\n",
		(unsigned long long)walk->seed, (unsigned long long)walk->step);
	for (uint64_t step = first; step <= walk->step; step++)
		fprintf(stderr, "  %llu: %s\n", (unsigned long long)step,
			walk->trail[step % WALK_TRAIL]);
	for (unsigned i = 0; i < walk->rig->phone_count; i++) {
		const struct sim_phone *phone = &walk->rig->phones[i];

		if (phone->log[0] != '\0')
			fprintf(stderr, "%s then got, %u not fit for it:\n%s", phone->name,
				phone->violations, phone->log);
	}
}

struct walk *walk_new(uint64_t seed, struct walk_counts *counts)
{
	struct walk *walk = calloc(1, sizeof(*walk));
	char config[sizeof(office) + 8];

	assert_non_null(walk);
	walk->seed = seed;
	walk->counts = counts;
	// Both modes in turn.
	snprintf(config, sizeof(config), office, seed % 2 == 0 ? "no " : "");
	walk->rig = rig_new(config);
	walk->rig->engine.report = monitors_report;
	walk->rig->engine.notify = monitors_notify;
	for (int i = 1; i <= PHONES; i++) {
		char name[32];

		snprintf(name, sizeof(name), "SEP00000000000%X", (unsigned)i);
		// Most of them can mix a conference.
		sim_new(walk->rig, name)->mixes = i % 3 != 0;
		sim_start(&walk->rig->phones[walk->rig->phone_count - 1]);
	}
	apps_begin(walk);
	walk_check(walk);
	rig_forget(walk->rig);
	return walk;
}

static void clients_refresh(struct walk *walk)
{
	if (walk->rig->seconds - walk->refreshed_s < REFRESH_S)
		return;
	walk->refreshed_s = walk->rig->seconds;
	for (unsigned i = 0; i < WALK_APPS; i++) {
		if (walk->apps[i].open)
			client_refresh(&walk->apps[i].client, 0, NULL);
	}
}

// Nobody is late for ever.
static void phones_catch_up(struct rig *rig)
{
	for (unsigned i = 0; i < rig->phone_count; i++) {
		while (rig->phones[i].ack_count > SIM_ACKS_MAX / 2 &&
			sim_acknowledge(&rig->phones[i]))
			;
	}
}

// Who is told to does.
static void phones_restart(struct rig *rig)
{
	for (unsigned i = 0; i < rig->phone_count; i++) {
		if (rig->phones[i].open && sim_log_has(&rig->phones[i], "Reset\n"))
			sim_start(&rig->phones[i]);
	}
}

void walk_step(struct walk *walk)
{
	const struct picture *picture;

	// A step is the same whether or not others before it were left out.
	walk->random = (walk->seed + 1) * 0x9e3779b97f4a7c15u ^ walk->step * 0xbf58476d1ce4e5b9u;
	walk_below(walk, 1);
	walk->tokens.count = 0;
	// A phone that waits to be idle may get other lines in any step.
	walk->configured = !TAILQ_EMPTY(&walk->rig->engine.waiting_phones);
	walk->trail[walk->step % WALK_TRAIL][0] = '\0';
	phones_catch_up(walk->rig);
	walk_act(walk);
	phones_restart(walk->rig);
	story_take(walk);
	walk_check(walk);
	picture = &walk->pictures[walk_below(walk, WALK_PICTURES)];
	if (picture_is_used(picture))
		picture_ask(picture, walk_below(walk, PICTURE_QUESTIONS));
	walk_permitted_told(walk);
	clients_refresh(walk);
	rig_forget(walk->rig);
	walk->step++;
}

static void hang_up(struct sim_phone *phone)
{
	sim_on_hook(phone);
	for (int i = 0; i < SIM_CALLS_MAX; i++) {
		if (phone->calls[i].reference == 0)
			continue;
		sim_soft_key_at(phone, SCCP_SOFTKEY_RESUME, phone->calls[i].line,
			phone->calls[i].reference);
		sim_on_hook(phone);
	}
}

void walk_end(struct walk *walk)
{
	struct rig *rig = walk->rig;

	for (unsigned i = 0; i < rig->phone_count; i++) {
		rig->phones[i].silent = false;
		rig->phones[i].lazy = false;
		while (sim_acknowledge(&rig->phones[i]))
			;
		if (!rig->phones[i].open)
			sim_start(&rig->phones[i]);
	}
	for (int round = 0; round < ROUNDS_TO_HANG_UP; round++) {
		for (unsigned i = 0; i < rig->phone_count; i++) {
			rig->phones[i].media_status = SCCP_MEDIA_OK;
			hang_up(&rig->phones[i]);
		}
	}
	// Whoever is asked to make a call may just wait.
	rig_wait(rig, PROMPT_S);
	rig_is_idle(rig);
	for (unsigned i = 0; i < rig->phone_count; i++)
		// One that never rang was never told.
		assert_true(rig->phones[i].ringer <= SCCP_RING_OFF);
	story_take(walk);
	// Monitors of calls ended with them.
	for (unsigned i = 0; i < WALK_PICTURES; i++)
		assert_true(!picture_is_used(&walk->pictures[i]) ||
			    walk->pictures[i].device[0] != '\0');
	walk_check(walk);
	apps_end(walk);
	assert_int_equal(rig->engine.sessions.used, 0);
	assert_int_equal(rig->engine.monitors.used, 0);
	rig_free(rig);
	free(walk);
}
