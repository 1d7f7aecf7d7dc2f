// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Call linkage data (ECMA-269): the Global Call ID, by which clients know a call again. It belongs
// to what the advanced mode adds, where `gcid` asks for it.
#include "control/csta/service.h"

static bool is_told(const struct call *call)
{
	const struct config_voice_service *service = &call->engine->config->voice_service;

	return service->gcid && !service->cti_basic_mode;
}

// The digits of its 16 octets.
static void digits_fill(const struct call *call, char gcid[CSTA_GCID_SIZE])
{
	size_t n = 0;

	for (const char *p = call->gcid; *p != '\0' && n < CSTA_GCID_SIZE - 1; p++) {
		if (*p != '-')
			gcid[n++] = *p;
	}
	gcid[n] = '\0';
}

bool linkage_fill(const struct call *call, char gcid[CSTA_GCID_SIZE])
{
	if (!is_told(call))
		return false;
	digits_fill(call, gcid);
	return true;
}

bool linkages_fill(
	const struct call *now, const struct call *before, struct csta_linkages *linkages)
{
	if (!is_told(now))
		return false;
	digits_fill(now, linkages->now);
	digits_fill(before, linkages->before);
	return true;
}
