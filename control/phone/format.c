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
	uint8_t unit_ms; // of max_frames
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

static const struct phone_codec *offer_find(const struct phone *phone, uint16_t payload)
{
	// A phone that has not said anything can do G.711.
	static const struct phone_codec basic = { SCCP_PAYLOAD_G711_ULAW_64K, 0 };

	if (phone->codec_count == 0)
		return payload == basic.payload ? &basic : NULL;
	for (unsigned i = 0; i < phone->codec_count; i++) {
		if (payload != 0 && phone->codecs[i].payload == payload)
			return &phone->codecs[i];
	}
	return NULL;
}

// By the same number where both have it, else each by its own.
static bool offers_match(const struct codec_row *row, const struct phone *a, const struct phone *b,
	const struct phone_codec **out_a, const struct phone_codec **out_b)
{
	*out_a = *out_b = NULL;
	for (int i = 0; i < SAME_MAX; i++) {
		const struct phone_codec *of_a = offer_find(a, row->payloads[i]);
		const struct phone_codec *of_b = offer_find(b, row->payloads[i]);

		if (*out_a == NULL || (of_a != NULL && of_b != NULL))
			*out_a = of_a;
		if (*out_b == NULL || (of_a != NULL && of_b != NULL))
			*out_b = of_b;
		if (of_a != NULL && of_b != NULL)
			break;
	}
	return *out_a != NULL && *out_b != NULL;
}

static uint32_t packet_ms(
	const struct codec_row *row, const struct phone_codec *a, const struct phone_codec *b)
{
	uint32_t limit = PACKET_MS;

	if (a->max_frames != 0)
		limit = OSMO_MIN(limit, (uint32_t)a->max_frames * row->unit_ms);
	if (b->max_frames != 0)
		limit = OSMO_MIN(limit, (uint32_t)b->max_frames * row->unit_ms);
	return OSMO_MAX(limit - limit % row->step_ms, row->step_ms);
}

bool media_format(const struct phone *phone, const struct phone *other, struct media_format *out)
{
	const struct phone_codec *own, *theirs;

	for (size_t i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
		if (!offers_match(&codecs[i], phone, other, &own, &theirs))
			continue;
		*out = (struct media_format){
			.payload = own->payload,
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

		phone->codecs[i] = (struct phone_codec){ (uint16_t)entry->payload,
			(uint16_t)OSMO_MIN(entry->max_frames, (uint32_t)UINT16_MAX) };
		if (entry->payload == SCCP_PAYLOAD_RFC2833_DYN_PAYLOAD)
			phone->event_payload = event_payload(entry);
	}
}
