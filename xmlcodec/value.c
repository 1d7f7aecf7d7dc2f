// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "xmlcodec/value.h"

#include "xmlcodec/index.h"

enum csta_value csta_flag_read(struct span text, bool *value)
{
	bool yes = span_ieq(text, SPAN("true")) || span_eq(text, SPAN("1"));

	if (text.n == 0)
		return CSTA_VALUE_ABSENT;
	if (!yes && !span_ieq(text, SPAN("false")) && !span_eq(text, SPAN("0")))
		return CSTA_VALUE_BAD;
	*value = yes;
	return CSTA_VALUE_OK;
}

static enum csta_value text_read(const struct csta_field *field, struct span text, void *member)
{
	return span_copy(text, member, field->size) ? CSTA_VALUE_OK : CSTA_VALUE_TOO_LONG;
}

static enum csta_value flag_read(const struct csta_field *field, struct span text, void *member)
{
	(void)field;
	return csta_flag_read(text, member);
}

static enum csta_value number_read(const struct csta_field *field, struct span text, void *member)
{
	(void)field;
	if (text.n == 0)
		return CSTA_VALUE_ABSENT;
	return span_u32(text, member) ? CSTA_VALUE_OK : CSTA_VALUE_BAD;
}

static enum csta_value enum_read(const struct csta_field *field, struct span text, void *member)
{
	uint32_t value;

	if (text.n == 0)
		return CSTA_VALUE_ABSENT;
	value = csta_word_find(field->arg, text);
	if (value == 0)
		return CSTA_VALUE_BAD;
	*(uint32_t *)member = value;
	return CSTA_VALUE_OK;
}

// One more word at the end of the list.
static enum csta_value words_read(const struct csta_field *field, struct span text, void *member)
{
	uint32_t *count = member;
	uint32_t *items = count + CSTA_LIST_ITEMS / sizeof(*count);

	if (*count >= csta_list_room(field))
		return CSTA_VALUE_BAD;
	items[*count] = csta_word_find(field->arg, text);
	if (items[*count] == 0)
		return CSTA_VALUE_BAD;
	++*count;
	return CSTA_VALUE_OK;
}

static enum csta_value empty_read(const struct csta_field *field, struct span text, void *member)
{
	(void)field;
	(void)text;
	(void)member;
	return CSTA_VALUE_OK;
}

static enum csta_value (*const readers[CSTA_KINDS])(const struct csta_field *field,
	struct span text, void *member) = {
	[CSTA_KIND_TEXT] = text_read,
	[CSTA_KIND_DEVICE] = text_read,
	[CSTA_KIND_FLAG] = flag_read,
	[CSTA_KIND_NUMBER] = number_read,
	[CSTA_KIND_ENUM] = enum_read,
	[CSTA_KIND_WORDS] = words_read,
	[CSTA_KIND_EMPTY] = empty_read,
};

enum csta_value csta_value_read(const struct csta_field *field, struct span text, void *member)
{
	assert(readers[field->kind] != NULL);
	return readers[field->kind](field, text, member);
}
