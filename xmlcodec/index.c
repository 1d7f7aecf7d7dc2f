// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include <libxml/parser.h>
#include <string.h>

#include "xmlcodec/index.h"
#include "xmlcodec/plain.h"

// Sizes are powers of two, at least twice what they hold; filled at start, asserted there.
enum {
	TEXT_SLOTS = 2048, // names and words
	EDGE_SLOTS = 2048,
	TAGS_MAX = 512,	    // rows
	TAG_BYTES = 65536, // text of all tags
	SCOPE_BITS_FIRST = CSTA_SHAPES,
	SCOPE_WRAPS_FIRST = SCOPE_BITS_FIRST + CSTA_BITS_COUNT,
	SPACE_NAMES = CSTA_WORDS_COUNT, // the texts of elements, beside those of the word lists
};

struct text_slot {
	const char *text; // NULL: free
	uint16_t n;
	uint16_t space; // enum csta_words or SPACE_NAMES
	uint16_t value;
};

static struct {
	bool ready;
	struct text_slot texts[TEXT_SLOTS];
	struct csta_edge edges[EDGE_SLOTS];
	uint16_t roots[TEXT_SLOTS]; // enum csta_type by name
	struct csta_tags tags[TAGS_MAX];
	char bytes[TAG_BYTES];
	uint32_t texts_used;
	uint32_t edges_used;
	uint32_t tags_used;
	uint32_t bytes_used;
	uint16_t names;
	uint16_t scopes;
} index_;

struct csta_plan csta_plans[CSTA_SHAPES];

void csta_index_check(void)
{
	assert(index_.ready);
}

// --- texts ---------------------------------------------------------------------------------------

static uint64_t load64(const char *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

// Over the first eight and the last eight bytes, letters lower-cased: no two texts of a list differ
// in the middle alone.
static uint32_t text_hash(uint16_t space, const char *p, size_t n)
{
	const uint64_t lower = UINT64_C(0x2020202020202020);
	char few[sizeof(uint64_t)] = { 0 };
	uint64_t first, last;

	if (n < sizeof(few)) {
		for (size_t i = 0; i < n; i++)
			few[i] = p[i];
		first = last = load64(few);
	} else {
		first = load64(p);
		last = load64(p + n - sizeof(few));
	}
	first = ((first | lower) + space) * UINT64_C(0x9e3779b97f4a7c15);
	last = ((last | lower) + n) * UINT64_C(0xc2b2ae3d27d4eb4f);
	return (uint32_t)((first ^ first >> 29 ^ last) * UINT64_C(0x9e3779b97f4a7c15) >> 40);
}

// The slot that has the text, or the free one where it belongs.
static struct text_slot *text_slot(uint16_t space, const char *p, size_t n)
{
	uint32_t i = text_hash(space, p, n) & (TEXT_SLOTS - 1);

	for (;; i = (i + 1) & (TEXT_SLOTS - 1)) {
		struct text_slot *s = &index_.texts[i];

		if (s->text == NULL)
			return s;
		if (s->space != space || s->n != n)
			continue;
		if (memcmp(s->text, p, n) == 0 || strncasecmp(s->text, p, n) == 0)
			return s;
	}
}

static void text_add(uint16_t space, const char *p, size_t n, uint16_t value)
{
	struct text_slot *s = text_slot(space, p, n);

	assert(s->text == NULL && index_.texts_used < TEXT_SLOTS / 2);
	*s = (struct text_slot){ p, (uint16_t)n, space, value };
	index_.texts_used++;
}

static uint16_t name_add(const char *p, size_t n)
{
	struct text_slot *s = text_slot(SPACE_NAMES, p, n);

	if (s->text == NULL)
		text_add(SPACE_NAMES, p, n, ++index_.names);
	return s->value;
}

uint16_t csta_name_find(struct span name)
{
	const struct text_slot *s = text_slot(SPACE_NAMES, name.p, name.n);

	return s->text == NULL ? CSTA_NAME_UNKNOWN : s->value;
}

enum csta_type csta_root_find(uint16_t name)
{
	return index_.roots[name] == CSTA_NONE ? CSTA_UNKNOWN : (enum csta_type)index_.roots[name];
}

uint32_t csta_word_find(enum csta_words list, struct span word)
{
	const struct text_slot *s = text_slot(list, word.p, word.n);

	return s->text == NULL ? 0 : s->value;
}

static void words_build(void)
{
	for (uint16_t list = 0; list < CSTA_WORDS_COUNT; list++) {
		const struct csta_word_table *t = &csta_word_tables[list];

		for (uint16_t v = 1; v < t->n; v++) {
			text_add(list, t->words[v], strlen(t->words[v]), v);
			// A variant that differs in case alone is found already.
			if (t->others[v] != NULL && strcasecmp(t->words[v], t->others[v]) != 0)
				text_add(list, t->others[v], strlen(t->others[v]), v);
		}
	}
}

// --- edges ---------------------------------------------------------------------------------------

static struct csta_edge *edge_slot(uint16_t scope, uint16_t name)
{
	uint32_t i = (scope * 0x9e3779b1u + name * 0x85ebca6bu) >> 16 & (EDGE_SLOTS - 1);

	for (;; i = (i + 1) & (EDGE_SLOTS - 1)) {
		struct csta_edge *e = &index_.edges[i];

		if (e->name == CSTA_NAME_UNKNOWN || (e->scope == scope && e->name == name))
			return e;
	}
}

const struct csta_edge *csta_edge_find(uint16_t scope, uint16_t name)
{
	const struct csta_edge *e;

	if (name == CSTA_NAME_UNKNOWN || scope == CSTA_SCOPE_NONE)
		return NULL;
	e = edge_slot(scope, name);
	return e->name == CSTA_NAME_UNKNOWN ? NULL : e;
}

static struct csta_edge *edge_add(struct csta_edge edge)
{
	struct csta_edge *e = edge_slot(edge.scope, edge.name);

	assert(e->name == CSTA_NAME_UNKNOWN && index_.edges_used < EDGE_SLOTS / 2);
	*e = edge;
	index_.edges_used++;
	return e;
}

// The wrapper of that name in this scope, shared by all the paths that go through it.
static struct csta_edge *edge_wrap(uint16_t scope, const char *p, size_t n)
{
	struct csta_edge edge = { .scope = scope, .name = name_add(p, n),
		.action = CSTA_ACTION_WRAP };
	struct csta_edge *e = edge_slot(scope, edge.name);

	if (e->name != CSTA_NAME_UNKNOWN)
		return e;
	edge.next = index_.scopes++;
	return edge_add(edge);
}

static uint16_t field_scope(const struct csta_field *f)
{
	switch (f->kind) {
	case CSTA_KIND_TYPE:
	case CSTA_KIND_SUBJECT:
	case CSTA_KIND_LIST:
		return f->arg;
	case CSTA_KIND_BITS:
	case CSTA_KIND_MARKS:
		return (uint16_t)(SCOPE_BITS_FIRST + f->arg);
	default:
		return CSTA_SCOPE_NONE;
	}
}

// Walks the wrappers of a path; *path is then its last step. Returns the scope there, and in *wrap
// the innermost wrapper or NULL.
static uint16_t path_walk(uint16_t scope, const char **path, struct csta_edge **wrap)
{
	const char *slash;

	*wrap = NULL;
	while ((slash = strchr(*path, '/')) != NULL) {
		*wrap = edge_wrap(scope, *path, (size_t)(slash - *path));
		scope = (*wrap)->next;
		*path = slash + 1;
	}
	return scope;
}

static void field_edges(uint16_t shape, uint8_t bit, const struct csta_field *f)
{
	bool list = f->kind == CSTA_KIND_LIST || f->kind == CSTA_KIND_WORDS;
	const char *last = f->path;
	struct csta_edge *wrap;
	uint16_t scope = path_walk(shape, &last, &wrap);

	if (list) {
		assert(wrap != NULL && wrap->field == NULL);
		wrap->field = f;
		wrap->bit = bit;
	}
	if (strchr(last, ':') != NULL)
		last = strchr(last, ':') + 1;
	edge_add((struct csta_edge){ .field = f, .scope = scope,
		.name = name_add(last, strlen(last)), .next = field_scope(f),
		.action = CSTA_ACTION_FIELD, .bit = bit });
}

static void bits_edges(uint16_t list)
{
	for (uint8_t bit = 0; bit < csta_bit_tables[list].n; bit++) {
		const char *last = csta_bit_tables[list].paths[bit];
		struct csta_edge *wrap;
		uint16_t scope = path_walk((uint16_t)(SCOPE_BITS_FIRST + list), &last, &wrap);

		edge_add((struct csta_edge){ .scope = scope, .name = name_add(last, strlen(last)),
			.next = CSTA_SCOPE_NONE, .action = CSTA_ACTION_BIT, .bit = bit });
	}
}

// --- plans ---------------------------------------------------------------------------------------

static struct csta_tag tag_begin(void)
{
	return (struct csta_tag){ index_.bytes + index_.bytes_used, 0 };
}

static void tag_add(struct csta_tag *tag, const char *before, const char *p, size_t n,
	const char *after)
{
	size_t room = TAG_BYTES - index_.bytes_used;
	int k = snprintf(index_.bytes + index_.bytes_used, room, "%s%.*s%s", before, (int)n, p,
		after);

	assert(k >= 0 && (size_t)k < room);
	index_.bytes_used += (uint32_t)k;
	tag->n = (uint16_t)(tag->n + k);
}

// What ends the opening tag of the path's step p.
static const char *tag_end(const struct csta_field *f, const char *p)
{
	if (strchr(p, '/') != NULL)
		return ">";
	if (f->kind == CSTA_KIND_EMPTY)
		return "/>";
	if (strchr(p, ':') != NULL)
		return " xmlns:" CSTA_LCS_PREFIX "=\"" CSTA_LCS_NS "\">";
	return ">";
}

// Opening tags in the order of the path, closing ones in the other. The last step of a list's path
// is the item.
static void field_tags(const struct csta_field *f, struct csta_tags *tags)
{
	bool list = f->kind == CSTA_KIND_LIST || f->kind == CSTA_KIND_WORDS;
	const char *end = f->path + strlen(f->path);
	const char *last = strrchr(f->path, '/');
	const char *item = list ? last + 1 : end;

	tags->open = tag_begin();
	for (const char *p = f->path; p < item; p += strcspn(p, "/") + 1)
		tag_add(&tags->open, "<", p, strcspn(p, "/"), tag_end(f, p));
	tags->close = tag_begin();
	for (const char *q = list ? last : end; q > f->path;) {
		const char *p = q;

		while (p > f->path && p[-1] != '/')
			p--;
		if (f->kind != CSTA_KIND_EMPTY || q != end)
			tag_add(&tags->close, "</", p, (size_t)(q - p), ">");
		q = p > f->path ? p - 1 : p;
	}
	if (!list)
		return;
	tags->item_open = tag_begin();
	tag_add(&tags->item_open, "<", item, (size_t)(end - item), ">");
	tags->item_close = tag_begin();
	tag_add(&tags->item_close, "</", item, (size_t)(end - item), ">");
}

static void shape_build(uint16_t i)
{
	const struct csta_shape *shape = &csta_shapes[i];
	struct csta_plan *plan = &csta_plans[i];
	uint32_t *const masks[] = { [CSTA_OCCURS_ONE] = &plan->one, [CSTA_OCCURS_ALT] = &plan->alt,
		[CSTA_OCCURS_ANY] = &plan->any };

	plan->tags = &index_.tags[index_.tags_used];
	for (uint8_t bit = 0; bit < shape->n; bit++) {
		const struct csta_field *f = &shape->fields[bit];

		assert(index_.tags_used < TAGS_MAX);
		// csta_msg_size() wants a list to end its message, but for padding.
		assert(f->kind != CSTA_KIND_LIST ||
			shape->size - f->offset - f->size < (int)sizeof(uint64_t));
		field_tags(f, &index_.tags[index_.tags_used++]);
		field_edges(i, bit, f);
		if (f->occurs != CSTA_OCCURS_OPT)
			*masks[f->occurs] |= UINT32_C(1) << bit;
	}
}

// --- start ---------------------------------------------------------------------------------------

static void spellings_add(void)
{
	uint16_t name;

#define CSTA_A(one, other) \
	name = name_add(one, strlen(one)); \
	text_add(SPACE_NAMES, other, strlen(other), name);
	CSTA_SPELLINGS(CSTA_A)
#undef CSTA_A
}

void csta_init(void)
{
	if (index_.ready)
		return;
	xmlInitParser();
	csta_plain_init();
	index_.scopes = SCOPE_WRAPS_FIRST;
	words_build();
	spellings_add();
	for (uint16_t i = 0; i < CSTA_SHAPES; i++)
		shape_build(i);
	for (uint16_t list = 0; list < CSTA_BITS_COUNT; list++)
		bits_edges(list);
	for (uint16_t type = CSTA_UNKNOWN + 1; type < CSTA_TYPES; type++) {
		const char *root = csta_type_name(type);

		index_.roots[name_add(root, strlen(root))] = type;
	}
	index_.ready = true;
}
