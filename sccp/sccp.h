// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Skinny (SCCP) messages as plain structs in host order, and their way from and to the wire. Both
// directions of every message are read and written by the same two loops over one table
// (sccp/messages.def, sccp/fields.def), so that a simulated phone is the engine's mirror image.
//
// Versions. Two things travel under that name: the protocol version that Register and RegisterAck
// settle on decides the layout of bodies, and the second word of each frame (the header version)
// announces it from version 10 on. The engine settles on at most 11 and sends header 0 with the
// layouts of version 11: that is what CallManager does towards phones of version 11, it is the
// longest body that such a phone may expect (phones refuse short ones), and a header of 0 is what
// every phone and every dissector understands. The tables know the layouts up to 22 in both
// directions.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "sccp/devices.def"
#include "sccp/enums.def"
#include "sccp/fields.def"
#include "sccp/labels.def"
#include "sccp/messages.def"

enum {
	SCCP_PORT = 2000,
	SCCP_HEADER_SIZE = 12, // length, header version, message id
	SCCP_LENGTH_MIN = 4,   // the length word counts the id and the body
	SCCP_LENGTH_MAX = 4096,
	SCCP_FRAME_MAX = SCCP_LENGTH_MAX + 8,
	SCCP_VERSION_MAX = 22,
	SCCP_VERSION_FLOOR = 3, // the lowest version that the engine settles on
	SCCP_VERSION_CAP = 11,  // the highest
};

// clang-format off
// Enumerations: the constants of enums.def, devices.def and labels.def.
#define SCCP_CONSTANT(constant, value, name) constant = value,
#define SCCP_ENUM_TYPE(e) enum sccp_##e##_code { SCCP_ENUM_##e(SCCP_CONSTANT) };
SCCP_ENUMS(SCCP_ENUM_TYPE)
#undef SCCP_ENUM_TYPE
#undef SCCP_CONSTANT

#define SCCP_ENUM_ID(e) SCCP_NAMES_##e,
enum sccp_names { SCCP_NAMES_none, SCCP_ENUMS(SCCP_ENUM_ID) SCCP_NAMES_COUNT };
#undef SCCP_ENUM_ID

// Message ids: SCCP_REGISTER, SCCP_CALL_STATE ...
enum sccp_id {
#define SCCP_M(id, NAME, member, text, direction, min) SCCP_##NAME = id,
#define SCCP_S(id, NAME, member, struct_name, fields, text, direction, min) SCCP_##NAME = id,
#define SCCP_E(id, NAME, text, direction) SCCP_##NAME = id,
	SCCP_MESSAGES(SCCP_M, SCCP_S, SCCP_E)
#undef SCCP_M
#undef SCCP_S
#undef SCCP_E
};

// Bodies: struct sccp_call_state and so on. Texts are always terminated.
#define SCCP_MEMBER(S, kind, member, a, b, since) SCCP_MEMBER_##kind(member, a, b)
#define SCCP_MEMBER_U8(member, a, b) uint8_t member;
#define SCCP_MEMBER_U16(member, a, b) uint16_t member;
#define SCCP_MEMBER_U32(member, a, b) uint32_t member;
#define SCCP_MEMBER_ENUM8(member, names, b) uint8_t member;  // enum sccp_<names>_code, or any
#define SCCP_MEMBER_ENUM(member, names, b) uint32_t member; // value that a peer sends
#define SCCP_MEMBER_MODE(member, names, b) uint32_t member;
#define SCCP_MEMBER_LENGTH(member, a, b) uint32_t member;
#define SCCP_MEMBER_COUNT(member, a, b) uint32_t member;
#define SCCP_MEMBER_STR(member, wire, wire18) char member[wire18 + 1];
#define SCCP_MEMBER_CUT(member, wire, keep) char member[keep + 1];
#define SCCP_MEMBER_ZSTR(member, keep, b) char member[keep];
#define SCCP_MEMBER_DATA(member, keep, b) char member[keep + 1];
#define SCCP_MEMBER_TEXT(member, keep, b) char member[keep + 1];
#define SCCP_MEMBER_BYTES(member, n, b) uint8_t member[n];
#define SCCP_MEMBER_U16S(member, n, b) uint16_t member[n];
#define SCCP_MEMBER_IP4(member, a, b) struct addr member;
#define SCCP_MEMBER_ADDR(member, a, b) struct addr member;
#define SCCP_MEMBER_ARRAY(member, element, n) struct sccp_##element member[n];
#define SCCP_MEMBER_LIST(member, element, n) struct sccp_##element member[n];
#define SCCP_MEMBER_SLOTS(member, element, n) struct sccp_##element member[n];
#define SCCP_MEMBER_PAD(member, n, b)
#define SCCP_MEMBER_GAP(member, n, b)
#define SCCP_STRUCT(s) struct sccp_##s { SCCP_FIELDS_##s(SCCP_MEMBER, s) };
#define SCCP_ELEMENT(s, filler) SCCP_STRUCT(s)
SCCP_ELEMENTS(SCCP_ELEMENT)
SCCP_STRUCTS(SCCP_STRUCT)
#undef SCCP_ELEMENT
#undef SCCP_STRUCT
// clang-format on

// What the decoder met besides the values. None of them makes a message unusable.
enum {
	SCCP_SHORT = 1, // the body ended early: the fields behind its end are zero
	SCCP_LONG = 2,  // the body went on behind the last known field
	SCCP_CUT = 4,   // a text too long, or a count too large, for the struct or for the body
};

// A message by value. Only its first sccp_msg_size() bytes are in use and need to be copied.
struct sccp_msg {
	uint32_t id;    // enum sccp_id
	uint16_t size;  // bytes of the body's struct; 0 when the message has none
	uint16_t flags; // SCCP_SHORT, SCCP_LONG, SCCP_CUT
	union {
#define SCCP_M(id, NAME, member, text, direction, min) struct sccp_##member member;
#define SCCP_S(id, NAME, member, struct_name, fields, text, direction, min) \
	struct sccp_##struct_name member;
#define SCCP_E(id, NAME, text, direction)
		SCCP_MESSAGES(SCCP_M, SCCP_S, SCCP_E)
#undef SCCP_M
#undef SCCP_S
#undef SCCP_E
	};
};

static inline size_t sccp_msg_size(const struct sccp_msg *msg)
{
	return offsetof(struct sccp_msg, register_req) + msg->size;
}

// Makes *msg a message of that id with all fields zero. False when the id is unknown.
bool sccp_msg_init(struct sccp_msg *msg, uint32_t id);

#define SCCP_VERDICTS(V) \
	V(OK, "ok") \
	V(MORE, "frame incomplete") \
	V(BAD_LENGTH, "length word out of bounds") \
	V(BAD_VERSION, "unknown header version") \
	V(UNKNOWN, "unknown message id") \
	V(TOO_SHORT, "body too short for its message")

// clang-format off
enum sccp_verdict {
#define SCCP_VERDICT(NAME, text) SCCP_##NAME,
	SCCP_VERDICTS(SCCP_VERDICT)
#undef SCCP_VERDICT
	SCCP_VERDICT_COUNT,
};
// clang-format on

const char *sccp_verdict_text(enum sccp_verdict verdict);

struct sccp_frame {
	uint32_t header;     // header version
	uint32_t id;         // any value
	const uint8_t *body; // borrowed from the input
	size_t body_size;
	size_t size; // bytes to take from the stream
};

// The frame at the head of a stream. OK, MORE (nothing else in *frame is set), or BAD_LENGTH: the
// stream has lost its framing and the conn must be closed. At most SCCP_FRAME_MAX bytes are ever
// asked for.
enum sccp_verdict sccp_frame_next(const uint8_t *p, size_t n, struct sccp_frame *frame);

// Reads a frame into *msg. OK; or BAD_VERSION, UNKNOWN, TOO_SHORT: the frame is to be dropped and
// counted, the conn stays, *msg holds id, size 0 and nothing else. The layout follows the header
// version, except where the length of the body says otherwise. Any bytes are fit for it.
enum sccp_verdict sccp_decode(const struct sccp_frame *frame, struct sccp_msg *msg);

struct sccp_version {
	uint8_t layout; // 0 (basic) to 22
	uint8_t header; // 0, 10, 11, 15 to 22
};

// What a server of ours sends to a phone that settled on version pv: layout pv, at most 11; header
// 0.
struct sccp_version sccp_version_server(uint8_t pv);

// What the newer phones send, and what the layouts are made for: both words say pv from 10 on.
struct sccp_version sccp_version_equal(uint8_t pv);

// The protocol version to answer to a Register that offers `offered`: at most SCCP_VERSION_CAP, at
// least 3.
uint8_t sccp_version_settle(uint8_t offered);

// Writes a whole frame. Returns its size, or 0 when the id is unknown or `size` is too small;
// SCCP_FRAME_MAX is always enough. Counts and lengths that exceed the struct are clamped.
size_t sccp_encode(
	const struct sccp_msg *msg, struct sccp_version version, uint8_t *out, size_t size);

bool sccp_known(uint32_t id);
bool sccp_from_phone(uint32_t id);          // false for unknown ids
const char *sccp_message_name(uint32_t id); // "CallState"; "?" for unknown ids

// The name of a value, or NULL.
const char *sccp_enum_name(enum sccp_names names, uint32_t value);

// sccp_call_state_name(value), sccp_tone_name(value) and so on; "?" for unknown values.
#define SCCP_NAME(e) \
	static inline const char *sccp_##e##_name(uint32_t value) \
	{ \
		const char *name = sccp_enum_name(SCCP_NAMES_##e, value); \
\
		return name == NULL ? "?" : name; \
	}
SCCP_ENUMS(SCCP_NAME)
#undef SCCP_NAME

enum { SCCP_TEXT_SIZE = 4096 };

// One line without a line end: name and all fields, as in
// `CallState state=RingIn line=1 call=256 ...`. Always terminated; returns the length written.
size_t sccp_print(const struct sccp_msg *msg, char *text, size_t size);

// A UTF-8 text in ISO 8859-1, which phones up to version 11 speak, as much of it as fits; size is
// not 0. '?' stands for a character that is not in it and for control characters; what is no UTF-8
// is taken for ISO 8859-1.
void sccp_text_set(char *field, size_t size, const char *text);

// A text as the phone shows it: 0x80 and 0x1E codes become words, a space after them when text
// follows, control characters dots. Always terminated; returns the length written.
size_t sccp_label_expand(const char *from, char *text, size_t size);
