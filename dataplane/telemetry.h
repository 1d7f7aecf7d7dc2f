// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The workers' numbers for DPDK's tools: /offhook/worker,INDEX gives the rows as JSON, by section.
#pragma once

struct dataplane;

// The numbers shown from now on; NULL: none.
void telemetry_publish(const struct dataplane *dp);
