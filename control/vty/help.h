// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// libosmovty's side of the shell: a node for each level and mode with every command that may be
// typed there, for `?`, completion and prompts. It is not asked to run anything: beside each such
// node stands one that takes any line as it is and gives it to shell_line().
#pragma once

#include "control/vty/shell.h"

// Builds the nodes. Once for the process. -ENOMEM.
int help_init(const struct grammar *user, const struct grammar *privileged);

// The text is borrowed: prompts show it. Empty: "offhook".
void help_hostname(const char *hostname);

int help_node(enum shell_level level, enum config_mode mode);
int help_line_node(enum shell_level level, enum config_mode mode);

// Where nothing is done but to ask for the password.
int help_password_node(void);

// Characters of the prompt; and the prompt itself.
size_t help_prompt_width(int node);
void help_prompt(struct vty *vty, int node);
