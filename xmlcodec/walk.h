// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The state of one reader, and what it does with elements and texts as they are met. Not for others.
#pragma once

#include <libxml/parser.h>

#include "xmlcodec/table.h"

enum {
	CSTA_NAME_CACHE = 256, // power of two
	CSTA_TEXT_MAX = 256,   // more than the largest text member
};

// An open element that the tables know.
struct csta_frame {
	uint8_t *base;			 // of the structure, or the set for bits
	const struct csta_field *field;	 // NULL at the root and within wrappers and sets
	uint16_t shape;			 // of the structure at base
	uint16_t scope;
	uint8_t action; // enum csta_action
	uint8_t bit;
	bool collects; // its own text is a value
	bool marks;    // a set whose bits have no value
};

// The number of a name that libxml2 told of.
struct csta_name_entry {
	const xmlChar *p; // of the context's dictionary: equal names have equal addresses
	uint16_t name;
};

struct csta_parse {
	struct csta_reader *reader;
	struct csta_msg *out;
	xmlParserCtxtPtr ctxt;
	enum csta_verdict stop;	 // why parsing was stopped
	enum csta_verdict fault; // what is wrong with the message
	uint32_t elements;
	uint32_t depth;	  // of open elements
	uint32_t ignored; // of which so many, the innermost, mean nothing to the tables
	uint32_t frames_used;
	size_t text_n;
	bool text_long;
	char text[CSTA_TEXT_MAX];
	struct csta_frame frames[CSTA_DEPTH_MAX];
	struct csta_name_entry names[CSTA_NAME_CACHE];
};

// Before the first element.
void csta_walk_begin(struct csta_parse *p);

// An element opens: the number of its name, its local name, its namespace (looked at in the root,
// and kept in the reader). CSTA_READ_OK, TOO_MANY_ELEMENTS or TOO_DEEP: then the rest is not looked
// at.
enum csta_verdict csta_walk_start(struct csta_parse *p, uint16_t name, struct span local,
	struct span ns);

// A piece of text inside the open element.
void csta_walk_text(struct csta_parse *p, struct span s);

// The open element closes.
void csta_walk_end(struct csta_parse *p, struct span local);

// csta_read() by libxml2 alone, whatever the body is: for comparison.
enum csta_verdict csta_xml_read(struct csta_reader *reader, struct span body,
	struct csta_msg *out);
