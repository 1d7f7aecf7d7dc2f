// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// SIP: datagrams and streams into the endpoint (dataplane/sip/endpoint.h), its indications to
// control with the CSTA body decoded, control's commands to it with the body encoded.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/handle.h"
#include "dataplane/stream.h"

struct command;
struct packet;
struct dataplane_config;
struct relay_write;
struct sip_endpoint_ops;
struct sip_flow;
struct tcp_event;
struct worker;

// The namespace string of a dialog's client when it is none of the table's, for our answers.
struct dialog_ns {
	handle_t dialog;
	char ns[120];
};

extern const struct sip_endpoint_ops sip_shell_ops;

// The endpoint, its CSTA reader and what goes with them. Returns 0 or -ENOMEM.
int sip_shell_init(struct worker *worker, const struct dataplane_config *config);
void sip_shell_fini(struct worker *worker);

void sip_datagram(struct worker *worker, const struct endpoint *local,
	const struct endpoint *remote, const uint8_t *p, size_t n);

// ICMP says of a datagram of ours that it does not get to where it was sent; `quoted` is its
// beginning from the UDP header on. Believed when enough of a message is quoted to name its
// transaction: only its peer knows that name.
void sip_unreachable_quoted(struct worker *worker, const struct packet *quoted);

// What other workers hand over: a message for a dialog or transaction of ours; bytes for a
// connection of ours.
void sip_relayed(
	struct worker *worker, const struct sip_flow *flow, const uint8_t *p, size_t n);
void sip_relayed_write(struct worker *worker, unsigned from, const struct relay_write *write,
	const uint8_t *p, size_t n);
// A connection is gone, ours or another worker's, perhaps with bytes that its peer never got.
void sip_relayed_lost(struct worker *worker, handle_t conn, bool undelivered);

// How a connection of ours is named to the endpoint. False: it is gone.
bool sip_stream_flow(
	const struct worker *worker, const struct stream *stream, struct sip_flow *flow);

void sip_stream_opened(struct worker *worker, struct stream *stream, const struct tcp_event *event);
enum stream_read sip_stream_read(struct worker *worker, struct stream *stream);
void sip_stream_writable(struct worker *worker, struct stream *stream);
// A dialog hears by it.
bool sip_stream_used(const struct worker *worker, const struct stream *stream);
void sip_stream_half(struct worker *worker, struct stream *stream);
void sip_stream_closed(struct worker *worker, struct stream *stream, const struct tcp_event *event);

// Refuses new sessions while the events ring is nearly full, and lets them in again when it is not.
void sip_overload(struct worker *worker);
// Timers, as many as there is credit for.
void sip_timers(struct worker *worker);

// Commands.
void sip_session_accept(struct worker *worker, const struct command *command);
void sip_session_reject(struct worker *worker, const struct command *command);
void sip_session_refresh(struct worker *worker, const struct command *command);
void sip_csta_response(struct worker *worker, const struct command *command);
void sip_csta_event(struct worker *worker, const struct command *command);
void sip_session_missed(struct worker *worker, const struct command *command);
void sip_session_bye(struct worker *worker, const struct command *command);
