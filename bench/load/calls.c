// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Calls between pairs of phones: what the phones do, and whether they are shown what they must be.
#include <stdlib.h>
#include <string.h>

#include "bench/load/internal.h"

enum {
	SLOTS_MAX = 65536,
	CALLS_A_STEP = 16,
	LOOKS_A_STEP = 64, // at pairs, for a free one
	DIGITS_MAX = 10,
	KEYPAD_BYTES = 24,
	KEYPAD_CALL_AT = 20, // header, button, line, call
	LINE = 1,
	RTP_PORT = 16384,
};

// Kinds of messages that a call must bring, as bits of call_side.seen.
#define KINDS(X) \
	X(START_TONE) \
	X(STOP_TONE) \
	X(SELECT_SOFT_KEYS) \
	X(CALL_INFO) \
	X(DIALED_NUMBER) \
	X(DISPLAY_PROMPT_STATUS) X(SET_LAMP) X(SET_RINGER) X(OPEN_RECEIVE_CHANNEL) \
		X(START_MEDIA_TRANSMISSION) X(CLOSE_RECEIVE_CHANNEL) X(STOP_MEDIA_TRANSMISSION)

enum kind {
#define X(name) KIND_##name,
	KINDS(X)
#undef X
};

#define KIND(name) (UINT64_C(1) << KIND_##name)

enum {
	SHOWN = KIND(SELECT_SOFT_KEYS) | KIND(CALL_INFO) | KIND(DISPLAY_PROMPT_STATUS) |
		KIND(SET_LAMP),
	DIALLED = KIND(START_TONE) | KIND(STOP_TONE) | KIND(DIALED_NUMBER),
	RUNG = KIND(SET_RINGER),
	TALKED = KIND(OPEN_RECEIVE_CHANNEL) | KIND(START_MEDIA_TRANSMISSION) |
		 KIND(CLOSE_RECEIVE_CHANNEL) | KIND(STOP_MEDIA_TRANSMISSION),
};

enum { STATES_MAX = 5 };

// By kind of call (given up, answered) and side.
static const struct {
	uint8_t count;
	uint8_t states[STATES_MAX]; // in this order
	uint64_t kinds;
} shown[CALL_KINDS][SIDES] = {
	{ { 4,
		  { SCCP_CALL_STATE_OFF_HOOK, SCCP_CALL_STATE_PROCEED, SCCP_CALL_STATE_RING_OUT,
			  SCCP_CALL_STATE_ON_HOOK },
		  SHOWN | DIALLED },
		{ 2, { SCCP_CALL_STATE_RING_IN, SCCP_CALL_STATE_ON_HOOK }, SHOWN | RUNG } },
	{ { 5,
		  { SCCP_CALL_STATE_OFF_HOOK, SCCP_CALL_STATE_PROCEED, SCCP_CALL_STATE_RING_OUT,
			  SCCP_CALL_STATE_CONNECTED, SCCP_CALL_STATE_ON_HOOK },
		  SHOWN | DIALLED | TALKED },
		{ 4,
			{ SCCP_CALL_STATE_RING_IN, SCCP_CALL_STATE_OFF_HOOK,
				SCCP_CALL_STATE_CONNECTED, SCCP_CALL_STATE_ON_HOOK },
			SHOWN | RUNG | TALKED } },
};

static uint8_t keypad[10][KEYPAD_BYTES];

static uint32_t index_of(const struct load *load, const struct call *call)
{
	return (uint32_t)(call - load->calls);
}

static uint64_t kind_of(uint32_t id)
{
	switch (id) {
#define X(name) \
	case SCCP_##name: \
		return KIND(name);
		KINDS(X)
#undef X
	default:
		return 0;
	}
}

static void wait_ms(struct load *load, struct call *call, uint32_t ms)
{
	wheel_arm(&load->wheel, &call->timer, load->now_us + ms * UINT64_C(1000));
}

static struct phone *phone_of(struct load *load, const struct call *call, unsigned side)
{
	return &load->phones[call->side[side].phone];
}

static unsigned states_of(const struct call *call, unsigned side)
{
	return shown[call->answered][side].count;
}

// --- what phones do ------------------------------------------------------------------------------

static void hook_send(struct load *load, struct call *call, unsigned side, uint32_t id)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, id);
	msg.off_hook.line = call->side[side].reference == 0 ? 0 : LINE;
	msg.off_hook.call = call->side[side].reference;
	load_phone_send(load, phone_of(load, call, side), &msg);
}

static void dial(struct load *load, struct call *call)
{
	uint8_t frames[DIGITS_MAX * KEYPAD_BYTES];
	uint32_t number = load_phone_number(load, call->side[CALLEE].phone);
	uint32_t reference = call->side[CALLER].reference;
	size_t at = sizeof(frames);

	for (; number > 0; number /= 10) {
		at -= KEYPAD_BYTES;
		memcpy(frames + at, keypad[number % 10], KEYPAD_BYTES);
		memcpy(frames + at + KEYPAD_CALL_AT, &reference, sizeof(reference));
	}
	call->cause_ns[CAUSE_DIALLED] = load->now_ns;
	load_phone_write(load, phone_of(load, call, CALLER), frames + at, sizeof(frames) - at);
}

// By the phone, or by a session that watches it.
static void act(struct load *load, struct call *call, unsigned side, enum call_service what)
{
	static const uint32_t by_hand[] = {
		[CALL_MAKE] = SCCP_OFF_HOOK,
		[CALL_ANSWER] = SCCP_OFF_HOOK,
		[CALL_CLEAR] = SCCP_ON_HOOK,
	};

	if (call->by_csta)
		load_client_serve(load, call, side, what);
	else
		hook_send(load, call, side, by_hand[what]);
}

static void answer(struct load *load, struct call *call)
{
	call->step = CALL_ANSWERING;
	call->cause_ns[CAUSE_ANSWER] = load->now_ns;
	act(load, call, CALLEE, CALL_ANSWER);
	wait_ms(load, call, load->config.patience_ms);
}

static void hang_up(struct load *load, struct call *call)
{
	call->step = CALL_CLEARING;
	call->cause_ns[CAUSE_HANG_UP] = load->now_ns;
	act(load, call, CALLER, CALL_CLEAR);
	wait_ms(load, call, load->config.patience_ms);
}

static void media_ack(
	struct load *load, struct call *call, unsigned side, const struct sccp_msg *open)
{
	struct sccp_open_receive_channel_ack *ack;
	struct sccp_msg msg;

	sccp_msg_init(&msg, SCCP_OPEN_RECEIVE_CHANNEL_ACK);
	ack = &msg.open_receive_channel_ack;
	// Nothing is sent there; any address but 0.0.0.0 does for wires that choose their own.
	ack->addr = addr_ipv4(htonl((load->config.phone_base | 1 << 24) + call->side[side].phone));
	ack->port = RTP_PORT;
	ack->party = open->open_receive_channel.party;
	ack->call = open->open_receive_channel.call;
	load_phone_send(load, phone_of(load, call, side), &msg);
}

// --- the life of a call --------------------------------------------------------------------------

static void call_free(struct load *load, struct call *call)
{
	for (unsigned side = 0; side < SIDES; side++)
		phone_of(load, call, side)->call = 0;
	wheel_cancel(&load->wheel, &call->timer);
	call->step = CALL_FREE;
	load->free_calls[load->nfree++] = index_of(load, call);
	load->active--;
}

static bool side_done(const struct call *call, unsigned side)
{
	const struct call_side *at = &call->side[side];

	if (at->states != states_of(call, side))
		return false;
	for (unsigned i = 0; i < LOAD_WATCHERS_MAX; i++)
		if ((at->watchers & 1u << i) && at->events[i] != at->nevents)
			return false;
	return true;
}

static void call_finish(struct load *load, struct call *call)
{
	if (!side_done(call, CALLER) || !side_done(call, CALLEE))
		return;
	for (unsigned side = 0; side < SIDES; side++) {
		uint64_t missing = shown[call->answered][side].kinds & ~call->side[side].seen;

		if (missing != 0)
			load_fail(load, LOAD_MESSAGE_MISSING, "phone %u: kinds %#llx",
				call->side[side].phone, (unsigned long long)missing);
	}
	load->n.calls++;
	load->n.answered += call->answered;
	load->kind_calls[call->answered]++;
	call_free(load, call);
}

static void call_rings(struct load *load, struct call *call)
{
	if (call->step != CALL_DIALLING || call->side[CALLER].states < 3 ||
		call->side[CALLEE].states < 1 || (call->by_csta && call->id[0] == '\0'))
		return;
	call->step = CALL_RINGING;
	if (load->calls_config.ring_ms > 0)
		wait_ms(load, call, load->calls_config.ring_ms);
	else if (call->answered)
		answer(load, call);
	else
		hang_up(load, call);
}

static void call_talks(struct load *load, struct call *call)
{
	const uint64_t media = KIND(OPEN_RECEIVE_CHANNEL) | KIND(START_MEDIA_TRANSMISSION);

	if (call->step != CALL_ANSWERING || (call->side[CALLER].seen & media) != media ||
		(call->side[CALLEE].seen & media) != media || call->side[CALLER].states < 4 ||
		call->side[CALLEE].states < 3)
		return;
	call->step = CALL_TALKING;
	if (load->calls_config.hold_ms > 0)
		wait_ms(load, call, load->calls_config.hold_ms);
	else
		hang_up(load, call);
}

void load_call_goes_on(struct load *load, struct call *call)
{
	call_rings(load, call);
	call_talks(load, call);
	call_finish(load, call);
}

static void state_take(
	struct load *load, struct call *call, unsigned side, const struct sccp_msg *msg)
{
	struct call_side *at = &call->side[side];
	const struct sccp_call_state *state = &msg->call_state;

	if (at->states >= states_of(call, side) ||
		shown[call->answered][side].states[at->states] != state->state ||
		(at->reference != 0 && at->reference != state->call)) {
		load_fail(load, LOAD_STATE_ORDER, "phone %u: %s after %u states, call %u of %u",
			at->phone, sccp_call_state_name(state->state), at->states, state->call,
			at->reference);
		return;
	}
	at->states++;
	at->reference = state->call;
	if (state->state == SCCP_CALL_STATE_ON_HOOK && side == CALLEE && call->answered &&
		!call->by_csta)
		hook_send(load, call, CALLEE, SCCP_ON_HOOK);
}

void load_call_message(struct load *load, struct phone *phone, const struct sccp_frame *frame)
{
	struct call *call = phone->call == 0 ? NULL : &load->calls[phone->call - 1];
	unsigned side = phone->side;
	struct sccp_msg msg;

	load->n.call_messages++;
	if (call == NULL) {
		if (frame->id == SCCP_CALL_STATE)
			load_fail(load, LOAD_STATE_STRAY, "phone %u",
				(unsigned)(phone - load->phones));
		return;
	}
	call->side[side].seen |= kind_of(frame->id);
	if (frame->id == SCCP_CALL_STATE || frame->id == SCCP_OPEN_RECEIVE_CHANNEL) {
		if (sccp_decode(frame, &msg) != SCCP_OK)
			load_fail(load, LOAD_FRAME_BAD, "phone %u", call->side[side].phone);
		else if (frame->id == SCCP_CALL_STATE)
			state_take(load, call, side, &msg);
		else
			media_ack(load, call, side, &msg);
	}
	if (frame->id == SCCP_START_TONE && side == CALLER && call->side[CALLER].states == 1 &&
		!call->by_csta)
		dial(load, call);
	load_call_goes_on(load, call);
}

// Of the session that was told least.
static unsigned events_of(const struct call_side *side)
{
	unsigned least = side->nevents;

	for (unsigned i = 0; i < LOAD_WATCHERS_MAX; i++)
		if ((side->watchers & 1u << i) && side->events[i] < least)
			least = side->events[i];
	return least;
}

void load_call_timer(struct load *load, struct call *call)
{
	const struct call_side *a = &call->side[CALLER], *b = &call->side[CALLEE];

	if (call->step == CALL_RINGING) {
		if (call->answered)
			answer(load, call);
		else
			hang_up(load, call);
	} else if (call->step == CALL_TALKING) {
		hang_up(load, call);
	} else {
		load_fail(load, LOAD_CALL_LATE,
			"phones %u (%u states, %u of %u events), %u (%u states, %u of %u events)",
			a->phone, a->states, events_of(a), a->nevents, b->phone, b->states,
			events_of(b), b->nevents);
		call_free(load, call);
	}
}

// --- beginning -----------------------------------------------------------------------------------

// The next pair that is registered and free; false when a few are not.
static bool pair_find(struct load *load, uint32_t *first)
{
	uint32_t pairs = load->config.phones / 2;

	for (unsigned i = 0; i < LOOKS_A_STEP && pairs > 0; i++) {
		const struct phone *a = &load->phones[2 * (load->next_pair % pairs)];

		load->next_pair = (load->next_pair + 1) % pairs;
		*first = (uint32_t)(a - load->phones);
		if (a[0].step == PHONE_UP && a[0].call == 0 && a[1].step == PHONE_UP &&
			a[1].call == 0 &&
			(!load->calls_config.by_csta ||
				(load_phone_watchers(load, *first) != 0 &&
					load_phone_watchers(load, *first + 1) != 0)))
			return true;
	}
	return false;
}

static void call_begin(struct load *load, uint32_t first)
{
	struct call *call = &load->calls[load->free_calls[--load->nfree]];
	// Spread evenly: 50 % is every other call.
	uint64_t percent = load->calls_config.answered_percent;
	bool answered =
		(load->n.calls_begun + 1) * percent / 100 > load->n.calls_begun * percent / 100;

	*call = (struct call){
		.timer = { .kind = TIMER_CALL },
		.step = CALL_DIALLING,
		.answered = answered,
		.by_csta = load->calls_config.by_csta,
	};
	for (unsigned side = 0; side < SIDES; side++) {
		struct phone *phone = &load->phones[first + side];

		call->side[side].phone = first + side;
		call->side[side].watchers = load_phone_watchers(load, first + side);
		if (call->side[side].watchers != 0)
			call->side[side].nevents =
				(uint8_t)load_call_events_expected(answered, side);
		phone->call = index_of(load, call) + 1;
		phone->side = (uint8_t)side;
	}
	load->active++;
	load->n.calls_begun++;
	call->cause_ns[CAUSE_OFF_HOOK] = load->now_ns;
	call->cause_ns[CAUSE_DIALLED] = load->now_ns; // by hand there will be a later time for it
	act(load, call, CALLER, CALL_MAKE);
	wait_ms(load, call, load->config.patience_ms);
}

unsigned calls_step(struct load *load)
{
	const struct load_calls *config = &load->calls_config;
	uint32_t first;
	unsigned n = 0;

	while (load->calling && n < CALLS_A_STEP && load->active < config->slots &&
		load->nfree > 0 && (config->count == 0 || load->call_pace.begun < config->count) &&
		pace_may(&load->call_pace, load->now_us)) {
		if (!pair_find(load, &first)) {
			load->call_pace.begun--;
			break;
		}
		call_begin(load, first);
		n++;
	}
	return n;
}

void load_set_calls(struct load *load, const struct load_calls *calls)
{
	load->calling = calls != NULL;
	if (calls == NULL)
		return;
	load->calls_config = *calls;
	pace_start(&load->call_pace, calls->rate, calls->owed, load->now_us);
}

// --- counting ------------------------------------------------------------------------------------

void load_count_mark(struct load *load)
{
	load->counted_messages = load->n.call_messages;
	memcpy(load->counted_calls, load->kind_calls, sizeof(load->kind_calls));
}

void load_count_learn(struct load *load, bool answered)
{
	load->kind_messages[answered] = load->n.call_messages - load->counted_messages;
}

void load_count_check(struct load *load)
{
	uint64_t came = load->n.call_messages - load->counted_messages, wanted = 0;

	for (unsigned kind = 0; kind < CALL_KINDS; kind++)
		wanted += (load->kind_calls[kind] - load->counted_calls[kind]) *
			  load->kind_messages[kind];
	if (came != wanted)
		load_fail(load, LOAD_MESSAGE_COUNT, "%llu came, %llu calls must bring %llu",
			(unsigned long long)came,
			(unsigned long long)(load->kind_calls[0] + load->kind_calls[1] -
					     load->counted_calls[0] - load->counted_calls[1]),
			(unsigned long long)wanted);
}

static void keypad_make(void)
{
	struct sccp_msg msg;

	for (uint32_t digit = 0; digit < 10; digit++) {
		sccp_msg_init(&msg, SCCP_KEYPAD_BUTTON);
		msg.keypad_button.button = digit;
		msg.keypad_button.line = LINE;
		sccp_encode(&msg, sccp_version_server(11), keypad[digit], KEYPAD_BYTES);
	}
}

int calls_init(struct load *load)
{
	uint32_t pairs = load->config.phones / 2;

	keypad_make();
	load->slots = pairs < SLOTS_MAX ? pairs : SLOTS_MAX;
	load->calls = calloc(load->slots + 1, sizeof(load->calls[0]));
	load->free_calls = calloc(load->slots + 1, sizeof(load->free_calls[0]));
	if (load->calls == NULL || load->free_calls == NULL)
		return -1;
	for (uint32_t i = 0; i < load->slots; i++)
		load->free_calls[load->nfree++] = load->slots - 1 - i;
	return 0;
}

void calls_fini(struct load *load)
{
	free(load->calls);
	free(load->free_calls);
}
