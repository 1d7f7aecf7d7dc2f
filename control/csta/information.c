// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Capability exchange (ECMA-269, capability exchange services): what the engine and its devices are
// able to do. What is claimed comes from the tables of services and events.
#include <stdio.h>

#include "control/csta/service.h"
#include "control/csta/session.h"
#include "control/phone/phone.h"

enum {
	SEGMENTS_A_TURN = 4, // of a list of devices
	RING_PATTERNS = 3,   // inside, outside, feature
};

// True to the letter: what has a row is served where a device is able to do it, what has a row in
// the tables of events is told.
enum refusal serve_get_csta_features(struct request *request)
{
	struct csta_get_csta_features_response *features =
		&request->answer->body.get_csta_features_response;
	struct claims claims = claims_make(request->engine);

	features->services = claims.services;
	features->has.events = true;
	features->events = claims.events;
	return REFUSED_NOT;
}

// --- groups --------------------------------------------------------------------------------------

// The groups of services and of events stand in their lists one after the other, and alone, in the
// same order, in lists of their own.
static uint64_t group_of(uint64_t whole, unsigned first, unsigned n)
{
	return whole >> first & (CSTA_BIT(n) - 1);
}

#define SERVICE_GROUP(claims, group, first) \
	group_of((claims).services, CSTA_SERVICE_##first, CSTA_BITS_OF_##group)
#define EVENT_GROUP(claims, group, first) \
	group_of((claims).events, CSTA_EVENT_##first, CSTA_BITS_OF_##group)

// --- profiles ------------------------------------------------------------------------------------

// What a profile of ECMA TR/87 asks for, as bits of services and of events.
#define S(name) CSTA_BIT(CSTA_SERVICE_##name)
#define E(name) CSTA_BIT(CSTA_EVENT_##name)
#define MINIMAL_SERVICES \
	(S(ANSWER_CALL) | S(CLEAR_CONNECTION) | S(MAKE_CALL) | S(MONITOR_START) | \
		S(MONITOR_STOP) | S(REQUEST_SYSTEM_STATUS))
#define MINIMAL_EVENTS \
	(E(CONNECTION_CLEARED) | E(DELIVERED) | E(ESTABLISHED) | E(FAILED) | E(ORIGINATED) | \
		E(SERVICE_INITIATED))
#define BASIC_SERVICES \
	(MINIMAL_SERVICES | S(DEFLECT_CALL) | S(HOLD_CALL) | S(RETRIEVE_CALL) | \
		S(SINGLE_STEP_TRANSFER))
#define BASIC_EVENTS (MINIMAL_EVENTS | E(DIVERTED) | E(HELD) | E(RETRIEVED) | E(TRANSFERRED))

static const struct {
	enum csta_profiles_bit profile;
	uint64_t services;
	uint64_t events;
} profiles[] = {
	{ CSTA_PROFILE_MINIMAL, MINIMAL_SERVICES, MINIMAL_EVENTS },
	{ CSTA_PROFILE_BASIC, BASIC_SERVICES, BASIC_EVENTS },
	{ CSTA_PROFILE_ADVANCED,
		BASIC_SERVICES | S(ALTERNATE_CALL) | S(CONSULTATION_CALL) | S(RECONNECT_CALL) |
			S(TRANSFER_CALL) | S(GENERATE_DIGITS),
		BASIC_EVENTS | E(DIGITS_GENERATED) },
	{ CSTA_PROFILE_CONFERENCING, S(CONFERENCE_CALL) | S(SINGLE_STEP_CONFERENCE),
		E(CONFERENCED) },
	{ CSTA_PROFILE_BASIC_DEVICE,
		S(GET_DO_NOT_DISTURB) | S(GET_FORWARDING) | S(SET_DO_NOT_DISTURB) |
			S(SET_FORWARDING),
		E(DO_NOT_DISTURB) | E(FORWARDING) },
};
#undef S
#undef E

static uint64_t profiles_kept(struct claims claims)
{
	uint64_t kept = 0;

	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++) {
		if ((profiles[i].services & ~claims.services) == 0 &&
			(profiles[i].events & ~claims.events) == 0)
			kept |= CSTA_BIT(profiles[i].profile);
	}
	return kept;
}

// Groups that are empty are left out.
static void lists_fill(struct csta_services_and_events *lists, struct claims claims)
{
#define GROUP(member, set) \
	do { \
		lists->member = (set); \
		lists->has.member = lists->member != 0; \
	} while (0)
	GROUP(cap_exchange, SERVICE_GROUP(claims, cap_exchange_services, GET_CSTA_FEATURES));
	GROUP(system_status, SERVICE_GROUP(claims, system_status_services, SYSTEM_REGISTER));
	GROUP(monitoring, SERVICE_GROUP(claims, monitoring_services, CHANGE_FILTER));
	GROUP(snapshot, SERVICE_GROUP(claims, snapshot_services, SNAPSHOT_CALL));
	GROUP(call_control, SERVICE_GROUP(claims, call_control_services, ACCEPT_CALL));
	GROUP(call_control_events, EVENT_GROUP(claims, call_control_events, BRIDGED));
	GROUP(call_associated, SERVICE_GROUP(claims, call_associated_services, ASSOCIATE_DATA));
	GROUP(call_associated_events,
		EVENT_GROUP(claims, call_associated_events, CALL_INFORMATION));
	GROUP(physical, SERVICE_GROUP(claims, physical_services, GET_MESSAGE_WAITING));
	GROUP(physical_events, EVENT_GROUP(claims, physical_events, MESSAGE_WAITING));
	GROUP(logical, SERVICE_GROUP(claims, logical_services, GET_DO_NOT_DISTURB));
	GROUP(logical_events, EVENT_GROUP(claims, logical_events, DO_NOT_DISTURB));
	GROUP(maintenance_events, EVENT_GROUP(claims, maintenance_events, BACK_IN_SERVICE));
#undef GROUP
}

// What is not there has no length.
static void lengths_fill(struct csta_max_lengths *lengths)
{
	lengths->call_id = TOKEN_SIZE - 1;
	lengths->device_ids = CSTA_DEVICE_SIZE - 1;
	lengths->characters = CSTA_DIGITS_SIZE - 1;
}

enum refusal serve_get_switching_function_capabilities(struct request *request)
{
	const char *name = request->engine->config->hostname;
	struct csta_get_switching_function_capabilities_response *answer =
		&request->answer->body.get_switching_function_capabilities_response;
	struct claims claims = claims_make(request->engine);

	snprintf(answer->domain_name, sizeof(answer->domain_name), "%.*s",
		(int)sizeof(answer->domain_name) - 1, name[0] != '\0' ? name : "offhook");
	snprintf(answer->manufacturer, sizeof(answer->manufacturer), "offhook");
	answer->profiles = profiles_kept(claims);
	answer->device_formats =
		CSTA_BIT(CSTA_DEVICE_FORMAT_ASTERISK) | CSTA_BIT(CSTA_DEVICE_FORMAT_HASH);
	answer->domain_features = CSTA_BIT(CSTA_DOMAIN_FORWARDING_BEFORE) |
				  CSTA_BIT(CSTA_DOMAIN_FAILED_WITHOUT_CONNECTION);
	if (claims.prompts)
		answer->domain_features |= CSTA_BIT(CSTA_DOMAIN_PROMPTING);
	answer->addressability = CSTA_BIT(CSTA_APPEARANCES_NOT_ADDRESSABLE);
	answer->appearance_types = CSTA_BIT(CSTA_APPEARANCES_SELECTED_STANDARD);
	answer->unsupported = CSTA_UNSUPPORTED_IGNORED;
	answer->has.media_class = true;
	answer->media_class = CSTA_BIT(CSTA_MEDIA_VOICE);
	answer->has.correlator_data = true;
	answer->connection_view = CSTA_VIEW_FIXED;
	lengths_fill(&answer->max_lengths);
	answer->has.lists = true;
	lists_fill(&answer->lists, claims);
	answer->has.status_timer_s = true;
	answer->status_timer_s = SYSTEM_STATUS_TIMER_S;
	return REFUSED_NOT;
}

// --- devices -------------------------------------------------------------------------------------

// The phone that carries the DN, in service or not; NULL: none does.
static const struct phone *dn_phone(const struct dn *dn)
{
	const struct line *line = TAILQ_FIRST(&dn->lines);

	return line != NULL ? line->phone : NULL;
}

static const struct phone_model *dn_model(const struct dn *dn)
{
	const struct phone *phone = dn_phone(dn);

	return phone != NULL ? phone_model(phone) : NULL;
}

// One call of a device is active, all its channels may hold one. Of a device that could not make a
// conference nothing is said of one.
enum refusal serve_get_logical_device_information(struct request *request)
{
	struct csta_get_logical_device_information_response *answer =
		&request->answer->body.get_logical_device_information_response;
	struct claims claims = claims_make(request->engine);

	answer->has.category = true;
	answer->category = CSTA_CATEGORY_STATION;
	answer->has_physical_element = dn_phone(request->dn) != NULL;
	answer->appearance_addressable = false;
	answer->appearance_type = CSTA_APPEARANCE_SELECTED_STANDARD;
	answer->has.max_active_calls = true;
	answer->max_active_calls = 1;
	answer->has.max_held_calls = true;
	answer->max_held_calls = request->dn->channels;
	answer->has.max_conference_devices = (dn_abilities(request->dn) & ABLE_TO_MIX) != 0;
	answer->max_conference_devices = CONFERENCE_PARTIES;
	answer->services = SERVICE_GROUP(claims, logical_services, GET_DO_NOT_DISTURB);
	answer->has.services = answer->services != 0;
	answer->events = EVENT_GROUP(claims, logical_events, DO_NOT_DISTURB);
	answer->has.events = answer->events != 0;
	answer->maintenance_events = EVENT_GROUP(claims, maintenance_events, BACK_IN_SERVICE);
	answer->has.maintenance_events = answer->maintenance_events != 0;
	return REFUSED_NOT;
}

enum refusal serve_get_physical_device_information(struct request *request)
{
	struct csta_get_physical_device_information_response *answer =
		&request->answer->body.get_physical_device_information_response;
	struct claims claims = claims_make(request->engine);
	const struct phone_model *model = dn_model(request->dn);

	if (dn_phone(request->dn) == NULL)
		return REFUSED_DEVICE_KIND;
	answer->has.category = true;
	answer->category = CSTA_CATEGORY_STATION;
	answer->has_logical_element = true;
	answer->has.model = model != NULL;
	answer->has.max_buttons = model != NULL;
	if (model != NULL) {
		snprintf(answer->model, sizeof(answer->model), "%s", model->name);
		answer->max_buttons = model->buttons;
	}
	answer->has.max_ring_patterns = true;
	answer->max_ring_patterns = RING_PATTERNS;
	answer->services = SERVICE_GROUP(claims, physical_services, GET_MESSAGE_WAITING);
	answer->has.services = answer->services != 0;
	answer->events = EVENT_GROUP(claims, physical_events, MESSAGE_WAITING);
	answer->has.events = answer->events != 0;
	return REFUSED_NOT;
}

// --- the list of devices -------------------------------------------------------------------------

// From this one on the next that clients may watch.
static struct dn *watched_from(const struct engine *engine, struct dn *dn)
{
	while (dn != NULL && !dn_is_watched(engine, dn))
		dn = TAILQ_NEXT(dn, all);
	return dn;
}

static void device_list(
	const struct session *session, struct dn *dn, struct csta_device_item_list *list)
{
	struct csta_device_item *item = &list->items[list->count++];
	struct viewer viewer = { session, session->dn, session->line, session->style };
	const struct phone_model *model = dn_model(dn);

	device_write(session->engine, &viewer, dn, "", item->device);
	item->has.category = true;
	item->category = CSTA_CATEGORY_STATION;
	item->has.model = model != NULL;
	if (model != NULL)
		snprintf(item->model, sizeof(item->model), "%s", model->name);
}

static void listing_ref(const struct session *session, char ref[CSTA_CROSS_REF_SIZE])
{
	snprintf(ref, CSTA_CROSS_REF_SIZE, "d%u-%u", session->id, session->listing.number);
}

// One message of the list; `alone`: with one device.
static void segment_send(struct session *session, bool alone)
{
	struct listing *listing = &session->listing;
	struct csta_switching_function_devices *devices;
	struct command command;

	csta_msg_init(&command.csta_event, CSTA_SWITCHING_FUNCTION_DEVICES);
	command.csta_event.ns = session->ns;
	devices = &command.csta_event.body.switching_function_devices;
	listing_ref(session, devices->service_ref);
	devices->has.segment = true;
	devices->segment = ++listing->segment;
	while (listing->next != NULL &&
		devices->devices.count < ARRAY_SIZE(devices->devices.items)) {
		device_list(session, listing->next, &devices->devices);
		listing->next =
			alone ? NULL
			      : watched_from(session->engine, TAILQ_NEXT(listing->next, all));
	}
	devices->last = listing->next == NULL;
	session_invoke(session, &command);
}

static void listing_go_on(struct session *session)
{
	for (int i = 0; i < SEGMENTS_A_TURN && session->listing.next != NULL; i++)
		segment_send(session, false);
}

// A part of each list that is on its way, a turn.
static void listings_go_on(void *data)
{
	struct engine *engine = data;
	struct session *session;
	uint32_t cursor = 0;
	bool more = false;

	while ((session = session_next(engine, &cursor)) != NULL) {
		listing_go_on(session);
		more |= session->listing.next != NULL;
	}
	if (more)
		osmo_timer_schedule(&engine->listing_timer, 0, 1);
	engine_turn(engine);
}

// The devices follow the answer in messages of their own. One list at a time goes to a client.
enum refusal serve_get_switching_function_devices(struct request *request)
{
	const struct csta_get_switching_function_devices *asked =
		&request->msg->body.get_switching_function_devices;
	struct session *session = request->session;
	struct engine *engine = request->engine;
	struct dn *first = TAILQ_FIRST(&engine->dns);
	bool stations = !asked->has.category || asked->category == CSTA_CATEGORY_STATION;

	if (asked->has.device)
		first = device_asked(session, asked->device);
	if (asked->has.device && first == NULL)
		return REFUSED_DEVICE;
	if (asked->has.device && !dn_is_watched(engine, first))
		return REFUSED_PRIVILEGE;
	if (session->listing.next != NULL)
		return REFUSED_REQUESTS_OPEN;
	session->listing = (struct listing){
		.next = stations ? watched_from(engine, first) : NULL,
		.number = session->listing.number + 1,
	};
	listing_ref(
		session, request->answer->body.get_switching_function_devices_response.service_ref);
	segment_send(session, asked->has.device);
	if (session->listing.next != NULL && !osmo_timer_pending(&engine->listing_timer)) {
		osmo_timer_setup(&engine->listing_timer, listings_go_on, engine);
		osmo_timer_schedule(&engine->listing_timer, 0, 1);
	}
	return REFUSED_NOT;
}
