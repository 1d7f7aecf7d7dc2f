// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "bench/micro/message.h"

#include <stdio.h>
#include <string.h>

#include "bench/micro/bench.h"

enum { DIGITS = 10 };

#define BRANCH "z9hG4bK-c3d1-"

static const char monitor_start[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
	"<MonitorStart xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">\r\n"
	"  <monitorObject>\r\n"
	"    <deviceObject>tel:201;phone-context=dialstring</deviceObject>\r\n"
	"  </monitorObject>\r\n"
	"  <requestedMonitorFilter>\r\n"
	"    <callcontrol>\r\n"
	"      <bridged>true</bridged>\r\n"
	"      <digitsDialed>true</digitsDialed>\r\n"
	"      <networkReached>true</networkReached>\r\n"
	"    </callcontrol>\r\n"
	"  </requestedMonitorFilter>\r\n"
	"  <monitorType>device</monitorType>\r\n"
	"  <requestedMonitorMediaClass>\r\n"
	"    <voice>true</voice>\r\n"
	"  </requestedMonitorMediaClass>\r\n"
	"</MonitorStart>\r\n";

const struct span message_monitor_start = { monitor_start, sizeof(monitor_start) - 1 };

static const char make_call[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
	"<MakeCall xmlns=\"http://www.ecma-international.org/standards/ecma-323/csta/ed3\">\r\n"
	"  <callingDevice>tel:201;phone-context=dialstring</callingDevice>\r\n"
	"  <calledDirectoryNumber>tel:202</calledDirectoryNumber>\r\n"
	"  <autoOriginate>doNotPrompt</autoOriginate>\r\n"
	"</MakeCall>\r\n";

const struct span message_make_call = { make_call, sizeof(make_call) - 1 };

size_t message_info(char text[MESSAGE_SIZE], const char *tag, struct span body)
{
	int n = snprintf(text, MESSAGE_SIZE,
		"INFO sip:201@10.0.0.1:5060;transport=tcp SIP/2.0\r\n"
		"Via: SIP/2.0/TCP 10.0.0.100:49712;branch=" BRANCH "%u\r\n"
		"Max-Forwards: 70\r\n"
		"From: \"Alice Example\" <sip:alice@example.com>;tag=8f2d6c1a97;epid=3b1d0e6f52\r\n"
		"To: <sip:201@cme.example.com>;tag=%s\r\n"
		"Call-ID: 5f0c3d2e9b8a4c71a6d4e0f1b2c3d4e5\r\n"
		"CSeq: %u INFO\r\n"
		"Contact: <sip:alice@10.0.0.100:49712;transport=tcp;ms-opaque=d3470f2e1d>\r\n"
		"User-Agent: RTC/1.5 (a client with telephony control)\r\n"
		"Allow: INVITE, ACK, BYE, CANCEL, INFO, MESSAGE, UPDATE, OPTIONS, REFER\r\n"
		"Supported: timer, gruu-10, histinfo\r\n"
		"Date: Fri, 02 Jan 2026 10:00:00 GMT\r\n"
		"Content-Disposition: signal;handling=required\r\n"
		"Content-Type: application/csta+xml\r\n"
		"Content-Length: %zu\r\n"
		"\r\n"
		"%.*s",
		MESSAGE_CSEQ_FIRST, tag, MESSAGE_CSEQ_FIRST, body.n, SPAN_FMT(body));

	bench_require(n > 0 && n < MESSAGE_SIZE);
	return (size_t)n;
}

size_t message_cseq_at(const char *text)
{
	return (size_t)(strstr(text, "\r\nCSeq: ") + 8 - text);
}

size_t message_branch_at(const char *text)
{
	return (size_t)(strstr(text, BRANCH) + strlen(BRANCH) - text);
}

void message_count(char *digits)
{
	int i = DIGITS - 1;

	while (i > 0 && digits[i] == '9')
		digits[i--] = '0';
	digits[i]++;
}
