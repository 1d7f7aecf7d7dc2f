// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/sip/dialog.h"

#include <errno.h>
#include <stdlib.h>

#include "base/cursor.h"
#include "dataplane/sip/build.h"

int sip_dialogs_init(struct sip_dialogs *dialogs, uint8_t owner, uint32_t capacity,
	const struct siphash_key *key)
{
	uint32_t buckets = 16;

	while (buckets < capacity)
		buckets *= 2;
	*dialogs = (struct sip_dialogs){ .key = *key, .mask = buckets - 1 };
	dialogs->buckets = calloc(buckets, sizeof(struct sip_dialog *));
	if (dialogs->buckets == NULL)
		return -ENOMEM;
	return pool_init(&dialogs->pool, owner, capacity, sizeof(struct sip_dialog));
}

void sip_dialogs_fini(struct sip_dialogs *dialogs)
{
	pool_fini(&dialogs->pool);
	free(dialogs->buckets);
	*dialogs = (struct sip_dialogs){ 0 };
}

void sip_dialog_tag(
	const struct sip_dialogs *dialogs, const struct sip_dialog *dialog, char tag[TOKEN_SIZE])
{
	token_write(&dialogs->key, TOKEN_DIALOG, dialog->self, tag);
}

uint64_t sip_dialog_id(const struct sip_dialogs *dialogs, struct span call_id, struct span tag)
{
	uint64_t both[2] = { siphash(&dialogs->key, call_id.p, call_id.n),
		siphash(&dialogs->key, tag.p, tag.n) };

	return siphash(&dialogs->key, both, sizeof(both));
}

struct span sip_dialog_fixed(const struct sip_dialog *dialog)
{
	return span_of(dialog->text, dialog->fixed_n);
}

struct span sip_dialog_routes(const struct sip_dialog *dialog)
{
	return span_of(dialog->text + dialog->fixed_n, dialog->routes_n);
}

struct span sip_dialog_router(const struct sip_dialog *dialog)
{
	return span_of(dialog->text + dialog->fixed_n + dialog->routes_n, dialog->router_n);
}

struct span sip_dialog_target(const struct sip_dialog *dialog)
{
	size_t before = (size_t)dialog->fixed_n + dialog->routes_n + dialog->router_n;

	return span_of(dialog->text + before, dialog->target_n);
}

// --- making one
// -------------------------------------------------------------------------------------

static uint16_t put_identity(struct writer *w, const struct sip_msg *invite, const char *tag)
{
	sip_put_text(w, "Max-Forwards: 70\r\nFrom: ");
	sip_put_value(w, sip_value(invite, SIP_H_TO));
	sip_put_text(w, ";tag=");
	sip_put_text(w, tag);
	sip_put_text(w, "\r\nTo: ");
	sip_put_value(w, sip_value(invite, SIP_H_FROM));
	sip_put_text(w, "\r\nCall-ID: ");
	sip_put_value(w, sip_value(invite, SIP_H_CALL_ID));
	sip_put_text(w, "\r\n");
	return (uint16_t)writer_used(w);
}

// The address of a URI, when it has one and no name. What maddr says goes before the host (RFC 3261
// 19.1.1, RFC 3263 4).
static struct endpoint uri_endpoint(struct span text)
{
	struct endpoint e = { 0 };
	struct sip_uri uri;

	if (!sip_uri_parse(text, &uri))
		return e;
	sip_param(uri.params, SPAN("maddr"), &uri.host);
	if (addr_read(uri.host, &e.addr))
		e.port = uri.port == 0 ? SIP_PORT : uri.port;
	return e;
}

// The route set, in the order of Record-Route (12.1.1). False: one of them is no address.
static bool put_routes(struct writer *w, struct sip_dialog *dialog, const struct sip_msg *invite,
	struct span *router)
{
	struct sip_walk walk = sip_walk_of(invite, SIP_H_RECORD_ROUTE);
	struct sip_address address;
	struct sip_uri uri;
	struct span route, flag;
	size_t start = writer_used(w);

	while (sip_walk_next(&walk, &route)) {
		bool first = !dialog->routed;

		if (!sip_address_parse(route, &address) || !sip_uri_parse(address.uri, &uri))
			return false;
		dialog->routed = true;
		if (first)
			dialog->hop = uri_endpoint(address.uri);
		if (first && !sip_param(uri.params, SPAN("lr"), &flag)) {
			dialog->strict = true;
			*router = address.uri;
			continue;
		}
		sip_put_text(w, "Route: ");
		sip_put_value(w, route);
		sip_put_text(w, "\r\n");
	}
	dialog->routes_n = (uint16_t)(writer_used(w) - start);
	return true;
}

static unsigned dialog_fill(struct sip_dialogs *dialogs, struct sip_dialog *dialog,
	const struct sip_msg *invite, struct span contact)
{
	struct writer w = writer_of(dialog->text, sizeof(dialog->text));
	struct span router = SPAN_NONE;
	struct sip_address from;
	char tag[TOKEN_SIZE];

	if (!sip_address_parse(sip_value(invite, SIP_H_FROM), &from))
		return 400;
	sip_dialog_tag(dialogs, dialog, tag);
	dialog->id = sip_dialog_id(dialogs, sip_value(invite, SIP_H_CALL_ID), from.tag);
	dialog->fixed_n = put_identity(&w, invite, tag);
	if (!put_routes(&w, dialog, invite, &router))
		return 400;
	sip_put_value(&w, router);
	dialog->router_n = (uint16_t)router.n;
	if (w.fail || !sip_dialog_retarget(dialog, contact))
		return 513;
	return 0;
}

struct sip_dialog *sip_dialog_new(struct sip_dialogs *dialogs, const struct sip_msg *invite,
	struct span contact, unsigned *status)
{
	handle_t self;
	struct sip_dialog *dialog = pool_take(&dialogs->pool, &self);

	*status = 503;
	if (dialog == NULL)
		return NULL;
	dialog->self = self;
	dialog->remote_cseq = invite->cseq.number;
	*status = dialog_fill(dialogs, dialog, invite, contact);
	if (*status == 0)
		return dialog;
	pool_give(&dialogs->pool, dialog);
	return NULL;
}

bool sip_contact_read(const struct sip_msg *msg, struct span *target)
{
	struct sip_walk walk = sip_walk_of(msg, SIP_H_CONTACT);
	struct sip_address address;
	struct span element;
	struct sip_uri uri;

	if (!sip_walk_next(&walk, &element) || !sip_address_parse(element, &address) ||
		!sip_uri_parse(address.uri, &uri))
		return false;
	*target = address.uri;
	return uri.scheme == SIP_SCHEME_SIP || uri.scheme == SIP_SCHEME_SIPS;
}

bool sip_dialog_retarget(struct sip_dialog *dialog, struct span uri)
{
	size_t before = (size_t)dialog->fixed_n + dialog->routes_n + dialog->router_n;

	if (uri.n > sizeof(dialog->text) - before)
		return false;
	memcpy(dialog->text + before, uri.p, uri.n);
	dialog->target_n = (uint16_t)uri.n;
	if (!dialog->routed)
		dialog->hop = uri_endpoint(uri);
	return true;
}

// --- flows
// ------------------------------------------------------------------------------------------

static struct sip_dialog **bucket_of(const struct sip_dialogs *dialogs, handle_t conn)
{
	return &dialogs->buckets[siphash(&dialogs->key, &conn, sizeof(conn)) & dialogs->mask];
}

static void conn_link(struct sip_dialogs *dialogs, struct sip_dialog *dialog)
{
	struct sip_dialog **head = bucket_of(dialogs, dialog->flow.conn);

	dialog->conn_prev = NULL;
	dialog->conn_next = *head;
	if (*head != NULL)
		(*head)->conn_prev = dialog;
	*head = dialog;
}

static void conn_unlink(struct sip_dialogs *dialogs, struct sip_dialog *dialog)
{
	if (!dialog->has_flow || dialog->flow.proto != SIP_OVER_TCP)
		return;
	if (dialog->conn_prev != NULL)
		dialog->conn_prev->conn_next = dialog->conn_next;
	else
		*bucket_of(dialogs, dialog->flow.conn) = dialog->conn_next;
	if (dialog->conn_next != NULL)
		dialog->conn_next->conn_prev = dialog->conn_prev;
}

static void via_write(struct sip_dialog *dialog)
{
	struct writer via = writer_of(dialog->via, sizeof(dialog->via));

	sip_build_via(&via, &dialog->flow);
	dialog->via_n = (uint8_t)writer_used(&via);
}

bool sip_dialog_move(struct sip_dialogs *dialogs, struct sip_dialog *dialog,
	const struct sip_flow *flow, bool symmetric)
{
	bool moved = !dialog->has_flow || !sip_flow_eq(&dialog->flow, flow);

	dialog->symmetric = symmetric;
	if (moved) {
		conn_unlink(dialogs, dialog);
		dialog->unsure = 0;
		dialog->flow = *flow;
		dialog->has_flow = true;
		if (flow->proto == SIP_OVER_TCP)
			conn_link(dialogs, dialog);
		via_write(dialog);
	}
	return moved;
}

// Where the route or the target says (12.2.1.1, RFC 3263 4.2), except when that is a name, which
// nobody here resolves, or when the peer asked for its source port.
struct endpoint sip_dialog_send_to(const struct sip_dialog *dialog)
{
	const struct endpoint *remote = &dialog->flow.remote;

	return dialog->symmetric || dialog->hop.addr.family != remote->addr.family ? *remote
										   : dialog->hop;
}

struct sip_dialog *sip_dialogs_on(
	const struct sip_dialogs *dialogs, handle_t conn, const struct sip_dialog *after)
{
	struct sip_dialog *dialog = after == NULL ? *bucket_of(dialogs, conn) : after->conn_next;

	while (dialog != NULL && dialog->flow.conn != conn)
		dialog = dialog->conn_next;
	return dialog;
}

void sip_dialogs_lose(struct sip_dialogs *dialogs, handle_t conn)
{
	struct sip_dialog *next;

	for (struct sip_dialog *dialog = *bucket_of(dialogs, conn); dialog != NULL; dialog = next) {
		next = dialog->conn_next;
		if (dialog->flow.conn != conn)
			continue;
		conn_unlink(dialogs, dialog);
		dialog->has_flow = false;
	}
}

void sip_dialog_free(struct sip_dialogs *dialogs, struct sip_dialog *dialog)
{
	conn_unlink(dialogs, dialog);
	pool_give(&dialogs->pool, dialog);
}
