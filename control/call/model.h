// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Between the files of the call model: how calls and connections are made, changed and unmade.
#pragma once

#include "control/engine.h"

// A call with no connections yet, or NULL when the table is full.
struct call *call_new(struct engine *engine);

// Ends a call that only onlookers are left in; others are left alone.
void call_release(struct call *call);

// A null connection of this DN, linked, or NULL when the table is full. An onlooker takes no
// channel.
struct connection *connection_add(struct call *call, struct dn *dn, bool onlooker);

// All parties of `from` into `into`, in which joined_from says so; those that ring do so for this
// cause from now on. call_merged() after it was told: forgets that, frees the call.
void call_merge(struct call *into, struct call *from, enum csta_cause cause);
void call_merged(struct call *into, struct call *from);

// A new call with a null connection of this line's DN. CALL_NO_LINE, CALL_NO_MEMORY.
enum call_result line_open(struct line *line, enum dial_purpose purpose, struct connection **out);
// Whether it would: CALL_NO_LINE, CALL_NO_MEMORY.
enum call_result line_check_open(const struct line *line, enum dial_purpose purpose);
// Off hook at this line: ServiceInitiated.
void connection_initiate(struct connection *connection, struct line *line, enum csta_cause cause);
// Frees the line's phone for another call: holds a talk, ends what is no talk.
void line_make_way(struct line *line);
// The phone's active call if it has dial tone on this line, with nothing dialled; NULL: it has not.
struct connection *line_fresh(const struct line *line);
// The phone's active call is none yet, or no more, and leaves its channel of the line's DN to a new
// one.
bool line_leaves_channel(const struct line *line);
// CALL_BAD_STATE: the active call rings at its far end, which is only ended to answer another.
enum call_result line_check_way(const struct line *line);

enum call_result connection_check_answer_at(
	const struct connection *connection, const struct line *line);
// Were `leaving` not at that phone any more; NULL: as things are.
enum call_result connection_check_retrieve_at(const struct connection *connection,
	const struct line *line, const struct connection *leaving);

// Who mistakes the active call for the held one is understood: the roles go by the states.
bool connections_are_exchanged(const struct connection *held, const struct connection *active);

// The near side is the reason: its own connection fails.
void caller_fails(struct connection *caller, enum csta_cause cause);

// This is the number to transfer the consulting connection's other call to: CALL_OK, and it is
// gone. Otherwise nothing happened.
enum call_result transfer_entered(struct connection *connection, const struct party *to);

// What connection_clear() does to one that has answered, as another device's wish.
enum call_result connection_drop(
	struct connection *connection, struct dn *releasing, enum csta_cause cause);

void call_set_mixer(struct call *call, struct connection *mixer);
// It answered: the conference is complete, if it was called into one.
void connection_joined(struct connection *connection);
// A party left: two make no conference.
void conference_shrunk(struct call *call);

// Neither consults nor is consulted for any more.
void connection_unlink(struct connection *connection);

// The one place where the state of a connection changes. Refuses what the table of transitions does
// not allow. Both projections follow at once; a connection that became null is gone on return.
enum call_result call_transition(const struct transition *transition);

// The screens of the call's phones after a change that is no transition: a digit.
void call_show(struct call *call);

void connection_arm(struct connection *connection, enum connection_timer kind);
void connection_disarm(struct connection *connection);

// What the timers do.
void connection_dial_timeout(struct connection *connection);
void connection_forward(struct connection *connection);
void connection_ring_timeout(struct connection *connection);
void connection_cut(struct connection *connection);
void connection_prompt_timeout(struct connection *connection);

// The user lifted the handset at this line, as prompted: dial tone, and the number is called.
enum call_result connection_proceed(struct connection *connection, struct line *line);

// The first line of the DN on a phone in service, or NULL; here and below one that is in no call
// goes before one that is.
struct line *dn_line(struct dn *dn);
// The same, of a phone that can mix a conference.
struct line *dn_mixing_line(struct dn *dn);
// The same, of those where clients may have calls answered and made, not on an analog port or a
// gateway; to make one, where its user hears dial tone, or that a call failed, before all others.
struct line *dn_client_line(struct dn *dn);
struct line *dn_dialling_line(struct dn *dn);
// The same, of those where they may have the user asked to lift the handset.
struct line *dn_prompting_line(struct dn *dn);

// The called side gives up: Failed, then ConnectionCleared of this alerting connection; the caller
// stays and hears why.
void connection_give_up(struct connection *connection, enum csta_cause cause);

// The call may be sent on once more: `max-redirect` is not reached.
bool call_may_divert(const struct call *call);
// Takes the connection out of its call, which goes on to that party: Diverted.
void connection_divert(
	struct connection *connection, const struct party *to, enum csta_cause cause);

// Brings the call to this party: Delivered, after as many Diverted as forwarding asks for, or
// Failed.
void call_offer(struct call *call, const struct party *to, enum csta_cause cause);

struct party party_of(struct engine *engine, const char *number);
struct party party_of_dn(struct dn *dn);

// The digits are a whole number and no longer number starts with them.
bool dn_number_is_complete(struct engine *engine, const char *digits);
