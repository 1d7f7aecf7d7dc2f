// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/vty/debug.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "control/vty/controls.h"

enum {
	STAMP_SIZE = 32,
	MARK_SIZE = 32, // "lost N" and its end
};

uint32_t debug_wanted;
static struct debug_sink *sinks;

static const char *const groups[] = {
#define X(name, group, word, title, prefix, help) group,
	DEBUG_CATEGORIES(X)
#undef X
};

static const char *const words[] = {
#define X(name, group, word, title, prefix, help) word,
	DEBUG_CATEGORIES(X)
#undef X
};

static const char *const titles[] = {
#define X(name, group, word, title, prefix, help) title,
	DEBUG_CATEGORIES(X)
#undef X
};

static const char *const prefixes[] = {
#define X(name, group, word, title, prefix, help) prefix,
	DEBUG_CATEGORIES(X)
#undef X
};

static const char *const helps[] = {
#define X(name, group, word, title, prefix, help) help,
	DEBUG_CATEGORIES(X)
#undef X
};

const char *debug_category_group(enum debug_category category)
{
	return groups[category];
}

const char *debug_category_word(enum debug_category category)
{
	return words[category];
}

const char *debug_category_title(enum debug_category category)
{
	return titles[category];
}

const char *debug_category_help(enum debug_category category)
{
	return helps[category];
}

static void recount(void)
{
	debug_wanted = 0;
	for (const struct debug_sink *sink = sinks; sink != NULL; sink = sink->next)
		debug_wanted |= sink->wanted;
}

void debug_sink_add(struct debug_sink *sink, void (*ready)(void *ctx), void *ctx)
{
	*sink = (struct debug_sink){ .next = sinks, .ready = ready, .ctx = ctx };
	sinks = sink;
}

void debug_sink_del(struct debug_sink *sink)
{
	struct debug_sink **at = &sinks;

	while (*at != NULL && *at != sink)
		at = &(*at)->next;
	if (*at != NULL)
		*at = sink->next;
	free(sink->buffer);
	sink->buffer = NULL;
	recount();
}

int debug_sink_want(struct debug_sink *sink, uint32_t wanted)
{
	if (wanted != 0 && sink->buffer == NULL) {
		sink->buffer = malloc(DEBUG_BUFFER_SIZE);
		if (sink->buffer == NULL)
			return -ENOMEM;
	}
	sink->wanted = wanted;
	recount();
	return 0;
}

static uint32_t sink_room(const struct debug_sink *sink)
{
	return DEBUG_BUFFER_SIZE - (sink->head - sink->tail);
}

static void sink_put(struct debug_sink *sink, const char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		sink->buffer[(sink->head + i) % DEBUG_BUFFER_SIZE] = bytes[i];
	sink->head += (uint32_t)count;
}

static void sink_line(struct debug_sink *sink, const char *line, size_t size)
{
	char mark[MARK_SIZE];
	int marked = 0;

	if (sink->lost > 0)
		marked = snprintf(
			mark, sizeof(mark), "lost %llu\r\n", (unsigned long long)sink->lost);
	if (sink_room(sink) < size + (size_t)marked) {
		sink->lost++;
		return;
	}
	sink_put(sink, mark, (size_t)marked);
	sink_put(sink, line, size);
	sink->lost = 0;
	sink->ready(sink->ctx);
}

// Mon DD HH:MM:SS.mmm
static void stamp_print(char text[STAMP_SIZE])
{
	struct timespec now;
	struct tm tm;
	size_t used;

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	used = strftime(text, STAMP_SIZE, "%b %e %H:%M:%S", &tm);
	snprintf(text + used, STAMP_SIZE - used, ".%03ld", now.tv_nsec / 1000000);
}

void debug_write(enum debug_category category, const char *format, ...)
{
	char line[DEBUG_LINE_SIZE], stamp[STAMP_SIZE];
	size_t room = sizeof(line) - 2, used; // two for the end of the line
	va_list list;
	int printed;

	stamp_print(stamp);
	used = (size_t)snprintf(line, room, "%s: %s: ", stamp, prefixes[category]);
	va_start(list, format);
	printed = vsnprintf(line + used, room - used, format, list);
	va_end(list);
	if (printed > 0)
		used += (size_t)printed < room - used ? (size_t)printed : room - used - 1;
	controls_hide(line, used);
	memcpy(line + used, "\r\n", 2);
	for (struct debug_sink *sink = sinks; sink != NULL; sink = sink->next)
		if ((sink->wanted & 1u << category) != 0)
			sink_line(sink, line, used + 2);
}

size_t debug_sink_peek(const struct debug_sink *sink, const char **bytes)
{
	uint32_t at = sink->tail % DEBUG_BUFFER_SIZE, waiting = sink->head - sink->tail;
	uint32_t run = DEBUG_BUFFER_SIZE - at;

	if (waiting == 0)
		return 0;
	*bytes = sink->buffer + at;
	return waiting < run ? waiting : run;
}

void debug_sink_took(struct debug_sink *sink, size_t count)
{
	sink->tail += (uint32_t)count;
}
