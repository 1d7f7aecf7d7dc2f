// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Which DN a device identifier means, and how a device is written to a client.
#pragma once

#include "control/csta/csta.h"
#include "control/csta/numbers.h"

// The DN that the identifier names: by the number as it stands, with or without '+', or as the full
// number of a dialplan-pattern. NULL when there is none. *style and `number` (how the number plan
// has it) are filled when it is found; both may be NULL.
struct dn *device_resolve(struct engine *engine, struct span text, struct device_style *style,
	char number[NUMBER_SIZE]);

// The same for a device that a request of the session names; `debug cti dmgr` is told.
struct dn *device_asked(const struct session *session, const char *text);

// What is known of the device, for `debug cti dmgr`: to be called when it changed.
void device_trace(const struct dn *dn);

// To whom a device is written. The one it looks from is `text`, to the letter; those that the
// session has named elsewhere come as it named them, a monitor's device before its line; others in
// its style.
struct viewer {
	const struct session *session;
	const struct dn *dn;
	const char *text;
	struct device_style style;
};

// Of a client that names the device of this DN so: others are written in the same style.
struct viewer viewer_of_text(const struct session *session, const struct dn *dn, const char *text);
struct viewer viewer_of_monitor(const struct monitor *monitor);

// Writes the device of this DN (NULL: none of ours) and number, of which it may have two (empty: the
// DN's own, or the one by which the client named it). Empty when
// there is neither.
void device_write(struct engine *engine, const struct viewer *viewer, const struct dn *dn,
	const char *number, char text[CSTA_DEVICE_SIZE]);

// The same of a device that was named some time ago; as it stands when it is none of ours.
void device_rewrite(struct engine *engine, const struct viewer *viewer, const char *named,
	char text[CSTA_DEVICE_SIZE]);
