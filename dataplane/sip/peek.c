// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "dataplane/sip/peek.h"

#include "dataplane/sip/build.h"
#include "dataplane/sip/lex.h"

enum field {
	FIELD_OTHER,
	FIELD_VIA,
	FIELD_TO,
	FIELD_CALL_ID,
};

// The next line without its end; false at the empty one and at the end of the bytes.
static bool line_next(struct span *rest, struct span *line)
{
	size_t n = span_find(*rest, '\n');

	*line = span_head(*rest, n);
	*rest = span_from(*rest, n + 1);
	if (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	return line->n > 0;
}

// Splits a line into its field and value (RFC 3261 7.3.1, compact forms 7.3.3).
static enum field field_of(struct span line, struct span *value)
{
	static const struct {
		struct span name;
		enum field field;
	} fields[] = {
		{ { "Via", 3 }, FIELD_VIA },
		{ { "v", 1 }, FIELD_VIA },
		{ { "To", 2 }, FIELD_TO },
		{ { "t", 1 }, FIELD_TO },
		{ { "Call-ID", 7 }, FIELD_CALL_ID },
		{ { "i", 1 }, FIELD_CALL_ID },
	};
	struct span name = lex_token(&line);

	if (!lex_mark(&line, ':'))
		return FIELD_OTHER;
	*value = span_trim(line);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (span_ieq(name, fields[i].name))
			return fields[i].field;
	}
	return FIELD_OTHER;
}

// The first token of ours behind a parameter's name: the keyed check tells it from all else.
static handle_t token_find(
	const struct siphash_key *key, enum token_kind kind, struct span value, struct span before)
{
	struct span rest = value;
	handle_t h = 0;

	while (rest.n > 0) {
		rest = span_from(rest, span_find(rest, ';'));
		rest = span_from(rest, 1);
		if (rest.n >= before.n && span_ieq(span_head(rest, before.n), before) &&
			token_read(key, kind, span_head(span_from(rest, before.n), TOKEN_SIZE - 1),
				&h))
			return h;
	}
	return 0;
}

static handle_t branch_find(const struct siphash_key *key, struct span via)
{
	return token_find(key, TOKEN_BRANCH, via, SPAN("branch=" SIP_MAGIC_COOKIE));
}

handle_t sip_peek_sent(const struct siphash_key *key, struct span beginning)
{
	struct span rest = beginning, line, value;

	line_next(&rest, &line); // the start line
	while (line_next(&rest, &line)) {
		if (field_of(line, &value) == FIELD_VIA)
			return branch_find(key, value);
	}
	return 0;
}

// By the top Via alone, or by the To tag and, where that is not ours, the Call-ID.
static struct sip_peek peek_by(const struct siphash_key *key, struct span message, bool via)
{
	struct sip_peek peek = { 0 };
	struct span rest = message, line, value;
	bool to_seen = false;

	if (!line_next(&rest, &line)) // the start line
		return peek;
	while (line_next(&rest, &line)) {
		enum field field = field_of(line, &value);

		if (via && field == FIELD_VIA) {
			peek.owner = branch_find(key, value);
			return peek;
		}
		if (!via && field == FIELD_TO) {
			peek.owner = token_find(key, TOKEN_DIALOG, value, SPAN("tag="));
			to_seen = true;
		}
		if (!via && field == FIELD_CALL_ID)
			peek.call_id = value;
		if (peek.owner != 0 || (to_seen && peek.call_id.n > 0))
			return peek;
	}
	return peek;
}

bool sip_peek_is_response(struct span beginning)
{
	return span_ieq(span_head(beginning, 8), SPAN("SIP/2.0 "));
}

struct sip_peek sip_peek(const struct siphash_key *key, struct span message)
{
	return peek_by(key, message, sip_peek_is_response(message));
}

struct sip_peek sip_peek_quoted(const struct siphash_key *key, struct span beginning)
{
	return peek_by(key, beginning, !sip_peek_is_response(beginning));
}
