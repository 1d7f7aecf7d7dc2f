// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/csta/devices.h"

#include <stdio.h>

#include "control/csta/session.h"
#include "control/vty/debug.h"

static const char *const form_prefixes[] = {
#define X(name, prefix) [name] = prefix,
	DEVICE_FORMS(X)
#undef X
};

// The first pattern by tag that fits decides.
static bool dialplan_apply(const struct engine *engine,
	bool (*apply)(const struct dialplan *, const char *, char *), const char *number, char *out)
{
	for (size_t i = 0; i < CONFIG_DIALPLAN_PATTERNS; i++) {
		const struct config_dialplan_pattern *row = &engine->config->telephony.dialplan[i];
		struct dialplan plan = { row->pattern, row->extension_pattern,
			row->extension_length };

		if (row->pattern != NULL && apply(&plan, number, out))
			return true;
	}
	return false;
}

// The number as a DN has it: E.164 numbers may be configured with their '+' or without.
static struct dn *number_find(
	struct engine *engine, const struct device_id *id, char number[NUMBER_SIZE])
{
	struct dn *dn = NULL;

	if (id->plus && strlen(id->number) < NUMBER_SIZE - 1) {
		snprintf(number, NUMBER_SIZE, "+%.*s", NUMBER_SIZE - 2, id->number);
		dn = dn_find(engine, number);
	}
	if (dn == NULL) {
		memcpy(number, id->number, NUMBER_SIZE);
		dn = dn_find(engine, number);
	}
	return dn;
}

struct dn *device_resolve(struct engine *engine, struct span text, struct device_style *style,
	char number[NUMBER_SIZE])
{
	struct device_id id;
	char found[NUMBER_SIZE];
	bool expanded = false;
	struct dn *dn;

	if (!device_id_read(text, &id))
		return NULL;
	dn = number_find(engine, &id, found);
	if (dn == NULL) {
		expanded = dialplan_apply(engine, dialplan_demote, id.number, found);
		dn = expanded ? dn_find(engine, found) : NULL;
	}
	if (dn != NULL && style != NULL)
		*style = (struct device_style){ id.form, expanded, id.plus };
	if (dn != NULL && number != NULL)
		memcpy(number, found, NUMBER_SIZE);
	return dn;
}

struct dn *device_asked(const struct session *session, const char *text)
{
	struct dn *dn = device_resolve(session->engine, span_str(text), NULL, NULL);

	debug_print(DEBUG_CTI_DMGR, "session %u: %s is %s", session->id, text,
		dn == NULL ? "no device" : dn->numbers[DN_PRIMARY].text);
	return dn;
}

void device_trace(const struct dn *dn)
{
	const struct monitor *monitor;
	unsigned monitors = 0;

	if (!debug_on(DEBUG_CTI_DMGR) || dn->config == NULL)
		return;
	TAILQ_FOREACH (monitor, &dn->monitors, at_dn)
		monitors++;
	debug_write(DEBUG_CTI_DMGR, "device %s: %s, %s, monitors %u", dn->numbers[DN_PRIMARY].text,
		dn_is_watched(dn->engine, dn) ? "watched" : "not watched",
		dn_has_phone(dn) ? "in service" : "out of service", monitors);
}

void device_reconfigured(struct engine *engine, unsigned tag)
{
	const struct dn *dn = dn_by_tag(engine, tag);

	if (dn != NULL)
		device_trace(dn);
}

struct viewer viewer_of_text(const struct session *session, const struct dn *dn, const char *text)
{
	struct viewer viewer = { session, dn, text };

	device_resolve(session->engine, span_str(text), &viewer.style, NULL);
	return viewer;
}

struct viewer viewer_of_monitor(const struct monitor *monitor)
{
	return (struct viewer){ monitor->session, monitor->dn, monitor->device, monitor->style };
}

// Promotion: the extensions of others go out expanded to a client that presented its own so, unless
// `cti message device-id suppress-conversion` forbids it.
static bool is_promoted(const struct engine *engine, const struct viewer *viewer)
{
	return viewer->style.expanded && !engine->config->voice_service.suppress_conversion;
}

// The client's own text for the DN. NULL: it has not named it.
static const char *client_text(const struct viewer *viewer, const struct dn *dn)
{
	const struct session *session = viewer->session;
	const struct monitor *monitor;

	if (dn == NULL)
		return NULL;
	if (dn == viewer->dn)
		return viewer->text;
	TAILQ_FOREACH (monitor, &session->monitors, in_session) {
		if (monitor->dn == dn)
			return monitor->device;
	}
	return dn == session->dn ? session->line : NULL;
}

// The client's text names the DN by this number (empty: by whichever). Of a DN with two numbers the
// one that was dialled is told, also to who named it by the other.
static bool text_means(struct engine *engine, const char *text, const char *number)
{
	char named[NUMBER_SIZE];

	return number[0] == '\0' || (device_resolve(engine, span_str(text), NULL, named) != NULL &&
					    strcmp(named, number) == 0);
}

void device_write(struct engine *engine, const struct viewer *viewer, const struct dn *dn,
	const char *number, char text[CSTA_DEVICE_SIZE])
{
	char full[NUMBER_SIZE];
	const char *own = client_text(viewer, dn), *plus = "";
	size_t n;

	if (own != NULL && text_means(engine, own, number)) {
		span_fit(span_str(own), text, CSTA_DEVICE_SIZE);
		return;
	}
	if (number[0] == '\0' && dn != NULL)
		number = dn->numbers[DN_PRIMARY].text;
	text[0] = '\0';
	if (number[0] == '\0')
		return;
	if (dn != NULL && is_promoted(engine, viewer) &&
		dialplan_apply(engine, dialplan_expand, number, full)) {
		number = full;
		plus = viewer->style.plus ? "+" : "";
	}
	n = span_fit(span_str(form_prefixes[viewer->style.form]), text, CSTA_DEVICE_SIZE);
	n += span_fit(span_str(plus), text + n, CSTA_DEVICE_SIZE - n);
	span_fit(span_str(number), text + n, CSTA_DEVICE_SIZE - n);
}

void device_rewrite(struct engine *engine, const struct viewer *viewer, const char *named,
	char text[CSTA_DEVICE_SIZE])
{
	char number[NUMBER_SIZE];
	struct dn *dn = device_resolve(engine, span_str(named), NULL, number);

	if (dn != NULL)
		device_write(engine, viewer, dn, number, text);
	else
		span_fit(span_str(named), text, CSTA_DEVICE_SIZE);
}
