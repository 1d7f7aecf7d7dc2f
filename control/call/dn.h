// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// How directory numbers come and go; what they are is in control/engine.h.
#pragma once

#include "control/engine.h"

// Brings the DN of this tag in line with the configuration. 0 or -ENOMEM.
int dn_changed(struct engine *engine, unsigned tag);

// Nothing may point to it any more.
void dn_free(struct dn *dn);
