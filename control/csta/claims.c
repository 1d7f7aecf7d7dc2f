// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/csta/claims.h"

#include "control/call/model.h"
#include "control/csta/session.h"

unsigned dn_abilities(struct dn *dn)
{
	unsigned able = 0;

	if (dn->channels > 1)
		able |= ABLE_TO_HOLD_TWO;
	if (dn_mixing_line(dn) != NULL)
		able |= ABLE_TO_MIX;
	return able;
}

// Services are for devices that may be watched; of a conference that a user makes at another phone
// those who take part in it are told.
struct claims claims_make(struct engine *engine)
{
	bool basic = engine->config->voice_service.cti_basic_mode;
	struct claims claims = { 0 };
	unsigned watched = 0;
	bool mixes = false;
	struct dn *dn;

	TAILQ_FOREACH (dn, &engine->dns, all) {
		unsigned able = dn_abilities(dn);

		mixes |= (able & ABLE_TO_MIX) != 0;
		if (!dn_is_watched(engine, dn))
			continue;
		watched |= 1u << able;
		claims.prompts |= !basic && dn_prompting_line(dn) != NULL;
	}
	claims.services = services_supported(watched);
	claims.events = events_supported() | feature_events_supported();
	if (!mixes)
		claims.events &= ~CSTA_BIT(CSTA_EVENT_CONFERENCED);
	return claims;
}

bool claims_equal(const struct claims *a, const struct claims *b)
{
	return a->services == b->services && a->events == b->events && a->prompts == b->prompts;
}
