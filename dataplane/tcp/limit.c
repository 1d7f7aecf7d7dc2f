// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// How much is answered to those who may be forging (RFC 5961 10).
#include "dataplane/tcp/tcb.h"

// The number of tokens differs from second to second, so that nobody can count us out.
static bool limit_take(
	const struct tcp_stack *stack, struct tcp_limit *limit, uint32_t rate, uint64_t now_us)
{
	uint64_t second = now_us / 1000000;

	if (second != limit->second) {
		limit->second = second;
		limit->left = rate / 2 +
			(uint32_t)(siphash(&stack->key, &second, sizeof(second)) % (rate + 1));
	}
	if (limit->left == 0)
		return false;
	limit->left--;
	return true;
}

bool tcp_challenge_allowed(struct tcp_stack *stack, uint64_t now_us)
{
	const uint32_t rate = stack->config.challenge_per_second;

	if (!limit_take(stack, &stack->challenge_limit, rate, now_us)) {
		stack->counters.challenge_limited++;
		return false;
	}
	stack->counters.challenge_acks++;
	return true;
}

bool tcb_challenge_allowed(struct tcb *tcb, uint64_t now_us)
{
	uint8_t second = (uint8_t)(now_us / 1000000);

	if (tcb->challenge_s != second) {
		tcb->challenge_s = second;
		tcb->challenges = 0;
	}
	if (tcb->challenges >= TCP_CHALLENGES_MAX)
		return false;
	tcb->challenges++;
	return true;
}

void tcp_challenge(struct tcp_stack *stack, struct tcb *tcb, uint64_t now_us)
{
	if (!tcb_challenge_allowed(tcb, now_us))
		stack->counters.challenge_limited++;
	else if (tcp_challenge_allowed(stack, now_us))
		tcb_ack_again(stack, tcb);
}

bool tcp_reset_allowed(struct tcp_stack *stack, uint64_t now_us)
{
	const uint32_t rate = stack->config.resets_per_second;

	if (!limit_take(stack, &stack->reset_limit, rate, now_us)) {
		stack->counters.resets_limited++;
		return false;
	}
	stack->counters.resets_out++;
	return true;
}
