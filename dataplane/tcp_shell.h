// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Between IPv4 and the TCP core (dataplane/tcp/tcp.h): packets become segments, segments become
// packets.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct packet;
struct rte_mbuf;
struct worker;

// These frames are about to be taken: what their connections need is fetched meanwhile, for all of
// them at once. At most PORT_BURST.
void tcp_shell_expect(const struct worker *worker, struct rte_mbuf *const *frames, unsigned n);

void tcp_shell_input(struct worker *worker, const struct packet *pkt);
// A router could not pass on the segment whose first eight bytes are quoted->p, from quoted->src to
// quoted->dst; mtu is what it can pass, 0 when it did not say. True when the connection's segments
// became smaller for it.
bool tcp_shell_too_long(struct worker *worker, const struct packet *quoted, uint32_t mtu);
// All segments that may go now become packets. Once a turn.
void tcp_shell_output(struct worker *worker);
// No byte and no FIN waits to be sent or acknowledged on any connection.
bool tcp_shell_drained(const struct worker *worker);
