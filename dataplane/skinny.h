// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Skinny connections: bytes become EVENT_SCCP, COMMAND_SCCP becomes bytes. KeepAlive is answered
// here at once, and told to control all the same.
#pragma once

#include "dataplane/stream.h"

#include <stdbool.h>

struct command;
struct tcp_event;
struct worker;

void skinny_opened(struct worker *worker, struct stream *stream, const struct tcp_event *event);
// True: stopped for lack of credit, or to let others read.
enum stream_read skinny_read(struct worker *worker, struct stream *stream);
void skinny_closed(struct worker *worker, struct stream *stream, const struct tcp_event *event);

// COMMAND_SCCP, COMMAND_CONN_CLOSE and COMMAND_CONN_ABORT.
void skinny_send(struct worker *worker, const struct command *command);
void skinny_close(struct worker *worker, const struct command *command);
void skinny_abort(struct worker *worker, const struct command *command);
