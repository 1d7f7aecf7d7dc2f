// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// A simulated Skinny phone over a kernel socket. It registers, keeps alive, opens its media channels and
// otherwise does what it is told; it remembers what it was shown, for whoever wants to check.
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "bench/loop.h"
#include "sccp/sccp.h"

enum { SEEN_MAX = 256, SEEN_TEXT = 160 };

enum phone_step {
	PHONE_IDLE,	   // no connection
	PHONE_REGISTERING, // Register sent, not yet in service
	PHONE_REGISTERED,  // has the time of day: ready for calls
	PHONE_REJECTED,
	PHONE_LOST, // the engine closed the connection
};

struct sim_phone {
	struct loop_source source; // first: the loop hands it back
	enum phone_step step;
	char name[24];	 // for people and scripts
	char device[17]; // SEP and the MAC address
	uint32_t type;	 // enum sccp_device
	uint8_t version; // protocol version offered
	struct sockaddr_in local;
	uint16_t rtp_port;
	bool auto_answer;
	uint32_t lines;	    // line buttons of the template
	uint32_t call;	    // the call on the display, 0: none
	uint32_t call_line;
	uint32_t keepalive_s;
	uint64_t next_keepalive_us;
	uint8_t in[2 * SCCP_FRAME_MAX];
	uint32_t have;
	uint8_t out[4096]; // requests that go in one segment
	uint32_t pending;
	char seen[SEEN_MAX][SEEN_TEXT]; // what came and was not asked for yet
	uint32_t seen_first, seen_count;
	uint64_t received;
};

// Prints every message when set (default true).
extern bool phone_verbose;

// Begins to connect. Returns 0 or -errno.
int phone_connect(struct sim_phone *phone, const struct sockaddr_in *server);
// Waits until it is connected and begins to register; phone->step tells how it goes. Returns 0 or
// -errno.
int phone_register(struct sim_phone *phone);
// Says Unregister; the engine acknowledges and the connection ends.
void phone_unregister(struct sim_phone *phone);
// Drops the connection without a word.
void phone_drop(struct sim_phone *phone);
void phone_tick(struct sim_phone *phone, uint64_t now_us);

// Keys. They act on the call on the display, or on the phone when there is none.
void phone_off_hook(struct sim_phone *phone);
void phone_on_hook(struct sim_phone *phone);
void phone_soft_key(struct sim_phone *phone, uint32_t key);
void phone_line_key(struct sim_phone *phone, uint32_t instance);
// 0 to 9, * and #. False at the first character that is no key.
bool phone_dial(struct sim_phone *phone, const char *digits);
void phone_enbloc(struct sim_phone *phone, const char *number);

// Takes what was seen up to and including the first message whose text holds all these words. False: none
// of what was seen does, and all of it is still there.
bool phone_seen(struct sim_phone *phone, char *const *words, int count);
