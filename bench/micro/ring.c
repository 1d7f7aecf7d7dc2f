// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The hand-over between the planes: one thread at both ends, then two threads on two CPUs.
#include "dataplane/handoff/ring.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "bench/micro/bench.h"
#include "bench/micro/message.h"

enum { CELLS = 16384, SPINS = 1000 };

struct ring_job {
	struct ring events;
	struct ring commands;
	struct event event; // to be pushed
	struct event taken;
	struct command command; // to be pushed by the other thread
	struct command answer;
	uint64_t rounds; // of the other thread
};

static void event_sccp(struct event *event)
{
	event->type = EVENT_SCCP;
	sccp_msg_init(&event->sccp, SCCP_KEYPAD_BUTTON);
	event->sccp.keypad_button.button = 7;
}

static void event_csta(struct event *event)
{
	struct csta_reader reader;

	csta_init();
	event->type = EVENT_CSTA_REQUEST;
	bench_require(csta_reader_init(&reader) == 0);
	bench_require(csta_read(&reader, message_make_call.p, message_make_call.n,
			      &event->csta_request.csta) == CSTA_READ_OK);
	csta_reader_fini(&reader);
}

static void *setup(const struct bench_case *c)
{
	void (*fill)(struct event *) = *(void (*const *)(struct event *))c->arg;
	struct ring_job *job = bench_alloc(sizeof(*job));
	struct event pushed;

	bench_require(ring_init_events(&job->events, CELLS, -1) == 0);
	bench_require(ring_init_commands(&job->commands, CELLS, -1) == 0);
	fill(&job->event);
	job->command.type = COMMAND_SCCP;
	sccp_msg_init(&job->command.sccp, SCCP_CALL_STATE);
	bench_require(ring_push_event(&job->events, &job->event));
	pushed = job->event;
	bench_require(ring_pop_event(&job->events, &job->taken));
	bench_require(memcmp(&job->taken, &pushed, event_size(&pushed)) == 0);
	return job;
}

// Both threads are busy: on one CPU they would wait for each other's time slices.
static void *setup_two(const struct bench_case *c)
{
	return bench_other_cpu() < 0 ? NULL : setup(c);
}

static void teardown(void *state)
{
	struct ring_job *job = state;

	ring_fini(&job->events);
	ring_fini(&job->commands);
	free(job);
}

static void run_one(void *state, uint64_t rounds)
{
	struct ring_job *job = state;
	uint64_t good = 0;

	for (uint64_t i = 0; i < rounds; i++)
		good += ring_push_event(&job->events, &job->event) &&
			ring_pop_event(&job->events, &job->taken);
	bench_require(good == rounds && job->events.gaps == 0);
}

// Between looks at a ring that has nothing to offer.
static void rest(unsigned *idle)
{
	if (++*idle % SPINS == 0)
		sched_yield();
}

static void *produce(void *arg)
{
	struct ring_job *job = arg;
	unsigned idle = 0;

	for (uint64_t i = 0; i < job->rounds; i++) {
		while (!ring_push_event(&job->events, &job->event))
			rest(&idle);
	}
	return NULL;
}

static void *answer(void *arg)
{
	struct ring_job *job = arg;
	unsigned idle = 0;

	for (uint64_t i = 0; i < job->rounds; i++) {
		while (!ring_pop_event(&job->events, &job->taken))
			rest(&idle);
		while (!ring_push_command(&job->commands, &job->command))
			rest(&idle);
	}
	return NULL;
}

static pthread_t other_start(struct ring_job *job, void *(*body)(void *), uint64_t rounds)
{
	pthread_attr_t attr;
	pthread_t thread;
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(bench_other_cpu(), &cpu);
	job->rounds = rounds;
	pthread_attr_init(&attr);
	pthread_attr_setaffinity_np(&attr, sizeof(cpu), &cpu);
	bench_require(pthread_create(&thread, &attr, body, job) == 0);
	pthread_attr_destroy(&attr);
	return thread;
}

static void run_flow(void *state, uint64_t rounds)
{
	struct ring_job *job = state;
	pthread_t other = other_start(job, produce, rounds);
	unsigned idle = 0;

	for (uint64_t i = 0; i < rounds; i++) {
		while (!ring_pop_event(&job->events, &job->taken))
			rest(&idle);
	}
	pthread_join(other, NULL);
	bench_require(job->events.gaps == 0 && ring_used(&job->events) == 0);
}

static void run_round(void *state, uint64_t rounds)
{
	struct ring_job *job = state;
	pthread_t other = other_start(job, answer, rounds);
	unsigned idle = 0;

	for (uint64_t i = 0; i < rounds; i++) {
		bench_require(ring_push_event(&job->events, &job->event));
		while (!ring_pop_command(&job->commands, &job->answer))
			rest(&idle);
	}
	pthread_join(other, NULL);
	bench_require(job->events.gaps == 0 && job->commands.gaps == 0);
}

static void (*const sccp)(struct event *) = event_sccp;
static void (*const csta)(struct event *) = event_csta;

static const struct bench_case cases[] = {
	{ "ring_sccp_ns", "push and pop of a KeypadButton event, one thread", setup, run_one,
		teardown, &sccp },
	{ "ring_csta_ns", "push and pop of a MakeCall event, one thread", setup, run_one, teardown,
		&csta },
	{ "ring_flow_sccp_ns", "KeypadButton events from one thread to another", setup_two,
		run_flow, teardown, &sccp, "a second CPU" },
	{ "ring_flow_csta_ns", "MakeCall events from one thread to another", setup_two, run_flow,
		teardown, &csta, "a second CPU" },
	{ "ring_round_ns", "KeypadButton event there, CallState command back", setup_two, run_round,
		teardown, &sccp, "a second CPU" },
};

const struct bench_group ring_group = { cases, BENCH_COUNT(cases) };
