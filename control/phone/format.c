// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/phone/format.h"

#include <osmocom/core/utils.h>

#include "control/phone/phone.h"

enum {
	PACKET_MS = 20,
	FEATURE_RFC2833 = 0x04, // in the third feature byte of Register
	EVENT_PAYLOAD = 101,    // where a phone does not say which
	DYNAMIC_FIRST = 96,     // RFC 3551 6
	DYNAMIC_LAST = 127,
	PARAMETER_PAYLOAD = 1, // the byte of the parameters that has it
	SAME_MAX = 2,
};

// Best first. Two numbers in a row are one codec on the wire: a decoder of G.729 takes what one of
// its Annex A sends. Those with silence suppression of Annex B keep to themselves.
static const struct codec_row {
	uint16_t payloads[SAME_MAX];
	uint8_t unit_ms; // of a frame; G.711 and its like count milliseconds
	uint8_t step_ms; // packets are multiples of it
} codecs[] = {
	{ { SCCP_PAYLOAD_G711_ULAW_64K }, 1, 10 },
	{ { SCCP_PAYLOAD_G711_ALAW_64K }, 1, 10 },
	{ { SCCP_PAYLOAD_G729, SCCP_PAYLOAD_G729_ANNEX_A }, 10, 10 },
	{ { SCCP_PAYLOAD_G729_ANNEX_B, SCCP_PAYLOAD_G729_ANNEX_A_ANNEX_B }, 10, 10 },
	{ { SCCP_PAYLOAD_G722_64K }, 1, 10 },
	{ { SCCP_PAYLOAD_G722_56K }, 1, 10 },
	{ { SCCP_PAYLOAD_G722_48K }, 1, 10 },
	{ { SCCP_PAYLOAD_ILBC }, 20, 20 },
	{ { SCCP_PAYLOAD_GSM, SCCP_PAYLOAD_GSM_FULL_RATE }, 20, 20 },
	{ { SCCP_PAYLOAD_WIDE_BAND_256K }, 1, 10 },
};

// A codec as one phone offers it.
struct offer {
	uint16_t payload; // 0: it does not
	uint8_t frames;   // most in a packet, 0: any number
};

static struct offer offer_find(const struct phone *phone, uint16_t payload)
{
	// A phone that has not said anything can do G.711.
	if (phone->codec_count == 0 && payload == SCCP_PAYLOAD_G711_ULAW_64K)
		return (struct offer){ payload, 0 };
	for (unsigned i = 0; i < phone->codec_count; i++) {
		if (phone->codecs[i] == payload)
			return (struct offer){ payload, phone->frames[i] };
	}
	return (struct offer){ 0, 0 };
}

// By the same number where both have it, else each by its own. False: one has none.
static bool offers_match(const struct codec_row *row, const struct phone *a, const struct phone *b,
	struct offer *out_a, struct offer *out_b)
{
	*out_a = *out_b = (struct offer){ 0, 0 };
	for (int i = 0; i < SAME_MAX; i++) {
		struct offer of_a = offer_find(a, row->payloads[i]);
		struct offer of_b = offer_find(b, row->payloads[i]);
		bool both = of_a.payload != 0 && of_b.payload != 0;

		if (both || out_a->payload == 0)
			*out_a = of_a;
		if (both || out_b->payload == 0)
			*out_b = of_b;
		if (both)
			break;
	}
	return out_a->payload != 0 && out_b->payload != 0;
}

// As long as usual, or as long as both bear, in whole steps.
static uint32_t packet_ms(const struct codec_row *row, struct offer a, struct offer b)
{
	uint32_t limit = PACKET_MS;

	if (a.frames != 0)
		limit = OSMO_MIN(limit, (uint32_t)a.frames * row->unit_ms);
	if (b.frames != 0)
		limit = OSMO_MIN(limit, (uint32_t)b.frames * row->unit_ms);
	return OSMO_MAX(limit - limit % row->step_ms, row->step_ms);
}

bool media_format(const struct phone *phone, const struct phone *other, struct media_format *out)
{
	struct offer own, theirs;

	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
		if (!offers_match(&codecs[i], phone, other, &own, &theirs))
			continue;
		*out = (struct media_format){
			.payload = own.payload,
			.packet_ms = (uint16_t)packet_ms(&codecs[i], own, theirs),
			.events_in = other->event_payload == 0 ? 0 : phone->event_payload,
			.events_out = phone->event_payload == 0 ? 0 : other->event_payload,
		};
		return true;
	}
	return false;
}

void phone_offers_nothing(struct phone *phone, const uint8_t features[3])
{
	phone->codec_count = 0;
	phone->event_payload = features[2] & FEATURE_RFC2833 ? EVENT_PAYLOAD : 0;
}

static uint8_t event_payload(const struct sccp_capability *entry)
{
	uint8_t payload = entry->parameters[PARAMETER_PAYLOAD];

	return payload >= DYNAMIC_FIRST && payload <= DYNAMIC_LAST ? payload : EVENT_PAYLOAD;
}

void phone_offers(struct phone *phone, const struct sccp_capabilities *capabilities)
{
	uint32_t count = OSMO_MIN(capabilities->count, (uint32_t)PHONE_CODECS_MAX);

	phone->codec_count = (uint8_t)count;
	for (uint32_t i = 0; i < count; i++) {
		const struct sccp_capability *entry = &capabilities->entries[i];

		phone->codecs[i] = (uint16_t)entry->payload;
		phone->frames[i] = (uint8_t)OSMO_MIN(entry->max_frames, (uint32_t)UINT8_MAX);
		if (entry->payload == SCCP_PAYLOAD_RFC2833_DYN_PAYLOAD)
			phone->event_payload = event_payload(entry);
	}
}
