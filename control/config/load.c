// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/config/load.h"

#include <errno.h>
#include <stdlib.h>

enum {
	READ_FIRST = 64 * 1024,
	FILE_MAX = 256 << 20,
};

struct loader {
	struct edit edit;
	struct load_report *report;
	struct span line;
	unsigned banner_line;     // where the last banner began
	unsigned blank_line;      // an empty line inside a mode; 0: none
	const void *blank_object; // of that mode
};

// --- the report ----------------------------------------------------------------------------------

// Room for one more remark, as long as there are fewer than max.
static struct load_remark *remark_add(struct load_remark **list, unsigned *count, unsigned max)
{
	unsigned kept = *count < max ? *count : max;
	struct load_remark *grown;

	++*count;
	if (kept == max)
		return NULL;
	if ((kept & (kept - 1)) == 0) {
		grown = realloc(*list, (kept == 0 ? 1 : 2 * kept) * sizeof(*grown));
		if (grown == NULL) {
			--*count;
			return NULL;
		}
		*list = grown;
	}
	return &(*list)[kept];
}

static void report_error(struct load_report *report, unsigned line, unsigned column,
	struct span word, const char *reason)
{
	struct load_remark *remark =
		remark_add(&report->errors, &report->error_count, LOAD_ERRORS_MAX);

	if (remark == NULL)
		return;
	*remark = (struct load_remark){ .line = line, .column = column };
	snprintf(remark->text, sizeof(remark->text), "word '%.*s': %s",
		(int)(word.n < 60 ? word.n : 60), word.n == 0 ? "" : word.p, reason);
}

static void report_note(struct load_report *report, unsigned line, unsigned column,
	enum config_note kind, const char *text)
{
	struct load_remark *remark =
		remark_add(&report->notes, &report->note_count, LOAD_NOTES_MAX);

	if (remark == NULL)
		return;
	*remark = (struct load_remark){ .line = line, .column = column, .kind = (uint8_t)kind };
	snprintf(remark->text, sizeof(remark->text), "%s", text);
}

void load_report_fini(struct load_report *report)
{
	free(report->errors);
	free(report->notes);
	*report = (struct load_report){ 0 };
}

void load_report_errors(const struct load_report *report, FILE *out)
{
	unsigned kept =
		report->error_count < LOAD_ERRORS_MAX ? report->error_count : LOAD_ERRORS_MAX;

	for (unsigned i = 0; i < kept; i++)
		fprintf(out, "%s:%u:%u: %s\n", report->name, report->errors[i].line,
			report->errors[i].column, report->errors[i].text);
	if (report->error_count > kept)
		fprintf(out, "%s: %u more errors\n", report->name, report->error_count - kept);
}

void load_report_notes(const struct load_report *report, FILE *out)
{
	unsigned kept = report->note_count < LOAD_NOTES_MAX ? report->note_count : LOAD_NOTES_MAX;

	for (unsigned i = 0; i < kept; i++) {
		const struct load_remark *note = &report->notes[i];

		fprintf(out, "%s:%u:%u: %s%s%s\n", report->name, note->line, note->column,
			config_note_name(note->kind), note->text[0] == '\0' ? "" : ": ",
			note->text);
	}
	if (report->note_count > kept)
		fprintf(out, "%s: %u more remarks\n", report->name, report->note_count - kept);
}

// --- lines ---------------------------------------------------------------------------------------

static unsigned column_of(const struct loader *loader, struct span word)
{
	struct span text = loader->line;

	if (word.n > 0)
		return (unsigned)(word.p - text.p) + 1;
	while (text.n > 0 && span_is_blank(text.p[text.n - 1]))
		text.n--;
	return (unsigned)text.n + 1;
}

static void note(void *ctx, enum config_note kind, struct span at, const char *text)
{
	struct loader *loader = ctx;

	report_note(loader->report, loader->edit.line_number, column_of(loader, at), kind, text);
}

static void unsettled_wrong(
	void *ctx, unsigned line, unsigned column, const char *word, const char *text)
{
	struct loader *loader = ctx;

	report_error(loader->report, line, column, span_str(word), text);
}

static void unsettled_warn(
	void *ctx, unsigned line, unsigned column, const char *word, const char *text)
{
	struct loader *loader = ctx;
	char whole[LOAD_TEXT_SIZE];

	snprintf(whole, sizeof(whole), "word '%s': %s", word, text);
	report_note(loader->report, line, column, NOTE_WARNING, whole);
}

// An empty line is remarked on when the mode goes on after it.
static void note_blanks(struct loader *loader, enum edit_result result)
{
	struct span text = loader->line;
	unsigned line = loader->edit.line_number;

	if (text.n > 0 && text.p[text.n - 1] == '\r')
		text.n--;
	if (result != EDIT_NOTHING && text.n > 0 && span_is_blank(text.p[text.n - 1]))
		report_note(loader->report, line, column_of(loader, SPAN_NONE), NOTE_TRAILING, "");
	if (result == EDIT_DONE && loader->blank_line != 0 &&
		loader->edit.object == loader->blank_object)
		report_note(loader->report, loader->blank_line, 1, NOTE_EMPTY_LINE, "");
	if (result != EDIT_NOTHING) {
		loader->blank_line = 0;
	} else if (span_trim(text).n == 0 && loader->edit.mode != MODE_GLOBAL &&
		   loader->blank_line == 0) {
		loader->blank_line = line;
		loader->blank_object = loader->edit.object;
	}
}

static enum edit_result load_line(struct loader *loader, struct span text)
{
	const struct complaint *complaint = &loader->edit.complaint;
	bool in_banner = loader->edit.mode == MODE_BANNER;
	enum edit_result result;

	loader->line = text;
	loader->edit.line_number++;
	result = edit_line(&loader->edit, text);
	if (result == EDIT_WRONG)
		report_error(loader->report, loader->edit.line_number,
			column_of(loader, complaint->at), complaint->at, complaint->reason);
	if (!in_banner)
		note_blanks(loader, result);
	if (!in_banner && loader->edit.mode == MODE_BANNER)
		loader->banner_line = loader->edit.line_number;
	return result;
}

static void load_lines(struct loader *loader, struct span text)
{
	while (text.n > 0) {
		size_t end = span_find(text, '\n');

		// `exit` in global mode ends nothing: there is no session to leave.
		if (load_line(loader, span_head(text, end)) == EDIT_EXIT &&
			span_ieq(span_trim(loader->line), SPAN("end")))
			return;
		text = span_from(text, end + 1);
	}
}

static int compare_lines(const void *a, const void *b)
{
	const struct load_remark *left = a, *right = b;

	if (left->line != right->line)
		return left->line < right->line ? -1 : 1;
	return left->column < right->column ? -1 : left->column > right->column;
}

static void sort_remarks(struct load_remark *list, unsigned count, unsigned max)
{
	if (count > 0)
		qsort(list, count < max ? count : max, sizeof(*list), compare_lines);
}

struct config *config_load_text(struct span text, const char *name, struct load_report *report)
{
	struct loader loader = { .report = report };
	struct config *config = config_new();

	*report = (struct load_report){ 0 };
	snprintf(report->name, sizeof(report->name), "%s", name);
	if (config == NULL || edit_init(&loader.edit, config) < 0) {
		report_error(report, 0, 0, SPAN_NONE, "out of memory");
		config_free(config);
		return NULL;
	}
	loader.edit.loading = true;
	loader.edit.note = note;
	loader.edit.ctx = &loader;
	load_lines(&loader, text);
	if (loader.edit.mode == MODE_BANNER)
		report_error(report, loader.banner_line, 1, SPAN("banner"), "its text has no end");
	edit_settle(&loader.edit, unsettled_wrong, unsettled_warn, &loader);
	report->lines = loader.edit.line_number;
	edit_fini(&loader.edit);
	sort_remarks(report->errors, report->error_count, LOAD_ERRORS_MAX);
	sort_remarks(report->notes, report->note_count, LOAD_NOTES_MAX);
	if (report->error_count == 0)
		return config;
	config_free(config);
	return NULL;
}

// All that comes until the end, of the heap: a pipe does not say how much that is. NULL with errno.
static char *stream_read(FILE *file, size_t *size)
{
	char *text = NULL, *grown;
	size_t room = 0;

	for (*size = 0; !feof(file) && !ferror(file);) {
		if (*size == room) {
			room = room == 0 ? READ_FIRST : 2 * room;
			grown = room > FILE_MAX ? NULL : realloc(text, room);
			if (grown == NULL)
				break;
			text = grown;
		}
		*size += fread(text + *size, 1, room - *size, file);
	}
	if (feof(file) && !ferror(file))
		return text;
	if (room > FILE_MAX)
		errno = EFBIG;
	free(text);
	return NULL;
}

static char *file_read(const char *path, size_t *size)
{
	FILE *file = fopen(path, "re");
	char *text;
	int error;

	if (file == NULL)
		return NULL;
	text = stream_read(file, size);
	error = errno;
	fclose(file);
	errno = error;
	return text;
}

struct config *config_load(const char *path, struct load_report *report)
{
	size_t size = 0;
	char *text = file_read(path, &size);
	struct config *config;

	if (text == NULL) {
		int error = errno;

		*report = (struct load_report){ 0 };
		snprintf(report->name, sizeof(report->name), "%s", path);
		report_error(report, 0, 0, SPAN_NONE, strerror(error));
		return NULL;
	}
	config = config_load_text(span_of(text, size), path, report);
	free(text);
	return config;
}
