// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Services about devices as such: do not disturb, forwarding, message waiting, and digits sent into
// a call. The requests' devices and connections are checked already. A setting that is so already
// is accepted, and nobody is told.
#include <string.h>

#include "control/call/feature.h"
#include "control/csta/service.h"

enum {
	RING_S = 6,     // from the start of one ring to that of the next
	RING_S_MIN = 3, // as `call-forward noan` has them
	RING_S_MAX = 60000,
	RING_COUNT_MAX = 100, // ECMA-269, forwarding features
};

// --- do not disturb ------------------------------------------------------------------------------

enum refusal serve_get_do_not_disturb(struct request *request)
{
	request->answer->body.get_do_not_disturb_response.on = dn_do_not_disturb(request->dn);
	return REFUSED_NOT;
}

// Calls are not told apart by where or whom they come from.
enum refusal values_set_do_not_disturb(const struct request *request)
{
	const struct csta_set_do_not_disturb *set = &request->msg->body.set_do_not_disturb;
	uint64_t all = CSTA_BIT(CSTA_ORIGINATION_INTERNAL) | CSTA_BIT(CSTA_ORIGINATION_EXTERNAL);

	return set->has.calling_devices || (set->has.origination && set->origination != all)
		       ? REFUSED_PARAMETER
		       : REFUSED_NOT;
}

enum refusal serve_set_do_not_disturb(struct request *request)
{
	const struct csta_set_do_not_disturb *set = &request->msg->body.set_do_not_disturb;

	return refusal_of_result(dn_set_do_not_disturb(request->dn, set->on), REFUSED_DEVICE_KIND,
		REFUSED_OUT_OF_SERVICE);
}

// --- forwarding ----------------------------------------------------------------------------------

static void forward_add(const struct request *request, const struct viewer *viewer,
	enum config_forward_kind kind, struct csta_forward_item *item)
{
	struct engine *engine = request->engine;
	const struct config_forward *last =
		config_forward_last(engine->config, request->dn->config, kind);

	item->has.type = true;
	item->type = forwarding_type(kind);
	item->on = dn_is_forwarded(request->dn, kind);
	item->has.destination = last->number[0] != '\0';
	device_write(
		engine, viewer, dn_find(engine, last->number), last->number, item->destination);
	item->has.ring_duration_s = kind == FORWARD_NOAN && last->timeout != 0;
	item->ring_duration_s = last->timeout;
}

// Immediate forwarding is always told of, the others where they are or were set: clients that know
// one kind only look at the first.
enum refusal serve_get_forwarding(struct request *request)
{
	struct csta_forward_item_list *list = &request->answer->body.get_forwarding_response.items;
	const struct config *config = request->engine->config;
	struct viewer viewer = viewer_of_request(request);

	for (unsigned i = 0; i < FORWARD_NIGHT; i++) {
		enum config_forward_kind kind = (enum config_forward_kind)i;

		if (kind != FORWARD_ALL &&
			config_forward_last(config, request->dn->config, kind)->number[0] == '\0')
			continue;
		forward_add(request, &viewer, kind, &list->items[list->count++]);
	}
	return REFUSED_NOT;
}

static bool forward_kind(const struct csta_set_forwarding *set, enum config_forward_kind *kind)
{
	*kind = FORWARD_ALL;
	if (!set->has.type)
		return true;
	for (unsigned i = 0; i < FORWARD_NIGHT; i++) {
		*kind = (enum config_forward_kind)i;
		if (forwarding_type(*kind) == set->type)
			return true;
	}
	return false;
}

static bool is_within(bool given, uint32_t value, uint32_t most)
{
	return !given || (value >= 1 && value <= most);
}

enum refusal values_set_forwarding(const struct request *request)
{
	const struct csta_set_forwarding *set = &request->msg->body.set_forwarding;
	enum config_forward_kind kind;

	if (!forward_kind(set, &kind))
		return REFUSED_FORWARD_TYPE;
	return is_within(set->has.ring_count, set->ring_count, RING_COUNT_MAX) &&
			       is_within(set->has.ring_duration_s, set->ring_duration_s, RING_S_MAX)
		       ? REFUSED_NOT
		       : REFUSED_RANGE;
}

// 0: it does not say.
static unsigned forward_seconds(const struct csta_set_forwarding *set)
{
	if (set->has.ring_duration_s)
		return OSMO_MAX(set->ring_duration_s, RING_S_MIN);
	return set->has.ring_count ? set->ring_count * RING_S : 0;
}

enum refusal serve_set_forwarding(struct request *request)
{
	const struct csta_set_forwarding *set = &request->msg->body.set_forwarding;
	struct span to = span_trim(span_str(set->has.destination ? set->destination : ""));
	char number[NUMBER_SIZE] = "";
	enum config_forward_kind kind;
	enum call_result result;

	forward_kind(set, &kind);
	if (set->on && to.n > 0 && device_resolve(request->engine, to, NULL, number) == NULL)
		return REFUSED_FORWARD_TO;
	result = set->on ? dn_set_forward(request->dn, kind, number, forward_seconds(set))
			 : dn_end_forward(request->dn, kind);
	if (result == CALL_BAD_NUMBER)
		return REFUSED_FORWARD_TO;
	return refusal_of_result(result, REFUSED_DEVICE_KIND, REFUSED_OUT_OF_SERVICE);
}

// --- message waiting -----------------------------------------------------------------------------

enum refusal serve_get_message_waiting(struct request *request)
{
	struct csta_get_message_waiting_indicator_response *answer =
		&request->answer->body.get_message_waiting_indicator_response;

	answer->on = request->dn->message_waiting;
	answer->has.for_device = request->dn->message_for != NULL;
	if (answer->has.for_device) {
		struct viewer viewer = viewer_of_request(request);

		device_rewrite(
			request->engine, &viewer, request->dn->message_for, answer->for_device);
	}
	answer->has.lamp_is_present = true;
	answer->lamp_is_present = !TAILQ_EMPTY(&request->dn->lines);
	return REFUSED_NOT;
}

// A message may be for a device that is none of ours, which is kept as it stands.
enum refusal serve_set_message_waiting(struct request *request)
{
	const struct csta_set_message_waiting_indicator *set =
		&request->msg->body.set_message_waiting_indicator;
	const char *for_device = set->has.for_device ? set->for_device : "";
	char number[NUMBER_SIZE];

	if (device_resolve(request->engine, span_str(for_device), NULL, number) != NULL)
		for_device = number;
	return refusal_of_result(dn_set_message_waiting(request->dn, set->on, for_device),
		REFUSED_DEVICE_KIND, REFUSED_OUT_OF_SERVICE);
}

// --- digits --------------------------------------------------------------------------------------

static unsigned duration_ms(bool given, uint32_t asked_ms, unsigned otherwise)
{
	return given && asked_ms > 0 ? asked_ms : otherwise;
}

enum refusal values_generate_digits(const struct request *request)
{
	const struct csta_generate_digits *generate = &request->msg->body.generate_digits;
	const char *digits = generate->characters;

	if (generate->has.digit_mode && generate->digit_mode != CSTA_DIGIT_MODE_DTMF)
		return REFUSED_DIGIT_MODE;
	if (digits[0] == '\0' || strspn(digits, "0123456789*#ABCD,") != strlen(digits))
		return REFUSED_TONE_CHARACTER;
	if (generate->has.tone_duration && generate->tone_duration > TONE_MS_MAX)
		return REFUSED_TONE_DURATION;
	return generate->has.pause_duration && generate->pause_duration > TONE_MS_MAX
		       ? REFUSED_RANGE
		       : REFUSED_NOT;
}

// The times are in milliseconds.
enum refusal serve_generate_digits(struct request *request)
{
	const struct csta_generate_digits *generate = &request->msg->body.generate_digits;

	return refusal_of_result(
		connection_send_digits(request->connection, generate->characters,
			duration_ms(generate->has.tone_duration, generate->tone_duration, TONE_MS),
			duration_ms(
				generate->has.pause_duration, generate->pause_duration, PAUSE_MS)),
		REFUSED_OBJECT_STATE, REFUSED_OUT_OF_SERVICE);
}
