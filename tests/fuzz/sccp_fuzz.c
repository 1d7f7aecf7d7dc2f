// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A TCP stream of Skinny frames from either side: framed, decoded, printed, encoded, decoded again.
#include <stdlib.h>

#include "sccp/sccp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// What was decoded, encoded and decoded once more must not change any further.
static void fixed_point(struct sccp_msg *msg, struct sccp_version version)
{
	uint8_t wire[SCCP_FRAME_MAX];
	struct sccp_frame frame;
	struct sccp_msg again;

	for (int round = 0; round < 2; round++) {
		size_t n = sccp_encode(msg, version, wire, sizeof(wire));

		if (n == 0 || sccp_frame_next(wire, n, &frame) != SCCP_OK || frame.size != n)
			abort();
		again = *msg;
		if (sccp_decode(&frame, msg) != SCCP_OK)
			return; // a body that is too short in the layout it came in: an empty
				// EnblocCall
	}
	if (memcmp(&again, msg, sccp_msg_size(msg)) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[SCCP_TEXT_SIZE];
	struct sccp_frame frame;
	struct sccp_msg msg;

	while (sccp_frame_next(data, size, &frame) == SCCP_OK) {
		data += frame.size;
		size -= frame.size;
		if (sccp_decode(&frame, &msg) != SCCP_OK)
			continue;
		if (sccp_print(&msg, text, sizeof(text)) >= sizeof(text))
			abort();
		fixed_point(&msg,
			(struct sccp_version){ (uint8_t)frame.header, (uint8_t)frame.header });
		fixed_point(&msg, sccp_version_server(SCCP_VERSION_CAP));
	}
	return 0;
}
