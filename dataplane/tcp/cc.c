// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Congestion control: NewReno (RFC 5681, RFC 6582) with limited transmit (RFC 3042); with SACK the
// window is not inflated, for what is in the network is known (RFC 6675, output.c). In bytes.
#include "dataplane/tcp/tcb.h"

static void cwnd_set(struct tcb *tcb, uint32_t cwnd)
{
	tcb->cwnd = cwnd > TCP_CWND_MAX ? TCP_CWND_MAX : cwnd;
}

// RFC 6928 2: ten segments, within limits.
static uint32_t first_window(const struct tcb *tcb)
{
	uint32_t mss = tcb->mss;
	uint32_t limit = 2 * mss > 14600 ? 2 * mss : 14600;

	return 10 * mss < limit ? 10 * mss : limit;
}

void cc_init(struct tcb *tcb)
{
	cwnd_set(tcb, first_window(tcb));
	tcb->ssthresh = TCP_CWND_MAX;
	tcb->dupacks = 0;
}

// RFC 5681 4.1: what was learnt of the path before a pause may no longer hold.
void cc_idle(struct tcb *tcb)
{
	uint32_t window = first_window(tcb);

	if (tcb->cwnd > window)
		cwnd_set(tcb, window);
}

// RFC 5681 3.1: slow start, then congestion avoidance.
void cc_acked(struct tcb *tcb, uint32_t bytes)
{
	uint32_t mss = tcb->mss;
	uint32_t grow;

	tcb->dupacks = 0;
	if (tcb->cwnd < tcb->ssthresh) {
		grow = bytes < mss ? bytes : mss;
	} else {
		grow = (uint32_t)((uint64_t)mss * mss / tcb->cwnd);
		grow = grow == 0 ? 1 : grow;
	}
	cwnd_set(tcb, tcb->cwnd + grow);
}

// RFC 5681 (4)
static uint32_t half_flight(const struct tcb *tcb)
{
	uint32_t half = (tcb->snd_max - tcb->snd_una) / 2;
	uint32_t least = 2 * (uint32_t)tcb->mss;

	return half > least ? half : least;
}

// RFC 6582 3.2 steps 1 to 3, RFC 6675 5
bool cc_duplicate(struct tcb *tcb, bool lost)
{
	bool sack = tcb_has(tcb, TCB_SACK);

	if (tcb->dupacks < UINT8_MAX)
		tcb->dupacks++;
	if (tcb_has(tcb, TCB_RECOVERY)) {
		if (!sack)
			cwnd_set(tcb, tcb->cwnd + tcb->mss);
		return false;
	}
	// Below `recover` these are echoes of what a timeout sent again.
	if ((tcb->dupacks < TCP_DUPACKS_LOST && !lost) || seq_lt(tcb->snd_una, tcb->recover))
		return false;
	tcb->ssthresh = half_flight(tcb);
	cwnd_set(tcb, tcb->ssthresh + (sack ? 0 : TCP_DUPACKS_LOST * (uint32_t)tcb->mss));
	tcb->recover = tcb->snd_max;
	tcb_set(tcb, TCB_RECOVERY);
	return true;
}

// RFC 6582 3.2 step 5, partial acknowledgement
void cc_partial(struct tcb *tcb, uint32_t bytes)
{
	uint32_t cwnd = tcb->cwnd > bytes ? tcb->cwnd - bytes : 0;

	if (tcb_has(tcb, TCB_SACK))
		return;
	if (bytes >= tcb->mss)
		cwnd += tcb->mss;
	cwnd_set(tcb, cwnd > tcb->mss ? cwnd : tcb->mss);
}

// RFC 6582 3.2 step 5, full acknowledgement
void cc_recovered(struct tcb *tcb)
{
	uint32_t flight = tcb->snd_max - tcb->snd_una;
	uint32_t cwnd = (flight > tcb->mss ? flight : tcb->mss) + tcb->mss;

	cwnd_set(tcb, cwnd < tcb->ssthresh ? cwnd : tcb->ssthresh);
	tcb_clear(tcb, TCB_RECOVERY);
	tcb->dupacks = 0;
}

// RFC 5681 3.1 and RFC 6582 3.2 step 4. Only the first timeout in a row halves.
void cc_timeout(struct tcb *tcb)
{
	if (tcb->backoff == 0)
		tcb->ssthresh = half_flight(tcb);
	tcb->cwnd = tcb->mss;
	tcb->recover = tcb->snd_max;
	tcb->dupacks = 0;
	tcb_clear(tcb, TCB_RECOVERY);
}

// What may be in flight. The first two duplicate ACKs let one new segment out each (RFC 3042).
uint32_t cc_window(const struct tcb *tcb)
{
	uint32_t extra = tcb->dupacks < TCP_DUPACKS_LOST ? tcb->dupacks : 0;

	if (tcb_has(tcb, TCB_RECOVERY))
		return tcb->cwnd;
	return tcb->cwnd + extra * tcb->mss;
}
