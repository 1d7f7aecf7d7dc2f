// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What a request has to be like before anybody acts on it (RFC 3261 8.2). A check returns the
// status to refuse with, or 0.
#include "dataplane/sip/core.h"

static unsigned check_uri(const struct sip_in *in)
{
	struct sip_uri uri;

	if (!sip_uri_parse(in->msg->uri, &uri))
		return 400;
	return uri.scheme == SIP_SCHEME_OTHER ? 416 : 0;
}

// Max-Forwards 0 is no reason to refuse: the request has arrived.
static unsigned check_numbers(const struct sip_in *in)
{
	struct span hops = sip_value(in->msg, SIP_H_MAX_FORWARDS);
	uint32_t number;

	return hops.p != NULL && !sip_number_parse(hops, &number) ? 400 : 0;
}

static unsigned check_require(const struct sip_in *in)
{
	struct sip_walk walk = sip_walk_of(in->msg, SIP_H_REQUIRE);
	struct span option;

	while (sip_walk_next(&walk, &option))
		if (!span_ieq(option, SPAN("timer")))
			return 420;
	return 0;
}

unsigned sip_check_request(const struct sip_in *in)
{
	static unsigned (*const checks[])(
		const struct sip_in *) = { check_uri, check_numbers, check_require };
	unsigned status = 0;

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]) && status == 0; i++)
		status = checks[i](in);
	return status;
}

static bool encoding_is_identity(const struct sip_msg *msg)
{
	struct sip_walk walk = sip_walk_of(msg, SIP_H_CONTENT_ENCODING);
	struct span coding;

	while (sip_walk_next(&walk, &coding))
		if (!span_ieq(coding, SPAN("identity")))
			return false;
	return true;
}

static bool type_is(const struct sip_media_type *type, struct sip_media_type other)
{
	return span_ieq(type->type, other.type) && span_ieq(type->subtype, other.subtype);
}

// Finds the body that control is to read; it stays empty when there is none, or one that may be
// ignored.
unsigned sip_check_content(const struct sip_in *in, struct span *body)
{
	const struct sip_media_type sdp = { SPAN("application"), SPAN("sdp") };
	const struct sip_msg *msg = in->msg;
	struct sip_media_type type = { 0 };

	*body = SPAN_NONE;
	if (msg->body.n == 0)
		return 0;
	if (sip_media_type_parse(sip_value(msg, SIP_H_CONTENT_TYPE), &type) &&
		type_is(&type, in->ep->accept) && encoding_is_identity(msg)) {
		*body = msg->body;
		return 0;
	}
	if (sip_handling_optional(sip_value(msg, SIP_H_CONTENT_DISPOSITION)))
		return 0;
	return type_is(&type, sdp) ? 488 : 415;
}

bool sip_supports_timer(const struct sip_msg *msg)
{
	return sip_has_option(msg, SIP_H_SUPPORTED, SPAN("timer")) ||
	       sip_has_option(msg, SIP_H_REQUIRE, SPAN("timer"));
}

bool sip_read_timer(const struct sip_msg *msg, struct sip_indication *indication)
{
	struct span text = sip_value(msg, SIP_H_SESSION_EXPIRES);
	struct span min_se = sip_value(msg, SIP_H_MIN_SE);
	struct sip_session_expires se = { 0 };
	uint32_t least = 0;

	if (text.p != NULL && !sip_session_expires_parse(text, &se))
		return false;
	if (min_se.p != NULL && !sip_number_parse(min_se, &least))
		return false;
	indication->session_expires = se.seconds;
	indication->refresher = (uint8_t)se.refresher;
	indication->min_se = least;
	return true;
}

// RFC 4028 9: a peer without the extension, whose interval a proxy named, could do nothing with a
// 422.
unsigned sip_check_timer(const struct sip_in *in, struct sip_indication *indication)
{
	if (!sip_read_timer(in->msg, indication))
		return 400;
	if (sip_value(in->msg, SIP_H_SESSION_EXPIRES).p != NULL &&
		indication->session_expires < SIP_MIN_SE && sip_supports_timer(in->msg))
		return 422;
	return 0;
}
