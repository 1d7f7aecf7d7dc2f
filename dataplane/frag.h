// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Between IPv4 and reassembly (reassembly.h). Pieces are copied into memory of the table's own, so
// that a sender who never sends the rest cannot empty the port's buffers.
#pragma once

#include <stdint.h>

struct packet;
struct worker;

enum { FRAG_SWEEP_US = 1000000 };

void frag_input(struct worker *worker, struct packet *pkt);
// Gives up datagrams that waited too long. About once a second.
void frag_expire(struct worker *worker);
