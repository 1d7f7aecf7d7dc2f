// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/sip/sip.h"

#include "dataplane/sip/lex.h"

static const bool is_list[SIP_H_COUNT] = {
#define X(id, name, first, last, compact, repeat, list) [SIP_H_##id] = list,
#include "dataplane/sip/headers.def"
#undef X
};

struct sip_walk sip_walk_of(const struct sip_msg *msg, enum sip_header_id id)
{
	return (struct sip_walk){ msg, SPAN_NONE, msg->first[id] };
}

bool sip_walk_next(struct sip_walk *walk, struct span *element)
{
	const struct sip_header *header;

	while (!lex_element(&walk->rest, element)) {
		if (walk->next == 0)
			return false;
		header = &walk->msg->header[walk->next - 1];
		walk->next = header->next;
		if (is_list[header->id]) {
			walk->rest = header->value;
		} else if (header->value.n > 0) {
			*element = header->value;
			return true;
		}
	}
	return true;
}

bool sip_has_option(const struct sip_msg *msg, enum sip_header_id id, struct span option)
{
	struct sip_walk walk = sip_walk_of(msg, id);
	struct span element;

	while (sip_walk_next(&walk, &element))
		if (span_ieq(element, option))
			return true;
	return false;
}

bool sip_param(struct span params, struct span name, struct span *value)
{
	struct span rest = params, found, inside, whole;

	while (lex_param(&rest, &found, &inside, &whole)) {
		if (!span_ieq(found, name))
			continue;
		*value = inside;
		return true;
	}
	return false;
}

// True when nothing but parameters follows.
static bool params_only(struct span rest)
{
	struct span name, value, whole;

	while (lex_param(&rest, &name, &value, &whole))
		;
	lex_blank(&rest);
	return rest.n == 0;
}

static enum sip_scheme scheme_of(struct span text)
{
	if (span_ieq(text, SPAN("sip")))
		return SIP_SCHEME_SIP;
	if (span_ieq(text, SPAN("sips")))
		return SIP_SCHEME_SIPS;
	if (span_ieq(text, SPAN("tel")))
		return SIP_SCHEME_TEL;
	return SIP_SCHEME_OTHER;
}

static bool scheme_is_valid(struct span scheme)
{
	if (scheme.n == 0 || lex_is_digit(scheme.p[0]))
		return false;
	for (size_t i = 0; i < scheme.n; i++) {
		char c = scheme.p[i];

		if (!lex_is_token_char(c) || strchr("!%*_`'~", c) != NULL)
			return false;
	}
	return true;
}

static void uri_tail(struct span rest, struct sip_uri *uri)
{
	size_t question = span_find(rest, '?');

	uri->params = span_head(rest, question);
	uri->headers = span_from(rest, question + 1);
}

static bool uri_sip(struct span rest, struct sip_uri *uri)
{
	size_t at = span_find(rest, '@');
	bool bracketed;

	if (at < rest.n) {
		uri->user = lex_cut(&rest, at);
		lex_cut(&rest, 1);
		uri->user = span_head(uri->user, span_find(uri->user, ':')); // without password
		if (uri->user.n == 0)
			return false;
	}
	if (!lex_host_port(&rest, &uri->host, &bracketed, &uri->port))
		return false;
	if (rest.n > 0 && rest.p[0] != ';' && rest.p[0] != '?')
		return false;
	uri_tail(rest, uri);
	return true;
}

bool sip_uri_parse(struct span text, struct sip_uri *uri)
{
	size_t colon = span_find(text, ':');
	struct span rest = span_from(text, colon + 1);

	*uri = (struct sip_uri){ .scheme_text = span_head(text, colon) };
	uri->scheme = scheme_of(uri->scheme_text);
	if (colon == text.n || rest.n == 0 || !scheme_is_valid(uri->scheme_text))
		return false;
	for (size_t i = 0; i < rest.n; i++)
		if ((unsigned char)rest.p[i] <= ' ' || strchr("<>\"", rest.p[i]) != NULL)
			return false;
	if (uri->scheme == SIP_SCHEME_SIP || uri->scheme == SIP_SCHEME_SIPS)
		return uri_sip(rest, uri);
	uri->user = rest;
	if (uri->scheme == SIP_SCHEME_TEL) {
		uri->user = span_head(rest, span_find(rest, ';'));
		uri->params = span_from(rest, uri->user.n);
	}
	return uri->user.n > 0;
}

static bool via_params(struct span rest, struct sip_via *via)
{
	struct span name, value, whole;

	while (lex_param(&rest, &name, &value, &whole)) {
		if (via->branch.n == 0 && span_ieq(name, SPAN("branch")))
			via->branch = value;
		if (via->maddr.n == 0 && span_ieq(name, SPAN("maddr")))
			via->maddr = value;
		if (span_ieq(name, SPAN("rport"))) {
			via->rport = true;
			via->rport_text = whole;
		}
	}
	lex_blank(&rest);
	return rest.n == 0;
}

bool sip_via_parse(struct span text, struct sip_via *via)
{
	struct span rest = span_trim(text);

	*via = (struct sip_via){ .whole = rest };
	if (!span_ieq(lex_token(&rest), SPAN("SIP")) || !lex_mark(&rest, '/'))
		return false;
	if (!span_eq(lex_token(&rest), SPAN("2.0")) || !lex_mark(&rest, '/'))
		return false;
	via->transport = lex_token(&rest);
	if (via->transport.n == 0 || rest.n == 0 || !span_is_blank(rest.p[0]))
		return false;
	lex_blank(&rest);
	if (!lex_host_port(&rest, &via->host, &via->bracketed, &via->port))
		return false;
	return via_params(rest, via);
}

bool sip_via_top(const struct sip_msg *msg, struct sip_via *via)
{
	struct sip_walk walk = sip_walk_of(msg, SIP_H_VIA);
	struct span element;

	return sip_walk_next(&walk, &element) && sip_via_parse(element, via);
}

// Leaves the parameters in *rest.
static bool name_addr(struct span *rest, size_t open, struct sip_address *address)
{
	size_t close;

	address->display = span_trim(lex_cut(rest, open));
	lex_cut(rest, 1);
	close = span_find(*rest, '>');
	if (close == rest->n)
		return false;
	address->uri = span_trim(lex_cut(rest, close));
	lex_cut(rest, 1);
	return true;
}

// Where the '<' lies that opens the URI, or text.n. A quoted display name may hold one too.
static size_t bracket_find(struct span text)
{
	struct span rest = text, inside;

	if (lex_quoted(&rest, &inside))
		return text.n - rest.n + span_find(rest, '<');
	return span_find(text, '<');
}

bool sip_address_parse(struct span text, struct sip_address *address)
{
	struct span rest = span_trim(text);
	size_t open = bracket_find(rest);

	*address = (struct sip_address){ 0 };
	if (open == rest.n)
		address->uri = lex_until(&rest, ';', '>');
	else if (!name_addr(&rest, open, address))
		return false;
	address->params = rest;
	sip_param(rest, SPAN("tag"), &address->tag);
	return address->uri.n > 0 && params_only(rest);
}

bool sip_cseq_parse(struct span text, struct sip_cseq *cseq)
{
	struct span rest = span_trim(text);
	uint32_t number;

	if (!span_u32(lex_digits(&rest), &number) || number > INT32_MAX)
		return false;
	if (rest.n == 0 || !span_is_blank(rest.p[0]))
		return false;
	lex_blank(&rest);
	*cseq = (struct sip_cseq){ number, lex_token(&rest) };
	return cseq->method.n > 0 && rest.n == 0;
}

bool sip_number_parse(struct span text, uint32_t *number)
{
	struct span rest = span_trim(text);
	struct span digits = lex_digits(&rest);

	lex_blank(&rest);
	return (rest.n == 0 || rest.p[0] == ';') && span_u32(digits, number);
}

bool sip_session_expires_parse(struct span text, struct sip_session_expires *se)
{
	size_t semicolon = span_find(text, ';');
	struct span refresher;

	*se = (struct sip_session_expires){ 0 };
	if (!sip_number_parse(text, &se->seconds))
		return false;
	if (!sip_param(span_from(text, semicolon), SPAN("refresher"), &refresher))
		return true;
	if (span_ieq(refresher, SPAN("uac")))
		se->refresher = SIP_REFRESHER_UAC;
	else if (span_ieq(refresher, SPAN("uas")))
		se->refresher = SIP_REFRESHER_UAS;
	return true;
}

bool sip_media_type_parse(struct span text, struct sip_media_type *type)
{
	struct span rest = span_trim(text);

	type->type = lex_token(&rest);
	if (type->type.n == 0 || !lex_mark(&rest, '/'))
		return false;
	type->subtype = lex_token(&rest);
	lex_blank(&rest);
	return type->subtype.n > 0 && (rest.n == 0 || rest.p[0] == ';');
}

bool sip_handling_optional(struct span text)
{
	struct span handling;

	return sip_param(span_from(text, span_find(text, ';')), SPAN("handling"), &handling) &&
	       span_ieq(handling, SPAN("optional"));
}
