// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The operator's terminal joined to the engine's shell, which does the line editing.
#pragma once

#include <stdbool.h>

// Until either side ends. 0, or -errno when the terminal cannot be set up.
int terminal_run(int fd, bool privileged);
