// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The peers' requests: what RFC 3261 8.2, 9.2, 12.2.2, 13.3 and 15.1.2 ask of the side that is
// called.
#include "dataplane/sip/core.h"

// --- transactions
// -----------------------------------------------------------------------------------

static struct sip_txn *txn_open(const struct sip_in *in, struct sip_txn_key key, const char *tag)
{
	struct sip_endpoint *ep = in->ep;
	enum sip_method method = (enum sip_method)in->msg->method;
	struct span echo = sip_echo(in, tag);
	struct sip_txn *txn = sip_txn_serve(&ep->txns, key, method, echo, in->now_us);

	if (txn == NULL && sip_txn_recycle(&ep->txns, in->now_us)) {
		ep->counters.recycled++;
		txn = sip_txn_serve(&ep->txns, key, method, echo, in->now_us);
	}
	if (txn == NULL)
		return NULL;
	txn->flow = sip_answer_flow(in->flow, &in->via);
	txn->contact = *in->flow;
	sip_txn_owe(&ep->txns, txn);
	txn->sent_by = sip_via_port(&in->via);
	txn->supports_timer = sip_supports_timer(in->msg);
	return txn;
}

// A transaction inside a dialog; the answer's To has its tag already.
static struct sip_txn *txn_inside(
	const struct sip_in *in, struct sip_txn_key key, const struct sip_dialog *dialog)
{
	struct sip_txn *txn = txn_open(in, key, "");

	if (txn != NULL)
		txn->dialog = dialog->self;
	return txn;
}

static void respond_plain(struct sip_endpoint *ep, handle_t txn, unsigned status, uint64_t now_us)
{
	sip_respond(ep, txn, status, &(struct sip_reply){ 0 }, now_us);
}

static void repeat_answer(const struct sip_in *in, struct sip_txn *txn)
{
	struct sip_endpoint *ep = in->ep;
	bool invite = txn->kind == TXN_SERVER_INVITE;

	ep->counters.retransmissions_in++;
	if (txn->state == TXN_PROCEEDING && invite) {
		respond_plain(ep, pool_handle(&ep->txns.pool, txn),
			txn->status == 0 ? 100 : txn->status, in->now_us);
	} else if (txn->state != TXN_PROCEEDING && txn->kept.n > 0) {
		ep->counters.retransmissions_out++;
		sip_transmit(ep, &txn->flow, sip_kept_bytes(&txn->kept, ep->echo));
	}
}

static void txn_unanswered(struct sip_endpoint *ep, struct sip_txn *txn, uint64_t now_us)
{
	handle_t h = pool_handle(&ep->txns.pool, txn);
	struct sip_indication cancel = {
		.kind = SIP_IND_CANCEL,
		.dialog = txn->dialog,
		.txn = h,
		.initial = txn->initial,
	};

	ep->counters.unanswered++;
	if (txn->kind == TXN_SERVER) { // too late for any answer (RFC 4320 4.2)
		sip_txn_free(&ep->txns, txn);
		return;
	}
	respond_plain(ep, h, 500, now_us);
	sip_indicate(ep, &cancel);
}

static void ack_missing(struct sip_endpoint *ep, struct sip_txn *txn)
{
	struct sip_indication timeout = { .kind = SIP_IND_ACK_TIMEOUT, .dialog = txn->dialog };

	ep->counters.acks_timed_out++;
	sip_txn_free(&ep->txns, txn);
	if (pool_get(&ep->dialogs.pool, timeout.dialog) != NULL)
		sip_indicate(ep, &timeout);
}

void sip_uas_due(
	struct sip_endpoint *ep, struct sip_txn *txn, enum sip_txn_due due, uint64_t now_us)
{
	if (due == TXN_DUE_TRYING && txn->status == 0)
		respond_plain(ep, pool_handle(&ep->txns.pool, txn), 100, now_us);
	else if (due == TXN_DUE_GIVE_UP && txn->state == TXN_ACCEPTED)
		ack_missing(ep, txn);
	else if (due == TXN_DUE_GIVE_UP)
		txn_unanswered(ep, txn, now_us);
}

// The transaction whose answer begins like this; the quote may end anywhere behind its CSeq.
static struct sip_txn *txn_quoted(const struct sip_endpoint *ep, struct span beginning)
{
	struct sip_address from;
	struct sip_msg msg;
	struct sip_via via;
	bool merged;

	sip_parse(&msg, beginning.p, beginning.n);
	if (msg.status == 0 || !sip_via_top(&msg, &via) ||
		!sip_address_parse(sip_value(&msg, SIP_H_FROM), &from) ||
		!sip_cseq_parse(sip_value(&msg, SIP_H_CSEQ), &msg.cseq))
		return NULL;
	return sip_txn_find(&ep->txns, sip_txn_key_of(&ep->txns, &msg, &via, from.tag),
		sip_method_of(msg.cseq.method), &merged);
}

bool sip_answer_unreachable(
	struct sip_endpoint *ep, struct span beginning, const struct endpoint *to)
{
	struct sip_txn *txn = txn_quoted(ep, beginning);

	if (txn == NULL || txn->flow.proto != SIP_OVER_UDP || !endpoint_eq(&txn->flow.remote, to))
		return false;
	ep->counters.answers_unreachable++;
	if (txn->state == TXN_ACCEPTED && txn->initial)
		ack_missing(ep, txn);
	else if (txn->state == TXN_ACCEPTED ||
		 (txn->kind == TXN_SERVER_INVITE && txn->state == TXN_COMPLETED))
		sip_txn_free(&ep->txns, txn);
	return true;
}

// --- dialogs
// ----------------------------------------------------------------------------------------

static struct sip_dialog *dialog_of(const struct sip_in *in)
{
	struct sip_endpoint *ep = in->ep;
	struct sip_dialog *dialog;
	handle_t h;

	if (!token_read(&ep->config.key, TOKEN_DIALOG, in->to.tag, &h))
		return NULL;
	dialog = pool_get(&ep->dialogs.pool, h);
	if (dialog == NULL ||
		dialog->id != sip_dialog_id(&ep->dialogs, sip_value(in->msg, SIP_H_CALL_ID),
				      in->from.tag))
		return NULL;
	return dialog;
}

static bool owner_elsewhere(struct sip_in *in)
{
	handle_t h;

	return token_read(&in->ep->config.key, TOKEN_DIALOG, in->to.tag, &h) && sip_pass_on(in, h);
}

static void dialog_move(const struct sip_in *in, struct sip_dialog *dialog)
{
	struct sip_endpoint *ep = in->ep;
	bool known = dialog->has_flow;

	if (sip_dialog_move(&ep->dialogs, dialog, in->flow, in->via.rport) && known)
		ep->counters.flow_moves++;
	dialog->reopen_us = 0;
	sip_lost_tell(ep, dialog);
}

// A peer on a stream that gives a name to reach it by, which nobody here resolves: where its Via says
// it listens, at the address it came from.
static void hop_guess(const struct sip_in *in, struct sip_dialog *dialog)
{
	if (dialog->hop.addr.family != ADDR_NONE || in->flow->proto != SIP_OVER_TCP)
		return;
	dialog->hop = (struct endpoint){ in->flow->remote.addr, sip_via_port(&in->via) };
}

// What every request inside a dialog does to it. A lower CSeq than before is accepted: there are
// clients that start anew with every ACK, and a real duplicate has been recognised by its
// transaction.
static void dialog_touch(const struct sip_in *in, struct sip_dialog *dialog)
{
	bool refresh = in->msg->method == SIP_INVITE || in->msg->method == SIP_UPDATE;
	struct span target;

	dialog_move(in, dialog);
	if (in->msg->cseq.number < dialog->remote_cseq)
		in->ep->counters.cseq_went_back++;
	dialog->remote_cseq = in->msg->cseq.number;
	if (refresh && sip_contact_read(in->msg, &target))
		sip_dialog_retarget(dialog, target);
	hop_guess(in, dialog);
}

// --- methods
// ----------------------------------------------------------------------------------------

typedef void request_handler(const struct sip_in *in, struct sip_txn_key key);

static request_handler on_invite, on_info, on_update, on_bye, on_options;

// ACK and CANCEL belong to another transaction and do not come this way.
static request_handler *const handlers[SIP_METHOD_COUNT] = {
	[SIP_INVITE] = on_invite,
	[SIP_INFO] = on_info,
	[SIP_UPDATE] = on_update,
	[SIP_BYE] = on_bye,
	[SIP_OPTIONS] = on_options,
};

static unsigned check_method(const struct sip_in *in)
{
	if (in->msg->method == SIP_METHOD_NONE)
		return 501;
	return handlers[in->msg->method] == NULL ? 405 : 0;
}

// Body and timer of an INVITE or UPDATE; answers when they are refused.
static bool offer_read(const struct sip_in *in, struct sip_indication *indication)
{
	unsigned status = sip_check_content(in, &indication->body);

	if (status == 0)
		status = sip_check_timer(in, indication);
	if (status != 0)
		sip_refuse_counted(in, status);
	return status == 0;
}

static void indicate_request(
	const struct sip_in *in, struct sip_indication *indication, const struct sip_txn *txn)
{
	indication->dialog = txn->dialog;
	indication->txn = pool_handle(&in->ep->txns.pool, txn);
	indication->supports_timer = txn->supports_timer;
	indication->msg = in->msg;
	indication->flow = in->flow;
	sip_indicate(in->ep, indication);
}

static void invite_open(const struct sip_in *in, struct sip_txn_key key, struct span contact,
	struct sip_indication *indication)
{
	struct sip_endpoint *ep = in->ep;
	char tag[TOKEN_SIZE];
	unsigned status;
	struct sip_dialog *dialog = sip_dialog_new(&ep->dialogs, in->msg, contact, &status);
	struct sip_txn *txn;

	if (dialog == NULL && status == 503) {
		sip_refuse_full(in);
		return;
	}
	if (dialog == NULL) {
		sip_refuse_counted(in, status);
		return;
	}
	sip_dialog_tag(&ep->dialogs, dialog, tag);
	txn = txn_open(in, key, tag);
	if (txn == NULL) {
		sip_dialog_free(&ep->dialogs, dialog);
		sip_refuse_full(in);
		return;
	}
	txn->dialog = dialog->self;
	txn->initial = true;
	dialog->invite = pool_handle(&ep->txns.pool, txn);
	dialog->heard_us = in->now_us;
	dialog_move(in, dialog);
	hop_guess(in, dialog);
	ep->counters.dialogs_opened++;
	indicate_request(in, indication, txn);
}

static void invite_initial(const struct sip_in *in, struct sip_txn_key key)
{
	struct sip_indication indication = { .kind = SIP_IND_INVITE };
	struct span contact;

	if (!in->ep->accept_new) {
		in->ep->counters.refused_overload++;
		sip_refuse(in, 503);
		return;
	}
	if (!sip_contact_read(in->msg, &contact)) { // mandatory, 8.1.1.8
		sip_refuse_counted(in, 400);
		return;
	}
	if (!offer_read(in, &indication))
		return;
	if (indication.body.n == 0) {
		sip_refuse_counted(in, 488);
		return;
	}
	invite_open(in, key, contact, &indication);
}

static void reinvite(const struct sip_in *in, struct sip_txn_key key, struct sip_dialog *dialog)
{
	struct sip_indication indication = { .kind = SIP_IND_REINVITE };
	struct sip_endpoint *ep = in->ep;
	struct sip_txn *before = pool_get(&ep->txns.pool, dialog->invite), *txn;

	if (before != NULL && before->state == TXN_PROCEEDING) { // 14.2
		sip_refuse_counted(in, 500);
		return;
	}
	if (!offer_read(in, &indication))
		return;
	txn = txn_inside(in, key, dialog);
	if (txn == NULL) {
		sip_refuse_full(in);
		return;
	}
	// Who asks anew has had the last answer.
	if (before != NULL && before->state == TXN_ACCEPTED)
		sip_txn_acked(&ep->txns, before, in->now_us);
	dialog->invite = pool_handle(&ep->txns.pool, txn);
	dialog_touch(in, dialog);
	indicate_request(in, &indication, txn);
}

// The dialog of a request that needs one; answers when there is none.
static struct sip_dialog *dialog_needed(const struct sip_in *in)
{
	struct sip_dialog *dialog = dialog_of(in);

	if (dialog == NULL)
		sip_refuse_counted(in, 481);
	else
		dialog->heard_us = in->now_us;
	return dialog;
}

static void on_invite(const struct sip_in *in, struct sip_txn_key key)
{
	struct sip_dialog *dialog;

	if (in->to.tag.n == 0) {
		invite_initial(in, key);
		return;
	}
	dialog = dialog_needed(in);
	if (dialog != NULL)
		reinvite(in, key, dialog);
}

static void inside_dialog(const struct sip_in *in, struct sip_txn_key key,
	struct sip_dialog *dialog, struct sip_indication *indication)
{
	struct sip_txn *txn = txn_inside(in, key, dialog);

	if (txn == NULL) {
		sip_refuse_full(in);
		return;
	}
	dialog_touch(in, dialog);
	indicate_request(in, indication, txn);
}

static void on_update(const struct sip_in *in, struct sip_txn_key key)
{
	struct sip_indication indication = { .kind = SIP_IND_UPDATE };
	struct sip_dialog *dialog = dialog_needed(in);

	if (dialog != NULL && offer_read(in, &indication))
		inside_dialog(in, key, dialog, &indication);
}

static void on_info(const struct sip_in *in, struct sip_txn_key key)
{
	struct sip_indication indication = { .kind = SIP_IND_INFO };
	struct sip_dialog *dialog = dialog_needed(in);
	unsigned status;

	if (dialog == NULL)
		return;
	status = sip_check_content(in, &indication.body);
	if (status != 0) {
		sip_refuse_counted(in, status);
	} else if (indication.body.n == 0) { // nothing for control to read (RFC 2976 2.4)
		dialog_touch(in, dialog);
		sip_answer_stateless(in, 200, "");
	} else {
		inside_dialog(in, key, dialog, &indication);
	}
}

static void on_bye(const struct sip_in *in, struct sip_txn_key key)
{
	struct sip_indication bye = { .kind = SIP_IND_BYE, .msg = in->msg, .flow = in->flow };
	struct sip_endpoint *ep = in->ep;
	struct sip_dialog *dialog = dialog_needed(in);
	struct sip_txn *invite, *txn;

	if (dialog == NULL)
		return;
	bye.dialog = dialog->self;
	txn = txn_inside(in, key, dialog);
	if (txn != NULL)
		respond_plain(ep, pool_handle(&ep->txns.pool, txn), 200, in->now_us);
	else // the end of a dialog is never refused
		sip_answer_stateless(in, 200, "");
	invite = pool_get(&ep->txns.pool, dialog->invite);
	if (invite != NULL && invite->state == TXN_PROCEEDING) { // 15.1.2
		invite->initial = false;                         // the dialog ends below
		respond_plain(ep, dialog->invite, 487, in->now_us);
	}
	sip_indicate(ep, &bye);
	sip_dialog_close(ep, bye.dialog);
}

// The same answer inside a dialog and outside any (11.2); it leaves nothing behind.
static void on_options(const struct sip_in *in, struct sip_txn_key key)
{
	char tag[SIP_TAG_SIZE];

	(void)key;
	if (in->to.tag.n > 0 && dialog_needed(in) == NULL)
		return;
	sip_stateless_tag(in, tag);
	sip_answer_stateless(in, 200, tag);
}

static void on_cancel(const struct sip_in *in, struct sip_txn *invite)
{
	struct sip_endpoint *ep = in->ep;
	struct sip_indication cancel = { .kind = SIP_IND_CANCEL, .msg = in->msg, .flow = in->flow };
	struct sip_dialog *dialog;
	char tag[SIP_TAG_SIZE];

	if (invite == NULL) {
		sip_refuse_counted(in, 481);
		return;
	}
	sip_stateless_tag(in, tag);
	dialog = pool_get(&ep->dialogs.pool, invite->dialog);
	if (dialog != NULL) // 9.2: the tag of the INVITE's answer
		sip_dialog_tag(&ep->dialogs, dialog, tag);
	sip_answer_stateless(in, 200, tag);
	if (invite->state != TXN_PROCEEDING)
		return;
	cancel.dialog = invite->dialog;
	cancel.txn = pool_handle(&ep->txns.pool, invite);
	cancel.initial = invite->initial;
	respond_plain(ep, cancel.txn, 487, in->now_us);
	sip_indicate(ep, &cancel);
}

// Any ACK in the dialog acknowledges what it still has open: there are clients whose ACK has
// neither the branch nor the CSeq that RFC 3261 13.2.2.4 and 17.1.1.3 ask for.
static void on_ack(const struct sip_in *in, struct sip_txn *invite)
{
	struct sip_endpoint *ep = in->ep;
	struct sip_indication ack = { .kind = SIP_IND_ACK, .msg = in->msg, .flow = in->flow };
	struct sip_dialog *dialog = dialog_of(in);
	struct sip_txn *txn = invite;
	bool accepted;

	if ((txn == NULL || txn->state == TXN_CONFIRMED) && dialog != NULL)
		txn = pool_get(&ep->txns.pool, dialog->invite);
	if (txn == NULL || (txn->state != TXN_ACCEPTED && txn->state != TXN_COMPLETED)) {
		ep->counters.stray_acks++;
		return;
	}
	accepted = txn->state == TXN_ACCEPTED;
	sip_txn_acked(&ep->txns, txn, in->now_us);
	if (!accepted || dialog == NULL)
		return;
	dialog_move(in, dialog);
	ack.dialog = dialog->self;
	sip_check_content(in, &ack.body);
	sip_indicate(ep, &ack);
}

static void request_new(const struct sip_in *in, struct sip_txn_key key)
{
	unsigned status = check_method(in);

	if (status == 0)
		status = sip_check_request(in);
	if (status == 0)
		handlers[in->msg->method](in, key);
	else
		sip_refuse_counted(in, status);
}

void sip_uas_request(struct sip_in *in)
{
	struct sip_endpoint *ep = in->ep;
	enum sip_method method = (enum sip_method)in->msg->method;
	bool on_invite_txn = method == SIP_ACK || method == SIP_CANCEL, merged;
	struct sip_txn_key key;
	struct sip_txn *txn;

	if (owner_elsewhere(in))
		return;
	key = sip_txn_key_of(&ep->txns, in->msg, &in->via, in->from.tag);
	txn = sip_txn_find(&ep->txns, key, on_invite_txn ? SIP_INVITE : method, &merged);
	if (method == SIP_ACK) {
		on_ack(in, txn);
	} else if (method == SIP_CANCEL) {
		on_cancel(in, txn);
	} else if (txn != NULL) {
		repeat_answer(in, txn);
	} else if (merged && in->to.tag.n == 0) { // 8.2.2.2
		ep->counters.merged_requests++;
		sip_refuse(in, 482);
	} else {
		request_new(in, key);
	}
}
