// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// show ephone, show ephone-dn, show telephony-service, show voice register session-server.
#include <inttypes.h>

#include "control/call/feature.h"
#include "control/config/phone_model.h"
#include "control/config/write.h"
#include "control/phone/buttons.h"
#include "control/phone/screen.h"
#include "control/vty/objects.h"

// What the channel of a DN shows for a state of a connection.
static const char *const channel_states[] = {
	[CONNECTION_NULL] = "IDLE",
	[CONNECTION_INITIATED] = "SEIZE",
	[CONNECTION_ALERTING] = "RINGING",
	[CONNECTION_CONNECTED] = "CONNECTED",
	[CONNECTION_HOLD] = "HOLD",
	[CONNECTION_QUEUED] = "ALERTING",
	[CONNECTION_FAIL] = "BUSY",
};

static void show_channels(FILE *out, const struct dn *dn)
{
	const struct connection *connection = TAILQ_FIRST(&dn->connections);

	for (unsigned channel = 1; channel <= dn->channels; channel++) {
		const char *state = dn_is_up(dn) ? "IDLE" : "DOWN";

		if (connection != NULL) {
			state = channel_states[connection->state];
			connection = TAILQ_NEXT(connection, at_dn);
		}
		fprintf(out, " CH%u %s", channel, state);
	}
}

// --- show ephone ---------------------------------------------------------------------------------

static bool phone_is_ringing(const struct phone *phone)
{
	const struct appearance *appearance;

	TAILQ_FOREACH (appearance, &phone->appearances, at_phone)
		if (appearance_rings(appearance))
			return true;
	return false;
}

static unsigned phone_media(const struct phone *phone)
{
	const struct appearance *appearance;
	unsigned count = 0;

	TAILQ_FOREACH (appearance, &phone->appearances, at_phone)
		for (int i = 0; i < STREAMS_MAX; i++)
			count += appearance->streams[i].state != STREAM_CLOSED;
	return count;
}

static void show_forward(FILE *out, const struct dn *dn, enum config_forward_kind kind,
	const char *mark)
{
	const char *number = dn_forward_number(dn, kind);

	if (number[0] != '\0')
		fprintf(out, " %s %s", mark, number);
}

// What the DN is set to.
static void show_features(FILE *out, const struct dn *dn)
{
	show_forward(out, dn, FORWARD_ALL, "cfa");
	show_forward(out, dn, FORWARD_BUSY, "cfb");
	show_forward(out, dn, FORWARD_NOAN, "cfna");
	fprintf(out, "%s%s", dn->message_waiting ? " mwi" : "",
		dn_do_not_disturb(dn) ? " dnd" : "");
}

// As configured, else as it registered.
static const char *phone_type(const struct phone *phone)
{
	const struct phone_model *model = phone_model(phone);

	if (phone->config->type != NULL)
		return phone->config->type;
	return model != NULL ? model->name : "-";
}

static bool is_shared(const struct line *line)
{
	const struct line *other;

	TAILQ_FOREACH (other, &line->dn->lines, at_dn)
		if (other->phone != line->phone)
			return true;
	return false;
}

static void show_overlay(FILE *out, const struct line *line)
{
	static const char *const marks[] = {
		[OVERLAY_NONE] = "",
		[OVERLAY_ONE_CALL] = " overlay",
		[OVERLAY_WAITING] = " cw-overlay",
		[OVERLAY_EXPANSION] = " expansion",
	};

	fputs(marks[line->overlay], out);
}

static void show_lines(FILE *out, const struct phone *phone)
{
	for (unsigned i = 0; i < phone->line_count; i++) {
		const struct line *line = &phone->lines[i];

		fprintf(out, "button %u: dn %u number %s", line->position, line->dn->tag,
			line->dn->numbers[DN_PRIMARY].text);
		show_channels(out, line->dn);
		if (is_shared(line))
			fputs(" shared", out);
		show_overlay(out, line);
		show_features(out, line->dn);
		fputc('\n', out);
	}
}

static void show_phone_calls(FILE *out, const struct phone *phone)
{
	const struct appearance *appearance;
	char rtp[ENDPOINT_TEXT_SIZE];

	TAILQ_FOREACH (appearance, &phone->appearances, at_phone)
		fprintf(out, "Active Call on DN %u :%" PRIu32 " %s, media at %s\n",
			appearance->line->dn->tag, appearance->call_reference,
			connection_state_name(appearance->connection->state),
			endpoint_text(&appearance->streams[0].rtp, rtp));
}

static void show_phone(struct shell_call *call, const struct phone *phone)
{
	const struct config_ephone *config = phone->config;
	char address[ENDPOINT_TEXT_SIZE];
	FILE *out = call->out;

	fprintf(out,
		"ephone-%u[%u] Mac:%02X%02X.%02X%02X.%02X%02X TCP socket:[%d] activeLine:%u %s",
		phone->tag, phone->tag - 1, config->mac[0], config->mac[1], config->mac[2],
		config->mac[3], config->mac[4], config->mac[5],
		phone->conn == 0 ? -1 : (int)handle_index(phone->conn), phone->plane,
		phone_state_name(phone));
	if (phone_is_registered(phone))
		fprintf(out, " in SCCP ver %u", phone->protocol_version);
	fprintf(out,
		"\nmediaActive:%u offhook:%d ringing:%d reset:%d reset_sent:%d dnd:%d caps:%u\n",
		phone_media(phone), phone->off_hook, phone_is_ringing(phone), phone->waits,
		phone_is_resetting(phone), phone->do_not_disturb, phone->codec_count);
	fprintf(out, "IP:%s %s keepalive %" PRIu32 " max_line %u available_line %u\n",
		phone->remote.addr.family == ADDR_NONE ? "-"
						       : endpoint_text(&phone->remote, address),
		phone_type(phone), phone->keepalives, phone_buttons(phone),
		phone->line_count);
	show_lines(out, phone);
	show_phone_calls(out, phone);
	if (config->logout_profile != 0)
		fprintf(out, "extension mobility: logout-profile %u, %s%s\n",
			config->logout_profile,
			phone->em_user == NULL ? "nobody logged in" : "user ",
			phone->em_user == NULL ? "" : phone->em_user->user);
	if (config->username != NULL)
		fprintf(out, "Username:%s Password:%s\n", config->username,
			config->password == NULL ? "" : config->password);
	fputc('\n', out);
}

static void show_phone_short(struct shell_call *call, const struct phone *phone)
{
	char address[ENDPOINT_TEXT_SIZE];

	fprintf(call->out, "ephone-%u Mac:%s TCP socket:[%d] activeLine:%u %s\n", phone->tag,
		phone->name + 3, phone->conn == 0 ? -1 : (int)handle_index(phone->conn),
		phone->plane, phone_state_name(phone));
	fprintf(call->out, "mediaActive:%u offhook:%d ringing:%d IP:%s %s keepalive %" PRIu32 "\n",
		phone_media(phone), phone->off_hook, phone_is_ringing(phone),
		phone->remote.addr.family == ADDR_NONE ? "-"
						       : endpoint_text(&phone->remote, address),
		phone_type(phone), phone->keepalives);
}

static bool is_any(const struct phone *phone, const struct args *args)
{
	(void)phone;
	(void)args;
	return true;
}

static bool is_registered(const struct phone *phone, const struct args *args)
{
	(void)args;
	return phone_is_registered(phone);
}

static bool is_unregistered(const struct phone *phone, const struct args *args)
{
	(void)args;
	return !phone_is_registered(phone);
}

static bool is_off_hook(const struct phone *phone, const struct args *args)
{
	(void)args;
	return phone->off_hook;
}

static bool is_ringing(const struct phone *phone, const struct args *args)
{
	(void)args;
	return phone_is_ringing(phone);
}

static bool is_logged_in(const struct phone *phone, const struct args *args)
{
	(void)args;
	return phone->em_user != NULL;
}

static bool is_forwarded(const struct phone *phone, const struct args *args)
{
	(void)args;
	for (unsigned i = 0; i < phone->line_count; i++)
		if (dn_is_forwarded(phone->lines[i].dn, FORWARD_ALL))
			return true;
	return false;
}

static bool is_quiet(const struct phone *phone, const struct args *args)
{
	(void)args;
	return phone->do_not_disturb;
}

static bool is_of_type(const struct phone *phone, const struct args *args)
{
	return span_ieq(span_str(phone_type(phone)), args->value[0]);
}

static bool has_number(const struct phone *phone, const struct args *args)
{
	for (unsigned i = 0; i < phone->line_count; i++)
		for (unsigned n = 0; phone->lines[i].dn != NULL && n < DN_NUMBERS; n++)
			if (span_eq(span_str(phone->lines[i].dn->numbers[n].text), args->value[0]))
				return true;
	return false;
}

static int show_selected(struct shell_call *call, const struct args *args,
	bool (*selects)(const struct phone *phone, const struct args *args))
{
	const struct phone *phone;
	unsigned count = 0;

	TAILQ_FOREACH (phone, &call->setup->engine->phones, all) {
		if (!selects(phone, args))
			continue;
		show_phone(call, phone);
		count++;
	}
	if (count == 0)
		fputs("No ephone in specified type/condition.\n", call->out);
	return 0;
}

static int show_ephone(void *ctx, struct args *args)
{
	return show_selected(ctx, args, is_any);
}

static int show_ephone_condition(void *ctx, struct args *args)
{
	static bool (*const conditions[])(const struct phone *, const struct args *) = {
		is_registered, is_unregistered, is_off_hook, is_ringing, is_logged_in,
		is_forwarded, is_quiet
	};

	return show_selected(ctx, args, conditions[args->choice[0]]);
}

static int show_ephone_number(void *ctx, struct args *args)
{
	return show_selected(ctx, args, has_number);
}

// H.H.H or a type.
static int show_ephone_named(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;
	struct span word = args->value[0];
	char name[PHONE_NAME_SIZE] = "SEP";
	const struct phone *phone;
	size_t used = 3;

	if (span_find(word, '.') == word.n)
		return show_selected(call, args, is_of_type);
	for (size_t i = 0; i < word.n && used + 1 < sizeof(name); i++)
		if (word.p[i] != '.')
			name[used++] = word.p[i] >= 'a' && word.p[i] <= 'f' ? (char)(word.p[i] - 32)
									    : word.p[i];
	name[used] = '\0';
	phone = phone_find(call->setup->engine, name);
	if (phone == NULL)
		fputs("No ephone in specified type/condition.\n", call->out);
	else
		show_phone(call, phone);
	return 0;
}

static int show_ephone_summary(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;
	const struct config *config = call->setup->engine->config;
	unsigned registered = 0, unregistered = 0, deceased = 0, sockets = 0;
	const struct phone *phone;

	(void)args;
	TAILQ_FOREACH (phone, &call->setup->engine->phones, all) {
		show_phone_short(call, phone);
		registered += phone_is_registered(phone);
		deceased += strcmp(phone_state_name(phone), "DECEASED") == 0;
		unregistered += strcmp(phone_state_name(phone), "UNREGISTERED") == 0;
		sockets += phone->conn != 0;
	}
	fprintf(call->out, "Max %u, Registered %u, Unregistered %u, Deceased %u, Sockets %u\n",
		config->telephony.max_ephones, registered, unregistered, deceased, sockets);
	return 0;
}

static void show_dn_phones(struct shell_call *call, const struct dn *dn)
{
	const struct line *line;

	fprintf(call->out, "Tag %u, Normal or Intercom dn\n", dn->tag);
	TAILQ_FOREACH (line, &dn->lines, at_dn)
		fprintf(call->out, "  ephone %u, mac-address %s, line %u\n", line->phone->tag,
			line->phone->name + 3, line->position);
}

// One DN where a tag is given, else all of them.
static int for_dns(struct shell_call *call, struct args *args,
	void (*show)(struct shell_call *call, const struct dn *dn))
{
	const struct dn *dn;

	if (arg_given(args, 0)) {
		dn = dn_by_tag(call->setup->engine, arg_u32(args, 0, 0));
		if (dn == NULL || !dn_is_configured(dn))
			return args_fail(args, 0, "there is no such ephone-dn");
		show(call, dn);
		return 0;
	}
	TAILQ_FOREACH (dn, &call->setup->engine->dns, all)
		if (dn_is_configured(dn))
			show(call, dn);
	return 0;
}

static int show_ephone_dn_phones(void *ctx, struct args *args)
{
	return for_dns(ctx, args, show_dn_phones);
}

// --- show ephone-dn ------------------------------------------------------------------------------

static void show_dn(struct shell_call *call, const struct dn *dn)
{
	const struct engine *engine = call->setup->engine;
	const struct config_telephony *telephony = &engine->config->telephony;
	FILE *out = call->out;

	fprintf(out, "50/0/%u", dn->tag);
	show_channels(out, dn);
	fprintf(out, "\nEFXS 50/0/%u Slot is 50, Sub-unit is 0, Port is %u\n", dn->tag, dn->tag);
	fputs(" Type of VoicePort is EFXS\n", out);
	fprintf(out, " Operation State is %s\n", dn_is_up(dn) ? "UP" : "DORMANT");
	fputs(" Administrative State is UP\n", out);
	fprintf(out, " Interdigit Time Out is set to %u s\n", telephony->timeout_interdigit);
	fprintf(out, " Ringing Time Out is set to %u s\n", telephony->timeout_ringing);
	fprintf(out, " Station name %s, Station number %s\n", dn_name(dn),
		dn->numbers[DN_PRIMARY].text);
	if (dn->numbers[DN_SECONDARY].text[0] != '\0')
		fprintf(out, " Secondary number %s\n", dn->numbers[DN_SECONDARY].text);
	fputs(" Features:", out);
	show_features(out, dn);
	fprintf(out, "\n CTI watch %s, notify %s\n\n",
		config_cti_watch(engine->config, dn->config) ? "yes" : "no",
		config_cti_notify(engine->config, dn->config) ? "yes" : "no");
}

static int show_ephone_dn(void *ctx, struct args *args)
{
	return for_dns(ctx, args, show_dn);
}

static const char *dn_state(const struct dn *dn)
{
	const struct connection *connection = TAILQ_FIRST(&dn->connections);

	if (connection != NULL)
		return channel_states[connection->state];
	if (dn->numbers[DN_PRIMARY].text[0] == '\0')
		return "INVALID";
	return dn_is_up(dn) ? "IDLE" : "DOWN";
}

static int show_ephone_dn_summary(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;
	const struct dn *dn;

	(void)args;
	fputs("PORT         DN STATE   NUMBER           CALLS  PHONES\n"
	      "============ ========== ================ ====== ======\n",
		call->out);
	TAILQ_FOREACH (dn, &call->setup->engine->dns, all) {
		const struct connection *connection;
		const struct line *line;
		unsigned calls = 0, phones = 0;

		if (!dn_is_configured(dn))
			continue;
		TAILQ_FOREACH (connection, &dn->connections, at_dn)
			calls++;
		TAILQ_FOREACH (line, &dn->lines, at_dn)
			phones++;
		fprintf(call->out, "50/0/%-7u %-10s %-16s %6u %6u\n", dn->tag, dn_state(dn),
			dn->numbers[DN_PRIMARY].text, calls, phones);
	}
	return 0;
}

// --- the configuration's parts -------------------------------------------------------------------

static int show_telephony(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;
	const struct config *config = call->setup->engine->config;

	(void)args;
	fprintf(call->out, "CONFIG\n======\n");
	config_write_telephony(config, call->out);
	fprintf(call->out, "ephones configured %u of %u, ephone-dns configured %u of %u\n",
		config->ephones.count, config->telephony.max_ephones, config->dns.count,
		config->telephony.max_dn);
	fprintf(call->out,
		"keepalive %u s, interdigit %u s, ringing %u s, busy %u s, max-redirect %u\n",
		config->telephony.keepalive, config->telephony.timeout_interdigit,
		config->telephony.timeout_ringing, config->telephony.timeout_busy,
		config->telephony.max_redirect);
	return 0;
}

static int show_session_servers(void *ctx, struct args *args)
{
	struct shell_call *call = ctx;
	const struct config *config = call->setup->engine->config;

	(void)args;
	for (unsigned i = 0; i < CONFIG_SESSION_SERVERS; i++) {
		const struct config_session_server *server = &config->session_servers[i];

		if (server->present)
			fprintf(call->out, "Feature server %u, keepalive %u, register-uri %s%s\n",
				i + 1, server->keepalive, server->register_id,
				server->cti_aware ? ", cti-aware" : "");
	}
	return 0;
}

static const struct rule list[] = {
	{ "show ephone", "phones", show_ephone, EXEC_USER, NULL },
	{ "show ephone (registered|unregistered|offhook|ringing|login|cfa|dnd)",
		"phones in this condition", show_ephone_condition, 0, NULL },
	{ "show ephone summary", "phones, in short", show_ephone_summary, 0, NULL },
	{ "show ephone dn [<1-1000000>]", "phones of a directory number", show_ephone_dn_phones, 0,
		NULL },
	{ "show ephone telephone-number NUMBER", "phones with this number", show_ephone_number, 0,
		NULL },
	{ "show ephone PHONE", "a phone by its address H.H.H, or phones of this type",
		show_ephone_named, EXEC_USER, NULL },
	{ "show ephone-dn [<1-1000000>]", "directory numbers", show_ephone_dn, 0, NULL },
	{ "show ephone-dn summary", "directory numbers, in short", show_ephone_dn_summary, 0,
		NULL },
	{ "show telephony-service", "limits, addresses and timers", show_telephony, 0, NULL },
	{ "show voice register session-server", "session managers", show_session_servers, 0, NULL },
};

const struct shell_commands shell_phone_commands = SHELL_COMMANDS(list);
