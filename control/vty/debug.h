// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Traces that an operator switched on with `debug`, for the sessions that asked for them. Off, a
// trace costs the test of one bit.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	DEBUG_LINE_SIZE = 4096,    // longer lines are cut
	DEBUG_BUFFER_SIZE = 65536, // bytes a session may be behind; power of two
};

// X(enumerator, first word, second word, how it is called when it is switched, how its lines begin,
//   what it traces)
#define DEBUG_CATEGORIES(X) \
	X(DEBUG_CTI_CALLCONTROL, "cti", "callcontrol", "Callcontrol", "//CTI/CC", \
		"what happens to calls") \
	X(DEBUG_CTI_CORE, "cti", "core", "Core", "//CTI/CORE", \
		"services, and what became of them") \
	X(DEBUG_CTI_DMGR, "cti", "dmgr", "Dmgr", "//CTI/DMGR", \
		"devices: who they are, watched, in service, monitored") \
	X(DEBUG_CTI_LM, "cti", "lm", "Lm", "//CTI/LM", "lines and who monitors them") \
	X(DEBUG_CTI_PROTOIF, "cti", "protoif", "Protoif", "//CTI/PI", "SIP side of CTI sessions") \
	X(DEBUG_CTI_SESSION, "cti", "session", "Session", "//CTI/SM", "life of CTI sessions") \
	X(DEBUG_CTI_XML, "cti", "xml", "Xml", "//CTI/XML", "CSTA messages") \
	X(DEBUG_CTI_CALLMON, "cti", "callmon", "Callmon", "//CMM/INFO", \
		"events that monitors are told") \
	X(DEBUG_EPHONE_REGISTER, "ephone", "register", "registration", "//EPHONE/REG", \
		"registrations") \
	X(DEBUG_EPHONE_STATE, "ephone", "state", "state", "//EPHONE/STATE", "what phones show") \
	X(DEBUG_EPHONE_MESSAGE, "ephone", "message", "skinny message", "//EPHONE/MSG", \
		"messages of phones") \
	X(DEBUG_EPHONE_KEEPALIVE, "ephone", "keepalive", "keepalive", "//EPHONE/KA", "keepalives")

enum debug_category {
#define X(name, group, word, title, prefix, help) name,
	DEBUG_CATEGORIES(X)
#undef X
		DEBUG_CATEGORY_COUNT,
};

// A bit for each category that somebody wants.
extern uint32_t debug_wanted;

static inline bool debug_on(enum debug_category category)
{
	return (debug_wanted & 1u << category) != 0;
}

// The arguments are not looked at while the category is off.
#define debug_print(category, ...) \
	do { \
		if (debug_on(category)) \
			debug_write(category, __VA_ARGS__); \
	} while (0)

// One line for every session that wants the category: Mon DD HH:MM:SS.mmm: //CTI/SM: text
void debug_write(enum debug_category category, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

// --- the sessions' side --------------------------------------------------------------------------

// What one session wants, and what waits to be sent to it.
struct debug_sink {
	struct debug_sink *next;
	uint32_t wanted;
	uint32_t head;            // bytes ever put in
	uint32_t tail;            // bytes ever taken out
	uint64_t lost;            // lines, since one last fitted
	void (*ready)(void *ctx); // there is something to send
	void *ctx;
	char *buffer; // DEBUG_BUFFER_SIZE, once something was wanted
};

void debug_sink_add(struct debug_sink *sink, void (*ready)(void *ctx), void *ctx);
void debug_sink_del(struct debug_sink *sink);
// Which categories the session wants from now on. -ENOMEM.
int debug_sink_want(struct debug_sink *sink, uint32_t wanted);
// A run of bytes to send; empty when nothing waits. Then how many of them went.
size_t debug_sink_peek(const struct debug_sink *sink, const char **bytes);
void debug_sink_took(struct debug_sink *sink, size_t count);

const char *debug_category_group(enum debug_category category);
const char *debug_category_word(enum debug_category category);
// Its name where it is switched on and off.
const char *debug_category_title(enum debug_category category);
const char *debug_category_help(enum debug_category category);
