// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Framing, and what peers send that no specification has: wrong lengths, versions, counts and
// texts.
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sccp/sccp.h"
#include "tests/unit/guard.h"

static void le32(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

// A frame's verdict and, in *msg, its message; the body ends at an unreadable page.
static enum sccp_verdict decode(
	uint32_t header, uint32_t id, const void *body, size_t n, struct sccp_msg *msg)
{
	struct sccp_frame frame = { .header = header, .id = id, .body_size = n };
	enum sccp_verdict verdict;
	void *copy = guard_copy(body, n);

	frame.body = copy;
	memset(msg, 0xa5, sizeof(*msg));
	verdict = sccp_decode(&frame, msg);
	guard_free(copy, n);
	return verdict;
}

static enum sccp_verdict frame_verdict(const uint8_t *p, size_t n)
{
	uint8_t *copy = guard_copy(p, n);
	struct sccp_frame frame;
	enum sccp_verdict verdict = sccp_frame_next(copy, n, &frame);

	guard_free(copy, n);
	return verdict;
}

static void length_bounds(void **state)
{
	static const uint32_t bad[] = { 0, 1, 2, 3, 4097, 0x7fffffff, 0x80000000, 0xfffffff7,
		0xfffffff8, 0xfffffff9, 0xfffffffa, 0xfffffffb, 0xfffffffc, 0xfffffffd, 0xfffffffe,
		0xffffffff };
	uint8_t wire[SCCP_FRAME_MAX + 1] = { 0 };
	struct sccp_frame frame;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		le32(wire, bad[i]);
		for (size_t n = 0; n < 4; n++)
			assert_int_equal(frame_verdict(wire, n), SCCP_MORE);
		for (size_t n = 4; n < 40; n++)
			assert_int_equal(frame_verdict(wire, n), SCCP_BAD_LENGTH);
	}
	le32(wire, SCCP_LENGTH_MAX);
	for (size_t n = 0; n < SCCP_FRAME_MAX; n += 61)
		assert_int_equal(frame_verdict(wire, n), SCCP_MORE);
	assert_int_equal(frame_verdict(wire, SCCP_FRAME_MAX - 1), SCCP_MORE);
	assert_int_equal(sccp_frame_next(wire, sizeof(wire), &frame), SCCP_OK);
	assert_int_equal(frame.size, SCCP_FRAME_MAX);
	assert_int_equal(frame.body_size, SCCP_LENGTH_MAX - 4);
}

// Twenty frames in one segment, cut in two at every place.
static void every_split(void **state)
{
	enum { FRAMES = 20 };
	uint8_t wire[FRAMES * 32];
	size_t n = 0;

	(void)state;
	for (uint32_t i = 0; i < FRAMES; i++) {
		struct sccp_msg msg;

		sccp_msg_init(&msg, i % 2 == 0 ? SCCP_KEYPAD_BUTTON : SCCP_KEEP_ALIVE);
		if (i % 2 == 0)
			msg.keypad_button.call = i;
		n += sccp_encode(&msg, sccp_version_equal(11), wire + n, sizeof(wire) - n);
	}
	for (size_t cut = 0; cut <= n; cut++) {
		uint8_t *head = guard_copy(wire, cut);
		size_t at = 0, ends[2] = { cut, n };
		uint32_t frames = 0;

		for (int part = 0; part < 2; part++) {
			const uint8_t *p = part == 0 ? head : wire;
			struct sccp_frame frame;
			struct sccp_msg msg;

			while (sccp_frame_next(p + at, ends[part] - at, &frame) == SCCP_OK) {
				assert_int_equal(sccp_decode(&frame, &msg), SCCP_OK);
				assert_int_equal(msg.flags, 0);
				if (frames % 2 == 0)
					assert_int_equal(msg.keypad_button.call, frames);
				frames++;
				at += frame.size;
			}
		}
		assert_int_equal(frames, FRAMES);
		assert_int_equal(at, n);
		guard_free(head, cut);
	}
}

static void version_words(void **state)
{
	static const uint8_t body[12] = { 5, 0, 0, 0, 1, 0, 0, 0, 0, 1 };
	struct sccp_msg msg;

	(void)state;
	for (uint32_t header = 0; header <= SCCP_VERSION_MAX; header++) {
		assert_int_equal(
			decode(header, SCCP_KEYPAD_BUTTON, body, sizeof(body), &msg), SCCP_OK);
		assert_int_equal(msg.keypad_button.button, 5);
		assert_int_equal(msg.keypad_button.line, 1);
		assert_int_equal(msg.keypad_button.call, 256);
	}
	assert_int_equal(decode(23, SCCP_KEYPAD_BUTTON, body, 12, &msg), SCCP_BAD_VERSION);
	assert_int_equal(decode(0xffffffff, SCCP_KEYPAD_BUTTON, body, 12, &msg), SCCP_BAD_VERSION);
	assert_int_equal(msg.size, 0);
}

static void unknown_ids(void **state)
{
	static const uint32_t ids[] = { 0x11, 0x4b, 0x8c, 0x9c, 0x150, 0x161, 0x162, 0x163, 0x164,
		0x165, 0x7fff, 0x8001, 0x80ff, 0x8102, 0xff00, 0xffffffff };
	struct sccp_msg msg;

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		assert_int_equal(decode(0, ids[i], "", 0, &msg), SCCP_UNKNOWN);
		assert_int_equal(msg.size, 0);
		assert_false(sccp_known(ids[i]));
		assert_false(sccp_from_phone(ids[i]));
		assert_string_equal(sccp_message_name(ids[i]), "?");
	}
	assert_true(sccp_from_phone(SCCP_START_MEDIA_TRANSMISSION_ACK));
	assert_true(sccp_from_phone(SCCP_SPCP_REGISTER_TOKEN_REQ));
	assert_false(sccp_from_phone(SCCP_SPCP_REGISTER_TOKEN_ACK));
	assert_false(sccp_from_phone(SCCP_CALL_STATE));
	assert_string_equal(sccp_message_name(0x160), "RecordingStatus");
	assert_string_equal(sccp_message_name(0x8100), "SPCPRegisterTokenAck");
	assert_string_equal(sccp_message_name(0x8101), "SPCPRegisterTokenReject");
}

static void keepalive_with_more(void **state)
{
	static const uint8_t extra[16];
	struct sccp_msg msg;

	(void)state;
	for (size_t n = 0; n <= sizeof(extra); n++) {
		assert_int_equal(decode(0, SCCP_KEEP_ALIVE, extra, n, &msg), SCCP_OK);
		assert_int_equal(msg.flags, n == 0 ? 0 : SCCP_LONG);
	}
}

static void register_bodies(void **state)
{
	uint8_t body[172] = "SEP001122334455X";
	struct sccp_msg msg;

	(void)state;
	le32(body + 28, 0xffffffff);
	body[40] = 255;
	le32(body + 68, 34);
	memcpy(body + 92, "SCCP42.9-4-2SR3-1S", 18);
	for (size_t n = 0; n < 16; n++)
		assert_int_equal(decode(0, SCCP_REGISTER, body, n, &msg), SCCP_TOO_SHORT);
	for (size_t n = 16; n < 72; n++) {
		assert_int_equal(decode(0, SCCP_REGISTER, body, n, &msg), SCCP_OK);
		// 16 characters without a terminator in the message still get one in the struct.
		assert_string_equal(msg.register_req.name, "SEP001122334455X");
		assert_int_equal(msg.register_req.version, n > 40 ? 255 : 0);
		assert_int_equal(msg.register_req.device_type, n >= 32 ? 0xffffffff : 0);
	}
	assert_int_equal(decode(0, SCCP_REGISTER, body, 44, &msg), SCCP_OK);
	assert_int_equal(msg.flags, SCCP_SHORT);
	assert_int_equal(decode(0, SCCP_REGISTER, body, 72, &msg), SCCP_OK);
	assert_int_equal(msg.flags, 0);
	assert_int_equal(msg.register_req.max_lines, 34);
	// The long body of newer phones, which write header 0 as well.
	assert_int_equal(decode(0, SCCP_REGISTER, body, 172, &msg), SCCP_OK);
	assert_int_equal(msg.flags, 0);
	assert_string_equal(msg.register_req.load, "SCCP42.9-4-2SR3-1S");
}

static void enbloc_lengths(void **state)
{
	static const struct {
		uint32_t header;
		size_t size, digits, line_at;
	} bodies[] = {
		{ 0, 24, 24, 0 },
		{ 0, 28, 24, 24 },
		{ 0, 29, 25, 25 },
		{ 0, 32, 25, 28 },
		{ 17, 28, 24, 24 },
		{ 18, 29, 25, 25 },
		{ 22, 29, 25, 25 },
		{ 22, 32, 25, 28 },
		{ 22, 24, 24, 0 },
	};
	struct sccp_msg msg;

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		uint8_t body[32];

		memset(body, 0, sizeof(body));
		memset(body, '5', bodies[i].digits); // full: no terminator
		if (bodies[i].line_at != 0)
			body[bodies[i].line_at] = 3;
		assert_int_equal(
			decode(bodies[i].header, SCCP_ENBLOC_CALL, body, bodies[i].size, &msg),
			SCCP_OK);
		assert_int_equal(strlen(msg.enbloc_call.number), bodies[i].digits);
		assert_int_equal(msg.enbloc_call.line, bodies[i].line_at != 0 ? 3 : 0);
	}
	assert_int_equal(decode(0, SCCP_ENBLOC_CALL, "201", 3, &msg), SCCP_OK);
	assert_string_equal(msg.enbloc_call.number, "201");
	assert_int_equal(msg.flags, SCCP_SHORT);
}

static void media_acks(void **state)
{
	static const struct {
		uint32_t header;
		size_t size;
		bool wide;
	} bodies[] = {
		{ 0, 16, false },
		{ 0, 20, false },
		{ 0, 36, true },
		{ 11, 20, false },
		{ 17, 36, true },
		{ 22, 36, true },
		{ 22, 20, false },
	};
	struct sccp_msg msg;

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		uint8_t body[36] = { 0 };
		uint8_t *p = body + (bodies[i].wide ? 8 : 4);

		memcpy(p, "\x0a\x00\x00\x15", 4);
		p += bodies[i].wide ? 16 : 4;
		le32(p, 16384);
		le32(p + 4, 0xfffffeff);
		if (bodies[i].size != 16)
			le32(p + 8, 256);
		assert_int_equal(decode(bodies[i].header, SCCP_OPEN_RECEIVE_CHANNEL_ACK, body,
					 bodies[i].size, &msg),
			SCCP_OK);
		assert_int_equal(msg.open_receive_channel_ack.addr.family, ADDR_IPV4);
		assert_memory_equal(msg.open_receive_channel_ack.addr.bytes, "\x0a\x00\x00\x15", 4);
		assert_int_equal(msg.open_receive_channel_ack.port, 16384);
		assert_int_equal(msg.open_receive_channel_ack.party, 0xfffffeff);
		assert_int_equal(msg.open_receive_channel_ack.call, bodies[i].size == 16 ? 0 : 256);
	}
}

// Types 0 and 1 are addresses of IPv4 and IPv6; 2, 3, 7 ... are none.
static void address_types(void **state)
{
	uint8_t body[36] = { 0 };
	struct sccp_msg msg;

	(void)state;
	memset(body + 8, 0x20, 16);
	le32(body + 24, 70000);
	for (uint32_t type = 0; type < 8; type++) {
		uint8_t want = type == 0 ? ADDR_IPV4 : type == 1 ? ADDR_IPV6 : ADDR_NONE;

		le32(body + 4, type);
		assert_int_equal(
			decode(17, SCCP_OPEN_RECEIVE_CHANNEL_ACK, body, 36, &msg), SCCP_OK);
		assert_int_equal(msg.open_receive_channel_ack.addr.family, want);
		assert_int_equal(msg.open_receive_channel_ack.port, 70000);
	}
	assert_int_equal(decode(17, SCCP_OPEN_RECEIVE_CHANNEL_ACK, body, 15, &msg), SCCP_TOO_SHORT);
}

static void counts(void **state)
{
	static const uint32_t said[] = { 0, 1, 2, 18, 19, 255, 0x0fffffff, 0x10000000, 0xffffffff };
	static const uint32_t ids[] = { SCCP_CAPABILITIES_RES, SCCP_UPDATE_CAPABILITIES,
		SCCP_UPDATE_CAPABILITIES_V2, SCCP_UPDATE_CAPABILITIES_V3 };
	uint8_t body[2380];
	struct sccp_msg msg;

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		size_t first = i == 0 ? 4 : 312;

		for (size_t k = 0; k < sizeof(said) / sizeof(said[0]); k++) {
			for (size_t n = first; n < first + 20 * 16; n++) {
				uint32_t room = (uint32_t)(n - first) / 16;
				uint32_t want = said[k] < 18 ? said[k] : 18;

				memset(body, 4, sizeof(body));
				le32(body, said[k]);
				want = want < room ? want : room;
				assert_int_equal(decode(0, ids[i], body, n, &msg), SCCP_OK);
				assert_int_equal(msg.capabilities_res.count, want);
				assert_int_equal(!!(msg.flags & SCCP_CUT), want < said[k]);
				if (want < 18)
					assert_int_equal(
						msg.capabilities_res.entries[want].payload, 0);
			}
		}
	}
	// An audio capability of a whole UpdateCapabilities lies at 312.
	memset(body, 0, sizeof(body));
	le32(body, 1);
	le32(body + 312, SCCP_PAYLOAD_G711_ULAW_64K);
	le32(body + 316, 40);
	assert_int_equal(decode(16, SCCP_UPDATE_CAPABILITIES, body, 2000, &msg), SCCP_OK);
	assert_int_equal(msg.flags, 0);
	assert_int_equal(msg.update_capabilities.entries[0].payload, SCCP_PAYLOAD_G711_ULAW_64K);
	assert_int_equal(msg.update_capabilities.entries[0].max_frames, 40);
}

// Data and texts longer than the struct, or shorter than their length word says.
static void long_texts(void **state)
{
	uint8_t body[2500];
	struct sccp_msg msg;

	(void)state;
	memset(body, 'x', sizeof(body));
	assert_int_equal(decode(0, SCCP_ENHANCED_ALARM, body, 2048, &msg), SCCP_OK);
	assert_int_equal(strlen(msg.enhanced_alarm.text), 800);
	assert_int_equal(msg.flags, SCCP_CUT);
	assert_int_equal(decode(0, SCCP_LOCATION_INFO, body, 2401, &msg), SCCP_OK);
	assert_int_equal(strlen(msg.location_info.text), 800);
	assert_int_equal(msg.flags, SCCP_CUT);
	le32(body + 16, 0xffffffff);
	assert_int_equal(decode(0, SCCP_DEVICE_TO_USER_DATA, body, 100, &msg), SCCP_OK);
	assert_int_equal(msg.device_to_user_data.length, 80);
	assert_int_equal(msg.flags, SCCP_CUT);
	le32(body + 16, 2000);
	assert_int_equal(decode(0, SCCP_DEVICE_TO_USER_DATA_V1, body, 2040, &msg), SCCP_OK);
	assert_int_equal(msg.device_to_user_data_v1.length, 800);
	assert_int_equal(msg.flags, SCCP_CUT);
	le32(body + 60, 10);
	assert_int_equal(decode(0, SCCP_CONNECTION_STATISTICS_RES, body, 60, &msg), SCCP_OK);
	assert_int_equal(msg.flags, SCCP_SHORT);
	assert_int_equal(decode(0, SCCP_CONNECTION_STATISTICS_RES, body, 76, &msg), SCCP_OK);
	assert_int_equal(msg.flags, 0);
	assert_string_equal(msg.connection_statistics_res.quality, "xxxxxxxxxx");
}

// What the struct holds beyond its arrays and texts never reaches the wire, nor does stale memory.
static void encoder_bounds(void **state)
{
	uint8_t wire[SCCP_FRAME_MAX];
	struct sccp_msg msg;
	size_t n;

	(void)state;
	sccp_msg_init(&msg, SCCP_BUTTON_TEMPLATE_RES);
	msg.button_template_res.count = 0xffffffff;
	n = sccp_encode(&msg, sccp_version_server(11), wire, sizeof(wire));
	assert_int_equal(n, SCCP_HEADER_SIZE + 96);
	assert_int_equal(wire[16], 42);
	assert_int_equal(wire[19], 0);
	msg.button_template_res.count = 1;
	msg.button_template_res.buttons[0] =
		(struct sccp_button){ .instance = 1, .type = SCCP_BUTTON_LINE };
	assert_int_equal(sccp_encode(&msg, sccp_version_server(11), wire, sizeof(wire)), n);
	assert_memory_equal(wire + 24, "\x01\x09\x00\xff\x00\xff", 6);

	sccp_msg_init(&msg, SCCP_DISPLAY_PROMPT_STATUS);
	memset(msg.display_prompt_status.text, 'x', sizeof(msg.display_prompt_status.text));
	strcpy(msg.display_prompt_status.text, "hi");
	assert_true(sccp_encode(&msg, sccp_version_server(11), wire, sizeof(wire)) > 0);
	for (size_t i = 16 + 2; i < 16 + 32; i++)
		assert_int_equal(wire[i], 0);
	memset(msg.display_prompt_status.text, 'x', sizeof(msg.display_prompt_status.text));
	assert_true(sccp_encode(&msg, sccp_version_server(11), wire, sizeof(wire)) > 0);
	assert_int_equal(wire[16 + 30], 'x');
	assert_int_equal(wire[16 + 31], 0);
}

static void settled_versions(void **state)
{
	(void)state;
	assert_int_equal(sccp_version_settle(0), 3);
	assert_int_equal(sccp_version_settle(5), 5);
	assert_int_equal(sccp_version_settle(11), 11);
	assert_int_equal(sccp_version_settle(22), 11);
	assert_int_equal(sccp_version_settle(255), 11);
	assert_int_equal(sccp_version_server(22).layout, 11);
	assert_int_equal(sccp_version_server(22).header, 0);
	assert_int_equal(sccp_version_server(5).layout, 5);
	assert_int_equal(sccp_version_equal(9).header, 0);
	assert_int_equal(sccp_version_equal(17).header, 17);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(length_bounds),
		cmocka_unit_test(every_split),
		cmocka_unit_test(version_words),
		cmocka_unit_test(unknown_ids),
		cmocka_unit_test(keepalive_with_more),
		cmocka_unit_test(register_bodies),
		cmocka_unit_test(enbloc_lengths),
		cmocka_unit_test(media_acks),
		cmocka_unit_test(address_types),
		cmocka_unit_test(counts),
		cmocka_unit_test(long_texts),
		cmocka_unit_test(encoder_bounds),
		cmocka_unit_test(settled_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
