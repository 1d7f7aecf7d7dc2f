// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Answers to the peers' requests, with a transaction and without.
#include <errno.h>
#include <stdio.h>

#include "dataplane/sip/core.h"

static void count_refusal(struct sip_counters *counters, unsigned status)
{
	switch (status) {
	case 405:
	case 501:
		counters->refused_method++;
		break;
	case 415:
	case 488:
		counters->refused_content++;
		break;
	case 420:
		counters->refused_extension++;
		break;
	case 422:
		counters->refused_interval++;
		break;
	case 481:
		counters->unknown_dialog++;
		break;
	default:
		counters->refused_other++;
	}
}

// The same request gets the same tag every time (8.2.7).
void sip_stateless_tag(const struct sip_in *in, char tag[SIP_TAG_SIZE])
{
	struct span call_id = sip_value(in->msg, SIP_H_CALL_ID);

	snprintf(tag, SIP_TAG_SIZE, "s%016llx",
		(unsigned long long)siphash(&in->ep->config.key, call_id.p, call_id.n));
}

struct span sip_echo(const struct sip_in *in, const char *tag)
{
	struct sip_endpoint *ep = in->ep;
	struct writer w = writer_of(ep->echo, sizeof(ep->echo));

	sip_build_echo(&w, in->msg, &in->via, in->flow, tag);
	return w.fail ? SPAN_NONE : span_of(ep->echo, writer_used(&w));
}

// Builds the answer in ep->out. Empty: it is too long.
static struct span answer_write(struct sip_endpoint *ep, struct sip_answer *answer)
{
	struct writer w = writer_of(ep->out, sizeof(ep->out));

	answer->accept = ep->config.accept;
	answer->product = ep->config.product;
	sip_build_answer(&w, answer);
	if (!w.fail)
		return span_of(ep->out, writer_used(&w));
	ep->counters.too_long_out++;
	return SPAN_NONE;
}

void sip_answer_stateless(const struct sip_in *in, unsigned status, const char *tag)
{
	struct sip_endpoint *ep = in->ep;
	struct sip_flow to = sip_answer_flow(in->flow, &in->via);
	struct sip_reply reply = {
		.min_se = status == 422 ? SIP_MIN_SE : 0,
		.retry_after = status == 503 || status == 500 ? ep->config.retry_after : 0,
	};
	struct sip_answer answer = {
		.status = status,
		.method = (enum sip_method)in->msg->method,
		.echo = sip_echo(in, tag),
		.flow = in->flow,
		.reply = &reply,
		.refused = status == 420 ? in->msg : NULL,
	};
	struct span bytes = answer_write(ep, &answer);

	if (answer.echo.n > 0 && bytes.n > 0 && sip_transmit(ep, &to, bytes))
		ep->counters.responses_out++;
}

void sip_refuse(const struct sip_in *in, unsigned status)
{
	char tag[SIP_TAG_SIZE];

	if (in->msg->method == SIP_ACK)
		return;
	sip_stateless_tag(in, tag);
	sip_answer_stateless(in, status, tag);
}

void sip_refuse_counted(const struct sip_in *in, unsigned status)
{
	count_refusal(&in->ep->counters, status);
	sip_refuse(in, status);
}

void sip_refuse_full(const struct sip_in *in)
{
	in->ep->counters.refused_full++;
	sip_refuse(in, 503);
}

// The connection that the request came by is lost: its dialog may have another one by now, or the
// peer listens where its Via says (RFC 3261 18.2.2).
static bool answer_elsewhere(struct sip_endpoint *ep, struct sip_txn *txn, struct span bytes)
{
	const struct sip_dialog *dialog = pool_get(&ep->dialogs.pool, txn->dialog);
	struct endpoint to = { txn->flow.remote.addr, txn->sent_by };
	struct sip_flow flow;

	if (txn->flow.proto != SIP_OVER_TCP)
		return false;
	if (dialog != NULL && dialog->has_flow && dialog->flow.conn != txn->flow.conn)
		flow = dialog->flow;
	else if (!sip_flow_to(ep, &txn->flow, &to, &flow) || flow.conn == txn->flow.conn)
		return false;
	txn->flow = flow;
	return sip_transmit(ep, &flow, bytes);
}

// 300 and above to the INVITE that made a dialog unmakes it (12.3).
static int answer_final(struct sip_endpoint *ep, struct sip_txn *txn, unsigned status,
	struct span bytes, uint64_t now_us)
{
	handle_t unmade = txn->initial && status >= 300 ? txn->dialog : 0;
	bool sent = sip_transmit(ep, &txn->flow, bytes) || answer_elsewhere(ep, txn, bytes);

	if (!sip_txn_answered(&ep->txns, txn, status, bytes, now_us))
		ep->counters.not_stored++;
	sip_dialog_close(ep, unmade);
	ep->counters.responses_out++;
	return sent ? 0 : -ENOTCONN;
}

int sip_respond(struct sip_endpoint *ep, handle_t h, unsigned status, const struct sip_reply *reply,
	uint64_t now_us)
{
	struct sip_txn *txn = pool_get(&ep->txns.pool, h);
	struct sip_answer answer = { .status = status, .reply = reply };
	struct span bytes;

	if (txn == NULL || txn->kind == TXN_CLIENT) {
		ep->counters.stale_handles++;
		return -ESTALE;
	}
	if (txn->state != TXN_PROCEEDING) {
		ep->counters.stale_handles++;
		return -EALREADY;
	}
	answer.method = (enum sip_method)txn->method;
	answer.echo = sip_kept_bytes(&txn->kept, ep->echo);
	answer.flow = &txn->contact;
	answer.supports_timer = txn->supports_timer;
	bytes = answer_write(ep, &answer);
	if (bytes.n == 0)
		return -EMSGSIZE;
	if (status >= 200)
		return answer_final(ep, txn, status, bytes, now_us);
	txn->status = (uint16_t)status;
	ep->counters.responses_out++;
	return sip_transmit(ep, &txn->flow, bytes) ? 0 : -ENOTCONN;
}
