// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A stack as a whole: configuration, memory, names, and what an operator may see.
#include <errno.h>
#include <stdlib.h>

#include "dataplane/tcp/tcb.h"

const struct tcp_counter_text tcp_counter_texts[] = {
#define COUNTER(name, text) { #name, text, offsetof(struct tcp_counters, name) },
#include "dataplane/tcp/counters.def"
#undef COUNTER
};

const size_t tcp_ncounters = sizeof(tcp_counter_texts) / sizeof(tcp_counter_texts[0]);

const char *tcp_state_text(enum tcp_state state)
{
	static const char *const texts[TCP_NSTATES] = {
#define X(name, text) text,
		TCP_STATES(X)
#undef X
	};

	return texts[state];
}

const char *tcp_reason_text(enum tcp_reason reason)
{
	static const char *const texts[TCP_NREASONS] = {
#define X(name, text) text,
		TCP_REASONS(X)
#undef X
	};

	return texts[reason];
}

const char *tcp_verdict_text(enum tcp_verdict verdict)
{
	static const char *const texts[TCP_NVERDICTS] = {
#define VERDICT(name, text) text,
#include "dataplane/tcp/verdicts.def"
#undef VERDICT
	};

	return texts[verdict];
}

struct tcp_config tcp_config_default(void)
{
	return (struct tcp_config){
		.connections = 100000,
		.receive_cap = 65536,
		.send_cap = 256 << 10, // a hundred events of CSTA and answers beside them
		.buffer_bytes = 64 << 20,
		.out_of_order_bytes = 4 << 20,
		.syn_cache = 4096,
		.time_wait_records = 16384,
		.mss = 1460,
		.window_scale = 0,
		.rto_initial_ms = 1000,
		.rto_min_ms = 1000, // RFC 6298 2.4
		.rto_max_ms = 60000,
		.open_ms = 180000,
		.give_up_ms = 100000,
		.stalled_ms = 300000,
		.fin_wait_ms = 60000,
		.time_wait_ms = 60000,
		.delayed_ack_ms = 40,
		.keepalive_idle_ms = 7200000, // RFC 9293 3.8.4: two hours unless asked
		.keepalive_interval_ms = 75000,
		.keepalive_count = 5,
		.challenge_per_second = 1000,
		.resets_per_second = 1000,
	};
}

static bool config_sane(const struct tcp_config *config)
{
	const uint32_t day_ms = 24 * 3600 * 1000;

	return config->connections > 0 && config->connections < TCP_NONE / 2 &&
		config->syn_cache > 0 && config->syn_cache < TCP_NONE / 2 &&
		config->time_wait_records > 0 && config->time_wait_records < TCP_NONE / 2 &&
		config->receive_cap > 0 && config->receive_cap <= SLAB_MAX &&
		config->send_cap > 0 && config->send_cap <= 1 << 30 &&
		config->buffer_bytes >= 8 * SLAB_CHUNK_SIZE &&
		config->mss >= TCP_MSS_FLOOR && config->mss <= 8000 && config->window_scale <= 14 &&
		config->rto_min_ms > 0 && config->rto_min_ms <= config->rto_max_ms &&
		config->rto_max_ms <= 240000 && config->rto_initial_ms > 0 &&
		config->rto_initial_ms <= config->rto_max_ms && config->delayed_ack_ms < 500 &&
		config->time_wait_ms <= day_ms && config->fin_wait_ms <= day_ms &&
		config->open_ms <= day_ms && config->give_up_ms <= day_ms && config->stalled_ms <= day_ms &&
		config->keepalive_idle_ms <= day_ms && config->keepalive_interval_ms <= day_ms;
}

int tcp_stack_init(struct tcp_stack **out, const struct tcp_config *config, uint8_t worker,
	const struct siphash_key *key, uint64_t now_us)
{
	struct tcp_stack *stack;
	int err;

	if (!config_sane(config))
		return -EINVAL;
	stack = calloc(1, sizeof(*stack));
	if (stack == NULL)
		return -ENOMEM;
	stack->config = *config;
	stack->key = *key;
	stack->output = (struct tcb_list){ TCP_NONE, TCP_NONE };
	stack->events = (struct tcb_list){ TCP_NONE, TCP_NONE };
	wheel_init(&stack->wheel, now_us);
	err = pool_init(&stack->conns, worker, config->connections, sizeof(struct tcb));
	if (err == 0)
		err = tcp_table_init(&stack->table, config->connections);
	if (err == 0)
		err = slab_init(&stack->slab, config->buffer_bytes);
	if (err == 0)
		err = syn_cache_init(&stack->syns, config->syn_cache);
	if (err == 0)
		err = time_wait_init(&stack->waits, config->time_wait_records);
	if (err < 0) {
		tcp_stack_fini(stack);
		return err;
	}
	*out = stack;
	return 0;
}

void tcp_stack_fini(struct tcp_stack *stack)
{
	if (stack == NULL)
		return;
	pool_fini(&stack->conns);
	tcp_table_fini(&stack->table);
	slab_fini(&stack->slab);
	syn_cache_fini(&stack->syns);
	time_wait_fini(&stack->waits);
	free(stack);
}

static void info_fill(const struct tcp_stack *stack, const struct tcb *tcb, struct tcp_info *info)
{
	bool open = tcb->state != TCP_STATE_CLOSED;

	*info = (struct tcp_info){
		.conn = pool_handle(&stack->conns, tcb),
		.local = tcb->local,
		.remote = tcb->remote,
		.state = tcb->state,
		.user = tcb->user,
		.unread_bytes = tcb->recv_len,
		.out_of_order_bytes = pieces_bytes(tcb),
		.send_window = tcb->snd_wnd,
		.receive_window = tcp_receive_window(stack, tcb),
		.cwnd = tcb->cwnd,
		.ssthresh = tcb->ssthresh,
		.srtt_us = tcb->srtt_us,
		.rto_us = tcb->rto_us,
		.mss = tcb->mss,
		.retransmits = tcb->backoff,
		.timestamps = tcb_has(tcb, TCB_TIMESTAMPS),
		.sack = tcb_has(tcb, TCB_SACK),
	};
	if (!open || tcb->send_head == NULL)
		return;
	info->unacked_bytes = seq_min(tcb->snd_max, tcb->snd_end) - tcb->snd_una;
	info->unsent_bytes = tcb->snd_end - seq_min(tcb->snd_max, tcb->snd_end);
}

int tcp_info(const struct tcp_stack *stack, handle_t h, struct tcp_info *info)
{
	const struct tcb *tcb = pool_get(&stack->conns, h);

	if (tcb == NULL)
		return -ENOTCONN;
	info_fill(stack, tcb, info);
	return 0;
}

bool tcp_info_next(const struct tcp_stack *stack, uint32_t *cursor, struct tcp_info *info)
{
	const struct tcb *tcb = pool_next(&stack->conns, cursor);

	if (tcb == NULL)
		return false;
	info_fill(stack, tcb, info);
	return true;
}

void tcp_usage(const struct tcp_stack *stack, struct tcp_usage *usage)
{
	*usage = (struct tcp_usage){
		.connections = stack->conns.used,
		.connections_max = stack->conns.capacity,
		.half_open = stack->syns.used,
		.time_wait = stack->waits.live,
		.out_of_order_bytes = stack->piece_bytes,
		.buffer_bytes = stack->slab.used_bytes,
		.buffer_cap = (uint64_t)stack->slab.nchunks * SLAB_CHUNK_SIZE,
	};
}

const struct tcp_counters *tcp_counters(const struct tcp_stack *stack)
{
	return &stack->counters;
}
