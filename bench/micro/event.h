// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// CSTA messages as control hands them to a worker.
#pragma once

#include "xmlcodec/csta.h"

void event_delivered(struct csta_msg *msg);
void event_monitor_started(struct csta_msg *msg);
