// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/phone/media.h"

#include "control/call/model.h"
#include "control/phone/display.h"
#include "control/phone/internal.h"

enum {
	DSCP_EF = 184,  // as the whole byte
	DTMF_TYPE = 10, // what other servers send
};

struct appearance *connection_appearance(const struct connection *connection)
{
	struct appearance *a;

	TAILQ_FOREACH (a, &connection->appearances, in_connection) {
		if (a->line == connection->line)
			return a;
	}
	return NULL;
}

// Whose microphone is open to the call at this line, when it is connected.
static bool has_audio(const struct connection *connection, const struct line *line)
{
	return connection->state == CONNECTION_CONNECTED && connection->line == line &&
	       line != NULL && !connection->call->ending;
}

// In a conference all media goes to and from the mixer.
static bool is_wanted(const struct appearance *a, const struct connection *other)
{
	const struct connection *mixer = other->call->mixer;

	if (mixer != NULL && mixer != other && mixer != a->connection)
		return false;
	return other != a->connection && has_audio(a->connection, a->line) &&
	       has_audio(other, other->line) && connection_appearance(other) != NULL;
}

static struct stream *stream_with(struct appearance *a, const struct appearance *peer)
{
	for (int i = 0; i < STREAMS_MAX; i++) {
		if (a->streams[i].state != STREAM_CLOSED &&
			a->streams[i].peer == peer->call_reference)
			return &a->streams[i];
	}
	return NULL;
}

// Never the same for two openings: an answer to one that was closed meanwhile is not taken for an
// answer to the next.
static uint32_t party_next(struct engine *engine)
{
	if (++engine->next_party == 0)
		engine->next_party = 1;
	return engine->next_party;
}

static void stream_open(struct appearance *a, const struct appearance *peer)
{
	struct stream *stream = NULL;
	struct sccp_msg msg;
	struct sccp_open_receive_channel *open = &msg.open_receive_channel;

	for (int i = 0; i < STREAMS_MAX && stream == NULL; i++) {
		if (a->streams[i].state == STREAM_CLOSED)
			stream = &a->streams[i];
	}
	if (stream == NULL)
		return;
	stream->peer = peer->call_reference;
	if (!media_format(a->line->phone, peer->line->phone, &stream->format)) {
		stream->state = STREAM_HOPELESS;
		a->line->phone->engine->media_stale = true;
		return;
	}
	if (!appearance_had_media(a))
		a->connected_us = engine_now_us();
	a->format = stream->format;
	stream->party = party_next(a->line->phone->engine);
	sccp_msg_init(&msg, SCCP_OPEN_RECEIVE_CHANNEL);
	open->conference = a->call_reference;
	open->party = stream->party;
	open->call = a->call_reference;
	open->packet_ms = stream->format.packet_ms;
	open->payload = stream->format.payload;
	open->rfc2833_payload = stream->format.events_in;
	open->dtmf_type = DTMF_TYPE;
	phone_send(a->line->phone, &msg);
	stream->state = STREAM_OPENING;
}

static void transmission_start(
	struct appearance *a, struct stream *stream, const struct endpoint *to)
{
	struct sccp_msg msg;
	struct sccp_start_media_transmission *start = &msg.start_media_transmission;

	sccp_msg_init(&msg, SCCP_START_MEDIA_TRANSMISSION);
	start->conference = a->call_reference;
	start->party = stream->party;
	start->call = a->call_reference;
	start->addr = to->addr;
	start->port = to->port;
	start->packet_ms = stream->format.packet_ms;
	start->payload = stream->format.payload;
	start->dscp = DSCP_EF;
	start->rfc2833_payload = stream->format.events_out;
	start->dtmf_type = DTMF_TYPE;
	phone_send(a->line->phone, &msg);
	stream->sending = true;
}

static void stop_send(struct phone *phone, uint32_t id, uint32_t party, uint32_t call)
{
	struct sccp_msg msg;

	sccp_msg_init(&msg, id);
	msg.close_receive_channel.conference = call;
	msg.close_receive_channel.party = party;
	msg.close_receive_channel.call = call;
	phone_send(phone, &msg);
}

// It is the last one in which the phone may have heard something.
static bool is_last(const struct appearance *a, const struct stream *stream)
{
	for (int i = 0; i < STREAMS_MAX; i++) {
		if (&a->streams[i] != stream && a->streams[i].state == STREAM_RECEIVING)
			return false;
	}
	return stream->state == STREAM_RECEIVING;
}

static void stream_close(struct appearance *a, struct stream *stream)
{
	struct phone *phone = a->line->phone;

	if (stream->state == STREAM_HOPELESS) {
		*stream = (struct stream){ 0 };
		return;
	}
	if (is_last(a, stream))
		statistics_ask(a);
	stop_send(phone, SCCP_CLOSE_RECEIVE_CHANNEL, stream->party, a->call_reference);
	stop_send(phone, SCCP_STOP_MEDIA_TRANSMISSION, stream->party, a->call_reference);
	*stream = (struct stream){ 0 };
}

// The party at the other end of an open stream, NULL when nobody is there any more.
static struct connection *stream_party(const struct appearance *a, const struct stream *stream)
{
	struct connection *other;

	TAILQ_FOREACH (other, &a->connection->call->connections, in_call) {
		if (is_wanted(a, other) &&
			connection_appearance(other)->call_reference == stream->peer)
			return other;
	}
	return NULL;
}

static void streams_close(struct appearance *a)
{
	for (int i = 0; i < STREAMS_MAX; i++) {
		struct stream *stream = &a->streams[i];

		if (stream->state != STREAM_CLOSED && stream_party(a, stream) == NULL)
			stream_close(a, stream);
	}
}

// Everybody else in the talk holds it.
static bool is_held_by_others(const struct appearance *a)
{
	const struct connection *other;

	if (!has_audio(a->connection, a->line) || !connection_is_talking(a->connection) ||
		a->connection->call->failure != CSTA_CAUSE_NONE)
		return false;
	TAILQ_FOREACH (other, &a->connection->call->connections, in_call) {
		if (other != a->connection && other->state != CONNECTION_HOLD)
			return false;
	}
	return true;
}

void hold_tone_update(struct appearance *a)
{
	bool held = is_held_by_others(a);

	if (held && !a->hold_tone)
		tone_start(a, SCCP_TONE_HOLD);
	if (!held && a->hold_tone)
		tone_stop(a);
	a->hold_tone = held;
}

void media_update(struct appearance *a)
{
	const struct connection *other;

	streams_close(a);
	TAILQ_FOREACH (other, &a->connection->call->connections, in_call) {
		struct appearance *peer;
		struct stream *own, *theirs;

		if (!is_wanted(a, other))
			continue;
		peer = connection_appearance(other);
		if (stream_with(a, peer) == NULL)
			stream_open(a, peer);
		own = stream_with(a, peer);
		theirs = stream_with(peer, a);
		if (own != NULL && !own->sending && theirs != NULL &&
			theirs->state == STREAM_RECEIVING)
			transmission_start(a, own, &theirs->rtp);
	}
}

// Where the phone receives, or false when it cannot.
static bool ack_endpoint(const struct sccp_open_receive_channel_ack *ack, struct endpoint *out)
{
	*out = (struct endpoint){ .addr = ack->addr, .port = (uint16_t)ack->port };
	return ack->status == SCCP_MEDIA_OK && ack->port > 0 && ack->port <= UINT16_MAX &&
	       ack->addr.family == ADDR_IPV4 && addr_ipv4_net(&ack->addr) != 0;
}

// The opening that is acknowledged, and where it is shown. Old phones name it by the party id
// alone.
static struct stream *ack_stream(struct phone *phone,
	const struct sccp_open_receive_channel_ack *ack, struct appearance **out)
{
	struct appearance *a;

	TAILQ_FOREACH (a, &phone->appearances, at_phone) {
		if (ack->call != 0 && ack->call != a->call_reference)
			continue;
		for (int i = 0; i < STREAMS_MAX; i++) {
			if (ack->party == 0 || a->streams[i].party != ack->party)
				continue;
			*out = a;
			return &a->streams[i];
		}
	}
	return NULL;
}

// Of a call that is no more the phone has a channel open for nothing. In one that goes on it was
// told to close this one, and must not be told so again: it might close another instead.
static void ack_stale(struct phone *phone, const struct sccp_open_receive_channel_ack *ack)
{
	phone_ignore(phone, IGNORED_STALE);
	if (ack->status != SCCP_MEDIA_OK || phone_appearance(phone, ack->call) != NULL)
		return;
	stop_send(phone, SCCP_CLOSE_RECEIVE_CHANNEL, ack->party, ack->call);
	stop_send(phone, SCCP_STOP_MEDIA_TRANSMISSION, ack->party, ack->call);
}

// The phone cannot hear that party. A phone that mixes goes on with the others.
static void stream_refused(struct appearance *a, const struct stream *stream)
{
	struct connection *own = a->connection, *other = stream_party(a, stream);

	if (other != NULL && own->call->mixer == own && call_is_conference(own->call))
		connection_drop(other, own->dn, CSTA_CAUSE_RESOURCES_NOT_AVAILABLE);
	else
		connection_clear(own, CSTA_CAUSE_RESOURCES_NOT_AVAILABLE);
}

static struct stream *hopeless_at(struct appearance *a)
{
	for (int i = 0; i < STREAMS_MAX; i++) {
		if (a->streams[i].state == STREAM_HOPELESS)
			return &a->streams[i];
	}
	return NULL;
}

// True when there was one, which is gone now with what it was for.
static bool hopeless_end(struct call *call)
{
	const struct connection *connection;
	struct appearance *a;

	TAILQ_FOREACH (connection, &call->connections, in_call) {
		a = connection_appearance(connection);
		if (a != NULL && hopeless_at(a) != NULL) {
			stream_refused(a, hopeless_at(a));
			return true;
		}
	}
	return false;
}

void media_settle(struct engine *engine)
{
	struct call *call;

	engine->media_stale = false;
	// The call, and others with it, may be gone: from the start again.
	for (call = TAILQ_FIRST(&engine->active_calls); call != NULL;)
		call = hopeless_end(call) ? TAILQ_FIRST(&engine->active_calls)
					  : TAILQ_NEXT(call, active);
}

void media_ack(struct station *station, const struct sccp_msg *msg)
{
	const struct sccp_open_receive_channel_ack *ack = &msg->open_receive_channel_ack;
	struct phone *phone = station->phone;
	const struct connection *other;
	struct appearance *a = NULL;
	struct stream *stream = ack_stream(phone, ack, &a);

	if (stream == NULL) {
		ack_stale(phone, ack);
		return;
	}
	if (stream->state != STREAM_OPENING) {
		phone_ignore(phone, IGNORED_STATE);
		return;
	}
	if (!ack_endpoint(ack, &stream->rtp)) {
		stream_refused(a, stream);
		return;
	}
	stream->state = STREAM_RECEIVING;
	TAILQ_FOREACH (other, &a->connection->call->connections, in_call) {
		if (is_wanted(a, other))
			media_update(connection_appearance(other));
	}
}
