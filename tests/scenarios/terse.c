// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/scenarios/words.h"

void alias_add(struct aliases *aliases, const char *object)
{
	char *name = aliases->names[aliases->count];
	char again = 'b';
	const char *call = strchr(object, '@');
	int n = snprintf(name, ALIAS_SIZE - 1, "M%s", call != NULL ? call + 1 : object);

	for (unsigned i = 0; i < aliases->count; i++) {
		if (strcmp(aliases->names[i], name) != 0)
			continue;
		snprintf(name + n, 2, "%c", again++);
		i = (unsigned)-1;
	}
	aliases->count++;
}

unsigned alias_find(const struct aliases *aliases, const char *name)
{
	for (unsigned i = 0; i < aliases->count; i++) {
		if (strcmp(aliases->names[i], name) == 0)
			return i + 1;
	}
	return 0;
}

struct out {
	char *p;
	const char *end;
};

static void put(struct out *out, const char *text, size_t n)
{
	if (n > (size_t)(out->end - out->p))
		n = (size_t)(out->end - out->p);
	memcpy(out->p, text, n);
	out->p += n;
}

static bool is_named(const char *p, size_t n, char kind)
{
	bool named = n > 1 && p[0] == kind;

	for (size_t i = 1; i < n; i++)
		named = named && isdigit((unsigned char)p[i]);
	return named;
}

static void put_word(struct out *out, const struct aliases *aliases, const char *p, size_t n)
{
	bool nobody = n == 11 && memcmp(p, "notRequired", 11) == 0;
	unsigned number = is_named(p, n, 'M') ? (unsigned)atoi(p + 1) : 0;

	if (nobody)
		put(out, "-", 1);
	else if (n > 4 && memcmp(p, "tel:", 4) == 0)
		put(out, p + 4, n - 4);
	else if (number >= 1 && number <= aliases->count)
		put(out, aliases->names[number - 1], strlen(aliases->names[number - 1]));
	else
		put(out, p, n);
}

// {C1 tel:201 }, {tel:201 }, { notRequired }: as one word. Returns what follows it, or NULL when it
// is another kind of braces.
static const char *put_braces(struct out *out, const struct aliases *aliases, const char *p)
{
	const char *words[2];
	size_t sizes[2];
	unsigned count = 0;

	for (p++; *p != '}'; p++) {
		size_t n = strcspn(p, " {}[]=");

		if (n == 0 && *p == ' ')
			continue;
		if (n == 0 || count == 2 || p[n] == '=' || p[n] == '{' || p[n] == '[')
			return NULL;
		words[count] = p;
		sizes[count++] = n;
		p += n - 1;
	}
	if (count == 0)
		return NULL;
	if (is_named(words[0], sizes[0], 'C')) {
		if (count == 2)
			put_word(out, aliases, words[1], sizes[1]);
		put(out, "@", 1);
		put(out, words[0], sizes[0]);
	} else if (count == 2) {
		return NULL;
	} else {
		put_word(out, aliases, words[0], sizes[0]);
	}
	return p + 1;
}

static bool ends_with(const char *p, size_t n, const char *end)
{
	size_t k = strlen(end);

	return n >= k && memcmp(p + n - k, end, k) == 0;
}

static bool is_key(const char *p, size_t n, const char *key)
{
	return n == strlen(key) && memcmp(p, key, n) == 0;
}

// The element's name, as much of it as is said. The subject of an event needs none.
static void put_key(struct out *out, const char *p, size_t n)
{
	bool old_new = is_key(p, n, "newConnection") || is_key(p, n, "oldConnection");

	if (is_key(p, n, "cause") || is_key(p, n, "localConnectionInfo") ||
		is_key(p, n, "connection"))
		return;
	if (!old_new && ends_with(p, n, "Connection"))
		return;
	if (is_key(p, n, "lastRedirectionDevice"))
		put(out, "last", 4);
	else if (old_new)
		put(out, p, 3);
	else if (ends_with(p, n, "Device") && !is_key(p, n, "Device"))
		put(out, p, n - 6);
	else
		put(out, p, n);
	put(out, "=", 1);
}

// may=answerCall,clearCall: the services of all groups. Returns what follows.
static const char *put_permitted(struct out *out, const char *p)
{
	const char *end = strchr(p, '}');
	const char *comma = "";

	put(out, "may=", 4);
	while ((p = strpbrk(p + 1, "=}")) != NULL && p < end) {
		size_t n = strcspn(p + 1, " ");

		if (n == 0 || p[1] == '{')
			continue;
		put(out, comma, strlen(comma));
		put(out, p + 1, n);
		comma = ",";
	}
	return end + 1;
}

// One element=value, or a word. Returns what follows.
static const char *put_item(struct out *out, const struct aliases *aliases, const char *p)
{
	size_t n = strcspn(p, " ={}[]");
	bool local = is_key(p, n, "localConnectionInfo");
	const char *rest;

	if (is_key(p, n, "servicesPermitted") && strchr(p, '}') != NULL)
		return put_permitted(out, p);
	if (p[n] == '=') {
		put_key(out, p, n);
		p += n + 1;
		n = strcspn(p, " {}[]");
	}
	if (local)
		put(out, "[", 1);
	put_word(out, aliases, p, n);
	if (local)
		put(out, "]", 1);
	p += n;
	if (*p != '{')
		return p;
	rest = put_braces(out, aliases, p);
	if (rest != NULL)
		return rest;
	put(out, p, 1);
	return p + 1;
}

void terse(const struct aliases *aliases, const char *from, char *to, size_t size)
{
	struct out out = { to, to + size - 1 };
	size_t n = strcspn(from, " ");
	size_t kept = ends_with(from, n, "Event") ? n - 5 : n;
	const char *subject = from + n;

	// An event begins with its monitor.
	if (*subject == ' ' && (kept < n || is_key(from, n, "MonitorStop"))) {
		size_t k = strcspn(subject + 1, " ");

		put_word(&out, aliases, subject + 1, k);
		put(&out, " ", 1);
		subject += 1 + k;
	}
	put(&out, from, kept);
	for (from = subject; *from != '\0';) {
		if (strchr(" []}", *from) != NULL)
			put(&out, from++, 1);
		else
			from = put_item(&out, aliases, from);
	}
	*out.p = '\0';
}
