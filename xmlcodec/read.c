// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The reader's dealings with libxml2, whose SAX2 push interface tells of elements and text one
// after the other (walk.c makes sense of them). No tree is built; only libxml2 allocates. Plain
// documents do without it.
#include <errno.h>
#include <libxml/parserInternals.h>
#include <stdlib.h>

#include "xmlcodec/index.h"
#include "xmlcodec/plain.h"
#include "xmlcodec/prolog.h"
#include "xmlcodec/walk.h"

enum {
	// A context keeps every name it ever met: it is made anew when there are this many, or this
	// many bytes of them.
	NAMES_MAX = 4096,
	NAMES_BYTES_MAX = 512 * 1024,
};

// --- what libxml2 tells --------------------------------------------------------------------------

static void stop(struct csta_parse *p, enum csta_verdict verdict)
{
	if (p->stop == CSTA_READ_OK)
		p->stop = verdict;
	xmlStopParser(p->ctxt);
}

static uint16_t name_of(struct csta_parse *p, const xmlChar *local, size_t n)
{
	struct csta_name_entry *entry = &p->names[((uintptr_t)local >> 3 ^ (uintptr_t)local >> 11) &
		(CSTA_NAME_CACHE - 1)];

	if (entry->p != local) {
		entry->p = local;
		entry->name = csta_name_find(span_of((const char *)local, n));
	}
	return entry->name;
}

static void on_start(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri,
	int nb_namespaces, const xmlChar **namespaces, int nb_attributes, int nb_defaulted,
	const xmlChar **attributes)
{
	struct span name = span_str((const char *)local);
	struct span ns = uri == NULL ? SPAN_NONE : span_str((const char *)uri);
	enum csta_verdict verdict = csta_walk_start(ctx, name_of(ctx, local, name.n), name, ns);

	(void)prefix;
	(void)nb_namespaces;
	(void)namespaces;
	(void)nb_attributes;
	(void)nb_defaulted;
	(void)attributes;
	if (verdict != CSTA_READ_OK)
		stop(ctx, verdict);
}

static void on_text(void *ctx, const xmlChar *chars, int n)
{
	csta_walk_text(ctx, span_of((const char *)chars, (size_t)n));
}

static void on_end(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
	(void)prefix;
	(void)uri;
	csta_walk_end(ctx, span_str((const char *)local));
}

static void on_doctype(void *ctx, const xmlChar *name, const xmlChar *external,
	const xmlChar *system)
{
	(void)name;
	(void)external;
	(void)system;
	stop(ctx, CSTA_READ_DTD);
}

// The five predefined ones; libxml2 takes any other for an error.
static xmlEntityPtr on_entity(void *ctx, const xmlChar *name)
{
	(void)ctx;
	return xmlGetPredefinedEntity(name);
}

// What is wrong is known from the context; nothing is to be printed.
static void on_error(void *ctx, xmlErrorPtr error)
{
	(void)ctx;
	(void)error;
}

// --- the context ---------------------------------------------------------------------------------

static void context_free(struct csta_parse *p)
{
	if (p->ctxt != NULL)
		xmlFreeParserCtxt(p->ctxt);
	p->ctxt = NULL;
	memset(p->names, 0, sizeof(p->names)); // addresses of its dictionary
}

static int context_new(struct csta_parse *p)
{
	xmlSAXHandler sax = {
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.getEntity = on_entity,
		.internalSubset = on_doctype,
		.serror = on_error,
	};

	p->ctxt = xmlCreatePushParserCtxt(&sax, p, NULL, 0, NULL);
	if (p->ctxt == NULL)
		return -ENOMEM;
	// NOENT: a predefined entity in a namespace's name comes as its character, as in text.
	xmlCtxtUseOptions(p->ctxt, XML_PARSE_NONET | XML_PARSE_NOENT);
	return 0;
}

// --- the whole -----------------------------------------------------------------------------------

int csta_reader_init(struct csta_reader *reader)
{
	csta_index_check();
	*reader = (struct csta_reader){ .parse = calloc(1, sizeof(struct csta_parse)) };
	if (reader->parse == NULL)
		return -ENOMEM;
	reader->parse->reader = reader;
	if (context_new(reader->parse) != 0) {
		csta_reader_fini(reader);
		return -ENOMEM;
	}
	return 0;
}

void csta_reader_fini(struct csta_reader *reader)
{
	if (reader->parse != NULL)
		context_free(reader->parse);
	free(reader->parse);
	reader->parse = NULL;
}

// Names must not pile up. A spent context stays until the next body: reader->ns points into it.
static bool context_is_spent(const struct csta_parse *p)
{
	return xmlDictSize(p->ctxt->dict) > NAMES_MAX ||
		xmlDictGetUsage(p->ctxt->dict) > NAMES_BYTES_MAX;
}

static int context_ready(struct csta_parse *p)
{
	if (p->ctxt != NULL && context_is_spent(p))
		context_free(p);
	if (p->ctxt == NULL && context_new(p) != 0)
		return -ENOMEM;
	return xmlCtxtResetPush(p->ctxt, NULL, 0, NULL, NULL) == 0 ? 0 : -ENOMEM;
}

static enum csta_verdict parse(struct csta_parse *p, struct span body)
{
	int rc;

	if (context_ready(p) != 0) {
		context_free(p);
		return CSTA_READ_NO_MEMORY;
	}
	p->stop = CSTA_READ_OK;
	csta_walk_begin(p);
	rc = xmlParseChunk(p->ctxt, body.p, (int)body.n, 1);
	if (p->stop != CSTA_READ_OK)
		return p->stop;
	if (p->ctxt->errNo == XML_ERR_NO_MEMORY)
		return CSTA_READ_NO_MEMORY;
	if (rc != 0 || !p->ctxt->wellFormed || !p->ctxt->nsWellFormed)
		return CSTA_READ_NOT_XML;
	return p->fault;
}

static void begin(struct csta_reader *reader, struct csta_msg *out)
{
	reader->ns = SPAN_NONE;
	reader->bad_element[0] = '\0';
	reader->skipped = 0;
	reader->parse->out = out;
	csta_msg_init(out, CSTA_NONE);
}

enum csta_verdict csta_xml_read(struct csta_reader *reader, struct span body, struct csta_msg *out)
{
	enum csta_verdict verdict;

	begin(reader, out);
	verdict = prolog_check(&body);
	if (verdict == CSTA_READ_OK)
		verdict = parse(reader->parse, body);
	if (verdict != CSTA_READ_OK && verdict < CSTA_READ_UNKNOWN_SERVICE) {
		csta_msg_init(out, CSTA_NONE);
		reader->ns = SPAN_NONE;
		reader->bad_element[0] = '\0';
	}
	return verdict;
}

enum csta_verdict csta_read(struct csta_reader *reader, const char *xml, size_t n,
	struct csta_msg *out)
{
	struct span body = span_of(xml, n);

	begin(reader, out);
	csta_walk_begin(reader->parse);
	if (n <= CSTA_BODY_MAX && csta_plain_read(reader->parse, body))
		return reader->parse->fault;
	return csta_xml_read(reader, body, out);
}
