// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What a datagram, or the beginning of a stream, is, before any parser looks at it: one compiled
// set of expressions for all workers, scanned until the first match, over the first bytes only.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataplane/sip/sip.h"
#include "xmlcodec/csta.h"

struct hs_scratch;
struct classify;

enum {
	CLASSIFY_START_BYTES = 64, // of a start line
	CLASSIFY_BODY_BYTES = 512, // of a body: the root element begins within them
	CLASSIFY_ROOT_BYTES = 96,  // of the root element: its name
	CLASSIFY_BLOCK_BYTES = 4096,
};

// X(name, expression): what may come first, besides the methods of SIP. Expressions are anchored,
// case sensitive, and look at bytes, not characters.
#define CLASSIFY_STARTS(X) \
	X(RESPONSE, "^SIP/2\\.0[ \\t]") \
	X(REQUEST_OTHER, "^[A-Za-z0-9.!%*_+`'~-]+[ \\t]+([Ss][Ii][Pp][Ss]?|[Tt][Ee][Ll]):") \
	X(PING, "^(\\r?\\n|\\x00{4})") \
	X(STUN, "^[\\x00-\\x03].{3}\\x21\\x12\\xa4\\x42") \
	X(TLS, "^[\\x14-\\x17]\\x03[\\x00-\\x04]") \
	X(HTTP, "^(GET|HEAD|POST|PUT|DELETE|CONNECT|PRI)[ \\t]+[/*]")

enum classify_start {
	CLASSIFY_NOISE,   // none of the others
	CLASSIFY_REQUEST, // a method that SIP_METHODS names
#define X(name, expression) CLASSIFY_##name,
	CLASSIFY_STARTS(X)
#undef X
		CLASSIFY_STARTS_COUNT,
};

struct classify_verdict {
	enum classify_start start;
	enum sip_method method; // of CLASSIFY_REQUEST
};

// Compiles the set, with the operator's block-list expressions. Returns 0, -EINVAL (an expression
// is wrong: `error` says which and why) or -ENOMEM.
int classify_new(struct classify **classify, const char *const *patterns, unsigned npatterns,
	char *error, size_t error_size);
void classify_free(struct classify *classify);

// The working memory of one thread. NULL when memory is short.
struct hs_scratch *classify_scratch_new(const struct classify *classify);
void classify_scratch_free(struct hs_scratch *scratch);

struct classify_verdict classify_start(
	const struct classify *classify, struct hs_scratch *scratch, const void *p, size_t n);

// The message whose root element a body begins with; CSTA_NONE when it is none of ours.
enum csta_type classify_body(
	const struct classify *classify, struct hs_scratch *scratch, const void *p, size_t n);

// Does a block-list expression match?
bool classify_blocked(
	const struct classify *classify, struct hs_scratch *scratch, const void *p, size_t n);
