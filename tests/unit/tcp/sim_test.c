// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Two stacks back to back over a bad network: segments get lost, doubled, delayed and overtaken,
// readers dawdle, options and limits differ from seed to seed. Every byte must arrive once and in
// order, both ends must come to an end, and nothing may be left behind. SIM_SEEDS sets how many
// seeds are run.
#include <errno.h>
#include <stdio.h>

#include "tests/unit/tcp/rig.h"

enum {
	SIM_CONNS = 4,
	SIM_FLIGHT = 4096,
	SIM_PACKET = 2200,
	SIM_STEP_US = 5000,
	SIM_LIMIT_S = 4000, // virtual
};

struct sim_packet {
	uint64_t due_us;
	uint16_t len;
	uint8_t to;
	struct endpoint src;
	struct endpoint dst;
	uint8_t bytes[SIM_PACKET];
};

struct sim_conn {
	handle_t h;
	bool open;
	bool closed;
	bool eof;
	bool closing;
	uint8_t reason;
	uint32_t to_send;
	uint32_t sent;
	uint32_t got;
};

struct sim_end {
	struct tcp_stack *stack;
	struct sim_conn conns[SIM_CONNS];
	uint8_t read_percent; // chance to read in a turn
};

struct sim {
	uint64_t seed;
	uint64_t rng;
	uint64_t now_us;
	uint32_t loss, twin, late; // in 1000
	uint32_t delay_us;
	uint32_t mtu; // of the path; who sends more is told so, mostly
	uint8_t options; // that the path leaves in SYNs: enum tcp_option_bit
	struct sim_end ends[2];
	struct sim_packet *flight;
	uint32_t nflight;
};

static uint32_t sim_random(struct sim *s, uint32_t n)
{
	s->rng ^= s->rng << 13;
	s->rng ^= s->rng >> 7;
	s->rng ^= s->rng << 17;
	return (uint32_t)(s->rng >> 20) % n;
}

// The byte at an offset of the stream that end `end` sends on connection `conn`.
static uint8_t stream_byte(int end, int conn, uint32_t offset)
{
	return (uint8_t)(offset * 31 + offset / 251 + (uint32_t)end * 97 + (uint32_t)conn * 13);
}

static void sim_fail(const struct sim *s, const char *what)
{
	print_error("seed %llu at %.3f s: %s\n", (unsigned long long)s->seed,
		(double)(s->now_us - 1000000000) / 1e6, what);
	fail();
}

static struct tcp_config sim_config(struct sim *s)
{
	static const uint32_t caps[] = { 2000, 5000, 20000, 65536 };
	static const uint16_t mss[] = { 100, 536, 1460 };
	struct tcp_config config = rig_config();

	config.receive_cap = caps[sim_random(s, 4)];
	config.send_cap = caps[sim_random(s, 4)];
	config.mss = mss[sim_random(s, 3)];
	config.window_scale = (uint8_t)sim_random(s, 3);
	config.syn_cache = SIM_CONNS + sim_random(s, 4);
	config.time_wait_records = 4 * SIM_CONNS;
	config.give_up_ms = 1000000;
	config.stalled_ms = 1000000;
	config.fin_wait_ms = 1000000;
	config.keepalive_idle_ms = sim_random(s, 2) * 3000;
	config.keepalive_interval_ms = 1000;
	config.keepalive_count = 255;
	config.rto_max_ms = 4000;
	config.buffer_bytes = 1 << (19 + sim_random(s, 3));
	return config;
}

// What both ends have agreed on is what the path has left in: of every kind none, on one path in
// two.
static uint8_t sim_options(struct sim *s)
{
	static const uint8_t kinds[] = { TCP_OPT_MSS, TCP_OPT_WSCALE, TCP_OPT_SACK_OK,
		TCP_OPT_TIMESTAMP };
	uint8_t options = 0;

	for (size_t i = 0; i < sizeof(kinds); i++) {
		if (sim_random(s, 2) == 0)
			options |= kinds[i];
	}
	return options;
}

static void sim_init(struct sim *s, uint64_t seed)
{
	struct endpoint server = rig_endpoint(1, 2000);

	memset(s, 0, sizeof(*s));
	s->seed = seed;
	s->rng = seed * 0x9e3779b97f4a7c15 + 1;
	s->now_us = 1000000000;
	s->flight = calloc(SIM_FLIGHT, sizeof(*s->flight));
	assert_non_null(s->flight);
	s->loss = sim_random(s, 3) == 0 ? 0 : sim_random(s, 200);
	s->twin = sim_random(s, 100);
	s->late = sim_random(s, 200);
	s->delay_us = 1000 + sim_random(s, 100000);
	s->mtu = sim_random(s, 3) == 0 ? 200 + sim_random(s, 1300) : SIM_PACKET;
	s->options = sim_options(s);
	for (int i = 0; i < 2; i++) {
		struct tcp_config config = sim_config(s);
		struct siphash_key key = { s->rng, seed };

		assert_int_equal(tcp_stack_init(&s->ends[i].stack, &config, (uint8_t)i, &key,
					 s->now_us), 0);
		s->ends[i].read_percent = (uint8_t)(5 + sim_random(s, 96));
		for (int c = 0; c < SIM_CONNS; c++)
			s->ends[i].conns[c].to_send = sim_random(s, 60000);
	}
	assert_int_equal(tcp_listen(s->ends[1].stack, &server, 0), 0);
	for (uint32_t c = 0; c < SIM_CONNS; c++) {
		struct endpoint client = rig_endpoint(2, (uint16_t)(40000 + c));

		assert_int_equal(tcp_connect(s->ends[0].stack, &client, &server, c, s->now_us,
					 &s->ends[0].conns[c].h), 0);
	}
}

static void packet_add(struct sim *s, int from, const struct tcp_segment *seg)
{
	struct sim_packet *p;

	if (s->nflight == SIM_FLIGHT)
		return;
	p = &s->flight[s->nflight++];
	p->due_us = s->now_us + s->delay_us;
	if (sim_random(s, 1000) < s->late)
		p->due_us += sim_random(s, 3 * s->delay_us);
	p->to = (uint8_t)!from;
	p->src = seg->local;
	p->dst = seg->remote;
	p->len = (uint16_t)tcp_segment_write(seg, p->bytes, sizeof(p->bytes));
	if (p->len == 0)
		sim_fail(s, "segment does not fit");
}

// A packet too long for the path is lost; the message about it may be lost, too.
static bool path_refuses(struct sim *s, int from, const struct tcp_segment *seg)
{
	if (20 + tcp_segment_size(seg) <= s->mtu)
		return false;
	if (sim_random(s, 4) > 0)
		tcp_path_mtu(s->ends[from].stack, &seg->local, &seg->remote, seg->seq, s->mtu);
	return true;
}

static void sim_send(struct sim *s, int from)
{
	struct tcp_segment seg;

	while (tcp_output_next(s->ends[from].stack, s->now_us, &seg)) {
		if (seg.flags & TCP_SYN)
			seg.options.present &= s->options;
		if (sim_random(s, 1000) < s->loss || path_refuses(s, from, &seg))
			continue;
		packet_add(s, from, &seg);
		if (sim_random(s, 1000) < s->twin)
			packet_add(s, from, &seg);
		if (sim_random(s, 5000) == 0) // a liar, well informed
			tcp_path_mtu(s->ends[from].stack, &seg.local, &seg.remote, seg.seq,
				sim_random(s, 1500));
	}
}

static void conn_read(struct sim *s, int end, int c)
{
	struct sim_conn *conn = &s->ends[end].conns[c];
	struct span bytes = tcp_peek(s->ends[end].stack, conn->h);
	size_t n;

	if (bytes.n == 0 || sim_random(s, 100) >= s->ends[end].read_percent)
		return;
	n = sim_random(s, 3) == 0 ? 1 + sim_random(s, (uint32_t)bytes.n) : bytes.n;
	for (size_t i = 0; i < n; i++) {
		if ((uint8_t)bytes.p[i] != stream_byte(!end, c, conn->got + (uint32_t)i))
			sim_fail(s, "wrong byte");
	}
	conn->got += (uint32_t)n;
	assert_int_equal(tcp_consume(s->ends[end].stack, conn->h, n), 0);
}

static void conn_write(struct sim *s, int end, int c)
{
	struct sim_conn *conn = &s->ends[end].conns[c];
	uint8_t bytes[1500];
	uint32_t n = 1 + sim_random(s, sizeof(bytes));
	int rc;

	if (conn->sent + n > conn->to_send)
		n = conn->to_send - conn->sent;
	for (uint32_t i = 0; i < n; i++)
		bytes[i] = stream_byte(end, c, conn->sent + i);
	if (n > 0) {
		rc = tcp_write(s->ends[end].stack, conn->h, bytes, n, s->now_us);
		if (rc == 0)
			conn->sent += n;
		else if (rc != -ENOBUFS)
			sim_fail(s, "write refused");
	}
	if (conn->open && conn->sent == conn->to_send && sim_random(s, 50) == 0) {
		assert_int_equal(tcp_close(s->ends[end].stack, conn->h), 0);
		conn->closing = true;
	}
}

static void sim_events(struct sim *s, int end)
{
	struct tcp_event event;

	while (tcp_event_next(s->ends[end].stack, &event)) {
		int c = (end == 0 ? event.local.port : event.remote.port) - 40000;
		struct sim_conn *conn = &s->ends[end].conns[c];

		if (event.events & TCP_EVENT_OPENED) {
			if (conn->open)
				sim_fail(s, "opened twice");
			conn->open = true;
			conn->h = event.conn;
		}
		if (conn->closed || event.conn != conn->h)
			sim_fail(s, "event after the end");
		conn->eof |= (event.events & TCP_EVENT_EOF) != 0;
		conn->closed = (event.events & TCP_EVENT_CLOSED) != 0;
		conn->reason = event.reason;
		if (!conn->closed && (event.events & TCP_EVENT_READABLE))
			conn_read(s, end, c);
	}
}

static void sim_deliver(struct sim *s)
{
	for (uint32_t i = 0; i < s->nflight;) {
		struct sim_packet *p = &s->flight[i];
		struct tcp_stack *stack = s->ends[p->to].stack;
		struct tcp_segment seg;

		if (p->due_us > s->now_us) {
			i++;
			continue;
		}
		if (tcp_parse(p->bytes, p->len, &p->dst.addr, &p->src.addr, &seg) != TCP_OK)
			sim_fail(s, "segment does not parse");
		tcp_input(stack, &seg, s->now_us);
		sim_events(s, p->to);
		tcp_input_done(stack);
		*p = s->flight[--s->nflight];
	}
}

static void sim_app(struct sim *s, int end)
{
	for (int c = 0; c < SIM_CONNS; c++) {
		struct sim_conn *conn = &s->ends[end].conns[c];

		if (conn->closed)
			continue;
		if (!conn->open) { // who opens may write at once
			if (end == 0)
				conn_write(s, end, c);
			continue;
		}
		conn_read(s, end, c);
		if (!conn->closing)
			conn_write(s, end, c);
	}
}

static bool sim_over(const struct sim *s)
{
	for (int c = 0; c < SIM_CONNS; c++) {
		if (!s->ends[0].conns[c].closed || !s->ends[1].conns[c].closed)
			return false;
	}
	return true;
}

static void sim_turn(struct sim *s, bool app)
{
	s->now_us += SIM_STEP_US;
	sim_deliver(s);
	for (int end = 0; end < 2; end++) {
		if (app)
			sim_app(s, end);
		tcp_expire(s->ends[end].stack, s->now_us);
		sim_events(s, end);
		sim_send(s, end);
	}
}

static void sim_check(const struct sim *s)
{
	for (int end = 0; end < 2; end++) {
		for (int c = 0; c < SIM_CONNS; c++) {
			const struct sim_conn *conn = &s->ends[end].conns[c];

			if (conn->got != s->ends[!end].conns[c].to_send)
				sim_fail(s, "bytes missing");
			if (!conn->eof || conn->reason != TCP_REASON_NORMAL)
				sim_fail(s, "not closed in good order");
		}
	}
}

static void sim_dump(const struct sim *s)
{
	for (int end = 0; end < 2; end++) {
		struct tcp_info info;
		uint32_t cursor = 0;

		while (tcp_info_next(s->ends[end].stack, &cursor, &info))
			print_error("end %d port %u %s unread %u unacked %u unsent %u wnd %u/%u "
				    "cwnd %u rto %u\n",
				end, end ? info.remote.port : info.local.port,
				tcp_state_text(info.state), info.unread_bytes, info.unacked_bytes,
				info.unsent_bytes, info.send_window, info.receive_window, info.cwnd,
				info.rto_us);
	}
}

// Losses that were seen and mended, without SACK (RFC 6582) and with it (RFC 6675), and timeouts,
// without timestamps (Karn) and with them.
static struct {
	uint64_t fast[2];
	uint64_t timeouts[2];
} mended;

static void sim_count(const struct sim *s)
{
	for (int end = 0; end < 2; end++) {
		const struct tcp_counters *n = tcp_counters(s->ends[end].stack);

		mended.fast[(s->options & TCP_OPT_SACK_OK) != 0] += n->fast_retransmits;
		mended.timeouts[(s->options & TCP_OPT_TIMESTAMP) != 0] += n->retransmit_timeouts;
	}
}

static void sim_run(uint64_t seed)
{
	struct sim s;

	sim_init(&s, seed);
	for (uint64_t i = 0; !sim_over(&s); i++) {
		if (i * SIM_STEP_US > SIM_LIMIT_S * 1000000ull) {
			sim_dump(&s);
			sim_fail(&s, "stuck");
		}
		sim_turn(&s, true);
	}
	sim_check(&s);
	sim_count(&s);
	s.loss = 0;
	for (uint64_t i = 0; i < 200; i++)
		sim_turn(&s, false);
	for (int i = 0; i < 3; i++) { // TIME_WAIT, restarted by what was still under way
		s.now_us += 61000000;
		sim_turn(&s, false);
	}
	for (int end = 0; end < 2; end++) {
		rig_assert_empty(s.ends[end].stack);
		tcp_stack_fini(s.ends[end].stack);
	}
	free(s.flight);
}

static void every_byte_arrives_once_and_in_order(void **state)
{
	const char *text = getenv("SIM_SEEDS");
	const char *first = getenv("SIM_FIRST");
	uint64_t seeds = text == NULL ? 200 : strtoull(text, NULL, 10);
	uint64_t from = first == NULL ? 1 : strtoull(first, NULL, 10);

	(void)state;
	for (uint64_t seed = from; seed < from + seeds; seed++)
		sim_run(seed);
	if (text != NULL) // one seed alone has one kind of path
		return;
	for (int with = 0; with < 2; with++)
		assert_true(mended.fast[with] > 0 && mended.timeouts[with] > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_arrives_once_and_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
