// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What two phones send each other: codec, packet size, digits. Each end may know a codec by another
// number.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sccp/sccp.h"

struct phone;

enum { PHONE_CODECS_MAX = 18 };

struct media_format {
	uint16_t payload;   // enum sccp_payload_code, as the phone calls it
	uint16_t packet_ms; // the same at both ends
	uint8_t events_in;  // RTP payload type of RFC 2833 in what it receives, 0: none
	uint8_t events_out;
};

// What `phone` sends to the other one and receives from it: the best that both can do. False: they
// have no codec in common.
bool media_format(const struct phone *phone, const struct phone *other, struct media_format *out);

// What the phone offers, from now on.
void phone_offers(struct phone *phone, const struct sccp_capabilities *capabilities);
// The same while it has said nothing but the feature bytes of its Register.
void phone_offers_nothing(struct phone *phone, const uint8_t features[3]);
