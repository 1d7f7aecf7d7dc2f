// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#pragma once

struct config;

// A configuration as an operator would write it; NULL, with the wrong lines on stderr.
struct config *config_of_text(const char *text);
