// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/csta/errors.h"

static const struct {
	enum csta_error_category category;
	unsigned word;
} errors[REFUSAL_KINDS] = {
	[REFUSED_NOT] = { CSTA_ERROR_UNSPECIFIED, 0 },
#define X(name, category, word) [name] = { CSTA_ERROR_##category, word },
	REFUSALS(X)
#undef X
};

void refusal_write(enum refusal refusal, struct csta_msg *answer)
{
	csta_error_set(answer, errors[refusal].category, errors[refusal].word);
}

const char *refusal_name(enum refusal refusal)
{
	unsigned word = errors[refusal].word;

	switch (errors[refusal].category) {
	case CSTA_ERROR_OPERATION:
		return csta_operation_error_name((enum csta_operation_error)word);
	case CSTA_ERROR_STATE:
		return csta_state_error_name((enum csta_state_error)word);
	case CSTA_ERROR_RESOURCE:
		return csta_resource_error_name((enum csta_resource_error)word);
	case CSTA_ERROR_SUBSCRIBED:
		return csta_subscribed_error_name((enum csta_subscribed_error)word);
	default:
		return "unspecified";
	}
}

// Elements whose bad content has a word of its own.
static const struct {
	const char *element;
	enum refusal refusal;
} bad_elements[] = {
	{ "callID", REFUSED_CALL },
	{ "deviceID", REFUSED_DEVICE },
	{ "device", REFUSED_DEVICE },
	{ "deviceObject", REFUSED_DEVICE },
	{ "snapshotObject", REFUSED_DEVICE },
	{ "callingDevice", REFUSED_CALLING_DEVICE },
	{ "calledDirectoryNumber", REFUSED_CALLED_DEVICE },
	{ "newDestination", REFUSED_DESTINATION_DEVICE },
	{ "consultedDevice", REFUSED_DESTINATION_DEVICE },
	{ "transferredTo", REFUSED_DESTINATION_DEVICE },
	{ "deviceToJoin", REFUSED_DESTINATION_DEVICE },
	{ "monitorCrossRefID", REFUSED_CROSS_REF },
	{ "monitorObject", REFUSED_MONITOR_OBJECT },
	{ "requestedMonitorFilter", REFUSED_MONITOR_FILTER },
	{ "doNotDisturbOn", REFUSED_DO_NOT_DISTURB },
	{ "activateForward", REFUSED_FORWARD_FLAG },
	{ "forwardingType", REFUSED_FORWARD_TYPE },
	{ "forwardDN", REFUSED_FORWARD_TO },
	{ "messageWaitingOn", REFUSED_MESSAGE_WAITING },
	{ "charactersToSend", REFUSED_TONE_CHARACTER },
	{ "requestedFilterList", REFUSED_MONITOR_FILTER },
};

static enum refusal refusal_of_element(struct span element, enum refusal otherwise)
{
	for (size_t i = 0; i < sizeof(bad_elements) / sizeof(bad_elements[0]); i++) {
		if (span_eq(element, span_str(bad_elements[i].element)))
			return bad_elements[i].refusal;
	}
	return otherwise;
}

enum refusal refusal_of_verdict(enum csta_verdict verdict, struct span element)
{
	switch (verdict) {
	case CSTA_READ_OK:
		return REFUSED_NOT;
	case CSTA_READ_UNKNOWN_SERVICE:
		return REFUSED_SERVICE;
	case CSTA_READ_MISSING_ELEMENT:
		return span_eq(element, SPAN("monitorObject")) ? REFUSED_MONITOR_OBJECT
							       : REFUSED_MISSING;
	case CSTA_READ_TEXT_TOO_LONG:
		return refusal_of_element(element, REFUSED_RANGE);
	default:
		return refusal_of_element(element, REFUSED_VALUE);
	}
}

enum refusal refusal_of_result(
	enum call_result result, enum refusal wrong_state, enum refusal out_of_service)
{
	const enum refusal refusals[] = {
		[CALL_OK] = REFUSED_NOT,
		[CALL_BAD_NUMBER] = REFUSED_CALLED_DEVICE,
		[CALL_BAD_STATE] = wrong_state,
		[CALL_SAME_DEVICE] = REFUSED_NOT_DIFFERENT,
		[CALL_LOOP] = REFUSED_NO_MEMORY,
		[CALL_TOO_MANY] = REFUSED_TOO_MANY_PARTIES,
		[CALL_NO_MIXER] = REFUSED_NO_MIXER,
		[CALL_NO_PROMPT] = REFUSED_CALLING_KIND,
		[CALL_OUT_OF_SERVICE] = out_of_service,
		[CALL_NO_LINE] = REFUSED_NO_LINE,
		[CALL_NO_MEMORY] = REFUSED_NO_MEMORY,
	};

	return refusals[result];
}
