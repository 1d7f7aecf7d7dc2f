// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// From dialled digits to a ringing phone: completeness, forwarding, failure.
#include <string.h>

#include "control/call/feature.h"
#include "control/call/model.h"
#include "control/phone/phone.h"

// Why and where a DN sends its calls instead of ringing.
struct forward {
	const char *number;
	enum csta_cause cause;
};

struct party party_of(struct engine *engine, const char *number)
{
	struct party party = { .dn = dn_hunt(engine, number) };

	span_fit(span_str(number), party.number, sizeof(party.number));
	return party;
}

struct party party_of_dn(struct dn *dn)
{
	struct party party = { .dn = dn };

	span_fit(span_str(dn->numbers[DN_PRIMARY].text), party.number, sizeof(party.number));
	return party;
}

void caller_fails(struct connection *caller, enum csta_cause cause)
{
	caller->call->failure = (uint8_t)cause;
	call_transition(&(struct transition){
		.kind = TRANSITION_FAILED,
		.cause = cause,
		.subject = caller,
		.acting = caller->dn,
	});
	connection_arm(caller, TIMER_CUT);
}

// Who waits for the call to be answered: in a talk to which somebody is called any of its parties.
static struct connection *call_caller(struct call *call)
{
	struct connection *connection = call_connection(call, call->calling.dn);

	if (connection != NULL)
		return connection;
	TAILQ_FOREACH (connection, &call->connections, in_call) {
		if (connection_is_up(connection))
			break;
	}
	return connection;
}

// The far side is the reason and never took part: it fails as an onlooker, the caller stays
// connected and hears the tone. In a talk nobody has to: the onlooker leaves.
static void far_fails(struct call *call, struct dn *dn, enum csta_cause cause)
{
	struct connection *caller = call_caller(call);
	bool alone = call_members(call) == 1;
	struct connection *far = connection_add(call, dn, true);

	if (far == NULL) {
		caller_fails(caller, CSTA_CAUSE_RESOURCES_NOT_AVAILABLE);
		return;
	}
	if (alone)
		call->failure = (uint8_t)cause;
	call_transition(&(struct transition){
		.kind = TRANSITION_FAILED,
		.cause = cause,
		.subject = far,
		.acting = dn,
	});
	if (alone)
		connection_arm(caller, TIMER_CUT);
	else
		call_transition(&(struct transition){ .kind = TRANSITION_CONNECTION_CLEARED,
			.cause = cause,
			.subject = far,
			.acting = dn });
}

// Whose connection fails if a call that was brought to this target goes no further: the target's.
// Where that is no device, or takes part already, as who calls itself does, it is the caller's
// (NULL); in a talk, to which somebody is called, that of the device it was brought to last.
static struct dn *failing_device(struct call *call, struct dn *target, struct dn *last)
{
	if (target != NULL && call_connection(call, target) == NULL)
		return target;
	return call_members(call) > 1 ? last : NULL;
}

static void offer_fails(struct call *call, struct dn *failing, enum csta_cause cause)
{
	if (failing != NULL)
		far_fails(call, failing, cause);
	else
		caller_fails(call_caller(call), cause);
}

// A party of the call cannot be called by it again.
static bool is_busy(struct call *call, const struct dn *dn)
{
	return dn_is_busy(dn) || call_connection(call, dn) != NULL;
}

// Forwarding that needs no ringing first; `all` goes before `busy`. A DN whose phones are all out of
// service, or that does not want to be disturbed, sends its calls where unanswered ones go.
static bool forward_at_once(struct call *call, const struct dn *dn, struct forward *out)
{
	bool quiet = dn_do_not_disturb(dn);
	bool away = !dn_has_phone(dn) || quiet;
	bool busy = is_busy(call, dn) || quiet;
	const struct forward choices[] = {
		{ dn_forward_number(dn, FORWARD_ALL), CSTA_CAUSE_CALL_FORWARD_IMMEDIATE },
		{ away ? dn_forward_number(dn, FORWARD_NOAN) : "",
			CSTA_CAUSE_CALL_FORWARD_NO_ANSWER },
		{ busy ? dn_forward_number(dn, FORWARD_BUSY) : "", CSTA_CAUSE_CALL_FORWARD_BUSY },
	};

	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		if (choices[i].number[0] != '\0') {
			*out = choices[i];
			return true;
		}
	}
	return false;
}

bool call_may_divert(const struct call *call)
{
	return call->redirections < call->engine->config->telephony.max_redirect;
}

// Who diverted it last, from the next event on: that of the diversion itself names who had before.
static void call_redirected(struct call *call, struct dn *dn, enum csta_cause cause)
{
	call->redirections++;
	if (call->redirecting.number[0] == '\0')
		call->first_redirection = (uint8_t)cause;
	call->last_redirection = (uint8_t)cause;
	call->redirecting = party_of_dn(dn);
}

void connection_divert(struct connection *connection, const struct party *to, enum csta_cause cause)
{
	struct call *call = connection->call;
	struct dn *dn = connection->dn; // the connection is gone after its transition

	call_transition(&(struct transition){
		.kind = TRANSITION_DIVERTED,
		.cause = cause,
		.subject = connection,
		.acting = dn,
		.destination = *to,
	});
	call_redirected(call, dn, cause);
}

// Without ringing: the DN has a connection for the moment of its Diverted. A party of the call has
// one already, and keeps it: this hop is told by who diverted last alone. False: no room.
static bool call_pass(struct call *call, struct dn *dn, const struct party *to, enum csta_cause cause)
{
	struct connection *passed;

	if (call_connection(call, dn) != NULL) {
		call_redirected(call, dn, cause);
		return true;
	}
	passed = connection_add(call, dn, false);
	if (passed == NULL)
		return false;
	connection_divert(passed, to, cause);
	return true;
}

static void deliver(struct call *call, struct dn *dn, enum csta_cause cause)
{
	struct connection *connection = connection_add(call, dn, false);
	bool forwards = dn_forward_number(dn, FORWARD_NOAN)[0] != '\0' && call_may_divert(call);

	if (connection == NULL) {
		caller_fails(call_caller(call), CSTA_CAUSE_RESOURCES_NOT_AVAILABLE);
		return;
	}
	connection->added = call->mixer != NULL;
	call_transition(&(struct transition){
		.kind = TRANSITION_DELIVERED,
		.cause = cause,
		.subject = connection,
		.acting = dn,
	});
	connection_arm(connection, forwards ? TIMER_NO_ANSWER : TIMER_RINGING);
}

void call_offer(struct call *call, const struct party *to, enum csta_cause cause)
{
	struct party target = *to;
	struct dn *failing = failing_device(call, target.dn, call->redirecting.dn);
	struct forward forward;

	// Each round takes one of the call's redirections.
	while (target.dn != NULL && forward_at_once(call, target.dn, &forward)) {
		struct party next = party_of(call->engine, forward.number);

		if (!call_may_divert(call)) {
			offer_fails(call, failing, forward.cause);
			return;
		}
		if (!call_pass(call, target.dn, &next, forward.cause)) {
			caller_fails(call_caller(call), CSTA_CAUSE_RESOURCES_NOT_AVAILABLE);
			return;
		}
		cause = forward.cause;
		target = next;
		failing = failing_device(call, target.dn, failing);
	}
	if (target.dn == NULL)
		offer_fails(call, failing, CSTA_CAUSE_NUMBER_UNALLOCATED);
	else if (is_busy(call, target.dn))
		offer_fails(call, failing, CSTA_CAUSE_BUSY);
	else if (!dn_has_phone(target.dn))
		offer_fails(call, failing, CSTA_CAUSE_DEST_OUT_OF_ORDER);
	else if (dn_do_not_disturb(target.dn))
		offer_fails(call, failing, CSTA_CAUSE_DO_NOT_DISTURB);
	else
		deliver(call, target.dn, cause);
}

// What was dialled is where the DN is forwarded to from now on: the call has served its purpose.
static enum call_result forward_entered(struct connection *connection, const char *number)
{
	struct dn *dn = connection->dn;
	bool fits = strlen(number) <= config_forward_max_length(dn->engine->config, dn->config);

	if (!fits || dn_set_forward(dn, FORWARD_ALL, number, 0) != CALL_OK) {
		caller_fails(connection, CSTA_CAUSE_NUMBER_UNALLOCATED);
		return CALL_OK;
	}
	return connection_clear(connection, CSTA_CAUSE_NORMAL_CLEARING);
}

static bool transfers_blind(const struct connection *connection, const char *number)
{
	return connection->purpose == DIAL_BLIND_TRANSFER ||
	       (connection->purpose == DIAL_TRANSFER &&
		       config_number_is_blind(connection->call->engine->config, number));
}

// Where nobody can be transferred to, the one who tried hears it, and has the other call still
// held.
static enum call_result blind_transfer(struct connection *connection)
{
	struct party to = connection->call->called;

	switch (transfer_entered(connection, &to)) {
	case CALL_OK:
		break;
	case CALL_BAD_NUMBER:
		caller_fails(connection, CSTA_CAUSE_NUMBER_UNALLOCATED);
		break;
	case CALL_SAME_DEVICE:
		caller_fails(connection, CSTA_CAUSE_BUSY);
		break;
	default:
		caller_fails(connection, CSTA_CAUSE_REORDER_TONE);
		break;
	}
	return CALL_OK;
}

enum call_result connection_dial(struct connection *connection, const char *number)
{
	struct call *call = connection->call;
	enum call_result result;

	if (connection->state != CONNECTION_INITIATED)
		return CALL_BAD_STATE;
	if (connection->purpose == DIAL_FORWARD)
		return forward_entered(connection, number);
	// The number may lie in connection->digits.
	call->called = party_of(call->engine, number);
	call->party_changes++;
	memcpy(connection->digits, call->called.number, sizeof(connection->digits));
	line_dialled(connection->line, call->called.number);
	if (transfers_blind(connection, call->called.number))
		return blind_transfer(connection);
	result = call_transition(&(struct transition){
		.kind = TRANSITION_ORIGINATED,
		.cause = connection->consults_for != NULL ? CSTA_CAUSE_CONSULTATION
							  : CSTA_CAUSE_NEW_CALL,
		.subject = connection,
		.acting = connection->dn,
	});
	if (result == CALL_OK)
		call_offer(call, &call->called, CSTA_CAUSE_NEW_CALL);
	return result;
}

enum call_result connection_digit(struct connection *connection, char digit)
{
	size_t n = strlen(connection->digits);

	if (connection->state != CONNECTION_INITIATED || (digit == '#' && n == 0))
		return CALL_BAD_STATE;
	if (digit == '#' || n + 1 == sizeof(connection->digits))
		return connection_dial(connection, connection->digits);
	connection->digits[n] = digit;
	connection->digits[n + 1] = '\0';
	call_show(connection->call);
	if (dn_number_is_complete(connection->call->engine, connection->digits))
		return connection_dial(connection, connection->digits);
	connection_arm(connection, TIMER_INTERDIGIT);
	return CALL_OK;
}

enum call_result connection_backspace(struct connection *connection)
{
	size_t n = strlen(connection->digits);

	if (connection->state != CONNECTION_INITIATED || n == 0)
		return CALL_BAD_STATE;
	connection->digits[n - 1] = '\0';
	call_show(connection->call);
	connection_arm(connection, TIMER_INTERDIGIT);
	return CALL_OK;
}

void connection_dial_timeout(struct connection *connection)
{
	if (connection->digits[0] == '\0' && connection->purpose == DIAL_FORWARD)
		connection_clear(connection, CSTA_CAUSE_NORMAL_CLEARING);
	else if (connection->digits[0] == '\0')
		caller_fails(connection, CSTA_CAUSE_REORDER_TONE);
	else
		connection_dial(connection, connection->digits);
}

// A ringing call goes on. False: this DN does not forward so.
static bool forward_ringing(
	struct connection *connection, enum config_forward_kind kind, enum csta_cause cause)
{
	struct forward forward = { dn_forward_number(connection->dn, kind), cause };
	struct call *call = connection->call;
	struct party to;

	if (forward.number[0] == '\0')
		return false;
	to = party_of(call->engine, forward.number);
	connection_divert(connection, &to, forward.cause);
	call_offer(call, &to, forward.cause);
	return true;
}

void connection_forward(struct connection *connection)
{
	// The operator may have taken the forwarding away meanwhile.
	if (!forward_ringing(connection, FORWARD_NOAN, CSTA_CAUSE_CALL_FORWARD_NO_ANSWER))
		connection_arm(connection, TIMER_RINGING);
}

enum call_result connection_decline(struct connection *connection)
{
	if (connection->prompted)
		return connection_clear(connection, CSTA_CAUSE_CALL_CANCELLED);
	if (connection->state != CONNECTION_ALERTING)
		return CALL_BAD_STATE;
	if (call_may_divert(connection->call) &&
		(forward_ringing(connection, FORWARD_NOAN, CSTA_CAUSE_CALL_FORWARD_NO_ANSWER) ||
			forward_ringing(connection, FORWARD_BUSY, CSTA_CAUSE_CALL_FORWARD_BUSY)))
		return CALL_OK;
	return connection_clear(connection, CSTA_CAUSE_NORMAL_CLEARING);
}

void connection_give_up(struct connection *connection, enum csta_cause cause)
{
	struct call *call = connection->call;
	struct dn *dn = connection->dn;
	bool alone = call_members(call) == 2; // is the other one after this

	if (alone)
		call->failure = (uint8_t)cause;
	call_transition(&(struct transition){
		.kind = TRANSITION_FAILED, .cause = cause, .subject = connection, .acting = dn });
	call_transition(&(struct transition){ .kind = TRANSITION_CONNECTION_CLEARED,
		.cause = cause,
		.subject = connection,
		.acting = dn });
	if (alone)
		connection_arm(call_caller(call), TIMER_CUT);
}

void connection_ring_timeout(struct connection *connection)
{
	connection_give_up(connection, CSTA_CAUSE_CALL_NOT_ANSWERED);
}

void connection_cut(struct connection *connection)
{
	connection_clear(connection, CSTA_CAUSE_NORMAL_CLEARING);
}
