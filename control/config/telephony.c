// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// telephony-service: limits, addresses, timers and what phones are given.
#include <ctype.h>
#include <errno.h>

#include "control/config/command.h"

enum {
	TRANSFER_PATTERNS_MAX = 32,
	XML_TEXT_MAX = 19, // characters of an XML user's name and password
	DAY_MINUTES = 24 * 60,
};

// Written when the operator names no stamp; the value is a form of IOS and says nothing.
#define CNF_STAMP "Jan 01 2002 00:00:00"

static struct config_telephony *telephony_of(struct edit *edit)
{
	return &edit->config->telephony;
}

// --- limits --------------------------------------------------------------------------------------

static unsigned last_tag(const struct config_table *table)
{
	unsigned last = 0;

	while (table_next(table, &last) != NULL)
		;
	return last;
}

static int max_ephones(void *ctx, struct args *args)
{
	struct edit *edit = ctx;
	uint32_t max = args->negated ? 0 : arg_u32(args, 0, 0);

	if (!edit->loading && last_tag(&edit->config->ephones) > max)
		return args_fail(
			args, 0, "ephone %u is configured", last_tag(&edit->config->ephones));
	telephony_of(edit)->max_ephones = max;
	return 0;
}

static int max_dn(void *ctx, struct args *args)
{
	struct edit *edit = ctx;
	struct config_telephony *telephony = telephony_of(edit);
	uint32_t max = args->negated ? 0 : arg_u32(args, 0, 0);

	if (!edit->loading && last_tag(&edit->config->dns) > max)
		return args_fail(
			args, 0, "ephone-dn %u is configured", last_tag(&edit->config->dns));
	if (text_set(&telephony->max_dn_no_reg, args->negated ? SPAN_NONE : args->value[2]) < 0)
		return -ENOMEM;
	telephony->max_dn = max;
	telephony->dn_preference = (uint8_t)arg_u32(args, 1, 0);
	return 0;
}

static int max_conferences(void *ctx, struct args *args)
{
	static const int8_t gains[] = { -6, 0, 3, 6 };
	struct config_telephony *telephony = telephony_of(ctx);

	telephony->max_conferences = args->negated ? 0 : arg_u32(args, 0, 0);
	telephony->conference_gain =
		!args->negated && arg_given(args, 1) ? gains[args->choice[1]] : gains[0];
	return 0;
}

static int max_redirect(void *ctx, struct args *args)
{
	telephony_of(ctx)->max_redirect = args->negated ? 10 : arg_u32(args, 0, 10);
	return 0;
}

// --- addresses -----------------------------------------------------------------------------------

static int source_address(void *ctx, struct args *args)
{
	struct config_telephony *telephony = telephony_of(ctx);
	struct endpoint was = telephony->source;
	int error;

	telephony->source = (struct endpoint){ .port = 2000 };
	if (!args->negated)
		telephony->source =
			(struct endpoint){ arg_addr(args, 0), (uint16_t)arg_u32(args, 1, 2000) };
	error = edit_require_source(ctx, args, &telephony->source);
	if (error == 0)
		error = text_set(
			&telephony->source_match, args->negated ? SPAN_NONE : args->value[4]);
	if (error < 0) {
		telephony->source = was;
		return error;
	}
	if (!endpoint_eq(&telephony->source, &was))
		edit_waits(ctx, args);
	telephony->secondary = args->negated ? (struct addr){ 0 } : arg_addr(args, 2);
	telephony->rehome = args->negated ? 120 : arg_u32(args, 3, 120);
	return 0;
}

// --- timers --------------------------------------------------------------------------------------

static int set_keepalive(void *ctx, struct args *args)
{
	telephony_of(ctx)->keepalive = args->negated ? 30 : arg_u32(args, 0, 30);
	return 0;
}

static int timeout_interdigit(void *ctx, struct args *args)
{
	uint32_t seconds = args->negated ? 10 : arg_u32(args, 0, 10);

	if (seconds == 1)
		return args_fail(args, 0, "2 to 120 seconds, or 0 for none");
	telephony_of(ctx)->timeout_interdigit = seconds;
	return 0;
}

static int timeout_ringing(void *ctx, struct args *args)
{
	telephony_of(ctx)->timeout_ringing = args->negated ? 180 : arg_u32(args, 0, 180);
	return 0;
}

static int timeout_busy(void *ctx, struct args *args)
{
	telephony_of(ctx)->timeout_busy = args->negated ? 10 : arg_u32(args, 0, 10);
	return 0;
}

static int timeout_transfer_recall(void *ctx, struct args *args)
{
	telephony_of(ctx)->timeout_transfer_recall = args->negated ? 0 : arg_u32(args, 0, 0);
	return 0;
}

static int timeout_night_bell(void *ctx, struct args *args)
{
	telephony_of(ctx)->timeout_night_service_bell = args->negated ? 12 : arg_u32(args, 0, 12);
	return 0;
}

// --- what phones show and fetch ------------------------------------------------------------------

static int time_format(void *ctx, struct args *args)
{
	telephony_of(ctx)->time_format = args->negated || args->choice[0] == 0 ? 12 : 24;
	return 0;
}

static int date_format(void *ctx, struct args *args)
{
	return text_set(
		&telephony_of(ctx)->date_format, args->negated ? SPAN_NONE : args->value[0]);
}

static int cnf_location(void *ctx, struct args *args)
{
	return text_set(
		&telephony_of(ctx)->cnf_location, args->negated ? SPAN_NONE : args->value[0]);
}

static int cnf_option(void *ctx, struct args *args)
{
	static const char *const options[] = { "perphone", "perphonetype" };

	return text_set(&telephony_of(ctx)->cnf_option,
		args->negated ? SPAN_NONE : span_str(options[args->choice[0]]));
}

static int create_cnf(void *ctx, struct args *args)
{
	struct span stamp = arg_given(args, 0) ? args->value[0] : SPAN(CNF_STAMP);

	return text_set(&telephony_of(ctx)->cnf_stamp, args->negated ? SPAN_NONE : stamp);
}

static int set_url(void *ctx, struct args *args)
{
	if (!arg_given(args, 0))
		return args_fail(args, 0, "which URL is missing");
	return text_set(&telephony_of(ctx)->url[args->choice[0]],
		args->negated ? SPAN_NONE : args->value[1]);
}

static bool is_alphanumeric(struct span text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!isalnum((unsigned char)text.p[i]))
			return false;
	return true;
}

// Takes out the line that begins with this word.
static bool lines_del_by_word(struct config_lines *lines, struct span word)
{
	for (unsigned i = 0; i < lines->count; i++) {
		struct span rest = span_str(lines->text[i]);

		if (!span_eq(text_word(&rest), word))
			continue;
		lines_del(lines, i);
		return true;
	}
	return false;
}

static int xml_user(void *ctx, struct args *args)
{
	struct config_lines *users = &telephony_of(ctx)->xml_users;
	struct span name = args->value[0];
	const char *end = args->words->text.p + args->words->text.n;
	bool encrypted = arg_given(args, 1) && args->choice[1] == 1;

	if (!arg_given(args, 0))
		return args_fail(args, 0, "the name is missing");
	if (args->negated)
		return lines_del_by_word(users, name) ? 0
						      : args_fail(args, 0, "there is no such user");
	for (unsigned i = 0; i <= 2; i += 2) {
		if (i == 2 && encrypted)
			continue;
		if (args->value[i].n > XML_TEXT_MAX)
			return args_fail(args, i, "longer than %d characters", XML_TEXT_MAX);
		if (!is_alphanumeric(args->value[i]))
			return args_fail(args, i, "letters and digits only");
	}
	lines_del_by_word(users, name);
	return lines_add(users, span_of(name.p, (size_t)(end - name.p)));
}

// --- transfer and numbers ------------------------------------------------------------------------

static int transfer_system(void *ctx, struct args *args)
{
	static const uint8_t systems[] = { TRANSFER_BLIND, TRANSFER_FULL_BLIND,
		TRANSFER_FULL_CONSULT, TRANSFER_LOCAL_CONSULT };
	uint8_t system = args->negated ? TRANSFER_FULL_CONSULT : systems[args->choice[0]];

	if (arg_given(args, 1) && !args->negated) {
		if (system != TRANSFER_FULL_CONSULT)
			return args_fail(args, 1, "only after full-consult");
		system = TRANSFER_FULL_CONSULT_DSS;
	}
	telephony_of(ctx)->transfer_system = system;
	return 0;
}

static int transfer_pattern(void *ctx, struct args *args)
{
	struct config_lines *patterns = &telephony_of(ctx)->transfer_patterns;
	struct span pattern = args->value[0];
	const char *end = args->words->text.p + args->words->text.n;
	bool there;

	if (!arg_given(args, 0))
		return args_fail(args, 0, "the pattern is missing");
	there = lines_del_by_word(patterns, pattern);
	if (args->negated)
		return there ? 0 : args_fail(args, 0, "there is no such pattern");
	if (patterns->count == TRANSFER_PATTERNS_MAX)
		return args_fail(args, 0, "more than %d patterns", TRANSFER_PATTERNS_MAX);
	return lines_add(patterns, span_of(pattern.p, (size_t)(end - pattern.p)));
}

static int dialplan_pattern(void *ctx, struct args *args)
{
	struct config_telephony *telephony = telephony_of(ctx);
	struct config_dialplan_pattern *pattern;

	if (!arg_given(args, 0))
		return args_fail(args, 0, "the tag is missing");
	pattern = &telephony->dialplan[arg_u32(args, 0, 1) - 1];
	if (!args->negated && arg_given(args, 2) && !arg_given(args, 3) &&
		arg_u32(args, 2, 0) > args->value[1].n)
		return args_fail(args, 2, "longer than the pattern");
	if (text_set(&pattern->pattern, args->negated ? SPAN_NONE : args->value[1]) < 0 ||
		text_set(&pattern->extension_pattern, args->negated ? SPAN_NONE : args->value[3]) <
			0)
		return -ENOMEM;
	pattern->extension_length = (uint8_t)arg_u32(args, 2, 0);
	pattern->no_reg = !args->negated && arg_given(args, 4);
	pattern->demote = !args->negated && arg_given(args, 5);
	edit_touch(ctx, TOUCH_CTI, 0);
	return 0;
}

static int set_voicemail(void *ctx, struct args *args)
{
	return text_set(&telephony_of(ctx)->voicemail, args->negated ? SPAN_NONE : args->value[0]);
}

// --- extension mobility --------------------------------------------------------------------------

// H:MM, with or without a leading zero, 00:00 to 24:00.
static bool time_read(struct span text, uint16_t *minutes)
{
	size_t colon = span_find(text, ':');
	struct span late = span_from(text, colon + 1);
	uint32_t hour, minute;

	if (colon > 2 || late.n < 1 || late.n > 2 || !span_u32(span_head(text, colon), &hour) ||
		!span_u32(late, &minute) || minute > 59 || hour * 60 + minute > DAY_MINUTES)
		return false;
	*minutes = (uint16_t)(hour * 60 + minute);
	return true;
}

static int em_logout(void *ctx, struct args *args)
{
	struct config_telephony *telephony = telephony_of(ctx);
	uint16_t times[CONFIG_LOGOUT_TIMES];
	unsigned count = 0;

	while (!args->negated && count < CONFIG_LOGOUT_TIMES && arg_given(args, count)) {
		if (!time_read(args->value[count], &times[count]))
			return args_fail(args, count, "a time is written HH:MM, 00:00 to 24:00");
		count++;
	}
	for (unsigned i = 0; i < count; i++)
		if (args->value[i].n < 5)
			edit_note(ctx, NOTE_TIME, args->value[i], "read as %02u:%02u",
				times[i] / 60, times[i] % 60);
	memcpy(telephony->em_logout, times, count * sizeof(times[0]));
	telephony->em_logout_count = (uint8_t)count;
	edit_touch(ctx, TOUCH_CTI, 0);
	return 0;
}

static int em_external(void *ctx, struct args *args)
{
	telephony_of(ctx)->em_external = !args->negated;
	return 0;
}

static int em_keep_history(void *ctx, struct args *args)
{
	telephony_of(ctx)->em_keep_history = !args->negated;
	return 0;
}

// Actions of IOS, not settings. Phones here follow each change of the configuration by themselves.
enum { RESET_INTERVAL_S = 15 };

static int restart_all(void *ctx, struct args *args)
{
	edit_touch(ctx, TOUCH_RESTART_ALL, arg_u32(args, 0, RESET_INTERVAL_S));
	return 0;
}

static int reset_all(void *ctx, struct args *args)
{
	edit_touch(ctx, TOUCH_RESET_ALL, arg_u32(args, 0, RESET_INTERVAL_S));
	return 0;
}

static int reset_each(void *ctx, struct args *args)
{
	(void)args;
	edit_touch(ctx, TOUCH_RESET_EACH, 0);
	return 0;
}

static int reset_none(void *ctx, struct args *args)
{
	(void)args;
	edit_touch(ctx, TOUCH_RESET_NONE, 0);
	return 0;
}

// The phone of this address. While a file is read it may come later: nobody is there to be told.
static int touch_phone(struct edit *edit, struct args *args, enum touch what)
{
	const struct config_ephone *ephone;
	char name[CONFIG_DEVICE_NAME_SIZE];

	if (!device_name(args->value[0], name))
		return args_fail(args, 0, "all or a MAC address H.H.H is expected");
	ephone = config_ephone_by_name(edit->config, name);
	if (ephone == NULL)
		return edit->loading ? 0 : args_fail(args, 0, "no ephone has this address");
	edit_touch(edit, what, ephone->tag);
	return 0;
}

static int restart_phone(void *ctx, struct args *args)
{
	return touch_phone(ctx, args, TOUCH_RESTART);
}

static int reset_phone(void *ctx, struct args *args)
{
	return touch_phone(ctx, args, TOUCH_RESET);
}

static int keep(void *ctx, struct args *args)
{
	return keep_line(&telephony_of(ctx)->kept, args);
}

static const struct rule telephony_list[] = {
	{ "max-ephones <0-1000000>", "phones that may be configured", max_ephones, RULE_NO, NULL },
	{ "max-dn <0-1000000> [preference <0-10>] [no-reg (primary|both)]",
		"directory numbers that may be configured", max_dn, RULE_NO, NULL },
	{ "ip source-address A.B.C.D [port <2000-9999>] [secondary A.B.C.D [rehome <0-65535>]] "
	  "[(any-match|strict-match)]",
		"where phones register", source_address, RULE_NO, NULL },
	{ "max-conferences <0-24> [gain (-6|0|3|6)]", "conferences at a time", max_conferences,
		RULE_NO, NULL },
	{ "max-redirect <5-20>", "diversions of a call", max_redirect, RULE_NO, NULL },
	{ "keepalive <10-65535>", "keepalive interval of phones, seconds", set_keepalive, RULE_NO,
		NULL },
	{ "timeouts interdigit <0-120>", "between two digits, seconds", timeout_interdigit, RULE_NO,
		NULL },
	{ "timeouts ringing <5-60000>", "longest ringing, seconds", timeout_ringing, RULE_NO,
		NULL },
	{ "timeouts busy <0-30>", "busy tone, seconds", timeout_busy, RULE_NO, NULL },
	{ "timeouts transfer-recall <1-1800>", "a transferred call comes back, seconds",
		timeout_transfer_recall, RULE_NO, NULL },
	{ "timeouts night-service-bell <4-30>", "interval of night bells, seconds",
		timeout_night_bell, RULE_NO, NULL },
	{ "time-format (12|24)", "clock of the phones", time_format, RULE_NO, NULL },
	{ "date-format (mm-dd-yy|dd-mm-yy|yy-dd-mm|yy-mm-dd)", "date on the phones", date_format,
		RULE_NO, NULL },
	{ "transfer-system (blind|full-blind|full-consult|local-consult) [(dss)]",
		"how calls are transferred", transfer_system, RULE_NO, NULL },
	{ "transfer-pattern PATTERN [(blind)]", "other numbers that calls may be transferred to",
		transfer_pattern, RULE_NO, NULL },
	{ "dialplan-pattern <1-10> PATTERN extension-length <1-32> [extension-pattern PATTERN] "
	  "[(no-reg)] [(demote)]",
		"full numbers of extensions", dialplan_pattern, RULE_NO, NULL },
	{ "voicemail NUMBER", "whom the Messages key calls", set_voicemail, RULE_NO, NULL },
	{ "em logout TIME [TIME [TIME]]", "daily logout of mobile users, HH:MM", em_logout, RULE_NO,
		NULL },
	{ "em external", "no login page in the Services menu", em_external, RULE_NO, NULL },
	{ "em keep-history", "call lists outlive a logout", em_keep_history, RULE_NO, NULL },
	{ "url (authentication|directories|idle|information|messages|proxy-server|services) .URL",
		"what phones fetch", set_url, RULE_NO, NULL },
	{ "xml user NAME password [(0|6)] PASSWORD <0-15>", "who may use the XML interface",
		xml_user, RULE_NO, NULL },
	{ "cnf-file location .PLACE", "where phones' files are kept", cnf_location, RULE_NO, NULL },
	{ "cnf-file (perphone|perphonetype)", "one file for each", cnf_option, RULE_NO, NULL },
	{ "create cnf-files [version-stamp .STAMP]", "build the phones' files", create_cnf, RULE_NO,
		NULL },
	{ "restart all [<0-60>]", "phones read their lines again, so many seconds apart",
		restart_all, 0, NULL },
	{ "restart MAC", "this phone reads its lines again", restart_phone, 0, NULL },
	{ "reset all [<0-60>]", "phones boot again, so many seconds apart", reset_all, 0, NULL },
	{ "reset sequence-all", "phones boot again, each when the one before it is back",
		reset_each, 0, NULL },
	{ "reset cancel", "those that wait for their turn do not", reset_none, 0, NULL },
	{ "reset MAC", "this phone boots again", reset_phone, 0, NULL },
	{ "after-hours .TEXT", "kept", keep, RULE_NO, NULL },
	{ "application .NAME", "kept", keep, RULE_NO, NULL },
	{ "authentication credential NAME .PASSWORD", "kept", keep, RULE_NO, NULL },
	{ "auto assign .TEXT", "kept", keep, RULE_NO, NULL },
	{ "auto-reg-ephone", "kept", keep, RULE_NO, NULL },
	{ "bulk-speed-dial .TEXT", "kept", keep, RULE_NO, NULL },
	{ "busy-trigger-per-button <1-8>", "kept", keep, RULE_NO, NULL },
	{ "call-forward pattern PATTERN", "kept", keep, RULE_NO, NULL },
	{ "call-forward system .TEXT", "kept", keep, RULE_NO, NULL },
	{ "call-park .TEXT", "kept", keep, RULE_NO, NULL },
	{ "caller-id .TEXT", "kept", keep, RULE_NO, NULL },
	{ "calling-number .TEXT", "kept", keep, RULE_NO, NULL },
	{ "conference hardware", "kept", keep, RULE_NO, NULL },
	{ "device-security-mode (authenticated|encrypted|none)", "kept", keep, RULE_NO, NULL },
	{ "directory .TEXT", "kept", keep, RULE_NO, NULL },
	{ "dn-webedit", "kept", keep, RULE_NO, NULL },
	{ "dst .TEXT", "kept", keep, RULE_NO, NULL },
	{ "ephone-reg", "kept", keep, RULE_NO, NULL },
	{ "extension-assigner .TEXT", "kept", keep, RULE_NO, NULL },
	{ "fac .TEXT", "kept", keep, RULE_NO, NULL },
	{ "fxo hook-flash", "kept", keep, RULE_NO, NULL },
	{ "hunt-group .TEXT", "kept", keep, RULE_NO, NULL },
	{ "internal-call .TEXT", "kept", keep, RULE_NO, NULL },
	{ "ip qos .TEXT", "kept", keep, RULE_NO, NULL },
	{ "live-record NUMBER", "kept", keep, RULE_NO, NULL },
	{ "load TYPE .FILE", "kept", keep, RULE_NO, NULL },
	{ "load-cfg-file .TEXT", "kept", keep, RULE_NO, NULL },
	{ "log table .TEXT", "kept", keep, RULE_NO, NULL },
	{ "login [.TEXT]", "kept", keep, RULE_NO, NULL },
	{ "max-calls-per-button <1-8>", "kept", keep, RULE_NO, NULL },
	{ "moh .FILE", "kept", keep, RULE_NO, NULL },
	{ "moh-file-buffer .TEXT", "kept", keep, RULE_NO, NULL },
	{ "multicast moh .TEXT", "kept", keep, RULE_NO, NULL },
	{ "mwi .TEXT", "kept", keep, RULE_NO, NULL },
	{ "network-locale .TEXT", "kept", keep, RULE_NO, NULL },
	{ "night-service .TEXT", "kept", keep, RULE_NO, NULL },
	{ "pin .TEXT", "kept", keep, RULE_NO, NULL },
	{ "presence .TEXT", "kept", keep, RULE_NO, NULL },
	{ "privacy", "kept", keep, RULE_NO, NULL },
	{ "privacy-on-hold", "kept", keep, RULE_NO, NULL },
	{ "protocol mode .TEXT", "kept", keep, RULE_NO, NULL },
	{ "sdspfarm .TEXT", "kept", keep, RULE_NO, NULL },
	{ "secondary-dialtone .TEXT", "kept", keep, RULE_NO, NULL },
	{ "secure-signaling trustpoint NAME", "kept", keep, RULE_NO, NULL },
	{ "server-security-mode (erase|non-secure|secure)", "kept", keep, RULE_NO, NULL },
	{ "service (dnis|dss|directed-pickup|local-directory|phone) [.TEXT]", "kept", keep, RULE_NO,
		NULL },
	{ "srst .TEXT", "kept", keep, RULE_NO, NULL },
	{ "standby .TEXT", "kept", keep, RULE_NO, NULL },
	{ "system message .TEXT", "kept", keep, RULE_NO, NULL },
	{ "tftp-server-credentials .TEXT", "kept", keep, RULE_NO, NULL },
	{ "time-webedit", "kept", keep, RULE_NO, NULL },
	{ "time-zone <1-100>", "kept", keep, RULE_NO, NULL },
	{ "transfer-digit-collect .TEXT", "kept", keep, RULE_NO, NULL },
	{ "user-locale .TEXT", "kept", keep, RULE_NO, NULL },
	{ "video", "kept", keep, RULE_NO, NULL },
	{ "vm-integration", "kept", keep, RULE_NO, NULL },
	{ "web (admin|customize) .TEXT", "kept", keep, RULE_NO, NULL },
	{ "xmlschema .URL", "kept", keep, RULE_NO, NULL },
	{ "xmltest", "kept", keep, RULE_NO, NULL },
	{ "xmlthread <1-25>", "kept", keep, RULE_NO, NULL },
};

const struct rules telephony_commands = RULES_OF(telephony_list);
