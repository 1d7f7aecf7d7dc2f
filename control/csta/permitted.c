// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What a client may ask for next (ECMA-269, services permitted): by the state of the
// connection, and of what is implemented.
#include "control/csta/service.h"

#define IN(state) (1u << CONNECTION_##state)
#define IN_ANY (0xffu & ~IN(NULL))

// What must hold besides the state: a set.
enum condition {
	ALWAYS = 0,
	TALKING = 1 << 0,    // another party has answered
	TWO_CALLS = 1 << 1,  // the device has a call on hold besides
	TWO_ACTIVE = 1 << 2, // the device has another call that is connected
	MIXING = 1 << 3,     // its phone could mix a conference
	PROMPTED = 1 << 4,   // the user is asked to lift the handset
};

static const struct permission {
	uint8_t states; // of the connection
	uint8_t conditions;
	uint8_t bit;     // enum csta_permitted_bit
	uint8_t service; // enum csta_services_bit that must be implemented
} permissions[] = {
#define PERMISSION(name, states, conditions) \
	{ states, conditions, CSTA_PERMITTED_##name, CSTA_SERVICE_##name }
	PERMISSION(ALTERNATE_CALL, IN(CONNECTED), TWO_CALLS),
	PERMISSION(ALTERNATE_CALL, IN(HOLD), TWO_ACTIVE),
	PERMISSION(ANSWER_CALL, IN(ALERTING), ALWAYS),
	PERMISSION(ANSWER_CALL, IN(INITIATED), PROMPTED),
	PERMISSION(CLEAR_CALL, IN_ANY, ALWAYS),
	PERMISSION(CLEAR_CONNECTION, IN_ANY, ALWAYS),
	PERMISSION(CONFERENCE_CALL, IN(CONNECTED), TWO_CALLS | MIXING),
	PERMISSION(CONFERENCE_CALL, IN(HOLD), TWO_ACTIVE | MIXING),
	PERMISSION(CONSULTATION_CALL, IN(CONNECTED) | IN(HOLD), TALKING),
	PERMISSION(DEFLECT_CALL, IN(ALERTING), ALWAYS),
	PERMISSION(HOLD_CALL, IN(CONNECTED), TALKING),
	PERMISSION(RECONNECT_CALL, IN_ANY & ~IN(HOLD), TWO_CALLS),
	PERMISSION(RETRIEVE_CALL, IN(HOLD), ALWAYS),
	PERMISSION(SINGLE_STEP_CONFERENCE, IN(CONNECTED), TALKING | MIXING),
	PERMISSION(SINGLE_STEP_TRANSFER, IN(CONNECTED), TALKING),
	PERMISSION(TRANSFER_CALL, IN(CONNECTED), TWO_CALLS),
	PERMISSION(TRANSFER_CALL, IN(HOLD), TWO_ACTIVE),
#undef PERMISSION
};

static bool has_other(const struct connection *connection, enum connection_state state)
{
	const struct connection *other;

	TAILQ_FOREACH (other, &connection->dn->connections, at_dn) {
		if (other != connection && other->state == state)
			return true;
	}
	return false;
}

static unsigned conditions_of(const struct connection *connection)
{
	return (connection_is_talking(connection) ? TALKING : 0u) |
	       (has_other(connection, CONNECTION_HOLD) ? TWO_CALLS : 0u) |
	       (has_other(connection, CONNECTION_CONNECTED) ? TWO_ACTIVE : 0u) |
	       (connection_can_mix(connection) ? MIXING : 0u) |
	       (connection->prompted ? PROMPTED : 0u);
}

void permitted_fill(const struct connection *connection, struct csta_permitted *permitted)
{
	uint64_t supported = services_supported();
	unsigned conditions = conditions_of(connection);

	for (size_t i = 0; i < ARRAY_SIZE(permissions); i++) {
		const struct permission *p = &permissions[i];

		if ((p->states & 1u << connection->state) != 0 &&
			(supported & CSTA_BIT(p->service)) != 0 &&
			(p->conditions & ~conditions) == 0)
			permitted->call_control |= CSTA_BIT(p->bit);
	}
	if ((supported & CSTA_BIT(CSTA_SERVICE_GENERATE_DIGITS)) != 0 &&
		connection->state == CONNECTION_CONNECTED && (conditions & TALKING) != 0)
		permitted->call_associated = CSTA_BIT(CSTA_PERMITTED_GENERATE_DIGITS);
}

void gcid_fill(const struct call *call, char gcid[CSTA_GCID_SIZE])
{
	size_t n = 0;

	for (const char *p = call->gcid; *p != '\0' && n < CSTA_GCID_SIZE - 1; p++) {
		if (*p != '-')
			gcid[n++] = *p;
	}
	gcid[n] = '\0';
}
