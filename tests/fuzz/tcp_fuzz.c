// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A hostile peer, a hostile clock and a careless application, all played by the input bytes.
// Sequence and acknowledgement numbers are drawn near those in use, or nothing would get past the
// first check. After every step the stack's own books must agree, and in the end nothing may be
// left.
#include <stdlib.h>

#include "base/cursor.h"
#include "dataplane/tcp/tcb.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { FUZZ_STEPS = 4000, FUZZ_PEERS = 4 };

struct fuzz {
	struct tcp_stack *stack;
	uint64_t now_us;
	struct reader in;
	uint8_t wire[2][5000]; // by turns: the bytes of the segment before may still be borrowed
	uint8_t turn;
	handle_t conns[FUZZ_PEERS]; // the last seen of each peer
	uint32_t their[FUZZ_PEERS]; // what each peer was told is expected of it
	uint32_t our[FUZZ_PEERS];   // and the end of what it saw from us
	uint32_t acked[FUZZ_PEERS]; // what it acknowledged last
	uint32_t echo[FUZZ_PEERS];  // the last timestamp it saw
};

static void check(bool right)
{
	if (!right)
		abort();
}

static struct endpoint fuzz_endpoint(uint8_t host, uint16_t port)
{
	return (struct endpoint){ .addr = addr_ipv4(htonl(0x0a000000u | host)), .port = port };
}

static void check_conn(const struct tcp_stack *stack, const struct tcb *tcb)
{
	uint32_t bytes = 0, pieces = 0, end = tcb->rcv_nxt;

	check(tcb->state < TCP_NSTATES);
	check(tcb->recv_len <= stack->config.receive_cap);
	check((tcb->recv_len > 0) == (tcb->recv_block != NULL));
	for (const struct recv_piece *p = tcb->pieces; p != NULL; p = p->next) {
		check((p->len > 0 || p->fin) && seq_ge(p->seq, end));
		end = p->seq + p->len;
		pieces++;
		bytes += p->len;
	}
	check(pieces == tcb->pieces_count && pieces <= TCP_PIECES_MAX && bytes <= TCP_PIECE_BYTES);
	if (tcb->state == TCP_STATE_CLOSED) {
		check(tcb->send_head == NULL && tcb->pieces == NULL);
		check(!wheel_is_armed(&tcb->timer) && !tcb_has(tcb, TCB_ON_OUTPUT));
		return;
	}
	check(seq_le(tcb->snd_una, tcb->snd_nxt) && seq_le(tcb->snd_nxt, tcb->snd_max));
	check(seq_le(tcb->snd_max, tcb->snd_end + 1));
	check(tcb->snd_end + 1 - tcb->snd_una <=
		stack->config.send_cap + 1 + tcb_opening(tcb));
	bytes = 0;
	for (const struct send_block *b = tcb->send_head; b != NULL; b = b->next) {
		check(b->len > 0 && b->len <= b->room);
		check(b->next != NULL ? b->seq + b->len == b->next->seq :
					b == tcb->send_tail && b->seq + b->len == tcb->snd_end);
		bytes += b->len;
	}
	check(bytes <= stack->config.send_cap + TCP_MSS_DEFAULT + stack->config.mss);
	// What was sent is waited for.
	if (tcb->snd_una != tcb->snd_max && tcb->state != TCP_STATE_SYN_SENT)
		check(tcb->resend_ms != 0 || tcb_has(tcb, TCB_ON_OUTPUT));
	if (tcb->resend_ms != 0 || tcb->ack_ms != 0)
		check(wheel_is_armed(&tcb->timer));
}

static void check_stack(const struct tcp_stack *stack)
{
	const struct tcb *tcb;
	uint32_t cursor = 0, open = 0;

	while ((tcb = pool_next(&stack->conns, &cursor)) != NULL) {
		check_conn(stack, tcb);
		open += tcb->state != TCP_STATE_CLOSED;
	}
	check(open == stack->table.used);
	check(stack->syns.used == stack->syns.table.used);
	check(stack->waits.live == stack->waits.table.used);
	check(stack->replies_count <= TCP_REPLIES_MAX);
}

// Mostly the number itself, else one nearby or far away.
static uint32_t near(struct fuzz *f, uint32_t base)
{
	static const uint32_t offsets[] = { 1, -1u, 10, -10u, 1000, -1000u, 19000, -19000u, 40000,
		-40000u, 0x7fffffff, 0x80000000, 130, 260, 536, -536u };
	uint8_t draw = reader_u8(&f->in);

	return draw >= 80 ? base : base + offsets[draw & 15];
}

static void fuzz_options(struct fuzz *f, struct tcp_options *options, uint8_t peer)
{
	uint8_t draw = reader_u8(&f->in);

	options->present = peer & 1 ? draw & 15 : (draw & 7) | TCP_OPT_TIMESTAMP;
	options->mss = (uint16_t)(reader_u8(&f->in) * 7);
	options->wscale = draw >> 4;
	options->ts_value = (uint32_t)(f->now_us / 1000) - (reader_u8(&f->in) > 240 ? 5000 : 0);
	options->ts_echo = f->echo[peer] - (draw & 16);
	options->nsacks = (draw >> 5) & 3;
	for (uint8_t i = 0; i < options->nsacks; i++) {
		options->sacks[i].left = near(f, f->our[peer]);
		options->sacks[i].right = options->sacks[i].left + reader_u8(&f->in) * 16;
	}
}

static void step_segment(struct fuzz *f, uint8_t peer)
{
	static const uint8_t flags[32] = { TCP_SYN, TCP_SYN, TCP_SYN | TCP_ACK, TCP_FIN,
		TCP_ACK | TCP_FIN, TCP_ACK | TCP_FIN, TCP_RST | TCP_ACK, TCP_ACK | TCP_PSH };
	static const uint8_t payload[4096];
	struct tcp_segment seg = {
		.local = fuzz_endpoint(1, 2000),
		.remote = fuzz_endpoint(2, (uint16_t)(100 + peer)),
		.payload = payload,
	};
	uint8_t *wire = f->wire[f->turn ^= 1];
	uint8_t draw = reader_u8(&f->in);
	struct tcp_segment back;
	size_t n;

	seg.flags = flags[draw & 31] == 0 ? TCP_ACK : flags[draw & 31];
	seg.len = (uint16_t)((draw >> 5) * 130);
	seg.seq = near(f, f->their[peer]);
	// Every other one says again what the last one said.
	seg.ack = draw & 0x20 ? near(f, f->our[peer]) : f->acked[peer];
	f->acked[peer] = seg.ack;
	seg.wnd = reader_u8(&f->in);
	seg.wnd = seg.wnd < 220 ? 0x4000 : (uint16_t)(seg.wnd << 12);
	fuzz_options(f, &seg.options, peer);
	// Through the wire and back, as the other side's segment.
	back = seg;
	back.local = seg.remote;
	back.remote = seg.local;
	if (seg.options.nsacks > 0)
		back.options.present &= TCP_OPT_TIMESTAMP;
	if (back.options.nsacks == 3)
		back.options.present = 0;
	n = tcp_segment_write(&back, wire, sizeof(f->wire[0]));
	if (tcp_parse(wire, n, &seg.local.addr, &seg.remote.addr, &seg) != TCP_OK)
		return;
	tcp_input(f->stack, &seg, f->now_us);
	if (draw & 0x40)
		tcp_input_done(f->stack);
}

static void step_events(struct fuzz *f, uint8_t peer)
{
	struct tcp_event event;

	(void)peer;
	while (tcp_event_next(f->stack, &event))
		f->conns[(event.remote.port - 100) % FUZZ_PEERS] = event.conn;
}

static void step_output(struct fuzz *f, uint8_t peer)
{
	struct tcp_segment seg;
	uint8_t wire[2000];

	(void)peer;
	while (tcp_output_next(f->stack, f->now_us, &seg)) {
		uint8_t to = (uint8_t)((seg.remote.port - 100) % FUZZ_PEERS);

		check(tcp_segment_write(&seg, wire, sizeof(wire)) > 0);
		if (seg.flags & TCP_RST)
			continue;
		f->our[to] = seg.seq + seg.len + ((seg.flags & (TCP_SYN | TCP_FIN)) != 0);
		f->their[to] = seg.ack;
		f->echo[to] = seg.options.ts_value;
	}
}

static void step_read(struct fuzz *f, uint8_t peer)
{
	struct span bytes = tcp_peek(f->stack, f->conns[peer]);
	size_t n = (size_t)reader_u8(&f->in) * 16;

	for (size_t i = 0; i < bytes.n; i++)
		check(bytes.p[i] == 0);
	tcp_consume(f->stack, f->conns[peer], n < bytes.n ? n : bytes.n);
}

static void step_write(struct fuzz *f, uint8_t peer)
{
	static const uint8_t bytes[255 * 16];

	tcp_write(f->stack, f->conns[peer], bytes, (size_t)reader_u8(&f->in) * 16, f->now_us);
}

static void step_time(struct fuzz *f, uint8_t peer)
{
	uint8_t draw = reader_u8(&f->in);

	(void)peer;
	f->now_us += draw < 240 ? (uint64_t)draw * draw * 4 : (uint64_t)draw * draw * draw;
	tcp_expire(f->stack, f->now_us);
	check(tcp_next_us(f->stack, f->now_us) > 0);
}

static void step_close(struct fuzz *f, uint8_t peer)
{
	uint8_t draw = reader_u8(&f->in);

	if (draw < 20)
		tcp_abort(f->stack, f->conns[peer]);
	else if (draw < 120)
		tcp_close(f->stack, f->conns[peer]);
	else
		tcp_read_again(f->stack, f->conns[peer]);
}

static void step_connect(struct fuzz *f, uint8_t peer)
{
	struct endpoint local = fuzz_endpoint(1, 2000);
	struct endpoint remote = fuzz_endpoint(2, (uint16_t)(100 + peer));

	tcp_connect(f->stack, &local, &remote, 0, f->now_us, &f->conns[peer]);
}

static void fuzz_init(struct fuzz *f)
{
	const struct siphash_key key = { 1, 2 };
	struct endpoint local = { .port = 2000 };
	struct tcp_config config = tcp_config_default();

	config.connections = FUZZ_PEERS - 1;
	config.receive_cap = 20000;
	config.send_cap = 20000;
	config.syn_cache = 2;
	config.time_wait_records = 2;
	config.buffer_bytes = 8 * SLAB_CHUNK_SIZE;
	config.window_scale = 2;
	config.keepalive_idle_ms = 20000;
	config.keepalive_interval_ms = 5000;
	check(tcp_stack_init(&f->stack, &config, 0, &key, f->now_us) == 0);
	check(tcp_listen(f->stack, &local, 0) == 0);
}

// Whatever happened: once the application lets go and time passes, all is free again.
static void fuzz_fini(struct fuzz *f)
{
	struct tcp_usage usage;
	struct tcp_info info;
	uint32_t cursor = 0;

	tcp_input_done(f->stack);
	while (tcp_info_next(f->stack, &cursor, &info))
		tcp_abort(f->stack, info.conn);
	for (int i = 0; i < 4; i++) {
		step_events(f, 0);
		step_output(f, 0);
		f->now_us += 61000000;
		tcp_expire(f->stack, f->now_us);
	}
	step_output(f, 0);
	tcp_usage(f->stack, &usage);
	check(usage.connections == 0 && usage.half_open == 0 && usage.time_wait == 0);
	check(usage.buffer_bytes == 0 && usage.out_of_order_bytes == 0);
	check(f->stack->wheel.armed == 0);
	tcp_stack_fini(f->stack);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static void (*const steps[16])(struct fuzz *, uint8_t) = {
		step_segment, step_segment, step_segment, step_segment, step_segment, step_segment,
		step_segment, step_output,  step_output,  step_events,	step_read,    step_write,
		step_write,   step_time,    step_close,	  step_connect,
	};
	struct fuzz f = { .now_us = 1000000000, .in = reader_of(bytes, n) };

	fuzz_init(&f);
	for (int i = 0; i < FUZZ_STEPS && reader_left(&f.in) > 0; i++) {
		uint8_t draw = reader_u8(&f.in);

		steps[draw & 15](&f, (draw >> 4) % FUZZ_PEERS);
		check_stack(f.stack);
	}
	fuzz_fini(&f);
	return 0;
}
