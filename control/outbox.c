// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/outbox.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct outbox_item {
	STAILQ_ENTRY(outbox_item) link;
	struct command command; // as much of it as is in use
};

void outbox_init(struct outbox *outbox, bool (*push)(void *, const struct command *), void *ctx)
{
	*outbox = (struct outbox){ .push = push, .ctx = ctx };
	STAILQ_INIT(&outbox->deferred);
	arrears_init(&outbox->arrears);
	for (unsigned i = 0; i < HANDLE_WORKERS_MAX; i++)
		STAILQ_INIT(&outbox->waiting[i]);
}

static void queue_clear(struct outbox_queue *queue)
{
	struct outbox_item *item;

	while ((item = STAILQ_FIRST(queue)) != NULL) {
		STAILQ_REMOVE_HEAD(queue, link);
		free(item);
	}
}

void outbox_fini(struct outbox *outbox)
{
	queue_clear(&outbox->deferred);
	arrears_fini(&outbox->arrears);
	for (unsigned i = 0; i < HANDLE_WORKERS_MAX; i++)
		queue_clear(&outbox->waiting[i]);
}

static void command_stamp(struct outbox *outbox, struct command *command)
{
	command->worker = handle_owner(command->handle);
	assert(command->worker < HANDLE_WORKERS_MAX);
	command->time_us = outbox->time_us;
}

// The queues are bounded, so there is memory for them or for nothing at all.
static struct outbox_item *item_new(const struct command *command)
{
	size_t size = command_size(command);
	struct outbox_item *item = malloc(offsetof(struct outbox_item, command) + size);

	assert(item != NULL);
	memcpy(&item->command, command, size);
	return item;
}

static bool push(struct outbox *outbox, const struct command *command)
{
	return (outbox->held >> command->worker & 1) == 0 && outbox->push(outbox->ctx, command);
}

static void item_wait(struct outbox *outbox, struct outbox_item *item)
{
	unsigned worker = item->command.worker;

	STAILQ_INSERT_TAIL(&outbox->waiting[worker], item, link);
	outbox->held |= 1u << worker;
	outbox->nwaiting[worker]++;
	outbox->waited++;
}

// False: it was given up.
static bool may_wait(struct outbox *outbox, const struct command *command)
{
	if (outbox->nwaiting[command->worker] < OUTBOX_WAITING_MAX)
		return true;
	outbox->given_up[command->worker]++;
	arrears_note(&outbox->arrears, command);
	return false;
}

void outbox_send(struct outbox *outbox, struct command *command)
{
	command_stamp(outbox, command);
	if (!push(outbox, command) && may_wait(outbox, command))
		item_wait(outbox, item_new(command));
}

void outbox_defer(struct outbox *outbox, struct command *command)
{
	struct outbox_item *item;

	command_stamp(outbox, command);
	item = item_new(command);
	STAILQ_INSERT_TAIL(&outbox->deferred, item, link);
}

void outbox_turn(struct outbox *outbox)
{
	struct outbox_item *item;

	while ((item = STAILQ_FIRST(&outbox->deferred)) != NULL) {
		STAILQ_REMOVE_HEAD(&outbox->deferred, link);
		if (!push(outbox, &item->command) && may_wait(outbox, &item->command))
			item_wait(outbox, item);
		else
			free(item);
	}
}

// False: there is no room for all.
static bool arrears_flush(struct outbox *outbox, unsigned worker)
{
	struct command command;

	while (arrears_next(&outbox->arrears, worker, &command)) {
		if (!outbox->push(outbox->ctx, &command))
			return false;
		arrears_said(&outbox->arrears, worker);
	}
	return true;
}

static void queue_flush(struct outbox *outbox, unsigned worker)
{
	struct outbox_queue *queue = &outbox->waiting[worker];
	struct outbox_item *item;

	while ((item = STAILQ_FIRST(queue)) != NULL) {
		if (!outbox->push(outbox->ctx, &item->command))
			return;
		STAILQ_REMOVE_HEAD(queue, link);
		outbox->nwaiting[worker]--;
		free(item);
	}
	if (arrears_flush(outbox, worker))
		outbox->held &= ~(1u << worker);
}

bool outbox_flush(struct outbox *outbox)
{
	for (unsigned i = 0; outbox->held >> i != 0; i++) {
		if ((outbox->held >> i & 1) != 0)
			queue_flush(outbox, i);
	}
	return outbox->held == 0;
}

uint32_t outbox_held(struct outbox *outbox)
{
	outbox_flush(outbox);
	return outbox->held;
}

void outbox_sccp(struct outbox *outbox, handle_t conn, const struct sccp_msg *msg)
{
	struct command command;

	// The union is large: only what is in use is touched.
	memset(&command, 0, offsetof(struct command, sccp));
	command.type = COMMAND_SCCP;
	command.handle = conn;
	memcpy(&command.sccp, msg, sccp_msg_size(msg));
	outbox_send(outbox, &command);
}

static void conn_end(struct outbox *outbox, handle_t conn, enum command_type type)
{
	struct command command;

	memset(&command, 0, offsetof(struct command, sccp));
	command.type = (uint16_t)type;
	command.handle = conn;
	outbox_send(outbox, &command);
}

void outbox_conn_close(struct outbox *outbox, handle_t conn)
{
	conn_end(outbox, conn, COMMAND_CONN_CLOSE);
}

void outbox_conn_abort(struct outbox *outbox, handle_t conn)
{
	conn_end(outbox, conn, COMMAND_CONN_ABORT);
}
