// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The way through a document: a stack of places in the tables says what an element or a text means.
#include "xmlcodec/walk.h"

#include "xmlcodec/index.h"
#include "xmlcodec/value.h"

// --- faults --------------------------------------------------------------------------------------

static void element_copy(char name[CSTA_ELEMENT_SIZE], struct span s)
{
	span_copy(span_head(s, CSTA_ELEMENT_SIZE - 1), name, CSTA_ELEMENT_SIZE);
}

// The first fault counts, but that something is missing comes before what is wrong with the rest.
static void fault(struct csta_parse *p, enum csta_verdict verdict, struct span element)
{
	bool missing = verdict == CSTA_READ_MISSING_ELEMENT;

	if (p->fault != CSTA_READ_OK && (!missing || p->fault <= CSTA_READ_MISSING_ELEMENT))
		return;
	p->fault = verdict;
	element_copy(p->reader->bad_element, element);
}

static struct span first_step(const struct csta_field *f)
{
	struct span path = span_str(f->path);

	return span_head(path, span_find(path, '/'));
}

// --- structures ----------------------------------------------------------------------------------

static uint32_t *presence(const struct csta_frame *frame)
{
	return (uint32_t *)frame->base;
}

// At the end of a structure: is all there that must be? `element` is its own.
static void check(struct csta_parse *p, const struct csta_frame *frame, struct span element)
{
	const struct csta_plan *plan = &csta_plans[frame->shape];
	uint32_t present = csta_shapes[frame->shape].n == 0 ? 0 : *presence(frame);
	uint32_t missing = plan->one & ~present;
	int alternatives = __builtin_popcount(plan->alt & present);

	if (missing != 0)
		fault(p, CSTA_READ_MISSING_ELEMENT,
			first_step(&csta_shapes[frame->shape].fields[__builtin_ctz(missing)]));
	else if ((plan->alt != 0 && alternatives == 0) ||
		(plan->any != 0 && (plan->any & present) == 0))
		fault(p, CSTA_READ_MISSING_ELEMENT, element);
	else if (alternatives > 1)
		fault(p, CSTA_READ_BAD_VALUE, element);
}

static void text_clear(struct csta_parse *p)
{
	p->text_n = 0;
	p->text_long = false;
}

static struct span text_take(struct csta_parse *p)
{
	struct span text = span_trim(span_of(p->text, p->text_n));

	p->text_n = 0;
	return text;
}

static void value(struct csta_parse *p, const struct csta_field *f, uint8_t *base, uint8_t bit)
{
	enum csta_value result = CSTA_VALUE_TOO_LONG;

	if (!p->text_long)
		result = csta_value_read(f, text_take(p), base + f->offset);
	if (result == CSTA_VALUE_ABSENT)
		return;
	if (result != CSTA_VALUE_OK)
		fault(p, result == CSTA_VALUE_BAD ? CSTA_READ_BAD_VALUE : CSTA_READ_TEXT_TOO_LONG,
			first_step(f));
	*(uint32_t *)base |= UINT32_C(1) << bit;
}

// --- opening -------------------------------------------------------------------------------------

static void frame_push(struct csta_parse *p, struct csta_frame frame)
{
	p->frames[p->frames_used++] = frame; // within bounds: the depth was checked
	text_clear(p);
}

static void open_structure(struct csta_parse *p, const struct csta_edge *e, uint8_t *base)
{
	const struct csta_shape *shape = &csta_shapes[e->field->arg];

	memset(base, 0, shape->size);
	frame_push(p, (struct csta_frame){ .base = base, .field = e->field, .shape = e->field->arg,
		.scope = e->next, .action = CSTA_ACTION_FIELD, .bit = e->bit,
		.collects = shape->bare });
}

static void open_item(struct csta_parse *p, const struct csta_edge *e, uint8_t *list)
{
	uint32_t *count = (uint32_t *)list;

	if (*count >= csta_list_room(e->field)) {
		fault(p, CSTA_READ_BAD_VALUE, first_step(e->field));
		p->ignored = 1;
		return;
	}
	open_structure(p, e, list + CSTA_LIST_ITEMS + *count * csta_item_size(e->field));
	++*count;
}

static void open_set(struct csta_parse *p, const struct csta_edge *e, const struct csta_frame *top)
{
	uint8_t *set = top->base + e->field->offset;

	*presence(top) |= UINT32_C(1) << e->bit;
	*(uint64_t *)set = 0;
	frame_push(p, (struct csta_frame){ .base = set, .field = e->field, .scope = e->next,
		.action = CSTA_ACTION_WRAP, .marks = e->field->kind == CSTA_KIND_MARKS });
}

// A wrapper: what it holds belongs to the structure around it.
static void open_wrap(struct csta_parse *p, const struct csta_edge *e, const struct csta_frame *top)
{
	struct csta_frame frame = *top;

	if (e->field != NULL) {
		*presence(top) |= UINT32_C(1) << e->bit;
		*(uint32_t *)(top->base + e->field->offset) = 0;
	}
	frame.scope = e->next;
	frame.action = CSTA_ACTION_WRAP;
	frame.collects = false;
	frame_push(p, frame);
}

static void open_leaf(struct csta_parse *p, const struct csta_edge *e, const struct csta_frame *top)
{
	struct csta_frame frame = *top;

	if (e->action == CSTA_ACTION_FIELD)
		frame.field = e->field;
	frame.scope = CSTA_SCOPE_NONE;
	frame.action = e->action;
	frame.bit = e->bit;
	frame.collects = true;
	frame_push(p, frame);
}

static void open_known(struct csta_parse *p, const struct csta_edge *e)
{
	const struct csta_frame *top = &p->frames[p->frames_used - 1];

	if (e->action == CSTA_ACTION_WRAP) {
		open_wrap(p, e, top);
		return;
	}
	switch (e->action == CSTA_ACTION_FIELD ? e->field->kind : CSTA_KINDS) {
	case CSTA_KIND_TYPE:
	case CSTA_KIND_SUBJECT:
		open_structure(p, e, top->base + e->field->offset);
		break;
	case CSTA_KIND_LIST:
		open_item(p, e, top->base + e->field->offset);
		break;
	case CSTA_KIND_BITS:
	case CSTA_KIND_MARKS:
		open_set(p, e, top);
		break;
	default:
		open_leaf(p, e, top);
		break;
	}
}

static void open_root(struct csta_parse *p, uint16_t name, struct span local, struct span ns)
{
	enum csta_type type = csta_root_find(name);

	p->reader->ns = ns;
	csta_msg_init(p->out, type);
	p->out->ns = (uint8_t)csta_ns_find(ns);
	if (type == CSTA_UNKNOWN) {
		fault(p, CSTA_READ_UNKNOWN_SERVICE, local);
		p->ignored = 1;
		return;
	}
	frame_push(p, (struct csta_frame){ .base = (uint8_t *)&p->out->body,
		.shape = (uint16_t)(CSTA_PART_COUNT + type),
		.scope = (uint16_t)(CSTA_PART_COUNT + type), .action = CSTA_ACTION_WRAP });
}

void csta_walk_begin(struct csta_parse *p)
{
	p->fault = CSTA_READ_OK;
	p->elements = 0;
	p->depth = 0;
	p->ignored = 0;
	p->frames_used = 0;
	text_clear(p);
}

enum csta_verdict csta_walk_start(struct csta_parse *p, uint16_t name, struct span local,
	struct span ns)
{
	const struct csta_edge *e = NULL;

	if (++p->elements > CSTA_ELEMENTS_MAX)
		return CSTA_READ_TOO_MANY_ELEMENTS;
	if (++p->depth > CSTA_DEPTH_MAX)
		return CSTA_READ_TOO_DEEP;
	if (p->depth == 1) {
		open_root(p, name, local, ns);
		return CSTA_READ_OK;
	}
	if (p->ignored == 0)
		e = csta_edge_find(p->frames[p->frames_used - 1].scope, name);
	if (e != NULL) {
		open_known(p, e);
		return CSTA_READ_OK;
	}
	p->ignored++;
	p->reader->skipped++;
	return CSTA_READ_OK;
}

// --- text ----------------------------------------------------------------------------------------

static bool takes_text(const struct csta_parse *p)
{
	const struct csta_frame *top;

	if (p->frames_used == 0)
		return false;
	top = &p->frames[p->frames_used - 1];
	if (!top->collects)
		return false;
	return p->ignored == 0 || (top->field != NULL && top->field->kind == CSTA_KIND_DEVICE);
}

void csta_walk_text(struct csta_parse *p, struct span s)
{
	size_t room;

	if (!takes_text(p))
		return;
	while (p->text_n == 0 && s.n > 0 && span_is_blank(s.p[0]))
		s = span_from(s, 1);
	room = CSTA_TEXT_MAX - p->text_n;
	if (s.n > room && span_trim(span_from(s, room)).n > 0)
		p->text_long = true;
	s = span_head(s, room);
	if (s.n > 0)
		memcpy(p->text + p->text_n, s.p, s.n);
	p->text_n += s.n;
}

// --- closing -------------------------------------------------------------------------------------

static void close_bit(struct csta_parse *p, const struct csta_frame *frame)
{
	bool set = true;
	enum csta_value result = csta_flag_read(text_take(p), &set);

	if (p->text_long || (result == CSTA_VALUE_ABSENT && !frame->marks))
		result = CSTA_VALUE_BAD; // `<makeCall/>` is a mark, `<delivered/>` is no boolean
	if (result == CSTA_VALUE_BAD)
		fault(p, CSTA_READ_BAD_VALUE, first_step(frame->field));
	else if (set)
		*(uint64_t *)frame->base |= CSTA_BIT(frame->bit);
}

static void close_structure(struct csta_parse *p, const struct csta_frame *frame,
	struct csta_frame *around)
{
	const struct csta_shape *shape = &csta_shapes[frame->shape];

	if (shape->bare && *presence(frame) == 0 && (p->text_n > 0 || p->text_long))
		value(p, &shape->fields[0], frame->base, 0);
	check(p, frame, first_step(frame->field));
	if (frame->field->kind != CSTA_KIND_LIST)
		*presence(around) |= UINT32_C(1) << frame->bit;
}

void csta_walk_end(struct csta_parse *p, struct span local)
{
	struct csta_frame frame;

	p->depth--;
	if (p->ignored > 0) {
		p->ignored--;
		return;
	}
	if (p->frames_used == 0)
		return;
	frame = p->frames[--p->frames_used];
	if (p->frames_used == 0)
		check(p, &frame, local);
	else if (frame.action == CSTA_ACTION_BIT)
		close_bit(p, &frame);
	else if (frame.action == CSTA_ACTION_FIELD && frame.scope == CSTA_SCOPE_NONE)
		value(p, frame.field, frame.base, frame.bit);
	else if (frame.action == CSTA_ACTION_FIELD)
		close_structure(p, &frame, &p->frames[p->frames_used - 1]);
	text_clear(p);
}
