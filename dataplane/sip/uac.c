// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Our requests inside dialogs: the client transaction other than INVITE (RFC 3261 17.1.2).
#include <errno.h>

#include "dataplane/sip/core.h"

// What the peer is told of as lost when it missed it: all but refreshes, which are repeated.
static bool is_news(enum sip_method method)
{
	return method != SIP_UPDATE;
}

// Over UDP, what a peer that otherwise answers leaves unanswered has not reached it. Over TCP the
// connection's end will tell.
static void silence_note(struct sip_endpoint *ep, const struct sip_txn *txn)
{
	struct sip_dialog *dialog = pool_get(&ep->dialogs.pool, txn->dialog);

	if (dialog == NULL || !is_news(txn->method))
		return;
	if (txn->flow.proto == SIP_OVER_TCP)
		dialog->unsure++;
	else if (dialog->answers)
		sip_lost_note(ep, dialog, 1);
}

static void request_forget(struct sip_endpoint *ep, struct sip_txn *txn)
{
	struct sip_dialog *dialog = pool_get(&ep->dialogs.pool, txn->dialog);

	if (dialog != NULL)
		sip_txn_list_remove(&dialog->requests, txn);
	sip_txn_free(&ep->txns, txn);
}

static void request_done(struct sip_endpoint *ep, struct sip_txn *txn, const struct sip_msg *answer)
{
	const struct sip_dialog *dialog = pool_get(&ep->dialogs.pool, txn->dialog);
	struct sip_indication done = {
		.kind = SIP_IND_REQUEST_DONE,
		.dialog = txn->dialog,
		.msg = answer,
		.body = answer == NULL ? SPAN_NONE : answer->body,
		.status = answer == NULL ? 0 : answer->status,
		.cookie = txn->cookie,
		.heard_us = dialog == NULL ? 0 : dialog->heard_us,
	};

	if (answer != NULL)
		sip_read_timer(answer, &done); // malformed: as if it named none
	request_forget(ep, txn);
	if (done.cookie != 0)
		sip_indicate(ep, &done);
}

// A sign of life: the peer can be told what it missed.
static void dialog_answers(struct sip_endpoint *ep, handle_t h)
{
	struct sip_dialog *dialog = pool_get(&ep->dialogs.pool, h);

	if (dialog == NULL)
		return;
	dialog->answers = true;
	dialog->reopen_us = 0;
	sip_lost_tell(ep, dialog);
}

// RFC 3311 5.1: a 2xx to an UPDATE says where the peer is to be reached from now on.
static void target_refreshed(struct sip_endpoint *ep, handle_t h, const struct sip_msg *answer)
{
	struct sip_dialog *dialog = pool_get(&ep->dialogs.pool, h);
	struct span target;

	if (dialog != NULL && answer->method == SIP_UPDATE && answer->status / 100 == 2 &&
		sip_contact_read(answer, &target))
		sip_dialog_retarget(dialog, target);
}

// The peer has no such dialog (12.2.1.2). Silence means nothing of the kind: there are clients that
// never answer an INFO.
static void dialog_gone(struct sip_endpoint *ep, handle_t h, const struct sip_in *in)
{
	struct sip_indication gone = {
		.kind = SIP_IND_DIALOG_GONE,
		.dialog = h,
		.msg = in->msg,
		.flow = in->flow,
		.status = in->msg->status,
	};

	if (pool_get(&ep->dialogs.pool, h) == NULL)
		return;
	sip_indicate(ep, &gone);
	sip_dialog_close(ep, h);
}

static bool branch_read(struct sip_in *in, handle_t *h)
{
	struct span branch = in->via.branch;

	if (!span_eq(span_head(branch, SIP_BRANCH_COOKIE), SPAN(SIP_MAGIC_COOKIE)))
		return false;
	return token_read(
		&in->ep->config.key, TOKEN_BRANCH, span_from(branch, SIP_BRANCH_COOKIE), h);
}

// Client transactions end with their final answer: an answer that comes again finds a stale branch,
// which is all that the Completed state (timer K) would be for.
void sip_uac_response(struct sip_in *in)
{
	struct sip_endpoint *ep = in->ep;
	const struct sip_msg *msg = in->msg;
	struct sip_txn *txn;
	handle_t h = 0, dialog;

	if (branch_read(in, &h) && sip_pass_on(in, h))
		return;
	txn = pool_get(&ep->txns.pool, h);
	if (txn == NULL || txn->kind != TXN_CLIENT || txn->method != msg->method ||
		txn->cseq != msg->cseq.number) {
		ep->counters.stray_responses++;
		return;
	}
	if (msg->status < 200) {
		if (txn->interval_us > 0) // 17.1.2.2: every T2 from now on
			txn->interval_us = SIP_T2;
		return;
	}
	dialog = txn->dialog;
	dialog_answers(ep, dialog);
	target_refreshed(ep, dialog, msg);
	request_done(ep, txn, msg);
	if (msg->status == 481 || msg->status == 408)
		dialog_gone(ep, dialog, in);
}

void sip_uac_timeout(struct sip_endpoint *ep, struct sip_txn *txn)
{
	ep->counters.requests_timed_out++;
	silence_note(ep, txn);
	request_done(ep, txn, NULL);
}

static void request_unreached(struct sip_endpoint *ep, struct sip_txn *txn)
{
	struct sip_dialog *dialog = pool_get(&ep->dialogs.pool, txn->dialog);

	if (dialog != NULL && is_news(txn->method))
		sip_lost_note(ep, dialog, 1);
	request_done(ep, txn, NULL);
}

bool sip_unreachable(
	struct sip_endpoint *ep, handle_t h, const struct endpoint *to, uint64_t now_us)
{
	struct sip_txn *txn = pool_get(&ep->txns.pool, h);
	struct sip_dialog *dialog;

	if (txn == NULL || txn->kind != TXN_CLIENT || txn->flow.proto != SIP_OVER_UDP ||
		!endpoint_eq(&txn->flow.remote, to))
		return false;
	ep->counters.unreachable++;
	dialog = pool_get(&ep->dialogs.pool, txn->dialog);
	if (dialog == NULL) {
		request_unreached(ep, txn);
		return true;
	}
	dialog->reopen_us = now_us + SIP_REOPEN_US;
	// All went to the same place. Whoever is told may end the dialog, but sends it nothing now.
	for (uint32_t n = dialog->requests.n; n > 0; n--) {
		h = dialog->self;
		request_unreached(ep, dialog->requests.first);
		dialog = pool_get(&ep->dialogs.pool, h);
		if (dialog == NULL || dialog->requests.first == NULL)
			break;
	}
	return true;
}

static struct sip_txn *txn_open(
	struct sip_endpoint *ep, enum sip_method method, handle_t *h, uint64_t now_us)
{
	struct sip_txn *txn = sip_txn_call(&ep->txns, method, h);

	if (txn == NULL && sip_txn_recycle(&ep->txns, now_us)) {
		ep->counters.recycled++;
		txn = sip_txn_call(&ep->txns, method, h);
	}
	return txn;
}

static int request_send(struct sip_endpoint *ep, struct sip_dialog *dialog, struct sip_txn *txn,
	const struct sip_outgoing *request, uint64_t now_us)
{
	struct writer w = writer_of(ep->out, sizeof(ep->out));
	struct span bytes;

	sip_build_request(&w, dialog, request);
	if (w.fail) {
		ep->counters.too_long_out++;
		return -EMSGSIZE;
	}
	txn->cseq = request->cseq;
	txn->flow = dialog->flow;
	if (txn->flow.proto == SIP_OVER_UDP)
		txn->flow.remote = sip_dialog_send_to(dialog);
	bytes = span_of(ep->out, writer_used(&w));
	if (!sip_has_room(ep, &txn->flow, bytes.n)) {
		ep->counters.no_room++;
		return -EAGAIN;
	}
	if (!sip_transmit(ep, &txn->flow, bytes))
		return -ENOTCONN;
	dialog->local_cseq = request->cseq;
	ep->counters.requests_out++;
	sip_txn_called(&ep->txns, txn, bytes, now_us);
	return 0;
}

// It is said even where nobody seems to be: there is no other chance to.
static bool is_farewell(const struct sip_dialog *dialog, const struct sip_outgoing *request)
{
	return request->method == SIP_BYE && dialog->has_flow;
}

static int request_try(struct sip_endpoint *ep, struct sip_dialog *dialog,
	struct sip_outgoing *request, uint64_t cookie, uint64_t now_us)
{
	char branch[TOKEN_SIZE];
	struct sip_txn *txn;
	handle_t h;
	int error;

	if (!sip_dialog_reach(ep, dialog, now_us) && !is_farewell(dialog, request)) {
		ep->counters.no_flow++;
		return -ENOTCONN;
	}
	txn = txn_open(ep, request->method, &h, now_us);
	if (txn == NULL)
		return -ENOBUFS;
	token_write(&ep->config.key, TOKEN_BRANCH, h, branch);
	request->branch = branch;
	error = request_send(ep, dialog, txn, request, now_us);
	if (error < 0) {
		sip_txn_free(&ep->txns, txn);
		return error;
	}
	txn->dialog = dialog->self;
	txn->cookie = cookie;
	sip_txn_list_add(&dialog->requests, txn);
	return 0;
}

// The peer learns of it when it can be told anything: at once when only this request failed.
static void request_lost(struct sip_endpoint *ep, struct sip_dialog *dialog, int error)
{
	sip_lost_note(ep, dialog, 1);
	if (error == -EMSGSIZE || error == -ENOBUFS)
		sip_lost_tell(ep, dialog);
}

// A connection that many dialogs share, whose peer answers none of them, must not take all
// transactions: with the one just sent its oldest goes.
static bool crowded(const struct sip_endpoint *ep, const struct sip_dialog *dialog)
{
	return dialog->flow.proto == SIP_OVER_TCP &&
	       sip_txns_on(&ep->txns, dialog->flow.conn) > ep->config.conn_requests;
}

// The oldest whose end nobody waits for, or else the oldest; NULL: the one just sent is all there
// is, and somebody waits for it.
static struct sip_txn *forgettable(const struct sip_dialog *dialog)
{
	struct sip_txn *txn = dialog->requests.first;

	while (txn != NULL && (txn->cookie != 0 || txn->method == SIP_BYE))
		txn = txn->next;
	if (txn == NULL && dialog->requests.first != dialog->requests.last)
		txn = dialog->requests.first;
	return txn;
}

// Keeps what is open within its limits, now that there is one more.
static void requests_limit(struct sip_endpoint *ep, const struct sip_dialog *dialog)
{
	struct sip_txn *oldest;

	if (dialog->requests.n <= ep->config.dialog_requests && !crowded(ep, dialog))
		return;
	oldest = forgettable(dialog);
	if (oldest == NULL)
		return;
	ep->counters.requests_forgotten++;
	silence_note(ep, oldest);
	request_done(ep, oldest, NULL);
}

static int request_begin(struct sip_endpoint *ep, handle_t h, struct sip_outgoing *request,
	uint64_t cookie, uint64_t now_us)
{
	struct sip_dialog *dialog = pool_get(&ep->dialogs.pool, h);
	int error;

	if (dialog == NULL) {
		ep->counters.stale_handles++;
		return -ESTALE;
	}
	request->cseq = dialog->local_cseq + 1;
	request->product = ep->config.product;
	error = request_try(ep, dialog, request, cookie, now_us);
	if (error < 0) {
		if (is_news(request->method))
			request_lost(ep, dialog, error);
		return error;
	}
	requests_limit(ep, dialog);
	return 0;
}

int sip_request(struct sip_endpoint *ep, handle_t dialog, enum sip_method method,
	struct span content_type, struct span body, uint64_t cookie, uint64_t now_us)
{
	struct sip_outgoing request = {
		.method = method,
		.content_type = content_type.n > 0 ? content_type : span_str(ep->config.accept),
		.body = body,
	};

	return request_begin(ep, dialog, &request, cookie, now_us);
}

int sip_refresh(struct sip_endpoint *ep, handle_t dialog, uint32_t session_expires, uint32_t min_se,
	uint64_t cookie, uint64_t now_us)
{
	struct sip_outgoing request = {
		.method = SIP_UPDATE,
		.session_expires = session_expires,
		.min_se = min_se,
	};

	return request_begin(ep, dialog, &request, cookie, now_us);
}

int sip_bye(struct sip_endpoint *ep, handle_t h, uint64_t cookie, uint64_t now_us)
{
	int error = sip_request(ep, h, SIP_BYE, SPAN_NONE, SPAN_NONE, cookie, now_us);
	struct sip_dialog *dialog = pool_get(&ep->dialogs.pool, h);

	if (dialog == NULL)
		return error;
	if (error == 0) {
		struct sip_txn *bye = dialog->requests.last;

		// It outlives its dialog.
		sip_txn_list_remove(&dialog->requests, bye);
		bye->dialog = 0;
	}
	sip_dialog_drop(ep, dialog);
	return error;
}
