// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// docs/csta.md against the engine: its tables name all that is served, told and refused and nothing
// else, and its session is played with the engine word for word.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/csta/csta.h"
#include "control/csta/errors.h"
#include "tests/unit/control/client.h"

enum { LIST_SIZE = 8192, XML_SIZE = 8192, TOKENS_MAX = 16, TOKEN_LENGTH = TOKEN_SIZE - 1 };

static char *document;

static int document_read(void **state)
{
	FILE *file = fopen(DOCS_DIR "/csta.md", "r");
	size_t n;

	(void)state;
	assert_non_null(file);
	document = calloc(1, 256 * 1024);
	n = fread(document, 1, 256 * 1024 - 1, file);
	fclose(file);
	assert_true(n > 0 && n < 256 * 1024 - 1);
	return 0;
}

static int document_free(void **state)
{
	(void)state;
	free(document);
	return 0;
}

// The text between this heading and the next one.
static const char *section(const char *heading, const char **end)
{
	const char *begin = strstr(document, heading);

	if (begin == NULL)
		fail_msg("no %s", heading);
	begin += strlen(heading);
	*end = strstr(begin, "\n## ");
	if (*end == NULL)
		*end = begin + strlen(begin);
	return begin;
}

// --- the tables ----------------------------------------------------------------------------------

// Takes a word out of a list of " a b c ". False when it is not there.
static bool list_take(char *list, const char *word)
{
	char whole[128];
	char *at;

	snprintf(whole, sizeof(whole), " %s ", word);
	at = strstr(list, whole);
	if (at == NULL)
		return false;
	memmove(at, at + strlen(whole) - 1, strlen(at + strlen(whole) - 1) + 1);
	return true;
}

// The first word in `quotes` of each row of the section's tables must be one of the list, which
// must have no other.
static void rows_check(const char *heading, char *list)
{
	const char *end, *line = section(heading, &end);

	for (; line != NULL && line < end; line = strchr(line, '\n')) {
		const char *stop, *quote;
		char word[96];

		line++;
		stop = line + strcspn(line, "\n");
		quote = memchr(line, '`', (size_t)(stop - line));
		if (line[0] != '|' || quote == NULL)
			continue;
		snprintf(word, sizeof(word), "%.*s", (int)strcspn(quote + 1, "`"), quote + 1);
		if (!list_take(list, word))
			fail_msg("%s: the engine knows no `%s`, or it stands there twice", heading,
				word);
	}
	if (strspn(list, " ") != strlen(list))
		fail_msg("%s: missing:%s", heading, list);
}

// " a b c " out of the claims of GetCSTAFeatures.
static void claims(struct client *client, const char *what, char *list)
{
	const char *answer = client_ask(client, "<GetCSTAFeatures/>");
	const char *begin = strstr(answer, what) + strlen(what);

	snprintf(list, LIST_SIZE, " %.*s ", (int)strcspn(begin, " "), begin);
	for (char *p = list; *p != '\0'; p++) {
		if (*p == ',')
			*p = ' ';
	}
}

static void services_and_events(void **state)
{
	struct office *o = *state;
	char list[LIST_SIZE];

	o->b->mixes = true;
	sim_start(o->b);
	client_open(&o->ca);
	claims(&o->ca, "supportedServices=", list);
	rows_check("\n## Services", list);
	claims(&o->ca, "supportedEvents=", list);
	rows_check("\n## Events", list);
}

static void errors(void **state)
{
	static const enum refusal refusals[] = {
#define X(name, category, word) name,
		REFUSALS(X)
#undef X
	};
	char list[LIST_SIZE] = " ";

	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		char word[96];

		snprintf(word, sizeof(word), " %s ", refusal_name(refusals[i]));
		if (strstr(list, word) == NULL)
			strcat(list, word + 1);
	}
	rows_check("\n## Errors", list);
}

static void limits(void **state)
{
	static const struct {
		const char *text;
		unsigned value;
	} rows[] = {
		{ "| monitors of a session | %u |", SESSION_MONITORS_MAX },
		{ "| monitors of a device, of a call | %u |", OBJECT_MONITORS_MAX },
		{ "| registrations of a session | %u |", SESSION_REGISTRATIONS_MAX },
		{ "| default session interval, seconds | %u |", SESSION_INTERVAL_DEFAULT_S },
		{ "| least session interval, seconds | %u |", SESSION_INTERVAL_MIN_S },
		{ "| longest session interval, seconds | %u |", SESSION_INTERVAL_MAX_S },
		{ "| bytes of a request's XML | %u |", CSTA_BODY_MAX },
		{ "| elements nested in a request | %u |", CSTA_DEPTH_MAX },
		{ "| elements of a request | %u |", CSTA_ELEMENTS_MAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char line[128];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(line, sizeof(line), rows[i].text, rows[i].value);
#pragma GCC diagnostic pop
		if (strstr(document, line) == NULL)
			fail_msg("the limits lack: %s", line);
	}
}

// --- the session ---------------------------------------------------------------------------------

// Call ids and cross references are others each time: the document's, and those of the engine.
struct tokens {
	char documented[TOKENS_MAX][TOKEN_SIZE];
	char real[TOKENS_MAX][TOKEN_SIZE];
	unsigned count;
};

static bool is_token(const char *p)
{
	return strspn(p, "0123456789abcdef") == TOKEN_LENGTH;
}

// Without white space beside tags.
static void squeeze(const char *from, size_t n, char *to)
{
	const char *end = from + n;
	const char *start = to;

	while (from < end) {
		size_t blanks = strspn(from, " \n");
		bool between = to == start || to[-1] == '>' || from[blanks] == '<';

		if (blanks > 0 && between)
			from += blanks;
		else
			*to++ = *from++;
	}
	*to = '\0';
}

// The engine's words in those of the document: tokens that it has not seen stand for the document's
// next ones.
static void tokens_learn(struct tokens *tokens, const char *documented, const char *real)
{
	for (; *documented != '\0' && *real != '\0'; documented++, real++) {
		unsigned i;

		if (!is_token(documented) || !is_token(real))
			continue;
		for (i = 0; i < tokens->count &&
			    strncmp(tokens->documented[i], documented, TOKEN_LENGTH) != 0;
			i++)
			;
		assert_true(i < TOKENS_MAX);
		if (i == tokens->count) {
			memcpy(tokens->documented[i], documented, TOKEN_LENGTH);
			memcpy(tokens->real[i], real, TOKEN_LENGTH);
			tokens->count++;
		}
		documented += TOKEN_LENGTH - 1;
		real += TOKEN_LENGTH - 1;
	}
}

static void tokens_replace(char *text, const char (*from)[TOKEN_SIZE],
	const char (*to)[TOKEN_SIZE], unsigned count)
{
	for (; *text != '\0'; text++) {
		for (unsigned i = 0; i < count && is_token(text); i++) {
			if (strncmp(text, from[i], TOKEN_LENGTH) != 0)
				continue;
			memcpy(text, to[i], TOKEN_LENGTH);
			text += TOKEN_LENGTH - 1;
			break;
		}
	}
}

struct play {
	struct office *office;
	struct tokens tokens;
	size_t told; // commands of the rig that were compared
	unsigned steps;
};

// What the engine sent next, of these types.
static const struct csta_msg *next_sent(struct play *play)
{
	struct rig *rig = play->office->rig;

	while (play->told < rig->command_count) {
		const struct command *command = rig->commands[play->told++];

		if (command->handle != play->office->ca.dialog)
			continue;
		if (command->type == COMMAND_CSTA_EVENT)
			return &command->csta_event;
		if (command->type == COMMAND_CSTA_RESPONSE)
			return &command->csta_response.csta;
		if (command->type == COMMAND_SESSION_ACCEPT)
			return &command->session_accept.csta;
	}
	return NULL;
}

static void engine_step(struct play *play, const char *xml, size_t n)
{
	static char expected[XML_SIZE], written[XML_SIZE], real[XML_SIZE];
	const struct csta_msg *msg = next_sent(play);
	ssize_t size;

	squeeze(xml, n, expected);
	if (msg == NULL)
		fail_msg("the engine sent nothing more, not\n%s", expected);
	size = csta_write(msg, NULL, written, sizeof(written) - 1);
	assert_true(size > 0);
	written[size] = '\0';
	squeeze(written, (size_t)size, real);
	tokens_learn(&play->tokens, expected, real);
	tokens_replace(real, play->tokens.real, play->tokens.documented, play->tokens.count);
	assert_string_equal(real, expected);
}

static void client_step(struct play *play, const char *head, const char *xml, size_t n)
{
	static char request[XML_SIZE];

	squeeze(xml, n, request);
	tokens_replace(
		request, play->tokens.documented, play->tokens.real, play->tokens.count);
	if (strstr(head, "INVITE") != NULL)
		client_invite(&play->office->ca, request);
	else
		client_ask(&play->office->ca, request);
}

// A block of XML and the line before it, which says who sends it and what happens first.
static void step(struct play *play, const char *head, const char *xml, size_t n)
{
	if (strstr(head, "202 answers") != NULL)
		sim_off_hook(play->office->b);
	if (strncmp(head, "Client", 6) == 0)
		client_step(play, head, xml, n);
	else
		engine_step(play, xml, n);
	play->steps++;
}

static void a_whole_session(void **state)
{
	static const char fence[] = "\n```xml\n";
	struct play play = { .office = *state };
	const char *end, *at = section("\n## A session", &end);

	play.office->b->mixes = true;
	sim_start(play.office->b);
	while ((at = strstr(at, fence)) != NULL && at < end) {
		const char *xml = at + strlen(fence), *stop = strstr(xml, "\n```");
		const char *head = at - 1;
		char line[128];

		assert_non_null(stop);
		// The line before the one that is empty.
		while (head[-1] != '\n')
			head--;
		snprintf(line, sizeof(line), "%.*s", (int)strcspn(head, "\n"), head);
		step(&play, line, xml, (size_t)(stop - xml));
		at = stop;
	}
	assert_in_range(play.steps, 20, 60);
	assert_null(next_sent(&play));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, office_open, office_close)
	const struct CMUnitTest tests[] = {
		TEST(services_and_events),
		cmocka_unit_test(errors),
		cmocka_unit_test(limits),
		TEST(a_whole_session),
	};

	return cmocka_run_group_tests(tests, document_read, document_free);
}
