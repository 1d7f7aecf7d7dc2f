// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The TCP core under requests that each get one reply, the way phones and CSTA clients talk: one
// connection whose state stays in the cache, and many, taken in turn.
#include <string.h>

#include "bench/micro/bench.h"
#include "dataplane/tcp/tcb.h"

enum {
	REQUEST_SIZE = 24, // KeypadButton
	REPLY_SIZE = 36,   // CallState, version 11
	ROUND_US = 10,
	ROUNDS_BETWEEN_TIMERS = 64,
	SEGMENT_SIZE = 2048,
	PEER_ISS = 5000,
	STRIDE = 7919, // prime: neighbours in time are no neighbours in memory
};

struct peer {
	struct endpoint remote;
	uint32_t seq; // next byte it sends
	uint32_t ack; // next byte it expects
};

struct tcp_job {
	struct tcp_stack *stack;
	struct endpoint local;
	struct peer *peers;
	uint32_t count;
	uint32_t at;
	uint64_t now_us;
	uint64_t round;
	uint8_t request[REQUEST_SIZE];
	uint8_t reply[REPLY_SIZE];
	uint8_t segment[SEGMENT_SIZE];
};

static struct tcp_segment segment_from(
	const struct tcp_job *job, const struct peer *peer, uint8_t flags, uint16_t len)
{
	return (struct tcp_segment){
		.local = job->local,
		.remote = peer->remote,
		.seq = peer->seq,
		.ack = peer->ack,
		.wnd = 65535,
		.flags = flags,
		.payload = job->request,
		.len = len,
	};
}

static void peer_connect(struct tcp_job *job, struct peer *peer)
{
	struct tcp_segment seg = segment_from(job, peer, TCP_SYN, 0);
	struct tcp_event event;

	bench_require(tcp_input(job->stack, &seg, job->now_us) == TCP_OK);
	tcp_input_done(job->stack);
	bench_require(tcp_output_next(job->stack, job->now_us, &seg));
	bench_require(seg.flags == (TCP_SYN | TCP_ACK));
	peer->seq++;
	peer->ack = seg.seq + 1;
	seg = segment_from(job, peer, TCP_ACK, 0);
	bench_require(tcp_input(job->stack, &seg, job->now_us) == TCP_OK);
	tcp_input_done(job->stack);
	bench_require(tcp_event_next(job->stack, &event) && event.events == TCP_EVENT_OPENED);
}

static void *setup(const struct bench_case *c)
{
	const struct siphash_key key = { 3, 4 };
	struct tcp_config config = tcp_config_default();
	struct tcp_job *job = bench_alloc(sizeof(*job));

	job->count = *(const uint32_t *)c->arg;
	job->peers = bench_alloc(job->count * sizeof(job->peers[0]));
	job->now_us = 1000000;
	config.connections = job->count;
	bench_require(tcp_stack_init(&job->stack, &config, 1, &key, job->now_us) == 0);
	job->local = (struct endpoint){ .addr = addr_ipv4(htonl(0x0a000001)), .port = 2000 };
	bench_require(tcp_listen(job->stack, &job->local, 0) == 0);
	for (uint32_t i = 0; i < job->count; i++) {
		struct peer *peer = &job->peers[i];

		peer->remote.addr = addr_ipv4(htonl(0x0a010000 + i));
		peer->remote.port = (uint16_t)(49152 + i % 16384);
		peer->seq = PEER_ISS;
		peer_connect(job, peer);
	}
	return job;
}

static void teardown(void *state)
{
	struct tcp_job *job = state;

	tcp_stack_fini(job->stack);
	free(job->peers);
	free(job);
}

static struct peer *peer_next(struct tcp_job *job)
{
	job->at = (job->at + STRIDE) % job->count;
	return &job->peers[job->at];
}

// The request of one peer, read and answered. False: it did not go as it should.
static bool round_trip(struct tcp_job *job, struct peer *peer)
{
	struct tcp_segment seg = segment_from(job, peer, TCP_ACK | TCP_PSH, REQUEST_SIZE);
	struct tcp_event event;

	if (tcp_input(job->stack, &seg, job->now_us) != TCP_OK ||
		!tcp_event_next(job->stack, &event) || event.events != TCP_EVENT_READABLE ||
		tcp_peek(job->stack, event.conn).n != REQUEST_SIZE ||
		tcp_consume(job->stack, event.conn, REQUEST_SIZE) != 0 ||
		tcp_write(job->stack, event.conn, job->reply, REPLY_SIZE, job->now_us) != 0)
		return false;
	tcp_input_done(job->stack);
	peer->seq += REQUEST_SIZE;
	peer->ack += REPLY_SIZE;
	return tcp_output_next(job->stack, job->now_us, &seg) && seg.len == REPLY_SIZE &&
	       seg.ack == peer->seq &&
	       tcp_segment_write(&seg, job->segment, sizeof(job->segment)) > REPLY_SIZE;
}

static void run_request(void *state, uint64_t rounds)
{
	struct tcp_job *job = state;
	uint64_t good = 0;
	struct tcp_segment seg;

	for (uint64_t i = 0; i < rounds; i++) {
		good += round_trip(job, peer_next(job));
		job->now_us += ROUND_US;
		if (++job->round % ROUNDS_BETWEEN_TIMERS == 0)
			tcp_expire(job->stack, job->now_us);
	}
	bench_require(good == rounds);
	bench_require(!tcp_output_next(job->stack, job->now_us, &seg)); // nothing was sent twice
}

static void run_find(void *state, uint64_t rounds)
{
	struct tcp_job *job = state;
	uint64_t good = 0;

	for (uint64_t i = 0; i < rounds; i++) {
		const struct peer *peer = peer_next(job);
		uint64_t hash = tcp_hash(job->stack, &job->local, &peer->remote);

		good += tcb_find(job->stack, hash, &job->local, &peer->remote) != NULL;
	}
	bench_require(good == rounds);
}

static const uint32_t one = 1;
// Each is heard of again before its retransmission timer, 200 ms at least, can run.
static const uint32_t many = 10000;

static const struct bench_case cases[] = {
	{ "tcp_find_ns", "keyed hash and table, 10,000 connections in turn", setup, run_find,
		teardown, &many },
	{ "tcp_request_ns", "24 bytes in, 36 bytes out, one connection", setup, run_request,
		teardown, &one },
	{ "tcp_request_10k_ns", "the same, 10,000 connections in turn", setup, run_request,
		teardown, &many },
};

const struct bench_group tcp_group = { cases, BENCH_COUNT(cases) };
