// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/arrears.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void arrears_init(struct arrears *arrears)
{
	for (unsigned i = 0; i < HANDLE_WORKERS_MAX; i++)
		TAILQ_INIT(&arrears->workers[i]);
	for (unsigned i = 0; i < ARREARS_BUCKETS; i++)
		SLIST_INIT(&arrears->buckets[i]);
}

static struct arrear_bucket *bucket_of(struct arrears *arrears, handle_t handle)
{
	return &arrears->buckets[handle_index(handle) % ARREARS_BUCKETS];
}

static void arrear_free(struct arrears *arrears, unsigned worker, struct arrear *arrear)
{
	TAILQ_REMOVE(&arrears->workers[worker], arrear, link);
	SLIST_REMOVE(bucket_of(arrears, arrear->handle), arrear, arrear, bucket);
	free(arrear);
}

void arrears_fini(struct arrears *arrears)
{
	for (unsigned i = 0; i < HANDLE_WORKERS_MAX; i++) {
		while (!TAILQ_EMPTY(&arrears->workers[i]))
			arrear_free(arrears, i, TAILQ_FIRST(&arrears->workers[i]));
	}
}

// What there is instead of a command that was given up.
static enum command_type owed_for(enum command_type type)
{
	static const enum command_type owed[COMMAND_TYPES] = {
		[COMMAND_SCCP] = COMMAND_CONN_ABORT,
		[COMMAND_CONN_CLOSE] = COMMAND_CONN_ABORT,
		[COMMAND_CONN_ABORT] = COMMAND_CONN_ABORT,
		[COMMAND_CSTA_EVENT] = COMMAND_SESSION_MISSED,
		[COMMAND_SESSION_BYE] = COMMAND_SESSION_BYE,
	};

	return type < COMMAND_TYPES ? owed[type] : COMMAND_NONE;
}

// A connection and a dialog may have the same handle: they are of different tables.
static bool same(const struct arrear *arrear, handle_t handle, enum command_type type)
{
	return arrear->handle == handle &&
	       (arrear->type == COMMAND_CONN_ABORT) == (type == COMMAND_CONN_ABORT);
}

static struct arrear *arrear_of(
	struct arrears *arrears, const struct command *command, enum command_type type)
{
	struct arrear_bucket *bucket = bucket_of(arrears, command->handle);
	struct arrear *arrear;

	SLIST_FOREACH (arrear, bucket, bucket) {
		if (same(arrear, command->handle, type))
			return arrear;
	}
	arrear = calloc(1, sizeof(*arrear));
	assert(arrear != NULL);
	arrear->handle = command->handle;
	arrear->type = type;
	SLIST_INSERT_HEAD(bucket, arrear, bucket);
	TAILQ_INSERT_TAIL(&arrears->workers[command->worker], arrear, link);
	return arrear;
}

void arrears_note(struct arrears *arrears, const struct command *command)
{
	enum command_type type = owed_for((enum command_type)command->type);
	struct arrear *arrear;

	if (type == COMMAND_NONE)
		return;
	arrear = arrear_of(arrears, command, type);
	arrear->messages += type == COMMAND_SESSION_MISSED;
	if (type == COMMAND_SESSION_BYE) // its end makes up for all it missed
		arrear->type = type;
}

bool arrears_next(const struct arrears *arrears, unsigned worker, struct command *command)
{
	const struct arrear *arrear = TAILQ_FIRST(&arrears->workers[worker]);

	if (arrear == NULL)
		return false;
	memset(command, 0, offsetof(struct command, sccp));
	command->type = (uint16_t)arrear->type;
	command->worker = (uint8_t)worker;
	command->handle = arrear->handle;
	if (arrear->type == COMMAND_SESSION_MISSED)
		command->session_missed.messages = arrear->messages;
	return true;
}

void arrears_said(struct arrears *arrears, unsigned worker)
{
	arrear_free(arrears, worker, TAILQ_FIRST(&arrears->workers[worker]));
}
