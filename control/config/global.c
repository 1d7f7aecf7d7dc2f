// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Global commands: those that enter a mode or take an object out, and the host's name.
#include <errno.h>
#include <ctype.h>

#include "control/config/command.h"

static int set_hostname(void *ctx, struct args *args)
{
	struct edit *edit = ctx;

	edit->place = PLACE_HOSTNAME;
	edit->mode = MODE_GLOBAL;
	if (args->negated) {
		edit->config->hostname[0] = '\0';
		return 0;
	}
	if (!isalpha((unsigned char)args->value[0].p[0]))
		return args_fail(args, 0, "a host name begins with a letter");
	if (args->value[0].n >= CONFIG_NAME_SIZE)
		return args_fail(args, 0, "longer than %d characters", CONFIG_NAME_SIZE - 1);
	span_copy(args->value[0], edit->config->hostname, CONFIG_NAME_SIZE);
	return 0;
}

// Typed where it is not needed, as in examples of configuration guides.
static int enter_global(void *ctx, struct args *args)
{
	struct edit *edit = ctx;

	edit->mode = MODE_GLOBAL;
	edit_note(edit, NOTE_LEVEL, args->words->word[0], "read as the way to (%s)",
		config_mode_prompt(MODE_GLOBAL));
	return 0;
}

static int enter_voice_service(void *ctx, struct args *args)
{
	struct edit *edit = ctx;

	if (args->negated) {
		voice_service_clear(&edit->config->voice_service);
		edit_touch(edit, TOUCH_CTI, 0);
		return 0;
	}
	edit->config->voice_service.present = true;
	edit_enter(edit, MODE_VOICE_SERVICE, &edit->config->voice_service, PLACE_VOICE_SERVICE);
	return 0;
}

static int enter_voice_register(void *ctx, struct args *args)
{
	struct edit *edit = ctx;

	if (args->negated) { // session servers go with it
		voice_register_clear(&edit->config->voice_register);
		for (unsigned i = 0; i < CONFIG_SESSION_SERVERS; i++)
			session_server_clear(&edit->config->session_servers[i]);
		edit_touch(edit, TOUCH_CTI, 0);
		return 0;
	}
	edit->config->voice_register.present = true;
	edit_enter(edit, MODE_VOICE_REGISTER, &edit->config->voice_register, PLACE_VOICE_REGISTER);
	return 0;
}

static int enter_session_server(void *ctx, struct args *args)
{
	struct edit *edit = ctx;
	struct config_session_server *server;

	if (!arg_given(args, 0))
		return args_fail(args, 0, "the tag is missing");
	server = &edit->config->session_servers[arg_u32(args, 0, 0) - 1];
	if (args->negated) {
		session_server_clear(server);
		edit_touch(edit, TOUCH_CTI, 0);
		return 0;
	}
	server->present = true;
	edit_enter(edit, MODE_SESSION_SERVER, server, PLACE_SESSION_SERVER);
	return 0;
}

static struct config_profile *profile_make(struct config_table *table, unsigned tag, bool is_user)
{
	struct config_profile *profile = table_get(table, tag);

	if (profile != NULL)
		return profile;
	profile = calloc(1, sizeof(*profile));
	if (profile == NULL || table_put(table, tag, profile) < 0) {
		free(profile);
		return NULL;
	}
	profile->tag = tag;
	profile->is_user = is_user;
	return profile;
}

static int enter_profile(struct edit *edit, struct args *args, bool is_user)
{
	struct config_table *table =
		is_user ? &edit->config->user_profiles : &edit->config->logout_profiles;
	unsigned tag = arg_u32(args, 0, 0);
	struct config_profile *profile;

	if (!arg_given(args, 0))
		return args_fail(args, 0, "the tag is missing");
	if (args->negated) {
		profile = table_get(table, tag);
		if (profile == NULL)
			return args_fail(args, 0, "there is no such profile");
		(is_user ? remove_user_profile : remove_logout_profile)(edit, profile);
		return 0;
	}
	profile = profile_make(table, tag, is_user);
	if (profile == NULL)
		return -ENOMEM;
	edit_enter(edit, is_user ? MODE_USER_PROFILE : MODE_LOGOUT_PROFILE, profile,
		is_user ? PLACE_USER_PROFILE : PLACE_LOGOUT_PROFILE);
	return 0;
}

static int enter_logout_profile(void *ctx, struct args *args)
{
	return enter_profile(ctx, args, false);
}

static int enter_user_profile(void *ctx, struct args *args)
{
	return enter_profile(ctx, args, true);
}

static int enter_telephony(void *ctx, struct args *args)
{
	struct edit *edit = ctx;
	struct config_ephone *ephone;
	struct config_dn *dn;

	if (!args->negated) {
		edit->config->telephony.present = true;
		edit_enter(edit, MODE_TELEPHONY, &edit->config->telephony, PLACE_TELEPHONY);
		return 0;
	}
	// Phones and numbers go with it.
	for (unsigned tag = 0; (ephone = config_ephone_next(edit->config, tag)) != NULL;) {
		tag = ephone->tag;
		remove_ephone(edit, ephone);
	}
	for (unsigned tag = 0; (dn = config_dn_next(edit->config, tag)) != NULL;) {
		tag = dn->tag;
		remove_dn(edit, dn);
	}
	for (unsigned i = 0; i < CONFIG_DN_TEMPLATES; i++)
		dn_template_clear(&edit->config->dn_templates[i]);
	telephony_clear(&edit->config->telephony);
	edit_touch(edit, TOUCH_CTI, 0);
	return 0;
}

static int enter_dn_template(void *ctx, struct args *args)
{
	struct edit *edit = ctx;
	struct config_dn_template *template;
	struct config_dn *dn;
	unsigned tag = arg_u32(args, 0, 0);

	if (!arg_given(args, 0))
		return args_fail(args, 0, "the tag is missing");
	template = &edit->config->dn_templates[tag - 1];
	if (!args->negated) {
		template->present = true;
		edit_enter(edit, MODE_DN_TEMPLATE, &template->own, PLACE_DN_TEMPLATE);
		return 0;
	}
	dn_template_clear(template);
	for (unsigned t = 0; (dn = config_dn_next(edit->config, t)) != NULL; t = dn->tag) {
		if (dn->template != tag)
			continue;
		dn_template_drop(dn);
		edit_touch(edit, TOUCH_DN, dn->tag);
	}
	return 0;
}

static int dn_make(struct edit *edit, struct args *args, unsigned tag)
{
	struct config_dn *dn;
	int error = edit_require(edit, args, args->value[0], REQUIRE_MAX_DN, tag, NULL);

	if (error < 0)
		return error;
	dn = calloc(1, sizeof(*dn));
	if (dn == NULL || table_put(&edit->config->dns, tag, dn) < 0) {
		free(dn);
		return -ENOMEM;
	}
	dn->tag = tag;
	dn->secondary_preference = 9;
	dn->line_mode = arg_given(args, 1) ? LINE_DUAL + args->choice[1] : LINE_SINGLE;
	edit_touch(edit, TOUCH_DN, tag);
	return 0;
}

static int enter_dn(void *ctx, struct args *args)
{
	struct edit *edit = ctx;
	unsigned tag = arg_u32(args, 0, 0);
	struct config_dn *dn = config_dn_get(edit->config, tag);
	int error;

	if (!arg_given(args, 0))
		return args_fail(args, 0, "the tag is missing");
	if (args->negated) {
		if (dn == NULL)
			return args_fail(args, 0, "there is no such ephone-dn");
		remove_dn(edit, dn);
		return 0;
	}
	if (dn == NULL) {
		error = dn_make(edit, args, tag);
		if (error < 0)
			return error;
		dn = config_dn_get(edit->config, tag);
	} else if (arg_given(args, 1) && dn->line_mode != LINE_DUAL + args->choice[1]) {
		return args_fail(args, 1, "the line mode changes only by deleting the ephone-dn");
	}
	edit_enter(edit, MODE_DN, dn, PLACE_DN);
	return 0;
}

static int ephone_make(struct edit *edit, struct args *args, unsigned tag)
{
	struct config_ephone *ephone;
	int error = edit_require(edit, args, args->value[0], REQUIRE_MAX_EPHONES, tag, NULL);

	if (error < 0)
		return error;
	ephone = calloc(1, sizeof(*ephone));
	if (ephone == NULL || table_put(&edit->config->ephones, tag, ephone) < 0) {
		free(ephone);
		return -ENOMEM;
	}
	ephone->tag = tag;
	edit_touch(edit, TOUCH_EPHONE, tag);
	return 0;
}

static int enter_ephone(void *ctx, struct args *args)
{
	struct edit *edit = ctx;
	unsigned tag = arg_u32(args, 0, 0);
	struct config_ephone *ephone = config_ephone_get(edit->config, tag);
	int error;

	if (!arg_given(args, 0))
		return args_fail(args, 0, "the tag is missing");
	if (args->negated) {
		if (ephone == NULL)
			return args_fail(args, 0, "there is no such ephone");
		remove_ephone(edit, ephone);
		return 0;
	}
	if (ephone == NULL) {
		error = ephone_make(edit, args, tag);
		if (error < 0)
			return error;
		ephone = config_ephone_get(edit->config, tag);
	}
	edit_enter(edit, MODE_EPHONE, ephone, PLACE_EPHONE);
	return 0;
}

static const struct rule global_list[] = {
	{ "configure [(terminal)]", "out of all modes", enter_global, 0, NULL },
	{ "hostname NAME", "name of this system, as prompts show it", set_hostname, RULE_NO, NULL },
	{ "enable password [(0|7)] .PASSWORD", "opens the privileged commands", set_enable_password,
		RULE_NO, NULL },
	{ "enable password level <0-15> [(0|7)] .PASSWORD", "the same, of a level",
		set_enable_password_level, RULE_NO, NULL },
	{ "enable secret [(0|4|5|8|9)] .PASSWORD", "the same, kept as a hash; goes before",
		set_enable_secret, RULE_NO, NULL },
	{ "enable secret level <0-15> [(0|4|5|8|9)] .PASSWORD", "the same, of a level",
		set_enable_secret_level, RULE_NO, NULL },
	{ "voice service voip", "voice over IP and CTI", enter_voice_service, RULE_NO, NULL },
	{ "voice register global", "system parameters of SIP endpoints", enter_voice_register,
		RULE_NO, NULL },
	{ "voice register session-server <1-8>", "an application that manages sessions",
		enter_session_server, RULE_NO, NULL },
	{ "voice logout-profile <1-1000000>", "a mobility phone's lines while nobody is logged in",
		enter_logout_profile, RULE_NO, NULL },
	{ "voice user-profile <1-1000000>", "lines of a user of extension mobility",
		enter_user_profile, RULE_NO, NULL },
	{ "telephony-service [(setup)]", "telephony: limits, addresses, timers", enter_telephony,
		RULE_NO, NULL },
	{ "ephone-dn-template <1-15>", "settings that directory numbers share", enter_dn_template,
		RULE_NO, NULL },
	{ "ephone-dn <1-1000000> [(dual-line|octo-line)]", "a directory number", enter_dn, RULE_NO,
		NULL },
	{ "ephone <1-1000000>", "a phone", enter_ephone, RULE_NO, NULL },
	{ "interface .NAME", "an interface of this host", enter_interface, RULE_NO, NULL },
	{ "ip route A.B.C.D A.B.C.D A.B.C.D [.OPTIONS]",
		"a static route: [distance] [name NAME] [permanent] [tag TAG]", set_route, RULE_NO,
		NULL },
	{ "ip route A.B.C.D A.B.C.D .INTERFACE", "a static route by [gateway] [options]",
		set_interface_route, RULE_NO, NULL },
};

const struct rules global_commands = RULES_OF(global_list);
