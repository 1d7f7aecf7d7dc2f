// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Changing the configuration one line at a time, in IOS's manner: the line is tried in the mode in
// which the editor is, then in each mode above it. Used by the loader for a file and by the
// operator's shell. A line is done entirely or not at all.
#pragma once

#include "control/config/config.h"
#include "control/config/grammar.h"

enum { CONFIG_LINE_MAX = 1000 }; // bytes of a line

// X(enumerator, mode above it, what the prompt says)
#define CONFIG_MODES(X) \
	X(MODE_GLOBAL, MODE_GLOBAL, "config") \
	X(MODE_VOICE_SERVICE, MODE_GLOBAL, "config-voi-serv") \
	X(MODE_VOICE_SIP, MODE_VOICE_SERVICE, "config-voi-sip") \
	X(MODE_VOICE_REGISTER, MODE_GLOBAL, "voice-register-global") \
	X(MODE_SESSION_SERVER, MODE_GLOBAL, "config-register-fs") \
	X(MODE_LOGOUT_PROFILE, MODE_GLOBAL, "config-logout-profile") \
	X(MODE_USER_PROFILE, MODE_GLOBAL, "config-user-profile") \
	X(MODE_INTERFACE, MODE_GLOBAL, "config-if") \
	X(MODE_TELEPHONY, MODE_GLOBAL, "config-telephony") \
	X(MODE_DN_TEMPLATE, MODE_GLOBAL, "config-ephone-dn-template") \
	X(MODE_DN, MODE_GLOBAL, "config-ephone-dn") \
	X(MODE_EPHONE, MODE_GLOBAL, "config-ephone") \
	X(MODE_SECTION, MODE_GLOBAL, "config-section") \
	X(MODE_BANNER, MODE_GLOBAL, "config-banner")

enum config_mode {
#define X(name, above, prompt) name,
	CONFIG_MODES(X)
#undef X
		CONFIG_MODE_COUNT,
};

// Liberties of a line that were taken well, and what its author should know.
// X(enumerator, text)
#define CONFIG_NOTES(X) \
	X(NOTE_CASE, "keyword in another case") \
	X(NOTE_ABBREVIATION, "abbreviated keyword") \
	X(NOTE_SPELLING, "other spelling") \
	X(NOTE_RANGE, "below the documented minimum") \
	X(NOTE_TIME, "short time") \
	X(NOTE_INDENT, "line of a mode without indentation") \
	X(NOTE_LEVEL, "command of another level") \
	X(NOTE_NESTING, "inner mode at the indentation of the outer one") \
	X(NOTE_EMPTY_LINE, "empty line inside a mode") \
	X(NOTE_TRAILING, "blanks at the end of the line") \
	X(NOTE_WARNING, "warning")

enum config_note {
#define X(name, text) name,
	CONFIG_NOTES(X)
#undef X
		CONFIG_NOTE_KINDS,
};

const char *config_note_name(enum config_note kind);

enum edit_result {
	EDIT_DONE,
	EDIT_NOTHING, // comment or blank line
	EDIT_EXIT,    // `exit` in global mode, or `end`
	EDIT_WRONG,   // see complaint
};

struct edit_requirement;
struct head;

struct edit {
	struct config *config;
	enum config_mode mode;
	void *object;            // what the mode is about: a DN, an ephone, a profile ...
	enum config_place place; // last place written to, for lines that are kept
	// While a file is read, what a line names may come later in the file.
	bool loading;
	unsigned line_number;
	struct edit_requirement *requirements;
	unsigned requirement_count;
	// A remark about the line; `at` is the word concerned.
	void (*note)(void *ctx, enum config_note kind, struct span at, const char *text);
	// A change of a live configuration, after it is made.
	void (*touched)(void *ctx, enum touch what, unsigned tag);
	void *ctx;
	struct edit_touch *touches;
	unsigned touch_count;
	struct edit_grave *graves; // objects taken out by this line; freed after `touched`
	struct complaint complaint;
	size_t indent;                          // of the line
	size_t entry_indent[CONFIG_MODE_COUNT]; // of the line that entered each mode
	// MODE_SECTION: which lines belong to it, the indentation of its first, and whether the
	// last one opened a mode of its own.
	const struct head *section_head;
	size_t lines_indent;
	bool nested;
};

// The editor starts in global mode. -ENOMEM.
int edit_init(struct edit *edit, struct config *config);
void edit_fini(struct edit *edit);

enum edit_result edit_line(struct edit *edit, struct span text);

// One level up. False when it was in global mode.
bool edit_exit(struct edit *edit);

const char *config_mode_prompt(enum config_mode mode);
enum config_mode config_mode_above(enum config_mode mode);
// The commands of a mode, for those who show them.
const struct grammar *config_mode_grammar(enum config_mode mode);

// Goes through what lines named and was not there when they were read; `wrong` is told of each that
// still is not. After the last line of a file.
void edit_settle(struct edit *edit,
	void (*wrong)(
		void *ctx, unsigned line, unsigned column, const char *word, const char *text),
	void (*warn)(void *ctx, unsigned line, unsigned column, const char *word, const char *text),
	void *ctx);
