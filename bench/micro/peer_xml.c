// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "bench/micro/peer_xml.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#include "bench/micro/bench.h"
#include "bench/micro/message.h"

struct xml_push {
	xmlSAXHandler sax;
	xmlParserCtxtPtr ctxt;
	unsigned elements; // of the document
	size_t text;       // bytes
};

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
	int nnamespaces, const xmlChar **namespaces, int nattributes, int ndefaulted,
	const xmlChar **attributes)
{
	struct xml_push *push = ctx;

	(void)name, (void)prefix, (void)uri, (void)nnamespaces, (void)namespaces;
	(void)nattributes, (void)ndefaulted, (void)attributes;
	push->elements++;
}

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	(void)ctx, (void)name, (void)prefix, (void)uri;
}

static void on_text(void *ctx, const xmlChar *text, int n)
{
	struct xml_push *push = ctx;

	(void)text;
	push->text += (size_t)n;
}

struct xml_push *xml_push_new(void)
{
	struct xml_push *push = bench_alloc(sizeof(*push));

	push->sax.initialized = XML_SAX2_MAGIC;
	push->sax.startElementNs = on_start;
	push->sax.endElementNs = on_end;
	push->sax.characters = on_text;
	push->sax.ignorableWhitespace = on_text;
	push->ctxt = xmlCreatePushParserCtxt(&push->sax, push, NULL, 0, NULL);
	bench_require(push->ctxt != NULL);
	return push;
}

void xml_push_free(struct xml_push *push)
{
	xmlFreeParserCtxt(push->ctxt);
	free(push);
}

bool xml_push_read(struct xml_push *push, const char *xml, size_t n, unsigned elements)
{
	push->elements = 0;
	push->text = 0;
	return xmlCtxtResetPush(push->ctxt, NULL, 0, NULL, NULL) == 0 &&
	       xmlParseChunk(push->ctxt, xml, (int)n, 1) == 0 && push->ctxt->wellFormed &&
	       push->ctxt->nsWellFormed && push->elements == elements;
}

static void *setup_push(const struct bench_case *c)
{
	struct xml_push *push = xml_push_new();
	const struct span body = message_monitor_start;

	(void)c;
	bench_require(xml_push_read(push, body.p, body.n, MONITOR_START_ELEMENTS));
	bench_require(push->text > strlen("tel:201;phone-context=dialstring"));
	return push;
}

static void teardown_push(void *state)
{
	xml_push_free(state);
}

static void run_push(void *state, uint64_t rounds)
{
	const struct span body = message_monitor_start;
	uint64_t good = 0;

	for (uint64_t i = 0; i < rounds; i++)
		good += xml_push_read(state, body.p, body.n, MONITOR_START_ELEMENTS);
	bench_require(good == rounds);
}

static void *setup_dom(const struct bench_case *c)
{
	(void)c;
	xmlInitParser();
	return bench_alloc(1);
}

static void run_dom(void *state, uint64_t rounds)
{
	const struct span body = message_monitor_start;
	uint64_t good = 0;

	(void)state;
	for (uint64_t i = 0; i < rounds; i++) {
		xmlDocPtr doc = xmlReadMemory(body.p, (int)body.n, NULL, NULL, XML_PARSE_NONET);

		good += doc != NULL &&
			strcmp((const char *)xmlDocGetRootElement(doc)->name, "MonitorStart") == 0;
		xmlFreeDoc(doc);
	}
	bench_require(good == rounds);
}

static const struct bench_case cases[] = {
	{ "libxml_push_ns", "libxml2 push parser, reused, of that MonitorStart", setup_push,
		run_push, teardown_push },
	{ "libxml_dom_ns", "libxml2 xmlReadMemory() of that MonitorStart", setup_dom, run_dom,
		free },
};

const struct bench_group xml_peer_group = { cases, BENCH_COUNT(cases) };
