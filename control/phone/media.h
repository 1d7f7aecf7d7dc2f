// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Media channels of phones: each end receives where it says and sends to where the other receives.
#pragma once

#include "control/phone/phone.h"

// Where a connection is handled; NULL while it only rings.
struct appearance *connection_appearance(const struct connection *connection);

// Opens or closes what the state of the call asks for; sends nothing when all is as it should be.
void media_update(struct appearance *appearance);

// The tone of who is held, where no music is: on while all others hold.
void hold_tone_update(struct appearance *appearance);

// Ends talks of phones that have no codec in common.
void media_settle(struct engine *engine);

// OpenReceiveChannelAck.
void media_ack(struct station *station, const struct sccp_msg *msg);
