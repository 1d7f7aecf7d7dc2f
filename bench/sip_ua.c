// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "bench/sip_ua.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/address.h"

enum { SIP_PORT = 5060, T1_US = 500000, T2_US = 4000000 };

static void name_address(const struct sockaddr_in *sa, char *text, size_t size)
{
	char host[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &sa->sin_addr, host, sizeof(host));
	snprintf(text, size, "%s:%u", host, ntohs(sa->sin_port));
}

int sip_ua_open(struct sip_ua *ua, const char *server, bool tcp, const char *user, const char *line)
{
	struct sockaddr_in sa;
	socklen_t size = sizeof(sa);
	uint64_t random[2];
	int one = 1;

	*ua = (struct sip_ua){ .fd = -1, .tcp = tcp };
	if (!address_parse(server, SIP_PORT, &sa))
		return -EINVAL;
	name_address(&sa, ua->server, sizeof(ua->server));
	snprintf(ua->user, sizeof(ua->user), "%s", user);
	snprintf(ua->line, sizeof(ua->line), "%s", line);
	snprintf(ua->target, sizeof(ua->target), "sip:%s@%s", line, ua->server);
	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	snprintf(ua->call_id, sizeof(ua->call_id), "%016llx", (unsigned long long)random[0]);
	snprintf(ua->tag, sizeof(ua->tag), "%08x", (unsigned)random[1]);

	ua->fd = socket(AF_INET, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
	if (ua->fd < 0)
		return -errno;
	if (tcp)
		setsockopt(ua->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(ua->fd, (struct sockaddr *)&sa, sizeof(sa)) != 0 ||
		getsockname(ua->fd, (struct sockaddr *)&sa, &size) != 0 ||
		fcntl(ua->fd, F_SETFL, O_NONBLOCK) != 0) {
		int error = errno;

		sip_ua_close(ua);
		return -error;
	}
	name_address(&sa, ua->local, sizeof(ua->local));
	return 0;
}

void sip_ua_close(struct sip_ua *ua)
{
	if (ua->fd >= 0)
		close(ua->fd);
	ua->fd = -1;
}

static int send_all(struct sip_ua *ua, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t put = send(ua->fd, bytes, n, MSG_NOSIGNAL);

		if (put < 0 && errno == EAGAIN) {
			usleep(1000);
			continue;
		}
		if (put < 0)
			return -errno;
		bytes += put;
		n -= (size_t)put;
	}
	return 0;
}

static uint32_t request_cseq(struct sip_ua *ua, const char *method)
{
	if (strcmp(method, "ACK") == 0)
		return ua->invite_cseq;
	ua->cseq++;
	if (strcmp(method, "INVITE") == 0)
		ua->invite_cseq = ua->cseq;
	return ua->cseq;
}

int sip_ua_request(struct sip_ua *ua, const char *method, struct span body)
{
	const char *proto = ua->tcp ? "tcp" : "udp";
	uint32_t cseq = request_cseq(ua, method);
	int n;

	n = snprintf(ua->sent, sizeof(ua->sent),
		"%s %s SIP/2.0\r\n"
		"Via: SIP/2.0/%s %s;branch=z9hG4bK%s%u%s;rport\r\n"
		"Max-Forwards: 70\r\n"
		"From: <sip:%s@%s>;tag=%s\r\n"
		"To: <sip:%s@%s>%s%s\r\n"
		"Call-ID: %s\r\n"
		"CSeq: %u %s\r\n"
		"Contact: <sip:%s@%s;transport=%s>\r\n"
		"Supported: timer\r\n"
		"%s"
		"Content-Length: %zu\r\n"
		"\r\n"
		"%.*s",
		method, ua->target, ua->tcp ? "TCP" : "UDP", ua->local, ua->tag, cseq,
		strcmp(method, "ACK") == 0 && !ua->refused ? "a" : "", ua->user, ua->local, ua->tag, ua->line,
		ua->server, ua->to_tag[0] != '\0' ? ";tag=" : "", ua->to_tag, ua->call_id, cseq, method,
		ua->user, ua->local, proto,
		body.n == 0 ? "" : "Content-Disposition: signal;handling=required\r\n"
				   "Content-Type: application/csta+xml\r\n",
		body.n, SPAN_FMT(body));
	if (n < 0 || (size_t)n >= sizeof(ua->sent))
		return -EMSGSIZE;
	ua->sent_size = (size_t)n;
	if (strcmp(method, "ACK") != 0) {
		ua->waiting = cseq;
		ua->resend_after_us = T1_US;
		ua->resend_at_us = 0;
	}
	n = send_all(ua, ua->sent, ua->sent_size);
	return n < 0 ? n : (int)cseq;
}

int sip_ua_retransmit(struct sip_ua *ua, uint64_t now_us)
{
	if (ua->tcp || ua->waiting == 0)
		return 0;
	if (ua->resend_at_us == 0) {
		ua->resend_at_us = now_us + ua->resend_after_us;
		return 0;
	}
	if (now_us < ua->resend_at_us)
		return 0;
	if (ua->resend_after_us > 8 * T2_US)
		return -ETIMEDOUT;
	ua->resend_after_us *= 2;
	ua->resend_at_us = now_us + (ua->resend_after_us < T2_US ? ua->resend_after_us : T2_US);
	return send_all(ua, ua->sent, ua->sent_size);
}

// The value of the nth (from 0) header of that name within the head of a message.
static struct span header(struct span head, const char *name, int nth)
{
	struct span want = span_str(name);

	while (head.n > 0) {
		size_t eol = span_find(head, '\n');
		struct span line = span_head(head, eol);
		size_t colon = span_find(line, ':');

		if (colon < line.n && span_ieq(span_trim(span_head(line, colon)), want) && nth-- == 0)
			return span_trim(span_from(line, colon + 1));
		head = span_from(head, eol + 1);
	}
	return SPAN_NONE;
}

// Text between `before` and the next character of `stops`.
static struct span cut(struct span text, const char *before, const char *stops)
{
	const char *hit = text.n == 0 ? NULL : memmem(text.p, text.n, before, strlen(before));
	struct span rest;
	size_t n = 0;

	if (hit == NULL)
		return SPAN_NONE;
	rest = span_from(text, (size_t)(hit - text.p) + strlen(before));
	while (n < rest.n && strchr(stops, rest.p[n]) == NULL)
		n++;
	return span_head(rest, n);
}

int sip_ua_answer(struct sip_ua *ua, const struct sip_ua_message *request, int status)
{
	char out[4096];
	struct span head = request->raw;
	int n = snprintf(out, sizeof(out), "SIP/2.0 %d %s\r\n", status, status == 200 ? "OK" : "-");

	for (int i = 0; header(head, "Via", i).n > 0 && n < 3000; i++)
		n += snprintf(out + n, sizeof(out) - (size_t)n, "Via: %.*s\r\n",
			SPAN_FMT(header(head, "Via", i)));
	n += snprintf(out + n, sizeof(out) - (size_t)n,
		"From: %.*s\r\nTo: %.*s\r\nCall-ID: %.*s\r\nCSeq: %.*s\r\nContent-Length: 0\r\n\r\n",
		SPAN_FMT(header(head, "From", 0)), SPAN_FMT(header(head, "To", 0)),
		SPAN_FMT(header(head, "Call-ID", 0)), SPAN_FMT(header(head, "CSeq", 0)));
	return (size_t)n < sizeof(out) ? send_all(ua, out, (size_t)n) : -EMSGSIZE;
}

static int read_socket(struct sip_ua *ua)
{
	ssize_t got;

	if (ua->used > 0) {
		ua->have -= ua->used;
		memmove(ua->in, ua->in + ua->used, ua->have);
		ua->used = 0;
	}
	if (!ua->tcp && ua->have > 0)
		return 0;
	got = recv(ua->fd, ua->in + ua->have, sizeof(ua->in) - ua->have, 0);
	if (got < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (got == 0 && ua->tcp && ua->have == 0)
		return -EPIPE;
	ua->have += (size_t)got;
	return 0;
}

// What a final answer of the engine teaches the dialog. A refused INVITE makes none, but its ACK needs
// the tag.
static void dialog_learn(struct sip_ua *ua, struct span head, const struct sip_ua_message *answer)
{
	struct span tag = cut(header(head, "To", 0), ";tag=", ";");
	struct span target = cut(header(head, "Contact", 0), "<", ">");

	if (answer->status < 200)
		return;
	if (span_eq(answer->method, SPAN("INVITE")))
		ua->refused = answer->status > 299;
	if (ua->to_tag[0] == '\0')
		span_copy(tag, ua->to_tag, sizeof(ua->to_tag));
	if (answer->status < 300 && target.n > 0)
		span_copy(target, ua->target, sizeof(ua->target));
}

static int message_read(struct sip_ua *ua, struct span raw, struct span head, struct span body,
	struct sip_ua_message *message)
{
	struct span cseq = header(head, "CSeq", 0);
	size_t blank = span_find(cseq, ' ');
	uint32_t status = 0;

	*message = (struct sip_ua_message){ .body = body, .raw = raw };
	if (!span_u32(span_head(cseq, blank), &message->cseq))
		return -EBADMSG;
	message->method = span_trim(span_from(cseq, blank));
	if (raw.n > 12 && memcmp(raw.p, "SIP/2.0 ", 8) == 0) {
		if (!span_u32(span_of(raw.p + 8, 3), &status))
			return -EBADMSG;
		message->status = (int)status;
		span_u32(cut(header(head, "Session-Expires", 0), "", "; "), &message->session_expires_s);
		if (message->cseq == ua->waiting && status >= 200)
			ua->waiting = 0;
		dialog_learn(ua, head, message);
	}
	return 1;
}

int sip_ua_next(struct sip_ua *ua, struct sip_ua_message *message)
{
	int status = read_socket(ua);
	struct span all = span_of(ua->in, ua->have);
	const char *blank;
	struct span head;
	uint32_t length = 0;
	size_t size;

	if (status < 0)
		return status;
	blank = all.n == 0 ? NULL : memmem(all.p, all.n, "\r\n\r\n", 4);
	if (blank == NULL)
		return ua->tcp || all.n == 0 ? 0 : -EBADMSG;
	head = span_head(all, (size_t)(blank - all.p) + 2);
	if (!span_u32(header(head, "Content-Length", 0), &length))
		return -EBADMSG;
	size = head.n + 2 + length;
	if (size > all.n)
		return ua->tcp && size < sizeof(ua->in) ? 0 : -EBADMSG;
	ua->used = ua->tcp ? size : all.n;
	return message_read(ua, span_head(all, size), head, span_of(all.p + head.n + 2, length),
		message);
}
