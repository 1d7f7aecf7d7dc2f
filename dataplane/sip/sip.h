// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// SIP messages as they lie on the wire (RFC 3261 7 and 25). One pass over the bytes finds the
// fields this engine reads; the inside of a field is looked at only when somebody asks. Everything
// is a span into the caller's buffer: no copy, no allocation, no terminator needed.
//
// Leniency, decided once for every reader: a bare LF ends a line like CRLF does; CR and LF inside a
// folded field count as blanks; blanks before the colon are allowed; field names, methods of
// comparison and parameters follow 7.3.1 (names without case, methods with case). Bytes beyond
// Content-Length in a datagram are ignored (18.3).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum {
	SIP_MESSAGE_MAX =
		65535, // bytes, head and body; what a datagram can carry, and the limit on TCP
	SIP_HEADERS_MAX = 64, // fields known to headers.def in one message
	SIP_PORT = 5060,
	SIP_MIN_SE = 90, // seconds, RFC 4028 5
};

#define SIP_METHODS(X) \
	X(INVITE) \
	X(ACK) \
	X(CANCEL) \
	X(BYE) \
	X(INFO) \
	X(UPDATE) \
	X(OPTIONS) \
	X(REGISTER) \
	X(SUBSCRIBE) \
	X(NOTIFY) \
	X(MESSAGE) \
	X(PRACK) \
	X(REFER) \
	X(PUBLISH)

enum sip_method {
	SIP_METHOD_NONE, // one that no RFC we know of defines
#define X(name) SIP_##name,
	SIP_METHODS(X)
#undef X
		SIP_METHOD_COUNT,
};

enum sip_header_id {
	SIP_H_NONE,
#define X(id, name, first, last, compact, repeat, list) SIP_H_##id,
#include "dataplane/sip/headers.def"
#undef X
	SIP_H_COUNT,
};

// X(name, status to answer a request with or 0 for silence, text)
#define SIP_VERDICTS(X) \
	X(OK, 0, "well-formed") \
	X(MORE, 400, "the message is not complete") \
	X(NOT_SIP, 0, "the first line is not SIP") \
	X(BAD_VERSION, 505, "another version than SIP/2.0") \
	X(BAD_START_LINE, 400, "malformed start line") \
	X(BAD_HEADER, 400, "a line without a field name") \
	X(TOO_MANY_HEADERS, 400, "too many header fields") \
	X(TOO_LONG, 513, "longer than the limit") \
	X(REPEATED_HEADER, 400, "a field that may not repeat does") \
	X(MISSING_HEADER, 400, "a mandatory field is missing") \
	X(NO_LENGTH, 400, "no Content-Length on a stream") \
	X(BAD_LENGTH, 400, "malformed Content-Length") \
	X(BAD_CSEQ, 400, "malformed CSeq or another method's") \
	X(BAD_VIA, 400, "malformed Via") \
	X(BAD_ADDRESS, 400, "malformed From, To or Contact") \
	X(BAD_URI, 400, "malformed Request-URI") \
	X(BAD_NUMBER, 400, "malformed number in a field")

enum sip_verdict {
#define X(name, status, text) SIP_##name,
	SIP_VERDICTS(X)
#undef X
		SIP_VERDICT_COUNT,
};

struct sip_header {
	struct span value; // trimmed; may hold folds (CRLF and blanks)
	uint8_t id;        // enum sip_header_id
	uint8_t next;      // 1 + index of the next field of this id, 0: none
};

struct sip_cseq {
	uint32_t number; // below 2^31 (8.1.1.5)
	struct span method;
};

struct sip_msg {
	struct span bytes; // the whole message, head and body
	struct span head;  // up to and with the empty line
	struct span body;
	bool request;
	uint8_t method;          // enum sip_method; of a response: the one in CSeq
	uint8_t header_count;    // entries of header[] in use
	bool has_length;         // one Content-Length, well-formed: the message's end is sure
	uint16_t status;         // of a response, 100 to 699
	uint32_t content_length; // as told, or the rest of the buffer when not told
	struct span method_text;
	struct span uri;    // Request-URI
	struct span reason; // of a response
	struct sip_cseq cseq;
	uint8_t first[SIP_H_COUNT]; // 1 + index into header[] of the first field of this id, 0:
				    // none
	uint8_t last[SIP_H_COUNT];
	struct sip_header header[SIP_HEADERS_MAX];
};

// Reads one message from p[0..n). SIP_MORE: the head has no end yet or the body is short; on a
// stream ask again with more bytes, of a datagram it is a fault. SIP_OK: msg is filled and
// msg->bytes.n says how long it is. Any other verdict: msg holds whatever could be read (the fields
// may serve for an answer). A message without Content-Length takes the whole rest as its body
// (18.3): streams check has_length.
enum sip_verdict sip_parse(struct sip_msg *msg, const void *p, size_t n);

const char *sip_verdict_name(enum sip_verdict verdict);
const char *sip_verdict_text(enum sip_verdict verdict);
unsigned sip_verdict_status(enum sip_verdict verdict);
const char *sip_method_name(enum sip_method method);
enum sip_method sip_method_of(struct span text); // by case, 7.1
const char *sip_status_text(unsigned status);    // the RFC's reason phrase, or the class's

// The first field of this id, or an empty span with p NULL.
static inline struct span sip_value(const struct sip_msg *msg, enum sip_header_id id)
{
	return msg->first[id] == 0 ? SPAN_NONE : msg->header[msg->first[id] - 1].value;
}

// --- lists
// ------------------------------------------------------------------------------------------

// Walks the elements of a field that may repeat and may hold a comma list, in order. Empty elements
// are passed over.
struct sip_walk {
	const struct sip_msg *msg;
	struct span rest;
	uint8_t next;
};

struct sip_walk sip_walk_of(const struct sip_msg *msg, enum sip_header_id id);
bool sip_walk_next(struct sip_walk *walk, struct span *element);

// Does an option list (Require, Supported) name this tag?
bool sip_has_option(const struct sip_msg *msg, enum sip_header_id id, struct span option);

// --- bodies of fields
// -------------------------------------------------------------------------------

enum sip_scheme {
	SIP_SCHEME_OTHER,
	SIP_SCHEME_SIP,
	SIP_SCHEME_SIPS,
	SIP_SCHEME_TEL,
};

struct sip_uri {
	enum sip_scheme scheme;
	struct span scheme_text;
	struct span user;    // of tel: the number; of other schemes: all after the colon
	struct span host;    // an IPv6 literal without its brackets
	uint16_t port;       // 0: not named
	struct span params;  // from the first ';' on, may be empty
	struct span headers; // after '?'
};

// False when it is no URI. Schemes other than sip, sips and tel are only split at the colon.
bool sip_uri_parse(struct span text, struct sip_uri *uri);

struct sip_via {
	struct span whole; // this element
	struct span transport;
	struct span host;
	uint16_t port; // 0: not named
	bool bracketed;
	struct span branch;     // empty: none
	struct span maddr;      // likewise
	bool rport;             // the parameter is there, with or without a value (RFC 3581)
	struct span rport_text; // the parameter as it stands, for replacement
};

bool sip_via_parse(struct span text, struct sip_via *via);
// The topmost Via. False: malformed.
bool sip_via_top(const struct sip_msg *msg, struct sip_via *via);

// From, To, Contact, Route, Record-Route: name-addr or addr-spec, with parameters.
struct sip_address {
	struct span display; // quotes kept
	struct span uri;     // without the brackets
	struct span params;  // of the field, from the first ';' on
	struct span tag;     // empty: none
};

bool sip_address_parse(struct span text, struct sip_address *address);
bool sip_cseq_parse(struct span text, struct sip_cseq *cseq);

// Looks a parameter up in ";a=b;c". False: not there, *value is left alone. value is empty for a
// flag, unquoted otherwise.
bool sip_param(struct span params, struct span name, struct span *value);

enum sip_refresher {
	SIP_REFRESHER_UNSET,
	SIP_REFRESHER_UAC,
	SIP_REFRESHER_UAS,
};

struct sip_session_expires {
	uint32_t seconds;
	enum sip_refresher refresher;
};

bool sip_session_expires_parse(struct span text, struct sip_session_expires *se);
// Leading number of Min-SE, Expires, Max-Forwards; parameters behind it are ignored.
bool sip_number_parse(struct span text, uint32_t *number);

struct sip_media_type {
	struct span type;
	struct span subtype;
};

// Content-Type without its parameters. False: malformed.
bool sip_media_type_parse(struct span text, struct sip_media_type *type);

// Content-Disposition: true when the receiver may ignore a body it does not understand
// (handling=optional, 20.11).
bool sip_handling_optional(struct span text);
