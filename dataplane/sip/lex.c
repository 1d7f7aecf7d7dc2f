// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/sip/lex.h"

bool lex_quoted(struct span *s, struct span *inside)
{
	size_t at = 1;

	if (s->n == 0 || s->p[0] != '"')
		return false;
	while (at < s->n && s->p[at] != '"')
		at += s->p[at] == '\\' ? 2 : 1;
	if (at >= s->n)
		return false;
	*inside = span_of(s->p + 1, at - 1);
	lex_cut(s, at + 1);
	return true;
}

static bool is_host_char(char c)
{
	return lex_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
	       c == '.' || c == '_';
}

static bool lex_ipv6(struct span *s, struct span *host)
{
	size_t close = span_find(*s, ']');

	if (close == s->n || close < 3)
		return false;
	*host = span_of(s->p + 1, close - 1);
	for (size_t i = 0; i < host->n; i++)
		if (!is_host_char(host->p[i]) && host->p[i] != ':')
			return false;
	lex_cut(s, close + 1);
	return true;
}

static bool lex_port(struct span *s, uint16_t *port)
{
	uint32_t number;

	if (!lex_mark(s, ':'))
		return true;
	if (!span_u32(lex_digits(s), &number) || number == 0 || number > UINT16_MAX)
		return false;
	*port = (uint16_t)number;
	return true;
}

bool lex_host_port(struct span *s, struct span *host, bool *bracketed, uint16_t *port)
{
	size_t n = 0;

	*port = 0;
	*bracketed = s->n > 0 && s->p[0] == '[';
	if (*bracketed)
		return lex_ipv6(s, host) && lex_port(s, port);
	while (n < s->n && is_host_char(s->p[n]))
		n++;
	*host = lex_cut(s, n);
	return n > 0 && lex_port(s, port);
}

bool lex_param(struct span *s, struct span *name, struct span *value, struct span *whole)
{
	struct span rest = *s;
	const char *start;

	if (!lex_mark(&rest, ';'))
		return false;
	start = rest.p;
	*name = lex_until(&rest, '=', ';');
	*value = SPAN_NONE;
	*whole = *name;
	if (name->n == 0)
		return false;
	if (lex_mark(&rest, '=')) {
		if (!lex_quoted(&rest, value))
			*value = lex_until(&rest, ';', ';');
		*whole = span_of(start, (size_t)(rest.p - start));
	}
	*s = rest;
	return true;
}

// The offset of the comma that ends the first element, or s.n.
static size_t element_end(struct span s)
{
	bool quoted = false, bracketed = false;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && c == '<')
			bracketed = true;
		else if (!quoted && c == '>')
			bracketed = false;
		else if (c == ',' && !quoted && !bracketed)
			return i;
	}
	return s.n;
}

bool lex_element(struct span *s, struct span *element)
{
	while (s->n > 0) {
		// Most fields hold one element: no comma at all is found fast.
		size_t end = span_find(*s, ',');

		if (end < s->n)
			end = element_end(*s);
		*element = span_trim(span_head(*s, end));
		*s = span_from(*s, end + 1);
		if (element->n > 0)
			return true;
	}
	return false;
}
