// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "bench/load/load.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/load/internal.h"

enum { TIMERS_A_STEP = 64 };

const char *load_error_text(enum load_error error)
{
	static const char *const texts[] = {
#define X(name, text) text,
		LOAD_ERRORS(X)
#undef X
	};

	return texts[error];
}

const char *load_service_word(enum load_service service)
{
	static const char *const words[] = {
#define X(name, word, type) word,
		LOAD_SERVICES(X)
#undef X
	};

	return words[service];
}

bool load_fail(struct load *load, enum load_error error, const char *format, ...)
{
	char text[300];
	va_list args;

	load->n.errors++;
	load->n.error[error]++;
	if (load->shown >= ERRORS_SHOWN)
		return false;
	load->shown++;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(stderr, "error: %s: %s\n", load_error_text(error), text);
	return false;
}

// --- pace ----------------------------------------------------------------------------------------

void pace_start(struct pace *pace, double rate, uint32_t owed, uint64_t now_us)
{
	*pace = (struct pace){ .rate = rate, .owed = owed, .from_us = now_us };
}

bool pace_may(struct pace *pace, uint64_t now_us)
{
	double due = (double)(now_us - pace->from_us) * pace->rate / 1e6;
	double late = due - (double)pace->begun;

	if (pace->rate > 0 && late <= 0)
		return false;
	if (pace->owed > 0 && late > pace->owed)
		pace->from_us += (uint64_t)((late - pace->owed) * 1e6 / pace->rate);
	pace->begun++;
	return true;
}

// --- what the wire says --------------------------------------------------------------------------

static void on_opened(void *ctx, uint32_t user)
{
	if (user & USER_CLIENT)
		load_client_opened(ctx, user & ~USER_CLIENT);
	else
		load_phone_opened(ctx, user);
}

static size_t on_bytes(void *ctx, uint32_t user, const uint8_t *p, size_t n)
{
	if (user & USER_CLIENT)
		return load_client_bytes(ctx, user & ~USER_CLIENT, p, n);
	return load_phone_bytes(ctx, user, p, n);
}

static void on_closed(void *ctx, uint32_t user, const char *why)
{
	struct load *load = ctx;

	load->conns--;
	if (user & USER_CLIENT)
		load_client_closed(ctx, user & ~USER_CLIENT, why);
	else
		load_phone_closed(ctx, user, why);
}

static void on_datagram(void *ctx, const uint8_t *p, size_t n)
{
	load_client_datagram(ctx, p, n);
}

// --- turns ---------------------------------------------------------------------------------------

static unsigned timers_step(struct load *load)
{
	struct wheel_node *node;
	unsigned n = 0;

	while (n < TIMERS_A_STEP && (node = wheel_expire(&load->wheel, load->now_us)) != NULL) {
		n++;
		if (node->kind == TIMER_PHONE)
			load_phone_timer(load, (struct phone *)node);
		else if (node->kind == TIMER_CALL)
			load_call_timer(load, (struct call *)node);
		else
			load_client_timer(load, (struct client *)node);
	}
	return n;
}

unsigned load_step(struct load *load, uint64_t now_ns)
{
	unsigned n;

	load->now_ns = now_ns;
	load->now_us = now_ns / 1000;
	n = wire_poll(load->wire, load->now_us);
	n += timers_step(load);
	n += phones_step(load);
	n += clients_step(load);
	n += calls_step(load);
	wire_flush(load->wire, load->now_us);
	return n;
}

bool load_is_registered(const struct load *load)
{
	return load->phones_up == load->config.phones &&
	       load->clients_open == load->config.sessions &&
	       load->next_drop == load->config.phones && load->dropping == 0;
}

bool load_is_idle(const struct load *load)
{
	return load->active == 0 && load->outstanding == 0;
}

static bool pace_is_spent(bool going, const struct pace *pace, uint64_t count)
{
	return !going || (count != 0 && pace->begun >= count);
}

bool load_is_done(const struct load *load)
{
	return load_is_idle(load) && (load->calling || load->requesting) &&
	       pace_is_spent(load->calling, &load->call_pace, load->calls_config.count) &&
	       pace_is_spent(load->requesting, &load->request_pace, load->requests_config.count);
}

void load_end(struct load *load)
{
	clients_end(load);
	phones_end(load);
}

bool load_is_over(const struct load *load)
{
	return load->phones_up == 0 && load->clients_ending == 0 && load->conns == 0;
}

const struct load_numbers *load_numbers(const struct load *load)
{
	return &load->n;
}

struct hist *load_event_latency(struct load *load)
{
	return &load->event_latency;
}

struct hist *load_answer_latency(struct load *load)
{
	return &load->answer_latency;
}

// --- beginning and end ---------------------------------------------------------------------------

struct load *load_new(const struct load_config *config, struct wire *wire, uint64_t now_ns)
{
	struct load *load = calloc(1, sizeof(*load));

	if (load == NULL)
		return NULL;
	load->config = *config;
	if (load->config.watchers == 0)
		load->config.watchers = 1;
	load->wire = wire;
	load->now_ns = now_ns;
	load->now_us = load->began_us = now_ns / 1000;
	if (config->filler > 0)
		snprintf(load->filler, sizeof(load->filler), ";filler=%0*d",
			(int)(config->filler < LOAD_FILLER_MAX ? config->filler : LOAD_FILLER_MAX),
			0);
	wheel_init(&load->wheel, load->now_us);
	wire->hearer = (struct wire_hearer){ load, on_opened, on_bytes, on_closed, on_datagram };
	if (phones_init(load) < 0 || clients_init(load) < 0 || calls_init(load) < 0) {
		load_free(load);
		return NULL;
	}
	return load;
}

void load_free(struct load *load)
{
	if (load == NULL)
		return;
	calls_fini(load);
	clients_fini(load);
	phones_fini(load);
	free(load);
}
