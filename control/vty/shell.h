// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What an operator may type. Two levels, user and privileged, and the modes of the configuration.
// One shell for the process; at most one of its sessions configures at a time.
#pragma once

#include <stdio.h>

#include <osmocom/core/timer.h>

#include "control/config/edit.h"
#include "control/engine.h"
#include "control/vty/debug.h"
#include "control/vty/keys.h"
#include "control/vty/osmovty.h"
#include "control/watch.h"
#include "dataplane/dataplane.h"

struct shell_dataplane;

struct shell_setup {
	struct engine *engine;
	const char *config_path; // where `write` saves
	const struct dataplane *dataplane;
	const struct shell_dataplane *ops; // NULL: there is no packet engine
	const struct watch *watch;         // whether its workers go on; NULL: nobody looks
};

// The packet engine as it is shown: each as the function of dataplane.h.
struct shell_dataplane {
	unsigned (*workers)(const struct dataplane *dataplane);
	bool (*stat)(const struct dataplane *dataplane, unsigned worker, unsigned row,
		struct dataplane_stat *stat);
	unsigned (*ports)(const struct dataplane *dataplane);
	void (*port)(
		const struct dataplane *dataplane, unsigned index, struct dataplane_port *port);
	unsigned (*routes_left_out)(const struct dataplane *dataplane);
};

enum shell_level {
	LEVEL_USER,
	LEVEL_PRIVILEGED,
	LEVEL_CONFIGURE,
};

enum {
	SHELL_PASSWORD_SIZE = SECRET_PASSWORD_SIZE,
	SHELL_PASSWORD_TRIES = 3,
};

struct shell_session {
	struct telnet_connection telnet; // first: libosmovty frees it by this address
	struct debug_sink sink;
	enum shell_level level;
	bool trusted;   // root, or who runs the engine: its programs need no password
	bool batch;     // a program: no echo, no prompt, an end mark after each command
	bool leaving;   // it said exit
	bool at_prompt; // what is printed next stands beside the prompt
	struct keys keys;
	unsigned tries; // left for the password that it is asked for; 0: it is not asked
	char password[SHELL_PASSWORD_SIZE]; // what was typed of it
	size_t password_size;
	char *line; // batch: what came of the next line
	size_t line_size;
	size_t line_room;
	struct timeval heard; // when its terminal sent something last
	struct osmo_timer_list idle_timer;
};

// What a handler gets as its ctx.
struct shell_call {
	struct shell_setup *setup;
	struct shell_session *session;
	FILE *out; // '\n' ends lines
};

enum {
	EXEC_USER = 16,   // flag of a command that needs no privilege
	EXEC_HIDDEN = 32, // flag of one that help does not show
};

// Prints an error and returns -EINVAL.
int shell_fail(struct shell_call *call, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

// The commands, in the files of their subjects.
struct shell_commands {
	const struct rule *list;
	unsigned count;
};

extern const struct shell_commands shell_basic_commands;
extern const struct shell_commands shell_cti_commands;
extern const struct shell_commands shell_callmon_commands;
extern const struct shell_commands shell_phone_commands;
extern const struct shell_commands shell_call_commands;
extern const struct shell_commands shell_dataplane_commands;
extern const struct shell_commands shell_memory_commands;
extern const struct shell_commands shell_clear_commands;
extern const struct shell_commands shell_debug_commands;
extern const struct shell_commands shell_mobility_commands;

#define SHELL_COMMANDS(array) \
	{ \
		(array), sizeof(array) / sizeof((array)[0]) \
	}

// Reads the tables and gives them to libosmovty for help and completion. Once for the process;
// later calls only change what the shell works on. -ENOMEM.
int shell_init(const struct shell_setup *setup);
struct shell_setup *shell_setup_get(void);

// Does one line for the session. The output, errors included, goes to `out`. False when it is
// wrong.
bool shell_line(struct shell_session *session, struct span text, FILE *out);

// Makes the session privileged, or has it asked for the password first. False: it would have to be
// asked, and is none that can.
bool shell_enable(struct shell_session *session);
// The password was typed. What is to be said of it goes to `out`.
void shell_password(struct shell_session *session, FILE *out);

// Enters the configuration: false when another session is in it.
bool shell_configure(struct shell_session *session);
void shell_unconfigure(struct shell_session *session);
// The session is gone.
void shell_forget(struct shell_session *session);

// The nodes of libosmovty in which the session is: one shows help for what may be typed, the other
// takes a whole line as it is.
int shell_help_node(const struct shell_session *session);
int shell_line_node(const struct shell_session *session);
// Prints the prompt.
void shell_prompt(struct shell_session *session);
// One mode up. False when the session did not configure.
bool shell_up(struct shell_session *session);
