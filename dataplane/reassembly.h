// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// IPv4 reassembly (RFC 791 3.2, RFC 1122 3.3.2) as a pure table: pieces and the time go in, whole
// datagrams come out. A fixed number of datagrams at a time, a part of them for one source; the
// memory of each is there from the start and takes the largest datagram in any number of pieces.
// Pieces that overlap spoil their datagram (RFC 1858 and RFC 5722 tell why); the same piece once
// more does no harm.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	REASSEMBLY_TIMEOUT_US = 5000000, // shorter than RFC 1122 suggests: it must clear soon
	REASSEMBLY_PAYLOAD_MAX = 65515,  // behind a header without options
	REASSEMBLY_HEADER_MAX = 60,
};

// What one datagram's pieces have in common; network order.
struct reassembly_key {
	uint32_t src;
	uint32_t dst;
	uint16_t id;
	uint8_t protocol;
};

struct reassembly_piece {
	struct reassembly_key key;
	const uint8_t *header; // IPv4 header with options, 20 to 60 bytes
	size_t header_n;
	const uint8_t *payload;
	size_t n;
	size_t offset; // bytes, a multiple of eight
	bool more;     // it is not the last
};

enum reassembly_verdict {
	PIECE_KEPT,     // others are missing
	PIECE_WHOLE,    // it was the last one missing
	PIECE_REPEATED, // it was here already
	PIECE_BAD,      // empty, uneven, or ends beyond 64 KiB
	PIECE_OVERLAP,  // contradicts another: the datagram is given up
	PIECE_SPOILED,  // of a datagram that was given up
};

struct reassembly_datagram;

struct reassembly {
	struct reassembly_datagram *datagrams;
	uint8_t *memory;
	uint32_t n;
	uint32_t per_source;
	uint32_t used;
	uint64_t evicted; // given up for newer ones
	uint64_t expired; // given up for their age
};

// A quarter of the datagrams, at least one, is what one source may have. Returns 0 or -ENOMEM.
int reassembly_init(struct reassembly *table, uint32_t datagrams);
void reassembly_fini(struct reassembly *table);

// On PIECE_WHOLE *whole and *n are the datagram, with its header made that of a packet that was
// never in pieces but for its checksum; valid until the next call.
enum reassembly_verdict reassembly_take(struct reassembly *table,
	const struct reassembly_piece *piece, uint64_t now_us, uint8_t **whole, size_t *n);

// Gives up what is too old. About once a second.
void reassembly_expire(struct reassembly *table, uint64_t now_us);
