// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Skinny both ways, in the layout of version 11.
#include <string.h>

#include "bench/micro/bench.h"
#include "sccp/sccp.h"

enum { MESSAGES = 3 };

struct sccp_job {
	struct sccp_msg msgs[MESSAGES];
	uint8_t frames[MESSAGES][SCCP_FRAME_MAX]; // the same, encoded
	size_t sizes[MESSAGES];
	unsigned count;
	struct sccp_version version;
	struct sccp_msg out;
	uint8_t frame[SCCP_FRAME_MAX];
};

static void fill_keypad(struct sccp_msg *msg)
{
	sccp_msg_init(msg, SCCP_KEYPAD_BUTTON);
	msg->keypad_button.button = 7;
	msg->keypad_button.line = 1;
	msg->keypad_button.call = 0x10001;
}

static void fill_call_state(struct sccp_msg *msg)
{
	sccp_msg_init(msg, SCCP_CALL_STATE);
	msg->call_state.state = SCCP_CALL_STATE_RING_IN;
	msg->call_state.line = 1;
	msg->call_state.call = 0x10001;
}

static void fill_call_info(struct sccp_msg *msg)
{
	struct sccp_call_info *info = &msg->call_info;

	sccp_msg_init(msg, SCCP_CALL_INFO);
	strcpy(info->calling_name, "Alice Example");
	strcpy(info->calling_number, "201");
	strcpy(info->called_name, "Bob Example");
	strcpy(info->called_number, "202");
	strcpy(info->original_name, "Bob Example");
	strcpy(info->original_number, "202");
	info->line = 1;
	info->call = 0x10001;
	info->type = SCCP_CALL_TYPE_INBOUND;
}

static bool decode(const uint8_t *bytes, size_t n, struct sccp_msg *msg)
{
	struct sccp_frame frame;

	return sccp_frame_next(bytes, n, &frame) == SCCP_OK && sccp_decode(&frame, msg) == SCCP_OK;
}

// `arg` says which: "k", "s", "i" or several.
static void *setup(const struct bench_case *c)
{
	struct sccp_job *job = bench_alloc(sizeof(*job));
	char before[SCCP_TEXT_SIZE], after[SCCP_TEXT_SIZE];

	job->version = sccp_version_server(SCCP_VERSION_CAP);
	for (const char *which = c->arg; *which != '\0'; which++) {
		unsigned i = job->count++;

		if (*which == 'k')
			fill_keypad(&job->msgs[i]);
		else if (*which == 's')
			fill_call_state(&job->msgs[i]);
		else
			fill_call_info(&job->msgs[i]);
		job->sizes[i] = sccp_encode(
			&job->msgs[i], job->version, job->frames[i], sizeof(job->frames[i]));
		bench_require(job->sizes[i] > 0);
		bench_require(decode(job->frames[i], job->sizes[i], &job->out));
		bench_require(job->out.flags == 0);
		sccp_print(&job->msgs[i], before, sizeof(before));
		sccp_print(&job->out, after, sizeof(after));
		bench_require(strcmp(before, after) == 0);
	}
	return job;
}

static void run_decode(void *state, uint64_t rounds)
{
	struct sccp_job *job = state;
	uint64_t good = 0;

	for (uint64_t i = 0; i < rounds; i++) {
		unsigned which = (unsigned)(i % job->count);

		good += decode(job->frames[which], job->sizes[which], &job->out);
	}
	bench_require(good == rounds);
}

static void run_encode(void *state, uint64_t rounds)
{
	struct sccp_job *job = state;
	uint64_t good = 0;

	for (uint64_t i = 0; i < rounds; i++) {
		unsigned which = (unsigned)(i % job->count);

		good += sccp_encode(&job->msgs[which], job->version, job->frame,
				sizeof(job->frame)) == job->sizes[which];
	}
	bench_require(good == rounds);
}

static const struct bench_case cases[] = {
	{ "sccp_decode_ns", "KeypadButton, CallState, CallInfo in turn: frame and body", setup,
		run_decode, free, "ksi" },
	{ "sccp_encode_ns", "KeypadButton, CallState, CallInfo in turn", setup, run_encode, free,
		"ksi" },
	{ "sccp_decode_keypad_ns", "KeypadButton", setup, run_decode, free, "k" },
	{ "sccp_encode_state_ns", "CallState", setup, run_encode, free, "s" },
	{ "sccp_decode_info_ns", "CallInfo", setup, run_decode, free, "i" },
	{ "sccp_encode_info_ns", "CallInfo", setup, run_encode, free, "i" },
};

const struct bench_group sccp_group = { cases, BENCH_COUNT(cases) };
