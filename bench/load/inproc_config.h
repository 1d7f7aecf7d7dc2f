// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The loader alone behind a door: its headers name things that the load generator names too.
#pragma once

#include "bench/site.h"

struct config;

// The site's configuration, loaded; NULL: it cannot be, and it was said why.
struct config *inproc_config(const struct site *site);
void inproc_config_free(struct config *config);
