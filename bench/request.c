// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "bench/request.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { ARGS_MAX = 3 };

// CONNECTION is 201@CALL, 201@ (the device's only one) or @CALL; DEVICE 201; TEXT as it is; OBJECT
// a device or a connection.
enum arg_kind { ARG_NONE, ARG_CONNECTION, ARG_DEVICE, ARG_TEXT, ARG_OBJECT };

static const struct form {
	const char *service;
	struct {
		enum arg_kind kind;
		const char *path;
	} args[ARGS_MAX];
} forms[] = {
	{ "MakeCall",
		{ { ARG_DEVICE, "callingDevice" }, { ARG_DEVICE, "calledDirectoryNumber" } } },
	{ "AnswerCall", { { ARG_CONNECTION, "callToBeAnswered" } } },
	{ "ClearConnection", { { ARG_CONNECTION, "connectionToBeCleared" } } },
	{ "ClearCall", { { ARG_CONNECTION, "callToBeCleared" } } },
	{ "HoldCall", { { ARG_CONNECTION, "callToBeHeld" } } },
	{ "RetrieveCall", { { ARG_CONNECTION, "callToBeRetrieved" } } },
	{ "DeflectCall",
		{ { ARG_CONNECTION, "callToBeDiverted" }, { ARG_DEVICE, "newDestination" } } },
	{ "ConsultationCall",
		{ { ARG_CONNECTION, "existingCall" }, { ARG_DEVICE, "consultedDevice" } } },
	{ "AlternateCall", { { ARG_CONNECTION, "heldCall" }, { ARG_CONNECTION, "activeCall" } } },
	{ "ReconnectCall", { { ARG_CONNECTION, "activeCall" }, { ARG_CONNECTION, "heldCall" } } },
	{ "TransferCall", { { ARG_CONNECTION, "heldCall" }, { ARG_CONNECTION, "activeCall" } } },
	{ "ConferenceCall", { { ARG_CONNECTION, "heldCall" }, { ARG_CONNECTION, "activeCall" } } },
	{ "SingleStepTransferCall",
		{ { ARG_CONNECTION, "activeCall" }, { ARG_DEVICE, "transferredTo" } } },
	{ "SingleStepConferenceCall",
		{ { ARG_CONNECTION, "activeCall" }, { ARG_DEVICE, "deviceToJoin" } } },
	{ "GenerateDigits", { { ARG_CONNECTION, "connectionToSendDigits" },
				    { ARG_TEXT, "charactersToSend" } } },
	{ "GetDoNotDisturb", { { ARG_DEVICE, "device" } } },
	{ "SetDoNotDisturb", { { ARG_DEVICE, "device" }, { ARG_TEXT, "doNotDisturbOn" } } },
	{ "GetForwarding", { { ARG_DEVICE, "device" } } },
	{ "SetForwarding", { { ARG_DEVICE, "device" }, { ARG_TEXT, "activateForward" },
				   { ARG_DEVICE, "forwardDN" } } },
	{ "GetMessageWaitingIndicator", { { ARG_DEVICE, "device" } } },
	{ "SetMessageWaitingIndicator",
		{ { ARG_DEVICE, "device" }, { ARG_TEXT, "messageWaitingOn" } } },
	{ "SnapshotDevice", { { ARG_DEVICE, "snapshotObject" } } },
	{ "SnapshotCall", { { ARG_CONNECTION, "snapshotObject" } } },
	{ "MonitorStart", { { ARG_OBJECT, "monitorObject" } } },
	{ "MonitorStop", { { ARG_TEXT, "monitorCrossRefID" } } },
	{ "ChangeMonitorFilter", { { ARG_TEXT, "monitorCrossRefID" } } },
	{ "RequestSystemStatus", { { 0 } } },
	{ "SystemStatus", { { 0 } } },
	{ "SystemRegister", { { 0 } } },
	{ "SystemRegisterCancel", { { ARG_TEXT, "sysStatRegisterID" } } },
	{ "GetCSTAFeatures", { { 0 } } },
	{ "GetLogicalDeviceInformation", { { ARG_DEVICE, "device" } } },
	{ "GetPhysicalDeviceInformation", { { ARG_DEVICE, "device" } } },
	{ "GetSwitchingFunctionCapabilities", { { 0 } } },
	{ "GetSwitchingFunctionDevices", { { 0 } } },
};

struct out {
	char *text;
	size_t size;
	size_t n;
};

static void put(struct out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct out *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	out->n += (size_t)vsnprintf(out->text + out->n, out->size - out->n, format, args);
	va_end(args);
}

// <outer><inner>
static void put_open(struct out *out, const char *path)
{
	for (size_t n = strcspn(path, "/="); n > 0; n = strcspn(path, "/=")) {
		put(out, "<%.*s>", (int)n, path);
		path += n;
		path += *path == '/';
		if (*path == '=')
			return;
	}
}

static void put_close(struct out *out, const char *path)
{
	size_t n = strcspn(path, "=");

	while (n > 0) {
		size_t from = n;

		while (from > 0 && path[from - 1] != '/')
			from--;
		put(out, "</%.*s>", (int)(n - from), path + from);
		n = from > 0 ? from - 1 : 0;
	}
}

static void put_connection(struct out *out, const char *path, const char *word)
{
	const char *at = strchr(word, '@');

	put_open(out, path);
	if (at[1] != '\0')
		put(out, "<callID>%s</callID>", at + 1);
	if (at != word)
		put(out, "<deviceID>tel:%.*s</deviceID>", (int)(at - word), word);
	put_close(out, path);
}

static void put_text(struct out *out, const char *path, const char *scheme, const char *text)
{
	put_open(out, path);
	put(out, "%s%s", scheme, text);
	put_close(out, path);
}

static bool put_arg(struct out *out, enum arg_kind kind, const char *path, const char *word)
{
	bool connection = strchr(word, '@') != NULL;
	char inner[64];

	switch (kind) {
	case ARG_CONNECTION:
		if (connection)
			put_connection(out, path, word);
		return connection;
	case ARG_DEVICE:
		put_text(out, path,
			word[0] == '\0' || strchr(word, ':') != NULL ? "" : "tel:", word);
		return true;
	case ARG_TEXT:
		put_text(out, path, "", word);
		return true;
	case ARG_OBJECT:
		snprintf(inner, sizeof(inner), "%s/%s", path,
			connection ? "callObject" : "deviceObject");
		return put_arg(out, connection ? ARG_CONNECTION : ARG_DEVICE, inner, word);
	case ARG_NONE:
		break;
	}
	return false;
}

bool request_write(char *const *words, int count, char *xml, size_t size)
{
	struct out out = { xml, size, 0 };
	const struct form *form = NULL;
	unsigned arg = 0;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (strcmp(forms[i].service, words[0]) == 0)
			form = &forms[i];
	}
	if (form == NULL)
		return false;
	put(&out, "<%s>", form->service);
	for (int i = 1; i < count; i++) {
		const char *equals = strchr(words[i], '=');

		if (equals != NULL)
			put_text(&out, words[i], "", equals + 1);
		else if (arg == ARGS_MAX ||
			 !put_arg(&out, form->args[arg].kind, form->args[arg].path, words[i]))
			return false;
		else
			arg++;
	}
	put(&out, "</%s>", form->service);
	return out.n < size;
}
