// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/sip/endpoint.h"

#include <stdlib.h>

#include "dataplane/sip/core.h"

static void default_number(uint32_t *field, uint32_t value)
{
	if (*field == 0)
		*field = value;
}

static void config_complete(struct sip_config *config)
{
	default_number(&config->dialogs, 4096);
	default_number(&config->transactions, 16384);
	default_number(&config->chunks, 65536);
	default_number(&config->streams, 128);
	default_number(&config->dialog_requests, 64);
	default_number(&config->conn_requests, config->transactions / 4 + 1);
	default_number(&config->retry_after, 5);
	if (config->accept == NULL)
		config->accept = "application/csta+xml";
}

static bool streams_new(struct sip_endpoint *ep)
{
	uint32_t n = ep->config.streams;

	ep->pendings = malloc(n * sizeof(*ep->pendings));
	ep->pendings_free = calloc(n, sizeof(*ep->pendings_free));
	if (ep->pendings == NULL || ep->pendings_free == NULL)
		return false;
	for (uint32_t i = 0; i < n; i++)
		ep->pendings_free[i] = i;
	return true;
}

static bool endpoint_fill(struct sip_endpoint *ep, uint64_t now_us)
{
	const struct sip_config *config = &ep->config;

	return sip_media_type_parse(span_str(config->accept), &ep->accept) && streams_new(ep) &&
	       sip_txns_init(&ep->txns, config->owner, config->transactions, config->chunks,
		       &config->key, now_us) == 0 &&
	       sip_dialogs_init(&ep->dialogs, config->owner, config->dialogs, &config->key) == 0;
}

struct sip_endpoint *sip_endpoint_new(const struct sip_config *config,
	const struct sip_endpoint_ops *ops, void *ctx, uint64_t now_us)
{
	struct sip_endpoint *ep = calloc(1, sizeof(*ep));

	if (ep == NULL)
		return NULL;
	ep->config = *config;
	config_complete(&ep->config);
	ep->ops = ops;
	ep->ctx = ctx;
	ep->accept_new = true;
	if (endpoint_fill(ep, now_us))
		return ep;
	sip_endpoint_free(ep);
	return NULL;
}

void sip_endpoint_free(struct sip_endpoint *ep)
{
	if (ep == NULL)
		return;
	sip_txns_fini(&ep->txns);
	sip_dialogs_fini(&ep->dialogs);
	free(ep->pendings);
	free(ep->pendings_free);
	free(ep);
}

const struct sip_counters *sip_counters(const struct sip_endpoint *ep)
{
	return &ep->counters;
}

struct sip_usage sip_usage(const struct sip_endpoint *ep)
{
	return (struct sip_usage){
		.dialogs = ep->dialogs.pool.used,
		.dialogs_max = ep->dialogs.pool.capacity,
		.transactions = ep->txns.pool.used,
		.transactions_max = ep->txns.pool.capacity,
		.chunks = ep->txns.store.used,
		.chunks_max = ep->txns.store.capacity,
		.streams = ep->streams_used,
		.streams_max = ep->config.streams,
	};
}

const char *sip_indication_name(enum sip_indication_kind kind)
{
	static const char *const names[] = {
#define X(name, text) [SIP_IND_##name] = #name,
		SIP_INDICATIONS(X)
#undef X
	};

	return kind < SIP_IND_COUNT ? names[kind] : "?";
}

void sip_accept_new(struct sip_endpoint *ep, bool accept)
{
	ep->accept_new = accept;
}

// --- shared by the parts
// ----------------------------------------------------------------------------

bool sip_transmit(struct sip_endpoint *ep, const struct sip_flow *flow, struct span bytes)
{
	if (ep->ops->transmit(ep->ctx, flow, bytes.p, bytes.n))
		return true;
	ep->counters.transmit_failed++;
	return false;
}

bool sip_has_room(struct sip_endpoint *ep, const struct sip_flow *flow, size_t n)
{
	return ep->ops->has_room == NULL || ep->ops->has_room(ep->ctx, flow, n);
}

void sip_indicate(struct sip_endpoint *ep, const struct sip_indication *indication)
{
	ep->counters.indication[indication->kind]++;
	ep->ops->indicate(ep->ctx, indication);
}

bool sip_pass_on(struct sip_in *in, handle_t h)
{
	struct sip_endpoint *ep = in->ep;

	if (handle_owner(h) == ep->config.owner || ep->ops->foreign == NULL)
		return false;
	in->blocked = !ep->ops->foreign(
		ep->ctx, handle_owner(h), in->flow, in->msg->bytes.p, in->msg->bytes.n);
	ep->counters.foreign += !in->blocked;
	return true;
}

uint32_t sip_owed(const struct sip_endpoint *ep, uint8_t worker)
{
	return worker < HANDLE_WORKERS_MAX ? ep->txns.owed[worker] : 0;
}

void sip_dialog_drop(struct sip_endpoint *ep, struct sip_dialog *dialog)
{
	struct sip_txn *invite = pool_get(&ep->txns.pool, dialog->invite);

	while (dialog->requests.first != NULL) {
		struct sip_txn *txn = dialog->requests.first;

		sip_txn_list_remove(&dialog->requests, txn);
		sip_txn_free(&ep->txns, txn);
	}
	if (invite != NULL && invite->state == TXN_ACCEPTED) // nobody waits for its ACK any more
		sip_txn_free(&ep->txns, invite);
	sip_lost_forget(ep, dialog);
	ep->counters.dialogs_closed++;
	sip_dialog_free(&ep->dialogs, dialog);
}

void sip_dialog_close(struct sip_endpoint *ep, handle_t h)
{
	struct sip_dialog *dialog = pool_get(&ep->dialogs.pool, h);

	if (dialog != NULL)
		sip_dialog_drop(ep, dialog);
}

bool sip_dialog_flow(const struct sip_endpoint *ep, handle_t h, struct sip_flow *flow)
{
	const struct sip_dialog *dialog = pool_get(&ep->dialogs.pool, h);

	if (dialog == NULL || !dialog->has_flow)
		return false;
	*flow = dialog->flow;
	return true;
}

// --- messages
// ---------------------------------------------------------------------------------------

// A request that the parser refused is answered when its top Via tells where to.
static void malformed(struct sip_in *in, enum sip_verdict verdict)
{
	struct sip_endpoint *ep = in->ep;
	unsigned status = sip_verdict_status(verdict);

	if (verdict == SIP_NOT_SIP)
		ep->counters.not_sip++;
	else
		ep->counters.malformed++;
	if (!in->msg->request || status == 0)
		return;
	if (in->msg->method == SIP_ACK || !sip_via_top(in->msg, &in->via)) {
		ep->counters.no_answer_possible++;
		return;
	}
	sip_refuse(in, status);
}

static enum sip_verdict addresses_read(struct sip_in *in)
{
	if (!sip_via_top(in->msg, &in->via))
		return SIP_BAD_VIA;
	if (!sip_address_parse(sip_value(in->msg, SIP_H_FROM), &in->from) ||
		!sip_address_parse(sip_value(in->msg, SIP_H_TO), &in->to))
		return SIP_BAD_ADDRESS;
	return SIP_OK;
}

bool sip_message(struct sip_endpoint *ep, const struct sip_flow *flow, const struct sip_msg *msg,
	enum sip_verdict parsed, uint64_t now_us)
{
	struct sip_in in = { .ep = ep, .msg = msg, .flow = flow, .now_us = now_us };
	enum sip_verdict verdict = parsed == SIP_OK ? addresses_read(&in) : parsed;
	struct sip_counters *counters = &ep->counters;

	if (verdict != SIP_OK)
		malformed(&in, verdict);
	else if (msg->request)
		sip_uas_request(&in);
	else
		sip_uac_response(&in);
	if (in.blocked)
		return false;
	counters->messages_in++;
	counters->verdict[verdict]++;
	counters->requests_in += verdict == SIP_OK && msg->request;
	counters->responses_in += verdict == SIP_OK && !msg->request;
	return true;
}

static bool is_blank(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!span_is_blank(p[i]))
			return false;
	return true;
}

void sip_input(struct sip_endpoint *ep, const struct sip_flow *flow, const void *bytes, size_t n,
	uint64_t now_us)
{
	struct sip_msg msg;

	if (is_blank(bytes, n)) { // keeps a NAT's binding open, asks nothing
		ep->counters.pings++;
		return;
	}
	sip_message(ep, flow, &msg, sip_parse(&msg, bytes, n), now_us);
}

// --- time
// -------------------------------------------------------------------------------------------

static void retransmit(struct sip_endpoint *ep, const struct sip_txn *txn)
{
	ep->counters.retransmissions_out++;
	sip_transmit(ep, &txn->flow, sip_kept_bytes(&txn->kept, ep->echo));
}

static void txn_run(struct sip_endpoint *ep, struct sip_txn *txn, uint64_t now_us)
{
	enum sip_txn_due due = sip_txn_due(&ep->txns, txn, now_us);

	if (due == TXN_DUE_RETRANSMIT)
		retransmit(ep, txn);
	else if (due == TXN_DUE_END)
		sip_txn_free(&ep->txns, txn);
	else if (txn->kind == TXN_CLIENT)
		sip_uac_timeout(ep, txn);
	else
		sip_uas_due(ep, txn, due, now_us);
}

unsigned sip_expire(struct sip_endpoint *ep, unsigned budget, uint64_t now_us)
{
	unsigned ran = sip_lost_run(ep, budget, now_us);
	struct wheel_node *node;

	while (ran < budget && (node = wheel_expire(&ep->txns.wheel, now_us)) != NULL) {
		// The node is the transaction's first member.
		txn_run(ep, (struct sip_txn *)node, now_us);
		ran++;
	}
	return ran;
}

uint64_t sip_next_us(const struct sip_endpoint *ep)
{
	uint64_t next = wheel_next_us(&ep->txns.wheel);

	if (ep->flows.lost_first != NULL && ep->flows.tell_us < next)
		next = ep->flows.tell_us;
	return next;
}
