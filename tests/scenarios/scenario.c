// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "tests/scenarios/scenario.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/scenarios/world.h"

enum { EXPECTED_MAX = 256 };

// --- files ---------------------------------------------------------------------------------------

static bool is_empty(const struct script_line *line)
{
	return line->count == 0;
}

// What must be seen is indented, what is done is not.
static bool is_view(const struct script_line *line)
{
	return line->count > 0 && line->words[0] != line->text;
}

static void words_join(const struct script_line *line, int from, char *text, size_t size)
{
	size_t n = 0;

	text[0] = '\0';
	for (int i = from; i < line->count && n < size; i++)
		n += (size_t)snprintf(
			text + n, size - n, "%s%s", i > from ? " " : "", line->words[i]);
}

static bool is_head(const struct script_line *line)
{
	return line->count > 0 && strcmp(line->words[0], "scenario") == 0;
}

static bool scenarios_find(struct scenario_file *file)
{
	const struct script *script = &file->script;

	for (int i = 0; i < script->count; i++) {
		const struct script_line *line = &script->lines[i];
		struct scenario *scenario = &file->scenarios[file->count];

		if (!is_head(line)) {
			if (file->count == 0 && !is_empty(line)) {
				fprintf(stderr, "%s:%d: before the first scenario\n", file->name,
					line->number);
				return false;
			}
			continue;
		}
		if (file->count == SCENARIOS_PER_FILE || line->count < 2) {
			fprintf(stderr, "%s:%d: too many scenarios, or one without a name\n",
				file->name, line->number);
			return false;
		}
		if (file->count > 0)
			scenario[-1].end = i;
		scenario->file = file;
		words_join(line, 1, scenario->name, sizeof(scenario->name));
		scenario->first = i + 1;
		scenario->end = script->count;
		file->count++;
	}
	return file->count > 0;
}

// The language cuts its lines into words; printing wants them whole.
static void raw_load(struct scenario_file *file, FILE *in)
{
	char text[SCRIPT_LINE_SIZE];

	file->raw = calloc((size_t)file->script.count, sizeof(file->raw[0]));
	rewind(in);
	for (int i = 0; i < file->script.count && fgets(text, sizeof(text), in) != NULL; i++)
		file->raw[i] = strdup(text);
}

bool scenario_file_load(struct scenario_file *file, const char *path)
{
	const char *slash = strrchr(path, '/');
	FILE *in = fopen(path, "r");
	int status;

	memset(file, 0, sizeof(*file));
	snprintf(file->name, sizeof(file->name), "%s", slash != NULL ? slash + 1 : path);
	if (in == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return false;
	}
	status = script_load(&file->script, in, file->name);
	if (status == 0)
		raw_load(file, in);
	fclose(in);
	return status == 0 && scenarios_find(file);
}

void scenario_file_free(struct scenario_file *file)
{
	for (int i = 0; file->raw != NULL && i < file->script.count; i++)
		free(file->raw[i]);
	free(file->raw);
	script_free(&file->script);
}

// --- what must be seen ---------------------------------------------------------------------------

struct expected {
	unsigned count;
	int numbers[EXPECTED_MAX]; // of the lines in the file
	char lines[EXPECTED_MAX][WORLD_LINE_SIZE];
};

// Phone 201 and its calls 201/1 are one subject; so are an application, and a monitor.
static size_t subject_size(const char *line)
{
	return strcspn(line, " /");
}

static bool is_about(const char *line, const char *subject, size_t n)
{
	return subject_size(line) == n && memcmp(line, subject, n) == 0;
}

// The next line about the subject in a list, from *i on; NULL at the end.
static const char *next_about(
	char (*lines)[WORLD_LINE_SIZE], unsigned count, unsigned *i, const char *subject, size_t n)
{
	while (*i < count) {
		const char *line = lines[(*i)++];

		if (is_about(line, subject, n))
			return line;
	}
	return NULL;
}

static bool subject_agrees(
	const struct expected *expected, const struct world *world, const char *subject, size_t n)
{
	unsigned i = 0, k = 0;

	for (;;) {
		const char *want = next_about(
			(char(*)[WORLD_LINE_SIZE])expected->lines, expected->count, &i, subject, n);
		const char *got = next_about(world->lines, world->line_count, &k, subject, n);

		if (want == NULL || got == NULL)
			return want == got;
		if (strcmp(want, got) != 0)
			return false;
	}
}

static void subject_differs(const struct expected *expected, const struct world *world,
	const char *subject, size_t n, FILE *report)
{
	unsigned i = 0, k = 0;
	const char *line;

	for (i = 0; i < expected->count; i++) {
		if (is_about(expected->lines[i], subject, n))
			fprintf(report, "  %d: expected  %s\n", expected->numbers[i],
				expected->lines[i]);
	}
	while ((line = next_about(world->lines, world->line_count, &k, subject, n)) != NULL)
		fprintf(report, "       got       %s\n", line);
}

static bool is_first(char (*lines)[WORLD_LINE_SIZE], unsigned at)
{
	size_t n = subject_size(lines[at]);

	for (unsigned i = 0; i < at; i++) {
		if (is_about(lines[i], lines[at], n))
			return false;
	}
	return true;
}

// All that happened since the last check, and nothing else, must be expected; in order at each
// phone, application and monitor.
static unsigned compare(const struct expected *expected, const struct world *world, FILE *report)
{
	unsigned faults = 0;

	for (unsigned i = 0; i < expected->count; i++) {
		const char *line = expected->lines[i];
		bool first = is_first((char(*)[WORLD_LINE_SIZE])expected->lines, i);

		if (first && !subject_agrees(expected, world, line, subject_size(line))) {
			subject_differs(expected, world, line, subject_size(line), report);
			faults++;
		}
	}
	for (unsigned i = 0; i < world->line_count; i++) {
		const char *line = world->lines[i];
		unsigned from = 0;

		if (!is_first(world->lines, i) ||
			next_about((char(*)[WORLD_LINE_SIZE])expected->lines, expected->count,
				&from, line, subject_size(line)) != NULL)
			continue;
		subject_differs(expected, world, line, subject_size(line), report);
		faults++;
	}
	return faults;
}

// --- playing -------------------------------------------------------------------------------------

struct play {
	const struct scenario *scenario;
	struct world *world;
	struct expected *expected;
	FILE *report;
	FILE *out;                   // where to write the scenario anew; NULL when playing
	events_elsewhere *elsewhere; // where the engine is; NULL: in here
	unsigned faults;
};

// The acts and the views after them are over.
static void step_end(struct play *play, int number)
{
	struct world *world = play->world;

	if (world->rig == NULL)
		world_begin(world);
	world_look(world);
	if (play->out != NULL) {
		for (unsigned i = 0; i < world->line_count; i++)
			fprintf(play->out, "\t%s\n", world->lines[i]);
	} else {
		unsigned faults = compare(play->expected, world, play->report);

		if (faults > 0)
			fprintf(play->report, "%s: \"%s\", before line %d\n",
				play->scenario->file->name, play->scenario->name, number);
		play->faults += faults;
	}
	world->line_count = 0;
	play->expected->count = 0;
}

static void view_add(struct play *play, const struct script_line *line)
{
	struct expected *expected = play->expected;

	assert_true(expected->count < EXPECTED_MAX);
	expected->numbers[expected->count] = line->number;
	words_join(line, 0, expected->lines[expected->count++], WORLD_LINE_SIZE);
}

static void line_play(struct play *play, const struct script_line *line)
{
	const char *wrong;

	if (is_view(line)) {
		view_add(play, line);
		return;
	}
	if (play->expected->count > 0)
		step_end(play, line->number);
	if (play->faults > 0 || is_empty(line))
		return;
	wrong = world_act(play->world, line);
	if (wrong == NULL)
		return;
	play->faults++;
	fprintf(play->report, "%s:%d: %s\n", play->scenario->file->name, line->number, wrong);
}

static unsigned scenario_run(struct play *play, const char *office)
{
	const struct scenario_file *file = play->scenario->file;
	int i;

	play->world = world_new(office, play->elsewhere);
	play->expected = calloc(1, sizeof(*play->expected));
	assert_non_null(play->expected);
	for (i = play->scenario->first; i < play->scenario->end && play->faults == 0; i++) {
		line_play(play, &file->script.lines[i]);
		if (play->out != NULL && !is_view(&file->script.lines[i]))
			fputs(file->raw[i], play->out);
	}
	if (play->faults == 0)
		step_end(play, i + 1);
	if (play->world->rig != NULL)
		world_end(play->world);
	world_free(play->world);
	free(play->expected);
	return play->faults;
}

unsigned scenario_play(const struct scenario *scenario, const char *office, FILE *report)
{
	struct play play = { .scenario = scenario, .report = report };

	return scenario_run(&play, office);
}

unsigned scenario_play_elsewhere(
	const struct scenario *scenario, const char *office, events_elsewhere *events, FILE *report)
{
	struct play play = { .scenario = scenario, .report = report, .elsewhere = events };

	return scenario_run(&play, office);
}

void scenario_config(const struct scenario *scenario, const char *office, FILE *out)
{
	struct world *world = world_new(office, NULL);

	for (int i = scenario->first; i < scenario->end; i++) {
		const struct script_line *line = &scenario->file->script.lines[i];

		if (line->count > 0 && strcmp(line->words[0], "with") == 0)
			assert_null(world_act(world, line));
	}
	fprintf(out, "%s\n", world->config);
	world_free(world);
}

unsigned scenario_file_print(const struct scenario_file *file, const char *office, FILE *out)
{
	unsigned faults = 0;

	for (int i = 0; i < file->scenarios[0].first - 1; i++)
		fputs(file->raw[i], out);
	for (unsigned i = 0; i < file->count && faults == 0; i++) {
		struct play play = {
			.scenario = &file->scenarios[i], .report = stderr, .out = out
		};

		fputs(file->raw[file->scenarios[i].first - 1], out);
		faults = scenario_run(&play, office);
	}
	return faults;
}
