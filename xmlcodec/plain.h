// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// The reader for plain documents, which nearly all clients send: no need of what XML has besides.
#pragma once

#include "xmlcodec/walk.h"

// Once, before any reading.
void csta_plain_init(void);

// Walks a document that is plain: perhaps the declaration of XML 1.0 in UTF-8, then elements of
// ASCII names without prefix or attribute but xmlns at the root, with a namespace that we know, and
// text of printable ASCII and white space without references. Of such a document libxml2 would tell
// the same. False: it is not plain, or not well-formed, or beyond a limit; what the walk left behind
// means nothing, and the document is libxml2's, from the start.
bool csta_plain_read(struct csta_parse *p, struct span body);
