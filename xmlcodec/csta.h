// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// CSTA messages in the encoding of ECMA-323 (XML): the structures, the reader and the writer.
// Messages hold no pointers: they travel by value between threads. What they are made of stands in
// elements.def (elements, in schema order) and words.def (enumerations); the structures below grow
// from there.
//
//	struct csta_msg msg;
//	csta_msg_init(&msg, CSTA_MONITOR_START_RESPONSE);
//	strcpy(msg.body.monitor_start_response.cross_ref, "m0007");
//	msg.body.monitor_start_response.has.existing_calls = true;
//	msg.body.monitor_start_response.existing_calls = true;
//
// `has` has one bit a row. The writer looks at those of optional (OPT), alternative (ALT) and
// any-of (ANY) rows and always writes mandatory ones; the reader sets the bit of every element that
// it found.
#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/span.h"
#include "xmlcodec/elements.def"
#include "xmlcodec/words.def"

enum {
	CSTA_DEVICE_SIZE = 128,	  // deviceID and deviceIdentifier, with terminator
	CSTA_CALL_ID_SIZE = 40,	  // callID
	CSTA_CROSS_REF_SIZE = 40, // monitorCrossRefID and its like
	CSTA_CODE_SIZE = 40,	  // accountCode, authCode
	CSTA_CORRELATOR_SIZE = 65, // correlatorData: 32 octets as hexadecimal digits
	CSTA_DIGITS_SIZE = 65,	  // charactersToSend
	CSTA_GCID_SIZE = 33,	  // globallyUniqueCallLinkageID: 16 octets as hexadecimal digits
	CSTA_MODEL_SIZE = 24,	  // deviceModelName
	CSTA_NAME_SIZE = 65,	  // names of the switching function
	CSTA_ELEMENT_SIZE = 48,	  // an element's name, for reports
	CSTA_BODY_MAX = 65536,	  // bytes of XML that are looked at
	CSTA_DEPTH_MAX = 32,
	CSTA_ELEMENTS_MAX = 512,
	CSTA_ATTRIBUTES_MAX = 256,
	CSTA_MSG_MAX = 4096, // bytes of the largest struct csta_msg
};

// --- enumerations --------------------------------------------------------------------------------

// csta_<list>_name(): the XML word; "" for none or nonsense.
#define CSTA_W(name, word) name,
#define CSTA_V(name, word, other) name,
#define CSTA_L(list, WORDS, none) \
	enum csta_##list { none, WORDS(CSTA_W, CSTA_V) }; \
	const char *csta_##list##_name(enum csta_##list word);
CSTA_WORD_LISTS(CSTA_L)
#undef CSTA_L
#undef CSTA_V
#undef CSTA_W

// Bits of the uint64_t sets, by number: CSTA_BIT(CSTA_FILTER_DELIVERED).
#define CSTA_BIT(number) (UINT64_C(1) << (number))
#define CSTA_B(name, path) name,
#define CSTA_L(list, BITS) enum csta_##list##_bit { BITS(CSTA_B) CSTA_BITS_OF_##list };
CSTA_BIT_LISTS(CSTA_L)
#undef CSTA_L
#undef CSTA_B

// --- structures ----------------------------------------------------------------------------------

// A device in an answer or event: exactly one of these. restricted: the caller asked for privacy;
// not known: there is no identity; not required: the call was never redirected.
enum csta_subject_kind {
	CSTA_SUBJECT_NONE = 0,
	CSTA_SUBJECT_DEVICE = 1 << 0,
	CSTA_SUBJECT_NOT_KNOWN = 1 << 1,
	CSTA_SUBJECT_RESTRICTED = 1 << 2,
	CSTA_SUBJECT_NOT_REQUIRED = 1 << 3,  // lastRedirectionDevice only
	CSTA_SUBJECT_NOT_SPECIFIED = 1 << 4, // lastRedirectionDevice only
};

struct csta_subject {
	uint32_t kind; // enum csta_subject_kind; lies where other structures have `present`
	char device[CSTA_DEVICE_SIZE];
};

// The bit of a row in `present`: CSTA_ROW(held_event, local).
#define CSTA_ROW(structure, member) (UINT32_C(1) << CSTA_ROW_##structure##_##member)

// What a row makes of the structure. Lists come last, so that the unused end of one need not
// travel.
#define CSTA_HAS(S, kind, path, member, arg, occurs) uint32_t member : 1;
#define CSTA_HEAD(S, kind, path, member, arg, occurs) CSTA_HEAD_##kind(member, arg)
#define CSTA_HEAD_TEXT(member, arg) char member[arg];
#define CSTA_HEAD_DEVICE(member, arg) char member[CSTA_DEVICE_SIZE];
#define CSTA_HEAD_FLAG(member, arg) bool member;
#define CSTA_HEAD_NUMBER(member, arg) uint32_t member;
#define CSTA_HEAD_ENUM(member, arg) enum csta_##arg member;
#define CSTA_HEAD_TYPE(member, arg) struct csta_##arg member;
#define CSTA_HEAD_SUBJECT(member, arg) struct csta_subject member;
#define CSTA_HEAD_LIST(member, arg)
#define CSTA_HEAD_WORDS(member, arg) struct csta_##arg##_list member;
#define CSTA_HEAD_BITS(member, arg) uint64_t member;
#define CSTA_HEAD_MARKS(member, arg) uint64_t member;
#define CSTA_HEAD_EMPTY(member, arg)
#define CSTA_TAIL(S, kind, path, member, arg, occurs) CSTA_TAIL_##kind(member, arg)
#define CSTA_TAIL_TEXT(member, arg)
#define CSTA_TAIL_DEVICE(member, arg)
#define CSTA_TAIL_FLAG(member, arg)
#define CSTA_TAIL_NUMBER(member, arg)
#define CSTA_TAIL_ENUM(member, arg)
#define CSTA_TAIL_TYPE(member, arg)
#define CSTA_TAIL_SUBJECT(member, arg)
#define CSTA_TAIL_LIST(member, arg) struct csta_##arg##_list member;
#define CSTA_TAIL_WORDS(member, arg)
#define CSTA_TAIL_BITS(member, arg)
#define CSTA_TAIL_MARKS(member, arg)
#define CSTA_TAIL_EMPTY(member, arg)

#define CSTA_ROW_NUMBER(S, kind, path, member, arg, occurs) CSTA_ROW_##S##_##member,

#define CSTA_STRUCT(name, ROWS) \
	enum { ROWS(CSTA_ROW_NUMBER, name) }; \
	struct csta_##name { \
		union { \
			uint32_t present; /* bit n is row n */ \
			struct { \
				ROWS(CSTA_HAS, name) \
			} has; \
		}; \
		ROWS(CSTA_HEAD, name) \
		ROWS(CSTA_TAIL, name) \
	};

#define CSTA_W(words, most) \
	struct csta_##words##_list { \
		uint32_t count; \
		_Alignas(uint64_t) enum csta_##words items[most]; \
	};
CSTA_ENUM_LISTS(CSTA_W)
#undef CSTA_W

#define CSTA_P(name, ROWS, bare) CSTA_STRUCT(name, ROWS)
#define CSTA_Q(name, ROWS, bare)
CSTA_PARTS(CSTA_P, CSTA_Q)
#undef CSTA_Q
#undef CSTA_P

#define CSTA_I(item, most) \
	struct csta_##item##_list { \
		uint32_t count; \
		_Alignas(uint64_t) struct csta_##item items[most]; \
	};
CSTA_PART_LISTS(CSTA_I)
#undef CSTA_I

#define CSTA_M(type, root, member, ROWS) CSTA_STRUCT(member, ROWS)
#define CSTA_E(type, root)
CSTA_MESSAGES(CSTA_M, CSTA_E)
#undef CSTA_E
#undef CSTA_M

enum csta_type {
	CSTA_NONE,
	CSTA_UNKNOWN, // well-formed, but the root element is none of ours
#define CSTA_M(type, root, member, ROWS) type,
#define CSTA_E(type, root) type,
	CSTA_MESSAGES(CSTA_M, CSTA_E)
#undef CSTA_E
#undef CSTA_M
		CSTA_TYPES,
};

enum csta_ns {
	CSTA_NS_NONE, // the root had no namespace; answered with edition 3
#define CSTA_N(name, string) name,
	CSTA_NAMESPACES(CSTA_N)
#undef CSTA_N
		CSTA_NS_OTHER, // the reader has the string
};

struct csta_msg {
	uint16_t type; // enum csta_type
	uint8_t ns;    // enum csta_ns
	uint8_t reserved[5];
	union {
#define CSTA_M(type, root, member, ROWS) struct csta_##member member;
#define CSTA_E(type, root)
		CSTA_MESSAGES(CSTA_M, CSTA_E)
#undef CSTA_E
#undef CSTA_M
	} body;
};

static_assert(sizeof(struct csta_msg) <= CSTA_MSG_MAX, "messages travel by value");

// --- messages ------------------------------------------------------------------------------------

// Builds the tables and starts libxml2. Once, before any thread reads or writes; more calls do
// nothing.
void csta_init(void);

// An empty message of this type, no namespace.
void csta_msg_init(struct csta_msg *msg, enum csta_type type);

// Bytes in use, from the start of msg: all that needs to be copied.
size_t csta_msg_size(const struct csta_msg *msg);

// The root element's name; "-" for CSTA_NONE and "unknown" for CSTA_UNKNOWN.
const char *csta_type_name(enum csta_type type);

// The positive response to a request, or CSTA_NONE when the type is no request.
enum csta_type csta_response_type(enum csta_type type);

// The namespace's string; edition 3's for CSTA_NS_NONE and CSTA_NS_OTHER.
const char *csta_ns_string(enum csta_ns ns);
enum csta_ns csta_ns_find(struct span string);

// One line for people, always terminated: the root, then element=value. Returns the length snprintf
// would have.
int csta_print(const struct csta_msg *msg, char *text, size_t size);

// False (and an empty field) when a text is too long for its field.
bool csta_connection_set(struct csta_connection *connection, const char *call_id,
	const char *device_id);
// NULL or "": not known.
bool csta_subject_set(struct csta_subject *subject, const char *device);

// CSTAErrorCode: a category and a word of its list (unspecified has none).
enum csta_error_category {
	CSTA_ERROR_OPERATION,	 // enum csta_operation_error
	CSTA_ERROR_SECURITY,	 // enum csta_security_error
	CSTA_ERROR_STATE,	 // enum csta_state_error
	CSTA_ERROR_RESOURCE,	 // enum csta_resource_error
	CSTA_ERROR_SUBSCRIBED,	 // enum csta_subscribed_error
	CSTA_ERROR_PERFORMANCE,	 // enum csta_performance_error
	CSTA_ERROR_PRIVATE_DATA, // enum csta_private_data_error
	CSTA_ERROR_UNSPECIFIED,
	CSTA_ERROR_CATEGORIES,
};

// Makes msg a CSTAErrorCode, no namespace.
void csta_error_set(struct csta_msg *msg, enum csta_error_category category, unsigned word);

// --- reader --------------------------------------------------------------------------------------

// X(enumerator, text)
#define CSTA_VERDICTS(X) \
	X(CSTA_READ_OK, "ok") \
	X(CSTA_READ_TOO_LARGE, "body too large") \
	X(CSTA_READ_BAD_ENCODING, "character encoding not accepted") \
	X(CSTA_READ_NOT_XML, "not well-formed") \
	X(CSTA_READ_DTD, "document type declaration") \
	X(CSTA_READ_TOO_DEEP, "elements nested too deep") \
	X(CSTA_READ_TOO_MANY_ELEMENTS, "too many elements") \
	X(CSTA_READ_TOO_MANY_ATTRIBUTES, "too many attributes") \
	X(CSTA_READ_NO_MEMORY, "out of memory") \
	X(CSTA_READ_UNKNOWN_SERVICE, "unknown root element") \
	X(CSTA_READ_MISSING_ELEMENT, "mandatory element missing") \
	X(CSTA_READ_BAD_VALUE, "bad value") \
	X(CSTA_READ_TEXT_TOO_LONG, "text too long")

enum csta_verdict {
#define X(name, text) name,
	CSTA_VERDICTS(X)
#undef X
		CSTA_READ_VERDICTS,
};

const char *csta_verdict_name(enum csta_verdict verdict);

// One for each thread that reads.
struct csta_reader {
	struct span ns; // of the root last read, valid until the next call; empty: none
	char bad_element[CSTA_ELEMENT_SIZE]; // which element the verdict is about, or ""
	uint32_t skipped;		     // unknown elements in the last body
	struct csta_parse *parse;	     // the reader's own
};

// Returns 0 or -ENOMEM. csta_reader_fini() frees what it holds.
int csta_reader_init(struct csta_reader *reader);
void csta_reader_fini(struct csta_reader *reader);

// Reads one body. Elements go by local name, without case, in any namespace and any order; what is
// unknown is skipped. UTF-8, US-ASCII and ISO-8859-1 are read, text comes out as UTF-8. With the
// verdicts UNKNOWN_SERVICE to TEXT_TOO_LONG the body was well-formed: out->type (CSTA_UNKNOWN for
// the first) and out->ns are right, the members are what could be read. With the others out->type
// is CSTA_NONE.
enum csta_verdict csta_read(struct csta_reader *reader, const char *xml, size_t n,
	struct csta_msg *out);

// --- writer --------------------------------------------------------------------------------------

// Writes the message as an XML document, not terminated, in the namespace given, or in msg->ns when
// ns is NULL. Returns its length; -ENOBUFS when it does not fit; -EINVAL when msg is no message, or
// a mandatory word or alternative is not set.
ssize_t csta_write(const struct csta_msg *msg, const char *ns, char *buf, size_t size);
