// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/worker.h"

#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <rte_ethdev.h>
#include <rte_log.h>
#include <rte_mbuf.h>
#include <rte_pause.h>

#include "dataplane/eth.h"
#include "dataplane/packet.h"
#include "dataplane/sip_shell.h"
#include "dataplane/skinny.h"
#include "dataplane/stream.h"
#include "dataplane/tcp_shell.h"

uint64_t worker_clock_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now); // no system call
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

struct rte_mbuf *worker_mbuf(struct worker *worker)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(worker->pool);

	if (m == NULL)
		drop(worker, DROP_NO_MBUF);
	return m;
}

void worker_complain(struct worker *worker, const char *what, int status)
{
	if (worker->complained)
		return;
	worker->complained = true;
	rte_log(RTE_LOG_ERR, RTE_LOGTYPE_USER1, "worker %u: cannot write %s: %s\n", worker->index,
		what, strerror(-status));
}

// --- handoff
// ----------------------------------------------------------------------------------------

struct event *worker_event(struct worker *worker, enum event_type type, handle_t handle)
{
	struct event *event = &worker->event;

	event->type = (uint16_t)type;
	event->worker = worker->index;
	event->reserved = 0;
	event->handle = handle;
	event->time_us = worker->now_us;
	return event;
}

static_assert(sizeof(struct event_conn_opened) + sizeof(struct event_conn_closed) +
			      sizeof(struct event_conns_alive) + 3 * RING_CELL <
		      sizeof(struct csta_msg),
	"STREAM_CREDIT and CREDIT leave room for KeepAlives");

static bool event_push(struct worker *worker, struct event *event)
{
	if (!ring_push_event(&worker->events, event)) {
		drop(worker, DROP_EVENT_LOST);
		return false;
	}
	worker->n.events++;
	return true;
}

static void alive_tell(struct worker *worker)
{
	struct event *alive = &worker->alive;

	if (alive->conns_alive.count == 0)
		return;
	alive->type = EVENT_CONNS_ALIVE;
	alive->worker = worker->index;
	alive->time_us = worker->now_us;
	event_push(worker, alive);
	alive->conns_alive.count = 0;
}

bool worker_tell(struct worker *worker, struct event *event)
{
	alive_tell(worker);
	return event_push(worker, event);
}

void worker_note_alive(struct worker *worker, handle_t conn)
{
	struct event_conns_alive *alive = &worker->alive.conns_alive;

	alive->conns[alive->count++] = conn;
	if (alive->count == CONNS_ALIVE_MAX)
		alive_tell(worker);
}

static void command_run(struct worker *worker, const struct command *command)
{
	static void (*const handlers[COMMAND_TYPES])(
		struct worker * worker, const struct command *command) = {
		[COMMAND_SCCP] = skinny_send,
		[COMMAND_CONN_CLOSE] = skinny_close,
		[COMMAND_CONN_ABORT] = skinny_abort,
		[COMMAND_SESSION_ACCEPT] = sip_session_accept,
		[COMMAND_SESSION_REJECT] = sip_session_reject,
		[COMMAND_SESSION_REFRESH] = sip_session_refresh,
		[COMMAND_CSTA_RESPONSE] = sip_csta_response,
		[COMMAND_CSTA_EVENT] = sip_csta_event,
		[COMMAND_SESSION_MISSED] = sip_session_missed,
		[COMMAND_SESSION_BYE] = sip_session_bye,
	};

	if (command->type < COMMAND_TYPES && handlers[command->type] != NULL)
		handlers[command->type](worker, command);
	else
		drop(worker, DROP_COMMAND_UNKNOWN);
}

// Commands never wait for room in the events ring: control may be waiting for room in theirs.
static unsigned commands_run(struct worker *worker)
{
	unsigned n = 0;

	while (n < WORKER_COMMANDS && ring_pop_command(&worker->commands, &worker->command)) {
		worker->n.commands++;
		command_run(worker, &worker->command);
		n++;
	}
	return n;
}

// --- frames
// -----------------------------------------------------------------------------------------

// True: the buffer m was handed on, with the packet.
static bool frame_input(struct worker *worker, unsigned port, struct rte_mbuf *m, const void *frame,
	size_t n, uint64_t ol_flags)
{
	const uint64_t ip = ol_flags & RTE_MBUF_F_RX_IP_CKSUM_MASK;
	const uint64_t l4 = ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK;
	// What the port finds bad is looked at again: then it is counted like any other.
	struct packet pkt = {
		.p = frame,
		.n = n,
		.port = port,
		.ip_checked = ip == RTE_MBUF_F_RX_IP_CKSUM_GOOD,
		.l4_checked = l4 == RTE_MBUF_F_RX_L4_CKSUM_GOOD,
		.m = m,
	};

	worker->n.frames_in++;
	worker->n.bytes_in += n;
	eth_input(worker, &pkt);
	return pkt.m == NULL;
}

void worker_frame(
	struct worker *worker, unsigned port, const void *frame, size_t n, uint64_t ol_flags)
{
	frame_input(worker, port, NULL, frame, n, ol_flags);
}

// True: another worker has it now.
static bool mbuf_input(struct worker *worker, unsigned port, struct rte_mbuf *m)
{
	size_t n = rte_pktmbuf_pkt_len(m);
	const void *frame;

	if (n > sizeof(worker->frame)) {
		drop(worker, DROP_FRAME_TOO_LONG);
		return false;
	}
	frame = rte_pktmbuf_read(m, 0, (uint32_t)n, worker->frame);
	return frame_input(worker, port, m, frame, n, m->ol_flags);
}

static unsigned queue_poll(struct worker *worker, unsigned port, uint16_t queue)
{
	struct rte_mbuf *burst[PORT_BURST];
	uint16_t n = rte_eth_rx_burst(worker->ports[port].id, queue, burst, PORT_BURST);
	uint16_t ours = 0;

	if (n > 1)
		tcp_shell_expect(worker, burst, n);
	for (uint16_t i = 0; i < n; i++) {
		if (!mbuf_input(worker, port, burst[i]))
			burst[ours++] = burst[i];
	}
	rte_pktmbuf_free_bulk(burst, ours);
	return n;
}

// The queues are dealt out: with fewer workers than queues each has several.
static unsigned port_poll(struct worker *worker, unsigned index)
{
	const struct port *port = &worker->ports[index];
	unsigned n = 0;

	for (unsigned queue = worker->index; queue < port->rx_queues;
		queue += worker->home->workers)
		n += queue_poll(worker, index, (uint16_t)queue);
	return n;
}

static unsigned ports_poll(struct worker *worker)
{
	unsigned n = 0;

	for (unsigned i = 0; i < worker->nports; i++) {
		if (worker->ports[i].up)
			n += port_poll(worker, i);
	}
	return n;
}

// --- time
// -------------------------------------------------------------------------------------------

static void wheel_run(struct worker *worker)
{
	struct wheel_node *node;

	while ((node = wheel_expire(&worker->wheel, worker->now_us)) != NULL) {
		if (node->kind == TIMER_ANNOUNCE)
			arp_announce(worker);
		else
			arp_timer(worker, node);
	}
}

static void load_measure(struct worker *worker)
{
	struct load_share *load = &worker->load;
	uint64_t busy = worker->n.busy_us - load->busy_us;
	uint64_t idle = worker->n.idle_us - load->idle_us;

	if (worker->now_us - load->since_us < WORKER_LOAD_US)
		return;
	load->permille = busy + idle == 0 ? 0 : (uint32_t)(busy * 1000 / (busy + idle));
	load->since_us = worker->now_us;
	load->busy_us = worker->n.busy_us;
	load->idle_us = worker->n.idle_us;
}

static void timers_run(struct worker *worker)
{
	if (worker->now_us < worker->timers_us)
		return;
	worker->timers_us = worker->now_us + WORKER_TIMERS_US;
	wheel_run(worker);
	// What is left goes with the next turn: packets come in between.
	if (tcp_expire_some(worker->tcp, worker->now_us, WORKER_TCP_TIMERS))
		worker->timers_us = worker->now_us;
	streams_sweep(worker);
	sip_timers(worker);
	if (worker->now_us >= worker->frags_us) {
		worker->frags_us = worker->now_us + FRAG_SWEEP_US;
		frag_expire(worker);
	}
	if (worker->now_us >= worker->stats_us) {
		worker->stats_us = worker->now_us + WORKER_STATS_US;
		load_measure(worker);
		stats_publish(worker);
	}
}

// --- the loop
// ---------------------------------------------------------------------------------------

static void enter(struct worker *worker, enum worker_stage stage)
{
	atomic_store_explicit(&worker->stage, (uint8_t)stage, memory_order_relaxed);
}

unsigned worker_turn(struct worker *worker, uint64_t now_us)
{
	unsigned work;

	worker->now_us = now_us;
	atomic_store_explicit(&worker->pulse, worker->n.turns + 1, memory_order_relaxed);
	enter(worker, STAGE_PORTS);
	sip_overload(worker);
	work = ports_poll(worker);
	enter(worker, STAGE_RELAY);
	work += relay_poll(worker);
	enter(worker, STAGE_COMMANDS);
	work += commands_run(worker);
	enter(worker, STAGE_TIMERS);
	timers_run(worker);
	enter(worker, STAGE_STREAMS);
	worker->stalled = false;
	streams_resume(worker);
	streams_run(worker);
	if (worker->stalled)
		worker->n.stalls++;
	alive_tell(worker);
	enter(worker, STAGE_OUTPUT);
	tcp_shell_output(worker);
	for (unsigned i = 0; i < worker->nports; i++)
		port_flush(worker, i);
	ring_wake(&worker->events);
	enter(worker, STAGE_REST);
	worker->n.turns++;
	worker->n.turns_busy += work > 0;
	return work;
}

// What the loop remembers to find out whether it may sleep, and how long.
struct pace {
	uint64_t turn_us; // when the last turn began
	uint64_t work_us; // when there was work
	unsigned empty;   // turns without work in a row
};

static void pace_count(struct worker *worker, struct pace *pace, unsigned work, uint64_t now_us)
{
	if (work > 0) {
		worker->n.busy_us += now_us - pace->turn_us;
		pace->work_us = now_us;
		pace->empty = 0;
		return;
	}
	worker->n.idle_us += now_us - pace->turn_us;
	pace->empty++;
}

// Spinning first keeps the delay low under load; the long sleep keeps an idle engine cool. Commands
// and packets are looked for after every sleep, so neither can wait longer than WORKER_SLEEP_US.
static void pace_rest(struct worker *worker, const struct pace *pace, uint64_t now_us)
{
	if (worker->poll == POLL_BUSY || pace->empty < WORKER_SPIN) {
		rte_pause();
		return;
	}
	worker->n.sleeps++;
	usleep(now_us - pace->work_us < WORKER_QUIET_US ? WORKER_NAP_US : WORKER_SLEEP_US);
}

// All have nothing left to send: what one still owes may have to go out through another.
static bool drained(struct worker *worker)
{
	bool all = ring_used(&worker->commands) == 0 && tcp_shell_drained(worker) &&
		   relay_drained(worker);

	atomic_store_explicit(&worker->drained, all, memory_order_relaxed);
	for (unsigned i = 0; i < worker->home->workers; i++)
		all &= atomic_load_explicit(&worker->workers[i]->drained, memory_order_relaxed);
	return all;
}

void worker_run(struct worker *worker)
{
	struct pace pace = { .turn_us = worker_clock_us() };
	uint64_t stop_us = 0;

	// The kernel rounds sleeps up by 50 us unless told otherwise.
	prctl(PR_SET_TIMERSLACK, 1UL);
	pace.work_us = pace.turn_us;
	while (stop_us == 0 || (!drained(worker) && pace.turn_us - stop_us < WORKER_DRAIN_US)) {
		unsigned work = worker_turn(worker, pace.turn_us);
		uint64_t now_us = worker_clock_us();

		pace_count(worker, &pace, work, now_us);
		pace.turn_us = now_us;
		if (work == 0)
			pace_rest(worker, &pace, now_us);
		if (stop_us == 0 && atomic_load_explicit(&worker->stop, memory_order_acquire))
			stop_us = now_us;
	}
	worker_turn(worker, worker_clock_us());
	stats_publish(worker);
}
