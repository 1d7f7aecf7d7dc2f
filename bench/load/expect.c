// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Which events the monitors of caller and callee must be told of a call, in order (ECMA-269: the
// connection states of a two-party call), and what they follow from.
#include <string.h>

#include "bench/load/internal.h"

enum { EVENTS_MAX = 5 };

struct expected {
	struct span name;
	struct span local; // localConnectionInfo: the monitored device's own connection
	uint8_t subject;   // whose connection the event is about
	uint8_t cause;     // enum cause
};

#define EVENT(name, local, subject, cause) \
	{ \
		{ name "Event", sizeof(name "Event") - 1 }, { local, sizeof(local) - 1 }, subject, \
			cause \
	}

// By kind of call (given up, answered) and side.
static const struct {
	unsigned count;
	struct expected events[EVENTS_MAX];
} told[CALL_KINDS][SIDES] = {
	{ { 4, { EVENT("ServiceInitiated", "initiated", CALLER, CAUSE_OFF_HOOK),
		       EVENT("Originated", "connected", CALLER, CAUSE_DIALLED),
		       EVENT("Delivered", "connected", CALLEE, CAUSE_DIALLED),
		       EVENT("ConnectionCleared", "null", CALLER, CAUSE_HANG_UP) } },
		{ 3, { EVENT("Delivered", "alerting", CALLEE, CAUSE_DIALLED),
			     EVENT("ConnectionCleared", "alerting", CALLER, CAUSE_HANG_UP),
			     EVENT("ConnectionCleared", "null", CALLEE, CAUSE_HANG_UP) } } },
	{ { 5, { EVENT("ServiceInitiated", "initiated", CALLER, CAUSE_OFF_HOOK),
		       EVENT("Originated", "connected", CALLER, CAUSE_DIALLED),
		       EVENT("Delivered", "connected", CALLEE, CAUSE_DIALLED),
		       EVENT("Established", "connected", CALLEE, CAUSE_ANSWER),
		       EVENT("ConnectionCleared", "null", CALLER, CAUSE_HANG_UP) } },
		{ 4, { EVENT("Delivered", "alerting", CALLEE, CAUSE_DIALLED),
			     EVENT("Established", "connected", CALLEE, CAUSE_ANSWER),
			     EVENT("ConnectionCleared", "connected", CALLER, CAUSE_HANG_UP),
			     EVENT("ConnectionCleared", "null", CALLEE, CAUSE_HANG_UP) } } },
};

unsigned load_call_events_expected(bool answered, unsigned side)
{
	return told[answered][side].count;
}

static bool names_number(struct span device, uint32_t number)
{
	char digits[10];
	size_t at = sizeof(digits);

	for (; number > 0; number /= 10)
		digits[--at] = (char)('0' + number % 10);
	return device.n > 0 && memmem(device.p, device.n, digits + at, sizeof(digits) - at) != NULL;
}

static bool same_call(struct call *call, struct span id)
{
	if (call->id[0] == '\0')
		return id.n > 0 && span_copy(id, call->id, sizeof(call->id));
	return span_eq(id, span_str(call->id));
}

// --- monitors of phones that others work
// -----------------------------------------------------------

// Which connection states may follow each other at one device in one call.
static const struct {
	struct span before; // empty: none
	struct span after;
} follows[] = {
	{ { NULL, 0 }, { "initiated", 9 } },
	{ { NULL, 0 }, { "alerting", 8 } },
	{ { NULL, 0 }, { "connected", 9 } },
	{ { "initiated", 9 }, { "connected", 9 } },
	{ { "initiated", 9 }, { "null", 4 } },
	{ { "alerting", 8 }, { "alerting", 8 } },
	{ { "alerting", 8 }, { "connected", 9 } },
	{ { "alerting", 8 }, { "null", 4 } },
	{ { "connected", 9 }, { "connected", 9 } },
	{ { "connected", 9 }, { "hold", 4 } },
	{ { "connected", 9 }, { "fail", 4 } },
	{ { "connected", 9 }, { "null", 4 } },
	{ { "hold", 4 }, { "hold", 4 } },
	{ { "hold", 4 }, { "connected", 9 } },
	{ { "hold", 4 }, { "null", 4 } },
	{ { "fail", 4 }, { "null", 4 } },
};

static bool may_follow(struct span before, struct span after)
{
	for (size_t i = 0; i < sizeof(follows) / sizeof(follows[0]); i++) {
		if (span_eq(follows[i].before, before) && span_eq(follows[i].after, after))
			return true;
	}
	return false;
}

void load_watch_event(struct load *load, uint32_t index, const struct seen_event *event)
{
	struct watch *watch = &load->watches[index];
	bool same = span_eq(event->call_id, span_str(watch->id));
	struct span before = same ? span_str(watch->state) : SPAN_NONE;

	if (!may_follow(before, event->local))
		load_fail(load, LOAD_EVENT_ORDER, "monitor %u: %.*s [%.*s] after [%.*s]", index,
			SPAN_FMT(event->name), SPAN_FMT(event->local), SPAN_FMT(before));
	span_copy(event->call_id, watch->id, sizeof(watch->id));
	span_copy(event->local, watch->state, sizeof(watch->state));
	if (span_eq(event->local, SPAN("null")))
		*watch = (struct watch){ .id = "" };
}

// --- monitors of phones of the load
// -----------------------------------------------------------------

void load_call_event(
	struct load *load, uint32_t index, unsigned watcher, const struct seen_event *event)
{
	const struct phone *phone = &load->phones[index];
	struct call *call;
	struct call_side *side;
	const struct expected *expected;

	if (phone->call == 0) {
		load_fail(load, LOAD_EVENT_STRAY, "%.*s at the monitor of phone %u",
			SPAN_FMT(event->name), index);
		return;
	}
	call = &load->calls[phone->call - 1];
	side = &call->side[phone->side];
	expected = &told[call->answered][phone->side].events[side->events[watcher]];
	if ((side->watchers & 1u << watcher) == 0 || side->events[watcher] >= side->nevents ||
		!span_eq(event->name, expected->name) || !span_eq(event->local, expected->local) ||
		!same_call(call, event->call_id) ||
		!names_number(event->device,
			load_phone_number(load, call->side[expected->subject].phone))) {
		load_fail(load, LOAD_EVENT_ORDER,
			"phone %u after %u events: %.*s [%.*s] of %.*s, call %.*s (%s)", index,
			side->events[watcher], SPAN_FMT(event->name), SPAN_FMT(event->local),
			SPAN_FMT(event->device), SPAN_FMT(event->call_id), call->id);
		return;
	}
	side->events[watcher]++;
	hist_add(&load->event_latency, load->now_ns - call->cause_ns[expected->cause]);
	load_call_goes_on(load, call);
}
