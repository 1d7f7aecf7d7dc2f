// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include <stdio.h>
#include <string.h>

#include "xmlcodec/table.h"

static const char *const type_names[CSTA_TYPES] = {
	[CSTA_NONE] = "-",
	[CSTA_UNKNOWN] = "unknown",
#define CSTA_M(type, root, member, ROWS) [type] = root,
#define CSTA_E(type, root) [type] = root,
	CSTA_MESSAGES(CSTA_M, CSTA_E)
#undef CSTA_E
#undef CSTA_M
};

static const struct span ns_strings[CSTA_NS_OTHER] = {
	[CSTA_NS_NONE] = { "", 0 },
#define CSTA_N(name, string) [name] = { string, sizeof(string) - 1 },
	CSTA_NAMESPACES(CSTA_N)
#undef CSTA_N
};

static const char *const verdict_names[CSTA_READ_VERDICTS] = {
#define X(name, text) [name] = text,
	CSTA_VERDICTS(X)
#undef X
};

const char *csta_type_name(enum csta_type type)
{
	return type < CSTA_TYPES ? type_names[type] : "?";
}

const char *csta_verdict_name(enum csta_verdict verdict)
{
	return verdict < CSTA_READ_VERDICTS ? verdict_names[verdict] : "?";
}

const char *csta_ns_string(enum csta_ns ns)
{
	bool known = ns > CSTA_NS_NONE && ns < CSTA_NS_OTHER;

	return ns_strings[known ? ns : CSTA_NS_ED3].p;
}

enum csta_ns csta_ns_find(struct span string)
{
	for (int ns = 0; ns < CSTA_NS_OTHER; ns++) {
		if (span_eq(string, ns_strings[ns]))
			return (enum csta_ns)ns;
	}
	return CSTA_NS_OTHER;
}

// In the list of messages a request is followed by its response.
enum csta_type csta_response_type(enum csta_type type)
{
	size_t n;

	if (type <= CSTA_UNKNOWN || type + 1 >= CSTA_TYPES)
		return CSTA_NONE;
	n = strlen(type_names[type]);
	if (strncmp(type_names[type], type_names[type + 1], n) != 0 ||
		strcmp(type_names[type + 1] + n, "Response") != 0)
		return CSTA_NONE;
	return (enum csta_type)(type + 1);
}

void csta_msg_init(struct csta_msg *msg, enum csta_type type)
{
	memset(msg, 0, offsetof(struct csta_msg, body) + csta_shape_of(type)->size);
	msg->type = (uint16_t)type;
}

// A list that ends the structure travels without its unused items.
size_t csta_msg_size(const struct csta_msg *msg)
{
	size_t head = offsetof(struct csta_msg, body);
	const struct csta_shape *shape;

	if (msg->type >= CSTA_TYPES)
		return head;
	shape = csta_shape_of(msg->type);
	for (int i = 0; i < shape->n; i++) {
		const struct csta_field *f = &shape->fields[i];
		const void *list = (const uint8_t *)&msg->body + f->offset;

		if (f->kind == CSTA_KIND_LIST)
			return head + f->offset + CSTA_LIST_ITEMS +
				csta_list_count(f, list) * csta_item_size(f);
	}
	return head + shape->size;
}

bool csta_connection_set(struct csta_connection *connection, const char *call_id,
	const char *device_id)
{
	bool call = span_copy(span_str(call_id), connection->call_id, CSTA_CALL_ID_SIZE);
	bool device = span_copy(span_str(device_id), connection->device_id, CSTA_DEVICE_SIZE);

	connection->present = 0;
	connection->has.call_id = true;
	connection->has.device_id = true;
	return call && device;
}

bool csta_subject_set(struct csta_subject *subject, const char *device)
{
	bool known = device != NULL && device[0] != '\0';

	subject->kind = known ? CSTA_SUBJECT_DEVICE : CSTA_SUBJECT_NOT_KNOWN;
	return span_copy(known ? span_str(device) : SPAN(""), subject->device,
		sizeof(subject->device));
}

void csta_error_set(struct csta_msg *msg, enum csta_error_category category, unsigned word)
{
	const struct csta_shape *shape = csta_shape_of(CSTA_ERROR_CODE);
	const struct csta_field *f;

	csta_msg_init(msg, CSTA_ERROR_CODE);
	assert(category < shape->n);
	f = &shape->fields[category];
	msg->body.error_code.present = UINT32_C(1) << category;
	if (f->kind == CSTA_KIND_ENUM)
		*(uint32_t *)((uint8_t *)&msg->body + f->offset) = word;
}
