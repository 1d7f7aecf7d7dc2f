// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The control thread's part of a call, from events to commands. Both parties are monitored. Rings,
// timers of the loop and the codecs are not in it.
#include <string.h>

#include "bench/micro/bench.h"
#include "bench/micro/office.h"

struct control_job {
	struct office *office;
	uint32_t pair;
	uint64_t messages; // to phones, in one round
	uint64_t events;   // to clients
};

static struct office_phone *pair_next(struct control_job *job)
{
	job->pair = (job->pair + 1) % (job->office->count / 2);
	return &job->office->phones[job->pair * 2];
}

// Off hook, six digits, answer, media both ways, on hook: twelve events.
static void call_by_hand(struct control_job *job)
{
	struct office *office = job->office;
	struct office_phone *a = pair_next(job), *b = a + 1;

	office_key(office, a, SCCP_OFF_HOOK);
	for (const char *digit = b->number; *digit != '\0'; digit++)
		office_digit(office, a, *digit);
	office_key(office, b, SCCP_OFF_HOOK);
	office_media(office, a);
	office_media(office, b);
	office_key(office, a, SCCP_ON_HOOK);
	office_key(office, b, SCCP_ON_HOOK);
}

// MakeCall until the other phone rings, then ClearConnection: two requests.
static void call_by_service(struct control_job *job)
{
	struct office *office = job->office;
	struct office_phone *a = pair_next(job);
	struct csta_msg *request = office_request(office);
	struct csta_make_call *make = &request->body.make_call;
	struct csta_connection made;

	csta_msg_init(request, CSTA_MAKE_CALL);
	snprintf(make->calling_device, CSTA_DEVICE_SIZE, "tel:%s", a->number);
	snprintf(make->called_number, CSTA_DEVICE_SIZE, "tel:%s", (a + 1)->number);
	make->has.auto_originate = true;
	make->auto_originate = CSTA_AUTO_ORIGINATE_DO_NOT_PROMPT;
	office_ask(office, a);
	made = office->response.body.make_call_response.connection;
	csta_msg_init(request, CSTA_CLEAR_CONNECTION);
	request->body.clear_connection.connection = made;
	office_ask(office, a);
}

static void rounds_check(
	struct control_job *job, uint64_t rounds, uint64_t messages, uint64_t events)
{
	const uint64_t *told = job->office->told;

	bench_require(office_is_idle(job->office));
	bench_require(told[COMMAND_SCCP] - messages == rounds * job->messages);
	bench_require(told[COMMAND_CSTA_EVENT] - events == rounds * job->events);
}

static void run(struct control_job *job, uint64_t rounds, void (*round)(struct control_job *))
{
	uint64_t messages = job->office->told[COMMAND_SCCP];
	uint64_t events = job->office->told[COMMAND_CSTA_EVENT];

	for (uint64_t i = 0; i < rounds; i++)
		round(job);
	rounds_check(job, rounds, messages, events);
}

static void run_hand(void *state, uint64_t rounds)
{
	run(state, rounds, call_by_hand);
}

static void run_service(void *state, uint64_t rounds)
{
	run(state, rounds, call_by_service);
}

// The first round says what every round must command.
static struct control_job *job_new(uint32_t phones, void (*round)(struct control_job *))
{
	struct control_job *job = bench_alloc(sizeof(*job));
	uint64_t messages, events;

	job->office = office_new(phones);
	messages = job->office->told[COMMAND_SCCP];
	events = job->office->told[COMMAND_CSTA_EVENT];
	round(job);
	bench_require(office_is_idle(job->office));
	job->messages = job->office->told[COMMAND_SCCP] - messages;
	job->events = job->office->told[COMMAND_CSTA_EVENT] - events;
	return job;
}

// Each monitor hears at least ServiceInitiated or nothing, Originated, Delivered, Established,
// and the clearing of both connections; each phone has rung, talked, and is back.
static void *setup_hand(const struct bench_case *c)
{
	struct control_job *job = job_new(*(const uint32_t *)c->arg, call_by_hand);

	bench_require(job->events >= 8 && job->messages >= 30);
	return job;
}

static void *setup_service(const struct bench_case *c)
{
	struct control_job *job = job_new(*(const uint32_t *)c->arg, call_by_service);

	bench_require(job->office->response.type == CSTA_CLEAR_CONNECTION_RESPONSE);
	bench_require(job->events >= 4 && job->messages >= 15);
	return job;
}

static void teardown(void *state)
{
	struct control_job *job = state;

	office_free(job->office);
	free(job);
}

static const uint32_t two = 2;
static const uint32_t thousand = 1000;
static const uint32_t most = 100000;

static const struct bench_case cases[] = {
	{ "call_control_us", "a whole call by hand, both lines monitored; two phones", setup_hand,
		run_hand, teardown, &two },
	{ "call_control_1000_us", "the same, a thousand phones and monitors in turn", setup_hand,
		run_hand, teardown, &thousand },
	{ "call_control_100k_us", "the same, a hundred thousand", setup_hand, run_hand, teardown,
		&most },
	{ "make_call_us", "MakeCall until it rings, ClearConnection; two phones", setup_service,
		run_service, teardown, &two },
};

const struct bench_group control_group = { cases, BENCH_COUNT(cases) };
