// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The documents in tests/golden/csta/, not made by the codec, against what it makes. They are
// indented for people; between tags the white space does not count.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/unit/guard.h"
#include "xmlcodec/csta.h"

static const char *folder;
static struct csta_reader reader;

static int set_up(void **state)
{
	(void)state;
	csta_init();
	return csta_reader_init(&reader);
}

static int tear_down(void **state)
{
	(void)state;
	csta_reader_fini(&reader);
	return 0;
}

// The file of a type; its length.
static size_t load(enum csta_type type, char *text, size_t size)
{
	char path[512];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s.xml", folder, csta_type_name(type));
	file = fopen(path, "r");
	if (file == NULL)
		print_error("no %s\n", path);
	assert_non_null(file);
	n = fread(text, 1, size - 1, file);
	fclose(file);
	assert_true(n > 0 && n < size - 1);
	text[n] = '\0';
	return n;
}

// Takes out white space that stands beside a tag.
static void squeeze(char *text)
{
	char *out = text;

	for (const char *p = text; *p != '\0'; p++) {
		const char *next = p + strspn(p, " \n");

		if (next > p && (out == text || out[-1] == '>' || *next == '<' || *next == '\0')) {
			p = next - 1;
			continue;
		}
		*out++ = *p;
	}
	*out = '\0';
}

static void assert_golden(const struct csta_msg *msg)
{
	static char golden[CSTA_BODY_MAX];
	static char written[CSTA_BODY_MAX];
	ssize_t n;

	load(msg->type, golden, sizeof(golden));
	squeeze(golden);
	n = csta_write(msg, NULL, written, sizeof(written) - 1);
	assert_true(n > 0);
	written[n] = '\0';
	squeeze(written);
	assert_string_equal(written, golden);
}

// Each golden document read and written again is itself, and its every prefix is no document.
static void read_and_write_again(void **state)
{
	static char golden[CSTA_BODY_MAX];

	(void)state;
	for (int type = CSTA_UNKNOWN + 1; type < CSTA_TYPES; type++) {
		size_t n = load((enum csta_type)type, golden, sizeof(golden));
		struct csta_msg msg;

		assert_int_equal(csta_read(&reader, golden, n, &msg), CSTA_READ_OK);
		assert_int_equal(reader.skipped, 0);
		assert_int_equal(msg.type, type);
		assert_int_equal(msg.ns, CSTA_NS_ED3);
		assert_golden(&msg);
	}
}

static void truncated(void **state)
{
	static char golden[CSTA_BODY_MAX];

	(void)state;
	for (int type = CSTA_UNKNOWN + 1; type < CSTA_TYPES; type++) {
		size_t n = load((enum csta_type)type, golden, sizeof(golden));
		struct csta_msg msg;

		while (n > 0 && golden[n - 1] == '\n')
			n--;
		for (size_t cut = 0; cut < n; cut++) {
			char *body = guard_copy(golden, cut);
			enum csta_verdict verdict = csta_read(&reader, body, cut, &msg);

			guard_free(body, cut);
			// Cut inside the declaration, it is the encoding's name that is odd.
			assert_true(verdict == CSTA_READ_NOT_XML ||
				(cut < 40 && verdict == CSTA_READ_BAD_ENCODING));
			assert_int_equal(msg.type, CSTA_NONE);
			assert_int_equal(reader.ns.n, 0);
		}
	}
}

// --- what the engine sends in a session, built member by member ----------------------------------

#define LINE "tel:201;phone-context=dialstring"
#define GCID "1E2E34835ACB11DEBA9EF925DF2AFB55"
#define GCID_TAKEN_IN "2F3A81C05ACB11DEBA9EF925DF2AFB56"

static void responses(void **state)
{
	struct csta_snapshot_device_item *item;
	struct csta_forward_item *forward;
	struct csta_msg m;

	(void)state;
	csta_msg_init(&m, CSTA_REQUEST_SYSTEM_STATUS_RESPONSE);
	m.body.request_system_status_response.status = CSTA_STATUS_NORMAL;
	assert_golden(&m);

	csta_msg_init(&m, CSTA_MONITOR_START_RESPONSE);
	strcpy(m.body.monitor_start_response.cross_ref, "m0007");
	m.body.monitor_start_response.has.existing_calls = true;
	m.body.monitor_start_response.existing_calls = true;
	assert_golden(&m);

	csta_msg_init(&m, CSTA_MAKE_CALL_RESPONSE);
	csta_connection_set(&m.body.make_call_response.connection, "7f01", LINE);
	m.body.make_call_response.has.gcid = true;
	strcpy(m.body.make_call_response.gcid, GCID);
	assert_golden(&m);

	csta_msg_init(&m, CSTA_HOLD_CALL_RESPONSE);
	assert_golden(&m);

	csta_msg_init(&m, CSTA_SNAPSHOT_DEVICE_RESPONSE);
	m.body.snapshot_device_response.connections.count = 1;
	item = &m.body.snapshot_device_response.connections.items[0];
	csta_connection_set(&item->connection, "7f01", "tel:201");
	item->has.states = true;
	item->states.count = 2;
	item->states.items[0] = CSTA_STATE_CONNECTED;
	item->states.items[1] = CSTA_STATE_HOLD;
	item->has.permitted = true;
	item->permitted.call_control = CSTA_BIT(CSTA_PERMITTED_CLEAR_CONNECTION) |
		CSTA_BIT(CSTA_PERMITTED_HOLD_CALL);
	item->has.gcid = true;
	strcpy(item->gcid, GCID);
	assert_golden(&m);

	csta_msg_init(&m, CSTA_GET_FORWARDING_RESPONSE);
	m.body.get_forwarding_response.items.count = 1;
	forward = &m.body.get_forwarding_response.items.items[0];
	forward->has.type = true;
	forward->type = CSTA_FORWARD_IMMEDIATE;
	forward->on = true;
	forward->has.destination = true;
	strcpy(forward->destination, "tel:210");
	assert_golden(&m);

	csta_error_set(&m, CSTA_ERROR_OPERATION, CSTA_OPERATION_INVALID_DEVICE_ID);
	assert_golden(&m);
}

static void features(void **state)
{
	struct csta_get_csta_features_response *f;
	struct csta_msg m;

	(void)state;
	csta_msg_init(&m, CSTA_GET_CSTA_FEATURES_RESPONSE);
	f = &m.body.get_csta_features_response;
	f->services = CSTA_BIT(CSTA_SERVICE_GET_CSTA_FEATURES) |
		CSTA_BIT(CSTA_SERVICE_REQUEST_SYSTEM_STATUS) |
		CSTA_BIT(CSTA_SERVICE_SYSTEM_STATUS) | CSTA_BIT(CSTA_SERVICE_MONITOR_START) |
		CSTA_BIT(CSTA_SERVICE_MONITOR_STOP) | CSTA_BIT(CSTA_SERVICE_SNAPSHOT_DEVICE) |
		CSTA_BIT(CSTA_SERVICE_ALTERNATE_CALL) | CSTA_BIT(CSTA_SERVICE_ANSWER_CALL) |
		CSTA_BIT(CSTA_SERVICE_CLEAR_CONNECTION) |
		CSTA_BIT(CSTA_SERVICE_CONSULTATION_CALL) | CSTA_BIT(CSTA_SERVICE_DEFLECT_CALL) |
		CSTA_BIT(CSTA_SERVICE_HOLD_CALL) | CSTA_BIT(CSTA_SERVICE_MAKE_CALL) |
		CSTA_BIT(CSTA_SERVICE_RECONNECT_CALL) | CSTA_BIT(CSTA_SERVICE_RETRIEVE_CALL) |
		CSTA_BIT(CSTA_SERVICE_SINGLE_STEP_TRANSFER) |
		CSTA_BIT(CSTA_SERVICE_TRANSFER_CALL) | CSTA_BIT(CSTA_SERVICE_GENERATE_DIGITS) |
		CSTA_BIT(CSTA_SERVICE_SET_MESSAGE_WAITING) |
		CSTA_BIT(CSTA_SERVICE_GET_DO_NOT_DISTURB) |
		CSTA_BIT(CSTA_SERVICE_GET_FORWARDING) | CSTA_BIT(CSTA_SERVICE_SET_FORWARDING) |
		CSTA_BIT(CSTA_SERVICE_SET_DO_NOT_DISTURB);
	f->has.events = true;
	f->events = CSTA_BIT(CSTA_EVENT_CONNECTION_CLEARED) | CSTA_BIT(CSTA_EVENT_DELIVERED) |
		CSTA_BIT(CSTA_EVENT_DIVERTED) | CSTA_BIT(CSTA_EVENT_ESTABLISHED) |
		CSTA_BIT(CSTA_EVENT_FAILED) | CSTA_BIT(CSTA_EVENT_HELD) |
		CSTA_BIT(CSTA_EVENT_ORIGINATED) | CSTA_BIT(CSTA_EVENT_RETRIEVED) |
		CSTA_BIT(CSTA_EVENT_SERVICE_INITIATED) | CSTA_BIT(CSTA_EVENT_TRANSFERRED) |
		CSTA_BIT(CSTA_EVENT_DO_NOT_DISTURB) | CSTA_BIT(CSTA_EVENT_FORWARDING);
	assert_golden(&m);
}

static void call_events(void **state)
{
	struct csta_service_initiated_event *initiated;
	struct csta_delivered_event *delivered;
	struct csta_connection_cleared_event *cleared;
	struct csta_msg m;

	(void)state;
	csta_msg_init(&m, CSTA_SERVICE_INITIATED_EVENT);
	initiated = &m.body.service_initiated_event;
	strcpy(initiated->cross_ref, "m0007");
	csta_connection_set(&initiated->connection, "7f01", LINE);
	csta_subject_set(&initiated->initiating_device, LINE);
	initiated->has.local = true;
	initiated->local = CSTA_STATE_INITIATED;
	initiated->cause = CSTA_CAUSE_MAKE_CALL;
	assert_golden(&m);

	csta_msg_init(&m, CSTA_DELIVERED_EVENT);
	delivered = &m.body.delivered_event;
	strcpy(delivered->cross_ref, "m0007");
	csta_connection_set(&delivered->connection, "7f01", "tel:202");
	csta_subject_set(&delivered->alerting_device, "tel:202");
	csta_subject_set(&delivered->calling_device, "tel:201");
	csta_subject_set(&delivered->called_device, "tel:202");
	delivered->last_redirection.kind = CSTA_SUBJECT_NOT_REQUIRED;
	delivered->has.local = true;
	delivered->local = CSTA_STATE_CONNECTED;
	delivered->cause = CSTA_CAUSE_NEW_CALL;
	assert_golden(&m);

	csta_msg_init(&m, CSTA_CONNECTION_CLEARED_EVENT);
	cleared = &m.body.connection_cleared_event;
	strcpy(cleared->cross_ref, "m0007");
	csta_connection_set(&cleared->connection, "7f01", "tel:201");
	csta_subject_set(&cleared->releasing_device, "tel:201");
	cleared->has.local = true;
	cleared->local = CSTA_STATE_NULL;
	cleared->cause = CSTA_CAUSE_NORMAL_CLEARING;
	assert_golden(&m);
}

static void joined(struct csta_connection_item *item, const char *old_call, const char *device)
{
	item->has.new_connection = true;
	item->has.old_connection = true;
	item->has.endpoint = true;
	csta_connection_set(&item->new_connection, "7f01", device);
	csta_connection_set(&item->old_connection, old_call, device);
	csta_subject_set(&item->endpoint, device);
}

static void transferred(void **state)
{
	struct csta_transferred_event *e;
	struct csta_msg m;

	(void)state;
	csta_msg_init(&m, CSTA_TRANSFERRED_EVENT);
	e = &m.body.transferred_event;
	strcpy(e->cross_ref, "m0009");
	csta_connection_set(&e->primary_old_call, "7f01", "tel:201");
	e->has.secondary_old_call = true;
	csta_connection_set(&e->secondary_old_call, "7f02", "tel:201");
	csta_subject_set(&e->transferring_device, "tel:201");
	csta_subject_set(&e->transferred_to, "tel:202");
	e->connections.count = 2;
	joined(&e->connections.items[0], "7f01", "tel:203");
	joined(&e->connections.items[1], "7f02", "tel:202");
	e->has.local = true;
	e->local = CSTA_STATE_CONNECTED;
	e->cause = CSTA_CAUSE_TRANSFER;
	e->has.linkages = true;
	strcpy(e->linkages.now, GCID);
	strcpy(e->linkages.before, GCID_TAKEN_IN);
	assert_golden(&m);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_and_write_again),
		cmocka_unit_test(truncated),
		cmocka_unit_test(responses),
		cmocka_unit_test(features),
		cmocka_unit_test(call_events),
		cmocka_unit_test(transferred),
	};

	if (argc != 2) {
		fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	folder = argv[1];
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
