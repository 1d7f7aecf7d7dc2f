// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Plays all scenarios of the folder, each a test of its own, and checks that the README's table
// names none that does not exist, and some for each row of the product's requirements.
//	scenarios FOLDER            all
//	scenarios FOLDER FILE...    those of these files
//	scenarios FOLDER --print FILE   writes the file anew with the views as they are now
// and one by its name, with an engine that runs elsewhere:
//	scenarios FOLDER --config NAME  writes the configuration that this engine must have
//	scenarios FOLDER --wire NAME ADDRESS udp|tcp [BODIES [gates]]   plays it over sockets; into
//	                                the folder BODIES goes every CSTA body that comes; gates:
//	                                it waits for a line on its input before applications come
//	                                and before they go
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/scenarios/scenario.h"
#include "tests/scenarios/wire.h"
#include "tests/unit/control/harness.h"

enum { FILES_MAX = 80, TESTS_MAX = 600, REQUIREMENTS_MAX = 100 };

static struct scenario_file files[FILES_MAX];
static unsigned file_count;
static char office[16384];
static const char *folder;

static void path_in(const char *name, char *path, size_t size)
{
	snprintf(path, size, "%s/%s", folder, name);
}

static bool text_load(const char *name, char *text, size_t size)
{
	char path[512];
	FILE *in;
	size_t n;

	path_in(name, path, sizeof(path));
	in = fopen(path, "r");
	if (in == NULL)
		return false;
	n = fread(text, 1, size - 1, in);
	text[n] = '\0';
	fclose(in);
	return n < size - 1;
}

static bool files_load(const char *pattern)
{
	char path[512];
	glob_t found;
	bool good = true;

	path_in(pattern, path, sizeof(path));
	if (glob(path, 0, NULL, &found) != 0) {
		fprintf(stderr, "%s: no scenarios\n", path);
		return false;
	}
	for (size_t i = 0; i < found.gl_pathc && file_count < FILES_MAX; i++)
		good = scenario_file_load(&files[file_count++], found.gl_pathv[i]) && good;
	globfree(&found);
	return good;
}

static void play(void **state)
{
	const struct scenario *scenario = *state;

	if (scenario_play(scenario, office, stderr) != 0)
		fail();
}

// A scenario of the folder `wrong` fails, and its file's first line tells what must be said then.
static void fails(void **state)
{
	const struct scenario *scenario = *state;
	char *wanted =
		strndup(scenario->file->raw[0] + 2, strcspn(scenario->file->raw[0] + 2, "\n"));
	char *text = NULL;
	size_t size = 0;
	FILE *report = open_memstream(&text, &size);

	assert_int_not_equal(scenario_play(scenario, office, report), 0);
	fclose(report);
	if (strstr(text, wanted) == NULL)
		fail_msg("not \"%s\" but: %s", wanted, text);
	free(text);
	free(wanted);
}

// --- the table of the README ---------------------------------------------------------------------

static const struct scenario *scenario_find(const char *name)
{
	for (unsigned i = 0; i < file_count; i++) {
		for (unsigned k = 0; k < files[i].count; k++) {
			if (strcmp(files[i].scenarios[k].name, name) == 0)
				return &files[i].scenarios[k];
		}
	}
	return NULL;
}

// The rows of the product's requirements that are about services, features and their restrictions.
static const struct {
	unsigned first;
	unsigned last;
} wanted[] = { { 23, 41 }, { 75, 80 } };

static void requirements_check(const bool *met)
{
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		for (unsigned r = wanted[i].first; r <= wanted[i].last; r++) {
			if (!met[r])
				fail_msg("no scenario is named for R%u", r);
		}
	}
}

// The first cell of a row begins with the requirement that it is about: "| R23 make call |".
static void row_meets(const char *line, bool *met)
{
	unsigned r;

	if (sscanf(line, "| R%u ", &r) == 1 && r < REQUIREMENTS_MAX)
		met[r] = true;
}

// The second cell of a row: scenarios, with semicolons between them.
static void row_check(char *line)
{
	char *cell = strstr(line + 1, "| "), *save = NULL;

	assert_non_null(cell);
	cell[strcspn(cell + 1, "|") + 1] = '\0';
	for (char *name = strtok_r(cell + 2, ";", &save); name != NULL;
		name = strtok_r(NULL, ";", &save)) {
		name += strspn(name, " ");
		while (name[strlen(name) - 1] == ' ')
			name[strlen(name) - 1] = '\0';
		if (scenario_find(name) == NULL)
			fail_msg("no scenario is called \"%s\"", name);
	}
}

static void table_names_scenarios(void **state)
{
	char path[512], line[8192];
	bool inside = false, met[REQUIREMENTS_MAX] = { false };
	FILE *in;

	(void)state;
	path_in("README.md", path, sizeof(path));
	in = fopen(path, "r");
	assert_non_null(in);
	while (fgets(line, sizeof(line), in) != NULL) {
		assert_non_null(strchr(line, '\n'));
		if (inside && line[0] == '|' && strncmp(line, "| ---", 5) != 0) {
			row_check(line);
			row_meets(line, met);
		}
		inside = line[0] == '|' && (inside || strncmp(line, "| Behaviour ", 12) == 0);
	}
	fclose(in);
	requirements_check(met);
}

// --- all of them ---------------------------------------------------------------------------------

static int print_file(const char *name)
{
	if (!files_load(name))
		return 1;
	return scenario_file_print(&files[0], office, stdout) == 0 ? 0 : 1;
}

static const struct scenario *scenario_named(const char *name)
{
	const struct scenario *scenario = files_load("*.txt") ? scenario_find(name) : NULL;

	if (scenario == NULL)
		fprintf(stderr, "no scenario is called \"%s\"\n", name);
	return scenario;
}

static int print_config(const char *name)
{
	const struct scenario *scenario = scenario_named(name);

	if (scenario == NULL)
		return 1;
	scenario_config(scenario, office, stdout);
	return 0;
}

static void play_over_wire(void **state)
{
	if (scenario_play_elsewhere(*state, office, wire_event, stderr) != 0)
		fail();
}

static int play_elsewhere(char *const *args, int count)
{
	const struct scenario *scenario = scenario_named(args[0]);
	struct wire_options options = {
		.server = args[1],
		.udp = strcmp(args[2], "udp") == 0,
		.gates = count > 4 && strcmp(args[4], "gates") == 0,
		.bodies = count > 3 ? args[3] : NULL,
	};
	struct CMUnitTest test = { args[0], play_over_wire, NULL, NULL, (void *)scenario };
	int status;

	if (scenario == NULL)
		return 1;
	wire_open(&options);
	status = _cmocka_run_group_tests("scenarios over sockets", &test, 1, NULL, NULL);
	wire_close();
	return status;
}

static unsigned tests_add(struct CMUnitTest *tests, unsigned from, CMUnitTestFunction function)
{
	unsigned n = 0;

	for (unsigned i = from; i < file_count; i++) {
		for (unsigned k = 0; k < files[i].count; k++)
			tests[n++] = (struct CMUnitTest){ files[i].scenarios[k].name, function,
				NULL, NULL, &files[i].scenarios[k] };
	}
	return n;
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[TESTS_MAX];
	unsigned count = 0, good;
	int status;

	if (argc < 2)
		return 2;
	folder = argv[1];
	if (!text_load("office.cfg", office, sizeof(office)))
		return 2;
	if (argc == 4 && strcmp(argv[2], "--print") == 0)
		return print_file(argv[3]);
	if (argc == 4 && strcmp(argv[2], "--config") == 0)
		return print_config(argv[3]);
	if (argc >= 6 && strcmp(argv[2], "--wire") == 0)
		return play_elsewhere(argv + 3, argc - 3);
	for (int i = 2; i < argc; i++) {
		if (!files_load(argv[i]))
			return 1;
	}
	if (argc == 2 && !files_load("*.txt"))
		return 1;
	count = tests_add(tests, 0, play);
	if (argc == 2) {
		tests[count++] = (struct CMUnitTest)cmocka_unit_test(table_names_scenarios);
		good = file_count;
		if (!files_load("wrong/*.txt"))
			return 1;
		count += tests_add(tests + count, good, fails);
	}
	status = _cmocka_run_group_tests("scenarios", tests, count, NULL, NULL);
	for (unsigned i = 0; i < file_count; i++)
		scenario_file_free(&files[i]);
	return status;
}
