// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// voice service voip and its sip mode, voice register global, voice register session-server.
#include <ctype.h>
#include <errno.h>

#include "control/config/command.h"

enum { REGISTRAR_DOCUMENTED_MAX_S = 600 };

static struct config_voice_service *service_of(struct edit *edit)
{
	return &edit->config->voice_service;
}

// --- voice service voip --------------------------------------------------------------------------

static int allow_connections(void *ctx, struct args *args)
{
	struct config_voice_service *service = service_of(ctx);
	bool *const allow[2][2] = {
		{ &service->allow_h323_to_h323, &service->allow_h323_to_sip },
		{ &service->allow_sip_to_h323, &service->allow_sip_to_sip },
	};

	if (!arg_given(args, 0) || !arg_given(args, 1))
		return args_fail(args, 0, "which connections is missing");
	*allow[args->choice[0]][args->choice[1]] = !args->negated;
	return 0;
}

static int allow_sip_to_sip(void *ctx, struct args *args)
{
	service_of(ctx)->allow_sip_to_sip = !args->negated;
	return 0;
}

static int supplementary_service(void *ctx, struct args *args)
{
	struct config_voice_service *service = service_of(ctx);
	bool *const features[] = { &service->handle_replaces, &service->moved_temporarily,
		&service->refer };

	if (!arg_given(args, 0))
		return args_fail(args, 0, "which supplementary service is missing");
	*features[args->choice[0]] = !args->negated;
	return 0;
}

static int supplementary_moved(void *ctx, struct args *args)
{
	service_of(ctx)->moved_temporarily = !args->negated;
	return 0;
}

static int supplementary_refer(void *ctx, struct args *args)
{
	service_of(ctx)->refer = !args->negated;
	return 0;
}

static int cti_shutdown(void *ctx, struct args *args)
{
	service_of(ctx)->cti_shutdown = !args->negated;
	edit_touch(ctx, TOUCH_CTI, 0);
	return 0;
}

static int callmonitor(void *ctx, struct args *args)
{
	service_of(ctx)->callmonitor = !args->negated;
	edit_touch(ctx, TOUCH_CTI, 0);
	return 0;
}

static int gcid(void *ctx, struct args *args)
{
	service_of(ctx)->gcid = !args->negated;
	edit_touch(ctx, TOUCH_CTI, 0);
	return 0;
}

static int cti_mode_basic(void *ctx, struct args *args)
{
	service_of(ctx)->cti_basic_mode = !args->negated;
	edit_touch(ctx, TOUCH_CTI, 0);
	return 0;
}

static int suppress_conversion(void *ctx, struct args *args)
{
	service_of(ctx)->suppress_conversion = !args->negated;
	edit_touch(ctx, TOUCH_CTI, 0);
	return 0;
}

static int make_call_prompt(void *ctx, struct args *args)
{
	service_of(ctx)->make_call_prompt = args->negated ? 0 : arg_u32(args, 0, 0);
	edit_touch(ctx, TOUCH_CTI, 0);
	return 0;
}

static int enter_sip(void *ctx, struct args *args)
{
	struct edit *edit = ctx;
	struct config_voice_service *service = service_of(edit);

	if (args->negated) {
		service->sip_present = false;
		lines_free(&service->sip_kept);
		service->registrar = (struct config_registrar){ .max = 3600, .min = 60 };
		return 0;
	}
	service->sip_present = true;
	edit_enter(edit, MODE_VOICE_SIP, service, PLACE_VOICE_SERVICE);
	return 0;
}

static int service_keep(void *ctx, struct args *args)
{
	return keep_line(&service_of(ctx)->kept, args);
}

static int sip_keep(void *ctx, struct args *args)
{
	return keep_line(&service_of(ctx)->sip_kept, args);
}

static int registrar_server(void *ctx, struct args *args)
{
	struct config_registrar registrar = {
		.on = !args->negated,
		.max = arg_u32(args, 0, 3600),
		.min = arg_u32(args, 1, 60),
	};

	if (registrar.min > registrar.max)
		return args_fail(args, 1, "more than the longest time, %u", registrar.max);
	service_of(ctx)->registrar = registrar;
	if (registrar.max < REGISTRAR_DOCUMENTED_MAX_S)
		edit_note(ctx, NOTE_RANGE, args->value[0], "max %u is less than %d", registrar.max,
			REGISTRAR_DOCUMENTED_MAX_S);
	return 0;
}

static const struct rule voice_service_list[] = {
	{ "allow-connections (h323|sip) to (h323|sip)", "connections that are allowed",
		allow_connections, RULE_NO, NULL },
	{ "allow-connections sip-to-sip", "connections that are allowed", allow_sip_to_sip, RULE_NO,
		"allow-connections sip to sip" },
	{ "supplementary-service sip (handle-replaces|moved-temporarily|refer)",
		"SIP messages that are passed on", supplementary_service, RULE_NO, NULL },
	{ "supplementary-service sip moved-temporary", "SIP messages that are passed on",
		supplementary_moved, RULE_NO, "supplementary-service sip moved-temporarily" },
	{ "supplementary-service sip-refer", "SIP messages that are passed on", supplementary_refer,
		RULE_NO, "supplementary-service sip refer" },
	{ "cti shutdown", "no CTI sessions", cti_shutdown, RULE_NO, NULL },
	{ "callmonitor", "call monitoring messages", callmonitor, RULE_NO, NULL },
	{ "cti callmonitor", "call monitoring messages", callmonitor, RULE_NO, "callmonitor" },
	{ "gcid", "Global Call IDs for outbound calls", gcid, RULE_NO, NULL },
	{ "cti csta mode basic", "nothing beyond the standard in CTI messages", cti_mode_basic,
		RULE_NO, NULL },
	{ "csta cti mode basic", "nothing beyond the standard in CTI messages", cti_mode_basic,
		RULE_NO, "cti csta mode basic" },
	{ "cti message device-id suppress-conversion", "expand the session's own number only",
		suppress_conversion, RULE_NO, NULL },
	{ "cti timeout make-call-prompt <1-3600>", "longest prompt before a call, seconds",
		make_call_prompt, RULE_NO, NULL },
	{ "sip", "SIP parameters", enter_sip, RULE_NO, NULL },
	{ "address-hiding", "kept", service_keep, RULE_NO, NULL },
	{ "fax .TEXT", "kept", service_keep, RULE_NO, NULL },
	{ "h323 [.TEXT]", "kept", service_keep, RULE_NO, NULL },
	{ "ip address trusted .TEXT", "kept", service_keep, RULE_NO, NULL },
	{ "modem .TEXT", "kept", service_keep, RULE_NO, NULL },
	{ "mode .TEXT", "kept", service_keep, RULE_NO, NULL },
	{ "media .TEXT", "kept", service_keep, RULE_NO, NULL },
	{ "redirect ip2ip", "kept", service_keep, RULE_NO, NULL },
	{ "rtp-port range .TEXT", "kept", service_keep, RULE_NO, NULL },
	{ "shutdown [(forced)]", "kept", service_keep, RULE_NO, NULL },
	{ "signaling .TEXT", "kept", service_keep, RULE_NO, NULL },
	{ "supplementary-service (h225-notify|h450.2|h450.3|h450.7|h450.12) [.TEXT]", "kept",
		service_keep, RULE_NO, NULL },
};

static const struct rule voice_sip_list[] = {
	{ "registrar server [expires [max <120-86400>] [min <60-3600>]]",
		"accept registrations; bounds of their life in seconds", registrar_server, RULE_NO,
		NULL },
	{ "anat", "kept", sip_keep, RULE_NO, NULL },
	{ "asserted-id [.TEXT]", "kept", sip_keep, RULE_NO, NULL },
	{ "associate registered-number [.TEXT]", "kept", sip_keep, RULE_NO, NULL },
	{ "asymmetric payload .TEXT", "kept", sip_keep, RULE_NO, NULL },
	{ "authenticate redirecting-number", "kept", sip_keep, RULE_NO, NULL },
	{ "bandwidth audio .TEXT", "kept", sip_keep, RULE_NO, NULL },
	{ "bind (all|control|media) [.TEXT]", "kept", sip_keep, RULE_NO, NULL },
	{ "block (180|181|183) [.TEXT]", "kept", sip_keep, RULE_NO, NULL },
	{ "call service stop [.TEXT]", "kept", sip_keep, RULE_NO, NULL },
	{ "call-route .TEXT", "kept", sip_keep, RULE_NO, NULL },
	{ "calltype-video", "kept", sip_keep, RULE_NO, NULL },
	{ "conn-reuse", "kept", sip_keep, RULE_NO, NULL },
	{ "contact-passing", "kept", sip_keep, RULE_NO, NULL },
	{ "copy-list .TEXT", "kept", sip_keep, RULE_NO, NULL },
	{ "ds0-num", "kept", sip_keep, RULE_NO, NULL },
	{ "dscp-profile .TEXT", "kept", sip_keep, RULE_NO, NULL },
	{ "early-offer forced [.TEXT]", "kept", sip_keep, RULE_NO, NULL },
	{ "error-code-override .TEXT", "kept", sip_keep, RULE_NO, NULL },
	{ "error-correction .TEXT", "kept", sip_keep, RULE_NO, NULL },
	{ "error-passthru", "kept", sip_keep, RULE_NO, NULL },
	{ "g729 annexb-all", "kept", sip_keep, RULE_NO, NULL },
	{ "header-passing [.TEXT]", "kept", sip_keep, RULE_NO, NULL },
	{ "history-info", "kept", sip_keep, RULE_NO, NULL },
	{ "listen-port .TEXT", "kept", sip_keep, RULE_NO, NULL },
	{ "localhost .TEXT", "kept", sip_keep, RULE_NO, NULL },
	{ "map resp-code .TEXT", "kept", sip_keep, RULE_NO, NULL },
	{ "midcall-signaling [.TEXT]", "kept", sip_keep, RULE_NO, NULL },
	{ "min-se <90-86400> [.TEXT]", "kept", sip_keep, RULE_NO, NULL },
	{ "nat (auto|force|symmetric) [.TEXT]", "kept", sip_keep, RULE_NO, NULL },
	{ "options-ping <60-1200>", "kept", sip_keep, RULE_NO, NULL },
	{ "outbound-proxy .TEXT", "kept", sip_keep, RULE_NO, NULL },
	{ "pass-thru .TEXT", "kept", sip_keep, RULE_NO, NULL },
	{ "preloaded-route .TEXT", "kept", sip_keep, RULE_NO, NULL },
	{ "privacy [.TEXT]", "kept", sip_keep, RULE_NO, NULL },
	{ "privacy-policy .TEXT", "kept", sip_keep, RULE_NO, NULL },
	{ "random-contact", "kept", sip_keep, RULE_NO, NULL },
	{ "random-request-uri .TEXT", "kept", sip_keep, RULE_NO, NULL },
	{ "redirect contact order [.TEXT]", "kept", sip_keep, RULE_NO, NULL },
	{ "referto-passing", "kept", sip_keep, RULE_NO, NULL },
	{ "registration passthrough [.TEXT]", "kept", sip_keep, RULE_NO, NULL },
	{ "rel1xx .TEXT", "kept", sip_keep, RULE_NO, NULL },
	{ "requri-passing", "kept", sip_keep, RULE_NO, NULL },
	{ "reset timer expires .TEXT", "kept", sip_keep, RULE_NO, NULL },
	{ "send 180 sdp", "kept", sip_keep, RULE_NO, NULL },
	{ "session refresh", "kept", sip_keep, RULE_NO, NULL },
	{ "session transport .TEXT", "kept", sip_keep, RULE_NO, NULL },
	{ "sip-profiles .TEXT", "kept", sip_keep, RULE_NO, NULL },
	{ "srtp .TEXT", "kept", sip_keep, RULE_NO, NULL },
	{ "srtp-auth .TEXT", "kept", sip_keep, RULE_NO, NULL },
	{ "tel-config to-hdr .TEXT", "kept", sip_keep, RULE_NO, NULL },
	{ "transport switch .TEXT", "kept", sip_keep, RULE_NO, NULL },
	{ "update-callerid", "kept", sip_keep, RULE_NO, NULL },
	{ "url (sip|sips|system|tel) [.TEXT]", "kept", sip_keep, RULE_NO, NULL },
	{ "video screening", "kept", sip_keep, RULE_NO, NULL },
	{ "warn-header .TEXT", "kept", sip_keep, RULE_NO, NULL },
	{ "xfer target .TEXT", "kept", sip_keep, RULE_NO, NULL },
};

// --- voice register global -----------------------------------------------------------------------

static struct config_voice_register *register_of(struct edit *edit)
{
	return &edit->config->voice_register;
}

static int register_mode(void *ctx, struct args *args)
{
	register_of(ctx)->mode =
		args->negated || !arg_given(args, 0)
			? REGISTER_MODE_NONE
			: (enum config_register_mode)(REGISTER_MODE_CME + args->choice[0]);
	return 0;
}

static int register_source(void *ctx, struct args *args)
{
	struct config_voice_register *reg = register_of(ctx);
	struct endpoint was = reg->source;
	int error;

	reg->source = (struct endpoint){ .port = 5060 };
	if (!args->negated)
		reg->source =
			(struct endpoint){ arg_addr(args, 0), (uint16_t)arg_u32(args, 1, 5060) };
	error = edit_require_source(ctx, args, &reg->source);
	if (error < 0) {
		reg->source = was;
		return error;
	}
	if (!endpoint_eq(&reg->source, &was))
		edit_waits(ctx, args);
	reg->secondary = args->negated ? (struct addr){ 0 } : arg_addr(args, 2);
	edit_touch(ctx, TOUCH_CTI, 0);
	return 0;
}

static int register_keepalive(void *ctx, struct args *args)
{
	register_of(ctx)->keepalive = args->negated ? 120 : arg_u32(args, 0, 120);
	return 0;
}

static int register_keep(void *ctx, struct args *args)
{
	return keep_line(&register_of(ctx)->kept, args);
}

static const struct rule voice_register_list[] = {
	{ "mode (cme|cme-app|esrst)", "what this system is for SIP endpoints", register_mode,
		RULE_NO, NULL },
	{ "source-address A.B.C.D [port <2000-9999>] [secondary A.B.C.D]",
		"where SIP endpoints reach this system", register_source, RULE_NO, NULL },
	{ "keepalive <120-65535>", "keepalive of SIP phones, seconds", register_keepalive, RULE_NO,
		NULL },
	{ "authenticate [.TEXT]", "kept", register_keep, RULE_NO, NULL },
	{ "create profile [.TEXT]", "kept", register_keep, RULE_NO, NULL },
	{ "date-format .TEXT", "kept", register_keep, RULE_NO, NULL },
	{ "dialplan-pattern <1-10> .TEXT", "kept", register_keep, RULE_NO, NULL },
	{ "dst .TEXT", "kept", register_keep, RULE_NO, NULL },
	{ "external-ring .TEXT", "kept", register_keep, RULE_NO, NULL },
	{ "file text", "kept", register_keep, RULE_NO, NULL },
	{ "hold-alert", "kept", register_keep, RULE_NO, NULL },
	{ "load WORD .TEXT", "kept", register_keep, RULE_NO, NULL },
	{ "logo .TEXT", "kept", register_keep, RULE_NO, NULL },
	{ "max-dn .TEXT", "kept", register_keep, RULE_NO, NULL },
	{ "max-pool .TEXT", "kept", register_keep, RULE_NO, NULL },
	{ "max-redirect .TEXT", "kept", register_keep, RULE_NO, NULL },
	{ "mwi .TEXT", "kept", register_keep, RULE_NO, NULL },
	{ "ntp-server .TEXT", "kept", register_keep, RULE_NO, NULL },
	{ "tftp-path .TEXT", "kept", register_keep, RULE_NO, NULL },
	{ "time-format .TEXT", "kept", register_keep, RULE_NO, NULL },
	{ "timeouts interdigit .TEXT", "kept", register_keep, RULE_NO, NULL },
	{ "timezone .TEXT", "kept", register_keep, RULE_NO, NULL },
	{ "upgrade", "kept", register_keep, RULE_NO, NULL },
	{ "url WORD .TEXT", "kept", register_keep, RULE_NO, NULL },
	{ "voicemail .TEXT", "kept", register_keep, RULE_NO, NULL },
	{ "em external", "kept", register_keep, RULE_NO, NULL },
	{ "em logout .TEXT", "kept", register_keep, RULE_NO, NULL },
};

// --- voice register session-server ---------------------------------------------------------------

static int server_keepalive(void *ctx, struct args *args)
{
	struct edit *edit = ctx;
	struct config_session_server *server = edit->object;

	server->keepalive = args->negated ? 300 : arg_u32(args, 0, 300);
	edit_touch(edit, TOUCH_CTI, 0);
	return 0;
}

static int server_cti_aware(void *ctx, struct args *args)
{
	struct edit *edit = ctx;
	struct config_session_server *server = edit->object;

	server->cti_aware = !args->negated;
	edit_touch(edit, TOUCH_CTI, 0);
	return 0;
}

static int server_register_id(void *ctx, struct args *args)
{
	struct edit *edit = ctx;
	struct config_session_server *server = edit->object;
	struct span name = args->value[0];

	if (args->negated) {
		server->register_id[0] = '\0';
		return 0;
	}
	if (name.n >= sizeof(server->register_id))
		return args_fail(
			args, 0, "longer than %zu characters", sizeof(server->register_id) - 1);
	for (size_t i = 0; i < name.n; i++)
		if (!isalnum((unsigned char)name.p[i]) && name.p[i] != '-' && name.p[i] != '_')
			return args_fail(args, 0, "letters, digits, '-' and '_' only");
	span_copy(name, server->register_id, sizeof(server->register_id));
	edit_touch(edit, TOUCH_CTI, 0);
	return 0;
}

static const struct rule session_server_list[] = {
	{ "register-id NAME", "what the application calls itself when it registers",
		server_register_id, RULE_NO, NULL },
	{ "keepalive <60-3600>", "life of a registration, seconds", server_keepalive, RULE_NO,
		NULL },
	{ "cti-aware", "its heartbeat is bound to the CTI session", server_cti_aware, RULE_NO,
		NULL },
	{ "cti aware", "its heartbeat is bound to the CTI session", server_cti_aware, RULE_NO,
		"cti-aware" },
};

const struct rules voice_service_commands = RULES_OF(voice_service_list);
const struct rules voice_sip_commands = RULES_OF(voice_sip_list);
const struct rules voice_register_commands = RULES_OF(voice_register_list);
const struct rules session_server_commands = RULES_OF(session_server_list);
