// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// offhook-micro: times the engine's parts in process, and beside them other libraries at the same
// job. What it prints is of one run; bench/run puts several together and compares.
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <string.h>

#include "bench/micro/measure.h"

enum { REPS_DEFAULT = 7, TIME_US_DEFAULT = 20000 };

static const struct bench_group *const groups[] = { &sip_group, &csta_group, &sccp_group,
	&worker_group, &classify_group, &tcp_group, &wheel_group, &ring_group, &control_group,
	&osip_peer_group, &sofia_peer_group, &xml_peer_group };

struct options {
	const char *json;
	const char *only; // keys that hold this text
	unsigned reps;
	unsigned us; // of one repetition of one case
	int cpu;
	bool list;
};

static int cpu_here = -1;
static int cpu_other = -1;

int bench_cpu(void)
{
	return cpu_here;
}

int bench_other_cpu(void)
{
	return cpu_other;
}

// Stays on `cpu` (-1: the last one that is allowed) and remembers another for whoever needs two.
static void pin(int cpu)
{
	cpu_set_t allowed, one;

	bench_require(sched_getaffinity(0, sizeof(allowed), &allowed) == 0);
	for (int i = 0; i < CPU_SETSIZE && cpu < 0; i++) {
		if (CPU_ISSET(CPU_SETSIZE - 1 - i, &allowed))
			cpu = CPU_SETSIZE - 1 - i;
	}
	for (int i = 0; i < CPU_SETSIZE && cpu_other < 0; i++) {
		if (i != cpu && CPU_ISSET(i, &allowed))
			cpu_other = i;
	}
	cpu_here = cpu;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	bench_require(sched_setaffinity(0, sizeof(one), &one) == 0);
}

static double unit_ns(const char *key)
{
	return strcmp(key + strlen(key) - 3, "_us") == 0 ? 1000 : 1;
}

static void text_row(const struct measure *m)
{
	double unit = unit_ns(m->c->key);

	if (m->reps == 0) {
		printf("%-26s %10s %10s %10s %10s  %s\n", m->c->key, "absent", "", "", "",
			m->c->needs);
		return;
	}
	printf("%-26s %10.1f %10.1f %10.1f %10.0f  %s\n", m->c->key, m->ns[m->reps / 2] / unit,
		m->ns[0] / unit, m->ns[m->reps - 1] / unit, m->cycles[m->reps / 2], m->c->what);
}

// One line for each case: a figure, or why there is none.
static void json_row(FILE *out, const struct measure *m)
{
	double unit = unit_ns(m->c->key);

	if (m->reps == 0) {
		fprintf(out, "{\"key\": \"%s\", \"absent\": \"%s\"}", m->c->key, m->c->needs);
		return;
	}
	fprintf(out,
		"{\"key\": \"%s\", \"median\": %.2f, \"min\": %.2f, \"max\": %.2f, "
		"\"cycles\": %.0f, \"reps\": %u, \"rounds\": %llu, \"what\": \"%s\"}",
		m->c->key, m->ns[m->reps / 2] / unit, m->ns[0] / unit, m->ns[m->reps - 1] / unit,
		m->cycles[m->reps / 2], m->reps, (unsigned long long)m->rounds, m->c->what);
}

static int json_write(const char *path, const struct measure *all, size_t n)
{
	FILE *out = fopen(path, "w");
	int wrong;

	if (out == NULL)
		return -errno;
	for (size_t i = 0; i < n; i++) {
		fputs(i == 0 ? "[\n" : ",\n", out);
		json_row(out, &all[i]);
	}
	fputs("\n]\n", out);
	wrong = ferror(out);
	return fclose(out) != 0 || wrong ? -EIO : 0;
}

static bool is_wanted(const struct bench_case *c, const struct options *options)
{
	return options->only == NULL || strstr(c->key, options->only) != NULL;
}

static size_t cases_open(struct measure *all, const struct options *options)
{
	size_t n = 0;

	for (size_t g = 0; g < BENCH_COUNT(groups); g++) {
		for (size_t i = 0; i < groups[g]->count; i++) {
			if (!is_wanted(&groups[g]->cases[i], options))
				continue;
			if (measure_open(&all[n], &groups[g]->cases[i]))
				measure_calibrate(&all[n], options->us);
			n++;
		}
	}
	return n;
}

static void cases_time(struct measure *all, size_t n, const struct options *options)
{
	for (unsigned rep = 0; rep < options->reps; rep++) {
		for (size_t i = 0; i < n; i++) {
			if (all[i].state != NULL)
				measure_rep(&all[i]);
		}
	}
	for (size_t i = 0; i < n; i++)
		measure_sort(&all[i]);
}

static size_t cases_count(void)
{
	size_t n = 0;

	for (size_t g = 0; g < BENCH_COUNT(groups); g++)
		n += groups[g]->count;
	return n;
}

static int bench(const struct options *options)
{
	struct measure *all = bench_alloc(cases_count() * sizeof(*all));
	size_t n;
	int error = 0;

	pin(options->cpu);
	n = cases_open(all, options);
	cases_time(all, n, options);
	printf("%-26s %10s %10s %10s %10s\n", "", "median", "min", "max", "cycles");
	for (size_t i = 0; i < n; i++)
		text_row(&all[i]);
	if (options->json != NULL)
		error = json_write(options->json, all, n);
	if (error < 0)
		fprintf(stderr, "%s: %s\n", options->json, strerror(-error));
	for (size_t i = 0; i < n; i++)
		measure_close(&all[i]);
	free(all);
	return error < 0 ? 1 : 0;
}

static void list(void)
{
	for (size_t g = 0; g < BENCH_COUNT(groups); g++) {
		for (size_t i = 0; i < groups[g]->count; i++)
			printf("%-26s %s\n", groups[g]->cases[i].key, groups[g]->cases[i].what);
	}
}

static int usage(const char *name)
{
	fprintf(stderr,
		"usage: %s [--json FILE] [--only TEXT] [--reps N] [--time MS] [--cpu N] [--list]\n"
		"  --json FILE  also writes the figures there\n"
		"  --only TEXT  only cases whose key holds TEXT\n"
		"  --reps N     repetitions of each case, 1 to %d (default %d)\n"
		"  --time MS    length of a repetition (default %d)\n"
		"  --cpu N      stays on this CPU (default: the last)\n"
		"  --list       says what there is\n",
		name, MEASURE_REPS_MAX, REPS_DEFAULT, TIME_US_DEFAULT / 1000);
	return 2;
}

static bool options_read(int argc, char **argv, struct options *options)
{
	static const struct option known[] = {
		{ "json", required_argument, NULL, 'j' },
		{ "only", required_argument, NULL, 'o' },
		{ "reps", required_argument, NULL, 'r' },
		{ "time", required_argument, NULL, 't' },
		{ "cpu", required_argument, NULL, 'c' },
		{ "list", no_argument, NULL, 'l' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'j':
			options->json = optarg;
			break;
		case 'o':
			options->only = optarg;
			break;
		case 'r':
			options->reps = (unsigned)atoi(optarg);
			break;
		case 't':
			options->us = (unsigned)atoi(optarg) * 1000;
			break;
		case 'c':
			options->cpu = atoi(optarg);
			break;
		case 'l':
			options->list = true;
			break;
		default:
			return false;
		}
	}
	return optind == argc && options->reps >= 1 && options->reps <= MEASURE_REPS_MAX &&
	       options->us > 0 && options->cpu < CPU_SETSIZE;
}

int main(int argc, char **argv)
{
	struct options options = { .reps = REPS_DEFAULT, .us = TIME_US_DEFAULT, .cpu = -1 };

	if (!options_read(argc, argv, &options))
		return usage(argv[0]);
	if (options.list) {
		list();
		return 0;
	}
	return bench(&options);
}
