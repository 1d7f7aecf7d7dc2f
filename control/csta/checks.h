// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What a service wants of a request and of the moment: a row of the table of services, and the
// checks that are made by it. A request is refused by the same checks by which its service is said
// to be permitted.
#pragma once

#include "control/csta/service.h"

// Which of its request's connections a ConnectionID means.
enum meant { MEANT_ONE, MEANT_ACTIVE, MEANT_HELD };

// A ConnectionID of a request, and the connection states in which its service may be asked for
// (ECMA-269, call control services, "initial state").
struct connection_field {
	uint16_t at; // where in struct csta_msg; 0: there is none
	uint8_t meant;
	// The states, as a set. A ConnectionID without a call means the one connection of its
	// device that is in one of them.
	uint8_t fitting;
	enum refusal none;  // without a call, and the device has none of those
	enum refusal state; // the connection is in another state
};

// Beside the states: initiated, with a user who is asked to lift the handset.
enum { CONNECTION_PROMPTED = CONNECTION_FAIL + 1 };

// Whom a call is to go to.
enum destination_kind {
	TO_ANYBODY,
	TO_ANOTHER,  // than the device that asks
	TO_NEWCOMER, // who takes no part in the call yet
};

struct destination_field {
	uint16_t at; // where in struct csta_msg; 0: there is none
	enum destination_kind kind;
	enum refusal unknown;
	bool may_lack; // the user dials
};

struct service {
	enum csta_type type;
	enum csta_services_bit feature; // of GetCSTAFeatures
	enum refusal (*serve)(struct request *request);
	// What is wrong with the values of the request that name nobody; NULL: nothing can be.
	enum refusal (*values)(const struct request *request);
	// Where the request has its device in struct csta_msg, 0: nowhere, and what is said of it.
	uint16_t device;
	enum refusal no_device;
	enum refusal foreign;
	struct destination_field destination;
	struct connection_field connection;
	struct connection_field held;
	bool exchanges; // who mistakes the active call for the held one is understood
	// Whether the moment is right, of connections whose states fit; of two the held one first.
	enum call_result (*check)(const struct connection *connection);
	enum call_result (*check_two)(
		const struct connection *held, const struct connection *active);
	struct csta_permitted permitted; // the service's own bit there
	uint8_t wants; // set of enum ability: of a device, so that the service is claimed
};

// Values, devices and permission, whom a call is to go to, calls, connections, states, the moment:
// the first check that fails decides. Fills what the service works with: dn, device, number,
// connection, held.
enum refusal service_check(const struct service *service, struct request *request);

// A request about this connection would not be refused now, about somebody who can be called where
// the service needs one. Of a service for two calls: in one of the two roles, with another call of
// the device in the other.
bool service_permits(const struct service *service, const struct connection *connection);
