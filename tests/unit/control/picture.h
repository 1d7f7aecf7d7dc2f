// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What a monitor's events add up to, kept as a client keeps it, from the messages alone: the calls
// it was told of with the states of all connections in them, and the features of its device.
#pragma once

#include "tests/unit/control/client.h"

enum { PICTURE_CALLS = 24, PICTURE_PARTIES = 6, STORY_SIZE = 2048, WORD_SIZE = 32 };

// A connection as a message names it.
struct told_connection {
	char call[CSTA_CALL_ID_SIZE]; // empty: none
	char device[CSTA_DEVICE_SIZE];
};

// An event as a client reads it.
struct told {
	const struct csta_msg *msg;
	char name[WORD_SIZE]; // Held
	char cross_ref[CSTA_CROSS_REF_SIZE];
	char local[WORD_SIZE];      // localConnectionInfo; empty: none
	struct told_connection one; // whose event it is; of a transfer or conference primaryOldCall
	struct told_connection second; // secondaryOldCall
	unsigned count;                // of the connections of a transfer or conference
	struct told_connection now[PICTURE_PARTIES];
	struct told_connection before[PICTURE_PARTIES];
	char device[CSTA_DEVICE_SIZE]; // of a feature
	char story[STORY_SIZE];        // all that is not said to this monitor alone
};

struct picture_call {
	char id[CSTA_CALL_ID_SIZE];
	// Its parties are all known. Of those that were there before the monitor, or before its
	// device, nothing was told: a client takes a snapshot.
	bool whole;
	unsigned count;
	struct {
		char device[CSTA_DEVICE_SIZE];
		char state[WORD_SIZE];
	} parties[PICTURE_PARTIES];
};

struct picture_forward {
	bool on;
	char to[CSTA_DEVICE_SIZE];
	uint32_t seconds;
};

struct picture {
	struct client *client;         // NULL: not in use
	char device[CSTA_DEVICE_SIZE]; // tel:201; empty: a monitor of a call, the only one below
	char cross_ref[CSTA_CROSS_REF_SIZE];
	// Names of events that its filter suppresses, with blanks around: what is told adds up to
	// nothing then. Empty: none.
	char suppressed[STORY_SIZE];
	bool fresh;   // nothing is known yet, or no longer: a client takes snapshots
	bool cleared; // of a call: CallCleared was told
	unsigned count;
	struct picture_call calls[PICTURE_CALLS];
	bool do_not_disturb;
	bool message_waiting;
	bool in_service;
	struct picture_forward forwards[FORWARD_NIGHT]; // by enum config_forward_kind
};

// Has a new picture be that of a call.
void picture_follow(struct picture *picture, const char *call);

// False for messages that are no events.
bool told_read(struct told *told, const struct csta_msg *msg);

// Whether the event is one for this monitor, by what it was told before.
bool picture_wants(const struct picture *picture, const struct told *told);

// Adds the event. Fails the test when it does not go with what was told before.
void picture_take(struct picture *picture, const struct told *told);

// Fails the test unless the picture is what the engine holds; what could not be told is learnt.
void picture_settle(struct picture *picture, struct engine *engine);

// The same with a snapshot that the client takes, or what it is told of a feature: one of
// PICTURE_QUESTIONS.
enum { PICTURE_QUESTIONS = 5 };
void picture_ask(const struct picture *picture, unsigned question);
