// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Walks without a plan: everything agrees after every step, and nothing is left at the end.
//	random_test                       a few short walks
//	random_test STEPS                 as many steps, in walks of 10,000
//	random_test STEPS SEED            one walk; with WALK_TRACE set each step is printed first
//	random_test STEPS SEED shrink     leaves out what steps it can of a walk that fails
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/control/walk.h"

enum { SHORT_WALKS = 8, SHORT_STEPS = 5000, LONG_STEPS = 10000 };

struct plan {
	uint64_t walks;
	uint64_t steps;
	uint64_t seed;
	const bool *skip;          // steps to leave out; NULL: none
	struct walk *walk;         // being made
	struct walk_counts counts; // of all walks
};

// A service may have several rows.
static uint64_t service_count(const struct plan *plan, const char *service)
{
	uint64_t count = 0;

	for (unsigned row = 0; row < walk_services(); row++) {
		if (strcmp(walk_service(row), service) == 0)
			count += plan->counts.done[row];
	}
	return count;
}

// It was about something.
static void counts_check(const struct plan *plan)
{
	if (plan->skip != NULL || plan->walks * plan->steps < SHORT_WALKS * SHORT_STEPS)
		return;
#define X(member, text) \
	if (plan->counts.member == 0) \
		fail_msg("no %s", text);
	WALK_COUNTS(X)
#undef X
	for (unsigned row = 0; row < walk_services(); row++) {
		if (service_count(plan, walk_service(row)) == 0)
			fail_msg("no %s was accepted", walk_service(row));
	}
}

static void counts_print(const struct plan *plan)
{
#define X(member, text) fprintf(stderr, "%llu %s\n", (unsigned long long)plan->counts.member, text);
	WALK_COUNTS(X)
#undef X
	for (unsigned row = 0; row < walk_services(); row++)
		fprintf(stderr, "%llu %s\n", (unsigned long long)plan->counts.done[row],
			walk_service(row));
}

static void nothing_disagrees(void **state)
{
	struct plan *plan = *state;

	for (uint64_t i = 0; i < plan->walks; i++) {
		struct walk *walk = walk_new(plan->seed + i, &plan->counts);

		plan->walk = walk;
		walk->trace = getenv("WALK_TRACE") != NULL;
		for (uint64_t step = 0; step < plan->steps; step++) {
			if (plan->skip == NULL || !plan->skip[step])
				walk_step(walk);
			else
				walk->step++;
		}
		walk_end(walk);
		plan->walk = NULL;
	}
	counts_check(plan);
}

static int report(void **state)
{
	const struct plan *plan = *state;

	if (plan->walk != NULL)
		walk_report(plan->walk);
	return 0;
}

static int run(struct plan *plan)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test_prestate_setup_teardown(
		nothing_disagrees, NULL, report, plan) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// In a process of its own, which says nothing: 0, or 1 when a step failed, 2 when all had hung up.
static int failure(struct plan *plan)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		int nowhere = open("/dev/null", O_WRONLY);

		dup2(nowhere, STDOUT_FILENO);
		dup2(nowhere, STDERR_FILENO);
		if (run(plan) == 0)
			_exit(0);
		_exit(plan->walk != NULL && plan->walk->step < plan->steps ? 1 : 2);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

// Leaves out pieces of half the length, then of a quarter and so on, as long as it still fails.
static int shrink(struct plan *plan)
{
	bool *skip = calloc(plan->steps, sizeof(skip[0]));
	uint64_t left = 0;
	int wanted;

	plan->skip = skip;
	wanted = skip == NULL ? 0 : failure(plan);
	if (wanted == 0) {
		fprintf(stderr, "this walk does not fail\n");
		free(skip);
		return 1;
	}
	for (uint64_t piece = plan->steps / 2; piece > 0; piece /= 2) {
		for (uint64_t at = 0; at + piece <= plan->steps; at += piece) {
			bool before[LONG_STEPS];

			memcpy(before, skip + at, piece);
			if (memchr(before, false, piece) == NULL)
				continue;
			memset(skip + at, true, piece);
			if (failure(plan) != wanted)
				memcpy(skip + at, before, piece);
		}
	}
	for (uint64_t step = 0; step < plan->steps; step++)
		left += !skip[step];
	fprintf(stderr, "%llu steps are enough:\n", (unsigned long long)left);
	setenv("WALK_TRACE", "yes", 1);
	run(plan);
	free(skip);
	return 1;
}

int main(int argc, char **argv)
{
	struct plan plan = { .walks = SHORT_WALKS, .steps = SHORT_STEPS, .seed = 1 };
	int failed;

	if (argc > 1) {
		plan.steps = strtoull(argv[1], NULL, 10);
		plan.walks = argc > 2 ? 1 : plan.steps / LONG_STEPS;
		plan.seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
		if (argc == 2)
			plan.steps = LONG_STEPS;
	}
	if (argc == 4 && plan.steps <= LONG_STEPS)
		return shrink(&plan);
	failed = run(&plan);
	if (argc > 1)
		counts_print(&plan);
	return failed;
}
