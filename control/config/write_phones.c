// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/config/sheet.h"

// --- telephony-service ---------------------------------------------------------------------------

static const char *const transfer_systems[] = {
	[TRANSFER_FULL_CONSULT] = "full-consult",
	[TRANSFER_FULL_CONSULT_DSS] = "full-consult dss",
	[TRANSFER_FULL_BLIND] = "full-blind",
	[TRANSFER_BLIND] = "blind",
	[TRANSFER_LOCAL_CONSULT] = "local-consult",
};

static const char *const transfer_modes[] = {
	[TRANSFER_MODE_UNSET] = NULL,
	[TRANSFER_MODE_BLIND] = "blind",
	[TRANSFER_MODE_CONSULT] = "consult",
};

static const char *const url_words[] = {
#define X(name, keyword) keyword,
	CONFIG_URLS(X)
#undef X
};

static void write_limits(const struct config_telephony *telephony, FILE *out)
{
	write_number(out, "max-ephones", telephony->max_ephones, 0);
	if (telephony->max_dn != 0) {
		fprintf(out, " max-dn %u", telephony->max_dn);
		if (telephony->dn_preference != 0)
			fprintf(out, " preference %u", telephony->dn_preference);
		if (telephony->max_dn_no_reg != NULL)
			fprintf(out, " no-reg %s", telephony->max_dn_no_reg);
		fputc('\n', out);
	}
}

static void write_source(const struct config_telephony *telephony, FILE *out)
{
	char address[ADDR_TEXT_SIZE];

	if (telephony->source.addr.family == ADDR_NONE)
		return;
	fprintf(out, " ip source-address %s port %u", addr_text(&telephony->source.addr, address),
		telephony->source.port);
	if (telephony->secondary.family != ADDR_NONE)
		fprintf(out, " secondary %s", addr_text(&telephony->secondary, address));
	if (telephony->secondary.family != ADDR_NONE && telephony->rehome != 120)
		fprintf(out, " rehome %u", telephony->rehome);
	if (telephony->source_match != NULL)
		fprintf(out, " %s", telephony->source_match);
	fputc('\n', out);
}

static void write_timers(const struct config_telephony *telephony, FILE *out)
{
	write_number(out, "keepalive", telephony->keepalive, 30);
	write_number(out, "timeouts interdigit", telephony->timeout_interdigit, 10);
	write_number(out, "timeouts ringing", telephony->timeout_ringing, 180);
	write_number(out, "timeouts busy", telephony->timeout_busy, 10);
	write_number(out, "timeouts transfer-recall", telephony->timeout_transfer_recall, 0);
	write_number(out, "timeouts night-service-bell", telephony->timeout_night_service_bell, 12);
	write_number(out, "time-format", telephony->time_format, 12);
	write_text(out, "date-format", telephony->date_format);
}

static void write_mobility(const struct config_telephony *telephony, FILE *out)
{
	if (telephony->em_logout_count > 0) {
		fputs(" em logout", out);
		for (unsigned i = 0; i < telephony->em_logout_count; i++)
			fprintf(out, " %02u:%02u", telephony->em_logout[i] / 60,
				telephony->em_logout[i] % 60);
		fputc('\n', out);
	}
	write_flag(out, telephony->em_external, "em external");
	write_flag(out, telephony->em_keep_history, "em keep-history");
}

static void write_dialplan(const struct config_telephony *telephony, FILE *out)
{
	for (unsigned i = 0; i < CONFIG_DIALPLAN_PATTERNS; i++) {
		const struct config_dialplan_pattern *pattern = &telephony->dialplan[i];

		if (pattern->pattern == NULL)
			continue;
		fprintf(out, " dialplan-pattern %u %s extension-length %u", i + 1, pattern->pattern,
			pattern->extension_length);
		if (pattern->extension_pattern != NULL)
			fprintf(out, " extension-pattern %s", pattern->extension_pattern);
		fprintf(out, "%s%s\n", pattern->no_reg ? " no-reg" : "",
			pattern->demote ? " demote" : "");
	}
}

void write_telephony(const struct config *config, struct sheet *sheet)
{
	const struct config_telephony *telephony = &config->telephony;
	FILE *out;

	if (!telephony->present)
		return;
	out = object_begin(sheet, MODE_TELEPHONY);
	fputs("telephony-service\n", out);
	write_mobility(telephony, out);
	write_limits(telephony, out);
	write_source(telephony, out);
	write_timers(telephony, out);
	write_text(out, "cnf-file location", telephony->cnf_location);
	write_text(out, "cnf-file", telephony->cnf_option);
	for (unsigned i = 0; i < URL_KINDS; i++)
		if (telephony->url[i] != NULL)
			fprintf(out, " url %s %s\n", url_words[i], telephony->url[i]);
	write_dialplan(telephony, out);
	write_text(out, "voicemail", telephony->voicemail);
	if (telephony->max_conferences != 0)
		fprintf(out, " max-conferences %u gain %d\n", telephony->max_conferences,
			telephony->conference_gain);
	write_number(out, "max-redirect", telephony->max_redirect, 10);
	write_lines(out, " ", &telephony->kept);
	write_lines(out, " xml user ", &telephony->xml_users);
	fprintf(out, " transfer-system %s\n", transfer_systems[telephony->transfer_system]);
	write_lines(out, " transfer-pattern ", &telephony->transfer_patterns);
	write_text(out, "create cnf-files version-stamp", telephony->cnf_stamp);
	fputs("!\n", out);
}

// --- directory numbers ---------------------------------------------------------------------------

// `hides`: there is a template, whose forwarding comes back where the `no` is missing.
static void write_forward(
	FILE *out, const char *kind, const struct config_forward *forward, bool hides)
{
	if (forward->off && hides)
		fprintf(out, " no call-forward %s\n", kind);
	if (forward->off || forward->number[0] == '\0')
		return;
	fprintf(out, " call-forward %s %s", kind, forward->number);
	if (forward->timeout != 0)
		fprintf(out, " timeout %u", forward->timeout);
	fprintf(out, "%s%s\n", forward->option[0] == '\0' ? "" : " ", forward->option);
}

static void write_setting(FILE *out, uint8_t setting, const char *text)
{
	if (setting != SETTING_UNSET)
		fprintf(out, " %s%s\n", setting == SETTING_ON ? "" : "no ", text);
}

static void write_settings(const struct config_dn_settings *settings, bool hides, FILE *out)
{
	static const char *const forwards[] = {
#define X(name, keyword) [name] = keyword,
		CONFIG_FORWARDS(X)
#undef X
	};

	for (unsigned kind = 0; kind < FORWARD_KINDS; kind++)
		write_forward(out, forwards[kind], config_forward_own(settings, kind), hides);
	if (settings->has_forward_max_length)
		fprintf(out, " call-forward max-length %u\n", settings->forward_max_length);
	write_setting(out, settings->huntstop, "huntstop");
	write_number(out, "huntstop channel", settings->huntstop_channel, 0);
	write_number(out, "timeouts transfer-recall", settings->transfer_recall, 0);
	write_text(out, "transfer-mode", transfer_modes[settings->transfer_mode]);
	for (unsigned i = 0; i < settings->session_server_count; i++)
		fprintf(out, "%s%u%s", i == 0 ? " session-server " : ",",
			settings->session_servers[i],
			i + 1 == settings->session_server_count ? "\n" : "");
	write_setting(out, settings->allow_watch, "allow watch");
	write_lines(out, " ", &settings->kept);
	write_setting(out, settings->cti_notify, "cti notify");
	write_setting(out, settings->cti_watch, "cti watch");
}

void write_dn_templates(const struct config *config, struct sheet *sheet)
{
	for (unsigned i = 0; i < CONFIG_DN_TEMPLATES; i++) {
		FILE *out;

		if (!config->dn_templates[i].present)
			continue;
		out = object_begin(sheet, MODE_DN_TEMPLATE);
		fprintf(out, "ephone-dn-template %u\n", i + 1);
		write_settings(&config->dn_templates[i].own, false, out);
		fputs("!\n", out);
	}
}

static void write_dn(const struct config_dn *dn, FILE *out)
{
	static const char *const modes[] = {
		[LINE_SINGLE] = "", [LINE_DUAL] = " dual-line", [LINE_OCTO] = " octo-line"
	};

	fprintf(out, "ephone-dn %u%s\n", dn->tag, modes[dn->line_mode]);
	if (dn->number[0] != '\0') {
		fprintf(out, " number %s", dn->number);
		if (dn->secondary[0] != '\0')
			fprintf(out, " secondary %s", dn->secondary);
		if (dn->no_reg != NULL)
			fprintf(out, " no-reg%s%s", dn->no_reg[0] == '\0' ? "" : " ", dn->no_reg);
		fputc('\n', out);
	}
	write_number(out, "ephone-dn-template", dn->template, 0);
	write_text(out, "label", dn->label);
	write_text(out, "description", dn->description);
	write_text(out, "name", dn->name);
	if (dn->secondary_preference != 9)
		fprintf(out, " preference %u secondary %u\n", dn->preference,
			dn->secondary_preference);
	else
		write_number(out, "preference", dn->preference, 0);
	write_settings(&dn->own, dn->template != 0, out);
	fputs("!\n", out);
}

void write_dns(const struct config *config, struct sheet *sheet)
{
	const struct config_dn *dn;

	for (unsigned tag = 0; (dn = config_dn_next(config, tag)) != NULL; tag = dn->tag)
		write_dn(dn, object_begin(sheet, MODE_DN));
}

// --- phones --------------------------------------------------------------------------------------

static void write_buttons(const struct config_ephone *ephone, FILE *out)
{
	if (ephone->button_count == 0)
		return;
	fputs(" button ", out);
	for (unsigned i = 0; i < ephone->button_count; i++) {
		const struct config_button *button = &ephone->buttons[i];

		fprintf(out, " %u%c", button->position, button->separator);
		if (button->separator == 'x')
			fprintf(out, "%u", button->overlay);
		for (unsigned n = 0; n < button->dn_count; n++)
			fprintf(out, "%s%u", n == 0 ? "" : ",", button->dn[n]);
	}
	fputc('\n', out);
}

static void write_ephone(const struct config_ephone *ephone, FILE *out)
{
	const uint8_t *mac = ephone->mac;

	fprintf(out, "ephone %u\n", ephone->tag);
	write_text(out, "description", ephone->description);
	if (ephone->has_mac)
		fprintf(out, " mac-address %02X%02X.%02X%02X.%02X%02X\n", mac[0], mac[1], mac[2],
			mac[3], mac[4], mac[5]);
	if (ephone->username != NULL)
		fprintf(out, " username %s%s%s\n", ephone->username,
			ephone->password == NULL ? "" : " password ",
			ephone->password == NULL ? "" : ephone->password);
	write_text(out, "pin", ephone->pin);
	write_number(out, "keepalive", ephone->keepalive, 0);
	if (ephone->type != NULL)
		fprintf(out, " type %s%s%s\n", ephone->type, ephone->addon == NULL ? "" : " addon ",
			ephone->addon == NULL ? "" : ephone->addon);
	write_number(out, "logout-profile", ephone->logout_profile, 0);
	write_lines(out, " ", &ephone->kept);
	write_buttons(ephone, out);
	fputs("!\n", out);
}

void write_ephones(const struct config *config, struct sheet *sheet)
{
	const struct config_ephone *ephone;

	for (unsigned tag = 0; (ephone = config_ephone_next(config, tag)) != NULL;
		tag = ephone->tag)
		write_ephone(ephone, object_begin(sheet, MODE_EPHONE));
}
