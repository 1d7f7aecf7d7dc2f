// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Ways to the peers: where who speaks on a connection is to be reached, how a dialog or an answer
// whose connection is lost finds another one, and what is told when messages of ours found none.
#include "dataplane/sip/flows.h"

#include <errno.h>

#include "dataplane/sip/core.h"

enum { SIP_TELL_US = 1000000 }; // how often a dialog is told of what it missed, at most

// RFC 5923 asks a certificate of who wants requests for another address; without one only the
// address that the connection comes from is believed, whose owner could take them anyway.
void sip_stream_alias(struct sip_endpoint *ep, struct sip_stream *stream,
	const struct sip_flow *flow, const struct sip_msg *request)
{
	struct addr at;
	struct sip_via via;

	if (stream->via_known || ep->ops->listens == NULL)
		return;
	stream->via_known = true;
	if (sip_via_top(request, &via) && addr_read(via.host, &at) &&
		addr_eq(&at, &flow->remote.addr))
		ep->ops->listens(ep->ctx, flow, sip_via_port(&via));
}

bool sip_flow_to(struct sip_endpoint *ep, const struct sip_flow *before, const struct endpoint *to,
	struct sip_flow *flow)
{
	const struct sip_endpoint_ops *ops = ep->ops;

	if (to->addr.family == ADDR_NONE || to->addr.family != before->remote.addr.family)
		return false;
	if (ops->find != NULL && ops->find(ep->ctx, to, flow)) {
		ep->counters.flows_reused++;
		return true;
	}
	if (ops->connect == NULL || !ops->connect(ep->ctx, before, to, flow))
		return false;
	ep->counters.flows_opened++;
	return true;
}

bool sip_dialog_reach(struct sip_endpoint *ep, struct sip_dialog *dialog, uint64_t now_us)
{
	struct sip_flow flow;

	if (dialog->has_flow)
		return dialog->flow.proto == SIP_OVER_TCP || now_us >= dialog->reopen_us;
	if (now_us < dialog->reopen_us || dialog->flow.proto != SIP_OVER_TCP)
		return false;
	dialog->reopen_us = now_us + SIP_REOPEN_US;
	if (!sip_flow_to(ep, &dialog->flow, &dialog->hop, &flow))
		return false;
	sip_dialog_move(&ep->dialogs, dialog, &flow, dialog->symmetric);
	return true;
}

// --- what was not sent
// ------------------------------------------------------------------------------

void sip_lost_note(struct sip_endpoint *ep, struct sip_dialog *dialog, uint32_t messages)
{
	dialog->lost += messages;
	ep->counters.requests_lost += messages;
}

void sip_lost_forget(struct sip_endpoint *ep, struct sip_dialog *dialog)
{
	struct sip_flows *flows = &ep->flows;

	if (!dialog->lost_waits)
		return;
	dialog->lost_waits = false;
	if (dialog->lost_prev != NULL)
		dialog->lost_prev->lost_next = dialog->lost_next;
	else
		flows->lost_first = dialog->lost_next;
	if (dialog->lost_next != NULL)
		dialog->lost_next->lost_prev = dialog->lost_prev;
	else
		flows->lost_last = dialog->lost_prev;
}

void sip_lost_tell(struct sip_endpoint *ep, struct sip_dialog *dialog)
{
	struct sip_flows *flows = &ep->flows;

	if (dialog->lost == 0 || dialog->lost_waits)
		return;
	dialog->lost_waits = true;
	dialog->lost_next = NULL;
	dialog->lost_prev = flows->lost_last;
	if (flows->lost_last != NULL)
		flows->lost_last->lost_next = dialog;
	else
		flows->lost_first = dialog;
	flows->lost_last = dialog;
}

int sip_missed(struct sip_endpoint *ep, handle_t h, uint32_t requests)
{
	struct sip_dialog *dialog = pool_get(&ep->dialogs.pool, h);

	if (dialog == NULL)
		return -ESTALE;
	sip_lost_note(ep, dialog, requests);
	sip_lost_tell(ep, dialog);
	return 0;
}

// One that has no way again, or no room, waits for the next sign of it.
static void lost_run(struct sip_endpoint *ep, struct sip_dialog *dialog)
{
	struct sip_indication lost = {
		.kind = SIP_IND_LOST,
		.dialog = dialog->self,
		.lost = dialog->lost,
	};

	sip_lost_forget(ep, dialog);
	if (!dialog->has_flow || !sip_has_room(ep, &dialog->flow, 0))
		return;
	dialog->lost = 0;
	sip_indicate(ep, &lost);
}

unsigned sip_lost_run(struct sip_endpoint *ep, unsigned budget, uint64_t now_us)
{
	struct sip_flows *flows = &ep->flows;
	const struct sip_dialog *last = flows->lost_last; // those that come after it wait
	const struct sip_dialog *dialog = NULL;
	unsigned ran = 0;

	if (now_us < flows->tell_us)
		return 0;
	while (ran < budget && flows->lost_first != NULL && dialog != last) {
		dialog = flows->lost_first;
		lost_run(ep, flows->lost_first);
		ran++;
	}
	if (ran > 0 && (dialog == last || flows->lost_first == NULL))
		flows->tell_us = now_us + SIP_TELL_US;
	return ran;
}

// --- news of connections
// ----------------------------------------------------------------------------

void sip_flow_lost(struct sip_endpoint *ep, handle_t conn)
{
	sip_dialogs_lose(&ep->dialogs, conn);
}

// Requests of ours that are open, refreshes left out: those are repeated.
static uint32_t news_open(const struct sip_dialog *dialog)
{
	uint32_t n = 0;

	for (const struct sip_txn *txn = dialog->requests.first; txn != NULL; txn = txn->next)
		n += txn->method != SIP_UPDATE;
	return n;
}

void sip_flow_undelivered(struct sip_endpoint *ep, handle_t conn)
{
	for (struct sip_dialog *dialog = sip_dialogs_on(&ep->dialogs, conn, NULL); dialog != NULL;
		dialog = sip_dialogs_on(&ep->dialogs, conn, dialog)) {
		uint32_t missed = news_open(dialog) + dialog->unsure;

		if (missed > 0)
			sip_lost_note(ep, dialog, missed);
	}
}

void sip_flow_open(struct sip_endpoint *ep, handle_t conn)
{
	for (struct sip_dialog *dialog = sip_dialogs_on(&ep->dialogs, conn, NULL); dialog != NULL;
		dialog = sip_dialogs_on(&ep->dialogs, conn, dialog))
		sip_lost_tell(ep, dialog);
}

bool sip_flow_used(const struct sip_endpoint *ep, handle_t conn)
{
	return sip_dialogs_on(&ep->dialogs, conn, NULL) != NULL;
}
