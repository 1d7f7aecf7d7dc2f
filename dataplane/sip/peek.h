// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Whose message is it? A look at a datagram that is not parsed yet, for the worker that happened to
// receive it: much cheaper than the parser, and right for every message that is written in the
// usual way. Where it sees nothing the parser will see more.
#pragma once

#include "base/handle.h"
#include "base/siphash.h"
#include "base/span.h"

struct sip_peek {
	handle_t owner;      // what the token of ours in it names, 0: there is none
	struct span call_id; // of a request without such a token; empty: not found
};

bool sip_peek_is_response(struct span beginning);

// Of a response the branch of the top Via counts (RFC 3261 18.1.2), of a request the To tag
// (12.2.2). A token that was not minted with this key counts for nothing.
struct sip_peek sip_peek(const struct siphash_key *key, struct span message);

// The same of the beginning of a datagram of ours, as ICMP quotes it, where it is the other way
// round: the branch of a request is ours, and the To tag of an answer.
struct sip_peek sip_peek_quoted(const struct siphash_key *key, struct span beginning);

// The beginning of a datagram, as ICMP quotes it: if it is a request of ours, and enough of it,
// what the branch in its top Via names (RFC 3261 8.1.1.7), else 0.
handle_t sip_peek_sent(const struct siphash_key *key, struct span beginning);
