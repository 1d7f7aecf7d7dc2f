// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The session timer (RFC 4028): how long a session lives without a sign of its client, and who
// gives it. A client that refreshes is held to it. Where the engine refreshes (the client asked for
// that, or does not know the extension), it sends UPDATE at half of the interval and again at three
// quarters; what the client answers, or asks itself, shows that it lives.
#include "control/csta/session.h"
#include "control/vty/debug.h"

enum {
	US_PER_S = 1000000,
	BEFORE_THE_END_S = 32,    // RFC 4028 10
	GLARE_WAIT_US = US_PER_S, // RFC 3261 14.1: 0 to 2 s for who did not make the Call-ID
};

// Answers that are no sign of life: a proxy's word that the client cannot be reached (RFC 3261 21.4
// to 21.6, RFC 5626 11.3, RFC 5057 5.1; 503 is what one says whose transport failed, RFC
// 3261 16.9).
static const uint16_t unreachable[] = { 404, 408, 410, 430, 480, 481, 502, 503, 504, 604 };

bool session_timer_is_fair(const struct timer_offer *offer)
{
	return offer->expires_s == 0 || offer->expires_s >= SESSION_INTERVAL_MIN_S ||
	       !offer->supports;
}

static uint64_t seconds(uint32_t s)
{
	return s * UINT64_C(1000000);
}

// Not below what the client set as the least, wherever it did.
static void interval_set(struct session *session, uint32_t s, uint32_t min_se_s)
{
	session->min_se_s = OSMO_MAX(session->min_se_s, min_se_s);
	s = OSMO_MAX(s, session->min_se_s);
	session->interval_s = OSMO_MAX(SESSION_INTERVAL_MIN_S, OSMO_MIN(SESSION_INTERVAL_MAX_S, s));
}

// False: the client wants none as short as our longest. There is no timer then that it is told of.
static bool is_tellable(const struct session *session)
{
	return session->interval_s >= session->min_se_s;
}

// The client has a timer of its own, which has to be refreshed too.
static bool client_counts(const struct session *session)
{
	return session->supports_timer && is_tellable(session);
}

static void renew(struct session *session, uint64_t now_us)
{
	session->expires_us = now_us + seconds(session->interval_s);
	session->refresh_us = now_us + seconds(session->interval_s) / 2;
	session->asked = false;
	session->glared = false;
}

// RFC 4028 table 2; where it leaves the choice the client refreshes, or who did so far.
static bool engine_refreshes(const struct session *session, const struct timer_offer *offer)
{
	if (!offer->supports || !is_tellable(session))
		return true;
	if (offer->refresher == REFRESHER_UNSET)
		return session->refreshes;
	return offer->refresher == REFRESHER_UAS;
}

void session_timer_take(struct session *session, const struct timer_offer *offer, uint64_t now_us)
{
	uint32_t s = offer->expires_s;

	if (s == 0)
		s = session->interval_s != 0 ? session->interval_s : SESSION_INTERVAL_DEFAULT_S;
	interval_set(session, s, offer->min_se_s);
	session->supports_timer = offer->supports;
	session->refreshes = engine_refreshes(session, offer);
	renew(session, now_us);
}

void session_timer_tell(const struct session *session, struct command_session_accept *accept)
{
	accept->session_expires_s = is_tellable(session) ? session->interval_s : 0;
	accept->refresher = REFRESHER_UNSET;
	if (accept->session_expires_s != 0)
		accept->refresher = session->refreshes ? REFRESHER_UAS : REFRESHER_UAC;
}

void session_timer_heard(struct session *session, uint64_t heard_us)
{
	uint64_t interval_us = seconds(session->interval_s);

	if (!session->refreshes)
		return;
	session->expires_us = OSMO_MAX(session->expires_us, heard_us + interval_us);
	if (!client_counts(session))
		session->refresh_us = OSMO_MAX(session->refresh_us, heard_us + interval_us / 2);
}

static bool is_unreachable(unsigned status)
{
	for (size_t i = 0; i < ARRAY_SIZE(unreachable); i++) {
		if (unreachable[i] == status)
			return true;
	}
	return false;
}

// 2xx: the client may have shortened the interval, or took the refreshing over.
static void agree(
	struct session *session, const struct event_session_answered *answered, uint64_t now_us)
{
	if (client_counts(session) && answered->session_expires_s != 0) {
		interval_set(session, OSMO_MIN(session->interval_s, answered->session_expires_s),
			answered->min_se_s);
		session->refreshes = answered->refresher != REFRESHER_UAS;
	}
	renew(session, now_us);
}

void session_timer_answered(
	struct session *session, const struct event_session_answered *answered, uint64_t now_us)
{
	bool asked = session->asked;

	// Of those that control does not see there may have been requests: a ping, an answer in
	// INFO.
	session_timer_heard(session, answered->heard_us);
	if (answered->status == 0 || is_unreachable(answered->status))
		return;
	session->asked = false;
	session_timer_heard(session, now_us);
	if (!asked) { // the client's own refresh came in between: what that agreed on holds
		return;
	} else if (answered->status / 100 == 2) {
		agree(session, answered, now_us);
	} else if (answered->status == 422 && answered->min_se_s > session->min_se_s) {
		interval_set(session, session->interval_s, answered->min_se_s);
		session->refresh_us = now_us;
	} else if (answered->status == 491 && !session->glared) {
		session->glared = true;
		session->refresh_us = now_us + GLARE_WAIT_US;
	}
}

// A client that refreshes is given up a little before the interval ends (RFC 4028 10).
static uint64_t end_us(const struct session *session)
{
	if (session->refreshes)
		return session->expires_us;
	return session->expires_us - seconds(OSMO_MIN(BEFORE_THE_END_S, session->interval_s / 3));
}

uint64_t session_timer_due_us(const struct session *session)
{
	uint64_t end = end_us(session);

	return session->refreshes ? OSMO_MIN(session->refresh_us, end) : end;
}

static void refresh(struct session *session, uint64_t now_us)
{
	bool timer = client_counts(session);
	struct command command = { .type = COMMAND_SESSION_REFRESH, .handle = session->dialog };

	command.session_refresh = (struct command_session_refresh){
		.session_expires_s = timer ? session->interval_s : 0,
		.min_se_s =
			timer && session->min_se_s > SESSION_INTERVAL_MIN_S ? session->min_se_s : 0,
	};
	debug_print(DEBUG_CTI_PROTOIF, "session %u: UPDATE, interval %u s", session->id,
		command.session_refresh.session_expires_s);
	session->asked = true;
	session->refresh_us = now_us + seconds(session->interval_s) / 4;
	outbox_send(&session->engine->outbox, &command);
}

bool session_timer_run(struct session *session, uint64_t now_us)
{
	if (now_us >= end_us(session))
		return false;
	if (session->refreshes && now_us >= session->refresh_us)
		refresh(session, now_us);
	return true;
}
