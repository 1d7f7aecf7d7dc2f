// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// offhook-phone: simulated Skinny phones, told by a script what to do and what to expect.
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "bench/address.h"
#include "bench/phone.h"
#include "bench/script.h"

static const char usage[] =
	"usage: offhook-phone [-q] [-t SECONDS] -s ADDRESS[:PORT] [SCRIPT]\n"
	"Runs Skinny phones by the commands of SCRIPT (standard input when there is none):\n"
	"  phone NAME DEVICE [MODEL [VERSION]]  one phone: DEVICE is SEP and 12 hex digits, MODEL 7960\n"
	"  phones NAME COUNT DEVICE [MODEL]     NAME1, NAME2 ...: device names count up from DEVICE\n"
	"  register NAME|all                    register and wait until in service\n"
	"  rejected NAME                        register and expect RegisterReject\n"
	"  NAME offhook|onhook|answer|drop|unregister\n"
	"  NAME key KEY                         soft key: NewCall EndCall Answer Hold Resume Redial BackSpace\n"
	"  NAME line N                          line button N\n"
	"  NAME dial DIGITS | enbloc NUMBER\n"
	"  NAME auto on|off                     answer incoming calls by itself\n"
	"  NAME expect WORD ...                 wait for a message whose text has all the words\n"
	"  NAME forget                          forget what was seen so far\n"
	"  sleep MS | serve SECONDS\n"
	"  repeat N ... end\n"
	"Options: -q print no messages; -t give up waiting after so many seconds (5).\n"
	"Exit status: 0 all went as the script said, 1 not, 2 usage or script error.\n";

struct run {
	struct sockaddr_in server;
	struct sim_phone *phones;
	uint32_t count;
	int timeout_ms;
	const struct script_line *line;
};

static struct run run = { .timeout_ms = 5000 };

static bool fail(const char *what)
{
	fprintf(stderr, "line %d:", run.line->number);
	for (int i = 0; i < run.line->count; i++)
		fprintf(stderr, " %s", run.line->words[i]);
	fprintf(stderr, ": %s\n", what);
	return false;
}

static struct sim_phone *phone_find(const char *name)
{
	for (uint32_t i = 0; i < run.count; i++) {
		if (strcmp(run.phones[i].name, name) == 0)
			return &run.phones[i];
	}
	return NULL;
}

// The device type of a model's name, as in "7961"; a number that is no model is taken as the type itself.
static uint32_t model_type(const char *model)
{
	enum { TYPE_MAX = 90000 };

	for (uint32_t type = 1; type < TYPE_MAX; type++) {
		const char *name = sccp_enum_name(SCCP_NAMES_device, type);

		if (name != NULL && strcmp(name, model) == 0)
			return type;
	}
	return (uint32_t)strtoul(model, NULL, 10);
}

static bool add_phone(const char *name, const char *device, uint32_t type, uint8_t version)
{
	struct sim_phone *phones = realloc(run.phones, (run.count + 1) * sizeof(*phones));
	struct sim_phone *phone;

	if (phones == NULL)
		return fail("out of memory");
	run.phones = phones;
	phone = &phones[run.count++];
	memset(phone, 0, sizeof(*phone));
	phone->source.fd = -1;
	snprintf(phone->name, sizeof(phone->name), "%s", name);
	snprintf(phone->device, sizeof(phone->device), "%s", device);
	phone->type = type;
	phone->version = version;
	phone->rtp_port = (uint16_t)(16384 + 2 * (run.count % 8192));
	return true;
}

// --- commands -----------------------------------------------------------------------------------------

static bool cmd_phone(int count, char *const *words)
{
	if (count < 3)
		return fail("wants a name and a device");
	for (uint32_t i = 0; i < run.count; i++) {
		if (run.phones[i].source.fd >= 0)
			return fail("define all phones before the first registers");
	}
	return add_phone(words[1], words[2], model_type(count > 3 ? words[3] : "7960"),
		(uint8_t)(count > 4 ? atoi(words[4]) : 11));
}

static bool cmd_phones(int count, char *const *words)
{
	unsigned long long mac;
	uint32_t n, type = model_type(count > 4 ? words[4] : "7960");

	if (count < 4 || !span_u32(span_str(words[2]), &n) || sscanf(words[3], "SEP%12llx", &mac) != 1)
		return fail("wants a name, a count and a first device");
	for (uint32_t i = 0; i < n; i++) {
		char name[24], device[17];

		snprintf(name, sizeof(name), "%.8s%u", words[1], i + 1);
		snprintf(device, sizeof(device), "SEP%012llX", (mac + i) & 0xffffffffffff);
		if (!add_phone(name, device, type, 11))
			return false;
	}
	return true;
}

static bool none_registering(void *arg)
{
	(void)arg;
	for (uint32_t i = 0; i < run.count; i++) {
		if (run.phones[i].step == PHONE_REGISTERING)
			return false;
	}
	return true;
}

// All connect at the same time, as phones do when the power is back.
static bool register_phones(struct sim_phone *only, enum phone_step wanted)
{
	for (uint32_t i = 0; i < run.count; i++) {
		if (only != NULL && only != &run.phones[i])
			continue;
		if (phone_connect(&run.phones[i], &run.server) != 0)
			return fail("cannot connect");
	}
	for (uint32_t i = 0; i < run.count; i++) {
		if (only != NULL && only != &run.phones[i])
			continue;
		if (phone_register(&run.phones[i]) != 0)
			return fail("cannot register");
	}
	if (!loop_run(none_registering, NULL, run.timeout_ms))
		return fail("registration did not end");
	for (uint32_t i = 0; i < run.count; i++) {
		if ((only == NULL || only == &run.phones[i]) && run.phones[i].step != wanted)
			return fail(wanted == PHONE_REGISTERED ? "not registered" : "not rejected");
	}
	return true;
}

static bool cmd_register(int count, char *const *words)
{
	struct sim_phone *phone = count == 2 ? phone_find(words[1]) : NULL;

	if (count != 2 || (phone == NULL && strcmp(words[1], "all") != 0))
		return fail("no such phone");
	return register_phones(phone, PHONE_REGISTERED);
}

static bool cmd_rejected(int count, char *const *words)
{
	struct sim_phone *phone = count == 2 ? phone_find(words[1]) : NULL;

	return phone != NULL ? register_phones(phone, PHONE_REJECTED) : fail("no such phone");
}

static bool cmd_sleep(int count, char *const *words)
{
	loop_sleep(count == 2 ? atoi(words[1]) : 0);
	return true;
}

static bool cmd_serve(int count, char *const *words)
{
	loop_sleep(count == 2 ? atoi(words[1]) * 1000 : 0);
	return true;
}

struct expectation {
	struct sim_phone *phone;
	char *const *words;
	int count;
};

static bool is_seen(void *arg)
{
	const struct expectation *e = arg;

	return phone_seen(e->phone, e->words, e->count);
}

static bool key_press(struct sim_phone *phone, const char *name)
{
	for (uint32_t key = 1; key < 32; key++) {
		const char *text = sccp_enum_name(SCCP_NAMES_softkey, key);

		if (text != NULL && strcasecmp(text, name) == 0) {
			phone_soft_key(phone, key);
			return true;
		}
	}
	return fail("no such key");
}

static bool phone_command(struct sim_phone *phone, int count, char *const *words)
{
	const char *verb = words[1];
	const char *arg = count > 2 ? words[2] : "";
	struct expectation expectation = { phone, words + 2, count - 2 };

	if (strcmp(verb, "expect") == 0)
		return loop_run(is_seen, &expectation, run.timeout_ms) || fail("was not shown");
	if (strcmp(verb, "key") == 0)
		return key_press(phone, arg);
	if (strcmp(verb, "dial") == 0)
		return phone_dial(phone, arg) || fail("no such key");
	if (strcmp(verb, "offhook") == 0 || strcmp(verb, "answer") == 0)
		phone_off_hook(phone);
	else if (strcmp(verb, "onhook") == 0)
		phone_on_hook(phone);
	else if (strcmp(verb, "line") == 0)
		phone_line_key(phone, (uint32_t)atoi(arg));
	else if (strcmp(verb, "enbloc") == 0)
		phone_enbloc(phone, arg);
	else if (strcmp(verb, "auto") == 0)
		phone->auto_answer = strcmp(arg, "on") == 0;
	else if (strcmp(verb, "unregister") == 0)
		phone_unregister(phone);
	else if (strcmp(verb, "drop") == 0)
		phone_drop(phone);
	else if (strcmp(verb, "forget") == 0)
		phone->seen_count = 0;
	else
		return fail("no such command");
	return true;
}

static bool run_line(const struct script_line *line)
{
	static const struct {
		const char *word;
		bool (*run)(int count, char *const *words);
	} commands[] = {
		{ "phone", cmd_phone }, { "phones", cmd_phones }, { "register", cmd_register },
		{ "rejected", cmd_rejected }, { "sleep", cmd_sleep }, { "serve", cmd_serve },
	};
	struct sim_phone *phone;

	run.line = line;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].word, line->words[0]) == 0)
			return commands[i].run(line->count, line->words);
	}
	phone = phone_find(line->words[0]);
	if (phone == NULL || line->count < 2)
		return fail("no such phone or command");
	return phone_command(phone, line->count, line->words);
}

static void tick(uint64_t now_us)
{
	for (uint32_t i = 0; i < run.count; i++)
		phone_tick(&run.phones[i], now_us);
}

static int run_script(FILE *file, const char *name)
{
	const struct script_line *line;
	struct script script;
	int status = 0;

	if (script_load(&script, file, name) != 0)
		return 2;
	loop_on_tick(tick);
	while (status == 0 && (line = script_next(&script)) != NULL)
		status = run_line(line) ? 0 : 1;
	for (uint32_t i = 0; i < run.count; i++)
		phone_drop(&run.phones[i]);
	free(run.phones);
	script_free(&script);
	return status;
}

int main(int argc, char **argv)
{
	bool have_server = false;
	FILE *file = stdin;
	int option;
	int status;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((option = getopt(argc, argv, "qt:s:h")) != -1) {
		if (option == 'q')
			phone_verbose = false;
		else if (option == 't')
			run.timeout_ms = atoi(optarg) * 1000;
		else if (option == 's')
			have_server = address_parse(optarg, SCCP_PORT, &run.server);
		else
			break;
	}
	if (option != -1 || !have_server || argc - optind > 1) {
		fputs(usage, option == 'h' ? stdout : stderr);
		return option == 'h' ? 0 : 2;
	}
	if (optind < argc && (file = fopen(argv[optind], "r")) == NULL) {
		perror(argv[optind]);
		return 2;
	}
	status = run_script(file, optind < argc ? argv[optind] : "stdin");
	if (file != stdin)
		fclose(file);
	return status;
}
