// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The TCP header and its options, both ways (RFC 9293 3.1 and 3.2, RFC 7323 2.2 and 3.2, RFC 2018 2
// and 3).
#include "base/cursor.h"
#include "dataplane/tcp/tcb.h"

enum option_kind {
	OPTION_END = 0,
	OPTION_NOP = 1,
	OPTION_MSS = 2,
	OPTION_WSCALE = 3,
	OPTION_SACK_OK = 4,
	OPTION_SACK = 5,
	OPTION_TIMESTAMP = 8,
};

static void read_mss(struct reader *body, struct tcp_options *options)
{
	options->mss = reader_be16(body);
	options->present |= TCP_OPT_MSS;
}

static void read_wscale(struct reader *body, struct tcp_options *options)
{
	options->wscale = reader_u8(body);
	options->present |= TCP_OPT_WSCALE;
}

static void read_sack_ok(struct reader *body, struct tcp_options *options)
{
	(void)body;
	options->present |= TCP_OPT_SACK_OK;
}

static void read_timestamp(struct reader *body, struct tcp_options *options)
{
	options->ts_value = reader_be32(body);
	options->ts_echo = reader_be32(body);
	options->present |= TCP_OPT_TIMESTAMP;
}

static void read_sack(struct reader *body, struct tcp_options *options)
{
	options->nsacks = 0;
	while (options->nsacks < TCP_SACK_MAX && reader_left(body) >= 8) {
		struct tcp_sack *sack = &options->sacks[options->nsacks++];

		sack->left = reader_be32(body);
		sack->right = reader_be32(body);
	}
}

// The options we know. One with another length than its own is skipped like an unknown one.
static const struct option_row {
	uint8_t kind;
	uint8_t body_min;
	uint8_t body_max;
	bool syn_only;
	void (*read)(struct reader *body, struct tcp_options *options);
} option_rows[] = {
	{ OPTION_MSS, 2, 2, true, read_mss },
	{ OPTION_WSCALE, 1, 1, true, read_wscale },
	{ OPTION_SACK_OK, 0, 0, true, read_sack_ok },
	{ OPTION_TIMESTAMP, 8, 8, false, read_timestamp },
	{ OPTION_SACK, 8, 32, false, read_sack },
};

static void option_read(uint8_t kind, struct reader body, bool syn, struct tcp_options *options)
{
	for (size_t i = 0; i < sizeof(option_rows) / sizeof(option_rows[0]); i++) {
		const struct option_row *row = &option_rows[i];

		if (row->kind != kind)
			continue;
		if (reader_left(&body) < row->body_min || reader_left(&body) > row->body_max)
			return;
		if (syn || !row->syn_only)
			row->read(&body, options);
		return;
	}
}

static enum tcp_verdict options_read(struct reader *r, bool syn, struct tcp_options *options)
{
	// Every turn takes at least one of at most 40 bytes.
	while (reader_left(r) > 0) {
		uint8_t kind = reader_u8(r);
		const uint8_t *body;
		uint8_t len;

		if (kind == OPTION_END)
			return TCP_OK;
		if (kind == OPTION_NOP)
			continue;
		len = reader_u8(r);
		if (r->fail || len < 2)
			return TCP_BAD_OPTION;
		body = reader_take(r, (size_t)len - 2);
		if (body == NULL)
			return TCP_BAD_OPTION;
		option_read(kind, reader_of(body, (size_t)len - 2), syn, options);
	}
	return TCP_OK;
}

static bool flags_possible(uint8_t flags)
{
	if ((flags & (TCP_SYN | TCP_RST | TCP_ACK | TCP_FIN)) == 0)
		return false;
	return (flags & TCP_SYN) == 0 || (flags & (TCP_FIN | TCP_RST)) == 0;
}

enum tcp_verdict tcp_parse(const uint8_t *l4, size_t n, const struct addr *local,
	const struct addr *remote, struct tcp_segment *seg)
{
	struct reader r = reader_of(l4, n);
	size_t header;

	if (n < TCP_HEADER_MIN)
		return TCP_SHORT;
	*seg = (struct tcp_segment){ .local.addr = *local, .remote.addr = *remote };
	seg->remote.port = reader_be16(&r);
	seg->local.port = reader_be16(&r);
	seg->seq = reader_be32(&r);
	seg->ack = reader_be32(&r);
	header = (size_t)(reader_u8(&r) >> 4) * 4;
	seg->flags = reader_u8(&r) & 0x3f;
	seg->wnd = reader_be16(&r);
	reader_be32(&r); // checksum: the caller's; urgent pointer: ignored, as RFC 6093 lets us
	if (header < TCP_HEADER_MIN || header > n || n - header > UINT16_MAX)
		return TCP_BAD_OFFSET;
	if (seg->local.port == 0 || seg->remote.port == 0)
		return TCP_BAD_PORT;
	if (!flags_possible(seg->flags))
		return TCP_BAD_FLAGS;
	seg->payload = l4 + header;
	seg->len = (uint16_t)(n - header);
	r.end = seg->payload;
	return options_read(&r, (seg->flags & TCP_SYN) != 0, &seg->options);
}

// Padded to whole words with leading NOPs.
static size_t options_size(const struct tcp_options *options)
{
	size_t n = 0;

	n += options->present & TCP_OPT_MSS ? 4 : 0;
	n += options->present & TCP_OPT_WSCALE ? 4 : 0;
	n += options->present & TCP_OPT_SACK_OK ? 4 : 0;
	n += options->present & TCP_OPT_TIMESTAMP ? TCP_TS_OPTION_SIZE : 0;
	n += options->nsacks > 0 ? 4 + 8 * (size_t)options->nsacks : 0;
	return n;
}

static void option_head(struct writer *w, unsigned nops, uint8_t kind, uint8_t len)
{
	while (nops-- > 0)
		writer_u8(w, OPTION_NOP);
	writer_u8(w, kind);
	writer_u8(w, len);
}

static void options_write(struct writer *w, const struct tcp_options *options)
{
	if (options->present & TCP_OPT_MSS) {
		option_head(w, 0, OPTION_MSS, 4);
		writer_be16(w, options->mss);
	}
	if (options->present & TCP_OPT_WSCALE) {
		option_head(w, 1, OPTION_WSCALE, 3);
		writer_u8(w, options->wscale);
	}
	if (options->present & TCP_OPT_SACK_OK)
		option_head(w, 2, OPTION_SACK_OK, 2);
	if (options->present & TCP_OPT_TIMESTAMP) {
		option_head(w, 2, OPTION_TIMESTAMP, 10);
		writer_be32(w, options->ts_value);
		writer_be32(w, options->ts_echo);
	}
	if (options->nsacks == 0)
		return;
	option_head(w, 2, OPTION_SACK, (uint8_t)(2 + 8 * options->nsacks));
	for (uint8_t i = 0; i < options->nsacks; i++) {
		writer_be32(w, options->sacks[i].left);
		writer_be32(w, options->sacks[i].right);
	}
}

size_t tcp_segment_size(const struct tcp_segment *seg)
{
	return TCP_HEADER_MIN + options_size(&seg->options) + seg->len;
}

size_t tcp_segment_write(const struct tcp_segment *seg, uint8_t *buf, size_t size)
{
	struct writer w = writer_of(buf, size);
	size_t header = TCP_HEADER_MIN + options_size(&seg->options);

	assert(header <= TCP_HEADER_MAX);
	writer_be16(&w, seg->local.port);
	writer_be16(&w, seg->remote.port);
	writer_be32(&w, seg->seq);
	writer_be32(&w, seg->ack);
	writer_u8(&w, (uint8_t)(header / 4 << 4));
	writer_u8(&w, seg->flags);
	writer_be16(&w, seg->wnd);
	writer_be32(&w, 0); // checksum, urgent pointer
	options_write(&w, &seg->options);
	writer_bytes(&w, seg->payload, seg->len);
	return w.fail ? 0 : writer_used(&w);
}
