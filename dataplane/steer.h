// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Brings a packet to the worker where it is at home: TCP by its flow, so that one worker owns a
// connection for life; SIP datagrams by the dialog or transaction that our token in them names, new
// ones by their Call-ID, so that the many dialogs of one proxy's address are spread; what ICMP says
// about a flow to where the flow is. Everything else is served where it arrives.
#pragma once

#include <stdbool.h>

struct packet;
struct worker;

// p and n are at the IPv4 header of a whole packet that was checked. True: it went elsewhere.
bool steer_away(struct worker *worker, struct packet *pkt);
// The same of a fragment: all pieces of a datagram meet at one worker.
bool steer_piece_away(struct worker *worker, struct packet *pkt);
