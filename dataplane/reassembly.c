// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/reassembly.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	UNIT = 8, // bytes that offsets count in
	UNITS = 65536 / UNIT,
	WORD = 64,
	HEADER_MIN = 20,
	WHOLE_MAX = 65535,
	AT_LENGTH = 2, // in an IPv4 header
	AT_FRAGMENT = 6,
	DONT_FRAGMENT = 0x40,
};

struct reassembly_datagram {
	struct reassembly_key key;
	uint64_t began_us; // 0: the place is free
	uint32_t have_n;   // payload bytes
	uint32_t total;    // payload bytes in all, 0: not known yet
	uint32_t end;      // of the farthest piece
	uint16_t header_n; // 0: the first piece is missing
	bool spoiled;
	uint8_t *bytes; // room for the largest header, then the payload at its place
	uint64_t have[UNITS / WORD];
};

int reassembly_init(struct reassembly *table, uint32_t datagrams)
{
	const size_t room = REASSEMBLY_HEADER_MAX + WHOLE_MAX + 1;

	*table = (struct reassembly){
		.n = datagrams,
		.per_source = datagrams < 4 ? 1 : datagrams / 4,
		.datagrams = calloc(datagrams, sizeof(*table->datagrams)),
		.memory = malloc(datagrams * room),
	};
	if (table->datagrams == NULL || table->memory == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < datagrams; i++)
		table->datagrams[i].bytes = table->memory + i * room;
	return 0;
}

void reassembly_fini(struct reassembly *table)
{
	free(table->datagrams);
	free(table->memory);
	table->datagrams = NULL;
	table->memory = NULL;
}

// --- the table
// --------------------------------------------------------------------------------------

static bool key_eq(const struct reassembly_key *a, const struct reassembly_key *b)
{
	return a->src == b->src && a->dst == b->dst && a->id == b->id && a->protocol == b->protocol;
}

static void datagram_free(struct reassembly *table, struct reassembly_datagram *d)
{
	d->began_us = 0;
	table->used--;
}

// Which of two goes first when one has to: what is spoiled, then what is older.
static struct reassembly_datagram *worse(
	struct reassembly_datagram *a, struct reassembly_datagram *b)
{
	if (a == NULL || b == NULL)
		return a == NULL ? b : a;
	if (a->spoiled != b->spoiled)
		return a->spoiled ? a : b;
	return b->began_us < a->began_us ? b : a;
}

// A place for a new datagram: a free one; else, and when its source has its part, another's.
static struct reassembly_datagram *place_find(
	struct reassembly *table, const struct reassembly_key *key)
{
	struct reassembly_datagram *empty = NULL, *worst = NULL, *worst_own = NULL;
	uint32_t own = 0;

	for (uint32_t i = 0; i < table->n; i++) {
		struct reassembly_datagram *d = &table->datagrams[i];

		if (d->began_us == 0) {
			empty = d;
			continue;
		}
		worst = worse(worst, d);
		if (d->key.src == key->src) {
			worst_own = worse(worst_own, d);
			own++;
		}
	}
	if (own >= table->per_source)
		empty = NULL;
	if (empty != NULL)
		return empty;
	table->evicted++;
	empty = own >= table->per_source ? worst_own : worst;
	datagram_free(table, empty);
	return empty;
}

static struct reassembly_datagram *datagram_find(
	struct reassembly *table, const struct reassembly_key *key)
{
	for (uint32_t i = 0; i < table->n; i++) {
		struct reassembly_datagram *d = &table->datagrams[i];

		if (d->began_us != 0 && key_eq(&d->key, key))
			return d;
	}
	return NULL;
}

static struct reassembly_datagram *datagram_new(
	struct reassembly *table, const struct reassembly_key *key, uint64_t now_us)
{
	struct reassembly_datagram *d = place_find(table, key);
	uint8_t *bytes = d->bytes;

	*d = (struct reassembly_datagram){ .key = *key, .began_us = now_us, .bytes = bytes };
	table->used++;
	return d;
}

void reassembly_expire(struct reassembly *table, uint64_t now_us)
{
	for (uint32_t i = 0; i < table->n; i++) {
		struct reassembly_datagram *d = &table->datagrams[i];

		if (d->began_us == 0 || now_us - d->began_us < REASSEMBLY_TIMEOUT_US)
			continue;
		table->expired += !d->spoiled;
		datagram_free(table, d);
	}
}

// --- a piece
// ----------------------------------------------------------------------------------------

static uint8_t *payload_of(const struct reassembly_datagram *d)
{
	return d->bytes + REASSEMBLY_HEADER_MAX;
}

static bool piece_good(const struct reassembly_piece *piece)
{
	return piece->n > 0 && (!piece->more || piece->n % UNIT == 0) &&
	       piece->header_n >= HEADER_MIN && piece->header_n <= REASSEMBLY_HEADER_MAX &&
	       piece->offset + piece->n + piece->header_n <= WHOLE_MAX;
}

// How many of the piece's units are here already; marks them.
static unsigned units_mark(struct reassembly_datagram *d, size_t first, size_t units)
{
	unsigned had = 0;

	for (size_t unit = first; unit < first + units; unit++) {
		uint64_t bit = (uint64_t)1 << unit % WORD;

		had += (d->have[unit / WORD] & bit) != 0;
		d->have[unit / WORD] |= bit;
	}
	return had;
}

// The end of the datagram, from the piece that is its last: no piece may lie beyond.
static bool end_agrees(struct reassembly_datagram *d, const struct reassembly_piece *piece)
{
	uint32_t end = (uint32_t)(piece->offset + piece->n);

	if (d->end < end)
		d->end = end;
	if (!piece->more) {
		if (d->total != 0 && d->total != end)
			return false;
		d->total = end;
	}
	return d->total == 0 || d->end <= d->total;
}

static void spoil(struct reassembly_datagram *d)
{
	d->spoiled = true;
}

static enum reassembly_verdict piece_put(
	struct reassembly_datagram *d, const struct reassembly_piece *piece)
{
	size_t units = (piece->n + UNIT - 1) / UNIT;
	uint8_t *at = payload_of(d) + piece->offset;
	unsigned had;

	if (!end_agrees(d, piece)) {
		spoil(d);
		return PIECE_OVERLAP;
	}
	had = units_mark(d, piece->offset / UNIT, units);
	if (had == units && memcmp(at, piece->payload, piece->n) == 0)
		return PIECE_REPEATED;
	if (had > 0) {
		spoil(d);
		return PIECE_OVERLAP;
	}
	memcpy(at, piece->payload, piece->n);
	d->have_n += (uint32_t)piece->n;
	if (piece->offset == 0) {
		d->header_n = (uint16_t)piece->header_n;
		memcpy(payload_of(d) - d->header_n, piece->header, d->header_n);
	}
	return d->total != 0 && d->have_n == d->total ? PIECE_WHOLE : PIECE_KEPT;
}

// The header of the first piece becomes that of the whole. False: with its options it is too long.
static bool whole_make(struct reassembly_datagram *d, uint8_t **whole, size_t *n)
{
	uint8_t *header = payload_of(d) - d->header_n;
	uint16_t length;

	*n = d->header_n + (size_t)d->total;
	*whole = header;
	if (*n > WHOLE_MAX)
		return false;
	length = htons((uint16_t)*n);
	memcpy(header + AT_LENGTH, &length, sizeof(length));
	header[AT_FRAGMENT] &= DONT_FRAGMENT;
	header[AT_FRAGMENT + 1] = 0;
	return true;
}

enum reassembly_verdict reassembly_take(struct reassembly *table,
	const struct reassembly_piece *piece, uint64_t now_us, uint8_t **whole, size_t *n)
{
	struct reassembly_datagram *d = datagram_find(table, &piece->key);
	enum reassembly_verdict verdict;

	if (!piece_good(piece))
		return PIECE_BAD;
	if (d == NULL)
		d = datagram_new(table, &piece->key, now_us);
	if (d->spoiled)
		return PIECE_SPOILED;
	verdict = piece_put(d, piece);
	if (verdict != PIECE_WHOLE)
		return verdict;
	datagram_free(table, d);
	return whole_make(d, whole, n) ? PIECE_WHOLE : PIECE_BAD;
}
