// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/daemon/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "control/csta/csta.h"

enum {
	EVENTS_PER_TURN = 64,  // before timers and the operator get their chance
	SELECTS_PER_BUSY = 64, // turns of busy polling between looks at timers and sockets
	ENDING_US = 1000000,   // for the last commands to find room
	RETRY_US = 200,        // until commands that found none are tried again
};

static int on_wake(struct osmo_fd *fd, unsigned int what)
{
	struct loop *loop = fd->data;

	(void)what;
	dataplane_awake(loop->dataplane);
	return 0;
}

static int on_signal(struct osmo_fd *fd, unsigned int what)
{
	struct signalfd_siginfo info;
	struct loop *loop = fd->data;

	(void)what;
	if (read(fd->fd, &info, sizeof(info)) != sizeof(info) || loop->ending)
		return 0;
	loop->ending = true;
	loop->ends_us = engine_now_us() + ENDING_US;
	sessions_shutdown(loop->engine);
	engine_turn(loop->engine);
	return 0;
}

static void watch_tell(unsigned index, const struct watch_worker *worker, enum watch_news news)
{
	if (news == WATCH_STALLED)
		fprintf(stderr, "offhookd: worker %u stands still since %.1f s, last seen at: %s\n", index,
			(double)worker->still_us / 1e6, worker->stage);
	else if (news == WATCH_RECOVERED)
		fprintf(stderr, "offhookd: worker %u goes on\n", index);
}

// Clients learn of it, and the operator.
static void load_tell(struct loop *loop)
{
	static const struct {
		enum csta_status status;
		const char *text;
	} loads[] = {
		[LOAD_NORMAL] = { CSTA_STATUS_OVERLOAD_RELIEVED, "overload is over" },
		[LOAD_NEAR] = { CSTA_STATUS_OVERLOAD_IMMINENT, "overload is near" },
		[LOAD_REACHED] = { CSTA_STATUS_OVERLOAD_REACHED,
			"overload: new sessions are refused" },
	};

	fprintf(stderr, "offhookd: %s\n", loads[loop->watch.load].text);
	if (loop->ending)
		return;
	sessions_load_changed(loop->engine, loads[loop->watch.load].status);
	engine_turn(loop->engine);
}

static void on_watch(void *data)
{
	struct loop *loop = data;
	uint64_t passed_us = watch_passed(&loop->watch, engine_now_us());
	enum watch_load most = LOAD_NORMAL;

	for (unsigned i = 0; i < loop->watch.n; i++) {
		struct watch_worker *worker = &loop->watch.workers[i];
		struct dataplane_pulse pulse = dataplane_pulse(loop->dataplane, i);
		enum watch_load load = watch_load_of(worker, pulse.sheds, pulse.backlog);

		watch_tell(i, worker, watch_look(worker, pulse.turns, pulse.stage, passed_us));
		most = load > most ? load : most;
	}
	if (watch_weigh(&loop->watch, most, passed_us))
		load_tell(loop);
	osmo_timer_schedule(&loop->watch_timer, 0, WATCH_PERIOD_US);
}

static sigset_t ending_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	return set;
}

void loop_block_signals(void)
{
	sigset_t set = ending_signals();

	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

// Only to wake: each turn tries.
static void on_retry(void *data)
{
	(void)data;
}

int loop_init(struct loop *loop, struct engine *engine, struct dataplane *dataplane, bool busy)
{
	sigset_t set = ending_signals();
	int fd;

	*loop = (struct loop){ .engine = engine, .dataplane = dataplane, .busy = busy };
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	osmo_fd_setup(&loop->signals, fd, OSMO_FD_READ, on_signal, loop, 0);
	osmo_fd_setup(&loop->wake, dataplane_event_fd(dataplane), OSMO_FD_READ, on_wake, loop, 0);
	if (osmo_fd_register(&loop->signals) != 0 || osmo_fd_register(&loop->wake) != 0) {
		loop_fini(loop);
		return -ENOMEM;
	}
	loop->watch.n = dataplane_workers(dataplane);
	osmo_timer_setup(&loop->retry_timer, on_retry, loop);
	osmo_timer_setup(&loop->watch_timer, on_watch, loop);
	osmo_timer_schedule(&loop->watch_timer, 0, WATCH_PERIOD_US);
	return 0;
}

void loop_fini(struct loop *loop)
{
	osmo_timer_del(&loop->watch_timer);
	osmo_timer_del(&loop->retry_timer);
	osmo_fd_unregister(&loop->wake);
	osmo_fd_close(&loop->signals);
}

// Takes events while the workers have room for what they cause. Returns how many.
static unsigned take_events(struct loop *loop)
{
	static struct event event; // large, and there is one control thread
	unsigned n = 0;

	while (n < EVENTS_PER_TURN &&
		dataplane_pop_event(
			loop->dataplane, outbox_held(&loop->engine->outbox), &event)) {
		engine_event(loop->engine, &event);
		n++;
	}
	return n;
}

static bool has_waiting_commands(struct loop *loop)
{
	return !outbox_flush(&loop->engine->outbox);
}

// One look at timers and sockets: waits for them only when no event can be missed by it. A worker
// for which commands wait is no reason to stay awake, however long it stands still.
static void look_around(struct loop *loop)
{
	uint32_t held = outbox_held(&loop->engine->outbox);

	if (loop->busy || !dataplane_sleep(loop->dataplane, held)) {
		osmo_select_main(1);
		return;
	}
	if (held != 0)
		osmo_timer_schedule(&loop->retry_timer, 0, RETRY_US);
	osmo_select_main(0);
	dataplane_awake(loop->dataplane);
}

static bool may_end(struct loop *loop)
{
	return loop->ending &&
	       (!has_waiting_commands(loop) || engine_now_us() >= loop->ends_us);
}

unsigned loop_turn(struct loop *loop)
{
	unsigned n = take_events(loop);

	loop->turns++;
	if (loop->busy ? loop->turns % SELECTS_PER_BUSY == 0 : n < EVENTS_PER_TURN || loop->turns % 8 == 0)
		look_around(loop);
	return n;
}

void loop_run(struct loop *loop)
{
	while (!may_end(loop))
		loop_turn(loop);
	dataplane_stop(loop->dataplane);
}
