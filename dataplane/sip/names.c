// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/sip/sip.h"

const char *sip_verdict_name(enum sip_verdict verdict)
{
	static const char *const names[] = {
#define X(name, status, text) [SIP_##name] = #name,
		SIP_VERDICTS(X)
#undef X
	};

	return verdict < SIP_VERDICT_COUNT ? names[verdict] : "?";
}

const char *sip_verdict_text(enum sip_verdict verdict)
{
	static const char *const texts[] = {
#define X(name, status, text) [SIP_##name] = text,
		SIP_VERDICTS(X)
#undef X
	};

	return verdict < SIP_VERDICT_COUNT ? texts[verdict] : "?";
}

unsigned sip_verdict_status(enum sip_verdict verdict)
{
	static const uint16_t statuses[] = {
#define X(name, status, text) [SIP_##name] = status,
		SIP_VERDICTS(X)
#undef X
	};

	return verdict < SIP_VERDICT_COUNT ? statuses[verdict] : 0;
}

const char *sip_method_name(enum sip_method method)
{
	static const char *const names[] = {
#define X(name) [SIP_##name] = #name,
		SIP_METHODS(X)
#undef X
	};

	return method > SIP_METHOD_NONE && method < SIP_METHOD_COUNT ? names[method] : "?";
}

enum sip_method sip_method_of(struct span text)
{
	static const struct span names[] = {
#define X(name) [SIP_##name] = { #name, sizeof(#name) - 1 },
		SIP_METHODS(X)
#undef X
	};

	for (int i = SIP_METHOD_NONE + 1; i < SIP_METHOD_COUNT; i++)
		if (span_eq(text, names[i]))
			return (enum sip_method)i;
	return SIP_METHOD_NONE;
}

// RFC 3261 21, RFC 4028 6.
static const struct {
	uint16_t status;
	const char *text;
} status_texts[] = {
	{ 100, "Trying" },
	{ 180, "Ringing" },
	{ 183, "Session Progress" },
	{ 200, "OK" },
	{ 202, "Accepted" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 408, "Request Timeout" },
	{ 413, "Request Entity Too Large" },
	{ 415, "Unsupported Media Type" },
	{ 416, "Unsupported URI Scheme" },
	{ 420, "Bad Extension" },
	{ 421, "Extension Required" },
	{ 422, "Session Interval Too Small" },
	{ 480, "Temporarily Unavailable" },
	{ 481, "Call/Transaction Does Not Exist" },
	{ 482, "Loop Detected" },
	{ 483, "Too Many Hops" },
	{ 486, "Busy Here" },
	{ 487, "Request Terminated" },
	{ 488, "Not Acceptable Here" },
	{ 491, "Request Pending" },
	{ 500, "Server Internal Error" },
	{ 501, "Not Implemented" },
	{ 503, "Service Unavailable" },
	{ 504, "Server Time-out" },
	{ 505, "Version Not Supported" },
	{ 513, "Message Too Large" },
	{ 600, "Busy Everywhere" },
	{ 603, "Decline" },
	{ 606, "Not Acceptable" },
};

const char *sip_status_text(unsigned status)
{
	static const char *const classes[] = { "Unknown", "Progress", "Success", "Redirection",
		"Request Failure", "Server Failure", "Global Failure" };

	for (size_t i = 0; i < sizeof(status_texts) / sizeof(status_texts[0]); i++)
		if (status_texts[i].status == status)
			return status_texts[i].text;
	return classes[status / 100 <= 6 ? status / 100 : 0];
}
