// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/sip/transaction.h"

#include <errno.h>
#include <stdlib.h>

#include "dataplane/sip/build.h"

int sip_txns_init(struct sip_txns *txns, uint8_t owner, uint32_t capacity, uint32_t chunks,
	const struct siphash_key *key, uint64_t now_us)
{
	uint32_t buckets = 16;

	while (buckets < capacity)
		buckets *= 2;
	*txns = (struct sip_txns){ .hash_key = *key, .mask = buckets - 1 };
	wheel_init(&txns->wheel, now_us);
	txns->buckets = calloc(buckets, sizeof(struct sip_txn *));
	if (txns->buckets == NULL)
		return -ENOMEM;
	if (pool_init(&txns->pool, owner, capacity, sizeof(struct sip_txn)) < 0)
		return -ENOMEM;
	return sip_store_init(&txns->store, chunks);
}

void sip_txns_fini(struct sip_txns *txns)
{
	sip_store_fini(&txns->store);
	pool_fini(&txns->pool);
	free(txns->buckets);
	*txns = (struct sip_txns){ 0 };
}

static uint64_t hash_span(const struct sip_txns *txns, struct span s)
{
	return siphash(&txns->hash_key, s.p, s.n);
}

struct sip_txn_key sip_txn_key_of(const struct sip_txns *txns, const struct sip_msg *msg,
	const struct sip_via *via, struct span from_tag)
{
	uint64_t call[3] = { hash_span(txns, sip_value(msg, SIP_H_CALL_ID)),
		hash_span(txns, from_tag), msg->cseq.number };
	uint64_t way[3] = { 0 };
	struct sip_txn_key key;

	if (span_eq(span_head(via->branch, SIP_BRANCH_COOKIE), SPAN(SIP_MAGIC_COOKIE))) {
		way[0] = hash_span(txns, via->branch);
		way[1] = hash_span(txns, via->host);
		way[2] = via->port;
	} else {
		way[0] = hash_span(txns, via->whole);
		way[1] = hash_span(txns, msg->uri);
	}
	key.call = siphash(&txns->hash_key, call, sizeof(call));
	key.via = siphash(&txns->hash_key, way, sizeof(way));
	return key;
}

struct sip_txn *sip_txn_find(
	const struct sip_txns *txns, struct sip_txn_key key, enum sip_method method, bool *merged)
{
	*merged = false;
	for (struct sip_txn *txn = txns->buckets[key.call & txns->mask]; txn != NULL;
		txn = txn->hash_next) {
		if (txn->key.call != key.call || txn->method != method)
			continue;
		if (txn->key.via == key.via)
			return txn;
		*merged = true;
	}
	return NULL;
}

static void bucket_remove(struct sip_txns *txns, struct sip_txn *txn)
{
	struct sip_txn **link = &txns->buckets[txn->key.call & txns->mask];

	while (*link != NULL && *link != txn)
		link = &(*link)->hash_next;
	if (*link == txn)
		*link = txn->hash_next;
}

void sip_txn_list_add(struct sip_txn_list *list, struct sip_txn *txn)
{
	txn->prev = list->last;
	txn->next = NULL;
	if (list->last != NULL)
		list->last->next = txn;
	else
		list->first = txn;
	list->last = txn;
	list->n++;
}

void sip_txn_list_remove(struct sip_txn_list *list, struct sip_txn *txn)
{
	if (txn->prev != NULL)
		txn->prev->next = txn->next;
	else
		list->first = txn->next;
	if (txn->next != NULL)
		txn->next->prev = txn->prev;
	else
		list->last = txn->prev;
	txn->prev = NULL;
	txn->next = NULL;
	list->n--;
}

struct sip_txn *sip_txn_serve(struct sip_txns *txns, struct sip_txn_key key, enum sip_method method,
	struct span echo, uint64_t now_us)
{
	struct sip_txn *txn = pool_take(&txns->pool, NULL);

	if (txn == NULL)
		return NULL;
	if (!sip_store_keep(&txns->store, &txn->kept, echo)) {
		pool_give(&txns->pool, txn);
		return NULL;
	}
	txn->kind = method == SIP_INVITE ? TXN_SERVER_INVITE : TXN_SERVER;
	txn->method = (uint8_t)method;
	txn->key = key;
	txn->hash_next = txns->buckets[key.call & txns->mask];
	txns->buckets[key.call & txns->mask] = txn;
	txn->give_up_us = now_us + SIP_64T1;
	wheel_arm(&txns->wheel, &txn->timer,
		method == SIP_INVITE ? now_us + SIP_TRYING : txn->give_up_us);
	return txn;
}

struct sip_txn *sip_txn_call(struct sip_txns *txns, enum sip_method method, handle_t *h)
{
	struct sip_txn *txn = pool_take(&txns->pool, h);

	if (txn == NULL)
		return NULL;
	txn->kind = TXN_CLIENT;
	txn->method = (uint8_t)method;
	return txn;
}

// --- what is open
// -----------------------------------------------------------------------------------

void sip_txn_owe(struct sip_txns *txns, struct sip_txn *txn)
{
	unsigned worker = handle_owner(txn->flow.conn);

	if (txn->flow.proto != SIP_OVER_TCP || worker >= HANDLE_WORKERS_MAX)
		return;
	txn->owed_to = (uint8_t)(worker + 1);
	txns->owed[worker]++;
}

static void owed_end(struct sip_txns *txns, struct sip_txn *txn)
{
	if (txn->owed_to > 0)
		txns->owed[txn->owed_to - 1]--;
	txn->owed_to = 0;
}

static uint32_t conn_bucket(const struct sip_txns *txns, handle_t conn)
{
	return (uint32_t)siphash(&txns->hash_key, &conn, sizeof(conn)) % SIP_CONN_BUCKETS;
}

uint32_t sip_txns_on(const struct sip_txns *txns, handle_t conn)
{
	return txns->on_conn[conn_bucket(txns, conn)];
}

static void open_count(struct sip_txns *txns, struct sip_txn *txn)
{
	txn->counted = txn->flow.proto == SIP_OVER_TCP;
	if (txn->counted)
		txns->on_conn[conn_bucket(txns, txn->flow.conn)]++;
}

static void open_end(struct sip_txns *txns, struct sip_txn *txn)
{
	if (txn->counted)
		txns->on_conn[conn_bucket(txns, txn->flow.conn)]--;
	txn->counted = false;
}

// --- time
// -------------------------------------------------------------------------------------------

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

// The next retransmission, or the end when that comes first.
static void timer_arm(struct sip_txns *txns, struct sip_txn *txn, uint64_t now_us)
{
	uint64_t due = txn->give_up_us;

	if (txn->interval_us > 0)
		due = earlier(due, now_us + txn->interval_us);
	wheel_arm(&txns->wheel, &txn->timer, due);
}

void sip_txn_called(
	struct sip_txns *txns, struct sip_txn *txn, struct span request, uint64_t now_us)
{
	txn->give_up_us = now_us + SIP_64T1;
	open_count(txns, txn);
	if (txn->flow.proto == SIP_OVER_UDP && sip_store_keep(&txns->store, &txn->kept, request))
		txn->interval_us = SIP_T1;
	timer_arm(txns, txn, now_us);
}

bool sip_txn_answered(struct sip_txns *txns, struct sip_txn *txn, unsigned status,
	struct span response, uint64_t now_us)
{
	bool udp = txn->flow.proto == SIP_OVER_UDP, kept;

	txn->status = (uint16_t)status;
	owed_end(txns, txn);
	if (txn->kind == TXN_SERVER && !udp) { // timer J is 0 on a stream
		sip_txn_free(txns, txn);
		return true;
	}
	kept = sip_store_keep(&txns->store, &txn->kept, response);
	txn->give_up_us = now_us + SIP_64T1;
	txn->state = TXN_COMPLETED;
	if (txn->kind == TXN_SERVER)
		sip_txn_list_add(&txns->finished, txn);
	else if (status < 300)
		txn->state = TXN_ACCEPTED;
	// A 2xx is repeated on a stream too, since the ACK travels end to end (13.3.1.4).
	if (kept && txn->kind == TXN_SERVER_INVITE && (udp || status < 300))
		txn->interval_us = SIP_T1;
	timer_arm(txns, txn, now_us);
	return kept;
}

void sip_txn_acked(struct sip_txns *txns, struct sip_txn *txn, uint64_t now_us)
{
	if (txn->flow.proto == SIP_OVER_TCP) { // timer I is 0 on a stream
		sip_txn_free(txns, txn);
		return;
	}
	txn->state = TXN_CONFIRMED;
	txn->interval_us = 0;
	txn->give_up_us = now_us + SIP_T4;
	sip_store_drop(&txns->store, &txn->kept);
	timer_arm(txns, txn, now_us);
}

enum sip_txn_due sip_txn_due(struct sip_txns *txns, struct sip_txn *txn, uint64_t now_us)
{
	bool waits = txn->state == TXN_PROCEEDING || txn->state == TXN_ACCEPTED;

	if (now_us >= txn->give_up_us)
		return waits ? TXN_DUE_GIVE_UP : TXN_DUE_END;
	if (txn->kind == TXN_SERVER_INVITE && txn->state == TXN_PROCEEDING) {
		wheel_arm(&txns->wheel, &txn->timer, txn->give_up_us);
		return TXN_DUE_TRYING;
	}
	txn->interval_us = (uint32_t)earlier((uint64_t)txn->interval_us * 2, SIP_T2);
	timer_arm(txns, txn, now_us);
	return TXN_DUE_RETRANSMIT;
}

void sip_txn_free(struct sip_txns *txns, struct sip_txn *txn)
{
	wheel_cancel(&txns->wheel, &txn->timer);
	sip_store_drop(&txns->store, &txn->kept);
	owed_end(txns, txn);
	open_end(txns, txn);
	if (txn->kind != TXN_CLIENT)
		bucket_remove(txns, txn);
	if (txn->kind == TXN_SERVER && txn->state == TXN_COMPLETED)
		sip_txn_list_remove(&txns->finished, txn);
	pool_give(&txns->pool, txn);
}

bool sip_txn_recycle(struct sip_txns *txns, uint64_t now_us)
{
	struct sip_txn *oldest = txns->finished.first;

	if (oldest == NULL || oldest->give_up_us - SIP_64T1 + SIP_T4 > now_us)
		return false;
	sip_txn_free(txns, oldest);
	return true;
}
