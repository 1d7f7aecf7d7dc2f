// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/classify.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hs.h>

enum { METHODS_AT = 100 }; // ids of expressions: enum classify_start, or this plus enum sip_method

struct classify {
	hs_database_t *start;
	hs_database_t *body;
	hs_database_t *block; // NULL: no block list
};

// A growing set of expressions, compiled together.
struct set {
	const char **expressions;
	unsigned *flags;
	unsigned *ids;
	unsigned n;
	unsigned room;
};

static int set_init(struct set *set, unsigned room)
{
	*set = (struct set){
		.expressions = calloc(room + 1, sizeof(*set->expressions)),
		.flags = calloc(room + 1, sizeof(*set->flags)),
		.ids = calloc(room + 1, sizeof(*set->ids)),
		.room = room,
	};
	return set->expressions == NULL || set->flags == NULL || set->ids == NULL ? -ENOMEM : 0;
}

static void set_fini(struct set *set)
{
	for (unsigned i = 0; i < set->n; i++)
		free((char *)set->expressions[i]);
	free(set->expressions);
	free(set->flags);
	free(set->ids);
}

static int set_add(struct set *set, unsigned id, unsigned flags, const char *before,
	const char *middle, const char *after)
{
	char *expression;

	if (set->n == set->room || asprintf(&expression, "%s%s%s", before, middle, after) < 0)
		return -ENOMEM;
	set->expressions[set->n] = expression;
	set->flags[set->n] = flags | HS_FLAG_SINGLEMATCH | HS_FLAG_DOTALL;
	set->ids[set->n] = id;
	set->n++;
	return 0;
}

static int set_compile(const struct set *set, hs_database_t **db, char *error, size_t size)
{
	hs_compile_error_t *why = NULL;
	hs_error_t status = hs_compile_multi(
		set->expressions, set->flags, set->ids, set->n, HS_MODE_BLOCK, NULL, db, &why);

	if (status == HS_SUCCESS)
		return 0;
	snprintf(error, size, "pattern \"%s\": %s",
		why != NULL && why->expression >= 0 ? set->expressions[why->expression] : "",
		why != NULL ? why->message : "cannot be compiled");
	hs_free_compile_error(why);
	return -EINVAL;
}

static int compile_start(struct classify *classify, char *error, size_t size)
{
	struct set set;
	int status = set_init(&set, CLASSIFY_STARTS_COUNT + SIP_METHOD_COUNT);

#define X(name, expression) \
	if (status == 0) \
		status = set_add(&set, CLASSIFY_##name, 0, expression, "", "");
	CLASSIFY_STARTS(X)
#undef X
	for (unsigned method = 1; method < SIP_METHOD_COUNT && status == 0; method++)
		status = set_add(
			&set, METHODS_AT + method, 0, "^", sip_method_name(method), "[ \\t]");
	if (status == 0)
		status = set_compile(&set, &classify->start, error, size);
	set_fini(&set);
	return status;
}

// Roots go by local name, without case, as the reader takes them. root_of() finds where they
// begin.
static int compile_body(struct classify *classify, char *error, size_t size)
{
	struct set set;
	int status = set_init(&set, CSTA_TYPES);

	for (unsigned type = CSTA_UNKNOWN + 1; type < CSTA_TYPES && status == 0; type++)
		status = set_add(
			&set, type, HS_FLAG_CASELESS, "^", csta_type_name(type), "[ \\t\\r\\n/>]");
	if (status == 0)
		status = set_compile(&set, &classify->body, error, size);
	set_fini(&set);
	return status;
}

static int compile_block(struct classify *classify, const char *const *patterns, unsigned npatterns,
	char *error, size_t size)
{
	struct set set;
	int status;

	if (npatterns == 0)
		return 0;
	status = set_init(&set, npatterns);
	for (unsigned i = 0; i < npatterns && status == 0; i++)
		status = set_add(&set, i, 0, patterns[i], "", "");
	if (status == 0)
		status = set_compile(&set, &classify->block, error, size);
	set_fini(&set);
	return status;
}

int classify_new(struct classify **classify, const char *const *patterns, unsigned npatterns,
	char *error, size_t error_size)
{
	struct classify *c = calloc(1, sizeof(*c));
	int status;

	if (c == NULL)
		return -ENOMEM;
	status = compile_start(c, error, error_size);
	if (status == 0)
		status = compile_body(c, error, error_size);
	if (status == 0)
		status = compile_block(c, patterns, npatterns, error, error_size);
	if (status < 0) {
		classify_free(c);
		return status;
	}
	*classify = c;
	return 0;
}

void classify_free(struct classify *classify)
{
	if (classify == NULL)
		return;
	hs_free_database(classify->start);
	hs_free_database(classify->body);
	hs_free_database(classify->block);
	free(classify);
}

struct hs_scratch *classify_scratch_new(const struct classify *classify)
{
	hs_scratch_t *scratch = NULL;
	bool good = hs_alloc_scratch(classify->start, &scratch) == HS_SUCCESS &&
		    hs_alloc_scratch(classify->body, &scratch) == HS_SUCCESS &&
		    (classify->block == NULL ||
			    hs_alloc_scratch(classify->block, &scratch) == HS_SUCCESS);

	if (good)
		return scratch;
	hs_free_scratch(scratch);
	return NULL;
}

void classify_scratch_free(struct hs_scratch *scratch)
{
	hs_free_scratch(scratch);
}

static int match(
	unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx)
{
	(void)from;
	(void)to;
	(void)flags;
	*(int *)ctx = (int)id;
	return 1; // the first one decides
}

// The id of the expression that matches first, -1 for none.
static int scan(
	const hs_database_t *db, struct hs_scratch *scratch, const void *p, size_t n, size_t most)
{
	int id = -1;

	// Anything else than a match or none cannot happen with a database and scratch of our own.
	(void)hs_scan(db, p, (unsigned)(n < most ? n : most), 0, scratch, match, &id);
	return id;
}

struct classify_verdict classify_start(
	const struct classify *classify, struct hs_scratch *scratch, const void *p, size_t n)
{
	int id = scan(classify->start, scratch, p, n, CLASSIFY_START_BYTES);

	if (id < 0)
		return (struct classify_verdict){ CLASSIFY_NOISE, SIP_METHOD_NONE };
	if (id > METHODS_AT)
		return (struct classify_verdict){ CLASSIFY_REQUEST,
			(enum sip_method)(id - METHODS_AT) };
	return (struct classify_verdict){ (enum classify_start)id, SIP_METHOD_NONE };
}

// The local name of the first element and what follows it: a byte order mark, blanks and the XML
// declaration may come before. Empty when something else does.
static struct span root_of(const void *p, size_t n)
{
	struct span rest = span_head(span_of(p, n), CLASSIFY_BODY_BYTES);
	size_t name = 0;

	if (rest.n >= 3 && memcmp(rest.p, "\xef\xbb\xbf", 3) == 0)
		rest = span_from(rest, 3);
	rest = span_trim(rest);
	if (rest.n >= 2 && memcmp(rest.p, "<?", 2) == 0)
		rest = span_trim(span_from(rest, span_find(rest, '>') + 1));
	if (rest.n == 0 || rest.p[0] != '<')
		return SPAN_NONE;
	rest = span_head(span_from(rest, 1), CLASSIFY_ROOT_BYTES);
	while (name < rest.n && strchr(" \t\r\n/>:", rest.p[name]) == NULL)
		name++;
	if (name < rest.n && rest.p[name] == ':')
		rest = span_from(rest, name + 1);
	return rest;
}

enum csta_type classify_body(
	const struct classify *classify, struct hs_scratch *scratch, const void *p, size_t n)
{
	struct span root = root_of(p, n);
	int id = root.n == 0 ? -1
			     : scan(classify->body, scratch, root.p, root.n, CLASSIFY_ROOT_BYTES);

	return id < 0 ? CSTA_NONE : (enum csta_type)id;
}

bool classify_blocked(
	const struct classify *classify, struct hs_scratch *scratch, const void *p, size_t n)
{
	return classify->block != NULL &&
	       scan(classify->block, scratch, p, n, CLASSIFY_BLOCK_BYTES) >= 0;
}
