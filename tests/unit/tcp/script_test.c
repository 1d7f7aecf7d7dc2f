// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Plays one script (tests/tcp/*.pkt; their grammar is in tests/tcp/README) against the core, on a
// virtual clock. Ends with 0, or says which line was not met and why.
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/tcp/tcb.h"

enum { TOLERANCE_US = 25000, STEP_US = 1000, OUT_MAX = 64, PEER_ISN = 700000 };

struct out {
	uint64_t at_us;
	struct tcp_segment seg;
};

struct script {
	const char *name;
	int line;
	struct tcp_config config;
	struct tcp_stack *stack;
	uint64_t now_us;
	uint64_t at_us; // of the line
	struct endpoint us;
	struct endpoint peer;
	handle_t conn;
	uint32_t isn; // ours, from the first SYN seen
	bool isn_known;
	uint8_t events; // not yet expected
	uint8_t reason;
	uint32_t ts_last;
	struct out outs[OUT_MAX];
	unsigned nouts;
};

static void give_up_on(const struct script *s, const char *what, const char *detail)
{
	fprintf(stderr, "%s:%d: %s%s%s\n", s->name, s->line, what, *detail != '\0' ? ": " : "",
		detail);
	exit(1);
}

static void start(struct script *s)
{
	const struct siphash_key key = { 11, 12 };

	if (s->stack != NULL)
		return;
	if (tcp_stack_init(&s->stack, &s->config, 1, &key, s->now_us) < 0)
		give_up_on(s, "bad configuration", "");
}

static void collect(struct script *s)
{
	struct tcp_segment seg;
	struct tcp_event event;

	while (tcp_event_next(s->stack, &event)) {
		s->conn = event.conn;
		s->events |= event.events;
		s->reason = event.reason;
	}
	while (tcp_output_next(s->stack, s->now_us, &seg)) {
		if (s->nouts == OUT_MAX)
			give_up_on(s, "too many segments", "");
		if ((seg.flags & TCP_SYN) && !s->isn_known) {
			s->isn = seg.seq;
			s->isn_known = true;
		}
		if (seg.options.present & TCP_OPT_TIMESTAMP)
			s->ts_last = seg.options.ts_value;
		s->outs[s->nouts++] = (struct out){ s->now_us, seg };
	}
}

static void show(const struct script *s, const struct tcp_segment *seg, char *text, size_t size)
{
	snprintf(text, size, "%s%s%s%s%s seq %u len %u ack %u win %u",
		seg->flags & TCP_SYN ? "S" : "", seg->flags & TCP_FIN ? "F" : "",
		seg->flags & TCP_RST ? "R" : "", seg->flags & TCP_PSH ? "P" : "",
		seg->flags & TCP_ACK ? "." : "", seg->seq - s->isn, seg->len, seg->ack - PEER_ISN,
		seg->wnd);
}

static void nothing_left(const struct script *s)
{
	char text[128];

	if (s->nouts == 0)
		return;
	show(s, &s->outs[0].seg, text, sizeof(text));
	give_up_on(s, "segment not expected", text);
}

static void run_to(struct script *s, uint64_t until_us, bool stop_at_output)
{
	collect(s);
	while (s->now_us < until_us && !(stop_at_output && s->nouts > 0)) {
		s->now_us += STEP_US;
		tcp_expire(s->stack, s->now_us);
		collect(s);
	}
}

// --- reading lines -------------------------------------------------------------------------------

static char *word(char **rest)
{
	char *p = *rest;
	char *end;

	while (isspace((unsigned char)*p))
		p++;
	end = p;
	while (*end != '\0' && !isspace((unsigned char)*end))
		end++;
	*rest = *end == '\0' ? end : end + 1;
	*end = '\0';
	return p;
}

static uint32_t number(const struct script *s, const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 0);

	if (*text == '\0' || *end != '\0')
		give_up_on(s, "not a number", text);
	return (uint32_t)n;
}

static uint8_t flags_read(const struct script *s, const char *text)
{
	static const char letters[] = "FSRP.U"; // in the order of the bits
	uint8_t flags = 0;

	for (; *text != '\0'; text++) {
		const char *at = strchr(letters, *text);

		if (at == NULL)
			give_up_on(s, "bad flags", text);
		flags |= (uint8_t)(1 << (at - letters));
	}
	return flags;
}

// What a segment line says; `given` tells which parts it does.
struct line_seg {
	struct tcp_segment seg;
	bool ack_given;
	bool wnd_given;
	bool options_given;
};

static void option_read(const struct script *s, char *text, struct tcp_options *options)
{
	char *rest = text;
	const char *name = word(&rest);

	if (strcmp(name, "mss") == 0) {
		options->present |= TCP_OPT_MSS;
		options->mss = (uint16_t)number(s, word(&rest));
	} else if (strcmp(name, "wscale") == 0) {
		options->present |= TCP_OPT_WSCALE;
		options->wscale = (uint8_t)number(s, word(&rest));
	} else if (strcmp(name, "sackOK") == 0) {
		options->present |= TCP_OPT_SACK_OK;
	} else if (strcmp(name, "TS") == 0) { // the echo is always the last one we sent
		options->present |= TCP_OPT_TIMESTAMP;
		options->ts_value = number(s, word(&rest));
		options->ts_echo = s->ts_last;
	} else if (strcmp(name, "sack") == 0) {
		const char *range;

		while (*(range = word(&rest)) != '\0' && options->nsacks < TCP_SACK_MAX) {
			struct tcp_sack *sack = &options->sacks[options->nsacks++];

			if (sscanf(range, "%u:%u", &sack->left, &sack->right) != 2)
				give_up_on(s, "bad range", range);
		}
	} else {
		give_up_on(s, "unknown option", name);
	}
}

static void options_read(const struct script *s, char *text, struct line_seg *line)
{
	char *save = NULL;

	line->options_given = true;
	for (char *one = strtok_r(text, ",", &save); one != NULL; one = strtok_r(NULL, ",", &save))
		option_read(s, one, &line->seg.options);
}

static struct line_seg segment_read(const struct script *s, char *rest)
{
	struct line_seg line = { .seg.wnd = 65535 };
	char *open = strchr(rest, '<');
	unsigned from, to, len;
	char *w;

	if (open != NULL) {
		char *close = strchr(open, '>');

		if (close == NULL)
			give_up_on(s, "'>' missing", "");
		*close = '\0';
		*open = '\0';
		options_read(s, open + 1, &line);
	}
	line.seg.flags = flags_read(s, word(&rest));
	w = word(&rest);
	if (sscanf(w, "%u:%u(%u)", &from, &to, &len) != 3 || to - from != len)
		give_up_on(s, "bad sequence numbers", w);
	line.seg.seq = from;
	line.seg.len = (uint16_t)len;
	while (*(w = word(&rest)) != '\0') {
		uint32_t value = number(s, word(&rest));

		if (strcmp(w, "ack") == 0) {
			line.seg.ack = value;
			line.ack_given = true;
		} else if (strcmp(w, "win") == 0) {
			line.seg.wnd = (uint16_t)value;
			line.wnd_given = true;
		} else {
			give_up_on(s, "unknown word", w);
		}
	}
	return line;
}

// --- actions -------------------------------------------------------------------------------------

// The peer's stream: the byte with number n is n modulo 251.
static void do_segment_in(struct script *s, char *rest)
{
	static uint8_t payload[UINT16_MAX];
	struct line_seg line = segment_read(s, rest);
	struct tcp_segment *seg = &line.seg;

	for (uint32_t i = 0; i < seg->len; i++)
		payload[i] = (uint8_t)((seg->seq + i) % 251);
	seg->payload = payload;
	seg->local = s->us;
	seg->remote = s->peer;
	seg->seq += PEER_ISN;
	seg->ack += line.ack_given ? s->isn : 0;
	for (uint8_t i = 0; i < seg->options.nsacks; i++) {
		seg->options.sacks[i].left += s->isn;
		seg->options.sacks[i].right += s->isn;
	}
	tcp_input(s->stack, seg, s->now_us);
	tcp_input_done(s->stack);
	collect(s);
}

static bool options_match(const struct tcp_options *want, const struct tcp_options *got)
{
	if (want->present != got->present || want->nsacks != got->nsacks ||
		want->mss != got->mss || want->wscale != got->wscale)
		return false;
	for (uint8_t i = 0; i < want->nsacks; i++) {
		if (want->sacks[i].left + PEER_ISN != got->sacks[i].left ||
			want->sacks[i].right + PEER_ISN != got->sacks[i].right)
			return false;
	}
	return true;
}

static void do_segment_out(struct script *s, char *rest)
{
	struct line_seg line = segment_read(s, rest);
	const struct tcp_segment *got = &s->outs[0].seg;
	char text[128];

	run_to(s, s->at_us + TOLERANCE_US, true);
	if (s->nouts == 0)
		give_up_on(s, "no segment came", "");
	show(s, got, text, sizeof(text));
	if (s->outs[0].at_us + STEP_US < s->at_us)
		give_up_on(s, "segment too early", text);
	if (got->flags != line.seg.flags || got->seq - s->isn != line.seg.seq ||
		got->len != line.seg.len)
		give_up_on(s, "another segment came", text);
	if (line.ack_given && got->ack - PEER_ISN != line.seg.ack)
		give_up_on(s, "another ACK came", text);
	if (line.wnd_given && got->wnd != line.seg.wnd)
		give_up_on(s, "another window came", text);
	if (line.options_given && !options_match(&line.seg.options, &got->options))
		give_up_on(s, "other options came", text);
	if (s->outs[0].at_us > s->at_us)
		s->at_us = s->outs[0].at_us; // the next line counts from here
	memmove(s->outs, s->outs + 1, --s->nouts * sizeof(s->outs[0]));
}

static void expect_rc(const struct script *s, int rc, char *rest)
{
	const char *want = word(&rest);
	char text[32];

	snprintf(text, sizeof(text), "%d", rc);
	if (*want == '\0' ? rc != 0 : rc != -atoi(want))
		give_up_on(s, "result", text);
}

static void do_listen(struct script *s, char *rest)
{
	expect_rc(s, tcp_listen(s->stack, &s->us, 0), rest);
}

static void do_connect(struct script *s, char *rest)
{
	expect_rc(s, tcp_connect(s->stack, &s->us, &s->peer, 0, s->now_us, &s->conn), rest);
	collect(s);
}

static void do_write(struct script *s, char *rest)
{
	static const uint8_t bytes[1 << 20];
	uint32_t n = number(s, word(&rest));

	expect_rc(s, tcp_write(s->stack, s->conn, bytes, n, s->now_us), rest);
	collect(s);
}

static void do_read(struct script *s, char *rest)
{
	static uint32_t at = 1;
	uint32_t n = number(s, word(&rest));
	struct span bytes = tcp_peek(s->stack, s->conn);

	if (bytes.n < n)
		give_up_on(s, "fewer bytes to read", "");
	for (uint32_t i = 0; i < n; i++) {
		if ((uint8_t)bytes.p[i] != (at + i) % 251)
			give_up_on(s, "wrong byte", "");
	}
	at += n;
	expect_rc(s, tcp_consume(s->stack, s->conn, n), rest);
	collect(s);
}

static void do_unread(struct script *s, char *rest)
{
	if (tcp_peek(s->stack, s->conn).n != number(s, word(&rest)))
		give_up_on(s, "another number of bytes to read", "");
}

static void do_close(struct script *s, char *rest)
{
	expect_rc(s, tcp_close(s->stack, s->conn), rest);
	collect(s);
}

static void do_abort(struct script *s, char *rest)
{
	expect_rc(s, tcp_abort(s->stack, s->conn), rest);
	collect(s);
}

// A router's message: the MTU, and the number of the segment that was too long for it.
static void do_mtu(struct script *s, char *rest)
{
	uint32_t mtu = number(s, word(&rest));
	uint32_t seq = number(s, word(&rest));

	tcp_path_mtu(s->stack, &s->us, &s->peer, s->isn + seq, mtu);
	collect(s);
}

// Others begin so many handshakes; what they are answered is not looked at.
static void do_crowd(struct script *s, char *rest)
{
	uint32_t n = number(s, word(&rest));
	struct tcp_segment out;

	for (uint32_t i = 0; i < n; i++) {
		struct tcp_segment seg = {
			.local = s->us,
			.remote = { addr_ipv4(htonl(0x0a000100 + i)), 40000 },
			.flags = TCP_SYN,
		};

		tcp_input(s->stack, &seg, s->now_us);
	}
	while (tcp_output_next(s->stack, s->now_us, &out))
		;
}

// The connection is another one from here on: our numbers start with the next SYN again.
static void do_anew(struct script *s, char *rest)
{
	(void)rest;
	s->isn_known = false;
}

static void do_event(struct script *s, char *rest)
{
	static const char *const names[] = { "opened", "readable", "writable", "eof", "closed" };
	uint8_t want = 0;
	const char *w;

	while (*(w = word(&rest)) != '\0') {
		size_t i = 0;

		while (i < 5 && strcmp(w, names[i]) != 0)
			i++;
		if (i == 5)
			give_up_on(s, "unknown event", w);
		want |= (uint8_t)(1 << i);
	}
	if (s->events != want) {
		char text[64];

		snprintf(text, sizeof(text), "%#x instead of %#x", s->events, want);
		give_up_on(s, "events", text);
	}
	s->events = 0;
}

static void do_reason(struct script *s, char *rest)
{
	while (isspace((unsigned char)*rest))
		rest++;
	rest[strcspn(rest, "\n")] = '\0';
	if (strcmp(rest, tcp_reason_text(s->reason)) != 0)
		give_up_on(s, "reason", tcp_reason_text(s->reason));
}

static void do_state(struct script *s, char *rest)
{
	const char *want = word(&rest);
	struct tcp_info info;
	const char *got = "none";

	if (tcp_info(s->stack, s->conn, &info) == 0)
		got = tcp_state_text(info.state);
	if (strcmp(want, got) != 0)
		give_up_on(s, "state", got);
}

static void do_config(struct script *s, char *rest)
{
	const struct {
		const char *name;
		uint32_t *value;
	} rows[] = {
		{ "receive_cap", &s->config.receive_cap },
		{ "send_cap", &s->config.send_cap },
		{ "rto_min_ms", &s->config.rto_min_ms },
		{ "keepalive_idle_ms", &s->config.keepalive_idle_ms },
		{ "keepalive_interval_ms", &s->config.keepalive_interval_ms },
		{ "give_up_ms", &s->config.give_up_ms },
		{ "fin_wait_ms", &s->config.fin_wait_ms },
		{ "syn_cache", &s->config.syn_cache },
		{ "stalled_ms", &s->config.stalled_ms },
		{ "time_wait_ms", &s->config.time_wait_ms },
	};
	const char *name = word(&rest);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].name, name) == 0) {
			*rows[i].value = number(s, word(&rest));
			return;
		}
	}
	give_up_on(s, "unknown setting", name);
}

static const struct action {
	const char *name;
	void (*run)(struct script *s, char *rest);
} actions[] = {
	{ "<", do_segment_in }, { ">", do_segment_out }, { "listen", do_listen },
	{ "connect", do_connect }, { "write", do_write }, { "read", do_read },
	{ "unread", do_unread }, { "close", do_close }, { "abort", do_abort },
	{ "event", do_event }, { "reason", do_reason }, { "state", do_state },
	{ "mtu", do_mtu },	   { "crowd", do_crowd }, { "anew", do_anew },
};

static void play(struct script *s, char *text)
{
	char *rest = text;
	const char *when = word(&rest);
	const char *what;

	if (*when == '\0' || strncmp(when, "//", 2) == 0)
		return;
	if (strcmp(when, "config") == 0) {
		do_config(s, rest);
		return;
	}
	start(s);
	if (*when != '+')
		give_up_on(s, "time missing", when);
	s->at_us += (uint64_t)(strtod(when + 1, NULL) * 1e6 + 0.5);
	what = word(&rest);
	if (strcmp(what, ">") != 0) {
		run_to(s, s->at_us, false);
		if (strcmp(what, "<") == 0 || s->nouts > 0)
			nothing_left(s);
	}
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (strcmp(what, actions[i].name) == 0) {
			actions[i].run(s, rest);
			return;
		}
	}
	give_up_on(s, "unknown action", what);
}

// Whatever the script left open is dropped; nothing may stay behind.
static void finish(struct script *s)
{
	struct tcp_usage usage;
	struct tcp_info info;
	uint32_t cursor = 0;

	nothing_left(s);
	if (s->events != 0)
		give_up_on(s, "events not expected", "");
	while (tcp_info_next(s->stack, &cursor, &info))
		tcp_abort(s->stack, info.conn);
	for (int i = 0; i < 20; i++) {
		collect(s);
		s->nouts = 0;
		s->now_us += 10000000;
		tcp_expire(s->stack, s->now_us);
	}
	tcp_usage(s->stack, &usage);
	if (usage.connections + usage.half_open + usage.time_wait + usage.buffer_bytes != 0)
		give_up_on(s, "something is left behind", "");
	tcp_stack_fini(s->stack);
}

int main(int argc, char **argv)
{
	struct script s = { .now_us = 1000000000, .at_us = 1000000000 };
	char text[512];
	FILE *file;

	if (argc != 2 || (file = fopen(argv[1], "r")) == NULL) {
		fprintf(stderr, "usage: %s script\n", argv[0]);
		return 2;
	}
	s.name = argv[1];
	s.config = tcp_config_default();
	s.config.connections = 8;
	s.config.buffer_bytes = 4 << 20;
	s.us = (struct endpoint){ addr_ipv4(htonl(0x0a000001)), 2000 };
	s.peer = (struct endpoint){ addr_ipv4(htonl(0x0a000002)), 40000 };
	while (fgets(text, sizeof(text), file) != NULL) {
		s.line++;
		play(&s, text);
	}
	fclose(file);
	if (s.stack == NULL)
		give_up_on(&s, "nothing to play", "");
	finish(&s);
	return 0;
}
