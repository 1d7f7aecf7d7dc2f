// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Frames in a TCP stream: length (of id and body), header version, message id, body; little-endian.
#include "base/cursor.h"
#include "sccp/sccp.h"

enum {
	LENGTH_SIZE = 8, // what the length word does not count: itself and the header version
};

enum sccp_verdict sccp_frame_next(const uint8_t *p, size_t n, struct sccp_frame *frame)
{
	struct reader r = reader_of(p, n);
	uint32_t length = reader_le32(&r);

	// Four bytes are enough to see a bad length: waiting for more would hold the conn open.
	if (r.fail)
		return SCCP_MORE;
	if (length < SCCP_LENGTH_MIN || length > SCCP_LENGTH_MAX)
		return SCCP_BAD_LENGTH;
	if (n < LENGTH_SIZE + (size_t)length)
		return SCCP_MORE;
	frame->header = reader_le32(&r);
	frame->id = reader_le32(&r);
	frame->body = r.p;
	frame->body_size = length - SCCP_LENGTH_MIN;
	frame->size = LENGTH_SIZE + (size_t)length;
	return SCCP_OK;
}
