// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/config/config.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/config/grammar.h"
#include "control/config/index.h"
#include "control/config/object.h"

void voice_service_defaults(struct config_voice_service *service)
{
	*service = (struct config_voice_service){
		.handle_replaces = true,
		.moved_temporarily = true,
		.refer = true,
		.cti_shutdown = true,
		.registrar = { .max = 3600, .min = 60 },
	};
}

void voice_register_defaults(struct config_voice_register *reg)
{
	*reg = (struct config_voice_register){ .source.port = 5060, .keepalive = 120 };
}

void session_server_defaults(struct config_session_server *server)
{
	*server = (struct config_session_server){ .keepalive = 300 };
}

void telephony_defaults(struct config_telephony *telephony)
{
	*telephony = (struct config_telephony){
		.source.port = 2000,
		.rehome = 120,
		.keepalive = 30,
		.timeout_interdigit = 10,
		.timeout_ringing = 180,
		.timeout_busy = 10,
		.timeout_night_service_bell = 12,
		.time_format = 12,
		.transfer_system = TRANSFER_FULL_CONSULT,
		.conference_gain = -6,
		.max_redirect = 10,
	};
}

struct config *config_new(void)
{
	struct config *config = calloc(1, sizeof(*config));

	if (config == NULL)
		return NULL;
	voice_service_defaults(&config->voice_service);
	voice_register_defaults(&config->voice_register);
	for (unsigned i = 0; i < CONFIG_SESSION_SERVERS; i++)
		session_server_defaults(&config->session_servers[i]);
	telephony_defaults(&config->telephony);
	return config;
}

void voice_service_clear(struct config_voice_service *service)
{
	lines_free(&service->sip_kept);
	lines_free(&service->kept);
	voice_service_defaults(service);
}

void voice_register_clear(struct config_voice_register *reg)
{
	lines_free(&reg->kept);
	voice_register_defaults(reg);
}

void session_server_clear(struct config_session_server *server)
{
	lines_free(&server->kept);
	session_server_defaults(server);
}

void telephony_clear(struct config_telephony *telephony)
{
	for (unsigned i = 0; i < URL_KINDS; i++)
		free(telephony->url[i]);
	for (unsigned i = 0; i < CONFIG_DIALPLAN_PATTERNS; i++) {
		free(telephony->dialplan[i].pattern);
		free(telephony->dialplan[i].extension_pattern);
	}
	free(telephony->source_match);
	free(telephony->max_dn_no_reg);
	free(telephony->date_format);
	free(telephony->cnf_location);
	free(telephony->cnf_option);
	free(telephony->cnf_stamp);
	free(telephony->voicemail);
	lines_free(&telephony->xml_users);
	lines_free(&telephony->transfer_patterns);
	lines_free(&telephony->kept);
	telephony_defaults(telephony);
}

static void settings_free(struct config_dn_settings *settings)
{
	free(settings->forward);
	lines_free(&settings->kept);
}

void dn_template_clear(struct config_dn_template *template)
{
	settings_free(&template->own);
	*template = (struct config_dn_template){ 0 };
}

void config_dn_free(struct config_dn *dn)
{
	free(dn->no_reg);
	free(dn->name);
	free(dn->label);
	free(dn->description);
	settings_free(&dn->own);
	free(dn);
}

void config_ephone_free(struct config_ephone *ephone)
{
	free(ephone->type);
	free(ephone->addon);
	free(ephone->username);
	free(ephone->password);
	free(ephone->pin);
	free(ephone->description);
	free(ephone->buttons);
	lines_free(&ephone->kept);
	free(ephone);
}

void config_profile_free(struct config_profile *profile)
{
	for (unsigned i = 0; i < profile->number_count; i++)
		free(profile->numbers[i].numbers);
	free(profile->numbers);
	free(profile->password);
	free(profile->pin);
	lines_free(&profile->kept);
	free(profile);
}

static void sections_free(struct config_sections *sections)
{
	for (unsigned i = 0; i < sections->count; i++) {
		free(sections->section[i].head);
		lines_free(&sections->section[i].lines);
	}
	free(sections->section);
}

static void profiles_free(struct config_table *profiles)
{
	struct config_profile *profile;

	for (unsigned tag = 0; (profile = table_next(profiles, &tag)) != NULL;)
		config_profile_free(profile);
	table_free(profiles);
}

void config_free(struct config *config)
{
	struct config_dn *dn;
	struct config_ephone *ephone;

	if (config == NULL)
		return;
	index_free(&config->dn_by_number);
	index_free(&config->ephone_by_name);
	index_free(&config->profile_by_user);
	secret_clear(&config->enable_password);
	secret_clear(&config->enable_secret);
	for (unsigned tag = 0; (dn = table_next(&config->dns, &tag)) != NULL;)
		config_dn_free(dn);
	table_free(&config->dns);
	for (unsigned tag = 0; (ephone = table_next(&config->ephones, &tag)) != NULL;)
		config_ephone_free(ephone);
	table_free(&config->ephones);
	profiles_free(&config->logout_profiles);
	profiles_free(&config->user_profiles);
	voice_service_clear(&config->voice_service);
	voice_register_clear(&config->voice_register);
	for (unsigned i = 0; i < CONFIG_SESSION_SERVERS; i++)
		session_server_clear(&config->session_servers[i]);
	for (unsigned i = 0; i < CONFIG_DN_TEMPLATES; i++)
		dn_template_clear(&config->dn_templates[i]);
	telephony_clear(&config->telephony);
	for (unsigned i = 0; i < config->interface_count; i++)
		lines_free(&config->interfaces[i].kept);
	free(config->interfaces);
	free(config->routes);
	for (unsigned i = 0; i < PLACES; i++)
		sections_free(&config->kept[i]);
	free(config);
}

struct config_dn *config_dn_get(const struct config *config, unsigned tag)
{
	return table_get(&config->dns, tag);
}

struct config_ephone *config_ephone_get(const struct config *config, unsigned tag)
{
	return table_get(&config->ephones, tag);
}

struct config_profile *config_logout_profile_get(const struct config *config, unsigned tag)
{
	return table_get(&config->logout_profiles, tag);
}

struct config_profile *config_user_profile_get(const struct config *config, unsigned tag)
{
	return table_get(&config->user_profiles, tag);
}

struct config_dn *config_dn_next(const struct config *config, unsigned tag)
{
	return table_next(&config->dns, &tag);
}

struct config_ephone *config_ephone_next(const struct config *config, unsigned tag)
{
	return table_next(&config->ephones, &tag);
}

struct config_profile *config_logout_profile_next(const struct config *config, unsigned tag)
{
	return table_next(&config->logout_profiles, &tag);
}

struct config_profile *config_user_profile_next(const struct config *config, unsigned tag)
{
	return table_next(&config->user_profiles, &tag);
}

static unsigned preference_of(const struct config_dn *dn, const char *number)
{
	return strcmp(dn->number, number) == 0 ? dn->preference : dn->secondary_preference;
}

bool config_dn_before(const struct config_dn *a, const struct config_dn *b, const char *number)
{
	unsigned left = preference_of(a, number), right = preference_of(b, number);

	return left != right ? left < right : a->tag < b->tag;
}

struct config_dn *config_dn_by_number(const struct config *config, const char *number)
{
	struct config_dn *first = index_get(&config->dn_by_number, number), *dn;

	for (dn = first; dn != NULL; dn = index_next(&config->dn_by_number, number, dn))
		if (config_dn_before(dn, first, number))
			first = dn;
	return first;
}

struct config_ephone *config_ephone_by_name(const struct config *config, const char *name)
{
	return index_get(&config->ephone_by_name, name);
}

struct config_profile *config_profile_by_user(const struct config *config, const char *user)
{
	return index_get(&config->profile_by_user, user);
}

// What the DN's template says; NULL when it has none.
static const struct config_dn_settings *template_of(
	const struct config *config, const struct config_dn *dn)
{
	return dn->template == 0 ? NULL : &config->dn_templates[dn->template - 1].own;
}

static bool setting(uint8_t own, uint8_t from_template, bool otherwise)
{
	if (own == SETTING_UNSET)
		own = from_template;
	return own == SETTING_UNSET ? otherwise : own == SETTING_ON;
}

bool config_cti_watch(const struct config *config, const struct config_dn *dn)
{
	const struct config_dn_settings *template = template_of(config, dn);

	return setting(
		dn->own.cti_watch, template == NULL ? SETTING_UNSET : template->cti_watch, false);
}

bool config_cti_notify(const struct config *config, const struct config_dn *dn)
{
	const struct config_dn_settings *template = template_of(config, dn);

	return setting(
		dn->own.cti_notify, template == NULL ? SETTING_UNSET : template->cti_notify, false);
}

bool config_allow_watch(const struct config *config, const struct config_dn *dn)
{
	const struct config_dn_settings *template = template_of(config, dn);

	return setting(dn->own.allow_watch,
		template == NULL ? SETTING_UNSET : template->allow_watch, false);
}

bool config_huntstop(const struct config *config, const struct config_dn *dn)
{
	const struct config_dn_settings *template = template_of(config, dn);

	return setting(
		dn->own.huntstop, template == NULL ? SETTING_UNSET : template->huntstop, true);
}

static const struct config_forward unset;

const struct config_forward *config_forward_own(
	const struct config_dn_settings *settings, enum config_forward_kind kind)
{
	return settings->forward == NULL ? &unset : &settings->forward[kind];
}

struct config_forward *settings_forward(
	struct config_dn_settings *settings, enum config_forward_kind kind)
{
	if (settings->forward == NULL)
		settings->forward = calloc(FORWARD_KINDS, sizeof(*settings->forward));
	return settings->forward == NULL ? NULL : &settings->forward[kind];
}

const struct config_forward *config_forward_last(const struct config *config,
	const struct config_dn *dn, enum config_forward_kind kind)
{
	const struct config_dn_settings *template = template_of(config, dn);
	const struct config_forward *own = config_forward_own(&dn->own, kind);

	return own->number[0] != '\0' || template == NULL ? own
							  : config_forward_own(template, kind);
}

const struct config_forward *config_forward(
	const struct config *config, const struct config_dn *dn, enum config_forward_kind kind)
{
	bool off = config_forward_own(&dn->own, kind)->off;

	return off ? &unset : config_forward_last(config, dn, kind);
}

unsigned config_dn_channels(const struct config_dn *dn)
{
	static const uint8_t channels[] = {
		[LINE_SINGLE] = 1, [LINE_DUAL] = 2, [LINE_OCTO] = CONFIG_CHANNELS_MAX
	};

	return channels[dn->line_mode];
}

int config_forward_set(struct config_dn *dn, enum config_forward_kind kind, const char *number,
	uint32_t timeout)
{
	struct config_forward set = { .timeout = kind == FORWARD_NOAN ? timeout : 0 };
	struct config_forward *forward;

	if (strlen(number) >= sizeof(set.number))
		return -EINVAL;
	forward = settings_forward(&dn->own, kind);
	if (forward == NULL)
		return -ENOMEM;
	strcpy(set.number, number);
	*forward = set;
	return 0;
}

int config_forward_end(struct config_dn *dn, enum config_forward_kind kind)
{
	struct config_forward *forward = settings_forward(&dn->own, kind);

	if (forward == NULL)
		return -ENOMEM;
	forward->off = true;
	return 0;
}

unsigned config_forward_max_length(const struct config *config, const struct config_dn *dn)
{
	const struct config_dn_settings *template = template_of(config, dn);

	if (dn->own.has_forward_max_length)
		return dn->own.forward_max_length;
	if (template != NULL && template->has_forward_max_length)
		return template->forward_max_length;
	return CONFIG_NUMBER_SIZE - 1;
}

unsigned config_open_channels(const struct config *config, const struct config_dn *dn)
{
	const struct config_dn_settings *template = template_of(config, dn);
	unsigned channels = config_dn_channels(dn), open = dn->own.huntstop_channel;

	if (open == 0 && template != NULL)
		open = template->huntstop_channel;
	return open != 0 && open < channels ? open : channels;
}

bool config_transfers_blind(const struct config *config, const struct config_dn *dn)
{
	const struct config_dn_settings *template = template_of(config, dn);
	uint8_t system = config->telephony.transfer_system, mode = dn->own.transfer_mode;

	if (mode == TRANSFER_MODE_UNSET && template != NULL)
		mode = template->transfer_mode;
	if (mode != TRANSFER_MODE_UNSET)
		return mode == TRANSFER_MODE_BLIND;
	return system == TRANSFER_BLIND || system == TRANSFER_FULL_BLIND;
}

bool config_number_is_blind(const struct config *config, const char *number)
{
	const struct config_lines *patterns = &config->telephony.transfer_patterns;

	for (uint32_t i = 0; i < patterns->count; i++) {
		struct span rest = span_str(patterns->text[i]), pattern = text_word(&rest);

		if (text_word(&rest).n > 0 && config_pattern_matches(pattern, number))
			return true;
	}
	return false;
}

bool config_pattern_matches(struct span pattern, const char *number)
{
	size_t n = strlen(number);

	if (pattern.n > 0 && pattern.p[pattern.n - 1] == 'T') {
		pattern.n--;
		n = n < pattern.n ? n : pattern.n;
	}
	if (n != pattern.n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (pattern.p[i] != number[i] &&
			(pattern.p[i] != '.' || !isdigit((unsigned char)number[i])))
			return false;
	}
	return true;
}

uint32_t config_ephone_keepalive(const struct config *config, const struct config_ephone *ephone)
{
	return ephone->keepalive != 0 ? ephone->keepalive : config->telephony.keepalive;
}

bool config_interface_is_physical(const struct config_interface *interface)
{
	static const char *const others[] = { "Loopback", "Tunnel", "Null", "Dialer" };
	size_t n = 0;

	while (isalpha((unsigned char)interface->name[n]))
		n++;
	// Two letters are enough for IOS to know them.
	for (size_t i = 0; n >= 2 && i < sizeof(others) / sizeof(others[0]); i++)
		if (n <= strlen(others[i]) && strncasecmp(interface->name, others[i], n) == 0)
			return false;
	return strchr(interface->name, '.') == NULL;
}

bool config_interface_is_up(const struct config_interface *interface)
{
	return interface->address.family != ADDR_NONE && !interface->shutdown;
}

const struct config_interface *config_interface_at(
	const struct config *config, const struct addr *address)
{
	for (unsigned i = 0; i < config->interface_count; i++) {
		const struct config_interface *interface = &config->interfaces[i];

		if (config_interface_is_up(interface) && addr_eq(&interface->address, address))
			return interface;
	}
	return NULL;
}

static bool subnets_overlap(const struct config_interface *a, const struct config_interface *b)
{
	uint32_t both = addr_ipv4_net(&a->mask) & addr_ipv4_net(&b->mask);

	return ((addr_ipv4_net(&a->address) ^ addr_ipv4_net(&b->address)) & both) == 0;
}

const struct config_interface *config_interface_overlap(
	const struct config *config, const struct config_interface *interface, unsigned n)
{
	if (!config_interface_is_up(interface))
		return NULL;
	for (unsigned i = 0; i < n; i++) {
		const struct config_interface *other = &config->interfaces[i];

		if (other != interface && config_interface_is_up(other) &&
			subnets_overlap(interface, other))
			return other;
	}
	return NULL;
}
