// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The retransmission timeout, RFC 6298. Times in microseconds.
#include "dataplane/tcp/tcb.h"

enum { CLOCK_US = 1000 }; // G of RFC 6298: deadlines are kept in milliseconds

static uint32_t clamp_rto(uint64_t rto_us, const struct tcp_config *config)
{
	uint64_t min = (uint64_t)config->rto_min_ms * 1000;
	uint64_t max = (uint64_t)config->rto_max_ms * 1000;

	if (rto_us < min)
		return (uint32_t)min;
	return (uint32_t)(rto_us > max ? max : rto_us);
}

// RFC 6298 2.1
void rto_init(struct tcb *tcb, const struct tcp_config *config)
{
	tcb->rto_us = clamp_rto((uint64_t)config->rto_initial_ms * 1000, config);
	tcb->backoff = 0;
}

// RFC 6298 2.2 and 2.3: the variance is computed from the old mean, so it comes first.
void rto_sample(struct tcb *tcb, const struct tcp_config *config, uint32_t rtt_us)
{
	uint32_t rtt = rtt_us == 0 ? 1 : rtt_us;
	uint32_t max = config->rto_max_ms * 1000;

	if (rtt > max)
		rtt = max;
	if (!tcb_has(tcb, TCB_RTT_VALID)) {
		tcb->srtt_us = rtt;
		tcb->rttvar_us = rtt / 2;
		tcb_set(tcb, TCB_RTT_VALID);
	} else {
		uint32_t off = tcb->srtt_us > rtt ? tcb->srtt_us - rtt : rtt - tcb->srtt_us;

		tcb->rttvar_us = (uint32_t)(((uint64_t)tcb->rttvar_us * 3 + off) / 4);
		tcb->srtt_us = (uint32_t)(((uint64_t)tcb->srtt_us * 7 + rtt) / 8);
	}
	rto_compute(tcb, config);
}

// The timeout without any backing off (RFC 6298 2.1 to 2.4). An ACK that gives no sample leaves one
// that has grown as it is (RFC 6298 3 and 5, RFC 9293 3.8.1).
void rto_compute(struct tcb *tcb, const struct tcp_config *config)
{
	uint64_t var = 4 * (uint64_t)tcb->rttvar_us;

	tcb->backoff = 0;
	if (!tcb_has(tcb, TCB_RTT_VALID)) {
		rto_init(tcb, config);
		return;
	}
	tcb->rto_us = clamp_rto(tcb->srtt_us + (var > CLOCK_US ? var : CLOCK_US), config);
}

// RFC 6298 5.7: a timeout that grew while the SYN went unanswered says nothing about data.
void rto_restart(struct tcb *tcb, const struct tcp_config *config)
{
	enum { AFTER_LOST_SYN_US = 3000000 };

	tcb->backoff = 0;
	tcb->rto_us = clamp_rto(AFTER_LOST_SYN_US, config);
}

// RFC 6298 5.5
void rto_back_off(struct tcb *tcb, const struct tcp_config *config)
{
	tcb->rto_us = clamp_rto((uint64_t)tcb->rto_us * 2, config);
	if (tcb->backoff < UINT8_MAX)
		tcb->backoff++;
}
