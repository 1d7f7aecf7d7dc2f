// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/config/write.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control/config/command.h"
#include "control/config/sheet.h"

// A kept line that a reader would take for one of the mode or section before it: first it must
// leave.
static void leave_modes(struct sheet *sheet, const char *head)
{
	if (sheet->section != NULL) {
		if (section_takes(sheet->section, span_str(head)))
			fputs("exit\n", sheet->out);
		return;
	}
	if (!mode_takes(sheet->mode, span_str(head)))
		return;
	for (; sheet->mode != MODE_GLOBAL; sheet->mode = config_mode_above(sheet->mode))
		fputs("exit\n", sheet->out);
}

static void write_sections(const struct config_sections *sections, struct sheet *sheet)
{
	for (unsigned i = 0; i < sections->count; i++) {
		const struct config_section *section = &sections->section[i];

		leave_modes(sheet, section->head);
		fprintf(sheet->out, "%s\n", section->head);
		sheet->mode = MODE_GLOBAL;
		sheet->section = section->lines.count == 0 ? section->head : NULL;
		write_lines(sheet->out, section->verbatim ? "" : " ", &section->lines);
		sheet->loose = section->lines.count == 0;
		if (!sheet->loose)
			fputs("!\n", sheet->out);
	}
}

// --- voice ---------------------------------------------------------------------------------------

static void write_voice_service(const struct config *config, struct sheet *sheet)
{
	const struct config_voice_service *service = &config->voice_service;
	FILE *out;

	if (!service->present)
		return;
	out = object_begin(sheet, service->sip_present ? MODE_VOICE_SIP : MODE_VOICE_SERVICE);
	fputs("voice service voip\n", out);
	write_flag(out, service->gcid, "gcid");
	write_flag(out, service->callmonitor, "callmonitor");
	write_flag(out, service->allow_h323_to_h323, "allow-connections h323 to h323");
	write_flag(out, service->allow_h323_to_sip, "allow-connections h323 to sip");
	write_flag(out, service->allow_sip_to_h323, "allow-connections sip to h323");
	write_flag(out, service->allow_sip_to_sip, "allow-connections sip to sip");
	write_flag(out, !service->handle_replaces, "no supplementary-service sip handle-replaces");
	write_flag(
		out, !service->moved_temporarily, "no supplementary-service sip moved-temporarily");
	write_flag(out, !service->refer, "no supplementary-service sip refer");
	write_flag(out, !service->cti_shutdown, "no cti shutdown");
	write_flag(out, service->cti_basic_mode, "cti csta mode basic");
	write_flag(out, service->suppress_conversion, "cti message device-id suppress-conversion");
	write_number(out, "cti timeout make-call-prompt", service->make_call_prompt, 0);
	write_lines(out, " ", &service->kept);
	if (service->sip_present) {
		const struct config_registrar *registrar = &service->registrar;

		fputs(" sip\n", out);
		write_lines(out, "  ", &service->sip_kept);
		if (registrar->on && registrar->max == 3600 && registrar->min == 60)
			fputs("  registrar server\n", out);
		else if (registrar->on)
			fprintf(out, "  registrar server expires max %u min %u\n", registrar->max,
				registrar->min);
	}
	fputs("!\n", out);
}

static void write_voice_register(const struct config *config, struct sheet *sheet)
{
	static const char *const modes[] = { NULL, "cme", "cme-app", "esrst" };
	const struct config_voice_register *reg = &config->voice_register;
	char address[ADDR_TEXT_SIZE];
	FILE *out;

	if (!reg->present)
		return;
	out = object_begin(sheet, MODE_VOICE_REGISTER);
	fputs("voice register global\n", out);
	write_text(out, "mode", modes[reg->mode]);
	if (reg->source.addr.family != ADDR_NONE) {
		fprintf(out, " source-address %s port %u", addr_text(&reg->source.addr, address),
			reg->source.port);
		if (reg->secondary.family != ADDR_NONE)
			fprintf(out, " secondary %s", addr_text(&reg->secondary, address));
		fputc('\n', out);
	}
	write_number(out, "keepalive", reg->keepalive, 120);
	write_lines(out, " ", &reg->kept);
	fputs("!\n", out);
}

static void write_session_servers(const struct config *config, struct sheet *sheet)
{
	for (unsigned i = 0; i < CONFIG_SESSION_SERVERS; i++) {
		const struct config_session_server *server = &config->session_servers[i];
		FILE *out;

		if (!server->present)
			continue;
		out = object_begin(sheet, MODE_SESSION_SERVER);
		fprintf(out, "voice register session-server %u\n", i + 1);
		write_number(out, "keepalive", server->keepalive, 300);
		write_text(out, "register-id", server->register_id);
		write_flag(out, server->cti_aware, "cti-aware");
		write_lines(out, " ", &server->kept);
		fputs("!\n", out);
	}
}

// --- profiles ------------------------------------------------------------------------------------

static const char *const number_types[] = {
#define X(name, keyword, separator) keyword,
	CONFIG_NUMBER_TYPES(X)
#undef X
};

static void write_profile(const struct config_profile *profile, FILE *out)
{
	fprintf(out, "voice %s-profile %u\n", profile->is_user ? "user" : "logout", profile->tag);
	if (profile->user[0] != '\0')
		fprintf(out, " user %s password %s\n", profile->user, profile->password);
	write_text(out, "pin", profile->pin);
	write_number(out, "max-idle-time", profile->max_idle_min, 0);
	write_flag(out, profile->privacy_button, "privacy-button");
	for (unsigned i = 0; i < profile->number_count; i++) {
		const struct config_profile_number *number = &profile->numbers[i];

		fputs(" number ", out);
		for (unsigned n = 0; n < number->count; n++)
			fprintf(out, "%s%s", n == 0 ? "" : ",", number->numbers[n]);
		fprintf(out, " type %s\n", number_types[number->type]);
	}
	write_lines(out, " ", &profile->kept);
	fputs("!\n", out);
}

static void write_logout_profiles(const struct config *config, struct sheet *sheet)
{
	const struct config_profile *profile;

	for (unsigned tag = 0; (profile = config_logout_profile_next(config, tag)) != NULL;
		tag = profile->tag)
		write_profile(profile, object_begin(sheet, MODE_LOGOUT_PROFILE));
}

static void write_user_profiles(const struct config *config, struct sheet *sheet)
{
	const struct config_profile *profile;

	for (unsigned tag = 0; (profile = config_user_profile_next(config, tag)) != NULL;
		tag = profile->tag)
		write_profile(profile, object_begin(sheet, MODE_USER_PROFILE));
}

// --- the router ----------------------------------------------------------------------------------

static void write_hostname(const struct config *config, struct sheet *sheet)
{
	if (config->hostname[0] != '\0')
		fprintf(object_begin(sheet, MODE_GLOBAL), "hostname %s\n!\n", config->hostname);
}

static void write_secret(FILE *out, const char *word, const struct config_secret *secret)
{
	// The type of a plain text may be left out, unless it begins like one.
	bool bare = secret->type == SECRET_PLAIN && secret->text != NULL &&
		    (secret->text[0] < '0' || secret->text[0] > '9');

	if (secret->text != NULL && bare)
		fprintf(out, "enable %s %s\n", word, secret->text);
	else if (secret->text != NULL)
		fprintf(out, "enable %s %d %s\n", word, secret->type, secret->text);
}

static void write_enable(const struct config *config, struct sheet *sheet)
{
	FILE *out;

	if (config_enable_secret(config) == NULL)
		return;
	out = object_begin(sheet, MODE_GLOBAL);
	write_secret(out, "secret", &config->enable_secret);
	write_secret(out, "password", &config->enable_password);
	fputs("!\n", out);
}

// Another address than ours, which is kept as it was written.
static bool has_kept_address(const struct config_interface *interface)
{
	for (unsigned i = 0; i < interface->kept.count; i++)
		if (is_start_of(SPAN("ip address"), span_str(interface->kept.text[i])))
			return true;
	return false;
}

static void write_interfaces(const struct config *config, struct sheet *sheet)
{
	char address[ADDR_TEXT_SIZE], mask[ADDR_TEXT_SIZE];

	for (unsigned i = 0; i < config->interface_count; i++) {
		const struct config_interface *interface = &config->interfaces[i];
		FILE *out = object_begin(sheet, MODE_INTERFACE);

		fprintf(out, "interface %s\n", interface->name);
		if (interface->address.family == ADDR_NONE && !has_kept_address(interface))
			fputs(" no ip address\n", out);
		else if (interface->address.family != ADDR_NONE)
			fprintf(out, " ip address %s %s\n", addr_text(&interface->address, address),
				addr_text(&interface->mask, mask));
		write_number(out, "mtu", interface->mtu, 0);
		write_number(out, "ip mtu", interface->ip_mtu, 0);
		write_flag(out, interface->shutdown, "shutdown");
		write_lines(out, " ", &interface->kept);
		fputs("!\n", out);
	}
}

static void write_route(const struct config_route *route, FILE *out)
{
	char text[ADDR_TEXT_SIZE];

	fprintf(out, "ip route %s", addr_text(&route->network, text));
	fprintf(out, " %s", addr_text(&route->mask, text));
	if (route->interface[0] != '\0')
		fprintf(out, " %s", route->interface);
	if (route->gateway.family != ADDR_NONE)
		fprintf(out, " %s", addr_text(&route->gateway, text));
	if (route->distance != 0)
		fprintf(out, " %u", route->distance);
	if (route->tag != 0)
		fprintf(out, " tag %u", route->tag);
	if (route->name[0] != '\0')
		fprintf(out, " name %s", route->name);
	if (route->permanent)
		fputs(" permanent", out);
	if (route->track != 0)
		fprintf(out, " track %u", route->track);
	fputc('\n', out);
}

static void write_routes(const struct config *config, struct sheet *sheet)
{
	for (unsigned i = 0; i < config->route_count; i++)
		write_route(&config->routes[i], object_begin(sheet, MODE_GLOBAL));
	if (config->route_count > 0)
		fputs("!\n", sheet->out);
}

// --- all of it -----------------------------------------------------------------------------------

static void (*const writers[PLACES])(const struct config *config, struct sheet *sheet) = {
	[PLACE_HOSTNAME] = write_hostname,
	[PLACE_ENABLE] = write_enable,
	[PLACE_VOICE_SERVICE] = write_voice_service,
	[PLACE_VOICE_REGISTER] = write_voice_register,
	[PLACE_SESSION_SERVER] = write_session_servers,
	[PLACE_LOGOUT_PROFILE] = write_logout_profiles,
	[PLACE_USER_PROFILE] = write_user_profiles,
	[PLACE_INTERFACE] = write_interfaces,
	[PLACE_ROUTE] = write_routes,
	[PLACE_TELEPHONY] = write_telephony,
	[PLACE_DN_TEMPLATE] = write_dn_templates,
	[PLACE_DN] = write_dns,
	[PLACE_EPHONE] = write_ephones,
};

void config_write(const struct config *config, FILE *out)
{
	struct sheet sheet = { .out = out };

	fputs("!\n", out);
	for (unsigned place = 0; place < PLACES; place++) {
		if (writers[place] != NULL)
			writers[place](config, &sheet);
		write_sections(&config->kept[place], &sheet);
	}
	fputs("end\n", object_begin(&sheet, MODE_GLOBAL));
}

void config_write_telephony(const struct config *config, FILE *out)
{
	write_telephony(config, &(struct sheet){ .out = out });
}

// The directory must be written too, or the new name may be lost with the power.
static int sync_directory(const char *path)
{
	char copy[PATH_MAX];
	int fd, error = 0;

	snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fsync(fd) < 0)
		error = -errno;
	close(fd);
	return error;
}

static int write_and_sync(const struct config *config, int fd)
{
	FILE *out = fdopen(fd, "w");
	int error = 0;

	if (out == NULL) {
		error = -errno;
		close(fd);
		return error;
	}
	config_write(config, out);
	if (fflush(out) != 0 || ferror(out) || fsync(fd) < 0)
		error = errno != 0 ? -errno : -EIO;
	if (fclose(out) != 0 && error == 0)
		error = -errno;
	return error;
}

int config_save(const struct config *config, const char *path)
{
	char temporary[PATH_MAX];
	struct stat st;
	int fd, error;

	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= (int)sizeof(temporary))
		return -ENAMETOOLONG;
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (stat(path, &st) == 0 && fchmod(fd, st.st_mode & 0777) < 0) {
		error = -errno;
		close(fd);
	} else {
		error = write_and_sync(config, fd);
	}
	if (error == 0 && rename(temporary, path) < 0)
		error = -errno;
	if (error < 0) {
		unlink(temporary);
		return error;
	}
	return sync_directory(path);
}
