// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// pcap FILE: writes a capture with every message in every layout, and prints what a dissector must
// find in each of its packets: number, message id, length word, call reference (or -), then the
// name.
#include <stdio.h>
#include <stdlib.h>

#include "base/cursor.h"
#include "tests/unit/sccp/sample.h"

enum {
	PHONE_PORT = 51000,
	LINK_RAW = 101, // packets start with the IP header
	IP_TCP_SIZE = 40,
	ROUNDS = 3,
};

// Messages that tshark 4.0 reads otherwise than the phones do.
static const struct {
	uint32_t id;
	const char *why;
} exceptions[] = {
	{ SCCP_UPDATE_CAPABILITIES, "places the arrays by the counts, phones by their full size" },
	{ SCCP_UPDATE_CAPABILITIES_V2, "the same" },
	{ SCCP_UPDATE_CAPABILITIES_V3, "the same" },
};

static const struct sccp_version versions[] = {
	{ 11, 0 },
	{ 0, 0 },
	{ 11, 11 },
	{ 17, 17 },
	{ 18, 18 },
	{ 20, 20 },
	{ 22, 22 },
};

struct capture {
	FILE *file;
	uint32_t next[2]; // sequence numbers of server and phone
	unsigned packets;
};

static bool excepted(uint32_t id)
{
	for (size_t i = 0; i < sizeof(exceptions) / sizeof(exceptions[0]); i++) {
		if (exceptions[i].id == id)
			return true;
	}
	return false;
}

static void put_le32(FILE *file, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		putc((int)(value >> 8 * i & 0xff), file);
}

// One TCP segment with its IP header, checksums left zero.
static void put_packet(struct capture *c, bool from_phone, const uint8_t *p, size_t n)
{
	uint8_t head[IP_TCP_SIZE];
	struct writer w = writer_of(head, sizeof(head));
	uint32_t phone = 0x0a000015, server = 0x0a000001;

	writer_be32(&w, 0x45000000 | (uint32_t)(IP_TCP_SIZE + n));
	writer_be32(&w, 0);
	writer_be32(&w, 0x40060000); // TTL 64, TCP
	writer_be32(&w, from_phone ? phone : server);
	writer_be32(&w, from_phone ? server : phone);
	writer_be16(&w, from_phone ? PHONE_PORT : SCCP_PORT);
	writer_be16(&w, from_phone ? SCCP_PORT : PHONE_PORT);
	writer_be32(&w, c->next[from_phone]);
	writer_be32(&w, c->next[!from_phone]);
	writer_be32(&w, 0x5018ffff); // ACK PSH, window
	writer_be32(&w, 0);
	c->next[from_phone] += (uint32_t)n;
	c->packets++;
	put_le32(c->file, c->packets / 1000);
	put_le32(c->file, c->packets % 1000 * 1000);
	put_le32(c->file, (uint32_t)(IP_TCP_SIZE + n));
	put_le32(c->file, (uint32_t)(IP_TCP_SIZE + n));
	fwrite(head, sizeof(head), 1, c->file);
	fwrite(p, n, 1, c->file);
}

// The call reference as text, "-" when the message has none.
static const char *call_text(const struct row *row, const struct sccp_msg *msg, char text[16])
{
	strcpy(text, "-");
	for (size_t i = 0; i < row->layout.count; i++) {
		const struct field *f = &row->layout.fields[i];

		if (strcmp(f->name, "call") == 0)
			snprintf(text, 16, "%u", field_number(f, &msg->register_req));
	}
	return text;
}

static void put_message(
	struct capture *c, const struct row *row, struct sccp_version version, struct sample *s)
{
	uint8_t wire[SCCP_FRAME_MAX];
	struct sccp_msg msg;
	char call[16];
	size_t n;

	sample_message(s, row, &msg);
	n = sccp_encode(&msg, version, wire, sizeof(wire));
	put_packet(c, row->direction == FROM_PHONE, wire, n);
	printf("%u %u %zu %s %s\n", c->packets, row->id, n - 8, call_text(row, &msg, call),
		row->name);
}

int main(int argc, char **argv)
{
	static const uint32_t header[] = { 0xa1b2c3d4, 0x00040002, 0, 0, 65535, LINK_RAW };
	struct capture c = { .next = { 1, 1 } };

	c.file = argc == 2 ? fopen(argv[1], "wb") : NULL;
	if (c.file == NULL) {
		fprintf(stderr, "usage: pcap FILE\n");
		return 2;
	}
	for (size_t i = 0; i < sizeof(header) / sizeof(header[0]); i++)
		put_le32(c.file, header[i]);
	for (size_t v = 0; v < sizeof(versions) / sizeof(versions[0]); v++) {
		struct sample s = { .seed = v, .layout = versions[v].layout, .named = true };

		for (size_t i = 0; i < ROUNDS * sccp_row_count; i++) {
			const struct row *row = &sccp_rows[i % sccp_row_count];

			if (!excepted(row->id))
				put_message(&c, row, versions[v], &s);
		}
	}
	return fclose(c.file) == 0 ? 0 : 1;
}
