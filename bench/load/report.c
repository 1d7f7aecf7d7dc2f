// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "bench/load/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { EVERY_NS = 500000000 };

static const char *const rate_texts[] = {
#define X(name, member, text) text,
	REPORT_RATES(X)
#undef X
};

static const double parts[REPORT_NPARTS] = { 0.5, 0.9, 0.99, 1 };
static const char *const part_texts[REPORT_NPARTS] = { "p50", "p90", "p99", "max" };
static const char *const latency_texts[REPORT_NLATENCIES] = { "phone event to CSTA event",
	"request to answer" };
static const char *const latency_names[REPORT_NLATENCIES] = { "event_latency_us",
	"answer_latency_us" };

const char *report_rate_text(enum report_rate rate)
{
	return rate_texts[rate];
}

const char *report_part_text(enum report_part part)
{
	return part_texts[part];
}

int report_init(struct report *report, struct load *load, const struct wire *wire,
	const char *title, uint64_t now_ns)
{
	*report = (struct report){
		.load = load,
		.wire = wire,
		.title = title,
		.began_ns = now_ns,
		.last_ns = now_ns,
		.every_ns = EVERY_NS,
	};
	report->samples = calloc(REPORT_SAMPLES_MAX, sizeof(report->samples[0]));
	return report->samples == NULL ? -ENOMEM : 0;
}

void report_fini(struct report *report)
{
	free(report->samples);
}

const struct hist *report_hist(const struct report *report, enum report_latency latency)
{
	return latency == REPORT_EVENT ? load_event_latency(report->load)
				       : load_answer_latency(report->load);
}

static uint64_t counter_of(const struct load_numbers *numbers, unsigned rate)
{
	const uint64_t counters[] = {
#define X(name, member, text) numbers->member,
		REPORT_RATES(X)
#undef X
	};

	return counters[rate];
}

void report_restart_latencies(struct report *report)
{
	hist_clear(load_event_latency(report->load));
	hist_clear(load_answer_latency(report->load));
	for (unsigned i = 0; i < REPORT_NLATENCIES; i++)
		hist_clear(&report->last_hist[i]);
}

// --- samples -------------------------------------------------------------------------------------

static void sample_take(struct report *report, struct report_sample *sample, uint64_t now_ns)
{
	const struct load_numbers *now = load_numbers(report->load);
	double s = (double)(now_ns - report->last_ns) / 1e9;
	static struct hist since; // large

	sample->at_s = (double)(now_ns - report->began_ns) / 1e9;
	for (unsigned i = 0; i < REPORT_NRATES; i++)
		sample->per_s[i] = (double)(counter_of(now, i) - counter_of(&report->last, i)) / s;
	for (unsigned i = 0; i < REPORT_NLATENCIES; i++) {
		hist_since(
			&since, report_hist(report, (enum report_latency)i), &report->last_hist[i]);
		report->last_hist[i] = *report_hist(report, (enum report_latency)i);
		for (unsigned part = 0; part < REPORT_NPARTS; part++)
			sample->us[i][part] = (double)hist_quantile_ns(&since, parts[part]) / 1e3;
	}
	report->last = *now;
	report->last_ns = now_ns;
}

static void samples_thin(struct report *report)
{
	for (unsigned i = 0; i < REPORT_SAMPLES_MAX / 2; i++)
		report->samples[i] = report->samples[2 * i + 1];
	report->nsamples = REPORT_SAMPLES_MAX / 2;
	report->every_ns *= 2;
}

static void progress_print(const struct report *report, const struct report_sample *sample)
{
	const struct load_numbers *now = load_numbers(report->load);

	fprintf(stderr,
		"\r%7.1f s: %u phones, %u sessions, %.0f calls/s, %.0f events/s p99 %.0f us, "
		"%.0f answers/s p99 %.0f us, %llu errors   ",
		sample->at_s, load_phones_registered(report->load),
		load_sessions_open(report->load), sample->per_s[REPORT_CALLS],
		sample->per_s[REPORT_EVENTS], sample->us[REPORT_EVENT][REPORT_P99],
		sample->per_s[REPORT_ANSWERS], sample->us[REPORT_ANSWER][REPORT_P99],
		(unsigned long long)now->errors);
}

void report_tick(struct report *report, uint64_t now_ns)
{
	struct report_sample *sample;

	if (now_ns - report->last_ns < report->every_ns)
		return;
	if (report->nsamples == REPORT_SAMPLES_MAX)
		samples_thin(report);
	sample = &report->samples[report->nsamples++];
	sample_take(report, sample, now_ns);
	if (report->progress)
		progress_print(report, sample);
}

// --- the end -------------------------------------------------------------------------------------

static void latency_text(const struct hist *hist, const char *what, FILE *out)
{
	if (hist->count == 0)
		return;
	fprintf(out, "%s, us: mean %.1f", what, hist_mean_ns(hist) / 1e3);
	for (unsigned part = 0; part < REPORT_NPARTS; part++)
		fprintf(out, ", %s %.1f", part_texts[part],
			(double)hist_quantile_ns(hist, parts[part]) / 1e3);
	fprintf(out, " (%llu)\n", (unsigned long long)hist->count);
}

void report_text(const struct report *report, FILE *out)
{
	const struct load_numbers *n = load_numbers(report->load);
	const struct wire_counters *wire = &report->wire->n;

	if (report->progress)
		fprintf(stderr, "\n");
	fprintf(out, "%s\n", report->title);
	fprintf(out, "%llu registrations, %llu keepalives, %llu messages to phones\n",
		(unsigned long long)n->registered, (unsigned long long)n->keepalives,
		(unsigned long long)n->messages);
	fprintf(out,
		"%llu calls of %llu begun, %llu of them answered; %llu events, %llu repeated\n",
		(unsigned long long)n->calls, (unsigned long long)n->calls_begun,
		(unsigned long long)n->answered, (unsigned long long)n->events,
		(unsigned long long)n->events_repeated);
	fprintf(out, "%llu requests, %llu answers, %llu sent again\n",
		(unsigned long long)n->requests, (unsigned long long)n->answers,
		(unsigned long long)n->resent);
	for (unsigned i = 0; i < REPORT_NLATENCIES; i++)
		latency_text(report_hist(report, (enum report_latency)i), latency_texts[i], out);
	fprintf(out,
		"wire: %llu in, %llu out, %llu bad, %llu retransmitted, %llu put together from "
		"pieces\n",
		(unsigned long long)wire->frames_in, (unsigned long long)wire->frames_out,
		(unsigned long long)wire->bad, (unsigned long long)wire->retransmitted,
		(unsigned long long)wire->reassembled);
	for (unsigned i = 0; i < LOAD_NERRORS; i++) {
		if (n->error[i] != 0)
			fprintf(out, "ERROR: %llu %s\n", (unsigned long long)n->error[i],
				load_error_text((enum load_error)i));
	}
	fprintf(out, "%llu errors\n", (unsigned long long)n->errors);
}

static void json_latency(const struct report *report, unsigned latency, FILE *out)
{
	const struct hist *hist = report_hist(report, (enum report_latency)latency);
	uint64_t top_ns, count;
	unsigned cursor = 0;

	fprintf(out, ",\n \"%s\": { \"count\": %llu, \"mean\": %.3f", latency_names[latency],
		(unsigned long long)hist->count, hist_mean_ns(hist) / 1e3);
	for (unsigned part = 0; part < REPORT_NPARTS; part++)
		fprintf(out, ", \"%s\": %.3f", part_texts[part],
			(double)hist_quantile_ns(hist, parts[part]) / 1e3);
	fprintf(out, ",\n  \"histogram\": [");
	for (unsigned n = 0; hist_next(hist, &cursor, &top_ns, &count); n++)
		fprintf(out, "%s[%.3f, %llu]", n == 0 ? "" : ", ", (double)top_ns / 1e3,
			(unsigned long long)count);
	fprintf(out, "] }");
}

static void json_sample(const struct report_sample *sample, FILE *out)
{
	fprintf(out, "{ \"at_s\": %.3f", sample->at_s);
	for (unsigned i = 0; i < REPORT_NRATES; i++)
		fprintf(out, ", \"%s_per_s\": %.1f", rate_texts[i], sample->per_s[i]);
	for (unsigned i = 0; i < REPORT_NLATENCIES; i++) {
		for (unsigned part = 0; part < REPORT_NPARTS; part++)
			fprintf(out, ", \"%s_%s\": %.3f", latency_names[i], part_texts[part],
				sample->us[i][part]);
	}
	fprintf(out, " }");
}

void report_json(const struct report *report, FILE *out)
{
	const struct load_numbers *n = load_numbers(report->load);
	const struct {
		const char *name;
		uint64_t value;
	} counts[] = {
		{ "registered", n->registered },
		{ "keepalives", n->keepalives },
		{ "messages", n->messages },
		{ "calls_begun", n->calls_begun },
		{ "calls", n->calls },
		{ "answered", n->answered },
		{ "events", n->events },
		{ "events_repeated", n->events_repeated },
		{ "requests", n->requests },
		{ "answers", n->answers },
		{ "resent", n->resent },
		{ "retransmitted", report->wire->n.retransmitted },
		{ "reassembled", report->wire->n.reassembled },
	};

	fprintf(out, "{\n \"errors\": %llu", (unsigned long long)n->errors);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		fprintf(out, ",\n \"%s\": %llu", counts[i].name,
			(unsigned long long)counts[i].value);
	fprintf(out, ",\n \"seconds\": %.3f", (double)(report->last_ns - report->began_ns) / 1e9);
	for (unsigned i = 0; i < REPORT_NLATENCIES; i++)
		json_latency(report, i, out);
	fprintf(out, ",\n \"samples\": [");
	for (unsigned i = 0; i < report->nsamples; i++) {
		fprintf(out, i == 0 ? "\n  " : ",\n  ");
		json_sample(&report->samples[i], out);
	}
	fprintf(out, "\n ]\n}\n");
}
